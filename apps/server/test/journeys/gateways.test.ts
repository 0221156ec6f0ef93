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
    ways: { desktop: 'redirect', phone: 'redirect' },
  },
  {
    gateway: 'wechat',
    account: { baseUrl: wechat.url, ...wechat.account },
    pay: (outTradeNo) => wechat.control.pay(wechat.account.merchantId, [{ outTradeNo }]),
    ways: { desktop: 'qr', phone: 'redirect' },
  },
  { gateway: 'epay', account: epayAccount('MD5'), pay: payAtEpay, ways: { desktop: 'redirect', phone: 'redirect' } },
  { gateway: 'epay', account: epayAccount('RSA'), pay: payAtEpay, ways: { desktop: 'redirect', phone: 'redirect' } },
  {
    gateway: 'stripe',
    account: {
      baseUrl: stripe.url,
      merchantId: stripe.account.id,
      secrets: { secretKey: stripe.account.secretKey },
    },
    setUp: (notifyUrl) => ({ webhookSecret: stripe.control.setWebhook(notifyUrl) }),
    pay: (paymentNo) => stripe.control.pay([paymentNo]),
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
