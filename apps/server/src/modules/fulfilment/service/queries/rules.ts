import { commonErrors, type mallServiceRoutes, PROMISED_MINUTES_USUAL, type serviceRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../../platform/db/index.ts'

type Takes = { readonly takes: { readonly p50: number | null; readonly p95: number | null } }
type Rules = z.output<typeof serviceRoutes.rules.response>['items'][number]
type Promise_ = z.output<typeof mallServiceRoutes.promise.response>
const SKUS_MAX = 500

/** The rules of all services that the shop has, also of those for which nobody has said any. */
export async function listRules(tx: ReadTx): Promise<{ items: Rules[] }> {
  const { rows } = await sql<Omit<Rules, 'usuallySeconds' | 'slowSeconds'> & Takes>`
    select s.id as "skuId", g.id as "goodsId", g.title as "goodsTitle", s.title as "skuTitle",
      coalesce(r.promised_minutes, ${PROMISED_MINUTES_USUAL}) as "promisedMinutes", r.capacity_per_day as "capacityPerDay",
      coalesce(r.when_overdue, 'flag') as "whenOverdue", coalesce(r.when_rejected, 'desk') as "whenRejected",
      fulfilment.service_left(${tx.ctx.tenantId}::bigint, s.id) as "leftToday",
      fulfilment.service_takes(${tx.ctx.tenantId}::bigint, s.id) as takes
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    left join fulfilment.service_rules r on r.tenant_id = s.tenant_id and r.sku_id = s.id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and catalog.reserve_of(s.kind) = 'day'
      and s.removed_at is null
    order by g.title, s.position, s.id
    limit ${SKUS_MAX}::integer
  `.execute(tx.db)
  return { items: rows.map(({ takes, ...row }) => ({ ...row, usuallySeconds: takes.p50, slowSeconds: takes.p95 })) }
}

/** What whoever is about to buy may expect. @throws common.not_found */
export async function readPromise(tx: ReadTx, skuId: number): Promise<Promise_> {
  const { rows } = await sql<Omit<Promise_, 'usuallySeconds' | 'slowSeconds'> & Takes>`
    select coalesce(r.promised_minutes, ${PROMISED_MINUTES_USUAL}) as "promisedMinutes",
      fulfilment.service_left(${tx.ctx.tenantId}::bigint, s.id) as "leftToday",
      fulfilment.service_takes(${tx.ctx.tenantId}::bigint, s.id) as takes
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    left join fulfilment.service_rules r on r.tenant_id = s.tenant_id and r.sku_id = s.id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id = ${skuId}::bigint
      and catalog.reserve_of(s.kind) = 'day'
      and s.state = 'on'
      and s.removed_at is null
      and g.state = 'on'
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  const { takes, ...row } = rows[0]
  return { ...row, usuallySeconds: takes.p50, slowSeconds: takes.p95 }
}
