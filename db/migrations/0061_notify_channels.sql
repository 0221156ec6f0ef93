-- By which provider a shop sends. `config` is what may be read back; the secret is sealed.
create table notify.channels (
  tenant_id bigint not null,
  channel text not null check (channel in ('sms', 'email')),
  provider text not null,
  enabled boolean not null default false,
  config jsonb not null default '{}',
  secret_sealed bytea,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, channel)
);
select platform.protect('notify.channels', 'select, insert, update');

-- Jobs look for messages whose sending was cut off by a crash.
create index messages_unfinished on notify.messages (tenant_id, created_at) where state in ('queued', 'sending');
