-- Who did what to what. Each tenant's entries form a chain: an entry's hash covers the one before it, so a changed,
-- missing or inserted entry breaks every hash after it.

create schema audit;
grant usage on schema audit to quanshu_app;

create table audit.entries (
  tenant_id bigint not null,
  at timestamptz not null,
  seq bigint not null check (seq > 0),
  actor jsonb not null,
  action text not null,
  object_kind text not null,
  object_id text not null,
  detail jsonb not null,
  request_id text,
  ip text,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (tenant_id, at, seq)
) partition by range (at);
create index entries_seq on audit.entries (tenant_id, seq);
create index entries_object on audit.entries (tenant_id, object_kind, object_id, seq);
select platform.partition_monthly('audit.entries');
select platform.protect('audit.entries', 'select');

-- The end of each tenant's chain. The row is locked by the writer of the next entry, so a chain never forks.
create table audit.heads (
  tenant_id bigint primary key,
  seq bigint not null,
  hash bytea not null
);
select platform.protect('audit.heads', 'select');

-- Not even the owner edits the past by accident; the application has no right to try.
create function audit.refuse_change()
returns trigger
language plpgsql
as $$
begin
  raise exception 'audit entries are never changed or deleted';
end;
$$;

create trigger entries_append_only
before update or delete on audit.entries
for each row execute function audit.refuse_change();

create trigger entries_never_truncated
before truncate on audit.entries
for each statement execute function audit.refuse_change();
