import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import { openHouse, type Shop, until } from './shop.ts'
import { openKey, signedCall } from './two-shops.ts'

/** A supplier refuses, delivers after all, and nobody else can: whoever ends orders by himself leaves this one to a person. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(4_000) })
const first = await openSupplier('kasushou')
const second = await openSupplier('kayixin')
let goodsCount = 0

/** A top-up of two suppliers, of which the second is out of reach and the first will refuse. */
async function refusing(value = '渠道维护', times = 1) {
  const shop = await house.newShop()
  goodsCount += 1
  const remoteId = String(9_810_000 + goodsCount)
  first.sell(remoteId, '10')
  second.sell(remoteId, '11')
  const [one, other] = [await first.join(shop, '甲'), await second.join(shop, '乙')]
  const goods = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen: 2_000 },
  })
  await shop.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: goods.skuId },
    body: { policy: 'fixed', leastMarginFen: 0, offers: [one.offer(remoteId), other.offer(remoteId)] },
  })
  await house.query(
    `update suppliers.suppliers set breaker = 'open', open_until = now() + interval '1 hour' where tenant_id = $1 and id = $2`,
    [shop.tenantId, other.id],
  )
  first.control.addFault({ kind: 'order.fail', times, value } as never)
  return { shop, goods, other }
}
const purchasesOf = async (shop: Shop, no: OrderNo) =>
  (await shop.staff.call('suppliers.listPurchases', { query: { orderNo: no } })).items
const become = (shop: Shop, no: OrderNo, state: string) =>
  until(`a purchase to be ${state}`, async () => {
    await house.query(
      `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
      [no],
    )
    return (await purchasesOf(shop, no))[0]?.state === state || undefined
  })

/** It delivers after all, and then nobody is left who could. */
async function deliveredAfterAll({ shop, other }: Awaited<ReturnType<typeof refusing>>, no: OrderNo): Promise<void> {
  await become(shop, no, 'refused')
  await first.control.settle(`${no}0101`, 'success')
  await become(shop, no, 'contradicted')
  await shop.staff.call('suppliers.setState', {
    params: { supplierId: other.id },
    body: { state: 'paused', reason: '维护' },
  })
  await house.query(`update fulfilment.needs set due_at = now() where order_no = $1 and state = 'wanted'`, [no])
  await until('the line to be stuck', async () => {
    const { lines } = await shop.staff.call('orders.detail', { params: { no } })
    return lines[0]?.exception?.reason === 'supply_contradicted' || undefined
  })
}

async function expectLeftAlone(shop: Shop, no: OrderNo): Promise<void> {
  expect(await shop.staff.call('orders.detail', { params: { no } })).toMatchObject({
    state: 'paid',
    lines: [{ state: 'exception' }],
  })
  expect((await purchasesOf(shop, no)).map(({ state }) => state)).toEqual(['contradicted'])
  await expectBooksRight(house, shop.tenantId)
}

/** The second supplier is chosen, and nothing is sent to it until its lane has room. */
const laneOf = ({ shop, other }: Awaited<ReturnType<typeof refusing>>, room: boolean) =>
  house.query(
    `update suppliers.suppliers set breaker = 'closed', open_until = null, tokens = $3, tokens_at = now() where tenant_id = $1 and id = $2`,
    [shop.tenantId, other.id, room ? 60 : -1_000_000],
  )
const byTurn = (no: OrderNo) =>
  house.query<{ id: number; state: string; code: string | null }>(
    `select id, state, code from suppliers.purchases where order_no = $1 order by turn`,
    [no],
  )
const lineOf = async ({ shop }: Awaited<ReturnType<typeof refusing>>, no: OrderNo) => {
  const { state, lines } = await shop.staff.call('orders.detail', { params: { no } })
  return { order: state, line: lines[0]?.state, reason: lines[0]?.exception?.reason }
}
/** Refused by the first, and the second one planned. */
async function secondPlanned(one: Awaited<ReturnType<typeof refusing>>) {
  await laneOf(one, false)
  const order = await one.shop.place(one.goods, 1, { form: { account: '13800001117' } })
  await one.shop.pay(order.no)
  await until('the second to be planned', async () => {
    await house.query(
      `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
      [order.no],
    )
    return (await byTurn(order.no)).map(({ state }) => state).join() === 'refused,planned' || undefined
  })
  return order
}
const contradict = async (no: OrderNo) => {
  await first.control.settle(`${no}0101`, 'success')
  await until('the contradiction', async () => (await byTurn(no))[0]?.state === 'contradicted' || undefined)
}

test('what was planned beside it and not sent is not sent until a person says so', async () => {
  const one = await refusing()
  const order = await secondPlanned(one)
  await contradict(order.no)
  expect(await byTurn(order.no)).toMatchObject([{}, { state: 'cancelled', code: 'contradicted' }])
  expect(await lineOf(one, order.no)).toEqual({ order: 'paid', line: 'exception', reason: 'supply_contradicted' })
  await until('staff to hear of it', async () => {
    const { items } = await one.shop.staff.call('notify.listInbox', { query: {} })
    return items.some(({ event }) => event === 'supply.contradicted') || undefined
  })
  const { items } = await one.shop.staff.call('fulfilment.listExceptions', { query: { q: String(order.no) } })
  expect(items[0]?.proposal).toEqual({ action: 'purchase', because: 'arrived_after_all' })
  // With room in its lane nothing goes there, until somebody decides.
  await laneOf(one, true)
  await house.query(`update fulfilment.needs set due_at = now() where order_no = $1 and state = 'wanted'`, [order.no])
  expect([first.handedOut(order.no), second.handedOut(order.no)]).toEqual([1, 0])
  await one.shop.staff.call('fulfilment.retryLine', { params: { no: order.no, lineNo: 1 }, body: {} })
  await until('it to be bought', async () => {
    await house.query(
      `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
      [order.no],
    )
    return (await lineOf(one, order.no)).order === 'delivered' || undefined
  })
  expect(first.handedOut(order.no) + second.handedOut(order.no)).toBe(2)
  await expectBooksRight(house, one.shop.tenantId)
})

test('what was sent beside it goes its way, and when it fails nobody else is asked', async () => {
  const one = await refusing()
  const [fails, arrives] = [await secondPlanned(one), await secondPlanned(await refusedAgain(one))]
  for (const { no } of [fails, arrives]) {
    // Sent, as far as anybody knows, and not answered yet.
    await house.query(
      `update suppliers.purchases set state = 'sending', sent_at = now(), due_at = now() + interval '1 hour' where order_no = $1 and turn = 2`,
      [no],
    )
    await contradict(no)
    expect(await lineOf(one, no)).toMatchObject({ line: 'supplying' })
  }
  const answer = async (no: OrderNo, news: object) => {
    const [, sent] = await byTurn(no)
    await house.platform.db.call(
      one.shop.tenantId,
      'fulfilment.purchase_news',
      JSON.stringify([{ id: sent?.id, ...news }]),
    )
  }
  await answer(fails.no, { kind: 'refused', code: 'sold_out', about: 'stock' })
  expect(await lineOf(one, fails.no)).toEqual({ order: 'paid', line: 'exception', reason: 'supply_contradicted' })
  expect((await byTurn(fails.no)).map(({ state }) => state)).toEqual(['contradicted', 'refused'])
  await answer(arrives.no, { kind: 'done', costHao: 110_000 })
  expect(await lineOf(one, arrives.no)).toMatchObject({ order: 'delivered' })
  await expectBooksRight(house, one.shop.tenantId)
})

test('the news and the sending at the same moment: each is either cancelled and never sent, or sent and told of', async () => {
  const one = await refusing('渠道维护', 5)
  const orders = []
  for (let at = 0; at < 5; at += 1) orders.push(await secondPlanned(one))
  await Promise.all([
    laneOf(one, true),
    ...orders.map(({ no }) => first.control.settle(`${no}0101`, 'success')),
    ...orders.map(({ no }) =>
      house.query(`update suppliers.purchases set due_at = now() where order_no = $1 and state = 'planned'`, [no]),
    ),
  ])
  for (const { no } of orders) {
    await until('all of it to be over', async () => {
      await house.query(
        `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
        [no],
      )
      const states = (await byTurn(no)).map(({ state }) => state)
      return (states[0] === 'contradicted' && ['cancelled', 'done'].includes(states[1] ?? '')) || undefined
    })
    const [, beside] = await byTurn(no)
    expect(second.handedOut(no)).toBe(beside?.state === 'done' ? 1 : 0)
    expect((await lineOf(one, no)).line).toBe(beside?.state === 'done' ? 'delivered' : 'exception')
  }
  await expectBooksRight(house, one.shop.tenantId)
})

/** The first refuses once more. */
async function refusedAgain(one: Awaited<ReturnType<typeof refusing>>) {
  first.control.addFault({ kind: 'order.fail', times: 1, value: '渠道维护' } as never)
  return one
}

test('an order of another shop does not go back by itself, and cannot be cancelled', async () => {
  const one = await refusing()
  const key = await openKey(one.shop, 10_000)
  const outerNo = randomUUID()
  const { json } = await signedCall(one.shop.base, key, {
    method: 'POST',
    path: '/orders',
    body: {
      outerNo,
      productId: String(one.goods.skuId),
      quantity: 1,
      ceilingFen: 9_999,
      fields: { account: '13800001111' },
    },
  })
  const no = Number(json.orderNo) as OrderNo
  await deliveredAfterAll(one, no)
  expect(await house.platform.db.call(one.shop.tenantId, 'wholesale.give_back', no, 'test')).toBe(false)
  const cancelled = await signedCall(one.shop.base, key, {
    method: 'POST',
    path: `/orders/${outerNo}/cancel`,
    body: {},
  })
  expect(cancelled.json).toEqual({ outcome: 'too_late' })
  await expectLeftAlone(one.shop, no)
})

test('an account that is refused is asked for again only where somebody can give one', async () => {
  const one = await refusing('充值账号不存在', 2)
  const { staff, tenantId, base } = one.shop
  const place = async (givesBack: boolean) => {
    const key = await openKey(one.shop, 10_000, { givesBack })
    const { json } = await signedCall(base, key, {
      method: 'POST',
      path: '/orders',
      body: {
        outerNo: randomUUID(),
        productId: String(one.goods.skuId),
        quantity: 1,
        ceilingFen: 9_999,
        fields: { account: '13800001115' },
      },
    })
    return Number(json.orderNo) as OrderNo
  }
  const asked = () =>
    house.query<{ subject: string }>(
      "select subject from events.log where tenant_id = $1 and type = 'supply.account_refused'",
      [tenantId],
    )
  const refused = (no: OrderNo) =>
    until('the account to be refused', async () => {
      await house.query(
        `update suppliers.purchases set due_at = now(), leased_until = null where order_no = $1 and state in ('sending', 'accepted', 'unknown')`,
        [no],
      )
      const { lines } = await staff.call('orders.detail', { params: { no } })
      return lines[0]?.state === 'exception' || lines[0]?.state === 'refunded' || undefined
    })
  const byItself = await place(true)
  await refused(byItself)
  const waiting = await place(false)
  await refused(waiting)
  expect((await asked()).map(({ subject }) => subject)).toEqual([`order:${waiting}`])
})

test('a line of a bulk order is neither given back nor bought again', async () => {
  const one = await refusing()
  const { staff, tenantId } = one.shop
  const member = await one.shop.member(10_000)
  const { id: bulkId } = await staff.call(
    'bulk.create',
    { body: { name: '礼', payer: 'member', memberId: member.id, skuId: one.goods.skuId } },
    { idempotencyKey: randomUUID() },
  )
  const read = await staff.upload('bulk.upload', { params: { bulkId } }, '13800001113', { fileName: 'a.txt' })
  await staff.call('bulk.confirm', { params: { bulkId }, body: { totalFen: read.money.totalFen } })
  const { no } = await until('the order', async () => {
    const [line] = await house.query<{ no: OrderNo }>(
      'select order_no as no from bulk.lines where tenant_id = $1 and order_no is not null',
      [tenantId],
    )
    return line
  })
  await deliveredAfterAll(one, no)
  expect(await house.platform.db.call(tenantId, 'bulk.to_give_back', bulkId, 100)).toEqual([])
  const retried = await staff
    .call('bulk.retry', { params: { bulkId }, body: {} })
    .catch((error: unknown) => (isProblem(error) ? error.code : error))
  expect(retried).toBe('bulk.nothing_to_retry')
  await expectLeftAlone(one.shop, no)
})
