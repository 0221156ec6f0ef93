-- Newest first, and by chance.
alter table catalog.skus drop constraint skus_allocation_check;
alter table catalog.skus add constraint skus_allocation_check check (allocation in ('fifo', 'fefo', 'lifo', 'random'));

-- The order of chance: a hash of the card's number has nothing to do with when or in which batch it came, so the next card
-- by it is any card, and picking one costs what picking the oldest costs. In words that no
-- other statement uses, as `cards_listed`: where nothing is known of the table, the newest index that fits is taken, and
-- a pick of the oldest would sort the shelf.
create index cards_shuffled on vault.cards (tenant_id, (sku_id::text), hashint8extended(id, 0)) where state || '' = 'available';
