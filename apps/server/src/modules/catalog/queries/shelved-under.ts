import { type RawBuilder, sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

type Shelf = { readonly categoryId?: number | undefined; readonly tagId?: number | undefined }

/** Of `catalog.goods g`: those of a category and with a tag, as far as they are asked for. */
export const shelvedUnder = (tx: ReadTx, { categoryId, tagId }: Shelf): readonly (RawBuilder<unknown> | false)[] => [
  // A parent category stands for its children too.
  categoryId !== undefined &&
    sql`g.category_id in (
      select c.id
      from catalog.categories c
      where c.tenant_id = ${tx.ctx.tenantId}::bigint
        and (c.id = ${categoryId}::bigint or c.parent_id = ${categoryId}::bigint)
    )`,
  tagId !== undefined &&
    sql`exists (
      select
      from catalog.goods_tags gt
      where gt.tenant_id = g.tenant_id
        and gt.goods_id = g.id
        and gt.tag_id = ${tagId}::bigint
    )`,
]
