-- A supplier's statement in its own money, and what is left when it was settled at another rate than the purchase was booked at
-- (docs/adr/0062-suppliers-own-money.md).
alter table reconciliation.bill_lines
  add column own_currency text,
  add column own_hao bigint,
  add column own_rate bigint;

-- By which rates an uploaded file was read: with others it is another statement.
alter table reconciliation.bills add column rates text not null default '' check (length(rates) <= 4000);

-- Of this, how much is the rate alone: above zero, the supplier took less than our books say. Not a difference that anybody has to explain.
alter table reconciliation.matches add column exchange_fen bigint not null default 0;
alter table reconciliation.postings add column exchange_fen bigint not null default 0;
alter table reconciliation.cases add column exchange_fen bigint not null default 0;
-- For the audit of the books.
create index matches_with_exchange on reconciliation.matches (tenant_id, gateway) include (exchange_fen) where exchange_fen <> 0;
