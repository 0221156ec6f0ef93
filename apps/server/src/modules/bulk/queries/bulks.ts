import { type BulkDetail, type BulkOrder, type bulkRoutes, commonErrors } from '@quanshu/contract'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'
import { allOf, containing, everyRow, limitOf, orderBy } from '../../../platform/lists/index.ts'
import { maskContact } from '../../orders/index.ts'
import { actionsOf } from '../model.ts'

type Query = z.output<typeof bulkRoutes.list.query>
type Row = Omit<BulkOrder, 'actions' | 'counts' | 'money' | 'createdAt' | 'confirmedAt' | 'finishedAt'> & {
  readonly tally: Pick<BulkOrder, 'counts' | 'money'>
  readonly createdAt: Date
  readonly confirmedAt: Date | null
  readonly finishedAt: Date | null
}

/** Bulk orders of a filter, newest first. Those that are over stand as a worker saw them last, the others as they are now. */
export async function listBulks(tx: ReadTx, query: Query) {
  const condition = matching(tx, query)
  const order = orderBy(
    query.sort,
    {
      id: sql`b.id`,
      name: sql`b.name`,
      lines: sql`b.lines`,
      totalFen: sql`b.total_fen`,
      createdAt: sql`b.created_at`,
      finishedAt: sql`b.finished_at`,
    },
    '-id',
    sql`b.id`,
  )
  const items = await load(tx, condition, sql`${order} ${limitOf(query)}`)
  const counted = await sql<{ total: number }>`
    select count(*) as total
    from bulk.orders b
    where ${condition}`.execute(tx.db)
  return { items, total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** All of a filter, for the sheet. */
export const everyBulk = (read: <T>(fn: (tx: ReadTx) => Promise<T>) => Promise<T>, query: Query) =>
  everyRow<BulkOrder>((beforeId, count) =>
    read((tx) =>
      load(
        tx,
        sql`${matching(tx, query)} and b.id < ${beforeId}::bigint`,
        sql`order by b.id desc limit ${count}::integer`,
      ),
    ),
  )

/** @throws commonErrors.notFound */
export async function getBulk(tx: ReadTx, bulkId: number): Promise<BulkDetail> {
  const { tenantId } = tx.ctx
  const here = sql`b.tenant_id = ${tenantId}::bigint and b.id = ${bulkId}::bigint`
  const [bulk] = await load(tx, here, sql``, true)
  if (!bulk) throw commonErrors.notFound()
  const { rows } = await sql<
    Pick<BulkDetail, 'skuId' | 'allowRepeats' | 'ignoredColumns' | 'purseFreeFen' | 'sameFileAs'> & { contact: string }
  >`
    select b.sku_id as "skuId", b.contact, b.allow_repeats as "allowRepeats", b.ignored_columns as "ignoredColumns",
      case when b.payer = 'member' then coalesce((
        select a.balance - a.held_out
        from ledger.accounts a
        where a.tenant_id = b.tenant_id
          and a.kind = 'cash.member'
          and a.ref = b.member_id::text
          and a.unit = 'CNY'
      ), 0) end as "purseFreeFen",
      (
        select max(x.id)
        from bulk.orders x
        where x.tenant_id = b.tenant_id
          and x.file_hash = b.file_hash
          and x.id <> b.id
          and x.confirmed_at is not null
      ) as "sameFileAs"
    from bulk.orders b
    where ${here}`.execute(tx.db)
  const [more] = rows
  if (!more) throw commonErrors.notFound()
  const contactMasked = more.contact === '' ? '' : maskContact(more.contact)
  return { ...bulk, ...more, contactMasked, skus: await skusOf(tx, bulkId, bulk.payer === 'shop') }
}

const matching = (tx: ReadTx, query: Query): RawBuilder<unknown> =>
  allOf(
    sql`b.tenant_id = ${tx.ctx.tenantId}::bigint`,
    query.state !== undefined && sql`b.state = any (${query.state}::text[])`,
    query.origin !== undefined && sql`b.origin = any (${query.origin}::text[])`,
    query.keyId !== undefined && sql`b.origin_key = ${query.keyId}::bigint`,
    query.payer !== undefined && sql`b.payer = any (${query.payer}::text[])`,
    query.memberId !== undefined && sql`b.member_id = ${query.memberId}::bigint`,
    !!query.q && sql`(b.name ilike ${containing(query.q)} or b.id::text = ${query.q})`,
  )

async function load(
  tx: ReadTx,
  condition: RawBuilder<unknown>,
  tail: RawBuilder<unknown>,
  isLive = false,
): Promise<BulkOrder[]> {
  const { rows } = await sql<Row>`
    select b.id, b.name, b.note, b.state, b.origin, b.origin_key as "originKeyId", b.origin_no as "originNo", b.payer, b.member_id as "memberId",
      (
        select m.phone_masked from members.members m where m.tenant_id = b.tenant_id and m.id = b.member_id
      ) as "memberName",
      b.file_name as "fileName", b.lines, b.pieces, b.created_by as "createdBy", b.created_at as "createdAt",
      b.confirmed_by as "confirmedBy", b.confirmed_at as "confirmedAt", b.finished_at as "finishedAt",
      case when b.state = 'running' and b.waiting > 0 and b.pace_waiting > b.waiting then
        ceil(b.waiting * extract(epoch from clock_timestamp() - b.pace_from) / (b.pace_waiting - b.waiting))::integer
      end as "etaSeconds",
      case
        when b.finished_at is null or b.tally is null or ${isLive}::boolean then bulk.tally(b.tenant_id, b.id)
        else b.tally
      end as tally
    from bulk.orders b
    where ${condition}
    ${tail}`.execute(tx.db)
  return rows.map(({ tally, ...row }) => ({
    ...row,
    ...tally,
    createdAt: row.createdAt.toISOString(),
    confirmedAt: row.confirmedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    actions: actionsOf({ state: row.state, origin: row.origin, counts: tally.counts }),
  }))
}

/** What is wanted of each variant beside what there is of it. */
async function skusOf(tx: ReadTx, bulkId: number, isGift: boolean): Promise<BulkDetail['skus']> {
  const { tenantId } = tx.ctx
  const { rows } = await sql<Omit<BulkDetail['skus'][number], 'enough'> & Wanted>`
    with wanted as materialized (
      select l.sku_id, count(*) as lines, sum(l.quantity)::integer as pieces, max(l.unit_price_fen) as unit_price_fen,
        max(l.unit_worth_fen) as unit_worth_fen, sum(l.quantity * l.unit_price_fen)::bigint as amount_fen,
        coalesce(sum(l.quantity) filter (where l.state = 'waiting'), 0)::integer as waiting
      from bulk.lines l
      where l.tenant_id = ${tenantId}::bigint
        and l.bulk_id = ${bulkId}::bigint
        and l.state <> 'invalid'
      group by l.sku_id
    )
    select w.sku_id as "skuId", o.goods_id as "goodsId", o.goods_title as "goodsTitle", o.title as "skuTitle", o.kind, w.lines,
      w.pieces, w.unit_price_fen as "unitPriceFen", w.unit_worth_fen as "unitWorthFen", w.amount_fen as "amountFen", o.sellable,
      case catalog.reserve_of(o.kind)
        when 'shelf' then greatest(coalesce(a.balance - a.held_out, 0), 0)
        -- What is made for its order counts as far as there is something to redeem.
        when 'offer' then o.supply_stock
      end as available,
      case when x.is_bought then o.supply_stock end as "supplyStock",
      w.waiting, x.is_bought as "isBought"
    from wanted w
    join catalog.offers(${tenantId}::bigint, (select array_agg(q.sku_id) from wanted q), now()) o on o.sku_id = w.sku_id
    cross join lateral (
      select catalog.deliver_of(o.kind) = 'supply' or catalog.reserve_of(o.kind) = 'shelf' and o.source <> 'own' as is_bought
    ) x
    left join ledger.accounts a
      on a.tenant_id = ${tenantId}::bigint
      and a.kind = 'stock.available'
      and a.ref = w.sku_id::text
      and a.unit = 'piece'
    order by w.amount_fen desc, w.sku_id`.execute(tx.db)
  return rows.map(({ waiting, isBought, ...row }) => ({
    ...row,
    unitWorthFen: isGift ? row.unitWorthFen : null,
    enough: enoughOf({ ...row, waiting, isBought }),
  }))
}

/** Pieces that are not ordered yet, and whether suppliers may deliver them. */
type Wanted = { readonly waiting: number; readonly isBought: boolean }
type Supply = Wanted & Pick<BulkDetail['skus'][number], 'kind' | 'available' | 'supplyStock'>

function enoughOf({ kind, waiting, available, supplyStock, isBought }: Supply): 'yes' | 'no' | 'unknown' {
  if (kind === 'link' && available === null) return 'yes'
  if (available !== null && available >= waiting) return 'yes'
  if (!isBought) return 'no'
  return supplyStock === null ? 'unknown' : supplyStock >= waiting ? 'yes' : 'no'
}
