-- Takes a place for one more sign-in code, or says why not. Per phone: one a minute, 5 an hour, 10 a day; per address:
-- 20 an hour, 60 a day (a household or an office shares one). Runs inside the transaction that sends the code; both
-- counts are taken under a lock, so that parallel requests cannot all see "one left".
create or replace function members.request_code(
  p_tenant_id bigint,
  p_phone_hash bytea,
  p_code_hash bytea,
  p_ip text,
  p_lives interval
) returns jsonb
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  by_phone record;
  by_ip record;
begin
  perform pg_advisory_xact_lock(hashtextextended('members.code.' || encode(p_phone_hash, 'hex'), p_tenant_id));
  if p_ip is not null then
    perform pg_advisory_xact_lock(hashtextextended('members.code.ip.' || p_ip, p_tenant_id));
  end if;

  select
    count(*) as day,
    count(*) filter (where created_at > now() - interval '1 hour') as hour,
    extract(epoch from max(created_at) + interval '1 minute' - now()) as wait_seconds
  into by_phone
  from members.sign_in_codes
  where tenant_id = p_tenant_id
    and phone_hash = p_phone_hash
    and created_at > now() - interval '1 day';
  if by_phone.wait_seconds > 0 then
    return jsonb_build_object('taken', false, 'reason', 'soon', 'retryAfterSeconds', ceil(by_phone.wait_seconds));
  end if;

  select
    count(*) as day,
    count(*) filter (where created_at > now() - interval '1 hour') as hour
  into by_ip
  from members.sign_in_codes
  where tenant_id = p_tenant_id
    and ip = p_ip
    and created_at > now() - interval '1 day';
  if by_phone.hour >= 5 or by_phone.day >= 10 or by_ip.hour >= 20 or by_ip.day >= 60 then
    return jsonb_build_object('taken', false, 'reason', 'limit');
  end if;

  insert into members.sign_in_codes (tenant_id, phone_hash, code_hash, ip, expires_at)
  values (p_tenant_id, p_phone_hash, p_code_hash, p_ip, now() + p_lives);
  return jsonb_build_object('taken', true);
end
$$;

-- One try at the newest code of a phone. The try is counted before it is compared; after 5 the code is dead.
-- A right code opens once.
create or replace function members.try_code(p_tenant_id bigint, p_phone_hash bytea, p_code_hash bytea) returns boolean
language plpgsql volatile
set search_path = pg_catalog
as $$
declare
  tries_max constant integer := 5;
  newest members.sign_in_codes;
begin
  select * into newest
  from members.sign_in_codes
  where tenant_id = p_tenant_id
    and phone_hash = p_phone_hash
  order by id desc
  limit 1
  for update;
  if not found or newest.used_at is not null or newest.expires_at <= now() or newest.tries >= tries_max then
    return false;
  end if;
  update members.sign_in_codes
  set tries = tries + 1,
      used_at = case when code_hash = p_code_hash then now() end
  where tenant_id = p_tenant_id
    and id = newest.id;
  return newest.code_hash = p_code_hash;
end
$$;

-- Codes older than the longest window that counts them.
create or replace function members.sweep(p_max integer) returns jsonb
language sql volatile security definer
set search_path = pg_catalog
as $$
  with gone as (
    delete from members.sign_in_codes
    where ctid in (
      select ctid
      from members.sign_in_codes
      where created_at < now() - interval '2 days'
      limit p_max
    )
    returning 1
  )
  select to_jsonb(count(*))
  from gone
$$;
