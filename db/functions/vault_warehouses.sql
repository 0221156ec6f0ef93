-- Picking from a channel's warehouse. docs/adr/0041-warehouses.md.
--
--   vault.pick_in_warehouse(tenant, sku, rule, count, warehouse, channel)   locks and returns the next free cards that lie there

-- As vault.pick, which sells by it. `p_channel` is who is to have the cards: codes of a batch for named channels are passed over when
-- it is not among them, null being the total warehouse. So a move takes nothing along that may not be sold where it goes. The
-- warehouse's account of the SKU is locked by the caller.
create or replace function vault.pick_in_warehouse(
  p_tenant bigint, p_sku bigint, p_allocation text, p_count integer, p_warehouse bigint, p_channel text
)
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
  select coalesce(array_agg(b.id), '{}')
  into stopped
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.sku_id = p_sku
    and (b.state in ('suspended', 'recalling') or (b.channels is not null and (p_channel = any (b.channels)) is not true));
  if p_allocation = 'fefo' then
    return query
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.warehouse_id = p_warehouse
        and c.sku_id = p_sku
        and c.state = 'available'
        and c.warehouse_id is not null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
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
        and c.warehouse_id = p_warehouse
        and c.sku_id = p_sku
        and c.state = 'available'
        and c.warehouse_id is not null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
          offset 0
        )
      order by c.id desc
      limit p_count
      for no key update;
  elsif p_allocation = 'random' then
    return query
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.warehouse_id = p_warehouse
        and c.sku_id::text = p_sku::text
        and c.state || '' = 'available'
        and c.warehouse_id is not null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
          offset 0
        )
      order by hashint8extended(c.id, 0), c.id
      limit p_count
      for no key update;
  elsif p_allocation = 'loop' then
    return query
      select c.id
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.warehouse_id = p_warehouse
        and c.sku_id = p_sku
        and c.state = 'available'
        and c.warehouse_id is not null
        and c.code_id is not null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
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
          and c.warehouse_id = p_warehouse
          and c.sku_id = p_sku
          and c.state = 'available'
          and c.warehouse_id is not null
          and c.code_id is null
          and (c.valid_to is null or c.valid_to > now())
          and c.batch_id <> all (stopped)
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
        and c.warehouse_id = p_warehouse
        and c.sku_id = p_sku
        and c.state = 'available'
        and c.warehouse_id is not null
        and (c.valid_to is null or c.valid_to > now())
        and c.batch_id <> all (stopped)
        and not exists (
          select from entitlements.grants g
          where g.tenant_id = p_tenant and g.card_id = c.id
          offset 0
        )
      order by c.id
      limit p_count
      for no key update;
  end if;
end;
$$;
revoke execute on function vault.pick_in_warehouse(bigint, bigint, text, integer, bigint, text) from public;
