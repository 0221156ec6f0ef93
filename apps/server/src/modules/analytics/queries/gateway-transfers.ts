import { type analyticsRoutes, commonErrors, type GatewayColumn, STATEMENT_DAYS_MAX } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, Database, ReadTx } from '../../../platform/db/index.ts'
import { addDays, checkRange, dayStart } from '../model.ts'
import { bookWord } from '../words.ts'
import { columnOf, signedAmount, turnedSides } from './gateways.ts'

export type TransfersQuery = z.output<typeof analyticsRoutes.gatewayTransfers.query>
type Page = z.output<typeof analyticsRoutes.gatewayTransfers.response>
export type GatewayTransfer = Page['items'][number]
type Row = Omit<GatewayTransfer, 'at' | 'what' | 'counterparty'> & {
  readonly at: Date
  readonly exactAt: string
  readonly counterparty: string
}

/**
 * The ledger's transfers of a gateway's account, newest first; with `column`, those under that figure of its statement. How
 * many they are and what they add up to comes from the turnover, as the statement itself does.
 * @throws common.not_found, analytics.range_reversed, analytics.range_too_long
 */
export async function listGatewayTransfers(tx: ReadTx, gateway: string, query: TransfersQuery): Promise<Page> {
  checkRange(query, STATEMENT_DAYS_MAX)
  const { page, pageSize, column } = query
  const accountId = await accountOf(tx, gateway)
  const { rows } = await sql<Row>`
    ${transfersOf(tx.ctx, accountId, query, page * pageSize)}
    limit ${pageSize}::bigint offset ${(page - 1) * pageSize}::bigint
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number; readonly sum: number }>`
    select coalesce(sum(t.transfers), 0)::bigint as total, coalesce(sum(${signedAmount}), 0)::bigint as sum
    from (${turnedSides(tx.ctx.tenantId, query)}) t
    where t.gateway = ${gateway}
      ${column === undefined ? sql`` : sql`and ${columnOf} = ${column}`}
  `.execute(tx.db)
  return { items: rows.map((row) => viewOf(tx.ctx, row)), ...(counted.rows[0] ?? { total: 0, sum: 0 }), page, pageSize }
}

const ROWS_AT_ONCE = 2_000

/** All of them, newest first, read in short transactions. */
export async function* everyGatewayTransfer(
  db: Database,
  ctx: Ctx,
  gateway: string,
  query: TransfersQuery,
): AsyncGenerator<GatewayTransfer> {
  for (let last: Row | undefined; ; ) {
    const rows = await db.read(ctx, async (tx) => {
      const accountId = await accountOf(tx, gateway)
      return (
        await sql<Row>`${transfersOf(ctx, accountId, query, ROWS_AT_ONCE, last)} limit ${ROWS_AT_ONCE}`.execute(tx.db)
      ).rows
    })
    yield* rows.map((row) => viewOf(ctx, row))
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

type Side = 'from' | 'to'

const BOTH: readonly Side[] = ['from', 'to']
/** Only sides that can have a transfer of the column are looked through. */
const SIDES: Readonly<Record<GatewayColumn, readonly Side[]>> = {
  received: ['from'],
  refunded: ['to'],
  fees: BOTH,
  chargebacks: BOTH,
  settled: BOTH,
  others: BOTH,
}

/** Newest first; of each side no more than `atMost` are read. */
function transfersOf(
  ctx: Ctx,
  accountId: number,
  query: TransfersQuery,
  atMost: number,
  before?: Row,
): RawBuilder<unknown> {
  const { from, to, column } = query
  const side = (own: Side) => sql`(
    select t.id, t.at, t.at::text as "exactAt", t.kind, t.cause, t.counterparty, ${columnOf} as "column", ${signedAmount} as "amountFen"
    from (
      select t.id, t.at, t.kind, t.cause, t.amount, ${sql.lit(own)} as own_side, o.kind as other_kind,
        o.kind || case when o.ref = '' then '' else ':' || o.ref end as counterparty
      from ledger.transfers t
      cross join lateral (
        select o.kind, o.ref
        from ledger.accounts o
        where o.tenant_id = t.tenant_id
          and o.id = t.${sql.ref(own === 'from' ? 'to_account' : 'from_account')}
        offset 0
      ) o
      where t.tenant_id = ${ctx.tenantId}::bigint
        and t.${sql.ref(`${own}_account`)} = ${accountId}::bigint
        and t.at >= ${dayStart(from)}::timestamptz
        and t.at < ${dayStart(addDays(to, 1))}::timestamptz
        ${before ? sql`and (t.at, t.id) < (${before.exactAt}::timestamptz, ${before.id}::bigint)` : sql``}
    ) t
    ${column === undefined ? sql`` : sql`where ${columnOf} = ${column}`}
    order by t.at desc, t.id desc
    limit ${atMost}::bigint
  )`
  const sides = column === undefined ? BOTH : SIDES[column]
  return sql`select * from (${sql.join(sides.map(side), sql` union all `)}) x order by x.at desc, x.id desc`
}

const viewOf = ({ locale }: Ctx, { at, exactAt: _, ...row }: Row): GatewayTransfer => ({
  ...row,
  at: at.toISOString(),
  what: bookWord(locale, row.kind),
  counterparty: bookWord(locale, row.counterparty),
})
