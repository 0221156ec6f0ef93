-- From a paid line to a supplier and back. A line that nobody has on a shelf is a need; a need has one living purchase at a
-- time (suppliers.purchases), and another one only after a definite refusal. docs/adr/0029-supply.md.
--
--   fulfilment.want_supply(tenant, nos, lines, actor)      lines become needs; inside deliver_locked
--   fulfilment.take_needs(per tenant, limit)               all tenants: needs for which a source is to be chosen
--   fulfilment.open_purchases(tenant, items)               the source is chosen: one purchase each; the ids, null where too late
--   fulfilment.may_have_arrived(tenant, no)                nobody but a person ends it
--   fulfilment.defer_needs(tenant, items, seconds)         nobody can deliver just now
--   fulfilment.stop_needs(tenant, items, actor)            nobody will: exceptions with a reason
--   fulfilment.give_up_planned(limit)                      all tenants: what was planned with a supplier that went down, and never sent
--   fulfilment.arrived_after_all(tenant, no, line)         refused and yet delivered: only a person buys it again or gives it back
--   fulfilment.stop_contradicted(tenant, no, line, note)   inside purchase_news: refused and yet delivered, so nothing more is bought
--   fulfilment.purchase_news(tenant, news)                 how calls ended
--   fulfilment.settle_purchase(tenant, purchase, …)        a person found out what the supplier could not say
--   fulfilment.ask_to_cancel(tenant, purchase, …)          a person wants it taken back: kept before the supplier is asked
--   fulfilment.cancel_answered(tenant, purchase, …)        what the supplier said to that
--
-- Lock order: orders by number, accounts by id, needs, purchases, suppliers.

create or replace function fulfilment.want_supply(p_tenant bigint, p_nos bigint[], p_lines smallint[], p_actor text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  insert into fulfilment.needs as n (tenant_id, order_no, line_no, sku_id, quantity, due_at)
  select p_tenant, l.order_no, l.line_no, l.sku_id, l.quantity, now()
  from unnest(p_nos, p_lines) as x(no, line)
  cross join lateral (
    select l.order_no, l.line_no, l.sku_id, l.quantity
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = x.no
      and l.line_no = x.line
    offset 0
  ) l
  on conflict (tenant_id, order_no, line_no) do update
  -- Tried again by somebody: every source may be asked again. What may still be on its way is left alone.
  set state = 'wanted',
      refused = '{}',
      due_at = now(),
      since = now(),
      changed_at = now()
  where n.state = 'stopped';
  update orders.lines l
  set state = 'supplying',
      exception_reason = null,
      exception_note = null,
      exception_at = null
  from unnest(p_nos, p_lines) as x(no, line)
  cross join lateral (
    select n.state
    from fulfilment.needs n
    where n.tenant_id = p_tenant
      and n.order_no = x.no
      and n.line_no = x.line
    offset 0
  ) n
  where l.tenant_id = p_tenant
    and l.order_no = any (p_nos)
    and l.order_no = x.no
    and l.line_no = x.line
    and n.state = 'wanted';
  perform events.append(
    p_tenant, jsonb_build_object('actor', p_actor), array_agg('supply.wanted'::text), array_agg('order:' || w.no),
    array_agg(jsonb_build_object('no', w.no))
  )
  from (select distinct x.no from unnest(p_nos) as x(no)) w;
  -- Tried again while the supplier has not said how it ended: it is asked at once.
  update suppliers.purchases p
  set due_at = now()
  from unnest(p_nos, p_lines) as x(no, line)
  where p.tenant_id = p_tenant
    and p.order_no = any (p_nos)
    and p.order_no = x.no
    and p.line_no = x.line
    and p.state in ('accepted', 'unknown')
    and (p.leased_until is null or p.leased_until < now());
end;
$$;
revoke execute on function fulfilment.want_supply(bigint, bigint[], smallint[], text) from public;

-- Handing out puts the need off for half a minute, so that one whose router died is taken up again.
create or replace function fulfilment.take_needs(p_per_tenant integer, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  tenant record;
  taken jsonb;
  answer jsonb := '[]';
  left_over integer := p_limit;
begin
  for tenant in
    select t.id
    from tenancy.tenants t
    where exists (
      select from fulfilment.needs n
      where n.tenant_id = t.id
        and n.due_at <= now()
    )
    order by random()
  loop
    with due as (
      select n.order_no, n.line_no
      from fulfilment.needs n
      where n.tenant_id = tenant.id
        and n.due_at <= now()
      order by n.due_at
      limit least(p_per_tenant, left_over)
      for no key update skip locked
    ), handed as (
      update fulfilment.needs n
      set due_at = now() + interval '30 seconds'
      from due d
      where n.tenant_id = tenant.id
        and n.order_no = d.order_no
        and n.line_no = d.line_no
      returning n.*
    )
    select jsonb_agg(jsonb_build_object(
      'orderNo', h.order_no,
      'lineNo', h.line_no,
      'skuId', h.sku_id,
      'quantity', h.quantity - h.filled,
      'turn', h.turn,
      'refused', h.refused,
      -- Proved by time never to have got it: they refused nothing. Not for ever, since a supplier may lose whatever it is sent.
      'missed', case when h.refused <> '{}' then (
        select jsonb_agg(x.offer_id)
        from (
          select p.offer_id
          from suppliers.purchases p
          where p.tenant_id = tenant.id
            and p.order_no = h.order_no
            and p.line_no = h.line_no
            and p.offer_id = any (h.refused)
          group by p.offer_id
          having bool_and(p.state = 'refused' and p.code is not distinct from 'not_found')
            and count(*) < 3
        ) x
      ) end,
      'waitedSeconds', extract(epoch from now() - h.since)::integer,
      'unitPriceFen', fulfilment.worth(tenant.id, h.order_no, h.line_no, l.unit_price_fen),
      'unitPoints', l.unit_points,
      'form', l.form,
      'skuKind', l.kind,
      'isUntouched', h.filled = 0,
      -- Payers' banks have had all that its payment had to give: it is not bought, unless somebody of the shop activated it all the same.
      'isDisputed', exists (
        select from payments.chargebacks c
        where c.tenant_id = tenant.id
          and c.order_no = h.order_no
          and c.state <> 'won'
      ) and fulfilment.left_of_receipts(tenant.id, h.order_no, 'source') = 0 and not exists (
        select from fulfilment.activations a
        where a.tenant_id = tenant.id
          and a.order_no = h.order_no
          and a.line_no = h.line_no
          and a.in_spite <> ''
      )
    ))
    into taken
    from handed h
    cross join lateral (
      select l.unit_price_fen, l.unit_points, l.form, l.kind
      from orders.lines l
      where l.tenant_id = tenant.id
        and l.order_no = h.order_no
        and l.line_no = h.line_no
      offset 0
    ) l;
    if taken is not null then
      answer := answer || jsonb_build_object('tenantId', tenant.id, 'needs', taken);
      left_over := left_over - jsonb_array_length(taken);
    end if;
    exit when left_over <= 0;
  end loop;
  return answer;
end;
$$;

-- Items: [{orderNo, lineNo, turn, offerId, supplierId, productId, quantity, ceilingHao, quotedHao, fields, choice}]. A choice made for an
-- earlier `turn` is too late: what is still missing, and the account, may be others by now. The number a
-- supplier knows the purchase by is the order's with line and turn behind it, so that whoever has one finds the other.
create or replace function fulfilment.open_purchases(p_tenant bigint, p_items jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  ids jsonb;
begin
  with asked as (
    select *
    from rows from (jsonb_to_recordset(p_items) as (
      "orderNo" bigint, "lineNo" smallint, "offerId" bigint, "supplierId" bigint, "productId" bigint, quantity integer,
      "ceilingHao" bigint, "quotedHao" bigint, fields jsonb, choice jsonb, turn smallint
    )) with ordinality as r(no, line, offer, supplier, product, quantity, ceiling, quoted, fields, choice, turn, n)
  ), open as (
    select n.order_no, n.line_no, n.turn
    from fulfilment.needs n
    where n.tenant_id = p_tenant
      and (n.order_no, n.line_no, n.turn) in (select a.no, a.line, coalesce(a.turn, n.turn) from asked a)
      and n.order_no = any (select a.no from asked a)
      and n.state = 'wanted'
      and n.turn < 99
    order by n.order_no, n.line_no
    for no key update
  ), bought as (
    update fulfilment.needs n
    set state = 'buying',
        turn = n.turn + 1,
        due_at = null,
        changed_at = now()
    from open o
    where n.tenant_id = p_tenant
      and n.order_no = o.order_no
      and n.line_no = o.line_no
    returning n.order_no, n.line_no, n.turn
  ), opened as (
    insert into suppliers.purchases (
      tenant_id, no, order_no, line_no, turn, supplier_id, product_id, offer_id, quantity, ceiling_hao, quoted_hao, fields, choice, due_at
    )
    select p_tenant, b.order_no || lpad(b.line_no::text, 2, '0') || lpad(b.turn::text, 2, '0'), b.order_no, b.line_no, b.turn,
      a.supplier, a.product, a.offer, a.quantity, a.ceiling, a.quoted, coalesce(a.fields, '{}'), coalesce(a.choice, '{}'), now()
    from asked a
    join bought b on b.order_no = a.no and b.line_no = a.line
    returning id, order_no, line_no
  )
  select jsonb_agg(o.id order by a.n)
  into ids
  from asked a
  left join opened o on o.order_no = a.no and o.line_no = a.line;
  return ids;
end;
$$;

-- Something of an order may be with its buyer although it looks undone: a supplier delivered after refusing, or has not said yet. Such
-- an order is ended by a person only.
create or replace function fulfilment.may_have_arrived(p_tenant bigint, p_no bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.order_no = p_no
      and p.state in ('contradicted', 'planned', 'sending', 'accepted', 'unknown')
  )
$$;
revoke execute on function fulfilment.may_have_arrived(bigint, bigint) from public;

create or replace function fulfilment.defer_needs(p_tenant bigint, p_items jsonb, p_seconds integer)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  update fulfilment.needs n
  set due_at = now() + make_interval(secs => p_seconds)
  from jsonb_to_recordset(p_items) as i("orderNo" bigint, "lineNo" smallint)
  where n.tenant_id = p_tenant
    and n.order_no = i."orderNo"
    and n.line_no = i."lineNo"
    and n.state = 'wanted'
$$;

-- Items: [{orderNo, lineNo, turn, reason, note}], `turn` as in open_purchases; without one whatever its turn is.
create or replace function fulfilment.stop_needs(p_tenant bigint, p_items jsonb, p_actor text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  nos bigint[];
  told jsonb[];
begin
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (array(select (i.item ->> 'orderNo')::bigint from jsonb_array_elements(p_items) as i(item)))
  order by o.no
  for no key update;
  with stopped as (
    update fulfilment.needs n
    set state = 'stopped',
        due_at = null,
        changed_at = now()
    from jsonb_to_recordset(p_items) as i("orderNo" bigint, "lineNo" smallint, turn smallint, reason text, note text)
    where n.tenant_id = p_tenant
      and n.order_no = i."orderNo"
      and n.line_no = i."lineNo"
      and n.turn = coalesce(i.turn, n.turn)
      and n.state = 'wanted'
    returning n.order_no, n.line_no, i.reason, i.note
  ), turned as (
    update orders.lines l
    set state = 'exception',
        exception_reason = s.reason,
        exception_note = left(coalesce(s.note, ''), 500),
        exception_at = coalesce(l.exception_at, now())
    from stopped s
    where l.tenant_id = p_tenant
      and l.order_no = s.order_no
      and l.line_no = s.line_no
      and l.state = 'supplying'
    returning l.order_no, l.line_no, l.exception_reason
  )
  select array_agg(t.order_no), array_agg(jsonb_build_object('no', t.order_no, 'lineNo', t.line_no, 'reason', t.exception_reason))
  into nos, told
  from turned t;
  if nos is not null then
    perform fulfilment.part_news(p_tenant, nos);
    perform events.append(
      p_tenant, jsonb_build_object('actor', p_actor), array_agg('order.exception'::text), array_agg('order:' || t.no), array_agg(t.payload)
    )
    from unnest(nos, told) as t(no, payload);
  end if;
end;
$$;

-- Waiting in the lane of a supplier that is down or paused, or was archived while it was chosen, and never sent: it may go another way.
create or replace function fulfilment.give_up_planned(p_limit integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  freed integer;
begin
  -- Needs before purchases, as news has it; whoever has one of them settles it, and the next look finds the rest.
  with stuck as materialized (
    select p.tenant_id, p.id, p.order_no, p.line_no, p.purpose
    from suppliers.suppliers s
    cross join lateral (
      select p.tenant_id, p.id, p.order_no, p.line_no, p.purpose
      from suppliers.purchases p
      where p.tenant_id = s.tenant_id
        and p.supplier_id = s.id
        and p.due_at is not null
        and p.state = 'planned'
        and p.purpose in ('line', 'complaint')
      order by p.due_at
      limit p_limit
    ) p
    where s.state <> 'on'
       or (s.breaker = 'open' and s.open_until > now())
  ), needed as materialized (
    select n.tenant_id, n.order_no, n.line_no
    from stuck s
    join fulfilment.needs n on n.tenant_id = s.tenant_id and n.order_no = s.order_no and n.line_no = s.line_no
    where s.purpose = 'line'
    for no key update of n skip locked
  ), free as materialized (
    select p.tenant_id, p.id
    from stuck s
    join suppliers.purchases p on p.tenant_id = s.tenant_id and p.id = s.id
    where p.state = 'planned'
      and (s.purpose <> 'line' or exists (
        select from needed n where n.tenant_id = s.tenant_id and n.order_no = s.order_no and n.line_no = s.line_no
      ))
    for no key update of p skip locked
  ), cancelled as (
    update suppliers.purchases p
    set state = 'cancelled',
        code = 'lane_closed',
        due_at = null,
        ended_at = now()
    from free f
    where p.tenant_id = f.tenant_id
      and p.id = f.id
    returning p.tenant_id, p.order_no, p.line_no, p.purpose
  ), wanted as (
    update fulfilment.needs n
    set state = 'wanted',
        due_at = now(),
        changed_at = now()
    from cancelled c
    where n.tenant_id = c.tenant_id
      and n.order_no = c.order_no
      and n.line_no = c.line_no
      and c.purpose = 'line'
      and n.state = 'buying'
    returning 1
  )
  select count(*) into freed
  from wanted;
  return freed;
end;
$$;

-- A supplier that had refused this line delivered it. Whatever else becomes of the line, it is neither bought again nor given back unless
-- a person says so of it. Codes that came so late are on our shelf, and their buyer has none.
create or replace function fulfilment.arrived_after_all(p_tenant bigint, p_no bigint, p_line integer)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select exists (
    select from suppliers.purchases p
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line and not l.bought
    where p.tenant_id = p_tenant
      and p.order_no = p_no
      and p.line_no = p_line
      and p.purpose = 'line'
      and p.state = 'contradicted'
  )
$$;
revoke execute on function fulfilment.arrived_after_all(bigint, bigint, integer) from public;

-- A top-up that was refused arrived after all: its buyer has it, though perhaps on an account that was corrected since. What nobody was
-- asked for yet is not bought, what was sent goes its way, and whether anything more is bought a person decides. Codes that came so
-- late lie in a batch of their own, unseen by anybody: their buyer still has none, and they are bought on. Answers the reason for which
-- the line was stopped by this, or null.
create or replace function fulfilment.stop_contradicted(p_tenant bigint, p_no bigint, p_line integer, p_note text)
returns text
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  reason text := case
    when exists (
      select from fulfilment.corrections c where c.tenant_id = p_tenant and c.order_no = p_no and c.line_no = p_line
    ) then 'account_refused'
    else 'supply_contradicted'
  end;
begin
  update suppliers.purchases p
  set state = 'cancelled',
      code = 'contradicted',
      due_at = null,
      ended_at = now()
  where p.tenant_id = p_tenant
    and p.order_no = p_no
    and p.line_no = p_line
    and p.purpose = 'line'
    and p.state = 'planned';
  if exists (
    select from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.order_no = p_no
      and p.line_no = p_line
      and p.purpose = 'line'
      and p.state in ('sending', 'accepted', 'unknown')
  ) then
    return null;
  end if;
  update fulfilment.needs n
  set state = 'stopped',
      due_at = null,
      changed_at = now()
  where n.tenant_id = p_tenant
    and n.order_no = p_no
    and n.line_no = p_line
    and n.state in ('wanted', 'buying');
  update orders.lines l
  set state = 'exception',
      exception_reason = reason,
      exception_note = left(coalesce(p_note, ''), 500),
      exception_at = coalesce(l.exception_at, now())
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    -- Or it was stuck already, because nobody else could deliver it.
    and (l.state = 'supplying' or l.state = 'exception' and l.exception_reason in ('no_source', 'loss_guard'));
  return case when found then reason end;
end;
$$;
revoke execute on function fulfilment.stop_contradicted(bigint, bigint, integer, text) from public;

-- News: [{id, lease, kind, remoteNo, arrived, costHao, own, serial, code, message, about, final, cards}], `own`: {currency, hao, rate} of a cost in
-- the supplier's own money, `cards` sealed (fulfilment.take_cards). `kind` is accepted, done,
-- partial, refused, unknown or not_found; `final`: not found so late that it was never placed. Under a lease that is not the
-- last one only proof that something was bought counts. Answers one word each: what the purchase is now.
create or replace function fulfilment.purchase_news(p_tenant bigint, p_news jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  ids bigint[];
  nos bigint[];
  news record;
  purchase suppliers.purchases;
  need fulfilment.needs;
  kind text;
  pieces integer;
  cost bigint;
  -- What the cost is in the supplier's own money; null: yuan.
  own jsonb;
  cause text;
  is_passing boolean;
  wait interval;
  clearing bigint := ledger.account(p_tenant, 'cash.clearing', '', 'CNY');
  revenue bigint := ledger.account(p_tenant, 'cash.revenue', '', 'CNY');
  spent bigint := ledger.account(p_tenant, 'cash.cost', '', 'CNY');
  of_supplier bigint;
  -- What comes is codes of this SKU; which of them may be sold, and how many may not.
  sku bigint;
  cards bigint[];
  bad_pieces integer;
  stop_reason text;
  line orders.lines;
  told_types text[] := '{}';
  told_nos bigint[] := '{}';
  told jsonb[] := '{}';
  answers text[] := '{}';
begin
  select array_agg(x.id), array_agg(distinct p.order_no order by p.order_no) filter (where p.order_no is not null)
  into ids, nos
  from (select (i.item ->> 'id')::bigint as id from jsonb_array_elements(p_news) as i(item)) x
  join suppliers.purchases p on p.tenant_id = p_tenant and p.id = x.id;
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = any (nos)
  order by o.no
  for no key update;
  if exists (select from jsonb_array_elements(p_news) as i(item) where i.item ->> 'kind' in ('done', 'partial'))
    or exists (select from suppliers.purchases p where p.tenant_id = p_tenant and p.id = any (ids) and p.restock_id is not null)
  then
    perform ledger.lock(p_tenant, array[clearing, revenue, spent] || array(
      select distinct ledger.account(p_tenant, 'cash.supplier', p.supplier_id::text, 'CNY')
      from suppliers.purchases p
      where p.tenant_id = p_tenant
        and p.id = any (ids)
    ) || fulfilment.accounts_of_bought(p_tenant, ids));
  end if;
  perform 1
  from fulfilment.needs n
  where n.tenant_id = p_tenant
    and n.order_no = any (nos)
  order by n.order_no, n.line_no
  for no key update;
  perform 1
  from suppliers.purchases p
  where p.tenant_id = p_tenant
    and p.id = any (ids)
  order by p.id
  for no key update;

  for news in
    select *
    from rows from (jsonb_to_recordset(p_news) as (
      id bigint, lease integer, kind text, "remoteNo" text, arrived integer, "costHao" bigint, serial text, code text, message text,
      about text, final boolean, cards jsonb, own jsonb
    )) with ordinality as r(id, lease, kind, remote_no, arrived, cost_hao, serial, code, message, about, final, cards, own, n)
    order by r.n
  loop
    select * into purchase
    from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.id = news.id;
    if purchase.id is null then
      answers := answers || 'gone'::text;
      continue;
    end if;
    cause := case when purchase.order_no is null then 'purchase:' || purchase.id else 'order:' || purchase.order_no end;
    kind := case when news.kind = 'not_found' then case when news.final then 'refused' else 'unknown' end else news.kind end;
    if news.lease is not null and news.lease <> purchase.lease and kind not in ('done', 'partial', 'accepted') then
      answers := answers || purchase.state;
      continue;
    end if;
    sku := fulfilment.sku_of_purchase(p_tenant, purchase);
    cards := '{}';
    bad_pieces := 0;
    -- Codes that arrived, and none of them is here: whoever says so is asked again.
    if sku is not null and kind in ('done', 'partial') and coalesce(jsonb_array_length(news.cards), 0) = 0 then
      kind := 'unknown';
      news.code := 'no_cards';
    end if;
    pieces := case kind when 'done' then purchase.quantity when 'partial' then least(greatest(coalesce(news.arrived, 0), 0), purchase.quantity) else 0 end;
    cost := case
      when pieces = 0 then 0
      else ceil(coalesce(news.cost_hao, purchase.quoted_hao * pieces) / 100.0)::bigint
    end;
    own := case when pieces > 0 and news.cost_hao is not null then news.own end;
    of_supplier := case when pieces > 0 then ledger.account(p_tenant, 'cash.supplier', purchase.supplier_id::text, 'CNY') end;

    if purchase.state not in ('planned', 'sending', 'accepted', 'unknown') then
      -- Refused, and yet delivered: the money is gone, and what came may be there twice. Somebody must know.
      if pieces > 0 and purchase.state in ('refused', 'cancelled') then
        if cost > 0 then
          perform ledger.post(
            p_tenant, array[case when sku is null then spent else ledger.account(p_tenant, 'cash.codes', '', 'CNY') end], array[of_supplier],
            array[cost], array['cash.purchase'], array[cause]
          );
        end if;
        if sku is not null then
          perform fulfilment.take_cards(p_tenant, purchase.id, sku, news.cards, cost, true);
        end if;
        update suppliers.purchases p
        set state = 'contradicted',
            arrived = pieces,
            cost_fen = cost,
            own_currency = own ->> 'currency',
            own_hao = (own ->> 'hao')::bigint,
            own_rate = (own ->> 'rate')::bigint,
            cost_at = clock_timestamp(),
            serial = news.serial,
            remote_no = coalesce(p.remote_no, news.remote_no)
        where p.tenant_id = p_tenant
          and p.id = news.id;
        if purchase.purpose = 'line' then
          if sku is null then
            -- Codes are put aside; what was topped up is its buyer's already.
            perform fulfilment.overtake_refunds(p_tenant, purchase.order_no, purchase.line_no, 'arrived');
            stop_reason := fulfilment.stop_contradicted(p_tenant, purchase.order_no, purchase.line_no, news.message);
            if stop_reason is not null then
              told_types := told_types || 'order.exception'::text;
              told_nos := told_nos || purchase.order_no;
              told := told || jsonb_build_object('no', purchase.order_no, 'lineNo', purchase.line_no, 'reason', stop_reason);
            end if;
          end if;
          told_types := told_types || 'supply.contradicted'::text;
          told_nos := told_nos || purchase.order_no;
          told := told || jsonb_build_object('no', purchase.order_no, 'lineNo', purchase.line_no, 'purchaseId', purchase.id);
        elsif purchase.purpose = 'stock' then
          perform fulfilment.restock_trouble(p_tenant, purchase.restock_id, 'contradicted', cost);
        elsif purchase.purpose = 'complaint' then
          perform fulfilment.complaint_stray(p_tenant, purchase.id, 'contradicted', news.message);
        end if;
        answers := answers || 'contradicted'::text;
      else
        answers := answers || purchase.state;
      end if;
      continue;
    end if;

    if kind in ('accepted', 'unknown') then
      wait := suppliers.ask_again_after(purchase.asks);
      update suppliers.purchases p
      set state = case when kind = 'accepted' or p.state = 'accepted' then 'accepted' else 'unknown' end,
          remote_no = coalesce(news.remote_no, p.remote_no),
          asks = p.asks + 1,
          unknown_at = coalesce(p.unknown_at, case when kind = 'unknown' then clock_timestamp() end),
          -- It called back while it was being asked: what it said then may be older than that.
          due_at = case when p.due_at < p.leased_until then now() when wait is null then null else now() + wait end,
          leased_until = null,
          code = case when kind = 'unknown' then case when news.code in ('unreadable', 'no_cards') then news.code else news.kind end end,
          message = left(coalesce(news.message, ''), 500)
      where p.tenant_id = p_tenant
        and p.id = news.id;
      -- The ladder is over, or what came cannot be read: a person looks at it, while it goes on being asked about now and then. What is
      -- called done without its codes is no longer under way, whatever was said before.
      if kind = 'unknown' and purchase.purpose in ('line', 'stock')
        and (
          (purchase.asks = 9 and (purchase.state <> 'accepted' or news.code is not distinct from 'no_cards'))
          or (purchase.asks > 9 and news.code = 'no_cards' and purchase.code is distinct from 'no_cards')
          or (news.code = 'unreadable' and purchase.code is distinct from 'unreadable')
        )
      then
        stop_reason := case when news.code = 'unreadable' then 'bad_card' else 'supply_unknown' end;
        if purchase.purpose = 'stock' then
          perform fulfilment.restock_trouble(p_tenant, purchase.restock_id, stop_reason, 0);
          answers := answers || case when purchase.state = 'accepted' then 'accepted' else 'unknown' end::text;
          continue;
        end if;
        update orders.lines l
        set state = 'exception',
            exception_reason = stop_reason,
            exception_at = now(),
            exception_note = left(coalesce(news.message, ''), 500)
        where l.tenant_id = p_tenant
          and l.order_no = purchase.order_no
          and l.line_no = purchase.line_no
          and l.state = 'supplying';
        told_types := told_types || 'order.exception'::text;
        told_nos := told_nos || purchase.order_no;
        told := told || jsonb_build_object('no', purchase.order_no, 'lineNo', purchase.line_no, 'reason', stop_reason);
      elsif kind = 'accepted' and purchase.state <> 'accepted' and purchase.purpose = 'line' then
        -- Found after all.
        update orders.lines l
        set state = 'supplying',
            exception_reason = null,
            exception_note = null,
            exception_at = null
        where l.tenant_id = p_tenant
          and l.order_no = purchase.order_no
          and l.line_no = purchase.line_no
          and l.state = 'exception'
          and l.exception_reason = 'supply_unknown';
        told_types := told_types || 'supply.accepted'::text;
        told_nos := told_nos || purchase.order_no;
        told := told || jsonb_build_object('no', purchase.order_no, 'lineNo', purchase.line_no, 'purchaseId', purchase.id);
      end if;
      answers := answers || case when kind = 'accepted' or purchase.state = 'accepted' then 'accepted' else 'unknown' end::text;
      continue;
    end if;

    -- Over.
    if sku is not null and pieces > 0 then
      cards := fulfilment.take_cards(p_tenant, purchase.id, sku, news.cards, cost, false);
      bad_pieces := pieces - cardinality(cards);
      pieces := cardinality(cards);
      if bad_pieces > 0 then
        kind := 'partial';
        news.code := 'bad_card';
        news.about := 'other';
        news.message := fulfilment.bad_cards_note(p_tenant, purchase.id);
      end if;
    end if;
    update suppliers.purchases p
    set state = kind,
        arrived = pieces,
        bad = bad_pieces,
        cost_fen = cost,
        own_currency = own ->> 'currency',
        own_hao = (own ->> 'hao')::bigint,
        own_rate = (own ->> 'rate')::bigint,
        cost_at = clock_timestamp(),
        remote_no = coalesce(news.remote_no, p.remote_no),
        serial = news.serial,
        code = news.code,
        message = left(coalesce(news.message, ''), 500),
        about = news.about,
        due_at = null,
        leased_until = null,
        ended_at = clock_timestamp()
    where p.tenant_id = p_tenant
      and p.id = news.id;
    if cost > 0 then
      perform ledger.post(
        p_tenant, array[case when sku is null then spent else ledger.account(p_tenant, 'cash.codes', '', 'CNY') end], array[of_supplier],
        array[cost], array['cash.purchase'], array[cause]
      );
    end if;
    answers := answers || kind;
    if purchase.purpose = 'stock' then
      perform fulfilment.restock_news(p_tenant, purchase, kind, pieces, bad_pieces, cost, news.code, news.about, news.message);
    elsif purchase.purpose = 'complaint' then
      perform fulfilment.complaint_bought(p_tenant, purchase.id, cards);
    end if;
    continue when purchase.purpose <> 'line';

    select * into need
    from fulfilment.needs n
    where n.tenant_id = p_tenant
      and n.order_no = purchase.order_no
      and n.line_no = purchase.line_no;
    select * into line
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = purchase.order_no
      and l.line_no = purchase.line_no;
    if pieces > 0 and sku is not null then
      perform fulfilment.hand_over(p_tenant, purchase.order_no, purchase.line_no, need.filled + 1, cards, 'system');
    elsif pieces > 0 then
      perform fulfilment.arrived_pieces(p_tenant, purchase.order_no, purchase.line_no, need.filled + 1, pieces);
    end if;
    if need.filled + pieces = need.quantity then
      update fulfilment.needs n
      set state = 'filled',
          filled = n.quantity,
          due_at = null,
          changed_at = now()
      where n.tenant_id = p_tenant
        and n.order_no = purchase.order_no
        and n.line_no = purchase.line_no;
      if fulfilment.finish_line(p_tenant, purchase.order_no, purchase.line_no) then
        told_types := told_types || 'order.delivered'::text;
        told := told || case
          when line.later_days is not null then fulfilment.delivered_news(p_tenant, purchase.order_no) else jsonb_build_object('no', purchase.order_no)
        end;
      else
        told_types := told_types || 'supply.arrived'::text;
        told := told || jsonb_build_object('no', purchase.order_no, 'lineNo', purchase.line_no, 'purchaseId', purchase.id);
      end if;
      told_nos := told_nos || purchase.order_no;
    else
      -- A limit that is still there when it was come back to twice is none that passes: so many at a time, or a day.
      -- Codes that nobody can sell: buying others is for a person to decide.
      -- Nor is one bought whose buyer has had it from somebody who had refused.
      stop_reason := case
        when bad_pieces > 0 then 'bad_card'
        when news.about = 'account' then 'account_refused'
        when sku is null and exists (
          select from suppliers.purchases p
          where p.tenant_id = p_tenant
            and p.order_no = purchase.order_no
            and p.line_no = purchase.line_no
            and p.state = 'contradicted'
        ) then 'supply_contradicted'
      end;
      is_passing := coalesce(news.code = 'not_reached' or (news.about = 'limit' and purchase.turn < 3), false);
      update fulfilment.needs n
      set state = case when stop_reason is not null then 'stopped' else 'wanted' end,
          filled = n.filled + pieces,
          -- Not reached, or told to come later: it may be asked again.
          refused = case when is_passing or purchase.offer_id is null or purchase.offer_id = any (n.refused) then n.refused else n.refused || purchase.offer_id end,
          due_at = case when stop_reason is not null then null when is_passing then now() + interval '1 second' else now() end,
          changed_at = now()
      where n.tenant_id = p_tenant
        and n.order_no = purchase.order_no
        and n.line_no = purchase.line_no;
      -- What the buyer filled in is wrong: no other source will do, and asking them is better than trying.
      update orders.lines l
      set state = case when stop_reason is not null then 'exception' else 'supplying' end,
          delivered_quantity = need.filled + pieces,
          exception_reason = stop_reason,
          exception_note = case when stop_reason is not null then left(coalesce(news.message, ''), 500) end,
          exception_at = case when stop_reason is not null then now() end
      where l.tenant_id = p_tenant
        and l.order_no = purchase.order_no
        and l.line_no = purchase.line_no
        and l.state in ('supplying', 'exception');
      told_types := told_types || case when stop_reason is not null then 'order.exception' else 'supply.refused' end::text;
      told_nos := told_nos || purchase.order_no;
      told := told || jsonb_build_object(
        'no', purchase.order_no, 'lineNo', purchase.line_no, 'purchaseId', purchase.id,
        'reason', stop_reason
      );
      if stop_reason = 'account_refused' then
        perform fulfilment.ask_for_account(p_tenant, purchase.order_no, purchase.line_no);
      end if;
      if line.bundle_no is not null and news.about = 'account' then
        perform fulfilment.part_news(p_tenant, array[purchase.order_no]);
      end if;
    end if;
  end loop;

  perform suppliers.note_health(p_tenant, h.supplier_id, h.good, h.bad)
  from (
    select p.supplier_id, count(*) filter (where n.item ->> 'kind' <> 'unknown' and n.item ->> 'code' is distinct from 'not_reached')::integer as good,
      count(*) filter (where n.item ->> 'kind' = 'unknown' or n.item ->> 'code' = 'not_reached')::integer as bad
    from jsonb_array_elements(p_news) as n(item)
    join suppliers.purchases p on p.tenant_id = p_tenant and p.id = (n.item ->> 'id')::bigint
    where n.item ->> 'lease' is not null
    group by p.supplier_id
    order by p.supplier_id
  ) h;
  if cardinality(told) > 0 then
    perform events.append(p_tenant, '{}', array_agg(t.type), array_agg('order:' || t.no), array_agg(t.payload))
    from unnest(told_types, told_nos, told) as t(type, no, payload);
  end if;
  return to_jsonb(answers);
end;
$$;

-- A person found out what became of a purchase that the supplier's answers leave open. p_kind: done or refused.
create or replace function fulfilment.settle_purchase(p_tenant bigint, p_purchase bigint, p_kind text, p_actor text, p_note text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  purchase suppliers.purchases;
  answer text;
begin
  select * into purchase
  from suppliers.purchases p
  where p.tenant_id = p_tenant
    and p.id = p_purchase;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if p_kind = 'done' and fulfilment.sku_of_purchase(p_tenant, purchase) is not null then
    return jsonb_build_object('code', 'suppliers.codes_not_by_word', 'params', '{}'::jsonb);
  end if;
  if purchase.state not in ('unknown', 'accepted') then
    return jsonb_build_object('code', 'suppliers.purchase_not_open', 'params', '{}'::jsonb);
  end if;
  answer := fulfilment.purchase_news(p_tenant, jsonb_build_array(jsonb_build_object(
    'id', p_purchase, 'kind', p_kind, 'code', 'by_hand', 'message', p_note, 'about', 'other'
  ))) ->> 0;
  update suppliers.purchases p
  set decided_by = p_actor,
      decided_note = p_note
  where p.tenant_id = p_tenant
    and p.id = p_purchase
    and p.state = p_kind
    -- Of two who say it at once one did.
    and p.decided_by is null;
  if not found then
    return jsonb_build_object('code', 'suppliers.purchase_not_open', 'params', '{}'::jsonb);
  end if;
  return jsonb_build_object('ok', true, 'state', answer, 'orderNo', purchase.order_no);
end;
$$;

-- A person wants a purchase taken back. Of two who click one asks: the other is refused until the answer is here, or a minute
-- without one is over.
create or replace function fulfilment.ask_to_cancel(p_tenant bigint, p_purchase bigint, p_actor text, p_note text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  purchase suppliers.purchases;
begin
  select * into purchase
  from suppliers.purchases p
  where p.tenant_id = p_tenant
    and p.id = p_purchase
  for no key update;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  elsif purchase.state not in ('accepted', 'unknown') then
    return jsonb_build_object('code', 'suppliers.purchase_not_open', 'params', '{}'::jsonb);
  elsif purchase.cancel_state = 'asking' and purchase.cancel_asked_at > now() - interval '1 minute' then
    return jsonb_build_object('code', 'suppliers.cancel_under_way', 'params', '{}'::jsonb);
  end if;
  update suppliers.purchases p
  set cancel_state = 'asking',
      cancel_by = p_actor,
      cancel_note = p_note,
      cancel_said = null,
      cancel_asked_at = now(),
      cancel_answered_at = null
  where p.tenant_id = p_tenant
    and p.id = p_purchase;
  return jsonb_build_object('ok', true);
end;
$$;

-- p_outcome: cancelled, too_late, refused or unknown. Only `cancelled` proves that nothing will come, and ends the purchase like any
-- refusal; after every other word it is asked about at once, since it may have ended meanwhile. Answers what the purchase is now.
create or replace function fulfilment.cancel_answered(p_tenant bigint, p_purchase bigint, p_outcome text, p_said text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  answer text;
begin
  if p_outcome = 'cancelled' then
    answer := fulfilment.purchase_news(p_tenant, jsonb_build_array(jsonb_build_object(
      'id', p_purchase, 'kind', 'refused', 'code', 'cancelled', 'message', p_said, 'about', 'other'
    ))) ->> 0;
  end if;
  update suppliers.purchases p
  set cancel_state = p_outcome,
      cancel_said = left(p_said, 500),
      cancel_answered_at = clock_timestamp(),
      due_at = case when p.state in ('accepted', 'unknown') then now() else p.due_at end
  where p.tenant_id = p_tenant
    and p.id = p_purchase
    -- Whoever asked first and hears last takes no proof back.
    and p.cancel_state is distinct from 'cancelled'
  returning p.state into answer;
  return jsonb_build_object('state', answer);
end;
$$;

-- A supplier's own time for a line is over: somebody of the shop has to look.
create or replace function fulfilment.line_overdue(p_tenant bigint, p_no bigint, p_line integer, p_supplier text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update orders.lines l
  set state = 'exception',
      exception_reason = 'supply_overdue',
      exception_note = p_supplier,
      exception_at = now()
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    and l.state = 'supplying';
  if exists (
    select from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.line_no = p_line
      and l.exception_reason = 'supply_overdue'
  ) then
    perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'order.exception',
      'subject', 'order:' || p_no,
      'payload', jsonb_build_object('no', p_no, 'lineNo', p_line, 'reason', 'supply_overdue')
    )));
  end if;
end;
$$;
revoke execute on function fulfilment.line_overdue(bigint, bigint, integer, text) from public;
