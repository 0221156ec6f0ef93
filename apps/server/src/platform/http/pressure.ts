import { performance } from 'node:perf_hooks'

/** Above this share of a window the event loop has no time to spare: whoever comes now waits for somebody. */
const HIGH = 0.7
const WINDOW_MS = 100
/** A flood breathes; whoever is held back by it is not let loose at every breath. */
const STAYS_MS = 1_000

/** @returns whether this process is short of time, as of the last tenth of a second; asked often, it costs nothing */
export function createPressure(): () => boolean {
  let last = performance.eventLoopUtilization()
  let lookedAt = performance.now()
  let highUntil = 0
  return () => {
    const time = performance.now()
    if (time - lookedAt >= WINDOW_MS) {
      const next = performance.eventLoopUtilization()
      if (performance.eventLoopUtilization(next, last).utilization >= HIGH) highUntil = time + STAYS_MS
      last = next
      lookedAt = time
    }
    return time < highUntil
  }
}
