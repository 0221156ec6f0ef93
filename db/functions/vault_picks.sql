-- Cards whose number buyers choose (docs/adr/0037). A chosen card stays on the shelf and in its counts; `picked_by` says for which
-- order, and a hold in the ledger keeps its piece, as of any other order.
--
--   vault.import_numbers(tenant, batch, chunk)     the public numbers of an import's codes; inside import_chunk
--   vault.release_numbers(tenant, nos)             of orders that end
--   vault.release_number(tenant, no, card)         of a line that is given back
--   vault.numbers_due()                            all tenants: SKUs whose cards do not show what they should
--   vault.cards_to_number(tenant, sku, limit)      the next of them, sealed
--   vault.set_numbers(tenant, sku, pick, numbers)  writes what was made of them; how many
--   vault.take_chosen(tenant, nos, cards)          which of the chosen cards can be handed out now

-- The chunk's `numbers` stand beside its `ids`, null where there is nothing to show.
create or replace function vault.import_numbers(p_tenant bigint, p_batch bigint, p_chunk jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  update vault.cards c
  set number = n.number,
      number_as = p_chunk ->> 'numberAs'
  from rows from (
    jsonb_array_elements_text(p_chunk -> 'ids'), jsonb_array_elements_text(p_chunk -> 'numbers')
  ) as n(id, number)
  where c.tenant_id = p_tenant
    and c.id = n.id::bigint
    and c.batch_id = p_batch
    and n.number is not null
$$;
revoke execute on function vault.import_numbers(bigint, bigint, jsonb) from public;

create or replace function vault.release_numbers(p_tenant bigint, p_nos bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  update vault.cards c
  set picked_by = null
  where c.tenant_id = p_tenant
    and c.picked_by is not null
    and c.picked_by = any (p_nos)
$$;
revoke execute on function vault.release_numbers(bigint, bigint[]) from public;

create or replace function vault.release_number(p_tenant bigint, p_no bigint, p_card bigint)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  update vault.cards c
  set picked_by = null
  where c.tenant_id = p_tenant
    and c.id = p_card
    and c.picked_by = p_no
$$;
revoke execute on function vault.release_number(bigint, bigint, bigint) from public;

create or replace function vault.numbers_due()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', s.tenant_id, 'skuId', s.id)), '[]')
  from tenancy.tenants t
  join catalog.skus s on s.tenant_id = t.id and s.numbers_due
$$;

-- {"pick", "cards": [{"id", "sealed" (base64)}]} of cards that may still be sold. When there are none left, the SKU is done.
create or replace function vault.cards_to_number(p_tenant bigint, p_sku bigint, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  wanted text;
  answer jsonb;
begin
  select s.pick into wanted
  from catalog.skus s
  where s.tenant_id = p_tenant
    and s.id = p_sku
  for no key update;
  select jsonb_agg(jsonb_build_object('id', c.id, 'sealed', encode(c.sealed, 'base64')))
  into answer
  from (
    select c.id, c.sealed
    from vault.cards c
    where c.tenant_id = p_tenant
      and c.sku_id = p_sku
      and c.state in ('available', 'suspect', 'expired')
      and c.number_as is distinct from wanted
      and wanted <> 'none'
    order by c.id
    limit p_limit
  ) c;
  if answer is null then
    update catalog.skus s
    set numbers_due = false
    where s.tenant_id = p_tenant
      and s.id = p_sku;
  end if;
  return jsonb_build_object('pick', wanted, 'cards', coalesce(answer, '[]'));
end;
$$;

-- Numbers: [{"id", "number"}]. Takes effect while the SKU still says `p_pick`. Behind the shelf's lock, as everything that changes several cards.
create or replace function vault.set_numbers(p_tenant bigint, p_sku bigint, p_pick text, p_numbers jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  changed bigint;
begin
  perform ledger.lock(p_tenant, array[ledger.account(p_tenant, 'stock.available', p_sku::text, 'piece')]);
  update vault.cards c
  set number = n.number,
      number_as = p_pick
  from jsonb_to_recordset(p_numbers) as n(id bigint, number text)
  where c.tenant_id = p_tenant
    and c.id = n.id
    and c.sku_id = p_sku
    and exists (select from catalog.skus s where s.tenant_id = p_tenant and s.id = p_sku and s.pick = p_pick);
  get diagnostics changed = row_count;
  return to_jsonb(changed);
end;
$$;

-- Entry by entry an order and the card it chose, null where it chose none. Answers the places of those that can be handed out:
-- still on the shelf, and waiting for this order or for nobody (an order whose money came too late has lost its claim).
create or replace function vault.take_chosen(p_tenant bigint, p_nos bigint[], p_cards bigint[])
returns integer[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  places integer[];
begin
  select array_agg(x.place)
  into places
  from (
    select distinct on (c.id) a.n::integer as place
    from unnest(p_nos, p_cards) with ordinality as a(no, card, n)
    cross join lateral (
      select c.id, c.picked_by
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.id = a.card
        and c.state = 'available'
        and c.warehouse_id is null
        and (c.picked_by is null or c.picked_by = a.no)
        and (c.valid_to is null or c.valid_to > now())
        and not exists (
          select from vault.batches b
          where b.tenant_id = p_tenant and b.id = c.batch_id and b.state in ('suspended', 'recalling')
        )
        and not exists (select from entitlements.grants g where g.tenant_id = p_tenant and g.card_id = c.id)
      for no key update
    ) c
    -- Of two whose money came too late for the same card, the first.
    order by c.id, c.picked_by is null, a.n
  ) x;
  update vault.cards c
  set picked_by = null
  where c.tenant_id = p_tenant
    and c.id = any (select p_cards[p.place] from unnest(places) as p(place));
  return coalesce(places, '{}');
end;
$$;
revoke execute on function vault.take_chosen(bigint, bigint[], bigint[]) from public;
