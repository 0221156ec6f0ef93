import type { Category } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** All categories, each parent followed by its children, with the number of goods that are not archived; a parent counts those of its children too, as the list of goods shows them. */
export async function listCategories(tx: ReadTx): Promise<Category[]> {
  const { rows } = await sql<Category>`
    select
      c.id,
      c.parent_id as "parentId",
      c.name,
      c.name_en as "nameEn",
      c.icon,
      c.position,
      (
        select count(*)
        from catalog.goods g
        where g.tenant_id = c.tenant_id
          and g.category_id in (
            select under.id
            from catalog.categories under
            where under.tenant_id = c.tenant_id
              and (under.id = c.id or under.parent_id = c.id)
          )
          and g.state <> 'archived'
      ) as "goodsCount"
    from catalog.categories c
    left join catalog.categories parent
      on parent.tenant_id = c.tenant_id
      and parent.id = c.parent_id
    where c.tenant_id = ${tx.ctx.tenantId}::bigint
    order by
      coalesce(parent.position, c.position),
      coalesce(parent.id, c.id),
      c.parent_id is not null,
      c.position,
      c.id
  `.execute(tx.db)
  return rows
}
