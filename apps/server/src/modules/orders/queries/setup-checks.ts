import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** For the set-up guide: somebody has paid for something and had it delivered. */
export async function hasDeliveredOrder(tx: ReadTx): Promise<boolean> {
  const { rows } = await sql<{ readonly found: boolean }>`
    select exists (
      select from orders.orders where tenant_id = ${tx.ctx.tenantId}::bigint and delivered_at is not null and purpose = 'goods'
    ) as found
  `.execute(tx.db)
  return rows[0]?.found ?? false
}
