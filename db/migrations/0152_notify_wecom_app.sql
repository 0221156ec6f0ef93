-- A WeCom app that writes to members: another channel, another form of texts.
alter table notify.channels
  drop constraint channels_channel_check,
  add constraint channels_channel_check check (
    channel in ('sms', 'sms_tencent', 'email', 'wecom_app', 'wecom', 'dingtalk', 'feishu')
  ),
  -- What every call of the app carries; all processes use the same until shortly before it ends.
  add column token_sealed bytea,
  add column token_until timestamptz;

alter table notify.messages
  drop constraint messages_channel_check,
  add constraint messages_channel_check check (channel in ('sms', 'email', 'wecom_app', 'wecom', 'dingtalk', 'feishu')),
  -- The message that takes its place when it is refused, as `addMessages` takes it.
  add column otherwise jsonb,
  -- Since when a try may have arrived, and what it said (a keyed hash): only the same words are known as a repeat there.
  add column doubt_since timestamptz,
  add column doubt_mark bytea;

alter table notify.texts
  drop constraint texts_form_check,
  add constraint texts_form_check check (form in ('inbox', 'email', 'sms', 'card', 'robot'));

-- Members who are told by WeCom. Users are the company's: another company's are others.
create table notify.wecom_people (
  tenant_id bigint not null,
  member_id bigint not null,
  corp_id text not null check (length(corp_id) between 1 and 64),
  user_id text not null check (length(user_id) between 1 and 64),
  joined_at timestamptz not null default now(),
  primary key (tenant_id, member_id)
);
-- One user is one member. WeCom does not tell cases apart.
create unique index wecom_people_once on notify.wecom_people (tenant_id, corp_id, lower(user_id));
select platform.protect('notify.wecom_people', 'select, insert, update, delete');
