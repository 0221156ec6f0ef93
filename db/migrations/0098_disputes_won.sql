-- What a payer's bank took back is known by where it was taken from: so a dispute that the shop wins gives it back there, and
-- nothing that a bank has had is given back a second time.
alter table payments.chargebacks
  -- What the purse gave for a recharge, with its share of the bonus.
  add column credit_fen bigint not null default 0 check (credit_fen >= 0),
  -- What money gave that had bought nothing.
  add column surplus_fen bigint not null default 0 check (surplus_fen >= 0),
  -- What it took of its receipt, except for what went the way of a refund.
  add column disputed_fen bigint not null default 0 check (disputed_fen >= surplus_fen);
alter table payments.receipts
  -- The sum of that over all its disputes that are not won: it cannot go back any more.
  add column disputed_fen bigint not null default 0 check (disputed_fen >= 0);
