import { fillHoles, holesOf, type MessageEventKey, ROBOTS } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Task } from '../../platform/jobs/index.ts'
import type { Log } from '../../platform/log/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { mailAccount, systemCtx } from './channels/accounts.ts'
import { type SmsResult, sendSms } from './channels/sms.ts'
import { openMailer } from './channels/smtp.ts'
import { deliverWebhooks, WEBHOOK_TASK } from './commands/deliver-webhooks.ts'
import { putOff } from './commands/put-off.ts'
import { EMAIL_TASK } from './commands/queue-delivery-email.ts'
import { STAFF_EMAIL_TASK } from './commands/queue-staff-email.ts'
import { sendCard } from './commands/send-card.ts'
import { contentPlace, type SealedSms, SMS_TASK } from './commands/send-login-code.ts'
import { CODE_EMAIL_TASK, type SealedCodeMail } from './commands/send-open-code.ts'
import { speak } from './commands/speak.ts'
import { type BuyersOf, CARD_TASK, EVENT_EMAIL_TASK, EVENT_SMS_TASK, ROBOT_TASK } from './commands/tell.ts'
import { type Ended, endMessages, type MessageRow, takeMessage, takeMessages } from './messages.ts'
import type { SendOutcome } from './outcome.ts'
import { shopPlace } from './queries/shop-place.ts'
import {
  type DeliveryContent,
  deliveryMail,
  eventMail,
  type MailText,
  openCodeMail,
  partOfContent,
  plainMail,
} from './templates.ts'
import { messageValues } from './values.ts'
import { composed, linesOfParams, readRules, readTexts, type Texts } from './words.ts'

/** What notify needs from above; `main/` fills it. */
export type NotifyPorts = {
  /** What the delivery mails of these orders say now. One that is missing has nothing (any more) to tell. */
  readonly deliveriesOf: (
    tenantId: TenantId,
    orderNos: readonly number[],
  ) => Promise<ReadonlyMap<number, DeliveryContent>>
  /** Who bought, as this transaction sees it. */
  readonly buyersOf: BuyersOf
  /** Where an order's text and WeCom messages go now, and what they may carry. Undefined: there is no such order. */
  readonly textMessageOf: (
    tenantId: TenantId,
    orderNo: number,
    /** It tells of these lines only; undefined: of all. */
    lineNos?: readonly number[],
  ) => Promise<TextMessageTo | undefined>
}
export type TextMessageTo = {
  /** Undefined: the buyer left none. */
  readonly phone: string | undefined
  /** Null: a guest. */
  readonly memberId: number | null
  /** All codes of what is told of, when its goods may be sent so and they are few; undefined: a link only. */
  readonly codes: readonly string[] | undefined
}

/** A code that arrives after it has expired only confuses. */
const CODE_AGE_MAX_SECONDS = 240

/** Thrown so that the queue tries again later; the message's row says why. */
class NotSentYet extends Error {
  override readonly name = 'NotSentYet'
}

const smsPayload = z.object({ messageId: z.int().positive(), sealed: z.string() })

/**
 * Sends a text message at most once: the service does not know repeats, so a try that may have arrived is not repeated.
 * The person asks for another code instead.
 */
export function smsTask(platform: Platform, outbound: Outbound): Task {
  return {
    name: SMS_TASK,
    run: async ({ tenantId, payload, log }) => {
      const { messageId, sealed } = smsPayload.parse(payload)
      const message = await takeMessage(platform, tenantId, messageId)
      if (!message || isOver(message)) return
      const { outcome, provider }: SmsResult =
        message.before === 'sending'
          ? { outcome: CUT_OFF }
          : message.ageSeconds > CODE_AGE_MAX_SECONDS
            ? { outcome: { kind: 'refused', reason: 'too late: the code has expired' } }
            : await sendCode(platform, outbound, tenantId, message, sealed)
      await endMessages(platform, tenantId, [{ id: messageId, outcome, provider }])
      if (outcome.kind === 'not_sent') throw new NotSentYet(outcome.reason)
      if (outcome.kind !== 'sent') log.warn({ tenantId, messageId, outcome }, 'a text message was not delivered')
    },
  }
}

const CUT_OFF: SendOutcome = { kind: 'unknown', reason: 'an earlier try was cut off' }

async function sendCode(
  platform: Platform,
  outbound: Outbound,
  tenantId: TenantId,
  message: MessageRow,
  sealed: string,
): Promise<SmsResult> {
  const content = await platform.crypto.decrypt(tenantId, contentPlace(message.key), Buffer.from(sealed, 'base64'))
  const { phone, params } = JSON.parse(content) as SealedSms
  return await sendSms(platform, outbound, tenantId, {
    phone,
    params: Object.entries(params),
    outId: message.key,
    templateAt: ({ account }) => account.loginCodeTemplate,
  })
}

const oneMessage = z.object({ messageId: z.int().positive() })

/** Sends a text message about an order, at most once. Phone and codes are asked for now; neither is kept with the message. */
export function eventSmsTask(platform: Platform, outbound: Outbound, ports: NotifyPorts): Task {
  return {
    name: EVENT_SMS_TASK,
    run: async ({ tenantId, payload, attempt, attemptsMax, log }) => {
      const { messageId } = oneMessage.parse(payload)
      if (await putOff(platform, tenantId, messageId)) return
      const message = await takeMessage(platform, tenantId, messageId)
      if (!message || isOver(message)) return
      const { outcome, provider, subject }: SmsResult & { readonly subject?: string } =
        message.before === 'sending'
          ? { outcome: CUT_OFF }
          : await sendAboutOrder(platform, outbound, ports, tenantId, message)
      const isHopeless = outcome.kind === 'not_sent' && attempt >= attemptsMax
      const end: SendOutcome = isHopeless ? { kind: 'refused', reason: outcome.reason } : outcome
      await endMessages(platform, tenantId, [{ id: messageId, outcome: end, provider, subject }])
      if (end.kind === 'not_sent') throw new NotSentYet(end.reason)
      if (end.kind !== 'sent') log.warn({ tenantId, messageId, outcome: end }, 'a text message was not delivered')
    },
  }
}

async function sendAboutOrder(
  platform: Platform,
  outbound: Outbound,
  ports: NotifyPorts,
  tenantId: TenantId,
  message: MessageRow,
): Promise<SmsResult & { readonly subject?: string }> {
  const to = await ports.textMessageOf(
    tenantId,
    Number(message.about.replace(/^order:/, '')),
    linesOfParams(message.params),
  )
  if (to?.phone === undefined) return { outcome: { kind: 'refused', reason: 'the buyer left no phone number' } }
  const [texts, place, ruleOf] = await roomOf(platform, tenantId)
  const mayCarry = message.template === 'order.delivered' && ruleOf('order.delivered.codes').channels.has('sms')
  const codes = mayCarry ? to.codes : undefined
  const withCodes = codes && texts.of('order.delivered.codes', 'sms', message.locale)
  const isApproved = withCodes && (withCodes.aliyunCode !== '' || withCodes.tencentCode !== '')
  const key: MessageEventKey = isApproved ? 'order.delivered.codes' : (message.template as MessageEventKey)
  const text = isApproved ? withCodes : texts.of(key, 'sms', message.locale)
  if (!text) return { outcome: { kind: 'refused', reason: 'there is no text for it' } }
  const values = { ...messageValues(key, message.params, place), codes: (codes ?? []).join(' ') }
  const result = await sendSms(platform, outbound, tenantId, {
    phone: to.phone,
    params: holesOf(text.body).map((name) => [name, values[name as keyof typeof values] ?? '']),
    outId: message.key,
    templateAt: ({ provider }) => (provider === 'aliyun' ? text.aliyunCode : text.tencentCode),
  })
  // The log tells what was said, without the codes.
  return { ...result, subject: fillHoles(text.body, { ...values, codes: '******' }).slice(0, 200) }
}

/** Writes to a member by WeCom. A repeat after a lost answer is known there as one; see `sendCard`. */
export function cardTask(platform: Platform, outbound: Outbound, ports: NotifyPorts): Task {
  return {
    name: CARD_TASK,
    run: async ({ tenantId, payload, attempt, attemptsMax, log }) => {
      const { messageId } = oneMessage.parse(payload)
      const outcome = await sendCard(platform, outbound, ports, tenantId, messageId, attempt >= attemptsMax)
      if (outcome?.kind === 'not_sent') throw new NotSentYet(outcome.reason)
      if (outcome && outcome.kind !== 'sent') {
        log.warn({ tenantId, messageId, outcome }, 'a WeCom message was not delivered')
      }
    },
  }
}

/** Sends a mail about an event, to staff or a buyer, until the server has taken it. */
export function eventEmailTask(platform: Platform): Task {
  return {
    name: EVENT_EMAIL_TASK,
    run: async ({ tenantId, payload, attempt, attemptsMax, log }) => {
      const { messageId } = oneMessage.parse(payload)
      if (await putOff(platform, tenantId, messageId)) return
      const message = await takeMessage(platform, tenantId, messageId)
      if (!message || isOver(message)) return
      const [texts, place] = await roomOf(platform, tenantId)
      const key = message.template as MessageEventKey
      const text = texts.of(key, 'email', message.locale) ?? { subject: key, body: '' }
      const values = messageValues(key, message.params, place)
      const mail = eventMail(composed(text, values), values.link ?? '', message.locale)
      const mailer = await mailerOf(platform, tenantId)
      const outcome = await mailer.send(message, mail).finally(mailer.close)
      const ended = [{ id: messageId, outcome, subject: mail.subject }]
      await endMails(platform, tenantId, ended, attempt < attemptsMax, log)
    },
  }
}

const roomOf = (platform: Platform, tenantId: TenantId) =>
  platform.db.read(
    systemCtx(tenantId),
    async (tx) => [await readTexts(tx), await shopPlace(tx, platform.config), await readRules(tx)] as const,
  )

const robotPayload = z.object({ robot: z.enum(ROBOTS) })

export function robotTask(platform: Platform, outbound: Outbound): Task {
  return {
    name: ROBOT_TASK,
    run: ({ tenantId, payload }) => speak(platform, outbound, tenantId, robotPayload.parse(payload).robot),
  }
}

const webhookPayload = z.object({ endpointId: z.int().positive() })

export function webhookTask(platform: Platform, outbound: Outbound): Task {
  return {
    name: WEBHOOK_TASK,
    run: ({ tenantId, payload }) =>
      deliverWebhooks(platform, outbound, tenantId, webhookPayload.parse(payload).endpointId),
  }
}

const deliveryEmail = z.object({ messageId: z.int().positive(), orderNo: z.int().positive() })
/** One mail alone is what an earlier version has queued. */
const emailPayload = z.union([z.object({ mails: z.array(deliveryEmail) }), deliveryEmail])

/**
 * Sends delivery mails until the server has taken each. A repeat after a lost answer carries the same Message-ID, and the
 * same codes for the same person, so it does no harm. A later try is for those only that were not taken.
 */
export function emailTask(platform: Platform, ports: NotifyPorts): Task {
  return {
    name: EMAIL_TASK,
    run: async ({ tenantId, payload, attempt, attemptsMax, log }) => {
      const given = emailPayload.parse(payload)
      const orderNos = new Map(
        ('mails' in given ? given.mails : [given]).map(({ messageId, orderNo }) => [messageId, orderNo]),
      )
      const taken = await takeMessages(platform, tenantId, [...orderNos.keys()])
      const open = taken.filter((message) => !isOver(message))
      if (open.length === 0) return
      const contents = await ports.deliveriesOf(
        tenantId,
        open.flatMap(({ id }) => orderNos.get(id) ?? []),
      )
      const [texts] = await roomOf(platform, tenantId)
      const ended = await sendDeliveries(await mailerOf(platform, tenantId), texts, open, (message) =>
        partOfContent(contents.get(orderNos.get(message.id) ?? 0), linesOfParams(message.params)),
      )
      await endMails(platform, tenantId, ended, attempt < attemptsMax, log)
    },
  }
}

/** One after the other: a connection takes one mail at a time. */
async function sendDeliveries(
  mailer: MessageMailer,
  texts: Texts,
  messages: readonly MessageRow[],
  contentOf: (message: MessageRow) => DeliveryContent | undefined,
): Promise<readonly Ended[]> {
  const ended: Ended[] = []
  try {
    for (const message of messages) {
      const content = contentOf(message)
      const text = content && texts.of(content.deliveredAs ?? 'order.delivered', 'email', content.locale)
      const mail = content && text && deliveryMail(content, text)
      const outcome = mail ? await mailer.send(message, mail) : NOTHING_TO_TELL
      ended.push({ id: message.id, outcome, subject: mail?.subject })
    }
    return ended
  } finally {
    mailer.close()
  }
}

const NOTHING_TO_TELL: SendOutcome = { kind: 'refused', reason: 'nothing to tell: the order has no delivered line' }

const staffEmailPayload = z.object({
  messageId: z.int().positive(),
  subject: z.string(),
  paragraphs: z.array(z.string()),
  link: z.object({ url: z.string(), text: z.string() }),
})

/** Sends what the house has to tell an employee. Its words travel in the job: there is no secret in them. */
export function staffEmailTask(platform: Platform): Task {
  return {
    name: STAFF_EMAIL_TASK,
    run: async ({ tenantId, payload, attempt, attemptsMax, log }) => {
      const { messageId, ...content } = staffEmailPayload.parse(payload)
      const message = await takeMessage(platform, tenantId, messageId)
      if (!message || isOver(message)) return
      const mail = plainMail(content)
      const mailer = await mailerOf(platform, tenantId)
      const outcome = await mailer.send(message, mail).finally(mailer.close)
      await endMails(
        platform,
        tenantId,
        [{ id: messageId, outcome, subject: mail.subject }],
        attempt < attemptsMax,
        log,
      )
    },
  }
}

/** Sends a code that opens codes elsewhere; the log shows that, and not the code. */
export function codeEmailTask(platform: Platform): Task {
  return {
    name: CODE_EMAIL_TASK,
    run: async ({ tenantId, payload, attempt, attemptsMax, log }) => {
      const { messageId, sealed } = smsPayload.parse(payload)
      const message = await takeMessage(platform, tenantId, messageId)
      if (!message || isOver(message)) return
      const outcome: SendOutcome =
        message.ageSeconds > CODE_AGE_MAX_SECONDS
          ? { kind: 'refused', reason: 'too late: the code has expired' }
          : await mailCode(platform, tenantId, message, sealed)
      await endMails(platform, tenantId, [{ id: messageId, outcome }], attempt < attemptsMax, log)
    },
  }
}

async function mailCode(
  platform: Platform,
  tenantId: TenantId,
  message: MessageRow,
  sealed: string,
): Promise<SendOutcome> {
  const content = await platform.crypto.decrypt(tenantId, contentPlace(message.key), Buffer.from(sealed, 'base64'))
  const { code, url } = JSON.parse(content) as SealedCodeMail
  const mailer = await mailerOf(platform, tenantId)
  return await mailer.send(message, openCodeMail(code, url, message.locale)).finally(mailer.close)
}

/** Writes down how mails ended. @throws NotSentYet when the queue shall try again, or has tried for the last time */
async function endMails(
  platform: Platform,
  tenantId: TenantId,
  ended: readonly Ended[],
  mayTryAgain: boolean,
  log: Log,
): Promise<void> {
  const isOpen = ({ outcome }: Ended) => outcome.kind === 'not_sent' || outcome.kind === 'unknown'
  await endMessages(
    platform,
    tenantId,
    ended.map((one) =>
      isOpen(one) && mayTryAgain ? { ...one, outcome: { kind: 'not_sent', reason: reasonOf(one.outcome) } } : one,
    ),
  )
  for (const { id, outcome } of ended) {
    if (outcome.kind === 'refused') log.warn({ tenantId, messageId: id, outcome }, 'a mail was refused')
  }
  const open = ended.find(isOpen)
  if (open) throw new NotSentYet(reasonOf(open.outcome))
}

const reasonOf = (outcome: SendOutcome): string => ('reason' in outcome ? outcome.reason : '')

type MessageMailer = {
  readonly send: (message: MessageRow, mail: MailText) => Promise<SendOutcome>
  readonly close: () => void
}

/** The shop's mail server, for as long as one job runs. */
async function mailerOf(platform: Platform, tenantId: TenantId): Promise<MessageMailer> {
  const account = await mailAccount(platform, tenantId)
  if (!account) {
    return { send: async () => ({ kind: 'refused', reason: 'no mail server is set up' }), close: () => undefined }
  }
  const mailer = await openMailer(account, platform.config.allowInsecureEndpoints)
  return {
    send: (message, mail) => {
      const messageId = `<${tenantId}.${message.key.replaceAll(':', '.')}@quanshu>`
      return mailer.send({ ...mail, to: message.recipient, messageId })
    },
    close: mailer.close,
  }
}

const isOver = (message: MessageRow): boolean => message.before !== 'queued' && message.before !== 'sending'
