-- Services by hand: a paid line is a task of the shop's people. docs/adr/0036-service-by-hand.md.
--
--   fulfilment.task_moves(state)                              where a task may go from there
--   fulfilment.service_left(tenant, sku)                      what of today's capacity is left; null: no bound
--   fulfilment.refuse_over_capacity(tenant, items, …)         inside orders.place: who does not get any of it
--   fulfilment.open_tasks(tenant, nos, lines, actor)          inside deliver_locked: lines become tasks
--   fulfilment.end_tasks(tenant, no, line, actor)             inside a refund: nobody works on what goes back
--   fulfilment.take_tasks(tenant, ids, staff, name)           taken, or the word of who was first; one answer each
--   fulfilment.move_task(tenant, task, act, said)             put_back, hand_over, ask
--   fulfilment.answer_task(tenant, no, line, form, note)      the buyer corrects
--   fulfilment.finish_task / reject_task(tenant, task, said)  how it ends
--   fulfilment.cancel_task(tenant, no, line, actor)           the buyer, while nobody has begun
--   fulfilment.next_overdue()                                 all tenants: one that is late; null: none is
--   fulfilment.task_view(tenant, no, line)                    what the buyer's page shows of it
--
-- Lock order: orders by number, accounts by id, tasks. What locks a task and no order touches nothing else.

create or replace function fulfilment.task_moves(p_state text)
returns text[]
language sql
immutable
set search_path = pg_catalog
as $$
  select case p_state
    when 'waiting' then array['accepted', 'cancelled']
    when 'accepted' then array['waiting', 'asking', 'done', 'rejected', 'cancelled']
    when 'asking' then array['answered', 'done', 'rejected', 'cancelled']
    when 'answered' then array['waiting', 'asking', 'done', 'rejected', 'cancelled']
    when 'rejected' then array['waiting']
    else '{}'
  end
$$;

-- The number of an order begins with its day, so a day's lines are a range of the index.
create or replace function fulfilment.service_left(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
parallel safe
security definer
set search_path = pg_catalog
as $$
  select greatest(r.capacity_per_day - coalesce((
    select sum(l.quantity)
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.sku_id = p_sku
      and l.kind = 'service'
      and l.order_no >= today.no
      and l.order_no < today.no + 10000000000
      and l.state not in ('cancelled', 'refunding', 'refunded')
  ), 0), 0)
  from fulfilment.service_rules r
  cross join lateral (select to_char(now() at time zone 'Asia/Shanghai', 'YYMMDD')::bigint * 10000000000 as no) today
  where r.tenant_id = p_tenant
    and r.sku_id = p_sku
    and r.capacity_per_day is not null
$$;

-- Decided under a lock per SKU that lasts until the order is placed, so that two processes cannot both find room.
create or replace function fulfilment.refuse_over_capacity(
  p_tenant bigint, p_items integer[], p_skus bigint[], p_quantities integer[], p_titles text[]
)
returns table (item_no integer, refusal jsonb)
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
declare
  one record;
  free bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('fulfilment.capacity:' || p_tenant || ':' || s.sku, 0))
  from (select distinct x.sku from unnest(p_skus) as x(sku) order by 1) s;
  for one in
    select x.item, x.sku, x.quantity, x.title,
      sum(x.quantity) over (partition by x.sku order by x.item) - x.quantity as before
    from unnest(p_items, p_skus, p_quantities, p_titles) as x(item, sku, quantity, title)
  loop
    free := fulfilment.service_left(p_tenant, one.sku) - one.before;
    if one.quantity > free then
      item_no := one.item;
      refusal := jsonb_build_object(
        'code', 'service.day_is_full', 'params', jsonb_build_object('title', one.title, 'skuId', one.sku, 'available', greatest(free, 0))
      );
      return next;
    end if;
  end loop;
end;
$$;
revoke execute on function fulfilment.refuse_over_capacity(bigint, integer[], bigint[], integer[], text[]) from public;

create or replace function fulfilment.note_tasks(p_tenant bigint, p_tasks bigint[], p_kind text, p_by text, p_note text, p_detail jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  insert into fulfilment.task_log (tenant_id, task_id, kind, by_name, note, detail)
  select p_tenant, t.id, p_kind, p_by, coalesce(p_note, ''), coalesce(p_detail, '{}')
  from unnest(p_tasks) as t(id);
  -- The buyer's page hears of every step, so that what it shows is what is.
  select events.append(
    p_tenant, jsonb_build_object('actor', p_by), array_agg('service.' || p_kind), array_agg('order:' || t.order_no),
    array_agg(jsonb_build_object(
      'no', t.order_no, 'lineNo', t.line_no, 'taskId', t.id, 'title', concat_ws(' ', l.goods_title, l.sku_title),
      -- What a buyer writes may be a secret of theirs.
      'note', case when p_kind in ('asked', 'rejected') then coalesce(p_note, '') else '' end
    ))
  )
  from fulfilment.tasks t
  join orders.lines l on l.tenant_id = p_tenant and l.order_no = t.order_no and l.line_no = t.line_no
  where t.tenant_id = p_tenant
    and t.id = any (p_tasks)
  having count(*) > 0
$$;
revoke execute on function fulfilment.note_tasks(bigint, bigint[], text, text, text, jsonb) from public;

create or replace function fulfilment.open_tasks(p_tenant bigint, p_nos bigint[], p_lines smallint[], p_actor text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  opened bigint[];
begin
  with fresh as (
    insert into fulfilment.tasks as t (tenant_id, order_no, line_no, sku_id, quantity, due_at)
    select p_tenant, l.order_no, l.line_no, l.sku_id, l.quantity, now() + make_interval(mins => coalesce(r.promised_minutes, 120))
    from unnest(p_nos, p_lines) as x(no, line)
    cross join lateral (
      select l.order_no, l.line_no, l.sku_id, l.quantity
      from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = x.no
        and l.line_no = x.line
      offset 0
    ) l
    left join lateral (
      select r.promised_minutes
      from fulfilment.service_rules r
      where r.tenant_id = p_tenant
        and r.sku_id = l.sku_id
      offset 0
    ) r on true
    on conflict (tenant_id, order_no, line_no) do update
    -- Rejected, and somebody wants it tried again: it begins anew.
    set state = 'waiting',
        turn = t.turn + 1,
        staff_id = null,
        staff_name = '',
        opened_at = now(),
        due_at = excluded.due_at,
        overdue_at = null,
        asked_seconds = 0,
        proof = '',
        ended_at = null,
        changed_at = now()
    where t.state = 'rejected'
    returning t.id
  )
  select array_agg(f.id) into opened from fresh f;
  update orders.lines l
  set state = 'supplying',
      exception_reason = null,
      exception_note = null,
      exception_at = null
  from unnest(p_nos, p_lines) as x(no, line)
  where l.tenant_id = p_tenant
    and l.order_no = any (p_nos)
    and l.order_no = x.no
    and l.line_no = x.line;
  perform fulfilment.note_tasks(p_tenant, opened, 'opened', p_actor, null, null);
end;
$$;
revoke execute on function fulfilment.open_tasks(bigint, bigint[], smallint[], text) from public;

create or replace function fulfilment.end_tasks(p_tenant bigint, p_no bigint, p_line integer, p_actor text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  ended bigint[];
begin
  with stopped as (
    update fulfilment.tasks t
    set state = 'cancelled',
        due_at = null,
        left_seconds = null,
        ended_at = now(),
        changed_at = now()
    where t.tenant_id = p_tenant
      and t.order_no = p_no
      and t.line_no = p_line
      and t.state in ('waiting', 'accepted', 'asking', 'answered')
    returning t.id
  )
  select array_agg(s.id) into ended from stopped s;
  perform fulfilment.note_tasks(p_tenant, ended, 'cancelled', p_actor, null, null);
end;
$$;
revoke execute on function fulfilment.end_tasks(bigint, bigint, integer, text) from public;

-- Why a member of the staff may not do this to the task now; null: they may. p_said: {"staffId", "any"}: `any` may act in
-- the place of whoever has it.
create or replace function fulfilment.task_refusal(p_task fulfilment.tasks, p_to text, p_said jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog
as $$
  select case
    when p_task.id is null then jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb)
    when p_task.state not in ('accepted', 'asking', 'answered')
      or (p_to is not null and p_to <> all (fulfilment.task_moves(p_task.state)))
      then jsonb_build_object('code', 'service.wrong_state', 'params', jsonb_build_object('state', p_task.state))
    when p_task.staff_id is distinct from (p_said ->> 'staffId')::bigint and not coalesce((p_said ->> 'any')::boolean, false)
      then jsonb_build_object('code', 'service.taken', 'params', jsonb_build_object('by', p_task.staff_name))
  end
$$;

-- Answers {taken: [ids], lost: [{id, by}]}; a task that is over, or not there, is lost to nobody.
create or replace function fulfilment.take_tasks(p_tenant bigint, p_ids bigint[], p_staff bigint, p_name text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
declare
  taken bigint[];
begin
  perform 1
  from fulfilment.tasks t
  where t.tenant_id = p_tenant
    and t.id = any (p_ids)
  order by t.id
  for no key update;
  with won as (
    update fulfilment.tasks t
    set state = 'accepted',
        staff_id = p_staff,
        staff_name = p_name,
        changed_at = now()
    where t.tenant_id = p_tenant
      and t.id = any (p_ids)
      and t.state = 'waiting'
      -- Nobody begins with what may be given back.
      and not fulfilment.refund_awaits(p_tenant, t.order_no, t.line_no)
    returning t.id
  )
  select coalesce(array_agg(w.id order by w.id), '{}') into taken from won w;
  perform fulfilment.note_tasks(p_tenant, taken, 'accepted', p_name, null, null);
  return jsonb_build_object('taken', to_jsonb(taken), 'lost', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', x.id, 'by', coalesce(t.staff_name, ''), 'state', t.state, 'awaits', coalesce(fulfilment.refund_awaits(p_tenant, t.order_no, t.line_no), false)
    ) order by x.id), '[]')
    from unnest(p_ids) as x(id)
    left join fulfilment.tasks t on t.tenant_id = p_tenant and t.id = x.id
    where x.id <> all (taken)
  ));
end;
$$;

-- p_said: {"staffId", "actor", "any"} and, to hand over, {"toId", "toName"}; to ask, {"question", "fields"}. While the buyer is
-- asked the clock stands.
create or replace function fulfilment.move_task(p_tenant bigint, p_task bigint, p_act text, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task fulfilment.tasks;
  refusal jsonb;
begin
  select * into task
  from fulfilment.tasks t
  where t.tenant_id = p_tenant
    and t.id = p_task
  for no key update;
  refusal := fulfilment.task_refusal(task, case p_act when 'put_back' then 'waiting' when 'ask' then 'asking' end, p_said);
  if refusal is not null then
    return refusal;
  end if;
  update fulfilment.tasks t
  set state = case p_act when 'put_back' then 'waiting' when 'ask' then 'asking' else t.state end,
      staff_id = case p_act when 'put_back' then null when 'hand_over' then (p_said ->> 'toId')::bigint else t.staff_id end,
      staff_name = case p_act when 'put_back' then '' when 'hand_over' then p_said ->> 'toName' else t.staff_name end,
      question = case p_act when 'ask' then p_said ->> 'question' else t.question end,
      question_fields = case p_act
        when 'ask' then array(select jsonb_array_elements_text(p_said -> 'fields'))
        else t.question_fields
      end,
      asked_at = case p_act when 'ask' then now() else t.asked_at end,
      left_seconds = case p_act when 'ask' then extract(epoch from t.due_at - now())::integer else t.left_seconds end,
      due_at = case p_act when 'ask' then null else t.due_at end,
      changed_at = now()
  where t.tenant_id = p_tenant
    and t.id = p_task;
  perform fulfilment.note_tasks(
    p_tenant, array[p_task], case p_act when 'ask' then 'asked' when 'hand_over' then 'handed_over' else 'put_back' end,
    p_said ->> 'actor', coalesce(p_said ->> 'question', p_said ->> 'toName'),
    case p_act when 'ask' then jsonb_build_object('fields', p_said -> 'fields') end
  );
  return '{"ok": true}';
end;
$$;

-- The buyer's answer: once for each question. What stood in the form before is kept in the log.
create or replace function fulfilment.answer_task(p_tenant bigint, p_no bigint, p_line integer, p_form jsonb, p_note text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task fulfilment.tasks;
  before jsonb;
begin
  perform orders.lock(p_tenant, p_no);
  select * into task
  from fulfilment.tasks t
  where t.tenant_id = p_tenant
    and t.order_no = p_no
    and t.line_no = p_line
  for no key update;
  if task.id is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  elsif task.state <> 'asking' then
    return jsonb_build_object('code', 'service.nothing_asked', 'params', '{}'::jsonb);
  end if;
  select jsonb_object_agg(k.key, l.form -> k.key) into before
  from orders.lines l
  cross join lateral jsonb_object_keys(p_form) as k(key)
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  update orders.lines l
  set form = l.form || p_form
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    and p_form <> '{}';
  update fulfilment.tasks t
  set state = 'answered',
      due_at = now() + make_interval(secs => t.left_seconds),
      left_seconds = null,
      asked_seconds = t.asked_seconds + extract(epoch from now() - t.asked_at)::integer,
      changed_at = now()
  where t.tenant_id = p_tenant
    and t.id = task.id;
  perform fulfilment.note_tasks(
    p_tenant, array[task.id], 'answered', 'buyer', p_note, jsonb_build_object('before', coalesce(before, '{}'), 'after', p_form)
  );
  return '{"ok": true}';
end;
$$;

-- Done: the pieces are the buyer's and the price is earned, in one commit. p_said: {"staffId", "actor", "any", "proof", "pictures"};
-- pictures that are not named were not meant.
create or replace function fulfilment.finish_task(p_tenant bigint, p_task bigint, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task fulfilment.tasks;
  refusal jsonb;
  the_order orders.orders;
  pictures bigint[] := array(select (x.id)::bigint from jsonb_array_elements_text(p_said -> 'pictures') as x(id));
begin
  select o.* into the_order
  from fulfilment.tasks t
  join orders.orders o on o.tenant_id = p_tenant and o.no = t.order_no
  where t.tenant_id = p_tenant
    and t.id = p_task
  for no key update of o;
  perform ledger.lock(p_tenant, array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
  ]);
  select * into task
  from fulfilment.tasks t
  where t.tenant_id = p_tenant
    and t.id = p_task
  for no key update;
  refusal := fulfilment.task_refusal(task, 'done', p_said);
  if refusal is not null then
    return refusal;
  end if;
  if (
    select count(*) from fulfilment.task_pictures p where p.tenant_id = p_tenant and p.task_id = p_task and p.id = any (pictures)
  ) <> cardinality(pictures) then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  delete from fulfilment.task_pictures p
  where p.tenant_id = p_tenant
    and p.task_id = p_task
    and p.id <> all (pictures);
  update fulfilment.task_pictures p
  set shown = true
  where p.tenant_id = p_tenant
    and p.task_id = p_task;
  insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, kind, sku_id)
  select p_tenant, the_order.buyer_key, the_order.member_id, task.order_no, task.line_no, p.piece,
    (select l.kind from orders.lines l where l.tenant_id = p_tenant and l.order_no = task.order_no and l.line_no = task.line_no), task.sku_id
  from generate_series(1, task.quantity) as p(piece);
  update fulfilment.tasks t
  set state = 'done',
      proof = coalesce(p_said ->> 'proof', ''),
      due_at = null,
      left_seconds = null,
      asked_seconds = t.asked_seconds + case when t.state = 'asking' then extract(epoch from now() - t.asked_at)::integer else 0 end,
      ended_at = now(),
      changed_at = now()
  where t.tenant_id = p_tenant
    and t.id = p_task;
  perform fulfilment.note_tasks(
    p_tenant, array[p_task], 'done', p_said ->> 'actor', p_said ->> 'proof', jsonb_build_object('pictures', cardinality(pictures))
  );
  if fulfilment.finish_line(p_tenant, task.order_no, task.line_no) then
    perform events.append(p_tenant, jsonb_build_object('actor', p_said ->> 'actor'), jsonb_build_array(jsonb_build_object(
      'type', 'order.delivered', 'subject', 'order:' || task.order_no, 'payload', jsonb_build_object('no', task.order_no)
    )));
  end if;
  return jsonb_build_object('ok', true, 'orderNo', task.order_no, 'lineNo', task.line_no);
end;
$$;

-- It cannot be done: the line is an exception; `refund` says whether the rule wants the money back at once.
create or replace function fulfilment.reject_task(p_tenant bigint, p_task bigint, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task fulfilment.tasks;
  refusal jsonb;
begin
  perform 1
  from fulfilment.tasks t
  join orders.orders o on o.tenant_id = p_tenant and o.no = t.order_no
  where t.tenant_id = p_tenant
    and t.id = p_task
  for no key update of o;
  select * into task
  from fulfilment.tasks t
  where t.tenant_id = p_tenant
    and t.id = p_task
  for no key update;
  refusal := fulfilment.task_refusal(task, 'rejected', p_said);
  if refusal is not null then
    return refusal;
  end if;
  update fulfilment.tasks t
  set state = 'rejected',
      due_at = null,
      left_seconds = null,
      proof = p_said ->> 'reason',
      ended_at = now(),
      changed_at = now()
  where t.tenant_id = p_tenant
    and t.id = p_task;
  update orders.lines l
  set state = 'exception',
      exception_reason = 'service_rejected',
      exception_note = left(p_said ->> 'reason', 500),
      exception_at = now()
  where l.tenant_id = p_tenant
    and l.order_no = task.order_no
    and l.line_no = task.line_no;
  perform fulfilment.part_news(p_tenant, array[task.order_no]);
  perform fulfilment.note_tasks(p_tenant, array[p_task], 'rejected', p_said ->> 'actor', p_said ->> 'reason', null);
  perform events.append(p_tenant, jsonb_build_object('actor', p_said ->> 'actor'), jsonb_build_array(jsonb_build_object(
    'type', 'order.exception', 'subject', 'order:' || task.order_no,
    'payload', jsonb_build_object('no', task.order_no, 'lineNo', task.line_no, 'reason', 'service_rejected')
  )));
  return jsonb_build_object('ok', true, 'orderNo', task.order_no, 'lineNo', task.line_no, 'refund', coalesce((
    select r.when_rejected = 'refund'
    from fulfilment.service_rules r
    where r.tenant_id = p_tenant
      and r.sku_id = task.sku_id
  ), false));
end;
$$;

create or replace function fulfilment.cancel_task(p_tenant bigint, p_no bigint, p_line integer, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task fulfilment.tasks;
begin
  perform orders.lock(p_tenant, p_no);
  select * into task
  from fulfilment.tasks t
  where t.tenant_id = p_tenant
    and t.order_no = p_no
    and t.line_no = p_line
  for no key update;
  if task.id is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  elsif task.state <> 'waiting' then
    return jsonb_build_object('code', 'service.begun', 'params', '{}'::jsonb);
  end if;
  return fulfilment.refund(p_tenant, p_no, p_line, 'source', 'service_cancelled', p_actor);
end;
$$;

-- One at a time: each may refund, and refunds lock an order and its accounts. What is asked of the buyer has no due time.
create or replace function fulfilment.next_overdue()
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  late record;
  refunds boolean;
begin
  select t.tenant_id, t.id, t.order_no, t.line_no, t.sku_id
  into late
  from tenancy.tenants n
  cross join lateral (
    select t.*
    from fulfilment.tasks t
    where t.tenant_id = n.id
      and t.due_at <= now()
      and t.overdue_at is null
    order by t.due_at
    limit 1
  ) t
  limit 1;
  if late is null then
    return null;
  end if;
  perform orders.lock(late.tenant_id, late.order_no);
  update fulfilment.tasks t
  set overdue_at = now(),
      changed_at = now()
  where t.tenant_id = late.tenant_id
    and t.id = late.id
    and t.due_at <= now()
    and t.overdue_at is null;
  -- Done, or asked about, in the meantime.
  if not found then
    return jsonb_build_object('taskId', late.id, 'late', false);
  end if;
  perform fulfilment.note_tasks(late.tenant_id, array[late.id], 'overdue', 'system', null, null);
  select r.when_overdue = 'refund' into refunds
  from fulfilment.service_rules r
  where r.tenant_id = late.tenant_id
    and r.sku_id = late.sku_id;
  return jsonb_build_object(
    'taskId', late.id, 'late', true,
    'refund', case when refunds then
      fulfilment.refund(late.tenant_id, late.order_no, late.line_no, 'source', 'service_overdue', 'system')
    end
  );
end;
$$;

-- What such tasks usually take, and what nineteen of twenty do, in seconds: of the last hundred; null when none is done.
create or replace function fulfilment.service_takes(p_tenant bigint, p_sku bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'p50', percentile_cont(0.5) within group (order by d.seconds), 'p95', percentile_cont(0.95) within group (order by d.seconds)
  )
  from (
    select greatest(extract(epoch from t.ended_at - t.opened_at)::integer - t.asked_seconds, 0) as seconds
    from fulfilment.tasks t
    where t.tenant_id = p_tenant
      and t.sku_id = p_sku
      and t.state = 'done'
    order by t.ended_at desc
    limit 100
  ) d
$$;

create or replace function fulfilment.task_view(p_tenant bigint, p_no bigint, p_line integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'state', t.state, 'since', t.opened_at, 'dueAt', t.due_at, 'isOverdue', t.overdue_at is not null,
    'takes', fulfilment.service_takes(p_tenant, t.sku_id),
    'question', case when t.state = 'asking' then t.question end,
    'questionFields', case when t.state = 'asking' then to_jsonb(t.question_fields) else '[]' end,
    'endedAt', t.ended_at,
    'proof', case when t.state in ('done', 'rejected') then t.proof else '' end,
    'pictures', coalesce((
      select jsonb_agg(jsonb_build_object('id', p.id, 'width', p.width, 'height', p.height) order by p.id)
      from fulfilment.task_pictures p
      where p.tenant_id = p_tenant
        and p.task_id = t.id
        and p.shown
    ), '[]')
  )
  from fulfilment.tasks t
  where t.tenant_id = p_tenant
    and t.order_no = p_no
    and t.line_no = p_line
$$;
revoke execute on function fulfilment.task_view(bigint, bigint, integer) from public;
