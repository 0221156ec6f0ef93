import type { orderRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, orderBy } from '../../../platform/lists/index.ts'
import { maskContact } from '../../orders/index.ts'

type Query = z.output<typeof orderRoutes.exceptions.query>
type Page = z.output<typeof orderRoutes.exceptions.response>
type Row = Omit<Page['items'][number], 'contactMasked' | 'since' | 'actions'> & {
  readonly contact: string
  readonly since: Date
}

/** The exceptions desk: what was paid and not delivered, or could not be refunded; the oldest first. */
export async function listExceptions(tx: ReadTx, query: Query): Promise<Page> {
  const conditions = allOf(
    sql`l.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`l.state = 'exception'`,
    query.reason && sql`l.exception_reason = any (${query.reason}::text[])`,
    query.skuId !== undefined && sql`l.sku_id = ${query.skuId}::bigint`,
    query.q !== undefined &&
      query.q !== '' &&
      sql`(l.order_no::text = ${query.q} or lower(o.contact) = ${query.q.toLowerCase()})`,
  )
  const { rows } = await sql<Row & { readonly total: number }>`
    select l.order_no as "orderNo", l.line_no as "lineNo", l.goods_title as "goodsTitle", l.sku_title as "skuTitle",
      l.sku_id as "skuId", l.quantity,
      case when l.exception_reason = 'refund_failed' then f.amount_fen else l.amount_fen end as "amountFen", l.exception_reason as reason, l.exception_note as note,
      l.exception_at as since, o.contact, coalesce(a.balance - a.held_out, 0) as "availableNow", count(*) over () as total
    from orders.lines l
    join orders.orders o on o.tenant_id = l.tenant_id and o.no = l.order_no
    cross join lateral (
      select coalesce(sum(f.amount_fen), 0)::bigint as amount_fen
      from payments.refunds f
      where f.tenant_id = l.tenant_id
        and f.order_no = l.order_no
        and f.line_no = l.line_no
        and f.state = 'failed'
        and f.replaced_by is null
    ) f
    left join ledger.accounts a
      on a.tenant_id = l.tenant_id and a.kind = 'stock.available' and a.ref = l.sku_id::text and a.unit = 'piece'
    where ${conditions}
    ${orderBy(query.sort, { since: sql`l.exception_at`, amountFen: sql`l.amount_fen`, quantity: sql`l.quantity` }, 'since', sql`l.order_no`)}
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ contact, since, total: _, ...row }) => ({
      ...row,
      contactMasked: maskContact(contact),
      since: since.toISOString(),
      actions: row.reason === 'refund_failed' ? ['refund' as const] : ['retry' as const, 'refund' as const],
    })),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}
