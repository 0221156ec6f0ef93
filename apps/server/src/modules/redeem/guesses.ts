import { redeemErrors } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'

/** Wrong codes that one address may send in ten minutes; a person with a stack of cards slips less often. */
const MISSES_OF_ADDRESS = 10
const ADDRESS_WINDOW_MS = 10 * 60_000
/** Wrong codes that a whole shop takes in a minute, from however many addresses. */
const MISSES_OF_SHOP = 600
const SHOP_WINDOW_MS = 60_000
/** Addresses that are remembered; when it is full the oldest go, which only forgives. */
const KEYS_MAX = 50_000

export type Guesses = {
  /** @throws redeem.locked, with when to try again */
  readonly refuseLocked: (tenantId: TenantId, address: string) => void
  readonly miss: (tenantId: TenantId, address: string) => void
}

type Window = { until: number; misses: number }

/**
 * Counts wrong codes and shuts out who sends too many, until their window ends. In memory, as the other limits are: N
 * processes let N times as much through, and 73 bits of chance leave room for that.
 * @param factor multiplies the limits; for load tests
 */
export function createGuesses(clock: () => number, factor = 1): Guesses {
  const windows = new Map<string, Window>()
  const keysOf = (tenantId: TenantId, address: string) =>
    [
      [`${tenantId} ${address}`, MISSES_OF_ADDRESS * factor, ADDRESS_WINDOW_MS],
      [`${tenantId}`, MISSES_OF_SHOP * factor, SHOP_WINDOW_MS],
    ] as const

  return {
    refuseLocked(tenantId, address) {
      const now = clock()
      const waits = keysOf(tenantId, address).flatMap(([key, max]) => {
        const window = windows.get(key)
        return window && window.until > now && window.misses >= max ? [window.until - now] : []
      })
      if (waits.length > 0) throw redeemErrors.locked({ retryAfterSeconds: Math.ceil(Math.max(...waits) / 1000) })
    },
    miss(tenantId, address) {
      const now = clock()
      for (const [key, , windowMs] of keysOf(tenantId, address)) {
        const window = windows.get(key)
        if (window && window.until > now) {
          window.misses += 1
          continue
        }
        windows.delete(key)
        const [oldest] = windows.keys()
        if (windows.size >= KEYS_MAX && oldest !== undefined) windows.delete(oldest)
        windows.set(key, { until: now + windowMs, misses: 1 })
      }
    },
  }
}
