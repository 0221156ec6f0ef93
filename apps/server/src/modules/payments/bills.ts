import type { Readable } from 'node:stream'
import type { Clock, TenantId } from '@quanshu/kernel'
import type { Outbound } from '../../platform/outbound/index.ts'
import { type Accounts, gatewayNamed } from './accounts.ts'
import type { BillLine, BillOutcome, PaymentGateway } from './gateway.ts'
import { gateways } from './gateways/registry.ts'

/** Gateways' bills, for whoever lays them beside our books. */
export type BillSource = {
  /** The gateways that have bills at all. */
  readonly gateways: readonly Pick<PaymentGateway, 'id' | 'name'>[]
  /** Calls the network: never inside a transaction. */
  readonly fetch: (tenantId: TenantId, gateway: string, day: string) => Promise<BillOutcome>
  /** @throws BillUnreadable while it is read */
  readonly read: (gateway: string, body: Readable) => AsyncIterable<BillLine>
}

export function createBillSource(outbound: Outbound, accounts: Accounts, clock: Clock): BillSource {
  return {
    gateways: [...gateways.values()].flatMap(({ id, name, bills }) => (bills ? [{ id, name }] : [])),
    fetch: async (tenantId, gateway, day) => {
      const account = await accounts.find(tenantId, gateway)
      if (!account) return { kind: 'refused', code: 'not_configured', message: 'the gateway is not set up' }
      return await billsOf(gateway).fetch(outbound, account, day, clock.now())
    },
    read: (gateway, body) => billsOf(gateway).read(body),
  }
}

function billsOf(gateway: string) {
  const { bills } = gatewayNamed(gateway)
  if (!bills) throw new Error(`${gateway} has no bills`)
  return bills
}
