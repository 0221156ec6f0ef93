import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Tencent Cloud accepts a request for five minutes around its `x-tc-timestamp`. */
const CLOCK_SKEW_SECONDS_MAX = 300

export type Tc3Verdict = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string }

/**
 * Checks a TC3-HMAC-SHA256 request as Tencent Cloud's gateway does: day and service come from the credential's scope, the
 * canonical request is rebuilt from the wire.
 */
export function verifyTc3(
  request: { readonly headers: IncomingHttpHeaders; readonly body: Buffer },
  secretOf: (secretId: string) => string | undefined,
  nowMs: number,
): Tc3Verdict {
  const parts =
    /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d\d-\d\d)\/([\w-]+)\/tc3_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      String(request.headers.authorization ?? ''),
    )
  if (!parts) return refuse('AuthFailure.InvalidAuthorization', 'The Authorization header is malformed.')
  const [, secretId = '', day = '', service = '', signedHeaders = '', signature = ''] = parts
  const secret = secretOf(secretId)
  if (secret === undefined) return refuse('AuthFailure.SecretIdNotFound', 'The SecretId is not found.')
  const timestamp = Number(request.headers['x-tc-timestamp'])
  if (!(Math.abs(nowMs / 1000 - timestamp) <= CLOCK_SKEW_SECONDS_MAX)) {
    return refuse('AuthFailure.SignatureExpire', 'The signature has expired.')
  }
  if (new Date(timestamp * 1000).toISOString().slice(0, 10) !== day) {
    return refuse('AuthFailure.SignatureFailure', 'The date of the credential is not that of the timestamp.')
  }
  const names = signedHeaders.split(';')
  if (!names.includes('host') || !names.includes('content-type')) {
    return refuse('AuthFailure.SignatureFailure', 'content-type and host must be signed.')
  }
  const headers = names
    .map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .toLowerCase()}\n`,
    )
    .join('')
  const payload = createHash('sha256').update(request.body).digest('hex')
  const canonical = `POST\n/\n\n${headers}\n${signedHeaders}\n${payload}`
  const hashed = createHash('sha256').update(canonical).digest('hex')
  let key: Buffer = Buffer.from(`TC3${secret}`)
  for (const step of [day, service, 'tc3_request']) key = createHmac('sha256', key).update(step).digest()
  const expected = createHmac('sha256', key)
    .update(`TC3-HMAC-SHA256\n${timestamp}\n${day}/${service}/tc3_request\n${hashed}`)
    .digest()
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'))
    ? { ok: true }
    : refuse('AuthFailure.SignatureFailure', 'The provided credentials could not be validated.')
}

const refuse = (code: string, message: string): Tc3Verdict => ({ ok: false, code, message })
