import type { Order } from '../../shared/api/types.ts'

/** What the buyer is told: the order's state, refined by what happens to its lines. */
export type Situation =
  | 'pending'
  | 'paid'
  | 'toppingUp'
  | 'fetching'
  | 'working'
  | 'asking'
  | 'correcting'
  | 'delivered'
  | 'deliveredLocked'
  | 'deliveredBound'
  | 'toppedUp'
  | 'served'
  | 'exception'
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
      return heldBack ? 'heldBack' : 'waiting'
    case 'supplying':
      return 'toppingUp'
    case 'delivered':
      return kind === 'topup' ? 'toppedUp' : kind === 'points' ? 'credited' : 'delivered'
    default:
      return state
  }
}

export function situationOf(order: Pick<Order, 'state' | 'canSeeCodes' | 'lines' | 'recharge'>): Situation {
  const { state, lines, recharge } = order
  if (state !== 'paid' && state !== 'delivered') return state
  if (recharge) {
    // A refund that the gateway refused is the shop's to solve; to the buyer it is still under way.
    return recharge.state === 'refunding' || recharge.state === 'exception' ? 'refunding' : 'delivered'
  }
  if (lines.some(({ supply }) => supply?.account)) return 'correcting'
  const some = (wanted: Order['lines'][number]['state']) => lines.some((line) => line.state === wanted)
  if (some('exception')) return some('delivered') ? 'partial' : 'exception'
  if (some('refunding')) return 'refunding'
  if (lines.some(({ service }) => service?.state === 'asking')) return 'asking'
  if (some('supplying')) {
    const supplying = lines.filter((line) => line.state === 'supplying')
    if (supplying.some(({ kind }) => kind === 'topup')) return 'toppingUp'
    return supplying.some(({ kind }) => kind === 'service') ? 'working' : 'fetching'
  }
  if (state === 'paid' && some('waiting')) return 'paid'
  // What was topped up is on the buyer's account: there is no code to show or to lock.
  if (lines.every(({ kind }) => kind === 'topup')) return 'toppedUp'
  if (lines.every(({ kind }) => kind !== 'card')) return 'served'
  if (!order.canSeeCodes) return 'deliveredLocked'
  const handedOver = lines.filter(({ kind, deliveredQuantity }) => kind === 'card' && deliveredQuantity > 0)
  return handedOver.length > 0 && handedOver.every(({ lock }) => lock !== null) ? 'deliveredBound' : 'delivered'
}
