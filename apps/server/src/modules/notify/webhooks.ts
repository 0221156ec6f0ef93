import { createHmac, randomBytes } from 'node:crypto'

/** The scheme is Standard Webhooks' (https://www.standardwebhooks.com): `whsec_` and base64 of 24 to 64 bytes. */
const PREFIX = 'whsec_'
const SECRET_BYTES = 32

export const newWebhookSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64')

/**
 * The headers of one try. While a secret is being replaced there are two, and each signs.
 * @param at of this try; receivers allow five minutes
 */
export function webhookHeaders(
  message: { readonly id: string; readonly body: string; readonly at: Date },
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.trunc(message.at.getTime() / 1000))
  const signed = `${message.id}.${timestamp}.${message.body}`
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64')
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  })
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** After the first try at once: what the scheme proposes, three days in all. */
const LADDER_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const
/** So that a receiver that comes back is not met by everything at one moment. */
const JITTER = 0.1
const RETRY_AFTER_MS_MAX = 24 * HOUR
/** "Slow down": not sooner than that, whatever step it is. */
const SLOW_MS = MINUTE

/**
 * How long to wait after a failed try; undefined when it was the last.
 * @param random between 0 and 1
 */
export function waitAfter(
  attempts: number,
  answer: { readonly status: number | undefined; readonly retryAfter: string | undefined },
  now: Date,
  random: number,
): number | undefined {
  const step = LADDER_MS[attempts - 1]
  if (step === undefined) return undefined
  const jittered = step * (1 + JITTER * (2 * random - 1))
  const isSlow = answer.status === 429 || answer.status === 502 || answer.status === 504
  return Math.round(Math.max(jittered, isSlow ? SLOW_MS : 0, retryAfterMs(answer.retryAfter, now)))
}

/** Seconds, or a date of HTTP. */
function retryAfterMs(header: string | undefined, now: Date): number {
  if (header === undefined) return 0
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now.getTime()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), RETRY_AFTER_MS_MAX) : 0
}
