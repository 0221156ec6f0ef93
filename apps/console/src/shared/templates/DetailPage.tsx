import type { UseQueryResult } from '@tanstack/react-query'
import { Card, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { Nothing } from '../parts/values.tsx'
import { ErrorState } from './ErrorState.tsx'
import { PageFrame } from './PageFrame.tsx'

type Props<Data> = {
  readonly read: UseQueryResult<Data>
  /** Before the data is there, `undefined` comes in. */
  readonly title: (data: Data | undefined) => string
  readonly tags?: (data: Data) => ReactNode
  readonly actions?: (data: Data) => ReactNode
  readonly back: string
  readonly children: (data: Data) => ReactNode
}

/** One object: title with its state, what can be done with it, and its facts in sections. */
export function DetailPage<Data>({ read, title, tags, actions, back, children }: Props<Data>) {
  const { data, error, refetch } = read
  return (
    <PageFrame
      title={title(data)}
      back={back}
      tags={data !== undefined && tags?.(data)}
      actions={data !== undefined && actions?.(data)}
    >
      {data !== undefined ? (
        <div className="stack">{children(data)}</div>
      ) : error ? (
        <Card>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      ) : (
        <Card>
          <Skeleton active paragraph={{ rows: 8 }} />
        </Card>
      )}
    </PageFrame>
  )
}

/** A titled part of a detail page or form. */
export function Section({
  title,
  extra,
  children,
  id,
  flush = false,
}: {
  readonly title?: ReactNode
  readonly extra?: ReactNode
  readonly children: ReactNode
  readonly id?: string
  /** Without padding, for tables. */
  readonly flush?: boolean
}) {
  return (
    <Card
      title={title}
      extra={extra}
      size="small"
      className="section"
      {...(id ? { id } : {})}
      styles={{ body: flush ? { padding: 0, overflowX: 'auto' } : { padding: 16 } }}
    >
      {children}
    </Card>
  )
}

export type Fact = readonly [label: string, value: ReactNode] | false | undefined

/** Labels and values, in as many columns as there is room for. */
export function Facts({ items }: { readonly items: readonly Fact[] }) {
  return (
    <dl className="facts-grid">
      {items.map(
        (item) =>
          item && (
            <div key={item[0]}>
              <dt>{item[0]}</dt>
              <dd>{item[1] === null || item[1] === undefined || item[1] === '' ? <Nothing /> : item[1]}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
