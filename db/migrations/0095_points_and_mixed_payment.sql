-- A price in points beside the price in money, and an order paid by points, balance and one gateway together
-- (docs/adr/0027).
alter table catalog.skus
  add column price_points integer not null default 0 check (price_points between 0 and 100000000),
  drop constraint skus_free_is_meant,
  add constraint skus_free_is_meant check (free or price_fen > 0 or price_points > 0);

alter table catalog.price_changes
  add column price_points integer not null default 0 check (price_points between 0 and 100000000),
  drop constraint price_changes_free_is_meant,
  add constraint price_changes_free_is_meant check (free or price_fen > 0 or price_points > 0);

alter table orders.orders
  -- What it costs in points, and what of `total_fen` the purse pays beside a gateway. Both are held while it is unpaid.
  add column points bigint not null default 0 check (points >= 0),
  add column balance_fen bigint not null default 0,
  add column points_hold bigint,
  add column balance_hold bigint,
  add constraint balance_within_total check (balance_fen between 0 and total_fen);

alter table orders.lines
  add column unit_points integer not null default 0 check (unit_points >= 0),
  add column refunded_points bigint not null default 0,
  add constraint points_within_line check (refunded_points between 0 and quantity::bigint * unit_points);

-- A refund gives points back, money, or both.
alter table payments.refunds
  add column points bigint not null default 0 check (points >= 0),
  drop constraint refunds_amount_fen_check,
  add constraint refunds_amount_fen_check check (amount_fen >= 0 and amount_fen + points > 0);
