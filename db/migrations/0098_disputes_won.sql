-- A dispute that the shop wins gives back what was taken for it: the purse what it gave, money that bought nothing to the desk.
alter table payments.chargebacks
  -- What the purse gave for a recharge, with its share of the bonus.
  add column credit_fen bigint not null default 0 check (credit_fen >= 0),
  -- Whether it took money that had bought nothing.
  add column of_surplus boolean not null default false;
