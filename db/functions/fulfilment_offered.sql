-- Codes that a supplier's people offered without an order, taken into stock (docs/adr/0047-lists-and-papers.md).
--
--   fulfilment.take_offered(tenant, offered, sku, cards, by, reason)   whole, in one commit; {ok, …}, null: there is none
--
-- Lock order: accounts by id, offered codes, purchases, cards, batch counts.

-- It is a purchase that ends as it begins: what the vault takes is owed, and what it knows already, or cannot sell, is not. Numbers begin
-- with 7, which no order's does before the year 2070.
create or replace function fulfilment.take_offered(p_tenant bigint, p_offered bigint, p_sku bigint, p_cards jsonb, p_by text, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  given integer := jsonb_array_length(p_cards);
  new_id bigint := nextval(pg_get_serial_sequence('suppliers.purchases', 'id'));
  offered suppliers.offered_codes;
  spent bigint := ledger.account(p_tenant, 'cash.codes', '', 'CNY');
  of_supplier bigint;
  taken integer;
  cost bigint;
begin
  select * into offered
  from suppliers.offered_codes o
  where o.tenant_id = p_tenant
    and o.id = p_offered;
  if not found then
    return null;
  end if;
  of_supplier := ledger.account(p_tenant, 'cash.supplier', offered.supplier_id::text, 'CNY');
  perform ledger.lock(p_tenant, array[spent, of_supplier] || array(
    select ledger.account(p_tenant, k.kind, p_sku::text, 'piece')
    from unnest(array['stock.source', 'stock.available', 'stock.delivered', 'stock.suspect', 'stock.void']) as k(kind)
  ));
  select * into offered
  from suppliers.offered_codes o
  where o.tenant_id = p_tenant
    and o.id = p_offered
  for no key update;
  if offered.state <> 'offered' or offered.pieces <> given then
    return jsonb_build_object('ok', false, 'state', offered.state);
  end if;
  -- Taken is bought: what stops buying from him stops this too.
  if not (select suppliers.is_covered(s.papers_until) from suppliers.suppliers s where s.tenant_id = p_tenant and s.id = offered.supplier_id) then
    return jsonb_build_object('ok', false, 'state', 'paper_ended');
  end if;
  insert into suppliers.purchases (
    tenant_id, id, no, purpose, supplier_id, product_id, quantity, ceiling_hao, quoted_hao, state, sent_at
  )
  overriding system value
  values (
    p_tenant, new_id, '7' || lpad(new_id::text, 19, '0'), 'offered', offered.supplier_id, offered.product_id, given, offered.cost_hao,
    offered.cost_hao, 'accepted', clock_timestamp()
  );
  taken := cardinality(fulfilment.take_cards(p_tenant, new_id, p_sku, p_cards, round(offered.cost_hao::numeric * given / 100)::bigint, false));
  cost := ceil(offered.cost_hao::numeric * taken / 100)::bigint;
  update suppliers.purchases p
  set state = case when taken = given then 'done' when taken > 0 then 'partial' else 'refused' end,
      arrived = taken,
      bad = given - taken,
      cost_fen = cost,
      cost_at = clock_timestamp(),
      code = case when taken < given then 'bad_card' end,
      about = case when taken < given then 'other' end,
      message = case when taken < given then fulfilment.bad_cards_note(p_tenant, new_id) end,
      ended_at = clock_timestamp()
  where p.tenant_id = p_tenant
    and p.id = new_id;
  if cost > 0 then
    perform ledger.post(p_tenant, array[spent], array[of_supplier], array[cost], array['cash.purchase'], array['purchase:' || new_id]);
  end if;
  update suppliers.offered_codes o
  set state = 'accepted',
      codes_sealed = null,
      decided_by = p_by,
      decided_at = now(),
      reason = p_reason,
      sku_id = p_sku,
      purchase_id = new_id
  where o.tenant_id = p_tenant
    and o.id = p_offered;
  return jsonb_build_object('ok', true, 'taken', taken, 'bad', given - taken, 'costFen', cost, 'purchaseId', new_id, 'supplierId', offered.supplier_id);
end;
$$;
