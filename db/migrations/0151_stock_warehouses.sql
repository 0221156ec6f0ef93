-- Stock in warehouses: the total one, and one for each channel that sells its own. docs/adr/0041-warehouses.md.

-- A channel that has stock of its own. The total warehouse has no row: its pieces are `stock.available`, as ever.
create table stock.warehouses (
  tenant_id bigint not null,
  id bigint generated always as identity,
  -- The word that orders carry as their channel; never changed, because orders and batches keep it.
  channel text not null check (channel ~ '^[a-z0-9](-?[a-z0-9]+){0,19}$' and channel not in ('mall', 'redeem', 'total')),
  name text not null check (length(name) between 1 and 40),
  kind text not null default 'other' check (kind in ('marketplace', 'agent', 'shop', 'other')),
  -- What it cannot fill may be sold from the total warehouse.
  falls_back boolean not null default false,
  state text not null default 'open' check (state in ('open', 'closed')),
  note text not null default '',
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  primary key (tenant_id, id),
  constraint warehouse_of_channel unique (tenant_id, channel),
  constraint closed_says_when check ((state = 'closed') = (closed_at is not null))
);
select platform.protect('stock.warehouses', 'select, insert, update');

-- Pieces that went from one warehouse to another. Null is the total warehouse. The transfer in the ledger carries `move:<id>`.
create table stock.moves (
  tenant_id bigint not null,
  id bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  kind text not null check (kind in ('allocate', 'ratio', 'top_up', 'transfer', 'return', 'close', 'undo', 'import')),
  sku_id bigint not null,
  from_id bigint,
  to_id bigint,
  quantity bigint not null check (quantity > 0),
  reason text not null default '',
  by_name text not null,
  undoes bigint,
  primary key (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  foreign key (tenant_id, from_id) references stock.warehouses (tenant_id, id),
  foreign key (tenant_id, to_id) references stock.warehouses (tenant_id, id),
  constraint move_undone_once unique (tenant_id, undoes),
  constraint move_between_two check (from_id is distinct from to_id),
  constraint undo_names_its_move check ((kind = 'undo') = (undoes is not null))
);
create index moves_of_sku on stock.moves (tenant_id, sku_id, id);
select platform.protect('stock.moves', 'select');

-- What a warehouse should have of a SKU: filled up to `target` when less than `fill_below` is free; told when less than `low_at` is.
create table stock.warehouse_rules (
  tenant_id bigint not null,
  warehouse_id bigint not null,
  sku_id bigint not null,
  fill_below integer check (fill_below between 1 and 1000000),
  target integer check (target between 1 and 1000000),
  low_at integer check (low_at between 1 and 1000000),
  low_since timestamptz,
  updated_by text not null default '',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, warehouse_id, sku_id),
  foreign key (tenant_id, warehouse_id) references stock.warehouses (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  constraint target_is_above check ((fill_below is null) = (target is null) and target >= fill_below)
);
select platform.protect('stock.warehouse_rules', 'select, insert, update, delete');

-- Channels that alone may sell the codes of a batch; null: whoever has a piece of it.
alter table vault.batches
  add column channels text[] check (cardinality(channels) between 1 and 20);

-- Where a card lies, or lay when it left the shelf; null: the total warehouse.
alter table vault.cards
  add column warehouse_id bigint;

-- Picking for the total warehouse walks none of the cards that lie elsewhere: the same indexes, without them.
drop index vault.cards_free;
drop index vault.cards_free_by_expiry;
drop index vault.cards_shuffled;
create index cards_free on vault.cards (tenant_id, sku_id, id) where state = 'available' and warehouse_id is null;
create index cards_free_by_expiry on vault.cards (tenant_id, sku_id, valid_to, id) where state = 'available' and warehouse_id is null;
create index cards_shuffled on vault.cards (tenant_id, (sku_id::text), hashint8extended(id, 0))
  where state || '' = 'available' and warehouse_id is null;
-- Of a shop without channels these are empty.
create index cards_in_warehouse on vault.cards (tenant_id, warehouse_id, sku_id, id) where state = 'available' and warehouse_id is not null;
create index cards_in_warehouse_by_expiry on vault.cards (tenant_id, warehouse_id, sku_id, valid_to, id)
  where state = 'available' and warehouse_id is not null;
create index cards_in_warehouse_shuffled on vault.cards (tenant_id, warehouse_id, (sku_id::text), hashint8extended(id, 0))
  where state || '' = 'available' and warehouse_id is not null;

-- How many of a channel's were sold and how many were lost, without reading them.
create index cards_of_warehouse on vault.cards (tenant_id, warehouse_id, sku_id, state) where warehouse_id is not null;

-- The warehouse that a line was sold from; null: the total one.
alter table orders.lines
  add column warehouse_id bigint;
