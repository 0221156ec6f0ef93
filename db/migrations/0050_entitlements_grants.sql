-- A right is a grant: one durable row per owner, source line and piece.
create schema entitlements;

create table entitlements.grants (
  tenant_id bigint not null,
  id bigint generated always as identity,
  -- `m:<member id>` or `c:<contact>`: whose it is.
  owner_key text not null,
  member_id bigint,
  order_no bigint not null,
  line_no smallint not null,
  -- 1… within the line; a replacement keeps the piece and takes the next turn.
  piece integer not null check (piece > 0),
  turn smallint not null default 1,
  kind text not null check (kind in ('card')),
  sku_id bigint not null,
  card_id bigint,
  state text not null default 'active' check (state in ('active', 'used', 'revoked')),
  granted_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, order_no, line_no, piece, turn),
  -- Invariant 1: a code is revealed to at most one owner, ever.
  constraint card_has_one_owner unique (tenant_id, card_id),
  foreign key (tenant_id, card_id) references vault.cards (tenant_id, id)
) with (fillfactor = 90);
create unique index one_living_grant_a_piece on entitlements.grants (tenant_id, order_no, line_no, piece) where state <> 'revoked';
create index grants_of_owner on entitlements.grants (tenant_id, owner_key, id);
select platform.protect('entitlements.grants', 'select');
