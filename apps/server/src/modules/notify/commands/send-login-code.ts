import { randomUUID } from 'node:crypto'
import type { Sealer } from '../../../platform/crypto/index.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { addMessages } from '../messages.ts'

export const SMS_TASK = 'notify.sms'
export const LOGIN_CODE = 'login_code'

/** What the job needs and the database must not show: sealed under the tenant's key, bound to this message. */
export type SealedSms = { readonly phone: string; readonly params: Readonly<Record<string, string>> }
export const contentPlace = (key: string) => ({ table: 'notify.messages', column: 'content', row: key })

/** A try that comes later than this would bring a code that no longer works. */
const ATTEMPTS_MAX = 4

/**
 * Queues a sign-in code, in the transaction that stores its hash. Phone and code travel sealed: get the `sealer` before
 * the transaction (`platform.crypto.sealer`). How often a person may ask is the caller's rule.
 * @returns the message's id in `notify.messages`
 */
export async function sendLoginCode(
  tx: Tx,
  sealer: Sealer,
  input: { readonly phone: string; readonly code: string },
): Promise<number> {
  const key = `login:${randomUUID()}`
  const content: SealedSms = { phone: input.phone, params: { code: input.code } }
  const [message] = await addMessages(tx, [
    { channel: 'sms', template: LOGIN_CODE, recipient: maskPhone(input.phone), key, about: 'sign_in' },
  ])
  if (!message) throw new Error('a fresh key met an old message')
  const sealed = sealer.seal(contentPlace(key), JSON.stringify(content)).toString('base64')
  tx.enqueue(SMS_TASK, { messageId: message.id, sealed }, { attemptsMax: ATTEMPTS_MAX })
  return message.id
}

const maskPhone = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`
