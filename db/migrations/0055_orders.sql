create schema orders;

create table orders.orders (
  tenant_id bigint not null,
  -- The one number for buyer, staff, gateway and supplier: yyMMdd of the shop's day and 10 random digits.
  no bigint not null,
  state text not null default 'pending'
    check (state in ('pending', 'paid', 'delivered', 'cancelled', 'expired', 'refunded')),
  channel text not null default 'mall',
  -- `m:<member id>` or `c:<contact>`: limits and caps are counted over it.
  buyer_key text not null,
  member_id bigint,
  contact text not null,
  locale text not null default 'zh-CN',
  -- HMAC under a key that is not in the database; a dump tells nobody's query password.
  query_password_hash bytea,
  device_hash bytea,
  ip text,
  total_fen bigint not null check (total_fen >= 0),
  paid_fen bigint not null default 0,
  refunded_fen bigint not null default 0,
  pay_with text not null,
  request_key text,
  request_hash bytea,
  placed_at timestamptz not null default now(),
  expires_at timestamptz not null,
  paid_at timestamptz,
  delivered_at timestamptz,
  closed_at timestamptz,
  close_reason text,
  primary key (tenant_id, no),
  constraint refunded_within_paid check (refunded_fen between 0 and paid_fen)
) with (fillfactor = 70);
create unique index order_request on orders.orders (tenant_id, request_key) where request_key is not null;
create index orders_due on orders.orders (tenant_id, expires_at) where state = 'pending';
create index orders_pending_of_buyer on orders.orders (tenant_id, buyer_key) where state = 'pending';
create index orders_of_buyer on orders.orders (tenant_id, buyer_key, placed_at desc);
create index orders_of_contact on orders.orders (tenant_id, lower(contact), placed_at desc);
create index orders_of_device on orders.orders (tenant_id, device_hash, placed_at desc);
create index orders_pending_of_ip on orders.orders (tenant_id, ip) where state = 'pending';
create index orders_pending_of_device on orders.orders (tenant_id, device_hash) where state = 'pending';
create index orders_by_time on orders.orders (tenant_id, placed_at desc);
create index orders_paid_undelivered on orders.orders (tenant_id, paid_at) where state = 'paid';
select platform.protect('orders.orders', 'select');

create table orders.lines (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null check (line_no > 0),
  sku_id bigint not null,
  goods_id bigint not null,
  kind text not null,
  goods_title text not null,
  sku_title text not null,
  quantity integer not null check (quantity > 0),
  unit_price_fen bigint not null check (unit_price_fen >= 0),
  amount_fen bigint not null,
  form jsonb not null default '{}',
  hold_id bigint,
  state text not null default 'waiting'
    check (state in ('waiting', 'delivered', 'exception', 'refunding', 'refunded', 'cancelled')),
  delivered_quantity integer not null default 0,
  exception_reason text,
  exception_note text,
  exception_at timestamptz,
  delivered_at timestamptz,
  primary key (tenant_id, order_no, line_no),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no),
  foreign key (tenant_id, hold_id) references ledger.holds (tenant_id, id),
  constraint line_amount check (amount_fen = quantity * unit_price_fen),
  constraint delivered_is_whole check ((state = 'delivered') <= (delivered_quantity = quantity)),
  constraint exception_has_reason check ((state = 'exception') <= (exception_reason is not null))
) with (fillfactor = 70);
create index lines_in_exception on orders.lines (tenant_id, exception_at) where state = 'exception';
create index lines_of_goods on orders.lines (tenant_id, goods_id, order_no);
select platform.protect('orders.lines', 'select');
