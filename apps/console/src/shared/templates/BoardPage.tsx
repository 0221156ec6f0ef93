import type { UseQueryResult } from '@tanstack/react-query'
import { Card, Skeleton, Typography } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { ErrorState } from './ErrorState.tsx'
import { PageFrame } from './PageFrame.tsx'

type Props<Data> = {
  readonly read: UseQueryResult<Data>
  readonly title: string
  readonly hint?: (data: Data) => ReactNode
  /** The page this one belongs to. */
  readonly back?: string
  readonly actions?: ReactNode
  readonly children: (data: Data) => ReactNode
}

/** Figures at a glance, read again by themselves. What was there stays in sight while the next answer is coming. */
export function BoardPage<Data>({ read, title, hint, back, actions, children }: Props<Data>) {
  const { data, error, refetch } = read
  return (
    <PageFrame title={title} back={back} hint={data !== undefined && hint?.(data)} actions={actions}>
      {data !== undefined ? (
        children(data)
      ) : (
        <Card>
          {error ? (
            <ErrorState error={error} onRetry={() => void refetch()} />
          ) : (
            <Skeleton active paragraph={{ rows: 10 }} />
          )}
        </Card>
      )}
    </PageFrame>
  )
}

type FigureProps = {
  readonly label: string
  readonly value: ReactNode
  /** Compared with what, or what it is made of. */
  readonly foot?: ReactNode
  readonly chart?: ReactNode
  readonly to?: string | undefined
  readonly tone?: 'error' | 'warning' | undefined
}

/** One figure with its comparison and, where it helps, its last days as a line. */
export function Figure({ label, value, foot, chart, to, tone }: FigureProps) {
  const body = (
    <Card
      size="small"
      hoverable={to !== undefined}
      className={tone ? `figure figure-${tone}` : 'figure'}
      styles={{ body: { padding: '12px 16px' } }}
    >
      <Typography.Text type="secondary">{label}</Typography.Text>
      <div className="figure-value num">{value}</div>
      {chart}
      {foot && <div className="figure-foot">{foot}</div>}
    </Card>
  )
  return to === undefined ? body : <Link to={to}>{body}</Link>
}
