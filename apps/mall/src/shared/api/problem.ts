/** What went wrong with a call, in the one form that screens use. */
export type Problem = {
  /** Code of the error catalogue, or `offline` when no answer came. */
  readonly code: string
  readonly status: number
  /** A sentence for the visitor, in their language; empty for `offline`. */
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
  readonly fields: readonly { readonly path: string; readonly message: string }[]
  readonly requestId?: string
}

export const OFFLINE: Problem = { code: 'offline', status: 0, message: '', params: {}, fields: [] }

/** Nothing is known of the outcome: the same call, under the same key, may be repeated. */
export const isUncertain = (problem: Problem): boolean => problem.status === 0 || problem.status >= 500

export function numberParam(problem: Problem, name: string): number | undefined {
  const value = problem.params[name]
  return typeof value === 'number' ? value : undefined
}

export function textParam(problem: Problem, name: string): string {
  const value = problem.params[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
