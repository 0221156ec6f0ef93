-- News for waiting pages.
--   events.tail(seen)  the events that became visible since the snapshot `seen` (null: the last thousand)
--                      → {"events": [{tenantId, type, subject, xid}], "seen": snapshot}
-- Unlike events.read it does not wait for older transactions and keeps no cursor: it is a hint, not a record.
-- Planned once, as events.read is.
-- At most 20,000 events a look; who falls that far behind misses some, and pages read their state again anyway.

create or replace function events.tail(p_seen text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_sort = off
as $$
declare
  seen pg_snapshot := p_seen::pg_snapshot;
  news jsonb;
begin
  if seen is null then
    select coalesce(jsonb_agg(jsonb_build_object('tenantId', e.tenant_id, 'type', e.type, 'subject', e.subject, 'xid', e.xid::text)), '[]')
    into news
    from (
      select l.tenant_id, l.type, l.subject, l.xid
      from events.log l
      where l.era = events.current_era()
      order by l.era desc, l.xid desc, l.position desc
      limit 1000
    ) e;
  else
    select coalesce(jsonb_agg(jsonb_build_object('tenantId', e.tenant_id, 'type', e.type, 'subject', e.subject, 'xid', e.xid::text)), '[]')
    into news
    from (
      select l.tenant_id, l.type, l.subject, l.xid
      from events.log l
      where l.era = events.current_era()
        and l.xid >= pg_snapshot_xmin(seen)
        and not pg_visible_in_snapshot(l.xid, seen)
      order by l.era, l.xid, l.position
      limit 20000
    ) e;
  end if;
  return jsonb_build_object('events', news, 'seen', pg_current_snapshot()::text);
end;
$$;
