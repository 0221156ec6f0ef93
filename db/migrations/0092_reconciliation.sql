-- What gateways say they did (bills), beside what we wrote down (receipts, refunds, chargebacks): which line is which fact,
-- what differs, and what became of the difference. A day that was closed is frozen by triggers, whoever comes.
create schema reconciliation;
grant usage on schema reconciliation to quanshu_app;

-- One gateway's day of Beijing time.
create table reconciliation.days (
  tenant_id bigint not null,
  gateway text not null,
  day date not null,
  -- `open`: no bill yet. `differing`: something is unexplained. `matched`: nothing is. `closed`: and a person said so.
  state text not null default 'open' check (state in ('open', 'differing', 'matched', 'closed')),
  -- The bill that counts.
  bill_id bigint,
  -- What both sides add up to, as of `matched_at`; differences are counted from the cases.
  totals jsonb not null default '{}',
  matched_at timestamptz,
  -- Whoever works on the day has a lease; a dead worker's runs out by itself.
  worker text,
  lease_until timestamptz not null default '-infinity',
  phase text check (phase in ('queued', 'fetching', 'loading', 'matching')),
  -- When the bill is asked for by itself; null when there is nothing to ask for.
  next_try_at timestamptz,
  tries integer not null default 0,
  -- Why there is no bill: {"code", "params"} of a refusal.
  trouble jsonb,
  closed_at timestamptz,
  closed_by text not null default '',
  primary key (tenant_id, gateway, day),
  constraint day_closed_by_somebody check ((state = 'closed') = (closed_at is not null))
);
create index days_to_try on reconciliation.days (tenant_id, next_try_at) where next_try_at is not null;
select platform.protect('reconciliation.days', 'select');

-- One file. Of a day at most one counts; a newer one takes its place while the day is not closed.
create table reconciliation.bills (
  tenant_id bigint not null,
  id bigint generated always as identity,
  gateway text not null,
  day date not null,
  source text not null check (source in ('fetched', 'uploaded')),
  asked_by text not null default '' check (length(asked_by) <= 100),
  file_name text not null default '' check (length(file_name) <= 255),
  file_hash bytea not null check (length(file_hash) = 32),
  file_bytes bigint not null default 0 check (file_bytes >= 0),
  state text not null default 'loading' check (state in ('loading', 'loaded', 'matched', 'superseded', 'failed')),
  lines integer not null default 0,
  -- How far matching has come.
  judged integer not null default 0,
  -- Of its lines: {"payments", "paidFen", "refunds", "refundedFen", "feeFen", "others"}.
  totals jsonb not null default '{}',
  failure jsonb,
  -- Also where its lines lie.
  begun_at timestamptz not null default now(),
  loaded_at timestamptz,
  matched_at timestamptz,
  primary key (tenant_id, id)
);
create unique index bill_of_day on reconciliation.bills (tenant_id, gateway, day) where state in ('loaded', 'matched');
create index bills_of_day on reconciliation.bills (tenant_id, gateway, day, id);
select platform.protect('reconciliation.bills', 'select');

-- `n` counts what was read from 1; one line of a file may be a payment and its refund. All lines of a bill carry its
-- `begun_at`, so that a bill lies in one partition.
create table reconciliation.bill_lines (
  tenant_id bigint not null,
  begun_at timestamptz not null,
  bill_id bigint not null,
  n integer not null,
  line_no integer not null,
  kind text not null check (kind in ('payment', 'refund', 'chargeback', 'other')),
  state text not null check (state in ('done', 'pending', 'failed')),
  trade_no text not null,
  payment_no text not null,
  refund_no text not null,
  amount_fen bigint not null check (amount_fen >= 0),
  fee_fen bigint not null,
  currency text not null,
  at timestamptz not null,
  primary key (tenant_id, begun_at, bill_id, n)
) partition by range (begun_at);
select platform.partition_monthly('reconciliation.bill_lines');
select platform.protect('reconciliation.bill_lines', 'select');

-- The lines as they stand in the file, some thousand to a row: a deflated JSON list.
create table reconciliation.bill_texts (
  tenant_id bigint not null,
  begun_at timestamptz not null,
  bill_id bigint not null,
  from_n integer not null,
  texts bytea not null,
  primary key (tenant_id, begun_at, bill_id, from_n)
) partition by range (begun_at);
-- It is compressed already.
alter table reconciliation.bill_texts alter column texts set storage external;
select platform.partition_monthly('reconciliation.bill_texts');
select platform.protect('reconciliation.bill_texts', 'select');

-- What the ledger was told. Amounts are the gateway's view: money that came is above zero, what went back below.
create table reconciliation.postings (
  tenant_id bigint not null,
  id bigint generated always as identity,
  gateway text not null,
  day date not null,
  -- `matched`: lines met their facts. `explained`: a difference was written off. `taken_back`: a replaced bill said
  -- otherwise. `found_after_all`: a difference that was written off had turned up.
  kind text not null check (kind in ('matched', 'explained', 'taken_back', 'found_after_all')),
  bill_id bigint,
  case_id bigint,
  lines integer not null,
  -- To and from our bank, the gateway's fee already off.
  paid_fen bigint not null,
  refunded_fen bigint not null,
  fee_fen bigint not null,
  difference_fen bigint not null default 0,
  at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index postings_of_day on reconciliation.postings (tenant_id, gateway, day, id);
select platform.protect('reconciliation.postings', 'select');

-- A fact of ours found on a bill, and so posted: once for ever.
create table reconciliation.matches (
  tenant_id bigint not null,
  kind text not null check (kind in ('payment', 'refund', 'chargeback', 'chargeback_won')),
  -- Of receipts, refunds or chargebacks.
  fact_id bigint not null,
  -- Of the bill.
  gateway text not null,
  day date not null,
  bill_id bigint not null,
  n integer not null,
  amount_fen bigint not null,
  fee_fen bigint not null,
  posting_id bigint not null,
  primary key (tenant_id, kind, fact_id)
);
create unique index match_of_line on reconciliation.matches (tenant_id, bill_id, n);
select platform.protect('reconciliation.matches', 'select');

-- One difference.
create table reconciliation.cases (
  tenant_id bigint not null,
  id bigint generated always as identity,
  gateway text not null,
  -- Under which it stands now, and where it was found; postponed, they differ.
  day date not null,
  first_day date not null,
  -- The same difference has the same key however often the day is gone through.
  key text not null check (length(key) between 1 and 200),
  outcome text not null
    check (outcome in ('channel_only', 'ours_only', 'state_differs', 'amount_differs', 'duplicate', 'cross_day')),
  cause text not null,
  kind text not null check (kind in ('payment', 'refund', 'chargeback', 'chargeback_won')),
  -- `waiting`: the next day's bill will tell.
  state text not null check (state in ('open', 'waiting', 'explained', 'resolved')),
  -- What people search for: trade or refund number.
  number text not null default '',
  order_no bigint,
  fact_id bigint,
  bill_id bigint,
  n integer,
  theirs jsonb,
  ours jsonb,
  -- What the gateway has more than our books; below zero, less.
  difference_fen bigint not null,
  posting_id bigint,
  opened_at timestamptz not null default now(),
  ended_at timestamptz,
  handled_by text not null default '' check (length(handled_by) <= 100),
  note text not null default '' check (length(note) <= 500),
  primary key (tenant_id, id),
  unique (tenant_id, gateway, day, key),
  constraint case_over_or_not check ((state in ('open', 'waiting')) = (ended_at is null))
);
create index cases_unsettled on reconciliation.cases (tenant_id, gateway, day) where state in ('open', 'waiting');
create index cases_of_fact on reconciliation.cases (tenant_id, kind, fact_id) where fact_id is not null;
create index cases_of_key on reconciliation.cases (tenant_id, gateway, key);
create index cases_written_off on reconciliation.cases (tenant_id, gateway, id) where state = 'explained' and posting_id is not null;
-- A line is posted once: as a match, or with the explanation of its case.
create unique index case_line_posted on reconciliation.cases (tenant_id, bill_id, n)
  where posting_id is not null and n is not null and state = 'explained';
create index cases_newest on reconciliation.cases (tenant_id, id);
select platform.protect('reconciliation.cases', 'select');

-- A day's own facts, found without reading other days. `received_at` is when we heard of it, `paid_at` when it was.
create index receipts_by_day on payments.receipts (tenant_id, gateway, (coalesce(paid_at, received_at)), id)
  -- Which a look-up by trade number does not imply: it must never seem as good as the key.
  where coalesce(paid_at, received_at) is not null;
-- Heard of so late that its day may be closed.
create index receipts_late on payments.receipts (tenant_id, gateway, received_at) where received_at - paid_at > interval '6 hours';
create index refunds_by_day on payments.refunds (tenant_id, gateway, done_at, id) where state = 'done' and target = 'source';

-- The freeze. Statement-level where many rows are written at once.
create function reconciliation.refuse_closed_day()
returns trigger
language plpgsql
as $$
begin
  if old.state = 'closed' then
    raise exception 'the day % of % is closed', old.day, old.gateway
      using errcode = '23514', constraint = 'reconciliation_day_closed', table = 'days', schema = 'reconciliation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end;
$$;
create trigger days_frozen
  before update or delete on reconciliation.days
  for each row execute function reconciliation.refuse_closed_day();

create function reconciliation.refuse_rows_of_closed_days()
returns trigger
language plpgsql
as $$
declare
  found_day date;
begin
  select d.day into found_day
  from (select distinct r.tenant_id, r.gateway, r.day from changed r) c
  join reconciliation.days d
    on d.tenant_id = c.tenant_id
    and d.gateway = c.gateway
    and d.day = c.day
    and d.state = 'closed'
  limit 1;
  if found_day is not null then
    raise exception 'the day % is closed', found_day
      using errcode = '23514', constraint = 'reconciliation_day_closed', table = tg_table_name, schema = 'reconciliation';
  end if;
  return null;
end;
$$;

create function reconciliation.refuse_lines_of_closed_days()
returns trigger
language plpgsql
as $$
declare
  found_day date;
begin
  select d.day into found_day
  from (select distinct r.tenant_id, r.bill_id from changed r) c
  join reconciliation.days d
    on d.tenant_id = c.tenant_id
    and d.bill_id = c.bill_id
    and d.state = 'closed'
  limit 1;
  if found_day is not null then
    raise exception 'the day % is closed', found_day
      using errcode = '23514', constraint = 'reconciliation_day_closed', table = tg_table_name, schema = 'reconciliation';
  end if;
  return null;
end;
$$;
create unique index day_of_bill on reconciliation.days (tenant_id, bill_id) where bill_id is not null;

do $$
declare
  frozen text;
begin
  foreach frozen in array array['bills', 'matches', 'cases'] loop
    execute format(
      'create trigger %1$s_frozen_insert after insert on reconciliation.%1$s referencing new table as changed
         for each statement execute function reconciliation.refuse_rows_of_closed_days()', frozen);
    execute format(
      'create trigger %1$s_frozen_update after update on reconciliation.%1$s referencing old table as changed
         for each statement execute function reconciliation.refuse_rows_of_closed_days()', frozen);
    -- Nor may a row be moved into a closed day.
    execute format(
      'create trigger %1$s_frozen_moved after update on reconciliation.%1$s referencing new table as changed
         for each statement execute function reconciliation.refuse_rows_of_closed_days()', frozen);
    execute format(
      'create trigger %1$s_frozen_delete after delete on reconciliation.%1$s referencing old table as changed
         for each statement execute function reconciliation.refuse_rows_of_closed_days()', frozen);
  end loop;
  foreach frozen in array array['bill_lines', 'bill_texts'] loop
    execute format(
      'create trigger %1$s_frozen_insert after insert on reconciliation.%1$s referencing new table as changed
         for each statement execute function reconciliation.refuse_lines_of_closed_days()', frozen);
    execute format(
      'create trigger %1$s_frozen_update after update on reconciliation.%1$s referencing old table as changed
         for each statement execute function reconciliation.refuse_lines_of_closed_days()', frozen);
    execute format(
      'create trigger %1$s_frozen_delete after delete on reconciliation.%1$s referencing old table as changed
         for each statement execute function reconciliation.refuse_lines_of_closed_days()', frozen);
  end loop;
end;
$$;
