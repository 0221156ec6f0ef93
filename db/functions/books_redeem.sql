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
