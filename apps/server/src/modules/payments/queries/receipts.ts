import type { chargebackView, receiptView } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf } from '../../../platform/lists/index.ts'

type Paged = {
  readonly page: number
  readonly pageSize: number
  readonly orderNo?: number | undefined
  /** An order's number, or the gateway's for the payment. */
  readonly q?: string | undefined
}
type ReceiptQuery = Paged & { readonly state?: readonly string[] | undefined; readonly open?: boolean | undefined }
type ReceiptView = z.output<typeof receiptView>
type ChargebackView = z.output<typeof chargebackView>

/** What of the receipt `p` lies in `cash.surplus`, as `fulfilment.left_of_surplus` counts it before it lets anybody decide. */
const leftOf = (tenantId: number) => sql`
  select case
    when p.state in ('surplus', 'unmatched') then p.amount_fen - coalesce((
      select sum(f.amount_fen)::bigint
      from payments.refunds f
      where f.tenant_id = ${tenantId}
        and f.order_no = p.order_no
        and f.receipt_id = p.id
        and f.line_no is null
        and f.replaced_by is null
        and f.state = 'done'
    ), 0) - coalesce((
      select sum(c.surplus_fen)::bigint
      from payments.chargebacks c
      where c.tenant_id = ${tenantId}
        and c.order_no = p.order_no
        and c.receipt_id = p.id
        and c.state <> 'won'
    ), 0)
    else 0
  end as fen
`

/** Money that gateways took, newest first; with `open` the oldest first, because it has waited longest. */
export async function listReceipts(tx: ReadTx, query: ReceiptQuery) {
  const { tenantId } = tx.ctx
  const isOpen = sql`r.state in ('surplus', 'unmatched') and not exists (
    select from payments.refunds f
    where f.tenant_id = ${tenantId}
      and f.order_no = r.order_no
      and f.receipt_id = r.id
      and f.state in ('requested', 'processing')
  )`
  const condition = allOf(
    sql`r.tenant_id = ${tenantId}`,
    query.state !== undefined && sql`r.state = any(${query.state}::text[])`,
    query.orderNo !== undefined && sql`r.order_no = ${query.orderNo}`,
    query.q !== undefined && sql`(r.trade_no = ${query.q} or r.order_no = ${orderNoIn(query.q)})`,
    query.open === true && isOpen,
  )
  const { rows } = await sql<Omit<ReceiptView, 'paidAt' | 'receivedAt'> & { paidAt: Date | null; receivedAt: Date }>`
    with page as materialized (
      select r.*, ${isOpen} as is_open
      from payments.receipts r
      where ${condition}
      order by r.id ${query.open === true ? sql`asc` : sql`desc`}
      limit ${query.pageSize}
      offset ${(query.page - 1) * query.pageSize}
    )
    select p.id, p.gateway, p.trade_no as "tradeNo", p.order_no as "orderNo", o.state as "orderState",
      o.total_fen - o.balance_fen as "orderTotalFen", o.member_id as "memberId", p.amount_fen as "amountFen", p.fee_fen as "feeFen",
      p.disputed_fen as "disputedFen", l.fen as "leftFen", p.currency, p.state, p.paid_at as "paidAt", p.received_at as "receivedAt", p.is_open as "isOpen",
      p.handled_by as "handledBy", p.handled_note as "handledNote"
    from page p
    join orders.orders o on o.tenant_id = ${tenantId} and o.no = p.order_no
    cross join lateral (${leftOf(tenantId)}) l
    order by p.id ${query.open === true ? sql`asc` : sql`desc`}
  `.execute(tx.db)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from payments.receipts r
    where ${condition}
  `.execute(tx.db)
  return {
    items: rows.map((row) => ({
      ...row,
      paidAt: row.paidAt?.toISOString() ?? null,
      receivedAt: row.receivedAt.toISOString(),
    })),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

export async function listChargebacks(tx: ReadTx, query: Paged & { readonly state?: readonly string[] | undefined }) {
  const condition = allOf(
    sql`c.tenant_id = ${tx.ctx.tenantId}`,
    query.state !== undefined && sql`c.state = any(${query.state}::text[])`,
    query.orderNo !== undefined && sql`c.order_no = ${query.orderNo}`,
    query.q !== undefined &&
      sql`(c.dispute_no = ${query.q} or c.trade_no = ${query.q} or c.order_no = ${orderNoIn(query.q)})`,
  )
  const { rows } = await sql<Omit<ChargebackView, 'openedAt' | 'endedAt'> & { openedAt: Date; endedAt: Date | null }>`
    select c.id, c.gateway, c.dispute_no as "disputeNo", c.trade_no as "tradeNo", c.order_no as "orderNo",
      c.amount_fen as "amountFen", c.loss_fen as "lossFen", c.state, c.reason, c.opened_at as "openedAt", c.ended_at as "endedAt"
    from payments.chargebacks c
    where ${condition}
    order by c.id desc
    limit ${query.pageSize}
    offset ${(query.page - 1) * query.pageSize}
  `.execute(tx.db)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from payments.chargebacks c
    where ${condition}
  `.execute(tx.db)
  return {
    items: rows.map((row) => ({
      ...row,
      openedAt: row.openedAt.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
    })),
    total: counted.rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

const orderNoIn = (q: string): number | null => (/^\d{16}$/.test(q) ? Number(q) : null)
