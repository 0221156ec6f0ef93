import type { PurchaseState } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { ReadTx } from '../../../platform/db/index.ts'
import { limitOf, type PageQuery } from '../../../platform/lists/index.ts'

export type SettlementLine = {
  readonly id: number
  readonly no: string
  readonly remoteId: string
  readonly product: string
  readonly quantity: number
  readonly arrived: number
  readonly costFen: number
  readonly state: PurchaseState
  readonly endedAt: string
}
type Raw = Omit<SettlementLine, 'endedAt'> & { readonly endedAt: Date }

/** What cost something in a month of the shop's calendar: as the books have it, because both come from the purchase. */
const settled = (tx: ReadTx, supplierId: number, month: string): RawBuilder<unknown> => sql`
  p.tenant_id = ${tx.ctx.tenantId}::bigint
  and p.supplier_id = ${supplierId}::bigint
  and p.state in ('done', 'partial', 'contradicted')
  and p.ended_at >= (${`${month}-01`}::date)::timestamp at time zone 'Asia/Shanghai'
  and p.ended_at < (${`${month}-01`}::date + interval '1 month') at time zone 'Asia/Shanghai'
`
const LINE = sql`
  p.id, p.no, r.remote_id as "remoteId", r.name as product, p.quantity, p.arrived, coalesce(p.cost_fen, 0) as "costFen", p.state,
  p.ended_at as "endedAt"
  from suppliers.purchases p
  join suppliers.products r on r.tenant_id = p.tenant_id and r.id = p.product_id
`

/** The statement of a month: sums by product, and one page of its orders. */
export async function readSettlement(tx: ReadTx, supplierId: number, query: PageQuery & { readonly month: string }) {
  const where = settled(tx, supplierId, query.month)
  const { rows: products } = await sql<{
    id: number
    remoteId: string
    product: string
    orders: number
    pieces: number
    costFen: number
  }>`
    select r.id, r.remote_id as "remoteId", r.name as product, count(*) as orders, sum(p.arrived)::bigint as pieces,
      coalesce(sum(p.cost_fen), 0)::bigint as "costFen"
    from suppliers.purchases p
    join suppliers.products r on r.tenant_id = p.tenant_id and r.id = p.product_id
    where ${where}
    group by r.id, r.remote_id, r.name
    order by 6 desc, r.id
    limit ${PRODUCTS_MAX}
  `.execute(tx.db)
  const { rows: lines } = await sql<Raw>`
    select ${LINE}
    where ${where}
    order by p.ended_at desc, p.id desc
    ${limitOf(query)}
  `.execute(tx.db)
  const sum = (of: 'orders' | 'pieces' | 'costFen') => products.reduce((total, one) => total + one[of], 0)
  return {
    items: lines.map(dated),
    total: sum('orders'),
    page: query.page,
    pageSize: query.pageSize,
    orders: sum('orders'),
    pieces: sum('pieces'),
    costFen: sum('costFen'),
    products,
  }
}
/** As many as a supplier may have. */
const PRODUCTS_MAX = 5_000

/** For the download: below an id, newest first. */
export async function settlementBelow(
  tx: ReadTx,
  supplierId: number,
  month: string,
  beforeId: number,
  count: number,
): Promise<readonly SettlementLine[]> {
  const { rows } = await sql<Raw>`
    select ${LINE}
    where ${settled(tx, supplierId, month)}
      and p.id < ${beforeId}::bigint
    order by p.id desc
    limit ${count}
  `.execute(tx.db)
  return rows.map(dated)
}

const dated = ({ endedAt, ...line }: Raw): SettlementLine => ({ ...line, endedAt: endedAt.toISOString() })
