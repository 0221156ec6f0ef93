-- Buyers may choose the number of the card they get (docs/adr/0037-codes-several-times-and-chosen-numbers.md).

-- What the shop declares public of this SKU's cards: nothing, the first part of each (the card number), or its last characters.
alter table catalog.skus
  add column pick text not null default 'none' check (pick in ('none', 'number', 'masked')),
  -- What choosing costs beside the price.
  add column pick_fee_fen bigint not null default 0 check (pick_fee_fen between 0 and 1000000000),
  -- It was changed: what its cards show is not yet, or no longer, what it says, and is made anew.
  add column numbers_due boolean not null default false,
  add constraint chosen_is_one_code check (pick = 'none' or (kind = 'card' and uses_per_code = 1 and price_points = 0)),
  add constraint fee_for_choosing check (pick <> 'none' or pick_fee_fen = 0);
create index skus_numbers_due on catalog.skus (tenant_id, id) where numbers_due;

alter table vault.cards
  -- Public, and clear: what the SKU declared, and as which `pick`. Shown only while the SKU still says the same.
  add column number text check (length(number) between 1 and 120),
  add column number_as text check (number_as in ('number', 'masked')),
  -- The unpaid order that this card waits for. Whoever writes it first has it; nobody else is given the card meanwhile.
  add column picked_by bigint,
  add constraint number_says_as_what check ((number is null) = (number_as is null));
-- What buyers leaf through, and what an order that ends lets go. No ordinary card is in either.
create index cards_to_choose on vault.cards (tenant_id, sku_id, number, id)
  where state = 'available' and picked_by is null and number is not null;
create index cards_picked on vault.cards (tenant_id, picked_by) where picked_by is not null;

-- The card that the buyer chose, and how it was called: this one is delivered or none.
alter table orders.lines
  add column pick_card bigint,
  add column pick_number text,
  add constraint chosen_is_one_piece check (pick_card is null or (quantity = 1 and pick_number is not null));
