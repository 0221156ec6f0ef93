-- What a person owns: reads over entitlements.grants, which the functions of fulfilment write. docs/adr/0057-my-rights.md.
--
--   entitlements.rights(tenant, owner, ask)   a page of an owner's rights, and how many there are

-- p_ask: {"before", "limit", "list", "kinds", "q", "reads", "counted", "endsSoonDays"}. Never looks at more than `reads` rights, however
-- many their owner has and however few of them are asked for: what it has not looked at is behind `next`. An order's number is
-- found by itself. Sealed codes are not read.
create or replace function entitlements.rights(p_tenant bigint, p_owner text, p_ask jsonb)
returns json
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  before bigint := coalesce((p_ask ->> 'before')::bigint, 9223372036854775807);
  page_size integer := (p_ask ->> 'limit')::integer;
  asked text := coalesce(p_ask ->> 'list', 'all');
  kinds text[] := case when jsonb_typeof(p_ask -> 'kinds') = 'array' then array(select jsonb_array_elements_text(p_ask -> 'kinds')) end;
  words text := lower(nullif(p_ask ->> 'q', ''));
  the_order bigint := case when words ~ '^[0-9]{16}$' then words::bigint end;
  soon timestamptz := now() + make_interval(days => (p_ask ->> 'endsSoonDays')::integer);
  reads integer := (p_ask ->> 'reads')::integer;
  ids bigint[];
  answer json;
begin
  if the_order is not null then
    ids := array(
      select x.id
      from (
        select g.id
        from entitlements.grants g
        where g.tenant_id = p_tenant
          and g.order_no = the_order
          and g.owner_key = p_owner
        offset 0
      ) x
      where x.id < before
      order by x.id desc
      limit reads
    );
    words := null;
  else
    ids := array(
      select g.id
      from entitlements.grants g
      where g.tenant_id = p_tenant
        and g.owner_key = p_owner
        and g.id < before
      order by g.owner_key desc, g.id desc
      limit reads
    );
  end if;

  with seen as materialized (
    select g.*, a.state as activation, a.is_stuck, w.until, r.uses, r.used, r.standing as link_standing, s.standing, s.standing = 'usable' and w.until <= soon as ends_soon
    from unnest(ids) as i(id)
    cross join lateral (
      select g.id, g.kind, g.state, g.order_no, g.line_no, g.piece, g.turn, g.sku_id, g.card_id, g.granted_at, g.changed_at
      from entitlements.grants g
      where g.tenant_id = p_tenant
        and g.id = i.id
      offset 0
    ) g
    left join lateral (
      select c.valid_to, c.batch_id from vault.cards c where c.tenant_id = p_tenant and c.id = g.card_id offset 0
    ) c on true
    left join lateral (
      select k.uses, k.used, least(k.expires_at, b.valid_to) as valid_to,
        redeem.standing(b.state, k.state, b.valid_from, b.valid_to, k.expires_at, k.used, k.uses) as standing
      from redeem.codes k
      cross join lateral (
        select b.state, b.valid_from, b.valid_to from redeem.batches b where b.tenant_id = p_tenant and b.id = k.batch_id offset 0
      ) b
      where catalog.refresh_of(g.kind) = 'uses'
        and k.tenant_id = p_tenant
        and k.order_no = g.order_no
        and k.order_no is not null
        and k.line_no = g.line_no
        and k.piece = g.piece
      offset 0
    ) r on true
    -- One that was bought to be activated later, until all of it arrived.
    left join lateral (
      select a.state, a.ends_at, l.state = 'exception' as is_stuck
      from fulfilment.activations a
      cross join lateral (
        select l.state from orders.lines l where l.tenant_id = p_tenant and l.order_no = g.order_no and l.line_no = g.line_no offset 0
      ) l
      where g.state in ('dormant', 'lapsed')
        and a.tenant_id = p_tenant
        and a.order_no = g.order_no
        and a.line_no = g.line_no
      offset 0
    ) a on true
    -- Asked of the few whose batch was ever recalled.
    left join lateral (
      select fulfilment.is_called_back(p_tenant, p.batch_id, p.grant_id) as is_called_back
      from vault.recall_pieces p
      where p.tenant_id = p_tenant
        and p.batch_id = c.batch_id
        and p.grant_id = g.id
      offset 0
    ) k on true
    cross join lateral (
      select coalesce(c.valid_to, r.valid_to, case when a.state in ('open', 'lapsed') then a.ends_at end) as until
    ) w
    -- How it stands today. In place: a call for each of a thousand rights would double what they cost.
    cross join lateral (
      select case
        when g.state = 'revoked' or r.standing = 'void' then 'revoked'
        when g.state = 'lapsed' or a.state = 'open' and w.until <= now() then 'expired'
        when g.state = 'dormant' then 'usable'
        when catalog.deliver_of(g.kind) not in ('pick', 'make') then 'arrived'
        when g.state = 'used' or r.standing = 'used_up' then 'used'
        when w.until <= now() then 'expired'
        when k.is_called_back then 'recalled'
        else 'usable'
      end as standing
    ) s
    where (kinds is null or g.kind = any (kinds))
      and (words is null or exists (
        select from orders.lines l
        where l.tenant_id = p_tenant
          and l.order_no = g.order_no
          and l.line_no = g.line_no
          and position(words in lower(l.goods_title || ' ' || l.sku_title)) > 0
      ))
  ), found as materialized (
    select s.*, row_number() over (order by s.id desc) as n
    from seen s
    where asked = 'all'
       or s.standing = asked
       or (asked = 'ending' and s.ends_soon)
    order by s.id desc
    limit page_size + 1
  )
  select json_build_object(
    'items', coalesce((
      select json_agg(json_build_object(
        'id', f.id,
        'kind', f.kind,
        'standing', f.standing,
        'endsSoon', coalesce(f.ends_soon, false),
        'source', case
          when f.turn > 1 then 'replacement'
          when o.pay_with = 'redeem' then 'redeemed'
          when l.bundle_no is not null then 'bundle'
          else 'bought'
        end,
        'orderNo', f.order_no,
        'lineNo', f.line_no,
        'piece', f.piece,
        'skuId', f.sku_id,
        'goodsId', l.goods_id,
        'goodsTitle', l.goods_title,
        'skuTitle', l.sku_title,
        'points', case catalog.deliver_of(f.kind) when 'credit' then l.credit_points / l.quantity end,
        'pickedNumber', l.pick_number,
        'grantedAt', f.granted_at,
        'validUntil', f.until,
        'endedAt', case when f.state not in ('active', 'dormant') then f.changed_at end,
        'isReplaced', f.state = 'revoked' and exists (
          select from entitlements.grants x
          where x.tenant_id = p_tenant
            and x.order_no = f.order_no
            and x.line_no = f.line_no
            and x.piece = f.piece
            and x.turn > f.turn
        ),
        'activation', case
          when f.activation = 'open' and f.standing = 'usable' then 'open'
          when f.activation = 'activated' and f.is_stuck then 'stuck'
          when f.activation = 'activated' then 'under_way'
        end,
        'link', case when catalog.refresh_of(f.kind) = 'uses' then json_build_object('uses', f.uses, 'used', f.used, 'standing', f.link_standing) end,
        'complaint', case when o.has_complaints then (
          select p.state from fulfilment.complaints p where p.tenant_id = p_tenant and p.grant_id = f.id and p.state <> 'withdrawn'
        ) end,
        'recall', case
          when exists (select from vault.recall_pieces p where p.tenant_id = p_tenant and p.order_no = f.order_no)
          then (select r.state from fulfilment.recalls_of(p_tenant, f.order_no, f.id) r)
        end
      ) order by f.id desc)
      from found f
      cross join lateral (
        select l.goods_id, l.goods_title, l.sku_title, l.credit_points, l.quantity, l.pick_number, l.bundle_no
        from orders.lines l
        where l.tenant_id = p_tenant
          and l.order_no = f.order_no
          and l.line_no = f.line_no
        offset 0
      ) l
      cross join lateral (
        select o.pay_with, o.has_complaints from orders.orders o where o.tenant_id = p_tenant and o.no = f.order_no offset 0
      ) o
      where f.n <= page_size
    ), '[]'),
    -- Where the page ends when there is more of it; else where the looking ended, unless nothing is left to look at.
    'next', case
      when (select count(*) from found) > page_size then (select f.id from found f where f.n = page_size)
      when cardinality(ids) = reads then ids[reads]
    end,
    'counts', case when (p_ask ->> 'counted')::boolean then (
      select json_build_object(
        'all', count(*),
        'usable', count(*) filter (where s.standing = 'usable'),
        'ending', count(*) filter (where s.ends_soon),
        'recalled', count(*) filter (where s.standing = 'recalled'),
        'arrived', count(*) filter (where s.standing = 'arrived'),
        'used', count(*) filter (where s.standing = 'used'),
        'expired', count(*) filter (where s.standing = 'expired'),
        'revoked', count(*) filter (where s.standing = 'revoked')
      )
      from seen s
    ) end,
    'isCountWhole', cardinality(ids) < reads
  )
  into answer;
  return answer;
end;
$$;
