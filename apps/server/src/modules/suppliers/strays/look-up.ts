import type { ProductKind } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import type { Tx } from '../../../platform/db/index.ts'
import { storableJson } from '../../../platform/db/index.ts'
import type { Log } from '../../../platform/log/index.ts'
import type { Platform } from '../../../platform/module.ts'
import type { Outbound } from '../../../platform/outbound/index.ts'
import { type OpenSupplier, type SupplierAccounts, systemCtx } from '../accounts.ts'
import { CHECK_REFUSED_TASK } from '../commands/check-refused.ts'
import { costOf } from '../model.ts'
import type { FoundOrder } from '../supplier.ts'

export const LOOK_UP_TASK = 'suppliers.look_up'
/** Numbers in one turn of a supplier, one after the other: a flood of callbacks makes no flood of questions. */
const AT_ONCE_MAX = 20
/** None is begun after so long: a supplier that hangs must not keep the shop's other jobs waiting behind twenty questions. */
const TURN_MS = 10_000

/** A number that a callback named: a row of `suppliers.due_strays`. What follows `no` is of the purchase it is known to be about. */
type Stray = {
  readonly id: number
  readonly named: 'own' | 'order' | 'piece'
  readonly ref: string
  readonly heard: number
} & (
  | { readonly no: null }
  | {
      readonly no: string
      readonly remoteNo: string | null
      readonly kind: ProductKind
      readonly quantity: number
      readonly placedAt: string
      readonly profileId: number | null
      readonly profileVersion: number | null
    }
)

/** What became of the question, as `suppliers.stray_said` takes it. */
type Said =
  | ({ readonly kind: 'found'; readonly message?: string } & FoundOrder)
  | { readonly kind: 'not_found' | 'silent' | 'nobody'; readonly message?: string }

export function queueLookUp(tx: Tx, supplierId: number, at?: Date): void {
  tx.enqueue(LOOK_UP_TASK, { supplierId }, { key: String(supplierId), ...(at && { runAt: at }) })
}

/**
 * Asks a supplier whose the orders are that its callbacks named, and has each settled: it is explained, asked about again, or a case
 * for a person. Calls the network; whatever is decided twice is the same.
 */
export async function lookUpStrays(
  platform: Pick<Platform, 'db'>,
  outbound: Outbound,
  accounts: SupplierAccounts,
  { tenantId, supplierId, log }: { readonly tenantId: TenantId; readonly supplierId: number; readonly log: Log },
): Promise<void> {
  const due = await platform.db.call<readonly Stray[]>(tenantId, 'suppliers.due_strays', supplierId, AT_ONCE_MAX)
  const until = performance.now() + TURN_MS
  for (const stray of due) {
    if (performance.now() > until) break
    const said = await ask(outbound, accounts, tenantId, supplierId, stray).catch((error: unknown): Said => {
      log.error({ err: error, supplierId, ref: stray.ref }, 'a supplier could not be asked whose an order is')
      return { kind: 'silent', message: error instanceof Error ? error.message : String(error) }
    })
    const { state, refused } = await platform.db.call<{ readonly state: string; readonly refused: number | null }>(
      tenantId,
      'suppliers.stray_said',
      stray.id,
      storableJson({ ...said, heard: stray.heard }),
    )
    log.info({ supplierId, ref: stray.ref, said: said.kind, state }, 'asked a supplier whose an order is')
    if (refused !== null) {
      await platform.db.write(systemCtx(tenantId), async (tx) =>
        tx.enqueue(CHECK_REFUSED_TASK, { purchaseId: refused }, { key: String(refused) }),
      )
    }
  }
  const next = await platform.db.call<string | null>(tenantId, 'suppliers.next_stray', supplierId)
  if (next === null) return
  await platform.db.write(systemCtx(tenantId), async (tx) => queueLookUp(tx, supplierId, new Date(next)))
}

async function ask(
  outbound: Outbound,
  accounts: SupplierAccounts,
  tenantId: TenantId,
  supplierId: number,
  stray: Stray,
): Promise<Said> {
  const { named, ref } = stray
  // Nobody knows a number that is not ours better than we do.
  if (named === 'own' && stray.no === null) return { kind: 'nobody' }
  const supplier = await accounts.get(tenantId, supplierId, stray.no === null ? undefined : stray)
  if (named !== 'own' && supplier.adapter.lookUp) {
    const outcome = await supplier.adapter.lookUp(outbound, supplier.account, { by: named, ref })
    switch (outcome.kind) {
      case 'done':
        return { kind: 'found', ...outcome.value, costHao: costOf(outcome.value.costHao) }
      case 'not_found':
        return { kind: 'not_found' }
      case 'refused':
        return { kind: 'silent', message: `${outcome.code}: ${outcome.message}` }
      case 'unknown':
        return { kind: 'silent', message: outcome.reason }
    }
  }
  if (stray.no === null) return { kind: 'silent', message: 'its interface cannot be asked by its own number' }
  return await askAboutPurchase(outbound, supplier, stray)
}

/** A purchase that has arrived and is called back: what its supplier says of it now. */
async function askAboutPurchase(
  outbound: Outbound,
  { adapter, account }: OpenSupplier,
  stray: Stray & { readonly no: string },
): Promise<Said> {
  const { no, remoteNo, kind, quantity, placedAt } = stray
  const outcome = await adapter.ask(outbound, account, { no, remoteNo, kind, quantity, placedAt: new Date(placedAt) })
  switch (outcome.kind) {
    case 'done': {
      const { order } = outcome
      const [costHao, currency] =
        order.state === 'failed' ? [null, 'CNY'] : [costOf(order.costHao), order.currency ?? 'CNY']
      const message = order.state === 'failed' || order.state === 'partial' ? order.message : ''
      return { kind: 'found', no, remoteNo: order.remoteNo, state: order.state, costHao, currency, message }
    }
    case 'not_found':
      return { kind: 'not_found' }
    case 'refused':
      return { kind: 'silent', message: `${outcome.code}: ${outcome.message}` }
    case 'unknown':
      return { kind: 'silent', message: outcome.reason }
  }
}
