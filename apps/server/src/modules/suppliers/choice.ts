import type {
  BreakerState,
  CardSource,
  PassedOver,
  ProductKind,
  RoutePolicy,
  SkuKind,
  SupplierState,
} from '@quanshu/contract'

/** Somebody who could deliver a SKU: an entry of `suppliers.candidates`. */
export type Candidate = {
  readonly offerId: number
  readonly supplierId: number
  readonly supplier: string
  readonly productId: number
  readonly product: string
  readonly kind: ProductKind
  readonly costHao: number
  readonly currency: string
  readonly stock: number | null
  readonly minQuantity: number
  readonly maxQuantity: number | null
  readonly onSale: boolean
  readonly enabled: boolean
  readonly supplierState: SupplierState
  /** False: a paper that buying depends on has ended. */
  readonly isCovered: boolean
  readonly breaker: BreakerState
  readonly balanceHao: number | null
  readonly position: number
  readonly weight: number
  /** The supplier's field → the key of the goods' form that fills it. */
  readonly fieldMap: Readonly<Record<string, string>>
  /** Figures of the last purchases; seconds. */
  readonly tries: number
  readonly arrived: number
  readonly p50: number | null
  readonly p95: number | null
}

/** The sources of a SKU and how one is chosen: an entry of `suppliers.candidates`. */
export type Sources = {
  readonly skuId: number
  readonly policy: RoutePolicy
  /** Of codes: whether ours are sold first. */
  readonly source: CardSource
  /** What must be left of the price of a piece; null: no guard. */
  readonly leastMarginFen: number | null
  readonly candidates: readonly Candidate[]
}

export type Wanted = {
  readonly skuKind: SkuKind
  readonly quantity: number
  /** A source that has fewer will do: the rest is bought afterwards. */
  readonly inParts?: true
  readonly unitPriceFen: number
  /** Sold for points too: what they are worth is the shop's to say, so its loss cannot be judged by the price. */
  readonly unitPoints: number
  /** What the buyer filled in. */
  readonly form: Readonly<Record<string, string>>
  /** Offers that refused it before. */
  readonly refused: readonly number[]
}

export type Judged = Candidate & {
  readonly passedOver: PassedOver | null
  /** What a buyer has to be ready for: see `waitOf`. */
  readonly waitSeconds: number
  /** By `weighted`: its part of what is bought, 0 to 1; null for who is passed over, and by other policies. */
  readonly share: number | null
  /** Lower is better; null for who is passed over. */
  readonly score: number | null
}

export type Choice = {
  /** `wait`: those who could are down just now. `stop`: nobody will. */
  readonly verdict: 'buy' | 'wait' | 'stop'
  readonly chosen: Judged | undefined
  /** No more than this for a piece. */
  readonly ceilingHao: number
  readonly reason: 'no_source' | 'loss_guard' | null
  /** All of them, best first. */
  readonly judged: readonly Judged[]
}

/** Without a guard a price may still not run away between choosing and buying: a fifth at most. */
const UNGUARDED_RISE = 1.2
/** A source that was never used is believed to be as quick and as good as this. */
const UNTRIED_SECONDS = 30
/** The 95th percentile of fewer arrivals is just the slowest of them, and counts for so much less. */
const TAIL_COUNTS_FROM = 20
/** Who is this quick has the whole of the share that the shop gave it: seconds more or less are no reason. */
const QUICK_ENOUGH_SECONDS = 30
/** The shares are the shop's word, perhaps a contract's: a slow tail takes three quarters of one and no more. */
const LEAST_OF_SHARE = 0.25
/** Sources whose breaker lets single calls through come behind all that are well. */
const PROBED_LAST = 1e15

/**
 * Chooses who delivers, by the shop's policy and what was measured. Pure: the same figures give the same choice, except
 * for `weighted`, which draws.
 * @param draw 0 ≤ draw < 1, for `weighted`
 */
export function choose(sources: Sources, wanted: Wanted, draw: () => number = Math.random): Choice {
  const guarded = sources.leastMarginFen !== null && wanted.unitPoints === 0
  const guardHao = guarded ? (wanted.unitPriceFen - (sources.leastMarginFen ?? 0)) * 100 : null
  const judged = sources.candidates
    .map((candidate): Judged => {
      const passedOver = whyNot(candidate, wanted, guardHao)
      return { ...candidate, passedOver, waitSeconds: waitOf(candidate), share: null, score: null }
    })
    .map(sources.policy === 'weighted' ? sharing : (one) => one)
    .map((one) => ({ ...one, score: one.passedOver === null ? scoreOf(one, sources.policy, draw) : null }))
    .toSorted(byScore)
  const [first] = judged
  const chosen = first?.passedOver === null ? first : undefined
  const ceilingHao = guardHao ?? Math.ceil((chosen?.costHao ?? 0) * UNGUARDED_RISE)
  if (chosen) return { verdict: 'buy', chosen, ceilingHao, reason: null, judged }
  const canWait = judged.some(({ passedOver }) => passedOver === 'breaker_open')
  const isLoss = judged.some(({ passedOver }) => passedOver === 'above_ceiling')
  return {
    verdict: canWait ? 'wait' : 'stop',
    chosen,
    ceilingHao,
    reason: isLoss && !canWait ? 'loss_guard' : 'no_source',
    judged,
  }
}

/** The first reason that stands in the way; what passes by itself comes last. */
function whyNot(candidate: Candidate, wanted: Wanted, guardHao: number | null): PassedOver | null {
  const { costHao, stock, balanceHao, minQuantity, maxQuantity } = candidate
  const quantity = wanted.inParts
    ? Math.max(mostOf(candidate, wanted.quantity), Math.min(minQuantity, wanted.quantity), 1)
    : wanted.quantity
  if (!candidate.enabled) return 'offer_off'
  if (candidate.supplierState !== 'on') return 'supplier_paused'
  if (!candidate.isCovered) return 'paper_ended'
  if (!fits(candidate.kind, wanted.skuKind)) return 'wrong_kind'
  if (!candidate.onSale) return 'off_shelf'
  if (candidate.currency !== 'CNY') return 'other_currency'
  if (wanted.refused.includes(candidate.offerId)) return 'refused_before'
  if (Object.values(candidate.fieldMap).some((key) => !wanted.form[key])) return 'field_missing'
  if (quantity < minQuantity || (maxQuantity !== null && quantity > maxQuantity)) return 'quantity'
  if (guardHao !== null && costHao > guardHao) return 'above_ceiling'
  if (stock !== null && stock < quantity) return 'no_stock'
  if (balanceHao !== null && balanceHao < costHao * quantity) return 'balance_short'
  return candidate.breaker === 'open' ? 'breaker_open' : null
}

/** How many of so many pieces a source can deliver in one purchase; fewer than its least means none. */
export function mostOf({ costHao, stock, balanceHao, maxQuantity }: Candidate, quantity: number): number {
  const affordable = balanceHao === null || costHao === 0 ? quantity : Math.floor(Math.max(balanceHao, 0) / costHao)
  return Math.min(quantity, stock ?? quantity, maxQuantity ?? quantity, affordable)
}

/** Codes come as such or as an address to open; what is topped up leaves nothing behind. */
export const fits = (product: ProductKind, sku: SkuKind): boolean => (product === 'direct') === (sku === 'topup')

/**
 * How long whoever buys has to be ready to wait: half way from what is usual (p50) to what one of twenty goes through (p95). So
 * a source with a good middle and a long tail comes behind one that is a little slower and always so.
 */
export function waitOf({ arrived, p50, p95 }: Pick<Candidate, 'arrived' | 'p50' | 'p95'>): number {
  if (p50 === null) return UNTRIED_SECONDS
  const tail = Math.max(p95 ?? p50, p50) - p50
  return p50 + (tail / 2) * Math.min(arrived / TAIL_COUNTS_FROM, 1)
}

/** Of the weights that the shop gave, less what a longer wait than the quickest one's takes. One that was never used keeps its own. */
function sharing(one: Judged, _at: number, all: readonly Judged[]): Judged {
  const able = all.filter(({ passedOver }) => passedOver === null)
  const well = able.filter(({ breaker }) => breaker !== 'half_open')
  const quickest = Math.min(...well.map(({ waitSeconds }) => waitSeconds))
  const partOf = ({ weight, p50, waitSeconds }: Judged): number =>
    p50 === null
      ? weight
      : weight * Math.max(Math.min(Math.max(quickest, QUICK_ENOUGH_SECONDS) / waitSeconds, 1), LEAST_OF_SHARE)
  const whole = able.reduce((sum, other) => sum + partOf(other), 0)
  return { ...one, share: one.passedOver === null ? partOf(one) / whole : null }
}

function scoreOf(judged: Judged, policy: RoutePolicy, draw: () => number): number {
  const { tries, arrived, costHao, position, breaker, waitSeconds, share } = judged
  const late = breaker === 'half_open' ? PROBED_LAST : 0
  // One success and one failure that nobody saw: a source with one lucky try does not lead.
  const failing = 1 - (arrived + 1) / (tries + 2)
  switch (policy) {
    case 'cheapest':
      return late + costHao
    case 'fastest':
      return late + waitSeconds
    case 'reliable':
      return late + failing
    case 'fixed':
      return late + position
    case 'weighted':
      // The least of exponential draws falls to each in proportion to its share.
      return late - Math.log(1 - draw()) / (share ?? 1)
  }
}

function byScore(a: Judged, b: Judged): number {
  if (a.score === null || b.score === null) return Number(a.score === null) - Number(b.score === null)
  return a.score - b.score || failingOf(a) - failingOf(b) || a.position - b.position || a.offerId - b.offerId
}
const failingOf = ({ tries, arrived }: Candidate): number => 1 - (arrived + 1) / (tries + 2)

/** What the supplier is told, by its own names of the fields. */
export function fieldsOf(candidate: Candidate, form: Wanted['form']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(candidate.fieldMap).map(([field, key]) => [field, form[key] ?? '']))
}

/** What of a candidate is kept with the purchase. */
const KEPT = [
  'offerId',
  'supplier',
  'product',
  'costHao',
  'stock',
  'balanceHao',
  'breaker',
  'tries',
  'arrived',
  'p50',
  'p95',
  'waitSeconds',
  'share',
  'score',
  'passedOver',
] as const satisfies readonly (keyof Judged)[]

/** The choice as it is kept with the purchase. */
export const choiceRecord = (policy: RoutePolicy, { judged }: Choice) => ({
  policy,
  candidates: judged.map(
    (one) => Object.fromEntries(KEPT.map((key) => [key, one[key]])) as Pick<Judged, (typeof KEPT)[number]>,
  ),
})
