import { catalogErrors, commonErrors, type PriceChangeInput } from '@quanshu/contract'
import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import { constraintRefusals, type Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'

constraintRefusals.register({ price_changes_moment: () => catalogErrors.priceChangeTaken() })

/**
 * Plans a price. Nothing has to run at that moment: every reader takes the newest price whose time has come.
 * @returns the change's id
 * @throws common.not_found, catalog.price_change_in_past, catalog.price_change_taken
 */
export async function planPriceChange(tx: Tx, skuId: number, change: PriceChangeInput): Promise<number> {
  const { tenantId, actor } = tx.ctx
  const { rows } = await sql<{ goodsId: number; kind: string; fits: boolean }>`
    select
      goods_id as "goodsId",
      kind,
      ${change.at}::timestamptz > now() and ${change.at}::timestamptz < now() + interval '1 year' as fits
    from catalog.skus
    where tenant_id = ${tenantId}::bigint
      and id = ${skuId}::bigint
      and removed_at is null
  `.execute(tx.db)
  const [sku] = rows
  if (!sku) throw commonErrors.notFound()
  if (!sku.fits) throw catalogErrors.priceChangeInPast()
  if (sku.kind === 'bundle' && change.pricePoints > 0) throw catalogErrors.bundleInPoints()

  const planned = await sql<{ id: number }>`
    insert into catalog.price_changes (tenant_id, sku_id, at, price_fen, price_points, free, tiers, created_by)
    values (
      ${tenantId}::bigint, ${skuId}::bigint, ${change.at}::timestamptz, ${change.priceFen}::bigint,
      ${change.pricePoints}::integer, ${change.free}, ${JSON.stringify(change.tiers)}::jsonb, ${actor.kind === 'staff' || actor.kind === 'system' ? actor.name : actor.kind}
    )
    returning id
  `.execute(tx.db)
  const id = planned.rows[0]?.id
  assert(id !== undefined, 'an insert returns its row')
  const { at, priceFen, pricePoints, tiers } = change
  const detail = { skuId, goodsId: sku.goodsId, at, priceFen, pricePoints, tiers }
  announceChange(tx, { action: 'price.plan', objectKind: 'price_change', objectId: id, detail })
  return id
}
