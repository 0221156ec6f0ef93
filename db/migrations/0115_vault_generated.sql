-- Batches of codes that we made ourselves.
alter table vault.batches
  add column origin text not null default 'import' check (origin in ('import', 'generated')),
  -- What the codes look like (kernel: code-pattern.ts), and how many there are to be.
  add column pattern text,
  add column wanted integer check (wanted between 1 and 1000000),
  add constraint generated_says_what check (
    (origin = 'generated') = (pattern is not null) and (origin = 'generated') = (wanted is not null)
  );
-- A batch's codes leave the house in one file, once: the key refuses a second one, whatever the program thinks, and nobody
-- but the owner of the database can take the row away.
create table vault.exports (
  tenant_id bigint not null,
  batch_id bigint not null,
  at timestamptz not null default now(),
  by_name text not null,
  by_staff_id bigint not null,
  reason text not null check (reason <> ''),
  codes integer not null check (codes > 0),
  -- Given out by other ways than the shop: no longer for sale here, and never again.
  hand_out boolean not null,
  constraint codes_leave_once primary key (tenant_id, batch_id),
  foreign key (tenant_id, batch_id) references vault.batches (tenant_id, id)
);
select platform.protect('vault.exports', 'select, insert');
