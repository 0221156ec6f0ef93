import { randomUUID } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { describe, expect, test } from 'vitest'
import { gatherAll } from '../../src/modules/analytics/commands/gather.ts'
import { auditBooks } from '../../src/modules/books/index.ts'
import { codeOf, isDelivered, openHouse, type PlacedOrder, type Shop, until } from './shop.ts'

/** Points, balance and one gateway on one order (docs/adr/0027). */

const house = await openHouse()
const shop = await house.newShop()
/** 10 yuan and 300 points a piece. */
const mixed = await shop.stock(200, { sku: { priceFen: 1000, pricePoints: 300 } })
/** Points alone. */
const gift = await shop.stock(50, { sku: { priceFen: 0, pricePoints: 500 } })
const cash = await shop.stock(100, { sku: { priceFen: 1000 } })
const { control, merchant } = house.standIns.paygate

type Means = { readonly balanceFen: number; readonly points: number }
const meansOf = async ({ visitor }: { readonly visitor: PlacedOrder['visitor'] }): Promise<Means> => {
  const { balanceFen, points } = await visitor.call('members.getMe', {})
  return { balanceFen, points }
}
const detailOf = (no: OrderNo, at: Shop = shop) => at.staff.call('orders.detail', { params: { no } })
const refund = (
  no: OrderNo,
  ask: { lineNo?: number | null; pieces?: number[]; amountFen?: number; to?: 'source' | 'balance' },
) =>
  shop.staff.call(
    'orders.refund',
    {
      params: { no },
      body: { lineNo: 1, to: 'source', reason: '客户要求', ...ask },
    },
    { idempotencyKey: randomUUID() },
  )
const settled = (no: OrderNo) =>
  until(`the refunds of ${no}`, async () => {
    const detail = await detailOf(no)
    return detail.refunds.every(({ state }) => state !== 'requested' && state !== 'processing') ? detail : undefined
  })
const refundedAtGateway = (no: OrderNo): number[] =>
  control
    .books(merchant.id)
    .refunds.filter((one) => String(one.out_trade_no) === String(no) && one.status === 'SUCCESS')
    .map(({ amount }) => Number(amount))
/** A whole audit of the books finds nothing, and the points add up to zero. */
async function booksAreRight(): Promise<void> {
  const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
  expect(checks.flatMap(({ violations }) => violations.map(({ code: name, params }) => ({ name, params })))).toEqual([])
}
async function balanceOf(kind: string): Promise<number> {
  const [row] = await house.query<{ balance: number }>(
    'select coalesce(sum(balance), 0)::bigint as balance from ledger.accounts where tenant_id = $1 and kind = $2',
    [shop.tenantId, kind],
  )
  return Number(row?.balance)
}

describe('paying', () => {
  test('points, a part of the balance and a gateway together: held when placed, taken when the gateway’s part is there', async () => {
    const member = await shop.member(600, 1000)
    const order = await shop.place(mixed, 2, { visitor: member.visitor, balanceFen: 600 })
    expect(order.view).toMatchObject({ state: 'pending', totalFen: 2000, balanceFen: 600, points: 600 })
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 400 })
    await shop.pay(order.no)
    const view = await shop.seen(order, isDelivered)
    expect(view.lines[0]?.codes).toHaveLength(2)
    // The gateway was asked for the rest only.
    const { payments } = control.books(merchant.id)
    expect(payments.find((one) => String(one.out_trade_no) === String(order.no))).toMatchObject({ amount: 1400 })
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 400 })
    const { receipts } = await detailOf(order.no)
    expect(receipts.map(({ gateway, amountFen }) => [gateway, amountFen])).toEqual([
      ['sim-pay', 1400],
      ['balance', 600],
    ])
    await booksAreRight()
  })

  test('points alone, or with the whole of the money from the balance: delivered at once', async () => {
    const member = await shop.member(5000, 2000)
    const one = await shop.place(gift, 1, { visitor: member.visitor })
    expect(one.view).toMatchObject({ state: 'delivered', totalFen: 0, points: 500 })
    const two = await shop.place(mixed, 1, { visitor: member.visitor, payWith: 'balance' })
    expect(two.view).toMatchObject({ state: 'delivered', totalFen: 1000, points: 300 })
    // As much from the balance as there is to pay needs no gateway, whatever was chosen beside it.
    const three = await shop.place(mixed, 1, { visitor: member.visitor, balanceFen: 4000 })
    expect(three.view).toMatchObject({ state: 'delivered', totalFen: 1000 })
    expect(await meansOf(member)).toEqual({ balanceFen: 3000, points: 900 })
    await booksAreRight()
  })

  test('the rest from the balance after all', async () => {
    const member = await shop.member(2000, 300)
    const order = await shop.place(mixed, 1, { visitor: member.visitor, balanceFen: 400 })
    const paid = await member.visitor.call('orders.pay', { params: { no: order.no }, body: { payWith: 'balance' } })
    expect(paid.state).toBe('delivered')
    expect(await meansOf(member)).toEqual({ balanceFen: 1000, points: 0 })
    await booksAreRight()
  })

  test('who has too little, or did not sign in, is told so and nothing is kept', async () => {
    const member = await shop.member(500, 299)
    expect(await codeOf(shop.place(mixed, 1, { visitor: member.visitor }))).toBe('orders.points_short')
    expect(await codeOf(shop.place(cash, 1, { visitor: member.visitor, balanceFen: 501 }))).toBe('orders.balance_short')
    expect(await codeOf(shop.place(mixed, 1))).toBe('orders.sign_in_for_points')
    expect(await codeOf(shop.place(cash, 1, { balanceFen: 1 }))).toBe('orders.sign_in_for_balance')
    expect(await meansOf(member)).toEqual({ balanceFen: 500, points: 299 })
  })

  test('another price in points than the page showed refuses the order', async () => {
    const member = await shop.member(0, 1000)
    const refused = await shop.place({ ...mixed, points: 299 }, 1, { visitor: member.visitor }).catch((error) => error)
    expect(refused).toMatchObject({ code: 'orders.points_price_changed', message: expect.stringContaining('300 积分') })
    expect(await codeOf(shop.place({ ...mixed, points: 0 }, 1, { visitor: member.visitor }))).toBe(
      'orders.points_price_changed',
    )
  })

  test('twenty at once with points for seven: exactly seven, and no point is missing', async () => {
    const member = await shop.member(0, 7 * 500 + 499)
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => codeOf(shop.place(gift, 1, { visitor: member.visitor }))),
    )
    expect(codes.filter((one) => one === 'ok')).toHaveLength(7)
    expect(codes.filter((one) => one === 'orders.points_short')).toHaveLength(13)
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 499 })
    await booksAreRight()
  })

  test('cancelled: points and balance are free again at once', async () => {
    const member = await shop.member(600, 300)
    const order = await shop.place(mixed, 1, { visitor: member.visitor, balanceFen: 600 })
    await member.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    expect(await meansOf(member)).toEqual({ balanceFen: 600, points: 300 })
    await booksAreRight()
  })

  test('money that comes after the order was cancelled buys when points and balance are still there, and goes back when not', async () => {
    const member = await shop.member(600, 300)
    const order = await shop.place(mixed, 1, { visitor: member.visitor, balanceFen: 600 })
    await member.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
    await shop.pay(order.no, { late: true })
    await shop.seen(order, isDelivered)
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 0 })

    const poor = await shop.member(600, 300)
    const late = await shop.place(mixed, 1, { visitor: poor.visitor, balanceFen: 600 })
    await poor.visitor.call('orders.cancel', { params: { no: late.no }, body: {} })
    await shop.place(cash, 1, { visitor: poor.visitor, balanceFen: 1 })
    await shop.pay(late.no, { late: true })
    await settled(late.no)
    await until('the money is back', () => refundedAtGateway(late.no).length > 0 || undefined)
    expect(refundedAtGateway(late.no)).toEqual([400])
    expect(await meansOf(poor)).toEqual({ balanceFen: 599, points: 300 })
    await booksAreRight()
  })
})

describe('giving back', () => {
  const bought = async (quantity: number, balanceFen: number) => {
    const member = await shop.member(balanceFen, 300 * quantity)
    const order = await shop.place(mixed, quantity, { visitor: member.visitor, balanceFen })
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    return { member, order }
  }
  const pieces = async (no: OrderNo) =>
    ((await detailOf(no)).lines[0]?.grants ?? []).filter(({ state }) => state !== 'revoked').map(({ id }) => id)

  test('piece by piece: the gateway’s money first, then the balance; points with their piece', async () => {
    const { member, order } = await bought(3, 1500)
    const [first = 0, second = 0, third = 0] = await pieces(order.no)
    await refund(order.no, { pieces: [first] })
    await settled(order.no)
    expect(refundedAtGateway(order.no)).toEqual([1000])
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 300 })

    await refund(order.no, { pieces: [second] })
    await settled(order.no)
    expect(refundedAtGateway(order.no)).toEqual([1000, 500])
    expect(await meansOf(member)).toEqual({ balanceFen: 500, points: 600 })

    await refund(order.no, { pieces: [third] })
    const last = await settled(order.no)
    expect(refundedAtGateway(order.no)).toEqual([1000, 500])
    expect(await meansOf(member)).toEqual({ balanceFen: 1500, points: 900 })
    expect(last).toMatchObject({ state: 'refunded', refundedFen: 3000, lines: [{ refundedPoints: 900 }] })
    await booksAreRight()
  })

  test('the whole at once, and goodwill before it, which gives no points', async () => {
    const { member, order } = await bought(2, 700)
    await refund(order.no, { amountFen: 100 })
    await settled(order.no)
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 0 })
    await refund(order.no, { lineNo: null })
    await settled(order.no)
    expect(refundedAtGateway(order.no)).toEqual([100, 1200])
    expect(await meansOf(member)).toEqual({ balanceFen: 700, points: 600 })
    await booksAreRight()
  })

  test('all of it to the balance on request', async () => {
    const { member, order } = await bought(2, 700)
    await refund(order.no, { lineNo: null, to: 'balance' })
    await settled(order.no)
    expect(refundedAtGateway(order.no)).toEqual([])
    expect(await meansOf(member)).toEqual({ balanceFen: 2000, points: 600 })
    await booksAreRight()
  })

  test('goods for points alone give the points back, piece by piece, and no more', async () => {
    const member = await shop.member(0, 1000)
    const order = await shop.place(gift, 2, { visitor: member.visitor })
    const [first = 0] = await pieces(order.no)
    await refund(order.no, { pieces: [first] })
    expect(await detailOf(order.no)).toMatchObject({ state: 'delivered', lines: [{ state: 'delivered' }] })
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 500 })
    await refund(order.no, { lineNo: null })
    expect(await detailOf(order.no)).toMatchObject({ state: 'refunded', lines: [{ state: 'refunded' }] })
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 1000 })
    expect(await codeOf(refund(order.no, { lineNo: null }))).toBe('orders.nothing_to_refund')
    await booksAreRight()
  })

  test('a payer who takes the gateway’s part back gets nothing else by that: it is a loss, and staff decide about the rest', async () => {
    const { member, order } = await bought(1, 400)
    const [receipt] = (await detailOf(order.no)).receipts
    await house.platform.db.callHot(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
      tradeNo: receipt?.tradeNo,
      disputeNo: 'D1',
      amountFen: 600,
      state: 'lost',
      reason: 'not me',
    })
    expect(await pieces(order.no)).toHaveLength(1)
    expect(await meansOf(member)).toEqual({ balanceFen: 0, points: 0 })
    const { items } = await shop.staff.call('payments.listChargebacks', { query: {} })
    expect(items.find(({ orderNo }) => orderNo === order.no)).toMatchObject({ amountFen: 600, lossFen: 600 })
    await booksAreRight()
  })
})

test('at the end every point is issued, owned or spent, and clearing is empty', async () => {
  expect(
    (await balanceOf('points.issued')) + (await balanceOf('points.member')) + (await balanceOf('points.spent')),
  ).toBe(0)
  expect(await balanceOf('cash.clearing')).toBe(0)
})

describe('money beside an order', () => {
  const surplusOf = async (tradeOf: OrderNo) =>
    (await detailOf(tradeOf)).receipts.find(({ state, gateway }) => state === 'surplus' && gateway === 'sim-pay')
  /** Paid from the balance, and at the gateway too; the gateway refuses to take that back. */
  const paidTwice = async () => {
    const member = await shop.member(1000)
    const order = await shop.place(cash, 1, { visitor: member.visitor })
    control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
    await member.visitor.call('orders.pay', { params: { no: order.no }, body: { payWith: 'balance' } })
    await shop.pay(order.no, { late: true })
    await until(
      'the refund to be refused',
      async () => (await detailOf(order.no)).refunds.some(({ state }) => state === 'failed') || undefined,
    )
    return {
      member,
      order,
      failed: (await detailOf(order.no)).refunds.find(({ state }) => state === 'failed')?.id ?? 0,
    }
  }

  test('put into the balance it is there once: the refund that failed before cannot be sent any more', async () => {
    const { member, order, failed } = await paidTwice()
    const receipt = await surplusOf(order.no)
    await shop.staff.call(
      'payments.handleReceipt',
      { params: { receiptId: receipt?.id ?? 0 }, body: { action: 'balance', note: '客户同意' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await meansOf(member)).toMatchObject({ balanceFen: 1000 })
    const params = { refundId: failed }
    const again = { idempotencyKey: randomUUID() }
    expect(await codeOf(shop.staff.call('payments.retryRefund', { params, body: { reason: '再试' } }, again))).toBe(
      'payments.refund_not_failed',
    )
    const byHand = { reference: '转账 1', note: '线下' }
    expect(await codeOf(shop.staff.call('fulfilment.refundByHand', { params, body: byHand }, again))).toBe(
      'orders.refund_not_failed',
    )
    await booksAreRight()
  })

  test('taken back by the payer’s bank it touches neither the order nor what paid it', async () => {
    const { member, order } = await paidTwice()
    const receipt = await surplusOf(order.no)
    await house.platform.db.callHot(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
      tradeNo: receipt?.tradeNo,
      disputeNo: `D${order.no}`,
      amountFen: 1000,
      state: 'lost',
      reason: 'twice',
    })
    const detail = await detailOf(order.no)
    expect(detail).toMatchObject({ state: 'delivered', refundedFen: 0, lines: [{ state: 'delivered' }] })
    expect(await meansOf(member)).toMatchObject({ balanceFen: 0 })
    expect(
      await codeOf(
        shop.staff.call(
          'payments.handleReceipt',
          { params: { receiptId: receipt?.id ?? 0 }, body: { action: 'balance', note: '再给一次' } },
          { idempotencyKey: randomUUID() },
        ),
      ),
    ).toBe('payments.receipt_handled')
    await booksAreRight()
  })

  test('won from the payer’s bank it is money to decide about again', async () => {
    const { member, order } = await paidTwice()
    const receipt = await surplusOf(order.no)
    const news = { tradeNo: receipt?.tradeNo, disputeNo: `D${order.no}`, amountFen: 1000, reason: 'twice' }
    for (const state of ['opened', 'won']) {
      await house.platform.db.callHot(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', { ...news, state })
    }
    await booksAreRight()
    await shop.staff.call(
      'payments.handleReceipt',
      { params: { receiptId: receipt?.id ?? 0 }, body: { action: 'balance', note: '胜诉' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await meansOf(member)).toMatchObject({ balanceFen: 1000 })
    await booksAreRight()
  })

  test('an order is taken for paid with less up to what the shop lets go of, and not a fen further', async () => {
    const frugal = await house.newShop({ 'payments.letGoMaxFen': 50 })
    const goods = await frugal.stock(2, { sku: { priceFen: 1000 } })
    const decided = async (paidFen: number): Promise<string> => {
      const order = await frugal.place(goods)
      const capture = {
        orderNo: order.no,
        gateway: 'sim-pay',
        tradeNo: `T${order.no}`,
        amountFen: paidFen,
        currency: 'CNY',
      }
      await house.platform.db.callHot(frugal.tenantId, 'fulfilment.settle', [
        { ...capture, asked: true, paidAt: new Date() },
      ])
      const [receipt] = (await detailOf(order.no, frugal)).receipts
      return await codeOf(
        frugal.staff.call(
          'payments.handleReceipt',
          { params: { receiptId: receipt?.id ?? 0 }, body: { action: 'apply', note: '少付' } },
          { idempotencyKey: randomUUID() },
        ),
      )
    }
    expect(await decided(949)).toBe('payments.let_go_too_much')
    expect(await decided(950)).toBe('ok')
    // What it let go of is a loss, and the report says so.
    await gatherAll(house.platform.db, frugal.tenantId)
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    const { totals } = await frugal.staff.call('analytics.report', {
      query: { from: today, to: today, by: 'goods', grain: 'day', compare: 'false' } as never,
    })
    expect(totals).toMatchObject({ salesFen: 1000, lossesFen: 50 })
  })

  test('points alone wait for a second person too, above what the shop lets one give back', async () => {
    const careful = await house.newShop({ 'refunds.approvalAbovePoints': 500 })
    const goods = await careful.stock(3, { sku: { priceFen: 0, pricePoints: 300 } })
    const member = await careful.member(0, 1000)
    const order = await careful.place({ ...goods, points: 300 }, 2, { visitor: member.visitor, payWith: 'balance' })
    const [line] = (await detailOf(order.no, careful)).lines
    const ask = (pieces: readonly number[]) =>
      careful.staff.call(
        'orders.refund',
        { params: { no: order.no }, body: { lineNo: 1, pieces: [...pieces], to: 'balance', reason: '客户要求' } },
        { idempotencyKey: randomUUID() },
      )
    const [first, second] = line?.grants.map(({ id }) => id) ?? []
    await ask([first ?? 0])
    await ask([second ?? 0])
    const { refunds } = await detailOf(order.no, careful)
    expect(refunds.map(({ points, state }) => [points, state])).toEqual([
      [300, 'done'],
      [300, 'awaiting'],
    ])
    const news = await until('somebody to be told of the points', async () => {
      const { items } = await careful.staff.call('notify.listInbox', { query: {} })
      return items.find(({ event }) => event === 'refund.awaiting.points')
    })
    expect(news).toMatchObject({ link: '/refunds?state=awaiting', body: expect.stringContaining('300 积分') })
  })

  test('a refund that failed counts towards what one person may give back', async () => {
    const careful = await house.newShop({ 'refunds.approvalAboveFen': 500 })
    const goods = await careful.stock(1, { sku: { priceFen: 1000 } })
    const order = await careful.place(goods)
    await careful.pay(order.no)
    await careful.seen(order, isDelivered)
    const ask = () =>
      careful.staff.call(
        'orders.refund',
        { params: { no: order.no }, body: { lineNo: 1, amountFen: 500, to: 'source', reason: '客户要求' } },
        { idempotencyKey: randomUUID() },
      )
    control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
    await ask()
    await until(
      'it to fail',
      async () => (await detailOf(order.no, careful)).refunds.some(({ state }) => state === 'failed') || undefined,
    )
    await ask()
    expect((await detailOf(order.no, careful)).refunds.map(({ state }) => state)).toEqual(['failed', 'awaiting'])
  })
})
