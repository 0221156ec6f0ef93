import {
  AlertOutlined,
  CreditCardOutlined,
  LockOutlined,
  MailOutlined,
  NotificationOutlined,
  SendOutlined,
  ShopOutlined,
  ShoppingCartOutlined,
  ToolOutlined,
  TransactionOutlined,
  UserOutlined,
} from '@ant-design/icons'
import { Timeline as Track, Typography } from 'antd'
import type { ReactNode } from 'react'
import type { Output } from '../../api/index.ts'
import { formatTime } from '../../format.ts'
import { useText } from '../../i18n/index.ts'
import { timelineText } from './timelineText.ts'
import { useSentence } from './useSentence.ts'
import './timeline.css'

type Entry = Output<'orders.detail'>['timeline'][number]
type Tone = 'green' | 'red' | 'orange' | 'blue' | 'gray'

const ICONS: Readonly<Record<Entry['kind'], ReactNode>> = {
  order: <ShoppingCartOutlined />,
  payment: <CreditCardOutlined />,
  notice: <NotificationOutlined />,
  hold: <LockOutlined />,
  delivery: <SendOutlined />,
  refund: <TransactionOutlined />,
  staff: <UserOutlined />,
  message: <MailOutlined />,
  supply: <ShopOutlined />,
  complaint: <ToolOutlined />,
}

/** What follows within a second belongs to one moment: a payment, its notice and the delivery stand together. */
const MOMENT_MS = 1_000

/** Everything that happened to an order, by moment, newest day last. */
export function Timeline({ entries, manyLines }: { readonly entries: readonly Entry[]; readonly manyLines: boolean }) {
  const t = useText(timelineText)
  const told = withoutEchoes(entries)
  const moments = momentsOf(told)
  return (
    <>
      <Track
        className="order-timeline"
        items={moments.map((moment, at) => ({
          key: moment[0]?.at ?? at,
          color: toneOf(moment),
          content: <Moment entries={moment} sayDay={dayOf(moment) !== dayOf(moments[at - 1])} manyLines={manyLines} />,
        }))}
      />
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {t('timelineCount', { count: told.length })}
      </Typography.Text>
    </>
  )
}

function Moment({
  entries,
  sayDay,
  manyLines,
}: {
  readonly entries: readonly Entry[]
  readonly sayDay: boolean
  readonly manyLines: boolean
}) {
  const sentence = useSentence()
  return (
    <>
      {sayDay && <div className="moment-day num">{dayOf(entries)}</div>}
      {entries.map((entry, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: history only grows at its end
        <div key={at} className={`moment-entry moment-${severityOf(entry)}`}>
          <span className="moment-icon">{severityOf(entry) === 'bad' ? <AlertOutlined /> : ICONS[entry.kind]}</span>
          <span className="moment-text">{sentence(entry, manyLines)}</span>
          <time className="moment-time" dateTime={entry.at} title={`${formatTime(entry.at)}.${millis(entry.at)}`}>
            {formatTime(entry.at).slice(11)}
            <small>.{millis(entry.at)}</small>
          </time>
        </div>
      ))}
    </>
  )
}

/**
 * A refund and a cancelling stand in two books, the staff's and the order's; who did it and why is told once. So is a refund
 * that failed, which made its line an exception.
 */
function withoutEchoes(entries: readonly Entry[]): readonly Entry[] {
  const cancelledByStaff = entries.some((entry) => entry.title === 'order.cancel')
  return entries.filter(
    ({ title, params }) =>
      title !== 'order.refund' &&
      !(cancelledByStaff && title === 'order.cancelled') &&
      !(title === 'delivery.exception' && params.reason === 'refund_failed'),
  )
}

function momentsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const moments: Entry[][] = []
  for (const entry of inOrder(entries)) {
    const current = moments.at(-1)
    const began = current?.[0]
    if (current && began && Date.parse(entry.at) - Date.parse(began.at) <= MOMENT_MS) current.push(entry)
    else moments.push([entry])
  }
  return moments
}

/** What was written in one transaction bears one time; then cause comes before effect, and line after line. */
function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const rank = (entry: Entry) =>
    ORDER_OF_KINDS.indexOf(entry.kind) * 1_000 +
    (/^(?:refund\.(?:done|failed)|notice\.(?:surplus|duplicate))$/.test(entry.title)
      ? 500
      : Number(entry.params.lineNo ?? 0))
  return entries.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at) || rank(one) - rank(other))
}

const ORDER_OF_KINDS: readonly Entry['kind'][] = [
  'order',
  'notice',
  'payment',
  'hold',
  'staff',
  'supply',
  'complaint',
  'delivery',
  'refund',
  'message',
]

const dayOf = (moment: readonly Entry[] | undefined): string | undefined =>
  moment?.[0] && formatTime(moment[0].at).slice(0, 10)
const millis = (at: string): string => String(new Date(at).getMilliseconds()).padStart(3, '0')

const BAD =
  /^(?:delivery\.exception|supply\.(?:refused|partial|contradicted)|complaint\.rejected|refund\.failed|chargeback\.(?:opened|lost)|message\.refused|notice\.(?:bad_signature|wrong_\w+|unknown_order|malformed))$/
const WAITING =
  /^(?:complaint\.(?:person|reported|buying)|refund\.(?:requested|awaiting)|notice\.(?:surplus|unmatched)|message\.(?:queued|sending|unknown))$/
const GOOD =
  /^(?:delivery\.(?:done|replaced)|supply\.done|complaint\.(?:replaced|refunded)|payment\.received|refund\.done|chargeback\.won)$/
const OVER = /^order\.(?:cancelled|expired|refunded)$/

function severityOf({ title }: Entry): 'bad' | 'waiting' | 'good' | 'over' | 'plain' {
  if (BAD.test(title)) return 'bad'
  if (WAITING.test(title)) return 'waiting'
  if (GOOD.test(title)) return 'good'
  return OVER.test(title) ? 'over' : 'plain'
}

function toneOf(moment: readonly Entry[]): Tone {
  const found = new Set(moment.map(severityOf))
  if (found.has('bad')) return 'red'
  if (found.has('good')) return 'green'
  if (found.has('waiting')) return 'orange'
  return found.has('over') ? 'gray' : 'blue'
}
