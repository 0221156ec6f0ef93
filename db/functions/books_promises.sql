-- What the audit of the books proves about what is agreed beside an order: with shops that buy here, in files of lines, with suppliers
-- about bad codes, by budgets, and by statements. Looks as in books_checks.sql.
--
-- A transfer is looked for within `near` of the moment that its row names: the ledger takes its time under the account's lock, so
-- it is a little later than the transaction's beginning. What one step asks of an account is read in one go (`books.moved`): a purse
-- that buys a hundred times a minute is not read through its last twenty minutes once an order.

-- What left these accounts (or came in) for these causes, within these times: one sum each, in the order asked. Times of one account
-- that touch are read together, so a sum may also know of what moved for its cause a little before or after; what is asked for two
-- times is told twice, the sum of both. Kinds null: of whatever kind.
create or replace function books.moved_as(
  p_tenant bigint, p_outward boolean, p_accounts bigint[], p_from timestamptz[], p_to timestamptz[], p_causes text[], p_kinds text[]
)
returns bigint[]
language sql
stable
security definer
set search_path = pg_catalog
set enable_seqscan = off
-- Those who ask have turned them off for their own look-ups.
set enable_hashjoin = on
set enable_mergejoin = on
as $$
  with asked as materialized (
    select a.account, a.from_at, a.to_at, a.cause, coalesce(a.kind, '') as kind, a.n
    from unnest(p_accounts, p_from, p_to, p_causes, p_kinds) with ordinality as a(account, from_at, to_at, cause, kind, n)
  ), stretch as (
    select g.account, min(g.from_at) as from_at, max(g.to_at) as to_at
    from (
      select b.*, count(*) filter (where b.from_at > b.seen_to) over (partition by b.account order by b.from_at, b.n) as gap
      from (
        select a.*, max(a.to_at) over (
          partition by a.account order by a.from_at, a.n rows between unbounded preceding and 1 preceding
        ) as seen_to
        from asked a
        where a.account is not null
          and a.from_at is not null
      ) b
    ) g
    group by g.account, g.gap
  ), moved as materialized (
    select s.account, t.cause, case when p_kinds is null then '' else t.kind end as kind, sum(t.amount)::bigint as amount
    from stretch s
    cross join lateral (
      select t.cause, t.kind, t.amount
      from ledger.transfers t
      where p_outward
        and t.tenant_id = p_tenant
        and t.from_account = s.account
        and t.at between s.from_at and s.to_at
      union all
      select t.cause, t.kind, t.amount
      from ledger.transfers t
      where not p_outward
        and t.tenant_id = p_tenant
        and t.to_account = s.account
        and t.at between s.from_at and s.to_at
    ) t
    group by 1, 2, 3
  )
  select array_agg(coalesce(m.amount, 0) order by a.n)
  from asked a
  left join moved m on m.account = a.account and m.cause = a.cause and m.kind = a.kind
$$;
revoke execute on function books.moved_as(bigint, boolean, bigint[], timestamptz[], timestamptz[], text[], text[]) from public;

create or replace function books.moved(
  p_tenant bigint, p_outward boolean, p_accounts bigint[], p_from timestamptz[], p_to timestamptz[], p_causes text[]
)
returns bigint[]
language sql
stable
security definer
set search_path = pg_catalog
as $$ select books.moved_as(p_tenant, p_outward, p_accounts, p_from, p_to, p_causes, null) $$;
revoke execute on function books.moved(bigint, boolean, bigint[], timestamptz[], timestamptz[], text[]) from public;

-- Invariant 4, for shops that buy here: a number that was answered is one order of its key's member, the purse gave what it cost and
-- has back what was given back; what ended without effect is refunded.
create or replace function books.look_at_peer_orders(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  near constant interval := '10 minutes';
begin
  return (
    -- In the order in which a key ordered, so that a step is a stretch of its purse's time.
    with page as materialized (
      select w.order_no, w.key_id, w.outer_no, w.placed_at, w.ended_because
      from wholesale.orders w
      where w.tenant_id = p_tenant
        and (w.key_id, w.placed_at, w.order_no)
          > (coalesce((p_place ->> 'key')::bigint, 0), coalesce((p_place ->> 'at')::timestamptz, '-infinity'), coalesce((p_place ->> 'no')::bigint, 0))
      order by w.key_id, w.placed_at, w.order_no
      limit p_limit
    ), due as materialized (
      select p.*, row_number() over () as n, k.member_id, a.id as purse, o.no, o.state, o.channel, o.member_id as owner_id, o.total_fen, o.paid_at,
        r.due_back, r.first_at, r.last_at
      from page p
      left join wholesale.keys k on k.tenant_id = p_tenant and k.id = p.key_id
      left join orders.orders o on o.tenant_id = p_tenant and o.no = p.order_no
      left join ledger.accounts a
        on a.tenant_id = p_tenant
        and a.kind = 'cash.member'
        and a.ref = k.member_id::text
        and a.unit = 'CNY'
      cross join lateral (
        select coalesce(sum(f.amount_fen) filter (where f.target = 'balance' and f.replaced_by is null), 0) as due_back,
          min(f.done_at) filter (where f.target = 'balance' and f.replaced_by is null) as first_at,
          max(f.done_at) filter (where f.target = 'balance' and f.replaced_by is null) as last_at,
          coalesce(bool_or(f.done_at >= p_since), false) as is_new
        from payments.refunds f
        where f.tenant_id = p_tenant
          and f.order_no = p.order_no
          and f.state = 'done'
      ) r
      where p_since is null
         or p.placed_at >= p_since
         or o.state in ('pending', 'paid')
         or books.is_in_slot(p.order_no, p_scope)
         or r.is_new
    ), gone as materialized (
      select books.moved(
        p_tenant, true, array_agg(d.purse order by d.n), array_agg(d.placed_at - near order by d.n),
        array_agg(coalesce(d.paid_at, d.placed_at) + near order by d.n), array_agg('order:' || d.order_no order by d.n)
      ) as fen
      from due d
    ), come as materialized (
      select books.moved(
        p_tenant, false, array_agg(d.purse order by d.n), array_agg(d.first_at - near order by d.n), array_agg(d.last_at + near order by d.n),
        array_agg('order:' || d.order_no order by d.n)
      ) as fen
      from due d
    ), told as (
      select d.*, g.fen[d.n] as taken, case when d.first_at is null then 0 else c.fen[d.n] end as back
      from due d
      cross join gone g
      cross join come c
    ), wrong as (
      select t.order_no, v.code, v.params, null::bigint as key_of_day
      from told t
      cross join lateral (
        select 'peer_order_missing' as code, jsonb_build_object('number', t.outer_no) as params
        where t.no is null
        union all
        select 'peer_order_other', jsonb_build_object('number', t.outer_no)
        where t.no is not null and (t.channel <> 'wholesale' or t.owner_id is distinct from t.member_id)
        union all
        select 'peer_money', jsonb_build_object(
          'paidFen', case when t.paid_at is null then 0 else t.total_fen end, 'takenFen', t.taken, 'refundedFen', t.due_back, 'backFen', t.back
        )
        where t.no is not null
          and t.owner_id is not distinct from t.member_id
          and (t.taken <> case when t.paid_at is null then 0 else t.total_fen end or t.back <> t.due_back)
        union all
        select 'peer_not_given_back', jsonb_build_object('number', t.outer_no, 'state', t.state)
        where t.ended_because is not null and t.state is distinct from 'refunded'
      ) v
      union all
      -- The day is counted in its row, and told of by it where that is there.
      select t.order_no, 'peer_day', jsonb_build_object('day', x.day, 'bookedFen', 0, 'countedFen', t.total_fen, 'booked', 0, 'counted', 1), t.key_id
      from told t
      cross join lateral (select (t.placed_at at time zone 'Asia/Shanghai')::date as day) x
      where t.no is not null
        and not exists (
          select from wholesale.days d where d.tenant_id = p_tenant and d.key_id = t.key_id and d.day = x.day
        )
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), (
        select jsonb_build_object('key', p.key_id, 'at', p.placed_at, 'no', p.order_no) from page p order by p.key_id desc, p.placed_at desc, p.order_no desc limit 1
      ), (
        select jsonb_agg(books.violation(
          w.code, 'order:' || w.order_no,
          jsonb_build_array(books.object('order', w.order_no::text))
            || case when w.key_of_day is null then '[]' else jsonb_build_array(books.object('wholesale_key', w.key_of_day::text)) end,
          w.params
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 4, for shops that buy here: what a key ordered on a day is what its orders say.
create or replace function books.look_at_peer_days(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select d.*
      from wholesale.days d
      where d.tenant_id = p_tenant
        and (d.key_id, d.day) > (coalesce((p_place ->> 'key')::bigint, 0), coalesce((p_place ->> 'day')::date, '-infinity'))
      order by d.key_id, d.day
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p_since is null
         or p.day >= (p_since at time zone 'Asia/Shanghai')::date
         or books.is_in_slot((p.day - date '2020-01-01')::bigint, p_scope)
    ), counted as (
      select d.key_id, d.day, d.ordered_fen, d.orders, n.fen, n.n
      from due d
      cross join lateral (
        select coalesce(sum(x.fen), 0)::bigint as fen, coalesce(sum(x.n), 0)::bigint as n
        from (
          select sum(o.total_fen) as fen, count(*) as n
          from wholesale.orders w
          join orders.orders o on o.tenant_id = p_tenant and o.no = w.order_no
          where w.tenant_id = p_tenant
            and w.key_id = d.key_id
            and w.placed_at >= d.day::timestamp at time zone 'Asia/Shanghai'
            and w.placed_at < (d.day + 1)::timestamp at time zone 'Asia/Shanghai'
          union all
          -- Each line of a bulk order counts as an order, at what was agreed for it, whatever became of it.
          select sum(b.total_fen), sum(b.lines)
          from wholesale.bulks w
          join bulk.orders b on b.tenant_id = p_tenant and b.id = w.bulk_id
          where w.tenant_id = p_tenant
            and w.key_id = d.key_id
            and w.placed_at >= d.day::timestamp at time zone 'Asia/Shanghai'
            and w.placed_at < (d.day + 1)::timestamp at time zone 'Asia/Shanghai'
        ) x
      ) n
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), (
        select jsonb_build_object('key', p.key_id, 'day', p.day) from page p order by p.key_id desc, p.day desc limit 1
      ), (
        select jsonb_agg(books.violation(
          'peer_day', 'key:' || c.key_id || ':' || c.day, jsonb_build_array(books.object('wholesale_key', c.key_id::text)),
          jsonb_build_object('day', c.day, 'bookedFen', c.ordered_fen, 'countedFen', c.fen, 'booked', c.orders, 'counted', c.n)
        ))
        from (select * from counted c where (c.ordered_fen, c.orders) is distinct from (c.fen, c.n) limit books.told_max()) c
      )
    )
  );
end;
$$;

-- Invariant 6, for files of lines: what is set aside is what the lines that wait cost, and is held in the payer's purse; the total is
-- that of the lines.
create or replace function books.look_at_bulks(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select b.*
      from bulk.orders b
      where b.tenant_id = p_tenant
        and b.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by b.id
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p_since is null
         or p.worked_at >= p_since
         or p.confirmed_at is not null and p.finished_at is null
         or books.is_in_slot(p.id, p_scope)
    ), summed as (
      select d.*, l.waiting_lines, l.waiting_fen, l.lines_fen, h.set_aside
      from due d
      cross join lateral (
        select count(*) filter (where l.state = 'waiting') as waiting_lines,
          coalesce(sum(l.quantity * l.unit_price_fen) filter (where l.state = 'waiting'), 0) as waiting_fen,
          coalesce(sum(l.quantity * l.unit_price_fen) filter (where l.state <> 'invalid'), 0) as lines_fen
        from bulk.lines l
        where l.tenant_id = p_tenant
          and l.bulk_id = d.id
      ) l
      cross join lateral (
        select coalesce(sum(h.amount), 0) as set_aside
        from ledger.accounts a
        join ledger.holds h on h.tenant_id = p_tenant and h.from_account = a.id and h.state = 'held' and h.cause = 'bulk:' || d.id
        where a.tenant_id = p_tenant
          and a.kind = 'cash.member'
          and a.ref = d.member_id::text
          and a.unit = 'CNY'
      ) h
    ), wrong as (
      select s.id, v.code, v.params
      from summed s
      cross join lateral (
        select 'bulk_held' as code, jsonb_build_object(
          'bookedFen', s.held_fen, 'waitingFen', s.waiting_fen, 'heldFen', s.set_aside, 'booked', s.waiting, 'counted', s.waiting_lines
        ) as params
        where case
          when s.state in ('running', 'paused') then (s.held_fen, s.set_aside, s.waiting) is distinct from (s.waiting_fen, s.waiting_fen, s.waiting_lines)
          else s.held_fen <> 0 or s.set_aside <> 0
        end
        union all
        select 'bulk_total', jsonb_build_object('totalFen', s.total_fen, 'linesFen', s.lines_fen)
        where s.confirmed_at is not null
          and s.total_fen <> s.lines_fen
      ) v
    )
    select books.looked(
      (select count(*) from page), (select coalesce(sum(s.lines), 0)::bigint from summed s), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(w.code, 'bulk:' || w.id, jsonb_build_array(books.object('bulk', w.id::text)), w.params))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 6, for files of lines: a line's order costs what was agreed and is its payer's.
create or replace function books.look_at_bulk_lines(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select l.bulk_id, l.line_no, l.state, l.order_no, l.ordered_at, l.quantity, l.unit_price_fen
      from bulk.lines l
      where l.tenant_id = p_tenant
        and (l.bulk_id, l.line_no) > (coalesce((p_place ->> 'bulk')::bigint, 0), coalesce((p_place ->> 'line')::integer, 0))
      order by l.bulk_id, l.line_no
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p.state = 'ordered'
        and (p_since is null or p.ordered_at >= p_since or books.is_in_slot(p.order_no, p_scope))
    ), wrong as (
      select d.*, o.no, o.total_fen
      from due d
      join bulk.orders b on b.tenant_id = p_tenant and b.id = d.bulk_id
      left join orders.orders o on o.tenant_id = p_tenant and o.no = d.order_no
      where o.no is null
         or o.channel <> 'bulk'
         or o.member_id is distinct from b.member_id
         or o.total_fen <> d.quantity * d.unit_price_fen
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), (
        select jsonb_build_object('bulk', p.bulk_id, 'line', p.line_no) from page p order by p.bulk_id desc, p.line_no desc limit 1
      ), (
        select jsonb_agg(books.violation(
          'bulk_line', 'bulk:' || w.bulk_id || ':' || w.line_no,
          jsonb_build_array(books.object('bulk', w.bulk_id::text), books.object('order', w.order_no::text)),
          jsonb_build_object('lineNo', w.line_no, 'lineFen', w.quantity * w.unit_price_fen, 'orderFen', w.total_fen)
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 6, for what suppliers owe for bad codes: what a recovery says was credited moved the supplier's account once.
create or replace function books.look_at_recoveries(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  near constant interval := '10 minutes';
  nobody bigint := (
    select a.id from ledger.accounts a where a.tenant_id = p_tenant and a.kind = 'cash.supplier' and a.ref = '' and a.unit = 'CNY'
  );
begin
  return (
    with page as materialized (
      select r.*
      from fulfilment.recoveries r
      where r.tenant_id = p_tenant
        and r.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by r.id
      limit p_limit
    ), due as materialized (
      select p.*, row_number() over (order by p.id) as n
      from page p
      where p_since is null
         or p.changed_at >= p_since
         or books.is_in_slot(p.id, p_scope)
    ), gone as materialized (
      select books.moved(
        p_tenant, true, array_agg(case when d.supplier_id is null then nobody end order by d.n), array_agg(d.ended_at - near order by d.n),
        array_agg(d.ended_at + near order by d.n), array_agg('recovery:' || d.id order by d.n)
      ) as fen
      from due d
    ), booked as (
      select d.*, case
        when d.supplier_id is null then g.fen[d.n]
        else (
          select coalesce(sum(m.amount_fen), 0)
          from suppliers.money m
          where m.tenant_id = p_tenant
            and m.recovery_id = d.id
            and m.state = 'booked'
            and m.kind = 'credit'
            and m.supplier_id = d.supplier_id
        )
      end as fen
      from due d
      cross join gone g
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          'recovery_differs', 'recovery:' || b.id, jsonb_build_array(books.object('recovery', b.id::text), books.object('batch', b.batch_id::text)),
          jsonb_build_object('creditedFen', b.credited_fen, 'bookedFen', b.fen)
        ))
        from (select * from booked b where b.credited_fen <> b.fen limit books.told_max()) b
      )
    )
  );
end;
$$;

-- Invariant 6, for what suppliers owe for bad codes: no credit names a recovery that does not say so.
create or replace function books.look_at_credits(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select m.recovery_id, m.id, m.supplier_id, m.amount_fen, m.state
      from suppliers.money m
      where m.tenant_id = p_tenant
        and m.recovery_id > coalesce((p_place ->> 'recovery')::bigint, 0)
        and m.state <> 'reversed'
      order by m.recovery_id
      limit p_limit
    ), wrong as (
      select p.*
      from page p
      left join fulfilment.recoveries r on r.tenant_id = p_tenant and r.id = p.recovery_id
      where p.state = 'booked'
        and r.supplier_id is distinct from p.supplier_id
    )
    select books.looked(
      (select count(*) from page), (select count(*) from page), jsonb_build_object('recovery', (select max(p.recovery_id) from page p)), (
        select jsonb_agg(books.violation(
          'recovery_unknown', 'money:' || w.id, jsonb_build_array(books.object('supplier', w.supplier_id::text)),
          jsonb_build_object('amountFen', w.amount_fen, 'reference', 'R' || w.recovery_id)
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 6, for budgets: what a filling up spent is what its purchases cost; its budget gave that, as far as it had promised it;
-- and what the budget keeps promised is for the purchase that lives.
create or replace function books.look_at_restocks(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  near constant interval := '10 minutes';
begin
  return (
    with page as materialized (
      select r.*
      from fulfilment.restocks r
      where r.tenant_id = p_tenant
        and r.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by r.id
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p_since is null
         or p.ended_at is null
         or p.ended_at >= p_since
         or books.is_in_slot(p.id, p_scope)
    ), pair as materialized (
      -- What a budget gave stands in an account a month.
      select d.id, a.id as account_id, d.created_at, coalesce(d.ended_at, now()) + near as until_at, row_number() over () as n
      from due d
      join ledger.accounts a
        on a.tenant_id = p_tenant
        and a.kind = 'budget.used'
        and a.ref ^@ (d.budget_id || ':')
        and a.unit = 'budget'
    ), came as materialized (
      select books.moved(
        p_tenant, false, array_agg(p.account_id order by p.n), array_agg(p.created_at - near order by p.n), array_agg(p.until_at order by p.n),
        array_agg('restock:' || p.id order by p.n)
      ) as fen
      from pair p
    ), given as materialized (
      select jsonb_object_agg(x.id, x.fen) as of_restock
      from (
        select p.id, sum(c.fen[p.n]) as fen
        from pair p
        cross join came c
        group by p.id
      ) x
    ), told as (
      select d.id, d.sku_id, d.budget_id, d.spent_fen, b.*, u.used, h.held
      from due d
      cross join lateral (
        select coalesce(sum(x.cost_fen), 0) as cost,
          coalesce(sum(x.cost_fen) filter (where x.state <> 'contradicted'), 0) as of_budget,
          coalesce(sum(least(coalesce(x.cost_fen, 0), x.promised)) filter (where x.state <> 'contradicted'), 0) as at_least,
          coalesce(sum(x.promised) filter (where x.state in ('planned', 'sending', 'accepted', 'unknown')), 0) as promised
        from (
          select p.state, p.cost_fen, greatest(ceil(p.ceiling_hao::numeric * p.quantity / 100)::bigint, 1) as promised
          from suppliers.purchases p
          where p.tenant_id = p_tenant
            and p.restock_id = d.id
        ) x
      ) b
      cross join lateral (
        select coalesce((g.of_restock ->> d.id::text)::bigint, 0) as used from given g
      ) u
      cross join lateral (
        select coalesce(sum(h.amount), 0) as held
        from ledger.accounts a
        join ledger.holds h on h.tenant_id = p_tenant and h.from_account = a.id and h.state = 'held' and h.cause = 'restock:' || d.id
        where a.tenant_id = p_tenant
          and a.kind = 'budget.restock'
          and a.ref ^@ (d.budget_id || ':')
          and a.unit = 'budget'
      ) h
    ), wrong as (
      select t.id, t.sku_id, v.code, v.params
      from told t
      cross join lateral (
        select 'restock_spent' as code, jsonb_build_object('spentFen', t.spent_fen, 'costFen', t.cost) as params
        where t.spent_fen <> t.cost
        union all
        -- A supplier that charged more than its ceiling is paid all the same: the budget gives what it still has.
        select 'restock_budget', jsonb_build_object('usedFen', t.used, 'costFen', t.of_budget)
        where t.used < t.at_least or t.used > t.of_budget
        union all
        select 'restock_promise', jsonb_build_object('heldFen', t.held, 'promisedFen', t.promised)
        where t.held <> t.promised
      ) v
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          w.code, 'restock:' || w.id, jsonb_build_array(books.object('restock', w.id::text), books.object('sku', w.sku_id::text)), w.params
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 6, for budgets: what a month was given is what is left of it and what is used, and of the month that runs it is what the
-- budget says. (A budget that was changed about midnight of a month's first day may have been laid for the month before.)
create or replace function books.look_at_budget_months(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  grace interval := make_interval(secs => (p_scope ->> 'graceSeconds')::integer);
  month_at timestamptz := date_trunc('month', now() at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai';
  this_month text := to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM');
begin
  return (
    with page as materialized (
      select a.id, a.ref, -a.balance as laid_fen, split_part(a.ref, ':', 1)::bigint as budget_id, split_part(a.ref, ':', 2) as month
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = 'budget.source'
        and a.ref > coalesce(p_place ->> 'ref', '')
        and a.unit = 'budget'
      order by a.ref
      limit p_limit
    ), told as (
      select p.*, coalesce(f.balance, 0) as left_fen, coalesce(u.balance, 0) as used_fen, b.id as budget, b.monthly_fen,
        p.month = this_month and b.updated_at not between month_at - grace and month_at as is_bound
      from page p
      left join fulfilment.restock_budgets b on b.tenant_id = p_tenant and b.id = p.budget_id
      left join ledger.accounts f on f.tenant_id = p_tenant and f.kind = 'budget.restock' and f.ref = p.ref and f.unit = 'budget'
      left join ledger.accounts u on u.tenant_id = p_tenant and u.kind = 'budget.used' and u.ref = p.ref and u.unit = 'budget'
    ), wrong as (
      select t.*
      from told t
      where t.laid_fen <> t.left_fen + t.used_fen
         or t.budget is null
         or t.is_bound and t.laid_fen <> t.monthly_fen
    )
    select books.looked(
      (select count(*) from page), (select count(*) from page), jsonb_build_object('ref', (select max(p.ref) from page p)), (
        select jsonb_agg(books.violation(
          'budget_month', 'account:' || w.id, jsonb_build_array(books.object('account', w.id::text)),
          jsonb_build_object(
            'budgetId', w.budget_id, 'month', w.month, 'monthlyFen', coalesce(w.monthly_fen, 0), 'laidFen', w.laid_fen, 'leftFen', w.left_fen,
            'usedFen', w.used_fen
          )
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 6, for suppliers' statements: every line of one that was gone through was found in our books, or is a difference that
-- somebody sees. (That what was found has the line's amount, `look_at_matches` proves.) Statements are taken until they have `p_limit`
-- lines; one with more is walked in parts.
create or replace function books.look_at_statements(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  bills_max constant integer := 500;
  -- The statement that the last step was in the middle of, and its last line.
  part_of bigint := case when p_place ? 'n' then (p_place ->> 'id')::bigint end;
  after_n integer := coalesce((p_place ->> 'n')::integer, -1);
  ids bigint[];
  last_id bigint;
  begun timestamptz;
  until_n integer;
  is_cut boolean;
  checked bigint;
  found jsonb;
begin
  select array_agg(x.id order by x.id) filter (where x.is_due), max(x.id)
  into ids, last_id
  from (
    select n.*, sum(n.due_lines) over (order by n.id) - n.due_lines as before
    from (
      select d.id, d.is_due, case when d.is_due then d.lines else 0 end as due_lines
      from (
        select b.id, b.lines,
          b.state = 'matched' and reconciliation.supplier_of(b.gateway) is not null
            and (b.id = part_of or p_since is null or b.matched_at >= p_since or books.is_in_slot(b.id, p_scope)) is true as is_due
        from reconciliation.bills b
        where b.tenant_id = p_tenant
          and b.id >= coalesce(part_of, (p_place ->> 'id')::bigint + 1, 0)
        order by b.id
        limit bills_max
      ) d
    ) n
  ) x
  where x.before < p_limit;
  -- Only the last one can have more lines than this step takes.
  select b.begun_at into begun from reconciliation.bills b where b.tenant_id = p_tenant and b.id = ids[cardinality(ids)];
  select max(l.n) into until_n
  from (
    select l.n
    from reconciliation.bill_lines l
    where l.tenant_id = p_tenant
      and l.begun_at = begun
      and l.bill_id = ids[cardinality(ids)]
      and l.n > case when ids[cardinality(ids)] = part_of then after_n else -1 end
    order by l.n
    limit p_limit
  ) l;
  is_cut := exists (
    select from reconciliation.bill_lines l
    where l.tenant_id = p_tenant and l.begun_at = begun and l.bill_id = ids[cardinality(ids)] and l.n > until_n
  );

  with line as (
    select b.id, b.gateway, b.day, l.n, l.line_no, l.kind, l.state, l.amount_fen
    from unnest(ids) as i(id)
    join reconciliation.bills b on b.tenant_id = p_tenant and b.id = i.id
    join reconciliation.bill_lines l on l.tenant_id = p_tenant and l.begun_at = b.begun_at and l.bill_id = b.id
    where l.n > case when b.id = part_of then after_n else -1 end
      and (b.id <> ids[cardinality(ids)] or l.n <= until_n)
  ), lost as (
    select l.id, l.gateway, l.day, count(*) as lines, sum(l.amount_fen) as fen, min(l.line_no) as line_no
    from line l
    where l.state = 'done'
      and l.kind in ('purchase', 'deposit', 'credit')
      and l.amount_fen > 0
      and not exists (
        select from reconciliation.matches m where m.tenant_id = p_tenant and m.bill_id = l.id and m.n = l.n
      )
      and not exists (
        select from reconciliation.cases c where c.tenant_id = p_tenant and c.gateway = l.gateway and c.bill_id = l.id and c.n = l.n
      )
    group by l.id, l.gateway, l.day
  )
  select (select count(*) from line), (
    select jsonb_agg(books.violation(
      'statement_line_lost', 'bill:' || x.id,
      jsonb_build_array(books.object('supplier', reconciliation.supplier_of(x.gateway)::text), books.object('bill', x.id::text)),
      jsonb_build_object('day', x.day, 'count', x.lines, 'amountFen', x.fen, 'lineNo', x.line_no)
    ))
    from (select * from lost limit books.told_max()) x
  )
  into checked, found;
  return books.looked(null, checked, case
    when is_cut then jsonb_build_object('id', ids[cardinality(ids)], 'n', until_n)
    when last_id is not null then jsonb_build_object('id', last_id)
  end, found);
end;
$$;
