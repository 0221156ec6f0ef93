import type { ComplaintRule, complaintRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../../platform/db/index.ts'

type Rules = z.output<typeof complaintRoutes.rules.response>

const COLUMNS = sql`
  r.automatic, r.reasons, r.within_hours as "withinHours", r.max_fen as "maxFen", r.per_month as "perMonth",
  r.when_unsure as "whenUnsure", r.remedies
`

/** The shop's rule, or the usual one, and those of single goods. */
export async function listComplaintRules(tx: ReadTx): Promise<Rules> {
  const { tenantId } = tx.ctx
  const shop = await sql<ComplaintRule & { readonly isOwn: boolean }>`
    select ${COLUMNS}, r.updated_at is not null as "isOwn"
    from fulfilment.complaint_rule(${tenantId}::bigint, 0) r
  `.execute(tx.db)
  const goods = await sql<Rules['goods'][number]>`
    select r.goods_id as "goodsId", g.title as "goodsTitle", ${COLUMNS}
    from fulfilment.complaint_rules r
    join catalog.goods g on g.tenant_id = r.tenant_id and g.id = r.goods_id
    where r.tenant_id = ${tenantId}::bigint
    order by g.title, g.id
  `.execute(tx.db)
  if (!shop.rows[0]) throw new Error('there is always a rule of complaints')
  return { shop: shop.rows[0], goods: [...goods.rows] }
}
