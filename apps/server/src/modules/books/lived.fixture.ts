import { randomUUID } from 'node:crypto'
import { statementMap, WORKSPACE_ADAPTER } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import {
  type House,
  isDelivered,
  type PlacedOrder,
  type Shop,
  toCashier,
  until,
  type Visitor,
} from '../../../test/journeys/shop.ts'
import { openKey, signedCall } from '../../../test/journeys/two-shops.ts'
import { expireDueCards } from '../vault/index.ts'

/**
 * A shop that has lived through all that shops live through: imports, sales by gateway and balance, refunds both ways,
 * recharges, replacements, used codes, exceptions, double and late payments, expired orders and cards, suspended and undone batches.
 */
export async function liveThrough(house: House, shop: Shop) {
  const { id: supplierId } = await shop.staff.call(
    'suppliers.create',
    {
      body: {
        name: '人工供货',
        adapter: WORKSPACE_ADAPTER,
        baseUrl: '',
        identity: '',
        settings: {},
        concurrent: 4,
        perMinute: 600,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  const goods = await shop.stock(30)
  const other = await shop.stock(12, { goods: { limitPerPerson: 5 } })
  const paid = await Promise.all(Array.from({ length: 6 }, () => shop.place(goods, 2)))
  await Promise.all(paid.map(({ no }) => shop.pay(no)))
  await Promise.all(paid.map((order) => shop.seen(order, isDelivered)))
  const [first, second, third, fourth, fifth] = paid as [
    PlacedOrder,
    PlacedOrder,
    PlacedOrder,
    PlacedOrder,
    PlacedOrder,
  ]

  const member = await shop.member(50_000)
  const byBalance = await shop.place(other, 2, { visitor: member.visitor, payWith: 'balance' })
  const backToBalance = await shop.place(other, 1, { visitor: member.visitor, payWith: 'balance' })
  await refund(shop, backToBalance.no, 'balance')
  await refund(shop, first.no, 'source')
  await refunded(house, shop, first.no)
  // One of two pieces to the source, and some goodwill for the other.
  await refundPart(house, shop, fifth.no)
  await replaceFirst(house, shop, second.no)
  const [used] = await cardsOf(house, shop, third.no)
  await shop.staff.call('vault.markCardUsed', { params: { cardId: used ?? 0 }, body: { reason: '客户反馈' } })

  const recharge = await recharged(house, shop, member.visitor)

  // Paid at a moment when the shelf had become empty: an exception that stays.
  const shelf = await shop.stock(1)
  const stuck = await shop.place(shelf)
  await shop.staff.call('vault.suspendBatch', { params: { batchId: shelf.batchId }, body: { reason: '坏批' } })
  await shop.pay(stuck.no)
  await shop.seen(stuck, ({ state }) => state === 'paid')

  const pending = await shop.place(goods)
  const tooLate = await expired(house, shop, await shop.place(goods))
  await shop.pay(tooLate.no, { late: true })
  await shop.seen(tooLate, isDelivered)
  await expired(house, shop, await shop.place(goods))

  const undone = await shop.addCards(goods.skuId, 5)
  await shop.staff.call('vault.undoBatch', { params: { batchId: undone }, body: { reason: '传错文件' } })
  const shortLived = await shop.addCards(goods.skuId, 4)
  await house.query(
    `update vault.cards set valid_to = now() - interval '1 day' where tenant_id = $1 and batch_id = $2`,
    [shop.tenantId, shortLived],
  )
  await expireDueCards(house.platform)
  const shared = await shop.stock(2, { sku: { usesPerCode: 3 } })
  await shop.place(shared, 4, { visitor: member.visitor, payWith: 'balance' })
  const numbered = await shop.stock(3, { sku: { pick: 'masked' } })
  const numbers = await shop.visitor().call('vault.mallNumbers', { params: { skuId: numbered.skuId } })
  await shop.place(numbered, 1, { cardId: numbers.items[1]?.cardId ?? 0 })
  const links = await soldAndRedeemed(shop, member.visitor)
  await reconciled(house, shop, second.no)
  await agreed(house, shop, { skuId: goods.skuId, memberId: member.id, supplierId })
  return {
    links,
    goods,
    other,
    shared,
    delivered: fourth,
    refunded: first,
    inParts: fifth,
    replaced: second,
    byBalance,
    stuck,
    pending,
    recharge,
    member,
  }
}

/** What is agreed beside orders in the mall: another shop's order, a file, a recall that its supplier pays for, a restock, a statement. */
async function agreed(
  house: House,
  shop: Shop,
  of: { skuId: number; memberId: number; supplierId: number },
): Promise<void> {
  const once = { idempotencyKey: randomUUID() }
  const key = await openKey(shop, 10_000)
  const body = { outerNo: 'B-1', productId: String(of.skuId), quantity: 1, ceilingFen: 100_000 }
  await signedCall(shop.base, key, { method: 'POST', path: '/orders', body })

  const facts = { name: '礼品', payer: 'member' as const, memberId: of.memberId, skuId: of.skuId }
  const { id: bulkId } = await shop.staff.call('bulk.create', { body: facts }, { idempotencyKey: randomUUID() })
  const read = await shop.staff.upload('bulk.upload', { params: { bulkId } }, '数量\n1', { fileName: 'lines.csv' })
  await shop.staff.call('bulk.confirm', { params: { bulkId }, body: { totalFen: read.money.totalFen } })

  const bad = await shop.stock(2, { batch: { supplier: '老王', costFen: 300 } })
  await shop.staff.call('fulfilment.recallBatch', { params: { batchId: bad.batchId }, body: { reason: '黑卡' } }, once)
  const recoveryId = await until('the recall to claim', async () => {
    const { items } = await shop.staff.call('fulfilment.listRecoveries', { query: {} })
    return items[0]?.id
  })
  const move = { state: 'accepted' as const, creditedFen: 500, reference: 'KF-1', note: '' }
  await shop.staff.call(
    'fulfilment.moveRecovery',
    { params: { recoveryId }, body: move },
    { idempotencyKey: randomUUID() },
  )

  const { id: budgetId } = await shop.staff.call(
    'restock.saveBudget',
    { body: { name: '补货', monthlyFen: 100_000, approveAboveFen: null } },
    { idempotencyKey: randomUUID() },
  )
  // Nobody sells it: it ends short, and has promised nothing.
  await house.platform.db.call(shop.tenantId, 'fulfilment.ask_restock', of.skuId, budgetId, 3, null, '店员', 1)

  const gateway = `supplier-${of.supplierId}`
  const map = statementMap.parse({
    columns: { no: '单号', remoteNo: '', amount: '金额', refunded: '', state: '', type: '', at: '时间' },
    words: { done: [], pending: [], failed: [], deposit: [], credit: [] },
  })
  await shop.staff.call('reconciliation.saveStatementMap', { params: { supplierId: of.supplierId }, body: map })
  const day = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10)
  const params = { gateway, day }
  const file = `单号,金额,时间\nX-1,3.00,${day} 12:00:00\n`
  await shop.staff.upload('reconciliation.upload', { params }, file, { fileName: '对账单.csv' })
  await until('the file, the restock and the statement', async () => {
    const [row] = await house.query<{ isOver: boolean }>(
      `select exists (select from bulk.orders where tenant_id = $1 and finished_at is not null)
         and exists (select from fulfilment.restocks where tenant_id = $1 and ended_at is not null)
         and exists (select from reconciliation.bills where tenant_id = $1 and gateway = $2 and state = 'matched') as "isOver"`,
      [shop.tenantId, gateway],
    )
    return row?.isOver || undefined
  })
}

/** Two redeem codes sold in one order, of which one is used. */
async function soldAndRedeemed(
  shop: Shop,
  visitor: Visitor,
): Promise<{ readonly sold: OrderNo; readonly redeemed: number }> {
  const into = await shop.stock(2)
  const goods = await shop.stock(0, { sku: { kind: 'link', priceFen: 1_000 } })
  await shop.staff.call('redeem.saveLink', { params: { skuId: goods.skuId }, body: { intoSkuId: into.skuId } })
  const order = await shop.place(goods, 2, { visitor, payWith: 'balance' })
  const view = await shop.seen(order, isDelivered)
  const redeemed = await visitor.call(
    'redeem.redeem',
    { body: { code: view.lines[0]?.codes?.[0]?.parts[0] ?? '', contact: '13800000009' } },
    { idempotencyKey: randomUUID() },
  )
  return { sold: order.no, redeemed: redeemed.no }
}

/** Topped up with a bonus, and a part of it given back. */
async function recharged(house: House, shop: Shop, visitor: Visitor): Promise<{ readonly no: OrderNo }> {
  const values = { 'recharge.enabled': true, 'recharge.rules': [{ fromFen: 5_000, bonusPercent: 10 }] }
  await shop.staff.call('tenancy.saveSettings', { body: { values, versions: {} } })
  const placed = await visitor.call(
    'orders.placeRecharge',
    { body: { amountFen: 10_000, bonusFen: 1_000, payWith: 'sim-pay' } },
    { idempotencyKey: randomUUID() },
  )
  const no = placed.no as OrderNo
  await toCashier(visitor, placed)
  await shop.pay(no)
  await shop.seen({ visitor, no }, isDelivered)
  await shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: 1, amountFen: 2_500, to: 'source', reason: '多充了' } },
    { idempotencyKey: randomUUID() },
  )
  await refunded(house, shop, no)
  return { no }
}

const refund = (shop: Shop, no: OrderNo, to: 'source' | 'balance') =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: null, to, reason: '客户要求' } },
    { idempotencyKey: randomUUID() },
  )

async function refundPart(house: House, shop: Shop, no: OrderNo): Promise<void> {
  const [grant] = await house.query<{ id: number }>(
    'select id from entitlements.grants where tenant_id = $1 and order_no = $2 order by id limit 1',
    [shop.tenantId, no],
  )
  const parts = [{ pieces: [grant?.id ?? 0] }, { amountFen: 500 }]
  for (const part of parts) {
    await shop.staff.call(
      'orders.refund',
      { params: { no }, body: { lineNo: 1, ...part, to: 'source', reason: '部分退款' } },
      { idempotencyKey: randomUUID() },
    )
  }
  await until(`the parts of ${no}`, async () => {
    const rows = await house.query(
      `select from payments.refunds where tenant_id = $1 and order_no = $2 and state = 'done'`,
      [shop.tenantId, no],
    )
    return rows.length === parts.length || undefined
  })
}

const refunded = (house: House, shop: Shop, no: OrderNo) =>
  until(`the refund of ${no}`, async () => {
    const rows = await house.query(
      `select from payments.refunds where tenant_id = $1 and order_no = $2 and state = 'done'`,
      [shop.tenantId, no],
    )
    return rows.length > 0 || undefined
  })

async function replaceFirst(house: House, shop: Shop, no: OrderNo): Promise<void> {
  const [grant] = await house.query<{ id: number }>(
    'select id from entitlements.grants where tenant_id = $1 and order_no = $2 order by id limit 1',
    [shop.tenantId, no],
  )
  await shop.staff.call(
    'fulfilment.replaceGrant',
    { params: { no, grantId: grant?.id ?? 0 }, body: { reason: '坏码' } },
    { idempotencyKey: randomUUID() },
  )
}

async function expired(house: House, shop: Shop, order: PlacedOrder): Promise<PlacedOrder> {
  await house.query('update orders.orders set expires_at = now() where tenant_id = $1 and no = $2', [
    shop.tenantId,
    order.no,
  ])
  await shop.seen(order, ({ state }) => state === 'expired')
  return order
}

/** Yesterday's bill, with a payment of today on it: matched, posted, and told as of another day. */
async function reconciled(house: House, shop: Shop, no: OrderNo): Promise<void> {
  const [receipt] = await house.query<{ trade: string; fen: number }>(
    'select trade_no as trade, amount_fen as fen from payments.receipts where tenant_id = $1 and order_no = $2',
    [shop.tenantId, no],
  )
  const day = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10)
  const line = `1,PAYMENT,${receipt?.trade},${no},,${receipt?.fen},12,CNY,SUCCESS,${day}T15:59:59Z`
  const heading = 'line,type,trade_no,out_trade_no,out_refund_no,amount,fee,currency,status,time'
  const params = { gateway: 'sim-pay', day }
  await shop.staff.upload('reconciliation.upload', { params }, [heading, line, '#end,1', ''].join('\n'), {
    fileName: 'bill.csv',
  })
  await until('the bill to be matched', async () => {
    const { phase, matchedAt } = await shop.staff.call('reconciliation.getDay', { params })
    return (phase === null && matchedAt !== null) || undefined
  })
}

/** The cards that an order's owner has. */
export async function cardsOf(house: House, shop: Pick<Shop, 'tenantId'>, no: OrderNo): Promise<readonly number[]> {
  const rows = await house.query<{ card_id: number }>(
    `select card_id from entitlements.grants where tenant_id = $1 and order_no = $2 and state <> 'revoked' order by id`,
    [shop.tenantId, no],
  )
  return rows.map((row) => row.card_id)
}
