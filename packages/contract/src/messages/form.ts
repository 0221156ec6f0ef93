import type { EventType } from '../events.ts'
import type { Permission } from '../permissions.ts'

/** `wecom_app` writes to one person who joined it; `wecom` is a group's robot, as DingTalk's and Feishu's. */
export const MESSAGE_CHANNELS = ['inbox', 'email', 'sms', 'wecom_app', 'wecom', 'dingtalk', 'feishu'] as const
export type MessageChannel = (typeof MESSAGE_CHANNELS)[number]
/** Robots that speak in a group of staff. */
export const ROBOTS = ['wecom', 'dingtalk', 'feishu'] as const
export type Robot = (typeof ROBOTS)[number]
/** Texts are kept per form: all robots say the same. */
export const TEMPLATE_FORMS = ['inbox', 'email', 'sms', 'card', 'robot'] as const
export type TemplateForm = (typeof TEMPLATE_FORMS)[number]
export function formOf(channel: MessageChannel): TemplateForm {
  if (channel === 'wecom_app') return 'card'
  return channel === 'wecom' || channel === 'dingtalk' || channel === 'feishu' ? 'robot' : channel
}

export const MESSAGE_LOCALES = ['zh-CN', 'en'] as const
export type MessageLocale = (typeof MESSAGE_LOCALES)[number]

export type Words = { readonly zh: string; readonly en: string }
export type MessageVariable = {
  readonly name: Words
  /** For previews and tests. */
  readonly sample: string | Words
  /** Field of the event's payload; absent: the house fills it (`shop`, `time`, `link`, `items`, `codes`). */
  readonly from?: string
  /** `fen` is shown in yuan; with `words` a code is put into words, and one without words shown as it is. */
  readonly as?: 'fen'
  readonly words?: Readonly<Record<string, Words>>
  /** The forms whose texts may name it; absent: all. */
  readonly forms?: readonly TemplateForm[]
}
export type MessageText = {
  readonly subject: string
  /** Paragraphs are parted by an empty line. */
  readonly body: string
  /** Where an inbox and a card say it in another way. */
  readonly inbox?: string
  /** As it is approved at the providers, without the signature. */
  readonly sms?: string
}
export type MessageEvent = {
  readonly name: Words
  /** The event of the log that is told of; absent: another module queues it by itself. */
  readonly type?: EventType
  /** Another one that is told of in the same words. */
  readonly alsoType?: EventType
  /** Told only when this field of the payload says so. */
  readonly when?: { readonly field: string; readonly is: string | number }
  readonly audience: 'staff' | 'buyer'
  /** Staff who hear of it in person (inbox, email); of buyers' events absent. */
  readonly permission?: Permission
  /** Field of the payload with a colleague who is not told in person: who asked for it and may not agree to it. */
  readonly notTo?: string
  /** Field of the payload with the one colleague who is told in person, whatever their rights: who asked for it. Nobody there: all. */
  readonly onlyTo?: string
  /** Passes quiet hours, unless the shop says otherwise. */
  readonly urgent: boolean
  readonly channels: readonly MessageChannel[]
  /** Those that are on until the shop chooses. */
  readonly on: readonly MessageChannel[]
  /** Below the console for staff, below the mall for buyers; may name variables. */
  readonly link: string
  readonly variables: Readonly<Record<string, MessageVariable>>
  readonly texts: Readonly<Record<MessageLocale, MessageText>>
}
