import { createHash, createHmac, randomUUID } from 'node:crypto'

export type AliyunCall = {
  readonly endpoint: string
  readonly action: string
  readonly version: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly params: Readonly<Record<string, string>>
}

const EMPTY_BODY_HASH = createHash('sha256').update('').digest('hex')

/**
 * A signed call in Aliyun's RPC style: parameters in the query, signature version 3 (ACS3-HMAC-SHA256) over method,
 * path, sorted query, the signed headers and the body's hash.
 */
export function signAliyunCall(call: AliyunCall): { readonly url: string; readonly headers: Record<string, string> } {
  const query = Object.entries(call.params)
    .map(([name, value]) => `${rfc3986(name)}=${rfc3986(value)}`)
    .sort()
    .join('&')
  const url = new URL(`/?${query}`, call.endpoint)
  const signed: Record<string, string> = {
    host: url.host,
    'x-acs-action': call.action,
    'x-acs-content-sha256': EMPTY_BODY_HASH,
    'x-acs-date': new Date().toISOString().replace(/\.\d{3}Z$/, 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': call.version,
  }
  const names = Object.keys(signed).sort()
  const canonical = [
    'POST',
    '/',
    query,
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    EMPTY_BODY_HASH,
  ].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const signature = createHmac('sha256', call.accessKeySecret).update(`ACS3-HMAC-SHA256\n${digest}`).digest('hex')
  const authorization = `ACS3-HMAC-SHA256 Credential=${call.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`
  return { url: `${url.origin}/?${query}`, headers: { ...signed, authorization, 'content-length': '0' } }
}

const rfc3986 = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
