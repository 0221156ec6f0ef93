import { createPrivateKey, createPublicKey, createVerify, type KeyObject } from 'node:crypto'
import { AlipaySdk } from 'alipay-sdk'
import type { GatewayAccount } from '../../gateway.ts'

/** An account made ready: the official client for signing, and the gateway's keys for checking. */
export type AlipayClient = {
  readonly sdk: AlipaySdk
  /** The present one first, then the one before it while a replacement is under way. */
  readonly gatewayKeys: readonly KeyObject[]
}

/** A key that is none: says which, never what stood there. */
export class KeyUnreadable extends Error {
  override readonly name = 'KeyUnreadable'
}

const clients = new WeakMap<GatewayAccount, AlipayClient>()

/** @throws KeyUnreadable */
export function clientOf(account: GatewayAccount): AlipayClient {
  const known = clients.get(account)
  if (known) return known
  const sdk = new AlipaySdk({
    appId: account.merchantId,
    privateKey: appKey(account.secrets.privateKey ?? ''),
    keyType: 'PKCS8',
    signType: 'RSA2',
  })
  const made: AlipayClient = { sdk, gatewayKeys: gatewayKeysOf(account) }
  clients.set(account, made)
  return made
}

const parsedKeys = new Map<string, KeyObject>()
const PARSED_KEYS_MAX = 1000

/** Public keys are parsed once: a notice arrives with an account opened anew, and parsing costs as much as checking. */
export function gatewayKeysOf(account: GatewayAccount): readonly KeyObject[] {
  const texts = [account.settings.alipayPublicKey, account.settings.previousAlipayPublicKey]
  return texts.filter((text) => text !== undefined && text.trim() !== '').map((text) => publicKey(text ?? ''))
}

function publicKey(text: string): KeyObject {
  const known = parsedKeys.get(text)
  if (known) return known
  try {
    const key = createPublicKey(text.includes('-----') ? text : { ...derOf(text), type: 'spki' })
    if (key.asymmetricKeyType !== 'rsa') throw new KeyUnreadable('Alipay’s public key is not an RSA key')
    if (parsedKeys.size >= PARSED_KEYS_MAX) parsedKeys.clear()
    parsedKeys.set(text, key)
    return key
  } catch (error) {
    throw new KeyUnreadable('Alipay’s public key is not readable', { cause: error })
  }
}

/** The key tool gives PKCS#1 or PKCS#8, with or without PEM's first and last line; the client gets PKCS#8. */
function appKey(text: string): string {
  const forms = text.includes('-----')
    ? [text]
    : ([
        { ...derOf(text), type: 'pkcs8' },
        { ...derOf(text), type: 'pkcs1' },
      ] as const)
  for (const form of forms) {
    try {
      return createPrivateKey(form).export({ type: 'pkcs8', format: 'der' }).toString('base64')
    } catch {
      // Perhaps it is the other form. The error would carry the key's text, so it goes no further.
    }
  }
  throw new KeyUnreadable('the app’s private key is not readable')
}

const derOf = (text: string) => ({ key: Buffer.from(text.replace(/\s+/g, ''), 'base64'), format: 'der' }) as const

/** SHA256withRSA by one of the gateway's keys. */
export function isSigned(keys: readonly KeyObject[], content: string | Buffer, signature: string): boolean {
  return keys.some((key) => createVerify('RSA-SHA256').update(content).verify(key, signature, 'base64'))
}
