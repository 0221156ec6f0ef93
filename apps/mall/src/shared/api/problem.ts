/** What went wrong with a call, in the one form that screens use. */
export type Problem = {
  /** Code of the error catalogue, or `client.…` when the answer did not come from our server. */
  readonly code: string
  /** 0: no answer came. */
  readonly status: number
  /** The server's sentence for the visitor, in their language; empty when it did not say any. */
  readonly message: string
  readonly params: Readonly<Record<string, unknown>>
  readonly fields: readonly { readonly path: string; readonly message: string }[]
  readonly requestId?: string
}

/** Nothing is known of the outcome: the same call, under the same key, may be repeated. */
export const isUncertain = (problem: Problem): boolean => problem.status === 0 || problem.status >= 500

/** Everything is closed for a while; nothing was begun. See `useShop`, which hears when that is over. */
export const isStandstill = (problem: Problem): boolean => problem.code === 'common.standstill'

export function numberParam(problem: Problem, name: string): number | undefined {
  const value = problem.params[name]
  return typeof value === 'number' ? value : undefined
}

export function textParam(problem: Problem, name: string): string {
  const value = problem.params[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
