import type { Stripe } from 'stripe'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, Refused, Unknown } from '../../gateway.ts'

const CALL_TIMEOUT_MS = 10_000
/** A page of a hundred balance transactions with their charges. */
const ANSWER_MAX_BYTES = 4 * 1024 * 1024

export type StripeAnswer<T> = { readonly kind: 'answer'; readonly value: T }
/** The id is not known there. No proof for a payment just opened, hence not `refused`. */
export type Missing = { readonly kind: 'missing' }
/** With the HTTP status, when there was an answer. */
export type NoAnswer = Unknown & { readonly status?: number }
export type Asked<T> = StripeAnswer<T> | Missing | Refused | NoAnswer

export const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason })

/** Codes with which Stripe says that the thing was not done, under HTTP 400 and 402; 404 is `missing`. */
const NO_STATUS: ReadonlySet<number> = new Set([400, 402])

/**
 * One call with Stripe's own library, sent through `outbound`. The library costs 34 MB and a third of a second, so it
 * is loaded by the first shop that uses it.
 *
 * `refused` only when Stripe says no to this very question. A key that is wrong, too many requests, a key for
 * repeats that was used for something else, or no readable answer say nothing about what an earlier try has done.
 */
export async function askStripe<T>(
  outbound: Outbound,
  account: GatewayAccount,
  work: (stripe: Stripe) => Promise<T>,
): Promise<Asked<T>> {
  const key = account.secrets.secretKey ?? ''
  if (key === '') return { kind: 'refused', code: 'not_configured', message: 'no secret key' }
  const { Stripe: Client } = await import('stripe')
  const stripe = new Client(key, {
    httpClient: httpClientOver(outbound, account.baseUrl),
    // Repeats are ours to decide, and this machine's data nobody's business.
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: CALL_TIMEOUT_MS,
  })
  try {
    return { kind: 'answer', value: await work(stripe) }
  } catch (error) {
    if (error instanceof Client.errors.StripeError) return failureOf(error)
    // The library stumbles over answers that are JSON but no object.
    if (error instanceof TypeError) return unknown(`the answer is not readable: ${error.message}`)
    throw error
  }
}

function failureOf(error: Stripe.errors.StripeError): Missing | Refused | NoAnswer {
  const status = error.statusCode ?? 0
  const code = error.code ?? error.rawType ?? 'error'
  // An id of live payments asked for with a key for tests exists all the same.
  const otherMode = error.message.includes('similar object exists')
  if (status === 404 && code === 'resource_missing' && !otherMode) return { kind: 'missing' }
  if (NO_STATUS.has(status) && error.rawType !== 'idempotency_error') {
    return { kind: 'refused', code, message: error.message }
  }
  if (status === 0) return unknown(causeOf(error))
  return { ...unknown(`HTTP ${status} ${code}: ${error.message}`), status }
}

function causeOf(error: Stripe.errors.StripeError): string {
  return error.detail instanceof Error ? error.detail.message : error.message
}

/** The library's calls through our guarded way out, to the account's address whatever the library thinks. */
function httpClientOver(outbound: Outbound, baseUrl: string): Stripe.HttpClient {
  const base = baseUrl.replace(/\/+$/, '')
  return {
    getClientName: () => 'outbound',
    makeRequest: async (_host, _port, path, method, headers, body, _protocol, timeoutMs) => {
      if (method !== 'GET' && method !== 'POST') throw new Error(`no ${method} call is made to Stripe`)
      const answer = await outbound.call({
        method,
        url: base + path,
        headers: plainHeaders(headers),
        body,
        timeoutMs,
        answerMaxBytes: ANSWER_MAX_BYTES,
      })
      return {
        getStatusCode: () => answer.status,
        getHeaders: () => plainHeaders(answer.headers),
        getRawResponse: () => ({}),
        toStream: () => {
          throw new Error('no streamed call is made to Stripe')
        },
        toJSON: async () => JSON.parse(answer.body.toString('utf8')),
      }
    },
  }
}

/** Without the library's word about this machine and what runs on it. */
function plainHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const plain: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || value === null || name.toLowerCase() === 'x-stripe-client-user-agent') continue
    plain[name] = String(value)
  }
  return plain
}
