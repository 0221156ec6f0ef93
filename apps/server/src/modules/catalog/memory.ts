import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../platform/module.ts'

/** A small memory for answers that many visitors ask for at once. */
export type Memory = {
  /** The remembered answer, or `load`'s; calls that come while it loads wait for the same one. */
  readonly get: <T>(tenantId: TenantId, key: string, load: () => Promise<T>) => Promise<T>
  /** Forgets one shop's answers; a load that is under way is not remembered either. */
  readonly forget: (tenantId: TenantId) => void
}

type Entry = { readonly value: Promise<unknown>; readonly until: number }

/**
 * @param ttlMs how old an answer may get: stock moves without telling this memory, and so do other processes
 * @param entriesMax per shop; searched words are the visitors' and unlimited
 */
function createMemory(ttlMs: number, entriesMax: number, now: () => number = Date.now): Memory {
  const shops = new Map<TenantId, Map<string, Entry>>()

  function get<T>(tenantId: TenantId, key: string, load: () => Promise<T>): Promise<T> {
    const shop = shops.get(tenantId) ?? new Map<string, Entry>()
    shops.set(tenantId, shop)
    const known = shop.get(key)
    if (known && known.until > now()) return known.value as Promise<T>
    const value = load()
    const entry = { value, until: now() + ttlMs }
    if (shop.size >= entriesMax) shop.clear()
    shop.set(key, entry)
    // A failed load must be tried again by the next visitor.
    value.catch(() => {
      if (shop.get(key) === entry) shop.delete(key)
    })
    return value
  }

  return { get, forget: (tenantId) => void shops.delete(tenantId) }
}

/** Stock in words may be this old on a page; what is sold, and for how much, is decided when the order is placed. */
const TTL_MS = 1_000
const ENTRIES_MAX = 1_000

const memories = new WeakMap<Platform['db'], Memory>()

/** The one memory of this process for a database: what the mall shows and what orders ask about goods. */
export function memoryOf({ db }: Pick<Platform, 'db'>): Memory {
  const known = memories.get(db)
  if (known) return known
  const made = createMemory(TTL_MS, ENTRIES_MAX)
  memories.set(db, made)
  return made
}
