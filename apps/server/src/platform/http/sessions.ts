import type { TenantId } from '@quanshu/kernel'
import { type EventHub, topicOf } from '../events/index.ts'
import type { Area, EventStream, Ports, SignedIn } from './bind.ts'

/** Publish on this topic of the hub when sessions of this process's members ended for any other reason than their own sign-out. */
export const SESSIONS_CHANGED = 'http.sessions.changed'

/** The subject of `session.ended`: whose sessions a stream asks about again. */
export const sessionsOf = (kind: SignedIn['kind'], id: number): string => `sessions:${kind}:${id}`

const TTL_MS = 1_000
const CACHE_MAX = 20_000

/** `answer` is there once it is known: then nobody has to wait for the promise. */
type Asked = {
  readonly promise: Promise<SignedIn | undefined>
  readonly until: number
  answer?: { readonly signedIn: SignedIn | undefined }
}

/**
 * Looks up who is signed in. Members are remembered for a second, because a sale's thousand requests a second should
 * not ask the database who they are each time; staff never, because a dismissed employee is out at once.
 */
export function createSessions({ authenticate, sessionCookies }: Ports, hub: EventHub) {
  const members = new Map<string, Asked>()
  const stopListening = hub.subscribe(SESSIONS_CHANGED, () => members.clear())

  function ask(tenantId: TenantId, token: string): Asked {
    const key = `${tenantId} ${token}`
    const known = members.get(key)
    if (known && known.until > Date.now()) return known
    const promise = authenticate({ tenantId, area: 'mall', token })
    const asked: Asked = { promise, until: Date.now() + TTL_MS }
    if (members.size >= CACHE_MAX) members.clear()
    members.set(key, asked)
    promise.then(
      (signedIn) => {
        asked.answer = { signedIn }
      },
      // A failed look-up must not be remembered as nobody.
      () => void members.delete(key),
    )
    return asked
  }

  return {
    /** At once when it is known, which it is for whoever has no token. */
    lookUp: (
      tenantId: TenantId,
      area: Area,
      cookies: Readonly<Record<string, string | undefined>>,
    ): SignedIn | undefined | Promise<SignedIn | undefined> => {
      const token = cookies[sessionCookies[area]]
      if (token === undefined || token === '') return undefined
      if (area === 'console') return authenticate({ tenantId, area, token })
      const { answer, promise } = ask(tenantId, token)
      return answer ? answer.signedIn : promise
    },
    /**
     * Closes a stream once the session it was opened with has ended, in whichever process that happened: the news come with
     * the events. Asked at once as well, because who may be here was remembered for a moment.
     */
    watch: (
      tenantId: TenantId,
      area: Area,
      cookies: Readonly<Record<string, string | undefined>>,
      whose: { readonly kind: SignedIn['kind']; readonly id: number },
      stream: EventStream<unknown>,
    ): void => {
      const token = cookies[sessionCookies[area]] ?? ''
      const look = async (): Promise<void> => {
        if (!stream.closed && !(await authenticate({ tenantId, area, token }))) stream.close()
      }
      // Who cannot be asked about reconnects, and is asked about then.
      const check = (): void => void look().catch(() => stream.close())
      stream.onClose(hub.subscribe(topicOf(tenantId, sessionsOf(whose.kind, whose.id)), check))
      check()
    },
    /** After a response changed these cookies. */
    forget: (tenantId: TenantId, cookies: Readonly<Record<string, string | undefined>>): void => {
      const token = cookies[sessionCookies.mall]
      if (token !== undefined) members.delete(`${tenantId} ${token}`)
    },
    close: stopListening,
  }
}
