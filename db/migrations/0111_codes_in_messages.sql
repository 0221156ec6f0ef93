-- Whether codes of these goods may be sent in messages. Mail: null is as the shop has it; text messages: only when allowed.
alter table catalog.goods
  add column codes_by_email boolean,
  add column codes_by_sms boolean not null default false;

-- SKUs of which the shop was told that they run low; told again when they were filled up in between.
create schema stock;
create table stock.low_marks (
  tenant_id bigint not null,
  sku_id bigint not null,
  marked_at timestamptz not null default now(),
  primary key (tenant_id, sku_id)
);
select platform.protect('stock.low_marks', 'select, insert, delete');
