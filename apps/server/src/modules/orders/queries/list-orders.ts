import type { orderListQuery, orderRoutes } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, Database, ReadTx } from '../../../platform/db/index.ts'
import { allOf, limitOf, orderBy } from '../../../platform/lists/index.ts'
import type { Column } from '../../../platform/sheets/index.ts'
import { maskContact } from '../model.ts'
import { nosOfContact } from './find-orders.ts'

type Query = z.output<typeof orderListQuery>
type Page = z.output<typeof orderRoutes.list.response>
export type OrderSummary = Page['items'][number]

type Row = Omit<OrderSummary, 'buyer' | 'placedAt' | 'paidAt' | 'deliveredAt'> & {
  readonly memberId: number | null
  readonly contact: string
  readonly placedAt: Date
  readonly paidAt: Date | null
  readonly deliveredAt: Date | null
}

const SORTS = {
  placedAt: sql`o.placed_at`,
  paidAt: sql`o.paid_at`,
  deliveredAt: sql`o.delivered_at`,
  totalFen: sql`o.total_fen`,
  no: sql`o.no`,
}

/** Orders for the desk. `q` is an order number, a contact, or a gateway's trade number. */
export async function listOrders(tx: ReadTx, query: Query): Promise<Page> {
  const conditions = conditionsOf(tx.ctx, query)
  const { rows } = await sql<Row>`
    ${summaries}
    where ${conditions}
    ${orderBy(query.sort, SORTS, '-placedAt', sql`o.no`)}
    ${limitOf(query)}
  `.execute(tx.db)
  const counted = await sql<{ readonly total: number }>`
    select count(*) as total
    from orders.orders o
    where ${conditions}
  `.execute(tx.db)
  return { items: rows.map(summaryOf), total: counted.rows[0]?.total ?? 0, page: query.page, pageSize: query.pageSize }
}

/** Every order of the filter, newest number first, read in short transactions. */
export async function* exportOrders(db: Database, ctx: Ctx, query: Query): AsyncGenerator<OrderSummary> {
  const chunk = 1_000
  for (let before: OrderNo | undefined; ; ) {
    const rows = await db.read(ctx, async (tx) => {
      const page = await sql<Row>`
        ${summaries}
        where ${allOf(conditionsOf(ctx, query), before !== undefined && sql`o.no < ${before}::bigint`)}
        order by o.no desc
        limit ${chunk}
      `.execute(tx.db)
      return page.rows
    })
    yield* rows.map(summaryOf)
    before = rows.at(-1)?.no as OrderNo | undefined
    if (rows.length < chunk) return
  }
}

export function orderColumns(locale: 'zh-CN' | 'en'): readonly Column<OrderSummary>[] {
  const name = (zh: string, en: string) => (locale === 'en' ? en : zh)
  return [
    { header: name('订单号', 'Order'), kind: 'text', width: 20, value: (row) => row.no },
    { header: name('状态', 'State'), kind: 'text', value: (row) => row.state },
    { header: name('商品', 'Goods'), kind: 'text', width: 36, value: (row) => row.goodsTitles.join('、') },
    { header: name('数量', 'Quantity'), kind: 'integer', value: (row) => row.quantity },
    { header: name('金额', 'Total'), kind: 'fen', value: (row) => row.totalFen },
    {
      header: name('充值到账', 'Credited'),
      kind: 'fen',
      value: (row) => (row.purpose === 'recharge' ? row.creditFen : null),
    },
    { header: name('已退', 'Refunded'), kind: 'fen', value: (row) => row.refundedFen },
    { header: name('联系方式', 'Contact'), kind: 'text', width: 22, value: (row) => row.buyer.contactMasked },
    { header: name('来源', 'Channel'), kind: 'text', value: (row) => row.channel },
    { header: name('支付方式', 'Paid by'), kind: 'text', value: (row) => row.gateway },
    { header: name('交易号', 'Trade number'), kind: 'text', width: 26, value: (row) => row.tradeNo },
    { header: name('下单时间', 'Placed'), kind: 'time', width: 20, value: (row) => row.placedAt },
    { header: name('付款时间', 'Paid'), kind: 'time', width: 20, value: (row) => row.paidAt },
    { header: name('发货时间', 'Delivered'), kind: 'time', width: 20, value: (row) => row.deliveredAt },
  ]
}

const summaries = sql`
  select o.no, o.state, o.purpose, o.credit_fen as "creditFen", o.member_id as "memberId", o.contact, o.total_fen as "totalFen", o.refunded_fen as "refundedFen",
    o.channel, o.placed_at as "placedAt", o.paid_at as "paidAt", o.delivered_at as "deliveredAt",
    coalesce(r.gateway, o.pay_with) as gateway, r.trade_no as "tradeNo",
    l.titles as "goodsTitles", l.quantity, l.has_exception as "hasException"
  from orders.orders o
  cross join lateral (
    select array_agg(x.goods_title || case when x.sku_title = '' then '' else ' ' || x.sku_title end order by x.line_no) as titles,
      sum(x.quantity)::bigint as quantity,
      bool_or(x.state = 'exception') as has_exception
    from orders.lines x
    where x.tenant_id = o.tenant_id
      and x.order_no = o.no
  ) l
  left join lateral (
    select p.gateway, p.trade_no
    from payments.receipts p
    where p.tenant_id = o.tenant_id
      and p.order_no = o.no
    order by p.state = 'applied' desc, p.id
    limit 1
  ) r on true
`

function conditionsOf(ctx: Ctx, query: Query): RawBuilder<unknown> {
  const q = query.q?.trim()
  return allOf(
    sql`o.tenant_id = ${ctx.tenantId}::bigint`,
    query.state && sql`o.state = any (${query.state}::text[])`,
    query.purpose && sql`o.purpose = ${query.purpose}`,
    // The index leaves out the mall's own.
    query.channel !== undefined &&
      (query.channel === 'mall' ? sql`o.channel = 'mall'` : sql`o.channel = ${query.channel} and o.channel <> 'mall'`),
    query.memberId !== undefined && sql`o.buyer_key = ${`m:${query.memberId}`}`,
    query.from !== undefined && sql`o.placed_at >= ${query.from}::timestamptz`,
    query.to !== undefined && sql`o.placed_at < ${query.to}::timestamptz`,
    query.exception !== undefined &&
      sql`${query.exception ? sql`` : sql`not`} exists (
        select from orders.lines x
        where x.tenant_id = o.tenant_id and x.order_no = o.no and x.state = 'exception'
      )`,
    query.goodsId !== undefined &&
      sql`exists (
        select from orders.lines x
        where x.tenant_id = o.tenant_id and x.order_no = o.no and x.goods_id = ${query.goodsId}::bigint
      )`,
    query.gateway !== undefined &&
      sql`exists (
        select from payments.receipts p
        where p.tenant_id = o.tenant_id and p.order_no = o.no and p.gateway = ${query.gateway}
      )`,
    q !== undefined && q !== '' && wordsOf(ctx, q),
  )
}

/** Exact matches over indexes only: support pastes whole numbers and addresses, and the table is the largest there is. */
function wordsOf(ctx: Ctx, q: string): RawBuilder<unknown> {
  const no = /^\d{16}$/.test(q) ? Number(q) : null
  return sql`o.no in (
    select ${no}::bigint where ${no}::bigint is not null
    union
    ${nosOfContact(ctx.tenantId, q)}
    union
    select p.order_no from payments.receipts p where p.tenant_id = ${ctx.tenantId}::bigint and p.trade_no = ${q}
  )`
}

function summaryOf({ memberId, contact, placedAt, paidAt, deliveredAt, ...row }: Row): OrderSummary {
  return {
    ...row,
    buyer: { memberId, contactMasked: maskContact(contact) },
    placedAt: placedAt.toISOString(),
    paidAt: paidAt?.toISOString() ?? null,
    deliveredAt: deliveredAt?.toISOString() ?? null,
  }
}
