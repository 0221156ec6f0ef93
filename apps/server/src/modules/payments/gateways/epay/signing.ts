import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { GatewayAccount } from '../../gateway.ts'

export type Params = Readonly<Record<string, string>>

/** The two dialects: `MD5` with a shared key (v1), `RSA` with a pair on either side and a time stamp (v2). */
export type Signing = 'MD5' | 'RSA'
export const signingOf = (account: GatewayAccount): Signing => (account.settings.signing === 'RSA' ? 'RSA' : 'MD5')

/** How far a v2 time stamp may be off, either way. */
export const STAMP_SECONDS_MAX = 300

/** Sorted `name=value` joined by `&`: all but the signature's own fields and what is empty. */
export function signedText(params: Params): string {
  return Object.keys(params)
    .filter((name) => name !== 'sign' && name !== 'sign_type' && params[name]?.trim() !== '')
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&')
}

/**
 * The parameters with their signature, and for v2 the moment. Undefined when the account has no key, or one that is
 * none.
 */
export function signed(account: GatewayAccount, params: Params): Params | undefined {
  if (signingOf(account) === 'MD5') {
    const { key = '' } = account.secrets
    if (key === '') return undefined
    return { ...params, sign: md5(signedText(params), key), sign_type: 'MD5' }
  }
  const privateKey = readKey(account.secrets.merchantPrivateKey ?? '', 'private')
  if (!privateKey) return undefined
  const stamped = { ...params, timestamp: String(Math.floor(Date.now() / 1000)) }
  const signature = sign('RSA-SHA256', Buffer.from(signedText(stamped)), privateKey)
  return { ...stamped, sign: signature.toString('base64'), sign_type: 'RSA' }
}

/** True when the other side signed exactly these parameters. Which way is the account's to say, not the message's. */
export function isGenuine(account: GatewayAccount, params: Params): boolean {
  const { sign: given = '' } = params
  if (given === '') return false
  const text = signedText(params)
  if (signingOf(account) === 'MD5') {
    const { key = '' } = account.secrets
    const expected = Buffer.from(md5(text, key))
    const actual = Buffer.from(given)
    return key !== '' && actual.length === expected.length && timingSafeEqual(actual, expected)
  }
  const publicKey = readKey(account.settings.platformPublicKey ?? '', 'public')
  return publicKey !== undefined && verify('RSA-SHA256', Buffer.from(text), publicKey, Buffer.from(given, 'base64'))
}

/** Whether a v2 message is of now. Call it after `isGenuine`. */
export function isRecent(params: Params, now: Date): boolean {
  const { timestamp = '' } = params
  return /^\d{9,11}$/.test(timestamp) && Math.abs(now.getTime() / 1000 - Number(timestamp)) <= STAMP_SECONDS_MAX
}

const md5 = (text: string, key: string): string =>
  createHash('md5')
    .update(text + key, 'utf8')
    .digest('hex')

/** Reading a key costs as much as using it. Some hundreds of shops' keys are no burden. */
const KEYS_MAX = 512
const known = new Map<string, KeyObject>()

/** Operators' sites show keys as bare base64, without the PEM's first and last line; both are taken. */
function readKey(text: string, kind: 'private' | 'public'): KeyObject | undefined {
  if (text.trim() === '') return undefined
  const found = known.get(text)
  if (found) return found.type === kind ? found : undefined
  const key = parseKey(text.trim(), kind)
  if (key?.asymmetricKeyType !== 'rsa') return undefined
  if (known.size >= KEYS_MAX) known.clear()
  known.set(text, key)
  return key
}

function parseKey(text: string, kind: 'private' | 'public'): KeyObject | undefined {
  const isPem = text.startsWith('-----')
  const der = Buffer.from(text, 'base64')
  const tries =
    kind === 'public'
      ? [() => createPublicKey(isPem ? text : { key: der, format: 'der', type: 'spki' })]
      : [
          () => createPrivateKey(isPem ? text : { key: der, format: 'der', type: 'pkcs8' }),
          () => createPrivateKey({ key: der, format: 'der', type: 'pkcs1' }),
        ]
  for (const attempt of tries) {
    try {
      return attempt()
    } catch {
      // Not in this form.
    }
  }
  return undefined
}
