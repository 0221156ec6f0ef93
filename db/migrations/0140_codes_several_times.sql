-- Codes that are sold several times (docs/adr/0037-codes-several-times-and-chosen-numbers.md).

-- How often a code of this SKU may be delivered; null: as often as asked for. 0 says nothing and is refused.
alter table catalog.skus
  add column uses_per_code integer default 1 check (uses_per_code >= 1),
  drop constraint skus_allocation_check,
  add constraint skus_allocation_check check (allocation in ('fifo', 'fefo', 'lifo', 'random', 'loop')),
  -- Only a loop has no bound, and a loop of once goes nowhere.
  add constraint loops_go_round check (case allocation when 'loop' then uses_per_code is distinct from 1 else uses_per_code is not null end);
create index skus_in_loop on catalog.skus (tenant_id, id) where allocation = 'loop' and removed_at is null;

-- A code that may be delivered several times. Each delivery of it is a card of its own, a piece like any other; how many
-- there are of it, the database bounds here. Ordinary codes have no row.
create table vault.reused_codes (
  tenant_id bigint not null,
  -- That of its first card.
  id bigint not null,
  batch_id bigint not null,
  sku_id bigint not null,
  -- As the SKU had it when the code came; null: no bound.
  uses integer check (uses >= 1),
  -- Cards that there are, or were, of it: their `use_no` is 1 to this.
  made integer not null check (made >= 1),
  -- Somebody voided it: no further use is made.
  stopped_at timestamptz,
  primary key (tenant_id, id),
  constraint uses_are_bounded check (made <= uses),
  foreign key (tenant_id, batch_id) references vault.batches (tenant_id, id)
) with (fillfactor = 80);
create index reused_codes_of_batch on vault.reused_codes (tenant_id, batch_id, id);
create index reused_codes_going on vault.reused_codes (tenant_id, sku_id, made, id) where stopped_at is null;
select platform.protect('vault.reused_codes', 'select');

alter table vault.cards
  add column code_id bigint,
  add column use_no integer not null default 1 check (use_no >= 1),
  add constraint use_of_a_code check (code_id is not null or use_no = 1),
  add constraint cards_code foreign key (tenant_id, code_id) references vault.reused_codes (tenant_id, id);
-- A code stands once in a shop, or once for each of its uses.
create unique index card_known_already_new on vault.cards (tenant_id, fingerprint, use_no);
alter table vault.cards drop constraint card_known_already;
alter table vault.cards add constraint card_known_already unique using index card_known_already_new;
-- Round and round: what was used least goes first. No ordinary card is in it.
create index cards_in_turn on vault.cards (tenant_id, sku_id, use_no, id) where state = 'available' and code_id is not null;
create unique index cards_of_code on vault.cards (tenant_id, code_id, use_no) where code_id is not null;
