import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** How far a sender's clock may be off. */
const CLOCK_SKEW_SECONDS_MAX = 300

type SignedParts = {
  readonly method: string
  /** Path with query, byte for byte as on the wire. */
  readonly path: string
  readonly timestamp: string
  readonly nonce: string
  readonly body: Buffer | string
}

/** Lower hex HMAC-SHA256 over the five parts, each but the last ended by a newline. */
function signatureOf(secret: string, parts: SignedParts): string {
  return createHmac('sha256', secret)
    .update(`${parts.method}\n${parts.path}\n${parts.timestamp}\n${parts.nonce}\n`)
    .update(parts.body)
    .digest('hex')
}

export function signedHeaders(merchantId: string, secret: string, parts: SignedParts): Record<string, string> {
  return {
    'x-pay-merchant': merchantId,
    'x-pay-timestamp': parts.timestamp,
    'x-pay-nonce': parts.nonce,
    'x-pay-signature': signatureOf(secret, parts),
  }
}

type Verdict =
  | { readonly ok: true; readonly merchantId: string; readonly nonce: string }
  | { readonly ok: false; readonly code: 'SIGN_ERROR' | 'MERCHANT_UNKNOWN' | 'TIMESTAMP_EXPIRED' | 'NONCE_REUSED' }

/** Remembers nonces as long as a timestamp can be repeated; ten minutes cover the window on both sides. */
export function nonceMemory(): (key: string, nowMs: number) => boolean {
  const KEEP_MS = 2 * CLOCK_SKEW_SECONDS_MAX * 1000
  let older = new Set<string>()
  let newer = new Set<string>()
  let turnedAtMs = 0
  return (key, nowMs) => {
    if (nowMs - turnedAtMs > KEEP_MS) {
      older = newer
      newer = new Set()
      turnedAtMs = nowMs
    }
    if (older.has(key) || newer.has(key)) return false
    newer.add(key)
    return true
  }
}

/** Checks an incoming request. The order of checks is the gateway's: merchant, clock, signature, nonce. */
export function verifyRequest(
  headers: IncomingHttpHeaders,
  request: { readonly method: string; readonly path: string; readonly body: Buffer },
  secretOf: (merchantId: string) => string | undefined,
  isFresh: (key: string, nowMs: number) => boolean,
): Verdict {
  const [merchantId, timestamp, nonce, signature] = ['merchant', 'timestamp', 'nonce', 'signature'].map((name) =>
    String(headers[`x-pay-${name}`] ?? ''),
  ) as [string, string, string, string]
  const secret = secretOf(merchantId)
  if (secret === undefined) return { ok: false, code: 'MERCHANT_UNKNOWN' }
  const skewSeconds = Math.abs(Date.now() / 1000 - Number(timestamp))
  if (!/^\d{10}$/.test(timestamp) || skewSeconds > CLOCK_SKEW_SECONDS_MAX)
    return { ok: false, code: 'TIMESTAMP_EXPIRED' }
  if (!/^[0-9A-Za-z_-]{8,64}$/.test(nonce)) return { ok: false, code: 'SIGN_ERROR' }
  const expected = Buffer.from(signatureOf(secret, { ...request, timestamp, nonce }))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return { ok: false, code: 'SIGN_ERROR' }
  if (!isFresh(`${merchantId}:${nonce}`, Date.now())) return { ok: false, code: 'NONCE_REUSED' }
  return { ok: true, merchantId, nonce }
}
