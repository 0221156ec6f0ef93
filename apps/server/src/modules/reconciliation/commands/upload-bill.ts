import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { reconciliationErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import { actorName, LeaseLost, type Reconciler } from '../model.ts'
import { loadBill } from './load-bill.ts'
import { mustBeFree, mustBeOver, mustHaveBills, queueDay } from './run-day.ts'
import { type Spooled, spooled } from './spool.ts'

export type BillUpload = { readonly stream: Readable; readonly fileName?: string | undefined }

/**
 * Takes a bill that a person fetched from the gateway's site, in its own format. It takes the place of the day's bill,
 * and a worker goes through the day.
 * @throws reconciliationErrors.noBills, dayNotOver, dayClosed, busy, fileEmpty, sameFile, unreadable, notABill, otherDay
 */
export async function uploadBill(
  reconciler: Reconciler,
  ctx: Ctx,
  at: { readonly gateway: string; readonly day: string },
  { stream, fileName = '' }: BillUpload,
): Promise<void> {
  const { db } = reconciler
  try {
    mustBeOver(reconciler, at.day)
    await db.read(ctx, async (tx) => {
      await mustHaveBills(reconciler, tx, at.gateway)
      await mustBeFree(tx, at)
    })
    const { billId, hash, bytes } = await spooled(stream, (file) => load(reconciler, ctx, { ...at, fileName }, file))
    await db.write(ctx, async (tx) => {
      queueDay(tx, { ...at, askedBy: actorName(ctx), fetches: false })
      await sql`select reconciliation.note_queued(${ctx.tenantId}::bigint, ${at.gateway}::text, ${at.day}::date)`.execute(
        tx.db,
      )
      const detail = { fileName, hash, bytes, billId }
      tx.audit({ action: 'reconciliation.upload', objectKind: 'bill', objectId: `${at.gateway} ${at.day}`, detail })
    })
  } finally {
    // What was not read flows to nowhere, so that the sender can finish and read the answer.
    stream.resume()
  }
}

async function load(
  reconciler: Reconciler,
  ctx: Ctx,
  { gateway, day, fileName }: { readonly gateway: string; readonly day: string; readonly fileName: string },
  file: Spooled,
): Promise<Spooled & { readonly billId: number }> {
  const { db } = reconciler
  const { tenantId } = ctx
  if (file.bytes === 0) throw reconciliationErrors.fileEmpty()
  const worker = `upload ${process.pid} ${randomUUID()}`
  const taken = await db.call<{ readonly state: string }>(
    tenantId,
    'reconciliation.take_day',
    gateway,
    day,
    worker,
    'loading',
  )
  if (taken.state === 'closed') throw reconciliationErrors.dayClosed({ day })
  if (taken.state === 'busy') throw reconciliationErrors.busy()
  try {
    const facts = { tenantId, gateway, day, worker, source: 'uploaded', askedBy: actorName(ctx), fileName } as const
    const { billId, isKnown } = await loadBill(reconciler, facts, file)
    if (isKnown) throw reconciliationErrors.sameFile()
    return { ...file, billId }
  } catch (error) {
    throw error instanceof LeaseLost ? reconciliationErrors.busy() : error
  } finally {
    await db.call(tenantId, 'reconciliation.let_go', gateway, day, worker)
  }
}
