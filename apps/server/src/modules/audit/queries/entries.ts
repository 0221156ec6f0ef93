import { type auditLine, type auditRoutes, commonErrors } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, type PageQuery } from '../../../platform/lists/index.ts'

type Line = z.output<typeof auditLine>
type Detail = z.output<typeof auditRoutes.getAuditLine.response>
type Actor = { readonly kind: Line['actor']['kind']; readonly id?: number; readonly name?: string }
type Row = Omit<Line, 'at' | 'actor' | 'requestId'> & {
  readonly at: Date
  readonly actor: Actor
  readonly requestId: string | null
}

export type AuditFilter = {
  readonly actorKind?: Actor['kind'] | undefined
  readonly actorId?: number | undefined
  readonly action?: string | undefined
  readonly objectKind?: string | undefined
  readonly objectId?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly q?: string | undefined
}

const columns = sql`
  e.seq as id, e.at, e.actor, e.action, e.object_kind as "objectKind", e.object_id as "objectId", e.ip,
  e.request_id as "requestId"`

/** Newest first, or oldest first with `sort=at`. */
export async function listEntries(
  tx: ReadTx,
  query: PageQuery & AuditFilter,
): Promise<{ readonly items: Line[]; readonly total: number; readonly page: number; readonly pageSize: number }> {
  const where = matching(tx, query)
  const order = query.sort === 'at' ? sql`order by e.seq` : sql`order by e.seq desc`
  const { rows } = await sql<Row>`
    select ${columns}
    from audit.entries e
    where ${where}
    ${order}
    ${limitOf(query)}`.execute(tx.db)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from audit.entries e
    where ${where}`.execute(tx.db)
  return { items: rows.map(view), total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** For the export: newest first, below a number. */
export async function entriesBelow(
  tx: ReadTx,
  filter: AuditFilter,
  beforeId: number,
  count: number,
): Promise<readonly Detail[]> {
  const { rows } = await sql<Row & DetailRow>`
    select ${columns}, e.detail, e.hash, e.prev_hash
    from audit.entries e
    where ${matching(tx, filter)}
      and e.seq < ${beforeId}::bigint
    order by e.seq desc
    limit ${count}::bigint`.execute(tx.db)
  return rows.map(detailView)
}

/** How many lines an export would have, counted up to `max` + 1. */
export async function countUpTo(tx: ReadTx, filter: AuditFilter, max: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count
    from (
      select 1
      from audit.entries e
      where ${matching(tx, filter)}
      limit ${max + 1}::bigint
    ) lines`.execute(tx.db)
  return rows[0]?.count ?? 0
}

/** @throws commonErrors.notFound */
export async function readEntry(tx: ReadTx, id: number): Promise<Detail> {
  const { rows } = await sql<Row & DetailRow>`
    select ${columns}, e.detail, e.hash, e.prev_hash
    from audit.entries e
    where e.tenant_id = ${tx.ctx.tenantId}::bigint
      and e.seq = ${id}::bigint`.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return detailView(row)
}

function matching(tx: ReadTx, filter: AuditFilter): RawBuilder<unknown> {
  const { actorKind, actorId, action, objectKind, objectId, from, to, q } = filter
  return allOf(
    sql`e.tenant_id = ${tx.ctx.tenantId}::bigint`,
    actorKind !== undefined && sql`e.actor ->> 'kind' = ${actorKind}`,
    actorId !== undefined && sql`e.actor ->> 'id' = ${String(actorId)}`,
    action !== undefined &&
      (action.includes('.') ? sql`e.action = ${action}` : sql`starts_with(e.action, ${`${action}.`})`),
    objectKind !== undefined && sql`e.object_kind = ${objectKind}`,
    objectId !== undefined && sql`e.object_id = ${objectId}`,
    from !== undefined && sql`e.at >= ${from}::timestamptz`,
    to !== undefined && sql`e.at < ${to}::timestamptz`,
    q !== undefined && q !== '' && sql`(e.object_id = ${q} or e.request_id = ${q} or e.actor ->> 'name' = ${q})`,
  )
}

function view({ at, actor, requestId, ...row }: Row): Line {
  return {
    ...row,
    at: at.toISOString(),
    actor: { kind: actor.kind, id: actor.id ?? null, name: actor.name ?? null },
    requestId: requestId ?? '',
  }
}

type DetailRow = { readonly detail: Record<string, unknown>; readonly hash: Buffer; readonly prev_hash: Buffer }

function detailView({ detail, hash, prev_hash, ...row }: Row & DetailRow): Detail {
  const isFirst = prev_hash.length === 0
  return { ...view(row), detail, hash: hash.toString('hex'), previousHash: isFirst ? null : prev_hash.toString('hex') }
}
