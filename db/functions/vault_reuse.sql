-- Codes that are delivered several times: each use is a card, so whatever counts, holds, picks, delivers and voids cards knows
-- nothing of it (docs/adr/0037). Lock order: batches, accounts, codes, cards, batch counts.
--
--   vault.import_uses(tenant, batch, chunk)                  the further uses of an import's codes; inside import_chunk
--   vault.home_of(tenant, channels)                          where new uses of a batch for named channels lie
--   vault.loops_to_fill(low)                                 all tenants: SKUs in a loop, and where their shelf runs low
--   vault.next_uses(tenant, sku, want, warehouse)            which uses are to be made next, with the code's cipher text
--   vault.add_uses(tenant, sku, uses, warehouse)             puts them on the shelf; how many
--   vault.pick_instead(tenant, sku, allocation, card, warehouse)        a card in place of one that proved bad
--   vault.stop_code(tenant, card, cause, actor)              voids what is left of a code; the cards

-- The chunk's `uses` is what a code may have (null: no bound); `more` is {"first": [ids], "ids": [], "useNos": [], "sealed": [base64]}:
-- the uses beside the first that are made now. Those of codes that turned out to be known are left out.
create or replace function vault.import_uses(p_tenant bigint, p_batch bigint, p_chunk jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  made bigint;
begin
  insert into vault.reused_codes (tenant_id, id, batch_id, sku_id, uses, made)
  select p_tenant, c.id, p_batch, c.sku_id, (p_chunk ->> 'uses')::integer,
    1 + (select count(*) from jsonb_array_elements_text(p_chunk -> 'more' -> 'first') as m(id) where m.id::bigint = c.id)
  from vault.cards c
  where c.tenant_id = p_tenant
    and c.batch_id = p_batch
    and c.id = any (select i.id::bigint from jsonb_array_elements_text(p_chunk -> 'ids') as i(id));
  update vault.cards c
  set code_id = c.id
  where c.tenant_id = p_tenant
    and c.batch_id = p_batch
    and c.id = any (select i.id::bigint from jsonb_array_elements_text(p_chunk -> 'ids') as i(id));
  insert into vault.cards (tenant_id, id, sku_id, batch_id, sealed, fingerprint, valid_to, code_id, use_no, warehouse_id)
  select p_tenant, m.id::bigint, c.sku_id, p_batch, decode(m.sealed, 'base64'), c.fingerprint, c.valid_to, c.id, m.use_no::integer, c.warehouse_id
  from rows from (
    jsonb_array_elements_text(p_chunk -> 'more' -> 'first'),
    jsonb_array_elements_text(p_chunk -> 'more' -> 'ids'),
    jsonb_array_elements_text(p_chunk -> 'more' -> 'useNos'),
    jsonb_array_elements_text(p_chunk -> 'more' -> 'sealed')
  ) as m(first, id, use_no, sealed)
  join vault.cards c on c.tenant_id = p_tenant and c.id = m.first::bigint and c.batch_id = p_batch;
  get diagnostics made = row_count;
  return made;
end;
$$;
revoke execute on function vault.import_uses(bigint, bigint, jsonb) from public;

-- The warehouse of the first of these channels that is open. None: what is for them lies nowhere new.
create or replace function vault.home_of(p_tenant bigint, p_channels text[])
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select w.id
  from unnest(p_channels) with ordinality as c(channel, n)
  join stock.warehouses w on w.tenant_id = p_tenant and w.channel = c.channel and w.state = 'open'
  order by c.n
  limit 1
$$;
revoke execute on function vault.home_of(bigint, text[]) from public;

-- A code of which another use may be made: neither stopped nor through, and its batch is on sale. With a warehouse: of batches for
-- named channels whose home it is; without: of those that anybody may sell.
create or replace function vault.codes_going(p_tenant bigint, p_sku bigint, p_most integer, p_warehouse bigint)
returns table (id bigint, made integer, left_over integer)
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select c.id, c.made, c.uses - c.made
  from vault.reused_codes c
  join vault.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
  where c.tenant_id = p_tenant
    and c.sku_id = p_sku
    and c.stopped_at is null
    and (c.uses is null or c.made < c.uses)
    and b.state in ('ready', 'cancelled', 'importing', 'interrupted')
    and (b.valid_to is null or b.valid_to > now())
    and case when p_warehouse is null then b.channels is null else p_warehouse = vault.home_of(p_tenant, b.channels) end
  -- Round and round: what has been made least of comes first.
  order by c.made, c.id
  limit p_most
$$;
revoke execute on function vault.codes_going(bigint, bigint, integer, bigint) from public;

-- [{"tenantId", "skuId", "warehouseId"}] of SKUs in a loop with fewer than `p_low` free pieces on a shelf, of which more can be made.
create or replace function vault.loops_to_fill(p_low bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', s.tenant_id, 'skuId', s.id, 'warehouseId', w.id)), '[]')
  from tenancy.tenants t
  join catalog.skus s on s.tenant_id = t.id and s.allocation = 'loop' and s.removed_at is null
  cross join lateral (
    select null::bigint as id
    union
    select vault.home_of(s.tenant_id, b.channels)
    from vault.batches b
    where b.tenant_id = s.tenant_id and b.sku_id = s.id and b.channels is not null
  ) w
  where stock.free(s.tenant_id, s.id, w.id) < p_low
    and exists (select from vault.codes_going(s.tenant_id, s.id, 1, w.id))
$$;

-- [{"codeId", "sealed" (base64, of the code's first card), "from", "count"}], together `p_want` uses or a few more.
create or replace function vault.next_uses(p_tenant bigint, p_sku bigint, p_want integer, p_warehouse bigint default null)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  with going as (
    select g.*, ceil(p_want::numeric / count(*) over ())::integer as share
    from vault.codes_going(p_tenant, p_sku, p_want, p_warehouse) g
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'codeId', g.id, 'sealed', encode(c.sealed, 'base64'), 'from', g.made + 1, 'count', least(g.share, g.left_over)
  ) order by g.made, g.id), '[]')
  from going g
  join vault.cards c on c.tenant_id = p_tenant and c.id = g.id
$$;

-- Uses: [{"codeId", "from", "ids": [], "sealed": [base64]}]. Of two that made the same uses the first is taken: a code takes
-- effect only when it still stands before `from`, is not stopped, and its batch is on sale and lies there.
create or replace function vault.add_uses(p_tenant bigint, p_sku bigint, p_uses jsonb, p_warehouse bigint default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  source bigint := ledger.account(p_tenant, 'stock.source', p_sku::text, 'piece');
  available bigint := ledger.account(p_tenant, 'stock.available', p_sku::text, 'piece');
  batches bigint[];
  pieces bigint[];
  added bigint;
begin
  -- A warehouse that is being closed waits for us, or we see that it is.
  perform 1
  from stock.warehouses w
  where w.tenant_id = p_tenant
    and w.id = p_warehouse
  for share;
  -- A batch that is being stopped or taken back waits for us, or we see that it is.
  perform 1
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.id in (
      select c.batch_id
      from jsonb_array_elements(p_uses) as u(use)
      join vault.reused_codes c on c.tenant_id = p_tenant and c.id = (u.use ->> 'codeId')::bigint
    )
  order by b.id
  for share;
  perform ledger.lock(p_tenant, array[source, available, stock.shelf(p_tenant, p_sku, p_warehouse)]);
  with asked as (
    select (u.use ->> 'codeId')::bigint as code_id, (u.use ->> 'from')::integer as from_no, u.use -> 'ids' as ids, u.use -> 'sealed' as sealed
    from jsonb_array_elements(p_uses) as u(use)
  ), going as (
    update vault.reused_codes c
    set made = c.made + jsonb_array_length(a.ids)
    from asked a
    where c.tenant_id = p_tenant
      and c.id = a.code_id
      and c.sku_id = p_sku
      and c.made = a.from_no - 1
      and c.stopped_at is null
      and exists (
        select from vault.batches b
        where b.tenant_id = p_tenant and b.id = c.batch_id and b.state in ('ready', 'cancelled', 'importing', 'interrupted')
          and case when p_warehouse is null then b.channels is null else p_warehouse = vault.home_of(p_tenant, b.channels) end
      )
    returning c.id, c.batch_id, a.from_no, a.ids, a.sealed
  ), made as (
    insert into vault.cards (tenant_id, id, sku_id, batch_id, sealed, fingerprint, valid_to, code_id, use_no, warehouse_id)
    select p_tenant, n.id::bigint, p_sku, g.batch_id, decode(n.sealed, 'base64'), f.fingerprint, b.valid_to, g.id, g.from_no + n.n::integer - 1,
      p_warehouse
    from going g
    join vault.batches b on b.tenant_id = p_tenant and b.id = g.batch_id
    join vault.cards f on f.tenant_id = p_tenant and f.id = g.id
    cross join lateral rows from (
      jsonb_array_elements_text(g.ids), jsonb_array_elements_text(g.sealed)
    ) with ordinality as n(id, sealed, n)
    returning batch_id
  ), counted as (
    update vault.batch_counts k
    set imported = k.imported + m.pieces,
        available = k.available + m.pieces
    from (select x.batch_id, count(*) as pieces from made x group by x.batch_id) m
    where k.tenant_id = p_tenant
      and k.batch_id = m.batch_id
  )
  select array_agg(m.batch_id), array_agg(m.pieces), coalesce(sum(m.pieces), 0)
  into batches, pieces, added
  from (select x.batch_id, count(*) as pieces from made x group by x.batch_id) m;
  if added > 0 then
    perform ledger.post(
      p_tenant, array[source], array[available], array[added], array['stock.import'], array['sku:' || p_sku]
    );
  end if;
  if p_warehouse is not null then
    perform stock.note_import(p_tenant, p_sku, p_warehouse, m.batch_id, m.pieces)
    from unnest(batches, pieces) as m(batch_id, pieces);
  end if;
  return to_jsonb(added);
end;
$$;

-- As `vault.pick` has it, but another use of a code that proved bad is as bad. The caller has locked the shelf.
create or replace function vault.pick_instead(p_tenant bigint, p_sku bigint, p_allocation text, p_card bigint, p_warehouse bigint)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  bad bigint := (select c.code_id from vault.cards c where c.tenant_id = p_tenant and c.id = p_card);
  channel text := (select w.channel from stock.warehouses w where w.tenant_id = p_tenant and w.id = p_warehouse);
  picked bigint;
begin
  if bad is null then
    return (select p.card_id from vault.pick(p_tenant, p_sku, p_allocation, 1, p_warehouse) p);
  end if;
  select c.id into picked
  from vault.cards c
  where c.tenant_id = p_tenant
    and c.sku_id = p_sku
    and c.state = 'available'
    and c.warehouse_id is not distinct from p_warehouse
    and c.code_id is distinct from bad
    and c.picked_by is null
    and (c.valid_to is null or c.valid_to > now())
    and not exists (
      select from vault.batches b
      where b.tenant_id = p_tenant and b.id = c.batch_id and (b.state in ('suspended', 'recalling')
        or b.channels is not null and (channel = any (b.channels)) is not true)
    )
    and not exists (select from entitlements.grants g where g.tenant_id = p_tenant and g.card_id = c.id)
  order by c.use_no, c.id
  limit 1
  for no key update;
  return picked;
end;
$$;
revoke execute on function vault.pick_instead(bigint, bigint, text, bigint, bigint) from public;

-- Whoever voids one use says that the code is bad: no use of it is sold or made any more. What is with buyers stays with them.
create or replace function vault.stop_code(p_tenant bigint, p_card bigint, p_cause text, p_actor text)
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  code vault.reused_codes;
  moved bigint[] := '{}';
  from_state text;
begin
  select r.* into code
  from vault.cards c
  join vault.reused_codes r on r.tenant_id = p_tenant and r.id = c.code_id
  where c.tenant_id = p_tenant
    and c.id = p_card;
  -- All accounts first, so that nobody makes a use of it beside us.
  perform ledger.lock(p_tenant, array(
    select ledger.account(p_tenant, 'stock.' || k.state, code.sku_id::text, 'piece')
    from unnest(array['available', 'suspect', 'expired', 'void']) as k(state)
  ));
  update vault.reused_codes r
  set stopped_at = coalesce(r.stopped_at, now())
  where r.tenant_id = p_tenant
    and r.id = code.id;
  foreach from_state in array array['available', 'suspect'] loop
    moved := moved || vault.transfer(p_tenant, code.sku_id, array(
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.code_id = code.id
        and c.state = from_state
      order by c.id
    ), from_state, 'void', p_cause, p_actor);
  end loop;
  return moved;
end;
$$;
