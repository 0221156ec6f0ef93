import {
  type BulkLine,
  type BulkStanding,
  bulkLineErrors,
  type bulkRoutes,
  EXCEPTION_WORDS,
  type ExceptionReason,
  errorMessage,
  type FormField,
  passedOverNote,
} from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf } from '../../../platform/lists/index.ts'
import { maskContact } from '../../orders/index.ts'
import { labelOf } from '../file/lines.ts'

type Row = Omit<BulkLine, 'form' | 'contactMasked' | 'fault' | 'deliveredAt'> & {
  readonly form: Readonly<Record<string, string>>
  readonly formFields: readonly FormField[] | null
  readonly contact: string
  readonly fault: string | null
  readonly faultParams: Readonly<Record<string, unknown>>
  readonly exceptionReason: ExceptionReason | null
  readonly exceptionNote: string | null
  readonly deliveredAt: Date | null
}

const standing = sql`bulk.standing_of(b.state, o.state, l.state)`

/** One page of a bulk order's lines, in the order of its file. */
export async function listLines(tx: ReadTx, bulkId: number, query: z.output<typeof bulkRoutes.lines.query>) {
  const number = query.q !== undefined && /^\d{1,16}$/.test(query.q) ? query.q : undefined
  const condition = allOf(
    ofBulk(tx, bulkId),
    query.standing !== undefined && sql`${standing} = any (${query.standing}::text[])`,
    !!query.q &&
      sql`(b.reference = ${query.q} or b.line_no::text = ${number ?? ''} or b.order_no = ${number ?? null}::bigint)`,
  )
  const items = await load(tx, condition, limitOf(query))
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from ${joined(tx)}
    where ${condition}`.execute(tx.db)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

const LINES_PER_READ = 500

/** All lines, some hundreds at a time in short transactions. */
export async function* everyLine(
  read: <T>(fn: (tx: ReadTx) => Promise<T>) => Promise<T>,
  bulkId: number,
  standings: readonly BulkStanding[] | undefined,
): AsyncGenerator<readonly BulkLine[]> {
  for (let after = 0; ; ) {
    const lines = await read((tx) =>
      load(
        tx,
        allOf(
          ofBulk(tx, bulkId),
          sql`b.line_no > ${after}::integer`,
          standings !== undefined && sql`${standing} = any (${standings}::text[])`,
        ),
        sql`limit ${LINES_PER_READ}::integer`,
      ),
    )
    if (lines.length > 0) yield lines
    const last = lines.at(-1)
    if (!last || lines.length < LINES_PER_READ) return
    after = last.lineNo
  }
}

const ofBulk = (tx: ReadTx, bulkId: number) =>
  sql`b.tenant_id = ${tx.ctx.tenantId}::bigint and b.bulk_id = ${bulkId}::bigint`

const joined = (tx: ReadTx): RawBuilder<unknown> => sql`
  bulk.lines b
  left join lateral (
    select o.state
    from orders.orders o
    where o.tenant_id = ${tx.ctx.tenantId}::bigint
      and o.no = b.order_no
    offset 0
  ) o on true
  left join lateral (
    select l.state, l.delivered_at, l.exception_reason, l.exception_note
    from orders.lines l
    where l.tenant_id = ${tx.ctx.tenantId}::bigint
      and l.order_no = b.order_no
      and l.line_no = 1
    offset 0
  ) l on true`

async function load(tx: ReadTx, condition: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<BulkLine[]> {
  const { rows } = await sql<Row>`
    select b.line_no as "lineNo", b.reference, b.sku_id as "skuId", coalesce(g.title, '') as "goodsTitle",
      coalesce(s.title, '') as "skuTitle", b.quantity, b.quantity * b.unit_price_fen as "amountFen", b.form,
      g.form_fields as "formFields", b.contact, ${standing} as standing, b.order_no as "orderNo", o.state as "orderState",
      l.delivered_at as "deliveredAt", b.fault, b.fault_params as "faultParams", l.exception_reason as "exceptionReason",
      l.exception_note as "exceptionNote", b.turn
    from ${joined(tx)}
    left join catalog.skus s on s.tenant_id = ${tx.ctx.tenantId}::bigint and s.id = b.sku_id
    left join catalog.goods g on g.tenant_id = ${tx.ctx.tenantId}::bigint and g.id = s.goods_id
    where ${condition}
    order by b.line_no
    ${tail}`.execute(tx.db)
  return rows.map((row) => shown(row, tx.ctx.locale))
}

function shown(row: Row, locale: 'zh-CN' | 'en'): BulkLine {
  const { form, formFields, contact, fault, faultParams, exceptionReason, exceptionNote, deliveredAt, ...rest } = row
  const fields = new Map((formFields ?? []).map((field) => [field.key, field]))
  return {
    ...rest,
    form: Object.entries(form).map(([key, value]) => ({ label: labelOf(fields.get(key), locale) || key, value })),
    contactMasked: contact === '' ? '' : maskContact(contact),
    deliveredAt: deliveredAt?.toISOString() ?? null,
    fault: faultOf({ ...row, fault, faultParams, exceptionReason, exceptionNote }, locale),
  }
}

function faultOf(row: Row, locale: 'zh-CN' | 'en'): BulkLine['fault'] {
  if (row.fault !== null) return { code: row.fault, message: errorMessage(row.fault, row.faultParams, locale) }
  if (row.standing === 'failed') {
    const { code, params } = bulkLineErrors.orderEnded()
    return { code, message: errorMessage(code, params, locale) }
  }
  if (row.exceptionReason === null || (row.standing !== 'attention' && row.standing !== 'refunded')) return null
  const { zh, en } = EXCEPTION_WORDS[row.exceptionReason]
  const message = locale === 'en' ? `${en.charAt(0).toUpperCase()}${en.slice(1)}` : zh
  const note = passedOverNote(row.exceptionNote ?? '', locale)
  if (note === '') return { code: row.exceptionReason, message }
  return { code: row.exceptionReason, message: locale === 'en' ? `${message} (${note})` : `${message}（${note}）` }
}
