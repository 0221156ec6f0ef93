import { commonErrors, serviceErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../../platform/db/index.ts'

export type ServiceRules = {
  readonly promisedMinutes: number
  readonly capacityPerDay: number | null
  readonly whenOverdue: 'flag' | 'refund'
  readonly whenRejected: 'desk' | 'refund'
}

/**
 * Says what a service promises. Tasks that are open keep the time that their buyers were promised.
 * @throws service.not_a_service, common.not_found
 */
export async function saveRules(tx: Tx, skuId: number, rules: ServiceRules, by: string): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ readonly kind: string; readonly goodsId: number }>`
    select kind, goods_id as "goodsId"
    from catalog.skus
    where tenant_id = ${tenantId}::bigint
      and id = ${skuId}::bigint
      and removed_at is null
  `.execute(tx.db)
  const [sku] = rows
  if (!sku) throw commonErrors.notFound()
  if (sku.kind !== 'service') throw serviceErrors.notAService()
  await sql`
    insert into fulfilment.service_rules (
      tenant_id, sku_id, promised_minutes, capacity_per_day, when_overdue, when_rejected, updated_by
    )
    values (
      ${tenantId}::bigint, ${skuId}::bigint, ${rules.promisedMinutes}::integer, ${rules.capacityPerDay}::integer,
      ${rules.whenOverdue}, ${rules.whenRejected}, ${by}
    )
    on conflict (tenant_id, sku_id) do update
    set promised_minutes = excluded.promised_minutes,
        capacity_per_day = excluded.capacity_per_day,
        when_overdue = excluded.when_overdue,
        when_rejected = excluded.when_rejected,
        updated_by = excluded.updated_by,
        updated_at = now()
  `.execute(tx.db)
  tx.audit({ action: 'service.rules', objectKind: 'sku', objectId: skuId, detail: { ...rules } })
  tx.emit({ type: 'goods.changed', subject: `goods:${sku.goodsId}`, payload: { goodsId: sku.goodsId } })
}
