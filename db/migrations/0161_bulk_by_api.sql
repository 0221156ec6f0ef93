-- Bulk orders that come in by the wholesale interface (docs/adr/0061-bulk-orders-by-api.md).
alter table bulk.orders
  -- `api`: its lines were ordered by the key of another shop, at once and as a whole.
  add column origin text not null default 'console' check (origin in ('console', 'api')),
  add column origin_key bigint,
  -- The caller's own number.
  add column origin_no text not null default '',
  -- A line that no source will deliver goes back by itself.
  add column gives_back boolean not null default true,
  add constraint an_interface_names_its_key check ((origin = 'api') = (origin_key is not null));
create index bulk_of_key on bulk.orders (tenant_id, origin_key, id) where origin_key is not null;

-- The caller's number is good for one bulk order. Written by `wholesale.place_bulk` in the transaction that set its money aside.
create table wholesale.bulks (
  tenant_id bigint not null,
  key_id bigint not null,
  outer_no text not null check (outer_no <> ''),
  bulk_id bigint not null,
  request_hash bytea not null,
  callback_url text not null,
  -- Marks of the shops that it came through before it came here.
  trace text[] not null default '{}',
  placed_at timestamptz not null default now(),
  constraint a_callers_number_is_one_bulk_order primary key (tenant_id, key_id, outer_no),
  foreign key (tenant_id, key_id) references wholesale.keys (tenant_id, id),
  foreign key (tenant_id, bulk_id) references bulk.orders (tenant_id, id)
);
create unique index one_bulk_order_one_number on wholesale.bulks (tenant_id, bulk_id);
create index bulks_of_day on wholesale.bulks (tenant_id, key_id, placed_at);
select platform.protect('wholesale.bulks', 'select');

-- A callback is about an order, or about a bulk order.
alter table wholesale.callbacks
  alter column order_no drop not null,
  add column bulk_id bigint,
  add foreign key (tenant_id, bulk_id) references bulk.orders (tenant_id, id),
  add constraint about_one_of_them check (num_nonnulls(order_no, bulk_id) = 1);
create index callbacks_of_bulk on wholesale.callbacks (tenant_id, bulk_id) where bulk_id is not null;
