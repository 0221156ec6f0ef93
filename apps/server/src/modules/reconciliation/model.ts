import type { TenantId } from '@quanshu/kernel'
import type { Ctx } from '../../platform/db/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { BillLine, BillSource } from '../payments/index.ts'
import type { Answer, OwnMoney, Rates, StatementLine } from '../suppliers/index.ts'

/** What reconciliation needs of the house and of those around it. */
export type Reconciler = Pick<Platform, 'db' | 'log' | 'clock'> & {
  readonly bills: BillSource
  readonly askAgain: AskAgain
  readonly statements: Statements
}

/** A line of a gateway's bill or of a supplier's statement. */
export type SourceLine = Omit<BillLine, 'kind'> & {
  readonly kind: BillLine['kind'] | 'purchase' | 'deposit' | 'credit'
  /** As the supplier billed it, where that was not yuan. */
  readonly own?: OwnMoney
}

/** Suppliers' statements. Filled by `main/`. */
export type Statements = {
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

/**
 * Asks a gateway what became of a payment or refund, and books what it says. `nothing`: it knows no more than we do;
 * `unknown`: it did not answer. Filled by `main/`; calls the network.
 */
export type AskAgain = (ctx: Ctx, about: AskedAbout) => Promise<'booked' | 'nothing' | 'unknown'>
export type AskedAbout =
  | { readonly kind: 'payment'; readonly gateway: string; readonly orderNo: number }
  | { readonly kind: 'refund'; readonly gateway: string; readonly refundId: number }

/** A gateway's day of Beijing time, `2026-11-22`. */
export type DayOf = { readonly tenantId: TenantId; readonly gateway: string; readonly day: string }

const BEIJING_MS = 8 * 3_600_000

/** The calendar day in Beijing, which knows no summer time. */
export const beijingDay = (at: Date): string => new Date(at.getTime() + BEIJING_MS).toISOString().slice(0, 10)

export const systemCtx = (tenantId: TenantId): Ctx => ({
  tenantId,
  actor: { kind: 'system', name: 'reconciliation' },
  requestId: 'reconciliation',
  locale: 'zh-CN',
})

export const actorName = ({ actor }: Ctx): string => (actor.kind === 'staff' ? actor.name : actor.kind)

const ADDS: ReadonlySet<string> = new Set(['payment', 'chargeback_won', 'deposit', 'credit'])

/** Money that came is above zero; of a supplier, what adds to the balance there. */
export const signOf = (kind: string): 1 | -1 => (ADDS.has(kind) ? 1 : -1)

/** The day is another worker's now, or was closed: whoever worked on it stops. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** Takes a step's answer; null means that the lease was lost. */
export function held<T>(answer: T | null): T {
  if (answer === null) throw new LeaseLost('another worker has the day')
  return answer
}
