import { createHash, timingSafeEqual } from 'node:crypto'
import type { RefusalAbout } from '@quanshu/contract'
import type { Outbound } from '../../../../platform/outbound/index.ts'
import type { Refused, SupplierAccount, Unknown } from '../../supplier.ts'
import { stampOf } from '../dates.ts'
import { isObject, type Json, parseJson, textOf } from '../json.ts'
import { baseOf, refused, send, unknown } from '../wire.ts'
import { aboutWords, isUnsure } from '../words.ts'

/** The open platform (2.0), and the recharge platform (1.0) that some contracts are for. */
export type FuluPlatform = { readonly version: '2.0' | '1.0'; readonly path: string; readonly ok: string }
const PLATFORMS = {
  '2.0': { version: '2.0', path: '/api/getway', ok: '0' },
  '1.0': { version: '1.0', path: '/api/rechargeapi/gateway', ok: '200' },
} as const satisfies Record<string, FuluPlatform>
export const platformOf = ({ settings }: SupplierAccount): FuluPlatform =>
  PLATFORMS[settings.platform === '1.0' ? '1.0' : '2.0']

export type FuluAnswer =
  | { readonly kind: 'ok'; readonly result: Json }
  | { readonly kind: 'not_found' }
  | Refused
  | Unknown

/**
 * Codes of the platform's table with which nothing was ordered. 4008 (adding the order failed), 4009 (timed out while
 * ordering), 4010 (the number is taken), 4012 and 5000 are not among them: only asking tells. There is no code for an
 * empty balance, only words.
 */
const REFUSALS: Readonly<Record<string, RefusalAbout>> = {
  ...Object.fromEntries(
    ['1000', '1001', '1003', '1004', '1006', '1008', '1016', '1017', '1018', '4000'].map((code) => [code, 'other']),
  ),
  3001: 'product',
  3002: 'product',
  3003: 'product',
  3004: 'product',
  3005: 'stock',
  3008: 'product',
  4001: 'limit',
  4002: 'account',
}
const UNSURE: ReadonlySet<string> = new Set(['4009', '4010', '4012', '5000'])
const NOT_KNOWN = '4011'

/** MD5 over the characters of a text in order, and the secret. */
export function fuluSignature(text: string, secret: string): string {
  const sorted = [...text].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0)).join('')
  return createHash('md5')
    .update(sorted + secret, 'utf8')
    .digest('hex')
}

export function isFuluSigned(text: string, secret: string, given: string): boolean {
  const expected = Buffer.from(fuluSignature(text, secret))
  const actual = Buffer.from(given.trim().toLowerCase())
  return secret !== '' && actual.length === expected.length && timingSafeEqual(actual, expected)
}

/** One method of the gateway. A result counts only with Fulu's signature. */
export async function askFulu(
  outbound: Outbound,
  account: SupplierAccount,
  method: string,
  content: Readonly<Record<string, string | number>>,
): Promise<FuluAnswer> {
  const { appSecret = '' } = account.secrets
  if (appSecret === '' || account.identity === '')
    return refused('other', 'not_configured', 'app key or secret is missing')
  const platform = platformOf(account)
  const fields = {
    app_key: account.identity,
    method,
    timestamp: stampOf(new Date(), 'datetime'),
    version: platform.version,
    format: 'json',
    charset: 'utf-8',
    sign_type: 'md5',
    app_auth_token: '',
    biz_content: JSON.stringify(content),
  }
  const sign = fuluSignature(JSON.stringify(fields), appSecret)
  const sent = await send(outbound, {
    method: 'POST',
    url: baseOf(account).replace(/\/api\/(?:getway|gateway|rechargeapi\/gateway)$/i, '') + platform.path,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ ...fields, sign }),
  })
  if (sent.kind !== 'answer') return sent
  if (sent.status !== 200) return unknown(`HTTP ${sent.status}`)
  return understand(platform, appSecret, parseJson(sent.body.toString('utf8')))
}

function understand(platform: FuluPlatform, secret: string, answer: Json | undefined): FuluAnswer {
  if (!isObject(answer)) return unknown('an answer that is no JSON')
  const code = textOf(answer.code)
  if (code === undefined) return unknown('an answer without a code')
  const sign = textOf(answer.sign) ?? ''
  const isOk = code === platform.ok
  if (typeof answer.result !== 'string') {
    if (isOk) return unknown('an answer without a result')
  } else if ((isOk || sign !== '') && !isFuluSigned(answer.result, secret, sign)) {
    return unknown('an answer without Fulu’s signature')
  }
  if (isOk) {
    const result = typeof answer.result === 'string' ? parseJson(answer.result) : undefined
    return result === undefined ? unknown('a result that is no JSON') : { kind: 'ok', result }
  }
  const message = textOf(answer.message) ?? textOf(answer.msg) ?? ''
  if (code === NOT_KNOWN) return { kind: 'not_found' }
  const about = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined
  // 3001 is said of a price, too: the words are finer than the code.
  if (about) return refused(about === 'product' ? aboutWords(message, about) : about, code, message)
  if (!UNSURE.has(code) && !isUnsure(message) && /余额不足/.test(message)) return refused('balance', code, message)
  return unknown(`${code}: ${message}`)
}
