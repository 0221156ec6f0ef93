import { QUALITY_DAYS_MAX, supplierErrors, type supplierQualityView, supplierScore } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { readStanding } from '../money/standing.ts'

export type Quality = z.output<typeof supplierQualityView>
type Figures = Omit<Quality['days'][number], 'day'>
type Row = Figures & { readonly day: string | null; readonly productId: number | null; readonly product: string | null }

export type Span = { readonly from: string; readonly to: string; readonly productId?: number | undefined }

const DAY_MS = 86_400_000

/**
 * How a supplier did with what was sent to it on these days.
 * @throws common.not_found, suppliers.span_too_long
 */
export async function readQuality(tx: ReadTx, supplierId: number, span: Span): Promise<Quality> {
  const length = (Date.parse(span.to) - Date.parse(span.from)) / DAY_MS + 1
  if (length < 1 || length > QUALITY_DAYS_MAX) throw supplierErrors.spanTooLong({ max: QUALITY_DAYS_MAX })
  const { bookFen, reportedFen } = await readStanding(tx, supplierId)
  const rows = await figuresOf(tx, supplierId, span)
  const whole = rows.find(({ day, productId }) => day === null && productId === null)
  const figures = whole ? withoutPlace(whole) : NOTHING
  const around = await aroundOf(tx, supplierId, span)
  const { allCostFen, ...counts } = around
  const score = supplierScore({ ...figures, bad: figures.badPieces + counts.recalledPieces })
  const byDay = new Map(rows.flatMap((row) => (row.day === null ? [] : [[row.day, withoutPlace(row)] as const])))
  return {
    total: {
      ...figures,
      ...counts,
      score,
      shareOfCost: allCostFen === 0 ? null : figures.costFen / allCostFen,
      bookFen,
      reportedFen,
    },
    refusals: await refusalsOf(tx, supplierId, span),
    days: Array.from({ length }, (_, index) => {
      const day = new Date(Date.parse(span.from) + index * DAY_MS).toISOString().slice(0, 10)
      return { day, ...(byDay.get(day) ?? NOTHING) }
    }),
    products: rows
      .flatMap((row) =>
        row.productId === null ? [] : [{ ...withoutPlace(row), productId: row.productId, product: row.product ?? '' }],
      )
      .toSorted((a, b) => b.sent - a.sent || a.productId - b.productId),
  }
}

const NOTHING: Figures = {
  sent: 0,
  ended: 0,
  arrived: 0,
  refused: 0,
  unknown: 0,
  unknownArrived: 0,
  unknownRefused: 0,
  unknownOpen: 0,
  contradicted: 0,
  dear: 0,
  pieces: 0,
  badPieces: 0,
  costFen: 0,
  p50: null,
  p95: null,
}

const withoutPlace = ({ day: _day, productId: _id, product: _product, ...figures }: Row): Figures => figures

/** At our asking: that says nothing against the supplier. */
export const TAKEN_BACK = sql`(p.state = 'refused' and p.cancel_state is not distinct from 'cancelled')`

async function figuresOf(tx: ReadTx, supplierId: number, span: Span): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select x.day::text as day, x.product_id as "productId",
      (select r.name from suppliers.products r where r.tenant_id = ${tx.ctx.tenantId} and r.id = x.product_id) as product,
      count(*) as sent,
      count(*) filter (where not x.is_open and not x.is_back) as ended,
      count(*) filter (where x.has_arrived) as arrived,
      count(*) filter (where x.state = 'refused' and not x.is_back) as refused,
      count(*) filter (where x.was_unknown) as unknown,
      count(*) filter (where x.was_unknown and x.has_arrived) as "unknownArrived",
      count(*) filter (where x.was_unknown and x.state = 'refused' and not x.is_back) as "unknownRefused",
      count(*) filter (where x.was_unknown and x.is_open) as "unknownOpen",
      count(*) filter (where x.state = 'contradicted') as contradicted,
      count(*) filter (where x.is_dear) as dear,
      coalesce(sum(x.arrived), 0)::bigint as pieces,
      coalesce(sum(x.bad), 0)::bigint as "badPieces",
      coalesce(sum(x.cost_fen), 0)::bigint as "costFen",
      percentile_cont(0.5) within group (order by x.seconds) filter (where x.state = 'done') as p50,
      percentile_cont(0.95) within group (order by x.seconds) filter (where x.state = 'done') as p95
    from (
      select (p.sent_at at time zone 'Asia/Shanghai')::date as day, p.product_id, p.state, p.arrived, p.bad, p.cost_fen,
        p.state in ('sending', 'accepted', 'unknown') as is_open,
        p.state in ('done', 'partial') and p.arrived > 0 as has_arrived,
        p.unknown_at is not null as was_unknown,
        p.cost_fen > ceil(p.ceiling_hao * p.arrived / 100.0) as is_dear,
        ${TAKEN_BACK} as is_back,
        -- What was offered without an order took nobody any time.
        case when p.purpose <> 'offered' then extract(epoch from p.ended_at - p.sent_at)::double precision end as seconds
      from suppliers.purchases p
      where p.tenant_id = ${tx.ctx.tenantId}
        and p.supplier_id = ${supplierId}
        and ${sentIn(span)}
        and ${span.productId === undefined ? sql`true` : sql`p.product_id = ${span.productId}`}
    ) x
    group by grouping sets ((), (x.day), (x.product_id))
  `.execute(tx.db)
  return rows
}

const sentIn = ({ from, to }: Span) => sql`
  p.sent_at >= ${from}::date::timestamp at time zone 'Asia/Shanghai'
  and p.sent_at < (${to}::date + 1)::timestamp at time zone 'Asia/Shanghai'
`

async function refusalsOf(tx: ReadTx, supplierId: number, span: Span): Promise<Quality['refusals']> {
  const { rows } = await sql<Quality['refusals'][number]>`
    select coalesce(p.about, 'other') as about, count(*) as count
    from suppliers.purchases p
    where p.tenant_id = ${tx.ctx.tenantId}
      and p.supplier_id = ${supplierId}
      and ${sentIn(span)}
      and ${span.productId === undefined ? sql`true` : sql`p.product_id = ${span.productId}`}
      and p.state = 'refused'
      and not ${TAKEN_BACK}
    group by 1
    order by 2 desc, 1
  `.execute(tx.db)
  return [...rows]
}

type Around = Pick<Quality['total'], 'breakerOpenings' | 'priceRises' | 'priceFalls' | 'recalledPieces'> & {
  readonly allCostFen: number
}

/** What is no purchase of this supplier, and says something about it. */
async function aroundOf(tx: ReadTx, supplierId: number, span: Span): Promise<Around> {
  const tenant = sql`${tx.ctx.tenantId}::bigint`
  const from = sql`${span.from}::date::timestamp at time zone 'Asia/Shanghai'`
  const to = sql`(${span.to}::date + 1)::timestamp at time zone 'Asia/Shanghai'`
  const { rows } = await sql<Around>`
    select (
        select count(*) from suppliers.breaker_openings o
        where o.tenant_id = ${tenant} and o.supplier_id = ${supplierId} and o.at >= ${from} and o.at < ${to}
      ) as "breakerOpenings",
      m.rises as "priceRises", m.falls as "priceFalls",
      (
        select count(*)
        from vault.batches b
        join vault.recalls r on r.tenant_id = ${tenant} and r.batch_id = b.id and r.begun_at >= ${from} and r.begun_at < ${to}
        join vault.recall_pieces c on c.tenant_id = ${tenant} and c.batch_id = b.id
        where b.tenant_id = ${tenant} and b.supplier_id = ${supplierId}
      ) as "recalledPieces",
      (
        select coalesce(sum(a.fen), 0)::bigint
        from suppliers.suppliers s
        cross join lateral (
          select sum(p.cost_fen) as fen
          from suppliers.purchases p
          where p.tenant_id = ${tenant} and p.supplier_id = s.id and ${sentIn(span)}
        ) a
        where s.tenant_id = ${tenant}
      ) as "allCostFen"
    from (
      select count(*) filter (where x.cost_hao > x.before) as rises, count(*) filter (where x.cost_hao < x.before) as falls
      from (
        select c.at, c.cost_hao, lag(c.cost_hao) over (partition by c.product_id order by c.id) as before
        from suppliers.products r
        join suppliers.product_changes c on c.tenant_id = ${tenant} and c.product_id = r.id
        where r.tenant_id = ${tenant}
          and r.supplier_id = ${supplierId}
          and ${span.productId === undefined ? sql`true` : sql`r.id = ${span.productId}`}
      ) x
      where x.at >= ${from} and x.at < ${to}
    ) m
  `.execute(tx.db)
  return rows[0] ?? { breakerOpenings: 0, priceRises: 0, priceFalls: 0, recalledPieces: 0, allCostFen: 0 }
}
