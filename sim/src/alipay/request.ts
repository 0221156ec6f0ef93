import type { KeyObject } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Books, Merchant } from './books.ts'
import { AlipayError } from './errors.ts'
import { publicKeyOf } from './keys.ts'
import { rsaVerify, signedText } from './signing.ts'
import { parseBeijing } from './time.ts'

/** How far a merchant's clock may be off: an eight hours' mistake of time zone shows at once. */
const CLOCK_SKEW_MS_MAX = 10 * 60_000

export type Params = Readonly<Record<string, string>>
/** A call whose signature is the merchant's own. */
export type Call = { readonly merchant: Merchant; readonly method: string; readonly params: Params; readonly biz: Biz }
export type Biz = Readonly<Record<string, unknown>>

/** Query and form together, as the gateway reads them; the client spreads the parameters over both. */
export function paramsOf(request: FastifyRequest): Params {
  const { searchParams } = new URL(request.url, 'http://gateway')
  const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '')
  return Object.fromEntries([...searchParams, ...form])
}

/**
 * Checks what every call must have, in the gateway's order: who calls, the signature, the envelope, the method.
 * @throws AlipayError 40001 or 40002 with the gateway's own sub code
 */
export function checkCall(books: Books, params: Params, methods: ReadonlySet<string>, nowMs: number): Call {
  const merchant = books.merchants.get(params.app_id ?? '')
  if (!merchant) throw new AlipayError('40002', 'isv.invalid-app-id', '无效的AppID参数')
  if (params.sign_type !== 'RSA2') throw new AlipayError('40002', 'isv.invalid-signature-type', '无效的签名类型')
  if (!params.sign) throw new AlipayError('40001', 'isv.missing-signature', '缺少签名参数')
  const text = signedText(params)
  if (!rsaVerify(text, params.sign, keyOfMerchant(merchant))) {
    throw new AlipayError(
      '40002',
      'isv.invalid-signature',
      `验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：${text}`,
    )
  }
  if (params.version !== '1.0') throw new AlipayError('40002', 'isv.invalid-version', '无效的版本参数')
  if (params.charset?.toLowerCase() !== 'utf-8') throw new AlipayError('40002', 'isv.invalid-charset', '字符集错误')
  const sentAtMs = parseBeijing(params.timestamp ?? '')
  if (!(Math.abs(nowMs - sentAtMs) <= CLOCK_SKEW_MS_MAX)) {
    throw new AlipayError('40002', 'isv.invalid-timestamp', '非法的时间戳参数')
  }
  const method = params.method ?? ''
  if (!methods.has(method)) throw new AlipayError('40002', 'isv.invalid-method', '不存在的方法名')
  return { merchant, method, params, biz: parseBiz(params.biz_content) }
}

function parseBiz(text: string | undefined): Biz {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Biz
  } catch {
    // Falls through to the refusal below.
  }
  throw new AlipayError('40002', 'isv.invalid-parameter', 'biz_content 不是合法的 JSON')
}

const keys = new WeakMap<Merchant, KeyObject>()

function keyOfMerchant(merchant: Merchant): KeyObject {
  const known = keys.get(merchant)
  if (known) return known
  const key = publicKeyOf(merchant.appPublicKey)
  keys.set(merchant, key)
  return key
}
