import { assert } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'
import { type CategoryInput, refuseBadParent } from './category-tree.ts'

/**
 * Adds a category at the end of its level.
 * @throws catalog.category_unknown, catalog.category_too_deep, catalog.name_taken
 */
export async function createCategory(tx: Tx, { name, nameEn, icon, parentId }: CategoryInput): Promise<number> {
  await refuseBadParent(tx, parentId)
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ id: number }>`
    insert into catalog.categories (tenant_id, parent_id, name, name_en, icon, position)
    select ${tenantId}::bigint, ${parentId}::bigint, ${name}, ${nameEn}, ${icon}, coalesce(max(position) + 1, 0)
    from catalog.categories
    where tenant_id = ${tenantId}::bigint
      and parent_id is not distinct from ${parentId}::bigint
    returning id
  `.execute(tx.db)
  const id = rows[0]?.id
  assert(id !== undefined, 'an insert returns its row')
  announceChange(tx, { action: 'category.create', objectKind: 'category', objectId: id, detail: { name } })
  return id
}
