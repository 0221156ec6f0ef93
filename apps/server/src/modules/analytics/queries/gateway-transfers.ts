import { type analyticsRoutes, commonErrors, type GatewayColumn, STATEMENT_DAYS_MAX } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, Database, ReadTx } from '../../../platform/db/index.ts'
import { limitOf } from '../../../platform/lists/index.ts'
import { addDays, checkRange, dayStart } from '../model.ts'
import { columnOf, signedAmount } from './gateways.ts'

export type TransfersQuery = z.output<typeof analyticsRoutes.gatewayTransfers.query>
type Page = z.output<typeof analyticsRoutes.gatewayTransfers.response>
export type GatewayTransfer = Page['items'][number]
type Row = Omit<GatewayTransfer, 'at'> & { readonly at: Date; readonly exactAt: string }

/**
 * The ledger's transfers of a gateway's account, newest first; with `column`, those under that figure of its statement.
 * @throws common.not_found
 */
export async function listGatewayTransfers(tx: ReadTx, gateway: string, query: TransfersQuery): Promise<Page> {
  checkRange(query, STATEMENT_DAYS_MAX)
  const accountId = await accountOf(tx, gateway)
  const own = transfersOf(tx.ctx, accountId, query)
  const { rows } = await sql<Row>`
    select * from (${own}) x
    order by x.at desc, x.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number; readonly sum: number }>`
    select count(*) as total, coalesce(sum(x."amountFen"), 0)::bigint as sum from (${own}) x
  `.execute(tx.db)
  const { total, sum } = counted.rows[0] ?? { total: 0, sum: 0 }
  return { items: rows.map(viewOf), total, sum, page: query.page, pageSize: query.pageSize }
}

const ROWS_AT_ONCE = 2_000

export async function* everyGatewayTransfer(
  db: Database,
  ctx: Ctx,
  gateway: string,
  query: TransfersQuery,
): AsyncGenerator<GatewayTransfer> {
  for (let last: Row | undefined; ; ) {
    const rows = await db.read(ctx, async (tx) => {
      const page = await sql<Row>`
        select * from (${transfersOf(ctx, await accountOf(tx, gateway), query, last)}) x
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

async function accountOf(tx: ReadTx, gateway: string): Promise<number> {
  const { rows } = await sql<{ readonly id: number }>`
    select a.id
    from ledger.accounts a
    where a.tenant_id = ${tx.ctx.tenantId}::bigint
      and a.kind = 'cash.gateway'
      and a.ref = ${gateway}
      and a.unit = 'CNY'
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return row.id
}

/** Only sides that can have a transfer of the column are looked through. */
const SIDES: Readonly<Record<GatewayColumn, readonly ('from' | 'to')[]>> = {
  received: ['from'],
  refunded: ['to'],
  fees: ['to'],
  chargebacks: ['from', 'to'],
  settled: ['to'],
}

function transfersOf(ctx: Ctx, accountId: number, query: TransfersQuery, before?: Row): RawBuilder<unknown> {
  const { from, to, column } = query
  const side = (own: 'from' | 'to') => sql`
    select t.id, t.at, t.kind, t.cause, t.amount, ${sql.lit(own)} as own_side, o.kind as other_kind,
      o.kind || case when o.ref = '' then '' else ':' || o.ref end as counterparty
    from ledger.transfers t
    join ledger.accounts o on o.tenant_id = t.tenant_id and o.id = t.${sql.ref(own === 'from' ? 'to_account' : 'from_account')}
    where t.tenant_id = ${ctx.tenantId}::bigint
      and t.${sql.ref(own === 'from' ? 'from_account' : 'to_account')} = ${accountId}::bigint
      and t.at >= ${dayStart(from)}::timestamptz
      and t.at < ${dayStart(addDays(to, 1))}::timestamptz
      ${before ? sql`and (t.at, t.id) < (${before.exactAt}::timestamptz, ${before.id}::bigint)` : sql``}`
  const sides = column === undefined ? (['from', 'to'] as const) : SIDES[column]
  return sql`
    select t.id, t.at, t.at::text as "exactAt", t.kind, t.cause, t.counterparty, ${columnOf} as "column", ${signedAmount} as "amountFen"
    from (${sql.join(sides.map(side), sql` union all `)}) t
    ${column === undefined ? sql`` : sql`where ${columnOf} = ${column}`}`
}

const viewOf = ({ at, exactAt: _, ...row }: Row): GatewayTransfer => ({ ...row, at: at.toISOString() })
