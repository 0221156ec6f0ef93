import type { TenantId } from '@quanshu/kernel'
import type { Outbound } from '../../platform/outbound/index.ts'
import type { SupplierAccounts, SupplierAdapters } from './accounts.ts'
import { type Rates, ratesOf } from './adapters/yuan.ts'
import type { Answer, StatementLine } from './supplier.ts'

/** Suppliers' statements, for whoever lays them beside our purchases. */
export type SupplierStatements = {
  /** Ids of the interfaces that tell one. */
  readonly adapters: readonly string[]
  /** Undefined: the interface tells none. Calls the network. */
  readonly fetch: (
    tenantId: TenantId,
    supplierId: number,
    day: string,
  ) => Promise<Answer<readonly StatementLine[]> | undefined>
  /** Yuan for one unit of a currency, in millionths, as the shop has it for this supplier now. */
  readonly rates: (tenantId: TenantId, supplierId: number) => Promise<Rates>
}

export function supplierStatements(
  outbound: Outbound,
  adapters: SupplierAdapters,
  accounts: SupplierAccounts,
): SupplierStatements {
  return {
    adapters: [...adapters.values()].flatMap(({ id, statement }) => (statement ? [id] : [])),
    fetch: async (tenantId, supplierId, day) => {
      const { adapter, account } = await accounts.get(tenantId, supplierId)
      return await adapter.statement?.(outbound, account, day)
    },
    rates: async (tenantId, supplierId) => ratesOf((await accounts.get(tenantId, supplierId)).account),
  }
}
