-- The ground every other migration stands on: two helpers to call after `create table`, and the platform's own tables.
-- The role quanshu_app (neither owner, superuser nor BYPASSRLS) exists before the first migration runs.

create schema if not exists platform;
grant usage on schema platform to quanshu_app;

-- Functions may be called only by roles that have usage on their schema, so PUBLIC's default execute right is harmless.

-- Puts a tenant table behind row-level security, in the form that fails loudly when no tenant is set: `current_setting`
-- raises when the setting was never made, and the empty text it becomes after a transaction is no bigint.
-- Grants the application `privileges` on it ('select' for tables that only definer functions write).
-- Refuses a table whose primary key does not start with tenant_id.
create function platform.protect(target regclass, privileges text default 'select, insert, update, delete')
returns void
language plpgsql
as $$
declare
  first_key_column text;
  target_schema text;
  serial_sequence regclass;
begin
  select n.nspname
  into target_schema
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.oid = target;

  select a.attname
  into first_key_column
  from pg_index i
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = target
    and i.indisprimary;
  if first_key_column is distinct from 'tenant_id' then
    raise exception 'platform.protect: the primary key of % must start with tenant_id', target;
  end if;
  if privileges !~ '^(select|insert|update|delete)(, *(select|insert|update|delete))*$' then
    raise exception 'platform.protect: not a list of privileges: %', privileges;
  end if;

  execute format('alter table %s enable row level security', target);
  execute format(
    'create policy tenant on %s to quanshu_app '
    'using (tenant_id = current_setting(''app.tenant_id'')::bigint) '
    'with check (tenant_id = current_setting(''app.tenant_id'')::bigint)',
    target
  );
  execute format('grant usage on schema %I to quanshu_app', target_schema);
  execute format('grant %s on %s to quanshu_app', privileges, target);
  for serial_sequence in
    select d.objid::regclass
    from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S'
    where d.refobjid = target
      and d.deptype in ('a', 'i')
  loop
    execute format('grant usage on sequence %s to quanshu_app', serial_sequence);
  end loop;
end;
$$;

-- Tables that `platform.extend_partitions` keeps ahead of the calendar.
create table platform.partitioned_tables (
  name text primary key
);

-- Creates the missing monthly partitions of one table, from the previous month to three months ahead, in UTC.
-- A month whose rows already landed in the default partition is left there: nothing is lost, only pruned less well.
create function platform.ensure_partitions(target regclass)
returns integer
language plpgsql
as $$
declare
  target_schema text;
  target_name text;
  partition_name text;
  month date;
  made integer := 0;
begin
  select n.nspname, c.relname
  into target_schema, target_name
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.oid = target;

  for month in
    select generate_series(
      date_trunc('month', now() at time zone 'UTC') - interval '1 month',
      date_trunc('month', now() at time zone 'UTC') + interval '3 months',
      interval '1 month'
    )::date
  loop
    partition_name := target_name || to_char(month, '"_y"YYYY"m"MM');
    continue when to_regclass(format('%I.%I', target_schema, partition_name)) is not null;
    begin
      execute format(
        'create table %I.%I partition of %s for values from (%L) to (%L)',
        target_schema, partition_name, target,
        month::timestamp at time zone 'UTC',
        (month + interval '1 month')::timestamp at time zone 'UTC'
      );
      made := made + 1;
    exception
      when check_violation then
        raise warning 'partition %.% not made: its rows are already in the default partition', target_schema, partition_name;
    end;
  end loop;
  return made;
end;
$$;

-- Call once after `create table … partition by range (<timestamptz column>)`: a default partition, the months around
-- now, and a place in the list that maintenance extends.
create function platform.partition_monthly(target regclass)
returns void
language plpgsql
as $$
declare
  target_schema text;
  target_name text;
begin
  select n.nspname, c.relname
  into target_schema, target_name
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.oid = target;

  execute format('create table %I.%I partition of %s default', target_schema, target_name || '_default', target);
  insert into platform.partitioned_tables (name)
  values (format('%I.%I', target_schema, target_name));
  perform platform.ensure_partitions(target);
end;
$$;

-- What `Idempotency-Key` remembers: the answer, stored in the transaction of its effect.
-- `scope` is the route and the caller, so that one caller's key never reads another's answer.
create table platform.requests (
  tenant_id bigint not null,
  scope text not null,
  key text not null check (length(key) between 1 and 255),
  fingerprint bytea not null,
  status integer,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, scope, key)
);
create index requests_age on platform.requests (tenant_id, created_at);
select platform.protect('platform.requests');

-- Facts about this installation that are true once: `demo.seeded`, …
create table platform.marks (
  name text primary key,
  value jsonb not null default '{}',
  made_at timestamptz not null default now()
);
grant select, insert on platform.marks to quanshu_app;
