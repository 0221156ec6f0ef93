import { type Outbound, OutboundFailure } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, Refused, Unknown } from '../../gateway.ts'
import { type AlipayClient, clientOf, isSigned, KeyUnreadable } from './keys.ts'

const CALL_TIMEOUT_MS = 8_000
const BEIJING_OFFSET_MS = 8 * 3_600_000

/** What is asked; `notify_url` and the like travel beside it. Nothing empty: the gateway leaves empty values out of its check. */
export type Biz = Readonly<Record<string, unknown>>
type Beside = { readonly notify_url?: string; readonly return_url?: string }

/** An answer whose signature is the gateway's. `value` is what was signed and nothing else. */
export type AlipayAnswer = {
  readonly kind: 'answer'
  readonly code: string
  readonly subCode: string
  readonly message: string
  readonly value: Readonly<Record<string, unknown>>
}

/**
 * One signed call. An answer counts only when the gateway signed it; an answer without that, none at all, or one that
 * says itself that it does not know (20000, system errors, too many calls) is unknown.
 */
export async function callAlipay(
  outbound: Outbound,
  account: GatewayAccount,
  method: string,
  biz: Biz,
  beside: Beside = {},
): Promise<AlipayAnswer | Unknown> {
  try {
    const client = clientOf(account)
    const params = new URLSearchParams(signedQuery(client, method, biz, beside))
    const content = params.get('biz_content') ?? ''
    params.delete('biz_content')
    const answer = await outbound.call({
      method: 'POST',
      url: `${gatewayUrl(account)}?${params}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8', accept: 'application/json' },
      body: `biz_content=${encodeURIComponent(content)}`,
      timeoutMs: CALL_TIMEOUT_MS,
    })
    return read(client, method, answer.status, answer.body.toString('utf8'))
  } catch (error) {
    if (error instanceof OutboundFailure || error instanceof KeyUnreadable) return unknown(error.message)
    throw error
  }
}

/** An address a browser opens, signed. @throws KeyUnreadable */
export function signedAddress(account: GatewayAccount, method: string, biz: Biz, beside: Beside): string {
  return `${gatewayUrl(account)}?${signedQuery(clientOf(account), method, biz, beside)}`
}

function signedQuery({ sdk }: AlipayClient, method: string, biz: Biz, beside: Beside): string {
  const params = { ...beside, timestamp: beijingTimestamp(Date.now()), bizContent: biz }
  return sdk.sdkExecute(method, params, { bizContentAutoSnakeCase: false })
}

/** `2026-11-22 09:30:05` in Beijing, whatever zone this process runs in; the client alone would take the process's. */
export function beijingTimestamp(atMs: number): string {
  return new Date(atMs + BEIJING_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** Operators write the address with or without its last part. */
function gatewayUrl(account: GatewayAccount): string {
  const base = account.baseUrl.replace(/\/+$/, '')
  return base.endsWith('/gateway.do') ? base : `${base}/gateway.do`
}

function read(client: AlipayClient, method: string, status: number, text: string): AlipayAnswer | Unknown {
  const key = `${method.replaceAll('.', '_')}_response`
  const whole = parseObject(text)
  const sign = whole?.sign
  // The client cuts out what was signed, and only this is parsed and believed.
  const signed = typeof sign === 'string' ? client.sdk.getSignStr(text, key) : ''
  if (status !== 200 || typeof sign !== 'string' || !isSigned(client.gatewayKeys, signed, sign)) {
    return unknown(`HTTP ${status} without the gateway’s signature${unsignedCode(whole, key)}`)
  }
  const value = parseObject(signed)
  const code = textOf(value?.code)
  const subCode = textOf(value?.sub_code)
  if (!value || code === '') return unknown('an answer that is not the gateway’s')
  const message = textOf(value.sub_msg) || textOf(value.msg)
  if (code === '20000' || code === '40005' || UNSURE.test(subCode)) return unknown(`${subCode || code} ${message}`)
  return { kind: 'answer', code, subCode, message, value }
}

/** What the gateway answers when it does not know itself: ask again under the same number. */
const UNSURE = /(SYSTEM_ERROR|UNKNOWN?[-_]ERROR|TRADE_SETTLE_ERROR)$/i

/** An unsigned complaint proves nothing, but helps whoever reads why: a wrong app id looks like this. */
function unsignedCode(whole: Readonly<Record<string, unknown>> | undefined, key: string): string {
  const inner = whole?.error_response ?? whole?.[key]
  const code = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>).sub_code : undefined
  return typeof code === 'string' && /^[\w.-]{3,60}$/.test(code) ? `: ${code}` : ''
}

/** `10000` goes to `reader`; a signed other code is the gateway's definite no. */
export function outcomeOf<T>(
  answer: AlipayAnswer | Unknown,
  reader: (value: AlipayAnswer['value']) => T,
): T | Refused | Unknown {
  if (answer.kind === 'unknown') return answer
  if (answer.code === '10000') return reader(answer.value)
  return { kind: 'refused', code: answer.subCode || answer.code, message: answer.message }
}

/**
 * The same for calls that move money. Only the business behind the gateway (40004) can say that nothing moved: a
 * complaint about signature, clock or rights came before it looked whether an earlier try under this number had worked.
 */
export function moneyOutcomeOf<T>(
  answer: AlipayAnswer | Unknown,
  reader: (value: AlipayAnswer['value']) => T,
): T | Refused | Unknown {
  const outcome = outcomeOf(answer, reader)
  if (answer.kind === 'unknown' || answer.code === '10000' || answer.code === '40004') return outcome
  return unknown(`${answer.subCode || answer.code} ${answer.message}`)
}

/** For questions about what became of money: an answer that is no answer to them says nothing about it. */
export function knownOf<T>(answer: AlipayAnswer | Unknown, reader: (value: AlipayAnswer['value']) => T): T | Unknown {
  if (answer.kind === 'unknown') return answer
  return answer.code === '10000' ? reader(answer.value) : unknown(`${answer.subCode || answer.code} ${answer.message}`)
}

export const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason })
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
