import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Platform } from '../module.ts'
import { metricsText } from '../telemetry/index.ts'
import type { NowStanding } from './standstill.ts'

const READY_TIMEOUT_MS = 2_000

/** `/healthz` this process lives, `/readyz` it can serve, `/metrics` for Prometheus. */
export function addHealth(
  app: FastifyInstance,
  platform: Platform,
  { drainDelayMs = 0, standstill }: { readonly drainDelayMs?: number; readonly standstill?: NowStanding },
) {
  let draining = false

  app.get('/healthz', async () => ({ status: 'alive' }))

  app.get('/readyz', async (_request, reply) => {
    const reason = draining ? 'draining' : await databaseTrouble(platform)
    if (reason !== undefined) return reply.code(503).send({ status: 'not ready', reason })
    // Staff need it, so it is ready; whoever looks closely learns that nothing is sold.
    const standing = standstill?.()
    return standing ? { status: 'ready', held: true, since: standing.since } : { status: 'ready' }
  })

  app.get('/metrics', async (request, reply) => {
    if (!mayScrape(request, platform.config.metricsToken))
      return reply.code(401).header('www-authenticate', 'Bearer').send()
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText())
  })

  return {
    async drain(): Promise<void> {
      draining = true
      if (drainDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, drainDelayMs))
    },
  }
}

/** Calls a function that only a migrated database has. */
async function databaseTrouble({ db, log }: Platform): Promise<string | undefined> {
  const timedOut = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${READY_TIMEOUT_MS} ms`)), READY_TIMEOUT_MS).unref()
  })
  try {
    await Promise.race([db.callGlobal('events.current_era'), timedOut])
    return undefined
  } catch (error) {
    log.warn({ err: error }, 'not ready: the database does not answer')
    return 'database'
  }
}

/** With a token: whoever has it. Without: only this machine, and not through a proxy on it. */
function mayScrape(request: FastifyRequest, token: string | undefined): boolean {
  if (token !== undefined) return sameText(request.headers.authorization ?? '', `Bearer ${token}`)
  const peer = request.raw.socket.remoteAddress ?? ''
  const isLocal = peer === '::1' || peer.startsWith('127.') || peer.startsWith('::ffff:127.')
  return isLocal && request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined
}

function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
