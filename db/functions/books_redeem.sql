-- What the audit of the books proves about redeem codes; looks as in books_checks.sql.

-- Invariant 5. A code is used as often as orders stand that it paid for, and no more often than it is good for.
create or replace function books.look_at_redeem_codes(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select c.id, c.batch_id, c.used, c.uses, c.turns
      from redeem.codes c
      where c.tenant_id = p_tenant
        and c.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by c.id
      limit p_limit
    ), counted as (
      select p.*, u.begun, u.standing, u.last_at
      from page p
      cross join lateral (
        select count(*) as begun, count(*) filter (where not u.gave_back) as standing, max(greatest(u.at, u.taken_back_at)) as last_at
        from redeem.uses u
        where u.tenant_id = p_tenant
          and u.code_id = p.id
      ) u
    ), due as (
      select c.*
      from counted c
      where p_since is null
         or c.last_at >= p_since
         or books.is_in_slot(c.id, p_scope)
    ), wrong as (
      select d.*
      from due d
      where d.used <> d.standing
         or d.turns <> d.begun
         or d.used > d.uses
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          'redeem_uses', 'redeem_code:' || w.id, jsonb_build_array(books.object('redeem_batch', w.batch_id::text)),
          jsonb_build_object('codeId', w.id, 'used', w.used, 'uses', w.uses, 'orders', w.standing)
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 5. What a part that could not be had was made good for came into its owner's pot, once, for what the part was worth; and
-- the part is over.
create or replace function books.look_at_made_good(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  near constant interval := '10 minutes';
begin
  return (
    with page as materialized (
      select m.order_no, m.line_no, m.points, m.worth_fen, m.at
      from redeem.made_good m
      where m.tenant_id = p_tenant
        and (m.order_no, m.line_no) > (coalesce((p_place ->> 'no')::bigint, 0), coalesce((p_place ->> 'line')::smallint, 0))
      order by m.order_no, m.line_no
      limit p_limit
    ), due as materialized (
      select p.*, row_number() over () as n, x.due_points, x.first_at, x.last_at, a.id as pot
      from page p
      -- One order may have had several.
      cross join lateral (
        select sum(m.points) as due_points, min(m.at) as first_at, max(m.at) as last_at
        from redeem.made_good m
        where m.tenant_id = p_tenant
          and m.order_no = p.order_no
      ) x
      left join orders.orders o on o.tenant_id = p_tenant and o.no = p.order_no
      left join ledger.accounts a
        on a.tenant_id = p_tenant
        and a.kind = 'points.member'
        and a.ref = o.member_id::text
        and a.unit = 'point'
      where p_since is null
         or p.at >= p_since
         or books.is_in_slot(p.order_no, p_scope)
    ), come as materialized (
      select books.moved_as(
        p_tenant, false, array_agg(d.pot order by d.n), array_agg(d.first_at - near order by d.n), array_agg(d.last_at + near order by d.n),
        array_agg('order:' || d.order_no order by d.n), array_agg('points.made_good'::text order by d.n)
      ) as points
      from due d
    ), told as (
      select d.*, c.points[d.n] as moved, l.quantity, l.refunded_quantity, u.order_no as redeemed, coalesce(u.line_worths[d.line_no], 0) * l.quantity as worth
      from due d
      cross join come c
      left join orders.lines l on l.tenant_id = p_tenant and l.order_no = d.order_no and l.line_no = d.line_no
      left join redeem.uses u on u.tenant_id = p_tenant and u.order_no = d.order_no
    ), wrong as (
      select t.*
      from told t
      where t.moved <> t.due_points
         or t.refunded_quantity is distinct from t.quantity
         or t.redeemed is null
         or t.worth_fen is distinct from t.worth
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), (
        select jsonb_build_object('no', p.order_no, 'line', p.line_no) from page p order by p.order_no desc, p.line_no desc limit 1
      ), (
        select jsonb_agg(books.violation(
          'redeem_made_good', 'order:' || w.order_no || ':' || w.line_no, jsonb_build_array(books.object('order', w.order_no::text)),
          jsonb_build_object(
            'lineNo', w.line_no, 'points', w.due_points, 'moved', w.moved, 'quantity', coalesce(w.quantity, 0),
            'ended', coalesce(w.refunded_quantity, 0), 'bookedFen', w.worth_fen, 'worthFen', coalesce(w.worth, 0)
          )
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;
