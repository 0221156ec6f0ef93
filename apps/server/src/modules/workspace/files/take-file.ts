import { createHash } from 'node:crypto'
import {
  FILE_LINES_SHOWN,
  type FileMapping,
  type FileReport,
  type ProductKind,
  type SupplyDoor,
  type SupplyFileDetail,
  type SupplyLineOutcome,
  workspaceErrors,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx, ReadTx, Tx } from '../../../platform/db/index.ts'
import { storableJson, storableText } from '../../../platform/db/index.ts'
import type { Upload } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { readTable } from '../../vault/index.ts'
import type { Own } from '../own.ts'
import { type FileRow, missingColumn, type ReadLine, readLines } from './lines.ts'
import { fileView, type StoredFile, storedFile } from './store.ts'

/** Twice the products that a supplier may have. */
export const ROWS_MAX = 10_000

/**
 * Of all cells together, which is kept until the file is taken: a fifth of what ten thousand long lines could be. A workbook says the same
 * text once and shows it in a hundred thousand cells.
 */
const CHARS_MAX = 4_000_000
/** Ten thousand rows with styles are a tenth of it. */
const SHEET_BYTES_MAX = 64 * 1024 * 1024

/** Whose files they are; the shop's own people name the supplier, its people stand in it. */
export type Whose = Pick<Own, 'supplierId'>
type OwnOf = (tx: ReadTx) => Promise<Whose>

/** What was read of a file: its rows, headings first, and what it is known by. */
export type ReadFile = { readonly name: string; readonly rows: readonly FileRow[]; readonly sha256: Buffer }

/**
 * Reads a file and keeps its rows until somebody has said what its columns are and what to do with it. Nothing is changed by it.
 * @throws vault.file_…, workspace.file_too_long, file_too_wide, file_without_rows, file_has_macros
 */
export async function readFile(
  { db, clock }: Pick<Platform, 'db' | 'clock'>,
  ctx: Ctx,
  ownOf: OwnOf,
  { stream, fileName }: Pick<Upload, 'stream' | 'fileName'>,
  modifiedAt: string | undefined,
  by: string,
): Promise<SupplyFileDetail> {
  const read = await readRows(stream, fileName ?? 'stock.csv')
  // A clock that runs ahead must not make every later file an older one.
  const at = new Date(Math.min(Date.parse(modifiedAt ?? '') || Number.POSITIVE_INFINITY, clock.now().getTime()))
  return await db.write(ctx, async (tx) => {
    const own = await ownOf(tx)
    return fileView(await storedFile(tx, own, await keepFile(tx, own, read, at, 'upload', by)))
  })
}

/** Reads a file whole. @throws as `readFile` */
export async function readRows(bytes: AsyncIterable<Uint8Array>, name: string): Promise<ReadFile> {
  const hash = createHash('sha256')
  const macros = macroWatch()
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      hash.update(chunk)
      macros.look(chunk)
      yield chunk
    }
  }
  const rows: FileRow[] = []
  let chars = 0
  const refuseMacros = () => {
    if (/\.xlsm$/i.test(name) || macros.seen()) throw workspaceErrors.fileHasMacros({ fileName: name })
  }
  try {
    for await (const block of readTable({ bytes: watched(), fileName: name, inflatedMax: SHEET_BYTES_MAX })) {
      rows.push(...block.map(({ lineNo, cells, problem }) => ({ line: lineNo, cells, broken: problem !== undefined })))
      if (rows.length > ROWS_MAX + 1) throw workspaceErrors.fileTooLong({ max: ROWS_MAX })
      for (const { cells } of block) for (const cell of cells) chars += cell.length
      if (chars > CHARS_MAX) throw workspaceErrors.fileTooWide({ max: CHARS_MAX })
    }
  } finally {
    // Said before anything else that may be wrong with it.
    refuseMacros()
  }
  if (rows.length < 2) throw workspaceErrors.fileWithoutRows()
  return { name, rows, sha256: hash.digest() }
}

/**
 * Names of the parts that macros are kept in. An archive has its parts' names in clear, so they are found without opening it. Nothing here
 * would run a macro; a list that brings one is not the list that somebody meant to send.
 */
const MACRO_PARTS = ['vbaProject.bin', 'xl/macrosheets/']
function macroWatch() {
  let tail = ''
  let isZip: boolean | undefined
  let found = false
  return {
    look(chunk: Uint8Array): void {
      if (found || isZip === false) return
      const text = tail + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')
      if (isZip === undefined && text.length >= 2) isZip = text.startsWith('PK')
      found = MACRO_PARTS.some((part) => text.includes(part))
      tail = text.slice(-32)
    },
    seen: () => found && isZip === true,
  }
}

/** Keeps what was read. @returns its id */
export async function keepFile(
  tx: Tx,
  own: Whose,
  { name, rows, sha256 }: ReadFile,
  writtenAt: Date,
  door: 'upload' | SupplyDoor,
  by: string,
): Promise<number> {
  // What was read and never taken is of no use the next day; what came by itself waits until somebody has decided.
  await sql`
    delete from suppliers.files
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${own.supplierId}::bigint
      and state = 'read'
      and door = 'upload'
      and uploaded_at < now() - interval '1 day'
  `.execute(tx.db)
  const { rows: made } = await sql<{ id: number }>`
    insert into suppliers.files (tenant_id, supplier_id, name, sha256, modified_at, content, door, uploaded_by)
    values (
      ${tx.ctx.tenantId}::bigint, ${own.supplierId}::bigint, ${storableText(name.slice(-200))}, ${sha256}::bytea, ${writtenAt}::timestamptz,
      ${storableJson(rows)}::jsonb, ${door}, ${by}
    )
    returning id
  `.execute(tx.db)
  return made[0]?.id ?? 0
}

/** Carries the report out of a transaction that is not to be. */
class RolledBack extends Error {
  readonly view: SupplyFileDetail
  constructor(view: SupplyFileDetail) {
    super('a dry run is rolled back')
    this.view = view
  }
}

/**
 * What taking a file would do: the run itself, rolled back.
 * @throws workspace.column_missing, workspace.file_moved, common.not_found
 */
export async function checkFile(
  { db }: Pick<Platform, 'db'>,
  ctx: Ctx,
  ownOf: OwnOf,
  fileId: number,
  mapping: FileMapping,
  by: string,
  cameByItself = false,
): Promise<SupplyFileDetail> {
  try {
    return await db.write(ctx, async (tx) => {
      const own = await ownOf(tx)
      const file = await lockedFile(tx, own, fileId, cameByItself)
      const { report } = await take(tx, own, file, mapping, by)
      throw new RolledBack({ ...fileView(file, report), mapping })
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.view
    throw error
  }
}

/**
 * Takes a file: all lines that can be are taken in one commit, the others are named. Its columns are remembered.
 * @throws workspace.file_known, workspace.file_older, workspace.column_missing, workspace.file_moved, common.not_found
 */
export async function applyFile(
  tx: Tx,
  own: Whose,
  fileId: number,
  mapping: FileMapping,
  anyway: boolean,
  by: string,
  cameByItself = false,
): Promise<SupplyFileDetail> {
  const file = await lockedFile(tx, own, fileId, cameByItself)
  if (!anyway && file.isKnown) throw workspaceErrors.fileKnown()
  if (!anyway && file.isOlder) throw workspaceErrors.fileOlder({ modified: file.modifiedAt.toISOString() })
  const { report, changes } = await take(tx, own, file, mapping, by)
  await sql`
    update suppliers.files
    set state = 'applied',
        content = null,
        mapping = ${JSON.stringify(mapping)}::jsonb,
        report = ${JSON.stringify(report)}::jsonb,
        changes = ${JSON.stringify(changes)}::jsonb,
        applied_by = ${by},
        applied_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${fileId}::bigint
  `.execute(tx.db)
  await sql`
    update suppliers.doors
    set heard_at = now(),
        late_told_at = null
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${own.supplierId}::bigint
  `.execute(tx.db)
  await sql`
    update suppliers.suppliers
    set file_mapping = ${JSON.stringify(mapping)}::jsonb
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${own.supplierId}::bigint
  `.execute(tx.db)
  const { lines: _, ...counts } = report
  tx.audit({
    action: 'supply_file.apply',
    objectKind: 'supplier',
    objectId: own.supplierId,
    detail: { fileId, name: file.name, ...counts },
  })
  return fileView(await storedFile(tx, own, fileId))
}

type State = {
  readonly id: number
  readonly remoteId: string
  readonly name: string
  readonly kind: ProductKind
  readonly costHao: number
  readonly stock: number | null
  readonly onSale: boolean
}
type Change = { readonly productId: number; readonly before: State | null; readonly after: State }

/** Lines to products, by the same door as a person's own changes. */
async function take(tx: Tx, own: Whose, file: StoredFile, mapping: FileMapping, by: string) {
  const [head, ...rows] = file.content ?? []
  const columns = head?.cells ?? []
  const missing = missingColumn(columns, mapping)
  if (missing !== undefined) throw workspaceErrors.columnMissing({ column: missing })
  const before = await statesOf(tx, own)
  const lines = readLines(columns, rows, mapping, new Set(before.keys()))
  const items = lines.flatMap((line) => ('item' in line ? [line.item] : []))
  const { rows: kept } = await sql<{
    kept: readonly { remoteId: string; outcome: Exclude<SupplyLineOutcome, 'invalid'> }[]
  }>`
    select suppliers.keep_own(
      ${tx.ctx.tenantId}::bigint, ${own.supplierId}::bigint, ${JSON.stringify(items)}::jsonb, ${by}
    ) as kept
  `.execute(tx.db)
  const outcomes = new Map((kept[0]?.kept ?? []).map(({ remoteId, outcome }) => [remoteId, outcome]))
  const after = await statesOf(tx, own)
  const changes = items.flatMap(({ remoteId }): Change[] => {
    const now = after.get(remoteId)
    const then = before.get(remoteId) ?? null
    return now && JSON.stringify(now) !== JSON.stringify(then) ? [{ productId: now.id, before: then, after: now }] : []
  })
  return { report: reportOf(lines, outcomes), changes }
}

function reportOf(
  lines: readonly ReadLine[],
  outcomes: ReadonlyMap<string, Exclude<SupplyLineOutcome, 'invalid'>>,
): FileReport {
  const judged = lines.map((line) => ({
    line: line.line,
    remoteId: line.remoteId,
    outcome: 'problem' in line ? ('invalid' as const) : (outcomes.get(line.remoteId) ?? ('same' as const)),
    problem: 'problem' in line ? line.problem : null,
  }))
  const count = (outcome: SupplyLineOutcome) => judged.filter((one) => one.outcome === outcome).length
  // What needs a look comes first, each in the order of the file.
  const shown = (['invalid', 'held', 'added', 'changed'] as const).flatMap((outcome) =>
    judged.filter((one) => one.outcome === outcome),
  )
  return {
    read: judged.length,
    added: count('added'),
    changed: count('changed'),
    same: count('same'),
    held: count('held'),
    invalid: count('invalid'),
    lines: shown.slice(0, FILE_LINES_SHOWN),
  }
}

/** All products of a supplier by their codes, held still until the transaction ends. */
async function statesOf(tx: Tx, own: Whose): Promise<ReadonlyMap<string, State>> {
  const { rows } = await sql<State>`
    select id, remote_id as "remoteId", name, kind, cost_hao as "costHao", stock, on_sale as "onSale"
    from suppliers.products
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${own.supplierId}::bigint
    order by id
    for no key update
  `.execute(tx.db)
  return new Map(rows.map((row) => [row.remoteId, row]))
}

/**
 * A file that waits to be taken; files of one supplier are taken one after the other. What came by itself is the shop's to decide.
 * @throws workspace.file_moved, common.not_found
 */
async function lockedFile(tx: Tx, own: Whose, fileId: number, cameByItself: boolean): Promise<StoredFile> {
  await lockSupplier(tx, own)
  const file = await storedFile(tx, own, fileId)
  if (file.state !== 'read' || cameByItself !== (file.door !== 'upload')) throw workspaceErrors.fileMoved()
  return file
}

const lockSupplier = (tx: Tx, own: Whose) =>
  sql`
    select from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${own.supplierId}::bigint
    for no key update
  `.execute(tx.db)

/**
 * Undoes the last file: names, prices and stock are what they were, new products are taken off sale. What was changed otherwise since
 * stays, and what was ordered since stays taken from the stock.
 * @throws workspace.file_not_last, workspace.file_moved, common.not_found
 */
export async function undoFile(tx: Tx, own: Whose, fileId: number, by: string): Promise<SupplyFileDetail> {
  await lockSupplier(tx, own)
  const file = await storedFile(tx, own, fileId)
  if (file.state !== 'applied') throw workspaceErrors.fileMoved()
  if (!file.mayUndo) throw workspaceErrors.fileNotLast()
  const { rows } = await sql<{ changes: readonly Change[] }>`
    select changes from suppliers.files where tenant_id = ${tx.ctx.tenantId}::bigint and id = ${fileId}::bigint
  `.execute(tx.db)
  const now = await statesOf(tx, own)
  const changes = rows[0]?.changes ?? []
  const items = changes.flatMap(({ before, after }) => {
    const present = now.get(after.remoteId)
    if (!present) return []
    const back = before ?? { ...after, onSale: false }
    const undone = <K extends 'name' | 'costHao' | 'onSale'>(key: K) =>
      present[key] === after[key] ? back[key] : present[key]
    return [
      {
        id: present.id,
        name: undone('name'),
        costHao: undone('costHao'),
        onSale: undone('onSale'),
        stock: stockBack(back, after, present),
      },
    ]
  })
  await sql`
    select suppliers.keep_products(
      ${tx.ctx.tenantId}::bigint, ${own.supplierId}::bigint, jsonb_agg(jsonb_build_object(
        'remoteId', p.remote_id, 'name', i.name, 'kind', p.kind, 'faceHao', p.face_hao, 'costHao', i."costHao", 'currency', p.currency,
        'stock', i.stock, 'minQuantity', p.min_quantity, 'maxQuantity', p.max_quantity, 'onSale', i."onSale", 'fields', p.fields
      )), false, clock_timestamp()
    )
    from jsonb_to_recordset(${JSON.stringify(items)}::jsonb)
      as i(id bigint, name text, "costHao" bigint, stock bigint, "onSale" boolean)
    join suppliers.products p
      on p.tenant_id = ${tx.ctx.tenantId}::bigint and p.supplier_id = ${own.supplierId}::bigint and p.id = i.id
    having count(*) > 0
  `.execute(tx.db)
  // Prices that were asked for in the same commit, and nobody has decided about.
  await sql`
    update suppliers.price_asks
    set state = 'replaced'
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${own.supplierId}::bigint
      and state = 'waiting'
      and asked_at = (
        select f.applied_at from suppliers.files f where f.tenant_id = ${tx.ctx.tenantId}::bigint and f.id = ${fileId}::bigint
      )
  `.execute(tx.db)
  await sql`
    update suppliers.files
    set state = 'undone',
        undone_by = ${by},
        undone_at = now()
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${fileId}::bigint
  `.execute(tx.db)
  tx.audit({
    action: 'supply_file.undo',
    objectKind: 'supplier',
    objectId: own.supplierId,
    detail: { fileId, name: file.name, products: changes.length },
  })
  return fileView(await storedFile(tx, own, fileId))
}

/** What was there before, less what was ordered since. */
function stockBack(back: State, after: State, present: State): number | null {
  if (back.stock === null || after.stock === null || present.stock === null) {
    return present.stock === after.stock ? back.stock : present.stock
  }
  return Math.max(back.stock + present.stock - after.stock, 0)
}
