import { type BundleInput, catalogErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'

export type SavedBundle = {
  readonly skuId: number
  readonly title: string
  readonly priceFen: number
  readonly bundle: BundleInput
}

/**
 * Writes what bundles are made of. What of the price each part gets is looked at as it would be now, so that nothing is sold
 * for which nothing could be given back.
 * @throws catalog.bundle_part_unknown, catalog.bundle_nested, catalog.bundle_link, catalog.bundle_share_zero
 */
export async function saveBundles(tx: Tx, bundles: readonly SavedBundle[]): Promise<void> {
  if (bundles.length === 0) return
  const { tenantId } = tx.ctx
  await refuseWrongParts(tx, bundles)
  const parts = bundles.flatMap(({ skuId, bundle }) =>
    bundle.parts.map((part, index) => ({ ...part, bundleSkuId: skuId, position: index + 1 })),
  )
  await sql`
    delete from catalog.bundle_parts
    where tenant_id = ${tenantId}::bigint
      and sku_id = any (${bundles.map(({ skuId }) => skuId)}::bigint[])
  `.execute(tx.db)
  await sql`
    insert into catalog.bundle_parts (tenant_id, sku_id, position, part_sku_id, points, quantity, share_fen)
    select ${tenantId}::bigint, i."bundleSkuId", i.position, i."skuId", i.points, i.quantity, i."shareFen"
    from jsonb_to_recordset(${JSON.stringify(parts)}::jsonb) as i(
      "bundleSkuId" bigint, position smallint, "skuId" bigint, points integer, quantity integer, "shareFen" bigint
    )
  `.execute(tx.db)
  await refuseEmptyShares(tx, bundles)
}

/** Locks the parts, so that none is removed while it is put into a bundle. */
async function refuseWrongParts(tx: Tx, bundles: readonly SavedBundle[]): Promise<void> {
  const wanted = [...new Set(bundles.flatMap(({ bundle }) => bundle.parts.flatMap(({ skuId }) => skuId ?? [])))]
  const { rows } = await sql<{ readonly id: number; readonly kind: string; readonly title: string }>`
    select s.id, s.kind, g.title || ' / ' || s.title as title
    from catalog.skus s
    join catalog.goods g
      on g.tenant_id = s.tenant_id
      and g.id = s.goods_id
    where s.tenant_id = ${tx.ctx.tenantId}::bigint
      and s.id = any (${wanted}::bigint[])
      and s.removed_at is null
    order by s.id
    for share of s
  `.execute(tx.db)
  const known = new Set(rows.map(({ id }) => id))
  const unknown = wanted.find((id) => !known.has(id))
  if (unknown !== undefined) throw catalogErrors.bundlePartUnknown({ skuId: unknown })
  const nested = rows.find(({ kind }) => kind === 'bundle')
  if (nested) throw catalogErrors.bundleNested({ title: nested.title })
  // A bundle that is redeemed would give out a code that redeems it again.
  const link = rows.find(({ kind }) => kind === 'link')
  if (link) throw catalogErrors.bundleLink({ title: link.title })
}

/** A bundle that costs money has no part for nothing, but for points: those are a present then. */
async function refuseEmptyShares(tx: Tx, bundles: readonly SavedBundle[]): Promise<void> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<{ readonly title: string }>`
    select g.title || ' / ' || s.title as title
    from unnest(
      ${bundles.map(({ skuId }) => skuId)}::bigint[], ${bundles.map(({ priceFen }) => priceFen)}::bigint[]
    ) as b(sku_id, price_fen)
    cross join lateral (
      select array_agg(p.part_sku_id order by p.position) as parts,
        catalog.split_fen(b.price_fen, array_agg(
          coalesce(p.share_fen, o.price_fen * p.quantity, p.points)::bigint order by p.position
        )) as fen
      from catalog.bundle_parts p
      left join lateral catalog.offers(${tenantId}::bigint, array[p.part_sku_id], now()) o on true
      where p.tenant_id = ${tenantId}::bigint
        and p.sku_id = b.sku_id
    ) x
    cross join lateral unnest(x.parts, x.fen) as part(sku_id, fen)
    join catalog.skus s
      on s.tenant_id = ${tenantId}::bigint
      and s.id = part.sku_id
    join catalog.goods g
      on g.tenant_id = ${tenantId}::bigint
      and g.id = s.goods_id
    where b.price_fen > 0
      and part.fen = 0
    limit 1
  `.execute(tx.db)
  const [empty] = rows
  if (empty) throw catalogErrors.bundleShareZero({ title: empty.title })
}

/** @throws catalog.sku_in_bundle when some of these SKUs are parts of a bundle that is there */
export async function refuseParts(tx: Tx, skuIds: readonly number[]): Promise<void> {
  const { rows } = await sql<{ readonly title: string; readonly bundle: string }>`
    select s.title, g.title || ' / ' || b.title as bundle
    from catalog.bundle_parts p
    join catalog.skus b
      on b.tenant_id = p.tenant_id
      and b.id = p.sku_id
      and b.removed_at is null
    join catalog.goods g
      on g.tenant_id = p.tenant_id
      and g.id = b.goods_id
    join catalog.skus s
      on s.tenant_id = p.tenant_id
      and s.id = p.part_sku_id
    where p.tenant_id = ${tx.ctx.tenantId}::bigint
      and p.part_sku_id = any (${skuIds}::bigint[])
      and b.id <> all (${skuIds}::bigint[])
    limit 1
  `.execute(tx.db)
  const [part] = rows
  if (part) throw catalogErrors.skuInBundle(part)
}
