-- Lines of codes that suppliers deliver, decided while an order is placed. docs/adr/0030-cards-just-in-time.md.
--
--   orders.lines_to_buy(tenant, …)   which of the lines that claim pieces are bought, because the shelf cannot fill them

-- The caller holds the accounts' locks. Lines are walked in their order: one that fits takes its pieces, one that does not
-- is bought, if its SKU may be and its sources have as many. A line comes from one side, whole.
create or replace function orders.lines_to_buy(
  p_tenant bigint, p_accounts bigint[], p_quantities integer[], p_claims boolean[], p_sources text[], p_supply bigint[]
)
returns boolean[]
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
  bought boolean[] := array_fill(false, array[cardinality(p_accounts)]);
  place integer;
begin
  select array_agg(a.id), array_agg(a.balance - a.held_out)
  into ids, free
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = any (p_accounts);
  for n in 1 .. cardinality(p_accounts) loop
    continue when p_claims[n] is not true;
    place := array_position(ids, p_accounts[n]);
    if free[place] >= p_quantities[n] then
      free[place] := free[place] - p_quantities[n];
    else
      bought[n] := p_sources[n] <> 'own' and (p_supply[n] is null or p_supply[n] >= p_quantities[n]);
    end if;
  end loop;
  return bought;
end;
$$;
revoke execute on function orders.lines_to_buy(bigint, bigint[], integer[], boolean[], text[], bigint[]) from public;
