-- Redeem codes as goods: SKUs of kind `link` (docs/adr/0046-redeem-links-as-goods.md).
--
--   redeem.standing(…)                            how a code stands, in one word
--   redeem.is_sellable(state, valid to)          whether a code of a series may still be made for somebody who paid
--   redeem.free(tenant, sku)                      pieces of a SKU that may be redeemed now; null: not counted
--   redeem.link_room(tenant, sku)                 of a link SKU: into what, pieces a link, pieces that are left for links
--   redeem.link_stock(tenant, sku)                links that may be sold now; null: not counted
--   redeem.lock_links(tenant, skus)               inside an order: nobody else finds room for what these redeem into
--   redeem.refuse_oversold(tenant, items, …)      inside orders.place: who does not get any
--   redeem.offer_at(tenant, sku, when)            the offer of a link SKU that an order of that moment gets
--   redeem.open_sales(tenant, nos, lines)         inside deliver_locked: lines whose codes are to be made
--   redeem.give_up_making(seconds, limit)         all tenants: lines whose codes are not made go to the desk
--   redeem.deliver_sold(tenant, no, line, codes)  the codes of a line are made: they are the buyer's, and the price is earned
--   redeem.lock_sold(tenant, nos)                 inside lock_accounts: codes before accounts, as whoever redeems takes them
--   redeem.void_sold(tenant, no, line, pieces, whole)   inside a refund: unused uses end with the right
--   redeem.sold_view(tenant, no, line, limit)     the codes of a line for its buyer's page, still sealed
--   redeem.link_cost(tenant, sku)                 what one link costs us at most; null: nobody knows
--   redeem.part_worths(tenant, sku, fen)          what a piece of each part of a bundle is worth
--
-- Lock order: the order that sold, its codes by id, the order that redeems, accounts by id, sales.

create or replace function redeem.standing(
  p_batch_state text, p_code_state text, p_valid_from timestamptz, p_valid_to timestamptz, p_expires_at timestamptz, p_used integer, p_uses integer
)
returns text
language sql
stable
parallel safe
set search_path = pg_catalog
as $$
  select case
    when p_batch_state = 'void' or p_code_state = 'void' then 'void'
    when p_batch_state <> 'ready' or p_code_state <> 'active' then 'suspended'
    when p_valid_from > now() then 'not_yet'
    when p_used >= p_uses then 'used_up'
    when least(p_expires_at, p_valid_to) <= now() then 'expired'
    else 'open'
  end
$$;

-- A code of it would be good for something: none is made of a series that is void or over. One that is suspended may go on.
create or replace function redeem.is_sellable(p_batch_state text, p_valid_to timestamptz)
returns boolean
language sql
stable
parallel safe
set search_path = pg_catalog
as $$
  select p_batch_state <> 'void' and coalesce(p_valid_to > now(), true)
$$;
revoke execute on function redeem.is_sellable(text, timestamptz) from public;

create or replace function redeem.free(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
parallel safe
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
  select case catalog.reserve_of(s.kind)
    when 'shelf' then case
      when s.source = 'own' then own.pieces
      -- What suppliers do not count is never short.
      when s.supply_stock is not null then greatest(own.pieces, s.supply_stock)
    end
    when 'supply' then s.supply_stock
    when 'day' then fulfilment.service_left(p_tenant, s.id)
    when 'parts' then catalog.bundle_stock(p_tenant, s.id, now())
    else 0
  end
  from catalog.skus s
  cross join lateral (
    select coalesce((
      select a.balance - a.held_out
      from ledger.accounts a
      where a.tenant_id = p_tenant
        and a.kind = 'stock.available'
        and a.ref = s.id::text
        and a.unit = 'piece'
    ), 0) as pieces
    offset 0
  ) own
  where s.tenant_id = p_tenant
    and s.id = p_sku
$$;

-- What was on sale when the order was placed; where nothing was, what came last.
create or replace function redeem.offer_at(p_tenant bigint, p_sku bigint, p_at timestamptz)
returns bigint
language sql
stable
parallel safe
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
  select b.id
  from redeem.batches b
  where b.tenant_id = p_tenant
    and b.link_sku_id = p_sku
  order by (b.created_at <= p_at and (b.replaced_at is null or b.replaced_at > p_at)) desc, b.id desc
  limit 1
$$;
revoke execute on function redeem.offer_at(bigint, bigint, timestamptz) from public;

-- `pieces` is what is left of the goods when every link that was sold, or is just being bought, is redeemed: null when it is
-- not counted, nothing when the goods are off the shelf or nobody may redeem. Cards that are sold by themselves take from the same
-- shelf: a link sets none aside.
create or replace function redeem.link_room(p_tenant bigint, p_sku bigint, out target bigint, out pieces_each bigint, out pieces bigint)
language plpgsql
stable
parallel safe
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  offer redeem.batches;
  is_off boolean;
begin
  select b.* into offer
  from redeem.batches b
  where b.tenant_id = p_tenant
    and b.link_sku_id = p_sku
    and b.replaced_at is null;
  target := offer.sku_id;
  pieces_each := offer.quantity::bigint * offer.uses_per_code;
  select s.state <> 'on' or s.removed_at is not null or catalog.shelf_reason(g.state, g.on_at, g.off_at, now()) is not null
    or (catalog.reserve_of(s.kind) = 'parts' and catalog.bundle_reason(p_tenant, s.id, now()) is not null)
  into is_off
  from catalog.skus s
  join catalog.goods g on g.tenant_id = p_tenant and g.id = s.goods_id
  where s.tenant_id = p_tenant
    and s.id = offer.sku_id;
  if is_off is distinct from false or offer.state <> 'ready' or offer.valid_to <= now() then
    pieces := 0;
    return;
  end if;
  if offer.link_stock = 'unlimited' then
    return;
  end if;
  -- A day's capacity of a service says nothing of the day on which it is redeemed.
  select case when catalog.reserve_of(s.kind) <> 'day' then redeem.free(p_tenant, s.id) end
  into pieces
  from catalog.skus s
  where s.tenant_id = p_tenant
    and s.id = offer.sku_id;
  if pieces is null then
    return;
  end if;
  pieces := greatest(pieces - coalesce((
    select sum((c.uses - c.used)::bigint * b.quantity)
    from redeem.batches b
    join redeem.codes c
      on c.tenant_id = p_tenant
      and c.batch_id = b.id
      and c.order_no is not null
      and c.used < c.uses
      and c.state <> 'void'
    where b.tenant_id = p_tenant
      and b.sku_id = offer.sku_id
      and b.link_sku_id is not null
      and b.state <> 'void'
      and coalesce(least(c.expires_at, b.valid_to) > now(), true)
  ), 0) - coalesce((
    -- By the offer that each order gets, also when another has taken its place since.
    select sum(l.quantity::bigint * b.quantity * b.uses_per_code)
    from (
      select distinct x.link_sku_id as sku
      from redeem.batches x
      where x.tenant_id = p_tenant
        and x.sku_id = offer.sku_id
        and x.link_sku_id is not null
    ) k
    join orders.lines l
      on l.tenant_id = p_tenant
      and l.sku_id = k.sku
      and l.kind = 'link'
      and l.state in ('waiting', 'supplying', 'exception')
      and l.delivered_quantity = 0
    cross join lateral (
      select o.placed_at from orders.orders o where o.tenant_id = p_tenant and o.no = l.order_no offset 0
    ) o
    left join lateral (
      select s.batch_id, s.state from redeem.sales s where s.tenant_id = p_tenant and s.order_no = l.order_no and s.line_no = l.line_no offset 0
    ) s on true
    join redeem.batches b
      on b.tenant_id = p_tenant
      and b.id = coalesce(s.batch_id, redeem.offer_at(p_tenant, l.sku_id, o.placed_at))
    where b.sku_id = offer.sku_id
      and s.state is distinct from 'cancelled'
      and redeem.is_sellable(b.state, b.valid_to)
  ), 0), 0);
end;
$$;

create or replace function redeem.link_stock(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
parallel safe
security definer
set search_path = pg_catalog
as $$
  select case when r.pieces = 0 then 0 else r.pieces / r.pieces_each end
  from redeem.link_room(p_tenant, p_sku) r
$$;

-- One lock for each SKU that is redeemed into. Before any account: who orders links together with other goods takes them here first.
create or replace function redeem.lock_links(p_tenant bigint, p_skus bigint[])
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select pg_advisory_xact_lock(hashtextextended('redeem.links:' || p_tenant || ':' || t.sku_id, 0))
  from (
    select distinct b.sku_id
    from redeem.batches b
    where b.tenant_id = p_tenant
      and b.link_sku_id = any (p_skus)
      and b.link_sku_id is not null
      and b.replaced_at is null
    order by 1
  ) t
$$;
revoke execute on function redeem.lock_links(bigint, bigint[]) from public;

-- Decided under those locks, which last until the order is placed, so that two processes cannot both find room.
create or replace function redeem.refuse_oversold(
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
  taken jsonb := '{}';
  before bigint;
begin
  perform redeem.lock_links(p_tenant, p_skus);
  for one in
    with rooms as materialized (
      select s.sku, r.target, r.pieces_each, r.pieces
      from (select distinct u.sku from unnest(p_skus) as u(sku)) s
      cross join lateral redeem.link_room(p_tenant, s.sku) r
    )
    select x.item, x.sku, x.quantity, x.title, r.target, r.pieces_each, r.pieces
    from unnest(p_items, p_skus, p_quantities, p_titles) with ordinality as x(item, sku, quantity, title, n)
    join rooms r on r.sku = x.sku
    order by x.n
  loop
    continue when one.pieces is null;
    before := coalesce((taken ->> one.target::text)::bigint, 0);
    if one.target is null or one.quantity * one.pieces_each > one.pieces - before then
      item_no := one.item;
      refusal := jsonb_build_object('code', 'orders.sold_out', 'params', jsonb_build_object(
        'title', one.title, 'skuId', one.sku, 'available', coalesce(greatest(one.pieces - before, 0) / one.pieces_each, 0)
      ));
      return next;
    else
      taken := taken || jsonb_build_object(one.target::text, before + one.quantity * one.pieces_each);
    end if;
  end loop;
end;
$$;
revoke execute on function redeem.refuse_oversold(bigint, integer[], bigint[], integer[], text[]) from public;

-- A code is drawn and sealed outside the database: until a job, which the news of it starts, brings it the line is `supplying`. What was on sale when the
-- order was placed is what its buyer gets, though the shop has changed it since.
create or replace function redeem.open_sales(p_tenant bigint, p_nos bigint[], p_lines smallint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  -- Those that stood so before: nothing new is to be told of them.
  was_over boolean[];
begin
  select array_agg(l.state = 'exception' and l.exception_reason = 'no_source' order by x.n)
  into was_over
  from unnest(p_nos, p_lines) with ordinality as x(no, line, n)
  cross join lateral (
    select l.state, l.exception_reason from orders.lines l where l.tenant_id = p_tenant and l.order_no = x.no and l.line_no = x.line offset 0
  ) l;
  insert into redeem.sales as s (tenant_id, order_no, line_no, batch_id, quantity)
  select p_tenant, x.no, x.line, b.id, l.quantity
  from unnest(p_nos, p_lines) as x(no, line)
  cross join lateral (
    select l.sku_id, l.quantity
    from orders.lines l
    where l.tenant_id = p_tenant
      and l.order_no = x.no
      and l.line_no = x.line
    offset 0
  ) l
  cross join lateral (
    select o.placed_at from orders.orders o where o.tenant_id = p_tenant and o.no = x.no offset 0
  ) o
  cross join lateral (
    select b.id, b.state, b.valid_to
    from redeem.batches b
    where b.tenant_id = p_tenant
      and b.id = redeem.offer_at(p_tenant, l.sku_id, o.placed_at)
    offset 0
  ) b
  -- Paid when it is good for nothing any more: somebody of the shop decides, and no other offer takes its place.
  where redeem.is_sellable(b.state, b.valid_to)
  on conflict (tenant_id, order_no, line_no) do update
  set wanted_at = now()
  where s.state = 'making';
  update orders.lines l
  set state = case when s.state = 'making' then 'supplying' else 'exception' end,
      exception_reason = case when s.state = 'making' then null else 'no_source' end,
      exception_note = null,
      exception_at = case when s.state is distinct from 'making' then coalesce(l.exception_at, now()) end
  from unnest(p_nos, p_lines) as x(no, line)
  left join lateral (
    select s.state from redeem.sales s where s.tenant_id = p_tenant and s.order_no = x.no and s.line_no = x.line offset 0
  ) s on true
  where l.tenant_id = p_tenant
    and l.order_no = any (p_nos)
    and l.order_no = x.no
    and l.line_no = x.line;
  perform events.append(
    p_tenant, '{}', array_agg(case when l.state = 'exception' then 'order.exception' else 'link.wanted' end), array_agg('order:' || x.no),
    array_agg(jsonb_build_object('no', x.no, 'lineNo', x.line) || case when l.state = 'exception' then '{"reason": "no_source"}'::jsonb else '{}' end)
  )
  from unnest(p_nos, p_lines, was_over) as x(no, line, was_over)
  cross join lateral (
    select l.state from orders.lines l where l.tenant_id = p_tenant and l.order_no = x.no and l.line_no = x.line offset 0
  ) l
  where l.state <> 'exception'
    or not x.was_over;
end;
$$;
revoke execute on function redeem.open_sales(bigint, bigint[], smallint[]) from public;

-- Paid, and no code after so many seconds: its job failed, was discarded or never came. Somebody of the shop is to know; a code that
-- is made all the same is still its buyer's (redeem.deliver_sold), so that nothing is lost by telling early.
create or replace function redeem.give_up_making(p_seconds integer, p_limit integer)
returns integer
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  late record;
  told integer := 0;
  -- While the installation stands still no job makes any.
  works_since timestamptz := platform.works_since();
begin
  for late in
    select s.tenant_id, s.order_no, s.line_no
    from redeem.sales s
    join orders.lines l on l.tenant_id = s.tenant_id and l.order_no = s.order_no and l.line_no = s.line_no
    where s.state = 'making'
      and greatest(s.wanted_at, works_since) < now() - make_interval(secs => p_seconds)
      and l.state = 'supplying'
    order by s.wanted_at
    limit p_limit
  loop
    -- Whoever has the order is bringing the code, or taking the money back.
    perform 1
    from orders.orders o
    where o.tenant_id = late.tenant_id
      and o.no = late.order_no
    for no key update skip locked;
    continue when not found;
    update orders.lines l
    set state = 'exception',
        exception_reason = 'link_failed',
        exception_note = null,
        exception_at = now()
    where l.tenant_id = late.tenant_id
      and l.order_no = late.order_no
      and l.line_no = late.line_no
      and l.state = 'supplying'
      and exists (
        select
        from redeem.sales s
        where s.tenant_id = late.tenant_id
          and s.order_no = late.order_no
          and s.line_no = late.line_no
          and s.state = 'making'
          and greatest(s.wanted_at, works_since) < now() - make_interval(secs => p_seconds)
      );
    continue when not found;
    told := told + 1;
    perform events.append(late.tenant_id, '{"actor": "system"}', jsonb_build_array(jsonb_build_object(
      'type', 'order.exception', 'subject', 'order:' || late.order_no,
      'payload', jsonb_build_object('no', late.order_no, 'lineNo', late.line_no, 'reason', 'link_failed')
    )));
  end loop;
  return told;
end;
$$;

-- Codes: [{id, hash, sealed}] in hex, one a piece. Answers false when the line gets none: it has them, was or may be refunded, or its
-- series has ended meanwhile, which is an exception.
create or replace function redeem.deliver_sold(p_tenant bigint, p_no bigint, p_line integer, p_codes jsonb)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  the_order orders.orders;
  sale redeem.sales;
  offer redeem.batches;
  is_whole boolean;
begin
  select * into the_order
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no
  for no key update;
  perform ledger.lock(p_tenant, array[
    ledger.account(p_tenant, 'cash.clearing', '', 'CNY'), ledger.account(p_tenant, 'cash.revenue', '', 'CNY')
  ]);
  select * into sale
  from redeem.sales s
  where s.tenant_id = p_tenant
    and s.order_no = p_no
    and s.line_no = p_line
  for no key update;
  -- A code that is not made yet is not handed out while its money is asked back; `decline_refund` wants it again.
  if sale.state is distinct from 'making' or fulfilment.refund_awaits(p_tenant, p_no, p_line) then
    return false;
  end if;
  if jsonb_array_length(p_codes) <> sale.quantity then
    raise exception 'line % of order % is of % codes and gets %', p_line, p_no, sale.quantity, jsonb_array_length(p_codes);
  end if;
  -- Whoever voids the series waits for us, or we for them.
  select * into offer
  from redeem.batches b
  where b.tenant_id = p_tenant
    and b.id = sale.batch_id
  for share;
  if not redeem.is_sellable(offer.state, offer.valid_to) then
    update redeem.sales s
    set state = 'cancelled',
        ended_at = now()
    where s.tenant_id = p_tenant
      and s.order_no = p_no
      and s.line_no = p_line;
    update orders.lines l
    set state = 'exception',
        exception_reason = 'no_source',
        exception_note = null,
        exception_at = coalesce(l.exception_at, now())
    where l.tenant_id = p_tenant
      and l.order_no = p_no
      and l.line_no = p_line;
    perform events.append(p_tenant, '{"actor": "system"}', jsonb_build_array(jsonb_build_object(
      'type', 'order.exception', 'subject', 'order:' || p_no,
      'payload', jsonb_build_object('no', p_no, 'lineNo', p_line, 'reason', 'no_source')
    )));
    return false;
  end if;
  insert into redeem.codes (
    tenant_id, id, batch_id, code_hash, sealed, uses, handed_out_at, expires_at, order_no, line_no, piece
  )
  select p_tenant, (c.code ->> 'id')::bigint, offer.id, decode(c.code ->> 'hash', 'hex'), decode(c.code ->> 'sealed', 'hex'),
    offer.uses_per_code, now(), now() + offer.valid_days * interval '1 day', p_no, p_line, c.n::integer
  from jsonb_array_elements(p_codes) with ordinality as c(code, n);
  insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, kind, sku_id)
  select p_tenant, the_order.buyer_key, the_order.member_id, p_no, p_line, p.piece, l.kind, l.sku_id
  from orders.lines l
  cross join generate_series(1, sale.quantity) as p(piece)
  where l.tenant_id = p_tenant
    and l.order_no = p_no
    and l.line_no = p_line;
  update redeem.sales s
  set state = 'delivered',
      ended_at = now()
  where s.tenant_id = p_tenant
    and s.order_no = p_no
    and s.line_no = p_line;
  is_whole := fulfilment.finish_line(p_tenant, p_no, p_line);
  perform events.append(p_tenant, '{"actor": "system"}', jsonb_build_array(jsonb_build_object(
    'type', case when is_whole then 'order.delivered' else 'link.delivered' end, 'subject', 'order:' || p_no,
    'payload', jsonb_build_object('no', p_no) || case when is_whole then '{}' else jsonb_build_object('lineNo', p_line) end
  )));
  return true;
end;
$$;

create or replace function redeem.lock_sold(p_tenant bigint, p_nos bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  perform 1
  from redeem.codes c
  where c.tenant_id = p_tenant
    and c.order_no = any (p_nos)
    and c.order_no is not null
  order by c.id
  for no key update;
end;
$$;
revoke execute on function redeem.lock_sold(bigint, bigint[]) from public;

-- A code that is used up stays what it is, the recorded loss. Of one with uses left nobody redeems any more.
create or replace function redeem.void_sold(p_tenant bigint, p_no bigint, p_line integer, p_pieces integer[], p_whole boolean)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
begin
  update redeem.codes c
  set state = 'void'
  where c.tenant_id = p_tenant
    and c.order_no = p_no
    and c.order_no is not null
    and c.line_no = p_line
    and c.piece = any (p_pieces)
    and c.used < c.uses
    and c.state <> 'void';
  update redeem.sales s
  set state = 'cancelled',
      ended_at = now()
  where p_whole
    and s.tenant_id = p_tenant
    and s.order_no = p_no
    and s.line_no = p_line
    and s.state = 'making';
end;
$$;
revoke execute on function redeem.void_sold(bigint, bigint, integer, integer[], boolean) from public;

create or replace function redeem.sold_view(p_tenant bigint, p_no bigint, p_line integer, p_limit integer)
returns json
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select json_agg(json_build_object(
    'grantId', x.grant_id, 'piece', x.piece, 'state', case when x.used >= x.uses then 'used' else x.state end,
    'sealed', encode(x.sealed, 'base64'), 'link', json_build_object(
      'codeId', x.id, 'uses', x.uses, 'used', x.used, 'standing', x.standing, 'validTo', x.valid_to
    )
  ) order by x.piece)
  from (
    select g.id as grant_id, g.piece, g.state, c.id, c.sealed, c.uses, c.used, least(c.expires_at, b.valid_to) as valid_to,
      redeem.standing(b.state, c.state, b.valid_from, b.valid_to, c.expires_at, c.used, c.uses) as standing
    from entitlements.grants g
    join redeem.codes c
      on c.tenant_id = p_tenant
      and c.order_no = p_no
      and c.order_no is not null
      and c.line_no = p_line
      and c.piece = g.piece
    join redeem.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
    where g.tenant_id = p_tenant
      and g.order_no = p_no
      and g.line_no = p_line
      and g.state <> 'revoked'
    order by g.piece
    limit p_limit
  ) x
$$;
revoke execute on function redeem.sold_view(bigint, bigint, integer, integer) from public;

-- By line number: an order of one bundle has a line for each of its parts, in their order. Shares are those of orders.expand_bundles.
create or replace function redeem.part_worths(p_tenant bigint, p_sku bigint, p_fen bigint)
returns bigint[]
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select array_agg(s.fen[p.n] / p.quantity order by p.n)
  from (
    select catalog.split_fen(p_fen, array_agg(coalesce(p.share_fen, f.price_fen * p.quantity, p.points)::bigint order by p.position)) as fen,
      array_agg(p.quantity order by p.position) as quantities
    from catalog.bundle_parts p
    left join lateral catalog.offers(p_tenant, array[p.part_sku_id], now()) f on true
    where p.tenant_id = p_tenant
      and p.sku_id = p_sku
  ) s
  cross join lateral unnest(s.quantities) with ordinality as p(quantity, n)
$$;
revoke execute on function redeem.part_worths(bigint, bigint, bigint) from public;

-- What one link of this SKU costs us at most: each use of it will be delivered once. Null where nobody knows. Not `definer`: asked for a
-- page under its shop's row security.
create or replace function redeem.link_cost(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
as $$
  select b.quantity * b.uses_per_code * coalesce(catalog.usual_cost(p_tenant, b.sku_id), (
    -- Of a bundle at least what is known of its parts.
    select sum(catalog.usual_cost(p_tenant, p.part_sku_id) * p.quantity)::bigint
    from catalog.bundle_parts p
    where p.tenant_id = p_tenant
      and p.sku_id = b.sku_id
      and p.part_sku_id is not null
  ))
  from redeem.batches b
  where b.tenant_id = p_tenant
    and b.link_sku_id = p_sku
    and b.replaced_at is null
$$;
