import { commonErrors, fulfilmentErrors } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { DeliveryOutcome } from '../model.ts'

type LineFacts = {
  readonly state: string
  readonly reason: string | null
  readonly isHeldBack: boolean
  readonly quantity: number
}

/**
 * Tries again to deliver a line that is an exception (and with it every other undelivered line of the order).
 * @throws fulfilment.not_an_exception, fulfilment.still_short, fulfilment.link_over, common.not_found
 */
export async function retryLine(
  platform: Platform,
  ctx: Ctx,
  no: OrderNo,
  lineNo: number,
  actor: string,
): Promise<void> {
  const line = await platform.db.read(ctx, async (tx) => {
    const { rows } = await sql<LineFacts>`
      select state, exception_reason as reason, held_back as "isHeldBack", quantity
      from orders.lines
      where tenant_id = ${ctx.tenantId}::bigint
        and order_no = ${no}::bigint
        and line_no = ${lineNo}::smallint
    `.execute(tx.db)
    return rows[0]
  })
  if (!line) throw commonErrors.notFound()
  // A refund that failed is retried as a refund: the codes of that line are void already.
  if (line.state !== 'exception' || line.reason === 'refund_failed') throw fulfilmentErrors.notAnException()
  const outcomes = await platform.db.call<readonly DeliveryOutcome[]>(ctx.tenantId, 'fulfilment.deliver', [no], actor)
  const outcome = outcomes.find((one) => one.lineNo === lineNo)
  await platform.db.write(ctx, async (tx) =>
    tx.audit({
      action: 'order.retry',
      objectKind: 'order',
      objectId: no,
      detail: { lineNo, delivered: outcome?.delivered ?? false },
    }),
  )
  // A bundle that is held back goes as a whole, and something of it is short still.
  if (!outcome && line.isHeldBack) throw fulfilmentErrors.stillShort({ needed: line.quantity, available: 0 })
  if (!outcome) throw fulfilmentErrors.notAnException()
  // It takes its time; the order shows how it goes on.
  if (outcome.reason === 'supplying') return
  if (outcome.reason === 'no_source') throw fulfilmentErrors.linkOver()
  if (!outcome.delivered) throw fulfilmentErrors.stillShort({ needed: outcome.quantity, available: 0 })
}
