import { errorCatalogue, errorMessage, type RouteSpec } from '@quanshu/contract'
import { z } from 'zod'
import type { Locale } from './locale.ts'
import { type FieldError, InvalidInput } from './problem.ts'

export type Input = { readonly params: unknown; readonly query: unknown; readonly body: unknown }
type Part = 'params' | 'query' | 'body'

const LOCALES = { 'zh-CN': { error: z.locales.zhCN().localeError }, en: { error: z.locales.en().localeError } }

/**
 * Makes the function that parses a route's input, all parts together, so that every bad field is told at once.
 * @throws InvalidInput (422).
 */
export function inputParser(spec: RouteSpec): (input: Input, locale: Locale) => Input {
  const parts = (['params', 'query', 'body'] as const).flatMap((name) => {
    const schema = name === 'body' && spec.bodyKind === 'raw' ? undefined : spec[name]
    return schema ? [{ name, schema }] : []
  })
  return (input, locale) => {
    const output: Record<Part, unknown> = { params: undefined, query: undefined, body: undefined }
    const errors: FieldError[] = []
    for (const { name, schema } of parts) {
      const parsed = schema.safeParse(input[name], LOCALES[locale])
      if (parsed.success) output[name] = parsed.data
      else errors.push(...parsed.error.issues.flatMap((issue) => fieldErrors(name, issue, locale)))
    }
    if (errors.length > 0) throw new InvalidInput(errors.slice(0, ERRORS_MAX))
    return output
  }
}

/** What is wrong with a value that is data itself: a text that a person wrote, not a request. Empty: nothing. */
export function faultsOf(
  schema: z.ZodType,
  value: unknown,
  locale: Locale,
): readonly { readonly path: readonly (string | number)[]; readonly code: string; readonly message: string }[] {
  const parsed = schema.safeParse(value, LOCALES[locale])
  if (parsed.success) return []
  return parsed.error.issues.slice(0, ERRORS_MAX).flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
    if (issue.code !== 'unrecognized_keys') return [{ path, ...said(issue, locale) }]
    return issue.keys.map((key) => ({ path: [...path, key], code: issue.code, message: issue.message }))
  })
}

/** A body of a thousand bad lines gets a page of errors, not a megabyte. */
const ERRORS_MAX = 100

function fieldErrors(part: Part, issue: z.core.$ZodIssue, locale: Locale): readonly FieldError[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      in: part,
      path: [...path, key].join('.'),
      code: issue.code,
      message: issue.message,
    }))
  }
  return [{ in: part, path: path.join('.'), ...said(issue, locale) }]
}

/** A schema may name a code of the error catalogue as its message; it is then told in the person's language. */
function said(issue: z.core.$ZodIssue, locale: Locale): { readonly code: string; readonly message: string } {
  if (!errorCatalogue().has(issue.message)) return { code: issue.code, message: issue.message }
  const params = issue.code === 'custom' ? (issue.params ?? {}) : {}
  return { code: issue.message, message: errorMessage(issue.message, params, locale) }
}

/** NUL and lone surrogates, which PostgreSQL's text cannot hold. The raw text is searched first: it is nearly always clean. */
export function refuseUnstorableText(rawText: string, value: unknown, locale: Locale): void {
  if (!SUSPICIOUS.test(rawText)) return
  const errors = unstorable(value, []).map(
    (path): FieldError => ({ in: 'body', path: path.join('.'), code: 'unstorable_text', message: UNSTORABLE[locale] }),
  )
  if (errors.length > 0) throw new InvalidInput(errors.slice(0, ERRORS_MAX))
}

export function refuseUnstorableUrl(url: string, locale: Locale): void {
  if (!url.includes('%00')) return
  throw new InvalidInput([{ in: 'query', path: '', code: 'unstorable_text', message: UNSTORABLE[locale] }])
}

const SUSPICIOUS = /\\u0000|\\ud[89a-f]/i
const UNSTORABLE = { 'zh-CN': '含有无法保存的字符', en: 'Contains characters that cannot be stored' }

function unstorable(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? [path] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [
    ...unstorable(key, [...path, key]),
    ...unstorable(item, [...path, key]),
  ])
}
