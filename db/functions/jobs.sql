-- The application's door to graphile_worker, whose own tables only the owner's role reaches.
--
--   jobs.enqueue(batch)          inside db.write: [{"task", "payload", "runAt"?, "attemptsMax"?, "key"?}, ...] for the
--                                tenant in app.tenant_id
--   jobs.enqueue(tenant, batch)  the same for definer functions; not for the application
--   A stored job's payload is {"tenantId": n, "payload": {...}}.
--   Fair between tenants: a tenant's jobs go through four named queues `t<tenant>:<0..3>`, and a named queue runs one
--   job at a time, so one tenant's flood holds at most four of the workers' slots.
--   A key is unique per tenant and task: while such a job waits, another one with the same key replaces it.
--
--   jobs.browse(state, before_id, limit)  inside db.read: this tenant's jobs, newest first; state is 'given_up', 'waiting',
--                                'retrying' or 'running'; [{id, task, payload, state, attempts, attemptsMax, runAt, createdAt,
--                                updatedAt, lastError}]
--   jobs.rerun(id)               inside db.write: a job that gave up (or waits) runs at once with fresh attempts; false
--                                when it is not this tenant's, or is running
--   jobs.discard(id)             inside db.write: deletes a job that gave up; false as above
--   jobs.counts()                over all tenants: {"waiting","retrying","running","givenUp","oldestSeconds"}
--   jobs.take_tick(name, every_ms)   true for exactly one caller per tick of a schedule
--   jobs.finish_tick(name, error)

create or replace function jobs.enqueue(p_tenant_id bigint, p_jobs jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select count(*)
  from (
    select graphile_worker.add_jobs(
      array_agg(
        (
          j.item ->> 'task',
          jsonb_build_object('tenantId', p_tenant_id, 'payload', coalesce(j.item -> 'payload', '{}'))::json,
          -- In turn, from any: what comes together ends together.
          't' || p_tenant_id || ':' || (lane.first + j.ordinal) % 4,
          coalesce((j.item ->> 'runAt')::timestamptz, now()),
          coalesce((j.item ->> 'attemptsMax')::integer, 25),
          't' || p_tenant_id || ':' || (j.item ->> 'task') || ':' || (j.item ->> 'key'),
          0,
          null::text[]
        )::graphile_worker.job_spec
        order by j.ordinal
      )
    )
    from (
      select
        e.item,
        e.ordinal,
        row_number() over (partition by e.item ->> 'task', e.item ->> 'key' order by e.ordinal desc) as from_last
      from jsonb_array_elements(p_jobs) with ordinality as e(item, ordinal)
    ) j
    cross join (select floor(random() * 4)::integer as first) lane
    -- Of several under one key only the last counts, as if they had come one after the other.
    where j.from_last = 1
       or j.item ->> 'key' is null
    having count(*) > 0
  ) added
$$;
revoke execute on function jobs.enqueue(bigint, jsonb) from public;

create or replace function jobs.enqueue(p_jobs jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select jobs.enqueue(current_setting('app.tenant_id')::bigint, p_jobs)
$$;

-- A tenant's jobs are found through its four queues, not through the payload.
create or replace function jobs.of_tenant(p_tenant_id bigint)
returns table (
  id bigint,
  task text,
  payload jsonb,
  state text,
  attempts integer,
  attempts_max integer,
  run_at timestamptz,
  created_at timestamptz,
  updated_at timestamptz,
  last_error text
)
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select
    j.id,
    t.identifier,
    j.payload::jsonb -> 'payload',
    case
      when j.locked_at is not null then 'running'
      when j.attempts >= j.max_attempts then 'given_up'
      when j.attempts > 0 then 'retrying'
      else 'waiting'
    end,
    j.attempts::integer,
    j.max_attempts::integer,
    j.run_at,
    j.created_at,
    j.updated_at,
    j.last_error
  from graphile_worker._private_job_queues q
  join graphile_worker._private_jobs j on j.job_queue_id = q.id
  join graphile_worker._private_tasks t on t.id = j.task_id
  where q.queue_name = any (array(select 't' || p_tenant_id || ':' || lane from generate_series(0, 3) lane))
$$;
revoke execute on function jobs.of_tenant(bigint) from public;

create or replace function jobs.browse(p_state text, p_before_id bigint, p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'id', page.id,
        'task', page.task,
        'payload', page.payload,
        'state', page.state,
        'attempts', page.attempts,
        'attemptsMax', page.attempts_max,
        'runAt', page.run_at,
        'createdAt', page.created_at,
        'updatedAt', page.updated_at,
        'lastError', page.last_error
      )
      order by page.id desc
    ),
    '[]'
  )
  from (
    select *
    from jobs.of_tenant(current_setting('app.tenant_id')::bigint) j
    where (p_state is null or j.state = p_state)
      and (p_before_id is null or j.id < p_before_id)
    order by j.id desc
    limit p_limit
  ) page
$$;

create or replace function jobs.rerun(p_id bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  perform from jobs.of_tenant(current_setting('app.tenant_id')::bigint) j where j.id = p_id and j.state <> 'running';
  if not found then
    return false;
  end if;
  perform graphile_worker.reschedule_jobs(array[p_id], run_at => now(), attempts => 0);
  return true;
end;
$$;

create or replace function jobs.discard(p_id bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  perform from jobs.of_tenant(current_setting('app.tenant_id')::bigint) j where j.id = p_id and j.state = 'given_up';
  if not found then
    return false;
  end if;
  perform graphile_worker.complete_jobs(array[p_id]);
  return true;
end;
$$;

create or replace function jobs.counts()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'waiting', count(*) filter (where locked_at is null and attempts = 0),
    'retrying', count(*) filter (where locked_at is null and attempts > 0 and attempts < max_attempts),
    'running', count(*) filter (where locked_at is not null),
    'givenUp', count(*) filter (where locked_at is null and attempts >= max_attempts),
    'oldestSeconds', coalesce(
      extract(epoch from now() - min(run_at) filter (where is_available and run_at <= now()))::integer,
      0
    )
  )
  from graphile_worker._private_jobs
$$;

-- The row is the lock: of two workers that want the same tick the second one finds it taken.
-- A tick that never finished (its worker died) is free again at the next one.
create or replace function jobs.take_tick(p_name text, p_every_ms integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  insert into jobs.schedules (name)
  values (p_name)
  on conflict do nothing;
  update jobs.schedules
  set last_started_at = clock_timestamp()
  where name = p_name
    -- A tenth of tolerance, so that timers which fire a little early do not lose every second tick.
    and last_started_at <= clock_timestamp() - p_every_ms * 0.9 * interval '1 millisecond';
  return found;
end;
$$;

create or replace function jobs.finish_tick(p_name text, p_error text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update jobs.schedules
  set last_finished_at = clock_timestamp(),
      last_error = left(p_error, 4000)
  where name = p_name;
  return found;
end;
$$;

-- This tenant's jobs and events that have been given up; for the board.
create or replace function jobs.given_up_count()
returns bigint
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select (
    select count(*)
    from jobs.of_tenant(current_setting('app.tenant_id')::bigint) j
    where j.state = 'given_up'
  ) + (
    select count(*)
    from events.parked p
    where p.tenant_id = current_setting('app.tenant_id')::bigint
      and p.applied_at is null
  )
$$;
