-- Made from the database by `npm run gen`. Do not edit.

-- analytics -------------------------------------------------------------------------------------------

create table analytics.days (
  tenant_id bigint not null,
  day date not null,
  changed_at timestamp with time zone not null default now(),
  checked_at timestamp with time zone,
  differences jsonb not null default '[]'::jsonb,
  recounted_at timestamp with time zone,
  constraint days_pkey PRIMARY KEY (tenant_id, day),
  constraint days_differences_check CHECK ((jsonb_typeof(differences) = 'array'::text))
);
alter table analytics.days enable row level security;
grant select on analytics.days to quanshu_app;

create table analytics.entries (
  tenant_id bigint not null,
  at timestamp with time zone not null,
  id bigint not null generated always as identity,
  kind text not null,
  order_no bigint,
  line_no smallint,
  sku_id bigint not null default 0,
  batch_id bigint not null default 0,
  channel text not null default ''::text,
  pay_way text not null default ''::text,
  staff text not null default ''::text,
  pieces integer not null default 0,
  lines integer not null default 0,
  amount_fen bigint not null,
  transfer_id bigint,
  refund_id bigint,
  grant_id bigint,
  constraint entries_pkey PRIMARY KEY (tenant_id, at, id),
  constraint entries_kind_check CHECK ((kind = ANY (ARRAY['sale'::text, 'refund'::text, 'fee'::text, 'loss'::text, 'replacement'::text, 'bonus'::text, 'cost'::text])))
);
alter table analytics.entries enable row level security;
grant select on analytics.entries to quanshu_app;

create table analytics.marks (
  tenant_id bigint not null,
  account_id bigint not null,
  out_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
  out_id bigint not null default 0,
  in_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
  in_id bigint not null default 0,
  seen_at timestamp with time zone,
  seen_balance bigint not null default 0,
  constraint marks_pkey PRIMARY KEY (tenant_id, account_id)
);
alter table analytics.marks enable row level security;
grant select on analytics.marks to quanshu_app;

create table analytics.notes (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  nos bigint[] not null,
  constraint notes_pkey PRIMARY KEY (tenant_id, id)
);
alter table analytics.notes enable row level security;
grant select on analytics.notes to quanshu_app;

create table analytics.standings (
  tenant_id bigint not null,
  gathered_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
  constraint standings_pkey PRIMARY KEY (tenant_id)
);
alter table analytics.standings enable row level security;
grant select on analytics.standings to quanshu_app;

create table analytics.sums (
  tenant_id bigint not null,
  grain text not null,
  at timestamp with time zone not null,
  sku_id bigint not null,
  batch_id bigint not null,
  channel text not null,
  pay_way text not null,
  staff text not null,
  sales_fen bigint not null default 0,
  refunds_fen bigint not null default 0,
  fees_fen bigint not null default 0,
  losses_fen bigint not null default 0,
  pieces bigint not null default 0,
  lines bigint not null default 0,
  entries bigint not null default 0,
  bonuses_fen bigint not null default 0,
  costs_fen bigint not null default 0,
  constraint sums_pkey PRIMARY KEY (tenant_id, grain, at, sku_id, batch_id, channel, pay_way, staff),
  constraint sums_grain_check CHECK ((grain = ANY (ARRAY['hour'::text, 'day'::text])))
);
alter table analytics.sums enable row level security;
grant select on analytics.sums to quanshu_app;

create table analytics.turnover (
  tenant_id bigint not null,
  day date not null,
  unit text not null,
  from_kind text not null,
  from_ref text not null,
  to_kind text not null,
  to_ref text not null,
  kind text not null,
  transfers bigint not null,
  amount bigint not null,
  constraint turnover_pkey PRIMARY KEY (tenant_id, day, unit, from_kind, from_ref, to_kind, to_ref, kind)
);
alter table analytics.turnover enable row level security;
grant select on analytics.turnover to quanshu_app;


create index days_unchecked ON analytics.days USING btree (tenant_id, day) WHERE ((checked_at IS NULL) OR (checked_at < changed_at));
create index entries_of_order ON analytics.entries USING btree (tenant_id, order_no);

create policy tenant on analytics.days for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on analytics.entries for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on analytics.marks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on analytics.notes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on analytics.standings for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on analytics.sums for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on analytics.turnover for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function analytics.add_up(p_tenant bigint, p_entries analytics.entries[]) returns void security definer
function analytics.attribute(p_tenant bigint, p_kind text[], p_at timestamp with time zone[], p_transfer bigint[], p_no bigint[], p_amount bigint[], p_way text[], p_nos bigint[]) returns void security definer
function analytics.book(p_tenant bigint, p_entries analytics.entries[]) returns void security definer
function analytics.check_day(p_tenant bigint, p_day date) returns jsonb security definer
function analytics.day_start(p_day date) returns timestamp with time zone
function analytics.differences_of_day(p_tenant bigint, p_day date) returns jsonb security definer
function analytics.effects(p_from_kind text, p_from_ref text, p_to_kind text, p_to_ref text, p_amount bigint) returns TABLE(kind text, amount bigint, way text)
function analytics.gather(p_tenant bigint, p_limit integer) returns jsonb security definer
function analytics.is_personal(p_kind text) returns boolean
function analytics.ledger_of_day(p_tenant bigint, p_day date) returns TABLE(at timestamp with time zone, id bigint, unit text, from_kind text, from_ref text, to_kind text, to_ref text, amount bigint, kind text, order_no bigint) security definer
function analytics.note(p_tenant bigint, p_nos bigint[], p_replaced bigint[]) returns void security definer
function analytics.order_of(p_cause text) returns bigint
function analytics.read_ledger(p_tenant bigint, p_accounts bigint[], p_out_at timestamp with time zone[], p_out_id bigint[], p_in_at timestamp with time zone[], p_in_id bigint[], p_out_upto_at timestamp with time zone[], p_out_upto_id bigint[], p_in_upto_at timestamp with time zone[], p_in_upto_id bigint[], p_limit integer) returns TABLE(account_id bigint, side text, at timestamp with time zone, id bigint, unit text, from_kind text, from_ref text, to_kind text, to_ref text, amount bigint, kind text, order_no bigint, counted boolean) security definer
function analytics.recount_day(p_tenant bigint, p_day date) returns void security definer
function analytics.shared_accounts(p_tenant bigint) returns TABLE(id bigint, kind text, ref text, unit text) security definer
function analytics.shop_day(p_at timestamp with time zone) returns date
function analytics.tenants_behind(p_limit integer) returns jsonb security definer
function analytics.tenants_noted(p_limit integer) returns jsonb security definer
function analytics.turn_over(p_tenant bigint, p_at timestamp with time zone[], p_unit text[], p_from_kind text[], p_from_ref text[], p_to_kind text[], p_to_ref text[], p_kind text[], p_amount bigint[], p_counted boolean[]) returns void security definer
function analytics.unchecked_days(p_limit integer) returns jsonb security definer

-- audit -----------------------------------------------------------------------------------------------

create table audit.entries (
  tenant_id bigint not null,
  at timestamp with time zone not null,
  seq bigint not null,
  actor jsonb not null,
  action text not null,
  object_kind text not null,
  object_id text not null,
  detail jsonb not null,
  request_id text,
  ip text,
  prev_hash bytea not null,
  hash bytea not null,
  constraint entries_pkey PRIMARY KEY (tenant_id, at, seq),
  constraint entries_seq_check CHECK ((seq > 0))
) partition by range (at);
alter table audit.entries enable row level security;
grant select on audit.entries to quanshu_app;

create table audit.heads (
  tenant_id bigint not null,
  seq bigint not null,
  hash bytea not null,
  constraint heads_pkey PRIMARY KEY (tenant_id)
);
alter table audit.heads enable row level security;
grant select on audit.heads to quanshu_app;


create index entries_object ON ONLY audit.entries USING btree (tenant_id, object_kind, object_id, seq);
create index entries_seq ON ONLY audit.entries USING btree (tenant_id, seq);

create policy tenant on audit.entries for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on audit.heads for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

create trigger entries_append_only before delete or update on audit.entries for each row execute function audit.refuse_change();
create trigger entries_never_truncated before truncate on audit.entries for each statement execute function audit.refuse_change();

function audit.append(p_batch jsonb) returns void security definer
function audit.append(p_tenant_id bigint, p_batch jsonb) returns void security definer
function audit.entry_hash(p_tenant_id bigint, p_seq bigint, p_at timestamp with time zone, p_actor jsonb, p_action text, p_object_kind text, p_object_id text, p_detail jsonb, p_request_id text, p_ip text, p_prev_hash bytea) returns bytea
function audit.refuse_change() returns trigger
function audit.verify(p_tenant_id bigint, p_from bigint, p_to bigint) returns jsonb

-- books -----------------------------------------------------------------------------------------------

create table books.account_marks (
  tenant_id bigint not null,
  account_id bigint not null,
  at timestamp with time zone not null,
  balance bigint not null,
  constraint account_marks_pkey PRIMARY KEY (tenant_id, account_id)
);
alter table books.account_marks enable row level security;
grant select on books.account_marks to quanshu_app;

create table books.batch_marks (
  tenant_id bigint not null,
  batch_id bigint not null,
  counts text not null,
  constraint batch_marks_pkey PRIMARY KEY (tenant_id, batch_id)
);
alter table books.batch_marks enable row level security;
grant select on books.batch_marks to quanshu_app;

create table books.findings (
  tenant_id bigint not null,
  run_id bigint not null,
  violation_id bigint not null,
  constraint findings_pkey PRIMARY KEY (tenant_id, run_id, violation_id),
  constraint findings_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES books.runs(tenant_id, id) ON DELETE CASCADE,
  constraint findings_tenant_id_violation_id_fkey FOREIGN KEY (tenant_id, violation_id) REFERENCES books.violations(tenant_id, id) ON DELETE CASCADE
);
alter table books.findings enable row level security;
grant select on books.findings to quanshu_app;

create table books.marks (
  tenant_id bigint not null,
  check_name text not null,
  clean_since timestamp with time zone not null,
  slot smallint not null default 0,
  memo jsonb not null default '{}'::jsonb,
  constraint marks_pkey PRIMARY KEY (tenant_id, check_name),
  constraint marks_slot_check CHECK (((slot >= 0) AND (slot <= 6)))
);
alter table books.marks enable row level security;
grant select on books.marks to quanshu_app;

create table books.progress (
  tenant_id bigint not null,
  run_id bigint not null,
  check_name text not null,
  position smallint not null,
  state text not null default 'waiting'::text,
  since timestamp with time zone,
  slot smallint,
  place jsonb,
  checked bigint not null default 0,
  found bigint not null default 0,
  steps integer not null default 0,
  busy_ms bigint not null default 0,
  longest_ms integer not null default 0,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint progress_pkey PRIMARY KEY (tenant_id, run_id, check_name),
  constraint progress_tenant_id_run_id_fkey FOREIGN KEY (tenant_id, run_id) REFERENCES books.runs(tenant_id, id) ON DELETE CASCADE,
  constraint progress_slot_check CHECK (((slot >= 0) AND (slot <= 6))),
  constraint progress_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text])))
);
alter table books.progress enable row level security;
grant select on books.progress to quanshu_app;

create table books.runs (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  source text not null,
  asked_by text not null default ''::text,
  is_whole boolean not null,
  grace_seconds integer not null,
  state text not null default 'running'::text,
  worker text,
  lease_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  started_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  error text,
  constraint runs_pkey PRIMARY KEY (tenant_id, id),
  constraint run_over_or_running CHECK (((state = 'running'::text) = (finished_at IS NULL))),
  constraint runs_asked_by_check CHECK ((length(asked_by) <= 100)),
  constraint runs_grace_seconds_check CHECK (((grace_seconds >= 0) AND (grace_seconds <= 999999999))),
  constraint runs_source_check CHECK ((source = ANY (ARRAY['schedule'::text, 'console'::text, 'cli'::text]))),
  constraint runs_state_check CHECK ((state = ANY (ARRAY['running'::text, 'clean'::text, 'violations'::text, 'failed'::text])))
);
alter table books.runs enable row level security;
grant select on books.runs to quanshu_app;

create table books.violations (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  check_name text not null,
  code text not null,
  key text not null,
  objects jsonb not null,
  params jsonb not null default '{}'::jsonb,
  state text not null default 'open'::text,
  found_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  handled_at timestamp with time zone,
  handled_by text,
  note text,
  constraint violations_pkey PRIMARY KEY (tenant_id, id),
  constraint violations_tenant_id_check_name_code_key_key UNIQUE (tenant_id, check_name, code, key),
  constraint violations_note_check CHECK ((length(note) <= 500)),
  constraint violations_objects_check CHECK ((jsonb_typeof(objects) = 'array'::text)),
  constraint violations_params_check CHECK ((jsonb_typeof(params) = 'object'::text)),
  constraint violations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'handled'::text, 'gone'::text])))
);
alter table books.violations enable row level security;
grant select, update on books.violations to quanshu_app;


create index findings_of_violation ON books.findings USING btree (tenant_id, violation_id);
create index runs_running ON books.runs USING btree (tenant_id, id) WHERE (state = 'running'::text);
create index violations_by_state ON books.violations USING btree (tenant_id, state, id);

create policy tenant on books.account_marks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on books.batch_marks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on books.findings for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on books.marks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on books.progress for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on books.runs for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on books.violations for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function books.channel_shelves(p_tenant bigint, p_skus bigint[]) returns TABLE(sku_id bigint, channel text, account_id bigint, balance bigint, lying bigint, astray bigint) security definer
function books.due_tenants(p_is_night boolean, p_hours integer, p_late_hours integer, p_limit integer) returns jsonb security definer
function books.fail_run(p_tenant bigint, p_run bigint, p_error text) returns jsonb security definer
function books.finish_run(p_tenant bigint, p_run bigint, p_worker text) returns jsonb security definer
function books.is_in_slot(p_id bigint, p_scope jsonb) returns boolean
function books.look_at_balances(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_batch_sums(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_budget_months(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_bulk_lines(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_bulks(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_clearing(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_code_owners(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_complaints(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_credits(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_disputes(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_floors(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_held_sums(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_holds(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_limits(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_made_good(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_matches(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_paid_orders(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_parents(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_peer_days(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_peer_orders(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_picks(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_postings(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_purchases(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_recoveries(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_redeem_codes(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_references(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_refunded_rights(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_replays(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_restocks(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_statements(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_stock_sums(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_supplier_papers(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_suppliers(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_transfers(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.look_at_units(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb) returns jsonb
function books.looked(p_seen bigint, p_checked bigint, p_place jsonb, p_violations jsonb) returns jsonb
function books.moved(p_tenant bigint, p_outward boolean, p_accounts bigint[], p_from timestamp with time zone[], p_to timestamp with time zone[], p_causes text[]) returns bigint[] security definer
function books.moved_as(p_tenant bigint, p_outward boolean, p_accounts bigint[], p_from timestamp with time zone[], p_to timestamp with time zone[], p_causes text[], p_kinds text[]) returns bigint[] security definer
function books.next_orders(p_tenant bigint, p_place jsonb, p_limit integer, p_since timestamp with time zone, p_scope jsonb, OUT nos bigint[], OUT seen integer, OUT place jsonb) returns record
function books.note_step(p_tenant bigint, p_run bigint, p_worker text, p_check text, p_step jsonb) returns jsonb security definer
function books.object(p_kind text, p_id text) returns jsonb
function books.objects(p_kind text, p_ids bigint[]) returns jsonb
function books.open_violations() returns jsonb security definer
function books.pointers() returns TABLE(n integer, child regclass, columns text[], parent regclass, targets text[]) security definer
function books.release_run(p_tenant bigint, p_run bigint, p_worker text) returns jsonb security definer
function books.sealed_page(p_tenant bigint, p_source text, p_after bigint, p_limit integer, p_since bigint, p_slot integer) returns jsonb security definer
function books.start_run(p_tenant bigint, p_options jsonb) returns jsonb security definer
function books.step(p_tenant bigint, p_check text, p_place jsonb, p_limit integer, p_scope jsonb) returns jsonb security definer
function books.stuck_runs() returns jsonb security definer
function books.supplier_differs(p_kind text, p_supplier bigint, p_account bigint, p_booked bigint, p_due bigint) returns jsonb
function books.take_run(p_tenant bigint, p_run bigint, p_worker text, p_seconds integer) returns jsonb security definer
function books.told_max() returns integer
function books.unfinished_run(p_tenant bigint, p_source text, p_is_whole boolean, p_grace integer) returns jsonb security definer
function books.violation(p_code text, p_key text, p_objects jsonb, p_params jsonb) returns jsonb
function books.walks() returns TABLE(n integer, check_name text, phase text, looks_at text, rows_factor numeric, is_of_changes boolean)

-- bulk ------------------------------------------------------------------------------------------------

create table bulk.earlier (
  tenant_id bigint not null,
  bulk_id bigint not null,
  line_no integer not null,
  turn integer not null,
  order_no bigint,
  fault text,
  ended_at timestamp with time zone not null default now(),
  constraint earlier_pkey PRIMARY KEY (tenant_id, bulk_id, line_no, turn),
  constraint earlier_tenant_id_bulk_id_line_no_fkey FOREIGN KEY (tenant_id, bulk_id, line_no) REFERENCES bulk.lines(tenant_id, bulk_id, line_no),
  constraint earlier_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no)
);
alter table bulk.earlier enable row level security;
grant select on bulk.earlier to quanshu_app;

create table bulk.lines (
  tenant_id bigint not null,
  bulk_id bigint not null,
  line_no integer not null,
  sku_id bigint,
  quantity integer not null default 1,
  form jsonb not null default '{}'::jsonb,
  contact text not null default ''::text,
  reference text not null default ''::text,
  unit_price_fen bigint not null default 0,
  unit_worth_fen bigint,
  state text not null,
  fault text,
  fault_params jsonb not null default '{}'::jsonb,
  turn integer not null default 1,
  order_no bigint,
  ordered_at timestamp with time zone,
  constraint lines_pkey PRIMARY KEY (tenant_id, bulk_id, line_no),
  constraint lines_tenant_id_bulk_id_fkey FOREIGN KEY (tenant_id, bulk_id) REFERENCES bulk.orders(tenant_id, id),
  constraint lines_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no),
  constraint lines_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint failed_says_why CHECK (((state = ANY (ARRAY['invalid'::text, 'failed'::text])) = (fault IS NOT NULL))),
  constraint lines_line_no_check CHECK ((line_no > 0)),
  constraint lines_quantity_check CHECK ((quantity > 0)),
  constraint lines_state_check CHECK ((state = ANY (ARRAY['invalid'::text, 'waiting'::text, 'ordered'::text, 'failed'::text, 'cancelled'::text]))),
  constraint lines_unit_price_fen_check CHECK ((unit_price_fen >= 0)),
  constraint only_invalid_lines_have_no_goods CHECK (((sku_id IS NOT NULL) OR (state = 'invalid'::text))),
  constraint ordered_has_its_order CHECK (((state = 'ordered'::text) = (order_no IS NOT NULL)))
);
alter table bulk.lines enable row level security;
grant delete, insert, select, update on bulk.lines to quanshu_app;

create table bulk.orders (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  name text not null,
  note text not null default ''::text,
  payer text not null,
  member_id bigint,
  sku_id bigint,
  contact text not null default ''::text,
  allow_repeats boolean not null default false,
  locale text not null default 'zh-CN'::text,
  state text not null default 'draft'::text,
  file_name text not null default ''::text,
  file_hash bytea,
  ignored_columns jsonb not null default '[]'::jsonb,
  lines integer not null default 0,
  invalid integer not null default 0,
  pieces integer not null default 0,
  total_fen bigint not null default 0,
  waiting integer not null default 0,
  held_fen bigint not null default 0,
  hold_id bigint,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  confirmed_by text,
  confirmed_at timestamp with time zone,
  worked_at timestamp with time zone,
  pace_from timestamp with time zone,
  pace_waiting integer,
  tally jsonb,
  finished_at timestamp with time zone,
  origin text not null default 'console'::text,
  origin_key bigint,
  origin_no text not null default ''::text,
  gives_back boolean not null default true,
  constraint orders_pkey PRIMARY KEY (tenant_id, id),
  constraint orders_tenant_id_member_id_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES members.members(tenant_id, id),
  constraint orders_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint a_purse_pays_or_the_shop CHECK (((payer = 'member'::text) = (member_id IS NOT NULL))),
  constraint an_interface_names_its_key CHECK (((origin = 'api'::text) = (origin_key IS NOT NULL))),
  constraint money_is_held_for_what_waits CHECK ((((hold_id IS NOT NULL) = (held_fen > 0)) AND ((held_fen = 0) OR (waiting > 0)))),
  constraint orders_held_fen_check CHECK ((held_fen >= 0)),
  constraint orders_name_check CHECK ((name <> ''::text)),
  constraint orders_origin_check CHECK ((origin = ANY (ARRAY['console'::text, 'api'::text]))),
  constraint orders_payer_check CHECK ((payer = ANY (ARRAY['member'::text, 'shop'::text]))),
  constraint orders_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'running'::text, 'paused'::text, 'cancelled'::text, 'done'::text]))),
  constraint orders_total_fen_check CHECK ((total_fen >= 0)),
  constraint orders_waiting_check CHECK ((waiting >= 0))
);
alter table bulk.orders enable row level security;
grant insert, select, update on bulk.orders to quanshu_app;


create index earlier_by_order ON bulk.earlier USING btree (tenant_id, order_no) WHERE (order_no IS NOT NULL);
create index lines_waiting ON bulk.lines USING btree (tenant_id, bulk_id, line_no) WHERE (state = 'waiting'::text);
create UNIQUE index one_order_one_line ON bulk.lines USING btree (tenant_id, order_no) WHERE (order_no IS NOT NULL);
create UNIQUE index references_differ ON bulk.lines USING btree (tenant_id, bulk_id, reference) WHERE ((reference <> ''::text) AND (state <> 'invalid'::text));
create index bulk_of_key ON bulk.orders USING btree (tenant_id, origin_key, id) WHERE (origin_key IS NOT NULL);
create index bulk_open ON bulk.orders USING btree (tenant_id, worked_at) WHERE ((state <> 'draft'::text) AND (finished_at IS NULL));

create policy tenant on bulk.earlier for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on bulk.lines for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on bulk.orders for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function bulk.begin(p_tenant bigint, p_bulk bigint, p_total bigint, p_actor text) returns jsonb security definer
function bulk.end_by_rule(p_tenant bigint, p_no bigint, p_reason text) returns jsonb security definer
function bulk.end_gift(p_tenant bigint, p_no bigint, p_reason text) returns jsonb security definer
function bulk.fill(p_tenant bigint, p_bulk bigint, p_lines jsonb, p_skus bigint[], p_prices bigint[]) returns void security definer
function bulk.finish(p_tenant bigint, p_bulk bigint) returns jsonb security definer
function bulk.hold_waiting(p_tenant bigint, p_bulk bigint, p_amount bigint) returns jsonb security definer
function bulk.lock_accounts(p_tenant bigint, p_skus bigint[], p_member bigint) returns void security definer
function bulk.lock_links(p_tenant bigint, p_skus bigint[]) returns void
function bulk.locked(p_tenant bigint, p_bulk bigint) returns bulk.orders security definer
function bulk.open(p_tenant bigint, p_facts jsonb) returns bigint security definer
function bulk.order_some(p_tenant bigint, p_bulk bigint, p_nos bigint[], p_pieces integer) returns jsonb security definer
function bulk.quote(p_tenant bigint, p_bulk bigint) returns jsonb security definer
function bulk.retry(p_tenant bigint, p_bulk bigint, p_lines integer[]) returns jsonb security definer
function bulk.standing_of(p_state text, p_order text, p_line text) returns text
function bulk.standing_still(p_seconds integer) returns jsonb security definer
function bulk.stop(p_tenant bigint, p_bulk bigint, p_to text) returns jsonb security definer
function bulk.tally(p_tenant bigint, p_bulk bigint) returns jsonb security definer
function bulk.to_give_back(p_tenant bigint, p_bulk bigint, p_limit integer) returns jsonb security definer
function bulk.worth(p_tenant bigint, p_no bigint) returns bigint security definer

-- catalog ---------------------------------------------------------------------------------------------

create table catalog.bundle_parts (
  tenant_id bigint not null,
  sku_id bigint not null,
  position smallint not null,
  part_sku_id bigint,
  points integer,
  quantity integer not null default 1,
  share_fen bigint,
  constraint bundle_parts_pkey PRIMARY KEY (tenant_id, sku_id, "position"),
  constraint bundle_parts_bundle FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint bundle_parts_part FOREIGN KEY (tenant_id, part_sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint bundle_parts_points_check CHECK (((points >= 1) AND (points <= 100000000))),
  constraint bundle_parts_position_check CHECK (("position" > 0)),
  constraint bundle_parts_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000))),
  constraint bundle_parts_share_fen_check CHECK (((share_fen >= 0) AND (share_fen <= 1000000000))),
  constraint part_is_one_thing CHECK (((part_sku_id IS NULL) <> (points IS NULL))),
  constraint points_are_counted_once CHECK (((points IS NULL) OR (quantity = 1)))
);
alter table catalog.bundle_parts enable row level security;
grant delete, insert, select, update on catalog.bundle_parts to quanshu_app;

create table catalog.categories (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  parent_id bigint,
  name text not null,
  name_en text not null default ''::text,
  icon text not null default ''::text,
  position integer not null default 0,
  created_at timestamp with time zone not null default now(),
  constraint categories_pkey PRIMARY KEY (tenant_id, id),
  constraint categories_parent FOREIGN KEY (tenant_id, parent_id) REFERENCES catalog.categories(tenant_id, id),
  constraint categories_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40))),
  constraint categories_not_own_parent CHECK ((parent_id <> id))
);
alter table catalog.categories enable row level security;
grant delete, insert, select, update on catalog.categories to quanshu_app;

create table catalog.goods (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  title text not null,
  title_en text not null default ''::text,
  subtitle text not null default ''::text,
  subtitle_en text not null default ''::text,
  category_id bigint,
  description text not null default ''::text,
  description_en text not null default ''::text,
  guide text not null default ''::text,
  guide_en text not null default ''::text,
  form_fields jsonb not null default '[]'::jsonb,
  state text not null default 'draft'::text,
  on_at timestamp with time zone,
  off_at timestamp with time zone,
  stock_display text not null default 'words'::text,
  limit_per_person integer,
  limit_per_order integer not null default 100,
  position integer not null default 0,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  codes_by_email boolean,
  codes_by_sms boolean not null default false,
  limit_days integer,
  constraint goods_pkey PRIMARY KEY (tenant_id, id),
  constraint goods_category FOREIGN KEY (tenant_id, category_id) REFERENCES catalog.categories(tenant_id, id),
  constraint days_are_of_a_limit CHECK (((limit_days IS NULL) OR (limit_per_person IS NOT NULL))),
  constraint goods_form_fields_check CHECK ((jsonb_typeof(form_fields) = 'array'::text)),
  constraint goods_limit_days_check CHECK (((limit_days >= 1) AND (limit_days <= 366))),
  constraint goods_limit_per_order_check CHECK (((limit_per_order >= 1) AND (limit_per_order <= 10000))),
  constraint goods_limit_per_person_check CHECK ((limit_per_person > 0)),
  constraint goods_schedule CHECK ((off_at > on_at)),
  constraint goods_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'on'::text, 'off'::text, 'archived'::text]))),
  constraint goods_stock_display_check CHECK ((stock_display = ANY (ARRAY['exact'::text, 'words'::text, 'hidden'::text]))),
  constraint goods_title_check CHECK (((length(title) >= 1) AND (length(title) <= 80)))
);
alter table catalog.goods enable row level security;
grant delete, insert, select, update on catalog.goods to quanshu_app;

create table catalog.goods_pictures (
  tenant_id bigint not null,
  goods_id bigint not null,
  position integer not null,
  picture_id bigint not null,
  constraint goods_pictures_pkey PRIMARY KEY (tenant_id, goods_id, "position"),
  constraint goods_pictures_goods FOREIGN KEY (tenant_id, goods_id) REFERENCES catalog.goods(tenant_id, id) ON DELETE CASCADE,
  constraint goods_pictures_picture FOREIGN KEY (tenant_id, picture_id) REFERENCES catalog.pictures(tenant_id, id),
  constraint goods_pictures_position_check CHECK (("position" >= 0))
);
alter table catalog.goods_pictures enable row level security;
grant delete, insert, select, update on catalog.goods_pictures to quanshu_app;

create table catalog.goods_tags (
  tenant_id bigint not null,
  goods_id bigint not null,
  tag_id bigint not null,
  constraint goods_tags_pkey PRIMARY KEY (tenant_id, goods_id, tag_id),
  constraint goods_tags_goods FOREIGN KEY (tenant_id, goods_id) REFERENCES catalog.goods(tenant_id, id) ON DELETE CASCADE,
  constraint goods_tags_tag FOREIGN KEY (tenant_id, tag_id) REFERENCES catalog.tags(tenant_id, id) ON DELETE CASCADE
);
alter table catalog.goods_tags enable row level security;
grant delete, insert, select, update on catalog.goods_tags to quanshu_app;

create table catalog.picture_files (
  tenant_id bigint not null,
  picture_id bigint not null,
  width integer not null,
  content bytea not null,
  constraint picture_files_pkey PRIMARY KEY (tenant_id, picture_id, width),
  constraint picture_files_picture FOREIGN KEY (tenant_id, picture_id) REFERENCES catalog.pictures(tenant_id, id) ON DELETE CASCADE
);
alter table catalog.picture_files enable row level security;
grant delete, insert, select, update on catalog.picture_files to quanshu_app;

create table catalog.pictures (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  sha256 bytea not null,
  width integer not null,
  height integer not null,
  color text not null,
  created_at timestamp with time zone not null default now(),
  constraint pictures_pkey PRIMARY KEY (tenant_id, id),
  constraint pictures_once UNIQUE (tenant_id, sha256),
  constraint pictures_color_check CHECK ((color ~ '^#[0-9a-f]{6}$'::text)),
  constraint pictures_height_check CHECK ((height > 0)),
  constraint pictures_sha256_check CHECK ((length(sha256) = 32)),
  constraint pictures_width_check CHECK ((width > 0))
);
alter table catalog.pictures enable row level security;
grant delete, insert, select, update on catalog.pictures to quanshu_app;

create table catalog.price_changes (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  sku_id bigint not null,
  at timestamp with time zone not null,
  price_fen bigint not null,
  free boolean not null default false,
  tiers jsonb not null default '[]'::jsonb,
  created_at timestamp with time zone not null default now(),
  created_by text not null,
  cancelled_at timestamp with time zone,
  price_points integer not null default 0,
  constraint price_changes_pkey PRIMARY KEY (tenant_id, id),
  constraint price_changes_sku FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint price_changes_free_is_meant CHECK ((free OR (price_fen > 0) OR (price_points > 0))),
  constraint price_changes_price_fen_check CHECK (((price_fen >= 0) AND (price_fen <= 1000000000))),
  constraint price_changes_price_points_check CHECK (((price_points >= 0) AND (price_points <= 100000000))),
  constraint price_changes_tiers_check CHECK ((jsonb_typeof(tiers) = 'array'::text))
);
alter table catalog.price_changes enable row level security;
grant delete, insert, select, update on catalog.price_changes to quanshu_app;

create table catalog.skus (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  goods_id bigint not null,
  title text not null,
  title_en text not null default ''::text,
  specs jsonb not null default '{}'::jsonb,
  kind text not null default 'card'::text,
  price_fen bigint not null,
  free boolean not null default false,
  market_price_fen bigint,
  cost_hint_fen bigint,
  tiers jsonb not null default '[]'::jsonb,
  priced_at timestamp with time zone not null default now(),
  hold_mode text not null default 'order'::text,
  allocation text not null default 'fifo'::text,
  low_stock_at integer default 10,
  state text not null default 'on'::text,
  position integer not null default 0,
  created_at timestamp with time zone not null default now(),
  removed_at timestamp with time zone,
  price_points integer not null default 0,
  supply_stock bigint,
  source text not null default 'own'::text,
  bundle_policy text,
  uses_per_code integer default 1,
  pick text not null default 'none'::text,
  pick_fee_fen bigint not null default 0,
  numbers_due boolean not null default false,
  later_days smallint,
  later_refund boolean not null default true,
  opened_by text not null default 'order'::text,
  constraint skus_pkey PRIMARY KEY (tenant_id, id),
  constraint skus_goods FOREIGN KEY (tenant_id, goods_id) REFERENCES catalog.goods(tenant_id, id),
  constraint bundle_costs_money CHECK (((kind <> 'bundle'::text) OR (price_points = 0))),
  constraint bundle_has_a_policy CHECK (((kind = 'bundle'::text) = (bundle_policy IS NOT NULL))),
  constraint chosen_is_one_code CHECK (((pick = 'none'::text) OR ((kind = 'card'::text) AND (uses_per_code = 1) AND (price_points = 0)))),
  constraint fee_for_choosing CHECK (((pick <> 'none'::text) OR (pick_fee_fen = 0))),
  constraint loops_go_round CHECK (
CASE allocation
    WHEN 'loop'::text THEN (uses_per_code IS DISTINCT FROM 1)
    ELSE (uses_per_code IS NOT NULL)
END),
  constraint only_codes_are_bound CHECK (((opened_by = 'order'::text) OR (kind = 'card'::text))),
  constraint only_topups_wait CHECK (((later_days IS NULL) OR (kind = 'topup'::text))),
  constraint skus_allocation_check CHECK ((allocation = ANY (ARRAY['fifo'::text, 'fefo'::text, 'lifo'::text, 'random'::text, 'loop'::text]))),
  constraint skus_bundle_policy_check CHECK ((bundle_policy = ANY (ARRAY['hold'::text, 'rest'::text, 'refund'::text]))),
  constraint skus_cost_hint_fen_check CHECK ((cost_hint_fen >= 0)),
  constraint skus_free_is_meant CHECK ((free OR (price_fen > 0) OR (price_points > 0))),
  constraint skus_hold_mode_check CHECK ((hold_mode = ANY (ARRAY['order'::text, 'payment'::text]))),
  constraint skus_kind_check CHECK ((kind = ANY (ARRAY['card'::text, 'topup'::text, 'service'::text, 'bundle'::text, 'link'::text]))),
  constraint skus_later_days_check CHECK (((later_days >= 1) AND (later_days <= 1095))),
  constraint skus_low_stock_at_check CHECK ((low_stock_at >= 0)),
  constraint skus_market_price_fen_check CHECK ((market_price_fen > 0)),
  constraint skus_opened_by_check CHECK ((opened_by = ANY (ARRAY['order'::text, 'member'::text, 'device'::text]))),
  constraint skus_pick_check CHECK ((pick = ANY (ARRAY['none'::text, 'number'::text, 'masked'::text]))),
  constraint skus_pick_fee_fen_check CHECK (((pick_fee_fen >= 0) AND (pick_fee_fen <= 1000000000))),
  constraint skus_price_fen_check CHECK (((price_fen >= 0) AND (price_fen <= 1000000000))),
  constraint skus_price_points_check CHECK (((price_points >= 0) AND (price_points <= 100000000))),
  constraint skus_source_check CHECK ((source = ANY (ARRAY['own'::text, 'own_first'::text, 'supplier_first'::text]))),
  constraint skus_specs_check CHECK ((jsonb_typeof(specs) = 'object'::text)),
  constraint skus_state_check CHECK ((state = ANY (ARRAY['on'::text, 'off'::text]))),
  constraint skus_supply_stock_check CHECK ((supply_stock >= 0)),
  constraint skus_tiers_check CHECK ((jsonb_typeof(tiers) = 'array'::text)),
  constraint skus_title_check CHECK (((length(title) >= 1) AND (length(title) <= 60))),
  constraint skus_uses_per_code_check CHECK ((uses_per_code >= 1))
);
alter table catalog.skus enable row level security;
grant delete, insert, select, update on catalog.skus to quanshu_app;

create table catalog.tags (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  name text not null,
  name_en text not null default ''::text,
  position integer not null default 0,
  constraint tags_pkey PRIMARY KEY (tenant_id, id),
  constraint tags_name_check CHECK (((length(name) >= 1) AND (length(name) <= 20)))
);
alter table catalog.tags enable row level security;
grant delete, insert, select, update on catalog.tags to quanshu_app;


create index bundle_parts_of_sku ON catalog.bundle_parts USING btree (tenant_id, part_sku_id) WHERE (part_sku_id IS NOT NULL);
create UNIQUE index bundle_parts_once ON catalog.bundle_parts USING btree (tenant_id, sku_id, COALESCE(part_sku_id, (0)::bigint));
create UNIQUE index categories_name ON catalog.categories USING btree (tenant_id, COALESCE(parent_id, (0)::bigint), lower(name));
create index goods_by_category ON catalog.goods USING btree (tenant_id, category_id, state);
create index goods_shelf ON catalog.goods USING btree (tenant_id, state, "position" DESC, id DESC);
create index goods_pictures_by_picture ON catalog.goods_pictures USING btree (tenant_id, picture_id);
create index goods_tags_by_tag ON catalog.goods_tags USING btree (tenant_id, tag_id, goods_id);
create UNIQUE index price_changes_moment ON catalog.price_changes USING btree (tenant_id, sku_id, at DESC) WHERE (cancelled_at IS NULL);
create index skus_by_goods ON catalog.skus USING btree (tenant_id, goods_id, "position", id) WHERE (removed_at IS NULL);
create index skus_in_loop ON catalog.skus USING btree (tenant_id, id) WHERE ((allocation = 'loop'::text) AND (removed_at IS NULL));
create index skus_numbers_due ON catalog.skus USING btree (tenant_id, id) WHERE numbers_due;
create UNIQUE index tags_name ON catalog.tags USING btree (tenant_id, lower(name));

create policy tenant on catalog.bundle_parts for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.categories for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.goods for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.goods_pictures for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.goods_tags for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.picture_files for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.pictures for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.price_changes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.skus for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on catalog.tags for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function catalog.bundle_form(p_tenant bigint, p_sku bigint, p_own jsonb) returns jsonb
function catalog.bundle_reason(p_tenant bigint, p_sku bigint, p_at timestamp with time zone) returns text
function catalog.bundle_stock(p_tenant bigint, p_sku bigint, p_at timestamp with time zone) returns bigint
function catalog.deliver_of(p_kind text) returns text
function catalog.goods_skus(p_tenant bigint, p_goods_ids bigint[], p_at timestamp with time zone) returns TABLE(goods_id bigint, sku_id bigint, kind text, title text, title_en text, specs jsonb, price_fen bigint, free boolean, market_price_fen bigint, cost_hint_fen bigint, tiers jsonb, hold_mode text, allocation text, low_stock_at integer, state text, sku_position integer, available bigint, held bigint, low boolean, next_at timestamp with time zone, next_price_fen bigint, price_points integer, next_price_points integer, unlimited boolean)
function catalog.is_asked(p_kind text, p_source text) returns boolean
function catalog.last_cost(p_tenant bigint, p_sku bigint) returns bigint
function catalog.least_cost(p_tenant bigint, p_sku bigint) returns bigint
function catalog.link_cost(p_tenant bigint, p_sku bigint) returns bigint
function catalog.link_stock(p_tenant bigint, p_sku bigint) returns bigint
function catalog.offers(p_tenant bigint, p_sku_ids bigint[], p_at timestamp with time zone) returns TABLE(sku_id bigint, kind text, title text, goods_title text, price_fen bigint, tiers jsonb, hold_mode text, allocation text, limit_per_person integer, limit_per_order integer, sellable boolean, reason text, form_fields jsonb, goods_id bigint, price_points integer, supply_stock bigint, source text)
function catalog.refresh_of(p_kind text) returns text
function catalog.reserve_of(p_kind text) returns text
function catalog.revoke_of(p_kind text) returns text
function catalog.service_left(p_tenant bigint, p_sku bigint) returns bigint
function catalog.shelf_reason(p_state text, p_on_at timestamp with time zone, p_off_at timestamp with time zone, p_at timestamp with time zone) returns text
function catalog.split_fen(p_amount bigint, p_weights bigint[]) returns bigint[]
function catalog.unit_price(p_price_fen bigint, p_tiers jsonb, p_qty bigint) returns bigint
function catalog.usual_cost(p_tenant bigint, p_sku bigint) returns bigint

-- crypto ----------------------------------------------------------------------------------------------

create table crypto.data_keys (
  tenant_id bigint not null,
  id integer not null,
  purpose text not null,
  state text not null,
  wrapped bytea not null,
  master_key_id text not null,
  created_at timestamp with time zone not null default now(),
  constraint data_keys_pkey PRIMARY KEY (tenant_id, id),
  constraint data_keys_purpose_check CHECK ((purpose = ANY (ARRAY['data'::text, 'hash'::text]))),
  constraint data_keys_state_check CHECK ((state = ANY (ARRAY['current'::text, 'retired'::text])))
);
alter table crypto.data_keys enable row level security;


create index data_keys_by_master_key ON crypto.data_keys USING btree (master_key_id, tenant_id, id);
create UNIQUE index data_keys_one_current ON crypto.data_keys USING btree (tenant_id, purpose) WHERE (state = 'current'::text);

create policy tenant on crypto.data_keys for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function crypto.add_first_key(p_tenant_id bigint, p_purpose text, p_wrapped text, p_master_key_id text) returns jsonb security definer
function crypto.keys_to_rewrap(p_master_key_id text, p_max integer) returns jsonb security definer
function crypto.load_keys(p_tenant_id bigint) returns jsonb security definer
function crypto.lock_keys(p_tenant_id bigint) returns void
function crypto.one_key_per_master() returns jsonb security definer
function crypto.rewrap_keys(p_keys jsonb) returns jsonb security definer
function crypto.rotate_data_key(p_tenant_id bigint, p_wrapped text, p_master_key_id text) returns jsonb security definer

-- entitlements ----------------------------------------------------------------------------------------

create table entitlements.grants (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  owner_key text not null,
  member_id bigint,
  order_no bigint not null,
  line_no smallint not null,
  piece integer not null,
  turn smallint not null default 1,
  kind text not null,
  sku_id bigint not null,
  card_id bigint,
  state text not null default 'active'::text,
  granted_at timestamp with time zone not null default now(),
  changed_at timestamp with time zone not null default now(),
  constraint grants_pkey PRIMARY KEY (tenant_id, id),
  constraint card_has_one_owner UNIQUE (tenant_id, card_id),
  constraint grants_tenant_id_order_no_line_no_piece_turn_key UNIQUE (tenant_id, order_no, line_no, piece, turn),
  constraint grants_tenant_id_card_id_fkey FOREIGN KEY (tenant_id, card_id) REFERENCES vault.cards(tenant_id, id),
  constraint card_grant_has_a_card CHECK (((kind = 'card'::text) = (card_id IS NOT NULL))),
  constraint grants_kind_check CHECK ((kind = ANY (ARRAY['card'::text, 'topup'::text, 'service'::text, 'link'::text, 'points'::text]))),
  constraint grants_piece_check CHECK ((piece > 0)),
  constraint grants_state_check CHECK ((state = ANY (ARRAY['dormant'::text, 'active'::text, 'used'::text, 'lapsed'::text, 'revoked'::text])))
);
alter table entitlements.grants enable row level security;
grant select on entitlements.grants to quanshu_app;


create index grants_of_owner ON entitlements.grants USING btree (tenant_id, owner_key, id);
create UNIQUE index one_living_grant_a_piece ON entitlements.grants USING btree (tenant_id, order_no, line_no, piece) WHERE (state <> 'revoked'::text);

create policy tenant on entitlements.grants for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function entitlements.rights(p_tenant bigint, p_owner text, p_ask jsonb) returns json security definer

-- events ----------------------------------------------------------------------------------------------

create table events.cursors (
  subscriber text not null,
  era integer not null default 1,
  xid xid8 not null default '0'::xid8,
  position bigint not null default 0,
  moved_at timestamp with time zone not null default now(),
  constraint cursors_pkey PRIMARY KEY (subscriber)
);

create table events.log (
  tenant_id bigint not null,
  at timestamp with time zone not null default now(),
  position bigint not null default nextval('events.log_position'::regclass),
  era integer not null default 1,
  xid xid8 not null default pg_current_xact_id(),
  type text not null,
  subject text not null,
  payload jsonb not null,
  cause jsonb not null,
  constraint log_pkey PRIMARY KEY (tenant_id, at, "position")
) partition by range (at);
alter table events.log enable row level security;
grant select on events.log to quanshu_app;

create table events.parked (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  subscriber text not null,
  event jsonb not null,
  error text not null,
  parked_at timestamp with time zone not null default now(),
  applied_at timestamp with time zone,
  constraint parked_pkey PRIMARY KEY (tenant_id, id)
);
alter table events.parked enable row level security;
grant select on events.parked to quanshu_app;

create table events.tenant_cursors (
  tenant_id bigint not null,
  subscriber text not null,
  era integer not null default 1,
  xid xid8 not null default '0'::xid8,
  position bigint not null default 0,
  constraint tenant_cursors_pkey PRIMARY KEY (tenant_id, subscriber)
);
alter table events.tenant_cursors enable row level security;
grant select on events.tenant_cursors to quanshu_app;


create index log_commit_order ON ONLY events.log USING btree (era, xid, "position");
create index log_subject ON ONLY events.log USING btree (tenant_id, subject, "position");
create index parked_open ON events.parked USING btree (tenant_id, subscriber, id) WHERE (applied_at IS NULL);

create policy tenant on events.log for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on events.parked for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on events.tenant_cursors for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function events.advance(p_heads jsonb) returns void security definer
function events.append(p_batch jsonb) returns void security definer
function events.append(p_tenant_id bigint, p_cause jsonb, p_events jsonb) returns void security definer
function events.append(p_tenant_id bigint, p_cause jsonb, p_types text[], p_subjects text[], p_payloads jsonb[]) returns void security definer
function events.claim(p_subscriber text, p_upto jsonb) returns jsonb security definer
function events.current_era() returns integer security definer
function events.cursor_of(p_subscriber text) returns jsonb security definer
function events.lag() returns jsonb security definer
function events.open_era() returns integer
function events.park(p_subscriber text, p_event jsonb, p_error text) returns bigint security definer
function events.read(p_after jsonb, p_types jsonb, p_limit integer) returns json security definer
function events.tail(p_seen text) returns jsonb security definer
function events.take_parked(p_id bigint) returns jsonb security definer

-- fulfilment ------------------------------------------------------------------------------------------

create table fulfilment.activations (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  sku_id bigint not null,
  quantity integer not null,
  state text not null default 'open'::text,
  opened_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone not null,
  remind_at timestamp with time zone,
  closed_at timestamp with time zone,
  by_kind text,
  by_name text not null default ''::text,
  looks smallint not null default 0,
  look_at timestamp with time zone,
  in_spite text not null default ''::text,
  told_at timestamp with time zone,
  constraint activations_pkey PRIMARY KEY (tenant_id, order_no, line_no),
  constraint activations_tenant_id_order_no_line_no_fkey FOREIGN KEY (tenant_id, order_no, line_no) REFERENCES orders.lines(tenant_id, order_no, line_no),
  constraint activated_says_by_whom CHECK (((state = 'activated'::text) = (by_kind IS NOT NULL))),
  constraint activations_by_kind_check CHECK ((by_kind = ANY (ARRAY['buyer'::text, 'staff'::text]))),
  constraint activations_quantity_check CHECK ((quantity > 0)),
  constraint activations_state_check CHECK ((state = ANY (ARRAY['open'::text, 'activated'::text, 'lapsed'::text, 'cancelled'::text]))),
  constraint only_what_is_open_reminds CHECK (((remind_at IS NULL) OR (state = 'open'::text))),
  constraint open_until_it_is_closed CHECK (((state = 'open'::text) = (closed_at IS NULL)))
);
alter table fulfilment.activations enable row level security;
grant select on fulfilment.activations to quanshu_app;

create table fulfilment.complaint_log (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  complaint_id bigint not null,
  at timestamp with time zone not null default clock_timestamp(),
  kind text not null,
  by_name text not null,
  note text not null default ''::text,
  detail jsonb not null default '{}'::jsonb,
  constraint complaint_log_pkey PRIMARY KEY (tenant_id, id),
  constraint complaint_log_tenant_id_complaint_id_fkey FOREIGN KEY (tenant_id, complaint_id) REFERENCES fulfilment.complaints(tenant_id, id)
);
alter table fulfilment.complaint_log enable row level security;
grant select on fulfilment.complaint_log to quanshu_app;

create table fulfilment.complaint_pictures (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  complaint_id bigint not null,
  content bytea not null,
  width integer not null,
  height integer not null,
  uploaded_at timestamp with time zone not null default now(),
  constraint complaint_pictures_pkey PRIMARY KEY (tenant_id, id),
  constraint complaint_pictures_tenant_id_complaint_id_fkey FOREIGN KEY (tenant_id, complaint_id) REFERENCES fulfilment.complaints(tenant_id, id),
  constraint complaint_pictures_height_check CHECK ((height > 0)),
  constraint complaint_pictures_width_check CHECK ((width > 0))
);
alter table fulfilment.complaint_pictures enable row level security;
grant insert, select on fulfilment.complaint_pictures to quanshu_app;

create table fulfilment.complaint_rules (
  tenant_id bigint not null,
  goods_id bigint not null,
  automatic boolean not null,
  reasons text[] not null,
  within_hours integer not null,
  max_fen bigint not null,
  per_month integer not null,
  when_unsure boolean not null,
  remedies text[] not null,
  updated_by text not null default ''::text,
  updated_at timestamp with time zone not null default now(),
  constraint complaint_rules_pkey PRIMARY KEY (tenant_id, goods_id),
  constraint complaint_rules_goods_id_check CHECK ((goods_id >= 0)),
  constraint complaint_rules_max_fen_check CHECK (((max_fen >= 0) AND (max_fen <= 100000000))),
  constraint complaint_rules_per_month_check CHECK (((per_month >= 0) AND (per_month <= 1000))),
  constraint complaint_rules_reasons_check CHECK ((reasons <@ ARRAY['used'::text, 'invalid'::text, 'wrong_amount'::text, 'other'::text])),
  constraint complaint_rules_remedies_check CHECK (((cardinality(remedies) > 0) AND (remedies <@ ARRAY['replace'::text, 'buy'::text, 'refund'::text]))),
  constraint complaint_rules_within_hours_check CHECK (((within_hours >= 1) AND (within_hours <= 8760)))
);
alter table fulfilment.complaint_rules enable row level security;
grant delete, insert, select, update on fulfilment.complaint_rules to quanshu_app;

create table fulfilment.complaints (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  order_no bigint not null,
  line_no smallint not null,
  grant_id bigint not null,
  piece integer not null,
  card_id bigint not null,
  batch_id bigint not null,
  sku_id bigint not null,
  amount_fen bigint not null,
  buyer_key text not null,
  contact text not null,
  ip text not null default ''::text,
  reason text not null,
  note text not null default ''::text,
  state text not null default 'reported'::text,
  word text,
  asks smallint not null default 0,
  due_at timestamp with time zone,
  lease integer not null default 0,
  why text[] not null default '{}'::text[],
  refused bigint[] not null default '{}'::bigint[],
  purchase_id bigint,
  buying_since timestamp with time zone,
  new_grant_id bigint,
  refund_id bigint,
  answer text not null default ''::text,
  contest text,
  contested_at timestamp with time zone,
  decided_by text not null default ''::text,
  reported_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  changed_at timestamp with time zone not null default now(),
  constraint complaints_pkey PRIMARY KEY (tenant_id, id),
  constraint complaint_is_about_a_piece UNIQUE (tenant_id, grant_id),
  constraint complaints_tenant_id_card_id_fkey FOREIGN KEY (tenant_id, card_id) REFERENCES vault.cards(tenant_id, id),
  constraint complaints_tenant_id_order_no_line_no_fkey FOREIGN KEY (tenant_id, order_no, line_no) REFERENCES orders.lines(tenant_id, order_no, line_no),
  constraint complaints_amount_fen_check CHECK ((amount_fen >= 0)),
  constraint complaints_reason_check CHECK ((reason = ANY (ARRAY['used'::text, 'invalid'::text, 'wrong_amount'::text, 'other'::text]))),
  constraint complaints_state_check CHECK ((state = ANY (ARRAY['reported'::text, 'checking'::text, 'buying'::text, 'person'::text, 'replaced'::text, 'refunded'::text, 'rejected'::text, 'withdrawn'::text, 'settled'::text]))),
  constraint complaints_word_check CHECK ((word = ANY (ARRAY['unused'::text, 'used'::text, 'void'::text, 'unknown'::text, 'nobody'::text]))),
  constraint due_while_looked_at CHECK (((due_at IS NULL) OR (state = ANY (ARRAY['reported'::text, 'checking'::text, 'buying'::text])))),
  constraint ended_says_when CHECK (((state = ANY (ARRAY['replaced'::text, 'refunded'::text, 'rejected'::text, 'withdrawn'::text, 'settled'::text])) = (ended_at IS NOT NULL)))
);
alter table fulfilment.complaints enable row level security;
grant select on fulfilment.complaints to quanshu_app;

create table fulfilment.corrections (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  order_no bigint not null,
  line_no smallint not null,
  turn smallint not null,
  before jsonb not null,
  after jsonb not null,
  by_kind text not null,
  by_name text not null default ''::text,
  at timestamp with time zone not null default clock_timestamp(),
  constraint corrections_pkey PRIMARY KEY (tenant_id, id),
  constraint corrections_tenant_id_order_no_line_no_fkey FOREIGN KEY (tenant_id, order_no, line_no) REFERENCES orders.lines(tenant_id, order_no, line_no),
  constraint corrections_by_kind_check CHECK ((by_kind = ANY (ARRAY['buyer'::text, 'staff'::text])))
);
alter table fulfilment.corrections enable row level security;
grant select on fulfilment.corrections to quanshu_app;

create table fulfilment.desk_takes (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  grant_id bigint not null default 0,
  staff_id bigint not null,
  staff_name text not null,
  taken_at timestamp with time zone not null default now(),
  constraint desk_takes_pkey PRIMARY KEY (tenant_id, order_no, line_no, grant_id),
  constraint desk_takes_tenant_id_order_no_line_no_fkey FOREIGN KEY (tenant_id, order_no, line_no) REFERENCES orders.lines(tenant_id, order_no, line_no)
);
alter table fulfilment.desk_takes enable row level security;
grant delete, insert, select, update on fulfilment.desk_takes to quanshu_app;

create table fulfilment.needs (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  sku_id bigint not null,
  quantity integer not null,
  filled integer not null default 0,
  state text not null default 'wanted'::text,
  turn smallint not null default 0,
  refused bigint[] not null default '{}'::bigint[],
  due_at timestamp with time zone,
  since timestamp with time zone not null default now(),
  changed_at timestamp with time zone not null default now(),
  by_hand integer not null default 0,
  constraint needs_pkey PRIMARY KEY (tenant_id, order_no, line_no),
  constraint due_while_wanted CHECK (((due_at IS NOT NULL) = (state = 'wanted'::text))),
  constraint needs_by_hand_check CHECK ((by_hand >= 0)),
  constraint needs_check CHECK (((filled >= 0) AND (filled <= quantity))),
  constraint needs_quantity_check CHECK ((quantity > 0)),
  constraint needs_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'buying'::text, 'filled'::text, 'stopped'::text, 'cancelled'::text])))
);
alter table fulfilment.needs enable row level security;
grant select on fulfilment.needs to quanshu_app;

create table fulfilment.recoveries (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint,
  supplier text not null,
  batch_id bigint not null,
  cause text not null,
  complaint_id bigint,
  pieces bigint not null,
  claimed_fen bigint not null,
  state text not null default 'open'::text,
  credited_fen bigint not null default 0,
  reference text not null default ''::text,
  note text not null default ''::text,
  opened_by text not null,
  opened_at timestamp with time zone not null default now(),
  sent_at timestamp with time zone,
  ended_at timestamp with time zone,
  changed_at timestamp with time zone not null default now(),
  asked_fen bigint,
  asked_by text not null default ''::text,
  asked_by_id bigint,
  withdrawn boolean not null default false,
  constraint recoveries_pkey PRIMARY KEY (tenant_id, id),
  constraint one_recovery_a_complaint UNIQUE (tenant_id, complaint_id),
  constraint recoveries_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES vault.batches(tenant_id, id),
  constraint recoveries_tenant_id_complaint_id_fkey FOREIGN KEY (tenant_id, complaint_id) REFERENCES fulfilment.complaints(tenant_id, id),
  constraint awaiting_says_what CHECK (((state <> 'awaiting'::text) OR ((asked_fen IS NOT NULL) AND (asked_by_id IS NOT NULL)))),
  constraint cause_says_which CHECK (((cause = 'complaint'::text) = (complaint_id IS NOT NULL))),
  constraint credit_when_accepted CHECK (((credited_fen = 0) OR (state = 'accepted'::text))),
  constraint ended_says_when CHECK (((state = ANY (ARRAY['accepted'::text, 'refused'::text, 'written_off'::text])) = (ended_at IS NOT NULL))),
  constraint recoveries_cause_check CHECK ((cause = ANY (ARRAY['complaint'::text, 'recall'::text]))),
  constraint recoveries_check CHECK (((credited_fen >= 0) AND (credited_fen <= claimed_fen))),
  constraint recoveries_check1 CHECK (((asked_fen >= 1) AND (asked_fen <= claimed_fen))),
  constraint recoveries_claimed_fen_check CHECK ((claimed_fen >= 0)),
  constraint recoveries_pieces_check CHECK ((pieces > 0)),
  constraint recoveries_state_check CHECK ((state = ANY (ARRAY['open'::text, 'sent'::text, 'awaiting'::text, 'accepted'::text, 'refused'::text, 'written_off'::text]))),
  constraint recoveries_supplier_check CHECK ((supplier <> ''::text))
);
alter table fulfilment.recoveries enable row level security;
grant select on fulfilment.recoveries to quanshu_app;

create table fulfilment.recovery_log (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  recovery_id bigint not null,
  at timestamp with time zone not null default clock_timestamp(),
  state text not null,
  by_name text not null,
  note text not null default ''::text,
  amount_fen bigint not null default 0,
  constraint recovery_log_pkey PRIMARY KEY (tenant_id, id),
  constraint recovery_log_tenant_id_recovery_id_fkey FOREIGN KEY (tenant_id, recovery_id) REFERENCES fulfilment.recoveries(tenant_id, id)
);
alter table fulfilment.recovery_log enable row level security;
grant select on fulfilment.recovery_log to quanshu_app;

create table fulfilment.restock_budgets (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  name text not null,
  monthly_fen bigint not null,
  approve_above_fen bigint,
  version integer not null default 1,
  removed_at timestamp with time zone,
  updated_at timestamp with time zone not null default now(),
  updated_by text not null default ''::text,
  constraint restock_budgets_pkey PRIMARY KEY (tenant_id, id),
  constraint restock_budgets_approve_above_fen_check CHECK ((approve_above_fen >= 0)),
  constraint restock_budgets_monthly_fen_check CHECK ((monthly_fen >= 0)),
  constraint restock_budgets_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60)))
);
alter table fulfilment.restock_budgets enable row level security;
grant insert, select, update on fulfilment.restock_budgets to quanshu_app;

create table fulfilment.restock_rules (
  tenant_id bigint not null,
  sku_id bigint not null,
  budget_id bigint not null,
  enabled boolean not null default true,
  threshold integer not null,
  target integer not null,
  max_unit_fen bigint,
  look_at timestamp with time zone not null default now(),
  trouble text,
  updated_at timestamp with time zone not null default now(),
  updated_by text not null default ''::text,
  cover_days smallint,
  sales_days smallint,
  cover_least integer,
  cover_most integer,
  sold bigint,
  counted_at timestamp with time zone,
  first_sold_at timestamp with time zone,
  counted_target integer,
  constraint restock_rules_pkey PRIMARY KEY (tenant_id, sku_id),
  constraint restock_rules_tenant_id_budget_id_fkey FOREIGN KEY (tenant_id, budget_id) REFERENCES fulfilment.restock_budgets(tenant_id, id),
  constraint restock_rules_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint cover_is_whole CHECK (((num_nonnulls(cover_days, sales_days, cover_least, cover_most) = ANY (ARRAY[0, 4])) AND (cover_least <= cover_most))),
  constraint restock_rules_cover_days_check CHECK (((cover_days >= 1) AND (cover_days <= 60))),
  constraint restock_rules_cover_least_check CHECK ((cover_least >= 0)),
  constraint restock_rules_cover_most_check CHECK (((cover_most >= 1) AND (cover_most <= 1000000))),
  constraint restock_rules_max_unit_fen_check CHECK ((max_unit_fen > 0)),
  constraint restock_rules_sales_days_check CHECK (((sales_days >= 3) AND (sales_days <= 30))),
  constraint restock_rules_threshold_check CHECK ((threshold >= 1)),
  constraint target_above_threshold CHECK (((target >= threshold) AND (target <= 1000000)))
);
alter table fulfilment.restock_rules enable row level security;
grant delete, insert, select, update on fulfilment.restock_rules to quanshu_app;

create table fulfilment.restocks (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  sku_id bigint not null,
  budget_id bigint not null,
  quantity integer not null,
  filled integer not null default 0,
  spent_fen bigint not null default 0,
  state text not null default 'ordering'::text,
  max_unit_fen bigint,
  asked_fen bigint,
  approved_fen bigint,
  asked_by text not null default ''::text,
  asked_by_id bigint,
  decided_by text not null default ''::text,
  decided_at timestamp with time zone,
  reason text not null default ''::text,
  trouble text,
  trouble_note text not null default ''::text,
  is_ending boolean not null default false,
  turn smallint not null default 0,
  refused bigint[] not null default '{}'::bigint[],
  hold_id bigint,
  due_at timestamp with time zone default now(),
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  demand jsonb,
  constraint restocks_pkey PRIMARY KEY (tenant_id, id),
  constraint restocks_tenant_id_budget_id_fkey FOREIGN KEY (tenant_id, budget_id) REFERENCES fulfilment.restock_budgets(tenant_id, id),
  constraint restocks_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint due_while_ordering CHECK (((due_at IS NULL) OR (state = 'ordering'::text))),
  constraint ended_says_when CHECK (((state = ANY (ARRAY['ordering'::text, 'proposed'::text])) = (ended_at IS NULL))),
  constraint held_while_ordering CHECK (((hold_id IS NULL) OR (state = 'ordering'::text))),
  constraint restocks_check CHECK (((filled >= 0) AND (filled <= quantity))),
  constraint restocks_demand_check CHECK ((jsonb_typeof(demand) = 'object'::text)),
  constraint restocks_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000000))),
  constraint restocks_state_check CHECK ((state = ANY (ARRAY['ordering'::text, 'proposed'::text, 'done'::text, 'partial'::text, 'stopped'::text, 'rejected'::text, 'cancelled'::text])))
);
alter table fulfilment.restocks enable row level security;
grant select on fulfilment.restocks to quanshu_app;

create table fulfilment.service_rules (
  tenant_id bigint not null,
  sku_id bigint not null,
  promised_minutes integer not null,
  capacity_per_day integer,
  when_overdue text not null,
  when_rejected text not null,
  updated_by text not null default ''::text,
  updated_at timestamp with time zone not null default now(),
  constraint service_rules_pkey PRIMARY KEY (tenant_id, sku_id),
  constraint service_rules_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint service_rules_capacity_per_day_check CHECK (((capacity_per_day >= 0) AND (capacity_per_day <= 100000))),
  constraint service_rules_promised_minutes_check CHECK (((promised_minutes >= 5) AND (promised_minutes <= 43200))),
  constraint service_rules_when_overdue_check CHECK ((when_overdue = ANY (ARRAY['flag'::text, 'refund'::text]))),
  constraint service_rules_when_rejected_check CHECK ((when_rejected = ANY (ARRAY['desk'::text, 'refund'::text])))
);
alter table fulfilment.service_rules enable row level security;
grant insert, select, update on fulfilment.service_rules to quanshu_app;

create table fulfilment.task_log (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  task_id bigint not null,
  at timestamp with time zone not null default clock_timestamp(),
  kind text not null,
  by_name text not null,
  note text not null default ''::text,
  detail jsonb not null default '{}'::jsonb,
  constraint task_log_pkey PRIMARY KEY (tenant_id, id),
  constraint task_log_tenant_id_task_id_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES fulfilment.tasks(tenant_id, id)
);
alter table fulfilment.task_log enable row level security;
grant select on fulfilment.task_log to quanshu_app;

create table fulfilment.task_pictures (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  task_id bigint not null,
  content bytea not null,
  width integer not null,
  height integer not null,
  shown boolean not null default false,
  uploaded_by text not null,
  uploaded_at timestamp with time zone not null default now(),
  constraint task_pictures_pkey PRIMARY KEY (tenant_id, id),
  constraint task_pictures_tenant_id_task_id_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES fulfilment.tasks(tenant_id, id),
  constraint task_pictures_height_check CHECK ((height > 0)),
  constraint task_pictures_width_check CHECK ((width > 0))
);
alter table fulfilment.task_pictures enable row level security;
grant delete, insert, select on fulfilment.task_pictures to quanshu_app;

create table fulfilment.tasks (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  order_no bigint not null,
  line_no smallint not null,
  sku_id bigint not null,
  quantity integer not null,
  turn smallint not null default 1,
  state text not null default 'waiting'::text,
  staff_id bigint,
  staff_name text not null default ''::text,
  opened_at timestamp with time zone not null default now(),
  due_at timestamp with time zone,
  left_seconds integer,
  asked_seconds integer not null default 0,
  overdue_at timestamp with time zone,
  question text,
  question_fields text[] not null default '{}'::text[],
  asked_at timestamp with time zone,
  proof text not null default ''::text,
  ended_at timestamp with time zone,
  changed_at timestamp with time zone not null default now(),
  constraint tasks_pkey PRIMARY KEY (tenant_id, id),
  constraint tasks_tenant_id_order_no_line_no_key UNIQUE (tenant_id, order_no, line_no),
  constraint tasks_tenant_id_order_no_line_no_fkey FOREIGN KEY (tenant_id, order_no, line_no) REFERENCES orders.lines(tenant_id, order_no, line_no),
  constraint clock_runs_or_stands CHECK (
CASE
    WHEN (state = 'asking'::text) THEN ((due_at IS NULL) AND (left_seconds IS NOT NULL) AND (question IS NOT NULL))
    WHEN (state = ANY (ARRAY['waiting'::text, 'accepted'::text, 'answered'::text])) THEN ((due_at IS NOT NULL) AND (left_seconds IS NULL))
    ELSE ((due_at IS NULL) AND (left_seconds IS NULL))
END),
  constraint ended_says_when CHECK (((state = ANY (ARRAY['done'::text, 'rejected'::text, 'cancelled'::text])) = (ended_at IS NOT NULL))),
  constraint taken_says_by_whom CHECK (((state <> ALL (ARRAY['accepted'::text, 'asking'::text, 'answered'::text, 'done'::text])) OR (staff_id IS NOT NULL))),
  constraint tasks_quantity_check CHECK ((quantity > 0)),
  constraint tasks_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'accepted'::text, 'asking'::text, 'answered'::text, 'done'::text, 'rejected'::text, 'cancelled'::text])))
);
alter table fulfilment.tasks enable row level security;
grant select on fulfilment.tasks to quanshu_app;


create index activations_ending ON fulfilment.activations USING btree (tenant_id, ends_at) WHERE (state = 'open'::text);
create index activations_of_state ON fulfilment.activations USING btree (tenant_id, state, ends_at);
create index activations_reminding ON fulfilment.activations USING btree (tenant_id, remind_at) WHERE (remind_at IS NOT NULL);
create index complaint_log_of_complaint ON fulfilment.complaint_log USING btree (tenant_id, complaint_id, id);
create index complaint_pictures_of_complaint ON fulfilment.complaint_pictures USING btree (tenant_id, complaint_id);
create index complaints_buying ON fulfilment.complaints USING btree (tenant_id, purchase_id) WHERE (purchase_id IS NOT NULL);
create index complaints_due ON fulfilment.complaints USING btree (tenant_id, due_at) WHERE (due_at IS NOT NULL);
create index complaints_of_batch ON fulfilment.complaints USING btree (tenant_id, batch_id);
create index complaints_of_buyer ON fulfilment.complaints USING btree (tenant_id, buyer_key, reported_at);
create index complaints_of_contact ON fulfilment.complaints USING btree (tenant_id, contact, reported_at);
create index complaints_of_ip ON fulfilment.complaints USING btree (tenant_id, ip, reported_at) WHERE (ip <> ''::text);
create index complaints_of_order ON fulfilment.complaints USING btree (tenant_id, order_no);
create index complaints_with_a_person ON fulfilment.complaints USING btree (tenant_id, changed_at) WHERE (state = 'person'::text);
create index corrections_of_line ON fulfilment.corrections USING btree (tenant_id, order_no, line_no, id);
create index desk_takes_of_staff ON fulfilment.desk_takes USING btree (tenant_id, staff_id);
create index needs_due ON fulfilment.needs USING btree (tenant_id, due_at) WHERE (due_at IS NOT NULL);
create UNIQUE index one_recovery_a_recall ON fulfilment.recoveries USING btree (tenant_id, batch_id) WHERE (cause = 'recall'::text);
create index recoveries_by_age ON fulfilment.recoveries USING btree (tenant_id, opened_at DESC);
create index recoveries_of_supplier ON fulfilment.recoveries USING btree (tenant_id, supplier, opened_at DESC);
create index recovery_log_of_recovery ON fulfilment.recovery_log USING btree (tenant_id, recovery_id, id);
create UNIQUE index restock_budget_name ON fulfilment.restock_budgets USING btree (tenant_id, name) WHERE (removed_at IS NULL);
create index restock_rules_due ON fulfilment.restock_rules USING btree (tenant_id, look_at) WHERE enabled;
create index restock_rules_to_count ON fulfilment.restock_rules USING btree (tenant_id, counted_at) WHERE (enabled AND (cover_days IS NOT NULL));
create UNIQUE index one_open_restock_a_sku ON fulfilment.restocks USING btree (tenant_id, sku_id) WHERE (state = ANY (ARRAY['ordering'::text, 'proposed'::text]));
create index restocks_due ON fulfilment.restocks USING btree (tenant_id, due_at) WHERE (due_at IS NOT NULL);
create index restocks_listed ON fulfilment.restocks USING btree (tenant_id, state, id);
create index task_log_of_task ON fulfilment.task_log USING btree (tenant_id, task_id, id);
create index task_pictures_of_task ON fulfilment.task_pictures USING btree (tenant_id, task_id);
create index tasks_done ON fulfilment.tasks USING btree (tenant_id, sku_id, ended_at DESC) WHERE (state = 'done'::text);
create index tasks_due ON fulfilment.tasks USING btree (tenant_id, due_at) WHERE ((due_at IS NOT NULL) AND (overdue_at IS NULL));
create index tasks_open ON fulfilment.tasks USING btree (tenant_id, opened_at) WHERE (ended_at IS NULL);

create policy tenant on fulfilment.activations for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.complaint_log for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.complaint_pictures for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.complaint_rules for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.complaints for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.corrections for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.desk_takes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.needs for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.recoveries for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.recovery_log for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.restock_budgets for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.restock_rules for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.restocks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.service_rules for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.task_log for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.task_pictures for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on fulfilment.tasks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function fulfilment.account_trouble(p_tenant bigint, p_no bigint, p_line integer) returns text security definer
function fulfilment.account_view(p_tenant bigint, p_no bigint, p_line integer) returns jsonb security definer
function fulfilment.accounts_of_bought(p_tenant bigint, p_purchases bigint[]) returns bigint[] security definer
function fulfilment.accounts_of_members(p_tenant bigint, p_members bigint[]) returns bigint[] security definer
function fulfilment.accounts_of_restocks(p_tenant bigint, p_restocks bigint[]) returns bigint[] security definer
function fulfilment.activate(p_tenant bigint, p_no bigint, p_line integer, p_said jsonb) returns jsonb security definer
function fulfilment.activation_trouble(p_tenant bigint, p_no bigint, p_line integer) returns text security definer
function fulfilment.activation_view(p_tenant bigint, p_no bigint, p_line integer) returns jsonb security definer
function fulfilment.answer_complaint(p_tenant bigint, p_no bigint, p_complaint bigint, p_act text, p_note text) returns jsonb security definer
function fulfilment.answer_task(p_tenant bigint, p_no bigint, p_line integer, p_form jsonb, p_note text) returns jsonb security definer
function fulfilment.approve_refund(p_tenant bigint, p_refund bigint, p_staff bigint, p_actor text, p_used text) returns jsonb security definer
function fulfilment.arrived_after_all(p_tenant bigint, p_no bigint, p_line integer) returns boolean security definer
function fulfilment.arrived_pieces(p_tenant bigint, p_no bigint, p_line integer, p_first integer, p_pieces integer) returns void security definer
function fulfilment.ask_for_account(p_tenant bigint, p_no bigint, p_line integer) returns void security definer
function fulfilment.ask_restock(p_tenant bigint, p_sku bigint, p_budget bigint, p_quantity integer, p_max_unit_fen bigint, p_actor text, p_staff bigint) returns jsonb security definer
function fulfilment.ask_to_cancel(p_tenant bigint, p_purchase bigint, p_actor text, p_note text) returns jsonb security definer
function fulfilment.bad_cards_note(p_tenant bigint, p_purchase bigint) returns text security definer
function fulfilment.bank_has_it(p_tenant bigint, p_no bigint) returns boolean security definer
function fulfilment.begin_line_refund(p_tenant bigint, p_no bigint, p_refund bigint, p_instead bigint[], p_actor text) returns void security definer
function fulfilment.book_recovery(p_tenant bigint, p_recovery bigint, p_fen bigint, p_reference text, p_actor text, p_staff bigint) returns void security definer
function fulfilment.budget_accounts(p_tenant bigint, p_budget bigint, OUT source bigint, OUT free bigint, OUT used bigint) returns record security definer
function fulfilment.bundles_settled(p_tenant bigint, p_no bigint) returns void security definer
function fulfilment.buy_for_complaint(p_tenant bigint, p_complaint bigint, p_lease integer, p_item jsonb) returns jsonb security definer
function fulfilment.buy_instead(p_tenant bigint, p_nos bigint[], p_lines smallint[], p_skus bigint[], p_quantities integer[], p_holds bigint[], p_enough boolean[]) returns integer[] security definer
function fulfilment.cancel_answered(p_tenant bigint, p_purchase bigint, p_outcome text, p_said text) returns jsonb security definer
function fulfilment.cancel_restock(p_tenant bigint, p_id bigint, p_actor text, p_reason text) returns jsonb security definer
function fulfilment.cancel_task(p_tenant bigint, p_no bigint, p_line integer, p_actor text) returns jsonb security definer
function fulfilment.change_source(p_tenant bigint, p_no bigint, p_line integer, p_item jsonb, p_actor text) returns jsonb security definer
function fulfilment.chargeback(p_tenant bigint, p_gateway text, p_news jsonb) returns jsonb security definer
function fulfilment.choose_recalled(p_tenant bigint, p_batch bigint, p_choice jsonb, p_limit integer) returns jsonb security definer
function fulfilment.claim_recall(p_tenant bigint, p_batch bigint) returns boolean security definer
function fulfilment.clear_declined(p_tenant bigint, p_no bigint, p_refund bigint, p_actor text) returns void security definer
function fulfilment.clear_recalled(p_tenant bigint, p_batch bigint, p_limit integer) returns jsonb security definer
function fulfilment.close_recall(p_tenant bigint, p_batch bigint, p_to text, p_note text, p_actor text) returns jsonb security definer
function fulfilment.close_receipt(p_tenant bigint, p_receipt bigint, p_state text, p_instead bigint) returns void security definer
function fulfilment.close_refunded(p_tenant bigint, p_no bigint, p_line integer, p_amount bigint) returns void security definer
function fulfilment.complain(p_tenant bigint, p_no bigint, p_grant bigint, p_said jsonb) returns jsonb security definer
function fulfilment.complaint_bought(p_tenant bigint, p_purchase bigint, p_cards bigint[]) returns void security definer
function fulfilment.complaint_doubts(p_tenant bigint, p_complaint fulfilment.complaints, p_word text) returns text[] security definer
function fulfilment.complaint_moves(p_state text) returns text[]
function fulfilment.complaint_rule(p_tenant bigint, p_sku bigint) returns fulfilment.complaint_rules security definer
function fulfilment.complaint_stray(p_tenant bigint, p_purchase bigint, p_kind text, p_note text) returns void security definer
function fulfilment.complaints_overtaken(p_tenant bigint, p_no bigint) returns void security definer
function fulfilment.complaints_view(p_tenant bigint, p_no bigint) returns jsonb security definer
function fulfilment.correct_account(p_tenant bigint, p_no bigint, p_line integer, p_said jsonb) returns jsonb security definer
function fulfilment.count_demand(p_limit integer) returns integer security definer
function fulfilment.cover_target(p_sold bigint, p_sales_days integer, p_cover_days integer, p_least integer, p_most integer) returns integer
function fulfilment.cover_twice(p_tenant bigint, p_no bigint) returns void security definer
function fulfilment.credit_of(p_total bigint, p_credit bigint, p_before bigint, p_amount bigint) returns bigint
function fulfilment.credit_points(p_tenant bigint, p_nos bigint[], p_lines smallint[]) returns void security definer
function fulfilment.credit_recharges(p_tenant bigint, p_nos bigint[]) returns void security definer
function fulfilment.decide_complaint(p_tenant bigint, p_complaint bigint, p_said jsonb) returns jsonb security definer
function fulfilment.decide_restock(p_tenant bigint, p_id bigint, p_yes boolean, p_fen bigint, p_actor text, p_staff bigint, p_reason text) returns jsonb security definer
function fulfilment.decline_refund(p_tenant bigint, p_refund bigint, p_actor text, p_note text) returns jsonb security definer
function fulfilment.defer_complaint(p_tenant bigint, p_complaint bigint, p_lease integer, p_seconds integer, p_note text) returns boolean security definer
function fulfilment.defer_needs(p_tenant bigint, p_items jsonb, p_seconds integer) returns void security definer
function fulfilment.defer_restock(p_tenant bigint, p_id bigint, p_seconds integer) returns void security definer
function fulfilment.deliver(p_tenant bigint, p_nos bigint[], p_actor text, p_line integer) returns jsonb security definer
function fulfilment.deliver_from_total(p_tenant bigint, p_no bigint, p_line integer, p_actor text) returns jsonb security definer
function fulfilment.deliver_locked(p_tenant bigint, p_nos bigint[], p_actor text, p_paying boolean, p_pay_with text, p_waiting_only boolean, p_line integer) returns jsonb security definer
function fulfilment.deliver_own(p_tenant bigint, p_items jsonb, p_actor text) returns jsonb security definer
function fulfilment.delivered_news(p_tenant bigint, p_no bigint, p_partly boolean) returns jsonb security definer
function fulfilment.desk_refusal(p_tenant bigint, p_no bigint, p_line integer) returns jsonb security definer
function fulfilment.drop_recall_claim(p_tenant bigint, p_batch bigint, p_actor text, p_note text) returns void security definer
function fulfilment.end_activation(p_tenant bigint, p_no bigint, p_line integer) returns void security definer
function fulfilment.end_gifts(p_tenant bigint, p_no bigint, p_refund payments.refunds, p_actor text) returns void security definer
function fulfilment.end_lapsed(p_tenant bigint, p_no bigint, p_line integer) returns boolean security definer
function fulfilment.end_pointless(p_tenant bigint, p_no bigint) returns void security definer
function fulfilment.end_restock(p_tenant bigint, p_id bigint, p_trouble text, p_note text) returns void security definer
function fulfilment.end_rights(p_tenant bigint, p_dispute bigint) returns void security definer
function fulfilment.end_tasks(p_tenant bigint, p_no bigint, p_line integer, p_actor text) returns void security definer
function fulfilment.end_wanted(p_tenant bigint, p_no bigint, p_line integer) returns boolean security definer
function fulfilment.failed_parts(p_tenant bigint, p_no bigint, p_policy text) returns integer[]
function fulfilment.failed_refunds(p_tenant bigint, p_no bigint, p_line integer) returns jsonb security definer
function fulfilment.finish_line(p_tenant bigint, p_no bigint, p_line integer) returns boolean security definer
function fulfilment.finish_task(p_tenant bigint, p_task bigint, p_said jsonb) returns jsonb security definer
function fulfilment.first_sold(p_tenant bigint, p_sku bigint) returns timestamp with time zone security definer
function fulfilment.follow_used(p_cards bigint[]) returns void security definer
function fulfilment.full_services(p_tenant bigint, p_nos bigint[], p_states text[]) returns bigint[] security definer
function fulfilment.give_up_account(p_tenant bigint, p_no bigint, p_line integer, p_actor text) returns jsonb security definer
function fulfilment.give_up_planned(p_limit integer) returns integer security definer
function fulfilment.give_up_restocks(p_limit integer) returns integer security definer
function fulfilment.hand_over(p_tenant bigint, p_no bigint, p_line integer, p_from integer, p_cards bigint[], p_actor text) returns void security definer
function fulfilment.handle_receipt(p_tenant bigint, p_receipt bigint, p_action text, p_note text, p_actor text, p_let_go_most bigint) returns jsonb security definer
function fulfilment.has_arrived(p_tenant bigint, p_no bigint) returns boolean security definer
function fulfilment.is_bought_elsewhere(p_tenant bigint, p_sku bigint) returns boolean security definer
function fulfilment.is_called_back(p_tenant bigint, p_batch bigint, p_grant bigint) returns boolean security definer
function fulfilment.is_code_used(p_tenant bigint, p_no bigint, p_line integer, p_piece integer) returns boolean
function fulfilment.judge_complaint(p_tenant bigint, p_complaint bigint, p_lease integer, p_word text, p_note text, p_ask jsonb) returns text security definer
function fulfilment.keep_for_later(p_tenant bigint, p_nos bigint[], p_lines smallint[]) returns void security definer
function fulfilment.keep_late(p_tenant bigint, p_late bigint, p_line integer, p_amount bigint, p_credit bigint, p_from text) returns bigint security definer
function fulfilment.keep_twice(p_tenant bigint, p_no bigint, p_line integer, p_amount bigint) returns void security definer
function fulfilment.lay_budget(p_tenant bigint, p_budget bigint) returns void security definer
function fulfilment.left_let_go(p_tenant bigint, p_no bigint) returns bigint security definer
function fulfilment.left_of_receipt(p_tenant bigint, p_receipt bigint, p_target text) returns bigint security definer
function fulfilment.left_of_receipts(p_tenant bigint, p_no bigint, p_target text) returns bigint security definer
function fulfilment.left_of_surplus(p_tenant bigint, p_receipt bigint, p_free boolean) returns bigint security definer
function fulfilment.left_of_twice(p_tenant bigint, p_no bigint) returns bigint security definer
function fulfilment.left_with_banks(p_tenant bigint, p_no bigint) returns bigint security definer
function fulfilment.line_overdue(p_tenant bigint, p_no bigint, p_line integer, p_supplier text) returns void security definer
function fulfilment.list_recalled(p_tenant bigint, p_batch bigint, p_limit integer) returns jsonb security definer
function fulfilment.lock_accounts(p_tenant bigint, p_nos bigint[], p_more bigint[]) returns void security definer
function fulfilment.lock_complaint(p_tenant bigint, p_complaint bigint) returns fulfilment.complaints security definer
function fulfilment.lock_for_refund(p_tenant bigint, p_no bigint) returns orders.orders security definer
function fulfilment.lock_shelves(p_tenant bigint, p_nos bigint[]) returns void security definer
function fulfilment.lock_sold(p_tenant bigint, p_nos bigint[]) returns void
function fulfilment.look_for_restocks(p_limit integer) returns integer security definer
function fulfilment.mark_done(p_tenant bigint, p_no bigint, p_line integer, p_proof text, p_actor text) returns jsonb security definer
function fulfilment.mark_recalled(p_tenant bigint, p_batch bigint, p_grants bigint[], p_result jsonb) returns bigint security definer
function fulfilment.mark_used(p_tenant bigint, p_no bigint, p_grant bigint, p_used boolean, p_actor text) returns jsonb security definer
function fulfilment.may_give_up(p_tenant bigint, p_no bigint, p_line integer) returns boolean security definer
function fulfilment.may_have_arrived(p_tenant bigint, p_no bigint) returns boolean security definer
function fulfilment.may_return(p_tenant bigint, p_no bigint, p_line integer) returns boolean security definer
function fulfilment.missing_credit(p_tenant bigint, p_no bigint, p_amount bigint) returns bigint security definer
function fulfilment.missing_points(p_tenant bigint, p_no bigint, p_line integer, p_takes text) returns bigint security definer
function fulfilment.money_disputed(p_tenant bigint, p_no bigint, p_line integer) returns boolean security definer
function fulfilment.move_recovery(p_tenant bigint, p_recovery bigint, p_said jsonb) returns jsonb security definer
function fulfilment.move_task(p_tenant bigint, p_task bigint, p_act text, p_said jsonb) returns jsonb security definer
function fulfilment.next_overdue() returns jsonb security definer
function fulfilment.note_complaint(p_tenant bigint, p_complaint bigint, p_kind text, p_by text, p_note text, p_detail jsonb) returns void security definer
function fulfilment.note_recovery(p_tenant bigint, p_recovery bigint, p_state text, p_by text, p_note text, p_fen bigint) returns void security definer
function fulfilment.note_tasks(p_tenant bigint, p_tasks bigint[], p_kind text, p_by text, p_note text, p_detail jsonb) returns void security definer
function fulfilment.nothing_bought(p_tenant bigint, p_complaint bigint, p_lease integer, p_why text, p_ask jsonb) returns text security definer
function fulfilment.on_hold(p_tenant bigint, p_no bigint, p_line integer) returns text security definer
function fulfilment.open_purchases(p_tenant bigint, p_items jsonb) returns jsonb security definer
function fulfilment.open_recall_recovery(p_tenant bigint, p_batch bigint, p_by text) returns jsonb security definer
function fulfilment.open_recovery(p_tenant bigint, p_complaint bigint, p_by text) returns void security definer
function fulfilment.open_restock_purchase(p_tenant bigint, p_item jsonb) returns text security definer
function fulfilment.open_tasks(p_tenant bigint, p_nos bigint[], p_lines smallint[], p_actor text) returns void security definer
function fulfilment.overtake(p_tenant bigint, p_refund bigint, p_why text) returns void security definer
function fulfilment.overtake_refunds(p_tenant bigint, p_no bigint, p_line integer, p_why text) returns void security definer
function fulfilment.part_from_hand(p_tenant bigint, p_refund bigint) returns payments.refunds security definer
function fulfilment.part_news(p_tenant bigint, p_nos bigint[]) returns void security definer
function fulfilment.pay_by_balance(p_tenant bigint, p_payments jsonb) returns jsonb security definer
function fulfilment.place_and_pay(p_tenant bigint, p_items jsonb) returns json security definer
function fulfilment.plan_gift(p_tenant bigint, p_no bigint, p_line integer, p_takes text, p_grants bigint[], p_used text) returns jsonb security definer
function fulfilment.plan_refund(p_tenant bigint, p_no bigint, p_line integer, p_takes text, p_grants bigint[], p_amount bigint, p_used text) returns jsonb security definer
function fulfilment.propose_restock(p_tenant bigint, p_id bigint, p_fen bigint) returns void security definer
function fulfilment.purchase_news(p_tenant bigint, p_news jsonb) returns jsonb security definer
function fulfilment.put_back_credit(p_tenant bigint, p_no bigint, p_actor text) returns jsonb security definer
function fulfilment.recall_batch(p_tenant bigint, p_batch bigint, p_reason text, p_evidence text, p_actor text) returns jsonb security definer
function fulfilment.recall_claim(p_tenant bigint, p_batch bigint) returns jsonb security definer
function fulfilment.recall_state(p_piece text, p_grant text, p_refund text) returns text
function fulfilment.recalls_of(p_tenant bigint, p_no bigint, p_grant bigint) returns TABLE(line_no smallint, grant_id bigint, new_grant_id bigint, piece integer, batch_id bigint, state text) security definer
function fulfilment.recalls_view(p_tenant bigint, p_no bigint, p_limit integer) returns jsonb security definer
function fulfilment.recovery_moves(p_state text) returns text[]
function fulfilment.refresh(p_tenant bigint, p_no bigint, p_line integer) returns TABLE(grant_id bigint, piece integer, asks text, is_spent boolean) security definer
function fulfilment.refund(p_tenant bigint, p_no bigint, p_ask jsonb) returns jsonb security definer
function fulfilment.refund(p_tenant bigint, p_no bigint, p_line integer, p_target text, p_reason text, p_actor text) returns jsonb security definer
function fulfilment.refund_awaits(p_tenant bigint, p_no bigint, p_line integer, p_grant bigint) returns boolean security definer
function fulfilment.refund_by_bank(p_tenant bigint, p_dispute bigint, p_line integer, p_takes text, p_amount bigint, p_failed bigint) returns void security definer
function fulfilment.refund_by_hand(p_tenant bigint, p_refund bigint, p_actor text, p_note text, p_reference text) returns jsonb security definer
function fulfilment.refund_ended(p_tenant bigint, p_refund bigint, p_done boolean, p_error text) returns jsonb security definer
function fulfilment.refund_let_go(p_tenant bigint, p_no bigint, p_line integer, p_amount bigint, p_actor text) returns void security definer
function fulfilment.refuse_over_capacity(p_tenant bigint, p_items integer[], p_skus bigint[], p_quantities integer[], p_titles text[]) returns TABLE(item_no integer, refusal jsonb) security definer
function fulfilment.reject_task(p_tenant bigint, p_task bigint, p_said jsonb) returns jsonb security definer
function fulfilment.release_bundles(p_tenant bigint, p_nos bigint[], p_actor text) returns boolean security definer
function fulfilment.remedy(p_tenant bigint, p_complaint fulfilment.complaints, p_remedy text, p_ask jsonb, p_by text) returns jsonb security definer
function fulfilment.remind_activations(p_limit integer) returns integer security definer
function fulfilment.reopen_recovery(p_tenant bigint, p_recovery bigint, p_actor text, p_note text) returns void security definer
function fulfilment.replace(p_tenant bigint, p_no bigint, p_grant bigint, p_reason text, p_actor text) returns jsonb security definer
function fulfilment.replace_by(p_tenant bigint, p_old entitlements.grants, p_card bigint, p_reason text, p_actor text) returns bigint security definer
function fulfilment.restock_news(p_tenant bigint, p_purchase suppliers.purchases, p_kind text, p_pieces integer, p_bad integer, p_cost bigint, p_code text, p_about text, p_message text) returns void security definer
function fulfilment.restock_trouble(p_tenant bigint, p_id bigint, p_trouble text, p_fen bigint) returns void security definer
function fulfilment.return_unactivated(p_tenant bigint, p_no bigint, p_line integer, p_actor text) returns jsonb security definer
function fulfilment.send_refund(p_tenant bigint, p_no bigint, p_refund bigint, p_member text, p_actor text) returns void security definer
function fulfilment.sent_twice(p_tenant bigint, p_no bigint) returns TABLE(id bigint, receipt_id bigint, line_no integer, fen bigint) security definer
function fulfilment.service_left(p_tenant bigint, p_sku bigint) returns bigint security definer
function fulfilment.service_takes(p_tenant bigint, p_sku bigint) returns jsonb security definer
function fulfilment.set_aside_bundles(p_tenant bigint, p_nos bigint[]) returns void security definer
function fulfilment.settle(p_tenant bigint, p_captures jsonb) returns json security definer
function fulfilment.settle_bundles(p_tenant bigint, p_no bigint) returns jsonb security definer
function fulfilment.settle_disputed(p_tenant bigint, p_receipt bigint) returns void security definer
function fulfilment.settle_purchase(p_tenant bigint, p_purchase bigint, p_kind text, p_actor text, p_note text) returns jsonb security definer
function fulfilment.settle_surplus(p_tenant bigint, p_receipt bigint) returns void security definer
function fulfilment.sku_of_bought(p_tenant bigint, p_no bigint, p_line integer) returns bigint security definer
function fulfilment.sku_of_purchase(p_tenant bigint, p_purchase suppliers.purchases) returns bigint security definer
function fulfilment.sold_lately(p_tenant bigint, p_sku bigint, p_days integer) returns bigint security definer
function fulfilment.split_failed(p_tenant bigint, p_refund bigint, p_part bigint, p_credit bigint) returns bigint security definer
function fulfilment.stock_of(p_tenant bigint, p_skus bigint[], OUT skus bigint[], OUT allocations text[], OUT available bigint[], OUT delivered bigint[]) returns record security definer
function fulfilment.stop_contradicted(p_tenant bigint, p_no bigint, p_line integer, p_note text) returns text security definer
function fulfilment.stop_needs(p_tenant bigint, p_items jsonb, p_actor text) returns void security definer
function fulfilment.stopped_need(p_tenant bigint, p_no bigint, p_line integer) returns jsonb security definer
function fulfilment.take_bundles(p_limit integer) returns jsonb security definer
function fulfilment.take_cards(p_tenant bigint, p_purchase bigint, p_sku bigint, p_cards jsonb, p_cost_fen bigint, p_late boolean) returns bigint[] security definer
function fulfilment.take_complaints(p_lease_seconds integer, p_limit integer) returns jsonb security definer
function fulfilment.take_credit(p_tenant bigint, p_no bigint, p_amount bigint) returns bigint security definer
function fulfilment.take_lapsed(p_limit integer) returns jsonb security definer
function fulfilment.take_members_part(p_tenant bigint, p_nos bigint[], p_receipts boolean) returns void security definer
function fulfilment.take_needs(p_per_tenant integer, p_limit integer) returns jsonb security definer
function fulfilment.take_offered(p_tenant bigint, p_offered bigint, p_sku bigint, p_cards jsonb, p_by text, p_reason text) returns jsonb security definer
function fulfilment.take_points(p_tenant bigint, p_no bigint, p_line integer) returns void security definer
function fulfilment.take_restocks(p_limit integer) returns jsonb security definer
function fulfilment.take_tasks(p_tenant bigint, p_ids bigint[], p_staff bigint, p_name text) returns jsonb security definer
function fulfilment.task_moves(p_state text) returns text[]
function fulfilment.task_refusal(p_task fulfilment.tasks, p_to text, p_said jsonb) returns jsonb
function fulfilment.task_view(p_tenant bigint, p_no bigint, p_line integer) returns jsonb security definer
function fulfilment.tell_beside(p_tenant bigint, p_nos bigint[]) returns void security definer
function fulfilment.tell_cleared(p_tenant bigint, p_batch bigint, p_nos bigint[], p_actor text) returns void security definer
function fulfilment.tell_of_restock(p_tenant bigint, p_type text, p_id bigint, p_more jsonb) returns void security definer
function fulfilment.try_remedies(p_tenant bigint, p_complaint fulfilment.complaints, p_remedies text[], p_ask jsonb, p_why text[]) returns void security definer
function fulfilment.turn_complaint(p_tenant bigint, p_complaint bigint, p_state text, p_why text[], p_by text, p_note text) returns void security definer
function fulfilment.turn_line(p_tenant bigint, p_no bigint, p_line integer, p_error text) returns void security definer
function fulfilment.undo_bank(p_tenant bigint, p_dispute bigint) returns void security definer
function fulfilment.void_sold(p_tenant bigint, p_no bigint, p_line integer, p_pieces integer[], p_whole boolean) returns void
function fulfilment.want_supply(p_tenant bigint, p_nos bigint[], p_lines smallint[], p_actor text) returns void security definer
function fulfilment.withdraw_restock_purchase(p_tenant bigint, p_restock bigint, p_code text) returns boolean security definer
function fulfilment.worth(p_tenant bigint, p_no bigint, p_line integer, p_price_fen bigint) returns bigint

-- identity --------------------------------------------------------------------------------------------

create table identity.recovery_codes (
  tenant_id bigint not null,
  staff_id bigint not null,
  code_hash bytea not null,
  used_at timestamp with time zone,
  constraint recovery_codes_pkey PRIMARY KEY (tenant_id, staff_id, code_hash),
  constraint recovery_codes_tenant_id_staff_id_fkey FOREIGN KEY (tenant_id, staff_id) REFERENCES identity.staff(tenant_id, id)
);
alter table identity.recovery_codes enable row level security;
grant delete, insert, select, update on identity.recovery_codes to quanshu_app;

create table identity.roles (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  name text not null,
  built_in text,
  permissions jsonb not null default '[]'::jsonb,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  constraint roles_pkey PRIMARY KEY (tenant_id, id),
  constraint roles_tenant_id_built_in_key UNIQUE (tenant_id, built_in),
  constraint roles_tenant_id_name_key UNIQUE (tenant_id, name),
  constraint roles_built_in_check CHECK ((built_in = ANY (ARRAY['owner'::text, 'operator'::text, 'support'::text, 'finance'::text]))),
  constraint roles_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40))),
  constraint roles_permissions_check CHECK ((jsonb_typeof(permissions) = 'array'::text))
);
alter table identity.roles enable row level security;
grant delete, insert, select, update on identity.roles to quanshu_app;

create table identity.sessions (
  tenant_id bigint not null,
  token_hash bytea not null,
  id bigint not null generated always as identity,
  kind text not null,
  subject_id bigint not null,
  ip text,
  user_agent text not null,
  created_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  idle_seconds integer not null,
  expires_at timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (tenant_id, token_hash),
  constraint sessions_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint sessions_idle_seconds_check CHECK ((idle_seconds > 0)),
  constraint sessions_kind_check CHECK ((kind = ANY (ARRAY['staff'::text, 'member'::text]))),
  constraint sessions_user_agent_check CHECK ((length(user_agent) <= 300))
);
alter table identity.sessions enable row level security;
grant delete, insert, select, update on identity.sessions to quanshu_app;

create table identity.sign_in_tries (
  tenant_id bigint not null,
  email_key bytea not null,
  tries integer not null,
  locked_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  last_at timestamp with time zone not null default now(),
  constraint sign_in_tries_pkey PRIMARY KEY (tenant_id, email_key)
);
alter table identity.sign_in_tries enable row level security;
grant delete, insert, select, update on identity.sign_in_tries to quanshu_app;

create table identity.staff (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  node_id bigint not null,
  email text not null,
  name text not null,
  locale text not null default 'zh-CN'::text,
  status text not null default 'active'::text,
  password_hash text not null,
  must_change_password boolean not null default false,
  totp_secret bytea,
  totp_confirmed_at timestamp with time zone,
  totp_last_step bigint not null default 0,
  last_seen_at timestamp with time zone,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  constraint staff_pkey PRIMARY KEY (tenant_id, id),
  constraint staff_tenant_id_email_key UNIQUE (tenant_id, email),
  constraint staff_tenant_id_node_id_fkey FOREIGN KEY (tenant_id, node_id) REFERENCES organizations.nodes(tenant_id, id),
  constraint staff_check CHECK (((totp_confirmed_at IS NULL) OR (totp_secret IS NOT NULL))),
  constraint staff_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 254)))),
  constraint staff_locale_check CHECK ((locale = ANY (ARRAY['zh-CN'::text, 'en'::text]))),
  constraint staff_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40))),
  constraint staff_status_check CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text])))
);
alter table identity.staff enable row level security;
grant insert, select, update on identity.staff to quanshu_app;

create table identity.staff_roles (
  tenant_id bigint not null,
  staff_id bigint not null,
  role_id bigint not null,
  constraint staff_roles_pkey PRIMARY KEY (tenant_id, staff_id, role_id),
  constraint staff_roles_tenant_id_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES identity.roles(tenant_id, id),
  constraint staff_roles_tenant_id_staff_id_fkey FOREIGN KEY (tenant_id, staff_id) REFERENCES identity.staff(tenant_id, id)
);
alter table identity.staff_roles enable row level security;
grant delete, insert, select on identity.staff_roles to quanshu_app;

create table identity.tickets (
  tenant_id bigint not null,
  ticket_hash bytea not null,
  staff_id bigint not null,
  tries integer not null default 0,
  expires_at timestamp with time zone not null,
  constraint tickets_pkey PRIMARY KEY (tenant_id, ticket_hash),
  constraint tickets_tenant_id_staff_id_fkey FOREIGN KEY (tenant_id, staff_id) REFERENCES identity.staff(tenant_id, id)
);
alter table identity.tickets enable row level security;
grant delete, insert, select, update on identity.tickets to quanshu_app;


create index sessions_age ON identity.sessions USING btree (expires_at);
create index sessions_by_subject ON identity.sessions USING btree (tenant_id, kind, subject_id, id);
create index sign_in_tries_age ON identity.sign_in_tries USING btree (last_at);
create index staff_of_node ON identity.staff USING btree (tenant_id, node_id);
create index staff_roles_by_role ON identity.staff_roles USING btree (tenant_id, role_id);
create index tickets_by_staff ON identity.tickets USING btree (tenant_id, staff_id);

create policy tenant on identity.recovery_codes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on identity.roles for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on identity.sessions for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on identity.sign_in_tries for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on identity.staff for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on identity.staff_roles for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on identity.tickets for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function identity.begin_try(p_tenant_id bigint, p_email_key text) returns jsonb security definer
function identity.find_session(p_tenant_id bigint, p_kind text, p_token_hash text) returns jsonb security definer
function identity.sweep(p_max integer) returns jsonb security definer

-- jobs ------------------------------------------------------------------------------------------------

create table jobs.schedules (
  name text not null,
  last_started_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
  last_finished_at timestamp with time zone,
  last_error text,
  constraint schedules_pkey PRIMARY KEY (name)
);


function jobs.browse(p_state text, p_before_id bigint, p_limit integer) returns jsonb security definer
function jobs.counts() returns jsonb security definer
function jobs.discard(p_id bigint) returns boolean security definer
function jobs.enqueue(p_jobs jsonb) returns void security definer
function jobs.enqueue(p_tenant_id bigint, p_jobs jsonb) returns void security definer
function jobs.finish_tick(p_name text, p_error text) returns boolean security definer
function jobs.given_up_count() returns bigint security definer
function jobs.of_tenant(p_tenant_id bigint) returns TABLE(id bigint, task text, payload jsonb, state text, attempts integer, attempts_max integer, run_at timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone, last_error text) security definer
function jobs.rerun(p_id bigint) returns boolean security definer
function jobs.take_tick(p_name text, p_every_ms integer) returns boolean security definer

-- ledger ----------------------------------------------------------------------------------------------

create table ledger.accounts (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  kind text not null,
  ref text not null default ''::text,
  unit text not null,
  balance bigint not null default 0,
  held_out bigint not null default 0,
  floor bigint,
  opened_at timestamp with time zone not null default now(),
  changed_at timestamp with time zone not null default now(),
  constraint accounts_pkey PRIMARY KEY (tenant_id, id),
  constraint accounts_tenant_id_kind_ref_unit_key UNIQUE (tenant_id, kind, ref, unit),
  constraint account_floor CHECK (((floor IS NULL) OR ((balance - held_out) >= floor))),
  constraint accounts_held_out_check CHECK ((held_out >= 0)),
  constraint accounts_kind_check CHECK ((kind ~ '^[a-z]+(\.[a-z_]+)+$'::text)),
  constraint accounts_unit_check CHECK ((unit = ANY (ARRAY['CNY'::text, 'piece'::text, 'point'::text, 'budget'::text])))
);
alter table ledger.accounts enable row level security;
grant select on ledger.accounts to quanshu_app;

create table ledger.holds (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  from_account bigint not null,
  to_account bigint not null,
  amount bigint not null,
  state text not null default 'held'::text,
  cause text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  constraint holds_pkey PRIMARY KEY (tenant_id, id),
  constraint hold_closed_when_over CHECK (((state = 'held'::text) = (closed_at IS NULL))),
  constraint holds_amount_check CHECK ((amount > 0)),
  constraint holds_state_check CHECK ((state = ANY (ARRAY['held'::text, 'captured'::text, 'released'::text, 'expired'::text])))
);
alter table ledger.holds enable row level security;
grant select on ledger.holds to quanshu_app;

create table ledger.transfers (
  tenant_id bigint not null,
  at timestamp with time zone not null default now(),
  id bigint not null generated always as identity,
  from_account bigint not null,
  to_account bigint not null,
  amount bigint not null,
  kind text not null,
  cause text not null,
  hold_id bigint,
  constraint transfers_pkey PRIMARY KEY (tenant_id, at, id),
  constraint transfer_between_two CHECK ((from_account <> to_account)),
  constraint transfers_amount_check CHECK ((amount > 0))
) partition by range (at);
alter table ledger.transfers enable row level security;
grant select on ledger.transfers to quanshu_app;


create index holds_open ON ledger.holds USING btree (tenant_id, from_account, id) WHERE (state = 'held'::text);
create index transfers_in ON ONLY ledger.transfers USING btree (tenant_id, to_account, at, id);
create index transfers_out ON ONLY ledger.transfers USING btree (tenant_id, from_account, at, id);

create policy tenant on ledger.accounts for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on ledger.holds for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on ledger.transfers for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function ledger.account(p_tenant bigint, p_kind text, p_ref text, p_unit text) returns bigint security definer
function ledger.adjust_member(p_tenant bigint, p_member bigint, p_unit text, p_amount bigint, p_cause text) returns bigint security definer
function ledger.admit(p_tenant bigint, p_groups integer[], p_accounts bigint[], p_amounts bigint[], p_count integer) returns boolean[] security definer
function ledger.close(p_tenant bigint, p_holds bigint[], p_state text, p_kind text) returns bigint[] security definer
function ledger.displace(p_tenant bigint, p_account bigint, p_need bigint) returns bigint security definer
function ledger.floor_of(p_kind text) returns bigint
function ledger.hold(p_tenant bigint, p_from bigint[], p_to bigint[], p_amount bigint[], p_cause text[], p_expires timestamp with time zone[]) returns bigint[] security definer
function ledger.lock(p_tenant bigint, p_ids bigint[]) returns void security definer
function ledger.open_stock(p_tenant bigint, p_sku bigint) returns void security definer
function ledger.post(p_tenant bigint, p_from bigint[], p_to bigint[], p_amount bigint[], p_kind text[], p_cause text[]) returns void security definer

-- members ---------------------------------------------------------------------------------------------

create table members.members (
  tenant_id bigint not null,
  id bigint not null generated by default as identity,
  phone bytea not null,
  phone_hash bytea not null,
  phone_masked text not null,
  phone_tail text not null,
  name text not null default ''::text,
  status text not null default 'active'::text,
  note text not null default ''::text,
  last_seen_at timestamp with time zone,
  version integer not null default 1,
  created_at timestamp with time zone not null default now(),
  constraint members_pkey PRIMARY KEY (tenant_id, id),
  constraint members_tenant_id_phone_hash_key UNIQUE (tenant_id, phone_hash),
  constraint members_name_check CHECK ((length(name) <= 40)),
  constraint members_note_check CHECK ((length(note) <= 500)),
  constraint members_phone_masked_check CHECK ((length(phone_masked) <= 20)),
  constraint members_phone_tail_check CHECK ((phone_tail ~ '^[0-9]{4}$'::text)),
  constraint members_status_check CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text])))
);
alter table members.members enable row level security;
grant insert, select, update on members.members to quanshu_app;

create table members.sign_in_codes (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  phone_hash bytea not null,
  code_hash bytea not null,
  ip text,
  tries integer not null default 0,
  used_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint sign_in_codes_pkey PRIMARY KEY (tenant_id, id)
);
alter table members.sign_in_codes enable row level security;
grant delete, insert, select, update on members.sign_in_codes to quanshu_app;


create index members_created ON members.members USING btree (tenant_id, created_at, id);
create index members_seen ON members.members USING btree (tenant_id, last_seen_at, id);
create index members_tail ON members.members USING btree (tenant_id, phone_tail, id);
create index sign_in_codes_age ON members.sign_in_codes USING btree (created_at);
create index sign_in_codes_by_ip ON members.sign_in_codes USING btree (tenant_id, ip, created_at);
create index sign_in_codes_by_phone ON members.sign_in_codes USING btree (tenant_id, phone_hash, id);

create policy tenant on members.members for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on members.sign_in_codes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function members.request_code(p_tenant_id bigint, p_phone_hash bytea, p_code_hash bytea, p_ip text, p_lives interval) returns jsonb
function members.sweep(p_max integer) returns jsonb security definer
function members.try_code(p_tenant_id bigint, p_phone_hash bytea, p_code_hash bytea) returns boolean

-- notify ----------------------------------------------------------------------------------------------

create table notify.channels (
  tenant_id bigint not null,
  channel text not null,
  provider text not null,
  enabled boolean not null default false,
  config jsonb not null default '{}'::jsonb,
  secret_sealed bytea,
  updated_at timestamp with time zone not null default now(),
  receipt_token text,
  next_call_at timestamp with time zone not null default now(),
  token_sealed bytea,
  token_until timestamp with time zone,
  constraint channels_pkey PRIMARY KEY (tenant_id, channel),
  constraint channels_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'sms_tencent'::text, 'email'::text, 'wecom_app'::text, 'wecom'::text, 'dingtalk'::text, 'feishu'::text])))
);
alter table notify.channels enable row level security;
grant insert, select, update on notify.channels to quanshu_app;

create table notify.deliveries (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  endpoint_id bigint not null,
  webhook_id text not null,
  event text not null,
  body text not null,
  state text not null default 'queued'::text,
  attempts integer not null default 0,
  next_try_at timestamp with time zone default now(),
  tries jsonb not null default '[]'::jsonb,
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  constraint deliveries_pkey PRIMARY KEY (tenant_id, id),
  constraint deliveries_tenant_id_endpoint_id_webhook_id_key UNIQUE (tenant_id, endpoint_id, webhook_id),
  constraint deliveries_tenant_id_endpoint_id_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES notify.endpoints(tenant_id, id) ON DELETE CASCADE,
  constraint deliveries_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'delivered'::text, 'failed'::text, 'cancelled'::text])))
);
alter table notify.deliveries enable row level security;
grant delete, insert, select, update on notify.deliveries to quanshu_app;

create table notify.endpoints (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  url text not null,
  note text not null default ''::text,
  events text[] not null,
  enabled boolean not null default true,
  disabled_reason text,
  secret_sealed bytea not null,
  previous_sealed bytea,
  previous_until timestamp with time zone,
  failing_since timestamp with time zone,
  lease_until timestamp with time zone not null default now(),
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint endpoints_pkey PRIMARY KEY (tenant_id, id),
  constraint endpoints_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['gone'::text, 'failing'::text]))),
  constraint endpoints_events_check CHECK ((cardinality(events) > 0)),
  constraint endpoints_url_check CHECK (((length(url) >= 1) AND (length(url) <= 500)))
);
alter table notify.endpoints enable row level security;
grant delete, insert, select, update on notify.endpoints to quanshu_app;

create table notify.inbox (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  staff_id bigint,
  member_id bigint,
  key text not null,
  event text not null,
  title text not null,
  body text not null,
  link text not null default ''::text,
  urgent boolean not null default false,
  read_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint inbox_pkey PRIMARY KEY (tenant_id, id),
  constraint inbox_check CHECK (((staff_id IS NULL) <> (member_id IS NULL)))
);
alter table notify.inbox enable row level security;
grant delete, insert, select, update on notify.inbox to quanshu_app;

create table notify.messages (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  channel text not null,
  template text not null,
  recipient text not null,
  key text not null,
  subject text not null default ''::text,
  state text not null default 'queued'::text,
  about text not null default ''::text,
  provider_ref text,
  attempts integer not null default 0,
  last_error text,
  created_at timestamp with time zone not null default now(),
  sent_at timestamp with time zone,
  locale text not null default 'zh-CN'::text,
  params jsonb not null default '{}'::jsonb,
  recipient_key text,
  not_before timestamp with time zone,
  provider text,
  receipt text,
  receipt_note text,
  receipt_at timestamp with time zone,
  otherwise jsonb,
  doubt_since timestamp with time zone,
  doubt_mark bytea,
  any_hour boolean not null default false,
  constraint messages_pkey PRIMARY KEY (tenant_id, id),
  constraint messages_tenant_id_key_key UNIQUE (tenant_id, key),
  constraint messages_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text, 'wecom_app'::text, 'wecom'::text, 'dingtalk'::text, 'feishu'::text]))),
  constraint messages_locale_check CHECK ((locale = ANY (ARRAY['zh-CN'::text, 'en'::text]))),
  constraint messages_receipt_check CHECK ((receipt = ANY (ARRAY['delivered'::text, 'failed'::text]))),
  constraint messages_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'refused'::text, 'unknown'::text, 'capped'::text])))
);
alter table notify.messages enable row level security;
grant insert, select, update on notify.messages to quanshu_app;

create table notify.rules (
  tenant_id bigint not null,
  event text not null,
  channels text[] not null,
  urgent boolean not null,
  updated_at timestamp with time zone not null default now(),
  constraint rules_pkey PRIMARY KEY (tenant_id, event)
);
alter table notify.rules enable row level security;
grant insert, select, update on notify.rules to quanshu_app;

create table notify.texts (
  tenant_id bigint not null,
  event text not null,
  form text not null,
  locale text not null,
  subject text,
  body text,
  aliyun_code text not null default ''::text,
  tencent_code text not null default ''::text,
  updated_at timestamp with time zone not null default now(),
  constraint texts_pkey PRIMARY KEY (tenant_id, event, form, locale),
  constraint texts_body_check CHECK (((length(body) >= 1) AND (length(body) <= 4000))),
  constraint texts_form_check CHECK ((form = ANY (ARRAY['inbox'::text, 'email'::text, 'sms'::text, 'card'::text, 'robot'::text]))),
  constraint texts_locale_check CHECK ((locale = ANY (ARRAY['zh-CN'::text, 'en'::text])))
);
alter table notify.texts enable row level security;
grant insert, select, update on notify.texts to quanshu_app;

create table notify.wecom_people (
  tenant_id bigint not null,
  member_id bigint not null,
  corp_id text not null,
  user_id text not null,
  joined_at timestamp with time zone not null default now(),
  paused boolean not null default false,
  constraint wecom_people_pkey PRIMARY KEY (tenant_id, member_id),
  constraint wecom_people_corp_id_check CHECK (((length(corp_id) >= 1) AND (length(corp_id) <= 64))),
  constraint wecom_people_user_id_check CHECK (((length(user_id) >= 1) AND (length(user_id) <= 64)))
);
alter table notify.wecom_people enable row level security;
grant delete, insert, select, update on notify.wecom_people to quanshu_app;


create index deliveries_by_time ON notify.deliveries USING btree (tenant_id, created_at);
create index deliveries_due ON notify.deliveries USING btree (tenant_id, endpoint_id, next_try_at, id) WHERE (state = 'queued'::text);
create index deliveries_of_endpoint ON notify.deliveries USING btree (tenant_id, endpoint_id, id DESC);
create index inbox_by_time ON notify.inbox USING btree (tenant_id, created_at);
create index inbox_of_member ON notify.inbox USING btree (tenant_id, member_id, id DESC) WHERE (member_id IS NOT NULL);
create UNIQUE index inbox_of_member_once ON notify.inbox USING btree (tenant_id, member_id, key) WHERE (member_id IS NOT NULL);
create index inbox_of_staff ON notify.inbox USING btree (tenant_id, staff_id, id DESC) WHERE (staff_id IS NOT NULL);
create UNIQUE index inbox_of_staff_once ON notify.inbox USING btree (tenant_id, staff_id, key) WHERE (staff_id IS NOT NULL);
create index inbox_unread_member ON notify.inbox USING btree (tenant_id, member_id) WHERE ((member_id IS NOT NULL) AND (read_at IS NULL));
create index inbox_unread_staff ON notify.inbox USING btree (tenant_id, staff_id) WHERE ((staff_id IS NOT NULL) AND (read_at IS NULL));
create index messages_about ON notify.messages USING btree (tenant_id, about, id);
create index messages_by_ref ON notify.messages USING btree (tenant_id, provider_ref) WHERE ((channel = 'sms'::text) AND (provider_ref IS NOT NULL));
create index messages_of_recipient ON notify.messages USING btree (tenant_id, recipient_key, template, created_at) WHERE (recipient_key IS NOT NULL);
create index messages_unfinished ON notify.messages USING btree (tenant_id, created_at) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));
create index messages_unsaid ON notify.messages USING btree (tenant_id, channel, id) WHERE ((state = ANY (ARRAY['queued'::text, 'sending'::text])) AND (channel = ANY (ARRAY['wecom'::text, 'dingtalk'::text, 'feishu'::text])));
create UNIQUE index wecom_people_once ON notify.wecom_people USING btree (tenant_id, corp_id, lower(user_id));

create policy tenant on notify.channels for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on notify.deliveries for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on notify.endpoints for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on notify.inbox for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on notify.messages for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on notify.rules for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on notify.texts for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on notify.wecom_people for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

-- orders ----------------------------------------------------------------------------------------------

create table orders.bundles (
  tenant_id bigint not null,
  order_no bigint not null,
  bundle_no smallint not null,
  sku_id bigint not null,
  goods_id bigint not null,
  goods_title text not null,
  sku_title text not null,
  quantity integer not null,
  unit_price_fen bigint not null,
  amount_fen bigint not null,
  policy text not null,
  due_at timestamp with time zone,
  constraint bundles_pkey PRIMARY KEY (tenant_id, order_no, bundle_no),
  constraint bundles_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no),
  constraint bundle_amount CHECK ((amount_fen = (quantity * unit_price_fen))),
  constraint bundles_bundle_no_check CHECK ((bundle_no > 0)),
  constraint bundles_policy_check CHECK ((policy = ANY (ARRAY['hold'::text, 'rest'::text, 'refund'::text]))),
  constraint bundles_quantity_check CHECK ((quantity > 0)),
  constraint bundles_unit_price_fen_check CHECK ((unit_price_fen >= 0))
);
alter table orders.bundles enable row level security;
grant select on orders.bundles to quanshu_app;

create table orders.device_codes (
  tenant_id bigint not null,
  order_no bigint not null,
  id bigint not null generated always as identity,
  device_hash bytea not null,
  code_hash bytea not null,
  tries integer not null default 0,
  used_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint device_codes_pkey PRIMARY KEY (tenant_id, order_no, id),
  constraint device_codes_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no)
);
alter table orders.device_codes enable row level security;
grant select on orders.device_codes to quanshu_app;

create table orders.devices (
  tenant_id bigint not null,
  order_no bigint not null,
  device_hash bytea not null,
  admitted_at timestamp with time zone not null default clock_timestamp(),
  constraint devices_pkey PRIMARY KEY (tenant_id, order_no, device_hash),
  constraint devices_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no),
  constraint devices_device_hash_check CHECK ((octet_length(device_hash) = 32))
);
alter table orders.devices enable row level security;
grant select on orders.devices to quanshu_app;

create table orders.lines (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  sku_id bigint,
  goods_id bigint,
  kind text not null,
  goods_title text not null,
  sku_title text not null,
  quantity integer not null,
  unit_price_fen bigint not null,
  amount_fen bigint not null,
  form jsonb not null default '{}'::jsonb,
  hold_id bigint,
  state text not null default 'waiting'::text,
  delivered_quantity integer not null default 0,
  exception_reason text,
  exception_note text,
  exception_at timestamp with time zone,
  delivered_at timestamp with time zone,
  refunded_fen bigint not null default 0,
  refunding_fen bigint not null default 0,
  refunded_quantity integer not null default 0,
  unit_points integer not null default 0,
  refunded_points bigint not null default 0,
  bought boolean not null default false,
  bundle_no smallint,
  credit_points bigint not null default 0,
  taken_points bigint not null default 0,
  held_back boolean not null default false,
  pick_card bigint,
  pick_number text,
  later_days smallint,
  later_refund boolean not null default false,
  warehouse_id bigint,
  constraint lines_pkey PRIMARY KEY (tenant_id, order_no, line_no),
  constraint lines_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no),
  constraint chosen_is_one_piece CHECK (((pick_card IS NULL) OR ((quantity = 1) AND (pick_number IS NOT NULL)))),
  constraint credit_of_points CHECK (((kind = 'points'::text) = (credit_points > 0))),
  constraint delivered_is_whole CHECK (((state = 'delivered'::text) <= (delivered_quantity = quantity))),
  constraint exception_has_reason CHECK (((state = 'exception'::text) <= (exception_reason IS NOT NULL))),
  constraint line_amount CHECK (
CASE
    WHEN (bundle_no IS NULL) THEN (amount_fen = (quantity * unit_price_fen))
    ELSE ((amount_fen / quantity) = unit_price_fen)
END),
  constraint lines_credit_points_check CHECK ((credit_points >= 0)),
  constraint lines_later_days_check CHECK (((later_days >= 1) AND (later_days <= 1095))),
  constraint lines_line_no_check CHECK ((line_no > 0)),
  constraint lines_quantity_check CHECK ((quantity > 0)),
  constraint lines_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'dormant'::text, 'supplying'::text, 'delivered'::text, 'exception'::text, 'refunding'::text, 'refunded'::text, 'cancelled'::text]))),
  constraint lines_unit_points_check CHECK ((unit_points >= 0)),
  constraint lines_unit_price_fen_check CHECK ((unit_price_fen >= 0)),
  constraint parts_are_held_back CHECK (((NOT held_back) OR (bundle_no IS NOT NULL))),
  constraint pieces_within_line CHECK (((refunded_quantity >= 0) AND (refunded_quantity <= quantity))),
  constraint points_within_line CHECK (((refunded_points >= 0) AND (refunded_points <= ((quantity)::bigint * unit_points)))),
  constraint recharge_has_no_goods CHECK (
CASE kind
    WHEN 'recharge'::text THEN ((sku_id IS NULL) AND (goods_id IS NULL))
    ELSE ((sku_id IS NOT NULL) AND (goods_id IS NOT NULL))
END),
  constraint refunds_within_line CHECK (((refunded_fen >= 0) AND (refunding_fen >= 0) AND ((refunded_fen + refunding_fen) <= amount_fen))),
  constraint taken_within_credit CHECK (((taken_points >= 0) AND (taken_points <= credit_points)))
);
alter table orders.lines enable row level security;
grant select on orders.lines to quanshu_app;

create table orders.orders (
  tenant_id bigint not null,
  no bigint not null,
  state text not null default 'pending'::text,
  channel text not null default 'mall'::text,
  buyer_key text not null,
  member_id bigint,
  contact text not null,
  locale text not null default 'zh-CN'::text,
  query_password_hash bytea,
  device_hash bytea,
  ip text,
  total_fen bigint not null,
  paid_fen bigint not null default 0,
  refunded_fen bigint not null default 0,
  pay_with text not null,
  request_key text,
  request_hash bytea,
  placed_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  paid_at timestamp with time zone,
  delivered_at timestamp with time zone,
  closed_at timestamp with time zone,
  close_reason text,
  points bigint not null default 0,
  balance_fen bigint not null default 0,
  points_hold bigint,
  balance_hold bigint,
  purpose text not null default 'goods'::text,
  credit_fen bigint not null default 0,
  has_bundles boolean not null default false,
  credit_points bigint not null default 0,
  has_complaints boolean not null default false,
  gives_back boolean not null default false,
  constraint orders_pkey PRIMARY KEY (tenant_id, no),
  constraint balance_within_total CHECK (((balance_fen >= 0) AND (balance_fen <= total_fen))),
  constraint credit_of_recharge CHECK (
CASE purpose
    WHEN 'recharge'::text THEN ((credit_fen >= total_fen) AND (total_fen > 0) AND (member_id IS NOT NULL))
    ELSE (credit_fen = 0)
END),
  constraint orders_credit_points_check CHECK ((credit_points >= 0)),
  constraint orders_points_check CHECK ((points >= 0)),
  constraint orders_purpose_check CHECK ((purpose = ANY (ARRAY['goods'::text, 'recharge'::text]))),
  constraint orders_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'paid'::text, 'delivered'::text, 'cancelled'::text, 'expired'::text, 'refunded'::text]))),
  constraint orders_total_fen_check CHECK ((total_fen >= 0)),
  constraint refunded_within_paid CHECK (((refunded_fen >= 0) AND (refunded_fen <= paid_fen)))
);
alter table orders.orders enable row level security;
grant select on orders.orders to quanshu_app;


create index bundles_due ON orders.bundles USING btree (tenant_id, due_at) WHERE (due_at IS NOT NULL);
create index bundles_of_goods ON orders.bundles USING btree (tenant_id, goods_id, order_no);
create index lines_dormant ON orders.lines USING btree (tenant_id, order_no) WHERE (state = 'dormant'::text);
create index lines_in_exception ON orders.lines USING btree (tenant_id, exception_at) WHERE (state = 'exception'::text);
create index lines_links_open ON orders.lines USING btree (tenant_id, sku_id) WHERE ((kind = 'link'::text) AND (state = ANY (ARRAY['waiting'::text, 'supplying'::text, 'exception'::text])));
create index lines_of_goods ON orders.lines USING btree (tenant_id, goods_id, order_no);
create index lines_service ON orders.lines USING btree (tenant_id, sku_id, order_no) WHERE (kind = 'service'::text);
create index lines_supplying ON orders.lines USING btree (tenant_id, order_no) WHERE (state = 'supplying'::text);
create UNIQUE index order_request ON orders.orders USING btree (tenant_id, request_key) WHERE (request_key IS NOT NULL);
create index orders_by_time ON orders.orders USING btree (tenant_id, placed_at DESC);
create index orders_due ON orders.orders USING btree (tenant_id, expires_at) WHERE ((paid_at IS NULL) AND (closed_at IS NULL));
create index orders_of_buyer ON orders.orders USING btree (tenant_id, buyer_key, placed_at DESC);
create index orders_of_channel ON orders.orders USING btree (tenant_id, channel, placed_at) WHERE (channel <> 'mall'::text);
create index orders_of_contact ON orders.orders USING btree (tenant_id, lower(contact), placed_at DESC) WHERE (buyer_key <> ('c:'::text || contact));
create index orders_of_device ON orders.orders USING btree (tenant_id, device_hash, placed_at DESC) WHERE (member_id IS NULL);
create index orders_paid_undelivered ON orders.orders USING btree (tenant_id, paid_at) WHERE (state = 'paid'::text);
create index orders_pending_of_buyer ON orders.orders USING btree (tenant_id, buyer_key) WHERE ((state = 'pending'::text) AND (buyer_key IS NOT NULL));
create index orders_pending_of_device ON orders.orders USING btree (tenant_id, device_hash) WHERE ((state = 'pending'::text) AND (device_hash IS NOT NULL));
create index orders_pending_of_ip ON orders.orders USING btree (tenant_id, ip) WHERE ((state = 'pending'::text) AND (ip IS NOT NULL));
create index recharges ON orders.orders USING btree (tenant_id, no) WHERE (purpose = 'recharge'::text);

create policy tenant on orders.bundles for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on orders.device_codes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on orders.devices for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on orders.lines for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on orders.orders for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function orders.accounts_of_members(p_tenant bigint, p_members bigint[]) returns bigint[]
function orders.admit_device(p_tenant bigint, p_no bigint, p_device bytea, p_code_hash bytea, p_most integer) returns boolean security definer
function orders.ask_device_code(p_tenant bigint, p_no bigint, p_device bytea, p_code_hash bytea, p_lives interval) returns jsonb security definer
function orders.bundles_of(p_tenant bigint, p_no bigint) returns json security definer
function orders.bundles_of_person(p_tenant bigint, p_goods bigint, p_buyer_key text, p_contact text) returns bigint security definer
function orders.choose_shelf(p_tenant bigint, INOUT l_account bigint[], p_home bigint[], p_shelf bigint[], p_fallback bigint[], p_quantity integer[], p_takes boolean[], OUT l_warehouse bigint[]) returns record security definer
function orders.claim_picks(p_tenant bigint, p_no bigint[], p_k_item integer[], p_k_sku bigint[], p_k_card bigint[], INOUT results jsonb[], OUT claimed bigint[]) returns record security definer
function orders.close_unpaid(p_tenant bigint, p_nos bigint[], p_state text, p_reason text, p_actor text, p_due_only boolean) returns bigint[] security definer
function orders.drop_picks(p_tenant bigint, p_kept integer[], p_k_item integer[], p_claimed bigint[]) returns void security definer
function orders.expand_bundles(p_tenant bigint, p_members bigint[], p_buyers text[], p_contacts text[], INOUT l_item integer[], INOUT l_line integer[], INOUT l_sku bigint[], INOUT l_quantity integer[], INOUT l_form jsonb[], INOUT l_unit bigint[], INOUT l_unit_points integer[], INOUT l_goods bigint[], INOUT l_kind text[], INOUT l_goods_title text[], INOUT l_sku_title text[], INOUT l_account bigint[], INOUT l_delivered bigint[], INOUT l_holds boolean[], INOUT l_person_limit integer[], INOUT l_refusal jsonb[], OUT l_amount bigint[], OUT l_bundle smallint[], OUT l_points bigint[], OUT l_held_back boolean[], OUT bundles jsonb, OUT credit_accounts bigint[]) returns record security definer
function orders.expire_due(p_limit integer) returns jsonb security definer
function orders.is_admitted(p_tenant bigint, p_no bigint, p_device text) returns jsonb security definer
function orders.keep_later(p_tenant bigint, p_items jsonb, p_nos bigint[], p_placed integer[]) returns void security definer
function orders.keep_picks(p_tenant bigint, p_no bigint[], p_placed integer[], p_k_item integer[], p_k_sku bigint[], p_k_card bigint[]) returns void security definer
function orders.let_go_of_numbers(p_tenant bigint, p_sku bigint) returns void security definer
function orders.lines_to_buy(p_tenant bigint, p_accounts bigint[], p_quantities integer[], p_claims boolean[], p_sources text[], p_supply bigint[]) returns boolean[] security definer
function orders.lock(p_tenant bigint, p_no bigint) returns void security definer
function orders.look_at_shelf(p_tenant bigint, p_keys jsonb, p_skus bigint[]) returns jsonb security definer
function orders.name_parts(p_results jsonb[], p_item integer[], p_sku bigint[], p_goods_title text[], p_bundle smallint[], p_bundles jsonb) returns jsonb[] security definer
function orders.of_person(p_tenant bigint, p_goods bigint, p_buyer_key text, p_contact text) returns SETOF bigint security definer
function orders.over_person_limit(p_tenant bigint, p_goods bigint, p_title text, p_most integer, p_taken bigint) returns jsonb security definer
function orders.place(p_tenant bigint, p_items jsonb) returns jsonb security definer
function orders.place_recharge(p_tenant bigint, p_item jsonb) returns jsonb security definer
function orders.price_picks(p_tenant bigint, p_k_item integer[], p_k_sku bigint[], p_l_item integer[], p_l_sku bigint[], p_quantity integer[], p_shown bigint[], p_title text[], p_points integer[], INOUT l_unit bigint[], INOUT l_refusal jsonb[], INOUT l_holds boolean[], INOUT l_source text[], INOUT l_bought boolean[]) returns record security definer
function orders.refuse_later(p_tenant bigint, p_items jsonb) returns TABLE(item_no integer, refusal jsonb) security definer
function orders.replacing_from(p_tenant bigint, p_no bigint, p_line integer) returns bigint[] security definer
function orders.route_to_warehouses(p_tenant bigint, p_channels text[], p_item integer[], p_sku bigint[], p_kind text[], p_quantity integer[], p_k_item integer[], p_k_sku bigint[], INOUT l_account bigint[], OUT l_warehouse bigint[], OUT l_home bigint[], OUT l_shelf bigint[], OUT l_fallback bigint[]) returns record security definer
function orders.taken_by_person(p_tenant bigint, p_goods bigint, p_buyer_key text, p_contact text) returns bigint security definer
function orders.view_rows(p_tenant bigint, p_nos bigint[], p_codes integer) returns TABLE(no bigint, place integer, view json) security definer
function orders.views(p_tenant bigint, p_nos bigint[], p_codes integer) returns json security definer
function orders.write_bundles(p_tenant bigint, p_nos bigint[], p_placed integer[], p_bundles jsonb) returns void security definer

-- organizations ---------------------------------------------------------------------------------------

create table organizations.nodes (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  parent_id bigint,
  kind text not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  constraint nodes_pkey PRIMARY KEY (tenant_id, id),
  constraint nodes_tenant_id_parent_id_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES organizations.nodes(tenant_id, id),
  constraint nodes_check CHECK (((parent_id IS NULL) = (kind = 'merchant'::text))),
  constraint nodes_check1 CHECK ((parent_id <> id)),
  constraint nodes_kind_check CHECK ((kind = ANY (ARRAY['merchant'::text, 'agent'::text, 'enterprise'::text, 'department'::text, 'brand'::text, 'supplier'::text]))),
  constraint nodes_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80)))
);
alter table organizations.nodes enable row level security;
grant insert, select, update on organizations.nodes to quanshu_app;


create index nodes_children ON organizations.nodes USING btree (tenant_id, parent_id, id);
create UNIQUE index nodes_one_root ON organizations.nodes USING btree (tenant_id) WHERE (parent_id IS NULL);

create policy tenant on organizations.nodes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

-- payments --------------------------------------------------------------------------------------------

create table payments.attempts (
  tenant_id bigint not null,
  order_no bigint not null,
  gateway text not null,
  amount_fen bigint not null,
  currency text not null default 'CNY'::text,
  state text not null default 'pending'::text,
  created_at timestamp with time zone not null default now(),
  captured_at timestamp with time zone,
  closed_at timestamp with time zone,
  next_query_at timestamp with time zone,
  queries integer not null default 0,
  close_wanted_at timestamp with time zone,
  turn smallint not null default 1,
  scene text not null default 'page'::text,
  fee_fen bigint not null default 0,
  reference text,
  cashier jsonb,
  constraint attempts_pkey PRIMARY KEY (tenant_id, order_no, gateway, turn),
  constraint attempts_amount_fen_check CHECK ((amount_fen > 0)),
  constraint attempts_fee_fen_check CHECK ((fee_fen >= 0)),
  constraint attempts_scene_check CHECK ((scene = ANY (ARRAY['page'::text, 'h5'::text, 'in_app'::text, 'qr'::text]))),
  constraint attempts_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'captured'::text, 'closed'::text]))),
  constraint attempts_turn_check CHECK (((turn >= 1) AND (turn <= 99)))
);
alter table payments.attempts enable row level security;
grant insert, select, update on payments.attempts to quanshu_app;

create table payments.chargebacks (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  gateway text not null,
  dispute_no text not null,
  trade_no text not null,
  order_no bigint not null,
  receipt_id bigint not null,
  amount_fen bigint not null,
  loss_fen bigint not null default 0,
  state text not null,
  reason text not null default ''::text,
  opened_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  credit_fen bigint not null default 0,
  surplus_fen bigint not null default 0,
  disputed_fen bigint not null default 0,
  kept_lines smallint[],
  constraint chargebacks_pkey PRIMARY KEY (tenant_id, id),
  constraint chargebacks_tenant_id_gateway_dispute_no_key UNIQUE (tenant_id, gateway, dispute_no),
  constraint chargebacks_tenant_id_receipt_id_fkey FOREIGN KEY (tenant_id, receipt_id) REFERENCES payments.receipts(tenant_id, id),
  constraint chargebacks_amount_fen_check CHECK ((amount_fen > 0)),
  constraint chargebacks_check CHECK ((disputed_fen >= surplus_fen)),
  constraint chargebacks_credit_fen_check CHECK ((credit_fen >= 0)),
  constraint chargebacks_dispute_no_check CHECK (((length(dispute_no) >= 1) AND (length(dispute_no) <= 64))),
  constraint chargebacks_state_check CHECK ((state = ANY (ARRAY['opened'::text, 'lost'::text, 'won'::text]))),
  constraint chargebacks_surplus_fen_check CHECK ((surplus_fen >= 0))
);
alter table payments.chargebacks enable row level security;
grant select on payments.chargebacks to quanshu_app;

create table payments.claims (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  order_no bigint not null,
  gateway text not null,
  trade_no text not null,
  amount_fen bigint not null,
  paid_at timestamp with time zone not null,
  state text not null,
  verdict text,
  reason text not null,
  requested_by text not null,
  requested_by_id bigint not null,
  decided_by text,
  decided_at timestamp with time zone,
  decided_note text,
  created_at timestamp with time zone not null default now(),
  constraint claims_pkey PRIMARY KEY (tenant_id, id),
  constraint claims_amount_fen_check CHECK ((amount_fen > 0)),
  constraint claims_state_check CHECK ((state = ANY (ARRAY['awaiting'::text, 'approved'::text, 'settled'::text, 'declined'::text]))),
  constraint claims_trade_no_check CHECK (((length(trade_no) >= 1) AND (length(trade_no) <= 64)))
);
alter table payments.claims enable row level security;
grant insert, select, update on payments.claims to quanshu_app;

create table payments.gateways (
  tenant_id bigint not null,
  gateway text not null,
  enabled boolean not null default false,
  base_url text not null default ''::text,
  merchant_id text not null default ''::text,
  secret_sealed bytea,
  updated_at timestamp with time zone not null default now(),
  settings jsonb not null default '{}'::jsonb,
  fee_bp integer not null default 0,
  fee_payer text not null default 'shop'::text,
  position smallint not null default 0,
  min_fen bigint not null default 0,
  constraint gateways_pkey PRIMARY KEY (tenant_id, gateway),
  constraint gateways_fee_bp_check CHECK (((fee_bp >= 0) AND (fee_bp <= 2000))),
  constraint gateways_fee_payer_check CHECK ((fee_payer = ANY (ARRAY['shop'::text, 'buyer'::text]))),
  constraint gateways_min_fen_check CHECK (((min_fen >= 0) AND (min_fen <= 100000000)))
);
alter table payments.gateways enable row level security;
grant delete, insert, select, update on payments.gateways to quanshu_app;

create table payments.notices (
  tenant_id bigint not null,
  received_at timestamp with time zone not null default now(),
  id bigint not null generated always as identity,
  gateway text not null,
  verdict text not null,
  order_no bigint,
  trade_no text,
  amount_fen bigint,
  headers jsonb not null default '{}'::jsonb,
  body text not null,
  constraint notices_pkey PRIMARY KEY (tenant_id, received_at, id)
) partition by range (received_at);
alter table payments.notices enable row level security;
grant insert, select on payments.notices to quanshu_app;

create table payments.receipts (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  gateway text not null,
  trade_no text not null,
  order_no bigint not null,
  amount_fen bigint not null,
  currency text not null,
  state text not null,
  paid_at timestamp with time zone,
  received_at timestamp with time zone not null default now(),
  turn smallint not null default 1,
  fee_fen bigint not null default 0,
  adjusted_fen bigint not null default 0,
  handled_by text not null default ''::text,
  handled_note text not null default ''::text,
  disputed_fen bigint not null default 0,
  constraint receipts_pkey PRIMARY KEY (tenant_id, id),
  constraint receipt_once UNIQUE (tenant_id, gateway, trade_no),
  constraint receipts_amount_fen_check CHECK ((amount_fen > 0)),
  constraint receipts_disputed_fen_check CHECK ((disputed_fen >= 0)),
  constraint receipts_fee_fen_check CHECK ((fee_fen >= 0)),
  constraint receipts_state_check CHECK ((state = ANY (ARRAY['applied'::text, 'surplus'::text, 'unmatched'::text, 'refunded'::text, 'credited'::text]))),
  constraint receipts_trade_no_check CHECK (((length(trade_no) >= 1) AND (length(trade_no) <= 64)))
);
alter table payments.receipts enable row level security;
grant select on payments.receipts to quanshu_app;

create table payments.refunds (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  order_no bigint not null,
  line_no smallint,
  receipt_id bigint,
  gateway text not null,
  trade_no text,
  amount_fen bigint not null,
  currency text not null default 'CNY'::text,
  target text not null,
  state text not null default 'requested'::text,
  reason text not null,
  requested_by text not null default ''::text,
  attempts integer not null default 0,
  last_error text,
  next_try_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  done_at timestamp with time zone,
  takes text not null default 'nothing'::text,
  grants bigint[] not null default '{}'::bigint[],
  replaced_by bigint,
  requested_by_id bigint,
  decided_by text,
  decided_at timestamp with time zone,
  decided_note text,
  hand_reference text,
  points bigint not null default 0,
  credit_fen bigint not null default 0,
  chargeback_id bigint,
  sent_as bigint,
  constraint refunds_pkey PRIMARY KEY (tenant_id, id),
  constraint refunds_tenant_id_chargeback_id_fkey FOREIGN KEY (tenant_id, chargeback_id) REFERENCES payments.chargebacks(tenant_id, id),
  constraint refunds_tenant_id_receipt_id_fkey FOREIGN KEY (tenant_id, receipt_id) REFERENCES payments.receipts(tenant_id, id),
  constraint refunds_tenant_id_sent_as_fkey FOREIGN KEY (tenant_id, sent_as) REFERENCES payments.refunds(tenant_id, id),
  constraint refunds_amount_fen_check CHECK (((amount_fen >= 0) AND (((amount_fen + points) > 0) OR (takes <> 'nothing'::text)))),
  constraint refunds_credit_fen_check CHECK ((credit_fen >= 0)),
  constraint refunds_points_check CHECK ((points >= 0)),
  constraint refunds_state_check CHECK ((state = ANY (ARRAY['awaiting'::text, 'declined'::text, 'requested'::text, 'processing'::text, 'done'::text, 'failed'::text]))),
  constraint refunds_takes_check CHECK ((takes = ANY (ARRAY['line'::text, 'pieces'::text, 'nothing'::text]))),
  constraint refunds_target_check CHECK ((target = ANY (ARRAY['source'::text, 'balance'::text, 'hand'::text, 'let_go'::text])))
);
alter table payments.refunds enable row level security;
grant select on payments.refunds to quanshu_app;


create index attempts_to_query ON payments.attempts USING btree (tenant_id, next_query_at) WHERE (next_query_at IS NOT NULL);
create index chargebacks_of_order ON payments.chargebacks USING btree (tenant_id, order_no);
create index chargebacks_that_ended_rights ON payments.chargebacks USING btree (tenant_id, order_no) WHERE (kept_lines IS NOT NULL);
create UNIQUE index claim_of_trade ON payments.claims USING btree (tenant_id, gateway, trade_no) WHERE (state = ANY (ARRAY['awaiting'::text, 'approved'::text]));
create index claims_awaiting ON payments.claims USING btree (tenant_id, id) WHERE (state = 'awaiting'::text);
create index claims_of_order ON payments.claims USING btree (tenant_id, order_no);
create index notices_of_order ON ONLY payments.notices USING btree (tenant_id, order_no, received_at);
create index receipts_by_day ON payments.receipts USING btree (tenant_id, gateway, COALESCE(paid_at, received_at), id) WHERE (COALESCE(paid_at, received_at) IS NOT NULL);
create index receipts_late ON payments.receipts USING btree (tenant_id, gateway, received_at) WHERE ((received_at - paid_at) > '06:00:00'::interval);
create index receipts_of_order ON payments.receipts USING btree (tenant_id, order_no);
create index receipts_open ON payments.receipts USING btree (tenant_id, received_at) WHERE (state = ANY (ARRAY['surplus'::text, 'unmatched'::text]));
create UNIQUE index refund_of_surplus_once ON payments.refunds USING btree (tenant_id, receipt_id) WHERE ((line_no IS NULL) AND (reason = ANY (ARRAY['double_payment'::text, 'late_payment'::text])));
create index refunds_awaiting ON payments.refunds USING btree (tenant_id, id) WHERE (state = 'awaiting'::text);
create index refunds_by_day ON payments.refunds USING btree (tenant_id, gateway, done_at, id) WHERE ((state = 'done'::text) AND (target = 'source'::text));
create index refunds_of_order ON payments.refunds USING btree (tenant_id, order_no);
create index refunds_open ON payments.refunds USING btree (tenant_id, state, id) WHERE (state = ANY (ARRAY['requested'::text, 'processing'::text, 'failed'::text]));

create policy tenant on payments.attempts for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on payments.chargebacks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on payments.claims for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on payments.gateways for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on payments.notices for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on payments.receipts for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on payments.refunds for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function payments.ask_again_after(p_queries integer) returns interval
function payments.begin_refund(p_tenant bigint, p_id bigint) returns jsonb security definer
function payments.keep_cashiers(p_tenant bigint, p_items jsonb) returns jsonb security definer
function payments.left_for_refund(p_tenant bigint, p_refund bigint) returns bigint security definer
function payments.lock_order(p_tenant bigint, p_no bigint) returns void
function payments.note_refund(p_tenant bigint, p_id bigint, p_error text, p_retry_seconds integer) returns jsonb security definer
function payments.open_attempts(p_tenant bigint, p_items jsonb) returns jsonb security definer
function payments.overdue_refunds(p_limit integer) returns jsonb security definer
function payments.retry_refund(p_tenant bigint, p_id bigint) returns jsonb security definer
function payments.take_due(p_per_tenant integer, p_limit integer) returns jsonb security definer

-- platform --------------------------------------------------------------------------------------------

create table platform.function_files (
  name text not null,
  checksum text not null,
  functions text[] not null,
  applied_at timestamp with time zone not null default now(),
  constraint function_files_pkey PRIMARY KEY (name)
);

create table platform.marks (
  name text not null,
  value jsonb not null default '{}'::jsonb,
  made_at timestamp with time zone not null default now(),
  constraint marks_pkey PRIMARY KEY (name)
);
grant insert, select on platform.marks to quanshu_app;

create table platform.migrations (
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (name)
);

create table platform.partitioned_tables (
  name text not null,
  constraint partitioned_tables_pkey PRIMARY KEY (name)
);

create table platform.requests (
  tenant_id bigint not null,
  scope text not null,
  key text not null,
  fingerprint bytea not null,
  status integer,
  response jsonb,
  created_at timestamp with time zone not null default now(),
  constraint requests_pkey PRIMARY KEY (tenant_id, scope, key),
  constraint requests_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);
alter table platform.requests enable row level security;
grant delete, insert, select, update on platform.requests to quanshu_app;

create table platform.standstills (
  id bigint not null generated always as identity,
  key text not null,
  kind text not null,
  words text,
  restored_to timestamp with time zone,
  since timestamp with time zone not null default now(),
  set_by text not null,
  ended_at timestamp with time zone,
  ended_by text,
  constraint standstills_pkey PRIMARY KEY (id),
  constraint standstills_key_key UNIQUE (key),
  constraint standstills_check CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
  constraint standstills_check1 CHECK (((kind = 'by_hand'::text) = (words IS NOT NULL))),
  constraint standstills_kind_check CHECK ((kind = ANY (ARRAY['restored'::text, 'by_hand'::text]))),
  constraint standstills_words_check CHECK (((length(words) >= 1) AND (length(words) <= 500)))
);


create index requests_age ON platform.requests USING btree (tenant_id, created_at);
create UNIQUE index standstills_open ON platform.standstills USING btree ((true)) WHERE (ended_at IS NULL);

create policy tenant on platform.requests for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function platform.count_first_rows() returns integer security definer
function platform.ensure_partitions(target regclass) returns integer
function platform.expire_requests(p_hours integer, p_limit integer) returns integer security definer
function platform.extend_partitions() returns integer security definer
function platform.go_on(p_by text) returns boolean security definer
function platform.has_mark(p_name text) returns boolean security definer
function platform.partition_monthly(target regclass) returns void
function platform.protect(target regclass, privileges text) returns void
function platform.set_mark(p_name text, p_value jsonb) returns boolean security definer
function platform.stand_still(p_key text, p_kind text, p_words text, p_restored_to timestamp with time zone, p_by text) returns boolean security definer
function platform.standstill() returns jsonb security definer
function platform.works_since() returns timestamp with time zone security definer

-- reconciliation --------------------------------------------------------------------------------------

create table reconciliation.bill_lines (
  tenant_id bigint not null,
  begun_at timestamp with time zone not null,
  bill_id bigint not null,
  n integer not null,
  line_no integer not null,
  kind text not null,
  state text not null,
  trade_no text not null,
  payment_no text not null,
  refund_no text not null,
  amount_fen bigint not null,
  fee_fen bigint not null,
  currency text not null,
  at timestamp with time zone not null,
  own_currency text,
  own_hao bigint,
  own_rate bigint,
  constraint bill_lines_pkey PRIMARY KEY (tenant_id, begun_at, bill_id, n),
  constraint bill_lines_amount_fen_check CHECK ((amount_fen >= 0)),
  constraint bill_lines_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'refund'::text, 'chargeback'::text, 'other'::text, 'purchase'::text, 'deposit'::text, 'credit'::text]))),
  constraint bill_lines_state_check CHECK ((state = ANY (ARRAY['done'::text, 'pending'::text, 'failed'::text])))
) partition by range (begun_at);
alter table reconciliation.bill_lines enable row level security;
grant select on reconciliation.bill_lines to quanshu_app;

create table reconciliation.bill_texts (
  tenant_id bigint not null,
  begun_at timestamp with time zone not null,
  bill_id bigint not null,
  from_n integer not null,
  texts bytea not null,
  constraint bill_texts_pkey PRIMARY KEY (tenant_id, begun_at, bill_id, from_n)
) partition by range (begun_at);
alter table reconciliation.bill_texts enable row level security;
grant select on reconciliation.bill_texts to quanshu_app;

create table reconciliation.bills (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  gateway text not null,
  day date not null,
  source text not null,
  asked_by text not null default ''::text,
  file_name text not null default ''::text,
  file_hash bytea not null,
  file_bytes bigint not null default 0,
  state text not null default 'loading'::text,
  lines integer not null default 0,
  judged integer not null default 0,
  totals jsonb not null default '{}'::jsonb,
  failure jsonb,
  begun_at timestamp with time zone not null default now(),
  loaded_at timestamp with time zone,
  matched_at timestamp with time zone,
  rates text not null default ''::text,
  constraint bills_pkey PRIMARY KEY (tenant_id, id),
  constraint bills_asked_by_check CHECK ((length(asked_by) <= 100)),
  constraint bills_file_bytes_check CHECK ((file_bytes >= 0)),
  constraint bills_file_hash_check CHECK ((length(file_hash) = 32)),
  constraint bills_file_name_check CHECK ((length(file_name) <= 255)),
  constraint bills_rates_check CHECK ((length(rates) <= 4000)),
  constraint bills_source_check CHECK ((source = ANY (ARRAY['fetched'::text, 'uploaded'::text]))),
  constraint bills_state_check CHECK ((state = ANY (ARRAY['loading'::text, 'loaded'::text, 'matched'::text, 'superseded'::text, 'failed'::text])))
);
alter table reconciliation.bills enable row level security;
grant select on reconciliation.bills to quanshu_app;

create table reconciliation.cases (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  gateway text not null,
  day date not null,
  first_day date not null,
  key text not null,
  outcome text not null,
  cause text not null,
  kind text not null,
  state text not null,
  number text not null default ''::text,
  order_no bigint,
  fact_id bigint,
  bill_id bigint,
  n integer,
  theirs jsonb,
  ours jsonb,
  difference_fen bigint not null,
  posting_id bigint,
  opened_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  handled_by text not null default ''::text,
  note text not null default ''::text,
  exchange_fen bigint not null default 0,
  constraint cases_pkey PRIMARY KEY (tenant_id, id),
  constraint cases_tenant_id_gateway_day_key_key UNIQUE (tenant_id, gateway, day, key),
  constraint case_over_or_not CHECK (((state = ANY (ARRAY['open'::text, 'waiting'::text])) = (ended_at IS NULL))),
  constraint cases_handled_by_check CHECK ((length(handled_by) <= 100)),
  constraint cases_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200))),
  constraint cases_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'refund'::text, 'chargeback'::text, 'chargeback_won'::text, 'purchase'::text, 'deposit'::text, 'credit'::text]))),
  constraint cases_note_check CHECK ((length(note) <= 500)),
  constraint cases_outcome_check CHECK ((outcome = ANY (ARRAY['channel_only'::text, 'ours_only'::text, 'state_differs'::text, 'amount_differs'::text, 'duplicate'::text, 'cross_day'::text]))),
  constraint cases_state_check CHECK ((state = ANY (ARRAY['open'::text, 'waiting'::text, 'explained'::text, 'resolved'::text])))
);
alter table reconciliation.cases enable row level security;
grant select on reconciliation.cases to quanshu_app;

create table reconciliation.days (
  tenant_id bigint not null,
  gateway text not null,
  day date not null,
  state text not null default 'open'::text,
  bill_id bigint,
  totals jsonb not null default '{}'::jsonb,
  matched_at timestamp with time zone,
  worker text,
  lease_until timestamp with time zone not null default '-infinity'::timestamp with time zone,
  phase text,
  next_try_at timestamp with time zone,
  tries integer not null default 0,
  trouble jsonb,
  closed_at timestamp with time zone,
  closed_by text not null default ''::text,
  constraint days_pkey PRIMARY KEY (tenant_id, gateway, day),
  constraint day_closed_by_somebody CHECK (((state = 'closed'::text) = (closed_at IS NOT NULL))),
  constraint days_phase_check CHECK ((phase = ANY (ARRAY['queued'::text, 'fetching'::text, 'loading'::text, 'matching'::text]))),
  constraint days_state_check CHECK ((state = ANY (ARRAY['open'::text, 'differing'::text, 'matched'::text, 'closed'::text])))
);
alter table reconciliation.days enable row level security;
grant select on reconciliation.days to quanshu_app;

create table reconciliation.matches (
  tenant_id bigint not null,
  kind text not null,
  fact_id bigint not null,
  gateway text not null,
  day date not null,
  bill_id bigint not null,
  n integer not null,
  amount_fen bigint not null,
  fee_fen bigint not null,
  posting_id bigint not null,
  exchange_fen bigint not null default 0,
  constraint matches_pkey PRIMARY KEY (tenant_id, kind, fact_id),
  constraint matches_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'refund'::text, 'chargeback'::text, 'chargeback_won'::text, 'purchase'::text, 'deposit'::text, 'credit'::text])))
);
alter table reconciliation.matches enable row level security;
grant select on reconciliation.matches to quanshu_app;

create table reconciliation.postings (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  gateway text not null,
  day date not null,
  kind text not null,
  bill_id bigint,
  case_id bigint,
  lines integer not null,
  paid_fen bigint not null,
  refunded_fen bigint not null,
  fee_fen bigint not null,
  difference_fen bigint not null default 0,
  at timestamp with time zone not null default now(),
  exchange_fen bigint not null default 0,
  constraint postings_pkey PRIMARY KEY (tenant_id, id),
  constraint postings_kind_check CHECK ((kind = ANY (ARRAY['matched'::text, 'explained'::text, 'taken_back'::text, 'found_after_all'::text])))
);
alter table reconciliation.postings enable row level security;
grant select on reconciliation.postings to quanshu_app;


create UNIQUE index bill_of_day ON reconciliation.bills USING btree (tenant_id, gateway, day) WHERE (state = ANY (ARRAY['loaded'::text, 'matched'::text]));
create index bills_of_day ON reconciliation.bills USING btree (tenant_id, gateway, day, id);
create UNIQUE index case_line_posted ON reconciliation.cases USING btree (tenant_id, bill_id, n) WHERE ((posting_id IS NOT NULL) AND (n IS NOT NULL) AND (state = 'explained'::text));
create index cases_newest ON reconciliation.cases USING btree (tenant_id, id);
create index cases_of_fact ON reconciliation.cases USING btree (tenant_id, kind, fact_id) WHERE (fact_id IS NOT NULL);
create index cases_of_key ON reconciliation.cases USING btree (tenant_id, gateway, key);
create index cases_of_line ON reconciliation.cases USING btree (tenant_id, bill_id, n) WHERE (bill_id IS NOT NULL);
create index cases_unsettled ON reconciliation.cases USING btree (tenant_id, gateway, day) WHERE (state = ANY (ARRAY['open'::text, 'waiting'::text]));
create index cases_written_off ON reconciliation.cases USING btree (tenant_id, gateway, id) WHERE ((state = 'explained'::text) AND (posting_id IS NOT NULL));
create UNIQUE index day_of_bill ON reconciliation.days USING btree (tenant_id, bill_id) WHERE (bill_id IS NOT NULL);
create index days_to_try ON reconciliation.days USING btree (tenant_id, next_try_at) WHERE (next_try_at IS NOT NULL);
create UNIQUE index match_of_line ON reconciliation.matches USING btree (tenant_id, bill_id, n, fact_id);
create index matches_with_exchange ON reconciliation.matches USING btree (tenant_id, gateway) INCLUDE (exchange_fen) WHERE (exchange_fen <> 0);
create index postings_of_day ON reconciliation.postings USING btree (tenant_id, gateway, day, id);

create policy tenant on reconciliation.bill_lines for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on reconciliation.bill_texts for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on reconciliation.bills for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on reconciliation.cases for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on reconciliation.days for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on reconciliation.matches for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on reconciliation.postings for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

create trigger bill_lines_frozen_delete after delete on reconciliation.bill_lines referencing old table as changed for each statement execute function reconciliation.refuse_lines_of_closed_days();
create trigger bill_lines_frozen_insert after insert on reconciliation.bill_lines referencing new table as changed for each statement execute function reconciliation.refuse_lines_of_closed_days();
create trigger bill_lines_frozen_update after update on reconciliation.bill_lines referencing old table as changed for each statement execute function reconciliation.refuse_lines_of_closed_days();
create trigger bill_texts_frozen_delete after delete on reconciliation.bill_texts referencing old table as changed for each statement execute function reconciliation.refuse_lines_of_closed_days();
create trigger bill_texts_frozen_insert after insert on reconciliation.bill_texts referencing new table as changed for each statement execute function reconciliation.refuse_lines_of_closed_days();
create trigger bill_texts_frozen_update after update on reconciliation.bill_texts referencing old table as changed for each statement execute function reconciliation.refuse_lines_of_closed_days();
create trigger bills_frozen_delete after delete on reconciliation.bills referencing old table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger bills_frozen_insert after insert on reconciliation.bills referencing new table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger bills_frozen_moved after update on reconciliation.bills referencing new table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger bills_frozen_update after update on reconciliation.bills referencing old table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger cases_frozen_delete after delete on reconciliation.cases referencing old table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger cases_frozen_insert after insert on reconciliation.cases referencing new table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger cases_frozen_moved after update on reconciliation.cases referencing new table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger cases_frozen_update after update on reconciliation.cases referencing old table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger days_frozen before delete or update on reconciliation.days for each row execute function reconciliation.refuse_closed_day();
create trigger matches_frozen_delete after delete on reconciliation.matches referencing old table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger matches_frozen_insert after insert on reconciliation.matches referencing new table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger matches_frozen_moved after update on reconciliation.matches referencing new table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();
create trigger matches_frozen_update after update on reconciliation.matches referencing old table as changed for each statement execute function reconciliation.refuse_rows_of_closed_days();

function reconciliation.awaits_bill(p_tenant bigint, p_gateway text, p_day date) returns boolean security definer
function reconciliation.case_refusal(p_tenant bigint, p_case bigint) returns jsonb security definer
function reconciliation.claim(p_tenant bigint, p_case bigint, p_note text, p_actor text, p_actor_id bigint) returns jsonb security definer
function reconciliation.close_day(p_tenant bigint, p_gateway text, p_day date, p_actor text) returns jsonb security definer
function reconciliation.day_of(p_at timestamp with time zone) returns date
function reconciliation.day_start(p_day date) returns timestamp with time zone
function reconciliation.exchange_between(p_kind text, p_theirs jsonb, p_ours jsonb) returns bigint
function reconciliation.exchange_of(p_kind text, p_our_fen bigint, p_our_currency text, p_our_hao bigint, p_currency text, p_rate bigint) returns bigint
function reconciliation.explain(p_tenant bigint, p_case bigint, p_note text, p_write_off boolean, p_actor text) returns jsonb security definer
function reconciliation.facts_of(p_tenant bigint, p_case bigint) returns jsonb security definer
function reconciliation.fail_bill(p_tenant bigint, p_bill bigint, p_failure jsonb) returns jsonb security definer
function reconciliation.find_after_all(p_tenant bigint, p_case bigint, p_gateway text, p_day date, p_bill bigint, p_n integer, p_kind text, p_fact bigint, p_amount bigint, p_fee bigint, p_is_line_posted boolean, p_exchange bigint) returns void security definer
function reconciliation.finish_bill(p_tenant bigint, p_bill bigint, p_worker text, p_totals jsonb) returns jsonb security definer
function reconciliation.finish_day(p_tenant bigint, p_gateway text, p_day date, p_worker text, p_ours jsonb) returns jsonb security definer
function reconciliation.forget_lines(p_tenant bigint, p_limit integer) returns jsonb security definer
function reconciliation.has_bill(p_tenant bigint, p_gateway text, p_day date) returns boolean security definer
function reconciliation.holds(p_tenant bigint, p_gateway text, p_day date, p_worker text) returns boolean security definer
function reconciliation.is_closed(p_tenant bigint, p_gateway text, p_day date) returns boolean security definer
function reconciliation.is_matched(p_tenant bigint, p_kind text, p_fact bigint) returns boolean security definer
function reconciliation.is_same_amount(p_kind text, p_theirs jsonb, p_ours jsonb) returns boolean
function reconciliation.judge_case(p_tenant bigint, p_case bigint) returns jsonb security definer
function reconciliation.judge_lines(p_tenant bigint, p_bill bigint, p_ns integer[]) returns void security definer
function reconciliation.judge_supplies(p_tenant bigint, p_bill bigint, p_ns integer[]) returns void security definer
function reconciliation.keep_fact(p_tenant bigint, p_kind text, p_fact bigint) returns boolean security definer
function reconciliation.let_go(p_tenant bigint, p_gateway text, p_day date, p_worker text) returns jsonb security definer
function reconciliation.load_lines(p_tenant bigint, p_bill bigint, p_worker text, p_from integer, p_lines jsonb, p_texts bytea) returns jsonb security definer
function reconciliation.look_again(p_tenant bigint, p_gateway text, p_day date, p_limit integer) returns void security definer
function reconciliation.match_by_hand(p_tenant bigint, p_case bigint, p_kind text, p_fact bigint, p_order bigint, p_cause text, p_at timestamp with time zone, p_amount bigint, p_fee bigint, p_exchange bigint) returns void security definer
function reconciliation.match_lines(p_tenant bigint, p_bill bigint, p_worker text, p_limit integer) returns jsonb security definer
function reconciliation.match_ours(p_tenant bigint, p_gateway text, p_day date, p_worker text, p_kind text, p_place jsonb, p_limit integer) returns jsonb security definer
function reconciliation.note_queued(p_tenant bigint, p_gateway text, p_day date) returns void security definer
function reconciliation.number_of(p_kind text, p_trade text, p_payment text, p_refund text) returns text
function reconciliation.open_cases(p_tenant bigint, p_bill bigint, p_rows jsonb) returns void security definer
function reconciliation.order_of(p_payment_no text) returns bigint
function reconciliation.ours_of(p_row jsonb) returns jsonb
function reconciliation.pair(p_tenant bigint, p_case bigint, p_with bigint, p_note text, p_actor text) returns jsonb security definer
function reconciliation.pair_by_payment_no(p_tenant bigint, p_bill bigint, p_worker text, p_after bigint, p_limit integer) returns jsonb security definer
function reconciliation.plan_days(p_gateways text[], p_limit integer) returns jsonb security definer
function reconciliation.plan_supply_days(p_adapters text[], p_limit integer) returns jsonb security definer
function reconciliation.post(p_tenant bigint, p_posting bigint, p_kind text, p_gateway text, p_day date, p_bill bigint, p_case bigint, p_lines integer, p_paid bigint, p_refunded bigint, p_fee bigint, p_difference bigint, p_exchange bigint) returns void security definer
function reconciliation.postpone(p_tenant bigint, p_case bigint, p_note text, p_actor text) returns jsonb security definer
function reconciliation.refresh_day(p_tenant bigint, p_gateway text, p_day date) returns text security definer
function reconciliation.refund_of(p_refund_no text) returns bigint
function reconciliation.refuse_closed_day() returns trigger
function reconciliation.refuse_lines_of_closed_days() returns trigger
function reconciliation.refuse_rows_of_closed_days() returns trigger
function reconciliation.release_day(p_tenant bigint, p_gateway text, p_day date, p_worker text, p_trouble jsonb, p_retry_seconds integer) returns jsonb security definer
function reconciliation.reopen_explained(p_tenant bigint, p_bill bigint) returns void security definer
function reconciliation.rewind(p_tenant bigint, p_bill bigint, p_worker text) returns jsonb security definer
function reconciliation.settle_rest(p_tenant bigint, p_bill bigint, p_worker text) returns jsonb security definer
function reconciliation.sign_of(p_kind text) returns bigint
function reconciliation.start_bill(p_tenant bigint, p_worker text, p_facts jsonb) returns jsonb security definer
function reconciliation.supplier_of(p_gateway text) returns bigint
function reconciliation.take_back_matches(p_tenant bigint, p_gateway text, p_day date, p_kinds text[], p_facts bigint[]) returns void security definer
function reconciliation.take_back_posting(p_tenant bigint, p_posting bigint) returns void security definer
function reconciliation.take_day(p_tenant bigint, p_gateway text, p_day date, p_worker text, p_phase text) returns jsonb security definer
function reconciliation.tell(p_tenant bigint, p_bill bigint, p_rows jsonb) returns void security definer
function reconciliation.tenants_to_forget() returns jsonb security definer
function reconciliation.theirs_of(p_row jsonb) returns jsonb
function reconciliation.verdict_on(p_tenant bigint, p_bill bigint, p_gateway text, p_day date, p_has_written_off boolean, p_has_cases boolean, p_n integer, p_turn bigint, p_fact_kind text, p_fact_id bigint, p_number text, p_has_moved boolean, p_is_moved boolean, p_our_fen bigint, p_amount_fen bigint, p_our_currency text, p_currency text, p_fee_fen bigint, p_exchange_fen bigint) returns TABLE(was_matched boolean, is_here boolean, case_id bigint, written_off_id bigint, verdict text)

-- redeem ----------------------------------------------------------------------------------------------

create table redeem.batches (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  name text not null,
  sku_id bigint not null,
  quantity integer not null,
  codes integer not null,
  uses_per_code integer not null,
  per_person integer,
  valid_from timestamp with time zone,
  valid_to timestamp with time zone,
  valid_days integer,
  gives_back boolean not null default true,
  state text not null default 'making'::text,
  note text not null default ''::text,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  link_sku_id bigint,
  replaced_at timestamp with time zone,
  link_stock text not null default 'derived'::text,
  when_short text not null default 'refuse'::text,
  part_points integer,
  constraint batches_pkey PRIMARY KEY (tenant_id, id),
  constraint batches_tenant_id_link_sku_id_fkey FOREIGN KEY (tenant_id, link_sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint batches_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint batches_check CHECK ((valid_to > valid_from)),
  constraint batches_codes_check CHECK (
CASE
    WHEN (link_sku_id IS NULL) THEN ((codes >= 1) AND (codes <= 20000))
    ELSE (codes = 0)
END),
  constraint batches_link_stock_check CHECK ((link_stock = ANY (ARRAY['derived'::text, 'unlimited'::text]))),
  constraint batches_name_check CHECK ((name <> ''::text)),
  constraint batches_part_points_check CHECK (((part_points >= 1) AND (part_points <= 1000000))),
  constraint batches_per_person_check CHECK ((per_person > 0)),
  constraint batches_quantity_check CHECK (((quantity >= 1) AND (quantity <= 100))),
  constraint batches_state_check CHECK ((state = ANY (ARRAY['making'::text, 'ready'::text, 'suspended'::text, 'void'::text]))),
  constraint batches_uses_per_code_check CHECK (((uses_per_code >= 1) AND (uses_per_code <= 100000))),
  constraint batches_valid_days_check CHECK (((valid_days >= 1) AND (valid_days <= 3650))),
  constraint batches_when_short_check CHECK ((when_short = ANY (ARRAY['refuse'::text, 'wait'::text]))),
  constraint only_sold_ones_are_replaced CHECK (((replaced_at IS NULL) OR (link_sku_id IS NOT NULL))),
  constraint sold_ones_begin_at_once CHECK (((link_sku_id IS NULL) OR (valid_from IS NULL)))
);
alter table redeem.batches enable row level security;
grant insert, select, update on redeem.batches to quanshu_app;

create table redeem.codes (
  tenant_id bigint not null,
  id bigint not null,
  batch_id bigint not null,
  code_hash bytea not null,
  sealed bytea not null,
  state text not null default 'active'::text,
  uses integer not null,
  used integer not null default 0,
  turns integer not null default 0,
  handed_out_at timestamp with time zone,
  expires_at timestamp with time zone,
  order_no bigint,
  line_no smallint,
  piece integer,
  constraint codes_pkey PRIMARY KEY (tenant_id, id),
  constraint codes_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES redeem.batches(tenant_id, id),
  constraint a_code_is_used_no_more_than_it_is_good_for CHECK ((((used >= 0) AND (used <= uses)) AND (used <= turns))),
  constraint codes_state_check CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text, 'void'::text]))),
  constraint sold_ones_name_their_piece CHECK ((num_nonnulls(order_no, line_no, piece) = ANY (ARRAY[0, 3])))
);
alter table redeem.codes enable row level security;
grant insert, select, update on redeem.codes to quanshu_app;

create table redeem.exports (
  tenant_id bigint not null,
  batch_id bigint not null,
  at timestamp with time zone not null default now(),
  by_name text not null,
  by_staff_id bigint not null,
  reason text not null,
  codes integer not null,
  constraint links_leave_once PRIMARY KEY (tenant_id, batch_id),
  constraint exports_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES redeem.batches(tenant_id, id),
  constraint exports_codes_check CHECK ((codes > 0)),
  constraint exports_reason_check CHECK ((reason <> ''::text))
);
alter table redeem.exports enable row level security;
grant insert, select on redeem.exports to quanshu_app;

create table redeem.made_good (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  points bigint not null,
  worth_fen bigint not null,
  by_name text not null,
  by_staff_id bigint,
  reason text not null,
  at timestamp with time zone not null default now(),
  constraint made_good_pkey PRIMARY KEY (tenant_id, order_no, line_no),
  constraint made_good_tenant_id_order_no_line_no_fkey FOREIGN KEY (tenant_id, order_no, line_no) REFERENCES orders.lines(tenant_id, order_no, line_no),
  constraint made_good_points_check CHECK ((points > 0))
);
alter table redeem.made_good enable row level security;
grant select on redeem.made_good to quanshu_app;

create table redeem.sales (
  tenant_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  batch_id bigint not null,
  quantity integer not null,
  state text not null default 'making'::text,
  opened_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  wanted_at timestamp with time zone not null default now(),
  constraint sales_pkey PRIMARY KEY (tenant_id, order_no, line_no),
  constraint sales_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES redeem.batches(tenant_id, id),
  constraint sales_tenant_id_order_no_line_no_fkey FOREIGN KEY (tenant_id, order_no, line_no) REFERENCES orders.lines(tenant_id, order_no, line_no),
  constraint ended_says_when CHECK (((state = 'making'::text) = (ended_at IS NULL))),
  constraint sales_quantity_check CHECK ((quantity > 0)),
  constraint sales_state_check CHECK ((state = ANY (ARRAY['making'::text, 'delivered'::text, 'cancelled'::text])))
);
alter table redeem.sales enable row level security;
grant select on redeem.sales to quanshu_app;

create table redeem.uses (
  tenant_id bigint not null,
  code_id bigint not null,
  use_no integer not null,
  batch_id bigint not null,
  order_no bigint not null,
  buyer_key text not null,
  unit_worth_fen bigint not null,
  at timestamp with time zone not null default now(),
  taken_back_at timestamp with time zone,
  gave_back boolean not null default false,
  line_worths bigint[],
  constraint uses_pkey PRIMARY KEY (tenant_id, code_id, use_no),
  constraint uses_tenant_id_code_id_fkey FOREIGN KEY (tenant_id, code_id) REFERENCES redeem.codes(tenant_id, id),
  constraint uses_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no),
  constraint uses_check CHECK (((NOT gave_back) OR (taken_back_at IS NOT NULL))),
  constraint uses_unit_worth_fen_check CHECK ((unit_worth_fen >= 0)),
  constraint uses_use_no_check CHECK ((use_no > 0))
);
alter table redeem.uses enable row level security;
grant select on redeem.uses to quanshu_app;


create index batches_sold_into ON redeem.batches USING btree (tenant_id, sku_id) WHERE (link_sku_id IS NOT NULL);
create UNIQUE index one_offer_a_link ON redeem.batches USING btree (tenant_id, link_sku_id) WHERE ((replaced_at IS NULL) AND (link_sku_id IS NOT NULL));
create UNIQUE index codes_by_hash ON redeem.codes USING btree (tenant_id, code_hash);
create index codes_of_batch ON redeem.codes USING btree (tenant_id, batch_id, id);
create index codes_sold_and_open ON redeem.codes USING btree (tenant_id, batch_id) WHERE ((order_no IS NOT NULL) AND (used < uses) AND (state <> 'void'::text));
create UNIQUE index one_code_a_piece ON redeem.codes USING btree (tenant_id, order_no, line_no, piece) WHERE (order_no IS NOT NULL);
create index sales_making_due ON redeem.sales USING btree (wanted_at) WHERE (state = 'making'::text);
create index sales_of_batch ON redeem.sales USING btree (tenant_id, batch_id);
create UNIQUE index one_use_one_order ON redeem.uses USING btree (tenant_id, order_no);
create index uses_of_batch ON redeem.uses USING btree (tenant_id, batch_id, at DESC);
create index uses_of_person ON redeem.uses USING btree (tenant_id, batch_id, buyer_key) WHERE (NOT gave_back);

create policy tenant on redeem.batches for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on redeem.codes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on redeem.exports for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on redeem.made_good for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on redeem.sales for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on redeem.uses for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function redeem.deliver_sold(p_tenant bigint, p_no bigint, p_line integer, p_codes jsonb) returns boolean security definer
function redeem.failed_parts(p_tenant bigint, p_no bigint, p_policy text) returns integer[] security definer
function redeem.free(p_tenant bigint, p_sku bigint) returns bigint security definer
function redeem.give_up_making(p_seconds integer, p_limit integer) returns integer security definer
function redeem.is_code_used(p_tenant bigint, p_no bigint, p_line integer, p_piece integer) returns boolean security definer
function redeem.is_sellable(p_batch_state text, p_valid_to timestamp with time zone) returns boolean
function redeem.link_cost(p_tenant bigint, p_sku bigint) returns bigint
function redeem.link_room(p_tenant bigint, p_sku bigint, OUT target bigint, OUT pieces_each bigint, OUT pieces bigint) returns record security definer
function redeem.link_stock(p_tenant bigint, p_sku bigint) returns bigint security definer
function redeem.lock_links(p_tenant bigint, p_skus bigint[]) returns void security definer
function redeem.lock_sold(p_tenant bigint, p_nos bigint[]) returns void security definer
function redeem.locked_use(p_tenant bigint, p_no bigint) returns redeem.uses security definer
function redeem.make_good(p_tenant bigint, p_no bigint, p_line integer, p_ask jsonb) returns jsonb security definer
function redeem.offer_at(p_tenant bigint, p_sku bigint, p_at timestamp with time zone) returns bigint security definer
function redeem.open_sales(p_tenant bigint, p_nos bigint[], p_lines smallint[]) returns void security definer
function redeem.part_worths(p_tenant bigint, p_sku bigint, p_fen bigint) returns bigint[] security definer
function redeem.redeem(p_tenant bigint, p_items jsonb) returns json security definer
function redeem.refuse_oversold(p_tenant bigint, p_items integer[], p_skus bigint[], p_quantities integer[], p_titles text[]) returns TABLE(item_no integer, refusal jsonb) security definer
function redeem.reserve_code_ids(p_count integer) returns jsonb security definer
function redeem.settle_parts(p_tenant bigint, p_no bigint) returns jsonb security definer
function redeem.sold_view(p_tenant bigint, p_no bigint, p_line integer, p_limit integer) returns json security definer
function redeem.standing(p_batch_state text, p_code_state text, p_valid_from timestamp with time zone, p_valid_to timestamp with time zone, p_expires_at timestamp with time zone, p_used integer, p_uses integer) returns text
function redeem.take_back(p_tenant bigint, p_no bigint, p_ask jsonb) returns jsonb security definer
function redeem.void_sold(p_tenant bigint, p_no bigint, p_line integer, p_pieces integer[], p_whole boolean) returns void security definer
function redeem.worth(p_tenant bigint, p_no bigint, p_line integer, p_price_fen bigint) returns bigint security definer

-- stock -----------------------------------------------------------------------------------------------

create table stock.low_marks (
  tenant_id bigint not null,
  sku_id bigint not null,
  marked_at timestamp with time zone not null default now(),
  constraint low_marks_pkey PRIMARY KEY (tenant_id, sku_id)
);
alter table stock.low_marks enable row level security;
grant delete, insert, select on stock.low_marks to quanshu_app;

create table stock.moves (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  at timestamp with time zone not null default clock_timestamp(),
  kind text not null,
  sku_id bigint not null,
  from_id bigint,
  to_id bigint,
  quantity bigint not null,
  reason text not null default ''::text,
  by_name text not null,
  undoes bigint,
  constraint moves_pkey PRIMARY KEY (tenant_id, id),
  constraint move_undone_once UNIQUE (tenant_id, undoes),
  constraint moves_tenant_id_from_id_fkey FOREIGN KEY (tenant_id, from_id) REFERENCES stock.warehouses(tenant_id, id),
  constraint moves_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint moves_tenant_id_to_id_fkey FOREIGN KEY (tenant_id, to_id) REFERENCES stock.warehouses(tenant_id, id),
  constraint move_between_two CHECK ((from_id IS DISTINCT FROM to_id)),
  constraint moves_kind_check CHECK ((kind = ANY (ARRAY['allocate'::text, 'ratio'::text, 'top_up'::text, 'transfer'::text, 'return'::text, 'close'::text, 'undo'::text, 'import'::text]))),
  constraint moves_quantity_check CHECK ((quantity > 0)),
  constraint undo_names_its_move CHECK (((kind = 'undo'::text) = (undoes IS NOT NULL)))
);
alter table stock.moves enable row level security;
grant select on stock.moves to quanshu_app;

create table stock.warehouse_rules (
  tenant_id bigint not null,
  warehouse_id bigint not null,
  sku_id bigint not null,
  fill_below integer,
  target integer,
  low_at integer,
  low_since timestamp with time zone,
  updated_by text not null default ''::text,
  updated_at timestamp with time zone not null default now(),
  constraint warehouse_rules_pkey PRIMARY KEY (tenant_id, warehouse_id, sku_id),
  constraint warehouse_rules_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint warehouse_rules_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES stock.warehouses(tenant_id, id),
  constraint target_is_above CHECK ((((fill_below IS NULL) = (target IS NULL)) AND (target >= fill_below))),
  constraint warehouse_rules_fill_below_check CHECK (((fill_below >= 1) AND (fill_below <= 1000000))),
  constraint warehouse_rules_low_at_check CHECK (((low_at >= 1) AND (low_at <= 1000000))),
  constraint warehouse_rules_target_check CHECK (((target >= 1) AND (target <= 1000000)))
);
alter table stock.warehouse_rules enable row level security;
grant delete, insert, select, update on stock.warehouse_rules to quanshu_app;

create table stock.warehouses (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  channel text not null,
  name text not null,
  kind text not null default 'other'::text,
  falls_back boolean not null default false,
  state text not null default 'open'::text,
  note text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  closed_at timestamp with time zone,
  constraint warehouses_pkey PRIMARY KEY (tenant_id, id),
  constraint warehouse_of_channel UNIQUE (tenant_id, channel),
  constraint closed_says_when CHECK (((state = 'closed'::text) = (closed_at IS NOT NULL))),
  constraint warehouses_channel_check CHECK (((channel ~ '^[a-z0-9](-?[a-z0-9]+){0,19}$'::text) AND (channel <> ALL (ARRAY['mall'::text, 'redeem'::text, 'total'::text])))),
  constraint warehouses_kind_check CHECK ((kind = ANY (ARRAY['marketplace'::text, 'agent'::text, 'shop'::text, 'other'::text]))),
  constraint warehouses_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40))),
  constraint warehouses_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);
alter table stock.warehouses enable row level security;
grant insert, select, update on stock.warehouses to quanshu_app;


create index moves_of_sku ON stock.moves USING btree (tenant_id, sku_id, id);

create policy tenant on stock.low_marks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on stock.moves for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on stock.warehouse_rules for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on stock.warehouses for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function stock.channel_stock(p_tenant bigint, p_channel text, p_skus bigint[]) returns TABLE(sku_id bigint, available bigint)
function stock.flow(p_tenant bigint, p_sku bigint) returns jsonb security definer
function stock.free(p_tenant bigint, p_sku bigint, p_warehouse bigint) returns bigint security definer
function stock.lock_shelves(p_tenant bigint, p_sku bigint) returns void security definer
function stock.lying(p_tenant bigint, p_sku bigint) returns TABLE(warehouse_id bigint, sku_id bigint, batch_id bigint, pieces bigint, cost_fen bigint, since timestamp with time zone, channels text[]) security definer
function stock.move(p_tenant bigint, p_kind text, p_moves jsonb, p_reason text, p_by text, p_undoes bigint) returns jsonb security definer
function stock.note_import(p_tenant bigint, p_sku bigint, p_warehouse bigint, p_batch bigint, p_pieces bigint) returns void security definer
function stock.returnable(p_tenant bigint, p_warehouse bigint, p_sku bigint) returns jsonb security definer
function stock.shelf(p_tenant bigint, p_sku bigint, p_warehouse bigint) returns bigint security definer
function stock.shelf_rows(p_tenant bigint) returns TABLE(warehouse_id bigint, warehouse_name text, sku_id bigint, available bigint, held bigint, held_since timestamp with time zone, channel_only bigint, cost_fen bigint, oldest_at timestamp with time zone, last_in_at timestamp with time zone, ages bigint[], fill_below integer, target integer, low_at integer, low boolean) security definer
function stock.shelves(p_tenant bigint, p_sku bigint) returns bigint[] security definer
function stock.shelves_of(p_tenant bigint, p_skus bigint[], p_warehouses bigint[], p_totals bigint[]) returns bigint[] security definer
function stock.top_ups(p_tenant bigint) returns jsonb security definer

-- suppliers -------------------------------------------------------------------------------------------

create table suppliers.breaker_openings (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  at timestamp with time zone not null default now(),
  constraint breaker_openings_pkey PRIMARY KEY (tenant_id, id),
  constraint breaker_openings_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id)
);
alter table suppliers.breaker_openings enable row level security;
grant select on suppliers.breaker_openings to quanshu_app;

create table suppliers.callbacks (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  no text,
  verdict text not null,
  headers jsonb not null default '{}'::jsonb,
  body text not null,
  received_at timestamp with time zone not null default now(),
  ref text,
  constraint callbacks_pkey PRIMARY KEY (tenant_id, id)
);
alter table suppliers.callbacks enable row level security;
grant insert, select on suppliers.callbacks to quanshu_app;

create table suppliers.doors (
  tenant_id bigint not null,
  supplier_id bigint not null,
  mail_on boolean not null default false,
  folder_on boolean not null default false,
  mail_sealed bytea,
  mail_hash bytea,
  folder_sealed bytea,
  folder_hash bytea,
  senders text[] not null default '{}'::text[],
  signed_only boolean not null default true,
  at_once boolean not null default false,
  every_hours integer,
  heard_at timestamp with time zone not null default now(),
  late_told_at timestamp with time zone,
  updated_by text not null default ''::text,
  updated_at timestamp with time zone not null default now(),
  constraint doors_pkey PRIMARY KEY (tenant_id, supplier_id),
  constraint doors_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint door_name_is_sealed CHECK ((((mail_hash IS NULL) = (mail_sealed IS NULL)) AND ((folder_hash IS NULL) = (folder_sealed IS NULL)))),
  constraint doors_every_hours_check CHECK (((every_hours >= 1) AND (every_hours <= 2160))),
  constraint open_door_has_a_name CHECK ((((NOT mail_on) OR (mail_hash IS NOT NULL)) AND ((NOT folder_on) OR (folder_hash IS NOT NULL))))
);
alter table suppliers.doors enable row level security;
grant insert, select, update on suppliers.doors to quanshu_app;

create table suppliers.files (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  name text not null,
  sha256 bytea not null,
  modified_at timestamp with time zone not null,
  state text not null default 'read'::text,
  content jsonb,
  mapping jsonb not null default '{}'::jsonb,
  report jsonb,
  changes jsonb not null default '[]'::jsonb,
  uploaded_by text not null,
  uploaded_at timestamp with time zone not null default now(),
  applied_by text,
  applied_at timestamp with time zone,
  undone_by text,
  undone_at timestamp with time zone,
  door text not null default 'upload'::text,
  constraint files_pkey PRIMARY KEY (tenant_id, id),
  constraint files_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint files_door_check CHECK ((door = ANY (ARRAY['upload'::text, 'mail'::text, 'folder'::text]))),
  constraint files_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint files_state_check CHECK ((state = ANY (ARRAY['read'::text, 'applied'::text, 'undone'::text]))),
  constraint supply_file_applied CHECK (((state = 'read'::text) = (applied_at IS NULL))),
  constraint supply_file_content CHECK (((state = 'read'::text) = (content IS NOT NULL)))
);
alter table suppliers.files enable row level security;
grant delete, insert, select, update on suppliers.files to quanshu_app;

create table suppliers.intakes (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  door text not null,
  arrival bytea not null,
  name text not null,
  bytes bigint not null,
  sha256 bytea,
  sender text not null default ''::text,
  signature text,
  state text not null,
  file_id bigint,
  problem jsonb,
  came_at timestamp with time zone not null default now(),
  decided_by text,
  decided_at timestamp with time zone,
  spf text,
  dmarc text,
  arc text,
  constraint intakes_pkey PRIMARY KEY (tenant_id, id),
  constraint intake_arrives_once UNIQUE (tenant_id, supplier_id, arrival),
  constraint intakes_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint checks_of_mail CHECK (((door = 'mail'::text) OR (num_nonnulls(spf, dmarc, arc) = 0))),
  constraint intake_has_rows CHECK (((state = ANY (ARRAY['taken'::text, 'waiting'::text])) = (file_id IS NOT NULL))),
  constraint intakes_arc_check CHECK ((arc = ANY (ARRAY['pass'::text, 'fail'::text, 'none'::text, 'unknown'::text]))),
  constraint intakes_bytes_check CHECK ((bytes >= 0)),
  constraint intakes_dmarc_check CHECK ((dmarc = ANY (ARRAY['pass'::text, 'fail'::text, 'none'::text, 'unknown'::text]))),
  constraint intakes_door_check CHECK ((door = ANY (ARRAY['mail'::text, 'folder'::text]))),
  constraint intakes_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint intakes_signature_check CHECK ((signature = ANY (ARRAY['pass'::text, 'fail'::text, 'none'::text]))),
  constraint intakes_spf_check CHECK ((spf = ANY (ARRAY['pass'::text, 'fail'::text, 'none'::text, 'unknown'::text]))),
  constraint intakes_state_check CHECK ((state = ANY (ARRAY['taken'::text, 'waiting'::text, 'same'::text, 'refused'::text, 'replaced'::text, 'discarded'::text]))),
  constraint signature_of_mail CHECK (((door = 'mail'::text) OR (signature IS NULL)))
);
alter table suppliers.intakes enable row level security;
grant insert, select, update on suppliers.intakes to quanshu_app;

create table suppliers.money (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  kind text not null,
  amount_fen bigint not null,
  reference text not null,
  note text not null default ''::text,
  at timestamp with time zone not null,
  state text not null,
  case_id bigint,
  recovery_id bigint,
  requested_by text not null,
  requested_by_id bigint not null,
  decided_by text,
  decided_at timestamp with time zone,
  decided_note text,
  reversed_by text,
  reversed_at timestamp with time zone,
  reversed_note text,
  created_at timestamp with time zone not null default now(),
  own_currency text,
  own_hao bigint,
  constraint money_pkey PRIMARY KEY (tenant_id, id),
  constraint money_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint claim_without_number CHECK (((reference <> ''::text) OR (state = ANY (ARRAY['claimed'::text, 'declined'::text])))),
  constraint money_amount_fen_check CHECK (((amount_fen >= 1) AND (amount_fen <= '100000000000'::bigint))),
  constraint money_kind_check CHECK ((kind = ANY (ARRAY['deposit'::text, 'withdrawal'::text, 'credit'::text]))),
  constraint money_note_check CHECK ((length(note) <= 500)),
  constraint money_own CHECK (
CASE
    WHEN (own_currency IS NULL) THEN (own_hao IS NULL)
    ELSE (((own_currency ~ '^[A-Z]{3}$'::text) AND (own_hao > 0)) IS TRUE)
END) NOT VALID,
  constraint money_reference_check CHECK ((length(reference) <= 64)),
  constraint money_state_check CHECK ((state = ANY (ARRAY['claimed'::text, 'awaiting'::text, 'booked'::text, 'declined'::text, 'reversed'::text]))),
  constraint reversed_by_somebody CHECK (((state = 'reversed'::text) = (reversed_at IS NOT NULL)))
);
alter table suppliers.money enable row level security;
grant insert, select, update on suppliers.money to quanshu_app;

create table suppliers.offered_codes (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  product_id bigint not null,
  pieces integer not null,
  cost_hao bigint not null,
  valid_to timestamp with time zone,
  note text not null default ''::text,
  state text not null default 'offered'::text,
  sealed_as text not null,
  codes_sealed bytea,
  offered_by text not null,
  offered_at timestamp with time zone not null default now(),
  decided_by text,
  decided_at timestamp with time zone,
  reason text not null default ''::text,
  sku_id bigint,
  purchase_id bigint,
  constraint offered_codes_pkey PRIMARY KEY (tenant_id, id),
  constraint offered_codes_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES suppliers.products(tenant_id, id),
  constraint offered_codes_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint offered_codes_bought CHECK (((state = 'accepted'::text) = ((purchase_id IS NOT NULL) AND (sku_id IS NOT NULL)))),
  constraint offered_codes_cost_hao_check CHECK ((cost_hao >= 0)),
  constraint offered_codes_pieces_check CHECK (((pieces >= 1) AND (pieces <= 10000))),
  constraint offered_codes_sealed CHECK (((state = 'offered'::text) = (codes_sealed IS NOT NULL))),
  constraint offered_codes_state_check CHECK ((state = ANY (ARRAY['offered'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text])))
);
alter table suppliers.offered_codes enable row level security;
grant insert, select, update on suppliers.offered_codes to quanshu_app;

create table suppliers.offers (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  sku_id bigint not null,
  product_id bigint not null,
  position smallint not null default 0,
  weight smallint not null default 1,
  enabled boolean not null default true,
  field_map jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  template jsonb,
  constraint offers_pkey PRIMARY KEY (tenant_id, id),
  constraint offers_tenant_id_sku_id_product_id_key UNIQUE (tenant_id, sku_id, product_id),
  constraint offers_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES suppliers.products(tenant_id, id),
  constraint offers_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint offers_weight_check CHECK (((weight >= 1) AND (weight <= 100)))
);
alter table suppliers.offers enable row level security;
grant delete, insert, select, update on suppliers.offers to quanshu_app;

create table suppliers.papers (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  paper_id bigint not null,
  version integer not null,
  kind text not null,
  title text not null,
  number text not null default ''::text,
  valid_from date,
  valid_to date,
  stops_buying boolean not null default false,
  state text not null,
  file_name text not null,
  media text not null,
  content bytea not null,
  sha256 bytea not null,
  told_days integer,
  by_supplier boolean not null default false,
  kept_by text not null,
  kept_at timestamp with time zone not null default now(),
  decided_by text,
  decided_at timestamp with time zone,
  reason text not null default ''::text,
  constraint papers_pkey PRIMARY KEY (tenant_id, id),
  constraint paper_version UNIQUE (tenant_id, paper_id, version),
  constraint papers_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint paper_days CHECK ((valid_from <= valid_to)),
  constraint papers_content_check CHECK (((octet_length(content) >= 1) AND (octet_length(content) <= 10485760))),
  constraint papers_file_name_check CHECK (((length(file_name) >= 1) AND (length(file_name) <= 200))),
  constraint papers_kind_check CHECK ((kind = ANY (ARRAY['contract'::text, 'licence'::text, 'authorisation'::text, 'certificate'::text, 'other'::text]))),
  constraint papers_media_check CHECK ((media = ANY (ARRAY['application/pdf'::text, 'image/png'::text, 'image/jpeg'::text]))),
  constraint papers_state_check CHECK ((state = ANY (ARRAY['offered'::text, 'current'::text, 'replaced'::text, 'declined'::text, 'ended'::text]))),
  constraint papers_title_check CHECK (((length(title) >= 1) AND (length(title) <= 100))),
  constraint papers_version_check CHECK ((version >= 1)),
  constraint stopping_paper_ends CHECK (((NOT stops_buying) OR (valid_to IS NOT NULL)))
);
alter table suppliers.papers enable row level security;
grant insert, select, update on suppliers.papers to quanshu_app;

create table suppliers.price_asks (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  product_id bigint not null,
  from_hao bigint not null,
  to_hao bigint not null,
  state text not null default 'waiting'::text,
  asked_by text not null,
  asked_at timestamp with time zone not null default now(),
  decided_by text,
  decided_at timestamp with time zone,
  reason text not null default ''::text,
  constraint price_asks_pkey PRIMARY KEY (tenant_id, id),
  constraint price_asks_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES suppliers.products(tenant_id, id),
  constraint price_asks_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint price_ask_decided CHECK (((state = ANY (ARRAY['accepted'::text, 'declined'::text])) = (decided_at IS NOT NULL))),
  constraint price_asks_from_hao_check CHECK ((from_hao >= 0)),
  constraint price_asks_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'accepted'::text, 'declined'::text, 'replaced'::text]))),
  constraint price_asks_to_hao_check CHECK ((to_hao >= 0))
);
alter table suppliers.price_asks enable row level security;
grant select, update on suppliers.price_asks to quanshu_app;

create table suppliers.price_moves (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  sku_id bigint not null,
  kind text not null,
  from_fen bigint not null,
  to_fen bigint not null,
  cost_hao bigint,
  supplier text not null default ''::text,
  product_id bigint,
  by text not null default ''::text,
  reason text not null default ''::text,
  at timestamp with time zone not null default now(),
  cause text not null default 'cost'::text,
  demand jsonb,
  constraint price_moves_pkey PRIMARY KEY (tenant_id, id),
  constraint price_moves_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint price_moves_cause_check CHECK ((cause = ANY (ARRAY['cost'::text, 'demand'::text]))),
  constraint price_moves_demand_check CHECK ((jsonb_typeof(demand) = 'object'::text)),
  constraint price_moves_kind_check CHECK ((kind = ANY (ARRAY['began'::text, 'followed'::text, 'held'::text, 'confirmed'::text, 'kept'::text, 'ended'::text])))
);
alter table suppliers.price_moves enable row level security;
grant insert, select on suppliers.price_moves to quanshu_app;

create table suppliers.price_rules (
  tenant_id bigint not null,
  sku_id bigint not null,
  markup_bp integer not null,
  markup_fen bigint not null,
  floor_fen bigint not null,
  least_margin_fen bigint not null,
  rounding text not null,
  jump_bp integer not null,
  cost_hao bigint,
  held_fen bigint,
  held_least_fen bigint,
  held_at timestamp with time zone,
  updated_at timestamp with time zone not null default now(),
  updated_by text not null default ''::text,
  base_fen bigint,
  ceiling_fen bigint,
  steps jsonb not null default '[]'::jsonb,
  step smallint not null default 0,
  priced_step smallint not null default 0,
  step_at timestamp with time zone,
  sold bigint,
  counted_at timestamp with time zone,
  has_past boolean not null default false,
  constraint price_rules_pkey PRIMARY KEY (tenant_id, sku_id),
  constraint price_rules_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint base_is_moved_by_steps CHECK (((base_fen IS NULL) OR ((markup_bp = 0) AND (markup_fen = 0) AND (steps <> '[]'::jsonb)))),
  constraint ceiling_is_not_below_floor CHECK ((ceiling_fen >= floor_fen)),
  constraint held_whole CHECK ((((held_fen IS NULL) = (held_at IS NULL)) AND ((held_fen IS NULL) = (held_least_fen IS NULL)))),
  constraint price_rules_base_fen_check CHECK (((base_fen >= 1) AND (base_fen <= 1000000000))),
  constraint price_rules_ceiling_fen_check CHECK (((ceiling_fen >= 1) AND (ceiling_fen <= 1000000000))),
  constraint price_rules_floor_fen_check CHECK (((floor_fen >= 1) AND (floor_fen <= 1000000000))),
  constraint price_rules_held_fen_check CHECK ((held_fen > 0)),
  constraint price_rules_jump_bp_check CHECK (((jump_bp >= 1) AND (jump_bp <= 1000000))),
  constraint price_rules_least_margin_fen_check CHECK (((least_margin_fen >= 0) AND (least_margin_fen <= 100000000))),
  constraint price_rules_markup_bp_check CHECK (((markup_bp >= 0) AND (markup_bp <= 1000000))),
  constraint price_rules_markup_fen_check CHECK (((markup_fen >= 0) AND (markup_fen <= 100000000))),
  constraint price_rules_priced_step_check CHECK ((priced_step >= 0)),
  constraint price_rules_rounding_check CHECK ((rounding = ANY (ARRAY['none'::text, 'tenth'::text, 'yuan'::text, 'nine'::text]))),
  constraint price_rules_step_check CHECK ((step >= 0)),
  constraint price_rules_steps_check CHECK (((jsonb_typeof(steps) = 'array'::text) AND (jsonb_array_length(steps) <= 12)))
);
alter table suppliers.price_rules enable row level security;
grant delete, insert, select, update on suppliers.price_rules to quanshu_app;

create table suppliers.product_changes (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  product_id bigint not null,
  cost_hao bigint not null,
  on_sale boolean not null,
  at timestamp with time zone not null default now(),
  constraint product_changes_pkey PRIMARY KEY (tenant_id, id),
  constraint product_changes_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES suppliers.products(tenant_id, id)
);
alter table suppliers.product_changes enable row level security;
grant insert, select on suppliers.product_changes to quanshu_app;

create table suppliers.products (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  remote_id text not null,
  name text not null,
  kind text not null,
  face_hao bigint,
  cost_hao bigint not null,
  currency text not null default 'CNY'::text,
  stock bigint,
  min_quantity integer not null default 1,
  max_quantity integer,
  on_sale boolean not null default true,
  fields jsonb,
  told_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  constraint products_pkey PRIMARY KEY (tenant_id, id),
  constraint products_tenant_id_supplier_id_remote_id_key UNIQUE (tenant_id, supplier_id, remote_id),
  constraint products_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint products_cost_hao_check CHECK ((cost_hao >= 0)),
  constraint products_face_hao_check CHECK ((face_hao >= 0)),
  constraint products_kind_check CHECK ((kind = ANY (ARRAY['direct'::text, 'card'::text, 'link'::text]))),
  constraint products_max_quantity_check CHECK ((max_quantity >= 1)),
  constraint products_min_quantity_check CHECK ((min_quantity >= 1)),
  constraint products_remote_id_check CHECK (((length(remote_id) >= 1) AND (length(remote_id) <= 128))),
  constraint products_stock_check CHECK ((stock >= 0))
);
alter table suppliers.products enable row level security;
grant insert, select, update on suppliers.products to quanshu_app;

create table suppliers.profile_versions (
  tenant_id bigint not null,
  profile_id bigint not null,
  version integer not null,
  source text not null,
  note text not null default ''::text,
  by text not null default ''::text,
  at timestamp with time zone not null default now(),
  constraint profile_versions_pkey PRIMARY KEY (tenant_id, profile_id, version),
  constraint profile_versions_tenant_id_profile_id_fkey FOREIGN KEY (tenant_id, profile_id) REFERENCES suppliers.profiles(tenant_id, id) ON DELETE CASCADE,
  constraint profile_versions_source_check CHECK ((octet_length(source) <= 262144)),
  constraint profile_versions_version_check CHECK ((version >= 1))
);
alter table suppliers.profile_versions enable row level security;
grant delete, insert, select on suppliers.profile_versions to quanshu_app;

create table suppliers.profiles (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  key text not null,
  name_zh text not null,
  name_en text not null,
  latest integer not null default 1,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  updated_by text not null default ''::text,
  constraint profiles_pkey PRIMARY KEY (tenant_id, id),
  constraint profile_key UNIQUE (tenant_id, key),
  constraint profiles_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{1,30}$'::text)),
  constraint profiles_latest_check CHECK ((latest >= 1))
);
alter table suppliers.profiles enable row level security;
grant delete, insert, select, update on suppliers.profiles to quanshu_app;

create table suppliers.purchase_cards (
  tenant_id bigint not null,
  purchase_id bigint not null,
  piece integer not null,
  outcome text not null,
  card_id bigint,
  masked text not null,
  constraint purchase_cards_pkey PRIMARY KEY (tenant_id, purchase_id, piece),
  constraint purchase_cards_tenant_id_purchase_id_fkey FOREIGN KEY (tenant_id, purchase_id) REFERENCES suppliers.purchases(tenant_id, id),
  constraint purchase_cards_outcome_check CHECK ((outcome = ANY (ARRAY['taken'::text, 'duplicate'::text, 'format'::text, 'expired'::text]))),
  constraint purchase_cards_piece_check CHECK ((piece > 0)),
  constraint taken_is_a_card CHECK (((outcome <> 'taken'::text) OR (card_id IS NOT NULL)))
);
alter table suppliers.purchase_cards enable row level security;
grant select on suppliers.purchase_cards to quanshu_app;

create table suppliers.purchases (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  no text not null,
  purpose text not null default 'line'::text,
  order_no bigint,
  line_no smallint,
  turn smallint not null default 1,
  supplier_id bigint not null,
  product_id bigint not null,
  offer_id bigint,
  quantity integer not null,
  arrived integer not null default 0,
  ceiling_hao bigint not null,
  quoted_hao bigint not null,
  cost_fen bigint,
  fields jsonb not null default '{}'::jsonb,
  state text not null default 'planned'::text,
  remote_no text,
  serial text,
  asks integer not null default 0,
  due_at timestamp with time zone,
  leased_until timestamp with time zone,
  lease integer not null default 0,
  code text,
  message text,
  about text,
  choice jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  sent_at timestamp with time zone,
  ended_at timestamp with time zone,
  decided_by text,
  decided_note text,
  bad integer not null default 0,
  profile_id bigint,
  profile_version integer,
  unknown_at timestamp with time zone,
  own_currency text,
  own_hao bigint,
  own_rate bigint,
  restock_id bigint,
  cost_at timestamp with time zone,
  cancel_state text,
  cancel_by text,
  cancel_note text,
  cancel_said text,
  cancel_asked_at timestamp with time zone,
  cancel_answered_at timestamp with time zone,
  constraint purchases_pkey PRIMARY KEY (tenant_id, id),
  constraint purchase_has_its_own_number UNIQUE (tenant_id, no),
  constraint purchase_profile FOREIGN KEY (tenant_id, profile_id, profile_version) REFERENCES suppliers.profile_versions(tenant_id, profile_id, version),
  constraint purchases_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES suppliers.products(tenant_id, id),
  constraint purchases_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint due_while_open CHECK (((due_at IS NULL) OR (state = ANY (ARRAY['planned'::text, 'sending'::text, 'accepted'::text, 'unknown'::text])))),
  constraint line_of_purchase CHECK (((purpose = ANY (ARRAY['line'::text, 'complaint'::text])) = ((order_no IS NOT NULL) AND (line_no IS NOT NULL)))),
  constraint purchase_own_money CHECK (
CASE
    WHEN (own_currency IS NULL) THEN ((own_hao IS NULL) AND (own_rate IS NULL))
    ELSE (((own_currency ~ '^[A-Z]{3}$'::text) AND (own_hao >= 0) AND (own_rate > 0) AND ((cost_fen)::numeric = ceil((((own_hao)::numeric * (own_rate)::numeric) / (100000000)::numeric)))) IS TRUE)
END) NOT VALID,
  constraint purchase_profile_with_version CHECK (((profile_id IS NULL) = (profile_version IS NULL))),
  constraint purchases_cancel_state_check CHECK ((cancel_state = ANY (ARRAY['asking'::text, 'cancelled'::text, 'too_late'::text, 'refused'::text, 'unknown'::text]))),
  constraint purchases_ceiling_hao_check CHECK ((ceiling_hao >= 0)),
  constraint purchases_check CHECK (((arrived >= 0) AND (arrived <= quantity))),
  constraint purchases_check1 CHECK (((bad >= 0) AND (bad <= quantity))),
  constraint purchases_no_check CHECK ((no ~ '^[0-9]{20}$'::text)),
  constraint purchases_purpose_check CHECK ((purpose = ANY (ARRAY['line'::text, 'test'::text, 'stock'::text, 'complaint'::text, 'offered'::text]))),
  constraint purchases_quantity_check CHECK ((quantity > 0)),
  constraint purchases_quoted_hao_check CHECK ((quoted_hao >= 0)),
  constraint purchases_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'sending'::text, 'accepted'::text, 'unknown'::text, 'done'::text, 'partial'::text, 'refused'::text, 'cancelled'::text, 'contradicted'::text]))),
  constraint restock_of_purchase CHECK (((purpose = 'stock'::text) = (restock_id IS NOT NULL)))
);
alter table suppliers.purchases enable row level security;
grant select on suppliers.purchases to quanshu_app;

create table suppliers.routes (
  tenant_id bigint not null,
  sku_id bigint not null,
  policy text not null default 'cheapest'::text,
  least_margin_fen bigint default 0,
  updated_at timestamp with time zone not null default now(),
  updated_by text not null default ''::text,
  source text not null default 'own'::text,
  account_check text not null default 'advise'::text,
  constraint routes_pkey PRIMARY KEY (tenant_id, sku_id),
  constraint routes_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint routes_account_check_check CHECK ((account_check = ANY (ARRAY['off'::text, 'advise'::text, 'require'::text]))),
  constraint routes_policy_check CHECK ((policy = ANY (ARRAY['cheapest'::text, 'fastest'::text, 'reliable'::text, 'weighted'::text, 'fixed'::text]))),
  constraint routes_source_check CHECK ((source = ANY (ARRAY['own'::text, 'own_first'::text, 'supplier_first'::text])))
);
alter table suppliers.routes enable row level security;
grant insert, select, update on suppliers.routes to quanshu_app;

create table suppliers.statement_maps (
  tenant_id bigint not null,
  supplier_id bigint not null,
  columns jsonb not null,
  updated_at timestamp with time zone not null default now(),
  updated_by text not null default ''::text,
  constraint statement_maps_pkey PRIMARY KEY (tenant_id, supplier_id),
  constraint statement_maps_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id)
);
alter table suppliers.statement_maps enable row level security;
grant insert, select, update on suppliers.statement_maps to quanshu_app;

create table suppliers.stray_floods (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  more bigint not null default 0,
  last_ref text not null default ''::text,
  began_at timestamp with time zone not null default now(),
  last_at timestamp with time zone not null default now(),
  told_at timestamp with time zone not null default now(),
  handled_by text,
  handled_note text,
  handled_at timestamp with time zone,
  constraint stray_floods_pkey PRIMARY KEY (tenant_id, id),
  constraint stray_floods_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint flood_handled_by_somebody CHECK ((((handled_at IS NULL) = (handled_by IS NULL)) AND ((handled_at IS NULL) = (handled_note IS NULL)))),
  constraint stray_floods_last_ref_check CHECK ((length(last_ref) <= 100)),
  constraint stray_floods_more_check CHECK ((more >= 0))
);
alter table suppliers.stray_floods enable row level security;
grant select on suppliers.stray_floods to quanshu_app;

create table suppliers.strays (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  named text not null,
  ref text not null,
  claim text not null default 'unclear'::text,
  state text not null default 'asking'::text,
  why text,
  purchase_id bigint,
  said_no text not null default ''::text,
  said_remote_no text not null default ''::text,
  said_state text,
  said_cost_hao bigint,
  said_currency text,
  said_message text not null default ''::text,
  said_at timestamp with time zone,
  heard integer not null default 1,
  heard_at timestamp with time zone not null default now(),
  created_at timestamp with time zone not null default now(),
  asks integer not null default 0,
  due_at timestamp with time zone default now(),
  opened_at timestamp with time zone,
  handled_by text,
  handled_note text,
  handled_at timestamp with time zone,
  handled_said text,
  is_borne boolean not null default false,
  constraint strays_pkey PRIMARY KEY (tenant_id, id),
  constraint stray_is_one UNIQUE (tenant_id, supplier_id, named, ref),
  constraint strays_tenant_id_purchase_id_fkey FOREIGN KEY (tenant_id, purchase_id) REFERENCES suppliers.purchases(tenant_id, id),
  constraint strays_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint stray_asking_is_due CHECK (((state <> 'asking'::text) OR (due_at IS NOT NULL))),
  constraint stray_handled_by_somebody CHECK (((state = 'handled'::text) = (handled_at IS NOT NULL))),
  constraint stray_open_says_why CHECK (((state <> 'open'::text) OR ((why IS NOT NULL) AND (opened_at IS NOT NULL)))),
  constraint strays_claim_check CHECK ((claim = ANY (ARRAY['done'::text, 'failed'::text, 'unclear'::text]))),
  constraint strays_named_check CHECK ((named = ANY (ARRAY['own'::text, 'order'::text, 'piece'::text]))),
  constraint strays_ref_check CHECK (((length(ref) >= 1) AND (length(ref) <= 64))),
  constraint strays_said_state_check CHECK ((said_state = ANY (ARRAY['accepted'::text, 'done'::text, 'partial'::text, 'failed'::text]))),
  constraint strays_state_check CHECK ((state = ANY (ARRAY['asking'::text, 'open'::text, 'explained'::text, 'handled'::text]))),
  constraint strays_why_check CHECK ((why = ANY (ARRAY['double'::text, 'unknown'::text, 'nowhere'::text, 'silent'::text, 'reversed'::text, 'refused'::text])))
);
alter table suppliers.strays enable row level security;
grant select on suppliers.strays to quanshu_app;

create table suppliers.suppliers (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  name text not null,
  adapter text not null,
  base_url text not null default ''::text,
  identity text not null default ''::text,
  settings jsonb not null default '{}'::jsonb,
  secret_sealed bytea,
  state text not null default 'on'::text,
  concurrent smallint not null default 4,
  per_minute integer not null default 600,
  tokens double precision not null default 1,
  tokens_at timestamp with time zone not null default now(),
  breaker text not null default 'closed'::text,
  failures integer not null default 0,
  open_until timestamp with time zone,
  balance_hao bigint,
  balance_at timestamp with time zone,
  balance_alarm_fen bigint,
  synced_at timestamp with time zone,
  sync_due_at timestamp with time zone,
  sync_error text,
  contact text not null default ''::text,
  note text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  profile_id bigint,
  profile_version integer,
  low_since timestamp with time zone,
  node_id bigint,
  file_mapping jsonb,
  papers_until date,
  constraint suppliers_pkey PRIMARY KEY (tenant_id, id),
  constraint supplier_of_node UNIQUE (tenant_id, node_id),
  constraint supplier_node FOREIGN KEY (tenant_id, node_id) REFERENCES organizations.nodes(tenant_id, id),
  constraint supplier_profile FOREIGN KEY (tenant_id, profile_id, profile_version) REFERENCES suppliers.profile_versions(tenant_id, profile_id, version),
  constraint profile_is_the_adapter CHECK (((profile_id IS NOT NULL) = (adapter ~~ 'profile:%'::text))),
  constraint profile_with_version CHECK (((profile_id IS NULL) = (profile_version IS NULL))),
  constraint suppliers_balance_alarm_fen_check CHECK ((balance_alarm_fen >= 0)),
  constraint suppliers_breaker_check CHECK ((breaker = ANY (ARRAY['closed'::text, 'open'::text, 'half_open'::text]))),
  constraint suppliers_concurrent_check CHECK (((concurrent >= 1) AND (concurrent <= 256))),
  constraint suppliers_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60))),
  constraint suppliers_per_minute_check CHECK (((per_minute >= 1) AND (per_minute <= 600000))),
  constraint suppliers_state_check CHECK ((state = ANY (ARRAY['on'::text, 'paused'::text, 'archived'::text])))
);
alter table suppliers.suppliers enable row level security;
grant insert, select, update on suppliers.suppliers to quanshu_app;

create table suppliers.tasks (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  supplier_id bigint not null,
  product_id bigint not null,
  no text not null,
  quantity integer not null,
  cost_hao bigint not null,
  state text not null default 'waiting'::text,
  staff_id bigint,
  staff_name text not null default ''::text,
  opened_at timestamp with time zone not null default clock_timestamp(),
  accept_by timestamp with time zone,
  due_at timestamp with time zone,
  work_minutes integer not null,
  overdue_at timestamp with time zone,
  arrived integer not null default 0,
  codes_sealed bytea,
  serial text not null default ''::text,
  note text not null default ''::text,
  about text not null default ''::text,
  ended_at timestamp with time zone,
  constraint tasks_pkey PRIMARY KEY (tenant_id, id),
  constraint task_of_number UNIQUE (tenant_id, no),
  constraint tasks_tenant_id_product_id_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES suppliers.products(tenant_id, id),
  constraint tasks_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers.suppliers(tenant_id, id),
  constraint supply_task_clock CHECK (
CASE state
    WHEN 'waiting'::text THEN ((accept_by IS NOT NULL) AND (due_at IS NULL))
    WHEN 'accepted'::text THEN ((due_at IS NOT NULL) AND (staff_id IS NOT NULL))
    ELSE true
END),
  constraint supply_task_ends CHECK (((ended_at IS NOT NULL) = (state <> ALL (ARRAY['waiting'::text, 'accepted'::text])))),
  constraint tasks_check CHECK (((arrived >= 0) AND (arrived <= quantity))),
  constraint tasks_cost_hao_check CHECK ((cost_hao >= 0)),
  constraint tasks_no_check CHECK ((no ~ '^[0-9]{20}$'::text)),
  constraint tasks_quantity_check CHECK ((quantity > 0)),
  constraint tasks_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'accepted'::text, 'done'::text, 'refused'::text, 'expired'::text, 'withdrawn'::text, 'missed'::text]))),
  constraint tasks_work_minutes_check CHECK ((work_minutes > 0))
);
alter table suppliers.tasks enable row level security;
grant select on suppliers.tasks to quanshu_app;


create index openings_of_supplier ON suppliers.breaker_openings USING btree (tenant_id, supplier_id, at);
create index callbacks_of_no ON suppliers.callbacks USING btree (tenant_id, no) WHERE (no IS NOT NULL);
create index callbacks_of_ref ON suppliers.callbacks USING btree (tenant_id, supplier_id, ref) WHERE (ref IS NOT NULL);
create index doors_waited_for ON suppliers.doors USING btree (tenant_id, heard_at) WHERE ((every_hours IS NOT NULL) AND (late_told_at IS NULL));
create index supply_files_of_supplier ON suppliers.files USING btree (tenant_id, supplier_id, id);
create index intakes_by_day ON suppliers.intakes USING btree (tenant_id, supplier_id, came_at);
create index intakes_of_supplier ON suppliers.intakes USING btree (tenant_id, supplier_id, id);
create UNIQUE index one_waiting_intake ON suppliers.intakes USING btree (tenant_id, supplier_id) WHERE (state = 'waiting'::text);
create index money_by_time ON suppliers.money USING btree (tenant_id, supplier_id, kind, at, id) WHERE (state = 'booked'::text);
create UNIQUE index money_of_case ON suppliers.money USING btree (tenant_id, case_id) WHERE ((case_id IS NOT NULL) AND (state <> 'declined'::text));
create UNIQUE index money_of_recovery ON suppliers.money USING btree (tenant_id, recovery_id) WHERE ((recovery_id IS NOT NULL) AND (state <> 'reversed'::text));
create UNIQUE index money_of_reference ON suppliers.money USING btree (tenant_id, supplier_id, kind, reference) WHERE ((state = ANY (ARRAY['awaiting'::text, 'booked'::text])) AND (reference <> ''::text));
create index money_of_supplier ON suppliers.money USING btree (tenant_id, supplier_id, id);
create index offered_codes_of_supplier ON suppliers.offered_codes USING btree (tenant_id, supplier_id, id);
create index offers_of_product ON suppliers.offers USING btree (tenant_id, product_id);
create UNIQUE index one_current_paper ON suppliers.papers USING btree (tenant_id, paper_id) WHERE (state = 'current'::text);
create index papers_ending ON suppliers.papers USING btree (tenant_id, valid_to) WHERE ((state = 'current'::text) AND (valid_to IS NOT NULL));
create index papers_of_supplier ON suppliers.papers USING btree (tenant_id, supplier_id, id);
create UNIQUE index one_waiting_price ON suppliers.price_asks USING btree (tenant_id, product_id) WHERE (state = 'waiting'::text);
create index price_asks_of_supplier ON suppliers.price_asks USING btree (tenant_id, supplier_id, id);
create index price_moves_of_sku ON suppliers.price_moves USING btree (tenant_id, sku_id, id);
create index price_rules_held ON suppliers.price_rules USING btree (tenant_id, held_at) WHERE (held_at IS NOT NULL);
create index price_rules_to_count ON suppliers.price_rules USING btree (tenant_id, counted_at) WHERE (steps <> '[]'::jsonb);
create index changes_of_product ON suppliers.product_changes USING btree (tenant_id, product_id, id);
create UNIQUE index one_living_complaint_purchase_a_line ON suppliers.purchases USING btree (tenant_id, order_no, line_no) WHERE ((state = ANY (ARRAY['planned'::text, 'sending'::text, 'accepted'::text, 'unknown'::text])) AND (purpose = 'complaint'::text));
create UNIQUE index one_living_purchase_a_line ON suppliers.purchases USING btree (tenant_id, order_no, line_no) WHERE ((state = ANY (ARRAY['planned'::text, 'sending'::text, 'accepted'::text, 'unknown'::text])) AND (purpose = 'line'::text));
create UNIQUE index one_living_purchase_a_restock ON suppliers.purchases USING btree (tenant_id, restock_id) WHERE ((state = ANY (ARRAY['planned'::text, 'sending'::text, 'accepted'::text, 'unknown'::text])) AND (restock_id IS NOT NULL));
create index purchases_by_remote ON suppliers.purchases USING btree (tenant_id, remote_no) WHERE (remote_no IS NOT NULL);
create index purchases_due ON suppliers.purchases USING btree (tenant_id, supplier_id, due_at) WHERE (due_at IS NOT NULL);
create index purchases_ended ON suppliers.purchases USING btree (tenant_id, product_id, ended_at) WHERE (ended_at IS NOT NULL);
create index purchases_ended_at ON suppliers.purchases USING btree (tenant_id, supplier_id, ended_at, id) WHERE (ended_at IS NOT NULL);
create index purchases_leased ON suppliers.purchases USING btree (tenant_id, supplier_id) WHERE (leased_until IS NOT NULL);
create index purchases_of_line ON suppliers.purchases USING btree (tenant_id, order_no, line_no, turn);
create index purchases_of_profile ON suppliers.purchases USING btree (tenant_id, profile_id, profile_version) WHERE (profile_id IS NOT NULL);
create index purchases_of_restock ON suppliers.purchases USING btree (tenant_id, restock_id, turn) WHERE (restock_id IS NOT NULL);
create index purchases_of_supplier_ended ON suppliers.purchases USING btree (tenant_id, supplier_id, ended_at) WHERE (ended_at IS NOT NULL);
create index purchases_sent ON suppliers.purchases USING btree (tenant_id, supplier_id, sent_at, id) WHERE (sent_at IS NOT NULL);
create UNIQUE index one_open_flood_a_supplier ON suppliers.stray_floods USING btree (tenant_id, supplier_id) WHERE (handled_at IS NULL);
create index strays_by_opening ON suppliers.strays USING btree (tenant_id, supplier_id, opened_at) WHERE (opened_at IS NOT NULL);
create index strays_due ON suppliers.strays USING btree (tenant_id, supplier_id, due_at) WHERE (due_at IS NOT NULL);
create index strays_of_nobody ON suppliers.strays USING btree (tenant_id, supplier_id, id) WHERE ((state = ANY (ARRAY['asking'::text, 'open'::text])) AND (NOT is_borne));
create index strays_open ON suppliers.strays USING btree (tenant_id, opened_at) WHERE (state = 'open'::text);
create UNIQUE index supplier_name ON suppliers.suppliers USING btree (tenant_id, name) WHERE (state <> 'archived'::text);
create index suppliers_of_profile ON suppliers.suppliers USING btree (tenant_id, profile_id) WHERE (profile_id IS NOT NULL);
create index supply_tasks_codes ON suppliers.tasks USING btree (tenant_id, id) WHERE (codes_sealed IS NOT NULL);
create index supply_tasks_of_supplier ON suppliers.tasks USING btree (tenant_id, supplier_id, id);
create index supply_tasks_open ON suppliers.tasks USING btree (tenant_id, supplier_id, id) WHERE (ended_at IS NULL);

create policy tenant on suppliers.breaker_openings for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.callbacks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.doors for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.files for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.intakes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.money for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.offered_codes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.offers for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.papers for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.price_asks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.price_moves for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.price_rules for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.product_changes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.products for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.profile_versions for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.profiles for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.purchase_cards for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.purchases for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.routes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.statement_maps for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.stray_floods for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.strays for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.suppliers for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on suppliers.tasks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function suppliers.accept_tasks(p_tenant bigint, p_supplier bigint, p_tasks bigint[], p_staff bigint, p_name text) returns jsonb security definer
function suppliers.account_checks(p_tenant bigint, p_sku bigint) returns jsonb security definer
function suppliers.ask_again_after(p_asks integer) returns interval
function suppliers.ask_now(p_tenant bigint, p_supplier bigint, p_no text) returns bigint security definer
function suppliers.ask_strays(p_tenant bigint, p_strays bigint[]) returns jsonb security definer
function suppliers.balance_of(p_tenant bigint, p_supplier bigint) returns bigint security definer
function suppliers.base_price(p_cost_hao bigint, p_base_fen bigint, p_markup_bp integer, p_markup_fen bigint) returns bigint
function suppliers.book_money(p_tenant bigint, p_money bigint) returns void security definer
function suppliers.candidates(p_tenant bigint, p_skus bigint[]) returns jsonb security definer
function suppliers.cheapest(p_tenant bigint, p_skus bigint[]) returns TABLE(sku_id bigint, product_id bigint, supplier text, cost_hao bigint) security definer
function suppliers.costs(p_tenant bigint, p_skus bigint[]) returns TABLE(sku_id bigint, product_id bigint, supplier text, cost_hao bigint, guard_fen bigint, is_bought boolean) security definer
function suppliers.count_demand(p_limit integer) returns jsonb security definer
function suppliers.decide_price(p_tenant bigint, p_ask bigint, p_accept boolean, p_to_hao bigint, p_by text, p_reason text) returns jsonb security definer
function suppliers.due_strays(p_tenant bigint, p_supplier bigint, p_limit integer) returns jsonb security definer
function suppliers.end_task(p_tenant bigint, p_task bigint, p_state text, p_arrived integer, p_codes bytea, p_serial text, p_note text, p_about text) returns void security definer
function suppliers.fen_at(p_hao bigint, p_rate bigint) returns bigint
function suppliers.finish_task(p_tenant bigint, p_supplier bigint, p_task bigint, p_arrived integer, p_codes bytea, p_serial text, p_note text) returns jsonb security definer
function suppliers.folder_doors(p_limit integer) returns jsonb security definer
function suppliers.follow_prices(p_tenant bigint, p_skus bigint[]) returns void security definer
function suppliers.follow_shelf(p_tenant bigint, p_skus bigint[]) returns void security definer
function suppliers.follow_supplier(p_tenant bigint, p_supplier bigint) returns void security definer
function suppliers.handle_flood(p_tenant bigint, p_flood bigint, p_actor text, p_note text) returns jsonb security definer
function suppliers.handle_strays(p_tenant bigint, p_strays bigint[], p_actor text, p_note text) returns jsonb security definer
function suppliers.heard_of(p_tenant bigint, p_supplier bigint, p_named text, p_ref text, p_claim text) returns jsonb security definer
function suppliers.is_between_plans(p_tenant bigint, p_sku bigint) returns boolean security definer
function suppliers.is_covered(p_until date) returns boolean
function suppliers.is_price_stopped(p_tenant bigint, p_sku bigint) returns boolean security definer
function suppliers.is_reconciled(p_tenant bigint, p_kind text, p_fact bigint) returns boolean
function suppliers.keep_own(p_tenant bigint, p_supplier bigint, p_items jsonb, p_by text) returns jsonb security definer
function suppliers.keep_products(p_tenant bigint, p_supplier bigint, p_products jsonb, p_whole boolean, p_told_at timestamp with time zone) returns jsonb security definer
function suppliers.lay_papers(p_tenant bigint, p_supplier bigint) returns void security definer
function suppliers.least_cost(p_tenant bigint, p_sku bigint) returns bigint
function suppliers.least_price(p_cost_hao bigint, p_floor_fen bigint, p_margin_fen bigint) returns bigint
function suppliers.line_overdue(p_tenant bigint, p_no bigint, p_line integer, p_supplier text) returns void
function suppliers.lock_order(p_tenant bigint, p_no bigint) returns void
function suppliers.move_own_stock(p_tenant bigint, p_product bigint, p_pieces integer) returns void security definer
function suppliers.next_stray(p_tenant bigint, p_supplier bigint) returns jsonb security definer
function suppliers.note_flood(p_tenant bigint, p_supplier bigint, p_more bigint, p_ref text) returns jsonb security definer
function suppliers.note_health(p_tenant bigint, p_supplier bigint, p_good integer, p_bad integer) returns void security definer
function suppliers.open_task(p_tenant bigint, p_supplier bigint, p_task bigint) returns suppliers.tasks security definer
function suppliers.open_trial(p_tenant bigint, p_product bigint, p_fields jsonb) returns bigint security definer
function suppliers.own_money(p_currency text, p_hao bigint, p_rate bigint) returns jsonb
function suppliers.place_of(p_tenant bigint, p_supplier bigint, p_named text, p_ref text) returns jsonb security definer
function suppliers.place_task(p_tenant bigint, p_supplier bigint, p_no text) returns jsonb security definer
function suppliers.post_money(p_tenant bigint, p_money bigint, p_is_back boolean) returns void security definer
function suppliers.price_by_rule(p_cost_hao bigint, p_markup_bp integer, p_markup_fen bigint, p_least_fen bigint, p_rounding text) returns bigint
function suppliers.price_in_force(p_tenant bigint, p_skus bigint[]) returns TABLE(sku_id bigint, price_fen bigint) security definer
function suppliers.price_ladder(p_base_fen bigint, p_steps jsonb, p_floor_fen bigint, p_least_fen bigint, p_ceiling_fen bigint, p_rounding text) returns jsonb
function suppliers.price_on_step(p_base_fen bigint, p_step_bp integer, p_least_fen bigint, p_ceiling_fen bigint, p_rounding text) returns bigint
function suppliers.refuse_task(p_tenant bigint, p_supplier bigint, p_task bigint, p_about text, p_reason text, p_staff bigint, p_name text) returns jsonb security definer
function suppliers.reopen_recovery(p_tenant bigint, p_recovery bigint, p_actor text, p_note text) returns void
function suppliers.restock_trouble(p_tenant bigint, p_id bigint, p_trouble text, p_fen bigint) returns void
function suppliers.reverse_money(p_tenant bigint, p_money bigint, p_actor text, p_note text) returns jsonb security definer
function suppliers.set_price(p_tenant bigint, p_sku bigint, p_fen bigint) returns void security definer
function suppliers.setting_of(p_settings jsonb, p_key text, p_usual integer) returns integer
function suppliers.sold_before(p_tenant bigint, p_sku bigint) returns boolean security definer
function suppliers.sold_lately(p_tenant bigint, p_sku bigint, p_days integer) returns bigint
function suppliers.step_bp(p_steps jsonb, p_step integer) returns integer
function suppliers.step_for(p_steps jsonb, p_now integer, p_sold bigint, p_has_past boolean) returns integer
function suppliers.step_from(p_steps jsonb, p_step integer) returns bigint
function suppliers.stray_said(p_tenant bigint, p_stray bigint, p_said jsonb) returns jsonb security definer
function suppliers.strays_are_full(p_tenant bigint, p_supplier bigint) returns boolean security definer
function suppliers.strays_max() returns integer
function suppliers.take_check(p_tenant bigint, p_supplier bigint) returns boolean security definer
function suppliers.take_due(p_lease_seconds integer, p_limit integer) returns jsonb security definer
function suppliers.take_probes(p_limit integer) returns jsonb security definer
function suppliers.take_syncs(p_minutes integer, p_limit integer) returns jsonb security definer
function suppliers.task_of(p_tenant bigint, p_supplier bigint, p_no text) returns jsonb security definer
function suppliers.tell_late_lists(p_limit integer) returns integer security definer
function suppliers.tend_papers(p_limit integer) returns integer security definer
function suppliers.tend_task() returns jsonb security definer
function suppliers.watch_balances(p_limit integer) returns jsonb security definer
function suppliers.withdraw_task(p_tenant bigint, p_task bigint, p_reason text) returns jsonb security definer

-- tenancy ---------------------------------------------------------------------------------------------

create table tenancy.settings (
  tenant_id bigint not null,
  key text not null,
  value jsonb not null,
  version integer not null,
  updated_at timestamp with time zone not null default now(),
  constraint settings_pkey PRIMARY KEY (tenant_id, key),
  constraint settings_key_check CHECK (((length(key) >= 1) AND (length(key) <= 80))),
  constraint settings_version_check CHECK ((version > 0))
);
alter table tenancy.settings enable row level security;
grant insert, select, update on tenancy.settings to quanshu_app;

create table tenancy.tenants (
  id bigint not null default nextval('tenancy.tenant_ids'::regclass),
  slug text not null,
  name text not null,
  domain text,
  status text not null default 'active'::text,
  locale text not null default 'zh-CN'::text,
  created_at timestamp with time zone not null default now(),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_domain_key UNIQUE (domain),
  constraint tenants_slug_key UNIQUE (slug),
  constraint tenants_domain_check CHECK (((domain = lower(domain)) AND ((length(domain) >= 1) AND (length(domain) <= 253)))),
  constraint tenants_locale_check CHECK ((locale = ANY (ARRAY['zh-CN'::text, 'en'::text]))),
  constraint tenants_name_check CHECK (((length(name) >= 1) AND (length(name) <= 80))),
  constraint tenants_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$'::text)),
  constraint tenants_status_check CHECK ((status = ANY (ARRAY['active'::text, 'closed'::text])))
);
alter table tenancy.tenants enable row level security;
grant insert, select, update on tenancy.tenants to quanshu_app;


create policy tenant on tenancy.settings for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy own_insert on tenancy.tenants for insert to quanshu_app using  with check (id = (current_setting('app.tenant_id'::text))::bigint);
create policy own_update on tenancy.tenants for update to quanshu_app using (id = (current_setting('app.tenant_id'::text))::bigint) with check (id = (current_setting('app.tenant_id'::text))::bigint);
create policy readable on tenancy.tenants for select to quanshu_app using true;

function tenancy.find_tenant(p_domain text, p_slug text) returns jsonb security definer
function tenancy.next_tenant_id() returns jsonb security definer
function tenancy.only_tenant() returns jsonb security definer
function tenancy.tenant_ids() returns jsonb security definer

-- vault -----------------------------------------------------------------------------------------------

create table vault.batch_counts (
  tenant_id bigint not null,
  batch_id bigint not null,
  imported bigint not null default 0,
  available bigint not null default 0,
  delivered bigint not null default 0,
  used bigint not null default 0,
  void bigint not null default 0,
  suspect bigint not null default 0,
  expired bigint not null default 0,
  constraint batch_counts_pkey PRIMARY KEY (tenant_id, batch_id),
  constraint batch_counts_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES vault.batches(tenant_id, id),
  constraint batch_adds_up CHECK (((((((available + delivered) + used) + void) + suspect) + expired) = imported)),
  constraint batch_counts_available_check CHECK ((available >= 0)),
  constraint batch_counts_delivered_check CHECK ((delivered >= 0)),
  constraint batch_counts_expired_check CHECK ((expired >= 0)),
  constraint batch_counts_imported_check CHECK ((imported >= 0)),
  constraint batch_counts_suspect_check CHECK ((suspect >= 0)),
  constraint batch_counts_used_check CHECK ((used >= 0)),
  constraint batch_counts_void_check CHECK ((void >= 0))
);
alter table vault.batch_counts enable row level security;
grant select on vault.batch_counts to quanshu_app;

create table vault.batches (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  sku_id bigint not null,
  state text not null default 'importing'::text,
  file_name text not null default ''::text,
  separator text not null default 'auto'::text,
  supplier text not null default ''::text,
  cost_fen bigint not null default 0,
  purchase_ref text not null default ''::text,
  valid_from timestamp with time zone,
  valid_to timestamp with time zone,
  note text not null default ''::text,
  lines_read bigint not null default 0,
  duplicates bigint not null default 0,
  invalid bigint not null default 0,
  bytes_read bigint not null default 0,
  bytes_total bigint,
  cancel_requested boolean not null default false,
  heartbeat_at timestamp with time zone not null default now(),
  failure jsonb,
  created_by text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  upload_no integer not null default 0,
  head_fingerprint bytea,
  origin text not null default 'import'::text,
  pattern text,
  wanted integer,
  supplier_id bigint,
  channels text[],
  constraint batches_pkey PRIMARY KEY (tenant_id, id),
  constraint batches_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint batches_channels_check CHECK (((cardinality(channels) >= 1) AND (cardinality(channels) <= 20))),
  constraint batches_check CHECK (((valid_to IS NULL) OR (valid_from IS NULL) OR (valid_to > valid_from))),
  constraint batches_cost_fen_check CHECK ((cost_fen >= 0)),
  constraint batches_origin_check CHECK ((origin = ANY (ARRAY['import'::text, 'generated'::text, 'bought'::text]))),
  constraint batches_state_check CHECK ((state = ANY (ARRAY['importing'::text, 'cancelled'::text, 'interrupted'::text, 'ready'::text, 'suspended'::text, 'undone'::text, 'recalling'::text, 'recalled'::text]))),
  constraint batches_wanted_check CHECK (((wanted >= 1) AND (wanted <= 1000000))),
  constraint bought_says_where CHECK (((origin = 'bought'::text) = (supplier_id IS NOT NULL))),
  constraint generated_says_what CHECK ((((origin = 'generated'::text) = (pattern IS NOT NULL)) AND ((origin = 'generated'::text) = (wanted IS NOT NULL))))
);
alter table vault.batches enable row level security;
grant insert, select, update on vault.batches to quanshu_app;

create table vault.cards (
  tenant_id bigint not null,
  id bigint not null default nextval('vault.card_ids'::regclass),
  sku_id bigint not null,
  batch_id bigint not null,
  state text not null default 'available'::text,
  sealed bytea not null,
  fingerprint bytea not null,
  valid_to timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  changed_at timestamp with time zone not null default now(),
  code_id bigint,
  use_no integer not null default 1,
  number text,
  number_as text,
  picked_by bigint,
  warehouse_id bigint,
  constraint cards_pkey PRIMARY KEY (tenant_id, id),
  constraint card_known_already UNIQUE (tenant_id, fingerprint, use_no),
  constraint cards_code FOREIGN KEY (tenant_id, code_id) REFERENCES vault.reused_codes(tenant_id, id),
  constraint cards_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES vault.batches(tenant_id, id),
  constraint cards_fingerprint_check CHECK ((octet_length(fingerprint) = 32)),
  constraint cards_number_as_check CHECK ((number_as = ANY (ARRAY['number'::text, 'masked'::text]))),
  constraint cards_number_check CHECK (((length(number) >= 1) AND (length(number) <= 120))),
  constraint cards_state_check CHECK ((state = ANY (ARRAY['available'::text, 'delivered'::text, 'used'::text, 'void'::text, 'suspect'::text, 'expired'::text]))),
  constraint cards_use_no_check CHECK ((use_no >= 1)),
  constraint number_says_as_what CHECK (((number IS NULL) = (number_as IS NULL))),
  constraint use_of_a_code CHECK (((code_id IS NOT NULL) OR (use_no = 1)))
);
alter table vault.cards enable row level security;
grant select on vault.cards to quanshu_app;

create table vault.exports (
  tenant_id bigint not null,
  batch_id bigint not null,
  at timestamp with time zone not null default now(),
  by_name text not null,
  by_staff_id bigint not null,
  reason text not null,
  codes integer not null,
  hand_out boolean not null,
  constraint codes_leave_once PRIMARY KEY (tenant_id, batch_id),
  constraint exports_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES vault.batches(tenant_id, id),
  constraint exports_codes_check CHECK ((codes > 0)),
  constraint exports_reason_check CHECK ((reason <> ''::text))
);
alter table vault.exports enable row level security;
grant insert, select on vault.exports to quanshu_app;

create table vault.import_lines (
  tenant_id bigint not null,
  batch_id bigint not null,
  line_no bigint not null,
  outcome text not null,
  reason text not null,
  constraint import_lines_pkey PRIMARY KEY (tenant_id, batch_id, line_no),
  constraint import_lines_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES vault.batches(tenant_id, id),
  constraint import_lines_outcome_check CHECK ((outcome = ANY (ARRAY['duplicate'::text, 'invalid'::text])))
);
alter table vault.import_lines enable row level security;
grant delete, insert, select on vault.import_lines to quanshu_app;

create table vault.movements (
  tenant_id bigint not null,
  at timestamp with time zone not null default now(),
  id bigint not null generated always as identity,
  card_id bigint not null,
  from_state text not null,
  to_state text not null,
  cause text not null,
  actor text not null default ''::text,
  constraint movements_pkey PRIMARY KEY (tenant_id, at, id)
) partition by range (at);
alter table vault.movements enable row level security;
grant select on vault.movements to quanshu_app;

create table vault.recall_pieces (
  tenant_id bigint not null,
  batch_id bigint not null,
  grant_id bigint not null,
  card_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  state text not null default 'open'::text,
  action text,
  refund_to text,
  reason text not null default ''::text,
  chosen_by text not null default ''::text,
  chosen_by_id bigint,
  refund_id bigint,
  failure jsonb,
  changed_at timestamp with time zone not null default now(),
  told text not null default 'recalled'::text,
  constraint recall_pieces_pkey PRIMARY KEY (tenant_id, batch_id, grant_id),
  constraint recall_pieces_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES vault.recalls(tenant_id, batch_id),
  constraint chosen_says_what CHECK (((state = 'open'::text) = (action IS NULL))),
  constraint failed_says_why CHECK (((state = 'failed'::text) = (failure IS NOT NULL))),
  constraint recall_pieces_action_check CHECK ((action = ANY (ARRAY['replace'::text, 'refund'::text, 'leave'::text]))),
  constraint recall_pieces_refund_to_check CHECK ((refund_to = ANY (ARRAY['source'::text, 'balance'::text]))),
  constraint recall_pieces_state_check CHECK ((state = ANY (ARRAY['open'::text, 'queued'::text, 'replaced'::text, 'refunding'::text, 'left'::text, 'failed'::text]))),
  constraint recall_pieces_told_check CHECK ((told = ANY (ARRAY['recalled'::text, 'cleared'::text]))),
  constraint refund_says_which CHECK (((state = 'refunding'::text) = (refund_id IS NOT NULL)))
);
alter table vault.recall_pieces enable row level security;
grant select on vault.recall_pieces to quanshu_app;

create table vault.recalls (
  tenant_id bigint not null,
  batch_id bigint not null,
  reason text not null,
  evidence text not null default ''::text,
  supplier text not null,
  cost_fen bigint not null,
  stopped integer,
  begun_by text not null,
  begun_at timestamp with time zone not null default now(),
  listed_to bigint not null default 0,
  listed_at timestamp with time zone,
  closed_by text,
  closed_at timestamp with time zone,
  close_note text not null default ''::text,
  clearing_to bigint,
  constraint recalls_pkey PRIMARY KEY (tenant_id, batch_id),
  constraint recalls_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES vault.batches(tenant_id, id),
  constraint recalls_cost_fen_check CHECK ((cost_fen >= 0)),
  constraint recalls_reason_check CHECK ((reason <> ''::text)),
  constraint recalls_stopped_check CHECK ((stopped >= 0))
);
alter table vault.recalls enable row level security;
grant select on vault.recalls to quanshu_app;

create table vault.reused_codes (
  tenant_id bigint not null,
  id bigint not null,
  batch_id bigint not null,
  sku_id bigint not null,
  uses integer,
  made integer not null,
  stopped_at timestamp with time zone,
  constraint reused_codes_pkey PRIMARY KEY (tenant_id, id),
  constraint reused_codes_tenant_id_batch_id_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES vault.batches(tenant_id, id),
  constraint reused_codes_made_check CHECK ((made >= 1)),
  constraint reused_codes_uses_check CHECK ((uses >= 1)),
  constraint uses_are_bounded CHECK ((made <= uses))
);
alter table vault.reused_codes enable row level security;
grant select on vault.reused_codes to quanshu_app;


create index batches_bought ON vault.batches USING btree (tenant_id, sku_id, supplier_id, id) WHERE ((origin = 'bought'::text) AND (state = 'ready'::text));
create index batches_by_sku ON vault.batches USING btree (tenant_id, sku_id, id);
create index batches_importing ON vault.batches USING btree (tenant_id, heartbeat_at) WHERE (state = 'importing'::text);
create index batches_stopped ON vault.batches USING btree (tenant_id, sku_id) WHERE (state = ANY (ARRAY['suspended'::text, 'recalling'::text]));
create index cards_expiring ON vault.cards USING btree (tenant_id, valid_to) WHERE ((state = 'available'::text) AND (valid_to IS NOT NULL));
create index cards_free ON vault.cards USING btree (tenant_id, sku_id, id) WHERE ((state = 'available'::text) AND (warehouse_id IS NULL));
create index cards_free_by_expiry ON vault.cards USING btree (tenant_id, sku_id, valid_to, id) WHERE ((state = 'available'::text) AND (warehouse_id IS NULL));
create index cards_in_turn ON vault.cards USING btree (tenant_id, sku_id, use_no, id) WHERE ((state = 'available'::text) AND (warehouse_id IS NULL) AND (code_id IS NOT NULL));
create index cards_in_warehouse ON vault.cards USING btree (tenant_id, warehouse_id, sku_id, id) WHERE ((state = 'available'::text) AND (warehouse_id IS NOT NULL));
create index cards_in_warehouse_by_expiry ON vault.cards USING btree (tenant_id, warehouse_id, sku_id, valid_to, id) WHERE ((state = 'available'::text) AND (warehouse_id IS NOT NULL));
create index cards_in_warehouse_by_turn ON vault.cards USING btree (tenant_id, warehouse_id, sku_id, use_no, id) WHERE ((state = 'available'::text) AND (warehouse_id IS NOT NULL) AND (code_id IS NOT NULL));
create index cards_in_warehouse_shuffled ON vault.cards USING btree (tenant_id, warehouse_id, ((sku_id)::text), hashint8extended(id, (0)::bigint)) WHERE (((state || ''::text) = 'available'::text) AND (warehouse_id IS NOT NULL));
create index cards_listed ON vault.cards USING btree (tenant_id, ((sku_id)::text), id);
create index cards_of_batch ON vault.cards USING btree (tenant_id, batch_id, id);
create UNIQUE index cards_of_code ON vault.cards USING btree (tenant_id, code_id, use_no) WHERE (code_id IS NOT NULL);
create index cards_of_warehouse ON vault.cards USING btree (tenant_id, warehouse_id, sku_id, state) WHERE (warehouse_id IS NOT NULL);
create index cards_picked ON vault.cards USING btree (tenant_id, picked_by) WHERE (picked_by IS NOT NULL);
create index cards_shuffled ON vault.cards USING btree (tenant_id, ((sku_id)::text), hashint8extended(id, (0)::bigint)) WHERE (((state || ''::text) = 'available'::text) AND (warehouse_id IS NULL));
create index cards_to_choose ON vault.cards USING btree (tenant_id, sku_id, number, id) WHERE ((state = 'available'::text) AND (picked_by IS NULL) AND (number IS NOT NULL));
create index movements_not_sold ON ONLY vault.movements USING btree (tenant_id, at) WHERE (to_state <> 'delivered'::text);
create index movements_of_card ON ONLY vault.movements USING btree (tenant_id, card_id, at);
create index movements_of_cause ON ONLY vault.movements USING btree (tenant_id, cause);
create index recall_pieces_by_order ON vault.recall_pieces USING btree (tenant_id, batch_id, order_no, grant_id);
create index recall_pieces_of_order ON vault.recall_pieces USING btree (tenant_id, order_no);
create index recall_pieces_queued ON vault.recall_pieces USING btree (tenant_id, batch_id, order_no, grant_id) WHERE (state = 'queued'::text);
create index reused_codes_going ON vault.reused_codes USING btree (tenant_id, sku_id, made, id) WHERE (stopped_at IS NULL);
create index reused_codes_of_batch ON vault.reused_codes USING btree (tenant_id, batch_id, id);

create policy tenant on vault.batch_counts for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on vault.batches for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on vault.cards for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on vault.exports for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on vault.import_lines for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on vault.movements for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on vault.recall_pieces for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on vault.recalls for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on vault.reused_codes for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function vault.add_uses(p_tenant bigint, p_sku bigint, p_uses jsonb, p_warehouse bigint) returns jsonb security definer
function vault.cards_to_number(p_tenant bigint, p_sku bigint, p_limit integer) returns jsonb security definer
function vault.codes_going(p_tenant bigint, p_sku bigint, p_most integer, p_warehouse bigint) returns TABLE(id bigint, made integer, left_over integer) security definer
function vault.expire_due(p_tenant bigint, p_limit integer) returns jsonb security definer
function vault.home_of(p_tenant bigint, p_channels text[]) returns bigint security definer
function vault.import_chunk(p_tenant bigint, p_batch bigint, p_upload integer, p_chunk jsonb) returns jsonb security definer
function vault.import_numbers(p_tenant bigint, p_batch bigint, p_chunk jsonb) returns void security definer
function vault.import_uses(p_tenant bigint, p_batch bigint, p_chunk jsonb) returns bigint security definer
function vault.last_cost(p_tenant bigint, p_sku bigint) returns bigint
function vault.let_go_of_numbers(p_tenant bigint, p_sku bigint) returns void
function vault.loops_to_fill(p_low bigint) returns jsonb security definer
function vault.move(p_tenant bigint, p_cards bigint[], p_causes text[], p_from text, p_to text, p_actor text) returns bigint[] security definer
function vault.next_uses(p_tenant bigint, p_sku bigint, p_want integer, p_warehouse bigint) returns jsonb security definer
function vault.numbers_due() returns jsonb security definer
function vault.pick(p_tenant bigint, p_sku bigint, p_allocation text, p_count integer, p_warehouse bigint) returns TABLE(card_id bigint) security definer
function vault.pick_in_warehouse(p_tenant bigint, p_sku bigint, p_allocation text, p_count integer, p_warehouse bigint, p_channel text) returns TABLE(card_id bigint) security definer
function vault.pick_instead(p_tenant bigint, p_sku bigint, p_allocation text, p_card bigint, p_warehouse bigint) returns bigint security definer
function vault.release_number(p_tenant bigint, p_no bigint, p_card bigint) returns void security definer
function vault.release_numbers(p_tenant bigint, p_nos bigint[]) returns void security definer
function vault.reserve_card_ids(p_count integer) returns jsonb security definer
function vault.set_numbers(p_tenant bigint, p_sku bigint, p_pick text, p_numbers jsonb) returns jsonb security definer
function vault.set_validity(p_tenant bigint, p_batch bigint, p_valid_to timestamp with time zone) returns jsonb security definer
function vault.shift_batch(p_tenant bigint, p_batch bigint, p_from text, p_to text, p_cause text, p_actor text, p_after bigint, p_limit integer) returns jsonb security definer
function vault.stop_code(p_tenant bigint, p_card bigint, p_cause text, p_actor text) returns bigint[] security definer
function vault.take_chosen(p_tenant bigint, p_nos bigint[], p_cards bigint[]) returns integer[] security definer
function vault.tenants_with_due_cards() returns jsonb security definer
function vault.tend_batches() returns jsonb security definer
function vault.transfer(p_tenant bigint, p_sku bigint, p_cards bigint[], p_from text, p_to text, p_cause text, p_actor text) returns bigint[] security definer
function vault.undo_batch(p_tenant bigint, p_batch bigint) returns jsonb security definer

-- wholesale -------------------------------------------------------------------------------------------

create table wholesale.bulks (
  tenant_id bigint not null,
  key_id bigint not null,
  outer_no text not null,
  bulk_id bigint not null,
  request_hash bytea not null,
  callback_url text not null,
  trace text[] not null default '{}'::text[],
  placed_at timestamp with time zone not null default now(),
  constraint a_callers_number_is_one_bulk_order PRIMARY KEY (tenant_id, key_id, outer_no),
  constraint bulks_tenant_id_bulk_id_fkey FOREIGN KEY (tenant_id, bulk_id) REFERENCES bulk.orders(tenant_id, id),
  constraint bulks_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES wholesale.keys(tenant_id, id),
  constraint bulks_outer_no_check CHECK ((outer_no <> ''::text))
);
alter table wholesale.bulks enable row level security;
grant select on wholesale.bulks to quanshu_app;

create table wholesale.callbacks (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  key_id bigint not null,
  order_no bigint,
  state text not null default 'queued'::text,
  attempts integer not null default 0,
  next_try_at timestamp with time zone default now(),
  last_error text,
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  bulk_id bigint,
  constraint callbacks_pkey PRIMARY KEY (tenant_id, id),
  constraint callbacks_tenant_id_bulk_id_fkey FOREIGN KEY (tenant_id, bulk_id) REFERENCES bulk.orders(tenant_id, id),
  constraint callbacks_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES wholesale.keys(tenant_id, id),
  constraint callbacks_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no),
  constraint about_one_of_them CHECK ((num_nonnulls(order_no, bulk_id) = 1)),
  constraint callbacks_check CHECK (((state = 'queued'::text) = (next_try_at IS NOT NULL))),
  constraint callbacks_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'delivered'::text, 'failed'::text])))
);
alter table wholesale.callbacks enable row level security;
grant insert, select, update on wholesale.callbacks to quanshu_app;

create table wholesale.calls (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  key_id bigint not null,
  operation text not null,
  outer_no text,
  status integer not null,
  code text,
  reason text,
  ip text not null,
  elapsed_ms integer not null,
  request text not null,
  answer text not null,
  at timestamp with time zone not null default now(),
  constraint calls_pkey PRIMARY KEY (tenant_id, id),
  constraint calls_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES wholesale.keys(tenant_id, id)
);
alter table wholesale.calls enable row level security;
grant insert, select on wholesale.calls to quanshu_app;

create table wholesale.days (
  tenant_id bigint not null,
  key_id bigint not null,
  day date not null,
  ordered_fen bigint not null,
  orders integer not null,
  constraint days_pkey PRIMARY KEY (tenant_id, key_id, day),
  constraint days_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES wholesale.keys(tenant_id, id),
  constraint days_ordered_fen_check CHECK ((ordered_fen >= 0)),
  constraint days_orders_check CHECK ((orders > 0))
);
alter table wholesale.days enable row level security;
grant select on wholesale.days to quanshu_app;

create table wholesale.keys (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  key text not null,
  name text not null,
  member_id bigint not null,
  secret_sealed bytea not null,
  previous_sealed bytea,
  previous_until timestamp with time zone,
  state text not null default 'on'::text,
  scopes text[] not null,
  networks text[] not null default '{}'::text[],
  per_minute integer not null,
  daily_cap_fen bigint,
  opens text not null,
  price_bp integer not null,
  callback_url text not null default ''::text,
  gives_back boolean not null default true,
  note text not null default ''::text,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  used_at timestamp with time zone,
  constraint keys_pkey PRIMARY KEY (tenant_id, id),
  constraint keys_tenant_id_member_id_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES members.members(tenant_id, id),
  constraint keys_check CHECK (((previous_sealed IS NULL) = (previous_until IS NULL))),
  constraint keys_daily_cap_fen_check CHECK ((daily_cap_fen >= 0)),
  constraint keys_key_check CHECK ((key <> ''::text)),
  constraint keys_name_check CHECK ((name <> ''::text)),
  constraint keys_opens_check CHECK ((opens = ANY (ARRAY['listed'::text, 'all'::text]))),
  constraint keys_per_minute_check CHECK (((per_minute >= 1) AND (per_minute <= 60000))),
  constraint keys_price_bp_check CHECK (((price_bp >= 1) AND (price_bp <= 20000))),
  constraint keys_scopes_check CHECK ((scopes <@ ARRAY['read'::text, 'order'::text, 'money'::text])),
  constraint keys_state_check CHECK ((state = ANY (ARRAY['on'::text, 'paused'::text, 'revoked'::text])))
);
alter table wholesale.keys enable row level security;
grant insert, select, update on wholesale.keys to quanshu_app;

create table wholesale.nonces (
  tenant_id bigint not null,
  key_id bigint not null,
  nonce text not null,
  at timestamp with time zone not null default now(),
  constraint nonces_pkey PRIMARY KEY (tenant_id, key_id, nonce)
);
alter table wholesale.nonces enable row level security;
grant select on wholesale.nonces to quanshu_app;

create table wholesale.orders (
  tenant_id bigint not null,
  key_id bigint not null,
  outer_no text not null,
  order_no bigint not null,
  request_hash bytea not null,
  callback_url text not null,
  trace text[] not null default '{}'::text[],
  placed_at timestamp with time zone not null default now(),
  ended_because text,
  constraint a_callers_number_is_one_order PRIMARY KEY (tenant_id, key_id, outer_no),
  constraint orders_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES wholesale.keys(tenant_id, id),
  constraint orders_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no),
  constraint orders_outer_no_check CHECK ((outer_no <> ''::text))
);
alter table wholesale.orders enable row level security;
grant select, update on wholesale.orders to quanshu_app;

create table wholesale.prices (
  tenant_id bigint not null,
  key_id bigint not null,
  sku_id bigint not null,
  price_fen bigint,
  below_floor boolean not null default false,
  updated_by text not null,
  updated_at timestamp with time zone not null default now(),
  constraint prices_pkey PRIMARY KEY (tenant_id, key_id, sku_id),
  constraint prices_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES wholesale.keys(tenant_id, id),
  constraint prices_tenant_id_sku_id_fkey FOREIGN KEY (tenant_id, sku_id) REFERENCES catalog.skus(tenant_id, id),
  constraint prices_check CHECK (((NOT below_floor) OR (price_fen IS NOT NULL))),
  constraint prices_price_fen_check CHECK (((price_fen >= 1) AND (price_fen <= 1000000000)))
);
alter table wholesale.prices enable row level security;
grant delete, insert, select, update on wholesale.prices to quanshu_app;

create table wholesale.rates (
  tenant_id bigint not null,
  key_id bigint not null,
  minute timestamp with time zone not null,
  calls integer not null,
  before integer not null,
  constraint rates_pkey PRIMARY KEY (tenant_id, key_id),
  constraint rates_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES wholesale.keys(tenant_id, id),
  constraint rates_before_check CHECK ((before >= 0)),
  constraint rates_calls_check CHECK ((calls >= 0))
);
alter table wholesale.rates enable row level security;
grant select on wholesale.rates to quanshu_app;

create table wholesale.reveals (
  tenant_id bigint not null,
  id bigint not null generated always as identity,
  key_id bigint not null,
  order_no bigint not null,
  pieces integer not null,
  ip text not null,
  at timestamp with time zone not null default now(),
  constraint reveals_pkey PRIMARY KEY (tenant_id, id),
  constraint reveals_tenant_id_key_id_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES wholesale.keys(tenant_id, id),
  constraint reveals_tenant_id_order_no_fkey FOREIGN KEY (tenant_id, order_no) REFERENCES orders.orders(tenant_id, no),
  constraint reveals_pieces_check CHECK ((pieces > 0))
);
alter table wholesale.reveals enable row level security;
grant insert, select on wholesale.reveals to quanshu_app;


create index bulks_of_day ON wholesale.bulks USING btree (tenant_id, key_id, placed_at);
create UNIQUE index one_bulk_order_one_number ON wholesale.bulks USING btree (tenant_id, bulk_id);
create index callbacks_of_bulk ON wholesale.callbacks USING btree (tenant_id, bulk_id) WHERE (bulk_id IS NOT NULL);
create index callbacks_of_order ON wholesale.callbacks USING btree (tenant_id, order_no);
create index callbacks_waiting ON wholesale.callbacks USING btree (tenant_id, key_id, next_try_at) WHERE (state = 'queued'::text);
create index calls_of_key ON wholesale.calls USING btree (tenant_id, key_id, id DESC);
create UNIQUE index keys_by_key ON wholesale.keys USING btree (tenant_id, key);
create index keys_of_member ON wholesale.keys USING btree (tenant_id, member_id);
create index nonces_sweep ON wholesale.nonces USING btree (at);
create UNIQUE index one_order_one_number ON wholesale.orders USING btree (tenant_id, order_no);
create index orders_of_day ON wholesale.orders USING btree (tenant_id, key_id, placed_at);
create index reveals_of_order ON wholesale.reveals USING btree (tenant_id, order_no, id);

create policy tenant on wholesale.bulks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.callbacks for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.calls for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.days for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.keys for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.nonces for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.orders for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.prices for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.rates for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);
create policy tenant on wholesale.reveals for all to quanshu_app using (tenant_id = (current_setting('app.tenant_id'::text))::bigint) with check (tenant_id = (current_setting('app.tenant_id'::text))::bigint);

function wholesale.admit(p_tenant bigint, p_items jsonb) returns jsonb security definer
function wholesale.bulk_progress(p_tenant bigint, p_key bigint, p_outer_no text) returns jsonb security definer
function wholesale.cancel(p_tenant bigint, p_key bigint, p_outer_no text, p_actor text) returns jsonb security definer
function wholesale.cancel_bulk(p_tenant bigint, p_key bigint, p_outer_no text) returns jsonb security definer
function wholesale.end_order(p_tenant bigint, p_no bigint, p_because text, p_actor text) returns boolean security definer
function wholesale.find_shop(p_tenant bigint, p_key text) returns jsonb security definer
function wholesale.give_back(p_tenant bigint, p_no bigint, p_actor text) returns jsonb security definer
function wholesale.line_state(p_standing text, p_kind text, p_quantity integer, p_taken_back integer) returns text
function wholesale.place(p_tenant bigint, p_items jsonb) returns json security definer
function wholesale.place_bulk(p_tenant bigint, p_item jsonb) returns jsonb security definer
function wholesale.priced(p_tenant bigint, p_key bigint, p_skus bigint[]) returns TABLE(sku_id bigint, kind text, goods_title text, title text, mall_fen bigint, face_fen bigint, own_fen bigint, floor_fen bigint, price_fen bigint, stock bigint, sellable boolean, form_fields jsonb) security definer
function wholesale.tidy(p_limit integer) returns jsonb security definer
function wholesale.trace_of(p_tenant bigint, p_no bigint) returns jsonb security definer
function wholesale.use_nonces(p_tenant bigint, p_items jsonb) returns jsonb security definer
