-- The ledger's moves over sets. All of them: security definer, tenant first, one lock order (accounts by id).
--
--   ledger.account(tenant, kind, ref, unit)                 id; opens it when missing (floor by kind)
--   ledger.open_stock(tenant, sku)                          the seven accounts of a SKU's pieces
--   ledger.lock(tenant, ids)                                locks accounts in id order
--   ledger.post(tenant, from[], to[], amount[], kind[], cause[])             posts transfers at once
--   ledger.hold(tenant, from[], to[], amount[], cause[], expires[]) → ids    promises, in the order given
--   ledger.close(tenant, hold ids, state, kind)             captured (posts), released or expired; returns ids closed now
--   ledger.admit(tenant, groups[], accounts[], amounts[])   which groups fit into what is free, first come first served
--   ledger.displace(tenant, account, need)                  releases the newest holds until `need` is free
--   ledger.adjust_member(tenant, member, unit, amount, cause)  staff's correction of a member's cash or points; new free balance

-- Accounts people or shelves own may not go below zero; the others mirror the world outside.
create or replace function ledger.floor_of(p_kind text)
returns bigint
language sql
immutable
as $$
  select case when p_kind in ('stock.source', 'cash.gateway', 'cash.adjustment', 'cash.revenue', 'cash.fee', 'cash.bank', 'cash.difference', 'cash.exchange', 'cash.chargeback', 'cash.loss', 'cash.bonus', 'cash.cost', 'cash.codes', 'cash.supplier', 'cash.paid_ahead', 'points.issued', 'budget.source') then null else 0 end::bigint
$$;

create or replace function ledger.account(p_tenant bigint, p_kind text, p_ref text, p_unit text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  found_id bigint;
begin
  select a.id into found_id
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.kind = p_kind
    and a.ref = p_ref
    and a.unit = p_unit;
  if found_id is null then
    insert into ledger.accounts (tenant_id, kind, ref, unit, floor)
    values (p_tenant, p_kind, p_ref, p_unit, ledger.floor_of(p_kind))
    on conflict do nothing;
    select a.id into strict found_id
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind = p_kind
      and a.ref = p_ref
      and a.unit = p_unit;
  end if;
  return found_id;
end;
$$;

create or replace function ledger.open_stock(p_tenant bigint, p_sku bigint)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  insert into ledger.accounts (tenant_id, kind, ref, unit, floor)
  select p_tenant, k.kind, p_sku::text, 'piece', ledger.floor_of(k.kind)
  from unnest(array[
    'stock.source', 'stock.available', 'stock.delivered', 'stock.used', 'stock.void', 'stock.suspect', 'stock.expired'
  ]) as k(kind)
  on conflict do nothing
$$;

create or replace function ledger.lock(p_tenant bigint, p_ids bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select 1
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = any (p_ids)
  order by a.id
  for no key update;
$$;

create or replace function ledger.post(
  p_tenant bigint, p_from bigint[], p_to bigint[], p_amount bigint[], p_kind text[], p_cause text[]
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  if coalesce(cardinality(p_from), 0) = 0 then
    return;
  end if;
  perform ledger.lock(p_tenant, p_from || p_to);

  -- The time after the locks, not of the transaction's start: so an account's entries stand in the order in which they
  -- changed it, and a statement never shows a balance that never was.
  insert into ledger.transfers (tenant_id, at, from_account, to_account, amount, kind, cause)
  select p_tenant, clock_timestamp(), t.from_id, t.to_id, t.amount, t.kind, t.cause
  from unnest(p_from, p_to, p_amount, p_kind, p_cause) as t(from_id, to_id, amount, kind, cause);

  update ledger.accounts a
  set balance = a.balance + d.delta,
      changed_at = now()
  from (
    select moved.account_id, sum(moved.delta) as delta
    from (
      select f.id as account_id, -f.amount as delta from unnest(p_from, p_amount) as f(id, amount)
      union all
      select t.id, t.amount from unnest(p_to, p_amount) as t(id, amount)
    ) moved
    group by moved.account_id
  ) d
  where a.tenant_id = p_tenant
    and a.id = d.account_id;
end;
$$;

create or replace function ledger.hold(
  p_tenant bigint, p_from bigint[], p_to bigint[], p_amount bigint[], p_cause text[], p_expires timestamptz[]
)
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  ids bigint[];
begin
  if coalesce(cardinality(p_from), 0) = 0 then
    return '{}';
  end if;
  perform ledger.lock(p_tenant, p_from);

  select array_agg(nextval('ledger.holds_id_seq') order by n)
  into ids
  from generate_series(1, cardinality(p_from)) as n;

  insert into ledger.holds (tenant_id, id, from_account, to_account, amount, cause, expires_at)
  overriding system value
  select p_tenant, h.id, h.from_id, h.to_id, h.amount, h.cause, h.expires
  from unnest(ids, p_from, p_to, p_amount, p_cause, p_expires) as h(id, from_id, to_id, amount, cause, expires);

  update ledger.accounts a
  set held_out = a.held_out + d.amount,
      changed_at = now()
  from (
    select f.id, sum(f.amount) as amount
    from unnest(p_from, p_amount) as f(id, amount)
    group by f.id
  ) d
  where a.tenant_id = p_tenant
    and a.id = d.id;
  return ids;
end;
$$;

-- Of the given holds, those still open end in `p_state`; a hold that ended before is left alone and not returned.
create or replace function ledger.close(p_tenant bigint, p_holds bigint[], p_state text, p_kind text)
returns bigint[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  closed bigint[];
begin
  if coalesce(cardinality(p_holds), 0) = 0 then
    return '{}';
  end if;
  -- What is let go moves nothing to where it was promised: whoever displaces promises has locked the shelf alone.
  perform ledger.lock(p_tenant, (
    select array_agg(h.from_account) || case when p_state = 'captured' then array_agg(h.to_account) end
    from ledger.holds h
    where h.tenant_id = p_tenant
      and h.id = any (p_holds)
  ));

  with ended as (
    update ledger.holds h
    set state = p_state,
        closed_at = now()
    where h.tenant_id = p_tenant
      and h.id = any (p_holds)
      and h.state = 'held'
    returning h.id
  )
  select coalesce(array_agg(e.id), '{}') into closed from ended e;

  if p_state = 'captured' then
    insert into ledger.transfers (tenant_id, at, from_account, to_account, amount, kind, cause, hold_id)
    select p_tenant, clock_timestamp(), h.from_account, h.to_account, h.amount, p_kind, h.cause, h.id
    from ledger.holds h
    where h.tenant_id = p_tenant
      and h.id = any (closed);
  end if;

  update ledger.accounts a
  set balance = a.balance + d.balance,
      held_out = a.held_out - d.held,
      changed_at = now()
  from (
    select moved.account_id, sum(moved.balance) as balance, sum(moved.held) as held
    from (
      select h.from_account as account_id, case when p_state = 'captured' then -h.amount else 0 end as balance, h.amount as held
      from ledger.holds h
      where h.tenant_id = p_tenant
        and h.id = any (closed)
      union all
      select h.to_account, h.amount, 0
      from ledger.holds h
      where h.tenant_id = p_tenant
        and h.id = any (closed)
        and p_state = 'captured'
    ) moved
    group by moved.account_id
  ) d
  where a.tenant_id = p_tenant
    and a.id = d.account_id;
  return closed;
end;
$$;

-- Decides which groups (orders) fit. All demands of a group, or none. The accounts are locked first, so the answer holds
-- until commit. Usually everything fits and one sum per account says so; only a short account is walked item by item.
-- Groups are numbered 1…; the answer has one boolean each.
create or replace function ledger.admit(p_tenant bigint, p_groups integer[], p_accounts bigint[], p_amounts bigint[], p_count integer)
returns boolean[]
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  answer boolean[] := array_fill(true, array[p_count]);
  short boolean;
  account_ids bigint[];
  free bigint[];
  demand record;
  at_index integer;
begin
  if coalesce(cardinality(p_groups), 0) = 0 then
    return answer;
  end if;
  perform ledger.lock(p_tenant, p_accounts);

  select
    array_agg(a.id),
    array_agg(case when a.floor is null then 9000000000000000 else a.balance - a.held_out - a.floor end),
    bool_or(a.floor is not null and a.balance - a.held_out - a.floor < d.amount)
  into account_ids, free, short
  from (
    select x.id, sum(x.amount) as amount
    from unnest(p_accounts, p_amounts) as x(id, amount)
    group by x.id
  ) d
  join ledger.accounts a on a.tenant_id = p_tenant and a.id = d.id;
  if not short then
    return answer;
  end if;

  for demand in
    select g.group_no, array_agg(g.account_id) as accounts, array_agg(g.amount) as amounts
    from (
      select x.group_no, x.account_id, sum(x.amount)::bigint as amount
      from unnest(p_groups, p_accounts, p_amounts) as x(group_no, account_id, amount)
      group by x.group_no, x.account_id
    ) g
    group by g.group_no
    order by g.group_no
  loop
    for i in 1 .. cardinality(demand.accounts) loop
      if free[array_position(account_ids, demand.accounts[i])] < demand.amounts[i] then
        answer[demand.group_no] := false;
      end if;
    end loop;
    continue when not answer[demand.group_no];
    for i in 1 .. cardinality(demand.accounts) loop
      at_index := array_position(account_ids, demand.accounts[i]);
      free[at_index] := free[at_index] - demand.amounts[i];
    end loop;
  end loop;
  return answer;
end;
$$;

-- Pieces that must leave the shelf now (bad batch, expiry) may be promised already. The newest promises give way; their
-- orders find out when they are paid and are then delivered from what is left, or become an exception or refund.
create or replace function ledger.displace(p_tenant bigint, p_account bigint, p_need bigint)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  missing bigint;
  victims bigint[];
begin
  perform ledger.lock(p_tenant, array[p_account]);
  select p_need - (a.balance - a.held_out - coalesce(a.floor, 0)) into missing
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = p_account;
  if coalesce(missing, 0) <= 0 then
    return 0;
  end if;

  select array_agg(r.id)
  into victims
  from (
    select h.id, sum(h.amount) over (order by h.id desc) - h.amount as freed_before
    from ledger.holds h
    where h.tenant_id = p_tenant
      and h.from_account = p_account
      and h.state = 'held'
  ) r
  where r.freed_before < missing;
  return cardinality(ledger.close(p_tenant, victims, 'released', 'hold.displaced'));
end;
$$;

create or replace function ledger.adjust_member(p_tenant bigint, p_member bigint, p_unit text, p_amount bigint, p_cause text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  member_account bigint := ledger.account(p_tenant, case p_unit when 'CNY' then 'cash.member' else 'points.member' end, p_member::text, p_unit);
  outside bigint := ledger.account(p_tenant, case p_unit when 'CNY' then 'cash.adjustment' else 'points.issued' end, '', p_unit);
  free bigint;
begin
  if p_amount > 0 then
    perform ledger.post(p_tenant, array[outside], array[member_account], array[p_amount], array['member.credit'], array[p_cause]);
  elsif p_amount < 0 then
    perform ledger.post(p_tenant, array[member_account], array[outside], array[-p_amount], array['member.debit'], array[p_cause]);
  end if;
  select a.balance - a.held_out into free
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = member_account;
  return free;
end;
$$;
