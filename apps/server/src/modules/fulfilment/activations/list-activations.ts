import type { ActivationRow, activationRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, orderBy } from '../../../platform/lists/index.ts'
import { maskContact } from '../../orders/index.ts'

type Query = z.output<typeof activationRoutes.list.query>
type Page = z.output<typeof activationRoutes.list.response>
type Raw = Omit<ActivationRow, 'contactMasked' | 'openedAt' | 'endsAt' | 'closedAt'> & {
  readonly contact: string
  readonly openedAt: Date
  readonly endsAt: Date
  readonly closedAt: Date | null
}

const SORTS = { endsAt: sql`a.ends_at`, openedAt: sql`a.opened_at` }

/** Top-ups that were bought to be activated later; what ends first stands first. */
export async function listActivations(tx: ReadTx, query: Query): Promise<Page> {
  const condition = allOf(
    sql`a.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state && sql`a.state = any (${query.state}::text[])`,
    query.endsInDays !== undefined &&
      sql`a.state = 'open' and a.ends_at <= now() + make_interval(days => ${query.endsInDays}::integer)`,
    query.skuId !== undefined && sql`a.sku_id = ${query.skuId}::bigint`,
  )
  const { rows } = await sql<Raw>`
    select a.order_no as "orderNo", a.line_no as "lineNo", l.goods_title as "goodsTitle", l.sku_title as "skuTitle", a.quantity,
      l.amount_fen as "amountFen", o.contact, a.state, l.state as "lineState", a.opened_at as "openedAt", a.ends_at as "endsAt",
      a.closed_at as "closedAt", a.by_kind as by, a.by_name as "byName"
    from fulfilment.activations a
    join orders.lines l on l.tenant_id = a.tenant_id and l.order_no = a.order_no and l.line_no = a.line_no
    join orders.orders o on o.tenant_id = a.tenant_id and o.no = a.order_no
    where ${condition}
    ${orderBy(query.sort, SORTS, 'endsAt', sql`a.order_no`)}
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number }>`
    select count(*) as total
    from fulfilment.activations a
    where ${condition}
  `.execute(tx.db)
  return {
    items: rows.map(({ contact, openedAt, endsAt, closedAt, ...row }) => ({
      ...row,
      contactMasked: maskContact(contact),
      openedAt: openedAt.toISOString(),
      endsAt: endsAt.toISOString(),
      closedAt: closedAt?.toISOString() ?? null,
    })),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}
