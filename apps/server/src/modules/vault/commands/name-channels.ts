import { stockErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

/** @throws stockErrors.unknownChannel for the first that has no open warehouse */
export async function refuseUnknownChannels(tx: Tx, channels: readonly string[] | null): Promise<void> {
  if (channels === null) return
  const { rows } = await sql<{ channel: string }>`
    select c.channel
    from unnest(${channels}::text[]) with ordinality as c(channel, n)
    where not exists (
      select
      from stock.warehouses w
      where w.tenant_id = ${tx.ctx.tenantId}::bigint
        and w.channel = c.channel
        and w.state = 'open'
    )
    order by c.n
    limit 1`.execute(tx.db)
  const [unknown] = rows
  if (unknown) throw stockErrors.unknownChannel(unknown)
}

/**
 * Names the channels that alone may sell a batch from now on; null: whoever has a piece. Behind the locks of the SKU's shelves, so that
 * nothing moves to another warehouse meanwhile.
 * @throws stockErrors.unknownChannel; channelPiecesElsewhere when unsold pieces lie in other warehouses
 */
export async function nameChannels(
  tx: Tx,
  { id, skuId }: { readonly id: number; readonly skuId: number },
  channels: readonly string[] | null,
): Promise<void> {
  await refuseUnknownChannels(tx, channels)
  const tenant = sql`${tx.ctx.tenantId}::bigint`
  if (channels !== null) {
    // Batches before accounts: whoever makes further uses of its codes meanwhile takes them in this order.
    await sql`select from vault.batches where tenant_id = ${tenant} and id = ${id}::bigint for no key update`.execute(
      tx.db,
    )
    await sql`select stock.lock_shelves(${tenant}, ${skuId}::bigint)`.execute(tx.db)
    const { rows } = await sql<{ count: number }>`
      select count(*) as count
      from vault.cards c
      where c.tenant_id = ${tenant}
        and c.batch_id = ${id}::bigint
        and c.state in ('available', 'suspect', 'expired')
        and (c.warehouse_id is null or not exists (
          select
          from stock.warehouses w
          where w.tenant_id = c.tenant_id
            and w.id = c.warehouse_id
            and w.channel = any (${channels}::text[])
        ))`.execute(tx.db)
    const count = rows[0]?.count ?? 0
    if (count > 0) throw stockErrors.channelPiecesElsewhere({ count })
  }
  await sql`
    update vault.batches
    set channels = ${channels}::text[]
    where tenant_id = ${tenant}
      and id = ${id}::bigint`.execute(tx.db)
}
