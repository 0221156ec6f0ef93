-- Bulk orders: lines of a file that become orders, each one exactly once.
--
--   bulk.quote(tenant, bulk)                 what the lines cost today, written to them; the total
--   bulk.begin(tenant, bulk, total, actor)   sets the money aside, to the fen that was shown, and lets the worker go
--   bulk.open(tenant, facts), bulk.fill(tenant, bulk, lines, skus, prices)   the same where prices were agreed elsewhere, by a machine
--   bulk.order_some(tenant, bulk, nos, pieces)   the next lines become orders, at most one for each number; what is left
--   bulk.stop(tenant, bulk, to)              pauses, goes on, or cancels what is not ordered yet
--   bulk.retry(tenant, bulk, lines)          failed lines wait once more, with their money
--   bulk.to_give_back(tenant, bulk, limit)   orders that nobody can deliver any more: their money goes back
--   bulk.end_gift(tenant, no, reason)        the same for what the shop gave away: no money, but the right ends
--   bulk.end_by_rule(tenant, no, reason)     the same for what a machine ordered: nobody's approval is waited for
--   bulk.finish(tenant, bulk)                over, when nothing waits and nothing is under way
--   bulk.tally(tenant, bulk)                 its lines and money by how they stand now
--   bulk.standing_still(seconds)             all tenants; those that a worker left behind
--   bulk.worth(tenant, no)                   what a piece of a gift is worth to the loss guard
--
-- A line leaves `waiting` in the transaction that places its order, behind the lock of its bulk order: a crash anywhere
-- leaves both or neither, and two workers take turns. What is set aside for the waiting lines is one hold. Each transaction
-- that orders some lets go of it, pays from the purse and holds the rest anew, while nobody else can reach the purse.
--
-- Lock order: the bulk order before everything else, then as fulfilment has it.

-- The bulk order, to be changed; all null when there is none. Before everything else, in every function that changes one.
create or replace function bulk.locked(p_tenant bigint, p_bulk bigint)
returns bulk.orders
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_bulk bulk.orders;
begin
  select * into the_bulk
  from bulk.orders b
  where b.tenant_id = p_tenant
    and b.id = p_bulk
  for no key update;
  return the_bulk;
end;
$$;
revoke execute on function bulk.locked(bigint, bigint) from public;

create or replace function bulk.quote(p_tenant bigint, p_bulk bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_bulk bulk.orders;
begin
  the_bulk := bulk.locked(p_tenant, p_bulk);
  if the_bulk.state is distinct from 'draft' then
    return jsonb_build_object('totalFen', the_bulk.total_fen);
  end if;
  -- The tier is that of all pieces of a SKU together.
  with wanted as materialized (
    select l.sku_id, sum(l.quantity)::integer as pieces
    from bulk.lines l
    where l.tenant_id = p_tenant
      and l.bulk_id = p_bulk
      and l.state = 'waiting'
    group by l.sku_id
  ), priced as materialized (
    select w.sku_id, catalog.unit_price(f.price_fen, f.tiers, w.pieces) as unit_fen
    from wanted w
    join catalog.offers(p_tenant, (select array_agg(x.sku_id) from wanted x), now()) f on f.sku_id = w.sku_id
  )
  update bulk.lines l
  set unit_price_fen = case the_bulk.payer when 'shop' then 0 else p.unit_fen end,
      unit_worth_fen = case the_bulk.payer when 'shop' then p.unit_fen end
  from priced p
  where l.tenant_id = p_tenant
    and l.bulk_id = p_bulk
    and l.state = 'waiting'
    and l.sku_id = p.sku_id
    and (l.unit_price_fen, l.unit_worth_fen) is distinct from
      (case the_bulk.payer when 'shop' then 0 else p.unit_fen end, case the_bulk.payer when 'shop' then p.unit_fen end);
  update bulk.orders b
  set total_fen = s.total,
      pieces = s.pieces,
      waiting = s.waiting,
      lines = s.lines,
      invalid = s.invalid
  from (
    select coalesce(sum(l.quantity * l.unit_price_fen) filter (where l.state = 'waiting'), 0) as total,
      coalesce(sum(l.quantity) filter (where l.state = 'waiting'), 0) as pieces,
      count(*) filter (where l.state = 'waiting') as waiting, count(*) as lines, count(*) filter (where l.state = 'invalid') as invalid
    from bulk.lines l
    where l.tenant_id = p_tenant
      and l.bulk_id = p_bulk
  ) s
  where b.tenant_id = p_tenant
    and b.id = p_bulk
  returning b.total_fen into the_bulk.total_fen;
  return jsonb_build_object('totalFen', the_bulk.total_fen);
end;
$$;

-- Sets aside what waits, from the payer's purse. The caller has locked the bulk order. Answers a refusal, or null.
create or replace function bulk.hold_waiting(p_tenant bigint, p_bulk bigint, p_amount bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  purse bigint;
  free bigint;
  held bigint;
begin
  if p_amount > 0 then
    purse := (
      select ledger.account(p_tenant, 'cash.member', b.member_id::text, 'CNY')
      from bulk.orders b
      where b.tenant_id = p_tenant
        and b.id = p_bulk
    );
    if not (ledger.admit(p_tenant, array[1], array[purse], array[p_amount], 1))[1] then
      select a.balance - a.held_out into free
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.id = purse;
      return jsonb_build_object('code', 'orders.balance_short', 'params', jsonb_build_object(
        'missingYuan', trim(to_char((p_amount - free) / 100.0, '999999999990.00'))
      ));
    end if;
    -- It ends with its lines, never by time; the end of a hold has to be some time all the same.
    held := (ledger.hold(
      p_tenant, array[purse], array[ledger.account(p_tenant, 'cash.clearing', '', 'CNY')], array[p_amount],
      array['bulk:' || p_bulk], array[now() + interval '10 years']
    ))[1];
  end if;
  update bulk.orders b
  set hold_id = held,
      held_fen = p_amount
  where b.tenant_id = p_tenant
    and b.id = p_bulk;
  return null;
end;
$$;
revoke execute on function bulk.hold_waiting(bigint, bigint, bigint) from public;

create or replace function bulk.begin(p_tenant bigint, p_bulk bigint, p_total bigint, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_bulk bulk.orders;
  refusal jsonb;
begin
  the_bulk := bulk.locked(p_tenant, p_bulk);
  if the_bulk.state is distinct from 'draft' then
    return jsonb_build_object('code', 'bulk.wrong_state', 'params', jsonb_build_object('state', the_bulk.state));
  elsif the_bulk.waiting = 0 then
    return '{"code": "bulk.nothing_to_order", "params": {}}';
  elsif the_bulk.total_fen <> p_total then
    return jsonb_build_object('code', 'bulk.total_changed', 'params', jsonb_build_object(
      'totalYuan', trim(to_char(the_bulk.total_fen / 100.0, '999999999990.00'))
    ));
  end if;
  refusal := bulk.hold_waiting(p_tenant, p_bulk, the_bulk.total_fen);
  if refusal is not null then
    return refusal;
  end if;
  update bulk.orders b
  set state = 'running',
      confirmed_by = p_actor,
      confirmed_at = now(),
      worked_at = now(),
      pace_from = now(),
      pace_waiting = b.waiting
  where b.tenant_id = p_tenant
    and b.id = p_bulk;
  return '{"ok": true}';
end;
$$;

-- A bulk order that nobody has to look at first. `p_facts`: {name, memberId, by, keyId, callersNo, givesBack, lines, pieces, totalFen}. In the
-- same transaction its lines follow (`bulk.fill`), and its money (`bulk.hold_waiting`), last, because others wait for a purse.
create or replace function bulk.open(p_tenant bigint, p_facts jsonb)
returns bigint
language sql
security definer
set search_path = pg_catalog
as $$
  insert into bulk.orders (
    tenant_id, name, payer, member_id, state, lines, pieces, total_fen, waiting, created_by, confirmed_by, confirmed_at, worked_at,
    pace_from, pace_waiting, origin, origin_key, origin_no, gives_back
  )
  select p_tenant, f.name, 'member', f."memberId", 'running', f.lines, f.pieces, f."totalFen", f.lines, f.by, f.by, now(), now(), now(), f.lines,
    'api', f."keyId", f."callersNo", f."givesBack"
  from jsonb_to_record(p_facts) as f(
    name text, "memberId" bigint, by text, "keyId" bigint, "callersNo" text, "givesBack" boolean, lines integer, pieces integer, "totalFen" bigint
  )
  returning id
$$;
revoke execute on function bulk.open(bigint, jsonb) from public;

-- A line: {lineNo, skuId, quantity, form, reference}; what a piece of each SKU was agreed at stands beside it.
create or replace function bulk.fill(p_tenant bigint, p_bulk bigint, p_lines jsonb, p_skus bigint[], p_prices bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  insert into bulk.lines (tenant_id, bulk_id, line_no, sku_id, quantity, form, reference, unit_price_fen, state)
  select p_tenant, p_bulk, l."lineNo", l."skuId", l.quantity, l.form, l.reference, p.fen, 'waiting'
  from jsonb_to_recordset(p_lines) as l("lineNo" integer, "skuId" bigint, quantity integer, form jsonb, reference text)
  join unnest(p_skus, p_prices) as p(sku, fen) on p.sku = l."skuId"
$$;
revoke execute on function bulk.fill(bigint, bigint, jsonb, bigint[], bigint[]) from public;

-- Every account that ordering these SKUs may move, in the one order of the ledger, before the hold is let go of.
create or replace function bulk.lock_accounts(p_tenant bigint, p_skus bigint[], p_member bigint)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select ledger.lock(p_tenant, array_agg(a.id))
  from (
    select a.id
    from (select distinct u.sku from unnest(p_skus) as u(sku)) k
    cross join unnest(array['stock.available', 'stock.delivered', 'stock.void']) as kinds(kind)
    cross join lateral (
      select a.id
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = kinds.kind
        and a.ref = k.sku::text
        and a.unit = 'piece'
      offset 0
    ) a
    union all
    -- Of its own channel's warehouse, where there is one.
    select a.id
    from stock.warehouses w
    cross join (select distinct u.sku from unnest(p_skus) as u(sku)) k
    cross join lateral (
      select a.id
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = 'warehouse.available'
        and a.ref = k.sku || ':' || w.id
        and a.unit = 'piece'
      offset 0
    ) a
    where w.tenant_id = p_tenant
      and w.channel = 'bulk'
    union all
    select ledger.account(p_tenant, kinds.kind, '', 'CNY')
    from unnest(array['cash.clearing', 'cash.revenue']) as kinds(kind)
    union all
    select ledger.account(p_tenant, 'cash.member', p_member::text, 'CNY')
    where p_member is not null
  ) a
$$;
revoke execute on function bulk.lock_accounts(bigint, bigint[], bigint) from public;

-- `p_nos` are fresh order numbers; `p_pieces` bounds what one transaction hands out, but for a single line that is larger.
-- {state, waiting, ordered, failed}.
create or replace function bulk.order_some(p_tenant bigint, p_bulk bigint, p_nos bigint[], p_pieces integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_bulk bulk.orders;
  l_line integer[];
  l_sku bigint[];
  l_amount bigint[];
  items jsonb;
  placed jsonb;
  payable jsonb;
  ordered integer;
  failed integer;
  spent bigint;
begin
  the_bulk := bulk.locked(p_tenant, p_bulk);
  if the_bulk.state is distinct from 'running' or the_bulk.waiting = 0 then
    return jsonb_build_object('state', the_bulk.state, 'waiting', the_bulk.waiting, 'ordered', 0, 'failed', 0);
  end if;

  select array_agg(x.line_no order by x.line_no), array_agg(x.sku_id order by x.line_no),
    array_agg(x.quantity * x.unit_price_fen order by x.line_no),
    -- The price was agreed when the bulk order was confirmed; limits per person and order are not meant for it.
    jsonb_agg(jsonb_build_object(
      'no', p_nos[x.n], 'requestKey', 'bulk:' || p_bulk || ':' || x.line_no || ':' || x.turn, 'agreed', true,
      'memberId', the_bulk.member_id,
      'buyerKey', coalesce('m:' || the_bulk.member_id, case when x.contact = '' then 'b:' || p_bulk else 'c:' || x.contact end),
      'contact', x.contact, 'locale', the_bulk.locale, 'holdSeconds', 900, 'capPerson', 0, 'capIp', 0, 'capDevice', 0,
      'payWith', case the_bulk.payer when 'member' then 'balance' else 'gift' end, 'balanceFen', 0, 'channel', 'bulk', 'givesBack', the_bulk.gives_back,
      'lines', jsonb_build_array(jsonb_build_object(
        'skuId', x.sku_id, 'quantity', x.quantity, 'unitPriceFen', x.unit_price_fen, 'unitPoints', 0, 'form', x.form
      ))
    ) order by x.line_no)
  into l_line, l_sku, l_amount, items
  from (
    select l.*, row_number() over (order by l.line_no) as n, sum(l.quantity) over (order by l.line_no) - l.quantity as before
    from (
      select l.line_no, l.sku_id, l.quantity, l.unit_price_fen, l.turn, l.form, coalesce(nullif(l.contact, ''), the_bulk.contact) as contact
      from bulk.lines l
      where l.tenant_id = p_tenant
        and l.bulk_id = p_bulk
        and l.state = 'waiting'
      order by l.line_no
      limit cardinality(p_nos)
    ) l
  ) x
  where x.n = 1
     or x.before + x.quantity <= p_pieces;

  perform bulk.lock_links(p_tenant, l_sku);
  perform bulk.lock_accounts(p_tenant, l_sku, the_bulk.member_id);
  perform ledger.close(p_tenant, array[the_bulk.hold_id], 'released', 'bulk.drawn')
  where the_bulk.hold_id is not null;
  placed := orders.place(p_tenant, items);
  select jsonb_agg(jsonb_build_object('orderNo', r.item -> 'no', 'memberId', the_bulk.member_id) order by r.n)
  into payable
  from jsonb_array_elements(placed) with ordinality as r(item, n)
  where r.item ? 'no';
  if payable is not null then
    perform fulfilment.pay_by_balance(p_tenant, payable);
  end if;

  with became as (
    select l_line[r.n] as line_no, l_amount[r.n] as amount, coalesce((r.item ->> 'no')::bigint, (r.item ->> 'repeat')::bigint) as no,
      r.item ->> 'code' as fault, coalesce(r.item -> 'params', '{}') as params
    from jsonb_array_elements(placed) with ordinality as r(item, n)
    -- A number that is taken is drawn again: the line waits on.
    where not r.item ? 'numberTaken'
  ), written as (
    update bulk.lines l
    set state = case when b.no is null then 'failed' else 'ordered' end,
        order_no = b.no,
        ordered_at = case when b.no is not null then clock_timestamp() end,
        fault = b.fault,
        fault_params = b.params
    from became b
    where l.tenant_id = p_tenant
      and l.bulk_id = p_bulk
      and l.line_no = any (l_line)
      and l.line_no = b.line_no
    returning b.no, b.amount
  )
  select count(w.no), count(*) - count(w.no), coalesce(sum(w.amount), 0)
  into ordered, failed, spent
  from written w;
  update bulk.orders b
  set waiting = b.waiting - ordered - failed,
      held_fen = 0,
      hold_id = null,
      worked_at = clock_timestamp()
  where b.tenant_id = p_tenant
    and b.id = p_bulk;
  -- What was free a moment ago is free still: the purse has been locked since.
  perform bulk.hold_waiting(p_tenant, p_bulk, the_bulk.held_fen - spent);
  return jsonb_build_object(
    'state', the_bulk.state, 'waiting', the_bulk.waiting - ordered - failed, 'ordered', ordered, 'failed', failed
  );
end;
$$;

-- Only what is not ordered yet can be stopped: an order that is placed is delivered or refunded like any other.
create or replace function bulk.stop(p_tenant bigint, p_bulk bigint, p_to text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_bulk bulk.orders;
begin
  the_bulk := bulk.locked(p_tenant, p_bulk);
  if the_bulk.id is null then
    return '{"code": "common.not_found", "params": {}}';
  end if;
  if not (case p_to
    when 'paused' then the_bulk.state = 'running' and the_bulk.waiting > 0
    when 'running' then the_bulk.state = 'paused'
    else the_bulk.state = 'draft' or the_bulk.state in ('running', 'paused') and the_bulk.waiting > 0
  end) then
    return jsonb_build_object('code', 'bulk.wrong_state', 'params', jsonb_build_object('state', the_bulk.state));
  end if;
  if p_to = 'cancelled' then
    perform ledger.close(p_tenant, array[the_bulk.hold_id], 'released', 'bulk.cancelled')
    where the_bulk.hold_id is not null;
    update bulk.lines l
    set state = 'cancelled'
    where l.tenant_id = p_tenant
      and l.bulk_id = p_bulk
      and l.state = 'waiting';
  end if;
  update bulk.orders b
  set state = p_to,
      worked_at = now(),
      pace_from = now(),
      pace_waiting = b.waiting,
      waiting = case p_to when 'cancelled' then 0 else b.waiting end,
      held_fen = case p_to when 'cancelled' then 0 else b.held_fen end,
      hold_id = case p_to when 'cancelled' then null else b.hold_id end
  where b.tenant_id = p_tenant
    and b.id = p_bulk;
  return jsonb_build_object('ok', true, 'stopped', the_bulk.waiting, 'freedFen', the_bulk.held_fen);
end;
$$;

-- What was refused when it was placed, or given back since, waits once more under its next turn, at the price that was agreed.
-- With lines: only those. What has an order that may still arrive is never tried again.
create or replace function bulk.retry(p_tenant bigint, p_bulk bigint, p_lines integer[])
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_bulk bulk.orders;
  again integer[];
  amount bigint;
  refusal jsonb;
begin
  the_bulk := bulk.locked(p_tenant, p_bulk);
  if the_bulk.id is null then
    return '{"code": "common.not_found", "params": {}}';
  elsif the_bulk.origin = 'api' then
    -- Its caller has been told, and may have bought elsewhere.
    return '{"code": "bulk.callers_own", "params": {}}';
  elsif the_bulk.state not in ('running', 'paused', 'done') then
    return jsonb_build_object('code', 'bulk.wrong_state', 'params', jsonb_build_object('state', the_bulk.state));
  end if;
  select array_agg(l.line_no), sum(l.quantity * l.unit_price_fen)
  into again, amount
  from bulk.lines l
  where l.tenant_id = p_tenant
    and l.bulk_id = p_bulk
    and (p_lines is null or l.line_no = any (p_lines))
    and (l.state = 'failed' or l.state = 'ordered' and exists (
      select from orders.orders o
      where o.tenant_id = p_tenant
        and o.no = l.order_no
        and o.state = 'refunded'
        and not fulfilment.may_have_arrived(p_tenant, o.no)
    ));
  if again is null then
    return '{"code": "bulk.nothing_to_retry", "params": {}}';
  end if;
  insert into bulk.earlier (tenant_id, bulk_id, line_no, turn, order_no, fault)
  select p_tenant, p_bulk, l.line_no, l.turn, l.order_no, l.fault
  from bulk.lines l
  where l.tenant_id = p_tenant
    and l.bulk_id = p_bulk
    and l.line_no = any (again);
  update bulk.lines l
  set state = 'waiting',
      turn = l.turn + 1,
      order_no = null,
      ordered_at = null,
      fault = null,
      fault_params = '{}'
  where l.tenant_id = p_tenant
    and l.bulk_id = p_bulk
    and l.line_no = any (again);
  perform ledger.close(p_tenant, array[the_bulk.hold_id], 'released', 'bulk.drawn')
  where the_bulk.hold_id is not null;
  update bulk.orders b
  set state = case b.state when 'paused' then 'paused' else 'running' end,
      waiting = b.waiting + cardinality(again),
      held_fen = 0,
      hold_id = null,
      worked_at = now(),
      pace_from = now(),
      pace_waiting = b.waiting + cardinality(again),
      finished_at = null
  where b.tenant_id = p_tenant
    and b.id = p_bulk;
  refusal := bulk.hold_waiting(p_tenant, p_bulk, the_bulk.held_fen + amount);
  -- The caller undoes all of it.
  if refusal is not null then
    return refusal;
  end if;
  return jsonb_build_object('ok', true, 'lines', cardinality(again));
end;
$$;

-- [{no, gift, byRule}]: paid, and a definite no is all that came. What nobody is sure about, what came in part, and what waits for
-- somebody's approval is for the desk; so is all of it where a key gives nothing back by itself.
create or replace function bulk.to_give_back(p_tenant bigint, p_bulk bigint, p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(jsonb_agg(jsonb_build_object('no', x.order_no, 'gift', x.amount_fen = 0, 'byRule', x.by_rule)), '[]')
  from (
    select b.order_no, l.amount_fen, o.origin = 'api' as by_rule
    from bulk.orders o
    join bulk.lines b on b.tenant_id = p_tenant and b.bulk_id = o.id and b.state = 'ordered'
    cross join lateral (
      select l.amount_fen
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = b.order_no
        and l.line_no = 1
        and l.state = 'exception'
        and l.exception_reason in ('out_of_stock', 'no_source', 'loss_guard', 'account_refused')
        and l.delivered_quantity = 0
        and not fulfilment.may_have_arrived(p_tenant, l.order_no)
      offset 0
    ) l
    where o.tenant_id = p_tenant
      and o.id = p_bulk
      and o.gives_back
      and not exists (
        select from payments.refunds r
        where r.tenant_id = p_tenant
          and r.order_no = b.order_no
          and r.state in ('awaiting', 'declined')
      )
    limit p_limit
  ) x
$$;

create or replace function bulk.end_gift(p_tenant bigint, p_no bigint, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_order orders.orders := fulfilment.lock_for_refund(p_tenant, p_no);
  refund_id bigint;
begin
  if the_order.state is distinct from 'paid' or the_order.total_fen > 0 or fulfilment.may_have_arrived(p_tenant, p_no) or exists (
    select from fulfilment.needs n
    where n.tenant_id = p_tenant
      and n.order_no = p_no
      and n.state in ('wanted', 'buying')
  ) then
    return '{"ok": false}';
  end if;
  insert into payments.refunds (tenant_id, order_no, line_no, gateway, amount_fen, target, state, reason, requested_by, takes)
  values (p_tenant, p_no, 1, 'balance', 0, 'balance', 'awaiting', p_reason, 'system', 'line')
  returning id into refund_id;
  perform fulfilment.begin_line_refund(p_tenant, p_no, refund_id, '{}', 'system');
  return '{"ok": true}';
end;
$$;

create or replace function bulk.end_by_rule(p_tenant bigint, p_no bigint, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  answer jsonb;
begin
  perform fulfilment.lock_for_refund(p_tenant, p_no);
  if fulfilment.may_have_arrived(p_tenant, p_no) or not exists (
    select from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.line_no = 1
      and l.state = 'exception'
      and l.delivered_quantity = 0
  ) then
    return '{"ok": false}';
  end if;
  answer := fulfilment.refund(p_tenant, p_no, jsonb_build_object(
    'lineNo', 1, 'takes', 'line', 'grants', '[]'::jsonb, 'to', 'balance', 'reason', p_reason, 'actor', 'system'
  ));
  if answer ? 'code' then
    return '{"ok": false}';
  end if;
  return jsonb_build_object('ok', true, 'amountFen', answer -> 'amountFen');
end;
$$;

-- {finished, name, counts}: finished once, when it comes to be. An exception is for a person and keeps nothing open; what a supplier has not said is.
create or replace function bulk.finish(p_tenant bigint, p_bulk bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_bulk bulk.orders;
  told jsonb;
  is_over boolean;
begin
  the_bulk := bulk.locked(p_tenant, p_bulk);
  told := bulk.tally(p_tenant, p_bulk);
  is_over := the_bulk.finished_at is null and the_bulk.waiting = 0 and the_bulk.state in ('running', 'cancelled')
    and the_bulk.confirmed_at is not null and (told -> 'counts' ->> 'underWay')::integer = 0;
  update bulk.orders b
  set tally = told,
      state = case when is_over and b.state = 'running' then 'done' else b.state end,
      finished_at = case when is_over then now() else b.finished_at end
  where b.tenant_id = p_tenant
    and b.id = p_bulk;
  return jsonb_build_object('finished', is_over, 'name', the_bulk.name, 'counts', told -> 'counts');
end;
$$;

-- How a line stands, by its own state and those of its order and the order's line.
create or replace function bulk.standing_of(p_state text, p_order text, p_line text)
returns text
language sql
immutable
as $$
  select case
    when p_state <> 'ordered' then p_state
    when p_line = 'delivered' then 'delivered'
    when p_line = 'exception' then 'attention'
    when p_line = 'refunded' then 'refunded'
    when p_order in ('cancelled', 'expired') then 'failed'
    else 'under_way'
  end
$$;

-- {counts: {invalid, waiting, …}, money: {totalFen, heldFen, paidFen, deliveredFen, refundedFen, freedFen}}.
create or replace function bulk.tally(p_tenant bigint, p_bulk bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with standing as materialized (
    select bulk.standing_of(b.state, o.state, l.state) as standing, b.state = 'ordered' as ordered, b.quantity * b.unit_price_fen as fen,
      coalesce(l.refunded_fen, 0) as refunded_fen
    from bulk.lines b
    left join lateral (
      select l.state, l.refunded_fen
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = b.order_no
        and l.line_no = 1
      offset 0
    ) l on true
    left join lateral (
      select o.state
      from orders.orders o
      where o.tenant_id = p_tenant
        and o.no = b.order_no
        and l.state = 'cancelled'
      offset 0
    ) o on true
    where b.tenant_id = p_tenant
      and b.bulk_id = p_bulk
  )
  select jsonb_build_object(
    'counts', jsonb_build_object(
      'invalid', count(*) filter (where s.standing = 'invalid'),
      'waiting', count(*) filter (where s.standing = 'waiting'),
      'underWay', count(*) filter (where s.standing = 'under_way'),
      'delivered', count(*) filter (where s.standing = 'delivered'),
      'attention', count(*) filter (where s.standing = 'attention'),
      'refunded', count(*) filter (where s.standing = 'refunded'),
      'failed', count(*) filter (where s.standing = 'failed'),
      'cancelled', count(*) filter (where s.standing = 'cancelled')
    ),
    'money', jsonb_build_object(
      'totalFen', coalesce(sum(s.fen) filter (where s.standing <> 'invalid'), 0),
      'heldFen', coalesce(sum(s.fen) filter (where s.standing = 'waiting'), 0),
      'paidFen', coalesce(sum(s.fen) filter (where s.ordered and s.standing <> 'failed'), 0),
      'deliveredFen', coalesce(sum(s.fen) filter (where s.standing = 'delivered'), 0),
      'refundedFen', coalesce(sum(s.refunded_fen), 0),
      'freedFen', coalesce(sum(s.fen) filter (where s.standing in ('failed', 'cancelled')), 0)
    )
  )
  from standing s
$$;

create or replace function bulk.standing_still(p_seconds integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', t.id, 'bulkId', b.id)), '[]')
  from tenancy.tenants t
  cross join lateral (
    select b.id
    from bulk.orders b
    where b.tenant_id = t.id
      and b.state <> 'draft'
      and b.finished_at is null
      and b.worked_at < now() - make_interval(secs => p_seconds)
      and b.state <> 'paused'
  ) b
$$;

create or replace function bulk.worth(p_tenant bigint, p_no bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select l.unit_worth_fen
  from bulk.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
$$;
revoke execute on function bulk.worth(bigint, bigint) from public;
