import { type CodePattern, drawCode, parsePattern } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import { type CodeForm, chunkLines, codeFormOf, sealCodes } from '../code-form.ts'
import type { VaultDeps } from '../deps.ts'
import { secureDraw } from '../draw.ts'
import { finishBatch, interruptBatch, storeChunk } from '../filling.ts'
import { announceProgress } from '../progress.ts'

type Begun = {
  readonly batchId: number
  readonly uploadNo: number
  readonly pattern: CodePattern
  readonly wanted: number
  readonly form: CodeForm
  readonly made: number
  /** How many were drawn, those among them that there had been before. */
  readonly drawn: number
}

/**
 * Makes the codes that a batch still lacks. Each is drawn by the machine's secure chance, sealed before it is stored, and new
 * in the whole vault: one that there has been before is drawn again. Run again after a crash, it goes on where it stopped;
 * of two that run, the newer stops the older.
 */
export async function generateCodes(deps: VaultDeps, ctx: Ctx, batchId: number): Promise<void> {
  const begun = await deps.db.write(ctx, (tx) => begin(tx, batchId))
  if (!begun) return
  try {
    const stopped = await makeCodes(deps, ctx, begun)
    if (stopped === undefined) await deps.db.write(ctx, (tx) => finishBatch(tx, begun, 'batch.generate'))
  } catch (error) {
    await deps.db.write(ctx, (tx) => interruptBatch(tx, begun, { code: 'vault.generation_failed', params: {} }))
    throw error
  } finally {
    announceProgress(deps.hub, ctx.tenantId, batchId)
  }
}

/** @returns why it stopped before the end: `superseded`, or the state that someone else gave the batch */
async function makeCodes(deps: VaultDeps, ctx: Ctx, begun: Begun): Promise<string | undefined> {
  const sealer = await deps.crypto.sealer(ctx.tenantId)
  const draw = secureDraw()
  const sealSome = (count: number) =>
    sealCodes(
      deps,
      sealer,
      Array.from({ length: count }, () => drawCode(begun.pattern, draw)),
      begun.form,
    )
  const most = chunkLines(begun.form)
  let { made, drawn } = begun
  let next = await sealSome(Math.min(most, begun.wanted - made))
  while (next.ids.length > 0) {
    const count = next.ids.length
    const storing = storeChunk(deps, ctx, begun, {
      ...next,
      fromLine: drawn,
      toLine: drawn + count,
      bytesRead: 0,
      lines: next.ids.map((_, at) => drawn + at + 1),
      invalidLines: [],
      invalidReasons: [],
    })
    // While the database takes these, the next are made; what turns out to have been there before is made up for later.
    const [stored, following] = await Promise.all([storing, sealSome(Math.min(most, begun.wanted - made - count))])
    if (stored.stopped !== undefined) return stored.stopped
    made += stored.imported ?? 0
    drawn += count
    next = following.ids.length > 0 ? following : await sealSome(Math.min(most, begun.wanted - made))
  }
  return undefined
}

/** Takes the batch over for this run; undefined when it has ended. */
async function begin(tx: Tx, batchId: number): Promise<Begun | undefined> {
  const taken = await sql<Omit<Begun, 'pattern' | 'made' | 'form'> & { readonly pattern: string }>`
    update vault.batches b
    set upload_no = upload_no + 1,
        state = 'importing',
        failure = null,
        heartbeat_at = now()
    where b.tenant_id = ${tx.ctx.tenantId}::bigint
      and b.id = ${batchId}::bigint
      and b.origin = 'generated'
      and b.state in ('importing', 'interrupted')
    returning b.id as "batchId", b.upload_no as "uploadNo", b.pattern, b.wanted, b.lines_read as drawn`.execute(tx.db)
  const [row] = taken.rows
  if (!row) return undefined
  // In a statement of its own, which begins after the batch was waited for: what another run stored meanwhile counts.
  const counted = await sql<{ readonly made: number }>`
    select coalesce(
      (
        select nullif(count(*), 0)
        from vault.reused_codes r
        where r.tenant_id = ${tx.ctx.tenantId}::bigint
          and r.batch_id = ${batchId}::bigint
      ),
      (
        select c.imported
        from vault.batch_counts c
        where c.tenant_id = ${tx.ctx.tenantId}::bigint
          and c.batch_id = ${batchId}::bigint
      ),
      0
    )::bigint as made`.execute(tx.db)
  const pattern = parsePattern(row.pattern)
  if ('problem' in pattern) throw new Error(`the pattern of batch ${batchId} does not read: ${pattern.problem}`)
  return { ...row, pattern, form: await codeFormOf(tx, batchId), made: counted.rows[0]?.made ?? 0 }
}
