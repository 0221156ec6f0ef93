-- Upkeep of the platform's own tables.
--   platform.extend_partitions()              makes the coming months' partitions of every partitioned table; returns how many
--   platform.expire_requests(hours, limit)    forgets idempotency answers older than `hours`; returns how many
--   platform.has_mark(name), set_mark(name, value)   facts that are true once for the whole installation
--   platform.count_first_rows()               statistics of tables that were empty when the planner last looked; how many
-- The first two are called by the scheduled maintenance and span tenants.

create or replace function platform.extend_partitions()
returns integer
language sql
security definer
set search_path = pg_catalog
as $$
  select coalesce(sum(platform.ensure_partitions(name::regclass)), 0)::integer
  from platform.partitioned_tables
$$;

-- Walks tenant by tenant over the index (tenant_id, created_at), so the table is never scanned.
create or replace function platform.expire_requests(p_hours integer, p_limit integer)
returns integer
language sql
security definer
set search_path = pg_catalog
as $$
  with recursive tenants(tenant_id) as (
    select min(tenant_id) from platform.requests
    union all
    select (select min(r.tenant_id) from platform.requests r where r.tenant_id > t.tenant_id)
    from tenants t
    where t.tenant_id is not null
  ),
  old as (
    select r.tenant_id, r.scope, r.key
    from tenants t
    join platform.requests r
      on r.tenant_id = t.tenant_id
      and r.created_at < now() - make_interval(hours => p_hours)
    limit p_limit
  ),
  gone as (
    delete from platform.requests r
    using old
    where r.tenant_id = old.tenant_id
      and r.scope = old.scope
      and r.key = old.key
    returning 1
  )
  select count(*)::integer from gone
$$;

-- Facts that are true once for the whole installation.
create or replace function platform.has_mark(p_name text)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select
    from platform.marks
    where name = p_name
  )
$$;

create or replace function platform.set_mark(p_name text, p_value jsonb)
returns boolean
language sql
security definer
set search_path = pg_catalog
as $$
  insert into platform.marks (name, value)
  values (p_name, p_value)
  on conflict (name) do nothing;
  select true
$$;

-- Of a table whose first rows nobody has counted the planner knows nothing: every index that begins with the tenant looks as good as
-- any other, and a session keeps what it then chose. Counts those that have rows by now, so that all sessions plan anew; a thousand orders in an
-- empty shop cost a quarter of what they cost without. How many there were; usually none, for a look at the catalogue.
create or replace function platform.count_first_rows()
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  one regclass;
  counted integer := 0;
begin
  for one in
    select c.oid::regclass
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r'
      and c.relpersistence = 'p'
      and c.reltuples <= 0
      and n.nspname = any (array['bulk', 'entitlements', 'events', 'ledger', 'orders', 'payments', 'vault'])
      and pg_relation_size(c.oid) > 0
  loop
    execute format('analyze (skip_locked) %s', one);
    counted := counted + 1;
  end loop;
  return counted;
end;
$$;
