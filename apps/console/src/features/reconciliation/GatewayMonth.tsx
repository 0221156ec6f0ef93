import { CheckOutlined, ExclamationOutlined, LoadingOutlined, LockOutlined, MinusOutlined } from '@ant-design/icons'
import { Tooltip, Typography } from 'antd'
import dayjs from 'dayjs'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Output } from '../../shared/api/index.ts'
import { formatMoney, wallNow } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { statesOf } from '../../shared/states.ts'
import { reconciliationText } from './text.ts'

type Day = Output<'reconciliation.calendar'>['days'][number]

/** A gateway's month, Monday first: each day in its colour, with what was taken and what is open. */
export function GatewayMonth({
  gateway,
  month,
  days,
}: {
  readonly gateway: string
  readonly month: string
  readonly days: readonly Day[]
}) {
  const t = useText(reconciliationText)
  const first = dayjs(`${month}-01`)
  const before = (first.day() + 6) % 7
  const today = wallNow().format('YYYY-MM-DD')
  const all = Array.from({ length: first.daysInMonth() }, (_, index) => first.add(index, 'day').format('YYYY-MM-DD'))
  return (
    <div className="recon-month">
      {t('weekdays')
        .split(',')
        .map((name) => (
          <span key={name} className="recon-weekday">
            {name}
          </span>
        ))}
      {all.map((day, index) => (
        <Cell
          key={day}
          gateway={gateway}
          day={day}
          isOver={day < today}
          found={days.find((one) => one.day === day)}
          {...(index === 0 ? { column: before + 1 } : {})}
        />
      ))}
    </div>
  )
}

function Cell({
  gateway,
  day,
  isOver,
  found,
  column,
}: {
  readonly gateway: string
  readonly day: string
  /** In the week, from 1; for the first day of the month. */
  readonly column?: number
  readonly isOver: boolean
  readonly found: Day | undefined
}) {
  const t = useText(reconciliationText)
  const number = String(Number(day.slice(8)))
  const place = column === undefined ? {} : { gridColumnStart: column }
  if (!isOver) {
    return (
      <span className="recon-day recon-future" style={place}>
        <b className="num">{number}</b>
      </span>
    )
  }
  const words = found?.phase
    ? t(found.phase)
    : found && found.open > 0
      ? t('openCount', { count: found.open })
      : (found?.trouble?.message ?? (found?.hasBill ? '' : t('noBillYet')))
  return (
    <Tooltip title={words}>
      <Link
        to={`/reconciliation/${gateway}/${day}`}
        className={`recon-day recon-${found?.state ?? 'open'}`}
        style={place}
      >
        <span className="recon-day-head">
          <b className="num">{number}</b>
          <Sign day={found} />
        </span>
        {found?.theirsFen !== null && found?.theirsFen !== undefined && (
          <span className="recon-sum num">{formatMoney(found.theirsFen)}</span>
        )}
        {found && found.open > 0 && <span className="recon-count num">{t('openCount', { count: found.open })}</span>}
      </Link>
    </Tooltip>
  )
}

function Sign({ day }: { readonly day: Day | undefined }): ReactNode {
  if (day?.phase) return <LoadingOutlined />
  if (day?.state === 'closed') return <LockOutlined />
  if (day?.state === 'matched') return <CheckOutlined />
  if (day?.state === 'differing' || day?.trouble) return <ExclamationOutlined />
  return <MinusOutlined />
}

export function Legend() {
  const t = useText(reconciliationText)
  return (
    <div className="recon-legend">
      <Typography.Text type="secondary">{t('legend')}</Typography.Text>
      {statesOf('reconDay').map((state) => (
        <StateTag key={state} kind="reconDay" state={state} />
      ))}
    </div>
  )
}
