import type { ledgerRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type TrialBalance = z.output<typeof ledgerRoutes.trialBalance.response>

/** Every kind of account with its sum. Each unit adds up to zero, or the books are wrong. */
export async function trialBalance(tx: ReadTx): Promise<TrialBalance> {
  const { rows } = await sql<TrialBalance['rows'][number]>`
    select unit, kind, count(*) as accounts, sum(balance)::bigint as balance, sum(held_out)::bigint as held
    from ledger.accounts
    where tenant_id = ${tx.ctx.tenantId}::bigint
    group by unit, kind
    order by unit, kind
  `.execute(tx.db)
  const units = new Map<string, number>()
  for (const row of rows) units.set(row.unit, (units.get(row.unit) ?? 0) + row.balance)
  return { rows: [...rows], units: [...units].map(([unit, sum]) => ({ unit, sum })) }
}
