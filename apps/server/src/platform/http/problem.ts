import { commonErrors, errorMessage } from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
import { CommitUnknown, DatabaseUnavailable, isConnectionLost, isGivenUp, isUnstorable } from '../db/index.ts'
import type { Locale } from './locale.ts'

/** RFC 9457. `code` is stable for programs, `detail` is for people, in their language. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly params: Readonly<Record<string, unknown>>
  readonly requestId: string
  readonly errors?: readonly FieldError[]
}

/** One field that needs correction. `path` is dotted from the part it is `in`, e.g. `lines.0.quantity`. */
export type FieldError = {
  readonly in: 'params' | 'query' | 'body' | 'headers'
  readonly path: string
  readonly code: string
  readonly message: string
}

/** `common.invalid_input` with every bad field. */
export class InvalidInput extends Refusal {
  readonly errors: readonly FieldError[]
  constructor(errors: readonly FieldError[]) {
    const { code, status, params } = commonErrors.invalidInput({ count: errors.length })
    super(code, status, params)
    this.errors = errors
  }
}

const TITLES: Readonly<Record<number, Readonly<Record<Locale, string>>>> = {
  400: { 'zh-CN': '请求有误', en: 'Bad request' },
  401: { 'zh-CN': '需要登录', en: 'Sign-in required' },
  402: { 'zh-CN': '需要付款', en: 'Payment required' },
  403: { 'zh-CN': '没有权限', en: 'Not allowed' },
  404: { 'zh-CN': '没有找到', en: 'Not found' },
  405: { 'zh-CN': '不支持的方法', en: 'Method not allowed' },
  409: { 'zh-CN': '状态冲突', en: 'Conflict' },
  410: { 'zh-CN': '已经失效', en: 'Gone' },
  413: { 'zh-CN': '内容过大', en: 'Too large' },
  415: { 'zh-CN': '类型不支持', en: 'Unsupported type' },
  422: { 'zh-CN': '无法处理', en: 'Cannot be processed' },
  423: { 'zh-CN': '已被锁定', en: 'Locked' },
  429: { 'zh-CN': '过于频繁', en: 'Too many requests' },
  500: { 'zh-CN': '系统出错', en: 'System error' },
  502: { 'zh-CN': '上游出错', en: 'Upstream error' },
  503: { 'zh-CN': '暂时不可用', en: 'Temporarily unavailable' },
}

/** @param typeBase where each code is described, e.g. `https://shop.example/docs#`. */
export function problemOf(refusal: Refusal, requestId: string, locale: Locale, typeBase: string): Problem {
  const params = refusal.code === 'common.internal' ? { requestId } : refusal.params
  return {
    type: `${typeBase}${refusal.code}`,
    title: TITLES[refusal.status]?.[locale] ?? String(refusal.status),
    status: refusal.status,
    detail: errorMessage(refusal.code, params, locale),
    code: refusal.code,
    params,
    requestId,
    ...(refusal instanceof InvalidInput ? { errors: refusal.errors } : {}),
  }
}

/**
 * The refusal behind whatever was thrown: ours as it is, the HTTP library's own by their meaning, and everything else
 * as `common.internal`, which says nothing about what happened inside.
 */
export function refusalBehind(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  // Nothing was sent, or all of it was rolled back: the same request may simply come again.
  if (error instanceof DatabaseUnavailable || isGivenUp(error)) return commonErrors.busy()
  // It may have happened or not; the same request under the same key finds out.
  if (error instanceof CommitUnknown || isConnectionLost(error)) return commonErrors.interrupted()
  // Nothing of it was kept, and it would go no better the next time.
  if (isUnstorable(error)) return commonErrors.malformedBody()
  const { code, statusCode } = describe(error)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return commonErrors.bodyTooLarge()
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return commonErrors.unsupportedMediaType()
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return commonErrors.malformedBody()
  return commonErrors.internal()
}

function describe(error: unknown): { readonly code?: string; readonly statusCode?: number } {
  return typeof error === 'object' && error !== null ? error : {}
}
