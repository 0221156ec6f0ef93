import { commonErrors, type memberView } from '@quanshu/contract'
import type { MemberId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy, type PageQuery } from '../../../platform/lists/index.ts'
import { PHONE, PHONE_TAIL } from '../model.ts'

type Member = z.output<typeof memberView>
type Row = Omit<Member, 'lastSeenAt' | 'createdAt'> & { readonly lastSeenAt: Date | null; readonly createdAt: Date }

export type MemberFilter = {
  readonly q?: string | undefined
  readonly status?: Member['status'] | undefined
  readonly createdFrom?: string | undefined
  readonly createdTo?: string | undefined
}
/** A filter whose whole phone number, if `q` is one, was already turned into its hash. */
export type HashedFilter = MemberFilter & { readonly phoneHash: Buffer | undefined }

const columns = sql`
  m.id, m.phone_masked as "phoneMasked", m.name, m.status, m.note, m.version,
  m.last_seen_at as "lastSeenAt", m.created_at as "createdAt",
  coalesce((
    select a.balance - a.held_out
    from ledger.accounts a
    where a.tenant_id = m.tenant_id
      and a.kind = 'cash.member'
      and a.ref = m.id::text
      and a.unit = 'CNY'
  ), 0) as "balanceFen",
  coalesce((
    select a.balance - a.held_out
    from ledger.accounts a
    where a.tenant_id = m.tenant_id
      and a.kind = 'points.member'
      and a.ref = m.id::text
      and a.unit = 'point'
  ), 0) as "points"`

export async function listMembers(
  tx: ReadTx,
  query: PageQuery & HashedFilter,
): Promise<{ readonly items: Member[]; readonly total: number; readonly page: number; readonly pageSize: number }> {
  const where = matching(tx, query)
  const sortable = { createdAt: sql`m.created_at`, lastSeenAt: sql`m.last_seen_at` }
  const order = orderBy(query.sort, sortable, '-createdAt', sql`m.id`)
  const { rows } = await sql<Row>`
    select ${columns}
    from members.members m
    where ${where}
    ${order}
    ${limitOf(query)}`.execute(tx.db)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from members.members m
    where ${where}`.execute(tx.db)
  return { items: rows.map(view), total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** For the export: newest first, below an id. */
export async function membersBelow(
  tx: ReadTx,
  filter: HashedFilter,
  beforeId: number,
  count: number,
): Promise<readonly Member[]> {
  const { rows } = await sql<Row>`
    select ${columns}
    from members.members m
    where ${matching(tx, filter)}
      and m.id < ${beforeId}::bigint
    order by m.id desc
    limit ${count}::bigint`.execute(tx.db)
  return rows.map(view)
}

/** One member with what only the detail needs. @throws commonErrors.notFound */
export async function readMember(
  tx: ReadTx,
  id: MemberId,
): Promise<{ readonly member: Member; readonly sealedPhone: Buffer; readonly sessionCount: number }> {
  const { rows } = await sql<Row & { sealedPhone: Buffer; sessionCount: number }>`
    select ${columns}, m.phone as "sealedPhone",
      (
        select count(*)
        from identity.sessions s
        where s.tenant_id = m.tenant_id
          and s.kind = 'member'
          and s.subject_id = m.id
          and s.expires_at > now()
      ) as "sessionCount"
    from members.members m
    where m.tenant_id = ${tx.ctx.tenantId}::bigint
      and m.id = ${id}::bigint`.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  const { sealedPhone, sessionCount, ...rest } = row
  return { member: view(rest), sealedPhone, sessionCount }
}

function matching(tx: ReadTx, filter: HashedFilter): RawBuilder<unknown> {
  const { q, status, createdFrom, createdTo } = filter
  return allOf(
    sql`m.tenant_id = ${tx.ctx.tenantId}::bigint`,
    q !== undefined && q !== '' && searched(q, filter.phoneHash),
    status !== undefined && sql`m.status = ${status}`,
    createdFrom !== undefined && sql`m.created_at >= ${createdFrom}::timestamptz`,
    createdTo !== undefined && sql`m.created_at < ${createdTo}::timestamptz`,
  )
}

/** A whole phone number, its last four digits, an id, or part of a name. */
function searched(q: string, phoneHash: Buffer | undefined): RawBuilder<unknown> {
  if (PHONE.test(q) && phoneHash) return sql`m.phone_hash = ${phoneHash}`
  if (PHONE_TAIL.test(q)) return sql`(m.phone_tail = ${q} or m.id = ${q}::bigint)`
  if (/^\d{1,15}$/.test(q)) return sql`m.id = ${q}::bigint`
  return sql`m.name ilike ${containing(q)}`
}

function view(row: Row): Member {
  return { ...row, lastSeenAt: row.lastSeenAt?.toISOString() ?? null, createdAt: row.createdAt.toISOString() }
}
