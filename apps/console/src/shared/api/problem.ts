import { ProblemError } from '@quanshu/client'
import { commonText } from '../i18n/common.ts'
import { currentLocale, say } from '../i18n/index.ts'

/** One field that needs correction, `path` as the server's body names it: `skus.0.priceFen`. */
export type FieldProblem = { readonly path: string; readonly message: string }

/** What went wrong, ready to be shown. */
export type Problem = {
  /** 0: no answer came. */
  readonly status: number
  readonly code: string
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
  readonly requestId: string | undefined
  readonly fields: readonly FieldProblem[]
}

/** Reads whatever a call threw: the server's sentence, or our own where the server had no say. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof ProblemError)) {
    return {
      status: 0,
      code: 'client.unexpected',
      message: String(error),
      params: {},
      requestId: undefined,
      fields: [],
    }
  }
  const { code, status, params, requestId } = error
  return {
    code,
    status,
    params,
    requestId,
    message: ownWords(error) ?? error.message,
    fields: [...error.errors, ...bilingualFields(params.fields)],
  }
}

function ownWords({ code, status }: ProblemError): string | undefined {
  if (code === 'client.unreachable') return say(commonText, 'offline')
  if (code === 'client.bad_answer') return say(commonText, 'unexpected', { status })
  return undefined
}

/** `catalog.invalid_goods` and its kin say each field's fault in both languages under `params.fields`. */
function bilingualFields(value: unknown): readonly FieldProblem[] {
  if (!Array.isArray(value)) return []
  const language = currentLocale() === 'en' ? 'en' : 'zh'
  return value.map((field: Readonly<Record<string, unknown>>) => ({
    path: String(field.path ?? ''),
    message: String(field[language] ?? field.code ?? ''),
  }))
}
