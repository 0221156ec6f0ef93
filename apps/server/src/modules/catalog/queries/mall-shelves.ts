import type { MallShelves } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { listCategories } from './categories.ts'
import { onSale } from './mall-list.ts'
import { listTags } from './tags.ts'

/** Categories and tags that lead to something: what is empty today is not shown. */
export async function readShelves(tx: ReadTx): Promise<MallShelves> {
  const { rows } = await sql<{ kind: 'category' | 'tag'; id: number; count: number }>`
    with selling as materialized (
      select g.id, g.category_id
      from catalog.goods g
      where g.tenant_id = ${tx.ctx.tenantId}::bigint
        and ${onSale}
    )
    select 'category' as kind, category_id as id, count(*) as count
    from selling
    where category_id is not null
    group by category_id
    union all
    select 'tag', gt.tag_id, count(*)
    from selling
    join catalog.goods_tags gt
      on gt.tenant_id = ${tx.ctx.tenantId}::bigint
      and gt.goods_id = selling.id
    group by gt.tag_id
  `.execute(tx.db)
  const counts = new Map(rows.map(({ kind, id, count }) => [`${kind} ${id}`, count]))
  const categories = (await listCategories(tx)).map((category) => ({
    ...category,
    goodsCount: counts.get(`category ${category.id}`) ?? 0,
  }))
  const parents = new Set(categories.filter(({ goodsCount }) => goodsCount > 0).map(({ parentId }) => parentId))
  const tags = (await listTags(tx)).map((tag) => ({ ...tag, goodsCount: counts.get(`tag ${tag.id}`) ?? 0 }))
  return {
    categories: categories.filter(({ id, goodsCount }) => goodsCount > 0 || parents.has(id)),
    tags: tags.filter(({ goodsCount }) => goodsCount > 0),
  }
}
