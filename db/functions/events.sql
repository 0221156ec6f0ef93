-- The event log's SQL face. Times are ISO text, xids text, positions numbers.
--
-- Writing
--   events.append(batch)                     inside db.write: {"cause": {...}, "events": [{"type","subject","payload"}, ...]}
--                                            for the tenant in app.tenant_id
--   events.append(tenant, cause, events)     for definer functions, same shapes; not for the application
--   events.append(tenant, cause, types[], subjects[], payloads[])   the same for hot commands; an empty list is nothing
--   Both wake listeners of the channel quanshu_events once per transaction, at commit.
--
-- Reading, by one or several workers at once, exactly once per tenant:
--   1. events.cursor_of(subscriber)          → the place up to which every tenant is done; a new subscriber stands before everything.
--      events.read(after, types as a jsonb list, limit)  → {"events": [{position, tenantId, type, subject, payload, at, cause,
--        "place": {era, xid, position}}], "head": {era, xid, position} | null, "more": bool}; no lock taken.
--        Looks at no more than `limit` rows of the log; rows of other types are passed over but move the head.
--   2. per tenant, inside db.write for that tenant:
--        events.claim(subscriber, place_of_last_event)  → place before which this tenant was already applied; locks the
--        tenant's cursor and moves it. Apply only events whose place is greater than the answer (compare era, xid, position).
--   3. events.advance({subscriber: head}) when all tenants of the batch are done: moves shared cursors, never backwards.
--   events.park(subscriber, event, error)    inside db.write with claim: gives up on one event and lets the tenant go on
--   events.take_parked(id)                   inside db.write: marks a parked event as applied and returns
--                                            {"subscriber", "event"}; null when absent or already applied
--   events.lag()                             per subscriber: events not yet passed, and seconds since the oldest of them
--   events.open_era()                        at start: see below

create or replace function events.append(p_tenant_id bigint, p_cause jsonb, p_events jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  insert into events.log (tenant_id, type, subject, payload, cause)
  select p_tenant_id, e.item ->> 'type', e.item ->> 'subject', e.item -> 'payload', coalesce(p_cause, '{}')
  from jsonb_array_elements(p_events) with ordinality as e(item, ordinal)
  order by e.ordinal;

  select pg_notify('quanshu_events', '')
  where jsonb_array_length(p_events) > 0;
$$;
revoke execute on function events.append(bigint, jsonb, jsonb) from public;

-- The same from columns: no document is built and taken apart again, which cost as much as the rows (idea 4's calls).
create or replace function events.append(p_tenant_id bigint, p_cause jsonb, p_types text[], p_subjects text[], p_payloads jsonb[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  if coalesce(cardinality(p_types), 0) = 0 then
    return;
  end if;
  insert into events.log (tenant_id, type, subject, payload, cause)
  select p_tenant_id, e.type, e.subject, e.payload, p_cause
  from unnest(p_types, p_subjects, p_payloads) with ordinality as e(type, subject, payload, n)
  order by e.n;
  perform pg_notify('quanshu_events', '');
end;
$$;
revoke execute on function events.append(bigint, jsonb, text[], text[], jsonb[]) from public;

create or replace function events.append(p_batch jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select events.append(current_setting('app.tenant_id')::bigint, p_batch -> 'cause', p_batch -> 'events')
$$;

-- `enable_sort`: of a row comparison the planner believes only the first column, and nothing has a later era, so it expects
-- one row and would read and sort the whole backlog for every batch: 60,000 rows for 500 (21 ms against 0.2).
-- `plan_cache_mode`: planning anew cost two thirds of a look that finds little (640 microseconds against 240).
create or replace function events.read(p_after jsonb, p_types jsonb, p_limit integer)
returns json
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_sort = off
as $$
declare
  after_era integer := (p_after ->> 'era')::integer;
  after_xid xid8 := (p_after ->> 'xid')::xid8;
  after_position bigint := (p_after ->> 'position')::bigint;
  -- Asked once, not for every row.
  settled_before xid8 := pg_snapshot_xmin(pg_current_snapshot());
  this_era integer := events.current_era();
  answer json;
begin
  -- Only rows that no running transaction could still precede. Rows of an earlier era are all settled.
  with settled as materialized (
    select l.era, l.xid, l.position,
      case when p_types ? l.type then json_build_object(
        'position', l.position,
        'tenantId', l.tenant_id,
        'type', l.type,
        'subject', l.subject,
        'payload', l.payload,
        'at', l.at,
        'cause', l.cause,
        'place', json_build_object('era', l.era, 'xid', l.xid::text, 'position', l.position)
      ) end as event
    from events.log l
    where (l.era, l.xid, l.position) > (after_era, after_xid, after_position)
      and (l.xid < settled_before or l.era < this_era)
    order by l.era, l.xid, l.position
    limit p_limit
  )
  select json_build_object(
    'events', coalesce(json_agg(s.event) filter (where s.event is not null), '[]'),
    'head', case when count(*) > 0 then json_build_object(
      'era', (array_agg(s.era))[count(*)], 'xid', (array_agg(s.xid))[count(*)]::text, 'position', (array_agg(s.position))[count(*)]
    ) end,
    'more', count(*) = p_limit
  )
  into answer
  from settled s;
  return answer;
end;
$$;

create or replace function events.cursor_of(p_subscriber text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  standing events.cursors;
begin
  insert into events.cursors (subscriber)
  select p_subscriber
  where not exists (select from events.cursors c where c.subscriber = p_subscriber)
  on conflict do nothing;
  select * into standing
  from events.cursors
  where subscriber = p_subscriber;
  return jsonb_build_object('era', standing.era, 'xid', standing.xid::text, 'position', standing.position);
end;
$$;

-- The era new rows get; the default of the column is the one place that holds it.
create or replace function events.current_era()
returns integer
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select pg_get_expr(d.adbin, d.adrelid)::integer
  from pg_attrdef d
  join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
  where d.adrelid = 'events.log'::regclass
    and a.attname = 'era'
$$;

create or replace function events.claim(p_subscriber text, p_upto jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  tenant bigint := current_setting('app.tenant_id')::bigint;
  standing events.tenant_cursors;
begin
  insert into events.tenant_cursors (tenant_id, subscriber)
  values (tenant, p_subscriber)
  on conflict do nothing;
  select * into standing
  from events.tenant_cursors
  where tenant_id = tenant
    and subscriber = p_subscriber
  for update;

  update events.tenant_cursors
  set era = (p_upto ->> 'era')::integer,
      xid = (p_upto ->> 'xid')::xid8,
      position = (p_upto ->> 'position')::bigint
  where tenant_id = tenant
    and subscriber = p_subscriber
    and (era, xid, position)
      < ((p_upto ->> 'era')::integer, (p_upto ->> 'xid')::xid8, (p_upto ->> 'position')::bigint);
  return jsonb_build_object('era', standing.era, 'xid', standing.xid::text, 'position', standing.position);
end;
$$;

-- Not waited for: after a crash a lost move only means that events are read again, and the tenants' own cursors know that
-- they were applied. Four subscribers that each waited for the disk sixty times a second kept orders waiting behind them.
-- Rows are locked in the order of their names: two workers may move the same ones.
create or replace function events.advance(p_heads jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  perform from events.cursors c
  where p_heads ? c.subscriber
  order by c.subscriber
  for update;
  update events.cursors c
  set era = (h.head ->> 'era')::integer,
      xid = (h.head ->> 'xid')::xid8,
      position = (h.head ->> 'position')::bigint,
      moved_at = now()
  from jsonb_each(p_heads) as h(subscriber, head)
  where c.subscriber = h.subscriber
    and (c.era, c.xid, c.position)
      < ((h.head ->> 'era')::integer, (h.head ->> 'xid')::xid8, (h.head ->> 'position')::bigint);
end;
$$;

create or replace function events.park(p_subscriber text, p_event jsonb, p_error text)
returns bigint
language sql
security definer
set search_path = pg_catalog
as $$
  insert into events.parked (tenant_id, subscriber, event, error)
  values (current_setting('app.tenant_id')::bigint, p_subscriber, p_event, left(p_error, 4000))
  returning id
$$;

create or replace function events.take_parked(p_id bigint)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  update events.parked
  set applied_at = now()
  where tenant_id = current_setting('app.tenant_id')::bigint
    and id = p_id
    and applied_at is null
  returning jsonb_build_object('subscriber', subscriber, 'event', event)
$$;

create or replace function events.lag()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object('subscriber', c.subscriber, 'events', w.events, 'oldestSeconds', coalesce(w.oldest_seconds, 0))
      order by c.subscriber
    ),
    '[]'
  )
  from events.cursors c
  cross join lateral (
    -- Counting stops at 10,000: beyond that the figure is only "far behind".
    select count(*) as events, extract(epoch from now() - min(waiting.at))::integer as oldest_seconds
    from (
      select l.at
      from events.log l
      where (l.era, l.xid, l.position) > (c.era, c.xid, c.position)
      limit 10000
    ) waiting
  ) w
$$;

-- A dump restored into another cluster brings transaction ids higher than the new cluster's own; new events would sort
-- before the cursors and never be read. Then, and only then, a new era begins. Called by the migration runner.
create or replace function events.open_era()
returns integer
language plpgsql
set search_path = pg_catalog
as $$
declare
  era_now integer := events.current_era();
begin
  if exists (
    select from (select max(xid) as xid from events.log where era = era_now) newest
    where newest.xid > pg_current_xact_id()
  ) then
    era_now := era_now + 1;
    execute format('alter table events.log alter column era set default %s', era_now);
  end if;
  return era_now;
end;
$$;
