import type { GOODS_STATES, GoodsRow } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy, type PageQuery } from '../../../platform/lists/index.ts'
import { type GoodsState, shelfState } from '../model.ts'
import { coverJson, type PictureFacts, pictureRef } from '../pictures/reference.ts'
import { shelvedUnder } from './shelved-under.ts'
import { tagNames } from './tag-names.ts'

export type GoodsFilter = {
  readonly state?: readonly (typeof GOODS_STATES)[number][] | undefined
  readonly categoryId?: number | undefined
  readonly tagId?: number | undefined
  readonly low?: boolean | undefined
  readonly q?: string | undefined
}

/** A page of goods with counts and prices over their SKUs. */
export async function listGoods(
  tx: ReadTx,
  query: GoodsFilter & PageQuery,
  prefix: string,
): Promise<{ items: GoodsRow[]; total: number; page: number; pageSize: number }> {
  const { total, ids } = await pickGoods(tx, query)
  const items = await readRows(tx, ids, prefix)
  return { items, total, page: query.page, pageSize: query.pageSize }
}

const SORTS: Readonly<Record<string, RawBuilder<unknown>>> = {
  position: sql`g.position`,
  title: sql`g.title`,
  price: sql`sums.price_from`,
  stock: sql`sums.available`,
  createdAt: sql`g.created_at`,
  updatedAt: sql`g.updated_at`,
}
const SORTS_OVER_SKUS = new Set(['price', 'stock'])

/** Ids first: the sums over SKUs are made for all goods only where they decide, else for the page alone. */
async function pickGoods(tx: ReadTx, query: GoodsFilter & PageQuery): Promise<{ total: number; ids: number[] }> {
  const needsSums = query.low !== undefined || SORTS_OVER_SKUS.has(query.sort?.replace(/^-/, '') ?? '')
  const order = orderBy(query.sort, SORTS, '-createdAt', sql`g.id`)
  const { rows } = await sql<{ total: number; ids: number[] }>`
    with matched as materialized (
      select g.id, g.position, g.title, g.created_at, g.updated_at
      from catalog.goods g
      where ${conditions(tx, query)}
    ),
    sums as (
      ${needsSums ? skuSums(tx, sql`array(select id from matched)`) : noSums}
    ),
    listed as (
      select g.id, row_number() over (${order}) as n
      from matched g
      left join sums on sums.goods_id = g.id
      where ${query.low === undefined} or sums.low is not distinct from ${query.low ?? null}::boolean
    )
    select
      (select count(*) from listed) as total,
      array(select id from listed order by n ${limitOf(query)}) as ids
  `.execute(tx.db)
  return rows[0] ?? { total: 0, ids: [] }
}

export function conditions(tx: ReadTx, { state, categoryId, tagId, q }: GoodsFilter): RawBuilder<unknown> {
  return allOf(
    sql`g.tenant_id = ${tx.ctx.tenantId}::bigint`,
    state ? sql`g.state = any (${state}::text[])` : sql`g.state <> 'archived'`,
    ...shelvedUnder(tx, { categoryId, tagId }),
    q !== undefined && q !== '' && matches(q),
  )
}

/** Words in the titles, in a SKU's title or a tag; or the goods' or a SKU's id. */
function matches(q: string): RawBuilder<unknown> {
  const pattern = containing(q)
  return sql`(
    g.title ilike ${pattern}
    or g.title_en ilike ${pattern}
    or g.subtitle ilike ${pattern}
    or g.id::text = ${q}
    or exists (
      select
      from catalog.skus s
      where s.tenant_id = g.tenant_id
        and s.goods_id = g.id
        and s.removed_at is null
        and (s.title ilike ${pattern} or s.id::text = ${q})
    )
    or exists (
      select
      from catalog.goods_tags gt
      join catalog.tags t
        on t.tenant_id = gt.tenant_id
        and t.id = gt.tag_id
      where gt.tenant_id = g.tenant_id
        and gt.goods_id = g.id
        and t.name ilike ${pattern}
    )
  )`
}

/** Per goods: how many SKUs, what those on sale cost, how many pieces, whether one is low. */
const skuSums = (tx: ReadTx, goodsIds: RawBuilder<unknown>) => sql`
  select
    k.goods_id,
    count(*)::integer as sku_count,
    min(k.price_fen) filter (where k.state = 'on') as price_from,
    max(k.price_fen) filter (where k.state = 'on') as price_to,
    (array_agg(k.price_points order by k.price_fen, k.sku_position) filter (where k.state = 'on'))[1] as price_points,
    sum(k.available)::bigint as available,
    sum(k.held)::bigint as held,
    bool_or(k.low) as low,
    bool_or(k.unlimited) as unlimited
  from catalog.goods_skus(${tx.ctx.tenantId}::bigint, ${goodsIds}, now()) k
  group by k.goods_id
`
const noSums = sql`
  select null::bigint as goods_id, null::bigint as price_from, null::bigint as available, null::boolean as low, null::boolean as unlimited
  where false
`

type RowFacts = {
  readonly id: number
  readonly version: number
  readonly state: GoodsState
  readonly title: string
  readonly title_en: string
  readonly category_id: number | null
  readonly category_name: string | null
  readonly tags: string[]
  readonly cover: PictureFacts | null
  readonly price_from: number | null
  readonly price_to: number | null
  readonly price_points: number | null
  readonly sku_count: number | null
  readonly available: number | null
  readonly held: number | null
  readonly low: boolean | null
  readonly unlimited: boolean | null
  readonly on_at: Date | null
  readonly off_at: Date | null
  readonly position: number
  readonly created_at: Date
  readonly updated_at: Date
  readonly read_at: Date
}

async function readRows(tx: ReadTx, ids: readonly number[], prefix: string): Promise<GoodsRow[]> {
  if (ids.length === 0) return []
  const { rows } = await sql<RowFacts>`
    select
      g.id, g.version, g.state, g.title, g.title_en, g.category_id, g.on_at, g.off_at, g.position, g.created_at,
      g.updated_at,
      now() as read_at,
      c.name as category_name,
      ${tagNames} as tags,
      ${coverJson} as cover,
      sums.price_from, sums.price_to, sums.price_points, sums.sku_count, sums.available, sums.held, sums.low, sums.unlimited
    from unnest(${ids}::bigint[]) with ordinality as wanted(id, n)
    join catalog.goods g
      on g.tenant_id = ${tx.ctx.tenantId}::bigint
      and g.id = wanted.id
    left join catalog.categories c
      on c.tenant_id = g.tenant_id
      and c.id = g.category_id
    left join (${skuSums(tx, sql`${ids}::bigint[]`)}) sums on sums.goods_id = g.id
    order by wanted.n
  `.execute(tx.db)
  return rows.map((row) => goodsRow(row, prefix))
}

function goodsRow(row: RowFacts, prefix: string): GoodsRow {
  return {
    id: row.id,
    version: row.version,
    state: row.state,
    shelf: shelfState({ state: row.state, onAt: row.on_at, offAt: row.off_at }, row.read_at),
    title: row.title,
    titleEn: row.title_en,
    categoryId: row.category_id,
    categoryName: row.category_name,
    tags: row.tags,
    cover: row.cover && pictureRef(row.cover, prefix),
    priceFromFen: row.price_from,
    pricePoints: row.price_points ?? 0,
    priceToFen: row.price_to,
    skuCount: row.sku_count ?? 0,
    stock: { available: row.available ?? 0, held: row.held ?? 0, unlimited: row.unlimited ?? false },
    low: row.low ?? false,
    onAt: row.on_at?.toISOString() ?? null,
    offAt: row.off_at?.toISOString() ?? null,
    position: row.position,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}
