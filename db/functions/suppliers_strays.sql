-- Whose order a supplier's callback names (docs/adr/0063-whose-order-a-callback-names.md). A callback changes nothing by itself: what it names
-- is looked for among our purchases, then the supplier is asked about it, and what neither explains is a case that a person ends.
--
--   suppliers.place_of(tenant, supplier, named, ref)          what a number is that a signed callback names, before anything is kept
--   suppliers.heard_of(tenant, supplier, named, ref, claim)   a signed callback named this number
--   suppliers.note_flood(tenant, supplier, more, ref)         so many more were not taken, or not told singly
--   suppliers.handle_flood(tenant, flood, actor, note)        somebody is done with them
--   suppliers.due_strays(tenant, supplier, limit)             numbers about which this supplier is to be asked now
--   suppliers.next_stray(tenant, supplier)                    when the next of them is
--   suppliers.stray_said(tenant, stray, said)                 what it said
--   suppliers.ask_strays(tenant, strays)                      somebody wants it asked again
--   suppliers.handle_strays(tenant, strays, actor, note)      somebody is done with them
--
-- Lock order: strays by id, then purchases, then floods.

-- How many numbers of a supplier that no purchase bears may be asked about or wait for a person at a time; the others are counted.
create or replace function suppliers.strays_max()
returns integer
language sql
immutable
set search_path = pg_catalog
as $$
  select 200
$$;

create or replace function suppliers.strays_are_full(p_tenant bigint, p_supplier bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select count(*) >= suppliers.strays_max()
  from (
    select
    from suppliers.strays s
    where s.tenant_id = p_tenant
      and s.supplier_id = p_supplier
      and s.state in ('asking', 'open')
      and not s.is_borne
    limit suppliers.strays_max()
  ) s
$$;

-- p_named: as below, or `product`. Answers `known` (a purchase or product of ours), `stray` (told before), `new`, or `full`: new, and no more are taken.
create or replace function suppliers.place_of(p_tenant bigint, p_supplier bigint, p_named text, p_ref text)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select to_jsonb(case
    when p_named = 'own' and exists (
      select from suppliers.purchases p
      where p.tenant_id = p_tenant
        and p.no = p_ref
        and p.supplier_id = p_supplier
    ) then 'known'
    when p_named = 'order' and exists (
      select from suppliers.purchases p
      where p.tenant_id = p_tenant
        and p.remote_no = p_ref
        and p.supplier_id = p_supplier
    ) then 'known'
    when p_named = 'product' then case when exists (
      select from suppliers.products r
      where r.tenant_id = p_tenant
        and r.supplier_id = p_supplier
        and r.remote_id = p_ref
    ) then 'known' else 'new' end
    when exists (
      select from suppliers.strays s
      where s.tenant_id = p_tenant
        and s.supplier_id = p_supplier
        and s.named = p_named
        and s.ref = p_ref
    ) then 'stray'
    when suppliers.strays_are_full(p_tenant, p_supplier) then 'full'
    else 'new'
  end)
$$;

-- p_named: `own` (our number), `order` or `piece` (the supplier's). Answers {no, refused, look, full}: the purchase that it is about, if one is known by
-- it; its id when it was refused before and is to be checked; whether the supplier is to be asked whose it is; and that no more are taken.
create or replace function suppliers.heard_of(p_tenant bigint, p_supplier bigint, p_named text, p_ref text, p_claim text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  purchase suppliers.purchases;
  refused bigint;
begin
  if p_named = 'own' then
    select p.* into purchase
    from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.no = p_ref
      and p.supplier_id = p_supplier;
  elsif p_named = 'order' then
    select p.* into purchase
    from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.remote_no = p_ref
      and p.supplier_id = p_supplier
    order by p.id desc
    limit 1;
  end if;
  if purchase.id is not null then
    refused := suppliers.ask_now(p_tenant, p_supplier, purchase.no);
    -- What has arrived is asked about no more, unless something else is said of it than that; or was, and a person has it.
    if purchase.state not in ('done', 'partial') or (p_claim = 'done' and not exists (
      select from suppliers.strays s
      where s.tenant_id = p_tenant
        and s.supplier_id = p_supplier
        and s.named = p_named
        and s.ref = p_ref
    )) then
      return jsonb_build_object('no', purchase.no, 'refused', refused, 'look', false);
    end if;
  end if;
  if purchase.id is null and not exists (
    select from suppliers.strays s
    where s.tenant_id = p_tenant
      and s.supplier_id = p_supplier
      and s.named = p_named
      and s.ref = p_ref
  ) then
    -- Many come at once, and are counted one after the other.
    perform pg_advisory_xact_lock(hashtextextended('suppliers.strays/' || p_tenant || '/' || p_supplier, 0));
    if suppliers.strays_are_full(p_tenant, p_supplier) then
      return jsonb_build_object('no', null, 'refused', null, 'look', false, 'full', true);
    end if;
  end if;
  insert into suppliers.strays as s (tenant_id, supplier_id, named, ref, claim, purchase_id, is_borne)
  values (p_tenant, p_supplier, p_named, p_ref, p_claim, purchase.id, purchase.id is not null)
  on conflict (tenant_id, supplier_id, named, ref) do update
  set claim = excluded.claim,
      heard = s.heard + 1,
      heard_at = now(),
      -- What is told again and again is asked about now and then.
      asks = case when s.heard < 20 then 0 else s.asks end,
      due_at = case when s.heard < 20 then now() else least(s.due_at, greatest(now(), s.said_at + interval '10 minutes')) end;
  return jsonb_build_object('no', purchase.no, 'refused', refused, 'look', true);
end;
$$;

-- [{id, named, ref, heard, no, remoteNo, kind, quantity, placedAt, profileId, profileVersion}]: `no` and what follows are of the purchase that it is known to
-- be about, and null while it is not.
create or replace function suppliers.due_strays(p_tenant bigint, p_supplier bigint, p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', s.id, 'named', s.named, 'ref', s.ref, 'heard', s.heard, 'no', p.no, 'remoteNo', p.remote_no, 'kind', r.kind, 'quantity', p.quantity,
    'placedAt', coalesce(p.sent_at, p.created_at), 'profileId', p.profile_id, 'profileVersion', p.profile_version
  ) order by s.due_at), '[]')
  from (
    select *
    from suppliers.strays s
    where s.tenant_id = p_tenant
      and s.supplier_id = p_supplier
      and s.due_at <= now()
    order by s.due_at
    limit p_limit
  ) s
  left join suppliers.purchases p on p.tenant_id = p_tenant and p.id = s.purchase_id
  left join suppliers.products r on r.tenant_id = p_tenant and r.id = p.product_id
$$;

create or replace function suppliers.next_stray(p_tenant bigint, p_supplier bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select to_jsonb(min(s.due_at))
  from suppliers.strays s
  where s.tenant_id = p_tenant
    and s.supplier_id = p_supplier
    and s.due_at is not null
$$;

-- p_said: {kind, heard, no, remoteNo, state, costHao, currency, message}, `heard` as it was when the supplier was asked. `kind` is found, not_found, silent (no answer, or nothing can be asked) or
-- nobody (our own number, and we never gave it). Answers {state, refused}: what the stray is now, `gone` when it is explained and leaves no row; and
-- the purchase that was refused before and is to be checked.
create or replace function suppliers.stray_said(p_tenant bigint, p_stray bigint, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  stray suppliers.strays;
  purchase suppliers.purchases;
  told_kind text := p_said ->> 'kind';
  told_no text := left(coalesce(p_said ->> 'no', ''), 100);
  told_remote text := left(coalesce(p_said ->> 'remoteNo', ''), 64);
  told_state text := p_said ->> 'state';
  found_why text;
  is_waiting boolean := false;
  is_told_again boolean;
  refused bigint;
  new_state text;
begin
  select * into stray
  from suppliers.strays s
  where s.tenant_id = p_tenant
    and s.id = p_stray
  for no key update;
  -- Two asked at once, and the other was first.
  if stray.id is null or stray.due_at is null then
    return jsonb_build_object('state', coalesce(stray.state, 'gone'), 'refused', null);
  end if;
  -- It called back while it was being asked: what it said then may be older than that. One that calls back without end is believed, and asked later.
  is_told_again := stray.heard > (p_said ->> 'heard')::integer;
  if is_told_again and stray.heard <= 20 then
    return jsonb_build_object('state', stray.state, 'refused', null);
  end if;

  -- By our number, as the supplier tells it; else by the supplier's, which may have come with its own answer meanwhile.
  select p.* into purchase
  from suppliers.purchases p
  where p.tenant_id = p_tenant
    and p.no = case when told_no <> '' then told_no when stray.named = 'own' then stray.ref else '' end
    and p.supplier_id = stray.supplier_id;
  if purchase.id is null and told_no = '' then
    select p.* into purchase
    from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.remote_no = coalesce(nullif(told_remote, ''), case when stray.named = 'order' then stray.ref end)
      and p.supplier_id = stray.supplier_id
    order by p.id desc
    limit 1;
  end if;

  if told_kind = 'nobody' then
    found_why := 'unknown';
  elsif told_kind = 'found' and purchase.id is null then
    -- It was never charged for: nothing to look at.
    found_why := case when told_state <> 'failed' then 'unknown' end;
  elsif told_kind = 'found' and purchase.remote_no <> told_remote and told_remote <> '' then
    found_why := case when told_state <> 'failed' then 'double' end;
  elsif told_kind = 'found' and purchase.state in ('planned', 'sending', 'accepted', 'unknown') then
    perform suppliers.ask_now(p_tenant, stray.supplier_id, purchase.no);
    -- Its own answer is not here yet: whether it is about this order or about another one is known when it is.
    is_waiting := purchase.remote_no is null and told_remote <> '';
    found_why := case when is_waiting and stray.asks >= 4 then 'silent' end;
  elsif told_kind = 'found' and purchase.state in ('refused', 'cancelled') and told_state <> 'failed' then
    refused := purchase.id;
    is_waiting := told_state = 'accepted';
    found_why := case when is_waiting and stray.asks >= 4 then 'refused' end;
  elsif told_kind = 'found' then
    found_why := case when purchase.state in ('done', 'partial') and told_state = 'failed' then 'reversed' end;
  elsif purchase.id is not null and not (purchase.state in ('done', 'partial') and stray.claim <> 'done') then
    refused := suppliers.ask_now(p_tenant, stray.supplier_id, purchase.no);
  else
    is_waiting := true;
    found_why := case when stray.asks >= 4 then case told_kind when 'not_found' then 'nowhere' else 'silent' end end;
  end if;

  -- What is known of it belongs to its purchase, whatever it is.
  if purchase.id is not null then
    update suppliers.callbacks c
    set no = purchase.no
    where c.tenant_id = p_tenant
      and c.supplier_id = stray.supplier_id
      and c.ref = stray.ref
      and c.no is null;
  end if;
  new_state := case
    -- A person was done with it, and nothing is new.
    when stray.state = 'handled' and (found_why is null or is_waiting or told_kind <> 'found' or stray.handled_said is not distinct from told_state) then 'handled'
    when found_why is not null then 'open'
    when is_waiting then stray.state
    when stray.opened_at is null then 'gone'
    else 'explained'
  end;
  if new_state = 'gone' then
    delete from suppliers.strays s
    where s.tenant_id = p_tenant
      and s.id = p_stray;
    return jsonb_build_object('state', 'gone', 'refused', refused);
  end if;
  update suppliers.strays s
  set state = new_state,
      why = case when new_state = 'open' then found_why else s.why end,
      purchase_id = coalesce(purchase.id, s.purchase_id),
      said_no = case when told_kind = 'found' then told_no else s.said_no end,
      said_remote_no = case when told_kind = 'found' then told_remote else s.said_remote_no end,
      said_state = case when told_kind = 'found' then told_state else s.said_state end,
      said_cost_hao = case when told_kind = 'found' then (p_said ->> 'costHao')::bigint else s.said_cost_hao end,
      said_currency = case when told_kind = 'found' then p_said ->> 'currency' else s.said_currency end,
      said_message = left(coalesce(p_said ->> 'message', ''), 300),
      said_at = now(),
      asks = s.asks + 1,
      -- 10 seconds, one, five and twenty minutes; after that a person has it.
      due_at = case
        when is_waiting and stray.asks < 4 then now() + (array[10, 60, 300, 1200])[stray.asks + 1] * interval '1 second'
        when is_told_again then now() + interval '10 minutes'
      end,
      opened_at = case when new_state = 'open' then coalesce(case when s.state = 'open' then s.opened_at end, now()) else s.opened_at end,
      handled_by = case when new_state = 'handled' then s.handled_by end,
      handled_note = case when new_state = 'handled' then s.handled_note end,
      handled_at = case when new_state = 'handled' then s.handled_at end
  where s.tenant_id = p_tenant
    and s.id = p_stray;
  -- Ten cases of a supplier in an hour are told singly, what comes after them together.
  if new_state = 'open' and stray.state <> 'open' and (
    select count(*)
    from (
      select
      from suppliers.strays s
      where s.tenant_id = p_tenant
        and s.supplier_id = stray.supplier_id
        and s.opened_at > now() - interval '1 hour'
      limit 11
    ) s
  ) > 10 then
    perform suppliers.note_flood(p_tenant, stray.supplier_id, 0, stray.ref);
  elsif new_state = 'open' and stray.state <> 'open' then
    perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'supply.stray',
      'subject', 'stray:' || p_stray,
      'payload', jsonb_build_object(
        'strayId', p_stray, 'supplierId', stray.supplier_id, 'ref', stray.ref, 'why', found_why,
        'supplier', (select o.name from suppliers.suppliers o where o.tenant_id = p_tenant and o.id = stray.supplier_id)
      )
    )));
  end if;
  return jsonb_build_object('state', new_state, 'refused', refused);
end;
$$;

-- Told once for each burst: an hour without any ends it.
create or replace function suppliers.note_flood(p_tenant bigint, p_supplier bigint, p_more bigint, p_ref text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  flood suppliers.stray_floods;
begin
  insert into suppliers.stray_floods as f (tenant_id, supplier_id, more, last_ref)
  values (p_tenant, p_supplier, p_more, left(p_ref, 100))
  on conflict (tenant_id, supplier_id) where handled_at is null do update
  set more = f.more + excluded.more,
      last_ref = excluded.last_ref,
      last_at = clock_timestamp(),
      told_at = case when f.last_at < now() - interval '1 hour' then now() else f.told_at end
  returning * into flood;
  if flood.told_at = now() then
    perform events.append(p_tenant, '{}', jsonb_build_array(jsonb_build_object(
      'type', 'supply.stray_flood',
      'subject', 'supplier:' || p_supplier,
      'payload', jsonb_build_object(
        'supplierId', p_supplier, 'ref', flood.last_ref,
        'supplier', (select o.name from suppliers.suppliers o where o.tenant_id = p_tenant and o.id = p_supplier)
      )
    )));
  end if;
  return to_jsonb(flood.id);
end;
$$;

-- Answers the supplier that it was of, or null: it is none, or somebody else was done with it. What comes after this is another flood.
create or replace function suppliers.handle_flood(p_tenant bigint, p_flood bigint, p_actor text, p_note text)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with handled as (
    update suppliers.stray_floods f
    set handled_by = left(p_actor, 100),
        handled_note = p_note,
        handled_at = now()
    where f.tenant_id = p_tenant
      and f.id = p_flood
      and f.handled_at is null
    returning f.supplier_id, f.more
  )
  select (select jsonb_build_object('supplierId', h.supplier_id, 'more', h.more) from handled h)
$$;

-- Answers the suppliers that are to be asked.
create or replace function suppliers.ask_strays(p_tenant bigint, p_strays bigint[])
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with locked as (
    select s.id
    from suppliers.strays s
    where s.tenant_id = p_tenant
      and s.id = any (p_strays)
      and s.state in ('asking', 'open')
    order by s.id
    for no key update
  ), asked as (
    update suppliers.strays s
    set due_at = now(),
        -- One answer is wanted now: an open one does not go through the whole ladder again.
        asks = case when s.state = 'open' then 4 else s.asks end
    from locked l
    where s.tenant_id = p_tenant
      and s.id = l.id
    returning s.supplier_id
  )
  select coalesce(jsonb_agg(distinct a.supplier_id), '[]')
  from asked a
$$;

-- Answers the ids of those that were open. What a person was done with comes back only when the supplier says something else of it; one that
-- called back in this moment is asked about all the same.
create or replace function suppliers.handle_strays(p_tenant bigint, p_strays bigint[], p_actor text, p_note text)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with locked as (
    select s.id
    from suppliers.strays s
    where s.tenant_id = p_tenant
      and s.id = any (p_strays)
      and s.state = 'open'
    order by s.id
    for no key update
  ), handled as (
    update suppliers.strays s
    set state = 'handled',
        handled_by = left(p_actor, 100),
        handled_note = p_note,
        handled_at = now(),
        handled_said = coalesce(s.said_state, s.why),
        due_at = case when s.heard_at > s.said_at then s.due_at end
    from locked l
    where s.tenant_id = p_tenant
      and s.id = l.id
    returning s.id
  )
  select coalesce(jsonb_agg(h.id order by h.id), '[]')
  from handled h
$$;
