import type { analyticsRoutes, ReportDimension, ReportFigure } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'

export type Figures = z.output<typeof analyticsRoutes.report.response>['totals']
export type Filters = Pick<
  z.output<typeof analyticsRoutes.report.query>,
  'goodsId' | 'skuId' | 'categoryId' | 'channel' | 'supplier' | 'payWay' | 'staff' | 'without'
>

/**
 * What a row of sums or entries says of each dimension, as text; empty when it says nothing. Over `x` (sums or entries), `b`
 * its batch, `k` its SKU, `g` its goods.
 */
const KEYS: Readonly<Record<ReportDimension, RawBuilder<string>>> = {
  goods: sql`coalesce(k.goods_id::text, '')`,
  sku: sql`case when x.sku_id = 0 then '' else x.sku_id::text end`,
  category: sql`coalesce(g.category_id::text, '')`,
  channel: sql`x.channel`,
  supplier: sql`coalesce(b.supplier, '')`,
  payWay: sql`x.pay_way`,
  staff: sql`x.staff`,
}

export const keyOf = (dimension: ReportDimension): RawBuilder<string> => KEYS[dimension]

const BATCHES = sql`left join vault.batches b on b.tenant_id = x.tenant_id and b.id = x.batch_id`
const GOODS = sql`
  left join catalog.skus k on k.tenant_id = x.tenant_id and k.id = x.sku_id
  left join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id`

/** The tables that `keyOf`, `conditionsOf` and costs speak of. */
export const facts = sql`${BATCHES} ${GOODS}`

/** Only those of them that the filters and, for its value, the figure need: a million entries are counted in half the time. */
export function factsFor(filters: Filters, figure: ReportFigure): RawBuilder<unknown> {
  const { without = [] } = filters
  const needsBatches =
    figure === 'cost' || figure === 'margin' || filters.supplier !== undefined || without.includes('supplier')
  const needsGoods =
    filters.goodsId !== undefined ||
    filters.categoryId !== undefined ||
    without.includes('goods') ||
    without.includes('category')
  return sql`${needsBatches ? BATCHES : sql``} ${needsGoods ? GOODS : sql``}`
}

/** The filters as conditions, to be joined by `and`; those that are not set are false. */
export function conditionsOf(filters: Filters): readonly (RawBuilder<unknown> | false)[] {
  const { goodsId, skuId, categoryId, channel, supplier, payWay, staff, without = [] } = filters
  return [
    goodsId !== undefined && sql`k.goods_id = ${goodsId}::bigint`,
    skuId !== undefined && sql`x.sku_id = ${skuId}::bigint`,
    categoryId !== undefined && sql`g.category_id = ${categoryId}::bigint`,
    channel !== undefined && channel !== '' && sql`x.channel = ${channel}`,
    supplier !== undefined && supplier !== '' && sql`b.supplier = ${supplier}`,
    payWay !== undefined && payWay !== '' && sql`x.pay_way = ${payWay}`,
    staff !== undefined && staff !== '' && sql`x.staff = ${staff}`,
    ...without.map((dimension) => sql`${KEYS[dimension]} = ''`),
  ]
}

export const isFiltered = (filters: Filters): boolean => conditionsOf(filters).some((condition) => condition !== false)

/** Sums of what can be added up; `figuresOf` makes the rest. Over rows of `analytics.sums` or of such sums, named `x`. */
export type Sums = Omit<Figures, 'netFen' | 'marginFen'>

export const figuresOf = ({
  salesFen,
  refundsFen,
  feesFen,
  lossesFen,
  bonusesFen,
  costFen,
  pieces,
  lines,
}: Sums): Figures => {
  const netFen = salesFen - refundsFen
  return {
    salesFen,
    refundsFen,
    netFen,
    feesFen,
    lossesFen,
    bonusesFen,
    costFen,
    marginFen: netFen - feesFen - lossesFen - bonusesFen - costFen,
    pieces,
    lines,
  }
}

export const NOTHING: Figures = figuresOf({
  salesFen: 0,
  refundsFen: 0,
  feesFen: 0,
  lossesFen: 0,
  bonusesFen: 0,
  costFen: 0,
  pieces: 0,
  lines: 0,
})

/** What a code's batch cost, or what a supplier charged. */
export const entryCost = sql<number>`(x.pieces * coalesce(b.cost_fen, 0) + case x.kind when 'cost' then x.amount_fen else 0 end)`

/** Which entries stand under a figure, and what each adds to it. */
export const UNDER: Readonly<
  Record<ReportFigure, { readonly which: RawBuilder<boolean>; readonly value: RawBuilder<number> }>
> = {
  sales: { which: sql<boolean>`x.kind = 'sale'`, value: sql<number>`x.amount_fen` },
  refunds: { which: sql<boolean>`x.kind = 'refund'`, value: sql<number>`x.amount_fen` },
  net: {
    which: sql<boolean>`x.kind in ('sale', 'refund')`,
    value: sql<number>`case x.kind when 'sale' then x.amount_fen else -x.amount_fen end`,
  },
  fees: { which: sql<boolean>`x.kind = 'fee'`, value: sql<number>`x.amount_fen` },
  losses: { which: sql<boolean>`x.kind = 'loss'`, value: sql<number>`x.amount_fen` },
  bonuses: { which: sql<boolean>`x.kind = 'bonus'`, value: sql<number>`x.amount_fen` },
  cost: { which: sql<boolean>`(x.pieces > 0 or x.kind = 'cost')`, value: entryCost },
  margin: {
    which: sql<boolean>`true`,
    value: sql<number>`case x.kind when 'sale' then x.amount_fen when 'cost' then 0 else -x.amount_fen end - ${entryCost}`,
  },
  pieces: { which: sql<boolean>`x.pieces > 0`, value: sql<number>`x.pieces` },
  lines: { which: sql<boolean>`x.lines > 0`, value: sql<number>`x.lines` },
}
