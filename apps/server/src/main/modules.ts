import type { OrderNo } from '@quanshu/kernel'
import { analyticsModule } from '../modules/analytics/index.ts'
import { auditModule } from '../modules/audit/index.ts'
import { booksModule } from '../modules/books/index.ts'
import { bulkModule } from '../modules/bulk/index.ts'
import { catalogModule } from '../modules/catalog/index.ts'
import { entitlementsModule } from '../modules/entitlements/index.ts'
import {
  createSettler,
  createSupplyNews,
  deliveryContents,
  fulfilmentModule,
  textMessageOf,
} from '../modules/fulfilment/index.ts'
import {
  authenticate,
  hasColleagues,
  hasTwoFactor,
  identityModule,
  SESSION_COOKIES,
} from '../modules/identity/index.ts'
import { ledgerModule } from '../modules/ledger/index.ts'
import { membersModule, noteMemberSeen } from '../modules/members/index.ts'
import { notifyModule, sendLoginCode } from '../modules/notify/index.ts'
import { buyersOf, hasDeliveredOrder, ordersModule } from '../modules/orders/index.ts'
import { paymentsModule } from '../modules/payments/index.ts'
import { reconciliationModule } from '../modules/reconciliation/index.ts'
import { redeemModule } from '../modules/redeem/index.ts'
import { stockModule } from '../modules/stock/index.ts'
import { type SupplierAdapters, supplierAdapters, suppliersModule } from '../modules/suppliers/index.ts'
import { resolveTenant, tenancyModule } from '../modules/tenancy/index.ts'
import { vaultModule } from '../modules/vault/index.ts'
import { resolveKey, traceOf, wholesaleModule } from '../modules/wholesale/index.ts'
import { workspaceModule } from '../modules/workspace/index.ts'
import type { Ports } from '../platform/http/index.ts'
import type { Module, Platform } from '../platform/module.ts'
import { jobsDesk } from './jobs-desk.ts'
import { hasRows } from './setup-checks.ts'
import { standstillDesk } from './standstill-desk.ts'

export type Assembly = {
  /** In the order of their rows. */
  readonly modules: readonly Module[]
  readonly ports: Ports
}

/** The one place that knows every module, and that fills the ports through which a low one reaches a high one. */
/** @param options.supplierAdapters the interfaces of suppliers that are spoken; unless given, all */
export function assemble(
  platform: Platform,
  options: { readonly supplierAdapters?: SupplierAdapters | undefined } = {},
): Assembly {
  const suppliers = suppliersModule(platform, options.supplierAdapters ?? supplierAdapters, {
    tell: createSupplyNews(platform),
    traceOf: traceOf(platform),
  })
  const payments = paymentsModule(platform, {
    settle: createSettler(platform),
    refundEnded: (tenantId, refundId, done, error) =>
      platform.db.call(tenantId, 'fulfilment.refund_ended', refundId, done, error),
    chargeback: (tenantId, gateway, news) => platform.db.call(tenantId, 'fulfilment.chargeback', gateway, news),
  })
  const modules: readonly Module[] = [
    tenancyModule(platform, {
      setupChecks: {
        staff: hasColleagues,
        twoFactor: hasTwoFactor,
        gateway: hasRows('payments.gateways', 'enabled'),
        goods: hasRows('catalog.goods', "state = 'on'"),
        stock: hasRows('vault.cards', "state = 'available'"),
        testOrder: hasDeliveredOrder,
      },
    }),
    identityModule(platform),
    auditModule(platform),
    ledgerModule(platform),
    notifyModule(platform, {
      deliveriesOf: (tenantId, orderNos) => deliveryContents(platform, tenantId, orderNos as readonly OrderNo[]),
      buyersOf,
      textMessageOf: (tenantId, orderNo, lineNos) => textMessageOf(platform, tenantId, orderNo as OrderNo, lineNos),
    }),
    catalogModule(platform),
    membersModule(platform, {
      sendLoginCode: async (ctx, { phone, code }) => {
        const sealer = await platform.crypto.sealer(ctx.tenantId)
        return async (tx) => void (await sendLoginCode(tx, sealer, { phone, code }))
      },
    }),
    vaultModule(platform),
    stockModule(platform),
    suppliers,
    payments,
    reconciliationModule(platform, {
      bills: payments.bills,
      statements: suppliers.statements,
      askAgain: async (ctx, about) => {
        const answer =
          about.kind === 'payment'
            ? await payments.queryPayment(ctx, about.orderNo as OrderNo)
            : await payments.askRefund(ctx, about.refundId)
        return answer === 'unknown' ? 'unknown' : answer === 'paid' || answer === 'done' ? 'booked' : 'nothing'
      },
    }),
    entitlementsModule(platform),
    workspaceModule(platform, suppliers),
    ordersModule(platform),
    fulfilmentModule(platform, payments, suppliers),
    bulkModule(platform),
    redeemModule(platform),
    wholesaleModule(platform),
    booksModule(platform),
    analyticsModule(platform),
    jobsDesk(platform, () => modules),
    standstillDesk(platform),
  ]
  return {
    modules,
    ports: {
      resolveTenant: resolveTenant(platform),
      resolveKey: resolveKey(platform),
      sessionCookies: SESSION_COOKIES,
      authenticate: authenticate(platform, noteMemberSeen(platform)),
    },
  }
}
