import { hash } from 'node:crypto'
import { commonErrors, type WholesaleScope, wholesaleErrors } from '@quanshu/contract'
import { WHOLESALE_WINDOW_SECONDS } from '@quanshu/kernel'
import type { FastifyRequest } from 'fastify'
import { createRateLimiter } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { noteCall } from './commands/note-call.ts'
import { isSigned, mayCallFrom, tenantOfKey } from './model.ts'
import { type OpenKey, openKey } from './queries/open-key.ts'

const NONCE = /^[\w-]{16,64}$/
const MINUTE_MS = 60_000
/** Calls that were not believed are noted too, but not so many that they would push the others out of the log. */
const DISBELIEVED_NOTED_PER_MINUTE = 20
const NONCES_MAX = 256

export type Admit = (request: FastifyRequest, ask: Asked) => Promise<OpenKey>
export type Asked = {
  readonly operation: string
  readonly scope: WholesaleScope
  readonly body: Buffer
  /** Asked only for the note of a call that is not believed. */
  readonly outerNo: () => string | null
}
type Disbelieved = 'bad_signature' | 'stale' | 'other_address' | 'revoked' | 'member_closed' | 'replayed'

/**
 * Believes a call, or not. Whatever is wrong with who calls is told in one way; the shop that was called reads why in the key's log.
 * A nonce is used up only by a call that is right in everything else.
 * @throws wholesale.not_authenticated, wholesale.scope, common.too_many_requests
 */
export function createAdmit(platform: Platform): Admit {
  const limiter = createRateLimiter(() => platform.clock.now().getTime())
  type Signed = { readonly keyId: number; readonly nonce: string; readonly most: number }
  /** 0: it may go on; above: in so many milliseconds; below: it was here before. */
  const count = platform.batcher<Signed, number>({
    name: 'wholesale.admit',
    max: NONCES_MAX,
    run: (tenantId, items) => platform.db.call<readonly number[]>(tenantId, 'wholesale.admit', items),
  })

  return async (request, { operation, scope, body, outerNo }) => {
    const header = (name: string): string => {
      const value = request.headers[name]
      return typeof value === 'string' ? value : ''
    }
    const name = header('x-quanshu-key')
    const tenantId = tenantOfKey(name)
    const key = tenantId === undefined ? undefined : await openKey(platform, tenantId, { key: name })
    if (!key) throw wholesaleErrors.notAuthenticated()
    const [timestamp, nonce] = [header('x-quanshu-timestamp'), header('x-quanshu-nonce')]
    const call = {
      method: request.method,
      path: request.raw.url ?? '',
      timestamp,
      nonce,
      bodyHash: hash('sha256', body, 'hex'),
    }
    const refuse = async (reason: Disbelieved): Promise<never> => {
      if (limiter.take(`disbelieved ${key.id}`, DISBELIEVED_NOTED_PER_MINUTE, MINUTE_MS) === 0) {
        const refused = { status: 401, code: 'wholesale.not_authenticated', reason, elapsedMs: 0, answer: '' }
        await noteCall(platform, key, { operation, outerNo: outerNo(), ip: request.ip, request: '', ...refused })
      }
      throw wholesaleErrors.notAuthenticated()
    }
    if (!NONCE.test(nonce) || !isSigned(key.secrets, call, header('x-quanshu-signature'))) {
      return await refuse('bad_signature')
    }
    const ageSeconds = platform.clock.now().getTime() / 1_000 - Number(timestamp)
    if (!/^\d{10}$/.test(timestamp) || Math.abs(ageSeconds) > WHOLESALE_WINDOW_SECONDS) return await refuse('stale')
    if (!mayCallFrom(key.networks, request.ip)) return await refuse('other_address')
    if (key.state === 'revoked') return await refuse('revoked')
    if (!key.isMemberOpen) return await refuse('member_closed')
    const most = key.perMinute * platform.config.rateLimitFactor
    // This process's own count first: a flood costs no statement. What it lets through counts with what others let through.
    const ownWaitMs = limiter.take(`${key.tenantId} ${key.id}`, most, MINUTE_MS)
    const waitMs = ownWaitMs > 0 ? ownWaitMs : await count(key.tenantId, { keyId: key.id, nonce, most })
    if (waitMs > 0) throw commonErrors.tooManyRequests({ retryAfterSeconds: Math.ceil(waitMs / 1_000) })
    if (waitMs < 0) return await refuse('replayed')
    if (!key.scopes.includes(scope)) throw wholesaleErrors.scope({ scope })
    return key
  }
}
