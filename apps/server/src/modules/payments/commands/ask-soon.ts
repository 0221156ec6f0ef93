import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'

/** Something may have happened just now: the next tick asks the gateway instead of waiting for its rung of the ladder. */
export async function askSoon(platform: Platform, ctx: Ctx, orderNo: number, gateway: string): Promise<void> {
  await platform.db.write(ctx, (tx) =>
    sql`
      update payments.attempts
      set next_query_at = now()
      where tenant_id = ${ctx.tenantId}
        and order_no = ${orderNo}
        and gateway = ${gateway}
        and state = 'pending'
        and next_query_at > now()
    `.execute(tx.db),
  )
}
