import type { Readable } from 'node:stream'
import type { Permission, RouteSpec } from '@quanshu/contract'
import type { MemberId, StaffId, TenantId } from '@quanshu/kernel'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Ctx, Tx } from '../db/types.ts'

/** A route of the contract with what answers it. */
export type BoundRoute = {
  readonly spec: RouteSpec
  readonly handler: (request: RequestOf<RouteSpec>) => Promise<unknown>
}

/**
 * Binds a handler to a route of the contract. Input is parsed and the caller allowed before the handler runs; what it
 * returns is sent as the route says. A thrown `Refusal` becomes problem+json, anything else a 500 without detail.
 */
export function handle<R extends RouteSpec>(
  spec: R,
  handler: (request: RequestOf<R>) => Promise<ResponseOf<R>>,
): BoundRoute {
  return { spec, handler: handler as unknown as BoundRoute['handler'] }
}

export type Tenant = {
  readonly tenantId: TenantId
  readonly slug: string
}

/** Who calls. `deviceId` names the browser (cookie `qs_device`), signed in or not. */
export type Session =
  | { readonly kind: 'none'; readonly deviceId: string }
  | { readonly kind: 'member'; readonly memberId: MemberId; readonly deviceId: string }
  | {
      readonly kind: 'staff'
      readonly staffId: StaffId
      readonly name: string
      readonly permissions: ReadonlySet<Permission>
      readonly sessionId: string
    }

export type RequestOf<R extends RouteSpec> = {
  readonly params: Parsed<R, 'params'>
  readonly query: Parsed<R, 'query'>
  readonly body: R extends { readonly bodyKind: 'raw' } ? Upload : Parsed<R, 'body'>
  readonly tenant: Tenant
  readonly ctx: Ctx
  readonly session: SessionOf<R>
  readonly cookies: Cookies
  /** Where this shop begins: empty, or `/s/<slug>` when it was chosen by path. Put before every link that is sent out. */
  readonly prefix: string
  /**
   * Present when the caller sent `Idempotency-Key` on a route that takes one. Hot commands store `scope` and `key` in
   * their own rows under a unique index instead of calling `once`: same key and fingerprint → answer with the row that
   * is there; same key, other fingerprint → `common.idempotency_key_reused`.
   */
  readonly idempotency: Idempotency | undefined
  /**
   * Runs `fn` in a write transaction, at most once per `Idempotency-Key`: its result is stored in the same
   * transaction, and a repeat, even one that arrives at the same time, gets that result. Refusals are not stored.
   * The result is kept as plain JSON for a day, so it must hold no card code, password or key.
   */
  readonly once: <T>(fn: (tx: Tx) => Promise<T>) => Promise<T>
  /** For `sse` routes: starts the stream; return it from the handler. */
  readonly openStream: () => EventStream<z.output<R['response']>>
  readonly raw: FastifyRequest
  readonly reply: FastifyReply
}

export type ResponseOf<R extends RouteSpec> = R extends { readonly responseKind: 'sse' }
  ? EventStream<z.output<R['response']>>
  : R extends { readonly responseKind: 'file' }
    ? FileReply
    : z.output<R['response']>

type Parsed<R extends RouteSpec, Part extends 'params' | 'query' | 'body'> = R extends {
  readonly [K in Part]: infer Schema extends z.ZodType
}
  ? z.output<Schema>
  : undefined

/** A route's access decides which sessions can reach its handler. */
type SessionOf<R extends RouteSpec> = R['access'] extends { readonly kind: infer Kind }
  ? 'public' extends Kind
    ? Session
    : Extract<Session, { readonly kind: Kind }>
  : Session

export type Idempotency = {
  /** The route and the caller, so that one caller's key never meets another's. */
  readonly scope: string
  readonly key: string
  /** SHA-256 over route, parameters and body. */
  readonly fingerprint: Buffer
}

/** A raw body. The stream fails with `common.body_too_large` beyond the route's limit. */
export type Upload = {
  readonly stream: Readable
  /** Without parameters, lower case; `application/octet-stream` when absent. */
  readonly contentType: string
  /** From `x-file-name` (percent-encoded UTF-8), without folders. A hint of the sender, never a path to write to. */
  readonly fileName: string | undefined
  /** As announced; undefined for chunked bodies. */
  readonly lengthBytes: number | undefined
}

/** What a `file` route returns. */
export type FileReply = {
  readonly content: Readable | Buffer | string
  readonly contentType: string
  /** Name to save under; any language. Absent with `inline`. */
  readonly fileName?: string
  /** Shown in the page (pictures) instead of saved. */
  readonly inline?: boolean
  readonly lengthBytes?: number
  /** Default `private, no-store`. */
  readonly cacheControl?: string
}

export type EventStream<T> = {
  /** `id` comes back as `lastEventId` when the browser reconnects. A reader too slow for 256 KiB is cut off. */
  readonly send: (data: T, options?: { readonly id?: string; readonly event?: string }) => void
  readonly lastEventId: string | undefined
  readonly onClose: (fn: () => void) => void
  readonly close: () => void
  readonly closed: boolean
}

/** HttpOnly, SameSite=Lax, Secure by configuration, for this shop's path only. */
export type Cookies = {
  readonly get: (name: string) => string | undefined
  readonly set: (name: string, value: string, options?: { readonly maxAgeSeconds?: number }) => void
  readonly clear: (name: string) => void
}

/** What `main/` fills in from the tenancy and identity modules. */
export type Ports = {
  /** The shop for a host name (without port) and, when the path began with `/s/<slug>`, that slug. */
  readonly resolveTenant: (host: string, slug: string | undefined) => Promise<Tenant | undefined>
  /** The shop that a wholesale key is of; undefined: there is no such key. Nobody has proven yet to hold it. */
  readonly resolveKey?: (key: string) => Promise<Tenant | undefined>
  /** The cookie that carries a session's token in each area. Whoever sends none is nobody, without being looked up. */
  readonly sessionCookies: Readonly<Record<Area, string>>
  /** The person behind a token. Undefined: nobody is signed in. */
  readonly authenticate: (request: AuthenticateRequest) => Promise<SignedIn | undefined>
}
/** Console routes know only staff, all others only members. */
export type Area = 'console' | 'mall'
export type AuthenticateRequest = {
  readonly tenantId: TenantId
  readonly area: Area
  readonly token: string
}
export type SignedIn =
  | { readonly kind: 'member'; readonly memberId: MemberId }
  | Extract<Session, { readonly kind: 'staff' }>
