import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { disputesAt, type Receipt } from './disputes.ts'
import { codeOf, isDelivered, openHouse, until } from './shop.ts'

/** Refunds that are under way, fail, or go after all, beside what a payer's bank takes back. */

const house = await openHouse()
const { control } = house.standIns.paygate
const {
  account,
  accounts,
  alarms,
  balanceOf,
  bought,
  byHand,
  decide,
  dispute,
  ended,
  failedRefund,
  paidTwice,
  receiptsOf,
  received,
  recharged,
  refund,
  refundRefused,
  refundSlowly,
  refundsIn,
  retry,
  underpaid,
} = disputesAt(house)

test('taken by the bank while its refund is under way, which then fails, it is gone', async () => {
  const shop = await house.newShop()
  const { surplus, order } = await paidTwice(shop)
  // The gateway takes it on, and says no when its time has come.
  control.addFault({ kind: 'refund.fail_later', key: String(order.no), times: 1, ms: 3_600_000 })
  await decide(shop, surplus, 'refund')
  const underWay = () =>
    house.query<{ id: number }>(
      "select id from payments.refunds where order_no = $1 and state in ('requested', 'processing')",
      [order.no],
    )
  const [sent] = await underWay()
  expect(sent).toBeDefined()
  await dispute(shop, surplus, 1_000, 'opened')
  expect(await account(shop, 'cash.chargeback')).toBe(-1_000)
  await house.platform.db.call(shop.tenantId, 'fulfilment.refund_ended', sent?.id, false, 'refused')
  expect(await underWay()).toEqual([])
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  expect(await codeOf(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
  expect(await account(shop, 'cash.surplus')).toBe(0)
  await expectBooksRight(house, shop.tenantId)
})

test('won while the rest is being refunded, the part that came back is decided about', async () => {
  const shop = await house.newShop()
  await paidTwice(shop)
  const { member, surplus, order } = await paidTwice(shop)
  const left = async (orderNo: OrderNo) =>
    (await shop.staff.call('payments.listReceipts', { query: { orderNo } })).items
      .map(({ leftFen }) => leftFen)
      .toReversed()
  await dispute(shop, surplus, 600, 'opened')
  expect(await left(order.no)).toEqual([0, 400])
  const sent = await refundSlowly(shop, surplus)
  expect(sent.amountFen).toBe(400)
  await dispute(shop, surplus, 600, 'won')
  await sent.ended()
  await expectBooksRight(house, shop.tenantId)
  expect(await left(order.no)).toEqual([0, 600])
  await decide(shop, surplus, 'balance')
  expect(await balanceOf(member)).toBe(600)
  expect(await left(order.no)).toEqual([0, 0])
  await expectBooksRight(house, shop.tenantId)
})

test('a refund that goes through after another took its place leaves the other alone', async () => {
  const shop = await house.newShop()
  await paidTwice(shop)
  const { surplus, order } = await paidTwice(shop)
  control.addFault({ kind: 'refund.slow', key: String(order.no), times: 1, ms: 3_600_000 })
  await decide(shop, surplus, 'refund')
  const refunds = await house.query<{ id: number; state: string }>(
    'select id, state from payments.refunds where order_no = $1 order by id',
    [order.no],
  )
  expect(refunds.map(({ state }) => state === 'failed')).toEqual([true, false])
  const ended = (n: number, done: boolean) =>
    house.platform.db.call(shop.tenantId, 'fulfilment.refund_ended', refunds[n]?.id, done, done ? null : 'refused')
  await ended(0, true)
  expect(await account(shop, 'cash.loss')).toBe(-1_000)
  await ended(1, true)
  const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
  expect(checks.flatMap(({ violations }) => violations.map(({ code: name }) => name))).not.toContain('clearing_differs')
  expect((await receiptsOf(order.no))[1]?.state).toBe('refunded')
})

test('an order paid too little, refunded while a dispute about it is won, is paid by nobody else’s money', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
  const order = await shop.place(goods)
  await underpaid(shop, order.no)
  const receipt = (await receiptsOf(order.no))[0] as Receipt
  await dispute(shop, receipt, 500, 'opened')
  const sent = await refundSlowly(shop, receipt)
  await dispute(shop, receipt, 500, 'won')
  await sent.ended()
  expect(await codeOf(decide(shop, receipt, 'apply'))).toBe('payments.receipt_disputed')
  await decide(shop, receipt, 'refund')
  await expectBooksRight(house, shop.tenantId)
})

test('a refund tried again while the money is decided about goes one way only', async () => {
  const shop = await house.newShop()
  for (let turn = 0; turn < 6; turn += 1) {
    const { surplus, order } = await paidTwice(shop)
    const { id } = await failedRefund(order.no)
    control.addFault({ kind: 'refund.slow', key: String(order.no), times: 2, ms: 3_600_000 })
    const answers = await Promise.all([retry(shop, id), codeOf(decide(shop, surplus, 'balance'))])
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1)
  }
})

test.each([
  { bankFen: 1_000, leftFen: 0, again: 'payments.refund_not_failed', hand: 'orders.refund_not_failed' },
  { bankFen: 400, leftFen: 600, again: 'ok', hand: 'ok' },
])(
  'of a failed refund a bank has had $bankFen: what is left of it is $leftFen, and nothing stays a loss',
  async (one) => {
    const shop = await house.newShop()
    for (const way of ['again', 'hand'] as const) {
      const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
      const order = await shop.place(goods)
      await shop.pay(order.no)
      await shop.seen(order, isDelivered)
      control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
      await refund(shop, order.no, {})
      const first = await failedRefund(order.no)
      await dispute(shop, (await receiptsOf(order.no))[0] as Receipt, one.bankFen)
      const [rest] = await house.query<{ id: number; amount_fen: number }>(
        "select id, amount_fen from payments.refunds where order_no = $1 and state = 'failed' and replaced_by is null",
        [order.no],
      )
      expect(rest?.amount_fen ?? 0).toBe(one.leftFen)
      expect(await (way === 'again' ? retry : byHand)(shop, first.id)).not.toBe('ok')
      expect(await (way === 'again' ? retry : byHand)(shop, rest?.id ?? first.id)).toBe(one[way])
      if (way === 'again' && rest)
        await until('it to arrive', async () => ((await account(shop, 'cash.clearing')) === 0 ? true : undefined))
    }
    expect([await account(shop, 'cash.chargeback'), await account(shop, 'cash.clearing')]).toEqual([0, 0])
    await expectBooksRight(house, shop.tenantId)
  },
)

test('taken by a bank instead of a refund that failed, and won back: it is promised again', async () => {
  const shop = await house.newShop()
  const { order } = await bought(shop)
  const [receipt] = await receiptsOf(order.no)
  control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
  await refund(shop, order.no, {})
  await failedRefund(order.no)
  await dispute(shop, receipt as Receipt, 1_000, 'opened')
  expect(await refundsIn(order.no, 'done')).toMatchObject([{ amount_fen: 1_000 }])
  await dispute(shop, receipt as Receipt, 1_000, 'won')
  await expectBooksRight(house, shop.tenantId)
  const promised = await failedRefund(order.no)
  expect(await retry(shop, promised.id)).toBe('ok')
  await until('it to arrive', async () => ((await account(shop, 'cash.clearing')) === 0 ? true : undefined))
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  await expectBooksRight(house, shop.tenantId)
})

test.each([
  { bankFen: 1_000, keptFen: 0 },
  { bankFen: 600, keptFen: 440 },
])(
  'a recharge of which a bank takes $bankFen while its refund is under way, which fails: $keptFen are put back',
  async ({ bankFen, keptFen }) => {
    const { shop, member, no, receipt } = await recharged()
    control.addFault({ kind: 'refund.fail_later', key: String(no), times: 1, ms: 3_600_000 })
    await refund(shop, no, {})
    const [sent] = await refundsIn(no, 'requested', 'processing')
    await dispute(shop, receipt, bankFen)
    await ended(shop, sent?.id, false)
    expect(await account(shop, 'cash.chargeback')).toBe(0)
    await codeOf(refund(shop, no, { again: true, to: 'balance' }))
    expect(await balanceOf(member)).toBe(keptFen)
    await expectBooksRight(house, shop.tenantId)
  },
)

test('a dispute about another payment of a recharge leaves what its failed refund took where it is', async () => {
  const { shop, member, no } = await recharged()
  control.addFault({ kind: 'refund.reject', key: String(no), times: 9 })
  await refund(shop, no, {})
  await failedRefund(no)
  await received(shop, no, `T${no}b`)
  const second = (await receiptsOf(no))[1] as Receipt
  await until('its refund to fail', async () => ((await refundsIn(no, 'failed')).length === 2 ? true : undefined))
  await decide(shop, second, 'balance')
  await dispute(shop, second, 1_000)
  expect(await balanceOf(member)).toBe(1_000)
  await expectBooksRight(house, shop.tenantId)
})

test.each(['before', 'after'])(
  'a refund that went after all, %s the one in its place failed: it was that, and nothing is offered again',
  async (when) => {
    const shop = await house.newShop()
    const { member, surplus, order } = await paidTwice(shop)
    const first = await failedRefund(order.no)
    await refundSlowly(shop, surplus)
    const [sent] = await refundsIn(order.no, 'requested', 'processing')
    const ends = [() => ended(shop, first.id, true), () => ended(shop, sent?.id, false)]
    for (const end of when === 'before' ? ends : ends.toReversed()) await end()
    expect(await codeOf(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
    expect([await balanceOf(member), await account(shop, 'cash.loss'), await account(shop, 'cash.surplus')]).toEqual([
      0, 0, 0,
    ])
    await expectBooksRight(house, shop.tenantId)
  },
)

test('a refund of a line that went after all is a part of the one in its place: the rest waits', async () => {
  const shop = await house.newShop()
  const { order } = await bought(shop)
  control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
  await refund(shop, order.no, { amountFen: 300 })
  const first = await failedRefund(order.no)
  control.addFault({ kind: 'refund.slow', key: String(order.no), times: 1, ms: 3_600_000 })
  await refund(shop, order.no, {})
  const [sent] = await refundsIn(order.no, 'requested', 'processing')
  expect(sent?.amount_fen).toBe(1_000)
  await ended(shop, first.id, true)
  await ended(shop, sent?.id, false)
  expect(await failedRefund(order.no)).toMatchObject({ amount_fen: 700 })
  expect([await account(shop, 'cash.loss'), await account(shop, 'cash.clearing')]).toEqual([0, 700])
  await expectBooksRight(house, shop.tenantId)
})

test('what was decided to go back, and did not, cannot pay the order, and says so', async () => {
  const shop = await house.newShop()
  const order = await shop.place(await shop.stock(1, { sku: { priceFen: 1_000 } }))
  await underpaid(shop, order.no)
  const receipt = (await receiptsOf(order.no))[0] as Receipt
  const sent = await refundSlowly(shop, receipt)
  const [refunded] = await refundsIn(order.no, 'requested', 'processing')
  expect(sent.amountFen).toBe(990)
  await ended(shop, refunded?.id, false)
  expect(await codeOf(decide(shop, receipt, 'apply'))).toBe('payments.receipt_goes_back')
  await expectBooksRight(house, shop.tenantId)
})

test('a refund of money that bought nothing, which goes after all beside a dispute, is of what the bank has left', async () => {
  const shop = await house.newShop()
  const { surplus, order } = await paidTwice(shop)
  const first = await failedRefund(order.no)
  await dispute(shop, surplus, 300, 'opened')
  await ended(shop, first.id, true)
  expect(await codeOf(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
  expect(await accounts(shop, 'surplus', 'loss', 'chargeback')).toEqual([0, -300, 0])
  await expectBooksRight(house, shop.tenantId)
  expect(await alarms(shop)).toEqual([])
  // Won, the rest of what went was that.
  await dispute(shop, surplus, 300, 'won')
  expect(await accounts(shop, 'surplus', 'loss', 'chargeback')).toEqual([0, 0, 0])
  expect(await codeOf(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
  await expectBooksRight(house, shop.tenantId)
})

test('a refund of a line, which goes after all when a dispute has split it, keeps what was still promised of it', async () => {
  const shop = await house.newShop()
  const { order } = await bought(shop)
  const first = await refundRefused(shop, order.no)
  const [receipt] = await receiptsOf(order.no)
  await dispute(shop, receipt as Receipt, 300, 'opened')
  expect(await failedRefund(order.no)).toMatchObject({ amount_fen: 700 })
  await ended(shop, first.id, true)
  expect(await accounts(shop, 'clearing', 'loss', 'chargeback')).toEqual([0, -300, 0])
  expect(await codeOf(refund(shop, order.no, { again: true }))).toBe('orders.nothing_to_refund')
  // Beside what the bank has, that is too much, and is named.
  await expectBooksRight(house, shop.tenantId, ['nothing is refunded beyond what came, or was let go of'])
  await dispute(shop, receipt as Receipt, 300, 'won')
  expect(await accounts(shop, 'clearing', 'loss', 'chargeback')).toEqual([0, 0, 0])
  expect(await codeOf(refund(shop, order.no, { again: true }))).toBe('orders.nothing_to_refund')
  await expectBooksRight(house, shop.tenantId)
  expect(await alarms(shop)).toEqual([])
})

test('a refund that went twice keeps the promise of another line of the same payment, which could not be sent any more', async () => {
  const shop = await house.newShop()
  const member = await shop.member()
  const lines = []
  for (let n = 0; n < 2; n += 1) {
    const { skuId } = await shop.stock(1, { sku: { priceFen: 500 } })
    lines.push({ skuId, quantity: 1, unitPriceFen: 500, unitPoints: 0 })
  }
  const { no } = await member.visitor.call(
    'orders.place',
    { body: { lines, contact: '13800000000', queryPassword: 'query-pw-7391', payWith: 'sim-pay' } },
    { idempotencyKey: randomUUID() },
  )
  const order = no as OrderNo
  await received(shop, order, `T${order}`)
  const first = await refundRefused(shop, order, { lineNo: 1 })
  await refund(shop, order, { lineNo: 1, again: true, to: 'balance' })
  await refundRefused(shop, order, { lineNo: 2 })
  await ended(shop, first.id, true)
  expect([await balanceOf(member), ...(await accounts(shop, 'clearing', 'loss'))]).toEqual([500, 0, 0])
  expect(await codeOf(refund(shop, order, { lineNo: null, again: true }))).toBe('orders.nothing_to_refund')
  await expectBooksRight(house, shop.tenantId)
})

test('what was paid by hand, and went through at the gateway after all, is a second payment that everybody sees', async () => {
  const shop = await house.newShop()
  const { order } = await bought(shop)
  const first = await refundRefused(shop, order.no)
  expect(await byHand(shop, first.id)).toBe('ok')
  await ended(shop, first.id, true)
  await ended(shop, first.id, true)
  expect(await accounts(shop, 'clearing', 'loss', 'paid_by_hand')).toEqual([0, -1_000, 1_000])
  const detail = await shop.staff.call('orders.detail', { params: { no: order.no } })
  expect(detail).toMatchObject({ state: 'refunded', refundedFen: 1_000 })
  expect(detail.refunds).toMatchObject([
    { id: first.id, to: 'source', state: 'done', isReplaced: true, handReference: null },
    { to: 'hand', state: 'done', isReplaced: false, handReference: 'B1' },
  ])
  expect(await alarms(shop)).toEqual(['refund_over_receipt', 'refund_twice'])
})
