import type { ReactNode } from 'react'
import { useShop } from '../api/queries.ts'
import { classes } from './classes.ts'
import css from './page.module.css'

/** A page's frame: the name in the browser's tab, the width, the heading. */
export function Page({
  title,
  heading = true,
  narrow = false,
  children,
}: {
  readonly title?: string | undefined
  /** False: the title stands elsewhere on the page. */
  readonly heading?: boolean
  readonly narrow?: boolean
  readonly children: ReactNode
}) {
  const { data: shop } = useShop()
  return (
    <div className={classes(css.page, narrow && css.narrow)}>
      <title>{[title, shop?.name].filter(Boolean).join(' · ')}</title>
      {title && heading && <h1 className={css.title}>{title}</h1>}
      {children}
    </div>
  )
}

/** On a wide screen: the matter on the left, what belongs to it on the right and always in sight. */
export const Columns = ({ main, side }: { readonly main: ReactNode; readonly side: ReactNode }) => (
  <div className={css.columns}>
    <div className={css.main}>{main}</div>
    <aside className={css.side}>{side}</aside>
  </div>
)

export function Card({
  title,
  extra,
  className,
  children,
}: {
  readonly title?: string | undefined
  readonly extra?: ReactNode
  readonly className?: string | undefined
  readonly children: ReactNode
}) {
  return (
    <section className={classes(css.card, className)}>
      {title && (
        <div className={css.cardHead}>
          <h2>{title}</h2>
          {extra}
        </div>
      )}
      {children}
    </section>
  )
}

/** Names and values, such as an order's number and times. */
export const Pairs = ({ items }: { readonly items: readonly (readonly [string, ReactNode])[] }) => (
  <dl className={css.pairs}>
    {items.map(([name, value]) => (
      <div key={name} style={{ display: 'contents' }}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
