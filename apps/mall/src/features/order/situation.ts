import type { Order } from '../../shared/api/types.ts'

/** What the buyer is told: the order's state, refined by what happens to its lines. */
export type Situation =
  | 'pending'
  | 'paid'
  | 'delivered'
  | 'deliveredLocked'
  | 'exception'
  | 'partial'
  | 'refunding'
  | 'refunded'
  | 'cancelled'
  | 'expired'

export function situationOf(order: Pick<Order, 'state' | 'canSeeCodes' | 'lines'>): Situation {
  const { state, lines } = order
  if (state !== 'paid' && state !== 'delivered') return state
  const some = (wanted: Order['lines'][number]['state']) => lines.some((line) => line.state === wanted)
  if (some('exception')) return some('delivered') ? 'partial' : 'exception'
  if (some('refunding')) return 'refunding'
  if (state === 'paid' && some('waiting')) return 'paid'
  return order.canSeeCodes ? 'delivered' : 'deliveredLocked'
}
