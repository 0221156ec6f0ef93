import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { Refused, SupplierAccount, Unknown } from '../../supplier.ts'
import { type Json, parseJson } from '../json.ts'
import { textAt } from '../path.ts'
import { baseOf, isHeaderSafe, refused, send, unknown } from '../wire.ts'
import { aboutWords } from '../words.ts'

export type TremendousAnswer =
  | { readonly kind: 'ok'; readonly value: Json }
  | { readonly kind: 'not_found' }
  | Refused
  | Unknown

/**
 * One call. Their own library brings axios, which opens connections of its own: addresses that merchants type in would
 * go past the guard of `outbound`. Five calls of JSON with a bearer token need no library.
 *
 * A status of 4xx is a definite no to this call: the number was not used. 409 says that it was, for something else.
 */
export async function askTremendous(
  outbound: Outbound,
  account: SupplierAccount,
  call: { readonly method: 'GET' | 'POST'; readonly path: string; readonly value?: unknown },
): Promise<TremendousAnswer> {
  const { apiKey = '' } = account.secrets
  if (apiKey === '' || !isHeaderSafe(apiKey)) return refused('other', 'not_configured', 'no API key')
  const sent = await send(outbound, {
    method: call.method,
    url: `${baseOf(account).replace(/\/api\/v2$/, '')}/api/v2${call.path}`,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(call.method === 'POST' && { 'content-type': 'application/json' }),
    },
    ...(call.value !== undefined && { body: JSON.stringify(call.value) }),
  })
  if (sent.kind !== 'answer') return sent
  const { status } = sent
  const value = parseJson(sent.body.toString('utf8'))
  if (status >= 200 && status < 300)
    return value === undefined ? unknown('an answer that is no JSON') : { kind: 'ok', value }
  // A page of some proxy in between is not Tremendous' word.
  const message = textAt(value, 'errors.message|error.message|message|errors')
  if (status === 404 && value !== undefined) return { kind: 'not_found' }
  if (status === 429) return refused('limit', 'HTTP 429', 'called too often')
  if (status < 400 || status >= 500 || status === 409 || status === 408 || value === undefined) {
    return unknown(`HTTP ${status} ${message ?? ''}`)
  }
  const about = status === 401 || status === 403 ? 'other' : aboutWords(message ?? '', 'other')
  return refused(about, `HTTP ${status}`, message ?? '')
}
