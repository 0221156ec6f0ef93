-- The least a gateway takes in one payment, as the shop was told by it; the default of each is where its adapter is.
alter table payments.gateways
  add column min_fen bigint not null default 0 check (min_fen between 0 and 100000000);
update payments.gateways set min_fen = 400 where gateway = 'stripe';
