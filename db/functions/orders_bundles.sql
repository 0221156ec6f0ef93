-- Bundles inside `orders.place` (docs/adr/0034-bundles.md). An order without one comes by none of this.
--
--   orders.expand_bundles(…)      the asked lines with each bundle as a line for each of its parts
--   orders.name_parts(…)          refusals that a part is short name the bundle that it is of
--   orders.write_bundles(…)       the rows that hold the parts of an order together
--   orders.bundles_of(tenant, no) the bundles of an order, for its pages

-- In and out: one entry per line, as `orders.place` has them. A bundle that is refused stays one line, with its refusal. Out
-- besides: what a line costs in all (null: quantity times unit price), of which bundle it is, points that it brings,
-- whether it waits for the other parts; per item the bundles: [{item, bundleNo, skuId, goodsId, goodsTitle, skuTitle,
-- quantity, unitPriceFen, amountFen, policy}]; and the accounts that points will move. All pieces of a bundle are set aside
-- at the same moment: when its own SKU says so, whatever its parts say.
create or replace function orders.expand_bundles(
  p_tenant bigint, p_members bigint[], p_buyers text[], p_contacts text[],
  inout l_item integer[], inout l_line integer[], inout l_sku bigint[], inout l_quantity integer[], inout l_form jsonb[],
  inout l_unit bigint[], inout l_unit_points integer[], inout l_goods bigint[], inout l_kind text[], inout l_goods_title text[],
  inout l_sku_title text[], inout l_account bigint[], inout l_delivered bigint[], inout l_holds boolean[],
  inout l_person_limit integer[], inout l_refusal jsonb[],
  out l_amount bigint[], out l_bundle smallint[], out l_points bigint[], out l_held_back boolean[],
  out bundles jsonb, out credit_accounts bigint[]
)
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
-- What is joined here are the lines of one batch, which the planner takes for one or two: in a loop inside a loop 256 orders
-- took six seconds instead of sixty milliseconds.
set enable_nestloop = off
as $$
declare
  lines_max constant integer := 99;
  one record;
  taken bigint;
  credited bigint[];
begin
  -- How many bundles one person may have is counted as pieces of other goods are, under a lock of its own kind that is taken
  -- before those of the parts.
  for one in
    select x.goods_id, x.most, x.title, array_agg(x.n::integer order by x.n) as lines
    from unnest(l_goods, l_person_limit, l_goods_title, l_kind) with ordinality as x(goods_id, most, title, kind, n)
    where catalog.reserve_of(x.kind) = 'parts'
      and x.most is not null
    group by x.goods_id, x.most, x.title
    order by x.goods_id
  loop
    perform pg_advisory_xact_lock(hashtextextended('orders.bundle_limit:' || p_tenant || ':' || one.goods_id, 0));
    for n in 1 .. cardinality(one.lines) loop
      taken := orders.bundles_of_person(
        p_tenant, one.goods_id, p_buyers[l_item[one.lines[n]]], p_contacts[l_item[one.lines[n]]]
      ) + coalesce((
        select sum(l_quantity[e.line])
        from unnest(one.lines) as e(line)
        where e.line < one.lines[n]
          and l_refusal[e.line] is null
          -- Who gives another's contact is that person, too.
          and (p_buyers[l_item[e.line]] = p_buyers[l_item[one.lines[n]]]
            or lower(p_contacts[l_item[e.line]]) = lower(nullif(p_contacts[l_item[one.lines[n]]], '')))
      ), 0);
      if taken + l_quantity[one.lines[n]] > one.most and l_refusal[one.lines[n]] is null then
        l_refusal[one.lines[n]] := orders.over_person_limit(p_tenant, one.goods_id, one.title, one.most, taken);
      end if;
    end loop;
  end loop;

  with asked as materialized (
    select *
    from unnest(
      l_item, l_line, l_sku, l_quantity, l_form, l_unit, l_unit_points, l_goods, l_kind, l_goods_title, l_sku_title, l_account,
      l_delivered, l_holds, l_person_limit, l_refusal
    ) with ordinality as x(
      item_no, line_no, sku, quantity, form, unit_fen, unit_points, goods_id, kind, goods_title, sku_title, account_id,
      delivered_id, holds, person_limit, refusal, n
    )
  ), bundle as materialized (
    select a.*, s.bundle_policy as policy, a.quantity * a.unit_fen as amount
    from asked a
    cross join lateral (
      select s.bundle_policy from catalog.skus s where s.tenant_id = p_tenant and s.id = a.sku offset 0
    ) s
    where catalog.reserve_of(a.kind) = 'parts'
      and a.refusal is null
  ), part as materialized (
    select b.n, p.*
    from bundle b
    cross join lateral (
      select p.position, p.part_sku_id, p.points, p.quantity, p.share_fen
      from catalog.bundle_parts p
      where p.tenant_id = p_tenant
        and p.sku_id = b.sku
      offset 0
    ) p
  ), offer as materialized (
    select f.*
    from catalog.offers(p_tenant, array(select distinct p.part_sku_id from part p where p.part_sku_id is not null), now()) f
  ), split as materialized (
    select w.n, array_agg(w.position order by w.position) as positions,
      catalog.split_fen(max(w.amount), array_agg(w.weight order by w.position)) as fen
    from (
      -- Points without a share count as a fen each.
      select p.n, p.position, b.amount, coalesce(p.share_fen, f.price_fen * p.quantity, p.points)::bigint as weight
      from part p
      join bundle b on b.n = p.n
      left join offer f on f.sku_id = p.part_sku_id
    ) w
    group by w.n
  ), expanded as materialized (
    select b.item_no, b.n, p.position, b.line_no::smallint as bundle_no, coalesce(p.part_sku_id, b.sku) as sku,
      b.quantity * p.quantity as quantity, b.policy,
      -- What the part asks for by its own key, and what the bundle asks for all of them.
      coalesce((
        select jsonb_object_agg(regexp_replace(e.key, '^p[0-9]+_', ''), e.value order by e.key ~ '^p[0-9]+_')
        from jsonb_each(b.form) e
        where e.key !~ '^p[0-9]+_'
           or e.key like 'p' || p.position || '\_%'
      ), '{}') as form,
      coalesce(f.goods_id, b.goods_id) as goods_id, coalesce(f.kind, 'points') as kind, coalesce(f.goods_title, b.goods_title) as goods_title,
      coalesce(f.title, p.points || ' 积分') as sku_title, a.available as account_id, a.delivered as delivered_id, b.holds,
      f.limit_per_person as person_limit, coalesce(p.points::bigint * b.quantity, 0) as points,
      s.fen[array_position(s.positions, p.position)] as amount, case when catalog.reserve_of(f.kind) <> 'shelf' then f.supply_stock end as supply_stock, b.goods_title as bundle_title, b.sku as bundle_sku
    from part p
    join bundle b on b.n = p.n
    join split s on s.n = p.n
    left join offer f on f.sku_id = p.part_sku_id
    left join lateral (
      select max(a.id) filter (where a.kind = 'stock.available') as available, max(a.id) filter (where a.kind = 'stock.delivered') as delivered
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind in ('stock.available', 'stock.delivered')
        and a.ref = p.part_sku_id::text
        and a.unit = 'piece'
    ) a on true
  ), judged as materialized (
    select e.*, case
        when e.points > 0 and p_members[e.item_no] is null then jsonb_build_object(
          'code', 'orders.bundle_needs_member', 'params', jsonb_build_object('title', e.bundle_title, 'skuId', e.bundle_sku)
        )
        -- What a supplier has is not set aside, so it is added up here over all that the order asks of it.
        when e.supply_stock < sum(e.quantity) over (partition by e.item_no, e.sku) then jsonb_build_object(
          'code', 'orders.bundle_part_short', 'params', jsonb_build_object(
            'title', e.bundle_title, 'skuId', e.bundle_sku, 'part', e.goods_title, 'partSkuId', e.sku, 'available', e.supply_stock
          )
        )
      end as refusal
    from expanded e
  ), every as materialized (
    select a.item_no, a.line_no as asked_no, 0::smallint as position, a.sku, a.quantity, a.form, a.unit_fen, a.unit_points, a.goods_id, a.kind, a.goods_title,
      a.sku_title, a.account_id, a.delivered_id, a.holds, a.person_limit, a.refusal, null::bigint as amount, null::smallint as bundle_no,
      0::bigint as points, false as held_back
    from asked a
    where catalog.reserve_of(a.kind) <> 'parts'
       or a.refusal is not null
       or a.kind is null
    union all
    select j.item_no, j.bundle_no::integer, j.position, j.sku, j.quantity, j.form, j.amount / j.quantity, 0, j.goods_id, j.kind, j.goods_title,
      j.sku_title, j.account_id, j.delivered_id, j.holds, j.person_limit, j.refusal, j.amount, j.bundle_no, j.points,
      j.policy = 'hold' and catalog.revoke_of(j.kind) <> 'keep'
    from judged j
  ), numbered as materialized (
    select e.*, row_number() over (partition by e.item_no order by e.asked_no, e.position) as line_no,
      count(*) over (partition by e.item_no) as lines
    from every e
  ), listed as (
    select jsonb_agg(jsonb_build_object(
      'item', b.item_no, 'bundleNo', b.line_no, 'skuId', b.sku, 'goodsId', b.goods_id, 'goodsTitle', b.goods_title, 'skuTitle', b.sku_title,
      'quantity', b.quantity, 'unitPriceFen', b.unit_fen, 'amountFen', b.amount, 'policy', b.policy
    ) order by b.n) as rows
    from bundle b
  )
  select array_agg(x.item_no order by x.item_no, x.line_no), array_agg(x.line_no::integer order by x.item_no, x.line_no),
    array_agg(x.sku order by x.item_no, x.line_no), array_agg(x.quantity order by x.item_no, x.line_no),
    array_agg(x.form order by x.item_no, x.line_no), array_agg(x.unit_fen order by x.item_no, x.line_no),
    array_agg(x.unit_points order by x.item_no, x.line_no), array_agg(x.goods_id order by x.item_no, x.line_no),
    array_agg(x.kind order by x.item_no, x.line_no), array_agg(x.goods_title order by x.item_no, x.line_no),
    array_agg(x.sku_title order by x.item_no, x.line_no), array_agg(x.account_id order by x.item_no, x.line_no),
    array_agg(x.delivered_id order by x.item_no, x.line_no), array_agg(x.holds order by x.item_no, x.line_no),
    array_agg(x.person_limit order by x.item_no, x.line_no), array_agg(x.amount order by x.item_no, x.line_no),
    array_agg(x.bundle_no order by x.item_no, x.line_no), array_agg(x.points order by x.item_no, x.line_no),
    array_agg(x.held_back order by x.item_no, x.line_no),
    array_agg(case
      when x.lines > lines_max then jsonb_build_object('code', 'orders.too_many_parts', 'params', jsonb_build_object('limit', lines_max))
      else x.refusal
    end order by x.item_no, x.line_no),
    (select l.rows from listed l)
  into l_item, l_line, l_sku, l_quantity, l_form, l_unit, l_unit_points, l_goods, l_kind, l_goods_title, l_sku_title, l_account,
    l_delivered, l_holds, l_person_limit, l_amount, l_bundle, l_points, l_held_back, l_refusal, bundles
  from numbered x;

  -- Opened now, so that whoever pays finds every account to lock.
  if 0 < any (l_points) then
    credited := array(
      select distinct p_members[x.item_no]
      from unnest(l_item, l_points) as x(item_no, points)
      where x.points > 0
        and p_members[x.item_no] is not null
    );
    perform ledger.account(p_tenant, 'points.member', m.id::text, 'point')
    from unnest(credited) as m(id);
    credit_accounts := orders.accounts_of_members(p_tenant, credited);
  end if;
end;
$$;
revoke execute on function orders.expand_bundles(
  bigint, bigint[], text[], text[], integer[], integer[], bigint[], integer[], jsonb[], bigint[], integer[], bigint[], text[], text[],
  text[], bigint[], bigint[], boolean[], integer[], jsonb[]
) from public;

-- "Sold out" of a part is said of the bundle, with the part's name. What was also asked for by itself keeps its own words.
create or replace function orders.name_parts(
  p_results jsonb[], p_item integer[], p_sku bigint[], p_goods_title text[], p_bundle smallint[], p_bundles jsonb
)
returns jsonb[]
language sql
stable
security definer
set search_path = pg_catalog
as $$
  with told as materialized (
    select r.n, r.result
    from unnest(p_results) with ordinality as r(result, n)
  ), short as materialized (
    select t.n::integer as item_no, (t.result -> 'params' ->> 'skuId')::bigint as sku, t.result -> 'params' -> 'available' as available
    from told t
    where t.result ->> 'code' = 'orders.sold_out'
  ), part as materialized (
    select x.*
    from unnest(p_item, p_sku, p_goods_title, p_bundle) as x(item_no, sku, goods_title, bundle_no)
    where x.bundle_no is not null
  ), bundle as materialized (
    select b.*
    from jsonb_to_recordset(p_bundles) as b(item integer, "bundleNo" smallint, "skuId" bigint, "goodsTitle" text)
  ), named as materialized (
    select distinct on (s.item_no) s.item_no, jsonb_build_object('code', 'orders.bundle_part_short', 'params', jsonb_build_object(
      'title', b."goodsTitle", 'skuId', b."skuId", 'part', p.goods_title, 'partSkuId', p.sku, 'available', s.available
    )) as result
    from short s
    join part p on p.item_no = s.item_no and p.sku = s.sku
    join bundle b on b.item = p.item_no and b."bundleNo" = p.bundle_no
  )
  select array_agg(coalesce(n.result, t.result) order by t.n)
  from told t
  left join named n on n.item_no = t.n
$$;
revoke execute on function orders.name_parts(jsonb[], integer[], bigint[], text[], smallint[], jsonb) from public;

create or replace function orders.write_bundles(p_tenant bigint, p_nos bigint[], p_placed integer[], p_bundles jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  insert into orders.bundles (
    tenant_id, order_no, bundle_no, sku_id, goods_id, goods_title, sku_title, quantity, unit_price_fen, amount_fen, policy
  )
  select p_tenant, p_nos[b.item], b."bundleNo", b."skuId", b."goodsId", b."goodsTitle", b."skuTitle", b.quantity, b."unitPriceFen",
    b."amountFen", b.policy
  from jsonb_to_recordset(p_bundles) as b(
    item integer, "bundleNo" smallint, "skuId" bigint, "goodsId" bigint, "goodsTitle" text, "skuTitle" text, quantity integer,
    "unitPriceFen" bigint, "amountFen" bigint, policy text
  )
  where b.item = any (p_placed)
$$;
revoke execute on function orders.write_bundles(bigint, bigint[], integer[], jsonb) from public;

create or replace function orders.bundles_of(p_tenant bigint, p_no bigint)
returns json
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(json_agg(json_build_object(
    'bundleNo', b.bundle_no, 'skuId', b.sku_id, 'goodsId', b.goods_id, 'goodsTitle', b.goods_title, 'skuTitle', b.sku_title,
    'quantity', b.quantity, 'unitPriceFen', b.unit_price_fen, 'amountFen', b.amount_fen, 'policy', b.policy
  ) order by b.bundle_no), '[]')
  from orders.bundles b
  where b.tenant_id = p_tenant
    and b.order_no = p_no
$$;
