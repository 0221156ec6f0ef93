-- Prices that follow what the sources of a SKU cost.
--
--   suppliers.price_by_rule(cost hao, markup bp, markup fen, least fen, rounding)   the price; never below `least`
--   suppliers.least_price(cost hao, floor fen, least margin fen)    what a piece may not be sold below
--   suppliers.cheapest(tenant, skus)            the cheapest living source of each SKU
--   suppliers.price_in_force(tenant, skus)      what each SKU costs now, a planned price that has come included
--   suppliers.follow_prices(tenant, skus)       moves the prices of those with a rule whose cost has moved
--   suppliers.set_price(tenant, sku, fen)       writes a price, and tells those who keep copies

create or replace function suppliers.least_price(p_cost_hao bigint, p_floor_fen bigint, p_margin_fen bigint)
returns bigint
language sql
immutable
as $$
  select greatest(p_floor_fen, ceil(p_cost_hao / 100.0)::bigint + p_margin_fen, 1)
$$;

-- Rounded up, always: rounding down would eat the margin that somebody asked for.
create or replace function suppliers.price_by_rule(
  p_cost_hao bigint, p_markup_bp integer, p_markup_fen bigint, p_least_fen bigint, p_rounding text
)
returns bigint
language sql
immutable
as $$
  select case p_rounding
    when 'tenth' then ceil(x.fen / 10.0)::bigint * 10
    when 'yuan' then ceil(x.fen / 100.0)::bigint * 100
    when 'nine' then ceil(greatest(x.fen - 90, 0) / 100.0)::bigint * 100 + 90
    else x.fen
  end
  from (
    select greatest(
      ceil(p_cost_hao::numeric * (10000 + p_markup_bp) / 1000000)::bigint + p_markup_fen,
      p_least_fen
    ) as fen
  ) x
$$;

-- A source lives while it may be used and does not say that it has none. A breaker is minutes; a price is not made by it.
create or replace function suppliers.cheapest(p_tenant bigint, p_skus bigint[])
returns table (sku_id bigint, product_id bigint, supplier text, cost_hao bigint)
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select distinct on (o.sku_id) o.sku_id, p.id, s.name, p.cost_hao
  from suppliers.offers o
  join suppliers.products p on p.tenant_id = o.tenant_id and p.id = o.product_id
  join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id
  where o.tenant_id = p_tenant
    and o.sku_id = any (p_skus)
    and o.enabled
    and p.on_sale
    and p.kind = 'direct'
    and p.currency = 'CNY'
    and p.stock is distinct from 0
    and s.state = 'on'
    and suppliers.is_covered(s.papers_until)
  order by o.sku_id, p.cost_hao, p.id
$$;

create or replace function suppliers.price_in_force(p_tenant bigint, p_skus bigint[])
returns table (sku_id bigint, price_fen bigint)
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select f.sku_id, f.price_fen
  from catalog.offers(p_tenant, p_skus, now()) f
$$;

create or replace function suppliers.set_price(p_tenant bigint, p_sku bigint, p_fen bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_goods bigint;
begin
  update catalog.skus k
  set price_fen = p_fen,
      priced_at = now()
  where k.tenant_id = p_tenant
    and k.id = p_sku
  returning k.goods_id into the_goods;
  perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
    'type', 'goods.changed',
    'subject', 'goods:' || the_goods,
    'payload', jsonb_build_object('action', 'price.follow', 'objectKind', 'goods', 'objectId', the_goods)
  )));
end;
$$;
revoke execute on function suppliers.set_price(bigint, bigint, bigint) from public;

-- Called inside `follow_shelf`, by the transaction that keeps the supplier's news. The SKUs are locked first, in their
-- order, as everybody locks them: of two suppliers' news at a time the later one reckons with both. What is ordered already keeps its
-- price: lines carry theirs. A move beyond the rule's jump is held, and the SKU is off the shelf meanwhile where its present
-- price is below what the new cost allows (`follow_shelf`).
create or replace function suppliers.follow_prices(p_tenant bigint, p_skus bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  rule record;
  target bigint;
  least bigint;
begin
  perform 1
  from catalog.skus k
  where k.tenant_id = p_tenant
    and k.id = any (p_skus)
  order by k.id
  for no key update;
  if not exists (select from suppliers.price_rules r where r.tenant_id = p_tenant and r.sku_id = any (p_skus)) then
    return;
  end if;
  for rule in
    select r.*, c.cost_hao as new_hao, c.product_id, c.supplier, f.price_fen, g.title, k.title as sku_title
    from suppliers.price_rules r
    join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    join suppliers.cheapest(p_tenant, p_skus) c on c.sku_id = r.sku_id
    join suppliers.price_in_force(p_tenant, p_skus) f on f.sku_id = r.sku_id
    where r.tenant_id = p_tenant
      and r.sku_id = any (p_skus)
      and r.cost_hao is distinct from c.cost_hao
      -- Prices by quantity and in points are somebody's own reckoning.
      and k.tiers = '[]'
      and k.price_points = 0
      and k.removed_at is null
    order by r.sku_id
    for no key update of r
  loop
    least := suppliers.least_price(rule.new_hao, rule.floor_fen, rule.least_margin_fen);
    target := least(suppliers.price_by_rule(rule.new_hao, rule.markup_bp, rule.markup_fen, least, rule.rounding), 1000000000);
    if abs(target - rule.price_fen) * 10000 > rule.jump_bp::bigint * rule.price_fen then
      update suppliers.price_rules r
      set cost_hao = rule.new_hao,
          held_fen = target,
          held_least_fen = least,
          held_at = coalesce(r.held_at, now())
      where r.tenant_id = p_tenant
        and r.sku_id = rule.sku_id;
      insert into suppliers.price_moves (tenant_id, sku_id, kind, from_fen, to_fen, cost_hao, supplier, product_id)
      values (p_tenant, rule.sku_id, 'held', rule.price_fen, target, rule.new_hao, rule.supplier, rule.product_id);
      perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
        'type', 'supply.price_held',
        'subject', 'sku:' || rule.sku_id,
        'payload', jsonb_build_object(
          'skuId', rule.sku_id, 'title', rule.title || ' ' || rule.sku_title, 'supplier', rule.supplier,
          'fromFen', rule.price_fen, 'toFen', target,
          'stopped', case when rule.price_fen < least then 'yes' else 'no' end
        )
      )));
      continue;
    end if;
    update suppliers.price_rules r
    set cost_hao = rule.new_hao,
        held_fen = null,
        held_least_fen = null,
        held_at = null
    where r.tenant_id = p_tenant
      and r.sku_id = rule.sku_id;
    if target <> rule.price_fen then
      perform suppliers.set_price(p_tenant, rule.sku_id, target);
      insert into suppliers.price_moves (tenant_id, sku_id, kind, from_fen, to_fen, cost_hao, supplier, product_id)
      values (p_tenant, rule.sku_id, 'followed', rule.price_fen, target, rule.new_hao, rule.supplier, rule.product_id);
    end if;
  end loop;
end;
$$;
revoke execute on function suppliers.follow_prices(bigint, bigint[]) from public;

-- SKUs that may not be sold just now: the price waits for a person, and the present one is below what the cost allows.
create or replace function suppliers.is_price_stopped(p_tenant bigint, p_sku bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select
    from suppliers.price_rules r
    join suppliers.price_in_force(p_tenant, array[p_sku]) f on f.sku_id = r.sku_id
    where r.tenant_id = p_tenant
      and r.sku_id = p_sku
      and r.held_least_fen > f.price_fen
  )
$$;
