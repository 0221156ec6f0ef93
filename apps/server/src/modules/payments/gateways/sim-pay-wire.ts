import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Outbound, OutboundFailure } from '../../../platform/outbound/index.ts'
import type { GatewayAccount, Unknown } from '../gateway.ts'

const CALL_TIMEOUT_MS = 8_000
/** The gateway's own window for timestamps, either way. */
const AGE_MAX_MS = 300_000

export type SimPayAnswer = {
  readonly kind: 'answer'
  readonly status: number
  readonly code: string
  readonly value: Readonly<Record<string, unknown>>
}

/**
 * One signed call. An answer counts only when the gateway signed it over this very question; anything else is unknown.
 * Two codes say nothing about what happened and are unknown too: SYSTEM_ERROR and TOO_MANY_REQUESTS.
 */
export async function callSimPay(
  outbound: Outbound,
  account: GatewayAccount,
  method: 'GET' | 'POST',
  path: string,
  value?: Readonly<Record<string, unknown>>,
): Promise<SimPayAnswer | Unknown> {
  const url = new URL(account.baseUrl.replace(/\/+$/, '') + path)
  const signedPath = url.pathname + url.search
  const body = value === undefined ? '' : JSON.stringify(value)
  const nonce = randomUUID()
  const headers = signatureHeaders(account, method, signedPath, nonce, body)
  try {
    const answer = await outbound.call({ method, url: url.href, headers, body, timeoutMs: CALL_TIMEOUT_MS })
    if (!isGenuine(account, { method, path: signedPath, headers: answer.headers, body: answer.body, nonce })) {
      return unknown(`HTTP ${answer.status} without the gateway’s signature${unsignedCode(answer.body)}`)
    }
    return read(answer.status, answer.body)
  } catch (error) {
    if (error instanceof OutboundFailure) return unknown(error.message)
    throw error
  }
}

function signatureHeaders(
  account: GatewayAccount,
  method: string,
  path: string,
  nonce: string,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'x-pay-merchant': account.merchantId,
    'x-pay-timestamp': timestamp,
    'x-pay-nonce': nonce,
    'x-pay-signature': sign(account.secrets.secret ?? '', [method, path, timestamp, nonce], Buffer.from(body)).toString(
      'hex',
    ),
  }
}

function sign(secret: string, head: readonly string[], body: Buffer): Buffer {
  const mac = createHmac('sha256', secret)
  for (const part of head) mac.update(`${part}\n`)
  return mac.update(body).digest()
}

/** True when the message was signed with the account's secret. `nonce`: the one it must carry, when it is an answer. */
export function isGenuine(
  account: GatewayAccount,
  message: {
    readonly method: string
    readonly path: string
    readonly headers: IncomingHttpHeaders
    readonly body: Buffer
    readonly nonce?: string
  },
): boolean {
  const timestamp = textOf(message.headers['x-pay-timestamp'])
  const nonce = textOf(message.headers['x-pay-nonce'])
  const given = Buffer.from(textOf(message.headers['x-pay-signature']), 'hex')
  if (message.nonce !== undefined && nonce !== message.nonce) return false
  const expected = sign(account.secrets.secret ?? '', [message.method, message.path, timestamp, nonce], message.body)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** False when the signed timestamp is more than five minutes away. Call it after `isGenuine`. */
export function isRecent(headers: IncomingHttpHeaders, now: Date): boolean {
  const sentAtMs = Number(textOf(headers['x-pay-timestamp'])) * 1000
  return Math.abs(now.getTime() - sentAtMs) <= AGE_MAX_MS
}

export const textOf = (header: string | string[] | undefined): string => (typeof header === 'string' ? header : '')

export const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason })

export function parseObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** An unsigned complaint proves nothing, but helps whoever reads why: a wrong secret looks like this. */
function unsignedCode(body: Buffer): string {
  const code = parseObject(body)?.code
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? `: ${code}` : ''
}

function read(status: number, body: Buffer): SimPayAnswer | Unknown {
  const value = parseObject(body)
  const code = value?.code
  if (!value || typeof code !== 'string') return unknown(`HTTP ${status} with a body that is not the gateway’s`)
  if (status >= 500 || code === 'SYSTEM_ERROR' || code === 'TOO_MANY_REQUESTS') return unknown(code)
  return { kind: 'answer', status, code, value }
}
