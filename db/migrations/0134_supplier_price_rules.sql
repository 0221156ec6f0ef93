-- A SKU's price that follows what its sources cost (docs/adr/0035-profiles-and-prices.md).
create table suppliers.price_rules (
  tenant_id bigint not null,
  sku_id bigint not null,
  -- On top of the cost: hundredths of a percent, and an amount.
  markup_bp integer not null check (markup_bp between 0 and 1000000),
  markup_fen bigint not null check (markup_fen between 0 and 100000000),
  floor_fen bigint not null check (floor_fen between 1 and 1000000000),
  -- What must be left above the cost.
  least_margin_fen bigint not null check (least_margin_fen between 0 and 100000000),
  rounding text not null check (rounding in ('none', 'tenth', 'yuan', 'nine')),
  -- A move of the price beyond this waits for a person.
  jump_bp integer not null check (jump_bp between 1 and 1000000),
  -- The cost that was reckoned with last: news without a new cost move nothing.
  cost_hao bigint,
  -- A move that waits for a person.
  held_fen bigint check (held_fen > 0),
  held_least_fen bigint,
  held_at timestamptz,
  updated_at timestamptz not null default now(),
  updated_by text not null default '',
  primary key (tenant_id, sku_id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  constraint held_whole check ((held_fen is null) = (held_at is null) and (held_fen is null) = (held_least_fen is null))
);
create index price_rules_held on suppliers.price_rules (tenant_id, held_at) where held_at is not null;

-- Every move of such a price, and every one that waited: from what to what, for which cost of whom.
create table suppliers.price_moves (
  tenant_id bigint not null,
  id bigint generated always as identity,
  sku_id bigint not null,
  kind text not null check (kind in ('began', 'followed', 'held', 'confirmed', 'kept', 'ended')),
  from_fen bigint not null,
  to_fen bigint not null,
  cost_hao bigint,
  supplier text not null default '',
  product_id bigint,
  by text not null default '',
  reason text not null default '',
  at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id)
);
create index price_moves_of_sku on suppliers.price_moves (tenant_id, sku_id, id);

select platform.protect('suppliers.price_rules', 'select, insert, update, delete');
select platform.protect('suppliers.price_moves', 'select, insert');
