-- The tenants' own keys, each wrapped by a master key that is not in this database.
-- `data` keys seal values: one is current, the retired ones still open. The `hash` key is one for ever:
-- fingerprints must stay comparable with everything ever imported.
create schema crypto;

create table crypto.data_keys (
  tenant_id bigint not null,
  id integer not null,
  purpose text not null check (purpose in ('data', 'hash')),
  state text not null check (state in ('current', 'retired')),
  wrapped bytea not null,
  master_key_id text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create unique index data_keys_one_current on crypto.data_keys (tenant_id, purpose)
where state = 'current';

create index data_keys_by_master_key on crypto.data_keys (master_key_id, tenant_id, id);

select platform.protect('crypto.data_keys', 'select');

-- Keys are read and made through functions only.
revoke all on crypto.data_keys from quanshu_app;
