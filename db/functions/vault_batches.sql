-- Batches over sets. Lock order here: batch, SKU, cards that are new, accounts, cards, batch counts. New cards may come before
-- the accounts, because nobody else can see or wait for them except another import, which has no account yet either.
--
--   vault.reserve_card_ids(count)                          ids for cards that are about to be sealed
--   vault.import_chunk(tenant, batch, upload, chunk)       the next lines of an import
--   vault.undo_batch(tenant, batch)                        removes a batch of which nothing left the shelf
--   vault.shift_batch(tenant, batch, from, to, cause, actor, after, limit)   the next cards of a batch change state
--   vault.set_validity(tenant, batch, valid_to)            gives a batch's unsold cards another last day
--   vault.tenants_with_due_cards()                         who has cards past their date
--   vault.tend_batches()                                   notices imports that broke off, and half-done suspensions
--   vault.expire_due(tenant, limit)                        moves one SKU's due cards off the shelf

create or replace function vault.reserve_card_ids(p_count integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  select jsonb_agg(nextval('vault.card_ids'))
  from generate_series(1, p_count)
$$;

-- p_chunk: {"fromLine", "toLine", "bytesRead", "ids": [], "lines": [], "fingerprints": [base64], "sealed": [base64],
-- "invalidLines": [], "invalidReasons": []}; of codes that are sold several times also "uses" and "more" (vault_reuse.sql), of those
-- whose buyers may choose also "numbers" (vault_picks.sql). Takes effect once: only when the batch stands at `fromLine` and the upload is the
-- newest; else {"stopped": reason}. A code that the tenant has ever imported is a duplicate; of equal ones in the chunk
-- the first line wins. Codes are inserted in fingerprint order, so two imports of the same codes wait instead of deadlocking.
create or replace function vault.import_chunk(p_tenant bigint, p_batch bigint, p_upload integer, p_chunk jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  batch vault.batches;
  -- Codes, and cards of them: an ordinary code is one card.
  added_count bigint;
  piece_count bigint;
  duplicate_count bigint;
  invalid_count bigint := jsonb_array_length(p_chunk -> 'invalidLines');
  -- What only channels may sell comes into the warehouse of the first of them.
  home bigint;
begin
  select * into batch
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.id = p_batch
  for no key update;
  if not found or batch.upload_no <> p_upload or batch.lines_read <> (p_chunk ->> 'fromLine')::bigint then
    return jsonb_build_object('stopped', 'superseded');
  end if;
  if batch.state not in ('importing', 'interrupted') then
    return jsonb_build_object('stopped', batch.state);
  end if;
  -- Until this is in, nobody removes the SKU; one that was removed gets no codes any more.
  perform 1
  from catalog.skus s
  where s.tenant_id = p_tenant
    and s.id = batch.sku_id
    and s.removed_at is null
  for share;
  if not found then
    update vault.batches b
    set state = 'cancelled',
        failure = '{"code": "vault.sku_removed", "params": {}}',
        finished_at = now()
    where b.tenant_id = p_tenant
      and b.id = p_batch;
    return '{"stopped": "cancelled"}';
  end if;
  if batch.channels is not null then
    select w.id into strict home
    from stock.warehouses w
    where w.tenant_id = p_tenant
      and w.channel = batch.channels[1];
  end if;

  with given as materialized (
    select g.id::bigint as id, g.line_no::bigint as line_no, decode(g.fingerprint, 'base64') as fingerprint, g.sealed
    from rows from (
      jsonb_array_elements_text(p_chunk -> 'ids'),
      jsonb_array_elements_text(p_chunk -> 'lines'),
      jsonb_array_elements_text(p_chunk -> 'fingerprints'),
      jsonb_array_elements_text(p_chunk -> 'sealed')
    ) as g(id, line_no, fingerprint, sealed)
  ), added as (
    insert into vault.cards (tenant_id, id, sku_id, batch_id, sealed, fingerprint, valid_to, warehouse_id)
    select p_tenant, g.id, batch.sku_id, p_batch, decode(g.sealed, 'base64'), g.fingerprint, batch.valid_to, home
    from given g
    order by g.fingerprint, g.line_no
    on conflict on constraint card_known_already do nothing
    returning id
  ), duplicates as (
    insert into vault.import_lines (tenant_id, batch_id, line_no, outcome, reason)
    select p_tenant, p_batch, g.line_no, 'duplicate', 'duplicate'
    from given g
    left join added a on a.id = g.id
    where a.id is null
    returning line_no
  )
  select (select count(*) from added), (select count(*) from duplicates)
  into added_count, duplicate_count;
  piece_count := added_count;
  if added_count > 0 and p_chunk ? 'more' then
    piece_count := added_count + vault.import_uses(p_tenant, p_batch, p_chunk);
  end if;
  if added_count > 0 and p_chunk ? 'numbers' then
    perform vault.import_numbers(p_tenant, p_batch, p_chunk);
  end if;

  insert into vault.import_lines (tenant_id, batch_id, line_no, outcome, reason)
  select p_tenant, p_batch, i.line_no::bigint, 'invalid', i.reason
  from rows from (
    jsonb_array_elements_text(p_chunk -> 'invalidLines'),
    jsonb_array_elements_text(p_chunk -> 'invalidReasons')
  ) as i(line_no, reason);

  if added_count > 0 then
    perform ledger.post(
      p_tenant,
      array[ledger.account(p_tenant, 'stock.source', batch.sku_id::text, 'piece')],
      array[ledger.account(p_tenant, 'stock.available', batch.sku_id::text, 'piece')],
      array[piece_count], array['stock.import'], array['batch:' || p_batch]
    );
    if home is not null then
      perform stock.note_import(p_tenant, batch.sku_id, home, p_batch, piece_count);
    end if;
    insert into vault.batch_counts (tenant_id, batch_id, imported, available)
    values (p_tenant, p_batch, piece_count, piece_count)
    on conflict (tenant_id, batch_id) do update
    set imported = vault.batch_counts.imported + piece_count,
        available = vault.batch_counts.available + piece_count;
  end if;

  update vault.batches b
  set state = 'importing',
      lines_read = (p_chunk ->> 'toLine')::bigint,
      bytes_read = (p_chunk ->> 'bytesRead')::bigint,
      duplicates = b.duplicates + duplicate_count,
      invalid = b.invalid + invalid_count,
      heartbeat_at = now()
  where b.tenant_id = p_tenant
    and b.id = p_batch;
  return jsonb_build_object('imported', added_count, 'duplicates', duplicate_count, 'invalid', invalid_count);
end;
$$;

-- Possible while every code is still on the shelf (or was set aside with its batch): the codes go, the pieces return to
-- their source, and the same codes may be imported again. Refused as {"refused": "state" | "touched" | "exported", …}.
create or replace function vault.undo_batch(p_tenant bigint, p_batch bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  batch vault.batches;
  counts vault.batch_counts;
  source bigint;
  available bigint;
  suspect bigint;
  elsewhere record;
begin
  select * into batch
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.id = p_batch
  for no key update;
  if not found or batch.state in ('importing', 'undone', 'recalling', 'recalled') then
    return jsonb_build_object('refused', 'state', 'state', batch.state);
  end if;
  -- Somebody has the list of them.
  if exists (select from vault.exports e where e.tenant_id = p_tenant and e.batch_id = p_batch) then
    return jsonb_build_object('refused', 'exported');
  end if;
  source := ledger.account(p_tenant, 'stock.source', batch.sku_id::text, 'piece');
  available := ledger.account(p_tenant, 'stock.available', batch.sku_id::text, 'piece');
  suspect := ledger.account(p_tenant, 'stock.suspect', batch.sku_id::text, 'piece');
  perform ledger.lock(p_tenant, array[source, suspect] || stock.shelves(p_tenant, batch.sku_id));

  select * into counts
  from vault.batch_counts c
  where c.tenant_id = p_tenant
    and c.batch_id = p_batch
  for update;
  if counts.imported > counts.available + counts.suspect then
    return jsonb_build_object('refused', 'touched', 'count', counts.imported - counts.available - counts.suspect);
  end if;

  -- What lies in channels' warehouses goes by the total one, as it came.
  for elsewhere in
    select c.warehouse_id, count(*) as pieces
    from vault.cards c
    where c.tenant_id = p_tenant
      and c.batch_id = p_batch
      and c.state = 'available'
      and c.warehouse_id is not null
    group by c.warehouse_id
  loop
    if ledger.displace(p_tenant, stock.shelf(p_tenant, batch.sku_id, elsewhere.warehouse_id), elsewhere.pieces) > 0 then
      perform vault.let_go_of_numbers(p_tenant, batch.sku_id);
    end if;
    perform ledger.post(
      p_tenant, array[stock.shelf(p_tenant, batch.sku_id, elsewhere.warehouse_id)], array[available], array[elsewhere.pieces],
      array['stock.return'], array['batch:' || p_batch]
    );
    insert into stock.moves (tenant_id, kind, sku_id, from_id, quantity, reason, by_name)
    values (p_tenant, 'import', batch.sku_id, elsewhere.warehouse_id, elsewhere.pieces, '#' || p_batch, 'system');
  end loop;
  delete from vault.cards c
  where c.tenant_id = p_tenant
    and c.batch_id = p_batch;
  delete from vault.reused_codes r
  where r.tenant_id = p_tenant
    and r.batch_id = p_batch;
  update vault.batch_counts c
  set imported = 0,
      available = 0,
      suspect = 0
  where c.tenant_id = p_tenant
    and c.batch_id = p_batch;
  if counts.available > 0 then
    if ledger.displace(p_tenant, available, counts.available) > 0 then
      perform vault.let_go_of_numbers(p_tenant, batch.sku_id);
    end if;
    perform ledger.post(
      p_tenant, array[available], array[source], array[counts.available], array['stock.undo'], array['batch:' || p_batch]
    );
  end if;
  if counts.suspect > 0 then
    perform ledger.post(
      p_tenant, array[suspect], array[source], array[counts.suspect], array['stock.undo'], array['batch:' || p_batch]
    );
  end if;
  update vault.batches b
  set state = 'undone',
      finished_at = now()
  where b.tenant_id = p_tenant
    and b.id = p_batch;
  return jsonb_build_object('removed', coalesce(counts.imported, 0), 'skuId', batch.sku_id);
end;
$$;

-- A hundred thousand cards in one go would keep buyers of the SKU waiting for seconds, so a batch changes state some
-- thousands at a time, the next to be sold first. {"moved", "after"}; `after` is null when the batch is through, or was
-- stopped or let go again meanwhile: whoever did that moves its cards.
create or replace function vault.shift_batch(
  p_tenant bigint, p_batch bigint, p_from text, p_to text, p_cause text, p_actor text, p_after bigint, p_limit integer
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  sku bigint;
  cards bigint[];
begin
  select b.sku_id into strict sku
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.id = p_batch;
  perform ledger.lock(p_tenant, stock.shelves(p_tenant, sku) || array[
    ledger.account(p_tenant, 'stock.' || p_from, sku::text, 'piece'),
    ledger.account(p_tenant, 'stock.' || p_to, sku::text, 'piece')
  ]);
  if not exists (
    select from vault.batches b
    where b.tenant_id = p_tenant
      and b.id = p_batch
      and (b.state in ('suspended', 'recalling', 'recalled')) = (p_to <> 'available')
  ) then
    return jsonb_build_object('moved', 0, 'after', null);
  end if;
  select array_agg(n.id order by n.id) into cards
  from (
    select c.id
    from vault.cards c
    where c.tenant_id = p_tenant
      and c.batch_id = p_batch
      and c.id > p_after
      and c.state = p_from
    order by c.id
    limit p_limit
  ) n;
  if cards is null then
    return jsonb_build_object('moved', 0, 'after', null);
  end if;
  return jsonb_build_object(
    'moved', cardinality(vault.transfer(p_tenant, sku, cards, p_from, p_to, p_cause, p_actor)),
    'after', cards[cardinality(cards)]
  );
end;
$$;

create or replace function vault.set_validity(p_tenant bigint, p_batch bigint, p_valid_to timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  changed bigint;
begin
  update vault.cards c
  set valid_to = p_valid_to
  where c.tenant_id = p_tenant
    and c.batch_id = p_batch
    and c.state in ('available', 'suspect', 'expired')
    and c.valid_to is distinct from p_valid_to;
  get diagnostics changed = row_count;
  return to_jsonb(changed);
end;
$$;

create or replace function vault.tenants_with_due_cards()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(t.id), '[]')
  from tenancy.tenants t
  where exists (
    select
    from vault.cards c
    where c.tenant_id = t.id
      and c.state = 'available'
      and c.valid_to is not null
      and c.valid_to <= now()
  )
$$;

-- One SKU a call: its accounts are locked, and locking those of several could cross with an order's. {"skuId", "moved"} or null.
create or replace function vault.expire_due(p_tenant bigint, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  sku bigint;
  cards bigint[];
begin
  select c.sku_id into sku
  from vault.cards c
  where c.tenant_id = p_tenant
    and c.state = 'available'
    and c.valid_to is not null
    and c.valid_to <= now()
  order by c.valid_to
  limit 1;
  if sku is null then
    return null;
  end if;
  perform ledger.lock(p_tenant, stock.shelves(p_tenant, sku) || ledger.account(p_tenant, 'stock.expired', sku::text, 'piece'));
  select array_agg(d.id) into cards
  from (
    select c.id
    from vault.cards c
    where c.tenant_id = p_tenant
      and c.sku_id = sku
      and c.state = 'available'
      and c.valid_to is not null
      and c.valid_to <= now()
    order by c.valid_to, c.id
    limit p_limit
  ) d;
  if cards is null then
    return jsonb_build_object('skuId', sku, 'moved', 0);
  end if;
  return jsonb_build_object(
    'skuId', sku,
    'moved', cardinality(vault.transfer(p_tenant, sku, cards, 'available', 'expired', 'expiry', 'system'))
  );
end;
$$;

-- An import without a heartbeat for two minutes has lost its upload, and the same file continues it; what makes codes by
-- itself has lost its process, and its job goes on. Returns batches whose cards do not all follow their batch's state yet, because
-- the process died half-way: [{"tenantId", "batchId", "skuId", "from", "to"}], the states of the cards.
create or replace function vault.tend_batches()
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  answer jsonb;
begin
  update vault.batches b
  set state = 'interrupted',
      failure = jsonb_build_object(
        'code', case b.origin when 'generated' then 'vault.generation_failed' else 'vault.connection_lost' end, 'params', '{}'::jsonb
      )
  from tenancy.tenants t
  where b.tenant_id = t.id
    and b.state = 'importing'
    and b.upload_no > 0
    and b.heartbeat_at < now() - interval '2 minutes';

  select coalesce(jsonb_agg(jsonb_build_object(
    'tenantId', b.tenant_id, 'batchId', b.id, 'skuId', b.sku_id, 'from', k.from_state, 'to', k.to_state
  )), '[]')
  into answer
  from vault.batches b
  join vault.batch_counts c on c.tenant_id = b.tenant_id and c.batch_id = b.id
  cross join lateral (
    values
      ('suspended', c.available, 'available', 'suspect'),
      ('recalling', c.available, 'available', 'suspect'),
      ('recalled', c.available, 'available', 'suspect'),
      ('recalled', c.suspect, 'suspect', 'void'),
      ('ready', c.suspect, 'suspect', 'available')
  ) as k(state, left_behind, from_state, to_state)
  where b.state = k.state
    and k.left_behind > 0;
  return answer;
end;
$$;

-- What a piece of the SKU's newest batch cost; null when nobody wrote it down.
create or replace function vault.last_cost(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
as $$
  select nullif(b.cost_fen, 0)
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.sku_id = p_sku
  order by b.id desc
  limit 1
$$;
