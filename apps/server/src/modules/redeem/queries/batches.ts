import { commonErrors, type RedeemBatch, type redeemRoutes } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, orderBy } from '../../../platform/lists/index.ts'
import { batchActions } from '../model.ts'

type Row = Omit<RedeemBatch, 'actions' | 'validFrom' | 'validTo' | 'createdAt' | 'exported'> & {
  readonly isOnSale: boolean
  readonly validFrom: Date | null
  readonly validTo: Date | null
  readonly createdAt: Date
  readonly exported: RedeemBatch['exported']
}

/** Series of a filter, newest first. Their codes are counted as they stand now: 20,000 a series at most. */
export async function listBatches(tx: ReadTx, query: z.output<typeof redeemRoutes.listBatches.query>) {
  const condition = allOf(
    sql`b.tenant_id = ${tx.ctx.tenantId}::bigint`,
    // Those that are sold are listed as goods.
    sql`b.link_sku_id is null`,
    query.state !== undefined && sql`b.state = any (${query.state}::text[])`,
    !!query.q && sql`b.name ilike ${containing(query.q)}`,
  )
  const order = orderBy(
    query.sort,
    {
      id: sql`b.id`,
      name: sql`b.name`,
      codes: sql`b.codes`,
      createdAt: sql`b.created_at`,
      validTo: sql`b.valid_to`,
    },
    '-id',
    sql`b.id`,
  )
  const rows = await load(tx, condition, sql`${order} ${limitOf(query)}`)
  const counted = await sql<{ total: number }>`
    select count(*) as total from redeem.batches b where ${condition}`.execute(tx.db)
  return { items: rows, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** @throws commonErrors.notFound */
export async function getBatch(tx: ReadTx, batchId: number): Promise<RedeemBatch> {
  const [batch] = await load(tx, sql`b.tenant_id = ${tx.ctx.tenantId}::bigint and b.id = ${batchId}::bigint`, sql``)
  if (!batch) throw commonErrors.notFound()
  return batch
}

async function load(tx: ReadTx, condition: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<RedeemBatch[]> {
  const { rows } = await sql<Row>`
    select b.id, b.name, b.sku_id as "skuId", g.title as "goodsTitle", s.title as "skuTitle", s.kind, b.quantity, b.codes,
      b.uses_per_code as "usesPerCode", b.per_person as "perPerson", b.valid_from as "validFrom", b.valid_to as "validTo",
      b.valid_days as "validDays", b.gives_back as "givesBack", b.when_short as "whenShort", b.part_points as "partPoints", b.link_sku_id as "linkSkuId",
      b.link_sku_id is not null and b.replaced_at is null as "isOnSale", b.state, b.note, b.created_by as "createdBy",
      b.created_at as "createdAt", n.counts,
      case when e.batch_id is not null then jsonb_build_object(
        'at', e.at, 'by', e.by_name, 'reason', e.reason, 'codes', e.codes
      ) end as exported
    from redeem.batches b
    join catalog.skus s on s.tenant_id = b.tenant_id and s.id = b.sku_id
    join catalog.goods g on g.tenant_id = b.tenant_id and g.id = s.goods_id
    left join redeem.exports e on e.tenant_id = b.tenant_id and e.batch_id = b.id
    cross join lateral (
      select jsonb_build_object(
        'made', count(*),
        'handedOut', count(*) filter (where c.handed_out_at is not null),
        'touched', count(*) filter (where c.used > 0),
        'usedUp', count(*) filter (where c.used = c.uses),
        'expired', count(*) filter (where c.used < c.uses and c.state <> 'void' and least(c.expires_at, b.valid_to) <= now()),
        'void', count(*) filter (where c.state = 'void'),
        'uses', coalesce(sum(c.used), 0)
      ) as counts
      from redeem.codes c
      where c.tenant_id = b.tenant_id
        and c.batch_id = b.id
    ) n
    where ${condition}
    ${tail}`.execute(tx.db)
  return rows.map(({ isOnSale, ...row }) => ({
    ...row,
    validFrom: row.validFrom?.toISOString() ?? null,
    validTo: row.validTo?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    exported: row.exported && { ...row.exported, at: new Date(row.exported.at).toISOString() },
    actions: batchActions(row.state, { isExported: row.exported !== null, isSold: row.linkSkuId !== null, isOnSale }),
  }))
}
