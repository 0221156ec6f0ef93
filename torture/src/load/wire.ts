import { isProblem } from '@quanshu/client'

/** What became of a request. `unknown`: no answer came, or one that says nothing about the outcome. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly code: string; readonly status: number }
  | { readonly kind: 'unknown'; readonly code: string; readonly status: number }

/** Counts of every answer of a run, by what was asked. */
export type Tally = {
  readonly answers: Map<string, number>
  readonly refused: Map<string, number>
  readonly unknown: Map<string, number>
  /** Answers with a status of 500 and more. */
  readonly serverErrors: Map<string, number>
  /** Milliseconds of every request that was answered, good or bad. */
  readonly latenciesMs: Map<string, number[]>
}

export type Ask = <T>(what: string, send: (signal: AbortSignal) => Promise<T>) => Promise<Answer<T>>

const PATIENCE_MS = 10_000

export function createWire(): { readonly ask: Ask; readonly tally: Tally } {
  const tally: Tally = {
    answers: new Map(),
    refused: new Map(),
    unknown: new Map(),
    serverErrors: new Map(),
    latenciesMs: new Map(),
  }
  const ask: Ask = async (what, send) => {
    const begun = performance.now()
    const signal = AbortSignal.timeout(PATIENCE_MS)
    try {
      const value = await send(signal)
      count(tally.answers, what)
      keepLatency(tally, what, performance.now() - begun)
      return { kind: 'ok', value }
    } catch (error) {
      const { code, status } = meaningOf(error, signal)
      if (status >= 500) count(tally.serverErrors, `${status} ${code}`)
      // An answer that broke off in the middle says nothing either, whatever its status was.
      const isUnknown = status === 0 || status >= 500 || code === 'client.bad_answer'
      count(isUnknown ? tally.unknown : tally.refused, isUnknown ? code : `${status} ${code}`)
      if (!isUnknown) keepLatency(tally, what, performance.now() - begun)
      return { kind: isUnknown ? 'unknown' : 'refused', code, status }
    }
  }
  return { ask, tally }
}

function meaningOf(error: unknown, signal: AbortSignal): { readonly code: string; readonly status: number } {
  if (isProblem(error)) return error
  if (signal.aborted) return { code: 'client.no_patience', status: 0 }
  // The connection broke while the answer was read.
  if (error instanceof TypeError || (error instanceof Error && error.name === 'AbortError')) {
    return { code: 'client.broken_answer', status: 0 }
  }
  throw error
}

function keepLatency(tally: Tally, what: string, ms: number): void {
  const known = tally.latenciesMs.get(what)
  if (known) known.push(ms)
  else tally.latenciesMs.set(what, [ms])
}

export function count(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}
