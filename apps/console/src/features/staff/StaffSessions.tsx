import { Button, Drawer, Empty, Skeleton, Typography } from 'antd'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Time } from '../../shared/parts/values.tsx'
import { deviceName } from '../../shared/userAgent.ts'
import type { Staff } from './StaffListPage.tsx'
import { staffText } from './text.ts'

/** Where an employee is signed in; each can be ended from here. */
export function StaffSessions({ staff, onClose }: { readonly staff: Staff | undefined; readonly onClose: () => void }) {
  const t = useText(staffText)
  const { data } = useRead(
    'identity.listSessions',
    { query: { staffId: staff?.id, pageSize: 50 } },
    { enabled: staff !== undefined },
  )
  const end = useAction('identity.endSession', { refresh: ['identity.listSessions'], done: t('ended') })
  return (
    <Drawer
      open={staff !== undefined}
      onClose={onClose}
      title={staff && t('sessionsOf', { name: staff.name })}
      size={440}
    >
      {!data && <Skeleton active />}
      {data?.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noSessions')} />}
      {data?.items.map((session) => (
        <div key={session.id} className="line-item">
          <div className="line-main">
            <div title={session.userAgent}>{deviceName(session.userAgent) ?? t('unknownDevice')}</div>
            <Typography.Text type="secondary" style={{ fontSize: 13 }}>
              {session.ip ?? '–'} · {t('lastSeen')} <Time value={session.lastSeenAt} relative />
            </Typography.Text>
          </div>
          <Button size="small" danger loading={end.running} onClick={() => void end.go({ params: { id: session.id } })}>
            {t('end')}
          </Button>
        </div>
      ))}
    </Drawer>
  )
}
