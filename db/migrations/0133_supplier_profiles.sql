-- A shop's own supplier profiles (docs/adr/0035-profiles-and-prices.md). A version is never changed: what a supplier is spoken
-- to by today is what was saved, tried and audited then.
create table suppliers.profiles (
  tenant_id bigint not null,
  id bigint generated always as identity,
  key text not null check (key ~ '^[a-z][a-z0-9-]{1,30}$'),
  name_zh text not null,
  name_en text not null,
  latest integer not null default 1 check (latest >= 1),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  updated_by text not null default '',
  primary key (tenant_id, id),
  constraint profile_key unique (tenant_id, key)
);

create table suppliers.profile_versions (
  tenant_id bigint not null,
  profile_id bigint not null,
  version integer not null check (version >= 1),
  -- As it was written, byte for byte; it passed the check of its day.
  source text not null check (octet_length(source) <= 262144),
  note text not null default '',
  by text not null default '',
  at timestamptz not null default now(),
  primary key (tenant_id, profile_id, version),
  foreign key (tenant_id, profile_id) references suppliers.profiles (tenant_id, id) on delete cascade
);

alter table suppliers.suppliers
  add column profile_id bigint,
  add column profile_version integer,
  add constraint supplier_profile foreign key (tenant_id, profile_id, profile_version)
    references suppliers.profile_versions (tenant_id, profile_id, version),
  add constraint profile_with_version check ((profile_id is null) = (profile_version is null)),
  add constraint profile_is_the_adapter check ((profile_id is not null) = (adapter like 'profile:%'));
create index suppliers_of_profile on suppliers.suppliers (tenant_id, profile_id) where profile_id is not null;

select platform.protect('suppliers.profiles', 'select, insert, update, delete');
-- No update: what was saved stays as it is.
select platform.protect('suppliers.profile_versions', 'select, insert, delete');
