-- Redeem codes: an order of price zero for a use of a code.
--
--   redeem.redeem(tenant, items)            counts a use and places, pays and delivers its order; one result per item
--   redeem.reserve_code_ids(count)          ids for codes that are about to be sealed
--   redeem.worth(tenant, order, line, price)   what a piece of a line is worth to the loss guard
--   redeem.locked_use(tenant, no)           the use that an order came of, its code locked
--   redeem.take_back(tenant, no, ask)       ends the rights of a redeemed order and, by the batch's rule, frees its use
--
-- Codes that are sold are in redeem_links.sql.
--
-- Lock order: codes by id before everything else but the order that sold them, then as fulfilment has it.

-- An item: {codeHash, form} and what an item of `orders.place` says but its lines, which the batch knows. A result: what
-- `fulfilment.place_and_pay` says of a placed order, {repeat, sameRequest}, {numberTaken: true} when it is to be asked again,
-- or {code, params}. A use is counted in the transaction that placed its order or not at all: whatever refuses the order
-- (sold out, off the shelf) leaves the code as it was. Rivals wait for the code's row and find it used. What was refused only for
-- want of stock is placed after the others when its batch says so, and waits: so it takes nothing from those who got theirs.
create or replace function redeem.redeem(p_tenant bigint, p_items jsonb)
returns json
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  item_count integer := jsonb_array_length(p_items);
  item jsonb;
  results json[] := array_fill(null::json, array[item_count]);
  passed jsonb := '[]';
  -- Per item that is passed on: its place among all, its code (none for a repeat).
  passed_at integer[] := '{}';
  passed_code bigint[] := '{}';
  -- Refused only because another of this call came first: asked again when that one's order fails.
  beaten_by bigint[] := array_fill(null::bigint, array[item_count]);
  failed bigint[];
  placed json;
  -- Places among those passed on whose batch lets them wait, and of them those that are short.
  patient integer[] := '{}';
  short integer[];
  late json;
  code record;
  taken bigint;
  taken_by_person bigint;
begin
  perform 1
  from redeem.codes c
  where c.tenant_id = p_tenant
    and c.code_hash = any (select decode(i.item ->> 'codeHash', 'hex') from jsonb_array_elements(p_items) as i(item))
  order by c.id
  for no key update;
  -- Whoever suspends or voids a batch waits for us, and we for them: afterwards nothing of it is redeemed.
  perform 1
  from redeem.batches b
  where b.tenant_id = p_tenant
    and b.id = any (
      select c.batch_id
      from redeem.codes c
      where c.tenant_id = p_tenant
        and c.code_hash = any (select decode(i.item ->> 'codeHash', 'hex') from jsonb_array_elements(p_items) as i(item))
    )
  order by b.id
  for share;
  -- Two codes of one batch in one hand: counted one after the other.
  perform pg_advisory_xact_lock(k.key)
  from (
    select distinct hashtextextended('redeem.person:' || p_tenant || ':' || b.id || ':' || (i.item ->> 'buyerKey'), 0) as key
    from jsonb_array_elements(p_items) as i(item)
    join redeem.codes c on c.tenant_id = p_tenant and c.code_hash = decode(i.item ->> 'codeHash', 'hex')
    join redeem.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
    where b.per_person is not null
    order by 1
  ) k;

  for n in 1 .. item_count loop
    item := p_items -> (n - 1);
    -- The same request twice in one call: the later asks again and finds the order of the earlier.
    if exists (select from unnest(passed_at) as p(n) where p_items -> (p.n - 1) ->> 'requestKey' = item ->> 'requestKey') then
      results[n] := '{"numberTaken": true}';
      continue;
    end if;
    select c.id, c.batch_id, c.state, c.used, c.uses, c.expires_at, b.state as batch_state, b.sku_id, b.quantity, b.per_person,
      b.valid_from, b.valid_to, b.when_short
    into code
    from redeem.codes c
    join redeem.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
    where c.tenant_id = p_tenant
      and c.code_hash = decode(item ->> 'codeHash', 'hex');
    if not found then
      results[n] := '{"code": "redeem.unknown_code", "params": {}}';
      continue;
    end if;
    -- Before the code's state: a request that was answered before is answered again, whatever has changed since.
    if exists (select from orders.orders o where o.tenant_id = p_tenant and o.request_key = item ->> 'requestKey') then
      passed_code := passed_code || null::bigint;
    else
      select count(*) into taken
      from unnest(passed_code) as p(id)
      where p.id = code.id;
      select count(*) filter (where not u.gave_back) + (
        select count(*)
        from unnest(passed_code, passed_at) as p(id, n)
        join redeem.codes c on c.tenant_id = p_tenant and c.id = p.id and c.batch_id = code.batch_id
        where p_items -> (p.n - 1) ->> 'buyerKey' = item ->> 'buyerKey'
      )
      into taken_by_person
      from redeem.uses u
      where u.tenant_id = p_tenant
        and u.batch_id = code.batch_id
        and u.buyer_key = item ->> 'buyerKey'
        and not u.gave_back;
      results[n] := case
        when code.batch_state = 'void' or code.state = 'void' then '{"code": "redeem.void", "params": {}}'::json
        when code.batch_state <> 'ready' or code.state <> 'active' then '{"code": "redeem.suspended", "params": {}}'
        when code.valid_from > now() then json_build_object('code', 'redeem.not_yet', 'params', json_build_object(
          'from', to_char(code.valid_from at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')
        ))
        when least(code.expires_at, code.valid_to) <= now() then json_build_object('code', 'redeem.expired', 'params', json_build_object(
          'on', to_char(least(code.expires_at, code.valid_to) at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')
        ))
        when code.used + taken >= code.uses then '{"code": "redeem.used_up", "params": {}}'
        when taken_by_person >= code.per_person then json_build_object(
          'code', 'redeem.over_person_limit', 'params', json_build_object('limit', code.per_person)
        )
      end;
      if results[n] is not null then
        if taken > 0 and code.used < code.uses then
          beaten_by[n] := code.id;
        end if;
        continue;
      end if;
      passed_code := passed_code || code.id;
    end if;
    passed_at := passed_at || n;
    if code.when_short = 'wait' then
      patient := patient || cardinality(passed_at);
    end if;
    passed := passed || jsonb_build_array((item - 'codeHash' - 'form') || jsonb_build_object(
      'redeemed', true, 'payWith', 'redeem', 'balanceFen', 0, 'channel', 'redeem', 'capPerson', 0, 'capIp', 0, 'capDevice', 0,
      'lines', jsonb_build_array(jsonb_build_object(
        'skuId', code.sku_id, 'quantity', code.quantity, 'unitPriceFen', 0, 'unitPoints', 0, 'form', coalesce(item -> 'form', '{}')
      ))
    ));
  end loop;
  if cardinality(passed_at) = 0 then
    return array_to_json(results);
  end if;

  placed := fulfilment.place_and_pay(p_tenant, passed);
  for n in 1 .. cardinality(passed_at) loop
    results[passed_at[n]] := placed -> (n - 1);
  end loop;
  short := array(
    select p.n
    from unnest(patient) as p(n)
    where placed -> (p.n - 1) ->> 'code' in ('orders.sold_out', 'orders.bundle_part_short')
    order by p.n
  );
  if cardinality(short) > 0 then
    late := fulfilment.place_and_pay(p_tenant, (
      select jsonb_agg((passed -> (s.n - 1)) || '{"waits": true}' order by s.n) from unnest(short) as s(n)
    ));
    for n in 1 .. cardinality(short) loop
      results[passed_at[short[n]]] := late -> (n - 1);
    end loop;
  end if;

  with done as (
    select p.code_id, p.n, (results[passed_at[p.n]] ->> 'no')::bigint as no,
      row_number() over (partition by p.code_id order by p.n) as turn,
      p_items -> (passed_at[p.n] - 1) ->> 'buyerKey' as buyer_key
    from unnest(passed_code) with ordinality as p(code_id, n)
    where p.code_id is not null
      and results[passed_at[p.n]] ->> 'no' is not null
  ), counted as (
    update redeem.codes c
    set used = c.used + d.uses,
        turns = c.turns + d.uses
    from (select x.code_id, count(*)::integer as uses from done x group by x.code_id) d
    where c.tenant_id = p_tenant
      and c.id = d.code_id
    returning c.id, c.batch_id, c.turns - d.uses as before, c.order_no, c.line_no, c.uses
  )
  insert into redeem.uses (tenant_id, code_id, use_no, batch_id, order_no, buyer_key, unit_worth_fen, line_worths)
  select p_tenant, d.code_id, c.before + d.turn, c.batch_id, d.no, d.buyer_key, w.fen,
    case when catalog.reserve_of(f.kind) = 'parts' then redeem.part_worths(p_tenant, b.sku_id, w.fen) end
  from done d
  join counted c on c.id = d.code_id
  join redeem.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
  cross join lateral (
    select o.price_fen, o.kind
    from catalog.offers(p_tenant, array[b.sku_id], now()) o
    offset 0
  ) f
  -- A code that was sold for money is worth what was paid for it, each of its uses alike.
  left join lateral (
    select l.amount_fen / l.quantity / c.uses / b.quantity as fen
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = c.order_no
      and l.line_no = c.line_no
      and l.amount_fen > 0
    offset 0
  ) paid on true
  cross join lateral (select coalesce(paid.fen, f.price_fen) as fen) w;

  select array_agg(p.code_id) into failed
  from unnest(passed_code) with ordinality as p(code_id, n)
  where results[passed_at[p.n]] ->> 'no' is null;
  for n in 1 .. item_count loop
    if beaten_by[n] = any (failed) then
      results[n] := '{"numberTaken": true}';
    end if;
  end loop;
  return array_to_json(results);
end;
$$;

create or replace function redeem.reserve_code_ids(p_count integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  select jsonb_agg(nextval('redeem.code_ids'))
  from generate_series(1, p_count)
$$;

-- A redeemed piece, and a gift of the shop, cost its owner nothing; whoever guards against a loss goes by what was paid for its code, or
-- what it cost in the mall when it was redeemed.
create or replace function redeem.worth(p_tenant bigint, p_no bigint, p_line integer, p_price_fen bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce((
    select coalesce(u.line_worths[p_line], u.unit_worth_fen)
    from redeem.uses u
    where u.tenant_id = p_tenant
      and u.order_no = p_no
  ), bulk.worth(p_tenant, p_no), p_price_fen)
$$;
revoke execute on function redeem.worth(bigint, bigint, integer, bigint) from public;

-- The code that was sold as this piece has been used, be it once of several times.
create or replace function redeem.is_code_used(p_tenant bigint, p_no bigint, p_line integer, p_piece integer)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select from redeem.codes r
    where r.tenant_id = p_tenant
      and r.order_no = p_no
      and r.order_no is not null
      and r.line_no = p_line
      and r.piece = p_piece
      and r.used > 0
  )
$$;
revoke execute on function redeem.is_code_used(bigint, bigint, integer, integer) from public;

-- The use that an order came of, its code locked; nothing when it came of none.
create or replace function redeem.locked_use(p_tenant bigint, p_no bigint)
returns redeem.uses
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  use redeem.uses;
begin
  select u.* into use
  from redeem.uses u
  where u.tenant_id = p_tenant
    and u.order_no = p_no;
  perform 1
  from redeem.codes c
  where c.tenant_id = p_tenant
    and c.id = use.code_id
  for no key update;
  return use;
end;
$$;
revoke execute on function redeem.locked_use(bigint, bigint) from public;

-- Asked {reason, actor, staffId, lines}; `lines` names parts of a bundle, null is all that is left. Codes that were used, what was
-- topped up or done by hand, and points that were spent stay with their owner: of a line that has such nothing is taken back. The use is
-- free again once nothing of the order is left.
create or replace function redeem.take_back(p_tenant bigint, p_no bigint, p_ask jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  use redeem.uses;
  gives boolean := false;
  is_whole boolean;
  the_order orders.orders;
  asked integer[] := (select array_agg(l.no::integer) from jsonb_array_elements_text(nullif(p_ask -> 'lines', 'null')) as l(no));
  lines integer[];
  refund_id bigint;
  kept bigint;
  line integer;
begin
  use := redeem.locked_use(p_tenant, p_no);
  if use.order_no is null then
    return '{"code": "common.not_found", "params": {}}';
  end if;
  the_order := fulfilment.lock_for_refund(p_tenant, p_no);
  select array_agg(l.line_no::integer order by l.line_no) into lines
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.refunded_quantity < l.quantity
    and (asked is null or l.line_no = any (asked));
  if the_order.state not in ('paid', 'delivered') or lines is null or cardinality(lines) < cardinality(asked) then
    return '{"code": "orders.nothing_to_refund", "params": {}}';
  end if;
  if exists (
    select from fulfilment.needs n
    where n.tenant_id = p_tenant
      and n.order_no = p_no
      and n.line_no = any (lines)
      and n.state in ('wanted', 'buying')
  ) then
    return '{"code": "orders.supply_under_way", "params": {}}';
  end if;
  select count(*) into kept
  from entitlements.grants g
  left join vault.cards c on c.tenant_id = p_tenant and c.id = g.card_id
  where g.tenant_id = p_tenant
    and g.order_no = p_no
    and g.line_no = any (lines)
    and (g.state = 'used' or (g.state = 'active' and (c.state = 'used' or catalog.revoke_of(g.kind) not in ('void', 'take'))));
  if kept > 0 then
    return jsonb_build_object('code', 'orders.refund_used_codes', 'params', jsonb_build_object('count', kept));
  end if;
  select sum(greatest(fulfilment.missing_points(p_tenant, p_no, l.line_no, 'line'), 0)) into kept
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = any (lines)
    and catalog.revoke_of(l.kind) = 'take';
  if kept > 0 then
    return jsonb_build_object('code', 'orders.bundle_points_spent', 'params', jsonb_build_object('missing', kept));
  end if;

  foreach line in array lines loop
    insert into payments.refunds (
      tenant_id, order_no, line_no, gateway, amount_fen, target, state, reason, requested_by, requested_by_id, takes
    )
    values (
      p_tenant, p_no, line, 'balance', 0, 'balance', 'awaiting', p_ask ->> 'reason', p_ask ->> 'actor', (p_ask ->> 'staffId')::bigint, 'line'
    )
    returning id into refund_id;
    perform fulfilment.begin_line_refund(p_tenant, p_no, refund_id, '{}', p_ask ->> 'actor');
  end loop;

  select not exists (
    select from orders.lines l where l.tenant_id = p_tenant and l.order_no = p_no and l.refunded_quantity < l.quantity
  ) into is_whole;
  if is_whole then
    select b.gives_back into gives
    from redeem.batches b
    where b.tenant_id = p_tenant
      and b.id = use.batch_id;
    update redeem.uses u
    set taken_back_at = now(),
        gave_back = gives
    where u.tenant_id = p_tenant
      and u.code_id = use.code_id
      and u.use_no = use.use_no;
    -- What was paid for a code went back while it was used up: the use that comes free is nobody's.
    update redeem.codes c
    set used = c.used - 1,
        state = case when exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant
            and g.order_no = c.order_no
            and g.line_no = c.line_no
            and g.piece = c.piece
            and catalog.deliver_of(g.kind) = 'make'
            and g.state = 'revoked'
        ) then 'void' else c.state end
    where gives
      and c.tenant_id = p_tenant
      and c.id = use.code_id;
  end if;
  return jsonb_build_object('ok', true, 'gaveBack', gives, 'isWhole', is_whole);
end;
$$;
