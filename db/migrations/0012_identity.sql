-- Employees, what they may do, and every live session of employees and members.

create schema identity;

create table identity.staff (
  tenant_id bigint not null,
  id bigint generated always as identity,
  node_id bigint not null,
  -- Unique per tenant, not over all: a taken address must not tell one shop about another's people.
  email text not null check (email = lower(email) and length(email) between 3 and 254),
  name text not null check (length(name) between 1 and 40),
  locale text not null default 'zh-CN' check (locale in ('zh-CN', 'en')),
  status text not null default 'active' check (status in ('active', 'disabled')),
  password_hash text not null,
  must_change_password boolean not null default false,
  -- Sealed by crypto. Two-factor is in force from `totp_confirmed_at` on.
  totp_secret bytea,
  totp_confirmed_at timestamptz,
  -- The last time step that was used: a code opens once.
  totp_last_step bigint not null default 0,
  last_seen_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, email),
  foreign key (tenant_id, node_id) references organizations.nodes (tenant_id, id),
  check (totp_confirmed_at is null or totp_secret is not null)
);
select platform.protect('identity.staff', 'select, insert, update');

create table identity.roles (
  tenant_id bigint not null,
  id bigint generated always as identity,
  name text not null check (length(name) between 1 and 40),
  -- The permissions of built-in roles are the program's, so that a new permission reaches old tenants.
  built_in text check (built_in in ('owner', 'operator', 'support', 'finance')),
  permissions jsonb not null default '[]' check (jsonb_typeof(permissions) = 'array'),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, name),
  unique (tenant_id, built_in)
);
select platform.protect('identity.roles');

create table identity.staff_roles (
  tenant_id bigint not null,
  staff_id bigint not null,
  role_id bigint not null,
  primary key (tenant_id, staff_id, role_id),
  foreign key (tenant_id, staff_id) references identity.staff (tenant_id, id),
  foreign key (tenant_id, role_id) references identity.roles (tenant_id, id)
);
create index staff_roles_by_role on identity.staff_roles (tenant_id, role_id);
select platform.protect('identity.staff_roles', 'select, insert, delete');

create table identity.recovery_codes (
  tenant_id bigint not null,
  staff_id bigint not null,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (tenant_id, staff_id, code_hash),
  foreign key (tenant_id, staff_id) references identity.staff (tenant_id, id)
);
select platform.protect('identity.recovery_codes');

-- Found by the hash of the token in the cookie; the token itself is stored nowhere.
-- `subject_id` is an identity.staff or a members.members, as `kind` says; whoever closes an account deletes its rows.
create table identity.sessions (
  tenant_id bigint not null,
  token_hash bytea not null,
  id bigint generated always as identity,
  kind text not null check (kind in ('staff', 'member')),
  subject_id bigint not null,
  ip text,
  user_agent text not null check (length(user_agent) <= 300),
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  -- Without a request for this long it is over.
  idle_seconds integer not null check (idle_seconds > 0),
  -- Over at this moment whatever happens.
  expires_at timestamptz not null,
  primary key (tenant_id, token_hash),
  unique (tenant_id, id)
);
create index sessions_by_subject on identity.sessions (tenant_id, kind, subject_id, id);
create index sessions_age on identity.sessions (expires_at);
select platform.protect('identity.sessions');

-- Between the right password and the second factor. Worth nothing as a session.
create table identity.tickets (
  tenant_id bigint not null,
  ticket_hash bytea not null,
  staff_id bigint not null,
  tries integer not null default 0,
  expires_at timestamptz not null,
  primary key (tenant_id, ticket_hash),
  foreign key (tenant_id, staff_id) references identity.staff (tenant_id, id)
);
create index tickets_by_staff on identity.tickets (tenant_id, staff_id);
select platform.protect('identity.tickets');

-- Tries since the last success, by keyed hash of the email as typed: emails nobody has are counted and locked as well.
create table identity.sign_in_tries (
  tenant_id bigint not null,
  email_key bytea not null,
  tries integer not null,
  locked_until timestamptz not null default '-infinity',
  last_at timestamptz not null default now(),
  primary key (tenant_id, email_key)
);
create index sign_in_tries_age on identity.sign_in_tries (last_at);
select platform.protect('identity.sign_in_tries');
