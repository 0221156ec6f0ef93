/** A small memory for answers that many visitors ask for at once. */
export type Memory = {
  /** The remembered answer, or `load`'s; calls that come while it loads wait for the same one. */
  readonly get: <T>(tenantId: number, key: string, load: () => Promise<T>) => Promise<T>
  /** Forgets one shop's answers; a load that is under way is not remembered either. */
  readonly forget: (tenantId: number) => void
}

type Entry = { readonly value: Promise<unknown>; readonly until: number }

/**
 * @param ttlMs how old an answer may get: stock moves without telling this memory
 * @param entriesMax per shop; searched words are the visitors' and unlimited
 */
export function createMemory(ttlMs: number, entriesMax: number, now: () => number = Date.now): Memory {
  const shops = new Map<number, Map<string, Entry>>()

  function get<T>(tenantId: number, key: string, load: () => Promise<T>): Promise<T> {
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
