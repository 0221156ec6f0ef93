-- Chosen numbers in `orders.place`: `k_…` are the picked lines of a call by item, SKU and card. Nothing here runs for an order
-- without one.
--
--   orders.price_picks(…)      what choosing costs, and whether this SKU's numbers may be chosen
--   orders.claim_picks(…)      gives each card to the first who asks; the others are refused
--   orders.drop_picks(…)       of items that were not placed after all
--   orders.keep_picks(…)       writes them to the lines
--   orders.let_go_of_numbers(tenant, sku)   of orders whose promise gave way

-- The price shown must be that of a piece and of choosing together. A line with a number holds its piece from the order on, and
-- comes from our own shelf, whatever its SKU says.
create or replace function orders.price_picks(
  p_tenant bigint, p_k_item integer[], p_k_sku bigint[], p_l_item integer[], p_l_sku bigint[], p_quantity integer[], p_shown bigint[],
  p_title text[], p_points integer[], inout l_unit bigint[], inout l_refusal jsonb[], inout l_holds boolean[], inout l_source text[],
  inout l_bought boolean[]
)
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  line record;
begin
  for line in
    select l.n, s.pick, s.pick_fee_fen as fee
    from unnest(p_l_item, p_l_sku) with ordinality as l(item_no, sku, n)
    join unnest(p_k_item, p_k_sku) as k(item_no, sku) on k.item_no = l.item_no and k.sku = l.sku
    cross join lateral (
      select s.pick, s.pick_fee_fen from catalog.skus s where s.tenant_id = p_tenant and s.id = l.sku offset 0
    ) s
  loop
    if l_refusal[line.n] is not null and l_refusal[line.n] ->> 'code' not like '%price_changed' then
      continue;
    end if;
    l_unit[line.n] := l_unit[line.n] + line.fee;
    l_holds[line.n] := true;
    l_source[line.n] := 'own';
    l_bought[line.n] := false;
    l_refusal[line.n] := case
      when line.pick = 'none' or p_points[line.n] > 0 then jsonb_build_object(
        'code', 'orders.not_choosable', 'params', jsonb_build_object('title', p_title[line.n], 'skuId', p_l_sku[line.n])
      )
      when p_quantity[line.n] <> 1 then '{"code": "orders.one_number_a_line", "params": {}}'
      when p_shown[line.n] <> l_unit[line.n] then jsonb_build_object('code', 'orders.price_changed', 'params', jsonb_build_object(
        'title', p_title[line.n], 'skuId', p_l_sku[line.n], 'shownFen', p_shown[line.n], 'unitPriceFen', l_unit[line.n], 'unitPoints', 0,
        'unitPriceYuan', trim(to_char(l_unit[line.n] / 100.0, '999999999990.00'))
      ))
    end;
  end loop;
end;
$$;
revoke execute on function orders.price_picks(
  bigint, integer[], bigint[], integer[], bigint[], integer[], bigint[], text[], integer[], bigint[], jsonb[], boolean[], text[], boolean[]
) from public;

-- Behind the shelf's lock. The card's row decides: who finds it free has it, the others are told and choose again. `claimed`
-- stands beside `p_k_card`, null where nothing was claimed.
create or replace function orders.claim_picks(
  p_tenant bigint, p_no bigint[], p_k_item integer[], p_k_sku bigint[], p_k_card bigint[], inout results jsonb[], out claimed bigint[]
)
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  card bigint;
begin
  claimed := array_fill(null::bigint, array[cardinality(p_k_card)]);
  for n in 1 .. cardinality(p_k_card) loop
    continue when results[p_k_item[n]] is not null;
    update vault.cards c
    set picked_by = p_no[p_k_item[n]]
    where c.tenant_id = p_tenant
      and c.id = p_k_card[n]
      and c.sku_id = p_k_sku[n]
      and c.state = 'available'
      and c.warehouse_id is null
      and c.picked_by is null
      and c.number_as = (select s.pick from catalog.skus s where s.tenant_id = p_tenant and s.id = p_k_sku[n])
      and (c.valid_to is null or c.valid_to > now())
      and not exists (
        select from vault.batches b
        where b.tenant_id = p_tenant and b.id = c.batch_id and b.state in ('suspended', 'recalling')
      )
      and not exists (select from entitlements.grants g where g.tenant_id = p_tenant and g.card_id = c.id)
    returning c.id into card;
    claimed[n] := card;
    if card is null then
      results[p_k_item[n]] := jsonb_build_object('code', 'orders.number_taken', 'params', jsonb_build_object('skuId', p_k_sku[n]));
    end if;
  end loop;
  -- An order with several numbers has all of them or none.
  perform orders.drop_picks(
    p_tenant, array(select i.n::integer from unnest(results) with ordinality as i(result, n) where i.result is null), p_k_item, claimed
  );
end;
$$;
revoke execute on function orders.claim_picks(bigint, bigint[], integer[], bigint[], bigint[], jsonb[]) from public;

-- Lets go what items other than `p_kept` have claimed.
create or replace function orders.drop_picks(p_tenant bigint, p_kept integer[], p_k_item integer[], p_claimed bigint[])
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
    and c.id = any (
      select k.card
      from unnest(p_k_item, p_claimed) as k(item_no, card)
      where k.card is not null
        and k.item_no <> all (coalesce(p_kept, '{}'))
    )
$$;
revoke execute on function orders.drop_picks(bigint, integer[], integer[], bigint[]) from public;

create or replace function orders.keep_picks(
  p_tenant bigint, p_no bigint[], p_placed integer[], p_k_item integer[], p_k_sku bigint[], p_k_card bigint[]
)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  update orders.lines l
  set pick_card = k.card,
      pick_number = k.number
  from (
    select p_no[k.item_no] as no, k.sku, k.card, c.number
    from unnest(p_k_item, p_k_sku, p_k_card) as k(item_no, sku, card)
    cross join lateral (
      select c.number from vault.cards c where c.tenant_id = p_tenant and c.id = k.card offset 0
    ) c
    where k.item_no = any (p_placed)
  ) k
  where l.tenant_id = p_tenant
    and l.order_no = any (p_no)
    and l.order_no = k.no
    and l.sku_id = k.sku
    and l.bundle_no is null
$$;
revoke execute on function orders.keep_picks(bigint, bigint[], integer[], integer[], bigint[], bigint[]) from public;

-- Without its hold a chosen card would be kept from everybody though nothing in the ledger says so. The caller has locked the shelf.
create or replace function orders.let_go_of_numbers(p_tenant bigint, p_sku bigint)
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
    and c.sku_id = p_sku
    and not exists (
      select
      from orders.lines l
      join ledger.holds h on h.tenant_id = p_tenant and h.id = l.hold_id and h.state = 'held'
      where l.tenant_id = p_tenant
        and l.order_no = c.picked_by
        and l.pick_card = c.id
    )
$$;
revoke execute on function orders.let_go_of_numbers(bigint, bigint) from public;
