import { commonText } from '../i18n/common.ts'
import { currentLocale, say } from '../i18n/index.ts'

/** One field that needs correction, `path` as the server's body names it: `skus.0.priceFen`. */
export type FieldProblem = { readonly path: string; readonly message: string }

/** What went wrong, ready to be shown: the server's problem+json, or what the network did. */
export type Problem = {
  /** 0: no answer came. */
  readonly status: number
  readonly code: string
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
  readonly requestId: string | undefined
  readonly fields: readonly FieldProblem[]
}

/** Reads whatever a call threw. Anything that is not the server's word is told in our own. */
export function problemOf(error: unknown): Problem {
  const body = bodyOf(error)
  if (body) {
    const params = recordOf(body['params']) ?? {}
    return {
      status: Number(body['status']),
      code: String(body['code']),
      message: String(body['detail'] ?? body['title'] ?? body['code']),
      params,
      requestId: typeof body['requestId'] === 'string' ? body['requestId'] : undefined,
      fields: [...fieldsOf(body['errors']), ...bilingualFieldsOf(params['fields'])],
    }
  }
  const status = Number(recordOf(error)?.['status'] ?? 0)
  return { status, code: 'client.unreachable', message: unreachable(error, status), params: {}, requestId: undefined, fields: [] }
}

function unreachable(error: unknown, status: number): string {
  if (status > 0) return say(commonText, 'unexpected', { status })
  return error instanceof DOMException && error.name === 'TimeoutError' ? say(commonText, 'timeout') : say(commonText, 'offline')
}

/** The problem document, whether the error is it, carries it, or is built from it. */
function bodyOf(error: unknown): Readonly<Record<string, unknown>> | undefined {
  const record = recordOf(error)
  if (!record) return undefined
  const inner = recordOf(record['problem'])
  if (inner && typeof inner['code'] === 'string') return inner
  return typeof record['code'] === 'string' && typeof record['status'] === 'number' && 'requestId' in record
    ? record
    : undefined
}

function fieldsOf(value: unknown): readonly FieldProblem[] {
  if (!Array.isArray(value)) return []
  return value.map((entry) => {
    const field = recordOf(entry) ?? {}
    return { path: String(field['path'] ?? ''), message: String(field['message'] ?? field['code'] ?? '') }
  })
}

/** `catalog.invalid_goods` and its kin say each field's fault in both languages under `params.fields`. */
function bilingualFieldsOf(value: unknown): readonly FieldProblem[] {
  if (!Array.isArray(value)) return []
  const language = currentLocale() === 'en' ? 'en' : 'zh'
  return value.map((entry) => {
    const field = recordOf(entry) ?? {}
    return { path: String(field['path'] ?? ''), message: String(field[language] ?? field['code'] ?? '') }
  })
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
}
