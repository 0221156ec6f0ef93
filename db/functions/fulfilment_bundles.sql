-- What becomes of the parts of a bundle after it was paid (docs/adr/0034-bundles.md).
--
--   fulfilment.release_bundles(tenant, nos, actor)   lets go what was held back, where every part can be had now; inside deliver_locked
--   fulfilment.set_aside_bundles(tenant, nos)        what is held back and was not set aside before payment is; inside deliver_locked
--   fulfilment.credit_points(tenant, nos, lines)     lines that bring points; inside deliver_locked
--   fulfilment.missing_points, take_points           what taking them back again would miss, and does
--   fulfilment.part_news(tenant, nos)                something became of a part: its bundle is to be looked at
--   fulfilment.take_bundles(limit)                   all tenants: orders with a bundle to be looked at
--   fulfilment.settle_bundles(tenant, no)            does what their policies say; the lines whose share goes back
--   fulfilment.bundles_settled(tenant, no)           that was done
--
-- Lock order: orders by number, accounts by id, holds, cards, batch counts. Bundles of an order under the order's lock.

-- A bundle that holds back goes as a whole: when all that suppliers bring and people do has arrived (or was given back by staff), and every
-- code of it is held or free now, and no refund of a part waits for a second person. Where a code is missing, that line is an exception and the others go on waiting. The caller
-- has locked the orders. Answers whether anything may go now.
create or replace function fulfilment.release_bundles(p_tenant bigint, p_nos bigint[], p_actor text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  r_no bigint[];
  r_bundle smallint[];
  d_group integer[];
  d_account bigint[];
  d_amount bigint[];
  admitted boolean[];
  short record;
  told_nos bigint[] := '{}';
  told jsonb[] := '{}';
begin
  select array_agg(x.order_no), array_agg(x.bundle_no)
  into r_no, r_bundle
  from (
    select l.order_no, l.bundle_no
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = any (p_nos)
      and l.bundle_no is not null
    group by l.order_no, l.bundle_no
    having bool_or(l.held_back and l.state in ('waiting', 'exception'))
      and bool_and(catalog.revoke_of(l.kind) <> 'keep' or l.state = 'delivered' or l.refunded_quantity = l.quantity)
      -- Of a part that is back already nothing is left to decide.
      and not bool_or(l.refunded_quantity < l.quantity and fulfilment.refund_awaits(p_tenant, l.order_no, l.line_no))
    order by l.order_no, l.bundle_no
  ) x;
  if r_no is null then
    return false;
  end if;
  perform fulfilment.lock_accounts(p_tenant, p_nos, array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
  ] || (
    select fulfilment.accounts_of_members(p_tenant, array_agg(o.member_id))
    from orders.orders o
    where o.tenant_id = p_tenant
      and o.no = any (p_nos)
      and o.credit_points > 0
    having count(*) > 0
  ));

  -- What has no living hold any more takes what is free now: all of the bundle, or none of it.
  select array_agg(x.n::integer), array_agg(x.account_id), array_agg(x.quantity::bigint)
  into d_group, d_account, d_amount
  from (
    select b.n, a.id as account_id, l.quantity
    from unnest(r_no, r_bundle) with ordinality as b(no, bundle_no, n)
    cross join lateral (
      select l.sku_id, l.quantity, l.hold_id, l.warehouse_id
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = b.no
        and l.bundle_no = b.bundle_no
        and catalog.reserve_of(l.kind) = 'shelf'
        and l.held_back
        and l.state in ('waiting', 'exception')
      offset 0
    ) l
    cross join lateral (select stock.shelf(p_tenant, l.sku_id, l.warehouse_id) as id offset 0) a
    where not exists (
      select
      from ledger.holds h
      where h.tenant_id = p_tenant
        and h.id = l.hold_id
        and h.state = 'held'
    )
    order by b.n
  ) x;
  admitted := ledger.admit(p_tenant, d_group, d_account, d_amount, cardinality(r_no));

  if false = any (admitted) then
    for short in
      select l.order_no, l.line_no
      from unnest(admitted, r_no, r_bundle) as b(fits, no, bundle_no)
      cross join lateral (
        select l.order_no, l.line_no, l.sku_id, l.quantity, l.hold_id, l.warehouse_id
        from orders.lines l
        where l.tenant_id = p_tenant
          and l.order_no = b.no
          and l.bundle_no = b.bundle_no
          and catalog.reserve_of(l.kind) = 'shelf'
          and l.held_back
          and l.state = 'waiting'
        offset 0
      ) l
      cross join lateral (
        select a.balance - a.held_out as free
        from ledger.accounts a
        where a.tenant_id = p_tenant
          and a.id = stock.shelf(p_tenant, l.sku_id, l.warehouse_id)
        offset 0
      ) a
      where not b.fits
        and a.free < l.quantity
        and not exists (
          select from ledger.holds h where h.tenant_id = p_tenant and h.id = l.hold_id and h.state = 'held'
        )
    loop
      update orders.lines l
      set state = 'exception',
          exception_reason = 'out_of_stock',
          exception_at = coalesce(l.exception_at, now())
      where l.tenant_id = p_tenant
        and l.order_no = short.order_no
        and l.line_no = short.line_no;
      told_nos := told_nos || short.order_no;
      told := told || jsonb_build_object('no', short.order_no, 'lineNo', short.line_no, 'reason', 'out_of_stock');
    end loop;
    perform events.append(
      p_tenant, jsonb_build_object('actor', p_actor), array_agg('order.exception'::text), array_agg('order:' || t.no), array_agg(t.payload)
    )
    from unnest(told_nos, told) as t(no, payload);
  end if;

  update orders.lines l
  set held_back = false,
      state = 'waiting',
      exception_reason = null,
      exception_note = null,
      exception_at = null
  from unnest(admitted, r_no, r_bundle) as b(fits, no, bundle_no)
  where b.fits
    and l.tenant_id = p_tenant
    and l.order_no = any (r_no)
    and l.order_no = b.no
    and l.bundle_no = b.bundle_no
    and l.held_back
    and l.state in ('waiting', 'exception');
  return true = any (admitted);
end;
$$;
revoke execute on function fulfilment.release_bundles(bigint, bigint[], text) from public;

-- What is held back is nobody else's from payment on, also when its goods set pieces aside only then, or it was paid at once from a purse. Where there
-- is not enough any more the line waits without, and is looked at when all of the bundle can go. The caller has locked orders and accounts.
create or replace function fulfilment.set_aside_bundles(p_tenant bigint, p_nos bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  l_no bigint[];
  l_line smallint[];
  l_from bigint[];
  l_to bigint[];
  l_amount bigint[];
  ids bigint[];
begin
  select array_agg(x.order_no), array_agg(x.line_no), array_agg(x.available), array_agg(x.delivered), array_agg(x.quantity)
  into l_no, l_line, l_from, l_to, l_amount
  from (
    select l.order_no, l.line_no, l.quantity::bigint as quantity,
      stock.shelf(p_tenant, l.sku_id, l.warehouse_id) as available,
      ledger.account(p_tenant, 'stock.delivered', l.sku_id::text, 'piece') as delivered
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = any (p_nos)
      and catalog.reserve_of(l.kind) = 'shelf'
      and l.held_back
      and l.state = 'waiting'
      and not exists (
        select from ledger.holds h where h.tenant_id = p_tenant and h.id = l.hold_id and h.state = 'held'
      )
    order by l.order_no, l.line_no
  ) x;
  if l_no is null then
    return;
  end if;
  select array_agg(l_no[x.n] order by x.n), array_agg(l_line[x.n] order by x.n), array_agg(l_from[x.n] order by x.n),
    array_agg(l_to[x.n] order by x.n), array_agg(l_amount[x.n] order by x.n)
  into l_no, l_line, l_from, l_to, l_amount
  from unnest(ledger.admit(
    p_tenant, array(select n::integer from generate_series(1, cardinality(l_no)) as n), l_from, l_amount, cardinality(l_no)
  )) with ordinality as x(fits, n)
  where x.fits;
  if l_no is null then
    return;
  end if;
  ids := ledger.hold(
    p_tenant, l_from, l_to, l_amount, array(select 'order:' || x.no from unnest(l_no) with ordinality as x(no, n) order by x.n),
    array_fill(now(), array[cardinality(l_no)])
  );
  update orders.lines l
  set hold_id = x.id
  from unnest(l_no, l_line, ids) as x(no, line, id)
  where l.tenant_id = p_tenant
    and l.order_no = any (l_no)
    and l.order_no = x.no
    and l.line_no = x.line;
end;
$$;
revoke execute on function fulfilment.set_aside_bundles(bigint, bigint[]) from public;

-- The shop gives the points out, a right for each piece, and the line's share of the price is earned. The caller has locked orders and accounts.
create or replace function fulfilment.credit_points(p_tenant bigint, p_nos bigint[], p_lines smallint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  perform ledger.post(p_tenant, array_agg(m.from_id), array_agg(m.to_id), array_agg(m.amount), array_agg(m.kind), array_agg('order:' || m.no))
  from (
    select x.no, l.amount_fen, l.credit_points, o.member_id
    from unnest(p_nos, p_lines) as x(no, line)
    cross join lateral (
      select l.amount_fen, l.credit_points
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = x.no
        and l.line_no = x.line
      offset 0
    ) l
    cross join lateral (
      select o.member_id from orders.orders o where o.tenant_id = p_tenant and o.no = x.no offset 0
    ) o
  ) l
  cross join lateral (
    values
      (
        l.no, ledger.account(p_tenant, 'points.issued', '', 'point'), ledger.account(p_tenant, 'points.member', l.member_id::text, 'point'),
        l.credit_points, 'points.bundle'
      ),
      (
        l.no, ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY'),
        l.amount_fen, 'cash.earn'
      )
  ) as m(no, from_id, to_id, amount, kind)
  where m.amount > 0;
  insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, kind, sku_id)
  select p_tenant, o.buyer_key, o.member_id, x.no, x.line, p.piece, l.kind, l.sku_id
  from unnest(p_nos, p_lines) as x(no, line)
  cross join lateral (
    select l.kind, l.sku_id, l.quantity
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = x.no
      and l.line_no = x.line
    offset 0
  ) l
  cross join lateral (
    select o.buyer_key, o.member_id from orders.orders o where o.tenant_id = p_tenant and o.no = x.no offset 0
  ) o
  cross join lateral generate_series(1, l.quantity) as p(piece);
  update orders.lines l
  set state = 'delivered',
      delivered_quantity = l.quantity,
      delivered_at = clock_timestamp(),
      exception_reason = null
  from unnest(p_nos, p_lines) as x(no, line)
  where l.tenant_id = p_tenant
    and l.order_no = any (p_nos)
    and l.order_no = x.no
    and l.line_no = x.line;
end;
$$;
revoke execute on function fulfilment.credit_points(bigint, bigint[], smallint[]) from public;

-- How many of the points that a line brought have been spent since; not above zero when all of them can be taken back. Those
-- who only get an amount back keep them.
create or replace function fulfilment.missing_points(p_tenant bigint, p_no bigint, p_line integer, p_takes text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce((
    select l.credit_points - l.taken_points - a.balance + a.held_out
    from orders.lines l
    join orders.orders o on o.tenant_id = p_tenant and o.no = p_no
    join ledger.accounts a
      on a.tenant_id = p_tenant
      and a.kind = 'points.member'
      and a.ref = o.member_id::text
      and a.unit = 'point'
    where p_takes = 'line'
      and l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.line_no = p_line
      and l.delivered_at is not null
  ), 0)
$$;
revoke execute on function fulfilment.missing_points(bigint, bigint, integer, text) from public;

-- Takes back what a line brought, as far as it is there: what a payer's bank takes back may be spent, and what is missing
-- then is the recorded loss (`credit_points` less `taken_points` of a refunded line).
create or replace function fulfilment.take_points(p_tenant bigint, p_no bigint, p_line integer)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  pot bigint;
  taken bigint;
begin
  select a.id, least(l.credit_points - l.taken_points, a.balance - a.held_out) into pot, taken
  from orders.lines l
  join orders.orders o on o.tenant_id = p_tenant and o.no = p_no
  join ledger.accounts a
    on a.tenant_id = p_tenant
    and a.kind = 'points.member'
    and a.ref = o.member_id::text
    and a.unit = 'point'
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    and l.delivered_at is not null;
  if coalesce(taken, 0) <= 0 then
    return;
  end if;
  perform ledger.post(
    p_tenant, array[pot], array[ledger.account(p_tenant, 'points.issued', '', 'point')], array[taken], array['points.take_back'],
    array['order:' || p_no]
  );
  update orders.lines l
  set taken_points = l.taken_points + taken
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
end;
$$;
revoke execute on function fulfilment.take_points(bigint, bigint, integer) from public;

-- With the policy `rest` nothing follows from it: what failed waits at the desk by itself.
create or replace function fulfilment.part_news(p_tenant bigint, p_nos bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  update orders.bundles b
  set due_at = now()
  where b.tenant_id = p_tenant
    and b.order_no = any (p_nos)
    and b.policy in ('hold', 'refund')
$$;
revoke execute on function fulfilment.part_news(bigint, bigint[]) from public;

-- Handing out puts them off for half a minute, so that what a process died over is taken up again.
create or replace function fulfilment.take_bundles(p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  tenant record;
  taken jsonb;
  answer jsonb := '[]';
begin
  for tenant in
    select t.id
    from tenancy.tenants t
    where exists (
      select from orders.bundles b
      where b.tenant_id = t.id
        and b.due_at <= now()
    )
    order by random()
  loop
    with due as (
      select b.order_no, b.bundle_no
      from orders.bundles b
      where b.tenant_id = tenant.id
        and b.due_at <= now()
      order by b.due_at
      limit p_limit
      for no key update skip locked
    ), handed as (
      update orders.bundles b
      set due_at = now() + interval '30 seconds'
      from due d
      where b.tenant_id = tenant.id
        and b.order_no = d.order_no
        and b.bundle_no = d.bundle_no
      returning b.order_no
    )
    select jsonb_agg(distinct h.order_no) into taken
    from handed h;
    if taken is not null then
      answer := answer || jsonb_build_object('tenantId', tenant.id, 'nos', taken);
    end if;
  end loop;
  return answer;
end;
$$;

-- {lines: [line numbers whose share goes back], redeemed: whether parts that cost nothing wait for `redeem.settle_parts`}. Those of which nothing arrived, which nobody is bringing any more, and for
-- which no refund waits already. What nobody is sure about, and what a refund failed for, is for a person.
create or replace function fulfilment.settle_bundles(p_tenant bigint, p_no bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  lines jsonb;
  is_redeemed boolean;
begin
  perform orders.lock(p_tenant, p_no);
  perform fulfilment.lock_shelves(p_tenant, array[p_no]);
  perform fulfilment.deliver_locked(p_tenant, array[p_no], 'system', false, null, true);
  select coalesce(jsonb_agg(l.line_no order by l.line_no), '[]') into lines
  from orders.bundles b
  join orders.lines l
    on l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.bundle_no = b.bundle_no
    and l.state = 'exception'
    and l.exception_reason in ('out_of_stock', 'no_source', 'loss_guard', 'account_refused', 'service_rejected')
    and l.delivered_quantity = 0
    and l.amount_fen > 0
    and not fulfilment.arrived_after_all(p_tenant, p_no, l.line_no)
  where b.tenant_id = p_tenant
    and b.order_no = p_no
    and b.policy = 'refund'
    and not exists (
      select
      from payments.refunds r
      where r.tenant_id = p_tenant
        and r.order_no = p_no
        and r.line_no = l.line_no
        -- Or was declined since it is stuck: what was decided is not asked again.
        and (r.state = 'awaiting' or r.state = 'declined' and r.decided_at >= l.exception_at)
    );
  -- What a code paid for has no price to give back: its series says what its owner gets instead.
  is_redeemed := fulfilment.failed_parts(p_tenant, p_no, 'refund') is not null;
  -- Whoever has news of a part has the order locked.
  if lines = '[]' and not is_redeemed then
    update orders.bundles b
    set due_at = null
    where b.tenant_id = p_tenant
      and b.order_no = p_no;
  end if;
  return jsonb_build_object('lines', lines, 'redeemed', is_redeemed);
end;
$$;

create or replace function fulfilment.bundles_settled(p_tenant bigint, p_no bigint)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  update orders.bundles b
  set due_at = null
  where b.tenant_id = p_tenant
    and b.order_no = p_no
    -- Handing out put it off; what is due before then is news that came meanwhile.
    and b.due_at > clock_timestamp()
$$;
