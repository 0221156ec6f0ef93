import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type Accounts, notifyUrlOf } from '../accounts.ts'
import type { RefundCall } from '../gateway.ts'
import { gateways } from '../gateways/registry.ts'
import { paymentNo, refundNo } from '../numbers.ts'
import type { PaymentPorts } from '../settle.ts'

export type AskRefund = (ctx: Ctx, refundId: number) => Promise<'done' | 'not_done' | 'unknown'>

type Facts = Omit<RefundCall, 'refundNo' | 'paymentNo' | 'notifyUrl'> & {
  readonly id: number
  readonly orderNo: number
  readonly gateway: string
  readonly turn: number
}

/**
 * Asks the gateway what became of a refund, whatever we think of it, and books it when the money did go back. It never
 * sends anything. Calls the network.
 */
export function createAskRefund(
  platform: Platform,
  outbound: Outbound,
  accounts: Accounts,
  ports: PaymentPorts,
): AskRefund {
  return async (ctx, refundId) => {
    const { rows } = await platform.db.read(ctx, (tx) =>
      sql<Facts>`
        select f.id, f.order_no as "orderNo", f.gateway, f.trade_no as "tradeNo", f.amount_fen as "amountFen", f.currency,
          f.reason, r.amount_fen as "totalFen", r.turn
        from payments.refunds f
        join payments.receipts r on r.tenant_id = f.tenant_id and r.id = f.receipt_id
        where f.tenant_id = ${ctx.tenantId}
          and f.id = ${refundId}
          and f.target = 'source'
      `.execute(tx.db),
    )
    const [refund] = rows
    const gateway = refund && gateways.get(refund.gateway)
    const account = gateway && (await accounts.find(ctx.tenantId, refund.gateway))
    if (!account) return 'unknown'
    const answer = await gateway.queryRefund(outbound, account, {
      ...refund,
      refundNo: refundNo(refund),
      paymentNo: paymentNo(refund.orderNo, refund.turn),
      notifyUrl: notifyUrlOf(platform.config.publicUrl, account.shopSlug, refund.gateway),
    })
    if (answer.kind === 'unknown') return 'unknown'
    if (answer.kind !== 'done') return 'not_done'
    await ports.refundEnded(ctx.tenantId, refundId, true, null)
    return 'done'
  }
}
