import { randomUUID } from 'node:crypto'
import type { ComplaintRule, OrderView } from '@quanshu/contract'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import { codesOf, type Goods, isDelivered, openHouse, type PlacedOrder, type PlaceOptions, type Shop } from './shop.ts'

/** Delivered codes that do not work: what it takes to complain about them, to decide, and to claim their cost back. */

export const SALE_FEN = 3_000
export const USUAL_RULE: ComplaintRule = {
  automatic: true,
  reasons: ['used', 'invalid', 'wrong_amount'],
  withinHours: 72,
  maxFen: 5_000,
  perMonth: 100,
  whenUnsure: true,
  remedies: ['replace', 'buy', 'refund'],
}

/** A house whose shops buy from a supplier that says of its codes whether they were used. */
export async function openBadCards() {
  const house = await openHouse({ supplierAdapters: hurriedAdapters(4_000) })
  const supplier = await openSupplier('kayixin')
  let goodsCount = 0

  async function openShop(rule: Partial<ComplaintRule> = {}): Promise<Shop> {
    const shop = await house.newShop()
    await ruled(shop, rule)
    return shop
  }

  /** Codes that the supplier sells; nothing on our own shelf. */
  async function bought(shop: Shop): Promise<Goods> {
    goodsCount += 1
    const remoteId = String(9_800_000 + goodsCount)
    supplier.sellCards(remoteId, '20')
    const { offer } = await supplier.join(shop, `供应商${goodsCount}`, {}, 'card')
    const goods = await imported(shop, 0)
    await shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: {
        policy: 'cheapest',
        source: 'own_first',
        leastMarginFen: 0,
        offers: [{ ...offer(remoteId), fieldMap: {} }],
      },
    })
    return goods
  }

  /** The next purchase arrives without our hearing of it, and for ten minutes the supplier does not know its number. */
  function loseAnswer(): void {
    supplier.control.addFault({ kind: 'api.cut', endpoint: supplier.placing, times: 1 } as never)
    supplier.control.addFault({ kind: 'order.not_found', times: 1, ms: 600_000 } as never)
  }

  /** Purchases of the order that are under way are asked about now. */
  const askAgain = ({ no }: Pick<PlacedOrder, 'no'>) =>
    house.query(
      `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'unknown', 'accepted')`,
      [no],
    )

  const stateOfCard = async (shop: Shop, grantId: number) =>
    (
      await house.query<{ state: string }>(
        'select c.state from entitlements.grants g join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id where g.tenant_id = $1 and g.id = $2',
        [shop.tenantId, grantId],
      )
    )[0]?.state

  return { house, supplier, openShop, bought, loseAnswer, askAgain, stateOfCard }
}

export const ruled = (shop: Shop, rule: Partial<ComplaintRule>, goodsId: number | null = null) =>
  shop.staff.call('fulfilment.saveComplaintRule', { body: { ...USUAL_RULE, ...rule, goodsId } })

/** Codes on our own shelf, from a wholesaler who is not joined. */
export const imported = (shop: Shop, codes: number | readonly string[]) =>
  shop.stock(codes, { sku: { priceFen: SALE_FEN }, batch: { supplier: '老王', costFen: 900 } })

export async function delivered(shop: Shop, goods: Goods, quantity = 1, options: PlaceOptions = {}) {
  const order = await shop.place(goods, quantity, options)
  if (options.payWith !== 'balance') await shop.pay(order.no)
  const view = await shop.seen(order, isDelivered)
  return { ...order, view, grants: (view.lines[0]?.codes ?? []).map(({ grantId }) => grantId), codes: codesOf(view) }
}
export type Delivered = Awaited<ReturnType<typeof delivered>>
export type Reason = ComplaintRule['reasons'][number]

export const complain = ({ visitor, no, grants }: Delivered, at = 0, reason: Reason = 'invalid', note = '') =>
  visitor.call('fulfilment.complain', { params: { no, grantId: grants[at] ?? 0 }, body: { reason, note } })

export const isEnded = ({ state }: OrderView['complaints'][number]) =>
  !['reported', 'checking', 'buying'].includes(state)

/** The complaint when nobody works on it any more but, perhaps, a person. */
export async function outcome(shop: Shop, order: Pick<PlacedOrder, 'visitor' | 'no'>, at = 0) {
  const view = await shop.seen(order, ({ complaints }) => complaints[at] !== undefined && isEnded(complaints[at]))
  const complaint = view.complaints[at]
  if (!complaint) throw new Error('no complaint')
  return { ...complaint, view }
}

export const read = (shop: Shop, complaintId: number) =>
  shop.staff.call('fulfilment.getComplaint', { params: { complaintId } })

export const decide = (
  shop: Shop,
  complaintId: number,
  action: 'replace' | 'buy' | 'refund' | 'reject' | 'check',
  by = shop.staff,
) =>
  by.call(
    'fulfilment.decideComplaint',
    { params: { complaintId }, body: { action, reason: '核实过了' } },
    { idempotencyKey: randomUUID() },
  )

export const recoveries = async (shop: Shop) =>
  (await shop.staff.call('fulfilment.listRecoveries', { query: {} })).items
