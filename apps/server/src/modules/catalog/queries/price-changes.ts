import { commonErrors, type PriceTier } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

type ChangeFacts = {
  readonly id: number
  readonly skuId: number
  readonly skuTitle: string
  readonly at: Date
  readonly priceFen: number
  readonly pricePoints: number
  readonly tiers: PriceTier[]
  readonly state: 'planned' | 'in_force' | 'past' | 'cancelled'
  readonly createdAt: Date
  readonly createdBy: string
}

/**
 * Planned and past price changes of a goods' SKUs, newest moment first.
 * @throws common.not_found
 */
export async function listPriceChanges(tx: ReadTx, goodsId: number) {
  const { rows } = await sql<Partial<ChangeFacts>>`
    select
      c.id,
      s.id as "skuId",
      s.title as "skuTitle",
      c.at,
      c.price_fen as "priceFen",
      c.price_points as "pricePoints",
      c.tiers,
      case
        when c.cancelled_at is not null then 'cancelled'
        when c.at > now() then 'planned'
        when c.at > s.priced_at and c.at = (
          select max(d.at)
          from catalog.price_changes d
          where d.tenant_id = s.tenant_id
            and d.sku_id = s.id
            and d.cancelled_at is null
            and d.at <= now()
        ) then 'in_force'
        else 'past'
      end as state,
      c.created_at as "createdAt",
      c.created_by as "createdBy"
    from catalog.goods g
    left join catalog.skus s
      on s.tenant_id = g.tenant_id
      and s.goods_id = g.id
      and s.removed_at is null
    left join catalog.price_changes c
      on c.tenant_id = s.tenant_id
      and c.sku_id = s.id
    where g.tenant_id = ${tx.ctx.tenantId}::bigint
      and g.id = ${goodsId}::bigint
    order by c.at desc nulls last, c.id desc
    limit 500
  `.execute(tx.db)
  if (rows.length === 0) throw commonErrors.notFound()
  return rows
    .filter(isChange)
    .map((row) => ({ ...row, at: row.at.toISOString(), createdAt: row.createdAt.toISOString() }))
}

const isChange = (row: Partial<ChangeFacts>): row is ChangeFacts => row.id !== null && row.id !== undefined
