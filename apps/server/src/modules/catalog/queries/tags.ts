import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

type TagRow = {
  readonly id: number
  readonly name: string
  readonly nameEn: string
  readonly position: number
  readonly goodsCount: number
}

/** All tags with the number of goods that are not archived. */
export async function listTags(tx: ReadTx): Promise<TagRow[]> {
  const { rows } = await sql<TagRow>`
    select
      t.id,
      t.name,
      t.name_en as "nameEn",
      t.position,
      (
        select count(*)
        from catalog.goods_tags gt
        join catalog.goods g
          on g.tenant_id = gt.tenant_id
          and g.id = gt.goods_id
        where gt.tenant_id = t.tenant_id
          and gt.tag_id = t.id
          and g.state <> 'archived'
      ) as "goodsCount"
    from catalog.tags t
    where t.tenant_id = ${tx.ctx.tenantId}::bigint
    order by t.position, t.id
  `.execute(tx.db)
  return rows
}
