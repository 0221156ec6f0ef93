import { commonErrors, complaintErrors, type DeskAction, fulfilmentErrors } from '@quanshu/contract'
import type { OrderNo, StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../../platform/db/index.ts'
import type { Platform } from '../../../../platform/module.ts'
import { refundOrder } from '../../commands/refund-order.ts'
import { retryLine } from '../../commands/retry-line.ts'
import { decideComplaint } from '../../complaints/commands/decide-complaint.ts'
import { askSql } from '../../service/ask-sql.ts'
import type { DeskKey } from './assign.ts'
import { changeSource } from './change-source.ts'

type Staff = { readonly staffId: StaffId; readonly name: string }

/**
 * Does one thing to one row of the desk, in a transaction of its own. Who may refund is checked before.
 * @throws complaints.not_this_way, decided; fulfilment.not_an_exception, refund_awaits, still_short, link_over, no_channel_pieces, channel_open, purchase_open, codes_not_by_word, held_back, never_asked, source_of_another, source_not_now; orders.refund_*; common.not_found
 */
export async function handleStuck(
  platform: Platform,
  ctx: Ctx,
  { orderNo, lineNo, grantId }: DeskKey,
  {
    action,
    reason,
    offerId,
  }: { readonly action: DeskAction; readonly reason: string; readonly offerId?: number | undefined },
  staff: Staff,
): Promise<void> {
  const no = orderNo as OrderNo
  if (grantId > 0) {
    if (action === 'retry' || action === 'from_total' || action === 'done' || action === 'source') {
      throw complaintErrors.notThisWay()
    }
    await platform.db.write(ctx, async (tx) => {
      await decideComplaint(tx, await complaintOf(tx, no, grantId), { action, reason }, staff)
    })
  } else if (action === 'retry') {
    await retryLine(platform, ctx, no, lineNo, staff.name)
  } else if (action === 'from_total') {
    await platform.db.write(ctx, (tx) => deliverFromTotal(tx, no, lineNo, reason, staff.name))
  } else if (action === 'done') {
    await platform.db.write(ctx, (tx) => markDone(tx, no, lineNo, reason, staff.name))
  } else if (action === 'source' && offerId !== undefined) {
    await changeSource(platform, ctx, no, lineNo, { offerId, reason, actor: staff.name })
  } else if (action === 'refund') {
    await platform.db.write(ctx, (tx) => refundException(tx, no, lineNo, reason, staff))
  } else {
    throw complaintErrors.notThisWay()
  }
}

async function complaintOf(tx: Tx, no: OrderNo, grantId: number): Promise<number> {
  const { rows } = await sql<{ readonly id: number }>`
    select id
    from fulfilment.complaints
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and order_no = ${no}::bigint
      and grant_id = ${grantId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return rows[0].id
}

/** Pieces of the total warehouse for a line of a channel that has none any more; nothing is changed when there are too few. */
async function deliverFromTotal(tx: Tx, no: OrderNo, lineNo: number, reason: string, actor: string): Promise<void> {
  await askSql(
    tx,
    sql`fulfilment.deliver_from_total(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, ${actor})`,
  )
  tx.audit({ action: 'desk.from_total', objectKind: 'order', objectId: no, detail: { lineNo, reason } })
}

/** Delivered outside of the system: the pieces are the buyer's and the price is earned. */
async function markDone(tx: Tx, no: OrderNo, lineNo: number, proof: string, actor: string): Promise<void> {
  await askSql(
    tx,
    sql`fulfilment.mark_done(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, ${proof}, ${actor})`,
  )
  tx.audit({ action: 'desk.done', objectKind: 'order', objectId: no, detail: { lineNo, proof } })
}

/** What failed goes back as it was promised; a line that could not be delivered goes back as a whole. */
async function refundException(tx: Tx, no: OrderNo, lineNo: number, reason: string, actor: Staff): Promise<void> {
  const { rows } = await sql<{ readonly failed: boolean }>`
    select exception_reason = 'refund_failed' as failed
    from orders.lines
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and order_no = ${no}::bigint
      and line_no = ${lineNo}::smallint
      and state = 'exception'
  `.execute(tx.db)
  if (!rows[0]) throw fulfilmentErrors.notAnException()
  await refundOrder(tx, { no, lineNo, again: rows[0].failed, endsGifts: true, to: 'source', reason, actor })
}
