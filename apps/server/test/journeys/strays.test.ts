import { createHmac } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { hurriedAdapters, openSupplier, type RealSupplier } from './real-suppliers.ts'
import { codesOf, isDelivered, openHouse, type Shop, until } from './shop.ts'

/** Whose order a supplier's callback names: found, asked about, or a case that somebody ends. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(4_000) })
const abroad = await openSupplier('tremendous', 'card')
const inland = await openSupplier('kasushou', 'card')
let goodsCount = 0

/** A shop that sells one supplier's codes. */
async function shopOf(supplier: RealSupplier) {
  const shop = await house.newShop()
  goodsCount += 1
  const remoteId = supplier === abroad ? `STRAY${goodsCount}` : String(9_700_000 + goodsCount)
  supplier.sellCards(remoteId, supplier === abroad ? '1' : '20')
  const { id, offer } = await supplier.join(shop, '云上')
  const goods = await shop.stock(0, { sku: { priceFen: 9_000 } })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      ...{ policy: 'cheapest', source: 'supplier_first', leastMarginFen: 0 },
      offers: [{ ...offer(remoteId), fieldMap: {} }],
    },
  })
  return { shop, goods, supplierId: id, remoteId }
}
type Selling = Awaited<ReturnType<typeof shopOf>>

const purchaseNo = (no: OrderNo) => `${no}0101`
/** Buys one; `make` says what goes wrong with it at the supplier. */
async function bought({ shop, goods }: Selling, make: (key: string) => void = () => undefined) {
  const order = await shop.place(goods, 1)
  make(purchaseNo(order.no))
  await shop.pay(order.no)
  return order
}
const purchasesOf = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('suppliers.listPurchases', { query: { orderNo: no } })).items
const straysOf = async (shop: Shop, query: { q?: string; state?: string } = {}) =>
  (await shop.staff.call('suppliers.listStrays', { query: query as never })).items
/** The ladder of questions takes no time here: whoever still is asked about is asked at once. */
async function settled(shop: Shop, what: string, isIt: (strays: Awaited<ReturnType<typeof straysOf>>) => boolean) {
  return await until(
    what,
    async () => {
      const strays = await straysOf(shop)
      const ids = strays.filter(({ dueAt }) => dueAt !== null).map(({ id }) => id)
      if (ids.length === 0 && isIt(strays)) return strays
      await house.query('update suppliers.strays set due_at = now() where tenant_id = $1 and due_at is not null', [
        shop.tenantId,
      ])
      if (ids.length > 0) await shop.staff.call('suppliers.askStrays', { body: { ids } })
      return undefined
    },
    15_000,
  )
}
const told = async (shop: Shop) =>
  (
    await house.query<{ why: string }>(
      "select payload ->> 'why' as why from events.log where tenant_id = $1 and type = 'supply.stray' order by position",
      [shop.tenantId],
    )
  ).map(({ why }) => why)

/** A callback of the supplier abroad, signed by its key or by another. */
async function callBack(
  shop: Shop,
  supplierId: number,
  id: string,
  how: { type?: string; event?: string; key?: string } = {},
) {
  const { type = 'rewards', event = 'REWARDS.DELIVERY.SUCCEEDED', key = abroad.secrets.webhookKey ?? '' } = how
  const body = JSON.stringify({ event, payload: { resource: { id, type } } })
  const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`
  const headers = { 'content-type': 'application/json', 'tremendous-webhook-signature': signature }
  const answer = await fetch(`${shop.base}/api/supply/${supplierId}/notify`, { method: 'POST', headers, body })
  return answer.status
}

async function expectRight(shop: Shop): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ check, violations }) => violations.map(({ code }) => [check, code]))).toEqual([])
}

test('a second order under one of our numbers is one case, however often it is told, and nothing is bought or booked twice', async () => {
  const selling = await shopOf(abroad)
  const { shop, supplierId } = selling
  const order = await bought(selling, (key) => abroad.control.addFault({ kind: 'order.twice', key, times: 1 }))
  expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(1)
  const [stray, ...others] = await settled(shop, 'the double to be a case', (all) =>
    all.some(({ state }) => state === 'open'),
  )
  expect(others).toEqual([])
  const [purchase] = await purchasesOf(shop, order.no)
  expect(abroad.soldTimes(order.no)).toBe(2)
  expect(stray).toMatchObject({
    ...{ supplierId, named: 'piece', state: 'open', why: 'double', heard: 1 },
    purchase: {
      id: purchase?.id,
      no: purchaseNo(order.no),
      state: 'done',
      remoteNo: purchase?.remoteNo,
      orderNo: order.no,
    },
    said: { no: purchaseNo(order.no), state: 'done', costHao: 435_060, currency: 'CNY' },
  })
  expect(stray?.said?.remoteNo).not.toBe(purchase?.remoteNo)
  // Told three times more, at once.
  const ref = stray?.ref ?? ''
  const statuses = await Promise.all([1, 2, 3].map(() => callBack(shop, supplierId, ref)))
  expect(statuses).toEqual([200, 200, 200])
  const again = await settled(shop, 'it to be asked about again', ([one]) => one?.heard === 4)
  expect(again).toMatchObject([{ id: stray?.id, state: 'open', why: 'double' }])
  expect(await told(shop)).toEqual(['double'])
  expect(await purchasesOf(shop, order.no)).toHaveLength(1)
  const { callbacks } = await shop.staff.call('suppliers.readPurchase', { params: { purchaseId: purchase?.id ?? 0 } })
  expect(callbacks.length).toBeGreaterThanOrEqual(4)
  const { items } = await shop.staff.call('notify.listInbox', { query: {} })
  expect(items.filter(({ event }) => event === 'supply.stray')).toMatchObject([
    { title: expect.stringContaining(ref), body: expect.stringContaining('可能多扣了款') },
  ])

  // Two colleagues are done with it at once: one of them was. Told again it stays so, until the supplier says something else of it.
  const ids = [stray?.id ?? 0]
  const handle = () => shop.staff.call('suppliers.handleStrays', { body: { ids, note: '已要求退回' } })
  expect((await Promise.all([handle(), handle()])).map(({ handled }) => handled).toSorted()).toEqual([0, 1])
  await callBack(shop, supplierId, ref)
  expect(await settled(shop, 'it to be asked about', ([one]) => one?.heard === 5)).toMatchObject([
    { state: 'handled', handledNote: '已要求退回', said: { state: 'done' } },
  ])
  expect(await told(shop)).toEqual(['double'])
  await expectRight(shop)
})

test('a callback before our own answer is kept, explained by it, and belongs to its purchase', async () => {
  const selling = await shopOf(abroad)
  const { shop } = selling
  const order = await bought(selling, (key) => {
    abroad.control.addFault({ kind: 'callback.early', key, times: 1 })
    abroad.control.addFault({ kind: 'callback.parallel', key, times: 1, count: 3 })
  })
  expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(1)
  expect(await settled(shop, 'nothing to be left', (all) => all.length === 0)).toEqual([])
  const [purchase] = await purchasesOf(shop, order.no)
  const { callbacks } = await shop.staff.call('suppliers.readPurchase', { params: { purchaseId: purchase?.id ?? 0 } })
  expect(callbacks).toHaveLength(3)
  expect(abroad.soldTimes(order.no)).toBe(1)
  expect(await told(shop)).toEqual([])
  await expectRight(shop)
})

test('what nobody here placed, and what the supplier itself does not know, are cases; a forged callback is nothing', async () => {
  const { shop, supplierId, remoteId } = await shopOf(abroad)
  expect(await callBack(shop, supplierId, 'RW1', { key: 'f'.repeat(32) })).toBe(400)
  expect(await callBack(shop, supplierId, 'R'.repeat(80))).toBe(200)
  expect(await straysOf(shop)).toEqual([])

  // Somebody buys with the same account, by another system.
  const placed = await fetch(`${abroad.url}/api/v2/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${abroad.secrets.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      external_id: `INV-${shop.tenantId}`,
      payment: { funding_source_id: 'balance' },
      reward: { value: { denomination: 5, currency_code: 'USD' }, delivery: { method: 'LINK' }, products: [remoteId] },
    }),
  })
  expect(placed.status).toBe(200)
  expect(await callBack(shop, supplierId, 'NOSUCHORDER', { type: 'orders', event: 'ORDERS.CREATED' })).toBe(200)
  const strays = await settled(
    shop,
    'both to be cases',
    (all) => all.filter(({ state }) => state === 'open').length === 2,
  )
  expect(strays.toSorted((one, other) => (one.named < other.named ? -1 : 1))).toMatchObject([
    { named: 'order', ref: 'NOSUCHORDER', why: 'nowhere', purchase: null, said: { no: '', state: null } },
    { named: 'piece', why: 'unknown', purchase: null, said: { no: `INV-${shop.tenantId}`, state: 'done' } },
  ])
  expect((await told(shop)).toSorted()).toEqual(['nowhere', 'unknown'])
  expect(await straysOf(shop, { q: `INV-${shop.tenantId}` })).toHaveLength(1)
  expect(await straysOf(shop, { state: 'handled' })).toEqual([])
  // Bulk: a person is done with both, and nobody is twice.
  const ids = strays.map(({ id }) => id)
  expect(await shop.staff.call('suppliers.handleStrays', { body: { ids, note: '别的系统下的单' } })).toEqual({
    handled: 2,
  })
  const [audited] = await house.query<{ count: number }>(
    "select count(*)::integer as count from audit.entries where tenant_id = $1 and action = 'stray.handle'",
    [shop.tenantId],
  )
  expect(audited?.count).toBe(2)
  await expectRight(shop)
})

test('another shop’s order, told to this shop, changes nothing there and is a case here', async () => {
  const theirs = await shopOf(abroad)
  const order = await bought(theirs)
  await theirs.shop.seen(order, isDelivered)
  const [purchase] = await purchasesOf(theirs.shop, order.no)
  await settled(theirs.shop, 'theirs to be explained', (all) => all.length === 0)
  // The same account at the supplier, in another shop.
  const { shop, supplierId } = await shopOf(abroad)
  expect(await callBack(shop, supplierId, purchase?.remoteNo ?? '', { type: 'orders', event: 'ORDERS.FAILED' })).toBe(
    200,
  )
  const [stray] = await settled(shop, 'it to be a case', ([one]) => one?.state === 'open')
  expect(stray).toMatchObject({ why: 'unknown', purchase: null, said: { no: purchaseNo(order.no), state: 'done' } })
  expect(await straysOf(theirs.shop)).toEqual([])
  expect(await told(theirs.shop)).toEqual([])
  // Nor can they end it, or have it asked about.
  const ids = [stray?.id ?? 0]
  expect(await theirs.shop.staff.call('suppliers.handleStrays', { body: { ids, note: 'x' } })).toEqual({ handled: 0 })
  expect(await theirs.shop.staff.call('suppliers.askStrays', { body: { ids } })).toEqual({ asked: 0 })
})

test.each([
  ['theirs', abroad],
  ['ours', inland],
] as const)('what arrived and is called failed later is a case, where callbacks name %s', async (_names, supplier) => {
  const selling = await shopOf(supplier)
  const { shop } = selling
  const order = await bought(selling)
  const [code] = codesOf(await shop.seen(order, isDelivered))
  await settled(shop, 'the first news to be explained', (all) => all.length === 0)
  await supplier.control.settle(purchaseNo(order.no), 'failed')
  const [stray] = await settled(shop, 'it to be a case', ([one]) => one?.state === 'open')
  expect(stray).toMatchObject({
    ...{ why: 'reversed', state: 'open' },
    purchase: { no: purchaseNo(order.no), state: 'done', orderNo: order.no },
    said: { state: 'failed' },
  })
  expect(codesOf(await shop.seen(order, isDelivered))).toEqual([code])
  expect(await told(shop)).toEqual(['reversed'])
  // The supplier thinks better of it: it explains itself.
  if (supplier === inland) {
    await supplier.control.settle(purchaseNo(order.no), 'success')
    await shop.staff.call('suppliers.askStrays', { body: { ids: [stray?.id ?? 0] } })
    expect(await settled(shop, 'it to be explained', ([one]) => one?.state === 'explained')).toHaveLength(1)
  }
  await expectRight(shop)
})

test('a refused order that comes to life is found by its reward, and taken to the books once', async () => {
  const selling = await shopOf(abroad)
  const { shop } = selling
  const order = await bought(selling, (key) => abroad.control.addFault({ kind: 'order.fail', key, times: 1 }))
  await until('it to be refused', async () => (await purchasesOf(shop, order.no))[0]?.state === 'refused' || undefined)
  await abroad.control.settle(purchaseNo(order.no), 'success')
  await abroad.control.repeatCallbacks(purchaseNo(order.no), 3)
  const purchase = await until('it to be contradicted', async () => {
    await settled(shop, 'its news to be settled', (all) => all.every(({ state }) => state !== 'asking'))
    return (await purchasesOf(shop, order.no)).find(({ state }) => state === 'contradicted')
  })
  expect(purchase).toMatchObject({ arrived: 1, costFen: 4_351 })
  expect(await straysOf(shop, { state: 'open' })).toEqual([])
  await expectRight(shop)
})

test('our own number that we never gave is a case; answers that cross are one', async () => {
  const selling = await shopOf(inland)
  const { shop } = selling
  const stranger = `99${String(shop.tenantId).padStart(18, '0')}`
  const order = await bought(selling, (key) =>
    inland.control.addFault({ kind: 'callback.other_order', key, value: stranger, times: 1 }),
  )
  await shop.seen(order, isDelivered)
  const [stray] = await settled(shop, 'it to be a case', ([one]) => one?.state === 'open')
  expect(stray).toMatchObject({ named: 'own', ref: stranger, why: 'unknown', said: { state: null } })
  const say = (said: object) =>
    house.platform.db.call<{ state: string }>(shop.tenantId, 'suppliers.stray_said', stray?.id, JSON.stringify(said))
  await shop.staff.call('suppliers.askStrays', { body: { ids: [stray?.id ?? 0] } })
  await Promise.all([say({ kind: 'nobody' }), say({ kind: 'nobody' }), say({ kind: 'not_found' })])
  expect(await settled(shop, 'it to be asked', ([one]) => one?.state === 'open')).toHaveLength(1)
  expect(await told(shop)).toEqual(['unknown'])
  await expect(
    shop.staff.call('suppliers.handleStrays', { body: { ids: [stray?.id ?? 0], note: ' ' } }),
  ).rejects.toThrow()
  await expect(shop.staff.call('suppliers.handleStrays', { body: { ids: [], note: 'x' } })).rejects.toThrow()
})

test('where “not found” proves nothing it is said in words, and several are asked about or settled on evidence; the next source goes on', async () => {
  const doubtful = await openSupplier('zhichong')
  const sure = await openSupplier('kasushou')
  const shop = await house.newShop()
  doubtful.sell('9600001', '20')
  sure.sell('9600001', '22')
  const offers = []
  for (const [name, supplier] of [
    ['直充', doubtful],
    ['卡速售', sure],
  ] as const) {
    const { offer } = await supplier.join(shop, name)
    offers.push(offer('9600001'))
  }
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen: 9_000 },
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'cheapest', leastMarginFen: 0, offers },
  })
  doubtful.control.addFault({ kind: 'api.error', endpoint: doubtful.placing })
  const orders = []
  for (let n = 0; n < 2; n += 1) {
    const order = await shop.place(goods, 1, { form: { account: `1390000000${n}` } })
    await shop.pay(order.no)
    orders.push(order)
  }
  const ids = await until('both to be not found', async () => {
    await house.query("update suppliers.purchases set due_at = now() where tenant_id = $1 and state = 'unknown'", [
      shop.tenantId,
    ])
    const { items } = await shop.staff.call('suppliers.listPurchases', { query: { state: 'unknown' as never } })
    const missing = items.filter(({ message }) => message === 'not_found')
    return missing.length === 2 ? missing.map(({ id }) => id) : undefined
  })
  const handle = (action: 'ask' | 'not_bought', note = '') =>
    shop.staff.call('suppliers.handlePurchases', { body: { ids, action, note } })
  expect(await handle('ask')).toEqual({ done: 2, refused: [] })
  await expect(handle('not_bought', ' ')).rejects.toMatchObject({ code: 'common.invalid_input' })
  const both = await Promise.all([handle('not_bought', '客服确认未扣款'), handle('not_bought', '客服确认未扣款')])
  expect(both.reduce((sum, { done }) => sum + done, 0)).toBe(2)
  for (const order of orders) await shop.seen(order, isDelivered)
  const [audited] = await house.query<{ count: number }>(
    "select count(*)::integer as count from audit.entries where tenant_id = $1 and action = 'purchase.settle'",
    [shop.tenantId],
  )
  expect(audited?.count).toBe(2)
  for (const { no } of orders) expect([doubtful.handedOut(no), sure.handedOut(no)]).toEqual([0, 1])
  await expectRight(shop)
})

test('a flood of signed callbacks with made-up numbers is bounded, counted and told once; an order that we know is heard amid it', async () => {
  const selling = await shopOf(abroad)
  const { shop, supplierId } = selling
  const order = await bought(selling)
  await shop.seen(order, isDelivered)
  await settled(shop, 'the order’s own news to be explained', (all) => all.length === 0)
  const [purchase] = await purchasesOf(shop, order.no)
  const heardOf = async () =>
    (await shop.staff.call('suppliers.readPurchase', { params: { purchaseId: purchase?.id ?? 0 } })).callbacks.length
  const before = await heardOf()

  const statuses: number[] = []
  const waits: number[] = []
  const flood = async (from: number, to: number) => {
    for (let n = from; n < to; n += 1) {
      statuses.push(await callBack(shop, supplierId, `MADE-UP-${n}`, n % 2 ? { type: 'orders' } : {}))
    }
  }
  const known = async () => {
    for (let n = 0; n < 5; n += 1) {
      const begun = Date.now()
      const status = await callBack(shop, supplierId, purchase?.remoteNo ?? '', {
        type: 'orders',
        event: 'ORDERS.APPROVED',
      })
      expect(status).toBe(200)
      waits.push(Date.now() - begun)
    }
  }
  await Promise.all([...Array.from({ length: 20 }, (_, lane) => flood(lane * 100, lane * 100 + 100)), known()])
  expect(statuses).toHaveLength(2_000)
  expect(await heardOf()).toBe(before + 5)
  expect(Math.max(...waits)).toBeLessThan(5_000)
  const taken = statuses.filter((status) => status === 200).length
  expect(taken).toBe(200)
  const [kept] = await house.query<{ strays: number; callbacks: number }>(
    `select (select count(*)::integer from suppliers.strays where tenant_id = $1) as strays,
       (select count(*)::integer from suppliers.callbacks where tenant_id = $1 and ref like 'MADE-UP-%') as callbacks`,
    [shop.tenantId],
  )
  expect(kept).toEqual({ strays: 200, callbacks: 200 })
  const floods = async () => (await shop.staff.call('suppliers.listStrays', { query: {} })).floods
  expect(await floods()).toMatchObject([{ supplierId, more: 1_800, lastRef: expect.stringMatching(/^MADE-UP-/) }])

  // They end as cases after their last questions: ten are told singly, and that there are more was told already.
  await house.query("update suppliers.strays set asks = 4, due_at = now() where tenant_id = $1 and state = 'asking'", [
    shop.tenantId,
  ])
  const [one] = await straysOf(shop)
  await shop.staff.call('suppliers.askStrays', { body: { ids: [one?.id ?? 0] } })
  await until(
    'all to be cases',
    async () =>
      (await shop.staff.call('suppliers.listStrays', { query: { state: 'open' as never } })).total === 200 || undefined,
    15_000,
  )
  expect(await told(shop)).toHaveLength(10)
  const toldOfFlood = () =>
    house.query("select from events.log where tenant_id = $1 and type = 'supply.stray_flood'", [shop.tenantId])
  expect(await toldOfFlood()).toHaveLength(1)
  const [asks] = await house.query<{ most: number }>(
    'select max(asks) as most from suppliers.strays where tenant_id = $1',
    [shop.tenantId],
  )
  expect(asks?.most).toBe(5)

  // One that is a row is heard on and on, and asked about now and then only.
  for (let n = 0; n < 25; n += 1)
    expect(
      await callBack(shop, supplierId, one?.ref ?? '', { type: one?.named === 'order' ? 'orders' : 'rewards' }),
    ).toBe(200)
  expect(await straysOf(shop, { q: one?.ref ?? '' })).toMatchObject([{ heard: 26 }])

  // So is what names an order of ours, and no disk is filled with it.
  const replay = async () => {
    for (let n = 0; n < 15; n += 1)
      expect(await callBack(shop, supplierId, purchase?.remoteNo ?? '', { type: 'orders' })).toBe(200)
  }
  await Promise.all(Array.from({ length: 10 }, replay))
  const [texts] = await house.query<{ kept: number }>(
    'select count(*)::integer as kept from suppliers.callbacks where tenant_id = $1 and ref = $2',
    [shop.tenantId, purchase?.remoteNo],
  )
  // Ten at once may each find the last place.
  expect(texts?.kept).toBeLessThan(110)

  // Two are done with it at once: one was. What comes then is another flood; where there is room again, a number is taken again.
  const [first] = await floods()
  const handle = () =>
    shop.staff.call('suppliers.handleStrayFlood', { params: { floodId: first?.id ?? 0 }, body: { note: '已换密钥' } })
  expect((await Promise.all([handle(), handle()])).map(({ handled }) => handled).toSorted()).toEqual([0, 1])
  expect(await floods()).toEqual([])
  expect(await callBack(shop, supplierId, 'MADE-UP-AGAIN')).toBe(400)
  expect(await floods()).toMatchObject([{ more: 1, lastRef: 'MADE-UP-AGAIN' }])
  expect(await toldOfFlood()).toHaveLength(2)
  await shop.staff.call('suppliers.handleStrays', { body: { ids: [one?.id ?? 0], note: '对方误发' } })
  expect(await callBack(shop, supplierId, 'MADE-UP-AGAIN')).toBe(200)
  await expectRight(shop)
})

test('what a supplier says of its made-up numbers does not lift their bound: second orders of one of ours are as bounded', async () => {
  const selling = await shopOf(abroad)
  const { shop, supplierId } = selling
  const order = await bought(selling)
  await shop.seen(order, isDelivered)
  const call = <T>(name: string, ...values: unknown[]) => house.platform.db.call<T>(shop.tenantId, name, ...values)
  let taken = 0
  for (let n = 0; n < 210; n += 1) {
    const { full } = await call<{ full?: boolean }>('suppliers.heard_of', supplierId, 'order', `SECOND-${n}`, 'done')
    if (full) continue
    taken += 1
    const [{ id } = { id: 0 }] = await house.query<{ id: number }>(
      'update suppliers.strays set due_at = now() where tenant_id = $1 and ref = $2 returning id',
      [shop.tenantId, `SECOND-${n}`],
    )
    const said = { kind: 'found', heard: 1, no: purchaseNo(order.no), remoteNo: `SECOND-${n}`, state: 'done' }
    expect(await call('suppliers.stray_said', id, JSON.stringify(said))).toMatchObject({ state: 'open' })
  }
  expect(taken).toBe(200)
})
