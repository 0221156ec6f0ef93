import type { Random } from '../random.ts'

/** What one actor does next. Shares (0 to 1) choose among what there is by then, e.g. which delivered order is refunded. */
export type BuyErrand = {
  readonly kind: 'buy'
  readonly thinkMs: number
  /** SKUs by their place in the shop. */
  readonly lines: readonly { readonly sku: number; readonly quantity: number }[]
  /** The same request twice at the same moment, at both API processes. */
  readonly isDoubleClick: boolean
  readonly payWith: 'sim-pay' | 'balance'
  readonly next: BuyStep
  readonly noticeFault: NoticeFault | undefined
  readonly reads: 'page' | 'stream' | 'lookup' | 'list'
  readonly marksUsed: boolean
}
/** After placing: how the buyer goes on. */
export type BuyStep =
  | 'pay'
  | 'pay_and_leave'
  | 'cancel'
  | 'abandon'
  | 'cancel_while_paying'
  | 'cancel_then_pay'
  /** A member's balance and the gateway at the same moment. */
  | 'pay_both_ways'

export const NOTICE_FAULTS = [
  { kind: 'notice.lose', times: 1 },
  { kind: 'notice.lose', times: 2 },
  { kind: 'notice.delay', ms: 3_000, times: 1 },
  { kind: 'notice.delay', ms: 12_000, times: 1 },
  { kind: 'notice.parallel', count: 5, times: 1 },
  { kind: 'notice.again', ms: 2_500, times: 1 },
  { kind: 'notice.again', ms: 86_400_000, times: 1 },
  { kind: 'notice.forge', times: 1 },
  { kind: 'notice.tamper', times: 1 },
  { kind: 'notice.stale', times: 1 },
  { kind: 'notice.wrong_merchant', times: 1 },
  { kind: 'notice.wrong_amount', times: 1 },
  { kind: 'notice.wrong_currency', times: 1 },
  { kind: 'notice.malformed', times: 1 },
  { kind: 'pay.double', times: 1 },
] as const
export type NoticeFault = (typeof NOTICE_FAULTS)[number]

export type StaffErrand = {
  readonly kind: 'staff'
  readonly thinkMs: number
  readonly act:
    | 'refund'
    | 'replace'
    | 'suspend_and_resume'
    | 'top_up'
    | 'query_payment'
    | 'retry_exceptions'
    | 'refund_exceptions'
    | 'cancel_order'
    | 'retry_refunds'
  readonly share: number
  /** Two of the same request at the same moment. */
  readonly isDoubleClick: boolean
  readonly to: 'source' | 'balance'
  readonly amountFen: number
  readonly lastsMs: number
}

export type ImportErrand = {
  readonly kind: 'import'
  readonly thinkMs: number
  readonly sku: number
  readonly lines: number
  /** Of the lines: codes that were imported before. */
  readonly repeatedShare: number
  readonly invalidLines: number
  /** The upload breaks off here (0 to 1), then the whole file is sent again. */
  readonly cutAt: number | undefined
  /** Both API processes get the file at the same moment. */
  readonly isSentTwice: boolean
}

/** Variants that are sold from stock. The one behind them is a top-up that suppliers deliver. */
export const SKUS = 5
export const isTopUp = (sku: number): boolean => sku === SKUS

export function buyErrand(random: Random, isMember: boolean): BuyErrand {
  const isForAccount = random.chance(0.15)
  const lines = [
    isForAccount ? { sku: SKUS, quantity: 1 } : { sku: random.int(0, SKUS - 1), quantity: random.weighted(QUANTITIES) },
  ]
  if (!isForAccount && random.chance(0.12)) lines.push({ sku: ((lines[0]?.sku ?? 0) + 1) % SKUS, quantity: 1 })
  const payWith = isMember && random.chance(0.6) ? 'balance' : 'sim-pay'
  return {
    kind: 'buy',
    thinkMs: random.int(20, 600),
    lines,
    isDoubleClick: random.chance(0.25),
    payWith,
    next: random.weighted(isMember ? [...STEPS, [8, 'pay_both_ways'] as const] : STEPS),
    noticeFault: random.chance(0.3) ? random.pick(NOTICE_FAULTS) : undefined,
    reads: random.weighted(READS),
    marksUsed: random.chance(0.1),
  }
}

const QUANTITIES = [
  [70, 1],
  [20, 2],
  [8, 5],
  [2, 25],
] as const
const STEPS: readonly (readonly [number, BuyStep])[] = [
  [66, 'pay'],
  [8, 'pay_and_leave'],
  [7, 'cancel'],
  [7, 'abandon'],
  [6, 'cancel_while_paying'],
  [6, 'cancel_then_pay'],
]
const READS = [
  [40, 'page'],
  [30, 'stream'],
  [20, 'lookup'],
  [10, 'list'],
] as const

export function staffErrand(random: Random): StaffErrand {
  return {
    kind: 'staff',
    thinkMs: random.int(100, 900),
    act: random.weighted([
      [30, 'refund'],
      [22, 'replace'],
      [8, 'suspend_and_resume'],
      [15, 'top_up'],
      [8, 'query_payment'],
      [6, 'retry_exceptions'],
      [3, 'refund_exceptions'],
      [5, 'cancel_order'],
      [3, 'retry_refunds'],
    ]),
    share: random.share(),
    isDoubleClick: random.chance(0.3),
    to: random.chance(0.7) ? 'source' : 'balance',
    amountFen: random.int(1, 20) * 1_000 * (random.chance(0.1) ? -1 : 1),
    lastsMs: random.int(200, 2_500),
  }
}

export function importErrand(random: Random): ImportErrand {
  return {
    kind: 'import',
    thinkMs: random.int(1_500, 5_000),
    sku: random.int(0, SKUS - 1),
    lines: random.weighted([
      [60, 400],
      [30, 2_600],
      [10, 6_500],
    ]),
    repeatedShare: random.pick([0, 0.1, 1]),
    invalidLines: random.int(0, 5),
    cutAt: random.chance(0.5) ? 0.2 + 0.7 * random.share() : undefined,
    isSentTwice: random.chance(0.2),
  }
}
