-- Ends that staff bring about (docs/adr/0058-desk-of-ends.md). What became of asking a supplier to take a purchase back: the last asking; every one of them is in the audit.
alter table suppliers.purchases
  add column cancel_state text check (cancel_state in ('asking', 'cancelled', 'too_late', 'refused', 'unknown')),
  add column cancel_by text,
  add column cancel_note text,
  -- The supplier's own words; for staff alone.
  add column cancel_said text,
  add column cancel_asked_at timestamptz,
  add column cancel_answered_at timestamptz;

alter table fulfilment.needs
  -- Pieces that somebody of the shop delivered outside of the system; `filled` counts what suppliers brought.
  add column by_hand integer not null default 0 check (by_hand >= 0);
