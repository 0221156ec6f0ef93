-- When this installation stood still, and why (docs/adr/0064-standstill.md). One row at most is open; ended ones stay, so that it can
-- be told later. The application reaches it by functions alone.
create table platform.standstills (
  id bigint generated always as identity primary key,
  -- Who brings the same news twice (a restore that was killed in between) brings it under the same key.
  key text not null unique,
  kind text not null check (kind in ('restored', 'by_hand')),
  words text check (length(words) between 1 and 500),
  -- The moment that the database was taken back to, where the log of the backup named one.
  restored_to timestamptz,
  since timestamptz not null default now(),
  set_by text not null,
  ended_at timestamptz,
  ended_by text,
  check ((ended_at is null) = (ended_by is null)),
  check ((kind = 'by_hand') = (words is not null))
);
create unique index standstills_open on platform.standstills ((true)) where ended_at is null;
