import type { z } from 'zod'
import type { Permission } from './permissions.ts'

/**
 * Who may call: `public` anyone; `member` a signed-in member; `staff` a signed-in employee with `permission`; `key` another shop
 * with a wholesale key, whose signature over the raw body its module checks.
 */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'member' }
  | { readonly kind: 'staff'; readonly permission?: Permission }
  | { readonly kind: 'key' }

/** How the answer leaves: `json` (default), a `file` the handler streams, or `sse` (server-sent events). */
export type ResponseKind = 'json' | 'file' | 'sse'

/** A route as data: validation, documentation, authorisation and the typed client are all made from it. */
export type RouteSpec = {
  /** Stable name, `<module>.<verb><Noun>`; the OpenAPI operationId. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Fastify style, e.g. `/api/console/orders/:no`. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly response: z.ZodType
  readonly responseKind?: ResponseKind
  /** `required`: the Idempotency-Key header must be there; its answer is stored with the effect and repeated. */
  readonly idempotency?: 'required' | 'optional'
  /** `raw`: the handler reads the request stream by itself (uploads, notices). Default `json`. */
  readonly bodyKind?: 'json' | 'raw'
  /** Default 64 KiB. */
  readonly bodyLimitBytes?: number
  /** At most `max` calls a window and key; key is the session or IP. Default 300 a minute. `false`: none. */
  readonly rateLimit?: { readonly max: number; readonly windowMs: number } | false
}

export function route<const R extends RouteSpec>(spec: R): R {
  return spec
}
