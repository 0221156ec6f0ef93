import { catalogErrors, type GoodsInput, type SkuInput } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readSkus, type SkuFacts } from '../queries/sku-rows.ts'
import { refuseParts, saveBundles } from './save-bundles.ts'

/** Days without a limit would limit nothing. */
export const limitDaysOf = ({ limitPerPerson, limitDays }: GoodsInput): number | null =>
  limitPerPerson === null ? null : limitDays

/** @throws catalog.category_unknown, catalog.picture_unknown */
export async function refuseUnknownReferences(tx: Tx, { categoryId, pictureIds }: GoodsInput): Promise<void> {
  const { rows } = await sql<{ category: boolean; pictures: number }>`
    select
      ${categoryId}::bigint is null or exists (
        select
        from catalog.categories
        where tenant_id = ${tx.ctx.tenantId}::bigint
          and id = ${categoryId}::bigint
      ) as category,
      (
        select count(*)
        from catalog.pictures
        where tenant_id = ${tx.ctx.tenantId}::bigint
          and id = any (${pictureIds}::bigint[])
      ) as pictures
  `.execute(tx.db)
  if (!rows[0]?.category) throw catalogErrors.categoryUnknown()
  if (rows[0].pictures < pictureIds.length) throw catalogErrors.pictureUnknown()
}

export async function replaceTags(tx: Tx, goodsId: number, names: readonly string[]): Promise<void> {
  const { tenantId } = tx.ctx
  await sql`
    insert into catalog.tags (tenant_id, name)
    select ${tenantId}::bigint, name
    from unnest(${names}::text[]) as name
    on conflict do nothing
  `.execute(tx.db)
  await sql`
    delete from catalog.goods_tags
    where tenant_id = ${tenantId}::bigint
      and goods_id = ${goodsId}::bigint
  `.execute(tx.db)
  await sql`
    insert into catalog.goods_tags (tenant_id, goods_id, tag_id)
    select t.tenant_id, ${goodsId}::bigint, t.id
    from catalog.tags t
    where t.tenant_id = ${tenantId}::bigint
      and lower(t.name) in (select lower(name) from unnest(${names}::text[]) as name)
  `.execute(tx.db)
}

export async function replacePictures(tx: Tx, goodsId: number, pictureIds: readonly number[]): Promise<void> {
  const { tenantId } = tx.ctx
  await sql`
    delete from catalog.goods_pictures
    where tenant_id = ${tenantId}::bigint
      and goods_id = ${goodsId}::bigint
  `.execute(tx.db)
  await sql`
    insert into catalog.goods_pictures (tenant_id, goods_id, position, picture_id)
    select ${tenantId}::bigint, ${goodsId}::bigint, n - 1, id
    from unnest(${pictureIds}::bigint[]) with ordinality as wanted(id, n)
  `.execute(tx.db)
}

type SkuPrices = Pick<SkuInput, 'priceFen' | 'pricePoints' | 'tiers'>
type PriceMove = { readonly skuId: number; readonly from: SkuPrices; readonly to: SkuPrices }

/**
 * Makes the goods' SKUs what `wanted` says: new ones are added with their stock accounts, missing ones removed.
 * A price is only written when it differs from the one in force, so that saving a title never undoes a planned price.
 * @returns the prices that moved, for the record
 * @throws catalog.sku_not_of_goods, catalog.sku_has_stock, catalog.sku_in_bundle, and those of `saveBundles`
 */
export async function replaceSkus(tx: Tx, goodsId: number, wanted: readonly SkuInput[]): Promise<readonly PriceMove[]> {
  // With the parts of bundles and by id, as suppliers' news locks them; read behind the lock: an import that was quicker is in their stock.
  const parts = wanted.flatMap(({ bundle }) => bundle?.parts.flatMap(({ skuId }) => skuId ?? []) ?? [])
  await sql`
    select from catalog.skus
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and (goods_id = ${goodsId}::bigint or id = any (${parts}::bigint[]))
      and removed_at is null
    order by id
    for no key update
  `.execute(tx.db)
  const current = new Map((await readSkus(tx, [goodsId])).map((sku) => [sku.sku_id, sku]))
  const stranger = wanted.find(({ id }) => id !== undefined && !current.has(id))
  if (stranger) throw catalogErrors.skuNotOfGoods({ skuId: stranger.id })

  const kept = new Set(wanted.map((sku) => sku.id))
  await removeSkus(
    tx,
    [...current.values()].filter((sku) => !kept.has(sku.sku_id)),
  )

  const placed = wanted.map((sku, position) => ({ ...sku, position }))
  const moves = placed.flatMap((sku) => priceMove(sku, sku.id === undefined ? undefined : current.get(sku.id)))
  const moved = new Set(moves.map(({ skuId }) => skuId))
  await updateSkus(
    tx,
    placed.flatMap((sku) => (sku.id === undefined ? [] : [{ ...sku, repriced: moved.has(sku.id) }])),
  )
  const made = placed.filter((sku) => sku.id === undefined)
  const ids = await insertSkus(tx, goodsId, made)
  const saved = placed.map((sku) => ({ ...sku, skuId: sku.id ?? ids[made.indexOf(sku)] ?? 0 }))
  await saveBundles(
    tx,
    saved.flatMap(({ skuId, title, priceFen, bundle }) => (bundle ? [{ skuId, title, priceFen, bundle }] : [])),
  )
  return moves
}

function priceMove({ priceFen, pricePoints, tiers }: SkuInput, current: SkuFacts | undefined): PriceMove[] {
  if (!current) return []
  const from = { priceFen: current.price_fen, pricePoints: current.price_points, tiers: current.tiers }
  const same =
    from.priceFen === priceFen && from.pricePoints === pricePoints && tiersText(from.tiers) === tiersText(tiers)
  return same ? [] : [{ skuId: current.sku_id, from, to: { priceFen, pricePoints, tiers } }]
}

/** jsonb keeps its own order of keys. */
const tiersText = (tiers: SkuInput['tiers']): string =>
  tiers.map(({ minQty, unitPriceFen }) => `${minQty}=${unitPriceFen}`).join()

async function removeSkus(tx: Tx, gone: readonly SkuFacts[]): Promise<void> {
  const stocked = gone.find((sku) => sku.kind === 'card' && sku.available + sku.held !== 0)
  if (stocked) throw catalogErrors.skuHasStock({ title: stocked.title, count: stocked.available + stocked.held })
  // Whoever puts one of them into a bundle, or imports into it, has it locked until that is saved.
  if (gone.length > 0) {
    await refuseParts(
      tx,
      gone.map((sku) => sku.sku_id),
    )
  }
  await sql`
    update catalog.skus
    set removed_at = now(),
        state = 'off'
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = any (${gone.map((sku) => sku.sku_id)}::bigint[])
  `.execute(tx.db)
}

type PlacedSku = SkuInput & { readonly position: number }

/** Columns of a SKU as `jsonb_to_recordset` reads them from the input. */
const skuColumns = sql.raw(`(
  id bigint, title text, "titleEn" text, specs jsonb, "priceFen" bigint, "pricePoints" integer, free boolean, "marketPriceFen" bigint,
  "costHintFen" bigint, tiers jsonb, "holdMode" text, allocation text, kind text, "lowStockAt" integer, state text,
  "usesPerCode" integer, pick text, "pickFeeFen" bigint, "openedBy" text, "laterDays" smallint, "laterRefund" boolean,
  position integer, repriced boolean, bundle jsonb
)`)

async function updateSkus(tx: Tx, skus: readonly (PlacedSku & { readonly repriced: boolean })[]): Promise<void> {
  await sql`
    update catalog.skus s
    set title = i.title,
        title_en = i."titleEn",
        specs = i.specs,
        price_fen = case when i.repriced then i."priceFen" else s.price_fen end,
        price_points = case when i.repriced then i."pricePoints" else s.price_points end,
        free = case when i.repriced then i.free else s.free end,
        tiers = case when i.repriced then i.tiers else s.tiers end,
        priced_at = case when i.repriced then now() else s.priced_at end,
        market_price_fen = i."marketPriceFen",
        cost_hint_fen = i."costHintFen",
        hold_mode = i."holdMode",
        allocation = i.allocation,
        uses_per_code = i."usesPerCode",
        pick = i.pick,
        numbers_due = s.numbers_due or (s.pick <> i.pick and i.pick <> 'none'),
        pick_fee_fen = i."pickFeeFen",
        opened_by = i."openedBy",
        later_days = i."laterDays",
        later_refund = i."laterRefund",
        low_stock_at = i."lowStockAt",
        state = i.state,
        bundle_policy = i.bundle ->> 'policy',
        position = i.position
    from jsonb_to_recordset(${JSON.stringify(skus)}::jsonb) as i ${skuColumns}
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id = i.id
  `.execute(tx.db)
}

/** @returns their ids, in order */
async function insertSkus(tx: Tx, goodsId: number, skus: readonly PlacedSku[]): Promise<readonly number[]> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ id: number }>`
    insert into catalog.skus (
      tenant_id, goods_id, title, title_en, specs, price_fen, price_points, free, market_price_fen, cost_hint_fen, tiers,
      hold_mode, allocation, uses_per_code, pick, pick_fee_fen, opened_by, later_days, later_refund, kind, low_stock_at, state, position, bundle_policy, supply_stock
    )
    select
      ${tenantId}::bigint, ${goodsId}::bigint, i.title, i."titleEn", i.specs, i."priceFen", i."pricePoints", i.free,
      i."marketPriceFen", i."costHintFen", i.tiers, i."holdMode", i.allocation, i."usesPerCode", i.pick, i."pickFeeFen", i."openedBy", i."laterDays", i."laterRefund", i.kind, i."lowStockAt", i.state, i.position,
      i.bundle ->> 'policy',
      -- Until it has a source there is none of it.
      case when catalog.reserve_of(i.kind) = 'supply' then 0 end
    from jsonb_to_recordset(${JSON.stringify(skus)}::jsonb) as i ${skuColumns}
    order by i.position
    returning id
  `.execute(tx.db)
  const ids = rows.map(({ id }) => id)
  // A bundle has no pieces of its own, and redeem codes are made when they are sold.
  const own = ids.filter((_, index) => skus[index]?.kind !== 'bundle' && skus[index]?.kind !== 'link')
  await sql`
    select ledger.open_stock(${tenantId}::bigint, sku_id)
    from unnest(${own}::bigint[]) as sku_id
  `.execute(tx.db)
  return ids
}
