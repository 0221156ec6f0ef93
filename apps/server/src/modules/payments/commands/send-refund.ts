import type { TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type Accounts, notifyUrlOf, systemCtx } from '../accounts.ts'
import type { RefundCall, RefundQueryOutcome, Unknown } from '../gateway.ts'
import { gateways } from '../gateways/registry.ts'
import { paymentNo, refundNo } from '../numbers.ts'
import type { PaymentPorts } from '../settle.ts'

export const REFUND_TASK = 'payments.refund'

type OpenRefund = {
  readonly id: number
  readonly orderNo: number
  readonly gateway: string
  readonly tradeNo: string
  readonly amountFen: number
  readonly currency: string
  /** What was paid, and in which of the order's attempts there. */
  readonly totalFen: number
  readonly turn: number
  readonly reason: string
  /** This one included. */
  readonly attempts: number
}

/** Seconds to the next try, by the number of tries so far; then every hour until the gateway says how it ended. */
const RETRY_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1800]
const RETRY_SECONDS_MAX = 3600

export type SendRefund = (tenantId: TenantId, refundId: number) => Promise<void>

/**
 * One turn of a refund: ask the gateway under our own number and book how it ended. Anything but an end is written down
 * and asked again later, under the same number, so a lost answer never refunds twice. A refund that is not due, or
 * has ended, is left alone.
 */
export function createSendRefund(
  platform: Platform,
  outbound: Outbound,
  accounts: Accounts,
  ports: PaymentPorts,
): SendRefund {
  return async (tenantId, refundId) => {
    const refund = await platform.db.call<OpenRefund | null>(tenantId, 'payments.begin_refund', refundId)
    if (!refund) return
    const outcome = await callGateway(platform, outbound, accounts, tenantId, refund)
    if (outcome.kind === 'done') {
      await ports.refundEnded(tenantId, refundId, true, null)
      return
    }
    if (outcome.kind === 'refused' || outcome.kind === 'failed') {
      await ports.refundEnded(tenantId, refundId, false, `${outcome.code}: ${outcome.message}`)
      platform.log.warn({ tenantId, refundId, outcome }, 'the gateway did not refund')
      return
    }
    const seconds = RETRY_SECONDS[refund.attempts - 1] ?? RETRY_SECONDS_MAX
    const note = outcome.kind === 'unknown' ? outcome.reason : 'accepted, not finished yet'
    await platform.db.call(tenantId, 'payments.note_refund', refundId, note, seconds)
    await platform.db.write(systemCtx(tenantId), async (tx) => {
      const runAt = new Date(Date.now() + seconds * 1000 + 200)
      tx.enqueue(REFUND_TASK, { refundId }, { runAt, key: String(refundId) })
    })
  }
}

async function callGateway(
  platform: Platform,
  outbound: Outbound,
  accounts: Accounts,
  tenantId: TenantId,
  refund: OpenRefund,
): Promise<Exclude<RefundQueryOutcome, { kind: 'not_found' }> | Unknown> {
  const gateway = gateways.get(refund.gateway)
  const account = gateway && (await accounts.find(tenantId, refund.gateway))
  if (!gateway || !account) return { kind: 'unknown', reason: `the gateway ${refund.gateway} is not set up` }
  const call: RefundCall = {
    ...refund,
    refundNo: refundNo(refund),
    paymentNo: paymentNo(refund.orderNo, refund.turn),
    notifyUrl: notifyUrlOf(platform.config.publicUrl, account.shopSlug, refund.gateway),
  }
  if (refund.attempts > 1) {
    const known = await gateway.queryRefund(outbound, account, call)
    // Not found soon after a lost answer may be found later; the same number keeps the repeat harmless.
    if (known.kind !== 'not_found') return known
  }
  return await gateway.refund(outbound, account, call)
}
