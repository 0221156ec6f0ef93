-- Lines that are bought now and activated later (docs/adr/0059-activate-later.md); what follows when they are paid is in fulfilment_later.sql.
--
--   orders.refuse_later(tenant, items)               inside orders.place: lines that may not be kept for later
--   orders.keep_later(tenant, items, nos, placed)    inside orders.place: what was promised of those that may

-- Only what the SKU offers may be asked for, and only of a SKU that is ordered by itself.
create or replace function orders.refuse_later(p_tenant bigint, p_items jsonb)
returns table (item_no integer, refusal jsonb)
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select x.item_no, jsonb_build_object('code', 'orders.not_for_later', 'params', jsonb_build_object('title', x.title, 'skuId', x.sku))
  from (
    select distinct on (i.n) i.n::integer as item_no, s.id as sku, g.title
    from jsonb_array_elements(p_items) with ordinality as i(item, n)
    cross join lateral jsonb_array_elements(i.item -> 'lines') as l(line)
    cross join lateral (
      select s.id, s.goods_id
      from catalog.skus s
      where s.tenant_id = p_tenant
        and s.id = (l.line ->> 'skuId')::bigint
        and (catalog.deliver_of(s.kind) <> 'supply' or s.later_days is null)
      offset 0
    ) s
    cross join lateral (
      select g.title from catalog.goods g where g.tenant_id = p_tenant and g.id = s.goods_id offset 0
    ) g
    where (l.line ->> 'later')::boolean
    order by i.n
  ) x
$$;
revoke execute on function orders.refuse_later(bigint, jsonb) from public;

create or replace function orders.keep_later(p_tenant bigint, p_items jsonb, p_nos bigint[], p_placed integer[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  update orders.lines l
  set later_days = s.later_days,
      later_refund = s.later_refund
  from unnest(p_placed) as p(n)
  cross join lateral jsonb_array_elements(p_items -> (p.n - 1) -> 'lines') as x(line)
  cross join lateral (
    select s.id, s.later_days, s.later_refund
    from catalog.skus s
    where s.tenant_id = p_tenant
      and s.id = (x.line ->> 'skuId')::bigint
    offset 0
  ) s
  where (x.line ->> 'later')::boolean
    and l.tenant_id = p_tenant
    and l.order_no = any (p_nos)
    and l.order_no = p_nos[p.n]
    and l.sku_id = s.id
    and l.bundle_no is null
$$;
revoke execute on function orders.keep_later(bigint, jsonb, bigint[], integer[]) from public;
