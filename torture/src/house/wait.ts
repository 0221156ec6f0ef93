export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))

/** Looks again and again until there is an answer; a look that fails counts as none. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs: number,
  everyMs = 100,
): Promise<T> {
  const deadline = performance.now() + withinMs
  let failure: unknown
  for (;;) {
    try {
      const found = await look()
      if (found !== undefined && found !== false) return found
    } catch (error) {
      failure = error
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${withinMs / 1_000} s: ${what}`, failure === undefined ? {} : { cause: failure })
    }
    await pause(everyMs)
  }
}
