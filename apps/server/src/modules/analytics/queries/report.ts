import type { analyticsRoutes } from '@quanshu/contract'
import { SHOP_TIME_ZONE } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf } from '../../../platform/lists/index.ts'
import { addDays, checkReportRange, dayStart, rangeBefore, stepsOf } from '../model.ts'
import { readAgreement } from './agreement.ts'
import { conditionsOf, type Figures, facts, figuresOf, isFiltered, keyOf, NOTHING, type Sums } from './figures.ts'
import { titlesOf } from './titles.ts'

export type ReportQuery = z.output<typeof analyticsRoutes.report.query>
export type Report = z.output<typeof analyticsRoutes.report.response>
type Point = Report['points'][number]
type Row = Sums & { readonly isNow: boolean; readonly at: Date | null; readonly key: string | null }

/**
 * Figures of a range: in all, step by step, and by one dimension. One pass over the sums of the range (and of the one
 * before it), then grouped three ways, so that the three always agree.
 * @throws analytics.range_reversed, analytics.range_too_long
 */
export async function readReport(tx: ReadTx, query: ReportQuery): Promise<Report> {
  checkReportRange(query, query.grain)
  const before = query.compare ? rangeBefore(query) : undefined
  const rows = await groups(tx, query, before?.from ?? query.from)
  const totalOf = (isNow: boolean) => sumsOf(rows, isNow, 'total')[0] ?? NOTHING
  const totals = totalOf(true)
  const items = pageItems(rows, query)
  const titles = await titlesOf(
    tx,
    query.by,
    items.page.flatMap(({ key }) => key ?? []),
  )
  return {
    from: query.from,
    to: query.to,
    totals,
    points: pointsOf(rows, true, stepsOf(query, query.grain)),
    previous: before
      ? { ...before, totals: totalOf(false), points: pointsOf(rows, false, stepsOf(before, query.grain)) }
      : null,
    items: items.page.map((item) => ({
      ...item,
      title: titles.get(item.key ?? '')?.title ?? item.key ?? '',
      titleEn: titles.get(item.key ?? '')?.titleEn ?? '',
    })),
    total: items.total,
    page: query.page,
    pageSize: query.pageSize,
    agreement: await readAgreement(tx, query, isFiltered(query) ? undefined : totals),
  }
}

/** Grouped over time, by the dimension, and in all; `at` and `key` tell which: both null is in all. */
async function groups(tx: ReadTx, query: ReportQuery, from: string): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    with x as materialized (
      select x.at >= ${dayStart(query.from)}::timestamptz as is_now, ${stepOf(query)} as at, ${keyOf(query.by)} as key,
        sum(x.sales_fen) as sales, sum(x.refunds_fen) as refunds, sum(x.fees_fen) as fees, sum(x.losses_fen) as losses,
        sum(x.bonuses_fen) as bonuses, sum(x.pieces * coalesce(b.cost_fen, 0) + x.costs_fen) as cost, sum(x.pieces) as pieces, sum(x.lines) as lines
      from analytics.sums x
      ${facts}
      where ${allOf(
        sql`x.tenant_id = ${tx.ctx.tenantId}::bigint`,
        sql`x.grain = ${query.grain === 'hour' ? 'hour' : 'day'}`,
        sql`x.at >= ${dayStart(from)}::timestamptz`,
        sql`x.at < ${dayStart(addDays(query.to, 1))}::timestamptz`,
        ...conditionsOf(query),
      )}
      group by 1, 2, 3
    )
    select x.is_now as "isNow", x.at, x.key,
      sum(x.sales)::bigint as "salesFen", sum(x.refunds)::bigint as "refundsFen", sum(x.fees)::bigint as "feesFen",
      sum(x.losses)::bigint as "lossesFen", sum(x.bonuses)::bigint as "bonusesFen", sum(x.cost)::bigint as "costFen", sum(x.pieces)::bigint as pieces,
      sum(x.lines)::bigint as lines
    from x
    group by grouping sets ((x.is_now, x.at), (x.is_now, x.key), (x.is_now))
  `.execute(tx.db)
  return rows
}

const stepOf = ({ grain }: ReportQuery): RawBuilder<Date> =>
  grain === 'month'
    ? sql`date_trunc('month', x.at at time zone ${SHOP_TIME_ZONE}) at time zone ${SHOP_TIME_ZONE}`
    : sql`x.at`

function sumsOf(rows: readonly Row[], isNow: boolean, which: 'total' | 'steps' | 'keys') {
  return rows
    .filter((row) => row.isNow === isNow && kindOf(row) === which)
    .map(({ at, key, ...sums }) => ({ at, key, ...figuresOf(sums) }))
}

const kindOf = ({ at, key }: Row) => (at !== null ? 'steps' : key !== null ? 'keys' : 'total')

/** Every step, those without any figure too. */
function pointsOf(rows: readonly Row[], isNow: boolean, steps: readonly Date[]): Point[] {
  const known = new Map(sumsOf(rows, isNow, 'steps').map((row) => [row.at?.getTime(), row]))
  return steps.map((at) => ({ ...bare(known.get(at.getTime())), at: at.toISOString() }))
}

function bare(row: Figures | undefined): Figures {
  return row ? figuresOf(row) : NOTHING
}

/** Largest first, unless asked otherwise. What was sold only in the range before is no row of this one. */
function pageItems(rows: readonly Row[], { sort = '-net', page, pageSize, compare }: ReportQuery) {
  const before = new Map(sumsOf(rows, false, 'keys').map((row) => [row.key, row]))
  const name = sort.replace(/^-/, '')
  const figure = (name === 'pieces' || name === 'lines' ? name : `${name}Fen`) as keyof Figures
  const sign = sort.startsWith('-') ? -1 : 1
  const all = sumsOf(rows, true, 'keys').toSorted(
    (one, other) => sign * (one[figure] - other[figure]) || String(one.key).localeCompare(String(other.key)),
  )
  return {
    total: all.length,
    page: all.slice((page - 1) * pageSize, page * pageSize).map((row) => ({
      ...bare(row),
      key: row.key === '' ? null : row.key,
      previous: compare ? bare(before.get(row.key)) : null,
    })),
  }
}
