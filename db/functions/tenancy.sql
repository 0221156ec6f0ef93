-- Finding the shop before the tenant is known: by its own domain, else by its short name.
-- A closed shop is found too; the caller says so.
create or replace function tenancy.find_tenant(p_domain text, p_slug text) returns jsonb
language sql stable security definer
set search_path = pg_catalog
as $$
  select to_jsonb(found)
  from (
    select t.id, t.slug, t.name, t.domain, t.status, t.locale
    from tenancy.tenants t
    where t.domain = p_domain
       or t.slug = p_slug
    order by (t.domain = p_domain) is true desc
    limit 1
  ) found
$$;

-- The only shop there is, or null: what an address without a short name means on a machine with one shop.
create or replace function tenancy.only_tenant() returns jsonb
language sql stable security definer
set search_path = pg_catalog
as $$
  select to_jsonb(found)
  from (
    select t.id, t.slug, t.name, t.domain, t.status, t.locale
    from tenancy.tenants t
    limit 2
  ) found
  where (select count(*) from (select 1 from tenancy.tenants limit 2) two) = 1
$$;

-- All shops, for sweeps that go from tenant to tenant.
create or replace function tenancy.tenant_ids() returns jsonb
language sql stable security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(t.id order by t.id), '[]'::jsonb)
  from tenancy.tenants t
$$;

create or replace function tenancy.next_tenant_id() returns jsonb
language sql volatile security definer
set search_path = pg_catalog
as $$
  select to_jsonb(nextval('tenancy.tenant_ids'))
$$;
