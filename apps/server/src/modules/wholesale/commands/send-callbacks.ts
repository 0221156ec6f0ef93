import type { OrderNo, TenantId } from '@quanshu/kernel'
import { WHOLESALE_ACKNOWLEDGEMENT } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Outbound, OutboundFailure } from '../../../platform/outbound/index.ts'
import { waitAfter, webhookHeaders } from '../../notify/index.ts'
import { readViews } from '../../orders/index.ts'
import { standingOf, systemCtx } from '../model.ts'
import { readBulk } from '../queries/bulks.ts'
import { type OpenKey, openKey } from '../queries/open-key.ts'

export const CALLBACK_TASK = 'wholesale.callbacks'

/** A job sends for as long as this, then leaves its slot to others and comes back. */
const RUN_MS_MAX = 60_000
const TIMEOUT_MS = 15_000
const ANSWER_BYTES_MAX = 4 * 1024
/** Longer than a try may take: whoever died at it has it tried again. */
const LEASE_SECONDS = 60

/** Has a worker send what is due to one key's addresses. While such a job waits, another takes its place. */
export function queueCallbacks(tx: Tx, keyId: number, at?: Date): void {
  tx.enqueue(CALLBACK_TASK, { keyId }, { key: String(keyId), ...(at ? { runAt: at } : {}) })
}

type Callback = {
  readonly id: number
  /** Null: it is about a bulk order. */
  readonly orderNo: OrderNo | null
  readonly outerNo: string
  readonly url: string
  readonly attempts: number
}
type Tried = {
  readonly status: number | undefined
  readonly retryAfter: string | undefined
  readonly error: string | null
}

/**
 * Tells another shop that its orders have changed, one after the other; it asks what became of them. A key has a queue of its own,
 * so one whose address is dead holds up no other; after a try without an answer the rest waits for the next job.
 */
export async function sendCallbacks(
  platform: Platform,
  outbound: Outbound,
  tenantId: TenantId,
  keyId: number,
): Promise<void> {
  const key = await openKey(platform, tenantId, { id: keyId })
  if (!key) return
  const until = Date.now() + RUN_MS_MAX
  while (Date.now() < until) {
    const callback = await take(platform, key)
    if (!callback) break
    const tried = key.state === 'revoked' ? REVOKED : await post(platform, outbound, key, callback)
    await note(platform, key, callback, tried)
    if (tried.status === undefined) break
  }
  await platform.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<{ at: Date | null }>`
      select min(next_try_at) as at
      from wholesale.callbacks
      where tenant_id = ${tenantId}::bigint
        and key_id = ${keyId}::bigint
        and state = 'queued'
    `.execute(tx.db)
    const at = rows[0]?.at
    if (at) queueCallbacks(tx, keyId, at)
  })
}

const REVOKED: Tried = { status: 410, retryAfter: undefined, error: 'the key was revoked' }

async function take({ db }: Platform, { id, tenantId }: OpenKey): Promise<Callback | undefined> {
  return await db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<Callback>`
      update wholesale.callbacks b
      set attempts = b.attempts + 1,
          next_try_at = now() + ${LEASE_SECONDS} * interval '1 second'
      from (
        select n.id, coalesce(o.outer_no, w.outer_no) as outer_no, coalesce(o.callback_url, w.callback_url) as callback_url
        from wholesale.callbacks n
        left join wholesale.orders o on o.tenant_id = n.tenant_id and o.order_no = n.order_no
        left join wholesale.bulks w on w.tenant_id = n.tenant_id and w.bulk_id = n.bulk_id
        where n.tenant_id = ${tenantId}::bigint
          and n.key_id = ${id}::bigint
          and n.state = 'queued'
          and n.next_try_at <= now()
        order by n.next_try_at, n.id
        limit 1
        for no key update of n skip locked
      ) due
      where b.tenant_id = ${tenantId}::bigint
        and b.id = due.id
      returning b.id, b.order_no as "orderNo", due.outer_no as "outerNo", due.callback_url as url, b.attempts
    `.execute(tx.db)
    return rows[0]
  })
}

/** As Standard Webhooks have it, with no word of codes; the state is that of this try. */
async function post(platform: Platform, outbound: Outbound, key: OpenKey, callback: Callback): Promise<Tried> {
  const at = platform.clock.now()
  const { type, data } = await newsOf(platform, key, callback)
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data })
  try {
    const answer = await outbound.call({
      method: 'POST',
      url: callback.url,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'Quanshu',
        'x-quanshu-key': key.key,
        ...webhookHeaders(
          { id: `${callback.orderNo === null ? 'bulk' : 'order'}_${callback.id}`, body, at },
          key.secrets,
        ),
      },
      body,
      timeoutMs: TIMEOUT_MS,
      answerMaxBytes: ANSWER_BYTES_MAX,
    })
    const { status } = answer
    const isTaken = status === 200 && answer.body.toString('utf8') === WHOLESALE_ACKNOWLEDGEMENT
    const error = isTaken ? null : status === 200 ? 'answered, but not with “success”' : `HTTP ${status}`
    return { status, retryAfter: answer.headers['retry-after'], error }
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error
    return { status: undefined, retryAfter: undefined, error: error.message.slice(0, 300) }
  }
}

async function newsOf(platform: Platform, key: OpenKey, { outerNo, orderNo }: Callback) {
  if (orderNo === null) {
    const { bulkNo, state } = await readBulk(platform, key, outerNo)
    return { type: 'bulk_order.changed', data: { outerNo, bulkNo, state } }
  }
  const [view] = await readViews(platform, key.tenantId, [orderNo])
  const state = view ? standingOf(view).state : 'processing'
  return { type: 'order.changed', data: { outerNo, orderNo: String(orderNo), state } }
}

async function note(platform: Platform, key: OpenKey, { id, attempts }: Callback, tried: Tried): Promise<void> {
  const waitMs =
    tried.error === null || tried.status === 410
      ? undefined
      : waitAfter(attempts, tried, platform.clock.now(), Math.random())
  const state = tried.error === null ? 'delivered' : waitMs === undefined ? 'failed' : 'queued'
  await platform.db.write(systemCtx(key.tenantId), async (tx) => {
    await sql`
      update wholesale.callbacks
      set state = ${state},
          next_try_at = case when ${waitMs ?? null}::bigint is not null
            then now() + ${waitMs ?? null}::bigint * interval '1 millisecond' end,
          last_error = ${tried.error},
          ended_at = case when ${state} <> 'queued' then now() end
      where tenant_id = ${key.tenantId}::bigint
        and id = ${id}::bigint
        and state = 'queued'
    `.execute(tx.db)
  })
}
