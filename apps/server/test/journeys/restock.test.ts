import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import { codeOf, codesOf, isDelivered, openHouse, type Shop, until } from './shop.ts'
import { rowsOf } from './workbook.ts'

/** Codes bought for the shelf: by rule, within a budget, approved where they cost more, from real adapters and suppliers with books of their own. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(4_000) })
const first = await openSupplier('kasushou')
const second = await openSupplier('kayixin')
const SALE_FEN = 3_000
const COST_FEN = 2_000
let goodsCount = 0

/** A shop with two suppliers of one variant; the first is cheaper and sells at most 100 a time. */
async function stockedShop(
  own: number,
  budget: { readonly monthlyFen?: number; readonly approveAboveFen?: number | null } = {},
) {
  const shop = await house.newShop()
  goodsCount += 1
  const remoteId = String(9_700_000 + goodsCount)
  first.sellCards(remoteId, '20')
  second.sellCards(remoteId, '22')
  const offers = []
  for (const [name, supplier] of Object.entries({ 甲: first, 乙: second })) {
    const { offer } = await supplier.join(shop, name, {}, 'card')
    offers.push({ ...offer(remoteId), fieldMap: {} })
  }
  const goods = await shop.stock(own, { sku: { priceFen: SALE_FEN } })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'cheapest', source: 'own', leastMarginFen: 0, offers },
  })
  const { id: budgetId } = await saveBudget(shop, budget)
  const rule = (more: object = {}) =>
    shop.staff.call('restock.saveRule', {
      params: { skuId: goods.skuId },
      body: { enabled: true, threshold: 5, target: 12, budgetId, maxUnitFen: null, ...more },
    })
  const ask = (quantity: number, client = shop.staff, maxUnitFen: number | null = null) =>
    client.call(
      'restock.ask',
      { body: { skuId: goods.skuId, budgetId, quantity, maxUnitFen } },
      { idempotencyKey: randomUUID() },
    )
  return { shop, goods, budgetId, rule, ask, remoteId }
}
type Stocked = Awaited<ReturnType<typeof stockedShop>>

const saveBudget = (shop: Shop, more: object) =>
  shop.staff.call(
    'restock.saveBudget',
    { body: { name: '日常补货', monthlyFen: 1_000_000, approveAboveFen: null, ...more } },
    { idempotencyKey: randomUUID() },
  )
const budgetOf = async ({ shop, budgetId }: Stocked) =>
  (await shop.staff.call('restock.listBudgets', {})).items.find(({ id }) => id === budgetId)
const look = () => house.platform.db.callGlobal<number>('fulfilment.look_for_restocks', 500)
const count = () => house.platform.db.callGlobal<number>('fulfilment.count_demand', 500)
const restocksOf = async ({ shop, goods }: Stocked) =>
  (await shop.staff.call('restock.list', { query: { skuId: goods.skuId } })).items
const soonAsked = ({ shop }: Stocked) =>
  house.query(
    `update suppliers.purchases set due_at = now(), leased_until = null
     where tenant_id = $1 and state in ('sending', 'accepted', 'unknown')`,
    [shop.tenantId],
  )
/** The newest one, when it is in one of these states. */
const settled = (one: Stocked, ...states: string[]) =>
  until(`a restock to be ${states.join(' or ')}`, async () => {
    await soonAsked(one)
    const [restock] = await restocksOf(one)
    return restock && states.includes(restock.state) ? restock : undefined
  })
const purchasesOf = async ({ shop }: Stocked, restockId: number) =>
  (await shop.staff.call('suppliers.listPurchases', { query: { restockId } })).items.toReversed()
const available = async ({ shop, goods }: Stocked) =>
  (await shop.staff.call('suppliers.readSkuSupply', { params: { skuId: goods.skuId } })).ownPieces

async function expectRight({ shop }: Stocked): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ check, violations }) => violations.map(({ code }) => [check, code]))).toEqual([])
}

test('a shelf that is low is filled up to its target, once, and what came is sold like any other code', async () => {
  const one = await stockedShop(4)
  await one.rule()
  await Promise.all([look(), look(), look()])
  const restock = await settled(one, 'done')
  expect(restock).toMatchObject({ quantity: 8, filled: 8, spentFen: 8 * COST_FEN, askedBy: '', trouble: null })
  expect(await available(one)).toBe(12)
  expect(await purchasesOf(one, restock.id)).toMatchObject([
    { supplier: '甲', purpose: 'stock', state: 'done', quantity: 8, arrived: 8, costFen: 16_000, orderNo: null },
  ])
  expect(await budgetOf(one)).toMatchObject({ usedFen: 16_000, heldFen: 0 })
  await look()
  expect(await restocksOf(one)).toHaveLength(1)

  const order = await one.shop.place(one.goods, 12)
  await one.shop.pay(order.no)
  const codes = codesOf(await one.shop.seen(order, isDelivered))
  expect(new Set(codes).size).toBe(12)
  await expectRight(one)
})

test('more than a supplier sells at a time is bought in several purchases, one after the other', async () => {
  const one = await stockedShop(0)
  const { id } = await one.ask(230)
  await settled(one, 'done')
  expect((await purchasesOf(one, id)).map(({ quantity, state }) => [quantity, state])).toEqual([
    [100, 'done'],
    [100, 'done'],
    [30, 'done'],
  ])
  expect(await available(one)).toBe(230)
  expect(await budgetOf(one)).toMatchObject({ usedFen: 230 * COST_FEN, heldFen: 0 })
  await expectRight(one)
})

test('what costs more than may go by itself waits; nobody approves what they asked for; the amount shown is the one approved', async () => {
  const one = await stockedShop(0, { approveAboveFen: 10_000 })
  const buyer = await one.shop.hire(['suppliers.read', 'suppliers.manage', 'restock.approve'])
  const clerk = await one.shop.hire(['suppliers.read', 'suppliers.manage'])
  const { id } = await one.ask(10, buyer)
  const asked = await settled(one, 'proposed')
  expect(asked).toMatchObject({ id, askedFen: 20_000 })
  expect(await codeOf(one.ask(1))).toBe('restock.under_way')
  const sheet = await rowsOf(await one.shop.staff.download('restock.export', { query: { state: 'proposed' } }))
  expect(sheet).toHaveLength(2)
  expect(sheet[1]).toEqual(expect.arrayContaining([String(id), '待审批', '10', '200']))
  expect(await rowsOf(await one.shop.staff.download('restock.export', { query: { state: 'done' } }))).toHaveLength(1)
  const decide = (client: typeof clerk, body: { action: 'approve' | 'reject'; fen: number }) =>
    client.call(
      'restock.decide',
      { params: { restockId: id }, body: { ...body, reason: '旺季备货' } },
      { idempotencyKey: randomUUID() },
    )
  expect(await codeOf(decide(clerk, { action: 'approve', fen: 20_000 }))).toBe('common.forbidden')
  expect(await codeOf(decide(buyer, { action: 'approve', fen: 20_000 }))).toBe('restock.own_request')
  expect(await codeOf(decide(one.shop.staff, { action: 'approve', fen: 19_999 }))).toBe('restock.moved_on')
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => codeOf(decide(one.shop.staff, { action: 'approve', fen: 20_000 }))),
  )
  expect(answers.toSorted()).toEqual(['ok', 'restock.moved_on', 'restock.moved_on', 'restock.moved_on'])
  expect(await settled(one, 'done')).toMatchObject({ filled: 10, reason: '旺季备货' })
  expect(await purchasesOf(one, id)).toHaveLength(1)

  // Said no to, the rule waits a day.
  await one.rule({ threshold: 20, target: 40 })
  await look()
  const proposed = await settled(one, 'proposed')
  await one.shop.staff.call(
    'restock.decide',
    { params: { restockId: proposed.id }, body: { action: 'reject', fen: proposed.askedFen ?? 0, reason: '太贵' } },
    { idempotencyKey: randomUUID() },
  )
  await look()
  expect((await restocksOf(one))[0]).toMatchObject({ id: proposed.id, state: 'rejected', reason: '太贵' })
  await expectRight(one)
})

test('a budget is never passed, whoever buys at once; what it still has is bought', async () => {
  const one = await stockedShop(0, { monthlyFen: 9_000 })
  const goods = await Promise.all(
    [1, 2, 3].map(async () => {
      const other = await one.shop.stock(0, { sku: { priceFen: SALE_FEN } })
      const { offers } = await one.shop.staff.call('suppliers.readSkuSupply', { params: { skuId: one.goods.skuId } })
      await one.shop.staff.call('suppliers.saveSkuSupply', {
        params: { skuId: other.skuId },
        body: {
          policy: 'cheapest',
          source: 'own',
          leastMarginFen: 0,
          offers: offers.map(({ productId }) => ({ productId, weight: 1, enabled: true, fieldMap: {} })),
        },
      })
      return other
    }),
  )
  const all = [one, ...goods.map((other) => ({ ...one, goods: other }))]
  for (const { goods: each } of all) {
    await one.shop.staff.call(
      'restock.ask',
      { body: { skuId: each.skuId, budgetId: one.budgetId, quantity: 3, maxUnitFen: null } },
      { idempotencyKey: randomUUID() },
    )
  }
  const ended = await Promise.all(all.map((each) => settled(each, 'done', 'partial', 'stopped')))
  // 9,000 fen pay for four pieces at 2,000, however they fall.
  expect(ended.reduce((sum, { filled }) => sum + filled, 0)).toBe(4)
  expect(ended.filter(({ trouble }) => trouble === 'budget_short').length).toBeGreaterThanOrEqual(2)
  expect(await budgetOf(one)).toMatchObject({ monthlyFen: 9_000, usedFen: 8_000, heldFen: 0 })
  const budget = await budgetOf(one)
  const lower = (monthlyFen: number) => saveBudget(one.shop, { id: one.budgetId, version: budget?.version, monthlyFen })
  expect(await codeOf(lower(7_999))).toBe('restock.budget_used')
  await lower(8_000)
  const free = `select balance - held_out as free from ledger.accounts where tenant_id = $1 and kind = 'budget.restock'`
  expect(await house.query(free, [one.shop.tenantId])).toEqual([{ free: 0 }])
  await expectRight(one)
})

test('refused by one, the other is asked; a price above the rule’s buys nothing, and is said', async () => {
  const one = await stockedShop(0)
  first.control.addFault({ kind: 'order.no_stock', times: 1 } as never)
  const { id } = await one.ask(2)
  await settled(one, 'done')
  expect((await purchasesOf(one, id)).map(({ supplier, state }) => [supplier, state])).toEqual([
    ['甲', 'refused'],
    ['乙', 'done'],
  ])
  await one.ask(2, one.shop.staff, 1_999)
  const short = await settled(one, 'stopped')
  expect(short).toMatchObject({
    trouble: 'loss_guard',
    filled: 0,
    troubleNote: expect.stringContaining('above_ceiling'),
  })
  await until('staff to be told', async () => {
    const { items } = await one.shop.staff.call('notify.listInbox', { query: {} })
    return items.find(({ event }) => event === 'restock.stopped')
  })
  await expectRight(one)
})

test('the line is cut after buying: one purchase, asked about, and the promise of the budget is kept until it is known', async () => {
  const one = await stockedShop(0)
  first.control.addFault({ kind: 'api.cut', endpoint: first.placing, times: 1 } as never)
  const { id } = await one.ask(3)
  const unknown = await until('the purchase to be unknown', async () => {
    const [row] = await house.query<{ held: number }>(
      `select a.held_out as held
       from suppliers.purchases p
       join ledger.accounts a on a.tenant_id = p.tenant_id and a.kind = 'budget.restock'
       where p.tenant_id = $1 and p.restock_id = $2 and p.state = 'unknown'`,
      [one.shop.tenantId, id],
    )
    return row
  })
  expect(unknown.held).toBe(6_000)
  await settled(one, 'done')
  expect(await purchasesOf(one, id)).toMatchObject([{ state: 'done', arrived: 3 }])
  expect(await budgetOf(one)).toMatchObject({ usedFen: 6_000, heldFen: 0 })
  await expectRight(one)
})

test('cancelled before it was sent nothing is bought; under way, what comes is kept and nothing more is bought', async () => {
  const one = await stockedShop(0)
  const { items } = await one.shop.staff.call('suppliers.list', {})
  for (const { id } of items) {
    await one.shop.staff.call('suppliers.setState', {
      params: { supplierId: id },
      body: { state: 'paused', reason: '测试' },
    })
  }
  const cancel = (restockId: number) =>
    one.shop.staff.call(
      'restock.cancel',
      { params: { restockId }, body: { reason: '不需要了' } },
      { idempotencyKey: randomUUID() },
    )
  const { id } = await one.ask(150)
  expect(await settled(one, 'stopped')).toMatchObject({ trouble: 'no_source' })
  for (const { id: supplierId } of items) {
    await one.shop.staff.call('suppliers.setState', { params: { supplierId }, body: { state: 'on', reason: '测试' } })
  }
  expect(await codeOf(cancel(id))).toBe('restock.moved_on')

  first.control.addFault({ kind: 'api.cut', endpoint: first.placing, times: 1 } as never)
  // And whoever asks gets no answer either.
  first.control.addFault({ kind: 'api.cut', endpoint: first.asking, times: 1_000 } as never)
  const under = await one.ask(150)
  await until('the purchase to be under way', async () => {
    const [purchase] = await purchasesOf(one, under.id)
    return purchase?.state === 'unknown' ? purchase : undefined
  })
  expect(await cancel(under.id)).toMatchObject({ state: 'ordering', isEnding: true })
  // What lives has cost nothing yet, and what is promised for it is nobody's fault.
  await expectRight(one)
  first.control.clearFaults()
  expect(await settled(one, 'cancelled')).toMatchObject({ filled: 100, quantity: 150 })
  expect(await purchasesOf(one, under.id)).toHaveLength(1)
  expect(await available(one)).toBe(100)
  await expectRight(one)
})

test('a rule by demand keeps days of cover: as written until it was sold for long enough, then by what was handed out', async () => {
  const one = await stockedShop(12)
  const order = await one.shop.place(one.goods, 6)
  await one.shop.pay(order.no)
  await one.shop.seen(order, isDelivered)
  await house.platform.db.call(one.shop.tenantId, 'analytics.gather', 1_000)
  const cover = { days: 7, salesDays: 3, least: 2, most: 50 }
  const preview = (query: object) =>
    one.shop.staff.call('restock.previewCover', { params: { skuId: one.goods.skuId }, query })
  expect(await preview({ coverDays: 7, salesDays: 3 })).toMatchObject({
    sold: 6,
    available: 6,
    wanted: 14,
    below: 7,
    isLongEnough: false,
  })
  const ruleRow = async () => {
    const { items } = await one.shop.staff.call('restock.listRules', { query: { skuId: one.goods.skuId } })
    return items[0]
  }
  const counted = async () => {
    await Promise.all([count(), count(), count()])
    return await until('the rule to be counted', async () => {
      const row = await ruleRow()
      return row?.sold == null ? undefined : row
    })
  }
  // Six free are enough for the written five, and seven are what the sales want.
  await one.rule({ cover })
  await look()
  expect(await counted()).toMatchObject({ cover, sold: 6, byDemand: false, thresholdNow: 5, targetNow: 12 })
  await look()
  expect(await restocksOf(one)).toEqual([])

  await house.query(
    `update fulfilment.restock_rules set first_sold_at = now() - interval '3 days' where tenant_id = $1 and sku_id = $2`,
    [one.shop.tenantId, one.goods.skuId],
  )
  await one.rule({ cover: { ...cover, most: 11 } })
  expect(await counted()).toMatchObject({ byDemand: true, thresholdNow: 6, targetNow: 11 })
  await look()
  expect(await restocksOf(one)).toEqual([])
  expect(await preview({ coverDays: 7, salesDays: 3, least: 20 })).toMatchObject({ wanted: 20, isLongEnough: true })
  await one.rule({ cover })
  await counted()
  await Promise.all([look(), look()])
  expect(await settled(one, 'done')).toMatchObject({
    quantity: 8,
    filled: 8,
    demand: { sold: 6, salesDays: 3, coverDays: 7, wanted: 14, available: 6 },
  })
  expect(await available(one)).toBe(14)
  await look()
  expect(await restocksOf(one)).toHaveLength(1)
  await one.rule()
  expect(await ruleRow()).toMatchObject({ cover: null, sold: null, byDemand: false, thresholdNow: 5 })

  expect(await codeOf(one.rule({ cover: { ...cover, most: 1 } }))).toBe('common.invalid_input')
  expect(await codeOf(one.rule({ cover: { ...cover, days: 61 } }))).toBe('common.invalid_input')
  expect(await codeOf(preview({ salesDays: 2 }))).toBe('common.invalid_input')
  await expectRight(one)
})

test('days of sales are counted to the hour: what is a day too old is not, and no hour twice', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(1)
  await house.query(
    `with since as (
       select date_trunc('hour', now()) - interval '72 hours' as at, analytics.shop_day(date_trunc('hour', now()) - interval '72 hours') as day
     )
     insert into analytics.sums (tenant_id, grain, at, sku_id, batch_id, channel, pay_way, staff, pieces)
     select $1, p.grain, p.at, $2, 0, p.channel, '', '', p.pieces
     from since s
     cross join lateral (values
       ('hour', s.at - interval '1 hour', '', 1000), ('hour', s.at, '', 5), ('day', analytics.day_start(s.day), '', 1005),
       ('day', analytics.day_start(s.day + 1), 'a', 10), ('day', analytics.day_start(s.day + 1), 'b', 20),
       ('hour', analytics.day_start(s.day + 1), 'a', 10), ('day', analytics.day_start(s.day + 3), '', 3)
     ) as p(grain, at, channel, pieces)`,
    [shop.tenantId, goods.skuId],
  )
  const sold = (days: number) =>
    house.platform.db.call<number>(shop.tenantId, 'fulfilment.sold_lately', goods.skuId, days)
  expect(await sold(3)).toBe(5 + 30 + 3)
})

test('rules and budgets that cannot be are refused in words', async () => {
  const one = await stockedShop(1)
  const bare = await one.shop.stock(1)
  const save = (skuId: number, body: object) =>
    codeOf(
      one.shop.staff.call('restock.saveRule', {
        params: { skuId },
        body: { enabled: true, threshold: 5, target: 12, budgetId: one.budgetId, maxUnitFen: null, ...body },
      }),
    )
  expect(await save(bare.skuId, {})).toBe('restock.no_source')
  expect(await save(one.goods.skuId, { budgetId: 999_999 })).toBe('common.not_found')
  expect(await save(one.goods.skuId, { target: 4 })).toBe('common.invalid_input')
  expect(await codeOf(saveBudget(one.shop, {}))).toBe('restock.budget_name_taken')
  await one.rule()
  const remove = () => one.shop.staff.call('restock.removeBudget', { params: { budgetId: one.budgetId } })
  expect(await codeOf(remove())).toBe('restock.budget_in_use')
  const { items } = await one.shop.staff.call('restock.listRules', { query: { low: true } })
  expect(items).toMatchObject([{ skuId: one.goods.skuId, available: 1, threshold: 5, target: 12, openId: null }])
  await one.shop.staff.call('restock.removeRule', { params: { skuId: one.goods.skuId } })
  await remove()
})
