import type { ProductKind } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { createCrew } from '../../platform/jobs/index.ts'
import type { Loop, Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { counter, seconds } from '../../platform/telemetry/index.ts'
import { shopMark } from '../tenancy/index.ts'
import { callbackUrlOf, type OpenSupplier, type SupplierAccounts } from './accounts.ts'
import { newsOf, type PurchaseNews } from './model.ts'
import type { AskOutcome, PlaceOutcome } from './supplier.ts'

/** A purchase whose turn it is: a row of `suppliers.take_due`. */
type Due = {
  readonly tenantId: TenantId
  readonly id: number
  readonly no: string
  readonly lease: number
  readonly task: 'place' | 'ask'
  readonly supplierId: number
  readonly remoteId: string
  readonly kind: ProductKind
  readonly quantity: number
  readonly ceilingHao: number
  readonly fields: Readonly<Record<string, string>>
  readonly remoteNo: string | null
  readonly sentAt: string
  /** Null: for the shelf. */
  readonly orderNo: number | null
  /** The version of the shop's own profile by which it was sent, and is asked about. */
  readonly profileId: number | null
  readonly profileVersion: number | null
}

/** Longer than any call to a supplier may take: who is still waiting then is believed dead. */
const LEASE_SECONDS = 60
const CALL_MS_MAX = 45_000
/** Calls of this process at a time, over all suppliers; what one supplier may have is its lane's. */
const CALLS_MAX = 512
const IDLE_MS = 200

const callsTotal = counter('supplier_calls', 'Calls to suppliers about purchases, by how they ended')
const callSeconds = seconds('supplier_call_seconds', 'Time a call to a supplier took')

export type TellNews = (tenantId: TenantId, news: PurchaseNews) => Promise<unknown>
/** Marks of the shops that an order came through: known to whoever sells to shops, which stands above. */
export type TraceOf = (tenantId: TenantId, orderNo: number) => Promise<readonly string[]>
export type Lanes = { readonly loop: Loop; readonly kick: () => void }

/**
 * Sends purchases and asks about them. Each call runs by itself, so that a supplier that does not answer holds nobody
 * else up; how many a supplier has at a time is decided where they are taken up (`suppliers.take_due`).
 */
export function createLanes(
  platform: Platform,
  outbound: Outbound,
  accounts: SupplierAccounts,
  ports: { readonly tell: TellNews; readonly traceOf: TraceOf },
): Lanes {
  const { tell, traceOf } = ports
  const { db, log, config } = platform

  async function call(due: Due, supplier: OpenSupplier): Promise<AskOutcome | PlaceOutcome> {
    const { adapter, account, shopSlug } = supplier
    if (due.task === 'ask') {
      const { no, remoteNo, kind, quantity, sentAt } = due
      return await adapter.ask(outbound, account, { no, remoteNo, kind, quantity, placedAt: new Date(sentAt) })
    }
    const { no, remoteId, kind, quantity, ceilingHao, fields } = due
    const callbackUrl = callbackUrlOf(config.publicUrl, shopSlug, due.supplierId)
    const trace = async () => [
      ...(due.orderNo === null ? [] : await traceOf(due.tenantId, due.orderNo)),
      await shopMark(platform, due.tenantId),
    ]
    return await adapter.place(outbound, account, {
      no,
      remoteId,
      kind,
      quantity,
      ceilingHao,
      fields,
      callbackUrl,
      buyerIp: '',
      // Only shops hand it on: no other supplier's purchase pays for it.
      ...(adapter.passesTrace && { trace: await trace() }),
    })
  }

  async function serve(due: Due): Promise<void> {
    const startedMs = performance.now()
    const labels = { task: due.task }
    let outcome: AskOutcome | PlaceOutcome
    let finalAfterSeconds: number | null = null
    try {
      const supplier = await accounts.get(due.tenantId, due.supplierId, due)
      finalAfterSeconds = supplier.adapter.notFoundIsFinalAfter
      outcome = await within(CALL_MS_MAX, call(due, supplier))
    } catch (error) {
      // Whatever went wrong here, the supplier may have seen it.
      log.error({ err: error, tenantId: due.tenantId, purchase: due.no }, 'a call to a supplier failed')
      outcome = { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) }
    }
    callSeconds.record((performance.now() - startedMs) / 1_000, labels)
    callsTotal.add(1, { ...labels, outcome: outcome.kind })
    const sentMs = Date.now() - Date.parse(due.sentAt)
    const news = newsOf(outcome, { quantity: due.quantity, sentMs, finalAfterSeconds })
    await tell(due.tenantId, { id: due.id, lease: due.lease, ...news })
  }

  return createCrew<Due>({
    name: 'suppliers.lanes',
    idleMs: IDLE_MS,
    atOnceMax: CALLS_MAX,
    log,
    take: (room) => db.callGlobal<readonly Due[]>('suppliers.take_due', LEASE_SECONDS, room),
    work: serve,
    // The lease runs out, and the purchase is asked about.
    lost: ({ tenantId, no }) => [{ tenantId, purchase: no }, 'what a supplier said was not kept'],
  })
}

async function within<T>(ms: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${ms / 1_000} s`)), ms)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
