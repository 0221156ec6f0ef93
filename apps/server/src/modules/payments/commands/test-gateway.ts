import type { TenantId } from '@quanshu/kernel'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type Accounts, gatewayNamed } from '../accounts.ts'

/**
 * Calls the gateway with the stored account.
 * @throws paymentErrors.gatewayUnknown, notConfigured
 */
export async function testGateway(
  outbound: Outbound,
  accounts: Accounts,
  tenantId: TenantId,
  gateway: string,
): Promise<{ readonly ok: boolean; readonly message: string; readonly elapsedMs: number }> {
  const kind = gatewayNamed(gateway)
  const account = await accounts.get(tenantId, gateway)
  const startedMs = performance.now()
  const outcome = await kind.test(outbound, account)
  const message =
    outcome.kind === 'done' ? 'OK' : outcome.kind === 'refused' ? `${outcome.code} ${outcome.message}` : outcome.reason
  return { ok: outcome.kind === 'done', message, elapsedMs: Math.round(performance.now() - startedMs) }
}
