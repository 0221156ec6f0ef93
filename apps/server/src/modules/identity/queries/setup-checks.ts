import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** For the set-up guide: has anybody two-factor on? */
export async function hasTwoFactor(tx: ReadTx): Promise<boolean> {
  const { rows } = await sql`
    select 1
    from identity.staff
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and status = 'active'
      and totp_confirmed_at is not null
    limit 1`.execute(tx.db)
  return rows.length > 0
}

/** For the set-up guide: does more than one person work here? */
export async function hasColleagues(tx: ReadTx): Promise<boolean> {
  const { rows } = await sql`
    select 1
    from identity.staff
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and status = 'active'
    limit 2`.execute(tx.db)
  return rows.length > 1
}
