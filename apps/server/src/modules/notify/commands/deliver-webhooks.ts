import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Outbound, OutboundFailure } from '../../../platform/outbound/index.ts'
import { systemCtx } from '../channels/accounts.ts'
import { waitAfter, webhookHeaders } from '../webhooks.ts'

export const WEBHOOK_TASK = 'notify.webhook'

/** A job delivers for as long as this, then leaves its slot to others and comes back. */
const RUN_MS_MAX = 60_000
const TIMEOUT_MS = 15_000
const ANSWER_BYTES_MAX = 64 * 1024
const LEASE_SECONDS = 90
const TRIES_KEPT = 12
/** An endpoint to which nothing has got through for so long is switched off, and staff are told. */
const FAILING_DAYS_MAX = 5
const JOB_ATTEMPTS_MAX = 25

export const endpointPlace = (id: number) => ({ table: 'notify.endpoints', column: 'secret', row: id })
export const previousPlace = (id: number) => ({ table: 'notify.endpoints', column: 'previous', row: id })

/** Has a worker deliver what is due at an endpoint. While such a job waits, another takes its place. */
export function queueWebhooks(tx: Tx, endpointId: number, at?: Date): void {
  tx.enqueue(
    WEBHOOK_TASK,
    { endpointId },
    { key: String(endpointId), attemptsMax: JOB_ATTEMPTS_MAX, ...(at ? { runAt: at } : {}) },
  )
}

/**
 * Delivers what is due at one endpoint, in order, one at a time. Every endpoint has its own queue, so one that is dead
 * holds up no other; after a try without an answer the rest waits for the next job.
 */
export async function deliverWebhooks(
  platform: Platform,
  outbound: Outbound,
  tenantId: TenantId,
  endpointId: number,
): Promise<void> {
  const endpoint = await takeEndpoint(platform, tenantId, endpointId)
  if (!endpoint) return
  const until = Date.now() + RUN_MS_MAX
  try {
    while (Date.now() < until) {
      const delivery = await nextDelivery(platform, tenantId, endpointId)
      if (!delivery) break
      const result = await post(platform, outbound, endpoint, delivery)
      const goesOn = await endTry(platform, tenantId, endpoint, delivery, result)
      if (!goesOn || result.status === undefined) break
    }
  } finally {
    await leaveEndpoint(platform, tenantId, endpointId)
  }
}

export type Endpoint = { readonly id: number; readonly url: string; readonly secrets: readonly string[] }
type Delivery = { readonly id: number; readonly webhookId: string; readonly body: string; readonly attempts: number }
export type PostResult = {
  /** Undefined: there was no answer. */
  readonly status: number | undefined
  readonly retryAfter: string | undefined
  readonly elapsedMs: number
  readonly error: string | null
}

/** Undefined when it is gone, off, or another worker is at it. */
async function takeEndpoint(platform: Platform, tenantId: TenantId, id: number): Promise<Endpoint | undefined> {
  const row = await platform.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<EndpointSecrets & { readonly isFree: boolean; readonly enabled: boolean }>`
      select id, url, secret_sealed, case when previous_until > now() then previous_sealed end as previous_sealed,
        enabled, lease_until <= now() as "isFree"
      from notify.endpoints
      where tenant_id = ${tenantId}
        and id = ${id}::bigint
      for update
    `.execute(tx.db)
    const [found] = rows
    if (!found?.enabled) return undefined
    if (!found.isFree) {
      // Whoever is at it may not see what came after it looked.
      queueWebhooks(tx, id, new Date(platform.clock.now().getTime() + 5_000))
      return undefined
    }
    await sql`
      update notify.endpoints
      set lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
      where tenant_id = ${tenantId}
        and id = ${id}::bigint
    `.execute(tx.db)
    return found
  })
  return row && (await openEndpoint(platform, tenantId, row))
}

export type EndpointSecrets = {
  readonly id: number
  readonly url: string
  readonly secret_sealed: Buffer
  readonly previous_sealed: Buffer | null
}

export async function openEndpoint(
  { crypto }: Pick<Platform, 'crypto'>,
  tenantId: TenantId,
  { id, url, secret_sealed, previous_sealed }: EndpointSecrets,
): Promise<Endpoint> {
  const secret = await crypto.decrypt(tenantId, endpointPlace(id), secret_sealed)
  const previous = previous_sealed ? [await crypto.decrypt(tenantId, previousPlace(id), previous_sealed)] : []
  return { id, url, secrets: [secret, ...previous] }
}

async function nextDelivery(platform: Platform, tenantId: TenantId, endpointId: number): Promise<Delivery | undefined> {
  return await platform.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<Delivery>`
      update notify.deliveries d
      set attempts = d.attempts + 1
      where d.tenant_id = ${tenantId}
        and d.id = (
          select n.id
          from notify.deliveries n
          where n.tenant_id = ${tenantId}
            and n.endpoint_id = ${endpointId}::bigint
            and n.state = 'queued'
            and n.next_try_at <= now()
          order by n.next_try_at, n.id
          limit 1
        )
      returning d.id, d.webhook_id as "webhookId", d.body, d.attempts
    `.execute(tx.db)
    if (rows.length > 0) {
      await sql`
        update notify.endpoints
        set lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
        where tenant_id = ${tenantId}
          and id = ${endpointId}::bigint
      `.execute(tx.db)
    }
    return rows[0]
  })
}

/** One try. Redirects are not followed, and the address is checked at the very connection. */
export async function post(
  platform: Pick<Platform, 'clock'>,
  outbound: Outbound,
  { url, secrets }: Endpoint,
  { webhookId, body }: Pick<Delivery, 'webhookId' | 'body'>,
): Promise<PostResult> {
  const started = performance.now()
  const elapsedMs = () => Math.round(performance.now() - started)
  try {
    const answer = await outbound.call({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'Quanshu-Webhooks/1',
        ...webhookHeaders({ id: webhookId, body, at: platform.clock.now() }, secrets),
      },
      body,
      timeoutMs: TIMEOUT_MS,
      answerMaxBytes: ANSWER_BYTES_MAX,
    })
    const { status } = answer
    const error = isTaken(status) ? null : `HTTP ${status}`
    return { status, retryAfter: answer.headers['retry-after'], elapsedMs: elapsedMs(), error }
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    return { status: undefined, retryAfter: undefined, elapsedMs: elapsedMs(), error: error.message.slice(0, 300) }
  }
}

export const isTaken = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300

/** Writes a try down and decides what follows. @returns false when the endpoint was switched off */
async function endTry(
  platform: Platform,
  tenantId: TenantId,
  endpoint: Endpoint,
  delivery: Delivery,
  result: PostResult,
): Promise<boolean> {
  const now = platform.clock.now()
  const taken = isTaken(result.status)
  const waitMs = taken || result.status === 410 ? undefined : waitAfter(delivery.attempts, result, now, Math.random())
  const state = taken ? 'delivered' : waitMs === undefined ? 'failed' : 'queued'
  const aTry = {
    at: now.toISOString(),
    status: result.status ?? null,
    elapsedMs: result.elapsedMs,
    error: result.error,
  }
  return await platform.db.write(systemCtx(tenantId), async (tx) => {
    await sql`
      update notify.deliveries
      set state = ${state},
          next_try_at = case when ${waitMs ?? null}::bigint is not null
            then now() + ${waitMs ?? null}::bigint * interval '1 millisecond' end,
          ended_at = case when ${state} <> 'queued' then now() end,
          tries = (
            select jsonb_agg(t.one order by t.n)
            from jsonb_array_elements(tries || ${JSON.stringify([aTry])}::jsonb) with ordinality as t(one, n)
            where t.n > jsonb_array_length(tries) + 1 - ${TRIES_KEPT}
          )
      where tenant_id = ${tenantId}
        and id = ${delivery.id}::bigint
    `.execute(tx.db)
    const { rows } = await sql<{ readonly enabled: boolean; readonly disabled_reason: 'gone' | 'failing' | null }>`
      update notify.endpoints
      set failing_since = case when ${taken} then null else coalesce(failing_since, now()) end,
          disabled_reason = case
            when ${result.status === 410} then 'gone'
            when not ${taken} and failing_since < now() - ${FAILING_DAYS_MAX} * interval '1 day' then 'failing'
          end,
          enabled = ${result.status !== 410}
            and (${taken} or failing_since is null or failing_since >= now() - ${FAILING_DAYS_MAX} * interval '1 day')
      where tenant_id = ${tenantId}
        and id = ${endpoint.id}::bigint
        and enabled
      returning enabled, disabled_reason
    `.execute(tx.db)
    const [after] = rows
    if (after && !after.enabled) {
      tx.emit({
        type: 'webhook.disabled',
        subject: `webhook:${endpoint.id}`,
        payload: { endpointId: endpoint.id, url: new URL(endpoint.url).origin, reason: after.disabled_reason },
      })
      platform.log.warn(
        { tenantId, endpointId: endpoint.id, reason: after.disabled_reason },
        'a webhook was switched off',
      )
    }
    return after?.enabled ?? false
  })
}

/** Lets others at it, and comes back when the next delivery is due. */
async function leaveEndpoint(platform: Platform, tenantId: TenantId, endpointId: number): Promise<void> {
  await platform.db.write(systemCtx(tenantId), async (tx) => {
    await sql`
      update notify.endpoints
      set lease_until = now()
      where tenant_id = ${tenantId}
        and id = ${endpointId}::bigint
    `.execute(tx.db)
    const { rows } = await sql<{ readonly at: Date | null }>`
      select min(d.next_try_at) as at
      from notify.deliveries d
      join notify.endpoints e on e.tenant_id = d.tenant_id and e.id = d.endpoint_id and e.enabled
      where d.tenant_id = ${tenantId}
        and d.endpoint_id = ${endpointId}::bigint
        and d.state = 'queued'
    `.execute(tx.db)
    const at = rows[0]?.at
    if (at) queueWebhooks(tx, endpointId, at)
  })
}
