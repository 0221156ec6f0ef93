import type { OrderNo } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { drawCodes } from '../draw.ts'

export const DELIVER_TASK = 'redeem.deliver'

/**
 * Makes the codes of a paid line of links: they are its buyer's, and its price is earned, in one commit, once. Run again, or for
 * a line that was refunded meanwhile, it does nothing.
 */
export async function deliverSold(
  platform: Pick<Platform, 'db' | 'crypto'>,
  ctx: Ctx,
  { no, lineNo }: { readonly no: OrderNo; readonly lineNo: number },
): Promise<void> {
  const { rows } = await platform.db.read(ctx, (tx) =>
    sql<{ readonly quantity: number }>`
      select quantity
      from redeem.sales
      where tenant_id = ${ctx.tenantId}::bigint
        and order_no = ${no}::bigint
        and line_no = ${lineNo}::smallint
        and state = 'making'`.execute(tx.db),
  )
  const [sale] = rows
  if (!sale) return
  const drawn = await drawCodes(platform, ctx.tenantId, sale.quantity)
  await platform.db.call(
    ctx.tenantId,
    'redeem.deliver_sold',
    no,
    lineNo,
    drawn.map(({ id, hash, sealed }) => ({ id, hash: hash.toString('hex'), sealed: sealed.toString('hex') })),
  )
}
