import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scriptedSupplier } from './scripted-supplier.ts'
import { openHouse, type Shop, until } from './shop.ts'
import { rowsOf } from './workbook.ts'

/** Sale prices that follow what the sources cost: previewed, moved with the cost, held beyond a jump, never below the floor. */

const first = scriptedSupplier('first')
const second = scriptedSupplier('second')
const house = await openHouse({
  supplierAdapters: new Map([first, second].map(({ adapter }) => [adapter.id, adapter])),
})
const RULE = {
  markupBp: 2_000,
  markupFen: 50,
  floorFen: 500,
  leastMarginFen: 100,
  rounding: 'tenth' as const,
  jumpBp: 2_000,
}
/** Ten yuan and 20 %, half a yuan on top. */
const AT_TEN_YUAN = 1_250

type Desk = Awaited<ReturnType<typeof openDesk>>
/** A shop whose top-up has two sources, at ten and at twelve yuan. */
async function openDesk() {
  const shop = await house.newShop()
  const join = async (adapter: string) => {
    const { id } = await shop.staff.call(
      'suppliers.create',
      {
        body: {
          name: adapter,
          adapter,
          baseUrl: 'http://127.0.0.1:9',
          identity: 'shop',
          secrets: { key: 's3cret' },
          concurrent: 8,
          perMinute: 60_000,
        },
      },
      { idempotencyKey: randomUUID() },
    )
    return id
  }
  const desk = { shop, supplierId: await join('first'), otherId: await join('second') }
  const productId = await told(desk.shop, desk.supplierId, 100_000)
  const otherProductId = await told(desk.shop, desk.otherId, 120_000)
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen: 1_300 },
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      policy: 'cheapest',
      leastMarginFen: 0,
      offers: [productId, otherProductId].map((id) => ({ productId: id, fieldMap: { account: 'account' } })),
    },
  })
  return { ...desk, goods }
}

const base = scriptedSupplier('as told').state.product
/** The supplier says what its product costs, as a list, a push or a file would. */
async function told(shop: Shop, supplierId: number, costHao: number, at = new Date(), more = {}): Promise<number> {
  await house.platform.db.call(
    shop.tenantId,
    'suppliers.keep_products',
    supplierId,
    JSON.stringify([{ ...base, costHao, ...more }]),
    false,
    at,
  )
  const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId } })
  return items[0]?.id ?? 0
}
const previewOf = async ({ shop, goods }: Desk, rule: Partial<typeof RULE> = {}) =>
  (
    await shop.staff.call('suppliers.previewPriceRules', {
      body: { target: { skuIds: [goods.skuId] }, rule: { ...RULE, ...rule } },
    })
  ).items
async function switchedOn(desk: Desk, rule: Partial<typeof RULE> = {}) {
  const shown = (await previewOf(desk, rule)).map(({ skuId, toFen }) => ({ skuId, toFen: toFen ?? 0 }))
  return await desk.shop.staff.call('suppliers.savePriceRules', {
    body: { target: { skuIds: [desk.goods.skuId] }, rule: { ...RULE, ...rule }, shown },
  })
}
const ruleOf = async ({ shop, goods }: Desk) => {
  const { items } = await shop.staff.call('suppliers.listPriceRules', { query: { skuId: goods.skuId } })
  return items[0]
}
const movesOf = async ({ shop, goods }: Desk) => {
  const { items } = await shop.staff.call('suppliers.priceHistory', { params: { skuId: goods.skuId }, query: {} })
  return items.map(({ kind, fromFen, toFen, supplier }) => [kind, fromFen, toFen, supplier])
}
const offered = async ({ shop, goods }: Desk) => {
  const { skus } = await shop.visitor().call('catalog.mallGetGoods', { params: { id: goods.goodsId } })
  return skus[0]?.priceFen
}
const decide = ({ shop, goods }: Desk, action: 'confirm' | 'keep', toFen: number) =>
  shop.staff.call('suppliers.decidePrice', {
    params: { skuId: goods.skuId },
    body: { action, toFen, reason: '已与供应商核对' },
  })

test('a preview says what would change, and only what it showed is switched on', async () => {
  const desk = await openDesk()
  expect(await previewOf(desk)).toMatchObject([
    {
      priceFen: 1_300,
      costHao: 100_000,
      supplier: 'first',
      toFen: AT_TEN_YUAN,
      leastFen: 1_100,
      refusal: null,
      hasRule: false,
    },
  ])
  expect(await ruleOf(desk)).toBeUndefined()
  await expect(
    desk.shop.staff.call('suppliers.savePriceRules', {
      body: { target: { skuIds: [desk.goods.skuId] }, rule: RULE, shown: [{ skuId: desk.goods.skuId, toFen: 1_200 }] },
    }),
  ).rejects.toMatchObject({ code: 'suppliers.prices_moved' })
  expect(await switchedOn(desk)).toEqual({ saved: 1, moved: 1 })
  expect(await ruleOf(desk)).toMatchObject({ priceFen: AT_TEN_YUAN, held: null, rule: RULE })
  expect(await movesOf(desk)).toEqual([['began', 1_300, AT_TEN_YUAN, 'first']])
})

test('the price follows the cheapest living source, and an order that was placed keeps its own', async () => {
  const desk = await openDesk()
  await switchedOn(desk)
  const order = await desk.shop.place({ ...desk.goods, priceFen: AT_TEN_YUAN }, 1, { form: { account: 'someone' } })
  await told(desk.shop, desk.supplierId, 110_000)
  expect(await movesOf(desk)).toEqual([
    ['followed', AT_TEN_YUAN, 1_370, 'first'],
    ['began', 1_300, AT_TEN_YUAN, 'first'],
  ])
  await until('the mall to show it', async () => ((await offered(desk)) === 1_370 ? true : undefined))
  const view = await order.visitor.call('orders.get', { params: { no: order.no } })
  expect(view.lines[0]?.unitPriceFen).toBe(AT_TEN_YUAN)
  // Dearer than the second: that one leads. Off its shelf: the first again.
  await told(desk.shop, desk.supplierId, 130_000)
  expect((await movesOf(desk))[0]).toEqual(['followed', 1_370, 1_490, 'second'])
  await told(desk.shop, desk.otherId, 120_000, new Date(), { stock: 0 })
  expect((await movesOf(desk))[0]).toEqual(['followed', 1_490, 1_610, 'first'])
})

test('news that are older than what is known, and news without a new cost, move nothing', async () => {
  const desk = await openDesk()
  await switchedOn(desk)
  const now = new Date()
  await told(desk.shop, desk.supplierId, 105_000, now)
  const moves = await movesOf(desk)
  await told(desk.shop, desk.supplierId, 90_000, new Date(now.getTime() - 1_000))
  await told(desk.shop, desk.supplierId, 105_000, new Date())
  expect(await movesOf(desk)).toEqual(moves)
  expect((await ruleOf(desk))?.priceFen).toBe(moves[0]?.[2])
})

test('a jump is held: told to staff, nothing sold below the floor meanwhile, and set when a person confirms it', async () => {
  const desk = await openDesk()
  await switchedOn(desk)
  await told(desk.shop, desk.otherId, 1_000_000)
  await told(desk.shop, desk.supplierId, 200_000)
  expect(await ruleOf(desk)).toMatchObject({
    priceFen: AT_TEN_YUAN,
    held: { toFen: 2_450, stopped: true, leastFen: 2_100 },
  })
  await expect(
    desk.shop.place({ ...desk.goods, priceFen: AT_TEN_YUAN }, 1, { form: { account: 'someone' } }),
  ).rejects.toMatchObject({ code: 'orders.sold_out' })
  const moves = await rowsOf(
    await desk.shop.staff.download('suppliers.exportPriceMoves', { query: { skuId: desk.goods.skuId } }),
  )
  expect(moves.slice(1).map((row) => row[2])).toEqual(['变动过大，等待确认', '启用规则'])
  expect(moves[1]).toEqual(expect.arrayContaining(['24.5', '20']))
  const nothing = await desk.shop.staff.download('suppliers.exportPriceMoves', { query: { q: '没有这样的商品' } })
  expect(await rowsOf(nothing)).toHaveLength(1)
  const notice = await until('staff to be told', async () => {
    const { items } = await desk.shop.staff.call('notify.listInbox', { query: {} })
    return items.find(({ event }) => event === 'supply.price_held')
  })
  expect(JSON.stringify(notice)).toContain('暂停销售')
  await expect(decide(desk, 'keep', 2_450)).rejects.toMatchObject({ code: 'suppliers.below_least' })
  await expect(decide(desk, 'confirm', 2_000)).rejects.toMatchObject({ code: 'suppliers.prices_moved' })
  expect(await decide(desk, 'confirm', 2_450)).toMatchObject({ priceFen: 2_450, held: null })
  await desk.shop.place({ ...desk.goods, priceFen: 2_450 }, 1, { form: { account: 'someone' } })
  await expect(decide(desk, 'confirm', 2_450)).rejects.toMatchObject({ code: 'suppliers.nothing_held' })
  expect((await movesOf(desk)).slice(0, 2)).toEqual([
    ['confirmed', AT_TEN_YUAN, 2_450, 'first'],
    ['held', AT_TEN_YUAN, 2_450, 'first'],
  ])
})

test('a fall that is too deep is held while the present price goes on, and may be kept', async () => {
  const desk = await openDesk()
  await switchedOn(desk)
  await told(desk.shop, desk.supplierId, 10_000)
  expect(await ruleOf(desk)).toMatchObject({ priceFen: AT_TEN_YUAN, held: { toFen: 500, stopped: false } })
  await desk.shop.place({ ...desk.goods, priceFen: AT_TEN_YUAN }, 1, { form: { account: 'someone' } })
  expect(await decide(desk, 'keep', 500)).toMatchObject({ priceFen: AT_TEN_YUAN, held: null })
  // The same cost told again does not bring it back; the old cost does not need a person.
  await told(desk.shop, desk.supplierId, 10_000)
  expect((await ruleOf(desk))?.held).toBeNull()
})

test('a hold ends by itself when the cost comes back', async () => {
  const desk = await openDesk()
  await switchedOn(desk)
  await told(desk.shop, desk.otherId, 1_000_000)
  await told(desk.shop, desk.supplierId, 900_000)
  expect((await ruleOf(desk))?.held?.stopped).toBe(true)
  await told(desk.shop, desk.supplierId, 100_000)
  expect(await ruleOf(desk)).toMatchObject({ priceFen: AT_TEN_YUAN, held: null })
  await desk.shop.place({ ...desk.goods, priceFen: AT_TEN_YUAN }, 1, { form: { account: 'someone' } })
})

test('two suppliers who tell at once: the price is that of the cheaper one', async () => {
  const desk = await openDesk()
  await switchedOn(desk, { jumpBp: 1_000_000 })
  for (const [one, other] of [
    [110_000, 105_000],
    [90_000, 95_000],
    [130_000, 140_000],
  ] as const) {
    await Promise.all([told(desk.shop, desk.supplierId, one), told(desk.shop, desk.otherId, other)])
    const [expected] = await previewOf(desk)
    expect(await ruleOf(desk)).toMatchObject({ costHao: Math.min(one, other), priceFen: expected?.toFen })
  }
})

test('a rule for all that a supplier stands behind leaves out what has prices by quantity, and says so', async () => {
  const desk = await openDesk()
  const tiered = await desk.shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen: 2_000, tiers: [{ minQty: 2, unitPriceFen: 1_800 }] },
  })
  const { items } = await desk.shop.staff.call('suppliers.listProducts', { query: { supplierId: desk.supplierId } })
  await desk.shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: tiered.skuId },
    body: {
      policy: 'cheapest',
      leastMarginFen: 0,
      offers: [{ productId: items[0]?.id ?? 0, fieldMap: { account: 'account' } }],
    },
  })
  const target = { supplierId: desk.supplierId }
  const preview = await desk.shop.staff.call('suppliers.previewPriceRules', { body: { target, rule: RULE } })
  const refused = preview.items.find(({ skuId }) => skuId === tiered.skuId)
  expect(refused).toMatchObject({ toFen: null, refusal: expect.stringContaining('批发价') })
  const shown = preview.items.flatMap(({ skuId, toFen }) => (toFen === null ? [] : [{ skuId, toFen }]))
  expect(await desk.shop.staff.call('suppliers.savePriceRules', { body: { target, rule: RULE, shown } })).toEqual({
    saved: 1,
    moved: 1,
  })
  await desk.shop.staff.call('suppliers.removePriceRule', { params: { skuId: desk.goods.skuId } })
  await told(desk.shop, desk.supplierId, 101_000)
  expect((await movesOf(desk))[0]?.[0]).toBe('ended')
})

test('no rule whatever prices below floor, cost and margin, or rounds down', async () => {
  const cases = fc.record({
    cost: fc.integer({ min: 0, max: 10_000_000 }),
    bp: fc.integer({ min: 0, max: 20_000 }),
    fixed: fc.integer({ min: 0, max: 5_000 }),
    floor: fc.integer({ min: 1, max: 50_000 }),
    margin: fc.integer({ min: 0, max: 5_000 }),
    rounding: fc.constantFrom('none', 'tenth', 'yuan', 'nine'),
  })
  const some = fc.sample(cases, 500)
  const rows = await house.query<{ least: number; price: number }>(
    `select l.least::float8 as least, suppliers.price_by_rule((c ->> 'cost')::bigint, (c ->> 'bp')::integer, (c ->> 'fixed')::bigint, l.least, c ->> 'rounding')::float8 as price
     from jsonb_array_elements($1::jsonb) with ordinality as x(c, n)
     cross join lateral (
       select suppliers.least_price((c ->> 'cost')::bigint, (c ->> 'floor')::bigint, (c ->> 'margin')::bigint) as least
     ) l order by n`,
    [JSON.stringify(some)],
  )
  const steps = { none: 1, tenth: 10, yuan: 100, nine: 100 } as const
  some.forEach(({ cost, bp, fixed, floor, margin, rounding }, index) => {
    const { least = 0, price = 0 } = rows[index] ?? {}
    expect(least).toBe(Math.max(floor, Math.ceil(cost / 100) + margin))
    const plain = Math.max(Math.ceil((cost * (10_000 + bp)) / 1_000_000) + fixed, least)
    expect(price).toBeGreaterThanOrEqual(plain)
    expect(price - plain).toBeLessThan(Math.max(steps[rounding as keyof typeof steps], plain < 90 ? 91 : 0))
    expect(price % steps[rounding as keyof typeof steps]).toBe(rounding === 'nine' ? 90 : 0)
  })
})
