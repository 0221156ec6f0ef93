-- Codes that are bought for the shelf before it is empty, within a budget. docs/adr/0045-restock.md.

-- What may be spent is no money: its fen have a unit of their own, which adds up to zero by itself.
alter table ledger.accounts
  drop constraint accounts_unit_check,
  add constraint accounts_unit_check check (unit in ('CNY', 'piece', 'point', 'budget'));

create table fulfilment.restock_budgets (
  tenant_id bigint not null,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 60),
  -- For each month of the shop.
  monthly_fen bigint not null check (monthly_fen >= 0),
  -- What costs more waits for a person. Null: nothing does.
  approve_above_fen bigint check (approve_above_fen >= 0),
  version integer not null default 1,
  removed_at timestamptz,
  updated_at timestamptz not null default now(),
  updated_by text not null default '',
  primary key (tenant_id, id)
);
create unique index restock_budget_name on fulfilment.restock_budgets (tenant_id, name) where removed_at is null;
select platform.protect('fulfilment.restock_budgets', 'select, insert, update');

create table fulfilment.restock_rules (
  tenant_id bigint not null,
  sku_id bigint not null,
  budget_id bigint not null,
  enabled boolean not null default true,
  -- Below so many pieces it is filled up to the target.
  threshold integer not null check (threshold >= 1),
  target integer not null,
  -- No more than this for a piece. Null: what the variant's loss guard allows.
  max_unit_fen bigint check (max_unit_fen > 0),
  -- Not looked at before: nobody could deliver, or somebody said no.
  look_at timestamptz not null default now(),
  -- Why nothing was bought last time; told once.
  trouble text,
  updated_at timestamptz not null default now(),
  updated_by text not null default '',
  primary key (tenant_id, sku_id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  foreign key (tenant_id, budget_id) references fulfilment.restock_budgets (tenant_id, id),
  constraint target_above_threshold check (target between threshold and 1000000)
);
create index restock_rules_due on fulfilment.restock_rules (tenant_id, look_at) where enabled;
select platform.protect('fulfilment.restock_rules', 'select, insert, update, delete');

-- One filling up of one SKU: as many purchases, one after the other, as it takes.
create table fulfilment.restocks (
  tenant_id bigint not null,
  id bigint generated always as identity,
  sku_id bigint not null,
  budget_id bigint not null,
  quantity integer not null check (quantity between 1 and 1000000),
  filled integer not null default 0 check (filled between 0 and quantity),
  spent_fen bigint not null default 0,
  state text not null default 'ordering' check (state in ('ordering', 'proposed', 'done', 'partial', 'stopped', 'rejected', 'cancelled')),
  max_unit_fen bigint,
  -- What it would cost in all when it was asked about, and up to what it was approved.
  asked_fen bigint,
  approved_fen bigint,
  -- Who wanted it; empty: the rule did.
  asked_by text not null default '',
  asked_by_id bigint,
  decided_by text not null default '',
  decided_at timestamptz,
  reason text not null default '',
  -- Why it ended short, and what each source said then.
  trouble text,
  trouble_note text not null default '',
  -- Nothing more is bought; what is on its way is waited for.
  is_ending boolean not null default false,
  turn smallint not null default 0,
  refused bigint[] not null default '{}',
  -- The budget's promise for the purchase that lives.
  hold_id bigint,
  due_at timestamptz default now(),
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  foreign key (tenant_id, budget_id) references fulfilment.restock_budgets (tenant_id, id),
  constraint due_while_ordering check (due_at is null or state = 'ordering'),
  constraint ended_says_when check ((state in ('ordering', 'proposed')) = (ended_at is null)),
  constraint held_while_ordering check (hold_id is null or state = 'ordering')
);
-- Filled up by one at a time, whoever thinks of it.
create unique index one_open_restock_a_sku on fulfilment.restocks (tenant_id, sku_id) where state in ('ordering', 'proposed');
create index restocks_due on fulfilment.restocks (tenant_id, due_at) where due_at is not null;
create index restocks_listed on fulfilment.restocks (tenant_id, state, id);
select platform.protect('fulfilment.restocks', 'select');

alter table suppliers.purchases
  drop constraint purchases_purpose_check,
  add constraint purchases_purpose_check check (purpose in ('line', 'test', 'stock', 'complaint')),
  add column restock_id bigint,
  add constraint restock_of_purchase check ((purpose = 'stock') = (restock_id is not null));
create unique index one_living_purchase_a_restock on suppliers.purchases (tenant_id, restock_id)
  where state in ('planned', 'sending', 'accepted', 'unknown') and restock_id is not null;
create index purchases_of_restock on suppliers.purchases (tenant_id, restock_id, turn) where restock_id is not null;
