-- Selling to other shops through an interface. docs/adr/0039-selling-to-other-shops.md.
--
--   wholesale.find_shop(tenant, key)         the shop of a key, before anybody has proven to have its secret; null: there is none
--   wholesale.admit(tenant, items)           each signed call: 0 it may go on, above it in how many ms, -1 it was there before
--   wholesale.use_nonces(tenant, items)      true for each that was not there before; also for the version before
--   wholesale.priced(tenant, key, skus)      what is open to a key, for how much, and how many there are
--   wholesale.place(tenant, items)           places, pays from the purse and delivers; one result per item
--   wholesale.cancel(tenant, key, outer no, actor)   ends an order that nobody is bringing any more, and gives its money back
--   wholesale.give_back(tenant, order, actor)   the same by itself, of one that no source will deliver
--   wholesale.place_bulk(tenant, item)       takes a bulk order as a whole: its number, its prices, its money; or nothing of it
--   wholesale.bulk_progress(tenant, key, outer no)   how it stands, by lines and by money
--   wholesale.cancel_bulk(tenant, key, outer no)     ends what of it is not ordered yet
--   wholesale.trace_of(tenant, order)        the shops that an order came through
--   wholesale.tidy(limit)                    all tenants: drops nonces, calls and callbacks that are old
--
-- Lock order: keys by id before everything else, then as fulfilment has it; a bulk order that is being taken stands before its key, seen by
-- nobody but rivals for its number.

create or replace function wholesale.find_shop(p_tenant bigint, p_key text)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object('tenantId', t.id, 'slug', t.slug)
  from wholesale.keys k
  join tenancy.tenants t on t.id = k.tenant_id
  where k.tenant_id = p_tenant
    and k.key = p_key
    and t.status = 'active'
$$;

-- Items: [{keyId, nonce}]. Of the same twice in one call the first counts.
create or replace function wholesale.use_nonces(p_tenant bigint, p_items jsonb)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with asked as (
    select (i.item ->> 'keyId')::bigint as key_id, i.item ->> 'nonce' as nonce, i.n,
      row_number() over (partition by i.item ->> 'keyId', i.item ->> 'nonce' order by i.n) as turn
    from jsonb_array_elements(p_items) with ordinality as i(item, n)
  ), fresh as (
    insert into wholesale.nonces (tenant_id, key_id, nonce)
    select p_tenant, a.key_id, a.nonce
    from asked a
    where a.turn = 1
    order by a.key_id, a.nonce
    on conflict do nothing
    returning key_id, nonce
  ), seen as (
    update wholesale.keys k
    set used_at = now()
    where k.tenant_id = p_tenant
      and k.id = any (select a.key_id from asked a)
      and coalesce(k.used_at < now() - interval '1 minute', true)
    returning k.id
  )
  select jsonb_agg(a.turn = 1 and f.nonce is not null order by a.n)
  from asked a
  left join fresh f on f.key_id = a.key_id and f.nonce = a.nonce
$$;

-- Items: [{keyId, nonce, most}]. A sliding window by two counters, as each process has in memory, under the key's row: so the limit
-- holds however many processes answer. What is over it uses up no nonce. Keys by id, so that batches do not meet crosswise.
create or replace function wholesale.admit(p_tenant bigint, p_items jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  answers bigint[] := array_fill(-1::bigint, array[jsonb_array_length(p_items)]);
  asked record;
  rate wholesale.rates;
  at timestamptz;
  this_minute timestamptz;
  calls_now integer;
  calls_before integer;
  room bigint;
  fresh jsonb;
  admitted integer[] := '{}';
begin
  for asked in
    select (i.item ->> 'keyId')::bigint as key_id, max((i.item ->> 'most')::bigint) as most, array_agg(i.n::integer order by i.n) as ns
    from jsonb_array_elements(p_items) with ordinality as i(item, n)
    group by 1
    order by 1
  loop
    insert into wholesale.rates (tenant_id, key_id, minute, calls, before)
    select p_tenant, asked.key_id, '-infinity', 0, 0
    where not exists (select from wholesale.rates r where r.tenant_id = p_tenant and r.key_id = asked.key_id)
    on conflict do nothing;
    select * into rate
    from wholesale.rates r
    where r.tenant_id = p_tenant
      and r.key_id = asked.key_id
    for no key update;
    -- Behind the lock: who waited for it counts in the minute in which it has it.
    at := clock_timestamp();
    this_minute := greatest(date_trunc('minute', at), rate.minute);
    calls_now := case when rate.minute = this_minute then rate.calls else 0 end;
    calls_before := case rate.minute when this_minute then rate.before when this_minute - interval '1 minute' then rate.calls else 0 end;
    room := greatest(floor(
      asked.most - calls_now - calls_before * least(greatest(1 - extract(epoch from at - this_minute) / 60.0, 0), 1)
    )::bigint, 0);
    update wholesale.rates r
    set minute = this_minute,
        calls = calls_now + least(room, cardinality(asked.ns)),
        before = calls_before
    where r.tenant_id = p_tenant
      and r.key_id = asked.key_id;
    admitted := admitted || asked.ns[1:least(room, cardinality(asked.ns))::integer];
    for n in least(room, cardinality(asked.ns)) + 1 .. cardinality(asked.ns) loop
      answers[asked.ns[n]] := greatest(ceil(extract(epoch from this_minute + interval '1 minute' - at) * 1000)::bigint, 1);
    end loop;
  end loop;
  if cardinality(admitted) > 0 then
    fresh := wholesale.use_nonces(p_tenant, (
      select jsonb_agg(p_items -> (a.n - 1) order by a.place) from unnest(admitted) with ordinality as a(n, place)
    ));
    for n in 1 .. cardinality(admitted) loop
      answers[admitted[n]] := case when (fresh ->> (n - 1))::boolean then 0 else -1 end;
    end loop;
  end if;
  return to_jsonb(answers);
end;
$$;

-- Codes, redeem links and top-ups that cost money: what is done by hand, bundles and goods for points are not sold on. Never below what a piece
-- costs us, nor below the floor of a rule that follows the cost, unless somebody who may has said so for this price.
create or replace function wholesale.priced(p_tenant bigint, p_key bigint, p_skus bigint[])
returns table (
  sku_id bigint,
  kind text,
  goods_title text,
  title text,
  mall_fen bigint,
  face_fen bigint,
  own_fen bigint,
  floor_fen bigint,
  price_fen bigint,
  stock bigint,
  sellable boolean,
  form_fields jsonb
)
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
  select f.sku_id, f.kind, f.goods_title, f.title, f.price_fen, s.market_price_fen, p.price_fen, x.floor_fen,
    case when p.below_floor then x.asked_fen else greatest(x.asked_fen, x.floor_fen) end,
    -- What suppliers do not count is no count.
    case
      when catalog.reserve_of(f.kind) = 'shelf' and f.source = 'own' then greatest(coalesce(a.balance - a.held_out, 0), 0)
      when f.supply_stock is null then null
      when catalog.reserve_of(f.kind) = 'shelf' then greatest(coalesce(a.balance - a.held_out, 0), f.supply_stock)
      else f.supply_stock
    end,
    f.sellable, f.form_fields
  from wholesale.keys k
  cross join lateral catalog.offers(p_tenant, p_skus, now()) f
  join catalog.skus s on s.tenant_id = p_tenant and s.id = f.sku_id
  left join wholesale.prices p on p.tenant_id = p_tenant and p.key_id = p_key and p.sku_id = f.sku_id
  left join suppliers.price_rules r on r.tenant_id = p_tenant and r.sku_id = f.sku_id
  left join ledger.accounts a
    on a.tenant_id = p_tenant
    and a.kind = 'stock.available'
    and a.ref = f.sku_id::text
    and a.unit = 'piece'
  cross join lateral (
    select coalesce(p.price_fen, (f.price_fen * k.price_bp + 9999) / 10000) as asked_fen,
      greatest(coalesce(catalog.usual_cost(p_tenant, f.sku_id), 0), coalesce(r.floor_fen, 0), 1) as floor_fen
  ) x
  where k.tenant_id = p_tenant
    and k.id = p_key
    and (k.opens = 'all' or p.sku_id is not null)
    and catalog.deliver_of(f.kind) in ('pick', 'supply', 'make')
    and f.price_points = 0
    and f.price_fen > 0
  order by f.sku_id
$$;
revoke execute on function wholesale.priced(bigint, bigint, bigint[]) from public;
grant execute on function wholesale.priced(bigint, bigint, bigint[]) to quanshu_app;

-- An item: {keyId, outerNo, skuId, quantity, form, ceilingFen, callbackUrl, trace} and what an item of `orders.place` says but its
-- lines and means. A result: what `fulfilment.place_and_pay` says of a placed order, {repeat, sameRequest}, {numberTaken: true}
-- when it is to be asked again, or {code, params}. The caller's number is taken in the transaction that placed its order or not at
-- all: rivals under one number wait for the key's row and find it.
create or replace function wholesale.place(p_tenant bigint, p_items jsonb)
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
  passed_at integer[] := '{}';
  passed_fen bigint[] := '{}';
  placed json;
  the_key wholesale.keys;
  known wholesale.orders;
  open record;
  today date := (now() at time zone 'Asia/Shanghai')::date;
  ordered bigint;
  beside bigint;
  total bigint;
begin
  perform 1
  from wholesale.keys k
  where k.tenant_id = p_tenant
    and k.id = any (select (i.item -> 'keyId')::bigint from jsonb_array_elements(p_items) as i(item))
  order by k.id
  for no key update;

  for n in 1 .. item_count loop
    item := p_items -> (n - 1);
    -- One number twice in one call: the later asks again and finds the order of the earlier.
    if exists (
      select from unnest(passed_at) as p(n)
      where p_items -> (p.n - 1) -> 'keyId' = item -> 'keyId'
        and p_items -> (p.n - 1) ->> 'outerNo' = item ->> 'outerNo'
    ) then
      results[n] := '{"numberTaken": true}';
      continue;
    end if;
    -- Before the key's state, prices and caps: a number that was answered before is answered again, whatever has changed since.
    select * into known
    from wholesale.orders o
    where o.tenant_id = p_tenant
      and o.key_id = (item -> 'keyId')::bigint
      and o.outer_no = item ->> 'outerNo';
    if found then
      results[n] := json_build_object('repeat', known.order_no, 'sameRequest', known.request_hash = decode(item ->> 'requestHash', 'hex'));
      continue;
    end if;
    select * into the_key
    from wholesale.keys k
    where k.tenant_id = p_tenant
      and k.id = (item -> 'keyId')::bigint;
    select * into open
    from wholesale.priced(p_tenant, the_key.id, array[(item -> 'skuId')::bigint]);
    total := open.price_fen * (item -> 'quantity')::integer;
    select coalesce(sum(d.ordered_fen), 0) into ordered
    from wholesale.days d
    where d.tenant_id = p_tenant
      and d.key_id = the_key.id
      and d.day = today;
    select coalesce(sum(p.fen), 0) into beside
    from unnest(passed_at, passed_fen) as p(n, fen)
    where p_items -> (p.n - 1) -> 'keyId' = item -> 'keyId';
    results[n] := case
      when the_key.state <> 'on' then '{"code": "wholesale.key_paused", "params": {}}'::json
      when open.sku_id is null then '{"code": "wholesale.unknown_product", "params": {}}'
      when open.price_fen > (item -> 'ceilingFen')::bigint then json_build_object(
        'code', 'wholesale.above_ceiling', 'params', json_build_object('priceFen', open.price_fen)
      )
      when ordered + total > the_key.daily_cap_fen then json_build_object('code', 'wholesale.over_daily_cap', 'params', json_build_object(
        'leftFen', greatest(the_key.daily_cap_fen - ordered, 0)
      ))
      -- Only because of others of this call, whose orders may yet fail.
      when ordered + beside + total > the_key.daily_cap_fen then '{"numberTaken": true}'
    end;
    continue when results[n] is not null;
    passed_at := passed_at || n;
    passed_fen := passed_fen || total;
    passed := passed || jsonb_build_array(
      (item - array['keyId', 'outerNo', 'skuId', 'quantity', 'form', 'ceilingFen', 'callbackUrl', 'trace']) || jsonb_build_object(
        'agreed', true, 'payWith', 'balance', 'balanceFen', 0, 'channel', 'wholesale', 'givesBack', the_key.gives_back, 'capPerson', 0, 'capIp', 0, 'capDevice', 0,
        'lines', jsonb_build_array(jsonb_build_object(
          'skuId', item -> 'skuId', 'quantity', item -> 'quantity', 'unitPriceFen', open.price_fen, 'unitPoints', 0,
          'form', coalesce(item -> 'form', '{}')
        ))
      )
    );
  end loop;
  if cardinality(passed_at) = 0 then
    return array_to_json(results);
  end if;

  placed := fulfilment.place_and_pay(p_tenant, passed);
  for n in 1 .. cardinality(passed_at) loop
    results[passed_at[n]] := placed -> (n - 1);
  end loop;

  with done as (
    select (placed -> (p.n - 1)::integer ->> 'no')::bigint as no, p.fen, p_items -> (p.at - 1) as item
    from unnest(passed_at, passed_fen) with ordinality as p(at, fen, n)
    where (placed -> (p.n - 1)::integer) ->> 'no' is not null
  ), numbered as (
    insert into wholesale.orders (tenant_id, key_id, outer_no, order_no, request_hash, callback_url, trace)
    select p_tenant, (d.item -> 'keyId')::bigint, d.item ->> 'outerNo', d.no, decode(d.item ->> 'requestHash', 'hex'),
      coalesce(d.item ->> 'callbackUrl', ''), array(select jsonb_array_elements_text(d.item -> 'trace'))
    from done d
  )
  insert into wholesale.days as w (tenant_id, key_id, day, ordered_fen, orders)
  select p_tenant, (d.item -> 'keyId')::bigint, today, sum(d.fen), count(*)
  from done d
  group by d.item -> 'keyId'
  on conflict (tenant_id, key_id, day) do update
  set ordered_fen = w.ordered_fen + excluded.ordered_fen,
      orders = w.orders + excluded.orders;
  return array_to_json(results);
end;
$$;

-- {outcome: cancelled or too_late}; null for a number that the key has not used.
create or replace function wholesale.cancel(p_tenant bigint, p_key bigint, p_outer_no text, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  known wholesale.orders;
begin
  select * into known
  from wholesale.orders o
  where o.tenant_id = p_tenant
    and o.key_id = p_key
    and o.outer_no = p_outer_no
  for no key update;
  if not found then
    return null;
  end if;
  return jsonb_build_object('outcome', case
    when known.ended_because is not null or wholesale.end_order(p_tenant, known.order_no, 'cancelled', p_actor) then 'cancelled'
    else 'too_late'
  end);
end;
$$;

-- An order that is stuck because nobody will deliver it; true when it was given back. Who sells codes that prove bad, or waits for a
-- supplier that nobody can reach, is left to people.
create or replace function wholesale.give_back(p_tenant bigint, p_no bigint, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  because text;
begin
  perform 1
  from wholesale.orders o
  where o.tenant_id = p_tenant
    and o.order_no = p_no
  for no key update;
  if not found then
    return to_jsonb(false);
  end if;
  -- Somebody may have put it to work again until both are ours.
  perform fulfilment.lock_for_refund(p_tenant, p_no);
  select l.exception_reason into because
  -- As was agreed when it was placed.
  from orders.orders a
  join orders.lines l on l.tenant_id = p_tenant and l.order_no = a.no
  where a.tenant_id = p_tenant
    and a.no = p_no
    and a.gives_back
    and l.state = 'exception'
    and l.exception_reason in ('no_source', 'loss_guard', 'account_refused', 'out_of_stock');
  return to_jsonb(because is not null and wholesale.end_order(p_tenant, p_no, because, p_actor));
end;
$$;

-- The caller has the order's number locked. False: something was handed over, or may still arrive; that is never taken back this way.
create or replace function wholesale.end_order(p_tenant bigint, p_no bigint, p_because text, p_actor text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  line orders.lines;
  answer jsonb;
begin
  perform fulfilment.lock_for_refund(p_tenant, p_no);
  if fulfilment.may_have_arrived(p_tenant, p_no) then
    return false;
  end if;
  perform fulfilment.stop_needs(p_tenant, jsonb_build_array(jsonb_build_object(
    'orderNo', p_no, 'lineNo', l.line_no, 'reason', 'no_source', 'note', p_actor
  )), p_actor)
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.state = 'supplying'
    and l.delivered_quantity = 0;
  select l.* into line
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no;
  if line.state <> 'exception' or line.delivered_quantity > 0 then
    return false;
  end if;
  answer := fulfilment.refund(p_tenant, p_no, jsonb_build_object(
    'lineNo', line.line_no, 'takes', 'line', 'grants', '[]'::jsonb, 'to', 'balance', 'reason', p_actor, 'actor', p_actor
  ));
  if answer ? 'code' then
    return false;
  end if;
  update wholesale.orders o
  set ended_because = p_because
  where o.tenant_id = p_tenant
    and o.order_no = p_no;
  return true;
end;
$$;
revoke execute on function wholesale.end_order(bigint, bigint, text, text) from public;

-- The item: {keyId, outerNo, requestHash, totalCeilingFen, callbackUrl, trace, lines}; a line as `bulk.fill` takes it.
-- {bulkId, totalFen} when it is taken; {numberTaken: true} when the number has been used before or by a rival at this moment; or {code, params}.
-- After all but the first the caller undoes what was done. Rivals under one number wait for the number, and
-- the key's row is locked last: writing ten thousand lines keeps none of its other orders waiting.
create or replace function wholesale.place_bulk(p_tenant bigint, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_key wholesale.keys;
  today date := (now() at time zone 'Asia/Shanghai')::date;
  skus bigint[];
  prices bigint[];
  lines integer;
  pieces integer;
  closed integer;
  total bigint;
  ordered bigint;
  the_id bigint;
  refusal jsonb;
begin
  -- Before the key's state, prices and caps: a number that was answered before is answered again, whatever has changed since.
  if exists (
    select from wholesale.bulks w
    where w.tenant_id = p_tenant
      and w.key_id = (p_item -> 'keyId')::bigint
      and w.outer_no = p_item ->> 'outerNo'
  ) then
    return '{"numberTaken": true}';
  end if;
  select * into the_key
  from wholesale.keys k
  where k.tenant_id = p_tenant
    and k.id = (p_item -> 'keyId')::bigint;

  select array_agg(f.sku_id), array_agg(f.price_fen)
  into skus, prices
  from wholesale.priced(p_tenant, the_key.id, array(
    select distinct (l.item -> 'skuId')::bigint from jsonb_array_elements(p_item -> 'lines') as l(item)
  )) f;
  select count(*), sum(l.quantity), sum(l.quantity * p.fen), count(*) filter (where p.fen is null)
  into lines, pieces, total, closed
  from jsonb_to_recordset(p_item -> 'lines') as l("skuId" bigint, quantity integer)
  left join unnest(skus, prices) as p(sku, fen) on p.sku = l."skuId";
  -- Whoever asks has named the lines; what was closed since then refuses the whole.
  if closed > 0 then
    return '{"code": "wholesale.unknown_product", "params": {}}';
  elsif total > (p_item -> 'totalCeilingFen')::bigint then
    return jsonb_build_object('code', 'wholesale.above_total', 'params', jsonb_build_object('totalFen', total));
  end if;

  the_id := bulk.open(p_tenant, jsonb_build_object(
    'name', p_item -> 'outerNo', 'memberId', the_key.member_id, 'by', the_key.name, 'keyId', the_key.id,
    'callersNo', p_item -> 'outerNo', 'givesBack', the_key.gives_back, 'lines', lines, 'pieces', pieces, 'totalFen', total
  ));
  insert into wholesale.bulks (tenant_id, key_id, outer_no, bulk_id, request_hash, callback_url, trace)
  values (
    p_tenant, the_key.id, p_item ->> 'outerNo', the_id, decode(p_item ->> 'requestHash', 'hex'), p_item ->> 'callbackUrl',
    array(select jsonb_array_elements_text(p_item -> 'trace'))
  )
  on conflict on constraint a_callers_number_is_one_bulk_order do nothing;
  if not found then
    return '{"numberTaken": true}';
  end if;
  perform bulk.fill(p_tenant, the_id, p_item -> 'lines', skus, prices);

  select * into the_key
  from wholesale.keys k
  where k.tenant_id = p_tenant
    and k.id = the_key.id
  for no key update;
  select coalesce(sum(d.ordered_fen), 0) into ordered
  from wholesale.days d
  where d.tenant_id = p_tenant
    and d.key_id = the_key.id
    and d.day = today;
  if the_key.state <> 'on' then
    return '{"code": "wholesale.key_paused", "params": {}}';
  elsif ordered + total > the_key.daily_cap_fen then
    return jsonb_build_object('code', 'wholesale.over_daily_cap', 'params', jsonb_build_object(
      'leftFen', greatest(the_key.daily_cap_fen - ordered, 0)
    ));
  end if;
  insert into wholesale.days as d (tenant_id, key_id, day, ordered_fen, orders)
  values (p_tenant, the_key.id, today, total, lines)
  on conflict (tenant_id, key_id, day) do update
  set ordered_fen = d.ordered_fen + excluded.ordered_fen,
      orders = d.orders + excluded.orders;
  refusal := bulk.hold_waiting(p_tenant, the_id, total);
  return coalesce(refusal, jsonb_build_object('bulkId', the_id, 'totalFen', total));
end;
$$;

-- How a line is told to who ordered it. A code that was taken back after it came is none that is there; of top-ups none can be.
create or replace function wholesale.line_state(p_standing text, p_kind text, p_quantity integer, p_taken_back integer)
returns text
language sql
immutable
as $$
  select case
    when p_standing in ('waiting', 'cancelled') then p_standing
    when p_standing in ('under_way', 'attention') then 'processing'
    when p_standing <> 'delivered' then 'failed'
    when catalog.revoke_of(p_kind) = 'keep' or p_taken_back = 0 then 'done'
    when p_taken_back < p_quantity then 'partial'
    else 'failed'
  end
$$;

-- Null for a number that the key has not used. {outerNo, bulkNo, lines, pieces, placedAt, counts, money}: total = held + spent +
-- released, and what was refunded had been spent.
create or replace function wholesale.bulk_progress(p_tenant bigint, p_key bigint, p_outer_no text)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select jsonb_build_object(
    'outerNo', w.outer_no, 'bulkNo', w.bulk_id::text, 'lines', b.lines, 'pieces', b.pieces, 'placedAt', w.placed_at,
    'counts', t.counts, 'money', t.money || jsonb_build_object('totalFen', b.total_fen)
  )
  from wholesale.bulks w
  join bulk.orders b on b.tenant_id = p_tenant and b.id = w.bulk_id
  cross join lateral (
    select jsonb_build_object(
        'waiting', count(*) filter (where s.state = 'waiting'),
        'processing', count(*) filter (where s.state = 'processing'),
        'done', count(*) filter (where s.state = 'done'),
        'partial', count(*) filter (where s.state = 'partial'),
        'failed', count(*) filter (where s.state = 'failed'),
        'cancelled', count(*) filter (where s.state = 'cancelled')
      ) as counts,
      jsonb_build_object(
        'heldFen', coalesce(sum(s.fen) filter (where s.standing = 'waiting'), 0),
        'spentFen', coalesce(sum(s.fen) filter (where s.standing not in ('waiting', 'failed', 'cancelled')), 0),
        'refundedFen', coalesce(sum(s.refunded_fen), 0),
        'releasedFen', coalesce(sum(s.fen) filter (where s.standing in ('failed', 'cancelled')), 0)
      ) as money
    from (
      select x.standing, wholesale.line_state(x.standing, l.kind, n.quantity, l.refunded_quantity) as state,
        n.quantity * n.unit_price_fen as fen, l.refunded_fen
      from bulk.lines n
      left join lateral (
        select l.kind, l.state, l.refunded_fen, l.refunded_quantity
        from orders.lines l
        where l.tenant_id = p_tenant
          and l.order_no = n.order_no
          and l.line_no = 1
        offset 0
      ) l on true
      left join lateral (
        select o.state
        from orders.orders o
        where o.tenant_id = p_tenant
          and o.no = n.order_no
          and l.state = 'cancelled'
        offset 0
      ) o on true
      cross join lateral (select bulk.standing_of(n.state, o.state, l.state) as standing) x
      where n.tenant_id = p_tenant
        and n.bulk_id = w.bulk_id
    ) s
  ) t
  where w.tenant_id = p_tenant
    and w.key_id = p_key
    and w.outer_no = p_outer_no
$$;

-- {outcome: cancelled or too_late, lines, releasedFen, bulkId}, as often as asked; null for a number that the key has not used.
create or replace function wholesale.cancel_bulk(p_tenant bigint, p_key bigint, p_outer_no text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_id bigint;
  stopped jsonb;
begin
  select w.bulk_id into the_id
  from wholesale.bulks w
  where w.tenant_id = p_tenant
    and w.key_id = p_key
    and w.outer_no = p_outer_no;
  if not found then
    return null;
  end if;
  -- Refused where nothing waits any more: because it was cancelled, or because all of it is ordered.
  stopped := bulk.stop(p_tenant, the_id, 'cancelled');
  return (
    select jsonb_build_object(
      'outcome', case b.state when 'cancelled' then 'cancelled' else 'too_late' end, 'bulkId', the_id, 'stops', stopped ? 'ok',
      'lines', count(l.line_no), 'releasedFen', coalesce(sum(l.quantity * l.unit_price_fen), 0)
    )
    from bulk.orders b
    left join bulk.lines l on l.tenant_id = p_tenant and l.bulk_id = the_id and l.state = 'cancelled'
    where b.tenant_id = p_tenant
      and b.id = the_id
    group by b.state
  );
end;
$$;

create or replace function wholesale.trace_of(p_tenant bigint, p_no bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce((
    select to_jsonb(o.trace)
    from wholesale.orders o
    where o.tenant_id = p_tenant
      and o.order_no = p_no
  ), (
    select to_jsonb(w.trace)
    from bulk.lines l
    join wholesale.bulks w on w.tenant_id = p_tenant and w.bulk_id = l.bulk_id
    where l.tenant_id = p_tenant
      and l.order_no = p_no
  ), '[]')
$$;
revoke execute on function wholesale.trace_of(bigint, bigint) from public;
grant execute on function wholesale.trace_of(bigint, bigint) to quanshu_app;

-- A signature older than five minutes is refused, so its nonce need not be known much longer.
create or replace function wholesale.tidy(p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  gone bigint;
begin
  delete from wholesale.nonces n
  where n.ctid = any (array(
    select o.ctid from wholesale.nonces o where o.at < now() - interval '15 minutes' order by o.at limit p_limit
  ));
  get diagnostics gone = row_count;
  delete from wholesale.calls c
  using wholesale.keys k
  where c.tenant_id = k.tenant_id
    and c.key_id = k.id
    and (c.at < now() - interval '7 days' or c.id <= coalesce((
      select o.id from wholesale.calls o where o.tenant_id = k.tenant_id and o.key_id = k.id order by o.id desc offset 500 limit 1
    ), 0));
  delete from wholesale.callbacks b
  where b.state <> 'queued'
    and b.ended_at < now() - interval '30 days';
  return to_jsonb(gone);
end;
$$;
