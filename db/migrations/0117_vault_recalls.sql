-- A batch whose source proved bad: nothing more is sold, and what was sold is put right piece by piece.
alter table vault.batches drop constraint batches_state_check;
alter table vault.batches add constraint batches_state_check
  check (state in ('importing', 'cancelled', 'interrupted', 'ready', 'suspended', 'undone', 'recalling', 'recalled'));

-- What every pick asks for. A recalled batch has no card left to be picked.
create index batches_stopped on vault.batches (tenant_id, sku_id) where state in ('suspended', 'recalling');

create table vault.recalls (
  tenant_id bigint not null,
  batch_id bigint not null,
  reason text not null check (reason <> ''),
  -- What proves it: complaints, the supplier's answer, where it is kept.
  evidence text not null default '',
  -- As they stood then: what is claimed back follows from them, whatever is corrected later.
  supplier text not null,
  cost_fen bigint not null check (cost_fen >= 0),
  -- Pieces that were never delivered, once the recall is closed; until then they are the batch's suspect ones.
  stopped integer check (stopped >= 0),
  begun_by text not null,
  begun_at timestamptz not null default now(),
  -- Delivered pieces have been looked for up to this card; `listed_at` says that all have been found.
  listed_to bigint not null default 0,
  listed_at timestamptz,
  closed_by text,
  closed_at timestamptz,
  close_note text not null default '',
  primary key (tenant_id, batch_id),
  foreign key (tenant_id, batch_id) references vault.batches (tenant_id, id)
);
select platform.protect('vault.recalls', 'select');

-- A delivered piece of a recalled batch, and what became of it. One row a grant, so nothing is put right twice.
create table vault.recall_pieces (
  tenant_id bigint not null,
  batch_id bigint not null,
  grant_id bigint not null,
  card_id bigint not null,
  order_no bigint not null,
  line_no smallint not null,
  state text not null default 'open'
    check (state in ('open', 'queued', 'replaced', 'refunding', 'left', 'failed')),
  -- What was chosen, by whom; while queued it is still to be done.
  action text check (action in ('replace', 'refund', 'leave')),
  refund_to text check (refund_to in ('source', 'balance')),
  reason text not null default '',
  chosen_by text not null default '',
  chosen_by_id bigint,
  refund_id bigint,
  -- Why it could not be done: {"code", "params"}.
  failure jsonb,
  changed_at timestamptz not null default now(),
  primary key (tenant_id, batch_id, grant_id),
  foreign key (tenant_id, batch_id) references vault.recalls (tenant_id, batch_id),
  constraint chosen_says_what check ((state = 'open') = (action is null)),
  constraint refund_says_which check ((state = 'refunding') = (refund_id is not null)),
  constraint failed_says_why check ((state = 'failed') = (failure is not null))
) with (fillfactor = 80);
create index recall_pieces_of_order on vault.recall_pieces (tenant_id, order_no);
create index recall_pieces_queued on vault.recall_pieces (tenant_id, batch_id, order_no, grant_id) where state = 'queued';
select platform.protect('vault.recall_pieces', 'select');
