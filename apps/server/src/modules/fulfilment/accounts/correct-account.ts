import { CORRECTIONS_MAX, checkFormValues, orderErrors } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { offersOf } from '../../catalog/index.ts'
import { askSql } from '../service/ask-sql.ts'

export type Corrected = Readonly<Record<string, string>>

/**
 * Judges a corrected account as ordering would: only fields of the goods' form, and by its own rules.
 * @returns what is to be stored
 * @throws orders.form_field
 */
export async function checkedCorrection(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  line: { readonly skuId: number; readonly form: Corrected },
  form: Corrected,
  locale: 'zh-CN' | 'en',
): Promise<Corrected> {
  const offers = await offersOf(platform, tenantId, [line.skuId])
  const fields = offers.get(line.skuId)?.formFields ?? []
  const corrected = Object.fromEntries(Object.entries(form).map(([key, value]) => [key, value.trim()]))
  // Fields that the goods have lost since the order was placed are nobody's to judge.
  const [fault] = checkFormValues(
    fields.filter(({ key }) => key in corrected),
    corrected,
  )
  if (!fault) return corrected
  const field = fields.find(({ key }) => key === fault.key)
  const label = (locale === 'en' && field?.labelEn) || field?.labelZh || fault.key
  throw orderErrors.formField({ label, field: fault.key, problem: fault.fault, skuId: line.skuId })
}

/**
 * The line is wanted anew with the corrected account, under the next number.
 * @param by who says it; a buyer may so often
 * @throws accounts.* when it may not be corrected now, common.not_found
 */
export async function correctAccount(
  tx: Tx,
  no: OrderNo,
  lineNo: number,
  form: Corrected,
  by: { readonly kind: 'buyer' | 'staff'; readonly name: string; readonly reason?: string },
): Promise<void> {
  const said = JSON.stringify({ form, by: by.kind, actor: by.name, max: CORRECTIONS_MAX })
  await askSql(
    tx,
    sql`fulfilment.correct_account(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, ${said}::jsonb)`,
  )
  // Which fields, and not what is in them: accounts are the buyer's, and the history of the line has them.
  tx.audit({
    action: 'account.correct',
    objectKind: 'order',
    objectId: no,
    detail: { lineNo, fields: Object.keys(form), ...(by.reason !== undefined && { reason: by.reason }) },
  })
}

/**
 * The buyer wants the money back for a line whose account was refused.
 * @throws accounts.* when nothing may be decided now, accounts.ask_the_shop, common.not_found
 */
export async function giveUpAccount(tx: Tx, no: OrderNo, lineNo: number): Promise<void> {
  await askSql(
    tx,
    sql`fulfilment.give_up_account(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, 'buyer')`,
  )
}
