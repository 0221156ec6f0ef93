-- Accounts that a supplier refused, and what their buyer or the desk does about them. docs/adr/0038-accounts-of-buyers.md.
--
--   fulfilment.account_trouble(tenant, no, line)            why the account of a line may not be corrected now; null: it may
--   fulfilment.correct_account(tenant, no, line, said)      another account: the line is wanted anew, under the next number
--   fulfilment.give_up_account(tenant, no, line, actor)     the buyer wants the money back instead
--   fulfilment.account_view(tenant, no, line)               what the buyer's page shows of it
--   fulfilment.ask_for_account(tenant, no, line)            inside purchase_news: the buyer is told, where somebody can give another
--
-- Lock order: orders by number, accounts by id, needs, purchases. Whoever corrects, gives back or has news of a purchase has the
-- order locked, so one of them is first and the others read what it did.

create or replace function fulfilment.account_trouble(p_tenant bigint, p_no bigint, p_line integer)
returns text
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select case
    when l.line_no is null then 'common.not_found'
    when catalog.deliver_of(l.kind) <> 'supply' or l.state <> 'exception' or l.exception_reason is distinct from 'account_refused' or n.state <> 'stopped'
      -- Its share goes back by itself.
      or exists (
        select from orders.bundles b
        where b.tenant_id = p_tenant and b.order_no = p_no and b.bundle_no = l.bundle_no and b.policy = 'refund'
      )
      then 'accounts.nothing_to_correct'
    when exists (
      select from suppliers.purchases p
      where p.tenant_id = p_tenant and p.order_no = p_no and p.line_no = p_line and p.state = 'contradicted'
    ) then 'accounts.arrived_after_all'
    when exists (
      select from suppliers.purchases p
      where p.tenant_id = p_tenant and p.order_no = p_no and p.line_no = p_line
        and p.state in ('planned', 'sending', 'accepted', 'unknown')
    ) then 'accounts.under_way'
    when fulfilment.refund_awaits(p_tenant, p_no, p_line) then 'accounts.refund_awaited'
  end
  from (select) x
  left join orders.lines l on l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = p_line
  left join fulfilment.needs n on n.tenant_id = p_tenant and n.order_no = p_no and n.line_no = p_line
$$;

-- p_said: {"form": what was corrected, "by": buyer or staff, "actor", "max": how often a buyer may}. Every source may be asked again:
-- it was the account that they refused.
create or replace function fulfilment.correct_account(p_tenant bigint, p_no bigint, p_line integer, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
declare
  trouble text;
  said_form jsonb := p_said -> 'form';
  old jsonb;
  last_turn smallint;
begin
  perform orders.lock(p_tenant, p_no);
  select n.turn into last_turn
  from fulfilment.needs n
  where n.tenant_id = p_tenant
    and n.order_no = p_no
    and n.line_no = p_line
  for no key update;
  trouble := fulfilment.account_trouble(p_tenant, p_no, p_line);
  if trouble is not null then
    return jsonb_build_object('code', trouble, 'params', '{}'::jsonb);
  end if;
  if p_said ->> 'by' = 'buyer' and (
    select count(*) from fulfilment.corrections c
    where c.tenant_id = p_tenant and c.order_no = p_no and c.line_no = p_line and c.by_kind = 'buyer'
  ) >= (p_said ->> 'max')::integer then
    return jsonb_build_object('code', 'accounts.too_often', 'params', jsonb_build_object('max', (p_said ->> 'max')::integer));
  end if;
  select l.form into old
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  if old || said_form = old then
    return jsonb_build_object('code', 'accounts.same_account', 'params', '{}'::jsonb);
  end if;
  -- What was refused is refused again, and each asking counts with the supplier.
  if exists (
    select from fulfilment.corrections c
    where c.tenant_id = p_tenant and c.order_no = p_no and c.line_no = p_line and c.before = old || said_form
  ) then
    return jsonb_build_object('code', 'accounts.refused_before', 'params', '{}'::jsonb);
  end if;
  insert into fulfilment.corrections (tenant_id, order_no, line_no, turn, before, after, by_kind, by_name)
  values (p_tenant, p_no, p_line, last_turn, old, old || said_form, p_said ->> 'by', coalesce(p_said ->> 'actor', ''));
  update orders.lines l
  set form = l.form || said_form
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  perform fulfilment.want_supply(p_tenant, array[p_no], array[p_line::smallint], coalesce(p_said ->> 'actor', ''));
  return jsonb_build_object('ok', true, 'turn', last_turn);
end;
$$;

-- Only what never arrived at all, and cost something: else a person of the shop looks at it.
create or replace function fulfilment.give_up_account(p_tenant bigint, p_no bigint, p_line integer, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  trouble text;
begin
  perform orders.lock(p_tenant, p_no);
  trouble := fulfilment.account_trouble(p_tenant, p_no, p_line);
  if trouble is not null then
    return jsonb_build_object('code', trouble, 'params', '{}'::jsonb);
  end if;
  if not fulfilment.may_give_up(p_tenant, p_no, p_line) then
    return jsonb_build_object('code', 'accounts.ask_the_shop', 'params', '{}'::jsonb);
  end if;
  return fulfilment.refund(p_tenant, p_no, p_line, 'source', 'account_refused', p_actor);
end;
$$;

create or replace function fulfilment.may_give_up(p_tenant bigint, p_no bigint, p_line integer)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select n.filled = 0 and l.refunded_fen = 0 and l.refunding_fen = 0 and (l.amount_fen > 0 or l.unit_points > 0)
  from orders.lines l
  join fulfilment.needs n on n.tenant_id = p_tenant and n.order_no = p_no and n.line_no = p_line
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
$$;
revoke execute on function fulfilment.may_give_up(bigint, bigint, integer) from public;

-- Null where there is nothing to correct.
create or replace function fulfilment.account_view(p_tenant bigint, p_no bigint, p_line integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select jsonb_build_object(
    'corrected', (
      select count(*) from fulfilment.corrections c
      where c.tenant_id = p_tenant and c.order_no = p_no and c.line_no = p_line and c.by_kind = 'buyer'
    ),
    'mayGiveUp', fulfilment.may_give_up(p_tenant, p_no, p_line)
  )
  where fulfilment.account_trouble(p_tenant, p_no, p_line) is null
$$;
revoke execute on function fulfilment.account_view(bigint, bigint, integer) from public;

create or replace function fulfilment.ask_for_account(p_tenant bigint, p_no bigint, p_line integer)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
    'type', 'supply.account_refused', 'subject', 'order:' || p_no,
    'payload', jsonb_build_object('no', p_no, 'lineNo', p_line, 'title', concat_ws(' ', l.goods_title, l.sku_title))
  )))
  from orders.lines l
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line
    and fulfilment.account_trouble(p_tenant, p_no, p_line) is null
    -- What goes back by itself is over before anybody could answer: a machine ordered it, or a file.
    and not exists (select from orders.orders o where o.tenant_id = p_tenant and o.no = p_no and o.gives_back)
$$;
revoke execute on function fulfilment.ask_for_account(bigint, bigint, integer) from public;
