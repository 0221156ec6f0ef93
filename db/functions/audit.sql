-- The audit chain's SQL face.
--
--   audit.append(batch)             inside db.write, last of all: {"actor": {...}, "requestId", "ip",
--                                   "entries": [{"action","objectKind","objectId","detail"}, ...]} for app.tenant_id
--   audit.append(tenant, batch)     the same for definer functions; not for the application
--   audit.verify(tenant, from, to)  walks the chain: {"checked": n, "brokenAt": seq | null, "reason": text | null};
--                                   `to` null means to the end, where the head is compared too

-- The canonical text of an entry: one jsonb array, whose text form PostgreSQL keeps stable.
create or replace function audit.entry_hash(
  p_tenant_id bigint,
  p_seq bigint,
  p_at timestamptz,
  p_actor jsonb,
  p_action text,
  p_object_kind text,
  p_object_id text,
  p_detail jsonb,
  p_request_id text,
  p_ip text,
  p_prev_hash bytea
)
returns bytea
language sql
immutable
set search_path = pg_catalog
as $$
  select sha256(convert_to(
    jsonb_build_array(
      p_tenant_id,
      p_seq,
      -- Microseconds since 1970: the same number in every time zone.
      (extract(epoch from p_at) * 1000000)::bigint,
      p_actor,
      p_action,
      p_object_kind,
      p_object_id,
      p_detail,
      p_request_id,
      p_ip,
      encode(p_prev_hash, 'hex')
    )::text,
    'UTF8'
  ))
$$;

create or replace function audit.append(p_tenant_id bigint, p_batch jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  head audit.heads;
  entry jsonb;
  entry_at timestamptz;
  actor jsonb := coalesce(p_batch -> 'actor', '{}');
  next_hash bytea;
begin
  insert into audit.heads (tenant_id, seq, hash)
  values (p_tenant_id, 0, '\x')
  on conflict do nothing;
  select * into head
  from audit.heads
  where tenant_id = p_tenant_id
  for update;

  for entry in select jsonb_array_elements(p_batch -> 'entries') loop
    head.seq := head.seq + 1;
    entry_at := clock_timestamp();
    next_hash := audit.entry_hash(
      p_tenant_id, head.seq, entry_at, actor, entry ->> 'action', entry ->> 'objectKind', entry ->> 'objectId',
      coalesce(entry -> 'detail', '{}'), p_batch ->> 'requestId', p_batch ->> 'ip', head.hash
    );
    insert into audit.entries
      (tenant_id, at, seq, actor, action, object_kind, object_id, detail, request_id, ip, prev_hash, hash)
    values (
      p_tenant_id, entry_at, head.seq, actor, entry ->> 'action', entry ->> 'objectKind', entry ->> 'objectId',
      coalesce(entry -> 'detail', '{}'), p_batch ->> 'requestId', p_batch ->> 'ip', head.hash, next_hash
    );
    head.hash := next_hash;
  end loop;

  update audit.heads
  set seq = head.seq,
      hash = head.hash
  where tenant_id = p_tenant_id;
end;
$$;
revoke execute on function audit.append(bigint, jsonb) from public;

create or replace function audit.append(p_batch jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  select audit.append(current_setting('app.tenant_id')::bigint, p_batch)
$$;

-- Run by the caller's own rights: inside db.read it sees only its tenant.
create or replace function audit.verify(p_tenant_id bigint, p_from bigint default 1, p_to bigint default null)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog
as $$
declare
  entry audit.entries;
  head audit.heads;
  expected_seq bigint := p_from;
  expected_prev bytea := '\x';
  checked bigint := 0;
begin
  if p_from > 1 then
    select hash into expected_prev
    from audit.entries
    where tenant_id = p_tenant_id
      and seq = p_from - 1;
  end if;
  for entry in
    select *
    from audit.entries
    where tenant_id = p_tenant_id
      and seq >= p_from
      and (p_to is null or seq <= p_to)
    order by seq
  loop
    if entry.seq <> expected_seq then
      return jsonb_build_object('checked', checked, 'brokenAt', expected_seq, 'reason', 'missing');
    end if;
    if entry.prev_hash is distinct from expected_prev then
      return jsonb_build_object('checked', checked, 'brokenAt', entry.seq, 'reason', 'unlinked');
    end if;
    if entry.hash <> audit.entry_hash(
      entry.tenant_id, entry.seq, entry.at, entry.actor, entry.action, entry.object_kind, entry.object_id,
      entry.detail, entry.request_id, entry.ip, entry.prev_hash
    ) then
      return jsonb_build_object('checked', checked, 'brokenAt', entry.seq, 'reason', 'changed');
    end if;
    expected_seq := expected_seq + 1;
    expected_prev := entry.hash;
    checked := checked + 1;
  end loop;

  select * into head
  from audit.heads
  where tenant_id = p_tenant_id;
  if expected_seq <= coalesce(least(p_to, head.seq), head.seq) then
    return jsonb_build_object('checked', checked, 'brokenAt', expected_seq, 'reason', 'missing');
  end if;
  if p_to is null and checked > 0 and head.hash is distinct from expected_prev then
    return jsonb_build_object('checked', checked, 'brokenAt', head.seq, 'reason', 'head');
  end if;
  return jsonb_build_object('checked', checked, 'brokenAt', null, 'reason', null);
end;
$$;
