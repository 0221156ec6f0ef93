-- Suppliers without an interface: their own people keep products and work off purchases in the console
-- (docs/adr/0043-supplier-workspace.md).

-- The node of the tree where a supplier's people hang.
alter table suppliers.suppliers
  add column node_id bigint,
  add constraint supplier_node foreign key (tenant_id, node_id) references organizations.nodes (tenant_id, id),
  add constraint supplier_of_node unique (tenant_id, node_id);
create index staff_of_node on identity.staff (tenant_id, node_id);

-- A purchase as a supplier's people work on it. One per number, so placing it twice finds the first.
create table suppliers.tasks (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  product_id bigint not null,
  no text not null check (no ~ '^[0-9]{20}$'),
  quantity integer not null check (quantity > 0),
  -- What a piece cost when it was ordered; a later price is for later orders.
  cost_hao bigint not null check (cost_hao >= 0),
  -- `expired`: nobody accepted it in time. `withdrawn`: the shop took it back. `missed`: it was asked about and had never come here;
  -- nothing can be placed under its number any more.
  state text not null default 'waiting'
    check (state in ('waiting', 'accepted', 'done', 'refused', 'expired', 'withdrawn', 'missed')),
  staff_id bigint,
  staff_name text not null default '',
  opened_at timestamptz not null default clock_timestamp(),
  -- Accepted by then, or it goes another way; done by then, or the shop's desk hears of it.
  accept_by timestamptz,
  due_at timestamptz,
  work_minutes integer not null check (work_minutes > 0),
  overdue_at timestamptz,
  arrived integer not null default 0 check (arrived between 0 and quantity),
  -- Codes on their way to the vault, sealed; gone as soon as it has them.
  codes_sealed bytea,
  serial text not null default '',
  -- Why it was refused, in the supplier's words; or what it says about what it did.
  note text not null default '',
  about text not null default '',
  ended_at timestamptz,
  primary key (tenant_id, id),
  constraint task_of_number unique (tenant_id, no),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  foreign key (tenant_id, product_id) references suppliers.products (tenant_id, id),
  constraint supply_task_ends check ((ended_at is not null) = (state not in ('waiting', 'accepted'))),
  constraint supply_task_clock check (case state
    when 'waiting' then accept_by is not null and due_at is null
    when 'accepted' then due_at is not null and staff_id is not null
    else true
  end)
);
create index supply_tasks_of_supplier on suppliers.tasks (tenant_id, supplier_id, id);
create index supply_tasks_open on suppliers.tasks (tenant_id, supplier_id, id) where ended_at is null;
create index supply_tasks_codes on suppliers.tasks (tenant_id, id) where codes_sealed is not null;

-- A price beyond what the supplier may move by itself: it waits for the shop.
create table suppliers.price_asks (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  product_id bigint not null,
  from_hao bigint not null check (from_hao >= 0),
  to_hao bigint not null check (to_hao >= 0),
  state text not null default 'waiting' check (state in ('waiting', 'accepted', 'declined', 'replaced')),
  asked_by text not null,
  asked_at timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  reason text not null default '',
  primary key (tenant_id, id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  foreign key (tenant_id, product_id) references suppliers.products (tenant_id, id),
  constraint price_ask_decided check ((state in ('accepted', 'declined')) = (decided_at is not null))
);
create unique index one_waiting_price on suppliers.price_asks (tenant_id, product_id) where state = 'waiting';
create index price_asks_of_supplier on suppliers.price_asks (tenant_id, supplier_id, id);

-- Settlement reads what ended in a period.
create index purchases_of_supplier_ended on suppliers.purchases (tenant_id, supplier_id, ended_at) where ended_at is not null;

select platform.protect('suppliers.tasks', 'select');
select platform.protect('suppliers.price_asks', 'select, update');
