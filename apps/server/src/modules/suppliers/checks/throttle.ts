import type { TenantId } from '@quanshu/kernel'

/** Who wants to know: what stands here tells callers apart, and is kept in memory only. */
export type Asker = {
  /** Address, as a network of its owner's. */
  readonly network: string
  /** Member or browser. */
  readonly person: string
}

/** Different accounts that one person asks about in ten minutes; somebody who buys for the family needs a handful. */
const ACCOUNTS_OF_PERSON = 8
/** From one address: a household, a dormitory or a shop behind one. */
const ACCOUNTS_OF_NETWORK = 30
const WINDOW_MS = 10 * 60_000
/** All buyers of a shop together, in a minute. */
const ACCOUNTS_OF_SHOP = 120
const SHOP_WINDOW_MS = 60_000
/** When it is full the oldest go, which only forgives. */
const KEYS_MAX = 50_000

export type Throttle = {
  /** @param account what is asked about, hashed: the same again costs nothing */
  readonly allows: (tenantId: TenantId, asker: Asker, account: string) => boolean
}

type Window = { readonly until: number; readonly accounts: Set<string> }

/**
 * A check tells strangers whether an account exists and whose it is, so it is counted by different accounts: of a person, of
 * an address, of a shop. In memory, as the other limits are: N processes let N times as much through.
 * @param factor multiplies the limits; for load tests
 */
export function createThrottle(clock: () => number, factor = 1): Throttle {
  const windows = new Map<string, Window>()

  function windowOf(key: string, windowMs: number): Window {
    const now = clock()
    const known = windows.get(key)
    if (known && known.until > now) return known
    windows.delete(key)
    const [oldest] = windows.keys()
    if (windows.size >= KEYS_MAX && oldest !== undefined) windows.delete(oldest)
    const fresh = { until: now + windowMs, accounts: new Set<string>() }
    windows.set(key, fresh)
    return fresh
  }

  return {
    allows: (tenantId, { network, person }, account) => {
      const limits = [
        [windowOf(`${tenantId} p ${person}`, WINDOW_MS), ACCOUNTS_OF_PERSON * factor],
        [windowOf(`${tenantId} n ${network}`, WINDOW_MS), ACCOUNTS_OF_NETWORK * factor],
        [windowOf(`${tenantId}`, SHOP_WINDOW_MS), ACCOUNTS_OF_SHOP * factor],
      ] as const
      if (limits.some(([{ accounts }, max]) => !accounts.has(account) && accounts.size >= max)) return false
      for (const [{ accounts }] of limits) accounts.add(account)
      return true
    },
  }
}
