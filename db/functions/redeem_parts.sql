-- What becomes of a part of a redeemed bundle that cannot be had (docs/adr/0052-ends-that-were-open.md). At price zero there is no money to give back.
--
--   redeem.failed_parts(tenant, no, policy)       lines of it that nobody is bringing, and of which nothing came; null: none
--   redeem.settle_parts(tenant, no)               does what bundle and series say; what they leave open waits at the desk
--   redeem.make_good(tenant, no, line, ask)       ends one such part and gives its owner points for it
--
-- Lock order as redeem.take_back has it: the code, then the order, then accounts.

create or replace function redeem.failed_parts(p_tenant bigint, p_no bigint, p_policy text)
returns integer[]
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select array_agg(l.line_no::integer order by l.line_no)
  from orders.bundles b
  join orders.lines l
    on l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.bundle_no = b.bundle_no
    and l.state = 'exception'
    and l.exception_reason in ('out_of_stock', 'no_source', 'loss_guard', 'account_refused', 'service_rejected')
    and l.delivered_quantity = 0
    and l.amount_fen = 0
    and l.refunded_quantity = 0
    and not fulfilment.arrived_after_all(p_tenant, p_no, l.line_no)
  where b.tenant_id = p_tenant
    and b.order_no = p_no
    and (p_policy is null or b.policy = p_policy)
    and not exists (
      select from fulfilment.needs n
      where n.tenant_id = p_tenant
        and n.order_no = p_no
        and n.line_no = l.line_no
        and n.state in ('wanted', 'buying')
    )
$$;
revoke execute on function redeem.failed_parts(bigint, bigint, text) from public;

-- When nothing at all came, the redemption is taken back and the code may be used again, where its series gives uses back. Else points, where the
-- series says how many and there is a member to have them. {made: how many parts were made good, "gaveBack"}.
create or replace function redeem.settle_parts(p_tenant bigint, p_no bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  reason constant text := '组合包中的一项无法交付';
  use redeem.uses;
  offer redeem.batches;
  the_order orders.orders;
  failed integer[];
  answer jsonb;
  made integer := 0;
  line integer;
begin
  use := redeem.locked_use(p_tenant, p_no);
  if use.order_no is null then
    return '{"made": 0, "gaveBack": false}';
  end if;
  select * into the_order
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no
  for no key update;
  select b.* into offer
  from redeem.batches b
  where b.tenant_id = p_tenant
    and b.id = use.batch_id;
  failed := redeem.failed_parts(p_tenant, p_no, 'refund');
  if failed is null then
    return '{"made": 0, "gaveBack": false}';
  end if;
  if offer.gives_back and not exists (
    select from orders.lines l where l.tenant_id = p_tenant and l.order_no = p_no and l.line_no <> all (failed)
  ) then
    answer := redeem.take_back(p_tenant, p_no, jsonb_build_object('reason', reason, 'actor', 'system', 'staffId', null, 'lines', null));
    if answer ? 'ok' then
      perform events.append(p_tenant, '{"actor": "system"}', jsonb_build_array(jsonb_build_object(
        'type', 'redeem.given_back', 'subject', 'order:' || p_no, 'payload', jsonb_build_object('no', p_no)
      )));
    end if;
    return jsonb_build_object('made', 0, 'gaveBack', answer ? 'ok');
  end if;
  if offer.part_points is not null and the_order.member_id is not null then
    foreach line in array failed loop
      answer := redeem.make_good(p_tenant, p_no, line, jsonb_build_object('reason', reason, 'actor', 'system'));
      made := made + (answer ? 'ok')::integer;
    end loop;
  end if;
  return jsonb_build_object('made', made, 'gaveBack', false);
end;
$$;

-- Asked {reason, actor, staffId, points}; without points as many as the series gives for what the part was worth. Once: an ended part has not failed any more.
create or replace function redeem.make_good(p_tenant bigint, p_no bigint, p_line integer, p_ask jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  use redeem.uses;
  the_order orders.orders;
  worth bigint;
  points bigint := (p_ask ->> 'points')::bigint;
  refund_id bigint;
  title text;
begin
  use := redeem.locked_use(p_tenant, p_no);
  if use.order_no is null then
    return '{"code": "common.not_found", "params": {}}';
  end if;
  select * into the_order
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no
  for no key update;
  if the_order.member_id is null then
    return '{"code": "redeem.points_need_member", "params": {}}';
  end if;
  -- Those of points are locked with the others, in their one order.
  perform fulfilment.lock_accounts(p_tenant, array[p_no], array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY'),
    ledger.account(p_tenant, 'cash.chargeback', '', 'CNY'), ledger.account(p_tenant, 'cash.loss', '', 'CNY'),
    ledger.account(p_tenant, 'cash.member', the_order.member_id::text, 'CNY'),
    ledger.account(p_tenant, 'points.member', the_order.member_id::text, 'point')
  ] || fulfilment.accounts_of_members(p_tenant, array[the_order.member_id]));
  the_order := fulfilment.lock_for_refund(p_tenant, p_no);
  if not coalesce(p_line = any (redeem.failed_parts(p_tenant, p_no, null)), false) then
    return '{"code": "redeem.part_not_failed", "params": {}}';
  end if;
  select coalesce(use.line_worths[p_line], 0) * l.quantity, concat_ws(' ', l.goods_title, nullif(l.sku_title, ''))
  into worth, title
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  if points is null then
    select ceil(worth * b.part_points / 100.0)::bigint into points
    from redeem.batches b
    where b.tenant_id = p_tenant
      and b.id = use.batch_id;
  end if;
  if coalesce(points, 0) < 1 then
    return '{"code": "redeem.part_worth_nothing", "params": {}}';
  end if;
  insert into payments.refunds (
    tenant_id, order_no, line_no, gateway, amount_fen, target, state, reason, requested_by, requested_by_id, takes
  )
  values (
    p_tenant, p_no, p_line, 'balance', 0, 'balance', 'awaiting', p_ask ->> 'reason', p_ask ->> 'actor', (p_ask ->> 'staffId')::bigint, 'line'
  )
  returning id into refund_id;
  perform fulfilment.begin_line_refund(p_tenant, p_no, refund_id, '{}', p_ask ->> 'actor');
  perform ledger.post(
    p_tenant, array[ledger.account(p_tenant, 'points.issued', '', 'point')],
    array[ledger.account(p_tenant, 'points.member', the_order.member_id::text, 'point')], array[points], array['points.made_good'], array['order:' || p_no]
  );
  insert into redeem.made_good (tenant_id, order_no, line_no, points, worth_fen, by_name, by_staff_id, reason)
  values (p_tenant, p_no, p_line, points, worth, p_ask ->> 'actor', (p_ask ->> 'staffId')::bigint, p_ask ->> 'reason');
  perform events.append(p_tenant, jsonb_build_object('actor', p_ask ->> 'actor'), jsonb_build_array(jsonb_build_object(
    'type', 'redeem.made_good', 'subject', 'order:' || p_no,
    'payload', jsonb_build_object('no', p_no, 'lineNo', p_line, 'title', title, 'points', points)
  )));
  return jsonb_build_object('ok', true, 'points', points);
end;
$$;
