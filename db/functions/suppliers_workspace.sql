-- Suppliers whose own people work off purchases in the console (docs/adr/0043-supplier-workspace.md). To the lanes such a supplier
-- is an interface like others: placing writes a task under our number, asking reads it. Whatever ends a task has its purchase asked about.
--
--   suppliers.place_task(tenant, supplier, no)          a purchase becomes a task; why not, where it is refused
--   suppliers.task_of(tenant, supplier, no)             how it stands; a number that never came is closed for good
--   suppliers.end_task(tenant, task, state, …)          inside the acts: the piece goes back to the supplier's own stock
--   suppliers.accept_tasks(tenant, supplier, tasks, …)  a person takes tasks; [{id, ok}]
--   suppliers.finish_task(tenant, supplier, task, …)    delivered, whole or in part
--   suppliers.refuse_task(tenant, supplier, task, …)    nothing was done and nothing will be
--   suppliers.withdraw_task(tenant, task, reason)       the shop takes back what nobody has accepted
--   suppliers.tend_task()                               all tenants: one that is late, or whose purchase has ended; null: none
--   suppliers.keep_own(tenant, supplier, items, by)     products as the supplier's people give them; what became of each
--   suppliers.decide_price(tenant, ask, …)              the shop's answer to a price that waits
--
-- Lock order: orders by number, purchases, tasks, products, SKUs.

create or replace function suppliers.setting_of(p_settings jsonb, p_key text, p_usual integer)
returns integer
language sql
immutable
as $$
  select case when p_settings ->> p_key ~ '^[0-9]{1,6}$' then greatest((p_settings ->> p_key)::integer, 1) else p_usual end
$$;

-- Those that the supplier has promised already are no longer there for the next.
create or replace function suppliers.move_own_stock(p_tenant bigint, p_product bigint, p_pieces integer)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update suppliers.products p
  set stock = greatest(p.stock + p_pieces, 0)
  where p.tenant_id = p_tenant
    and p.id = p_product
    and p.stock is not null
    and p_pieces <> 0;
  if found then
    perform suppliers.follow_shelf(p_tenant, array(
      select o.sku_id
      from suppliers.offers o
      where o.tenant_id = p_tenant
        and o.product_id = p_product
      order by o.sku_id
    ));
  end if;
end;
$$;
revoke execute on function suppliers.move_own_stock(bigint, bigint, integer) from public;

-- {state: 'waiting', …} as `task_of`, or {refused: code, about}. A second placing finds the first task.
create or replace function suppliers.place_task(p_tenant bigint, p_supplier bigint, p_no text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  bought record;
  product suppliers.products;
begin
  select p.quantity, p.ceiling_hao, p.product_id, s.settings, s.state
  into bought
  from suppliers.purchases p
  join suppliers.suppliers s on s.tenant_id = p_tenant and s.id = p.supplier_id
  where p.tenant_id = p_tenant
    and p.supplier_id = p_supplier
    and p.no = p_no
  for no key update of p;
  if not found then
    return jsonb_build_object('refused', 'unknown_number', 'about', 'other');
  end if;
  if exists (select from suppliers.tasks t where t.tenant_id = p_tenant and t.no = p_no) then
    return suppliers.task_of(p_tenant, p_supplier, p_no);
  end if;
  select * into product
  from suppliers.products p
  where p.tenant_id = p_tenant
    and p.id = bought.product_id
  for no key update;
  if not product.on_sale then
    return jsonb_build_object('refused', 'off_sale', 'about', 'product');
  elsif product.cost_hao > bought.ceiling_hao then
    return jsonb_build_object('refused', 'price_risen', 'about', 'price');
  elsif product.stock < bought.quantity then
    return jsonb_build_object('refused', 'no_stock', 'about', 'stock');
  end if;
  insert into suppliers.tasks (tenant_id, supplier_id, product_id, no, quantity, cost_hao, accept_by, work_minutes)
  values (
    p_tenant, p_supplier, product.id, p_no, bought.quantity, product.cost_hao,
    now() + make_interval(mins => suppliers.setting_of(bought.settings, 'acceptMinutes', 60)),
    suppliers.setting_of(bought.settings, 'workMinutes', 240)
  );
  perform suppliers.move_own_stock(p_tenant, product.id, -bought.quantity);
  return suppliers.task_of(p_tenant, p_supplier, p_no);
end;
$$;

-- A number that never came is written down as missed, so that a placing that is still on its way finds the place taken: "not here"
-- is proof at once. Codes are base64, sealed for the task's row.
create or replace function suppliers.task_of(p_tenant bigint, p_supplier bigint, p_no text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task suppliers.tasks;
begin
  insert into suppliers.tasks (tenant_id, supplier_id, product_id, no, quantity, cost_hao, state, work_minutes, ended_at)
  select p_tenant, p.supplier_id, p.product_id, p.no, p.quantity, p.quoted_hao, 'missed', 1, clock_timestamp()
  from suppliers.purchases p
  where p.tenant_id = p_tenant
    and p.supplier_id = p_supplier
    and p.no = p_no
    and not exists (select from suppliers.tasks t where t.tenant_id = p_tenant and t.no = p_no)
  on conflict on constraint task_of_number do nothing;
  select * into task
  from suppliers.tasks t
  where t.tenant_id = p_tenant
    and t.supplier_id = p_supplier
    and t.no = p_no;
  if not found then
    return null;
  end if;
  return jsonb_build_object(
    'id', task.id, 'state', task.state, 'quantity', task.quantity, 'arrived', task.arrived, 'costHao', task.cost_hao,
    'serial', task.serial, 'note', task.note, 'about', task.about, 'codes', encode(task.codes_sealed, 'base64')
  );
end;
$$;

-- The caller has locked purchase and task. Tells the lane to ask.
create or replace function suppliers.end_task(
  p_tenant bigint, p_task bigint, p_state text, p_arrived integer, p_codes bytea, p_serial text, p_note text, p_about text
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task suppliers.tasks;
begin
  update suppliers.tasks t
  set state = p_state,
      arrived = p_arrived,
      codes_sealed = p_codes,
      serial = p_serial,
      note = p_note,
      about = p_about,
      ended_at = clock_timestamp()
  where t.tenant_id = p_tenant
    and t.id = p_task
  returning * into task;
  perform suppliers.move_own_stock(p_tenant, task.product_id, task.quantity - p_arrived);
  perform suppliers.ask_now(p_tenant, task.supplier_id, task.no);
end;
$$;
revoke execute on function suppliers.end_task(bigint, bigint, text, integer, bytea, text, text, text) from public;

-- Locks a supplier's open task behind its purchase. Null: there is none; `withdrawn`: the shop has ended the purchase otherwise.
create or replace function suppliers.open_task(p_tenant bigint, p_supplier bigint, p_task bigint)
returns suppliers.tasks
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task suppliers.tasks;
  bought text;
begin
  select p.state into bought
  from suppliers.tasks t
  join suppliers.purchases p on p.tenant_id = p_tenant and p.no = t.no
  where t.tenant_id = p_tenant
    and t.supplier_id = p_supplier
    and t.id = p_task
  for no key update of p;
  select * into task
  from suppliers.tasks t
  where t.tenant_id = p_tenant
    and t.supplier_id = p_supplier
    and t.id = p_task
  for no key update;
  if task.state in ('waiting', 'accepted') and bought not in ('planned', 'sending', 'accepted', 'unknown') then
    perform suppliers.end_task(p_tenant, p_task, 'withdrawn', 0, null, '', '', 'other');
    task.state := 'withdrawn';
  end if;
  return task;
end;
$$;
revoke execute on function suppliers.open_task(bigint, bigint, bigint) from public;

create or replace function suppliers.accept_tasks(p_tenant bigint, p_supplier bigint, p_tasks bigint[], p_staff bigint, p_name text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  one bigint;
  task suppliers.tasks;
  answer jsonb := '[]';
begin
  for one in select distinct x.id from unnest(p_tasks) as x(id) order by x.id loop
    task := suppliers.open_task(p_tenant, p_supplier, one);
    -- Past its time it is no longer theirs, also before the sweep has said so.
    if task.state = 'waiting' and task.accept_by > now() then
      update suppliers.tasks t
      set state = 'accepted',
          staff_id = p_staff,
          staff_name = p_name,
          accept_by = null,
          due_at = now() + make_interval(mins => t.work_minutes)
      where t.tenant_id = p_tenant
        and t.id = one;
      answer := answer || jsonb_build_object('id', one, 'ok', true);
    else
      answer := answer || jsonb_build_object('id', one, 'ok', false, 'state', task.state, 'by', task.staff_name);
    end if;
  end loop;
  return answer;
end;
$$;

-- The state that it has; `done` when this did it.
create or replace function suppliers.finish_task(
  p_tenant bigint, p_supplier bigint, p_task bigint, p_arrived integer, p_codes bytea, p_serial text, p_note text
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task suppliers.tasks := suppliers.open_task(p_tenant, p_supplier, p_task);
begin
  if task.id is null then
    return null;
  elsif task.state <> 'accepted' then
    return jsonb_build_object('state', task.state, 'ok', false);
  end if;
  perform suppliers.end_task(p_tenant, p_task, 'done', p_arrived, p_codes, p_serial, p_note, '');
  return jsonb_build_object('state', 'done', 'ok', true, 'no', task.no);
end;
$$;

create or replace function suppliers.refuse_task(p_tenant bigint, p_supplier bigint, p_task bigint, p_about text, p_reason text, p_staff bigint, p_name text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  task suppliers.tasks := suppliers.open_task(p_tenant, p_supplier, p_task);
begin
  if task.id is null then
    return null;
  elsif task.state not in ('waiting', 'accepted') then
    return jsonb_build_object('state', task.state, 'ok', false);
  end if;
  update suppliers.tasks t
  set staff_id = p_staff,
      staff_name = p_name
  where t.tenant_id = p_tenant
    and t.id = p_task;
  perform suppliers.end_task(p_tenant, p_task, 'refused', 0, null, '', p_reason, p_about);
  return jsonb_build_object('state', 'refused', 'ok', true, 'no', task.no);
end;
$$;

-- Only while nobody has accepted it: then it is proof that nothing was done.
create or replace function suppliers.withdraw_task(p_tenant bigint, p_task bigint, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  of_supplier bigint;
  task suppliers.tasks;
begin
  select t.supplier_id into of_supplier
  from suppliers.tasks t
  where t.tenant_id = p_tenant
    and t.id = p_task;
  task := suppliers.open_task(p_tenant, of_supplier, p_task);
  if task.id is null then
    return null;
  elsif task.state <> 'waiting' then
    return jsonb_build_object('state', task.state, 'ok', false);
  end if;
  perform suppliers.end_task(p_tenant, p_task, 'withdrawn', 0, null, '', p_reason, 'other');
  return jsonb_build_object('state', 'withdrawn', 'ok', true, 'no', task.no);
end;
$$;

-- Nobody accepted it in time: it goes another way. Accepted and late: the shop's desk is told, and it stays with whoever has it, for
-- they may be at it. Ended by the shop: nobody needs to work on it. Arrived: its codes are in the vault and are forgotten here.
create or replace function suppliers.tend_task()
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  due record;
  task suppliers.tasks;
begin
  select d.*, s.name
  into due
  from (
    select t.tenant_id, t.supplier_id, t.id, p.order_no, p.line_no,
      case
        when p.state not in ('planned', 'sending', 'accepted', 'unknown') then 'ended'
        when t.state = 'waiting' then 'expired'
        else 'overdue'
      end as what
    from suppliers.tasks t
    join suppliers.purchases p on p.tenant_id = t.tenant_id and p.no = t.no
    where t.ended_at is null
      and (
        t.accept_by <= now()
        or (t.due_at <= now() and t.overdue_at is null)
        or p.state not in ('planned', 'sending', 'accepted', 'unknown')
      )
    union all
    select t.tenant_id, t.supplier_id, t.id, p.order_no, p.line_no, 'forget'
    from suppliers.tasks t
    join suppliers.purchases p on p.tenant_id = t.tenant_id and p.no = t.no
    where t.codes_sealed is not null
      and p.state in ('done', 'partial', 'contradicted')
  ) d
  join suppliers.suppliers s on s.tenant_id = d.tenant_id and s.id = d.supplier_id
  limit 1;
  if not found then
    return null;
  end if;
  if due.what = 'overdue' and due.order_no is not null then
    perform suppliers.lock_order(due.tenant_id, due.order_no);
  end if;
  task := suppliers.open_task(due.tenant_id, due.supplier_id, due.id);
  if due.what = 'forget' then
    update suppliers.tasks t
    set codes_sealed = null
    where t.tenant_id = due.tenant_id
      and t.id = due.id;
  elsif due.what = 'expired' and task.state = 'waiting' and task.accept_by <= now() then
    perform suppliers.end_task(due.tenant_id, due.id, 'expired', 0, null, '', '', 'supplier');
  elsif due.what = 'overdue' and task.state = 'accepted' and task.due_at <= now() and task.overdue_at is null then
    update suppliers.tasks t
    set overdue_at = now()
    where t.tenant_id = due.tenant_id
      and t.id = due.id;
    perform suppliers.restock_trouble(due.tenant_id, p.restock_id, 'supply_unknown', 0)
    from suppliers.purchases p
    where p.tenant_id = due.tenant_id
      and p.no = task.no
      and p.purpose = 'stock';
    if due.order_no is not null then
      perform suppliers.line_overdue(due.tenant_id, due.order_no, due.line_no, due.name);
    end if;
  end if;
  return jsonb_build_object('tenantId', due.tenant_id, 'taskId', due.id, 'what', due.what);
end;
$$;

-- Items: [{remoteId, name, kind, costHao, stock, onSale, minQuantity, maxQuantity, fields}]; what is left out stays as it is. A cost that moves by
-- more than the supplier may move it alone is kept aside and the rest of the item is taken. Answers
-- [{remoteId, productId, outcome: added | changed | same | held}] in their order.
create or replace function suppliers.keep_own(p_tenant bigint, p_supplier bigint, p_items jsonb, p_by text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  jump integer;
  judged jsonb;
  told jsonb;
begin
  select suppliers.setting_of(s.settings, 'priceJump', 10) into jump
  from suppliers.suppliers s
  where s.tenant_id = p_tenant
    and s.id = p_supplier
  for no key update;
  -- What is ordered meanwhile takes from the stock that is read here.
  perform 1
  from suppliers.products p
  where p.tenant_id = p_tenant
    and p.supplier_id = p_supplier
    and p.remote_id in (select i.item ->> 'remoteId' from jsonb_array_elements(p_items) as i(item))
  order by p.id
  for no key update;
  select jsonb_agg(to_jsonb(j) order by j.n)
  into judged
  from (
    select i.n, i.id as "remoteId", b.id as "productId", b.cost_hao as "fromHao", i.cost as "askedHao",
      b.id is not null and i.cost <> b.cost_hao and abs(i.cost - b.cost_hao) * 100 > jump * b.cost_hao as held,
      coalesce(i.name, b.name) as name, coalesce(b.kind, i.kind) as kind, coalesce(i.stock, b.stock) as stock,
      coalesce(i.on_sale, b.on_sale, true) as "onSale", coalesce(i.least, b.min_quantity, 1) as "minQuantity",
      coalesce(i.most, b.max_quantity) as "maxQuantity", b.face_hao as "faceHao", coalesce(i.fields, b.fields, '[]') as fields,
      b.id is null as fresh,
      (b.name, b.cost_hao, b.stock, b.on_sale, b.min_quantity, b.max_quantity, b.fields) is not distinct from (
        coalesce(i.name, b.name), coalesce(i.cost, b.cost_hao), coalesce(i.stock, b.stock), coalesce(i.on_sale, b.on_sale),
        coalesce(i.least, b.min_quantity), coalesce(i.most, b.max_quantity), coalesce(i.fields, b.fields)
      ) as same
    from rows from (jsonb_to_recordset(p_items) as (
      "remoteId" text, name text, kind text, "costHao" bigint, stock bigint, "onSale" boolean, "minQuantity" integer, "maxQuantity" integer, fields jsonb
    )) with ordinality as i(id, name, kind, cost, stock, on_sale, least, most, fields, n)
    left join suppliers.products b on b.tenant_id = p_tenant and b.supplier_id = p_supplier and b.remote_id = i.id
  ) j;
  if judged is null then
    return '[]';
  end if;
  -- Whatever was asked for before is answered by what is said now.
  update suppliers.price_asks a
  set state = 'replaced'
  from jsonb_to_recordset(judged) as j("productId" bigint, "askedHao" bigint)
  where a.tenant_id = p_tenant
    and a.product_id = j."productId"
    and a.state = 'waiting'
    and j."askedHao" is not null
    and a.to_hao <> j."askedHao";
  with asked as (
    insert into suppliers.price_asks (tenant_id, supplier_id, product_id, from_hao, to_hao, asked_by)
    select p_tenant, p_supplier, j."productId", j."fromHao", j."askedHao", p_by
    from jsonb_to_recordset(judged) as j("productId" bigint, "fromHao" bigint, "askedHao" bigint, held boolean)
    where j.held
    on conflict (tenant_id, product_id) where state = 'waiting' do nothing
    returning *
  )
  select jsonb_agg(jsonb_build_object(
    'type', 'supply.cost_asked',
    'subject', 'supplier:' || p_supplier,
    'payload', jsonb_build_object(
      'supplierId', p_supplier, 'supplier', s.name, 'title', p.name, 'fromFen', round(a.from_hao / 100.0), 'toFen', round(a.to_hao / 100.0)
    )
  ))
  into told
  from asked a
  join suppliers.products p on p.tenant_id = p_tenant and p.id = a.product_id
  join suppliers.suppliers s on s.tenant_id = p_tenant and s.id = p_supplier;
  if told is not null then
    perform events.append(p_tenant, '{}', told);
  end if;
  perform suppliers.keep_products(p_tenant, p_supplier, k.items, false, clock_timestamp())
  from (
    select jsonb_agg(jsonb_build_object(
      'remoteId', j."remoteId", 'name', j.name, 'kind', j.kind, 'faceHao', j."faceHao", 'currency', 'CNY', 'stock', j.stock,
      'costHao', case when j.held then j."fromHao" else coalesce(j."askedHao", j."fromHao") end,
      'minQuantity', j."minQuantity", 'maxQuantity', j."maxQuantity", 'onSale', j."onSale", 'fields', j.fields
    )) as items
    from jsonb_to_recordset(judged) as j(
      "remoteId" text, name text, kind text, "faceHao" bigint, stock bigint, "fromHao" bigint, "askedHao" bigint, held boolean,
      "minQuantity" integer, "maxQuantity" integer, "onSale" boolean, fields jsonb, same boolean
    )
    where not j.same
  ) k
  where k.items is not null;
  return (
    select jsonb_agg(jsonb_build_object(
      'remoteId', j."remoteId",
      'productId', p.id,
      'outcome', case when j.fresh then 'added' when j.held then 'held' when j.same then 'same' else 'changed' end
    ) order by j.n)
    from jsonb_to_recordset(judged) as j(n bigint, "remoteId" text, fresh boolean, held boolean, same boolean)
    join suppliers.products p on p.tenant_id = p_tenant and p.supplier_id = p_supplier and p.remote_id = j."remoteId"
  );
end;
$$;

-- Exactly the price that was shown. {ok}, or {ok: false, state, toHao}; null: there is none.
create or replace function suppliers.decide_price(p_tenant bigint, p_ask bigint, p_accept boolean, p_to_hao bigint, p_by text, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  ask suppliers.price_asks;
begin
  select a.* into ask
  from suppliers.price_asks a
  where a.tenant_id = p_tenant
    and a.id = p_ask;
  if not found then
    return null;
  end if;
  perform 1
  from suppliers.suppliers s
  where s.tenant_id = p_tenant
    and s.id = ask.supplier_id
  for no key update;
  update suppliers.price_asks a
  set state = case when p_accept then 'accepted' else 'declined' end,
      decided_by = p_by,
      decided_at = now(),
      reason = p_reason
  where a.tenant_id = p_tenant
    and a.id = p_ask
    and a.state = 'waiting'
    and a.to_hao = p_to_hao;
  if not found then
    return jsonb_build_object('ok', false);
  end if;
  if p_accept then
    -- What is ordered meanwhile takes from the stock that is read here.
    perform 1
    from suppliers.products p
    where p.tenant_id = p_tenant
      and p.id = ask.product_id
    for no key update;
    perform suppliers.keep_products(p_tenant, p.supplier_id, jsonb_build_array(jsonb_build_object(
      'remoteId', p.remote_id, 'name', p.name, 'kind', p.kind, 'faceHao', p.face_hao, 'costHao', p_to_hao, 'currency', p.currency,
      'stock', p.stock, 'minQuantity', p.min_quantity, 'maxQuantity', p.max_quantity, 'onSale', p.on_sale, 'fields', p.fields
    )), false, clock_timestamp())
    from suppliers.products p
    where p.tenant_id = p_tenant
      and p.id = ask.product_id;
  end if;
  return jsonb_build_object('ok', true, 'supplierId', ask.supplier_id, 'productId', ask.product_id);
end;
$$;
