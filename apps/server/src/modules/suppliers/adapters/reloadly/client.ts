import { createHash } from 'node:crypto'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { Refused, SupplierAccount, Unknown } from '../../supplier.ts'
import { type Json, parseJson } from '../json.ts'
import { textAt } from '../path.ts'
import { baseOf, isHeaderSafe, refused, send, unknown } from '../wire.ts'
import { aboutWords, isUnsure } from '../words.ts'

export type Service = 'giftcards' | 'topups'
export type ReloadlyAnswer =
  | { readonly kind: 'ok'; readonly value: Json }
  | { readonly kind: 'not_found' }
  | Refused
  | Unknown
type Call = { readonly method: 'GET' | 'POST'; readonly path: string; readonly value?: unknown }

const AUTH_URL = 'https://auth.reloadly.com'
/** A token is renewed before it ends, so that none ends on the way. */
const EARLY_MS = 60_000
const TOKENS_MAX = 512
const tokens = new Map<string, { readonly token: string; readonly endsAtMs: number }>()

/**
 * One call with the account's token, which is fetched with its secret and remembered until it ends. A token that is no
 * longer taken is fetched again, once: a call that was answered 401 was not looked at.
 */
export async function askReloadly(
  outbound: Outbound,
  account: SupplierAccount,
  service: Service,
  call: Call,
): Promise<ReloadlyAnswer> {
  const token = await tokenOf(outbound, account)
  if (token.kind !== 'token') return token
  const first = await callWith(outbound, account, service, call, token.token)
  if (first !== 'unauthorized') return first
  tokens.delete(keyOf(account))
  const fresh = await tokenOf(outbound, account)
  if (fresh.kind !== 'token') return fresh
  const second = await callWith(outbound, account, service, call, fresh.token)
  return second === 'unauthorized' ? refused('other', 'HTTP 401', 'the token is not taken') : second
}

async function callWith(
  outbound: Outbound,
  account: SupplierAccount,
  service: Service,
  { method, path, value }: Call,
  token: string,
): Promise<ReloadlyAnswer | 'unauthorized'> {
  const sent = await send(outbound, {
    method,
    url: baseOf(account) + path,
    headers: {
      accept: `application/com.reloadly.${service}-v1+json`,
      authorization: `Bearer ${token}`,
      ...(method === 'POST' && { 'content-type': 'application/json' }),
    },
    ...(value !== undefined && { body: JSON.stringify(value) }),
  })
  if (sent.kind !== 'answer') return sent
  const { status } = sent
  if (status === 401) return 'unauthorized'
  const answer = parseJson(sent.body.toString('utf8'))
  if (status >= 200 && status < 300)
    return answer === undefined ? unknown('an answer that is no JSON') : { kind: 'ok', value: answer }
  const code = textAt(answer, 'errorCode') ?? `HTTP ${status}`
  const message = textAt(answer, 'message') ?? ''
  // A page of some proxy in between is not Reloadly's word.
  if (status < 400 || status >= 500 || status === 408 || status === 409 || answer === undefined)
    return unknown(`HTTP ${status} ${message}`)
  if (status === 404) return { kind: 'not_found' }
  if (status === 429) return refused('limit', code, 'called too often')
  // "This custom identifier has already been used" means that an order is there.
  if (isUnsure(`${code} ${message}`) || /identifier/i.test(`${code} ${message}`)) return unknown(`${code}: ${message}`)
  return refused(aboutWords(`${message} ${code.replaceAll('_', ' ')}`, 'other'), code, message)
}

const keyOf = (account: SupplierAccount): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        baseOf(account),
        account.settings.authUrl ?? '',
        account.identity,
        account.secrets.clientSecret ?? '',
      ]),
    )
    .digest('hex')

async function tokenOf(
  outbound: Outbound,
  account: SupplierAccount,
): Promise<{ readonly kind: 'token'; readonly token: string } | Refused | Unknown> {
  const { clientSecret = '' } = account.secrets
  if (account.identity === '' || clientSecret === '')
    return refused('other', 'not_configured', 'client id or secret is missing')
  const key = keyOf(account)
  const known = tokens.get(key)
  if (known && known.endsAtMs > Date.now() + EARLY_MS) return { kind: 'token', token: known.token }
  const sent = await send(outbound, {
    method: 'POST',
    url: `${(account.settings.authUrl || AUTH_URL).replace(/\/+$/, '')}/oauth/token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: account.identity,
      client_secret: clientSecret,
      grant_type: 'client_credentials',
      audience: account.settings.audience || baseOf(account),
    }),
  })
  // Whatever becomes of the question for a token, nothing was bought by it.
  if (sent.kind !== 'answer')
    return refused('supplier', 'no_token', sent.kind === 'unknown' ? sent.reason : sent.message)
  const answer = parseJson(sent.body.toString('utf8'))
  const token = textAt(answer, 'access_token') ?? ''
  if (sent.status !== 200 || token === '' || !isHeaderSafe(token)) {
    const isOurs = sent.status === 400 || sent.status === 401 || sent.status === 403
    return refused(isOurs ? 'other' : 'supplier', 'no_token', `no token: HTTP ${sent.status}`)
  }
  const seconds = Number(textAt(answer, 'expires_in') ?? '0')
  if (tokens.size >= TOKENS_MAX) tokens.clear()
  tokens.set(key, { token, endsAtMs: Date.now() + (Number.isFinite(seconds) ? seconds : 0) * 1000 })
  return { kind: 'token', token }
}
