import { orderErrors } from '@quanshu/contract'
import { Refusal, type TenantId } from '@quanshu/kernel'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { SealedView } from '../../orders/index.ts'
import { type Cashier, type CashierRequest, paymentMethods } from '../../payments/index.ts'
import type { PaymentDoor } from '../ports.ts'

/** How long the list of a shop's gateways is believed; a gateway switched off is refused at its cashier anyway. */
const METHODS_TTL_MS = 2_000

/** Refusals that another try does not change. */
const LASTING: ReadonlySet<string> = new Set(['payments.gateway_refused', 'payments.below_least'])

export type PayVisit = Pick<CashierRequest, 'gateway' | 'shopUrl' | 'device' | 'clientIp' | 'userAgent' | 'openId'>

export type GatewayPayer = {
  /** @throws orders.gateway_unknown before anything is placed that could not be paid */
  readonly mustBeOffered: (ctx: Ctx, gateway: string) => Promise<void>
  /** Gets the way to the cashier. Undefined when the gateway gives none now: the order is kept and may be paid later. */
  readonly open: (tenantId: TenantId, view: SealedView, visit: PayVisit) => Promise<Cashier | undefined>
}

export function createGatewayPayer(platform: Platform, { openCashier }: PaymentDoor): GatewayPayer {
  const known = new Map<TenantId, { readonly gateways: ReadonlySet<string>; readonly until: number }>()

  async function offered(ctx: Ctx): Promise<ReadonlySet<string>> {
    const found = known.get(ctx.tenantId)
    if (found && found.until > Date.now()) return found.gateways
    const methods = await platform.db.read(ctx, (tx) => paymentMethods(tx))
    const gateways = new Set(methods.map((method) => method.gateway))
    known.set(ctx.tenantId, { gateways, until: Date.now() + METHODS_TTL_MS })
    return gateways
  }

  return {
    mustBeOffered: async (ctx, gateway) => {
      if (!(await offered(ctx)).has(gateway)) throw orderErrors.gatewayUnknown({ gateway })
    },
    open: async (tenantId, view, visit) => {
      try {
        return await openCashier(tenantId, {
          orderNo: view.no,
          amountFen: view.totalFen - view.balanceFen,
          expiresAt: new Date(view.expiresAt),
          ...visit,
        })
      } catch (error) {
        // These will be said again; any other trouble passes, and the order is kept.
        if (error instanceof Refusal && !LASTING.has(error.code)) return undefined
        throw error
      }
    },
  }
}
