-- What became of asking a supplier to take a purchase back: the last asking; every one of them is in the audit.
alter table suppliers.purchases
  add column cancel_state text check (cancel_state in ('asking', 'cancelled', 'too_late', 'refused', 'unknown')),
  add column cancel_by text,
  add column cancel_note text,
  -- The supplier's own words; for staff alone.
  add column cancel_said text,
  add column cancel_asked_at timestamptz,
  add column cancel_answered_at timestamptz;
