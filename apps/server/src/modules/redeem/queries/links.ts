import { commonErrors, type mallRedeemRoutes, type RedeemLink } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Offer = NonNullable<RedeemLink['offer']>
const SKUS_MAX = 500

/** Links that are goods, in the order of their names. */
export async function listLinks(tx: ReadTx): Promise<{ items: RedeemLink[] }> {
  return { items: await load(tx, sql``) }
}

/** @throws common.not_found */
export async function getLink(tx: ReadTx, skuId: number): Promise<RedeemLink> {
  const [link] = await load(tx, sql`and s.id = ${skuId}::bigint`)
  if (!link) throw commonErrors.notFound()
  return link
}

async function load(tx: ReadTx, condition: RawBuilder<unknown>): Promise<RedeemLink[]> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<RedeemLink & { readonly offer: Offer | null }>`
    select s.id as "skuId", g.id as "goodsId", g.title as "goodsTitle", s.title as "skuTitle", s.price_fen as "priceFen",
      s.price_points as "pricePoints", redeem.link_stock(${tenantId}::bigint, s.id) as available,
      case when b.id is not null then jsonb_build_object(
        'batchId', b.id, 'state', b.state, 'intoSkuId', b.sku_id, 'quantity', b.quantity, 'usesPerCode', b.uses_per_code,
        'perPerson', b.per_person, 'validDays', b.valid_days, 'validTo', b.valid_to, 'givesBack', b.gives_back,
        'whenShort', b.when_short, 'partPoints', b.part_points, 'stock', b.link_stock, 'intoGoodsTitle', ig.title, 'intoSkuTitle', i.title, 'intoKind', i.kind
      ) end as offer, n.counts
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    left join redeem.batches b on b.tenant_id = s.tenant_id and b.link_sku_id = s.id and b.replaced_at is null
    left join catalog.skus i on i.tenant_id = s.tenant_id and i.id = b.sku_id
    left join catalog.goods ig on ig.tenant_id = s.tenant_id and ig.id = i.goods_id
    cross join lateral (
      select jsonb_build_object(
        'sold', count(*),
        'open', count(*) filter (where redeem.standing(x.state, c.state, x.valid_from, x.valid_to, c.expires_at, c.used, c.uses) = 'open'),
        'usedUp', count(*) filter (where c.used >= c.uses),
        'void', count(*) filter (where c.state = 'void'),
        'uses', coalesce(sum(c.used), 0)
      ) as counts
      from redeem.batches x
      join redeem.codes c on c.tenant_id = x.tenant_id and c.batch_id = x.id
      where x.tenant_id = s.tenant_id
        and x.link_sku_id = s.id
    ) n
    where s.tenant_id = ${tenantId}::bigint
      and catalog.reserve_of(s.kind) = 'offer'
      and s.removed_at is null
      ${condition}
    order by g.title, s.position, s.id
    limit ${SKUS_MAX}::integer`.execute(tx.db)
  return rows.map((row) => ({
    ...row,
    offer: row.offer && { ...row.offer, validTo: row.offer.validTo && new Date(row.offer.validTo).toISOString() },
  }))
}

type Promised = z.output<typeof mallRedeemRoutes.readOffer.response>
type Told = NonNullable<Promised['offer']>

/** What whoever is about to buy a link may expect of it. @throws common.not_found */
export async function readOffer(tx: ReadTx, skuId: number): Promise<Promised> {
  const { rows } = await sql<
    { readonly goodsId: number | null } & Omit<Told, 'validTo' | 'goodsId'> & { readonly validTo: Date | null }
  >`
    select ig.id as "goodsId", ig.title as "goodsTitle", ig.title_en as "goodsTitleEn", i.title as "skuTitle", i.title_en as "skuTitleEn",
      i.kind, b.quantity, b.uses_per_code as uses, b.per_person as "perPerson", b.valid_days as "validDays", b.valid_to as "validTo"
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id and g.state = 'on'
    left join redeem.batches b on b.tenant_id = s.tenant_id and b.link_sku_id = s.id and b.replaced_at is null
    left join catalog.skus i on i.tenant_id = s.tenant_id and i.id = b.sku_id
    left join catalog.goods ig on ig.tenant_id = s.tenant_id and ig.id = i.goods_id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id = ${skuId}::bigint
      and catalog.reserve_of(s.kind) = 'offer'
      and s.state = 'on'
      and s.removed_at is null`.execute(tx.db)
  const [found] = rows
  if (!found) throw commonErrors.notFound()
  const { goodsId, validTo, ...told } = found
  return { offer: goodsId === null ? null : { goodsId, ...told, validTo: validTo?.toISOString() ?? null } }
}
