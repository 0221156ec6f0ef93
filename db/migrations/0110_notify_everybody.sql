-- Telling people: more channels, texts of the shop's own, who hears what, inboxes, receipts, webhooks.
alter table notify.channels
  drop constraint channels_channel_check,
  add constraint channels_channel_check check (channel in ('sms', 'sms_tencent', 'email', 'wecom', 'dingtalk', 'feishu')),
  -- Part of the address that a provider pushes its receipts to.
  add column receipt_token text,
  -- A robot may speak twenty times a minute; it is not called before.
  add column next_call_at timestamptz not null default now();

alter table notify.messages
  drop constraint messages_channel_check,
  add constraint messages_channel_check check (channel in ('sms', 'email', 'wecom', 'dingtalk', 'feishu')),
  drop constraint messages_state_check,
  add constraint messages_state_check check (state in ('queued', 'sending', 'sent', 'refused', 'unknown', 'capped')),
  add column locale text not null default 'zh-CN' check (locale in ('zh-CN', 'en')),
  -- What its words name; never a code, a phone or a key.
  add column params jsonb not null default '{}',
  -- Whom it counts for when messages are limited, e.g. `staff:3`; null is not counted.
  add column recipient_key text,
  -- Quiet hours: not sent earlier.
  add column not_before timestamptz,
  add column provider text,
  add column receipt text check (receipt in ('delivered', 'failed')),
  add column receipt_note text,
  add column receipt_at timestamptz;
create index messages_of_recipient on notify.messages (tenant_id, recipient_key, template, created_at)
  where recipient_key is not null;
create index messages_by_ref on notify.messages (tenant_id, provider_ref) where channel = 'sms' and provider_ref is not null;
-- What a robot has still to say.
create index messages_unsaid on notify.messages (tenant_id, channel, id)
  where state in ('queued', 'sending') and channel in ('wecom', 'dingtalk', 'feishu');

-- Which channels a message goes by, where the shop has chosen; without a row the house's standard holds.
create table notify.rules (
  tenant_id bigint not null,
  event text not null,
  channels text[] not null,
  urgent boolean not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, event)
);
select platform.protect('notify.rules', 'select, insert, update');

-- What a message says, where the shop has changed it, and under which codes providers have approved it.
create table notify.texts (
  tenant_id bigint not null,
  event text not null,
  form text not null check (form in ('inbox', 'email', 'sms', 'robot')),
  locale text not null check (locale in ('zh-CN', 'en')),
  -- Null: the words of the house.
  subject text,
  body text check (length(body) between 1 and 4000),
  aliyun_code text not null default '',
  tencent_code text not null default '',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, event, form, locale)
);
select platform.protect('notify.texts', 'select, insert, update');

-- What one employee or one member was told inside the house.
create table notify.inbox (
  tenant_id bigint not null,
  id bigint generated always as identity,
  staff_id bigint,
  member_id bigint,
  -- One message per key and person, however often it is told.
  key text not null,
  event text not null,
  title text not null,
  body text not null,
  link text not null default '',
  urgent boolean not null default false,
  read_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  check ((staff_id is null) <> (member_id is null))
);
create unique index inbox_of_staff_once on notify.inbox (tenant_id, staff_id, key) where staff_id is not null;
create unique index inbox_of_member_once on notify.inbox (tenant_id, member_id, key) where member_id is not null;
create index inbox_of_staff on notify.inbox (tenant_id, staff_id, id desc) where staff_id is not null;
create index inbox_of_member on notify.inbox (tenant_id, member_id, id desc) where member_id is not null;
create index inbox_unread_staff on notify.inbox (tenant_id, staff_id) where staff_id is not null and read_at is null;
create index inbox_unread_member on notify.inbox (tenant_id, member_id) where member_id is not null and read_at is null;
create index inbox_by_time on notify.inbox (tenant_id, created_at);
select platform.protect('notify.inbox', 'select, insert, update, delete');

-- Other systems that are told of events (Standard Webhooks).
create table notify.endpoints (
  tenant_id bigint not null,
  id bigint generated always as identity,
  url text not null check (length(url) between 1 and 500),
  note text not null default '',
  events text[] not null check (cardinality(events) > 0),
  enabled boolean not null default true,
  disabled_reason text check (disabled_reason in ('gone', 'failing')),
  secret_sealed bytea not null,
  -- Signs beside the other one until then.
  previous_sealed bytea,
  previous_until timestamptz,
  failing_since timestamptz,
  -- One worker at a time delivers to an endpoint; a dead one's place is free after that.
  lease_until timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
select platform.protect('notify.endpoints', 'select, insert, update, delete');

create table notify.deliveries (
  tenant_id bigint not null,
  id bigint generated always as identity,
  endpoint_id bigint not null,
  -- The receiver's key against repeats: the same over all tries and replays.
  webhook_id text not null,
  event text not null,
  body text not null,
  state text not null default 'queued' check (state in ('queued', 'delivered', 'failed', 'cancelled')),
  attempts integer not null default 0,
  next_try_at timestamptz default now(),
  -- [{at, status, elapsedMs, error}], the last twelve.
  tries jsonb not null default '[]',
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, endpoint_id, webhook_id),
  foreign key (tenant_id, endpoint_id) references notify.endpoints (tenant_id, id) on delete cascade
);
create index deliveries_due on notify.deliveries (tenant_id, endpoint_id, next_try_at, id) where state = 'queued';
create index deliveries_of_endpoint on notify.deliveries (tenant_id, endpoint_id, id desc);
create index deliveries_by_time on notify.deliveries (tenant_id, created_at);
select platform.protect('notify.deliveries', 'select, insert, update, delete');
