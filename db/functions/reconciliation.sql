-- Reconciliation: a gateway's bill laid beside our facts (receipts, refunds, chargebacks), by the day of Beijing. A supplier's
-- statement goes the same way: what is its own stands in reconciliation_supply.sql.
--
-- Working on a day is leased to one worker at a time; every step extends the lease and answers null when it was lost.
--   reconciliation.take_day(tenant, gateway, day, worker, phase)     {"state": taken | busy | closed, "billId"}
--   reconciliation.release_day(tenant, gateway, day, worker, trouble, retry_seconds)
--   reconciliation.start_bill(tenant, worker, facts)                 {"billId", "isKnown"}: a file that counts already is not loaded again
--   reconciliation.load_lines(tenant, bill, worker, from_n, lines, texts)   true
--   reconciliation.finish_bill(tenant, bill, worker, totals)         it counts from now on; the one before it does not
--   reconciliation.fail_bill(tenant, bill, failure)
--   reconciliation.match_lines(tenant, bill, worker, limit)          {"isDone", "judged"}; goes on where it stopped
--   reconciliation.settle_rest(tenant, bill, worker)                 what is left: pairs by payment number, facts a replaced bill named
--   reconciliation.match_ours(tenant, gateway, day, worker, kind, place, limit)   {"count", "fen", "place"}
--   reconciliation.finish_day(tenant, gateway, day, worker, ours)    {"state"}
--   reconciliation.forget_lines(tenant, limit)                       lines of bills that do not count; how many went
--
-- What people do about a difference; inside db.write. Each answers {"code", "params"} of a refusal, or the case's facts.
--   reconciliation.explain(tenant, case, note, write_off, actor)
--   reconciliation.postpone(tenant, case, note, actor)
--   reconciliation.pair(tenant, case, with, note, actor)
--   reconciliation.close_day(tenant, gateway, day, actor)
--
--   reconciliation.plan_days(gateways)   the days whose bill is to be asked for now, over all shops
--
-- Lock order: the day, cases, money of suppliers, accounts by id. The accounts come last, so that buyers wait for a commit and nothing else.

create or replace function reconciliation.day_of(p_at timestamptz)
returns date
language sql
immutable
as $$ select (p_at at time zone 'Asia/Shanghai')::date $$;

create or replace function reconciliation.day_start(p_day date)
returns timestamptz
language sql
immutable
as $$ select p_day::timestamp at time zone 'Asia/Shanghai' $$;

-- The order behind what a gateway knows a payment by: its number, and from the second attempt two digits more.
create or replace function reconciliation.order_of(p_payment_no text)
returns bigint
language sql
immutable
as $$ select case when p_payment_no ~ '^[1-9]\d{15}(\d{2})?$' then left(p_payment_no, 16)::bigint end $$;

-- Our refund behind the number that the gateway knows it by: the order's number, R, its id.
create or replace function reconciliation.refund_of(p_refund_no text)
returns bigint
language sql
immutable
as $$ select case when p_refund_no ~ '^[1-9]\d{15}R[1-9]\d{0,14}$' then split_part(p_refund_no, 'R', 2)::bigint end $$;

-- Money that came is above zero; of a supplier, what adds to the balance there.
create or replace function reconciliation.sign_of(p_kind text)
returns bigint
language sql
immutable
as $$ select case when p_kind in ('payment', 'chargeback_won', 'deposit', 'credit') then 1 else -1 end::bigint $$;

create or replace function reconciliation.holds(p_tenant bigint, p_gateway text, p_day date, p_worker text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update reconciliation.days d
  set lease_until = clock_timestamp() + interval '60 seconds'
  where d.tenant_id = p_tenant
    and d.gateway = p_gateway
    and d.day = p_day
    and d.worker = p_worker
    and d.state <> 'closed';
  return found;
end;
$$;
revoke execute on function reconciliation.holds(bigint, text, date, text) from public;

create or replace function reconciliation.take_day(p_tenant bigint, p_gateway text, p_day date, p_worker text, p_phase text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_day reconciliation.days;
begin
  insert into reconciliation.days (tenant_id, gateway, day)
  values (p_tenant, p_gateway, p_day)
  on conflict do nothing;
  select * into the_day
  from reconciliation.days d
  where d.tenant_id = p_tenant
    and d.gateway = p_gateway
    and d.day = p_day
  for no key update;
  if the_day.state = 'closed' then
    return jsonb_build_object('state', 'closed', 'billId', the_day.bill_id);
  end if;
  if the_day.worker is distinct from p_worker and the_day.lease_until > clock_timestamp() then
    return jsonb_build_object('state', 'busy', 'billId', the_day.bill_id);
  end if;
  update reconciliation.days d
  set worker = p_worker,
      lease_until = clock_timestamp() + interval '60 seconds',
      phase = p_phase
  where d.tenant_id = p_tenant
    and d.gateway = p_gateway
    and d.day = p_day;
  return jsonb_build_object('state', 'taken', 'billId', the_day.bill_id);
end;
$$;

create or replace function reconciliation.release_day(
  p_tenant bigint, p_gateway text, p_day date, p_worker text, p_trouble jsonb, p_retry_seconds integer
)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  update reconciliation.days d
  set worker = null,
      lease_until = '-infinity',
      phase = null,
      trouble = p_trouble,
      tries = case when p_trouble is null then 0 else d.tries + 1 end,
      next_try_at = now() + make_interval(secs => p_retry_seconds)
  where d.tenant_id = p_tenant
    and d.gateway = p_gateway
    and d.day = p_day
    and d.worker = p_worker
    and d.state <> 'closed'
  returning to_jsonb(true)
$$;

-- Lets go without a word about how it went.
create or replace function reconciliation.let_go(p_tenant bigint, p_gateway text, p_day date, p_worker text)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  with gone as (
    update reconciliation.days d
    set worker = null,
        lease_until = '-infinity',
        phase = null
    where d.tenant_id = p_tenant
      and d.gateway = p_gateway
      and d.day = p_day
      and d.worker = p_worker
      and d.state <> 'closed'
    returning 1
  )
  select to_jsonb(exists (select from gone))
$$;

-- Somebody has asked for the day: its page says so until a worker takes it.
create or replace function reconciliation.note_queued(p_tenant bigint, p_gateway text, p_day date)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  insert into reconciliation.days as d (tenant_id, gateway, day, phase, next_try_at)
  values (p_tenant, p_gateway, p_day, 'queued', now() + interval '1 hour')
  on conflict (tenant_id, gateway, day) do update
  set phase = 'queued',
      trouble = null,
      next_try_at = case when d.bill_id is null then excluded.next_try_at end
  where d.state <> 'closed'
    and d.lease_until < clock_timestamp();
$$;

-- p_facts: {"gateway", "day", "source", "askedBy", "fileName", "hash" (hex), "bytes", "rates"}; the same file by other rates is another.
create or replace function reconciliation.start_bill(p_tenant bigint, p_worker text, p_facts jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_gateway text := p_facts ->> 'gateway';
  the_day date := p_facts ->> 'day';
  hash bytea := decode(p_facts ->> 'hash', 'hex');
  bill bigint;
begin
  if not reconciliation.holds(p_tenant, the_gateway, the_day, p_worker) then
    return null;
  end if;
  select b.id into bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.gateway = the_gateway
    and b.day = the_day
    and b.state in ('loaded', 'matched')
    and b.file_hash = hash
    and b.rates = coalesce(p_facts ->> 'rates', '');
  if bill is not null then
    return jsonb_build_object('billId', bill, 'isKnown', true);
  end if;
  -- Nobody goes on with what another worker left half-way.
  update reconciliation.bills b
  set state = 'failed',
      failure = '{"code": "reconciliation.broken_off", "params": {}}'
  where b.tenant_id = p_tenant
    and b.gateway = the_gateway
    and b.day = the_day
    and b.state = 'loading';
  insert into reconciliation.bills (tenant_id, gateway, day, source, asked_by, file_name, file_hash, file_bytes, rates)
  values (
    p_tenant, the_gateway, the_day, p_facts ->> 'source', left(p_facts ->> 'askedBy', 100), left(p_facts ->> 'fileName', 255),
    hash, (p_facts ->> 'bytes')::bigint, coalesce(p_facts ->> 'rates', '')
  )
  returning id into bill;
  update reconciliation.days d
  set phase = 'loading'
  where d.tenant_id = p_tenant
    and d.gateway = the_gateway
    and d.day = the_day;
  return jsonb_build_object('billId', bill, 'isKnown', false);
end;
$$;

-- p_lines: a list for each column, as text. About a third of the time that a list of objects takes to read.
create or replace function reconciliation.load_lines(
  p_tenant bigint, p_bill bigint, p_worker text, p_from integer, p_lines jsonb, p_texts bytea
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  bill reconciliation.bills;
  count integer := jsonb_array_length(p_lines -> 'lineNo');
begin
  update reconciliation.bills b
  set lines = p_from + count - 1
  where b.tenant_id = p_tenant
    and b.id = p_bill
    and b.state = 'loading'
  returning * into bill;
  if bill.id is null or not reconciliation.holds(p_tenant, bill.gateway, bill.day, p_worker) then
    return null;
  end if;
  insert into reconciliation.bill_lines (
    tenant_id, begun_at, bill_id, n, line_no, kind, state, trade_no, payment_no, refund_no, amount_fen, fee_fen, currency, at,
    own_currency, own_hao, own_rate
  )
  select p_tenant, bill.begun_at, p_bill, p_from + x.n - 1, x.line_no::integer, x.kind, x.state, x.trade_no, x.payment_no, x.refund_no,
    x.amount_fen::bigint, x.fee_fen::bigint, x.currency, x.at::timestamptz, x.own_currency, x.own_hao::bigint, x.own_rate::bigint
  from rows from (
    jsonb_array_elements_text(p_lines -> 'lineNo'),
    jsonb_array_elements_text(p_lines -> 'kind'),
    jsonb_array_elements_text(p_lines -> 'state'),
    jsonb_array_elements_text(p_lines -> 'tradeNo'),
    jsonb_array_elements_text(p_lines -> 'paymentNo'),
    jsonb_array_elements_text(p_lines -> 'refundNo'),
    jsonb_array_elements_text(p_lines -> 'amountFen'),
    jsonb_array_elements_text(p_lines -> 'feeFen'),
    jsonb_array_elements_text(p_lines -> 'currency'),
    jsonb_array_elements_text(p_lines -> 'at'),
    -- Of suppliers alone.
    jsonb_array_elements_text(p_lines -> 'ownCurrency'),
    jsonb_array_elements_text(p_lines -> 'ownHao'),
    jsonb_array_elements_text(p_lines -> 'ownRate')
  ) with ordinality as x(
    line_no, kind, state, trade_no, payment_no, refund_no, amount_fen, fee_fen, currency, at, own_currency, own_hao, own_rate, n
  );
  insert into reconciliation.bill_texts (tenant_id, begun_at, bill_id, from_n, texts)
  values (p_tenant, bill.begun_at, p_bill, p_from, p_texts);
  return to_jsonb(true);
end;
$$;

-- What an earlier bill of the day had people explain is open again: they explained another file.
create or replace function reconciliation.reopen_explained(p_tenant bigint, p_bill bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_case record;
begin
  for the_case in
    select c.id, c.posting_id, c.kind, c.fact_id, c.gateway, c.day
    from reconciliation.cases c
    where c.tenant_id = p_tenant
      and c.state = 'explained'
      and c.bill_id = p_bill
    order by c.id
    for no key update
  loop
    if the_case.posting_id is not null then
      perform reconciliation.take_back_posting(p_tenant, the_case.posting_id);
      delete from reconciliation.matches m
      where m.tenant_id = p_tenant
        and m.kind = the_case.kind
        and m.fact_id = the_case.fact_id
        and m.posting_id = the_case.posting_id;
    end if;
    update reconciliation.cases c
    set state = 'open',
        ended_at = null,
        posting_id = null
    where c.tenant_id = p_tenant
      and c.id = the_case.id;
  end loop;
end;
$$;
revoke execute on function reconciliation.reopen_explained(bigint, bigint) from public;

create or replace function reconciliation.finish_bill(p_tenant bigint, p_bill bigint, p_worker text, p_totals jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  bill reconciliation.bills;
  older bigint;
begin
  select * into bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = p_bill
    and b.state = 'loading';
  if bill.id is null or not reconciliation.holds(p_tenant, bill.gateway, bill.day, p_worker) then
    return null;
  end if;
  update reconciliation.bills b
  set state = 'superseded'
  where b.tenant_id = p_tenant
    and b.gateway = bill.gateway
    and b.day = bill.day
    and b.state in ('loaded', 'matched')
  returning b.id into older;
  if older is not null then
    perform reconciliation.reopen_explained(p_tenant, older);
  end if;
  update reconciliation.bills b
  set state = 'loaded',
      loaded_at = clock_timestamp(),
      totals = p_totals
  where b.tenant_id = p_tenant
    and b.id = p_bill;
  update reconciliation.days d
  set bill_id = p_bill,
      phase = 'matching',
      next_try_at = null,
      trouble = null,
      tries = 0
  where d.tenant_id = p_tenant
    and d.gateway = bill.gateway
    and d.day = bill.day;
  return to_jsonb(true);
end;
$$;

create or replace function reconciliation.fail_bill(p_tenant bigint, p_bill bigint, p_failure jsonb)
returns jsonb
language sql
security definer
set search_path = pg_catalog
as $$
  update reconciliation.bills b
  set state = 'failed',
      failure = p_failure
  where b.tenant_id = p_tenant
    and b.id = p_bill
    and b.state = 'loading'
  returning to_jsonb(true)
$$;

-- Tells the ledger. All amounts as the gateway sees them: into our bank above zero. What the gateway owes us stands in
-- `cash.gateway` below zero since the fact was booked, so money that arrives goes into it; the difference goes out of it
-- to `cash.difference`, above zero when the gateway gave more than our books know of; what the rate alone made of a supplier's
-- money, to `cash.exchange`.
create or replace function reconciliation.post(
  p_tenant bigint, p_posting bigint, p_kind text, p_gateway text, p_day date, p_bill bigint, p_case bigint, p_lines integer,
  p_paid bigint, p_refunded bigint, p_fee bigint, p_difference bigint, p_exchange bigint
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  supplier bigint := reconciliation.supplier_of(p_gateway);
  gateway bigint;
  bank bigint;
  fee bigint;
  difference bigint;
  exchange bigint;
begin
  -- What a supplier's statement has was booked when it happened: only differences move.
  if supplier is not null then
    p_paid := 0;
    p_refunded := 0;
    p_fee := 0;
  end if;
  insert into reconciliation.postings (
    tenant_id, id, kind, gateway, day, bill_id, case_id, lines, paid_fen, refunded_fen, fee_fen, difference_fen, exchange_fen
  )
  overriding system value
  values (p_tenant, p_posting, p_kind, p_gateway, p_day, p_bill, p_case, p_lines, p_paid, p_refunded, p_fee, p_difference, p_exchange);
  if supplier is not null and p_difference = 0 and p_exchange = 0 then
    return;
  end if;
  gateway := case when supplier is null then ledger.account(p_tenant, 'cash.gateway', p_gateway, 'CNY')
    else ledger.account(p_tenant, 'cash.supplier', supplier::text, 'CNY') end;
  bank := case when supplier is null then ledger.account(p_tenant, 'cash.bank', p_gateway, 'CNY') end;
  fee := case when supplier is null then ledger.account(p_tenant, 'cash.fee', p_gateway, 'CNY') end;
  difference := case when supplier is null or p_difference <> 0 then ledger.account(p_tenant, 'cash.difference', p_gateway, 'CNY') end;
  exchange := case when p_exchange <> 0 then ledger.account(p_tenant, 'cash.exchange', p_gateway, 'CNY') end;
  perform ledger.post(
    p_tenant,
    array_agg(case when f.amount > 0 then f.from_id else f.to_id end),
    array_agg(case when f.amount > 0 then f.to_id else f.from_id end),
    array_agg(abs(f.amount)), array_agg(f.kind),
    array_agg('bill:' || p_gateway || ':' || p_day || ':' || p_posting)
  )
  from (
    values
      (bank, gateway, p_paid, 'bill.payment'),
      (bank, gateway, p_refunded, 'bill.refund'),
      (fee, gateway, p_fee, 'bill.fee'),
      (gateway, difference, p_difference, 'bill.difference'),
      (gateway, exchange, p_exchange, 'bill.exchange')
  ) as f(from_id, to_id, amount, kind)
  where f.amount <> 0;
end;
$$;
revoke execute on function reconciliation.post(
  bigint, bigint, text, text, date, bigint, bigint, integer, bigint, bigint, bigint, bigint, bigint
) from public;

create or replace function reconciliation.take_back_posting(p_tenant bigint, p_posting bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  old reconciliation.postings;
begin
  select * into strict old
  from reconciliation.postings p
  where p.tenant_id = p_tenant
    and p.id = p_posting;
  perform reconciliation.post(
    p_tenant, nextval('reconciliation.postings_id_seq'), 'taken_back', old.gateway, old.day, old.bill_id, old.case_id, old.lines,
    -old.paid_fen, -old.refunded_fen, -old.fee_fen, -old.difference_fen, -old.exchange_fen
  );
end;
$$;
revoke execute on function reconciliation.take_back_posting(bigint, bigint) from public;

-- What a line of a bill is, beside the fact that it was laid to: `p_turn` counts the bill's lines of one fact. A supplier's line has
-- no fee that would be compared; `p_our_fen` is then what our side is worth at the statement's rate, and `p_exchange_fen` what that is
-- more than we booked. Plain SQL without settings, so that PostgreSQL puts it into the statement that asks: its plan is that
-- statement's.
create or replace function reconciliation.verdict_on(
  p_tenant bigint, p_bill bigint, p_gateway text, p_day date, p_has_written_off boolean, p_has_cases boolean, p_n integer, p_turn bigint,
  p_fact_kind text, p_fact_id bigint, p_number text, p_has_moved boolean, p_is_moved boolean, p_our_fen bigint, p_amount_fen bigint,
  p_our_currency text, p_currency text, p_fee_fen bigint, p_exchange_fen bigint
)
returns table (was_matched boolean, is_here boolean, case_id bigint, written_off_id bigint, verdict text)
language sql
stable
as $$
  select m.fact_id is not null, coalesce(m.bill_id = p_bill, false) or p_turn > 1, coalesce(k.id, o.id), w.id,
    case
      when m.bill_id = p_bill and m.n = p_n then 'settled'
      when w.id is not null
        then case when p_is_moved and m.fact_id is null and p_our_fen = p_amount_fen and p_our_currency = p_currency then 'found' else 'settled' end
      -- Its number is none of ours; by payment number or by hand it may have its fact all the same.
      when p_fact_id is null and exists (
        select from reconciliation.matches x where x.tenant_id = p_tenant and x.bill_id = p_bill and x.n = p_n
      ) then 'settled'
      when p_fact_id is null then case when p_has_moved then 'unknown' else 'nothing' end
      when m.day = p_day and m.bill_id <> p_bill and p_turn = 1 and m.is_superseded
        then case
          when p_has_moved and m.amount_fen = p_amount_fen and coalesce(m.fee_fen = p_fee_fen, true) and m.exchange_fen = p_exchange_fen then 'moved'
          else 'changed'
        end
      when not p_has_moved then case when p_is_moved then 'state' else 'nothing' end
      when m.fact_id is not null or p_turn > 1 then 'duplicate'
      when not p_is_moved then 'state'
      when p_our_fen <> p_amount_fen or p_our_currency <> p_currency then 'amount'
      else 'match'
    end
  from (select) one
  left join lateral (
    select m.fact_id, m.day, m.bill_id, m.n, m.amount_fen, m.fee_fen, m.exchange_fen,
      m.bill_id <> p_bill and m.day = p_day and exists (
        select from reconciliation.bills b where b.tenant_id = p_tenant and b.id = m.bill_id and b.state = 'superseded'
      ) as is_superseded
    from reconciliation.matches m
    where m.tenant_id = p_tenant
      and m.kind = p_fact_kind
      and m.fact_id = p_fact_id
    offset 0
  ) m on true
  left join lateral (
    select c.id
    from reconciliation.cases c
    where p_has_written_off
      and c.tenant_id = p_tenant
      and c.bill_id = p_bill
      and c.n = p_n
      and c.state = 'explained'
      and c.posting_id is not null
    limit 1
  ) w on true
  left join lateral (
    select c.id
    from reconciliation.cases c
    where (p_has_cases or p_has_written_off)
      and c.tenant_id = p_tenant
      and c.kind = p_fact_kind
      and c.fact_id = p_fact_id
      and c.fact_id is not null
      and c.outcome <> 'duplicate'
      and (c.state in ('open', 'waiting') or (c.state = 'explained' and c.posting_id is not null))
    order by c.id desc
    limit 1
  ) k on true
  -- Found before we had the fact: known by its number only.
  left join lateral (
    select c.id
    from reconciliation.cases c
    where p_has_cases
      and c.tenant_id = p_tenant
      and c.gateway = p_gateway
      and c.key = p_fact_kind || ':' || p_number
      and c.state in ('open', 'waiting')
    limit 1
  ) o on true
$$;
revoke execute on function reconciliation.verdict_on(
  bigint, bigint, text, date, boolean, boolean, integer, bigint, text, bigint, text, boolean, boolean, bigint, bigint, text, text, bigint, bigint
) from public;

-- What a statement's rate makes of an amount that we booked at another one: above zero, it costs less, or is worth more. Zero where
-- either side is not known in the supplier's own money, or it is not the same money.
create or replace function reconciliation.exchange_of(
  p_kind text, p_our_fen bigint, p_our_currency text, p_our_hao bigint, p_currency text, p_rate bigint
)
returns bigint
language sql
immutable
as $$
  select case when p_our_currency = p_currency and p_rate > 0
    then reconciliation.sign_of(p_kind) * (suppliers.fen_at(p_our_hao, p_rate) - p_our_fen)
    else 0
  end
$$;

-- The same of a case's two sides.
create or replace function reconciliation.exchange_between(p_kind text, p_theirs jsonb, p_ours jsonb)
returns bigint
language sql
immutable
as $$
  select reconciliation.exchange_of(
    p_kind, (p_ours ->> 'amountFen')::bigint, p_ours #>> '{own,currency}', (p_ours #>> '{own,hao}')::bigint,
    p_theirs #>> '{own,currency}', (p_theirs #>> '{own,rate}')::bigint
  )
$$;

-- They are the same amount: in the supplier's own money where both are known in it.
create or replace function reconciliation.is_same_amount(p_kind text, p_theirs jsonb, p_ours jsonb)
returns boolean
language sql
immutable
as $$
  select (p_theirs ->> 'amountFen')::bigint
    = (p_ours ->> 'amountFen')::bigint + reconciliation.sign_of(p_kind) * reconciliation.exchange_between(p_kind, p_theirs, p_ours)
    and p_theirs ->> 'currency' = p_ours ->> 'currency'
$$;

-- Lines of a bill beside their facts: those that agree are matched and posted, the others become cases. Gone through
-- again, a line changes only when its fact did. Facts are reached key by key, so that a day of a million lines costs a
-- thousand times a day of a thousand.
create or replace function reconciliation.judge_lines(p_tenant bigint, p_bill bigint, p_ns integer[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_memoize = off
as $$
declare
  bill reconciliation.bills;
  posting bigint := nextval('reconciliation.postings_id_seq');
  -- Asked once, so that a day in order is not asked line by line.
  has_written_off boolean;
  has_cases boolean;
  line_count integer;
  paid bigint;
  refunded bigint;
  fee bigint;
  notable jsonb;
  day_from timestamptz;
  day_to timestamptz;
begin
  select * into strict bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = p_bill;
  if reconciliation.supplier_of(bill.gateway) is not null then
    perform reconciliation.judge_supplies(p_tenant, p_bill, p_ns);
    return;
  end if;
  day_from := reconciliation.day_start(bill.day);
  day_to := reconciliation.day_start(bill.day + 1);
  has_written_off := exists (
    select from reconciliation.cases c
    where c.tenant_id = p_tenant and c.gateway = bill.gateway and c.state = 'explained' and c.posting_id is not null
  );
  has_cases := exists (
    select from reconciliation.cases c
    where c.tenant_id = p_tenant and c.gateway = bill.gateway and c.state in ('open', 'waiting')
  );

  with told as materialized (
    select l.*
    from unnest(p_ns) as i(n)
    cross join lateral (
      select l.n, l.line_no, l.kind, l.state, l.trade_no, l.payment_no, l.refund_no, l.amount_fen, l.fee_fen, l.currency, l.at
      from reconciliation.bill_lines l
      where l.tenant_id = p_tenant
        and l.begun_at = bill.begun_at
        and l.bill_id = p_bill
        and l.n = i.n
      offset 0
    ) l
    where l.kind <> 'other'
  ), disputed as materialized (
    -- A payment may be disputed in parts: lines of one amount are its disputes of that amount, one after the other.
    select d.*, row_number() over (partition by d.trade_no, d.fact_kind, d.amount_fen, d.own_id is null order by d.n) - 1 as turn
    from (
      select t.n, t.trade_no, t.amount_fen, k.fact_kind, (
        select m.fact_id
        from reconciliation.matches m
        where m.tenant_id = p_tenant
          and m.bill_id = p_bill
          and m.n = t.n
          and m.kind = k.fact_kind
      ) as own_id
      from told t
      cross join lateral (select case when t.state = 'failed' then 'chargeback_won' else 'chargeback' end as fact_kind) k
      where t.kind = 'chargeback'
    ) d
  ), line as (
    select l.*, reconciliation.number_of(l.kind, l.trade_no, l.payment_no, l.refund_no) as number,
      -- Most lines are payments: what the others need is asked for them alone.
      case when l.kind = 'refund' then (
        select f
        from payments.refunds f
        where f.tenant_id = p_tenant
          and f.id = reconciliation.refund_of(l.refund_no)
          and f.gateway = bill.gateway
          and f.target = 'source'
          and f.order_no::text = split_part(l.refund_no, 'R', 1)
      ) end as refund,
      case when l.kind = 'chargeback' then (
        select coalesce(
          (select c from payments.chargebacks c where c.tenant_id = p_tenant and c.id = d.own_id),
          (
            select c
            from payments.chargebacks c
            where c.tenant_id = p_tenant
              and c.gateway = bill.gateway
              and c.trade_no = d.trade_no
              and c.amount_fen = d.amount_fen
              and (d.fact_kind = 'chargeback' or c.state = 'won')
              and not exists (
                select from reconciliation.matches m
                join reconciliation.bills b on b.tenant_id = p_tenant and b.id = m.bill_id and b.state <> 'superseded'
                where m.tenant_id = p_tenant and m.kind = d.fact_kind and m.fact_id = c.id
              )
            order by c.id
            limit 1
            offset d.turn
          ),
          -- Of another amount, or told before.
          (
            select c
            from payments.chargebacks c
            where c.tenant_id = p_tenant
              and c.gateway = bill.gateway
              and c.trade_no = d.trade_no
            order by exists (
              select from disputed x where x.trade_no = d.trade_no and x.fact_kind = d.fact_kind and x.amount_fen = c.amount_fen and x.n <> d.n
            ), c.amount_fen <> d.amount_fen, c.id desc
            limit 1
          )
        )
        from disputed d
        where d.n = l.n
      ) end as chargeback,
      case when l.kind = 'chargeback' and l.state = 'failed' then 'chargeback_won' else l.kind end as fact_kind,
      -- A chargeback that was won is a movement of its own; any other line that is not done moved nothing.
      l.kind = 'chargeback' or l.state = 'done' as has_moved
    from told l
    offset 0
  ), met as (
    select l.*, coalesce(p.id, (l.refund).id, (l.chargeback).id) as fact_id,
      coalesce(p.order_no, (l.refund).order_no, (l.chargeback).order_no) as order_no,
      coalesce(p.amount_fen, (l.refund).amount_fen, (l.chargeback).amount_fen) as our_fen,
      coalesce(p.currency, (l.refund).currency, 'CNY') as our_currency,
      coalesce(p.state, (l.refund).state, (l.chargeback).state) as our_state,
      case l.kind
        when 'payment' then p.at
        when 'refund' then coalesce((l.refund).done_at, (l.refund).created_at)
        else case when l.state = 'done' then (l.chargeback).opened_at else coalesce((l.chargeback).ended_at, (l.chargeback).opened_at) end
      end as our_at,
      case l.kind
        when 'payment' then p.id is not null
        when 'refund' then coalesce((l.refund).state = 'done', false)
        else coalesce(l.state = 'done' or (l.chargeback).state = 'won', false)
      end as is_moved
    from line l
    left join lateral (
      select r.id, r.order_no, r.amount_fen, r.currency, r.state, coalesce(r.paid_at, r.received_at) as at
      from payments.receipts r
      where l.kind = 'payment'
        and r.tenant_id = p_tenant
        and r.gateway = bill.gateway
        and r.trade_no = l.trade_no
      offset 0
    ) p on true
  ), judged as (
    select t.*, v.*
    from (
      select t.*, row_number() over (partition by t.fact_kind, t.fact_id, t.has_moved order by t.n) as turn
      from met t
    ) t
    cross join lateral reconciliation.verdict_on(
      p_tenant, p_bill, bill.gateway, bill.day, has_written_off, has_cases, t.n, t.turn, t.fact_kind, t.fact_id, t.number, t.has_moved,
      t.is_moved, t.our_fen, t.amount_fen, t.our_currency, t.currency, t.fee_fen, 0
    ) v
  ), matched as (
    insert into reconciliation.matches (tenant_id, kind, fact_id, gateway, day, bill_id, n, amount_fen, fee_fen, posting_id)
    select p_tenant, j.fact_kind, j.fact_id, bill.gateway, bill.day, p_bill, j.n, j.amount_fen, j.fee_fen, posting
    from judged j
    where j.verdict = 'match'
    order by j.n
    returning kind, amount_fen, fee_fen
  ), moved as (
    update reconciliation.matches m
    set bill_id = p_bill,
        n = j.n
    from judged j
    where j.verdict = 'moved'
      and m.tenant_id = p_tenant
      and m.kind = j.fact_kind
      and m.fact_id = j.fact_id
  )
  select s.line_count, s.paid, s.refunded, s.fee,
    (
      select jsonb_agg(to_jsonb(j) - 'refund' - 'chargeback' order by j.n)
      from judged j
      where j.verdict in ('unknown', 'state', 'duplicate', 'amount', 'found', 'changed')
         or (j.verdict in ('match', 'moved') and (j.case_id is not null or j.our_at < day_from or j.our_at >= day_to))
    )
  into line_count, paid, refunded, fee, notable
  from (
    select count(*)::integer as line_count,
      coalesce(sum(m.amount_fen - m.fee_fen) filter (where m.kind in ('payment', 'chargeback_won')), 0)::bigint as paid,
      coalesce(sum(-m.amount_fen - m.fee_fen) filter (where m.kind in ('refund', 'chargeback')), 0)::bigint as refunded,
      coalesce(sum(m.fee_fen), 0)::bigint as fee
    from matched m
  ) s;

  if notable is not null then
    perform reconciliation.tell(p_tenant, p_bill, notable);
  end if;
  if line_count > 0 then
    perform reconciliation.post(p_tenant, posting, 'matched', bill.gateway, bill.day, p_bill, null, line_count, paid, refunded, fee, 0, 0);
  end if;
end;
$$;
revoke execute on function reconciliation.judge_lines(bigint, bigint, integer[]) from public;

-- What people search for.
create or replace function reconciliation.number_of(p_kind text, p_trade text, p_payment text, p_refund text)
returns text
language sql
immutable
as $$ select coalesce(case when p_kind = 'refund' then nullif(p_refund, '') end, nullif(p_trade, ''), nullif(p_payment, ''), '-') $$;

-- Writes down what judging found noteworthy; each row carries its line, its fact and the verdict.
create or replace function reconciliation.tell(p_tenant bigint, p_bill bigint, p_rows jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
declare
  bill reconciliation.bills;
  changed integer[];
  found record;
begin
  select * into strict bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = p_bill;

  -- A replaced bill said something else of the same fact: taken back, and judged anew.
  select array_agg(x.n) into changed
  from jsonb_to_recordset(p_rows) as x(n integer, verdict text)
  where x.verdict = 'changed';
  if changed is not null then
    perform reconciliation.take_back_matches(p_tenant, bill.gateway, bill.day, array_agg(x.fact_kind), array_agg(x.fact_id))
    from jsonb_to_recordset(p_rows) as x(n integer, verdict text, fact_kind text, fact_id bigint)
    where x.verdict = 'changed';
    perform reconciliation.judge_lines(p_tenant, p_bill, changed);
  end if;

  for found in
    select x.*, c.id as old_id, c.day as old_day, c.state as old_state, c.difference_fen as old_fen
    from jsonb_to_recordset(p_rows) as x(
      n integer, verdict text, kind text, fact_kind text, fact_id bigint, order_no bigint, amount_fen bigint, fee_fen bigint,
      number text, case_id bigint, written_off_id bigint, our_at timestamptz, exchange_fen bigint
    )
    join reconciliation.cases c on c.tenant_id = p_tenant and c.id = coalesce(x.written_off_id, x.case_id)
    where x.verdict in ('match', 'moved', 'found')
    order by x.n
  loop
    if found.old_state = 'explained' then
      -- It was written off, and now both sides have it: the write-off is undone. The line itself was posted with it when
      -- it was the line that had been written off, and is posted by the judge otherwise.
      perform reconciliation.find_after_all(
        p_tenant, found.old_id, bill.gateway, bill.day, p_bill, found.n, found.fact_kind, found.fact_id, found.amount_fen, found.fee_fen,
        found.verdict = 'found', case when found.verdict = 'found' then coalesce(found.exchange_fen, 0) else 0 end
      );
    else
      update reconciliation.cases c
      set state = 'resolved',
          outcome = case when c.day <> bill.day or reconciliation.day_of(found.our_at) <> bill.day then 'cross_day' else c.outcome end,
          cause = case when c.day <> bill.day or reconciliation.day_of(found.our_at) <> bill.day then 'other_day' else 'agrees_now' end,
          fact_id = found.fact_id,
          order_no = coalesce(found.order_no, c.order_no),
          ended_at = clock_timestamp(),
          bill_id = p_bill,
          n = found.n
      where c.tenant_id = p_tenant
        and c.id = found.old_id;
    end if;
  end loop;

  -- Agreed, on another day than ours: said on the bill's day as well, unless a case of that day has just been settled by it.
  insert into reconciliation.cases (
    tenant_id, gateway, day, first_day, key, outcome, cause, kind, state, number, order_no, fact_id, bill_id, n, theirs, ours,
    difference_fen, ended_at, exchange_fen
  )
  select p_tenant, bill.gateway, bill.day, bill.day, x.fact_kind || ':#' || x.fact_id, 'cross_day', 'other_day', x.fact_kind, 'resolved',
    x.number, x.order_no, x.fact_id, p_bill, x.n, reconciliation.theirs_of(x.row), reconciliation.ours_of(x.row), 0, clock_timestamp(), coalesce(x.exchange_fen, 0)
  from (
    select r.row, y.*
    from jsonb_array_elements(p_rows) as r(row)
    cross join lateral jsonb_to_record(r.row) as y(
      n integer, verdict text, fact_kind text, fact_id bigint, order_no bigint, number text, our_at timestamptz, exchange_fen bigint
    )
  ) x
  where x.verdict in ('match', 'moved')
    and reconciliation.day_of(x.our_at) <> bill.day
  on conflict (tenant_id, gateway, day, key) do update
  set state = 'resolved',
      outcome = 'cross_day',
      cause = 'other_day',
      bill_id = excluded.bill_id,
      n = excluded.n,
      theirs = excluded.theirs,
      exchange_fen = excluded.exchange_fen,
      ended_at = coalesce(cases.ended_at, excluded.ended_at)
  where cases.state <> 'explained';

  perform reconciliation.open_cases(p_tenant, p_bill, (
    select jsonb_agg(r.row)
    from jsonb_array_elements(p_rows) as r(row)
    where r.row ->> 'verdict' in ('unknown', 'state', 'duplicate', 'amount')
  ));
end;
$$;
revoke execute on function reconciliation.tell(bigint, bigint, jsonb) from public;

create or replace function reconciliation.theirs_of(p_row jsonb)
returns jsonb
language sql
immutable
as $$
  select jsonb_build_object(
    'lineNo', p_row -> 'line_no', 'tradeNo', p_row -> 'trade_no', 'paymentNo', p_row -> 'payment_no', 'refundNo', p_row -> 'refund_no',
    'amountFen', p_row -> 'amount_fen', 'feeFen', p_row -> 'fee_fen', 'currency', p_row -> 'currency', 'state', p_row -> 'state',
    'at', p_row -> 'at', 'hasMoved', p_row -> 'has_moved'
  ) || suppliers.own_money(p_row ->> 'own_currency', (p_row ->> 'own_hao')::bigint, (p_row ->> 'own_rate')::bigint)
$$;

create or replace function reconciliation.ours_of(p_row jsonb)
returns jsonb
language sql
immutable
as $$
  select case when p_row ->> 'fact_id' is not null then jsonb_build_object(
    'id', p_row -> 'fact_id', 'orderNo', p_row -> 'order_no', 'amountFen', p_row -> 'our_fen', 'currency', p_row -> 'our_currency',
    'state', p_row -> 'our_state', 'at', p_row -> 'our_at', 'hasMoved', p_row -> 'is_moved'
  ) || suppliers.own_money(p_row ->> 'our_own_currency', (p_row ->> 'our_own_hao')::bigint, (p_row ->> 'our_own_rate')::bigint) end
$$;

-- Lines that differ. The same difference met again keeps its case, its age and its note; what somebody explained stays
-- explained. A line whose number already has a case is listed twice.
create or replace function reconciliation.open_cases(p_tenant bigint, p_bill bigint, p_rows jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
declare
  bill reconciliation.bills;
begin
  if p_rows is null then
    return;
  end if;
  select * into strict bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = p_bill;

  with row as (
    select r.row, y.*,
      case
        when y.verdict = 'duplicate' then null
        when y.fact_id is not null then y.fact_kind || ':#' || y.fact_id
        else y.fact_kind || ':' || y.number
      end as first_key
    from jsonb_array_elements(p_rows) as r(row)
    cross join lateral jsonb_to_record(r.row) as y(
      n integer, verdict text, kind text, fact_kind text, fact_id bigint, order_no bigint, number text, state text, trade_no text,
      payment_no text, refund_no text, amount_fen bigint, currency text, has_moved boolean, is_moved boolean, our_fen bigint,
      our_currency text, our_state text, was_matched boolean, is_here boolean, exchange_fen bigint
    )
  ), met as (
    select r.*, e.id as met_id, e.first_day as met_day, e.bill_id as met_bill, e.n as met_n, e.state as met_state,
      row_number() over (partition by r.first_key order by r.n) as turn
    from row r
    left join lateral (
      select c.id, c.first_day, c.bill_id, c.n, c.state
      from reconciliation.cases c
      where c.tenant_id = p_tenant
        and c.gateway = bill.gateway
        and c.key = r.first_key
        and c.state in ('open', 'waiting', 'explained')
      order by c.id desc
      limit 1
    ) e on true
  ), named as (
    select m.*,
      case
        when m.verdict = 'duplicate' then case when m.is_here then 'listed_twice' else 'listed_before' end
        when m.verdict = 'unknown' and (m.turn > 1 or (m.met_bill = p_bill and m.met_n < m.n)) then 'listed_twice'
        when m.verdict = 'unknown' and m.met_id is not null and m.met_day <> bill.day then 'listed_before'
      end as again
    from met m
  ), keyed as (
    select d.*, case when d.again is null then d.first_key else 'again:' || d.fact_kind || ':' || d.number || ':' || d.n end as key
    from named d
  ), told as (
    select k.*, e.id as old_id, e.state as old_state, coalesce(e.bill_id = p_bill and e.n = k.n, false) as is_same_line,
      coalesce(k.order_no, reconciliation.order_of(k.payment_no)) as the_order,
      case
        when k.again is not null then 'duplicate'
        when k.verdict = 'amount' then 'amount_differs'
        when k.verdict = 'state' then 'state_differs'
        when a.cause in ('notice_missed', 'amount_refused') then 'state_differs'
        else 'channel_only'
      end as outcome,
      case
        when k.again is not null then k.again
        when k.verdict = 'amount' then case when k.our_currency <> k.currency then 'foreign_currency' else 'amount_other' end
        when k.verdict = 'state' then case
          when k.fact_kind = 'chargeback_won' then 'won_there'
          when k.has_moved and k.fact_kind in ('purchase', 'deposit', 'credit')
            then case when k.our_state in ('refused', 'cancelled') then 'supply_refused_here' else 'supply_open_here' end
          when k.has_moved and k.our_state = 'failed' then 'refund_failed_here'
          when k.has_moved then 'refund_pending_here'
          when k.was_matched then 'failed_after_all'
          when k.state = 'pending' then 'pending_there'
          else 'failed_there'
        end
        when k.currency <> 'CNY' then 'foreign_currency'
        else a.cause
      end as cause,
      reconciliation.sign_of(k.fact_kind) * case
        when k.again is not null then k.amount_fen
        when k.verdict = 'amount' then k.amount_fen - k.our_fen
        when k.verdict = 'state' and not k.has_moved then -k.our_fen
        else k.amount_fen
      end - x.exchange as difference,
      x.exchange
    from keyed k
    left join lateral (
      select c.id, c.state, c.bill_id, c.n
      from reconciliation.cases c
      where c.tenant_id = p_tenant
        and c.gateway = bill.gateway
        and c.key = k.key
        and c.state in ('open', 'waiting', 'explained')
      order by c.id desc
      limit 1
    ) e on true
    cross join lateral (
      select case
        when k.verdict <> 'unknown' then null
        when k.kind = 'refund' then case when reconciliation.refund_of(k.refund_no) is null then 'refund_outside' else 'refund_unknown' end
        when k.kind = 'chargeback' then 'chargeback_unknown'
        when k.kind = 'purchase' then 'supply_unknown'
        when k.kind in ('deposit', 'credit') then k.kind || '_unknown'
        when exists (
          select from payments.notices x
          where x.tenant_id = p_tenant
            and x.order_no = reconciliation.order_of(k.payment_no)
            and x.gateway = bill.gateway
            and x.trade_no = k.trade_no
            and x.verdict in ('wrong_amount', 'wrong_currency')
        ) then 'amount_refused'
        when exists (
          select from payments.receipts x
          where x.tenant_id = p_tenant
            and x.order_no = reconciliation.order_of(k.payment_no)
            and x.state in ('applied', 'surplus', 'unmatched')
        ) then 'paid_again'
        when exists (
          select from payments.attempts x
          where x.tenant_id = p_tenant
            and x.order_no = reconciliation.order_of(k.payment_no)
            and x.gateway = bill.gateway
        ) then 'notice_missed'
        else 'order_unknown'
      end as cause
    ) a
    -- Of a real difference in the supplier's own money, what the rate adds is not a part.
    cross join lateral (
      select case when k.again is null and k.verdict = 'amount' then coalesce(k.exchange_fen, 0) else 0 end as exchange
    ) x
  ), refreshed as (
    update reconciliation.cases c
    set outcome = t.outcome,
        cause = t.cause,
        state = 'open',
        bill_id = p_bill,
        n = t.n,
        order_no = coalesce(t.the_order, c.order_no),
        fact_id = coalesce(t.fact_id, c.fact_id),
        theirs = reconciliation.theirs_of(t.row),
        ours = coalesce(reconciliation.ours_of(t.row), c.ours),
        difference_fen = t.difference,
        exchange_fen = t.exchange
    from told t
    where t.old_state in ('open', 'waiting')
      and c.tenant_id = p_tenant
      and c.id = t.old_id
  )
  insert into reconciliation.cases (
    tenant_id, gateway, day, first_day, key, outcome, cause, kind, state, number, order_no, fact_id, bill_id, n, theirs, ours, difference_fen,
    exchange_fen
  )
  select p_tenant, bill.gateway, bill.day, bill.day, case when t.old_id is null then t.key else t.key || '@' || bill.day || ':' || t.n end,
    t.outcome, t.cause, t.fact_kind, 'open', t.number, t.the_order, t.fact_id, p_bill, t.n, reconciliation.theirs_of(t.row),
    reconciliation.ours_of(t.row), t.difference, t.exchange
  from told t
  where t.old_id is null
     -- Explained was another line.
     or (t.old_state = 'explained' and not t.is_same_line)
  order by t.n
  on conflict (tenant_id, gateway, day, key) do update
  set outcome = excluded.outcome,
      cause = excluded.cause,
      state = 'open',
      ended_at = null,
      bill_id = excluded.bill_id,
      n = excluded.n,
      fact_id = excluded.fact_id,
      theirs = excluded.theirs,
      ours = excluded.ours,
      difference_fen = excluded.difference_fen,
      exchange_fen = excluded.exchange_fen
  where cases.state <> 'explained';
end;
$$;
revoke execute on function reconciliation.open_cases(bigint, bigint, jsonb) from public;

-- Matches that no bill supports any more: the facts are open again.
create or replace function reconciliation.take_back_matches(p_tenant bigint, p_gateway text, p_day date, p_kinds text[], p_facts bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
declare
  line_count integer;
  paid bigint;
  refunded bigint;
  fee bigint;
  exchange bigint;
begin
  with gone as (
    delete from reconciliation.matches m
    using unnest(p_kinds, p_facts) as x(kind, fact_id)
    where m.tenant_id = p_tenant
      and m.kind = x.kind
      and m.fact_id = x.fact_id
    returning m.kind, m.amount_fen, m.fee_fen, m.exchange_fen
  )
  select count(*)::integer,
    coalesce(sum(g.amount_fen - g.fee_fen) filter (where g.kind in ('payment', 'chargeback_won')), 0)::bigint,
    coalesce(sum(-g.amount_fen - g.fee_fen) filter (where g.kind in ('refund', 'chargeback')), 0)::bigint,
    coalesce(sum(g.fee_fen), 0)::bigint, coalesce(sum(g.exchange_fen), 0)::bigint
  into line_count, paid, refunded, fee, exchange
  from gone g;
  if line_count > 0 then
    perform reconciliation.post(
      p_tenant, nextval('reconciliation.postings_id_seq'), 'taken_back', p_gateway, p_day, null, null, line_count, -paid, -refunded, -fee, 0, -exchange
    );
  end if;
end;
$$;
revoke execute on function reconciliation.take_back_matches(bigint, text, date, text[], bigint[]) from public;

-- A difference that had been written off has turned up. The write-off goes back, on a day that is not closed.
create or replace function reconciliation.find_after_all(
  p_tenant bigint, p_case bigint, p_gateway text, p_day date, p_bill bigint, p_n integer, p_kind text, p_fact bigint,
  p_amount bigint, p_fee bigint, p_is_line_posted boolean, p_exchange bigint default 0
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  old reconciliation.cases;
  posting bigint := nextval('reconciliation.postings_id_seq');
begin
  select * into strict old
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case;
  if p_is_line_posted then
    insert into reconciliation.matches (tenant_id, kind, fact_id, gateway, day, bill_id, n, amount_fen, fee_fen, exchange_fen, posting_id)
    values (p_tenant, p_kind, p_fact, p_gateway, p_day, p_bill, p_n, p_amount, p_fee, p_exchange, posting);
  end if;
  perform reconciliation.post(
    p_tenant, posting, 'found_after_all', p_gateway, p_day, p_bill, p_case, case when p_is_line_posted then 1 else 0 end,
    0, 0, 0, -old.difference_fen, p_exchange
  );
  -- What our own day had said of it meanwhile is settled by it.
  update reconciliation.cases c
  set state = 'resolved',
      outcome = case when c.day <> old.first_day then 'cross_day' else c.outcome end,
      cause = case when c.day <> old.first_day then 'other_day' else 'agrees_now' end,
      bill_id = coalesce(p_bill, c.bill_id),
      n = coalesce(p_n, c.n),
      ended_at = clock_timestamp()
  where c.tenant_id = p_tenant
    and c.kind = p_kind
    and c.fact_id = p_fact
    and c.state in ('open', 'waiting')
    and c.outcome <> 'duplicate'
    and c.id <> p_case;
  if not reconciliation.is_closed(p_tenant, p_gateway, old.day) then
    update reconciliation.cases c
    set state = 'resolved',
        outcome = 'cross_day',
        cause = 'found_after_write_off',
        fact_id = p_fact,
        bill_id = coalesce(p_bill, c.bill_id),
        n = coalesce(p_n, c.n),
        ended_at = clock_timestamp()
    where c.tenant_id = p_tenant
      and c.id = p_case;
    return;
  end if;
  insert into reconciliation.cases (
    tenant_id, gateway, day, first_day, key, outcome, cause, kind, state, number, order_no, fact_id, bill_id, n, theirs, ours,
    difference_fen, ended_at, note
  )
  values (
    p_tenant, p_gateway, p_day, old.first_day, p_kind || ':#' || p_fact || '@' || p_case, 'cross_day', 'found_after_write_off', p_kind,
    'resolved', old.number, old.order_no, p_fact, p_bill, p_n, old.theirs, old.ours, 0, clock_timestamp(), old.note
  )
  on conflict do nothing;
end;
$$;
revoke execute on function reconciliation.find_after_all(bigint, bigint, text, date, bigint, integer, text, bigint, bigint, bigint, boolean, bigint) from public;

create or replace function reconciliation.is_closed(p_tenant bigint, p_gateway text, p_day date)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select from reconciliation.days d
    where d.tenant_id = p_tenant
      and d.gateway = p_gateway
      and d.day = p_day
      and d.state = 'closed'
  )
$$;
revoke execute on function reconciliation.is_closed(bigint, text, date) from public;

-- From the first line again.
create or replace function reconciliation.rewind(p_tenant bigint, p_bill bigint, p_worker text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  bill reconciliation.bills;
begin
  update reconciliation.bills b
  set judged = 0,
      state = 'loaded'
  where b.tenant_id = p_tenant
    and b.id = p_bill
    and b.state in ('loaded', 'matched')
  returning * into bill;
  if bill.id is null or not reconciliation.holds(p_tenant, bill.gateway, bill.day, p_worker) then
    return null;
  end if;
  update reconciliation.days d
  set phase = 'matching'
  where d.tenant_id = p_tenant
    and d.gateway = bill.gateway
    and d.day = bill.day;
  return to_jsonb(true);
end;
$$;

create or replace function reconciliation.match_lines(p_tenant bigint, p_bill bigint, p_worker text, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  bill reconciliation.bills;
  upto integer;
begin
  select * into bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = p_bill
    and b.state = 'loaded'
  for no key update;
  if bill.id is null or not reconciliation.holds(p_tenant, bill.gateway, bill.day, p_worker) then
    return null;
  end if;
  upto := least(bill.judged + p_limit, bill.lines);
  if upto > bill.judged then
    perform reconciliation.judge_lines(p_tenant, p_bill, array(select generate_series(bill.judged + 1, upto)));
    update reconciliation.bills b
    set judged = upto
    where b.tenant_id = p_tenant
      and b.id = p_bill;
  end if;
  return jsonb_build_object('isDone', upto = bill.lines, 'judged', upto);
end;
$$;

-- Lines without a fact by trade or refund number: the fact is looked for by the payment number, of the same amount, among
-- those that no line of this bill has claimed. Where a gateway tells all refunds of an order in one sum, it is those of the
-- bill's day, or all that are left, if they add up to it; one that was written off before the gateway told of it is found
-- after all. Answers how many were paired; fewer than the limit means there are no more.
create or replace function reconciliation.pair_by_payment_no(p_tenant bigint, p_bill bigint, p_worker text, p_after bigint, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
declare
  bill reconciliation.bills;
  line record;
  fact record;
  seen integer := 0;
  last_id bigint := p_after;
begin
  select * into bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = p_bill
    and b.state = 'loaded';
  if bill.id is null or not reconciliation.holds(p_tenant, bill.gateway, bill.day, p_worker) then
    return null;
  end if;
  for line in
    select c.id, c.kind, c.n, c.theirs, (c.theirs ->> 'amountFen')::bigint as amount_fen, (c.theirs ->> 'feeFen')::bigint as fee_fen
    from reconciliation.cases c
    where c.tenant_id = p_tenant
      and c.gateway = bill.gateway
      and c.day = bill.day
      and c.state in ('open', 'waiting')
      and c.id > p_after
      and c.bill_id = p_bill
      and c.fact_id is null
      and c.outcome in ('channel_only', 'state_differs')
      and c.kind in ('payment', 'refund')
      and c.theirs ->> 'currency' = 'CNY'
    order by c.id
    limit p_limit
  loop
    seen := seen + 1;
    last_id := line.id;
    for fact in
      with free as (
        select f.*
        from (
          select r.id, r.order_no, coalesce(r.paid_at, r.received_at) as at, r.amount_fen
          from payments.receipts r
          where line.kind = 'payment'
            and r.tenant_id = p_tenant
            and r.order_no = reconciliation.order_of(line.theirs ->> 'paymentNo')
            and r.gateway = bill.gateway
            and r.amount_fen = line.amount_fen
          union all
          select r.id, r.order_no, r.done_at, r.amount_fen
          from payments.refunds r
          where line.kind = 'refund'
            and line.theirs ->> 'refundNo' = ''
            and r.tenant_id = p_tenant
            and r.order_no = reconciliation.order_of(line.theirs ->> 'paymentNo')
            and r.gateway = bill.gateway
            and r.target = 'source'
            and r.state = 'done'
            and r.chargeback_id is null
            and r.amount_fen > 0
        ) f
        where not exists (
          select from reconciliation.matches m
          where m.tenant_id = p_tenant
            and m.kind = line.kind
            and m.fact_id = f.id
        )
      ), judged as (
        select f.*, x.id as case_id, reconciliation.day_of(f.at) = bill.day as is_of_day
        from free f
        left join lateral (
          select c.id, c.n, c.posting_id
          from reconciliation.cases c
          where c.tenant_id = p_tenant
            and c.kind = line.kind
            and c.fact_id = f.id
            and (c.n is not null or c.state = 'explained')
            and c.state <> 'resolved'
          order by c.id desc
          limit 1
        ) x on true
        -- What was explained is left alone, unless it is a part of a sum that the gateway has told since.
        where x.id is null
           or (line.kind = 'refund' and x.n is null and x.posting_id is not null)
      ), sums as (
        select coalesce(sum(j.amount_fen) filter (where j.is_of_day and j.case_id is null), 0) as of_day,
          coalesce(sum(j.amount_fen) filter (where j.case_id is null), 0) as fresh, coalesce(sum(j.amount_fen), 0) as whole,
          (array_agg(j.id order by j.id) filter (where j.amount_fen = line.amount_fen and j.case_id is null))[1] as one
        from judged j
      )
      select j.*, row_number() over (order by j.id) = 1 as is_first
      from judged j
      cross join sums s
      where case
        when s.of_day = line.amount_fen then j.is_of_day and j.case_id is null
        when s.one is not null then j.id = s.one
        when s.fresh = line.amount_fen then j.case_id is null
        else s.whole = line.amount_fen
      end
      order by j.id
    loop
      perform reconciliation.match_by_hand(
        p_tenant, line.id, line.kind, fact.id, fact.order_no, 'by_payment_no', fact.at, fact.amount_fen,
        case when fact.is_first then line.fee_fen else 0 end
      );
      if fact.case_id is not null then
        perform reconciliation.find_after_all(
          p_tenant, fact.case_id, bill.gateway, bill.day, p_bill, line.n, line.kind, fact.id, fact.amount_fen, 0, false
        );
      end if;
    end loop;
  end loop;
  return jsonb_build_object('seen', seen, 'after', last_id);
end;
$$;

-- Takes a case's line for a fact: posted, and every case about either of them is over. A line that is several facts is taken
-- for one after the other, each with its amount; the fee goes with the first.
create or replace function reconciliation.match_by_hand(
  p_tenant bigint, p_case bigint, p_kind text, p_fact bigint, p_order bigint, p_cause text, p_at timestamptz,
  p_amount bigint default null, p_fee bigint default null, p_exchange bigint default 0
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  line reconciliation.cases;
  amount bigint;
  fee bigint;
  posting bigint := nextval('reconciliation.postings_id_seq');
begin
  select * into strict line
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case;
  amount := coalesce(p_amount, (line.theirs ->> 'amountFen')::bigint);
  fee := coalesce(p_fee, (line.theirs ->> 'feeFen')::bigint);
  insert into reconciliation.matches (tenant_id, kind, fact_id, gateway, day, bill_id, n, amount_fen, fee_fen, exchange_fen, posting_id)
  values (p_tenant, p_kind, p_fact, line.gateway, line.day, line.bill_id, line.n, amount, fee, p_exchange, posting);
  update reconciliation.cases c
  set state = 'resolved',
      outcome = case
        when reconciliation.day_of(p_at) <> line.first_day then 'cross_day'
        else c.outcome
      end,
      cause = p_cause,
      fact_id = p_fact,
      order_no = coalesce(p_order, c.order_no),
      bill_id = line.bill_id,
      n = line.n,
      exchange_fen = case when c.id = p_case then p_exchange else c.exchange_fen end,
      ended_at = clock_timestamp()
  where c.tenant_id = p_tenant
    and c.state in ('open', 'waiting')
    and (c.id = p_case or (c.kind = p_kind and c.fact_id = p_fact and c.outcome <> 'duplicate'));
  perform reconciliation.post(
    p_tenant, posting, 'matched', line.gateway, line.day, line.bill_id, p_case, 1,
    case when reconciliation.sign_of(p_kind) > 0 then amount - fee else 0 end,
    case when reconciliation.sign_of(p_kind) < 0 then -amount - fee else 0 end, fee, 0, p_exchange
  );
end;
$$;
revoke execute on function reconciliation.match_by_hand(bigint, bigint, text, bigint, bigint, text, timestamptz, bigint, bigint, bigint) from public;

-- When all lines are judged: what a replaced bill had and this one has not; lines of other days whose fact came meanwhile.
create or replace function reconciliation.settle_rest(p_tenant bigint, p_bill bigint, p_worker text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
declare
  -- Of older differences, looked at again in one night.
  again_max constant integer := 5000;
  bill reconciliation.bills;
  kinds text[];
  facts bigint[];
  older record;
begin
  select * into bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = p_bill
    and b.state = 'loaded';
  if bill.id is null or not reconciliation.holds(p_tenant, bill.gateway, bill.day, p_worker) then
    return null;
  end if;

  select array_agg(m.kind), array_agg(m.fact_id)
  into kinds, facts
  from reconciliation.bills b
  join reconciliation.matches m on m.tenant_id = p_tenant and m.bill_id = b.id
  where b.tenant_id = p_tenant
    and b.gateway = bill.gateway
    and b.day = bill.day
    and b.state = 'superseded';
  if facts is not null then
    perform reconciliation.take_back_matches(p_tenant, bill.gateway, bill.day, kinds, facts);
  end if;
  update reconciliation.cases c
  set state = 'resolved',
      cause = 'gone_from_bill',
      ended_at = clock_timestamp()
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.gateway = bill.gateway
    and b.day = bill.day
    and b.state = 'superseded'
    and c.tenant_id = p_tenant
    and c.gateway = bill.gateway
    and c.state in ('open', 'waiting')
    and c.bill_id = b.id
    and c.n is not null;

  for older in
    select x.bill_id, array_agg(x.n) as ns
    from (
      select c.bill_id, c.n
      from reconciliation.cases c
      join reconciliation.bills b on b.tenant_id = p_tenant and b.id = c.bill_id and b.state = 'matched'
      where c.tenant_id = p_tenant
        and c.gateway = bill.gateway
        and c.state in ('open', 'waiting')
        and c.bill_id <> p_bill
        and c.n is not null
        and not reconciliation.is_closed(p_tenant, c.gateway, b.day)
      order by c.id
      limit again_max
    ) x
    group by x.bill_id
  loop
    perform reconciliation.judge_lines(p_tenant, older.bill_id, older.ns);
  end loop;
  perform reconciliation.look_again(p_tenant, bill.gateway, bill.day, again_max);
  return to_jsonb(true);
end;
$$;

-- Lines of closed days, written off or put off: their fact may have come since. Said and posted on this day.
create or replace function reconciliation.look_again(p_tenant bigint, p_gateway text, p_day date, p_limit integer)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
declare
  found record;
begin
  for found in
    select c.id, c.state, c.kind, c.bill_id, c.n, c.amount_fen, c.fee_fen, f.id as fact_id, f.order_no, f.at, x.exchange_fen
    from (
      select c.*, (c.theirs ->> 'amountFen')::bigint as amount_fen, (c.theirs ->> 'feeFen')::bigint as fee_fen
      from reconciliation.cases c
      join reconciliation.bills b on b.tenant_id = p_tenant and b.id = c.bill_id
      where c.tenant_id = p_tenant
        and c.gateway = p_gateway
        and (c.state in ('open', 'waiting') or (c.state = 'explained' and c.posting_id is not null))
        and c.n is not null
        -- Of several lines about one payment that nobody knew of, all but the first were taken for the same dispute.
        and (c.outcome in ('channel_only', 'state_differs') or (c.outcome = 'duplicate' and c.kind in ('chargeback', 'chargeback_won')))
        and c.theirs ->> 'currency' = 'CNY'
        and (c.theirs ->> 'hasMoved')::boolean
        -- Of a closed day it stays written off when it was found; its line has its fact then.
        and not exists (
          select from reconciliation.matches m
          where m.tenant_id = p_tenant
            and m.bill_id = c.bill_id
            and m.n = c.n
          offset 0
        )
        and reconciliation.is_closed(p_tenant, p_gateway, b.day)
      order by c.id desc
      limit p_limit
    ) c
    cross join lateral (
      select r.id, r.order_no, coalesce(r.paid_at, r.received_at) as at, r.amount_fen, null::text as own_currency, null::bigint as own_hao
      from payments.receipts r
      where c.kind = 'payment'
        and r.tenant_id = p_tenant
        and r.gateway = p_gateway
        and r.trade_no = c.theirs ->> 'tradeNo'
      union all
      select r.id, r.order_no, r.done_at, r.amount_fen, null, null
      from payments.refunds r
      where c.kind = 'refund'
        and r.tenant_id = p_tenant
        and r.id = reconciliation.refund_of(c.theirs ->> 'refundNo')
        and r.gateway = p_gateway
        and r.state = 'done'
        and r.target = 'source'
        and r.order_no::text = split_part(c.theirs ->> 'refundNo', 'R', 1)
      union all
      -- A payment may be disputed in parts of one amount: each line is one of them.
      select d.id, d.order_no, case c.kind when 'chargeback' then d.opened_at else d.ended_at end, d.amount_fen, null, null
      from payments.chargebacks d
      where c.kind in ('chargeback', 'chargeback_won')
        and d.tenant_id = p_tenant
        and d.gateway = p_gateway
        and d.trade_no = c.theirs ->> 'tradeNo'
        and (c.kind = 'chargeback' or d.state = 'won')
      union all
      select p.id, p.order_no, coalesce(p.sent_at, p.created_at), p.cost_fen, p.own_currency, p.own_hao
      from suppliers.purchases p
      where c.kind = 'purchase'
        and p.tenant_id = p_tenant
        and p.no = c.theirs ->> 'paymentNo'
        and p.supplier_id = reconciliation.supplier_of(p_gateway)
        and p.state in ('done', 'partial', 'contradicted')
      union all
      select m.id, null, m.at, m.amount_fen, m.own_currency, m.own_hao
      from suppliers.money m
      where c.kind in ('deposit', 'credit')
        and m.tenant_id = p_tenant
        and m.supplier_id = reconciliation.supplier_of(p_gateway)
        and m.kind = c.kind
        and m.state = 'booked'
        and m.reference <> ''
        and m.reference in (c.theirs ->> 'tradeNo', c.theirs ->> 'paymentNo')
    ) f
    cross join lateral (
      select reconciliation.exchange_of(
        c.kind, f.amount_fen, f.own_currency, f.own_hao, c.theirs #>> '{own,currency}', (c.theirs #>> '{own,rate}')::bigint
      ) as exchange_fen
    ) x
    where f.amount_fen + reconciliation.sign_of(c.kind) * x.exchange_fen = c.amount_fen
      and not exists (
        select from reconciliation.matches m
        where m.tenant_id = p_tenant
          and m.kind = c.kind
          and m.fact_id = f.id
        offset 0
      )
    order by c.id, f.id
  loop
    continue when exists (
      select from reconciliation.matches m
      where m.tenant_id = p_tenant
        and ((m.kind = found.kind and m.fact_id = found.fact_id) or (m.bill_id = found.bill_id and m.n = found.n))
    );
    continue when not reconciliation.keep_fact(p_tenant, found.kind, found.fact_id);
    if found.state = 'explained' then
      perform reconciliation.find_after_all(
        p_tenant, found.id, p_gateway, p_day, found.bill_id, found.n, found.kind, found.fact_id, found.amount_fen, found.fee_fen, true,
        found.exchange_fen
      );
    else
      perform reconciliation.match_by_hand(
        p_tenant, found.id, found.kind, found.fact_id, found.order_no, 'other_day', found.at, p_exchange => found.exchange_fen
      );
    end if;
  end loop;
end;
$$;
revoke execute on function reconciliation.look_again(bigint, text, date, integer) from public;

-- A page of our facts of the day, of a supplier `purchase`, `deposit`, `credit` and `purchase_late`, of a gateway: `payment`, `refund`, `chargeback`, `chargeback_won`, and `late`, the payments of closed
-- days that we heard of on this one. What no bill has is a case; what another day's bill has is told.
create or replace function reconciliation.match_ours(
  p_tenant bigint, p_gateway text, p_day date, p_worker text, p_kind text, p_place jsonb, p_limit integer
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  from_at timestamptz := reconciliation.day_start(p_day);
  to_at timestamptz := reconciliation.day_start(p_day + 1);
  -- So close to midnight the gateway may have it on the neighbour's bill.
  near constant interval := '2 hours';
  after_at timestamptz := coalesce((p_place ->> 'at')::timestamptz, '-infinity');
  after_id bigint := coalesce((p_place ->> 'id')::bigint, 0);
  the_kind text := case p_kind when 'late' then 'payment' when 'purchase_late' then 'purchase' else p_kind end;
  supplier bigint := reconciliation.supplier_of(p_gateway);
  next_has_bill constant boolean := reconciliation.has_bill(p_tenant, p_gateway, p_day + 1);
  last_awaits_bill constant boolean := reconciliation.awaits_bill(p_tenant, p_gateway, p_day - 1);
  seen integer;
  fen bigint;
  place jsonb;
  notable jsonb;
begin
  if not reconciliation.holds(p_tenant, p_gateway, p_day, p_worker) then
    return null;
  end if;
  with page as materialized (
    (
      select r.id, r.order_no, r.trade_no as number, r.amount_fen, r.currency, r.state, coalesce(r.paid_at, r.received_at) as at,
        coalesce(r.paid_at, r.received_at) as place_at, null::text as own_currency, null::bigint as own_hao, null::bigint as own_rate
      from payments.receipts r
      where p_kind = 'payment'
        and r.tenant_id = p_tenant
        and r.gateway = p_gateway
        and coalesce(r.paid_at, r.received_at) >= greatest(from_at, after_at)
        and coalesce(r.paid_at, r.received_at) < to_at
        and (coalesce(r.paid_at, r.received_at), r.id) > (after_at, after_id)
      order by coalesce(r.paid_at, r.received_at), r.id
      limit p_limit
    )
    union all
    (
      select r.id, r.order_no, r.trade_no, r.amount_fen, r.currency, r.state, r.paid_at, r.received_at, null, null, null
      from payments.receipts r
      where p_kind = 'late'
        and r.tenant_id = p_tenant
        and r.gateway = p_gateway
        and r.received_at - r.paid_at > interval '6 hours'
        and r.received_at >= greatest(from_at, after_at)
        and r.received_at < to_at
        and (r.received_at, r.id) > (after_at, after_id)
        and r.paid_at < from_at
        and reconciliation.is_closed(p_tenant, p_gateway, reconciliation.day_of(r.paid_at))
      order by r.received_at, r.id
      limit p_limit
    )
    union all
    (
      select r.id, r.order_no, r.order_no || 'R' || r.id, r.amount_fen, r.currency, r.state, r.done_at, r.done_at, null, null, null
      from payments.refunds r
      where p_kind = 'refund'
        and r.tenant_id = p_tenant
        and r.gateway = p_gateway
        and r.state = 'done'
        and r.target = 'source'
        -- What a chargeback gave back is on the bill as the chargeback, and rights that ended for nothing are not on it.
        and r.chargeback_id is null
        -- What was sent as another refund is on it as that one.
        and r.sent_as is null
        and r.amount_fen > 0
        and r.done_at >= greatest(from_at, after_at)
        and r.done_at < to_at
        and (r.done_at, r.id) > (after_at, after_id)
      order by r.done_at, r.id
      limit p_limit
    )
    union all
    (
      select c.id, c.order_no, c.trade_no, c.amount_fen, 'CNY', c.state, x.at, x.at, null, null, null
      from payments.chargebacks c
      cross join lateral (select case when p_kind = 'chargeback' then c.opened_at when c.state = 'won' then c.ended_at end as at) x
      where p_kind in ('chargeback', 'chargeback_won')
        and c.tenant_id = p_tenant
        and c.gateway = p_gateway
        and x.at >= from_at
        and x.at < to_at
        and (x.at, c.id) > (after_at, after_id)
      order by x.at, c.id
      limit p_limit
    )
    union all
    (
      select p.id, p.order_no, p.no, p.cost_fen, 'CNY', p.state, p.sent_at, p.sent_at, p.own_currency, p.own_hao, p.own_rate
      from suppliers.purchases p
      where p_kind = 'purchase'
        and p.tenant_id = p_tenant
        and p.supplier_id = supplier
        and p.state in ('done', 'partial', 'contradicted')
        and p.cost_fen > 0
        and p.sent_at >= greatest(from_at, after_at)
        and p.sent_at < to_at
        and (p.sent_at, p.id) > (after_at, after_id)
      order by p.sent_at, p.id
      limit p_limit
    )
    union all
    -- Arrived on this day, sent on an earlier one whose statement was gone through before.
    (
      select p.id, p.order_no, p.no, p.cost_fen, 'CNY', p.state, p.sent_at, p.ended_at, p.own_currency, p.own_hao, p.own_rate
      from suppliers.purchases p
      where p_kind = 'purchase_late'
        and p.tenant_id = p_tenant
        and p.supplier_id = supplier
        and p.state in ('done', 'partial', 'contradicted')
        and p.cost_fen > 0
        and p.ended_at >= greatest(from_at, after_at)
        and p.ended_at < to_at
        and (p.ended_at, p.id) > (after_at, after_id)
        and p.sent_at < from_at
        and reconciliation.has_bill(p_tenant, p_gateway, reconciliation.day_of(p.sent_at))
        and not exists (
          select from reconciliation.matches m
          where m.tenant_id = p_tenant and m.kind = 'purchase' and m.fact_id = p.id
          offset 0
        )
      order by p.ended_at, p.id
      limit p_limit
    )
    union all
    (
      select m.id, null, m.reference, m.amount_fen, 'CNY', m.state, m.at, m.at, m.own_currency, m.own_hao, null
      from suppliers.money m
      where p_kind in ('deposit', 'credit')
        and m.tenant_id = p_tenant
        and m.supplier_id = supplier
        and m.kind = p_kind
        and m.state = 'booked'
        and m.at >= greatest(from_at, after_at)
        and m.at < to_at
        and (m.at, m.id) > (after_at, after_id)
        -- A statement without money lines says nothing about money.
        and exists (
          select from reconciliation.days d
          join reconciliation.bills b on b.tenant_id = p_tenant and b.id = d.bill_id and (b.totals ->> 'payments')::integer > 0
          where d.tenant_id = p_tenant and d.gateway = p_gateway and d.day = p_day
        )
      order by m.at, m.id
      limit p_limit
    )
  ), met as (
    select p.*, m.day as matched_day, m.bill_id, m.n
    from page p
    left join lateral (
      select m.day, m.bill_id, m.n
      from reconciliation.matches m
      where m.tenant_id = p_tenant
        and m.kind = the_kind
        and m.fact_id = p.id
      offset 0
    ) m on true
  )
  select count(*)::integer, coalesce(sum(m.amount_fen), 0)::bigint,
    jsonb_build_object('at', max(m.place_at), 'id', (array_agg(m.id order by m.place_at desc, m.id desc))[1]),
    jsonb_agg(to_jsonb(m)) filter (where m.matched_day is null or m.matched_day <> p_day)
  into seen, fen, place, notable
  from met m;

  if notable is not null then
    insert into reconciliation.cases (
      tenant_id, gateway, day, first_day, key, outcome, cause, kind, state, number, order_no, fact_id, bill_id, n, ours, difference_fen, ended_at
    )
    select p_tenant, p_gateway, p_day, p_day, the_kind || ':#' || x.id,
      case when x.matched_day is not null or b.waits then 'cross_day' else 'ours_only' end,
      case
        when x.matched_day is not null then 'other_day'
        when b.waits then 'near_midnight'
        when p_kind = 'late' then 'late_for_closed_day'
        when p_kind = 'purchase_late' then 'supply_late'
        else 'not_on_bill'
      end,
      the_kind,
      case when x.matched_day is not null then 'resolved' when b.waits then 'waiting' else 'open' end,
      x.number, x.order_no, x.id, x.bill_id, x.n,
      jsonb_build_object(
        'id', x.id, 'orderNo', x.order_no, 'amountFen', x.amount_fen, 'currency', x.currency, 'state', x.state, 'at', x.at, 'hasMoved', true
      ) || suppliers.own_money(x.own_currency, x.own_hao, x.own_rate),
      case when x.matched_day is not null then 0 else -reconciliation.sign_of(the_kind) * x.amount_fen end,
      case when x.matched_day is not null then clock_timestamp() end
    from jsonb_to_recordset(notable) as x(
      id bigint, order_no bigint, number text, amount_fen bigint, currency text, state text, at timestamptz, matched_day date, bill_id bigint, n integer,
      own_currency text, own_hao bigint, own_rate bigint
    )
    cross join lateral (
      select x.matched_day is null and p_kind not in ('late', 'purchase_late') and case
        when x.at >= to_at - near then not next_has_bill
        when x.at < from_at + near then last_awaits_bill
        else false
      end as waits
    ) b
    -- Whatever is known of the fact already is kept as it is.
    where not exists (
      select from reconciliation.cases c
      where c.tenant_id = p_tenant
        and c.kind = the_kind
        and c.fact_id = x.id
        and c.outcome <> 'duplicate'
        and (c.state in ('open', 'waiting', 'explained') or (x.matched_day is not null and c.day = p_day))
      -- Looked up fact by fact: as a join, planned while there were few cases, it would read all of them for each fact.
      offset 0
    )
    on conflict (tenant_id, gateway, day, key) do update
    set state = excluded.state,
        outcome = excluded.outcome,
        cause = excluded.cause,
        bill_id = excluded.bill_id,
        n = excluded.n,
        difference_fen = excluded.difference_fen,
        exchange_fen = 0,
        ended_at = excluded.ended_at
    where cases.state = 'resolved';
  end if;
  return jsonb_build_object('count', seen, 'fen', fen, 'place', case when seen = p_limit then place end);
end;
$$;

create or replace function reconciliation.has_bill(p_tenant bigint, p_gateway text, p_day date)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select from reconciliation.bills b
    where b.tenant_id = p_tenant
      and b.gateway = p_gateway
      and b.day = p_day
      and b.state in ('loaded', 'matched')
  )
$$;
revoke execute on function reconciliation.has_bill(bigint, text, date) from public;

-- A day that is reconciled at all and has no bill yet; the days before the first one never will.
create or replace function reconciliation.awaits_bill(p_tenant bigint, p_gateway text, p_day date)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select from reconciliation.days d
    where d.tenant_id = p_tenant
      and d.gateway = p_gateway
      and d.day = p_day
      and d.state = 'open'
      and d.bill_id is null
  )
$$;
revoke execute on function reconciliation.awaits_bill(bigint, text, date) from public;

create or replace function reconciliation.refresh_day(p_tenant bigint, p_gateway text, p_day date)
returns text
language sql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
  update reconciliation.days d
  set state = case
        when d.bill_id is null or d.matched_at is null then 'open'
        when exists (
          select from reconciliation.cases c
          where c.tenant_id = p_tenant
            and c.gateway = p_gateway
            and c.day = p_day
            and c.state in ('open', 'waiting')
        ) then 'differing'
        else 'matched'
      end,
      totals = d.totals || jsonb_build_object('matched', (
        select jsonb_build_object('count', count(*), 'fen', coalesce(sum(m.amount_fen * reconciliation.sign_of(m.kind)), 0), 'feeFen', coalesce(sum(m.fee_fen), 0))
        from reconciliation.matches m
        where m.tenant_id = p_tenant
          and m.bill_id = d.bill_id
      ))
  where d.tenant_id = p_tenant
    and d.gateway = p_gateway
    and d.day = p_day
    and d.state <> 'closed'
  returning d.state
$$;
revoke execute on function reconciliation.refresh_day(bigint, text, date) from public;

-- p_ours: {"payments", "paidFen", "refunds", "refundedFen"}.
create or replace function reconciliation.finish_day(p_tenant bigint, p_gateway text, p_day date, p_worker text, p_ours jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
declare
  near constant interval := '2 hours';
  bill reconciliation.bills;
  touched record;
begin
  if not reconciliation.holds(p_tenant, p_gateway, p_day, p_worker) then
    return null;
  end if;
  update reconciliation.bills b
  set state = 'matched',
      matched_at = clock_timestamp()
  where b.tenant_id = p_tenant
    and b.gateway = p_gateway
    and b.day = p_day
    and b.state = 'loaded'
    and b.judged = b.lines
  returning * into bill;
  if bill.id is null then
    return null;
  end if;
  update reconciliation.days d
  set matched_at = clock_timestamp(),
      totals = d.totals || jsonb_build_object('theirs', bill.totals, 'ours', p_ours),
      worker = null,
      lease_until = '-infinity',
      phase = null
  where d.tenant_id = p_tenant
    and d.gateway = p_gateway
    and d.day = p_day;

  -- The bill they waited for is here, and has it not.
  update reconciliation.cases c
  set state = 'open',
      outcome = case when c.cause = 'near_midnight' then 'ours_only' else c.outcome end,
      cause = case when c.cause = 'near_midnight' then 'not_on_bill' else c.cause end
  where c.tenant_id = p_tenant
    and c.gateway = p_gateway
    and c.state = 'waiting'
    and case
      when c.cause <> 'near_midnight' or c.day <> c.first_day then c.day <= p_day
      when (c.ours ->> 'at')::timestamptz >= reconciliation.day_start(c.first_day + 1) - near then c.first_day + 1 = p_day
      else c.first_day - 1 = p_day
    end;

  for touched in
    select d.day
    from reconciliation.days d
    where d.tenant_id = p_tenant
      and d.gateway = p_gateway
      and d.state in ('differing', 'matched')
      and d.day <> p_day
      and (d.state = 'differing' or exists (
        select from reconciliation.cases c
        where c.tenant_id = p_tenant and c.gateway = p_gateway and c.day = d.day and c.state in ('open', 'waiting')
      ))
    order by d.day
  loop
    perform reconciliation.refresh_day(p_tenant, p_gateway, touched.day);
  end loop;
  return jsonb_build_object('state', reconciliation.refresh_day(p_tenant, p_gateway, p_day));
end;
$$;

create or replace function reconciliation.forget_lines(p_tenant bigint, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set enable_seqscan = off
as $$
declare
  bill record;
  gone integer := 0;
begin
  select b.id, b.begun_at into bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.state in ('superseded', 'failed')
    and exists (
      select from reconciliation.bill_lines l
      where l.tenant_id = p_tenant and l.begun_at = b.begun_at and l.bill_id = b.id
    )
  order by b.id desc
  limit 1;
  if bill.id is null then
    return to_jsonb(0);
  end if;
  delete from reconciliation.bill_lines l
  where l.tenant_id = p_tenant
    and l.begun_at = bill.begun_at
    and l.bill_id = bill.id
    and l.n in (
      select x.n
      from reconciliation.bill_lines x
      where x.tenant_id = p_tenant and x.begun_at = bill.begun_at and x.bill_id = bill.id
      order by x.n
      limit p_limit
    );
  get diagnostics gone = row_count;
  if gone < p_limit then
    delete from reconciliation.bill_texts t
    where t.tenant_id = p_tenant
      and t.begun_at = bill.begun_at
      and t.bill_id = bill.id;
    update reconciliation.bills b
    set lines = 0
    where b.tenant_id = p_tenant
      and b.id = bill.id
      and not reconciliation.is_closed(p_tenant, b.gateway, b.day);
  end if;
  return to_jsonb(gone);
end;
$$;

create or replace function reconciliation.tenants_to_forget()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select coalesce(jsonb_agg(distinct b.tenant_id), '[]')
  from tenancy.tenants t
  join reconciliation.bills b on b.tenant_id = t.id and b.state in ('superseded', 'failed') and b.lines > 0
  where b.begun_at < now() - interval '10 minutes'
$$;

-- Locks a case and says why nothing can be done about it, or null.
create or replace function reconciliation.case_refusal(p_tenant bigint, p_case bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_case reconciliation.cases;
  the_day reconciliation.days;
begin
  select * into the_case
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case;
  if the_case.id is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  select * into the_day
  from reconciliation.days d
  where d.tenant_id = p_tenant
    and d.gateway = the_case.gateway
    and d.day = the_case.day
  for no key update;
  if the_day.state = 'closed' then
    return jsonb_build_object('code', 'reconciliation.day_closed', 'params', jsonb_build_object('day', the_case.day));
  end if;
  if the_day.lease_until > clock_timestamp() then
    return jsonb_build_object('code', 'reconciliation.busy', 'params', '{}'::jsonb);
  end if;
  select * into the_case
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case
  for no key update;
  if the_case.state not in ('open', 'waiting') then
    return jsonb_build_object('code', 'reconciliation.case_over', 'params', jsonb_build_object('state', the_case.state));
  end if;
  return null;
end;
$$;
revoke execute on function reconciliation.case_refusal(bigint, bigint) from public;

create or replace function reconciliation.facts_of(p_tenant bigint, p_case bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'gateway', c.gateway, 'day', c.day, 'outcome', c.outcome, 'number', c.number, 'differenceFen', c.difference_fen, 'note', c.note
  )
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case
$$;
revoke execute on function reconciliation.facts_of(bigint, bigint) from public;

-- With `p_write_off` the books follow the gateway: its line is posted as it stands, and what our books have otherwise
-- goes to `cash.difference`. Without, only the note is kept.
create or replace function reconciliation.explain(p_tenant bigint, p_case bigint, p_note text, p_write_off boolean, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  refusal jsonb := reconciliation.case_refusal(p_tenant, p_case);
  the_case reconciliation.cases;
  posting bigint;
  amount bigint;
  fee bigint;
  is_in boolean;
begin
  if refusal is not null then
    return refusal;
  end if;
  select * into the_case
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case;
  if p_write_off and coalesce(the_case.theirs ->> 'currency', the_case.ours ->> 'currency') <> 'CNY' then
    return jsonb_build_object('code', 'reconciliation.foreign_currency', 'params', jsonb_build_object(
      'currency', coalesce(the_case.theirs ->> 'currency', the_case.ours ->> 'currency')
    ));
  end if;
  if p_write_off and the_case.fact_id is not null and (the_case.ours ->> 'hasMoved')::boolean
    and not reconciliation.keep_fact(p_tenant, the_case.kind, the_case.fact_id)
  then
    return jsonb_build_object('code', 'reconciliation.taken_back', 'params', '{}'::jsonb);
  end if;
  if p_write_off then
    posting := nextval('reconciliation.postings_id_seq');
    is_in := reconciliation.sign_of(the_case.kind) > 0;
    amount := case
      when (the_case.theirs ->> 'hasMoved')::boolean then (the_case.theirs ->> 'amountFen')::bigint
      -- A movement that was posted has come undone.
      when the_case.cause = 'failed_after_all' then -(the_case.theirs ->> 'amountFen')::bigint
      else 0
    end;
    fee := case when (the_case.theirs ->> 'hasMoved')::boolean then (the_case.theirs ->> 'feeFen')::bigint else 0 end;
    if the_case.outcome = 'amount_differs' then
      insert into reconciliation.matches (tenant_id, kind, fact_id, gateway, day, bill_id, n, amount_fen, fee_fen, exchange_fen, posting_id)
      values (
        p_tenant, the_case.kind, the_case.fact_id, the_case.gateway, the_case.day, the_case.bill_id, the_case.n, amount, fee,
        the_case.exchange_fen, posting
      );
    end if;
    perform reconciliation.post(
      p_tenant, posting, 'explained', the_case.gateway, the_case.day, the_case.bill_id, p_case, case when amount <> 0 then 1 else 0 end,
      coalesce(case when is_in then amount - fee end, 0), coalesce(case when not is_in then -amount - fee end, 0), coalesce(fee, 0),
      the_case.difference_fen, case when the_case.outcome = 'amount_differs' then the_case.exchange_fen else 0 end
    );
  end if;
  update reconciliation.cases c
  set state = 'explained',
      posting_id = posting,
      note = p_note,
      handled_by = left(p_actor, 100),
      ended_at = clock_timestamp()
  where c.tenant_id = p_tenant
    and c.id = p_case;
  perform reconciliation.refresh_day(p_tenant, the_case.gateway, the_case.day);
  return reconciliation.facts_of(p_tenant, p_case);
end;
$$;

-- To the next day that is not closed.
create or replace function reconciliation.postpone(p_tenant bigint, p_case bigint, p_note text, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  refusal jsonb := reconciliation.case_refusal(p_tenant, p_case);
  the_case reconciliation.cases;
  next_day date;
begin
  if refusal is not null then
    return refusal;
  end if;
  select * into the_case
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case;
  next_day := the_case.day + 1;
  while reconciliation.is_closed(p_tenant, the_case.gateway, next_day) loop
    next_day := next_day + 1;
  end loop;
  insert into reconciliation.days (tenant_id, gateway, day)
  values (p_tenant, the_case.gateway, next_day)
  on conflict do nothing;
  update reconciliation.cases c
  set day = next_day,
      key = case
        when exists (
          select from reconciliation.cases o
          where o.tenant_id = p_tenant and o.gateway = c.gateway and o.day = next_day and o.key = c.key
        ) then c.key || '>' || c.id
        else c.key
      end,
      state = case when reconciliation.has_bill(p_tenant, c.gateway, next_day) then 'open' else 'waiting' end,
      note = p_note,
      handled_by = left(p_actor, 100)
  where c.tenant_id = p_tenant
    and c.id = p_case;
  perform reconciliation.refresh_day(p_tenant, the_case.gateway, the_case.day);
  perform reconciliation.refresh_day(p_tenant, the_case.gateway, next_day);
  return reconciliation.facts_of(p_tenant, p_case);
end;
$$;

-- A line of the gateway's and a fact of ours that are the same movement under two numbers.
create or replace function reconciliation.pair(p_tenant bigint, p_case bigint, p_with bigint, p_note text, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  refusal jsonb := coalesce(
    reconciliation.case_refusal(p_tenant, least(p_case, p_with)), reconciliation.case_refusal(p_tenant, greatest(p_case, p_with))
  );
  line reconciliation.cases;
  fact reconciliation.cases;
begin
  if refusal is not null then
    return refusal;
  end if;
  select * into line
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id in (p_case, p_with)
    and (c.theirs ->> 'hasMoved')::boolean
    and c.fact_id is null;
  select * into fact
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id in (p_case, p_with)
    and (c.ours ->> 'hasMoved')::boolean
    and c.n is null;
  if line.id is null or fact.id is null or line.gateway <> fact.gateway or line.kind <> fact.kind
    or not reconciliation.is_same_amount(line.kind, line.theirs, fact.ours) then
    return jsonb_build_object('code', 'reconciliation.no_pair', 'params', '{}'::jsonb);
  end if;
  if not reconciliation.keep_fact(p_tenant, fact.kind, fact.fact_id) then
    return jsonb_build_object('code', 'reconciliation.taken_back', 'params', '{}'::jsonb);
  end if;
  perform reconciliation.match_by_hand(
    p_tenant, line.id, line.kind, fact.fact_id, fact.order_no, 'by_hand', (fact.ours ->> 'at')::timestamptz,
    p_exchange => reconciliation.exchange_between(line.kind, line.theirs, fact.ours)
  );
  update reconciliation.cases c
  set note = p_note,
      handled_by = left(p_actor, 100)
  where c.tenant_id = p_tenant
    and c.id in (p_case, p_with);
  perform reconciliation.refresh_day(p_tenant, line.gateway, line.day);
  perform reconciliation.refresh_day(p_tenant, fact.gateway, fact.day);
  return reconciliation.facts_of(p_tenant, line.id);
end;
$$;

-- A case looked at again after somebody asked the gateway, without going through the whole day.
create or replace function reconciliation.judge_case(p_tenant bigint, p_case bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  refusal jsonb := reconciliation.case_refusal(p_tenant, p_case);
  the_case reconciliation.cases;
  bill reconciliation.bills;
begin
  if refusal is not null then
    return refusal;
  end if;
  select * into the_case
  from reconciliation.cases c
  where c.tenant_id = p_tenant
    and c.id = p_case;
  select * into bill
  from reconciliation.bills b
  where b.tenant_id = p_tenant
    and b.id = the_case.bill_id;
  if bill.id is not null and the_case.n is not null then
    if reconciliation.is_closed(p_tenant, bill.gateway, bill.day) then
      perform reconciliation.look_again(p_tenant, bill.gateway, the_case.day, 1000);
    else
      perform reconciliation.judge_lines(p_tenant, bill.id, array[the_case.n]);
    end if;
    perform reconciliation.refresh_day(p_tenant, the_case.gateway, the_case.day);
  end if;
  return reconciliation.facts_of(p_tenant, p_case);
end;
$$;

create or replace function reconciliation.close_day(p_tenant bigint, p_gateway text, p_day date, p_actor text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_day reconciliation.days;
begin
  select * into the_day
  from reconciliation.days d
  where d.tenant_id = p_tenant
    and d.gateway = p_gateway
    and d.day = p_day
  for no key update;
  if the_day.day is null or the_day.bill_id is null then
    return jsonb_build_object('code', 'reconciliation.no_bill', 'params', jsonb_build_object('day', p_day));
  end if;
  if the_day.state = 'closed' then
    return jsonb_build_object('code', 'reconciliation.day_closed', 'params', jsonb_build_object('day', p_day));
  end if;
  if the_day.lease_until > clock_timestamp() then
    return jsonb_build_object('code', 'reconciliation.busy', 'params', '{}'::jsonb);
  end if;
  if reconciliation.refresh_day(p_tenant, p_gateway, p_day) <> 'matched' then
    return jsonb_build_object('code', 'reconciliation.not_explained', 'params', jsonb_build_object('day', p_day, 'count', (
      select count(*) from reconciliation.cases c
      where c.tenant_id = p_tenant and c.gateway = p_gateway and c.day = p_day and c.state in ('open', 'waiting')
    )));
  end if;
  update reconciliation.days d
  set state = 'closed',
      closed_at = clock_timestamp(),
      closed_by = left(p_actor, 100),
      next_try_at = null
  where d.tenant_id = p_tenant
    and d.gateway = p_gateway
    and d.day = p_day
  returning * into the_day;
  return jsonb_build_object('gateway', p_gateway, 'day', p_day, 'totals', the_day.totals);
end;
$$;

-- The first day is yesterday; after that every day has its row, also when nobody worked for some days. A bill is asked for
-- from one in the morning on, each shop at a minute of its own; a day handed out comes back after an hour when nobody
-- said what became of it.
create or replace function reconciliation.plan_days(p_gateways text[], p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  days_max constant integer := 31;
  yesterday constant date := reconciliation.day_of(now()) - 1;
  answer jsonb;
begin
  insert into reconciliation.days (tenant_id, gateway, day, next_try_at)
  select g.tenant_id, g.gateway, d.day, reconciliation.day_start(d.day + 1) + interval '1 hour' + make_interval(mins => (g.tenant_id % 60)::integer)
  from tenancy.tenants t
  join payments.gateways g on g.tenant_id = t.id and g.gateway = any (p_gateways) and g.merchant_id <> ''
  cross join lateral (
    select max(x.day) as last_day
    from reconciliation.days x
    where x.tenant_id = g.tenant_id
      and x.gateway = g.gateway
      and x.day <= yesterday
  ) l
  cross join lateral (
    select s::date as day
    from generate_series(greatest(coalesce(l.last_day + 1, yesterday), yesterday - days_max), yesterday, interval '1 day') as s
  ) d
  where t.status = 'active'
    and coalesce(l.last_day < yesterday, true)
  on conflict (tenant_id, gateway, day) do nothing;
  -- A case was put off to this day before it came.
  update reconciliation.days d
  set next_try_at = now()
  from tenancy.tenants t
  where d.tenant_id = t.id
    and d.day = yesterday
    and d.state = 'open'
    and d.bill_id is null
    and d.next_try_at is null
    and d.tries = 0
    and d.trouble is null
    and d.lease_until < now();

  with due as (
    select d.tenant_id, d.gateway, d.day
    from tenancy.tenants t
    join reconciliation.days d on d.tenant_id = t.id and d.next_try_at <= now()
    where t.status = 'active'
      and d.state <> 'closed'
      and d.lease_until < now()
      and d.gateway = any (p_gateways)
    order by d.next_try_at
    limit p_limit
    for no key update of d skip locked
  ), handed as (
    update reconciliation.days d
    set next_try_at = now() + interval '1 hour',
        phase = 'queued'
    from due
    where d.tenant_id = due.tenant_id
      and d.gateway = due.gateway
      and d.day = due.day
    returning d.tenant_id, d.gateway, d.day
  )
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', h.tenant_id, 'gateway', h.gateway, 'day', h.day)), '[]')
  into answer
  from handed h;
  return answer;
end;
$$;
