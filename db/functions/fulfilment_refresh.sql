-- The living pieces of a line as they stand now, which may be another way than when they were delivered. Whose word that is, the kind
-- says (`catalog.refresh_of`): the vault's for a code, the counter's for a code of our own, and what arrived is spent. `is_spent` is
-- what cannot be had back any more; for points that is told by the line (`missing_points`), because a pot has no pieces.
--
-- Somebody else's word is asked for outside of a transaction: `askCard` where an adapter has `cardState`, for complaints.
create or replace function fulfilment.refresh(p_tenant bigint, p_no bigint, p_line integer)
returns table (grant_id bigint, piece integer, asks text, is_spent boolean)
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select g.id, g.piece, w.asks, g.state = 'used' or case w.asks
    when 'vault' then coalesce(c.state = 'used', false)
    -- A redeem code is used from its first use on.
    when 'uses' then fulfilment.is_code_used(p_tenant, p_no, p_line, g.piece)
    -- Of a line that was never whole nobody asks what was used: the rest cannot be had otherwise.
    -- What nobody activated until its end never arrived.
    when 'arrival' then l.delivered_at is not null and g.state <> 'lapsed'
    else false
  end
  from entitlements.grants g
  cross join lateral (select catalog.refresh_of(g.kind) as asks) w
  join orders.lines l on l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line
  left join vault.cards c on c.tenant_id = p_tenant and c.id = g.card_id
  where g.tenant_id = p_tenant
    and g.order_no = p_no
    and g.line_no = p_line
    and g.state <> 'revoked'
$$;
revoke execute on function fulfilment.refresh(bigint, bigint, integer) from public;
