-- Files of stock and price that suppliers' people send: what was read, what became of each line, and what stood there before.
create table suppliers.files (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  name text not null check (length(name) between 1 and 200),
  sha256 bytea not null,
  -- When the file was last written where it came from; an older one than the last that was taken is asked about.
  modified_at timestamptz not null,
  state text not null default 'read' check (state in ('read', 'applied', 'undone')),
  -- Headings and cells, until the file is taken: [{line, cells, broken}], the headings first.
  content jsonb,
  mapping jsonb not null default '{}',
  report jsonb,
  -- What stood there before, for undoing: [{productId, before, after}].
  changes jsonb not null default '[]',
  uploaded_by text not null,
  uploaded_at timestamptz not null default now(),
  applied_by text,
  applied_at timestamptz,
  undone_by text,
  undone_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  constraint supply_file_content check ((state = 'read') = (content is not null)),
  constraint supply_file_applied check ((state = 'read') = (applied_at is null))
);
create index supply_files_of_supplier on suppliers.files (tenant_id, supplier_id, id);
-- The columns of a supplier's files are said once.
alter table suppliers.suppliers add column file_mapping jsonb;

select platform.protect('suppliers.files', 'select, insert, update, delete');
