import { randomUUID } from 'node:crypto'
import { commonErrors, notifyErrors, WEBHOOK_ENDPOINTS_MAX, type WebhookEvent } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { isAllowedUrl, type Outbound } from '../../../platform/outbound/index.ts'
import { newWebhookSecret } from '../webhooks.ts'
import {
  type EndpointSecrets,
  endpointPlace,
  isTaken,
  openEndpoint,
  post,
  previousPlace,
  queueWebhooks,
} from './deliver-webhooks.ts'
import type { TestResult } from './test-channel.ts'

export type EndpointInput = {
  readonly url: string
  readonly note: string
  readonly events: readonly WebhookEvent[]
  readonly enabled: boolean
}
type Created = { readonly id: number; readonly secret: string }

/** The old secret signs beside the new one for so long. */
const BOTH_HOURS = 24

/** @returns its secret, which is shown this once. @throws notifyErrors.insecureAddress, endpointsMax */
export async function createEndpoint(platform: Platform, ctx: Ctx, input: EndpointInput): Promise<Created> {
  refuseInsecure(platform, input.url)
  const secret = newWebhookSecret()
  const sealer = await platform.crypto.sealer(ctx.tenantId)
  return await platform.db.write(ctx, async (tx) => {
    // Two at once count one after the other.
    await sql`select pg_advisory_xact_lock(hashtextextended('notify.endpoints', ${ctx.tenantId}::bigint))`.execute(
      tx.db,
    )
    const { rows } = await sql<{ readonly id: number; readonly count: number }>`
      select nextval(pg_get_serial_sequence('notify.endpoints', 'id')) as id, (
        select count(*) from notify.endpoints where tenant_id = ${ctx.tenantId}
      ) as count
    `.execute(tx.db)
    const [{ id, count } = { id: 0, count: 0 }] = rows
    if (count >= WEBHOOK_ENDPOINTS_MAX) throw notifyErrors.endpointsMax({ max: WEBHOOK_ENDPOINTS_MAX })
    await sql`
      insert into notify.endpoints (tenant_id, id, url, note, events, enabled, secret_sealed)
      overriding system value
      values (
        ${ctx.tenantId}, ${id}::bigint, ${input.url}, ${input.note}, ${input.events}::text[], ${input.enabled},
        ${sealer.seal(endpointPlace(id), secret)}
      )
    `.execute(tx.db)
    tx.audit({ action: 'webhook.create', objectKind: 'webhook', objectId: id, detail: shown(input) })
    return { id, secret }
  })
}

/** What is in its address may be a key: the log shows where it leads, no more. */
const shown = ({ url, ...rest }: EndpointInput) => ({ ...rest, host: new URL(url).host })

/** Switching it on forgets why it was off. @throws commonErrors.notFound, notifyErrors.insecureAddress */
export async function updateEndpoint(platform: Platform, ctx: Ctx, id: number, input: EndpointInput): Promise<void> {
  refuseInsecure(platform, input.url)
  await platform.db.write(ctx, async (tx) => {
    const { numAffectedRows } = await sql`
      update notify.endpoints
      set url = ${input.url},
          note = ${input.note},
          events = ${input.events}::text[],
          failing_since = case when ${input.enabled} and not enabled then null else failing_since end,
          disabled_reason = case when ${input.enabled} then null else disabled_reason end,
          enabled = ${input.enabled},
          updated_at = now()
      where tenant_id = ${ctx.tenantId}
        and id = ${id}::bigint
    `.execute(tx.db)
    if (numAffectedRows !== 1n) throw commonErrors.notFound()
    tx.audit({ action: 'webhook.update', objectKind: 'webhook', objectId: id, detail: shown(input) })
    if (input.enabled) queueWebhooks(tx, id)
  })
}

/** With its deliveries. @throws commonErrors.notFound */
export async function removeEndpoint(tx: Tx, id: number): Promise<void> {
  const { numAffectedRows } = await sql`
    delete from notify.endpoints
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${id}::bigint
  `.execute(tx.db)
  if (numAffectedRows !== 1n) throw commonErrors.notFound()
  tx.audit({ action: 'webhook.remove', objectKind: 'webhook', objectId: id })
}

/** A new secret, shown this once; for a day both sign, so that the receiver can change without losing anything. */
export async function rotateEndpoint(platform: Platform, ctx: Ctx, id: number): Promise<string> {
  const secret = newWebhookSecret()
  // Opened here, so that its data key is at hand in the transaction.
  await openEndpoint(platform, ctx.tenantId, await platform.db.read(ctx, (tx) => readSecrets(tx, id)))
  const sealer = await platform.crypto.sealer(ctx.tenantId)
  await platform.db.write(ctx, async (tx) => {
    // Of two at once the later one replaces what the earlier was shown, not what there was before both.
    await sql`
      select from notify.endpoints where tenant_id = ${ctx.tenantId} and id = ${id}::bigint for no key update
    `.execute(tx.db)
    const { secret_sealed: sealed } = await readSecrets(tx, id)
    await sql`
      update notify.endpoints
      set secret_sealed = ${sealer.seal(endpointPlace(id), secret)},
          previous_sealed = ${sealer.seal(previousPlace(id), sealer.open(endpointPlace(id), sealed))},
          previous_until = now() + ${BOTH_HOURS} * interval '1 hour',
          updated_at = now()
      where tenant_id = ${ctx.tenantId}
        and id = ${id}::bigint
    `.execute(tx.db)
    tx.audit({ action: 'webhook.rotate', objectKind: 'webhook', objectId: id })
  })
  return secret
}

/** Delivers `webhook.test` now, once. @throws commonErrors.notFound */
export async function testEndpoint(platform: Platform, outbound: Outbound, ctx: Ctx, id: number): Promise<TestResult> {
  const endpoint = await openEndpoint(platform, ctx.tenantId, await platform.db.read(ctx, (tx) => readSecrets(tx, id)))
  const body = JSON.stringify({ type: 'webhook.test', timestamp: platform.clock.now().toISOString(), data: {} })
  const result = await post(platform, outbound, endpoint, { webhookId: `test_${randomUUID()}`, body })
  const message = result.error ?? `HTTP ${result.status}`
  return { ok: isTaken(result.status), message, elapsedMs: result.elapsedMs }
}

/** @throws commonErrors.notFound */
async function readSecrets(tx: Pick<Tx, 'db' | 'ctx'>, id: number): Promise<EndpointSecrets> {
  const { rows } = await sql<EndpointSecrets>`
    select id, url, secret_sealed, case when previous_until > now() then previous_sealed end as previous_sealed
    from notify.endpoints
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${id}::bigint
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return row
}

/**
 * Delivers again under the same webhook-id, with fresh tries.
 * @throws commonErrors.notFound, notifyErrors.stillQueued, endpointOff
 */
export async function replayDelivery(tx: Tx, id: number): Promise<void> {
  const { rows } = await sql<{ readonly state: string; readonly endpointId: number; readonly enabled: boolean }>`
    select d.state, d.endpoint_id as "endpointId", e.enabled
    from notify.deliveries d
    join notify.endpoints e on e.tenant_id = d.tenant_id and e.id = d.endpoint_id
    where d.tenant_id = ${tx.ctx.tenantId}
      and d.id = ${id}::bigint
    for update of d
  `.execute(tx.db)
  const [delivery] = rows
  if (!delivery) throw commonErrors.notFound()
  if (!delivery.enabled) throw notifyErrors.endpointOff()
  if (delivery.state === 'queued') throw notifyErrors.stillQueued()
  await sql`
    update notify.deliveries
    set state = 'queued',
        attempts = 0,
        next_try_at = now(),
        ended_at = null
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${id}::bigint
  `.execute(tx.db)
  queueWebhooks(tx, delivery.endpointId)
  tx.audit({ action: 'webhook.replay', objectKind: 'webhook', objectId: delivery.endpointId, detail: { delivery: id } })
}

function refuseInsecure({ config }: Platform, url: string): void {
  if (!isAllowedUrl(url, config.allowInsecureEndpoints)) throw notifyErrors.insecureAddress()
}
