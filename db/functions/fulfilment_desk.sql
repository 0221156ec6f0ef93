-- What staff decide about a stuck line beside trying again: docs/adr/0058-desk-of-ends.md.
--
--   fulfilment.bank_has_it(tenant, no)                        payers' banks have had all that its payment had to give
--   fulfilment.desk_refusal(tenant, no, line)                 why neither may be done; null: it may
--   fulfilment.mark_done(tenant, no, line, proof, actor)      it was delivered outside of the system
--   fulfilment.stopped_need(tenant, no, line)                 what a source is to be chosen for
--   fulfilment.change_source(tenant, no, line, item, actor)   this one is to deliver it
--
-- Lock order: orders by number, accounts by id, needs, purchases.

create or replace function fulfilment.bank_has_it(p_tenant bigint, p_no bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select from payments.chargebacks c
    where c.tenant_id = p_tenant
      and c.order_no = p_no
      and c.state <> 'won'
  ) and fulfilment.left_of_receipts(p_tenant, p_no, 'source') = 0
$$;
revoke execute on function fulfilment.bank_has_it(bigint, bigint) from public;

-- What may still arrive is neither called delivered nor bought beside it, and what goes back is not delivered.
create or replace function fulfilment.desk_refusal(p_tenant bigint, p_no bigint, p_line integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
as $$
declare
  order_state text;
  line orders.lines;
begin
  select o.state into order_state
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no;
  select * into line
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  if line.order_no is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  elsif order_state <> 'paid' or line.state <> 'exception' or line.exception_reason in ('refund_failed', 'disputed')
    or line.refunded_fen + line.refunding_fen > 0 or fulfilment.bank_has_it(p_tenant, p_no)
  then
    return jsonb_build_object('code', 'fulfilment.not_an_exception', 'params', '{}'::jsonb);
  elsif fulfilment.refund_awaits(p_tenant, p_no, p_line) then
    return jsonb_build_object('code', 'fulfilment.refund_awaits', 'params', '{}'::jsonb);
  elsif exists (
    select from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.order_no = p_no
      and p.line_no = p_line
      and p.purpose = 'line'
      and p.state in ('planned', 'sending', 'accepted', 'unknown')
  ) or exists (
    select from fulfilment.needs n
    where n.tenant_id = p_tenant
      and n.order_no = p_no
      and n.line_no = p_line
      and n.state in ('wanted', 'buying')
  ) then
    return jsonb_build_object('code', 'fulfilment.purchase_open', 'params', '{}'::jsonb);
  end if;
  return null;
end;
$$;
revoke execute on function fulfilment.desk_refusal(bigint, bigint, integer) from public;

-- Somebody of the shop delivered it another way and says how: its pieces are the buyer's and its price is earned, in one commit. Codes
-- cannot be delivered by word: each has to stand in the vault, where it has one owner. Answers {"ok"}, or {code, params}.
create or replace function fulfilment.mark_done(p_tenant bigint, p_no bigint, p_line integer, p_proof text, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  line orders.lines;
  refusal jsonb;
  tasks bigint[];
begin
  perform orders.lock(p_tenant, p_no);
  perform ledger.lock(p_tenant, array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
  ]);
  perform 1
  from fulfilment.needs n
  where n.tenant_id = p_tenant
    and n.order_no = p_no
    and n.line_no = p_line
  for no key update;
  refusal := fulfilment.desk_refusal(p_tenant, p_no, p_line);
  if refusal is not null then
    return refusal;
  end if;
  select * into line
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  if coalesce(catalog.deliver_of(line.kind), '') not in ('supply', 'task') then
    return jsonb_build_object('code', 'fulfilment.codes_not_by_word', 'params', '{}'::jsonb);
  elsif line.held_back then
    return jsonb_build_object('code', 'fulfilment.held_back', 'params', '{}'::jsonb);
  end if;
  perform fulfilment.arrived_pieces(p_tenant, p_no, p_line, line.delivered_quantity + 1, line.quantity - line.delivered_quantity);
  update fulfilment.needs n
  set state = 'filled',
      by_hand = n.quantity - n.filled,
      due_at = null,
      changed_at = now()
  where n.tenant_id = p_tenant
    and n.order_no = p_no
    and n.line_no = p_line;
  -- Who worked on it gave it back undone; it was done after all. The proof of that is the shop's: a task's own is shown to its buyer.
  with done as (
    update fulfilment.tasks t
    set state = 'done',
        proof = '',
        ended_at = now(),
        changed_at = now()
    where t.tenant_id = p_tenant
      and t.order_no = p_no
      and t.line_no = p_line
      and t.state = 'rejected'
    returning t.id
  )
  select array_agg(d.id) into tasks
  from done d;
  if tasks is not null then
    perform fulfilment.note_tasks(p_tenant, tasks, 'done', p_actor, p_proof, '{}');
  end if;
  if fulfilment.finish_line(p_tenant, p_no, p_line) then
    perform events.append(p_tenant, jsonb_build_object('actor', p_actor), jsonb_build_array(jsonb_build_object(
      'type', 'order.delivered', 'subject', 'order:' || p_no, 'payload', fulfilment.delivered_news(p_tenant, p_no)
    )));
  end if;
  return '{"ok": true}';
end;
$$;

-- Of a line that suppliers were asked for and that is stuck: what is still missing of it, as `take_needs` says it; or {code, params}.
create or replace function fulfilment.stopped_need(p_tenant bigint, p_no bigint, p_line integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
as $$
declare
  refusal jsonb := fulfilment.desk_refusal(p_tenant, p_no, p_line);
  found_need jsonb;
begin
  if refusal is not null then
    return refusal;
  end if;
  select jsonb_build_object(
    'skuId', n.sku_id,
    'quantity', n.quantity - n.filled,
    'turn', n.turn,
    'refused', n.refused,
    'unitPriceFen', fulfilment.worth(p_tenant, p_no, l.line_no, l.unit_price_fen),
    'unitPoints', l.unit_points,
    'form', l.form,
    'skuKind', l.kind
  )
  into found_need
  from fulfilment.needs n
  join orders.lines l on l.tenant_id = p_tenant and l.order_no = n.order_no and l.line_no = n.line_no
  where n.tenant_id = p_tenant
    and n.order_no = p_no
    and n.line_no = p_line
    and n.state = 'stopped'
    and n.turn < 99;
  return coalesce(found_need, jsonb_build_object('code', 'fulfilment.never_asked', 'params', '{}'::jsonb));
end;
$$;

-- p_item as in `open_purchases`. Refused before or not, the offer is bought from now; should it refuse again, the line goes on as after
-- any refusal. A choice made for an earlier turn is too late. Answers {"ok"}, or {code, params}.
create or replace function fulfilment.change_source(p_tenant bigint, p_no bigint, p_line integer, p_item jsonb, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  need jsonb;
  ids jsonb;
begin
  perform 1
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no
  for no key update;
  perform 1
  from fulfilment.needs n
  where n.tenant_id = p_tenant
    and n.order_no = p_no
    and n.line_no = p_line
  for no key update;
  need := fulfilment.stopped_need(p_tenant, p_no, p_line);
  if need ? 'code' then
    return need;
  elsif need -> 'turn' <> p_item -> 'turn' or need -> 'quantity' <> p_item -> 'quantity' then
    return jsonb_build_object('code', 'fulfilment.not_an_exception', 'params', '{}'::jsonb);
  end if;
  update fulfilment.needs n
  set state = 'wanted',
      refused = array_remove(n.refused, (p_item ->> 'offerId')::bigint),
      due_at = now(),
      since = now(),
      changed_at = now()
  where n.tenant_id = p_tenant
    and n.order_no = p_no
    and n.line_no = p_line;
  update orders.lines l
  set state = 'supplying',
      exception_reason = null,
      exception_note = null,
      exception_at = null
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  ids := fulfilment.open_purchases(p_tenant, jsonb_build_array(p_item));
  assert ids ->> 0 is not null, 'a need that was locked as open took no purchase';
  perform events.append(p_tenant, jsonb_build_object('actor', p_actor), jsonb_build_array(jsonb_build_object(
    'type', 'supply.wanted', 'subject', 'order:' || p_no, 'payload', jsonb_build_object('no', p_no)
  )));
  return jsonb_build_object('ok', true, 'purchaseId', ids -> 0);
end;
$$;
