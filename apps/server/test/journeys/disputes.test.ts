import { randomUUID } from 'node:crypto'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import { isDelivered, openHouse, type Shop, until } from './shop.ts'

/** What a payer's bank takes back, beside everything else that may happen to the same money. */

const house = await openHouse()
const { control } = house.standIns.paygate

type Receipt = {
  readonly id: number
  readonly order_no: OrderNo
  readonly trade_no: string
  readonly state: string
  readonly amount_fen: number
}
const receiptsOf = (no: OrderNo) =>
  house.query<Receipt>(
    'select id, order_no, trade_no, state, amount_fen from payments.receipts where order_no = $1 order by id',
    [no],
  )
const dispute = (shop: Shop, receipt: Receipt, amountFen: number, state = 'lost', name = '') =>
  house.platform.db.call<string>(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
    tradeNo: receipt.trade_no,
    disputeNo: `D${receipt.id}${name}`,
    amountFen,
    state,
    reason: 'test',
  })
const decide = (shop: Shop, receipt: Receipt, action: 'refund' | 'balance' | 'apply') =>
  shop.staff.call(
    'payments.handleReceipt',
    { params: { receiptId: receipt.id }, body: { action, note: '处理' } },
    { idempotencyKey: randomUUID() },
  )
const refund = (shop: Shop, no: OrderNo, body: object) =>
  shop.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: 1, to: 'source', reason: 'chargeback', ...body } as never },
    { idempotencyKey: randomUUID() },
  )
const code = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error) => (isProblem(error) ? error.code : Promise.reject(error)),
  )
const account = async (shop: Shop, kind: string): Promise<number> =>
  (
    await house.query<{ sum: number }>(
      'select coalesce(sum(balance), 0)::bigint as sum from ledger.accounts where tenant_id = $1 and kind = $2',
      [shop.tenantId, kind],
    )
  )[0]?.sum ?? 0

/** A delivered order of ten yuan. */
async function bought(shop: Shop) {
  const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
  const member = await shop.member()
  const order = await shop.place(goods, 1, { visitor: member.visitor })
  await shop.pay(order.no)
  await shop.seen(order, isDelivered)
  return { member, order }
}
/** The same, paid twice; the second payment's refund failed, so that it waits to be decided about. */
async function paidTwice(shop: Shop) {
  const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
  const member = await shop.member()
  const order = await shop.place(goods, 1, { visitor: member.visitor })
  control.addFault({ kind: 'pay.double', key: String(order.no), times: 1 })
  control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
  await shop.pay(order.no)
  const surplus = await until('the second payment’s refund to fail', async () => {
    const failed = await house.query("select from payments.refunds where order_no = $1 and state = 'failed'", [
      order.no,
    ])
    return failed.length > 0 ? (await receiptsOf(order.no)).find(({ state }) => state === 'surplus') : undefined
  })
  return { member, order, surplus }
}
/** Nine ninety of ten yuan. */
const underpaid = (shop: Shop, no: OrderNo) =>
  house.platform.db.callHot(shop.tenantId, 'fulfilment.settle', [
    {
      orderNo: no,
      gateway: 'sim-pay',
      tradeNo: `T${no}`,
      amountFen: 990,
      currency: 'CNY',
      asked: true,
      paidAt: new Date(),
    },
  ])
/** Decides to refund while the gateway does not say how it ended: `ended` says it. */
async function refundSlowly(shop: Shop, receipt: Receipt) {
  control.addFault({ kind: 'refund.slow', key: String(receipt.order_no), times: 1, ms: 3_600_000 })
  await decide(shop, receipt, 'refund')
  const [sent] = await house.query<{ id: number; amount_fen: number }>(
    "select id, amount_fen from payments.refunds where order_no = $1 and state in ('requested', 'processing')",
    [receipt.order_no],
  )
  return {
    amountFen: sent?.amount_fen,
    ended: () => house.platform.db.call(shop.tenantId, 'fulfilment.refund_ended', sent?.id, true, null),
  }
}
/** The one refund that has failed and may be tried again. */
const failedRefund = (no: OrderNo) =>
  until('the refund to fail', async () => {
    const [failed] = await house.query<{ id: number; amount_fen: number }>(
      "select id, amount_fen from payments.refunds where order_no = $1 and state = 'failed' and replaced_by is null order by id",
      [no],
    )
    return failed
  })
const refundsIn = (no: OrderNo, ...states: string[]) =>
  house.query<{ id: number; amount_fen: number }>(
    'select id, amount_fen from payments.refunds where order_no = $1 and state = any($2) order by id',
    [no, states],
  )
const retry = (shop: Shop, refundId: number) =>
  code(shop.staff.call('payments.retryRefund', { params: { refundId }, body: { reason: '再试' } }))
const byHand = (shop: Shop, refundId: number) =>
  code(
    shop.staff.call(
      'fulfilment.refundByHand',
      { params: { refundId }, body: { reference: 'B1', note: '线下' } },
      { idempotencyKey: randomUUID() },
    ),
  )
const ended = (shop: Shop, refundId: number | undefined, isDone: boolean) =>
  house.platform.db.call(shop.tenantId, 'fulfilment.refund_ended', refundId, isDone, isDone ? null : 'refused')
const living = async (no: OrderNo) =>
  (await house.query("select from entitlements.grants where order_no = $1 and state <> 'revoked'", [no])).length
const received = (shop: Shop, no: OrderNo, tradeNo: string, amountFen = 1_000) =>
  house.platform.db.callHot(shop.tenantId, 'fulfilment.settle', [
    { orderNo: no, gateway: 'sim-pay', tradeNo, amountFen, currency: 'CNY', asked: true, paidAt: new Date() },
  ])
/** Ten yuan put on a balance, with one on top. */
async function recharged() {
  const shop = await house.newShop({
    'recharge.enabled': true,
    'recharge.limits': { minFen: 100, maxFen: 100_000 },
    'recharge.rules': [{ fromFen: 1_000, bonusPercent: 10 }],
  })
  const member = await shop.member()
  const body = { amountFen: 1_000, bonusFen: 100, payWith: 'sim-pay' }
  const placed = await member.visitor.call('orders.placeRecharge', { body }, { idempotencyKey: randomUUID() })
  const no = placed.no as OrderNo
  await received(shop, no, `T${no}`)
  return { shop, member, no, receipt: (await receiptsOf(no))[0] as Receipt }
}
const balanceOf = async ({ visitor }: Awaited<ReturnType<Shop['member']>>) =>
  (await visitor.call('members.getMe', {})).balanceFen

test('money that bought nothing goes one way only: to the bank or where staff put it, whoever comes first', async () => {
  const shop = await house.newShop()
  // Somebody else's, of which nothing may be taken.
  await paidTwice(shop)
  for (let turn = 0; turn < 6; turn += 1) {
    const { member, surplus } = await paidTwice(shop)
    const losses = await account(shop, 'cash.chargeback')
    const [decided] = await Promise.all([code(decide(shop, surplus, 'balance')), dispute(shop, surplus, 1_000)])
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
  expect(await code(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
  await dispute(shop, surplus, 1_500, 'won')
  expect(await account(shop, 'cash.chargeback')).toBe(0)
  expect(await code(decide(shop, surplus, 'balance'))).toBe('ok')
  await expectBooksRight(house, shop.tenantId)
})

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
  expect(await code(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
  expect(await account(shop, 'cash.surplus')).toBe(0)
  await expectBooksRight(house, shop.tenantId)
})

test('what was paid too little for an order may be taken for it again when the dispute about it is won', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
  const order = await shop.place(goods)
  await underpaid(shop, order.no)
  const receipt = (await receiptsOf(order.no))[0] as Receipt
  await dispute(shop, receipt, 500, 'opened')
  expect(await code(decide(shop, receipt, 'apply'))).toBe('payments.receipt_disputed')
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
  expect(await code(refund(shop, order.no, { to: 'balance' }))).toBe('orders.refund_over_receipt')
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
  expect(await code(refund(shop, order.no, {}))).toBe('orders.refund_over_receipt')
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
  expect(await code(decide(shop, receipt, 'apply'))).toBe('payments.receipt_disputed')
  await decide(shop, receipt, 'refund')
  await expectBooksRight(house, shop.tenantId)
})

test('a refund tried again while the money is decided about goes one way only', async () => {
  const shop = await house.newShop()
  for (let turn = 0; turn < 6; turn += 1) {
    const { surplus, order } = await paidTwice(shop)
    const { id } = await failedRefund(order.no)
    control.addFault({ kind: 'refund.slow', key: String(order.no), times: 2, ms: 3_600_000 })
    const answers = await Promise.all([retry(shop, id), code(decide(shop, surplus, 'balance'))])
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
    await code(refund(shop, no, { again: true, to: 'balance' }))
    expect(await balanceOf(member)).toBe(keptFen)
    await expectBooksRight(house, shop.tenantId)
  },
)

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
  expect(await code(refund(shop, order.no, { pieces: [grant?.id], amountFen: 0 }))).toBe('orders.nothing_to_refund')
  await refund(shop, order.no, { amountFen: 400 })
  expect(await code(refund(shop, order.no, { pieces: [grant?.id] }))).toBe('orders.refund_over_receipt')
  await refund(shop, order.no, { pieces: [grant?.id], amountFen: 0 })
  expect([await living(order.no), await balanceOf(member)]).toEqual([0, 400])
  await expectBooksRight(house, shop.tenantId)
})

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
    expect(await code(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
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

test('what was decided to go back, and did not, cannot pay the order, and says so', async () => {
  const shop = await house.newShop()
  const order = await shop.place(await shop.stock(1, { sku: { priceFen: 1_000 } }))
  await underpaid(shop, order.no)
  const receipt = (await receiptsOf(order.no))[0] as Receipt
  const sent = await refundSlowly(shop, receipt)
  const [refunded] = await refundsIn(order.no, 'requested', 'processing')
  expect(sent.amountFen).toBe(990)
  await ended(shop, refunded?.id, false)
  expect(await code(decide(shop, receipt, 'apply'))).toBe('payments.receipt_goes_back')
  await expectBooksRight(house, shop.tenantId)
})

/** An order whose goods are gone when it is paid: a suspended batch delivers nothing. */
async function undelivered(shop: Shop, paidFen = 1_000) {
  const member = await shop.member()
  const goods = await shop.stock(1, { sku: { priceFen: 1_000 } })
  const order = await shop.place(goods, 1, { visitor: member.visitor })
  await house.query("update vault.batches set state = 'suspended' where id = $1", [goods.batchId])
  await (paidFen === 1_000 ? received(shop, order.no, `T${order.no}`) : underpaid(shop, order.no))
  const [receipt] = await receiptsOf(order.no)
  if (paidFen < 1_000) await decide(shop, receipt as Receipt, 'apply')
  return { member, order, receipt: receipt as Receipt }
}
const alarms = async (shop: Shop) => {
  const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
  return checks.flatMap(({ violations }) => violations.map(({ code: name }) => name)).toSorted()
}
const accounts = (shop: Shop, ...kinds: readonly string[]) =>
  Promise.all(kinds.map((kind) => account(shop, `cash.${kind}`)))
/** Refunds the line; the gateway refuses it. */
async function refundRefused(shop: Shop, no: OrderNo, body: object = {}) {
  control.addFault({ kind: 'refund.reject', key: String(no), times: 1 })
  await refund(shop, no, body)
  return await failedRefund(no)
}
/** Refunds the line, and the gateway says that it did; answers what it was sent. */
async function refundDone(shop: Shop, no: OrderNo, body: object = {}) {
  const before = new Set((await refundsIn(no, 'failed', 'done')).map(({ id }) => id))
  await refund(shop, no, body)
  // It knows nothing of this money, and may have said so already.
  const sent = (await refundsIn(no, 'requested', 'processing', 'failed')).filter(({ id }) => !before.has(id))
  for (const { id } of sent) await ended(shop, id, true)
  return sent.map(({ amount_fen }) => amount_fen)
}

test('a refund of money that bought nothing, which goes after all beside a dispute, is of what the bank has left', async () => {
  const shop = await house.newShop()
  const { surplus, order } = await paidTwice(shop)
  const first = await failedRefund(order.no)
  await dispute(shop, surplus, 300, 'opened')
  await ended(shop, first.id, true)
  expect(await code(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
  expect(await accounts(shop, 'surplus', 'loss', 'chargeback')).toEqual([0, -300, 0])
  await expectBooksRight(house, shop.tenantId)
  expect(await alarms(shop)).toEqual([])
  // Won, the rest of what went was that.
  await dispute(shop, surplus, 300, 'won')
  expect(await accounts(shop, 'surplus', 'loss', 'chargeback')).toEqual([0, 0, 0])
  expect(await code(decide(shop, surplus, 'balance'))).toBe('payments.receipt_handled')
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
  expect(await code(refund(shop, order.no, { again: true }))).toBe('orders.nothing_to_refund')
  // Beside what the bank has, that is too much, and is named.
  await expectBooksRight(house, shop.tenantId, ['nothing is refunded beyond what came, or was let go of'])
  await dispute(shop, receipt as Receipt, 300, 'won')
  expect(await accounts(shop, 'clearing', 'loss', 'chargeback')).toEqual([0, 0, 0])
  expect(await code(refund(shop, order.no, { again: true }))).toBe('orders.nothing_to_refund')
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
  expect(await code(refund(shop, order, { lineNo: null, again: true }))).toBe('orders.nothing_to_refund')
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
async function taken(shop: Shop) {
  const order = await shop.place(await shop.stock(1, { sku: { priceFen: 1_000 } }))
  await underpaid(shop, order.no)
  const [receipt] = await receiptsOf(order.no)
  await decide(shop, receipt as Receipt, 'apply')
  return { order, receipt: receipt as Receipt }
}

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
