import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Task } from '../../platform/jobs/index.ts'
import type { Log } from '../../platform/log/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { mailAccount, smsAccount } from './channels/accounts.ts'
import { sendAliyunSms } from './channels/aliyun-sms.ts'
import { openMailer } from './channels/smtp.ts'
import { EMAIL_TASK } from './commands/queue-delivery-email.ts'
import { STAFF_EMAIL_TASK } from './commands/queue-staff-email.ts'
import { contentPlace, type SealedSms, SMS_TASK } from './commands/send-login-code.ts'
import { type Ended, endMessages, type MessageRow, takeMessage, takeMessages } from './messages.ts'
import type { SendOutcome } from './outcome.ts'
import { type DeliveryContent, deliveryMail, type MailText, plainMail } from './templates.ts'

/** What notify needs from above; `main/` fills it. */
export type NotifyPorts = {
  /** What the delivery mails of these orders say now. One that is missing has nothing (any more) to tell. */
  readonly deliveriesOf: (
    tenantId: TenantId,
    orderNos: readonly number[],
  ) => Promise<ReadonlyMap<number, DeliveryContent>>
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
      const outcome: SendOutcome =
        message.before === 'sending'
          ? { kind: 'unknown', reason: 'an earlier try was cut off' }
          : message.ageSeconds > CODE_AGE_MAX_SECONDS
            ? { kind: 'refused', reason: 'too late: the code has expired' }
            : await trySms(platform, outbound, tenantId, message, sealed)
      await endMessages(platform, tenantId, [{ id: messageId, outcome }])
      if (outcome.kind === 'not_sent') throw new NotSentYet(outcome.reason)
      if (outcome.kind !== 'sent') log.warn({ tenantId, messageId, outcome }, 'a text message was not delivered')
    },
  }
}

async function trySms(
  platform: Platform,
  outbound: Outbound,
  tenantId: TenantId,
  message: MessageRow,
  sealed: string,
): Promise<SendOutcome> {
  const account = await smsAccount(platform, tenantId)
  if (!account) return { kind: 'refused', reason: 'no SMS account is set up' }
  const content = await platform.crypto.decrypt(tenantId, contentPlace(message.key), Buffer.from(sealed, 'base64'))
  const { phone, params } = JSON.parse(content) as SealedSms
  return await sendAliyunSms(outbound, account, {
    phone,
    params,
    template: account.loginCodeTemplate,
    outId: message.key,
  })
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
      const ended = await sendDeliveries(await mailerOf(platform, tenantId), open, (message) =>
        contents.get(orderNos.get(message.id) ?? 0),
      )
      await endMails(platform, tenantId, ended, attempt < attemptsMax, log)
    },
  }
}

/** One after the other: a connection takes one mail at a time. */
async function sendDeliveries(
  mailer: MessageMailer,
  messages: readonly MessageRow[],
  contentOf: (message: MessageRow) => DeliveryContent | undefined,
): Promise<readonly Ended[]> {
  const ended: Ended[] = []
  try {
    for (const message of messages) {
      const content = contentOf(message)
      const mail = content && deliveryMail(content)
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
