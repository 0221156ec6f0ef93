import type { OrderView } from '@quanshu/contract'
import { startAlipay } from '@quanshu/sim/alipay'
import { startEpay } from '@quanshu/sim/epay'
import { startStripe } from '@quanshu/sim/stripe'
import { startWechat } from '@quanshu/sim/wechat'
import { afterAll, describe, expect, test } from 'vitest'
import { notifyUrlOf, paymentNo, saveGateway } from '../../src/modules/payments/index.ts'
import { expectBooksRight } from './books.ts'
import { codesOf, isDelivered, openHouse, type Shop, until } from './shop.ts'

/** A person pays, the shop delivers, money goes back: through every real gateway's protocol, from the button to the books. */

const house = await openHouse()
const host = '127.0.0.1'
const [alipay, wechat, epay, stripe] = await Promise.all([
  startAlipay({ host }),
  startWechat({ host }),
  startEpay({ host }),
  startStripe({ host }),
])
afterAll(() => Promise.all([alipay, wechat, epay, stripe].map((standIn) => standIn.close())))

type Case = {
  readonly gateway: string
  readonly account: Omit<Parameters<typeof saveGateway>[4], 'enabled'>
  readonly setUp?: (notifyUrl: string) => Readonly<Record<string, string>>
  /** Pays as the person would; resolves when the notice was answered. */
  readonly pay: (paymentNo: string) => Promise<unknown>
  /** Its notice never comes. */
  readonly lose: (paymentNo: string) => unknown
  readonly ways: { readonly desktop: string; readonly phone: string }
}
const { appId, sellerId, alipayPublicKey, appPrivateKey } = alipay.merchant
const { pid, key, merchantPrivateKey, platformPublicKey } = epay.merchant
const epayAccount = (signing: string): Case['account'] => ({
  baseUrl: epay.url,
  merchantId: pid,
  settings: { signing, platformPublicKey },
  secrets: { key, merchantPrivateKey },
})
const payAtEpay = (paymentNo: string) => epay.control.pay([paymentNo])
const loseAtEpay = (key: string) => epay.control.addFault({ kind: 'notice.lose', key })
const cases: readonly Case[] = [
  {
    gateway: 'alipay',
    account: {
      baseUrl: alipay.url,
      merchantId: appId,
      settings: { sellerId, alipayPublicKey },
      secrets: { privateKey: appPrivateKey },
    },
    pay: (outTradeNo) => alipay.control.pay(appId, [{ outTradeNo }]),
    lose: (key) => alipay.control.addFault({ kind: 'notice.lose', key }),
    ways: { desktop: 'redirect', phone: 'redirect' },
  },
  {
    gateway: 'wechat',
    account: { baseUrl: wechat.url, ...wechat.account },
    pay: (outTradeNo) => wechat.control.pay(wechat.account.merchantId, [{ outTradeNo }]),
    lose: (key) => wechat.control.addFault({ kind: 'notice.lose', key }),
    ways: { desktop: 'qr', phone: 'redirect' },
  },
  {
    gateway: 'epay',
    account: epayAccount('MD5'),
    pay: payAtEpay,
    lose: loseAtEpay,
    ways: { desktop: 'redirect', phone: 'redirect' },
  },
  {
    gateway: 'epay',
    account: epayAccount('RSA'),
    pay: payAtEpay,
    lose: loseAtEpay,
    ways: { desktop: 'redirect', phone: 'redirect' },
  },
  {
    gateway: 'stripe',
    account: {
      baseUrl: stripe.url,
      merchantId: stripe.account.id,
      secrets: { secretKey: stripe.account.secretKey },
    },
    setUp: (notifyUrl) => ({ webhookSecret: stripe.control.setWebhook(notifyUrl) }),
    pay: (paymentNo) => stripe.control.pay([paymentNo]),
    lose: (key) => stripe.control.addFault({ kind: 'notice.lose', key }),
    ways: { desktop: 'redirect', phone: 'redirect' },
  },
]

async function shopWith({ gateway, account, setUp }: Case): Promise<Shop> {
  const shop = await house.newShop()
  const notifyUrl = notifyUrlOf(house.platform.config.publicUrl, shop.slug, gateway)
  const secrets = { ...account.secrets, ...setUp?.(notifyUrl) }
  await saveGateway(house.platform, undefined, shop.ctx, gateway, { ...account, secrets, enabled: true })
  return shop
}

/** Opens the cashier as the button does, and looks at it as the browser would. */
async function openCashier(order: Awaited<ReturnType<Shop['place']>>, gateway: string, device: 'desktop' | 'phone') {
  const view = await order.visitor.call('orders.pay', { params: { no: order.no }, body: { payWith: gateway, device } })
  const cashier = view.payment?.cashier
  if (!cashier) throw new Error('there is no cashier')
  if (cashier.way === 'redirect') expect((await fetch(cashier.url)).status).toBeLessThan(400)
  return cashier
}

/** Placing opens the cashier for a desktop; one for a phone is another attempt where the gateway's page is another. */
async function latestPaymentNo(no: number): Promise<string> {
  const rows = await house.query<{ turn: number }>(
    'select max(turn) as turn from payments.attempts where order_no = $1',
    [no],
  )
  return paymentNo(no, rows[0]?.turn ?? 0)
}

test('inside WeChat: the app tells who it is, and the payment is made for that person and nobody else', async () => {
  const { account } = caseOf('wechat')
  const shop = await house.newShop()
  const inApp = { ...account, settings: { ...account.settings, webAuthUrl: wechat.url } }
  await saveGateway(house.platform, undefined, shop.ctx, 'wechat', { ...inApp, enabled: true })
  const goods = await shop.stock(2)
  const cookies = new Map<string, string>()
  /** As WeChat's browser: with its name, its cookies, and following nothing by itself. */
  const go = async (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set('user-agent', 'Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50')
    headers.set('x-quanshu-client', 'test')
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (url.startsWith(house.url)) cookies.set(name, value)
    }
    return answer
  }
  const post = (path: string, body: unknown) =>
    go(`${shop.base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `${path}-${Math.random()}` },
      body: JSON.stringify(body),
    })
  const placed = await post('/api/mall/orders', {
    lines: [{ skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen }],
    contact: '13800001111',
    queryPassword: 'some-password',
    payWith: 'wechat',
  })
  const { no } = (await placed.json()) as { no: number }
  const pay = async () =>
    ((await (await post(`/api/mall/orders/${no}/pay`, { payWith: 'wechat', device: 'phone' })).json()) as OrderView)
      .payment?.cashier
  const locationOf = (answer: Response): string => answer.headers.get('location') ?? ''

  const first = await pay()
  expect(first).toEqual({ way: 'redirect', url: `${shop.base}/api/pay/wechat/enter?no=${no}` })
  expect(await house.query('select from payments.attempts where order_no = $1', [no])).toEqual([])
  const entered = locationOf(await go(`${shop.base}/api/pay/wechat/enter?no=${no}`))
  expect(entered).toMatch(/scope=snsapi_base&state=[0-9a-f]{32}#wechat_redirect$/)
  const back = locationOf(await go(entered))

  // A code that came with another state is somebody else's: the page stands still.
  const stolen = back.replace(/state=\w+/, 'state=0')
  expect(locationOf(await go(stolen))).toBe(`/s/${shop.slug}/pay/${no}`)
  const again = locationOf(await go(locationOf(await go(`${shop.base}/api/pay/wechat/enter?no=${no}`))))
  expect(locationOf(await go(again))).toBe(`/s/${shop.slug}/pay/${no}?with=wechat`)
  expect(cookies.get('qs_person_wechat')).toMatch(/^oSim\w+/)
  // The same code a second time tells nothing.
  expect(locationOf(await go(again))).toBe(`/s/${shop.slug}/pay/${no}`)

  const cashier = await pay()
  if (cashier?.way !== 'in_app') throw new Error(JSON.stringify(cashier))
  const paid = await fetch(`${wechat.url}/in-app/pay?${new URLSearchParams({ ...cashier.params, do: 'pay' })}`, {
    method: 'POST',
  })
  expect(await paid.text()).toContain('get_brand_wcpay_request:ok')
  await until('the order is delivered', async () => {
    const detail = await shop.staff.call('orders.detail', { params: { no } })
    return detail.state === 'delivered' || undefined
  })
  await expectBooksRight(house, shop.tenantId)
})

describe.each(cases.map((one) => ({ ...one, kind: one.account.settings?.signing ?? '' })))('$gateway $kind', (one) => {
  const { gateway, pay, ways } = one

  test('a connection test answers', async () => {
    const shop = await shopWith(one)
    expect(await shop.staff.call('payments.testGateway', { params: { gateway }, body: {} })).toMatchObject({ ok: true })
  })

  test.each(['desktop', 'phone'] as const)(
    'paid on a %s: the code is on the page, and whole money goes back',
    async (device) => {
      const shop = await shopWith(one)
      const goods = await shop.stock(['CARD-1----a', 'CARD-2----b'])
      const order = await shop.place(goods, 1, { payWith: gateway })
      expect((await openCashier(order, gateway, device)).way).toBe(ways[device])

      const delivered = shop.seen(order, isDelivered)
      await pay(await latestPaymentNo(order.no))
      expect(codesOf(await delivered)).toEqual(['CARD-1----a'])
      await expectBooksRight(house, shop.tenantId)

      const params = { no: order.no }
      await shop.staff.call(
        'orders.refund',
        { params, body: { lineNo: null, to: 'source', reason: 'test' } },
        { idempotencyKey: `${order.no}-refund` },
      )
      await until('the refund to end', async () => {
        const { refunds } = await shop.staff.call('orders.detail', { params })
        return refunds.length > 0 && refunds.every(({ state }) => state === 'done') ? true : undefined
      })
      await expectBooksRight(house, shop.tenantId)
    },
  )
})

describe.each(cases.map((one) => ({ ...one, kind: one.account.settings?.signing ?? '' })))('$gateway $kind', (one) => {
  test('a payment of which no notice came is claimed by the number that the gateway gave it', async () => {
    const { gateway, pay, lose } = one
    const shop = await shopWith(one)
    const order = await shop.place(await shop.stock(1), 1, { payWith: gateway })
    await openCashier(order, gateway, 'desktop')
    await house.query('update payments.attempts set next_query_at = null where order_no = $1', [order.no])
    lose(String(order.no))
    await pay(String(order.no))
    const claim = (tradeNo: string) =>
      shop.staff.call('payments.claim', {
        params: { no: order.no },
        body: { gateway, tradeNo, reason: '客户出示付款记录' },
      })
    // A wrong number is refused with what the gateway says.
    const refused = await claim('ANOTHER').catch((error) => error)
    expect(refused).toMatchObject({ code: 'payments.claim_other_trade' })
    const [tradeNo = ''] = String(refused.params.found).split(' ')
    const delivered = shop.seen(order, isDelivered)
    expect(await claim(tradeNo)).toMatchObject({ state: 'settled', verdict: 'applied', tradeNo })
    expect(codesOf(await delivered)).toHaveLength(1)
    await expectBooksRight(house, shop.tenantId)
  })
})

const caseOf = (gateway: string): Case => {
  const found = cases.find((one) => one.gateway === gateway)
  if (!found) throw new Error(gateway)
  return found
}
async function alsoWith(
  shop: Shop,
  { gateway, account }: Case,
  more: { feeBp?: number; feePayer?: 'buyer'; minFen?: number } = {},
) {
  await saveGateway(house.platform, undefined, shop.ctx, gateway, { ...account, ...more, enabled: true })
}
const attempts = (no: number) =>
  house.query<{ gateway: string; state: string }>(
    'select gateway, state from payments.attempts where order_no = $1 order by gateway',
    [no],
  )

describe('one order, several ways', () => {
  test('what was opened before is closed at its gateway when the order is paid elsewhere', async () => {
    const shop = await shopWith(caseOf('wechat'))
    await alsoWith(shop, caseOf('alipay'))
    const goods = await shop.stock(2)
    const order = await shop.place(goods, 1, { payWith: 'wechat' })
    await openCashier(order, 'wechat', 'desktop')
    await openCashier(order, 'alipay', 'desktop')
    const delivered = shop.seen(order, isDelivered)
    await caseOf('alipay').pay(String(order.no))
    await delivered
    await until('the other way to be closed', async () =>
      (await attempts(order.no)).every(({ state }) => state !== 'pending') ? true : undefined,
    )
    expect(await attempts(order.no)).toEqual([
      { gateway: 'alipay', state: 'captured' },
      { gateway: 'wechat', state: 'closed' },
    ])
    expect(wechat.control.payment(wechat.account.merchantId, String(order.no))).toMatchObject({ trade_state: 'CLOSED' })
    await expectBooksRight(house, shop.tenantId)
  })

  test('paid in two ways: one pays, the other goes back by itself', async () => {
    const shop = await shopWith(caseOf('wechat'))
    await alsoWith(shop, caseOf('alipay'))
    const order = await shop.place(await shop.stock(2), 1, { payWith: 'wechat' })
    await openCashier(order, 'alipay', 'desktop')
    const delivered = shop.seen(order, isDelivered)
    await Promise.all([caseOf('alipay').pay(String(order.no)), caseOf('wechat').pay(String(order.no))])
    expect(codesOf(await delivered)).toHaveLength(1)
    await until('the second payment to go back', async () => {
      const rows = await house.query<{ state: string }>(
        'select state from payments.receipts where order_no = $1 order by state',
        [order.no],
      )
      return rows.map(({ state }) => state).join() === 'applied,refunded' ? true : undefined
    })
    await expectBooksRight(house, shop.tenantId)
  })

  test('a fee that the buyer bears is asked for, and is no part of the price', async () => {
    const one = caseOf('alipay')
    const shop = await shopWith(one)
    await alsoWith(shop, one, { feeBp: 60, feePayer: 'buyer' })
    const goods = await shop.stock(1)
    const order = await shop.place(goods, 1, { payWith: 'alipay' })
    await openCashier(order, 'alipay', 'desktop')
    const delivered = shop.seen(order, isDelivered)
    await one.pay(String(order.no))
    await delivered
    const rows = await house.query('select amount_fen, fee_fen, state from payments.receipts where order_no = $1', [
      order.no,
    ])
    const fee = Math.ceil((goods.priceFen * 60) / 9940)
    expect(rows).toEqual([{ amount_fen: goods.priceFen + fee, fee_fen: fee, state: 'applied' }])
    await expectBooksRight(house, shop.tenantId)
  })

  test('less than a gateway takes is told before it is asked, and refused without asking it', async () => {
    const one = caseOf('stripe')
    const shop = await shopWith(one)
    const goods = await shop.stock(1, { sku: { priceFen: 399 } })
    const { items } = await shop.visitor().call('payments.methods', { query: { amountFen: 399 } as never })
    expect(items.find(({ gateway }) => gateway === 'stripe')).toMatchObject({ minFen: 400 })
    const asked = stripe.control.received().length
    const order = await shop.place(goods, 1, { payWith: 'stripe' })
    await expect(
      order.visitor.call('orders.pay', { params: { no: order.no }, body: { payWith: 'stripe' } }),
    ).rejects.toMatchObject({ code: 'payments.below_least', params: { minYuan: '4.00' } })
    expect(stripe.control.received()).toHaveLength(asked)
    await alsoWith(shop, one, { feeBp: 60, feePayer: 'buyer' })
    await until('the account to be read again', () =>
      openCashier(order, 'stripe', 'desktop').then(
        () => true,
        () => undefined,
      ),
    )
    expect(await attempts(order.no)).toEqual([{ gateway: 'stripe', state: 'pending' }])
  })
})

describe('money that does not fit', () => {
  /** Somebody paid another amount than was asked for, and the gateway says so when asked. */
  async function paidOddly(differenceFen: number, options: { readonly asMember?: boolean } = {}) {
    const one = caseOf('alipay')
    const shop = await shopWith(one)
    const goods = await shop.stock(2)
    const member = options.asMember ? await shop.member() : undefined
    const order = await shop.place(goods, 1, { payWith: 'alipay', ...(member ? { visitor: member.visitor } : {}) })
    const notifyUrl = notifyUrlOf(house.platform.config.publicUrl, shop.slug, 'alipay')
    const totalFen = goods.priceFen + differenceFen
    await alipay.control.pay(appId, [{ outTradeNo: String(order.no), totalFen, notifyUrl }])
    const receipt = await until('the gateway to be asked', async () => {
      const { items } = await shop.staff.call('payments.listReceipts', { query: { open: true } })
      return items[0]
    })
    expect(receipt).toMatchObject({ state: 'unmatched', amountFen: totalFen, orderNo: order.no, isOpen: true })
    expect((await shop.staff.call('orders.detail', { params: { no: order.no } })).state).toBe('pending')
    await expectBooksRight(house, shop.tenantId)
    const decide = (action: 'refund' | 'balance' | 'apply') =>
      shop.staff.call(
        'payments.handleReceipt',
        { params: { receiptId: receipt.id }, body: { action, note: 'decided' } },
        { idempotencyKey: `${receipt.id}-${action}` },
      )
    return { shop, order, member, decide, receipt }
  }

  test('less than asked for is let go of by staff, and the order is delivered', async () => {
    const { shop, order, decide } = await paidOddly(-10)
    const delivered = shop.seen(order, isDelivered)
    await decide('apply')
    expect(codesOf(await delivered)).toHaveLength(1)
    await expectBooksRight(house, shop.tenantId)
    await expect(decide('refund')).rejects.toMatchObject({ code: 'payments.receipt_handled' })
  })

  test('it goes back to where it came from', async () => {
    const { shop, order, decide } = await paidOddly(-10)
    await decide('refund')
    await until('the money to be back', async () => {
      const { items } = await shop.staff.call('payments.listReceipts', { query: { orderNo: order.no } })
      return items[0]?.state === 'refunded' ? true : undefined
    })
    await expectBooksRight(house, shop.tenantId)
  })

  test('more than asked for: the rest goes into the member’s purse, or nowhere without one', async () => {
    const guest = await paidOddly(500)
    await expect(guest.decide('apply')).rejects.toMatchObject({ code: 'payments.over_needs_member' })
    await expect(guest.decide('balance')).rejects.toMatchObject({ code: 'orders.balance_needs_member' })

    const { shop, order, member, decide } = await paidOddly(500, { asMember: true })
    await decide('apply')
    await shop.seen(order, isDelivered)
    expect(await member?.visitor.call('members.getMe', {})).toMatchObject({ balanceFen: 500 })
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('money that a payer’s bank takes back', () => {
  test('ends the right with the goods, is told twice and counted once, and comes back as a gain', async () => {
    const one = caseOf('stripe')
    const shop = await shopWith(one)
    const goods = await shop.stock(2)
    const order = await shop.place(goods, 1, { payWith: 'stripe' })
    await openCashier(order, 'stripe', 'desktop')
    const delivered = shop.seen(order, isDelivered)
    await one.pay(String(order.no))
    await delivered

    const dispute = await stripe.control.openDispute(String(order.no), { reason: 'fraudulent' })
    await until('the order to be refunded', async () =>
      (await shop.staff.call('orders.detail', { params: { no: order.no } })).state === 'refunded' ? true : undefined,
    )
    const { items } = await shop.staff.call('payments.listChargebacks', { query: {} })
    expect(items).toMatchObject([{ orderNo: order.no, amountFen: goods.priceFen, lossFen: 0, state: 'opened' }])
    const states = await house.query('select state from vault.cards where tenant_id = $1 order by state', [
      shop.tenantId,
    ])
    expect(states).toEqual([{ state: 'available' }, { state: 'void' }])
    await expectBooksRight(house, shop.tenantId)

    await stripe.control.closeDispute(String(dispute.id), true)
    await until('the dispute to be won', async () =>
      (await shop.staff.call('payments.listChargebacks', { query: {} })).items[0]?.state === 'won' ? true : undefined,
    )
    await expectBooksRight(house, shop.tenantId)
  })
})
