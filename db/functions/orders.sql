-- Placing and closing orders over sets.
--
-- How the hot functions (here, in ledger, vault and fulfilment) keep their plans: a table of the tenant is reached either
-- by `= any (keys)` or key by key in a lateral subquery fenced with `offset 0`. A plain join leaves the choice to
-- statistics, and those of a table that was empty a minute ago say that reading all of the tenant's rows costs nothing:
-- measured 2,400 microseconds an order instead of 170. `docs/adr/0019-hot-path.md`.
--
--   orders.place(tenant, items)                      one result per item, in order; see below
--   orders.place_recharge(tenant, item)              a member tops up the balance: an order with one line, of no SKU
--   orders.close_unpaid(tenant, nos, state, reason, actor, due only)   cancels or expires pending orders; the nos closed
--   orders.expire_due(limit)                         all tenants; how many orders expired
--   orders.views(tenant, nos, codes)                 what a buyer sees of each order, codes still sealed

-- An item: {no, requestKey, requestHash, memberId, buyerKey, contact, locale, queryHash, deviceHash, ip, holdSeconds,
--   capPerson, capIp, capDevice, payWith, balanceFen, channel, lines: [{skuId, quantity, unitPriceFen, unitPoints, form, cardId, later}]};
--   cardId: the card whose number the buyer chose (orders_picks.sql);
--   later: true when it is to be activated after the payment (orders_later.sql);
--   redeemed: true when a code has paid (redeem.redeem): every price is zero, and limits are the code's own;
--   waits: true beside it when an order whose pieces are short is placed all the same, to wait for them;
--   agreed: true when the prices shown are those agreed before (wholesale.place, bulk.order_some), and limits of the goods
--   are not meant for it; none of these words comes from a request;
--   hashes in hex, a cap of 0 means none, balanceFen is what the purse pays beside a gateway. A result:
--   {no, totalFen, dueFen} when placed (due: what a gateway still has to bring), {repeat: no, sameRequest} when this request key was
--   placed before, {numberTaken: true} when the number must be drawn again, {code, params} when refused.
create or replace function orders.place(p_tenant bigint, p_items jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  item_count integer := jsonb_array_length(p_items);
  results jsonb[] := array_fill(null::jsonb, array[item_count]);
  -- One entry per item.
  i_no bigint[];
  i_key text[];
  i_hash bytea[];
  i_member bigint[];
  i_buyer text[];
  i_ip text[];
  i_device bytea[];
  i_balance boolean[];
  i_asked bigint[];
  i_channel text[];
  i_redeemed boolean[];
  i_waits boolean[];
  i_total bigint[];
  -- What the purse pays: all of it, or a part beside a gateway.
  i_purse bigint[];
  i_points bigint[];
  -- One entry per line.
  l_item integer[];
  l_line integer[];
  l_sku bigint[];
  l_quantity integer[];
  l_redeemed boolean[];
  l_agreed boolean[];
  l_shown bigint[];
  l_shown_points integer[];
  l_form jsonb[];
  l_unit bigint[];
  l_unit_points integer[];
  l_goods bigint[];
  l_kind text[];
  l_reserve text[];
  l_goods_title text[];
  l_sku_title text[];
  l_account bigint[];
  l_delivered bigint[];
  l_holds boolean[];
  l_claims boolean[];
  l_source text[];
  l_supply bigint[];
  l_bought boolean[];
  -- As they were before bundles became their parts.
  asked_skus bigint[];
  asked_source text[];
  asked_supply bigint[];
  l_person_limit integer[];
  l_refusal jsonb[];
  l_hold bigint[];
  -- Of channels that have a warehouse of their own; null when there are none (stock_warehouses.sql).
  l_warehouse bigint[];
  l_home bigint[];
  l_shelf bigint[];
  l_fallback bigint[];
  skus bigint[];
  refs text[];
  purses bigint[];
  pots bigint[];
  spent bigint;
  clearing bigint;
  admitted boolean[];
  a_group integer[];
  a_account bigint[];
  a_amount bigint[];
  placed integer[];
  h_line integer[];
  hold_ids bigint[];
  taken bigint;
  -- Of parts of bundles; null when there are none (orders_bundles.sql).
  l_amount bigint[];
  l_bundle smallint[];
  l_points bigint[];
  l_held_back boolean[];
  bundles jsonb;
  i_bundles integer[];
  credit_accounts bigint[];
  -- Lines whose buyer chose a card; null when there are none (orders_picks.sql).
  k_item integer[];
  k_sku bigint[];
  k_card bigint[];
  k_claimed bigint[];
  one record;
begin
  select array_agg(i.no), array_agg(i.request_key), array_agg(decode(i.request_hash, 'hex')), array_agg(i.member_id),
    array_agg(i.buyer_key), array_agg(i.ip), array_agg(decode(i.device_hash, 'hex')), array_agg(i.pay_with = 'balance'),
    array_agg(coalesce(i.balance_fen, 0)), array_agg(coalesce(i.channel, 'mall')), array_agg(coalesce(i.redeemed, false)),
    array_agg(coalesce(i.waits, false))
  into i_no, i_key, i_hash, i_member, i_buyer, i_ip, i_device, i_balance, i_asked, i_channel, i_redeemed, i_waits
  from (
    select *
    from rows from (
      jsonb_to_recordset(p_items) as (
        no bigint, "requestKey" text, "requestHash" text, "memberId" bigint, "buyerKey" text, ip text, "deviceHash" text,
        "payWith" text, "balanceFen" bigint, channel text, redeemed boolean, waits boolean
      )
    ) with ordinality as r(
      no, request_key, request_hash, member_id, buyer_key, ip, device_hash, pay_with, balance_fen, channel, redeemed, waits, n
    )
    order by r.n
  ) i;

  -- Repeats first: a request that was answered before is answered again, whatever has changed since.
  for one in
    select i.n, o.no, o.request_hash = i.hash as same_request
    from unnest(i_key, i_hash) with ordinality as i(key, hash, n)
    cross join lateral (
      select o.no, o.request_hash
      from orders.orders o
      where o.tenant_id = p_tenant
        and o.request_key = i.key
      offset 0
    ) o
  loop
    results[one.n] := jsonb_build_object('repeat', one.no, 'sameRequest', one.same_request);
  end loop;

  -- One request twice in this batch: the later one asks again and then finds the order of the earlier.
  for one in
    select x.n
    from (
      select i.n, row_number() over (partition by i.key order by i.n) as turn
      from unnest(i_key) with ordinality as i(key, n)
      where i.key is not null
    ) x
    where x.turn > 1
      and results[x.n] is null
  loop
    results[one.n] := jsonb_build_object('numberTaken', true);
  end loop;

  select array_agg(x.item_no), array_agg(x.line_no), array_agg(x.sku), array_agg(x.quantity), array_agg(x.shown),
    array_agg(x.shown_points), array_agg(x.form), array_agg(x.redeemed), array_agg(x.agreed), array_agg(distinct x.sku), array_agg(distinct x.sku::text),
    array_agg(x.item_no) filter (where x.card is not null), array_agg(x.sku) filter (where x.card is not null),
    array_agg(x.card) filter (where x.card is not null)
  into l_item, l_line, l_sku, l_quantity, l_shown, l_shown_points, l_form, l_redeemed, l_agreed, skus, refs, k_item, k_sku, k_card
  from (
    select i.item_no::integer as item_no,
      l.line_no::integer as line_no,
      (l.line ->> 'skuId')::bigint as sku,
      (l.line ->> 'quantity')::integer as quantity,
      (l.line ->> 'unitPriceFen')::bigint as shown,
      coalesce((l.line ->> 'unitPoints')::integer, 0) as shown_points,
      coalesce(l.line -> 'form', '{}') as form,
      (l.line ->> 'cardId')::bigint as card,
      coalesce((i.item ->> 'redeemed')::boolean, false) as redeemed,
      coalesce((i.item ->> 'agreed')::boolean, false) as agreed
    from jsonb_array_elements(p_items) with ordinality as i(item, item_no)
    cross join lateral jsonb_array_elements(i.item -> 'lines') with ordinality as l(line, line_no)
    where results[i.item_no] is null
    order by i.item_no, l.line_no
  ) x;
  if l_item is null then
    return to_jsonb(results);
  end if;

  with offer as materialized (
    select f.*, a.id as account_id, d.id as delivered_id
    from catalog.offers(p_tenant, skus, now()) f
    left join ledger.accounts a
      on a.tenant_id = p_tenant
      and a.kind = 'stock.available'
      and a.ref = f.sku_id::text
      and a.ref = any (refs)
      and a.unit = 'piece'
    left join ledger.accounts d
      on d.tenant_id = p_tenant
      and d.kind = 'stock.delivered'
      and d.ref = f.sku_id::text
      and d.ref = any (refs)
      and d.unit = 'piece'
  ), priced as (
    select x.n, x.sku, x.quantity, x.shown, x.shown_points, x.redeemed or x.agreed as redeemed, f.*,
      case when x.redeemed then 0 when x.agreed then x.shown else catalog.unit_price(f.price_fen, f.tiers, x.quantity) end as unit_fen,
      case when x.redeemed or x.agreed then 0 else f.price_points end as unit_points, catalog.reserve_of(f.kind) as reserve
    from unnest(l_sku, l_quantity, l_shown, l_shown_points, l_redeemed, l_agreed)
      with ordinality as x(sku, quantity, shown, shown_points, redeemed, agreed, n)
    left join offer f on f.sku_id = x.sku
    order by x.n
  )
  select
    array_agg(p.unit_fen), array_agg(p.unit_points), array_agg(p.goods_id), array_agg(p.kind), array_agg(p.goods_title), array_agg(p.title),
    array_agg(p.account_id), array_agg(p.delivered_id), array_agg(p.hold_mode = 'order'), array_agg(case when not p.redeemed then p.limit_per_person end),
    array_agg(case when p.reserve = 'shelf' then p.source else 'supplier' end), array_agg(p.supply_stock),
    array_agg(coalesce(p.source = 'supplier_first' and p.reserve = 'shelf' and (p.supply_stock is null or p.supply_stock >= p.quantity), false)),
    array_agg(
      case
        when p.sku_id is null then jsonb_build_object('code', 'orders.unknown_sku', 'params', jsonb_build_object('skuId', p.sku))
        when not p.sellable then jsonb_build_object(
          'code', 'orders.not_sellable', 'params', jsonb_build_object('title', p.goods_title, 'reason', p.reason, 'skuId', p.sku)
        )
        when p.reserve not in ('shelf', 'parts') and p.quantity > p.supply_stock then jsonb_build_object(
          'code', case p.reserve when 'day' then 'service.day_is_full' else 'orders.sold_out' end,
          'params', jsonb_build_object('title', p.goods_title, 'skuId', p.sku, 'available', p.supply_stock)
        )
        when not p.redeemed and p.quantity > p.limit_per_order then jsonb_build_object(
          'code', 'orders.over_order_limit', 'params', jsonb_build_object('title', p.goods_title, 'limit', p.limit_per_order, 'skuId', p.sku)
        )
        when p.shown <> p.unit_fen or p.shown_points <> p.unit_points then jsonb_build_object(
          'code', case when p.shown_points + p.unit_points > 0 then 'orders.points_price_changed' else 'orders.price_changed' end,
          'params', jsonb_build_object(
            'title', p.goods_title, 'skuId', p.sku, 'shownFen', p.shown, 'unitPriceFen', p.unit_fen, 'unitPoints', p.unit_points,
            'unitPriceYuan', trim(to_char(p.unit_fen / 100.0, '999999999990.00'))
          )
        )
      end
    ),
    array_agg(p.reserve)
  into l_unit, l_unit_points, l_goods, l_kind, l_goods_title, l_sku_title, l_account, l_delivered, l_holds, l_person_limit,
    l_source, l_supply, l_bought, l_refusal, l_reserve
  from priced p;
  if k_card is not null then
    select * into l_unit, l_refusal, l_holds, l_source, l_bought
    from orders.price_picks(
      p_tenant, k_item, k_sku, l_item, l_sku, l_quantity, l_shown, l_goods_title, l_unit_points, l_unit, l_refusal, l_holds, l_source, l_bought
    );
  end if;
  if 'parts' = any (l_reserve) then
    asked_skus := l_sku;
    asked_source := l_source;
    asked_supply := l_supply;
    select * into l_item, l_line, l_sku, l_quantity, l_form, l_unit, l_unit_points, l_goods, l_kind, l_goods_title, l_sku_title, l_account,
      l_delivered, l_holds, l_person_limit, l_refusal, l_amount, l_bundle, l_points, l_held_back, bundles, credit_accounts
    from orders.expand_bundles(
      p_tenant, i_member, i_buyer, array(
        select coalesce(i.item ->> 'contact', '') from jsonb_array_elements(p_items) with ordinality as i(item, n) order by i.n
      ), l_item, l_line, l_sku, l_quantity, l_form, l_unit, l_unit_points, l_goods, l_kind,
      l_goods_title, l_sku_title, l_account, l_delivered, l_holds, l_person_limit, l_refusal
    );
    l_reserve := array(select catalog.reserve_of(x.kind) from unnest(l_kind) with ordinality as x(kind, n) order by x.n);
    i_bundles := array(select distinct (b.bundle -> 'item')::integer from jsonb_array_elements(bundles) as b(bundle));
    -- The codes of a bundle come from our own shelf, whatever their own SKUs say.
    select array_agg(case when x.bundle_no is null then asked_source[k.at] when x.reserve = 'shelf' then 'own' else 'supplier' end order by x.n),
      array_agg(case when x.bundle_no is null then asked_supply[k.at] end order by x.n),
      array_agg(coalesce(
        x.bundle_no is null and x.reserve = 'shelf' and asked_source[k.at] = 'supplier_first'
          and (asked_supply[k.at] is null or asked_supply[k.at] >= x.quantity), false
      ) order by x.n)
    into l_source, l_supply, l_bought
    from unnest(l_sku, l_reserve, l_bundle, l_quantity) with ordinality as x(sku, reserve, bundle_no, quantity, n)
    cross join lateral (select array_position(asked_skus, x.sku) as at) k;
  end if;

  -- Limits of the parts of what is redeemed are the code's own too. What may wait is not refused for want of stock; a day of a service
  -- that is full stays full.
  if true = any (i_redeemed) then
    for n in 1 .. cardinality(l_item) loop
      continue when not i_redeemed[l_item[n]];
      l_person_limit[n] := null;
      if i_waits[l_item[n]] and l_reserve[n] <> 'day' and l_refusal[n] ->> 'code' in ('orders.sold_out', 'orders.bundle_part_short') then
        l_refusal[n] := null;
      end if;
    end loop;
  end if;

  -- Orders of a channel that has a warehouse of its own are sold from there.
  if not ('mall' = all (i_channel)) then
    select * into l_account, l_warehouse, l_home, l_shelf, l_fallback
    from orders.route_to_warehouses(p_tenant, i_channel, l_item, l_sku, l_kind, l_quantity, k_item, k_sku, l_account);
  end if;

  i_total := array_fill(0::bigint, array[item_count]);
  i_points := i_total;
  i_purse := i_total;
  for n in 1 .. cardinality(l_item) loop
    i_total[l_item[n]] := i_total[l_item[n]] + coalesce(l_amount[n], l_quantity[n] * l_unit[n], 0);
    i_points[l_item[n]] := i_points[l_item[n]] + coalesce(l_quantity[n]::bigint * l_unit_points[n], 0);
    if l_refusal[n] is not null and results[l_item[n]] is null then
      results[l_item[n]] := l_refusal[n];
    end if;
  end loop;

  for n in 1 .. item_count loop
    i_balance[n] := i_balance[n] or (i_asked[n] > 0 and i_asked[n] >= i_total[n]);
    i_purse[n] := case when i_balance[n] then i_total[n] else i_asked[n] end;
    if i_member[n] is null and results[n] is null and (i_points[n] > 0 or i_purse[n] > 0) then
      results[n] := jsonb_build_object(
        'code', case when i_points[n] > 0 then 'orders.sign_in_for_points' else 'orders.sign_in_for_balance' end, 'params', '{}'::jsonb
      );
    end if;
  end loop;

  -- What one person, address or device may leave unpaid at a time, counting those earlier in this batch. Under a lock
  -- per person, address and device, so that two processes cannot both find room.
  perform pg_advisory_xact_lock(k.key)
  from (
    select distinct hashtextextended('orders.unpaid:' || p_tenant || ':' || c.kind || c.value, 0) as key
    from jsonb_array_elements(p_items) with ordinality as i(item, item_no)
    cross join lateral (
      values
        ('person:', i.item ->> 'buyerKey', (i.item ->> 'capPerson')::integer),
        ('ip:', i.item ->> 'ip', (i.item ->> 'capIp')::integer),
        ('device:', i.item ->> 'deviceHash', (i.item ->> 'capDevice')::integer)
    ) as c(kind, value, most)
    where results[i.item_no] is null
      and not i_balance[i.item_no]
      and c.value is not null
      and c.most > 0
    order by 1
  ) k;
  for one in
    select b.item_no, greatest(b.of_person, b.of_ip, b.of_device) as unpaid
    from (
      select i.item_no,
        i.cap_person,
        i.cap_ip,
        i.cap_device,
        row_number() over (partition by i_buyer[i.item_no] order by i.item_no) - 1 + (
          select count(*) from orders.orders o
          where o.tenant_id = p_tenant and o.buyer_key = i_buyer[i.item_no] and o.state = 'pending'
        ) as of_person,
        case when i.cap_ip = 0 then 0
          else row_number() over (partition by i_ip[i.item_no] order by i.item_no) - 1 + (
            select count(*) from orders.orders o
            where o.tenant_id = p_tenant and o.ip = i_ip[i.item_no] and o.state = 'pending'
          )
        end as of_ip,
        case when i.cap_device = 0 or i_device[i.item_no] is null then 0
          else row_number() over (partition by i_device[i.item_no] order by i.item_no) - 1 + (
            select count(*) from orders.orders o
            where o.tenant_id = p_tenant and o.device_hash = i_device[i.item_no] and o.state = 'pending'
          )
        end as of_device
      from rows from (
        jsonb_to_recordset(p_items) as ("capPerson" integer, "capIp" integer, "capDevice" integer)
      ) with ordinality as i(cap_person, cap_ip, cap_device, item_no)
      where results[i.item_no] is null
        and not i_balance[i.item_no]
        and i.cap_person + i.cap_ip + i.cap_device > 0
    ) b
    where (b.cap_person > 0 and b.of_person >= b.cap_person)
      or (b.cap_ip > 0 and b.of_ip >= b.cap_ip)
      or (b.cap_device > 0 and b.of_device >= b.cap_device)
  loop
    results[one.item_no] := jsonb_build_object('code', 'orders.too_many_unpaid', 'params', jsonb_build_object('count', one.unpaid));
  end loop;

  -- Limits per person are counted under a lock per goods, so that two processes cannot both find room.
  if exists (select from unnest(l_person_limit) as p(most) where p.most is not null) then
    for one in
      select distinct g.goods_id
      from unnest(l_goods, l_person_limit) as g(goods_id, most)
      where g.most is not null
      order by 1
    loop
      perform pg_advisory_xact_lock(hashtextextended('orders.person_limit:' || p_tenant || ':' || one.goods_id, 0));
    end loop;
    for one in
      select x.item_no, x.goods_id, x.title, x.most, x.quantity, x.buyer_key, x.of_batch_before
      from (
        select g.item_no, g.goods_id, max(g.title) as title, max(g.most) as most, sum(g.quantity) as quantity,
          i_buyer[g.item_no] as buyer_key,
          coalesce(sum(sum(g.quantity)) over (
            partition by g.goods_id, i_buyer[g.item_no]
            order by g.item_no
            rows between unbounded preceding and 1 preceding
          ), 0)
          -- Who gives another's contact is that person, too.
          + coalesce(sum(sum(g.quantity)) over (
            partition by g.goods_id, coalesce(nullif(lower(p_items -> (g.item_no - 1) ->> 'contact'), ''), i_buyer[g.item_no])
            order by g.item_no
            rows between unbounded preceding and 1 preceding
          ), 0)
          - coalesce(sum(sum(g.quantity)) over (
            partition by g.goods_id, i_buyer[g.item_no], coalesce(nullif(lower(p_items -> (g.item_no - 1) ->> 'contact'), ''), i_buyer[g.item_no])
            order by g.item_no
            rows between unbounded preceding and 1 preceding
          ), 0) as of_batch_before
        from unnest(l_item, l_goods, l_goods_title, l_person_limit, l_quantity) as g(item_no, goods_id, title, most, quantity)
        where g.most is not null
          and results[g.item_no] is null
        group by g.item_no, g.goods_id
      ) x
      order by x.item_no
    loop
      taken := one.of_batch_before + orders.taken_by_person(p_tenant, one.goods_id, one.buyer_key, p_items -> (one.item_no - 1) ->> 'contact');
      if taken + one.quantity > one.most and results[one.item_no] is null then
        results[one.item_no] := orders.over_person_limit(p_tenant, one.goods_id, one.title, one.most, taken);
      end if;
    end loop;
  end if;

  if 'day' = any (l_reserve) then
    for one in
      select f.item_no, f.refusal
      from (
        select array_agg(x.item_no) as items, array_agg(x.sku) as skus, array_agg(x.quantity) as quantities, array_agg(x.title) as titles
        from unnest(l_item, l_sku, l_quantity, l_goods_title, l_reserve) as x(item_no, sku, quantity, title, reserve)
        where x.reserve = 'day'
          and results[x.item_no] is null
      ) s
      cross join lateral fulfilment.refuse_over_capacity(p_tenant, s.items, s.skus, s.quantities, s.titles) f
    loop
      results[one.item_no] := one.refusal;
    end loop;
  end if;

  if p_items @? '$[*].lines[*].later ? (@ == true)' then
    for one in select f.item_no, f.refusal from orders.refuse_later(p_tenant, p_items) f loop
      results[one.item_no] := coalesce(results[one.item_no], one.refusal);
    end loop;
  end if;

  if 'offer' = any (l_reserve) then
    for one in
      select f.item_no, f.refusal
      from (
        select array_agg(x.item_no) as items, array_agg(x.sku) as skus, array_agg(x.quantity) as quantities, array_agg(x.title) as titles
        from unnest(l_item, l_sku, l_quantity, l_goods_title, l_reserve) as x(item_no, sku, quantity, title, reserve)
        where x.reserve = 'offer'
          and results[x.item_no] is null
      ) s
      cross join lateral redeem.refuse_oversold(p_tenant, s.items, s.skus, s.quantities, s.titles) f
    loop
      results[one.item_no] := one.refusal;
    end loop;
  end if;

  -- Pieces that are set aside only at payment are not claimed now, so those who ask at once do not shut each other out.
  -- What is paid in this same transaction is claimed but needs no hold: the locks last until it is delivered.
  -- What a supplier delivers has no pieces of ours to claim, and who waits takes what is there when all others have theirs.
  select array_agg(x.reserve = 'shelf' and not x.bought and not i_waits[x.item_no] and (x.holds or i_balance[x.item_no] or i_total[x.item_no] = 0) order by x.n),
    array_agg(x.reserve = 'shelf' and not x.bought and x.holds and not i_balance[x.item_no] and i_total[x.item_no] > 0 order by x.n)
  into l_claims, l_holds
  from unnest(l_item, l_holds, l_reserve, l_bought) with ordinality as x(item_no, holds, reserve, bought, n);
  if not (true = all (l_claims)) then
    for one in
      select x.item_no, x.title, x.sku, greatest(a.balance - a.held_out, 0) as available
      from unnest(l_item, l_account, l_quantity, l_goods_title, l_sku, l_claims, l_source, l_supply)
        as x(item_no, account_id, quantity, title, sku, claims, source, supply)
      join ledger.accounts a on a.tenant_id = p_tenant and a.id = x.account_id and a.id = any (l_account)
      where not x.claims
        and (x.source = 'own' or (x.source <> 'supplier' and x.supply < x.quantity))
        and results[x.item_no] is null
        and not i_waits[x.item_no]
        and a.balance - a.held_out < x.quantity
    loop
      results[one.item_no] := jsonb_build_object(
        'code', 'orders.sold_out', 'params', jsonb_build_object('title', one.title, 'skuId', one.sku, 'available', one.available)
      );
    end loop;
  end if;

  -- Room on the shelf and, for balance and points, in the purse and in the pot of points; decided under the accounts' locks. What is paid in the same
  -- transaction moves cash and delivers too: all those accounts are locked now, in one order, or a notice settled beside
  -- it would wait for ours while we wait for its.
  if 0 < any (i_purse) or 0 < any (i_points) or 0 = any (i_total) then
    clearing := ledger.account(p_tenant, 'cash.clearing', '', 'CNY');
    if 0 < any (i_points) then
      spent := ledger.account(p_tenant, 'points.spent', '', 'point');
      select array_agg(
        case when results[i.n] is null and i.points > 0 then ledger.account(p_tenant, 'points.member', i.member_id::text, 'point') end
        order by i.n
      )
      into pots
      from unnest(i_member, i_points) with ordinality as i(member_id, points, n);
    end if;
    -- A purse that was never opened is opened now, so that what is missing in it can be said.
    select array_agg(
      case when results[i.n] is null and i.fen > 0
        then coalesce(a.id, ledger.account(p_tenant, 'cash.member', i.member_id::text, 'CNY')) end
      order by i.n
    )
    into purses
    from unnest(i_member, i_purse) with ordinality as i(member_id, fen, n)
    left join lateral (
      select a.id
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = 'cash.member'
        and a.ref = i.member_id::text
        and a.unit = 'CNY'
      offset 0
    ) a on true;
    perform ledger.lock(
      p_tenant, l_account || l_delivered || l_shelf || l_fallback || purses || pots || credit_accounts || spent || clearing
        || ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
        || case when spent is not null then orders.accounts_of_members(p_tenant, (
          select array_agg(i.member_id) from unnest(i_member, i_points) as i(member_id, points) where i.points > 0
        )) end
    );
  elsif l_shelf is not null then
    perform ledger.lock(p_tenant, l_account || l_shelf || l_fallback);
  end if;
  if l_shelf is not null then
    select * into l_account, l_warehouse
    from orders.choose_shelf(p_tenant, l_account, l_home, l_shelf, l_fallback, l_quantity, (
      select array_agg(c.claims and results[c.item_no] is null order by c.n)
      from unnest(l_claims, l_item) with ordinality as c(claims, item_no, n)
    ));
  end if;
  -- Before pieces are counted, so that nobody hears "sold out" for rivals who wanted the same number and did not get it.
  if k_card is not null then
    perform ledger.lock(p_tenant, l_account);
    if l_home is not null then
      -- A channel that sells its own pieces only has no numbers to choose.
      k_card := (
        select array_agg(case when not exists (
          select from unnest(l_item, l_sku, l_home) as l(item_no, sku, home)
          where l.item_no = k.item_no and l.sku = k.sku and l.home is not null
        ) then k.card end order by k.n)
        from unnest(k_item, k_sku, k_card) with ordinality as k(item_no, sku, card, n)
      );
    end if;
    select * into results, k_claimed
    from orders.claim_picks(p_tenant, i_no, k_item, k_sku, k_card, results);
  end if;
  -- Again, at most once: with lines that are bought because the shelf cannot fill them.
  for round in 1 .. 2 loop
    select array_agg(d.item_no), array_agg(d.account_id), array_agg(d.amount)
    into a_group, a_account, a_amount
    from (
      select x.item_no, x.account_id, x.quantity::bigint as amount
      from unnest(l_item, l_account, l_quantity, l_claims) as x(item_no, account_id, quantity, claims)
      where results[x.item_no] is null
        and x.claims
      union all
      select i.n::integer, i.purse, i_purse[i.n]
      from unnest(purses) with ordinality as i(purse, n)
      where i.purse is not null
        and results[i.n] is null
      union all
      select i.n::integer, i.pot, i_points[i.n]
      from unnest(pots) with ordinality as i(pot, n)
      where i.pot is not null
        and results[i.n] is null
    ) d;
    admitted := ledger.admit(p_tenant, a_group, a_account, a_amount, item_count);
    exit when round = 2 or not (false = any (admitted)) or not ('own_first' = any (l_source) or 'supplier_first' = any (l_source));
    select array_agg(x.bought or b.bought order by x.n), array_agg(x.claims and not b.bought order by x.n),
      array_agg(x.holds and not b.bought order by x.n)
    into l_bought, l_claims, l_holds
    from unnest(l_bought, l_claims, l_holds, orders.lines_to_buy(p_tenant, l_account, l_quantity, (
      select array_agg(c.claims and results[c.item_no] is null order by c.n)
      from unnest(l_claims, l_item) with ordinality as c(claims, item_no, n)
    ), l_source, l_supply)) with ordinality as x(bought, claims, holds, instead, n)
    cross join lateral (select coalesce(x.instead, false) as bought) b;
  end loop;
  if false = any (admitted) then
    -- Names the purse, else the first line that is short; what others of this batch took is counted as gone.
    for one in
      with taken as (
        select d.account_id, sum(d.amount) as amount
        from unnest(a_group, a_account, a_amount) as d(item_no, account_id, amount)
        where admitted[d.item_no]
        group by d.account_id
      ), room as (
        select a.id, a.kind, a.balance - a.held_out - coalesce(t.amount, 0) as free
        from ledger.accounts a
        left join taken t on t.account_id = a.id
        where a.tenant_id = p_tenant
          and a.id = any (a_account)
      )
      select i.item_no,
        (
          select jsonb_build_object('code', 'orders.sold_out', 'params', jsonb_build_object(
            'title', x.title, 'skuId', x.sku, 'available', greatest(r.free, 0)
          ))
          from unnest(l_item, l_account, l_quantity, l_goods_title, l_sku) as x(item_no, account_id, quantity, title, sku)
          join room r on r.id = x.account_id
          where x.item_no = i.item_no
          -- One SKU may be asked for by itself and as a part.
          order by r.free >= sum(x.quantity) over (partition by x.account_id)
          limit 1
        ) as short_of_stock,
        (
          select jsonb_build_object('code', 'orders.balance_short', 'params', jsonb_build_object(
            'missingYuan', trim(to_char((d.amount - r.free) / 100.0, '999999999990.00'))
          ))
          from unnest(a_group, a_account, a_amount) as d(item_no, account_id, amount)
          join room r on r.id = d.account_id and r.kind = 'cash.member'
          where d.item_no = i.item_no
            and r.free < d.amount
        ) as short_of_cash,
        (
          select jsonb_build_object('code', 'orders.points_short', 'params', jsonb_build_object('missing', d.amount - r.free))
          from unnest(a_group, a_account, a_amount) as d(item_no, account_id, amount)
          join room r on r.id = d.account_id and r.kind = 'points.member'
          where d.item_no = i.item_no
            and r.free < d.amount
        ) as short_of_points
      from generate_series(1, item_count) as i(item_no)
      where not admitted[i.item_no]
    loop
      results[one.item_no] := coalesce(one.short_of_cash, one.short_of_points, one.short_of_stock);
    end loop;
  end if;

  if bundles is not null then
    results := orders.name_parts(results, l_item, l_sku, l_goods_title, l_bundle, bundles);
  end if;

  -- Refused here, but placed by another process while this one waited for its locks: that order is the answer.
  if exists (select from unnest(results) as r(result) where r.result ? 'code') then
    for one in
      select i.n, o.no, o.request_hash = i.hash as same_request
      from unnest(i_key, i_hash) with ordinality as i(key, hash, n)
      cross join lateral (
        select o.no, o.request_hash
        from orders.orders o
        where o.tenant_id = p_tenant
          and o.request_key = i.key
        offset 0
      ) o
      where results[i.n] ? 'code'
    loop
      results[one.n] := jsonb_build_object('repeat', one.no, 'sameRequest', one.same_request);
    end loop;
  end if;

  with inserted as (
    insert into orders.orders (
      tenant_id, no, channel, buyer_key, member_id, contact, locale, query_password_hash, device_hash, ip,
      total_fen, points, balance_fen, pay_with, request_key, request_hash, expires_at, has_bundles, gives_back, credit_points
    )
    select p_tenant, i.no, i.channel, i_buyer[i.n], i_member[i.n], i.contact, i.locale, decode(i.query_hash, 'hex'),
      i_device[i.n], i_ip[i.n], i_total[i.n], i_points[i.n], case when i_balance[i.n] then 0 else i_purse[i.n] end, i.pay_with, i_key[i.n], i_hash[i.n],
      now() + i.hold_seconds * interval '1 second',
      coalesce(i.n = any (i_bundles), false), coalesce(i.gives_back, false),
      case
        when bundles is null then 0
        else coalesce((select sum(x.points) from unnest(l_item, l_points) as x(item_no, points) where x.item_no = i.n), 0)
      end
    from rows from (
      jsonb_to_recordset(p_items) as (
        no bigint, channel text, contact text, locale text, "queryHash" text, "payWith" text, "holdSeconds" integer, "givesBack" boolean
      )
    ) with ordinality as i(no, channel, contact, locale, query_hash, pay_with, hold_seconds, gives_back, n)
    where results[i.n] is null
    order by i.n
    on conflict do nothing
    returning no
  )
  select array_agg(i.n::integer order by i.n)
  into placed
  from unnest(i_no) with ordinality as i(no, n)
  where results[i.n] is null
    -- Looked up in a table of them: as a join it would look at each of them for each order.
    and (i.no in (select o.no from inserted o)) is true;

  for n in 1 .. item_count loop
    if results[n] is null then
      -- Not placed: either the number exists, or the same request was placed beside us; asking again tells.
      results[n] := case
        when n = any (placed) then jsonb_build_object('no', i_no[n], 'totalFen', i_total[n], 'dueFen', i_total[n] - i_purse[n])
        else jsonb_build_object('numberTaken', true)
      end;
    end if;
  end loop;
  if k_card is not null then
    perform orders.drop_picks(p_tenant, placed, k_item, k_claimed);
  end if;
  if placed is null then
    return to_jsonb(results);
  end if;

  select array_agg(x.n::integer order by x.n)
  into h_line
  from unnest(l_item, l_holds) with ordinality as x(item_no, holds, n)
  where x.item_no = any (placed)
    and x.holds;
  if h_line is not null then
    select ledger.hold(
      p_tenant, array_agg(l_account[h.n] order by h.ord), array_agg(l_delivered[h.n] order by h.ord),
      array_agg(l_quantity[h.n]::bigint order by h.ord), array_agg('order:' || i_no[l_item[h.n]] order by h.ord),
      array_agg(now() + (p_items -> (l_item[h.n] - 1) ->> 'holdSeconds')::integer * interval '1 second' order by h.ord)
    )
    into hold_ids
    from unnest(h_line) with ordinality as h(n, ord);
    l_hold := array_fill(null::bigint, array[cardinality(l_item)]);
    for n in 1 .. cardinality(h_line) loop
      l_hold[h_line[n]] := hold_ids[n];
    end loop;
  end if;

  insert into orders.lines (
    tenant_id, order_no, line_no, sku_id, goods_id, kind, goods_title, sku_title,
    quantity, unit_price_fen, unit_points, amount_fen, form, hold_id, bought, bundle_no, credit_points, held_back, warehouse_id
  )
  select p_tenant, i_no[x.item_no], x.line_no, x.sku, x.goods_id, x.kind, x.goods_title, x.sku_title,
    x.quantity, x.unit_fen, x.unit_points, coalesce(x.amount, x.quantity * x.unit_fen), x.form, x.hold_id, x.bought,
    x.bundle_no, coalesce(x.points, 0), coalesce(x.held_back, false), x.warehouse_id
  from unnest(
      l_item, l_line, l_sku, l_goods, l_kind, l_goods_title, l_sku_title, l_quantity, l_unit, l_unit_points, l_form, l_hold, l_bought,
      l_amount, l_bundle, l_points, l_held_back, l_warehouse
    ) as x(
      item_no, line_no, sku, goods_id, kind, goods_title, sku_title, quantity, unit_fen, unit_points, form, hold_id, bought,
      amount, bundle_no, points, held_back, warehouse_id
    )
  where x.item_no = any (placed);
  if p_items @? '$[*].lines[*].later ? (@ == true)' then
    perform orders.keep_later(p_tenant, p_items, i_no, placed);
  end if;
  if bundles is not null then
    perform orders.write_bundles(p_tenant, i_no, placed, bundles);
  end if;
  if k_card is not null then
    perform orders.keep_picks(p_tenant, i_no, placed, k_item, k_sku, k_card);
  end if;

  -- What a member gives beside a gateway is set aside until the gateway's part is there, or the order ends.
  for one in
    select i.n, i_no[i.n] as no, i_points[i.n] as points, case when i_balance[i.n] then 0 else i_purse[i.n] end as balance_fen,
      now() + (p_items -> (i.n - 1) ->> 'holdSeconds')::integer * interval '1 second' as expires
    from unnest(placed) as i(n)
    where i_points[i.n] > 0
       or (i_purse[i.n] > 0 and not i_balance[i.n])
  loop
    update orders.orders o
    set points_hold = case when one.points > 0 then (ledger.hold(
          p_tenant, array[pots[one.n]], array[spent], array[one.points], array['order:' || one.no], array[one.expires]
        ))[1] end,
        balance_hold = case when one.balance_fen > 0 then (ledger.hold(
          p_tenant, array[purses[one.n]], array[clearing], array[one.balance_fen], array['order:' || one.no], array[one.expires]
        ))[1] end
    where o.tenant_id = p_tenant
      and o.no = one.no;
  end loop;

  perform events.append(
    p_tenant, '{}', array_agg('order.placed'::text), array_agg('order:' || i_no[p.n]),
    array_agg(jsonb_build_object(
      'no', i_no[p.n], 'totalFen', i_total[p.n], 'memberId', i_member[p.n], 'channel', p_items -> (p.n - 1) -> 'channel'
    ))
  )
  from unnest(placed) as p(n);
  return to_jsonb(results);
end;
$$;

-- An item: {no, requestKey, requestHash, memberId, locale, deviceHash, ip, holdSeconds, capPerson, capIp, capDevice,
-- payWith, title, amountFen, creditFen}. Its amount and bonus have been judged. Answers as `orders.place` does for one.
create or replace function orders.place_recharge(p_tenant bigint, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  v_no bigint := (p_item ->> 'no')::bigint;
  v_member bigint := (p_item ->> 'memberId')::bigint;
  v_buyer text := 'm:' || (p_item ->> 'memberId');
  v_device bytea := decode(p_item ->> 'deviceHash', 'hex');
  v_amount bigint := (p_item ->> 'amountFen')::bigint;
  v_contact text := (select m.phone_masked from members.members m where m.tenant_id = p_tenant and m.id = v_member);
  earlier jsonb;
  unpaid bigint;
begin
  -- As in orders.place: under a lock per person, address and device, so that two processes cannot both find room.
  perform pg_advisory_xact_lock(k.key)
  from (
    select distinct hashtextextended('orders.unpaid:' || p_tenant || ':' || c.kind || c.value, 0) as key
    from (
      values
        ('person:', v_buyer, (p_item ->> 'capPerson')::integer),
        ('ip:', p_item ->> 'ip', (p_item ->> 'capIp')::integer),
        ('device:', p_item ->> 'deviceHash', (p_item ->> 'capDevice')::integer)
    ) as c(kind, value, most)
    where c.value is not null
      and c.most > 0
    order by 1
  ) k;
  select jsonb_build_object('repeat', o.no, 'sameRequest', o.request_hash = decode(p_item ->> 'requestHash', 'hex'))
  into earlier
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.request_key = p_item ->> 'requestKey';
  if earlier is not null then
    return earlier;
  end if;

  select max(c.unpaid) into unpaid
  from (
    select (p_item ->> 'capPerson')::integer as most, (
      select count(*) from orders.orders o where o.tenant_id = p_tenant and o.buyer_key = v_buyer and o.state = 'pending'
    ) as unpaid
    union all
    select (p_item ->> 'capIp')::integer, (
      select count(*) from orders.orders o where o.tenant_id = p_tenant and o.ip = p_item ->> 'ip' and o.state = 'pending'
    )
    union all
    select (p_item ->> 'capDevice')::integer, (
      select count(*) from orders.orders o where o.tenant_id = p_tenant and o.device_hash = v_device and o.state = 'pending'
    )
  ) c
  where c.most > 0
    and c.unpaid >= c.most;
  if unpaid is not null then
    return jsonb_build_object('code', 'orders.too_many_unpaid', 'params', jsonb_build_object('count', unpaid));
  end if;

  insert into orders.orders (
    tenant_id, no, purpose, credit_fen, channel, buyer_key, member_id, contact, locale, device_hash, ip, total_fen, pay_with,
    request_key, request_hash, expires_at
  )
  values (
    p_tenant, v_no, 'recharge', (p_item ->> 'creditFen')::bigint, 'mall', v_buyer, v_member, v_contact,
    p_item ->> 'locale', v_device, p_item ->> 'ip', v_amount, p_item ->> 'payWith', p_item ->> 'requestKey',
    decode(p_item ->> 'requestHash', 'hex'), now() + (p_item ->> 'holdSeconds')::integer * interval '1 second'
  )
  on conflict do nothing;
  if not found then
    return '{"numberTaken": true}';
  end if;
  insert into orders.lines (
    tenant_id, order_no, line_no, kind, goods_title, sku_title, quantity, unit_price_fen, amount_fen
  )
  values (p_tenant, v_no, 1, 'recharge', p_item ->> 'title', '', 1, v_amount, v_amount);
  -- Opened now, so that whoever settles the payment finds every account to lock.
  perform ledger.account(p_tenant, 'cash.member', v_member::text, 'CNY');
  perform ledger.account(p_tenant, 'cash.bonus', '', 'CNY');
  perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
    'type', 'order.placed', 'subject', 'order:' || v_no, 'payload', jsonb_build_object(
      'no', v_no, 'totalFen', v_amount, 'memberId', v_member, 'channel', 'mall', 'purpose', 'recharge'
    )
  )));
  return jsonb_build_object('no', v_no, 'totalFen', v_amount);
end;
$$;

create or replace function orders.close_unpaid(
  p_tenant bigint, p_nos bigint[], p_state text, p_reason text, p_actor text, p_due_only boolean
)
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  closed bigint[];
begin
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (p_nos)
  order by o.no
  for no key update;

  with ended as (
    update orders.orders o
    set state = p_state,
        closed_at = now(),
        close_reason = p_reason
    where o.tenant_id = p_tenant
      and o.no = any (p_nos)
      and o.state = 'pending'
      and (not p_due_only or o.expires_at <= now())
    returning o.no
  )
  select coalesce(array_agg(e.no), '{}') into closed from ended e;
  if cardinality(closed) = 0 then
    return closed;
  end if;

  perform ledger.close(
    p_tenant,
    (
      select array_agg(h.id)
      from (
        select l.hold_id as id
        from orders.lines l
        where l.tenant_id = p_tenant and l.order_no = any (closed) and l.hold_id is not null
        union all
        select h.id
        from orders.orders o
        cross join lateral unnest(array[o.balance_hold, o.points_hold]) as h(id)
        where o.tenant_id = p_tenant and o.no = any (closed) and h.id is not null
      ) h
    ),
    case p_state when 'expired' then 'expired' else 'released' end,
    'order.' || p_state
  );
  perform vault.release_numbers(p_tenant, closed);
  update orders.lines l
  set state = 'cancelled'
  where l.tenant_id = p_tenant
    and l.order_no = any (closed);
  -- The gateway is told to close, or asked once more: money may be on its way.
  update payments.attempts a
  set next_query_at = now() + interval '5 seconds'
  where a.tenant_id = p_tenant
    and a.order_no = any (closed)
    and a.state = 'pending';
  perform events.append(p_tenant, jsonb_build_object('actor', p_actor), (
    select jsonb_agg(jsonb_build_object(
      'type', 'order.' || p_state, 'subject', 'order:' || c.no, 'payload', jsonb_build_object('no', c.no, 'reason', p_reason)
    ))
    from unnest(closed) as c(no)
  ));
  return closed;
end;
$$;

-- After a standstill buyers' payments are learned first: gateways were turned away meanwhile, and what they tell of an order that has ended is
-- late, and finds the last piece sold to somebody else.
create or replace function orders.expire_due(p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  due record;
  expired integer := 0;
begin
  if now() < platform.works_since() + interval '10 minutes' then
    return to_jsonb(expired);
  end if;
  for due in
    select t.id as tenant_id, d.nos
    from tenancy.tenants t
    cross join lateral (
      select array_agg(x.no) as nos
      from (
        select o.no
        from orders.orders o
        where o.tenant_id = t.id
          and o.state = 'pending'
          and o.paid_at is null
          and o.closed_at is null
          and o.expires_at <= now()
        order by o.expires_at
        limit p_limit
        for no key update skip locked
      ) x
    ) d
    where d.nos is not null
  loop
    expired := expired + cardinality(orders.close_unpaid(due.tenant_id, due.nos, 'expired', 'timeout', 'system', true));
  end loop;
  return to_jsonb(expired);
end;
$$;

-- Everything a buyer's page needs, in one round trip: [{no, …, lines: [{…, codes: [{grantId, piece, cardId, state, sealed}]}]}].
-- `p_codes` bounds the codes per line; the rest are counted in `moreCodes` and come as a file. As json, not jsonb: it is
-- only sent, and writing the text once is half the cost of building, sorting and printing a tree.
create or replace function orders.views(p_tenant bigint, p_nos bigint[], p_codes integer)
returns json
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(json_agg(v.view order by v.place), '[]')
  from orders.view_rows(p_tenant, p_nos, p_codes) v
$$;

create or replace function orders.view_rows(p_tenant bigint, p_nos bigint[], p_codes integer)
returns table (no bigint, place integer, view json)
language sql
stable
security definer
rows 64
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select o.no, array_position(p_nos, o.no), json_build_object(
    'no', o.no,
    'state', o.state,
    'memberId', o.member_id,
    'contact', o.contact,
    'deviceHash', encode(o.device_hash, 'hex'),
    'queryHash', encode(o.query_password_hash, 'hex'),
    'locale', o.locale,
    'totalFen', o.total_fen,
    'balanceFen', o.balance_fen,
    'points', o.points,
    'refundedFen', o.refunded_fen,
    'placedAt', o.placed_at,
    'expiresAt', o.expires_at,
    'paidAt', o.paid_at,
    'deliveredAt', o.delivered_at,
    'now', clock_timestamp(),
    'payWith', o.pay_with,
    'bundles', case when o.has_bundles then orders.bundles_of(p_tenant, o.no) end,
    'complaints', case when o.has_complaints then fulfilment.complaints_view(p_tenant, o.no) end,
    'recalls', case
      when exists (select from vault.recall_pieces p where p.tenant_id = p_tenant and p.order_no = o.no)
      then fulfilment.recalls_view(p_tenant, o.no, p_codes)
    end,
    'recharge', case when o.purpose = 'recharge' then (
      select json_build_object('creditFen', o.credit_fen, 'bonusFen', o.credit_fen - o.total_fen, 'state', l.state)
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = o.no
    ) end,
    'payment', (
      select json_build_object('gateway', a.gateway, 'cashier', a.cashier)
      from payments.attempts a
      where a.tenant_id = p_tenant
        and a.order_no = o.no
      order by (a.state = 'captured') desc, a.created_at desc, a.turn desc
      limit 1
    ),
    -- What is recharged is told above; it is of no goods.
    'lines', (
      select coalesce(json_agg(json_build_object(
        'lineNo', l.line_no,
        'kind', l.kind,
        'skuId', l.sku_id,
        'goodsId', l.goods_id,
        'goodsTitle', l.goods_title,
        'skuTitle', l.sku_title,
        'quantity', l.quantity,
        'unitPriceFen', l.unit_price_fen,
        'unitPoints', l.unit_points,
        'amountFen', l.amount_fen,
        'state', l.state,
        'deliveredQuantity', l.delivered_quantity,
        'bundleNo', l.bundle_no,
        'creditPoints', l.credit_points,
        'heldBack', l.held_back,
        'pickedNumber', l.pick_number,
        'form', l.form,
        'supply', case when catalog.deliver_of(l.kind) = 'supply' or l.bought then (
          select json_build_object(
            'since', n.since, 'purchase', p.state, 'reason', l.exception_reason, 'p50', p.chosen -> 'p50', 'p95', p.chosen -> 'p95',
            'arrivedAt', l.delivered_at, 'account', case when l.exception_reason = 'account_refused' then fulfilment.account_view(p_tenant, o.no, l.line_no) end
          )
          from fulfilment.needs n
          left join lateral (
            select p.state, p.choice -> 'candidates' -> 0 as chosen
            from suppliers.purchases p
            where p.tenant_id = p_tenant
              and p.order_no = o.no
              and p.line_no = l.line_no
            order by p.turn desc
            limit 1
          ) p on true
          where n.tenant_id = p_tenant
            and n.order_no = o.no
            and n.line_no = l.line_no
        ) end,
        'service', case when catalog.deliver_of(l.kind) = 'task' then fulfilment.task_view(p_tenant, o.no, l.line_no) end,
        'laterDays', l.later_days,
        'activation', case when l.later_days is not null then fulfilment.activation_view(p_tenant, o.no, l.line_no) end,
        'codes', case when catalog.deliver_of(l.kind) = 'pick' and l.delivered_quantity > 0 then (
          select json_agg(json_build_object(
            'grantId', g.id, 'piece', g.piece, 'cardId', g.card_id, 'state', g.state, 'sealed', encode(g.sealed, 'base64')
          ) order by g.piece)
          from (
            select g.id, g.piece, g.card_id, g.state, c.sealed
            from entitlements.grants g
            cross join lateral (
              select c.sealed from vault.cards c where c.tenant_id = p_tenant and c.id = g.card_id offset 0
            ) c
            where g.tenant_id = p_tenant
              and g.order_no = o.no
              and g.line_no = l.line_no
              and g.state <> 'revoked'
            order by g.piece
            limit p_codes
          ) g
        ) when catalog.deliver_of(l.kind) = 'make' and l.delivered_quantity > 0 then redeem.sold_view(p_tenant, o.no, l.line_no, p_codes) end
      ) order by l.line_no), '[]')
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = o.no
        and l.kind <> 'recharge'
    )
  )
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (p_nos)
$$;
revoke execute on function orders.view_rows(bigint, bigint[], integer) from public;

-- Whoever decides about an order has it to himself until he is done.
create or replace function orders.lock(p_tenant bigint, p_no bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no
  for no key update;
end;
$$;
revoke execute on function orders.lock(bigint, bigint) from public;
