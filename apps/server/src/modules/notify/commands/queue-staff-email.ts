import type { Tx } from '../../../platform/db/index.ts'
import { addMessages } from '../messages.ts'

export const STAFF_EMAIL_TASK = 'notify.staff_email'

/** Something the house has to tell an employee. Never a code, a phone or a key: the words are kept in the job. */
export type StaffEmail = {
  readonly to: string
  /** One mail per key, however often it is asked for. */
  readonly key: string
  readonly template: string
  readonly about: string
  readonly subject: string
  readonly paragraphs: readonly string[]
  /** Where to look, as a button. */
  readonly link: { readonly url: string; readonly text: string }
}

/** As patient as a delivery mail. */
const ATTEMPTS_MAX = 9

/** Queues mails to staff, in the transaction that causes them. @returns how many are new */
export async function queueStaffEmails(tx: Tx, emails: readonly StaffEmail[]): Promise<number> {
  if (emails.length === 0) return 0
  const byKey = new Map(emails.map((email) => [email.key, email]))
  const added = await addMessages(
    tx,
    [...byKey.values()].map(({ to, key, template, about }) => ({
      channel: 'email' as const,
      template,
      recipient: to,
      key,
      about,
    })),
  )
  for (const { id, key } of added) {
    const { subject, paragraphs, link } = byKey.get(key) ?? {}
    tx.enqueue(STAFF_EMAIL_TASK, { messageId: id, subject, paragraphs, link }, { attemptsMax: ATTEMPTS_MAX })
  }
  return added.length
}
