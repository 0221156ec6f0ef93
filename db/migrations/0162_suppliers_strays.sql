-- Orders at a supplier that a signed callback named and no purchase of ours accounts for (docs/adr/0063-whose-order-a-callback-names.md).
-- `asking`: the supplier is asked whose it is. `open`: a person has to look, and `why` says what is wrong. `handled`: one did.
-- `explained`: it was open, and what the supplier said later explains it. What is explained at once leaves no row.
create table suppliers.strays (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  -- The number that was named: ours (`own`), the supplier's of an order, or of a piece of one.
  named text not null check (named in ('own', 'order', 'piece')),
  ref text not null check (length(ref) between 1 and 64),
  claim text not null default 'unclear' check (claim in ('done', 'failed', 'unclear')),
  state text not null default 'asking' check (state in ('asking', 'open', 'explained', 'handled')),
  why text check (why in ('double', 'unknown', 'nowhere', 'silent', 'reversed', 'refused')),
  purchase_id bigint,
  -- What the supplier says of it: what its customer called it, its own number of the order, and how it stands.
  said_no text not null default '',
  said_remote_no text not null default '',
  said_state text check (said_state in ('accepted', 'done', 'partial', 'failed')),
  said_cost_hao bigint,
  said_currency text,
  said_message text not null default '',
  said_at timestamptz,
  heard integer not null default 1,
  heard_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  asks integer not null default 0,
  due_at timestamptz default now(),
  opened_at timestamptz,
  handled_by text,
  handled_note text,
  handled_at timestamptz,
  -- What the supplier said of it when a person was done with it: anything else is new.
  handled_said text,
  primary key (tenant_id, id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  foreign key (tenant_id, purchase_id) references suppliers.purchases (tenant_id, id),
  constraint stray_is_one unique (tenant_id, supplier_id, named, ref),
  constraint stray_open_says_why check (state <> 'open' or (why is not null and opened_at is not null)),
  constraint stray_asking_is_due check (state <> 'asking' or due_at is not null),
  constraint stray_handled_by_somebody check ((state = 'handled') = (handled_at is not null))
);
select platform.protect('suppliers.strays', 'select');
create index strays_due on suppliers.strays (tenant_id, supplier_id, due_at) where due_at is not null;
create index strays_open on suppliers.strays (tenant_id, opened_at) where state = 'open';

-- The number that a callback named, where it was not ours: joined with our number once that is known.
alter table suppliers.callbacks
  add column ref text;
create index callbacks_of_ref on suppliers.callbacks (tenant_id, supplier_id, ref) where ref is not null;
