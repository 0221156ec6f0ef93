import type { EventInput } from '@quanshu/contract'
import type { Actor, TenantId } from '@quanshu/kernel'
import type { Kysely } from 'kysely'
import type { DB } from './tables.gen.ts'

/** For whom and on whose behalf something happens. Made once at the edge, passed down unchanged. */
export type Ctx = {
  readonly tenantId: TenantId
  readonly actor: Actor
  readonly requestId: string
  readonly locale: 'zh-CN' | 'en'
  readonly ip?: string | undefined
}

/** A read door: sees one tenant, changes nothing. */
export type ReadTx = {
  readonly db: Kysely<DB>
  readonly ctx: Ctx
}

/** The write door's five words. `emit`, `enqueue` and `audit` are stored in the same transaction, just before commit. */
export type Tx = ReadTx & {
  readonly emit: (event: EventInput) => void
  readonly enqueue: (task: string, payload: Readonly<Record<string, unknown>>, options?: EnqueueOptions) => void
  readonly audit: (entry: AuditEntry) => void
}

export type EnqueueOptions = {
  readonly runAt?: Date
  /** Attempts before the job gives up and shows in the console. Default 25 (about three days). */
  readonly attemptsMax?: number
  /** While a job with this key waits, another with the same key replaces it. */
  readonly key?: string
}

export type AuditEntry = {
  /** Verb of the glossary, e.g. `card.reveal`. */
  readonly action: string
  readonly objectKind: string
  readonly objectId: string | number
  /** What changed and why. Never a code, password or key. */
  readonly detail?: Readonly<Record<string, unknown>>
}

export type Database = {
  /**
   * The one door for writes: opens a transaction, sets the tenant (`set local app.tenant_id`), runs `fn`,
   * stores what it announced, commits. Serialization failures and deadlocks are retried (5 tries), so `fn` may run
   * more than once and must not touch the network. A known constraint's violation becomes its refusal.
   */
  readonly write: <T>(ctx: Ctx, fn: (tx: Tx) => Promise<T>) => Promise<T>
  /** A read-only transaction in which the tenant is set. */
  readonly read: <T>(ctx: Ctx, fn: (tx: ReadTx) => Promise<T>) => Promise<T>
  /**
   * A hot command: one call of one `security definer` SQL function in a transaction of its own, as a named prepared
   * statement. `fn` is e.g. `orders.place`; parameters are `(tenant_id, ...params)`; objects and lists are sent as jsonb, lists of numbers as bigint[].
   * @returns the function's single jsonb result.
   */
  readonly call: <T>(tenantId: TenantId, fn: string, ...params: readonly unknown[]) => Promise<T>
  /** As `call`, for batches of the hot commands: on connections of their own, whose plans stay warm. */
  readonly callHot: <T>(tenantId: TenantId, fn: string, ...params: readonly unknown[]) => Promise<T>
  /** As `call`, for functions that span tenants (sweeps, log readers): no tenant parameter is added. */
  readonly callGlobal: <T>(fn: string, ...params: readonly unknown[]) => Promise<T>
  /** Runs `onNotify` whenever some process stored events; reconnects by itself. Returns a function that stops listening. */
  readonly listen: (channel: string, onNotify: (payload: string) => void) => Promise<() => Promise<void>>
  readonly close: () => Promise<void>
}
