import { createHash, randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { CardSource } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { startTremendous } from '@quanshu/sim/tremendous'
import { expect, onTestFinished, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import { codesOf, type Goods, isDelivered, openHouse, type Shop, someCodes, until } from './shop.ts'

/**
 * Codes that are bought when they have been paid for: from real adapters and suppliers with books of their own, into the vault,
 * and on to the buyer, who cannot tell them from imported ones.
 */

const house = await openHouse({ supplierAdapters: hurriedAdapters(4_000) })
const first = await openSupplier('kasushou')
const second = await openSupplier('kayixin')
const SALE_FEN = 3_000
let goodsCount = 0

type Cards = Awaited<ReturnType<typeof cardShop>>
/** A shop that sells codes of its own and of two suppliers; the first is cheaper. */
async function cardShop(source: CardSource, own: number) {
  const shop = await house.newShop()
  goodsCount += 1
  const remoteId = String(9_900_000 + goodsCount)
  first.sellCards(remoteId, '20')
  second.sellCards(remoteId, '22')
  const offers = []
  for (const [name, supplier] of Object.entries({ 甲: first, 乙: second })) {
    const { offer } = await supplier.join(shop, name, {}, 'card')
    offers.push({ ...offer(remoteId), fieldMap: {} })
  }
  const goods = await shop.stock(own, { sku: { priceFen: SALE_FEN } })
  const saved = await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'cheapest', source, leastMarginFen: 0, offers },
  })
  expect(saved).toMatchObject({ kind: 'card', source, ownPieces: own })
  return { shop, goods }
}

async function paid({ shop, goods }: Cards, quantity = 1) {
  const order = await shop.place(goods, quantity)
  await shop.pay(order.no)
  return order
}
const purchasesOf = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('suppliers.listPurchases', { query: { orderNo: no } })).items.toReversed()
const purchaseOf = async (shop: Shop, no: OrderNo) => {
  const [{ id } = { id: 0 }] = await purchasesOf(shop, no)
  return await shop.staff.call('suppliers.readPurchase', { params: { purchaseId: id } })
}
const handedOut = (no: OrderNo) => first.handedOut(no) + second.handedOut(no)
const soonAsked = (no: OrderNo) =>
  house.query(
    `update suppliers.purchases set due_at = now(), leased_until = null
     where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
    [no],
  )
/** Asked as soon as there is something to ask about. */
async function seenSoon<T>(no: OrderNo, what: string, look: () => Promise<T | undefined>): Promise<T> {
  return await until(what, async () => {
    await soonAsked(no)
    return await look()
  })
}
const orderOf = (shop: Shop, no: OrderNo) => shop.staff.call('orders.detail', { params: { no } })
const lineOf = async (shop: Shop, no: OrderNo) => (await orderOf(shop, no)).lines[0]
const stuck = (shop: Shop, no: OrderNo, reason: string) =>
  seenSoon(no, `a line to be stuck with ${reason}`, async () => {
    const line = await lineOf(shop, no)
    return line?.exception?.reason === reason ? line : undefined
  })
const batchesOf = async (shop: Shop, goods: Goods) =>
  (await shop.staff.call('vault.listBatches', { query: { skuId: goods.skuId, origin: 'bought' } })).items

/** The invariants by themselves, and the program's own audit. */
async function expectRight(shop: Shop): Promise<void> {
  await expectBooksRight(house, shop.tenantId)
  const report = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ check, violations }) => violations.map(({ code }) => [check, code]))).toEqual([])
}

test('own first: what the shelf has is held as ever, and a line it cannot fill whole is bought', async () => {
  const one = await cardShop('own_first', 2)
  const { shop, goods } = one
  const fromShelf = await paid(one)
  expect(codesOf(await shop.seen(fromShelf, isDelivered))).toHaveLength(1)
  expect(await purchasesOf(shop, fromShelf.no)).toEqual([])

  const bought = await paid(one, 3)
  const view = await shop.seen(bought, isDelivered)
  expect(codesOf(view)).toHaveLength(3)
  for (const code of codesOf(view)) expect(first.control.card(code.split('----')[0] ?? '')?.state).toBe('fresh')
  const [purchase] = await purchasesOf(shop, bought.no)
  expect(purchase).toMatchObject({ supplier: '甲', state: 'done', quantity: 3, arrived: 3, bad: 0, costFen: 6_000 })
  const [batch, ...others] = await batchesOf(shop, goods)
  expect(others).toEqual([])
  expect(batch).toMatchObject({ supplier: '甲', costFen: 2_000, imported: 3, counts: { delivered: 3, available: 0 } })
  // One piece of our own is still there, for whoever asks for one.
  expect(await purchasesOf(shop, (await paid(one)).no)).toEqual([])
  await expectRight(shop)
})

test('supplier first: ours are sold when the supplier has refused; own only: nobody is asked', async () => {
  const one = await cardShop('supplier_first', 1)
  const bought = await paid(one)
  await one.shop.seen(bought, isDelivered)
  expect(handedOut(bought.no)).toBe(1)
  for (const supplier of [first, second]) supplier.control.addFault({ kind: 'order.no_stock', times: 1 } as never)
  const own = await paid(one)
  await one.shop.seen(own, isDelivered)
  expect((await purchasesOf(one.shop, own.no)).map(({ state }) => state)).toEqual(['refused'])
  expect((await lineOf(one.shop, own.no))?.grants[0]?.batchId).toBe(one.goods.batchId)
  second.control.clearFaults()
  await expectRight(one.shop)

  const alone = await cardShop('own', 1)
  const refused = alone.shop.place(alone.goods, 2).catch((error) => (isProblem(error) ? error.code : error))
  expect(await refused).toBe('orders.sold_out')
})

test('what is not priced in yuan is nobody’s stock, and not bought to try it', async () => {
  const { shop, goods } = await cardShop('supplier_first', 0)
  await house.query("update suppliers.products set currency = 'USD' where tenant_id = $1", [shop.tenantId])
  await house.query('select suppliers.follow_shelf($1, array[$2::bigint])', [shop.tenantId, goods.skuId])
  const refusal = (work: Promise<unknown>) => work.catch((error) => (isProblem(error) ? error.code : error))
  expect(await refusal(shop.place(goods))).toBe('orders.sold_out')
  const { items } = await shop.staff.call('suppliers.listProducts', { query: {} })
  const tried = shop.staff.call(
    'suppliers.tryProduct',
    { params: { productId: items[0]?.id ?? 0 }, body: { fields: {} } },
    { idempotencyKey: randomUUID() },
  )
  expect(await refusal(tried)).toBe('suppliers.other_currency')
})

test('a supplier abroad sells at the shop’s rate: cost, ceiling, balance and books are yuan', async () => {
  const standIn = await startTremendous({ host: '127.0.0.1' })
  onTestFinished(() => standIn.close())
  const shop = await house.newShop()
  const joined = (rates: string) =>
    shop.staff.call(
      'suppliers.create',
      {
        body: {
          ...{
            name: '海外',
            adapter: 'tremendous',
            baseUrl: standIn.url,
            identity: 'balance',
            concurrent: 4,
            perMinute: 120,
          },
          ...{ settings: { rates }, secrets: standIn.credentials },
        },
      },
      { idempotencyKey: randomUUID() },
    )
  await expect(joined('7.25')).rejects.toMatchObject({
    code: 'suppliers.field_form',
    params: { fields: [{ path: 'settings.rates', en: expect.stringContaining('“Exchange rates”') }] },
  })
  const { id } = await joined('USD=7.251')
  await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
  const product = await until('its products', async () => {
    const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id, pageSize: 100 } })
    return items.find(({ remoteId }) => remoteId.endsWith('/25/USD'))
  })
  // 25 × 7.251, and what it is worth beside it.
  expect(product).toMatchObject({ costHao: 1_812_750, currency: 'CNY' })
  const goods = await shop.stock(0, { sku: { priceFen: 20_000 } })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      ...{ policy: 'cheapest', source: 'own_first', leastMarginFen: 0 },
      offers: [{ productId: product.id, fieldMap: {} }],
    },
  })
  const order = await paid({ shop, goods })
  const view = await shop.seen(order, isDelivered)
  expect(codesOf(view)[0]).toMatch(/^https?:/)
  // Rounded up to the fen.
  expect((await purchaseOf(shop, order.no)).costFen).toBe(18_128)
  expect(standIn.control.deliveries()).toHaveLength(1)
  const [owed] = await house.query<{ balance: number }>(
    "select balance from ledger.accounts where tenant_id = $1 and kind = 'cash.supplier' and ref = $2",
    [shop.tenantId, String(id)],
  )
  expect(owed?.balance).toBe(18_128)
  await expectRight(shop)

  // Other rates are other prices, and without one nothing is sold that could not be bought; nobody has to ask for the list.
  const saved = (settings: Record<string, string>) =>
    shop.staff.call('suppliers.save', {
      params: { supplierId: id },
      body: {
        ...{ name: '海外', baseUrl: standIn.url, identity: 'balance', concurrent: 4, perMinute: 120 },
        ...{ settings, secrets: {}, balanceAlarmFen: null, contact: '', note: '' },
      },
    })
  const ordered = () =>
    shop.place(goods).then(
      () => 'placed',
      (error: unknown) => (isProblem(error) ? error.code : error),
    )
  const priced = (currency: string, costHao: number) =>
    until(`the price in ${currency}`, async () => {
      const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id, pageSize: 100 } })
      const now = items.find(({ remoteId }) => remoteId.endsWith('/25/USD'))
      return (now?.currency === currency && now.costHao === costHao) || undefined
    })
  await saved({})
  await priced('USD', 250_000)
  const said = () =>
    house.query<{ hao: number | null; at: Date | null }>(
      'select balance_hao as hao, balance_at as at from suppliers.suppliers where id = $1',
      [id],
    )
  expect(await said()).toEqual([{ hao: null, at: null }])
  expect(await ordered()).toBe('orders.sold_out')
  await saved({ rates: 'USD=7.5' })
  await priced('CNY', 1_875_000)
  expect(await ordered()).toBe('placed')
})

test('a code that is bought to try its product is measured, and lies on the shelf that it is for', async () => {
  const { shop, goods } = await cardShop('own_first', 0)
  const { items } = await shop.staff.call('suppliers.listProducts', { query: { q: String(9_900_000 + goodsCount) } })
  const params = { productId: items.find(({ supplier }) => supplier === '甲')?.id ?? 0 }
  const tried = () =>
    shop.staff.call('suppliers.tryProduct', { params, body: { fields: {} } }, { idempotencyKey: randomUUID() })
  const { id } = await tried()
  const purchase = await until('the code', async () => {
    await house.query(
      "update suppliers.purchases set due_at = now() where id = $1 and state in ('accepted', 'unknown') and leased_until is null",
      [id],
    )
    const seen = await shop.staff.call('suppliers.readPurchase', { params: { purchaseId: id } })
    return seen.state === 'done' ? seen : undefined
  })
  expect(purchase).toMatchObject({ purpose: 'test', arrived: 1, costFen: 2_000, cards: [{ outcome: 'taken' }] })
  expect(Date.parse(purchase.endedAt ?? '')).toBeGreaterThan(Date.parse(purchase.sentAt ?? ''))
  const [batch] = await batchesOf(shop, goods)
  expect(batch).toMatchObject({ supplier: '甲', costFen: 2_000, counts: { available: 1 } })
  await expectRight(shop)
  // Of what is nobody's source there is no shelf to put it on.
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'cheapest', source: 'own_first', leastMarginFen: 0, offers: [] },
  })
  expect(await tried().catch((error) => isProblem(error) && error.code)).toBe('suppliers.try_needs_shelf')
})

test('a price that the supplier pushes is fetched and kept at once, and a forged push changes nothing', async () => {
  const { shop } = await cardShop('supplier_first', 0)
  const product = async () =>
    (await shop.staff.call('suppliers.listProducts', { query: { q: String(9_900_000 + goodsCount) } })).items.find(
      ({ supplier }) => supplier === '甲',
    )
  const { supplierId = 0, remoteId = '' } = (await product()) ?? {}
  first.control.setGoods(remoteId, { price: '23.5' })
  const push = async (key: string): Promise<string> => {
    const time = String(Date.now())
    const sign = createHash('sha1').update(`${time}{"id":"${remoteId}","time":"${time}"}${key}`).digest('hex')
    const answer = await fetch(`${shop.base}/api/supply/${supplierId}/notify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: remoteId, time, goods_price: '1.00', sign }),
    })
    return await answer.text()
  }
  expect(await push('not the key')).not.toBe('ok')
  expect((await product())?.costHao).toBe(200_000)
  expect(await push(first.secrets.key ?? '')).toBe('ok')
  // Asked for, and not taken from what was pushed.
  await until('the new price', async () => (await product())?.costHao === 235_000 || undefined)
})

test('the line is cut after buying: one purchase, asked about, one delivery', async () => {
  const one = await cardShop('own_first', 0)
  first.control.addFault({ kind: 'api.cut', endpoint: first.placing, times: 1 } as never)
  const order = await paid(one, 2)
  await seenSoon(order.no, 'the codes', async () => {
    const { state } = await orderOf(one.shop, order.no)
    return state === 'delivered' || undefined
  })
  expect(codesOf(await one.shop.seen(order, isDelivered))).toHaveLength(2)
  expect((await purchasesOf(one.shop, order.no)).map(({ state }) => state)).toEqual(['done'])
  expect(handedOut(order.no)).toBe(2)
  await expectRight(one.shop)
})

test('killed between arrival and settling: the supplier is asked again and its codes are known as this purchase’s', async () => {
  const one = await cardShop('own_first', 0)
  await house.query('create sequence suppliers.deaths')
  await house.query(`
    create function suppliers.die_once() returns trigger language plpgsql security definer as $$
    begin
      if nextval('suppliers.deaths') = 1 then raise exception 'killed'; end if;
      return new;
    end
    $$`)
  await house.query(`
    create trigger die_once before update on suppliers.purchases
    for each row when (new.state = 'done') execute function suppliers.die_once()`)
  const order = await paid(one)
  await until('the death', async () => {
    const [row] = await house.query<{ dead: boolean }>('select is_called as dead from suppliers.deaths')
    return row?.dead || undefined
  })
  // Nothing of what had come is left behind.
  const left = await house.query('select from vault.cards where tenant_id = $1', [one.shop.tenantId])
  expect(left).toEqual([])
  await seenSoon(
    order.no,
    'the codes',
    async () => (await orderOf(one.shop, order.no)).state === 'delivered' || undefined,
  )
  expect(codesOf(await one.shop.seen(order, isDelivered))).toHaveLength(1)
  expect(handedOut(order.no)).toBe(1)
  expect((await purchaseOf(one.shop, order.no)).cards.map(({ outcome }) => outcome)).toEqual(['taken'])
  await house.query('drop function suppliers.die_once cascade')
  await expectRight(one.shop)
})

test('a part of the codes comes, the rest from the next source: one line, all of them its buyer’s', async () => {
  const one = await cardShop('own_first', 0)
  first.control.addFault({ kind: 'order.partial', count: 1, times: 1 } as never)
  const order = await paid(one, 3)
  expect(codesOf(await one.shop.seen(order, isDelivered))).toHaveLength(3)
  expect((await purchasesOf(one.shop, order.no)).map((p) => [p.supplier, p.state, p.arrived])).toEqual([
    ['甲', 'partial', 1],
    ['乙', 'done', 2],
  ])
  expect((await batchesOf(one.shop, one.goods)).map(({ supplier, imported }) => [supplier, imported])).toEqual([
    ['乙', 2],
    ['甲', 1],
  ])
  await expectRight(one.shop)
})

test('a code that the shop has had is not sold again: the purchase shows which, and a person decides', async () => {
  const one = await cardShop('own_first', 0)
  const earlier = await paid(one)
  const [code] = codesOf(await one.shop.seen(earlier, isDelivered))
  first.control.addFault({ kind: 'card.repeat', times: 1 } as never)
  const order = await paid(one, 2)
  const line = await stuck(one.shop, order.no, 'bad_card')
  expect(line.deliveredQuantity).toBe(1)
  const purchase = await purchaseOf(one.shop, order.no)
  expect(purchase).toMatchObject({ state: 'partial', arrived: 1, bad: 1, costFen: 4_000, code: 'bad_card' })
  const [earlierCard] = (await purchaseOf(one.shop, earlier.no)).cards
  expect(purchase.cards.find(({ outcome }) => outcome === 'duplicate')).toMatchObject({ cardId: earlierCard?.cardId })
  expect(JSON.stringify(purchase)).not.toContain(code?.split('----')[1])
  // Nothing is bought by itself; when told to, only what is missing.
  expect(await purchasesOf(one.shop, order.no)).toHaveLength(1)
  await one.shop.staff.call('fulfilment.retryLine', {
    params: { no: order.no, lineNo: 1 },
    body: { reason: '已向供应商索赔' } as never,
  })
  const view = await one.shop.seen(order, isDelivered)
  expect(new Set([...codesOf(view), code])).toHaveProperty('size', 3)
  expect((await purchasesOf(one.shop, order.no)).map(({ quantity }) => quantity)).toEqual([2, 1])
  await expectRight(one.shop)
})

test('codes that nobody can read are no refusal: a person is told at once, nothing else is bought, and no word makes them arrive', async () => {
  const one = await cardShop('own_first', 0)
  first.control.addFault({ kind: 'card.garbled', times: 1 } as never)
  const order = await paid(one)
  const line = await stuck(one.shop, order.no, 'bad_card')
  expect(line.deliveredQuantity).toBe(0)
  const [purchase] = await purchasesOf(one.shop, order.no)
  const settle = (outcome: 'done' | 'refused') =>
    one.shop.staff.call(
      'suppliers.settlePurchase',
      { params: { purchaseId: purchase?.id ?? 0 }, body: { outcome, note: '供应商邮件补发' } },
      { idempotencyKey: randomUUID() },
    )
  expect(await settle('done').catch((error) => isProblem(error) && error.code)).toBe('suppliers.codes_not_by_word')
  // The supplier sent them by mail: they are imported, and ours come first.
  const batchId = await one.shop.addCards(one.goods.skuId, someCodes(1))
  await settle('refused')
  await one.shop.seen(order, isDelivered)
  expect((await lineOf(one.shop, order.no))?.grants[0]?.batchId).toBe(batchId)
  expect(await purchasesOf(one.shop, order.no)).toHaveLength(1)
  await expectRight(one.shop)
})

test('called refused, and delivered after all: the codes are kept off the shelf until somebody has looked', async () => {
  const one = await cardShop('own_first', 0)
  first.control.addFault({ kind: 'api.cut', endpoint: first.placing, times: 1 } as never)
  // It does not say either, before somebody has decided; after that it does.
  first.control.addFault({ kind: 'api.cut', endpoint: first.asking, times: 1_000 } as never)
  const order = await paid(one)
  const purchase = await until('the purchase to be unknown', async () =>
    (await purchasesOf(one.shop, order.no)).find(({ state }) => state === 'unknown'),
  )
  await one.shop.staff.call(
    'suppliers.settlePurchase',
    { params: { purchaseId: purchase.id }, body: { outcome: 'refused', note: '客服说没有下单' } },
    { idempotencyKey: randomUUID() },
  )
  first.control.clearFaults()
  await one.shop.seen(order, isDelivered)
  await until('the contradiction', async () =>
    (await purchasesOf(one.shop, order.no)).find(({ state }) => state === 'contradicted'),
  )
  expect((await purchasesOf(one.shop, order.no)).map(({ state, costFen }) => [state, costFen])).toEqual([
    ['contradicted', 2_000],
    ['done', 2_200],
  ])
  const kept = (await batchesOf(one.shop, one.goods)).find(({ state }) => state === 'suspended')
  expect(kept).toMatchObject({ supplier: '甲', costFen: 2_000, counts: { suspect: 1, available: 0, delivered: 0 } })
  await expectRight(one.shop)
})

test('what a bank took back while a supplier was at it is not handed out from our own shelf either', async () => {
  const one = await cardShop('own_first', 0)
  first.control.addFault({ kind: 'api.cut', endpoint: first.placing, times: 1 } as never)
  first.control.addFault({ kind: 'api.cut', endpoint: first.asking, times: 1_000 } as never)
  const order = await paid(one)
  const purchase = await until('the purchase to be unknown', async () =>
    (await purchasesOf(one.shop, order.no)).find(({ state }) => state === 'unknown'),
  )
  const [receipt] = await house.query<{ trade_no: string; amount_fen: number }>(
    'select trade_no, amount_fen from payments.receipts where order_no = $1',
    [order.no],
  )
  await house.platform.db.call(one.shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
    tradeNo: receipt?.trade_no,
    disputeNo: `D${order.no}`,
    amountFen: receipt?.amount_fen,
    state: 'opened',
    reason: 'test',
  })
  await one.shop.addCards(one.goods.skuId, someCodes(1))
  await house.platform.db.call(one.shop.tenantId, 'fulfilment.purchase_news', [
    { id: purchase.id, kind: 'refused', code: 'sold_out', message: '', about: 'supplier' },
  ])
  expect(await stuck(one.shop, order.no, 'disputed')).toMatchObject({ state: 'exception', grants: [] })
  first.control.clearFaults()
})

test('bought codes are refunded, replaced and recalled as imported ones are, and no callback keeps one', async () => {
  const one = await cardShop('own_first', 0)
  const { shop, goods } = one
  const refunded = await paid(one, 2)
  const codes = codesOf(await shop.seen(refunded, isDelivered))
  await shop.staff.call(
    'orders.refund',
    { params: { no: refunded.no }, body: { lineNo: 1, to: 'source', reason: '买错了' } as never },
    { idempotencyKey: randomUUID() },
  )
  await shop.seen(refunded, ({ state }) => state === 'refunded')
  const order = await paid(one)
  const [old] = codesOf(await shop.seen(order, isDelivered))
  await shop.addCards(goods.skuId, someCodes(1))
  const [grant] = (await lineOf(shop, order.no))?.grants ?? []
  await shop.staff.call(
    'fulfilment.replaceGrant',
    { params: { no: order.no, grantId: grant?.id ?? 0 }, body: { reason: '无法使用' } },
    { idempotencyKey: randomUUID() },
  )
  const replaced = await shop.seen(order, (view) => codesOf(view)[0] !== old)
  expect(codesOf(replaced)).toHaveLength(1)

  const last = await paid(one)
  await shop.seen(last, isDelivered)
  const [batch] = await batchesOf(shop, goods)
  expect(batch).toMatchObject({ imported: 4, counts: { void: 3, delivered: 1 } })
  await shop.staff.call(
    'fulfilment.recallBatch',
    { params: { batchId: batch?.id ?? 0 }, body: { reason: '黑卡', evidence: '' } },
    { idempotencyKey: randomUUID() },
  )
  const piece = await until('the piece to be found', async () => {
    const { items } = await shop.staff.call('fulfilment.listRecalledPieces', {
      params: { batchId: batch?.id ?? 0 },
      query: {},
    })
    return items[0]
  })
  expect(piece).toMatchObject({ orderNo: last.no, state: 'open' })
  await expectRight(shop)

  const told = await house.query<{ body: string }>(
    'select body || headers::text as body from suppliers.callbacks where tenant_id = $1',
    [shop.tenantId],
  )
  expect(told.length).toBeGreaterThan(0)
  for (const { body } of told)
    for (const code of codes) for (const part of code.split('----')) expect(body).not.toContain(part)
})
