import {
  commonErrors,
  type FileMapping,
  type FileReport,
  fileMapping,
  type SupplyDoor,
  type SupplyFileDetail,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { limitOf, type PageQuery } from '../../../platform/lists/index.ts'
import type { Own } from '../own.ts'
import { type FileRow, guessMapping } from './lines.ts'

type Row = {
  readonly id: number
  readonly name: string
  readonly state: SupplyFileDetail['state']
  /** Sent by a person, or come by itself. */
  readonly door: 'upload' | SupplyDoor
  readonly modifiedAt: Date
  readonly uploadedBy: string
  readonly uploadedAt: Date
  readonly appliedAt: Date | null
  readonly report: FileReport | null
  readonly mayUndo: boolean
}
/** What it was with one file: its rows while they are kept, and how it stands beside the last that was taken. */
export type StoredFile = Row & {
  readonly content: readonly FileRow[] | null
  readonly mapping: FileMapping | Record<string, never>
  readonly remembered: FileMapping | null
  readonly isKnown: boolean
  readonly isOlder: boolean
}

/** The last file that was taken and not undone. */
const lastOf = (tx: ReadTx, { supplierId }: Pick<Own, 'supplierId'>) => sql`
  select l.id, l.sha256, l.modified_at
  from suppliers.files l
  where l.tenant_id = ${tx.ctx.tenantId}::bigint
    and l.supplier_id = ${supplierId}::bigint
    and l.state = 'applied'
  order by l.applied_at desc, l.id desc
  limit 1
`
const COLUMNS = sql`
  f.id, f.name, f.state, f.door, f.modified_at as "modifiedAt", f.uploaded_by as "uploadedBy", f.uploaded_at as "uploadedAt",
  f.applied_at as "appliedAt", f.report, coalesce(last.id = f.id, false) as "mayUndo"
`

export async function listFiles(tx: ReadTx, own: Pick<Own, 'supplierId'>, query: PageQuery) {
  const { rows } = await sql<Row & { readonly total: number }>`
    select ${COLUMNS}, count(*) over () as total
    from suppliers.files f
    left join (${lastOf(tx, own)}) last on true
    where f.tenant_id = ${tx.ctx.tenantId}::bigint
      and f.supplier_id = ${own.supplierId}::bigint
      and f.state <> 'read'
    order by f.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  return {
    items: rows.map(({ total: _, ...row }) => shown(row)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** @throws common.not_found, also for another supplier's */
export async function storedFile(tx: ReadTx, own: Pick<Own, 'supplierId'>, fileId: number): Promise<StoredFile> {
  const { rows } = await sql<StoredFile>`
    select ${COLUMNS}, f.content, f.mapping, s.file_mapping as remembered,
      coalesce(last.id <> f.id and last.sha256 = f.sha256, false) as "isKnown",
      coalesce(last.id <> f.id and last.modified_at > f.modified_at, false) as "isOlder"
    from suppliers.files f
    join suppliers.suppliers s on s.tenant_id = f.tenant_id and s.id = f.supplier_id
    left join (${lastOf(tx, own)}) last on true
    where f.tenant_id = ${tx.ctx.tenantId}::bigint
      and f.supplier_id = ${own.supplierId}::bigint
      and f.id = ${fileId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return rows[0]
}

/** As a person sees it; the columns as they said, as they said the last time, or as the headings let guess. */
export function fileView(file: StoredFile, report: FileReport | null = file.report): SupplyFileDetail {
  const columns = file.content?.[0]?.cells ?? []
  const fits = (mapping: FileMapping) => columns.includes(mapping.remoteId)
  const said = fileMapping.safeParse(file.mapping).data
  const remembered = file.remembered && fits(file.remembered) ? file.remembered : undefined
  const known = said ?? remembered
  return {
    ...shown(file),
    report,
    columns: [...columns],
    mapping: known ?? guessMapping(columns) ?? null,
    isGuessed: known === undefined,
    isKnown: file.isKnown,
    isOlder: file.isOlder,
  }
}

function shown({ id, name, state, modifiedAt, uploadedBy, uploadedAt, appliedAt, report, mayUndo }: Row) {
  return {
    id,
    name,
    state,
    modifiedAt: modifiedAt.toISOString(),
    uploadedBy,
    uploadedAt: uploadedAt.toISOString(),
    appliedAt: appliedAt?.toISOString() ?? null,
    report,
    mayUndo,
  }
}
