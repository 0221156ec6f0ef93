import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
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

const slugOf = (raw: IncomingMessage): string | undefined => slugs.get(raw)

export function prefixOf(raw: IncomingMessage): string {
  const slug = slugs.get(raw)
  return slug === undefined ? '' : `/s/${slug}`
}

const TTL_MS = 5_000
/** Hosts and slugs are the visitor's words, so the memory for them is bounded. */
const CACHE_MAX = 10_000

type Known = { readonly tenant: Tenant | undefined; readonly until: number }

/**
 * The shop that a request is for: the port with a memory of a few seconds, also for shops that do not exist. Answers at
 * once when it remembers.
 */
export function rememberTenants(
  resolve: Ports['resolveTenant'],
): (request: FastifyRequest) => Tenant | undefined | Promise<Tenant | undefined> {
  const cache = new Map<string, Known>()
  return (request) => {
    const slug = slugOf(request.raw)
    const { host } = request
    const key = slug === undefined ? host : `${host}/${slug}`
    const known = cache.get(key)
    if (known && known.until > Date.now()) return known.tenant
    return resolve(request.hostname, slug).then((tenant) => {
      if (cache.size >= CACHE_MAX) cache.clear()
      cache.set(key, { tenant, until: Date.now() + TTL_MS })
      return tenant
    })
  }
}

/** The header that names a wholesale key. */
export const KEY_HEADER = 'x-quanshu-key'
const KEY_LENGTH_MAX = 80

/** As `rememberTenants`, by the key that a call names. */
export function rememberKeyTenants(resolve: Ports['resolveKey']): ReturnType<typeof rememberTenants> {
  const cache = new Map<string, Known>()
  return (request) => {
    const key = request.headers[KEY_HEADER]
    if (!resolve || typeof key !== 'string' || key === '' || key.length > KEY_LENGTH_MAX) return undefined
    const known = cache.get(key)
    if (known && known.until > Date.now()) return known.tenant
    return resolve(key).then((tenant) => {
      if (cache.size >= CACHE_MAX) cache.clear()
      cache.set(key, { tenant, until: Date.now() + TTL_MS })
      return tenant
    })
  }
}
