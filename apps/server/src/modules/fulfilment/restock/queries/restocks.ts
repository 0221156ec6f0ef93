import {
  commonErrors,
  type RestockState,
  type restockBudget,
  type restockRoutes,
  type restockView,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../../platform/db/index.ts'
import { allOf, containing, limitOf, type PageQuery } from '../../../../platform/lists/index.ts'

type View = z.output<typeof restockView>
type Rule = z.output<typeof restockRoutes.rules.response>['items'][number]
type Preview = z.output<typeof restockRoutes.previewCover.response>
type Budget = z.output<typeof restockBudget>

type ListQuery = PageQuery & {
  readonly q?: string | undefined
  readonly skuId?: number | undefined
}

type RestockQuery = ListQuery & { readonly state?: readonly RestockState[] | undefined }

const conditionOf = (tx: ReadTx, query: RestockQuery): RawBuilder<unknown> =>
  allOf(
    sql`r.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.skuId !== undefined && sql`r.sku_id = ${query.skuId}::bigint`,
    query.state !== undefined && sql`r.state = any (${[...query.state]}::text[])`,
    query.q !== undefined && sql`(g.title ilike ${containing(query.q)} or k.title ilike ${containing(query.q)})`,
  )

/** For the export: some of the filter's restocks, with ids below `beforeId`. */
export const someRestocks = (tx: ReadTx, query: RestockQuery, beforeId: number, count: number): Promise<View[]> =>
  restockRows(
    tx,
    sql`${conditionOf(tx, query)} and r.id < ${beforeId}::bigint`,
    sql`order by r.id desc limit ${count}::bigint`,
  )

export async function listRestocks(tx: ReadTx, query: RestockQuery) {
  const condition = conditionOf(tx, query)
  const items = await restockRows(tx, condition, sql`order by r.id desc ${limitOf(query)}`)
  const { rows } = await sql<{ total: number }>`
    select count(*) as total
    from fulfilment.restocks r
    join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    where ${condition}`.execute(tx.db)
  return { items, total: rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** @throws common.not_found */
export async function readRestock(tx: ReadTx, restockId: number): Promise<View> {
  const condition = sql`r.tenant_id = ${tx.ctx.tenantId}::bigint and r.id = ${restockId}::bigint`
  const [view] = await restockRows(tx, condition, sql``)
  if (!view) throw commonErrors.notFound()
  return view
}

async function restockRows(tx: ReadTx, condition: RawBuilder<unknown>, rest: RawBuilder<unknown>): Promise<View[]> {
  const { rows } = await sql<
    Omit<View, 'decidedAt' | 'createdAt' | 'endedAt'> & {
      decidedAt: Date | null
      createdAt: Date
      endedAt: Date | null
    }
  >`
    select r.id, r.sku_id as "skuId", g.id as "goodsId", g.title as "goodsTitle", k.title as "skuTitle", r.state, r.quantity,
      r.filled, r.spent_fen as "spentFen", r.asked_fen as "askedFen", r.max_unit_fen as "maxUnitFen",
      r.demand, r.budget_id as "budgetId", b.name as budget, r.asked_by as "askedBy", r.decided_by as "decidedBy",
      r.decided_at as "decidedAt", r.reason, r.trouble, r.trouble_note as "troubleNote", r.is_ending as "isEnding",
      r.created_at as "createdAt", r.ended_at as "endedAt"
    from fulfilment.restocks r
    join fulfilment.restock_budgets b on b.tenant_id = r.tenant_id and b.id = r.budget_id
    join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    where ${condition}
    ${rest}`.execute(tx.db)
  return rows.map((row) => ({
    ...row,
    isEnding: row.isEnding && row.endedAt === null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  }))
}

/** Those that are low come first. */
export async function listRules(tx: ReadTx, query: ListQuery & { readonly low?: boolean | undefined }) {
  const thresholdNow = sql`coalesce((r.counted_target + 1) / 2, r.threshold)`
  const isLow = sql`s.available < ${thresholdNow}`
  const from = sql`
    from fulfilment.restock_rules r
    join fulfilment.restock_budgets b on b.tenant_id = r.tenant_id and b.id = r.budget_id
    join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id and k.removed_at is null
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    cross join lateral (
      select coalesce(sum(a.balance - a.held_out), 0)::bigint as available
      from ledger.accounts a
      where a.tenant_id = r.tenant_id
        and a.kind = 'stock.available'
        and a.ref = r.sku_id::text
        and a.unit = 'piece'
    ) s
    left join fulfilment.restocks o
      on o.tenant_id = r.tenant_id and o.sku_id = r.sku_id and o.state in ('ordering', 'proposed')
    where ${allOf(
      sql`r.tenant_id = ${tx.ctx.tenantId}::bigint`,
      query.skuId !== undefined && sql`r.sku_id = ${query.skuId}::bigint`,
      query.low !== undefined && (query.low ? isLow : sql`not (${isLow})`),
      query.q !== undefined && sql`(g.title ilike ${containing(query.q)} or k.title ilike ${containing(query.q)})`,
    )}`
  const { rows } = await sql<Omit<Rule, 'lookAt' | 'updatedAt'> & { lookAt: Date; updatedAt: Date }>`
    select r.sku_id as "skuId", g.id as "goodsId", g.title as "goodsTitle", k.title as "skuTitle", s.available, r.enabled,
      r.threshold, r.target, ${thresholdNow} as "thresholdNow", coalesce(r.counted_target, r.target) as "targetNow", r.sold,
      r.counted_target is not null as "byDemand",
      case
        when r.cover_days is not null then jsonb_build_object(
          'days', r.cover_days, 'salesDays', r.sales_days, 'least', r.cover_least, 'most', r.cover_most
        )
      end as cover, r.max_unit_fen as "maxUnitFen", r.budget_id as "budgetId", b.name as budget, o.id as "openId",
      o.state as "openState", r.trouble, r.look_at as "lookAt", r.updated_at as "updatedAt", r.updated_by as "updatedBy"
    ${from}
    order by (${isLow}) desc, g.title, r.sku_id
    ${limitOf(query)}`.execute(tx.db)
  const counted = await sql<{ total: number }>`select count(*) as total ${from}`.execute(tx.db)
  return {
    items: rows.map((row) => ({ ...row, lookAt: row.lookAt.toISOString(), updatedAt: row.updatedAt.toISOString() })),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** What a rule by demand would want of this variant now. @throws common.not_found */
export async function previewCover(
  tx: ReadTx,
  skuId: number,
  of: { readonly coverDays: number; readonly salesDays: number; readonly least: number; readonly most: number },
): Promise<Preview> {
  const { rows } = await sql<Omit<Preview, 'below' | 'firstSoldAt'> & { firstSoldAt: Date | null }>`
    select s.sold, a.available, f.first as "firstSoldAt",
      fulfilment.cover_target(
        s.sold, ${of.salesDays}::integer, ${of.coverDays}::integer, ${of.least}::integer, ${of.most}::integer
      ) as wanted,
      coalesce(f.first <= now() - make_interval(hours => ${of.salesDays}::integer * 24), false) as "isLongEnough"
    from catalog.skus k
    cross join lateral (
      select fulfilment.sold_lately(k.tenant_id, k.id, ${of.salesDays}::integer) as sold
    ) s
    cross join lateral (
      select coalesce(r.first_sold_at, fulfilment.first_sold(k.tenant_id, k.id)) as first
      from (values (1)) one
      left join fulfilment.restock_rules r on r.tenant_id = k.tenant_id and r.sku_id = k.id
    ) f
    cross join lateral (
      select coalesce(sum(a.balance - a.held_out), 0)::bigint as available
      from ledger.accounts a
      where a.tenant_id = k.tenant_id
        and a.kind = 'stock.available'
        and a.ref = k.id::text
        and a.unit = 'piece'
    ) a
    where k.tenant_id = ${tx.ctx.tenantId}::bigint
      and k.id = ${skuId}::bigint
      and k.removed_at is null`.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return { ...row, below: Math.ceil(row.wanted / 2), firstSoldAt: row.firstSoldAt?.toISOString() ?? null }
}

export async function listBudgets(tx: ReadTx): Promise<{ items: Budget[] }> {
  const { rows } = await sql<Omit<Budget, 'updatedAt'> & { updatedAt: Date }>`
    select b.id, b.name, b.monthly_fen as "monthlyFen", b.approve_above_fen as "approveAboveFen", b.version,
      coalesce(m.used, 0) as "usedFen", coalesce(m.held, 0) as "heldFen", b.updated_at as "updatedAt", b.updated_by as "updatedBy",
      (
        select count(*)
        from fulfilment.restock_rules r
        where r.tenant_id = b.tenant_id
          and r.budget_id = b.id
      ) as rules
    from fulfilment.restock_budgets b
    cross join lateral (
      select (sum(a.balance) filter (where a.kind = 'budget.used'))::bigint as used,
        (sum(a.held_out) filter (where a.kind = 'budget.restock'))::bigint as held
      from ledger.accounts a
      where a.tenant_id = b.tenant_id
        and a.kind in ('budget.restock', 'budget.used')
        and a.ref = b.id || ':' || to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM')
        and a.unit = 'budget'
    ) m
    where b.tenant_id = ${tx.ctx.tenantId}::bigint
      and b.removed_at is null
    order by b.name`.execute(tx.db)
  return { items: rows.map((row) => ({ ...row, updatedAt: row.updatedAt.toISOString() })) }
}
