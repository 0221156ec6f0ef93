-- Contracts and licences of suppliers (docs/adr/0047-lists-and-papers.md).

-- One version of one paper, with its file. A renewal is the next version of the same paper; what was once kept is never changed.
create table suppliers.papers (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  -- The first version's id.
  paper_id bigint not null,
  version integer not null check (version >= 1),
  kind text not null check (kind in ('contract', 'licence', 'authorisation', 'certificate', 'other')),
  title text not null check (length(title) between 1 and 100),
  number text not null default '',
  valid_from date,
  -- The last day that it holds. Null: it does not end.
  valid_to date,
  -- Once it has ended nothing more is bought there.
  stops_buying boolean not null default false,
  -- `offered`: sent by the supplier, and not looked at yet.
  state text not null check (state in ('offered', 'current', 'replaced', 'declined', 'ended')),
  file_name text not null check (length(file_name) between 1 and 200),
  media text not null check (media in ('application/pdf', 'image/png', 'image/jpeg')),
  content bytea not null check (octet_length(content) between 1 and 10485760),
  sha256 bytea not null,
  -- How many days before the end was told of last: 30, 7, or 0 when it was over.
  told_days integer,
  by_supplier boolean not null default false,
  kept_by text not null,
  kept_at timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  reason text not null default '',
  primary key (tenant_id, id),
  constraint paper_version unique (tenant_id, paper_id, version),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  constraint paper_days check (valid_from <= valid_to),
  constraint stopping_paper_ends check (not stops_buying or valid_to is not null)
);
-- A file is stored as it is and not compressed again.
alter table suppliers.papers alter column content set storage external;
create unique index one_current_paper on suppliers.papers (tenant_id, paper_id) where state = 'current';
create index papers_of_supplier on suppliers.papers (tenant_id, supplier_id, id);
create index papers_ending on suppliers.papers (tenant_id, valid_to) where state = 'current' and valid_to is not null;
select platform.protect('suppliers.papers', 'select, insert, update');

-- The first day that a paper which stops buying no longer covers; null: none does.
alter table suppliers.suppliers add column papers_until date;
