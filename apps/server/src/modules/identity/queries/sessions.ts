import type { sessionView } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import type { PageQuery } from '../../../platform/lists/index.ts'
import { allOf, limitOf } from '../../../platform/lists/index.ts'
import { tokenHash } from '../token.ts'

/** A live session of one person, as he sees it himself. */
export type LiveSession = {
  readonly id: number
  readonly current: boolean
  readonly ip: string | null
  readonly userAgent: string
  readonly createdAt: string
  readonly lastSeenAt: string
  readonly expiresAt: string
}

type Row = {
  readonly id: number
  readonly current: boolean
  readonly ip: string | null
  readonly userAgent: string
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly expiresAt: Date
}

const columns = sql`
  s.id, s.ip, s.user_agent as "userAgent", s.created_at as "createdAt", s.last_seen_at as "lastSeenAt", s.expires_at as "expiresAt"`
const live = sql`s.expires_at > now() and s.last_seen_at + interval '1 second' * s.idle_seconds > now()`

/** A person's live sessions, newest first. @param token the one in the caller's cookie, to mark his own */
export async function liveSessions(
  tx: ReadTx,
  owner: { readonly kind: 'staff' | 'member'; readonly id: number },
  token: string | undefined,
): Promise<LiveSession[]> {
  const own = token === undefined ? Buffer.alloc(0) : tokenHash(token)
  const { rows } = await sql<Row>`
    select ${columns}, s.token_hash = ${own} as current
    from identity.sessions s
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.kind = ${owner.kind}
      and s.subject_id = ${owner.id}::bigint
      and ${live}
    order by s.id desc
    limit 50`.execute(tx.db)
  return rows.map(view)
}

type StaffSession = z.output<typeof sessionView>

/** Employees' live sessions, newest first. @param currentId the caller's own */
export async function listStaffSessions(
  tx: ReadTx,
  query: PageQuery & { readonly staffId?: number | undefined },
  currentId: number,
): Promise<{
  readonly items: StaffSession[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
}> {
  const where = allOf(
    sql`s.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`s.kind = 'staff'`,
    live,
    query.staffId !== undefined && sql`s.subject_id = ${query.staffId}::bigint`,
  )
  const { rows } = await sql<Row & { staff: StaffSession['staff'] }>`
    select ${columns}, s.id = ${currentId}::bigint as current,
      jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email) as staff
    from identity.sessions s
    join identity.staff p on p.tenant_id = s.tenant_id and p.id = s.subject_id
    where ${where}
    order by s.id desc
    ${limitOf(query)}`.execute(tx.db)
  const counted = await sql<{
    total: number
  }>`select count(*) as total from identity.sessions s where ${where}`.execute(tx.db)
  const items = rows.map((row) => ({ ...view(row), staff: row.staff }))
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

function view(row: Row): LiveSession {
  const { createdAt, lastSeenAt, expiresAt, ...rest } = row
  return {
    id: rest.id,
    current: rest.current,
    ip: rest.ip,
    userAgent: rest.userAgent,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}
