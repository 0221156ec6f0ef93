import type { analyticsRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { titlesOf } from './titles.ts'

type Choices = z.output<typeof analyticsRoutes.choices.response>
/** How far back the figures are looked through for words that can be chosen. */
const MONTHS = 24
const WORDS_MAX = 200

/** What the filters can be set to: the words that occur in the figures, and the shop's categories. */
export async function readChoices(tx: ReadTx): Promise<Choices> {
  const { rows } = await sql<Omit<Choices, 'categories'> & { readonly categoryIds: readonly string[] }>`
    with seen as materialized (
      select s.channel, s.pay_way, s.staff
      from analytics.sums s
      where s.tenant_id = ${tx.ctx.tenantId}::bigint
        and s.grain = 'day'
        and s.at > now() - make_interval(months => ${MONTHS}::integer)
      group by s.channel, s.pay_way, s.staff
    )
    select
      array(select distinct s.channel from seen s where s.channel <> '' order by 1 limit ${WORDS_MAX}) as channels,
      array(select distinct s.pay_way from seen s where s.pay_way <> '' order by 1 limit ${WORDS_MAX}) as "payWays",
      array(select distinct s.staff from seen s where s.staff <> '' order by 1 limit ${WORDS_MAX}) as staff,
      array(
        select distinct b.supplier
        from vault.batches b
        where b.tenant_id = ${tx.ctx.tenantId}::bigint
          and b.supplier <> ''
        order by 1
        limit ${WORDS_MAX}
      ) as suppliers,
      array(
        select c.id::text from catalog.categories c where c.tenant_id = ${tx.ctx.tenantId}::bigint order by c.position, c.id
      ) as "categoryIds"
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw new Error('reading what can be chosen gave no row')
  const { categoryIds, ...words } = row
  const titles = await titlesOf(tx, 'category', categoryIds)
  return {
    ...words,
    categories: categoryIds.flatMap((key) => {
      const title = titles.get(key)
      return title ? [{ id: Number(key), ...title }] : []
    }),
  }
}
