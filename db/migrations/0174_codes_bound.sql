-- Who may open a delivered code (docs/adr/0049): whoever has the order, the member who bought it, or the devices it was bought on.
alter table catalog.skus
  add column opened_by text not null default 'order' check (opened_by in ('order', 'member', 'device')),
  add constraint only_codes_are_bound check (opened_by = 'order' or kind = 'card');

-- Devices that were let in by a code sent to the order's contact, beside the one that placed it.
create table orders.devices (
  tenant_id bigint not null,
  order_no bigint not null,
  device_hash bytea not null check (octet_length(device_hash) = 32),
  admitted_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, order_no, device_hash),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no)
);
select platform.protect('orders.devices', 'select');

-- What was sent for it in the last days: what a try is checked against, and what the limits count.
create table orders.device_codes (
  tenant_id bigint not null,
  order_no bigint not null,
  id bigint not null generated always as identity,
  -- A code opens for the device that asked for it.
  device_hash bytea not null,
  code_hash bytea not null,
  tries integer not null default 0,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant_id, order_no, id),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no)
);
select platform.protect('orders.device_codes', 'select');
