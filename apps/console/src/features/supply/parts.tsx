import { Tag, Tooltip, Typography } from 'antd'
import type { Output, Row } from '../../shared/api/index.ts'
import { formatMoney, formatSeconds, formatTime } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Hao, Nothing } from '../../shared/parts/values.tsx'
import { supplierText } from './text.ts'

type Supplier = Row<'suppliers.list'>
type Quality = Supplier['quality']
type Can = Output<'suppliers.read'>['capabilities']

/** The lane to a supplier, with the reason why it is not in good order. */
export function Lane({ supplier }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const { breaker, openUntil, failures } = supplier
  const why =
    breaker === 'open'
      ? t('openUntil', { failures, time: openUntil ? formatTime(openUntil) : '–' })
      : breaker === 'half_open'
        ? t('halfOpen')
        : failures > 0
          ? t('failures', { failures })
          : undefined
  return (
    <Tooltip title={why}>
      <span>
        <StateTag kind="breaker" state={breaker} />
      </span>
    </Tooltip>
  )
}

/** Below nine in ten somebody should look, below half nobody should buy there. */
const [GOOD, BAD] = [0.9, 0.5]

export function Rate({ quality }: { readonly quality: Quality }) {
  const t = useText(supplierText)
  if (quality.tries === 0) {
    return (
      <Tooltip title={t('noTries')}>
        <span>
          <Nothing />
        </span>
      </Tooltip>
    )
  }
  const rate = quality.arrived / quality.tries
  return (
    <Tooltip title={t('rateOf', { tries: quality.tries, arrived: quality.arrived })}>
      <Typography.Text className="num" {...(rate < BAD ? { type: 'danger' } : rate < GOOD ? { type: 'warning' } : {})}>
        {percentOf(rate)}%
      </Typography.Text>
    </Tooltip>
  )
}

/** `0.985` → `98.5`, `1` → `100`. */
export const percentOf = (rate: number): string => String(Math.round(rate * 1000) / 10)

export function Speed({ quality: { p50, p95 } }: { readonly quality: Quality }) {
  const t = useText(supplierText)
  if (p50 === null) return <Nothing />
  const [half, most] = [formatSeconds(p50), p95 === null ? '–' : formatSeconds(p95)]
  return (
    <Tooltip title={t('speedHint', { p50: half, p95: most })}>
      <span className="num" style={{ whiteSpace: 'nowrap' }}>
        {half} <Typography.Text type="secondary">/ {most}</Typography.Text>
      </span>
    </Tooltip>
  )
}

/** What is left of the money that was paid to the supplier beforehand. */
export function Balance({ supplier }: { readonly supplier: Supplier }) {
  const t = useText(supplierText)
  const { balanceHao, balanceAt, balanceAlarmFen, isLow } = supplier
  if (balanceHao === null) return <Typography.Text type="secondary">{t('balanceUnknown')}</Typography.Text>
  const hints = [
    isLow && t('low', { amount: formatMoney(balanceAlarmFen ?? 0) }),
    balanceAt && t('balanceAt', { time: formatTime(balanceAt) }),
  ].filter(Boolean)
  return (
    <Tooltip title={hints.join(' · ')}>
      <span className={isLow ? 'supply-low' : ''}>
        <Hao hao={balanceHao} />
      </span>
    </Tooltip>
  )
}

const CAPABILITIES = [
  'products',
  'stock',
  'templates',
  'balance',
  'callback',
  'priceGuard',
  'accountCheck',
  'statement',
  'cancel',
  'cardState',
] as const satisfies readonly (keyof Can)[]

/** What an interface can do, and, quietly, what it cannot. */
export function Capabilities({ can }: { readonly can: Can }) {
  const t = useText(supplierText)
  return (
    <span className="supply-chips">
      {CAPABILITIES.filter((one) => can[one]).map((one) => (
        <Tag key={one} variant="filled" style={{ marginInlineEnd: 0 }}>
          {t(`can_${one}`)}
        </Tag>
      ))}
    </span>
  )
}
