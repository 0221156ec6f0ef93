import { checkFormValues, commonErrors, orderErrors, serviceErrors } from '@quanshu/contract'
import type { OrderNo, TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'
import type { Platform } from '../../../../platform/module.ts'
import { offersOf } from '../../../catalog/index.ts'
import type { SealedView } from '../../../orders/index.ts'
import { askSql } from '../ask-sql.ts'

export type BuyersAnswer = { readonly form: Readonly<Record<string, string>>; readonly note: string }

/**
 * Judges what the buyer corrected as ordering would: only what was asked for, and by the form's own rules.
 * @returns what is to be stored
 * @throws service.nothing_asked, service.not_a_field, service.nothing_answered, orders.form_field, common.not_found
 */
export async function checkedAnswer(
  platform: Pick<Platform, 'db'>,
  tenantId: TenantId,
  view: SealedView,
  lineNo: number,
  { form, note }: BuyersAnswer,
): Promise<BuyersAnswer> {
  const line = view.lines.find((one) => one.lineNo === lineNo)
  if (!line?.service) throw commonErrors.notFound()
  const { state, questionFields } = line.service
  if (state !== 'asking') throw serviceErrors.nothingAsked()
  const stranger = Object.keys(form).find((key) => !questionFields.includes(key))
  if (stranger !== undefined) throw serviceErrors.notAField({ field: stranger })
  const answers = Object.fromEntries(Object.entries(form).map(([key, value]) => [key, value.trim()]))
  if (note === '' && Object.keys(answers).length === 0) throw serviceErrors.nothingAnswered()
  const offers = await offersOf(platform, tenantId, [line.skuId])
  const fields = (offers.get(line.skuId)?.formFields ?? []).filter(({ key }) => key in answers)
  const [fault] = checkFormValues(fields, answers)
  if (fault) {
    const field = fields.find(({ key }) => key === fault.key)
    const label = (view.locale === 'en' && field?.labelEn) || field?.labelZh || fault.key
    throw orderErrors.formField({ label, field: fault.key, problem: fault.fault, skuId: line.skuId })
  }
  return { form: answers, note }
}

/**
 * Stores the buyer's answer; the clock runs again.
 * @throws service.nothing_asked, common.not_found
 */
export async function answerTask(tx: Tx, no: OrderNo, lineNo: number, { form, note }: BuyersAnswer): Promise<void> {
  await askSql(
    tx,
    sql`fulfilment.answer_task(
      ${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, ${JSON.stringify(form)}::jsonb, ${note}
    )`,
  )
}

/**
 * The buyer takes a service back that nobody has begun; its money goes back to where it came from.
 * @throws service.begun, orders.nothing_to_refund, common.not_found
 */
export async function cancelTask(tx: Tx, no: OrderNo, lineNo: number): Promise<void> {
  await askSql(tx, sql`fulfilment.cancel_task(${tx.ctx.tenantId}::bigint, ${no}::bigint, ${lineNo}::integer, 'buyer')`)
}
