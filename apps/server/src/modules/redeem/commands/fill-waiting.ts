import type { OrderNo, TenantId } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { Ctx, ReadTx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'

export const FILL_TASK = 'redeem.fill'
/** Lines looked at in one go; who is behind them is looked at with the next. */
const LINES_MAX = 500

type Waiting = { readonly no: OrderNo; readonly skuId: number; readonly quantity: number }

/** Lines of redeemed orders that wait for pieces, the oldest first; null: of every SKU. */
const waiting = (tenantId: TenantId, skuIds: readonly number[] | null): RawBuilder<Waiting> => sql`
  select o.no, l.sku_id as "skuId", l.quantity
  from orders.lines l
  join orders.orders o on o.tenant_id = l.tenant_id and o.no = l.order_no
  where l.tenant_id = ${tenantId}::bigint
    and (${skuIds}::bigint[] is null or l.sku_id = any (${skuIds}::bigint[]))
    and l.state = 'exception'
    and l.exception_reason in ('out_of_stock', 'vault_short')
    and o.state = 'paid'
    and o.pay_with = 'redeem'
  order by o.paid_at, o.no
  limit ${LINES_MAX}::integer`

/** Of these SKUs, or of all, those that somebody who redeemed waits for. */
export async function waitedFor(tx: ReadTx, skuIds: readonly number[] | null): Promise<readonly number[]> {
  const { rows } = await waiting(tx.ctx.tenantId, skuIds).execute(tx.db)
  return [...new Set(rows.map(({ skuId }) => skuId))]
}

/**
 * Pieces have come: whoever redeemed and waits for them gets theirs, the oldest first. Who would still be short is left alone, so
 * that nobody is told of it again.
 */
export async function fillWaiting({ db }: Pick<Platform, 'db'>, ctx: Ctx, skuId: number): Promise<void> {
  const lines = await db.read(ctx, (tx) => waiting(ctx.tenantId, [skuId]).execute(tx.db))
  for (const { no, quantity } of lines.rows) {
    const found = await db.read(ctx, (tx) =>
      sql<{ readonly fits: boolean }>`
        select coalesce(redeem.free(${ctx.tenantId}::bigint, ${skuId}::bigint) >= ${quantity}::bigint, true)
          -- Of a bundle that holds back nothing goes before all can.
          and not exists (
            select
            from orders.lines l
            where l.tenant_id = ${ctx.tenantId}::bigint
              and l.order_no = ${no}::bigint
              and l.held_back
              and l.state = 'exception'
              and redeem.free(${ctx.tenantId}::bigint, l.sku_id) < l.quantity
          ) as fits`.execute(tx.db),
    )
    if (found.rows[0]?.fits) await db.call(ctx.tenantId, 'fulfilment.deliver', [no], 'system')
  }
}
