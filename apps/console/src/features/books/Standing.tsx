import { CheckCircleFilled, CloseCircleFilled, MinusCircleFilled, WarningFilled } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Card, Progress, Skeleton, Tooltip, Typography } from 'antd'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'
import { useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { formatCount, formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Time } from '../../shared/parts/values.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { booksText, useCheckName } from './text.ts'
import './books.css'

type Overview = Output<'books.overview'>
type Check = Overview['checks'][number]

const RUNNING_MS = 1_000
const IDLE_MS = 15_000

/** How the books stand, in one sentence and a light for each check. */
export function Standing() {
  const first = useRead('books.overview', {})
  const { data, error, refetch } = useRead(
    'books.overview',
    {},
    { refreshMs: first.data?.running ? RUNNING_MS : IDLE_MS },
  )
  // What was found, or is gone, shows in the list below at once.
  const queries = useQueryClient()
  const change = data && `${data.open} ${data.last?.id} ${data.running?.id}`
  useEffect(() => {
    if (change !== undefined) void queries.invalidateQueries({ queryKey: ['books.listViolations'] })
  }, [change, queries])
  if (!data) {
    return (
      <Card size="small">
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}
      </Card>
    )
  }
  return (
    <Card size="small" className="books-standing" styles={{ body: { padding: 0 } }}>
      <Verdict overview={data} />
      <div className="books-lights">
        {data.checks.map((check) => (
          <Light key={check.check} check={check} />
        ))}
      </div>
    </Card>
  )
}

function Verdict({ overview }: { readonly overview: Overview }) {
  const t = useText(booksText)
  const { running, last, open } = overview
  if (running) return <Running runId={running.id} />
  const rows = formatCount(last?.checked ?? 0)
  const [icon, title, text]: readonly [ReactNode, string, string] =
    open > 0
      ? [<CloseCircleFilled key="icon" className="books-bad" />, t('bad', { count: open }), t('badText')]
      : last === null
        ? [<MinusCircleFilled key="icon" className="books-none" />, t('never'), t('neverText')]
        : last.state === 'failed'
          ? [
              <WarningFilled key="icon" className="books-warn" />,
              t('failed'),
              t('failedText', { error: last.error ?? '' }),
            ]
          : [<CheckCircleFilled key="icon" className="books-good" />, t('allGood'), t('allGoodText', { rows })]
  return (
    <div className="books-verdict" role={open > 0 ? 'alert' : 'status'}>
      {icon}
      <div>
        <strong>{title}</strong>
        <Typography.Text type="secondary">{text}</Typography.Text>
      </div>
      {last && (
        <Link to={`/books/runs/${last.id}`} className="books-last">
          <Time value={last.finishedAt ?? last.startedAt} relative />
        </Link>
      )}
    </div>
  )
}

/** The run under way: which check, how far. */
function Running({ runId }: { readonly runId: number }) {
  const t = useText(booksText)
  const name = useCheckName()
  const { data } = useRead('books.getRun', { params: { id: runId } }, { refreshMs: RUNNING_MS, keep: true })
  if (!data) return <Skeleton active paragraph={{ rows: 1 }} className="books-verdict" />
  const now = data.checks.find(({ state }) => state !== 'done') ?? data.checks.at(-1)
  return (
    <div className="books-verdict" role="status">
      <Progress
        aria-label={t('running', { check: now ? name(now.check) : '' })}
        type="circle"
        size={40}
        percent={Math.round((100 * data.checksDone) / Math.max(1, data.checksTotal))}
        {...(data.found > 0 ? { status: 'exception' as const, format: () => data.found } : {})}
      />
      <div>
        <strong>{t('running', { check: now ? name(now.check) : '' })}</strong>
        <Typography.Text type="secondary" className="num">
          {t('runningText', { rows: formatCount(data.checked), done: data.checksDone, total: data.checksTotal })}
        </Typography.Text>
      </div>
      <Link to={`/books/runs/${runId}`} className="books-last">
        {t('run', { id: runId })}
      </Link>
    </div>
  )
}

function Light({ check }: { readonly check: Check }) {
  const t = useText(booksText)
  const name = useCheckName()
  const isBad = check.open > 0
  const icon = isBad ? (
    <CloseCircleFilled className="books-bad" />
  ) : check.cleanSince ? (
    <CheckCircleFilled className="books-good" />
  ) : (
    <MinusCircleFilled className="books-none" />
  )
  const words = isBad
    ? t('openCount', { count: check.open })
    : check.cleanSince
      ? t('cleanSince', { time: formatTime(check.cleanSince) })
      : t('notYet')
  return (
    <Tooltip
      title={`${check.invariant === null ? t('guard') : t('invariant', { number: check.invariant })} · ${words}`}
    >
      <Link to={`/books?check=${check.check}${isBad ? '' : '&state=all'}`} className="books-light">
        {icon}
        <span>{name(check.check)}</span>
        {isBad && <b className="num">{check.open}</b>}
      </Link>
    </Tooltip>
  )
}
