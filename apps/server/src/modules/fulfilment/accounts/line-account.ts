import { commonErrors, errorMessage, type FormField, type LineAccount } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

type Form = Readonly<Record<string, string>>

/**
 * The account of a top-up for the desk: as it stands, whether it may be corrected, and what it was before.
 * @throws common.not_found, also for lines that are no top-ups
 */
export async function readLineAccount(tx: ReadTx, no: OrderNo, lineNo: number): Promise<LineAccount> {
  const { tenantId, locale } = tx.ctx
  const { rows } = await sql<{ form: Form; formFields: FormField[]; trouble: string | null }>`
    select l.form, g.form_fields as "formFields",
      fulfilment.account_trouble(${tenantId}::bigint, ${no}::bigint, ${lineNo}::integer) as trouble
    from orders.lines l
    join catalog.goods g on g.tenant_id = l.tenant_id and g.id = l.goods_id
    where l.tenant_id = ${tenantId}::bigint
      and l.order_no = ${no}::bigint
      and l.line_no = ${lineNo}::smallint
      and catalog.deliver_of(l.kind) = 'supply'
  `.execute(tx.db)
  const [line] = rows
  if (!line) throw commonErrors.notFound()
  const corrections = await sql<{
    id: number
    at: Date
    by: 'buyer' | 'staff'
    byName: string
    before: Form
    after: Form
  }>`
    select id, at, by_kind as by, by_name as "byName", before, after
    from fulfilment.corrections
    where tenant_id = ${tenantId}::bigint
      and order_no = ${no}::bigint
      and line_no = ${lineNo}::smallint
    order by id
    limit 100
  `.execute(tx.db)
  const { trouble, ...shown } = line
  return {
    ...shown,
    form: { ...line.form },
    trouble: trouble === null ? null : { code: trouble, message: errorMessage(trouble, {}, locale) },
    corrections: corrections.rows.map(({ at, before, after, ...one }) => {
      const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (key) => before[key] !== after[key],
      )
      const only = (form: Form) => Object.fromEntries(keys.map((key) => [key, form[key] ?? '']))
      return { ...one, at: at.toISOString(), before: only(before), after: only(after) }
    }),
  }
}
