-- A bundle is a SKU of kind `bundle`, made of other SKUs and of points (docs/adr/0034-bundles.md). It has no pieces of its
-- own: what there is of it follows from its parts.
alter table catalog.skus
  drop constraint skus_kind_check,
  add constraint skus_kind_check check (kind in ('card', 'topup', 'bundle')),
  -- What happens when a part cannot be had after it was paid.
  add column bundle_policy text check (bundle_policy in ('hold', 'rest', 'refund')),
  add constraint bundle_has_a_policy check ((kind = 'bundle') = (bundle_policy is not null)),
  add constraint bundle_costs_money check (kind <> 'bundle' or price_points = 0);

create table catalog.bundle_parts (
  tenant_id bigint not null,
  sku_id bigint not null,
  position smallint not null check (position > 0),
  -- A SKU and how many pieces of it, or points.
  part_sku_id bigint,
  points integer check (points between 1 and 100000000),
  quantity integer not null default 1 check (quantity between 1 and 1000),
  -- What of the bundle's price is this part's, as a weight in fen; of all parts or of none. Else their own prices count.
  share_fen bigint check (share_fen between 0 and 1000000000),
  primary key (tenant_id, sku_id, position),
  constraint bundle_parts_bundle foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  constraint bundle_parts_part foreign key (tenant_id, part_sku_id) references catalog.skus (tenant_id, id),
  constraint part_is_one_thing check ((part_sku_id is null) <> (points is null)),
  constraint points_are_counted_once check (points is null or quantity = 1)
);
create unique index bundle_parts_once on catalog.bundle_parts (tenant_id, sku_id, coalesce(part_sku_id, 0));
create index bundle_parts_of_sku on catalog.bundle_parts (tenant_id, part_sku_id) where part_sku_id is not null;
select platform.protect('catalog.bundle_parts', 'select, insert, update, delete');
