import type { boardRoutes } from '@quanshu/contract'
import { SHOP_TIME_ZONE } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { ReadTx } from '../../../platform/db/index.ts'

type Board = z.output<typeof boardRoutes.board.response>
const DAYS = 14
const LOW_STOCK_MAX = 10
const TOP_MAX = 8

/** Today at a glance. Days begin and end in the shop's zone. Sales count at payment; refunds as the reports
 * count them, when revenue is taken back. */
export async function readBoard(tx: ReadTx): Promise<Board> {
  const { rows } = await sql<{ readonly board: Board }>`
    with clock as (
      select date_trunc('day', now() at time zone ${SHOP_TIME_ZONE}) at time zone ${SHOP_TIME_ZONE} as today
    ), recent as materialized (
      select o.no, o.state, o.buyer_key, o.total_fen, o.placed_at, o.paid_at, o.delivered_at,
        (o.placed_at at time zone ${SHOP_TIME_ZONE})::date as day,
        l.pieces
      from clock, orders.orders o
      cross join lateral (
        select coalesce(sum(x.delivered_quantity), 0)::bigint as pieces
        from orders.lines x
        where x.tenant_id = o.tenant_id
          and x.order_no = o.no
      ) l
      where o.tenant_id = ${tx.ctx.tenantId}::bigint
        -- A recharge is not a sale: its money is sold for when it is spent.
        and o.purpose = 'goods'
        and o.placed_at >= clock.today - make_interval(days => ${DAYS - 1}::integer)
    ), per_day as (
      select d.day::date as day, count(r.no) as orders, count(r.paid_at) as paid,
        coalesce(sum(r.total_fen) filter (where r.paid_at is not null), 0)::bigint as sales,
        coalesce(sum(r.pieces), 0)::bigint as pieces,
        count(distinct r.buyer_key) filter (where r.paid_at is not null) as buyers
      from clock
      cross join generate_series(
        (clock.today at time zone ${SHOP_TIME_ZONE}) - make_interval(days => ${DAYS - 1}::integer),
        clock.today at time zone ${SHOP_TIME_ZONE}, interval '1 day'
      ) as d(day)
      left join recent r on r.day = d.day::date
      group by d.day
    ), today as (
      select * from per_day order by day desc limit 1
    ), yesterday as (
      select * from per_day order by day desc offset 1 limit 1
    )
    select jsonb_build_object(
      'now', now(),
      'today', (select jsonb_build_object(
        'orders', orders, 'paidOrders', paid, 'salesFen', sales, 'piecesDelivered', pieces, 'buyers', buyers,
        'refundsFen', (
          select coalesce(sum(t.amount), 0)::bigint
          from clock
          join ledger.accounts a
            on a.tenant_id = ${tx.ctx.tenantId}::bigint and a.kind = 'cash.revenue' and a.ref = '' and a.unit = 'CNY'
          join ledger.transfers t on t.tenant_id = a.tenant_id and t.from_account = a.id and t.at >= clock.today
        )
      ) from today),
      'yesterday', (select jsonb_build_object('orders', orders, 'paidOrders', paid, 'salesFen', sales, 'piecesDelivered', pieces) from yesterday),
      'exceptions', (
        select count(*) from orders.lines l where l.tenant_id = ${tx.ctx.tenantId}::bigint and l.state = 'exception'
      ),
      'pendingOrders', (
        select count(*) from orders.orders o where o.tenant_id = ${tx.ctx.tenantId}::bigint and o.state = 'pending'
      ),
      'failedJobs', jobs.given_up_count(),
      'deliveryMs', (
        select jsonb_build_object(
          'p50', round(percentile_cont(0.5) within group (order by x.ms)), 'p99', round(percentile_cont(0.99) within group (order by x.ms))
        )
        from (
          select extract(epoch from r.delivered_at - r.paid_at) * 1000 as ms
          from recent r, clock
          where r.paid_at >= clock.today and r.delivered_at is not null
            -- What its buyer activates is as late as they like.
            and not exists (
              select from orders.lines x where x.tenant_id = ${tx.ctx.tenantId}::bigint and x.order_no = r.no and x.later_days is not null
            )
        ) x
      ),
      'days', (select jsonb_agg(jsonb_build_object('day', day, 'orders', orders, 'salesFen', sales, 'pieces', pieces) order by day) from per_day),
      'hours', (
        select jsonb_agg(jsonb_build_object('hour', h.hour, 'orders', coalesce(x.orders, 0), 'salesFen', coalesce(x.sales, 0)) order by h.hour)
        from generate_series(0, 23) as h(hour)
        left join (
          select extract(hour from r.placed_at at time zone ${SHOP_TIME_ZONE})::integer as hour, count(*) as orders,
            coalesce(sum(r.total_fen) filter (where r.paid_at is not null), 0)::bigint as sales
          from recent r, clock
          where r.placed_at >= clock.today
          group by 1
        ) x on x.hour = h.hour
      ),
      'lowStock', coalesce((
        select jsonb_agg(to_jsonb(x) order by x.available)
        from (
          select s.id as "skuId", s.goods_id as "goodsId", g.title || case when s.title = '' then '' else ' ' || s.title end as title,
            a.balance - a.held_out as available, s.low_stock_at as threshold
          from catalog.skus s
          join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id and g.state = 'on'
          join ledger.accounts a
            on a.tenant_id = s.tenant_id and a.kind = 'stock.available' and a.ref = s.id::text and a.unit = 'piece'
          where s.tenant_id = ${tx.ctx.tenantId}::bigint
            and s.state = 'on'
            and s.removed_at is null
            and catalog.reserve_of(s.kind) = 'shelf'
            and a.balance - a.held_out <= s.low_stock_at
          order by available
          limit ${LOW_STOCK_MAX}
        ) x
      ), '[]'),
      'top', coalesce((
        select jsonb_agg(to_jsonb(x) order by x."salesFen" desc)
        from (
          select l.goods_id as "goodsId", max(l.goods_title) as title, sum(l.quantity)::bigint as pieces, sum(l.amount_fen)::bigint as "salesFen"
          from recent r
          join orders.lines l on l.tenant_id = ${tx.ctx.tenantId}::bigint and l.order_no = r.no
          where r.paid_at is not null
          group by l.goods_id
          order by "salesFen" desc
          limit ${TOP_MAX}
        ) x
      ), '[]')
    ) as board
  `.execute(tx.db)
  const [row] = rows
  if (!row) throw new Error('the board’s query gave no row')
  return row.board
}
