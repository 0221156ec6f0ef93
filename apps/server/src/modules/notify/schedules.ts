import { sql } from 'kysely'
import type { Schedule } from '../../platform/jobs/index.ts'
import type { Platform } from '../../platform/module.ts'
import { tenantIds } from '../tenancy/index.ts'
import { systemCtx } from './channels/accounts.ts'

const DELIVERIES_DAYS = 30
const INBOX_DAYS = 180
const ROWS_PER_CALL = 5_000

/** What nobody looks at any more: deliveries after a month, inboxes after half a year. */
export const forgetSchedule = (platform: Platform): Schedule => ({
  name: 'notify.forget',
  everyMs: 6 * 3_600_000,
  run: async () => {
    for (const tenantId of await tenantIds(platform)) {
      while ((await forget(platform, tenantId)) === ROWS_PER_CALL) {
        // The next five thousand.
      }
    }
  },
})

async function forget(platform: Platform, tenantId: Parameters<typeof systemCtx>[0]): Promise<number> {
  return await platform.db.write(systemCtx(tenantId), async (tx) => {
    const { rows } = await sql<{ readonly most: number }>`
      with old_deliveries as (
        delete from notify.deliveries
        where tenant_id = ${tenantId}
          and id in (
            select id
            from notify.deliveries
            where tenant_id = ${tenantId}
              and created_at < now() - ${DELIVERIES_DAYS} * interval '1 day'
              and state <> 'queued'
            order by created_at
            limit ${ROWS_PER_CALL}
          )
        returning id
      ), old_lines as (
        delete from notify.inbox
        where tenant_id = ${tenantId}
          and id in (
            select id
            from notify.inbox
            where tenant_id = ${tenantId}
              and created_at < now() - ${INBOX_DAYS} * interval '1 day'
            order by created_at
            limit ${ROWS_PER_CALL}
          )
        returning id
      )
      select greatest((select count(*) from old_deliveries), (select count(*) from old_lines)) as most
    `.execute(tx.db)
    return rows[0]?.most ?? 0
  })
}
