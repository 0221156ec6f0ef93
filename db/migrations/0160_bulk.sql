-- Bulk orders: a file of lines that become orders, one each, paid by one purse or given away by the shop.
create schema bulk;
grant usage on schema bulk to quanshu_app;

create table bulk.orders (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  name text not null check (name <> ''),
  note text not null default '',
  payer text not null check (payer in ('member', 'shop')),
  member_id bigint,
  -- For files that have no column for it.
  sku_id bigint,
  -- For lines that name nobody.
  contact text not null default '',
  -- The same goods into the same account twice is a mistake, unless it is meant.
  allow_repeats boolean not null default false,
  locale text not null default 'zh-CN',
  state text not null default 'draft' check (state in ('draft', 'running', 'paused', 'cancelled', 'done')),
  file_name text not null default '',
  -- SHA-256 of the bytes: the same file a second time is said, not refused.
  file_hash bytea,
  -- Columns of the file that nothing was read from.
  ignored_columns jsonb not null default '[]',
  lines integer not null default 0,
  invalid integer not null default 0,
  pieces integer not null default 0,
  -- What the lines that can be ordered cost, as agreed.
  total_fen bigint not null default 0 check (total_fen >= 0),
  -- Lines that are not ordered yet, and what is set aside for them.
  waiting integer not null default 0 check (waiting >= 0),
  held_fen bigint not null default 0 check (held_fen >= 0),
  hold_id bigint,
  created_by text not null,
  created_at timestamptz not null default now(),
  confirmed_by text,
  confirmed_at timestamptz,
  -- When a worker last ordered some of it.
  worked_at timestamptz,
  -- Since when it has been ordering, and how many waited then: how long the rest takes follows from it.
  pace_from timestamptz,
  pace_waiting integer,
  -- What `bulk.tally` said when a worker looked last: for lists.
  tally jsonb,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, member_id) references members.members (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  constraint a_purse_pays_or_the_shop check ((payer = 'member') = (member_id is not null)),
  constraint money_is_held_for_what_waits check ((hold_id is not null) = (held_fen > 0) and (held_fen = 0 or waiting > 0))
);
create index bulk_open on bulk.orders (tenant_id, worked_at) where state <> 'draft' and finished_at is null;
select platform.protect('bulk.orders', 'select, insert, update');

create table bulk.lines (
  tenant_id bigint not null,
  bulk_id bigint not null,
  -- Of the file.
  line_no integer not null check (line_no > 0),
  sku_id bigint,
  quantity integer not null default 1 check (quantity > 0),
  form jsonb not null default '{}',
  contact text not null default '',
  -- The caller's own word for it.
  reference text not null default '',
  unit_price_fen bigint not null default 0 check (unit_price_fen >= 0),
  -- Of a gift: what one piece cost in the mall then. The loss guard of top-ups goes by it.
  unit_worth_fen bigint,
  state text not null check (state in ('invalid', 'waiting', 'ordered', 'failed', 'cancelled')),
  -- Why it is no order: a code of the catalogue of refusals.
  fault text,
  fault_params jsonb not null default '{}',
  -- How often it has been tried. An order's request key is made of bulk order, line and turn.
  turn integer not null default 1,
  order_no bigint,
  ordered_at timestamptz,
  primary key (tenant_id, bulk_id, line_no),
  foreign key (tenant_id, bulk_id) references bulk.orders (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no),
  constraint ordered_has_its_order check ((state = 'ordered') = (order_no is not null)),
  constraint failed_says_why check ((state in ('invalid', 'failed')) = (fault is not null)),
  constraint only_invalid_lines_have_no_goods check (sku_id is not null or state = 'invalid')
) with (fillfactor = 80);
create unique index one_order_one_line on bulk.lines (tenant_id, order_no) where order_no is not null;
create unique index references_differ on bulk.lines (tenant_id, bulk_id, reference) where reference <> '' and state <> 'invalid';
create index lines_waiting on bulk.lines (tenant_id, bulk_id, line_no) where state = 'waiting';
select platform.protect('bulk.lines', 'select, insert, update, delete');

-- What became of a line before it was tried again.
create table bulk.earlier (
  tenant_id bigint not null,
  bulk_id bigint not null,
  line_no integer not null,
  turn integer not null,
  order_no bigint,
  fault text,
  ended_at timestamptz not null default now(),
  primary key (tenant_id, bulk_id, line_no, turn),
  foreign key (tenant_id, bulk_id, line_no) references bulk.lines (tenant_id, bulk_id, line_no),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no)
);
create index earlier_by_order on bulk.earlier (tenant_id, order_no) where order_no is not null;
select platform.protect('bulk.earlier', 'select');
