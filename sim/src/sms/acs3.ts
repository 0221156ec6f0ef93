import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Aliyun accepts a request for 15 minutes around its `x-acs-date`. */
const CLOCK_SKEW_MS_MAX = 15 * 60 * 1000

type Acs3Verdict = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string }

/**
 * Checks an ACS3-HMAC-SHA256 request as Aliyun's gateway does (V3 request body & signature mechanism):
 * the canonical request is rebuilt from the wire, never from the sender's idea of it.
 */
export function verifyAcs3(
  request: {
    readonly method: string
    readonly url: string
    readonly headers: IncomingHttpHeaders
    readonly body: Buffer
  },
  secretOf: (accessKeyId: string) => string | undefined,
): Acs3Verdict {
  const authorization = String(request.headers.authorization ?? '')
  const parsed = /^ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(
    authorization,
  )
  if (!parsed) return refuse('MissingAuthorization', 'The Authorization header is missing or malformed.')
  const [, accessKeyId = '', signedHeaders = '', signature = ''] = parsed
  const secret = secretOf(accessKeyId)
  if (secret === undefined) return refuse('InvalidAccessKeyId.NotFound', 'Specified access key is not found.')
  const sentAtMs = Date.parse(String(request.headers['x-acs-date'] ?? ''))
  if (!(Math.abs(Date.now() - sentAtMs) <= CLOCK_SKEW_MS_MAX)) {
    return refuse('InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.')
  }
  const bodyHash = sha256(request.body)
  if (request.headers['x-acs-content-sha256'] !== bodyHash) {
    return refuse('InvalidContentSha256', 'x-acs-content-sha256 does not match the body.')
  }
  const names = signedHeaders.split(';')
  const mustSign = Object.keys(request.headers).filter((name) => name.startsWith('x-acs-') || name === 'host')
  if (!mustSign.every((name) => names.includes(name))) {
    return refuse('SignatureDoesNotMatch', 'host and every x-acs- header must be signed.')
  }
  const expected = createHmac('sha256', secret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonicalRequest(request, names, signedHeaders, bodyHash))}`)
    .digest('hex')
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature))
    ? { ok: true }
    : refuse('SignatureDoesNotMatch', 'Specified signature does not match our calculation.')
}

function canonicalRequest(
  request: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders },
  names: readonly string[],
  signedHeaders: string,
  bodyHash: string,
): string {
  const url = new URL(request.url, 'http://stand-in')
  const query = [...url.searchParams]
    .map(([name, value]) => [percent(name), percent(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const headers = names.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`).join('')
  return [request.method, url.pathname, query, headers, signedHeaders, bodyHash].join('\n')
}

/** RFC 3986: letters, digits, `-_.~` stay, everything else is percent-encoded in upper hex. */
const percent = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex')
const refuse = (code: string, message: string): Acs3Verdict => ({ ok: false, code, message })
