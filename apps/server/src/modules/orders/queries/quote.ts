import type { mallOrderRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Priced = {
  readonly skuId: number
  readonly quantity: number
  readonly unitPriceFen: number | null
  readonly unitPoints: number | null
  readonly sellable: boolean | null
  readonly reason: string | null
}

/** What lines would cost now. Unknown SKUs come back as not sellable with price 0. */
export async function quote(
  tx: ReadTx,
  lines: z.output<typeof mallOrderRoutes.quote.body>['lines'],
): Promise<z.output<typeof mallOrderRoutes.quote.response>> {
  const skuIds = lines.map((line) => line.skuId)
  const { rows } = await sql<Priced>`
    select x.sku_id as "skuId",
      x.quantity,
      catalog.unit_price(o.price_fen, o.tiers, x.quantity) as "unitPriceFen",
      o.price_points as "unitPoints",
      o.sellable,
      o.reason
    from unnest(${skuIds}::bigint[], ${lines.map((line) => line.quantity)}::bigint[]) with ordinality as x(sku_id, quantity, n)
    left join catalog.offers(${tx.ctx.tenantId}::bigint, ${skuIds}::bigint[], now()) o on o.sku_id = x.sku_id
    order by x.n
  `.execute(tx.db)
  const priced = rows.map((row) => ({
    skuId: row.skuId,
    quantity: row.quantity,
    unitPriceFen: row.unitPriceFen ?? 0,
    unitPoints: row.unitPoints ?? 0,
    amountFen: (row.unitPriceFen ?? 0) * row.quantity,
    sellable: row.sellable ?? false,
    reason: row.sellable === null ? 'unknown' : row.reason,
  }))
  return {
    lines: priced,
    totalFen: priced.reduce((sum, line) => sum + line.amountFen, 0),
    totalPoints: priced.reduce((sum, line) => sum + line.unitPoints * line.quantity, 0),
  }
}
