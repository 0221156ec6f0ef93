-- Papers of suppliers and what follows from their end (docs/adr/0047-lists-and-papers.md). A day is one of the shop's calendar.
--
--   suppliers.is_covered(until)            nothing that must not end has ended
--   suppliers.lay_papers(tenant, supplier) the day from which on nothing is bought there; shelves follow
--   suppliers.tend_papers(limit)           all shops: papers that end in 30 days, in 7, or have ended; how many were told of
--
-- Lock order: suppliers, papers, SKUs.

create or replace function suppliers.is_covered(p_until date)
returns boolean
language sql
stable
as $$
  select p_until is null or p_until > (now() at time zone 'Asia/Shanghai')::date
$$;

create or replace function suppliers.follow_supplier(p_tenant bigint, p_supplier bigint)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select suppliers.follow_shelf(p_tenant, array(
    select distinct o.sku_id
    from suppliers.products p
    join suppliers.offers o on o.tenant_id = p.tenant_id and o.product_id = p.id
    where p.tenant_id = p_tenant
      and p.supplier_id = p_supplier
    order by o.sku_id
  ))
$$;
revoke execute on function suppliers.follow_supplier(bigint, bigint) from public;

create or replace function suppliers.lay_papers(p_tenant bigint, p_supplier bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update suppliers.suppliers s
  set papers_until = x.until
  from (
    select min(p.valid_to) + 1 as until
    from suppliers.papers p
    where p.tenant_id = p_tenant
      and p.supplier_id = p_supplier
      and p.state = 'current'
      and p.stops_buying
  ) x
  where s.tenant_id = p_tenant
    and s.id = p_supplier
    and s.papers_until is distinct from x.until;
  if found then
    perform suppliers.follow_supplier(p_tenant, p_supplier);
  end if;
end;
$$;

create or replace function suppliers.tend_papers(p_limit integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  today date := (now() at time zone 'Asia/Shanghai')::date;
  dues jsonb;
  due record;
  told integer := 0;
  -- Suppliers that are not bought from any more, and their shops.
  stopped bigint[] := '{}';
  stopped_of bigint[] := '{}';
  shelves record;
begin
  select jsonb_agg(to_jsonb(d))
  into dues
  from (
    select p.tenant_id, p.id, p.supplier_id, s.name, p.title, p.valid_to, p.stops_buying, x.days
    from suppliers.papers p
    join suppliers.suppliers s on s.tenant_id = p.tenant_id and s.id = p.supplier_id and s.state <> 'archived'
    cross join lateral (
      select case when p.valid_to < today then 0 when p.valid_to <= today + 7 then 7 when p.valid_to <= today + 30 then 30 end as days
    ) x
    where p.state = 'current'
      and p.valid_to <= today + 30
      and (p.told_days is null or p.told_days > x.days)
    order by p.tenant_id, p.supplier_id, p.id
    limit p_limit
  ) d;
  -- All suppliers before any SKU: whoever keeps the products of one has it first.
  perform 1
  from suppliers.suppliers s
  where (s.tenant_id, s.id) in (select d.tenant_id, d.supplier_id from jsonb_to_recordset(dues) as d(tenant_id bigint, supplier_id bigint))
  order by s.tenant_id, s.id
  for no key update;
  for due in
    select *
    from jsonb_to_recordset(dues) as d(
      tenant_id bigint, id bigint, supplier_id bigint, name text, title text, valid_to date, stops_buying boolean, days integer
    )
  loop
    update suppliers.papers p
    set told_days = due.days
    where p.tenant_id = due.tenant_id
      and p.id = due.id
      and p.state = 'current'
      and (p.told_days is null or p.told_days > due.days);
    continue when not found;
    if due.days = 0 and due.stops_buying then
      stopped := stopped || due.supplier_id;
      stopped_of := stopped_of || due.tenant_id;
    end if;
    perform events.append(due.tenant_id, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'supply.paper_ending',
      'subject', 'supplier:' || due.supplier_id,
      'payload', jsonb_build_object(
        'supplierId', due.supplier_id, 'supplier', due.name, 'paperId', due.id, 'title', due.title, 'validTo', due.valid_to,
        'left', due.valid_to - today, 'what', case when due.days > 0 then 'soon' when due.stops_buying then 'stopped' else 'over' end
      )
    )));
    told := told + 1;
  end loop;
  -- A shop's SKUs in one go, so that those of several suppliers are locked by their ids.
  for shelves in
    select s.tenant_id, array_agg(distinct o.sku_id order by o.sku_id) as skus
    from unnest(stopped_of, stopped) as s(tenant_id, supplier_id)
    join suppliers.products p on p.tenant_id = s.tenant_id and p.supplier_id = s.supplier_id
    join suppliers.offers o on o.tenant_id = p.tenant_id and o.product_id = p.id
    group by s.tenant_id
    order by s.tenant_id
  loop
    perform suppliers.follow_shelf(shelves.tenant_id, shelves.skus);
  end loop;
  return told;
end;
$$;
