-- Top-ups that are activated later (docs/adr/0059-activate-later.md): one that cannot be ended holds up no other, and what was
-- bought beside them is told of when it is there.
alter table fulfilment.activations
  -- How often its end was tried, and when it is tried again; null: it was not tried, so it is due at its end.
  add column looks smallint not null default 0,
  add column look_at timestamptz,
  -- Why staff activated it though a payer's bank had money of it: so it is bought, where others are not any more.
  add column in_spite text not null default '',
  -- When its buyer was last told of what else of the order had arrived, while this one is kept; null: of nothing yet.
  add column told_at timestamptz;

-- One at a time, and one that failed came first again.
drop function if exists fulfilment.next_lapsed();
