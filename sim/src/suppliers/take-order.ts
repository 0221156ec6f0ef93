import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import {
  type AccountField,
  type Books,
  CARD_TROUBLES,
  type Goods,
  type GoodsKind,
  type Order,
  type Plan,
} from './books.ts'
import { charge } from './carry-out.ts'
import type { SupplierFaultKind } from './faults.ts'

/** Why a supplier does not do what he is asked to. Each protocol says it in its own codes and words. */
export type RefusalReason =
  | 'bad_request'
  | 'unknown_goods'
  | 'wrong_kind'
  | 'off_sale'
  | 'paused'
  | 'no_stock'
  | 'bad_quantity'
  | 'missing_account'
  | 'wrong_account'
  | 'price_too_high'
  | 'no_balance'
  | 'number_used'
  | 'unknown_order'
  | 'unknown_card'

export class SupplierRefusal extends Error {
  readonly reason: RefusalReason
  constructor(reason: RefusalReason) {
    super(reason)
    this.reason = reason
  }
}

export type PlaceInput = {
  readonly outerNo: string
  readonly goodsId: string
  /** What the called method sells; others are refused. Absent: it sells everything. */
  readonly kinds?: readonly GoodsKind[]
  readonly quantity: number
  readonly account: Readonly<Record<string, string>>
  /** What the whole order may cost at most; absent: whatever it costs. */
  readonly ceilingHao?: number | undefined
  /** The face value where the buyer chooses it; it is paid on top of the goods' price. */
  readonly faceHao?: number
  readonly notifyUrl: string
  readonly terms: string
}

/** How long a delivery takes. */
export type Pace = { topupMs: number; cardMs: number }

type TakingParts = {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<SupplierFaultKind>
  readonly pace: Pace
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const UNIT_HAO = 10_000

/**
 * Checks an order, takes stock and money for it, and writes it down with what will become of it.
 * @throws SupplierRefusal for the first reason that is found, in the order in which suppliers look
 */
export function takeOrder(parts: TakingParts, goods: Goods, input: PlaceInput): Order {
  const { books, faults, clock } = parts
  const at = { key: input.outerNo, goods: goods.id }
  refuseGoods(parts, goods, input)
  const raise = faults.take('order.price_up', at)
  if (raise) books.save('goods', Object.assign(goods, { priceHao: goods.priceHao + (raise.amount ?? UNIT_HAO) }))
  const unitHao = goods.priceHao + (input.faceHao ?? 0)
  const totalHao = unitHao * input.quantity
  if (totalHao > (input.ceilingHao ?? totalHao)) throw new SupplierRefusal('price_too_high')
  const isPoor = books.account().balanceHao < totalHao || faults.take('order.no_balance', at)
  if (isPoor) throw new SupplierRefusal('no_balance')

  const isUnpaid = faults.take('order.unpaid', at) !== undefined
  const order: Order = {
    orderNo: books.nextNo(String(new Date(clock.now()).getUTCFullYear())),
    outerNo: input.outerNo,
    goodsId: goods.id,
    quantity: input.quantity,
    faceHao: input.faceHao ?? 0,
    unitHao,
    totalHao,
    account: input.account,
    notifyUrl: input.notifyUrl,
    terms: input.terms,
    plan: planOf(parts, goods, input),
    createdAtMs: clock.now(),
    state: isUnpaid ? 'unpaid' : 'processing',
    cardIds: [],
    pieces: 0,
    refundedHao: 0,
    reason: '',
    serialNo: '',
  }
  if (!isUnpaid) charge(books, order)
  books.save('order', order)
  return order
}

function refuseGoods({ books, faults }: TakingParts, goods: Goods, input: PlaceInput): void {
  const at = { key: input.outerNo, goods: goods.id }
  const { quantity } = input
  if (faults.take('order.reject', at)) throw new SupplierRefusal('unknown_goods')
  if (input.kinds && !input.kinds.includes(goods.kind)) throw new SupplierRefusal('wrong_kind')
  if (goods.state === 'off' || faults.take('order.delisted', at)) throw new SupplierRefusal('off_sale')
  if (goods.state === 'paused') throw new SupplierRefusal('paused')
  if (!Number.isSafeInteger(quantity) || quantity < goods.quantityMin || quantity > goods.quantityMax) {
    throw new SupplierRefusal('bad_quantity')
  }
  if (!goods.fields.every((field) => isFilledIn(field, input.account[field.key]))) {
    throw new SupplierRefusal('missing_account')
  }
  if (!isOpen(books, input.account)) throw new SupplierRefusal('wrong_account')
  if (goods.stock < quantity || faults.take('order.no_stock', at)) throw new SupplierRefusal('no_stock')
}

/** Nobody is asked whether an account exists that no script ever spoke of. */
const isOpen = ({ people }: Books, account: Readonly<Record<string, string>>): boolean =>
  Object.values(account).every((name) => people.get(name)?.isOpen ?? true)

function isFilledIn({ isRequired, options }: AccountField, value: string | undefined): boolean {
  return value ? (options?.includes(value) ?? true) : !isRequired
}

function planOf({ faults, clock, pace }: TakingParts, goods: Goods, input: PlaceInput): Plan {
  const at = { key: input.outerNo, goods: goods.id }
  const slow = faults.take('order.slow', at)
  const failing = faults.take('order.fail', at)
  const partial = faults.take('order.partial', at)
  const hidden = faults.take('order.not_found', at)
  const usualMs = goods.kind === 'topup' ? pace.topupMs : pace.cardMs
  const cards = CARD_TROUBLES.find((kind) => faults.take(`card.${kind}`, at))
  const pieces = failing ? 0 : partial ? Math.min(partial.count ?? input.quantity - 1, input.quantity) : input.quantity
  return {
    deliverAtMs: clock.now() + (slow ? (slow.ms ?? 10 * MINUTE) : usualMs),
    end: pieces === input.quantity ? 'success' : pieces === 0 ? 'failed' : 'partial',
    pieces,
    reason: failing?.value ?? (failing ? '充值失败，上游返回异常' : partial ? '部分成功，其余已退款' : ''),
    cards: cards ?? 'fresh',
    hiddenUntilMs: hidden ? clock.now() + (hidden.ms ?? 10 * SECOND) : 0,
  }
}

/** The first half of its time an order waits, in the other half somebody is at it: some protocols tell both. */
export function isWaiting(order: Order, nowMs: number): boolean {
  return order.state === 'processing' && nowMs < (order.createdAtMs + order.plan.deliverAtMs) / 2
}
