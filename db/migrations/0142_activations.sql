-- Top-ups that are bought now and activated later (docs/adr/0059-activate-later.md).
alter table catalog.skus
  -- How long after the payment it may be activated; null: it is topped up at once only.
  add column later_days smallint check (later_days between 1 and 1095),
  -- Whether its buyer may give it back alone while it is not activated; else the shop decides.
  add column later_refund boolean not null default true,
  add constraint only_topups_wait check (later_days is null or kind = 'topup');

-- What the SKU said when the order was placed. Null: it is delivered as soon as it is paid.
alter table orders.lines
  add column later_days smallint check (later_days between 1 and 1095),
  add column later_refund boolean not null default false,
  drop constraint lines_state_check,
  add constraint lines_state_check check (
    state in ('waiting', 'dormant', 'supplying', 'delivered', 'exception', 'refunding', 'refunded', 'cancelled')
  );
create index lines_dormant on orders.lines (tenant_id, order_no) where state = 'dormant';

-- A right whose owner has not activated it, and one that nobody activated until its end.
alter table entitlements.grants
  drop constraint grants_state_check,
  add constraint grants_state_check check (state in ('dormant', 'active', 'used', 'lapsed', 'revoked'));

create table fulfilment.activations (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  sku_id bigint not null,
  quantity integer not null check (quantity > 0),
  -- open: it may be activated; lapsed: nobody did until its end; cancelled: its money went back.
  state text not null default 'open' check (state in ('open', 'activated', 'lapsed', 'cancelled')),
  opened_at timestamptz not null default now(),
  ends_at timestamptz not null,
  -- When its buyer is to be reminded; null: that was done, or there is nothing to be reminded of.
  remind_at timestamptz,
  closed_at timestamptz,
  by_kind text check (by_kind in ('buyer', 'staff')),
  by_name text not null default '',
  primary key (tenant_id, order_no, line_no),
  foreign key (tenant_id, order_no, line_no) references orders.lines (tenant_id, order_no, line_no),
  constraint open_until_it_is_closed check ((state = 'open') = (closed_at is null)),
  constraint activated_says_by_whom check ((state = 'activated') = (by_kind is not null)),
  constraint only_what_is_open_reminds check (remind_at is null or state = 'open')
) with (fillfactor = 80);
create index activations_ending on fulfilment.activations (tenant_id, ends_at) where state = 'open';
create index activations_reminding on fulfilment.activations (tenant_id, remind_at) where remind_at is not null;
create index activations_of_state on fulfilment.activations (tenant_id, state, ends_at);
select platform.protect('fulfilment.activations', 'select');
