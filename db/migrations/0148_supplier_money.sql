-- Money between the shop and a supplier that no purchase moves: paid ahead, taken back, and what a supplier gives back
-- for something (docs/adr/0040-supplier-money.md). What is asked for and not yet granted is a claim.
create table suppliers.money (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  -- `deposit`: paid ahead. `withdrawal`: of that, taken back. `credit`: given back by the supplier into the balance there.
  kind text not null check (kind in ('deposit', 'withdrawal', 'credit')),
  amount_fen bigint not null check (amount_fen between 1 and 100000000000),
  -- The bank's number of a transfer, the supplier's of a credit: how a statement's line finds it.
  reference text not null check (length(reference) <= 64),
  note text not null default '' check (length(note) <= 500),
  -- When the money moved there; of a claim, when it was made.
  at timestamptz not null,
  -- `claimed`: asked for. `awaiting`: a second person has to agree. `booked`: in the ledger.
  state text not null check (state in ('claimed', 'awaiting', 'booked', 'declined', 'reversed')),
  -- The difference of a statement that it is claimed for.
  case_id bigint,
  -- What was claimed back for bad codes, and is credited by it (fulfilment.recoveries).
  recovery_id bigint,
  requested_by text not null,
  requested_by_id bigint not null,
  decided_by text,
  decided_at timestamptz,
  decided_note text,
  reversed_by text,
  reversed_at timestamptz,
  reversed_note text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  constraint claim_without_number check (reference <> '' or state in ('claimed', 'declined')),
  constraint reversed_by_somebody check ((state = 'reversed') = (reversed_at is not null))
);
-- The same transfer is not booked twice.
create unique index money_of_reference on suppliers.money (tenant_id, supplier_id, kind, reference)
  where state in ('awaiting', 'booked') and reference <> '';
create index money_of_supplier on suppliers.money (tenant_id, supplier_id, id);
create index money_by_time on suppliers.money (tenant_id, supplier_id, kind, at, id) where state = 'booked';
create unique index money_of_recovery on suppliers.money (tenant_id, recovery_id) where recovery_id is not null and state <> 'reversed';
create unique index money_of_case on suppliers.money (tenant_id, case_id) where case_id is not null and state <> 'declined';
select platform.protect('suppliers.money', 'select, insert, update');

-- Since when the balance, ours or the one the supplier tells, is below the alarm; it is said once for each time it falls.
alter table suppliers.suppliers add column low_since timestamptz;

-- How the columns of a supplier's statement are called: {"no", "remoteNo", "amount", "refunded", "state", "type", "at",
-- "done", "failed", "deposit", "credit"}. Remembered, because it is the same file every day.
create table suppliers.statement_maps (
  tenant_id bigint not null,
  supplier_id bigint not null,
  columns jsonb not null,
  updated_at timestamptz not null default now(),
  updated_by text not null default '',
  primary key (tenant_id, supplier_id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id)
);
select platform.protect('suppliers.statement_maps', 'select, insert, update');

-- What was bought there on a day, by when it was sent: statements list it so.
create index purchases_sent on suppliers.purchases (tenant_id, supplier_id, sent_at, id) where sent_at is not null;
-- What ended on a day, also when it was sent on an earlier one.
create index purchases_ended_at on suppliers.purchases (tenant_id, supplier_id, ended_at, id) where ended_at is not null;
