import { randomUUID } from 'node:crypto'
import type { Sealer } from '../../../platform/crypto/index.ts'
import type { Tx } from '../../../platform/db/index.ts'
import { addMessages } from '../messages.ts'
import { contentPlace, type SealedSms, SMS_TASK } from './send-login-code.ts'

export const CODE_EMAIL_TASK = 'notify.code_email'
export const OPEN_CODE = 'open_code'

/** What the job needs and the database must not show. */
export type SealedCodeMail = { readonly code: string; readonly url: string }
/** A try that comes later than this would bring a code that no longer works. */
const ATTEMPTS_MAX = 4

/**
 * Queues a code that lets another device open an order's codes, by mail or text message, in the transaction that stores its
 * hash. The code travels sealed. How often one may be asked for is the caller's rule.
 */
export async function sendOpenCode(
  tx: Tx,
  sealer: Sealer,
  input: {
    /** The order's contact: a mail address or a phone. */
    readonly to: string
    readonly code: string
    readonly orderNo: number
    readonly locale: 'zh-CN' | 'en'
    /** The order's page. */
    readonly url: string
  },
): Promise<void> {
  const { to, code, orderNo, locale, url } = input
  const isMail = to.includes('@')
  const key = `open:${randomUUID()}`
  const [message] = await addMessages(tx, [
    {
      channel: isMail ? 'email' : 'sms',
      template: OPEN_CODE,
      recipient: isMail ? to : `${to.slice(0, 3)}****${to.slice(-4)}`,
      key,
      about: `order:${orderNo}`,
      locale,
    },
  ])
  if (!message) throw new Error('a fresh key met an old message')
  const content: SealedSms | SealedCodeMail = isMail ? { code, url } : { phone: to, params: { code } }
  const sealed = sealer.seal(contentPlace(key), JSON.stringify(content)).toString('base64')
  tx.enqueue(isMail ? CODE_EMAIL_TASK : SMS_TASK, { messageId: message.id, sealed }, { attemptsMax: ATTEMPTS_MAX })
}
