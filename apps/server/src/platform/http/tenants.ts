import type { IncomingMessage } from 'node:http'
import type { Ports, Tenant } from './bind.ts'

const PREFIX = /^\/s\/([a-z0-9][a-z0-9-]{0,62})(?=\/|\?|$)/
const slugs = new WeakMap<IncomingMessage, string>()

/** Takes `/s/<slug>` off the address, so that every route and file is the same for all shops. */
export function stripShopPrefix(raw: IncomingMessage): string {
  const url = raw.url ?? '/'
  // One comparison for the many requests that have no prefix.
  if (!url.startsWith('/s/')) return url
  const match = PREFIX.exec(url)
  if (!match?.[1]) return url
  slugs.set(raw, match[1])
  const rest = url.slice(match[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

export const slugOf = (raw: IncomingMessage): string | undefined => slugs.get(raw)

export function prefixOf(raw: IncomingMessage): string {
  const slug = slugs.get(raw)
  return slug === undefined ? '' : `/s/${slug}`
}

const TTL_MS = 5_000
/** Hosts and slugs are the visitor's words, so the memory for them is bounded. */
const CACHE_MAX = 10_000

type Known = { readonly tenant: Tenant | undefined; readonly until: number }

/** The port with a memory of a few seconds; also for shops that do not exist. Answers at once when it remembers. */
export function rememberTenants(
  resolve: Ports['resolveTenant'],
): (host: string, slug: string | undefined) => Known | Promise<Known> {
  const cache = new Map<string, Known>()
  return (host, slug) => {
    const key = slug === undefined ? host : `${host}/${slug}`
    const known = cache.get(key)
    if (known && known.until > Date.now()) return known
    return resolve(host, slug).then((tenant) => {
      if (cache.size >= CACHE_MAX) cache.clear()
      const fresh = { tenant, until: Date.now() + TTL_MS }
      cache.set(key, fresh)
      return fresh
    })
  }
}
