import { isUtf8 } from 'node:buffer'
import type { KeyObject } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin'
import type { WechatMerchant } from './account.ts'

/**
 * All of the SDK that is used: signing, verifying, opening and encrypting. Its client is not, for three reasons: it opens
 * connections of its own to wherever it is told (ours go through `Outbound`); it believes every answer with an error
 * status without a signature, and `refused` must be proved; its keys are fixed when it is made.
 */

/** The gateway's own window for timestamps, either way. */
const AGE_MAX_MS = 300_000
/** Signatures that are wrong on purpose, to see whether anybody looks. */
const PROBE = 'WECHATPAY/SIGNTEST/'

/** @param path with query, byte for byte as it is sent */
export function authorization(merchant: WechatMerchant, method: string, path: string, body: string): string {
  const nonce = Formatter.nonce()
  const timestamp = Formatter.timestamp()
  const signature = Rsa.sign(Formatter.request(method, path, timestamp, nonce, body), merchant.privateKey)
  return Formatter.authorization(merchant.mchid, nonce, signature, timestamp, merchant.serial)
}

/** What a page hands to `WeixinJSBridge` (`getBrandWCPayRequest`): the four signed parts and the signature. */
export function bridgeParams(merchant: WechatMerchant, prepayId: string): Readonly<Record<string, string>> {
  const timeStamp = String(Formatter.timestamp())
  const nonceStr = Formatter.nonce()
  const prepay = `prepay_id=${prepayId}`
  const message = Formatter.joinedByLineFeed(merchant.appId, timeStamp, nonceStr, prepay)
  return {
    appId: merchant.appId,
    timeStamp,
    nonceStr,
    package: prepay,
    signType: 'RSA',
    paySign: Rsa.sign(message, merchant.privateKey),
  }
}

export type SignatureVerdict = 'genuine' | 'unsigned' | 'probe' | 'unknown_serial' | 'forged' | 'stale'

/**
 * Checks an answer or a notice on its raw bytes, under the key that it names. The age is looked at last: only a genuine
 * message can be old.
 */
export function verifySignature(
  keyOf: (serial: string) => KeyObject | undefined,
  message: { readonly headers: IncomingHttpHeaders; readonly body: Buffer },
  now: Date,
): SignatureVerdict {
  const [serial, timestamp, nonce, signature] = ['serial', 'timestamp', 'nonce', 'signature'].map((name) =>
    headerOf(message.headers, `wechatpay-${name}`),
  )
  if (!serial || !timestamp || !nonce || !signature) return 'unsigned'
  if (signature.startsWith(PROBE)) return 'probe'
  const key = keyOf(serial)
  if (!key) return 'unknown_serial'
  // Reading bytes that are no UTF-8 as text would change them.
  if (!/^\d{10}$/.test(timestamp) || !isUtf8(message.body)) return 'forged'
  const text = Formatter.response(timestamp, nonce, message.body.toString('utf8'))
  if (!Rsa.verify(text, signature, key)) return 'forged'
  return Math.abs(now.getTime() - Number(timestamp) * 1000) <= AGE_MAX_MS ? 'genuine' : 'stale'
}

/** The `resource` of a notice, or a certificate's envelope. */
export type Sealed = {
  readonly ciphertext: string
  readonly nonce: string
  readonly associated_data?: string | undefined
}

/** Opens what was sealed with the merchant's APIv3 key; undefined when it was not. */
export function open(merchant: WechatMerchant, sealed: Sealed): string | undefined {
  try {
    return Aes.AesGcm.decrypt(sealed.ciphertext, merchant.apiV3Key, sealed.nonce, sealed.associated_data ?? '')
  } catch {
    return undefined
  }
}

/** For fields with a person's name: RSA-OAEP under the key that the request names in `Wechatpay-Serial`. */
export const encryptField = (text: string, key: KeyObject): string => Rsa.encrypt(text, key)

export function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}
