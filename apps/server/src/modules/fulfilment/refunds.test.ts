import { randomUUID } from 'node:crypto'
import type { Client } from '@quanshu/client'
import type { orderRoutes } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { codeOf } from '../../../test/harness/index.ts'
import { isDelivered, openHouse, type PlacedOrder, PRICE_FEN, type Shop, until } from '../../../test/journeys/shop.ts'
import { auditBooks } from '../books/index.ts'

const house = await openHouse()
const shop = await house.newShop()
const goods = await shop.stock(400)
const { control, merchant } = house.standIns.paygate

type Ask = {
  readonly lineNo?: number | null
  readonly pieces?: readonly number[]
  readonly amountFen?: number
  readonly again?: boolean
  readonly to?: 'source' | 'balance'
}
type Detail = z.output<typeof orderRoutes.detail.response>

const refund = (no: OrderNo, ask: Ask, by: Client = shop.staff, key: string = randomUUID()): Promise<Detail> =>
  by.call(
    'orders.refund',
    {
      params: { no },
      body: {
        lineNo: ask.lineNo === undefined ? 1 : ask.lineNo,
        ...(ask.pieces ? { pieces: [...ask.pieces] } : {}),
        ...(ask.amountFen === undefined ? {} : { amountFen: ask.amountFen }),
        ...(ask.again ? { again: true } : {}),
        to: ask.to ?? 'source',
        reason: '客户要求',
      },
    },
    { idempotencyKey: key },
  )
const detailOf = (no: OrderNo, at: Shop = shop): Promise<Detail> => at.staff.call('orders.detail', { params: { no } })
const living = (detail: Detail) => (detail.lines[0]?.grants ?? []).filter(({ state }) => state !== 'revoked')
/** What the gateway gave back of an order, refund by refund. */
const made = (no: OrderNo): readonly { readonly amount: number }[] =>
  control
    .books(merchant.id)
    .refunds.filter((one) => String(one.out_trade_no) === String(no) && one.status === 'SUCCESS')
    .map(({ amount }) => ({ amount: Number(amount) }))

async function bought(quantity: number, at: Shop = shop, stock = goods): Promise<PlacedOrder> {
  const order = await at.place(stock, quantity)
  await at.pay(order.no)
  await at.seen(order, isDelivered)
  return order
}
/** The order's page once no refund of it is under way. */
const settled = (no: OrderNo, at: Shop = shop): Promise<Detail> =>
  until(`the refunds of ${no}`, async () => {
    const detail = await detailOf(no, at)
    return detail.refunds.every(({ state }) => state !== 'requested' && state !== 'processing') ? detail : undefined
  })
const violations = async (at: Shop = shop) =>
  (await auditBooks(house.platform, at.tenantId, { isWhole: true, graceSeconds: 60 })).checks.flatMap((check) =>
    check.violations.map(({ code: name, key, params }) => ({ name, key, params })),
  )

describe('in parts', () => {
  test('a piece goes back with its share of the money, the others stay with the buyer; the last one closes the order', async () => {
    const order = await bought(3)
    const [first, second, third] = living(await detailOf(order.no)).map(({ id }) => id)
    await refund(order.no, { pieces: [second ?? 0] })
    const partly = await settled(order.no)
    expect(partly).toMatchObject({ state: 'delivered', refundedFen: PRICE_FEN, lines: [{ state: 'delivered' }] })
    expect(partly.lines[0]).toMatchObject({ refundedFen: PRICE_FEN, refundingFen: 0, refundedQuantity: 1 })
    expect(living(partly).map(({ id }) => id)).toEqual([first, third])
    const view = await shop.seen(order, ({ refundedFen }) => refundedFen === PRICE_FEN)
    expect(view.lines[0]?.codes).toHaveLength(2)

    expect(await codeOf(refund(order.no, { pieces: [second ?? 0] }))).toBe('orders.refund_piece_gone')
    await refund(order.no, { pieces: [first ?? 0, third ?? 0] })
    await settled(order.no)
    expect(await detailOf(order.no)).toMatchObject({ state: 'refunded', refundedFen: 3 * PRICE_FEN })
    expect(made(order.no).map(({ amount }) => amount)).toEqual([PRICE_FEN, 2 * PRICE_FEN])
    const cards = await house.query<{ state: string }>(
      `select c.state from vault.cards c join entitlements.grants g on g.tenant_id = c.tenant_id and g.card_id = c.id
       where c.tenant_id = $1 and g.order_no = $2`,
      [shop.tenantId, order.no],
    )
    expect(cards.map(({ state }) => state)).toEqual(['void', 'void', 'void'])
    expect(await violations()).toEqual([])
  })

  test('goodwill leaves the codes alone, and never exceeds what the line has left', async () => {
    const order = await bought(2)
    await refund(order.no, { amountFen: 500 })
    const after = await settled(order.no)
    expect(after).toMatchObject({ state: 'delivered', refundedFen: 500 })
    expect(living(after)).toHaveLength(2)
    expect(await codeOf(refund(order.no, { amountFen: 2 * PRICE_FEN - 499 }))).toBe('orders.refund_over_left')
    // A piece still costs its share; what is left of the line bounds the last one.
    await refund(order.no, { pieces: living(after).map(({ id }) => id) })
    expect(await settled(order.no)).toMatchObject({ state: 'refunded', refundedFen: 2 * PRICE_FEN })
    expect(await codeOf(refund(order.no, { amountFen: 1 }))).toBe('orders.nothing_to_refund')
    expect(await codeOf(refund(order.no, { lineNo: null }))).toBe('orders.nothing_to_refund')
    expect(await violations()).toEqual([])
  })

  test('a piece for less than its share keeps the rest as revenue; pieces and amounts belong to one line', async () => {
    const order = await bought(1)
    const [grant] = living(await detailOf(order.no))
    await refund(order.no, { pieces: [grant?.id ?? 0], amountFen: 1000 })
    expect(await settled(order.no)).toMatchObject({ state: 'refunded', refundedFen: 1000 })
    expect(await codeOf(refund(order.no, { lineNo: null, amountFen: 5 }))).toBe('common.invalid_input')
    expect(await codeOf(refund(order.no, { again: true, amountFen: 5 }))).toBe('common.invalid_input')
    expect(await violations()).toEqual([])
  })

  test('what was not delivered is refunded as a whole', async () => {
    const shelf = await shop.stock(1)
    const order = await shop.place(shelf)
    await shop.staff.call('vault.suspendBatch', { params: { batchId: shelf.batchId }, body: { reason: '坏批' } })
    await shop.pay(order.no)
    await shop.seen(order, ({ state }) => state === 'paid')
    expect(await codeOf(refund(order.no, { amountFen: 5 }))).toBe('orders.refund_whole_line')
    await refund(order.no, { lineNo: 1 })
    expect(await settled(order.no)).toMatchObject({ state: 'refunded', refundedFen: PRICE_FEN })
    expect(await violations()).toEqual([])
  })

  test('part to the source, part to the balance of the member who paid there', async () => {
    const member = await shop.member(50_000)
    const order = await shop.place(goods, 2, { visitor: member.visitor })
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    const [one] = living(await detailOf(order.no))
    await refund(order.no, { pieces: [one?.id ?? 0], to: 'balance' })
    await refund(order.no, { amountFen: 90 })
    await settled(order.no)
    expect(made(order.no).map(({ amount }) => amount)).toEqual([90])
    const purse = await house.query<{ balance: number }>(
      `select balance from ledger.accounts where tenant_id = $1 and kind = 'cash.member' and ref = $2`,
      [shop.tenantId, String(member.id)],
    )
    expect(purse).toEqual([{ balance: 50_000 + PRICE_FEN }])
    expect(await violations()).toEqual([])
  })

  test('an order that was taken for paid with less goes back in full, and the audit has nothing to say', async () => {
    const own = await house.newShop()
    const { visitor } = await own.member()
    const stock = await own.stock(1)
    control.addFault({ kind: 'api.error', endpoint: 'create' })
    const { no } = await own.place(stock, 1, { visitor })
    control.clearFaults()
    const notifyUrl = `${own.base}/api/pay/sim-pay/notify`
    await control.pay(merchant.id, [{ outTradeNo: String(no), amount: PRICE_FEN - 10, notifyUrl }])
    const [receipt] = await until('the other amount to be known', async () => {
      const { items } = await own.staff.call('payments.listReceipts', { query: { open: true } })
      return items.length > 0 ? items : undefined
    })
    await own.staff.call(
      'payments.handleReceipt',
      { params: { receiptId: receipt?.id ?? 0 }, body: { action: 'apply', note: '差一角' } },
      { idempotencyKey: randomUUID() },
    )
    await own.staff.call(
      'orders.refund',
      { params: { no }, body: { lineNo: null, to: 'balance', reason: '客户要求' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await visitor.call('members.getMe', {})).toMatchObject({ balanceFen: PRICE_FEN })
    const report = await auditBooks(house.platform, own.tenantId, { isWhole: true, graceSeconds: 0 })
    expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
  })

  test('said twice under one key it happens once, and two at once never give back more than the line', async () => {
    const order = await bought(2)
    const key = randomUUID()
    await Promise.all([1, 2, 3].map(() => refund(order.no, { amountFen: 700 }, shop.staff, key)))
    expect((await settled(order.no)).refunds).toHaveLength(1)
    const grants = living(await detailOf(order.no)).map(({ id }) => id)
    const answers = await Promise.all([
      codeOf(refund(order.no, { pieces: grants })),
      codeOf(refund(order.no, { pieces: grants.slice(0, 1) })),
      codeOf(refund(order.no, { amountFen: 2 * PRICE_FEN - 700 })),
      codeOf(refund(order.no, { lineNo: null })),
    ])
    expect(answers).toContain('ok')
    const end = await settled(order.no)
    expect(end.refundedFen).toBeLessThanOrEqual(2 * PRICE_FEN)
    expect(made(order.no).reduce((sum, { amount }) => sum + amount, 0)).toBe(end.refundedFen)
    expect(await violations()).toEqual([])
  })

  test('a shop that does not refund used codes says so, and still gives goodwill', async () => {
    const strict = await house.newShop({ 'refunds.usedCodes': 'refuse' })
    const order = await bought(2, strict, await strict.stock(2))
    const [used, fresh] = living(await detailOf(order.no, strict))
    const view = await strict.seen(order, isDelivered)
    await order.visitor.call('orders.markGrant', {
      params: { no: order.no, grantId: used?.id ?? 0 },
      body: { used: true },
    })
    expect(view.lines).toHaveLength(1)
    expect(await codeOf(refund(order.no, { lineNo: null }, strict.staff))).toBe('orders.refund_used_codes')
    expect(await codeOf(refund(order.no, { pieces: [used?.id ?? 0] }, strict.staff))).toBe('orders.refund_used_codes')
    await refund(order.no, { pieces: [fresh?.id ?? 0] }, strict.staff)
    await refund(order.no, { amountFen: 100 }, strict.staff)
    expect(await settled(order.no, strict)).toMatchObject({ refundedFen: PRICE_FEN + 100 })
    expect(await violations(strict)).toEqual([])
  })
})

describe('what the gateway refused', () => {
  const failedPiece = async () => {
    const order = await bought(2)
    const [one] = living(await detailOf(order.no))
    control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
    await refund(order.no, { pieces: [one?.id ?? 0] })
    const detail = await settled(order.no)
    expect(detail.lines[0]).toMatchObject({ state: 'exception', exception: { reason: 'refund_failed' } })
    expect(detail.lines[0]).toMatchObject({ refundingFen: PRICE_FEN, failedFen: PRICE_FEN, refundedQuantity: 1 })
    expect(living(detail)).toHaveLength(1)
    expect(await violations()).toEqual([])
    return { order, refundId: detail.refunds[0]?.id ?? 0 }
  }

  test('is refunded again as it was promised, from the desk, and the line is delivered with what it still has', async () => {
    const { order, refundId } = await failedPiece()
    const desk = await shop.staff.call('fulfilment.listExceptions', { query: { q: String(order.no) } })
    expect(desk.items).toMatchObject([{ amountFen: PRICE_FEN, actions: ['refund'] }])
    const { results } = await shop.staff.call('fulfilment.handleExceptions', {
      body: { action: 'refund', lines: [{ orderNo: order.no, lineNo: 1 }], reason: '再退' },
    })
    expect(results).toMatchObject([{ ok: true }])
    const detail = await settled(order.no)
    expect(detail).toMatchObject({ refundedFen: PRICE_FEN, lines: [{ state: 'delivered' }] })
    expect(living(detail)).toHaveLength(1)
    expect(detail.refunds.find(({ id }) => id === refundId)).toMatchObject({ state: 'failed', isReplaced: true })
    const retry = shop.staff.call('payments.retryRefund', { params: { refundId }, body: { reason: '再试' } })
    expect(await codeOf(retry)).toBe('payments.refund_not_failed')
    expect(made(order.no)).toHaveLength(1)
    expect(await violations()).toEqual([])
  })

  test('is paid by hand with the number of that payment, once, and no bill has to know of it', async () => {
    const { order, refundId } = await failedPiece()
    const byHand = (by: Client, key: string = randomUUID()) =>
      by.call(
        'fulfilment.refundByHand',
        { params: { refundId }, body: { reference: 'ICBC-20261122-77', note: '通道拒绝，银行转账' } },
        { idempotencyKey: key },
      )
    const clerk = await shop.hire(['orders.read', 'orders.refund', 'finance.read'])
    expect(await codeOf(byHand(clerk))).toBe('common.forbidden')
    expect(await Promise.all([codeOf(byHand(shop.staff)), codeOf(byHand(shop.staff))])).toEqual(
      expect.arrayContaining(['ok', 'orders.refund_not_failed']),
    )
    const detail = await detailOf(order.no)
    expect(detail).toMatchObject({ refundedFen: PRICE_FEN, lines: [{ state: 'delivered', refundingFen: 0 }] })
    expect(detail.refunds[0]).toMatchObject({ state: 'done', to: 'hand', handReference: 'ICBC-20261122-77' })
    expect(made(order.no)).toEqual([])
    const paid = await house.query<{ sum: number }>(
      `select sum(t.amount)::bigint from ledger.transfers t
       join ledger.accounts a on a.tenant_id = t.tenant_id and a.id = t.to_account
       where t.tenant_id = $1 and t.cause = $2 and a.kind = 'cash.paid_by_hand'`,
      [shop.tenantId, `order:${order.no}`],
    )
    expect(paid).toEqual([{ sum: PRICE_FEN }])
    const retry = shop.staff.call('payments.retryRefund', { params: { refundId }, body: { reason: '再试' } })
    expect(await codeOf(retry)).toBe('payments.refund_not_failed')
    expect(await violations()).toEqual([])
  })

  test('and went through after all when another had taken its place, is booked as the loss that it is and named', async () => {
    const other = await house.newShop()
    const order = await bought(1, other, await other.stock(1))
    control.addFault({ kind: 'refund.reject', key: String(order.no), times: 1 })
    await refund(order.no, { lineNo: null }, other.staff)
    const [failed] = (await settled(order.no, other)).refunds
    await refund(order.no, { again: true }, other.staff)
    await settled(order.no, other)
    await house.platform.db.call(other.tenantId, 'fulfilment.refund_ended', failed?.id, true, null)
    expect(await detailOf(order.no, other)).toMatchObject({ state: 'refunded', refundedFen: PRICE_FEN })
    expect((await violations(other)).map(({ name }) => name).toSorted()).toEqual([
      'refund_over_receipt',
      'refund_twice',
    ])
  })
})

describe('four eyes', () => {
  test('above the amount nothing is taken until somebody else agrees; below it nobody is asked', async () => {
    const careful = await house.newShop({ 'refunds.approvalAboveFen': 2 * PRICE_FEN })
    const shelf = await careful.stock(20)
    const asker = await careful.hire(['orders.read', 'orders.refund', 'refunds.approve', 'finance.read'])
    const clerk = await careful.hire(['orders.read', 'orders.refund', 'finance.read'])
    const second = await careful.hire(['orders.read', 'refunds.approve', 'finance.read'])
    const order = await bought(4, careful, shelf)
    const pieces = living(await detailOf(order.no, careful)).map(({ id }) => id)
    await refund(order.no, { pieces: pieces.slice(0, 2) }, asker)
    expect(await settled(order.no, careful)).toMatchObject({ refundedFen: 2 * PRICE_FEN })

    // One more fen of the same order is above, however small by itself.
    await refund(order.no, { pieces: pieces.slice(2, 3) }, asker)
    const waiting = await detailOf(order.no, careful)
    expect(waiting).toMatchObject({ refundedFen: 2 * PRICE_FEN, lines: [{ state: 'delivered', refundingFen: 0 }] })
    expect(living(waiting)).toHaveLength(2)
    const refundId = waiting.refunds.at(-1)?.id ?? 0
    const { items } = await second.call('payments.listRefunds', { query: { state: ['awaiting'] } })
    expect(items).toMatchObject([{ id: refundId, orderNo: order.no, takes: 'pieces', pieces: 1 }])

    const approve = (by: Client, id = refundId, key: string = randomUUID()) =>
      by.call('fulfilment.approveRefund', { params: { refundId: id }, body: {} }, { idempotencyKey: key })
    expect(await codeOf(approve(asker))).toBe('orders.refund_own_request')
    expect(await codeOf(approve(clerk))).toBe('common.forbidden')
    expect(await codeOf(approve(shop.staff))).toBe('common.not_found')
    const key = randomUUID()
    await Promise.all([approve(second, refundId, key), approve(second, refundId, key)])
    expect(await codeOf(approve(second))).toBe('orders.refund_not_awaiting')
    const done = await settled(order.no, careful)
    expect(done).toMatchObject({ refundedFen: 3 * PRICE_FEN })
    expect(made(order.no).map(({ amount }) => amount)).toEqual([2 * PRICE_FEN, PRICE_FEN])

    // Declined: with a reason, and for good.
    await refund(order.no, { amountFen: 10 }, asker)
    const declined = (await detailOf(order.no, careful)).refunds.at(-1)?.id ?? 0
    const decline = (by: Client) =>
      by.call('fulfilment.declineRefund', { params: { refundId: declined }, body: { reason: '不合规则' } })
    expect(await codeOf(decline(clerk))).toBe('common.forbidden')
    await decline(second)
    expect(await codeOf(approve(second, declined))).toBe('orders.refund_not_awaiting')
    expect((await detailOf(order.no, careful)).refunds.at(-1)).toMatchObject({
      state: 'declined',
      decidedNote: '不合规则',
    })

    // Asked for twice, the first yes leaves nothing to the other, which ends by itself. It is not handed out anew before.
    await refund(order.no, { pieces: pieces.slice(3) }, asker)
    const twin = (await detailOf(order.no, careful)).refunds.at(-1)?.id ?? 0
    await refund(order.no, { pieces: pieces.slice(3) }, asker)
    const stale = (await detailOf(order.no, careful)).refunds.at(-1)?.id ?? 0
    const replacing = careful.staff.call(
      'fulfilment.replaceGrant',
      { params: { no: order.no, grantId: pieces[3] ?? 0 }, body: { reason: '坏码' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await codeOf(replacing)).toBe('fulfilment.refund_awaits')
    await approve(second, twin)
    await settled(order.no, careful)
    expect(await codeOf(approve(second, stale))).toBe('orders.refund_not_awaiting')
    expect((await detailOf(order.no, careful)).refunds.find(({ id }) => id === stale)).toMatchObject({
      state: 'declined',
      decidedBy: 'system',
      decidedNote: 'given_back',
    })
    const { items: actions } = await careful.staff.call('audit.listAudit', { query: {} })
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['refund.approve', 'refund.decline', 'order.refund']),
    )
    expect(await violations(careful)).toEqual([])
  })
})

test('whatever is refunded in whatever parts and however the gateway takes it, the books are right', async () => {
  const busy = await house.newShop()
  const shelf = await busy.stock(120)
  const member = await busy.member(100_000)
  let taken = 0
  const step = fc.record({
    order: fc.nat(2),
    kind: fc.constantFrom('pieces', 'amount', 'whole', 'again', 'retry', 'hand', 'used', 'replace', 'priced'),
    share: fc.double({ min: 0.01, max: 1.1, noNaN: true }),
    toBalance: fc.boolean(),
    fails: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
      const orders = await Promise.all([
        busy.place(shelf, 3, { visitor: member.visitor }),
        busy.place(shelf, 2),
        busy.place(shelf, 2, { visitor: member.visitor, payWith: 'balance' }),
      ])
      await Promise.all(orders.slice(0, 2).map(({ no }) => busy.pay(no)))
      await Promise.all(orders.map((order) => busy.seen(order, isDelivered)))
      for (const { order, kind, share, toBalance, fails } of steps) {
        const no = orders[order]?.no as OrderNo
        if (fails) control.addFault({ kind: 'refund.reject', key: String(no), times: 1 })
        if ((await codeOf(takeStep(busy, no, kind, share, toBalance ? 'balance' : 'source'))) === 'ok') taken += 1
      }
      for (const { no, visitor } of orders) {
        const end = await settled(no, busy)
        const [line] = end.lines
        const fromSource = end.refunds.filter(({ state, to }) => state === 'done' && to === 'source')
        expect(made(no).reduce((sum, { amount }) => sum + amount, 0)).toBe(
          fromSource.reduce((sum, { amountFen }) => sum + amountFen, 0),
        )
        expect((line?.refundedFen ?? 0) + (line?.refundingFen ?? 0)).toBeLessThanOrEqual(line?.amountFen ?? 0)
        expect(living(end)).toHaveLength((line?.quantity ?? 0) - (line?.refundedQuantity ?? 0))
        const view = await visitor.call('orders.get', { params: { no } })
        expect(view.lines[0]?.codes ?? []).toHaveLength(living(end).length)
      }
      control.clearFaults()
      expect(await violations(busy)).toEqual([])
    }),
    { numRuns: 7, endOnFailure: true },
  )
  // Not all of them were refused.
  expect(taken).toBeGreaterThan(14)
})

async function takeStep(
  at: Shop,
  no: OrderNo,
  kind: string,
  share: number,
  to: 'source' | 'balance',
): Promise<unknown> {
  const detail = await detailOf(no, at)
  const grants = living(detail)
  const some = grants.slice(0, Math.max(1, Math.floor(grants.length * Math.min(share, 1)))).map(({ id }) => id)
  const amountFen = Math.max(1, Math.floor((detail.lines[0]?.amountFen ?? 0) * share))
  const failed = detail.refunds.find(({ state, isReplaced }) => state === 'failed' && !isReplaced)?.id ?? 1
  const once = { idempotencyKey: randomUUID() }
  switch (kind) {
    case 'pieces':
      return await refund(no, { pieces: some.length > 0 ? some : [1], to }, at.staff)
    case 'priced':
      return await refund(no, { pieces: some.length > 0 ? some : [1], amountFen, to }, at.staff)
    case 'amount':
      return await refund(no, { amountFen, to }, at.staff)
    case 'whole':
      // Rarely, or nothing is left for the others.
      return share > 0.8 ? await refund(no, { lineNo: null, to }, at.staff) : undefined
    case 'again':
      return await refund(no, { again: true, to }, at.staff)
    case 'retry':
      return await at.staff.call('payments.retryRefund', { params: { refundId: failed }, body: { reason: '再试' } })
    case 'hand':
      return await at.staff.call(
        'fulfilment.refundByHand',
        { params: { refundId: failed }, body: { reference: 'BANK-1', note: '转账' } },
        once,
      )
    case 'replace':
      return await at.staff.call(
        'fulfilment.replaceGrant',
        { params: { no, grantId: some[0] ?? 1 }, body: { reason: '坏码' } },
        once,
      )
    default:
      return await house.platform.db.call(at.tenantId, 'fulfilment.mark_used', no, some[0] ?? 1, true, 'buyer')
  }
}
