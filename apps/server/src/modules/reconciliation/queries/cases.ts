import { type CaseAction, causeSentence, commonErrors, type reconciliationRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf } from '../../../platform/lists/index.ts'
import { supplierOf } from '../supplies/source.ts'

type Page = z.output<typeof reconciliationRoutes.listCases.response>
export type CaseView = Page['items'][number]
type Query = z.output<typeof reconciliationRoutes.listCases.query>
export type CaseFilter = Omit<Query, 'page' | 'pageSize'>
type Times = 'openedAt' | 'endedAt'
/** A side as it is kept: `own` only where there is one. */
type Kept<T extends { readonly own: unknown }> = Omit<T, 'own'> & {
  readonly hasMoved: boolean
  readonly own?: NonNullable<T['own']>
}
type Row = Omit<CaseView, Times | 'what' | 'todo' | 'actions' | 'theirs' | 'ours'> & {
  readonly openedAt: Date
  readonly endedAt: Date | null
  readonly theirs: Kept<NonNullable<CaseView['theirs']>> | null
  readonly ours: Kept<NonNullable<CaseView['ours']>> | null
  readonly hasRefund: boolean
}

const columns = sql`
  c.id, c.gateway, c.day, c.first_day as "firstDay", c.outcome, c.cause, c.kind, c.state, c.number, c.order_no as "orderNo",
  c.theirs, c.ours, c.difference_fen as "differenceFen", c.exchange_fen as "exchangeFen", c.posting_id is not null as "isWrittenOff", c.opened_at as "openedAt",
  reconciliation.day_of(coalesce(c.ended_at, now())) - c.first_day as "ageDays", c.ended_at as "endedAt",
  c.handled_by as "handledBy", c.note,
  c.kind = 'refund' and (c.fact_id is not null or reconciliation.refund_of(c.theirs ->> 'refundNo') is not null) as "hasRefund"`

/** Newest first; those that are open stand first only by the filter. */
export async function listCases(tx: ReadTx, query: Query): Promise<Page> {
  const where = matching(tx, query)
  const { rows } = await sql<Row>`
    select ${columns}
    from reconciliation.cases c
    where ${where}
    order by c.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number }>`
    select count(*) as total from reconciliation.cases c where ${where}
  `.execute(tx.db)
  return {
    items: rows.map((row) => viewOf(tx, row)),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

export async function casesBelow(
  tx: ReadTx,
  filter: CaseFilter,
  beforeId: number,
  count: number,
): Promise<readonly CaseView[]> {
  const { rows } = await sql<Row>`
    select ${columns}
    from reconciliation.cases c
    where ${matching(tx, filter)}
      and c.id < ${beforeId}::bigint
    order by c.id desc
    limit ${count}::bigint
  `.execute(tx.db)
  return rows.map((row) => viewOf(tx, row))
}

/** @throws common.notFound */
export async function readCase(tx: ReadTx, id: number): Promise<CaseView> {
  const { rows } = await sql<Row>`
    select ${columns}
    from reconciliation.cases c
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
      and c.id = ${id}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return viewOf(tx, rows[0])
}

function matching(tx: ReadTx, filter: CaseFilter): RawBuilder<unknown> {
  const { gateway, day, outcome, state, kind, unsettled, q } = filter
  return allOf(
    sql`c.tenant_id = ${tx.ctx.tenantId}::bigint`,
    gateway !== undefined && sql`c.gateway = ${gateway}`,
    day !== undefined && sql`c.day = ${day}::date`,
    outcome !== undefined && sql`c.outcome = any (${outcome}::text[])`,
    state !== undefined && sql`c.state = any (${state}::text[])`,
    unsettled === true && sql`c.state in ('open', 'waiting')`,
    kind !== undefined && sql`c.kind = ${kind}`,
    q !== undefined && q !== '' && sql`(c.number ilike ${containing(q)} or c.order_no::text = ${q})`,
  )
}

function viewOf({ ctx }: ReadTx, { openedAt, endedAt, hasRefund, theirs, ours, ...row }: Row): CaseView {
  return {
    ...row,
    ...causeSentence(row.cause, ctx.locale, row.kind),
    theirs: theirs && sideOf(theirs),
    ours: ours && sideOf(ours),
    openedAt: openedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    actions: row.state === 'open' || row.state === 'waiting' ? actionsOf({ ...row, theirs, ours, hasRefund }) : [],
  }
}

function sideOf<T extends { readonly hasMoved: boolean; readonly at: string; readonly own?: OwnView }>(kept: T) {
  const { hasMoved: _, own = null, ...side } = kept
  return { ...side, own, at: new Date(side.at).toISOString() }
}
type OwnView = NonNullable<NonNullable<CaseView['ours']>['own']>

type Facts = Pick<Row, 'gateway' | 'kind' | 'orderNo' | 'theirs' | 'ours' | 'hasRefund' | 'outcome' | 'differenceFen'>

function actionsOf({ gateway, kind, orderNo, theirs, ours, hasRefund, outcome, differenceFen }: Facts): CaseAction[] {
  const isOneSided = outcome === 'channel_only' || outcome === 'ours_only' || outcome === 'cross_day'
  const canAsk = outcome !== 'duplicate' && (kind === 'payment' ? orderNo !== null : hasRefund)
  const isCny = (theirs ?? ours)?.currency === 'CNY'
  return [
    ...(canAsk ? (['ask'] as const) : []),
    ...(supplierOf(gateway) !== undefined && differenceFen < 0 && isCny ? (['claim'] as const) : []),
    ...(differenceFen !== 0 && isCny ? (['write_off'] as const) : []),
    'explain',
    'postpone',
    ...(isOneSided && isCny ? (['pair'] as const) : []),
  ]
}
