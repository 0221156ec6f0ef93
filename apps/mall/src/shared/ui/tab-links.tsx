import type { ReactNode } from 'react'
import { Link } from 'react-router'
import css from './tab-links.module.css'

/** Lists that stand behind one another, each at an address of its own. The bar scrolls sideways where a phone is too narrow for it. */
export function TabLinks({
  label,
  tabs,
}: {
  readonly label: string
  readonly tabs: readonly { readonly to: string; readonly isOpen: boolean; readonly text: ReactNode }[]
}) {
  return (
    <nav className={css.tabs} aria-label={label}>
      {tabs.map(({ to, isOpen, text }) => (
        <Link key={to} className={css.tab} to={to} replace aria-current={isOpen ? 'page' : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  )
}
