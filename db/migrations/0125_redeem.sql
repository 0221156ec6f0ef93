-- Redeem codes of our own: a code pays for an order of price zero. Batches say what for, codes count their uses, uses are orders.
create schema redeem;
grant usage on schema redeem to quanshu_app;

create table redeem.batches (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  name text not null check (name <> ''),
  sku_id bigint not null,
  quantity integer not null check (quantity between 1 and 100),
  codes integer not null check (codes between 1 and 20000),
  uses_per_code integer not null check (uses_per_code between 1 and 100000),
  -- How often one person may redeem from this batch, with whichever of its codes.
  per_person integer check (per_person > 0),
  valid_from timestamptz,
  valid_to timestamptz,
  -- Counted from the day that the code left the house.
  valid_days integer check (valid_days between 1 and 3650),
  -- A redemption that is taken back frees the use again.
  gives_back boolean not null default true,
  state text not null default 'making' check (state in ('making', 'ready', 'suspended', 'void')),
  note text not null default '',
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  check (valid_to > valid_from)
);
select platform.protect('redeem.batches', 'select, insert, update');

-- Drawn before the row is written, because a code is sealed to its own row.
create sequence redeem.code_ids;
create table redeem.codes (
  tenant_id bigint not null,
  id bigint not null,
  batch_id bigint not null,
  -- Keyed by the shop's own secret: what is typed is found, what is stored tells nothing.
  code_hash bytea not null,
  sealed bytea not null,
  state text not null default 'active' check (state in ('active', 'suspended', 'void')),
  uses integer not null,
  used integer not null default 0,
  -- How many uses were ever begun; those that were taken back keep their number.
  turns integer not null default 0,
  handed_out_at timestamptz,
  expires_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, batch_id) references redeem.batches (tenant_id, id),
  constraint a_code_is_used_no_more_than_it_is_good_for check (used between 0 and uses and used <= turns)
);
create unique index codes_by_hash on redeem.codes (tenant_id, code_hash);
create index codes_of_batch on redeem.codes (tenant_id, batch_id, id);
select platform.protect('redeem.codes', 'select, insert, update');

-- One redemption: the order that it placed. Written by `redeem.redeem` only.
create table redeem.uses (
  tenant_id bigint not null,
  code_id bigint not null,
  use_no integer not null check (use_no > 0),
  batch_id bigint not null,
  order_no bigint not null,
  buyer_key text not null,
  -- What one piece cost in the mall at that moment: the loss guard of top-ups goes by it.
  unit_worth_fen bigint not null check (unit_worth_fen >= 0),
  at timestamptz not null default now(),
  taken_back_at timestamptz,
  gave_back boolean not null default false,
  primary key (tenant_id, code_id, use_no),
  foreign key (tenant_id, code_id) references redeem.codes (tenant_id, id),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no),
  check (not gave_back or taken_back_at is not null)
);
create unique index one_use_one_order on redeem.uses (tenant_id, order_no);
create index uses_of_batch on redeem.uses (tenant_id, batch_id, at desc);
create index uses_of_person on redeem.uses (tenant_id, batch_id, buyer_key) where not gave_back;
select platform.protect('redeem.uses', 'select');

-- A batch's codes leave the house in one file, once: the key refuses a second.
create table redeem.exports (
  tenant_id bigint not null,
  batch_id bigint not null,
  at timestamptz not null default now(),
  by_name text not null,
  by_staff_id bigint not null,
  reason text not null check (reason <> ''),
  codes integer not null check (codes > 0),
  constraint links_leave_once primary key (tenant_id, batch_id),
  foreign key (tenant_id, batch_id) references redeem.batches (tenant_id, id)
);
select platform.protect('redeem.exports', 'select, insert');
