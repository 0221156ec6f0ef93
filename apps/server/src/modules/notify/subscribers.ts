import { WEBHOOK_EVENTS } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Subscriber } from '../../platform/events/index.ts'
import type { Platform } from '../../platform/module.ts'
import { queueWebhooks } from './commands/deliver-webhooks.ts'
import { type BuyersOf, tell } from './commands/tell.ts'
import { TOLD_TYPES } from './words.ts'

/** Staff and buyers hear of what `MESSAGE_EVENTS` names. */
export const tellPeople = (platform: Platform, buyersOf: BuyersOf): Subscriber => ({
  name: 'notify.tell',
  types: TOLD_TYPES as Subscriber['types'],
  apply: (tx, events, how) => tell(tx, platform, buyersOf, events, how?.byHand),
})

/** What endpoints asked for becomes deliveries: the event as it stands in the log, which holds no code, phone or key. */
export const feedWebhooks: Subscriber = {
  name: 'notify.webhooks',
  types: WEBHOOK_EVENTS,
  apply: async (tx, events) => {
    const wanted = events.map(({ position, type, subject, payload, at }) => ({
      webhookId: `evt_${tx.ctx.tenantId}_${position}`,
      type,
      at: at.toISOString(),
      body: JSON.stringify({ type, timestamp: at.toISOString(), data: { subject, ...(payload as object) } }),
    }))
    const { rows } = await sql<{ readonly endpointId: number }>`
      insert into notify.deliveries (tenant_id, endpoint_id, webhook_id, event, body)
      select e.tenant_id, e.id, w."webhookId", w.type, w.body
      from notify.endpoints e
      cross join jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w("webhookId" text, type text, at timestamptz, body text)
      where e.tenant_id = ${tx.ctx.tenantId}
        and e.enabled
        and w.type = any (e.events)
        -- An endpoint hears of what comes after it.
        and w.at >= e.created_at
      on conflict (tenant_id, endpoint_id, webhook_id) do nothing
      returning endpoint_id as "endpointId"
    `.execute(tx.db)
    for (const endpointId of new Set(rows.map((row) => row.endpointId))) queueWebhooks(tx, endpointId)
  },
}
