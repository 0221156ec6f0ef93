import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import { everyRow } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Column } from '../../../platform/sheets/index.ts'
import type { GoodsState } from '../model.ts'
import { conditions, type GoodsFilter } from './goods-list.ts'
import type { SkuFacts } from './sku-rows.ts'

type GoodsHead = {
  readonly id: number
  readonly title: string
  readonly state: GoodsState
  readonly category: string | null
  readonly createdAt: Date
  readonly skus: readonly SkuFacts[]
}
type ExportRow = { readonly goods: GoodsHead; readonly sku: SkuFacts }

/** One row a SKU, newest goods first. */
export async function* exportRows(
  platform: Pick<Platform, 'db'>,
  ctx: Ctx,
  filter: GoodsFilter,
): AsyncGenerator<ExportRow> {
  const goods = everyRow((beforeId, count) =>
    platform.db.read(ctx, async (tx) => {
      const { rows } = await sql<GoodsHead>`
        with page as materialized (
          select g.id, g.title, g.state, g.category_id, g.created_at
          from catalog.goods g
          where ${conditions(tx, filter)}
            and g.id < ${beforeId}::bigint
          order by g.id desc
          limit ${count}
        ),
        skus as materialized (
          select k.goods_id, jsonb_agg(to_jsonb(k) order by k.sku_position, k.sku_id) as list
          from catalog.goods_skus(${ctx.tenantId}::bigint, array(select id from page), now()) k
          group by k.goods_id
        )
        select p.id, p.title, p.state, c.name as category, p.created_at as "createdAt", coalesce(s.list, '[]') as skus
        from page p
        left join skus s on s.goods_id = p.id
        left join catalog.categories c
          on c.tenant_id = ${ctx.tenantId}::bigint
          and c.id = p.category_id
        order by p.id desc
      `.execute(tx.db)
      return rows
    }),
  )
  for await (const one of goods) {
    for (const sku of one.skus) {
      if (filter.low === undefined || sku.low === filter.low) yield { goods: one, sku }
    }
  }
}

const STATES = {
  'zh-CN': { draft: '草稿', on: '上架', off: '下架', archived: '已归档' },
  en: { draft: 'Draft', on: 'On shelf', off: 'Off shelf', archived: 'Archived' },
} as const

export function exportColumns(locale: Ctx['locale']): readonly Column<ExportRow>[] {
  const say = (zh: string, en: string): string => (locale === 'en' ? en : zh)
  return [
    { header: say('商品编号', 'Goods id'), kind: 'text', value: ({ goods }) => goods.id },
    { header: say('商品', 'Goods'), kind: 'text', width: 32, value: ({ goods }) => goods.title },
    { header: say('状态', 'State'), kind: 'text', value: ({ goods }) => STATES[locale][goods.state] },
    { header: say('分类', 'Category'), kind: 'text', value: ({ goods }) => goods.category },
    { header: say('规格编号', 'Variant id'), kind: 'text', value: ({ sku }) => sku.sku_id },
    { header: say('规格', 'Variant'), kind: 'text', width: 20, value: ({ sku }) => sku.title },
    {
      header: say('在售', 'For sale'),
      kind: 'text',
      value: ({ sku }) => (sku.state === 'on' ? say('是', 'yes') : say('否', 'no')),
    },
    { header: say('售价（元）', 'Price (CNY)'), kind: 'fen', value: ({ sku }) => sku.price_fen },
    { header: say('积分价', 'Points'), kind: 'integer', value: ({ sku }) => sku.price_points },
    { header: say('划线价（元）', 'Struck-through (CNY)'), kind: 'fen', value: ({ sku }) => sku.market_price_fen },
    { header: say('参考成本（元）', 'Usual cost (CNY)'), kind: 'fen', value: ({ sku }) => sku.cost_hint_fen },
    {
      header: say('批发价', 'Price tiers'),
      kind: 'text',
      width: 24,
      value: ({ sku }) => sku.tiers.map(({ minQty, unitPriceFen }) => `${minQty}=${unitPriceFen / 100}`).join('; '),
    },
    { header: say('可售库存', 'Available'), kind: 'integer', value: ({ sku }) => sku.available },
    { header: say('占用', 'Held'), kind: 'integer', value: ({ sku }) => sku.held },
    { header: say('预警值', 'Alarm at'), kind: 'integer', value: ({ sku }) => sku.low_stock_at },
    { header: say('创建时间', 'Created'), kind: 'time', width: 20, value: ({ goods }) => goods.createdAt },
  ]
}
