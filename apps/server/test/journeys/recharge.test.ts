import { randomUUID } from 'node:crypto'
import type { OrderView, Settings } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { beforeEach, describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { codeOf, isDelivered, openHouse, type Shop, toCashier, until, type Visitor } from './shop.ts'

/** A member puts money on the balance: shown, paid, doubled, late, given back, disputed; from the button to the books. */

const house = await openHouse()
const { control, merchant } = house.standIns.paygate
const RULES: Partial<Settings> = {
  'recharge.enabled': true,
  'recharge.limits': { minFen: 100, maxFen: 100_000 },
  'recharge.rules': [
    { fromFen: 5_000, bonusFen: 333 },
    { fromFen: 10_000, bonusPercent: 10 },
  ],
}
let shop: Shop
// A shop each: its books are added up from the first transfer on.
beforeEach(async () => {
  shop = await house.newShop(RULES)
})

type Ask = { readonly key?: string; readonly payWith?: string; readonly bonusFen?: number }
const bonusOf = (amountFen: number): number =>
  amountFen >= 10_000 ? Math.floor(amountFen / 10) : amountFen >= 5_000 ? 333 : 0

async function place(visitor: Visitor, amountFen: number, ask: Ask = {}): Promise<OrderView & { no: OrderNo }> {
  const view = await visitor.call(
    'orders.placeRecharge',
    { body: { amountFen, bonusFen: ask.bonusFen ?? bonusOf(amountFen), payWith: ask.payWith ?? 'sim-pay' } },
    { idempotencyKey: ask.key ?? randomUUID() },
  )
  return { ...(await toCashier(visitor, view)), no: view.no as OrderNo }
}

async function recharged(amountFen: number, at: Shop = shop) {
  const member = await at.member()
  const { no } = await place(member.visitor, amountFen)
  await at.pay(no)
  const view = await at.seen({ visitor: member.visitor, no }, isDelivered)
  return { ...member, no, view }
}
const balanceOf = async (visitor: Visitor): Promise<number> => (await visitor.call('members.getMe', {})).balanceFen
const detailOf = (no: OrderNo, at: Shop = shop) => at.staff.call('orders.detail', { params: { no } })
const refund = (no: OrderNo, ask: { amountFen?: number; again?: boolean; to?: 'source' | 'balance' } = {}, at = shop) =>
  at.staff.call(
    'orders.refund',
    { params: { no }, body: { lineNo: 1, to: 'source', reason: '客户要求', ...ask } },
    { idempotencyKey: randomUUID() },
  )
const settled = (no: OrderNo, at: Shop = shop) =>
  until(`the refunds of ${no}`, async () => {
    const detail = await detailOf(no, at)
    return detail.refunds.every(({ state }) => state !== 'requested' && state !== 'processing') ? detail : undefined
  })
const account = async (kind: string, at: Shop = shop): Promise<number> => {
  const rows = await house.query<{ readonly sum: number }>(
    'select coalesce(sum(balance), 0)::bigint as sum from ledger.accounts where tenant_id = $1 and kind = $2',
    [at.tenantId, kind],
  )
  return rows[0]?.sum ?? 0
}
const spend = async (visitor: Visitor, amountFen: number): Promise<void> => {
  const goods = await shop.stock(1, { sku: { priceFen: amountFen } })
  await shop.place(goods, 1, { visitor, payWith: 'balance' })
}
/** What a gateway says of a dispute, however it came to be said. */
const dispute = async (no: OrderNo, amountFen: number, state = 'opened'): Promise<unknown> => {
  const [receipt] = await house.query<{ readonly trade_no: string }>(
    "select trade_no from payments.receipts where order_no = $1 and state = 'applied'",
    [no],
  )
  return await house.platform.db.call(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
    disputeNo: `D${no}-${amountFen}`,
    tradeNo: receipt?.trade_no,
    amountFen,
    state,
  })
}
async function expectRight(at: Shop = shop): Promise<void> {
  const { checks } = await auditBooks(house.platform, at.tenantId, { isWhole: true, graceSeconds: 60 })
  expect(checks.flatMap(({ violations }) => violations)).toEqual([])
}

describe('what was shown is what the balance gets', () => {
  test.each([
    [4_999, 0],
    [5_000, 333],
    [9_999, 333],
    [10_000, 1_000],
    [12_345, 1_234],
  ])('%i fen and %i on top', async (amountFen, bonusFen) => {
    const { visitor, view } = await recharged(amountFen)
    expect(view).toMatchObject({
      lines: [],
      recharge: { creditFen: amountFen + bonusFen, bonusFen, state: 'delivered' },
    })
    expect(await balanceOf(visitor)).toBe(amountFen + bonusFen)
    await expectRight()
  })

  test('a bonus that is no longer right is refused with the new one; what was placed before keeps its own', async () => {
    const other = await house.newShop(RULES)
    const { visitor } = await other.member()
    const key = randomUUID()
    const placed = await place(visitor, 10_000, { key })
    const { versions } = await other.staff.call('tenancy.getSettings', {})
    await other.staff.call('tenancy.saveSettings', {
      body: {
        values: { 'recharge.rules': [{ fromFen: 10_000, bonusFen: 1 }] },
        versions: { 'recharge.rules': versions['recharge.rules'] ?? 0 },
      },
    })
    await expect(place(visitor, 10_000)).rejects.toMatchObject({
      code: 'orders.bonus_changed',
      params: { bonusFen: 1 },
    })
    expect((await place(visitor, 10_000, { key })).no).toBe(placed.no)
    await other.pay(placed.no)
    await other.seen({ visitor, no: placed.no }, isDelivered)
    expect(await balanceOf(visitor)).toBe(11_000)
    await expectRight(other)
  })

  test('below, above, switched off, from the balance, by a guest, by another key’s body: refused', async () => {
    const { visitor } = await shop.member(50_000)
    expect(await codeOf(place(visitor, 99))).toBe('orders.recharge_amount')
    expect(await codeOf(place(visitor, 100_001))).toBe('orders.recharge_amount')
    expect(await codeOf(place(visitor, 1_000, { payWith: 'balance' }))).toBe('orders.recharge_by_balance')
    expect(await codeOf(place(visitor, 1_000, { payWith: 'nowhere' }))).toBe('orders.gateway_unknown')
    expect(await codeOf(place(shop.visitor(), 1_000))).toBe('common.sign_in_required')
    const closed = await house.newShop({ 'recharge.enabled': false })
    expect(await codeOf(place((await closed.member()).visitor, 1_000))).toBe('orders.recharge_off')
    const key = randomUUID()
    const { no } = await place(visitor, 1_000, { key })
    expect(await codeOf(place(visitor, 2_000, { key }))).toBe('common.idempotency_key_reused')
    const pay = visitor.call('orders.pay', { params: { no }, body: { payWith: 'balance' } })
    expect(await codeOf(pay)).toBe('orders.recharge_by_balance')
    expect(await codeOf((await shop.member()).visitor.call('orders.get', { params: { no } }))).toBe('common.not_found')
    await expectRight()
  })

  test('rules that do not rise, that give more than they take, or that stand twice are no rules', async () => {
    const save = (rules: unknown) =>
      codeOf(
        shop.staff.call('tenancy.saveSettings', {
          body: { values: { 'recharge.rules': rules as never }, versions: { 'recharge.rules': 1 } },
        }),
      )
    expect(await save([{ fromFen: 100, bonusFen: 101 }])).toBe('common.invalid_input')
    expect(await save([{ fromFen: 100, bonusPercent: 101 }])).toBe('common.invalid_input')
    expect(await save([{ fromFen: 100, bonusFen: 1, bonusPercent: 1 }])).toBe('common.invalid_input')
    const twice = { fromFen: 100, bonusFen: 1 }
    expect(await save([twice, twice])).toBe('common.invalid_input')
    expect(await save([{ fromFen: 200, bonusFen: 1 }, twice])).toBe('common.invalid_input')
  })

  test('more than one may leave unpaid is refused, also when asked for at once', async () => {
    const strict = await house.newShop({ ...RULES, 'orders.unpaidMaxPerPerson': 2 })
    const { visitor } = await strict.member()
    const asked = await Promise.all([1, 2, 3, 4, 5].map(() => codeOf(place(visitor, 1_000))))
    expect(asked.toSorted()).toEqual(['ok', 'ok', ...Array(3).fill('orders.too_many_unpaid')])
  })

  test('ten of one member at once, each notice many times: each is credited once', async () => {
    const { visitor } = await shop.member()
    const placed = await Promise.all(Array.from({ length: 10 }, () => place(visitor, 10_000)))
    await Promise.all(placed.map(({ no }) => shop.pay(no)))
    await Promise.all(placed.map(({ no }) => control.repeatNotices(merchant.id, String(no), 3)))
    await Promise.all(placed.map(({ no }) => shop.seen({ visitor, no }, isDelivered)))
    expect(await balanceOf(visitor)).toBe(110_000)
    await expectRight()
  })
})

describe('money that comes otherwise', () => {
  test('after the time was over: credited all the same', async () => {
    const { visitor } = await shop.member()
    const { no } = await place(visitor, 10_000)
    await house.query('update orders.orders set expires_at = now() where tenant_id = $1 and no = $2', [
      shop.tenantId,
      no,
    ])
    await shop.seen({ visitor, no }, ({ state }) => state === 'expired')
    await expectRight()
    await shop.pay(no, { late: true })
    await shop.seen({ visitor, no }, isDelivered)
    expect(await balanceOf(visitor)).toBe(11_000)
    await expectRight()
  })

  test('cancelled and then paid: credited; only cancelled: nothing', async () => {
    const { visitor } = await shop.member()
    const [paid, left] = [await place(visitor, 1_000), await place(visitor, 2_000)]
    for (const { no } of [paid, left]) await visitor.call('orders.cancel', { params: { no }, body: {} })
    await shop.pay(paid.no, { late: true })
    await shop.seen({ visitor, no: paid.no }, isDelivered)
    expect(await balanceOf(visitor)).toBe(1_000)
    await expectRight()
  })

  test('twice under two trade numbers: credited once, the second goes back', async () => {
    const { visitor } = await shop.member()
    const { no } = await place(visitor, 10_000)
    control.addFault({ kind: 'pay.double', key: String(no) })
    await shop.pay(no)
    await shop.seen({ visitor, no }, isDelivered)
    const detail = await until('the second to be back', async () => {
      const found = await detailOf(no)
      return found.refunds[0]?.state === 'done' ? found : undefined
    })
    expect(detail).toMatchObject({ state: 'delivered', refundedFen: 0, refunds: [{ amountFen: 10_000, creditFen: 0 }] })
    expect(await balanceOf(visitor)).toBe(11_000)
    await expectRight()
  })
})

describe('money in another amount than was asked for', () => {
  test.each([
    [9_990, 11_000],
    [10_500, 11_500],
  ])('%i fen instead of 10,000, taken all the same by the desk: %i on the balance', async (amountFen, balanceFen) => {
    const { visitor } = await shop.member()
    const { no } = await place(visitor, 10_000)
    const paid = {
      orderNo: no,
      gateway: 'sim-pay',
      tradeNo: `T${no}`,
      amountFen,
      currency: 'CNY',
      turn: 1,
      asked: true,
    }
    await house.platform.db.call(shop.tenantId, 'fulfilment.settle', [paid])
    expect(await balanceOf(visitor)).toBe(0)
    await expectRight()
    const { items } = await shop.staff.call('payments.listReceipts', { query: { orderNo: no } })
    await shop.staff.call(
      'payments.handleReceipt',
      { params: { receiptId: items[0]?.id ?? 0 }, body: { action: 'apply', note: '差额已说明' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await balanceOf(visitor)).toBe(balanceFen)
    await expectRight()
  })
})

test('recharged, spent and given back at once, again and again: nobody waits for each other, and every fen is there', async () => {
  const { visitor } = await shop.member(20_000)
  const goods = await shop.stock(40)
  const old = await place(visitor, 10_000)
  await shop.pay(old.no)
  await shop.seen({ visitor, no: old.no }, isDelivered)
  const placed = await Promise.all(Array.from({ length: 15 }, () => place(visitor, 1_000)))
  await Promise.all([
    ...placed.map(({ no }) => shop.pay(no)),
    ...Array.from({ length: 10 }, () => shop.place(goods, 1, { visitor, payWith: 'balance' })),
    ...Array.from({ length: 10 }, () => refund(old.no, { amountFen: 500 })),
  ])
  await Promise.all(placed.map(({ no }) => shop.seen({ visitor, no }, isDelivered)))
  await settled(old.no)
  expect(await balanceOf(visitor)).toBe(20_000 + 11_000 + 15_000 - 10 * goods.priceFen - 5_500)
  await expectRight()
})

describe('given back by staff', () => {
  test('whole: the purse gives amount and bonus, the money goes to where it came from, the bonus to the shop', async () => {
    const at = await house.newShop(RULES)
    const { visitor, no } = await recharged(10_000, at)
    expect(await account('cash.bonus', at)).toBe(-1_000)
    await refund(no, {}, at)
    expect(await balanceOf(visitor)).toBe(0)
    const detail = await settled(no, at)
    expect(detail).toMatchObject({
      state: 'refunded',
      refundedFen: 10_000,
      refunds: [{ amountFen: 10_000, creditFen: 11_000 }],
    })
    expect(await account('cash.bonus', at)).toBe(0)
    expect(await account('cash.clearing', at)).toBe(0)
    expect(await codeOf(refund(no, {}, at))).toBe('orders.nothing_to_refund')
    await expectRight(at)
  })

  test('in parts each with its share of the bonus, which add up to it to the fen', async () => {
    const at = await house.newShop(RULES)
    const { visitor, no } = await recharged(5_000, at)
    const parts = [1, 1_666, 1_667, 1_666]
    for (const amountFen of parts) await refund(no, { amountFen }, at)
    const detail = await settled(no, at)
    expect(detail).toMatchObject({ state: 'refunded', refundedFen: 5_000 })
    expect(detail.refunds.reduce((sum, { creditFen }) => sum + creditFen, 0)).toBe(5_333)
    expect(detail.refunds.map(({ amountFen }) => amountFen)).toEqual(parts)
    expect(await balanceOf(visitor)).toBe(0)
    expect(await account('cash.bonus', at)).toBe(0)
    await expectRight(at)
  })

  test('what was spent cannot go back, and it is said how much is missing; a part that is there can', async () => {
    const { visitor, no } = await recharged(10_000)
    await spend(visitor, 6_000)
    const refused = await refund(no).catch((error) => error)
    expect(refused).toMatchObject({ code: 'orders.recharge_spent', params: { missingYuan: '60.00' } })
    expect(await codeOf(refund(no, { to: 'balance' }))).toBe('orders.recharge_to_source')
    await refund(no, { amountFen: 4_000 })
    expect(await balanceOf(visitor)).toBe(600)
    expect(await settled(no)).toMatchObject({ state: 'delivered', refundedFen: 4_000 })
    expect(await codeOf(refund(no, { amountFen: 600 }))).toBe('orders.recharge_spent')
    await expectRight()
  })

  test('many at once never take more than the purse has, nor give back more than was paid', async () => {
    const { visitor, no } = await recharged(10_000)
    await spend(visitor, 5_000)
    const answers = await Promise.all(Array.from({ length: 8 }, () => codeOf(refund(no, { amountFen: 1_000 }))))
    expect(answers.filter((one) => one === 'ok')).toHaveLength(5)
    expect(new Set(answers)).toEqual(new Set(['ok', 'orders.recharge_spent']))
    expect(await balanceOf(visitor)).toBe(500)
    expect(await settled(no)).toMatchObject({ refundedFen: 5_000 })
    await expectRight()
  })

  test('above the shop’s limit it waits for a second person, takes nothing before, and is looked at anew then', async () => {
    const careful = await house.newShop({ ...RULES, 'refunds.approvalAboveFen': 3_000 })
    const { visitor, no } = await recharged(10_000, careful)
    await refund(no, { amountFen: 3_000 }, careful)
    await refund(no, { amountFen: 1_000 }, careful)
    expect(await balanceOf(visitor)).toBe(7_700)
    const waiting = (await detailOf(no, careful)).refunds.find(({ state }) => state === 'awaiting')
    const other = await careful.hire(['refunds.approve', 'orders.read'])
    const approve = () =>
      other.call(
        'fulfilment.approveRefund',
        { params: { refundId: waiting?.id ?? 0 }, body: {} },
        { idempotencyKey: randomUUID() },
      )
    const goods = await careful.stock(1, { sku: { priceFen: 7_000 } })
    const order = await careful.place(goods, 1, { visitor, payWith: 'balance' })
    expect(await codeOf(approve())).toBe('orders.recharge_spent')
    await careful.staff.call(
      'orders.refund',
      { params: { no: order.no }, body: { lineNo: null, to: 'balance', reason: '退' } },
      { idempotencyKey: randomUUID() },
    )
    const again = (await detailOf(order.no, careful)).refunds[0]
    await other.call(
      'fulfilment.approveRefund',
      { params: { refundId: again?.id ?? 0 }, body: {} },
      { idempotencyKey: randomUUID() },
    )
    await approve()
    expect(await balanceOf(visitor)).toBe(6_600)
    expect(await settled(no, careful)).toMatchObject({ refundedFen: 4_000 })
    await expectRight(careful)
  })
})

describe('a refund that the gateway refuses', () => {
  const failed = async () => {
    const one = await recharged(10_000)
    control.addFault({ kind: 'refund.reject', key: String(one.no), times: 1 })
    await refund(one.no, { amountFen: 4_000 })
    const detail = await settled(one.no)
    expect(detail.lines[0]).toMatchObject({
      state: 'exception',
      exception: { reason: 'refund_failed' },
      failedFen: 4_000,
    })
    expect(await balanceOf(one.visitor)).toBe(6_600)
    const desk = await shop.staff.call('fulfilment.listExceptions', { query: { q: String(one.no) } })
    expect(desk.items).toMatchObject([{ skuId: null, amountFen: 4_000, actions: ['refund'] }])
    await expectRight()
    return { ...one, refundId: detail.refunds[0]?.id ?? 0 }
  }

  test('is sent again as it was, and the purse is not asked again', async () => {
    const { visitor, no } = await failed()
    await refund(no, { again: true })
    expect(await settled(no)).toMatchObject({ state: 'delivered', refundedFen: 4_000, lines: [{ state: 'delivered' }] })
    expect(await balanceOf(visitor)).toBe(6_600)
    await refund(no)
    expect(await settled(no)).toMatchObject({ state: 'refunded', refundedFen: 10_000 })
    expect(await balanceOf(visitor)).toBe(0)
    await expectRight()
  })

  test('goes with the rest when all is refunded', async () => {
    const { visitor, no } = await failed()
    await refund(no)
    const detail = await settled(no)
    expect(detail).toMatchObject({ state: 'refunded', refundedFen: 10_000 })
    expect(detail.refunds.map(({ amountFen, creditFen, isReplaced }) => [amountFen, creditFen, isReplaced])).toEqual([
      [4_000, 4_400, true],
      [10_000, 11_000, false],
    ])
    expect(await balanceOf(visitor)).toBe(0)
    await expectRight()
  })

  test('is put back into the purse to the fen, and may not be sent any more', async () => {
    const { visitor, no, refundId } = await failed()
    await refund(no, { again: true, to: 'balance' })
    expect(await balanceOf(visitor)).toBe(11_000)
    expect(await detailOf(no)).toMatchObject({
      state: 'delivered',
      refundedFen: 0,
      lines: [{ state: 'delivered', refundingFen: 0 }],
    })
    const retry = shop.staff.call('payments.retryRefund', { params: { refundId }, body: { reason: '再试' } })
    expect(await codeOf(retry)).toBe('payments.refund_not_failed')
    expect(await codeOf(refund(no, { again: true, to: 'balance' }))).toBe('orders.nothing_to_refund')
    await expectRight()
    await refund(no)
    expect(await settled(no)).toMatchObject({ state: 'refunded', refundedFen: 10_000 })
    await expectRight()
  })

  test('and went through after all when it had been put back, is booked as the loss that it is', async () => {
    const { visitor, no, refundId } = await failed()
    await refund(no, { again: true, to: 'balance' })
    await house.platform.db.call(shop.tenantId, 'fulfilment.refund_ended', refundId, true, null)
    expect(await balanceOf(visitor)).toBe(11_000)
    expect(await account('cash.loss')).toBe(-4_000)
    expect(await account('cash.clearing')).toBe(0)
    expect(await detailOf(no)).toMatchObject({ state: 'delivered', refundedFen: 0 })
    await expectRight()
  })

  test('is settled by hand', async () => {
    const { visitor, no, refundId } = await failed()
    await shop.staff.call(
      'fulfilment.refundByHand',
      { params: { refundId }, body: { reference: 'BANK-77', note: '银行转账' } },
      { idempotencyKey: randomUUID() },
    )
    expect(await detailOf(no)).toMatchObject({ refundedFen: 4_000, lines: [{ state: 'delivered' }] })
    expect(await balanceOf(visitor)).toBe(6_600)
    await expectRight()
  })
})

describe('a chargeback', () => {
  test('of the whole after a refund failed and the rest was spent, and won: everything is as before', async () => {
    const { visitor, no } = await recharged(10_000)
    control.addFault({ kind: 'refund.reject', key: String(no), times: 1 })
    await refund(no, { amountFen: 4_000 })
    await settled(no)
    await spend(visitor, 6_600)
    const before = [await account('cash.chargeback'), await account('cash.bonus')]
    expect(await dispute(no, 10_000)).toBe('applied')
    expect(await balanceOf(visitor)).toBe(0)
    expect(await dispute(no, 10_000, 'won')).toBe('applied')
    expect(await balanceOf(visitor)).toBe(4_400)
    // The failed refund's share of the bonus is in the purse again.
    expect([await account('cash.chargeback'), await account('cash.bonus')]).toEqual([before[0], (before[1] ?? 0) - 400])
    await expectRight()
  })

  test('beside another: what the shop wins back stays out of the purse while the other is lost', async () => {
    const { visitor, no } = await recharged(10_000)
    const losses = await account('cash.chargeback')
    const [receipt] = await house.query<{ readonly trade_no: string }>(
      "select trade_no from payments.receipts where order_no = $1 and state = 'applied'",
      [no],
    )
    const say = (disputeNo: string, state: string) =>
      house.platform.db.call(shop.tenantId, 'fulfilment.chargeback', 'sim-pay', {
        disputeNo,
        tradeNo: receipt?.trade_no,
        amountFen: 10_000,
        state,
      })
    await say(`A${no}`, 'opened')
    await say(`B${no}`, 'opened')
    await say(`A${no}`, 'won')
    expect(await balanceOf(visitor)).toBe(0)
    expect(await account('cash.chargeback')).toBe(losses)
    await say(`B${no}`, 'won')
    expect(await balanceOf(visitor)).toBe(11_000)
    expect(await account('cash.chargeback')).toBe(losses)
    await expectRight()
  })

  test('of a part takes it although a refund failed before, whose money is put back first', async () => {
    const { visitor, no } = await recharged(10_000)
    control.addFault({ kind: 'refund.reject', key: String(no), times: 1 })
    await refund(no, { amountFen: 4_000 })
    await settled(no)
    const losses = await account('cash.chargeback')
    expect(await dispute(no, 7_000)).toBe('applied')
    expect(await balanceOf(visitor)).toBe(3_300)
    expect(await account('cash.chargeback')).toBe(losses)
    expect(await codeOf(refund(no, { again: true, to: 'balance' }))).toBe('orders.nothing_to_refund')
    await expectRight()
  })

  test('takes amount and bonus from the purse, whole or in part, and is counted once', async () => {
    const { visitor, no } = await recharged(10_000)
    expect(await dispute(no, 4_000)).toBe('applied')
    expect(await dispute(no, 4_000)).toBe('duplicate')
    expect(await balanceOf(visitor)).toBe(6_600)
    expect(await dispute(no, 6_000)).toBe('applied')
    expect(await balanceOf(visitor)).toBe(0)
    expect(await detailOf(no)).toMatchObject({ state: 'refunded', refundedFen: 10_000 })
    await expectRight()
  })

  test('takes what is left of what was spent, and the rest is the loss', async () => {
    const { visitor, no } = await recharged(10_000)
    await spend(visitor, 7_000)
    const losses = await account('cash.chargeback')
    expect(await dispute(no, 10_000)).toBe('applied')
    expect(await balanceOf(visitor)).toBe(0)
    expect(await account('cash.chargeback')).toBe(losses - 6_000)
    const { items } = await shop.staff.call('payments.listChargebacks', { query: {} })
    expect(items.find(({ orderNo }) => orderNo === no)).toMatchObject({ amountFen: 10_000, lossFen: 6_000 })
    await expectRight()
  })

  test.each([
    ['nothing', 0, 10_000, 0],
    ['a part', 7_000, 4_000, 6_000],
    ['all of it', 11_000, 0, 10_000],
  ])('that the shop wins gives the purse back what it gave: %s was spent', async (_, spentFen, givenFen, lossFen) => {
    const { visitor, no } = await recharged(10_000)
    if (spentFen > 0) await spend(visitor, spentFen)
    const before = {
      purse: await balanceOf(visitor),
      losses: await account('cash.chargeback'),
      bonus: await account('cash.bonus'),
      gateway: await account('cash.gateway'),
    }
    expect(await dispute(no, 10_000)).toBe('applied')
    expect(await balanceOf(visitor)).toBe(0)
    expect(await account('cash.chargeback')).toBe(before.losses - lossFen)
    expect(before.purse).toBe(givenFen + (spentFen === 0 ? 1_000 : 0))
    expect(await dispute(no, 10_000, 'won')).toBe('applied')
    expect(await dispute(no, 10_000, 'won')).toBe('duplicate')
    expect({
      purse: await balanceOf(visitor),
      losses: await account('cash.chargeback'),
      bonus: await account('cash.bonus'),
      gateway: await account('cash.gateway'),
    }).toEqual(before)
    await expectRight()
  })
})

describe('what is told', () => {
  test('the board and the reports count no sale; the bonus is a cost of its own', async () => {
    const at = await house.newShop(RULES)
    const { no } = await recharged(10_000, at)
    const board = await at.staff.call('orders.board', {})
    expect(board.today).toMatchObject({ orders: 0, paidOrders: 0, salesFen: 0 })
    const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    const report = await until('the figures', async () => {
      const found = await at.staff.call('analytics.report', {
        query: { from: day, to: day, by: 'goods', grain: 'day' },
      })
      return found.totals.bonusesFen === 1_000 ? found : undefined
    })
    expect(report.totals).toMatchObject({ salesFen: 0, netFen: 0, marginFen: -1_000, lines: 0, pieces: 0 })
    expect(report.agreement).toMatchObject({ differences: [] })
    const sheet = await at.staff.call('analytics.balanceSheet', { query: {} })
    const cny = sheet.units.find(({ unit }) => unit === 'CNY')
    expect(cny?.sum).toBe(0)
    expect(cny?.lines.find(({ kind }) => kind === 'cash.bonus')).toMatchObject({ balance: -1_000, title: '充值赠送' })
    await refund(no, {}, at)
    await settled(no, at)
    await until('the figures after', async () => {
      const found = await at.staff.call('analytics.report', {
        query: { from: day, to: day, by: 'goods', grain: 'day' },
      })
      return found.totals.bonusesFen === 0 && found.totals.marginFen === 0 ? found : undefined
    })
  })

  test('lists tell recharges from goods, to the desk and to the member', async () => {
    const { visitor, id, no } = await recharged(10_000)
    const { items } = await shop.staff.call('orders.list', { query: { memberId: id, purpose: 'recharge' } })
    expect(items).toMatchObject([{ no, purpose: 'recharge', creditFen: 11_000, goodsTitles: ['余额充值'] }])
    expect((await shop.staff.call('orders.list', { query: { memberId: id, purpose: 'goods' } })).items).toEqual([])
    expect((await visitor.call('orders.mine', { query: {} })).items).toMatchObject([
      { no, lines: [], recharge: { bonusFen: 1_000 } },
    ])
    const { items: moved } = await visitor.call('members.listMyMovements', { query: {} })
    expect(moved.map(({ kind, amountFen, balanceFen, orderNo }) => [kind, amountFen, balanceFen, orderNo])).toEqual([
      ['cash.recharge_bonus', 1_000, 11_000, no],
      ['cash.recharge', 10_000, 10_000, no],
    ])
    const { timeline, lines, actions } = await detailOf(no)
    expect(timeline.map(({ title }) => title)).toContain('delivery.credited')
    expect(lines).toMatchObject([{ skuId: null, goodsId: null, deliveredQuantity: 1 }])
    expect(actions).toEqual(['refund'])
  })

  test('another shop’s member sees and pays nothing of it', async () => {
    const { no } = await recharged(1_000)
    const stranger = await (await house.newShop(RULES)).member()
    expect(await codeOf(stranger.visitor.call('orders.get', { params: { no } }))).toBe('common.not_found')
    expect(await codeOf(stranger.visitor.call('orders.cancel', { params: { no }, body: {} }))).toBe('common.not_found')
  })
})
