-- Codes that a supplier's people offer without an order (docs/adr/0047-lists-and-papers.md).

create table suppliers.offered_codes (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  product_id bigint not null,
  pieces integer not null check (pieces between 1 and 10000),
  -- What a piece is to cost, as the product did when they were offered.
  cost_hao bigint not null check (cost_hao >= 0),
  valid_to timestamptz,
  note text not null default '',
  state text not null default 'offered' check (state in ('offered', 'accepted', 'declined', 'withdrawn')),
  -- Sealed for this name before they were written; gone when somebody has decided.
  sealed_as text not null,
  codes_sealed bytea,
  offered_by text not null,
  offered_at timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  reason text not null default '',
  sku_id bigint,
  purchase_id bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  foreign key (tenant_id, product_id) references suppliers.products (tenant_id, id),
  constraint offered_codes_sealed check ((state = 'offered') = (codes_sealed is not null)),
  constraint offered_codes_bought check ((state = 'accepted') = (purchase_id is not null and sku_id is not null))
);
create index offered_codes_of_supplier on suppliers.offered_codes (tenant_id, supplier_id, id);
select platform.protect('suppliers.offered_codes', 'select, insert, update');

alter table suppliers.purchases
  drop constraint purchases_purpose_check,
  add constraint purchases_purpose_check check (purpose in ('line', 'test', 'stock', 'complaint', 'offered'));
