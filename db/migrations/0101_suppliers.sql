-- Goods that a supplier delivers: who they are, what they sell, which of it stands behind which SKU, and every purchase
-- (docs/adr/0029-supply.md). Prices of suppliers are in hao, 1/10000 yuan.
create schema suppliers;

create table suppliers.suppliers (
  tenant_id bigint not null,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 60),
  adapter text not null,
  base_url text not null default '',
  identity text not null default '',
  settings jsonb not null default '{}',
  secret_sealed bytea,
  -- `paused`: nothing new is bought there; what is under way is still asked about.
  state text not null default 'on' check (state in ('on', 'paused', 'archived')),
  -- The lane: how many calls at a time, and how many a minute.
  concurrent smallint not null default 4 check (concurrent between 1 and 256),
  per_minute integer not null default 600 check (per_minute between 1 and 600000),
  tokens double precision not null default 1,
  tokens_at timestamptz not null default now(),
  -- The breaker: after failures in a row nothing new is sent until `open_until`, then one call at a time.
  breaker text not null default 'closed' check (breaker in ('closed', 'open', 'half_open')),
  failures integer not null default 0,
  open_until timestamptz,
  balance_hao bigint,
  balance_at timestamptz,
  -- Somebody is told when the prepaid balance falls below.
  balance_alarm_fen bigint check (balance_alarm_fen >= 0),
  synced_at timestamptz,
  sync_due_at timestamptz,
  sync_error text,
  contact text not null default '',
  note text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index supplier_name on suppliers.suppliers (tenant_id, name) where state <> 'archived';

create table suppliers.products (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  remote_id text not null check (length(remote_id) between 1 and 128),
  name text not null,
  kind text not null check (kind in ('direct', 'card', 'link')),
  face_hao bigint check (face_hao >= 0),
  cost_hao bigint not null check (cost_hao >= 0),
  currency text not null default 'CNY',
  -- Null: the supplier does not tell, which is neither none nor unlimited.
  stock bigint check (stock >= 0),
  min_quantity integer not null default 1 check (min_quantity >= 1),
  max_quantity integer check (max_quantity >= 1),
  on_sale boolean not null default true,
  -- What its buyer has to fill, by the supplier's own names; null until asked.
  fields jsonb,
  -- When the supplier said so; news that is older changes nothing.
  told_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, supplier_id, remote_id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id)
);

-- What a supplier's product cost, and whether it was on sale, over time.
create table suppliers.product_changes (
  tenant_id bigint not null,
  id bigint generated always as identity,
  product_id bigint not null,
  cost_hao bigint not null,
  on_sale boolean not null,
  at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, product_id) references suppliers.products (tenant_id, id)
);
create index changes_of_product on suppliers.product_changes (tenant_id, product_id, id);

-- A product that may be bought for a SKU.
create table suppliers.offers (
  tenant_id bigint not null,
  id bigint generated always as identity,
  sku_id bigint not null,
  product_id bigint not null,
  -- The order of the fixed policy, and the share of the weighted one.
  position smallint not null default 0,
  weight smallint not null default 1 check (weight between 1 and 100),
  enabled boolean not null default true,
  -- The supplier's field → the key of the goods' form that fills it.
  field_map jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, sku_id, product_id),
  foreign key (tenant_id, product_id) references suppliers.products (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id)
);
create index offers_of_product on suppliers.offers (tenant_id, product_id);

-- How the source of a SKU is chosen.
create table suppliers.routes (
  tenant_id bigint not null,
  sku_id bigint not null,
  policy text not null default 'cheapest' check (policy in ('cheapest', 'fastest', 'reliable', 'weighted', 'fixed')),
  -- What must be left of the price; below zero the shop knowingly sells at a loss. Null: no guard.
  least_margin_fen bigint default 0,
  updated_at timestamptz not null default now(),
  updated_by text not null default '',
  primary key (tenant_id, sku_id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id)
);

-- One asking of one supplier under one number. `planned`: not sent. `sending`: may have been seen. `accepted`: on its way.
-- `unknown`: nobody can say. Only `refused` and `cancelled` allow another one for the same line. `contradicted`: refused
-- first, delivered after all.
create table suppliers.purchases (
  tenant_id bigint not null,
  id bigint generated always as identity,
  no text not null check (no ~ '^[0-9]{20}$'),
  purpose text not null default 'line' check (purpose in ('line', 'test')),
  order_no bigint,
  line_no smallint,
  turn smallint not null default 1,
  supplier_id bigint not null,
  product_id bigint not null,
  offer_id bigint,
  quantity integer not null check (quantity > 0),
  arrived integer not null default 0 check (arrived between 0 and quantity),
  ceiling_hao bigint not null check (ceiling_hao >= 0),
  -- What a piece cost when the source was chosen, and what the whole purchase cost in the end.
  quoted_hao bigint not null check (quoted_hao >= 0),
  cost_fen bigint,
  fields jsonb not null default '{}',
  state text not null default 'planned' check (
    state in ('planned', 'sending', 'accepted', 'unknown', 'done', 'partial', 'refused', 'cancelled', 'contradicted')
  ),
  remote_no text,
  serial text,
  asks integer not null default 0,
  -- Taken up next then: sent, or asked about. Null: nothing is due.
  due_at timestamptz,
  -- Somebody is on it until then.
  leased_until timestamptz,
  -- Which taking this is: what an earlier one has to say about it is not listened to.
  lease integer not null default 0,
  code text,
  message text,
  about text,
  -- Why this source: the policy, and every candidate with its figures.
  choice jsonb not null default '{}',
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  ended_at timestamptz,
  decided_by text,
  decided_note text,
  primary key (tenant_id, id),
  constraint purchase_has_its_own_number unique (tenant_id, no),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  foreign key (tenant_id, product_id) references suppliers.products (tenant_id, id),
  constraint line_of_purchase check ((purpose = 'line') = (order_no is not null and line_no is not null)),
  constraint due_while_open check (due_at is null or state in ('planned', 'sending', 'accepted', 'unknown'))
);
-- Never two askings at a time for one line, whatever process believes what.
create unique index one_living_purchase_a_line on suppliers.purchases (tenant_id, order_no, line_no)
  where state in ('planned', 'sending', 'accepted', 'unknown') and purpose = 'line';
create index purchases_of_line on suppliers.purchases (tenant_id, order_no, line_no, turn);
create index purchases_due on suppliers.purchases (tenant_id, supplier_id, due_at) where due_at is not null;
create index purchases_leased on suppliers.purchases (tenant_id, supplier_id) where leased_until is not null;
create index purchases_by_remote on suppliers.purchases (tenant_id, remote_no) where remote_no is not null;
create index purchases_ended on suppliers.purchases (tenant_id, product_id, ended_at) where ended_at is not null;

-- Callbacks as they came, with the verdict.
create table suppliers.callbacks (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  no text,
  verdict text not null,
  headers jsonb not null default '{}',
  body text not null,
  received_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index callbacks_of_no on suppliers.callbacks (tenant_id, no) where no is not null;

-- What a paid line still has to be bought for. `wanted`: a source is to be chosen. `buying`: a purchase lives. `filled`,
-- `stopped` (an exception; somebody decides), `cancelled` (the money went back).
create table fulfilment.needs (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  sku_id bigint not null,
  quantity integer not null check (quantity > 0),
  filled integer not null default 0 check (filled between 0 and quantity),
  state text not null default 'wanted' check (state in ('wanted', 'buying', 'filled', 'stopped', 'cancelled')),
  turn smallint not null default 0,
  -- Offers that refused it: not asked again for this line until staff say so.
  refused bigint[] not null default '{}',
  due_at timestamptz,
  since timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (tenant_id, order_no, line_no),
  constraint due_while_wanted check ((due_at is not null) = (state = 'wanted'))
);
create index needs_due on fulfilment.needs (tenant_id, due_at) where due_at is not null;

select platform.protect('suppliers.suppliers', 'select, insert, update');
select platform.protect('suppliers.products', 'select, insert, update');
select platform.protect('suppliers.product_changes', 'select, insert');
select platform.protect('suppliers.offers', 'select, insert, update, delete');
select platform.protect('suppliers.routes', 'select, insert, update');
select platform.protect('suppliers.purchases', 'select');
select platform.protect('suppliers.callbacks', 'select, insert');
select platform.protect('fulfilment.needs', 'select');

-- Goods of other kinds than codes. What a supplier delivers has no pieces of ours: `supply_stock` is what its sources say
-- they have together; null: they do not tell.
alter table catalog.skus
  drop constraint skus_kind_check,
  add constraint skus_kind_check check (kind in ('card', 'topup')),
  add column supply_stock bigint check (supply_stock >= 0);
drop function if exists catalog.goods_skus(bigint, bigint[], timestamptz);
drop function if exists catalog.offers(bigint, bigint[], timestamptz);

alter table entitlements.grants
  drop constraint grants_kind_check,
  add constraint grants_kind_check check (kind in ('card', 'topup')),
  add constraint card_grant_has_a_card check ((kind = 'card') = (card_id is not null));

alter table orders.lines
  drop constraint lines_state_check,
  add constraint lines_state_check check (
    state in ('waiting', 'supplying', 'delivered', 'exception', 'refunding', 'refunded', 'cancelled')
  );
create index lines_supplying on orders.lines (tenant_id, order_no) where state = 'supplying';
