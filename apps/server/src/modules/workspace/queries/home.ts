import type { WorkspaceHome } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import type { Own } from '../own.ts'

type Counts = Omit<WorkspaceHome, 'supplier'>

/** What waits for a supplier's people, the rules they work by, and figures about themselves alone. */
export async function readHome(tx: ReadTx, { supplierId, name, settings }: Own): Promise<WorkspaceHome> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<Counts>`
    select (select t.name from tenancy.tenants t where t.id = ${tenantId}::bigint) as shop,
      suppliers.setting_of(${JSON.stringify(settings)}::jsonb, 'acceptMinutes', 60) as "acceptMinutes",
      suppliers.setting_of(${JSON.stringify(settings)}::jsonb, 'workMinutes', 240) as "workMinutes",
      suppliers.setting_of(${JSON.stringify(settings)}::jsonb, 'priceJump', 10) as "priceJump",
      o.waiting, o.accepted, o.overdue,
      (
        select count(*) from suppliers.price_asks a
        where a.tenant_id = ${tenantId}::bigint and a.supplier_id = ${supplierId}::bigint and a.state = 'waiting'
      ) as "pricesWaiting",
      (
        select count(*) from suppliers.products p
        where p.tenant_id = ${tenantId}::bigint and p.supplier_id = ${supplierId}::bigint and p.on_sale
      ) as "onSale",
      jsonb_build_object(
        'tasks', q.tasks, 'done', q.done, 'refused', q.refused, 'expired', q.expired, 'late', q.late, 'p50', q.p50, 'p95', q.p95,
        'badCodes', (
          select coalesce(sum(p.bad), 0) from suppliers.purchases p
          where p.tenant_id = ${tenantId}::bigint
            and p.supplier_id = ${supplierId}::bigint
            and p.ended_at > now() - interval '30 days'
        )
      ) as quality
    from (
      select count(*) filter (where t.state = 'waiting') as waiting, count(*) filter (where t.state = 'accepted') as accepted,
        count(*) filter (where t.state = 'accepted' and t.due_at <= now()) as overdue
      from suppliers.tasks t
      where t.tenant_id = ${tenantId}::bigint
        and t.supplier_id = ${supplierId}::bigint
        and t.ended_at is null
    ) o
    cross join (
      select count(*) as tasks, count(*) filter (where t.state = 'done') as done,
        count(*) filter (where t.state = 'refused') as refused, count(*) filter (where t.state = 'expired') as expired,
        count(*) filter (where t.overdue_at is not null) as late,
        percentile_cont(0.5) within group (order by extract(epoch from t.ended_at - t.opened_at)::double precision)
          filter (where t.state = 'done') as p50,
        percentile_cont(0.95) within group (order by extract(epoch from t.ended_at - t.opened_at)::double precision)
          filter (where t.state = 'done') as p95
      from suppliers.tasks t
      where t.tenant_id = ${tenantId}::bigint
        and t.supplier_id = ${supplierId}::bigint
        and t.ended_at > now() - interval '30 days'
        and t.state not in ('missed', 'withdrawn')
    ) q
  `.execute(tx.db)
  if (!rows[0]) throw new Error('the figures of a workspace are one row')
  return { supplier: name, ...rows[0] }
}
