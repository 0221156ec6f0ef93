-- Selling to other shops through an interface: keys, what is open to each and for how much, their orders, calls and callbacks.
-- docs/adr/0039-selling-to-other-shops.md.
create schema wholesale;
grant usage on schema wholesale to quanshu_app;

create table wholesale.keys (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  -- What the caller puts into every call; it names the shop as well.
  key text not null check (key <> ''),
  name text not null check (name <> ''),
  -- Whose purse pays, and who owns what is bought.
  member_id bigint not null,
  secret_sealed bytea not null,
  -- Replaced, and good beside the new one for a while.
  previous_sealed bytea,
  previous_until timestamptz,
  state text not null default 'on' check (state in ('on', 'paused', 'revoked')),
  scopes text[] not null check (scopes <@ array['read', 'order', 'money']),
  -- Addresses and networks it may call from; none: from anywhere.
  networks text[] not null default '{}',
  per_minute integer not null check (per_minute between 1 and 60000),
  -- What may be ordered on a day of the shop; null: as much as the purse holds.
  daily_cap_fen bigint check (daily_cap_fen >= 0),
  -- Without a price of its own a SKU is closed, or open at this part of the mall's price in hundredths of a percent.
  opens text not null check (opens in ('listed', 'all')),
  price_bp integer not null check (price_bp between 1 and 20000),
  -- Where orders that name no address of their own are called back; '': nowhere.
  callback_url text not null default '',
  -- An order that no source will deliver is given back by itself, so that the other shop may buy elsewhere.
  gives_back boolean not null default true,
  note text not null default '',
  created_by text not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, member_id) references members.members (tenant_id, id),
  check ((previous_sealed is null) = (previous_until is null))
);
create unique index keys_by_key on wholesale.keys (tenant_id, key);
create index keys_of_member on wholesale.keys (tenant_id, member_id);
select platform.protect('wholesale.keys', 'select, insert, update');

create table wholesale.prices (
  tenant_id bigint not null,
  key_id bigint not null,
  sku_id bigint not null,
  -- Null: open, at the key's part of the mall's price.
  price_fen bigint check (price_fen between 1 and 1000000000),
  -- Somebody who may has said that it may be sold for less than it costs.
  below_floor boolean not null default false,
  updated_by text not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, key_id, sku_id),
  foreign key (tenant_id, key_id) references wholesale.keys (tenant_id, id),
  foreign key (tenant_id, sku_id) references catalog.skus (tenant_id, id),
  check (not below_floor or price_fen is not null)
);
select platform.protect('wholesale.prices', 'select, insert, update, delete');

-- The caller's number is good for one order. Written by `wholesale.place` in the transaction that placed and paid it.
create table wholesale.orders (
  tenant_id bigint not null,
  key_id bigint not null,
  outer_no text not null check (outer_no <> ''),
  order_no bigint not null,
  request_hash bytea not null,
  callback_url text not null,
  -- Marks of the shops that the order came through before it came here.
  trace text[] not null default '{}',
  placed_at timestamptz not null default now(),
  -- Ended without effect and given back: by its caller (`cancelled`), or because of what the line was stuck with.
  ended_because text,
  constraint a_callers_number_is_one_order primary key (tenant_id, key_id, outer_no),
  foreign key (tenant_id, key_id) references wholesale.keys (tenant_id, id),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no)
);
create unique index one_order_one_number on wholesale.orders (tenant_id, order_no);
create index orders_of_day on wholesale.orders (tenant_id, key_id, placed_at);
select platform.protect('wholesale.orders', 'select, update');

-- What a key has ordered on a day, for its cap.
create table wholesale.days (
  tenant_id bigint not null,
  key_id bigint not null,
  day date not null,
  ordered_fen bigint not null check (ordered_fen >= 0),
  orders integer not null check (orders > 0),
  primary key (tenant_id, key_id, day),
  foreign key (tenant_id, key_id) references wholesale.keys (tenant_id, id)
);
select platform.protect('wholesale.days', 'select');

-- A signed call counts once.
create table wholesale.nonces (
  tenant_id bigint not null,
  key_id bigint not null,
  nonce text not null,
  at timestamptz not null default now(),
  primary key (tenant_id, key_id, nonce)
);
create index nonces_sweep on wholesale.nonces (at);
select platform.protect('wholesale.nonces', 'select');

-- Codes that were handed over: written before they leave.
create table wholesale.reveals (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  key_id bigint not null,
  order_no bigint not null,
  pieces integer not null check (pieces > 0),
  ip text not null,
  at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, key_id) references wholesale.keys (tenant_id, id),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no)
);
create index reveals_of_order on wholesale.reveals (tenant_id, order_no, id);
select platform.protect('wholesale.reveals', 'select, insert');

-- The last calls of each key, with what was secret in them masked.
create table wholesale.calls (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  key_id bigint not null,
  operation text not null,
  outer_no text,
  status integer not null,
  -- Null: taken; else the refusal.
  code text,
  -- Why a call was not believed, which its caller is not told.
  reason text,
  ip text not null,
  elapsed_ms integer not null,
  request text not null,
  answer text not null,
  at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, key_id) references wholesale.keys (tenant_id, id)
);
create index calls_of_key on wholesale.calls (tenant_id, key_id, id desc);
select platform.protect('wholesale.calls', 'select, insert');

create table wholesale.callbacks (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  key_id bigint not null,
  order_no bigint not null,
  state text not null default 'queued' check (state in ('queued', 'delivered', 'failed')),
  attempts integer not null default 0,
  next_try_at timestamptz default now(),
  last_error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, key_id) references wholesale.keys (tenant_id, id),
  foreign key (tenant_id, order_no) references orders.orders (tenant_id, no),
  check ((state = 'queued') = (next_try_at is not null))
);
create index callbacks_waiting on wholesale.callbacks (tenant_id, key_id, next_try_at) where state = 'queued';
create index callbacks_of_order on wholesale.callbacks (tenant_id, order_no);
select platform.protect('wholesale.callbacks', 'select, insert, update');
