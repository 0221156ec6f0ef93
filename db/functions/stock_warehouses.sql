-- Stock in warehouses: the total one (`stock.available`, one account a SKU) and those of channels (`warehouse.available`, one
-- account a SKU and warehouse). docs/adr/0041-warehouses.md. A null warehouse is the total one, everywhere.
--
--   stock.shelf(tenant, sku, warehouse)               the account that pieces of a SKU lie on; opens it when missing
--   stock.shelves(tenant, sku)                        all of them, for whoever takes cards off a shelf without knowing which
--   stock.lock_shelves(tenant, sku)                   locks them
--   stock.shelves_of(tenant, skus, warehouses, totals)  one each, for lines
--   stock.note_import(tenant, sku, warehouse, …)      imported for channels only: into the warehouse, by way of the total one
--   stock.move(tenant, kind, moves, reason, by, undoes)  pieces between warehouses, all or none
--   stock.top_ups(tenant)                             what the rules want now, bounded by what the total warehouse has
--   stock.returnable(tenant, warehouse, sku)          what may go back to the total warehouse
--   stock.lying(tenant, sku), stock.shelf_rows(tenant), stock.flow(tenant, sku)   what lies where, for lists and the picture
--   orders.route_to_warehouses(…), orders.choose_shelf(…)  which shelf a line is sold from; inside orders.place
--
-- Lock order: accounts by id, cards. A warehouse's account is opened after the SKU's own, so it comes after them.

create or replace function stock.shelf(p_tenant bigint, p_sku bigint, p_warehouse bigint)
returns bigint
language sql
security definer
set search_path = pg_catalog
as $$
  select case
    when p_warehouse is null then ledger.account(p_tenant, 'stock.available', p_sku::text, 'piece')
    else ledger.account(p_tenant, 'warehouse.available', p_sku || ':' || p_warehouse, 'piece')
  end
$$;
revoke execute on function stock.shelf(bigint, bigint, bigint) from public;

create or replace function stock.shelves(p_tenant bigint, p_sku bigint)
returns bigint[]
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select ledger.account(p_tenant, 'stock.available', p_sku::text, 'piece') || array(
    select a.id
    from stock.warehouses w
    cross join lateral (
      select a.id
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = 'warehouse.available'
        and a.ref = p_sku || ':' || w.id
        and a.unit = 'piece'
      offset 0
    ) a
    where w.tenant_id = p_tenant
    order by a.id
  )
$$;
revoke execute on function stock.shelves(bigint, bigint) from public;

create or replace function stock.shelves_of(p_tenant bigint, p_skus bigint[], p_warehouses bigint[], p_totals bigint[])
returns bigint[]
language sql
security definer
set search_path = pg_catalog
as $$
  select array_agg(case when x.warehouse is null then x.total else stock.shelf(p_tenant, x.sku, x.warehouse) end order by x.n)
  from unnest(p_skus, p_warehouses, p_totals) with ordinality as x(sku, warehouse, total, n)
$$;
revoke execute on function stock.shelves_of(bigint, bigint[], bigint[], bigint[]) from public;

create or replace function stock.note_import(p_tenant bigint, p_sku bigint, p_warehouse bigint, p_batch bigint, p_pieces bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  perform ledger.post(
    p_tenant, array[stock.shelf(p_tenant, p_sku, null)], array[stock.shelf(p_tenant, p_sku, p_warehouse)], array[p_pieces],
    array['stock.allocate'], array['batch:' || p_batch]
  );
  insert into stock.moves (tenant_id, kind, sku_id, to_id, quantity, reason, by_name)
  values (p_tenant, 'import', p_sku, p_warehouse, p_pieces, '#' || p_batch, 'system');
end;
$$;
revoke execute on function stock.note_import(bigint, bigint, bigint, bigint, bigint) from public;

-- Moves: [{skuId, fromId, toId, quantity}], a null id being the total warehouse. Answers {ids} or {code, params}; the caller rolls back
-- what was refused. What is held stays where it is held. Cards go in the order in which the SKU sells them.
create or replace function stock.move(
  p_tenant bigint, p_kind text, p_moves jsonb, p_reason text, p_by text, p_undoes bigint default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  m_sku bigint[];
  m_from bigint[];
  m_to bigint[];
  m_pieces bigint[];
  from_accounts bigint[];
  to_accounts bigint[];
  fits boolean[];
  title text;
  rule text;
  cards bigint[];
  move_id bigint;
  ids bigint[] := '{}';
begin
  select array_agg(m."skuId" order by m.n), array_agg(m."fromId" order by m.n), array_agg(m."toId" order by m.n), array_agg(m.quantity order by m.n)
  into m_sku, m_from, m_to, m_pieces
  from rows from (
    jsonb_to_recordset(p_moves) as ("skuId" bigint, "fromId" bigint, "toId" bigint, quantity bigint)
  ) with ordinality as m("skuId", "fromId", "toId", quantity, n);
  if exists (
    select
    from unnest(m_sku, m_from, m_to) as m(sku, from_id, to_id)
    left join catalog.skus s on s.tenant_id = p_tenant and s.id = m.sku and catalog.reserve_of(s.kind) = 'shelf'
    left join stock.warehouses f on f.tenant_id = p_tenant and f.id = m.from_id
    left join stock.warehouses t on t.tenant_id = p_tenant and t.id = m.to_id
    where s.id is null
      or (m.from_id is not null and f.id is null)
      or (m.to_id is not null and t.id is null)
  ) then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  -- Nothing goes into a warehouse that is closed; its row is locked, so that it is not closed meanwhile.
  perform 1
  from stock.warehouses w
  where w.tenant_id = p_tenant
    and w.id = any (m_to)
  order by w.id
  for share;
  for title in
    select w.name
    from stock.warehouses w
    where w.tenant_id = p_tenant
      and w.id = any (m_to)
      and w.state <> 'open'
    order by w.id
  loop
    return jsonb_build_object('code', 'stock.warehouse_closed', 'params', jsonb_build_object('name', title));
  end loop;

  select array_agg(stock.shelf(p_tenant, m.sku, m.from_id) order by m.n), array_agg(stock.shelf(p_tenant, m.sku, m.to_id) order by m.n)
  into from_accounts, to_accounts
  from unnest(m_sku, m_from, m_to) with ordinality as m(sku, from_id, to_id, n);
  perform ledger.lock(p_tenant, from_accounts || to_accounts);
  fits := ledger.admit(
    p_tenant, array(select n::integer from generate_series(1, cardinality(m_sku)) as n), from_accounts, m_pieces, cardinality(m_sku)
  );

  for n in 1 .. cardinality(m_sku) loop
    select s.allocation, concat_ws(' ', g.title, nullif(s.title, '')) into rule, title
    from catalog.skus s
    join catalog.goods g on g.tenant_id = s.tenant_id and g.id = s.goods_id
    where s.tenant_id = p_tenant
      and s.id = m_sku[n];
    if not fits[n] then
      return jsonb_build_object('code', 'stock.not_enough_free', 'params', jsonb_build_object('title', title, 'skuId', m_sku[n], 'wanted', m_pieces[n], 'free', (
        select a.balance - a.held_out from ledger.accounts a where a.tenant_id = p_tenant and a.id = from_accounts[n]
      )));
    end if;
    if m_from[n] is null then
      select array_agg(c.card_id) into cards
      from vault.pick(p_tenant, m_sku[n], rule, m_pieces[n]::integer) c;
    else
      select array_agg(c.card_id) into cards
      from vault.pick_in_warehouse(p_tenant, m_sku[n], rule, m_pieces[n]::integer, m_from[n], (
        select w.channel from stock.warehouses w where w.tenant_id = p_tenant and w.id = m_to[n]
      )) c;
    end if;
    if coalesce(cardinality(cards), 0) < m_pieces[n] then
      return jsonb_build_object('code', 'stock.pieces_bound', 'params', jsonb_build_object(
        'title', title, 'skuId', m_sku[n], 'wanted', m_pieces[n], 'free', coalesce(cardinality(cards), 0)
      ));
    end if;
    update vault.cards c
    set warehouse_id = m_to[n]
    where c.tenant_id = p_tenant
      and c.id = any (cards);
    insert into stock.moves (tenant_id, kind, sku_id, from_id, to_id, quantity, reason, by_name, undoes)
    values (p_tenant, p_kind, m_sku[n], m_from[n], m_to[n], m_pieces[n], p_reason, p_by, p_undoes)
    returning id into move_id;
    ids := ids || move_id;
    perform ledger.post(
      p_tenant, array[from_accounts[n]], array[to_accounts[n]], array[m_pieces[n]],
      array[case when m_from[n] is null then 'stock.allocate' when m_to[n] is null then 'stock.return' else 'stock.transfer' end],
      array['move:' || move_id]
    );
  end loop;
  return jsonb_build_object('ids', ids);
end;
$$;

-- [{skuId, toId, quantity}]: what rules want where less than `fill_below` is free. Where the total warehouse has less than all of them want,
-- it is shared by what each lacks, to the piece. Two that fill up take turns: the second sees what the first has moved.
create or replace function stock.top_ups(p_tenant bigint)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  select pg_advisory_xact_lock(hashtextextended('stock.top_ups:' || p_tenant, 0));
  with lacking as (
    select r.sku_id, r.warehouse_id, r.target - h.free as lack
    from stock.warehouse_rules r
    join stock.warehouses w on w.tenant_id = p_tenant and w.id = r.warehouse_id and w.state = 'open'
    join catalog.skus s on s.tenant_id = p_tenant and s.id = r.sku_id and s.removed_at is null
    cross join lateral (select stock.free(p_tenant, r.sku_id, r.warehouse_id) as free) h
    where r.tenant_id = p_tenant
      and r.fill_below is not null
      and h.free < r.fill_below
  ), wanted as (
    select l.sku_id, array_agg(l.warehouse_id order by l.warehouse_id) as ids, array_agg(l.lack order by l.warehouse_id) as lacks,
      least(sum(l.lack)::bigint, stock.free(p_tenant, l.sku_id, null)) as pieces
    from lacking l
    group by l.sku_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('skuId', w.sku_id, 'toId', x.id, 'quantity', x.pieces) order by w.sku_id, x.id), '[]')
  from wanted w
  cross join lateral unnest(w.ids, catalog.split_fen(w.pieces, w.lacks)) as x(id, pieces)
  where w.pieces > 0
    and x.pieces > 0
$$;

create or replace function stock.free(p_tenant bigint, p_sku bigint, p_warehouse bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce((
    select a.balance - a.held_out
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind = case when p_warehouse is null then 'stock.available' else 'warehouse.available' end
      and a.ref = case when p_warehouse is null then p_sku::text else p_sku || ':' || p_warehouse end
      and a.unit = 'piece'
  ), 0)
$$;

-- [{skuId, quantity}] of a warehouse: free, of batches that anybody may sell and that are not stopped. With `p_sku` of that one.
create or replace function stock.returnable(p_tenant bigint, p_warehouse bigint, p_sku bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
  select coalesce(jsonb_agg(jsonb_build_object('skuId', x.sku_id, 'quantity', x.pieces) order by x.sku_id), '[]')
  from (
    select c.sku_id, least(count(*), stock.free(p_tenant, c.sku_id, p_warehouse)) as pieces
    from vault.cards c
    join vault.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
    where c.tenant_id = p_tenant
      and c.warehouse_id = p_warehouse
      and c.state = 'available'
      and (p_sku is null or c.sku_id = p_sku)
      and b.channels is null
      and b.state not in ('suspended', 'recalling')
      and (c.valid_to is null or c.valid_to > now())
    group by c.sku_id
  ) x
  where x.pieces > 0
$$;

-- In and out: one entry per line of a batch of orders, as `orders.place` has them; `p_channels` one per order. `l_home` is the warehouse of
-- the line's channel, `l_shelf` its account there, `l_fallback` the total warehouse's where that may be sold instead. Null for
-- lines of channels without a warehouse, and all null when there are none.
create or replace function orders.route_to_warehouses(
  p_tenant bigint, p_channels text[], p_item integer[], p_sku bigint[], p_kind text[], p_quantity integer[], p_k_item integer[], p_k_sku bigint[],
  inout l_account bigint[], out l_warehouse bigint[], out l_home bigint[], out l_shelf bigint[], out l_fallback bigint[]
)
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  channels text[];
  ids bigint[];
  falling boolean[];
begin
  select array_agg(w.channel), array_agg(w.id), array_agg(w.falls_back)
  into channels, ids, falling
  from stock.warehouses w
  where w.tenant_id = p_tenant
    and w.channel = any (p_channels)
    and w.state = 'open';
  if channels is null then
    return;
  end if;
  select array_agg(h.id order by x.n),
    array_agg(case when h.id is not null then stock.shelf(p_tenant, x.sku, h.id) end order by x.n),
    array_agg(case when h.falls_back then x.account_id end order by x.n)
  into l_home, l_shelf, l_fallback
  from unnest(p_item, p_sku, p_kind, l_account) with ordinality as x(item_no, sku, kind, account_id, n)
  cross join lateral (
    -- A chosen number lies in the total warehouse: it is sold from there where the channel may.
    select case when not (falling[k.at] and exists (
      select from unnest(p_k_item, p_k_sku) as c(item_no, sku) where c.item_no = x.item_no and c.sku = x.sku
    )) then ids[k.at] end as id, falling[k.at] as falls_back
    from (select case when catalog.reserve_of(x.kind) = 'shelf' and x.account_id is not null then array_position(channels, p_channels[x.item_no]) end as at) k
  ) h;
  -- Where it looks best without a lock; decided again behind the locks for whatever is set aside now.
  select * into l_account, l_warehouse
  from orders.choose_shelf(p_tenant, l_account, l_home, l_shelf, l_fallback, p_quantity, null);
end;
$$;
revoke execute on function orders.route_to_warehouses(bigint, text[], integer[], bigint[], text[], integer[], integer[], bigint[], bigint[]) from public;

-- A line comes from one warehouse, whole: its channel's when that has enough, else the total one when it may and has. Lines are
-- walked in their order; those in `p_takes` (null: all) take their pieces.
create or replace function orders.choose_shelf(
  p_tenant bigint, inout l_account bigint[], p_home bigint[], p_shelf bigint[], p_fallback bigint[], p_quantity integer[], p_takes boolean[],
  out l_warehouse bigint[]
)
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  ids bigint[];
  free bigint[];
  place integer;
  other integer;
begin
  select array_agg(a.id), array_agg(a.balance - a.held_out)
  into ids, free
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = any (l_account || p_shelf || p_fallback);
  l_warehouse := array_fill(null::bigint, array[cardinality(l_account)]);
  for n in 1 .. cardinality(l_account) loop
    if p_shelf[n] is null then
      place := array_position(ids, l_account[n]);
    else
      place := array_position(ids, p_shelf[n]);
      other := array_position(ids, p_fallback[n]);
      if free[place] < p_quantity[n] and p_fallback[n] is not null and free[other] >= p_quantity[n] then
        l_account[n] := p_fallback[n];
        place := other;
      else
        l_account[n] := p_shelf[n];
        l_warehouse[n] := p_home[n];
      end if;
    end if;
    if place is not null and (p_takes is null or p_takes[n]) and free[place] >= p_quantity[n] then
      free[place] := free[place] - p_quantity[n];
    end if;
  end loop;
end;
$$;
revoke execute on function orders.choose_shelf(bigint, bigint[], bigint[], bigint[], bigint[], integer[], boolean[]) from public;

-- Pieces on the shelf by warehouse and batch, with what one cost. Cards are counted only where channels are; what lies in the total
-- warehouse is the rest of each batch.
create or replace function stock.lying(p_tenant bigint, p_sku bigint default null)
returns table (warehouse_id bigint, sku_id bigint, batch_id bigint, pieces bigint, cost_fen bigint, since timestamptz, channels text[])
language sql
stable
security definer
set search_path = pg_catalog
as $$
  with placed as materialized (
    select c.warehouse_id, c.sku_id, c.batch_id, count(*) as pieces
    from vault.cards c
    where c.tenant_id = p_tenant
      and c.state = 'available'
      and c.warehouse_id is not null
      and (p_sku is null or c.sku_id = p_sku)
    group by c.warehouse_id, c.sku_id, c.batch_id
  ), spread as (
    select p.warehouse_id, p.batch_id, p.pieces from placed p
    union all
    select null, k.batch_id, k.available - coalesce((select sum(p.pieces) from placed p where p.batch_id = k.batch_id), 0)
    from vault.batch_counts k
    where k.tenant_id = p_tenant
      and k.available > 0
  )
  select s.warehouse_id, b.sku_id, b.id, s.pieces::bigint, b.cost_fen, b.created_at, b.channels
  from spread s
  join vault.batches b on b.tenant_id = p_tenant and b.id = s.batch_id
  where s.pieces > 0
    and (p_sku is null or b.sku_id = p_sku)
$$;

-- A row for each warehouse and SKU of codes that has, had or is to have pieces there.
create or replace function stock.shelf_rows(p_tenant bigint)
returns table (
  warehouse_id bigint, warehouse_name text, sku_id bigint, available bigint, held bigint, held_since timestamptz, channel_only bigint,
  cost_fen bigint, oldest_at timestamptz, last_in_at timestamptz, ages bigint[], fill_below integer, target integer, low_at integer, low boolean
)
language sql
stable
security definer
set search_path = pg_catalog
as $$
  with shelf as (
    select nullif(split_part(a.ref, ':', 2), '')::bigint as warehouse_id, split_part(a.ref, ':', 1)::bigint as sku_id,
      a.id, a.balance, a.held_out
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind in ('stock.available', 'warehouse.available')
      and a.unit = 'piece'
    union all
    select r.warehouse_id, r.sku_id, null, 0, 0
    from stock.warehouse_rules r
    where r.tenant_id = p_tenant
      and not exists (
        select from ledger.accounts a
        where a.tenant_id = p_tenant and a.kind = 'warehouse.available' and a.ref = r.sku_id || ':' || r.warehouse_id and a.unit = 'piece'
      )
  ), lying as (
    select l.warehouse_id, l.sku_id, sum(l.pieces * l.cost_fen)::bigint as cost_fen, min(l.since) as oldest_at,
      coalesce(sum(l.pieces) filter (where l.channels is not null), 0)::bigint as channel_only,
      array[
        coalesce(sum(l.pieces) filter (where l.since > now() - interval '30 days'), 0),
        coalesce(sum(l.pieces) filter (where l.since > now() - interval '90 days' and l.since <= now() - interval '30 days'), 0),
        coalesce(sum(l.pieces) filter (where l.since > now() - interval '180 days' and l.since <= now() - interval '90 days'), 0),
        coalesce(sum(l.pieces) filter (where l.since <= now() - interval '180 days'), 0)
      ]::bigint[] as ages
    from stock.lying(p_tenant) l
    group by l.warehouse_id, l.sku_id
  )
  select s.warehouse_id, coalesce(w.name, ''), s.sku_id, s.balance - s.held_out, s.held_out,
    case when s.held_out > 0 then (
      select min(h.created_at) from ledger.holds h where h.tenant_id = p_tenant and h.from_account = s.id and h.state = 'held'
    ) end,
    coalesce(l.channel_only, 0), coalesce(l.cost_fen, 0), l.oldest_at,
    (select max(m.at) from stock.moves m where m.tenant_id = p_tenant and m.sku_id = s.sku_id and m.to_id is not distinct from s.warehouse_id),
    coalesce(l.ages, array[0, 0, 0, 0]), r.fill_below, r.target, case when s.warehouse_id is null then k.low_stock_at else r.low_at end,
    coalesce(s.balance - s.held_out < case when s.warehouse_id is null then k.low_stock_at else r.low_at end, false)
  from shelf s
  join catalog.skus k on k.tenant_id = p_tenant and k.id = s.sku_id and catalog.reserve_of(k.kind) = 'shelf'
  left join stock.warehouses w on w.tenant_id = p_tenant and w.id = s.warehouse_id
  left join lying l on l.sku_id = s.sku_id and l.warehouse_id is not distinct from s.warehouse_id
  left join stock.warehouse_rules r on r.tenant_id = p_tenant and r.warehouse_id = s.warehouse_id and r.sku_id = s.sku_id
  where k.removed_at is null
     or s.balance <> 0
$$;

-- {sources, warehouses, between}: what came from whom, what lies where, what became of it. Of one SKU or of all; cards are counted only
-- where channels are.
create or replace function stock.flow(p_tenant bigint, p_sku bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  with booked as (
    select a.kind, sum(a.balance)::bigint as pieces, sum(a.held_out)::bigint as held
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind in ('stock.available', 'stock.delivered', 'stock.used', 'stock.void', 'stock.suspect', 'stock.expired')
      and a.unit = 'piece'
      and (p_sku is null or a.ref = p_sku::text)
    group by a.kind
  ), elsewhere as (
    select c.warehouse_id,
      count(*) filter (where c.state in ('delivered', 'used')) as sold,
      count(*) filter (where c.state in ('void', 'suspect', 'expired')) as gone
    from vault.cards c
    where c.tenant_id = p_tenant
      and c.warehouse_id is not null
      and (p_sku is null or c.sku_id = p_sku)
    group by c.warehouse_id
  ), source as (
    select coalesce(nullif(b.supplier, ''), case b.origin when 'generated' then '@own' else '' end) as name, sum(k.imported)::bigint as pieces
    from vault.batches b
    join vault.batch_counts k on k.tenant_id = p_tenant and k.batch_id = b.id
    where b.tenant_id = p_tenant
      and (p_sku is null or b.sku_id = p_sku)
      and k.imported > 0
    group by 1
  ), ranked as (
    select case when row_number() over (order by s.pieces desc, s.name) <= 6 then s.name else '@others' end as name, s.pieces
    from source s
  ), move as (
    select m.from_id, m.to_id, sum(m.quantity)::bigint as pieces
    from stock.moves m
    where m.tenant_id = p_tenant
      and (p_sku is null or m.sku_id = p_sku)
    group by m.from_id, m.to_id
  )
  select jsonb_build_object(
    'sources', coalesce((
      select jsonb_agg(jsonb_build_object('name', x.name, 'pieces', x.pieces) order by x.pieces desc, x.name)
      from (select r.name, sum(r.pieces) as pieces from ranked r group by r.name) x
    ), '[]'),
    'warehouses', jsonb_build_array(jsonb_build_object(
      'id', null, 'name', '',
      'available', coalesce((select b.pieces - b.held from booked b where b.kind = 'stock.available'), 0),
      'held', coalesce((select b.held from booked b where b.kind = 'stock.available'), 0),
      'sold', coalesce((select sum(b.pieces) from booked b where b.kind in ('stock.delivered', 'stock.used')), 0)
        - coalesce((select sum(e.sold) from elsewhere e), 0),
      'gone', coalesce((select sum(b.pieces) from booked b where b.kind in ('stock.void', 'stock.suspect', 'stock.expired')), 0)
        - coalesce((select sum(e.gone) from elsewhere e), 0)
    )) || coalesce((
      select jsonb_agg(jsonb_build_object(
        'id', w.id, 'name', w.name, 'available', coalesce(a.free, 0), 'held', coalesce(a.held, 0), 'sold', coalesce(e.sold, 0),
        'gone', coalesce(e.gone, 0)
      ) order by w.id)
      from stock.warehouses w
      left join elsewhere e on e.warehouse_id = w.id
      left join (
        select split_part(a.ref, ':', 2)::bigint as warehouse_id, sum(a.balance - a.held_out) as free, sum(a.held_out) as held
        from ledger.accounts a
        where a.tenant_id = p_tenant
          and a.kind = 'warehouse.available'
          and a.unit = 'piece'
          and (p_sku is null or split_part(a.ref, ':', 1) = p_sku::text)
        group by 1
      ) a on a.warehouse_id = w.id
      where w.tenant_id = p_tenant
        and (w.state = 'open' or a.free + a.held + e.sold + e.gone > 0)
    ), '[]'),
    'between', coalesce((
      select jsonb_agg(jsonb_build_object('fromId', x.from_id, 'toId', x.to_id, 'pieces', x.pieces) order by x.from_id nulls first, x.to_id nulls first)
      from (
        select m.from_id, m.to_id, m.pieces - coalesce((
          select b.pieces from move b where b.from_id is not distinct from m.to_id and b.to_id is not distinct from m.from_id
        ), 0) as pieces
        from move m
      ) x
      where x.pieces > 0
    ), '[]')
  )
$$;

-- Behind it no delivery and no move of the SKU is under way, and none begins.
create or replace function stock.lock_shelves(p_tenant bigint, p_sku bigint)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select ledger.lock(p_tenant, stock.shelves(p_tenant, p_sku))
$$;

-- What buyers of a channel may order of these SKUs, where that is not what everybody may: codes and bundles, when the channel has a
-- warehouse. No rows for a channel without one.
create or replace function stock.channel_stock(p_tenant bigint, p_channel text, p_skus bigint[])
returns table (sku_id bigint, available bigint)
language sql
stable
set search_path = pg_catalog
as $$
  with home as (
    select w.id, w.falls_back
    from stock.warehouses w
    where w.tenant_id = p_tenant and w.channel = p_channel and w.state = 'open'
  ), asked as (
    select s.id, catalog.reserve_of(s.kind) as reserve, s.source, s.supply_stock
    from catalog.skus s
    where s.tenant_id = p_tenant and s.id = any (p_skus) and catalog.reserve_of(s.kind) in ('shelf', 'parts')
  )
  select a.id, case a.reserve
    when 'shelf' then greatest(
      stock.free(p_tenant, a.id, h.id), case when h.falls_back then stock.free(p_tenant, a.id, null) end,
      case when a.source <> 'own' then coalesce(a.supply_stock, 1000000) end
    )
    when 'parts' then (
      select min(case catalog.reserve_of(s.kind)
        when 'shelf' then greatest(stock.free(p_tenant, s.id, h.id), case when h.falls_back then stock.free(p_tenant, s.id, null) end)
        when 'day' then catalog.service_left(p_tenant, s.id)
        else s.supply_stock
      end / p.quantity)
      from catalog.bundle_parts p
      join catalog.skus s on s.tenant_id = p_tenant and s.id = p.part_sku_id
      where p.tenant_id = p_tenant and p.sku_id = a.id
    )
  end
  from asked a
  cross join home h
$$;
