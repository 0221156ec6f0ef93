import { type RawBuilder, sql } from 'kysely'

/** jsonb of the names of the tags of the goods under the alias `g`, in the shop's order. */
export const tagNames: RawBuilder<string[]> = sql`
  coalesce((
    select jsonb_agg(t.name order by t.position, t.id)
    from catalog.goods_tags gt
    join catalog.tags t
      on t.tenant_id = gt.tenant_id
      and t.id = gt.tag_id
    where gt.tenant_id = g.tenant_id
      and gt.goods_id = g.id
  ), '[]')
`
