/**
 * Lets at most `concurrentMax` calls run at once and at most `waitingMax` wait, in order of arrival.
 * The rest are refused at once, which is kinder than a queue nobody will outlive.
 */
export function createGate(options: {
  readonly concurrentMax: number
  readonly waitingMax: number
  readonly refusal: () => Error
}) {
  const waiting: (() => void)[] = []
  let running = 0

  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (running >= options.concurrentMax) {
      if (waiting.length >= options.waitingMax) throw options.refusal()
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running += 1
    }
    try {
      return await run()
    } finally {
      // A finished call hands its place to the next in line; the count only falls when nobody waits.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
