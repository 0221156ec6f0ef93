import { Refusal, type TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/db/index.ts'
import type { Schedule, Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { tenantIds } from '../tenancy/index.ts'
import { returnUnsold, topUp } from './commands/move-pieces.ts'

export const TOP_UP_TASK = 'stock.top_up'
type Deps = Pick<Platform, 'db'>

const systemCtx = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'stock' },
  requestId: TOP_UP_TASK,
  locale: 'zh-CN',
})

/** Asked for after an order that left less than a rule wants, and when a rule is set. */
export const topUpTask = (deps: Deps): Task => ({
  name: TOP_UP_TASK,
  run: ({ tenantId }) => fillUp(deps, tenantId),
})

/** Fills up by rule, returns what was held when its channel was closed, and tells of shortages. */
export const tendSchedule = (deps: Deps): Schedule => ({
  name: 'stock.tend_warehouses',
  everyMs: 60_000,
  run: async () => {
    for (const tenantId of await tenantIds(deps)) await tendWarehouses(deps, tenantId)
  },
})

export async function tendWarehouses(deps: Deps, tenantId: TenantId): Promise<void> {
  const { rows: warehouses } = await deps.db.read(systemCtx(tenantId), (tx) =>
    sql<{ id: number; isOpen: boolean }>`
      select w.id, w.state = 'open' as "isOpen"
      from stock.warehouses w
      where w.tenant_id = ${tenantId}::bigint`.execute(tx.db),
  )
  if (warehouses.length === 0) return
  for (const { id, isOpen } of warehouses) {
    if (!isOpen)
      await unlessRefused(() => deps.db.write(systemCtx(tenantId), (tx) => returnUnsold(tx, id, 'close', '')))
  }
  await fillUp(deps, tenantId)
  await announceLowWarehouses(deps, tenantId)
}

/**
 * Has rules looked at that an order of the channel has brought below their least. After the order and apart from it: the queue of
 * jobs may lie on another node than the orders, and whatever gets lost here is found by the next round.
 */
export async function askTopUp(deps: Deps, tenantId: TenantId, channel: string): Promise<void> {
  await deps.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql`
      select
      from stock.warehouses w
      join stock.warehouse_rules r on r.tenant_id = w.tenant_id and r.warehouse_id = w.id
      where w.tenant_id = ${tenantId}::bigint
        and w.channel = ${channel}::text
        and r.fill_below is not null
        and stock.free(w.tenant_id, r.sku_id, w.id) < r.fill_below
      limit 1`.execute(tx.db)
    if (rows.length > 0) tx.enqueue(TOP_UP_TASK, {}, { key: 'all' })
  })
}

const fillUp = (deps: Deps, tenantId: TenantId): Promise<void> =>
  unlessRefused(() => deps.db.write(systemCtx(tenantId), topUp))

/** Buyers were faster than what was just counted; the next look counts again. */
async function unlessRefused(run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

type Low = { skuId: number; goodsId: number; title: string; available: number; threshold: number }

/** A shortage is told once until it was filled. */
async function announceLowWarehouses({ db }: Deps, tenantId: TenantId): Promise<void> {
  await db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<Low>`
      with looked as (
        select r.warehouse_id, r.sku_id, stock.free(r.tenant_id, r.sku_id, r.warehouse_id) as free
        from stock.warehouse_rules r
        join stock.warehouses w on w.tenant_id = r.tenant_id and w.id = r.warehouse_id
        where r.tenant_id = ${tenantId}::bigint
          and r.low_at is not null
          and w.state = 'open'
      ), turned as (
        update stock.warehouse_rules r
        set low_since = case when l.free < r.low_at then now() end
        from looked l
        where r.tenant_id = ${tenantId}::bigint
          and r.warehouse_id = l.warehouse_id
          and r.sku_id = l.sku_id
          and (l.free < r.low_at) <> (r.low_since is not null)
        returning r.*, l.free
      )
      select t.sku_id as "skuId", s.goods_id as "goodsId", concat_ws(' ', g.title, nullif(s.title, '')) || ' · ' || w.name as title,
        t.free as available, t.low_at as threshold
      from turned t
      join catalog.skus s on s.tenant_id = t.tenant_id and s.id = t.sku_id
      join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
      join stock.warehouses w on w.tenant_id = t.tenant_id and w.id = t.warehouse_id
      where t.low_since is not null`.execute(tx.db)
    for (const payload of rows) tx.emit({ type: 'stock.low', subject: `sku:${payload.skuId}`, payload })
  })
}
