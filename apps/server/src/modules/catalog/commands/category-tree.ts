import { catalogErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import { constraintRefusals, type Tx } from '../../../platform/db/index.ts'

constraintRefusals.register({
  categories_name: () => catalogErrors.nameTaken(),
  tags_name: () => catalogErrors.nameTaken(),
  // A category or picture was deleted between the check and the insert.
  goods_category: () => catalogErrors.categoryUnknown(),
  categories_parent: () => catalogErrors.categoryUnknown(),
  goods_pictures_picture: () => catalogErrors.pictureUnknown(),
})

export type CategoryInput = {
  readonly name: string
  readonly nameEn: string
  readonly icon: string
  readonly parentId: number | null
}

/** Two levels fit a phone's menu; deeper trees get lost there. */
const LEVELS_MAX = 2

/**
 * The parent must be there and be a top category itself; a category with children cannot go under another.
 * @throws catalog.category_unknown, catalog.category_too_deep
 */
export async function refuseBadParent(tx: Tx, parentId: number | null, ownId?: number): Promise<void> {
  if (parentId === null) return
  const { rows } = await sql<{ isTop: boolean; hasChildren: boolean }>`
    select
      p.parent_id is null as "isTop",
      exists (
        select
        from catalog.categories c
        where c.tenant_id = p.tenant_id
          and c.parent_id = ${ownId ?? null}::bigint
      ) as "hasChildren"
    from catalog.categories p
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
      and p.id = ${parentId}::bigint
    for share
  `.execute(tx.db)
  const [parent] = rows
  if (!parent) throw catalogErrors.categoryUnknown()
  if (!parent.isTop || parent.hasChildren || parentId === ownId)
    throw catalogErrors.categoryTooDeep({ levels: LEVELS_MAX })
}
