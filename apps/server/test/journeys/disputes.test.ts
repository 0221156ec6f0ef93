import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { disputesAt, type Receipt } from './disputes.ts'
import { codeOf, isDelivered, openHouse, type Shop } from './shop.ts'

/** What a payer's bank takes back, and gives back: of money that bought nothing, of orders, of recharges. */

const house = await openHouse()
const {
  account,
  accounts,
  alarms,
  balanceOf,
  bought,
  decide,
  dispute,
  living,
  paidTwice,
  receiptsOf,
  received,
  recharged,
  refund,
  refundDone,
  taken,
  undelivered,
  underpaid,
} = disputesAt(house)

test('money that bought nothing goes one way only: to the bank or where staff put it, whoever comes first', async () => {
  const shop = await house.newShop()
  // Somebody else's, of which nothing may be taken.
  await paidTwice(shop)
  for (let turn = 0; turn < 6; turn += 1) {
    const { member, surplus } = await paidTwice(shop)
    const losses = await account(shop, 'cash.chargeback')
    const [decided] = await Promise.all([codeOf(decide(shop, surplus, 'balance')), dispute(shop, surplus, 1_000)])
    const lost = losses - (await account(shop, 'cash.chargeback'))
    expect([decided, await balanceOf(member), lost]).toEqual(
      decided === 'ok' ? ['ok', 1_000, 1_000] : ['payments.receipt_handled', 0, 0],
    )
    await expectBooksRight(house, shop.tenantId)
  }
})

test('two disputes of one payment take it once', async () => {
  const shop = await house.newShop()
  await paidTwice(shop)
  const { surplus } = await paidTwice(shop)
  await Promise.all(['a', 'b'].map((name) => dispute(shop, surplus, 1_000, 'lost', name)))
  expect(await account(shop, 'cash.chargeback')).toBe(-1_000)
  await expectBooksRight(house, shop.tenantId)
})

test('of money that bought nothing staff decide about what the bank has left', async () => {
  const shop = await house.newShop()
  const { member, surplus } = await paidTwice(shop)
  await dispute(shop, surplus, 600, 'opened')
  await decide(shop, surplus, 'balance')
  expect(await balanceOf(member)).toBe(400)
  await expectBooksRight(house, shop.tenantId)
  // Won when it has been decided about: a gain.
  await dispute(shop, surplus, 600, 'won')
  expect(await account(shop, 'cash.chargeback')).toBe(600)
  await expectBooksRight(house, shop.tenantId)
})

test('more than all of it leaves nothing to decide about, and the rest is a loss', async () => {
  const shop = await house.newShop()
  const { surplus } = await paidTwice(shop)
  await dispute(shop, surplus, 1_500, 'opened')
  expect(await account(shop, 'cash.chargeback')).toBe(-500)
  expect(await codeOf(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
  await dispute(shop, surplus, 1_500, 'won')
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  expect(await codeOf(decide(shop, surplus, 'balance'))).toBe('ok')
  await expectBooksRight(house, shop.tenantId)
})

test('what was paid too little for an order may be taken for it again when the dispute about it is won', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
  const order = await shop.place(goods)
  await underpaid(shop, order.no)
  const receipt = (await receiptsOf(order.no))[0] as Receipt
  await dispute(shop, receipt, 500, 'opened')
  expect(await codeOf(decide(shop, receipt, 'apply'))).toBe('payments.receipt_disputed')
  await dispute(shop, receipt, 500, 'won')
  await decide(shop, receipt, 'apply')
  await shop.seen(order, isDelivered)
  await expectBooksRight(house, shop.tenantId)
})

test('what a bank has had back of an order is not given back again', async () => {
  const shop = await house.newShop()
  const { order, member } = await bought(shop)
  const [receipt] = await receiptsOf(order.no)
  await dispute(shop, receipt as Receipt, 900, 'opened')
  const refused = await refund(shop, order.no, {}).catch((error) => error)
  expect(refused).toMatchObject({ code: 'orders.refund_over_receipt', params: { leftYuan: '1.00' } })
  expect(await codeOf(refund(shop, order.no, { to: 'balance' }))).toBe('orders.refund_over_receipt')
  await refund(shop, order.no, { amountFen: 100, to: 'balance' })
  expect(await balanceOf(member)).toBe(100)
  await dispute(shop, receipt as Receipt, 900, 'won')
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  await refund(shop, order.no, { to: 'balance' })
  expect(await balanceOf(member)).toBe(1_000)
  await expectBooksRight(house, shop.tenantId)
})

test('of a mixed order whose gateway’s part the bank took, only the purse’s part can go back', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
  const member = await shop.member(400)
  const order = await shop.place(goods, 1, { visitor: member.visitor, balanceFen: 400 })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  const receipt = (await receiptsOf(order.no)).find(({ amount_fen }) => amount_fen === 600)
  await dispute(shop, receipt as Receipt, 600)
  expect(await codeOf(refund(shop, order.no, {}))).toBe('orders.refund_over_receipt')
  await refund(shop, order.no, { amountFen: 400 })
  expect(await balanceOf(member)).toBe(400)
  await expectBooksRight(house, shop.tenantId)
})

test('two disputes, the first won: what comes back pays for the second', async () => {
  const shop = await house.newShop()
  await paidTwice(shop)
  const { surplus } = await paidTwice(shop)
  await dispute(shop, surplus, 1_000, 'opened', 'a')
  await dispute(shop, surplus, 1_000, 'lost', 'b')
  await dispute(shop, surplus, 1_000, 'won', 'a')
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  expect((await receiptsOf(surplus.order_no))[1]?.state).toBe('refunded')
  await expectBooksRight(house, shop.tenantId)

  const { member, surplus: other } = await paidTwice(shop)
  await dispute(shop, other, 600, 'opened', 'a')
  await dispute(shop, other, 700, 'lost', 'b')
  await dispute(shop, other, 600, 'won', 'a')
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  await decide(shop, other, 'balance')
  expect(await balanceOf(member)).toBe(300)
  await expectBooksRight(house, shop.tenantId)
})

test('a recharge that was won back is as if it had never been disputed', async () => {
  const { shop, member, no, receipt } = await recharged()
  const [before] = await house.query('select state, refunded_fen, closed_at from orders.orders where no = $1', [no])
  await dispute(shop, receipt, 1_000, 'opened', 'a')
  await dispute(shop, receipt, 1_000, 'won', 'a')
  expect(await balanceOf(member)).toBe(1_100)
  expect(await house.query('select state, refunded_fen, closed_at from orders.orders where no = $1', [no])).toEqual([
    before,
  ])
  await dispute(shop, receipt, 400, 'lost', 'b')
  expect(await balanceOf(member)).toBe(660)
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  await refund(shop, no, {})
  expect(await balanceOf(member)).toBe(0)
  await expectBooksRight(house, shop.tenantId)
})

test.each([
  { parts: [300, 700], paidFen: 1_000 },
  { parts: [600, 300, 200], paidFen: 1_000 },
  { parts: [990], paidFen: 990 },
])(
  'disputes of $parts that together take all of $paidFen end the rights, as one of all would',
  async ({ parts, paidFen }) => {
    const shop = await house.newShop()
    const order = await shop.place(await shop.stock(1, { sku: { priceFen: 1_000 } }))
    await (paidFen === 1_000 ? received(shop, order.no, `T${order.no}`) : underpaid(shop, order.no))
    const receipt = (await receiptsOf(order.no))[0] as Receipt
    if (paidFen < 1_000) await decide(shop, receipt, 'apply')
    for (const [n, fen] of parts.entries()) await dispute(shop, receipt, fen, 'lost', `${n}`)
    expect(await living(order.no)).toBe(0)
    const [{ state } = {}] = await house.query<{ state: string }>('select state from orders.orders where no = $1', [
      order.no,
    ])
    expect([state, await account(shop, 'cash.chargeback')]).toEqual([
      'refunded',
      Math.min(0, paidFen - parts.reduce((a, b) => a + b)),
    ])
    await expectBooksRight(house, shop.tenantId)
  },
)

test.each(['source', 'balance'])(
  'what was never delivered goes back whole to the %s, of which a bank has had a part',
  async (to) => {
    const shop = await house.newShop()
    const member = await shop.member()
    const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
    const order = await shop.place(goods, 1, { visitor: member.visitor })
    // Its code is gone when it is paid.
    await house.query("update vault.cards set state = 'suspect' where tenant_id = $1 and sku_id = $2", [
      shop.tenantId,
      goods.skuId,
    ])
    await received(shop, order.no, `T${order.no}`)
    await dispute(shop, (await receiptsOf(order.no))[0] as Receipt, 700)
    const sent = await refundDone(shop, order.no, { to })
    expect([sent, await balanceOf(member)]).toEqual(to === 'source' ? [[300], 0] : [[], 300])
    expect([await account(shop, 'cash.chargeback'), await account(shop, 'cash.clearing')]).toEqual([0, 0])
  },
)

test('when nothing of a mixed payment is left, staff take the code back for nothing, and only then', async () => {
  const shop = await house.newShop()
  const member = await shop.member(400)
  const order = await shop.place(await shop.stock(1, { sku: { priceFen: 1_000 } }), 1, {
    visitor: member.visitor,
    balanceFen: 400,
  })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  const [grant] = await house.query<{ id: number }>('select id from entitlements.grants where order_no = $1', [
    order.no,
  ])
  const receipt = (await receiptsOf(order.no)).find(({ amount_fen }) => amount_fen === 600)
  await dispute(shop, receipt as Receipt, 600)
  expect(await codeOf(refund(shop, order.no, { pieces: [grant?.id], amountFen: 0 }))).toBe('orders.nothing_to_refund')
  await refund(shop, order.no, { amountFen: 400 })
  expect(await codeOf(refund(shop, order.no, { pieces: [grant?.id] }))).toBe('orders.refund_over_receipt')
  await refund(shop, order.no, { pieces: [grant?.id], amountFen: 0 })
  expect([await living(order.no), await balanceOf(member)]).toEqual([0, 400])
  await expectBooksRight(house, shop.tenantId)
})

test('news of a dispute that cannot be right is told so, and changes nothing', async () => {
  const shop = await house.newShop()
  const { order, surplus } = await paidTwice(shop)
  const [first] = await receiptsOf(order.no)
  await dispute(shop, surplus, 600, 'opened')
  const right = { tradeNo: first?.trade_no, disputeNo: 'N1', amountFen: 600, state: 'opened', reason: '' }
  const wrong = [
    { disputeNo: `D${surplus.id}`, state: 'won' },
    { disputeNo: null },
    { disputeNo: 'N'.repeat(65) },
    { amountFen: 1.5 },
    { amountFen: -1 },
    { amountFen: 'all' },
    { state: 'gone' },
  ]
  for (const change of wrong) {
    const news = { ...right, ...change }
    expect(await house.platform.db.call(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', news)).toBe('unknown_order')
  }
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  await expectBooksRight(house, shop.tenantId)
})

test.each([
  { what: 'delivered', begin: taken },
  { what: 'never delivered', begin: (shop: Shop) => undelivered(shop, 990) },
])(
  'an order taken for less than it cost and $what goes back as what came, to its payer or to the bank; the rest to nobody',
  async ({ begin }) => {
    const shop = await house.newShop()
    const one = await begin(shop)
    expect(await account(shop, 'cash.loss')).toBe(-10)
    expect(await refundDone(shop, one.order.no)).toEqual([990])
    expect(await accounts(shop, 'clearing', 'loss', 'revenue')).toEqual([0, 0, 0])
    const other = await begin(shop)
    // More than came is with nobody else to give.
    await dispute(shop, other.receipt, 1_100)
    expect(await accounts(shop, 'clearing', 'loss', 'revenue', 'chargeback')).toEqual([0, 0, 0, -110])
    for (const { no } of [one.order, other.order])
      expect(await shop.staff.call('orders.detail', { params: { no } })).toMatchObject({ state: 'refunded' })
    await expectBooksRight(house, shop.tenantId)
    expect(await alarms(shop)).toEqual([])
  },
)

test.each([{ again: true }, {}])(
  'a dispute won about what was never delivered and is refunded promises its part to the buyer, asked with %j',
  async (how) => {
    const shop = await house.newShop()
    const { order, receipt } = await undelivered(shop)
    await dispute(shop, receipt, 700, 'opened')
    expect(await refundDone(shop, order.no)).toEqual([300])
    await dispute(shop, receipt, 700, 'won')
    expect(await accounts(shop, 'clearing', 'chargeback')).toEqual([700, 0])
    expect(await shop.staff.call('orders.detail', { params: { no: order.no } })).toMatchObject({
      state: 'paid',
      lines: [{ state: 'exception', exception: { reason: 'refund_failed' }, failedFen: 700 }],
    })
    await expectBooksRight(house, shop.tenantId)
    expect(await refundDone(shop, order.no, how)).toEqual([700])
    expect(await account(shop, 'cash.clearing')).toBe(0)
    await expectBooksRight(house, shop.tenantId)
    expect(await alarms(shop)).toEqual([])
  },
)

test.each([
  {
    ends: 'a refund of the other line',
    by: (shop: Shop, { order_no: no }: Receipt) => refundDone(shop, no, { lineNo: 1 }),
  },
  { ends: 'a dispute of all that was paid', by: (shop: Shop, receipt: Receipt) => dispute(shop, receipt, 1_000) },
])('what was given for nothing goes with what it was given with: $ends', async ({ by }) => {
  const shop = await house.newShop()
  const lines = []
  for (const priceFen of [1_000, 0]) {
    const { skuId } = await shop.stock(1, { sku: { priceFen, free: priceFen === 0 } })
    lines.push({ skuId, quantity: 1, unitPriceFen: priceFen, unitPoints: 0 })
  }
  const { no } = await shop
    .visitor()
    .call(
      'orders.place',
      { body: { lines, contact: '13800000000', queryPassword: 'query-pw-7391', payWith: 'sim-pay' } },
      { idempotencyKey: randomUUID() },
    )
  const order = no as OrderNo
  await received(shop, order, `T${order}`)
  expect(await living(order)).toBe(2)
  await by(shop, (await receiptsOf(order))[0] as Receipt)
  expect(await living(order)).toBe(0)
  const detail = await shop.staff.call('orders.detail', { params: { no: order } })
  expect(detail).toMatchObject({ state: 'refunded', lines: [{ state: 'refunded' }, { state: 'refunded' }] })
  await expectBooksRight(house, shop.tenantId)
})

test.each([
  { beside: 'a purse', balanceFen: 400, points: 0, bankFen: 600 },
  { beside: 'points', balanceFen: 0, points: 10, bankFen: 400 },
])('what was never delivered, and a bank has had a part of beside $beside, can be refunded', async (one) => {
  const shop = await house.newShop()
  const member = await shop.member(one.balanceFen, one.points)
  const goods = await shop.stock(1, { sku: { priceFen: 1_000, pricePoints: one.points } })
  const order = await shop.place(goods, 1, {
    visitor: member.visitor,
    ...(one.balanceFen > 0 && { balanceFen: one.balanceFen }),
  })
  await house.query("update vault.batches set state = 'suspended' where id = $1", [goods.batchId])
  const dueFen = 1_000 - one.balanceFen
  await received(shop, order.no, `T${order.no}`, dueFen)
  const receipt = (await receiptsOf(order.no)).find(({ trade_no }) => trade_no === `T${order.no}`)
  await dispute(shop, receipt as Receipt, one.bankFen)
  expect(await refundDone(shop, order.no)).toEqual(dueFen > one.bankFen ? [dueFen - one.bankFen] : [])
  const me = await member.visitor.call('members.getMe', {})
  expect([me.balanceFen, me.points]).toEqual([one.balanceFen, one.points])
  expect(await accounts(shop, 'clearing', 'chargeback')).toEqual([0, 0])
  await expectBooksRight(house, shop.tenantId)
  expect(await alarms(shop)).toEqual([])
})
