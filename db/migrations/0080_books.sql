-- The audit of the books: what was walked, what was found, and how far a run has come, so that one that was killed goes
-- on where it stopped. Nothing here is read by anybody who sells.

create schema books;
grant usage on schema books to quanshu_app;

-- One walk of one shop. While somebody works on it, its lease is in the future; a dead worker's runs out by itself.
create table books.runs (
  tenant_id bigint not null,
  id bigint generated always as identity,
  source text not null check (source in ('schedule', 'console', 'cli')),
  asked_by text not null default '' check (length(asked_by) <= 100),
  -- Whole: every row. Otherwise what changed since the last clean run, and a seventh of the rest.
  is_whole boolean not null,
  -- How long after a payment, or after a hold's end, something may still be on its way.
  grace_seconds integer not null check (grace_seconds between 0 and 86400),
  state text not null default 'running' check (state in ('running', 'clean', 'violations', 'failed')),
  worker text,
  lease_until timestamptz not null default '-infinity',
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  error text,
  primary key (tenant_id, id),
  constraint run_over_or_running check ((state = 'running') = (finished_at is null))
);
create index runs_running on books.runs (tenant_id, id) where state = 'running';
select platform.protect('books.runs', 'select');

-- How far each check of a run has come. `place` is where the next step begins.
create table books.progress (
  tenant_id bigint not null,
  run_id bigint not null,
  check_name text not null,
  position smallint not null,
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done')),
  -- Changes from this moment on are walked; null: everything is.
  since timestamptz,
  -- The seventh of what did not change that is walked too.
  slot smallint check (slot between 0 and 6),
  place jsonb,
  checked bigint not null default 0,
  found bigint not null default 0,
  steps integer not null default 0,
  busy_ms bigint not null default 0,
  longest_ms integer not null default 0,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, run_id, check_name),
  foreign key (tenant_id, run_id) references books.runs (tenant_id, id) on delete cascade
);
select platform.protect('books.progress', 'select');

-- A violation is one fact about certain rows, however many runs find it. `gone` when a whole walk did not find it any
-- more, `handled` when a person said so; a handled one whose figures change is open again.
create table books.violations (
  tenant_id bigint not null,
  id bigint generated always as identity,
  check_name text not null,
  code text not null,
  key text not null,
  objects jsonb not null check (jsonb_typeof(objects) = 'array'),
  params jsonb not null default '{}' check (jsonb_typeof(params) = 'object'),
  state text not null default 'open' check (state in ('open', 'handled', 'gone')),
  found_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  handled_at timestamptz,
  handled_by text,
  note text check (length(note) <= 500),
  primary key (tenant_id, id),
  unique (tenant_id, check_name, code, key)
);
create index violations_by_state on books.violations (tenant_id, state, id);
select platform.protect('books.violations', 'select, update');

-- Which run found what.
create table books.findings (
  tenant_id bigint not null,
  run_id bigint not null,
  violation_id bigint not null,
  primary key (tenant_id, run_id, violation_id),
  foreign key (tenant_id, run_id) references books.runs (tenant_id, id) on delete cascade,
  foreign key (tenant_id, violation_id) references books.violations (tenant_id, id) on delete cascade
);
create index findings_of_violation on books.findings (tenant_id, violation_id);
select platform.protect('books.findings', 'select');

-- Since when a check is known to be clean, and which seventh of the old rows is next.
create table books.marks (
  tenant_id bigint not null,
  check_name text not null,
  clean_since timestamptz not null,
  slot smallint not null default 0 check (slot between 0 and 6),
  -- What the check itself wants to know the next time.
  memo jsonb not null default '{}',
  primary key (tenant_id, check_name)
);
select platform.protect('books.marks', 'select');

-- What an account's transfers up to a moment were seen to add up to, so that the next run adds only what came since.
create table books.account_marks (
  tenant_id bigint not null,
  account_id bigint not null,
  at timestamptz not null,
  balance bigint not null,
  primary key (tenant_id, account_id)
);
select platform.protect('books.account_marks', 'select');

-- The counts of a batch when its cards were last counted to be just so many.
create table books.batch_marks (
  tenant_id bigint not null,
  batch_id bigint not null,
  counts text not null,
  primary key (tenant_id, batch_id)
);
select platform.protect('books.batch_marks', 'select');
