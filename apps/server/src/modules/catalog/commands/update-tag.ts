import { commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'

/** Renames a tag on all its goods. @throws common.not_found, catalog.name_taken */
export async function updateTag(
  tx: Tx,
  id: number,
  { name, nameEn }: { readonly name: string; readonly nameEn: string },
): Promise<void> {
  const { numAffectedRows } = await sql`
    update catalog.tags
    set name = ${name},
        name_en = ${nameEn}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  if (!numAffectedRows) throw commonErrors.notFound()
  announceChange(tx, { action: 'tag.update', objectKind: 'tag', objectId: id, detail: { name } })
}
