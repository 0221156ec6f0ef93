-- A buyer says that an order is paid, and names the gateway's number for it. Staff claim that payment for the order: the
-- gateway is asked, and above an amount a second person has to agree before it is settled.
create table payments.claims (
  tenant_id bigint not null,
  id bigint generated always as identity,
  order_no bigint not null,
  gateway text not null,
  -- The gateway's, as the buyer showed it.
  trade_no text not null check (length(trade_no) between 1 and 64),
  -- As the gateway told it when it was asked.
  amount_fen bigint not null check (amount_fen > 0),
  paid_at timestamptz not null,
  -- `approved`: to be settled; a process that dies in between leaves it so, and claiming again goes on with it.
  state text not null check (state in ('awaiting', 'approved', 'settled', 'declined')),
  -- What settling made of it: paid for the order, surplus that goes back, or settled by its notice meanwhile.
  verdict text,
  reason text not null,
  requested_by text not null,
  requested_by_id bigint not null,
  decided_by text,
  decided_at timestamptz,
  decided_note text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
-- A payment is claimed once at a time, for one order.
create unique index claim_of_trade on payments.claims (tenant_id, gateway, trade_no) where state in ('awaiting', 'approved');
create index claims_of_order on payments.claims (tenant_id, order_no);
create index claims_awaiting on payments.claims (tenant_id, id) where state = 'awaiting';
select platform.protect('payments.claims', 'select, insert, update');
