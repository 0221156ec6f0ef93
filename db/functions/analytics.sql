-- Figures for reports, counted from the ledger.
--
--   analytics.note(tenant, nos, replaced)    something moved in these orders; in the second ones a piece was replaced
--   analytics.gather(tenant, limit)          books what the ledger has posted since the last time, and what was handed out for
--                                            nothing in the orders that were noted; {"read", "more"}
--   analytics.check_day(tenant, day)         compares a day's figures with the ledger and the rows; when they differ, counts
--                                            the day anew; {"differences", "recounted"}
--   analytics.recount_day(tenant, day)       throws a day's figures away and counts them again
--   analytics.tenants_noted(limit)           shops with notes: [tenant, …]
--   analytics.tenants_behind(limit)          shops whose accounts moved after they were gathered, noted or not: [tenant, …]
--   analytics.unchecked_days(limit)          days that are over and changed since they were compared: [{"tenantId", "day"}, …]
--
-- A movement belongs to the lines of the order that it names. Delivery and refund post one movement a line, which is found
-- by its amount; any other (a part of an order, a fee, what a gateway took back) is dealt out over the order's lines in
-- proportion to what they brought, to the last fen. A line's pieces and money are dealt out over its batches.
-- So the sums over any dimension are the sum over the movements, whatever was posted.

-- Accounts of single people; counted as one a kind.
create or replace function analytics.is_personal(p_kind text)
returns boolean
language sql
immutable
as $$ select p_kind like '%.member' $$;

create or replace function analytics.shop_day(p_at timestamptz)
returns date
language sql
immutable
as $$ select (p_at at time zone 'Asia/Shanghai')::date $$;

create or replace function analytics.day_start(p_day date)
returns timestamptz
language sql
immutable
as $$ select p_day::timestamp at time zone 'Asia/Shanghai' $$;

-- The order that a movement names, or null: `order:` and its 16 digits. Without a regular expression, which cost more than
-- reading the row.
create or replace function analytics.order_of(p_cause text)
returns bigint
language sql
immutable
as $$
  select case
    when starts_with(p_cause, 'order:') and translate(substr(p_cause, 7, 16), '0123456789', '') = '' and length(p_cause) >= 22
      then substr(p_cause, 7, 16)::bigint
  end
$$;

-- Accounts of the shop itself that count money or points. Walks from kind to kind, so that a hundred thousand members'
-- accounts are passed over in one step.
create or replace function analytics.shared_accounts(p_tenant bigint)
returns table (id bigint, kind text, ref text, unit text)
language sql
stable
security definer
rows 20
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with recursive kinds(kind) as (
    (select a.kind from ledger.accounts a where a.tenant_id = p_tenant order by a.kind limit 1)
    union all
    select (
      select a.kind from ledger.accounts a where a.tenant_id = p_tenant and a.kind > k.kind order by a.kind limit 1
    )
    from kinds k
    where k.kind is not null
  )
  select a.id, k.kind, a.ref, a.unit
  from kinds k
  cross join lateral (
    select a.id, a.ref, a.unit
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind = k.kind
      and not analytics.is_personal(k.kind)
      and k.kind not like 'stock.%'
      and k.kind not like 'warehouse.%'
    offset 0
  ) a
$$;

-- Transfers of the given shared accounts, after one place and up to another (both as time and id, the latter included).
-- Each is seen once: on the side of the shared account that paid, else of the one that took. `counted` is false for what an
-- account took from a shared one; it only moves the mark. The account leads the order, so that no other index than the one
-- that begins with it fits.
create or replace function analytics.read_ledger(
  p_tenant bigint, p_accounts bigint[], p_out_at timestamptz[], p_out_id bigint[], p_in_at timestamptz[], p_in_id bigint[],
  p_out_upto_at timestamptz[], p_out_upto_id bigint[], p_in_upto_at timestamptz[], p_in_upto_id bigint[], p_limit integer
)
returns table (
  account_id bigint, side text, at timestamptz, id bigint, unit text, from_kind text, from_ref text, to_kind text, to_ref text,
  amount bigint, kind text, order_no bigint, counted boolean
)
language sql
stable
security definer
rows 1000
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with shared as materialized (
    select s.* from analytics.shared_accounts(p_tenant) s
  ), bounds as (
    select s.id, s.unit, b.*
    from unnest(p_accounts, p_out_at, p_out_id, p_in_at, p_in_id, p_out_upto_at, p_out_upto_id, p_in_upto_at, p_in_upto_id)
      as b(account_id, out_at, out_id, in_at, in_id, out_upto_at, out_upto_id, in_upto_at, in_upto_id)
    join shared s on s.id = b.account_id
  ), seen as materialized (
    select b.account_id, b.unit, 'out' as side, t.*
    from bounds b
    cross join lateral (
      select t.at, t.id, t.from_account, t.to_account, t.amount, t.kind, t.cause
      from ledger.transfers t
      where t.tenant_id = p_tenant
        and t.from_account = b.account_id
        and (t.at, t.id) > (b.out_at, b.out_id)
        and (t.at, t.id) <= (b.out_upto_at, b.out_upto_id)
      order by t.from_account, t.at, t.id
      limit p_limit
    ) t
    union all
    select b.account_id, b.unit, 'in', t.*
    from bounds b
    cross join lateral (
      select t.at, t.id, t.from_account, t.to_account, t.amount, t.kind, t.cause
      from ledger.transfers t
      where t.tenant_id = p_tenant
        and t.to_account = b.account_id
        and (t.at, t.id) > (b.in_at, b.in_id)
        and (t.at, t.id) <= (b.in_upto_at, b.in_upto_id)
      order by t.to_account, t.at, t.id
      limit p_limit
    ) t
  ), others as materialized (
    select o.id, a.kind
    from (
      select s.to_account as id from seen s where s.side = 'out'
      union
      select s.from_account from seen s where s.side = 'in'
      except
      select s.id from shared s
    ) o
    cross join lateral (
      select a.kind from ledger.accounts a where a.tenant_id = p_tenant and a.id = o.id offset 0
    ) a
  ), names as materialized (
    select s.id, s.kind, s.ref, true as is_shared from shared s
    union all
    select o.id, o.kind, '', false from others o
  )
  select s.account_id, s.side, s.at, s.id, s.unit, f.kind, f.ref, o.kind, o.ref, s.amount, s.kind,
    analytics.order_of(s.cause), s.side = 'out' or not f.is_shared
  from seen s
  join names f on f.id = s.from_account
  join names o on o.id = s.to_account
$$;
revoke execute on function analytics.read_ledger(
  bigint, bigint[], timestamptz[], bigint[], timestamptz[], bigint[], timestamptz[], bigint[], timestamptz[], bigint[], integer
) from public;

-- Writes entries with their sums by hour and day, and says which days changed.
create or replace function analytics.book(p_tenant bigint, p_entries analytics.entries[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  if coalesce(cardinality(p_entries), 0) = 0 then
    return;
  end if;
  insert into analytics.entries (
    tenant_id, at, kind, order_no, line_no, sku_id, batch_id, channel, pay_way, staff, pieces, lines, amount_fen,
    transfer_id, refund_id, grant_id
  )
  select p_tenant, e.at, e.kind, e.order_no, e.line_no, e.sku_id, e.batch_id, e.channel, e.pay_way, e.staff, e.pieces, e.lines,
    e.amount_fen, e.transfer_id, e.refund_id, e.grant_id
  from unnest(p_entries) e
  order by e.at, e.transfer_id;
  perform analytics.add_up(p_tenant, p_entries);
end;
$$;
revoke execute on function analytics.book(bigint, analytics.entries[]) from public;

create or replace function analytics.add_up(p_tenant bigint, p_entries analytics.entries[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  insert into analytics.sums as s (
    tenant_id, grain, at, sku_id, batch_id, channel, pay_way, staff, sales_fen, refunds_fen, fees_fen, losses_fen, bonuses_fen,
    costs_fen, pieces, lines, entries
  )
  select p_tenant, g.grain,
    case g.grain when 'hour' then date_trunc('hour', e.at) else analytics.day_start(analytics.shop_day(e.at)) end,
    e.sku_id, e.batch_id, e.channel, e.pay_way, e.staff,
    coalesce(sum(e.amount_fen) filter (where e.kind = 'sale'), 0), coalesce(sum(e.amount_fen) filter (where e.kind = 'refund'), 0),
    coalesce(sum(e.amount_fen) filter (where e.kind = 'fee'), 0), coalesce(sum(e.amount_fen) filter (where e.kind = 'loss'), 0),
    coalesce(sum(e.amount_fen) filter (where e.kind = 'bonus'), 0), coalesce(sum(e.amount_fen) filter (where e.kind = 'cost'), 0),
    sum(e.pieces), sum(e.lines), count(*)
  from unnest(p_entries) e
  cross join (values ('hour'), ('day')) as g(grain)
  group by 2, 3, 4, 5, 6, 7, 8
  on conflict (tenant_id, grain, at, sku_id, batch_id, channel, pay_way, staff) do update
  set sales_fen = s.sales_fen + excluded.sales_fen,
      refunds_fen = s.refunds_fen + excluded.refunds_fen,
      fees_fen = s.fees_fen + excluded.fees_fen,
      losses_fen = s.losses_fen + excluded.losses_fen,
      bonuses_fen = s.bonuses_fen + excluded.bonuses_fen,
      costs_fen = s.costs_fen + excluded.costs_fen,
      pieces = s.pieces + excluded.pieces,
      lines = s.lines + excluded.lines,
      entries = s.entries + excluded.entries;

  insert into analytics.days (tenant_id, day)
  select distinct p_tenant, analytics.shop_day(e.at)
  from unnest(p_entries) e
  on conflict (tenant_id, day) do update
  set changed_at = now();
$$;
revoke execute on function analytics.add_up(bigint, analytics.entries[]) from public;

-- Finds lines and batches of movements that touch the result (`kind` sale, refund, fee, loss, bonus or cost), and books them; and what
-- was handed out for nothing in the orders `p_nos`: free lines and replacements that are not booked yet.
-- Joins between the few hundred rows at hand are hashed; tables are reached key by key.
create or replace function analytics.attribute(
  p_tenant bigint, p_kind text[], p_at timestamptz[], p_transfer bigint[], p_no bigint[], p_amount bigint[], p_way text[],
  p_nos bigint[]
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_nestloop = off
as $$
declare
  nos bigint[] := array(
    select x.no from unnest(p_no) as x(no) where x.no is not null
    union
    select x.no from unnest(p_nos) as x(no)
  );
  made analytics.entries[];
begin
  with lines as materialized (
    select n.no, l.line_no, l.sku_id, l.quantity, l.amount_fen, l.unit_price_fen, l.delivered_at, o.channel, w.ways
    from unnest(nos) as n(no)
    cross join lateral (
      select o.channel from orders.orders o where o.tenant_id = p_tenant and o.no = n.no offset 0
    ) o
    cross join lateral (
      select coalesce(string_agg(distinct r.gateway, '+' order by r.gateway), '') as ways
      from payments.receipts r
      where r.tenant_id = p_tenant
        and r.order_no = n.no
        and r.state = 'applied'
    ) w
    cross join lateral (
      select l.line_no, l.sku_id, l.quantity, l.amount_fen, l.unit_price_fen, l.delivered_at
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = n.no
      offset 0
    ) l
  ), booked as materialized (
    select e.order_no, e.line_no, sum(e.pieces) filter (where e.kind = 'sale') as pieces, array_agg(e.grant_id) as grants
    from analytics.entries e
    where e.tenant_id = p_tenant
      and e.order_no = any (nos)
    group by e.order_no, e.line_no
  ), owned as materialized (
    select l.no, l.line_no, g.id, g.turn, g.granted_at, g.card_id, coalesce(c.batch_id, 0) as batch_id
    from lines l
    cross join lateral (
      select g.id, g.turn, g.granted_at, g.card_id
      from entitlements.grants g
      where g.tenant_id = p_tenant
        and g.order_no = l.no
        and g.line_no = l.line_no
        -- Points are counted as points, from the ledger.
        and catalog.deliver_of(g.kind) <> 'credit'
      offset 0
    ) g
    left join lateral (
      select c.batch_id from vault.cards c where c.tenant_id = p_tenant and c.id = g.card_id offset 0
    ) c on true
  ), given as materialized (
    select o.no, o.line_no, o.batch_id, count(*)::integer as pieces
    from owned o
    where o.turn = 1
    group by o.no, o.line_no, o.batch_id
  ), known as materialized (
    -- Each line by its batches; one without codes of its own is one part.
    select l.*, coalesce(g.batch_id, 0) as batch_id,
      coalesce(g.pieces, case when l.delivered_at is not null then l.quantity else 0 end) as pieces,
      l.unit_price_fen * coalesce(g.pieces, l.quantity) as weight,
      -- Delivered, and its pieces not counted yet.
      l.delivered_at is not null and coalesce(b.pieces, 0) = 0 as is_fresh
    from lines l
    left join given g on g.no = l.no and g.line_no = l.line_no
    left join booked b on b.order_no = l.no and b.line_no = l.line_no
  ), items as materialized (
    select x.at, x.id, x.no, x.amount, row_number() over (partition by x.no, x.amount order by x.at, x.id) as turn
    from unnest(p_kind, p_at, p_transfer, p_no, p_amount) as x(kind, at, id, no, amount)
    where x.kind = 'sale'
  ), open_lines as (
    select k.no, k.line_no, k.amount_fen,
      row_number() over (partition by k.no, k.amount_fen order by k.delivered_at, k.line_no) as turn
    from (select distinct k.no, k.line_no, k.amount_fen, k.delivered_at from known k where k.is_fresh and k.amount_fen > 0) k
  ), found as materialized (
    select i.*, l.line_no
    from items i
    left join open_lines l on l.no = i.no and l.amount_fen = i.amount and l.turn = i.turn
  ), aimed as (
    -- An item without a line of its own goes over those fresh lines that no other item is for, else over all.
    select f.at, f.id, f.no, f.amount, k.line_no, k.sku_id, k.batch_id, k.channel, k.ways, k.pieces, k.is_fresh, k.weight,
      bool_or(k.is_fresh and f2.line_no is null) over (partition by f.id) as has_fresh,
      f.line_no is not null as is_found, k.is_fresh and f2.line_no is null as is_left
    from found f
    left join known k on k.no = f.no and (f.line_no is null or k.line_no = f.line_no)
    left join found f2 on f2.no = k.no and f2.line_no = k.line_no and f.line_no is null
  ), weighed as (
    select a.*, case when sum(a.weight) over (partition by a.id) > 0 then a.weight else 1 end as share_weight
    from aimed a
    where a.is_found
      or a.line_no is null
      or not a.has_fresh
      or a.is_left
  ), shared as (
    select w.*, sum(w.share_weight) over (partition by w.id order by w.line_no, w.batch_id) as upto,
      sum(w.share_weight) over (partition by w.id) as whole,
      row_number() over (partition by w.no, w.line_no, w.batch_id order by w.at, w.id) as nth_of_batch,
      row_number() over (partition by w.no, w.line_no order by w.at, w.id, w.batch_id) as nth_of_line
    from weighed w
  ), told as (
    select s.at, 'sale' as kind, s.no, s.line_no, coalesce(s.sku_id, 0) as sku_id, coalesce(s.batch_id, 0) as batch_id,
      coalesce(s.channel, '') as channel, coalesce(s.ways, '') as ways, '' as staff,
      case when s.is_fresh and s.nth_of_batch = 1 then s.pieces else 0 end as pieces,
      case when s.is_fresh and s.nth_of_line = 1 then 1 else 0 end as lines,
      (div(s.amount * s.upto, s.whole) - div(s.amount * (s.upto - s.share_weight), s.whole))::bigint as amount,
      s.id as transfer_id, null::bigint as grant_id
    from shared s
    union all
    select k.delivered_at, 'sale', k.no, k.line_no, k.sku_id, k.batch_id, k.channel, k.ways, '', k.pieces,
      (row_number() over (partition by k.no, k.line_no order by k.batch_id) = 1)::integer, 0, null, null
    from known k
    where k.is_fresh
      and k.amount_fen = 0
    union all
    select o.granted_at, 'replacement', o.no, o.line_no, l.sku_id, o.batch_id, l.channel, l.ways,
      case m.actor when 'system' then '' else coalesce(m.actor, '') end, 1, 0, 0, null, o.id
    from owned o
    join lines l on l.no = o.no and l.line_no = o.line_no
    left join booked b on b.order_no = o.no and b.line_no = o.line_no
    left join lateral (
      select m.actor
      from vault.movements m
      where m.tenant_id = p_tenant
        and m.card_id = o.card_id
        and m.to_state = 'delivered'
      limit 1
    ) m on true
    where o.turn > 1
      and (b.grants is null or o.id <> all (array_remove(b.grants, null)))
  )
  select array_agg(row(
    p_tenant, t.at, 0, t.kind, t.no, t.line_no, t.sku_id, t.batch_id, t.channel, t.ways, t.staff, t.pieces, t.lines, t.amount,
    t.transfer_id, null, t.grant_id
  )::analytics.entries)
  into made
  from told t
  where t.amount <> 0
    or t.pieces <> 0;
  perform analytics.book(p_tenant, made);

  if not (p_kind && array['refund', 'fee', 'loss', 'bonus', 'cost']) then
    return;
  end if;
  with booked as materialized (
    select e.order_no, e.line_no, e.sku_id, e.batch_id, e.channel, e.pay_way, e.kind, e.amount_fen, e.refund_id
    from analytics.entries e
    where e.tenant_id = p_tenant
      and e.order_no = any (nos)
  ), items as materialized (
    select x.kind, x.at, x.id, x.no, x.amount, x.way,
      row_number() over (partition by x.kind, x.no, x.amount order by x.at, x.id) as turn
    from unnest(p_kind, p_at, p_transfer, p_no, p_amount, p_way) as x(kind, at, id, no, amount, way)
    where x.kind <> 'sale'
  ), asked as materialized (
    select n.no, f.*
    from (select distinct i.no from items i where i.kind = 'refund') n
    cross join lateral (
      select f.id, f.line_no, f.amount_fen, case when (f.reason = 'chargeback' and f.requested_by_id is null) or f.requested_by = 'system' then '' else f.requested_by end as staff
      from payments.refunds f
      where f.tenant_id = p_tenant
        and f.order_no = n.no
      offset 0
    ) f
  ), earned as materialized (
    select b.order_no, b.line_no,
      coalesce(sum(b.amount_fen) filter (where b.kind = 'sale'), 0) - coalesce(sum(b.amount_fen) filter (where b.kind = 'refund'), 0) as net
    from booked b
    group by b.order_no, b.line_no
  ), open_refunds as (
    select a.no, a.id, a.line_no, a.amount_fen, a.staff, row_number() over (partition by a.no, a.amount_fen order by a.id) as turn
    from asked a
    join earned e on e.order_no = a.no and e.line_no = a.line_no and e.net >= a.amount_fen
    left join booked b on b.order_no = a.no and b.refund_id = a.id
    where b.refund_id is null
  ), found as materialized (
    select i.*, r.line_no, r.id as refund_id, coalesce(r.staff, '') as staff
    from items i
    left join open_refunds r on i.kind = 'refund' and r.no = i.no and r.amount_fen = i.amount and r.turn = i.turn
  ), sold as materialized (
    select b.order_no as no, b.line_no, b.sku_id, b.batch_id, b.channel, b.pay_way, sum(b.amount_fen) as weight
    from booked b
    where b.kind = 'sale'
    group by 1, 2, 3, 4, 5, 6
  ), known as materialized (
    select s.* from sold s
    union all
    -- Not delivered (yet): by what the lines cost the buyer.
    select n.no, l.line_no, l.sku_id, 0, o.channel, '', l.amount_fen
    from (select i.no from items i where i.no is not null except select s.no from sold s) n
    cross join lateral (
      select o.channel from orders.orders o where o.tenant_id = p_tenant and o.no = n.no offset 0
    ) o
    cross join lateral (
      select l.line_no, l.sku_id, l.amount_fen from orders.lines l where l.tenant_id = p_tenant and l.order_no = n.no offset 0
    ) l
  ), weighed as (
    select f.*, k.line_no as of_line, k.sku_id, k.batch_id, k.channel, k.pay_way,
      case when sum(k.weight) over (partition by f.kind, f.id) > 0 then k.weight else 1 end as share_weight
    from found f
    left join known k on k.no = f.no and (f.line_no is null or k.line_no = f.line_no)
  ), shared as (
    select w.*, sum(w.share_weight) over (partition by w.kind, w.id order by w.of_line, w.batch_id, w.pay_way, w.channel) as upto,
      sum(w.share_weight) over (partition by w.kind, w.id) as whole
    from weighed w
  ), told as (
    select s.*,
      (div(s.amount * s.upto, s.whole) - div(s.amount * (s.upto - s.share_weight), s.whole))::bigint as share
    from shared s
  )
  select array_agg(row(
    p_tenant, t.at, 0, t.kind, t.no, t.of_line, coalesce(t.sku_id, 0), coalesce(t.batch_id, 0), coalesce(t.channel, ''),
    coalesce(t.pay_way, t.way), t.staff, 0, 0, t.share, t.id, t.refund_id, null
  )::analytics.entries)
  into made
  from told t
  where t.share <> 0;
  perform analytics.book(p_tenant, made);
end;
$$;
revoke execute on function analytics.attribute(bigint, text[], timestamptz[], bigint[], bigint[], bigint[], text[], bigint[]) from public;

-- What a movement means for the result. Expenses are accounts below zero: what they pay out is what was spent. `way` is the
-- gateway that a fee belongs to, for fees of a whole bill.
create or replace function analytics.effects(p_from_kind text, p_from_ref text, p_to_kind text, p_to_ref text, p_amount bigint)
returns table (kind text, amount bigint, way text)
language sql
immutable
as $$
  select 'sale', p_amount, '' where p_to_kind = 'cash.revenue'
  union all
  select 'refund', p_amount, '' where p_from_kind = 'cash.revenue'
  union all
  select 'fee', p_amount, p_from_ref where p_from_kind = 'cash.fee'
  union all
  select 'fee', -p_amount, p_to_ref where p_to_kind = 'cash.fee'
  union all
  select 'loss', p_amount, '' where p_from_kind in ('cash.chargeback', 'cash.loss')
  union all
  select 'loss', -p_amount, '' where p_to_kind in ('cash.chargeback', 'cash.loss')
  union all
  select 'bonus', p_amount, '' where p_from_kind = 'cash.bonus'
  union all
  select 'bonus', -p_amount, '' where p_to_kind = 'cash.bonus'
  union all
  select 'cost', p_amount, '' where p_from_kind = 'cash.cost'
  union all
  select 'cost', -p_amount, '' where p_to_kind = 'cash.cost'
$$;

-- Only free lines need their order's number: whatever was paid is found by the ledger's movement.
create or replace function analytics.note(p_tenant bigint, p_nos bigint[], p_replaced bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  insert into analytics.notes (tenant_id, nos)
  select p_tenant, array(
    select l.order_no
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = any (p_nos)
      and l.amount_fen = 0
    union
    select r.no from unnest(p_replaced) as r(no)
  )
$$;

create or replace function analytics.gather(p_tenant bigint, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  -- One entry per transfer that was read.
  r_account bigint[];
  r_side text[];
  r_at timestamptz[];
  r_id bigint[];
  r_unit text[];
  r_from_kind text[];
  r_from_ref text[];
  r_to_kind text[];
  r_to_ref text[];
  r_amount bigint[];
  r_kind text[];
  r_no bigint[];
  r_counted boolean[];
  -- One entry per effect on the result.
  e_kind text[];
  e_at timestamptz[];
  e_transfer bigint[];
  e_no bigint[];
  e_amount bigint[];
  e_way text[];
  more boolean;
  nos bigint[];
  -- Accounts that changed since they were last read to their end.
  changed record;
begin
  insert into analytics.standings (tenant_id)
  values (p_tenant)
  on conflict do nothing;
  perform 1
  from analytics.standings s
  where s.tenant_id = p_tenant
  for no key update;
  -- What a note speaks of was committed with it or before, so the statements from here on see it.
  with taken as (
    delete from analytics.notes n
    where n.tenant_id = p_tenant
    returning n.nos
  )
  select array_agg(distinct u.no)
  into nos
  from taken t
  cross join lateral unnest(t.nos) as u(no);

  select array_agg(s.id) as accounts, array_agg(coalesce(m.out_at, '-infinity')) as out_at,
    array_agg(coalesce(m.out_id, 0)) as out_id, array_agg(coalesce(m.in_at, '-infinity')) as in_at,
    array_agg(coalesce(m.in_id, 0)) as in_id, array_agg('infinity'::timestamptz) as upto_at, array_agg(0::bigint) as upto_id,
    array_agg(a.changed_at) as changed_at, array_agg(a.balance) as balance
  into changed
  from analytics.shared_accounts(p_tenant) s
  cross join lateral (
    select a.changed_at, a.balance from ledger.accounts a where a.tenant_id = p_tenant and a.id = s.id offset 0
  ) a
  left join lateral (
    select m.* from analytics.marks m where m.tenant_id = p_tenant and m.account_id = s.id offset 0
  ) m on true
  where (m.seen_at, m.seen_balance) is distinct from (a.changed_at, a.balance);

  if changed.accounts is not null then
    select array_agg(t.account_id), array_agg(t.side), array_agg(t.at), array_agg(t.id), array_agg(t.unit),
      array_agg(t.from_kind), array_agg(t.from_ref), array_agg(t.to_kind), array_agg(t.to_ref), array_agg(t.amount),
      array_agg(t.kind), array_agg(t.order_no), array_agg(t.counted)
    into r_account, r_side, r_at, r_id, r_unit, r_from_kind, r_from_ref, r_to_kind, r_to_ref, r_amount, r_kind, r_no, r_counted
    from analytics.read_ledger(
      p_tenant, changed.accounts, changed.out_at, changed.out_id, changed.in_at, changed.in_id, changed.upto_at,
      changed.upto_id, changed.upto_at, changed.upto_id, p_limit
    ) t;
    -- What was seen of an account before its transfers were read is its state when all of them were; else it is read again.
    insert into analytics.marks as m (tenant_id, account_id, out_at, out_id, in_at, in_id, seen_at, seen_balance)
    select p_tenant, c.account_id, coalesce(o.at, '-infinity'), coalesce(o.id, 0), coalesce(i.at, '-infinity'),
      coalesce(i.id, 0), case when k.rows < p_limit then c.changed_at end, c.balance
    from unnest(changed.accounts, changed.changed_at, changed.balance) as c(account_id, changed_at, balance)
    cross join lateral (
      select coalesce(max(n.rows), 0) as rows
      from (
        select count(*) as rows
        from unnest(r_account, r_side) as u(account_id, side)
        where u.account_id = c.account_id
        group by u.side
      ) n
    ) k
    left join lateral (
      select u.at, u.id
      from unnest(r_account, r_side, r_at, r_id) as u(account_id, side, at, id)
      where u.account_id = c.account_id
        and u.side = 'out'
      order by u.at desc, u.id desc
      limit 1
    ) o on true
    left join lateral (
      select u.at, u.id
      from unnest(r_account, r_side, r_at, r_id) as u(account_id, side, at, id)
      where u.account_id = c.account_id
        and u.side = 'in'
      order by u.at desc, u.id desc
      limit 1
    ) i on true
    on conflict (tenant_id, account_id) do update
    set out_at = case when excluded.out_id > 0 then excluded.out_at else m.out_at end,
        out_id = case when excluded.out_id > 0 then excluded.out_id else m.out_id end,
        in_at = case when excluded.in_id > 0 then excluded.in_at else m.in_at end,
        in_id = case when excluded.in_id > 0 then excluded.in_id else m.in_id end,
        seen_at = excluded.seen_at,
        seen_balance = excluded.seen_balance;
  end if;
  if r_id is not null then
    perform analytics.turn_over(
      p_tenant, r_at, r_unit, r_from_kind, r_from_ref, r_to_kind, r_to_ref, r_kind, r_amount, r_counted
    );
    select bool_or(k.read >= p_limit) into more
    from (
      select count(*) as read
      from unnest(r_account, r_side) as u(account_id, side)
      group by u.account_id, u.side
    ) k;
    select array_agg(f.kind), array_agg(x.at), array_agg(x.id), array_agg(x.no), array_agg(f.amount), array_agg(f.way)
    into e_kind, e_at, e_transfer, e_no, e_amount, e_way
    from unnest(r_at, r_id, r_from_kind, r_from_ref, r_to_kind, r_to_ref, r_amount, r_no, r_counted)
      as x(at, id, from_kind, from_ref, to_kind, to_ref, amount, no, counted)
    cross join lateral analytics.effects(x.from_kind, x.from_ref, x.to_kind, x.to_ref, x.amount) f
    where x.counted;
  end if;
  if e_kind is not null or nos is not null then
    perform analytics.attribute(p_tenant, coalesce(e_kind, '{}'), e_at, e_transfer, e_no, e_amount, e_way, nos);
  end if;

  -- While there is more to read, the figures are those of no moment.
  update analytics.standings s
  set gathered_at = now()
  where s.tenant_id = p_tenant
    and s.gathered_at < now()
    and more is not true;
  return jsonb_build_object('read', coalesce(cardinality(r_id), 0), 'more', coalesce(more, false));
end;
$$;

create or replace function analytics.turn_over(
  p_tenant bigint, p_at timestamptz[], p_unit text[], p_from_kind text[], p_from_ref text[], p_to_kind text[], p_to_ref text[],
  p_kind text[], p_amount bigint[], p_counted boolean[]
)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with told as (
    insert into analytics.turnover as t (
      tenant_id, day, unit, from_kind, from_ref, to_kind, to_ref, kind, transfers, amount
    )
    select p_tenant, analytics.shop_day(x.at), x.unit, x.from_kind, x.from_ref, x.to_kind, x.to_ref, x.kind, count(*), sum(x.amount)
    from unnest(p_at, p_unit, p_from_kind, p_from_ref, p_to_kind, p_to_ref, p_kind, p_amount, p_counted)
      as x(at, unit, from_kind, from_ref, to_kind, to_ref, kind, amount, counted)
    where x.counted
    group by 2, 3, 4, 5, 6, 7, 8
    on conflict (tenant_id, day, unit, from_kind, from_ref, to_kind, to_ref, kind) do update
    set transfers = t.transfers + excluded.transfers,
        amount = t.amount + excluded.amount
    returning t.day
  )
  insert into analytics.days (tenant_id, day)
  select distinct p_tenant, t.day
  from told t
  on conflict (tenant_id, day) do update
  set changed_at = now();
$$;
revoke execute on function analytics.turn_over(
  bigint, timestamptz[], text[], text[], text[], text[], text[], text[], bigint[], boolean[]
) from public;

-- The counted transfers of one day of the shop, as far as they have been gathered.
create or replace function analytics.ledger_of_day(p_tenant bigint, p_day date)
returns table (at timestamptz, id bigint, unit text, from_kind text, from_ref text, to_kind text, to_ref text, amount bigint, kind text, order_no bigint)
language sql
stable
security definer
rows 10000
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with ends as materialized (
    select analytics.day_start(p_day) as start, analytics.day_start(p_day + 1) as stop
  ), bounds as materialized (
    select array_agg(m.account_id) as accounts, array_agg(e.start) as start, array_agg(0::bigint) as zero,
      array_agg(least(m.out_at, e.stop)) as out_at, array_agg(case when m.out_at < e.stop then m.out_id else 0 end) as out_id,
      array_agg(least(m.in_at, e.stop)) as in_at, array_agg(case when m.in_at < e.stop then m.in_id else 0 end) as in_id
    from analytics.marks m
    cross join ends e
    where m.tenant_id = p_tenant
  )
  select t.at, t.id, t.unit, t.from_kind, t.from_ref, t.to_kind, t.to_ref, t.amount, t.kind, t.order_no
  from bounds b
  cross join lateral analytics.read_ledger(
    p_tenant, b.accounts, b.start, b.zero, b.start, b.zero, b.out_at, b.out_id, b.in_at, b.in_id, null
  ) t
  where t.counted
$$;
revoke execute on function analytics.ledger_of_day(bigint, date) from public;

-- Entries that no movement of the ledger made (free lines, replacements) are kept and added up again; the rest is made
-- from the ledger. Free lines and replacements that were missed are found by the movements of their cards.
create or replace function analytics.recount_day(p_tenant bigint, p_day date)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  start constant timestamptz := analytics.day_start(p_day);
  stop constant timestamptz := analytics.day_start(p_day + 1);
  kept analytics.entries[];
  moved record;
  nos bigint[];
begin
  perform 1
  from analytics.standings s
  where s.tenant_id = p_tenant
  for no key update;
  delete from analytics.sums s
  where s.tenant_id = p_tenant
    and s.grain in ('hour', 'day')
    and s.at >= start
    and s.at < stop;
  delete from analytics.turnover t
  where t.tenant_id = p_tenant
    and t.day = p_day;
  delete from analytics.entries e
  where e.tenant_id = p_tenant
    and e.at >= start
    and e.at < stop
    and e.transfer_id is not null;
  select array_agg(e) into kept
  from analytics.entries e
  where e.tenant_id = p_tenant
    and e.at >= start
    and e.at < stop;
  perform analytics.add_up(p_tenant, coalesce(kept, '{}'));

  select array_agg(t.at) as at, array_agg(t.unit) as unit, array_agg(t.from_kind) as from_kind, array_agg(t.from_ref) as from_ref,
    array_agg(t.to_kind) as to_kind, array_agg(t.to_ref) as to_ref, array_agg(t.kind) as kind, array_agg(t.amount) as amount,
    array_agg(true) as counted, array_agg(t.id) as id, array_agg(t.order_no) as no
  into moved
  from analytics.ledger_of_day(p_tenant, p_day) t;
  perform analytics.turn_over(
    p_tenant, moved.at, moved.unit, moved.from_kind, moved.from_ref, moved.to_kind, moved.to_ref, moved.kind, moved.amount, moved.counted
  );
  nos := array(
    select distinct analytics.order_of(m.cause)
    from vault.movements m
    where m.tenant_id = p_tenant
      and m.at >= start
      and m.at < stop
      and m.from_state = 'available'
      and m.to_state = 'delivered'
      and m.cause like 'order:%'
  );
  perform analytics.attribute(
    p_tenant, coalesce(array_agg(f.kind), '{}'), array_agg(x.at), array_agg(x.id), array_agg(x.no), array_agg(f.amount),
    array_agg(f.way), nos
  )
  from unnest(moved.at, moved.id, moved.from_kind, moved.from_ref, moved.to_kind, moved.to_ref, moved.amount, moved.no)
    as x(at, id, from_kind, from_ref, to_kind, to_ref, amount, no)
  cross join lateral analytics.effects(x.from_kind, x.from_ref, x.to_kind, x.to_ref, x.amount) f;
end;
$$;

-- What does not agree on a day: [{"figure", "ours", "ledgers"}, …]. `sales`, `refunds`, `fees`, `losses`, `bonuses`, `cost`: entries against
-- the ledger; `turnover`: the day's movements by account; `sums`: sums against entries, by hour and day; `pieces`: what the day's
-- orders were given against their grants.
create or replace function analytics.differences_of_day(p_tenant bigint, p_day date)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_nestloop = off
as $$
declare
  start constant timestamptz := analytics.day_start(p_day);
  stop constant timestamptz := analytics.day_start(p_day + 1);
  found jsonb;
begin
  with posted as materialized (
    select * from analytics.ledger_of_day(p_tenant, p_day)
  ), ours as materialized (
    select * from analytics.entries e where e.tenant_id = p_tenant and e.at >= start and e.at < stop
  ), results as (
    select k.figure, coalesce(o.amount, 0) as ours, coalesce(l.amount, 0) as ledgers
    from (values ('sale', 'sales'), ('refund', 'refunds'), ('fee', 'fees'), ('loss', 'losses'), ('bonus', 'bonuses'), ('cost', 'cost')) as k(kind, figure)
    left join (select e.kind, sum(e.amount_fen) as amount from ours e group by e.kind) o on o.kind = k.kind
    left join (
      select f.kind, sum(f.amount) as amount
      from posted p
      cross join lateral analytics.effects(p.from_kind, p.from_ref, p.to_kind, p.to_ref, p.amount) f
      group by f.kind
    ) l on l.kind = k.kind
  ), turnover as (
    select 'turnover' as figure, coalesce(t.amount, 0) as ours, coalesce(p.amount, 0) as ledgers
    from (
      select * from analytics.turnover t where t.tenant_id = p_tenant and t.day = p_day
    ) t
    full join (
      select p.unit, p.from_kind, p.from_ref, p.to_kind, p.to_ref, p.kind, sum(p.amount) as amount, count(*) as transfers
      from posted p
      group by 1, 2, 3, 4, 5, 6
    ) p using (unit, from_kind, from_ref, to_kind, to_ref, kind)
    where (t.amount, t.transfers) is distinct from (p.amount, p.transfers)
  ), added as (
    select g.grain, case g.grain when 'hour' then date_trunc('hour', e.at) else start end as at, e.sku_id, e.batch_id,
      e.channel, e.pay_way, e.staff,
      coalesce(sum(e.amount_fen) filter (where e.kind = 'sale'), 0) as sales_fen,
      coalesce(sum(e.amount_fen) filter (where e.kind = 'refund'), 0) as refunds_fen,
      coalesce(sum(e.amount_fen) filter (where e.kind = 'fee'), 0) as fees_fen,
      coalesce(sum(e.amount_fen) filter (where e.kind = 'loss'), 0) as losses_fen,
      coalesce(sum(e.amount_fen) filter (where e.kind = 'bonus'), 0) as bonuses_fen,
      coalesce(sum(e.amount_fen) filter (where e.kind = 'cost'), 0) as costs_fen,
      sum(e.pieces) as pieces, sum(e.lines) as lines, count(*) as entries
    from ours e
    cross join (values ('hour'), ('day')) as g(grain)
    group by 1, 2, 3, 4, 5, 6, 7
  ), sums as (
    select 'sums' as figure, coalesce(s.sales_fen + s.refunds_fen + s.fees_fen + s.losses_fen + s.bonuses_fen + s.costs_fen + s.pieces, 0) as ours,
      coalesce(a.sales_fen + a.refunds_fen + a.fees_fen + a.losses_fen + a.bonuses_fen + a.costs_fen + a.pieces, 0) as ledgers
    from (
      select * from analytics.sums s
      where s.tenant_id = p_tenant and s.grain in ('hour', 'day') and s.at >= start and s.at < stop
    ) s
    full join added a using (grain, at, sku_id, batch_id, channel, pay_way, staff)
    where (s.sales_fen, s.refunds_fen, s.fees_fen, s.losses_fen, s.bonuses_fen, s.costs_fen, s.pieces, s.lines, s.entries)
      is distinct from (a.sales_fen, a.refunds_fen, a.fees_fen, a.losses_fen, a.bonuses_fen, a.costs_fen, a.pieces, a.lines, a.entries)
  ), nos as materialized (
    select e.order_no as no from ours e where e.order_no is not null and e.pieces <> 0
    union
    select analytics.order_of(m.cause)
    from vault.movements m
    where m.tenant_id = p_tenant
      and m.at >= start
      and m.at < stop
      and m.from_state = 'available'
      and m.to_state = 'delivered'
      and m.cause like 'order:%'
  ), pieces as (
    select 'pieces' as figure, b.pieces as ours, g.pieces as ledgers
    from nos n
    cross join lateral (
      select coalesce(sum(e.pieces), 0) as pieces
      from analytics.entries e
      where e.tenant_id = p_tenant
        and e.order_no = n.no
    ) b
    cross join lateral (
      select count(*) as pieces from entitlements.grants g where g.tenant_id = p_tenant and g.order_no = n.no and catalog.deliver_of(g.kind) <> 'credit'
    ) g
    where g.pieces > 0
      and b.pieces <> g.pieces
  ), wrong as (
    select r.figure, r.ours, r.ledgers from results r where r.ours <> r.ledgers
    union all
    select t.figure, t.ours, t.ledgers from turnover t
    union all
    select s.figure, s.ours, s.ledgers from sums s
    union all
    select p.figure, p.ours, p.ledgers from pieces p
  )
  select coalesce(jsonb_agg(jsonb_build_object('figure', w.figure, 'ours', w.ours, 'ledgers', w.ledgers) order by w.figure), '[]')
  into found
  from (
    select w.figure, sum(w.ours)::bigint as ours, sum(w.ledgers)::bigint as ledgers
    from wrong w
    group by w.figure
  ) w;
  return found;
end;
$$;
revoke execute on function analytics.differences_of_day(bigint, date) from public;

create or replace function analytics.check_day(p_tenant bigint, p_day date)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  differences jsonb;
  recounted boolean := false;
begin
  perform 1
  from analytics.standings s
  where s.tenant_id = p_tenant
  for no key update;
  differences := analytics.differences_of_day(p_tenant, p_day);
  if differences <> '[]' then
    perform analytics.recount_day(p_tenant, p_day);
    -- What is still wrong was wrong in the rows themselves, and stays in sight until it is not.
    recounted := true;
    differences := analytics.differences_of_day(p_tenant, p_day);
  end if;
  insert into analytics.days as d (tenant_id, day, checked_at, differences, recounted_at)
  values (p_tenant, p_day, clock_timestamp(), differences, case when recounted then clock_timestamp() end)
  on conflict (tenant_id, day) do update
  set checked_at = excluded.checked_at,
      differences = excluded.differences,
      recounted_at = coalesce(excluded.recounted_at, d.recounted_at);
  return jsonb_build_object('differences', differences, 'recounted', recounted);
end;
$$;

create or replace function analytics.tenants_noted(p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(x.tenant_id), '[]')
  from (
    select distinct n.tenant_id
    from analytics.notes n
    limit p_limit
  ) x
$$;

create or replace function analytics.tenants_behind(p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
  select coalesce(jsonb_agg(x.id), '[]')
  from (
    select t.id
    from tenancy.tenants t
    left join analytics.standings s on s.tenant_id = t.id
    cross join lateral (
      select max(l.changed_at) as changed_at
      from analytics.shared_accounts(t.id) a
      cross join lateral (
        select l.changed_at from ledger.accounts l where l.tenant_id = t.id and l.id = a.id offset 0
      ) l
    ) l
    -- A transaction may be older than the moment at which its change can be seen.
    where l.changed_at > coalesce(s.gathered_at, '-infinity') - interval '5 minutes'
    limit p_limit
  ) x
$$;

create or replace function analytics.unchecked_days(p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', x.tenant_id, 'day', x.day)), '[]')
  from (
    select d.tenant_id, d.day
    from tenancy.tenants t
    join analytics.days d on d.tenant_id = t.id
    -- A day of which a part has been read agrees with nothing; a long history is read over several ticks.
    join analytics.standings s on s.tenant_id = t.id and s.gathered_at >= d.changed_at
    where (d.checked_at is null or d.checked_at < d.changed_at)
      and d.day < analytics.shop_day(now())
    order by d.day desc
    limit p_limit
  ) x
$$;
