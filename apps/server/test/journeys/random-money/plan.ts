import fc from 'fast-check'

/** What becomes of a thousand orders, decided before the first of them is placed: a seed is a whole history. */

export const GATEWAYS = ['alipay', 'wechat', 'epay', 'stripe', 'sim-pay'] as const
export type Gateway = (typeof GATEWAYS)[number]

/** How the gateway tells of a payment; all but the first three are found by asking. */
const NEWS = ['once', 'parallel', 'thrice', 'lost', 'forged', 'tampered', 'lying', 'before_answer'] as const
/**
 * `late`: paid after it expired. `double`: at two gateways, or twice at one. `oddly`: another amount than was asked for.
 * `cut`: the gateway's answer to the opening is lost, and the person tries again.
 */
const FATES = ['paid', 'cut', 'unpaid', 'cancelled', 'late', 'double', 'oddly'] as const
/** How the gateway answers to a refund. */
const ANSWERS = ['fine', 'lost_answer', 'slow', 'failed_later', 'refused'] as const

export type RefundPlan = {
  readonly takes: 'order' | 'line' | 'piece' | 'amount'
  /** Of the order's lines, by turns. */
  readonly line: number
  /** Of what the line cost, for an amount. */
  readonly percent: number
  readonly to: 'source' | 'balance'
  readonly answer: (typeof ANSWERS)[number]
  /** What staff do about one that failed. */
  readonly remedy: 'to_balance' | 'by_hand' | 'leave'
  /** What the second person says, where one is asked. */
  readonly approved: boolean
}

export type OrderPlan = {
  readonly way: Gateway | 'balance'
  readonly other: Gateway
  readonly device: 'desktop' | 'phone'
  readonly asMember: boolean
  /** Of the price, what the balance pays beside the gateway. */
  readonly balancePercent: number
  /** Goods by turns and how many pieces; each goods stands on one line. */
  readonly lines: readonly { readonly goods: number; readonly quantity: number }[]
  readonly fate: (typeof FATES)[number]
  readonly news: (typeof NEWS)[number]
  /** For `oddly`: what came beyond the price. */
  readonly beyondFen: number
  readonly decision: 'refund' | 'balance' | 'apply'
  readonly refunds: readonly RefundPlan[]
  /** A payer's bank takes the money back, and what becomes of that. */
  readonly dispute: 'none' | 'open' | 'lost' | 'won'
}

export const GOODS = 5
/** These cost points beside money. */
export const POINTS_GOODS = 3

const weighted = <const T extends string | boolean>(
  ...choices: readonly (readonly [weight: number, value: T])[]
): fc.Arbitrary<T> => fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })))

const refund: fc.Arbitrary<RefundPlan> = fc.record({
  takes: weighted([2, 'order'], [2, 'line'], [3, 'piece'], [3, 'amount']),
  line: fc.nat(9),
  percent: fc.integer({ min: 1, max: 100 }),
  to: weighted([3, 'source'], [1, 'balance']),
  answer: weighted([4, 'fine'], [2, 'lost_answer'], [1, 'slow'], [1, 'failed_later'], [1, 'refused']),
  remedy: weighted([2, 'to_balance'], [2, 'by_hand'], [1, 'leave']),
  approved: weighted([4, true], [1, false]),
})

const order: fc.Arbitrary<OrderPlan> = fc
  .record({
    way: weighted([3, 'alipay'], [3, 'wechat'], [3, 'epay'], [2, 'stripe'], [3, 'sim-pay'], [2, 'balance']),
    other: fc.constantFrom(...GATEWAYS),
    device: fc.constantFrom('desktop', 'phone'),
    asMember: fc.boolean(),
    balancePercent: fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 90 }) },
    ),
    lines: fc.uniqueArray(fc.record({ goods: fc.nat(GOODS - 1), quantity: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 3,
      selector: ({ goods }) => goods,
    }),
    fate: weighted([13, 'paid'], [2, 'cut'], [2, 'unpaid'], [1, 'cancelled'], [1, 'late'], [1, 'double'], [1, 'oddly']),
    news: weighted(
      [8, 'once'],
      [2, 'parallel'],
      [2, 'thrice'],
      [2, 'lost'],
      [1, 'forged'],
      [1, 'tampered'],
      [1, 'lying'],
      [2, 'before_answer'],
    ),
    beyondFen: fc.oneof(fc.integer({ min: -300, max: -1 }), fc.integer({ min: 1, max: 900 })),
    decision: fc.constantFrom('refund', 'balance', 'apply'),
    refunds: fc.oneof(
      { weight: 2, arbitrary: fc.constant<RefundPlan[]>([]) },
      fc.array(refund, { minLength: 1, maxLength: 3 }),
    ),
    dispute: weighted([7, 'none'], [1, 'open'], [1, 'lost'], [1, 'won']),
  })
  .map(possible)

/** A seed's orders. */
export const planOf = (seed: number, count: number): readonly OrderPlan[] => fc.sample(order, { seed, numRuns: count })

/** Not every gateway can do everything. */
function possible(plan: OrderPlan): OrderPlan {
  const { way, fate } = plan
  // Guests have no points.
  const forMoney = plan.lines.filter(({ goods }) => plan.asMember || way === 'balance' || goods !== POINTS_GOODS)
  const bought = forMoney.length > 0 ? forMoney : [{ goods: 0, quantity: 1 }]
  const other = plan.other === way ? (GATEWAYS.find((gateway) => gateway !== way) ?? 'alipay') : plan.other
  if (way === 'balance')
    return {
      ...plan,
      other,
      lines: bought,
      asMember: true,
      balancePercent: 0,
      fate: 'paid',
      news: 'once',
      dispute: 'none',
    }
  // Where the person's browser makes the payment there is no opening whose answer could be lost, and a paid page is late.
  const cannot =
    (fate === 'cut' && way === 'alipay') ||
    (fate === 'late' && way === 'stripe') ||
    (fate === 'oddly' && (way === 'epay' || way === 'stripe'))
  return {
    ...plan,
    other,
    balancePercent: plan.asMember ? plan.balancePercent : 0,
    fate: cannot ? 'paid' : fate,
    news: fate === 'paid' || fate === 'cut' || cannot ? plan.news : 'once',
    dispute: way === 'stripe' ? plan.dispute : 'none',
    lines: bought,
  }
}
