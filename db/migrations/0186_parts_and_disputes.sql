-- A part of a redeemed bundle that cannot be had has no price to give back: what its owner gets instead, by the series' rule or at the desk; and
-- what suppliers were bringing when a payer's bank took a whole payment (docs/adr/0052-ends-that-were-open.md).
alter table redeem.batches
  -- Points for each yuan that such a part was worth; null: somebody of the shop decides.
  add column part_points integer check (part_points between 1 and 1000000);

create table redeem.made_good (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  points bigint not null check (points > 0),
  -- What the part was worth, as a share of what was paid for the code or of the bundle's price in the mall.
  worth_fen bigint not null,
  by_name text not null,
  by_staff_id bigint,
  reason text not null,
  at timestamptz not null default now(),
  primary key (tenant_id, order_no, line_no),
  foreign key (tenant_id, order_no, line_no) references orders.lines (tenant_id, order_no, line_no)
);
select platform.protect('redeem.made_good', 'select');

alter table payments.chargebacks
  -- Written when this dispute ended the order's rights: the lines whose purchase a supplier had under way, which are handed over all the same.
  add column kept_lines smallint[];
create index chargebacks_that_ended_rights on payments.chargebacks (tenant_id, order_no) where kept_lines is not null;
