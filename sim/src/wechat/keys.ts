import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Books, Merchant, PlatformKey } from './books.ts'
import { selfSigned } from './certificate.ts'

const DAY_MS = 86_400_000
const VALID_MS = 5 * 365 * DAY_MS

/**
 * Which keys a merchant has been given: only certificates (old merchants), both (the weeks of the change-over, notices
 * come under either), or only the WeChat Pay public key (new merchants; there is nothing to download then).
 */
export type KeyMode = 'certificate' | 'both' | 'public_key'

/** The gateway's signing keys: a platform certificate, a public key, and one that nobody was told of. */
export type KeyRing = {
  readonly mode: () => KeyMode
  readonly setMode: (mode: KeyMode) => void
  /** The key that an answer is signed with; undefined: the caller named one that is not ours. */
  readonly forAnswer: (wechatpaySerial: string | undefined) => PlatformKey | undefined
  /** In mode `both`, every second notice comes under the public key. */
  readonly forNotice: () => PlatformKey
  readonly certificate: () => PlatformKey
  readonly publicKey: () => PlatformKey
  readonly unpublished: () => PlatformKey
  /** What `GET /v3/certificates` lists. */
  readonly certificates: () => readonly PlatformKey[]
  readonly find: (id: string) => PlatformKey | undefined
  /** From now on another certificate signs. The old one is listed on while `overlap`. */
  readonly replaceCertificate: (options?: { readonly overlap?: boolean }) => Promise<PlatformKey>
}

export async function openKeyRing(books: Books): Promise<KeyRing> {
  if (books.keys.size === 0) {
    const made = await Promise.all([
      newKey('certificate', 'active'),
      newKey('public_key', 'active'),
      newKey('certificate', 'unpublished'),
    ])
    for (const key of made) books.save('key', key)
  }
  let mode: KeyMode = 'both'
  let sent = 0
  const one = (kind: PlatformKey['kind'], state: PlatformKey['state']): PlatformKey => {
    const found = [...books.keys.values()].findLast((key) => key.kind === kind && key.state === state)
    if (!found) throw new Error(`the gateway has no ${state} ${kind}`)
    return found
  }
  const certificate = (): PlatformKey => one('certificate', 'active')
  const publicKey = (): PlatformKey => one('public_key', 'active')
  const main = (): PlatformKey => (mode === 'public_key' ? publicKey() : certificate())
  const published = (id: string): PlatformKey | undefined => {
    const key = books.keys.get(id)
    const kind = mode === 'both' ? key?.kind : mode
    return key?.state === 'active' && key.kind === kind ? key : undefined
  }

  return {
    mode: () => mode,
    setMode: (next) => {
      mode = next
    },
    // A caller that still names a retired certificate is answered under the one that took its place.
    forAnswer: (serial) =>
      serial === undefined || books.keys.get(serial)?.state === 'retired' ? main() : published(serial),
    forNotice: () => (mode === 'both' && ++sent % 2 === 0 ? publicKey() : main()),
    certificate,
    publicKey,
    unpublished: () => one('certificate', 'unpublished'),
    certificates: () =>
      mode === 'public_key'
        ? []
        : [...books.keys.values()].filter(
            (key) => key.kind === 'certificate' && key.state !== 'unpublished' && key.notAfterMs > Date.now(),
          ),
    find: (id) => books.keys.get(id),
    replaceCertificate: async ({ overlap = true } = {}) => {
      const old = certificate()
      const next = await newKey('certificate', 'active')
      books.save('key', { ...old, state: 'retired', ...(!overlap && { notAfterMs: 0 }) })
      books.save('key', next)
      return next
    },
  }
}

async function newKey(kind: PlatformKey['kind'], state: PlatformKey['state']): Promise<PlatformKey> {
  const notBeforeMs = Date.now() - DAY_MS
  const notAfterMs = notBeforeMs + VALID_MS
  const privateKey = await newPrivateKey()
  if (kind === 'certificate') {
    const id = newSerial()
    const name = 'Sim Tenpay Platform'
    const publicPem = selfSigned({
      serial: id,
      name,
      privateKey: createPrivateKey(privateKey),
      notBeforeMs,
      notAfterMs,
    })
    return { id, kind, privateKey, publicPem, notBeforeMs, notAfterMs, state }
  }
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  return { id: `PUB_KEY_ID_0${decimal(25)}`, kind, privateKey, publicPem, notBeforeMs, notAfterMs, state }
}

/** A merchant with a key pair and a certificate of its own, as the merchant platform hands them out. */
export async function newMerchant(identity: Pick<Merchant, 'mchid' | 'appid' | 'name'>): Promise<Merchant> {
  const privateKey = await newPrivateKey()
  const serial = newSerial()
  const notBeforeMs = Date.now() - DAY_MS
  return {
    ...identity,
    serial,
    privateKey,
    certificate: selfSigned({
      serial,
      name: identity.mchid,
      privateKey: createPrivateKey(privateKey),
      notBeforeMs,
      notAfterMs: notBeforeMs + VALID_MS,
    }),
    apiV3Key: randomBytes(16).toString('hex'),
  }
}

async function newPrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The first digit is never 0: a serial keeps its 40 digits. */
const newSerial = (): string => `4${randomBytes(20).toString('hex').slice(1)}`.toUpperCase()
const decimal = (digits: number): string =>
  BigInt(`0x${randomBytes(16).toString('hex')}`)
    .toString()
    .padStart(digits, '0')
    .slice(-digits)
