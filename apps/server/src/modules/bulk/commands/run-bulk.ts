import type { BulkState } from '@quanshu/contract'
import { type OrderNo, Refusal, type TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import { refundOrder } from '../../fulfilment/index.ts'
import { drawOrderNo, STOCK_BATCH } from '../../orders/index.ts'
import { workerCtx } from '../model.ts'
import { wakeWorker } from './move-bulk.ts'

/** One transaction: it holds the shop's accounts for 30 to 60 ms, as a batch of shoppers' orders does. */
const LINES_PER_STEP = 100
const PIECES_PER_STEP = 200
/** After a step the worker rests for as long as it took, so that half of the shop's time is for everybody else. */
const REST_TIMES = 1
/** A job gives its place in the queue back after so long, and comes again. */
const TURN_MS = 4_000
const REFUNDS_PER_LOOK = 100
const REASON = '批量订单中的一行无法交付，自动退还'

type Step = { readonly state: BulkState; readonly waiting: number; readonly ordered: number; readonly failed: number }
type GiveBack = { readonly no: OrderNo; readonly gift: boolean }
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
  const orderSome = platform.batcher<number, Step>({
    name: 'bulk.order_some',
    max: 1,
    turnstile: STOCK_BATCH.turnstile,
    run: async (tenantId, bulkIds) => {
      const steps: Step[] = []
      for (const bulkId of bulkIds) {
        const nos = Array.from({ length: LINES_PER_STEP }, () => drawOrderNo(clock.now()))
        steps.push(await db.callHot<Step>(tenantId, 'bulk.order_some', bulkId, nos, PIECES_PER_STEP))
      }
      return steps
    },
  })

  return async (tenantId, bulkId) => {
    const ctx = workerCtx(tenantId)
    const until = performance.now() + TURN_MS
    const again = () => db.write(ctx, async (tx) => wakeWorker(tx, bulkId))
    for (;;) {
      const beganAt = performance.now()
      const { state, waiting } = await orderSome(tenantId, bulkId)
      if (state !== 'running' || waiting === 0) break
      const endedAt = performance.now()
      if (endedAt > until) return again()
      await new Promise((resolve) => setTimeout(resolve, REST_TIMES * (endedAt - beganAt)))
    }
    for (;;) {
      const due = await db.call<readonly GiveBack[]>(tenantId, 'bulk.to_give_back', bulkId, REFUNDS_PER_LOOK)
      let gaveBack = 0
      for (const order of due) gaveBack += (await giveBack(platform, tenantId, order)) ? 1 : 0
      // What could not be given back is for the desk, where it stands.
      if (gaveBack === 0) break
      if (performance.now() > until) return again()
    }
    await db.write(ctx, async (tx) => {
      const { rows } = await sql<{ answer: Finish }>`
        select bulk.finish(${tenantId}::bigint, ${bulkId}::bigint) as answer`.execute(tx.db)
      const answer = rows[0]?.answer
      if (!answer?.finished) return
      const { delivered, attention, refunded, failed, cancelled } = answer.counts
      const notDelivered = attention + refunded + failed + cancelled
      tx.emit({
        type: 'bulk.finished',
        subject: `bulk:${bulkId}`,
        payload: { bulkId, name: answer.name, delivered, notDelivered },
      })
      log.info({ tenantId, bulkId, delivered, notDelivered }, 'a bulk order is finished')
    })
  }
}

/** @returns whether it is on its way back */
async function giveBack({ db, log }: Platform, tenantId: TenantId, { no, gift }: GiveBack): Promise<boolean> {
  const ctx = workerCtx(tenantId)
  try {
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
