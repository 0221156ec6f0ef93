import type { Tx } from '../../../platform/db/index.ts'
import { addMessages } from '../messages.ts'
import { paramOfLines } from '../words.ts'

export const EMAIL_TASK = 'notify.email'
export const ORDER_DELIVERED = 'order_delivered'

export type DeliveryEmail = {
  readonly orderNo: number
  readonly to: string
  /** Makes a wanted repeat (staff's "send again") a message of its own, e.g. the request's id. */
  readonly again?: string
  /** It tells of these lines only; absent: of all that is delivered. */
  readonly lineNos?: readonly number[]
}

/** A mail server may be away for hours; e^8 seconds is about 50 minutes, all tries together an hour and a half. */
const ATTEMPTS_MAX = 9

/**
 * Mails that share a connection, a reading of what they say and two writes: the work around a mail costs more than the
 * mail. So many may arrive twice (under the same Message-ID) when a worker dies.
 */
const MAILS_PER_JOB = 20

/**
 * Queues the mails that tell buyers of their delivered orders. Asked twice for one order it is still one mail, unless
 * `again` says that a repeat is wanted. What the mail says is asked for when it is sent (`NotifyPorts.deliveriesOf`).
 * @returns how many are new
 */
export async function queueDeliveryEmails(tx: Tx, emails: readonly DeliveryEmail[]): Promise<number> {
  if (emails.length === 0) return 0
  const byKey = new Map(emails.map((email) => [keyOf(email), email]))
  const added = await addMessages(
    tx,
    [...byKey].map(([key, { orderNo, to, lineNos }]) => ({
      channel: 'email' as const,
      template: ORDER_DELIVERED,
      recipient: to,
      key,
      about: `order:${orderNo}`,
      params: paramOfLines(lineNos),
    })),
  )
  const mails = added.map(({ id, key }) => ({ messageId: id, orderNo: byKey.get(key)?.orderNo }))
  for (let at = 0; at < mails.length; at += MAILS_PER_JOB) {
    tx.enqueue(EMAIL_TASK, { mails: mails.slice(at, at + MAILS_PER_JOB) }, { attemptsMax: ATTEMPTS_MAX })
  }
  return added.length
}

/** The same mail once more, under the same Message-ID. */
export function queueDeliveryAgain(tx: Tx, mail: { readonly messageId: number; readonly orderNo: number }): void {
  tx.enqueue(EMAIL_TASK, { mails: [mail] }, { attemptsMax: ATTEMPTS_MAX })
}

const keyOf = ({ orderNo, again }: DeliveryEmail): string =>
  again === undefined ? `delivery:${orderNo}` : `delivery:${orderNo}:${again}`
