-- Codes bought for the shelf before it is empty: a rule says when, a budget how much, a person where it costs more than may go
-- by itself. Each filling up is a row, bought in one purchase after the other. docs/adr/0045-restock.md.
--
--   fulfilment.budget_accounts(tenant, budget)             what this month may still cost, where it comes from, where it goes
--   fulfilment.lay_budget(tenant, budget)                  this month's account says what the budget says
--   fulfilment.ask_restock(tenant, sku, budget, …)         one is wanted; its id or a refusal
--   fulfilment.count_demand(limit)                         all tenants: what rules by demand want now; how many were counted
--   fulfilment.sold_lately(tenant, sku, days)              pieces handed out in the last days, to the hour, as reports count them
--   fulfilment.first_sold(tenant, sku)                     when the first piece was handed out
--   fulfilment.cover_target(sold, sales_days, cover_days, least, most)   what that makes; below half of it the shelf is low
--   fulfilment.look_for_restocks(limit)                    all tenants: rules whose shelf is low; how many were begun
--   fulfilment.take_restocks(limit)                        all tenants: those for which a source is to be chosen
--   fulfilment.open_restock_purchase(tenant, item)         the source is chosen: the budget promises, a purchase is planned
--   fulfilment.propose_restock(tenant, id, fen)            it costs more than may go by itself: a person is asked
--   fulfilment.defer_restock(tenant, id, seconds)          nobody can deliver just now
--   fulfilment.end_restock(tenant, id, trouble, note)      over, whole or short
--   fulfilment.restock_news(tenant, purchase, …)           what a purchase brought: inside purchase_news
--   fulfilment.restock_trouble(tenant, id, trouble, fen)   somebody must look at it
--   fulfilment.decide_restock(tenant, id, …)               a person says yes or no
--   fulfilment.cancel_restock(tenant, id, …)               nothing more is bought
--   fulfilment.give_up_restocks(limit)                     all tenants: planned with a supplier that went down, and never sent
--
-- Lock order: budgets, accounts by id, purchases, restocks, rules.

create or replace function fulfilment.budget_accounts(p_tenant bigint, p_budget bigint, out source bigint, out free bigint, out used bigint)
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  month text := p_budget || ':' || to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM');
begin
  source := ledger.account(p_tenant, 'budget.source', month, 'budget');
  free := ledger.account(p_tenant, 'budget.restock', month, 'budget');
  used := ledger.account(p_tenant, 'budget.used', month, 'budget');
end;
$$;
revoke execute on function fulfilment.budget_accounts(bigint, bigint) from public;

-- A budget that was lowered goes down as far as it is neither spent nor promised. Locks the budget and its account.
create or replace function fulfilment.lay_budget(p_tenant bigint, p_budget bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  monthly bigint;
  account record;
  missing bigint;
  left_free bigint;
begin
  select b.monthly_fen into monthly
  from fulfilment.restock_budgets b
  where b.tenant_id = p_tenant
    and b.id = p_budget
  for no key update;
  account := fulfilment.budget_accounts(p_tenant, p_budget);
  perform ledger.lock(p_tenant, array[account.source, account.free, account.used]);
  select monthly + a.balance into missing
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = account.source;
  select a.balance - a.held_out into left_free
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = account.free;
  if missing > 0 then
    perform ledger.post(p_tenant, array[account.source], array[account.free], array[missing], array['budget.lay'], array['budget:' || p_budget]);
  elsif least(-missing, left_free) > 0 then
    perform ledger.post(
      p_tenant, array[account.free], array[account.source], array[least(-missing, left_free)], array['budget.lay'], array['budget:' || p_budget]
    );
  end if;
end;
$$;

create or replace function fulfilment.ask_restock(
  p_tenant bigint, p_sku bigint, p_budget bigint, p_quantity integer, p_max_unit_fen bigint, p_actor text, p_staff bigint
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_id bigint;
begin
  insert into fulfilment.restocks (tenant_id, sku_id, budget_id, quantity, max_unit_fen, asked_by, asked_by_id)
  values (p_tenant, p_sku, p_budget, p_quantity, p_max_unit_fen, p_actor, p_staff)
  on conflict (tenant_id, sku_id) where state in ('ordering', 'proposed') do nothing
  returning id into the_id;
  if the_id is null then
    return jsonb_build_object('code', 'restock.under_way', 'params', '{}'::jsonb);
  end if;
  return jsonb_build_object('id', the_id);
end;
$$;

create or replace function fulfilment.sold_lately(p_tenant bigint, p_sku bigint, p_days integer)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  with since as (
    select date_trunc('hour', now()) - make_interval(hours => p_days * 24) as at
  ), parts as (
    -- The day that it begins in by its hours, those after it whole.
    select 'hour' as grain, s.at + make_interval(hours => n) as at
    from since s
    cross join generate_series(0, 23) n
    where s.at + make_interval(hours => n) < analytics.day_start(analytics.shop_day(s.at) + 1)
    union all
    select 'day', analytics.day_start(analytics.shop_day(s.at) + n)
    from since s
    cross join generate_series(1, p_days) n
  )
  select coalesce(sum(c.pieces), 0)::bigint
  from parts p
  cross join lateral (
    select s.pieces
    from analytics.sums s
    where s.tenant_id = p_tenant
      and s.grain = p.grain
      and s.at = p.at
      and s.sku_id = p_sku
    offset 0
  ) c
$$;

create or replace function fulfilment.first_sold(p_tenant bigint, p_sku bigint)
returns timestamptz
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select f.at
  from ledger.accounts a
  cross join lateral (
    select t.at
    from ledger.transfers t
    where t.tenant_id = p_tenant
      and t.to_account = a.id
    order by t.to_account, t.at, t.id
    limit 1
  ) f
  where a.tenant_id = p_tenant
    and a.kind = 'stock.delivered'
    and a.ref = p_sku::text
    and a.unit = 'piece'
$$;

create or replace function fulfilment.cover_target(
  p_sold bigint, p_sales_days integer, p_cover_days integer, p_least integer, p_most integer
)
returns integer
language sql
immutable
as $$ select least(greatest(ceil(p_sold::numeric * p_cover_days / p_sales_days), p_least), p_most)::integer $$;

-- Every rule is counted anew after ten minutes: each costs a look into the sums of at most 30 days and 24 hours. In a commit of its own, and
-- passing by what is locked, because looking and ending take a filling up before its rule.
create or replace function fulfilment.count_demand(p_limit integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  counted integer;
begin
  with due as materialized (
    select r.tenant_id, r.sku_id, r.sales_days, r.cover_days, r.cover_least, r.cover_most, r.first_sold_at
    from tenancy.tenants t
    join fulfilment.restock_rules r on r.tenant_id = t.id and r.enabled and r.cover_days is not null
    where r.counted_at is null
      or r.counted_at < now() - interval '10 minutes'
    order by r.counted_at nulls first
    limit p_limit
    for no key update of r skip locked
  ), found as materialized (
    select d.*, fulfilment.sold_lately(d.tenant_id, d.sku_id, d.sales_days) as sold,
      coalesce(d.first_sold_at, fulfilment.first_sold(d.tenant_id, d.sku_id)) as since
    from due d
  )
  update fulfilment.restock_rules r
  set sold = f.sold,
      first_sold_at = f.since,
      counted_at = now(),
      counted_target = case
        when f.since <= now() - make_interval(hours => f.sales_days * 24)
          then fulfilment.cover_target(f.sold, f.sales_days, f.cover_days, f.cover_least, f.cover_most)
      end
  from found f
  where r.tenant_id = f.tenant_id
    and r.sku_id = f.sku_id;
  get diagnostics counted = row_count;
  return counted;
end;
$$;

-- A rule by demand that was not counted yet waits until it is.
create or replace function fulfilment.look_for_restocks(p_limit integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  begun integer;
begin
  with low as (
    select r.tenant_id, r.sku_id, r.budget_id, r.max_unit_fen, coalesce(r.counted_target, r.target) - s.available as wanted,
      case
        when r.counted_target is not null then jsonb_build_object(
          'sold', r.sold, 'salesDays', r.sales_days, 'coverDays', r.cover_days, 'wanted', r.counted_target, 'available', s.available
        )
      end as demand
    from tenancy.tenants t
    join fulfilment.restock_rules r
      on r.tenant_id = t.id and r.enabled and r.look_at <= now() and (r.cover_days is null or r.counted_at is not null)
    join catalog.skus k on k.tenant_id = t.id and k.id = r.sku_id and k.removed_at is null and catalog.reserve_of(k.kind) = 'shelf'
    cross join lateral (
      select coalesce(sum(a.balance - a.held_out), 0)::bigint as available
      from ledger.accounts a
      where a.tenant_id = t.id
        and a.kind = 'stock.available'
        and a.ref = r.sku_id::text
        and a.unit = 'piece'
    ) s
    where s.available < coalesce((r.counted_target + 1) / 2, r.threshold)
      and not exists (
        select from fulfilment.restocks o
        where o.tenant_id = t.id
          and o.sku_id = r.sku_id
          and o.state in ('ordering', 'proposed')
      )
    limit p_limit
  ), added as (
    insert into fulfilment.restocks (tenant_id, sku_id, budget_id, quantity, max_unit_fen, demand)
    select l.tenant_id, l.sku_id, l.budget_id, l.wanted, l.max_unit_fen, l.demand
    from low l
    on conflict (tenant_id, sku_id) where state in ('ordering', 'proposed') do nothing
    returning 1
  )
  select count(*) into begun from added;
  return begun;
end;
$$;

-- Handing out puts it off for half a minute, so that one whose router died is taken up again.
create or replace function fulfilment.take_restocks(p_limit integer)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with due as (
    select r.tenant_id, r.id
    from tenancy.tenants t
    join fulfilment.restocks r on r.tenant_id = t.id and r.due_at <= now()
    order by r.due_at
    limit p_limit
    for no key update of r skip locked
  ), handed as (
    update fulfilment.restocks r
    set due_at = now() + interval '30 seconds'
    from due d
    where r.tenant_id = d.tenant_id
      and r.id = d.id
    returning r.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'tenantId', h.tenant_id,
    'id', h.id,
    'skuId', h.sku_id,
    'left', h.quantity - h.filled,
    'turn', h.turn,
    'refused', h.refused,
    'isEnding', h.is_ending,
    'maxUnitFen', h.max_unit_fen,
    'spentFen', h.spent_fen,
    'mayCostFen', greatest(b.approve_above_fen, h.approved_fen),
    'freeFen', coalesce(f.free, b.monthly_fen),
    'unitPriceFen', k.price_fen,
    'unitPoints', k.price_points,
    'waitedSeconds', extract(epoch from now() - h.created_at)::integer
  ) order by h.id), '[]')
  from handed h
  join fulfilment.restock_budgets b on b.tenant_id = h.tenant_id and b.id = h.budget_id
  join catalog.skus k on k.tenant_id = h.tenant_id and k.id = h.sku_id
  left join lateral (
    select a.balance - a.held_out as free
    from ledger.accounts a
    where a.tenant_id = h.tenant_id
      and a.kind = 'budget.restock'
      and a.ref = h.budget_id || ':' || to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM')
      and a.unit = 'budget'
  ) f on true
$$;

-- Item: {id, turn, offerId, supplierId, productId, quantity, ceilingHao, quotedHao, fields, choice}. Answers opened, budget_short, or late:
-- somebody else was quicker, or it is over. Numbers begin with 8, which no order's does before the year 2080.
create or replace function fulfilment.open_restock_purchase(p_tenant bigint, p_item jsonb)
returns text
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_id bigint := (p_item ->> 'id')::bigint;
  quantity integer := (p_item ->> 'quantity')::integer;
  ceiling_hao bigint := (p_item ->> 'ceilingHao')::bigint;
  promised bigint := greatest(ceil(ceiling_hao::numeric * quantity / 100)::bigint, 1);
  new_id bigint := nextval(pg_get_serial_sequence('suppliers.purchases', 'id'));
  budget bigint;
  account record;
  restock fulfilment.restocks;
  hold bigint;
begin
  select r.budget_id into budget
  from fulfilment.restocks r
  where r.tenant_id = p_tenant
    and r.id = the_id;
  perform fulfilment.lay_budget(p_tenant, budget);
  account := fulfilment.budget_accounts(p_tenant, budget);
  select * into restock
  from fulfilment.restocks r
  where r.tenant_id = p_tenant
    and r.id = the_id
  for no key update;
  if restock.state <> 'ordering' or restock.hold_id is not null or restock.is_ending or quantity > restock.quantity - restock.filled
    -- What it had cost when it was chosen, and may cost, was of that turn.
    or restock.turn <> coalesce((p_item ->> 'turn')::integer, restock.turn)
  then
    return 'late';
  end if;
  if not (ledger.admit(p_tenant, array[1], array[account.free], array[promised], 1))[1] then
    return 'budget_short';
  end if;
  hold := (ledger.hold(
    p_tenant, array[account.free], array[account.used], array[promised], array['restock:' || the_id], array['infinity'::timestamptz]
  ))[1];
  update fulfilment.restocks r
  set turn = r.turn + 1,
      hold_id = hold,
      due_at = null
  where r.tenant_id = p_tenant
    and r.id = the_id;
  insert into suppliers.purchases (
    tenant_id, id, no, purpose, restock_id, turn, supplier_id, product_id, offer_id, quantity, ceiling_hao, quoted_hao, fields, choice, due_at
  )
  overriding system value
  values (
    p_tenant, new_id, '8' || lpad(new_id::text, 19, '0'), 'stock', the_id, restock.turn + 1, (p_item ->> 'supplierId')::bigint,
    (p_item ->> 'productId')::bigint, (p_item ->> 'offerId')::bigint, quantity, ceiling_hao, (p_item ->> 'quotedHao')::bigint,
    coalesce(p_item -> 'fields', '{}'), coalesce(p_item -> 'choice', '{}'), now()
  );
  return 'opened';
end;
$$;

create or replace function fulfilment.propose_restock(p_tenant bigint, p_id bigint, p_fen bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  sku bigint;
begin
  update fulfilment.restocks r
  set state = 'proposed',
      asked_fen = p_fen,
      due_at = null
  where r.tenant_id = p_tenant
    and r.id = p_id
    and r.state = 'ordering'
    and r.hold_id is null
    and not r.is_ending
  returning r.sku_id into sku;
  if found then
    perform fulfilment.tell_of_restock(p_tenant, 'restock.proposed', p_id, '{}');
  end if;
end;
$$;

create or replace function fulfilment.defer_restock(p_tenant bigint, p_id bigint, p_seconds integer)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  update fulfilment.restocks r
  set due_at = now() + make_interval(secs => p_seconds)
  where r.tenant_id = p_tenant
    and r.id = p_id
    and r.state = 'ordering'
    and r.hold_id is null
$$;

create or replace function fulfilment.tell_of_restock(p_tenant bigint, p_type text, p_id bigint, p_more jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select events.append(p_tenant, '{}', array[p_type], array['sku:' || r.sku_id], array[
    jsonb_build_object(
      'restockId', r.id, 'skuId', r.sku_id, 'title', concat_ws(' ', g.title, nullif(k.title, '')), 'quantity', r.quantity,
      'filled', r.filled, 'fen', coalesce(r.asked_fen, r.spent_fen)
    ) || p_more
  ])
  from fulfilment.restocks r
  join catalog.skus k on k.tenant_id = r.tenant_id and k.id = r.sku_id
  join catalog.goods g on g.tenant_id = k.tenant_id and g.id = k.goods_id
  where r.tenant_id = p_tenant
    and r.id = p_id
$$;
revoke execute on function fulfilment.tell_of_restock(bigint, text, bigint, jsonb) from public;

-- Short of what was wanted the rule is looked at again in an hour; why is told when it is another reason than last time, or when
-- a person had asked for it.
create or replace function fulfilment.end_restock(p_tenant bigint, p_id bigint, p_trouble text, p_note text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  restock fulfilment.restocks;
  known text;
begin
  update fulfilment.restocks r
  set state = case
        when r.filled = r.quantity then 'done'
        when r.is_ending then 'cancelled'
        when r.filled > 0 then 'partial'
        else 'stopped'
      end,
      trouble = p_trouble,
      trouble_note = left(coalesce(p_note, ''), 500),
      due_at = null,
      ended_at = now()
  where r.tenant_id = p_tenant
    and r.id = p_id
    and r.state = 'ordering'
    and r.hold_id is null
  returning * into restock;
  if not found then
    return;
  end if;
  select r.trouble into known
  from fulfilment.restock_rules r
  where r.tenant_id = p_tenant
    and r.sku_id = restock.sku_id
  for no key update;
  update fulfilment.restock_rules r
  set trouble = p_trouble,
      look_at = case when restock.state = 'done' then now() else now() + interval '1 hour' end
  where r.tenant_id = p_tenant
    and r.sku_id = restock.sku_id;
  if p_trouble is not null and (restock.asked_by <> '' or known is distinct from p_trouble) then
    perform fulfilment.tell_of_restock(p_tenant, 'restock.stopped', p_id, jsonb_build_object('reason', p_trouble));
  end if;
end;
$$;

-- The promise ends; what the purchase cost is used up, as far as the budget still has it: a supplier that charged more than it was
-- allowed is paid all the same. The caller has locked the accounts and the purchase.
create or replace function fulfilment.restock_news(
  p_tenant bigint, p_purchase suppliers.purchases, p_kind text, p_pieces integer, p_bad integer, p_cost bigint, p_code text, p_about text, p_message text
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  restock fulfilment.restocks;
  promise ledger.holds;
  is_passing boolean := coalesce(p_code in ('not_reached', 'lane_closed') or (p_about = 'limit' and p_purchase.turn < 3), false);
  has_all boolean;
  within bigint;
begin
  select * into restock
  from fulfilment.restocks r
  where r.tenant_id = p_tenant
    and r.id = p_purchase.restock_id
  for no key update;
  select * into promise
  from ledger.holds h
  where h.tenant_id = p_tenant
    and h.id = restock.hold_id;
  perform ledger.close(p_tenant, array[restock.hold_id], 'released', 'budget.release');
  select least(p_cost, a.balance - a.held_out) into within
  from ledger.accounts a
  where a.tenant_id = p_tenant
    and a.id = promise.from_account;
  if within > 0 then
    perform ledger.post(p_tenant, array[promise.from_account], array[promise.to_account], array[within], array['budget.use'], array[promise.cause]);
  end if;
  has_all := restock.filled + p_pieces = restock.quantity;
  update fulfilment.restocks r
  set filled = r.filled + p_pieces,
      spent_fen = r.spent_fen + p_cost,
      hold_id = null,
      trouble = null,
      refused = case
        when has_all or p_kind = 'done' or is_passing or p_purchase.offer_id is null or p_purchase.offer_id = any (r.refused) then r.refused
        else r.refused || p_purchase.offer_id
      end,
      due_at = now() + case when is_passing then interval '1 minute' else interval '0' end
  where r.tenant_id = p_tenant
    and r.id = restock.id;
  if has_all or restock.is_ending or p_bad > 0 then
    perform fulfilment.end_restock(p_tenant, restock.id, case when p_bad > 0 then 'bad_card' end, p_message);
  end if;
end;
$$;
revoke execute on function fulfilment.restock_news(bigint, suppliers.purchases, text, integer, integer, bigint, text, text, text) from public;

-- The supplier cannot say what became of a purchase, or delivered what it had refused (`p_fen`: what that cost).
create or replace function fulfilment.restock_trouble(p_tenant bigint, p_id bigint, p_trouble text, p_fen bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update fulfilment.restocks r
  set trouble = p_trouble,
      spent_fen = r.spent_fen + p_fen
  where r.tenant_id = p_tenant
    and r.id = p_id;
  perform fulfilment.tell_of_restock(p_tenant, 'restock.stopped', p_id, jsonb_build_object('reason', p_trouble));
end;
$$;
revoke execute on function fulfilment.restock_trouble(bigint, bigint, text, bigint) from public;

create or replace function fulfilment.decide_restock(
  p_tenant bigint, p_id bigint, p_yes boolean, p_fen bigint, p_actor text, p_staff bigint, p_reason text
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  restock fulfilment.restocks;
begin
  select * into restock
  from fulfilment.restocks r
  where r.tenant_id = p_tenant
    and r.id = p_id
  for no key update;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if restock.state <> 'proposed' or restock.asked_fen <> p_fen then
    return jsonb_build_object('code', 'restock.moved_on', 'params', '{}'::jsonb);
  end if;
  if p_yes and restock.asked_by_id = p_staff then
    return jsonb_build_object('code', 'restock.own_request', 'params', '{}'::jsonb);
  end if;
  update fulfilment.restocks r
  set state = case when p_yes then 'ordering' else 'rejected' end,
      approved_fen = case when p_yes then p_fen else r.approved_fen end,
      decided_by = p_actor,
      decided_at = now(),
      reason = p_reason,
      refused = '{}',
      due_at = case when p_yes then now() end,
      ended_at = case when not p_yes then now() end
  where r.tenant_id = p_tenant
    and r.id = p_id;
  if not p_yes then
    update fulfilment.restock_rules r
    set look_at = now() + interval '1 day'
    where r.tenant_id = p_tenant
      and r.sku_id = restock.sku_id;
  end if;
  return '{"ok": true}';
end;
$$;

-- What their budgets have promised for them.
create or replace function fulfilment.accounts_of_restocks(p_tenant bigint, p_restocks bigint[])
returns bigint[]
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select array_agg(a.id)
  from fulfilment.restocks r
  join ledger.holds h on h.tenant_id = r.tenant_id and h.id = r.hold_id
  cross join lateral unnest(array[h.from_account, h.to_account]) as a(id)
  where r.tenant_id = p_tenant
    and r.id = any (p_restocks)
$$;
revoke execute on function fulfilment.accounts_of_restocks(bigint, bigint[]) from public;

-- Takes back a purchase that was never sent. False when it was sent meanwhile, or ended.
create or replace function fulfilment.withdraw_restock_purchase(p_tenant bigint, p_restock bigint, p_code text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  purchase suppliers.purchases;
begin
  perform ledger.lock(p_tenant, fulfilment.accounts_of_restocks(p_tenant, array[p_restock]));
  update suppliers.purchases p
  set state = 'cancelled',
      code = p_code,
      due_at = null,
      ended_at = now()
  where p.tenant_id = p_tenant
    and p.restock_id = p_restock
    and p.state = 'planned'
  returning * into purchase;
  if not found then
    return false;
  end if;
  perform fulfilment.restock_news(p_tenant, purchase, 'cancelled', 0, 0, 0, p_code, null, '');
  return true;
end;
$$;
revoke execute on function fulfilment.withdraw_restock_purchase(bigint, bigint, text) from public;

create or replace function fulfilment.cancel_restock(p_tenant bigint, p_id bigint, p_actor text, p_reason text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  restock fulfilment.restocks;
begin
  perform fulfilment.withdraw_restock_purchase(p_tenant, p_id, 'withdrawn');
  select * into restock
  from fulfilment.restocks r
  where r.tenant_id = p_tenant
    and r.id = p_id
  for no key update;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if restock.state not in ('ordering', 'proposed') or restock.is_ending then
    return jsonb_build_object('code', 'restock.moved_on', 'params', '{}'::jsonb);
  end if;
  update fulfilment.restocks r
  set state = 'ordering',
      is_ending = true,
      decided_by = p_actor,
      decided_at = now(),
      reason = p_reason
  where r.tenant_id = p_tenant
    and r.id = p_id;
  -- With a purchase on its way it ends when that has.
  perform fulfilment.end_restock(p_tenant, p_id, null, '');
  return '{"ok": true}';
end;
$$;

create or replace function fulfilment.give_up_restocks(p_limit integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  stuck record;
  restock bigint;
  given_up integer := 0;
begin
  for stuck in
    select x.tenant_id, array_agg(x.restock_id order by x.restock_id) as restocks
    from (
      select p.tenant_id, p.restock_id
      from suppliers.suppliers s
      join suppliers.purchases p on p.tenant_id = s.tenant_id and p.supplier_id = s.id and p.due_at is not null
      where p.state = 'planned'
        and p.purpose = 'stock'
        and (s.state <> 'on' or (s.breaker = 'open' and s.open_until > now()))
      limit p_limit
    ) x
    group by x.tenant_id
    order by x.tenant_id
  loop
    -- The budgets of all of them before any purchase, by their accounts' ids.
    perform ledger.lock(stuck.tenant_id, fulfilment.accounts_of_restocks(stuck.tenant_id, stuck.restocks));
    foreach restock in array stuck.restocks loop
      if fulfilment.withdraw_restock_purchase(stuck.tenant_id, restock, 'lane_closed') then
        given_up := given_up + 1;
      end if;
    end loop;
  end loop;
  return given_up;
end;
$$;
