import type { StrayFlood, StrayRow, strayRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf } from '../../../platform/lists/index.ts'

type Query = z.output<typeof strayRoutes.list.query>
type Instants = 'heardAt' | 'createdAt' | 'openedAt' | 'dueAt' | 'handledAt'
type Row = Omit<StrayRow, Instants | 'said'> & {
  readonly [name in 'heardAt' | 'createdAt']: Date
} & { readonly [name in 'openedAt' | 'dueAt' | 'handledAt' | 'saidAt']: Date | null } & {
  readonly said: Omit<NonNullable<StrayRow['said']>, 'at'>
}

/** Suppliers that flood at a time; more than this is shown as they are dealt with. */
const FLOODS_MAX = 20

/** Newest first, with the floods that nobody is done with. */
export async function listStrays(tx: ReadTx, query: Query) {
  const number = query.q === '' ? undefined : query.q
  const condition = allOf(
    sql`s.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state !== undefined && sql`s.state = any (${query.state}::text[])`,
    query.why !== undefined && sql`s.why = any (${query.why}::text[])`,
    query.supplierId !== undefined && sql`s.supplier_id = ${query.supplierId}::bigint`,
    number !== undefined &&
      sql`(s.ref = ${number} or s.said_no = ${number} or s.said_remote_no = ${number} or p.no = ${number} or p.order_no::text = ${number})`,
  )
  const from = sql`
    from suppliers.strays s
    join suppliers.suppliers o on o.tenant_id = s.tenant_id and o.id = s.supplier_id
    left join suppliers.purchases p on p.tenant_id = s.tenant_id and p.id = s.purchase_id
    where ${condition}
  `
  const { rows } = await sql<Row>`
    select s.id, s.supplier_id as "supplierId", o.name as supplier, s.named, s.ref, s.state, s.why,
      case when p.id is not null then jsonb_build_object(
        'id', p.id, 'no', p.no, 'state', p.state, 'remoteNo', p.remote_no, 'orderNo', p.order_no, 'lineNo', p.line_no
      ) end as purchase,
      jsonb_build_object(
        'no', s.said_no, 'remoteNo', s.said_remote_no, 'state', s.said_state, 'costHao', s.said_cost_hao, 'currency', s.said_currency,
        'message', s.said_message
      ) as said,
      s.said_at as "saidAt", s.heard, s.heard_at as "heardAt", s.created_at as "createdAt", s.opened_at as "openedAt",
      s.due_at as "dueAt", s.handled_by as "handledBy", s.handled_note as "handledNote", s.handled_at as "handledAt"
    ${from}
    order by s.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ total: number }>`select count(*) as total ${from}`.execute(tx.db)
  const total = counted.rows[0]?.total ?? 0
  return { items: rows.map(shown), total, page: query.page, pageSize: query.pageSize, floods: await openFloods(tx) }
}

async function openFloods(tx: ReadTx): Promise<StrayFlood[]> {
  const { rows } = await sql<Omit<StrayFlood, 'beganAt' | 'lastAt'> & { beganAt: Date; lastAt: Date }>`
    select f.id, f.supplier_id as "supplierId", o.name as supplier, f.more, f.last_ref as "lastRef", f.began_at as "beganAt",
      f.last_at as "lastAt"
    from suppliers.stray_floods f
    join suppliers.suppliers o on o.tenant_id = f.tenant_id and o.id = f.supplier_id
    where f.tenant_id = ${tx.ctx.tenantId}::bigint
      and f.handled_at is null
    order by f.last_at desc
    limit ${FLOODS_MAX}
  `.execute(tx.db)
  return rows.map((row) => ({ ...row, beganAt: row.beganAt.toISOString(), lastAt: row.lastAt.toISOString() }))
}

const shown = ({ said, saidAt, ...row }: Row): StrayRow => ({
  ...row,
  said: saidAt && { ...said, at: saidAt.toISOString() },
  heardAt: row.heardAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
  openedAt: row.openedAt?.toISOString() ?? null,
  dueAt: row.dueAt?.toISOString() ?? null,
  handledAt: row.handledAt?.toISOString() ?? null,
})
