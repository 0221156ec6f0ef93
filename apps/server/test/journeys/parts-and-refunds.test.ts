import { randomUUID } from 'node:crypto'
import type { BundlePolicy } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { codesOf, type Goods, openHouse, type Shop, until } from './shop.ts'
import { topUpBy } from './top-ups.ts'

/** Parts of bundles, and lines beside refunds that went through twice: what failed, came late or was taken back meanwhile. */

const supplier = scriptedSupplier('bundled', { costHao: 50_000 })
const house = await openHouse({ supplierAdapters: new Map([[supplier.adapter.id, supplier.adapter]]) })
supplier.state.usual = { accept: 1_000_000 }
// No refund is sent: how each of them ends is a move of its own.
await house.query(`create or replace function payments.begin_refund(p_tenant bigint, p_id bigint) returns jsonb
  language sql security definer set search_path = pg_catalog as $$ select null::jsonb $$`)

type Part = { skuId?: number; points?: number; quantity?: number; shareFen?: number }
const bundle = (shop: Shop, policy: BundlePolicy, parts: readonly Part[], sku: object = {}) =>
  shop.stock(0, {
    goods: { title: '礼包' },
    sku: { kind: 'bundle', title: '一份', priceFen: 3_000, bundle: { policy, parts }, ...sku },
  })
const topUp = async (shop: Shop): Promise<Goods> => (await topUpBy(shop, ['bundled'])).goods
const db = (shop: Shop, name: string, ...args: unknown[]) =>
  (house.platform.db.call as (...call: unknown[]) => Promise<Record<string, unknown>>)(shop.tenantId, name, ...args)
const refund = (shop: Shop, no: OrderNo, lineNo: number | null, to = 'source', used = 'refuse') =>
  db(shop, 'fulfilment.refund', no, {
    lineNo,
    takes: 'line',
    grants: [],
    amountFen: null,
    to,
    reason: 'other',
    actor: 'support',
    staffId: 1,
    used,
  })
const arrive = async (shop: Shop, no: OrderNo, kind = 'done') => {
  const id = await until('a purchase that is accepted', async () => {
    const [row] = await house.query<{ id: number }>(
      "select id from suppliers.purchases where tenant_id = $1 and order_no = $2 and state in ('accepted', 'unknown')",
      [shop.tenantId, no],
    )
    return row?.id
  })
  return await db(shop, 'fulfilment.settle_purchase', id, kind, 'staff', 'note')
}
const lines = (shop: Shop, no: OrderNo) =>
  house.query<Record<string, unknown>>(
    `select line_no, kind, state, held_back, exception_reason as reason, refunding_fen as refunding, refunded_fen as refunded,
       delivered_quantity as delivered from orders.lines where tenant_id = $1 and order_no = $2 order by line_no`,
    [shop.tenantId, no],
  )
const settleBundles = async (shop: Shop, no: OrderNo) => await db(shop, 'fulfilment.settle_bundles', no)
async function expectAllRight(shop: Shop): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
}
const form = { p1_account: 'buyer' }

test('what a failed refund promises of a bundle that holds back is not handed out with the rest', async () => {
  const shop = await house.newShop()
  const [charge, a, b] = [await topUp(shop), await shop.stock(5), await shop.stock(5)]
  const goods = await bundle(shop, 'hold', [{ skuId: charge.skuId }, { skuId: a.skuId }, { skuId: b.skuId }])
  const order = await shop.place(goods, 1, { form })
  await shop.pay(order.no)
  const { refundId } = await refund(shop, order.no, 2)
  await db(shop, 'fulfilment.refund_ended', refundId, false, 'refused')
  await arrive(shop, order.no)
  await settleBundles(shop, order.no)
  const now = await lines(shop, order.no)
  expect(now.map(({ state, reason }) => [state, reason])).toEqual([
    ['delivered', null],
    ['exception', 'refund_failed'],
    ['delivered', null],
  ])
  await expectAllRight(shop)
})

test('news of a part that comes while another is given back is not forgotten', async () => {
  const shop = await house.newShop()
  const [charge, a, b] = [await topUp(shop), await shop.stock(5), await shop.stock(5)]
  const goods = await bundle(shop, 'refund', [{ skuId: charge.skuId }, { skuId: a.skuId }, { skuId: b.skuId }])
  const order = await shop.place(goods, 1, { form })
  await shop.pay(order.no)
  await settleBundles(shop, order.no)
  // Between the look and its end something became of a part.
  await db(shop, 'fulfilment.part_news', [order.no]).catch(() =>
    house.query('update orders.bundles set due_at = now() where order_no = $1', [order.no]),
  )
  await db(shop, 'fulfilment.bundles_settled', order.no)
  const [row] = await house.query('select due_at is not null as due from orders.bundles where order_no = $1', [
    order.no,
  ])
  expect(row).toEqual({ due: true })
})

for (const how of ['balance', 'on payment'] as const)
  test(`a bundle that holds back keeps its pieces from payment on: ${how}`, async () => {
    const shop = await house.newShop()
    const [charge, a] = [await topUp(shop), await shop.stock(1)]
    const goods = await bundle(
      shop,
      'hold',
      [{ skuId: charge.skuId }, { skuId: a.skuId }],
      how === 'on payment' ? { holdMode: 'payment' } : {},
    )
    const member = await shop.member(10_000)
    const order = await shop.place(goods, 1, {
      form,
      visitor: member.visitor,
      ...(how === 'balance' && { payWith: 'balance' }),
    })
    if (how !== 'balance') await shop.pay(order.no)
    expect((await lines(shop, order.no)).map(({ state }) => state)).toEqual(['supplying', 'waiting'])
    const other = await shop.place(a, 1).then(
      () => 'placed',
      (error) => error.code,
    )
    expect(other).toBe('orders.sold_out')
    await arrive(shop, order.no)
    await settleBundles(shop, order.no)
    expect((await lines(shop, order.no)).map(({ state }) => state)).toEqual(['delivered', 'delivered'])
    await expectAllRight(shop)
  })

test('points that came for nothing and are spent do not stand in the way of a refund: what is left of them is taken', async () => {
  const shop = await house.newShop()
  const a = await shop.stock(5)
  const goods = await bundle(shop, 'rest', [
    { skuId: a.skuId, shareFen: 3_000 },
    { points: 200, shareFen: 0 },
  ])
  const { visitor, id } = await shop.member(10_000)
  const order = await shop.place(goods, 1, { visitor, payWith: 'balance' })
  expect(codesOf(order.view)).toHaveLength(1)
  await db(shop, 'ledger.adjust_member', id, 'point', -150, 'spent')
  expect(await refund(shop, order.no, 1, 'balance')).toMatchObject({ ok: true, amountFen: 3_000 })
  const [purse] = await house.query<{ balance: number }>(
    "select balance from ledger.accounts where tenant_id = $1 and kind = 'points.member' and ref = $2",
    [shop.tenantId, String(id)],
  )
  expect(purse).toEqual({ balance: 0 })
  expect((await lines(shop, order.no)).map(({ state }) => state)).toEqual(['refunded', 'refunded'])
  await expectAllRight(shop)
})

async function sentTwice() {
  const shop = await house.newShop()
  const [a, b] = [await shop.stock(2, { sku: { priceFen: 500 } }), await shop.stock(2, { sku: { priceFen: 500 } })]
  const member = await shop.member()
  const { no } = (await member.visitor.call(
    'orders.place',
    {
      body: {
        lines: [a, b].map(({ skuId }) => ({ skuId, quantity: 1, unitPriceFen: 500, unitPoints: 0 })),
        contact: '13800000000',
        queryPassword: 'query-pw-7391',
        payWith: 'sim-pay',
      },
    },
    { idempotencyKey: randomUUID() },
  )) as unknown as { no: OrderNo }
  // From a suspended batch nothing is delivered.
  await house.query("update vault.batches set state = 'suspended' where id = $1", [b.batchId])
  const capture = {
    orderNo: no,
    gateway: 'sim-pay',
    tradeNo: `T${no}`,
    amountFen: 1_000,
    currency: 'CNY',
    asked: true,
    paidAt: new Date(),
  }
  await db(shop, 'fulfilment.settle', [capture])
  expect((await lines(shop, no)).map(({ state }) => state)).toEqual(['delivered', 'exception'])
  const { refundId } = await refund(shop, no, 1, 'source', 'allow')
  await db(shop, 'fulfilment.refund_ended', refundId, false, 'refused')
  expect(await refund(shop, no, 1, 'balance', 'allow')).toMatchObject({ ok: true, amountFen: 500 })
  await db(shop, 'fulfilment.refund_ended', refundId, true, null)
  return { shop, no }
}
async function expectOnlyTwice(shop: Shop) {
  await expectBooksRight(house, shop.tenantId, ['nothing is refunded beyond what came, or was let go of'])
  const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
  const told = checks.flatMap(({ violations }) => violations.map(({ code }) => code))
  expect(told.filter((code) => !['refund_twice', 'refund_over_receipt'].includes(code))).toEqual([])
}
test('beside a refund that went through twice, a line that was never delivered can still be ended', async () => {
  const { shop, no } = await sentTwice()
  const answers = [await refund(shop, no, 2, 'source', 'allow'), await refund(shop, no, 2, 'balance', 'allow')]
  await expectOnlyTwice(shop)
  expect(answers.map(({ code }) => code ?? 'ok')).toContain('ok')
})
test('beside a refund that went through twice, a dispute leaves no money in clearing', async () => {
  const { shop, no } = await sentTwice()
  await db(shop, 'fulfilment.chargeback', 'sim-pay', {
    tradeNo: `T${no}`,
    disputeNo: `D${no}`,
    amountFen: 300,
    state: 'lost',
    reason: '',
  })
  await expectOnlyTwice(shop)
})
for (const what of ['card', 'topup', 'bundle'] as const)
  test(`a payment that comes too late buys what is not scarce: ${what}`, async () => {
    const shop = await house.newShop()
    const goods =
      what === 'topup'
        ? await topUp(shop)
        : what === 'card'
          ? await shop.stock(3)
          : await bundle(shop, 'rest', [{ skuId: (await topUp(shop)).skuId }, { skuId: (await shop.stock(3)).skuId }])
    const order = await shop.place(
      goods,
      1,
      what === 'topup' ? { form: { account: 'x' } } : what === 'bundle' ? { form } : {},
    )
    await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} } as never)
    const answer = await db(shop, 'fulfilment.settle', [
      {
        orderNo: order.no,
        gateway: 'sim-pay',
        tradeNo: `T${order.no}`,
        amountFen: goods.priceFen,
        currency: 'CNY',
        asked: true,
        paidAt: new Date(),
      },
    ])
    expect(answer).toMatchObject([{ verdict: 'applied' }])
  })
