-- When what a purchase cost was booked, under the lock of its supplier's account: so the audit can add up a supplier's purchases in
-- several steps as they were at one moment.
alter table suppliers.purchases add column cost_at timestamptz;
