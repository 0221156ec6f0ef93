-- What an import needs to be continued safely, and what the console's lists of codes read.
alter table vault.batches
  -- Counts the uploads of a batch: a newer one fences off an older one that still runs.
  add column upload_no integer not null default 0,
  -- Keyed hash of the file's first bytes: only the same file can go on where an import stopped.
  add column head_fingerprint bytea;

create index cards_of_sku on vault.cards (tenant_id, sku_id, id);

-- An order's codes: deliveries carry `order:<number>` as their cause.
create index movements_of_cause on vault.movements (tenant_id, cause);
