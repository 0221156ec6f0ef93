-- Shops and what each may set about itself.

create schema tenancy;
grant usage on schema tenancy to quanshu_app;

-- Global and readable by every request (the tenant is not known before it is looked up), so no secret lives here.
create sequence tenancy.tenant_ids;
create table tenancy.tenants (
  id bigint primary key default nextval('tenancy.tenant_ids'),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$'),
  name text not null check (length(name) between 1 and 80),
  domain text unique check (domain = lower(domain) and length(domain) between 1 and 253),
  status text not null default 'active' check (status in ('active', 'closed')),
  locale text not null default 'zh-CN' check (locale in ('zh-CN', 'en')),
  created_at timestamptz not null default now()
);
alter table tenancy.tenants enable row level security;
create policy readable on tenancy.tenants
for select to quanshu_app
using (true);
-- A request writes only the tenant it acts for.
create policy own_insert on tenancy.tenants
for insert to quanshu_app
with check (id = current_setting('app.tenant_id')::bigint);
create policy own_update on tenancy.tenants
for update to quanshu_app
using (id = current_setting('app.tenant_id')::bigint)
with check (id = current_setting('app.tenant_id')::bigint);
grant select, insert, update on tenancy.tenants to quanshu_app;

-- One row per setting that differs from its default; the contract's registry says what each value looks like.
create table tenancy.settings (
  tenant_id bigint not null,
  key text not null check (length(key) between 1 and 80),
  value jsonb not null,
  version integer not null check (version > 0),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
select platform.protect('tenancy.settings', 'select, insert, update');
