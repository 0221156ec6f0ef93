-- What a bundle is made of, and what follows from it (docs/adr/0034-bundles.md).
--   catalog.bundle_reason(tenant, sku, at)        why it cannot be sold: null, or `part_off` when a part is not for sale
--   catalog.bundle_stock(tenant, sku, at)         bundles that the parts make; null when no part is counted, 0 when one is off
--   catalog.bundle_form(tenant, sku, own)         what its buyer is asked: its own fields, and those of its parts
--   catalog.split_fen(amount, weights)            an amount by weights, to the fen
--   catalog.usual_cost(tenant, sku)               what a piece usually costs us, for warnings

create or replace function catalog.bundle_reason(p_tenant bigint, p_sku bigint, p_at timestamptz)
returns text
language plpgsql
stable
parallel safe
set plan_cache_mode = force_generic_plan
as $$
begin
  if exists (
    select
    from catalog.bundle_parts p
    join catalog.skus s on s.tenant_id = p_tenant and s.id = p.part_sku_id
    join catalog.goods g on g.tenant_id = p_tenant and g.id = s.goods_id
    where p.tenant_id = p_tenant
      and p.sku_id = p_sku
      and (s.state <> 'on' or s.removed_at is not null or catalog.shelf_reason(g.state, g.on_at, g.off_at, p_at) is not null)
  ) then
    return 'part_off';
  end if;
  return null;
end;
$$;

-- The scarcest part decides. What suppliers do not count, and points, are never short.
create or replace function catalog.bundle_stock(p_tenant bigint, p_sku bigint, p_at timestamptz)
returns bigint
language plpgsql
stable
parallel safe
set plan_cache_mode = force_generic_plan
as $$
begin
  if catalog.bundle_reason(p_tenant, p_sku, p_at) is not null then
    return 0;
  end if;
  return (
    select case when count(*) > 0 then greatest(min(x.available / p.quantity), 0) end
    from catalog.bundle_parts p
    join catalog.skus s on s.tenant_id = p_tenant and s.id = p.part_sku_id
    cross join lateral (
      select case catalog.reserve_of(s.kind) when 'shelf' then coalesce((
        select a.balance - a.held_out
        from ledger.accounts a
        where a.tenant_id = p_tenant
          and a.kind = 'stock.available'
          and a.ref = s.id::text
          and a.unit = 'piece'
      ), 0) when 'day' then catalog.service_left(p_tenant, s.id) else s.supply_stock end as available
    ) x
    where p.tenant_id = p_tenant
      and p.sku_id = p_sku
      and x.available is not null
  );
end;
$$;

-- A field of a part that the bundle's goods ask for by the same key is asked once; others carry the part's place in their
-- key (`p2_account`) and its goods in their label, so that two parts may ask for two accounts.
create or replace function catalog.bundle_form(p_tenant bigint, p_sku bigint, p_own jsonb)
returns jsonb
language plpgsql
stable
parallel safe
set plan_cache_mode = force_generic_plan
as $$
begin
  return p_own || coalesce((
    select jsonb_agg(
      f.field || jsonb_build_object(
        'key', 'p' || p.position || '_' || (f.field ->> 'key'),
        'labelZh', g.title || ' · ' || (f.field ->> 'labelZh'),
        'labelEn', case
          when f.field ->> 'labelEn' <> '' then coalesce(nullif(g.title_en, ''), g.title) || ' · ' || (f.field ->> 'labelEn')
          else ''
        end
      )
      order by p.position, f.n
    )
    from catalog.bundle_parts p
    join catalog.skus s on s.tenant_id = p_tenant and s.id = p.part_sku_id
    join catalog.goods g on g.tenant_id = p_tenant and g.id = s.goods_id
    cross join lateral jsonb_array_elements(g.form_fields) with ordinality as f(field, n)
    where p.tenant_id = p_tenant
      and p.sku_id = p_sku
      and not p_own @> jsonb_build_array(jsonb_build_object('key', f.field -> 'key'))
  ), '[]');
end;
$$;

-- By largest remainder: each gets its share rounded down, and the fen that are left go one each to those who lost most by it,
-- the first of them where they lost alike. So the parts always add up. Without any weight all weigh alike.
create or replace function catalog.split_fen(p_amount bigint, p_weights bigint[])
returns bigint[]
language sql
immutable
parallel safe
as $$
  with weighed as (
    select w.n, case when sum(w.weight) over () > 0 then w.weight else 1 end::numeric as weight
    from unnest(p_weights) with ordinality as w(weight, n)
  ), shared as (
    select w.n, div(p_amount * w.weight, sum(w.weight) over ()) as fen,
      mod(p_amount * w.weight, sum(w.weight) over ()) as rest
    from weighed w
  ), ranked as (
    select s.n, s.fen, row_number() over (order by s.rest desc, s.n) as turn, p_amount - sum(s.fen) over () as left_over
    from shared s
  )
  select array_agg((r.fen + case when r.turn <= r.left_over then 1 else 0 end)::bigint order by r.n)
  from ranked r
$$;

-- What a piece of a SKU usually costs us: what staff noted, else what the last batch or the cheapest source costs; null when
-- nobody knows. Only for warnings: reports count what was really paid.
create or replace function catalog.usual_cost(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
set plan_cache_mode = force_generic_plan
as $$
  select coalesce(s.cost_hint_fen, case catalog.reserve_of(s.kind)
    when 'shelf' then catalog.last_cost(p_tenant, s.id)
    when 'supply' then catalog.least_cost(p_tenant, s.id)
    -- Each use of it will be delivered once.
    when 'offer' then catalog.link_cost(p_tenant, s.id)
  end)
  from catalog.skus s
  where s.tenant_id = p_tenant
    and s.id = p_sku
$$;
