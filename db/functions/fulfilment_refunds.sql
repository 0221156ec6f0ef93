-- Money back, and the rights with it: whole orders, lines, pieces, or an amount that leaves the rights alone.
--
--   fulfilment.refund(tenant, no, ask)                   a refund as asked for; above an amount it waits for a second person
--   fulfilment.approve_refund(tenant, refund, staff, actor, used)   the second person's yes: it is looked at anew, and begins
--   fulfilment.decline_refund(tenant, refund, actor, note)          the second person's no
--   fulfilment.refund_ended(tenant, refund, done, error) the gateway's final word about a refund
--   fulfilment.refund_by_hand(tenant, refund, actor, note, reference)  what a gateway refused was paid another way
--
--   fulfilment.refund_awaits(tenant, no, line, grant)     a second person has still to decide: nothing more of it is handed out
--   fulfilment.overtake(tenant, refund, why)              one that waits ends by itself, and who asked is told
--   fulfilment.overtake_refunds(tenant, no, line, why)    the goods came all the same: what waited of the line ends
--   fulfilment.end_pointless(tenant, no)                  so does what waited of what was given back otherwise
--
-- What a line still has to give is its amount less what is back (`refunded_fen`) and what is promised (`refunding_fen`). A
-- promise begins with the refund and lies in clearing until the money has left, also when the gateway refused it: then the
-- refund is tried again, paid by hand, or another takes its place. All of it under the order's lock; the lines' constraints
-- refuse what would still be too much.
--
-- Of an order that several ways paid, the gateway's money goes back first, then what the purse brought; points go back with
-- the pieces they paid for; what the shop let go of when it took less goes back to the shop, last (docs/adr/0027).
--
-- A recharge is refunded as a line without codes: whole or an amount, and to where it came from only. What it takes is in
-- the purse: the amount and its share of the bonus. Who has spent it is told what is missing.

-- What taking back an amount of a recharge takes from the purse: with it, of the bonus, what its share grows by. `p_before` is
-- what of the recharge was taken back before. The shares of all parts add up to the bonus.
create or replace function fulfilment.credit_of(p_total bigint, p_credit bigint, p_before bigint, p_amount bigint)
returns bigint
language sql
immutable
as $$
  select (
    p_amount + div((p_credit - p_total)::numeric * (p_before + p_amount), p_total)
      - div((p_credit - p_total)::numeric * p_before, p_total)
  )::bigint
$$;
revoke execute on function fulfilment.credit_of(bigint, bigint, bigint, bigint) from public;

-- Asked back and not decided yet: all of a line, or with `p_grant` this piece of it too. Until it is decided nothing more is handed out
-- of it, or its buyer could have both. Whoever asks has the order locked, as whoever decides has.
create or replace function fulfilment.refund_awaits(p_tenant bigint, p_no bigint, p_line integer, p_grant bigint default null)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select exists (
    select from payments.refunds r
    where r.tenant_id = p_tenant
      and r.order_no = p_no
      and r.line_no = p_line
      and r.state = 'awaiting'
      and (r.takes = 'line' or p_grant = any (r.grants))
  )
$$;
revoke execute on function fulfilment.refund_awaits(bigint, bigint, integer, bigint) from public;

create or replace function fulfilment.overtake(p_tenant bigint, p_refund bigint, p_why text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund payments.refunds;
begin
  update payments.refunds r
  set state = 'declined',
      decided_by = 'system',
      decided_at = now(),
      decided_note = p_why
  where r.tenant_id = p_tenant
    and r.id = p_refund
    and r.state = 'awaiting'
  returning * into refund;
  perform events.append(p_tenant, '{"actor": "system"}', jsonb_build_array(jsonb_build_object(
    'type', 'refund.overtaken', 'subject', 'order:' || refund.order_no, 'payload', jsonb_build_object(
      'no', refund.order_no, 'lineNo', refund.line_no, 'refundId', refund.id, 'amountFen', refund.amount_fen, 'points', refund.points,
      'why', p_why, 'reason', refund.reason, 'by', refund.requested_by, 'byId', refund.requested_by_id
    )
  )));
end;
$$;
revoke execute on function fulfilment.overtake(bigint, bigint, text) from public;

-- What somebody outside, or at work on it, has done cannot be held back: the line is its buyer's, so a refund of it that was asked for
-- before would be of something else now. It ends, says why ('delivered', or 'arrived': from a supplier that had refused), and who asked
-- for it is told and may ask again. The caller has locked the order.
create or replace function fulfilment.overtake_refunds(p_tenant bigint, p_no bigint, p_line integer, p_why text)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select fulfilment.overtake(p_tenant, r.id, p_why)
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.line_no = p_line
    and r.state = 'awaiting'
    and r.takes = 'line'
$$;
revoke execute on function fulfilment.overtake_refunds(bigint, bigint, integer, text) from public;

-- What waits for a second person when its line, or a piece that it asks for, was given back otherwise (another refund, a payer's bank): a yes
-- could do nothing any more, so it ends as an overtaken one does. What it would take being less only is for who decides to see. The
-- caller has locked the order and has begun all that it begins.
create or replace function fulfilment.end_pointless(p_tenant bigint, p_no bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund payments.refunds;
  plan jsonb;
begin
  for refund in
    select r.*
    from payments.refunds r
    where r.tenant_id = p_tenant
      and r.order_no = p_no
      and r.state = 'awaiting'
    order by r.id
  loop
    plan := fulfilment.plan_refund(p_tenant, p_no, refund.line_no, refund.takes, refund.grants, refund.amount_fen, null);
    continue when plan is not null and plan ->> 'code' is distinct from 'orders.refund_piece_gone';
    perform fulfilment.overtake(p_tenant, refund.id, 'given_back');
    perform fulfilment.clear_declined(p_tenant, p_no, refund.id, 'system');
  end loop;
end;
$$;
revoke execute on function fulfilment.end_pointless(bigint, bigint) from public;

-- What failed refunds of a line promised, and nothing has taken the place of: {"amountFen", "ids", "takes", "grants"}.
create or replace function fulfilment.failed_refunds(p_tenant bigint, p_no bigint, p_line integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select jsonb_build_object(
    'amountFen', coalesce(sum(f.amount_fen), 0),
    'ids', coalesce(jsonb_agg(f.id), '[]'),
    'takes', case when bool_or(f.takes = 'line') then 'line' when bool_or(f.takes = 'pieces') then 'pieces' else 'nothing' end,
    'grants', coalesce((
      select jsonb_agg(g.id)
      from payments.refunds x
      cross join lateral unnest(x.grants) as g(id)
      where x.tenant_id = p_tenant
        and x.order_no = p_no
        and x.line_no = p_line
        and x.state = 'failed'
        and x.replaced_by is null
    ), '[]')
  )
  from payments.refunds f
  where f.tenant_id = p_tenant
    and f.order_no = p_no
    and f.line_no = p_line
    and f.state = 'failed'
    and f.replaced_by is null
$$;
revoke execute on function fulfilment.failed_refunds(bigint, bigint, integer) from public;

-- What is missing in the purse to take back an amount of a recharge; not above zero when it is there.
create or replace function fulfilment.missing_credit(p_tenant bigint, p_no bigint, p_amount bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select fulfilment.credit_of(o.total_fen, o.credit_fen, l.refunded_fen + l.refunding_fen, p_amount) - a.balance + a.held_out
  from orders.orders o
  join orders.lines l on l.tenant_id = p_tenant and l.order_no = p_no
  join ledger.accounts a
    on a.tenant_id = p_tenant
    and a.kind = 'cash.member'
    and a.ref = o.member_id::text
    and a.unit = 'CNY'
  where o.tenant_id = p_tenant
    and o.no = p_no
$$;
revoke execute on function fulfilment.missing_credit(bigint, bigint, bigint) from public;

-- Takes an amount of a recharge and its share of the bonus from the purse into clearing and back to the shop. What a gateway
-- took back by itself may be spent: then the purse gives what it has, the rest is a loss. Answers what the purse gave.
create or replace function fulfilment.take_credit(p_tenant bigint, p_no bigint, p_amount bigint)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_order orders.orders;
  before bigint;
  purse bigint;
  free bigint;
  taken bigint;
begin
  select * into the_order
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no;
  select l.refunded_fen + l.refunding_fen into before
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no;
  purse := ledger.account(p_tenant, 'cash.member', the_order.member_id::text, 'CNY');
  select a.balance - a.held_out into free
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = purse;
  taken := least(fulfilment.credit_of(the_order.total_fen, the_order.credit_fen, before, p_amount), free);
  perform ledger.post(p_tenant, array_agg(m.from_id), array_agg(m.to_id), array_agg(m.amount), array_agg(m.kind), array_agg('order:' || p_no))
  from (
    values
      (purse, ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), least(taken, p_amount), 'cash.take_back'),
      (purse, ledger.account(p_tenant, 'cash.bonus', '', 'CNY'), taken - p_amount, 'cash.take_back_bonus'),
      (
        ledger.account(p_tenant, 'cash.chargeback', '', 'CNY'), ledger.account(p_tenant, 'cash.clearing', '', 'CNY'),
        p_amount - taken, 'cash.chargeback'
      )
  ) as m(from_id, to_id, amount, kind)
  where m.amount > 0;
  return taken;
end;
$$;
revoke execute on function fulfilment.take_credit(bigint, bigint, bigint) from public;

-- What failed refunds of a recharge took from the purse is put back into it, to the fen: nothing was refunded then. They may
-- not be sent any more; that a gateway did send one after all is booked as for every refund that another took the place of.
create or replace function fulfilment.put_back_credit(p_tenant bigint, p_no bigint, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  purse bigint;
  amount bigint;
  credit bigint;
  took_all boolean;
begin
  with ended as (
    update payments.refunds r
    set replaced_by = r.id
    where r.tenant_id = p_tenant
      and r.order_no = p_no
      and r.line_no is not null
      and r.state = 'failed'
      and r.replaced_by is null
    returning r.amount_fen, r.credit_fen, r.takes
  )
  select sum(e.amount_fen), sum(e.credit_fen), bool_or(e.takes = 'line')
  into amount, credit, took_all
  from ended e;
  if amount is null then
    return jsonb_build_object('code', 'orders.nothing_to_refund', 'params', '{}'::jsonb);
  end if;
  select ledger.account(p_tenant, 'cash.member', o.member_id::text, 'CNY') into purse
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no;
  perform ledger.post(p_tenant, array_agg(m.from_id), array_agg(purse), array_agg(m.amount), array_agg(m.kind), array_agg('order:' || p_no))
  from (
    values
      (ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), amount, 'cash.put_back'),
      (ledger.account(p_tenant, 'cash.bonus', '', 'CNY'), credit - amount, 'cash.put_back_bonus')
  ) as m(from_id, amount, kind)
  where m.amount > 0;
  update orders.lines l
  set refunding_fen = l.refunding_fen - amount,
      refunded_quantity = case when took_all then 0 else l.refunded_quantity end
  where l.tenant_id = p_tenant
    and l.order_no = p_no;
  perform fulfilment.turn_line(p_tenant, p_no, 1, null);
  perform events.append(p_tenant, jsonb_build_object('actor', p_actor), jsonb_build_array(jsonb_build_object(
    'type', 'refund.done', 'subject', 'order:' || p_no, 'payload', jsonb_build_object('no', p_no, 'amountFen', amount, 'putBack', true)
  )));
  return jsonb_build_object('ok', true, 'amountFen', amount, 'putBack', true, 'awaiting', false);
end;
$$;
revoke execute on function fulfilment.put_back_credit(bigint, bigint, text) from public;

-- What a refund of this line would be now: {"amountFen", "points", "takes", "grants", "instead": ids of failed refunds, "isUndelivered"}, null when the
-- line has nothing to give, or {"code", "params"}. A piece costs its share of the line; the shares of all pieces add up to
-- the line's amount, the last one taking what rounding left.
create or replace function fulfilment.plan_refund(
  p_tenant bigint, p_no bigint, p_line integer, p_takes text, p_grants bigint[], p_amount bigint, p_used text
)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  line orders.lines;
  left_fen bigint;
  failed jsonb;
  amount bigint;
  points bigint;
  found_count integer;
  used_count integer;
  missing bigint;
begin
  -- What may still arrive is not given back for: it would be had twice.
  if exists (
    select from fulfilment.needs n
    where n.tenant_id = p_tenant
      and n.order_no = p_no
      and n.line_no = p_line
      and n.state in ('wanted', 'buying')
  ) then
    return jsonb_build_object('code', 'orders.supply_under_way', 'params', '{}'::jsonb);
  end if;
  select * into line
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    -- What waits for the other parts of a bundle, and what a person of the shop has, may be given back as well as what was delivered.
    and (
      l.state in ('dormant', 'delivered', 'exception', 'refunding', 'refunded')
      or l.state = 'supplying' and catalog.deliver_of(l.kind) in ('task', 'make')
      or l.state = 'waiting' and l.held_back
    )
    and (l.amount_fen > 0 or l.unit_points > 0);
  if not found then
    return null;
  end if;
  left_fen := line.amount_fen - line.refunded_fen - line.refunding_fen;
  failed := fulfilment.failed_refunds(p_tenant, p_no, p_line);
  -- Their rights are gone already; only the money goes another way.
  if p_takes = 'again' then
    return case when (failed ->> 'amountFen')::bigint > 0 then jsonb_build_object(
      'amountFen', failed -> 'amountFen', 'points', 0, 'takes', failed -> 'takes', 'grants', failed -> 'grants', 'instead', failed -> 'ids'
    ) end;
  end if;
  -- Also one of which a part arrived: half a line cannot stand as delivered. Points come back by their line, never by the piece.
  if p_takes <> 'line' and line.delivered_at is null or p_takes = 'pieces' and catalog.revoke_of(line.kind) = 'take' then
    return jsonb_build_object('code', 'orders.refund_whole_line', 'params', '{}'::jsonb);
  end if;

  select count(*), count(*) filter (where g.is_spent)
  into found_count, used_count
  from fulfilment.refresh(p_tenant, p_no, p_line) g
  where p_takes <> 'nothing'
    and (p_takes = 'line' or g.grant_id = any (p_grants));
  if p_takes = 'pieces' and (found_count = 0 or found_count <> cardinality(p_grants)) then
    return jsonb_build_object('code', 'orders.refund_piece_gone', 'params', '{}'::jsonb);
  end if;
  if p_used = 'refuse' and used_count > 0 then
    return jsonb_build_object('code', 'orders.refund_used_codes', 'params', jsonb_build_object('count', used_count));
  end if;

  amount := case p_takes
    when 'line' then left_fen + (failed ->> 'amountFen')::bigint
    when 'pieces' then coalesce(p_amount, least(
      left_fen,
      line.amount_fen * (line.refunded_quantity + found_count) / line.quantity - line.amount_fen * line.refunded_quantity / line.quantity
    ))
    else coalesce(p_amount, 0)
  end;
  points := case p_takes
    when 'line' then line.quantity::bigint * line.unit_points - line.refunded_points
    when 'pieces' then found_count::bigint * line.unit_points
    else 0
  end;
  -- Pieces may be taken back for nothing, when that is asked for.
  if points = 0 and (amount = 0 or (p_takes <> 'line' and left_fen = 0)) and (p_takes <> 'pieces' or p_amount is distinct from 0) then
    return null;
  end if;
  if p_takes <> 'line' and amount > left_fen then
    return jsonb_build_object('code', 'orders.refund_over_left', 'params', jsonb_build_object(
      'leftYuan', trim(to_char(left_fen / 100.0, '999999999990.00'))
    ));
  end if;
  -- Without a rule about used codes it is the gateway that took the money: then the purse gives what it has.
  if line.kind = 'recharge' and p_used is not null then
    missing := fulfilment.missing_credit(p_tenant, p_no, amount - case when p_takes = 'line' then (failed ->> 'amountFen')::bigint else 0 end);
    if missing > 0 then
      return jsonb_build_object('code', 'orders.recharge_spent', 'params', jsonb_build_object(
        'missingYuan', trim(to_char(missing / 100.0, '999999999990.00'))
      ));
    end if;
  end if;
  if catalog.revoke_of(line.kind) = 'take' and p_used is not null then
    missing := fulfilment.missing_points(p_tenant, p_no, p_line, p_takes);
    if missing > 0 then
      return jsonb_build_object('code', 'orders.bundle_points_spent', 'params', jsonb_build_object('missing', missing));
    end if;
  end if;
  return jsonb_build_object(
    'amountFen', amount, 'points', points, 'takes', p_takes, 'grants', case when p_takes = 'pieces' then to_jsonb(p_grants) else '[]' end,
    'instead', case when p_takes = 'line' then failed -> 'ids' else '[]' end,
    'isUndelivered', p_takes = 'line' and line.delivered_at is null and line.kind <> 'recharge'
  );
end;
$$;
revoke execute on function fulfilment.plan_refund(bigint, bigint, integer, text, bigint[], bigint, text) from public;

-- The same of an order that the shop gave away (bulk.sql): there is no money in it, so only rights can end, whole or piece by piece.
-- What a bundle gives beside what was paid ends with that (`end_gifts`), and a redemption by `redeem.take_back`.
create or replace function fulfilment.plan_gift(p_tenant bigint, p_no bigint, p_line integer, p_takes text, p_grants bigint[], p_used text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  line orders.lines;
  found_count integer;
  used_count integer;
begin
  if fulfilment.may_have_arrived(p_tenant, p_no) or exists (
    select from fulfilment.needs n
    where n.tenant_id = p_tenant
      and n.order_no = p_no
      and n.line_no = p_line
      and n.state in ('wanted', 'buying')
  ) then
    return jsonb_build_object('code', 'orders.supply_under_way', 'params', '{}'::jsonb);
  end if;
  select * into line
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    and l.state in ('delivered', 'exception')
    and l.refunded_quantity < l.quantity;
  if not found or p_takes not in ('line', 'pieces') then
    return null;
  elsif p_takes = 'pieces' and (line.delivered_at is null or catalog.revoke_of(line.kind) = 'take') then
    return jsonb_build_object('code', 'orders.refund_whole_line', 'params', '{}'::jsonb);
  end if;
  select count(*), count(*) filter (where g.is_spent)
  into found_count, used_count
  from fulfilment.refresh(p_tenant, p_no, p_line) g
  where p_takes = 'line' or g.grant_id = any (p_grants);
  if p_takes = 'pieces' and (found_count = 0 or found_count <> cardinality(p_grants)) then
    return jsonb_build_object('code', 'orders.refund_piece_gone', 'params', '{}'::jsonb);
  end if;
  if p_used = 'refuse' and used_count > 0 then
    return jsonb_build_object('code', 'orders.refund_used_codes', 'params', jsonb_build_object('count', used_count));
  end if;
  return jsonb_build_object(
    'amountFen', 0, 'points', 0, 'takes', p_takes, 'grants', case when p_takes = 'pieces' then to_jsonb(p_grants) else '[]' end,
    'instead', '[]'::jsonb, 'isUndelivered', false
  );
end;
$$;
revoke execute on function fulfilment.plan_gift(bigint, bigint, integer, text, bigint[], text) from public;

-- The line's state after a refund of it has begun or ended. Refunded is whose pieces are all taken or whose amount is all
-- back; one that still waits for money is being refunded; a refund that failed makes it an exception. Else it is delivered.
create or replace function fulfilment.turn_line(p_tenant bigint, p_no bigint, p_line integer, p_error text)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  update orders.lines l
  set state = n.state,
      exception_reason = case n.state when 'exception' then 'refund_failed' when 'delivered' then null else l.exception_reason end,
      exception_note = case n.state when 'exception' then coalesce(p_error, l.exception_note) else l.exception_note end,
      exception_at = case when n.state = 'exception' and p_error is not null then now() else l.exception_at end
  from (
    select case
      when (fulfilment.failed_refunds(p_tenant, p_no, p_line) ->> 'amountFen')::bigint > 0 then 'exception'
      when x.refunded_quantity < x.quantity and (x.amount_fen = 0 or x.refunded_fen + x.refunding_fen < x.amount_fen) then 'delivered'
      when x.refunding_fen > 0 then 'refunding'
      else 'refunded'
    end as state
    from orders.lines x
    where x.tenant_id = p_tenant
      and x.order_no = p_no
      and x.line_no = p_line
  ) n
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
$$;
revoke execute on function fulfilment.turn_line(bigint, bigint, integer, text) from public;

-- Books money that is back: on the line and on the order. An order all of whose lines are refunded is refunded; one of which the rest was
-- delivered is delivered with it, and told of.
create or replace function fulfilment.close_refunded(p_tenant bigint, p_no bigint, p_line integer, p_amount bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  new_state text;
  is_news boolean;
  is_whole boolean;
begin
  update orders.lines l
  set refunding_fen = l.refunding_fen - p_amount,
      refunded_fen = l.refunded_fen + p_amount
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  perform fulfilment.turn_line(p_tenant, p_no, p_line, null);
  select case
    when bool_and(l.state = 'refunded') then 'refunded'
    when bool_and(l.state in ('refunded', 'delivered')) then 'delivered'
  end
  into new_state
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no;
  select new_state = 'refunded' and o.state <> 'refunded', new_state = 'delivered' and o.state = 'paid' and o.delivered_at is null
  into is_news, is_whole
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no;
  update orders.orders o
  set refunded_fen = o.refunded_fen + p_amount,
      state = case when o.state = 'refunded' then o.state else coalesce(new_state, o.state) end,
      delivered_at = coalesce(o.delivered_at, (
        select max(l.delivered_at) from orders.lines l where l.tenant_id = p_tenant and l.order_no = p_no
      )),
      closed_at = case when is_news then now() else o.closed_at end
  where o.tenant_id = p_tenant
    and o.no = p_no;
  if is_news then
    perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'order.refunded', 'subject', 'order:' || p_no, 'payload', jsonb_build_object('no', p_no, 'amountFen', p_amount)
    )));
  elsif is_whole and fulfilment.has_arrived(p_tenant, p_no) then
    -- What did arrive waited for this line to be told of.
    perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'order.delivered', 'subject', 'order:' || p_no, 'payload', fulfilment.delivered_news(p_tenant, p_no)
    )));
  elsif new_state is null then
    perform fulfilment.tell_beside(p_tenant, array[p_no]);
  end if;
end;
$$;
revoke execute on function fulfilment.close_refunded(bigint, bigint, integer, bigint) from public;

-- The last step of a beginning: into the purse at once, against the loss when a payer's bank has had it already or the shop had
-- let go of it, or off to the gateway. Rights that end for nothing are no news to a gateway.
create or replace function fulfilment.send_refund(p_tenant bigint, p_no bigint, p_refund bigint, p_member text, p_actor text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund payments.refunds;
  is_over boolean;
begin
  select r.target in ('balance', 'let_go') or r.chargeback_id is not null or r.amount_fen = 0 into is_over
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.id = p_refund;
  update payments.refunds r
  set state = case when is_over then 'done' else 'requested' end,
      next_try_at = case when is_over then null else now() end,
      done_at = case when is_over then now() end
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.id = p_refund
  returning * into refund;
  perform events.append(p_tenant, jsonb_build_object('actor', p_actor), jsonb_build_array(jsonb_build_object(
    'type', case when refund.state = 'done' then 'refund.done' else 'refund.requested' end,
    'subject', 'order:' || p_no,
    'payload', jsonb_build_object(
      'no', p_no, 'refundId', refund.id, 'amountFen', refund.amount_fen, 'points', refund.points, 'reason', refund.reason
    )
  )));
  if refund.state <> 'done' then
    perform fulfilment.turn_line(p_tenant, p_no, refund.line_no, null);
    return;
  end if;
  if refund.amount_fen > 0 then
    perform ledger.post(
      p_tenant, array[ledger.account(p_tenant, 'cash.clearing', '', 'CNY')],
      array[case
        when refund.chargeback_id is not null then ledger.account(p_tenant, 'cash.chargeback', '', 'CNY')
        when refund.target = 'let_go' then ledger.account(p_tenant, 'cash.loss', '', 'CNY')
        else ledger.account(p_tenant, 'cash.member', p_member, 'CNY')
      end],
      array[refund.amount_fen],
      array[case
        when refund.chargeback_id is not null then 'cash.chargeback'
        when refund.target = 'let_go' then 'cash.let_go_back'
        else 'cash.refund_to_balance'
      end],
      array['order:' || p_no]
    );
  end if;
  perform fulfilment.close_refunded(p_tenant, p_no, refund.line_no, refund.amount_fen);
end;
$$;
revoke execute on function fulfilment.send_refund(bigint, bigint, bigint, text, text) from public;

-- Lets a refund begin that is written down: takes the rights, takes the revenue back, and sends the money on its way or, to
-- the balance, has it there at once. What its receipt cannot give any more is given by the purse's receipt beside it. What is refunded is not kept: codes become void before any money moves, and one that
-- was used stays used, the recorded loss. The caller has locked order and accounts, and found that the plan still holds.
create or replace function fulfilment.begin_line_refund(
  p_tenant bigint, p_no bigint, p_refund bigint, p_instead bigint[], p_actor text
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund payments.refunds;
  line orders.lines;
  the_member text;
  purse_receipt payments.receipts;
  of_gateway bigint;
  of_purse bigint := 0;
  of_purse_id bigint;
  of_bank bigint := 0;
  of_let_go bigint := 0;
  of_twice bigint := 0;
  dispute record;
  promised bigint;
  -- The failed ones whose place it takes: what they took is taken.
  taken_before text;
  grants_before bigint[];
  -- Of a recharge: what failed refunds have taken from the purse before.
  credit bigint;
  taken integer;
  codes bigint[];
  pieces integer[];
  cause text := 'order:' || p_no;
  clearing bigint := ledger.account(p_tenant, 'cash.clearing', '', 'CNY');
begin
  select * into refund
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.id = p_refund;
  select o.member_id::text into the_member
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no;
  with instead as (
    update payments.refunds r
    set replaced_by = p_refund
    where r.tenant_id = p_tenant
      and r.order_no = p_no
      and r.id = any (p_instead)
    returning r.amount_fen, r.credit_fen, r.takes, r.grants
  )
  select coalesce(sum(i.amount_fen), 0), coalesce(sum(i.credit_fen), 0),
    case when bool_or(i.takes = 'line') then 'line' when bool_or(i.takes = 'pieces') then 'pieces' else 'nothing' end,
    coalesce((select array_agg(g.id) from instead x cross join lateral unnest(x.grants) as g(id)), '{}')
  into promised, credit, taken_before, grants_before
  from instead i;
  select * into line
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = refund.line_no;
  -- Every right was taken before: it only stands in the place of those that failed.
  if refund.takes = 'line' and promised > 0 and line.refunded_quantity = line.quantity and line.kind <> 'recharge' then
    update payments.refunds r
    set takes = taken_before,
        grants = grants_before
    where r.tenant_id = p_tenant
      and r.id = p_refund;
  end if;
  -- What was never delivered goes back whole: what a bank has had is a part of that. So is, of any line, what the shop let go of.
  if refund.takes = 'line' and refund.chargeback_id is null and line.kind <> 'recharge' then
    if line.delivered_at is null then
      of_bank := least(fulfilment.left_with_banks(p_tenant, p_no), refund.amount_fen - promised);
    end if;
    if refund.target = 'source' then
      of_let_go := greatest(least(
        refund.amount_fen - of_bank - fulfilment.left_of_receipts(p_tenant, p_no, 'source'),
        refund.amount_fen - of_bank - promised,
        fulfilment.left_let_go(p_tenant, p_no)
      ), 0);
    end if;
    if line.delivered_at is null then
      of_twice := greatest(least(
        refund.amount_fen - of_bank - of_let_go - fulfilment.left_of_receipts(p_tenant, p_no, refund.target),
        refund.amount_fen - of_bank - of_let_go - promised,
        fulfilment.left_of_twice(p_tenant, p_no)
      ), 0);
    end if;
    refund.amount_fen := refund.amount_fen - of_bank - of_let_go - of_twice;
  end if;
  if refund.gateway <> 'balance' and refund.chargeback_id is null and refund.target <> 'let_go' then
    select * into purse_receipt
    from payments.receipts r
    where r.tenant_id = p_tenant
      and r.order_no = p_no
      and r.gateway = 'balance'
      and r.state = 'applied';
    if purse_receipt.id is not null then
      of_gateway := greatest(fulfilment.left_of_receipt(p_tenant, refund.receipt_id, refund.target), 0);
      -- What failed refunds promise can go back there only: it is left to them, as far as the purse has enough.
      of_purse := greatest(refund.amount_fen - of_gateway, least(
        refund.amount_fen - of_gateway + coalesce((
          select sum(f.amount_fen)
          from payments.refunds f
          where f.tenant_id = p_tenant
            and f.order_no = p_no
            and f.receipt_id = refund.receipt_id
            and f.line_no is not null
            and f.state = 'failed'
            and f.replaced_by is null
        ), 0),
        refund.amount_fen, fulfilment.left_of_receipt(p_tenant, purse_receipt.id, 'balance')
      ), 0);
    end if;
  end if;

  with revoked as (
    update entitlements.grants g
    set state = 'revoked',
        changed_at = now()
    where refund.takes <> 'nothing'
      and g.tenant_id = p_tenant
      and g.order_no = p_no
      and g.line_no = refund.line_no
      and g.state <> 'revoked'
      and (refund.takes = 'line' or g.id = any (refund.grants))
    returning g.card_id, g.piece
  )
  select count(*), array_agg(c.id) filter (where c.state = 'delivered'), array_agg(r.piece)
  into taken, codes, pieces
  from revoked r
  left join vault.cards c on c.tenant_id = p_tenant and c.id = r.card_id;
  if taken > 0 then
    perform fulfilment.complaints_overtaken(p_tenant, p_no);
  end if;
  if codes is not null then
    perform vault.transfer(p_tenant, line.sku_id, codes, 'delivered', 'void', cause, p_actor);
  end if;
  if catalog.revoke_of(line.kind) = 'take' and refund.takes = 'line' then
    perform fulfilment.take_points(p_tenant, p_no, refund.line_no);
  end if;
  if line.bundle_no is not null then
    perform fulfilment.part_news(p_tenant, array[p_no]);
  end if;
  if (catalog.deliver_of(line.kind) = 'supply' or line.bought) and refund.takes = 'line' then
    update fulfilment.needs n
    set state = 'cancelled',
        due_at = null,
        changed_at = now()
    where n.tenant_id = p_tenant
      and n.order_no = p_no
      and n.line_no = refund.line_no
      and n.state = 'stopped';
    if line.later_days is not null then
      perform fulfilment.end_activation(p_tenant, p_no, refund.line_no);
    end if;
  elsif catalog.deliver_of(line.kind) = 'task' and refund.takes = 'line' then
    perform fulfilment.end_tasks(p_tenant, p_no, refund.line_no, p_actor);
  elsif catalog.revoke_of(line.kind) = 'unmake' and refund.takes <> 'nothing' then
    perform fulfilment.void_sold(p_tenant, p_no, refund.line_no, pieces, refund.takes = 'line');
  end if;
  if line.kind = 'recharge' then
    if refund.amount_fen > promised then
      credit := credit + fulfilment.take_credit(p_tenant, p_no, refund.amount_fen - promised);
    end if;
    update payments.refunds r
    set credit_fen = credit
    where r.tenant_id = p_tenant
      and r.id = p_refund;
  elsif line.delivered_quantity = 0 and line.hold_id is not null then
    perform ledger.close(p_tenant, array[line.hold_id], 'released', 'order.refund');
    if line.pick_card is not null then
      perform vault.release_number(p_tenant, p_no, line.pick_card);
    end if;
  -- Earned is what was delivered as a whole.
  elsif line.delivered_at is not null and refund.amount_fen > promised then
    perform ledger.post(
      p_tenant, array[ledger.account(p_tenant, 'cash.revenue', '', 'CNY')], array[clearing], array[refund.amount_fen - promised],
      array['cash.unearn'], array[cause]
    );
  end if;

  if refund.points > 0 then
    perform ledger.post(
      p_tenant, array[ledger.account(p_tenant, 'points.spent', '', 'point')],
      array[ledger.account(p_tenant, 'points.member', the_member, 'point')], array[refund.points], array['points.refund'], array[cause]
    );
  end if;

  update orders.lines l
  set refunding_fen = l.refunding_fen + refund.amount_fen - promised,
      refunded_points = l.refunded_points + refund.points,
      refunded_quantity = case when refund.takes = 'line' then l.quantity else l.refunded_quantity + taken end,
      -- It waits for the other parts of its bundle no more, whatever becomes of the money.
      held_back = l.held_back and refund.takes <> 'line'
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = refund.line_no;
  if of_purse > 0 and of_purse < refund.amount_fen then
    insert into payments.refunds (
      tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, target, state, reason, requested_by, requested_by_id
    )
    values (
      p_tenant, p_no, refund.line_no, purse_receipt.id, 'balance', purse_receipt.trade_no, of_purse, 'balance', 'awaiting',
      refund.reason, refund.requested_by, refund.requested_by_id
    )
    returning id into of_purse_id;
  elsif of_purse > 0 then
    update payments.refunds r
    set target = 'balance', receipt_id = purse_receipt.id, gateway = 'balance', trade_no = purse_receipt.trade_no
    where r.tenant_id = p_tenant
      and r.order_no = p_no
      and r.id = p_refund;
    of_purse := 0;
  end if;
  update payments.refunds r
  set amount_fen = r.amount_fen - of_purse - of_bank - of_let_go - of_twice
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.id = p_refund;
  for dispute in
    select c.id, c.disputed_fen - c.surplus_fen as fen
    from payments.chargebacks c
    where of_bank > 0
      and c.tenant_id = p_tenant
      and c.order_no = p_no
      and c.receipt_id = refund.receipt_id
      and c.state <> 'won'
      and c.disputed_fen > c.surplus_fen
    order by c.id
  loop
    exit when of_bank = 0;
    perform fulfilment.refund_by_bank(p_tenant, dispute.id, refund.line_no, 'nothing', least(dispute.fen, of_bank), null);
    of_bank := of_bank - least(dispute.fen, of_bank);
  end loop;
  if of_let_go > 0 then
    perform fulfilment.refund_let_go(p_tenant, p_no, refund.line_no, of_let_go, p_actor);
  end if;
  if of_twice > 0 then
    perform fulfilment.keep_twice(p_tenant, p_no, refund.line_no, of_twice);
  end if;
  perform fulfilment.send_refund(p_tenant, p_no, x.id, the_member, p_actor)
  from unnest(array[p_refund, of_purse_id]) as x(id)
  where x.id is not null;
  if refund.takes <> 'nothing' and line.amount_fen + line.unit_points > 0 then
    perform fulfilment.end_gifts(p_tenant, p_no, refund, p_actor);
  end if;
end;
$$;
revoke execute on function fulfilment.begin_line_refund(bigint, bigint, bigint, bigint[], text) from public;

-- Locks what a refund of the order touches, in the one order: the order, its accounts, its refunds.
create or replace function fulfilment.lock_for_refund(p_tenant bigint, p_no bigint)
returns orders.orders
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_order orders.orders;
begin
  select * into the_order
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no
  for no key update;
  if not found then
    return null;
  end if;
  perform fulfilment.lock_accounts(p_tenant, array[p_no], array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY'),
    case when the_order.member_id is not null then ledger.account(p_tenant, 'cash.member', the_order.member_id::text, 'CNY') end,
    ledger.account(p_tenant, 'cash.chargeback', '', 'CNY'), ledger.account(p_tenant, 'cash.loss', '', 'CNY')
  ] || case when the_order.points > 0 or the_order.credit_points > 0
    then fulfilment.accounts_of_members(p_tenant, array[the_order.member_id]) end);
  -- In whatever order: two that lock several of them have met at the order before.
  perform 1
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.order_no = p_no
  for no key update;
  return the_order;
end;
$$;
revoke execute on function fulfilment.lock_for_refund(bigint, bigint) from public;

-- What of a receipt may still go back. What the shop let go of when it took less for an order never came in, so it cannot go
-- back to the source (`refund_let_go`); the balance may get the whole price. What a payer's bank has had back cannot go back again.
create or replace function fulfilment.left_of_receipt(p_tenant bigint, p_receipt bigint, p_target text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select r.amount_fen - r.fee_fen + case p_target when 'balance' then r.adjusted_fen else least(r.adjusted_fen, 0) end - r.disputed_fen - coalesce((
    select sum(f.amount_fen)
    from payments.refunds f
    where f.tenant_id = p_tenant
      and f.order_no = r.order_no
      and f.receipt_id = r.id
      and f.state in ('requested', 'processing', 'done')
      and f.sent_as is null
      and (f.target <> 'let_go' or p_target = 'balance')
  ), 0)
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.id = p_receipt
$$;
revoke execute on function fulfilment.left_of_receipt(bigint, bigint, text) from public;

-- What of all that was received for an order may still go back.
create or replace function fulfilment.left_of_receipts(p_tenant bigint, p_no bigint, p_target text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(sum(greatest(fulfilment.left_of_receipt(p_tenant, r.id, p_target), 0)), 0)::bigint
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.state = 'applied'
$$;
revoke execute on function fulfilment.left_of_receipts(bigint, bigint, text) from public;

-- What of an order's price the shop let go of, and has not taken back. The purse may have had it.
create or replace function fulfilment.left_let_go(p_tenant bigint, p_no bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(sum(greatest(least(r.adjusted_fen - f.let_go, r.amount_fen - r.fee_fen + r.adjusted_fen - f.back), 0)), 0)::bigint
  from payments.receipts r
  cross join lateral (
    select coalesce(sum(f.amount_fen), 0) as back, coalesce(sum(f.amount_fen) filter (where f.target = 'let_go'), 0) as let_go
    from payments.refunds f
    where f.tenant_id = p_tenant
      and f.order_no = p_no
      and f.receipt_id = r.id
      and f.state in ('requested', 'processing', 'done')
      and f.sent_as is null
      and f.chargeback_id is null
  ) f
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.state = 'applied'
    and r.adjusted_fen > 0
$$;
revoke execute on function fulfilment.left_let_go(bigint, bigint) from public;

-- What the shop let go of when it took less for an order goes back to the shop when its line does: nobody else gave it.
create or replace function fulfilment.refund_let_go(p_tenant bigint, p_no bigint, p_line integer, p_amount bigint, p_actor text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund_id bigint;
begin
  insert into payments.refunds (
    tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, target, state, reason, requested_by, takes
  )
  select p_tenant, p_no, p_line, r.id, r.gateway, r.trade_no, p_amount, 'let_go', 'awaiting', 'let_go', 'system', 'nothing'
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.state = 'applied'
    and r.adjusted_fen > 0
  order by r.id
  limit 1
  returning id into refund_id;
  perform fulfilment.begin_line_refund(p_tenant, p_no, refund_id, '{}', p_actor);
end;
$$;
revoke execute on function fulfilment.refund_let_go(bigint, bigint, integer, bigint, text) from public;

-- What no supplier was asked for yet is not bought any more. False when one is bringing it: that is left alone. The caller has
-- locked order and accounts.
create or replace function fulfilment.end_wanted(p_tenant bigint, p_no bigint, p_line integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  need_state text;
begin
  -- Whoever opens a purchase has the need locked until it is open.
  select n.state into need_state
  from fulfilment.needs n
  where n.tenant_id = p_tenant
    and n.order_no = p_no
    and n.line_no = p_line
  for no key update;
  if need_state = 'wanted' then
    update fulfilment.needs n
    set state = 'cancelled',
        due_at = null,
        changed_at = now()
    where n.tenant_id = p_tenant
      and n.order_no = p_no
      and n.line_no = p_line;
  end if;
  return need_state is distinct from 'buying';
end;
$$;
revoke execute on function fulfilment.end_wanted(bigint, bigint, integer) from public;

-- When every line that cost something is taken back, so is what was given with them for nothing. `p_refund` is the one that took
-- the last of them. What a supplier is bringing is left alone.
create or replace function fulfilment.end_gifts(p_tenant bigint, p_no bigint, p_refund payments.refunds, p_actor text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  gift record;
  refund_id bigint;
begin
  if exists (
    select from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and (l.amount_fen > 0 or l.unit_points > 0)
      and l.refunded_quantity < l.quantity
  ) then
    return;
  end if;
  for gift in
    select l.line_no
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.amount_fen = 0
      and l.unit_points = 0
      and l.refunded_quantity < l.quantity
    order by l.line_no
  loop
    continue when not fulfilment.end_wanted(p_tenant, p_no, gift.line_no);
    insert into payments.refunds (
      tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, target, state, reason, requested_by, requested_by_id,
      takes, chargeback_id
    )
    values (
      p_tenant, p_no, gift.line_no, p_refund.receipt_id, p_refund.gateway, p_refund.trade_no, 0, p_refund.target, 'awaiting', p_refund.reason,
      p_refund.requested_by, p_refund.requested_by_id, 'line', p_refund.chargeback_id
    )
    returning id into refund_id;
    perform fulfilment.begin_line_refund(p_tenant, p_no, refund_id, '{}', p_actor);
  end loop;
end;
$$;
revoke execute on function fulfilment.end_gifts(bigint, bigint, payments.refunds, text) from public;

-- What banks have had of the one payment of an order, as a loss. Of an order that several ways paid staff decide about the rest.
create or replace function fulfilment.left_with_banks(p_tenant bigint, p_no bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(sum(greatest(least(r.disputed_fen, fulfilment.left_of_receipt(p_tenant, r.id, 'source') + r.disputed_fen), 0)), 0)::bigint
  from orders.orders o
  join payments.receipts r on r.tenant_id = p_tenant and r.order_no = p_no and r.state = 'applied'
  where o.tenant_id = p_tenant
    and o.no = p_no
$$;
revoke execute on function fulfilment.left_with_banks(bigint, bigint) from public;

-- A failed refund of which a part has gone another way: what is left of it waits as one of its own, for a gateway knows a number
-- with one amount only. The caller says what takes the place of the old one. Answers the new one, null when nothing is left.
create or replace function fulfilment.split_failed(p_tenant bigint, p_refund bigint, p_part bigint, p_credit bigint)
returns bigint
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  insert into payments.refunds (
    tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, currency, target, state, reason, requested_by,
    requested_by_id, takes, grants, credit_fen, last_error
  )
  select r.tenant_id, r.order_no, r.line_no, r.receipt_id, r.gateway, r.trade_no, r.amount_fen - p_part, r.currency, r.target, 'failed',
    r.reason, r.requested_by, r.requested_by_id, r.takes, r.grants, r.credit_fen - p_credit, r.last_error
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.id = p_refund
    and r.amount_fen > p_part
  returning id
$$;
revoke execute on function fulfilment.split_failed(bigint, bigint, bigint, bigint) from public;

-- What a payer's bank has had is a refund that has already happened: so much of the dispute is no loss any more. It is taken from
-- a line (with its rights, or from the purse of a recharge), or it stands in the place of a failed refund, whose rights and
-- money have been taken before.
create or replace function fulfilment.refund_by_bank(
  p_tenant bigint, p_dispute bigint, p_line integer, p_takes text, p_amount bigint, p_failed bigint
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  dispute payments.chargebacks;
  failed payments.refunds;
  refund payments.refunds;
begin
  select * into dispute
  from payments.chargebacks c
  where c.tenant_id = p_tenant
    and c.id = p_dispute;
  select * into failed
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.id = p_failed;
  insert into payments.refunds (
    tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, target, state, reason, requested_by, takes, chargeback_id,
    credit_fen
  )
  values (
    p_tenant, dispute.order_no, p_line, dispute.receipt_id, dispute.gateway, dispute.trade_no, p_amount, 'source', 'awaiting',
    'chargeback', dispute.gateway, p_takes, p_dispute, coalesce(div(failed.credit_fen::numeric * p_amount, failed.amount_fen), 0)
  )
  returning * into refund;
  if p_failed is null then
    perform fulfilment.begin_line_refund(p_tenant, dispute.order_no, refund.id, '{}', dispute.gateway);
  else
    perform fulfilment.split_failed(p_tenant, p_failed, p_amount, refund.credit_fen);
    update payments.refunds r
    set replaced_by = refund.id
    where r.tenant_id = p_tenant
      and r.id = p_failed;
    perform fulfilment.send_refund(p_tenant, dispute.order_no, refund.id, null, dispute.gateway);
  end if;
  update payments.chargebacks c
  set disputed_fen = c.disputed_fen - p_amount,
      -- What was not in the purse any more stays a loss.
      loss_fen = c.loss_fen - case when o.purpose = 'recharge' then least(r.credit_fen, p_amount) else p_amount end,
      credit_fen = c.credit_fen + r.credit_fen
  from payments.refunds r
  join orders.orders o on o.tenant_id = p_tenant and o.no = r.order_no
  where r.tenant_id = p_tenant
    and r.id = refund.id
    and c.tenant_id = p_tenant
    and c.id = p_dispute;
  update payments.receipts r
  set disputed_fen = r.disputed_fen - p_amount
  where r.tenant_id = p_tenant
    and r.id = dispute.receipt_id;
end;
$$;
revoke execute on function fulfilment.refund_by_bank(bigint, bigint, integer, text, bigint, bigint) from public;

-- What banks have had of a payment that was taken for an order, and was booked as a loss, is taken from where that money is: from
-- what failed refunds promise, for the payer has it now, and then, of a recharge, from the purse. So neither a promise nor a
-- purse that could give stands beside such a loss. What `settle_surplus` is for money that bought nothing.
create or replace function fulfilment.settle_disputed(p_tenant bigint, p_receipt bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  dispute record;
  failed record;
  loss bigint;
  part bigint;
begin
  for dispute in
    select c.id, c.order_no, c.disputed_fen - c.surplus_fen as fen, o.purpose
    from payments.chargebacks c
    join payments.receipts r on r.tenant_id = p_tenant and r.id = p_receipt and r.state = 'applied'
    join orders.orders o on o.tenant_id = p_tenant and o.no = c.order_no
    where c.tenant_id = p_tenant
      and c.order_no = r.order_no
      and c.receipt_id = p_receipt
      and c.state <> 'won'
      and c.disputed_fen > c.surplus_fen
    order by c.id
  loop
    loss := dispute.fen;
    for failed in
      select r.id, r.line_no, r.amount_fen
      from payments.refunds r
      where r.tenant_id = p_tenant
        and r.order_no = dispute.order_no
        and r.receipt_id = p_receipt
        and r.line_no is not null
        and r.state = 'failed'
        and r.replaced_by is null
      order by r.id
    loop
      part := least(failed.amount_fen, loss);
      exit when part = 0;
      perform fulfilment.refund_by_bank(p_tenant, dispute.id, failed.line_no, 'nothing', part, failed.id);
      loss := loss - part;
    end loop;
    if dispute.purpose = 'recharge' then
      select least(l.amount_fen - l.refunded_fen - l.refunding_fen, loss) into part
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = dispute.order_no;
      if part > 0 then
        perform fulfilment.refund_by_bank(p_tenant, dispute.id, 1, 'nothing', part, null);
      end if;
    end if;
  end loop;
end;
$$;
revoke execute on function fulfilment.settle_disputed(bigint, bigint) from public;

-- Refunds that went through after another had taken their place, with what of each nothing has kept yet: the rest of them is a loss.
create or replace function fulfilment.sent_twice(p_tenant bigint, p_no bigint)
returns table (id bigint, receipt_id bigint, line_no integer, fen bigint)
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select f.id, f.receipt_id, f.line_no::integer, (f.amount_fen - k.fen)::bigint
  from payments.refunds f
  cross join lateral (
    select coalesce(sum(k.amount_fen), 0) as fen
    from payments.refunds k
    where k.tenant_id = p_tenant
      and k.order_no = p_no
      and k.sent_as = f.id
  ) k
  where f.tenant_id = p_tenant
    and f.order_no = p_no
    and f.state = 'done'
    and f.replaced_by is not null
    and f.amount_fen > k.fen
$$;
revoke execute on function fulfilment.sent_twice(bigint, bigint) from public;

-- What such refunds gave away of an order's payment.
create or replace function fulfilment.left_of_twice(p_tenant bigint, p_no bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select coalesce(sum(f.fen), 0)::bigint
  from fulfilment.sent_twice(p_tenant, p_no) f
  join payments.receipts r on r.tenant_id = p_tenant and r.id = f.receipt_id and r.state = 'applied'
$$;
revoke execute on function fulfilment.left_of_twice(bigint, bigint) from public;

-- A part of what went twice pays for something after all: it is a refund of its own, and a loss no more. `p_from` is where that money
-- lies. Answers the refund.
create or replace function fulfilment.keep_late(
  p_tenant bigint, p_late bigint, p_line integer, p_amount bigint, p_credit bigint, p_from text
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  kept payments.refunds;
begin
  insert into payments.refunds (
    tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, target, state, reason, requested_by, sent_as, done_at, credit_fen
  )
  select p_tenant, f.order_no, p_line, f.receipt_id, f.gateway, f.trade_no, p_amount, 'source', 'done', 'sent_late', 'system', f.id, now(), p_credit
  from payments.refunds f
  where f.tenant_id = p_tenant
    and f.id = p_late
  returning * into kept;
  perform ledger.post(
    p_tenant, array[ledger.account(p_tenant, p_from, '', 'CNY')], array[ledger.account(p_tenant, 'cash.loss', '', 'CNY')],
    array[p_amount], array['cash.refund_twice'], array['order:' || kept.order_no]
  );
  return kept.id;
end;
$$;
revoke execute on function fulfilment.keep_late(bigint, bigint, integer, bigint, bigint, text) from public;

-- What was never delivered, and the payment has no money for, because a refund of it went through twice: that one was its buyer's
-- money as well, up to this amount of the line. The caller has locked order and accounts.
create or replace function fulfilment.keep_twice(p_tenant bigint, p_no bigint, p_line integer, p_amount bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  late record;
  part bigint;
  left_fen bigint := p_amount;
begin
  for late in
    select f.id, f.fen
    from fulfilment.sent_twice(p_tenant, p_no) f
    join payments.receipts r on r.tenant_id = p_tenant and r.id = f.receipt_id and r.state = 'applied'
    order by f.id
  loop
    part := least(late.fen, left_fen);
    exit when part <= 0;
    perform fulfilment.keep_late(p_tenant, late.id, p_line, part, 0, 'cash.clearing');
    update orders.lines l
    set refunding_fen = l.refunding_fen + part
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.line_no = p_line;
    perform fulfilment.close_refunded(p_tenant, p_no, p_line, part);
    left_fen := left_fen - part;
  end loop;
end;
$$;
revoke execute on function fulfilment.keep_twice(bigint, bigint, integer, bigint) from public;

-- When banks have had all that a payment still had to give, rights end: unused codes become void, used ones are the recorded
-- loss, and what the lines account for is a loss no more, whichever of the disputes took it; what the shop had let go of is its
-- own again. What no supplier was asked for yet is not bought; goods that one is bringing are left alone.
create or replace function fulfilment.end_rights(p_tenant bigint, p_dispute bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  line record;
  dispute record;
  left_fen bigint;
  part bigint;
  kept smallint[] := '{}';
begin
  for line in
    select l.line_no, l.amount_fen - l.refunded_fen - l.refunding_fen as fen, l.delivered_at, c.order_no, c.receipt_id
    from payments.chargebacks c
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = c.order_no
    where c.tenant_id = p_tenant
      and c.id = p_dispute
      and (l.state in ('dormant', 'supplying', 'delivered', 'exception', 'refunding', 'refunded') or l.state = 'waiting' and l.held_back)
      and l.amount_fen > 0
      and l.refunded_quantity < l.quantity
    order by l.line_no
  loop
    -- What a supplier has under way cannot be called back, and is handed over when it comes: the loss is booked already.
    if not fulfilment.end_wanted(p_tenant, line.order_no, line.line_no) then
      kept := kept || line.line_no;
      continue;
    end if;
    left_fen := line.fen;
    for dispute in
      select c.id, c.disputed_fen - c.surplus_fen as fen
      from payments.chargebacks c
      where c.tenant_id = p_tenant
        and c.order_no = line.order_no
        and c.receipt_id = line.receipt_id
        and c.state <> 'won'
      order by c.id <> p_dispute, c.id
    loop
      -- What a bank took beyond what came has paid for nothing.
      part := greatest(least(left_fen, dispute.fen, fulfilment.left_with_banks(p_tenant, line.order_no)), 0);
      if dispute.id = p_dispute or part > 0 then
        perform fulfilment.refund_by_bank(
          p_tenant, dispute.id, line.line_no, case when dispute.id = p_dispute then 'line' else 'nothing' end, part, null
        );
        left_fen := left_fen - part;
      end if;
    end loop;
    part := least(left_fen, fulfilment.left_let_go(p_tenant, line.order_no));
    if part > 0 then
      perform fulfilment.refund_let_go(p_tenant, line.order_no, line.line_no, part, '');
    end if;
    if line.delivered_at is null then
      perform fulfilment.keep_twice(p_tenant, line.order_no, line.line_no, left_fen - part);
    end if;
  end loop;
  update payments.chargebacks c
  set kept_lines = kept
  where c.tenant_id = p_tenant
    and c.id = p_dispute;
end;
$$;
revoke execute on function fulfilment.end_rights(bigint, bigint) from public;

-- A dispute that was won undoes what it took: a recharge is in the purse again, as far as it was there, a failed refund in whose
-- place the bank's stood is promised again, and so is the price of what was never delivered. Rights that ended stay ended.
create or replace function fulfilment.undo_bank(p_tenant bigint, p_dispute bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  undone record;
  loss_account bigint := ledger.account(p_tenant, 'cash.chargeback', '', 'CNY');
begin
  for undone in
    select r.*, o.purpose = 'recharge' as is_recharge, o.member_id
    from payments.chargebacks c
    join payments.refunds r on r.tenant_id = p_tenant and r.order_no = c.order_no and r.chargeback_id = c.id and r.state = 'done'
    join orders.orders o on o.tenant_id = p_tenant and o.no = c.order_no
    where c.tenant_id = p_tenant
      and c.id = p_dispute
      and r.amount_fen > 0
      and (o.purpose = 'recharge' or exists (
        select from orders.lines l
        where l.tenant_id = p_tenant and l.order_no = r.order_no and l.line_no = r.line_no and l.delivered_at is null
      ) or r.takes = 'nothing' and exists (
        select from payments.refunds f where f.tenant_id = p_tenant and f.order_no = r.order_no and f.replaced_by = r.id
      ))
    order by r.id
  loop
    update payments.refunds r
    set state = 'failed',
        done_at = null,
        -- Promised again it is a refund like others; in the purse there is nothing to send.
        chargeback_id = case when undone.is_recharge then r.chargeback_id end,
        replaced_by = case when undone.is_recharge then r.id end
    where r.tenant_id = p_tenant
      and r.id = undone.id;
    perform ledger.post(
      p_tenant, array_agg(m.from_id), array_agg(m.to_id), array_agg(m.amount), array_agg(m.kind), array_agg('order:' || undone.order_no)
    )
    from (
      select case
        when undone.is_recharge then ledger.account(p_tenant, 'cash.member', undone.member_id::text, 'CNY')
        else ledger.account(p_tenant, 'cash.clearing', '', 'CNY')
      end as id
    ) back
    cross join lateral (
      values
        (loss_account, back.id, case when undone.is_recharge then least(undone.credit_fen, undone.amount_fen) else undone.amount_fen end, 'cash.chargeback_won'),
        (ledger.account(p_tenant, 'cash.bonus', '', 'CNY'), back.id, undone.credit_fen - undone.amount_fen, 'cash.put_back_bonus')
    ) as m(from_id, to_id, amount, kind)
    where m.amount > 0;
    update orders.lines l
    set refunded_fen = l.refunded_fen - undone.amount_fen,
        refunding_fen = l.refunding_fen + case when undone.is_recharge then 0 else undone.amount_fen end,
        refunded_quantity = case
          when undone.is_recharge and not exists (
            select from payments.refunds r
            where r.tenant_id = p_tenant
              and r.order_no = l.order_no
              and r.line_no = l.line_no
              and r.takes = 'line'
              and r.state in ('requested', 'processing', 'done', 'failed')
              and r.replaced_by is null
          ) then 0
          else l.refunded_quantity
        end
    where l.tenant_id = p_tenant
      and l.order_no = undone.order_no
      and l.line_no = undone.line_no;
    perform fulfilment.turn_line(p_tenant, undone.order_no, undone.line_no, null);
    update orders.orders o
    set refunded_fen = o.refunded_fen - undone.amount_fen,
        state = case when o.state <> 'refunded' then o.state when o.delivered_at is null then 'paid' else 'delivered' end,
        closed_at = case when o.state = 'refunded' then null else o.closed_at end
    where o.tenant_id = p_tenant
      and o.no = undone.order_no;
  end loop;
end;
$$;
revoke execute on function fulfilment.undo_bank(bigint, bigint) from public;

-- A refund that went through after another had taken its place is a loss, but for what is still promised of the same payment and is
-- not on its way: that was kept by it, and need not be sent any more. Of money that bought nothing it is what is free. What it
-- kept is a refund of its own (`sent_as`), so that one may keep several promises, or a part of one.
create or replace function fulfilment.cover_twice(p_tenant bigint, p_no bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  late record;
  promise payments.refunds;
  part bigint;
  credit bigint;
  kept bigint;
begin
  loop
    select f.id, f.receipt_id, f.fen, p.id as promise_id, r.state = 'applied' as is_applied, s.free
    into late
    from fulfilment.sent_twice(p_tenant, p_no) f
    join payments.receipts r on r.tenant_id = p_tenant and r.id = f.receipt_id
    left join lateral (
      select p.id
      from payments.refunds p
      where r.state = 'applied'
        and p.tenant_id = p_tenant
        and p.order_no = p_no
        and p.receipt_id = f.receipt_id
        and p.line_no is not null
        and p.state = 'failed'
        and p.replaced_by is null
      order by p.line_no is distinct from f.line_no, p.id
      limit 1
    ) p on true
    cross join lateral (
      select case when r.state in ('surplus', 'unmatched', 'refunded') then fulfilment.left_of_surplus(p_tenant, r.id, true) else 0 end as free
    ) s
    where p.id is not null
       or s.free > 0
    order by f.id
    limit 1;
    exit when not found;
    select * into promise
    from payments.refunds p
    where p.tenant_id = p_tenant
      and p.id = late.promise_id;
    part := least(late.fen, coalesce(promise.amount_fen, late.free));
    credit := coalesce(div(promise.credit_fen::numeric * part, promise.amount_fen), 0);
    kept := fulfilment.keep_late(
      p_tenant, late.id, promise.line_no, part, credit, case when late.is_applied then 'cash.clearing' else 'cash.surplus' end
    );
    if late.is_applied then
      perform fulfilment.split_failed(p_tenant, promise.id, part, credit);
      update payments.refunds r
      set replaced_by = kept
      where r.tenant_id = p_tenant
        and r.id = promise.id;
      perform fulfilment.close_refunded(p_tenant, p_no, promise.line_no, part);
    else
      perform fulfilment.settle_surplus(p_tenant, late.receipt_id);
    end if;
  end loop;
end;
$$;
revoke execute on function fulfilment.cover_twice(bigint, bigint) from public;

-- p_ask: {"lineNo": one, or null for all that can be, "takes", "grants", "amountFen", "to", "reason", "actor", "staffId",
-- "approvalAboveFen", "approvalAbovePoints", "used", "endsGifts": what was given away may be ended for nothing}. `takes` is "line" (every right and all the money left), "pieces" (the rights in `grants`, and
-- their share of the money unless an amount is given), "nothing" (an amount of goodwill), or "again" (what failed refunds
-- promised, sent another way). Each line has a refund of its own, so that each can end in its own way.
--
-- What one order gives back in all is what counts against the two bounds (0: nobody is asked), so that many small
-- refunds do not slip through; what failed refunds promised has been approved before. A refund that waits for approval takes
-- nothing and promises nothing. Answers {ok, amountFen, refundId of the last line, awaiting} or {code, params}.
create or replace function fulfilment.refund(p_tenant bigint, p_no bigint, p_ask jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_order orders.orders;
  receipt payments.receipts;
  at_once boolean;
  takes text := p_ask ->> 'takes';
  above bigint := coalesce((p_ask ->> 'approvalAboveFen')::bigint, 0);
  above_points bigint := coalesce((p_ask ->> 'approvalAbovePoints')::bigint, 0);
  lines integer[] := '{}';
  plans jsonb[] := '{}';
  plan jsonb;
  line_no integer;
  total bigint := 0;
  total_points bigint := 0;
  undelivered bigint := 0;
  room bigint;
  given bigint;
  given_points bigint;
  waits boolean := false;
  refund_id bigint;
  is_gift boolean;
begin
  the_order := fulfilment.lock_for_refund(p_tenant, p_no);
  if the_order.no is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  is_gift := coalesce((p_ask ->> 'endsGifts')::boolean, false) and the_order.channel = 'bulk' and the_order.total_fen = 0;
  select * into receipt
  from payments.receipts r
  where r.tenant_id = p_tenant
    and r.order_no = p_no
    and r.state = 'applied'
  order by r.gateway = 'balance', r.id
  limit 1;
  at_once := p_ask ->> 'to' = 'balance' or coalesce(receipt.gateway, 'balance') = 'balance';
  if at_once and the_order.member_id is null and not is_gift then
    return jsonb_build_object('code', 'orders.balance_needs_member', 'params', '{}'::jsonb);
  end if;
  if the_order.purpose = 'recharge' and p_ask ->> 'to' = 'balance' then
    if takes = 'again' then
      return fulfilment.put_back_credit(p_tenant, p_no, p_ask ->> 'actor');
    end if;
    return jsonb_build_object('code', 'orders.recharge_to_source', 'params', '{}'::jsonb);
  end if;

  for line_no in
    select l.line_no
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and (p_ask ->> 'lineNo' is null or l.line_no = (p_ask ->> 'lineNo')::integer)
      and the_order.state in ('paid', 'delivered', 'refunded')
    order by l.line_no
  loop
    if is_gift then
      plan := fulfilment.plan_gift(
        p_tenant, p_no, line_no, takes, array(select (g.id)::bigint from jsonb_array_elements_text(p_ask -> 'grants') as g(id) order by 1),
        p_ask ->> 'used'
      );
    else
      plan := fulfilment.plan_refund(
        p_tenant, p_no, line_no, takes, array(select (g.id)::bigint from jsonb_array_elements_text(p_ask -> 'grants') as g(id) order by 1),
        (p_ask ->> 'amountFen')::bigint, p_ask ->> 'used'
      );
    end if;
    if plan ? 'code' then
      return plan;
    elsif plan is not null then
      lines := lines || line_no;
      plans := plans || plan;
      total := total + (plan ->> 'amountFen')::bigint;
      total_points := total_points + (plan ->> 'points')::bigint;
      undelivered := undelivered + case when (plan ->> 'isUndelivered')::boolean then (plan ->> 'amountFen')::bigint else 0 end;
    end if;
  end loop;
  room := fulfilment.left_of_receipts(p_tenant, p_no, case when at_once then 'balance' else 'source' end);
  if cardinality(lines) = 0 or (total + total_points = 0 and room > 0) then
    return jsonb_build_object('code', 'orders.nothing_to_refund', 'params', '{}'::jsonb);
  end if;
  if total > room + least(undelivered, fulfilment.left_with_banks(p_tenant, p_no) + fulfilment.left_of_twice(p_tenant, p_no))
    + (case when takes = 'line' and not at_once and the_order.purpose = 'goods' then fulfilment.left_let_go(p_tenant, p_no) else 0 end)
  then
    return jsonb_build_object('code', 'orders.refund_over_receipt', 'params', jsonb_build_object(
      'leftYuan', trim(to_char(room / 100.0, '999999999990.00'))
    ));
  end if;
  if above + above_points > 0 and takes <> 'again' then
    select coalesce(sum(r.amount_fen), 0), coalesce(sum(r.points), 0) into given, given_points
    from payments.refunds r
    where r.tenant_id = p_tenant
      and r.order_no = p_no
      and r.line_no is not null
      -- One that failed may be tried again by one person alone.
      and (r.state in ('requested', 'processing', 'done') or (r.state = 'failed' and r.replaced_by is null));
    waits := (above > 0 and given + total > above) or (above_points > 0 and given_points + total_points > above_points);
  end if;

  for n in 1 .. cardinality(lines) loop
    plan := plans[n];
    insert into payments.refunds (
      tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, points, target, state, reason, requested_by,
      requested_by_id, takes, grants
    )
    values (
      p_tenant, p_no, lines[n], receipt.id, coalesce(receipt.gateway, 'balance'), receipt.trade_no, (plan ->> 'amountFen')::bigint,
      (plan ->> 'points')::bigint, case when at_once then 'balance' else 'source' end, 'awaiting', p_ask ->> 'reason', p_ask ->> 'actor', (p_ask ->> 'staffId')::bigint,
      plan ->> 'takes', array(select (g.id)::bigint from jsonb_array_elements_text(plan -> 'grants') as g(id))
    )
    returning id into refund_id;
    if not waits then
      perform fulfilment.begin_line_refund(
        p_tenant, p_no, refund_id, array(select (i.id)::bigint from jsonb_array_elements_text(plan -> 'instead') as i(id)), p_ask ->> 'actor'
      );
    end if;
  end loop;
  if not waits then
    perform fulfilment.end_pointless(p_tenant, p_no);
  else
    perform events.append(p_tenant, jsonb_build_object('actor', p_ask ->> 'actor'), jsonb_build_array(jsonb_build_object(
      'type', 'refund.awaiting', 'subject', 'order:' || p_no, 'payload', jsonb_build_object(
        'no', p_no, 'refundId', refund_id, 'amountFen', total, 'points', total_points, 'reason', p_ask ->> 'reason',
        'by', p_ask ->> 'actor'
      )
    )));
  end if;
  return jsonb_build_object('ok', true, 'amountFen', total, 'points', total_points, 'refundId', refund_id, 'awaiting', waits);
end;
$$;

-- A whole line or (null) order, without asking anybody: for what happens from outside, and for the version before.
create or replace function fulfilment.refund(
  p_tenant bigint, p_no bigint, p_line integer, p_target text, p_reason text, p_actor text
)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  select fulfilment.refund(p_tenant, p_no, jsonb_build_object(
    'lineNo', p_line, 'takes', 'line', 'grants', '[]'::jsonb, 'to', p_target, 'reason', p_reason, 'actor', p_actor
  ))
$$;

-- The second pair of eyes says yes. What was asked for must still be what would happen now, to the fen and to the piece:
-- else it is declined and asked for anew. Never by who asked.
create or replace function fulfilment.approve_refund(p_tenant bigint, p_refund bigint, p_staff bigint, p_actor text, p_used text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_order orders.orders;
  refund payments.refunds;
  plan jsonb;
begin
  the_order := fulfilment.lock_for_refund(p_tenant, (
    select r.order_no from payments.refunds r where r.tenant_id = p_tenant and r.id = p_refund
  ));
  select * into refund
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.id = p_refund;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if refund.state <> 'awaiting' then
    return jsonb_build_object('code', 'orders.refund_not_awaiting', 'params', '{}'::jsonb);
  end if;
  if refund.requested_by_id is not distinct from p_staff then
    return jsonb_build_object('code', 'orders.refund_own_request', 'params', '{}'::jsonb);
  end if;
  plan := fulfilment.plan_refund(
    p_tenant, refund.order_no, refund.line_no, refund.takes, refund.grants, refund.amount_fen, p_used
  );
  if plan ->> 'code' in ('orders.refund_used_codes', 'orders.recharge_spent', 'orders.bundle_points_spent') then
    return plan;
  end if;
  if plan is null or plan ? 'code' or (plan ->> 'amountFen')::bigint <> refund.amount_fen
    or (plan ->> 'points')::bigint <> refund.points
    or refund.amount_fen > fulfilment.left_of_receipts(p_tenant, refund.order_no, refund.target)
      + (case when (plan ->> 'isUndelivered')::boolean then fulfilment.left_with_banks(p_tenant, refund.order_no)
        + fulfilment.left_of_twice(p_tenant, refund.order_no) else 0 end)
      + (case
        when refund.takes = 'line' and refund.target = 'source' and the_order.purpose = 'goods' then fulfilment.left_let_go(p_tenant, refund.order_no)
        else 0
      end)
  then
    return jsonb_build_object('code', 'orders.refund_changed', 'params', '{}'::jsonb);
  end if;
  update payments.refunds r
  set decided_by = p_actor,
      decided_at = now()
  where r.tenant_id = p_tenant
    and r.id = p_refund;
  perform fulfilment.begin_line_refund(
    p_tenant, refund.order_no, p_refund, array(select (i.id)::bigint from jsonb_array_elements_text(plan -> 'instead') as i(id)), p_actor
  );
  perform fulfilment.end_pointless(p_tenant, refund.order_no);
  return jsonb_build_object('ok', true, 'orderNo', refund.order_no, 'amountFen', refund.amount_fen);
end;
$$;

create or replace function fulfilment.decline_refund(p_tenant bigint, p_refund bigint, p_actor text, p_note text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund payments.refunds;
begin
  -- As whoever agrees to it, and whoever delivers, has it.
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = (select r.order_no from payments.refunds r where r.tenant_id = p_tenant and r.id = p_refund)
  for no key update;
  update payments.refunds r
  set state = 'declined',
      decided_by = p_actor,
      decided_at = now(),
      decided_note = p_note
  where r.tenant_id = p_tenant
    and r.id = p_refund
    and r.state = 'awaiting'
  returning * into refund;
  if found then
    -- What was not handed out while this waited goes on by itself; what was stuck before is for a person as it was.
    -- A share that its bundle's policy gives back is not asked for again: that was decided.
    update orders.bundles b
    set due_at = now()
    where b.tenant_id = p_tenant
      and b.order_no = refund.order_no
      and b.policy = 'hold';
    perform events.append(p_tenant, jsonb_build_object('actor', p_actor), jsonb_build_array(jsonb_build_object(
      'type', 'link.wanted', 'subject', 'order:' || l.order_no, 'payload', jsonb_build_object('no', l.order_no, 'lineNo', l.line_no)
    )))
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = refund.order_no
      and l.line_no = refund.line_no
      and catalog.deliver_of(l.kind) = 'make'
      and (l.state = 'supplying' or l.state = 'exception' and l.exception_reason = 'link_failed');
    perform fulfilment.clear_declined(p_tenant, refund.order_no, p_refund, p_actor);
    return jsonb_build_object('ok', true, 'orderNo', refund.order_no, 'amountFen', refund.amount_fen);
  end if;
  return jsonb_build_object('code', case
    when exists (select from payments.refunds r where r.tenant_id = p_tenant and r.id = p_refund) then 'orders.refund_not_awaiting'
    else 'common.not_found'
  end, 'params', '{}'::jsonb);
end;
$$;

-- A refund that was paid by hand went through at the gateway after all: what was paid by hand takes its place as a refund of its
-- own. Answers the gateway's, failed and replaced, as it would be had another been sent.
create or replace function fulfilment.part_from_hand(p_tenant bigint, p_refund bigint)
returns payments.refunds
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund payments.refunds;
  by_hand bigint;
begin
  insert into payments.refunds (
    tenant_id, order_no, line_no, receipt_id, gateway, trade_no, amount_fen, currency, target, state, reason, requested_by,
    requested_by_id, takes, grants, points, credit_fen, done_at, decided_by, decided_at, decided_note, hand_reference
  )
  select r.tenant_id, r.order_no, r.line_no, r.receipt_id, r.gateway, r.trade_no, r.amount_fen, r.currency, 'hand', 'done',
    -- What came too much is sent back by itself once.
    case when r.line_no is null then 'unmatched_payment' else r.reason end, r.requested_by, r.requested_by_id, r.takes, r.grants, r.points, r.credit_fen, r.done_at, r.decided_by, r.decided_at, r.decided_note,
    r.hand_reference
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.id = p_refund
  returning id into by_hand;
  update payments.refunds r
  set state = 'failed',
      target = 'source',
      done_at = null,
      replaced_by = by_hand,
      decided_by = null,
      decided_at = null,
      decided_note = null,
      hand_reference = null
  where r.tenant_id = p_tenant
    and r.id = p_refund
  returning * into refund;
  return refund;
end;
$$;
revoke execute on function fulfilment.part_from_hand(bigint, bigint) from public;

-- The gateway's final word. Said twice it changes nothing. A refusal makes the line an exception: somebody must decide. When
-- another refund has taken the place of one that failed, and that one went through after all, the money has left twice: it
-- is booked as the loss that it is, but for what is still promised (`cover_twice`), and the audit of the books names it. So it is
-- when it had been paid by hand: then what was paid by hand is a refund of its own. What a bank has had meanwhile is taken from
-- what a failed refund promises.
create or replace function fulfilment.refund_ended(p_tenant bigint, p_refund bigint, p_done boolean, p_error text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund payments.refunds;
  of_surplus boolean;
  cause text;
begin
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = (select r.order_no from payments.refunds r where r.tenant_id = p_tenant and r.id = p_refund)
  for no key update;
  select * into refund
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.id = p_refund
  for no key update;
  if p_done and refund.state = 'done' and refund.target = 'hand' then
    refund := fulfilment.part_from_hand(p_tenant, p_refund);
  end if;
  if refund.id is null or refund.state in ('done', 'awaiting', 'declined') or (refund.state = 'failed' and not p_done) then
    return jsonb_build_object('changed', false);
  end if;
  cause := 'order:' || refund.order_no;
  -- With the purse of a recharge, from which a bank's part is taken when it failed (`settle_disputed`).
  perform fulfilment.lock_accounts(p_tenant, case when not p_done then array[refund.order_no] else '{}' end, array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.surplus', '', 'CNY'),
    ledger.account(p_tenant, 'cash.chargeback', '', 'CNY'), ledger.account(p_tenant, 'cash.loss', '', 'CNY'),
    ledger.account(p_tenant, 'cash.gateway', refund.gateway, 'CNY')
  ]);
  -- A refund of no line is of money that bought nothing.
  of_surplus := refund.line_no is null;

  update payments.refunds r
  set state = case when p_done then 'done' else 'failed' end,
      done_at = case when p_done then now() end,
      next_try_at = null,
      last_error = p_error
  where r.tenant_id = p_tenant
    and r.id = p_refund;
  if p_done then
    perform ledger.post(
      p_tenant,
      array[ledger.account(p_tenant, case
        when refund.replaced_by is not null then 'cash.loss'
        when of_surplus then 'cash.surplus'
        else 'cash.clearing'
      end, '', 'CNY')],
      array[ledger.account(p_tenant, 'cash.gateway', refund.gateway, 'CNY')],
      array[refund.amount_fen], array[case when refund.replaced_by is null then 'cash.refund_to_source' else 'cash.refund_twice' end],
      array[cause]
    );
  end if;
  if not of_surplus and not p_done then
    perform fulfilment.turn_line(p_tenant, refund.order_no, refund.line_no, coalesce(p_error, ''));
  end if;
  if not p_done or refund.replaced_by is not null then
    perform fulfilment.cover_twice(p_tenant, refund.order_no);
  end if;
  -- When another has taken its place, what that one has is not touched.
  if of_surplus and refund.replaced_by is null then
    perform fulfilment.settle_surplus(p_tenant, refund.receipt_id);
  elsif p_done and refund.replaced_by is null then
    perform fulfilment.close_refunded(p_tenant, refund.order_no, refund.line_no, refund.amount_fen);
  elsif not p_done then
    perform fulfilment.settle_disputed(p_tenant, refund.receipt_id);
  end if;

  perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
    'type', case when p_done then 'refund.done' else 'refund.failed' end,
    'subject', cause,
    'payload', jsonb_build_object('no', refund.order_no, 'refundId', refund.id, 'amountFen', refund.amount_fen, 'error', p_error)
  )));
  return jsonb_build_object('changed', true);
end;
$$;

-- A refund that the gateway refused was paid another way, outside of the system. From then on no bill of the gateway is
-- expected to know of it.
create or replace function fulfilment.refund_by_hand(p_tenant bigint, p_refund bigint, p_actor text, p_note text, p_reference text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  refund payments.refunds;
  room bigint;
  of_surplus boolean;
begin
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = (select r.order_no from payments.refunds r where r.tenant_id = p_tenant and r.id = p_refund)
  for no key update;
  select * into refund
  from payments.refunds r
  where r.tenant_id = p_tenant
    and r.id = p_refund
  for no key update;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if refund.state <> 'failed' or refund.replaced_by is not null or (refund.line_no is null and exists (
    select from payments.refunds newer
    where newer.tenant_id = p_tenant
      and newer.order_no = refund.order_no
      and newer.receipt_id = refund.receipt_id
      and newer.line_no is null
      and newer.id > p_refund
  )) then
    return jsonb_build_object('code', 'orders.refund_not_failed', 'params', '{}'::jsonb);
  end if;
  room := payments.left_for_refund(p_tenant, p_refund);
  if refund.amount_fen > room then
    return jsonb_build_object('code', 'orders.refund_over_receipt', 'params', jsonb_build_object(
      'leftYuan', trim(to_char(greatest(room, 0) / 100.0, '999999999990.00'))
    ));
  end if;
  of_surplus := refund.line_no is null;
  perform ledger.lock(p_tenant, array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.surplus', '', 'CNY'),
    ledger.account(p_tenant, 'cash.chargeback', '', 'CNY'), ledger.account(p_tenant, 'cash.paid_by_hand', '', 'CNY')
  ]);
  update payments.refunds r
  set state = 'done',
      target = 'hand',
      done_at = now(),
      decided_by = p_actor,
      decided_at = now(),
      decided_note = p_note,
      hand_reference = p_reference
  where r.tenant_id = p_tenant
    and r.id = p_refund;
  perform ledger.post(
    p_tenant,
    array[ledger.account(p_tenant, case when of_surplus then 'cash.surplus' else 'cash.clearing' end, '', 'CNY')],
    array[ledger.account(p_tenant, 'cash.paid_by_hand', '', 'CNY')],
    array[refund.amount_fen], array['cash.refund_by_hand'], array['order:' || refund.order_no]
  );
  if of_surplus then
    perform fulfilment.settle_surplus(p_tenant, refund.receipt_id);
  else
    perform fulfilment.close_refunded(p_tenant, refund.order_no, refund.line_no, refund.amount_fen);
  end if;
  perform events.append(p_tenant, jsonb_build_object('actor', p_actor), jsonb_build_array(jsonb_build_object(
    'type', 'refund.done', 'subject', 'order:' || refund.order_no,
    'payload', jsonb_build_object('no', refund.order_no, 'refundId', refund.id, 'amountFen', refund.amount_fen)
  )));
  return jsonb_build_object('ok', true, 'orderNo', refund.order_no, 'amountFen', refund.amount_fen);
end;
$$;
