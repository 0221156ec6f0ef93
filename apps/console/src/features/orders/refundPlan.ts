import type { Output } from '../../shared/api/index.ts'

export type Order = Output<'orders.detail'>
export type Line = Order['lines'][number]

/** Whole line or order, some pieces, an amount of goodwill, or what failed before. */
export type How = 'line' | 'pieces' | 'amount' | 'again'

/** Stands for every line in a field whose values are line numbers. */
export const ALL = 0

/** What may be decided about: not what failed, which was decided before. Fen. */
export const leftOf = (line: Line): number => line.amountFen - line.refundedFen - line.refundingFen

/** What refunding the whole line gives back: also what failed. Fen. */
export const wholeOf = (line: Line): number => leftOf(line) + line.failedFen

/** Points that are not back yet. */
export const pointsLeft = (line: Line): number => line.quantity * line.unitPoints - line.refundedPoints

/** The shop gave it away in a file: there is no money in it, but its rights can end. */
export const isGift = ({ channel, totalFen }: Pick<Order, 'channel' | 'totalFen'>): boolean =>
  channel === 'bulk' && totalFen === 0

/** As the server decides it; a free line of a paid order has nothing to give back. */
export const isRefundable = (line: Line, gift = false): boolean =>
  (['dormant', 'delivered', 'exception', 'refunding', 'refunded'].includes(line.state) ||
    // What people work on may be given back for at any time; it ends their work.
    ((line.kind === 'service' || line.kind === 'link') && line.state === 'supplying')) &&
  (wholeOf(line) > 0 || pointsLeft(line) > 0 || (gift && line.refundedQuantity < line.quantity))

export const livingGrants = (line: Line) => line.grants.filter((grant) => grant.state !== 'revoked')

/** Pieces still in the buyer's hands. The page of a large line carries only its first grants. */
export const ownedPieces = (line: Line): number =>
  line.deliveredQuantity === 0 ? 0 : line.quantity - line.refundedQuantity

/** How this line may be refunded; the first is offered first. */
export function waysOf(line: Line, gift = false): readonly How[] {
  const delivered = line.deliveredQuantity > 0
  const ways: (How | false)[] = [
    line.failedFen > 0 && 'again',
    (wholeOf(line) > 0 || pointsLeft(line) > 0 || gift) && 'line',
    delivered &&
      (leftOf(line) > 0 || pointsLeft(line) > 0 || gift) &&
      livingGrants(line).length > 0 &&
      line.kind !== 'points' &&
      'pieces',
    delivered && leftOf(line) > 0 && 'amount',
  ]
  return ways.filter((way) => way !== false)
}

/** What so many pieces cost: their share of the line, the last ones taking what rounding left; at most what is left. */
export function shareOf(line: Line, pieces: number): number {
  const upTo = (count: number) => Math.floor((line.amountFen * count) / line.quantity)
  return Math.min(leftOf(line), upTo(line.refundedQuantity + pieces) - upTo(line.refundedQuantity))
}

/** What refunding an amount of a recharge takes from the member's balance: with it, its share of the bonus. Fen. */
export function creditOf(order: Pick<Order, 'totalFen' | 'creditFen'>, line: Line, amountFen: number): number {
  const bonusUpTo = (fen: number) => Math.floor(((order.creditFen - order.totalFen) * fen) / order.totalFen)
  const before = line.refundedFen + line.refundingFen
  return amountFen + bonusUpTo(before + amountFen) - bonusUpTo(before)
}

/** Whether the order gives back more than one person may decide, with this refund. */
export function needsApproval(order: Order, how: How, amountFen: number, points: number): boolean {
  const given = order.refunds.filter(
    ({ lineNo, state, isReplaced }) =>
      lineNo !== null && !isReplaced && ['requested', 'processing', 'done', 'failed'].includes(state),
  )
  const isOver = (most: number, now: number, before: readonly number[]) =>
    most > 0 && before.reduce((sum, one) => sum + one, now) > most
  return (
    how !== 'again' &&
    (isOver(
      order.refundApprovalAboveFen,
      amountFen,
      given.map((refund) => refund.amountFen),
    ) ||
      isOver(
        order.refundApprovalAbovePoints,
        points,
        given.map((refund) => refund.points),
      ))
  )
}
