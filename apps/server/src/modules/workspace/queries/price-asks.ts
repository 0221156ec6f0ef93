import { commonErrors, type priceAsk } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, limitOf, type PageQuery } from '../../../platform/lists/index.ts'

type PriceAsk = z.output<typeof priceAsk>
type Raw = Omit<PriceAsk, 'askedAt' | 'decidedAt'> & { readonly askedAt: Date; readonly decidedAt: Date | null }
type Query = PageQuery & {
  readonly q?: string | undefined
  readonly state?: readonly string[] | undefined
  readonly supplierId?: number | undefined
}

const conditionOf = (tx: ReadTx, query: Query): RawBuilder<unknown> =>
  allOf(
    sql`a.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state && sql`a.state = any (${query.state}::text[])`,
    query.supplierId !== undefined && sql`a.supplier_id = ${query.supplierId}::bigint`,
    !!query.q && sql`(p.name ilike ${containing(query.q)} or p.remote_id = ${query.q})`,
  )

/** For the export: some of the filter's asks, with ids below `beforeId`. */
export async function somePriceAsks(tx: ReadTx, query: Query, beforeId: number, count: number): Promise<PriceAsk[]> {
  const rows = await asks(
    tx,
    sql`${conditionOf(tx, query)} and a.id < ${beforeId}::bigint`,
    sql`order by a.id desc limit ${count}::bigint`,
  )
  return rows.map(({ total: _, ...row }) => shown(row))
}

/** Prices that suppliers asked for beyond what they may move alone, those that wait first. */
export async function listPriceAsks(tx: ReadTx, query: Query) {
  const rows = await asks(
    tx,
    conditionOf(tx, query),
    sql`order by (a.state = 'waiting') desc, a.id desc ${limitOf(query)}`,
  )
  return {
    items: rows.map(({ total: _, ...row }) => shown(row)),
    total: rows[0]?.total ?? 0,
    page: query.page,
    pageSize: query.pageSize,
  }
}

/** @throws common.not_found */
export async function readPriceAsk(tx: ReadTx, askId: number): Promise<PriceAsk> {
  const rows = await asks(tx, sql`a.tenant_id = ${tx.ctx.tenantId}::bigint and a.id = ${askId}::bigint`, sql``)
  if (!rows[0]) throw commonErrors.notFound()
  const { total: _, ...row } = rows[0]
  return shown(row)
}

async function asks(tx: ReadTx, where: RawBuilder<unknown>, rest: RawBuilder<unknown>) {
  const { rows } = await sql<Raw & { readonly total: number }>`
    select a.id, a.supplier_id as "supplierId", s.name as supplier, a.product_id as "productId", p.name as product,
      p.remote_id as "remoteId", a.from_hao as "fromHao", a.to_hao as "toHao", a.state, a.asked_by as "askedBy",
      a.asked_at as "askedAt", a.decided_by as "decidedBy", a.decided_at as "decidedAt", a.reason, count(*) over () as total
    from suppliers.price_asks a
    join suppliers.products p on p.tenant_id = a.tenant_id and p.id = a.product_id
    join suppliers.suppliers s on s.tenant_id = a.tenant_id and s.id = a.supplier_id
    where ${where}
    ${rest}
  `.execute(tx.db)
  return rows
}

const shown = ({ askedAt, decidedAt, ...row }: Raw): PriceAsk => ({
  ...row,
  askedAt: askedAt.toISOString(),
  decidedAt: decidedAt?.toISOString() ?? null,
})
