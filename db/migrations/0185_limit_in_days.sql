-- A limit per person that counts the last days only (docs/adr/0052-ends-that-were-open.md). Null: all that was ever bought.
alter table catalog.goods
  add column limit_days integer check (limit_days between 1 and 366),
  add constraint days_are_of_a_limit check (limit_days is null or limit_per_person is not null);
