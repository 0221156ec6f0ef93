import type { WholesalePrice, wholesaleRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf } from '../../../platform/lists/index.ts'
import { getKey } from './keys.ts'
import { pricedFor } from './products.ts'

/** What is open to a key: those with a price of their own first. @throws common.not_found */
export async function listPrices(tx: ReadTx, keyId: number, query: z.output<typeof wholesaleRoutes.listPrices.query>) {
  const { opens } = await getKey(tx, keyId)
  const condition = allOf(
    sql`s.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`s.removed_at is null and catalog.deliver_of(s.kind) in ('pick', 'supply', 'make') and g.state <> 'archived'`,
    sql`s.price_fen > 0 and coalesce(s.price_points, 0) = 0`,
    opens === 'listed' && sql`p.sku_id is not null`,
    !!query.q && sql`(g.title ilike ${containing(query.q)} or s.title ilike ${containing(query.q)})`,
  )
  const { rows } = await sql<{ id: number; belowFloor: boolean; isListed: boolean; total: number }>`
    select s.id, coalesce(p.below_floor, false) as "belowFloor", p.sku_id is not null as "isListed", count(*) over () as total
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    left join wholesale.prices p on p.tenant_id = s.tenant_id and p.key_id = ${keyId}::bigint and p.sku_id = s.id
    where ${condition}
    order by p.sku_id is null, s.id
    ${limitOf(query)}
  `.execute(tx.db)
  const priced = new Map(
    (
      await pricedFor(
        tx,
        keyId,
        rows.map(({ id }) => id),
      )
    ).map((sku) => [sku.skuId, sku]),
  )
  const items = rows.flatMap(({ id, belowFloor, isListed }): WholesalePrice[] => {
    const sku = priced.get(id)
    if (!sku) return []
    const { goodsTitle, title, kind, mallFen, floorFen, ownFen, priceFen, stock, sellable } = sku
    return [
      {
        skuId: id,
        goodsTitle,
        skuTitle: title,
        kind,
        mallFen,
        floorFen,
        ownFen,
        priceFen,
        belowFloor,
        isListed,
        stock,
        sellable,
      },
    ]
  })
  return { items, total: rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}
