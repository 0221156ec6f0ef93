import { supplierErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { type PricePreview, type PriceRule, type PriceTarget, previewRule } from '../prices/rules.ts'

/**
 * Switches a rule on for SKUs: prices are set at once as the preview showed them, and follow cost and demand from then on. Those
 * that cannot be priced by it are left out, as the preview said.
 * @throws common.not_found, suppliers.no_skus_to_price, suppliers.prices_moved when a price would be another than shown
 */
export async function savePriceRules(
  tx: Tx,
  target: PriceTarget,
  rule: PriceRule,
  shown: readonly { readonly skuId: number; readonly toFen: number }[],
): Promise<{ readonly saved: number; readonly moved: number }> {
  const { tenantId, actor } = tx.ctx
  const by = actor.kind === 'staff' ? actor.name : ''
  await lockSkus(
    tx,
    shown.map(({ skuId }) => skuId),
  )
  const prices = (await previewRule(tx, target, rule)).flatMap(({ toFen, ...row }) =>
    toFen === null ? [] : [{ ...row, toFen }],
  )
  const asShown = new Map(shown.map(({ skuId, toFen }) => [skuId, toFen]))
  if (prices.length !== asShown.size || prices.some(({ skuId, toFen }) => asShown.get(skuId) !== toFen)) {
    throw supplierErrors.pricesMoved()
  }
  for (const { skuId, priceFen, toFen, costHao, supplier, demand } of prices) {
    const counted = demand === null ? null : sql`now()`
    await sql`
      insert into suppliers.price_rules (
        tenant_id, sku_id, markup_bp, markup_fen, base_fen, floor_fen, ceiling_fen, least_margin_fen, rounding, jump_bp, steps,
        step, priced_step, sold, has_past, counted_at, step_at, cost_hao, updated_by
      )
      values (
        ${tenantId}, ${skuId}, ${rule.markupBp}, ${rule.markupFen}, ${rule.baseFen}, ${rule.floorFen}, ${rule.ceilingFen},
        ${rule.leastMarginFen}, ${rule.rounding}, ${rule.jumpBp}, ${JSON.stringify(rule.steps)}::jsonb, ${demand?.step ?? 0},
        ${demand?.step ?? 0}, ${demand?.sold ?? null}, ${demand?.hasPast ?? false}, ${counted}, ${counted}, ${costHao}, ${by}
      )
      on conflict (tenant_id, sku_id) do update
      set markup_bp = excluded.markup_bp,
          markup_fen = excluded.markup_fen,
          base_fen = excluded.base_fen,
          floor_fen = excluded.floor_fen,
          ceiling_fen = excluded.ceiling_fen,
          least_margin_fen = excluded.least_margin_fen,
          rounding = excluded.rounding,
          jump_bp = excluded.jump_bp,
          steps = excluded.steps,
          step = excluded.step,
          priced_step = excluded.priced_step,
          sold = excluded.sold,
          has_past = excluded.has_past,
          counted_at = excluded.counted_at,
          step_at = excluded.step_at,
          cost_hao = excluded.cost_hao,
          held_fen = null,
          held_least_fen = null,
          held_at = null,
          updated_at = now(),
          updated_by = excluded.updated_by
    `.execute(tx.db)
    await movePrice(tx, { skuId, kind: 'began', fromFen: priceFen, toFen, costHao, supplier, reason: '', demand })
  }
  await followShelf(
    tx,
    prices.map(({ skuId }) => skuId),
  )
  tx.audit({
    action: 'price_rule.save',
    objectKind: target.supplierId === null ? 'sku' : 'supplier',
    objectId: target.supplierId ?? prices[0]?.skuId ?? 0,
    detail: {
      ...rule,
      steps: rule.steps.map(({ from, bp }) => `${from}: ${bp}`),
      skus: prices.map(({ skuId, priceFen, toFen }) => `${skuId}: ${priceFen} → ${toFen}`),
    },
  })
  return { saved: prices.length, moved: prices.filter(({ priceFen, toFen }) => priceFen !== toFen).length }
}

/** In their order, as everybody locks them; news of suppliers wait until the rule stands. */
export async function lockSkus(tx: Tx, skuIds: readonly number[]): Promise<void> {
  await sql`
    select
    from catalog.skus
    where tenant_id = ${tx.ctx.tenantId}
      and id = any (${skuIds}::bigint[])
    order by id
    for no key update
  `.execute(tx.db)
}

/** Writes a price where it is another, and keeps the move in any case. */
export async function movePrice(
  tx: Tx,
  move: {
    readonly skuId: number
    readonly kind: 'began' | 'confirmed' | 'kept' | 'ended'
    readonly fromFen: number
    readonly toFen: number
    readonly costHao: number | null
    readonly supplier: string
    readonly reason: string
    /** The step that holds by the preview. */
    readonly demand?: PricePreview['demand']
  },
): Promise<void> {
  const { tenantId, actor } = tx.ctx
  const { skuId, kind, fromFen, toFen, costHao, supplier, reason } = move
  const held = heldStep(move.demand ?? null)
  if (fromFen !== toFen) {
    const { rows } = await sql<{ goodsId: number }>`
      update catalog.skus
      set price_fen = ${toFen},
          priced_at = now()
      where tenant_id = ${tenantId}
        and id = ${skuId}
      returning goods_id as "goodsId"
    `.execute(tx.db)
    const objectId = rows[0]?.goodsId ?? 0
    tx.emit({
      type: 'goods.changed',
      subject: `goods:${objectId}`,
      payload: { action: 'price.follow', objectKind: 'goods', objectId },
    })
  }
  await sql`
    insert into suppliers.price_moves (tenant_id, sku_id, kind, from_fen, to_fen, cost_hao, supplier, by, reason, demand)
    values (
      ${tenantId}, ${skuId}, ${kind}, ${fromFen}, ${toFen}, ${costHao}, ${supplier},
      ${actor.kind === 'staff' ? actor.name : ''}, ${reason}, ${held && JSON.stringify(held)}::jsonb
    )
  `.execute(tx.db)
}

/** As the history keeps it. */
function heldStep(demand: PricePreview['demand']) {
  const rung = demand?.ladder[demand.step]
  return demand && rung ? { sold: demand.sold, step: demand.step, from: rung.from, bp: rung.bp } : null
}

/** A price that no longer waits puts its SKU back on the shelf. */
export async function followShelf(tx: Tx, skuIds: readonly number[]): Promise<void> {
  await sql`select suppliers.follow_shelf(${tx.ctx.tenantId}::bigint, ${skuIds}::bigint[])`.execute(tx.db)
}
