import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { followDemand } from '../../src/modules/suppliers/index.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { codeOf, isDelivered, openHouse, type Shop, until } from './shop.ts'

/** Sale prices that follow what is sold: by steps, between floor and ceiling, once an hour, held beyond a jump, never below the cost. */

const supplier = scriptedSupplier('demand')
const house = await openHouse({ supplierAdapters: new Map([[supplier.adapter.id, supplier.adapter]]) })

const BASE_FEN = 2_000
const STEPS = [
  { from: 10, bp: 500 },
  { from: 20, bp: 1_000 },
  { from: 50, bp: 3_000 },
]
const RULE = {
  markupBp: 0,
  markupFen: 0,
  baseFen: BASE_FEN as number | null,
  floorFen: 1_500,
  ceilingFen: 2_500 as number | null,
  leastMarginFen: 0,
  rounding: 'none' as 'none' | 'yuan',
  jumpBp: 10_000,
  steps: STEPS as readonly { readonly from: number; readonly bp: number }[],
}
type Rule = typeof RULE
type Desk = { readonly shop: Shop; readonly skuId: number }

/** Codes of a shop's own, sold at the base price. */
async function openDesk(codes = 0, sku: object = {}) {
  const shop = await house.newShop()
  const goods = await shop.stock(codes, { sku: { priceFen: BASE_FEN, ...sku } })
  return { shop, goods, skuId: goods.skuId }
}
const bodyOf = ({ skuId }: Desk, rule: Partial<Rule>) => ({
  target: { skuIds: [skuId] },
  rule: { ...RULE, ...rule, steps: [...(rule.steps ?? STEPS)] },
})
const previewOf = async (desk: Desk, rule: Partial<Rule> = {}) => {
  const { items } = await desk.shop.staff.call('suppliers.previewPriceRules', { body: bodyOf(desk, rule) })
  return items[0]
}
async function switchOn(desk: Desk, rule: Partial<Rule> = {}) {
  const shown = [{ skuId: desk.skuId, toFen: (await previewOf(desk, rule))?.toFen ?? 0 }]
  return await desk.shop.staff.call('suppliers.savePriceRules', { body: { ...bodyOf(desk, rule), shown } })
}
const ruleOf = async ({ shop, skuId }: Desk) => {
  const { items } = await shop.staff.call('suppliers.listPriceRules', { query: { skuId } })
  return items[0]
}
const movesOf = async ({ shop, skuId }: Desk) => {
  const { items } = await shop.staff.call('suppliers.priceHistory', { params: { skuId }, query: {} })
  return items.map(({ kind, cause, fromFen, toFen }) => [kind, cause, fromFen, toFen])
}
/** So many pieces were handed out today, as the reports say; `ago` of days is the past. */
const sold = ({ shop, skuId }: Desk, pieces: number, ago = 0) =>
  house.query(
    `insert into analytics.sums as s (tenant_id, grain, at, sku_id, batch_id, channel, pay_way, staff, pieces)
     values ($1, 'day', analytics.day_start(analytics.shop_day(now()) - $4::integer), $2, 0, '', '', 'test', $3)
     on conflict (tenant_id, grain, at, sku_id, batch_id, channel, pay_way, staff) do update set pieces = excluded.pieces`,
    [shop.tenantId, skuId, pieces, ago],
  )
/** Ten minutes go by since the last count, or the hour since the last step too. */
const passed = ({ shop, skuId }: Desk, what: 'minutes' | 'hour' = 'hour') =>
  house.query(
    `update suppliers.price_rules
     set counted_at = now() - interval '11 minutes', step_at = case when $3 then now() - interval '61 minutes' else step_at end
     where tenant_id = $1 and sku_id = $2`,
    [shop.tenantId, skuId, what === 'hour'],
  )
const turn = () => followDemand(house.platform)
/** The worker of the house counts too, so that what a turn here passed by is done a moment later. */
const settled = (desk: Desk, priceFen: number) =>
  until(`the price ${priceFen}`, async () => ((await ruleOf(desk))?.priceFen === priceFen ? true : undefined))
const counted = (desk: Desk) =>
  until('the rule to be counted', async () => {
    const [row] = await house.query<{ fresh: boolean }>(
      `select counted_at > now() - interval '5 minutes' and step = priced_step as fresh
       from suppliers.price_rules where tenant_id = $1 and sku_id = $2`,
      [desk.shop.tenantId, desk.skuId],
    )
    return row?.fresh || undefined
  })
const countedPrice = async (desk: Desk, pieces: number, time: 'minutes' | 'hour' = 'hour') => {
  await sold(desk, pieces)
  await passed(desk, time)
  await turn()
  await counted(desk)
  return (await ruleOf(desk))?.priceFen
}

test('what is really sold raises the price: an order that was placed keeps its own, a stale page is told the new one', async () => {
  const desk = await openDesk(30)
  const { shop, goods } = desk
  expect(await previewOf(desk)).toMatchObject({
    toFen: BASE_FEN,
    refusal: null,
    demand: {
      sold: 0,
      step: 0,
      hasPast: false,
      baseFen: BASE_FEN,
      ladder: [
        { from: 0, bp: 0, toFen: BASE_FEN, bound: null },
        { from: 10, bp: 500, toFen: 2_100, bound: null },
        { from: 20, bp: 1_000, toFen: 2_200, bound: null },
        { from: 50, bp: 3_000, toFen: 2_500, bound: 'ceiling' },
      ],
    },
  })
  expect(await switchOn(desk)).toEqual({ saved: 1, moved: 0 })
  const first = await shop.place(goods, 12)
  const waiting = await shop.place(goods, 1)
  await shop.pay(first.no)
  await shop.seen(first, isDelivered)
  await house.platform.db.call(shop.tenantId, 'analytics.gather', 1_000)
  await passed(desk)
  await turn()
  await settled(desk, 2_100)
  expect(await ruleOf(desk)).toMatchObject({ demand: { sold: 12, step: 1, from: 10, bp: 500 }, held: null })
  expect(await codeOf(shop.place(goods, 1))).toBe('orders.price_changed')
  await shop.pay(waiting.no)
  const view = await shop.seen(waiting, isDelivered)
  expect(view).toMatchObject({ totalFen: BASE_FEN, lines: [{ unitPriceFen: BASE_FEN }] })
  const later = await shop.place({ ...goods, priceFen: 2_100 }, 1)
  await shop.pay(later.no)
  await shop.seen(later, isDelivered)
  const { items } = await shop.staff.call('suppliers.priceHistory', { params: { skuId: desk.skuId }, query: {} })
  expect(items).toMatchObject([
    { kind: 'followed', cause: 'demand', fromFen: BASE_FEN, toFen: 2_100, demand: { sold: 12, step: 1, bp: 500 } },
    { kind: 'began', demand: { sold: 0, step: 0, bp: 0 } },
  ])
  await house.platform.db.call(shop.tenantId, 'analytics.gather', 1_000)
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ check, violations }) => violations.map(({ code }) => [check, code]))).toEqual([])
})

test('a step is taken at its bound, left below four fifths of it, and at most one an hour', async () => {
  const desk = await openDesk()
  await sold(desk, 3, 5)
  await switchOn(desk)
  const course: readonly (readonly [pieces: number, priceFen: number])[] = [
    [9, 2_000],
    [10, 2_100],
    [8, 2_100],
    [7, 2_000],
    [20, 2_200],
    [16, 2_200],
    [15, 2_100],
    [60, 2_500],
    [40, 2_500],
    [39, 2_200],
    [0, 2_000],
  ]
  const prices = []
  for (const [pieces] of course) prices.push([pieces, await countedPrice(desk, pieces)])
  expect(prices).toEqual(course)
  // The hour since it fell to nothing is not over: the count goes on, the price waits.
  expect(await countedPrice(desk, 60, 'minutes')).toBe(2_000)
  expect((await ruleOf(desk))?.demand).toMatchObject({ sold: 60, step: 0 })
  expect(await countedPrice(desk, 60)).toBe(2_500)
})

test('new goods do not fall below their base price; those that nobody wants any more do', async () => {
  const desk = await openDesk()
  const steps = [
    { from: 0, bp: -1_000 },
    { from: 5, bp: 0 },
    { from: 20, bp: 1_000 },
  ]
  expect(await previewOf(desk, { steps })).toMatchObject({ toFen: BASE_FEN, demand: { step: 0, hasPast: false } })
  await switchOn(desk, { steps })
  expect(await countedPrice(desk, 2)).toBe(BASE_FEN)
  // A rush on its first day is a rush.
  expect(await countedPrice(desk, 25)).toBe(2_200)
  expect(await countedPrice(desk, 1)).toBe(BASE_FEN)
  await sold(desk, 1, 3)
  expect(await previewOf(desk, { steps })).toMatchObject({ toFen: 1_800, demand: { step: 1, hasPast: true } })
  expect(await countedPrice(desk, 1)).toBe(1_800)
  // Its past is not forgotten when it is more than a month ago.
  await sold(desk, 0, 3)
  expect(await countedPrice(desk, 0)).toBe(1_800)
})

test('a jump of demand is held and told, sold at the present price meanwhile, and ends by itself when the rush does', async () => {
  const desk = await openDesk(3)
  await sold(desk, 1, 5)
  await switchOn(desk, { jumpBp: 700 })
  expect(await countedPrice(desk, 10)).toBe(2_100)
  expect(await countedPrice(desk, 55)).toBe(2_100)
  expect(await ruleOf(desk)).toMatchObject({ held: { toFen: 2_500, stopped: false }, demand: { step: 3 } })
  expect((await movesOf(desk))[0]).toEqual(['held', 'demand', 2_100, 2_500])
  const notice = await until('staff to be told', async () => {
    const { items } = await desk.shop.staff.call('notify.listInbox', { query: {} })
    return items.find(({ event }) => event === 'supply.price_held')
  })
  expect(JSON.stringify(notice)).toContain('近 24 小时销量变了')
  await desk.shop.place({ ...desk.goods, priceFen: 2_100 }, 1)
  expect(await countedPrice(desk, 12)).toBe(2_100)
  expect(await ruleOf(desk)).toMatchObject({ held: null, demand: { step: 1 } })
  expect(await countedPrice(desk, 55)).toBe(2_100)
  const confirmed = await desk.shop.staff.call('suppliers.decidePrice', {
    params: { skuId: desk.skuId },
    body: { action: 'confirm', toFen: 2_500, reason: '新剧上映' },
  })
  expect(confirmed).toMatchObject({ priceFen: 2_500, held: null })
  expect(await countedPrice(desk, 55)).toBe(2_500)
})

test('a price by cost and demand: rounded, within its bounds, and held when the cost leaves no room below the ceiling', async () => {
  const shop = await house.newShop()
  const joined = await shop.staff.call(
    'suppliers.create',
    {
      body: {
        name: '蓝海',
        adapter: 'demand',
        baseUrl: 'http://127.0.0.1:9',
        identity: 'shop',
        secrets: { key: 's3cret' },
        concurrent: 8,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  const told = async (costHao: number) => {
    // What the house’s own question would be answered, too.
    supplier.state.product = { ...supplier.state.product, costHao }
    await house.platform.db.call(
      shop.tenantId,
      'suppliers.keep_products',
      joined.id,
      JSON.stringify([supplier.state.product]),
      false,
      new Date(),
    )
  }
  await told(150_000)
  const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: joined.id } })
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen: BASE_FEN },
  })
  const offers = [{ productId: items[0]?.id ?? 0, fieldMap: { account: 'account' } }]
  const saveSupply = (leastMarginFen: number) =>
    shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: { policy: 'cheapest', leastMarginFen, offers },
    })
  await saveSupply(0)
  const desk = { shop, skuId: goods.skuId }
  const rule: Partial<Rule> = {
    baseFen: null,
    markupBp: 3_000,
    ceilingFen: 2_350,
    rounding: 'yuan',
    leastMarginFen: 100,
    steps: [{ from: 0, bp: -3_000 }, ...STEPS],
  }
  await sold(desk, 1, 5)
  // 15.00 × 1.3 = 19.50; −30 % is below the cost and its margin.
  expect((await previewOf(desk, rule))?.demand?.ladder).toEqual([
    { from: 0, bp: 0, toFen: 2_000, bound: null },
    { from: 0, bp: -3_000, toFen: 1_600, bound: 'cost' },
    { from: 10, bp: 500, toFen: 2_100, bound: null },
    { from: 20, bp: 1_000, toFen: 2_200, bound: null },
    { from: 50, bp: 3_000, toFen: 2_350, bound: 'ceiling' },
  ])
  // A price that the loss guard would not buy for is no price.
  await saveSupply(250)
  expect(await previewOf(desk, rule)).toMatchObject({ toFen: 1_800, leastFen: 1_750 })
  await saveSupply(0)
  await switchOn(desk, rule)
  expect(await countedPrice(desk, 20)).toBe(2_200)
  await told(160_000)
  expect((await movesOf(desk))[0]).toEqual(['followed', 'cost', 2_200, 2_300])
  expect(await countedPrice(desk, 50)).toBe(2_350)
  expect(await countedPrice(desk, 0)).toBe(1_700)
  await told(230_000)
  expect(await ruleOf(desk)).toMatchObject({ priceFen: 1_700, held: { toFen: 2_400, leastFen: 2_400, stopped: true } })
  expect(await codeOf(shop.place({ ...goods, priceFen: 1_700 }, 1, { form: { account: 'a' } }))).toBe('orders.sold_out')
  expect((await previewOf(desk, rule))?.refusal).toContain('¥24.00')
  await told(150_000)
  expect(await ruleOf(desk)).toMatchObject({ priceFen: 1_600, held: null })
})

test('codes on the shelf are not priced below what they cost, and are sold on while a price waits', async () => {
  const desk = await openDesk()
  await sold(desk, 1, 5)
  await desk.shop.addCards(desk.skuId, 5, { costFen: 1_900 })
  const steps = [{ from: 0, bp: -2_000 }]
  expect(await previewOf(desk, { steps })).toMatchObject({ toFen: 1_900, leastFen: 1_900, costHao: 190_000 })
  await switchOn(desk, { steps, jumpBp: 500 })
  // The next delivery is dearer. It is seen at the next count; nobody tells of it.
  await desk.shop.addCards(desk.skuId, 5, { costFen: 2_200 })
  await passed(desk)
  await turn()
  await until('the price to wait', async () => ((await ruleOf(desk))?.held ? true : undefined))
  expect(await ruleOf(desk)).toMatchObject({ priceFen: 1_900, held: { toFen: 2_200, stopped: false } })
  expect((await movesOf(desk))[0]).toEqual(['held', 'cost', 1_900, 2_200])
  await desk.shop.place({ ...desk.goods, priceFen: 1_900 }, 1)
})

test('several workers at once move a price once; what one that died had counted is followed at the next count', async () => {
  const desk = await openDesk()
  await sold(desk, 1, 5)
  await switchOn(desk)
  await sold(desk, 25)
  await passed(desk)
  await Promise.all([turn(), turn(), turn(), turn()])
  await settled(desk, 2_200)
  expect(await movesOf(desk)).toEqual([
    ['followed', 'demand', 2_000, 2_200],
    ['began', 'cost', 2_000, 2_000],
  ])
  // Counted, and then nothing: the step is there, the price is not.
  await house.query(
    `update suppliers.price_rules set sold = 0, step = 0, step_at = now(), counted_at = now() where tenant_id = $1 and sku_id = $2`,
    [desk.shop.tenantId, desk.skuId],
  )
  await sold(desk, 0)
  await turn()
  expect((await ruleOf(desk))?.priceFen).toBe(2_200)
  await passed(desk, 'minutes')
  await turn()
  await settled(desk, BASE_FEN)
})

test('a price and an order that come at once: the order has the old price or is told the new one', async () => {
  const desk = await openDesk(40)
  await sold(desk, 1, 5)
  await switchOn(desk)
  for (const [pieces, from, to] of [
    [10, 2_000, 2_100],
    [20, 2_100, 2_200],
  ] as const) {
    await sold(desk, pieces)
    await passed(desk)
    const [, ...answers] = await Promise.all([
      turn(),
      ...Array.from({ length: 6 }, () =>
        desk.shop.place({ ...desk.goods, priceFen: from }, 1).then(
          ({ view }) => view.totalFen,
          (error: unknown) => (isProblem(error) ? error.code : Promise.reject(error)),
        ),
      ),
    ])
    expect(answers.every((answer) => answer === from || answer === 'orders.price_changed')).toBe(true)
    await settled(desk, to)
  }
})

test('between a planned price and the one that ends it demand moves nothing', async () => {
  const desk = await openDesk()
  await sold(desk, 1, 5)
  await switchOn(desk)
  const plan = (minutes: number, priceFen: number) =>
    house.query(
      `insert into catalog.price_changes (tenant_id, sku_id, at, price_fen, created_by)
       values ($1, $2, now() + make_interval(mins => $3), $4, 'test')`,
      [desk.shop.tenantId, desk.skuId, minutes, priceFen],
    )
  await house.query(`update catalog.skus set priced_at = now() - interval '1 hour' where tenant_id = $1 and id = $2`, [
    desk.shop.tenantId,
    desk.skuId,
  ])
  await plan(-1, 1_680)
  await plan(60, BASE_FEN)
  await sold(desk, 25)
  await passed(desk)
  await turn()
  await until('the count', async () => ((await ruleOf(desk))?.demand?.sold === 25 ? true : undefined))
  expect((await ruleOf(desk))?.priceFen).toBe(1_680)
  await house.query(`update catalog.price_changes set at = now() where tenant_id = $1 and at > now()`, [
    desk.shop.tenantId,
  ])
  await passed(desk)
  await turn()
  await settled(desk, 2_200)
})

test('a cost that moves no price leaves a promotion and a price by hand alone; one that binds is followed', async () => {
  const desk = await openDesk(2)
  const { shop, skuId } = desk
  await sold(desk, 1, 5)
  await switchOn(desk)
  await house.query(`update catalog.skus set priced_at = now() - interval '1 hour' where tenant_id = $1 and id = $2`, [
    shop.tenantId,
    skuId,
  ])
  await house.query(
    `insert into catalog.price_changes (tenant_id, sku_id, at, price_fen, created_by)
     select $1, $2, now() + make_interval(mins => x.mins), x.fen, 'test' from (values (-1, 1680), (60, 2000)) as x(mins, fen)`,
    [shop.tenantId, skuId],
  )
  const costs = async (costFen: number) => {
    await shop.addCards(skuId, 5, { costFen })
    await until('the cost to be known to the rule', async () => {
      await passed(desk)
      await turn()
      const [row] = await house.query<{ known: boolean }>(
        `select r.cost_hao = c.cost_hao and c.cost_hao is not null as known
         from suppliers.price_rules r cross join suppliers.costs($1, array[$2::bigint]) c
         where r.tenant_id = $1 and r.sku_id = $2`,
        [shop.tenantId, skuId],
      )
      return row?.known || undefined
    })
    return (await ruleOf(desk))?.priceFen
  }
  await sold(desk, 25)
  expect(await costs(900)).toBe(1_680)
  expect(await costs(1_000)).toBe(1_680)
  // Demand's step comes when the promotion is over, by the same step as if no card had come.
  await house.query(`update catalog.price_changes set at = now() where tenant_id = $1 and at > now()`, [shop.tenantId])
  await passed(desk)
  await turn()
  await settled(desk, 2_200)
  // All that lies there is dear now: below that nothing is sold, however quiet it is.
  await house.query(`update vault.batches set cost_fen = 2400 where tenant_id = $1`, [shop.tenantId])
  await passed(desk)
  await turn()
  await settled(desk, 2_400)
})

test('a rule that cannot be is refused in words, by whoever may not is codeOf, and a stranger’s goods are not found', async () => {
  const desk = await openDesk()
  const { shop } = desk
  const problem = (rule: Partial<Rule>, skuIds = [desk.skuId]) =>
    shop.staff.call('suppliers.previewPriceRules', { body: { ...bodyOf(desk, rule), target: { skuIds } } }).then(
      () => 'taken',
      (error: unknown) => (isProblem(error) ? JSON.stringify(error) : Promise.reject(error)),
    )
  expect(
    await problem({
      steps: [
        { from: 20, bp: 0 },
        { from: 20, bp: 500 },
      ],
    }),
  ).toContain('各档的销量必须从小到大')
  expect(await problem({ ceilingFen: 1_499 })).toContain('最高售价不能低于最低售价')
  expect(await problem({ steps: [] })).toContain('自定基准价')
  expect(await problem({ markupBp: 100 })).toContain('自定基准价')
  expect(await problem({}, [desk.skuId, desk.skuId + 1])).toContain('自定基准价')
  expect(await problem({ steps: [{ from: -1, bp: 0 }] })).toContain('common.invalid_input')
  expect(await problem({ steps: [{ from: 1, bp: -9_001 }] })).toContain('common.invalid_input')
  expect(await problem({ steps: Array.from({ length: 13 }, (_, from) => ({ from, bp: 0 })) })).toContain(
    'common.invalid_input',
  )
  expect((await previewOf(desk, { baseFen: null }))?.refusal).toContain('没有可用的货源')
  const tiered = await shop.stock(0, { sku: { priceFen: 900, tiers: [{ minQty: 2, unitPriceFen: 800 }] } })
  expect((await previewOf({ shop, skuId: tiered.skuId }))?.refusal).toContain('批发价')

  const shown = [{ skuId: desk.skuId, toFen: BASE_FEN }]
  const reader = await shop.hire(['suppliers.read'])
  expect(await codeOf(reader.call('suppliers.savePriceRules', { body: { ...bodyOf(desk, {}), shown } }))).toBe(
    'common.forbidden',
  )
  const stranger = await house.newShop()
  const foreign = { shop: stranger, skuId: desk.skuId }
  expect(await codeOf(previewOf(foreign))).toBe('common.not_found')
  expect(await codeOf(stranger.staff.call('suppliers.savePriceRules', { body: { ...bodyOf(desk, {}), shown } }))).toBe(
    'common.not_found',
  )
  expect(await codeOf(movesOf(foreign))).toBe('common.not_found')
  // The demand that the preview showed is not that of now.
  const stale = { ...bodyOf(desk, {}), shown }
  await sold(desk, 30)
  expect(await codeOf(shop.staff.call('suppliers.savePriceRules', { body: stale }))).toBe('suppliers.prices_moved')
  expect(await ruleOf(desk)).toBeUndefined()
})

test('no rule whatever leaves floor and ceiling, sells below the cost, or falls while demand and steps rise', async () => {
  const cases = fc.record({
    base: fc.integer({ min: 1, max: 200_000 }),
    floor: fc.integer({ min: 1, max: 100_000 }),
    room: fc.option(fc.integer({ min: 0, max: 100_000 })),
    cost: fc.integer({ min: 0, max: 100_000 }),
    rounding: fc.constantFrom('none', 'tenth', 'yuan', 'nine'),
    bps: fc.array(fc.integer({ min: -9_000, max: 50_000 }), { maxLength: 12 }),
    bounds: fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { minLength: 12, maxLength: 12 }),
    now: fc.integer({ min: 0, max: 12 }),
    pieces: fc.tuple(fc.integer({ min: 0, max: 1_200 }), fc.integer({ min: 0, max: 1_200 })),
  })
  const some = fc.sample(cases, 400).map((one) => {
    const bounds = one.bounds.toSorted((a, b) => a - b)
    const bps = one.bps.toSorted((a, b) => a - b)
    const ceiling = one.room === null ? null : one.floor + one.room
    const steps = bps.map((bp, n) => ({ from: bounds[n] ?? 0, bp }))
    return { ...one, steps, ceiling, pieces: one.pieces.toSorted((a, b) => a - b), now: Math.min(one.now, bps.length) }
  })
  const rows = await house.query<{
    least: number
    ladder: { toFen: number }[]
    fewer: number
    more: number
    again: number
  }>(
    `select l.least::float8 as least, s.fewer, s.more,
       suppliers.step_for(c -> 'steps', s.fewer, (c -> 'pieces' ->> 0)::bigint, true) as again,
       suppliers.price_ladder(
         (c ->> 'base')::bigint, c -> 'steps', (c ->> 'floor')::bigint, l.least, (c ->> 'ceiling')::bigint, c ->> 'rounding'
       ) as ladder
     from jsonb_array_elements($1::jsonb) with ordinality as x(c, n)
     cross join lateral (
       select suppliers.least_price((c ->> 'cost')::bigint * 100, (c ->> 'floor')::bigint, 0) as least
     ) l
     cross join lateral (
       select suppliers.step_for(c -> 'steps', (c ->> 'now')::integer, (c -> 'pieces' ->> 0)::bigint, true) as fewer,
         suppliers.step_for(c -> 'steps', (c ->> 'now')::integer, (c -> 'pieces' ->> 1)::bigint, true) as more
     ) s
     order by n`,
    [JSON.stringify(some)],
  )
  some.forEach(({ steps, floor, ceiling, cost, now, pieces }, index) => {
    const { least = 0, ladder = [], fewer = 0, more = 0, again } = rows[index] ?? {}
    const [, ...prices] = ladder.map(({ toFen }) => toFen)
    expect(ladder).toHaveLength(steps.length + 1)
    for (const price of prices) {
      expect(price).toBeGreaterThanOrEqual(Math.max(floor, cost))
      // What the cost leaves no room for is never set by itself.
      if (ceiling !== null && least <= ceiling) expect(price).toBeLessThanOrEqual(ceiling)
    }
    expect(prices).toEqual(prices.toSorted((a, b) => a - b))
    expect(more).toBeGreaterThanOrEqual(fewer)
    expect(again).toBe(fewer)
    const few = pieces[0] ?? 0
    const reached = steps.filter(({ from }) => from <= few).length
    expect(fewer).toBeGreaterThanOrEqual(reached)
    // Only a step that holds may be above what is reached, and only while four fifths of its bound are sold.
    if (fewer > reached) {
      expect(fewer).toBeLessThanOrEqual(now)
      expect(few * 5).toBeGreaterThanOrEqual((steps[fewer - 1]?.from ?? 0) * 4)
    }
  })
})
