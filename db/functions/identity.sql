-- Counts a try to sign in before the password is looked at, so that a hundred parallel guesses are a hundred tries.
-- From the 5th try without a success on, each one locks the email: 1 minute, 2, 4, 8, then 15. A try that finds the
-- lock is not counted. A day without tries, or a success, clears it.
create or replace function identity.begin_try(p_tenant_id bigint, p_email_key text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  tries_before_lock constant integer := 5;
  known identity.sign_in_tries;
  counted integer;
begin
  insert into identity.sign_in_tries (tenant_id, email_key, tries)
  values (p_tenant_id, decode(p_email_key, 'hex'), 0)
  on conflict do nothing;
  select * into known
  from identity.sign_in_tries
  where tenant_id = p_tenant_id
    and email_key = decode(p_email_key, 'hex')
  for update;

  if known.locked_until > now() then
    return jsonb_build_object(
      'allowed', false,
      'tries', known.tries,
      'retryAfterSeconds', ceil(extract(epoch from known.locked_until - now()))
    );
  end if;

  counted := case when known.last_at < now() - interval '1 day' then 1 else known.tries + 1 end;
  update identity.sign_in_tries
  set tries = counted,
      last_at = now(),
      locked_until = case
        when counted < tries_before_lock then '-infinity'::timestamptz
        else now() + interval '1 minute' * least(2 ^ least(counted - tries_before_lock, 10), 15)
      end
  where tenant_id = p_tenant_id
    and email_key = decode(p_email_key, 'hex');
  return jsonb_build_object('allowed', true, 'tries', counted, 'locks', counted >= tries_before_lock);
end
$$;

-- The live session of a token with all that a request needs to be let in, or null. Notes the visit once a minute:
-- writing it at every request would cost more than most requests do.
create or replace function identity.find_session(p_tenant_id bigint, p_kind text, p_token_hash text) returns jsonb
language plpgsql volatile security definer
set search_path = pg_catalog
as $$
declare
  session identity.sessions;
  staff identity.staff;
  seen boolean := false;
begin
  select * into session
  from identity.sessions s
  where s.tenant_id = p_tenant_id
    and s.token_hash = decode(p_token_hash, 'hex')
    and s.kind = p_kind
    and s.expires_at > now()
    and s.last_seen_at + interval '1 second' * s.idle_seconds > now();
  if not found then
    return null;
  end if;

  if session.last_seen_at < now() - interval '1 minute' then
    seen := true;
    update identity.sessions s
    set last_seen_at = now()
    where s.tenant_id = p_tenant_id
      and s.token_hash = session.token_hash;
    if session.kind = 'staff' then
      update identity.staff
      set last_seen_at = now()
      where tenant_id = p_tenant_id
        and id = session.subject_id;
    end if;
  end if;

  if session.kind = 'member' then
    return jsonb_build_object('kind', 'member', 'sessionId', session.id, 'memberId', session.subject_id, 'seen', seen);
  end if;

  select * into staff
  from identity.staff s
  where s.tenant_id = p_tenant_id
    and s.id = session.subject_id
    and s.status = 'active';
  if not found then
    return null;
  end if;
  return jsonb_build_object(
    'kind', 'staff',
    'sessionId', session.id,
    'staffId', staff.id,
    'name', staff.name,
    'locale', staff.locale,
    'mustChangePassword', staff.must_change_password,
    'nodeKind', (
      select n.kind
      from organizations.nodes n
      where n.tenant_id = staff.tenant_id
        and n.id = staff.node_id
    ),
    'roles', (
      select coalesce(jsonb_agg(jsonb_build_object('builtIn', r.built_in, 'permissions', r.permissions)), '[]'::jsonb)
      from identity.staff_roles sr
      join identity.roles r on r.tenant_id = sr.tenant_id and r.id = sr.role_id
      where sr.tenant_id = p_tenant_id
        and sr.staff_id = staff.id
    )
  );
end
$$;

-- Deletes what is over, of all tenants, a few thousand rows at a time. Answers how many went.
create or replace function identity.sweep(p_max integer) returns jsonb
language sql volatile security definer
set search_path = pg_catalog
as $$
  with dead_sessions as (
    delete from identity.sessions
    where ctid in (
      select ctid
      from identity.sessions
      where expires_at < now()
         or last_seen_at + interval '1 second' * idle_seconds < now()
      limit p_max
    )
    returning 1
  ),
  dead_tickets as (
    delete from identity.tickets
    where expires_at < now()
    returning 1
  ),
  dead_tries as (
    delete from identity.sign_in_tries
    where ctid in (
      select ctid
      from identity.sign_in_tries
      where last_at < now() - interval '1 day'
      limit p_max
    )
    returning 1
  )
  select to_jsonb(
    (select count(*) from dead_sessions) + (select count(*) from dead_tickets) + (select count(*) from dead_tries)
  )
$$;
