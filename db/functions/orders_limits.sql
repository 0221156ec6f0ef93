-- How many pieces of goods one person has (docs/adr/0052-ends-that-were-open.md).
--
--   orders.of_person(tenant, goods, buyer key, contact)         orders under the key or the contact, in the days that the goods' limit counts
--   orders.taken_by_person(tenant, goods, buyer key, contact)   pieces of the goods in them
--   orders.bundles_of_person(tenant, goods, buyer key, contact) bundles in them, of goods that are bundles
--   orders.over_person_limit(tenant, goods, title, most, taken) the refusal, which says the days where there are some

-- A person is whoever buys under the same key, or gives the same contact: a member who buys once more as a guest, or from another device, is no
-- other. What was ordered in files, by other shops and with redeem codes has limits of its own and is not counted. The caller holds the goods'
-- lock.
create or replace function orders.of_person(p_tenant bigint, p_goods bigint, p_buyer_key text, p_contact text)
returns setof bigint
language sql
stable
security definer
rows 16
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with since as materialized (
    select case when g.limit_days is null then '-infinity'::timestamptz else now() - make_interval(days => g.limit_days) end as at
    from catalog.goods g
    where g.tenant_id = p_tenant
      and g.id = p_goods
  )
  select o.no
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.buyer_key = p_buyer_key
    and o.state in ('pending', 'paid', 'delivered')
    and o.channel not in ('bulk', 'wholesale', 'redeem')
    and o.placed_at > (select s.at from since s)
  union
  select o.no
  from orders.orders o
  where p_contact <> ''
    and p_buyer_key <> 'c:' || p_contact
    and o.tenant_id = p_tenant
    and o.buyer_key = 'c:' || p_contact
    and o.state in ('pending', 'paid', 'delivered')
    and o.channel not in ('bulk', 'wholesale', 'redeem')
    and o.placed_at > (select s.at from since s)
  union
  select o.no
  from orders.orders o
  where p_contact <> ''
    and o.tenant_id = p_tenant
    and lower(o.contact) = lower(p_contact)
    and o.buyer_key <> 'c:' || o.contact
    and o.state in ('pending', 'paid', 'delivered')
    and o.channel not in ('bulk', 'wholesale', 'redeem')
    and o.placed_at > (select s.at from since s)
$$;
revoke execute on function orders.of_person(bigint, bigint, text, text) from public;

create or replace function orders.taken_by_person(p_tenant bigint, p_goods bigint, p_buyer_key text, p_contact text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(sum(l.quantity), 0)::bigint
  from orders.of_person(p_tenant, p_goods, p_buyer_key, p_contact) as o(no)
  cross join lateral (
    select l.quantity
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = o.no
      and l.goods_id = p_goods
      and l.state not in ('refunded', 'cancelled')
    offset 0
  ) l
$$;
revoke execute on function orders.taken_by_person(bigint, bigint, text, text) from public;

create or replace function orders.bundles_of_person(p_tenant bigint, p_goods bigint, p_buyer_key text, p_contact text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(sum(b.quantity), 0)::bigint
  from orders.of_person(p_tenant, p_goods, p_buyer_key, p_contact) as o(no)
  cross join lateral (
    select b.quantity
    from orders.bundles b
    where b.tenant_id = p_tenant
      and b.order_no = o.no
      and b.goods_id = p_goods
    offset 0
  ) b
$$;
revoke execute on function orders.bundles_of_person(bigint, bigint, text, text) from public;

create or replace function orders.over_person_limit(p_tenant bigint, p_goods bigint, p_title text, p_most integer, p_taken bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'code', case when g.limit_days is null then 'orders.over_person_limit' else 'orders.over_person_limit_in_days' end,
    'params', jsonb_build_object('title', p_title, 'limit', p_most, 'taken', p_taken)
      || case when g.limit_days is null then '{}' else jsonb_build_object('days', g.limit_days) end
  )
  from catalog.goods g
  where g.tenant_id = p_tenant
    and g.id = p_goods
$$;
revoke execute on function orders.over_person_limit(bigint, bigint, text, integer, bigint) from public;
