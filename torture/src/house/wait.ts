import { createServer } from 'node:net'

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

/** Below those that systems give to outgoing connections, one of which could take it while its owner is down. */
const [PORTS_FROM, PORTS_COUNT] = [12_000, 18_000]
const PORT_TRIES = 100

/** A port that stays free until its owner starts, and while it starts anew. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES; tries += 1) {
    const port = PORTS_FROM + Math.floor(Math.random() * PORTS_COUNT)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (isFree) return port
  }
  throw new Error(`none of ${PORT_TRIES} ports is free`)
}
