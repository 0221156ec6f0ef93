import { Drawer, Skeleton, Typography } from 'antd'
import { useRead } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Copyable, Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { Actor } from './Actor.tsx'
import { useActionName } from './actions.ts'
import { ObjectLink } from './ObjectLink.tsx'
import { auditText } from './text.ts'

/** One line with everything that was kept of it, and its link in the chain. */
export function AuditDrawer({ id, onClose }: { readonly id: number | undefined; readonly onClose: () => void }) {
  const t = useText(auditText)
  const actionName = useActionName()
  const { data, error, refetch } = useRead(
    'audit.getAuditLine',
    { params: { id: id ?? 0 } },
    { enabled: id !== undefined, staleMs: 60_000 },
  )
  return (
    <Drawer open={id !== undefined} onClose={onClose} title={id !== undefined && t('lineTitle', { id })} size={560}>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton active />}
      {data && (
        <>
          <dl className="facts">
            <dt>{t('at')}</dt>
            <dd>
              <Time value={data.at} />
            </dd>
            <dt>{t('actor')}</dt>
            <dd>
              <Actor line={data} />
            </dd>
            <dt>{t('action')}</dt>
            <dd>
              {actionName(data.action)} <Typography.Text type="secondary">{data.action}</Typography.Text>
            </dd>
            <dt>{t('object')}</dt>
            <dd>
              <ObjectLink kind={data.objectKind} id={data.objectId} />
            </dd>
            <dt>{t('ip')}</dt>
            <dd className="num">{data.ip ?? '–'}</dd>
            <dt>{t('requestId')}</dt>
            <dd>
              <Copyable text={data.requestId} />
            </dd>
          </dl>
          <Typography.Title level={5}>{t('detail')}</Typography.Title>
          {Object.keys(data.detail).length === 0 ? (
            <Typography.Text type="secondary">{t('noDetail')}</Typography.Text>
          ) : (
            <pre className="raw">{JSON.stringify(data.detail, null, 2)}</pre>
          )}
          <Hash title={t('hash')} value={data.hash} />
          <Hash title={t('previousHash')} value={data.previousHash ?? t('first')} />
        </>
      )}
    </Drawer>
  )
}

function Hash({ title, value }: { readonly title: string; readonly value: string }) {
  return (
    <div style={{ marginTop: 12 }}>
      <Typography.Text type="secondary">{title}</Typography.Text>
      <div className="hash">{value}</div>
    </div>
  )
}
