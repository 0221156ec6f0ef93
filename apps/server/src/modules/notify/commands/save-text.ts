import {
  holesOf,
  type MessageEventKey,
  type MessageLocale,
  notifyErrors,
  standardText,
  type TemplateForm,
  variablesOf,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

export type TextPlace = {
  readonly event: MessageEventKey
  readonly form: TemplateForm
  readonly locale: MessageLocale
}
export type TextInput = TextPlace & {
  readonly subject: string
  readonly body: string
  readonly aliyunCode: string
  readonly tencentCode: string
}

/** What a message says from now on. @throws notifyErrors.noSuchText, unknownVariables */
export async function saveText(tx: Tx, input: TextInput): Promise<void> {
  const standard = standardText(input.event, input.form, input.locale)
  if (!standard) throw notifyErrors.noSuchText()
  const known = new Set(variablesOf(input.event, input.form).map(([name]) => name))
  const unknown = holesOf(`${input.subject}\n${input.body}`).filter((name) => !known.has(name))
  if (unknown.length > 0) throw notifyErrors.unknownVariables({ names: unknown.join(', ') })
  // Words that are the house's own follow it when it learns better ones.
  const isStandard = input.subject === standard.subject && input.body === standard.body
  await put(tx, input, isStandard ? null : input.subject, isStandard ? null : input.body, input)
  const { event, form, locale, ...detail } = input
  tx.audit({ action: 'message_text.save', objectKind: 'message', objectId: `${event} ${form} ${locale}`, detail })
}

/** Back to the words of the house; what providers have approved stays. @throws notifyErrors.noSuchText */
export async function resetText(tx: Tx, place: TextPlace): Promise<void> {
  if (!standardText(place.event, place.form, place.locale)) throw notifyErrors.noSuchText()
  await put(tx, place, null, null, undefined)
  const objectId = `${place.event} ${place.form} ${place.locale}`
  tx.audit({ action: 'message_text.reset', objectKind: 'message', objectId })
}

async function put(
  tx: Tx,
  { event, form, locale }: TextPlace,
  subject: string | null,
  body: string | null,
  codes: Pick<TextInput, 'aliyunCode' | 'tencentCode'> | undefined,
): Promise<void> {
  await sql`
    insert into notify.texts as t (tenant_id, event, form, locale, subject, body, aliyun_code, tencent_code)
    values (
      ${tx.ctx.tenantId}, ${event}, ${form}, ${locale}, ${subject}, ${body}, ${codes?.aliyunCode ?? ''},
      ${codes?.tencentCode ?? ''}
    )
    on conflict (tenant_id, event, form, locale) do update
    set subject = excluded.subject,
        body = excluded.body,
        aliyun_code = case when ${codes !== undefined} then excluded.aliyun_code else t.aliyun_code end,
        tencent_code = case when ${codes !== undefined} then excluded.tencent_code else t.tencent_code end,
        updated_at = now()
  `.execute(tx.db)
}
