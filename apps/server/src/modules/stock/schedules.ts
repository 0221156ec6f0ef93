import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/db/index.ts'
import type { Schedule } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { tenantIds } from '../tenancy/index.ts'
import { lowStock } from './queries/stock.ts'

const EVERY_MS = 60_000
/** A shop with more has one trouble, not a thousand. */
const TOLD_MAX = 100

const systemCtx = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'stock' },
  requestId: 'stock.watch',
  locale: 'zh-CN',
})

/** Announces SKUs that have come below their alarm, once until they are filled up again. */
export const watchSchedule = (platform: Pick<Platform, 'db'>): Schedule => ({
  name: 'stock.watch',
  everyMs: EVERY_MS,
  run: async () => {
    for (const tenantId of await tenantIds(platform)) await announceLow(platform, tenantId)
  },
})

export async function announceLow({ db }: Pick<Platform, 'db'>, tenantId: TenantId): Promise<void> {
  const low = await db.read(systemCtx(tenantId), (tx) => lowStock(tx, TOLD_MAX))
  await db.write(systemCtx(tenantId), async (tx) => {
    const skuIds = low.map(({ skuId }) => skuId)
    // With a full list nobody knows what is beyond it.
    if (low.length < TOLD_MAX) {
      await sql`
        delete from stock.low_marks
        where tenant_id = ${tenantId}
          and sku_id <> all (${skuIds}::bigint[])
      `.execute(tx.db)
    }
    const { rows } = await sql<{ readonly sku_id: number }>`
      insert into stock.low_marks (tenant_id, sku_id)
      select ${tenantId}, sku_id
      from unnest(${skuIds}::bigint[]) as sku_id
      on conflict do nothing
      returning sku_id
    `.execute(tx.db)
    const fresh = new Set(rows.map((row) => row.sku_id))
    for (const row of low.filter(({ skuId }) => fresh.has(skuId))) {
      const { skuId, goodsId, available, lowStockAt } = row
      const title = [row.goodsTitle, row.skuTitle].filter(Boolean).join(' ')
      const payload = { skuId, goodsId, title, available, threshold: lowStockAt }
      tx.emit({ type: 'stock.low', subject: `sku:${skuId}`, payload })
    }
  })
}
