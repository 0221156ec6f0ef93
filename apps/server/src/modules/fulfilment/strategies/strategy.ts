import type { OrderNo, TenantId } from '@quanshu/kernel'
import type { Platform } from '../../../platform/module.ts'
import type { DeliveryOutcome } from '../model.ts'

/**
 * How one kind of goods becomes a grant. All kinds have the same verbs; `reserve` is part of placing (a hold in the
 * ledger), so it is declared rather than called here.
 */
export type Strategy = {
  readonly kind: string
  /** What placing an order holds: pieces of the SKU's stock account, or nothing. */
  readonly reserve: 'stock' | 'none'
  /** Delivers the waiting lines of paid orders; a line is delivered whole or becomes an exception. */
  readonly deliver: (
    platform: Platform,
    tenantId: TenantId,
    nos: readonly OrderNo[],
    actor: string,
  ) => Promise<readonly DeliveryOutcome[]>
  /** What becomes of a delivered piece that is refunded. */
  readonly revoke: 'void' | 'loss'
  /** Whether a delivered piece has a state at somebody else's that can be asked for again. */
  readonly refresh: 'none' | 'supplier'
}
