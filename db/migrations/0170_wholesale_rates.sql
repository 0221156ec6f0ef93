-- How often each key has called, over all processes: this minute and the one before it (docs/adr/0048).
create table wholesale.rates (
  tenant_id bigint not null,
  key_id bigint not null,
  minute timestamptz not null,
  calls integer not null check (calls >= 0),
  before integer not null check (before >= 0),
  primary key (tenant_id, key_id),
  foreign key (tenant_id, key_id) references wholesale.keys (tenant_id, id)
) with (fillfactor = 50);
select platform.protect('wholesale.rates', 'select');
