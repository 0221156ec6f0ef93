-- What the audit of the books proves about suppliers; looks as in books_checks.sql.

-- Invariant 6, for suppliers: what stands in a supplier's account is what its purchases cost, less what was paid ahead and
-- given back, and what reconciliation wrote off or the rate of a statement made of it; what was paid ahead is what was recorded as paid.
--
-- A supplier with more than `recent_max` purchases is worked off in parts, one step each, from `todo`: [{"s": supplier, "a": its account,
-- "booked": what stood in it when its first part began, "rest": what explains it beside purchases, "at": until when purchases count that
-- were booked, "sentAt", "id": the last one seen, "sum": what they cost}]. Costs are booked under the account's lock, and never change.
create or replace function books.look_at_suppliers(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
set plan_cache_mode = auto
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
declare
  recent_max constant integer := 5000;
  part_max constant integer := 20000;
  grace constant interval := make_interval(secs => (p_scope ->> 'graceSeconds')::integer);
  item jsonb := p_place -> 'todo' -> 0;
  rest jsonb := coalesce(p_place -> 'todo', '[]') - 0;
  part record;
  seen integer;
  last_id bigint;
  todo jsonb;
  found jsonb;
  place jsonb;
begin
  if item is not null then
    select count(*) as seen, max(x.sent_at) as sent_at, (array_agg(x.id order by x.sent_at desc, x.id desc))[1] as id,
      (item ->> 'sum')::bigint + coalesce(sum(x.cost_fen) filter (where x.booked_at <= (item ->> 'at')::timestamptz), 0)::bigint as sum
    into part
    from (
      select p.id, p.sent_at, p.cost_fen, coalesce(p.cost_at, p.ended_at, p.created_at) as booked_at
      from suppliers.purchases p
      where p.tenant_id = p_tenant
        and p.supplier_id = (item ->> 's')::bigint
        and p.sent_at is not null
        and (p.sent_at, p.id) > (coalesce((item ->> 'sentAt')::timestamptz, '-infinity'), coalesce((item ->> 'id')::bigint, 0))
      order by p.sent_at, p.id
      limit part_max
    ) x;
    if part.seen = part_max then
      rest := jsonb_build_array(item || jsonb_build_object('sentAt', part.sent_at, 'id', part.id, 'sum', part.sum)) || rest;
    elsif part.sum + (item ->> 'rest')::bigint <> (item ->> 'booked')::bigint then
      found := jsonb_build_array(books.supplier_differs(
        'cash.supplier', (item ->> 's')::bigint, (item ->> 'a')::bigint, (item ->> 'booked')::bigint, part.sum + (item ->> 'rest')::bigint
      ));
    end if;
    place := jsonb_build_object('id', p_place -> 'id', 'last', p_place -> 'last', 'todo', rest);
    if jsonb_array_length(rest) = 0 and (p_place ->> 'last')::boolean then
      place := null;
    end if;
    return books.looked(null, part.seen, place, found);
  end if;

  with page as materialized (
    select s.id
    from suppliers.suppliers s
    where s.tenant_id = p_tenant
      and s.id > coalesce((p_place ->> 'id')::bigint, 0)
    order by s.id
    limit p_limit
  ), summed as materialized (
    select p.id, c.n > recent_max as is_heavy, c.fen, m.deposits, -m.deposits - m.credits - d.fen as rest
    from page p
    cross join lateral (
      select count(*) as n, coalesce(sum(x.cost_fen), 0)::bigint as fen
      from (
        select x.cost_fen
        from suppliers.purchases x
        where x.tenant_id = p_tenant
          and x.supplier_id = p.id
          and x.sent_at is not null
        order by x.sent_at, x.id
        limit recent_max + 1
      ) x
    ) c
    cross join lateral (
      select coalesce(sum(case x.kind when 'deposit' then x.amount_fen when 'withdrawal' then -x.amount_fen else 0 end), 0)::bigint as deposits,
        coalesce(sum(x.amount_fen) filter (where x.kind = 'credit'), 0)::bigint as credits
      from suppliers.money x
      where x.tenant_id = p_tenant
        and x.supplier_id = p.id
        and x.state = 'booked'
    ) m
    cross join lateral (
      select coalesce(sum(x.difference_fen + x.exchange_fen), 0)::bigint as fen
      from reconciliation.postings x
      where x.tenant_id = p_tenant
        and x.gateway = 'supplier-' || p.id
    ) d
  ), told as materialized (
    select s.*, k.kind, case k.kind when 'cash.supplier' then s.fen + s.rest else s.deposits end as due_fen,
      a.id as account_id, coalesce(a.balance, 0) as booked, s.is_heavy and k.kind = 'cash.supplier' as is_todo
    from summed s
    cross join (values ('cash.supplier'), ('cash.paid_ahead')) as k(kind)
    left join ledger.accounts a on a.tenant_id = p_tenant and a.kind = k.kind and a.ref = s.id::text and a.unit = 'CNY'
  )
  select (select count(*) from page), (select max(p.id) from page p), (
    select jsonb_agg(jsonb_build_object(
      's', t.id, 'a', t.account_id, 'booked', t.booked, 'rest', t.rest, 'sum', 0,
      -- Whatever is under way now is booked later than the account's last entry that is seen; where that is old, than the grace.
      'at', greatest(now() - grace, (
        select max(x.at)
        from (
          (select e.at from ledger.transfers e where e.tenant_id = p_tenant and e.to_account = t.account_id order by e.at desc limit 1)
          union all
          (select e.at from ledger.transfers e where e.tenant_id = p_tenant and e.from_account = t.account_id order by e.at desc limit 1)
        ) x
      ))
    ) order by t.id)
    from told t
    where t.is_todo
  ), (
    select jsonb_agg(books.supplier_differs(w.kind, w.id, w.account_id, w.booked, w.due_fen))
    from (select * from told t where not t.is_todo and t.booked <> t.due_fen limit books.told_max()) w
  )
  into seen, last_id, todo, found;
  if seen = p_limit or todo is not null then
    place := jsonb_build_object('id', last_id, 'last', seen < p_limit, 'todo', coalesce(todo, '[]'));
  end if;
  return books.looked(null, seen, place, found);
end;
$$;

create or replace function books.supplier_differs(p_kind text, p_supplier bigint, p_account bigint, p_booked bigint, p_due bigint)
returns jsonb
language sql
immutable
as $$
  select books.violation(
    'supplier_differs', p_kind || ':' || p_supplier,
    jsonb_build_array(books.object('supplier', p_supplier::text))
      || case when p_account is null then '[]' else jsonb_build_array(books.object('account', p_account::text)) end,
    jsonb_build_object('kind', p_kind, 'ref', p_supplier, 'bookedFen', p_booked, 'dueFen', p_due)
  )
$$;

-- A source is passed over by one date on its supplier, asked at each order; it is the one that the papers say.
create or replace function books.look_at_supplier_papers(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select s.id, s.papers_until
      from suppliers.suppliers s
      where s.tenant_id = p_tenant
        and s.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by s.id
      limit p_limit
    ), told as (
      select p.*, x.until
      from page p
      cross join lateral (
        select min(a.valid_to) + 1 as until
        from suppliers.papers a
        where a.tenant_id = p_tenant
          and a.supplier_id = p.id
          and a.state = 'current'
          and a.stops_buying
      ) x
    ), wrong as (
      select t.*
      from told t
      where t.papers_until is distinct from t.until
    )
    select books.looked(
      (select count(*) from page), (select count(*) from page), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          'papers_differ', 'supplier:' || w.id, jsonb_build_array(books.object('supplier', w.id::text)),
          jsonb_build_object('booked', coalesce(w.papers_until::text, '—'), 'counted', coalesce(w.until::text, '—'))
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;
