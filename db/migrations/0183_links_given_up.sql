-- A paid link whose code is not made goes to the desk, and may be tried again there: since when it is wanted.
alter table redeem.sales add column wanted_at timestamptz not null default now();
update redeem.sales set wanted_at = opened_at where state = 'making';
create index sales_making_due on redeem.sales (wanted_at) where state = 'making';
