import type { Allocation, NumberPick, OpenedBy, PriceTier, SkuDetail, SkuKind } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { type BundleFacts, readBundles } from './bundle-parts.ts'

/** A SKU with, when it is a bundle, what it is made of. */
export type SkuFacts = SkuRow & { readonly bundle: BundleFacts | null }

/** A row of `catalog.goods_skus`: a SKU with the price in force and its stock; and how its codes are sold. */
export type SkuRow = {
  readonly goods_id: number
  readonly sku_id: number
  readonly kind: SkuKind
  readonly title: string
  readonly title_en: string
  readonly specs: Record<string, string>
  readonly price_fen: number
  readonly price_points: number
  readonly free: boolean
  readonly market_price_fen: number | null
  readonly cost_hint_fen: number | null
  readonly tiers: PriceTier[]
  readonly hold_mode: 'order' | 'payment'
  readonly allocation: Allocation
  readonly uses_per_code: number | null
  readonly pick: NumberPick
  readonly pick_fee_fen: number
  readonly opened_by: OpenedBy
  readonly later_days: number | null
  readonly later_refund: boolean
  readonly low_stock_at: number | null
  readonly state: 'on' | 'off'
  readonly sku_position: number
  readonly available: number
  readonly held: number
  readonly low: boolean
  readonly unlimited: boolean
  readonly next_at: Date | null
  readonly next_price_fen: number | null
  readonly next_price_points: number | null
}

/** All SKUs of some goods, in order, as they are now. */
export async function readSkus(tx: ReadTx, goodsIds: readonly number[]): Promise<readonly SkuFacts[]> {
  if (goodsIds.length === 0) return []
  const { rows } = await sql<SkuRow>`
    select g.*, k.uses_per_code, k.pick, k.pick_fee_fen, k.opened_by, k.later_days, k.later_refund
    from catalog.goods_skus(${tx.ctx.tenantId}::bigint, ${goodsIds}::bigint[], now()) g
    join catalog.skus k
      on k.tenant_id = ${tx.ctx.tenantId}::bigint
      and k.id = g.sku_id
    order by g.goods_id, g.sku_position, g.sku_id
  `.execute(tx.db)
  const bundles = await readBundles(
    tx,
    rows.flatMap((row) => (row.kind === 'bundle' ? [row.sku_id] : [])),
  )
  return rows.map((row) => ({
    ...row,
    // Of a code without bound there are as many pieces as somebody buys; those that are made already are no count.
    unlimited: row.unlimited || (row.uses_per_code === null && row.available > 0),
    bundle: bundles.get(row.sku_id) ?? null,
  }))
}

export function skuDetail(sku: SkuFacts): SkuDetail {
  return {
    id: sku.sku_id,
    title: sku.title,
    titleEn: sku.title_en,
    specs: sku.specs,
    kind: sku.kind,
    priceFen: sku.price_fen,
    pricePoints: sku.price_points,
    free: sku.free,
    marketPriceFen: sku.market_price_fen,
    costHintFen: sku.cost_hint_fen,
    tiers: sku.tiers,
    holdMode: sku.hold_mode,
    allocation: sku.allocation,
    usesPerCode: sku.uses_per_code,
    pick: sku.pick,
    pickFeeFen: sku.pick_fee_fen,
    openedBy: sku.opened_by,
    laterDays: sku.later_days,
    laterRefund: sku.later_refund,
    lowStockAt: sku.low_stock_at,
    state: sku.state,
    position: sku.sku_position,
    stock: { available: sku.available, held: sku.held, unlimited: sku.unlimited },
    low: sku.low,
    bundle: sku.bundle?.detail ?? null,
    nextChange:
      sku.next_at && sku.next_price_fen !== null
        ? { at: sku.next_at.toISOString(), priceFen: sku.next_price_fen, pricePoints: sku.next_price_points ?? 0 }
        : null,
  }
}
