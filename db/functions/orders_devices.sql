-- Devices on which an order's codes may be opened, beside the one that placed it (docs/adr/0049).
--
--   orders.ask_device_code(tenant, no, device, code hash, lives)   takes a place for one more code, or says why not
--   orders.admit_device(tenant, no, device, code hash, most)       one try; a right code lets the device in
--   orders.is_admitted(tenant, no, device)                         whether it was let in

-- Of an order: one a minute, 5 an hour, 10 a day, whoever asks: they all go to one contact, who pays for nothing and wants no
-- flood. Runs inside the transaction that sends the code. {"taken": true} or {"taken": false, "reason", "retryAfterSeconds"}.
create or replace function orders.ask_device_code(p_tenant bigint, p_no bigint, p_device bytea, p_code_hash bytea, p_lives interval)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  asked record;
begin
  perform pg_advisory_xact_lock(hashtextextended('orders.device_code:' || p_tenant || ':' || p_no, 0));
  delete from orders.device_codes c
  where c.tenant_id = p_tenant
    and c.order_no = p_no
    and c.created_at < now() - interval '2 days';
  select count(*) filter (where c.created_at > now() - interval '1 day') as day,
    count(*) filter (where c.created_at > now() - interval '1 hour') as hour,
    ceil(extract(epoch from max(c.created_at) + interval '1 minute' - now()))::integer as wait_seconds
  into asked
  from orders.device_codes c
  where c.tenant_id = p_tenant
    and c.order_no = p_no;
  if asked.wait_seconds > 0 then
    return jsonb_build_object('taken', false, 'reason', 'soon', 'retryAfterSeconds', asked.wait_seconds);
  elsif asked.hour >= 5 or asked.day >= 10 then
    return '{"taken": false, "reason": "limit"}';
  end if;
  insert into orders.device_codes (tenant_id, order_no, device_hash, code_hash, expires_at)
  values (p_tenant, p_no, p_device, p_code_hash, now() + p_lives);
  return '{"taken": true}';
end;
$$;

-- One try at the newest code that this device asked for, counted before it is compared; after 5 the code is dead, and a right one
-- opens once. Of the devices let in the newest `p_most` stay.
create or replace function orders.admit_device(p_tenant bigint, p_no bigint, p_device bytea, p_code_hash bytea, p_most integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  tries_max constant integer := 5;
  newest orders.device_codes;
begin
  perform pg_advisory_xact_lock(hashtextextended('orders.device_code:' || p_tenant || ':' || p_no, 0));
  select * into newest
  from orders.device_codes c
  where c.tenant_id = p_tenant
    and c.order_no = p_no
    and c.device_hash = p_device
  order by c.id desc
  limit 1;
  if not found or newest.used_at is not null or newest.expires_at <= now() or newest.tries >= tries_max then
    return false;
  end if;
  update orders.device_codes c
  set tries = c.tries + 1,
      used_at = case when c.code_hash = p_code_hash then now() end
  where c.tenant_id = p_tenant
    and c.order_no = p_no
    and c.id = newest.id;
  if newest.code_hash <> p_code_hash then
    return false;
  end if;
  insert into orders.devices as d (tenant_id, order_no, device_hash)
  values (p_tenant, p_no, p_device)
  on conflict (tenant_id, order_no, device_hash) do update
  set admitted_at = clock_timestamp();
  delete from orders.devices d
  where d.tenant_id = p_tenant
    and d.order_no = p_no
    and d.device_hash not in (
      select n.device_hash
      from orders.devices n
      where n.tenant_id = p_tenant
        and n.order_no = p_no
      order by n.admitted_at desc
      limit p_most
    );
  return true;
end;
$$;

create or replace function orders.is_admitted(p_tenant bigint, p_no bigint, p_device text)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select to_jsonb(exists (
    select from orders.devices d
    where d.tenant_id = p_tenant
      and d.order_no = p_no
      and d.device_hash = decode(p_device, 'hex')
  ))
$$;
