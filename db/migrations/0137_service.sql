-- Services by hand: what a person of the shop does for the buyer, within a promised time. docs/adr/0036-service-by-hand.md.
alter table catalog.skus
  drop constraint skus_kind_check,
  add constraint skus_kind_check check (kind in ('card', 'topup', 'service', 'bundle'));
alter table entitlements.grants
  drop constraint grants_kind_check,
  add constraint grants_kind_check check (kind in ('card', 'topup', 'service'));

-- How much of a day's capacity is taken is counted from the day's lines; other kinds have no place in it.
create index lines_service on orders.lines (tenant_id, sku_id, order_no) where kind = 'service';

create table fulfilment.service_rules (
  tenant_id bigint not null,
  sku_id bigint not null,
  -- From the payment on; while the buyer is asked something it stands still.
  promised_minutes integer not null check (promised_minutes between 5 and 43200),
  -- Pieces that may be ordered on a day of the shop; null: as many as come.
  capacity_per_day integer check (capacity_per_day between 0 and 100000),
  when_overdue text not null check (when_overdue in ('flag', 'refund')),
  when_rejected text not null check (when_rejected in ('desk', 'refund')),
  updated_by text not null default '',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, sku_id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id)
);
select platform.protect('fulfilment.service_rules', 'select, insert, update');

create table fulfilment.tasks (
  tenant_id bigint not null,
  id bigint generated always as identity,
  order_no bigint not null,
  line_no smallint not null,
  sku_id bigint not null,
  quantity integer not null check (quantity > 0),
  -- One that was rejected and is tried again begins its next turn.
  turn smallint not null default 1,
  state text not null default 'waiting'
    check (state in ('waiting', 'accepted', 'asking', 'answered', 'done', 'rejected', 'cancelled')),
  staff_id bigint,
  staff_name text not null default '',
  opened_at timestamptz not null default now(),
  -- Until when it is promised; while the buyer is asked, what was left of it then.
  due_at timestamptz,
  left_seconds integer,
  -- How long the buyer was asked in all: no part of what the shop needed.
  asked_seconds integer not null default 0,
  overdue_at timestamptz,
  question text,
  question_fields text[] not null default '{}',
  asked_at timestamptz,
  -- What was done, for the buyer to read; or why it was not.
  proof text not null default '',
  ended_at timestamptz,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, order_no, line_no),
  foreign key (tenant_id, order_no, line_no) references orders.lines (tenant_id, order_no, line_no),
  constraint clock_runs_or_stands check (case
    when state = 'asking' then due_at is null and left_seconds is not null and question is not null
    when state in ('waiting', 'accepted', 'answered') then due_at is not null and left_seconds is null
    else due_at is null and left_seconds is null
  end),
  constraint ended_says_when check ((state in ('done', 'rejected', 'cancelled')) = (ended_at is not null)),
  constraint taken_says_by_whom check (state not in ('accepted', 'asking', 'answered', 'done') or staff_id is not null)
) with (fillfactor = 80);
create index tasks_due on fulfilment.tasks (tenant_id, due_at) where due_at is not null and overdue_at is null;
create index tasks_open on fulfilment.tasks (tenant_id, opened_at) where ended_at is null;
create index tasks_done on fulfilment.tasks (tenant_id, sku_id, ended_at desc) where state = 'done';
select platform.protect('fulfilment.tasks', 'select');

-- What happened to a task, oldest first; what a buyer corrected stands here as it was before.
create table fulfilment.task_log (
  tenant_id bigint not null,
  id bigint generated always as identity,
  task_id bigint not null,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  by_name text not null,
  note text not null default '',
  detail jsonb not null default '{}',
  primary key (tenant_id, id),
  foreign key (tenant_id, task_id) references fulfilment.tasks (tenant_id, id)
);
create index task_log_of_task on fulfilment.task_log (tenant_id, task_id, id);
select platform.protect('fulfilment.task_log', 'select');

-- Pictures that prove what was done. For staff and the order's buyer only, so not among the goods' public ones.
create table fulfilment.task_pictures (
  tenant_id bigint not null,
  id bigint generated always as identity,
  task_id bigint not null,
  content bytea not null,
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  -- Shown to the buyer once the task is done with it.
  shown boolean not null default false,
  uploaded_by text not null,
  uploaded_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, task_id) references fulfilment.tasks (tenant_id, id)
);
create index task_pictures_of_task on fulfilment.task_pictures (tenant_id, task_id);
select platform.protect('fulfilment.task_pictures', 'select, insert, delete');
