-- Upkeep of the platform's own tables.
--   platform.extend_partitions()              makes the coming months' partitions of every partitioned table; returns how many
--   platform.expire_requests(hours, limit)    forgets idempotency answers older than `hours`; returns how many
--   platform.has_mark(name), set_mark(name, value)   facts that are true once for the whole installation
--   platform.stand_still(…), go_on(by), standstill()   the whole installation stands still until a person says go on
--   platform.works_since()                    the end of the last standstill
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

-- The last standstill, open or over: an open one is always the last. Asked by every process every other second.
create or replace function platform.standstill()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'kind', s.kind,
    'words', s.words,
    'restoredTo', s.restored_to,
    'since', s.since,
    'setBy', s.set_by,
    'endedAt', s.ended_at,
    'endedBy', s.ended_by
  )
  from platform.standstills s
  order by s.id desc
  limit 1
$$;

-- Lets the installation stand still; every process hears of it. A restore takes the place of whatever was open before, because that
-- came out of the backup; a person is told of what is open. A key that was there before changes nothing. Whether it began now.
create or replace function platform.stand_still(p_key text, p_kind text, p_words text, p_restored_to timestamptz, p_by text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  lock table platform.standstills in share row exclusive mode;
  if exists (select from platform.standstills where key = p_key) then
    return false;
  end if;
  if p_kind = 'restored' then
    update platform.standstills
    set ended_at = now(), ended_by = p_by
    where ended_at is null;
  elsif exists (select from platform.standstills where ended_at is null) then
    return false;
  end if;
  insert into platform.standstills (key, kind, words, restored_to, set_by)
  values (p_key, p_kind, p_words, p_restored_to, p_by);
  perform pg_notify('quanshu_standstill', '');
  return true;
end;
$$;

-- Ends the open standstill. Whether there was one.
create or replace function platform.go_on(p_by text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update platform.standstills
  set ended_at = now(), ended_by = p_by
  where ended_at is null;
  if found then
    perform pg_notify('quanshu_standstill', '');
  end if;
  return found;
end;
$$;

-- Since when workers work: never yet while it stands still, always where it never did. What ran out before that ran out while nobody was there.
create or replace function platform.works_since()
returns timestamptz
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce((
    select coalesce(s.ended_at, 'infinity')
    from platform.standstills s
    order by s.id desc
    limit 1
  ), '-infinity')
$$;
