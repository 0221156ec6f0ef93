import type { TenantId } from '@quanshu/kernel'
import type { EventHub } from '../events/index.ts'
import type { Ports, SignedIn } from './bind.ts'

/** Publish on this topic of the hub when sessions of this process's members ended for any other reason than their own sign-out. */
export const SESSIONS_CHANGED = 'http.sessions.changed'

const TTL_MS = 1_000
const CACHE_MAX = 20_000

type Known = { readonly signedIn: Promise<SignedIn | undefined>; readonly until: number }

/**
 * Looks up who is signed in. Members are remembered for a second, because a sale's thousand requests a second should
 * not ask the database who they are each time; staff never, because a dismissed employee is out at once.
 */
export function createSessions(authenticate: Ports['authenticate'], hub: EventHub) {
  const cache = new Map<string, Known>()
  const stopListening = hub.subscribe(SESSIONS_CHANGED, () => cache.clear())

  function lookUp(
    tenantId: TenantId,
    area: 'console' | 'mall',
    header: string,
    cookies: Readonly<Record<string, string | undefined>>,
  ): Promise<SignedIn | undefined> {
    if (area === 'console') return authenticate({ tenantId, area, cookies })
    const key = `${tenantId} ${header}`
    const known = cache.get(key)
    if (known && known.until > Date.now()) return known.signedIn
    const signedIn = authenticate({ tenantId, area, cookies })
    if (cache.size >= CACHE_MAX) cache.clear()
    cache.set(key, { signedIn, until: Date.now() + TTL_MS })
    // A failed look-up must not be remembered as nobody.
    signedIn.catch(() => cache.delete(key))
    return signedIn
  }

  return {
    lookUp,
    /** After a response changed these cookies. */
    forget: (tenantId: TenantId, header: string) => void cache.delete(`${tenantId} ${header}`),
    close: stopListening,
  }
}
