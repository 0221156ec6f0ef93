-- The order no longer wants this money (paid another way, cancelled, expired): close at the gateway, or learn that it came.
alter table payments.attempts add column close_wanted_at timestamptz;
