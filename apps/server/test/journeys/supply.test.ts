import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderView, Settings } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { type Script, scriptedSupplier } from './scripted-supplier.ts'
import { codeOf, isDelivered, openHouse, type Shop, until } from './shop.ts'

/** Paid lines that suppliers deliver: chosen, bought once, asked about, and told to the buyer as they are. */

const cheap = scriptedSupplier('cheap', { costHao: 100_000 })
const dear = scriptedSupplier('dear', { costHao: 120_000 })
const house = await openHouse({
  supplierAdapters: new Map([cheap, dear].map(({ adapter }) => [adapter.id, adapter])),
})
const SALE_FEN = 2_000

async function join(shop: Shop, adapter: string): Promise<{ readonly id: number; readonly productId: number }> {
  const { id } = await shop.staff.call(
    'suppliers.create',
    {
      body: {
        name: adapter,
        adapter,
        baseUrl: 'http://127.0.0.1:9',
        identity: 'shop',
        secrets: { key: 's3cret' },
        concurrent: 64,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  await shop.staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
  const productId = await until(`${adapter} to be synced`, async () => {
    const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId: id } })
    return items[0]?.id
  })
  return { id, productId }
}

type TopUp = Awaited<ReturnType<typeof topUpShop>>
/** A shop that sells a top-up with two sources. */
async function topUpShop(
  policy: 'cheapest' | 'fixed' = 'cheapest',
  leastMarginFen: number | null = 0,
  settings: Partial<Settings> = {},
) {
  const shop = await house.newShop(settings)
  const [first, second] = [await join(shop, 'cheap'), await join(shop, 'dear')]
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text', confirmTwice: true }] },
    sku: { kind: 'topup', priceFen: SALE_FEN },
  })
  const supply = await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: {
      policy,
      leastMarginFen,
      offers: [first, second].map(({ productId }) => ({ productId, fieldMap: { account: 'account' } })),
    },
  })
  expect(supply.preview.map(({ supplier, passedOver }) => [supplier, passedOver])).toEqual([
    ['cheap', null],
    ['dear', null],
  ])
  return { shop, goods, cheapId: first.id, dearId: second.id }
}

let accounts = 0
/** An account that the cheap supplier treats as the script says. */
function account(script: Script): string {
  accounts += 1
  const name = `user${accounts}`
  cheap.state.scripts.set(name, script)
  return name
}
async function paid({ shop, goods }: TopUp, name: string, quantity = 1) {
  const order = await shop.place(goods, quantity, { form: { account: name } })
  await shop.pay(order.no)
  return order
}
const progress = (wanted: string) => (view: OrderView) => view.lines[0]?.supply?.progress === wanted
const purchasesOf = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('suppliers.listPurchases', { query: { orderNo: no } })).items.toReversed()
const arrived = (no: OrderNo) =>
  [...cheap.arrivedFor(no), ...dear.arrivedFor(no)].reduce((sum, { pieces }) => sum + pieces, 0)

test('a paid top-up goes to the cheapest source, arrives, and is in the books', async () => {
  const one = await topUpShop()
  const order = await paid(one, account('done'))
  const view = await one.shop.seen(order, isDelivered)
  expect(view.lines[0]).toMatchObject({
    kind: 'topup',
    state: 'delivered',
    codes: null,
    supply: { progress: 'arrived' },
  })
  const [purchase] = await purchasesOf(one.shop, order.no)
  expect(purchase).toMatchObject({
    no: `${order.no}0101`,
    supplier: 'cheap',
    state: 'done',
    arrived: 1,
    costFen: 1_000,
  })
  const detail = await one.shop.staff.call('suppliers.readPurchase', { params: { purchaseId: purchase?.id ?? 0 } })
  expect(detail.choice).toMatchObject({ policy: 'cheapest', candidates: [{ supplier: 'cheap' }, { supplier: 'dear' }] })
  expect(arrived(order.no)).toBe(1)
  await expectBooksRight(house, one.shop.tenantId)
})

test.each<[string, Script, string[]]>([
  ['refused for want of stock', { refuse: 'stock' }, ['refused', 'done']],
  ['refused for its price', { refuse: 'price' }, ['refused', 'done']],
  ['taken, and failed later', 'fail_later', ['refused', 'done']],
  ['cut after buying', 'cut_after', ['done']],
  ['bought, and not found at first', { hidden: 1 }, ['done']],
  ['taken, and done when asked', { accept: 1 }, ['done']],
])('%s: bought once, delivered once', async (_name, script, states) => {
  const one = await topUpShop()
  const order = await paid(one, account(script))
  await hurry(one.shop, order.no)
  await one.shop.seen(order, isDelivered)
  expect((await purchasesOf(one.shop, order.no)).map(({ state }) => state)).toEqual(states)
  expect(arrived(order.no)).toBe(1)
  await expectBooksRight(house, one.shop.tenantId)
})

/** Asks as soon as there is something to ask about, instead of in 5 seconds. */
async function hurry(shop: Shop, no: OrderNo): Promise<void> {
  const deadline = performance.now() + 60_000
  for (let round = 0; performance.now() < deadline; round += 1) {
    await house.query(
      "update suppliers.purchases set due_at = now() where order_no = $1 and state in ('accepted', 'unknown') and leased_until is null",
      [no],
    )
    const open = (await purchasesOf(shop, no)).filter(({ state }) =>
      ['planned', 'sending', 'accepted', 'unknown'].includes(state),
    )
    if (round > 3 && open.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('the ladder of questions: 5, 5, 10, 20, 30 s, 1, 2, 3, 5, 10 min, then every ten minutes for three days', async () => {
  const rows = await house.query<{ seconds: number | null }>(
    'select extract(epoch from suppliers.ask_again_after(n))::integer as seconds from generate_series(0, 442) as n order by n',
  )
  const waits = rows.map(({ seconds }) => seconds)
  expect(waits.slice(0, 11)).toEqual([5, 5, 10, 20, 30, 60, 120, 180, 300, 600, 600])
  expect(waits.slice(10).indexOf(null) * 600).toBe(3 * 86_400)
})

test('never found: nothing else is bought, a person is told, and what they find out settles it', async () => {
  const one = await topUpShop()
  const order = await paid(one, account('cut_before'))
  await until('the purchase to be unknown', async () =>
    (await purchasesOf(one.shop, order.no)).find(({ state }) => state === 'unknown'),
  )
  await house.query('update suppliers.purchases set asks = 9, due_at = now() where order_no = $1', [order.no])
  const view = await one.shop.seen(order, progress('checking'))
  expect(view.state).toBe('paid')
  const [purchase, ...others] = await purchasesOf(one.shop, order.no)
  expect([purchase?.state, others]).toEqual(['unknown', []])
  const refund = one.shop.staff.call(
    'orders.refund',
    { params: { no: order.no }, body: { lineNo: 1, to: 'source', reason: 'x' } as never },
    { idempotencyKey: randomUUID() },
  )
  expect(await refund.catch((error) => isProblem(error) && error.code)).toBe('orders.supply_under_way')
  await one.shop.staff.call(
    'suppliers.settlePurchase',
    { params: { purchaseId: purchase?.id ?? 0 }, body: { outcome: 'refused', note: '供应商客服确认未下单' } },
    { idempotencyKey: randomUUID() },
  )
  await one.shop.seen(order, isDelivered)
  expect((await purchasesOf(one.shop, order.no)).map(({ supplier, state }) => [supplier, state])).toEqual([
    ['cheap', 'refused'],
    ['dear', 'done'],
  ])
  expect(arrived(order.no)).toBe(1)
  await expectBooksRight(house, one.shop.tenantId)
})

test('a part arrives, the rest comes from another source', async () => {
  const one = await topUpShop()
  const order = await paid(one, account({ partial: 2 }), 5)
  await one.shop.seen(order, isDelivered)
  const purchases = await purchasesOf(one.shop, order.no)
  expect(purchases.map(({ state, quantity, arrived: came }) => [state, quantity, came])).toEqual([
    ['partial', 5, 2],
    ['done', 3, 3],
  ])
  expect(arrived(order.no)).toBe(5)
  await expectBooksRight(house, one.shop.tenantId)
})

test('of which only a part arrived goes back whole, although what arrived counts as used', async () => {
  const one = await topUpShop('cheapest', 0, { 'refunds.usedCodes': 'refuse' })
  dear.state.usual = { refuse: 'account' }
  const order = await paid(one, account({ partial: 2 }), 5)
  await one.shop.seen(order, progress('failed'))
  dear.state.usual = 'done'
  await refundLine(one.shop, order.no)
  await one.shop.seen(order, ({ state }) => state === 'refunded')
  const detail = await one.shop.staff.call('orders.detail', { params: { no: order.no } })
  expect(detail).toMatchObject({ refundedFen: 5 * SALE_FEN, lines: [{ state: 'refunded', deliveredQuantity: 2 }] })
  await expectBooksRight(house, one.shop.tenantId)
})

/** The payer's bank takes the whole payment back. */
const disputed = async (shop: Shop, no: OrderNo, state = 'lost') => {
  const [receipt] = await house.query<{ trade_no: string; amount_fen: number }>(
    'select trade_no, amount_fen from payments.receipts where order_no = $1',
    [no],
  )
  const news = {
    tradeNo: receipt?.trade_no,
    disputeNo: `D${no}`,
    amountFen: receipt?.amount_fen,
    state,
    reason: 'test',
  }
  await house.platform.db.call(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', news)
}
const refundLine = (shop: Shop, no: OrderNo) =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: 1, to: 'source', reason: '买家未收到' } as never },
    { idempotencyKey: randomUUID() },
  )
const needOf = async (no: OrderNo) =>
  (await house.query<{ state: string }>('select state from fulfilment.needs where order_no = $1', [no]))[0]?.state

test('what a bank took back before anybody was asked for it is not bought any more', async () => {
  const one = await topUpShop()
  await house.query(
    "update suppliers.suppliers set breaker = 'open', open_until = now() + interval '1 hour' where tenant_id = $1",
    [one.shop.tenantId],
  )
  const order = await paid(one, account('done'))
  await until('it to be wanted', async () => (await needOf(order.no)) === 'wanted' || undefined)
  // A source is chosen at the same moment: one of the two comes first.
  const choice = { orderNo: order.no, lineNo: 1, offerId: null, supplierId: one.cheapId, productId: null, quantity: 1 }
  await disputed(one.shop, order.no)
  expect(await house.platform.db.callHot(one.shop.tenantId, 'fulfilment.open_purchases', [choice])).toEqual([null])
  expect([await needOf(order.no), await purchasesOf(one.shop, order.no)]).toEqual(['cancelled', []])
  const detail = await one.shop.staff.call('orders.detail', { params: { no: order.no } })
  expect(detail).toMatchObject({ state: 'refunded', lines: [{ state: 'refunded' }] })
  await expectBooksRight(house, one.shop.tenantId)
})

test('what a bank took back while a supplier was at it is not bought elsewhere when that one refuses', async () => {
  const one = await topUpShop()
  const order = await paid(one, account({ accept: 50 }))
  const purchase = await until('it to be accepted', async () =>
    (await purchasesOf(one.shop, order.no)).find(({ state }) => state === 'accepted'),
  )
  await disputed(one.shop, order.no, 'opened')
  await house.platform.db.call(one.shop.tenantId, 'fulfilment.purchase_news', [
    { id: purchase.id, kind: 'refused', code: 'sold_out', message: '', about: 'supplier' },
  ])
  await one.shop.seen(order, progress('failed'))
  const { items } = await one.shop.staff.call('fulfilment.listExceptions', { query: {} })
  expect(items.map(({ reason }) => reason)).toEqual(['disputed'])
  expect(await purchasesOf(one.shop, order.no)).toHaveLength(1)
  await refundLine(one.shop, order.no)
  await one.shop.seen(order, ({ state }) => state === 'refunded')
  expect(dear.arrivedFor(order.no)).toEqual([])
  await expectBooksRight(house, one.shop.tenantId)
})

test('a wrong account is not tried elsewhere: a person asks the buyer; the money may go back', async () => {
  const one = await topUpShop()
  const order = await paid(one, account({ refuse: 'account' }))
  await one.shop.seen(order, progress('failed'))
  expect((await purchasesOf(one.shop, order.no)).map(({ supplier }) => supplier)).toEqual(['cheap'])
  await one.shop.staff.call(
    'orders.refund',
    { params: { no: order.no }, body: { lineNo: 1, to: 'source', reason: '账号有误' } as never },
    { idempotencyKey: randomUUID() },
  )
  await one.shop.seen(order, ({ state }) => state === 'refunded')
  expect(arrived(order.no)).toBe(0)
  await expectBooksRight(house, one.shop.tenantId)
})

test('below the price it may cost nobody delivers: the desk says that it would be a loss, and tries again when told', async () => {
  const one = await topUpShop()
  const dearer = { costHao: 250_000 }
  await house.query('update suppliers.products set cost_hao = $2 where tenant_id = $1', [
    one.shop.tenantId,
    dearer.costHao,
  ])
  const order = await paid(one, account('done'))
  await one.shop.seen(order, progress('failed'))
  const { items } = await one.shop.staff.call('fulfilment.listExceptions', { query: {} })
  expect(items.map(({ reason }) => reason)).toEqual(['loss_guard'])
  await house.query('update suppliers.products set cost_hao = $2 where tenant_id = $1', [one.shop.tenantId, 100_000])
  await one.shop.staff.call('fulfilment.retryLine', {
    params: { no: order.no, lineNo: 1 },
    body: { reason: '已降价' } as never,
  })
  await one.shop.seen(order, isDelivered)
  await expectBooksRight(house, one.shop.tenantId)
})

test('a supplier that is down holds nobody up, and is used again when it is well', async () => {
  const one = await topUpShop('fixed')
  cheap.state.isDown = true
  const orders = []
  for (let n = 0; n < 8; n += 1) orders.push(await paid(one, account('done')))
  for (const order of orders) await one.shop.seen(order, isDelivered)
  const { items } = await one.shop.staff.call('suppliers.list', { query: {} })
  expect(items.find(({ name }) => name === 'cheap')?.breaker).not.toBe('closed')
  expect(orders.map(({ no }) => arrived(no))).toEqual(orders.map(() => 1))
  cheap.state.isDown = false
  await until(
    'the breaker to close',
    async () =>
      (await one.shop.staff.call('suppliers.list', { query: {} })).items.find(
        ({ name, breaker }) => name === 'cheap' && breaker === 'closed',
      ),
    25_000,
  )
  const order = await paid(one, account('done'))
  await one.shop.seen(order, isDelivered)
  expect(cheap.arrivedFor(order.no)).toHaveLength(1)
  await expectBooksRight(house, one.shop.tenantId)
})

test('callbacks: a good one ends the waiting, a forged one changes nothing, and both are kept', async () => {
  const one = await topUpShop()
  const order = await paid(one, account({ accept: 1 }))
  const purchase = await until('it to be taken', async () =>
    (await purchasesOf(one.shop, order.no)).find(({ state }) => state === 'accepted'),
  )
  const callback = async (sign: string) =>
    await (
      await fetch(`${one.shop.base}/api/supply/${one.cheapId}/notify`, {
        method: 'POST',
        body: JSON.stringify({ no: purchase.no, sign }),
      })
    ).text()
  expect(await callback('bad')).toBe('fail')
  expect((await purchasesOf(one.shop, order.no))[0]?.state).toBe('accepted')
  expect(await Promise.all([callback('good'), callback('good')])).toEqual(['success', 'success'])
  await one.shop.seen(order, isDelivered)
  const detail = await one.shop.staff.call('suppliers.readPurchase', { params: { purchaseId: purchase.id } })
  expect(detail.callbacks).toHaveLength(2)
  expect(arrived(order.no)).toBe(1)
})

/** A purchase that its supplier has taken and is in no hurry with. */
async function acceptedPurchase(one: TopUp, script: Script = { accept: 1_000 }) {
  const order = await paid(one, account(script))
  const purchase = await until('it to be accepted', async () =>
    (await purchasesOf(one.shop, order.no)).find(({ state }) => state === 'accepted'),
  )
  return { order, purchaseId: purchase.id }
}
const cancelIt = (shop: Shop, purchaseId: number) =>
  shop.staff.call('suppliers.cancelPurchase', { params: { purchaseId }, body: { note: '顾客等不及了' } })
const detailOf = (shop: Shop, purchaseId: number) =>
  shop.staff.call('suppliers.readPurchase', { params: { purchaseId } })

test('taken back by its supplier, a purchase ends, another source delivers, and who asked is kept', async () => {
  const one = await topUpShop()
  const { order, purchaseId } = await acceptedPurchase(one)
  expect(await detailOf(one.shop, purchaseId)).toMatchObject({ canCancel: true, cancel: null })
  const answer = await cancelIt(one.shop, purchaseId)
  expect(answer).toMatchObject({ outcome: 'cancelled', purchase: { state: 'refused', code: 'cancelled' } })
  await one.shop.seen(order, isDelivered)
  expect((await purchasesOf(one.shop, order.no)).map(({ supplier, state }) => [supplier, state])).toEqual([
    ['cheap', 'refused'],
    ['dear', 'done'],
  ])
  expect(arrived(order.no)).toBe(1)
  expect(await codeOf(cancelIt(one.shop, purchaseId))).toBe('suppliers.purchase_not_open')
  expect(await detailOf(one.shop, purchaseId)).toMatchObject({
    canCancel: false,
    cancel: { state: 'cancelled', note: '顾客等不及了' },
  })
  const kept = await house.query<{ action: string }>(
    "select action from audit.entries where tenant_id = $1 and object_kind = 'purchase' order by seq",
    [one.shop.tenantId],
  )
  expect(kept.map(({ action }) => action)).toEqual(['purchase.cancel', 'purchase.cancel_answer'])
  // It did as it was asked: neither a refusal nor a failure of it.
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const quality = await one.shop.staff.call('suppliers.quality', {
    params: { supplierId: one.cheapId },
    query: { from: today, to: today },
  })
  expect(quality).toMatchObject({ total: { sent: 1, ended: 0, refused: 0 }, refusals: [] })
  const { items } = await one.shop.staff.call('suppliers.list', {})
  expect(items.find(({ id }) => id === one.cheapId)?.quality).toMatchObject({ tries: 0 })
  const supply = await one.shop.staff.call('suppliers.readSkuSupply', { params: { skuId: one.goods.skuId } })
  expect(supply.offers.map(({ supplier, quality: { tries } }) => [supplier, tries])).toEqual(
    expect.arrayContaining([
      ['cheap', 0],
      ['dear', 1],
    ]),
  )
  await expectBooksRight(house, one.shop.tenantId)
})

test.each(['too_late', 'refused', 'unknown'] as const)(
  'asked to take one back and answering %s, it changes nothing: the purchase goes on and arrives once',
  async (word) => {
    const one = await topUpShop()
    const { order, purchaseId } = await acceptedPurchase(one, { accept: 4 })
    cheap.state.cancel = word
    const answer = await cancelIt(one.shop, purchaseId).finally(() => {
      cheap.state.cancel = 'cancelled'
    })
    expect(answer.outcome).toBe(word)
    expect((await detailOf(one.shop, purchaseId)).cancel).toMatchObject({ state: word })
    await hurry(one.shop, order.no)
    await one.shop.seen(order, isDelivered)
    expect((await purchasesOf(one.shop, order.no)).map(({ state }) => state)).toEqual(['done'])
    expect(arrived(order.no)).toBe(1)
    await expectBooksRight(house, one.shop.tenantId)
  },
)

test('of two who take one back at once, one asks the supplier', async () => {
  const one = await topUpShop()
  const { order, purchaseId } = await acceptedPurchase(one)
  const others: string[] = []
  cheap.state.beforeCancel = async () => others.push(await codeOf(cancelIt(one.shop, purchaseId)))
  await cancelIt(one.shop, purchaseId).finally(() => {
    cheap.state.beforeCancel = () => Promise.resolve()
  })
  expect(others).toEqual(['suppliers.cancel_under_way'])
  expect(cheap.calls.filter(({ what, no }) => what === 'cancel' && no.startsWith(String(order.no)))).toHaveLength(1)
  await one.shop.seen(order, isDelivered)
  await expectBooksRight(house, one.shop.tenantId)
})

test('delivered while it is being taken back: what arrived stands, and nothing else is bought', async () => {
  const one = await topUpShop()
  const { order, purchaseId } = await acceptedPurchase(one)
  cheap.state.cancel = 'says_cancelled'
  cheap.state.beforeCancel = () =>
    house.platform.db.callHot(one.shop.tenantId, 'fulfilment.purchase_news', [
      { id: purchaseId, kind: 'done', remoteNo: 'R', arrived: 1, costHao: 100_000, cards: [] },
    ])
  const answer = await cancelIt(one.shop, purchaseId).finally(() => {
    cheap.state.cancel = 'cancelled'
    cheap.state.beforeCancel = () => Promise.resolve()
  })
  expect(answer).toMatchObject({ outcome: 'cancelled', purchase: { state: 'done' } })
  await one.shop.seen(order, isDelivered)
  expect(await purchasesOf(one.shop, order.no)).toHaveLength(1)
  await expectBooksRight(house, one.shop.tenantId)
})

test('a supplier that says it took one back and delivers it all the same is contradicted', async () => {
  const one = await topUpShop()
  const { order, purchaseId } = await acceptedPurchase(one, { accept: 1 })
  cheap.state.cancel = 'says_cancelled'
  await cancelIt(one.shop, purchaseId).finally(() => {
    cheap.state.cancel = 'cancelled'
  })
  await until('the contradiction to be seen', async () =>
    (await detailOf(one.shop, purchaseId)).state === 'contradicted' ? true : undefined,
  )
  // Seen before the next one was sent, a person is asked; else that one goes its way.
  const states = await until('nothing of it to be under way', async () => {
    const found = (await purchasesOf(one.shop, order.no)).map(({ state }) => state)
    return found.every((state) => ['contradicted', 'done', 'cancelled'].includes(state)) ? found : undefined
  })
  const { lines } = await one.shop.staff.call('orders.detail', { params: { no: order.no } })
  expect([lines[0]?.state, lines[0]?.exception?.reason]).toEqual(
    states.includes('done') ? ['delivered', undefined] : ['exception', 'supply_contradicted'],
  )
  await expectBooksRight(house, one.shop.tenantId)
})

test('a supplier that cannot take orders back is not asked', async () => {
  const one = await topUpShop()
  const { purchaseId } = await acceptedPurchase(one)
  const { cancel } = cheap.adapter
  Reflect.deleteProperty(cheap.adapter, 'cancel')
  try {
    expect((await detailOf(one.shop, purchaseId)).canCancel).toBe(false)
    expect(await codeOf(cancelIt(one.shop, purchaseId))).toBe('suppliers.cancel_not_offered')
  } finally {
    Object.assign(cheap.adapter, { cancel })
  }
  expect((await detailOf(one.shop, purchaseId)).cancel).toBe(null)
})

/** A paid line that every source refused. */
async function refusedByAll(one: TopUp) {
  dear.state.usual = { refuse: 'stock' }
  const order = await paid(one, account({ refuse: 'stock' }))
  await one.shop.seen(order, progress('failed'))
  dear.state.usual = 'done'
  return order
}
const atDesk = async (shop: Shop, no: OrderNo, action: 'done' | 'source', offerId?: number) => {
  const lines = [{ orderNo: no, lineNo: 1, grantId: 0 }]
  const body = { action, lines, reason: '客服已从官方后台充值，流水 8841', ...(offerId !== undefined && { offerId }) }
  const { results } = await shop.staff.call('fulfilment.handleExceptions', { body })
  return results[0]?.code ?? 'ok'
}
const deskRow = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('fulfilment.listExceptions', { query: {} })).items.find(({ orderNo }) => orderNo === no)

test('at the desk a top-up that was delivered another way is marked as done, once, and its price is earned', async () => {
  const one = await topUpShop()
  const order = await refusedByAll(one)
  expect((await deskRow(one.shop, order.no))?.actions).toEqual(['retry', 'source', 'refund', 'done'])
  const both = await Promise.all([atDesk(one.shop, order.no, 'done'), atDesk(one.shop, order.no, 'done')])
  expect(both.toSorted()).toEqual(['fulfilment.not_an_exception', 'ok'])
  const view = await one.shop.seen(order, isDelivered)
  expect(view.lines[0]).toMatchObject({ state: 'delivered', supply: { progress: 'arrived' } })
  const detail = await one.shop.staff.call('orders.detail', { params: { no: order.no } })
  expect(detail.timeline.filter(({ title }) => title === 'desk.done')).toMatchObject([
    { params: { proof: '客服已从官方后台充值，流水 8841' } },
  ])
  expect(await atDesk(one.shop, order.no, 'source', 1)).toBe('fulfilment.not_an_exception')
  await expectBooksRight(house, one.shop.tenantId)
  await refundLine(one.shop, order.no)
  await one.shop.seen(order, ({ state }) => state === 'refunded')
  await expectBooksRight(house, one.shop.tenantId)
})

test('at the desk nothing is ended by word or bought elsewhere while a purchase of it is open', async () => {
  const one = await topUpShop()
  const order = await paid(one, account('cut_before'))
  const purchase = await until('the purchase to be unknown', async () =>
    (await purchasesOf(one.shop, order.no)).find(({ state }) => state === 'unknown'),
  )
  await house.query('update suppliers.purchases set asks = 9, due_at = now() where order_no = $1', [order.no])
  await one.shop.seen(order, progress('checking'))
  const row = await until('it to be on the desk', () => deskRow(one.shop, order.no))
  expect(row.actions).toEqual(['retry', 'refund'])
  expect([
    await atDesk(one.shop, order.no, 'done'),
    await atDesk(one.shop, order.no, 'source', 1),
    (await purchasesOf(one.shop, order.no)).length,
  ]).toEqual(['fulfilment.purchase_open', 'fulfilment.purchase_open', 1])
  expect((await cancelIt(one.shop, purchase.id)).outcome).toBe('cancelled')
  await one.shop.seen(order, isDelivered)
  await expectBooksRight(house, one.shop.tenantId)
})

test('at the desk another source is named, one that refused before too, and never above the loss guard', async () => {
  const one = await topUpShop()
  const order = await refusedByAll(one)
  await house.query('update suppliers.products set cost_hao = 200_001 where supplier_id = $1', [one.dearId])
  const params = { no: order.no, lineNo: 1 }
  const { items } = await one.shop.staff.call('fulfilment.listExceptionSources', { params })
  expect(items.map(({ supplier, passedOver, refusedBefore }) => [supplier, passedOver, refusedBefore])).toEqual([
    ['cheap', null, true],
    ['dear', 'above_ceiling', true],
  ])
  const [first, second] = items
  expect(await atDesk(one.shop, order.no, 'source', second?.offerId)).toBe('fulfilment.source_not_now')
  expect(await atDesk(one.shop, order.no, 'source', 999_999)).toBe('fulfilment.source_of_another')
  expect(await codeOf(atDesk(one.shop, order.no, 'source'))).toBe('common.invalid_input')
  cheap.state.scripts.clear()
  const both = await Promise.all([
    atDesk(one.shop, order.no, 'source', first?.offerId),
    atDesk(one.shop, order.no, 'source', first?.offerId),
  ])
  expect(both.filter((code) => code === 'ok')).toHaveLength(1)
  await one.shop.seen(order, isDelivered)
  expect((await purchasesOf(one.shop, order.no)).map(({ supplier, state }) => [supplier, state])).toEqual([
    ['cheap', 'refused'],
    ['dear', 'refused'],
    ['cheap', 'done'],
  ])
  expect(arrived(order.no)).toBe(1)
  await expectBooksRight(house, one.shop.tenantId)
})
