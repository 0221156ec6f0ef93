import { createHash } from 'node:crypto'
import {
  DELIVERED_KEYS,
  DELIVERED_RESULTS,
  type DeliveredKey,
  deliveredAs,
  type MessageChannel,
  type MessageEventKey,
  type MessageLocale,
  ROBOTS,
  type Robot,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx, Tx } from '../../../platform/db/index.ts'
import type { StoredEvent } from '../../../platform/events/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Colleague, colleagues } from '../../identity/index.ts'
import { readSettings } from '../../tenancy/index.ts'
import { type Channel, liveChannels } from '../channels/accounts.ts'
import { addMessages, type NewMessage } from '../messages.ts'
import { maskUser, type WecomPerson, wecomPeople } from '../queries/wecom-people.ts'
import { quietUntil } from '../quiet-hours.ts'
import {
  composed,
  linkOf,
  type News,
  newsOf,
  paramsOf,
  partOf,
  type Rule,
  readRules,
  readTexts,
  type Texts,
} from '../words.ts'

export const EVENT_EMAIL_TASK = 'notify.event_email'
export const EVENT_SMS_TASK = 'notify.event_sms'
export const CARD_TASK = 'notify.card'
export const ROBOT_TASK = 'notify.robot'
const MAIL_ATTEMPTS_MAX = 9
const SMS_ATTEMPTS_MAX = 6
/** An hour and a half, as for mail: a repeat is harmless for four. */
const CARD_ATTEMPTS_MAX = 9
const ROBOT_ATTEMPTS_MAX = 10

/** The buyer of an order, as far as telling goes. */
export type Buyer = {
  readonly memberId: number | null
  /** One person, whatever he bought. */
  readonly buyerKey: string
  readonly phone: string | undefined
  readonly email: string | undefined
  readonly locale: MessageLocale
  readonly purpose: 'goods' | 'recharge'
  /** How a delivery of it is told of; absent: as one of codes. */
  readonly deliveredAs?: DeliveredKey
}
export type BuyersOf = (tx: ReadTx, orderNos: readonly number[]) => Promise<ReadonlyMap<number, Buyer>>

/**
 * News that is older than this is no news: a worker that stood still for half a day, or a subscriber that is new and
 * reads the whole log.
 */
const NEWS_AGE_MAX_MS = 12 * 3_600_000
/** Of one kind in one batch, what lands in an inbox line by line; more are one line that counts them. */
const INBOX_LINES_MAX = 20

/**
 * Tells of events: writes the inboxes, logs the messages and queues their sending, all in the transaction that moves the
 * subscriber's cursor. Who hears what is the shop's choice; quiet hours and limits are kept here.
 */
export async function tell(
  tx: Tx,
  platform: Pick<Platform, 'clock'>,
  buyersOf: BuyersOf,
  events: readonly StoredEvent[],
  isByHand = false,
): Promise<void> {
  const now = platform.clock.now()
  // What a person runs again is news to him, however long it could not be told.
  const oldest = isByHand ? 0 : now.getTime() - NEWS_AGE_MAX_MS
  const all = events.filter(({ at }) => at.getTime() >= oldest).flatMap(newsOf)
  if (all.length === 0) return
  const ruleOf = await readRules(tx)
  const news = all.filter(({ key }) => keysOf(key).some((one) => ruleOf(one).channels.size > 0))
  if (news.length === 0) return

  const settings = await readSettings(tx)
  const live = await liveChannels(tx)
  const buyers = await buyersOf(tx, news.filter(({ message }) => message.audience === 'buyer').flatMap(orderOf))
  const room: Room = {
    ruleOf,
    texts: await readTexts(tx),
    live,
    wecomPeople: live.has('wecom_app') ? await wecomPeople(tx, membersAmong(buyers)) : new Map(),
    smsBesideWecom: settings['notify.smsBesideWecom'],
    shopName: settings['shop.name'],
    shopLocale: settings['shop.locale'],
    staff: news.some(({ message }) => message.audience === 'staff') ? await colleagues(tx) : [],
    buyers,
    quietUntil: quietUntil(now, settings['notify.quietHours']),
  }
  await putInInboxes(tx, thinned(news.flatMap((one) => inboxLines(room, one))))
  await queueMessages(
    tx,
    news.flatMap((one) => messagesOf(room, one)),
    settings['notify.capPerDay'],
  )
}

/** A delivery is told of in the words of what was delivered; the other channels have one text for all. */
const keysOf = (key: MessageEventKey): readonly MessageEventKey[] =>
  key === 'order.delivered' ? DELIVERED_KEYS : [key]

type Room = {
  readonly ruleOf: (key: MessageEventKey) => Rule
  readonly texts: Texts
  readonly live: ReadonlySet<Channel>
  readonly shopName: string
  readonly shopLocale: MessageLocale
  readonly staff: readonly Colleague[]
  readonly buyers: ReadonlyMap<number, Buyer>
  /** Members who are told by WeCom. */
  readonly wecomPeople: ReadonlyMap<number, WecomPerson>
  readonly smsBesideWecom: boolean
  readonly quietUntil: Date | undefined
}

const membersAmong = (buyers: ReadonlyMap<number, Buyer>): readonly number[] =>
  [...buyers.values()].flatMap(({ memberId }) => (memberId === null ? [] : [memberId]))

/** Of a part, in the words of that part. */
function deliveredKeyOf(news: News, buyer: Buyer | undefined): MessageEventKey {
  if (news.key !== 'order.delivered') return news.key
  const part = partOf(news.payload)
  return part ? deliveredAs(part.kinds) : (buyer?.deliveredAs ?? news.key)
}

const orderOf = ({ payload }: News): readonly number[] => (typeof payload.no === 'number' ? [payload.no] : [])

/** The buyer whom it concerns; a recharge delivers no goods. */
function buyerOf({ buyers }: Room, news: News): Buyer | undefined {
  const buyer = buyers.get(orderOf(news)[0] ?? 0)
  return buyer?.purpose === 'recharge' && news.key === 'order.delivered' ? undefined : buyer
}

const hearersOf = ({ staff }: Room, { message, payload }: News): readonly Colleague[] =>
  staff.filter(({ id, permissions }) => {
    const only = message.onlyTo === undefined ? null : (payload[message.onlyTo] ?? null)
    if (only !== null) return only === id
    return (
      message.permission !== undefined &&
      permissions.has(message.permission) &&
      (message.notTo === undefined || payload[message.notTo] !== id)
    )
  })

/* ----------------------------------------------------------------------------------- inboxes ---- */

type InboxLine = {
  readonly staffId: number | null
  readonly memberId: number | null
  readonly key: string
  readonly event: MessageEventKey
  readonly title: string
  readonly body: string
  readonly link: string
  readonly urgent: boolean
  readonly locale: MessageLocale
}

function inboxLines(room: Room, news: News): readonly InboxLine[] {
  const buyer = news.message.audience === 'buyer' ? buyerOf(room, news) : undefined
  const key = deliveredKeyOf(news, buyer)
  const rule = room.ruleOf(key)
  if (!rule.channels.has('inbox')) return []
  const line = (locale: MessageLocale, to: { staffId?: number; memberId?: number }): readonly InboxLine[] => {
    const text = room.texts.of(key, 'inbox', locale)
    if (!text) return []
    const params = paramsOf(news, locale, room.shopName)
    const { subject, paragraphs } = composed(text, params)
    return [
      {
        staffId: to.staffId ?? null,
        memberId: to.memberId ?? null,
        key: keyOf(news),
        event: key,
        title: subject.slice(0, 200),
        body: paragraphs.join('\n').slice(0, 2_000),
        link: linkOf(news.message, params),
        urgent: rule.urgent,
        locale,
      },
    ]
  }
  if (news.message.audience === 'staff') {
    return hearersOf(room, news).flatMap(({ id, locale }) => line(locale, { staffId: id }))
  }
  return buyer?.memberId ? line(buyer.locale, { memberId: buyer.memberId }) : []
}

/** A storm of one kind is a few lines and one that counts the rest. */
function thinned(lines: readonly InboxLine[]): readonly InboxLine[] {
  const groups = Map.groupBy(lines, ({ staffId, memberId, event }) => `${staffId} ${memberId} ${event}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first || group.length <= INBOX_LINES_MAX) return group
    const rest = group.length - INBOX_LINES_MAX
    const title = first.locale === 'en' ? `${rest} more like the last one` : `还有 ${rest} 条同类通知`
    const counting = group[INBOX_LINES_MAX] ?? first
    const link = first.event === 'order.exception' ? '/exceptions' : counting.link
    return [...group.slice(0, INBOX_LINES_MAX), { ...counting, key: `${counting.key}:more`, title, body: '', link }]
  })
}

async function putInInboxes(tx: Tx, lines: readonly InboxLine[]): Promise<void> {
  if (lines.length === 0) return
  await sql`
    insert into notify.inbox (tenant_id, staff_id, member_id, key, event, title, body, link, urgent)
    select ${tx.ctx.tenantId}::bigint, l."staffId", l."memberId", l.key, l.event, l.title, l.body, l.link, l.urgent
    from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as l(
      "staffId" bigint, "memberId" bigint, key text, event text, title text, body text, link text, urgent boolean
    )
    on conflict do nothing
  `.execute(tx.db)
}

/* ---------------------------------------------------------------------------------- messages ---- */

const keyOf = ({ key, event }: News): string => `${key}:${event.position}`

function messagesOf(room: Room, news: News): readonly NewMessage[] {
  const rule = room.ruleOf(news.key)
  const notBefore = rule.urgent ? undefined : room.quietUntil
  const isStaff = news.message.audience === 'staff'
  const spoken = isStaff ? ROBOTS.filter((robot) => rule.channels.has(robot) && room.live.has(robot)) : []
  const card = cardOf(room, news)
  const texts = textMessagesOf(room, news)
  // Who is told by WeCom has no need of a text message, unless WeCom refuses.
  const isHeld = card !== undefined && !room.smsBesideWecom
  return [
    ...spoken.map((robot) => robotMessage(room, news, robot)),
    ...(rule.channels.has('email') ? mailsOf(room, news) : []),
    ...(card ? [{ ...card, otherwise: isHeld ? texts[0] : undefined }] : []),
    ...(isHeld ? [] : texts),
  ].map((message) => (notBefore ? { ...message, notBefore } : message))
}

function robotMessage(room: Room, news: News, robot: Robot): NewMessage {
  return {
    channel: robot,
    template: news.key,
    recipient: robot,
    key: `${keyOf(news)}:${robot}`,
    about: '',
    locale: room.shopLocale,
    params: paramsOf(news, room.shopLocale, room.shopName),
  }
}

function mailsOf(room: Room, news: News): readonly NewMessage[] {
  const mail = (to: string, recipientKey: string, locale: MessageLocale, about: string): NewMessage => ({
    channel: 'email',
    template: news.key,
    recipient: to,
    key: `${keyOf(news)}:email:${recipientKey}`,
    about,
    locale,
    params: paramsOf(news, locale, room.shopName),
    recipientKey,
  })
  if (news.message.audience === 'staff') {
    return hearersOf(room, news).map(({ id, email, locale }) => mail(email, `staff:${id}`, locale, ''))
  }
  // The mail with the goods goes by a queue of its own (`queueDeliveryEmails`).
  if (news.key === 'order.delivered') return []
  const buyer = buyerOf(room, news)
  return buyer?.email ? [mail(buyer.email, countedAs(buyer), buyer.locale, news.event.subject)] : []
}

/**
 * Only where a provider has approved the text: otherwise every order would leave a refused message behind. A delivery is told of in the
 * words of what was delivered; where only those of a delivered order are approved, in them.
 */
function textMessagesOf(room: Room, news: News): readonly NewMessage[] {
  const buyer = buyerOf(room, news)
  if (!buyer?.phone) return []
  const { live, texts, ruleOf } = room
  const isApproved = (key: MessageEventKey): boolean => {
    const text = texts.of(key, 'sms', buyer.locale)
    return (
      !!text && ((text.aliyunCode !== '' && live.has('sms')) || (text.tencentCode !== '' && live.has('sms_tencent')))
    )
  }
  const own = news.key === 'order.delivered' ? (buyer.deliveredAs ?? news.key) : news.key
  if (!ruleOf(own).channels.has('sms')) return []
  const key = [own, news.key].find((one) => isApproved(one) && ruleOf(one).channels.has('sms'))
  if (!key) return []
  const params = paramsOf(news, buyer.locale, room.shopName)
  const result = own in DELIVERED_RESULTS ? DELIVERED_RESULTS[own as DeliveredKey] : undefined
  return [
    {
      channel: 'sms',
      template: key,
      recipient: `${buyer.phone.slice(0, 3)}****${buyer.phone.slice(-4)}`,
      key: `${keyOf(news)}:sms`,
      about: news.event.subject,
      locale: buyer.locale,
      params: result ? { ...params, result: result[buyer.locale === 'en' ? 'en' : 'zh'] } : params,
      recipientKey: countedAs(buyer),
    },
  ]
}

/** To a member who joined WeCom; a delivery in the words of what was delivered. */
function cardOf(room: Room, news: News): NewMessage | undefined {
  const buyer = buyerOf(room, news)
  const person = buyer?.memberId ? room.wecomPeople.get(buyer.memberId) : undefined
  if (!buyer || !person) return undefined
  const key = deliveredKeyOf(news, buyer)
  if (!room.ruleOf(key).channels.has('wecom_app') || !room.texts.of(key, 'card', buyer.locale)) return undefined
  return {
    channel: 'wecom_app',
    template: key,
    recipient: maskUser(person.userId),
    key: `${keyOf(news)}:wecom_app`,
    about: news.event.subject,
    locale: buyer.locale,
    params: paramsOf(news, buyer.locale, room.shopName),
    recipientKey: countedAs(buyer),
  }
}

/** A guest's key is made of the contact, which the log shall not have in plain. */
const countedAs = ({ buyerKey }: Buyer): string => `buyer:${createHash('sha256').update(buyerKey).digest('base64url')}`

async function queueMessages(tx: Tx, messages: readonly NewMessage[], capPerDay: number): Promise<void> {
  if (messages.length === 0) return
  const byKey = new Map(messages.map((message) => [message.key, message]))
  const added = await addMessages(tx, [...byKey.values()], capPerDay)
  const robots = new Map<Robot, Date | undefined>()
  for (const { id, key, channel, state } of added) {
    if (state !== 'queued') continue
    const notBefore = byKey.get(key)?.notBefore
    if (isRobot(channel)) {
      // Whoever may speak at once lets the others wait by themselves.
      const known = robots.get(channel)
      robots.set(channel, robots.has(channel) && known === undefined ? undefined : notBefore)
    } else queueSending(tx, { id, channel, notBefore })
  }
  for (const [robot, notBefore] of robots) queueRobot(tx, robot, notBefore)
}

const isRobot = (channel: MessageChannel): channel is Robot => (ROBOTS as readonly string[]).includes(channel)

/** Has a text message, a card or a mail of an event sent. */
export function queueSending(
  tx: Tx,
  message: {
    readonly id: number
    readonly channel: 'sms' | 'email' | 'wecom_app'
    readonly notBefore?: Date | undefined
  },
): void {
  const at = message.notBefore ? { runAt: message.notBefore } : {}
  if (message.channel === 'sms') {
    tx.enqueue(EVENT_SMS_TASK, { messageId: message.id }, { ...at, attemptsMax: SMS_ATTEMPTS_MAX })
  } else if (message.channel === 'wecom_app') {
    tx.enqueue(CARD_TASK, { messageId: message.id }, { ...at, attemptsMax: CARD_ATTEMPTS_MAX })
  } else tx.enqueue(EVENT_EMAIL_TASK, { messageId: message.id }, { ...at, attemptsMax: MAIL_ATTEMPTS_MAX })
}

/** Has a robot say what it has to say. While it waits for its turn, all that comes is said with it. */
export function queueRobot(tx: Tx, robot: Robot, at: Date | undefined): void {
  tx.enqueue(ROBOT_TASK, { robot }, { ...(at ? { runAt: at } : {}), attemptsMax: ROBOT_ATTEMPTS_MAX, key: robot })
}
