import type { Client } from '@quanshu/client'
import { describe, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { expectBooksRight } from './books.ts'
import {
  codeOf,
  codesOf,
  type Goods,
  isDelivered,
  openHouse,
  type PlacedOrder,
  PRICE_FEN,
  type Shop,
  until,
} from './shop.ts'

/** 补单: a buyer says that an order is paid and shows the gateway's number; staff claim that payment for the order. */

const house = await openHouse()
const { control, merchant } = house.standIns.paygate
const shop = await house.newShop()
const goods = await shop.stock(40)

/** Paid at the gateway, and nobody told us: the notice is lost and the ladder has ended. */
async function silentlyPaid(at: Shop = shop, stock: Goods = goods, quantity = 1): Promise<PlacedOrder> {
  const order = await at.place(stock, quantity)
  await paySilently(at, order)
  return order
}
async function paySilently(at: Shop, { no }: PlacedOrder): Promise<void> {
  control.addFault({ kind: 'notice.lose', key: String(no) })
  await house.query('update payments.attempts set next_query_at = null where tenant_id = $1 and order_no = $2', [
    at.tenantId,
    no,
  ])
  await at.pay(no, { late: true })
}
const tradeNoOf = ({ no }: PlacedOrder): string =>
  String((control.payment(merchant.id, String(no)).trades as readonly { readonly trade_no: string }[])[0]?.trade_no)
const claim = ({ no }: PlacedOrder, tradeNo: string, by: Client = shop.staff, gateway = 'sim-pay') =>
  by.call('payments.claim', { params: { no }, body: { gateway, tradeNo, reason: '客户出示付款截图' } })
const audited = (at: Shop, no: number) =>
  house.query<{ action: string }>(
    `select action from audit.entries where tenant_id = $1 and object_kind = 'order' and object_id = $2 and action like 'payment.%' order by seq`,
    [at.tenantId, String(no)],
  )

describe('a payment that the gateway confirms', () => {
  test('is settled exactly as its notice would have been, and can be claimed once', async () => {
    const order = await silentlyPaid()
    const delivered = shop.seen(order, isDelivered)
    expect(await claim(order, tradeNoOf(order))).toMatchObject({
      state: 'settled',
      verdict: 'applied',
      amountFen: PRICE_FEN,
      orderNo: order.no,
    })
    expect(codesOf(await delivered)).toHaveLength(1)
    expect(await audited(shop, order.no)).toEqual([{ action: 'payment.claim' }])
    await expect(claim(order, tradeNoOf(order))).rejects.toMatchObject({ code: 'payments.claim_known' })
    // Its notice comes after all, and changes nothing.
    await control.repeatNotices(merchant.id, String(order.no), 2)
    await expectBooksRight(house, shop.tenantId)
  })

  test('claimed by two at once is settled once', async () => {
    const order = await silentlyPaid()
    const answers = await Promise.allSettled([claim(order, tradeNoOf(order)), claim(order, tradeNoOf(order))])
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true)
    const receipts = await house.query('select from payments.receipts where tenant_id = $1 and order_no = $2', [
      shop.tenantId,
      order.no,
    ])
    expect(receipts).toHaveLength(1)
    await expectBooksRight(house, shop.tenantId)
  })

  test('buys what is left for an order that expired, and goes back when nothing is', async () => {
    const last = await shop.stock(1)
    const order = await shop.place(last)
    await expire(order)
    const winner = await shop.place(last)
    await paySilently(shop, order)
    expect(await claim(order, tradeNoOf(order))).toMatchObject({ state: 'settled', verdict: 'surplus' })
    await until('the money to be back', async () => {
      const rows = await house.query<{ state: string }>(
        'select state from payments.receipts where tenant_id = $1 and order_no = $2',
        [shop.tenantId, order.no],
      )
      return rows[0]?.state === 'refunded' || undefined
    })
    await winner.visitor.call('orders.cancel', { params: { no: winner.no }, body: {} })
    const late = await shop.place(last)
    await expire(late)
    await paySilently(shop, late)
    expect(await claim(late, tradeNoOf(late))).toMatchObject({ verdict: 'applied' })
    expect(codesOf(await shop.seen(late, isDelivered))).toHaveLength(1)
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('what is no payment for the order is refused, and said why', () => {
  const refused = async (work: Promise<unknown>, code: string, params: object = {}) =>
    expect(await work.catch((error) => error)).toMatchObject({ code, params })

  test('the gateway knows of none; another number; another order’s; another amount', async () => {
    const order = await shop.place(goods)
    await refused(claim(order, 'SP999'), 'payments.claim_not_found')

    const paid = await silentlyPaid()
    await refused(claim(order, tradeNoOf(paid)), 'payments.claim_not_found')
    await refused(claim(paid, 'SP999'), 'payments.claim_other_trade', { found: `${tradeNoOf(paid)} ¥19.90` })
    await claim(paid, tradeNoOf(paid))
    await refused(claim(order, tradeNoOf(paid)), 'payments.claim_other_order', { orderNo: paid.no })
    await refused(claim(paid, 'SP999'), 'payments.claim_not_needed')

    control.addFault({ kind: 'api.error', endpoint: 'create', times: 2 })
    const odd = await shop.place(goods)
    control.addFault({ kind: 'notice.lose', key: String(odd.no) })
    const notifyUrl = `${shop.base}/api/pay/sim-pay/notify`
    await control.pay(merchant.id, [{ outTradeNo: String(odd.no), amount: 1000, notifyUrl }])
    await refused(claim(odd, tradeNoOf(odd)), 'payments.claim_amount', { paidYuan: '10.00', dueYuan: '19.90' })
    expect(await house.query('select from payments.receipts where order_no = $1', [odd.no])).toEqual([])
    await expectBooksRight(house, shop.tenantId)
  })

  test('a gateway that gives no clear answer, or that the shop does not have', async () => {
    const order = await silentlyPaid()
    control.addFault({ kind: 'api.error', endpoint: 'query', times: 1 })
    await refused(claim(order, tradeNoOf(order)), 'payments.claim_silent')
    await refused(claim(order, tradeNoOf(order), shop.staff, 'alipay'), 'payments.not_configured')
    await refused(claim(order, tradeNoOf(order), shop.staff, 'nowhere'), 'payments.gateway_unknown')
    expect(await claim(order, tradeNoOf(order))).toMatchObject({ verdict: 'applied' })
  })

  test('without the permission', async () => {
    const order = await silentlyPaid()
    await refused(claim(order, tradeNoOf(order), await shop.hire(['orders.read'])), 'common.forbidden')
  })
})

describe('above the shop’s amount', async () => {
  const careful = await house.newShop({ 'payments.claimApprovalAboveFen': PRICE_FEN })
  const stock = await careful.stock(20)
  const asker = await careful.hire(['orders.read', 'orders.handle', 'payments.approve'])
  const second = await careful.hire(['orders.read', 'payments.approve'])
  const decide = (claimId: number, by: Client) => by.call('payments.approveClaim', { params: { claimId }, body: {} })
  test('nothing is settled until somebody else agrees; below it nobody is asked', async () => {
    const small = await silentlyPaid(careful, stock)
    expect(await claim(small, tradeNoOf(small), asker)).toMatchObject({ state: 'settled' })

    const order = await silentlyPaid(careful, stock, 2)
    const { id, state } = await claim(order, tradeNoOf(order), asker)
    expect(state).toBe('awaiting')
    const toldTo = async (by: Client) =>
      (await by.call('notify.listInbox', { query: {} })).items.filter(({ event }) => event === 'payment.claim_awaiting')
    const news = await until('the second person to be told', async () => (await toldTo(second))[0])
    expect(news).toMatchObject({ link: `/orders/${order.no}`, title: expect.stringContaining(String(order.no)) })
    expect(await toldTo(asker)).toEqual([])
    expect((await second.call('orders.detail', { params: { no: order.no } })).state).toBe('pending')
    expect(await codeOf(claim(order, tradeNoOf(order), asker))).toBe('payments.claim_awaiting')
    expect(await codeOf(decide(id, asker))).toBe('payments.claim_own')
    expect((await second.call('payments.listClaims', { query: { state: 'awaiting' } })).items).toMatchObject([{ id }])

    const delivered = careful.seen(order, isDelivered)
    expect(await decide(id, second)).toMatchObject({ state: 'settled', verdict: 'applied', decidedBy: '店员' })
    expect(codesOf(await delivered)).toHaveLength(2)
    expect(await codeOf(decide(id, second))).toBe('payments.claim_not_awaiting')
    expect(await audited(careful, order.no)).toEqual([{ action: 'payment.claim' }, { action: 'payment.claim_approve' }])
    await expectBooksRight(house, careful.tenantId)
  })

  test('a no books nothing, and the payment may be claimed again', async () => {
    const order = await silentlyPaid(careful, stock, 2)
    const { id } = await claim(order, tradeNoOf(order), asker)
    const params = { claimId: id }
    const body = { reason: '截图不清楚' }
    expect(await second.call('payments.declineClaim', { params, body })).toMatchObject({
      state: 'declined',
      decidedNote: body.reason,
      verdict: null,
    })
    expect(await codeOf(second.call('payments.declineClaim', { params, body }))).toBe('payments.claim_not_awaiting')
    expect(await house.query('select from payments.receipts where order_no = $1', [order.no])).toEqual([])
    expect((await claim(order, tradeNoOf(order), asker)).state).toBe('awaiting')
  })

  test('a claim that its notice has overtaken cannot be agreed to any more', async () => {
    const order = await silentlyPaid(careful, stock, 2)
    const { id } = await claim(order, tradeNoOf(order), asker)
    await control.repeatNotices(merchant.id, String(order.no))
    await careful.seen(order, isDelivered)
    expect(await codeOf(decide(id, second))).toBe('payments.claim_known')
    await expectBooksRight(house, careful.tenantId)
  })

  test('what was agreed to and not settled when a process died is gone on with', async () => {
    const order = await silentlyPaid(careful, stock)
    const { id } = await claim(order, tradeNoOf(order), asker)
    const other = await silentlyPaid(careful, stock)
    await house.query(
      `update payments.claims set state = 'approved', verdict = null, order_no = $3, trade_no = $4 where tenant_id = $1 and id = $2`,
      [careful.tenantId, id, other.no, tradeNoOf(other)],
    )
    expect(await claim(other, tradeNoOf(other), asker)).toMatchObject({ id, state: 'settled', verdict: 'applied' })
    const report = await auditBooks(house.platform, careful.tenantId, { isWhole: true, graceSeconds: 0 })
    expect(report.checks.flatMap(({ violations }) => violations)).toEqual([])
  })
})

async function expire({ no }: PlacedOrder): Promise<void> {
  await house.query('update orders.orders set expires_at = now() where tenant_id = $1 and no = $2', [shop.tenantId, no])
  await until('the order to expire', async () => {
    const rows = await house.query<{ state: string }>('select state from orders.orders where no = $1', [no])
    return rows[0]?.state === 'expired' || undefined
  })
}
