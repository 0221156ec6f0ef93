import { commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'
import { type CategoryInput, refuseBadParent } from './category-tree.ts'

/**
 * Renames or moves a category.
 * @throws common.not_found, catalog.category_unknown, catalog.category_too_deep, catalog.name_taken
 */
export async function updateCategory(
  tx: Tx,
  id: number,
  { name, nameEn, icon, parentId }: CategoryInput,
): Promise<void> {
  await refuseBadParent(tx, parentId, id)
  const { numAffectedRows } = await sql`
    update catalog.categories
    set name = ${name},
        name_en = ${nameEn},
        icon = ${icon},
        parent_id = ${parentId}::bigint
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  if (!numAffectedRows) throw commonErrors.notFound()
  announceChange(tx, { action: 'category.update', objectKind: 'category', objectId: id, detail: { name, parentId } })
}
