import { CheckOutlined } from '@ant-design/icons'
import { Badge, Button, Card, Empty, Pagination, Segmented, Skeleton, Tag } from 'antd'
import { useNavigate } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Row } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { useUrlState } from '../../shared/urlState.ts'
import './inbox.css'
import { inboxText } from './text.ts'

type Line = Row<'notify.listInbox'>
const PAGE_SIZE = 20

/** What this person was told, newest first; opening a line reads it and goes to the matter. */
export function InboxPage() {
  const t = useText(inboxText)
  const [url, change] = useUrlState()
  const page = Number(url.page ?? 1)
  const isUnread = url.unread === 'true'
  const { data, error, refetch } = useRead(
    'notify.listInbox',
    { query: { page, pageSize: PAGE_SIZE, ...(isUnread ? { unread: true } : {}) } },
    { keep: true, refreshMs: 60_000 },
  )
  const read = useAction('notify.readInbox', { refresh: ['notify.listInbox', 'notify.countInbox'] })
  const readAll = (
    <Button
      icon={<CheckOutlined />}
      disabled={!data || data.total === 0}
      loading={read.running}
      onClick={() => void read.go({ body: { ids: [] } })}
    >
      {t('readAll')}
    </Button>
  )
  return (
    <PageFrame title={t('title')} hint={t('hint')} actions={readAll} narrow>
      <Segmented
        value={isUnread ? 'unread' : 'all'}
        onChange={(next) => change({ unread: next === 'unread' ? 'true' : undefined, page: undefined })}
        options={[
          { value: 'all', label: t('all') },
          { value: 'unread', label: t('unread') },
        ]}
        style={{ marginBottom: 12 }}
      />
      <Card styles={{ body: { padding: 0 } }}>
        {!data ? (
          error ? (
            <ErrorState error={error} onRetry={() => void refetch()} />
          ) : (
            <Skeleton active style={{ padding: 16 }} />
          )
        ) : data.items.length === 0 ? (
          <Empty
            image={Empty.PRESENTED_IMAGE_SIMPLE}
            description={t(isUnread ? 'emptyUnread' : 'emptyTitle')}
            style={{ padding: '40px 16px' }}
          >
            {!isUnread && <span className="inbox-quiet">{t('emptyText')}</span>}
          </Empty>
        ) : (
          data.items.map((line) => (
            <InboxLine key={line.id} line={line} onRead={() => void read.go({ body: { ids: [line.id] } })} />
          ))
        )}
      </Card>
      {data && data.total > PAGE_SIZE && (
        <Pagination
          size="small"
          current={page}
          pageSize={PAGE_SIZE}
          total={data.total}
          showSizeChanger={false}
          showTotal={(total) => t('total', { total })}
          onChange={(next) => change({ page: next === 1 ? undefined : String(next) })}
          style={{ marginTop: 12 }}
        />
      )}
    </PageFrame>
  )
}

function InboxLine({ line, onRead }: { readonly line: Line; readonly onRead: () => void }) {
  const t = useText(inboxText)
  const navigate = useNavigate()
  const isUnread = line.readAt === null
  const open = () => {
    if (isUnread) onRead()
    if (line.link !== '') void navigate(line.link)
  }
  return (
    <button type="button" className={isUnread ? 'inbox-line inbox-unread' : 'inbox-line'} onClick={open}>
      <span className="inbox-head">
        <Badge dot={isUnread} offset={[4, 2]}>
          <strong>{line.title}</strong>
        </Badge>
        {line.isUrgent && isUnread && <Tag color="error">{t('urgent')}</Tag>}
        <span className="inbox-quiet">
          <Time value={line.createdAt} relative />
        </span>
      </span>
      {line.body && <span className="inbox-body">{line.body}</span>}
    </button>
  )
}
