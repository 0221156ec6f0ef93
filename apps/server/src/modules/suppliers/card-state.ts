import type { TenantId } from '@quanshu/kernel'
import type { Outbound } from '../../platform/outbound/index.ts'
import type { SupplierAccounts } from './accounts.ts'
import type { BoughtCard } from './supplier.ts'

export type CardQuestion = {
  readonly supplierId: number
  /** Of the purchase that brought it. */
  readonly no: string
  readonly card: BoughtCard
}
/** `nobody`: this kind of supplier cannot be asked. `unclear`: it may know, and another time it may say. */
export type SupplierSays = {
  readonly word: 'unused' | 'used' | 'void' | 'unknown' | 'nobody' | 'unclear'
  readonly note: string
}

/** Longer is a supplier that hangs: it is asked again later. */
const CALL_MS_MAX = 8_000
/** Questions of one supplier at a time, so that complaints never crowd out its orders. */
const AT_ONCE_MAX = 2

/** Asks suppliers what became of codes that they sold. Nothing is bought or changed by it, so any doubt is just "unclear". */
export function createCardQuestions(outbound: Outbound, accounts: SupplierAccounts) {
  const asking = new Map<string, number>()
  return async (tenantId: TenantId, { supplierId, no, card }: CardQuestion): Promise<SupplierSays> => {
    const lane = `${tenantId}/${supplierId}`
    const before = asking.get(lane) ?? 0
    if (before >= AT_ONCE_MAX) return { word: 'unclear', note: 'others are being asked about' }
    asking.set(lane, before + 1)
    try {
      const { adapter, account } = await accounts.get(tenantId, supplierId)
      if (!adapter.cardState) return { word: 'nobody', note: '' }
      const answer = await within(CALL_MS_MAX, adapter.cardState(outbound, account, { no, card }))
      if (answer.kind === 'done') return { word: answer.value, note: '' }
      const note = answer.kind === 'refused' ? `${answer.code}: ${answer.message}` : answer.reason
      return { word: 'unclear', note: note.slice(0, 200) }
    } catch (error) {
      return { word: 'unclear', note: error instanceof Error ? error.message.slice(0, 200) : 'no answer' }
    } finally {
      const left = (asking.get(lane) ?? 1) - 1
      if (left > 0) asking.set(lane, left)
      else asking.delete(lane)
    }
  }
}

/** @throws after so long without an answer */
export async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1_000} s`)), ms)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
