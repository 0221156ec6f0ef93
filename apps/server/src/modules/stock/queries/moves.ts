import type { MoveView, moveListQuery } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, everyRow, limitOf, orderBy } from '../../../platform/lists/index.ts'
import { ofWarehouse } from './warehouse-stock.ts'

type Query = z.output<typeof moveListQuery>
type Row = Omit<MoveView, 'at' | 'canUndo'> & { readonly at: Date }

/** What neither undoes nor brought pieces in can be undone, once. */
export const isUndoable = ({ kind, undoneBy }: Pick<MoveView, 'kind' | 'undoneBy'>): boolean =>
  kind !== 'undo' && kind !== 'import' && undoneBy === null

/** Moves between warehouses, newest first. */
export async function listMoves(tx: ReadTx, query: Query) {
  const condition = conditionOf(query)
  const counted = await sql<{ total: number }>`select count(*) as total ${from(tx)} and ${condition}`.execute(tx.db)
  const order = orderBy(query.sort, { id: sql`m.id`, quantity: sql`m.quantity` }, '-id', sql`m.id`)
  const items = await load(tx, condition, sql`${order} ${limitOf(query)}`)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** All moves of a filter for an export, in short reads. */
export const everyMove = (
  read: <T>(fn: (tx: ReadTx) => Promise<T>) => Promise<T>,
  query: Query,
): AsyncGenerator<MoveView> =>
  everyRow((beforeId, count) =>
    read((tx) =>
      load(
        tx,
        sql`m.id < ${beforeId}::bigint and ${conditionOf(query)}`,
        sql`order by m.id desc limit ${count}::bigint`,
      ),
    ),
  )

/** One move, or undefined. */
export async function getMove(tx: ReadTx, moveId: number): Promise<MoveView | undefined> {
  const [move] = await load(tx, sql`m.id = ${moveId}::bigint`, sql``)
  return move
}

const from = (tx: ReadTx) => sql`
  from stock.moves m
  join catalog.skus s on s.tenant_id = m.tenant_id and s.id = m.sku_id
  join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
  left join stock.warehouses f on f.tenant_id = m.tenant_id and f.id = m.from_id
  left join stock.warehouses t on t.tenant_id = m.tenant_id and t.id = m.to_id
  where m.tenant_id = ${tx.ctx.tenantId}::bigint`

function conditionOf(query: Query): RawBuilder<unknown> {
  const ofFrom = ofWarehouse(sql`m.from_id`, query.warehouseId)
  return allOf(
    sql`true`,
    ofFrom && sql`(${ofFrom} or ${ofWarehouse(sql`m.to_id`, query.warehouseId)})`,
    query.skuId !== undefined && sql`m.sku_id = ${query.skuId}::bigint`,
    query.kind !== undefined && sql`m.kind = ${query.kind}::text`,
    query.from !== undefined && sql`m.at >= ${query.from}::date at time zone 'Asia/Shanghai'`,
    query.to !== undefined && sql`m.at < (${query.to}::date + 1) at time zone 'Asia/Shanghai'`,
    !!query.q && sql`concat_ws(' ', g.title, s.title, m.reason, m.by_name) ilike ${containing(query.q)}::text`,
  )
}

async function load(tx: ReadTx, condition: RawBuilder<unknown>, tail: RawBuilder<unknown>): Promise<MoveView[]> {
  const { rows } = await sql<Row>`
    select m.id, m.at, m.kind, m.sku_id as "skuId", g.title as "goodsTitle", s.title as "skuTitle", m.from_id as "fromId",
      coalesce(f.name, '') as "fromName", m.to_id as "toId", coalesce(t.name, '') as "toName", m.quantity, m.reason, m.by_name as by,
      m.undoes, (select u.id from stock.moves u where u.tenant_id = m.tenant_id and u.undoes = m.id) as "undoneBy"
    ${from(tx)}
      and ${condition}
    ${tail}`.execute(tx.db)
  return rows.map((row) => ({ ...row, at: row.at.toISOString(), canUndo: isUndoable(row) }))
}
