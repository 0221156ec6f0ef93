-- What a crowd in front of an empty shelf is told by.
--
--   orders.look_at_shelf(tenant, keys, skus)   {placed: [keys of orders that are there], free: {sku: pieces}}
--
-- Takes nothing and locks nothing, so it does not stand in the line of those who buy. Both answers are of one moment:
-- whoever placed an order took its pieces in the same transaction, so at no moment is a shelf seen emptied by an order
-- that is not seen yet.
create or replace function orders.look_at_shelf(p_tenant bigint, p_keys jsonb, p_skus bigint[])
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  answer jsonb;
begin
  -- One statement, one snapshot.
  select jsonb_build_object(
    'placed', coalesce((
      select jsonb_agg(k.key)
      from jsonb_array_elements_text(p_keys) as k(key)
      cross join lateral (
        select
        from orders.orders o
        where o.tenant_id = p_tenant
          and o.request_key = k.key
        offset 0
      ) o
    ), '[]'),
    'free', coalesce((
      select jsonb_object_agg(s.sku::text, a.free)
      from unnest(p_skus) as s(sku)
      cross join lateral (
        select greatest(a.balance - a.held_out - coalesce(a.floor, 0), 0) as free
        from ledger.accounts a
        where a.tenant_id = p_tenant
          and a.kind = 'stock.available'
          and a.ref = s.sku::text
          and a.unit = 'piece'
          -- Nothing is said of what a supplier may have instead: that is for placing to find out.
          and not exists (select from catalog.skus k where k.tenant_id = p_tenant and k.id = s.sku and k.source <> 'own')
        offset 0
      ) a
    ), '{}')
  )
  into answer;
  return answer;
end;
$$;

-- From where the line was sold, and after it, where its channel may fall back or is closed, from the total warehouse: what
-- could have replaced it has gone back there, and nothing comes into a closed one any more.
create or replace function orders.replacing_from(p_tenant bigint, p_no bigint, p_line integer)
returns bigint[]
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce((
    select case when w.falls_back or w.state = 'closed' then array[w.id, null] else array[w.id] end
    from orders.lines l
    cross join lateral (
      select w.id, w.falls_back, w.state from stock.warehouses w where w.tenant_id = p_tenant and w.id = l.warehouse_id offset 0
    ) w
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.line_no = p_line
  ), array[null::bigint])
$$;
revoke execute on function orders.replacing_from(bigint, bigint, integer) from public;
