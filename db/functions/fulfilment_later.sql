-- Top-ups that are bought now and activated later (docs/adr/0059-activate-later.md). Until somebody gives the account nothing is bought of
-- suppliers: the line is `dormant`, its rights are its buyer's, its money is not earned.
--
--   fulfilment.keep_for_later(tenant, nos, lines)          inside deliver_locked: paid, and kept for its buyer
--   fulfilment.activation_trouble(tenant, no, line)        why it may not be activated now; null: it may
--   fulfilment.activate(tenant, no, line, said)            the account is given: from here on it is a top-up like others
--   fulfilment.may_return(tenant, no, line)                its buyer may give it back alone
--   fulfilment.return_unactivated(tenant, no, line, actor) the buyer wants the money back instead
--   fulfilment.arrived_pieces(tenant, no, line, first, pieces)   inside purchase_news: rights of pieces that arrived
--   fulfilment.end_activation(tenant, no, line)            inside a refund: nothing is left to activate
--   fulfilment.has_arrived(tenant, no)                     something of the order is with its buyer
--   fulfilment.next_lapsed()                               all tenants: one whose time is over ends, its price is earned
--   fulfilment.remind_activations(limit)                   all tenants: their buyers are told in time
--   fulfilment.activation_view(tenant, no, line)           what its buyer's page shows of it
--
-- Lock order: orders by number, accounts by id, needs. Whoever activates, gives back or ends it has the order locked, so one of them is first
-- and the others read what it did.

-- From the payment on it is its buyer's, for so many days. They are reminded when a quarter of these is left, a week before at most.
create or replace function fulfilment.keep_for_later(p_tenant bigint, p_nos bigint[], p_lines smallint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  with kept as (
    update orders.lines l
    set state = 'dormant'
    from unnest(p_nos, p_lines) as x(no, line)
    where l.tenant_id = p_tenant
      and l.order_no = any (p_nos)
      and l.order_no = x.no
      and l.line_no = x.line
    returning l.order_no, l.line_no, l.kind, l.sku_id, l.quantity, now() + make_interval(days => l.later_days) as ends_at, l.later_days
  ), opened as (
    insert into fulfilment.activations (tenant_id, order_no, line_no, sku_id, quantity, ends_at, remind_at)
    select p_tenant, k.order_no, k.line_no, k.sku_id, k.quantity, k.ends_at,
      k.ends_at - least(interval '7 days', k.later_days * interval '6 hours')
    from kept k
  )
  insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, kind, sku_id, state)
  select p_tenant, o.buyer_key, o.member_id, k.order_no, k.line_no, p.piece, k.kind, k.sku_id, 'dormant'
  from kept k
  cross join lateral (
    select o.buyer_key, o.member_id from orders.orders o where o.tenant_id = p_tenant and o.no = k.order_no offset 0
  ) o
  cross join lateral generate_series(1, k.quantity) as p(piece);
  perform events.append(
    p_tenant, '{}', array_agg('activation.opened'::text), array_agg('order:' || x.no),
    array_agg(jsonb_build_object('no', x.no, 'lineNo', x.line))
  )
  from unnest(p_nos, p_lines) as x(no, line);
end;
$$;
revoke execute on function fulfilment.keep_for_later(bigint, bigint[], smallint[]) from public;

create or replace function fulfilment.activation_trouble(p_tenant bigint, p_no bigint, p_line integer)
returns text
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select case
    when a.state is null then 'common.not_found'
    when a.state = 'activated' then 'activation.done'
    when a.state = 'cancelled' or l.state <> 'dormant' and a.state = 'open' then 'activation.given_back'
    when a.state = 'lapsed' or a.ends_at <= now() then 'activation.over'
    when exists (
      select from payments.refunds r
      where r.tenant_id = p_tenant and r.order_no = p_no and r.line_no = p_line and r.state = 'awaiting'
    ) then 'activation.refund_awaited'
    -- Payers' banks have had all that its payment had to give: nothing is bought for it.
    when fulfilment.bank_has_it(p_tenant, p_no) then 'activation.disputed'
  end
  from (select) x
  left join orders.lines l on l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line
  left join fulfilment.activations a on a.tenant_id = p_tenant and a.order_no = p_no and a.line_no = p_line
$$;

-- p_said: {"form", "by": buyer or staff, "actor"}. Once: the same form again has the same answer, another one is refused. From here
-- on needs, purchases, corrections and the desk know no difference to a top-up that was never kept.
create or replace function fulfilment.activate(p_tenant bigint, p_no bigint, p_line integer, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
declare
  trouble text;
begin
  perform orders.lock(p_tenant, p_no);
  trouble := fulfilment.activation_trouble(p_tenant, p_no, p_line);
  if trouble = 'activation.done' and exists (
    select from orders.lines l
    where l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line and l.form = p_said -> 'form'
  ) then
    return '{"ok": true, "isRepeat": true}';
  elsif trouble is not null then
    return jsonb_build_object('code', trouble, 'params', '{}'::jsonb);
  end if;
  update fulfilment.activations a
  set state = 'activated',
      closed_at = now(),
      remind_at = null,
      by_kind = p_said ->> 'by',
      by_name = p_said ->> 'actor'
  where a.tenant_id = p_tenant
    and a.order_no = p_no
    and a.line_no = p_line;
  update orders.lines l
  set form = p_said -> 'form'
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  perform fulfilment.want_supply(p_tenant, array[p_no], array[p_line::smallint], p_said ->> 'actor');
  return '{"ok": true, "isRepeat": false}';
end;
$$;

create or replace function fulfilment.may_return(p_tenant bigint, p_no bigint, p_line integer)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select l.later_refund and l.refunded_fen = 0 and l.refunding_fen = 0 and (l.amount_fen > 0 or l.unit_points > 0)
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
$$;
revoke execute on function fulfilment.may_return(bigint, bigint, integer) from public;

create or replace function fulfilment.return_unactivated(p_tenant bigint, p_no bigint, p_line integer, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  trouble text;
begin
  perform orders.lock(p_tenant, p_no);
  trouble := fulfilment.activation_trouble(p_tenant, p_no, p_line);
  if trouble is not null then
    return jsonb_build_object('code', trouble, 'params', '{}'::jsonb);
  elsif not fulfilment.may_return(p_tenant, p_no, p_line) then
    return jsonb_build_object('code', 'activation.ask_the_shop', 'params', '{}'::jsonb);
  end if;
  return fulfilment.refund(p_tenant, p_no, p_line, 'source', 'not_activated', p_actor);
end;
$$;

-- Rights that were kept become those of what arrived; of all other top-ups they are new.
create or replace function fulfilment.arrived_pieces(p_tenant bigint, p_no bigint, p_line integer, p_first integer, p_pieces integer)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  update entitlements.grants g
  set state = 'active',
      changed_at = now()
  where g.tenant_id = p_tenant
    and g.order_no = p_no
    and g.line_no = p_line
    and g.piece between p_first and p_first + p_pieces - 1
    and g.state = 'dormant';
  if found then
    return;
  end if;
  insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, kind, sku_id)
  select p_tenant, o.buyer_key, o.member_id, p_no, p_line, p.piece, l.kind, l.sku_id
  from orders.orders o
  join orders.lines l on l.tenant_id = p_tenant and l.order_no = o.no and l.line_no = p_line
  cross join lateral generate_series(p_first, p_first + p_pieces - 1) as p(piece)
  where o.tenant_id = p_tenant
    and o.no = p_no;
end;
$$;
revoke execute on function fulfilment.arrived_pieces(bigint, bigint, integer, integer, integer) from public;

create or replace function fulfilment.end_activation(p_tenant bigint, p_no bigint, p_line integer)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  update fulfilment.activations a
  set state = 'cancelled',
      closed_at = now(),
      remind_at = null
  where a.tenant_id = p_tenant
    and a.order_no = p_no
    and a.line_no = p_line
    and a.state = 'open'
$$;
revoke execute on function fulfilment.end_activation(bigint, bigint, integer) from public;

-- Something of the order is with its buyer: what nobody activated until its end is delivered as well, and never arrived.
create or replace function fulfilment.has_arrived(p_tenant bigint, p_no bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select exists (
    select from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.state = 'delivered'
      and (l.later_days is null or not exists (
        select from fulfilment.activations a
        where a.tenant_id = p_tenant and a.order_no = p_no and a.line_no = l.line_no and a.state = 'lapsed'
      ))
  )
$$;
revoke execute on function fulfilment.has_arrived(bigint, bigint) from public;

-- One at a time: each locks an order and its accounts. What was given until its end and not used is delivered as a code is that expired: its price
-- is earned, and staff may still give it back. One whose refund waits for a second person waits with it.
create or replace function fulfilment.next_lapsed()
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  late record;
  is_whole boolean;
begin
  select a.tenant_id, a.order_no, a.line_no
  into late
  from tenancy.tenants n
  cross join lateral (
    select a.tenant_id, a.order_no, a.line_no
    from fulfilment.activations a
    where a.tenant_id = n.id
      and a.state = 'open'
      and a.ends_at <= now()
      and not exists (
        select from payments.refunds r
        where r.tenant_id = n.id and r.order_no = a.order_no and r.line_no = a.line_no and r.state = 'awaiting'
      )
    order by a.ends_at
    limit 1
  ) a
  limit 1;
  if late is null then
    return null;
  end if;
  perform orders.lock(late.tenant_id, late.order_no);
  perform fulfilment.lock_shelves(late.tenant_id, array[late.order_no]);
  update fulfilment.activations a
  set state = 'lapsed',
      closed_at = now(),
      remind_at = null
  from orders.lines l
  where a.tenant_id = late.tenant_id
    and a.order_no = late.order_no
    and a.line_no = late.line_no
    and a.state = 'open'
    and a.ends_at <= now()
    and l.tenant_id = late.tenant_id
    and l.order_no = late.order_no
    and l.line_no = late.line_no
    and l.state = 'dormant'
    and not exists (
      select from payments.refunds r
      where r.tenant_id = late.tenant_id and r.order_no = late.order_no and r.line_no = late.line_no and r.state = 'awaiting'
    );
  -- Activated or given back while we waited for it.
  if not found then
    return jsonb_build_object('no', late.order_no, 'lapsed', false);
  end if;
  update entitlements.grants g
  set state = 'lapsed',
      changed_at = now()
  where g.tenant_id = late.tenant_id
    and g.order_no = late.order_no
    and g.line_no = late.line_no
    and g.state = 'dormant';
  is_whole := fulfilment.finish_line(late.tenant_id, late.order_no, late.line_no);
  perform events.append(late.tenant_id, '{}', jsonb_build_array(jsonb_build_object(
    'type', 'activation.lapsed', 'subject', 'order:' || late.order_no,
    'payload', jsonb_build_object('no', late.order_no, 'lineNo', late.line_no)
  )));
  -- What did arrive waited for this one to be told of: codes are mailed when nothing of their order is missing.
  if is_whole and fulfilment.has_arrived(late.tenant_id, late.order_no) then
    perform events.append(late.tenant_id, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'order.delivered', 'subject', 'order:' || late.order_no, 'payload', jsonb_build_object('no', late.order_no)
    )));
  end if;
  return jsonb_build_object('no', late.order_no, 'lapsed', true);
end;
$$;

create or replace function fulfilment.remind_activations(p_limit integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  one record;
  told integer := 0;
begin
  for one in
    with due as (
      select a.tenant_id, a.order_no, a.line_no
      from tenancy.tenants n
      cross join lateral (
        select a.tenant_id, a.order_no, a.line_no
        from fulfilment.activations a
        where a.tenant_id = n.id
          and a.remind_at <= now()
        order by a.remind_at
        limit p_limit
        for no key update skip locked
      ) a
      limit p_limit
    )
    update fulfilment.activations a
    set remind_at = null
    from due d
    where a.tenant_id = d.tenant_id
      and a.order_no = d.order_no
      and a.line_no = d.line_no
      and a.remind_at is not null
    returning a.tenant_id, a.order_no, a.line_no, a.ends_at
  loop
    told := told + 1;
    -- Its last minutes are no time to be reminded of it.
    continue when one.ends_at <= now();
    perform events.append(one.tenant_id, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'activation.ending', 'subject', 'order:' || one.order_no,
      'payload', jsonb_build_object(
        'no', one.order_no, 'lineNo', one.line_no, 'title', concat_ws(' ', l.goods_title, l.sku_title),
        'until', to_char(one.ends_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')
      )
    )))
    from orders.lines l
    where l.tenant_id = one.tenant_id
      and l.order_no = one.order_no
      and l.line_no = one.line_no;
  end loop;
  return told;
end;
$$;

create or replace function fulfilment.activation_view(p_tenant bigint, p_no bigint, p_line integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select jsonb_build_object(
    -- Its time is over from that second on, though the schedule has not closed it yet.
    'state', case when a.state = 'open' and a.ends_at <= now() then 'lapsed' else a.state end,
    'openedAt', a.opened_at, 'endsAt', a.ends_at, 'closedAt', a.closed_at, 'by', a.by_kind, 'byName', a.by_name,
    'mayReturn', a.state = 'open' and a.ends_at > now() and fulfilment.may_return(p_tenant, p_no, p_line)
  )
  from fulfilment.activations a
  where a.tenant_id = p_tenant
    and a.order_no = p_no
    and a.line_no = p_line
$$;
