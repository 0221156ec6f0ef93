-- A gateway asks for more than one secret, and may take a fee; an order may be asked for more than once at one gateway,
-- when its amount or the way to its cashier changed. Each asking is an attempt with a number of its own there.
alter table payments.gateways
  -- What the gateway's `fields` ask for besides secrets.
  add column settings jsonb not null default '{}',
  -- Hundredths of a percent of what is paid.
  add column fee_bp integer not null default 0 check (fee_bp between 0 and 2000),
  add column fee_payer text not null default 'shop' check (fee_payer in ('shop', 'buyer')),
  add column position smallint not null default 0;

alter table payments.attempts
  add column turn smallint not null default 1 check (turn between 1 and 99),
  add column scene text not null default 'page' check (scene in ('page', 'h5', 'in_app', 'qr')),
  -- Of `amount_fen`, what the buyer pays for the gateway's service.
  add column fee_fen bigint not null default 0 check (fee_fen >= 0),
  -- The gateway's own number for the payment, where it gave one when it was opened.
  add column reference text,
  -- What the page does so that the person can pay: {"way": "redirect" | "qr" | "in_app", …}.
  add column cashier jsonb,
  drop constraint attempts_pkey;
alter table payments.attempts
  add primary key (tenant_id, order_no, gateway, turn);
update payments.attempts
set cashier = jsonb_build_object('way', 'redirect', 'url', pay_url)
where pay_url is not null;
alter table payments.attempts
  drop column pay_url;

alter table payments.receipts
  add column turn smallint not null default 1,
  add column fee_fen bigint not null default 0 check (fee_fen >= 0),
  -- `unmatched`: more or less than was asked for; somebody, or a rule, decides.
  drop constraint receipts_state_check,
  add constraint receipts_state_check check (state in ('applied', 'surplus', 'unmatched', 'refunded', 'credited')),
  -- What staff let go of (above zero) or put into the purse (below) when the amount was another than asked.
  add column adjusted_fen bigint not null default 0,
  add column handled_by text not null default '',
  add column handled_note text not null default '';
create index receipts_open on payments.receipts (tenant_id, received_at) where state in ('surplus', 'unmatched');

-- Money that a gateway took back on its own account, because the payer's bank wanted it.
create table payments.chargebacks (
  tenant_id bigint not null,
  id bigint generated always as identity,
  gateway text not null,
  dispute_no text not null check (length(dispute_no) between 1 and 64),
  trade_no text not null,
  order_no bigint not null,
  receipt_id bigint not null,
  amount_fen bigint not null check (amount_fen > 0),
  -- Of it, what no refund of a line accounts for.
  loss_fen bigint not null default 0,
  state text not null check (state in ('opened', 'lost', 'won')),
  reason text not null default '',
  opened_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, gateway, dispute_no),
  foreign key (tenant_id, receipt_id) references payments.receipts (tenant_id, id)
);
alter table payments.chargebacks enable row level security;
create policy tenant on payments.chargebacks for all to quanshu_app
  using (tenant_id = current_setting('app.tenant_id')::bigint)
  with check (tenant_id = current_setting('app.tenant_id')::bigint);
grant select on payments.chargebacks to quanshu_app;
create index chargebacks_of_order on payments.chargebacks (tenant_id, order_no);
