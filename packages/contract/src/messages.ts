import { complaintMessages } from './messages/complaints.ts'
import {
  formOf,
  type MessageEvent,
  type MessageLocale,
  type MessageVariable,
  type TemplateForm,
  type Words,
} from './messages/form.ts'
import { houseMessages } from './messages/house.ts'
import { moneyMessages } from './messages/money.ts'
import { orderMessages } from './messages/orders.ts'
import { supplyMessages } from './messages/supply.ts'

export * from './messages/form.ts'
export { EXCEPTION_WORDS } from './messages/variables.ts'

/**
 * What people are told, in one place (`messages/`). An event of the log that somebody is to hear of is one entry:
 * who hears of it, by which channels unless the shop says otherwise, what its words may name, and its words.
 */
export const MESSAGE_EVENTS = {
  ...orderMessages,
  ...complaintMessages,
  ...moneyMessages,
  ...supplyMessages,
  ...houseMessages,
}

export type MessageEventKey = keyof typeof MESSAGE_EVENTS

/** How a delivery is told of: each says what arrived, and codes are named only where there are any. */
export const DELIVERED_KEYS = [
  'order.delivered',
  'order.delivered.link',
  'order.delivered.topup',
  'order.delivered.service',
  'order.delivered.points',
  'order.delivered.several',
] as const
export type DeliveredKey = (typeof DELIVERED_KEYS)[number]
/** What was delivered, as it stands within a text message that tells of every kind. */
export const DELIVERED_RESULTS: Readonly<Record<DeliveredKey, Words>> = {
  'order.delivered': { zh: '卡密已发货', en: 'your codes have been delivered' },
  'order.delivered.link': { zh: '兑换链接已发货', en: 'your redeem links are ready' },
  'order.delivered.topup': { zh: '充值已到账', en: 'your top-up has arrived' },
  'order.delivered.service': { zh: '服务已完成', en: 'your service is done' },
  'order.delivered.points': { zh: '积分已到账', en: 'your points have arrived' },
  'order.delivered.several': { zh: '商品都已交付', en: 'everything has been delivered' },
}
/** @param kinds of the lines that were delivered. Points beside other goods are told of in the list alone. */
export function deliveredAs(kinds: readonly string[]): DeliveredKey {
  const goods = new Set(kinds.filter((kind) => kind !== 'points'))
  const [only] = goods
  if (goods.has('card') || kinds.length === 0) return 'order.delivered'
  if (only === undefined) return 'order.delivered.points'
  // A link beside a top-up: there is something to keep to oneself.
  if (goods.has('link')) return goods.size === 1 ? 'order.delivered.link' : 'order.delivered'
  if (goods.size > 1) return 'order.delivered.several'
  return only === 'service' ? 'order.delivered.service' : 'order.delivered.topup'
}
export const MESSAGE_EVENT_KEYS = Object.keys(MESSAGE_EVENTS) as [MessageEventKey, ...MessageEventKey[]]
export const messageEvent = (key: MessageEventKey): MessageEvent => MESSAGE_EVENTS[key]

/** A text as the house has it for an event and a form; undefined: the event has no such form. */
export function standardText(
  key: MessageEventKey,
  form: TemplateForm,
  locale: MessageLocale,
): { readonly subject: string; readonly body: string } | undefined {
  const event = messageEvent(key)
  if (!event.channels.some((channel) => formOf(channel) === form)) return undefined
  const text = event.texts[locale]
  if (form === 'sms') return { subject: '', body: text.sms ?? '' }
  // A card has as little room as an inbox, and its link leads to the rest.
  const isShort = form === 'inbox' || form === 'card'
  return { subject: text.subject, body: (isShort ? text.inbox : undefined) ?? text.body }
}

/** What the texts of a form may name. */
export const variablesOf = (
  key: MessageEventKey,
  form: TemplateForm,
): readonly (readonly [name: string, variable: MessageVariable])[] =>
  Object.entries(messageEvent(key).variables).filter(([, { forms }]) => forms === undefined || forms.includes(form))

const HOLE = /\{([a-zA-Z][a-zA-Z0-9]*)\}/g

/** Variables that a text names, each once, in the order of their first appearance: Tencent's `{1}`, `{2}`… */
export function holesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(HOLE)].map(([, name = '']) => name))]
}

/** A text with its holes filled; a hole without a value is left empty. */
export function fillHoles(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(HOLE, (_whole, name: string) => values[name] ?? '')
}

/** Values for a preview. */
export function sampleValues(key: MessageEventKey, locale: MessageLocale): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(messageEvent(key).variables).map(([name, { sample }]) => [
      name,
      typeof sample === 'string' ? sample : sample[locale === 'en' ? 'en' : 'zh'],
    ]),
  )
}

const SMS_ONE_MAX = 70
const SMS_PART_MAX = 67

/** How a text message is counted: 70 characters in one, else parts of 67. The signature counts with its brackets. */
export function smsLength(text: string, signName: string): { readonly characters: number; readonly parts: number } {
  const characters = [...text].length + (signName === '' ? 0 : [...signName].length + 2)
  return { characters, parts: characters <= SMS_ONE_MAX ? 1 : Math.ceil(characters / SMS_PART_MAX) }
}
