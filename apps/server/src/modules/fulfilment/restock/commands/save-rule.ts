import { commonErrors, restockErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx, Tx } from '../../../../platform/db/index.ts'
import { lockBudget } from './save-budget.ts'

export type RestockRule = {
  readonly enabled: boolean
  readonly threshold: number
  readonly target: number
  /** Keep so many days of what the last days sold; null: threshold and target as written. */
  readonly cover: {
    readonly days: number
    readonly salesDays: number
    readonly least: number
    readonly most: number
  } | null
  readonly budgetId: number
  readonly maxUnitFen: number | null
}

/**
 * Says when a variant of codes is filled up. What went wrong before is forgotten: it is looked at at once, and counted
 * before that where it goes by demand.
 * @throws restock.not_codes, .no_source, common.not_found
 */
export async function saveRule(tx: Tx, skuId: number, rule: RestockRule, by: string): Promise<void> {
  await mustBeBuyable(tx, skuId)
  await lockBudget(tx, rule.budgetId)
  await sql`
    insert into fulfilment.restock_rules (
      tenant_id, sku_id, budget_id, enabled, threshold, target, max_unit_fen, cover_days, sales_days, cover_least, cover_most,
      updated_by
    )
    values (
      ${tx.ctx.tenantId}::bigint, ${skuId}::bigint, ${rule.budgetId}::bigint, ${rule.enabled}, ${rule.threshold}::integer,
      ${rule.target}::integer, ${rule.maxUnitFen}::bigint, ${rule.cover?.days ?? null}::smallint,
      ${rule.cover?.salesDays ?? null}::smallint, ${rule.cover?.least ?? null}::integer, ${rule.cover?.most ?? null}::integer,
      ${by}
    )
    on conflict (tenant_id, sku_id) do update
    set budget_id = excluded.budget_id,
        enabled = excluded.enabled,
        threshold = excluded.threshold,
        target = excluded.target,
        max_unit_fen = excluded.max_unit_fen,
        cover_days = excluded.cover_days,
        sales_days = excluded.sales_days,
        cover_least = excluded.cover_least,
        cover_most = excluded.cover_most,
        sold = null,
        counted_at = null,
        counted_target = null,
        look_at = now(),
        trouble = null,
        updated_at = now(),
        updated_by = excluded.updated_by`.execute(tx.db)
  tx.audit({ action: 'restock.rule', objectKind: 'sku', objectId: skuId, detail: { ...rule } })
}

/** @throws common.not_found */
export async function removeRule(tx: Tx, skuId: number): Promise<void> {
  const { rows } = await sql`
    delete from fulfilment.restock_rules
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and sku_id = ${skuId}::bigint
    returning sku_id`.execute(tx.db)
  if (rows.length === 0) throw commonErrors.notFound()
  tx.audit({ action: 'restock.rule_remove', objectKind: 'sku', objectId: skuId, detail: {} })
}

/** Codes, with somebody to buy them from. @throws restock.not_codes, .no_source, common.not_found */
export async function mustBeBuyable(tx: ReadTx, skuId: number): Promise<void> {
  const { rows } = await sql<{ kind: string; hasOffer: boolean }>`
    select s.kind, exists (
      select from suppliers.offers o
      where o.tenant_id = s.tenant_id
        and o.sku_id = s.id
    ) as "hasOffer"
    from catalog.skus s
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id = ${skuId}::bigint
      and s.removed_at is null`.execute(tx.db)
  const [sku] = rows
  if (!sku) throw commonErrors.notFound()
  if (sku.kind !== 'card') throw restockErrors.notCodes()
  if (!sku.hasOffer) throw restockErrors.noSource()
}
