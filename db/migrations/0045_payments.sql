-- What we asked gateways for (attempts), what came (receipts), how they told us (notices), what went back (refunds).
create schema payments;

create table payments.gateways (
  tenant_id bigint not null,
  gateway text not null,
  enabled boolean not null default false,
  base_url text not null default '',
  merchant_id text not null default '',
  secret_sealed bytea,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, gateway)
);
select platform.protect('payments.gateways');

create table payments.attempts (
  tenant_id bigint not null,
  order_no bigint not null,
  gateway text not null,
  amount_fen bigint not null check (amount_fen > 0),
  currency text not null default 'CNY',
  state text not null default 'pending' check (state in ('pending', 'captured', 'closed')),
  pay_url text,
  created_at timestamptz not null default now(),
  captured_at timestamptz,
  closed_at timestamptz,
  -- When to ask the gateway by ourselves; null when there is nothing left to ask.
  next_query_at timestamptz,
  queries integer not null default 0,
  primary key (tenant_id, order_no, gateway)
) with (fillfactor = 80);
create index attempts_to_query on payments.attempts (tenant_id, next_query_at) where next_query_at is not null;
select platform.protect('payments.attempts', 'select, insert, update');

-- Money that came. One row per trade number, so that a repeated notice has nothing to add.
create table payments.receipts (
  tenant_id bigint not null,
  id bigint generated always as identity,
  gateway text not null,
  trade_no text not null check (length(trade_no) between 1 and 64),
  order_no bigint not null,
  amount_fen bigint not null check (amount_fen > 0),
  currency text not null,
  -- `applied` paid for its order; `surplus` came too late or twice and goes back; `refunded` has gone back.
  state text not null check (state in ('applied', 'surplus', 'refunded')),
  paid_at timestamptz,
  received_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint receipt_once unique (tenant_id, gateway, trade_no)
) with (fillfactor = 90);
create index receipts_of_order on payments.receipts (tenant_id, order_no);
select platform.protect('payments.receipts', 'select');

create table payments.notices (
  tenant_id bigint not null,
  received_at timestamptz not null default now(),
  id bigint generated always as identity,
  gateway text not null,
  verdict text not null,
  order_no bigint,
  trade_no text,
  amount_fen bigint,
  headers jsonb not null default '{}',
  body text not null,
  primary key (tenant_id, received_at, id)
) partition by range (received_at);
create index notices_of_order on payments.notices (tenant_id, order_no, received_at);
select platform.partition_monthly('payments.notices');
select platform.protect('payments.notices', 'select, insert');

create table payments.refunds (
  tenant_id bigint not null,
  id bigint generated always as identity,
  order_no bigint not null,
  line_no smallint,
  receipt_id bigint,
  gateway text not null,
  trade_no text,
  amount_fen bigint not null check (amount_fen > 0),
  currency text not null default 'CNY',
  target text not null check (target in ('source', 'balance')),
  state text not null default 'requested' check (state in ('requested', 'processing', 'done', 'failed')),
  reason text not null,
  requested_by text not null default '',
  attempts integer not null default 0,
  last_error text,
  next_try_at timestamptz,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, receipt_id) references payments.receipts (tenant_id, id)
);
create index refunds_of_order on payments.refunds (tenant_id, order_no);
create index refunds_open on payments.refunds (tenant_id, state, id) where state in ('requested', 'processing', 'failed');
-- A surplus goes back once.
create unique index refund_of_surplus_once on payments.refunds (tenant_id, receipt_id) where line_no is null and reason in ('double_payment', 'late_payment');
select platform.protect('payments.refunds', 'select');
