import { type Outbound, OutboundFailure } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, Refused, Unknown } from '../../gateway.ts'
import { isGenuine, isRecent, type Params, signed, signingOf } from './signing.ts'

/** Operators ask their own channel while we wait. */
const CALL_TIMEOUT_MS = 15_000
const ANSWER_MAX_BYTES = 1024 * 1024

export type EpayAnswer = {
  readonly kind: 'answer'
  readonly ok: boolean
  readonly message: string
  /** Its plain fields as text, numbers too: operators differ in which they quote. */
  readonly fields: Params
  /** `data`, for lists. */
  readonly data: readonly unknown[]
}

export const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason })
export const refused = (code: string, message: string): Refused => ({ kind: 'refused', code, message })
export const NOT_CONFIGURED = refused('not_configured', 'the key is missing or is none')

/** The account's address without the page that operators like to show with it. */
export function baseOf(account: GatewayAccount): string {
  return account.baseUrl
    .trim()
    .replace(/[?#].*$/, '')
    .replace(/\/(?:submit|mapi|api)\.php$|\/api\/(?:pay|merchant)\/\w+$/i, '')
    .replace(/\/+$/, '')
}

/** A signed form, sent to `path`. v2 answers count only with their signature and of now; v1 has none but TLS. */
export async function postSigned(
  outbound: Outbound,
  account: GatewayAccount,
  path: string,
  params: Params,
): Promise<EpayAnswer | Refused | Unknown> {
  const form = signed(account, params)
  if (!form) return NOT_CONFIGURED
  return await send(outbound, account, { method: 'POST', path, form })
}

/**
 * v1's own way to `api.php`: the key itself goes along, in the query where the protocol wants it there. Nothing here
 * logs addresses.
 */
export async function askWithKey(
  outbound: Outbound,
  account: GatewayAccount,
  act: string,
  params: Params,
  method: 'GET' | 'POST' = 'GET',
): Promise<EpayAnswer | Refused | Unknown> {
  const { key = '' } = account.secrets
  if (key === '') return NOT_CONFIGURED
  const all = { pid: account.merchantId, key, ...params }
  if (method === 'POST') return await send(outbound, account, { method, path: `/api.php?act=${act}`, form: all })
  const query = new URLSearchParams({ act, ...all })
  return await send(outbound, account, { method, path: `/api.php?${query}` })
}

async function send(
  outbound: Outbound,
  account: GatewayAccount,
  call: { readonly method: 'GET' | 'POST'; readonly path: string; readonly form?: Params },
): Promise<EpayAnswer | Unknown> {
  const body = call.form === undefined ? undefined : new URLSearchParams(call.form).toString()
  try {
    const answer = await outbound.call({
      method: call.method,
      url: baseOf(account) + call.path,
      headers:
        body === undefined
          ? {}
          : {
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': String(Buffer.byteLength(body)),
            },
      ...(body !== undefined && { body }),
      timeoutMs: CALL_TIMEOUT_MS,
      answerMaxBytes: ANSWER_MAX_BYTES,
    })
    if (answer.status !== 200) return unknown(`HTTP ${answer.status}`)
    return read(account, answer.body)
  } catch (error) {
    if (error instanceof OutboundFailure) return unknown(error.message)
    throw error
  }
}

function read(account: GatewayAccount, body: Buffer): EpayAnswer | Unknown {
  const value = parseObject(body)
  if (!value) return unknown('an answer that is not the gateway’s')
  const fields = plainFields(value)
  if (!/^-?\d{1,6}$/.test(fields.code ?? '')) return unknown('an answer without a code')
  const rsa = signingOf(account) === 'RSA'
  const ok = Number(fields.code) === (rsa ? 0 : 1)
  if (ok && rsa && !isGenuine(account, fields)) return unknown('an answer without the gateway’s signature')
  if (ok && rsa && !isRecent(fields, new Date())) return unknown('an answer of another time')
  const data = Array.isArray(value.data) ? value.data : []
  return { kind: 'answer', ok, message: (fields.msg ?? '').slice(0, 300), fields, data }
}

function parseObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    // PHP files saved with a BOM send it along.
    const value: unknown = JSON.parse(
      body
        .toString('utf8')
        .replace(/^\ufeff/, '')
        .trim(),
    )
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** What of an object is text or number, as text. The rest is not signed either. */
export function plainFields(value: Readonly<Record<string, unknown>>): Params {
  const fields: Record<string, string> = {}
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === 'string') fields[name] = field
    if (typeof field === 'number') fields[name] = String(field)
  }
  return fields
}

/** A no that may hide a yes: something was done before, is being done, or the operator does not know himself. */
const UNSURE =
  /稍后|稍候|超时|time(?:d )?out|繁忙|频繁|系统(?:错误|异常|维护)|网络|重复|已存在|已(?:完成)?支付|处理中|curl/i
/** A no about who asks, which says nothing about what was asked before. */
const WHO = /签名|密钥|\bkey\b|权限|无权|封禁|商户(?:ID|号)?不存在|时间戳|timestamp/i
const NOT_FOUND = /不存在|未找到|not (?:exist|found)/i

export const isUnsure = (message: string): boolean => UNSURE.test(message)
export const isAboutCaller = (message: string): boolean => WHO.test(message)
export const isNotFound = (message: string): boolean => NOT_FOUND.test(message) && !isAboutCaller(message)
