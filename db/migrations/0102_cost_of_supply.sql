-- What suppliers charged for what arrived is a cost of the result; codes cost what their batch did, as before.
alter table analytics.entries
  drop constraint entries_kind_check,
  add constraint entries_kind_check check (kind in ('sale', 'refund', 'fee', 'loss', 'replacement', 'bonus', 'cost'));
alter table analytics.sums
  add column costs_fen bigint not null default 0;
