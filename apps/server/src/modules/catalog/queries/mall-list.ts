import { commonErrors, type MallGoodsCard, type Settings, type STOCK_DISPLAYS } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing } from '../../../platform/lists/index.ts'
import { mallStock } from '../model.ts'
import { coverJson, type PictureFacts, pictureRef } from '../pictures/reference.ts'
import { shelvedUnder } from './shelved-under.ts'

type MallQuery = {
  readonly categoryId?: number | undefined
  readonly tagId?: number | undefined
  readonly q?: string | undefined
  readonly sort: 'recommended' | 'newest' | 'priceAsc' | 'priceDesc'
  readonly cursor?: string | undefined
  readonly limit: number
}
/** How it is shown; `channel` is the one whose stock is, the mall's own when undefined. */
export type Shown = {
  readonly prefix: string
  readonly words: Settings['stock.words']
  readonly channel: string | undefined
}

/** Goods `g` on sale at this moment, with something to choose. */
export const onSale: RawBuilder<unknown> = sql`(
  g.state = 'on'
  and (g.on_at is null or g.on_at <= now())
  and (g.off_at is null or g.off_at > now())
  and exists (
    select
    from catalog.skus s
    where s.tenant_id = g.tenant_id
      and s.goods_id = g.id
      and s.removed_at is null
      and s.state = 'on'
  )
)`

/**
 * Goods on sale, one page. The cursor is the last row's place in the order, so nothing is skipped or shown twice when
 * goods come and go between pages.
 * @throws common.malformed_body for a cursor that is not ours
 */
export async function listMallGoods(
  tx: ReadTx,
  query: MallQuery,
  shown: Shown,
): Promise<{ items: MallGoodsCard[]; next: string | null }> {
  const places = await pick(tx, query)
  const page = places.slice(0, query.limit)
  const last = page.at(-1)
  const items = await readCards(
    tx,
    page.map(({ id }) => id),
    shown,
  )
  return { items, next: places.length > query.limit && last ? encodeCursor(last) : null }
}

type Place = { readonly rank: number; readonly id: number }

/** Both columns of every order run the same way, so that one row comparison finds the place. */
const ORDERS: Readonly<Record<MallQuery['sort'], { readonly rank: RawBuilder<unknown>; readonly rising: boolean }>> = {
  recommended: { rank: sql`g.position::bigint`, rising: false },
  newest: { rank: sql`0::bigint`, rising: false },
  priceAsc: { rank: sql`price.lowest`, rising: true },
  priceDesc: { rank: sql`price.lowest`, rising: false },
}

async function pick(tx: ReadTx, query: MallQuery): Promise<readonly Place[]> {
  const { rank, rising } = ORDERS[query.sort]
  const byPrice = query.sort === 'priceAsc' || query.sort === 'priceDesc'
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor)
  const place = sql`(${rank}, g.id)`
  const { rows } = await sql<Place>`
    with matched as (
      select g.id, g.position
      from catalog.goods g
      where ${conditions(tx, query)}
    )
    select g.id, ${rank} as rank
    from matched g
    ${byPrice ? lowestPrices(tx) : sql``}
    ${after ? sql`where ${place} ${rising ? sql`>` : sql`<`} (${after.rank}::bigint, ${after.id}::bigint)` : sql``}
    order by ${rank} ${rising ? sql`asc` : sql`desc`}, g.id ${rising ? sql`asc` : sql`desc`}
    limit ${query.limit + 1}
  `.execute(tx.db)
  return rows
}

const lowestPrices = (tx: ReadTx) => sql`
  join (
    select k.goods_id, min(k.price_fen) as lowest
    from catalog.goods_skus(${tx.ctx.tenantId}::bigint, array(select id from matched), now()) k
    where k.state = 'on'
    group by k.goods_id
  ) price on price.goods_id = g.id
`

function conditions(tx: ReadTx, { categoryId, tagId, q }: MallQuery): RawBuilder<unknown> {
  const { tenantId } = tx.ctx
  return allOf(
    sql`g.tenant_id = ${tenantId}::bigint`,
    onSale,
    ...shelvedUnder(tx, { categoryId, tagId }),
    q !== undefined && q !== '' && matches(q),
  )
}

/** Every word must be somewhere: in the titles, the category or a tag. */
function matches(q: string): RawBuilder<unknown> {
  const words = q.split(/\s+/).slice(0, WORDS_MAX)
  const conditions = words.map((word) => {
    const pattern = containing(word)
    return sql`(
      g.title ilike ${pattern}
      or g.title_en ilike ${pattern}
      or g.subtitle ilike ${pattern}
      or g.subtitle_en ilike ${pattern}
      or exists (
        select
        from catalog.categories c
        where c.tenant_id = g.tenant_id
          and c.id = g.category_id
          and (c.name ilike ${pattern} or c.name_en ilike ${pattern})
      )
      or exists (
        select
        from catalog.goods_tags gt
        join catalog.tags t
          on t.tenant_id = gt.tenant_id
          and t.id = gt.tag_id
        where gt.tenant_id = g.tenant_id
          and gt.goods_id = g.id
          and (t.name ilike ${pattern} or t.name_en ilike ${pattern})
      )
    )`
  })
  return sql.join(conditions, sql` and `)
}
const WORDS_MAX = 5

const cursorSchema = z.tuple([z.int(), z.int().positive()])

const encodeCursor = ({ rank, id }: Place): string => Buffer.from(JSON.stringify([rank, id])).toString('base64url')

function decodeCursor(cursor: string): Place {
  try {
    const [rank, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { rank, id }
  } catch {
    throw commonErrors.malformedBody()
  }
}

type CardFacts = {
  readonly id: number
  readonly title: string
  readonly title_en: string
  readonly subtitle: string
  readonly subtitle_en: string
  readonly category_id: number | null
  readonly stock_display: (typeof STOCK_DISPLAYS)[number]
  readonly tags: MallGoodsCard['tags']
  readonly cover: PictureFacts | null
  readonly price_from: number
  readonly price_to: number
  readonly price_points: number
  readonly market_price: number | null
  readonly available: number
  readonly unlimited: boolean
}

/** jsonb of the tags of goods `g`. */
export const tagsJson: RawBuilder<MallGoodsCard['tags']> = sql`
  coalesce((
    select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'nameEn', t.name_en) order by t.position, t.id)
    from catalog.goods_tags gt
    join catalog.tags t
      on t.tenant_id = gt.tenant_id
      and t.id = gt.tag_id
    where gt.tenant_id = g.tenant_id
      and gt.goods_id = g.id
  ), '[]')
`

async function readCards(tx: ReadTx, ids: readonly number[], shown: Shown): Promise<MallGoodsCard[]> {
  if (ids.length === 0) return []
  const { tenantId } = tx.ctx
  const { rows } = await sql<CardFacts>`
    select
      g.id, g.title, g.title_en, g.subtitle, g.subtitle_en, g.category_id, g.stock_display,
      ${tagsJson} as tags,
      ${coverJson} as cover,
      sums.price_from, sums.price_to, sums.price_points, sums.market_price, sums.available, sums.unlimited
    from unnest(${ids}::bigint[]) with ordinality as wanted(id, n)
    join catalog.goods g
      on g.tenant_id = ${tenantId}::bigint
      and g.id = wanted.id
    join (
      select
        k.goods_id,
        min(k.price_fen) as price_from,
        max(k.price_fen) as price_to,
        (array_agg(k.price_points order by k.price_fen, k.sku_position))[1] as price_points,
        (array_agg(k.market_price_fen order by k.price_fen, k.sku_position))[1] as market_price,
        sum(${shown.channel === undefined ? sql`k.available` : sql`coalesce(c.available, k.available)`})::bigint as available,
        bool_or(k.unlimited) as unlimited
      from catalog.goods_skus(${tenantId}::bigint, ${ids}::bigint[], now()) k
      ${
        shown.channel === undefined
          ? sql``
          : sql`left join lateral stock.channel_stock(${tenantId}::bigint, ${shown.channel}::text, array[k.sku_id]) c on true`
      }
      where k.state = 'on'
      group by k.goods_id
    ) sums on sums.goods_id = g.id
    order by wanted.n
  `.execute(tx.db)
  return rows.map((row) => card(row, shown))
}

function card(row: CardFacts, { prefix, words }: Shown): MallGoodsCard {
  return {
    id: row.id,
    title: row.title,
    titleEn: row.title_en,
    subtitle: row.subtitle,
    subtitleEn: row.subtitle_en,
    categoryId: row.category_id,
    tags: row.tags,
    cover: row.cover && pictureRef(row.cover, prefix),
    priceFromFen: row.price_from,
    priceToFen: row.price_to,
    pricePoints: row.price_points,
    marketPriceFen: row.market_price,
    stock: mallStock(row.stock_display, row, words),
  }
}
