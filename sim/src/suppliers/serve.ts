import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { SupplierFaultKind } from './faults.ts'

/** A request as it came in, kept for whoever looks what was really sent. */
export type Received = {
  readonly atMs: number
  readonly endpoint: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  /** The status and body that were decided on, also when they never arrived. */
  verdict: string
}
export type Answer = { readonly status: number; readonly body: string; readonly isSigned?: boolean }

/** At most `requests` within `windowMs`, counted over all methods. */
export type RateLimit = { readonly requests: number; readonly windowMs: number }

/** What a call is about, as far as can be read before anything is checked. */
export type Call = {
  readonly endpoint: string
  readonly outerNo?: string | undefined
  readonly goodsId?: string | undefined
}

/** How a protocol says what goes wrong at its counter. */
export type CounterWire = {
  readonly busy: () => Answer
  readonly unsure: () => Answer
  /** The same answer with a signature of somebody else; absent where answers are not signed. */
  readonly forge?: (answer: Answer) => Answer
}
export type Counter = {
  readonly serve: (
    request: FastifyRequest,
    reply: FastifyReply,
    call: Call,
    /** @param answered resolves when the caller has its answer, or has lost its patience */
    work: (answered: Promise<void>) => Answer | Promise<Answer>,
  ) => Promise<FastifyReply>
  readonly limit: (limit: RateLimit | undefined) => void
  readonly received: () => readonly Received[]
}

const RECEIVED_KEPT_MAX = 1000
const BODY_LIMIT_BYTES = 256 * 1024
const SLOW_MS = 20_000

export function buildHttp(): FastifyInstance {
  const app = fastify({ keepAliveTimeout: 30_000, forceCloseConnections: true, bodyLimit: BODY_LIMIT_BYTES })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  return app
}

export const bodyOf = (request: FastifyRequest): string => (typeof request.body === 'string' ? request.body : '')

/** Undefined when it is not a JSON object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}

/** Where calls come in: writes them down, does the work and answers, unless a fault says otherwise. */
export function openCounter(parts: {
  readonly faults: FaultSwitch<SupplierFaultKind>
  readonly clock: VirtualClock
  readonly wire: CounterWire
}): Counter {
  const { faults, clock, wire } = parts
  const received: Received[] = []
  let limit: RateLimit | undefined
  let recentMs: number[] = []

  const isOverLimit = (): boolean => {
    if (!limit) return false
    const { windowMs, requests } = limit
    recentMs = recentMs.filter((atMs) => atMs > clock.now() - windowMs)
    if (recentMs.length >= requests) return true
    recentMs.push(clock.now())
    return false
  }

  const serve: Counter['serve'] = async (request, reply, call, work) => {
    const entry = record(received, request, call.endpoint)
    const at = {
      endpoint: call.endpoint,
      ...(call.outerNo !== undefined && { key: call.outerNo }),
      ...(call.goodsId !== undefined && { goods: call.goodsId }),
    }
    const send = (answer: Answer): FastifyReply => {
      entry.verdict = `${answer.status} ${answer.body}`
      return reply.code(answer.status).type('application/json; charset=utf-8').send(answer.body)
    }
    const cut = (): FastifyReply => {
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    }
    if (faults.take('api.reset', at)) return cut()
    const error = faults.take('api.error', at)
    if (error) return send({ status: Number(error.value ?? 500), body: '<html>Internal Server Error</html>' })
    if (isOverLimit() || faults.take('api.busy', at)) return send(wire.busy())

    const slow = faults.take('api.slow', at)
    const answered = new Promise<void>((resolve) => {
      // Whoever answers this slowly has called back long before.
      if (slow) resolve()
      else reply.raw.once('close', resolve)
    })
    const answer = await work(answered)
    entry.verdict = `${answer.status} ${answer.body}`
    if (slow) await new Promise((resolve) => setTimeout(resolve, slow.ms ?? SLOW_MS).unref())
    if (faults.take('api.cut', at)) return cut()
    if (faults.take('api.broken', at)) return send({ status: 502, body: '<html>502 Bad Gateway</html>' })
    if (faults.take('api.unsure', at)) return send(wire.unsure())
    if (faults.take('api.malformed', at)) return send({ status: 200, body: answer.body.slice(0, -12) })
    if (faults.take('api.nonsense', at)) return send({ status: 200, body: '{"hello":"world"}' })
    return send(wire.forge && faults.take('api.forged', at) ? wire.forge(answer) : answer)
  }

  return {
    serve,
    limit: (next) => {
      limit = next
      recentMs = []
    },
    received: () => received,
  }
}

function record(received: Received[], request: FastifyRequest, endpoint: string): Received {
  const entry: Received = {
    atMs: Date.now(),
    endpoint,
    method: request.method,
    path: request.url,
    headers: request.headers,
    body: bodyOf(request),
    verdict: 'no answer',
  }
  received.push(entry)
  if (received.length > RECEIVED_KEPT_MAX) received.splice(0, RECEIVED_KEPT_MAX / 2)
  return entry
}
