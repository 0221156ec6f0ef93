-- What goes on around a payment. The money itself moves in fulfilment.settle and fulfilment.refund_ended.
--
--   payments.open_attempts(tenant, items)      [{orderNo, gateway, amountFen, feeFen, scene}] → [{state, turn, cashier}] each; opening twice changes nothing
--   payments.keep_cashiers(tenant, items)      [{orderNo, gateway, turn, cashier, reference}]: how it is paid, once known
--   payments.take_due(per_tenant, limit)       attempts to ask gateways about, over all tenants; each is handed out once a rung
--   payments.begin_refund(tenant, id)          takes a refund whose turn has come: its facts, or null
--   payments.note_refund(tenant, id, error, retry_seconds)  not ended yet: why, and when again
--   payments.left_for_refund(tenant, id)       what of its receipt is there for a refund to the source
--   payments.retry_refund(tenant, id)          a failed refund may be asked again, under the same number: {"ok": true} or a refusal, when it has not failed, a newer one took its place, or the money is not there any more
--   payments.overdue_refunds(limit)            refunds whose job must have been lost, over all tenants

-- Seconds until the next question, by how often was asked: 10 s after opening, then these, then every half hour.
create or replace function payments.ask_again_after(p_queries integer)
returns interval
language sql
immutable
as $$
  select (array[20, 30, 60, 120, 300, 600, 1800])[least(greatest(p_queries, 0) + 1, 7)] * interval '1 second'
$$;

-- An attempt that is still open is given again when it asks for the same in the same way. Anything else begins the next
-- turn; what was open before is to be closed at the gateway. More than 99 turns: {"state": "exhausted"}.
create or replace function payments.open_attempts(p_tenant bigint, p_items jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  item record;
  latest payments.attempts;
  answers jsonb := '[]';
begin
  for item in
    select *
    from rows from (
      jsonb_to_recordset(p_items) as ("orderNo" bigint, gateway text, "amountFen" bigint, "feeFen" bigint, scene text)
    ) with ordinality as i(order_no, gateway, amount_fen, fee_fen, scene, n)
    order by i.n
  loop
    -- Two clicks in two processes: the second sees what the first has opened.
    perform pg_advisory_xact_lock(hashtextextended('payments.attempt:' || p_tenant || ':' || item.order_no, 0));
    latest := null;
    select * into latest
    from payments.attempts a
    where a.tenant_id = p_tenant
      and a.order_no = item.order_no
      and a.gateway = item.gateway
    order by a.turn desc
    limit 1;
    if latest.turn is null or (latest.state <> 'captured' and (
      latest.state = 'closed' or latest.close_wanted_at is not null
      or latest.amount_fen <> item.amount_fen or latest.fee_fen <> item.fee_fen or latest.scene <> item.scene
    )) then
      if latest.turn = 99 then
        answers := answers || jsonb_build_object('state', 'exhausted');
        continue;
      end if;
      update payments.attempts a
      set close_wanted_at = now(),
          next_query_at = now()
      where a.tenant_id = p_tenant
        and a.order_no = item.order_no
        and a.gateway = item.gateway
        and a.turn = latest.turn
        and a.state = 'pending'
        and a.close_wanted_at is null;
      insert into payments.attempts (tenant_id, order_no, gateway, turn, amount_fen, fee_fen, scene, next_query_at)
      values (
        p_tenant, item.order_no, item.gateway, coalesce(latest.turn, 0) + 1, item.amount_fen, item.fee_fen, item.scene,
        now() + interval '10 seconds'
      )
      returning * into latest;
    end if;
    answers := answers || jsonb_build_object('state', latest.state, 'turn', latest.turn, 'cashier', latest.cashier);
  end loop;
  return answers;
end;
$$;

create or replace function payments.keep_cashiers(p_tenant bigint, p_items jsonb)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with kept as (
    update payments.attempts t
    set cashier = i.item -> 'cashier',
        reference = i.item ->> 'reference'
    from jsonb_array_elements(p_items) as i(item)
    where t.tenant_id = p_tenant
      and t.order_no = (i.item ->> 'orderNo')::bigint
      and t.gateway = i.item ->> 'gateway'
      and t.turn = (i.item ->> 'turn')::smallint
    returning 1
  )
  select jsonb_agg(true)
  from jsonb_array_elements(p_items)
$$;

-- Handing out moves the next question up the ladder, so that a worker that dies only delays it, and two never ask at once.
-- After three days nobody is asked any more; the attempt stays pending and visible.
create or replace function payments.take_due(p_per_tenant integer, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  tenant record;
  taken jsonb;
  answer jsonb := '[]';
begin
  for tenant in
    select t.id
    from tenancy.tenants t
    where exists (
      select from payments.attempts a
      where a.tenant_id = t.id
        and a.next_query_at <= now()
    )
    order by random()
  loop
    with due as (
      select a.order_no, a.gateway, a.turn
      from payments.attempts a
      where a.tenant_id = tenant.id
        and a.next_query_at <= now()
      order by a.next_query_at
      limit least(p_per_tenant, p_limit - jsonb_array_length(answer))
      for no key update skip locked
    ),
    asked as (
      update payments.attempts a
      set queries = a.queries + 1,
          next_query_at = case
            when a.state = 'pending' and a.created_at > now() - interval '3 days'
              then now() + payments.ask_again_after(a.queries)
          end
      from due d
      where a.tenant_id = tenant.id
        and a.order_no = d.order_no
        and a.gateway = d.gateway
        and a.turn = d.turn
      returning a.*
    )
    select jsonb_agg(jsonb_build_object(
      'tenantId', tenant.id,
      'orderNo', a.order_no,
      'gateway', a.gateway,
      'turn', a.turn,
      'reference', a.reference,
      'closeWanted', a.close_wanted_at is not null,
      'ageSeconds', extract(epoch from now() - a.created_at)::integer
    ))
    into taken
    from asked a
    where a.state = 'pending';
    answer := answer || coalesce(taken, '[]');
    exit when jsonb_array_length(answer) >= p_limit;
  end loop;
  return answer;
end;
$$;

-- The turn is taken for two minutes, longer than any call to a gateway may take.
create or replace function payments.begin_refund(p_tenant bigint, p_id bigint)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  update payments.refunds r
  set state = 'processing',
      attempts = r.attempts + 1,
      next_try_at = now() + interval '2 minutes'
  where r.tenant_id = p_tenant
    and r.id = p_id
    and r.target = 'source'
    and r.state in ('requested', 'processing')
    and r.next_try_at <= now()
  returning jsonb_build_object(
    'id', r.id,
    'orderNo', r.order_no,
    'gateway', r.gateway,
    'tradeNo', r.trade_no,
    'amountFen', r.amount_fen,
    'reason', r.reason,
    'attempts', r.attempts,
    'currency', r.currency,
    'turn', (select x.turn from payments.receipts x where x.tenant_id = p_tenant and x.id = r.receipt_id),
    'totalFen', (select x.amount_fen from payments.receipts x where x.tenant_id = p_tenant and x.id = r.receipt_id)
  )
$$;

create or replace function payments.note_refund(p_tenant bigint, p_id bigint, p_error text, p_retry_seconds integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  update payments.refunds r
  set last_error = left(p_error, 500),
      next_try_at = now() + p_retry_seconds * interval '1 second'
  where r.tenant_id = p_tenant
    and r.id = p_id
    and r.state = 'processing'
  returning to_jsonb(r.next_try_at)
$$;

-- What of its receipt is there for a refund to the source: neither on its way back, nor with a payer's bank. What came beyond the
-- price for the gateway's service belongs to no order, but to money that bought nothing.
create or replace function payments.left_for_refund(p_tenant bigint, p_refund bigint)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select r.amount_fen - r.disputed_fen - case when f.line_no is null then 0 else r.fee_fen - least(r.adjusted_fen, 0) end - coalesce((
    select sum(o.amount_fen)
    from payments.refunds o
    where o.tenant_id = p_tenant
      and o.order_no = f.order_no
      and o.receipt_id = f.receipt_id
      and o.state in ('requested', 'processing', 'done')
      and o.sent_as is null
      and o.target <> 'let_go'
  ), 0)
  from payments.refunds f
  join payments.receipts r on r.tenant_id = p_tenant and r.id = f.receipt_id
  where f.tenant_id = p_tenant
    and f.id = p_refund
$$;
revoke execute on function payments.left_for_refund(bigint, bigint) from public;

create or replace function payments.retry_refund(p_tenant bigint, p_id bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  room bigint;
begin
  -- Whoever decides about the same money has the order locked until it is done.
  perform payments.lock_order(p_tenant, (select r.order_no from payments.refunds r where r.tenant_id = p_tenant and r.id = p_id));
  room := payments.left_for_refund(p_tenant, p_id);
  update payments.refunds r
  set state = 'requested',
      next_try_at = now()
  where r.tenant_id = p_tenant
    and r.id = p_id
    and r.target = 'source'
    and r.state = 'failed'
    and r.replaced_by is null
    and r.amount_fen <= room
    -- Money that did not fit was sent back anew from its desk.
    and not exists (
      select from payments.refunds newer
      where r.line_no is null
        and newer.tenant_id = p_tenant
        and newer.order_no = r.order_no
        and newer.receipt_id = r.receipt_id
        and newer.line_no is null
        and newer.id > r.id
    );
  if found then
    return '{"ok": true}';
  end if;
  if exists (
    select from payments.refunds r
    where r.tenant_id = p_tenant and r.id = p_id and r.state = 'failed' and r.replaced_by is null and r.amount_fen > room
  ) then
    return jsonb_build_object('code', 'orders.refund_over_receipt', 'params', jsonb_build_object(
      'leftYuan', trim(to_char(greatest(room, 0) / 100.0, '999999999990.00'))
    ));
  end if;
  return jsonb_build_object('code', 'payments.refund_not_failed', 'params', '{}'::jsonb);
end;
$$;

create or replace function payments.overdue_refunds(p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', x.tenant_id, 'refundId', x.id)), '[]')
  from (
    select r.tenant_id, r.id
    from tenancy.tenants t
    join payments.refunds r
      on r.tenant_id = t.id
      and r.state in ('requested', 'processing')
      and r.target = 'source'
      and r.next_try_at < now() - interval '1 minute'
    limit p_limit
  ) x
$$;
