import { type KeyObject, X509Certificate } from 'node:crypto'
import { Rsa } from 'wechatpay-axios-plugin'
import type { GatewayAccount, GatewayField, Refused } from '../../gateway.ts'

/** What a merchant copies from the merchant platform (商户平台 → 账户中心 → API安全). */
export const fields: readonly GatewayField[] = [
  {
    key: 'appId',
    name: { zh: '应用 ID（AppID）', en: 'App id' },
    hint: {
      zh: '与商户号绑定的公众号、小程序或应用',
      en: 'Of the official account, mini program or app bound to the merchant',
    },
    secret: false,
    required: true,
  },
  {
    key: 'merchantSerial',
    name: { zh: '商户 API 证书序列号', en: 'Serial of the merchant certificate' },
    secret: false,
    required: true,
  },
  {
    key: 'privateKey',
    name: { zh: '商户 API 私钥', en: 'Merchant private key' },
    hint: { zh: 'apiclient_key.pem 的全部内容', en: 'All of apiclient_key.pem' },
    secret: true,
    required: true,
    multiline: true,
  },
  {
    key: 'apiV3Key',
    name: { zh: 'APIv3 密钥', en: 'APIv3 key' },
    hint: { zh: '32 个字符', en: '32 characters' },
    secret: true,
    required: true,
  },
  {
    key: 'appSecret',
    name: { zh: '公众号 AppSecret', en: 'AppSecret of the official account' },
    hint: {
      zh: '填写后可在微信内直接付款；公众号需把本店域名设为网页授权域名',
      en: 'Lets people pay inside WeChat; the shop’s domain must be the account’s web authorisation domain',
    },
    secret: true,
    required: false,
  },
  {
    key: 'webAuthUrl',
    name: { zh: '网页授权地址', en: 'Address of the web authorisation' },
    hint: { zh: '不填即微信官方地址', en: 'WeChat’s own when empty' },
    secret: false,
    required: false,
  },
  {
    key: 'publicKeyId',
    name: { zh: '微信支付公钥 ID', en: 'WeChat Pay public key id' },
    hint: {
      zh: 'PUB_KEY_ID_ 开头；只有平台证书的老商户可不填',
      en: 'Begins with PUB_KEY_ID_; empty for merchants that only have platform certificates',
    },
    secret: false,
    required: false,
  },
  {
    key: 'publicKey',
    name: { zh: '微信支付公钥', en: 'WeChat Pay public key' },
    hint: { zh: 'pub_key.pem 的全部内容', en: 'All of pub_key.pem' },
    secret: false,
    required: false,
    multiline: true,
  },
  {
    key: 'platformCertificates',
    name: { zh: '微信支付平台证书', en: 'WeChat Pay platform certificates' },
    hint: {
      zh: '一张或多张 PEM；换用公钥期间请保留。不填则自动下载',
      en: 'One or more as PEM; keep them while changing over to the public key. Downloaded when empty',
    },
    secret: false,
    required: false,
    multiline: true,
  },
]

/** An account that can be worked with: keys parsed, once per account object. */
export type WechatMerchant = {
  readonly account: GatewayAccount
  readonly mchid: string
  readonly appId: string
  readonly serial: string
  readonly privateKey: KeyObject
  readonly apiV3Key: Buffer
  /** The public key and every certificate that the merchant gave us. */
  readonly given: PlatformKeys
}

/** A key that the gateway signs with: the WeChat Pay public key, good without end, or a platform certificate. */
export type PlatformKey = { readonly key: KeyObject; readonly validToMs: number }
/** By what `Wechatpay-Serial` says. */
export type PlatformKeys = ReadonlyMap<string, PlatformKey>

const opened = new WeakMap<GatewayAccount, WechatMerchant | Refused>()

/** @returns a refusal that names the field when something in it cannot be used; then nothing was sent anywhere. */
export function openMerchant(account: GatewayAccount): WechatMerchant | Refused {
  const known = opened.get(account)
  if (known) return known
  const merchant = parse(account)
  opened.set(account, merchant)
  return merchant
}

function parse(account: GatewayAccount): WechatMerchant | Refused {
  const { settings, secrets } = account
  const privateKey = attempt(() => Rsa.from(secrets.privateKey ?? '', 'private'))
  if (privateKey?.asymmetricKeyType !== 'rsa') return unusable('privateKey', 'not an RSA private key in PEM')
  const apiV3Key = Buffer.from((secrets.apiV3Key ?? '').trim())
  if (apiV3Key.length !== 32) return unusable('apiV3Key', 'not 32 characters')
  const publicKeyId = settings.publicKeyId?.trim() || undefined
  const given = new Map<string, PlatformKey>()
  if (publicKeyId !== undefined) {
    const publicKey = attempt(() => Rsa.from(settings.publicKey ?? '', 'public'))
    if (publicKey?.asymmetricKeyType !== 'rsa') return unusable('publicKey', 'not an RSA public key in PEM')
    given.set(publicKeyId, { key: publicKey, validToMs: Number.POSITIVE_INFINITY })
  }
  const pems = settings.platformCertificates ?? ''
  const certificates = attempt(() => readCertificates(pems))
  if (!certificates || (certificates.size === 0 && pems.trim() !== '')) {
    return unusable('platformCertificates', 'not certificates in PEM')
  }
  for (const [serial, certificate] of certificates) given.set(serial, certificate)
  return {
    account,
    mchid: account.merchantId,
    appId: settings.appId?.trim() ?? '',
    serial: settings.merchantSerial?.trim().toUpperCase() ?? '',
    privateKey,
    apiV3Key,
    given,
  }
}

/** @throws when a PEM block is no certificate */
export function readCertificates(pems: string): PlatformKeys {
  const blocks = pems.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  return new Map(
    blocks.map((pem) => {
      const { serialNumber, publicKey, validTo } = new X509Certificate(pem)
      // Headers carry all 40 digits; Node leaves leading zeros away.
      return [serialNumber.toUpperCase().padStart(40, '0'), { key: publicKey, validToMs: Date.parse(validTo) }]
    }),
  )
}

const unusable = (field: string, message: string): Refused => ({
  kind: 'refused',
  code: 'ACCOUNT_UNUSABLE',
  message: `${field}: ${message}`,
})

/** Undefined instead of what went wrong: an error about a key may quote the key. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
