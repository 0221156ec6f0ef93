/**
 * A stand-in's own idea of time: the machine's clock plus whatever was skipped by `advance`.
 * It decides expiry and retry ladders. Headers on the wire keep the machine's time, as receivers compare them with theirs.
 */
export type VirtualClock = {
  /** Milliseconds since 1970, skipped time included. */
  readonly now: () => number
  /** Runs `fn` when the clock reaches `atMs`. Returns a function that takes it back. */
  readonly at: (atMs: number, fn: () => void | Promise<void>) => () => void
  /** Skips `ms` and runs what became due, in order; resolves when all of it has finished. */
  readonly advance: (ms: number) => Promise<void>
  readonly stop: () => void
}

type Timer = { readonly atMs: number; readonly fn: () => void | Promise<void>; handle?: NodeJS.Timeout }

/** Node fires timers beyond 2^31 ms at once; longer waits are split. */
const TIMER_MS_MAX = 2 ** 31 - 1

export function virtualClock(): VirtualClock {
  let skippedMs = 0
  const timers = new Set<Timer>()
  const now = (): number => Date.now() + skippedMs

  const arm = (timer: Timer): void => {
    clearTimeout(timer.handle)
    const waitMs = Math.max(0, timer.atMs - now())
    timer.handle = setTimeout(
      () => (waitMs > TIMER_MS_MAX ? arm(timer) : void fire(timer)),
      Math.min(waitMs, TIMER_MS_MAX),
    )
    timer.handle.unref()
  }
  const fire = async (timer: Timer): Promise<void> => {
    if (!timers.delete(timer)) return
    clearTimeout(timer.handle)
    await timer.fn()
  }

  return {
    now,
    at: (atMs, fn) => {
      const timer: Timer = { atMs, fn }
      timers.add(timer)
      arm(timer)
      return () => {
        clearTimeout(timer.handle)
        timers.delete(timer)
      }
    },
    advance: async (ms) => {
      const targetMs = now() + ms
      for (;;) {
        const due = earliestDue(timers, targetMs)
        if (!due) break
        skippedMs += Math.max(0, due.atMs - now())
        await fire(due)
      }
      skippedMs += Math.max(0, targetMs - now())
      for (const timer of timers) arm(timer)
    },
    stop: () => {
      for (const timer of timers) clearTimeout(timer.handle)
      timers.clear()
    },
  }
}

function earliestDue(timers: ReadonlySet<Timer>, targetMs: number): Timer | undefined {
  let first: Timer | undefined
  for (const timer of timers) {
    if (timer.atMs <= targetMs && (!first || timer.atMs < first.atMs)) first = timer
  }
  return first
}
