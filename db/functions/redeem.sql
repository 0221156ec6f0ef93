-- Redeem codes: an order of price zero for a use of a code.
--
--   redeem.redeem(tenant, items)            counts a use and places, pays and delivers its order; one result per item
--   redeem.reserve_code_ids(count)          ids for codes that are about to be sealed
--   redeem.worth(tenant, order, price)      what a piece of an order is worth to the loss guard
--   redeem.take_back(tenant, no, ask)       ends the rights of a redeemed order and, by the batch's rule, frees its use
--
-- Lock order: codes by id before everything else, then as fulfilment has it.

-- An item: {codeHash, form} and what an item of `orders.place` says but its lines, which the batch knows. A result: what
-- `fulfilment.place_and_pay` says of a placed order, {repeat, sameRequest}, {numberTaken: true} when it is to be asked again,
-- or {code, params}. A use is counted in the transaction that placed its order or not at all: whatever refuses the order
-- (sold out, off the shelf) leaves the code as it was. Rivals wait for the code's row and find it used.
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
      b.valid_from, b.valid_to
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

  with done as (
    select p.code_id, p.n, (placed -> (p.n - 1)::integer ->> 'no')::bigint as no,
      row_number() over (partition by p.code_id order by p.n) as turn,
      p_items -> (passed_at[p.n] - 1) ->> 'buyerKey' as buyer_key
    from unnest(passed_code) with ordinality as p(code_id, n)
    where p.code_id is not null
      and (placed -> (p.n - 1)::integer) ->> 'no' is not null
  ), counted as (
    update redeem.codes c
    set used = c.used + d.uses,
        turns = c.turns + d.uses
    from (select x.code_id, count(*)::integer as uses from done x group by x.code_id) d
    where c.tenant_id = p_tenant
      and c.id = d.code_id
    returning c.id, c.batch_id, c.turns - d.uses as before
  )
  insert into redeem.uses (tenant_id, code_id, use_no, batch_id, order_no, buyer_key, unit_worth_fen)
  select p_tenant, d.code_id, c.before + d.turn, c.batch_id, d.no, d.buyer_key, f.price_fen
  from done d
  join counted c on c.id = d.code_id
  join redeem.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
  cross join lateral (
    select o.price_fen
    from catalog.offers(p_tenant, array[b.sku_id], now()) o
    offset 0
  ) f;

  select array_agg(p.code_id) into failed
  from unnest(passed_code) with ordinality as p(code_id, n)
  where (placed -> (p.n - 1)::integer) ->> 'no' is null;
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

-- A redeemed piece, and a gift of the shop, cost its owner nothing; whoever guards against a loss goes by what it cost in the mall when it was redeemed.
create or replace function redeem.worth(p_tenant bigint, p_no bigint, p_price_fen bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce((
    select u.unit_worth_fen
    from redeem.uses u
    where u.tenant_id = p_tenant
      and u.order_no = p_no
  ), bulk.worth(p_tenant, p_no), p_price_fen)
$$;
revoke execute on function redeem.worth(bigint, bigint, bigint) from public;

-- Asked {reason, actor, staffId}. Codes that were used and what was topped up stay with their owner: nothing is taken back then.
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
  gives boolean;
  the_order orders.orders;
  refund_id bigint;
  kept bigint;
begin
  select u.* into use
  from redeem.uses u
  where u.tenant_id = p_tenant
    and u.order_no = p_no;
  if not found then
    return '{"code": "common.not_found", "params": {}}';
  end if;
  perform 1
  from redeem.codes c
  where c.tenant_id = p_tenant
    and c.id = use.code_id
  for no key update;
  the_order := fulfilment.lock_for_refund(p_tenant, p_no);
  if the_order.state not in ('paid', 'delivered') then
    return '{"code": "orders.nothing_to_refund", "params": {}}';
  end if;
  if exists (
    select from fulfilment.needs n
    where n.tenant_id = p_tenant
      and n.order_no = p_no
      and n.state in ('wanted', 'buying')
  ) then
    return '{"code": "orders.supply_under_way", "params": {}}';
  end if;
  select count(*) into kept
  from entitlements.grants g
  left join vault.cards c on c.tenant_id = p_tenant and c.id = g.card_id
  where g.tenant_id = p_tenant
    and g.order_no = p_no
    and (g.state = 'used' or (g.state = 'active' and (c.state = 'used' or g.kind <> 'card')));
  if kept > 0 then
    return jsonb_build_object('code', 'orders.refund_used_codes', 'params', jsonb_build_object('count', kept));
  end if;

  insert into payments.refunds (
    tenant_id, order_no, line_no, gateway, amount_fen, target, state, reason, requested_by, requested_by_id, takes
  )
  values (
    p_tenant, p_no, 1, 'balance', 0, 'balance', 'awaiting', p_ask ->> 'reason', p_ask ->> 'actor', (p_ask ->> 'staffId')::bigint, 'line'
  )
  returning id into refund_id;
  perform fulfilment.begin_line_refund(p_tenant, p_no, refund_id, '{}', p_ask ->> 'actor');

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
  update redeem.codes c
  set used = c.used - 1
  where gives
    and c.tenant_id = p_tenant
    and c.id = use.code_id;
  return jsonb_build_object('ok', true, 'gaveBack', gives);
end;
$$;
