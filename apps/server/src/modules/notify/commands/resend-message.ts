import { commonErrors, MESSAGE_EVENT_KEYS, notifyErrors, type Robot } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import type { NewMessage } from '../messages.ts'
import { ORDER_DELIVERED, queueDeliveryAgain } from './queue-delivery-email.ts'
import { queueRobot, queueSending } from './tell.ts'

/** Messages whose words the house can make again. A sign-in code is asked for anew; what an audit said is in its report. */
export const RESENDABLE: readonly string[] = [...MESSAGE_EVENT_KEYS, ORDER_DELIVERED]

/**
 * Sends a message again, because a person decided so: one that was refused, held back, or whose end nobody knows.
 * @throws commonErrors.notFound, notifyErrors.notResendable
 */
export async function resendMessage(tx: Tx, id: number): Promise<void> {
  const { rows } = await sql<{
    readonly channel: NewMessage['channel']
    readonly template: string
    readonly about: string
    readonly isOver: boolean
  }>`
    select channel, template, about,
      state in ('refused', 'unknown', 'capped') or (state = 'sent' and receipt = 'failed') as "isOver"
    from notify.messages
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${id}::bigint
    for update
  `.execute(tx.db)
  const [message] = rows
  if (!message) throw commonErrors.notFound()
  if (!message.isOver || !RESENDABLE.includes(message.template)) throw notifyErrors.notResendable()
  await sql`
    update notify.messages
    set state = 'queued',
        last_error = null,
        not_before = null,
        receipt = null,
        receipt_note = null,
        receipt_at = null,
        doubt_since = null,
        doubt_mark = null,
        attempts = 0,
        any_hour = true
    where tenant_id = ${tx.ctx.tenantId}
      and id = ${id}::bigint
  `.execute(tx.db)
  const { channel } = message
  if (message.template === ORDER_DELIVERED) {
    queueDeliveryAgain(tx, { messageId: id, orderNo: Number(message.about.replace(/^order:/, '')) })
  } else if (channel === 'sms' || channel === 'email' || channel === 'wecom_app') queueSending(tx, { id, channel })
  else queueRobot(tx, channel satisfies Robot, undefined)
  tx.audit({
    action: 'message.resend',
    objectKind: 'message',
    objectId: id,
    detail: { channel, event: message.template },
  })
}
