import { sql } from 'kysely'
import type { ReadTx } from '../platform/db/index.ts'

/** A question of the set-up guide: does this shop have such a row? Table and condition are ours, never a visitor's. */
export const hasRows =
  (table: 'payments.gateways' | 'catalog.goods' | 'vault.cards', condition: string) =>
  async (tx: ReadTx): Promise<boolean> => {
    const { rows } = await sql<{ readonly found: boolean }>`
      select exists (
        select from ${sql.table(table)} where tenant_id = ${tx.ctx.tenantId}::bigint and ${sql.raw(condition)}
      ) as found
    `.execute(tx.db)
    return rows[0]?.found ?? false
  }
