-- Jobs live in graphile_worker's own tables (made before these migrations); this schema is the application's door to them.

create schema jobs;
grant usage on schema jobs to quanshu_app;

-- When each schedule last ran. A worker that wants to run a tick takes the row, so one tick runs once.
create table jobs.schedules (
  name text primary key,
  last_started_at timestamptz not null default '-infinity',
  last_finished_at timestamptz,
  last_error text
);
