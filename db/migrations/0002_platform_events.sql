-- The event log: what happened, written in the transaction that made it happen; read by cursors in commit order.

create schema events;
grant usage on schema events to quanshu_app;

-- A sequence instead of an identity column: partitioned tables take identity columns only from PostgreSQL 17 on.
create sequence events.log_position;

-- Commit order is (era, xid, position): a reader stops below the oldest transaction still running, so a late commit of
-- an early position is never skipped. `era` grows when a dump is restored into a cluster whose transaction ids are
-- lower than those in the log; see events.open_era.
create table events.log (
  tenant_id bigint not null,
  at timestamptz not null default now(),
  position bigint not null default nextval('events.log_position'),
  era integer not null default 1,
  xid xid8 not null default pg_current_xact_id(),
  type text not null,
  subject text not null,
  payload jsonb not null,
  cause jsonb not null,
  primary key (tenant_id, at, position)
) partition by range (at);
create index log_commit_order on events.log (era, xid, position);
create index log_subject on events.log (tenant_id, subject, position);
select platform.partition_monthly('events.log');
select platform.protect('events.log', 'select');

-- Where each subscriber stands: everything up to here is applied for every tenant.
create table events.cursors (
  subscriber text primary key,
  era integer not null default 1,
  xid xid8 not null default '0',
  position bigint not null default 0,
  moved_at timestamptz not null default now()
);

-- Where a subscriber stands for one tenant, moved in the transaction of its effect: this is what makes it exactly once.
-- It may run ahead of events.cursors, never behind.
create table events.tenant_cursors (
  tenant_id bigint not null,
  subscriber text not null,
  era integer not null default 1,
  xid xid8 not null default '0',
  position bigint not null default 0,
  primary key (tenant_id, subscriber)
);
select platform.protect('events.tenant_cursors', 'select');

-- Events a subscriber gave up on. They no longer hold up the tenant's other events; a person may run them again.
create table events.parked (
  tenant_id bigint not null,
  id bigint generated always as identity,
  subscriber text not null,
  event jsonb not null,
  error text not null,
  parked_at timestamptz not null default now(),
  applied_at timestamptz,
  primary key (tenant_id, id)
);
create index parked_open on events.parked (tenant_id, subscriber, id) where applied_at is null;
select platform.protect('events.parked', 'select');
