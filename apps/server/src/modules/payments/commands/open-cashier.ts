import { paymentErrors } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type Accounts, gatewayNamed, notifyUrlOf } from '../accounts.ts'

export type CashierRequest = {
  readonly orderNo: OrderNo
  readonly gateway: string
  readonly amountFen: number
  readonly expiresAt: Date
  /** Where the buyer's shop begins: origin and, when the shop was chosen by path, `/s/<slug>`. They come back there. */
  readonly shopUrl: string
}
export type OpenCashier = (tenantId: TenantId, request: CashierRequest) => Promise<{ readonly payUrl: string }>

type Attempt = { readonly state: 'pending' | 'captured' | 'closed'; readonly payUrl: string | null }

/**
 * Gets the address at which an order is paid. The attempt is stored before the gateway is called, so that a payment
 * made at an address nobody could store is still asked about. The same order and gateway give the same address.
 * Calls the network: never inside a transaction.
 * @throws paymentErrors.gatewayUnknown, gatewayUnavailable (the order is kept, try again), gatewayRefused, attemptClosed
 */
export function createOpenCashier(platform: Platform, outbound: Outbound, accounts: Accounts): OpenCashier {
  const openAttempt = platform.batcher<Pick<CashierRequest, 'orderNo' | 'gateway' | 'amountFen'>, Attempt>({
    name: 'payments.open_attempts',
    max: 256,
    run: (tenantId, items) => platform.db.callHot(tenantId, 'payments.open_attempts', items),
  })
  const keepPayUrl = platform.batcher<{ orderNo: OrderNo; gateway: string; payUrl: string }, true>({
    name: 'payments.keep_pay_urls',
    max: 256,
    run: (tenantId, items) => platform.db.callHot(tenantId, 'payments.keep_pay_urls', items),
  })

  return async (tenantId, { orderNo, gateway, amountFen, expiresAt, shopUrl }) => {
    const kind = gatewayNamed(gateway)
    const account = await accounts.find(tenantId, gateway)
    if (!account?.enabled) throw paymentErrors.gatewayUnknown({ gateway })
    const attempt = await openAttempt(tenantId, { orderNo, gateway, amountFen })
    if (attempt.state !== 'pending') throw paymentErrors.attemptClosed()
    if (attempt.payUrl !== null) return { payUrl: attempt.payUrl }

    const outcome = await kind.create(outbound, account, {
      orderNo,
      amountFen,
      expiresAt,
      notifyUrl: notifyUrlOf(platform.config.publicUrl, account.shopSlug, gateway),
      returnUrl: `${shopUrl}/api/pay/${gateway}/return`,
    })
    if (outcome.kind === 'done') {
      await keepPayUrl(tenantId, { orderNo, gateway, payUrl: outcome.payUrl })
      return { payUrl: outcome.payUrl }
    }
    platform.log.warn({ tenantId, orderNo, gateway, outcome }, 'the gateway gave no cashier address')
    if (outcome.kind === 'refused') throw paymentErrors.gatewayRefused({ code: outcome.code })
    throw paymentErrors.gatewayUnavailable()
  }
}
