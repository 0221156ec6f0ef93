import { createHash } from 'node:crypto'
import {
  commonErrors,
  PAPER_BYTES_MAX,
  type PaperForShop,
  type PaperKind,
  type PaperView,
  supplierErrors,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { ReadTx, Tx } from '../../../platform/db/index.ts'
import type { FileReply } from '../../../platform/http/index.ts'
import { allOf, limitOf, type PageQuery } from '../../../platform/lists/index.ts'

export type PaperFacts = {
  readonly kind: PaperKind
  readonly title: string
  readonly number: string
  readonly validFrom?: string | undefined
  readonly validTo?: string | undefined
  readonly renews?: number | undefined
}
export type PaperFile = { readonly name: string; readonly bytes: Buffer; readonly media: PaperView['media'] }
type Raw = Omit<PaperForShop, 'keptAt' | 'decidedAt'> & {
  readonly supplierId: number
  readonly keptAt: Date
  readonly decidedAt: Date | null
}
type Query = PageQuery & { readonly state?: readonly string[] | undefined }

/** All versions of all papers of one supplier: what its people send must not fill the house. */
const PAPERS_MAX = 200

/**
 * A paper by what it is; its name and what the sender calls it are only claims.
 * @throws suppliers.not_a_paper
 */
export function paperFile(bytes: Buffer, name: string | undefined): PaperFile {
  const fileName = name ?? 'paper'
  const media = mediaOf(bytes)
  if (!media || bytes.length > PAPER_BYTES_MAX) throw supplierErrors.notAPaper({ fileName })
  return { name: fileName.slice(-200), bytes, media }
}

const PNG_HEAD = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Where a file of this kind says that it is whole; programs append a little behind it. */
const END_BYTES = 2_048

/** By its beginning and its end, so that half a file is none. */
function mediaOf(bytes: Buffer): PaperView['media'] | undefined {
  const end = bytes.subarray(-END_BYTES)
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-' && end.includes('%%EOF')) return 'application/pdf'
  if (bytes.subarray(0, 8).equals(PNG_HEAD) && end.includes('IEND')) return 'image/png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff && end.includes(Buffer.from([0xff, 0xd9]))) {
    return 'image/jpeg'
  }
  return undefined
}

/** `stopsBuying` undefined: as the version before. */
type Keeper = { readonly name: string; readonly isSupplier: boolean; readonly stopsBuying: boolean | undefined }

/**
 * Keeps a paper, or the next version of one. The shop's own holds at once and takes the place of the version before; one that the
 * supplier sends waits until the shop has looked at it. A next version stops buying as the one before does, unless it is said otherwise.
 * @returns its id
 * @throws suppliers.paper_days, paper_needs_end, paper_moved, too_many_papers; common.not_found
 */
export async function keepPaper(
  tx: Tx,
  supplierId: number,
  facts: PaperFacts,
  file: PaperFile,
  keeper: Keeper,
): Promise<number> {
  const { tenantId } = tx.ctx
  const { validFrom = null, validTo = null } = facts
  const title = facts.title === '' ? file.name.slice(0, 100) : facts.title
  if (validFrom !== null && validTo !== null && validFrom > validTo) throw supplierErrors.paperDays()
  const name = await lockSupplier(tx, supplierId)
  const { rows } = await sql<{
    count: number
    paperId: number | null
    last: number | null
    waiting: boolean
    stops: boolean
  }>`
    select count(*) as count, max(p.paper_id) filter (where p.paper_id = r.paper_id) as "paperId",
      max(p.version) filter (where p.paper_id = r.paper_id) as last,
      coalesce(bool_or(p.state = 'offered') filter (where p.paper_id = r.paper_id), false) as waiting,
      coalesce((array_agg(p.stops_buying order by p.version desc) filter (where p.paper_id = r.paper_id and p.state in ('current', 'replaced', 'ended')))[1], false) as stops
    from suppliers.papers p
    left join suppliers.papers r on r.tenant_id = p.tenant_id and r.supplier_id = p.supplier_id and r.id = ${facts.renews ?? null}::bigint
    where p.tenant_id = ${tenantId}::bigint
      and p.supplier_id = ${supplierId}::bigint
  `.execute(tx.db)
  const { count = 0, paperId = null, last = null, waiting = false, stops = false } = rows[0] ?? {}
  if (facts.renews !== undefined && paperId === null) throw commonErrors.notFound()
  // One version of a paper waits at a time; the shop looks at it first.
  if (waiting) throw supplierErrors.paperMoved()
  if (count >= PAPERS_MAX) throw supplierErrors.tooManyPapers({ max: PAPERS_MAX })
  // Of what a supplier sends the shop says it when it accepts.
  const stopsBuying = !keeper.isSupplier && (keeper.stopsBuying ?? stops)
  if (stopsBuying && validTo === null) throw supplierErrors.paperNeedsEnd()
  const { rows: made } = await sql<{ id: number }>`
    with next as (select nextval(pg_get_serial_sequence('suppliers.papers', 'id')) as id)
    insert into suppliers.papers (
      tenant_id, id, supplier_id, paper_id, version, kind, title, number, valid_from, valid_to, stops_buying, state, file_name, media,
      content, sha256, by_supplier, kept_by
    )
    overriding system value
    select ${tenantId}::bigint, n.id, ${supplierId}::bigint, coalesce(${paperId}::bigint, n.id), ${(last ?? 0) + 1}::integer, ${facts.kind},
      ${title}, ${facts.number}, ${validFrom}::date, ${validTo}::date, ${stopsBuying}, 'offered', ${file.name}, ${file.media},
      ${file.bytes}::bytea, ${createHash('sha256').update(file.bytes).digest()}::bytea, ${keeper.isSupplier}, ${keeper.name}
    from next n
    returning id
  `.execute(tx.db)
  const id = made[0]?.id ?? 0
  if (!keeper.isSupplier) await putInForce(tx, supplierId, id, keeper.name, '', stopsBuying)
  tx.audit({
    action: keeper.isSupplier ? 'paper.offer' : 'paper.keep',
    objectKind: 'supplier',
    objectId: supplierId,
    detail: { id, kind: facts.kind, title, validTo, stopsBuying, file: file.name, bytes: file.bytes.length },
  })
  if (keeper.isSupplier) {
    tx.emit({
      type: 'supply.offered',
      subject: `supplier:${supplierId}`,
      payload: { supplierId, supplier: name, what: 'paper', title, page: 'papers' },
    })
  }
  return id
}

/** One that is there. @returns its name @throws common.not_found */
async function lockSupplier(tx: Tx, supplierId: number): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select name
    from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${supplierId}::bigint
    for no key update
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return rows[0].name
}

async function putInForce(tx: Tx, supplierId: number, id: number, by: string, reason: string, stopsBuying: boolean) {
  const { tenantId } = tx.ctx
  await sql`
    update suppliers.papers p
    set state = 'replaced'
    where p.tenant_id = ${tenantId}::bigint
      and p.paper_id = (select n.paper_id from suppliers.papers n where n.tenant_id = ${tenantId}::bigint and n.id = ${id}::bigint)
      and p.state = 'current'
  `.execute(tx.db)
  await sql`
    update suppliers.papers
    set state = 'current',
        stops_buying = ${stopsBuying},
        decided_by = ${by},
        decided_at = now(),
        reason = ${reason}
    where tenant_id = ${tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  await layPapers(tx, supplierId)
}

const layPapers = (tx: Tx, supplierId: number) =>
  sql`select suppliers.lay_papers(${tx.ctx.tenantId}::bigint, ${supplierId}::bigint)`.execute(tx.db)

/** A paper as it stands, its supplier locked first. */
async function locked(tx: Tx, id: number): Promise<Raw> {
  const { supplierId } = await one(tx, id)
  await lockSupplier(tx, supplierId)
  return await one(tx, id)
}

/** `stopsBuying` undefined: as the version before. */
type Decision = { readonly accept: boolean; readonly stopsBuying?: boolean | undefined; readonly reason: string }

/** The shop has looked at what the supplier sent. @throws suppliers.paper_moved, paper_needs_end; common.not_found */
export async function decidePaper(
  tx: Tx,
  id: number,
  { accept, stopsBuying: said, reason }: Decision,
  by: string,
): Promise<PaperForShop> {
  const paper = await locked(tx, id)
  if (paper.state !== 'offered') throw supplierErrors.paperMoved()
  const stopsBuying = said ?? paper.stoppedBefore
  if (accept && stopsBuying && paper.validTo === null) throw supplierErrors.paperNeedsEnd()
  if (accept) await putInForce(tx, paper.supplierId, id, by, reason, stopsBuying)
  else await close(tx, id, 'declined', by, reason)
  tx.audit({
    action: 'paper.decide',
    objectKind: 'supplier',
    objectId: paper.supplierId,
    detail: { id, title: paper.title, accept, stopsBuying, reason },
  })
  return shopView(await one(tx, id))
}

/** @throws suppliers.paper_moved, paper_needs_end; common.not_found */
export async function setPaperRule(tx: Tx, id: number, stopsBuying: boolean, reason: string): Promise<PaperForShop> {
  const paper = await locked(tx, id)
  if (paper.state !== 'current') throw supplierErrors.paperMoved()
  if (stopsBuying && paper.validTo === null) throw supplierErrors.paperNeedsEnd()
  await sql`
    update suppliers.papers
    set stops_buying = ${stopsBuying}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  await layPapers(tx, paper.supplierId)
  tx.audit({
    action: 'paper.rule',
    objectKind: 'supplier',
    objectId: paper.supplierId,
    detail: { id, title: paper.title, stopsBuying: [paper.stopsBuying, stopsBuying], reason },
  })
  return shopView(await one(tx, id))
}

/** It counts no longer, and stays to be looked at. @throws suppliers.paper_moved, common.not_found */
export async function endPaper(tx: Tx, id: number, reason: string, by: string): Promise<PaperForShop> {
  const paper = await locked(tx, id)
  if (paper.state !== 'current') throw supplierErrors.paperMoved()
  await close(tx, id, 'ended', by, reason)
  await layPapers(tx, paper.supplierId)
  tx.audit({
    action: 'paper.end',
    objectKind: 'supplier',
    objectId: paper.supplierId,
    detail: { id, title: paper.title, reason },
  })
  return shopView(await one(tx, id))
}

const close = (tx: Tx, id: number, state: 'declined' | 'ended', by: string, reason: string) =>
  sql`
    update suppliers.papers
    set state = ${state},
        decided_by = ${by},
        decided_at = now(),
        reason = ${reason}
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)

/** The papers of a supplier as the shop sees them; what waits first, then what ends soonest. @throws common.not_found */
export async function listPapers(tx: ReadTx, supplierId: number, query: Query) {
  const { rows: standing } = await sql<{ stopsOn: string | null; isStopped: boolean }>`
    select to_char(papers_until, 'YYYY-MM-DD') as "stopsOn", not suppliers.is_covered(papers_until) as "isStopped"
    from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${supplierId}::bigint
  `.execute(tx.db)
  if (!standing[0]) throw commonErrors.notFound()
  return { ...(await page(tx, supplierId, query, shopView)), ...standing[0] }
}

/** The same for the supplier's own people. */
export const listOwnPapers = (tx: ReadTx, supplierId: number, query: Query) => page(tx, supplierId, query, ownView)

async function page<T>(tx: ReadTx, supplierId: number, query: Query, view: (row: Raw) => T) {
  const where = allOf(
    sql`p.tenant_id = ${tx.ctx.tenantId}::bigint`,
    sql`p.supplier_id = ${supplierId}::bigint`,
    query.state && sql`p.state = any (${query.state}::text[])`,
  )
  const rows = await read(
    tx,
    where,
    sql`order by array_position(array['offered', 'current'], p.state), case when p.state = 'current' then p.valid_to end, p.id desc ${limitOf(query)}`,
  )
  return { items: rows.map(view), total: rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

async function read(tx: ReadTx, where: RawBuilder<unknown>, rest: RawBuilder<unknown>) {
  const { rows } = await sql<Raw & { readonly total: number }>`
    select p.id, p.supplier_id as "supplierId", p.paper_id as "paperId", p.version, p.kind, p.title, p.number,
      to_char(p.valid_from, 'YYYY-MM-DD') as "validFrom", to_char(p.valid_to, 'YYYY-MM-DD') as "validTo",
      p.valid_to - (now() at time zone 'Asia/Shanghai')::date as "daysLeft", p.stops_buying as "stopsBuying",
      coalesce((
        select b.stops_buying
        from suppliers.papers b
        where b.tenant_id = p.tenant_id
          and b.paper_id = p.paper_id
          and b.version < p.version
          and b.state in ('current', 'replaced', 'ended')
        order by b.version desc
        limit 1
      ), false) as "stoppedBefore", p.state,
      p.file_name as "fileName", p.media, octet_length(p.content) as bytes, p.by_supplier as "bySupplier", p.kept_by as "keptBy",
      p.kept_at as "keptAt", p.decided_by as "decidedBy", p.decided_at as "decidedAt", p.reason, count(*) over () as total
    from suppliers.papers p
    where ${where}
    ${rest}
  `.execute(tx.db)
  return rows
}

async function one(tx: ReadTx, id: number): Promise<Raw> {
  const [row] = await read(tx, sql`p.tenant_id = ${tx.ctx.tenantId}::bigint and p.id = ${id}::bigint`, sql``)
  if (!row) throw commonErrors.notFound()
  return row
}

/** @throws common.not_found */
export const readPaper = async (tx: ReadTx, id: number): Promise<PaperForShop> => shopView(await one(tx, id))

export const ownView = (row: Raw | PaperForShop): PaperView => ({
  id: row.id,
  paperId: row.paperId,
  version: row.version,
  kind: row.kind,
  title: row.title,
  number: row.number,
  validFrom: row.validFrom,
  validTo: row.validTo,
  daysLeft: row.daysLeft,
  state: row.state,
  fileName: row.fileName,
  media: row.media,
  bytes: row.bytes,
  keptAt: isoOf(row.keptAt) ?? '',
  decidedAt: isoOf(row.decidedAt),
  reason: row.reason,
})
const isoOf = (at: Date | string | null): string | null => (at instanceof Date ? at.toISOString() : at)

const shopView = (row: Raw): PaperForShop => ({
  ...ownView(row),
  stopsBuying: row.stopsBuying,
  stoppedBefore: row.stoppedBefore,
  bySupplier: row.bySupplier,
  keptBy: row.keptBy,
  decidedBy: row.decidedBy,
})

/**
 * The file itself, always to be saved and never shown in a page of ours.
 * @param supplierId whose it must be; undefined: any of the shop's
 * @throws common.not_found
 */
export async function downloadPaper(tx: Tx, id: number, supplierId?: number): Promise<FileReply> {
  const { rows } = await sql<{ name: string; media: string; content: Buffer; supplierId: number }>`
    select file_name as name, media, content, supplier_id as "supplierId"
    from suppliers.papers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${id}::bigint
  `.execute(tx.db)
  const [paper] = rows
  if (!paper || (supplierId !== undefined && paper.supplierId !== supplierId)) throw commonErrors.notFound()
  tx.audit({ action: 'paper.download', objectKind: 'supplier', objectId: paper.supplierId, detail: { id } })
  return {
    content: paper.content,
    contentType: paper.media,
    fileName: paper.name,
    lengthBytes: paper.content.length,
  }
}
