import type { Readable } from 'node:stream'
import { type BatchView, commonErrors, vaultErrors } from '@quanshu/contract'
import { assert, Refusal } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Sealer } from '../../../platform/crypto/index.ts'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import { type CodeForm, chunkLines, codeFormOf, sealCodes } from '../code-form.ts'
import type { VaultDeps } from '../deps.ts'
import { finishBatch, interruptBatch, storeChunk } from '../filling.ts'
import { type Line, readCardFile } from '../import-reader/index.ts'
import { canonical } from '../model.ts'
import { announceProgress } from '../progress.ts'
import { type Failure, getBatch } from '../queries/batches.ts'

export type ImportUpload = {
  readonly stream: Readable
  readonly fileName?: string | undefined
  readonly lengthBytes?: number | undefined
}

/** A batch stays something that can be listed, undone and reported as one. */
const BATCH_LINES_MAX = 2_000_000

/**
 * Reads a file into a batch. Lines are sealed as they are read, so no plain text is ever stored. After a break the same
 * file is sent again and goes on behind the lines already done; a newer upload of a batch stops an older one.
 * @throws vaultErrors when the file is not what it says or not the one that was begun, or the batch has ended
 */
export async function uploadImport(
  deps: VaultDeps,
  ctx: Ctx,
  batchId: number,
  upload: ImportUpload,
): Promise<BatchView> {
  const sealer = await deps.crypto.sealer(ctx.tenantId)
  const meter = metered(upload.stream)
  let begun: Begun | undefined
  try {
    const batch = await deps.db.read(ctx, (tx) => getBatch(tx, batchId))
    const fileName = upload.fileName ?? batch.fileName
    const lines = readCardFile({
      bytes: meter.bytes,
      fileName,
      separator: batch.separator,
      onHead: async (head) => {
        const fingerprint = sealer.fingerprint('vault.import_head', Buffer.from(head).toString('base64'))
        begun = await deps.db.write(ctx, (tx) =>
          begin(tx, batchId, { fingerprint, fileName, bytesTotal: upload.lengthBytes }),
        )
      },
    })
    const stopped = await importLines(deps, ctx, { sealer, lines, begun: () => present(begun), bytesRead: meter.read })
    if (stopped === 'superseded') throw vaultErrors.uploadSuperseded()
    if (stopped === undefined) await deps.db.write(ctx, (tx) => finishBatch(tx, present(begun), 'batch.import'))
  } catch (error) {
    const { uploadNo } = begun ?? {}
    if (uploadNo !== undefined)
      await deps.db.write(ctx, (tx) => interruptBatch(tx, { batchId, uploadNo }, failureOf(error)))
    throw error
  } finally {
    announceProgress(deps.hub, ctx.tenantId, batchId)
    // What was not read flows to nowhere, so that the sender can finish and read the answer.
    await meter.bytes.return(undefined)
    upload.stream.resume()
  }
  return deps.db.read(ctx, (tx) => getBatch(tx, batchId))
}

type Begun = {
  readonly batchId: number
  readonly uploadNo: number
  readonly linesDone: number
  readonly form: CodeForm
}

function present(begun: Begun | undefined): Begun {
  assert(begun, 'an upload has begun before its lines are read')
  return begun
}

/** The stream's chunks, counted. Stopping early leaves the stream alone: destroying it would cut the sender off. */
function metered(stream: Readable) {
  let count = 0
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      count += (chunk as Buffer).length
      yield chunk as Buffer
    }
  }
  return { bytes: bytes(), read: () => count }
}

type Work = {
  readonly sealer: Sealer
  readonly lines: AsyncIterable<readonly Line[]>
  readonly begun: () => Begun
  readonly bytesRead: () => number
}

/** @returns why it stopped before the end: `superseded`, or the state that someone else gave the batch */
async function importLines(deps: VaultDeps, ctx: Ctx, work: Work): Promise<string | undefined> {
  let chunk: Line[] = []
  let fromLine: number | undefined
  let sent: Promise<string | undefined> = Promise.resolve(undefined)

  // While the database takes one chunk, the next is read and sealed.
  const send = async (): Promise<string | undefined> => {
    const last = chunk.at(-1)
    if (!last) return sent
    const { linesDone, form, ...target } = work.begun()
    const body = await sealChunk(deps, work.sealer, chunk, form)
    const positions = { fromLine: fromLine ?? linesDone, toLine: last.lineNo, bytesRead: work.bytesRead() }
    fromLine = last.lineNo
    chunk = []
    const stopped = await sent
    if (stopped !== undefined) return stopped
    sent = storeChunk(deps, ctx, target, { ...positions, ...body }).then((stored) => stored.stopped)
    // Its failure is met at the next await of `sent`; until then it is no unhandled rejection.
    sent.catch(() => undefined)
    return undefined
  }

  try {
    for await (const block of work.lines) {
      const { linesDone, form } = work.begun()
      for (const line of block) {
        if (line.lineNo <= linesDone) continue
        if (line.lineNo > BATCH_LINES_MAX) throw vaultErrors.tooManyLines({ limit: BATCH_LINES_MAX })
        chunk.push(line)
        if (chunk.length < chunkLines(form)) continue
        const stopped = await send()
        if (stopped !== undefined) return stopped
      }
    }
    return (await send()) ?? (await sent)
  } finally {
    // Nothing may reach the batch after its upload is over.
    await sent.catch(() => undefined)
  }
}

async function sealChunk(deps: VaultDeps, sealer: Sealer, lines: readonly Line[], form: CodeForm) {
  const cards = lines.filter((line) => 'parts' in line)
  const invalid = lines.filter((line) => 'reason' in line)
  const sealed = await sealCodes(
    deps,
    sealer,
    cards.map((card) => canonical(card.parts)),
    form,
  )
  return {
    ...sealed,
    lines: cards.map((card) => card.lineNo),
    invalidLines: invalid.map((line) => line.lineNo),
    invalidReasons: invalid.map((line) => line.reason),
  }
}

type Start = { readonly fingerprint: Buffer; readonly fileName: string; readonly bytesTotal: number | undefined }

/** Takes the batch over for this upload. Before the first line any file will do; after it only the same one. */
async function begin(tx: Tx, batchId: number, start: Start): Promise<Begun> {
  const found = await sql<{ state: string; linesRead: number; head: Buffer | null }>`
    select state, lines_read as "linesRead", head_fingerprint as head
    from vault.batches
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${batchId}::bigint
      and origin = 'import'
    for no key update`.execute(tx.db)
  const [batch] = found.rows
  if (!batch) throw commonErrors.notFound()
  if (batch.state !== 'importing' && batch.state !== 'interrupted')
    throw vaultErrors.importClosed({ state: batch.state })
  if (batch.linesRead > 0 && !batch.head?.equals(start.fingerprint)) throw vaultErrors.differentFile()
  const updated = await sql<{ uploadNo: number }>`
    update vault.batches
    set upload_no = upload_no + 1,
        state = 'importing',
        failure = null,
        file_name = ${start.fileName}::text,
        bytes_read = 0,
        bytes_total = ${start.bytesTotal ?? null}::bigint,
        head_fingerprint = ${start.fingerprint}::bytea,
        heartbeat_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${batchId}::bigint
    returning upload_no as "uploadNo"`.execute(tx.db)
  const form = await codeFormOf(tx, batchId)
  return { batchId, uploadNo: updated.rows[0]?.uploadNo ?? 0, linesDone: batch.linesRead, form }
}

/** A refusal is told as it is, except that a half request means that the sender hung up. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Refusal)) return { code: 'vault.import_failed', params: {} }
  if (error.code === 'common.malformed_body') return { code: 'vault.connection_lost', params: {} }
  return { code: error.code, params: error.params }
}
