-- Lists of stock and price that come without anybody signing in: by mail, or put into a folder (docs/adr/0047-lists-and-papers.md).

-- How a supplier's lists may come. A door that was never opened has no name.
create table suppliers.doors (
  tenant_id bigint not null,
  supplier_id bigint not null,
  mail_on boolean not null default false,
  folder_on boolean not null default false,
  -- What the address and the folder are called: who knows it may knock. Sealed to be shown; the hash tells whether a name is right.
  mail_sealed bytea,
  mail_hash bytea,
  folder_sealed bytea,
  folder_hash bytea,
  -- Addresses that mails are taken from.
  senders text[] not null default '{}',
  -- A mail without a DKIM signature of the sender's own domain is turned away.
  signed_only boolean not null default true,
  -- Taken as it comes; else a person agrees to each.
  at_once boolean not null default false,
  -- A list comes at least this often, or somebody is told. Null: nothing was promised.
  every_hours integer check (every_hours between 1 and 2160),
  heard_at timestamptz not null default now(),
  late_told_at timestamptz,
  updated_by text not null default '',
  updated_at timestamptz not null default now(),
  primary key (tenant_id, supplier_id),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  constraint open_door_has_a_name check ((not mail_on or mail_hash is not null) and (not folder_on or folder_hash is not null)),
  constraint door_name_is_sealed check ((mail_hash is null) = (mail_sealed is null) and (folder_hash is null) = (folder_sealed is null))
);
create index doors_waited_for on suppliers.doors (tenant_id, heard_at) where every_hours is not null and late_told_at is null;

-- What came through a door, whatever became of it.
create table suppliers.intakes (
  tenant_id bigint not null,
  id bigint generated always as identity,
  supplier_id bigint not null,
  door text not null check (door in ('mail', 'folder')),
  -- The same mail or file brought once more is the same row.
  arrival bytea not null,
  name text not null check (length(name) between 1 and 200),
  bytes bigint not null check (bytes >= 0),
  sha256 bytea,
  -- Of a mail: whom it says to be from, and what its signature proves.
  sender text not null default '',
  signature text check (signature in ('pass', 'fail', 'none')),
  state text not null check (state in ('taken', 'waiting', 'same', 'refused', 'replaced', 'discarded')),
  -- The rows, in suppliers.files; gone with what was replaced or discarded.
  file_id bigint,
  -- Why it was refused or waits: {code, params}.
  problem jsonb,
  came_at timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  primary key (tenant_id, id),
  constraint intake_arrives_once unique (tenant_id, supplier_id, arrival),
  foreign key (tenant_id, supplier_id) references suppliers.suppliers (tenant_id, id),
  constraint intake_has_rows check ((state in ('taken', 'waiting')) = (file_id is not null)),
  constraint signature_of_mail check (door = 'mail' or signature is null)
);
create index intakes_of_supplier on suppliers.intakes (tenant_id, supplier_id, id);
create unique index one_waiting_intake on suppliers.intakes (tenant_id, supplier_id) where state = 'waiting';

alter table suppliers.files add column door text not null default 'upload' check (door in ('upload', 'mail', 'folder'));

select platform.protect('suppliers.doors', 'select, insert, update');
select platform.protect('suppliers.intakes', 'select, insert, update');
