import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, Refused, Unknown } from '../../gateway.ts'
import { openMerchant, type WechatMerchant } from './account.ts'
import { fetchCertificates, isCertificateSerial, platformKey, preferredKey, wantsCertificates } from './keys.ts'
import { type SignatureVerdict, verifySignature } from './signing.ts'
import { type RawAnswer, sendSigned } from './transport.ts'

/** What the gateway said and signed. `code` is `OK` for a success. */
export type WechatAnswer = {
  readonly kind: 'answer'
  readonly status: number
  readonly code: string
  readonly value: Readonly<Record<string, unknown>>
}

/** These say nothing about what happened: ask again under the same number. */
const NOT_DEFINITE: ReadonlySet<string> = new Set([
  'SYSTEM_ERROR',
  'SYSTEMERROR',
  'BANK_ERROR',
  'BANKERROR',
  'FREQUENCY_LIMITED',
  'RATELIMIT_EXCEEDED',
  'USERPAYING',
])

type CallRequest = {
  readonly method: 'GET' | 'POST'
  /** With query. */
  readonly path: string
  readonly value?: Readonly<Record<string, unknown>>
}

/**
 * One signed call. An answer counts only when the gateway signed it, whatever its status: an unsigned, badly signed, old
 * or probed answer, a time-out, a 5xx or one of a few codes is unknown. An account that cannot be used is refused here.
 */
export async function callWechat(
  outbound: Outbound,
  account: GatewayAccount,
  request: CallRequest,
): Promise<WechatAnswer | Refused | Unknown> {
  const merchant = openMerchant(account)
  if ('kind' in merchant) return merchant
  if (wantsCertificates(merchant)) await fetchCertificates(outbound, merchant)
  const answer = await sendSigned(outbound, merchant, { ...request, serial: preferredKey(merchant)?.id })
  if (answer.kind === 'unknown') return answer
  const verdict = await verifyAnswer(outbound, merchant, answer)
  if (verdict !== 'genuine') return notBelieved(verdict, answer)
  return read(answer)
}

/** A certificate that we do not have yet is fetched, once. */
async function verifyAnswer(
  outbound: Outbound,
  merchant: WechatMerchant,
  answer: RawAnswer,
): Promise<SignatureVerdict> {
  const verify = (): SignatureVerdict => verifySignature((serial) => platformKey(merchant, serial), answer, new Date())
  const verdict = verify()
  if (verdict !== 'unknown_serial' || !isCertificateSerial(answer.headers)) return verdict
  return (await fetchCertificates(outbound, merchant)) === 'learned' ? verify() : verdict
}

const REASONS: Readonly<Record<Exclude<SignatureVerdict, 'genuine'>, string>> = {
  unsigned: 'without WeChat Pay’s signature',
  probe: 'with a probe for a signature',
  unknown_serial: 'signed by an unknown key',
  forged: 'with a wrong signature',
  stale: 'signed more than five minutes away from now',
}

/** An unsigned complaint proves nothing, but helps whoever reads why: a wrong private key looks like this. */
function notBelieved(verdict: Exclude<SignatureVerdict, 'genuine'>, answer: RawAnswer): Unknown {
  const code = codeOf(answer)
  return unknown(`HTTP ${answer.status} ${REASONS[verdict]}${code === '' ? '' : `: ${code}`}`)
}

function codeOf(answer: RawAnswer): string {
  const code = answer.value?.code
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? code : ''
}

function read(answer: RawAnswer): WechatAnswer | Unknown {
  const { status, value } = answer
  if (!value) return unknown(`HTTP ${status} with a body that is not JSON`)
  if (status === 200 || status === 204) return { kind: 'answer', status, code: 'OK', value }
  const code = codeOf(answer)
  if (status < 400 || status >= 500 || status === 429 || code === '' || NOT_DEFINITE.has(code)) {
    return unknown(`HTTP ${status}${code === '' ? '' : ` ${code}`}`)
  }
  return { kind: 'answer', status, code, value }
}

export const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason })

/** A success goes to `read`; any other answer is the gateway's definite no. */
export function outcomeOf<T>(
  answer: WechatAnswer | Refused | Unknown,
  readValue: (value: WechatAnswer['value']) => T,
): T | Refused | Unknown {
  if (answer.kind !== 'answer') return answer
  if (answer.code === 'OK') return readValue(answer.value)
  return { kind: 'refused', code: answer.code, message: String(answer.value.message ?? '') }
}

/** As much of a text as fits into `bytes` of UTF-8, never half a character. */
export function clip(text: string, bytes: number): string {
  let kept = ''
  let length = 0
  for (const char of text) {
    length += Buffer.byteLength(char)
    if (length > bytes) break
    kept += char
  }
  return kept
}
