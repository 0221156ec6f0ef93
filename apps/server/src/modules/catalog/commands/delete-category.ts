import { catalogErrors, commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'

/**
 * Deletes an empty category. Archived goods lose it.
 * @throws common.not_found, catalog.category_not_empty
 */
export async function deleteCategory(tx: Tx, id: number): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ name: string; goods: number; children: number }>`
    select
      c.name,
      (
        select count(*)
        from catalog.goods g
        where g.tenant_id = c.tenant_id
          and g.category_id = c.id
          and g.state <> 'archived'
      ) as goods,
      (
        select count(*)
        from catalog.categories child
        where child.tenant_id = c.tenant_id
          and child.parent_id = c.id
      ) as children
    from catalog.categories c
    where c.tenant_id = ${tenantId}::bigint
      and c.id = ${id}::bigint
    for update
  `.execute(tx.db)
  const [category] = rows
  if (!category) throw commonErrors.notFound()
  if (category.goods + category.children > 0) throw catalogErrors.categoryNotEmpty(category)
  await sql`
    update catalog.goods
    set category_id = null
    where tenant_id = ${tenantId}::bigint
      and category_id = ${id}::bigint
  `.execute(tx.db)
  await sql`
    delete from catalog.categories
    where tenant_id = ${tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  const detail = { name: category.name }
  announceChange(tx, { action: 'category.delete', objectKind: 'category', objectId: id, detail })
}
