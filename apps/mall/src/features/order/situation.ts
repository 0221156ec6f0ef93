import type { Order } from '../../shared/api/types.ts'

/** What the buyer is told: the order's state, refined by what happens to its lines. */
export type Situation =
  | 'pending'
  | 'paid'
  | 'toActivate'
  | 'activationHeld'
  | 'lapsed'
  | 'toppingUp'
  | 'fetching'
  | 'working'
  | 'making'
  | 'asking'
  | 'correcting'
  | 'delivered'
  | 'deliveredLocked'
  | 'deliveredBound'
  | 'toppedUp'
  | 'served'
  | 'linked'
  | 'exception'
  | 'awaited'
  | 'partial'
  | 'refunding'
  | 'refunded'
  | 'cancelled'
  | 'expired'

/** How a part of a bundle stands. */
export type PartSituation =
  | 'waiting'
  | 'heldBack'
  | 'toppingUp'
  | 'delivered'
  | 'credited'
  | 'toppedUp'
  | 'exception'
  | 'refunding'
  | 'refunded'
  | 'cancelled'

export function partSituation({
  state,
  kind,
  heldBack,
}: Pick<Order['lines'][number], 'state' | 'kind' | 'heldBack'>): PartSituation {
  switch (state) {
    case 'waiting':
    // Parts are never kept for later.
    case 'dormant':
      return heldBack ? 'heldBack' : 'waiting'
    case 'supplying':
      return 'toppingUp'
    case 'delivered':
      return kind === 'topup' ? 'toppedUp' : kind === 'points' ? 'credited' : 'delivered'
    default:
      return state
  }
}

export function situationOf(
  order: Pick<Order, 'state' | 'canSeeCodes' | 'lines' | 'recharge'> & Partial<Pick<Order, 'payment'>>,
): Situation {
  const { state, lines, recharge } = order
  if (state !== 'paid' && state !== 'delivered') return state
  if (recharge) {
    // A refund that the gateway refused is the shop's to solve; to the buyer it is still under way.
    return recharge.state === 'refunding' || recharge.state === 'exception' ? 'refunding' : 'delivered'
  }
  if (lines.some(({ supply }) => supply?.account)) return 'correcting'
  const some = (wanted: Order['lines'][number]['state']) => lines.some((line) => line.state === wanted)
  if (some('exception')) {
    if (some('delivered')) return 'partial'
    // A redeem code paid, no money: what is short is waited for.
    return order.payment?.gateway === 'redeem' ? 'awaited' : 'exception'
  }
  if (some('refunding')) return 'refunding'
  if (lines.some(({ service }) => service?.state === 'asking')) return 'asking'
  if (some('dormant')) {
    const open = lines.filter(({ activation }) => activation?.state === 'open')
    if (open.length === 0) return 'lapsed'
    return open.some(({ activation }) => activation?.onHold === null) ? 'toActivate' : 'activationHeld'
  }
  if (some('supplying')) {
    const supplying = lines.filter((line) => line.state === 'supplying')
    if (supplying.some(({ kind }) => kind === 'topup')) return 'toppingUp'
    if (supplying.some(({ kind }) => kind === 'service')) return 'working'
    return supplying.every(({ kind }) => kind === 'link') ? 'making' : 'fetching'
  }
  if (state === 'paid' && some('waiting')) return 'paid'
  if (lines.every(({ activation }) => activation?.state === 'lapsed')) return 'lapsed'
  // What was topped up is on the buyer's account: there is no code to show or to lock.
  if (lines.every(({ kind }) => kind === 'topup')) return 'toppedUp'
  if (lines.every(({ kind }) => kind !== 'card' && kind !== 'link')) return 'served'
  if (!order.canSeeCodes) return 'deliveredLocked'
  const handedOver = lines.filter(
    ({ kind, deliveredQuantity }) => (kind === 'card' || kind === 'link') && deliveredQuantity > 0,
  )
  if (handedOver.length > 0 && handedOver.every(({ lock }) => lock !== null)) return 'deliveredBound'
  return lines.some(({ kind }) => kind === 'card') ? 'delivered' : 'linked'
}
