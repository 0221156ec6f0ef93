import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { BULK_PIECES_MAX, type BulkDetail, bulkErrors, commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, ReadTx, Tx } from '../../../platform/db/index.ts'
import { storableJson } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { readCatalogue } from '../file/goods.ts'
import { type CheckedLine, createChecker } from '../file/lines.ts'
import { readBulkFile } from '../file/read.ts'
import { getBulk } from '../queries/bulks.ts'

export type BulkUpload = {
  readonly stream: Readable
  readonly fileName: string | undefined
  readonly contentType: string
}

const JSON_TYPES = ['application/x-ndjson', 'application/jsonl', 'application/json']

/**
 * Reads a file into a bulk order that is not confirmed yet, in place of what was in it: each line judged, all of them priced.
 * Nothing is ordered.
 * @throws bulkErrors.wrongState and what is wrong with the file as a whole; commonErrors.notFound
 */
export async function uploadFile(
  { db }: Pick<Platform, 'db'>,
  ctx: Ctx,
  bulkId: number,
  upload: BulkUpload,
): Promise<BulkDetail> {
  const { stream, fileName = '', contentType } = upload
  try {
    const { draft, catalogue } = await db.read(ctx, async (tx) => {
      const found = await mustBeDraft(tx, bulkId)
      return { draft: found, catalogue: await readCatalogue(tx, found.skuId) }
    })
    const hash = createHash('sha256')
    const { lines, ignored } = await readBulkFile(
      { bytes: hashed(stream, hash), fileName, isJson: JSON_TYPES.includes(contentType) },
      { fields: catalogue.all.flatMap(({ formFields }) => formFields), hasGoods: draft.skuId !== null },
    )
    const { skuId, allowRepeats, payer } = draft
    const check = createChecker({ catalogue, skuId, allowRepeats, isGift: payer === 'shop', locale: ctx.locale })
    const checked = lines.map(check)
    const pieces = checked.reduce((sum, { fault, quantity }) => sum + (fault === null ? quantity : 0), 0)
    if (pieces > BULK_PIECES_MAX) throw bulkErrors.tooManyPieces({ limit: BULK_PIECES_MAX })
    return await db.write(ctx, (tx) => store(tx, bulkId, { checked, ignored, fileName, hash: hash.copy().digest() }))
  } finally {
    // What was not read flows to nowhere, so that the sender can finish and read the answer.
    stream.resume()
  }
}

async function* hashed(stream: Readable, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    hash.update(chunk as Buffer)
    yield chunk as Buffer
  }
}

type Draft = { readonly skuId: number | null; readonly allowRepeats: boolean; readonly payer: 'member' | 'shop' }

async function mustBeDraft(tx: ReadTx, bulkId: number): Promise<Draft> {
  const bulk = await tx.db
    .selectFrom('bulk.orders')
    .select(['state', 'sku_id as skuId', 'allow_repeats as allowRepeats', 'payer'])
    .where('tenant_id', '=', tx.ctx.tenantId)
    .where('id', '=', bulkId)
    .executeTakeFirst()
  if (!bulk) throw commonErrors.notFound()
  if (bulk.state !== 'draft') throw bulkErrors.wrongState({ state: bulk.state })
  return bulk as Draft
}

type Read = {
  readonly checked: readonly CheckedLine[]
  readonly ignored: readonly string[]
  readonly fileName: string
  readonly hash: Buffer
}

async function store(tx: Tx, bulkId: number, { checked, ignored, fileName, hash }: Read): Promise<BulkDetail> {
  const { tenantId } = tx.ctx
  const written = await sql`
    update bulk.orders
    set file_name = ${fileName}::text,
        file_hash = ${hash}::bytea,
        ignored_columns = ${storableJson(ignored)}::jsonb
    where tenant_id = ${tenantId}::bigint
      and id = ${bulkId}::bigint
      and state = 'draft'`.execute(tx.db)
  // Somebody confirmed or cancelled it while the file was read.
  if (!written.numAffectedRows) throw bulkErrors.wrongState({ state: (await getBulk(tx, bulkId)).state })
  await sql`
    delete from bulk.lines
    where tenant_id = ${tenantId}::bigint
      and bulk_id = ${bulkId}::bigint`.execute(tx.db)
  await sql`
    insert into bulk.lines (tenant_id, bulk_id, line_no, sku_id, quantity, form, contact, reference, state, fault, fault_params)
    select ${tenantId}::bigint, ${bulkId}::bigint, x."lineNo", x."skuId", x.quantity, x.form, x.contact, x.reference,
      case when x.fault is null then 'waiting' else 'invalid' end, x.fault, x."faultParams"
    from jsonb_to_recordset(${storableJson(checked)}::jsonb) as x(
      "lineNo" integer, "skuId" bigint, quantity integer, form jsonb, contact text, reference text, fault text, "faultParams" jsonb
    )`.execute(tx.db)
  await sql`select bulk.quote(${tenantId}::bigint, ${bulkId}::bigint)`.execute(tx.db)
  const bulk = await getBulk(tx, bulkId)
  const { lines, counts } = bulk
  tx.audit({
    action: 'bulk.upload',
    objectKind: 'bulk_order',
    objectId: bulkId,
    detail: { fileName, lines, invalid: counts.invalid },
  })
  return bulk
}
