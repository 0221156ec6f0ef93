-- Figures for reports: the ledger's entries with what they were about, and their sums.
create schema analytics;

-- How far each account's transfers have been read. The ledger takes a transfer's time under the account's lock, so what an
-- account pays out, and what it takes in, stand in the order of commit.
create table analytics.marks (
  tenant_id bigint not null,
  account_id bigint not null,
  out_at timestamptz not null default '-infinity',
  out_id bigint not null default 0,
  in_at timestamptz not null default '-infinity',
  in_id bigint not null default 0,
  -- The account as it was when it had been read to its end; while it looks the same there is nothing to read.
  seen_at timestamptz,
  seen_balance bigint not null default 0,
  primary key (tenant_id, account_id)
) with (fillfactor = 50);
select platform.protect('analytics.marks', 'select');

-- The subscriber's word that something moved, and in which orders something may have been handed out for nothing. Gone when
-- it has been counted, some seconds later.
create table analytics.notes (
  tenant_id bigint not null,
  id bigint generated always as identity,
  nos bigint[] not null,
  primary key (tenant_id, id)
);
select platform.protect('analytics.notes', 'select');

-- One row a shop: whoever gathers holds it, so that figures are counted by one at a time.
create table analytics.standings (
  tenant_id bigint not null,
  gathered_at timestamptz not null default '-infinity',
  primary key (tenant_id)
);
select platform.protect('analytics.standings', 'select');

-- The rows under every figure: a movement of the ledger (or pieces that were handed out for nothing), of one line and one
-- batch. Times are the ledger's.
create table analytics.entries (
  tenant_id bigint not null,
  at timestamptz not null,
  id bigint generated always as identity,
  -- `replacement` is a second piece for the same money; `loss` is what a gateway took back by itself.
  kind text not null check (kind in ('sale', 'refund', 'fee', 'loss', 'replacement')),
  -- Null: a movement that belongs to no order.
  order_no bigint,
  line_no smallint,
  sku_id bigint not null default 0,
  -- 0: not from a batch, or nobody can say.
  batch_id bigint not null default 0,
  channel text not null default '',
  -- Ways joined by `+` when an order was paid in several; empty when nothing was paid.
  pay_way text not null default '',
  staff text not null default '',
  -- Handed out: what they cost is theirs times the batch's cost of one.
  pieces integer not null default 0,
  -- 1 on the first entry of a line, so that lines can be counted.
  lines integer not null default 0,
  -- Sold, given back, paid as fee, lost; below zero when that was taken back.
  amount_fen bigint not null,
  transfer_id bigint,
  refund_id bigint,
  grant_id bigint,
  primary key (tenant_id, at, id)
);
create index entries_of_order on analytics.entries (tenant_id, order_no);
select platform.protect('analytics.entries', 'select');

-- Their sums by hour and by day of the shop. A batch says supplier and cost, a SKU its goods and category.
create table analytics.sums (
  tenant_id bigint not null,
  grain text not null check (grain in ('hour', 'day')),
  at timestamptz not null,
  sku_id bigint not null,
  batch_id bigint not null,
  channel text not null,
  pay_way text not null,
  staff text not null,
  sales_fen bigint not null default 0,
  refunds_fen bigint not null default 0,
  fees_fen bigint not null default 0,
  losses_fen bigint not null default 0,
  pieces bigint not null default 0,
  lines bigint not null default 0,
  entries bigint not null default 0,
  primary key (tenant_id, grain, at, sku_id, batch_id, channel, pay_way, staff)
) with (fillfactor = 70);
select platform.protect('analytics.sums', 'select');

-- What moved between which accounts on which day of the shop. People's own accounts count as one a kind.
create table analytics.turnover (
  tenant_id bigint not null,
  day date not null,
  unit text not null,
  from_kind text not null,
  from_ref text not null,
  to_kind text not null,
  to_ref text not null,
  kind text not null,
  transfers bigint not null,
  amount bigint not null,
  primary key (tenant_id, day, unit, from_kind, from_ref, to_kind, to_ref, kind)
) with (fillfactor = 70);
select platform.protect('analytics.turnover', 'select');

-- Whether a day's figures have been compared with the ledger since they last changed.
create table analytics.days (
  tenant_id bigint not null,
  day date not null,
  changed_at timestamptz not null default now(),
  checked_at timestamptz,
  -- What did not agree at the last check: [{"figure", "ours", "ledgers"}, …].
  differences jsonb not null default '[]' check (jsonb_typeof(differences) = 'array'),
  -- When a day that did not agree was counted anew.
  recounted_at timestamptz,
  primary key (tenant_id, day)
) with (fillfactor = 70);
create index days_unchecked on analytics.days (tenant_id, day) where checked_at is null or checked_at < changed_at;
select platform.protect('analytics.days', 'select');

-- What left the shelf or came back to it without being sold: for the stock at a moment in the past.
create index movements_not_sold on vault.movements (tenant_id, at) where to_state <> 'delivered';
