-- Codes that are bought when somebody has paid for them (docs/adr/0030-cards-just-in-time.md).

-- Where the codes of a SKU come from: the shop's own, or a supplier's where there are none, or a supplier's first.
alter table suppliers.routes
  add column source text not null default 'own' check (source in ('own', 'own_first', 'supplier_first'));
-- Repeats the rule for those who place orders, as `supply_stock` repeats what the sources say they have.
alter table catalog.skus
  add column source text not null default 'own' check (source in ('own', 'own_first', 'supplier_first'));
drop function if exists catalog.offers(bigint, bigint[], timestamptz);

-- This line of codes comes from a supplier, whole.
alter table orders.lines
  add column bought boolean not null default false;

-- What a supplier sent for paid lines: its batches are those of a day and a price.
alter table vault.batches
  drop constraint batches_origin_check,
  add constraint batches_origin_check check (origin in ('import', 'generated', 'bought')),
  add column supplier_id bigint,
  add constraint bought_says_where check ((origin = 'bought') = (supplier_id is not null));
create index batches_bought on vault.batches (tenant_id, sku_id, supplier_id, id) where origin = 'bought' and state = 'ready';

-- Codes that came and are not sold: known already, unreadable, or past their date. `arrived` counts the others.
alter table suppliers.purchases
  add column bad integer not null default 0 check (bad between 0 and quantity);

-- What became of each code of a purchase. Never the code.
create table suppliers.purchase_cards (
  tenant_id bigint not null,
  purchase_id bigint not null,
  piece integer not null check (piece > 0),
  outcome text not null check (outcome in ('taken', 'duplicate', 'format', 'expired')),
  -- The card that it became; of a duplicate, the one that had this code already.
  card_id bigint,
  masked text not null,
  primary key (tenant_id, purchase_id, piece),
  foreign key (tenant_id, purchase_id) references suppliers.purchases (tenant_id, id),
  constraint taken_is_a_card check (outcome <> 'taken' or card_id is not null)
);
select platform.protect('suppliers.purchase_cards', 'select');
