import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { startPaygate } from '@quanshu/sim'
import { startAlipay } from '@quanshu/sim/alipay'
import { startEpay } from '@quanshu/sim/epay'
import { startStripe } from '@quanshu/sim/stripe'
import { startWechat } from '@quanshu/sim/wechat'
import type { GatewayAccount, PaymentGateway, RawNotice } from '../../../apps/server/src/modules/payments/gateway.ts'
import { gateways as registry } from '../../../apps/server/src/modules/payments/gateways/registry.ts'
import { createOutbound } from '../../../apps/server/src/platform/outbound/index.ts'
import type { Bench } from '../bench.ts'
import { createDriver, type Driver } from '../http.ts'
import { spent } from '../processes.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { openShop, openTenant, PRICE_FEN, phoneContact, placeOrder, type Shop } from '../shop.ts'
import type { System } from '../system.ts'

const SKUS = 20
const CONNECTIONS = 128
/** A shop that takes orders at the pace of the case `notices` must be able to take their payments, whoever tells of them. */
const GOAL_PER_SECOND = 500
const WARM_UP_SHARE = 0.2
const HOUR_MS = 3_600_000

type Account = GatewayAccount & { readonly name: string; readonly gateway: string }
type Teller = {
  readonly account: (notifyUrl: string) => Account
  /** Has the gateway take the money of these orders and tell of it. */
  readonly pay: (paymentNos: readonly string[], account: Account, notifyUrl: string) => Promise<unknown>
}
type Told = { readonly notices: readonly RawNotice[]; readonly account: Account; readonly kind: PaymentGateway }

/**
 * Notices of every gateway, verified and settled: orders are placed, each gateway's stand-in takes their money and signs its
 * notices with its own keys to a listener here, and the very bytes are then sent to the server. What signing costs is so
 * not measured. The limit is verifying the same notices with the same keys and nothing else, on one core, in the same run.
 */
export async function gateways({ system, size }: Bench): Promise<readonly Figure[]> {
  const { tellers, close } = await openTellers()
  const pieces = tellers.length * size.gatewayNotices * (1 + WARM_UP_SHARE)
  // A shop of its own: the other cases' gateway stays as it is.
  const tenant = await openTenant(system, 'gateways')
  const opened = await openShop(system, SKUS, Math.ceil(pieces / SKUS) + CONNECTIONS, tenant)
  const figures: Figure[] = []
  try {
    for (const teller of tellers) figures.push(await measured(system, opened, teller, size.gatewayNotices))
  } finally {
    await close()
  }
  return figures
}

async function measured(system: System, shop: Shop, teller: Teller, count: number): Promise<Figure> {
  const driver = createDriver(system.url, CONNECTIONS)
  try {
    const warmUp = Math.ceil(count * WARM_UP_SHARE)
    const { notices, account, kind } = await told(shop, driver, teller, warmUp + count)
    await sendAll(driver, notices.slice(0, warmUp), kind)
    const measuredOnes = notices.slice(warmUp)
    const { result, cpuMicros } = await spent(
      system,
      () => sendAll(driver, measuredOnes, kind),
      () => measuredOnes.length,
    )
    const perSecond = measuredOnes.length / (result.elapsedMs / 1_000)
    const limit = verifiedPerSecond(measuredOnes, account, kind)
    return plainFigure({
      case: `notices settled, ${account.name}`,
      value: perSecond,
      unit: 'notices/s',
      p50: percentile(result.tookMs, 0.5),
      p99: percentile(result.tookMs, 0.99),
      limit,
      ratio: perSecond / limit,
      goal: `${GOAL_PER_SECOND} a second`,
      met: perSecond >= GOAL_PER_SECOND,
      cpuMicros,
    })
  } finally {
    driver.close()
  }
}

/** Places orders, has them paid, and catches the notices on their way. */
async function told(shop: Shop, driver: Driver, teller: Teller, count: number): Promise<Told> {
  const caught: RawNotice[] = []
  const listener = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      caught.push({ method, path, headers, body: Buffer.concat(chunks) })
      response.writeHead(200).end('success')
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  try {
    const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
    const { gateway } = teller.account('')
    // The address is part of what some gateways sign; it is the shop's own, at another port.
    const notifyUrl = `${origin}/s/${shop.slug}/api/pay/${gateway}/notify`
    const account = teller.account(notifyUrl)
    const { baseUrl, merchantId, settings, secrets } = account
    await shop.staff.call('payments.saveGateway', {
      params: { gateway },
      body: { enabled: true, baseUrl, merchantId, settings, secrets },
    })
    const nos: string[] = []
    await atOnce(count, async (n) => {
      const { no } = await placeOrder(driver, shop.skuIds[n % shop.skuIds.length] ?? 0, n, {
        prefix: shop.prefix,
        contact: phoneContact(n),
      })
      nos.push(String(no))
    })
    await teller.pay(nos, account, notifyUrl)
    const kind = registry.get(gateway)
    if (!kind || caught.length !== count) throw new Error(`${gateway} told of ${caught.length} payments of ${count}`)
    return { notices: caught, account, kind }
  } finally {
    listener.closeAllConnections()
    listener.close()
  }
}

async function sendAll(driver: Driver, notices: readonly RawNotice[], kind: PaymentGateway) {
  const tookMs: number[] = []
  const from = performance.now()
  await atOnce(notices.length, async (n) => {
    const notice = notices[n]
    if (!notice) return
    const sentMs = performance.now()
    const body = notice.method === 'GET' ? undefined : notice.body.toString('utf8')
    const answer = await driver.request(notice.method as 'GET' | 'POST', notice.path, body, sentHeaders(notice))
    if (answer.body !== kind.acknowledgement.body) {
      throw new Error(`${kind.id}'s notice was answered ${answer.status} ${answer.body.slice(0, 200)}`)
    }
    tookMs.push(performance.now() - sentMs)
  })
  return { tookMs, elapsedMs: performance.now() - from }
}

const OWN_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding'])
const sentHeaders = ({ headers }: RawNotice): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !OWN_HEADERS.has(name) ? [[name, value]] : [],
    ),
  )

/** Nothing but the adapter's verifying, one notice after the other. */
function verifiedPerSecond(notices: readonly RawNotice[], account: GatewayAccount, kind: PaymentGateway): number {
  const now = new Date()
  const verify = () => {
    for (const notice of notices) {
      const verdict = kind.verifyNotice(account, notice, now)
      if (!verdict.ok) throw new Error(`${kind.id}'s notice is not verified: ${JSON.stringify(verdict)}`)
    }
  }
  // The first round is the compiler's.
  verify()
  const from = performance.now()
  verify()
  return notices.length / ((performance.now() - from) / 1_000)
}

async function atOnce(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await work(n)
  }
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, count) }, worker))
}

async function openTellers(): Promise<{
  readonly tellers: readonly Teller[]
  readonly close: () => Promise<unknown>
}> {
  const at = { host: '127.0.0.1' }
  const [paygate, alipay, wechat, epay, stripe] = await Promise.all([
    startPaygate(at),
    startAlipay(at),
    startWechat(at),
    startEpay(at),
    startStripe(at),
  ])
  const { appId, sellerId, alipayPublicKey, appPrivateKey } = alipay.merchant
  const { pid, key, merchantPrivateKey, platformPublicKey } = epay.merchant
  const ofEpay = (signing: 'MD5' | 'RSA'): Teller => ({
    account: () => ({
      name: signing === 'RSA' ? 'Epay, RSA' : 'Epay, MD5',
      gateway: 'epay',
      baseUrl: epay.url,
      merchantId: pid,
      settings: { signing, platformPublicKey },
      secrets: { key, merchantPrivateKey },
    }),
    pay: async (nos, account, notifyUrl) => {
      await openAll(nos, account, notifyUrl)
      await epay.control.pay(nos)
    },
  })
  const tellers: readonly Teller[] = [
    {
      account: () => ({
        name: 'Sim Pay (HMAC)',
        gateway: 'sim-pay',
        baseUrl: paygate.url,
        merchantId: paygate.merchant.id,
        settings: {},
        secrets: { secret: paygate.merchant.secret },
      }),
      pay: (nos, _account, notifyUrl) =>
        paygate.control.pay(
          paygate.merchant.id,
          nos.map((outTradeNo) => ({ outTradeNo, amount: PRICE_FEN, notifyUrl })),
        ),
    },
    {
      account: () => ({
        name: 'Alipay (RSA2)',
        gateway: 'alipay',
        baseUrl: alipay.url,
        merchantId: appId,
        settings: { sellerId, alipayPublicKey },
        secrets: { privateKey: appPrivateKey },
      }),
      pay: (nos, _account, notifyUrl) =>
        alipay.control.pay(
          appId,
          nos.map((outTradeNo) => ({ outTradeNo, totalFen: PRICE_FEN, notifyUrl })),
        ),
    },
    {
      account: () => ({ name: 'WeChat Pay (RSA, AES-GCM)', gateway: 'wechat', baseUrl: wechat.url, ...wechat.account }),
      pay: (nos, _account, notifyUrl) =>
        wechat.control.pay(
          wechat.account.merchantId,
          nos.map((outTradeNo) => ({ outTradeNo, amount: PRICE_FEN, notifyUrl })),
        ),
    },
    ofEpay('MD5'),
    ofEpay('RSA'),
    {
      account: (notifyUrl) => ({
        name: 'Stripe (HMAC)',
        gateway: 'stripe',
        baseUrl: stripe.url,
        merchantId: stripe.account.id,
        settings: {},
        secrets: {
          secretKey: stripe.account.secretKey,
          webhookSecret: notifyUrl === '' ? '' : stripe.control.setWebhook(notifyUrl),
        },
      }),
      pay: async (nos, account, notifyUrl) => {
        await openAll(nos, account, notifyUrl)
        await stripe.control.pay(nos)
      },
    },
  ]
  return { tellers, close: () => Promise.all([paygate, alipay, wechat, epay, stripe].map((one) => one.close())) }
}

/** Opens payments at a gateway where they must be opened before they can be paid, by the adapter's own call. */
async function openAll(nos: readonly string[], account: Account, notifyUrl: string): Promise<void> {
  const outbound = createOutbound({ allowInsecure: true })
  const kind = registry.get(account.gateway)
  await atOnce(nos.length, async (n) => {
    const opened = await kind?.create(outbound, account, {
      paymentNo: nos[n] ?? '',
      amountFen: PRICE_FEN,
      currency: 'CNY',
      scene: account.gateway === 'epay' ? 'h5' : 'page',
      subject: nos[n] ?? '',
      expiresAt: new Date(Date.now() + HOUR_MS),
      notifyUrl,
      returnUrl: notifyUrl,
      clientIp: '10.0.0.1',
    })
    if (opened?.kind !== 'done') throw new Error(`${account.name} opened nothing: ${JSON.stringify(opened)}`)
  })
}
