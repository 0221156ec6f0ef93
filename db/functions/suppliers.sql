-- Purchases at suppliers and the lanes they travel in. Every supplier has a lane of its own: so many calls at a time, so many
-- a minute, and a breaker, all kept here, so that any number of processes together stay within them and a supplier that does
-- not answer holds up nobody else's.
--
--   suppliers.ask_again_after(asks)              the ladder of questions about one purchase; null: it is over
--   suppliers.take_due(lease seconds, limit)     all tenants: purchases to send or to ask about, leased
--   suppliers.note_health(tenant, supplier, good, bad)    what calls say about the supplier; moves the breaker
--   suppliers.ask_now(tenant, supplier, no)      the supplier called back: asked about at once
--   suppliers.candidates(tenant, skus)           who could deliver each SKU, with what the choice goes by
--   suppliers.open_trial(tenant, product, fields)    buys one to see how it arrives; the purchase
--   suppliers.take_probes(limit)                 all tenants: lanes that may be asked whether they are well again
--   suppliers.take_syncs(minutes, limit)         all tenants: suppliers to be asked what they sell
--   suppliers.keep_products(tenant, supplier, products, whole, told at)   what a supplier says it sells
--   suppliers.follow_shelf(tenant, skus)         carries what the sources have to the SKUs' `supply_stock`

-- 5, 5, 10, 20, 30 s, 1, 2, 3, 5, 10 minutes; after that a person is told, and it is asked every ten minutes for three days.
create or replace function suppliers.ask_again_after(p_asks integer)
returns interval
language sql
immutable
as $$
  select case
    when p_asks < 10 then (array[5, 5, 10, 20, 30, 60, 120, 180, 300, 600])[p_asks + 1] * interval '1 second'
    when p_asks < 442 then interval '10 minutes'
  end
$$;

-- A purchase is handed out under a lease. `planned` becomes `sending` and is sent once, ever: whoever takes it up after a lost
-- lease only asks. A lane that is open is passed by; half open it lets one call through.
create or replace function suppliers.take_due(p_lease_seconds integer, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  lane record;
  busy integer;
  budget double precision;
  room integer;
  taken jsonb;
  answer jsonb := '[]';
begin
  for lane in
    select s.*
    from suppliers.suppliers s
    where (s.breaker <> 'open' or s.open_until <= now())
      and exists (
        select from suppliers.purchases p
        where p.tenant_id = s.tenant_id
          and p.supplier_id = s.id
          and p.due_at <= now()
      )
    order by random()
    limit 500
    for no key update skip locked
  loop
    select count(*) into busy
    from suppliers.purchases p
    where p.tenant_id = lane.tenant_id
      and p.supplier_id = lane.id
      and p.leased_until > now();
    -- What was not used of a second is not saved up for a burst.
    budget := least(
      greatest(lane.per_minute / 60.0, 1),
      lane.tokens + extract(epoch from clock_timestamp() - lane.tokens_at) * lane.per_minute / 60.0
    );
    room := least(
      case when lane.breaker = 'closed' then lane.concurrent else 1 end - busy, floor(budget)::integer,
      p_limit - jsonb_array_length(answer)
    );
    continue when room <= 0;
    with due as (
      select p.id, p.state
      from suppliers.purchases p
      where p.tenant_id = lane.tenant_id
        and p.supplier_id = lane.id
        and p.due_at <= now()
        -- Paused: what was never sent stays here until it goes another way.
        and (lane.state = 'on' or p.state <> 'planned')
      order by p.due_at, p.id
      limit room
      for no key update skip locked
    ), leased as (
      update suppliers.purchases p
      set state = case p.state when 'planned' then 'sending' when 'sending' then 'unknown' else p.state end,
          sent_at = coalesce(p.sent_at, clock_timestamp()),
          profile_id = case p.state when 'planned' then lane.profile_id else p.profile_id end,
          profile_version = case p.state when 'planned' then lane.profile_version else p.profile_version end,
          lease = p.lease + 1,
          leased_until = now() + make_interval(secs => p_lease_seconds),
          due_at = now() + make_interval(secs => p_lease_seconds)
      from due d
      where p.tenant_id = lane.tenant_id
        and p.id = d.id
      returning p.*, d.state as was
    )
    select jsonb_agg(jsonb_build_object(
      'tenantId', l.tenant_id,
      'id', l.id,
      'no', l.no,
      'lease', l.lease,
      'task', case l.was when 'planned' then 'place' else 'ask' end,
      'supplierId', l.supplier_id,
      'remoteId', r.remote_id,
      'kind', r.kind,
      'quantity', l.quantity,
      'ceilingHao', l.ceiling_hao,
      'fields', l.fields,
      'remoteNo', l.remote_no,
      'sentAt', l.sent_at,
      'orderNo', l.order_no,
      'profileId', l.profile_id,
      'profileVersion', l.profile_version
    ))
    into taken
    from leased l
    join suppliers.products r on r.tenant_id = l.tenant_id and r.id = l.product_id;
    update suppliers.suppliers s
    set breaker = case when s.breaker = 'open' then 'half_open' else s.breaker end,
        tokens = budget - coalesce(jsonb_array_length(taken), 0),
        tokens_at = clock_timestamp()
    where s.tenant_id = lane.tenant_id
      and s.id = lane.id;
    answer := answer || coalesce(taken, '[]');
    exit when jsonb_array_length(answer) >= p_limit;
  end loop;
  return answer;
end;
$$;

-- Five failures in a row open the breaker for five seconds; each try after that which fails too, for twice as long, up to five
-- minutes. What was under way when it opened counts no more. One good answer closes it, whatever it says: a supplier that
-- refuses is alive.
create or replace function suppliers.note_health(p_tenant bigint, p_supplier bigint, p_good integer, p_bad integer)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  with n as (
    select o.id, o.failures as before, case
      when p_good > 0 then 0
      when o.failures < 5 then least(o.failures + p_bad, 5)
      else least(o.failures + 1, 15)
    end as failures
    from suppliers.suppliers o
    where o.tenant_id = p_tenant
      and o.id = p_supplier
    for no key update
  ), moved as (
    update suppliers.suppliers s
    set failures = n.failures,
        breaker = case when n.failures = 0 then 'closed' when n.failures >= 5 then 'open' else s.breaker end,
        open_until = case when n.failures >= 5 then now() + least(300, 5 * 2 ^ (n.failures - 5)) * interval '1 second' end
    from n
    where s.tenant_id = p_tenant
      and s.id = n.id
      and p_good + p_bad > 0
      and not (p_good = 0 and s.breaker = 'open' and s.open_until > now())
      -- A lane in good order is not written to for every good answer.
      and (p_bad > 0 or s.failures > 0 or s.breaker <> 'closed')
    returning s.id, n.before, n.failures
  )
  insert into suppliers.breaker_openings (tenant_id, supplier_id)
  select p_tenant, m.id
  from moved m
  where m.before < 5
    and m.failures >= 5
$$;

-- [{skuId, policy, source, leastMarginFen, candidates: [{offerId, supplierId, supplier, productId, product, kind, costHao, stock,
-- minQuantity, maxQuantity, onSale, enabled, supplierState, isCovered, breaker, balanceHao, position, weight, fieldMap, fields, tries, arrived,
-- p50, p95}]}]: figures of the last 200 purchases of each product that ended within a week; seconds.
create or replace function suppliers.candidates(p_tenant bigint, p_skus bigint[])
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'skuId', k.sku,
    'policy', coalesce(r.policy, 'cheapest'),
    'source', coalesce(r.source, 'own'),
    'leastMarginFen', case when r.sku_id is null then 0 else r.least_margin_fen end,
    'candidates', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'offerId', o.id,
        'supplierId', s.id,
        'supplier', s.name,
        'productId', p.id,
        'product', p.name,
        'kind', p.kind,
        'costHao', p.cost_hao,
        'currency', p.currency,
        'stock', p.stock,
        'minQuantity', p.min_quantity,
        'maxQuantity', p.max_quantity,
        'onSale', p.on_sale,
        'enabled', o.enabled,
        'supplierState', s.state,
        'isCovered', suppliers.is_covered(s.papers_until),
        'breaker', case when s.breaker = 'open' and s.open_until <= now() then 'half_open' else s.breaker end,
        'balanceHao', s.balance_hao,
        'position', o.position,
        'weight', o.weight,
        'fieldMap', o.field_map,
        'tries', m.tries,
        'arrived', m.arrived,
        'p50', m.p50,
        'p95', m.p95
      ) order by o.position, o.id), '[]')
      from suppliers.offers o
      join suppliers.products p on p.tenant_id = o.tenant_id and p.id = o.product_id
      join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
      cross join lateral (
        select count(*) as tries,
          count(*) filter (where x.state = 'done') as arrived,
          percentile_cont(0.5) within group (order by x.seconds) filter (where x.state = 'done') as p50,
          percentile_cont(0.95) within group (order by x.seconds) filter (where x.state = 'done') as p95
        from (
          select c.state, extract(epoch from c.ended_at - c.sent_at)::double precision as seconds
          from suppliers.purchases c
          where c.tenant_id = p_tenant
            and c.product_id = p.id
            and c.ended_at > now() - interval '7 days'
            and c.sent_at is not null
            and c.purpose <> 'offered'
            -- What it took back at our asking says nothing about it.
            and not (c.state = 'refused' and c.cancel_state is not distinct from 'cancelled')
          order by c.ended_at desc
          limit 200
        ) x
      ) m
      where o.tenant_id = p_tenant
        and o.sku_id = k.sku
        and s.state <> 'archived'
    )
  )), '[]')
  from unnest(p_skus) as k(sku)
  left join suppliers.routes r on r.tenant_id = p_tenant and r.sku_id = k.sku
$$;

-- What the sources of SKUs say they have together. Null as soon as one that may be used does not tell; 0 without any. Prices
-- that follow the cost move first (suppliers_prices.sql); one that waits for a person may empty the shelf.
create or replace function suppliers.follow_shelf(p_tenant bigint, p_skus bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select suppliers.follow_prices(p_tenant, p_skus);

  update catalog.skus k
  set supply_stock = x.stock
  from (
    select w.sku,
      case when suppliers.is_price_stopped(p_tenant, w.sku) then 0 when bool_or(u.usable and u.stock is null) then null else coalesce(sum(u.stock) filter (where u.usable), 0)::bigint end as stock
    from unnest(p_skus) as w(sku)
    left join lateral (
      select p.stock, o.enabled and p.on_sale and p.currency = 'CNY' and s.state = 'on' and suppliers.is_covered(s.papers_until) as usable
      from suppliers.offers o
      join suppliers.products p on p.tenant_id = o.tenant_id and p.id = o.product_id
      join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
      where o.tenant_id = p_tenant
        and o.sku_id = w.sku
    ) u on true
    group by w.sku
  ) x
  where k.tenant_id = p_tenant
    and k.id = x.sku
    and catalog.is_asked(k.kind, k.source)
    and k.supply_stock is distinct from x.stock
$$;

-- p_products: [{remoteId, name, kind, faceHao, costHao, currency, stock, minQuantity, maxQuantity, onSale, fields}]. `p_whole`: it
-- is all that the supplier sells; what is missing is off its shelf. News older than what is known changes nothing. Answers
-- {added, changed, gone, jumps: [{productId, name, fromHao, toHao}]}.
create or replace function suppliers.keep_products(
  p_tenant bigint, p_supplier bigint, p_products jsonb, p_whole boolean, p_told_at timestamptz
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  added bigint[];
  changed bigint[];
  gone bigint[];
  jumps jsonb;
begin
  perform 1
  from suppliers.suppliers s
  where s.tenant_id = p_tenant
    and s.id = p_supplier
  for no key update;
  with news as (
    select *
    from jsonb_to_recordset(p_products) as n(
      "remoteId" text, name text, kind text, "faceHao" bigint, "costHao" bigint, currency text, stock bigint,
      "minQuantity" integer, "maxQuantity" integer, "onSale" boolean, fields jsonb
    )
  ), before as (
    select p.*
    from suppliers.products p
    where p.tenant_id = p_tenant
      and p.supplier_id = p_supplier
  ), kept as (
    insert into suppliers.products as p (
      tenant_id, supplier_id, remote_id, name, kind, face_hao, cost_hao, currency, stock, min_quantity, max_quantity, on_sale, fields, told_at
    )
    select p_tenant, p_supplier, n."remoteId", left(n.name, 200), n.kind, n."faceHao", n."costHao", coalesce(n.currency, 'CNY'), n.stock,
      coalesce(n."minQuantity", 1), n."maxQuantity", coalesce(n."onSale", true), case when jsonb_typeof(n.fields) = 'array' then n.fields end, p_told_at
    from news n
    on conflict (tenant_id, supplier_id, remote_id) do update
    set name = excluded.name,
        kind = excluded.kind,
        face_hao = excluded.face_hao,
        cost_hao = excluded.cost_hao,
        currency = excluded.currency,
        stock = excluded.stock,
        min_quantity = excluded.min_quantity,
        max_quantity = excluded.max_quantity,
        on_sale = excluded.on_sale,
        fields = coalesce(excluded.fields, p.fields),
        told_at = excluded.told_at
    where p.told_at <= excluded.told_at
    returning p.*
  ), told as (
    insert into suppliers.product_changes (tenant_id, product_id, cost_hao, on_sale)
    select p_tenant, k.id, k.cost_hao, k.on_sale
    from kept k
    left join before b on b.id = k.id
    where b.id is null
       or (b.cost_hao, b.on_sale) is distinct from (k.cost_hao, k.on_sale)
  )
  select array_agg(k.id) filter (where b.id is null), array_agg(k.id) filter (where b.id is not null),
    jsonb_agg(jsonb_build_object('productId', k.id, 'name', k.name, 'fromHao', b.cost_hao, 'toHao', k.cost_hao))
      filter (where b.cost_hao is distinct from k.cost_hao and b.id is not null)
  into added, changed, jumps
  from kept k
  left join before b on b.id = k.id;
  if p_whole then
    with left_out as (
      update suppliers.products p
      set on_sale = false,
          told_at = p_told_at
      where p.tenant_id = p_tenant
        and p.supplier_id = p_supplier
        and p.on_sale
        and p.told_at < p_told_at
      returning p.*
    ), told as (
      insert into suppliers.product_changes (tenant_id, product_id, cost_hao, on_sale)
      select p_tenant, x.id, x.cost_hao, false
      from left_out x
    )
    select array_agg(x.id) into gone from left_out x;
    update suppliers.suppliers s
    set synced_at = p_told_at,
        sync_error = null
    where s.tenant_id = p_tenant
      and s.id = p_supplier;
  end if;
  perform suppliers.follow_shelf(p_tenant, array(
    select distinct o.sku_id
    from suppliers.offers o
    where o.tenant_id = p_tenant
      and o.product_id = any (added || changed || gone)
  ));
  return jsonb_build_object(
    'added', coalesce(cardinality(added), 0), 'changed', coalesce(cardinality(changed), 0), 'gone', coalesce(cardinality(gone), 0),
    'jumps', coalesce(jumps, '[]')
  );
end;
$$;

-- The supplier says that something became of a purchase: it is asked about at once. Answers its id when it was refused
-- before: a supplier that delivers after all must not go unnoticed.
create or replace function suppliers.ask_now(p_tenant bigint, p_supplier bigint, p_no text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  update suppliers.purchases p
  set due_at = now()
  where p.tenant_id = p_tenant
    and p.supplier_id = p_supplier
    and p.no = p_no
    and p.state in ('sending', 'accepted', 'unknown');
  return (
    select p.id
    from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.supplier_id = p_supplier
      and p.no = p_no
      and p.state in ('refused', 'cancelled')
  );
end;
$$;

-- Buys one piece for real to see how it arrives. Numbers of trials begin with 9, which no order's does before the year 2090.
create or replace function suppliers.open_trial(p_tenant bigint, p_product bigint, p_fields jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  new_id bigint := nextval(pg_get_serial_sequence('suppliers.purchases', 'id'));
begin
  insert into suppliers.purchases (
    tenant_id, id, no, purpose, supplier_id, product_id, quantity, ceiling_hao, quoted_hao, fields, due_at
  )
  overriding system value
  select p_tenant, new_id, '9' || lpad(new_id::text, 19, '0'), 'test', p.supplier_id, p.id, p.min_quantity, p.cost_hao, p.cost_hao, p_fields, now()
  from suppliers.products p
  where p.tenant_id = p_tenant
    and p.id = p_product;
  return case when found then new_id end;
end;
$$;

-- Breakers that have waited long enough: [{tenantId, supplierId}]. Somebody asks a harmless question, so that no order has to.
create or replace function suppliers.take_probes(p_limit integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with due as (
    select s.tenant_id, s.id
    from suppliers.suppliers s
    where s.breaker <> 'closed'
      and s.state <> 'archived'
      and coalesce(s.open_until, now()) <= now()
    limit p_limit
    for no key update skip locked
  ), put_off as (
    update suppliers.suppliers s
    set open_until = now() + interval '10 seconds',
        breaker = 'half_open'
    from due d
    where s.tenant_id = d.tenant_id
      and s.id = d.id
    returning s.tenant_id, s.id
  )
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', p.tenant_id, 'supplierId', p.id)), '[]')
  from put_off p
$$;

-- Suppliers whose products were not asked for these minutes: [{tenantId, supplierId}]. Put off by as much, so that a list that
-- cannot be had is not asked for all the time.
create or replace function suppliers.take_syncs(p_minutes integer, p_limit integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with due as (
    select s.tenant_id, s.id
    from suppliers.suppliers s
    where s.state = 'on'
      and coalesce(s.sync_due_at, s.created_at) <= now()
      and s.secret_sealed is not null
    order by s.sync_due_at nulls first
    limit p_limit
    for no key update skip locked
  ), put_off as (
    update suppliers.suppliers s
    set sync_due_at = now() + make_interval(mins => p_minutes)
    from due d
    where s.tenant_id = d.tenant_id
      and s.id = d.id
    returning s.tenant_id, s.id
  )
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', p.tenant_id, 'supplierId', p.id)), '[]')
  from put_off p
$$;

-- What a piece of the SKU costs at the cheapest source that sells it.
create or replace function suppliers.least_cost(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
as $$
  select ceil(min(p.cost_hao) / 100.0)::bigint
  from suppliers.offers o
  join suppliers.products p on p.tenant_id = p_tenant and p.id = o.product_id
  where o.tenant_id = p_tenant
    and o.sku_id = p_sku
    and o.enabled
    and p.on_sale
$$;
