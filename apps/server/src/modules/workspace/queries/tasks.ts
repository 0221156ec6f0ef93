import { commonErrors, type FormField, type SupplyTaskDetail, type SupplyTaskRow } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, orderBy, type PageQuery } from '../../../platform/lists/index.ts'

type Query = PageQuery & {
  readonly q?: string | undefined
  readonly state?: readonly string[] | undefined
  readonly overdue?: boolean | undefined
}
type Dated = 'openedAt' | 'acceptBy' | 'dueAt' | 'endedAt'
type Raw = Omit<SupplyTaskRow, Dated> & {
  readonly openedAt: Date
  readonly acceptBy: Date | null
  readonly dueAt: Date | null
  readonly endedAt: Date | null
}

/** Neither the price of the sale nor its ceiling: what a supplier must not learn stands in no column of this file. */
const COLUMNS = sql`
  t.id, t.no, r.remote_id as "remoteId", r.name as product, r.kind, t.quantity, t.arrived, t.cost_hao as "costHao", t.state,
  t.staff_name as "staffName", t.opened_at as "openedAt", t.accept_by as "acceptBy", t.due_at as "dueAt",
  coalesce(t.overdue_at is not null or (t.state = 'accepted' and t.due_at <= now()), false) as "isOverdue", t.ended_at as "endedAt"
`
const FROM = sql`
  from suppliers.tasks t
  join suppliers.products r on r.tenant_id = t.tenant_id and r.id = t.product_id
`
const SORTS = { openedAt: sql`t.opened_at`, dueAt: sql`coalesce(t.accept_by, t.due_at, t.ended_at)` }

const ofSupplier = (tx: ReadTx, supplierId: number): RawBuilder<unknown> =>
  sql`t.tenant_id = ${tx.ctx.tenantId}::bigint and t.supplier_id = ${supplierId}::bigint`

/** What was ordered from one supplier: unless asked otherwise what is open, the most pressing first. */
export const listTasks = (tx: ReadTx, supplierId: number, query: Query) =>
  page<SupplyTaskRow>(tx, supplierId, query, sql``, (row) => row)

/** The same for the shop, with the purchase behind each and what was said. */
export const listTasksForShop = (tx: ReadTx, supplierId: number, query: Query) =>
  page<SupplyTaskRow & { purchaseId: number; note: string }>(
    tx,
    supplierId,
    { ...query, state: query.state ?? [...SHOWN_TO_SHOP] },
    sql`, t.note, (select p.id from suppliers.purchases p where p.tenant_id = t.tenant_id and p.no = t.no) as "purchaseId"`,
    (row) => row as SupplyTaskRow & { purchaseId: number; note: string },
  )
const SHOWN_TO_SHOP = ['waiting', 'accepted', 'done', 'refused', 'expired', 'withdrawn'] as const

async function page<T>(
  tx: ReadTx,
  supplierId: number,
  query: Query,
  more: RawBuilder<unknown>,
  finished: (row: SupplyTaskRow) => T,
) {
  const where = allOf(
    ofSupplier(tx, supplierId),
    query.state ? sql`t.state = any (${query.state}::text[])` : sql`t.ended_at is null`,
    query.overdue && sql`t.state = 'accepted' and t.due_at <= now()`,
    !!query.q && sql`(t.no = ${query.q} or left(t.no, 16) = ${query.q} or r.remote_id = ${query.q})`,
  )
  // What is over is looked at newest first; what is open by what is left of its time.
  const usual = query.state ? '-openedAt' : 'dueAt'
  const { rows } = await sql<Raw & { readonly total: number }>`
    select ${COLUMNS} ${more}, count(*) over () as total
    ${FROM}
    where ${where}
    ${orderBy(query.sort ?? usual, SORTS, 'dueAt', sql`t.id`)}
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, ...row }) => finished(shown(row))),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

function shown({ openedAt, acceptBy, dueAt, endedAt, ...row }: Raw): SupplyTaskRow {
  return {
    ...row,
    openedAt: openedAt.toISOString(),
    acceptBy: acceptBy?.toISOString() ?? null,
    dueAt: dueAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  }
}

type Details = {
  readonly serial: string
  readonly note: string
  /** Whose account is topped up is the supplier's business while it works on it, and no longer. */
  readonly values: Readonly<Record<string, string>> | null
  readonly asked: readonly FormField[] | null
}

/** One order of the shop with what its delivery needs. @throws common.not_found, also for another supplier's */
export async function readTask(tx: ReadTx, supplierId: number, taskId: number): Promise<SupplyTaskDetail> {
  const { rows } = await sql<Raw & Details>`
    select ${COLUMNS}, t.serial, t.note, r.fields as asked,
      case when t.ended_at is null then (
        select p.fields from suppliers.purchases p where p.tenant_id = t.tenant_id and p.no = t.no
      ) end as values
    ${FROM}
    where ${ofSupplier(tx, supplierId)}
      and t.id = ${taskId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  const { values, asked, ...row } = rows[0]
  const labelOf = (key: string) => asked?.find((field) => field.key === key)
  return {
    ...shown(row),
    serial: row.serial,
    note: row.note,
    fields: Object.entries(values ?? {}).map(([key, value]) => ({
      key,
      value,
      labelZh: labelOf(key)?.labelZh ?? key,
      labelEn: labelOf(key)?.labelEn ?? key,
    })),
  }
}
