import { randomUUID } from 'node:crypto'
import type { BundlePolicy, OrderView, Settings } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { createPlacer, type PlacingResult } from '../../src/modules/orders/index.ts'
import { expectBooksRight } from './books.ts'
import { expectNoDeadlocks } from './deadlocks.ts'
import { type Script, scriptedSupplier } from './scripted-supplier.ts'
import { codeOf, codesOf, type Goods, isDelivered, openHouse, PRICE_FEN, type Shop, somePhone, until } from './shop.ts'
import { topUpBy } from './top-ups.ts'

/** Several goods at one price: split to the fen, held all or none, and each policy when a part fails after it was paid. */

const supplier = scriptedSupplier('bundled', { costHao: 50_000 })
const house = await openHouse({ supplierAdapters: new Map([[supplier.adapter.id, supplier.adapter]]) })
expectNoDeadlocks(house)

type Part = {
  readonly skuId?: number
  readonly points?: number
  readonly quantity?: number
  readonly shareFen?: number
}

async function bundle(
  shop: Shop,
  parts: readonly Part[],
  options: {
    readonly policy?: BundlePolicy
    readonly priceFen?: number
    readonly sku?: object
    readonly goods?: object
  } = {},
): Promise<Goods> {
  const { policy = 'rest', priceFen = 3_000, sku, goods } = options
  return await shop.stock(0, {
    goods: { title: '新年礼包', ...goods },
    sku: { kind: 'bundle', title: '一份', priceFen, bundle: { policy, parts }, ...sku },
  })
}

/** A top-up with the one scripted supplier behind it. */
const topUp = async (shop: Shop): Promise<Goods> => (await topUpBy(shop, ['bundled'])).goods

let accounts = 0
function account(script: Script): string {
  accounts += 1
  supplier.state.scripts.set(`buyer${accounts}`, script)
  return `buyer${accounts}`
}

const stateOf = (view: OrderView, kind: string) => view.lines.find((line) => line.kind === kind)?.state
const refund = (shop: Shop, no: OrderNo, lineNo: number | null) =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo, to: 'source', reason: '退款' } },
    { idempotencyKey: randomUUID() },
  )
async function expectAllRight(shop: Shop): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
}

test('any amount by any weights: the parts add up to the fen, and none is off by a fen or more', async () => {
  const weights = fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), { minLength: 1, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 10_000_000_000_000 }), weights, async (amount, parts) => {
      const [row] = await house.query<{ fen: number[] }>('select catalog.split_fen($1::bigint, $2::bigint[]) as fen', [
        amount,
        parts,
      ])
      const fen = (row?.fen ?? []).map(Number)
      expect(fen.reduce((sum, one) => sum + one, 0)).toBe(amount)
      const asked = parts.some((part) => part > 0) ? parts : parts.map(() => 1)
      const whole = asked.reduce((sum, part) => sum + BigInt(part), 0n)
      fen.forEach((one, index) => {
        const share = BigInt(amount) * BigInt(asked[index] ?? 0)
        const off = BigInt(one) * whole - share
        expect(off > -whole && off < whole).toBe(true)
      })
    }),
    { numRuns: 200 },
  )
})

describe('in the catalogue', () => {
  test('there is as much of a bundle as its scarcest part makes, and none when a part is off the shelf', async () => {
    const shop = await house.newShop()
    const [a, b] = [await shop.stock(10), await shop.stock(7)]
    const both = await bundle(shop, [{ skuId: a.skuId, quantity: 3 }, { skuId: b.skuId }, { points: 50 }], {
      goods: { stockDisplay: 'exact' },
    })
    const seen = async () =>
      (await shop.visitor().call('catalog.mallGetGoods', { params: { id: both.goodsId } })).skus[0]
    expect((await seen())?.stock).toMatchObject({ state: 'available', count: 3 })
    expect((await seen())?.bundle?.parts.map(({ kind, quantity, points }) => [kind, quantity, points])).toEqual([
      ['card', 3, null],
      ['card', 1, null],
      ['points', 1, 50],
    ])
    await shop.staff.call('catalog.setShelf', { body: { ids: [b.goodsId], to: 'off' } })
    expect((await seen())?.stock.state).toBe('sold_out')
    expect(await codeOf(shop.place(both))).toBe('orders.not_sellable')
    const { problems } = await shop.staff.call('catalog.getGoods', { params: { id: both.goodsId } })
    expect(problems.map(({ code }) => code)).toContain('bundle_part_off')
  })

  test('a top-up that nobody counts makes no bundle short', async () => {
    const shop = await house.newShop()
    const [card, charge] = [await shop.stock(2), await topUp(shop)]
    const alone = await bundle(shop, [{ skuId: charge.skuId }])
    const mixed = await bundle(shop, [{ skuId: charge.skuId }, { skuId: card.skuId }])
    const stock = async ({ goodsId }: Goods) =>
      (await shop.staff.call('catalog.getGoods', { params: { id: goodsId } })).skus[0]?.stock
    expect(await stock(alone)).toMatchObject({ unlimited: true })
    expect(await stock(mixed)).toMatchObject({ unlimited: false, available: 2 })
  })

  test('what makes no sense is refused, and a price below cost is pointed out', async () => {
    const shop = await house.newShop()
    const a = await shop.stock(3, { batch: { costFen: 1_500 } })
    const b = await shop.stock(3)
    const inner = await bundle(shop, [{ skuId: a.skuId }])
    const refused = (parts: readonly Part[], sku: object = {}) => codeOf(bundle(shop, parts, { sku }))
    expect(await refused([{ skuId: inner.skuId }])).toBe('catalog.bundle_nested')
    expect(await refused([{ skuId: 999_999 }])).toBe('catalog.bundle_part_unknown')
    expect(
      await refused([
        { skuId: a.skuId, shareFen: 3_000 },
        { skuId: b.skuId, shareFen: 0 },
      ]),
    ).toBe('catalog.bundle_share_zero')
    const invalid = [
      refused([{ skuId: a.skuId }, { skuId: a.skuId }]),
      refused([{ skuId: a.skuId, shareFen: 5 }, { skuId: b.skuId }]),
      refused([{ skuId: a.skuId, points: 5 }]),
      refused([{ skuId: a.skuId }], { pricePoints: 5 }),
      refused([{ skuId: a.skuId }], { kind: 'card' }),
    ]
    expect(await Promise.all(invalid)).toEqual(invalid.map(() => 'common.invalid_input'))
    const cheap = await bundle(shop, [{ skuId: a.skuId }], { priceFen: 1_400 })
    const { problems } = await shop.staff.call('catalog.getGoods', { params: { id: cheap.goodsId } })
    expect(problems.map(({ code }) => code)).toContain('bundle_below_cost')
    const detail = await shop.staff.call('catalog.getGoods', { params: { id: b.goodsId } })
    expect(detail.skus[0]?.bundle).toBeNull()
  })
})

test('a guest buys codes at one price: a line for each part, and the parts add up', async () => {
  const shop = await house.newShop()
  const [a, b] = [await shop.stock(9), await shop.stock(9)]
  const both = await bundle(shop, [{ skuId: a.skuId, quantity: 3 }, { skuId: b.skuId }], { priceFen: 1_001 })
  const order = await shop.place(both, 2)
  expect(order.view.totalFen).toBe(2_002)
  expect(order.view.bundles).toMatchObject([{ bundleNo: 1, quantity: 2, amountFen: 2_002, policy: 'rest' }])
  // 3 × 19.90 and 19.90 of 20.02: 15.015 and 5.005; the fen that is left goes to the first.
  expect(order.view.lines.map(({ quantity, amountFen, bundleNo }) => [quantity, amountFen, bundleNo])).toEqual([
    [6, 1_502, 1],
    [2, 500, 1],
  ])
  await shop.pay(order.no)
  const view = await shop.seen(order, isDelivered)
  expect(codesOf(view)).toHaveLength(8)
  await refund(shop, order.no, 1)
  await shop.seen(order, (one) => one.lines[0]?.state === 'refunded')
  const detail = await shop.staff.call('orders.detail', { params: { no: order.no } })
  expect(detail).toMatchObject({ state: 'delivered', refundedFen: 1_502 })
  expect(detail.lines.map(({ state }) => state)).toEqual(['refunded', 'delivered'])
  await expectAllRight(shop)
})

test('a part that is bought by itself in the same order is counted once, and the short part is named', async () => {
  const shop = await house.newShop()
  const [a, b] = [await shop.stock(3), await shop.stock(9)]
  const both = await bundle(shop, [{ skuId: b.skuId }, { skuId: a.skuId, quantity: 2 }])
  const asked = (pieces: number) =>
    shop.visitor().call(
      'orders.place',
      {
        body: {
          lines: [
            { skuId: both.skuId, quantity: 1, unitPriceFen: both.priceFen },
            { skuId: a.skuId, quantity: pieces, unitPriceFen: PRICE_FEN },
          ],
          contact: somePhone(),
          queryPassword: 'some-password',
          payWith: 'sim-pay',
        },
      },
      { idempotencyKey: randomUUID() },
    )
  const refusal = await asked(2).catch((error) => error)
  expect(refusal).toMatchObject({ code: 'orders.bundle_part_short', params: { skuId: both.skuId, partSkuId: a.skuId } })
  const held = await house.query('select from ledger.holds where tenant_id = $1', [shop.tenantId])
  expect(held).toHaveLength(0)
  expect((await asked(1)).lines.map(({ bundleNo }) => bundleNo)).toEqual([1, 1, null])
  await expectAllRight(shop)
})

test('points come with it for members only, are taken back with a refund, and not once they are spent', async () => {
  const shop = await house.newShop()
  const card = await shop.stock(9)
  const gift = await bundle(shop, [{ skuId: card.skuId }, { points: 200 }])
  expect(await codeOf(shop.place(gift))).toBe('orders.bundle_needs_member')
  const { visitor, id } = await shop.member(10_000)
  const points = async () => (await visitor.call('members.getMe', {})).points
  const first = await shop.place(gift, 2, { visitor, payWith: 'balance' })
  expect(await points()).toBe(400)
  expect(first.view.lines.map(({ kind, state }) => [kind, state])).toEqual([
    ['card', 'delivered'],
    ['points', 'delivered'],
  ])
  await refund(shop, first.no, null)
  expect(await points()).toBe(0)
  const second = await shop.place(gift, 1, { visitor })
  await shop.pay(second.no)
  await shop.seen(second, isDelivered)
  await shop.staff.call(
    'members.adjustPoints',
    { params: { id }, body: { points: -150, reason: '兑换' } },
    { idempotencyKey: randomUUID() },
  )
  expect(await codeOf(refund(shop, second.no, null))).toBe('orders.bundle_points_spent')
  await refund(shop, second.no, 1)
  await shop.seen(second, (view) => stateOf(view, 'card') === 'refunded')
  await expectAllRight(shop)
})

test('members who pay by balance and by gateway, and refunds, all at once never wait for each other for ever', async () => {
  const shop = await house.newShop()
  const card = await shop.stock(60)
  const gift = await bundle(shop, [{ skuId: card.skuId }, { points: 10 }], { policy: 'hold' })
  const members = await Promise.all(Array.from({ length: 6 }, () => shop.member(100_000, 50)))
  const waiting = await Promise.all(members.map(({ visitor }) => shop.place(gift, 1, { visitor })))
  const given = await Promise.all(members.map(({ visitor }) => shop.place(gift, 1, { visitor, payWith: 'balance' })))
  await Promise.all([
    ...waiting.map(({ no }) => shop.pay(no)),
    ...given.map(({ no }) => refund(shop, no, null)),
    ...members.flatMap(({ visitor }) => [1, 2].map(() => shop.place(gift, 1, { visitor, payWith: 'balance' }))),
  ])
  await Promise.all(waiting.map((order) => shop.seen(order, isDelivered)))
  const points = await Promise.all(members.map(async ({ visitor }) => (await visitor.call('members.getMe', {})).points))
  expect(points).toEqual(members.map(() => 50 + 3 * 10))
  await expectAllRight(shop)
})

test('a limit per person counts bundles', async () => {
  const shop = await house.newShop()
  const card = await shop.stock(20)
  const gift = await bundle(shop, [{ skuId: card.skuId }], { goods: { limitPerPerson: 2 } })
  const contact = somePhone()
  const answers = await Promise.all(Array.from({ length: 6 }, () => codeOf(shop.place(gift, 1, { contact }))))
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(2)
  expect(answers.filter((answer) => answer === 'orders.over_person_limit')).toHaveLength(4)
  expect(await codeOf(shop.place(gift, 3))).toBe('orders.over_person_limit')
})

describe('a part that the supplier refuses', () => {
  const setUp = async (policy: BundlePolicy, settings: Partial<Settings> = {}) => {
    const shop = await house.newShop(settings)
    const [card, charge] = [await shop.stock(5), await topUp(shop)]
    const goods = await bundle(
      shop,
      [
        { skuId: charge.skuId, shareFen: 2_000 },
        { skuId: card.skuId, shareFen: 1_000 },
      ],
      {
        policy,
      },
    )
    const paid = async (script: Script) => {
      const order = await shop.place(goods, 1, { form: { p1_account: account(script) } })
      await shop.pay(order.no)
      return order
    }
    return { shop, card, paid }
  }

  test('its buyer is asked for what the part asks for', async () => {
    const { shop, paid } = await setUp('rest')
    const order = await paid('done')
    const view = await shop.seen(order, isDelivered)
    expect(view.lines.find(({ kind }) => kind === 'topup')?.form).toMatchObject({ account: expect.any(String) })
    const detail = await shop.staff.call('orders.detail', { params: { no: order.no } })
    expect(detail.lines.map(({ costFen, amountFen }) => [costFen, amountFen])).toEqual([
      [500, 2_000],
      [0, 1_000],
    ])
    await expectAllRight(shop)
  })

  test('rest: the code is there at once, and the part waits at the desk', async () => {
    const { shop, paid } = await setUp('rest')
    const order = await paid({ refuse: 'stock' })
    const view = await shop.seen(order, (one) => stateOf(one, 'topup') === 'exception')
    expect(stateOf(view, 'card')).toBe('delivered')
    expect(codesOf(view)).toHaveLength(1)
    expect(view.refundedFen).toBe(0)
    await expectAllRight(shop)
  })

  test('refund: the code is there at once, and the share of the part goes back by itself, once', async () => {
    const { shop, paid } = await setUp('refund')
    const order = await paid({ refuse: 'stock' })
    const view = await shop.seen(order, (one) => one.refundedFen > 0)
    expect(view).toMatchObject({ state: 'delivered', refundedFen: 2_000 })
    expect(codesOf(view)).toHaveLength(1)
    const { refunds } = await shop.staff.call('orders.detail', { params: { no: order.no } })
    expect(refunds).toMatchObject([{ lineNo: 1, amountFen: 2_000, requestedBy: 'system', state: 'done' }])
    await expectAllRight(shop)
  })

  test('refund above what one person may give back waits for a second one, and is asked for once', async () => {
    const { shop, paid } = await setUp('refund', { 'refunds.approvalAboveFen': 1_000 })
    const order = await paid({ refuse: 'stock' })
    const awaiting = await until('the refund to wait', async () => {
      const { refunds } = await shop.staff.call('orders.detail', { params: { no: order.no } })
      return refunds.length > 0 ? refunds : undefined
    })
    expect(awaiting).toMatchObject([{ state: 'awaiting', amountFen: 2_000 }])
    // More news of it asks for nothing more.
    expect(await house.platform.db.call(shop.tenantId, 'fulfilment.settle_bundles', order.no)).toEqual({
      lines: [],
      redeemed: false,
    })
    const { refunds } = await shop.staff.call('orders.detail', { params: { no: order.no } })
    expect(refunds).toHaveLength(1)
    await expectAllRight(shop)
  })

  test('hold: the code waits for the top-up and is there the moment it arrives', async () => {
    const { shop, card, paid } = await setUp('hold')
    const order = await paid({ refuse: 'stock' })
    const stuck = await shop.seen(order, (one) => stateOf(one, 'topup') === 'exception')
    expect(stuck.lines.find(({ kind }) => kind === 'card')).toMatchObject({ state: 'waiting', heldBack: true })
    expect(codesOf(stuck)).toEqual([])
    await expectAllRight(shop)
    // Meanwhile its piece is nobody else's: five, one of them set aside.
    expect(await codeOf(shop.place(card, 5))).toBe('orders.sold_out')
    supplier.state.scripts.set(`buyer${accounts}`, 'done')
    await shop.staff.call('fulfilment.retryLine', { params: { no: order.no, lineNo: 1 }, body: {} })
    const view = await shop.seen(order, isDelivered)
    expect(codesOf(view)).toHaveLength(1)
    await expectAllRight(shop)
  })

  test('hold: given up, all of it goes back and the piece is for sale again', async () => {
    const { shop, card, paid } = await setUp('hold')
    const order = await paid({ refuse: 'account' })
    await shop.seen(order, (one) => stateOf(one, 'topup') === 'exception')
    await refund(shop, order.no, null)
    const view = await shop.seen(order, (one) => one.state === 'refunded')
    expect(view.refundedFen).toBe(3_000)
    expect(codesOf(view)).toEqual([])
    expect(await codeOf(shop.place(card, 5))).toBe('ok')
    await expectAllRight(shop)
  })

  test('hold: the part alone is given back, and the rest goes out', async () => {
    const { shop, paid } = await setUp('hold')
    const order = await paid({ refuse: 'stock' })
    await shop.seen(order, (one) => stateOf(one, 'topup') === 'exception')
    await refund(shop, order.no, 1)
    const view = await shop.seen(order, isDelivered)
    expect(codesOf(view)).toHaveLength(1)
    await expectAllRight(shop)
  })

  test('a dispute over all of it takes the code back while it waits', async () => {
    const { shop, card, paid } = await setUp('hold')
    const order = await paid({ refuse: 'stock' })
    await shop.seen(order, (one) => stateOf(one, 'topup') === 'exception')
    const [receipt] = await house.query<{ trade_no: string }>(
      'select trade_no from payments.receipts where tenant_id = $1 and order_no = $2',
      [shop.tenantId, order.no],
    )
    const news = { tradeNo: receipt?.trade_no, disputeNo: 'D1', amountFen: 3_000, state: 'lost', reason: '' }
    await house.platform.db.call(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', news)
    const view = await shop.seen(order, (one) => one.state === 'refunded')
    expect(codesOf(view)).toEqual([])
    expect(await codeOf(shop.place(card, 5))).toBe('ok')
    await expectAllRight(shop)
  })
})

test('a dispute over a delivered bundle ends every part of it, and books spent points as lost', async () => {
  const shop = await house.newShop()
  const [a, b] = [await shop.stock(3), await shop.stock(3)]
  const gift = await bundle(shop, [{ skuId: a.skuId }, { skuId: b.skuId }, { points: 100 }])
  const { visitor, id } = await shop.member()
  const order = await shop.place(gift, 1, { visitor })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  await shop.staff.call(
    'members.adjustPoints',
    { params: { id }, body: { points: -60, reason: '兑换' } },
    { idempotencyKey: randomUUID() },
  )
  const [receipt] = await house.query<{ trade_no: string }>(
    'select trade_no from payments.receipts where tenant_id = $1 and order_no = $2',
    [shop.tenantId, order.no],
  )
  const news = { tradeNo: receipt?.trade_no, disputeNo: 'D2', amountFen: 3_000, state: 'lost', reason: '' }
  await house.platform.db.call(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', news)
  await shop.seen(order, (one) => one.state === 'refunded')
  const [line] = await house.query(
    "select credit_points, taken_points from orders.lines where tenant_id = $1 and order_no = $2 and kind = 'points'",
    [shop.tenantId, order.no],
  )
  expect(line).toEqual({ credit_points: 100, taken_points: 40 })
  expect(await visitor.call('members.getMe', {})).toMatchObject({ points: 0 })
  await expectAllRight(shop)
})

test('5,000 bundles at once over scarce parts: no part oversold, none half held, none left that would still make one', async () => {
  const shop = await house.newShop()
  const [a, b, c] = [await shop.stock(600), await shop.stock(350), await shop.stock(500)]
  const goods = [
    await bundle(shop, [{ skuId: a.skuId, quantity: 2 }, { skuId: b.skuId }]),
    await bundle(shop, [{ skuId: b.skuId }, { skuId: c.skuId, quantity: 3 }]),
    await bundle(shop, [{ skuId: c.skuId }, { skuId: a.skuId }]),
  ]
  const place = createPlacer(house.platform, (tenantId, items) =>
    house.platform.db.callHot<readonly PlacingResult[]>(tenantId, 'fulfilment.place_and_pay', items),
  )
  const answers = await Promise.all(
    Array.from({ length: 5_000 }, async (_, n) => {
      const { skuId, priceFen } = goods[n % 3] as Goods
      const input = {
        lines: [{ skuId, quantity: 1, unitPriceFen: priceFen, unitPoints: 0, form: {} }],
        contact: somePhone(),
        queryPassword: 'some-password',
        payWith: 'sim-pay',
        balanceFen: 0,
        locale: 'zh-CN' as const,
      }
      const session = { kind: 'none', deviceId: randomUUID() } as const
      const request = { scope: 'crowd', key: String(n), fingerprint: Buffer.from(String(n)) }
      return await codeOf(place({ tenantId: shop.tenantId, session, ip: undefined }, input, request))
    }),
  )
  const placed = answers.filter((answer) => answer === 'ok').length
  expect(new Set(answers)).toEqual(new Set(['ok', 'orders.bundle_part_short']))
  const lines = await house.query<{ order_no: number; held: boolean; pieces: number; sku_id: number }>(
    `select l.order_no, h.state = 'held' as held, l.quantity as pieces, l.sku_id
     from orders.lines l left join ledger.holds h on h.tenant_id = l.tenant_id and h.id = l.hold_id
     where l.tenant_id = $1`,
    [shop.tenantId],
  )
  expect(lines).toHaveLength(placed * 2)
  expect(lines.every(({ held }) => held)).toBe(true)
  const left = new Map(
    [a, b, c].map(({ skuId }, index) => [
      skuId,
      ([600, 350, 500][index] ?? 0) -
        lines.filter((line) => line.sku_id === skuId).reduce((sum, { pieces }) => sum + pieces, 0),
    ]),
  )
  const [ofA = 0, ofB = 0, ofC = 0] = [a, b, c].map(({ skuId }) => left.get(skuId) ?? 0)
  expect(Math.min(ofA, ofB, ofC)).toBeGreaterThanOrEqual(0)
  // Each kind was asked for until it ran out.
  expect([ofA >= 2 && ofB >= 1, ofB >= 1 && ofC >= 3, ofC >= 1 && ofA >= 1]).toEqual([false, false, false])
  await expectAllRight(shop)
})
