import { sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'

/** Two records of the same pieces that disagree. There must never be one. */
export type StockDifference = {
  /** What is compared: the ledger's account with the cards, a batch's counts with its cards, or holds with what is set aside. */
  readonly between: 'ledger_and_cards' | 'batch_and_cards' | 'account_and_holds' | 'accounts_of_sku'
  /** `available:<warehouse>` is a channel's shelf. */
  readonly state: string
  /** A SKU's id; for `batch_and_cards` the batch's. */
  readonly id: number
  readonly booked: number
  readonly counted: number
}

/** Recounts every card and every open hold of the tenant against the books (invariants 2 and 6). Reads all cards. */
export async function findStockDifferences(tx: ReadTx): Promise<readonly StockDifference[]> {
  const tenant = sql`${tx.ctx.tenantId}::bigint`
  const found = await sql<StockDifference>`
    with cards as materialized (
      select sku_id, batch_id, state || case when state = 'available' then coalesce(':' || warehouse_id, '') else '' end as state, count(*) as pieces
      from vault.cards
      where tenant_id = ${tenant}
      group by sku_id, batch_id, 3
    ), accounts as materialized (
      select id, split_part(ref, ':', 1)::bigint as sku_id, balance, held_out,
        case when kind = 'warehouse.available' then 'available:' || split_part(ref, ':', 2) else substr(kind, 7) end as state
      from ledger.accounts
      where tenant_id = ${tenant}
        and unit = 'piece'
        and (kind like 'stock.%' or kind = 'warehouse.available')
    ), counts as materialized (
      select batch_id, s.state, s.pieces
      from vault.batch_counts,
        lateral (values
          ('available', available), ('delivered', delivered), ('used', used), ('void', void), ('suspect', suspect), ('expired', expired)
        ) as s(state, pieces)
      where tenant_id = ${tenant}
    )
    select 'ledger_and_cards' as between, sku_id as id, state, coalesce(a.balance, 0) as booked, coalesce(c.pieces, 0)::bigint as counted
    from (select * from accounts where state <> 'source') a
    full join (select sku_id, state, sum(pieces) as pieces from cards group by sku_id, state) c using (sku_id, state)
    where coalesce(a.balance, 0) <> coalesce(c.pieces, 0)
    union all
    select 'batch_and_cards', batch_id, state, coalesce(b.pieces, 0), coalesce(c.pieces, 0)
    from counts b
    full join (
      select batch_id, split_part(state, ':', 1) as state, sum(pieces)::bigint as pieces from cards group by 1, 2
    ) c using (batch_id, state)
    where coalesce(b.pieces, 0) <> coalesce(c.pieces, 0)
    union all
    select 'account_and_holds', a.sku_id, a.state, a.held_out, coalesce(sum(h.amount), 0)::bigint
    from accounts a
    left join ledger.holds h on h.tenant_id = ${tenant} and h.from_account = a.id and h.state = 'held'
    group by a.id, a.sku_id, a.state, a.held_out
    having a.held_out <> coalesce(sum(h.amount), 0)
    union all
    select 'accounts_of_sku', sku_id, 'all', 0, sum(balance)::bigint
    from accounts
    group by sku_id
    having sum(balance) <> 0`.execute(tx.db)
  return found.rows
}
