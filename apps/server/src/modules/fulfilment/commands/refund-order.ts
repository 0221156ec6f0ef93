import { refusalOf } from '@quanshu/contract'
import type { OrderNo, StaffId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readSettings } from '../../tenancy/index.ts'
import { isSqlRefusal, type SqlRefusal } from '../model.ts'

export type RefundRequest = {
  readonly no: OrderNo
  /** null: everything that can be refunded. */
  readonly lineNo: number | null
  /** Grants that are taken back; with an amount, for that instead of their share. */
  readonly pieces?: readonly number[] | undefined
  /** Without pieces: goodwill, nothing is taken back. */
  readonly amountFen?: number | undefined
  /** Only what failed refunds had promised. */
  readonly again?: boolean
  /** Of what the shop gave away: its rights end, for nothing. */
  readonly endsGifts?: boolean
  readonly to: 'source' | 'balance'
  readonly reason: string
  /** Without a member of staff it is the shop's own rule that asks. */
  readonly actor: { readonly staffId: StaffId | null; readonly name: string }
}

type Begun = {
  readonly amountFen: number /** Of the last line. */
  readonly refundId: number
  readonly awaiting: boolean
  readonly putBack?: boolean
}

/**
 * Takes the right back (codes become void) and sends the money on its way; to the balance it is there at once. Above what
 * the shop lets one person give back, in money or in points, it waits for a second person instead, and nothing is taken yet.
 * A recharge goes back only to where it came from, and takes its share of the bonus; what failed of it may be put back.
 * @throws orders.nothing_to_refund, orders.balance_needs_member, orders.recharge_to_source, orders.recharge_spent, orders.refund_over_left, orders.refund_whole_line,
 * orders.refund_piece_gone, orders.refund_used_codes, orders.refund_over_receipt, common.not_found
 */
export async function refundOrder(tx: Tx, request: RefundRequest): Promise<Begun> {
  const { no, lineNo, to, reason, pieces, amountFen } = request
  const settings = await readSettings(tx)
  const takes = request.again ? 'again' : pieces ? 'pieces' : amountFen === undefined ? 'line' : 'nothing'
  const ask = {
    lineNo,
    takes,
    grants: pieces ?? [],
    amountFen: amountFen ?? null,
    to,
    reason,
    actor: request.actor.name,
    staffId: request.actor.staffId,
    approvalAboveFen: settings['refunds.approvalAboveFen'],
    approvalAbovePoints: settings['refunds.approvalAbovePoints'],
    used: settings['refunds.usedCodes'],
    endsGifts: request.endsGifts ?? false,
  }
  const { rows } = await sql<{ readonly answer: Begun | SqlRefusal }>`
    select fulfilment.refund(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${JSON.stringify(ask)}::jsonb) as answer
  `.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer) throw new Error('fulfilment.refund gave no answer')
  if (isSqlRefusal(answer)) throw refusalOf(answer.code, answer.params)
  tx.audit({
    action: answer.putBack ? 'order.put_back' : 'order.refund',
    objectKind: 'order',
    objectId: no,
    detail: {
      lineNo,
      takes,
      ...(pieces ? { pieces: pieces.length } : {}),
      to,
      reason,
      amountFen: answer.amountFen,
      ...(answer.awaiting ? { awaiting: true } : {}),
    },
  })
  return answer
}
