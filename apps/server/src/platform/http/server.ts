import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { commonErrors, type RouteSpec } from '@quanshu/contract'
import { assert, type Refusal } from '@quanshu/kernel'
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from 'fastify'
import type { Module, Platform } from '../module.ts'
import { seconds } from '../telemetry/index.ts'
import { answerer } from './answer.ts'
import type { BoundRoute, Ports, Tenant } from './bind.ts'
import { baseHeaders } from './headers.ts'
import { addHealth } from './health.ts'
import { localeOf } from './locale.ts'
import { addDocs } from './openapi.ts'
import { problemOf, refusalBehind } from './problem.ts'
import { createRateLimiter } from './rate-limit.ts'
import { serialiserSchema } from './serialise.ts'
import { createSessions } from './sessions.ts'
import { closedWhile, isPageCall, mayPass, type NowStanding, STANDSTILL } from './standstill.ts'
import { addFrontEnds, sendClosedPage } from './statics.ts'
import { createStreams } from './streams.ts'
import { rememberKeyTenants, rememberTenants, stripShopPrefix } from './tenants.ts'
import { createTurns } from './turns.ts'
import { dropRest } from './uploads.ts'
import { refuseUnstorableText } from './validate.ts'

export type HttpOptions = {
  /** Built front ends; absent ones answer with a page that says how to build them. */
  readonly mallDir?: string
  readonly consoleDir?: string
  /** How long the process still answers after it says that it is not ready, so that balancers can turn away. Default 0. */
  readonly drainDelayMs?: number
  /** While it answers something, nobody but staff is served. Default: never. */
  readonly standstill?: NowStanding
}
export type HttpServer = FastifyInstance

const BODY_LIMIT_BYTES = 64 * 1024
/** The slowest line on which the largest import may arrive. */
const REQUEST_TIMEOUT_MS = 10 * 60_000
const SLOW_SECONDS = 1
const BUSY = 'common.busy'

/**
 * The one listener: API from the contract, front ends, documentation, health. Not yet listening.
 * `close()` drains: not ready any more, waiting pages are let go, running requests finish.
 */
export async function buildHttpServer(
  platform: Platform,
  modules: readonly Module[],
  ports: Ports,
  options: HttpOptions = {},
): Promise<HttpServer> {
  const { config, log } = platform
  const streams = createStreams({ perNetworkMax: config.streamsPerNetwork * config.rateLimitFactor })
  const sessions = createSessions(ports, platform.hub)
  const tenants = rememberTenants(ports.resolveTenant)
  const keyTenants = rememberKeyTenants(ports.resolveKey)
  const app = Fastify({
    rewriteUrl: stripShopPrefix,
    genReqId: requestIds(config.trustProxy),
    trustProxy: config.trustProxy,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // While draining, what still arrives on open connections is answered, and told to close them.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
  })
  const typeBase = `${config.publicUrl}/docs#`

  function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const refusal = named(refusalBehind(error), request)
    // A line for each who is turned away would be a flood of its own; their number is among the metrics.
    const isTurnedAway = refusal === error && (refusal.code === BUSY || refusal.code === STANDSTILL)
    if (refusal.status >= 500 && !isTurnedAway) {
      log.error({ err: error, requestId: request.id, problem: refusal.code, route: routeId(request) }, 'request failed')
    }
    if (refusal.status === 429 || refusal.status === 503) {
      void reply.header('retry-after', String(refusal.params.retryAfterSeconds ?? 1))
    }
    if (refusal.code === STANDSTILL && isPageCall(request)) return sendClosedPage(request, reply)
    return reply
      .code(refusal.status)
      .type('application/problem+json; charset=utf-8')
      .header('cache-control', 'no-store')
      .serializer(JSON.stringify)
      .send(problemOf(refusal, request.id, localeOf(request.headers), typeBase))
  }

  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  const fixedHeaders = Object.entries(baseHeaders(config.secureCookies))
  app.addHook('onRequest', (request, reply, done) => {
    for (const [name, value] of fixedHeaders) void reply.header(name, value)
    void reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    measure(request, reply, platform)
    dropRest(request)
    done()
  })

  const gates: Gates = { inTurn: turnOf(tenants), closed: closedWhile(options.standstill) }
  const answer = answerer({ platform, tenants, keyTenants, sessions, streams, rateLimiter: createRateLimiter() })
  const routes = modules.flatMap((module) => module.routes ?? [])
  refuseDoubles(routes)
  await app.register(async (scope) => addJsonRoutes(scope, routes, answer, gates))
  await app.register(async (scope) => addRawRoutes(scope, routes, answer, gates))
  const health = addHealth(app, platform, options)
  addDocs(app, routes, config.publicUrl)
  await addFrontEnds(app, { tenants, mallDir: options.mallDir, consoleDir: options.consoleDir, sendProblem })

  const closeWhenIdle = idleCloser(app)
  app.addHook('preClose', async () => {
    await health.drain()
    streams.closeAll()
    sessions.close()
    closeWhenIdle()
  })
  return app
}

const IDLE_CHECK_MS = 100

/**
 * Node closes the connections that are idle when it stops listening, but not those that fall idle after that, and not
 * those that never said anything: browsers open such ahead of need, and each would keep the server for a minute.
 */
function idleCloser({ server }: FastifyInstance): () => void {
  const silent = new Set<Socket>()
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', ({ socket }) => silent.delete(socket))
  return () => {
    const timer = setInterval(() => {
      server.closeIdleConnections()
      for (const socket of silent) if (socket.bytesRead === 0) socket.destroy()
    }, IDLE_CHECK_MS)
    server.once('close', () => clearInterval(timer))
  }
}

type Answer = ReturnType<typeof answerer>
type Gates = { readonly inTurn: onRequestHookHandler; readonly closed: onRequestHookHandler }

/** Before the body is read. Whoever went away while waiting is not begun. */
function turnOf(tenants: ReturnType<typeof rememberTenants>): onRequestHookHandler {
  const turns = createTurns()
  return (request, _reply, done) => {
    const enter = (tenant: Tenant | undefined): void => {
      if (!tenant) {
        done()
        return
      }
      turns.enter(tenant.tenantId, (refusal) => {
        if (!request.raw.socket.destroyed) done(refusal)
      })
    }
    const tenant = tenants(request)
    if (tenant instanceof Promise) tenant.then(enter, done)
    else enter(tenant)
  }
}

function addJsonRoutes(scope: FastifyInstance, routes: readonly BoundRoute[], answer: Answer, gates: Gates): void {
  scope.removeAllContentTypeParsers()
  const parse = scope.getDefaultJsonParser('error', 'error')
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    void parse(request, text as string, (error: Error | null, value: unknown) => {
      if (error) return done(error)
      try {
        refuseUnstorableText(text as string, value, localeOf(request.headers))
        done(null, value)
      } catch (refusal) {
        done(refusal as Error)
      }
    })
  })
  for (const route of routes) if (route.spec.bodyKind !== 'raw') scope.route(routeOptions(route, answer, gates))
}

/** The body stays a stream: nothing is read before the handler asks, so a refused upload costs nothing. */
function addRawRoutes(scope: FastifyInstance, routes: readonly BoundRoute[], answer: Answer, gates: Gates): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
  for (const route of routes) if (route.spec.bodyKind === 'raw') scope.route(routeOptions(route, answer, gates))
}

function routeOptions(route: BoundRoute, answer: Answer, { inTurn, closed }: Gates) {
  const { spec } = route
  const isOfShoppers = spec.path.startsWith('/api/mall/')
  const response = (spec.responseKind ?? 'json') === 'json' ? serialiserSchema(spec.response) : undefined
  return {
    method: spec.method,
    url: spec.path,
    bodyLimit: spec.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    config: { routeId: spec.id },
    handler: answer(route),
    // Shoppers come in floods. Staff do not, and a gateway's notice is of an order that was let in.
    onRequest: [...(mayPass(spec) ? [] : [closed]), ...(isOfShoppers ? [inTurn] : [])],
    ...(response === undefined ? {} : { schema: { response: { 200: response } } }),
  }
}

function refuseDoubles(routes: readonly BoundRoute[]): void {
  const ids = new Set<string>()
  for (const { spec } of routes) {
    assert(!ids.has(spec.id), `route id ${spec.id} is bound twice`)
    ids.add(spec.id)
  }
}

/** Fastify knows that a body was too large or of another type, but not what the person should know about it. */
function named(refusal: Refusal, request: FastifyRequest): Refusal {
  if (refusal.code !== 'common.body_too_large' || 'limitBytes' in refusal.params) return refusal
  return commonErrors.bodyTooLarge({ limitBytes: request.routeOptions.bodyLimit ?? BODY_LIMIT_BYTES })
}

const REQUEST_ID = /^[\w.-]{8,64}$/

/** Unique and short; a proxy we trust may bring its own. */
function requestIds(trustProxy: boolean) {
  const process = randomBytes(6).toString('base64url')
  let count = 0
  return ({ headers }: { readonly headers: Readonly<Record<string, string | string[] | undefined>> }): string => {
    const given = trustProxy ? headers['x-request-id'] : undefined
    if (typeof given === 'string' && REQUEST_ID.test(given)) return given
    count += 1
    return `${process}-${count.toString(36)}`
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    routeId?: RouteSpec['id']
  }
}

const routeId = (request: FastifyRequest): string => request.routeOptions.config.routeId ?? 'other'

const duration = seconds('http_request_seconds', 'Time from the first byte of a request to the end of its answer')
type Labels = { readonly route: string; readonly status: string }
const labelsByRoute = new Map<string, Map<number, Labels>>()

/** The same object for the same route and status, by which a histogram finds its place at once. */
function labelsOf(route: string, statusCode: number): Labels {
  const byStatus = labelsByRoute.get(route) ?? new Map<number, Labels>()
  const labels = byStatus.get(statusCode) ?? { route, status: String(statusCode) }
  labelsByRoute.set(route, byStatus.set(statusCode, labels))
  return labels
}

function measure(request: FastifyRequest, reply: FastifyReply, { log }: Platform): void {
  const route = routeId(request)
  const took = reply.elapsedTime / 1000
  duration.record(took, labelsOf(route, reply.statusCode))
  if (took < SLOW_SECONDS) return
  const isStream = reply.getHeader('content-type')?.toString().startsWith('text/event-stream')
  if (!isStream) log.warn({ requestId: request.id, route, seconds: took }, 'slow request')
}
