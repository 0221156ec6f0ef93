import { createHash, createHmac } from 'node:crypto'

export type TencentCall = {
  readonly endpoint: string
  readonly action: string
  readonly version: string
  readonly region: string
  readonly secretId: string
  readonly secretKey: string
  readonly body: string
  /** When it is signed; the service allows five minutes. */
  readonly at: Date
}

const SERVICE = 'sms'
const CONTENT_TYPE = 'application/json; charset=utf-8'

/**
 * Headers of a call to Tencent Cloud's API 3.0: TC3-HMAC-SHA256 over the method, the path, content type, host and the
 * body's hash, under a key that is derived for the day and the service.
 */
export function signTencentCall(call: TencentCall): Record<string, string> {
  const { host } = new URL(call.endpoint)
  const timestamp = Math.trunc(call.at.getTime() / 1000)
  const day = new Date(timestamp * 1000).toISOString().slice(0, 10)
  const scope = `${day}/${SERVICE}/tc3_request`
  const canonical = [
    'POST',
    '/',
    '',
    `content-type:${CONTENT_TYPE}\nhost:${host}\n`,
    'content-type;host',
    sha256(call.body),
  ].join('\n')
  const toSign = ['TC3-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n')
  const dayKey = hmac(`TC3${call.secretKey}`, day)
  const signature = hmac(hmac(hmac(dayKey, SERVICE), 'tc3_request'), toSign).toString('hex')
  return {
    host,
    'content-type': CONTENT_TYPE,
    'content-length': String(Buffer.byteLength(call.body)),
    'x-tc-action': call.action,
    'x-tc-version': call.version,
    'x-tc-region': call.region,
    'x-tc-timestamp': String(timestamp),
    authorization: `TC3-HMAC-SHA256 Credential=${call.secretId}/${scope}, SignedHeaders=content-type;host, Signature=${signature}`,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
