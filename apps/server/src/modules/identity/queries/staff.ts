import { commonErrors, type staffView } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy, type PageQuery } from '../../../platform/lists/index.ts'

type Staff = z.output<typeof staffView>
type Row = Omit<Staff, 'lastSeenAt' | 'createdAt'> & { readonly lastSeenAt: Date | null; readonly createdAt: Date }

export type StaffFilter = {
  readonly q?: string | undefined
  readonly status?: Staff['status'] | undefined
  readonly roleId?: number | undefined
}

const columns = sql`
  s.id, s.email, s.name, s.status, s.version,
  s.totp_confirmed_at is not null as "twoFactor",
  s.must_change_password as "mustChangePassword",
  s.last_seen_at as "lastSeenAt",
  s.created_at as "createdAt",
  (
    select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'builtIn', r.built_in) order by r.id), '[]'::jsonb)
    from identity.staff_roles sr
    join identity.roles r on r.tenant_id = sr.tenant_id and r.id = sr.role_id
    where sr.tenant_id = s.tenant_id
      and sr.staff_id = s.id
  ) as roles`

export async function listStaff(
  tx: ReadTx,
  query: PageQuery & StaffFilter,
): Promise<{ readonly items: Staff[]; readonly total: number; readonly page: number; readonly pageSize: number }> {
  const where = matching(tx, query)
  const order = orderBy(
    query.sort,
    { name: sql`s.name`, email: sql`s.email`, createdAt: sql`s.created_at`, lastSeenAt: sql`s.last_seen_at` },
    'createdAt',
    sql`s.id`,
  )
  const { rows } =
    await sql<Row>`select ${columns} from identity.staff s where ${where} ${order} ${limitOf(query)}`.execute(tx.db)
  const counted = await sql<{ total: number }>`select count(*) as total from identity.staff s where ${where}`.execute(
    tx.db,
  )
  return { items: rows.map(view), total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** @throws commonErrors.notFound */
export async function readStaff(tx: ReadTx, id: StaffId): Promise<Staff> {
  const { rows } = await sql<Row>`
    select ${columns}
    from identity.staff s
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id = ${id}::bigint`.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return view(row)
}

/** For the export: newest first, below an id. */
export async function staffBelow(
  tx: ReadTx,
  filter: StaffFilter,
  beforeId: number,
  count: number,
): Promise<readonly Staff[]> {
  const { rows } = await sql<Row>`
    select ${columns}
    from identity.staff s
    where ${matching(tx, filter)}
      and s.id < ${beforeId}::bigint
    order by s.id desc
    limit ${count}::bigint`.execute(tx.db)
  return rows.map(view)
}

function matching(tx: ReadTx, { q, status, roleId }: StaffFilter): RawBuilder<unknown> {
  return allOf(
    sql`s.tenant_id = ${tx.ctx.tenantId}::bigint`,
    // Those who stand at others in the tree are no employees; they are listed there.
    sql`exists (
      select
      from organizations.nodes n
      where n.tenant_id = s.tenant_id
        and n.id = s.node_id
        and n.parent_id is null
    )`,
    q !== undefined && q !== '' && sql`(s.name ilike ${containing(q)} or s.email ilike ${containing(q)})`,
    status !== undefined && sql`s.status = ${status}`,
    roleId !== undefined &&
      sql`exists (
        select 1
        from identity.staff_roles f
        where f.tenant_id = s.tenant_id
          and f.staff_id = s.id
          and f.role_id = ${roleId}::bigint
      )`,
  )
}

function view(row: Row): Staff {
  return { ...row, lastSeenAt: row.lastSeenAt?.toISOString() ?? null, createdAt: row.createdAt.toISOString() }
}
