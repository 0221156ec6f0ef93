-- Prices that follow what the sources of a SKU cost, and what is sold of it (docs/adr/0035, 0051).
--
--   suppliers.price_by_rule(cost hao, markup bp, markup fen, least fen, rounding)   the price; never below `least`
--   suppliers.base_price(cost hao, base fen, markup bp, markup fen)   the price before steps, bounds and rounding
--   suppliers.price_on_step(base fen, step bp, least fen, ceiling fen, rounding)   the price on a step of demand
--   suppliers.price_ladder(base fen, steps, floor fen, least fen, ceiling fen, rounding)   all of a rule's prices, with what bounds them
--   suppliers.step_for(steps, step now, sold, has past)   the step that so many sold pieces make
--   suppliers.step_bp(steps, step), step_from(steps, step)   what is written for a step; 0 for the base price
--   suppliers.least_price(cost hao, floor fen, least margin fen)    what a piece may not be sold below
--   suppliers.cheapest(tenant, skus)            the cheapest living source of each SKU
--   suppliers.costs(tenant, skus)               what rules reckon with: that, or what a piece usually costs us, and the loss guard
--   suppliers.price_in_force(tenant, skus)      what each SKU costs now, a planned price that has come included
--   suppliers.is_between_plans(tenant, sku)     a planned price holds, and the next one is ahead
--   suppliers.count_demand(limit)               all tenants: counts what is sold for rules with steps, and moves their steps
--   suppliers.sold_before(tenant, sku)          whether it was sold in the last month, before the hours that are counted
--   suppliers.follow_prices(tenant, skus)       moves the prices of those with a rule whose cost or step has moved
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

create or replace function suppliers.base_price(p_cost_hao bigint, p_base_fen bigint, p_markup_bp integer, p_markup_fen bigint)
returns bigint
language sql
immutable
as $$
  select coalesce(p_base_fen, suppliers.price_by_rule(p_cost_hao, p_markup_bp, p_markup_fen, 0, 'none'))
$$;

-- A ceiling is a price that somebody wrote, so it is not rounded; what the cost allows stands above it, and whoever sets prices by
-- this holds such a one back. Within the bounds it never falls when `p_step_bp` rises.
create or replace function suppliers.price_on_step(
  p_base_fen bigint, p_step_bp integer, p_least_fen bigint, p_ceiling_fen bigint, p_rounding text
)
returns bigint
language sql
immutable
as $$
  select least(
    greatest(
      least(suppliers.price_by_rule(p_base_fen * 100, p_step_bp, 0, p_least_fen, p_rounding), p_ceiling_fen),
      p_least_fen
    ),
    1000000000
  )
$$;

create or replace function suppliers.step_bp(p_steps jsonb, p_step integer)
returns integer
language sql
immutable
as $$
  select case when p_step > 0 then coalesce((p_steps -> (p_step - 1) ->> 'bp')::integer, 0) else 0 end
$$;

create or replace function suppliers.step_from(p_steps jsonb, p_step integer)
returns bigint
language sql
immutable
as $$
  select case when p_step > 0 then coalesce((p_steps -> (p_step - 1) ->> 'from')::bigint, 0) else 0 end
$$;

create or replace function suppliers.price_ladder(
  p_base_fen bigint, p_steps jsonb, p_floor_fen bigint, p_least_fen bigint, p_ceiling_fen bigint, p_rounding text
)
returns jsonb
language sql
immutable
as $$
  select jsonb_agg(jsonb_build_object(
    'from', suppliers.step_from(p_steps, n),
    'bp', x.bp,
    'toFen', suppliers.price_on_step(p_base_fen, x.bp, p_least_fen, p_ceiling_fen, p_rounding),
    'bound', case
      when suppliers.price_by_rule(p_base_fen * 100, x.bp, 0, p_least_fen, p_rounding) > p_ceiling_fen then 'ceiling'
      when ceil(p_base_fen::numeric * (10000 + x.bp) / 10000) < p_least_fen
        then case when p_least_fen > p_floor_fen then 'cost' else 'floor' end
    end
  ) order by n)
  from generate_series(0, jsonb_array_length(p_steps)) n
  cross join lateral (select suppliers.step_bp(p_steps, n) as bp) x
$$;

-- Up at a step's bound, down only below four fifths of it, so that a price does not flap. What was never sold before the hours that are
-- counted is new, not unwanted: no step takes it below its base price.
create or replace function suppliers.step_for(p_steps jsonb, p_now integer, p_sold bigint, p_has_past boolean)
returns integer
language sql
immutable
as $$
  select case when p_has_past or suppliers.step_bp(p_steps, x.step) >= 0 then x.step else 0 end
  from (
    select coalesce(max(n), 0) as step
    from generate_series(1, jsonb_array_length(p_steps)) n
    cross join lateral (select suppliers.step_from(p_steps, n) as bound) b
    where p_sold >= b.bound
      or (n <= p_now and p_sold * 5 >= b.bound * 4)
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

-- Codes that lie on the shelf were paid for, so what they usually cost bounds their price, and the loss guard of buying does not.
create or replace function suppliers.costs(p_tenant bigint, p_skus bigint[])
returns table (sku_id bigint, product_id bigint, supplier text, cost_hao bigint, guard_fen bigint, is_bought boolean)
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select k.id, c.product_id, coalesce(c.supplier, ''), coalesce(c.cost_hao, catalog.usual_cost(p_tenant, k.id) * 100),
    case when x.is_bought then coalesce(r.least_margin_fen, 0) else 0 end, x.is_bought
  from catalog.skus k
  cross join lateral (select catalog.is_asked(k.kind, k.source) as is_bought) x
  left join suppliers.cheapest(p_tenant, p_skus) c on c.sku_id = k.id
  left join suppliers.routes r on r.tenant_id = k.tenant_id and r.sku_id = k.id
  where k.tenant_id = p_tenant
    and k.id = any (p_skus)
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

-- A promotion is a planned price and the one that ends it. Between the two demand moves nothing.
create or replace function suppliers.is_between_plans(p_tenant bigint, p_sku bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(bool_or(c.at <= now() and c.at > k.priced_at) and bool_or(c.at > now()), false)
  from catalog.skus k
  join catalog.price_changes c on c.tenant_id = k.tenant_id and c.sku_id = k.id and c.cancelled_at is null
  where k.tenant_id = p_tenant
    and k.id = p_sku
$$;

create or replace function suppliers.sold_before(p_tenant bigint, p_sku bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select suppliers.sold_lately(p_tenant, p_sku, 30) > suppliers.sold_lately(p_tenant, p_sku, 1)
$$;

-- Every rule with steps is counted anew after ten minutes, and its step moves at most once an hour. In a commit of its own that touches
-- rules only and passes by what is locked, because whoever moves a price locks the SKU before its rule. Answers {counted, follow:
-- [{tenantId, skus}]}: those whose price is not that of their step, or whose usual cost has moved. One whose worker died before it
-- followed is among them again at its next count.
create or replace function suppliers.count_demand(p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  answer jsonb;
begin
  with due as materialized (
    select r.tenant_id, r.sku_id, r.steps, r.step, r.step_at, r.has_past
    from tenancy.tenants t
    join suppliers.price_rules r on r.tenant_id = t.id and r.steps <> '[]'
    where r.counted_at is null
      or r.counted_at < now() - interval '10 minutes'
    order by r.counted_at nulls first
    limit p_limit
    for no key update of r skip locked
  ), found as materialized (
    select d.*, suppliers.sold_lately(d.tenant_id, d.sku_id, 1) as sold,
      d.has_past or suppliers.sold_before(d.tenant_id, d.sku_id) as past
    from due d
  ), counted as (
    update suppliers.price_rules r
    set sold = f.sold,
        has_past = f.past,
        counted_at = now(),
        step = x.step,
        step_at = case when x.step = f.step then r.step_at else now() end
    from found f
    cross join lateral (
      select case
        when f.step_at > now() - interval '1 hour' then f.step
        else suppliers.step_for(f.steps, f.step, f.sold, f.past)
      end as step
    ) x
    where r.tenant_id = f.tenant_id
      and r.sku_id = f.sku_id
    returning r.tenant_id, r.sku_id, r.step <> r.priced_step or (
      r.base_fen is not null
      and r.cost_hao is distinct from (select c.cost_hao from suppliers.costs(r.tenant_id, array[r.sku_id]) c)
    ) as is_behind
  ), behind as (
    select c.tenant_id, jsonb_agg(c.sku_id order by c.sku_id) as skus
    from counted c
    where c.is_behind
    group by c.tenant_id
  )
  select jsonb_build_object(
    'counted', (select count(*) from counted),
    'follow', coalesce((select jsonb_agg(jsonb_build_object('tenantId', b.tenant_id, 'skus', b.skus)) from behind b), '[]')
  )
  into answer;
  return answer;
end;
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

-- Called inside `follow_shelf`, by the transaction that keeps the supplier's news or after demand was counted. The SKUs are locked
-- first, in their order, as everybody locks them: of two suppliers' news at a time the later one reckons with both. What is ordered
-- already keeps its price: lines carry theirs. A move beyond the rule's jump, or to a price that the cost leaves no room for below the
-- ceiling, is held, and the SKU is off the shelf meanwhile where its present price is below what the new cost allows (`follow_shelf`).
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
  why text;
  by_demand jsonb;
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
    select r.*, c.cost_hao as new_hao, c.guard_fen, c.is_bought, c.product_id, c.supplier, f.price_fen, g.title, k.title as sku_title
    from suppliers.price_rules r
    join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id
    join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
    join suppliers.costs(p_tenant, p_skus) c on c.sku_id = r.sku_id
    join suppliers.price_in_force(p_tenant, p_skus) f on f.sku_id = r.sku_id
    where r.tenant_id = p_tenant
      and r.sku_id = any (p_skus)
      -- Without a living source there is no cost to follow; a written base price needs none.
      and (r.base_fen is not null or c.product_id is not null)
      and (
        r.cost_hao is distinct from c.cost_hao
        or (r.step <> r.priced_step and not suppliers.is_between_plans(p_tenant, r.sku_id))
      )
      -- Prices by quantity and in points are somebody's own reckoning.
      and k.tiers = '[]'
      and k.price_points = 0
      and k.removed_at is null
    order by r.sku_id
    for no key update of r
  loop
    least := suppliers.least_price(rule.new_hao, rule.floor_fen, greatest(rule.least_margin_fen, rule.guard_fen));
    -- Of a written base price the cost is a bound only: one that moves no price leaves a promotion, or what somebody set by hand, alone.
    if rule.base_fen is not null and rule.held_fen is null and rule.price_fen >= least
      and (rule.step = rule.priced_step or suppliers.is_between_plans(p_tenant, rule.sku_id))
      and (
        select count(distinct suppliers.price_on_step(
          rule.base_fen, suppliers.step_bp(rule.steps, rule.priced_step),
          suppliers.least_price(c.hao, rule.floor_fen, greatest(rule.least_margin_fen, rule.guard_fen)), rule.ceiling_fen, rule.rounding
        ))
        from (values (rule.cost_hao), (rule.new_hao)) as c(hao)
      ) = 1
    then
      update suppliers.price_rules r
      set cost_hao = rule.new_hao
      where r.tenant_id = p_tenant
        and r.sku_id = rule.sku_id;
      continue;
    end if;
    target := suppliers.price_on_step(
      suppliers.base_price(rule.new_hao, rule.base_fen, rule.markup_bp, rule.markup_fen), suppliers.step_bp(rule.steps, rule.step),
      least, rule.ceiling_fen, rule.rounding
    );
    why := case when rule.cost_hao is distinct from rule.new_hao then 'cost' else 'demand' end;
    by_demand := case
      when rule.steps <> '[]' then jsonb_build_object(
        'sold', coalesce(rule.sold, 0), 'step', rule.step, 'from', suppliers.step_from(rule.steps, rule.step),
        'bp', suppliers.step_bp(rule.steps, rule.step)
      )
    end;
    if target <> rule.price_fen and (
      abs(target - rule.price_fen) * 10000 > rule.jump_bp::bigint * rule.price_fen or least > rule.ceiling_fen
    ) then
      update suppliers.price_rules r
      set cost_hao = rule.new_hao,
          priced_step = rule.step,
          held_fen = target,
          held_least_fen = least,
          held_at = coalesce(r.held_at, now())
      where r.tenant_id = p_tenant
        and r.sku_id = rule.sku_id;
      insert into suppliers.price_moves (tenant_id, sku_id, kind, from_fen, to_fen, cost_hao, supplier, product_id, cause, demand)
      values (
        p_tenant, rule.sku_id, 'held', rule.price_fen, target, rule.new_hao, rule.supplier, rule.product_id, why, by_demand
      );
      perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
        'type', 'supply.price_held',
        'subject', 'sku:' || rule.sku_id,
        'payload', jsonb_build_object(
          'skuId', rule.sku_id, 'title', rule.title || ' ' || rule.sku_title,
          'supplier', coalesce(nullif(rule.supplier, ''), '—'),
          'fromFen', rule.price_fen, 'toFen', target, 'cause', why, 'sold', coalesce(rule.sold, 0),
          'stopped', case when rule.price_fen < least and rule.is_bought then 'yes' else 'no' end
        )
      )));
      continue;
    end if;
    update suppliers.price_rules r
    set cost_hao = rule.new_hao,
        priced_step = rule.step,
        held_fen = null,
        held_least_fen = null,
        held_at = null
    where r.tenant_id = p_tenant
      and r.sku_id = rule.sku_id;
    if target <> rule.price_fen then
      perform suppliers.set_price(p_tenant, rule.sku_id, target);
      insert into suppliers.price_moves (tenant_id, sku_id, kind, from_fen, to_fen, cost_hao, supplier, product_id, cause, demand)
      values (
        p_tenant, rule.sku_id, 'followed', rule.price_fen, target, rule.new_hao, rule.supplier, rule.product_id, why, by_demand
      );
    end if;
  end loop;
end;
$$;
revoke execute on function suppliers.follow_prices(bigint, bigint[]) from public;

-- SKUs that may not be sold just now: the price waits for a person, and the present one is below what the cost allows. Codes that
-- lie on the shelf are paid for, so nothing more is lost by selling them.
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
    join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id
    where r.tenant_id = p_tenant
      and r.sku_id = p_sku
      and r.held_least_fen > f.price_fen
      and catalog.is_asked(k.kind, k.source)
  )
$$;
