import type { TenantId } from '@quanshu/kernel'
import { storableText } from '../../platform/db/index.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import type { SentBy, SupplierAccounts } from './accounts.ts'
import { within } from './card-state.ts'

export type ToCancel = SentBy & {
  readonly supplierId: number
  readonly no: string
  readonly remoteNo: string | null
}
/** Only `cancelled` proves that nothing will be delivered. */
export type CancelSaid = {
  readonly outcome: 'cancelled' | 'too_late' | 'refused' | 'unknown'
  /** The supplier's own words, for staff. */
  readonly said: string
}
export type CancelDoor = {
  /** Whether this kind of supplier can be asked to take a purchase back. */
  readonly canCancel: (tenantId: TenantId, purchase: SentBy & { readonly supplierId: number }) => Promise<boolean>
  /** Asks it. Whatever goes wrong here, it may have done so: that is `unknown`, and nothing follows from it. */
  readonly cancel: (tenantId: TenantId, purchase: ToCancel) => Promise<CancelSaid>
}

/** A person waits for the answer; the purchase is asked about again in any case. */
const CALL_MS_MAX = 20_000
/** Askings of one supplier at a time, so that a desk that clears up never crowds out its orders. */
const AT_ONCE_MAX = 2
const SAID_MAX = 500

export function createCancelDoor(outbound: Outbound, accounts: SupplierAccounts): CancelDoor {
  const asking = new Map<string, number>()
  return {
    canCancel: async (tenantId, purchase) => {
      const supplier = await accounts.get(tenantId, purchase.supplierId, purchase).catch(() => undefined)
      return supplier?.adapter.cancel !== undefined
    },
    cancel: async (tenantId, purchase) => {
      const lane = `${tenantId}/${purchase.supplierId}`
      const before = asking.get(lane) ?? 0
      if (before >= AT_ONCE_MAX) return { outcome: 'unknown', said: 'others are being asked about' }
      asking.set(lane, before + 1)
      try {
        const { adapter, account } = await accounts.get(tenantId, purchase.supplierId, purchase)
        if (!adapter.cancel) return { outcome: 'refused', said: '' }
        const { no, remoteNo } = purchase
        const answer = await within(CALL_MS_MAX, adapter.cancel(outbound, account, { no, remoteNo }))
        if (answer.kind === 'done') return { outcome: answer.value, said: '' }
        const said = answer.kind === 'refused' ? `${answer.code}: ${answer.message}` : answer.reason
        return { outcome: answer.kind, said: storableText(said.slice(0, SAID_MAX)) }
      } catch (error) {
        return { outcome: 'unknown', said: error instanceof Error ? error.message.slice(0, SAID_MAX) : 'no answer' }
      } finally {
        const left = (asking.get(lane) ?? 1) - 1
        if (left > 0) asking.set(lane, left)
        else asking.delete(lane)
      }
    },
  }
}
