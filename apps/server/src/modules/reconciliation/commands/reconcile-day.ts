import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { reconciliationErrors } from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { BillOutcome } from '../../payments/index.ts'
import { type DayOf, LeaseLost, type Reconciler, systemCtx } from '../model.ts'
import { fetchStatement } from '../supplies/fetched.ts'
import { supplierOf } from '../supplies/source.ts'
import { loadBill } from './load-bill.ts'
import { matchDay } from './match-day.ts'
import { spooled } from './spool.ts'

/** Seconds until a bill is asked for again, by why there is none; after a week nobody asks by himself any more. */
const NOT_READY_AGAIN_SECONDS = 30 * 60
const FAILED_AGAIN_SECONDS = 10 * 60
const REFUSED_AGAIN_SECONDS = 6 * 3_600
const GIVE_UP_AFTER_DAYS = 7

export type Order = DayOf & {
  readonly askedBy: string
  /** False: the bill that is there is gone through again. */
  readonly fetches: boolean
}
export type Reconciled =
  | { readonly kind: 'done'; readonly state: 'differing' | 'matched' }
  | { readonly kind: 'no_bill'; readonly why: Refusal }
  | { readonly kind: 'busy' | 'closed' }

/**
 * Fetches a day's bill, loads it and lays it beside our books. A bill that cannot be had leaves the one that was there;
 * the day remembers why and when to ask again.
 */
export async function reconcileDay(reconciler: Reconciler, order: Order): Promise<Reconciled> {
  const { db, log } = reconciler
  const { tenantId, gateway, day, fetches } = order
  const worker = `${process.pid} ${randomUUID()}`
  const { state: taken, billId } = await db.call<{
    readonly state: 'taken' | 'busy' | 'closed'
    readonly billId: number | null
  }>(tenantId, 'reconciliation.take_day', gateway, day, worker, fetches ? 'fetching' : 'matching')
  if (taken !== 'taken') return { kind: taken }
  const release = (why: Refusal | undefined, retrySeconds: number | null) =>
    db.call(
      tenantId,
      'reconciliation.release_day',
      gateway,
      day,
      worker,
      why ? { code: why.code, params: why.params } : null,
      isStale(reconciler, day) ? null : retrySeconds,
    )
  try {
    const found = fetches ? await fetchBill(reconciler, { ...order, worker }) : billId
    const trouble = found instanceof Trouble ? found : undefined
    const counting = trouble ? billId : (found as number | null)
    if (counting === null) {
      const why = trouble?.why ?? reconciliationErrors.noBill({ day })
      await release(why, trouble?.retrySeconds ?? null)
      return { kind: 'no_bill', why }
    }
    await db.call(tenantId, 'reconciliation.rewind', counting, worker)
    const before = await newestCase(reconciler, tenantId)
    const state = await matchDay(reconciler, { tenantId, gateway, day, billId: counting, worker })
    if (state === 'differing') await announceDiffering(reconciler, order, before)
    return { kind: 'done', state }
  } catch (error) {
    if (error instanceof LeaseLost) return { kind: 'busy' }
    const why = error instanceof Refusal ? error : reconciliationErrors.failed()
    await release(why, error instanceof Refusal ? REFUSED_AGAIN_SECONDS : FAILED_AGAIN_SECONDS)
    if (error instanceof Refusal) return { kind: 'no_bill', why }
    log.error({ err: error, tenantId, gateway, day }, 'a day could not be reconciled')
    throw error
  }
}

async function newestCase({ db }: Reconciler, tenantId: Order['tenantId']): Promise<number> {
  const { rows } = await db.read(systemCtx(tenantId), (tx) =>
    sql<{ readonly id: number }>`
      select coalesce(max(id), 0) as id from reconciliation.cases where tenant_id = ${tenantId}::bigint
    `.execute(tx.db),
  )
  return rows[0]?.id ?? 0
}

/** Said when there is a difference that was not there before: going through a day again is no news. */
async function announceDiffering({ db }: Reconciler, { tenantId, gateway, day }: Order, before: number): Promise<void> {
  await db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<{ readonly open: number; readonly fresh: number }>`
      select count(*) as open, count(*) filter (where id > ${before}::bigint) as fresh
      from reconciliation.cases
      where tenant_id = ${tenantId}::bigint
        and gateway = ${gateway}
        and day = ${day}::date
        and state = 'open'
    `.execute(tx.db)
    const [{ open, fresh } = { open: 0, fresh: 0 }] = rows
    if (fresh === 0) return
    tx.emit({ type: 'reconciliation.differing', subject: `day:${gateway} ${day}`, payload: { gateway, day, open } })
  })
}

class Trouble {
  readonly why: Refusal
  readonly retrySeconds: number
  constructor(why: Refusal, retrySeconds: number) {
    this.why = why
    this.retrySeconds = retrySeconds
  }
}

async function fetchBill(
  reconciler: Reconciler,
  { worker, ...order }: Order & { readonly worker: string },
): Promise<number | Trouble> {
  const { tenantId, gateway, day } = order
  const supplierId = supplierOf(gateway)
  const outcome =
    supplierId === undefined
      ? await reconciler.bills.fetch(tenantId, gateway, day)
      : await fetchStatement(reconciler, tenantId, supplierId, day)
  if (outcome.kind !== 'done' && outcome.kind !== 'empty') return troubleOf(outcome)
  const [body, fileName] = outcome.kind === 'done' ? [outcome.body, outcome.fileName] : [Readable.from([]), '']
  const facts = { ...order, worker, source: 'fetched', fileName } as const
  const { billId } = await spooled(body, (file) => loadBill(reconciler, facts, file))
  return billId
}

function troubleOf(outcome: Exclude<BillOutcome, { kind: 'done' | 'empty' }>): Trouble {
  if (outcome.kind === 'not_ready') {
    return new Trouble(reconciliationErrors.notReady({ why: outcome.message }), NOT_READY_AGAIN_SECONDS)
  }
  if (outcome.kind === 'refused') {
    const why = `${outcome.code} ${outcome.message}`.trim()
    return new Trouble(reconciliationErrors.fetchRefused({ why }), REFUSED_AGAIN_SECONDS)
  }
  return new Trouble(reconciliationErrors.fetchFailed({ why: outcome.reason }), FAILED_AGAIN_SECONDS)
}

const isStale = ({ clock }: Reconciler, day: string): boolean =>
  clock.now().getTime() - Date.parse(`${day}T00:00:00+08:00`) > GIVE_UP_AFTER_DAYS * 86_400_000
