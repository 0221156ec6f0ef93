import type { InboxItem } from '@quanshu/contract'
import type { MemberId, StaffId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, type PageQuery } from '../../../platform/lists/index.ts'

export type Reader = { readonly staffId: StaffId } | { readonly memberId: MemberId }

/** The lines of one person, of `notify.inbox i`. */
export const ofReader = (tx: ReadTx, reader: Reader): RawBuilder<unknown> =>
  'staffId' in reader
    ? sql`i.tenant_id = ${tx.ctx.tenantId}::bigint and i.staff_id = ${reader.staffId}::bigint`
    : sql`i.tenant_id = ${tx.ctx.tenantId}::bigint and i.member_id = ${reader.memberId}::bigint`

/** Newest first. */
export async function listInbox(
  tx: ReadTx,
  reader: Reader,
  query: PageQuery & { readonly unread?: boolean | undefined },
): Promise<{ readonly items: InboxItem[]; readonly total: number; readonly page: number; readonly pageSize: number }> {
  const where = allOf(ofReader(tx, reader), query.unread === true && sql`i.read_at is null`)
  const { rows } = await sql<
    Omit<InboxItem, 'readAt' | 'createdAt'> & { readonly readAt: Date | null; readonly createdAt: Date }
  >`
    select i.id, i.event, i.title, i.body, i.link, i.urgent as "isUrgent", i.read_at as "readAt",
      i.created_at as "createdAt"
    from notify.inbox i
    where ${where}
    order by i.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number }>`
    select count(*) as total from notify.inbox i where ${where}
  `.execute(tx.db)
  return {
    items: rows.map(({ readAt, createdAt, ...row }) => ({
      ...row,
      readAt: readAt?.toISOString() ?? null,
      createdAt: createdAt.toISOString(),
    })),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

export async function countUnread(tx: ReadTx, reader: Reader): Promise<number> {
  const { rows } = await sql<{ readonly unread: number }>`
    select count(*) as unread
    from notify.inbox i
    where ${ofReader(tx, reader)}
      and i.read_at is null
  `.execute(tx.db)
  return rows[0]?.unread ?? 0
}
