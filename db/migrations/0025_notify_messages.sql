-- What was sent to whom. `key` makes a message one message, however often its job runs.
create schema notify;

create table notify.messages (
  tenant_id bigint not null,
  id bigint generated always as identity,
  channel text not null check (channel in ('sms', 'email')),
  template text not null,
  recipient text not null,
  key text not null,
  subject text not null default '',
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'refused', 'unknown')),
  -- What it is about, e.g. `order:2611…`.
  about text not null default '',
  provider_ref text,
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, key)
);
create index messages_about on notify.messages (tenant_id, about, id);
select platform.protect('notify.messages', 'select, insert, update');
