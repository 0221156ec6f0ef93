import { commonErrors, type RedeemLink, redeemErrors, type redeemRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { actorName } from '../model.ts'
import { getLink } from '../queries/links.ts'

export type LinkFacts = z.output<(typeof redeemRoutes)['saveLink']['body']>
type Sku = { readonly id: number; readonly kind: string; readonly title: string; readonly goodsId: number }

/**
 * Says what a redeem link on sale is good for. What was sold before, and what is ordered and not paid, stays as it was shown: a
 * change opens another series in the place of the last.
 * @throws common.not_found; redeem.not_a_link, kind_not_redeemable, validity_reversed
 */
export async function saveLink(tx: Tx, skuId: number, facts: LinkFacts): Promise<RedeemLink> {
  if (facts.validTo !== null && Date.parse(facts.validTo) <= Date.now()) throw redeemErrors.validityReversed()
  const { tenantId, actor } = tx.ctx
  const { rows } = await sql<Sku>`
    select s.id, s.kind, g.title || ' / ' || s.title as title, s.goods_id as "goodsId"
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where s.tenant_id = ${tenantId}::bigint
      and s.id = any (${[skuId, facts.intoSkuId]}::bigint[])
      and s.removed_at is null
    order by s.id
    for no key update of s`.execute(tx.db)
  const link = rows.find(({ id }) => id === skuId)
  const into = rows.find(({ id }) => id === facts.intoSkuId)
  if (!link || !into) throw commonErrors.notFound()
  if (link.kind !== 'link') throw redeemErrors.notALink()
  if (into.kind === 'link') throw redeemErrors.kindNotRedeemable({ title: into.title })
  // A series that nobody bought of as it is needs no successor for being saved again.
  const same = await sql`
    update redeem.batches
    set link_stock = ${facts.stock}::text
    where tenant_id = ${tenantId}::bigint
      and link_sku_id = ${skuId}::bigint
      and replaced_at is null
      and sku_id = ${facts.intoSkuId}::bigint
      and (quantity, uses_per_code, gives_back, when_short)
        = (${facts.quantity}::integer, ${facts.usesPerCode}::integer, ${facts.givesBack}::boolean, ${facts.whenShort}::text)
      and part_points is not distinct from ${facts.partPoints}::integer
      and per_person is not distinct from ${facts.perPerson}::integer
      and valid_days is not distinct from ${facts.validDays}::integer
      and valid_to is not distinct from ${facts.validTo}::timestamptz`.execute(tx.db)
  if (Number(same.numAffectedRows ?? 0) === 0) {
    await sql`
      update redeem.batches
      set replaced_at = now()
      where tenant_id = ${tenantId}::bigint
        and link_sku_id = ${skuId}::bigint
        and replaced_at is null`.execute(tx.db)
    await sql`
      insert into redeem.batches (
        tenant_id, name, sku_id, quantity, codes, uses_per_code, per_person, valid_days, valid_to, gives_back, when_short, link_stock,
        part_points, link_sku_id, state, created_by
      )
      values (
        ${tenantId}::bigint, ${link.title.slice(0, 60)}::text, ${facts.intoSkuId}::bigint, ${facts.quantity}::integer, 0,
        ${facts.usesPerCode}::integer, ${facts.perPerson}::integer, ${facts.validDays}::integer, ${facts.validTo}::timestamptz,
        ${facts.givesBack}::boolean, ${facts.whenShort}::text, ${facts.stock}::text,
        ${facts.partPoints}::integer, ${skuId}::bigint, 'ready', ${actorName(actor)}::text
      )`.execute(tx.db)
  }
  tx.audit({ action: 'redeem.link', objectKind: 'sku', objectId: skuId, detail: { ...facts } })
  tx.emit({ type: 'goods.changed', subject: `goods:${link.goodsId}`, payload: { goodsId: link.goodsId } })
  return getLink(tx, skuId)
}
