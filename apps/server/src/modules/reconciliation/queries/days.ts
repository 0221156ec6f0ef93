import { commonErrors, errorMessage, OUTCOMES, type reconciliationRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import { beijingDay, type Reconciler } from '../model.ts'
import { findSource, supplierOf, suppliersNamed } from '../supplies/source.ts'

type Calendar = z.output<typeof reconciliationRoutes.calendar.response>
type Brief = Calendar['days'][number]
export type DayView = z.output<typeof reconciliationRoutes.getDay.response>
type Deps = Pick<Reconciler, 'bills' | 'clock'>

type SideTotals = NonNullable<DayView['theirs']>
type Row = {
  readonly gateway: string
  readonly day: string
  readonly state: Brief['state']
  readonly phase: Brief['phase']
  readonly billId: number | null
  readonly open: number
  readonly totals: {
    readonly theirs?: SideTotals
    readonly ours?: NonNullable<DayView['ours']>
    readonly matched?: { readonly count: number; readonly fen: number; readonly feeFen: number }
  }
  readonly trouble: { readonly code: string; readonly params: Readonly<Record<string, unknown>> } | null
  readonly isBusy: boolean
  readonly matchedAt: Date | null
  readonly closedAt: Date | null
  readonly closedBy: string
  readonly nextTryAt: Date | null
}

const dayRows = (tx: ReadTx, where: RawBuilder<unknown>) => sql<Row>`
  select d.gateway, d.day, d.state, d.bill_id as "billId", d.totals, d.trouble, d.matched_at as "matchedAt",
    d.closed_at as "closedAt", d.closed_by as "closedBy", d.next_try_at as "nextTryAt",
    d.lease_until > now() as "isBusy",
    -- A dead worker's word does not count.
    case when d.phase = 'queued' or d.lease_until > now() then d.phase end as phase,
    (
      select count(*) from reconciliation.cases c
      where c.tenant_id = d.tenant_id and c.gateway = d.gateway and c.day = d.day and c.state in ('open', 'waiting')
    ) as open
  from reconciliation.days d
  where d.tenant_id = ${tx.ctx.tenantId}::bigint
    and ${where}
  order by d.day, d.gateway
`

/**
 * The days of a month, of every gateway that the shop has set up or that has days, and of suppliers that have days; or of one
 * source alone.
 * @throws common.not_found
 */
export async function readCalendar(deps: Deps, tx: ReadTx, month: string, only?: string): Promise<Calendar> {
  const { tenantId } = tx.ctx
  const { rows } = await dayRows(
    tx,
    sql`d.day >= ${`${month}-01`}::date and d.day < (${`${month}-01`}::date + interval '1 month')::date
      ${only === undefined ? sql`` : sql`and d.gateway = ${only}`}`,
  ).execute(tx.db)
  if (only !== undefined && !(await findSource(deps, tx, only))) throw commonErrors.notFound()
  const set = await sql<{ readonly gateway: string }>`
    select g.gateway
    from payments.gateways g
    where g.tenant_id = ${tenantId}::bigint
      and g.merchant_id <> ''
    union
    select d.gateway
    from reconciliation.days d
    where d.tenant_id = ${tenantId}::bigint
  `.execute(tx.db)
  const open = await sql<{ readonly count: number; readonly differenceFen: number; readonly oldestDay: string | null }>`
    select count(*) as count, coalesce(sum(c.difference_fen), 0)::bigint as "differenceFen", min(c.first_day) as "oldestDay"
    from reconciliation.cases c
    where c.tenant_id = ${tenantId}::bigint
      and c.state in ('open', 'waiting')
      ${only === undefined ? sql`` : sql`and c.gateway = ${only}`}
  `.execute(tx.db)
  const known = new Set(only === undefined ? set.rows.map(({ gateway }) => gateway) : [only])
  const suppliers = await suppliersNamed(
    tx,
    [...known].flatMap((gateway) => supplierOf(gateway) ?? []),
  )
  return {
    gateways: [...deps.bills.gateways.filter(({ id }) => known.has(id)), ...suppliers].map(({ id, name }) => ({
      gateway: id,
      name,
    })),
    days: rows.map((row) => briefOf(row, tx.ctx.locale)),
    open: open.rows[0] ?? { count: 0, differenceFen: 0, oldestDay: null },
  }
}

function briefOf({ gateway, day, state, phase, billId, open, totals, trouble }: Row, locale: Ctx['locale']): Brief {
  const { theirs, ours } = totals
  return {
    gateway,
    day,
    state,
    phase,
    hasBill: billId !== null,
    open,
    theirsFen: theirs ? theirs.paidFen - theirs.refundedFen : null,
    oursFen: ours ? ours.paidFen - ours.refundedFen : null,
    trouble: trouble && { code: trouble.code, message: errorMessage(trouble.code, trouble.params, locale) },
  }
}

/** @throws common.notFound for a gateway without bills. A day that nobody asked for is there, and open. */
export async function readDay(deps: Deps, tx: ReadTx, gateway: string, day: string): Promise<DayView> {
  const kind = await findSource(deps, tx, gateway)
  if (!kind) throw commonErrors.notFound()
  const { rows } = await dayRows(tx, sql`d.gateway = ${gateway} and d.day = ${day}::date`).execute(tx.db)
  const row = rows[0] ?? noDay(gateway, day)
  const { theirs = null, ours = null } = row.totals
  const isOver = day < beijingDay(deps.clock.now())
  const isFree = row.state !== 'closed' && !row.isBusy && isOver
  return {
    ...briefOf(row, tx.ctx.locale),
    name: kind.name,
    theirs,
    ours,
    bill: row.billId === null ? null : await readBill(tx, row.billId),
    progress: row.isBusy ? await readProgress(tx, gateway, day) : null,
    outcomes: await readOutcomes(tx, row),
    exchange: supplierOf(gateway) === undefined || row.billId === null ? [] : await readExchange(tx, row.billId),
    matchedAt: row.matchedAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
    closedBy: row.closedBy,
    nextTryAt: row.nextTryAt?.toISOString() ?? null,
    actions: [
      ...(isFree ? (['run', 'upload'] as const) : []),
      ...(isFree && row.state === 'matched' ? (['close'] as const) : []),
    ],
  }
}

const noDay = (gateway: string, day: string): Row => ({
  gateway,
  day,
  state: 'open',
  phase: null,
  billId: null,
  open: 0,
  totals: {},
  trouble: null,
  isBusy: false,
  matchedAt: null,
  closedAt: null,
  closedBy: '',
  nextTryAt: null,
})

type BillRow = Omit<NonNullable<DayView['bill']>, 'at' | 'hash'> & { readonly at: Date; readonly hash: Buffer }

async function readBill(tx: ReadTx, billId: number): Promise<DayView['bill']> {
  const { rows } = await sql<BillRow>`
    select id, source, file_name as "fileName", file_bytes as bytes, lines, file_hash as hash, asked_by as "askedBy", loaded_at as at
    from reconciliation.bills
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${billId}::bigint
  `.execute(tx.db)
  const [bill] = rows
  return bill ? { ...bill, hash: bill.hash.toString('hex'), at: bill.at.toISOString() } : null
}

async function readProgress(tx: ReadTx, gateway: string, day: string): Promise<DayView['progress']> {
  const { rows } = await sql<{ readonly lines: number; readonly judged: number }>`
    select lines, judged
    from reconciliation.bills
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and gateway = ${gateway}
      and day = ${day}::date
      and state in ('loading', 'loaded')
    order by id desc
    limit 1
  `.execute(tx.db)
  return rows[0] ?? null
}

/** Of a statement's lines that were found, those in the supplier's own money. */
async function readExchange(tx: ReadTx, billId: number): Promise<DayView['exchange']> {
  const { rows } = await sql<DayView['exchange'][number]>`
    select l.own_currency as currency, count(*) as lines, sum(x.sign * l.own_hao)::bigint as "ownHao",
      sum(x.sign * l.amount_fen)::bigint as "theirsFen", sum(x.sign * l.amount_fen - m.exchange_fen)::bigint as "oursFen",
      sum(m.exchange_fen)::bigint as "exchangeFen", min(l.own_rate) as "rateFrom", max(l.own_rate) as "rateTo"
    from reconciliation.bills b
    join reconciliation.matches m on m.tenant_id = b.tenant_id and m.bill_id = b.id
    join reconciliation.bill_lines l
      on l.tenant_id = b.tenant_id
      and l.begun_at = b.begun_at
      and l.bill_id = b.id
      and l.n = m.n
    cross join lateral (select reconciliation.sign_of(m.kind) as sign) x
    where b.tenant_id = ${tx.ctx.tenantId}::bigint
      and b.id = ${billId}::bigint
      and l.own_currency is not null
    group by l.own_currency
    order by l.own_currency
  `.execute(tx.db)
  return [...rows]
}

type Counted = Omit<DayView['outcomes'][number], 'outcome'>
const NOTHING: Counted = { count: 0, open: 0, fen: 0, differenceFen: 0 }

/** The seven, in their order. What was matched on another day counts there only. */
async function readOutcomes(tx: ReadTx, { gateway, day, billId, totals }: Row): Promise<DayView['outcomes']> {
  const { rows } = await sql<
    Counted & { readonly outcome: string; readonly ofBill: number; readonly ofBillFen: number }
  >`
    select c.outcome, count(*) as count, count(*) filter (where c.state in ('open', 'waiting')) as open,
      coalesce(sum(x.fen), 0)::bigint as fen, coalesce(sum(c.difference_fen), 0)::bigint as "differenceFen",
      count(*) filter (where x.is_matched) as "ofBill", coalesce(sum(x.fen) filter (where x.is_matched), 0)::bigint as "ofBillFen"
    from reconciliation.cases c
    cross join lateral (
      select reconciliation.sign_of(c.kind) * coalesce(c.theirs ->> 'amountFen', c.ours ->> 'amountFen')::bigint as fen,
        exists (
          select from reconciliation.matches m
          where m.tenant_id = c.tenant_id and m.bill_id = ${billId}::bigint and m.n = c.n and c.bill_id = ${billId}::bigint
        ) as is_matched
    ) x
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.gateway = ${gateway}
      and c.day = ${day}::date
      and c.cause <> 'gone_from_bill'
    group by c.outcome
  `.execute(tx.db)
  const matched = totals.matched ?? { count: 0, fen: 0 }
  const told = rows.reduce((sum, row) => ({ count: sum.count + row.ofBill, fen: sum.fen + row.ofBillFen }), {
    count: 0,
    fen: 0,
  })
  return OUTCOMES.map((outcome) => {
    if (outcome === 'match') {
      return { ...NOTHING, outcome, count: matched.count - told.count, fen: matched.fen - told.fen }
    }
    const found = rows.find((row) => row.outcome === outcome)
    if (!found) return { ...NOTHING, outcome }
    const { count, open, fen, differenceFen } = found
    return { outcome, count, open, fen, differenceFen }
  })
}
