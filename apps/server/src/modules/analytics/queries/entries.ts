import type { analyticsRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, Database, ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf } from '../../../platform/lists/index.ts'
import { conditionsOf, entryCost, facts, factsFor, UNDER } from './figures.ts'

export type EntriesQuery = z.output<typeof analyticsRoutes.entries.query>
type Page = z.output<typeof analyticsRoutes.entries.response>
export type Entry = Page['items'][number]
type Row = Omit<Entry, 'at'> & { readonly at: Date; readonly exactAt: string }

/** The rows under a figure, newest first; their sum is the figure. */
export async function listEntries(tx: ReadTx, query: EntriesQuery): Promise<Page> {
  const where = matching(tx.ctx, query)
  const { rows } = await sql<Row>`
    ${rowsOf(where)}
    order by x.at desc, x.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number; readonly sum: number }>`
    select count(*) as total, coalesce(sum(${UNDER[query.figure].value}), 0)::bigint as sum
    from analytics.entries x
    ${factsFor(query, query.figure)}
    where ${where}
  `.execute(tx.db)
  const { total, sum } = counted.rows[0] ?? { total: 0, sum: 0 }
  return { items: rows.map(viewOf), total, sum, page: query.page, pageSize: query.pageSize }
}

/** How many there are, without reading them. */
export async function countEntries(tx: ReadTx, query: EntriesQuery): Promise<number> {
  return (await listEntries(tx, { ...query, page: 1, pageSize: 1 })).total
}

const ROWS_AT_ONCE = 2_000

/** All of them, newest first, read in short transactions. */
export async function* everyEntry(db: Database, ctx: Ctx, query: EntriesQuery): AsyncGenerator<Entry> {
  for (let last: Row | undefined; ; ) {
    const rows = await db.read(ctx, async (tx) => {
      const page = await sql<Row>`
        ${rowsOf(
          allOf(
            matching(ctx, query),
            last !== undefined && sql`(x.at, x.id) < (${last.exactAt}::timestamptz, ${last.id}::bigint)`,
          ),
        )}
        order by x.at desc, x.id desc
        limit ${ROWS_AT_ONCE}
      `.execute(tx.db)
      return page.rows
    })
    yield* rows.map(viewOf)
    last = rows.at(-1)
    if (rows.length < ROWS_AT_ONCE) return
  }
}

const rowsOf = (where: RawBuilder<unknown>) => sql`
  select x.id, x.at, x.at::text as "exactAt", x.kind, x.order_no as "orderNo", x.line_no as "lineNo",
    nullif(x.sku_id, 0) as "skuId", coalesce(l.goods_title, g.title, '') as "goodsTitle",
    coalesce(l.sku_title, k.title, '') as "skuTitle", nullif(x.batch_id, 0) as "batchId", coalesce(b.supplier, '') as supplier,
    x.channel, x.pay_way as "payWay", x.staff, x.pieces,
    case x.kind when 'sale' then x.amount_fen when 'cost' then 0 else -x.amount_fen end as "amountFen",
    ${entryCost} as "costFen", x.transfer_id as "transferId", x.refund_id as "refundId"
  from analytics.entries x
  ${facts}
  left join lateral (
    select l.goods_title, l.sku_title
    from orders.lines l
    where l.tenant_id = x.tenant_id
      and l.order_no = x.order_no
      and l.line_no = x.line_no
  ) l on true
  where ${where}
`

function matching(ctx: Ctx, query: EntriesQuery): RawBuilder<unknown> {
  return allOf(
    sql`x.tenant_id = ${ctx.tenantId}::bigint`,
    sql`x.at >= ${query.from}::timestamptz`,
    sql`x.at < ${query.to}::timestamptz`,
    sql`${UNDER[query.figure].which}`,
    ...conditionsOf(query),
  )
}

const viewOf = ({ at, exactAt: _, ...row }: Row): Entry => ({ ...row, at: at.toISOString() })
