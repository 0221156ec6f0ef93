-- Top-ups that are bought now and activated later (docs/adr/0059-activate-later.md). Until somebody gives the account nothing is bought of
-- suppliers: the line is `dormant`, its rights are its buyer's, its money is not earned.
--
--   fulfilment.keep_for_later(tenant, nos, lines)          inside deliver_locked: paid, and kept for its buyer
--   fulfilment.tell_beside(tenant, nos)                    nothing but what is kept is missing: the buyer is told of what is there
--   fulfilment.delivered_news(tenant, no)                  what `order.delivered` says: what was told of before is no news
--   fulfilment.activation_trouble(tenant, no, line)        why nobody may activate it now; null: somebody may
--   fulfilment.money_disputed(tenant, no, line)            a payer's bank has a part of its money: only staff activate, who say why
--   fulfilment.activate(tenant, no, line, said)            the account is given: from here on it is a top-up like others
--   fulfilment.on_hold(tenant, no, line)                   why its buyer has to wait: `refund` or `dispute`
--   fulfilment.may_return(tenant, no, line)                its buyer may give it back alone
--   fulfilment.return_unactivated(tenant, no, line, actor) the buyer wants the money back instead
--   fulfilment.arrived_pieces(tenant, no, line, first, pieces)   inside purchase_news: rights of pieces that arrived
--   fulfilment.end_activation(tenant, no, line)            inside a refund: nothing is left to activate
--   fulfilment.has_arrived(tenant, no)                     something of the order is with its buyer
--   fulfilment.take_lapsed(limit)                          all tenants: those whose time is over
--   fulfilment.end_lapsed(tenant, no, line)                one of them ends, its price is earned
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

-- What is kept may be kept for a year: what else of its order is there is told of now, once. The caller has locked the orders.
create or replace function fulfilment.tell_beside(p_tenant bigint, p_nos bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  told record;
begin
  for told in
    select x.no, fulfilment.delivered_news(p_tenant, x.no, true) as news
    from (select distinct u.no from unnest(p_nos) as u(no)) x
    cross join lateral (
      select bool_or(l.state = 'dormant') and bool_and(l.state in ('delivered', 'refunded', 'dormant')) as is_rest
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = x.no
      offset 0
    ) l
    where l.is_rest
    order by x.no
  loop
    continue when jsonb_array_length(told.news -> 'lineNos') = 0;
    update fulfilment.activations a
    set told_at = clock_timestamp()
    where a.tenant_id = p_tenant
      and a.order_no = told.no;
    perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'order.partly_delivered', 'subject', 'order:' || told.no, 'payload', told.news
    )));
  end loop;
end;
$$;
revoke execute on function fulfilment.tell_beside(bigint, bigint[]) from public;

-- {"no"}, and where a part was told of before, or is to be, {"lineNos", "kinds"} of what was not. What nobody activated until its end
-- never arrived.
create or replace function fulfilment.delivered_news(p_tenant bigint, p_no bigint, p_partly boolean default false)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select jsonb_build_object('no', p_no) || case when p_partly or t.at is not null then (
    select jsonb_build_object('lineNos', coalesce(jsonb_agg(l.line_no order by l.line_no), '[]'), 'kinds', coalesce(jsonb_agg(distinct l.kind), '[]'))
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.state = 'delivered'
      and (t.at is null or l.delivered_at > t.at)
      and not exists (
        select from fulfilment.activations a
        where l.later_days is not null
          and a.tenant_id = p_tenant
          and a.order_no = p_no
          and a.line_no = l.line_no
          and a.state = 'lapsed'
      )
  ) else '{}' end
  from (
    select max(a.told_at) as at
    from fulfilment.activations a
    where a.tenant_id = p_tenant
      and a.order_no = p_no
  ) t
$$;
revoke execute on function fulfilment.delivered_news(bigint, bigint, boolean) from public;

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
    when fulfilment.refund_awaits(p_tenant, p_no, p_line) then 'activation.refund_awaited'
  end
  from (select) x
  left join orders.lines l on l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line
  left join fulfilment.activations a on a.tenant_id = p_tenant and a.order_no = p_no and a.line_no = p_line
$$;

-- A payer's bank has asked back, or keeps, money of its order that stands in no line's refund: whether that is this line's nobody can say,
-- so it is every line's that cost money, and with them what was given for nothing. What points alone paid is none of it, until banks
-- have had all.
create or replace function fulfilment.money_disputed(p_tenant bigint, p_no bigint, p_line integer)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select exists (
    select from payments.chargebacks c
    join payments.receipts r on r.tenant_id = p_tenant and r.id = c.receipt_id and r.state = 'applied'
    where c.tenant_id = p_tenant
      and c.order_no = p_no
      and c.state <> 'won'
      and c.disputed_fen > c.surplus_fen
  ) and exists (
    select from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.line_no = p_line
      and (l.amount_fen > 0 or l.unit_points = 0)
  ) or fulfilment.bank_has_it(p_tenant, p_no)
$$;

-- p_said: {"form", "by": buyer or staff, "actor", "reason": why staff do it}. Once: the same form again has the same answer, another one is
-- refused. From here on needs, purchases, corrections and the desk know no difference to a top-up that was never kept. While a payer's
-- bank has a part of the money, whoever asks for it back cannot have the top-up too: only the shop may decide that, and says why.
create or replace function fulfilment.activate(p_tenant bigint, p_no bigint, p_line integer, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
declare
  trouble text;
  is_disputed boolean;
begin
  perform orders.lock(p_tenant, p_no);
  trouble := fulfilment.activation_trouble(p_tenant, p_no, p_line);
  is_disputed := fulfilment.money_disputed(p_tenant, p_no, p_line);
  if trouble = 'activation.done' and exists (
    select from orders.lines l
    where l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line and l.form = p_said -> 'form'
  ) then
    return '{"ok": true, "isRepeat": true}';
  elsif trouble is not null then
    return jsonb_build_object('code', trouble, 'params', '{}'::jsonb);
  elsif is_disputed and coalesce(p_said ->> 'reason', '') = '' then
    return jsonb_build_object(
      'code', case p_said ->> 'by' when 'staff' then 'activation.reason_needed' else 'activation.disputed' end, 'params', '{}'::jsonb
    );
  end if;
  update fulfilment.activations a
  set state = 'activated',
      closed_at = now(),
      remind_at = null,
      by_kind = p_said ->> 'by',
      by_name = p_said ->> 'actor',
      in_spite = case when is_disputed then p_said ->> 'reason' else '' end
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

-- Why its buyer has to wait though its time is not over: a refund that is to be decided, or a payer's bank. Null: they need not.
create or replace function fulfilment.on_hold(p_tenant bigint, p_no bigint, p_line integer)
returns text
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select case
    when fulfilment.refund_awaits(p_tenant, p_no, p_line) then 'refund'
    when fulfilment.money_disputed(p_tenant, p_no, p_line) then 'dispute'
  end
$$;
revoke execute on function fulfilment.on_hold(bigint, bigint, integer) from public;

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

-- Handing one out puts it off, a minute at first and twice as long each time, up to some hours: one that cannot be ended, or whose worker
-- died, is tried again and holds up no other. One whose refund waits for a second person waits with it.
create or replace function fulfilment.take_lapsed(p_limit integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with due as (
    select a.tenant_id, a.order_no, a.line_no
    from tenancy.tenants n
    cross join lateral (
      select a.tenant_id, a.order_no, a.line_no
      from fulfilment.activations a
      where a.tenant_id = n.id
        and a.state = 'open'
        and a.ends_at <= now()
        and coalesce(a.look_at, a.ends_at) <= now()
        and not fulfilment.refund_awaits(a.tenant_id, a.order_no, a.line_no)
      order by coalesce(a.look_at, a.ends_at)
      limit p_limit
      for no key update skip locked
    ) a
    limit p_limit
  ), put_off as (
    update fulfilment.activations a
    set looks = least(a.looks + 1, 1000),
        look_at = now() + least(interval '1 minute' * power(2, least(a.looks, 9)), interval '6 hours')
    from due d
    where a.tenant_id = d.tenant_id
      and a.order_no = d.order_no
      and a.line_no = d.line_no
    returning a.tenant_id, a.order_no, a.line_no, a.looks, a.ends_at
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'tenantId', p.tenant_id, 'no', p.order_no, 'lineNo', p.line_no, 'looks', p.looks
  ) order by p.ends_at), '[]')
  from put_off p
$$;

-- One at a time: each locks an order and its accounts. What was given until its end and not used is delivered as a code is that expired: its price
-- is earned, and staff may still give it back. False when it was activated or given back in between.
create or replace function fulfilment.end_lapsed(p_tenant bigint, p_no bigint, p_line integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  is_whole boolean;
begin
  perform orders.lock(p_tenant, p_no);
  perform fulfilment.lock_shelves(p_tenant, array[p_no]);
  update fulfilment.activations a
  set state = 'lapsed',
      closed_at = now(),
      remind_at = null
  from orders.lines l
  where a.tenant_id = p_tenant
    and a.order_no = p_no
    and a.line_no = p_line
    and a.state = 'open'
    and a.ends_at <= now()
    and l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    and l.state = 'dormant'
    and not fulfilment.refund_awaits(p_tenant, p_no, p_line);
  if not found then
    return false;
  end if;
  update entitlements.grants g
  set state = 'lapsed',
      changed_at = now()
  where g.tenant_id = p_tenant
    and g.order_no = p_no
    and g.line_no = p_line
    and g.state = 'dormant';
  is_whole := fulfilment.finish_line(p_tenant, p_no, p_line);
  perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
    'type', 'activation.lapsed', 'subject', 'order:' || p_no, 'payload', jsonb_build_object('no', p_no, 'lineNo', p_line)
  )));
  if is_whole and fulfilment.has_arrived(p_tenant, p_no) then
    perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'order.delivered', 'subject', 'order:' || p_no, 'payload', fulfilment.delivered_news(p_tenant, p_no)
    )));
  end if;
  return true;
end;
$$;

-- Of one that nobody may activate now, or its buyer may not, nobody is reminded: when that is decided there may be time still.
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
          and (a.ends_at <= now() or fulfilment.on_hold(a.tenant_id, a.order_no, a.line_no) is null)
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
    'mayReturn', a.state = 'open' and a.ends_at > now() and h.why is distinct from 'refund' and fulfilment.may_return(p_tenant, p_no, p_line),
    'onHold', h.why
  )
  from fulfilment.activations a
  cross join lateral (
    select case when a.state = 'open' and a.ends_at > now() then fulfilment.on_hold(p_tenant, p_no, p_line) end as why
  ) h
  where a.tenant_id = p_tenant
    and a.order_no = p_no
    and a.line_no = p_line
$$;
