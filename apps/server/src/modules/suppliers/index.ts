import type { TenantId } from '@quanshu/kernel'
import type { Loop, Module, Platform } from '../../platform/module.ts'
import { createOutbound } from '../../platform/outbound/index.ts'
import { createSupplierAccounts, type SupplierAdapters } from './accounts.ts'
import { byHandAdapter } from './by-hand/adapter.ts'
import { tendSchedule } from './by-hand/tend.ts'
import { type CancelDoor, createCancelDoor } from './cancel.ts'
import { type CardQuestion, createCardQuestions, type SupplierSays } from './card-state.ts'
import { type CheckAccount, createCheckAccount } from './checks/check-account.ts'
import { fetchProduct } from './commands/fetch-product.ts'
import { createReceiveCallback } from './commands/receive-callback.ts'
import { syncProducts } from './commands/sync-products.ts'
import { balanceSchedule, fetchLater, probeSchedule, supplierTasks, syncSchedule } from './jobs.ts'
import { createLanes, type TellNews, type TraceOf } from './lanes.ts'
import { paperSchedule } from './papers/routes.ts'
import { demandSchedule } from './prices/demand.ts'
import { supplierRoutesBound } from './routes.ts'
import { type SupplierStatements, supplierStatements } from './statements.ts'

export { type SupplierAdapters, supplierSecretPlace } from './accounts.ts'
export { toHao } from './adapters/hao.ts'
export { supplierAdapters } from './adapters/registry.ts'
export { currenciesIn, type Rates, yuanUp } from './adapters/yuan.ts'
export { workCodesPlace } from './by-hand/adapter.ts'
export { tendTasks } from './by-hand/tend.ts'
export type { CancelDoor } from './cancel.ts'
export type { CardQuestion, SupplierSays } from './card-state.ts'
export type { AccountAnswer, CheckAccount } from './checks/check-account.ts'
export { type Choice, choiceRecord, choose, fieldsOf, mostOf, type Sources, type Wanted } from './choice.ts'
export { CHECK_REFUSED_TASK } from './commands/check-refused.ts'
export { checkQuantities } from './commands/enter-product.ts'
export { savePriceRules } from './commands/save-price-rules.ts'
export { saveSkuSupply } from './commands/save-sku-supply.ts'
export { createSupplier } from './commands/save-supplier.ts'
export type { TellNews } from './lanes.ts'
export type { PurchaseNews } from './model.ts'
export {
  downloadPaper,
  keepPaper,
  listOwnPapers,
  ownView as ownPaperView,
  paperFile,
  readPaper,
} from './papers/papers.ts'
export { followDemand } from './prices/demand.ts'
export { type PriceRule, previewRule } from './prices/rules.ts'
export { readPurchaseView } from './queries/suppliers.ts'
export type * from './supplier.ts'

/** What a program that is not a worker does with suppliers: the demo's seed. */
export function suppliersDesk(platform: Platform, adapters: SupplierAdapters) {
  const outbound = createOutbound({ allowInsecure: platform.config.allowInsecureEndpoints })
  const accounts = createSupplierAccounts(platform, adapters)
  return {
    sync: (tenantId: TenantId, supplierId: number) => syncProducts(platform, outbound, accounts, tenantId, supplierId),
    fetch: (tenantId: TenantId, productId: number) => fetchProduct(platform, outbound, accounts, tenantId, productId),
  }
}

export type SuppliersModule = Module & {
  /** There is something to send, or to ask about. */
  readonly kick: () => void
  readonly checkAccount: CheckAccount
  /** What suppliers say was bought on a day. */
  readonly statements: SupplierStatements
  /** What a supplier says about a code that it sold us. */
  readonly askCard: (tenantId: TenantId, question: CardQuestion) => Promise<SupplierSays>
  readonly cancel: CancelDoor['cancel']
  readonly canCancel: CancelDoor['canCancel']
  readonly loops: readonly Loop[]
}

/** Everything around a supplier: accounts, products, lanes, callbacks. What a purchase means is settled above, by `tell`. */
export function suppliersModule(
  platform: Platform,
  given: SupplierAdapters,
  ports: { readonly tell: TellNews; readonly traceOf: TraceOf },
): SuppliersModule {
  const { tell } = ports
  const byHand = byHandAdapter(platform)
  const adapters = new Map([[byHand.id, byHand], ...given])
  const outbound = createOutbound({ allowInsecure: platform.config.allowInsecureEndpoints })
  const accounts = createSupplierAccounts(platform, adapters)
  const cancelling = createCancelDoor(outbound, accounts)
  const lanes = createLanes(platform, outbound, accounts, ports)
  const receive = createReceiveCallback(platform, accounts, lanes.kick, fetchLater(platform))
  return {
    name: 'suppliers',
    routes: supplierRoutesBound(platform, outbound, adapters, accounts, receive, {
      wake: lanes.kick,
      canCancel: cancelling.canCancel,
    }),
    tasks: supplierTasks(platform, outbound, accounts, tell),
    schedules: [
      balanceSchedule(platform),
      probeSchedule(platform, outbound, accounts),
      syncSchedule(platform),
      tendSchedule(platform),
      paperSchedule(platform),
      demandSchedule(platform),
    ],
    loops: [lanes.loop],
    kick: lanes.kick,
    checkAccount: createCheckAccount(platform, outbound, accounts),
    statements: supplierStatements(outbound, adapters, accounts),
    askCard: createCardQuestions(outbound, accounts),
    ...cancelling,
  }
}
