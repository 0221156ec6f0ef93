import type { paymentRoutes } from '@quanshu/contract'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Query = z.output<typeof paymentRoutes.listNotices.query>
type Page = z.output<typeof paymentRoutes.listNotices.response>

/** Notices as they came, newest first; `q` is an order's or a trade's number. */
export async function listNotices(tx: ReadTx, query: Query): Promise<Page> {
  const { page, pageSize, verdict, orderNo, q } = query
  let notices = tx.db.selectFrom('payments.notices').where('tenant_id', '=', tx.ctx.tenantId)
  if (verdict && verdict.length > 0) notices = notices.where('verdict', 'in', verdict)
  if (orderNo !== undefined) notices = notices.where('order_no', '=', orderNo)
  if (q !== undefined && q !== '') {
    notices = /^\d{16}$/.test(q) ? notices.where('order_no', '=', Number(q)) : notices.where('trade_no', '=', q)
  }
  const { total } = await notices.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await notices
    .select(['id', 'gateway', 'received_at', 'verdict', 'order_no', 'trade_no', 'amount_fen', 'body'])
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(pageSize)
    .offset((page - 1) * pageSize)
    .execute()
  return {
    items: rows.map((row) => ({
      id: row.id,
      gateway: row.gateway,
      receivedAt: row.received_at.toISOString(),
      verdict: row.verdict as Page['items'][number]['verdict'],
      orderNo: row.order_no,
      tradeNo: row.trade_no,
      amountFen: row.amount_fen,
      body: row.body,
    })),
    total,
    page,
    pageSize,
  }
}
