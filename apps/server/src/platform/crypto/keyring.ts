import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { cryptoErrors } from '@quanshu/contract'
import { assert, type Clock, type TenantId } from '@quanshu/kernel'
import type { Database } from '../db/index.ts'
import type { KeyManager } from './key-manager.ts'

/** One tenant's keys, unwrapped. */
export type Keyring = {
  readonly currentId: number
  readonly current: KeyObject
  /** @throws cryptoErrors.unreadable when the tenant has no such key */
  readonly byId: (id: number) => KeyObject
  readonly has: (id: number) => boolean
  /** HMAC-SHA256 under a key derived for `purpose`; the same value gives the same bytes for ever. */
  readonly fingerprint: (purpose: string, value: string) => Buffer
}

/** How long unwrapped keys stay in memory. It also bounds how long another process still seals with a rotated-out key. */
const LIFE_MS = 5 * 60_000
const TENANTS_MAX = 1_000

type StoredKey = {
  readonly id: number
  readonly purpose: 'data' | 'hash'
  readonly state: 'current' | 'retired'
  readonly wrapped: string
  readonly masterKeyId: string
}

/** Loads, makes and remembers the keys of tenants. */
export function createKeyrings(deps: {
  readonly db: Pick<Database, 'call'>
  readonly keys: KeyManager
  readonly clock: Clock
}) {
  const { db, keys, clock } = deps
  const cache = new Map<TenantId, { readonly ring: Promise<Keyring>; readonly diesAt: number }>()

  const load = async (tenantId: TenantId): Promise<Keyring> => {
    let stored = await db.call<readonly StoredKey[]>(tenantId, 'crypto.load_keys')
    for (const purpose of ['data', 'hash'] as const) {
      if (stored.some((key) => key.purpose === purpose)) continue
      const { keyId, wrapped } = await keys.wrap(randomBytes(32))
      // Two processes may both get here; the function keeps the first key and both load that one.
      await db.call(tenantId, 'crypto.add_first_key', purpose, wrapped.toString('base64'), keyId)
      stored = await db.call<readonly StoredKey[]>(tenantId, 'crypto.load_keys')
    }
    const opened = await Promise.all(stored.map(async (key) => ({ ...key, key: await unwrap(keys, key) })))
    return keyringOf(opened)
  }

  const get = (tenantId: TenantId): Promise<Keyring> => {
    const now = clock.now().getTime()
    const cached = cache.get(tenantId)
    if (cached && cached.diesAt > now) return cached.ring
    const ring = load(tenantId)
    cache.delete(tenantId)
    cache.set(tenantId, { ring, diesAt: now + LIFE_MS })
    ring.catch(() => cache.delete(tenantId))
    forgetOldest(cache)
    return ring
  }

  return {
    get,
    /** The ring that has these keys, loaded anew when another process has made one meanwhile. */
    async holding(tenantId: TenantId, ids: readonly number[]): Promise<Keyring> {
      const ring = await get(tenantId)
      if (ids.every(ring.has)) return ring
      cache.delete(tenantId)
      return get(tenantId)
    },
    forget: (tenantId: TenantId): void => void cache.delete(tenantId),
    forgetAll: (): void => cache.clear(),
  }
}

function forgetOldest(cache: Map<TenantId, unknown>): void {
  if (cache.size <= TENANTS_MAX) return
  const oldest = cache.keys().next()
  if (!oldest.done) cache.delete(oldest.value)
}

/** A KeyObject lives outside the JavaScript heap and never prints its bytes; the plain copy is wiped at once. */
async function unwrap(keys: KeyManager, key: StoredKey): Promise<KeyObject> {
  const plain = await keys.unwrap(key.masterKeyId, Buffer.from(key.wrapped, 'base64'))
  const object = createSecretKey(plain)
  plain.fill(0)
  return object
}

function keyringOf(stored: readonly (StoredKey & { readonly key: KeyObject })[]): Keyring {
  const dataKeys = new Map(stored.filter((key) => key.purpose === 'data').map((key) => [key.id, key.key]))
  const current = stored.find((key) => key.purpose === 'data' && key.state === 'current')
  const hash = stored.find((key) => key.purpose === 'hash')
  assert(current && hash, 'a tenant has a current data key and a hash key')
  const derived = new Map<string, KeyObject>()
  const hashKeyFor = (purpose: string): KeyObject => {
    const known = derived.get(purpose)
    if (known) return known
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', hash.key, '', `quanshu/fingerprint/${purpose}`, 32)))
    derived.set(purpose, key)
    return key
  }
  return {
    currentId: current.id,
    current: current.key,
    byId(id) {
      const key = dataKeys.get(id)
      if (!key) throw cryptoErrors.unreadable({ keyId: id })
      return key
    },
    has: (id) => dataKeys.has(id),
    fingerprint: (purpose, value) => createHmac('sha256', hashKeyFor(purpose)).update(value, 'utf8').digest(),
  }
}
