-- How a supplier does (docs/adr/0040-supplier-money.md): what its purchases do not tell by how they ended.

-- When it first was not known what became of a purchase; kept when it is found out.
alter table suppliers.purchases add column unknown_at timestamptz;

-- The breaker of a lane opened. Tries that fail while it is half open belong to the same outage.
create table suppliers.breaker_openings (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id)
);
create index openings_of_supplier on suppliers.breaker_openings (tenant_id, supplier_id, at);
select platform.protect('suppliers.breaker_openings', 'select');
