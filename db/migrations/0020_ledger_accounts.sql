-- Everything countable: cash in fen, pieces of a SKU, points. One balance per account, enforced bounds, no edits.

create schema ledger;

-- A balance is what came in less what went out. Sources (suppliers' deliveries, gateways) have no floor and go negative,
-- so that the sum over all accounts of one unit is always zero.
create table ledger.accounts (
  tenant_id bigint not null,
  id bigint generated always as identity,
  kind text not null check (kind ~ '^[a-z]+(\.[a-z_]+)+$'),
  -- What the account belongs to within its kind: a SKU's id, a member's id, empty when there is one per tenant.
  ref text not null default '',
  unit text not null check (unit in ('CNY', 'piece', 'point')),
  balance bigint not null default 0,
  held_out bigint not null default 0 check (held_out >= 0),
  -- Null: unbounded. What is held counts as gone.
  floor bigint,
  opened_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, kind, ref, unit),
  constraint account_floor check (floor is null or balance - held_out >= floor)
) with (fillfactor = 50);
select platform.protect('ledger.accounts', 'select');

-- A promise of a transfer. It ends exactly once: captured, released or expired.
create table ledger.holds (
  tenant_id bigint not null,
  id bigint generated always as identity,
  from_account bigint not null,
  to_account bigint not null,
  amount bigint not null check (amount > 0),
  state text not null default 'held' check (state in ('held', 'captured', 'released', 'expired')),
  cause text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  closed_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, from_account) references ledger.accounts (tenant_id, id),
  foreign key (tenant_id, to_account) references ledger.accounts (tenant_id, id),
  constraint hold_closed_when_over check ((state = 'held') = (closed_at is null))
) with (fillfactor = 70);
create index holds_open on ledger.holds (tenant_id, from_account, id) where state = 'held';
select platform.protect('ledger.holds', 'select');

-- The truth: append-only. Balances are its running sums.
create table ledger.transfers (
  tenant_id bigint not null,
  at timestamptz not null default now(),
  id bigint generated always as identity,
  from_account bigint not null,
  to_account bigint not null,
  amount bigint not null check (amount > 0),
  kind text not null,
  -- What it was done for, e.g. `order:2611…`, `batch:17`, `member:5`.
  cause text not null,
  hold_id bigint,
  primary key (tenant_id, at, id),
  constraint transfer_between_two check (from_account <> to_account)
) partition by range (at);
create index transfers_out on ledger.transfers (tenant_id, from_account, at, id);
create index transfers_in on ledger.transfers (tenant_id, to_account, at, id);
select platform.partition_monthly('ledger.transfers');
select platform.protect('ledger.transfers', 'select');
