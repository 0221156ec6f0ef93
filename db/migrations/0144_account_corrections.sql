-- What was corrected of an account that a supplier refused (docs/adr/0038-accounts-of-buyers.md). Never changed: the numbers of
-- purchases say in what order, and `turn` is that of the purchase that was refused before.
create table fulfilment.corrections (
  tenant_id bigint not null,
  id bigint generated always as identity,
  order_no bigint not null,
  line_no smallint not null,
  turn smallint not null,
  -- The line's form as it was refused, and as it is bought for now.
  before jsonb not null,
  after jsonb not null,
  by_kind text not null check (by_kind in ('buyer', 'staff')),
  by_name text not null default '',
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, order_no, line_no) references orders.lines (tenant_id, order_no, line_no)
);
create index corrections_of_line on fulfilment.corrections (tenant_id, order_no, line_no, id);
select platform.protect('fulfilment.corrections', 'select');
