-- Recoveries: what a supplier owes for codes that were bad, asked for and settled. docs/adr/0042-complaints.md.
create table fulfilment.recoveries (
  tenant_id bigint not null,
  id bigint generated always as identity,
  -- Null: a supplier without an interface, known by name.
  supplier_id bigint,
  supplier text not null check (supplier <> ''),
  batch_id bigint not null,
  cause text not null check (cause in ('complaint', 'recall')),
  complaint_id bigint,
  pieces bigint not null check (pieces > 0),
  claimed_fen bigint not null check (claimed_fen >= 0),
  state text not null default 'open' check (state in ('open', 'sent', 'accepted', 'refused', 'written_off')),
  credited_fen bigint not null default 0 check (credited_fen between 0 and claimed_fen),
  -- The supplier's own number for it.
  reference text not null default '',
  note text not null default '',
  opened_by text not null,
  opened_at timestamptz not null default now(),
  sent_at timestamptz,
  ended_at timestamptz,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint one_recovery_a_complaint unique (tenant_id, complaint_id),
  foreign key (tenant_id, batch_id) references vault.batches (tenant_id, id),
  foreign key (tenant_id, complaint_id) references fulfilment.complaints (tenant_id, id),
  constraint cause_says_which check ((cause = 'complaint') = (complaint_id is not null)),
  constraint credit_when_accepted check (credited_fen = 0 or state = 'accepted'),
  constraint ended_says_when check ((state in ('accepted', 'refused', 'written_off')) = (ended_at is not null))
) with (fillfactor = 80);
create unique index one_recovery_a_recall on fulfilment.recoveries (tenant_id, batch_id) where cause = 'recall';
create index recoveries_of_supplier on fulfilment.recoveries (tenant_id, supplier, opened_at desc);
create index recoveries_by_age on fulfilment.recoveries (tenant_id, opened_at desc);
select platform.protect('fulfilment.recoveries', 'select');

create table fulfilment.recovery_log (
  tenant_id bigint not null,
  id bigint generated always as identity,
  recovery_id bigint not null,
  at timestamptz not null default clock_timestamp(),
  state text not null,
  by_name text not null,
  note text not null default '',
  amount_fen bigint not null default 0,
  primary key (tenant_id, id),
  foreign key (tenant_id, recovery_id) references fulfilment.recoveries (tenant_id, id)
);
create index recovery_log_of_recovery on fulfilment.recovery_log (tenant_id, recovery_id, id);
select platform.protect('fulfilment.recovery_log', 'select');
