import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { expectNoDeadlocks } from './deadlocks.ts'
import { hurriedAdapters, openSupplier, TOP_UP_SUPPLIERS, type TopUpSupplier } from './real-suppliers.ts'
import { isDelivered, openHouse, type PlacedOrder, type Shop, until } from './shop.ts'

/** Several who act on one purchase at the same time: suppliers that change their mind, servers, staff, buyers. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(20_000) })
expectNoDeadlocks(house)
const GOODS_ID = '700001'

async function openRivals(firstKind: TopUpSupplier = 'kasushou', secondKind: TopUpSupplier = 'kayixin') {
  const [a, b] = await Promise.all([openSupplier(firstKind), openSupplier(secondKind)])
  a.sell(GOODS_ID, '10.0000')
  b.sell(GOODS_ID, '12.0000')
  const shop = await house.newShop()
  const [first, second] = [await a.join(shop, 'first'), await b.join(shop, 'second')]
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen: 2_000 },
  })
  const saveSources = (offers = [first.offer(GOODS_ID), second.offer(GOODS_ID)]) =>
    shop.staff.call('suppliers.saveSkuSupply', {
      params: { skuId: goods.skuId },
      body: { policy: 'cheapest', leastMarginFen: 0, offers },
    })
  await saveSources()
  const place = (quantity = 1) => shop.place(goods, quantity, { form: { account: '13800138000' } })
  return { a, b, first, second, shop, goods, saveSources, place }
}
type Rivals = Awaited<ReturnType<typeof openRivals>>

const purchasesOf = async ({ staff }: Shop, orderNo: OrderNo) =>
  (await staff.call('suppliers.listPurchases', { query: { orderNo } })).items.toReversed()
const statesOf = async (shop: Shop, no: OrderNo) => (await purchasesOf(shop, no)).map(({ state }) => state)

async function payTogether(orders: readonly PlacedOrder[]): Promise<void> {
  const { paygate } = house.standIns
  const report = await paygate.control.pay(
    paygate.merchant.id,
    orders.map(({ no }) => ({ outTradeNo: String(no) })),
    { parallel: 32 },
  )
  expect(report.paid).toBe(orders.length)
}

/** Every order has what was paid for, it was handed out once by all suppliers together, and costs what they charged. */
async function expectEachOnce({ a, b, shop }: Rivals, orders: readonly PlacedOrder[], quantity = 1): Promise<void> {
  const wrong = []
  for (const { no } of orders) {
    const purchases = await purchasesOf(shop, no)
    const row = {
      no,
      handedOut: a.handedOut(no) + b.handedOut(no),
      arrived: purchases.reduce((sum, { arrived }) => sum + arrived, 0),
      extraFen: purchases.reduce((sum, { costFen }) => sum + (costFen ?? 0), 0) - a.charged(no) - b.charged(no),
    }
    if (row.handedOut !== quantity || row.arrived !== quantity || row.extraFen !== 0) wrong.push(row)
  }
  expect(wrong).toEqual([])
  await expectBooksRight(house, shop.tenantId)
}

/** Asks at once about everything that is open. */
const hurry = ({ tenantId }: Shop) =>
  house.query(
    // What somebody is at just now is left to them, or the two would wait for each other.
    `update suppliers.purchases set due_at = now()
     where tenant_id = $1 and id in (
       select id from suppliers.purchases
       where tenant_id = $1 and state in ('accepted', 'unknown') and leased_until is null
       for no key update skip locked
     )`,
    [tenantId],
  )
const allDelivered = (shop: Shop, orders: readonly PlacedOrder[]) =>
  until(
    'everything to arrive',
    async () => {
      await hurry(shop)
      const [row] = await house.query<{ open: string }>(
        "select count(*) as open from orders.orders where tenant_id = $1 and no = any ($2::bigint[]) and state <> 'delivered'",
        [shop.tenantId, orders.map(({ no }) => no)],
      )
      return Number(row?.open) === 0
    },
    25_000,
  )

describe.each(TOP_UP_SUPPLIERS)('%s', (kind) => {
  test('failed first, delivered afterwards: contradicted, its cost is booked once, and it is told', async () => {
    const rivals = await openRivals(kind, kind === 'kasushou' ? 'kayixin' : 'kasushou')
    const { a, b, shop } = rivals
    const order = await rivals.place()
    const no = `${order.no}0101`
    a.control.addFault({ kind: 'order.fail', key: no, times: 1 })
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    await until('the first to have ended', async () => (await statesOf(shop, order.no)).join() === 'refused,done')

    a.control.addFault({ kind: 'callback.parallel', key: no, times: 1, count: 4 })
    await a.control.settle(no, 'success')
    await until('the contradiction', async () => (await statesOf(shop, order.no)).join() === 'contradicted,done')
    await a.control.repeatCallbacks(no, 4)
    expect((await purchasesOf(shop, order.no)).map(({ arrived, costFen }) => [arrived, costFen])).toEqual([
      [1, 1_000],
      [1, 1_200],
    ])
    expect([a.charged(order.no), b.charged(order.no)]).toEqual([1_000, 1_200])
    const told = await house.query('select from events.log where tenant_id = $1 and type = $2', [
      shop.tenantId,
      'supply.contradicted',
    ])
    expect(told).toHaveLength(1)
    await expectBooksRight(house, shop.tenantId)
  })
})

test('a source that was chosen for an earlier turn of a need buys nothing any more', async () => {
  const rivals = await openRivals()
  const { shop, first } = rivals
  const order = await rivals.place()
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  // As it stands when another server bought, was refused, and it waits for a source again.
  await house.query(
    `update fulfilment.needs set state = 'wanted', filled = 0, due_at = now() + interval '1 hour'
     where tenant_id = $1 and order_no = $2 and turn = 1`,
    [shop.tenantId, order.no],
  )
  const { productId } = first.offer(GOODS_ID)
  const item = {
    orderNo: order.no,
    lineNo: 1,
    supplierId: first.id,
    productId,
    quantity: 1,
    ceilingHao: 1,
    quotedHao: 1,
  }
  const open = (turn: number) =>
    house.query<{ ids: (number | null)[] }>('select fulfilment.open_purchases($1, $2::jsonb) as ids', [
      shop.tenantId,
      JSON.stringify([{ ...item, turn }]),
    ])
  expect(await open(0)).toEqual([{ ids: [null] }])
})

test('two servers, 200 orders, and callbacks from all sides: each is sent once and bought once', async () => {
  const rivals = await openRivals()
  const { a, shop } = rivals
  const url = await house.secondServer()
  expect(url).not.toBe(house.url)
  a.control.addFault({ kind: 'callback.parallel', count: 3 })
  const orders = []
  for (let at = 0; at < 10; at += 1) {
    orders.push(...(await Promise.all(Array.from({ length: 20 }, () => rivals.place()))))
  }
  await payTogether(orders)
  await allDelivered(shop, orders)
  const sent = a.control.orders().map(({ outerNo }) => outerNo)
  expect(new Set(sent).size).toBe(200)
  const placings = a.control.received().filter(({ endpoint }) => endpoint === a.placing)
  expect(new Set(placings.map(({ body }) => body)).size).toBe(placings.length)
  await expectEachOnce(rivals, orders)
})

test('who took a purchase dies before it hears the answer: it is asked about, and never sent again', async () => {
  const rivals = await openRivals()
  const { a, shop } = rivals
  const orders = await Promise.all(Array.from({ length: 5 }, () => rivals.place()))
  for (const { no } of orders) {
    a.control.addFault({ kind: 'api.slow', key: `${no}0101`, endpoint: a.placing, times: 1, ms: 3_000 })
    a.control.addFault({ kind: 'callback.never', key: `${no}0101`, times: 1 })
  }
  await payTogether(orders)
  await until('all to be sent', () => a.control.orders().length === 5)
  // The lease of a worker that is gone runs out.
  await house.query(
    `update suppliers.purchases set leased_until = now() - interval '1 second', due_at = now()
     where tenant_id = $1 and state = 'sending'`,
    [shop.tenantId],
  )
  await allDelivered(shop, orders)
  const placings = () => a.control.received().filter(({ endpoint }) => endpoint === a.placing)
  expect(placings()).toHaveLength(5)
  // The dead one's answer comes after all, whatever it is: under its old lease it changes nothing.
  const rows = await house.query<{ id: string }>('select id from suppliers.purchases where tenant_id = $1', [
    shop.tenantId,
  ])
  for (const kind of ['refused', 'unknown', 'accepted', 'done']) {
    const news = rows.map(({ id }) => ({ id: Number(id), lease: 1, kind, code: 'late', costHao: 100_000 }))
    const [answer] = await house.query<{ now: readonly string[] }>(
      'select fulfilment.purchase_news($1::bigint, $2::jsonb) as now',
      [shop.tenantId, JSON.stringify(news)],
    )
    expect(answer?.now).toEqual(rows.map(() => 'done'))
  }
  await expectEachOnce(rivals, orders)
})

test('a callback that comes before the order’s own answer is not forgotten over it', async () => {
  const rivals = await openRivals()
  const { a, first, shop } = rivals
  await house.query('update suppliers.suppliers set concurrent = 1 where id = $1', [first.id])
  const order = await rivals.place()
  a.control.addFault({ kind: 'api.slow', key: `${order.no}0101`, endpoint: a.placing, times: 1, ms: 500 })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  // Asked on the ladder it would take five seconds more.
  const [took] = await house.query<{ seconds: number }>(
    'select extract(epoch from ended_at - sent_at)::float8 as seconds from suppliers.purchases where tenant_id = $1',
    [shop.tenantId],
  )
  expect(took?.seconds).toBeGreaterThan(0.5)
  expect(took?.seconds).toBeLessThan(5)
  await expectEachOnce(rivals, [order])
})

test('staff say what became of it while the supplier’s answer arrives: it is the one or the other, and in the books', async () => {
  const rivals = await openRivals()
  const { a, b, shop } = rivals
  const orders = await Promise.all(Array.from({ length: 12 }, () => rivals.place()))
  for (const { no } of orders) a.control.addFault({ kind: 'order.slow', key: `${no}0101`, times: 1 })
  await payTogether(orders)
  const taken = await until('all to be taken', async () => {
    const { items } = await shop.staff.call('suppliers.listPurchases', { query: {} })
    const accepted = items.filter(({ state }) => state === 'accepted')
    return accepted.length === orders.length ? accepted : undefined
  })
  const answers = await Promise.all(
    taken.map(async ({ id, no }, at) => {
      const settle = shop.staff
        .call(
          'suppliers.settlePurchase',
          { params: { purchaseId: id }, body: { outcome: at % 2 === 0 ? 'refused' : 'done', note: '客服确认' } },
          { idempotencyKey: randomUUID() },
        )
        .then(
          () => 'settled',
          (error) => (isProblem(error) ? error.code : String(error)),
        )
      const [said] = await Promise.all([settle, a.control.settle(no, 'success')])
      return said
    }),
  )
  expect(answers.filter((said) => said !== 'settled' && said !== 'suppliers.purchase_not_open')).toEqual([])
  for (const { no } of orders) {
    const purchases = await until('its contradiction to be seen', async () => {
      const found = await purchasesOf(shop, no)
      return found.every(({ state }) => ['contradicted', 'done', 'cancelled'].includes(state)) ? found : undefined
    })
    // Whoever said "refused" of what arrived has it twice, or once and a person is asked: nothing more is sent after that was seen.
    const states = purchases.map(({ state }) => state)
    const isTwice = states.join() === 'contradicted,done'
    if (!isTwice) expect(['done', 'contradicted', 'contradicted,cancelled']).toContain(states.join())
    expect([a.handedOut(no), b.handedOut(no)]).toEqual([1, isTwice ? 1 : 0])
    const { lines } = await shop.staff.call('orders.detail', { params: { no } })
    expect([lines[0]?.state, lines[0]?.exception?.reason]).toEqual(
      states.includes('done') ? ['delivered', undefined] : ['exception', 'supply_contradicted'],
    )
    expect(purchases.reduce((sum, { costFen }) => sum + (costFen ?? 0), 0)).toBe(a.charged(no) + b.charged(no))
  }
  await expectBooksRight(house, shop.tenantId)
})

test('in the middle of it a supplier is paused, a source is removed, a price rises: everything arrives once', async () => {
  const rivals = await openRivals()
  const { a, first, second, shop } = rivals
  const orders = await Promise.all(Array.from({ length: 60 }, () => rivals.place()))
  const setState = (state: 'on' | 'paused' | 'archived') =>
    shop.staff.call('suppliers.setState', { params: { supplierId: first.id }, body: { state, reason: '调整' } })
  const paid = payTogether(orders)
  for (let round = 0; round < 4; round += 1) {
    await setState('paused')
    await rivals.saveSources([second.offer(GOODS_ID)])
    a.control.setGoods(GOODS_ID, { price: round % 2 === 0 ? '11.0000' : '10.5000' })
    await rivals.saveSources()
    await setState('on')
  }
  await paid
  await allDelivered(shop, orders)
  await expectEachOnce(rivals, orders)
})

test('a supplier with something under way is not put away; its money does not go back meanwhile', async () => {
  const rivals = await openRivals()
  const { a, first, shop } = rivals
  const order = await rivals.place()
  a.control.addFault({ kind: 'order.slow', key: `${order.no}0101`, times: 1 })
  await shop.pay(order.no)
  await until('it to be taken', async () => (await statesOf(shop, order.no)).join() === 'accepted')
  const archive = shop.staff.call('suppliers.setState', {
    params: { supplierId: first.id },
    body: { state: 'archived', reason: '停用' },
  })
  expect(await archive.catch((error) => isProblem(error) && error.code)).toBe('suppliers.has_open_purchases')

  // The gateway tells of the payment again and again, and five clerks want to give the money back, while it arrives.
  const { paygate } = house.standIns
  const refund = () =>
    shop.staff
      .call(
        'orders.refund',
        { params: { no: order.no }, body: { lineNo: 1, to: 'source', reason: '不要了' } as never },
        { idempotencyKey: randomUUID() },
      )
      .then(
        () => 'refunded',
        (error) => (isProblem(error) ? error.code : String(error)),
      )
  expect(await refund()).toBe('orders.supply_under_way')
  await Promise.all([
    paygate.control.repeatNotices(paygate.merchant.id, String(order.no), 6),
    a.control.settle(`${order.no}0101`, 'success'),
    ...Array.from({ length: 5 }, refund),
  ])
  await allDelivered(shop, [order]).catch(() => undefined)
  expect(await statesOf(shop, order.no)).toEqual(['done'])
  expect(a.handedOut(order.no)).toBe(1)
  await expectBooksRight(house, shop.tenantId)
})

test('a part arrived and nobody has the rest: it is tried again, or goes back as a whole, and never as an amount', async () => {
  const rivals = await openRivals()
  const { a, b, shop } = rivals
  const orders = [await rivals.place(3), await rivals.place(3)] as const
  for (const { no } of orders) {
    a.control.addFault({ kind: 'order.partial', key: `${no}0101`, times: 1, count: 1 })
    b.control.addFault({ kind: 'order.reject', key: `${no}0102`, times: 1 })
  }
  await payTogether(orders)
  for (const order of orders) await shop.seen(order, ({ lines }) => lines[0]?.supply?.progress === 'failed')
  await expectEachOnce(rivals, orders, 1)
  const [again, back] = orders
  const refund = (more: object) =>
    shop.staff.call(
      'orders.refund',
      { params: { no: back.no }, body: { lineNo: 1, to: 'source', reason: '只到一件', ...more } as never },
      { idempotencyKey: randomUUID() },
    )
  const refused = await refund({ amountFen: 4_000 }).catch((error) => isProblem(error) && error.code)
  expect(refused).toBe('orders.refund_whole_line')
  await refund({})
  await shop.seen(back, ({ state }) => state === 'refunded')
  await shop.staff.call('fulfilment.retryLine', {
    params: { no: again.no, lineNo: 1 },
    body: { reason: '再试' } as never,
  })
  await shop.seen(again, isDelivered)
  await expectEachOnce(rivals, [again], 3)
  await expectEachOnce(rivals, [back], 1)
})

test('what was tried as often as its number has room for is an exception, not a wait without end', async () => {
  const rivals = await openRivals()
  const { first, second, shop } = rivals
  const setBoth = async (state: 'on' | 'paused') => {
    for (const { id } of [first, second]) {
      await shop.staff.call('suppliers.setState', { params: { supplierId: id }, body: { state, reason: '调整' } })
    }
  }
  await setBoth('paused')
  await house.query('update catalog.skus set supply_stock = null where tenant_id = $1', [shop.tenantId])
  const order = await rivals.place()
  await shop.pay(order.no)
  const stopped = (note: string) =>
    until(`staff to be told: ${note}`, async () => {
      const { items } = await shop.staff.call('fulfilment.listExceptions', { query: {} })
      return items.some(({ reason, note: why }) => reason === 'no_source' && why?.includes(note))
    })
  await stopped('supplier_paused')
  await house.query('update fulfilment.needs set turn = 99 where tenant_id = $1', [shop.tenantId])
  await setBoth('on')
  await shop.staff.call('fulfilment.retryLine', {
    params: { no: order.no, lineNo: 1 },
    body: { reason: '再试' } as never,
  })
  await stopped('99')
  expect(await statesOf(shop, order.no)).toEqual([])
})

test('a supplier that takes fewer than are wanted is not asked for ever: the next one delivers', async () => {
  const rivals = await openRivals('kasushou', 'kayixin')
  const { a, b, shop } = rivals
  // As with a supplier that does not tell its limit: 120 are more than it sells at a time.
  await house.query('update suppliers.products set max_quantity = null where tenant_id = $1', [shop.tenantId])
  const order = await rivals.place(120)
  b.sell(GOODS_ID, '12.0000', 1_000)
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  expect(a.handedOut(order.no)).toBe(0)
  expect(await statesOf(shop, order.no)).toEqual(['refused', 'refused', 'refused', 'done'])
  await expectEachOnce(rivals, [order], 120)
})
