import type { paymentRoutes } from '@quanshu/contract'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Query = z.output<typeof paymentRoutes.listRefunds.query>
type Page = z.output<typeof paymentRoutes.listRefunds.response>

/** Refunds and where they stand, newest first; `q` is an order's number. */
export async function listRefunds(tx: ReadTx, query: Query): Promise<Page> {
  const { page, pageSize, state, q } = query
  const orderNo = query.orderNo ?? (q !== undefined && /^\d{16}$/.test(q) ? Number(q) : undefined)
  let refunds = tx.db.selectFrom('payments.refunds').where('tenant_id', '=', tx.ctx.tenantId)
  if (state && state.length > 0) refunds = refunds.where('state', 'in', state)
  if (orderNo !== undefined) refunds = refunds.where('order_no', '=', orderNo)
  const { total } = await refunds.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await refunds
    .selectAll()
    .orderBy('id', 'desc')
    .limit(pageSize)
    .offset((page - 1) * pageSize)
    .execute()
  return {
    items: rows.map((row) => ({
      id: row.id,
      orderNo: row.order_no,
      lineNo: row.line_no,
      amountFen: row.amount_fen,
      points: row.points,
      to: row.target as Page['items'][number]['to'],
      state: row.state as Page['items'][number]['state'],
      takes: row.takes as Page['items'][number]['takes'],
      pieces: row.grants.length,
      creditFen: row.credit_fen,
      requestedBy: row.requested_by,
      requestedById: row.requested_by_id,
      decidedBy: row.decided_by,
      decidedNote: row.decided_note,
      handReference: row.hand_reference,
      isReplaced: row.replaced_by !== null,
      reason: row.reason,
      attempts: row.attempts,
      lastError: row.last_error,
      createdAt: row.created_at.toISOString(),
      doneAt: row.done_at?.toISOString() ?? null,
    })),
    total,
    page,
    pageSize,
  }
}
