-- All keys of a tenant, still wrapped.
create or replace function crypto.load_keys(p_tenant_id bigint) returns jsonb
language sql stable security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', k.id,
    'purpose', k.purpose,
    'state', k.state,
    'wrapped', encode(k.wrapped, 'base64'),
    'masterKeyId', k.master_key_id
  ) order by k.id), '[]'::jsonb)
  from crypto.data_keys k
  where k.tenant_id = p_tenant_id
$$;

-- Keys of one tenant are numbered one after another; whoever makes one holds this lock until commit.
create or replace function crypto.lock_keys(p_tenant_id bigint) returns void
language sql volatile
set search_path = pg_catalog
as $$
  select pg_advisory_xact_lock(hashtextextended('crypto.data_keys', p_tenant_id))
$$;

-- The tenant's first key of a purpose. Of two callers the first wins, and both then load the same key.
create or replace function crypto.add_first_key(p_tenant_id bigint, p_purpose text, p_wrapped text, p_master_key_id text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
begin
  perform crypto.lock_keys(p_tenant_id);
  insert into crypto.data_keys (tenant_id, id, purpose, state, wrapped, master_key_id)
  select p_tenant_id, 1 + coalesce(max(k.id), 0), p_purpose, 'current', decode(p_wrapped, 'base64'), p_master_key_id
  from crypto.data_keys k
  where k.tenant_id = p_tenant_id
  having not coalesce(bool_or(k.purpose = p_purpose), false);
  return to_jsonb(found);
end
$$;

-- New values are sealed under the new key; the one before retires and still opens what it sealed.
create or replace function crypto.rotate_data_key(p_tenant_id bigint, p_wrapped text, p_master_key_id text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
begin
  perform crypto.lock_keys(p_tenant_id);
  update crypto.data_keys
  set state = 'retired'
  where tenant_id = p_tenant_id
    and purpose = 'data'
    and state = 'current';
  insert into crypto.data_keys (tenant_id, id, purpose, state, wrapped, master_key_id)
  select p_tenant_id, 1 + max(k.id), 'data', 'current', decode(p_wrapped, 'base64'), p_master_key_id
  from crypto.data_keys k
  where k.tenant_id = p_tenant_id;
  return to_jsonb(true);
end
$$;

-- One wrapped key for each master key in use: enough to prove at start that the key file opens everything.
create or replace function crypto.one_key_per_master() returns jsonb
language sql stable security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'tenantId', k.tenant_id,
    'id', k.id,
    'masterKeyId', k.master_key_id,
    'wrapped', encode(k.wrapped, 'base64')
  )), '[]'::jsonb)
  from (
    select distinct on (master_key_id) tenant_id, id, master_key_id, wrapped
    from crypto.data_keys
    order by master_key_id, tenant_id, id
  ) k
$$;

-- Keys that some other master key than the given one wraps.
create or replace function crypto.keys_to_rewrap(p_master_key_id text, p_max integer) returns jsonb
language sql stable security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'tenantId', k.tenant_id,
    'id', k.id,
    'masterKeyId', k.master_key_id,
    'wrapped', encode(k.wrapped, 'base64')
  )), '[]'::jsonb)
  from (
    select tenant_id, id, master_key_id, wrapped
    from crypto.data_keys
    where master_key_id <> p_master_key_id
    order by tenant_id, id
    limit p_max
  ) k
$$;

-- Puts re-wrapped keys in place, unless someone else has re-wrapped them meanwhile.
create or replace function crypto.rewrap_keys(p_keys jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  v_changed bigint;
begin
  update crypto.data_keys k
  set wrapped = decode(n.wrapped, 'base64'),
      master_key_id = n."masterKeyId"
  from jsonb_to_recordset(p_keys) as n("tenantId" bigint, id integer, "oldMasterKeyId" text, "masterKeyId" text, wrapped text)
  where k.tenant_id = n."tenantId"
    and k.id = n.id
    and k.master_key_id = n."oldMasterKeyId";
  get diagnostics v_changed = row_count;
  return to_jsonb(v_changed);
end
$$;
