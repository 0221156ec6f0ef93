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
  readonly chosen: boolean
  readonly pickedNumber: string | null
}

/** Whether it can be bought; a chosen card that somebody else has taken cannot, whatever else there is. */
function standing({ sellable, reason, chosen, pickedNumber }: Priced) {
  if (sellable === null) return { sellable: false, reason: 'unknown' }
  return sellable && chosen && pickedNumber === null
    ? { sellable: false, reason: 'number_taken' }
    : { sellable, reason }
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
      catalog.unit_price(o.price_fen, o.tiers, x.quantity) + case when x.card_id is not null then k.pick_fee_fen else 0 end as "unitPriceFen",
      o.price_points as "unitPoints",
      o.sellable,
      o.reason,
      x.card_id is not null as chosen,
      c.number as "pickedNumber"
    from unnest(
      ${skuIds}::bigint[], ${lines.map((line) => line.quantity)}::bigint[], ${lines.map((line) => line.cardId ?? null)}::bigint[]
    ) with ordinality as x(sku_id, quantity, card_id, n)
    left join catalog.offers(${tx.ctx.tenantId}::bigint, ${skuIds}::bigint[], now()) o on o.sku_id = x.sku_id
    left join catalog.skus k on k.tenant_id = ${tx.ctx.tenantId}::bigint and k.id = x.sku_id
    left join vault.cards c
      on c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.id = x.card_id
      and c.sku_id = x.sku_id
      and c.state = 'available'
      and c.picked_by is null
      and c.number_as = k.pick
    order by x.n
  `.execute(tx.db)
  const priced = rows.map((row) => ({
    skuId: row.skuId,
    quantity: row.quantity,
    unitPriceFen: row.unitPriceFen ?? 0,
    unitPoints: row.unitPoints ?? 0,
    amountFen: (row.unitPriceFen ?? 0) * row.quantity,
    ...standing(row),
    pickedNumber: row.pickedNumber,
  }))
  return {
    lines: priced,
    totalFen: priced.reduce((sum, line) => sum + line.amountFen, 0),
    totalPoints: priced.reduce((sum, line) => sum + line.unitPoints * line.quantity, 0),
  }
}
