import { commonErrors, type wholesaleRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf } from '../../../platform/lists/index.ts'

type Page = z.output<typeof wholesaleRoutes.listCalls.response>
type Row = Omit<Page['items'][number], 'at'> & { readonly at: Date; readonly total: number }

/** The last calls of a key, newest first; 500 are kept, for a week. @throws common.not_found */
export async function listCalls(
  tx: ReadTx,
  keyId: number,
  query: z.output<typeof wholesaleRoutes.listCalls.query>,
): Promise<Page> {
  const known = await sql`
    select from wholesale.keys where tenant_id = ${tx.ctx.tenantId}::bigint and id = ${keyId}::bigint
  `.execute(tx.db)
  if (known.rows.length === 0) throw commonErrors.notFound()
  const condition = allOf(
    sql`c.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`c.key_id = ${keyId}::bigint`,
    query.only === 'refused' && sql`c.code is not null`,
    !!query.q && sql`(c.outer_no ilike ${containing(query.q)} or c.operation = ${query.q} or c.code = ${query.q})`,
  )
  const { rows } = await sql<Row>`
    select c.id, c.at, c.operation, c.outer_no as "outerNo", c.status, c.code, c.reason, c.ip, c.elapsed_ms as "elapsedMs",
      c.request, c.answer, count(*) over () as total
    from wholesale.calls c
    where ${condition}
    order by c.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, at, ...row }) => ({ ...row, at: at.toISOString() })),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}
