import type { timelineEntry } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Entry = z.output<typeof timelineEntry>

/**
 * Everything that happened to an order, from every book that knows something: the order itself, its holds, payment
 * attempts, notices, receipts, chargebacks, deliveries, refunds, messages, staff. Oldest first.
 */
export async function readTimeline(tx: ReadTx, no: OrderNo): Promise<Entry[]> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<Omit<Entry, 'at'> & { readonly at: Date }>`
    select *
    from (
      select o.placed_at as at, 'order' as kind, 'order.placed' as title, null as actor,
        jsonb_build_object('totalFen', o.total_fen, 'points', o.points, 'payWith', o.pay_with) as params
      from orders.orders o
      where o.tenant_id = ${tenantId}::bigint and o.no = ${no}::bigint
      union all
      select o.closed_at, 'order', 'order.' || o.state, null, jsonb_build_object('reason', o.close_reason)
      from orders.orders o
      where o.tenant_id = ${tenantId}::bigint and o.no = ${no}::bigint and o.closed_at is not null
      union all
      select h.created_at, 'hold', 'hold.held', null, jsonb_build_object('lineNo', l.line_no, 'amount', h.amount)
      from orders.lines l
      join ledger.holds h on h.tenant_id = l.tenant_id and h.id = l.hold_id
      where l.tenant_id = ${tenantId}::bigint and l.order_no = ${no}::bigint
      union all
      select h.closed_at, 'hold', 'hold.' || h.state, null, jsonb_build_object('lineNo', l.line_no, 'amount', h.amount)
      from orders.lines l
      join ledger.holds h on h.tenant_id = l.tenant_id and h.id = l.hold_id
      where l.tenant_id = ${tenantId}::bigint and l.order_no = ${no}::bigint and h.closed_at is not null
      union all
      select a.created_at, 'payment', 'payment.begun', null, jsonb_build_object('gateway', a.gateway, 'amountFen', a.amount_fen)
      from payments.attempts a
      where a.tenant_id = ${tenantId}::bigint and a.order_no = ${no}::bigint and a.cashier is not null
      union all
      select n.received_at, 'notice', 'notice.' || n.verdict, null,
        jsonb_build_object('gateway', n.gateway, 'tradeNo', n.trade_no, 'amountFen', n.amount_fen)
      from payments.notices n
      where n.tenant_id = ${tenantId}::bigint and n.order_no = ${no}::bigint
      union all
      select r.received_at, 'payment', 'payment.received', null,
        jsonb_build_object('gateway', r.gateway, 'tradeNo', r.trade_no, 'amountFen', r.amount_fen, 'state', r.state)
      from payments.receipts r
      where r.tenant_id = ${tenantId}::bigint and r.order_no = ${no}::bigint
      union all
      select c.opened_at, 'payment', 'chargeback.opened', null,
        jsonb_build_object('gateway', c.gateway, 'amountFen', c.amount_fen, 'reason', c.reason)
      from payments.chargebacks c
      where c.tenant_id = ${tenantId}::bigint and c.order_no = ${no}::bigint
      union all
      select c.ended_at, 'payment', 'chargeback.' || c.state, null,
        jsonb_build_object('gateway', c.gateway, 'amountFen', c.amount_fen, 'reason', c.reason)
      from payments.chargebacks c
      where c.tenant_id = ${tenantId}::bigint and c.order_no = ${no}::bigint and c.ended_at is not null and c.state <> 'opened'
      union all
      select e.at, 'staff', 'receipt.' || coalesce(e.detail ->> 'action', 'handle'), e.actor ->> 'name',
        jsonb_build_object('gateway', r.gateway, 'amountFen', r.amount_fen, 'reason', e.detail ->> 'note')
      from payments.receipts r
      join audit.entries e
        on e.tenant_id = r.tenant_id and e.object_kind = 'receipt' and e.object_id = r.id::text and e.action = 'receipt.handle'
      where r.tenant_id = ${tenantId}::bigint and r.order_no = ${no}::bigint
      union all
      select l.delivered_at, 'delivery', case l.kind when 'recharge' then 'delivery.credited' else 'delivery.done' end, null,
        jsonb_build_object('lineNo', l.line_no, 'quantity', l.delivered_quantity)
          || case when l.kind = 'recharge' then jsonb_build_object('amountFen', o.credit_fen) else '{}' end
      from orders.lines l
      join orders.orders o on o.tenant_id = l.tenant_id and o.no = l.order_no
      where l.tenant_id = ${tenantId}::bigint and l.order_no = ${no}::bigint and l.delivered_at is not null
        and not exists (
          select from fulfilment.activations a
          where a.tenant_id = l.tenant_id and a.order_no = l.order_no and a.line_no = l.line_no and a.state = 'lapsed'
        )
      union all
      select a.opened_at, 'delivery', 'activation.opened', null, jsonb_build_object('lineNo', a.line_no, 'until', a.ends_at)
      from fulfilment.activations a
      where a.tenant_id = ${tenantId}::bigint and a.order_no = ${no}::bigint
      union all
      select a.closed_at, 'delivery', 'activation.lapsed', null, jsonb_build_object('lineNo', a.line_no)
      from fulfilment.activations a
      where a.tenant_id = ${tenantId}::bigint and a.order_no = ${no}::bigint and a.state = 'lapsed'
      union all
      select l.exception_at, 'delivery', 'delivery.exception', null,
        jsonb_build_object('lineNo', l.line_no, 'reason', l.exception_reason, 'note', l.exception_note)
      from orders.lines l
      where l.tenant_id = ${tenantId}::bigint and l.order_no = ${no}::bigint and l.exception_at is not null
      union all
      select g.granted_at, 'delivery', 'delivery.replaced', null,
        jsonb_build_object('lineNo', g.line_no, 'piece', g.piece, 'turn', g.turn)
      from entitlements.grants g
      where g.tenant_id = ${tenantId}::bigint and g.order_no = ${no}::bigint and g.turn > 1
      union all
      select f.created_at, 'refund', case when f.state in ('awaiting', 'declined') then 'refund.awaiting' else 'refund.requested' end, nullif(f.requested_by, ''),
        jsonb_build_object('amountFen', f.amount_fen, 'points', f.points, 'to', f.target, 'reason', f.reason, 'lineNo', f.line_no)
      from payments.refunds f
      where f.tenant_id = ${tenantId}::bigint and f.order_no = ${no}::bigint
      union all
      select f.decided_at, 'refund', 'refund.overtaken.' || coalesce(f.decided_note, 'delivered'), null,
        jsonb_build_object('amountFen', f.amount_fen, 'points', f.points, 'lineNo', f.line_no)
      from payments.refunds f
      where f.tenant_id = ${tenantId}::bigint and f.order_no = ${no}::bigint and f.state = 'declined' and f.decided_by = 'system'
      union all
      select coalesce(f.done_at, f.next_try_at, f.created_at), 'refund', 'refund.' || f.state, null,
        jsonb_build_object('amountFen', f.amount_fen, 'points', f.points, 'error', f.last_error, 'attempts', f.attempts)
      from payments.refunds f
      where f.tenant_id = ${tenantId}::bigint and f.order_no = ${no}::bigint and f.state in ('done', 'failed')
      union all
      select coalesce(m.sent_at, m.created_at), 'message', 'message.' || m.state, null,
        jsonb_build_object('channel', m.channel, 'template', m.template)
      from notify.messages m
      where m.tenant_id = ${tenantId}::bigint and m.about = ${`order:${no}`}
      union all
      select e.at, 'staff', e.action, e.actor ->> 'name', coalesce(e.detail, '{}')
      from audit.entries e
      where e.tenant_id = ${tenantId}::bigint and e.object_kind = 'order' and e.object_id = ${String(no)}
    ) x
    -- What happened in one transaction has one time; then causes stand before effects.
    order by x.at, array_position(array['order', 'notice', 'payment', 'hold', 'delivery', 'refund', 'message', 'staff'], x.kind)
  `.execute(tx.db)
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}
