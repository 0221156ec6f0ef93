import {
  fillHoles,
  MESSAGE_EVENTS,
  type MessageChannel,
  type MessageEvent,
  type MessageEventKey,
  type MessageLocale,
  messageEvent,
  standardText,
  type TemplateForm,
} from '@quanshu/contract'
import { fenToYuan, SHOP_TIME_ZONE } from '@quanshu/kernel'
import { sql } from 'kysely'
import { z } from 'zod'
import type { ReadTx } from '../../platform/db/index.ts'
import type { StoredEvent } from '../../platform/events/index.ts'

/** What an event tells, one message each. */
export type News = {
  readonly key: MessageEventKey
  readonly message: MessageEvent
  readonly event: StoredEvent
  readonly payload: Readonly<Record<string, unknown>>
}

const anyPayload = z.record(z.string(), z.unknown())
const byType = Map.groupBy(
  (Object.keys(MESSAGE_EVENTS) as MessageEventKey[]).flatMap((key) => {
    const { type, alsoType } = messageEvent(key)
    return [type, alsoType].flatMap((told) => (told === undefined ? [] : [[told as string, key] as const]))
  }),
  ([type]) => type,
)
/** The events of the log that somebody may be told of. */
export const TOLD_TYPES = [...byType.keys()]

export function newsOf(event: StoredEvent): readonly News[] {
  const payload = anyPayload.parse(event.payload ?? {})
  // All of it was told of before.
  if (partOf(payload)?.lineNos.length === 0) return []
  return (byType.get(event.type) ?? [])
    .map(([, key]) => ({ key, message: messageEvent(key), event, payload }))
    .filter(({ message: { when, variables } }) => {
      if (when && payload[when.field] !== when.is) return false
      // Nothing was paid or refunded in money: points, for which there are no words yet.
      return !Object.values(variables).some(({ as, from }) => as === 'fen' && payload[from ?? ''] === 0)
    })
}

const part = z.object({ lineNos: z.array(z.int()), kinds: z.array(z.string()) })
/** The lines of an order that a delivery is news of, and their kinds; undefined: all that is delivered. */
export const partOf = (payload: News['payload']): z.output<typeof part> | undefined =>
  'lineNos' in payload ? part.parse(payload) : undefined
/** The same in a message's `params`, and out of them. */
export const paramOfLines = (lineNos: readonly number[] | undefined): Readonly<Record<string, string>> =>
  lineNos ? { lineNos: lineNos.join(',') } : {}
export const linesOfParams = ({ lineNos }: Readonly<Record<string, string>>): readonly number[] | undefined =>
  lineNos === undefined ? undefined : lineNos.split(',').map(Number)

/** What the payload gives to an event's variables, as text in one language. */
export function paramsOf(
  { message, payload, event }: News,
  locale: MessageLocale,
  shop: string,
): Record<string, string> {
  const language = locale === 'en' ? 'en' : 'zh'
  const filled = Object.entries(message.variables).flatMap(([name, variable]) => {
    const value = variable.from === undefined ? undefined : payload[variable.from]
    if (value === undefined || value === null) return []
    if (variable.as === 'fen' && typeof value === 'number') return [[name, fenToYuan(value)] as const]
    const word = variable.words?.[String(value)]
    return [[name, (word?.[language] ?? String(value)).slice(0, 200)] as const]
  })
  return { ...Object.fromEntries(filled), ...paramOfLines(partOf(payload)?.lineNos), shop, time: minuteOf(event.at) }
}

const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: SHOP_TIME_ZONE,
  dateStyle: 'short',
  timeStyle: 'short',
})
/** `2026-11-22 09:30`, by the clock of Beijing. */
export const minuteOf = (at: Date): string => clock.format(at)

/** Where the message leads, below the console or the mall. */
export const linkOf = (message: MessageEvent, params: Readonly<Record<string, string>>): string =>
  fillHoles(
    message.link,
    Object.fromEntries(Object.entries(params).map(([name, text]) => [name, encodeURIComponent(text)])),
  )

export type TextOfEvent = {
  readonly subject: string
  readonly body: string
  readonly aliyunCode: string
  readonly tencentCode: string
}
export type Texts = {
  /** Undefined: the message has no such form. */
  readonly of: (key: MessageEventKey, form: TemplateForm, locale: MessageLocale) => TextOfEvent | undefined
}

/** What messages say: the shop's words where it has changed them. */
export async function readTexts(tx: ReadTx): Promise<Texts> {
  const { rows } = await sql<{
    readonly event: string
    readonly form: string
    readonly locale: string
    readonly subject: string | null
    readonly body: string | null
    readonly aliyun_code: string
    readonly tencent_code: string
  }>`
    select event, form, locale, subject, body, aliyun_code, tencent_code
    from notify.texts
    where tenant_id = ${tx.ctx.tenantId}
  `.execute(tx.db)
  const own = new Map(rows.map((row) => [`${row.event} ${row.form} ${row.locale}`, row]))
  return {
    of: (key, form, locale) => {
      const standard = standardText(key, form, locale)
      if (!standard) return undefined
      const row = own.get(`${key} ${form} ${locale}`)
      return {
        subject: row?.subject ?? standard.subject,
        body: row?.body ?? standard.body,
        aliyunCode: row?.aliyun_code ?? '',
        tencentCode: row?.tencent_code ?? '',
      }
    },
  }
}

export type Rule = {
  readonly channels: ReadonlySet<MessageChannel>
  readonly urgent: boolean
  readonly isStandard: boolean
}

/** Who hears what: the shop's choice, else the house's. */
export async function readRules(tx: ReadTx): Promise<(key: MessageEventKey) => Rule> {
  const { rows } = await sql<{
    readonly event: string
    readonly channels: readonly MessageChannel[]
    readonly urgent: boolean
  }>`
    select event, channels, urgent
    from notify.rules
    where tenant_id = ${tx.ctx.tenantId}
  `.execute(tx.db)
  const own = new Map(rows.map((row) => [row.event, row]))
  return (key) => {
    const event = messageEvent(key)
    const row = own.get(key)
    const offered = new Set<MessageChannel>(event.channels)
    return {
      channels: new Set((row?.channels ?? event.on).filter((channel) => offered.has(channel))),
      urgent: row?.urgent ?? event.urgent,
      isStandard: row === undefined,
    }
  }
}

/** Whether a message goes by a channel. */
export const isHeardBy = async (tx: ReadTx, key: MessageEventKey, channel: MessageChannel): Promise<boolean> =>
  (await readRules(tx))(key).channels.has(channel)

/** The text of a message, and the paragraphs of its body; one that is only the link is left to whoever draws it. */
export function composed(
  text: Pick<TextOfEvent, 'subject' | 'body'>,
  values: Readonly<Record<string, string>>,
): { readonly subject: string; readonly paragraphs: readonly string[] } {
  return {
    subject: fillHoles(text.subject, values).trim(),
    paragraphs: text.body
      .split(/\n{2,}/)
      .filter((paragraph) => !/^\s*\{link\}\s*$/.test(paragraph))
      .map((paragraph) => fillHoles(paragraph, values).trim())
      .filter((paragraph) => paragraph !== ''),
  }
}
