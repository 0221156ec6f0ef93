import type { BulkState } from '@quanshu/contract'
import { type OrderNo, Refusal, type TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { refundOrder } from '../../fulfilment/index.ts'
import { drawOrderNo, STOCK_BATCH } from '../../orders/index.ts'
import { workerCtx } from '../model.ts'
import { wakeWorker } from './move-bulk.ts'

/**
 * One transaction holds the shop's accounts for about so long, as a full batch of shoppers' orders does. How many lines that
 * are, the step before tells: some 400 on a quiet machine. Each step also costs the same 5 ms of its own, and wakes whoever hears
 * of orders, so with fewer than the least all of it would take longer and disturb more.
 */
const STEP_MS = 120
const LINES_MIN = 200
const LINES_MAX = 500
/** Of a step, to each of its lines; a line alone may have more. */
const PIECES_PER_LINE = 2
/** After a step the worker rests for as long as it took, so that half of the shop's time is for everybody else. */
const REST_TIMES = 1
/** A job gives its place in the queue back after so long, and comes again. */
const TURN_MS = 4_000
const REFUNDS_PER_LOOK = 100
const REASON = '批量订单中的一行无法交付，自动退还'

type Step = { readonly state: BulkState; readonly waiting: number; readonly ordered: number; readonly failed: number }
type Turn = { readonly bulkId: number; readonly lines: number }
/** `byRule`: a machine ordered it, and waits for nobody's approval. */
type GiveBack = { readonly no: OrderNo; readonly gift: boolean; readonly byRule: boolean }
type Finish = {
  readonly finished: boolean
  readonly name: string
  readonly counts: Readonly<Record<'delivered' | 'attention' | 'refunded' | 'failed' | 'cancelled', number>>
}
export type BulkRunner = (tenantId: TenantId, bulkId: number) => Promise<void>

/**
 * Orders what waits, some lines at a time through the turnstile of placing, gives back what cannot be had, and sees whether
 * all is over. May stop anywhere and run again, here or elsewhere: a line and its order are one commit.
 */
export function createBulkRunner(platform: Platform): BulkRunner {
  const { db, clock, log } = platform
  const orderSome = platform.batcher<Turn, Step & { readonly tookMs: number }>({
    name: 'bulk.order_some',
    max: 1,
    turnstile: STOCK_BATCH.turnstile,
    run: async (tenantId, turns) => {
      const steps = []
      for (const { bulkId, lines } of turns) {
        const nos = Array.from({ length: lines }, () => drawOrderNo(clock.now()))
        const beganAt = performance.now()
        const step = await db.callHot<Step>(tenantId, 'bulk.order_some', bulkId, nos, PIECES_PER_LINE * lines)
        steps.push({ ...step, tookMs: performance.now() - beganAt })
      }
      return steps
    },
  })

  /** @returns false when time was up before the last line */
  async function orderAll(tenantId: TenantId, bulkId: number, until: number): Promise<boolean> {
    for (let lines = LINES_MIN, turn = 1; ; turn += 1) {
      const { state, waiting, tookMs } = await orderSome(tenantId, { bulkId, lines })
      if (state !== 'running' || waiting === 0) return true
      if (performance.now() > until) return false
      await new Promise((resolve) => setTimeout(resolve, REST_TIMES * tookMs))
      if (turn === 1) await db.callGlobal('platform.count_first_rows')
      lines = nextLines(lines, tookMs)
    }
  }

  /** @returns how many lines could not be given back, which are for the desk, where they stand; undefined when time was up */
  async function giveAllBack(tenantId: TenantId, bulkId: number, until: number): Promise<number | undefined> {
    for (;;) {
      const due = await db.call<readonly GiveBack[]>(tenantId, 'bulk.to_give_back', bulkId, REFUNDS_PER_LOOK)
      let gaveBack = 0
      for (const order of due) gaveBack += (await giveBack(platform, tenantId, order)) ? 1 : 0
      if (gaveBack === 0) return due.length
      if (performance.now() > until) return undefined
    }
  }

  async function finish(tx: Tx, bulkId: number, stays: number): Promise<void> {
    const { tenantId } = tx.ctx
    const { rows } = await sql<{ answer: Finish }>`
      select bulk.finish(${tenantId}::bigint, ${bulkId}::bigint) as answer`.execute(tx.db)
    const answer = rows[0]?.answer
    if (!answer?.finished) return
    // A line that came to its end since that look would be told as one for people.
    if ((await countDue(tx, bulkId)) > stays) throw new MoreIsDue()
    const { delivered, attention, refunded, failed, cancelled } = answer.counts
    const notDelivered = attention + refunded + failed + cancelled
    tx.emit({
      type: 'bulk.finished',
      subject: `bulk:${bulkId}`,
      payload: { bulkId, name: answer.name, delivered, notDelivered },
    })
    log.info({ tenantId, bulkId, delivered, notDelivered }, 'a bulk order is finished')
  }

  return async (tenantId, bulkId) => {
    const ctx = workerCtx(tenantId)
    const until = performance.now() + TURN_MS
    const again = () => db.write(ctx, async (tx) => wakeWorker(tx, bulkId))
    if (!(await orderAll(tenantId, bulkId, until))) return again()
    const stays = await giveAllBack(tenantId, bulkId, until)
    if (stays === undefined) return again()
    const end = db.write(ctx, (tx) => finish(tx, bulkId, stays))
    await end.catch((error: unknown) => (error instanceof MoreIsDue ? again() : Promise.reject(error)))
  }
}

class MoreIsDue extends Error {}

async function countDue(tx: Tx, bulkId: number): Promise<number> {
  const { rows } = await sql<{ due: number }>`
    select jsonb_array_length(
      bulk.to_give_back(${tx.ctx.tenantId}::bigint, ${bulkId}::bigint, ${REFUNDS_PER_LOOK}::integer)
    ) as due`.execute(tx.db)
  return rows[0]?.due ?? 0
}

/** As many as would have taken `STEP_MS`, but never more than twice as many as before. */
function nextLines(lines: number, tookMs: number): number {
  const fitting = Math.round((lines * STEP_MS) / Math.max(1, tookMs))
  return Math.max(LINES_MIN, Math.min(LINES_MAX, 2 * lines, fitting))
}

/** @returns whether it is on its way back */
async function giveBack({ db, log }: Platform, tenantId: TenantId, { no, gift, byRule }: GiveBack): Promise<boolean> {
  const ctx = workerCtx(tenantId)
  try {
    if (byRule) return await db.write(ctx, (tx) => endByRule(tx, no))
    if (!gift) {
      const begun = await db.write(ctx, (tx) =>
        refundOrder(tx, { no, lineNo: 1, to: 'source', reason: REASON, actor: { staffId: null, name: 'system' } }),
      )
      // One that waits for a second person is no longer ours to look at.
      return begun.amountFen > 0
    }
    return await db.write(ctx, async (tx) => {
      const { rows } = await sql<{ answer: { readonly ok: boolean } }>`
        select bulk.end_gift(${tenantId}::bigint, ${no}::bigint, ${REASON}::text) as answer`.execute(tx.db)
      if (!rows[0]?.answer.ok) return false
      tx.audit({ action: 'bulk.give_back', objectKind: 'order', objectId: no, detail: { reason: REASON } })
      return true
    })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    log.warn({ tenantId, no, code: error.code }, 'a line of a bulk order was not given back by itself')
    return false
  }
}

async function endByRule(tx: Tx, no: OrderNo): Promise<boolean> {
  const { rows } = await sql<{ answer: { readonly ok: boolean; readonly amountFen?: number } }>`
    select bulk.end_by_rule(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${REASON}::text) as answer`.execute(tx.db)
  const answer = rows[0]?.answer
  if (!answer?.ok) return false
  const detail = { lineNo: 1, takes: 'line', to: 'balance', reason: REASON, amountFen: answer.amountFen }
  tx.audit({ action: 'order.refund', objectKind: 'order', objectId: no, detail })
  return true
}
