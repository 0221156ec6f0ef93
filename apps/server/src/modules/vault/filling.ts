import type { NumberPick } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Sealer } from '../../platform/crypto/index.ts'
import type { Ctx, Tx } from '../../platform/db/index.ts'
import type { VaultDeps } from './deps.ts'
import { announceProgress } from './progress.ts'
import { type Failure, getBatch } from './queries/batches.ts'
import { FINGERPRINT_PURPOSE, sealedAt } from './secrets.ts'

/** One call of the database; its account lock is held for a few milliseconds. */
export const CHUNK_LINES = 2_000

export type SealedCards = {
  readonly ids: readonly number[]
  readonly fingerprints: readonly string[]
  readonly sealed: readonly string[]
}

/** Seals codes for the rows they will have. Ids come first, because a card is sealed to its own row; those of duplicates stay unused. */
export async function sealCards(
  deps: Pick<VaultDeps, 'db'>,
  sealer: Sealer,
  plain: readonly string[],
): Promise<SealedCards> {
  const ids =
    plain.length === 0 ? [] : await deps.db.callGlobal<readonly number[]>('vault.reserve_card_ids', plain.length)
  return {
    ids,
    fingerprints: plain.map((text) => sealer.fingerprint(FINGERPRINT_PURPOSE, text).toString('base64')),
    sealed: plain.map((text, at) => sealer.seal(sealedAt(ids[at] ?? 0), text).toString('base64')),
  }
}

/** What `vault.import_chunk` is told of codes: their cards, the further uses of each, and what is public of them. */
export type SealedCodes = SealedCards & {
  readonly uses?: number | null
  readonly more?: {
    readonly first: readonly number[]
    readonly ids: readonly number[]
    readonly useNos: readonly number[]
    readonly sealed: readonly string[]
  }
  readonly numbers?: readonly (string | null)[]
  readonly numberAs?: NumberPick
}

export type Chunk = SealedCodes & {
  readonly fromLine: number
  readonly toLine: number
  readonly bytesRead: number
  readonly lines: readonly number[]
  readonly invalidLines: readonly number[]
  readonly invalidReasons: readonly string[]
}
/** A batch that is being filled, and by which turn: a newer one fences off an older. */
export type Filling = { readonly batchId: number; readonly uploadNo: number }
type Stored = { readonly stopped?: string; readonly imported?: number }

/** Puts the next lines into a batch. @returns `stopped`, when somebody else has taken the batch over or ended it */
export async function storeChunk(
  deps: Pick<VaultDeps, 'db' | 'hub'>,
  ctx: Ctx,
  { batchId, uploadNo }: Filling,
  chunk: Chunk,
): Promise<Stored> {
  const stored = await deps.db.call<Stored>(ctx.tenantId, 'vault.import_chunk', batchId, uploadNo, chunk)
  announceProgress(deps.hub, ctx.tenantId, batchId)
  return stored
}

/** Everything is in. @param action how the audit log names it */
export async function finishBatch(tx: Tx, { batchId, uploadNo }: Filling, action: string): Promise<void> {
  const done = await sql`
    update vault.batches
    set state = 'ready',
        finished_at = now(),
        bytes_read = coalesce(bytes_total, bytes_read)
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${batchId}::bigint
      and upload_no = ${uploadNo}::integer
      and state in ('importing', 'interrupted')`.execute(tx.db)
  if (!done.numAffectedRows) return
  const batch = await getBatch(tx, batchId)
  const { skuId, imported, duplicates, invalid } = batch
  tx.emit({
    type: 'batch.imported',
    subject: `batch:${batchId}`,
    payload: { batchId, skuId, imported, duplicates, invalid },
  })
  tx.emit({ type: 'stock.changed', subject: `sku:${skuId}`, payload: { skuId } })
  tx.audit({ action, objectKind: 'batch', objectId: batchId, detail: { skuId, imported, duplicates, invalid } })
}

/** What is in so far is on sale; the rest comes when it goes on. */
export async function interruptBatch(tx: Tx, { batchId, uploadNo }: Filling, failure: Failure): Promise<void> {
  const done = await sql<{ skuId: number }>`
    update vault.batches
    set state = 'interrupted',
        failure = ${JSON.stringify(failure)}::jsonb
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${batchId}::bigint
      and upload_no = ${uploadNo}::integer
      and state = 'importing'
    returning sku_id as "skuId"`.execute(tx.db)
  const [batch] = done.rows
  if (batch) tx.emit({ type: 'stock.changed', subject: `sku:${batch.skuId}`, payload: { skuId: batch.skuId } })
}
