import { type claimView, commonErrors, type paymentRoutes } from '@quanshu/contract'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Query = z.output<typeof paymentRoutes.listClaims.query>
type Page = z.output<typeof paymentRoutes.listClaims.response>
type View = z.output<typeof claimView>

const claimsOf = (tx: ReadTx) => tx.db.selectFrom('payments.claims').where('tenant_id', '=', tx.ctx.tenantId)

/** Payments that staff claimed for orders, newest first; `q` is an order's number or the gateway's. */
export async function listClaims(tx: ReadTx, { page, pageSize, state, q, orderNo }: Query): Promise<Page> {
  let claims = claimsOf(tx)
  if (state && state.length > 0) claims = claims.where('state', 'in', state)
  if (orderNo !== undefined) claims = claims.where('order_no', '=', orderNo)
  if (q !== undefined) {
    claims = /^\d{16}$/.test(q) ? claims.where('order_no', '=', Number(q)) : claims.where('trade_no', '=', q)
  }
  const { total } = await claims.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  const rows = await claims
    .selectAll()
    .orderBy('id', 'desc')
    .limit(pageSize)
    .offset((page - 1) * pageSize)
    .execute()
  return { items: rows.map(viewOf), total, page, pageSize }
}

/** @throws commonErrors.notFound */
export async function readClaimView(tx: ReadTx, claimId: number): Promise<View> {
  const row = await claimsOf(tx).where('id', '=', claimId).selectAll().executeTakeFirst()
  if (!row) throw commonErrors.notFound()
  return viewOf(row)
}

type Row = Awaited<ReturnType<ReturnType<ReturnType<typeof claimsOf>['selectAll']>['executeTakeFirstOrThrow']>>

const viewOf = (row: Row): View => ({
  id: row.id,
  orderNo: row.order_no,
  gateway: row.gateway,
  tradeNo: row.trade_no,
  amountFen: row.amount_fen,
  paidAt: row.paid_at.toISOString(),
  state: row.state as View['state'],
  verdict: row.verdict as View['verdict'],
  reason: row.reason,
  requestedBy: row.requested_by,
  requestedById: row.requested_by_id,
  decidedBy: row.decided_by,
  decidedNote: row.decided_note,
  decidedAt: row.decided_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
})
