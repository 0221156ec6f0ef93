-- A supplier that names what nobody here ordered more often than anybody can look at (docs/adr/0063-whose-order-a-callback-names.md).
-- One open row for each supplier: `more` callbacks were not taken beside those that are rows of `suppliers.strays`, and people were told once.
create table suppliers.stray_floods (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  more bigint not null default 0 check (more >= 0),
  -- The newest number that was not taken, or whose case was not told singly.
  last_ref text not null default '' check (length(last_ref) <= 100),
  began_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  told_at timestamptz not null default now(),
  handled_by text,
  handled_note text,
  handled_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  constraint flood_handled_by_somebody check ((handled_at is null) = (handled_by is null) and (handled_at is null) = (handled_note is null))
);
select platform.protect('suppliers.stray_floods', 'select');
create unique index one_open_flood_a_supplier on suppliers.stray_floods (tenant_id, supplier_id) where handled_at is null;

-- How many rows a supplier's strange numbers have, and how many cases it made in the last hour.
create index strays_of_nobody on suppliers.strays (tenant_id, supplier_id, id) where state in ('asking', 'open') and purchase_id is null;
create index strays_by_opening on suppliers.strays (tenant_id, supplier_id, opened_at) where opened_at is not null;
