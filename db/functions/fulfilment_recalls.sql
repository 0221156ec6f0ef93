-- A batch whose source proved bad: stopped, its delivered pieces found, and each of them put right once.
--
--   fulfilment.recall_batch(tenant, batch, reason, evidence, actor)   stops the batch; a job does what follows
--   fulfilment.list_recalled(tenant, batch, limit)              finds the next delivered pieces and tells their orders
--   fulfilment.recall_state(piece, grant, refund)               what a piece's state is, seen with its right and its refund
--   fulfilment.choose_recalled(tenant, batch, choice, limit)    says what is to become of pieces
--   fulfilment.mark_recalled(tenant, batch, grants, result)     says what became of them, in the transaction that did it
--   fulfilment.close_recall(tenant, batch, to, note, actor)     ends it: all is put right, or the source proved good
--   fulfilment.clear_recalled(tenant, batch, limit)             tells the next buyers of a withdrawn recall that theirs is good
--   fulfilment.clear_declined(tenant, no, refund, actor)        inside decline_refund: the same of pieces whose refund waited meanwhile
--   fulfilment.recalls_of(tenant, no, grant)                    recalled pieces of an order as its buyer is told of them
--   fulfilment.is_called_back(tenant, batch, grant)             whether a piece is not to be used today
--   fulfilment.recalls_view(tenant, no, limit)                  what the buyer's page shows
--
-- Lock order: orders, accounts, holds, cards, batch counts; a batch first, as imports do, and pieces of a recall last.

create or replace function fulfilment.recall_batch(p_tenant bigint, p_batch bigint, p_reason text, p_evidence text, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  batch vault.batches;
begin
  select * into batch
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.id = p_batch
  for no key update;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if batch.state not in ('ready', 'cancelled', 'suspended') then
    return jsonb_build_object('code', 'vault.wrong_batch_state', 'params', jsonb_build_object('state', batch.state));
  end if;
  update vault.batches b
  set state = 'recalling'
  where b.tenant_id = p_tenant
    and b.id = p_batch;
  insert into vault.recalls as r (tenant_id, batch_id, reason, evidence, supplier, cost_fen, begun_by)
  values (p_tenant, p_batch, p_reason, p_evidence, batch.supplier, batch.cost_fen, p_actor)
  -- One that was withdrawn begins anew; what was put right the first time stays so.
  on conflict (tenant_id, batch_id) do update
  set reason = excluded.reason,
      evidence = excluded.evidence,
      supplier = excluded.supplier,
      cost_fen = excluded.cost_fen,
      begun_by = excluded.begun_by,
      begun_at = now(),
      stopped = null,
      listed_to = 0,
      listed_at = null,
      clearing_to = null,
      closed_by = null,
      closed_at = null,
      close_note = '';
  return jsonb_build_object('ok', true, 'skuId', batch.sku_id);
end;
$$;

-- Looks at the next `p_limit` cards of the batch. Who calls has moved its cards off the shelf behind the SKU's account lock, so
-- no delivery is under way that would not be seen here. {"more"}: whether there is anything left to look at.
create or replace function fulfilment.list_recalled(p_tenant bigint, p_batch bigint, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  recall vault.recalls;
  last_card bigint;
  told bigint[];
begin
  select * into recall
  from vault.recalls r
  where r.tenant_id = p_tenant
    and r.batch_id = p_batch
    and r.listed_at is null
    and exists (select from vault.batches b where b.tenant_id = p_tenant and b.id = p_batch and b.state = 'recalling')
  for no key update;
  if not found then
    return jsonb_build_object('more', false);
  end if;
  with looked_at as materialized (
    select c.id, c.state
    from vault.cards c
    where c.tenant_id = p_tenant
      and c.batch_id = p_batch
      and c.id > recall.listed_to
    order by c.id
    limit p_limit
  ), added as (
    insert into vault.recall_pieces (tenant_id, batch_id, grant_id, card_id, order_no, line_no)
    select p_tenant, p_batch, g.id, l.id, g.order_no, g.line_no
    from looked_at l
    cross join lateral (
      select g.id, g.order_no, g.line_no
      from entitlements.grants g
      where g.tenant_id = p_tenant
        and g.card_id = l.id
        and g.state <> 'revoked'
      offset 0
    ) g
    where l.state in ('delivered', 'used')
    -- Recalled a second time: what was left alone, or was said to be good, is asked about anew.
    on conflict (tenant_id, batch_id, grant_id) do update
    set state = case recall_pieces.state when 'left' then 'open' else recall_pieces.state end,
        action = case when recall_pieces.state <> 'left' then recall_pieces.action end,
        told = 'recalled',
        changed_at = now()
    where recall_pieces.told = 'cleared'
      and recall_pieces.state in ('open', 'failed', 'left')
    returning order_no
  )
  select
    (select max(l.id) from looked_at l),
    -- What this statement adds it does not see: an order that waits for word about a piece has been told already.
    (
      select array_agg(distinct a.order_no)
      from added a
      where not exists (
        select from vault.recall_pieces p
        where p.tenant_id = p_tenant
          and p.order_no = a.order_no
          and p.batch_id = p_batch
          and p.told = 'recalled'
          and p.state in ('open', 'failed')
          -- What was taken back at the order since waits for nothing.
          and exists (
            select from entitlements.grants g where g.tenant_id = p_tenant and g.id = p.grant_id and g.state <> 'revoked'
          )
      )
    )
  into last_card, told;
  if told is not null then
    perform events.append(
      p_tenant, jsonb_build_object('actor', recall.begun_by), array_agg('batch.recalled'::text), array_agg('order:' || x.no),
      array_agg(jsonb_build_object('no', x.no, 'batchId', p_batch))
    )
    from unnest(told) as x(no);
  end if;
  update vault.recalls r
  set listed_to = coalesce(last_card, r.listed_to),
      listed_at = case when last_card is null then now() end
  where r.tenant_id = p_tenant
    and r.batch_id = p_batch;
  return jsonb_build_object('more', last_card is not null);
end;
$$;

-- A right that was taken back at its order, without the recall, needs nothing more; a refund tells how it goes on.
create or replace function fulfilment.recall_state(p_piece text, p_grant text, p_refund text)
returns text
language sql
immutable
as $$
  select case
    when p_piece = 'refunding' then
      case p_refund
        when 'awaiting' then 'awaiting'
        when 'declined' then case p_grant when 'revoked' then 'settled' else 'open' end
        when 'done' then 'refunded'
        else 'refunding'
      end
    when p_piece <> 'replaced' and p_grant = 'revoked' then 'settled'
    else p_piece
  end
$$;

-- p_choice: {"action": "replace" | "refund" | "leave", "to", "reason", "actor", "staffId", "grants": [ids] or null for all that
-- wait for a decision}. Pieces that are done, or on their way, stay as they are. `p_limit` at a time, and the rest of the last one's
-- order: no order is told by two turns of one choice. {"chosen"}: fewer than `p_limit`, and nothing is left to choose.
create or replace function fulfilment.choose_recalled(p_tenant bigint, p_batch bigint, p_choice jsonb, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  batch_state text;
  listed timestamptz;
  chosen bigint;
  after text := case p_choice ->> 'action' when 'leave' then 'left' else 'queued' end;
  only_these bigint[];
  pieces bigint[];
  cleared bigint[];
begin
  select b.state, r.listed_at
  into batch_state, listed
  from vault.batches b
  left join vault.recalls r on r.tenant_id = p_tenant and r.batch_id = p_batch
  where b.tenant_id = p_tenant
    and b.id = p_batch
  for share of b;
  if batch_state is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  elsif batch_state <> 'recalling' then
    return jsonb_build_object('code', 'vault.wrong_batch_state', 'params', jsonb_build_object('state', batch_state));
  elsif listed is null then
    return jsonb_build_object('code', 'vault.recall_listing', 'params', '{}'::jsonb);
  end if;
  if jsonb_typeof(p_choice -> 'grants') = 'array' then
    only_these := array(select (e.id)::bigint from jsonb_array_elements_text(p_choice -> 'grants') as e(id));
  end if;
  select array_agg(n.grant_id), array_agg(distinct n.order_no) filter (where n.told = 'recalled' and n.grant_state = 'active')
  into pieces, cleared
  from (
    select p.grant_id, p.order_no, p.told, g.state as grant_state
    from vault.recall_pieces p
    cross join lateral (
      select g.state from entitlements.grants g where g.tenant_id = p_tenant and g.id = p.grant_id offset 0
    ) g
    left join lateral (
      select r.state from payments.refunds r where r.tenant_id = p_tenant and r.id = p.refund_id offset 0
    ) r on true
    where p.tenant_id = p_tenant
      and p.batch_id = p_batch
      and (only_these is null or p.grant_id = any (only_these))
      and (
        fulfilment.recall_state(p.state, g.state, r.state) in ('open', 'failed')
        -- What was left may be taken up again by name, but not left once more.
        or p.state = 'left' and g.state <> 'revoked' and only_these is not null and after <> 'left'
      )
    order by p.order_no
    fetch first (p_limit) rows with ties
    for no key update of p
  ) n;
  update vault.recall_pieces p
  set state = after,
      action = p_choice ->> 'action',
      refund_to = case p_choice ->> 'action' when 'refund' then p_choice ->> 'to' end,
      reason = p_choice ->> 'reason',
      chosen_by = p_choice ->> 'actor',
      chosen_by_id = (p_choice ->> 'staffId')::bigint,
      refund_id = null,
      failure = null,
      told = case after when 'left' then 'cleared' else 'recalled' end,
      changed_at = now()
  where p.tenant_id = p_tenant
    and p.batch_id = p_batch
    and p.grant_id = any (pieces);
  get diagnostics chosen = row_count;
  if after = 'left' then
    perform fulfilment.tell_cleared(p_tenant, p_batch, cleared, p_choice ->> 'actor');
  end if;
  return jsonb_build_object('chosen', chosen);
end;
$$;

-- Buyers who were told not to use a code hear that they may.
create or replace function fulfilment.tell_cleared(p_tenant bigint, p_batch bigint, p_nos bigint[], p_actor text)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select events.append(
    p_tenant, jsonb_build_object('actor', p_actor), array_agg('recall.cleared'::text), array_agg('order:' || x.no),
    array_agg(jsonb_build_object('no', x.no, 'batchId', p_batch))
  )
  from unnest(p_nos) as x(no)
  having count(*) > 0
$$;
revoke execute on function fulfilment.tell_cleared(bigint, bigint, bigint[], text) from public;

-- p_result: {"state": "replaced" | "refunding" | "failed", "refundId", "failure"}. How many were still queued is told: a caller
-- that meant more takes its deed back.
create or replace function fulfilment.mark_recalled(p_tenant bigint, p_batch bigint, p_grants bigint[], p_result jsonb)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  marked bigint;
begin
  update vault.recall_pieces p
  set state = p_result ->> 'state',
      refund_id = (p_result ->> 'refundId')::bigint,
      failure = case p_result ->> 'state' when 'failed' then p_result -> 'failure' end,
      changed_at = now()
  where p.tenant_id = p_tenant
    and p.batch_id = p_batch
    and p.grant_id = any (p_grants)
    and p.state = 'queued';
  get diagnostics marked = row_count;
  return marked;
end;
$$;

-- To `recalled` when everything delivered is decided and nothing is left on the shelf; to `suspended` when the source proved
-- good: what was queued is not done then. {"ok", "skuId", "unfinished"} or a refusal.
create or replace function fulfilment.close_recall(p_tenant bigint, p_batch bigint, p_to text, p_note text, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  batch vault.batches;
  counts vault.batch_counts;
  unfinished bigint;
begin
  select * into batch
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.id = p_batch
  for no key update;
  if not found then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if batch.state <> 'recalling' then
    return jsonb_build_object('code', 'vault.wrong_batch_state', 'params', jsonb_build_object('state', batch.state));
  end if;
  perform ledger.lock(p_tenant, stock.shelves(p_tenant, batch.sku_id) || ledger.account(p_tenant, 'stock.suspect', batch.sku_id::text, 'piece'));
  select * into counts
  from vault.batch_counts c
  where c.tenant_id = p_tenant
    and c.batch_id = p_batch;
  if p_to = 'suspended' then
    update vault.recall_pieces p
    set state = 'open',
        action = null,
        refund_to = null,
        changed_at = now()
    where p.tenant_id = p_tenant
      and p.batch_id = p_batch
      and p.state = 'queued';
  else
    if counts.available > 0 or exists (
      select from vault.recalls r where r.tenant_id = p_tenant and r.batch_id = p_batch and r.listed_at is null
    ) then
      return jsonb_build_object('code', 'vault.recall_listing', 'params', '{}'::jsonb);
    end if;
    select count(*) into unfinished
    from vault.recall_pieces p
    cross join lateral (
      select g.state from entitlements.grants g where g.tenant_id = p_tenant and g.id = p.grant_id offset 0
    ) g
    left join lateral (
      select r.state from payments.refunds r where r.tenant_id = p_tenant and r.id = p.refund_id offset 0
    ) r on true
    where p.tenant_id = p_tenant
      and p.batch_id = p_batch
      and fulfilment.recall_state(p.state, g.state, r.state) in ('open', 'queued', 'failed', 'awaiting');
    if unfinished > 0 then
      return jsonb_build_object('code', 'vault.recall_unfinished', 'params', jsonb_build_object('count', unfinished));
    end if;
  end if;
  update vault.batches b
  set state = p_to
  where b.tenant_id = p_tenant
    and b.id = p_batch;
  update vault.recalls r
  set stopped = counts.suspect,
      closed_by = p_actor,
      closed_at = now(),
      close_note = p_note,
      clearing_to = case p_to when 'suspended' then 0 end
  where r.tenant_id = p_tenant
    and r.batch_id = p_batch;
  if p_to = 'suspended' then
    perform fulfilment.drop_recall_claim(p_tenant, p_batch, p_actor, p_note);
  else
    perform fulfilment.open_recall_recovery(p_tenant, p_batch, 'system');
  end if;
  return jsonb_build_object('ok', true, 'skuId', batch.sku_id);
end;
$$;

-- Of a recall that was withdrawn: its next pieces that nothing became of are good, and their buyers are told once. {"more"}: whether
-- there are any left to look at. A recall that has begun anew meanwhile tells nothing.
create or replace function fulfilment.clear_recalled(p_tenant bigint, p_batch bigint, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  recall vault.recalls;
  looked_at bigint[];
  good bigint[];
  cleared bigint[];
begin
  perform 1
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.id = p_batch
    and b.state <> 'recalling'
  for share;
  if not found then
    return jsonb_build_object('more', false);
  end if;
  select * into recall
  from vault.recalls r
  where r.tenant_id = p_tenant
    and r.batch_id = p_batch
    and r.clearing_to is not null
  for no key update;
  if recall.batch_id is null then
    return jsonb_build_object('more', false);
  end if;
  looked_at := array(
    select p.grant_id
    from vault.recall_pieces p
    where p.tenant_id = p_tenant
      and p.batch_id = p_batch
      and p.grant_id > recall.clearing_to
      and p.told = 'recalled'
    order by p.grant_id
    limit p_limit
  );
  select array_agg(p.grant_id), array_agg(distinct p.order_no) filter (where not exists (
    -- Told with the pieces before these.
    select from vault.recall_pieces b
    where b.tenant_id = p_tenant
      and b.order_no = p.order_no
      and b.batch_id = p_batch
      and b.grant_id <= recall.clearing_to
      and b.told = 'cleared'
      and b.changed_at >= recall.closed_at
  ))
  into good, cleared
  from unnest(looked_at) as l(grant_id)
  cross join lateral (
    select p.grant_id, p.order_no, p.state, p.refund_id
    from vault.recall_pieces p
    where p.tenant_id = p_tenant
      and p.batch_id = p_batch
      and p.grant_id = l.grant_id
    offset 0
  ) p
  cross join lateral (
    select g.state from entitlements.grants g where g.tenant_id = p_tenant and g.id = l.grant_id offset 0
  ) g
  left join lateral (
    select coalesce(a.state, r.state) as state
    from payments.refunds r
    left join lateral (
      select a.state from payments.refunds a where a.tenant_id = p_tenant and a.id = r.replaced_by offset 0
    ) a on true
    where r.tenant_id = p_tenant
      and r.id = p.refund_id
    offset 0
  ) r on true
  where fulfilment.recall_state(p.state, g.state, r.state) in ('open', 'failed');
  update vault.recall_pieces p
  set told = 'cleared',
      -- A refund that was declined leaves its piece as it was.
      state = case p.state when 'refunding' then 'open' else p.state end,
      action = case when p.state <> 'refunding' then p.action end,
      refund_to = case when p.state <> 'refunding' then p.refund_to end,
      refund_id = null,
      changed_at = now()
  where p.tenant_id = p_tenant
    and p.batch_id = p_batch
    and p.grant_id = any (good);
  perform fulfilment.tell_cleared(p_tenant, p_batch, cleared, recall.closed_by);
  update vault.recalls r
  set clearing_to = looked_at[cardinality(looked_at)]
  where r.tenant_id = p_tenant
    and r.batch_id = p_batch;
  return jsonb_build_object('more', cardinality(looked_at) > 0);
end;
$$;

-- A refund that waited while the recall was withdrawn was declined: only now it is known that its buyer keeps the code, which is good.
create or replace function fulfilment.clear_declined(p_tenant bigint, p_no bigint, p_refund bigint, p_actor text)
returns void
language sql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  with good as (
    update vault.recall_pieces p
    set told = 'cleared',
        state = 'open',
        action = null,
        refund_to = null,
        refund_id = null,
        changed_at = now()
    where p.tenant_id = p_tenant
      and p.order_no = p_no
      and p.refund_id = p_refund
      and p.state = 'refunding'
      and p.told = 'recalled'
      and exists (select from vault.batches b where b.tenant_id = p_tenant and b.id = p.batch_id and b.state <> 'recalling')
      and exists (select from entitlements.grants g where g.tenant_id = p_tenant and g.id = p.grant_id and g.state <> 'revoked')
    returning p.batch_id
  )
  select fulfilment.tell_cleared(p_tenant, g.batch_id, array[p_no], p_actor)
  from (select distinct g.batch_id from good g) g
$$;
revoke execute on function fulfilment.clear_declined(bigint, bigint, bigint, text) from public;

-- Recalled pieces of an order, all or one of them, in the words that its buyer is told: `recalled` (do not use it), `replacing`,
-- `refunding`, `replaced`, `refunded`, `settled` (taken back outside of the recall), `cleared` (it may be used after all).
create or replace function fulfilment.recalls_of(p_tenant bigint, p_no bigint, p_grant bigint)
returns table (line_no smallint, grant_id bigint, new_grant_id bigint, piece integer, batch_id bigint, state text)
language sql
stable
security definer
rows 4
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select p.line_no, p.grant_id, n.id, g.piece, p.batch_id,
    case
      when s.state = 'settled' and n.id is not null then 'replaced'
      when s.state in ('replaced', 'refunded', 'settled') then s.state
      when s.state in ('refunding', 'awaiting') then 'refunding'
      when s.state = 'left' or b.state <> 'recalling' then 'cleared'
      when s.state = 'queued' then case p.action when 'refund' then 'refunding' else 'replacing' end
      else 'recalled'
    end
  from vault.recall_pieces p
  cross join lateral (
    select b.state from vault.batches b where b.tenant_id = p_tenant and b.id = p.batch_id offset 0
  ) b
  cross join lateral (
    select g.state, g.piece, g.turn from entitlements.grants g where g.tenant_id = p_tenant and g.id = p.grant_id offset 0
  ) g
  left join lateral (
    select coalesce(a.state, r.state) as state
    from payments.refunds r
    left join lateral (
      select a.state from payments.refunds a where a.tenant_id = p_tenant and a.id = r.replaced_by offset 0
    ) a on true
    where r.tenant_id = p_tenant
      and r.id = p.refund_id
    offset 0
  ) r on true
  -- The code that stands in its place today.
  left join lateral (
    select x.id
    from entitlements.grants x
    where x.tenant_id = p_tenant
      and x.order_no = p_no
      and x.line_no = p.line_no
      and x.piece = g.piece
      and x.turn > g.turn
    order by x.turn desc
    limit 1
  ) n on true
  cross join lateral (select fulfilment.recall_state(p.state, g.state, r.state) as state) s
  where p.tenant_id = p_tenant
    and p.order_no = p_no
    and (p_grant is null or p.grant_id = p_grant)
$$;

-- Whether its buyer is told not to use this piece: what `recalls_of` calls `recalled`, `replacing` or `refunding`.
create or replace function fulfilment.is_called_back(p_tenant bigint, p_batch bigint, p_grant bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select s.state in ('refunding', 'awaiting') or s.state in ('open', 'failed', 'queued') and b.state = 'recalling'
  from vault.recall_pieces p
  cross join lateral (
    select b.state from vault.batches b where b.tenant_id = p_tenant and b.id = p_batch offset 0
  ) b
  cross join lateral (
    select g.state from entitlements.grants g where g.tenant_id = p_tenant and g.id = p_grant offset 0
  ) g
  left join lateral (
    select coalesce(a.state, r.state) as state
    from payments.refunds r
    left join lateral (
      select a.state from payments.refunds a where a.tenant_id = p_tenant and a.id = r.replaced_by offset 0
    ) a on true
    where r.tenant_id = p_tenant
      and r.id = p.refund_id
    offset 0
  ) r on true
  cross join lateral (select fulfilment.recall_state(p.state, g.state, r.state) as state) s
  where p.tenant_id = p_tenant
    and p.batch_id = p_batch
    and p.grant_id = p_grant
$$;
revoke execute on function fulfilment.is_called_back(bigint, bigint, bigint) from public;

-- No more than `p_limit` a line, as of codes; those first about which something is still to come.
create or replace function fulfilment.recalls_view(p_tenant bigint, p_no bigint, p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_agg(jsonb_build_object(
    'lineNo', r.line_no, 'grantId', r.grant_id, 'newGrantId', r.new_grant_id, 'piece', r.piece, 'state', r.state
  ) order by r.line_no, r.piece, r.grant_id)
  from (
    select *, row_number() over (
      partition by x.line_no
      order by x.state not in ('recalled', 'replacing', 'refunding'), x.piece, x.grant_id
    ) as n
    from fulfilment.recalls_of(p_tenant, p_no, null) x
  ) r
  where r.n <= p_limit
$$;
revoke execute on function fulfilment.recalls_view(bigint, bigint, integer) from public;
