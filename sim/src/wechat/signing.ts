import {
  constants,
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'

/** How far a caller's clock may be off. */
const CLOCK_SKEW_SECONDS_MAX = 300
const SCHEME = 'WECHATPAY2-SHA256-RSA2048'

export type Call = { readonly method: string; readonly path: string; readonly body: Buffer }
type Verdict =
  | { readonly ok: true; readonly mchid: string }
  | { readonly ok: false; readonly message: string; readonly detail?: Record<string, unknown> }

/**
 * Checks the `Authorization` of a call as the gateway does: form, clock, merchant and certificate, then the signature
 * over method, path with query, timestamp, nonce and body, each ended by a newline.
 */
export function verifyCall(
  authorization: string | undefined,
  call: Call,
  certificateOf: (mchid: string, serial: string) => string | undefined,
): Verdict {
  const parts = parseAuthorization(authorization)
  if (!parts) return { ok: false, message: 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》' }
  if (Math.abs(Date.now() / 1000 - Number(parts.timestamp)) > CLOCK_SKEW_SECONDS_MAX) {
    return { ok: false, message: 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟' }
  }
  const certificate = certificateOf(parts.mchid, parts.serial)
  if (certificate === undefined) return { ok: false, message: '商户证书序列号有误，请检查证书序列号是否与商户号匹配' }
  const head = `${call.method}\n${call.path}\n${parts.timestamp}\n${parts.nonce}\n`
  const message = Buffer.concat([Buffer.from(head), call.body, Buffer.from('\n')])
  if (isSignedBy(certificate, message, parts.signature)) return { ok: true, mchid: parts.mchid }
  return {
    ok: false,
    message: '签名错误，请检查后再试',
    detail: {
      detail: { issue: 'sign not match' },
      field: 'signature',
      location: 'authorization',
      sign_information: {
        method: call.method,
        sign_message_length: message.length,
        truncated_sign_message: `${head}${call.body.toString('utf8').slice(0, 8)}\n`,
        url: call.path,
      },
    },
  }
}

type Authorization = {
  readonly mchid: string
  readonly serial: string
  readonly timestamp: string
  readonly nonce: string
  readonly signature: string
}

function parseAuthorization(header: string | undefined): Authorization | undefined {
  if (!header?.startsWith(`${SCHEME} `)) return undefined
  const fields = new Map<string, string>()
  for (const [, name = '', value = ''] of header.matchAll(/([a-z_]+)="([^"]*)"/g)) fields.set(name, value)
  const [mchid, serial, timestamp, nonce, signature] = [
    'mchid',
    'serial_no',
    'timestamp',
    'nonce_str',
    'signature',
  ].map((name) => fields.get(name) ?? '')
  if (!mchid || !serial || !timestamp || !nonce || !signature) return undefined
  if (!/^\d{10}$/.test(timestamp) || !/^[0-9A-Za-z]{1,32}$/.test(nonce)) return undefined
  return { mchid, serial, timestamp, nonce, signature }
}

/** Headers of an answer or a notice: signed over timestamp, nonce and body, each ended by a newline. */
export function signedHeaders(
  key: { readonly id: string; readonly privateKey: string },
  body: string,
  atMs = Date.now(),
): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000))
  const nonce = randomBytes(16).toString('hex')
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': key.id,
    'Wechatpay-Signature-Type': SCHEME,
    'Wechatpay-Signature': signText(key.privateKey, `${timestamp}\n${nonce}\n${body}\n`),
  }
}

/** A signature that is wrong on purpose, as WeChat Pay sends now and then to see whether anybody looks. */
export const probeSignature = (): string => `WECHATPAY/SIGNTEST/${randomBytes(237).toString('base64')}`

const signText = (privateKeyPem: string, text: string): string =>
  sign('RSA-SHA256', Buffer.from(text), privateKeyOf(privateKeyPem)).toString('base64')

/** @param publicPem a certificate or a public key */
function isSignedBy(publicPem: string, message: Buffer, signature: string): boolean {
  return verify('RSA-SHA256', message, publicKeyOf(publicPem), Buffer.from(signature, 'base64'))
}

export type BridgeParams = Readonly<Record<string, string>>

/** What the app checks before it opens its cashier: RSA over appId, timeStamp, nonceStr and package. */
export function isBridgeSigned(certificate: string, params: BridgeParams): boolean {
  const { appId, timeStamp, nonceStr, package: prepay, paySign = '' } = params
  const message = Buffer.from(`${appId}\n${timeStamp}\n${nonceStr}\n${prepay}\n`)
  return params.signType === 'RSA' && isSignedBy(certificate, message, paySign)
}

/** AES-256-GCM under the merchant's APIv3 key; the tag is the end of the cipher text. */
export function seal(apiV3Key: string, plain: string, associatedData: string): Record<string, string> {
  const nonce = randomBytes(6).toString('hex')
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(nonce))
  cipher.setAAD(Buffer.from(associatedData))
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return {
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: ciphertext.toString('base64'),
    associated_data: associatedData,
    nonce,
  }
}

/** Opens a field that the caller encrypted for one of our keys (RSAES-OAEP with SHA-1); undefined: it was not. */
export function openField(privateKeyPem: string, cipherText: string): string | undefined {
  try {
    const key = { key: privateKeyOf(privateKeyPem), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }
    return privateDecrypt(key, Buffer.from(cipherText, 'base64')).toString('utf8')
  } catch {
    return undefined
  }
}

/** Parsing a PEM costs more than signing with it. There are as many as merchants and keys, so all are kept. */
const parsed = new Map<string, KeyObject>()
const keyOf = (pem: string, parse: (pem: string) => KeyObject): KeyObject => {
  const known = parsed.get(pem)
  if (known) return known
  const key = parse(pem)
  parsed.set(pem, key)
  return key
}
const privateKeyOf = (pem: string): KeyObject => keyOf(pem, createPrivateKey)
const publicKeyOf = (pem: string): KeyObject => keyOf(pem, createPublicKey)
