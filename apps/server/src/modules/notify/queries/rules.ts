import {
  MESSAGE_CHANNELS,
  MESSAGE_EVENT_KEYS,
  MESSAGE_LOCALES,
  type MessageTextView,
  type notifyRoutes,
  standardText,
  TEMPLATE_FORMS,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { readRules, readTexts } from '../words.ts'

type RuleView = z.output<typeof notifyRoutes.saveRule.response>

/** Who hears what, in the order of the catalogue. */
export async function listRules(tx: ReadTx): Promise<RuleView[]> {
  const ruleOf = await readRules(tx)
  return MESSAGE_EVENT_KEYS.map((event) => {
    const { channels, urgent, isStandard } = ruleOf(event)
    return { event, channels: MESSAGE_CHANNELS.filter((channel) => channels.has(channel)), urgent, isStandard }
  })
}

/** Every text there is, in every form and language. */
export async function listTexts(tx: ReadTx): Promise<MessageTextView[]> {
  const texts = await readTexts(tx)
  const { rows } = await sql<{ readonly place: string; readonly isOwn: boolean; readonly updated_at: Date }>`
    select event || ' ' || form || ' ' || locale as place, body is not null as "isOwn", updated_at
    from notify.texts
    where tenant_id = ${tx.ctx.tenantId}
  `.execute(tx.db)
  const stored = new Map(rows.map((row) => [row.place, row]))
  return MESSAGE_EVENT_KEYS.flatMap((event) =>
    TEMPLATE_FORMS.flatMap((form) =>
      MESSAGE_LOCALES.flatMap((locale) => {
        const text = standardText(event, form, locale) && texts.of(event, form, locale)
        const row = stored.get(`${event} ${form} ${locale}`)
        if (!text) return []
        const updatedAt = row?.updated_at.toISOString() ?? null
        return [{ event, form, locale, ...text, isStandard: !row?.isOwn, updatedAt }]
      }),
    ),
  )
}
