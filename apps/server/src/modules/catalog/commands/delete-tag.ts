import { commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'

/** Deletes a tag and takes it off all goods. @throws common.not_found */
export async function deleteTag(tx: Tx, id: number): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    delete from catalog.tags
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
    returning name
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  announceChange(tx, { action: 'tag.delete', objectKind: 'tag', objectId: id, detail: rows[0] })
}
