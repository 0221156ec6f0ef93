-- The tree of everybody who works on a tenant: the merchant now; agents, enterprises, brands and suppliers hang below.

create schema organizations;

create table organizations.nodes (
  tenant_id bigint not null,
  id bigint generated always as identity,
  parent_id bigint,
  kind text not null check (kind in ('merchant', 'agent', 'enterprise', 'department', 'brand', 'supplier')),
  name text not null check (length(name) between 1 and 80),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, parent_id) references organizations.nodes (tenant_id, id),
  -- Only the tenant's own merchant node is a root.
  check ((parent_id is null) = (kind = 'merchant')),
  check (parent_id <> id)
);
create unique index nodes_one_root on organizations.nodes (tenant_id)
where parent_id is null;
create index nodes_children on organizations.nodes (tenant_id, parent_id, id);
select platform.protect('organizations.nodes', 'select, insert, update');
