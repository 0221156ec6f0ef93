import { commonErrors, type mallMeView } from '@quanshu/contract'
import type { MemberId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { meansOf } from './means.ts'

/** The signed-in member. @throws commonErrors.notFound */
export async function readMallMe(tx: ReadTx, id: MemberId): Promise<z.output<typeof mallMeView>> {
  const { rows } = await sql<{ id: MemberId; phoneMasked: string; name: string; createdAt: Date }>`
    select id, phone_masked as "phoneMasked", name, created_at as "createdAt"
    from members.members
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint`.execute(tx.db)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return { ...row, ...(await meansOf(tx, id)), createdAt: row.createdAt.toISOString() }
}

/** Whether this shop knows the member. */
export async function isMember(tx: ReadTx, id: MemberId): Promise<boolean> {
  const { rows } = await sql`
    select from members.members where tenant_id = ${tx.ctx.tenantId}::bigint and id = ${id}::bigint`.execute(tx.db)
  return rows.length > 0
}
