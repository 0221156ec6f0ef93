import { Tooltip, Typography } from 'antd'
import type { ReactNode } from 'react'
import { formatCount, formatHao, formatMoney, formatTime } from '../format.ts'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'

/** An amount in fen, as yuan with digits of one width; below zero in the colour of danger. */
export function Money({ fen, strong = false }: { readonly fen: number; readonly strong?: boolean }) {
  return (
    <Typography.Text className="num" strong={strong} {...(fen < 0 ? { type: 'danger' as const } : {})}>
      {formatMoney(fen)}
    </Typography.Text>
  )
}

/** What a supplier asks for a piece: up to four decimals of a yuan. */
export function Hao({ hao, currency }: { readonly hao: number; readonly currency?: string }) {
  return (
    <Typography.Text className="num" style={{ whiteSpace: 'nowrap' }}>
      {formatHao(hao, currency)}
    </Typography.Text>
  )
}

/** What something costs: money, points, or both. */
export function Price({
  fen,
  points,
  strong = false,
}: {
  readonly fen: number
  readonly points: number
  readonly strong?: boolean
}) {
  const priceText = usePriceText()
  if (points === 0) return <Money fen={fen} strong={strong} />
  return (
    <Typography.Text className="num" strong={strong}>
      {priceText(fen, points)}
    </Typography.Text>
  )
}

/** For sentences and buttons: `¥10.00 + 300 积分`. */
export function usePriceText(): (fen: number, points: number) => string {
  const t = useText(commonText)
  return (fen, points) => {
    if (points === 0) return formatMoney(fen)
    const inPoints = t('points', { count: formatCount(points) })
    return fen !== 0 ? `${formatMoney(fen)} + ${inPoints}` : inPoints
  }
}

export function Count({ value, zero = '0' }: { readonly value: number; readonly zero?: ReactNode }) {
  if (value === 0) return <Typography.Text type="secondary">{zero}</Typography.Text>
  return <span className="num">{formatCount(value)}</span>
}

/** An instant on the shop's clock. `relative` says how long ago it was and keeps the exact time at hand. */
export function Time({ value, relative = false }: { readonly value: string | null; readonly relative?: boolean }) {
  const t = useText(commonText)
  if (value === null) return <Nothing />
  const exact = formatTime(value)
  if (!relative) {
    return (
      <time className="num" dateTime={value} style={{ whiteSpace: 'nowrap' }}>
        {exact}
      </time>
    )
  }
  const seconds = Math.max(0, (Date.now() - Date.parse(value)) / 1000)
  const words =
    seconds < 60
      ? t('secondsAgo')
      : seconds < 3600
        ? t('minutesAgo', { count: Math.floor(seconds / 60) })
        : seconds < 86_400
          ? t('hoursAgo', { count: Math.floor(seconds / 3600) })
          : seconds < 30 * 86_400
            ? t('daysAgo', { count: Math.floor(seconds / 86_400) })
            : exact
  return (
    <Tooltip title={exact}>
      <time dateTime={value} style={{ whiteSpace: 'nowrap' }}>
        {words}
      </time>
    </Tooltip>
  )
}

/** A number or word that people carry elsewhere: copied with one press. */
export function Copyable({
  text,
  children,
  code = false,
}: {
  readonly text: string
  readonly children?: ReactNode
  readonly code?: boolean
}) {
  const t = useText(commonText)
  return (
    <Typography.Text code={code} className="num copyable" copyable={{ text, tooltips: [t('copy'), t('copied')] }}>
      {children ?? text}
    </Typography.Text>
  )
}

/** Stands where there is no value. */
export function Nothing() {
  return <Typography.Text type="secondary">–</Typography.Text>
}

/** Long words keep to one line and show in full when pointed at; on a phone, where nobody points, they wrap. */
export function OneLine({ children, width = 240 }: { readonly children: string; readonly width?: number | string }) {
  return (
    <Typography.Text className="one-line" ellipsis={{ tooltip: children }} style={{ maxWidth: width }}>
      {children}
    </Typography.Text>
  )
}
