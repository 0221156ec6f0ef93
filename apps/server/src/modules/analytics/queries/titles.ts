import type { ReportDimension } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

type Title = { readonly title: string; readonly titleEn: string }

const QUERIES: Partial<Record<ReportDimension, (tenantId: number, ids: readonly number[]) => RawBuilder<unknown>>> = {
  goods: (tenantId, ids) => sql`
    select g.id::text as key, g.title, g.title_en as "titleEn"
    from catalog.goods g
    where g.tenant_id = ${tenantId}::bigint
      and g.id = any (${ids}::bigint[])`,
  sku: (tenantId, ids) => sql`
    select s.id::text as key, g.title || ' / ' || s.title as title,
      coalesce(nullif(g.title_en, ''), g.title) || ' / ' || coalesce(nullif(s.title_en, ''), s.title) as "titleEn"
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where s.tenant_id = ${tenantId}::bigint
      and s.id = any (${ids}::bigint[])`,
  category: (tenantId, ids) => sql`
    select c.id::text as key, case when p.id is null then '' else p.name || ' / ' end || c.name as title,
      case when p.id is null then '' else coalesce(nullif(p.name_en, ''), p.name) || ' / ' end
        || coalesce(nullif(c.name_en, ''), c.name) as "titleEn"
    from catalog.categories c
    left join catalog.categories p on p.tenant_id = c.tenant_id and p.id = c.parent_id
    where c.tenant_id = ${tenantId}::bigint
      and c.id = any (${ids}::bigint[])`,
}

/** What rows of a dimension are called; words (a supplier, a channel…) are their own name and have no entry. */
export async function titlesOf(
  tx: ReadTx,
  dimension: ReportDimension,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Title>> {
  const query = QUERIES[dimension]
  if (!query || keys.length === 0) return new Map()
  const { rows } = await (
    query(tx.ctx.tenantId, keys.map(Number)) as RawBuilder<Title & { readonly key: string }>
  ).execute(tx.db)
  return new Map(rows.map(({ key, ...title }) => [key, title]))
}
