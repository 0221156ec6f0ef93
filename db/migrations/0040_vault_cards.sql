-- Codes: encrypted from the moment they are read, found by keyed hash, never twice in a tenant.
create schema vault;

create sequence vault.card_ids cache 1;
grant usage on schema vault to quanshu_app;
grant usage on sequence vault.card_ids to quanshu_app;

create table vault.batches (
  tenant_id bigint not null,
  id bigint generated always as identity,
  sku_id bigint not null,
  state text not null default 'importing'
    check (state in ('importing', 'cancelled', 'interrupted', 'ready', 'suspended', 'undone')),
  file_name text not null default '',
  separator text not null default 'auto',
  supplier text not null default '',
  cost_fen bigint not null default 0 check (cost_fen >= 0),
  purchase_ref text not null default '',
  valid_from timestamptz,
  valid_to timestamptz,
  note text not null default '',
  lines_read bigint not null default 0,
  duplicates bigint not null default 0,
  invalid bigint not null default 0,
  bytes_read bigint not null default 0,
  bytes_total bigint,
  cancel_requested boolean not null default false,
  -- Moves while an import runs; one that stood still was interrupted.
  heartbeat_at timestamptz not null default now(),
  failure jsonb,
  created_by text not null default '',
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  check (valid_to is null or valid_from is null or valid_to > valid_from)
);
create index batches_by_sku on vault.batches (tenant_id, sku_id, id);
create index batches_importing on vault.batches (tenant_id, heartbeat_at) where state = 'importing';
select platform.protect('vault.batches', 'select, insert, update');

-- Kept by whatever moves cards. The check is invariant 2 of the product, held by the database itself.
create table vault.batch_counts (
  tenant_id bigint not null,
  batch_id bigint not null,
  imported bigint not null default 0 check (imported >= 0),
  available bigint not null default 0 check (available >= 0),
  delivered bigint not null default 0 check (delivered >= 0),
  used bigint not null default 0 check (used >= 0),
  void bigint not null default 0 check (void >= 0),
  suspect bigint not null default 0 check (suspect >= 0),
  expired bigint not null default 0 check (expired >= 0),
  primary key (tenant_id, batch_id),
  foreign key (tenant_id, batch_id) references vault.batches (tenant_id, id),
  constraint batch_adds_up check (available + delivered + used + void + suspect + expired = imported)
) with (fillfactor = 50);
select platform.protect('vault.batch_counts', 'select');

create table vault.cards (
  tenant_id bigint not null,
  id bigint not null default nextval('vault.card_ids'),
  sku_id bigint not null,
  batch_id bigint not null,
  state text not null default 'available'
    check (state in ('available', 'delivered', 'used', 'void', 'suspect', 'expired')),
  -- AES-256-GCM, bound to (tenant, vault.cards, sealed, id).
  sealed bytea not null,
  -- HMAC-SHA256 of the canonical code under the tenant's key.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  valid_to timestamptz,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint card_known_already unique (tenant_id, fingerprint),
  foreign key (tenant_id, batch_id) references vault.batches (tenant_id, id)
) with (fillfactor = 90);
create index cards_free on vault.cards (tenant_id, sku_id, id) where state = 'available';
create index cards_free_by_expiry on vault.cards (tenant_id, sku_id, valid_to, id) where state = 'available';
create index cards_expiring on vault.cards (tenant_id, valid_to) where state = 'available' and valid_to is not null;
create index cards_of_batch on vault.cards (tenant_id, batch_id, id);
select platform.protect('vault.cards', 'select');

-- Every change of a card's state after its import (the import itself is the batch's row).
create table vault.movements (
  tenant_id bigint not null,
  at timestamptz not null default now(),
  id bigint generated always as identity,
  card_id bigint not null,
  from_state text not null,
  to_state text not null,
  cause text not null,
  actor text not null default '',
  primary key (tenant_id, at, id)
) partition by range (at);
create index movements_of_card on vault.movements (tenant_id, card_id, at);
select platform.partition_monthly('vault.movements');
select platform.protect('vault.movements', 'select');

-- Lines of an import that did not become cards. Never their text.
create table vault.import_lines (
  tenant_id bigint not null,
  batch_id bigint not null,
  line_no bigint not null,
  outcome text not null check (outcome in ('duplicate', 'invalid')),
  reason text not null,
  primary key (tenant_id, batch_id, line_no),
  foreign key (tenant_id, batch_id) references vault.batches (tenant_id, id)
);
select platform.protect('vault.import_lines', 'select, insert, delete');
