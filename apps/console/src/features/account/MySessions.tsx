import { Button, Pagination, Skeleton, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { Time } from '../../shared/parts/values.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { deviceName } from '../../shared/userAgent.ts'
import { accountText } from './text.ts'

const PAGE_SIZE = 10

/** Every place where this person is signed in; each can be ended from here. */
export function MySessions() {
  const t = useText(accountText)
  const confirm = useConfirmDanger()
  const [page, setPage] = useState(1)
  const { data, error, refetch } = useRead(
    'identity.listMySessions',
    { query: { page, pageSize: PAGE_SIZE } },
    { keep: true },
  )
  const options = { refresh: ['identity.listMySessions'], done: t('ended') }
  const end = useAction('identity.endMySession', options)
  const endOthers = useAction('identity.endMyOtherSessions', options)
  const others = (data?.total ?? 0) - 1
  const askEndOthers = () =>
    confirm({
      title: t('endOthers'),
      object: t('otherSessions', { count: others }),
      consequence: t('endOthersText'),
      onConfirm: () => endOthers.run({}),
    })
  return (
    <Section
      title={t('sessions')}
      extra={
        others > 0 && (
          <Button size="small" danger onClick={askEndOthers}>
            {t('endOthers')}
          </Button>
        )
      }
    >
      {data ? (
        <>
          {data.items.map((session) => (
            <div key={session.id} className="line-item">
              <div className="line-main">
                <div title={session.userAgent}>
                  {deviceName(session.userAgent) ?? t('unknownDevice')}{' '}
                  {session.current && <Tag color="success">{t('thisDevice')}</Tag>}
                </div>
                <Typography.Text type="secondary" style={{ fontSize: 13 }}>
                  {session.ip ?? '–'} · {t('signedInAt')} <Time value={session.createdAt} /> · {t('lastSeen')}{' '}
                  <Time value={session.lastSeenAt} relative />
                </Typography.Text>
              </div>
              {!session.current && (
                <Button size="small" loading={end.running} onClick={() => void end.go({ params: { id: session.id } })}>
                  {t('end')}
                </Button>
              )}
            </div>
          ))}
          <Pagination
            size="small"
            align="end"
            hideOnSinglePage
            current={page}
            pageSize={PAGE_SIZE}
            total={data.total}
            onChange={setPage}
          />
        </>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton active />
      )}
    </Section>
  )
}
