import { createHmac, randomUUID } from 'node:crypto'
import type { PaygateFaultKind } from '@quanshu/sim'
import { describe, expect, test } from 'vitest'
import { expectBooksRight } from './books.ts'
import { codesOf, isDelivered, openHouse, type PlacedOrder, type Shop } from './shop.ts'

const house = await openHouse()
const shop = await house.newShop()
const goods = await shop.stock(40)
const { paygate } = house.standIns

describe('a notice that comes again', () => {
  test('five at once and once more a day later: one delivery, one mail, every one acknowledged', async () => {
    const order = await shop.place(goods, 2, { contact: 'five@example.test' })
    paygate.control.addFault({ kind: 'notice.parallel', count: 5, key: String(order.no) })
    paygate.control.addFault({ kind: 'notice.again', ms: 86_400_000, key: String(order.no) })
    await shop.pay(order.no)
    const first = codesOf(await shop.seen(order, isDelivered))
    expect(first).toHaveLength(2)
    await paygate.control.advance(86_400_000)
    const sendings = paygate.control.sendings().filter(({ outTradeNo }) => outTradeNo === String(order.no))
    expect(sendings.map(({ acknowledged }) => acknowledged)).toEqual(Array<boolean>(6).fill(true))
    expect(codesOf(await order.visitor.call('orders.get', { params: { no: order.no } }))).toEqual(first)
    expect((await verdictsOf(order)).toSorted()).toEqual(['applied', ...Array<string>(5).fill('duplicate')])
    const grants = await house.query('select from entitlements.grants where tenant_id = $1 and order_no = $2', [
      shop.tenantId,
      order.no,
    ])
    expect(grants).toHaveLength(2)
    const told = await house.query(
      `select from events.log where tenant_id = $1 and subject = $2 and type = 'order.delivered'`,
      [shop.tenantId, `order:${order.no}`],
    )
    expect(told).toHaveLength(1)
    expect(house.standIns.mail.control.inbox('five@example.test').length).toBeLessThanOrEqual(1)
    await expectBooksRight(house, shop.tenantId)
  })

  test('a notice that is lost is made good by asking: the order is delivered without it', async () => {
    const order = await shop.place(goods)
    paygate.control.addFault({ kind: 'notice.lose', key: String(order.no) })
    await shop.pay(order.no)
    const { outcome } = await shop.staff.call('orders.queryPayment', { params: { no: order.no }, body: {} })
    expect(outcome).toBe('paid')
    expect(codesOf(await shop.seen(order, isDelivered))).toHaveLength(1)
    // The true notice comes after all.
    await paygate.control.advance(15_000)
    expect((await verdictsOf(order)).toSorted()).toEqual(['applied', 'duplicate'])
    await expectBooksRight(house, shop.tenantId)
  })

  test('money that is told of before the cashier opened is delivered all the same', async () => {
    paygate.control.addFault({ kind: 'create.notice_first', times: 1 })
    const early = await shop.place(goods)
    expect(codesOf(await shop.seen(early, isDelivered))).toHaveLength(1)
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('a notice that lies', () => {
  test.each([
    ['notice.forge', 'bad_signature'],
    ['notice.tamper', 'bad_signature'],
    ['notice.stale', 'stale'],
    ['notice.wrong_merchant', 'wrong_merchant'],
    ['notice.malformed', 'malformed'],
    ['notice.wrong_amount', 'wrong_amount'],
    ['notice.wrong_currency', 'wrong_currency'],
  ] as const satisfies readonly (readonly [PaygateFaultKind, string])[])(
    '%s: nothing is delivered, it is stored as %s, shown to finance and not acknowledged',
    async (kind, verdict) => {
      const order = await shop.place(goods)
      paygate.control.addFault({ kind, key: String(order.no), times: 1 })
      await shop.pay(order.no)
      const view = await order.visitor.call('orders.get', { params: { no: order.no } })
      expect([view.state, codesOf(view)]).toEqual(['pending', []])
      const { items } = await shop.staff.call('payments.listNotices', { query: { verdict } })
      expect(items.some(({ body }) => body.includes(String(order.no)))).toBe(true)
      expect(lastSending(order)).toMatchObject({ acknowledged: false, fault: kind })
      await expectBooksRight(house, shop.tenantId)
    },
  )

  test("another shop's order number in a well-signed notice pays neither shop's order", async () => {
    const other = await house.newShop()
    const foreign = await other.place(await other.stock(1))
    const order = await shop.place(goods)
    paygate.control.addFault({ kind: 'notice.other_order', value: String(foreign.no), key: String(order.no), times: 1 })
    await shop.pay(order.no)
    for (const one of [order, foreign]) {
      expect((await one.visitor.call('orders.get', { params: { no: one.no } })).state).toBe('pending')
    }
    const [stored] = await house.query<{ verdict: string }>(
      'select verdict from payments.notices where tenant_id = $1 and order_no = $2',
      [shop.tenantId, foreign.no],
    )
    expect(stored?.verdict).toBe('unknown_order')
    await expectBooksRight(house, other.tenantId)
  })

  test("a true notice of one order does not pay another of the same price, nor when sent to a neighbour's address", async () => {
    const [order, other] = [await shop.place(goods), await shop.place(goods)]
    const neighbour = await house.newShop()
    await shop.pay(order.no)
    const [notice] = await house.query<{ body: string; headers: Record<string, string> }>(
      `select body, headers from payments.notices where tenant_id = $1 and order_no = $2`,
      [shop.tenantId, order.no],
    )
    const { ip: _ip, path: _path, ...headers } = notice?.headers ?? {}
    const swapped = (notice?.body ?? '').replaceAll(String(order.no), String(other.no))
    for (const [base, body] of [
      [shop.base, swapped],
      [neighbour.base, notice?.body ?? ''],
    ] as const) {
      const answer = await fetch(`${base}/api/pay/sim-pay/notify`, { method: 'POST', headers, body })
      expect([answer.status, await answer.text()]).toEqual([400, 'fail'])
    }
    expect((await other.visitor.call('orders.get', { params: { no: other.no } })).state).toBe('pending')
    await expectBooksRight(house, shop.tenantId)
  })

  test('one trade number cannot pay two orders, even with a genuine signature', async () => {
    const [order, other] = [await shop.place(goods), await shop.place(goods)]
    await shop.pay(order.no)
    const trade = paygate.control.payment(paygate.merchant.id, String(order.no)) as {
      readonly trades: readonly { readonly trade_no: string }[]
    }
    const answer = await sendSigned(shop, {
      event: 'PAYMENT.SUCCESS',
      merchant_id: paygate.merchant.id,
      out_trade_no: String(other.no),
      trade_no: trade.trades[0]?.trade_no,
      amount: 1990,
      currency: 'CNY',
      paid_at: new Date().toISOString(),
    })
    expect(answer.status).toBe(200)
    expect((await other.visitor.call('orders.get', { params: { no: other.no } })).state).toBe('pending')
    expect(await verdictsOf(other)).toEqual(['duplicate'])
    await expectBooksRight(house, shop.tenantId)
  })
})

const lastSending = ({ no }: PlacedOrder) =>
  paygate.control.sendings().findLast(({ outTradeNo }) => outTradeNo === String(no))

async function verdictsOf({ no }: PlacedOrder): Promise<readonly string[]> {
  const rows = await house.query<{ verdict: string }>(
    'select verdict from payments.notices where tenant_id = $1 and order_no = $2',
    [shop.tenantId, no],
  )
  return rows.map(({ verdict }) => verdict)
}

/** A notice as the gateway would sign it. */
function sendSigned(to: Shop, content: unknown): Promise<Response> {
  const url = new URL(`${to.base}/api/pay/sim-pay/notify`)
  const body = JSON.stringify(content)
  const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), randomUUID().replaceAll('-', '')]
  const signature = createHmac('sha256', paygate.merchant.secret)
    .update(`POST\n${url.pathname}\n${timestamp}\n${nonce}\n${body}`)
    .digest('hex')
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'x-pay-merchant': paygate.merchant.id,
      'x-pay-timestamp': timestamp,
      'x-pay-nonce': nonce,
      'x-pay-signature': signature,
    },
  })
}
