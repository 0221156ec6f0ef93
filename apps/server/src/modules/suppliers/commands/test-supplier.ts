import type { TenantId } from '@quanshu/kernel'
import type { Outbound } from '../../../platform/outbound/index.ts'
import type { SupplierAccounts } from '../accounts.ts'
import { wordsOf } from './sync-products.ts'

/**
 * Asks the supplier for the balance with the stored account; one that has none to tell is asked for its first products.
 * @throws common.not_found
 */
export async function testSupplier(
  outbound: Outbound,
  accounts: SupplierAccounts,
  tenantId: TenantId,
  supplierId: number,
): Promise<{
  readonly ok: boolean
  readonly message: string
  readonly balanceHao: number | null
  readonly elapsedMs: number
}> {
  const { adapter, account } = await accounts.get(tenantId, supplierId)
  const startedMs = performance.now()
  const elapsed = () => Math.round(performance.now() - startedMs)
  if (adapter.capabilities.balance) {
    const answer = await adapter.balance(outbound, account)
    return answer.kind === 'done'
      ? { ok: true, message: 'OK', balanceHao: answer.value.hao, elapsedMs: elapsed() }
      : { ok: false, message: wordsOf(answer), balanceHao: null, elapsedMs: elapsed() }
  }
  const answer = await adapter.products(outbound, account, undefined)
  return {
    ok: answer.kind === 'done',
    message: answer.kind === 'done' ? 'OK' : wordsOf(answer),
    balanceHao: null,
    elapsedMs: elapsed(),
  }
}
