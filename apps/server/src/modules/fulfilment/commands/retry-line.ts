import { commonErrors, fulfilmentErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { DeliveryOutcome } from '../model.ts'

type LineFacts = {
  readonly state: string
  readonly reason: string | null
  readonly isHeldBack: boolean
  readonly refundAwaits: boolean
  readonly quantity: number
}

/**
 * Tries again to deliver a line that is an exception (and with it every other undelivered line of the order, but for those that
 * arrived after they were refused: such a line is bought again by its own name only).
 * @throws fulfilment.not_an_exception, fulfilment.refund_awaits, fulfilment.still_short, fulfilment.link_over, common.not_found
 */
export async function retryLine(
  platform: Platform,
  ctx: Ctx,
  no: OrderNo,
  lineNo: number,
  actor: string,
): Promise<void> {
  const look = () => platform.db.read(ctx, (tx) => factsOf(tx, no, lineNo))
  const line = await look()
  if (!line) throw commonErrors.notFound()
  // A refund that failed is retried as a refund: the codes of that line are void already.
  if (line.state !== 'exception' || line.reason === 'refund_failed') throw fulfilmentErrors.notAnException()
  if (line.refundAwaits) throw fulfilmentErrors.refundAwaits()
  const outcomes = await platform.db.call<readonly DeliveryOutcome[]>(
    ctx.tenantId,
    'fulfilment.deliver',
    [no],
    actor,
    lineNo,
  )
  const outcome = outcomes.find((one) => one.lineNo === lineNo)
  await platform.db.write(ctx, async (tx) =>
    tx.audit({
      action: 'order.retry',
      objectKind: 'order',
      objectId: no,
      detail: { lineNo, delivered: outcome?.delivered ?? false },
    }),
  )
  // Asked back in between: whoever came first has the order.
  if (!outcome && (await look())?.refundAwaits) throw fulfilmentErrors.refundAwaits()
  // A bundle that is held back goes as a whole, and something of it is short still.
  if (!outcome && line.isHeldBack) throw fulfilmentErrors.stillShort({ needed: line.quantity, available: 0 })
  if (!outcome) throw fulfilmentErrors.notAnException()
  // It takes its time; the order shows how it goes on.
  if (outcome.reason === 'supplying') return
  if (outcome.reason === 'no_source') throw fulfilmentErrors.linkOver()
  if (!outcome.delivered) throw fulfilmentErrors.stillShort({ needed: outcome.quantity, available: 0 })
}

async function factsOf(tx: ReadTx, no: OrderNo, lineNo: number): Promise<LineFacts | undefined> {
  const { rows } = await sql<LineFacts>`
    select state, exception_reason as reason, held_back as "isHeldBack", quantity,
      exists (
        select from payments.refunds r
        where r.tenant_id = l.tenant_id
          and r.order_no = l.order_no
          and r.line_no = l.line_no
          and r.state = 'awaiting'
          and r.takes = 'line'
      ) as "refundAwaits"
    from orders.lines l
    where l.tenant_id = ${tx.ctx.tenantId}::bigint
      and l.order_no = ${no}::bigint
      and l.line_no = ${lineNo}::smallint
  `.execute(tx.db)
  return rows[0]
}
