-- Codes that suppliers deliver for paid lines. docs/adr/0030-cards-just-in-time.md. What a line needs, who is asked and how often is
-- as with top-ups (fulfilment_supply.sql); what is different is that something comes that is kept.
--
--   fulfilment.buy_instead(tenant, nos, lines, …)          of lines that the shelf cannot fill, those that a supplier may: inside deliver_locked
--   fulfilment.accounts_of_bought(tenant, purchases)       the accounts that arriving codes move
--   fulfilment.take_cards(tenant, purchase, sku, …)        codes that came go into the vault; the cards that may be sold
--   fulfilment.hand_over(tenant, no, line, …)              cards go from the shelf to the buyer
--   fulfilment.deliver_own(tenant, items)                  needs that our own shelf can fill after all
--
-- Lock order: orders by number, accounts by id, needs, purchases, cards, batch counts.

-- Positions of the lines that are bought from here on. A promise of pieces that could not be kept ends.
create or replace function fulfilment.buy_instead(
  p_tenant bigint, p_nos bigint[], p_lines smallint[], p_skus bigint[], p_quantities integer[], p_holds bigint[], p_enough boolean[]
)
returns integer[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  positions integer[];
begin
  select array_agg(x.n::integer order by x.n)
  into positions
  from unnest(p_skus, p_quantities, p_enough) with ordinality as x(sku, quantity, enough, n)
  cross join lateral (
    select s.source, s.supply_stock
    from catalog.skus s
    where s.tenant_id = p_tenant
      and s.id = x.sku
    offset 0
  ) s
  where not x.enough
    and s.source <> 'own'
    and (s.supply_stock is null or s.supply_stock >= x.quantity);
  if positions is null then
    return '{}';
  end if;
  perform ledger.close(p_tenant, (
    select array_agg(p_holds[x.n]) from unnest(positions) as x(n) where p_holds[x.n] is not null
  ), 'released', 'stock.deliver');
  update orders.lines l
  set bought = true
  from unnest(positions) as x(n)
  where l.tenant_id = p_tenant
    and l.order_no = any (p_nos)
    and l.order_no = p_nos[x.n]
    and l.line_no = p_lines[x.n];
  return positions;
end;
$$;
revoke execute on function fulfilment.buy_instead(bigint, bigint[], smallint[], bigint[], integer[], bigint[], boolean[]) from public;

-- The SKU whose codes a purchase brings, null where it brings none that are kept: a top-up, or one to try.
create or replace function fulfilment.sku_of_bought(p_tenant bigint, p_no bigint, p_line integer)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select l.sku_id
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    and catalog.deliver_of(l.kind) = 'pick'
$$;
revoke execute on function fulfilment.sku_of_bought(bigint, bigint, integer) from public;

-- The same of a purchase, which may also be for the shelf (fulfilment_restock.sql), or to try a product.
create or replace function fulfilment.sku_of_purchase(p_tenant bigint, p_purchase suppliers.purchases)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select case
    when p_purchase.purpose = 'stock' then (
      select r.sku_id
      from fulfilment.restocks r
      where r.tenant_id = p_tenant
        and r.id = p_purchase.restock_id
    )
    -- A code that was bought to try it goes where its product's codes go.
    when p_purchase.purpose = 'test' then (
      select k.id
      from suppliers.offers o
      join catalog.skus k on k.tenant_id = o.tenant_id and k.id = o.sku_id
      where o.tenant_id = p_tenant
        and o.product_id = p_purchase.product_id
        and catalog.deliver_of(k.kind) = 'pick'
        and k.removed_at is null
      order by o.id
      limit 1
    )
    else fulfilment.sku_of_bought(p_tenant, p_purchase.order_no, p_purchase.line_no)
  end
$$;
revoke execute on function fulfilment.sku_of_purchase(bigint, suppliers.purchases) from public;

create or replace function fulfilment.accounts_of_bought(p_tenant bigint, p_purchases bigint[])
returns bigint[]
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select array_agg(distinct a.id)
  from (
    select distinct l.sku_id
    from unnest(p_purchases) as x(id)
    join suppliers.purchases p on p.tenant_id = p_tenant and p.id = x.id and p.id = any (p_purchases)
    cross join lateral (select fulfilment.sku_of_purchase(p_tenant, p) as sku_id) l
    where l.sku_id is not null
  ) s
  cross join lateral (
    select ledger.account(p_tenant, k.kind, s.sku_id::text, 'piece') as id
    from unnest(array['stock.source', 'stock.available', 'stock.delivered', 'stock.suspect', 'stock.void']) as k(kind)
    union all
    select ledger.account(p_tenant, 'cash.codes', '', 'CNY')
    union all
    -- Of what is bought for the shelf: its budget's.
    select b.id
    from suppliers.purchases p
    join fulfilment.restocks r on r.tenant_id = p_tenant and r.id = p.restock_id
    join ledger.holds h on h.tenant_id = p_tenant and h.id = r.hold_id
    cross join lateral unnest(array[h.from_account, h.to_account]) as b(id)
    where p.tenant_id = p_tenant
      and p.id = any (p_purchases)
      and p.restock_id is not null
  ) a
$$;
revoke execute on function fulfilment.accounts_of_bought(bigint, bigint[]) from public;

-- Cards: [{id, fingerprint, sealed, masked, validTo, problem}], sealed before they came here. They join the batch of this supplier,
-- day and price. A code that the shop has ever had, one with a problem and one past its date is noted and not taken. With
-- `p_late` nobody waits for them any more: they are put aside in a suspended batch of their own. Answers the cards taken.
create or replace function fulfilment.take_cards(
  p_tenant bigint, p_purchase bigint, p_sku bigint, p_cards jsonb, p_cost_fen bigint, p_late boolean
)
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  given integer := jsonb_array_length(p_cards);
  each_fen bigint := round(p_cost_fen::numeric / greatest(jsonb_array_length(p_cards), 1));
  supplier record;
  the_batch bigint;
  taken bigint[];
  known integer;
begin
  select s.id, s.name, p.no
  into strict supplier
  from suppliers.purchases p
  join suppliers.suppliers s on s.tenant_id = p_tenant and s.id = p.supplier_id
  where p.tenant_id = p_tenant
    and p.id = p_purchase;
  if not p_late then
    -- The SKU's accounts are locked, so no other arrival opens the same one. Whoever stops, undoes or recalls a batch has it before
    -- those accounts: one that somebody has is passed by instead of waited for.
    select b.id into the_batch
    from vault.batches b
    where b.tenant_id = p_tenant
      and b.sku_id = p_sku
      and b.supplier_id = supplier.id
      and b.origin = 'bought'
      and b.state = 'ready'
      -- Named for channels meanwhile: what comes now is for whoever buys it.
      and b.channels is null
      and b.cost_fen = each_fen
      and b.created_at >= date_trunc('day', now(), 'Asia/Shanghai')
    order by b.id desc
    limit 1
    for no key update skip locked;
  end if;
  if the_batch is null then
    insert into vault.batches (
      tenant_id, sku_id, state, origin, supplier_id, supplier, cost_fen, purchase_ref, created_by, finished_at
    )
    values (
      p_tenant, p_sku, case when p_late then 'suspended' else 'ready' end, 'bought', supplier.id, supplier.name, each_fen,
      supplier.no, 'system', now()
    )
    returning id into the_batch;
  end if;

  with given as materialized (
    select g.n, g.id, decode(g.fingerprint, 'base64') as fingerprint, decode(g.sealed, 'base64') as sealed, g.masked, g.valid_to,
      case when g.problem is not null then g.problem when g.valid_to <= now() then 'expired' end as problem
    from rows from (
      jsonb_to_recordset(p_cards) as (id bigint, fingerprint text, sealed text, masked text, "validTo" timestamptz, problem text)
    ) with ordinality as g(id, fingerprint, sealed, masked, valid_to, problem, n)
  ), added as (
    insert into vault.cards (tenant_id, id, sku_id, batch_id, state, sealed, fingerprint, valid_to)
    select p_tenant, g.id, p_sku, the_batch, case when p_late then 'suspect' else 'available' end, g.sealed, g.fingerprint, g.valid_to
    from given g
    where g.problem is null
    order by g.fingerprint
    on conflict on constraint card_known_already do nothing
    returning id
  ), noted as (
    insert into suppliers.purchase_cards (tenant_id, purchase_id, piece, outcome, card_id, masked)
    select p_tenant, p_purchase, g.n, case when a.id is not null then 'taken' else coalesce(g.problem, 'duplicate') end,
      coalesce(a.id, t.id), g.masked
    from given g
    left join added a on a.id = g.id
    left join lateral (
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.fingerprint = g.fingerprint
        and c.use_no = 1
        and g.problem is null
      offset 0
    ) t on true
    returning outcome
  )
  select (select array_agg(g.id order by g.n) from given g join added a on a.id = g.id),
    (select count(*) from noted x where x.outcome = 'duplicate')
  into taken, known;

  update vault.batches b
  set lines_read = b.lines_read + given,
      duplicates = b.duplicates + known,
      invalid = b.invalid + given - known - coalesce(cardinality(taken), 0)
  where b.tenant_id = p_tenant
    and b.id = the_batch;
  if taken is null then
    return '{}';
  end if;
  insert into vault.batch_counts as k (tenant_id, batch_id, imported, available, suspect)
  values (
    p_tenant, the_batch, cardinality(taken), case when p_late then 0 else cardinality(taken) end,
    case when p_late then cardinality(taken) else 0 end
  )
  on conflict (tenant_id, batch_id) do update
  set imported = k.imported + excluded.imported,
      available = k.available + excluded.available,
      suspect = k.suspect + excluded.suspect;
  perform ledger.post(
    p_tenant,
    array[ledger.account(p_tenant, 'stock.source', p_sku::text, 'piece')],
    array[ledger.account(p_tenant, case when p_late then 'stock.suspect' else 'stock.available' end, p_sku::text, 'piece')],
    array[cardinality(taken)::bigint], array['stock.import'], array['batch:' || the_batch]
  );
  return taken;
end;
$$;
revoke execute on function fulfilment.take_cards(bigint, bigint, bigint, jsonb, bigint, boolean) from public;

-- From the shelf to the buyer, as pieces of a line from `p_from` on. The caller has locked order and accounts.
create or replace function fulfilment.hand_over(p_tenant bigint, p_no bigint, p_line integer, p_from integer, p_cards bigint[], p_actor text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  sku bigint := fulfilment.sku_of_bought(p_tenant, p_no, p_line);
  line_kind text := (select l.kind from orders.lines l where l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line);
  cause text := 'order:' || p_no;
begin
  perform vault.move(p_tenant, p_cards, array_fill(cause, array[cardinality(p_cards)]), 'available', 'delivered', p_actor);
  insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, kind, sku_id, card_id)
  select p_tenant, o.buyer_key, o.member_id, p_no, p_line, p_from + c.n - 1, line_kind, sku, c.id
  from unnest(p_cards) with ordinality as c(id, n)
  cross join lateral (
    select o.buyer_key, o.member_id
    from orders.orders o
    where o.tenant_id = p_tenant
      and o.no = p_no
    offset 0
  ) o;
  perform ledger.post(
    -- What was bought lies in the total warehouse, what was there after all in the line's own.
    p_tenant, array[stock.shelf(p_tenant, sku, (
      select max(c.warehouse_id) from vault.cards c where c.tenant_id = p_tenant and c.id = any (p_cards)
    ))],
    array[ledger.account(p_tenant, 'stock.delivered', sku::text, 'piece')], array[cardinality(p_cards)::bigint], array['stock.deliver'], array[cause]
  );
end;
$$;
revoke execute on function fulfilment.hand_over(bigint, bigint, integer, integer, bigint[], text) from public;

-- Which codes of a purchase cannot be sold, for those who have to decide: `••••••7F2A, …`; why, the purchase shows.
create or replace function fulfilment.bad_cards_note(p_tenant bigint, p_purchase bigint)
returns text
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select left(string_agg(c.masked, ', ' order by c.piece), 500)
  from suppliers.purchase_cards c
  where c.tenant_id = p_tenant
    and c.purchase_id = p_purchase
    and c.outcome <> 'taken'
$$;
revoke execute on function fulfilment.bad_cards_note(bigint, bigint) from public;

-- Items: [{orderNo, lineNo}], needs for codes of which nothing has come and nothing is on its way. Those that our own shelf fills
-- whole are delivered from it; answers [{orderNo, lineNo}] of these.
create or replace function fulfilment.deliver_own(p_tenant bigint, p_items jsonb, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  nos bigint[];
  need record;
  cards bigint[];
  is_whole boolean;
  handled jsonb := '[]';
begin
  select array_agg(distinct i.no)
  into nos
  from (select (i.item ->> 'orderNo')::bigint as no from jsonb_array_elements(p_items) as i(item)) i;
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (nos)
  order by o.no
  for no key update;
  perform fulfilment.lock_accounts(p_tenant, nos, array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
  ]);
  for need in
    select n.order_no, n.line_no, n.sku_id, n.quantity, k.allocation, l.warehouse_id
    from jsonb_to_recordset(p_items) as i("orderNo" bigint, "lineNo" smallint)
    join fulfilment.needs n on n.tenant_id = p_tenant and n.order_no = i."orderNo" and n.order_no = any (nos) and n.line_no = i."lineNo"
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = n.order_no and l.order_no = any (nos) and l.line_no = n.line_no
    join catalog.skus k on k.tenant_id = p_tenant and k.id = n.sku_id
    where n.state = 'wanted'
      and n.filled = 0
      and catalog.deliver_of(l.kind) = 'pick'
      and l.state = 'supplying'
    order by n.order_no, n.line_no
    for no key update of n
  loop
    continue when not (ledger.admit(
      p_tenant, array[1], array[stock.shelf(p_tenant, need.sku_id, need.warehouse_id)], array[need.quantity::bigint], 1
    ))[1];
    select array_agg(p.card_id)
    into cards
    from vault.pick(p_tenant, need.sku_id, need.allocation, need.quantity, need.warehouse_id) p;
    continue when coalesce(cardinality(cards), 0) < need.quantity;
    update fulfilment.needs n
    set state = 'stopped',
        due_at = null,
        changed_at = now()
    where n.tenant_id = p_tenant
      and n.order_no = need.order_no
      and n.line_no = need.line_no;
    perform fulfilment.hand_over(p_tenant, need.order_no, need.line_no, 1, cards, p_actor);
    update orders.lines l
    set bought = false
    where l.tenant_id = p_tenant
      and l.order_no = need.order_no
      and l.line_no = need.line_no;
    is_whole := fulfilment.finish_line(p_tenant, need.order_no, need.line_no);
    perform events.append(
      p_tenant, jsonb_build_object('actor', p_actor), array[case when is_whole then 'order.delivered' else 'supply.arrived' end],
      array['order:' || need.order_no],
      array[jsonb_build_object('no', need.order_no) || case when is_whole then '{}' else jsonb_build_object('lineNo', need.line_no) end]
    );
    handled := handled || jsonb_build_object('orderNo', need.order_no, 'lineNo', need.line_no);
  end loop;
  return handled;
end;
$$;
