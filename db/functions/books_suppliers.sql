-- What the audit of the books proves about suppliers; looks as in books_checks.sql.

-- Invariant 6, for suppliers: what stands in a supplier's account is what its purchases cost, less what was paid ahead and
-- given back, and what reconciliation wrote off; what was paid ahead is what was recorded as paid.
create or replace function books.look_at_suppliers(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
set plan_cache_mode = auto
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
begin
  return (
    with page as materialized (
      select s.id
      from suppliers.suppliers s
      where s.tenant_id = p_tenant
        and s.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by s.id
      limit p_limit
    ), due as (
      select p.id, k.kind,
        coalesce(case k.kind when 'cash.supplier' then c.fen - m.deposits - m.credits - d.fen else m.deposits end, 0) as due_fen
      from page p
      cross join lateral (values ('cash.supplier'), ('cash.paid_ahead')) as k(kind)
      cross join lateral (
        select coalesce(sum(x.cost_fen), 0)::bigint as fen
        from suppliers.purchases x
        where x.tenant_id = p_tenant
          and x.supplier_id = p.id
          and x.sent_at is not null
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
        select coalesce(sum(x.difference_fen), 0)::bigint as fen
        from reconciliation.postings x
        where x.tenant_id = p_tenant
          and x.gateway = 'supplier-' || p.id
      ) d
    ), wrong as (
      select d.id, d.kind, d.due_fen, a.id as account_id, coalesce(a.balance, 0) as booked
      from due d
      left join ledger.accounts a on a.tenant_id = p_tenant and a.kind = d.kind and a.ref = d.id::text and a.unit = 'CNY'
      where coalesce(a.balance, 0) <> d.due_fen
    )
    select books.looked(
      (select count(*) from page), (select count(*) from page), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          'supplier_differs', w.kind || ':' || w.id,
          jsonb_build_array(books.object('supplier', w.id::text))
            || case when w.account_id is null then '[]' else jsonb_build_array(books.object('account', w.account_id::text)) end,
          jsonb_build_object('kind', w.kind, 'ref', w.id, 'bookedFen', w.booked, 'dueFen', w.due_fen)
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
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
