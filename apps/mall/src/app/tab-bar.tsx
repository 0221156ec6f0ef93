import { NavLink } from 'react-router'
import { useUnread } from '../shared/api/queries.ts'
import { useI18n } from '../shared/i18n/index.ts'
import { HomeIcon, OrdersIcon, PersonIcon } from '../shared/ui/icons.tsx'
import { UnreadBadge } from '../shared/ui/unread-badge.tsx'
import css from './shell.module.css'

export const tabs = [
  { to: '/', label: 'common.home', icon: <HomeIcon /> },
  { to: '/orders', label: 'common.orders', icon: <OrdersIcon /> },
  { to: '/me', label: 'common.me', icon: <PersonIcon /> },
] as const

/** On phones, the three places that a thumb reaches. */
export function TabBar() {
  const { t } = useI18n()
  const { data: unread = 0 } = useUnread()
  return (
    <nav className={css.tabs}>
      {tabs.map(({ to, label, icon }) => (
        <NavLink key={to} to={to} end className={css.tab ?? ''}>
          {to === '/me' ? <UnreadBadge count={unread}>{icon}</UnreadBadge> : icon}
          {t(label)}
        </NavLink>
      ))}
    </nav>
  )
}
