import { refusalOf } from '@quanshu/contract'
import type { StaffId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readSettings } from '../../tenancy/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../model.ts'

type Decider = { readonly staffId: StaffId; readonly name: string }
type Decided = { readonly orderNo: number; readonly amountFen: number }

/**
 * The second pair of eyes lets a refund begin, if it would still do what was asked for.
 * @throws orders.refund_own_request, orders.refund_not_awaiting, orders.refund_changed, orders.refund_used_codes,
 * orders.recharge_spent, common.not_found
 */
export async function approveRefund(tx: Tx, refundId: number, { staffId, name }: Decider): Promise<void> {
  const used = (await readSettings(tx))['refunds.usedCodes']
  const { orderNo, amountFen } = await answerOf(
    tx,
    sql`fulfilment.approve_refund(${tx.ctx.tenantId}::bigint, ${refundId}::bigint, ${staffId}::bigint, ${name}, ${used})`,
  )
  tx.audit({ action: 'refund.approve', objectKind: 'order', objectId: orderNo, detail: { refundId, amountFen } })
}

/** @throws orders.refund_not_awaiting, common.not_found */
export async function declineRefund(tx: Tx, refundId: number, name: string, reason: string): Promise<void> {
  const { orderNo, amountFen } = await answerOf(
    tx,
    sql`fulfilment.decline_refund(${tx.ctx.tenantId}::bigint, ${refundId}::bigint, ${name}, ${reason})`,
  )
  tx.audit({
    action: 'refund.decline',
    objectKind: 'order',
    objectId: orderNo,
    detail: { refundId, amountFen, reason },
  })
}

/**
 * What the gateway refused was paid outside: booked against `cash.paid_by_hand`, with the number of that payment.
 * @throws orders.refund_not_failed, common.not_found
 */
export async function refundByHand(
  tx: Tx,
  refundId: number,
  name: string,
  { note, reference }: { readonly note: string; readonly reference: string },
): Promise<void> {
  const { orderNo, amountFen } = await answerOf(
    tx,
    sql`fulfilment.refund_by_hand(${tx.ctx.tenantId}::bigint, ${refundId}::bigint, ${name}, ${note}, ${reference})`,
  )
  tx.audit({
    action: 'refund.by_hand',
    objectKind: 'order',
    objectId: orderNo,
    detail: { refundId, amountFen, reference, note },
  })
}

async function answerOf(tx: Tx, call: RawBuilder<unknown>): Promise<Decided> {
  const { rows } = await sql<{ readonly answer: Decided | SqlRefusal }>`select ${call} as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('a decision about a refund gave no answer')
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  return answer
}
