/**
 * Counts calls per key. In memory it bounds one process; N processes let N times as much through, which the limits
 * leave room for. A shared counter (Redis, PostgreSQL) can stand behind the same two lines.
 */
export type RateLimiter = {
  /** Takes one call from the key's allowance. Returns 0, or the milliseconds after which the next one is allowed. */
  readonly take: (key: string, max: number, windowMs: number) => number
}

type Counter = { windowStart: number; now: number; before: number; windowMs: number }

const KEYS_MAX = 200_000

/**
 * Sliding window by two counters: the previous window counts in proportion to its part that still overlaps. No timers
 * and about 100 bytes a key, so that an attack from many addresses costs little.
 */
export function createRateLimiter(clock: () => number = Date.now): RateLimiter {
  let counters = new Map<string, Counter>()

  function counterOf(key: string, windowMs: number, time: number): Counter {
    const start = time - (time % windowMs)
    const known = counters.get(key)
    if (!known) {
      if (counters.size >= KEYS_MAX) counters = fresh(counters, time)
      const counter = { windowStart: start, now: 0, before: 0, windowMs }
      counters.set(key, counter)
      return counter
    }
    if (known.windowStart !== start) {
      known.before = start - known.windowStart === windowMs ? known.now : 0
      known.now = 0
      known.windowStart = start
    }
    return known
  }

  return {
    take(key, max, windowMs) {
      const time = clock()
      const counter = counterOf(key, windowMs, time)
      const overlap = 1 - (time - counter.windowStart) / windowMs
      if (counter.now + counter.before * overlap + 1 <= max) {
        counter.now += 1
        return 0
      }
      return waitMs(counter, max, time)
    },
  }
}

function waitMs(counter: Counter, max: number, time: number): number {
  const windowEnd = counter.windowStart + counter.windowMs
  if (counter.now + 1 > max || counter.before === 0) return windowEnd - time
  // When `now + before × overlap + 1` falls to `max`.
  const overlap = Math.max(0, (max - 1 - counter.now) / counter.before)
  return Math.max(1, Math.ceil(counter.windowStart + counter.windowMs * (1 - overlap) - time))
}

/** Drops what has run out; when everything is live the oldest half goes, which only forgives. */
function fresh(counters: Map<string, Counter>, time: number): Map<string, Counter> {
  const live = [...counters].filter(([, counter]) => time - counter.windowStart < 2 * counter.windowMs)
  return new Map(live.length < KEYS_MAX / 2 ? live : live.slice(live.length / 2))
}

/** An IPv6 customer owns at least a /64, so that is one caller. IPv4 written as IPv6 is IPv4. */
export function callerNetwork(ip: string): string {
  if (!ip.includes(':')) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped?.[1]) return mapped[1]
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
