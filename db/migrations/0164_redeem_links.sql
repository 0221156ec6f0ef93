-- Redeem codes as goods: a SKU of kind `link` is sold, and paid for it becomes a code of ours. docs/adr/0046-redeem-links-as-goods.md.
alter table catalog.skus
  drop constraint skus_kind_check,
  add constraint skus_kind_check check (kind in ('card', 'topup', 'service', 'bundle', 'link'));
alter table entitlements.grants
  drop constraint grants_kind_check,
  add constraint grants_kind_check check (kind in ('card', 'topup', 'service', 'link'));

alter table redeem.batches
  -- As which goods its codes are sold; each is made for its order. What such a series says never changes: another takes its place.
  add column link_sku_id bigint,
  add column replaced_at timestamptz,
  -- How many may be sold: as what they redeem into is there for, or as many as come.
  add column link_stock text not null default 'derived' check (link_stock in ('derived', 'unlimited')),
  -- What becomes of a redemption whose goods are short: refused, the code as it was; or an order that waits for them.
  add column when_short text not null default 'refuse' check (when_short in ('refuse', 'wait')),
  add foreign key (tenant_id, link_sku_id) references catalog.skus (tenant_id, id),
  drop constraint batches_codes_check,
  -- Those that are sold have no number of their own.
  add constraint batches_codes_check check (case when link_sku_id is null then codes between 1 and 20000 else codes = 0 end),
  add constraint only_sold_ones_are_replaced check (replaced_at is null or link_sku_id is not null),
  add constraint sold_ones_begin_at_once check (link_sku_id is null or valid_from is null);
create unique index one_offer_a_link on redeem.batches (tenant_id, link_sku_id) where replaced_at is null and link_sku_id is not null;
create index batches_sold_into on redeem.batches (tenant_id, sku_id) where link_sku_id is not null;

alter table redeem.codes
  -- Of a code that was sold: the piece of the order that it is.
  add column order_no bigint,
  add column line_no smallint,
  add column piece integer,
  add constraint sold_ones_name_their_piece check (num_nonnulls(order_no, line_no, piece) in (0, 3));
create unique index one_code_a_piece on redeem.codes (tenant_id, order_no, line_no, piece) where order_no is not null;
create index codes_sold_and_open on redeem.codes (tenant_id, batch_id) where order_no is not null and used < uses and state <> 'void';

alter table redeem.uses
  -- Of a bundle: what a piece of each of its lines is worth, by line number.
  add column line_worths bigint[];

-- A paid line of links: its codes are being made, are there, or are no longer wanted.
create table redeem.sales (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  batch_id bigint not null,
  quantity integer not null check (quantity > 0),
  state text not null default 'making' check (state in ('making', 'delivered', 'cancelled')),
  opened_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, order_no, line_no),
  foreign key (tenant_id, order_no, line_no) references orders.lines (tenant_id, order_no, line_no),
  foreign key (tenant_id, batch_id) references redeem.batches (tenant_id, id),
  constraint ended_says_when check ((state = 'making') = (ended_at is null))
);
create index sales_of_batch on redeem.sales (tenant_id, batch_id);
select platform.protect('redeem.sales', 'select');

-- What is ordered and has no code yet counts against what there is.
create index lines_links_open on orders.lines (tenant_id, sku_id) where kind = 'link' and state in ('waiting', 'supplying', 'exception');

-- Of a bundle each part has a worth of its own.
drop function if exists redeem.worth(bigint, bigint, bigint);
