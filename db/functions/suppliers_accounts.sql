-- Checking a buyer's account before an order. docs/adr/0038-accounts-of-buyers.md.
--
--   suppliers.account_checks(tenant, sku)      what of an order of this SKU may be checked, and where, the likeliest source first
--   suppliers.take_check(tenant, supplier)     takes a call of the supplier's lane for a check; false: it has none to spare

-- [{skuId, mode, sources: [{supplierId, remoteId, perMinute, fieldMap}]}]: one entry for each top-up, those of a bundle's parts
-- included. `fieldMap`: the supplier's field → the key in the form of the order, as `catalog.bundle_form` names it.
create or replace function suppliers.account_checks(p_tenant bigint, p_sku bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with own as (
    select array(select f ->> 'key' from jsonb_array_elements(g.form_fields) as f) as keys
    from catalog.skus s
    join catalog.goods g on g.tenant_id = p_tenant and g.id = s.goods_id
    where s.tenant_id = p_tenant
      and s.id = p_sku
  ), wanted as (
    select s.id as sku, null::integer as place
    from catalog.skus s
    where s.tenant_id = p_tenant
      and s.id = p_sku
      and catalog.deliver_of(s.kind) = 'supply'
    union all
    select s.id, p.position
    from catalog.bundle_parts p
    join catalog.skus s on s.tenant_id = p_tenant and s.id = p.part_sku_id and catalog.deliver_of(s.kind) = 'supply'
    where p.tenant_id = p_tenant
      and p.sku_id = p_sku
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'skuId', w.sku,
    'mode', r.account_check,
    'sources', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'supplierId', u.id,
        'remoteId', p.remote_id,
        'perMinute', u.per_minute,
        'fieldMap', (
          select coalesce(jsonb_object_agg(m.field, case
            when w.place is null or m.key = any (own.keys) then m.key
            else 'p' || w.place || '_' || m.key
          end), '{}')
          from jsonb_each_text(o.field_map) as m(field, key)
        )
      ) order by case when r.policy = 'fixed' then o.position end, p.cost_hao, o.position, o.id), '[]')
      from suppliers.offers o
      join suppliers.products p on p.tenant_id = p_tenant and p.id = o.product_id
      join suppliers.suppliers u on u.tenant_id = p_tenant and u.id = p.supplier_id
      where o.tenant_id = p_tenant
        and o.sku_id = w.sku
        and o.enabled
        and p.on_sale
        and p.kind = 'direct'
        and u.state = 'on'
        and suppliers.is_covered(u.papers_until)
        and u.breaker = 'closed'
    )
  ) order by w.place), '[]')
  from wanted w
  cross join own
  join suppliers.routes r on r.tenant_id = p_tenant and r.sku_id = w.sku
  where r.account_check <> 'off'
$$;

-- What is bought goes first: a check gets a call only when nothing waits to be sent or asked there, when the lane is in good order,
-- and when as many calls are not under way already. It is counted like any other, so that the supplier is called no oftener than it allows.
create or replace function suppliers.take_check(p_tenant bigint, p_supplier bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  lane suppliers.suppliers;
  budget double precision;
begin
  select * into lane
  from suppliers.suppliers s
  where s.tenant_id = p_tenant
    and s.id = p_supplier
    and s.state = 'on'
    and s.breaker = 'closed'
  for no key update;
  if not found then
    return false;
  end if;
  budget := least(
    greatest(lane.per_minute / 60.0, 1),
    lane.tokens + extract(epoch from clock_timestamp() - lane.tokens_at) * lane.per_minute / 60.0
  );
  if budget < 1 or exists (
    select
    from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.supplier_id = p_supplier
      and p.due_at <= now()
      and (p.leased_until is null or p.leased_until <= now())
  ) or (
    select count(*)
    from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.supplier_id = p_supplier
      and p.leased_until > now()
  ) >= lane.concurrent then
    return false;
  end if;
  update suppliers.suppliers s
  set tokens = budget - 1,
      tokens_at = clock_timestamp()
  where s.tenant_id = p_tenant
    and s.id = p_supplier;
  return true;
end;
$$;
