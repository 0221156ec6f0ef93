import { randomUUID } from 'node:crypto'
import { commonErrors, type RouteSpec, wholesaleErrors } from '@quanshu/contract'
import { type Actor, assert } from '@quanshu/kernel'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ctx } from '../db/types.ts'
import type { Platform } from '../module.ts'
import { span } from '../telemetry/index.ts'
import { refuseUnlessAllowed } from './access.ts'
import type { Area, BoundRoute, Cookies, EventStream, FileReply, RequestOf, Session, SignedIn, Tenant } from './bind.ts'
import { cookieJar, type Jar, readCookies } from './cookies.ts'
import { refuseCrossSite } from './csrf.ts'
import { sendFile } from './files.ts'
import { idempotencyOf, onceOf } from './idempotency.ts'
import { localeOf } from './locale.ts'
import { callerNetwork, type RateLimiter } from './rate-limit.ts'
import type { createSessions } from './sessions.ts'
import { sendShared } from './shared-answers.ts'
import type { Streams } from './streams.ts'
import { prefixOf, type rememberTenants } from './tenants.ts'
import { uploadOf } from './uploads.ts'
import { inputParser, refuseUnstorableUrl } from './validate.ts'

type House = {
  readonly platform: Platform
  readonly tenants: ReturnType<typeof rememberTenants>
  /** Of calls whose key names the shop, whatever the address says. */
  readonly keyTenants: ReturnType<typeof rememberTenants>
  readonly sessions: ReturnType<typeof createSessions>
  readonly streams: Streams
  readonly rateLimiter: RateLimiter
}
type FastifyHandler = (request: FastifyRequest, reply: FastifyReply) => unknown

const RATE_LIMIT = { max: 300, windowMs: 60_000 }
const UPLOAD_LIMIT_BYTES = 64 * 1024

/**
 * Turns a bound route into a Fastify handler: whose shop, from our own page, who calls, how often, allowed, well formed;
 * then the use case. Every step refuses by throwing.
 */
export function answerer(house: House): (route: BoundRoute) => FastifyHandler {
  return ({ spec, handler }) => {
    const admit = admission(house, spec)
    const parse = inputParser(spec)
    const finish = finisher(spec)
    const use = (request: FastifyRequest, reply: FastifyReply, admitted: Admitted): Promise<unknown> => {
      const { tenant, session, cookies, ip } = admitted
      const locale = localeOf(request.headers)
      refuseUnstorableUrl(request.url, locale)
      const input = parse(request, locale)
      const idempotency = idempotencyOf(spec, request.headers['idempotency-key'], admitted, input)
      const ctx: Ctx = { tenantId: tenant.tenantId, actor: actorOf(session), requestId: request.id, locale, ip }
      const isRaw = spec.bodyKind === 'raw'
      const call = {
        params: input.params,
        query: input.query,
        body: isRaw ? uploadOf(request, spec.bodyLimitBytes ?? UPLOAD_LIMIT_BYTES) : input.body,
        tenant,
        ctx,
        session,
        cookies,
        prefix: prefixOf(request.raw),
        idempotency,
        once: onceOf(house.platform.db, ctx, idempotency),
        openStream: () => {
          const stream = house.streams.start(request, reply)
          const whose = whoseSession(session)
          if (whose) house.sessions.watch(tenant.tenantId, areaOf(spec), readCookies(request), whose, stream)
          return stream
        },
        raw: request,
        reply,
      } as unknown as RequestOf<RouteSpec>
      const attributes = { 'quanshu.tenant': tenant.slug, 'quanshu.request_id': request.id }
      return span('request', spec.id, attributes, () => handler(call)).then((result) => finish(reply, result))
    }
    return (request, reply) => andThen(admit(request, reply), (admitted) => use(request, reply, admitted))
  }
}

/** Goes on at once with what is already known: a promise costs a turn of the queue, and most requests need none to get in. */
const andThen = <A, B>(value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> =>
  value instanceof Promise ? value.then(next) : next(value)

type Admitted = {
  readonly tenant: Tenant
  readonly session: Session
  readonly cookies: Cookies
  readonly ip: string
  /** Came without the cookie that names a browser. */
  readonly isStranger: boolean
}

/** Throws what refuses, or rejects with it where something had to be waited for. */
function admission(
  house: House,
  spec: RouteSpec,
): (request: FastifyRequest, reply: FastifyReply) => Admitted | Promise<Admitted> {
  const { config } = house.platform
  const area = areaOf(spec)
  const marksDevices = spec.path.startsWith('/api/mall/')
  const limit = spec.rateLimit === undefined ? RATE_LIMIT : spec.rateLimit
  const isByKey = spec.access.kind === 'key'
  const tenantOf = isByKey ? house.keyTenants : house.tenants

  function admitAs(
    request: FastifyRequest,
    reply: FastifyReply,
    tenant: Tenant,
    jar: Jar,
    signedIn: SignedIn | undefined,
  ): Admitted {
    const cookies = cookieJar(jar, reply, {
      secure: config.secureCookies,
      prefix: prefixOf(request.raw),
      onChange: () => house.sessions.forget(tenant.tenantId, jar),
    })
    const isStranger = jar[DEVICE_COOKIE] === undefined
    const session = sessionOf(signedIn, marksDevices ? deviceOf(cookies) : (jar[DEVICE_COOKIE] ?? ''))
    const { ip } = request
    if (limit !== false) {
      const key = `${spec.id} ${tenant.tenantId} ${callerKey(session, ip)}`
      const waitMs = house.rateLimiter.take(key, limit.max * config.rateLimitFactor, limit.windowMs)
      if (waitMs > 0) throw commonErrors.tooManyRequests({ retryAfterSeconds: Math.ceil(waitMs / 1000) })
    }
    refuseUnlessAllowed(spec, session)
    return { tenant, session, cookies, ip, isStranger }
  }

  return (request, reply) =>
    andThen(tenantOf(request), (tenant) => {
      // Of what no key stands for nobody learns more than of a wrong signature.
      if (!tenant) throw isByKey ? wholesaleErrors.notAuthenticated() : commonErrors.unknownShop()
      refuseCrossSite(request)
      const jar = readCookies(request)
      return andThen(house.sessions.lookUp(tenant.tenantId, area, jar), (signedIn) =>
        admitAs(request, reply, tenant, jar, signedIn),
      )
    })
}

/** The browser's cookie is the visitor's own word, so strangers are counted by network, not by device. */
function callerKey(session: Session, ip: string): string {
  if (session.kind === 'staff') return `staff:${session.staffId}`
  if (session.kind === 'member') return `member:${session.memberId}`
  return callerNetwork(ip)
}

const DEVICE_COOKIE = 'qs_device'
const DEVICE_ID = /^[\w-]{22}$/
const DEVICE_MAX_AGE_SECONDS = 365 * 24 * 3600

/** 122 random bits that name this browser: its last orders, and a bound on what one browser may hold unpaid. */
function deviceOf(cookies: Cookies): string {
  const known = cookies.get(DEVICE_COOKIE)
  if (known !== undefined && DEVICE_ID.test(known)) return known
  // Node draws these for 128 strangers at a time; asking the system for 16 bytes costs each of them 16 microseconds.
  const fresh = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
  cookies.set(DEVICE_COOKIE, fresh, { maxAgeSeconds: DEVICE_MAX_AGE_SECONDS })
  return fresh
}

function sessionOf(signedIn: SignedIn | undefined, deviceId: string): Session {
  if (signedIn === undefined) return { kind: 'none', deviceId }
  return signedIn.kind === 'member' ? { ...signedIn, deviceId } : signedIn
}

const areaOf = (spec: RouteSpec): Area => (spec.path.startsWith('/api/console/') ? 'console' : 'mall')

function whoseSession(session: Session) {
  if (session.kind === 'staff') return { kind: session.kind, id: session.staffId }
  return session.kind === 'member' ? { kind: session.kind, id: session.memberId } : undefined
}

function actorOf(session: Session): Actor {
  if (session.kind === 'staff') return { kind: 'staff', id: session.staffId, name: session.name }
  if (session.kind === 'member') return { kind: 'member', id: session.memberId }
  return { kind: 'guest' }
}

function finisher(spec: RouteSpec): (reply: FastifyReply, result: unknown) => unknown {
  if (spec.responseKind === 'file') return (reply, result) => sendFile(reply, result as FileReply)
  if (spec.responseKind === 'sse') {
    return (reply, result) => {
      assert((result as EventStream<unknown>).send, `${spec.id} must return the stream it opened`)
      return reply
    }
  }
  return (reply, result) => {
    // A handler that wrote its own answer (a gateway expects exact bytes) returns undefined after sending it.
    if (reply.sent) return reply
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
    if (result === undefined) return reply.code(204).send()
    return sendShared(reply, result) ? undefined : result
  }
}
