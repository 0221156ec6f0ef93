-- What we have and owe at a supplier. `cash.supplier` of the supplier: above zero is owed, below zero was paid ahead.
-- docs/adr/0040-supplier-money.md.
--
--   suppliers.book_money(tenant, money)              a deposit, withdrawal or credit that nobody has to agree to any more
--   suppliers.reverse_money(tenant, money, actor, note)    takes it back; {"code", "params"} of a refusal, or {"ok"}
--   suppliers.balance_of(tenant, supplier)           what is left there by our books, in fen
--   suppliers.watch_balances(limit)                  all tenants: says which balances have fallen below their alarm
--   suppliers.fen_at(hao, rate)                      yuan of an amount in other money, to the next fen (docs/adr/0062-suppliers-own-money.md)
--   suppliers.own_money(currency, hao, rate)         {"own": {…}} beside an amount in yuan; {} where there is none

create or replace function suppliers.fen_at(p_hao bigint, p_rate bigint)
returns bigint
language sql
immutable
as $$ select ceil(p_hao::numeric * p_rate / 100000000)::bigint $$;

create or replace function suppliers.own_money(p_currency text, p_hao bigint, p_rate bigint)
returns jsonb
language sql
immutable
as $$
  select case when p_currency is null then '{}'
    else jsonb_build_object('own', jsonb_build_object('currency', p_currency, 'hao', p_hao, 'rate', p_rate))
  end
$$;

create or replace function suppliers.post_money(p_tenant bigint, p_money bigint, p_is_back boolean)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_money suppliers.money;
  supplier bigint;
  other bigint;
begin
  select * into strict the_money
  from suppliers.money m
  where m.tenant_id = p_tenant
    and m.id = p_money;
  supplier := ledger.account(p_tenant, 'cash.supplier', the_money.supplier_id::text, 'CNY');
  other := case the_money.kind
    when 'credit' then ledger.account(p_tenant, 'cash.cost', '', 'CNY')
    else ledger.account(p_tenant, 'cash.paid_ahead', the_money.supplier_id::text, 'CNY')
  end;
  perform ledger.post(
    p_tenant,
    array[case when (the_money.kind = 'withdrawal') <> p_is_back then other else supplier end],
    array[case when (the_money.kind = 'withdrawal') <> p_is_back then supplier else other end],
    array[the_money.amount_fen],
    array['supplier.' || the_money.kind || case when p_is_back then '_back' else '' end],
    array['supplier:' || the_money.supplier_id || ':' || p_money]
  );
end;
$$;
revoke execute on function suppliers.post_money(bigint, bigint, boolean) from public;

create or replace function suppliers.book_money(p_tenant bigint, p_money bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update suppliers.money m
  set state = 'booked'
  where m.tenant_id = p_tenant
    and m.id = p_money
    and m.state in ('awaiting', 'claimed');
  if found then
    perform suppliers.post_money(p_tenant, p_money, false);
  end if;
end;
$$;

create or replace function suppliers.reverse_money(p_tenant bigint, p_money bigint, p_actor text, p_note text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_money suppliers.money;
begin
  select * into the_money
  from suppliers.money m
  where m.tenant_id = p_tenant
    and m.id = p_money
  for no key update;
  if the_money.id is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if the_money.state <> 'booked' then
    return jsonb_build_object('code', 'suppliers.money_not_booked', 'params', '{}'::jsonb);
  end if;
  -- A statement has it: whoever says that it never was has to say so to the statement's day.
  if suppliers.is_reconciled(p_tenant, the_money.kind, p_money) then
    return jsonb_build_object('code', 'suppliers.money_reconciled', 'params', '{}'::jsonb);
  end if;
  update suppliers.money m
  set state = 'reversed',
      reversed_by = left(p_actor, 100),
      reversed_at = clock_timestamp(),
      reversed_note = p_note
  where m.tenant_id = p_tenant
    and m.id = p_money;
  perform suppliers.post_money(p_tenant, p_money, true);
  if the_money.recovery_id is not null then
    perform suppliers.reopen_recovery(p_tenant, the_money.recovery_id, p_actor, p_note);
  end if;
  return jsonb_build_object(
    'ok', true, 'supplierId', the_money.supplier_id, 'kind', the_money.kind, 'amountFen', the_money.amount_fen,
    'reference', the_money.reference
  );
end;
$$;

create or replace function suppliers.balance_of(p_tenant bigint, p_supplier bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce((
    select -a.balance
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind = 'cash.supplier'
      and a.ref = p_supplier::text
      and a.unit = 'CNY'
  ), 0)
$$;

-- The lower of both figures counts. Ours does where a deposit is in the books: a shop that pays afterwards always owes.
create or replace function suppliers.watch_balances(p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  fallen record;
  told integer := 0;
begin
  for fallen in
    select s.tenant_id, s.id, s.name, s.balance_alarm_fen as alarm, b.left_fen, b.left_fen < s.balance_alarm_fen as is_low
    from tenancy.tenants t
    join suppliers.suppliers s on s.tenant_id = t.id and s.state = 'on'
    cross join lateral (
      select least(
        floor(s.balance_hao / 100.0)::bigint,
        case when exists (
          select from suppliers.money m
          where m.tenant_id = s.tenant_id and m.supplier_id = s.id and m.kind = 'deposit' and m.state = 'booked'
        ) then suppliers.balance_of(s.tenant_id, s.id) end
      ) as left_fen
    ) b
    where t.status = 'active'
      and coalesce(b.left_fen < s.balance_alarm_fen, false) <> (s.low_since is not null)
    order by s.tenant_id, s.id
    limit p_limit
    for no key update of s skip locked
  loop
    update suppliers.suppliers s
    set low_since = case when fallen.is_low then now() end
    where s.tenant_id = fallen.tenant_id
      and s.id = fallen.id;
    if fallen.is_low then
      told := told + 1;
      perform events.append(fallen.tenant_id, '{}', jsonb_build_array(jsonb_build_object(
        'type', 'supply.balance_low',
        'subject', 'supplier:' || fallen.id,
        'payload', jsonb_build_object(
          'supplierId', fallen.id, 'supplier', fallen.name, 'leftFen', fallen.left_fen, 'alarmFen', fallen.alarm
        )
      )));
    end if;
  end loop;
  return to_jsonb(told);
end;
$$;
