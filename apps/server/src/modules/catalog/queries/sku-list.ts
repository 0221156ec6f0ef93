import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { containing, limitOf, orderBy, type PageQuery } from '../../../platform/lists/index.ts'
import type { GoodsState } from '../model.ts'
import { coverJson, type PictureFacts, pictureRef } from '../pictures/reference.ts'
import type { SkuRow } from './sku-rows.ts'

type SkuFilter = {
  readonly goodsId?: number | undefined
  readonly low?: boolean | undefined
  readonly q?: string | undefined
}

type RowFacts = SkuRow & {
  readonly cost_fen: number | null
  readonly goods_title: string
  readonly goods_title_en: string
  readonly goods_state: GoodsState
  readonly cover: PictureFacts | null
  readonly total: number
}

const SORTS = {
  title: sql`g.title`,
  price: sql`k.price_fen`,
  stock: sql`k.available`,
  goods: sql`g.created_at`,
}

/** SKUs of goods that are not archived, for pickers. A page beyond the end is empty and tells no total. */
export async function listSkus(tx: ReadTx, query: SkuFilter & PageQuery, prefix: string) {
  const { goodsId, low, q } = query
  const tenantId = tx.ctx.tenantId
  const pattern = q ? containing(q) : null
  const { rows } = await sql<RowFacts>`
    select
      k.*,
      g.title as goods_title,
      g.title_en as goods_title_en,
      g.state as goods_state,
      ${coverJson} as cover,
      catalog.usual_cost(${tenantId}::bigint, k.sku_id) as cost_fen,
      count(*) over () as total
    from catalog.goods_skus(
      ${tenantId}::bigint,
      array(
        select g.id
        from catalog.goods g
        where g.tenant_id = ${tenantId}::bigint
          and g.state <> 'archived'
          and (${goodsId ?? null}::bigint is null or g.id = ${goodsId ?? null}::bigint)
      ),
      now()
    ) k
    join catalog.goods g
      on g.tenant_id = ${tenantId}::bigint
      and g.id = k.goods_id
    where (${low ?? null}::boolean is null or k.low = ${low ?? null}::boolean)
      and (
        ${pattern}::text is null
        or g.title ilike ${pattern}
        or g.title_en ilike ${pattern}
        or k.title ilike ${pattern}
        or k.sku_id::text = ${q ?? ''}
      )
    ${orderBy(query.sort, SORTS, '-goods', sql`k.sku_id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  const items = rows.map((row) => ({
    id: row.sku_id,
    goodsId: row.goods_id,
    title: row.title,
    titleEn: row.title_en,
    goodsTitle: row.goods_title,
    goodsTitleEn: row.goods_title_en,
    kind: row.kind,
    priceFen: row.price_fen,
    state: row.state,
    goodsState: row.goods_state,
    cover: row.cover && pictureRef(row.cover, prefix),
    stock: { available: row.available, held: row.held, unlimited: row.unlimited },
    lowStockAt: row.low_stock_at,
    low: row.low,
    costFen: row.cost_fen,
  }))
  return { items, total: rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}
