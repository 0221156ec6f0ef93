import { createHash, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import { type PlatformKeys, readCertificates, type WechatMerchant } from './account.ts'
import { headerOf, open, verifySignature } from './signing.ts'
import { sendSigned } from './transport.ts'

/** Between two downloads for one merchant; a stranger's invented serials must not make us ask more often. */
const ASK_AGAIN_MS = 60_000
const MERCHANTS_MAX = 10_000
/** A platform certificate's serial; ids of public keys are never downloaded. */
const CERTIFICATE_SERIAL = /^[0-9A-F]{40}$/

type Learned = { readonly keys: PlatformKeys; readonly askedAtMs: number; readonly wanted: boolean }
/**
 * Certificates that the gateway gave us, by merchant. They are replaced every few years, and notices come under the new
 * one at some moment; whoever pasted the old one into the settings should not have to notice.
 */
const learned = new Map<string, Learned>()
const NOTHING: Learned = { keys: new Map(), askedAtMs: 0, wanted: false }

/** The APIv3 key is part of it: what one shop could open, another with the same number has to open itself. */
const registryKey = ({ account, mchid, apiV3Key }: WechatMerchant): string =>
  `${account.baseUrl} ${mchid} ${createHash('sha256').update(apiV3Key).digest('hex')}`

/** The key behind a `Wechatpay-Serial`: the public key, a certificate from the settings, or one downloaded. */
export function platformKey(merchant: WechatMerchant, serial: string): KeyObject | undefined {
  return (merchant.given.get(serial) ?? learned.get(registryKey(merchant))?.keys.get(serial))?.key
}

/** Which key we ask answers to be signed with, and encrypt for: the public key, else the latest certificate. */
export function preferredKey(merchant: WechatMerchant): { readonly id: string; readonly key: KeyObject } | undefined {
  const known = [...merchant.given, ...(learned.get(registryKey(merchant)) ?? NOTHING).keys]
  const [best] = known.sort(([, a], [, b]) => b.validToMs - a.validToMs)
  return best && { id: best[0], key: best[1].key }
}

/** Notes that a message came under a certificate we do not have; the next call to the gateway fetches it. */
export function wantCertificate(merchant: WechatMerchant, serial: string): void {
  if (!CERTIFICATE_SERIAL.test(serial)) return
  const key = registryKey(merchant)
  learned.set(key, { ...(learned.get(key) ?? NOTHING), wanted: true })
}

/** Whether the next call should fetch certificates first: one is wanted, or there is no key at all. */
export function wantsCertificates(merchant: WechatMerchant): boolean {
  const now = learned.get(registryKey(merchant)) ?? NOTHING
  const none = merchant.given.size === 0 && now.keys.size === 0
  return (now.wanted || none) && Date.now() - now.askedAtMs >= ASK_AGAIN_MS
}

const listed = z.object({
  data: z.array(
    z.object({
      encrypt_certificate: z.object({
        ciphertext: z.string(),
        nonce: z.string(),
        associated_data: z.string().optional(),
      }),
    }),
  ),
})

/**
 * Downloads the platform certificates. That they open with the APIv3 key proves that they are the gateway's; the answer's
 * own signature is then checked with them.
 */
export async function fetchCertificates(outbound: Outbound, merchant: WechatMerchant): Promise<CertificatesOutcome> {
  if (learned.size >= MERCHANTS_MAX) learned.clear()
  const key = registryKey(merchant)
  const before = learned.get(key) ?? NOTHING
  learned.set(key, { ...before, askedAtMs: Date.now(), wanted: false })
  const answer = await sendSigned(outbound, merchant, { method: 'GET', path: '/v3/certificates' })
  if (answer.kind === 'unknown') return 'unknown'
  if (answer.status === 404) return 'none'
  const parsed = answer.status === 200 ? listed.safeParse(answer.value) : undefined
  if (!parsed?.success) return 'unknown'
  const opened = parsed.data.data.map((one) => open(merchant, one.encrypt_certificate))
  if (opened.some((pem) => pem === undefined)) return 'not_opened'
  const keys = tryRead(opened.join('\n'))
  const signer = (serial: string): KeyObject | undefined => (merchant.given.get(serial) ?? keys.get(serial))?.key
  if (keys.size === 0 || verifySignature(signer, answer, new Date()) !== 'genuine') return 'unknown'
  learned.set(key, { keys, askedAtMs: Date.now(), wanted: false })
  return 'learned'
}

/** `none`: the gateway has none for this merchant. `not_opened`: the APIv3 key is another. */
export type CertificatesOutcome = 'learned' | 'none' | 'not_opened' | 'unknown'

function tryRead(pems: string): PlatformKeys {
  try {
    return readCertificates(pems)
  } catch {
    return NOTHING.keys
  }
}

export const isCertificateSerial = (headers: Parameters<typeof headerOf>[0]): boolean =>
  CERTIFICATE_SERIAL.test(headerOf(headers, 'wechatpay-serial'))
