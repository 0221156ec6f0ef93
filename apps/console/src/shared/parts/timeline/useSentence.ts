import type { Output } from '../../api/index.ts'
import { type Say, useList, useText } from '../../i18n/index.ts'
import { stateText } from '../../states.ts'
import { useGatewayName } from '../gateways.tsx'
import { useLineNote } from '../passedOver.ts'
import { useRefundReason } from '../refundReason.ts'
import { usePriceText } from '../values.tsx'
import { timelineText } from './timelineText.ts'

type Entry = Output<'orders.detail'>['timeline'][number]
type Key = keyof typeof timelineText.keys
type Params = Entry['params']

const TARGET_WORDS: Readonly<Record<string, Key>> = { balance: 'toBalance', hand: 'byHand', let_go: 'toLetGo' }

/** One entry of the history as a sentence. What this page does not know yet is shown by its key. */
export function useSentence(): (entry: Entry, manyLines: boolean) => string {
  const t = useText(timelineText)
  const state = useText(stateText)
  const gatewayName = useGatewayName()
  const refundReason = useRefundReason()
  const priceText = usePriceText()
  const noteOf = useLineNote()
  const list = useList()
  return (entry, manyLines) => {
    const { params } = entry
    const key = keyOf(entry)
    const line = manyLines && typeof params.lineNo === 'number' ? `${t('line', { line: params.lineNo })} · ` : ''
    // Deeds stand in the audit; those without a name are the buyer's own.
    const doer = entry.actor ?? (entry.kind === 'staff' ? t('buyer') : '')
    const actor = doer && `${doer === 'system' ? t('shop') : doer} `
    if (!(key in timelineText.keys)) return `${line}${actor}${entry.title}`
    const gateway = gatewayName(textOf(params.gateway ?? params.payWith) || null) || t('someGateway')
    return `${line}${actor}${t(key as Key, {
      amount: amountOf(params, priceText),
      gateway,
      pieces: t('pieces', { count: textOf(params.amount ?? params.quantity) }),
      reference: textOf(params.reference),
      note: textOf(params.note),
      proof: textOf(params.proof),
      supplier: textOf(params.supplier),
      reason:
        entry.title === 'refund.requested' || entry.title === 'refund.awaiting'
          ? refundReason(textOf(params.reason))
          : textOf(params.reason),
      why: list([state(`exception.${textOf(params.reason)}` as never), noteOf(textOf(params.note))].filter(Boolean)),
      turn: textOf(params.turn),
      error: textOf(params.error) || t('noDetail'),
      target: t(TARGET_WORDS[String(params.to)] ?? 'toSource'),
      message: params.channel === 'sms' ? t('sms') : t(params.template === 'order_delivered' ? 'mail' : 'otherMail'),
      outcome: outcomeOf(params.outcome, t),
    })}`
  }
}

function keyOf({ title, params }: Entry): string {
  if (title === 'order.cancelled') {
    const reason = textOf(params.reason)
    return reason === '' ? title : reason === 'buyer' ? `${title}.buyer` : `${title}.why`
  }
  if (title === 'activation.activate') return textOf(params.reason) === '' ? title : `${title}.why`
  if (title === 'order.retry') return `${title}.${params.delivered === true}`
  const received = title === 'payment.received' && textOf(params.state)
  return received && received !== 'applied' ? `${title}.${received}` : title
}

const textOf = (value: Params[string] | undefined): string =>
  value === null || value === undefined ? '' : String(value)

function amountOf({ amountFen, totalFen, points }: Params, priceText: ReturnType<typeof usePriceText>): string {
  const fen = amountFen ?? totalFen
  return typeof fen === 'number' ? priceText(fen, typeof points === 'number' ? points : 0) : ''
}

function outcomeOf(outcome: Params[string] | undefined, t: Say<Key>): string {
  if (outcome === 'paid') return t('outcomePaid')
  return outcome === 'not_paid' ? t('outcomeNotPaid') : t('outcomeUnknown')
}
