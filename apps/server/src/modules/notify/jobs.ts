import type { TenantId } from '@quanshu/kernel'
import { z } from 'zod'
import type { Task } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import type { Outbound } from '../../platform/outbound/index.ts'
import { mailAccount, smsAccount } from './channels/accounts.ts'
import { sendAliyunSms } from './channels/aliyun-sms.ts'
import { sendMail } from './channels/smtp.ts'
import { EMAIL_TASK } from './commands/queue-delivery-email.ts'
import { STAFF_EMAIL_TASK } from './commands/queue-staff-email.ts'
import { contentPlace, type SealedSms, SMS_TASK } from './commands/send-login-code.ts'
import { endMessage, type MessageRow, takeMessage } from './messages.ts'
import type { SendOutcome } from './outcome.ts'
import { type DeliveryContent, deliveryMail, type MailText, plainMail } from './templates.ts'

/** What notify needs from above; `main/` fills it. */
export type NotifyPorts = {
  /** What the delivery mail of this order says now. Undefined: there is nothing (any more) to tell. */
  readonly deliveryOf: (tenantId: TenantId, orderNo: number) => Promise<DeliveryContent | undefined>
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
      await endMessage(platform, tenantId, messageId, outcome)
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

const emailPayload = z.object({ messageId: z.int().positive(), orderNo: z.int().positive() })

/**
 * Sends a delivery mail until the server has taken it. A repeat after a lost answer carries the same Message-ID, and the
 * same codes for the same person, so it does no harm.
 */
export function emailTask(platform: Platform, ports: NotifyPorts): Task {
  return {
    name: EMAIL_TASK,
    run: async ({ tenantId, payload, attempt, attemptsMax, log }) => {
      const { messageId, orderNo } = emailPayload.parse(payload)
      const message = await takeMessage(platform, tenantId, messageId)
      if (!message || isOver(message)) return
      const content = await ports.deliveryOf(tenantId, orderNo)
      const mail = content && deliveryMail(content)
      const outcome: SendOutcome = mail
        ? await tryMail(platform, tenantId, message, mail)
        : { kind: 'refused', reason: 'nothing to tell: the order has no delivered line' }
      await endMail(platform, tenantId, messageId, outcome, attempt < attemptsMax, mail?.subject)
      if (outcome.kind === 'refused') log.warn({ tenantId, messageId, outcome }, 'a delivery mail was refused')
    },
  }
}

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
      const outcome = await tryMail(platform, tenantId, message, mail)
      await endMail(platform, tenantId, messageId, outcome, attempt < attemptsMax, mail.subject)
      if (outcome.kind === 'refused') log.warn({ tenantId, messageId, outcome }, 'a mail to staff was refused')
    },
  }
}

/** Writes down how a mail ended. @throws NotSentYet when the queue shall try again, or has tried for the last time */
async function endMail(
  platform: Platform,
  tenantId: TenantId,
  messageId: number,
  outcome: SendOutcome,
  mayTryAgain: boolean,
  subject: string | undefined,
): Promise<void> {
  const isOpen = outcome.kind === 'not_sent' || outcome.kind === 'unknown'
  const ended: SendOutcome = isOpen && mayTryAgain ? { kind: 'not_sent', reason: outcome.reason } : outcome
  await endMessage(platform, tenantId, messageId, ended, subject)
  if (isOpen) throw new NotSentYet(outcome.reason)
}

async function tryMail(
  platform: Platform,
  tenantId: TenantId,
  message: MessageRow,
  mail: MailText,
): Promise<SendOutcome> {
  const account = await mailAccount(platform, tenantId)
  if (!account) return { kind: 'refused', reason: 'no mail server is set up' }
  const messageId = `<${tenantId}.${message.key.replaceAll(':', '.')}@quanshu>`
  return await sendMail(account, { ...mail, to: message.recipient, messageId }, platform.config.allowInsecureEndpoints)
}

const isOver = (message: MessageRow): boolean => message.before !== 'queued' && message.before !== 'sending'
