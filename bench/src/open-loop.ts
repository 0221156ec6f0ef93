/** What became of a load that was offered at a fixed rate. */
export type OfferedLoad = {
  /** From the time at which the step was meant to happen, so that a stall counts for everybody it kept waiting. */
  readonly latenciesMs: readonly number[]
  /** From the first intended time to the last answer. */
  readonly tookMs: number
}

/**
 * Offers `count` operations at a fixed rate, whatever becomes of the earlier ones (no coordinated omission).
 * @param leadMs how long before its intended time each operation begins, for what has to be ready by then
 * @param operate gets its number and its intended time (`performance.now()`); answers the time at which it was through
 * @throws the first failure, after all have ended
 */
export async function offer(
  options: { readonly perSecond: number; readonly count: number; readonly leadMs?: number },
  operate: (n: number, intendedAt: number) => Promise<number>,
): Promise<OfferedLoad> {
  const { perSecond, count, leadMs = 0 } = options
  const begin = performance.now() + leadMs + SETTLE_MS
  const intended = (n: number): number => begin + (n * 1_000) / perSecond
  const latenciesMs: number[] = []
  const running: Promise<void>[] = []
  let failure: { readonly error: unknown } | undefined
  let lastAt = begin

  const one = async (n: number): Promise<void> => {
    try {
      const at = await operate(n, intended(n))
      latenciesMs.push(at - intended(n))
      lastAt = Math.max(lastAt, at)
    } catch (error) {
      failure ??= { error }
    }
  }
  for (let n = 0; n < count && !failure; ) {
    while (n < count && intended(n) - leadMs <= performance.now()) {
      running.push(one(n))
      n += 1
    }
    await pause(1)
  }
  await Promise.all(running)
  if (failure) throw failure.error
  return { latenciesMs, tookMs: lastAt - begin }
}

const SETTLE_MS = 5

/** Waits until a time of `performance.now()`; not at all when it has passed. */
export async function until(at: number): Promise<void> {
  const ms = at - performance.now()
  if (ms > 0) await pause(ms)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
