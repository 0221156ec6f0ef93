-- A payment that came too late for services: it buys them where there is room (docs/adr/0036-service-by-hand.md).
--
--   fulfilment.full_services(tenant, nos, states)   of the orders that ended unpaid, those for whose services their day has no room

-- Called before accounts are locked, as placing decides about room before it locks them; under the same lock per SKU, so that a place is
-- given once. The room of a day is for orders of that day: one of an earlier day has had its turn.
create or replace function fulfilment.full_services(p_tenant bigint, p_nos bigint[], p_states text[])
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  ended bigint[] := array(
    select x.no from unnest(p_nos, p_states) as x(no, state) where x.state in ('expired', 'cancelled')
  );
  today bigint := to_char(now() at time zone 'Asia/Shanghai', 'YYMMDD')::bigint;
  taken jsonb := '{}';
  full_nos bigint[] := '{}';
  one record;
  is_full boolean;
  taken_too jsonb;
begin
  if cardinality(ended) = 0 then
    return full_nos;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('fulfilment.capacity:' || p_tenant || ':' || s.sku_id, 0))
  from (
    select distinct l.sku_id
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = any (ended)
      and catalog.reserve_of(l.kind) = 'day'
    order by l.sku_id
  ) s;
  -- One after the other, each behind those that fit before it.
  for one in
    select o.no, o.no / 10000000000 <> today as is_old
    from unnest(ended) as o(no)
    order by o.no
  loop
    with wanted as (
      select l.sku_id, sum(l.quantity) as quantity
      from orders.lines l
      join fulfilment.service_rules r on r.tenant_id = p_tenant and r.sku_id = l.sku_id and r.capacity_per_day is not null
      where l.tenant_id = p_tenant
        and l.order_no = one.no
        and catalog.reserve_of(l.kind) = 'day'
      group by l.sku_id
    )
    select bool_or(one.is_old or w.quantity > fulfilment.service_left(p_tenant, w.sku_id) - coalesce((taken ->> w.sku_id::text)::bigint, 0)),
      jsonb_object_agg(w.sku_id::text, coalesce((taken ->> w.sku_id::text)::bigint, 0) + w.quantity)
    into is_full, taken_too
    from wanted w;
    if is_full then
      full_nos := full_nos || one.no;
    elsif taken_too is not null then
      taken := taken || taken_too;
    end if;
  end loop;
  return full_nos;
end;
$$;
revoke execute on function fulfilment.full_services(bigint, bigint[], text[]) from public;
