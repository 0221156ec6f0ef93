import type { MessageEventKey } from '@quanshu/contract'
import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Platform } from '../../../platform/module.ts'
import { getSettings } from '../../tenancy/index.ts'
import { systemCtx } from '../channels/accounts.ts'
import { quietUntil } from '../quiet-hours.ts'
import { readRules } from '../words.ts'
import { queueSending } from './tell.ts'

/**
 * Puts a message off to the end of the quiet hours, if they have begun since it was queued: a later try, and one whose worker was late,
 * keeps them as a new message does. What is urgent goes out, and what a person had sent again.
 * @returns whether it waits: it comes back by itself
 */
export async function putOff(
  platform: Pick<Platform, 'db' | 'clock'>,
  tenantId: TenantId,
  messageId: number,
): Promise<boolean> {
  const settings = await getSettings(platform, tenantId)
  const morning = quietUntil(platform.clock.now(), settings['notify.quietHours'])
  if (!morning) return false
  return await platform.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<{
      readonly template: MessageEventKey
      readonly channel: 'sms' | 'email' | 'wecom_app'
    }>`
      select template, channel
      from notify.messages
      where tenant_id = ${tenantId}
        and id = ${messageId}::bigint
        and not any_hour
        -- Of a try that was cut off only a card is tried again.
        and (state = 'queued' or (state = 'sending' and channel = 'wecom_app'))
      for update
    `.execute(tx.db)
    const [message] = rows
    if (!message || (await readRules(tx))(message.template).urgent) return false
    await sql`
      update notify.messages
      set not_before = ${morning}
      where tenant_id = ${tenantId}
        and id = ${messageId}::bigint
    `.execute(tx.db)
    queueSending(tx, { id: messageId, channel: message.channel, notBefore: morning })
    return true
  })
}
