import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAlipay } from './alipay/index.ts'
import { startEpay } from './epay/index.ts'
import { startStripe } from './stripe/index.ts'
import { startWechat } from './wechat/index.ts'

/** One gateway's stand-in, and what a shop fills in to use it. */
export type GatewayStandIn = {
  readonly gateway: 'alipay' | 'wechat' | 'epay' | 'stripe'
  readonly account: {
    readonly baseUrl: string
    readonly merchantId: string
    readonly settings: Readonly<Record<string, string>>
    readonly secrets: Readonly<Record<string, string>>
  }
  readonly controlUrl: string
  readonly close: () => Promise<void>
}

type Ports = Partial<Record<GatewayStandIn['gateway'], readonly [port: number, controlPort: number]>>

/**
 * Starts a stand-in for each real gateway. Stripe alone does not learn from a payment where its notices go: tell its
 * control address (`POST /webhook {url}`), which answers the secret they will be signed with.
 * @param options.dataDir keys, books and ports are kept here, so that a restart finds them
 */
export async function startGateways(options: {
  readonly host?: string
  readonly dataDir?: string
}): Promise<readonly GatewayStandIn[]> {
  const { host = '127.0.0.1', dataDir } = options
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true })
  const portsFile = dataDir === undefined ? undefined : join(dataDir, 'gateway-ports.json')
  const ports: Ports = portsFile && existsSync(portsFile) ? JSON.parse(readFileSync(portsFile, 'utf8')) : {}
  const at = (gateway: GatewayStandIn['gateway']) => {
    const [port, controlPort] = ports[gateway] ?? []
    return { host, port, controlPort, dataDir }
  }

  const [alipay, wechat, epay, stripe] = await Promise.all([
    startAlipay(at('alipay')),
    startWechat(at('wechat')),
    startEpay(at('epay')),
    startStripe(at('stripe')),
  ])
  const { appId, sellerId, alipayPublicKey, appPrivateKey } = alipay.merchant
  const { pid, key, merchantPrivateKey, platformPublicKey } = epay.merchant
  const gateways: readonly GatewayStandIn[] = [
    {
      gateway: 'alipay',
      account: {
        baseUrl: alipay.url,
        merchantId: appId,
        settings: { sellerId, alipayPublicKey },
        secrets: { privateKey: appPrivateKey },
      },
      controlUrl: alipay.controlUrl,
      close: alipay.close,
    },
    {
      gateway: 'wechat',
      account: {
        baseUrl: wechat.url,
        ...wechat.account,
        settings: { ...wechat.account.settings, webAuthUrl: wechat.url },
      },
      controlUrl: wechat.controlUrl,
      close: wechat.close,
    },
    {
      gateway: 'epay',
      account: {
        baseUrl: epay.url,
        merchantId: pid,
        settings: { signing: 'RSA', platformPublicKey },
        secrets: { key, merchantPrivateKey },
      },
      controlUrl: epay.controlUrl,
      close: epay.close,
    },
    {
      gateway: 'stripe',
      account: {
        baseUrl: stripe.url,
        merchantId: stripe.account.id,
        settings: {},
        secrets: { secretKey: stripe.account.secretKey },
      },
      controlUrl: stripe.controlUrl,
      close: stripe.close,
    },
  ]
  if (portsFile !== undefined) {
    const used: Ports = Object.fromEntries(
      gateways.map(({ gateway, account, controlUrl }) => [gateway, [portOf(account.baseUrl), portOf(controlUrl)]]),
    )
    writeFileSync(portsFile, `${JSON.stringify(used, null, 2)}\n`)
  }
  return gateways
}

const portOf = (url: string): number => Number(new URL(url).port)
