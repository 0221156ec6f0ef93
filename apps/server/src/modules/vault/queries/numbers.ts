import { commonErrors, type mallNumberRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing } from '../../../platform/lists/index.ts'

type Query = z.output<typeof mallNumberRoutes.list.query>
type Numbers = z.output<typeof mallNumberRoutes.list.response>

/**
 * Numbers of a SKU that nobody has chosen, in their order. Only what the shop declares public now is shown; the code itself is
 * not opened.
 * @throws commonErrors.notFound for a SKU that is not on sale, or whose numbers are not chosen
 */
export async function listNumbers(tx: ReadTx, skuId: number, { q, after, limit }: Query): Promise<Numbers> {
  const { tenantId } = tx.ctx
  const sold = await sql`
    select
    from catalog.offers(${tenantId}::bigint, array[${skuId}::bigint], now()) o
    join catalog.skus s on s.tenant_id = ${tenantId}::bigint and s.id = o.sku_id and s.pick <> 'none'
    where o.sellable`.execute(tx.db)
  if (sold.rows.length === 0) throw commonErrors.notFound()
  const { rows } = await sql<Numbers['items'][number]>`
    select c.id as "cardId", c.number
    from vault.cards c
    where ${allOf(
      sql`c.tenant_id = ${tenantId}::bigint`,
      sql`c.sku_id = ${skuId}::bigint and c.state = 'available' and c.warehouse_id is null and c.picked_by is null and c.number is not null`,
      sql`c.number_as = (select s.pick from catalog.skus s where s.tenant_id = ${tenantId}::bigint and s.id = ${skuId}::bigint)`,
      sql`(c.valid_to is null or c.valid_to > now())`,
      // One look at the few batches that are stopped, not one at each card.
      sql`c.batch_id <> all (array(
        select b.id from vault.batches b
        where b.tenant_id = ${tenantId}::bigint and b.sku_id = ${skuId}::bigint and b.state in ('suspended', 'recalling')
      ))`,
      !!q && sql`c.number ilike ${containing(q)}::text`,
      // The card that was last shown may have been taken meanwhile; its place is still known.
      after !== undefined &&
        sql`(c.number, c.id) > (
          select p.number, p.id from vault.cards p
          where p.tenant_id = ${tenantId}::bigint and p.id = ${after}::bigint and p.sku_id = ${skuId}::bigint and p.number is not null
        )`,
    )}
    order by c.number, c.id
    limit ${limit + 1}::integer`.execute(tx.db)
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? (items.at(-1)?.cardId ?? null) : null }
}
