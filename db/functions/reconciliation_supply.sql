-- Suppliers' statements laid beside our purchases. A supplier is a source like a gateway, by the name `supplier-<id>`; days,
-- bills, matches, cases, closing and freezing are reconciliation.sql's. What is a supplier's own is here.
-- docs/adr/0040-supplier-money.md.
--
--   reconciliation.supplier_of(gateway)                  the supplier behind a source; null: it is a gateway
--   reconciliation.judge_supplies(tenant, bill, ns)      lines beside purchases, deposits and credits
--   reconciliation.claim(tenant, case, note, actor, id)  the books follow the supplier, and the difference is claimed from it
--   reconciliation.plan_supply_days(adapters, limit)     the days whose statement is to be asked for now, over all shops
--
-- A match moves no money: what a purchase cost was booked when it arrived. Only what is written off does, and what the rate alone made
-- of it (docs/adr/0062-suppliers-own-money.md): both sides are compared in the supplier's own money where both are known in it.

create or replace function reconciliation.supplier_of(p_gateway text)
returns bigint
language sql
immutable
as $$ select case when p_gateway ~ '^supplier-[1-9]\d{0,14}$' then substr(p_gateway, 10)::bigint end $$;

-- As judge_lines, with other facts: a purchase by our number, else by the supplier's; money by its reference.
create or replace function reconciliation.judge_supplies(p_tenant bigint, p_bill bigint, p_ns integer[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_memoize = off
as $$
declare
  bill reconciliation.bills;
  supplier bigint;
  posting bigint := nextval('reconciliation.postings_id_seq');
  has_written_off boolean;
  has_cases boolean;
  line_count integer;
  exchange bigint;
  notable jsonb;
  day_from timestamptz;
  day_to timestamptz;
begin
  select * into strict bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = p_bill;
  supplier := reconciliation.supplier_of(bill.gateway);
  day_from := reconciliation.day_start(bill.day);
  day_to := reconciliation.day_start(bill.day + 1);
  has_written_off := exists (
    select from reconciliation.cases c
    where c.tenant_id = p_tenant and c.gateway = bill.gateway and c.state = 'explained' and c.posting_id is not null
  );
  has_cases := exists (
    select from reconciliation.cases c
    where c.tenant_id = p_tenant and c.gateway = bill.gateway and c.state in ('open', 'waiting')
  );

  -- Whoever takes money back has its row, and then asks whether a statement has it: of both one waits, and sees what the other did.
  perform 1
  from suppliers.money m
  where m.tenant_id = p_tenant
    and m.supplier_id = supplier
    and m.state in ('awaiting', 'booked')
    and m.reference <> ''
    and m.reference = any (array(
      select x.reference
      from unnest(p_ns) as i(n)
      join reconciliation.bill_lines l
        on l.tenant_id = p_tenant
        and l.begun_at = bill.begun_at
        and l.bill_id = p_bill
        and l.n = i.n
      cross join lateral (values (l.trade_no), (l.payment_no)) as x(reference)
      where l.kind in ('deposit', 'credit')
    ))
  order by m.id
  for share;

  with told as materialized (
    select l.*
    from unnest(p_ns) as i(n)
    cross join lateral (
      select l.n, l.line_no, l.kind, l.state, l.trade_no, l.payment_no, l.refund_no, l.amount_fen, l.fee_fen, l.currency, l.at,
        l.own_currency, l.own_hao, l.own_rate
      from reconciliation.bill_lines l
      where l.tenant_id = p_tenant
        and l.begun_at = bill.begun_at
        and l.bill_id = p_bill
        and l.n = i.n
      offset 0
    ) l
    where l.kind <> 'other'
  ), met as (
    select l.*, reconciliation.number_of(l.kind, l.trade_no, l.payment_no, l.refund_no) as number, l.kind as fact_kind,
      l.state = 'done' as has_moved, f.id as fact_id, f.order_no, f.amount_fen as our_fen, f.currency as our_currency,
      f.state as our_state, f.at as our_at, coalesce(f.is_moved, false) as is_moved,
      f.own_currency as our_own_currency, f.own_hao as our_own_hao, f.own_rate as our_own_rate,
      reconciliation.exchange_of(l.kind, f.amount_fen, f.own_currency, f.own_hao, l.own_currency, l.own_rate) as exchange_fen
    from told l
    left join lateral (
      select x.*
      from (
        select p.id, p.order_no, coalesce(p.cost_fen, ceil(p.quoted_hao * p.quantity / 100.0)::bigint) as amount_fen,
          -- Whatever the product is priced in since: only what costs yuan is bought.
          'CNY' as currency,
          p.state, coalesce(p.sent_at, p.created_at) as at, p.state in ('done', 'partial', 'contradicted') as is_moved, 1 as place,
          p.own_currency, p.own_hao, p.own_rate
        from suppliers.purchases p
        where l.kind = 'purchase'
          and p.tenant_id = p_tenant
          and p.no = l.payment_no
          and p.supplier_id = supplier
        union all
        select p.id, p.order_no, coalesce(p.cost_fen, ceil(p.quoted_hao * p.quantity / 100.0)::bigint),
          'CNY',
          p.state, coalesce(p.sent_at, p.created_at), p.state in ('done', 'partial', 'contradicted'), 2, p.own_currency, p.own_hao,
          p.own_rate
        from suppliers.purchases p
        where l.kind = 'purchase'
          and l.trade_no <> ''
          and p.tenant_id = p_tenant
          and p.remote_no = l.trade_no
          and p.supplier_id = supplier
          -- A line that names one of our numbers is about that purchase or about none.
          and l.payment_no in ('', p.no)
        union all
        select m.id, null, m.amount_fen, 'CNY', m.state, m.at, m.state = 'booked', 3, m.own_currency, m.own_hao, null
        from suppliers.money m
        where l.kind in ('deposit', 'credit')
          and m.tenant_id = p_tenant
          and m.supplier_id = supplier
          and m.kind = l.kind
          and m.state in ('awaiting', 'booked')
          and m.reference <> ''
          and m.reference in (l.trade_no, l.payment_no)
      ) x
      order by x.place, x.id
      limit 1
      offset 0
    ) f on true
  ), judged as (
    select t.*, v.*
    from (
      select t.*, row_number() over (partition by t.fact_kind, t.fact_id, t.has_moved order by t.n) as turn
      from met t
    ) t
    cross join lateral reconciliation.verdict_on(
      p_tenant, p_bill, bill.gateway, bill.day, has_written_off, has_cases, t.n, t.turn, t.fact_kind, t.fact_id, t.number, t.has_moved,
      t.is_moved, t.our_fen + reconciliation.sign_of(t.fact_kind) * t.exchange_fen, t.amount_fen, t.our_currency, t.currency, null,
      t.exchange_fen
    ) v
  ), matched as (
    insert into reconciliation.matches (tenant_id, kind, fact_id, gateway, day, bill_id, n, amount_fen, fee_fen, exchange_fen, posting_id)
    select p_tenant, j.fact_kind, j.fact_id, bill.gateway, bill.day, p_bill, j.n, j.amount_fen, j.fee_fen, j.exchange_fen, posting
    from judged j
    where j.verdict = 'match'
    order by j.n
    returning exchange_fen
  ), moved as (
    update reconciliation.matches m
    set bill_id = p_bill,
        n = j.n
    from judged j
    where j.verdict = 'moved'
      and m.tenant_id = p_tenant
      and m.kind = j.fact_kind
      and m.fact_id = j.fact_id
  )
  select (select count(*)::integer from matched), (select coalesce(sum(m.exchange_fen), 0)::bigint from matched m),
    (
      select jsonb_agg(to_jsonb(j) order by j.n)
      from judged j
      where j.verdict in ('unknown', 'state', 'duplicate', 'amount', 'found', 'changed')
         or (j.verdict in ('match', 'moved') and (j.case_id is not null or j.our_at < day_from or j.our_at >= day_to))
    )
  into line_count, exchange, notable;

  if notable is not null then
    perform reconciliation.tell(p_tenant, p_bill, notable);
  end if;
  if line_count > 0 then
    perform reconciliation.post(p_tenant, posting, 'matched', bill.gateway, bill.day, p_bill, null, line_count, 0, 0, 0, 0, exchange);
  end if;
end;
$$;
revoke execute on function reconciliation.judge_supplies(bigint, bigint, integer[]) from public;

-- The books follow the supplier, and what it took too much is asked back: a claim that becomes a credit when it is granted.
create or replace function reconciliation.claim(p_tenant bigint, p_case bigint, p_note text, p_actor text, p_actor_id bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_case reconciliation.cases;
  answer jsonb;
begin
  -- Locks it, so that what is claimed is what is explained.
  perform reconciliation.case_refusal(p_tenant, p_case);
  select * into the_case
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case;
  if the_case.id is not null and (reconciliation.supplier_of(the_case.gateway) is null or the_case.difference_fen >= 0) then
    return jsonb_build_object('code', 'reconciliation.nothing_to_claim', 'params', '{}'::jsonb);
  end if;
  answer := reconciliation.explain(p_tenant, p_case, p_note, true, p_actor);
  if answer ? 'code' then
    return answer;
  end if;
  insert into suppliers.money (
    tenant_id, supplier_id, kind, amount_fen, reference, note, at, state, case_id, requested_by, requested_by_id
  )
  values (
    p_tenant, reconciliation.supplier_of(the_case.gateway), 'credit', -the_case.difference_fen, '', p_note, now(), 'claimed', p_case,
    left(p_actor, 100), p_actor_id
  );
  return answer;
end;
$$;

-- As plan_days, for suppliers whose interface tells its statement.
create or replace function reconciliation.plan_supply_days(p_adapters text[], p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  days_max constant integer := 31;
  yesterday constant date := reconciliation.day_of(now()) - 1;
  answer jsonb;
begin
  insert into reconciliation.days (tenant_id, gateway, day, next_try_at)
  select s.tenant_id, g.gateway, d.day, reconciliation.day_start(d.day + 1) + interval '1 hour' + make_interval(mins => (s.tenant_id % 60)::integer)
  from tenancy.tenants t
  join suppliers.suppliers s on s.tenant_id = t.id and s.adapter = any (p_adapters) and s.state <> 'archived'
  cross join lateral (select 'supplier-' || s.id as gateway) g
  cross join lateral (
    select max(x.day) as last_day
    from reconciliation.days x
    where x.tenant_id = s.tenant_id
      and x.gateway = g.gateway
      and x.day <= yesterday
  ) l
  cross join lateral (
    select e::date as day
    from generate_series(greatest(coalesce(l.last_day + 1, yesterday), yesterday - days_max), yesterday, interval '1 day') as e
  ) d
  where t.status = 'active'
    and coalesce(l.last_day < yesterday, true)
  on conflict (tenant_id, gateway, day) do nothing;

  with due as (
    select d.tenant_id, d.gateway, d.day
    from tenancy.tenants t
    join reconciliation.days d on d.tenant_id = t.id and d.next_try_at <= now()
    where t.status = 'active'
      and d.state <> 'closed'
      and d.lease_until < now()
      and exists (
        select from suppliers.suppliers s
        where s.tenant_id = d.tenant_id
          and s.id = reconciliation.supplier_of(d.gateway)
          and s.adapter = any (p_adapters)
      )
    order by d.next_try_at
    limit p_limit
    for no key update of d skip locked
  ), handed as (
    update reconciliation.days d
    set next_try_at = now() + interval '1 hour',
        phase = 'queued'
    from due
    where d.tenant_id = due.tenant_id
      and d.gateway = due.gateway
      and d.day = due.day
    returning d.tenant_id, d.gateway, d.day
  )
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', h.tenant_id, 'gateway', h.gateway, 'day', h.day)), '[]')
  into answer
  from handed h;
  return answer;
end;
$$;

-- Locks a fact that a statement is about to have, or that is about to be written off: false, when it was taken back. Only a supplier's
-- money ever is.
create or replace function reconciliation.keep_fact(p_tenant bigint, p_kind text, p_fact bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  state text;
begin
  if p_kind not in ('deposit', 'credit') then
    return true;
  end if;
  select m.state into state
  from suppliers.money m
  where m.tenant_id = p_tenant
    and m.id = p_fact
  for share;
  return state = 'booked';
end;
$$;
revoke execute on function reconciliation.keep_fact(bigint, text, bigint) from public;

-- Some statement has it, or a write-off has taken it out of the books already.
create or replace function reconciliation.is_matched(p_tenant bigint, p_kind text, p_fact bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select from reconciliation.matches x
    where x.tenant_id = p_tenant
      and x.kind = p_kind
      and x.fact_id = p_fact
  ) or exists (
    select from reconciliation.cases c
    where c.tenant_id = p_tenant
      and c.kind = p_kind
      and c.fact_id = p_fact
      and c.state = 'explained'
      and c.posting_id is not null
  )
$$;
revoke execute on function reconciliation.is_matched(bigint, text, bigint) from public;
