import { commonErrors, type DELIVERY_STATES, type DeliveryView, type EndpointView } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, type PageQuery } from '../../../platform/lists/index.ts'

type Times = 'failingSince' | 'previousSecretUntil'
type Row = Omit<EndpointView, Times | 'createdAt'> & {
  readonly [Name in Times]: Date | null
} & { readonly createdAt: Date }

/** Endpoints in the order in which they were added; `id` reads one. */
export async function readEndpoints(tx: ReadTx, id?: number): Promise<EndpointView[]> {
  const { rows } = await sql<Row>`
    select e.id, e.url, e.note, e.events, e.enabled, e.disabled_reason as "disabledReason",
      e.failing_since as "failingSince", case when e.previous_until > now() then e.previous_until end as "previousSecretUntil",
      (
        select count(*)
        from notify.deliveries d
        where d.tenant_id = e.tenant_id
          and d.endpoint_id = e.id
          and d.state = 'queued'
      ) as waiting,
      e.created_at as "createdAt"
    from notify.endpoints e
    where e.tenant_id = ${tx.ctx.tenantId}::bigint
      and (${id ?? null}::bigint is null or e.id = ${id ?? null}::bigint)
    order by e.id
  `.execute(tx.db)
  return rows.map(({ failingSince, previousSecretUntil, createdAt, ...row }) => ({
    ...row,
    failingSince: failingSince?.toISOString() ?? null,
    previousSecretUntil: previousSecretUntil?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  }))
}

/** @throws commonErrors.notFound */
export async function readEndpoint(tx: ReadTx, id: number): Promise<EndpointView> {
  const [endpoint] = await readEndpoints(tx, id)
  if (!endpoint) throw commonErrors.notFound()
  return endpoint
}

type DeliveryRow = Omit<DeliveryView, 'nextTryAt' | 'createdAt' | 'endedAt'> & {
  readonly nextTryAt: Date | null
  readonly createdAt: Date
  readonly endedAt: Date | null
}
const columns = sql`
  d.id, d.endpoint_id as "endpointId", d.webhook_id as "webhookId", d.event, d.body, d.state, d.attempts,
  case when d.state = 'queued' then d.next_try_at end as "nextTryAt", d.tries, d.created_at as "createdAt",
  d.ended_at as "endedAt"`

/** What was delivered to an endpoint, newest first. @throws commonErrors.notFound */
export async function listDeliveries(
  tx: ReadTx,
  endpointId: number,
  query: PageQuery & {
    readonly state?: readonly (typeof DELIVERY_STATES)[number][] | undefined
    readonly q?: string | undefined
  },
) {
  await readEndpoint(tx, endpointId)
  const where = allOf(
    sql`d.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`d.endpoint_id = ${endpointId}::bigint`,
    query.state !== undefined && sql`d.state = any (${query.state}::text[])`,
    query.q !== undefined && query.q !== '' && sql`(d.webhook_id = ${query.q} or d.event = ${query.q})`,
  )
  const { rows } = await sql<DeliveryRow>`
    select ${columns}
    from notify.deliveries d
    where ${where}
    order by d.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number }>`
    select count(*) as total from notify.deliveries d where ${where}
  `.execute(tx.db)
  return { items: rows.map(view), total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** @throws commonErrors.notFound */
export async function readDelivery(tx: ReadTx, id: number): Promise<DeliveryView> {
  const { rows } = await sql<DeliveryRow>`
    select ${columns}
    from notify.deliveries d
    where d.tenant_id = ${tx.ctx.tenantId}::bigint
      and d.id = ${id}::bigint
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return view(row)
}

const view = ({ nextTryAt, createdAt, endedAt, ...row }: DeliveryRow): DeliveryView => ({
  ...row,
  nextTryAt: nextTryAt?.toISOString() ?? null,
  createdAt: createdAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
})
