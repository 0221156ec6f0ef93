import type { OrderView } from '@quanshu/contract'
import { openCards } from '../../../apps/server/src/modules/vault/index.ts'
import type { House } from '../house/index.ts'
import type { GatewayBooks } from '../house/stand-ins.ts'
import { type Shop, withPlatform } from '../load/shop.ts'

/** What the database and the gateway's books hold of one shop when everything is over. Amounts in fen. */
export type ShopFacts = {
  readonly slug: string
  readonly orders: readonly OrderFact[]
  readonly lines: readonly LineFact[]
  readonly grants: readonly GrantFact[]
  readonly cards: readonly CardFact[]
  readonly receipts: readonly ReceiptFact[]
  readonly refunds: readonly RefundFact[]
  readonly purchases: readonly PurchaseFact[]
  /** Pieces that left suppliers' houses, by the account they went to. */
  readonly supplied: ReadonlyMap<string, number>
  readonly batches: readonly BatchFact[]
  readonly purses: readonly { readonly memberId: number; readonly balance: number }[]
  /** Of the ledger's account for the gateway: what came in makes it fall. */
  readonly gatewayBalance: number
  readonly gateway: GatewayBooks
  /** What the shop told its members. */
  readonly toldBalances: ReadonlyMap<number, number>
}
export type OrderFact = {
  readonly no: number
  readonly state: OrderView['state']
  readonly contact: string
  readonly memberId: number | null
  readonly totalFen: number
  readonly paidFen: number
  readonly refundedFen: number
}
export type LineFact = {
  readonly orderNo: number
  readonly lineNo: number
  readonly quantity: number
  readonly state: string
}
export type GrantFact = {
  readonly id: number
  readonly orderNo: number
  readonly lineNo: number
  readonly piece: number
  readonly turn: number
  readonly state: string
  /** Null: a right without a code. */
  readonly cardId: number | null
}
export type PurchaseFact = { readonly orderNo: number; readonly state: string; readonly arrived: number }
export type CardFact = {
  readonly id: number
  readonly batchId: number
  readonly skuId: number
  readonly state: string
  readonly code: string
}
export type ReceiptFact = {
  readonly orderNo: number
  readonly gateway: string
  readonly tradeNo: string
  readonly amountFen: number
  readonly state: string
}
export type RefundFact = {
  readonly id: number
  readonly orderNo: number
  readonly lineNo: number | null
  readonly amountFen: number
  readonly target: string
  readonly state: string
  readonly requestedBy: string
}
export type BatchFact = {
  readonly id: number
  readonly state: string
  readonly linesRead: number
  readonly imported: number
  readonly duplicates: number
  readonly invalid: number
}

const OPENED_AT_ONCE = 5_000

/** Reads everything of a shop as the database's owner, codes opened with the house's keys. */
export async function factsOf(house: House, shop: Shop, toldBalances: ReadonlyMap<number, number>): Promise<ShopFacts> {
  const read = <T>(sql: string) => house.postgres.query<T>(sql, [shop.tenantId])
  const accounts = await read<{ readonly kind: string; readonly ref: string; readonly balance: number }>(ACCOUNTS)
  return {
    slug: shop.slug,
    orders: await read(ORDERS),
    lines: await read(LINES),
    grants: await read(GRANTS),
    cards: await cardsOf(house, shop),
    receipts: await read(RECEIPTS),
    refunds: await read(REFUNDS),
    purchases: await read(PURCHASES),
    supplied: await suppliedTo(house),
    batches: await read(BATCHES),
    purses: accounts
      .filter(({ kind }) => kind === 'cash.member')
      .map(({ ref, balance }) => ({ memberId: Number(ref), balance })),
    gatewayBalance: accounts.find(({ kind, ref }) => kind === 'cash.gateway' && ref === 'sim-pay')?.balance ?? 0,
    gateway: await house.standIns.books(shop.merchantId),
    toldBalances,
  }
}

async function suppliedTo(house: House): Promise<ReadonlyMap<string, number>> {
  const pieces = new Map<string, number>()
  for (const one of await house.standIns.supplied()) {
    pieces.set(one.account, (pieces.get(one.account) ?? 0) + one.pieces)
  }
  return pieces
}

type SealedCard = Omit<CardFact, 'code'> & { readonly sealed: Buffer }

async function cardsOf(house: House, shop: Shop): Promise<readonly CardFact[]> {
  const sealed = await house.postgres.query<SealedCard>(CARDS, [shop.tenantId])
  return await withPlatform(house, async (platform) => {
    const cards: CardFact[] = []
    for (let from = 0; from < sealed.length; from += OPENED_AT_ONCE) {
      const some = sealed.slice(from, from + OPENED_AT_ONCE)
      const codes = await openCards(platform.crypto, shop.tenantId, some)
      cards.push(...some.map(({ sealed: _, ...card }, index) => ({ ...card, code: (codes[index] ?? []).join('----') })))
    }
    return cards
  })
}

const ORDERS = `
  select no, state, contact, member_id as "memberId", total_fen as "totalFen", paid_fen as "paidFen",
    refunded_fen as "refundedFen"
  from orders.orders
  where tenant_id = $1`
const LINES = `
  select order_no as "orderNo", line_no as "lineNo", quantity, state
  from orders.lines
  where tenant_id = $1`
const GRANTS = `
  select id, order_no as "orderNo", line_no as "lineNo", piece, turn, state, card_id as "cardId"
  from entitlements.grants
  where tenant_id = $1`
const CARDS = `
  select id, batch_id as "batchId", sku_id as "skuId", state, sealed
  from vault.cards
  where tenant_id = $1`
const RECEIPTS = `
  select order_no as "orderNo", gateway, trade_no as "tradeNo", amount_fen as "amountFen", state
  from payments.receipts
  where tenant_id = $1`
const REFUNDS = `
  select id, order_no as "orderNo", line_no as "lineNo", amount_fen as "amountFen", target, state,
    requested_by as "requestedBy"
  from payments.refunds
  where tenant_id = $1`
const PURCHASES = `
  select order_no as "orderNo", state, arrived
  from suppliers.purchases
  where tenant_id = $1
    and purpose = 'line'`
const BATCHES = `
  select b.id, b.state, b.lines_read as "linesRead", coalesce(c.imported, 0) as imported, b.duplicates, b.invalid
  from vault.batches b
  left join vault.batch_counts c on c.tenant_id = b.tenant_id and c.batch_id = b.id
  where b.tenant_id = $1`
const ACCOUNTS = `
  select kind, ref, balance
  from ledger.accounts
  where tenant_id = $1
    and unit = 'CNY'`
