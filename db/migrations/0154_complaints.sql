-- Complaints: a buyer says that a delivered code does not work, and a rule, or a person, puts it right. docs/adr/0042-complaints.md.
create table fulfilment.complaint_rules (
  tenant_id bigint not null,
  -- 0: the shop's own rule, for goods that have none.
  goods_id bigint not null check (goods_id >= 0),
  -- Whether anything is decided without a person.
  automatic boolean not null,
  reasons text[] not null check (reasons <@ array['used', 'invalid', 'wrong_amount', 'other']),
  within_hours integer not null check (within_hours between 1 and 8760),
  -- What a piece may have cost its buyer.
  max_fen bigint not null check (max_fen between 0 and 100000000),
  -- Of one member, contact or address in thirty days; those beyond it go to a person.
  per_month integer not null check (per_month between 0 and 1000),
  -- Also when the supplier cannot say whether the code was used.
  when_unsure boolean not null,
  -- In this order; what cannot be done makes room for the next.
  remedies text[] not null check (cardinality(remedies) > 0 and remedies <@ array['replace', 'buy', 'refund']),
  updated_by text not null default '',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, goods_id)
);
select platform.protect('fulfilment.complaint_rules', 'select, insert, update, delete');

create table fulfilment.complaints (
  tenant_id bigint not null,
  id bigint generated always as identity,
  order_no bigint not null,
  line_no smallint not null,
  grant_id bigint not null,
  piece integer not null,
  card_id bigint not null,
  batch_id bigint not null,
  sku_id bigint not null,
  -- What the piece cost its buyer.
  amount_fen bigint not null check (amount_fen >= 0),
  -- Who complains, as limits count them.
  buyer_key text not null,
  contact text not null,
  ip text not null default '',
  reason text not null check (reason in ('used', 'invalid', 'wrong_amount', 'other')),
  note text not null default '',
  state text not null default 'reported'
    check (state in ('reported', 'checking', 'buying', 'person', 'replaced', 'refunded', 'rejected', 'withdrawn', 'settled')),
  -- What the supplier says about the code; null: not asked yet.
  word text check (word in ('unused', 'used', 'void', 'unknown', 'nobody')),
  asks smallint not null default 0,
  due_at timestamptz,
  lease integer not null default 0,
  -- Why it was not decided by the rule.
  why text[] not null default '{}',
  -- Offers that did not deliver the code in its place; the purchase that is to.
  refused bigint[] not null default '{}',
  purchase_id bigint,
  buying_since timestamptz,
  new_grant_id bigint,
  refund_id bigint,
  -- Why it was rejected, for the buyer to read; and what they said to that, once.
  answer text not null default '',
  contest text,
  contested_at timestamptz,
  -- Empty: the rule.
  decided_by text not null default '',
  reported_at timestamptz not null default now(),
  ended_at timestamptz,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint complaint_is_about_a_piece unique (tenant_id, grant_id),
  foreign key (tenant_id, order_no, line_no) references orders.lines (tenant_id, order_no, line_no),
  foreign key (tenant_id, card_id) references vault.cards (tenant_id, id),
  constraint due_while_looked_at check (due_at is null or state in ('reported', 'checking', 'buying')),
  constraint ended_says_when check ((state in ('replaced', 'refunded', 'rejected', 'withdrawn', 'settled')) = (ended_at is not null))
) with (fillfactor = 80);
create index complaints_of_order on fulfilment.complaints (tenant_id, order_no);
create index complaints_of_batch on fulfilment.complaints (tenant_id, batch_id);
create index complaints_of_buyer on fulfilment.complaints (tenant_id, buyer_key, reported_at);
create index complaints_of_contact on fulfilment.complaints (tenant_id, contact, reported_at);
create index complaints_of_ip on fulfilment.complaints (tenant_id, ip, reported_at) where ip <> '';
create index complaints_due on fulfilment.complaints (tenant_id, due_at) where due_at is not null;
create index complaints_with_a_person on fulfilment.complaints (tenant_id, changed_at) where state = 'person';
create index complaints_buying on fulfilment.complaints (tenant_id, purchase_id) where purchase_id is not null;
select platform.protect('fulfilment.complaints', 'select');

create table fulfilment.complaint_log (
  tenant_id bigint not null,
  id bigint generated always as identity,
  complaint_id bigint not null,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  by_name text not null,
  note text not null default '',
  detail jsonb not null default '{}',
  primary key (tenant_id, id),
  foreign key (tenant_id, complaint_id) references fulfilment.complaints (tenant_id, id)
);
create index complaint_log_of_complaint on fulfilment.complaint_log (tenant_id, complaint_id, id);
select platform.protect('fulfilment.complaint_log', 'select');

-- What the buyer shows for it: for staff only.
create table fulfilment.complaint_pictures (
  tenant_id bigint not null,
  id bigint generated always as identity,
  complaint_id bigint not null,
  content bytea not null,
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  uploaded_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, complaint_id) references fulfilment.complaints (tenant_id, id)
);
create index complaint_pictures_of_complaint on fulfilment.complaint_pictures (tenant_id, complaint_id);
select platform.protect('fulfilment.complaint_pictures', 'select, insert');

-- One code bought in the place of a bad one: of a line too, but not what the line needs.
alter table suppliers.purchases
  drop constraint purchases_purpose_check,
  add constraint purchases_purpose_check check (purpose in ('line', 'test', 'complaint')),
  drop constraint line_of_purchase,
  add constraint line_of_purchase check ((purpose in ('line', 'complaint')) = (order_no is not null and line_no is not null));
create unique index one_living_complaint_purchase_a_line on suppliers.purchases (tenant_id, order_no, line_no)
  where state in ('planned', 'sending', 'accepted', 'unknown') and purpose = 'complaint';

-- Said on the order, so that the page of an order without complaints looks for none.
alter table orders.orders add column has_complaints boolean not null default false;
