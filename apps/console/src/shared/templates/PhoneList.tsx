import { Card, Pagination, type PaginationProps, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { Nothing } from '../parts/values.tsx'
import type { ListColumn } from './ListPage.tsx'

type Props<R> = {
  readonly rows: readonly R[]
  readonly columns: readonly ListColumn<R>[]
  readonly rowKey: (row: R) => string | number
  readonly href?: (row: R) => string
  readonly rowActions?: (row: R) => ReactNode
  readonly loading: boolean
  readonly empty: ReactNode
  readonly pagination: PaginationProps
}

/** A table on a narrow screen: each row a card, its columns below each other. */
export function PhoneList<R>({ rows, columns, rowKey, href, rowActions, loading, empty, pagination }: Props<R>) {
  const navigate = useNavigate()
  if (loading) return <Skeleton active paragraph={{ rows: 6 }} />
  if (rows.length === 0) return <Card>{empty}</Card>
  const titles = columns.filter((column) => column.phone === 'title')
  const extras = columns.filter((column) => column.phone === 'extra')
  const lines = columns.filter((column) => column.phone === undefined && column.hidden !== true)
  return (
    <div className="phone-list">
      {rows.map((row) => (
        <Card key={rowKey(row)} size="small" styles={{ body: { padding: 12 } }}>
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the title inside is the link that the keyboard reaches */}
          {/* biome-ignore lint/a11y/noStaticElementInteractions: see above */}
          <div
            onClick={(event) => {
              if (href && event.target instanceof Element && !event.target.closest('a, button, .ant-typography-copy'))
                void navigate(href(row))
            }}
          >
            <div className="phone-head">
              <div className="phone-title">
                {titles.map((column) => (
                  <div key={column.key}>{column.render(row)}</div>
                ))}
              </div>
              <div className="phone-extra">
                {extras.map((column) => (
                  <div key={column.key}>{column.render(row)}</div>
                ))}
              </div>
            </div>
            <dl className="phone-lines">
              {lines.map((column) => (
                <div key={column.key}>
                  <dt>{column.title}</dt>
                  <dd>{column.render(row) ?? <Nothing />}</dd>
                </div>
              ))}
            </dl>
          </div>
          {rowActions && <div className="phone-actions">{rowActions(row)}</div>}
        </Card>
      ))}
      <Pagination {...pagination} align="center" />
    </div>
  )
}
