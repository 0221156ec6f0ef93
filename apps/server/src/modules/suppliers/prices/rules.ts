import {
  commonErrors,
  errorMessage,
  type PriceBound,
  type PriceCause,
  type PriceMove,
  type priceRule,
  type priceRuleRoutes,
  type priceRuleView,
  supplierErrors,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, type PageQuery } from '../../../platform/lists/index.ts'

export type PriceRule = z.output<typeof priceRule>
export type PriceTarget = { readonly skuIds: readonly number[]; readonly supplierId: number | null }
export type PriceRuleView = z.output<typeof priceRuleView>
export type PricePreview = z.output<(typeof priceRuleRoutes.preview)['response']>['items'][number]

/** As many as a person looks through before saying yes. */
const TARGETS_MAX = 200

type Raw = Omit<PricePreview, 'refusal' | 'demand'> & {
  readonly isSimple: boolean
  readonly isBundle: boolean
  readonly isSourced: boolean
  readonly sold: number
  readonly step: number
  readonly hasPast: boolean
  readonly baseFen: number
  readonly ladder: readonly { from: number; bp: number; toFen: number; bound: PriceBound | null }[]
}

/**
 * What a rule would make of the prices now. A rule that is saved as it was keeps its step where it is only held by the gap below it.
 * @throws common.not_found, suppliers.no_skus_to_price
 */
export async function previewRule(tx: ReadTx, target: PriceTarget, rule: PriceRule): Promise<readonly PricePreview[]> {
  const skuIds = await skusOf(tx, target)
  const { tenantId, locale } = tx.ctx
  const steps = JSON.stringify(rule.steps)
  const { rows } = await sql<Raw>`
    select k.id as "skuId", g.id as "goodsId", g.title as "goodsTitle", k.title as "skuTitle", f.price_fen as "priceFen",
      c.cost_hao as "costHao", c.supplier,
      k.tiers = '[]' and k.price_points = 0 and not k.free as "isSimple", catalog.reserve_of(k.kind) = 'parts' as "isBundle",
      c.product_id is not null as "isSourced", l.least as "leastFen", r.sku_id is not null as "hasRule",
      d.sold, d.past as "hasPast", l.base as "baseFen", x.step, y.ladder,
      (y.ladder -> x.step ->> 'toFen')::bigint as "toFen"
    from catalog.skus k
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    join suppliers.price_in_force(${tenantId}::bigint, ${skuIds}::bigint[]) f on f.sku_id = k.id
    join suppliers.costs(${tenantId}::bigint, ${skuIds}::bigint[]) c on c.sku_id = k.id
    left join suppliers.price_rules r on r.tenant_id = k.tenant_id and r.sku_id = k.id
    cross join lateral (
      select suppliers.least_price(
          c.cost_hao, ${rule.floorFen}::bigint, greatest(${rule.leastMarginFen}::bigint, c.guard_fen)
        ) as least,
        suppliers.base_price(
          c.cost_hao, ${rule.baseFen}::bigint, ${rule.markupBp}::integer, ${rule.markupFen}::bigint
        ) as base
    ) l
    cross join lateral (
      select case when ${steps}::jsonb = '[]' then 0 else fulfilment.sold_lately(k.tenant_id, k.id, 1) end as sold,
        ${steps}::jsonb <> '[]' and (coalesce(r.has_past, false) or suppliers.sold_before(k.tenant_id, k.id)) as past
      offset 0
    ) d
    cross join lateral (
      select suppliers.step_for(
        ${steps}::jsonb, case when r.steps = ${steps}::jsonb then r.step else 0 end, d.sold, d.past
      ) as step
    ) x
    cross join lateral (
      select suppliers.price_ladder(
        l.base, ${steps}::jsonb, ${rule.floorFen}::bigint, l.least, ${rule.ceilingFen}::bigint, ${rule.rounding}
      ) as ladder
    ) y
    where k.tenant_id = ${tenantId}
      and k.id = any (${skuIds}::bigint[])
    order by g.title, k.position, k.id
  `.execute(tx.db)
  return rows.map(({ isSimple, isBundle, isSourced, sold, step, hasPast, baseFen, ladder, ...row }) => {
    const refusal = refusalOf(rule, { ...row, isSimple, isBundle, isSourced })
    if (refusal) {
      const words = errorMessage(refusal.code, refusal.params, locale)
      return { ...row, toFen: null, leastFen: null, demand: null, refusal: words }
    }
    const demand = rule.steps.length === 0 ? null : { sold, step, hasPast, baseFen, ladder: [...ladder] }
    return { ...row, demand, refusal: null }
  })
}

/** Why a variant cannot be priced by a rule. */
function refusalOf(
  { baseFen, ceilingFen }: PriceRule,
  row: Pick<Raw, 'goodsTitle' | 'skuTitle' | 'leastFen' | 'isSimple' | 'isBundle' | 'isSourced'>,
) {
  const title = `${row.goodsTitle} ${row.skuTitle}`
  if (!row.isSimple) return supplierErrors.priceNotByCost({ title })
  if (baseFen === null && !row.isSourced) return supplierErrors.priceWithoutCost({ title })
  if (row.isBundle) return supplierErrors.priceOfBundle({ title })
  const least = row.leastFen ?? 0
  if (ceilingFen !== null && least > ceilingFen) {
    return supplierErrors.priceWithoutRoom({ title, least: (least / 100).toFixed(2) })
  }
  return undefined
}

async function skusOf(tx: ReadTx, { skuIds, supplierId }: PriceTarget): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    select k.id
    from catalog.skus k
    where k.tenant_id = ${tx.ctx.tenantId}
      and k.removed_at is null
      and (k.id = any (${skuIds}::bigint[]) or catalog.reserve_of(k.kind) <> 'shelf' and exists (
        select
        from suppliers.offers o
        join suppliers.products p on p.tenant_id = o.tenant_id and p.id = o.product_id
        where o.tenant_id = k.tenant_id
          and o.sku_id = k.id
          and p.supplier_id = ${supplierId}::bigint
      ))
    order by k.id
    limit ${TARGETS_MAX}
  `.execute(tx.db)
  const found = rows.map(({ id }) => id)
  if (skuIds.some((id) => !found.includes(id))) throw commonErrors.notFound()
  if (found.length === 0) throw supplierErrors.noSkusToPrice()
  return found
}

type ListQuery = PageQuery & {
  readonly q?: string | undefined
  readonly held?: boolean | undefined
  readonly skuId?: number | undefined
}

export async function listRules(tx: ReadTx, query: ListQuery) {
  const condition = allOf(
    sql`r.tenant_id = ${tx.ctx.tenantId}`,
    sql`k.removed_at is null`,
    query.skuId !== undefined && sql`r.sku_id = ${query.skuId}`,
    query.held !== undefined && (query.held ? sql`r.held_at is not null` : sql`r.held_at is null`),
    query.q !== undefined && sql`(g.title ilike ${containing(query.q)} or k.title ilike ${containing(query.q)})`,
  )
  const items = await ruleRows(tx, condition, sql`order by r.held_at, g.title, r.sku_id ${limitOf(query)}`)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from suppliers.price_rules r
    join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    where ${condition}
  `.execute(tx.db)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** @throws common.not_found */
export async function readRule(tx: ReadTx, skuId: number): Promise<PriceRuleView> {
  const [view] = await ruleRows(tx, sql`r.tenant_id = ${tx.ctx.tenantId} and r.sku_id = ${skuId}`, sql``)
  if (!view) throw commonErrors.notFound()
  return view
}

async function ruleRows(
  tx: ReadTx,
  condition: RawBuilder<unknown>,
  rest: RawBuilder<unknown>,
): Promise<PriceRuleView[]> {
  const { rows } = await sql<
    Omit<PriceRuleView, 'held' | 'rule' | 'updatedAt'> &
      PriceRule & {
        heldFen: number | null
        leastFen: number | null
        heldAt: Date | null
        stopped: boolean
        updatedAt: Date
      }
  >`
    select r.sku_id as "skuId", g.id as "goodsId", g.title as "goodsTitle", k.title as "skuTitle",
      (select f.price_fen from suppliers.price_in_force(r.tenant_id, array[r.sku_id]) f) as "priceFen",
      c.cost_hao as "costHao", c.supplier,
      r.markup_bp as "markupBp", r.markup_fen as "markupFen", r.base_fen as "baseFen", r.floor_fen as "floorFen",
      r.ceiling_fen as "ceilingFen", r.least_margin_fen as "leastMarginFen", r.rounding, r.jump_bp as "jumpBp", r.steps,
      case
        when r.steps <> '[]' then jsonb_build_object(
          'sold', coalesce(r.sold, 0), 'step', r.step, 'from', suppliers.step_from(r.steps, r.step),
          'bp', suppliers.step_bp(r.steps, r.step), 'countedAt', coalesce(r.counted_at, r.updated_at), 'movedAt', r.step_at
        )
      end as demand,
      r.held_fen as "heldFen", r.held_least_fen as "leastFen", r.held_at as "heldAt",
      suppliers.is_price_stopped(r.tenant_id, r.sku_id) as stopped, r.updated_at as "updatedAt", r.updated_by as "updatedBy"
    from suppliers.price_rules r
    join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    join lateral suppliers.costs(r.tenant_id, array[r.sku_id]) c on true
    where ${condition}
    ${rest}
  `.execute(tx.db)
  return rows.map((row) => {
    const { markupBp, markupFen, baseFen, floorFen, ceilingFen, leastMarginFen, rounding, jumpBp, steps, ...rest } = row
    const { heldFen, leastFen, heldAt, stopped, ...view } = rest
    return {
      ...view,
      demand: view.demand && { ...view.demand, ...instantsOf(view.demand) },
      rule: { markupBp, markupFen, baseFen, floorFen, ceilingFen, leastMarginFen, rounding, jumpBp, steps },
      held:
        heldFen === null || heldAt === null
          ? null
          : { toFen: heldFen, at: heldAt.toISOString(), leastFen: leastFen ?? 0, stopped },
      updatedAt: row.updatedAt.toISOString(),
    }
  })
}

/** Times inside JSON come as PostgreSQL writes them. */
const instantsOf = ({ countedAt, movedAt }: { readonly countedAt: string; readonly movedAt: string | null }) => ({
  countedAt: new Date(countedAt).toISOString(),
  movedAt: movedAt === null ? null : new Date(movedAt).toISOString(),
})
export type PriceMoveRow = {
  readonly id: number
  readonly goodsTitle: string
  readonly skuTitle: string
  readonly kind: PriceMove
  readonly fromFen: number
  readonly toFen: number
  readonly costHao: number | null
  readonly supplier: string
  readonly by: string
  readonly reason: string
  readonly at: Date
}

/** For the export: some moves of prices, with ids below `beforeId`. */
export async function somePriceMoves(
  tx: ReadTx,
  query: { readonly q?: string | undefined; readonly skuId?: number | undefined },
  beforeId: number,
  count: number,
): Promise<readonly PriceMoveRow[]> {
  const { rows } = await sql<PriceMoveRow>`
    select m.id, g.title as "goodsTitle", k.title as "skuTitle", m.kind, m.from_fen as "fromFen", m.to_fen as "toFen",
      m.cost_hao as "costHao", m.supplier, m.by, m.reason, m.at
    from suppliers.price_moves m
    join catalog.skus k on k.tenant_id = m.tenant_id and k.id = m.sku_id
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    where ${allOf(
      sql`m.tenant_id = ${tx.ctx.tenantId}::bigint`,
      sql`m.id < ${beforeId}::bigint`,
      query.skuId !== undefined && sql`m.sku_id = ${query.skuId}::bigint`,
      !!query.q && sql`(g.title ilike ${containing(query.q)} or k.title ilike ${containing(query.q)})`,
    )}
    order by m.id desc
    limit ${count}::bigint
  `.execute(tx.db)
  return rows
}

/** @throws common.not_found */
export async function priceHistory(tx: ReadTx, skuId: number, query: PageQuery) {
  const { tenantId } = tx.ctx
  const known = await sql`select from catalog.skus where tenant_id = ${tenantId} and id = ${skuId}`.execute(tx.db)
  if (known.rows.length === 0) throw commonErrors.notFound()
  const condition = sql`m.tenant_id = ${tenantId} and m.sku_id = ${skuId}`
  const { rows } = await sql<{
    id: number
    kind: PriceMove
    cause: PriceCause
    demand: { sold: number; step: number; from: number; bp: number } | null
    fromFen: number
    toFen: number
    costHao: number | null
    supplier: string
    by: string
    reason: string
    at: Date
  }>`
    select m.id, m.kind, m.cause, m.demand, m.from_fen as "fromFen", m.to_fen as "toFen", m.cost_hao as "costHao", m.supplier, m.by, m.reason, m.at
    from suppliers.price_moves m
    where ${condition}
    order by m.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ total: number }>`
    select count(*) as total from suppliers.price_moves m where ${condition}
  `.execute(tx.db)
  return {
    items: rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}
