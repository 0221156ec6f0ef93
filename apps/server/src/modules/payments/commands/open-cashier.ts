import { paymentErrors } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type Accounts, gatewayNamed, notifyUrlOf, type OpenAccount } from '../accounts.ts'
import type { Cashier, PaymentGateway, Scene } from '../gateway.ts'
import { paymentNo } from '../numbers.ts'

export type CashierRequest = {
  readonly orderNo: OrderNo
  readonly gateway: string
  readonly amountFen: number
  readonly expiresAt: Date
  /** Where the buyer's shop begins: origin and, when the shop was chosen by path, `/s/<slug>`. They come back there. */
  readonly shopUrl: string
  /** What the buyer's device can do; the gateway may know another way. */
  readonly device: 'desktop' | 'phone'
  readonly clientIp: string
  /** Tells whether the page is open inside the gateway's own app. */
  readonly userAgent: string
  /** Who the person is at the gateway, when it has told. */
  readonly openId: string | undefined
}
export type OpenCashier = (tenantId: TenantId, request: CashierRequest) => Promise<Cashier>

type Asked = Pick<CashierRequest, 'orderNo' | 'gateway' | 'amountFen'> & {
  readonly feeFen: number
  readonly scene: Scene
}
type Attempt =
  | { readonly state: 'pending' | 'captured' | 'closed'; readonly turn: number; readonly cashier: Cashier | null }
  | { readonly state: 'exhausted' }
type Known = Pick<CashierRequest, 'orderNo' | 'gateway'> & {
  readonly turn: number
  readonly cashier: Cashier
  readonly reference: string | undefined
}

/**
 * Gets the way to a gateway's cashier. The attempt is stored before the gateway is called, so that a payment made at an
 * address nobody could store is still asked about. The same order, gateway, amount and device give the same cashier.
 * Calls the network: never inside a transaction.
 * @throws paymentErrors.gatewayUnknown, belowLeast, gatewayUnavailable (the order is kept, try again), gatewayRefused, attemptClosed
 */
export function createOpenCashier(platform: Platform, outbound: Outbound, accounts: Accounts): OpenCashier {
  const openAttempt = platform.batcher<Asked, Attempt>({
    name: 'payments.open_attempts',
    max: 256,
    run: (tenantId, items) => platform.db.callHot(tenantId, 'payments.open_attempts', items),
  })
  const keepCashier = platform.batcher<Known, true>({
    name: 'payments.keep_cashiers',
    max: 256,
    run: (tenantId, items) => platform.db.callHot(tenantId, 'payments.keep_cashiers', items),
  })

  return async (tenantId, request) => {
    const { orderNo, gateway } = request
    const kind = gatewayNamed(gateway)
    const account = await accounts.find(tenantId, gateway)
    if (!account?.enabled) throw paymentErrors.gatewayUnknown({ gateway })
    const inside = kind.inApp?.isInside(request.userAgent) === true && kind.inApp.isReady(account)
    // First the gateway has to tell who it is; then the page comes again.
    if (inside && request.openId === undefined) {
      return { way: 'redirect', url: `${request.shopUrl}/api/pay/${gateway}/enter?no=${orderNo}` }
    }
    const scene = inside ? 'in_app' : sceneFor(kind, request.device)
    const feeFen = buyersFee(account, request.amountFen)
    const amountFen = request.amountFen + feeFen
    if (amountFen < account.minFen) throw paymentErrors.belowLeast({ minYuan: (account.minFen / 100).toFixed(2) })
    const attempt = await openAttempt(tenantId, { orderNo, gateway, amountFen, feeFen, scene })
    if (attempt.state !== 'pending') throw paymentErrors.attemptClosed()
    if (attempt.cashier !== null) return attempt.cashier

    const outcome = await kind.create(outbound, account, {
      paymentNo: paymentNo(orderNo, attempt.turn),
      amountFen,
      currency: 'CNY',
      scene,
      // Only the number goes to the gateway, never the name of the goods.
      subject: String(orderNo),
      expiresAt: request.expiresAt,
      notifyUrl: notifyUrlOf(platform.config.publicUrl, account.shopSlug, gateway),
      returnUrl: `${request.shopUrl}/api/pay/${gateway}/return?no=${orderNo}`,
      clientIp: request.clientIp,
      ...(inside && request.openId !== undefined && { openId: request.openId }),
    })
    if (outcome.kind === 'done') {
      const { cashier, reference } = outcome
      await keepCashier(tenantId, { orderNo, gateway, turn: attempt.turn, cashier, reference })
      return cashier
    }
    platform.log.warn({ tenantId, orderNo, gateway, outcome }, 'the gateway gave no cashier')
    if (outcome.kind === 'refused') throw paymentErrors.gatewayRefused({ code: outcome.code })
    throw paymentErrors.gatewayUnavailable()
  }
}

const PREFERRED = { desktop: ['page', 'qr', 'h5'], phone: ['h5', 'page', 'qr'] } as const

/** A desktop shows a page or a code to scan; a phone's browser goes to the gateway's page for phones. */
export function sceneFor(kind: PaymentGateway, device: CashierRequest['device']): Scene {
  const scene = PREFERRED[device].find((candidate) => kind.scenes.includes(candidate))
  if (scene === undefined) throw paymentErrors.gatewayUnknown({ gateway: kind.id })
  return scene
}

/** Rounded up to a fen: what remains after the gateway's share is never less than the price. */
export function buyersFee({ feeBp, feePayer }: Pick<OpenAccount, 'feeBp' | 'feePayer'>, amountFen: number): number {
  return feePayer === 'buyer' ? Math.ceil((amountFen * feeBp) / (10_000 - feeBp)) : 0
}
