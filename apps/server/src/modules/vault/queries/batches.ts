import { type BatchState, type BatchView, type batchListQuery, commonErrors, errorMessage } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, everyRow, limitOf, orderBy } from '../../../platform/lists/index.ts'
import { batchActions } from '../model.ts'

type Filter = Partial<z.output<typeof batchListQuery>>

type BatchRow = Omit<
  BatchView,
  'counts' | 'createdAt' | 'finishedAt' | 'validFrom' | 'validTo' | 'failure' | 'exported' | 'actions'
> &
  BatchView['counts'] & {
    readonly validFrom: Date | null
    readonly validTo: Date | null
    readonly createdAt: Date
    readonly finishedAt: Date | null
    readonly failure: Failure | null
    readonly exportedAt: Date | null
    readonly exportedBy: string
    readonly exportReason: string
    readonly exportedCodes: number
    readonly handOut: boolean
  }
/** Why an import broke off, as kept with the batch; never a line's text. */
export type Failure = { readonly code: string; readonly params: Readonly<Record<string, unknown>> }

/** One batch with its counts. @throws commonErrors.notFound */
export async function getBatch(tx: ReadTx, batchId: number): Promise<BatchView> {
  const rows = await load(tx, sql`b.id = ${batchId}::bigint`, sql``)
  const [row] = rows
  if (!row) throw commonErrors.notFound()
  return row
}

export async function listBatches(tx: ReadTx, query: z.output<typeof batchListQuery>) {
  const condition = conditionOf(query)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from vault.batches b
    join catalog.skus s on s.tenant_id = b.tenant_id and s.id = b.sku_id
    join catalog.goods g on g.tenant_id = b.tenant_id and g.id = s.goods_id
    where ${allOf(sql`b.tenant_id = ${tx.ctx.tenantId}::bigint`, condition)}`.execute(tx.db)
  const order = orderBy(query.sort, SORTS, '-id', sql`b.id`)
  const items = await load(tx, condition, sql`${order} ${limitOf(query)}`)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** All batches of a filter, newest first, in short reads. */
export function everyBatch(
  read: <T>(fn: (tx: ReadTx) => Promise<T>) => Promise<T>,
  query: Filter,
): AsyncGenerator<BatchView> {
  return everyRow((beforeId, count) =>
    read((tx) =>
      load(
        tx,
        sql`b.id < ${beforeId}::bigint and ${conditionOf(query)}`,
        sql`order by b.id desc limit ${count}::bigint`,
      ),
    ),
  )
}

const SORTS = {
  id: sql`b.id`,
  createdAt: sql`b.created_at`,
  validTo: sql`b.valid_to`,
  costFen: sql`b.cost_fen`,
  imported: sql`coalesce(c.imported, 0)`,
  available: sql`coalesce(c.available, 0)`,
}

function conditionOf(query: Filter): RawBuilder<unknown> {
  const states: readonly BatchState[] | undefined = query.state
  return allOf(
    sql`true`,
    query.skuId !== undefined && sql`b.sku_id = ${query.skuId}::bigint`,
    query.goodsId !== undefined && sql`s.goods_id = ${query.goodsId}::bigint`,
    query.origin !== undefined && sql`b.origin = ${query.origin}::text`,
    states !== undefined && sql`b.state = any(${states}::text[])`,
    !!query.supplier && sql`b.supplier = ${query.supplier}::text`,
    !!query.q &&
      sql`concat_ws(' ', b.id, b.file_name, b.supplier, b.purchase_ref, b.note, g.title, s.title) ilike ${containing(query.q)}::text`,
  )
}

async function load(tx: ReadTx, condition: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<BatchView[]> {
  const found = await sql<BatchRow>`
    select
      b.id, b.sku_id as "skuId", s.title as "skuTitle", g.id as "goodsId", g.title as "goodsTitle", b.state,
      b.origin, b.pattern, b.wanted, b.file_name as "fileName", b.separator, b.supplier, b.cost_fen as "costFen", b.purchase_ref as "purchaseRef",
      b.valid_from as "validFrom", b.valid_to as "validTo", b.note, b.channels, b.lines_read as "linesRead",
      coalesce(c.imported, 0) as imported,
      coalesce(
        (select nullif(count(*), 0) from vault.reused_codes r where r.tenant_id = b.tenant_id and r.batch_id = b.id), c.imported, 0
      ) as codes,
      b.duplicates, b.invalid, b.bytes_read as "bytesRead", b.bytes_total as "bytesTotal",
      coalesce(c.available, 0) as available, coalesce(c.delivered, 0) as delivered, coalesce(c.used, 0) as used,
      coalesce(c.void, 0) as void, coalesce(c.suspect, 0) as suspect, coalesce(c.expired, 0) as expired,
      b.created_by as "createdBy", b.created_at as "createdAt", b.finished_at as "finishedAt", b.failure,
      e.at as "exportedAt", e.by_name as "exportedBy", e.reason as "exportReason", e.codes as "exportedCodes", e.hand_out as "handOut"
    from vault.batches b
    join catalog.skus s on s.tenant_id = b.tenant_id and s.id = b.sku_id
    join catalog.goods g on g.tenant_id = b.tenant_id and g.id = s.goods_id
    left join vault.batch_counts c on c.tenant_id = b.tenant_id and c.batch_id = b.id
    left join vault.exports e on e.tenant_id = b.tenant_id and e.batch_id = b.id
    where b.tenant_id = ${tx.ctx.tenantId}::bigint
      and ${condition}
    ${tail}`.execute(tx.db)
  return found.rows.map((row) => viewOf(row, tx.ctx.locale))
}

function viewOf(row: BatchRow, locale: 'zh-CN' | 'en'): BatchView {
  const { available, delivered, used, void: voided, suspect, expired, failure, ...more } = row
  const { exportedAt, exportedBy, exportReason, exportedCodes, handOut, ...rest } = more
  const counts = { available, delivered, used, void: voided, suspect, expired }
  const exported = exportedAt && {
    at: exportedAt.toISOString(),
    by: exportedBy,
    reason: exportReason,
    codes: exportedCodes,
    handOut,
  }
  return {
    ...rest,
    counts,
    exported,
    validFrom: row.validFrom?.toISOString() ?? null,
    validTo: row.validTo?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    failure: failure && { code: failure.code, message: errorMessage(failure.code, failure.params, locale) },
    actions: batchActions({ state: row.state, origin: row.origin, exported, imported: row.imported, counts }),
  }
}
