import { type ComplaintRule, commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'

/**
 * Changes the shop's rule, or that of single goods. Complaints under way are judged by what holds when their turn comes.
 * @throws common.not_found
 */
export async function saveComplaintRule(
  tx: Tx,
  goodsId: number | null,
  rule: ComplaintRule,
  by: string,
): Promise<void> {
  if (goodsId !== null) await mustBeGoods(tx, goodsId)
  const { automatic, reasons, withinHours, maxFen, perMonth, whenUnsure, remedies } = rule
  await sql`
    insert into fulfilment.complaint_rules (
      tenant_id, goods_id, automatic, reasons, within_hours, max_fen, per_month, when_unsure, remedies, updated_by
    )
    values (
      ${tx.ctx.tenantId}::bigint, ${goodsId ?? 0}::bigint, ${automatic}::boolean, ${reasons}::text[], ${withinHours}::integer,
      ${maxFen}::bigint, ${perMonth}::integer, ${whenUnsure}::boolean, ${remedies}::text[], ${by}
    )
    on conflict (tenant_id, goods_id) do update
    set automatic = excluded.automatic,
        reasons = excluded.reasons,
        within_hours = excluded.within_hours,
        max_fen = excluded.max_fen,
        per_month = excluded.per_month,
        when_unsure = excluded.when_unsure,
        remedies = excluded.remedies,
        updated_by = excluded.updated_by,
        updated_at = now()
  `.execute(tx.db)
  tx.audit({ action: 'complaint.rule', objectKind: 'goods', objectId: goodsId ?? 0, detail: { ...rule } })
}

/** @throws common.not_found */
export async function removeComplaintRule(tx: Tx, goodsId: number): Promise<void> {
  const { numAffectedRows } = await sql`
    delete from fulfilment.complaint_rules
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and goods_id = ${goodsId}::bigint
  `.execute(tx.db)
  if (numAffectedRows === 0n) throw commonErrors.notFound()
  tx.audit({ action: 'complaint.rule_remove', objectKind: 'goods', objectId: goodsId, detail: {} })
}

async function mustBeGoods(tx: Tx, goodsId: number): Promise<void> {
  const { rows } = await sql`
    select 1
    from catalog.goods
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${goodsId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
}
