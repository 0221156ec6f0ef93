-- The checks of the books: `books.step` is one step of one of them, and answers
--   {"checked": rows looked at, "place": where the next step begins or null, "violations": [{code, key, objects, params}], "marks"?}.
--
-- Stable, so one step is one snapshot: whatever an order in flight has done, it has done wholly or not at all, and a
-- violation is never an order that is just being paid. No locks, no writes; what is to be kept is kept by books.note_step.
-- `p_scope`: {"since": moment or null, "slot": 0-6 or null, "graceSeconds": n}. Without `since` every row is walked; with
-- it, what changed since and the rows whose number leaves the remainder `slot` when divided by seven.
--
-- A check walks one table after another (`books.walks`). Each has a function `books.look_at_<what>` that takes a page of rows after
-- `p_place`, finds those that are due and those that are wrong, and answers with `books.looked`. More of them stand in
-- books_promises.sql, books_redeem.sql and books_suppliers.sql; `books.sealed_page` gives pages of cipher texts to the program.

-- Violations a step tells in full; a shop with more has one cause, not ten thousand.
create or replace function books.told_max()
returns integer
language sql
immutable
as $$ select 200 $$;

create or replace function books.object(p_kind text, p_id text)
returns jsonb
language sql
immutable
as $$ select jsonb_build_object('kind', p_kind, 'id', p_id) $$;

create or replace function books.objects(p_kind text, p_ids bigint[])
returns jsonb
language sql
immutable
as $$ select coalesce(jsonb_agg(books.object(p_kind, i.id::text) order by i.id), '[]') from unnest(p_ids[1:20]) as i(id) $$;

create or replace function books.violation(p_code text, p_key text, p_objects jsonb, p_params jsonb)
returns jsonb
language sql
immutable
as $$ select jsonb_build_object('code', p_code, 'key', p_key, 'objects', p_objects, 'params', coalesce(p_params, '{}')) $$;

-- What a look saw. `p_seen`: rows of its page; fewer than were asked for are the last. Null: it goes on as long as it has a place.
create or replace function books.looked(p_seen bigint, p_checked bigint, p_place jsonb, p_violations jsonb)
returns jsonb
language sql
immutable
as $$
  select jsonb_build_object('seen', p_seen, 'checked', p_checked, 'place', p_place, 'violations', coalesce(p_violations, '[]'))
$$;

create or replace function books.is_in_slot(p_id bigint, p_scope jsonb)
returns boolean
language sql
immutable
as $$ select (p_scope ->> 'slot') is null or p_id % 7 = (p_scope ->> 'slot')::integer $$;

-- What each check walks, in this order: the phase that stands in its place, what `books.look_at_…` looks at then, how many of its
-- rows are one of the check's, and whether only a walk of what changed comes by.
create or replace function books.walks()
returns table (n integer, check_name text, phase text, looks_at text, rows_factor numeric, is_of_changes boolean)
language sql
immutable
as $$
  values
    (1, 'code_owners', 'moved', 'code_owners', 1, true),
    (2, 'code_owners', 'cards', 'code_owners', 1, false),
    (3, 'batch_sums', 'batches', 'batch_sums', 1, false),
    (4, 'stock_sums', 'skus', 'stock_sums', 1, false),
    (5, 'paid_orders', 'open', 'paid_orders', 1, true),
    (6, 'paid_orders', 'changed', 'paid_orders', 1, true),
    (7, 'paid_orders', 'orders', 'paid_orders', 1, false),
    (8, 'references', 'receipts', 'references', 1, false),
    (9, 'references', 'refunds', 'references', 1, false),
    (10, 'references', 'purchases', 'purchases', 1, false),
    (11, 'bounds', 'accounts', 'floors', 10, false),
    (12, 'bounds', 'open', 'limits', 1, true),
    (13, 'bounds', 'changed', 'limits', 1, true),
    -- It was called `orders` when it had the two before it inside: a walk that broke off there begins the check again.
    (14, 'bounds', 'others', 'limits', 1, false),
    (15, 'redeem_codes', 'codes', 'redeem_codes', 1, false),
    (16, 'holds', 'accounts', 'held_sums', 1, false),
    (17, 'holds', 'picks', 'picks', 1, false),
    (18, 'holds', 'holds', 'holds', 1, false),
    (19, 'trial_balance', 'units', 'units', 1, false),
    (20, 'trial_balance', 'transfers', 'transfers', 1, false),
    (21, 'balances', 'accounts', 'balances', 1, false),
    (22, 'clearing', 'open', 'clearing', 1, false),
    (23, 'bills', 'postings', 'postings', 1, false),
    (24, 'bills', 'matches', 'matches', 1, false),
    (25, 'suppliers', 'suppliers', 'suppliers', 1, false),
    (26, 'suppliers', 'papers', 'supplier_papers', 1, false),
    (27, 'statements', 'bills', 'statements', 1, false),
    (28, 'recoveries', 'recoveries', 'recoveries', 1, false),
    (29, 'recoveries', 'money', 'credits', 1, false),
    (30, 'restocks', 'restocks', 'restocks', 1, false),
    -- A bulk order has ten thousand lines at most.
    (31, 'bulk', 'bulks', 'bulks', 1.0 / 400, false),
    (32, 'bulk', 'lines', 'bulk_lines', 1, false),
    (33, 'wholesale', 'orders', 'peer_orders', 1, false),
    (34, 'wholesale', 'days', 'peer_days', 1.0 / 20, false),
    (35, 'parents', 'pointers', 'parents', 1, false),
    (36, 'refunded_rights', 'refunds', 'refunded_rights', 1, false),
    (37, 'refunded_rights', 'disputes', 'disputes', 1, false),
    (38, 'refunded_rights', 'complaints', 'complaints', 1, false),
    (39, 'replays', 'notices', 'replays', 1, false),
    (40, 'redeem_codes', 'made_good', 'made_good', 1, false),
    (41, 'restocks', 'months', 'budget_months', 1, false)
$$;

-- One step of a check: the frame that all of them share. A walk that broke off in a phase which there is no more, because the program is
-- another since, begins its check again: what is looked at twice does no harm, what is left out is never missed. A plan is made once a session, and goes from row to row by the indexes, as
-- long as a table may have millions of rows of which a step sees a page; a look that counts whole sets says otherwise of itself.
create or replace function books.step(p_tenant bigint, p_check text, p_place jsonb, p_limit integer, p_scope jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  since timestamptz := p_scope ->> 'since';
  walk record;
  begun jsonb;
  rows_asked integer;
  look jsonb;
  place jsonb;
begin
  select x.* into walk
  from (
    select w.*, lead(w.phase) over (order by w.n) as next_phase
    from books.walks() w
    where w.check_name = p_check
      and (since is not null or not w.is_of_changes)
  ) x
  order by x.phase is not distinct from p_place ->> 'phase' desc, x.n
  limit 1;
  if not found then
    raise exception 'there is no check %', p_check;
  end if;
  begun := case when coalesce(p_place ->> 'phase', walk.phase) = walk.phase then coalesce(p_place, '{}') else '{}' end;

  rows_asked := greatest(floor(p_limit * walk.rows_factor)::integer, 1);
  execute format('select books.%I($1, $2, $3, $4, $5)', 'look_at_' || walk.looks_at)
  into look
  using p_tenant, begun || jsonb_build_object('phase', walk.phase), rows_asked, since, p_scope;

  place := case
    when coalesce((look ->> 'seen')::bigint = rows_asked, (look ->> 'place') is not null)
    then (look -> 'place') || jsonb_build_object('phase', walk.phase)
    when walk.next_phase is not null then jsonb_build_object('phase', walk.next_phase)
  end;
  return (look - 'seen') || jsonb_build_object('place', place);
end;
$$;

-- The next orders to look at. Of a whole walk all; else those that are paid and not through, those of which the log of
-- events tells something new, and a seventh of the rest. `nos` may be empty though there is a next place.
create or replace function books.next_orders(
  p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb, out nos bigint[], out seen integer, out place jsonb
)
language plpgsql
stable
as $$
begin
  if p_place ->> 'phase' = 'open' then
    select array_agg(x.no), count(*), jsonb_build_object('at', max(x.paid_at), 'no', (array_agg(x.no order by x.paid_at desc, x.no desc))[1])
    into nos, seen, place
    from (
      select o.no, o.paid_at
      from orders.orders o
      where o.tenant_id = p_tenant
        and o.state = 'paid'
        and (o.paid_at, o.no) > (coalesce((p_place ->> 'at')::timestamptz, '-infinity'), coalesce((p_place ->> 'no')::bigint, 0))
      order by o.paid_at, o.no
      limit p_limit
    ) x;
  elsif p_place ->> 'phase' = 'changed' then
    select array_agg(distinct substring(x.subject from 7)::bigint) filter (where x.subject ~ '^order:\d{1,18}$'),
      count(*),
      jsonb_build_object('at', max(x.at), 'position', (array_agg(x.position order by x.at desc, x.position desc))[1])
    into nos, seen, place
    from (
      select e.at, e.position, e.subject
      from events.log e
      where e.tenant_id = p_tenant
        and e.at >= p_since
        and (e.at, e.position) > (coalesce((p_place ->> 'at')::timestamptz, p_since), coalesce((p_place ->> 'position')::bigint, 0))
      order by e.at, e.position
      limit p_limit
    ) x;
  else
    select array_agg(x.no), count(*), jsonb_build_object('no', max(x.no))
    into nos, seen, place
    from (
      select o.no
      from orders.orders o
      where o.tenant_id = p_tenant
        and o.no > coalesce((p_place ->> 'no')::bigint, 0)
        and books.is_in_slot(o.no, p_scope)
      order by o.no
      limit p_limit
    ) x;
  end if;
  nos := coalesce(nos, '{}');
end;
$$;

-- Invariant 1. A card, its grants and its history tell the same story, and no other card says the same code.
create or replace function books.look_at_code_owners(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  grace interval := make_interval(secs => (p_scope ->> 'graceSeconds')::integer);
  ids bigint[];
  given bigint[];
  seen integer;
  place jsonb;
  found jsonb;
begin
  if p_place ->> 'phase' = 'moved' then
    select array_agg(distinct x.card_id), count(*),
      jsonb_build_object('at', max(x.at), 'id', (array_agg(x.id order by x.at desc, x.id desc))[1])
    into ids, seen, place
    from (
      select m.at, m.id, m.card_id
      from vault.movements m
      where m.tenant_id = p_tenant
        and m.at >= p_since
        and (m.at, m.id) > (coalesce((p_place ->> 'at')::timestamptz, p_since), coalesce((p_place ->> 'id')::bigint, 0))
      order by m.at, m.id
      limit p_limit
    ) x;
    -- Only what somebody has, or had, needs its history read.
    select array_agg(c.id) into given
    from unnest(ids) as i(id)
    join vault.cards c on c.tenant_id = p_tenant and c.id = i.id
    where c.state in ('delivered', 'used', 'void')
       or exists (select from entitlements.grants g where g.tenant_id = p_tenant and g.card_id = c.id);
  else
    -- The same, told while the page is read: most cards of a shop lie on its shelf.
    select array_agg(x.id), array_agg(x.id) filter (where x.state in ('delivered', 'used', 'void') or h.is_had), count(*), jsonb_build_object('id', max(x.id))
    into ids, given, seen, place
    from (
      select c.id, c.state
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.id > coalesce((p_place ->> 'id')::bigint, 0)
        and books.is_in_slot(c.id, p_scope)
      order by c.id
      limit p_limit
    ) x
    -- Asked card by card: as a condition it is answered by a list of every grant there is, made anew for each page.
    left join lateral (
      select true as is_had
      from entitlements.grants g
      where g.tenant_id = p_tenant
        and g.card_id = x.id
      limit 1
    ) h on true;
  end if;
  if given is null then
    return books.looked(seen, coalesce(cardinality(ids), 0), place, null);
  end if;

  with card as (
    select c.id, c.batch_id, c.state, c.changed_at, h.*, d.*, t.twins
    from unnest(given) as i(id)
    join vault.cards c on c.tenant_id = p_tenant and c.id = i.id
    cross join lateral (
      select count(*) as grants,
        count(*) filter (where g.state <> 'revoked') as living,
        count(*) filter (where g.state = 'active') as active,
        array_agg(g.id) as grant_ids,
        array_agg(distinct g.order_no) as nos
      from entitlements.grants g
      where g.tenant_id = p_tenant
        and g.card_id = c.id
    ) h
    cross join lateral (
      select count(*) as times, array_agg(distinct m.cause) as causes, max(m.at) as left_at
      from vault.movements m
      where m.tenant_id = p_tenant
        and m.card_id = c.id
        and m.from_state = 'available'
        and m.to_state = 'delivered'
    ) d
    cross join lateral (
      select array_agg(o.id) as twins
      from vault.cards o
      where o.tenant_id = p_tenant
        and o.fingerprint = c.fingerprint
        and o.id <> c.id
        -- The uses of one code say the same by right; its first one tells them from a twin without reading all of them.
        and o.use_no in (1, c.use_no)
        and (o.use_no = c.use_no or o.code_id is distinct from c.code_id)
    ) t
  ), wrong as (
    select c.*, v.code, v.params
    from card c
    cross join lateral (
      select 'code_two_owners' as code, jsonb_build_object('grants', c.grants, 'deliveries', c.times) as params
      where c.grants > 1 or c.times > 1
      union all
      select 'code_twin', jsonb_build_object('cards', cardinality(c.twins) + 1)
      where c.twins is not null
      union all
      select 'code_back_on_shelf', jsonb_build_object('state', c.state)
      where c.state in ('available', 'suspect', 'expired') and c.grants > 0
      union all
      select 'code_not_owned', jsonb_build_object('state', c.state)
      where (c.state = 'delivered' and c.living = 0) or (c.state = 'used' and c.grants = 0)
      union all
      select 'code_state_differs', jsonb_build_object('state', c.state)
      where (c.state = 'void' and c.living > 0)
         or (c.state = 'delivered' and c.living > 0 and c.active = 0)
         -- Staff's word that a card was used reaches its grant by an event.
         or (c.state = 'used' and c.active > 0 and c.changed_at < now() - grace)
      union all
      select 'code_other_order', '{}'::jsonb
      where c.times = 1 and c.grants = 1 and c.causes[1] is distinct from 'order:' || c.nos[1]
      union all
      -- Printed or given away in a file: whoever has the file owns it. A delivery that was under way then may have begun a moment before.
      select 'code_handed_out', jsonb_build_object('batchId', e.batch_id)
      from vault.exports e
      where e.tenant_id = p_tenant
        and e.batch_id = c.batch_id
        and e.hand_out
        and c.left_at > e.at + interval '1 minute'
    ) v
  )
  select jsonb_agg(books.violation(
    w.code, 'card:' || w.id,
    books.object('card', w.id::text) || books.objects('card', w.twins) || books.objects('order', w.nos) || books.objects('grant', w.grant_ids),
    w.params
  ))
  into found
  from (select * from wrong limit books.told_max()) w;
  return books.looked(seen, cardinality(ids), place, found);
end;
$$;

-- Invariant 2. A batch's counts are the counts of its cards, and add up to what was imported. Batches are taken until they
-- hold `p_limit` cards, at least one; one batch is one statement, about 0.3 s for a million cards. Incremental: batches
-- whose counts are not those that were counted before.
create or replace function books.look_at_batch_sums(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
set plan_cache_mode = auto
set enable_hashjoin = on
set enable_mergejoin = on
as $$
declare
  ids bigint[];
  seen integer;
  last_id bigint;
  cards bigint;
  found jsonb;
  uses jsonb;
  marks jsonb;
begin
  select array_agg(x.id) filter (where x.is_due), count(*), max(x.id)
  into ids, seen, last_id
  from (
    select n.id, n.is_due, sum(n.cards) over (order by n.id) - n.cards as before
    from (
      select d.id, d.is_due, case when d.is_due then d.imported else 0 end as cards
      from (
        select b.id, coalesce(c.imported, 0) as imported,
          p_since is null or books.is_in_slot(b.id, p_scope) or c is null or m.counts is distinct from c::text as is_due
        from vault.batches b
        left join vault.batch_counts c on c.tenant_id = p_tenant and c.batch_id = b.id
        left join books.batch_marks m on m.tenant_id = p_tenant and m.batch_id = b.id
        where b.tenant_id = p_tenant
          and b.id > coalesce((p_place ->> 'id')::bigint, 0)
        order by b.id
        limit 500
      ) d
    ) n
  ) x
  where x.before < p_limit;

  with counted as (
    select c.batch_id, count(*) as imported,
      count(*) filter (where c.state = 'available') as available,
      count(*) filter (where c.state = 'delivered') as delivered,
      count(*) filter (where c.state = 'used') as used,
      count(*) filter (where c.state = 'void') as void,
      count(*) filter (where c.state = 'suspect') as suspect,
      count(*) filter (where c.state = 'expired') as expired,
      count(*) filter (where c.sku_id <> b.sku_id) as strange
    from vault.batches b
    join vault.cards c on c.tenant_id = p_tenant and c.batch_id = b.id
    where b.tenant_id = p_tenant
      and b.id = any (ids)
    group by c.batch_id
  ), compared as (
    select b.id, b.sku_id, k::text as counts, coalesce(n.imported, 0) as counted, coalesce(n.strange, 0) as strange,
      (
        select jsonb_object_agg(s.state, jsonb_build_array(s.booked, s.counted))
        from (
          values
            ('imported', k.imported, n.imported), ('available', k.available, n.available), ('delivered', k.delivered, n.delivered),
            ('used', k.used, n.used), ('void', k.void, n.void), ('suspect', k.suspect, n.suspect), ('expired', k.expired, n.expired)
        ) as s(state, booked, counted)
        where coalesce(s.booked, 0) <> coalesce(s.counted, 0)
      ) as differs,
      k.available + k.delivered + k.used + k.void + k.suspect + k.expired <> k.imported as is_torn
    from vault.batches b
    left join vault.batch_counts k on k.tenant_id = p_tenant and k.batch_id = b.id
    left join counted n on n.batch_id = b.id
    where b.tenant_id = p_tenant
      and b.id = any (ids)
  )
  select
    coalesce(sum(c.counted), 0),
    jsonb_agg(books.violation(
      case when c.strange > 0 then 'batch_strange_cards' else 'batch_sum' end, 'batch:' || c.id,
      jsonb_build_array(books.object('batch', c.id::text), books.object('sku', c.sku_id::text)),
      jsonb_build_object('differs', coalesce(c.differs, '{}'), 'cards', c.strange)
    )) filter (where c.differs is not null or c.is_torn or c.strange > 0),
    jsonb_agg(jsonb_build_object('batchId', c.id, 'counts', c.counts))
      filter (where c.differs is null and not coalesce(c.is_torn, false) and c.strange = 0 and c.counts is not null)
  into cards, found, marks
  from compared c;
  -- Of a code that is sold several times there are as many cards as were counted, and not more than it has uses.
  select jsonb_agg(books.violation(
    'code_uses', 'code:' || u.id, jsonb_build_array(books.object('card', u.id::text), books.object('batch', u.batch_id::text)),
    jsonb_build_object('made', u.made, 'uses', coalesce(u.uses::text, '∞'), 'cards', u.cards)
  ))
  into uses
  from (
    select r.id, r.batch_id, r.made, r.uses, k.cards
    from vault.reused_codes r
    cross join lateral (
      select count(*) as cards, max(c.use_no) as last
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.code_id = r.id
    ) k
    where r.tenant_id = p_tenant
      and r.batch_id = any (ids)
      and (k.cards <> r.made or k.last is distinct from r.made or r.made > r.uses)
    limit books.told_max()
  ) u;
  return books.looked(
    null, greatest(cards, coalesce(cardinality(ids), 0)), case when last_id is not null then jsonb_build_object('id', last_id) end,
    coalesce(found, '[]') || coalesce(uses, '[]')
  ) || jsonb_build_object('marks', jsonb_build_object('batches', coalesce(marks, '[]')));
end;
$$;

-- The shelves of these SKUs in channels' warehouses: what is booked, what lies there, and how many of that only other channels may sell.
create or replace function books.channel_shelves(p_tenant bigint, p_skus bigint[])
returns table (sku_id bigint, channel text, account_id bigint, balance bigint, lying bigint, astray bigint)
language sql
stable
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
  select s.id, w.channel, a.id, coalesce(a.balance, 0), coalesce(c.lying, 0), coalesce(c.astray, 0)
  from stock.warehouses w
  cross join unnest(p_skus) as s(id)
  left join lateral (
    select a.id, a.balance
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind = 'warehouse.available'
      and a.ref = s.id || ':' || w.id
      and a.unit = 'piece'
    offset 0
  ) a on true
  left join lateral (
    select count(*) as lying, count(*) filter (where b.channels is not null and w.channel <> all (b.channels)) as astray
    from vault.cards c
    join vault.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
    where c.tenant_id = p_tenant
      and c.warehouse_id = w.id
      and c.sku_id = s.id
      and c.state = 'available'
    offset 0
  ) c on true
  where w.tenant_id = p_tenant
$$;
revoke execute on function books.channel_shelves(bigint, bigint[]) from public;

-- Invariant 2, for a SKU: the ledger's pieces in each state are those of its batches, and its seven accounts and those of
-- channels' warehouses add up to zero; what is booked in a warehouse lies there, and may be sold there. Always walked whole: SKUs are thousands at most.
create or replace function books.look_at_stock_sums(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
set plan_cache_mode = auto
set enable_hashjoin = on
set enable_mergejoin = on
as $$
declare
  ids bigint[];
  found jsonb;
begin
  select array_agg(x.id) into ids
  from (
    select s.id
    from catalog.skus s
    where s.tenant_id = p_tenant
      and s.id > coalesce((p_place ->> 'id')::bigint, 0)
    order by s.id
    limit p_limit
  ) x;
  if ids is null then
    return books.looked(0, 0, null, null);
  end if;

  with booked as (
    select a.ref::bigint as sku_id, substr(a.kind, 7) as state, a.id as account_id, a.balance
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind in ('stock.source', 'stock.available', 'stock.delivered', 'stock.used', 'stock.void', 'stock.suspect', 'stock.expired')
      and a.ref = any (ids::text[])
      and a.unit = 'piece'
    union all
    select x.sku_id, 'available', x.account_id, x.balance
    from books.channel_shelves(p_tenant, ids) x
    where x.account_id is not null
  ), counted as (
    select b.sku_id, s.state, sum(s.pieces)::bigint as pieces
    from vault.batches b
    join vault.batch_counts k on k.tenant_id = p_tenant and k.batch_id = b.id
    cross join lateral (
      values ('available', k.available), ('delivered', k.delivered), ('used', k.used), ('void', k.void), ('suspect', k.suspect), ('expired', k.expired)
    ) as s(state, pieces)
    where b.tenant_id = p_tenant
      and b.sku_id = any (ids)
    group by b.sku_id, s.state
  ), wrong as (
    select coalesce(a.sku_id, c.sku_id) as sku_id, 'stock_sum' as code, coalesce(a.state, c.state) as state, a.account_id,
      coalesce(a.balance, 0) as booked, coalesce(c.pieces, 0) as counted
    -- What is on the shelf lies in the total warehouse and in those of channels.
    from (
      select b.sku_id, b.state, min(b.account_id) as account_id, sum(b.balance)::bigint as balance
      from booked b
      where b.state <> 'source'
      group by b.sku_id, b.state
    ) a
    full join counted c on c.sku_id = a.sku_id and c.state = a.state
    where coalesce(a.balance, 0) <> coalesce(c.pieces, 0)
    union all
    select a.sku_id, 'stock_not_zero', 'all', null, sum(a.balance)::bigint, 0
    from booked a
    group by a.sku_id
    having sum(a.balance) <> 0
    union all
    select x.sku_id, 'warehouse_sum', x.channel, x.account_id, x.balance, x.lying
    from books.channel_shelves(p_tenant, ids) x
    where x.balance <> x.lying
    union all
    select x.sku_id, 'channel_code_astray', x.channel, x.account_id, 0, x.astray
    from books.channel_shelves(p_tenant, ids) x
    where x.astray > 0
    union all
    select b.sku_id, 'channel_code_astray', 'total', null, 0, count(*)
    from vault.batches b
    join vault.cards c on c.tenant_id = p_tenant and c.batch_id = b.id and c.state = 'available' and c.warehouse_id is null
    where b.tenant_id = p_tenant
      and b.sku_id = any (ids)
      and b.channels is not null
    group by b.sku_id
  )
  select jsonb_agg(books.violation(
    w.code, 'sku:' || w.sku_id || ':' || w.state,
    jsonb_build_array(books.object('sku', w.sku_id::text)) || case when w.account_id is null then '[]' else jsonb_build_array(books.object('account', w.account_id::text)) end,
    jsonb_build_object('state', w.state, 'booked', w.booked, 'counted', w.counted)
  ))
  into found
  from (select * from wrong limit books.told_max()) w;
  return books.looked(cardinality(ids), cardinality(ids), jsonb_build_object('id', ids[p_limit]), found);
end;
$$;

-- Invariant 3. What was paid is delivered, refunded or an exception with a name, and the order's figures are those of its
-- lines, receipts, refunds and grants. What its member's accounts gave and got for it is looked for within `near` of the moments that
-- its rows name, all orders of a step in one go (`books.moved_as`): somebody who buys all day is not read from each order on till now.
create or replace function books.look_at_paid_orders(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  grace interval := make_interval(secs => (p_scope ->> 'graceSeconds')::integer);
  near constant interval := '10 minutes';
  these record;
  found jsonb;
begin
  select * into these from books.next_orders(p_tenant, p_place, p_limit, p_since, p_scope);

  with the_order as (
    select o.*, l.amount, l.points_asked, l.points_back, l.points_brought, l.points_taken, l.waiting, l.owed, r.received, f.refunded
    from unnest(these.nos) as i(no)
    join orders.orders o on o.tenant_id = p_tenant and o.no = i.no
    cross join lateral (
      select coalesce(sum(l.amount_fen), 0) as amount, coalesce(sum(l.quantity::bigint * l.unit_points), 0) as points_asked,
        coalesce(sum(l.refunded_points), 0) as points_back, coalesce(sum(l.taken_points), 0) as points_taken,
        coalesce(sum(l.credit_points) filter (where l.delivered_at is not null), 0) as points_brought,
        -- What a bundle holds back may wait as long as another part is on its way or with somebody, or a refund with a second person.
        count(*) filter (where l.state in ('waiting', 'cancelled') and not l.held_back)
          + case when bool_or(l.bundle_no is not null and l.state in ('supplying', 'exception')) then 0
            when exists (
              select from payments.refunds r
              where r.tenant_id = p_tenant
                and r.order_no = o.no
                and r.takes = 'line'
                and r.state = 'awaiting'
            ) then 0
            else count(*) filter (where l.state = 'waiting' and l.held_back) end as waiting,
        coalesce(sum(l.amount_fen - l.refunded_fen - l.refunding_fen), 0) as owed
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = o.no
    ) l
    cross join lateral (
      select coalesce(sum(r.amount_fen - r.fee_fen + r.adjusted_fen), 0) as received
      from payments.receipts r
      where r.tenant_id = p_tenant
        and r.order_no = o.no
        and r.state = 'applied'
    ) r
    cross join lateral (
      select coalesce(sum(f.amount_fen), 0) as refunded
      from payments.refunds f
      where f.tenant_id = p_tenant
        and f.order_no = o.no
        and f.line_no is not null
        and f.state = 'done'
        and f.replaced_by is null
    ) f
  ), the_line as (
    select l.*, o.paid_at, o.placed_at, o.expires_at, o.member_id, o.credit_fen, o.state as order_state, g.living, g.dormant, f.open, f.done_fen, f.promised_fen
    from the_order o
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = o.no
    cross join lateral (
      -- What waits to be activated is somebody's, and not delivered.
      select count(*) filter (where g.state <> 'dormant') as living, count(*) filter (where g.state = 'dormant') as dormant
      from entitlements.grants g
      where g.tenant_id = p_tenant
        and g.order_no = l.order_no
        and g.line_no = l.line_no
        and g.state <> 'revoked'
    ) g
    cross join lateral (
      select count(*) filter (where f.state in ('requested', 'processing')) as open,
        coalesce(sum(f.amount_fen) filter (where f.state = 'done'), 0) as done_fen,
        coalesce(sum(f.amount_fen) filter (where f.state in ('requested', 'processing', 'failed')), 0) as promised_fen
      from payments.refunds f
      where f.tenant_id = p_tenant
        and f.order_no = l.order_no
        and f.line_no = l.line_no
        and f.replaced_by is null
    ) f
  ), asked as materialized (
    select x.*, row_number() over (partition by x.outward) as n
    from (
      select o.no, null::smallint as line_no, a.id as account_id, k.outward, k.kind, k.from_at - near as from_at, k.to_at + near as to_at,
        case when o.state in ('paid', 'delivered', 'refunded') then o.points else 0 end as due, o.points_back as due_back,
        o.points_brought as due_brought, o.points_taken as due_taken
      from the_order o
      left join lateral (
        select a.id from ledger.accounts a
        where a.tenant_id = p_tenant and a.kind = 'points.member' and a.ref = o.member_id::text and a.unit = 'point'
      ) a on true
      cross join lateral (
        -- Until when one may be paid that never was: a promise that was kept all the same was kept by then.
        select true as outward, 'points.spend' as kind, o.placed_at as from_at, greatest(o.placed_at, coalesce(o.paid_at, o.expires_at)) as to_at
        union all
        select false, 'points.bundle', coalesce(o.paid_at, o.placed_at), coalesce(o.paid_at, o.expires_at)
        union all
        select false, 'points.bundle', l.delivered_at, l.delivered_at
        from orders.lines l
        where l.tenant_id = p_tenant
          and l.order_no = o.no
          and l.credit_points > 0
          and l.delivered_at is not null
        union all
        -- A refund begins when it is asked for, or when somebody agrees to it; one that was paid by hand in the end was agreed to before that.
        select d.outward, d.kind, f.from_at, f.to_at
        from (
          select min(f.created_at) as from_at,
            max(case when f.decided_at is null then f.created_at else greatest(f.created_at, f.decided_at, f.done_at) end) as to_at
          from payments.refunds f
          where f.tenant_id = p_tenant
            and f.order_no = o.no
            and f.line_no is not null
        ) f
        cross join (values (true, 'points.take_back'), (false, 'points.refund')) as d(outward, kind)
        where f.from_at is not null
      ) k
      where o.points + o.points_back + o.points_brought > 0
      union all
      select l.order_no, l.line_no, a.id, false, k.kind, l.placed_at - near,
        greatest(l.placed_at, coalesce(l.delivered_at, l.paid_at, l.expires_at)) + near,
        case when l.delivered_at is null then 0 else l.credit_fen end, 0, 0, 0
      from the_line l
      left join lateral (
        select a.id from ledger.accounts a
        where a.tenant_id = p_tenant and a.kind = 'cash.member' and a.ref = l.member_id::text and a.unit = 'CNY'
      ) a on true
      cross join (values ('cash.recharge'), ('cash.recharge_bonus')) as k(kind)
      where l.kind = 'recharge'
    ) x
  ), gone as materialized (
    select books.moved_as(
      p_tenant, true, array_agg(a.account_id order by a.n), array_agg(a.from_at order by a.n), array_agg(a.to_at order by a.n),
      array_agg('order:' || a.no order by a.n), array_agg(a.kind order by a.n)
    ) as amounts
    from asked a
    where a.outward
  ), come as materialized (
    select books.moved_as(
      p_tenant, false, array_agg(a.account_id order by a.n), array_agg(a.from_at order by a.n), array_agg(a.to_at order by a.n),
      array_agg('order:' || a.no order by a.n), array_agg(a.kind order by a.n)
    ) as amounts
    from asked a
    where not a.outward
  ), moved as (
    -- What was asked for two times of one order is told twice.
    select m.no, m.line_no, m.due, m.due_back, m.due_brought, m.due_taken,
      coalesce(max(m.amount) filter (where m.kind = 'points.spend'), 0) as spent,
      coalesce(max(m.amount) filter (where m.kind = 'points.refund'), 0) as back,
      coalesce(max(m.amount) filter (where m.kind = 'points.bundle'), 0) as brought,
      coalesce(max(m.amount) filter (where m.kind = 'points.take_back'), 0) as taken,
      coalesce(sum(m.amount) filter (where m.kind in ('cash.recharge', 'cash.recharge_bonus')), 0) as credited
    from (
      select a.*, case when a.outward then g.amounts[a.n] else c.amounts[a.n] end as amount
      from asked a
      cross join gone g
      cross join come c
    ) m
    group by m.no, m.line_no, m.due, m.due_back, m.due_brought, m.due_taken
  ), wrong as (
    -- Points left the member's pot once, those of bundles came into it, and both came back as far as the lines say.
    select m.no, null::smallint as line_no, 'points_moved' as code, jsonb_build_object(
      'points', m.due, 'moved', m.spent, 'backPoints', m.due_back, 'backMoved', m.back,
      'bundlePoints', m.due_brought, 'bundleMoved', m.brought, 'takenPoints', m.due_taken, 'takenMoved', m.taken
    ) as params
    from moved m
    where m.line_no is null
      and (m.due, m.due_back, m.due_brought, m.due_taken) is distinct from (m.spent, m.back, m.brought, m.taken)
    union all
    -- What was recharged is in the purse once, with its bonus.
    select m.no, m.line_no, 'recharge_credit', jsonb_build_object('creditFen', l.credit_fen, 'creditedFen', m.credited)
    from moved m
    join the_order l on l.no = m.no
    where m.line_no is not null
      and m.credited <> m.due
    union all
    select o.no, null, v.code, v.params
    from the_order o
    cross join lateral (
      select 'paid_nothing' as code, jsonb_build_object('lines', o.waiting, 'amountFen', o.paid_fen) as params
      -- One that does not say since when is late.
      where o.state in ('paid', 'delivered') and o.waiting > 0 and coalesce(o.paid_at < now() - grace, true)
      union all
      select 'paid_without_money', jsonb_build_object('paidFen', o.paid_fen, 'receivedFen', o.received)
      where o.state in ('paid', 'delivered', 'refunded') and o.received <> o.paid_fen
      union all
      select 'money_without_order', jsonb_build_object('receivedFen', o.received, 'state', o.state)
      where o.state in ('pending', 'cancelled', 'expired') and o.received > 0
      union all
      select 'order_total', jsonb_build_object('totalFen', o.total_fen, 'linesFen', o.amount, 'paidFen', o.paid_fen)
      where o.total_fen <> o.amount or (o.state in ('paid', 'delivered', 'refunded') and o.paid_fen <> o.total_fen)
      union all
      select 'order_points', jsonb_build_object('points', o.points, 'linesPoints', o.points_asked)
      where o.points <> o.points_asked
      union all
      select 'order_refunds', jsonb_build_object('refundedFen', o.refunded_fen, 'refundsFen', o.refunded)
      where o.refunded_fen <> o.refunded
      union all
      -- Ordered by a machine or by a file, and neither the other shop's number nor the file's line knows of it.
      select 'order_unclaimed', jsonb_build_object('channel', o.channel)
      where o.channel = 'wholesale' and not exists (
        select from wholesale.orders w where w.tenant_id = p_tenant and w.order_no = o.no
      )
         or o.channel = 'bulk' and not exists (
        select from bulk.lines l where l.tenant_id = p_tenant and l.order_no = o.no
      ) and not exists (
        select from bulk.earlier e where e.tenant_id = p_tenant and e.order_no = o.no
      )
      union all
      -- What payers' banks had of a payment is what their disputes say.
      select 'receipt_disputed', jsonb_build_object('lossFen', r.disputed_fen, 'disputesFen', c.fen)
      from payments.receipts r
      cross join lateral (
        select coalesce(sum(c.disputed_fen), 0) as fen
        from payments.chargebacks c
        where c.tenant_id = p_tenant
          and c.order_no = o.no
          and c.receipt_id = r.id
          and c.state <> 'won'
      ) c
      where r.tenant_id = p_tenant
        and r.order_no = o.no
        and r.disputed_fen <> c.fen
      union all
      select 'redeemed_without_use', '{}'
      where o.pay_with = 'redeem'
        and o.state in ('paid', 'delivered', 'refunded')
        and not exists (select from redeem.uses u where u.tenant_id = p_tenant and u.order_no = o.no)
      union all
      -- A payer's bank has had it: then no failed refund promises it still, and no purse keeps it.
      select 'loss_beside_promise', jsonb_build_object('lossFen', r.disputed_fen, 'promisedFen', x.fen)
      from payments.receipts r
      cross join lateral (
        select coalesce(sum(f.amount_fen), 0) + case o.purpose when 'recharge' then o.owed else 0 end as fen
        from payments.refunds f
        where f.tenant_id = p_tenant
          and f.order_no = o.no
          and f.receipt_id = r.id
          and f.line_no is not null
          and f.state = 'failed'
          and f.replaced_by is null
      ) x
      where r.tenant_id = p_tenant
        and r.order_no = o.no
        and r.state = 'applied'
        and r.disputed_fen > 0
        and x.fen > 0
      union all
      -- A refund went through after another had taken its place: then nothing of that payment is promised still, and nothing is free.
      select 'loss_beside_promise', jsonb_build_object('lossFen', x.fen, 'promisedFen', x.promised_fen)
      from (
        select f.amount_fen - coalesce((
          select sum(k.amount_fen) from payments.refunds k where k.tenant_id = p_tenant and k.order_no = o.no and k.sent_as = f.id
        ), 0) as fen, case
          when r.state = 'applied' then coalesce((
            select sum(p.amount_fen)
            from payments.refunds p
            where p.tenant_id = p_tenant
              and p.order_no = o.no
              and p.receipt_id = r.id
              and p.line_no is not null
              and p.state = 'failed'
              and p.replaced_by is null
          ), 0)
          when r.state in ('surplus', 'unmatched', 'refunded') then fulfilment.left_of_surplus(p_tenant, r.id, true)
          else 0
        end as promised_fen
        from payments.refunds f
        join payments.receipts r on r.tenant_id = p_tenant and r.id = f.receipt_id
        where f.tenant_id = p_tenant
          and f.order_no = o.no
          and f.state = 'done'
          and f.replaced_by is not null
      ) x
      where x.fen > 0
        and x.promised_fen > 0
    ) v
    union all
    select l.order_no, l.line_no, v.code, v.params
    from the_line l
    cross join lateral (
      -- A line some of whose pieces were refunded, and whose refund failed, is an exception that still has the others.
      -- One that was given back before all of it arrived has none, though fewer were delivered than are back.
      select 'line_grants' as code,
        jsonb_build_object('quantity', l.quantity - l.refunded_quantity, 'grants', l.living, 'state', l.state) as params
      where (catalog.deliver_of(l.kind) = 'pick' and not l.bought and l.state in ('delivered', 'exception') and l.delivered_quantity > 0 and l.living <> l.quantity - l.refunded_quantity)
         or ((catalog.deliver_of(l.kind) <> 'pick' or l.bought) and l.state in ('supplying', 'delivered', 'exception') and l.living <> greatest(l.delivered_quantity - l.refunded_quantity, 0))
         or (l.delivered_quantity = 0 and l.state in ('waiting', 'exception', 'cancelled') and l.living > 0)
      union all
      -- Bought to be activated later: whole with its owner until somebody activates it, bought once after that, and over at its end or
      -- when its money is back.
      select 'later_right', jsonb_build_object('quantity', l.quantity, 'rights', l.dormant, 'state', l.state, 'activation', coalesce(a.state, ''))
      from (select) x
      left join fulfilment.activations a on a.tenant_id = p_tenant and a.order_no = l.order_no and a.line_no = l.line_no
      where l.later_days is not null
        and l.order_state in ('paid', 'delivered', 'refunded')
        and case a.state
          when 'open' then l.state <> 'dormant' or l.dormant <> l.quantity
          when 'activated' then l.state in ('waiting', 'dormant') or l.dormant <> case when l.state in ('supplying', 'exception')
            and l.refunded_quantity = 0 then l.quantity - l.delivered_quantity else 0 end
          else a.state is null or l.dormant > 0 or l.state not in ('delivered', 'refunding', 'refunded', 'exception') or exists (
            select from suppliers.purchases p where p.tenant_id = p_tenant and p.order_no = l.order_no and p.line_no = l.line_no
          )
        end
      union all
      -- Nobody works on what is not waited for.
      select 'task_orphan', jsonb_build_object('state', l.state, 'task', t.state)
      from fulfilment.tasks t
      where catalog.deliver_of(l.kind) = 'task'
        and l.state <> 'supplying'
        and t.tenant_id = p_tenant
        and t.order_no = l.order_no
        and t.line_no = l.line_no
        and t.state in ('waiting', 'accepted', 'asking', 'answered')
      union all
      -- Whoever it waits for: a supplier somebody is asked about, a task that somebody has, a job that makes codes.
      select 'line_unattended', '{}'
      where l.state = 'supplying'
        and not case catalog.deliver_of(l.kind)
          when 'task' then exists (
            select from fulfilment.tasks t
            where t.tenant_id = p_tenant
              and t.order_no = l.order_no
              and t.line_no = l.line_no
              and t.state in ('waiting', 'accepted', 'asking', 'answered')
          )
          when 'make' then exists (
            select from redeem.sales s
            where s.tenant_id = p_tenant
              and s.order_no = l.order_no
              and s.line_no = l.line_no
              and s.state = 'making'
          )
          else exists (
            select from fulfilment.needs n
            where n.tenant_id = p_tenant
              and n.order_no = l.order_no
              and n.line_no = l.line_no
              and (
                n.state = 'wanted'
                or n.state = 'buying' and exists (
                  select from suppliers.purchases p
                  where p.tenant_id = p_tenant
                    and p.order_no = l.order_no
                    and p.line_no = l.line_no
                    and p.state in ('planned', 'sending', 'accepted', 'unknown')
                )
              )
          )
        end
      union all
      -- What suppliers brought for a line is what its need counts, and with what was done by hand what its owner got.
      select 'line_supplied', jsonb_build_object('filled', n.filled, 'arrived', p.arrived, 'byHand', n.by_hand, 'delivered', l.delivered_quantity)
      from fulfilment.needs n
      cross join lateral (
        select coalesce(sum(p.arrived), 0) as arrived
        from suppliers.purchases p
        where p.tenant_id = p_tenant
          and p.order_no = l.order_no
          and p.line_no = l.line_no
          and p.purpose = 'line'
          and p.state in ('done', 'partial')
      ) p
      where n.tenant_id = p_tenant
        and n.order_no = l.order_no
        and n.line_no = l.line_no
        and (n.filled <> p.arrived
          -- Codes of our own came instead of bought ones.
          or (l.bought or catalog.deliver_of(l.kind) <> 'pick') and n.filled + n.by_hand <> l.delivered_quantity)
      union all
      select 'line_refunds', jsonb_build_object(
        'refundedFen', l.refunded_fen, 'refundsFen', l.done_fen, 'refundingFen', l.refunding_fen, 'promisedFen', l.promised_fen
      )
      where l.refunded_fen <> l.done_fen or l.refunding_fen <> l.promised_fen
      union all
      select 'refund_lost', jsonb_build_object('amountFen', l.amount_fen)
      where l.state = 'refunding' and l.open = 0
      union all
      -- A link that was sold is a code for each piece, once it is delivered, and none before.
      select 'sold_codes', jsonb_build_object('quantity', case when l.delivered_at is null then 0 else l.quantity end, 'codes', c.codes)
      from (
        select case when catalog.deliver_of(l.kind) = 'make' then (
          select count(*)
          from redeem.codes c
          where c.tenant_id = p_tenant
            and c.order_no = l.order_no
            and c.order_no is not null
            and c.line_no = l.line_no
        ) end as codes
      ) c
      where c.codes <> case when l.delivered_at is null then 0 else l.quantity end
    ) v
  )
  select jsonb_agg(books.violation(
    w.code, 'order:' || w.no || coalesce(':' || w.line_no, ''),
    jsonb_build_array(books.object('order', w.no::text)),
    w.params || case when w.line_no is null then '{}' else jsonb_build_object('lineNo', w.line_no) end
  ))
  into found
  from (select * from wrong limit books.told_max()) w;
  return books.looked(these.seen, cardinality(these.nos), these.place, found);
end;
$$;

-- Invariant 4. What the outside knows by a number is here once: a gateway's trade, the refund of a line or of a surplus, and what
-- was bought of suppliers; and nobody has bought more for a line than it is of.
create or replace function books.look_at_references(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  phase text := p_place ->> 'phase';
  ids bigint[];
  seen integer;
  last_id bigint;
  found jsonb;
begin
  if phase = 'receipts' then
    select array_agg(x.id) filter (where x.is_due), count(*), max(x.id)
    into ids, seen, last_id
    from (
      select r.id, p_since is null or r.received_at >= p_since or books.is_in_slot(r.id, p_scope) as is_due
      from payments.receipts r
      where r.tenant_id = p_tenant
        and r.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by r.id
      limit p_limit
    ) x;
  else
    select array_agg(x.id) filter (where x.is_due), count(*), max(x.id)
    into ids, seen, last_id
    from (
      select f.id, p_since is null or f.created_at >= p_since or f.done_at >= p_since or books.is_in_slot(f.id, p_scope) as is_due
      from payments.refunds f
      where f.tenant_id = p_tenant
        and f.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by f.id
      limit p_limit
    ) x;
  end if;

  with reference as (
    select r.id, 'receipt' as kind, r.gateway as whose, r.trade_no as reference, r.order_no, r.amount_fen,
      (
        select array_agg(o.id) from payments.receipts o
        where o.tenant_id = p_tenant and o.gateway = r.gateway and o.trade_no = r.trade_no and o.id <> r.id
      ) as others
    from unnest(case when phase = 'receipts' then ids end) as i(id)
    join payments.receipts r on r.tenant_id = p_tenant and r.id = i.id
    union all
    select f.id, 'refund', f.gateway, coalesce('line ' || f.line_no, 'receipt ' || f.receipt_id), f.order_no, f.amount_fen,
      (
        select array_agg(o.id) from payments.refunds o
        where o.tenant_id = p_tenant
          and o.order_no = f.order_no
          and o.line_no is not distinct from f.line_no
          and o.id <> f.id
          and o.state in ('requested', 'processing', 'done')
          and o.sent_as is null
          -- A line is refunded in as many parts as you like, but no piece twice, and not for more than it cost.
          and case
            when f.line_no is null then o.receipt_id = f.receipt_id
            else (o.takes = 'line' and f.takes = 'line') or o.grants && f.grants or l.refunds_fen > l.amount_fen
          end
      )
    from unnest(case when phase = 'refunds' then ids end) as i(id)
    join payments.refunds f on f.tenant_id = p_tenant and f.id = i.id
    left join lateral (
      select l.amount_fen, (
        select sum(o.amount_fen) from payments.refunds o
        where o.tenant_id = p_tenant
          and o.order_no = f.order_no
          and o.line_no = f.line_no
          and o.state in ('requested', 'processing', 'done')
          and o.sent_as is null
      ) as refunds_fen
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = f.order_no
        and l.line_no = f.line_no
    ) l on true
    where f.state in ('requested', 'processing', 'done')
      -- What a refund kept is told of by the one as which it was sent.
      and f.sent_as is null
  ), over as (
    -- An order that was taken for paid with less gives back what it was taken for; what came beyond it is in the purse.
    select f.receipt_id as id, f.order_no, r.amount_fen + r.adjusted_fen as amount_fen,
      (
        select sum(o.amount_fen) from payments.refunds o
        where o.tenant_id = p_tenant and o.order_no = f.order_no and o.receipt_id = f.receipt_id and o.state in ('requested', 'processing', 'done') and o.sent_as is null
      ) as refunded
    from unnest(case when phase = 'refunds' then ids end) as i(id)
    join payments.refunds f on f.tenant_id = p_tenant and f.id = i.id
    join payments.receipts r on r.tenant_id = p_tenant and r.id = f.receipt_id
    group by f.receipt_id, f.order_no, r.amount_fen, r.adjusted_fen
  ), wrong as (
    select case r.kind when 'receipt' then 'reference_twice' else 'refund_twice' end as code,
      -- One violation a number, whichever of its rows is met.
      r.kind || ':' || least(r.id, (select min(o.id) from unnest(r.others) as o(id))) as key,
      jsonb_build_array(books.object(r.kind, r.id::text), books.object('order', r.order_no::text)) || books.objects(r.kind, r.others) as objects,
      jsonb_build_object('whose', r.whose, 'reference', r.reference, 'times', cardinality(r.others) + 1, 'amountFen', r.amount_fen) as params
    from reference r
    where r.others is not null
    union all
    select 'refund_over_receipt', 'receipt:' || o.id,
      jsonb_build_array(books.object('receipt', o.id::text), books.object('order', o.order_no::text)),
      jsonb_build_object('receivedFen', o.amount_fen, 'refundedFen', o.refunded)
    from over o
    where o.refunded > o.amount_fen
  )
  select jsonb_agg(books.violation(w.code, w.key, w.objects, w.params))
  into found
  from (select distinct on (w.code, w.key) w.* from wrong w order by w.code, w.key limit books.told_max()) w;
  return books.looked(seen, coalesce(cardinality(ids), 0), jsonb_build_object('id', last_id), found);
end;
$$;

-- Invariant 4, for what was bought of suppliers: a number is there once, and nobody has bought more for a line than it is of.
create or replace function books.look_at_purchases(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  ids bigint[];
begin
  return (
    with page as materialized (
      select p.id, p.no, p.order_no, p.line_no, p.purpose, p.supplier_id, p.created_at, p.ended_at, p.state, p.arrived as came, p.bad
      from suppliers.purchases p
      where p.tenant_id = p_tenant
        and p.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by p.id
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p_since is null
         or p.created_at >= p_since
         or p.ended_at >= p_since
         or books.is_in_slot(p.id, p_scope)
    ), told as (
      select d.*, n.ids, l.quantity, l.arrived, l.buys
      from due d
      cross join lateral (
        select array_agg(o.id order by o.id) as ids from suppliers.purchases o where o.tenant_id = p_tenant and o.no = d.no
      ) n
      -- One that a supplier had refused and brought after all is put aside, not handed out.
      left join lateral (
        select l.quantity, x.arrived, x.ids as buys
        from orders.lines l
        cross join lateral (
          select sum(o.arrived) as arrived, array_agg(o.id order by o.id) as ids
          from suppliers.purchases o
          where o.tenant_id = p_tenant
            and o.order_no = d.order_no
            and o.line_no = d.line_no
            and o.purpose = 'line'
            and o.state in ('done', 'partial')
        ) x
        where l.tenant_id = p_tenant
          and l.order_no = d.order_no
          and l.line_no = d.line_no
      ) l on d.purpose = 'line'
    ), wrong as (
      select 'purchase_twice' as code, 'purchase:' || t.ids[1] as key, books.objects('purchase', t.ids) as objects,
        jsonb_build_object('reference', t.no, 'times', cardinality(t.ids)) as params
      from told t
      where cardinality(t.ids) > 1
      union
      select 'bought_twice', 'order:' || t.order_no || ':' || t.line_no,
        jsonb_build_array(books.object('order', t.order_no::text)) || books.objects('purchase', t.buys),
        jsonb_build_object('lineNo', t.line_no, 'quantity', t.quantity, 'arrived', t.arrived)
      from told t
      where t.arrived > t.quantity
      union
      -- Of codes that were bought each is in the vault, or said to be bad.
      select 'bought_codes', 'purchase:' || t.id, jsonb_build_array(books.object('purchase', t.id::text)) || books.objects('card', c.ids),
        jsonb_build_object('reference', t.no, 'arrived', t.came, 'codes', c.taken, 'bad', t.bad, 'badCodes', c.bad)
      from told t
      cross join lateral (
        select count(*) filter (where c.outcome = 'taken' and k.id is not null) as taken, count(*) filter (where c.outcome <> 'taken') as bad,
          count(*) as said, array_agg(k.id) filter (where c.outcome = 'taken' and k.id is not null) as ids
        from suppliers.purchase_cards c
        left join vault.cards k on k.tenant_id = p_tenant and k.id = c.card_id
        where c.tenant_id = p_tenant
          and c.purchase_id = t.id
      ) c
      where t.state in ('done', 'partial')
        and c.said > 0
        and (c.taken, c.bad) is distinct from (t.came::bigint, t.bad::bigint)
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(w.code, w.key, w.objects, w.params))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 5. No account beyond its floor, no floor lower than its kind's.
create or replace function books.look_at_floors(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select a.*
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by a.id
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p_since is null
         or p.changed_at >= p_since
         or books.is_in_slot(p.id, p_scope)
    ), wrong as (
      select d.id, v.code, v.params
      from due d
      cross join lateral (
        select 'below_floor' as code, jsonb_build_object('kind', d.kind, 'ref', d.ref, 'balance', d.balance, 'held', d.held_out, 'floor', d.floor) as params
        where d.balance - d.held_out < d.floor or d.held_out < 0
        union all
        select 'floor_lowered', jsonb_build_object('kind', d.kind, 'ref', d.ref, 'floor', d.floor, 'rule', ledger.floor_of(d.kind))
        where ledger.floor_of(d.kind) is not null
          and (d.floor is null or d.floor < ledger.floor_of(d.kind))
      ) v
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(w.code, 'account:' || w.id, jsonb_build_array(books.object('account', w.id::text)), w.params))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 5. Nobody with more than the goods' limit, and no day with more of a service than its people can do. A limit counts what was placed after the goods were last changed, because
-- it may have been another one before; an order whose money came after its end delivers by rule if pieces are left, and is not
-- counted. Of a service's day nothing counts that was ever to be refunded: its room was somebody else's then, and a refund that fails
-- gives the line back.
create or replace function books.look_at_limits(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  these record;
  found jsonb;
begin
  select * into these from books.next_orders(p_tenant, p_place, p_limit, p_since, p_scope);
  with line as (
    select o.buyer_key, o.no, o.placed_at, l.goods_id, sum(l.quantity) as quantity
    from unnest(these.nos) as i(no)
    join orders.orders o on o.tenant_id = p_tenant and o.no = i.no
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = o.no
    -- What other shops, files and redeem codes order has limits of its own.
    where o.channel not in ('bulk', 'wholesale', 'redeem')
    group by o.buyer_key, o.no, o.placed_at, l.goods_id
  ), limited as (
    select n.*, g.limit_per_person, g.limit_days, g.limit_per_order, g.updated_at + interval '1 minute' as since
    from line n
    join catalog.goods g on g.tenant_id = p_tenant and g.id = n.goods_id
    where n.placed_at > g.updated_at + interval '1 minute'
  ), person as (
    select d.buyer_key, d.goods_id, d.limit_per_person, x.quantity, x.nos
    from (
      -- Of a limit in days each order ends a stretch of them.
      select distinct n.buyer_key, n.goods_id, n.limit_per_person,
        greatest(n.since, n.placed_at - make_interval(days => n.limit_days)) as since, case when n.limit_days is not null then n.placed_at end as until
      from limited n
      where n.limit_per_person is not null
    ) d
    cross join lateral (
      select sum(l.quantity) as quantity, array_agg(distinct o.no) as nos
      from orders.orders o
      join orders.lines l
        on l.tenant_id = p_tenant
        and l.order_no = o.no
        and l.goods_id = d.goods_id
        and l.state not in ('refunded', 'cancelled')
      where o.tenant_id = p_tenant
        and o.buyer_key = d.buyer_key
        and o.placed_at > d.since
        and coalesce(o.placed_at <= d.until, true)
        and o.channel not in ('bulk', 'wholesale', 'redeem')
        and o.state in ('pending', 'paid', 'delivered')
        and (o.paid_at is null or o.paid_at <= o.expires_at)
    ) x
  ), day as (
    select distinct l.sku_id, o.no / 10000000000 as day, r.capacity_per_day, r.updated_at + interval '1 minute' as since
    from unnest(these.nos) as i(no)
    join orders.orders o on o.tenant_id = p_tenant and o.no = i.no
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = o.no and catalog.deliver_of(l.kind) = 'task'
    join fulfilment.service_rules r on r.tenant_id = p_tenant and r.sku_id = l.sku_id and r.capacity_per_day is not null
    where o.placed_at > r.updated_at + interval '1 minute'
  ), served as (
    select d.*, x.quantity, x.nos
    from day d
    cross join lateral (
      select sum(l.quantity) as quantity, array_agg(distinct l.order_no) as nos
      from orders.lines l
      join orders.orders o on o.tenant_id = p_tenant and o.no = l.order_no
      where l.tenant_id = p_tenant
        and l.sku_id = d.sku_id
        and catalog.deliver_of(l.kind) = 'task'
        and l.order_no >= d.day * 10000000000
        and l.order_no < (d.day + 1) * 10000000000
        and l.state not in ('cancelled', 'refunding', 'refunded')
        and o.placed_at > d.since
        and o.channel <> 'redeem'
        and not exists (
          select from payments.refunds f where f.tenant_id = p_tenant and f.order_no = l.order_no and f.line_no = l.line_no
        )
    ) x
  ), wrong as (
    select 'service_day' as code, 'sku:' || s.sku_id || ':' || s.day as key,
      jsonb_build_array(books.object('sku', s.sku_id::text)) || books.objects('order', s.nos) as objects,
      jsonb_build_object('day', to_date(s.day::text, 'YYMMDD'), 'limit', s.capacity_per_day, 'quantity', s.quantity) as params
    from served s
    where s.quantity > s.capacity_per_day
    union all
    select 'person_limit' as code, 'goods:' || p.goods_id || ':' || p.nos[1] as key,
      jsonb_build_array(books.object('goods', p.goods_id::text)) || books.objects('order', p.nos) as objects,
      jsonb_build_object('limit', p.limit_per_person, 'quantity', p.quantity) as params
    from person p
    where p.quantity > p.limit_per_person
    union all
    select 'order_limit', 'goods:' || n.goods_id || ':' || n.no,
      jsonb_build_array(books.object('order', n.no::text), books.object('goods', n.goods_id::text)),
      jsonb_build_object('limit', n.limit_per_order, 'quantity', n.quantity)
    from limited n
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = n.no and l.goods_id = n.goods_id
    -- How many a bundle has of a part is the merchant's to say.
    where l.bundle_no is null
      and l.quantity > n.limit_per_order
  )
  select jsonb_agg(books.violation(w.code, w.key, w.objects, w.params))
  into found
  from (select distinct on (w.code, w.key) w.* from wrong w order by w.code, w.key limit books.told_max()) w;
  return books.looked(these.seen, cardinality(these.nos), these.place, found);
end;
$$;

-- Invariant 5, for promises: what an account has set aside is the sum of its open holds.
create or replace function books.look_at_held_sums(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select a.id, a.kind, a.ref, a.held_out, a.changed_at
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by a.id
      limit p_limit
    ), summed as (
      select p.*, h.held
      from page p
      cross join lateral (
        select coalesce(sum(h.amount), 0) as held
        from ledger.holds h
        where h.tenant_id = p_tenant
          and h.from_account = p.id
          and h.state = 'held'
      ) h
      where p_since is null
         or p.changed_at >= p_since
         or p.held_out <> 0
         or books.is_in_slot(p.id, p_scope)
    )
    select books.looked(
      (select count(*) from page), (select count(*) from summed), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          'held_sum', 'account:' || s.id, jsonb_build_array(books.object('account', s.id::text)),
          jsonb_build_object('kind', s.kind, 'ref', s.ref, 'booked', s.held_out, 'counted', s.held)
        ))
        from summed s
        where s.held <> s.held_out
      )
    )
  );
end;
$$;

-- Invariant 5, for promises: a chosen number waits for an order that holds its piece.
create or replace function books.look_at_picks(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select c.id, c.sku_id, c.picked_by
      from vault.cards c
      where c.tenant_id = p_tenant
        and c.picked_by is not null
        and (c.picked_by, c.id) > (coalesce((p_place ->> 'no')::bigint, 0), coalesce((p_place ->> 'id')::bigint, 0))
      order by c.picked_by, c.id
      limit p_limit
    ), wrong as (
      select p.*
      from page p
      where not exists (
        select
        from orders.lines l
        join ledger.holds h on h.tenant_id = p_tenant and h.id = l.hold_id and h.state = 'held'
        where l.tenant_id = p_tenant
          and l.order_no = p.picked_by
          and l.pick_card = p.id
      )
    )
    select books.looked(
      (select count(*) from page), (select count(*) from page), (
        select jsonb_build_object('no', p.picked_by, 'id', p.id) from page p order by p.picked_by desc, p.id desc limit 1
      ), (
        select jsonb_agg(books.violation(
          'pick_orphan', 'card:' || w.id,
          jsonb_build_array(books.object('card', w.id::text), books.object('order', w.picked_by::text), books.object('sku', w.sku_id::text)), '{}'
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 5, for promises. A hold past its end is an exception's, or should be gone; an order that is over holds nothing; and an
-- order that holds the piece of a chosen number has that number.
create or replace function books.look_at_holds(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  grace interval := make_interval(secs => (p_scope ->> 'graceSeconds')::integer);
  -- Nobody ends a hold while the installation stands still.
  works_since timestamptz := (p_scope ->> 'worksSince')::timestamptz;
begin
  return (
    with page as materialized (
      select h.*
      from ledger.holds h
      where h.tenant_id = p_tenant
        and h.state = 'held'
        and (h.from_account, h.id) > (coalesce((p_place ->> 'account')::bigint, 0), coalesce((p_place ->> 'id')::bigint, 0))
      order by h.from_account, h.id
      limit p_limit
    ), told as (
      select p.*, o.no, o.state as order_state, l.state as line_state, l.line_no,
        -- What a member gives beside a gateway belongs to the order itself, as long as it waits.
        coalesce(p.id in (o.balance_hold, o.points_hold) and o.state = 'pending', false) as is_members_part,
        l.pick_card is not null and l.state = 'waiting' and not exists (
          select from vault.cards c where c.tenant_id = p_tenant and c.id = l.pick_card and c.picked_by = o.no
        ) as has_lost_number
      from page p
      left join orders.orders o
        on o.tenant_id = p_tenant
        and o.no = case when p.cause ~ '^order:\d{1,18}$' then substring(p.cause from 7)::bigint end
      left join lateral (
        select l.state, l.line_no, l.pick_card
        from orders.lines l
        where l.tenant_id = p_tenant
          and l.order_no = o.no
          and l.hold_id = p.id
      ) l on true
    ), wrong as (
      select t.*, case
        when t.cause ~ '^order:' and (t.no is null or (t.line_no is null and not t.is_members_part)) then 'hold_orphan'
        when t.line_state in ('delivered', 'refunding', 'refunded', 'cancelled') then 'hold_orphan'
        when greatest(t.expires_at, works_since) < now() - grace and t.line_state is distinct from 'exception'
          and t.order_state is distinct from 'paid' then 'hold_overdue'
        when t.has_lost_number then 'pick_missing'
      end as code
      from told t
    )
    -- Two lines that name one hold are two rows of it.
    select books.looked(
      (select count(*) from page), (select count(*) from page),
      jsonb_build_object('account', max(w.from_account), 'id', (array_agg(w.id order by w.from_account desc, w.id desc))[1]),
      jsonb_agg(books.violation(
        w.code, 'hold:' || w.id,
        jsonb_build_array(books.object('hold', w.id::text), books.object('account', w.from_account::text))
          || case when w.no is null then '[]' else jsonb_build_array(books.object('order', w.no::text)) end,
        jsonb_build_object('amount', w.amount, 'expiresAt', w.expires_at, 'cause', w.cause)
      )) filter (where w.code is not null)
    )
    from wrong w
  );
end;
$$;

-- Invariant 6. Each unit adds up to zero: over all accounts, in one step.
create or replace function books.look_at_units(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
begin
  return (
    select books.looked(0, coalesce(sum(u.accounts), 0)::bigint, null, jsonb_agg(books.violation(
      'unit_not_zero', 'unit:' || u.unit, '[]', jsonb_build_object('unit', u.unit, 'sum', u.sum)
    )) filter (where u.sum <> 0))
    from (
      select a.unit, sum(a.balance)::bigint as sum, count(*) as accounts
      from ledger.accounts a
      where a.tenant_id = p_tenant
      group by a.unit
    ) u
  );
end;
$$;

-- Invariant 6. A transfer stays within one unit, between two accounts that exist; and one that makes good a promise is of that promise,
-- once: the ledger writes it in the transaction that ends the promise, so one that is told more than a minute away from that end is another; and
-- of two within a minute the later one's page looks back over that minute, or a page's worth of it.
create or replace function books.look_at_transfers(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
begin
  return (
    with page as materialized (
      select t.at, t.id, t.from_account, t.to_account, t.kind, t.cause, t.amount, t.hold_id
      from ledger.transfers t
      where t.tenant_id = p_tenant
        and t.at >= coalesce(p_since, '-infinity')
        and (t.at, t.id) > (coalesce((p_place ->> 'at')::timestamptz, '-infinity'), coalesce((p_place ->> 'id')::bigint, 0))
      order by t.at, t.id
      limit p_limit
    ), before as (
      -- Nothing older than the minute is read, however long ago the walk began, and no more than a page or a thousand, however many a minute has.
      select e.hold_id, count(*) as captures
      from (
        select t.hold_id
        from ledger.transfers t
        where t.tenant_id = p_tenant
          and t.at >= (select min(p.at) from page p) - interval '1 minute'
          and (t.at, t.id) < (select p.at, p.id from page p order by p.at, p.id limit 1)
        order by t.at desc, t.id desc
        limit greatest(p_limit, 1000)
      ) e
      where e.hold_id is not null
      group by e.hold_id
    ), told as (
      select p.*, f.id as from_id, f.unit as from_unit, t.unit as to_unit, h.state as hold_state, h.from_account as hold_from, h.amount as hold_amount,
        count(*) over (partition by p.hold_id) + coalesce(b.captures, 0)
          -- One that does not say when it ended is not told of its transfer's moment.
          + coalesce((p.at not between h.closed_at - interval '1 minute' and h.closed_at + interval '1 minute')::integer, 1) as captures
      from page p
      left join before b on b.hold_id = p.hold_id
      left join ledger.accounts f on f.tenant_id = p_tenant and f.id = p.from_account
      left join ledger.accounts t on t.tenant_id = p_tenant and t.id = p.to_account
      -- A look each: there are millions of holds.
      left join lateral (
        select h.state, h.from_account, h.amount, h.closed_at from ledger.holds h where h.tenant_id = p_tenant and h.id = p.hold_id offset 0
      ) h on true
    ), wrong as (
      select t.id, v.code, v.objects, v.params
      from told t
      cross join lateral (
        select 'transfer_units' as code,
          jsonb_build_array(books.object('transfer', t.id::text), books.object('account', t.from_account::text), books.object('account', t.to_account::text)) as objects,
          jsonb_build_object('from', t.from_unit, 'to', t.to_unit, 'kind', t.kind, 'cause', t.cause) as params
        where t.from_unit is distinct from t.to_unit or t.from_id is null
        union all
        select 'hold_captured', jsonb_build_array(books.object('transfer', t.id::text), books.object('hold', t.hold_id::text)),
          jsonb_build_object('amount', t.amount, 'held', t.hold_amount, 'cause', t.cause, 'times', t.captures)
        where t.hold_state is not null
          and ((t.hold_state, t.hold_from, t.hold_amount) is distinct from ('captured', t.from_account, t.amount) or t.captures > 1)
      ) v
    )
    select books.looked(
      (select count(*) from page), (select count(*) from page), (
        select jsonb_build_object('at', max(p.at), 'id', (array_agg(p.id order by p.at desc, p.id desc))[1]) from page p
      ), (
        select jsonb_agg(books.violation(w.code, 'transfer:' || w.id, w.objects, w.params))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 6. An account's balance is the sum of its transfers. An account's transfers stand in the order in which they
-- changed it (the ledger takes their time under the account's lock), so what the older ones were seen to add up to can be
-- kept as a mark, and only the newer are added. What does not fit a mark is added up again from the very first.
--
-- An account with more than `page_max` transfers to add is worked off in parts of `recent_max`, one step each, from `todo`:
-- [{"a": account, "at": up to where, "sum": what they add up to, "mark": whether it began at a mark}].
create or replace function books.look_at_balances(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  recent_max constant integer := 20000;
  -- As many of each account of a page; what has more is a step of its own, or two hundred busy accounts would be one long one.
  page_max constant integer := 2000;
  -- Fewer transfers than these are added again faster than a mark is kept.
  worth_a_mark constant integer := 500;
  item jsonb := p_place -> 'todo' -> 0;
  rest jsonb := coalesce(p_place -> 'todo', '[]') - 0;
  account ledger.accounts;
  from_at timestamptz;
  until_at timestamptz;
  total bigint;
  moved bigint;
  last_at timestamptz;
  seen integer;
  checked integer;
  last_id bigint;
  todo jsonb;
  found jsonb;
  marks jsonb;
  place jsonb;
begin
  if item is not null then
    select * into account from ledger.accounts a where a.tenant_id = p_tenant and a.id = (item ->> 'a')::bigint;
    from_at := coalesce((item ->> 'at')::timestamptz, '-infinity');
    select least(
      (select t.at from ledger.transfers t where t.tenant_id = p_tenant and t.to_account = account.id and t.at > from_at order by t.at, t.id offset recent_max limit 1),
      (select t.at from ledger.transfers t where t.tenant_id = p_tenant and t.from_account = account.id and t.at > from_at order by t.at, t.id offset recent_max limit 1)
    )
    into until_at;
    select coalesce(sum(m.amount), 0), count(*), max(m.at)
    into total, moved, last_at
    from (
      select t.amount, t.at from ledger.transfers t
      where t.tenant_id = p_tenant and t.to_account = account.id and t.at > from_at and t.at <= coalesce(until_at, 'infinity')
      union all
      select -t.amount, t.at from ledger.transfers t
      where t.tenant_id = p_tenant and t.from_account = account.id and t.at > from_at and t.at <= coalesce(until_at, 'infinity')
    ) m;
    total := total + (item ->> 'sum')::bigint;
    if until_at is not null then
      rest := jsonb_build_array(item || jsonb_build_object('at', until_at, 'sum', total)) || rest;
    elsif total = account.balance then
      marks := jsonb_build_array(jsonb_build_object('accountId', account.id, 'at', greatest(last_at, from_at), 'balance', total));
    elsif (item ->> 'mark')::boolean then
      rest := jsonb_build_array(jsonb_build_object('a', account.id, 'at', null, 'sum', 0, 'mark', false)) || rest;
    else
      found := jsonb_build_array(books.violation(
        'balance_differs', 'account:' || account.id, jsonb_build_array(books.object('account', account.id::text)),
        jsonb_build_object('kind', account.kind, 'ref', account.ref, 'unit', account.unit, 'booked', account.balance, 'counted', total)
      ));
    end if;
    place := jsonb_build_object('id', p_place -> 'id', 'last', p_place -> 'last', 'todo', rest);
    if jsonb_array_length(rest) = 0 and (p_place ->> 'last')::boolean then
      place := null;
    end if;
    return books.looked(null, moved, place, found) || jsonb_build_object('marks', jsonb_build_object('accounts', coalesce(marks, '[]')));
  end if;

  with page as materialized (
    select a.*
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.id > coalesce((p_place ->> 'id')::bigint, 0)
    order by a.id
    limit p_limit
  ), due as materialized (
    select p.id, p.kind, p.ref, p.unit, p.balance, k.at as mark_at, coalesce(k.balance, 0) as mark_balance
    from page p
    -- A seventh of the accounts is added up from the first transfer on, whatever was kept.
    left join books.account_marks k
      on k.tenant_id = p_tenant
      and k.account_id = p.id
      and p_since is not null
      and not books.is_in_slot(p.id, p_scope)
    where p_since is null
       or p.changed_at >= p_since
       or books.is_in_slot(p.id, p_scope)
  ), summed as (
    select d.*, d.mark_balance + i.sum - o.sum as total, i.n + o.n as moved, greatest(i.last_at, o.last_at) as last_at,
      i.n > page_max or o.n > page_max as is_heavy
    from due d
    cross join lateral (
      select coalesce(sum(x.amount), 0) as sum, count(*) as n, max(x.at) as last_at
      from (
        select t.amount, t.at from ledger.transfers t
        where t.tenant_id = p_tenant and t.to_account = d.id and t.at > coalesce(d.mark_at, '-infinity')
        order by t.at, t.id
        limit page_max + 1
      ) x
    ) i
    cross join lateral (
      select coalesce(sum(x.amount), 0) as sum, count(*) as n, max(x.at) as last_at
      from (
        select t.amount, t.at from ledger.transfers t
        where t.tenant_id = p_tenant and t.from_account = d.id and t.at > coalesce(d.mark_at, '-infinity')
        order by t.at, t.id
        limit page_max + 1
      ) x
    ) o
  )
  select (select count(*) from page), (select max(p.id) from page p), count(*),
    jsonb_agg(jsonb_build_object('a', s.id, 'at', s.mark_at, 'sum', s.mark_balance, 'mark', s.mark_at is not null))
      filter (where s.is_heavy or (s.total <> s.balance and s.mark_at is not null)),
    jsonb_agg(books.violation(
      'balance_differs', 'account:' || s.id, jsonb_build_array(books.object('account', s.id::text)),
      jsonb_build_object('kind', s.kind, 'ref', s.ref, 'unit', s.unit, 'booked', s.balance, 'counted', s.total)
    )) filter (where not s.is_heavy and s.total <> s.balance and s.mark_at is null),
    jsonb_agg(jsonb_build_object('accountId', s.id, 'at', s.last_at, 'balance', s.total))
      filter (where not s.is_heavy and s.total = s.balance and s.moved >= worth_a_mark)
  into seen, last_id, checked, todo, found, marks
  from summed s;
  if seen = p_limit or todo is not null then
    place := jsonb_build_object('id', last_id, 'last', seen < p_limit, 'todo', coalesce(todo, '[]'));
  end if;
  return books.looked(null, checked, place, found) || jsonb_build_object('marks', jsonb_build_object('accounts', coalesce(marks, '[]')));
end;
$$;

-- Invariant 6. What lies in a clearing account is exactly what is paid and neither earned nor given back yet, piece by
-- piece, and none of it lies there for more than a week. One step: only what is open is read.
create or replace function books.look_at_clearing(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
declare
  -- What stood still as a whole, as a backup does, is late by as much more.
  stale constant interval := interval '7 days' + make_interval(secs => (p_scope ->> 'graceSeconds')::integer);
  checked bigint;
  found jsonb;
begin
  with open_order as (
    select o.no from orders.orders o where o.tenant_id = p_tenant and o.state = 'paid'
    union
    select l.order_no from orders.lines l where l.tenant_id = p_tenant and l.state = 'exception'
    union
    select f.order_no from payments.refunds f where f.tenant_id = p_tenant and f.state in ('requested', 'processing', 'failed')
  ), open_line as (
    -- Of what was not delivered all that is not back; of what was, what its refunds promise.
    select o.no, coalesce(a.until, o.paid_at) as paid_at, l.line_no, m.amount_fen
    from open_order x
    join orders.orders o on o.tenant_id = p_tenant and o.no = x.no
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = x.no
    cross join lateral (
      select case
        when l.delivered_at is null and l.state in ('waiting', 'dormant', 'supplying', 'exception', 'refunding') then l.amount_fen - l.refunded_fen
        else l.refunding_fen
      end as amount_fen
    ) m
    -- What may be activated later lies there until then, or until its end.
    left join lateral (
      select coalesce(a.closed_at, a.ends_at) as until
      from fulfilment.activations a
      where l.later_days is not null
        and a.tenant_id = p_tenant
        and a.order_no = l.order_no
        and a.line_no = l.line_no
    ) a on true
    where o.paid_at is not null
      and o.state in ('paid', 'delivered', 'refunded')
      and m.amount_fen > 0
  ), surplus as (
    select x.id, x.order_no, x.received_at, fulfilment.left_of_surplus(p_tenant, x.id, false) as amount_fen
    from (
      select distinct r.id, r.order_no, r.received_at
      from payments.refunds f
      join payments.receipts r on r.tenant_id = p_tenant and r.id = f.receipt_id and r.state = 'surplus'
      where f.tenant_id = p_tenant
        and f.state in ('requested', 'processing', 'failed')
      union
      select r.id, r.order_no, r.received_at
      from payments.receipts r
      where r.tenant_id = p_tenant
        and r.state = 'unmatched'
      union
      select r.id, r.order_no, r.received_at
      from payments.chargebacks c
      join payments.receipts r on r.tenant_id = p_tenant and r.id = c.receipt_id and r.state = 'surplus'
      where c.tenant_id = p_tenant
    ) x
  ), account as (
    select a.id, a.kind, a.balance,
      case a.kind
        when 'cash.clearing' then (select coalesce(sum(l.amount_fen), 0) from open_line l)
        else (select coalesce(sum(s.amount_fen), 0) from surplus s)
      end as explained
    from ledger.accounts a
    where a.tenant_id = p_tenant
      and a.kind in ('cash.clearing', 'cash.surplus')
      and a.ref = ''
      and a.unit = 'CNY'
  ), wrong as (
    select 'clearing_differs' as code, 'account:' || a.id as key, jsonb_build_array(books.object('account', a.id::text)) as objects,
      jsonb_build_object('kind', a.kind, 'bookedFen', a.balance, 'openFen', a.explained) as params
    from account a
    where a.balance <> a.explained
    union all
    select 'clearing_stale', 'order:' || l.no || ':' || l.line_no, jsonb_build_array(books.object('order', l.no::text)),
      jsonb_build_object('amountFen', l.amount_fen, 'since', l.paid_at, 'days', floor(extract(epoch from now() - l.paid_at) / 86400))
    from open_line l
    where l.paid_at < now() - stale
    union all
    select 'surplus_stale', 'receipt:' || s.id, jsonb_build_array(books.object('receipt', s.id::text), books.object('order', s.order_no::text)),
      jsonb_build_object('amountFen', s.amount_fen, 'since', s.received_at, 'days', floor(extract(epoch from now() - s.received_at) / 86400))
    from surplus s
    where s.received_at < now() - stale
  )
  select (select count(*) from open_line) + (select count(*) from surplus) + (select count(*) from account),
    (select jsonb_agg(books.violation(w.code, w.key, w.objects, w.params)) from (select * from wrong limit books.told_max()) w)
  into checked, found;
  return books.looked(0, checked, null, found);
end;
$$;

-- Invariant 6, for reconciliation. What arrived at the bank, and what was written off, is what its postings add up to; what the rates of
-- suppliers' statements made, what its matches add up to.
create or replace function books.look_at_postings(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with posted as (
      select p.gateway, k.kind, k.fen
      from (
        select p.gateway, sum(p.paid_fen + p.refunded_fen)::bigint as bank, sum(p.difference_fen)::bigint as difference
        from reconciliation.postings p
        where p.tenant_id = p_tenant
        group by p.gateway
      ) p
      cross join lateral (values ('cash.bank', -p.bank), ('cash.difference', p.difference)) as k(kind, fen)
      union all
      select m.gateway, 'cash.exchange', sum(m.exchange_fen)::bigint
      from reconciliation.matches m
      where m.tenant_id = p_tenant
        and m.exchange_fen <> 0
      group by m.gateway
    ), booked as (
      select a.id, a.kind, a.ref, a.balance
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind in ('cash.bank', 'cash.difference', 'cash.exchange')
        and a.unit = 'CNY'
    ), wrong as (
      select b.id, coalesce(b.kind, p.kind) as kind, coalesce(b.ref, p.gateway) as ref, coalesce(b.balance, 0) as booked, coalesce(p.fen, 0) as posted
      from booked b
      full join posted p on p.kind = b.kind and p.gateway = b.ref
      where coalesce(b.balance, 0) <> coalesce(p.fen, 0)
    )
    select books.looked(
      0, (select count(*) from posted), null, (
        select jsonb_agg(books.violation(
          'bank_differs', w.kind || ':' || w.ref,
          case when w.id is null then '[]' else jsonb_build_array(books.object('account', w.id::text)) end,
          jsonb_build_object('kind', w.kind, 'ref', w.ref, 'bookedFen', w.booked, 'postedFen', w.posted)
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 6, for reconciliation. Each match was posted with the amount that both the bill's line and our fact have. A match of
-- another amount has a difference that somebody wrote off. In a supplier's own money it is the statement's rate that makes up the rest.
create or replace function books.look_at_matches(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select m.*
      from reconciliation.matches m
      where m.tenant_id = p_tenant
        and (m.kind, m.fact_id) > (coalesce(p_place ->> 'kind', ''), coalesce((p_place ->> 'id')::bigint, 0))
      order by m.kind, m.fact_id
      limit p_limit
    ), due as (
      select p.*
      from page p
      join reconciliation.postings g on g.tenant_id = p_tenant and g.id = p.posting_id
      where p_since is null
         or g.at >= p_since
         or books.is_in_slot(p.fact_id, p_scope)
    ), told as (
      select d.*, f.amount_fen as fact_fen, f.order_no, l.amount_fen as line_fen,
        coalesce(reconciliation.exchange_of(d.kind, f.amount_fen, f.own_currency, f.own_hao, l.own_currency, l.own_rate), 0) as due_exchange
      from due d
      left join lateral (
        select r.amount_fen, r.order_no, null::text as own_currency, null::bigint as own_hao from payments.receipts r where d.kind = 'payment' and r.tenant_id = p_tenant and r.id = d.fact_id
        union all
        select r.amount_fen, r.order_no, null, null from payments.refunds r where d.kind = 'refund' and r.tenant_id = p_tenant and r.id = d.fact_id
        union all
        select c.amount_fen, c.order_no, null, null from payments.chargebacks c
        where d.kind in ('chargeback', 'chargeback_won') and c.tenant_id = p_tenant and c.id = d.fact_id
        union all
        select p.cost_fen, p.order_no, p.own_currency, p.own_hao from suppliers.purchases p where d.kind = 'purchase' and p.tenant_id = p_tenant and p.id = d.fact_id
        union all
        select m.amount_fen, null, m.own_currency, m.own_hao from suppliers.money m
        where d.kind in ('deposit', 'credit') and m.tenant_id = p_tenant and m.id = d.fact_id
      ) f on true
      left join lateral (
        select b.begun_at from reconciliation.bills b where b.tenant_id = p_tenant and b.id = d.bill_id offset 0
      ) b on true
      left join lateral (
        -- A line may be several refunds of one order: the others of them are taken off it.
        select l.amount_fen - (
          select coalesce(sum(o.amount_fen), 0)
          from reconciliation.matches o
          where o.tenant_id = p_tenant and o.bill_id = d.bill_id and o.n = d.n and o.fact_id <> d.fact_id
        ) as amount_fen, l.own_currency, l.own_rate
        from reconciliation.bill_lines l
        where l.tenant_id = p_tenant and l.begun_at = b.begun_at and l.bill_id = d.bill_id and l.n = d.n
        offset 0
      ) l on true
    ), wrong as (
      select t.*
      from told t
      where t.line_fen is distinct from t.amount_fen
         or t.exchange_fen <> t.due_exchange
         or (t.fact_fen is distinct from t.amount_fen - reconciliation.sign_of(t.kind) * t.exchange_fen and not exists (
           select from reconciliation.cases c
           where c.tenant_id = p_tenant and c.kind = t.kind and c.fact_id = t.fact_id and c.outcome = 'amount_differs' and c.state = 'explained'
         ))
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), (
        select jsonb_build_object('kind', p.kind, 'id', p.fact_id) from page p order by p.kind desc, p.fact_id desc limit 1
      ), (
        select jsonb_agg(books.violation(
          'match_differs', w.kind || ':' || w.fact_id,
          jsonb_build_array(books.object(case w.kind when 'payment' then 'receipt' else w.kind end, w.fact_id::text))
            || case when w.order_no is null then '[]' else jsonb_build_array(books.object('order', w.order_no::text)) end,
          jsonb_build_object('amountFen', w.amount_fen, 'factFen', w.fact_fen, 'lineFen', w.line_fen)
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- What points to what: every foreign key between tenant tables, out of the catalogue, and the pointers that have none,
-- because the pointed-to is in another module or the table is written too often.
create or replace function books.pointers()
returns table (n integer, child regclass, columns text[], parent regclass, targets text[])
language sql
stable
security definer
set search_path = pg_catalog
as $$
  with pointer as (
    select k.conrelid::regclass as child, k.confrelid::regclass as parent,
      (
        select array_agg(a.attname::text order by c.ord)
        from unnest(k.conkey) with ordinality as c(attnum, ord)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.attnum
        where a.attname <> 'tenant_id'
      ) as columns,
      (
        select array_agg(a.attname::text order by c.ord)
        from unnest(k.confkey) with ordinality as c(attnum, ord)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.attnum
        where a.attname <> 'tenant_id'
      ) as targets
    from pg_constraint k
    where k.contype = 'f'
      and k.conparentid = 0
      and exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'tenant_id' and not a.attisdropped)
      and exists (select from pg_attribute a where a.attrelid = k.confrelid and a.attname = 'tenant_id' and not a.attisdropped)
    union
    select p.child::regclass, p.parent::regclass, p.columns, p.targets
    from (
      values
        ('vault.cards', array['sku_id'], 'catalog.skus', array['id']),
        ('orders.lines', array['sku_id'], 'catalog.skus', array['id']),
        ('orders.lines', array['goods_id'], 'catalog.goods', array['id']),
        ('orders.orders', array['member_id'], 'members.members', array['id']),
        ('entitlements.grants', array['order_no', 'line_no'], 'orders.lines', array['order_no', 'line_no']),
        ('entitlements.grants', array['sku_id'], 'catalog.skus', array['id']),
        ('entitlements.grants', array['member_id'], 'members.members', array['id']),
        ('payments.attempts', array['order_no'], 'orders.orders', array['no']),
        ('payments.receipts', array['order_no'], 'orders.orders', array['no']),
        ('payments.refunds', array['order_no'], 'orders.orders', array['no']),
        ('ledger.transfers', array['hold_id'], 'ledger.holds', array['id']),
        ('ledger.holds', array['from_account'], 'ledger.accounts', array['id']),
        ('ledger.holds', array['to_account'], 'ledger.accounts', array['id']),
        ('orders.lines', array['hold_id'], 'ledger.holds', array['id']),
        ('orders.lines', array['warehouse_id'], 'stock.warehouses', array['id']),
        ('vault.cards', array['warehouse_id'], 'stock.warehouses', array['id']),
        ('vault.cards', array['picked_by'], 'orders.orders', array['no']),
        ('vault.batches', array['supplier_id'], 'suppliers.suppliers', array['id']),
        ('vault.recall_pieces', array['order_no', 'line_no'], 'orders.lines', array['order_no', 'line_no']),
        ('vault.recall_pieces', array['grant_id'], 'entitlements.grants', array['id']),
        ('vault.recall_pieces', array['card_id'], 'vault.cards', array['id']),
        ('vault.recall_pieces', array['refund_id'], 'payments.refunds', array['id']),
        ('orders.bundles', array['sku_id'], 'catalog.skus', array['id']),
        ('payments.chargebacks', array['order_no'], 'orders.orders', array['no']),
        ('payments.claims', array['order_no'], 'orders.orders', array['no']),
        ('fulfilment.needs', array['order_no', 'line_no'], 'orders.lines', array['order_no', 'line_no']),
        ('fulfilment.complaints', array['grant_id'], 'entitlements.grants', array['id']),
        ('fulfilment.complaints', array['new_grant_id'], 'entitlements.grants', array['id']),
        ('fulfilment.complaints', array['batch_id'], 'vault.batches', array['id']),
        ('fulfilment.complaints', array['purchase_id'], 'suppliers.purchases', array['id']),
        ('fulfilment.complaints', array['refund_id'], 'payments.refunds', array['id']),
        ('fulfilment.recoveries', array['supplier_id'], 'suppliers.suppliers', array['id']),
        ('fulfilment.restocks', array['hold_id'], 'ledger.holds', array['id']),
        ('suppliers.purchases', array['order_no', 'line_no'], 'orders.lines', array['order_no', 'line_no']),
        ('suppliers.purchases', array['restock_id'], 'fulfilment.restocks', array['id']),
        ('suppliers.purchase_cards', array['card_id'], 'vault.cards', array['id']),
        ('suppliers.money', array['recovery_id'], 'fulfilment.recoveries', array['id']),
        ('suppliers.offered_codes', array['purchase_id'], 'suppliers.purchases', array['id']),
        ('suppliers.offered_codes', array['sku_id'], 'catalog.skus', array['id']),
        ('redeem.codes', array['order_no', 'line_no'], 'orders.lines', array['order_no', 'line_no']),
        ('redeem.uses', array['batch_id'], 'redeem.batches', array['id']),
        ('bulk.orders', array['hold_id'], 'ledger.holds', array['id']),
        ('reconciliation.matches', array['bill_id'], 'reconciliation.bills', array['id']),
        ('reconciliation.matches', array['posting_id'], 'reconciliation.postings', array['id']),
        ('reconciliation.bill_lines', array['bill_id'], 'reconciliation.bills', array['id'])
    ) as p(child, columns, parent, targets)
  )
  select (row_number() over (order by p.child::text, p.columns, p.parent::text))::integer - 1, p.child, p.columns, p.parent, p.targets
  from pointer p
$$;

-- Invariant 7. A row's parent is of the same shop. The database refuses it for new rows, so a seventh of the pointers a
-- night is enough for what came in by other ways. The row's shop is in each statement; only when a parent is missing is it
-- looked for elsewhere. A table is read once for all of its pointers: a card has five, and most of them point nowhere. A step
-- goes through tables until it has seen `p_limit` pointers, and to begin with one counts as a hundred of them: the catalogue is
-- asked for the pointers once a step (7 ms), and one step a pointer made that three quarters of what the audit of a small shop costs.
create or replace function books.look_at_parents(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
set plan_cache_mode = auto
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
declare
  of_child record;
  keys text[];
  key_types text[];
  after_values text[];
  statement text;
  statement_rows constant integer := 100;
  wrong_max constant integer := 50;
  rows_left integer := p_limit;
  rows_asked integer;
  has_rows boolean;
  counted integer;
  seen integer := 0;
  last_key jsonb;
  wrong jsonb;
  found jsonb := '[]';
begin
  for of_child in
    select p.child, min(p.n) as n, count(*)::integer as pointers, array_agg(distinct x.name) as columns,
      string_agg(
        format(
          $branch$(
            select p as of_row, exists (select from %1$s o where o.tenant_id <> $1 and %3$s) as is_elsewhere, %4$L as pointer, %5$L as columns, %6$L as parent
            from page p
            where %2$s
              and not exists (select from %1$s o where o.tenant_id = $1 and %3$s)
            limit $3
          )$branch$,
          p.parent,
          (select string_agg('p.' || quote_ident('p_' || c.name) || ' is not null', ' and ') from unnest(p.columns) as c(name)),
          (
            select string_agg('o.' || quote_ident(t.name) || ' = p.' || quote_ident('p_' || p.columns[t.ord]), ' and ' order by t.ord)
            from unnest(p.targets) with ordinality as t(name, ord)
          ),
          p.child::text || '.' || array_to_string(p.columns, ','),
          array_to_string(p.columns, ', '),
          p.parent::text
        ),
        ' union all ' order by p.n
      ) filter (where x.ord = 1) as branches
    from books.pointers() p
    cross join lateral unnest(p.columns) with ordinality as x(name, ord)
    where p.n >= coalesce((p_place ->> 'n')::integer, 0)
      and books.is_in_slot(p.n, p_scope)
    group by p.child
    order by 2
  loop
    if rows_left <= 0 or jsonb_array_length(found) > books.told_max() - wrong_max then
      return books.looked(null, seen, jsonb_build_object('n', of_child.n), found);
    end if;
    -- Most tables of a small shop are empty, and to ask that is a tenth of planning the walk.
    execute format('select exists (select from %s c where c.tenant_id = $1)', of_child.child) into has_rows using p_tenant;
    continue when not has_rows;
    after_values := case when of_child.n = (p_place ->> 'n')::integer then (
      select array_agg(x.value order by x.ord) from jsonb_array_elements_text(p_place -> 'after') with ordinality as x(value, ord)
    ) end;

    select array_agg(a.attname::text order by k.ord), array_agg(format_type(a.atttypid, a.atttypmod) order by k.ord)
    into keys, key_types
    from pg_index i
    cross join lateral unnest(i.indkey::smallint[]) with ordinality as k(attnum, ord)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = of_child.child
      and i.indisprimary
      and a.attname <> 'tenant_id';

    statement := format(
      $statement$
        with page as materialized (
          select %1$s
          from %2$s c
          where c.tenant_id = $1
            %3$s
          order by %4$s
          limit $2
        ), wrong as (
          select w.*, jsonb_build_array(%5$s) as row_key from (%6$s) w
        )
        select (select count(*) from page),
          (select jsonb_build_array(%5$s) from (select p as of_row from page p offset $2 - 1 limit 1) w),
          (select jsonb_agg(books.violation(
            case when w.is_elsewhere then 'parent_of_other_shop' else 'parent_missing' end,
            w.pointer || ':' || (select string_agg(k.value, '/') from jsonb_array_elements_text(w.row_key) as k(value)),
            jsonb_build_array(books.object(%7$L, (select string_agg(k.value, '/') from jsonb_array_elements_text(w.row_key) as k(value)))),
            jsonb_build_object('table', %7$L, 'column', w.columns, 'parent', w.parent)
          )) from (select * from wrong limit $3) w)
      $statement$,
      (
        select string_agg('c.' || quote_ident(x.name) || ' as ' || quote_ident('p_' || x.name), ', ')
        from (select unnest(of_child.columns) union select unnest(keys)) as x(name)
      ),
      of_child.child,
      case when after_values is null then '' else format(
        'and (%s) > (%s)',
        (select string_agg('c.' || quote_ident(k.name), ', ' order by k.ord) from unnest(keys) with ordinality as k(name, ord)),
        (select string_agg(format('%L::%s', k.value, key_types[k.ord]), ', ' order by k.ord) from unnest(after_values) with ordinality as k(value, ord))
      ) end,
      (select string_agg('c.' || quote_ident(k.name), ', ' order by k.ord) from unnest(keys) with ordinality as k(name, ord)),
      (select string_agg('(w.of_row).' || quote_ident('p_' || k.name) || '::text', ', ' order by k.ord) from unnest(keys) with ordinality as k(name, ord)),
      of_child.branches,
      of_child.child::text
    );
    rows_asked := greatest(rows_left / of_child.pointers, 1);
    execute statement into counted, last_key, wrong using p_tenant, rows_asked, wrong_max;
    seen := seen + counted * of_child.pointers;
    found := found || coalesce(wrong, '[]');
    if counted = rows_asked then
      return books.looked(null, seen, jsonb_build_object('n', of_child.n, 'after', last_key), found);
    end if;
    rows_left := rows_left - (counted + statement_rows) * of_child.pointers;
  end loop;
  return books.looked(null, seen, null, found);
end;
$$;

-- Invariant 8. What was refunded, or is on its way back, is not kept.
create or replace function books.look_at_refunded_rights(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select f.*
      from payments.refunds f
      where f.tenant_id = p_tenant
        and f.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by f.id
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p_since is null
         or p.created_at >= p_since
         or p.done_at >= p_since
         or p.state in ('requested', 'processing')
         or books.is_in_slot(p.id, p_scope)
    ), living as (
      select d.id, d.order_no, d.line_no, d.state, d.amount_fen, g.grants, g.cards
      from due d
      cross join lateral (
        select array_agg(g.id) as grants, array_agg(g.card_id) as cards
        from entitlements.grants g
        where g.tenant_id = p_tenant
          and g.order_no = d.order_no
          and g.line_no = d.line_no
          and g.state <> 'revoked'
          and (d.takes = 'line' or g.id = any (d.grants))
      ) g
      where d.line_no is not null
        and d.takes <> 'nothing'
        and d.state in ('requested', 'processing', 'done')
        and g.grants is not null
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          'refunded_right_lives', 'refund:' || w.id,
          jsonb_build_array(books.object('refund', w.id::text), books.object('order', w.order_no::text)) || books.objects('grant', w.grants) || books.objects('card', w.cards),
          jsonb_build_object('lineNo', w.line_no, 'state', w.state, 'amountFen', w.amount_fen, 'grants', cardinality(w.grants))
        ))
        from (select * from living limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 8. A bank took the whole payment: of that order live only the rights that a supplier had under way then.
create or replace function books.look_at_disputes(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select c.id, c.order_no, c.amount_fen, c.kept_lines, c.opened_at, c.ended_at
      from payments.chargebacks c
      where c.tenant_id = p_tenant
        and c.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by c.id
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p.kept_lines is not null
        and (p_since is null or p.opened_at >= p_since or p.ended_at >= p_since or books.is_in_slot(p.id, p_scope))
    ), living as (
      select d.id, d.order_no, d.amount_fen, g.grants, g.cards
      from due d
      cross join lateral (
        select array_agg(g.id) as grants, array_agg(g.card_id) as cards
        from entitlements.grants g
        join orders.lines l on l.tenant_id = p_tenant and l.order_no = d.order_no and l.line_no = g.line_no
        where g.tenant_id = p_tenant
          and g.order_no = d.order_no
          and g.line_no <> all (d.kept_lines)
          and g.state <> 'revoked'
          and l.amount_fen > 0
      ) g
      where g.grants is not null
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          'right_after_bank', 'chargeback:' || w.id,
          jsonb_build_array(books.object('order', w.order_no::text)) || books.objects('grant', w.grants) || books.objects('card', w.cards),
          jsonb_build_object('amountFen', w.amount_fen, 'grants', cardinality(w.grants))
        ))
        from (select * from living limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 8. A complaint that was made good took the bad code from its owner and from the shelf, and gave one thing for it.
create or replace function books.look_at_complaints(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select c.id, c.order_no, c.line_no, c.grant_id, c.new_grant_id, c.card_id, c.piece, c.state, c.changed_at
      from fulfilment.complaints c
      where c.tenant_id = p_tenant
        and c.id > coalesce((p_place ->> 'id')::bigint, 0)
      order by c.id
      limit p_limit
    ), due as (
      select p.*
      from page p
      where p_since is null
         or p.changed_at >= p_since
         or books.is_in_slot(p.id, p_scope)
    ), wrong as (
      select d.*, f.refunds
      from due d
      left join entitlements.grants g on g.tenant_id = p_tenant and g.id = d.grant_id
      left join entitlements.grants n on n.tenant_id = p_tenant and n.id = d.new_grant_id
      left join vault.cards k on k.tenant_id = p_tenant and k.id = d.card_id
      cross join lateral (
        select count(*) as refunds
        from payments.refunds f
        where f.tenant_id = p_tenant
          and f.order_no = d.order_no
          and d.grant_id = any (f.grants)
          and f.state not in ('awaiting', 'declined')
          and f.replaced_by is null
      ) f
      where d.state in ('replaced', 'refunded')
        and (g.state is distinct from 'revoked'
          or k.state not in ('void', 'used')
          or d.state = 'replaced' and (n.piece is distinct from d.piece or f.refunds > 0)
          or d.state = 'refunded' and (d.new_grant_id is not null or f.refunds > 1))
    )
    select books.looked(
      (select count(*) from page), (select count(*) from due), jsonb_build_object('id', (select max(p.id) from page p)), (
        select jsonb_agg(books.violation(
          'complaint_made_good', 'complaint:' || w.id,
          jsonb_build_array(books.object('order', w.order_no::text), books.object('grant', w.grant_id::text), books.object('card', w.card_id::text))
            || books.objects('grant', array_remove(array[w.new_grant_id], null)),
          jsonb_build_object('lineNo', w.line_no, 'refunds', w.refunds)
        ))
        from (select * from wrong limit books.told_max()) w
      )
    )
  );
end;
$$;

-- Invariant 9. A notice was taken to be news once at most, however often it came.
create or replace function books.look_at_replays(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamptz, p_scope jsonb)
returns jsonb
language plpgsql
stable
as $$
begin
  return (
    with page as materialized (
      select n.received_at, n.id, n.gateway, n.trade_no, n.order_no, n.verdict
      from payments.notices n
      where n.tenant_id = p_tenant
        and n.received_at >= coalesce(p_since, '-infinity')
        and (n.received_at, n.id) > (coalesce((p_place ->> 'at')::timestamptz, '-infinity'), coalesce((p_place ->> 'id')::bigint, 0))
      order by n.received_at, n.id
      limit p_limit
    ), news as (
      select distinct p.gateway, p.trade_no, p.order_no
      from page p
      where p.verdict in ('applied', 'surplus')
        and p.order_no is not null
    ), again as (
      select w.*, o.ids
      from news w
      cross join lateral (
        select array_agg(n.id order by n.id) as ids
        from payments.notices n
        where n.tenant_id = p_tenant
          and n.order_no = w.order_no
          and n.gateway = w.gateway
          and n.trade_no = w.trade_no
          and n.verdict in ('applied', 'surplus')
      ) o
      where cardinality(o.ids) > 1
    )
    select books.looked(
      (select count(*) from page), (select count(*) from page), (
        select jsonb_build_object('at', max(p.received_at), 'id', (array_agg(p.id order by p.received_at desc, p.id desc))[1]) from page p
      ), (
        select jsonb_agg(books.violation(
          'notice_applied_twice', 'notice:' || a.ids[1],
          books.objects('notice', a.ids) || jsonb_build_array(books.object('order', a.order_no::text)),
          jsonb_build_object('whose', a.gateway, 'reference', a.trade_no, 'times', cardinality(a.ids))
        ))
        from (select * from again limit books.told_max()) a
      )
    )
  );
end;
$$;

-- The next cipher texts of one source, for the program to open: [{"id", "sealed", "hash"?, "as"?}, …]; bytes in base64.
-- Of a source of many rows: without `p_since` all; with it those with a number above (newer ones) and a seventh of the older.
create or replace function books.sealed_page(
  p_tenant bigint, p_source text, p_after bigint, p_limit integer, p_since bigint, p_slot integer
)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
as $$
declare
  source record;
  page jsonb;
begin
  select s.* into source
  from (
    values
      ('vault.cards', 'vault.cards', 'id', 'sealed', 'fingerprint', null, true),
      ('members.members', 'members.members', 'id', 'phone', 'phone_hash', null, true),
      ('redeem.codes', 'redeem.codes', 'id', 'sealed', 'code_hash', null, true),
      ('identity.staff', 'identity.staff', 'id', 'totp_secret', null, null, false),
      ('payments.gateways', 'payments.gateways', 'gateway', 'secret_sealed', null, null, false),
      ('notify.channels', 'notify.channels', 'channel', 'secret_sealed', null, null, false),
      ('notify.channels.token', 'notify.channels', 'channel', 'token_sealed', null, null, false),
      ('notify.endpoints', 'notify.endpoints', 'id', 'secret_sealed', null, null, false),
      ('notify.endpoints.previous', 'notify.endpoints', 'id', 'previous_sealed', null, null, false),
      ('wholesale.keys', 'wholesale.keys', 'id', 'secret_sealed', null, null, false),
      ('wholesale.keys.previous', 'wholesale.keys', 'id', 'previous_sealed', null, null, false),
      ('suppliers.suppliers', 'suppliers.suppliers', 'id', 'secret_sealed', null, null, false),
      ('suppliers.doors.mail', 'suppliers.doors', 'supplier_id', 'mail_sealed', null, null, false),
      ('suppliers.doors.folder', 'suppliers.doors', 'supplier_id', 'folder_sealed', null, null, false),
      ('suppliers.tasks', 'suppliers.tasks', 'id', 'codes_sealed', null, null, false),
      ('suppliers.offered_codes', 'suppliers.offered_codes', 'id', 'codes_sealed', null, 'sealed_as', false)
  ) as s(name, of_table, id, sealed, hash, bound_to, is_many)
  where s.name = p_source;
  if source is null then
    raise exception 'a source of cipher texts that the database does not know: %', p_source;
  end if;
  -- What is named by a word (a gateway, a channel) is a handful: one page.
  if source.id in ('gateway', 'channel') and p_after > 0 then
    return '[]';
  end if;
  execute format(
    $statement$
      select jsonb_agg(
        jsonb_build_object('id', x.id, 'sealed', encode(x.sealed, 'base64')%1$s%2$s)
        order by x.id
      )
      from (
        select c.%3$I as id, c.%4$I as sealed, %5$s as hash, %6$s as bound_to
        from %7$s c
        where c.tenant_id = $1
          and c.%4$I is not null
          %8$s
        order by c.%3$I
        limit %9$s
      ) x
    $statement$,
    case when source.hash is null then '' else $word$, 'hash', encode(x.hash, 'base64')$word$ end,
    case when source.bound_to is null then '' else $word$, 'as', x.bound_to$word$ end,
    source.id, source.sealed, coalesce('c.' || quote_ident(source.hash), 'null::bytea'),
    coalesce('c.' || quote_ident(source.bound_to), 'null::text'), source.of_table,
    case when source.id in ('gateway', 'channel') then '' else format('and c.%I > $2', source.id) end
      || case when source.is_many then format(' and ($3 is null or c.%1$I > $3 or $4 is null or c.%1$I %% 7 = $4)', source.id) else '' end,
    case when source.id in ('gateway', 'channel') then 'all' else p_limit::text end
  )
  into page
  using p_tenant, p_after, p_since, p_slot;
  return coalesce(page, '[]');
end;
$$;
