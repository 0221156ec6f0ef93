import type { IncomingHttpHeaders } from 'node:http'
import { type Outbound, OutboundFailure } from '../../../../platform/outbound/index.ts'
import type { Unknown } from '../../gateway.ts'
import type { WechatMerchant } from './account.ts'
import { authorization } from './signing.ts'

const CALL_TIMEOUT_MS = 8_000

export type SignedRequest = {
  readonly method: 'GET' | 'POST'
  /** With query, relative to the account's address; an absolute address for files. */
  readonly path: string
  readonly value?: Readonly<Record<string, unknown>>
  /** The key that the answer shall be signed with and that fields are encrypted for. */
  readonly serial?: string | undefined
  readonly timeoutMs?: number
  readonly answerMaxBytes?: number
}

/** What came back, not yet believed. `value` is undefined when the body is no JSON object. */
export type RawAnswer = {
  readonly kind: 'raw'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly value: Readonly<Record<string, unknown>> | undefined
}

/** Sends one signed request over the guarded way out. */
export async function sendSigned(
  outbound: Outbound,
  merchant: WechatMerchant,
  request: SignedRequest,
): Promise<RawAnswer | Unknown> {
  const base = `${merchant.account.baseUrl.replace(/\/+$/, '')}/`
  const target = request.path.replace(/^\//, '')
  if (!URL.canParse(target, base)) return { kind: 'unknown', reason: 'the address is not one' }
  const url = new URL(target, base)
  const body = request.value === undefined ? '' : JSON.stringify(request.value)
  const headers = {
    accept: 'application/json',
    // Without one the gateway refuses.
    'user-agent': 'Quanshu',
    authorization: authorization(merchant, request.method, url.pathname + url.search, body),
    ...(request.serial !== undefined && { 'wechatpay-serial': request.serial }),
    ...(body !== '' && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
  }
  try {
    const answer = await outbound.call({
      method: request.method,
      url: url.href,
      headers,
      body,
      timeoutMs: request.timeoutMs ?? CALL_TIMEOUT_MS,
      ...(request.answerMaxBytes !== undefined && { answerMaxBytes: request.answerMaxBytes }),
    })
    return { kind: 'raw', ...answer, value: parseObject(answer.body) }
  } catch (error) {
    if (error instanceof OutboundFailure) return { kind: 'unknown', reason: error.message }
    throw error
  }
}

/** An empty body, as 204 has it, is an empty object. */
export function parseObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  if (body.length === 0) return {}
  if (body[0] !== 0x7b) return undefined
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
