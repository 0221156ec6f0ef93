-- A bundle that is ordered becomes a line for each part, and one row here that holds them together: what was bought, at which
-- price, and what was to happen when a part fails (docs/adr/0034-bundles.md).
create table orders.bundles (
  tenant_id bigint not null,
  order_no bigint not null,
  -- The place it had among what was asked for.
  bundle_no smallint not null check (bundle_no > 0),
  sku_id bigint not null,
  goods_id bigint not null,
  goods_title text not null,
  sku_title text not null,
  quantity integer not null check (quantity > 0),
  unit_price_fen bigint not null check (unit_price_fen >= 0),
  amount_fen bigint not null,
  policy text not null check (policy in ('hold', 'rest', 'refund')),
  -- Something became of a part: whether the others can go now, or its share goes back, is to be looked at.
  due_at timestamptz,
  primary key (tenant_id, order_no, bundle_no),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no),
  constraint bundle_amount check (amount_fen = quantity * unit_price_fen)
) with (fillfactor = 80);
create index bundles_due on orders.bundles (tenant_id, due_at) where due_at is not null;
create index bundles_of_goods on orders.bundles (tenant_id, goods_id, order_no);
select platform.protect('orders.bundles', 'select');

alter table orders.orders
  add column has_bundles boolean not null default false,
  -- Points that its lines bring: whoever pays, delivers or refunds it locks the member's accounts too.
  add column credit_points bigint not null default 0 check (credit_points >= 0);

alter table orders.lines
  add column bundle_no smallint,
  -- Points that a part of kind `points` brings, and what a refund took of them again.
  add column credit_points bigint not null default 0 check (credit_points >= 0),
  add column taken_points bigint not null default 0,
  -- Paid and set aside, but not handed out before the other parts are there.
  add column held_back boolean not null default false,
  drop constraint line_amount,
  -- A part costs its share of the bundle's price, which need not be a multiple of its pieces.
  add constraint line_amount check (
    case when bundle_no is null then amount_fen = quantity * unit_price_fen else amount_fen / quantity = unit_price_fen end
  ),
  add constraint credit_of_points check ((kind = 'points') = (credit_points > 0)),
  add constraint taken_within_credit check (taken_points between 0 and credit_points),
  add constraint parts_are_held_back check (not held_back or bundle_no is not null);
