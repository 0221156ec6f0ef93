import { catalogErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { announceChange } from './announce.ts'

/**
 * Sets the order of one level.
 * @param ids all categories under `parentId`, first to last
 * @throws catalog.category_order_stale when categories came or went meanwhile
 */
export async function orderCategories(tx: Tx, parentId: number | null, ids: readonly number[]): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ id: number }>`
    select id
    from catalog.categories
    where tenant_id = ${tenantId}::bigint
      and parent_id is not distinct from ${parentId}::bigint
    order by id
    for no key update
  `.execute(tx.db)
  const known = new Set(rows.map(({ id }) => id))
  const wanted = new Set(ids)
  if (wanted.size !== ids.length || known.size !== wanted.size || !ids.every((id) => known.has(id))) {
    throw catalogErrors.categoryOrderStale()
  }
  await sql`
    update catalog.categories c
    set position = wanted.n - 1
    from unnest(${ids}::bigint[]) with ordinality as wanted(id, n)
    where c.tenant_id = ${tenantId}::bigint
      and c.id = wanted.id
  `.execute(tx.db)
  announceChange(tx, { action: 'category.order', objectKind: 'category', objectId: parentId ?? 0, detail: { ids } })
}
