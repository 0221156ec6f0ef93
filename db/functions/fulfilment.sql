-- From payment to the code in hand, over sets. Each function is one transaction's whole work.
--
--   fulfilment.settle(tenant, captures)                 gateways' verified notices: money, order, stock, card, grant, event
--   fulfilment.pay_by_balance(tenant, payments)         the same with a member's purse
--   fulfilment.place_and_pay(tenant, items)             orders.place, then by balance what asks for it; {no, totalFen, view}
--   fulfilment.deliver(tenant, nos, actor, line)        delivers what is waiting or an exception in paid orders
--   fulfilment.deliver_from_total(tenant, no, line, actor)   a channel's stuck line gets pieces of the total warehouse
--   fulfilment.chargeback(tenant, gateway, news)        what a gateway took back by itself, or gave back again
--   fulfilment.handle_receipt(tenant, receipt, action, note, actor, let go at most)  money that did not fit: refund, balance or apply
--   fulfilment.replace(tenant, no, grant, reason, actor)         a new code for a bad one
--   fulfilment.credit_recharges(tenant, nos)            puts what was recharged into the purses; inside deliver_locked
--   fulfilment.mark_used(tenant, no, grant, used, actor)         the owner's own bookkeeping
--   fulfilment.follow_used(cards)                       grants of cards that staff recorded as used; inside db.write
--
-- Refunds are in fulfilment_refunds.sql.
--
-- Lock order: orders by number, accounts by id, holds, cards, batch counts.

-- The SKUs of these orders' open lines with their rule and accounts, as one row of arrays.
create or replace function fulfilment.stock_of(
  p_tenant bigint, p_skus bigint[], out skus bigint[], out allocations text[], out available bigint[], out delivered bigint[]
)
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select array_agg(k.sku), array_agg(s.allocation), array_agg(a.id), array_agg(d.id)
  from (select distinct u.sku from unnest(p_skus) as u(sku)) k
  cross join lateral (
    select s.allocation from catalog.skus s where s.tenant_id = p_tenant and s.id = k.sku offset 0
  ) s
  cross join lateral (
    select a.id from ledger.accounts a
    where a.tenant_id = p_tenant and a.kind = 'stock.available' and a.ref = k.sku::text and a.unit = 'piece'
    offset 0
  ) a
  cross join lateral (
    select a.id from ledger.accounts a
    where a.tenant_id = p_tenant and a.kind = 'stock.delivered' and a.ref = k.sku::text and a.unit = 'piece'
    offset 0
  ) d
$$;
revoke execute on function fulfilment.stock_of(bigint, bigint[]) from public;

-- Locks every account that paying, delivering or refunding these orders may move, in the one order of the ledger. Taking
-- them one step after the other would let a notice and a refund, or a balance payment, wait for each other.
create or replace function fulfilment.lock_accounts(p_tenant bigint, p_nos bigint[], p_more bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  -- Whoever redeems has the code before the accounts.
  select fulfilment.lock_sold(p_tenant, p_nos);
  select ledger.lock(p_tenant, p_more || (
    select array_agg(a.id)
    from (
      select distinct l.sku_id, l.warehouse_id
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = any (p_nos)
    ) k
    cross join unnest(array['stock.available', 'stock.delivered', 'stock.void', 'warehouse.available']) as kinds(kind)
    cross join lateral (
      select a.id
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = kinds.kind
        and a.ref = case kinds.kind when 'warehouse.available' then k.sku_id || ':' || k.warehouse_id else k.sku_id::text end
        and a.unit = 'piece'
      offset 0
    ) a
  ) || (
    select array_agg(a.id)
    from orders.orders o
    cross join lateral (values ('cash.member', o.member_id::text), ('cash.bonus', '')) as kinds(kind, ref)
    cross join lateral (
      select a.id
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = kinds.kind
        and a.ref = kinds.ref
        and a.unit = 'CNY'
      offset 0
    ) a
    where o.tenant_id = p_tenant
      and o.no = any (p_nos)
      and o.purpose = 'recharge'
  ))
$$;
revoke execute on function fulfilment.lock_accounts(bigint, bigint[], bigint[]) from public;

-- The purses and points that paying orders of these members may move.
create or replace function fulfilment.accounts_of_members(p_tenant bigint, p_members bigint[])
returns bigint[]
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select array_agg(a.id)
  from (
    select ledger.account(p_tenant, k.kind, '', 'point') as id
    from unnest(array['points.spent', 'points.issued']) as k(kind)
    union all
    select a.id
    from unnest(p_members) as m(id)
    cross join unnest(array['cash.member', 'points.member'], array['CNY', 'point']) as k(kind, unit)
    cross join lateral (
      select a.id
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = k.kind
        and a.ref = m.id::text
        and a.unit = k.unit
      offset 0
    ) a
  ) a
$$;
revoke execute on function fulfilment.accounts_of_members(bigint, bigint[]) from public;

-- Takes what members bring to these orders beside a gateway: points, and a part from the purse with its receipt. What was
-- set aside is taken; for an order that had ended, and whose money came all the same, what is there now: the caller found
-- that it is enough.
create or replace function fulfilment.take_members_part(p_tenant bigint, p_nos bigint[], p_receipts boolean)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  holds bigint[];
  taken bigint[];
begin
  select array_agg(h.id)
  into holds
  from orders.orders o
  cross join lateral unnest(array[o.balance_hold, o.points_hold]) as h(id)
  where o.tenant_id = p_tenant
    and o.no = any (p_nos)
    and h.id is not null;
  if holds is null then
    return;
  end if;
  taken := ledger.close(p_tenant, (
    select array_agg(o.balance_hold) from orders.orders o
    where o.tenant_id = p_tenant and o.no = any (p_nos) and o.balance_hold is not null
  ), 'captured', 'cash.pay_by_balance') || ledger.close(p_tenant, (
    select array_agg(o.points_hold) from orders.orders o
    where o.tenant_id = p_tenant and o.no = any (p_nos) and o.points_hold is not null
  ), 'captured', 'points.spend');
  if cardinality(taken) < cardinality(holds) then
    perform ledger.post(
      p_tenant, array_agg(h.from_account), array_agg(h.to_account), array_agg(h.amount),
      array_agg(case a.unit when 'CNY' then 'cash.pay_by_balance' else 'points.spend' end), array_agg(h.cause)
    )
    from unnest(holds) as x(id)
    join ledger.holds h on h.tenant_id = p_tenant and h.id = x.id and h.id = any (holds)
    join ledger.accounts a on a.tenant_id = p_tenant and a.id = h.from_account
    where x.id <> all (taken);
  end if;
  if p_receipts then
    insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state, paid_at)
    select p_tenant, 'balance', 'B' || o.no, o.no, o.balance_fen, 'CNY', 'applied', now()
    from orders.orders o
    where o.tenant_id = p_tenant
      and o.no = any (p_nos)
      and o.balance_fen > 0;
  end if;
end;
$$;
revoke execute on function fulfilment.take_members_part(bigint, bigint[], boolean) from public;

-- What was recharged goes from clearing into the purse, and the bonus from the shop beside it, as it was shown when the order
-- was placed. The caller has locked orders and accounts, and marks the orders.
create or replace function fulfilment.credit_recharges(p_tenant bigint, p_nos bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  nos bigint[];
  amounts bigint[];
  bonuses bigint[];
  purses bigint[];
begin
  select array_agg(o.no), array_agg(o.total_fen), array_agg(o.credit_fen - o.total_fen),
    array_agg(ledger.account(p_tenant, 'cash.member', o.member_id::text, 'CNY'))
  into nos, amounts, bonuses, purses
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (p_nos)
    and o.purpose = 'recharge';
  if nos is null then
    return;
  end if;
  perform ledger.post(p_tenant, array_agg(m.from_id), array_agg(m.purse), array_agg(m.amount), array_agg(m.kind), array_agg('order:' || m.no))
  from (
    select ledger.account(p_tenant, 'cash.clearing', '', 'CNY') as from_id, x.purse, x.amount, 'cash.recharge' as kind, x.no
    from unnest(nos, amounts, purses) as x(no, amount, purse)
    union all
    select ledger.account(p_tenant, 'cash.bonus', '', 'CNY'), x.purse, x.bonus, 'cash.recharge_bonus', x.no
    from unnest(nos, bonuses, purses) as x(no, bonus, purse)
    where x.bonus > 0
  ) m;
  update orders.lines l
  set state = 'delivered',
      delivered_quantity = l.quantity,
      delivered_at = clock_timestamp()
  where l.tenant_id = p_tenant
    and l.order_no = any (nos);
end;
$$;
revoke execute on function fulfilment.credit_recharges(bigint, bigint[]) from public;

-- Delivers every waiting or failed line of the given orders, which the caller has locked, and after them their accounts
-- (`lock_accounts`). A line is delivered whole or it
-- is an exception with a reason: never "delivered" with a piece missing. Orders that are paid already are looked for
-- among `p_nos`; with `p_paying` all of them are, and the same update that delivers an order also marks it paid. What a
-- bundle holds back until all of it can go is left alone; `p_waiting_only` leaves exceptions alone as well. What arrived after it was
-- refused is bought again only where `p_line` is that line, because a person asked for it by name.
-- Returns [{no, lineNo, quantity, delivered, reason}].
create or replace function fulfilment.deliver_locked(
  p_tenant bigint, p_nos bigint[], p_actor text, p_paying boolean, p_pay_with text, p_waiting_only boolean default false,
  p_line integer default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  -- One entry per line.
  l_no bigint[];
  l_line smallint[];
  l_kind text[];
  l_sku bigint[];
  l_quantity integer[];
  l_amount bigint[];
  l_owner text[];
  l_member bigint[];
  l_hold bigint[];
  l_held boolean[];
  l_warehouse bigint[];
  routed integer;
  l_available bigint[];
  l_delivered bigint[];
  l_reason text[];
  -- The card that a line's buyer chose, and the lines whose card is there.
  l_pick bigint[];
  k_line integer[];
  line_count integer;
  stock record;
  admitted boolean[];
  enough boolean[];
  -- One entry per piece.
  c_line integer[];
  c_piece integer[];
  c_card bigint[];
  -- Lines that a supplier delivers.
  s_no bigint[];
  s_line smallint[];
  s_instead integer[];
  -- Lines that people of the shop work on.
  t_no bigint[];
  t_line smallint[];
  -- Lines of redeem codes that are made for them.
  r_no bigint[];
  r_line smallint[];
  -- Lines that are kept until their buyer activates them.
  h_no bigint[];
  h_line smallint[];
  -- Lines that bring points, and orders with lines that wait for the other parts of a bundle.
  b_no bigint[];
  b_line smallint[];
  back_nos bigint[];
  done_nos bigint[];
  short_nos bigint[];
  clearing bigint;
  revenue bigint;
begin
  select array_agg(x.no) filter (where x.way = 'pick'), array_agg(x.line_no) filter (where x.way = 'pick'),
    array_agg(x.sku_id) filter (where x.way = 'pick'), array_agg(x.quantity) filter (where x.way = 'pick'),
    array_agg(x.amount_fen) filter (where x.way = 'pick'), array_agg(x.buyer_key) filter (where x.way = 'pick'),
    array_agg(x.member_id) filter (where x.way = 'pick'), array_agg(x.hold_id) filter (where x.way = 'pick'),
    array_agg(coalesce(x.state = 'held', false)) filter (where x.way = 'pick'), (count(*) filter (where x.way = 'pick'))::integer,
    array_agg(x.no) filter (where x.way = 'supply'), array_agg(x.line_no) filter (where x.way = 'supply'),
    array_agg(x.no) filter (where x.way = 'task'), array_agg(x.line_no) filter (where x.way = 'task'),
    array_agg(x.no) filter (where x.way = 'credit'), array_agg(x.line_no) filter (where x.way = 'credit'),
    array_agg(x.no) filter (where x.way = 'held back'), array_agg(x.pick_card) filter (where x.way = 'pick'),
    array_agg(x.warehouse_id) filter (where x.way = 'pick'), count(x.warehouse_id),
    array_agg(x.no) filter (where x.way = 'make'), array_agg(x.line_no) filter (where x.way = 'make'),
    array_agg(x.kind) filter (where x.way = 'pick'),
    array_agg(x.no) filter (where x.way = 'later'), array_agg(x.line_no) filter (where x.way = 'later')
  into l_no, l_line, l_sku, l_quantity, l_amount, l_owner, l_member, l_hold, l_held, line_count, s_no, s_line, t_no, t_line, b_no, b_line,
    back_nos, l_pick, l_warehouse, routed, r_no, r_line, l_kind, h_no, h_line
  from (
    select p.no, o.buyer_key, o.member_id, l.*, h.state
    from unnest(p_nos) with ordinality as p(no, n)
    cross join lateral (
      select o.buyer_key, o.member_id, o.paid_at
      from orders.orders o
      where o.tenant_id = p_tenant
        and o.no = p.no
        and (p_paying or o.state = 'paid')
      offset 0
    ) o
    cross join lateral (
      select l.line_no, l.kind, case when l.held_back then 'held back' when l.later_days is not null and l.state = 'waiting' then 'later'
          when l.bought then 'supply' else catalog.deliver_of(l.kind) end as way, l.sku_id, l.quantity, l.amount_fen, l.hold_id, l.pick_card, l.warehouse_id
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = p.no
        and l.state in ('waiting', 'exception')
        and (l.state = 'waiting' or not p_waiting_only)
        and l.kind <> 'recharge'
        -- Its codes were taken back already; what remains is the money.
        and l.exception_reason is distinct from 'refund_failed'
        -- Its money may be on its way back: that is decided first.
        and (p_paying or not fulfilment.refund_awaits(p_tenant, p.no, l.line_no))
        and (p_paying or l.state = 'waiting' or l.line_no = p_line or not fulfilment.arrived_after_all(p_tenant, p.no, l.line_no))
      offset 0
    ) l
    left join lateral (
      select h.state
      from ledger.holds h
      where h.tenant_id = p_tenant
        and h.id = l.hold_id
      offset 0
    ) h on true
    order by o.paid_at, p.n, l.line_no
  ) x;
  -- Once every part can be had they are lines like others.
  if back_nos is not null and fulfilment.release_bundles(p_tenant, back_nos, p_actor) then
    return fulfilment.deliver_locked(p_tenant, p_nos, p_actor, p_paying, p_pay_with, p_waiting_only, p_line);
  end if;
  if p_paying and back_nos is not null then
    perform fulfilment.set_aside_bundles(p_tenant, back_nos);
  end if;
  if coalesce(line_count, 0) > 0 then
    select * into stock
    from fulfilment.stock_of(p_tenant, l_sku);
    select array_agg(stock.available[k.at] order by x.n), array_agg(stock.delivered[k.at] order by x.n)
    into l_available, l_delivered
    from unnest(l_sku) with ordinality as x(sku, n)
    cross join lateral (select array_position(stock.skus, x.sku) as at) k;
    if routed > 0 then
      l_available := stock.shelves_of(p_tenant, l_sku, l_warehouse, l_available);
      stock.available := stock.available || l_available;
    end if;
    clearing := ledger.account(p_tenant, 'cash.clearing', '', 'CNY');
    revenue := ledger.account(p_tenant, 'cash.revenue', '', 'CNY');
    perform ledger.lock(p_tenant, stock.available || stock.delivered || clearing || revenue);

    -- Lines without a living hold take what is free now, each for itself.
    admitted := array_fill(true, array[line_count]);
    if false = any (l_held) then
      select ledger.admit(
        p_tenant, array_agg(x.n::integer order by x.n), array_agg(l_available[x.n] order by x.n),
        array_agg(l_quantity[x.n]::bigint order by x.n), line_count
      )
      into admitted
      from unnest(l_held) with ordinality as x(held, n)
      where not x.held;
    end if;

    -- One pick per SKU and warehouse, dealt out to its lines in order; a line that would not get all of its pieces gets none.
    with asked as (
      select x.n, x.sku, coalesce(x.warehouse, 0) as warehouse, x.quantity,
        sum(x.quantity) over (partition by x.sku, x.warehouse order by x.n) as upto
      from unnest(l_sku, l_quantity, admitted, l_pick, l_warehouse) with ordinality as x(sku, quantity, admitted, pick, warehouse, n)
      where x.admitted
        and x.pick is null
    ), picked as (
      select k.sku, k.warehouse, c.card_id, c.turn
      from (select a.sku, a.warehouse, sum(a.quantity)::integer as pieces from asked a group by a.sku, a.warehouse) k
      cross join lateral vault.pick(
        p_tenant, k.sku, stock.allocations[array_position(stock.skus, k.sku)], k.pieces, nullif(k.warehouse, 0)
      ) with ordinality as c(card_id, turn)
    ), found as (
      select p.sku, p.warehouse, array_agg(p.card_id order by p.turn) as cards
      from picked p
      group by p.sku, p.warehouse
    )
    -- By their places: a join of lines with cards would look at each card for each line.
    select array_agg(a.n::integer), array_agg(d.piece), array_agg(f.cards[a.upto - a.quantity + d.piece])
    into c_line, c_piece, c_card
    from asked a
    join found f on f.sku = a.sku and f.warehouse = a.warehouse and cardinality(f.cards) >= a.upto
    cross join lateral generate_series(1, a.quantity) as d(piece);
    if cardinality(array_remove(l_pick, null)) > 0 then
      k_line := vault.take_chosen(p_tenant, l_no, (
        select array_agg(case when x.admitted then x.pick end order by x.n)
        from unnest(l_pick, admitted) with ordinality as x(pick, admitted, n)
      ));
      c_card := c_card || array(select l_pick[k.line] from unnest(k_line) as k(line));
      c_piece := c_piece || array_fill(1, array[cardinality(k_line)]);
      c_line := c_line || k_line;
    end if;
    enough := array_fill(false, array[line_count]);
    for n in 1 .. coalesce(cardinality(c_line), 0) loop
      enough[c_line[n]] := true;
    end loop;

    if cardinality(c_card) > 0 then
      perform vault.move(
        p_tenant, c_card, (select array_agg('order:' || l_no[x.line] order by x.n) from unnest(c_line) with ordinality as x(line, n)),
        'available', 'delivered', p_actor
      );
      insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, kind, sku_id, card_id)
      select p_tenant, l_owner[x.line], l_member[x.line], l_no[x.line], l_line[x.line], x.piece, l_kind[x.line], l_sku[x.line], x.card_id
      from unnest(c_line, c_piece, c_card) as x(line, piece, card_id);

      if true = any (l_held) then
        perform ledger.close(p_tenant, array_agg(x.hold_id), 'captured', 'stock.deliver')
        from unnest(l_hold, l_held, enough) as x(hold_id, held, enough)
        where x.held
          and x.enough;
      end if;
      perform ledger.post(p_tenant, array_agg(m.from_id), array_agg(m.to_id), array_agg(m.amount), array_agg(m.kind), array_agg(m.cause))
      from (
        select x.available as from_id, x.delivered as to_id, x.quantity::bigint as amount, 'stock.deliver' as kind, 'order:' || x.no as cause
        from unnest(l_available, l_delivered, l_quantity, l_no, enough, l_held) as x(available, delivered, quantity, no, enough, held)
        where x.enough
          and not x.held
        union all
        select clearing, revenue, x.amount, 'cash.earn', 'order:' || x.no
        from unnest(l_amount, l_no, enough) as x(amount, no, enough)
        where x.enough
          and x.amount > 0
      ) m;

      update orders.lines l
      set state = 'delivered',
          delivered_quantity = l.quantity,
          delivered_at = clock_timestamp(),
          exception_reason = null
      where l.tenant_id = p_tenant
        and l.order_no = any (l_no)
        -- Looked up in a table of them: as a join it would look at each of them for each line.
        and ((l.order_no, l.line_no) in (select x.no, x.line from unnest(l_no, l_line, enough) as x(no, line, enough) where x.enough)) is true;
    end if;

    select array_agg(case when a.pick is not null then 'number_gone' when a.admitted then 'vault_short' else 'out_of_stock' end order by a.n)
    into l_reason
    from unnest(admitted, l_pick) with ordinality as a(admitted, pick, n);
    if false = any (enough) then
      -- What a supplier may deliver instead is no exception; a number that was chosen no supplier has.
      s_instead := fulfilment.buy_instead(p_tenant, l_no, l_line, l_sku, l_quantity, l_hold, (
        select array_agg(x.enough or x.pick is not null order by x.n) from unnest(enough, l_pick) with ordinality as x(enough, pick, n)
      ));
      s_no := s_no || array(select l_no[x.n] from unnest(s_instead) as x(n));
      s_line := s_line || array(select l_line[x.n] from unnest(s_instead) as x(n));
      for n in 1 .. cardinality(s_instead) loop
        l_reason[s_instead[n]] := null;
      end loop;
      update orders.lines l
      set state = 'exception',
          delivered_quantity = 0,
          delivered_at = null,
          exception_reason = x.reason,
          exception_at = coalesce(l.exception_at, now())
      from unnest(l_no, l_line, l_reason, enough) as x(no, line, reason, enough)
      where not x.enough
        and x.reason is not null
        and l.tenant_id = p_tenant
        and l.order_no = any (l_no)
        and l.order_no = x.no
        and l.line_no = x.line;
    end if;
  end if;
  if coalesce(line_count, 0) = 0 and s_no is null and t_no is null and b_no is null and r_no is null and not p_paying then
    return '[]';
  end if;
  if b_no is not null then
    perform fulfilment.credit_points(p_tenant, b_no, b_line);
  end if;
  if cardinality(s_no) > 0 then
    perform fulfilment.want_supply(p_tenant, s_no, s_line, p_actor);
  end if;
  if t_no is not null then
    perform fulfilment.open_tasks(p_tenant, t_no, t_line, p_actor);
  end if;
  if r_no is not null then
    perform redeem.open_sales(p_tenant, r_no, r_line);
  end if;
  if h_no is not null then
    perform fulfilment.keep_for_later(p_tenant, h_no, h_line);
  end if;
  if p_paying then
    perform fulfilment.credit_recharges(p_tenant, p_nos);
  end if;

  -- Delivered as a whole, or paid and waiting for somebody.
  select array_agg(p.no) filter (where p.whole), array_agg(p.no) filter (where not p.whole)
  into done_nos, short_nos
  from (
    select u.no, coalesce((
      select bool_and(l.state in ('delivered', 'refunded'))
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = u.no
    ), false) as whole
    from unnest(case when p_paying then p_nos else l_no || s_no || t_no || b_no || r_no end) as u(no)
    group by u.no
  ) p;
  if done_nos is not null then
    update orders.orders o
    set state = 'delivered',
        delivered_at = clock_timestamp(),
        paid_at = coalesce(o.paid_at, clock_timestamp()),
        paid_fen = o.total_fen,
        pay_with = case when o.total_fen > 0 then coalesce(p_pay_with, o.pay_with) else o.pay_with end,
        closed_at = null,
        close_reason = null
    where o.tenant_id = p_tenant
      and o.no = any (done_nos);
  end if;
  if p_paying and short_nos is not null then
    update orders.orders o
    set state = 'paid',
        paid_at = clock_timestamp(),
        paid_fen = o.total_fen,
        pay_with = case when o.total_fen > 0 then coalesce(p_pay_with, o.pay_with) else o.pay_with end,
        closed_at = null,
        close_reason = null
    where o.tenant_id = p_tenant
      and o.no = any (short_nos);
  end if;

  perform events.append(
    p_tenant, jsonb_build_object('actor', p_actor), array_agg('order.delivered'::text), array_agg('order:' || d.no),
    array_agg(jsonb_build_object('no', d.no))
  )
  from unnest(done_nos) as d(no);
  -- Those of which something is kept; tried again it may be what was missing beside it.
  if h_no is not null or not p_paying and short_nos is not null then
    perform fulfilment.tell_beside(p_tenant, case when p_paying then h_no else short_nos end);
  end if;
  if false = any (enough) then
    perform events.append(
      p_tenant, jsonb_build_object('actor', p_actor), array_agg('order.exception'::text), array_agg('order:' || x.no),
      array_agg(jsonb_build_object('no', x.no, 'lineNo', x.line, 'reason', x.reason))
    )
    from unnest(l_no, l_line, l_reason, enough) as x(no, line, reason, enough)
    where not x.enough
      and x.reason is not null;
    perform fulfilment.part_news(p_tenant, l_no);
  end if;

  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'no', x.no, 'lineNo', x.line, 'delivered', x.enough, 'quantity', x.quantity, 'reason', case when not x.enough then x.reason end
    )), '[]')
    from (
      select * from unnest(l_no, l_line, l_quantity, l_reason, enough) as x(no, line, quantity, reason, enough) where x.enough or x.reason is not null
      union all
      select s.no, s.line, 0, 'supplying', false
      from unnest(s_no || t_no, s_line || t_line) as s(no, line)
      union all
      -- Of a link whose offer has ended no code is made.
      select r.no, r.line, l.quantity, case when l.state = 'exception' then l.exception_reason else 'supplying' end, false
      from unnest(r_no, r_line) as r(no, line)
      cross join lateral (
        select l.quantity, l.state, l.exception_reason
        from orders.lines l
        where l.tenant_id = p_tenant
          and l.order_no = r.no
          and l.line_no = r.line
        offset 0
      ) l
    ) x
  );
end;
$$;
revoke execute on function fulfilment.deliver_locked(bigint, bigint[], text, boolean, text, boolean, integer) from public;

-- The last piece of a line is there: its price is earned, and its order is delivered when nothing else is missing. The caller has locked
-- order and accounts and tells of it. Answers whether the order is delivered by it.
create or replace function fulfilment.finish_line(p_tenant bigint, p_no bigint, p_line integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  line orders.lines;
  is_whole boolean;
begin
  update orders.lines l
  set state = 'delivered',
      delivered_quantity = l.quantity,
      delivered_at = clock_timestamp(),
      exception_reason = null,
      exception_note = null
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
  returning * into line;
  perform fulfilment.overtake_refunds(p_tenant, p_no, p_line, 'delivered');
  if line.amount_fen > 0 then
    perform ledger.post(
      p_tenant, array[ledger.account(p_tenant, 'cash.clearing', '', 'CNY')], array[ledger.account(p_tenant, 'cash.revenue', '', 'CNY')],
      array[line.amount_fen], array['cash.earn'], array['order:' || p_no]
    );
  end if;
  if line.bundle_no is not null then
    perform fulfilment.part_news(p_tenant, array[p_no]);
  end if;
  update orders.orders o
  set state = 'delivered',
      delivered_at = clock_timestamp()
  where o.tenant_id = p_tenant
    and o.no = p_no
    and o.state = 'paid'
    and not exists (
      select from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = p_no
        and l.state not in ('delivered', 'refunded')
    );
  is_whole := found;
  if not is_whole then
    perform fulfilment.tell_beside(p_tenant, array[p_no]);
  end if;
  return is_whole;
end;
$$;
revoke execute on function fulfilment.finish_line(bigint, bigint, integer) from public;

-- For lines of orders that are paid already. A promise may give way (`ledger.displace`) for as long as its account is not locked, so
-- accounts come first and holds are read after.
create or replace function fulfilment.lock_shelves(p_tenant bigint, p_nos bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select fulfilment.lock_accounts(p_tenant, p_nos, array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
  ] || (
    -- Points that a bundle still brings.
    select fulfilment.accounts_of_members(p_tenant, array_agg(o.member_id))
    from orders.orders o
    where o.tenant_id = p_tenant
      and o.no = any (p_nos)
      and o.credit_points > 0
    having count(*) > 0
  ))
$$;
revoke execute on function fulfilment.lock_shelves(bigint, bigint[]) from public;

create or replace function fulfilment.deliver(p_tenant bigint, p_nos bigint[], p_actor text, p_line integer default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (p_nos)
  order by o.no
  for no key update;
  perform fulfilment.lock_shelves(p_tenant, p_nos);
  return fulfilment.deliver_locked(p_tenant, p_nos, p_actor, false, null, false, p_line);
end;
$$;

-- A channel that is closed gets no pieces any more, and of one that may fall back the total warehouse may sell anyway: a line that was
-- paid there and is stuck is delivered from it, whole, because staff say so. Answers {"ok"}, or {code, params}: the caller rolls back.
create or replace function fulfilment.deliver_from_total(p_tenant bigint, p_no bigint, p_line integer, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  order_state text;
  line orders.lines;
  the_warehouse stock.warehouses;
  free bigint;
begin
  select o.state into order_state
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no
  for no key update;
  select * into line
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  if line.order_no is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  elsif order_state <> 'paid' or line.state <> 'exception' or line.exception_reason = 'refund_failed' then
    return jsonb_build_object('code', 'fulfilment.not_an_exception', 'params', '{}'::jsonb);
  elsif fulfilment.refund_awaits(p_tenant, p_no, p_line) then
    return jsonb_build_object('code', 'fulfilment.refund_awaits', 'params', '{}'::jsonb);
  end if;
  select * into the_warehouse
  from stock.warehouses w
  where w.tenant_id = p_tenant
    and w.id = line.warehouse_id;
  if the_warehouse.id is null or catalog.reserve_of(line.kind) <> 'shelf' or line.bought then
    return jsonb_build_object('code', 'fulfilment.no_channel_pieces', 'params', '{}'::jsonb);
  elsif the_warehouse.state = 'open' and not the_warehouse.falls_back then
    return jsonb_build_object('code', 'fulfilment.channel_open', 'params', jsonb_build_object('name', the_warehouse.name));
  end if;
  perform fulfilment.lock_shelves(p_tenant, array[p_no]);
  select a.balance - a.held_out into free
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.kind = 'stock.available'
    and a.ref = line.sku_id::text
    and a.unit = 'piece';
  if coalesce(free, 0) < line.quantity then
    return jsonb_build_object('code', 'fulfilment.still_short', 'params', jsonb_build_object(
      'needed', line.quantity, 'available', greatest(coalesce(free, 0), 0)
    ));
  end if;
  -- What is still held for it is held where it was sold.
  perform ledger.close(p_tenant, array_remove(array[line.hold_id], null), 'released', 'stock.deliver');
  update orders.lines l
  set warehouse_id = null,
      hold_id = null
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  perform fulfilment.deliver_locked(p_tenant, array[p_no], p_actor, false, null);
  return case
    when exists (
      select from orders.lines l
      where l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line and l.state = 'delivered'
    ) then '{"ok": true}'::jsonb
    else jsonb_build_object('code', 'fulfilment.still_short', 'params', jsonb_build_object('needed', line.quantity, 'available', 0))
  end;
end;
$$;

-- Captures: [{orderNo, gateway, tradeNo, amountFen, currency, paidAt, headers, body, codes}] of notices whose signature and
-- merchant are verified. Answers one {verdict, orderNo, xid, view} each: applied, duplicate, surplus, unknown_order, wrong_amount,
-- wrong_currency. Stores every notice with its verdict. Replaying a notice changes nothing but that list. `codes` is given for an
-- order whose page is waiting: when it is paid now, `view` is what that page shows, with so many codes a line at most.
create or replace function fulfilment.settle(p_tenant bigint, p_captures jsonb)
returns json
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  capture_count integer := jsonb_array_length(p_captures);
  verdicts text[];
  c_no bigint[];
  c_gateway text[];
  c_trade text[];
  c_amount bigint[];
  c_currency text[];
  c_turn smallint[];
  -- Asked at the gateway, not only told by it: what it says is what was paid.
  c_asked boolean[];
  c_codes integer[];
  c_fee bigint[];
  c_known boolean[];
  o_no bigint[];
  o_state text[];
  -- What a gateway has to bring, and whose purse and points bring the rest.
  o_due bigint[];
  o_mixed bigint[];
  late integer[];
  late_fits boolean[];
  -- Late for services of which their day has no room.
  full_nos bigint[] := '{}';
  pay_nos bigint[];
  -- Orders whose pages wait.
  shown_nos bigint[];
  shown_codes integer;
  gateways text[];
  gateway_accounts bigint[];
  fee_accounts bigint[];
  e_types text[];
  e_subjects text[];
  e_payloads jsonb[];
  clearing bigint := ledger.account(p_tenant, 'cash.clearing', '', 'CNY');
  surplus bigint := ledger.account(p_tenant, 'cash.surplus', '', 'CNY');
  revenue bigint := ledger.account(p_tenant, 'cash.revenue', '', 'CNY');
begin
  select array_agg(c.no), array_agg(c.gateway), array_agg(c.trade), array_agg(c.amount), array_agg(c.currency),
    array_agg(coalesce(c.turn, 1::smallint)), array_agg(coalesce(c.asked, false)), array_agg(c.codes)
  into c_no, c_gateway, c_trade, c_amount, c_currency, c_turn, c_asked, c_codes
  from (
    select *
    from rows from (
      jsonb_to_recordset(p_captures) as (
        "orderNo" bigint, gateway text, "tradeNo" text, "amountFen" bigint, currency text, turn smallint, asked boolean, codes integer
      )
    ) with ordinality as r(no, gateway, trade, amount, currency, turn, asked, codes, n)
    order by r.n
  ) c;

  select array_agg(x.no), array_agg(x.state), array_agg(x.total_fen - x.balance_fen),
    array_agg(x.member_id) filter (where x.balance_fen > 0 or x.points > 0 or x.credit_points > 0)
  into o_no, o_state, o_due, o_mixed
  from (
    select o.no, o.state, o.total_fen, o.balance_fen, o.points, o.member_id, o.credit_points
    from orders.orders o
    where o.tenant_id = p_tenant
      and o.no = any (c_no)
    order by o.no
    for no key update
  ) x;
  select array_agg(g.gateway), array_agg(ledger.account(p_tenant, 'cash.gateway', g.gateway, 'CNY'))
  into gateways, gateway_accounts
  from (select distinct c.gateway from unnest(c_gateway) as c(gateway)) g;
  -- What a buyer paid for the gateway's service is no part of the price.
  select array_agg(coalesce(a.fee_fen, 0) order by x.n)
  into c_fee
  from unnest(c_no, c_gateway, c_turn) with ordinality as x(no, gateway, turn, n)
  left join lateral (
    select a.fee_fen
    from payments.attempts a
    where a.tenant_id = p_tenant
      and a.order_no = x.no
      and a.gateway = x.gateway
      and a.turn = x.turn
    offset 0
  ) a on true;
  if 0 < any (c_fee) then
    select array_agg(ledger.account(p_tenant, 'cash.fee', g.gateway, 'CNY') order by g.n)
    into fee_accounts
    from unnest(gateways) with ordinality as g(gateway, n);
  end if;
  if o_state && array['expired', 'cancelled'] then
    full_nos := fulfilment.full_services(p_tenant, o_no, o_state);
  end if;
  perform fulfilment.lock_accounts(p_tenant, c_no, gateway_accounts || fee_accounts || clearing || surplus || revenue
    || case when o_mixed is not null then fulfilment.accounts_of_members(p_tenant, o_mixed) end);
  select array_agg(exists (
    select
    from payments.receipts r
    where r.tenant_id = p_tenant
      and r.gateway = x.gateway
      and r.trade_no = x.trade
  ) order by x.n)
  into c_known
  from unnest(c_gateway, c_trade) with ordinality as x(gateway, trade, n);

  -- Judged in order of arrival: the first good notice of an order pays it, any further trade is surplus.
  select array_agg(
    case
      when j.known then 'duplicate'
      when j.state is null then 'unknown_order'
      when j.currency <> 'CNY' then 'wrong_currency'
      when j.amount <> j.due_fen then case when c_asked[j.n] then 'unmatched' else 'wrong_amount' end
      when j.turn > 1 then 'surplus'
      when j.state = 'pending' then 'applied'
      when j.state in ('expired', 'cancelled') then 'late'
      else 'surplus'
    end
    order by j.n
  )
  into verdicts
  from (
    select x.n, x.amount - x.fee as amount, x.currency, o.state, o.due_fen,
      c_known[x.n]
        or row_number() over (partition by x.gateway, x.trade, x.no = o.no and (x.amount - x.fee = o.due_fen or c_asked[x.n]) and x.currency = 'CNY' order by x.n) > 1 as known,
      dense_rank() over (
        partition by x.no, x.amount - x.fee = o.due_fen and x.currency = 'CNY'
        order by x.first_n
      ) as turn
    from (
      select c.*, min(c.n) over (partition by c.gateway, c.trade, c.no, c.amount, c.currency) as first_n
      from unnest(c_no, c_gateway, c_trade, c_amount, c_currency, c_fee) with ordinality
        as c(no, gateway, trade, amount, currency, fee, n)
    ) x
    left join unnest(o_no, o_state, o_due) as o(no, state, due_fen) on o.no = x.no
  ) j;

  -- Too late, but perhaps still to be had: all lines or none.
  select array_agg(x.n::integer order by x.n)
  into late
  from unnest(verdicts) with ordinality as x(verdict, n)
  where x.verdict = 'late';
  if late is not null then
    select ledger.admit(p_tenant, array_agg(d.n), array_agg(d.account_id), array_agg(d.amount), capture_count)
    into late_fits
    from (
      select x.n, a.id as account_id, l.quantity::bigint as amount
      from unnest(late) as x(n)
      join orders.lines l on l.tenant_id = p_tenant and l.order_no = c_no[x.n] and l.order_no = any (c_no) and not l.bought
        -- What a supplier brings is bought anew, and people do what they have room for: neither is on a shelf of ours.
        and catalog.reserve_of(l.kind) = 'shelf'
      cross join lateral (select stock.shelf(p_tenant, l.sku_id, l.warehouse_id) as id offset 0) a
      union all
      select x.n, a.id, m.amount
      from unnest(late) as x(n)
      join orders.orders o on o.tenant_id = p_tenant and o.no = c_no[x.n] and o.no = any (c_no)
      cross join lateral (values ('cash.member', o.balance_fen), ('points.member', o.points)) as m(kind, amount)
      join ledger.accounts a on a.tenant_id = p_tenant and a.kind = m.kind and a.ref = o.member_id::text
      where o_mixed is not null
        and m.amount > 0
      order by 1
    ) d;
    for i in 1 .. cardinality(late) loop
      verdicts[late[i]] := case when late_fits[late[i]] and c_no[late[i]] <> all (full_nos) then 'late' else 'too_late' end;
    end loop;
    update orders.lines l
    set state = 'waiting'
    from unnest(late) as x(n)
    where verdicts[x.n] = 'late'
      and l.tenant_id = p_tenant
      and l.order_no = any (c_no)
      and l.order_no = c_no[x.n]
      and l.state = 'cancelled';
  end if;

  select array_agg(c_no[x.n] order by x.n)
  into pay_nos
  from unnest(verdicts) with ordinality as x(verdict, n)
  where x.verdict in ('applied', 'late');

  insert into payments.receipts (tenant_id, gateway, trade_no, order_no, turn, amount_fen, fee_fen, currency, state, paid_at)
  select p_tenant, x.gateway, x.trade, x.no, x.turn, x.amount, x.fee, x.currency,
    case when x.verdict in ('applied', 'late') then 'applied' when x.verdict = 'unmatched' then 'unmatched' else 'surplus' end,
    (p_captures -> (x.n - 1)::integer ->> 'paidAt')::timestamptz
  from unnest(verdicts, c_no, c_gateway, c_trade, c_turn, c_amount, c_fee, c_currency) with ordinality
    as x(verdict, no, gateway, trade, turn, amount, fee, currency, n)
  where x.verdict in ('applied', 'late', 'surplus', 'too_late', 'unmatched')
  order by x.n;

  insert into payments.attempts (tenant_id, order_no, gateway, turn, amount_fen, state, captured_at)
  select distinct p_tenant, x.no, x.gateway, x.turn, x.amount, 'captured', now()
  from unnest(verdicts, c_no, c_gateway, c_turn, c_amount) as x(verdict, no, gateway, turn, amount)
  where x.verdict in ('applied', 'late', 'surplus', 'too_late', 'unmatched')
  on conflict (tenant_id, order_no, gateway, turn) do update
  set state = 'captured', captured_at = coalesce(attempts.captured_at, now()), next_query_at = null;

  perform ledger.post(p_tenant, array_agg(m.from_id), array_agg(m.to_id), array_agg(m.amount), array_agg(m.kind), array_agg(m.cause))
  from (
    select gateway_accounts[array_position(gateways, x.gateway)] as from_id,
      case when x.verdict in ('applied', 'late') then clearing else surplus end as to_id,
      case when x.verdict in ('applied', 'late') then x.amount - x.fee else x.amount end as amount,
      case when x.verdict in ('applied', 'late') then 'cash.receive' else 'cash.receive_surplus' end as kind,
      'order:' || x.no as cause
    from unnest(verdicts, c_no, c_gateway, c_amount, c_fee) as x(verdict, no, gateway, amount, fee)
    where x.verdict in ('applied', 'late', 'surplus', 'too_late', 'unmatched')
    union all
    select gateway_accounts[array_position(gateways, x.gateway)], fee_accounts[array_position(gateways, x.gateway)],
      x.fee, 'cash.fee_from_buyer', 'order:' || x.no
    from unnest(verdicts, c_no, c_gateway, c_fee) as x(verdict, no, gateway, fee)
    where x.verdict in ('applied', 'late')
      and x.fee > 0
  ) m;

  if 'surplus' = any (verdicts) or 'too_late' = any (verdicts) then
    with requested as (
      insert into payments.refunds (tenant_id, order_no, receipt_id, gateway, trade_no, amount_fen, currency, target, reason, requested_by, next_try_at)
      select p_tenant, r.order_no, r.id, r.gateway, r.trade_no, r.amount_fen, r.currency, 'source',
        case when x.verdict = 'too_late' then 'late_payment' else 'double_payment' end, 'system', now()
      from unnest(verdicts, c_gateway, c_trade) as x(verdict, gateway, trade)
      cross join lateral (
        select r.*
        from payments.receipts r
        where r.tenant_id = p_tenant and r.gateway = x.gateway and r.trade_no = x.trade
        offset 0
      ) r
      where x.verdict in ('surplus', 'too_late')
      returning order_no, id, amount_fen, reason
    )
    select array_agg('refund.requested'::text), array_agg('order:' || r.order_no),
      array_agg(jsonb_build_object('no', r.order_no, 'refundId', r.id, 'amountFen', r.amount_fen, 'reason', r.reason))
    into e_types, e_subjects, e_payloads
    from requested r;
    perform events.append(p_tenant, '{}', e_types, e_subjects, e_payloads);
  end if;

  perform events.append(
    p_tenant, '{}',
    array_agg(
      case when x.verdict in ('unknown_order', 'wrong_amount', 'wrong_currency') then 'payment.rejected' else 'payment.received' end
      order by x.n
    ),
    array_agg('order:' || x.no order by x.n),
    array_agg(
      jsonb_build_object('no', x.no, 'gateway', x.gateway, 'tradeNo', x.trade, 'amountFen', x.amount, 'verdict', x.verdict)
      order by x.n
    )
  )
  from unnest(verdicts, c_no, c_gateway, c_trade, c_amount) with ordinality as x(verdict, no, gateway, trade, amount, n)
  where x.verdict <> 'duplicate';
  if pay_nos is not null then
    if o_mixed is not null then
      perform fulfilment.take_members_part(p_tenant, pay_nos, true);
    end if;
    perform fulfilment.deliver_locked(p_tenant, pay_nos, 'system', true, null);
  end if;

  insert into payments.notices (tenant_id, gateway, verdict, order_no, trade_no, amount_fen, headers, body)
  select p_tenant, c_gateway[x.n],
    case verdicts[x.n] when 'late' then 'applied' when 'too_late' then 'surplus' else verdicts[x.n] end,
    c_no[x.n], c_trade[x.n], c_amount[x.n], coalesce(x.headers, '{}'), coalesce(x.body, '')
  from rows from (jsonb_to_recordset(p_captures) as (headers jsonb, body text)) with ordinality as x(headers, body, n);

  select array_agg(x.no), max(x.codes)
  into shown_nos, shown_codes
  from unnest(verdicts, c_no, c_codes) as x(verdict, no, codes)
  where x.codes is not null
    and x.verdict in ('applied', 'late');
  return (
    select json_agg(json_build_object(
      'verdict', case x.verdict when 'late' then 'applied' when 'too_late' then 'surplus' else x.verdict end,
      'orderNo', x.no,
      'xid', pg_current_xact_id()::text,
      -- Read once for all of them, and only when there are any.
      'view', case when x.no = any (shown_nos) then (
        (select array_agg(v.view order by v.place) from orders.view_rows(p_tenant, shown_nos, shown_codes) v)
      )[array_position(shown_nos, x.no)] end
    ) order by x.n)
    from unnest(verdicts, c_no) with ordinality as x(verdict, no, n)
  );
end;
$$;

-- Payments: [{orderNo, memberId}]. Answers {ok: true, orderNo} or {code, params} each. Free orders go this way too.
create or replace function fulfilment.pay_by_balance(p_tenant bigint, p_payments jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  payment_count integer := jsonb_array_length(p_payments);
  results jsonb[];
  p_no bigint[];
  p_member bigint[];
  -- What the purse still has to bring; a part of it may be held already.
  p_due bigint[];
  mixed bigint[];
  purse bigint[];
  admitted boolean[];
  paid bigint[];
  clearing bigint := ledger.account(p_tenant, 'cash.clearing', '', 'CNY');
begin
  select array_agg(p.no), array_agg(p.member_id)
  into p_no, p_member
  from (
    select *
    from rows from (jsonb_to_recordset(p_payments) as ("orderNo" bigint, "memberId" bigint)) with ordinality as r(no, member_id, n)
    order by r.n
  ) p;
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (p_no)
  order by o.no
  for no key update;

  select
    array_agg(o.due_fen order by x.n), array_agg(case when o.due_fen > 0 then a.id end order by x.n),
    array_agg(o.member_id) filter (where o.points > 0 or o.due_fen < o.total_fen or o.credit_points > 0),
    array_agg(
      case
        when o.no is null then jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb)
        when o.state <> 'pending' or x.turn > 1
          then jsonb_build_object('code', 'orders.not_pending', 'params', jsonb_build_object('state', o.state))
        when o.expires_at <= now() then jsonb_build_object('code', 'orders.expired', 'params', '{}'::jsonb)
        when o.purpose = 'recharge' then jsonb_build_object('code', 'orders.recharge_by_balance', 'params', '{}'::jsonb)
        when o.due_fen > 0 and x.member_id is null
          then jsonb_build_object('code', 'orders.sign_in_for_balance', 'params', '{}'::jsonb)
        when o.due_fen > 0 and a.id is null then jsonb_build_object('code', 'orders.balance_short', 'params', jsonb_build_object(
          'missingYuan', trim(to_char(o.due_fen / 100.0, '999999999990.00'))
        ))
      end
      order by x.n
    )
  into p_due, purse, mixed, results
  from (
    select p.*, row_number() over (partition by p.no order by p.n) as turn
    from unnest(p_no, p_member) with ordinality as p(no, member_id, n)
  ) x
  left join lateral (
    select o.no, o.state, o.total_fen, o.total_fen - o.balance_fen as due_fen, o.points, o.member_id, o.expires_at, o.purpose, o.credit_points
    from orders.orders o
    where o.tenant_id = p_tenant
      and o.no = x.no
    offset 0
  ) o on true
  -- Whose purse was never opened has nothing in it.
  left join lateral (
    select a.id
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind = 'cash.member'
      and a.ref = x.member_id::text
      and a.unit = 'CNY'
    offset 0
  ) a on true;

  perform fulfilment.lock_accounts(p_tenant, p_no, purse || clearing || ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
    || case when mixed is not null then fulfilment.accounts_of_members(p_tenant, mixed) end);
  select ledger.admit(p_tenant, array_agg(x.n::integer order by x.n), array_agg(x.account_id order by x.n), array_agg(p_due[x.n] order by x.n), payment_count)
  into admitted
  from unnest(purse) with ordinality as x(account_id, n)
  where x.account_id is not null
    and results[x.n] is null;

  for n in 1 .. payment_count loop
    if results[n] is null and not coalesce(admitted[n], true) then
      results[n] := (
        select jsonb_build_object('code', 'orders.balance_short', 'params', jsonb_build_object(
          'missingYuan', trim(to_char((p_due[n] - a.balance + a.held_out) / 100.0, '999999999990.00'))
        ))
        from ledger.accounts a
        where a.tenant_id = p_tenant
          and a.id = purse[n]
      );
    end if;
  end loop;

  select array_agg(p_no[x.n])
  into paid
  from unnest(results) with ordinality as x(result, n)
  where x.result is null;
  if paid is null then
    return to_jsonb(results);
  end if;

  perform ledger.post(p_tenant, array_agg(purse[x.n]), array_agg(clearing),
    array_agg(p_due[x.n]), array_agg('cash.pay_by_balance'::text), array_agg('order:' || p_no[x.n]))
  from unnest(results) with ordinality as x(result, n)
  where x.result is null
    and p_due[x.n] > 0;
  if mixed is not null then
    perform fulfilment.take_members_part(p_tenant, paid, false);
  end if;

  insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state, paid_at)
  select p_tenant, 'balance', 'B' || o.no, o.no, o.total_fen, 'CNY', 'applied', now()
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (paid)
    and o.total_fen > 0;

  -- Whatever was begun at a gateway is no longer wanted there.
  update payments.attempts a
  set next_query_at = now()
  where a.tenant_id = p_tenant
    and a.order_no = any (paid)
    and a.state = 'pending';

  perform events.append(
    p_tenant, '{}', array_agg('order.paid'::text), array_agg('order:' || n.no),
    array_agg(jsonb_build_object('no', n.no, 'gateway', 'balance'))
  )
  from unnest(paid) as n(no);
  perform fulfilment.deliver_locked(p_tenant, paid, 'system', true, 'balance');

  for n in 1 .. payment_count loop
    results[n] := coalesce(results[n], jsonb_build_object('ok', true, 'orderNo', p_no[n]));
  end loop;
  return to_jsonb(results);
end;
$$;

-- With what the buyer's page shows, so that nobody has to read it again.
create or replace function fulfilment.place_and_pay(p_tenant bigint, p_items jsonb)
returns json
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  placed jsonb := orders.place(p_tenant, p_items);
  nos bigint[];
  payable jsonb;
begin
  select array_agg((r.item ->> 'no')::bigint order by r.n),
    jsonb_agg(jsonb_build_object('orderNo', r.item -> 'no', 'memberId', p_items -> (r.n - 1)::integer -> 'memberId') order by r.n)
      filter (where (r.item ->> 'dueFen')::bigint = 0)
  into nos, payable
  from jsonb_array_elements(placed) with ordinality as r(item, n)
  where r.item ? 'no';
  if nos is null then
    return placed::json;
  end if;
  if payable is not null then
    perform fulfilment.pay_by_balance(p_tenant, payable);
  end if;
  return (
    select json_agg(
      case
        when v.view is null then r.item::json
        else json_build_object('no', v.no, 'totalFen', r.item -> 'totalFen', 'view', v.view)
      end
      order by r.n
    )
    from jsonb_array_elements(placed) with ordinality as r(item, n)
    left join orders.view_rows(p_tenant, nos, 200) v on v.no = (r.item ->> 'no')::bigint
  );
end;
$$;

-- What became of money that did not fit. Refunds of it that failed before may not be sent any more: another took their
-- place, or the money has gone another way. One that a gateway sends after all is booked as the loss that it is.
create or replace function fulfilment.close_receipt(p_tenant bigint, p_receipt bigint, p_state text, p_instead bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  update payments.receipts r
  set state = p_state
  where r.tenant_id = p_tenant
    and r.id = p_receipt;
  update payments.refunds f
  set replaced_by = coalesce(p_instead, f.id),
      next_try_at = null
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.id = p_receipt
    and f.tenant_id = p_tenant
    and f.order_no = r.order_no
    and f.receipt_id = r.id
    and f.line_no is null
    and f.state = 'failed'
    and f.replaced_by is null;
end;
$$;
revoke execute on function fulfilment.close_receipt(bigint, bigint, text, bigint) from public;

-- What of money that bought nothing lies in `cash.surplus`: not back by a refund, not with a payer's bank. Less, when `p_free`,
-- what refunds are under way with.
create or replace function fulfilment.left_of_surplus(p_tenant bigint, p_receipt bigint, p_free boolean)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select r.amount_fen - coalesce((
    select sum(f.amount_fen)
    from payments.refunds f
    where f.tenant_id = p_tenant
      and f.order_no = r.order_no
      and f.receipt_id = r.id
      and f.line_no is null
      -- What was sent after another had taken its place is booked as a loss, but for what it kept: that has a refund of its own.
      and f.replaced_by is null
      and (f.state = 'done' or (p_free and f.state in ('requested', 'processing')))
  ), 0) - coalesce((
    select sum(c.surplus_fen)
    from payments.chargebacks c
    where c.tenant_id = p_tenant
      and c.order_no = r.order_no
      and c.receipt_id = r.id
      and c.state <> 'won'
  ), 0)
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.id = p_receipt
$$;
revoke execute on function fulfilment.left_of_surplus(bigint, bigint, boolean) from public;

-- After a refund of money that bought nothing has ended, or a dispute about it has: what a bank has had and was booked as a loss
-- is taken from what is free now, and the receipt is where it belongs: back, or to be decided about. Failed refunds of it may
-- not be sent any more once a bank has had a part, or another that went through after all.
create or replace function fulfilment.settle_surplus(p_tenant bigint, p_receipt bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  receipt payments.receipts;
  dispute record;
  free bigint := fulfilment.left_of_surplus(p_tenant, p_receipt, true);
  part bigint;
  taken bigint := 0;
begin
  select * into receipt
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.id = p_receipt;
  for dispute in
    select c.id, c.disputed_fen - c.surplus_fen as fen
    from payments.chargebacks c
    where c.tenant_id = p_tenant
      and c.order_no = receipt.order_no
      and c.receipt_id = p_receipt
      and c.state <> 'won'
      and c.disputed_fen > c.surplus_fen
    order by c.id
  loop
    part := least(dispute.fen, free - taken);
    exit when part <= 0;
    update payments.chargebacks c
    set surplus_fen = c.surplus_fen + part,
        loss_fen = c.loss_fen - part
    where c.tenant_id = p_tenant
      and c.id = dispute.id;
    taken := taken + part;
  end loop;
  if taken > 0 then
    perform ledger.post(
      p_tenant, array[ledger.account(p_tenant, 'cash.surplus', '', 'CNY')], array[ledger.account(p_tenant, 'cash.chargeback', '', 'CNY')],
      array[taken], array['cash.chargeback'], array['order:' || receipt.order_no]
    );
  end if;
  perform fulfilment.close_receipt(p_tenant, p_receipt, x.state, null)
  from (
    select case
      when fulfilment.left_of_surplus(p_tenant, p_receipt, false) = 0 then 'refunded'
      when free - taken = 0 or o.state <> 'pending' then 'surplus'
      else 'unmatched'
    end as state
    from orders.orders o
    where o.tenant_id = p_tenant
      and o.no = receipt.order_no
  ) x
  where x.state = 'refunded'
     or exists (
       select from payments.chargebacks c
       where c.tenant_id = p_tenant and c.order_no = receipt.order_no and c.receipt_id = p_receipt
     )
     or exists (
       select from payments.refunds f
       where f.tenant_id = p_tenant and f.order_no = receipt.order_no and f.receipt_id = p_receipt and f.sent_as is not null
     );
end;
$$;
revoke execute on function fulfilment.settle_surplus(bigint, bigint) from public;

-- What a gateway took back by itself, or gave back again. What a bank has is booked as a loss in `cash.chargeback`, and the receipt
-- has so much less to give; then it is taken from where that money is: of money that bought nothing what is free
-- (`settle_surplus`), of a payment for an order what failed refunds promise, of a recharge the purse (`settle_disputed`), and of
-- goods, once the payment has nothing left to give, the rights (`end_rights`). The rest stays the loss. What the shop wins
-- back goes where it was taken from; rights that ended stay ended, so of other orders it is a gain against the losses. Answers
-- "applied", "duplicate" or "unknown_order".
create or replace function fulfilment.chargeback(p_tenant bigint, p_gateway text, p_news jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  receipt payments.receipts;
  the_order orders.orders;
  known payments.chargebacks;
  amount bigint;
  new_state text := p_news ->> 'state';
  of_surplus bigint;
  is_back boolean := false;
  cause text;
  gateway_account bigint;
  loss_account bigint;
  surplus_account bigint;
begin
  select * into receipt
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.gateway = p_gateway
    and r.trade_no = p_news ->> 'tradeNo';
  if not found then
    return '"unknown_order"';
  end if;
  select * into the_order
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = receipt.order_no
  for no key update;
  -- Somebody may have decided about it while we waited.
  select * into receipt
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.id = receipt.id
  for no key update;
  select * into known
  from payments.chargebacks c
  where c.tenant_id = p_tenant
    and c.gateway = p_gateway
    and c.dispute_no = p_news ->> 'disputeNo'
  for no key update;
  amount := coalesce(known.amount_fen, case when p_news ->> 'amountFen' ~ '^[1-9][0-9]{0,14}$' then (p_news ->> 'amountFen')::bigint end);
  if amount is null or known.receipt_id <> receipt.id or coalesce(length(p_news ->> 'disputeNo'), 0) not between 1 and 64
    or coalesce(new_state, '') not in ('opened', 'lost', 'won')
  then
    return '"unknown_order"';
  end if;
  if known.state = new_state or known.state in ('lost', 'won') then
    return '"duplicate"';
  end if;
  cause := 'order:' || receipt.order_no;
  gateway_account := ledger.account(p_tenant, 'cash.gateway', p_gateway, 'CNY');
  loss_account := ledger.account(p_tenant, 'cash.chargeback', '', 'CNY');
  surplus_account := ledger.account(p_tenant, 'cash.surplus', '', 'CNY');
  perform fulfilment.lock_accounts(p_tenant, array[receipt.order_no], array[
    gateway_account, loss_account, surplus_account, ledger.account(p_tenant, 'cash.loss', '', 'CNY'),
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
  ] || case when the_order.credit_points > 0 then fulfilment.accounts_of_members(p_tenant, array[the_order.member_id]) end);

  if known.id is null then
    insert into payments.chargebacks (
      tenant_id, gateway, dispute_no, trade_no, order_no, receipt_id, amount_fen, loss_fen, disputed_fen, state, reason, ended_at
    )
    select p_tenant, p_gateway, p_news ->> 'disputeNo', receipt.trade_no, receipt.order_no, receipt.id, amount, x.fen, x.fen, new_state,
      left(coalesce(p_news ->> 'reason', ''), 300), case when new_state <> 'opened' then now() end
    -- One that is won before we heard of it has taken nothing.
    from (select case when new_state = 'won' then 0 else amount end as fen) x
    returning * into known;
    if new_state <> 'won' then
      perform ledger.post(p_tenant, array[loss_account], array[gateway_account], array[amount], array['cash.chargeback'], array[cause]);
      update payments.receipts r
      set disputed_fen = r.disputed_fen + amount
      where r.tenant_id = p_tenant
        and r.id = receipt.id;
      perform fulfilment.settle_disputed(p_tenant, receipt.id);
      -- Of an order that several ways paid a bank takes back one part, however small; whether the others shall have theirs back
      -- too, who may have used the code, staff decide. Nor has money that was not taken for the order bought any right.
      if receipt.state = 'applied' and the_order.purpose = 'goods' and the_order.balance_fen = 0 and the_order.points = 0
        and fulfilment.left_of_receipt(p_tenant, receipt.id, 'source') <= 0
      then
        perform fulfilment.end_rights(p_tenant, known.id);
      end if;
      perform fulfilment.end_pointless(p_tenant, receipt.order_no);
    end if;
  else
    update payments.chargebacks c
    set state = new_state,
        ended_at = now()
    where c.tenant_id = p_tenant
      and c.id = known.id;
    if new_state = 'won' then
      update payments.receipts r
      set disputed_fen = r.disputed_fen - known.disputed_fen
      where r.tenant_id = p_tenant
        and r.id = receipt.id;
      -- What was decided about meanwhile (taken for the order, put into the purse) is not decided about again.
      is_back := known.surplus_fen > 0 and receipt.state in ('surplus', 'unmatched', 'refunded');
      of_surplus := case when is_back then known.surplus_fen else 0 end;
      perform ledger.post(p_tenant, array_agg(m.from_id), array_agg(m.to_id), array_agg(m.amount), array_agg('cash.chargeback_won'::text), array_agg(cause))
      from (
        values (gateway_account, loss_account, amount), (loss_account, surplus_account, of_surplus)
      ) as m(from_id, to_id, amount)
      where m.amount > 0;
      perform fulfilment.undo_bank(p_tenant, known.id);
      perform fulfilment.cover_twice(p_tenant, receipt.order_no);
      perform fulfilment.settle_disputed(p_tenant, receipt.id);
    end if;
  end if;
  if receipt.state in ('surplus', 'unmatched') or is_back then
    perform fulfilment.settle_surplus(p_tenant, receipt.id);
  end if;
  perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
    'type', 'payment.chargeback', 'subject', cause, 'payload', jsonb_build_object(
      'no', receipt.order_no, 'gateway', p_gateway, 'amountFen', amount, 'state', new_state
    )
  )));
  return '"applied"';
end;
$$;

-- What becomes of money that did not fit: back to where it came from, into the member's purse, or taken for the order all
-- the same (more goes into the purse, less is let go of). {"ok": true} or a refusal {"code", "params"}.
create or replace function fulfilment.handle_receipt(
  p_tenant bigint, p_receipt bigint, p_action text, p_note text, p_actor text, p_let_go_most bigint
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  receipt payments.receipts;
  the_order orders.orders;
  surplus bigint := ledger.account(p_tenant, 'cash.surplus', '', 'CNY');
  clearing bigint := ledger.account(p_tenant, 'cash.clearing', '', 'CNY');
  revenue bigint := ledger.account(p_tenant, 'cash.revenue', '', 'CNY');
  let_go bigint := ledger.account(p_tenant, 'cash.loss', '', 'CNY');
  purse bigint;
  -- Less what a payer's bank or a refund has had of it.
  amount bigint;
  due bigint;
  over bigint;
  cause text;
  refund_id bigint;
begin
  select * into receipt
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.id = p_receipt;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  select * into the_order
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = receipt.order_no
  for no key update;
  select * into receipt
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.id = p_receipt
  for no key update;
  cause := 'order:' || receipt.order_no;
  amount := fulfilment.left_of_surplus(p_tenant, p_receipt, false);
  if receipt.state not in ('unmatched', 'surplus') or amount <= 0 or exists (
    select from payments.refunds f
    where f.tenant_id = p_tenant
      and f.order_no = receipt.order_no
      and f.receipt_id = p_receipt
      and f.state in ('requested', 'processing')
  ) then
    return jsonb_build_object('code', 'payments.receipt_handled', 'params', '{}'::jsonb);
  end if;
  if the_order.member_id is not null then
    purse := ledger.account(p_tenant, 'cash.member', the_order.member_id::text, 'CNY');
  end if;

  if p_action = 'refund' then
    insert into payments.refunds (
      tenant_id, order_no, receipt_id, gateway, trade_no, amount_fen, currency, target, reason, requested_by, next_try_at
    )
    values (
      p_tenant, receipt.order_no, receipt.id, receipt.gateway, receipt.trade_no, amount, receipt.currency,
      'source', 'unmatched_payment', p_actor, now()
    )
    returning id into refund_id;
    perform fulfilment.close_receipt(p_tenant, p_receipt, 'surplus', refund_id);
    perform events.append(p_tenant, jsonb_build_object('actor', p_actor), jsonb_build_array(jsonb_build_object(
      'type', 'refund.requested', 'subject', cause, 'payload', jsonb_build_object(
        'no', receipt.order_no, 'refundId', refund_id, 'amountFen', amount, 'reason', 'unmatched_payment'
      )
    )));
  elsif p_action = 'balance' then
    if purse is null then
      return jsonb_build_object('code', 'orders.balance_needs_member', 'params', '{}'::jsonb);
    end if;
    perform ledger.post(
      p_tenant, array[surplus], array[purse], array[amount], array['cash.credit_surplus'], array[cause]
    );
    perform fulfilment.close_receipt(p_tenant, p_receipt, 'credited', null);
  else
    if the_order.state <> 'pending' then
      return jsonb_build_object('code', 'orders.not_pending', 'params', jsonb_build_object('state', the_order.state));
    end if;
    if receipt.state <> 'unmatched' then
      return jsonb_build_object('code', 'payments.receipt_goes_back', 'params', '{}'::jsonb);
    end if;
    if amount < receipt.amount_fen then
      return jsonb_build_object('code', 'payments.receipt_disputed', 'params', '{}'::jsonb);
    end if;
    due := the_order.total_fen - the_order.balance_fen;
    over := receipt.amount_fen - due;
    if -over > p_let_go_most then
      return jsonb_build_object('code', 'payments.let_go_too_much', 'params', jsonb_build_object(
        'missingYuan', trim(to_char(-over / 100.0, '999999999990.00')), 'mostYuan', trim(to_char(p_let_go_most / 100.0, '999999999990.00'))
      ));
    end if;
    if over > 0 and purse is null then
      return jsonb_build_object('code', 'payments.over_needs_member', 'params', '{}'::jsonb);
    end if;
    perform fulfilment.lock_accounts(p_tenant, array[receipt.order_no], array[surplus, clearing, revenue, let_go, purse]
      || fulfilment.accounts_of_members(p_tenant, array[the_order.member_id]));
    perform ledger.post(
      p_tenant, array_agg(m.from_id), array_agg(m.to_id), array_agg(m.amount), array_agg(m.kind), array_agg(cause)
    )
    from (
      values
        (surplus, clearing, least(receipt.amount_fen, due), 'cash.apply_surplus'),
        (surplus, purse, over, 'cash.credit_surplus'),
        (let_go, clearing, -over, 'cash.let_go')
    ) as m(from_id, to_id, amount, kind)
    where m.amount > 0;
    update payments.receipts r
    set state = 'applied',
        fee_fen = 0,
        adjusted_fen = -over
    where r.tenant_id = p_tenant
      and r.id = p_receipt;
    perform fulfilment.take_members_part(p_tenant, array[receipt.order_no], true);
    perform fulfilment.deliver_locked(p_tenant, array[receipt.order_no], p_actor, true, receipt.gateway);
  end if;
  update payments.receipts r
  set handled_by = p_actor,
      handled_note = p_note
  where r.tenant_id = p_tenant
    and r.id = p_receipt;
  return '{"ok": true}';
end;
$$;

create or replace function fulfilment.replace(p_tenant bigint, p_no bigint, p_grant bigint, p_reason text, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  old entitlements.grants;
  rule text;
  -- Warehouses, the first choice first.
  homes bigint[];
  shelves bigint[];
  new_card bigint;
  new_grant bigint;
begin
  perform orders.lock(p_tenant, p_no);
  select * into old
  from entitlements.grants g
  where g.tenant_id = p_tenant
    and g.id = p_grant
    and g.order_no = p_no;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  -- A new code in the place of one means cards; what is wrong with a redeem code is put right with itself.
  if old.state = 'revoked' or catalog.deliver_of(old.kind) <> 'pick' then
    return jsonb_build_object('code', 'fulfilment.grant_not_active', 'params', '{}'::jsonb);
  elsif fulfilment.refund_awaits(p_tenant, p_no, old.line_no, p_grant) then
    return jsonb_build_object('code', 'fulfilment.refund_awaits', 'params', '{}'::jsonb);
  end if;
  select s.allocation into rule
  from catalog.skus s
  where s.tenant_id = p_tenant
    and s.id = old.sku_id;
  homes := orders.replacing_from(p_tenant, p_no, old.line_no);
  shelves := array(select stock.shelf(p_tenant, old.sku_id, h.id) from unnest(homes) with ordinality as h(id, n) order by h.n);
  -- With what the bad code and the new one are moved to: a channel's shelf comes after these, so later would be out of order.
  perform ledger.lock(p_tenant, shelves || array[
    ledger.account(p_tenant, 'stock.delivered', old.sku_id::text, 'piece'), ledger.account(p_tenant, 'stock.void', old.sku_id::text, 'piece')
  ]);
  -- What is free there may be uses of the same bad code, and nothing else.
  for n in 1 .. cardinality(homes) loop
    if (ledger.admit(p_tenant, array[1], array[shelves[n]], array[1::bigint], 1))[1] then
      new_card := vault.pick_instead(p_tenant, old.sku_id, rule, old.card_id, homes[n]);
    end if;
    exit when new_card is not null;
  end loop;
  if new_card is null then
    return jsonb_build_object('code', 'fulfilment.still_short', 'params', jsonb_build_object('needed', 1, 'available', 0));
  end if;

  new_grant := fulfilment.replace_by(p_tenant, old, new_card, p_reason, p_actor);
  return jsonb_build_object('ok', true, 'grantId', new_grant, 'cardId', new_card);
end;
$$;

create or replace function fulfilment.mark_used(p_tenant bigint, p_no bigint, p_grant bigint, p_used boolean, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_grant entitlements.grants;
  before text := case when p_used then 'active' else 'used' end;
  after text := case when p_used then 'used' else 'active' end;
begin
  perform orders.lock(p_tenant, p_no);
  update entitlements.grants g
  set state = after,
      changed_at = now()
  where g.tenant_id = p_tenant
    and g.id = p_grant
    and g.order_no = p_no
    and g.state = before
    and catalog.deliver_of(g.kind) = 'pick'
  returning * into the_grant;
  if not found then
    return jsonb_build_object('changed', false);
  end if;
  perform vault.transfer(
    p_tenant, the_grant.sku_id, array[the_grant.card_id],
    case when p_used then 'delivered' else 'used' end, case when p_used then 'used' else 'delivered' end,
    'order:' || p_no, p_actor
  );
  return jsonb_build_object('changed', true);
end;
$$;

-- The desk recorded cards as used; their grants say the same. Said twice it changes nothing, and neither does news that their owner has
-- contradicted since.
create or replace function fulfilment.follow_used(p_cards bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_tenant constant bigint := current_setting('app.tenant_id')::bigint;
begin
  -- Orders by number, as everybody who changes a grant has them.
  perform 1
  from orders.orders o
  where o.tenant_id = the_tenant
    and o.no = any (array(
      select g.order_no from entitlements.grants g where g.tenant_id = the_tenant and g.card_id = any (p_cards) and g.state = 'active'
    ))
  order by o.no
  for no key update;
  update entitlements.grants g
  set state = 'used',
      changed_at = now()
  from vault.cards c
  where g.tenant_id = the_tenant
    and g.card_id = any (p_cards)
    and g.state = 'active'
    and c.tenant_id = the_tenant
    and c.id = g.card_id
    and c.state = 'used';
end;
$$;
