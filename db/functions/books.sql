-- Runs of the audit of the books: begun, leased to one worker at a time, written down step by step, ended. What is found
-- by a step, how far it has come and what is to be remembered are one transaction, so a run that was killed goes on with
-- the step that was not written down.
--
--   books.start_run(tenant, options)              {"id"}; options: {source, askedBy, isWhole, graceSeconds, checks: [name, …]}
--   books.take_run(tenant, run, worker, seconds)  the lease, and everything to go on with; null when over or another's
--   books.note_step(tenant, run, worker, check, step)  a step's outcome; false when the lease was lost
--   books.release_run(tenant, run, worker)        lets go before the lease is over
--   books.finish_run(tenant, run, worker)         {"state", "open", "checked"}; null when not ours
--   books.fail_run(tenant, run, error)
--   books.unfinished_run(tenant, source, is_whole, grace)  the run that broke off and may be gone on with, or null
--   books.due_tenants(is_night, hours, late_hours, limit)  shops whose last scheduled run is too long ago: [tenant, …]
--   books.stuck_runs()                            runs of schedule and console without a worker: [{"tenantId", "runId"}, …]
--   books.open_violations()                       over all shops

create or replace function books.start_run(p_tenant bigint, p_options jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  run bigint;
begin
  -- Half a year of runs is kept, and violations that are gone as long.
  delete from books.runs r
  where r.tenant_id = p_tenant
    and r.started_at < now() - interval '180 days';
  delete from books.violations v
  where v.tenant_id = p_tenant
    and v.state = 'gone'
    and v.last_seen_at < now() - interval '180 days';

  -- Nobody has come back for these.
  update books.runs r
  set state = 'failed',
      error = 'broken off',
      finished_at = clock_timestamp()
  where r.tenant_id = p_tenant
    and r.state = 'running'
    and r.lease_until < now()
    and r.started_at < now() - interval '1 day';

  insert into books.runs (tenant_id, source, asked_by, is_whole, grace_seconds)
  values (
    p_tenant, p_options ->> 'source', left(coalesce(p_options ->> 'askedBy', ''), 100),
    (p_options ->> 'isWhole')::boolean, (p_options ->> 'graceSeconds')::integer
  )
  returning id into run;

  -- A check that was never clean, or has something open, is walked whole: only so can it be said that nothing is left.
  -- Ten minutes before the last clean one began: a transaction may be older than what it writes says.
  insert into books.progress (tenant_id, run_id, check_name, position, since, slot)
  select p_tenant, run, c.name, c.position, s.since, case when s.since is not null then m.slot end
  from jsonb_array_elements_text(p_options -> 'checks') with ordinality as c(name, position)
  left join books.marks m on m.tenant_id = p_tenant and m.check_name = c.name
  cross join lateral (
    select case
      when (p_options ->> 'isWhole')::boolean then null
      when exists (
        select from books.violations v
        where v.tenant_id = p_tenant and v.check_name = c.name and v.state = 'open'
      ) then null
      else m.clean_since - interval '10 minutes'
    end as since
  ) s;
  return jsonb_build_object('id', run);
end;
$$;

create or replace function books.take_run(p_tenant bigint, p_run bigint, p_worker text, p_seconds integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  run books.runs;
begin
  update books.runs r
  set worker = p_worker,
      lease_until = clock_timestamp() + make_interval(secs => p_seconds)
  where r.tenant_id = p_tenant
    and r.id = p_run
    and r.state = 'running'
    and (r.lease_until < clock_timestamp() or r.worker = p_worker)
  returning * into run;
  if run.id is null then
    return null;
  end if;
  return jsonb_build_object(
    'graceSeconds', run.grace_seconds,
    'source', run.source,
    'checks', (
      select jsonb_agg(
        jsonb_build_object(
          'name', p.check_name, 'isDone', p.state = 'done', 'place', p.place, 'since', p.since, 'slot', p.slot,
          'memo', coalesce(m.memo, '{}')
        )
        order by p.position
      )
      from books.progress p
      left join books.marks m on m.tenant_id = p_tenant and m.check_name = p.check_name
      where p.tenant_id = p_tenant
        and p.run_id = p_run
    )
  );
end;
$$;

-- p_step: {"checked", "place", "violations": [], "marks": {"accounts": [], "batches": []}, "memo"?, "ms", "leaseSeconds"}.
create or replace function books.note_step(p_tenant bigint, p_run bigint, p_worker text, p_check text, p_step jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  -- Rows kept of one check and run; what is beyond is only counted.
  kept_max constant integer := 1000;
  -- Before anything is written: what a check meets is never seen earlier than the check began.
  noted_at constant timestamptz := clock_timestamp();
  is_over boolean := coalesce(jsonb_typeof(p_step -> 'place'), 'null') = 'null';
  told jsonb := coalesce(p_step -> 'violations', '[]');
  step books.progress;
  open_now bigint := 0;
begin
  update books.runs r
  set lease_until = clock_timestamp() + make_interval(secs => (p_step ->> 'leaseSeconds')::integer)
  where r.tenant_id = p_tenant
    and r.id = p_run
    and r.state = 'running'
    and r.worker = p_worker;
  if not found then
    return to_jsonb(false);
  end if;
  select * into step
  from books.progress p
  where p.tenant_id = p_tenant
    and p.run_id = p_run
    and p.check_name = p_check
  for no key update;

  if jsonb_array_length(told) > 0 and step.found < kept_max then
    with seen as (
      insert into books.violations as v (tenant_id, check_name, code, key, objects, params, found_at, last_seen_at)
      select distinct on (t.item ->> 'code', t.item ->> 'key') p_tenant, p_check, t.item ->> 'code', t.item ->> 'key',
        t.item -> 'objects', t.item -> 'params', noted_at, noted_at
      from jsonb_array_elements(told) as t(item)
      order by t.item ->> 'code', t.item ->> 'key'
      on conflict (tenant_id, check_name, code, key) do update
      set objects = excluded.objects,
          params = excluded.params,
          last_seen_at = noted_at,
          found_at = case when v.state = 'gone' then noted_at else v.found_at end,
          state = case when v.state = 'handled' and v.params = excluded.params then 'handled' else 'open' end
      returning v.id, v.state
    ), linked as (
      insert into books.findings (tenant_id, run_id, violation_id)
      select p_tenant, p_run, s.id
      from seen s
      on conflict do nothing
      returning violation_id
    )
    -- Counted once a run, also when two steps met the same rows.
    select count(*) into open_now
    from linked l
    join seen s on s.id = l.violation_id
    where s.state = 'open';
  elsif jsonb_array_length(told) > 0 then
    open_now := jsonb_array_length(told);
  end if;

  insert into books.account_marks (tenant_id, account_id, at, balance)
  select p_tenant, (m.item ->> 'accountId')::bigint, (m.item ->> 'at')::timestamptz, (m.item ->> 'balance')::bigint
  from jsonb_array_elements(coalesce(p_step #> '{marks,accounts}', '[]')) as m(item)
  on conflict (tenant_id, account_id) do update
  set at = excluded.at,
      balance = excluded.balance;
  insert into books.batch_marks (tenant_id, batch_id, counts)
  select p_tenant, (m.item ->> 'batchId')::bigint, m.item ->> 'counts'
  from jsonb_array_elements(coalesce(p_step #> '{marks,batches}', '[]')) as m(item)
  on conflict (tenant_id, batch_id) do update
  set counts = excluded.counts
  where batch_marks.counts <> excluded.counts;

  update books.progress p
  set state = case when is_over then 'done' else 'running' end,
      place = p_step -> 'place',
      checked = p.checked + (p_step ->> 'checked')::bigint,
      found = p.found + open_now,
      steps = p.steps + 1,
      busy_ms = p.busy_ms + (p_step ->> 'ms')::integer,
      longest_ms = greatest(p.longest_ms, (p_step ->> 'ms')::integer),
      started_at = coalesce(p.started_at, noted_at - make_interval(secs => ((p_step ->> 'ms')::integer + 1) / 1000.0)),
      finished_at = case when is_over then clock_timestamp() end
  where p.tenant_id = p_tenant
    and p.run_id = p_run
    and p.check_name = p_check
  returning * into step;

  if is_over then
    -- What a whole walk did not meet again is no more.
    if step.since is null then
      update books.violations v
      set state = 'gone'
      where v.tenant_id = p_tenant
        and v.check_name = p_check
        and v.state <> 'gone'
        and v.last_seen_at < step.started_at;
    end if;
    if step.found = 0 then
      insert into books.marks as m (tenant_id, check_name, clean_since, memo)
      values (p_tenant, p_check, step.started_at, coalesce(p_step -> 'memo', '{}'))
      on conflict (tenant_id, check_name) do update
      set clean_since = greatest(m.clean_since, excluded.clean_since),
          slot = case when step.since is null then m.slot else (m.slot + 1) % 7 end,
          memo = excluded.memo;
    end if;
  end if;
  return to_jsonb(true);
end;
$$;

create or replace function books.release_run(p_tenant bigint, p_run bigint, p_worker text)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  update books.runs r
  set lease_until = '-infinity'
  where r.tenant_id = p_tenant
    and r.id = p_run
    and r.worker = p_worker
    and r.state = 'running'
  returning to_jsonb(true)
$$;

create or replace function books.finish_run(p_tenant bigint, p_run bigint, p_worker text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  total record;
  ended text;
begin
  select sum(p.found) as found, sum(p.checked) as checked, count(*) filter (where p.state <> 'done') as open_checks
  into total
  from books.progress p
  where p.tenant_id = p_tenant
    and p.run_id = p_run;
  if total.open_checks > 0 then
    return null;
  end if;
  update books.runs r
  set state = case when total.found > 0 then 'violations' else 'clean' end,
      finished_at = clock_timestamp(),
      lease_until = '-infinity'
  where r.tenant_id = p_tenant
    and r.id = p_run
    and r.worker = p_worker
    and r.state = 'running'
  returning r.state into ended;
  if ended is null then
    return null;
  end if;
  return jsonb_build_object('state', ended, 'open', total.found, 'checked', total.checked);
end;
$$;

create or replace function books.fail_run(p_tenant bigint, p_run bigint, p_error text)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  update books.runs r
  set state = 'failed',
      error = left(p_error, 500),
      finished_at = clock_timestamp(),
      lease_until = '-infinity'
  where r.tenant_id = p_tenant
    and r.id = p_run
    and r.state = 'running'
  returning to_jsonb(true)
$$;

-- A run a week old would say little about today.
create or replace function books.unfinished_run(p_tenant bigint, p_source text, p_is_whole boolean, p_grace integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select to_jsonb(max(r.id))
  from books.runs r
  where r.tenant_id = p_tenant
    and r.state = 'running'
    and r.source = p_source
    and r.is_whole = p_is_whole
    and r.grace_seconds = p_grace
    and r.lease_until < clock_timestamp()
    and r.started_at > now() - interval '1 day'
$$;

-- A shop that is switched off every night is walked when it is there: after `p_late_hours` at any time of the day.
create or replace function books.due_tenants(p_is_night boolean, p_hours integer, p_late_hours integer, p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(d.id order by d.last_at), '[]')
  from (
    select t.id, coalesce(r.last_at, t.created_at) as last_at
    from tenancy.tenants t
    cross join lateral (
      select max(r.started_at) as last_at, coalesce(bool_or(r.state = 'running'), false) as is_running
      from books.runs r
      where r.tenant_id = t.id
        and r.source = 'schedule'
    ) r
    where t.status = 'active'
      and not r.is_running
      and (
        coalesce(r.last_at, t.created_at) < now() - make_interval(hours => p_late_hours)
        or (
          p_is_night
          -- A shop that was opened just now has nothing to audit yet.
          and coalesce(r.last_at, t.created_at - make_interval(hours => p_hours - 1)) < now() - make_interval(hours => p_hours)
        )
      )
    order by 2
    limit p_limit
  ) d
$$;

create or replace function books.stuck_runs()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', r.tenant_id, 'runId', r.id)), '[]')
  from tenancy.tenants t
  join books.runs r on r.tenant_id = t.id and r.state = 'running' and r.source <> 'cli'
  where r.lease_until < now() - interval '1 minute'
    and r.source <> 'cli'
    and r.started_at < now() - interval '1 minute'
$$;

create or replace function books.open_violations()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select to_jsonb(count(*))
  from tenancy.tenants t
  join books.violations v on v.tenant_id = t.id and v.state = 'open'
$$;
