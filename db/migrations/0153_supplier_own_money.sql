-- Suppliers are paid in money of their own (docs/adr/0062-suppliers-own-money.md). The books are in yuan; what it was in the supplier's
-- currency, and at which rate it was booked, is kept beside it. Null: yuan, or from before it was kept.
--   own_currency   USD
--   own_hao        in ten-thousandths of its unit, as suppliers quote
--   own_rate       yuan for one unit, in millionths
alter table suppliers.purchases
  add column own_currency text,
  add column own_hao bigint,
  add column own_rate bigint;
-- Of the rows that are there none has any: nothing to look through.
alter table suppliers.purchases add constraint purchase_own_money check (
  case when own_currency is null then own_hao is null and own_rate is null
    else (
      own_currency ~ '^[A-Z]{3}$' and own_hao >= 0 and own_rate > 0
      -- To the next fen, as it is told in yuan.
      and cost_fen = ceil(own_hao::numeric * own_rate / 100000000)
    ) is true
  end
) not valid;

-- Of a deposit the rate is what the bank made of it: both amounts are known.
alter table suppliers.money
  add column own_currency text,
  add column own_hao bigint;
alter table suppliers.money add constraint money_own check (
  case when own_currency is null then own_hao is null else (own_currency ~ '^[A-Z]{3}$' and own_hao > 0) is true end
) not valid;
