import { BellOutlined } from '@ant-design/icons'
import { Badge, Button } from 'antd'
import { Link } from 'react-router'
import { useRead } from '../shared/api/hooks.ts'
import { useText } from '../shared/i18n/index.ts'
import { appText } from './text.ts'

const LOOK_EVERY_MS = 30_000

/** How much this person has not read, and the way there. */
export function InboxBell() {
  const t = useText(appText)
  const { data } = useRead('notify.countInbox', {}, { refreshMs: LOOK_EVERY_MS, staleMs: LOOK_EVERY_MS / 2 })
  const unread = data?.unread ?? 0
  const label = unread > 0 ? t('inboxUnread', { count: unread }) : t('inbox')
  return (
    <Link to="/inbox" aria-label={label} title={label}>
      <Badge count={unread} overflowCount={99} size="small" offset={[-6, 6]}>
        <Button type="text" icon={<BellOutlined />} tabIndex={-1} />
      </Badge>
    </Link>
  )
}
