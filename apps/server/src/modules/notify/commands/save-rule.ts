import { type MessageChannel, type MessageEventKey, messageEvent, notifyErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { readRules } from '../words.ts'

export type RuleInput = {
  readonly event: MessageEventKey
  readonly channels: readonly MessageChannel[]
  readonly urgent: boolean
}

/** Chooses who hears of an event. @throws notifyErrors.channelNotOffered */
export async function saveRule(tx: Tx, { event, channels, urgent }: RuleInput): Promise<void> {
  const offered = messageEvent(event).channels
  const foreign = channels.find((channel) => !offered.includes(channel))
  if (foreign) throw notifyErrors.channelNotOffered({ event, channel: foreign })
  const before = (await readRules(tx))(event)
  await sql`
    insert into notify.rules (tenant_id, event, channels, urgent)
    values (${tx.ctx.tenantId}, ${event}, ${channels}::text[], ${urgent})
    on conflict (tenant_id, event) do update
    set channels = excluded.channels,
        urgent = excluded.urgent,
        updated_at = now()
  `.execute(tx.db)
  tx.audit({
    action: 'message_rule.save',
    objectKind: 'message',
    objectId: event,
    detail: {
      before: { channels: [...before.channels], urgent: before.urgent },
      after: { channels, urgent },
    },
  })
}
