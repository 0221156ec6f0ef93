-- Prices and offers as they stand at a moment.
--   catalog.unit_price(price, tiers, qty)        what one piece costs when `qty` are bought
--   catalog.offers(tenant, sku ids, at)          everything that placing an order must know, one row per known SKU
--   catalog.goods_skus(tenant, goods ids, at)    all SKUs of some goods with the price in force and the stock

-- Tiers are `[{"minQty": 10, "unitPriceFen": 1890}, …]`; the one with the greatest minQty that is reached holds.
-- plpgsql, because a SQL function with a subquery is never inlined and starts slower.
create or replace function catalog.unit_price(p_price_fen bigint, p_tiers jsonb, p_qty bigint)
returns bigint
language plpgsql
immutable
parallel safe
as $$
declare
  best_qty bigint := 0;
  best_price bigint := p_price_fen;
  tier jsonb;
begin
  if p_tiers is null or p_tiers = '[]'::jsonb then
    return p_price_fen;
  end if;
  for tier in select * from jsonb_array_elements(p_tiers)
  loop
    if (tier ->> 'minQty')::bigint <= p_qty and (tier ->> 'minQty')::bigint > best_qty then
      best_qty := (tier ->> 'minQty')::bigint;
      best_price := (tier ->> 'unitPriceFen')::bigint;
    end if;
  end loop;
  return best_price;
end;
$$;

-- Why goods in `p_state` with this schedule are not on sale at `p_at`; null when they are.
create or replace function catalog.shelf_reason(p_state text, p_on_at timestamptz, p_off_at timestamptz, p_at timestamptz)
returns text
language sql
immutable
parallel safe
as $$
  select case
    when p_state = 'archived' then 'archived'
    when p_state <> 'on' then 'off_shelf'
    when p_on_at > p_at then 'not_yet'
    when p_off_at <= p_at then 'ended'
  end
$$;

-- Reads by primary key only: three index probes, about 8 microseconds a SKU. Unknown ids give no row, repeated ids one.
-- One plan for all calls: planning anew took 1 ms, a hundred times the reading of a SKU.
create or replace function catalog.offers(p_tenant bigint, p_sku_ids bigint[], p_at timestamptz)
returns table (
  sku_id bigint,
  kind text,
  title text,
  goods_title text,
  price_fen bigint,
  tiers jsonb,
  hold_mode text,
  allocation text,
  limit_per_person integer,
  limit_per_order integer,
  sellable boolean,
  reason text,
  form_fields jsonb,
  goods_id bigint,
  price_points integer,
  supply_stock bigint,
  source text
)
language plpgsql
stable
parallel safe
rows 20
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  select
    s.id,
    s.kind,
    s.title,
    g.title,
    coalesce(change.price_fen, s.price_fen),
    coalesce(change.tiers, s.tiers),
    s.hold_mode,
    s.allocation,
    g.limit_per_person,
    g.limit_per_order,
    s.state = 'on' and s.removed_at is null and shelf.reason is null,
    coalesce(shelf.reason, case when s.state <> 'on' or s.removed_at is not null then 'off_shelf' end),
    case when catalog.reserve_of(s.kind) = 'parts' then catalog.bundle_form(p_tenant, s.id, g.form_fields) else g.form_fields end,
    g.id,
    coalesce(change.price_points, s.price_points),
    case catalog.reserve_of(s.kind)
      when 'day' then catalog.service_left(p_tenant, s.id)
      when 'parts' then catalog.bundle_stock(p_tenant, s.id, p_at)
      when 'offer' then catalog.link_stock(p_tenant, s.id)
      when 'shelf' then case when s.source <> 'own' then s.supply_stock end
      else s.supply_stock
    end,
    s.source
  from (select distinct unnest(p_sku_ids) as id) wanted
  join catalog.skus s
    on s.tenant_id = p_tenant
    and s.id = wanted.id
  join catalog.goods g
    on g.tenant_id = p_tenant
    and g.id = s.goods_id
  cross join lateral (
    select coalesce(
      catalog.shelf_reason(g.state, g.on_at, g.off_at, p_at),
      case when catalog.reserve_of(s.kind) = 'parts' then catalog.bundle_reason(p_tenant, s.id, p_at) end
    ) as reason
  ) shelf
  left join lateral (
    select c.price_fen, c.price_points, c.tiers
    from catalog.price_changes c
    where c.tenant_id = p_tenant
      and c.sku_id = s.id
      and c.cancelled_at is null
      and c.at <= p_at
      and c.at > s.priced_at
    order by c.at desc
    limit 1
  ) change on true;
end;
$$;

-- The SKUs of some goods, in their order, as the console and the mall list them. Runs under the caller's row-level
-- security. `available` is what may be sold now; what open orders hold is `held`.
create or replace function catalog.goods_skus(p_tenant bigint, p_goods_ids bigint[], p_at timestamptz)
returns table (
  goods_id bigint,
  sku_id bigint,
  kind text,
  title text,
  title_en text,
  specs jsonb,
  price_fen bigint,
  free boolean,
  market_price_fen bigint,
  cost_hint_fen bigint,
  tiers jsonb,
  hold_mode text,
  allocation text,
  low_stock_at integer,
  state text,
  sku_position integer,
  available bigint,
  held bigint,
  low boolean,
  next_at timestamptz,
  next_price_fen bigint,
  price_points integer,
  next_price_points integer,
  unlimited boolean
)
language plpgsql
stable
rows 50
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  select
    s.goods_id,
    s.id,
    s.kind,
    s.title,
    s.title_en,
    s.specs,
    coalesce(change.price_fen, s.price_fen),
    coalesce(change.free, s.free),
    s.market_price_fen,
    s.cost_hint_fen,
    coalesce(change.tiers, s.tiers),
    s.hold_mode,
    s.allocation,
    s.low_stock_at,
    s.state,
    s.position,
    shelf.available,
    coalesce(stock.held_out, 0),
    s.state = 'on' and shelf.counted <= coalesce(s.low_stock_at, -1),
    coming.at,
    coming.price_fen,
    coalesce(change.price_points, s.price_points),
    coming.price_points,
    supply.is_asked and supply.stock is null
  from catalog.skus s
  left join ledger.accounts stock
    on stock.tenant_id = p_tenant
    and stock.kind = 'stock.available'
    and stock.ref = s.id::text
    and stock.unit = 'piece'
  -- What suppliers say they have, or what is left of a day's capacity.
  cross join lateral (
    select catalog.is_asked(s.kind, s.source) as is_asked,
      case catalog.reserve_of(s.kind)
        when 'day' then catalog.service_left(p_tenant, s.id)
        when 'parts' then catalog.bundle_stock(p_tenant, s.id, p_at)
        when 'offer' then catalog.link_stock(p_tenant, s.id)
        else s.supply_stock
      end as stock
    offset 0
  ) supply
  -- What sources do not count is more than anybody may order; `unlimited` says that it is no count. A line comes from one side,
  -- so what may be ordered is the greater of our own and theirs; what runs low is our own.
  cross join lateral (
    select greatest(case when catalog.reserve_of(s.kind) = 'shelf' then w.own end, case when supply.is_asked then coalesce(supply.stock, 1000000) end) as available,
      case when catalog.reserve_of(s.kind) = 'shelf' then w.own else coalesce(supply.stock, 1000000) end as counted
    from (select coalesce(stock.balance - stock.held_out, 0) as own) w
  ) shelf
  left join lateral (
    select c.price_fen, c.price_points, c.free, c.tiers
    from catalog.price_changes c
    where c.tenant_id = p_tenant
      and c.sku_id = s.id
      and c.cancelled_at is null
      and c.at <= p_at
      and c.at > s.priced_at
    order by c.at desc
    limit 1
  ) change on true
  left join lateral (
    select c.at, c.price_fen, c.price_points
    from catalog.price_changes c
    where c.tenant_id = p_tenant
      and c.sku_id = s.id
      and c.cancelled_at is null
      and c.at > p_at
      and c.at > s.priced_at
    order by c.at
    limit 1
  ) coming on true
  where s.tenant_id = p_tenant
    and s.goods_id = any (p_goods_ids)
    and s.removed_at is null
  order by s.goods_id, s.position, s.id;
end;
$$;
