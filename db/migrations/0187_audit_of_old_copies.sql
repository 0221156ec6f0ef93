-- What is audited may have stood still: a backup of last month is late by a month in everything that was under way.
alter table books.runs drop constraint runs_grace_seconds_check;
alter table books.runs add constraint runs_grace_seconds_check check (grace_seconds between 0 and 999999999);

-- An audit that broke off is gone on with only by one that forgives as much.
drop function if exists books.unfinished_run(bigint, text, boolean);

-- A statement's line that is a difference: the audit looks for it line by line.
create index cases_of_line on reconciliation.cases (tenant_id, bill_id, n) where bill_id is not null;
