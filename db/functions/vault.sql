-- Cards over sets. Lock order of the whole system: orders, accounts, holds, cards, batch counts.
--
--   vault.pick(tenant, sku, rule, count, warehouse)           locks and returns the next free cards by the SKU's rule, of the total warehouse or another
--   vault.pick_in_warehouse(…, channel)                       the same of a channel's warehouse (vault_warehouses.sql)
--   vault.move(tenant, cards, causes, from, to, actor)        moves cards between states with counts and movements
--   vault.transfer(tenant, sku, cards, from, to, cause, actor)  the same, and the pieces in the ledger

create or replace function vault.pick(p_tenant bigint, p_sku bigint, p_allocation text, p_count integer, p_warehouse bigint default null)
returns table (card_id bigint)
language plpgsql
security definer
rows 64
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  stopped bigint[];
  turns integer;
begin
  if p_warehouse is not null then
    return query
      select c.card_id
      from vault.pick_in_warehouse(p_tenant, p_sku, p_allocation, p_count, p_warehouse, (
        select w.channel from stock.warehouses w where w.tenant_id = p_tenant and w.id = p_warehouse
      )) c;
    return;
  end if;
  -- A batch that is being suspended or recalled stops selling at once, though its cards move a few thousand at a time. They
  -- are passed over until they have; asked once and not of each, as there may be a million of them before the next good one.
  select coalesce(array_agg(b.id), '{}')
  into stopped
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.sku_id = p_sku
    -- What only named channels may sell does not lie here; were it there by mistake, it would not go out.
    and (b.state in ('suspended', 'recalling') or b.channels is not null);
  -- The SKU's stock account is locked by the caller, so nobody else is picking; `for no key update` guards against staff.
  -- A card past its date is never handed out, also when the sweep has not come by yet, and none that a buyer has chosen.
  -- Each rule is a statement and walks an index of its own: a plan that served them all would sort the shelf.
  if p_allocation = 'fefo' then
    return query
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.sku_id = p_sku
        and c.state = 'available'
        and c.warehouse_id is null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and c.picked_by is null
        -- Whoever owns a card owns it, whatever its state says by mistake: it is passed over, and the next one sells.
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
          -- Asked of each card that is picked; as a join it would walk all cards that were ever sold.
          offset 0
        )
      order by c.valid_to, c.id
      limit p_count
      for no key update;
  elsif p_allocation = 'lifo' then
    return query
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.sku_id = p_sku
        and c.state = 'available'
        and c.warehouse_id is null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and c.picked_by is null
        -- Whoever owns a card owns it, whatever its state says by mistake: it is passed over, and the next one sells.
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
          -- Asked of each card that is picked; as a join it would walk all cards that were ever sold.
          offset 0
        )
      order by c.id desc
      limit p_count
      for no key update;
  elsif p_allocation = 'random' then
    -- Any card as well as any other, and as cheap as the oldest: see the index `cards_shuffled`.
    return query
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.sku_id::text = p_sku::text
        and c.state || '' = 'available'
        and c.warehouse_id is null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and c.picked_by is null
        -- Whoever owns a card owns it, whatever its state says by mistake: it is passed over, and the next one sells.
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
          -- Asked of each card that is picked; as a join it would walk all cards that were ever sold.
          offset 0
        )
      order by hashint8extended(c.id, 0), c.id
      limit p_count
      for no key update;
  elsif p_allocation = 'loop' then
    -- What was sold least often goes next; codes that came before the SKU was a loop, or by other ways, when there is none.
    return query
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.sku_id = p_sku
        and c.state = 'available'
        and c.warehouse_id is null
        and c.code_id is not null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and c.picked_by is null
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
          offset 0
        )
      order by c.use_no, c.id
      limit p_count
      for no key update;
    get diagnostics turns = row_count;
    if turns < p_count then
      return query
        select c.id
        from vault.cards c
        where c.tenant_id = p_tenant
          and c.sku_id = p_sku
          and c.state = 'available'
          and c.warehouse_id is null
          and c.code_id is null
          and (c.valid_to is null or c.valid_to > now())
          and c.batch_id <> all (stopped)
          and c.picked_by is null
          and not exists (
            select from entitlements.grants g
            where g.tenant_id = p_tenant and g.card_id = c.id
            offset 0
          )
        order by c.id
        limit p_count - turns
        for no key update;
    end if;
  else
    return query
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.sku_id = p_sku
        and c.state = 'available'
        and c.warehouse_id is null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and c.picked_by is null
        -- Whoever owns a card owns it, whatever its state says by mistake: it is passed over, and the next one sells.
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
          -- Asked of each card that is picked; as a join it would walk all cards that were ever sold.
          offset 0
        )
      order by c.id
      limit p_count
      for no key update;
  end if;
end;
$$;

-- Moves those of the cards that are in `p_from`, with a movement each and the batches' counts; returns the cards moved.
-- The caller has locked the stock account of every SKU concerned: that alone keeps two movers from crossing on a batch.
create or replace function vault.move(p_tenant bigint, p_cards bigint[], p_causes text[], p_from text, p_to text, p_actor text)
returns bigint[]
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with wanted as (
    select w.card_id, w.cause
    from unnest(p_cards, p_causes) as w(card_id, cause)
  ), changed as (
    update vault.cards c
    set state = p_to,
        changed_at = now()
    from wanted w
    where c.tenant_id = p_tenant
      and c.id = w.card_id
      and c.state = p_from
    returning c.id, c.batch_id, w.cause
  ), told as (
    insert into vault.movements (tenant_id, card_id, from_state, to_state, cause, actor)
    select p_tenant, x.id, p_from, p_to, x.cause, p_actor
    from changed x
  ), counted as (
    update vault.batch_counts b
    set available = b.available + k.pieces * ((p_to = 'available')::integer - (p_from = 'available')::integer),
        delivered = b.delivered + k.pieces * ((p_to = 'delivered')::integer - (p_from = 'delivered')::integer),
        used = b.used + k.pieces * ((p_to = 'used')::integer - (p_from = 'used')::integer),
        void = b.void + k.pieces * ((p_to = 'void')::integer - (p_from = 'void')::integer),
        suspect = b.suspect + k.pieces * ((p_to = 'suspect')::integer - (p_from = 'suspect')::integer),
        expired = b.expired + k.pieces * ((p_to = 'expired')::integer - (p_from = 'expired')::integer)
    from (
      select x.batch_id, count(*) as pieces
      from changed x
      group by x.batch_id
    ) k
    where b.tenant_id = p_tenant
      and b.batch_id = k.batch_id
  )
  select coalesce(array_agg(x.id), '{}')
  from changed x
$$;

-- Moves cards of one SKU and the pieces in the ledger with them. Cards leaving the shelf push aside promises that can
-- no longer be kept (ledger.displace). Returns the cards moved.
create or replace function vault.transfer(
  p_tenant bigint, p_sku bigint, p_cards bigint[], p_from text, p_to text, p_cause text, p_actor text
)
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  from_accounts bigint[] := case p_from
    when 'available' then stock.shelves(p_tenant, p_sku)
    else array[ledger.account(p_tenant, 'stock.' || p_from, p_sku::text, 'piece')]
  end;
  to_accounts bigint[] := case p_to
    when 'available' then stock.shelves(p_tenant, p_sku)
    else array[ledger.account(p_tenant, 'stock.' || p_to, p_sku::text, 'piece')]
  end;
  moved bigint[];
  one record;
begin
  perform ledger.lock(p_tenant, from_accounts || to_accounts);
  moved := vault.move(p_tenant, p_cards, array_fill(p_cause, array[cardinality(p_cards)]), p_from, p_to, p_actor);
  -- A card leaves the shelf it lies on and comes back to the same.
  for one in
    select case p_from when 'available' then s.shelf else from_accounts[1] end as from_account,
      case p_to when 'available' then s.shelf else to_accounts[1] end as to_account, s.pieces
    from (
      select case when 'available' in (p_from, p_to) then stock.shelf(p_tenant, p_sku, k.warehouse_id) end as shelf, k.pieces
      from (
        select c.warehouse_id, count(*) as pieces
        from unnest(moved) as m(id)
        cross join lateral (
          select case when 'available' in (p_from, p_to) then c.warehouse_id end as warehouse_id
          from vault.cards c
          where c.tenant_id = p_tenant and c.id = m.id
          offset 0
        ) c
        group by c.warehouse_id
      ) k
      offset 0
    ) s
  loop
    if p_from = 'available' then
      if ledger.displace(p_tenant, one.from_account, one.pieces) > 0 then
        perform vault.let_go_of_numbers(p_tenant, p_sku);
      end if;
    end if;
    perform ledger.post(
      p_tenant, array[one.from_account], array[one.to_account], array[one.pieces],
      array['stock.' || p_from || '_to_' || p_to], array[p_cause]
    );
  end loop;
  return moved;
end;
$$;
