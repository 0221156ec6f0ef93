import { createHmac, randomUUID } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WholesaleOrder, WholesalePurse } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { afterAll, describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { supplierAdapters } from '../../src/modules/suppliers/index.ts'
import { createOutbound } from '../../src/platform/outbound/index.ts'
import { expectBooksRight } from './books.ts'
import { openSupplier } from './real-suppliers.ts'
import { codesOf, isDelivered, openHouse, type Shop, until } from './shop.ts'
import { type Credentials, joinShop, openKey, openLine, sellOn, signedCall } from './two-shops.ts'

/** Two shops: B sells what it buys from A over HTTP, each with books of its own. */

const house = await openHouse({ supplierAdapters })
const line = await openLine(house)
const charger = await openSupplier('kasushou')
charger.sell('710001', '9.0000')

const COST_FEN = 1_500
const SALE_FEN = 1_990

/** A sells codes at 2000 in its mall and at three quarters of that to B, who sells them on. */
async function twoShops(codes = 20, balanceFen = 100_000) {
  const [a, b] = [await house.newShop(), await house.newShop()]
  const sold = await a.stock(codes, { sku: { priceFen: 2_000 } })
  const key = await openKey(a, balanceFen, { priceBp: 7_500 })
  const joined = await joinShop(b, line.url, key, sold.skuId)
  const goods = await sellOn(b, joined.product, SALE_FEN)
  return { a, b, sold, key, supplier: joined, goods }
}
type Two = Awaited<ReturnType<typeof twoShops>>

async function paid({ b, goods }: Pick<Two, 'b' | 'goods'>, quantity = 1, form?: Record<string, string>) {
  const order = await b.place(goods, quantity, form ? { form } : {})
  await b.pay(order.no)
  return order
}
const hurry = (no: OrderNo) =>
  house.query(
    `update suppliers.purchases set due_at = now(), leased_until = null
     where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
    [no],
  )
const purchasesOf = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('suppliers.listPurchases', { query: { orderNo: no } })).items.toReversed()
const delivered = (shop: Shop, no: OrderNo) =>
  until('the order to be delivered', async () => {
    await hurry(no)
    const { state } = await shop.staff.call('orders.detail', { params: { no } })
    return state === 'delivered' || undefined
  })
const purseOf = async (shop: Shop, { memberId }: Credentials): Promise<number> => {
  const [row] = await house.query<{ balance: number }>(
    `select balance from ledger.accounts where tenant_id = $1 and kind = 'cash.member' and ref = $2`,
    [shop.tenantId, String(memberId)],
  )
  return row?.balance ?? 0
}
const owed = async (shop: Shop, supplierId: number): Promise<number> => {
  const [row] = await house.query<{ balance: number }>(
    `select balance from ledger.accounts where tenant_id = $1 and kind = 'cash.supplier' and ref = $2`,
    [shop.tenantId, String(supplierId)],
  )
  return row?.balance ?? 0
}
const ordersAt = async (shop: Shop): Promise<number> => {
  const [row] = await house.query<{ n: number }>('select count(*) as n from wholesale.orders where tenant_id = $1', [
    shop.tenantId,
  ])
  return row?.n ?? 0
}
async function expectRight(...shops: readonly Shop[]): Promise<void> {
  for (const shop of shops) {
    await expectBooksRight(house, shop.tenantId)
    const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
    expect(report.checks.flatMap(({ check, violations }) => violations.map(({ code }) => [check, code]))).toEqual([])
  }
}
const asOrder = (json: unknown) => json as WholesaleOrder
const order = (sku: number, more: object = {}) => ({
  outerNo: randomUUID(),
  productId: String(sku),
  quantity: 1,
  ceilingFen: 100_000,
  ...more,
})
const place = (shop: Shop, key: Credentials, body: object) =>
  signedCall(shop.base, key, { method: 'POST', path: '/orders', body })

/** The same shop, telling something else about its purse. */
async function altered(base: string, spoil: (purse: WholesalePurse) => WholesalePurse): Promise<string> {
  const server = http.createServer(async (request, response) => {
    const answer = await fetch(new URL(base).origin + (request.url ?? ''), {
      headers: Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => name.startsWith('x-quanshu')),
      ) as Record<string, string>,
    })
    const json = await answer.json()
    const said = request.url?.includes('/purse') === true ? spoil(json as WholesalePurse) : json
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(said))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(base).pathname.replace(/\/$/, '')}/`
}

describe('what one shop buys from another', () => {
  test('codes go from A’s vault through B’s to B’s buyer, and each book says the same sum', async () => {
    const two = await twoShops()
    const { a, b, key, supplier } = two
    expect(supplier.product).toMatchObject({ kind: 'card', costHao: COST_FEN * 100, stock: 20 })
    const bought = await paid(two, 3)
    await delivered(b, bought.no)
    const codes = codesOf(await b.seen(bought, isDelivered))
    expect(codes).toHaveLength(3)
    const [purchase, ...others] = await purchasesOf(b, bought.no)
    expect(others).toEqual([])
    expect(purchase).toMatchObject({ state: 'done', arrived: 3, costFen: 3 * COST_FEN })
    expect(await purseOf(a, key)).toBe(100_000 - 3 * COST_FEN)
    expect(await owed(b, supplier.id)).toBe(3 * COST_FEN)
    // Who was handed codes is written down at A.
    const reveals = await house.query<{ pieces: number }>('select pieces from wholesale.reveals where tenant_id = $1', [
      a.tenantId,
    ])
    expect(reveals.length).toBeGreaterThan(0)
    expect(reveals.every(({ pieces }) => pieces === 3)).toBe(true)
    const log = await a.staff.call('wholesale.listCalls', { params: { wholesaleKeyId: key.id }, query: {} })
    expect(log.items.find(({ operation }) => operation === 'place')).toMatchObject({ status: 200, code: null })
    for (const code of codes) expect(JSON.stringify(log)).not.toContain(code)
    const test = await b.staff.call('suppliers.test', { params: { supplierId: supplier.id }, body: {} })
    expect(test).toMatchObject({ ok: true, balanceHao: (100_000 - 3 * COST_FEN) * 100 })
    await expectRight(a, b)
  })

  test('a top-up that A buys from a supplier arrives at B’s buyer, who filled in the account', async () => {
    const [a, b] = [await house.newShop(), await house.newShop()]
    const upstream = await charger.join(a, '充值商')
    const sold = await a.stock(0, {
      goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
      sku: { kind: 'topup', priceFen: 2_000 },
    })
    await a.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: sold.skuId },
      body: { policy: 'cheapest', leastMarginFen: 0, offers: [upstream.offer('710001')] },
    })
    const key = await openKey(a, 10_000, { priceBp: 6_000 })
    const joined = await joinShop(b, line.url, key, sold.skuId)
    expect(joined.product).toMatchObject({ kind: 'direct', costHao: 120_000 })
    const goods = await sellOn(b, joined.product, SALE_FEN)
    const bought = await paid({ b, goods }, 1, { account: '13800138000' })
    await until('the top-up', async () => {
      for (const { order_no: no } of await house.query<{ order_no: OrderNo }>(
        'select order_no from wholesale.orders',
      )) {
        await hurry(no)
      }
      await hurry(bought.no)
      const { state } = await b.staff.call('orders.detail', { params: { no: bought.no } })
      return state === 'delivered' || undefined
    })
    const [{ order_no: atA } = { order_no: 0 }] = await house.query<{ order_no: number }>(
      'select order_no from wholesale.orders where tenant_id = $1',
      [a.tenantId],
    )
    expect(charger.handedOut(atA)).toBe(1)
    expect(await purseOf(a, key)).toBe(10_000 - 1_200)
    expect(await owed(b, joined.id)).toBe(1_200)
    await expectRight(a, b)
  })

  test.each(['cut_after', 'garbled'] as const)(
    '%s: nobody knows, it is asked, and it was bought once',
    async (fault) => {
      const two = await twoShops()
      line.break(fault)
      const bought = await paid(two, 2)
      await delivered(two.b, bought.no)
      expect(codesOf(await two.b.seen(bought, isDelivered))).toHaveLength(2)
      expect(line.sent(bought.no)).toBe(1)
      expect(await ordersAt(two.a)).toBe(1)
      expect(await purseOf(two.a, two.key)).toBe(100_000 - 2 * COST_FEN)
      await expectRight(two.a, two.b)
    },
  )

  test('lost on the way: not found is proof only after the documented time, and nothing is bought before', async () => {
    const two = await twoShops()
    line.break('cut_before')
    const bought = await paid(two)
    const asked = await until('it to be asked about in vain', async () => {
      await hurry(bought.no)
      const [row] = await house.query<{ asks: number; state: string }>(
        'select asks, state from suppliers.purchases where order_no = $1',
        [bought.no],
      )
      return row && row.asks >= 2 ? row : undefined
    })
    expect(asked.state).toBe('unknown')
    expect(await ordersAt(two.a)).toBe(0)
    await house.query(`update suppliers.purchases set sent_at = sent_at - interval '15 minutes' where order_no = $1`, [
      bought.no,
    ])
    await until('the first to be given up', async () => {
      await hurry(bought.no)
      return (await purchasesOf(two.b, bought.no))[0]?.state === 'refused' || undefined
    })
    expect(await purseOf(two.a, two.key)).toBe(100_000)
    await expectRight(two.b)
  })

  test('a price that rose above the ceiling is refused, and B’s buyer is not sold it at a loss', async () => {
    const two = await twoShops()
    // B does not know yet.
    await two.a.staff.call('wholesale.setPrice', {
      params: { wholesaleKeyId: two.key.id, skuId: two.sold.skuId },
      body: { priceFen: SALE_FEN + 1 },
    })
    const bought = await paid(two)
    const purchase = await until('the refusal', async () => {
      const [first] = await purchasesOf(two.b, bought.no)
      return first?.state === 'refused' ? first : undefined
    })
    const detail = await two.b.staff.call('suppliers.readPurchase', { params: { purchaseId: purchase.id } })
    expect(JSON.stringify(detail)).toContain('wholesale.above_ceiling')
    expect(await ordersAt(two.a)).toBe(0)
    expect(await purseOf(two.a, two.key)).toBe(100_000)
  })

  test('a ring of shops: A, that would buy from B what B buys from A, is refused by the one it began at', async () => {
    const [a, b] = [await house.newShop(), await house.newShop()]
    const atA = await a.stock(1, { sku: { priceFen: 2_000 } })
    const keyOfB = await openKey(a, 50_000, { priceBp: 5_000 })
    const fromA = await joinShop(b, line.url, keyOfB, atA.skuId)
    const atB = await sellOn(b, fromA.product, 1_500)
    const keyOfA = await openKey(b, 50_000)
    const fromB = await joinShop(a, line.url, keyOfA, atB.skuId)
    await a.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: atA.skuId },
      body: {
        policy: 'cheapest',
        source: 'supplier_first',
        leastMarginFen: 0,
        offers: [{ productId: fromB.product.id, fieldMap: {} }],
      },
    })
    const bought = await paid({ b: a, goods: atA })
    // B gives back what nobody will deliver, so A is not left waiting and takes the code from its own shelf.
    await until('the order to be delivered', async () => {
      await hurry(bought.no)
      return isDelivered(await bought.visitor.call('orders.get', { params: { no: bought.no } })) || undefined
    })
    expect((await purchasesOf(a, bought.no)).map(({ state }) => state)).toEqual(['refused'])
    const calls = await house.query<{ code: string | null }>(
      `select code from wholesale.calls where tenant_id = any ($1) and operation = 'place' order by id`,
      [[a.tenantId, b.tenantId]],
    )
    expect(calls.map(({ code }) => code).toSorted()).toEqual([null, 'wholesale.loop'].toSorted())
    expect([await purseOf(a, keyOfB), await purseOf(b, keyOfA)]).toEqual([50_000, 50_000])
    await expectRight(a, b)
  })
})

test('the adapter reads balance, product and statement, cancels what it may, and believes no old callback', async () => {
  const { a, b, key, sold, supplier } = await twoShops(3)
  const adapter = supplierAdapters.get('quanshu')
  if (!adapter?.statement || !adapter.cancel) throw new Error('no adapter')
  const outbound = createOutbound({ allowInsecure: true })
  const account = { baseUrl: `${a.base}/`, identity: key.key, settings: {}, secrets: { secret: key.secret } }
  const bought = await paid({ b, goods: await sellOn(b, supplier.product, SALE_FEN) })
  await delivered(b, bought.no)
  const [purchase] = await purchasesOf(b, bought.no)
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  expect(await adapter.statement(outbound, account, day)).toMatchObject({
    kind: 'done',
    value: [
      { no: purchase?.no, remoteId: String(sold.skuId), quantity: 1, costHao: COST_FEN * 100, state: 'done' },
      // What A put into the purse by hand; the order's own movement is the order's line.
      { kind: 'deposit', remoteNo: expect.stringMatching(/^M\d+$/), costHao: 10_000_000, state: 'done' },
    ],
  })
  // A shop whose movements do not make its balance, or whose order took nothing, is not gone through.
  for (const spoil of [
    (purse: WholesalePurse) => ({ ...purse, closingFen: purse.closingFen + 1 }),
    (purse: WholesalePurse) => ({ ...purse, openingFen: purse.openingFen - 1 }),
    (purse: WholesalePurse) => ({
      ...purse,
      closingFen: purse.closingFen + COST_FEN,
      items: purse.items.filter(({ kind }) => kind !== 'order'),
    }),
  ]) {
    const baseUrl = await altered(a.base, spoil)
    expect(await adapter.statement(outbound, { ...account, baseUrl }, day)).toMatchObject({ kind: 'unknown' })
  }
  // Placed in a day's last moment and paid in the first of the next; what was placed at noon was not.
  const [midnight, before] = [Date.parse(`${day}T00:00:00+08:00`), new Date(Date.parse(day) - 86_400_000)]
  const placed = async (at: number) => {
    for (const table of ['wholesale.orders', 'orders.orders'])
      await house.query(`update ${table} set placed_at = $2 where tenant_id = $1`, [a.tenantId, new Date(at)])
  }
  const eve = () => adapter.statement?.(outbound, account, before.toISOString().slice(0, 10))
  await placed(midnight - 100)
  expect(await eve()).toMatchObject({ kind: 'done', value: [{ no: purchase?.no, costHao: COST_FEN * 100 }] })
  await placed(midnight - 43_200_000)
  expect(await eve()).toMatchObject({ kind: 'unknown' })
  expect(await adapter.cancel(outbound, account, { no: purchase?.no ?? '', remoteNo: null })).toEqual({
    kind: 'done',
    value: 'too_late',
  })
  expect(await adapter.product(outbound, account, String(sold.skuId))).toMatchObject({
    kind: 'done',
    value: { costHao: COST_FEN * 100, stock: 2, fields: [] },
  })
  expect(await adapter.product(outbound, account, '99999')).toMatchObject({ kind: 'refused', about: 'product' })
  const lost = { ...account, secrets: { secret: `whsec_${'A'.repeat(43)}=` } }
  expect(await adapter.balance(outbound, lost)).toMatchObject({ kind: 'refused', code: 'wholesale.not_authenticated' })
  const ask = { no: 'N0', remoteNo: null, kind: 'card' as const, quantity: 1, placedAt: new Date() }
  expect(await adapter.ask(outbound, account, ask)).toEqual({ kind: 'not_found' })
  // Who has lost the secret cannot tell that nothing was bought.
  expect(await adapter.ask(outbound, lost, ask)).toMatchObject({ kind: 'unknown' })
  const body = Buffer.from(JSON.stringify({ type: 'order.changed', data: { outerNo: 'N1', state: 'done' } }))
  const at = Math.floor(Date.now() / 1_000)
  const signature = createHmac('sha256', Buffer.from(key.secret.slice(6), 'base64'))
    .update(`i.${at}.${body}`)
    .digest('base64')
  const headers = { 'webhook-id': 'i', 'webhook-timestamp': String(at), 'webhook-signature': `v1,x v1,${signature}` }
  const callback = { method: 'POST', path: '/', headers, body }
  expect(adapter.verifyCallback(account, callback, new Date())).toMatchObject({ ok: true, no: 'N1', claim: 'done' })
  expect(adapter.verifyCallback(account, callback, new Date(Date.now() + 301_000))).toEqual({
    ok: false,
    verdict: 'stale',
  })
  outbound.close()
})

describe('the interface itself', () => {
  test('fifty at once under one number are one order, with the same answer; other content under it is refused', async () => {
    const a = await house.newShop()
    const other = await house.secondServer()
    const sold = await a.stock(60)
    const key = await openKey(a)
    const body = order(sold.skuId, { quantity: 2 })
    const bases = [a.base, `${other}/s/${a.slug}`]
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        signedCall(bases[n % 2] ?? '', key, { method: 'POST', path: '/orders', body }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1)
    expect(asOrder(answers[0]?.json)).toMatchObject({ state: 'done', arrived: 2, amountFen: 2 * 1_990 })
    expect(await ordersAt(a)).toBe(1)
    expect(await purseOf(a, key)).toBe(100_000 - 2 * 1_990)
    const changed = await place(a, key, { ...body, quantity: 3 })
    expect(changed).toMatchObject({ status: 409, json: { code: 'wholesale.number_reused' } })
    expect(await purseOf(a, key)).toBe(100_000 - 2 * 1_990)
    // Another key's number is no number.
    const stranger = await openKey(a)
    const asked = await signedCall(a.base, stranger, { method: 'GET', path: `/orders/${body.outerNo}` })
    const madeUp = await signedCall(a.base, stranger, { method: 'GET', path: `/orders/${randomUUID()}` })
    expect([asked.status, { ...asked.json, requestId: '' }]).toEqual([404, { ...madeUp.json, requestId: '' }])
    await expectBooksRight(house, a.tenantId)
  })

  test('whatever is wrong with who calls is told in one way, and nothing is ordered', async () => {
    const a = await house.newShop()
    const sold = await a.stock(5)
    const key = await openKey(a)
    const elsewhere = await openKey(a, 1_000, { networks: ['203.0.113.0/24'] })
    const revoked = await openKey(a, 1_000)
    await a.staff.call('wholesale.setState', {
      params: { wholesaleKeyId: revoked.id },
      body: { to: 'revoked', reason: '泄露' },
    })
    const call = { method: 'POST', path: '/orders', body: order(sold.skuId) } as const
    const stale = String(Math.floor(Date.now() / 1_000) - 301)
    const nonce = randomUUID()
    const first = await signedCall(a.base, key, { method: 'GET', path: '/balance' }, { nonce })
    expect(first.status).toBe(200)
    const refusals = [
      await signedCall(a.base, { ...key, key: `${key.key.slice(0, -1)}_` }, call),
      await signedCall(a.base, { ...key, key: 'qk_zzzzz_0123456789012345678901' }, call),
      await signedCall(a.base, { ...key, key: 'nonsense' }, call),
      await signedCall(a.base, { ...key, secret: revoked.secret }, call),
      await signedCall(a.base, key, call, { signature: '00'.repeat(32) }),
      await signedCall(a.base, key, call, { timestamp: stale }),
      await signedCall(a.base, key, { method: 'GET', path: '/balance' }, { nonce }),
      await signedCall(a.base, elsewhere, call),
      await signedCall(a.base, revoked, call),
    ]
    for (const { status, json } of refusals) {
      expect([status, { ...json, requestId: '' }]).toEqual([401, { ...refusals[0]?.json, requestId: '' }])
      expect(json.code).toBe('wholesale.not_authenticated')
    }
    expect(await ordersAt(a)).toBe(0)
    // The address does not say which shop it is: the key does.
    const b = await house.newShop()
    const { json } = await signedCall(b.base, key, { method: 'GET', path: '/balance' })
    expect(json).toEqual({ balanceFen: 100_000, currency: 'CNY' })
    const allowed = { headers: { 'x-forwarded-for': '203.0.113.9' } }
    const fromThere = await signedCall(a.base, elsewhere, { method: 'GET', path: '/balance' }, allowed)
    expect(fromThere.status).toBe(200)
    // The shop that is called reads what was wrong.
    const log = await a.staff.call('wholesale.listCalls', {
      params: { wholesaleKeyId: key.id },
      query: { only: 'refused' },
    })
    expect(new Set(log.items.map(({ reason }) => reason))).toEqual(new Set(['bad_signature', 'stale', 'replayed']))
  })

  test('scope, pause, ceiling, cap, an empty purse and an empty shelf are refused by name, and cost nothing', async () => {
    const a = await house.newShop()
    const sold = await a.stock(3)
    const reader = await openKey(a, 0, { scopes: ['read'] })
    expect(await place(a, reader, order(sold.skuId))).toMatchObject({ status: 403, json: { code: 'wholesale.scope' } })
    const key = await openKey(a, 5_000, { dailyCapFen: 4_000 })
    const codeOf = async (body: object) => (await place(a, key, body)).json.code
    expect(await codeOf(order(sold.skuId, { ceilingFen: 1_989 }))).toBe('wholesale.above_ceiling')
    expect(await codeOf(order(sold.skuId, { quantity: 3 }))).toBe('wholesale.over_daily_cap')
    expect(await codeOf(order(999_999_999))).toBe('wholesale.unknown_product')
    expect(await codeOf(order(sold.skuId, { quantity: 0 }))).toBe('common.invalid_input')
    expect(await codeOf(order(sold.skuId, { fields: { x: 'y' } }))).toBe('orders.form_field')
    expect((await place(a, key, order(sold.skuId, { quantity: 2 }))).status).toBe(200)
    expect(await codeOf(order(sold.skuId))).toBe('wholesale.over_daily_cap')
    await a.staff.call('wholesale.save', {
      params: { wholesaleKeyId: key.id },
      body: { name: '下游小店', scopes: ['read', 'order', 'money'], opens: 'all', dailyCapFen: null },
    })
    expect(await codeOf(order(sold.skuId))).toBe('orders.balance_short')
    const rich = await openKey(a)
    expect((await place(a, rich, order(sold.skuId, { quantity: 2 }))).json.code).toBe('orders.sold_out')
    const known = order(sold.skuId)
    expect((await place(a, rich, known)).status).toBe(200)
    await a.staff.call('wholesale.setState', {
      params: { wholesaleKeyId: rich.id },
      body: { to: 'paused', reason: '核对' },
    })
    expect((await place(a, rich, order(sold.skuId))).json.code).toBe('wholesale.key_paused')
    // What was ordered is still told.
    expect((await place(a, rich, known)).json).toMatchObject({ outerNo: known.outerNo, state: 'done' })
    expect(await purseOf(a, key)).toBe(5_000 - 2 * 1_990)
    await expectBooksRight(house, a.tenantId)
  })

  test('a price below the floor needs who may, and a floor that rises lifts the others', async () => {
    const a = await house.newShop()
    const sold = await a.stock(5, { batch: { costFen: 1_200 } })
    const key = await openKey(a, 100_000, { opens: 'listed' })
    const params = { wholesaleKeyId: key.id, skuId: sold.skuId }
    expect((await place(a, key, order(sold.skuId))).json.code).toBe('wholesale.unknown_product')
    const clerk = await a.hire(['wholesale.read', 'wholesale.manage'])
    const tooLow = clerk.call('wholesale.setPrice', { params, body: { priceFen: 1_199 } })
    await expect(tooLow).rejects.toMatchObject({ code: 'wholesale.below_floor', params: { floorFen: 1_200 } })
    const body = { priceFen: 900, reason: '清仓' }
    await expect(clerk.call('wholesale.setPriceBelowFloor', { params, body })).rejects.toMatchObject({ status: 403 })
    await clerk.call('wholesale.setPrice', { params, body: { priceFen: 1_250 } })
    const priceNow = async () => {
      const { json } = await signedCall(a.base, key, { method: 'GET', path: `/products/${sold.skuId}` })
      return json.priceFen
    }
    expect(await priceNow()).toBe(1_250)
    await a.addCards(sold.skuId, 1, { costFen: 1_300 })
    expect(await priceNow()).toBe(1_300)
    await a.staff.call('wholesale.setPriceBelowFloor', { params, body })
    expect(await priceNow()).toBe(900)
    const { items } = await a.staff.call('wholesale.listPrices', { params: { wholesaleKeyId: key.id }, query: {} })
    expect(items).toMatchObject([{ skuId: sold.skuId, priceFen: 900, floorFen: 1_300, belowFloor: true, stock: 6 }])
    expect((await place(a, key, order(sold.skuId))).json).toMatchObject({ state: 'done', amountFen: 900 })
    await clerk.call('wholesale.removePrice', { params })
    expect((await place(a, key, order(sold.skuId))).json.code).toBe('wholesale.unknown_product')
    await expectBooksRight(house, a.tenantId)
  })

  test('a secret is replaced without a pause, and the old one ends', async () => {
    const a = await house.newShop()
    const key = await openKey(a)
    const params = { wholesaleKeyId: key.id }
    const { secret } = await a.staff.call('wholesale.rotate', { params, body: { bothHours: 24 } })
    const statusWith = async (one: string) =>
      (await signedCall(a.base, { ...key, secret: one }, { method: 'GET', path: '/balance' })).status
    expect([await statusWith(key.secret), await statusWith(secret)]).toEqual([200, 200])
    const last = await a.staff.call('wholesale.rotate', { params, body: { bothHours: 0 } })
    expect([await statusWith(key.secret), await statusWith(secret), await statusWith(last.secret)]).toEqual([
      401, 401, 200,
    ])
  })

  test('what nobody is bringing can be cancelled once, what was handed over cannot; the statement says both', async () => {
    const a = await house.newShop()
    const sold = await a.stock(2)
    const topUp = await a.stock(0, { sku: { kind: 'topup', priceFen: 500 } })
    await house.query('update catalog.skus set supply_stock = null where tenant_id = $1 and id = $2', [
      a.tenantId,
      topUp.skuId,
    ])
    // Else the shop would be as quick as its buyer.
    const key = await openKey(a, 10_000, { givesBack: false })
    const done = order(sold.skuId)
    expect((await place(a, key, done)).json).toMatchObject({ state: 'done' })
    const stuck = order(topUp.skuId)
    expect((await place(a, key, stuck)).json).toMatchObject({ state: 'processing', cards: [] })
    const cancel = async (no: string) =>
      (await signedCall(a.base, key, { method: 'POST', path: `/orders/${no}/cancel`, body: {} })).json
    expect(await cancel(done.outerNo)).toEqual({ outcome: 'too_late' })
    expect(await cancel(stuck.outerNo)).toEqual({ outcome: 'cancelled' })
    expect(await cancel(stuck.outerNo)).toEqual({ outcome: 'cancelled' })
    expect(await cancel(randomUUID())).toMatchObject({ code: 'wholesale.unknown_order' })
    const after = await signedCall(a.base, key, { method: 'GET', path: `/orders/${stuck.outerNo}` })
    expect(after.json).toMatchObject({ state: 'failed', refundedFen: 500, failedBecause: 'cancelled' })
    expect(await purseOf(a, key)).toBe(10_000 - 1_990)
    const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    const { json } = await signedCall(a.base, key, { method: 'GET', path: `/statement?day=${day}` })
    expect(json).toMatchObject({
      next: null,
      items: [
        { outerNo: done.outerNo, state: 'done', amountFen: 1_990, refundedFen: 0 },
        { outerNo: stuck.outerNo, state: 'failed', amountFen: 500, refundedFen: 500 },
      ],
    })
    const purse = (await signedCall(a.base, key, { method: 'GET', path: `/purse?day=${day}` })).json
    expect(purse).toMatchObject({
      openingFen: 0,
      closingFen: 10_000 - 1_990,
      next: null,
      items: [
        { kind: 'correction', amountFen: 10_000, balanceFen: 10_000, orderNo: null },
        { kind: 'order', amountFen: -1_990, balanceFen: 8_010, outerNo: done.outerNo },
        { kind: 'order', amountFen: -500, balanceFen: 7_510, outerNo: stuck.outerNo },
        { kind: 'refund', amountFen: 500, balanceFen: 8_010, outerNo: stuck.outerNo },
      ],
    })
    // The day before began and ended with nothing; another shop's key sees its own purse only.
    const before = new Date(Date.now() - 16 * 3_600_000).toISOString().slice(0, 10)
    expect((await signedCall(a.base, key, { method: 'GET', path: `/purse?day=${before}` })).json).toMatchObject({
      openingFen: 0,
      closingFen: 0,
      items: [],
    })
    const stranger = await openKey(a, 70)
    const second = await signedCall(a.base, stranger, { method: 'GET', path: `/purse?day=${day}` })
    expect(second.json).toMatchObject({ openingFen: 0, closingFen: 70, items: [{ amountFen: 70 }] })
    const poor = await openKey(a, 0, { scopes: ['read', 'order'] })
    expect((await signedCall(a.base, poor, { method: 'GET', path: `/purse?day=${day}` })).json).toMatchObject({
      code: 'wholesale.scope',
    })
    expect((await signedCall(a.base, key, { method: 'GET', path: '/purse?day=today' })).json).toMatchObject({
      code: 'common.invalid_input',
    })
    await expectBooksRight(house, a.tenantId)
  })
})

describe('callbacks', () => {
  test('are signed, say no code, and are tried again until they are taken word for word', async () => {
    const received: { readonly headers: http.IncomingHttpHeaders; readonly body: string }[] = []
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
        // A page of a front end that answers everything.
        response.writeHead(200).end(received.length === 1 ? '<html>success</html>' : 'success')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    afterAll(() => void server.close())
    const a = await house.newShop()
    const sold = await a.stock(1, { sku: { priceFen: 1_000 } })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/back`
    const key = await openKey(a, 10_000, { callbackUrl: url })
    const body = order(sold.skuId)
    const { json } = await place(a, key, body)
    await until('the first try', () => received[0])
    await until('it to be tried again', async () => {
      await house.query(
        `update wholesale.callbacks set next_try_at = now()
         where tenant_id = $1 and state = 'queued' and last_error is not null`,
        [a.tenantId],
      )
      await house.query(
        `update graphile_worker._private_jobs set run_at = now() where run_at > now() and payload::text like '%keyId%'`,
      )
      return received[1]
    })
    const [first, second] = received
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    const { headers, body: text } = second ?? { headers: {}, body: '' }
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`
    const signature = createHmac('sha256', Buffer.from(key.secret.slice(6), 'base64'))
      .update(signed)
      .digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
    expect(JSON.parse(text)).toMatchObject({
      type: 'order.changed',
      data: { outerNo: body.outerNo, orderNo: asOrder(json).orderNo, state: 'done' },
    })
    for (const { secret } of asOrder(json).cards) expect(text).not.toContain(secret)
    await until('it to be over', async () => {
      const { callbacks } = await a.staff.call('wholesale.get', { params: { wholesaleKeyId: key.id } })
      return callbacks.queued === 0 || undefined
    })
  })

  test('a forged one has B ask nothing', async () => {
    const { b, supplier } = await twoShops(1)
    const body = JSON.stringify({ type: 'order.changed', data: { outerNo: '1', orderNo: '1', state: 'done' } })
    const send = (signature: string) =>
      fetch(`${b.base}/api/supply/${supplier.id}/notify`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': 'order_1',
          'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
          'webhook-signature': signature,
        },
        body,
      })
    const answer = await send(`v1,${Buffer.alloc(32).toString('base64')}`)
    expect([answer.status, await answer.text()]).toEqual([400, 'refused'])
    const [kept] = await house.query<{ verdict: string }>(
      'select verdict from suppliers.callbacks where tenant_id = $1 order by id desc limit 1',
      [b.tenantId],
    )
    expect(kept?.verdict).toBe('bad_signature')
    // What strangers write into the shop's books has a bound.
    const answers = await Promise.all(Array.from({ length: 80 }, () => send('v1,none')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]))
    const [all] = await house.query<{ count: number }>(
      'select count(*)::integer as count from suppliers.callbacks where tenant_id = $1',
      [b.tenantId],
    )
    expect(all?.count).toBeLessThanOrEqual(60)
  })
})
