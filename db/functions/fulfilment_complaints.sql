-- A delivered code that does not work: reported with one tap, judged by a rule or a person, put right once.
-- docs/adr/0042-complaints.md.
--
--   fulfilment.complaint_moves(state)                     where a complaint may go from there
--   fulfilment.complaint_rule(tenant, sku)                the goods' rule, else the shop's, else the usual one
--   fulfilment.complain(tenant, no, grant, said)          the buyer reports; said again it is the same complaint
--   fulfilment.take_complaints(seconds, limit)            all tenants: those whose turn it is, under a lease
--   fulfilment.defer_complaint(tenant, id, lease, …)      nobody can say just now
--   fulfilment.judge_complaint(tenant, id, lease, …)      the rule's word, with the supplier's
--   fulfilment.buy_for_complaint(tenant, id, lease, …)    a source is chosen: one purchase
--   fulfilment.nothing_bought(tenant, id, lease, why)     no source: the next remedy
--   fulfilment.complaint_bought(tenant, purchase, cards)  inside purchase_news: what became of the purchase
--   fulfilment.complaint_stray(tenant, purchase, …)       inside purchase_news: it brought something that nobody waits for
--   fulfilment.decide_complaint(tenant, id, said)         a person's word
--   fulfilment.answer_complaint(tenant, no, id, act, note)  the buyer's: withdraw, contest
--   fulfilment.complaints_overtaken(tenant, no)           inside refunds and replacements: their rights were taken back another way
--   fulfilment.complaints_view(tenant, no)                what the buyer's page shows
--
-- Lock order: orders by number, accounts by id, refunds, needs, purchases, cards; a complaint last. Every remedy is one
-- transaction with the complaint's end, behind the order's lock.

create or replace function fulfilment.complaint_moves(p_state text)
returns text[]
language sql
immutable
set search_path = pg_catalog
as $$
  select case p_state
    when 'reported' then array['checking', 'withdrawn', 'settled']
    when 'checking' then array['buying', 'replaced', 'refunded', 'person', 'withdrawn', 'settled']
    when 'buying' then array['replaced', 'refunded', 'person', 'settled']
    when 'person' then array['checking', 'buying', 'replaced', 'refunded', 'rejected', 'withdrawn', 'settled']
    when 'rejected' then array['person']
    when 'withdrawn' then array['reported']
    else '{}'
  end
$$;

create or replace function fulfilment.complaint_rule(p_tenant bigint, p_sku bigint)
returns fulfilment.complaint_rules
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select (x.r).*
  from (
    select r, 1 as place
    from catalog.skus s
    join fulfilment.complaint_rules r on r.tenant_id = p_tenant and r.goods_id = s.goods_id
    where s.tenant_id = p_tenant
      and s.id = p_sku
    union all
    select r, 2
    from fulfilment.complaint_rules r
    where r.tenant_id = p_tenant
      and r.goods_id = 0
    union all
    -- Until the shop says otherwise: what costs up to 50 yuan, within three days, twice a month.
    select row(
      p_tenant, 0::bigint, true, array['used', 'invalid', 'wrong_amount'], 72, 5000::bigint, 2, true,
      array['replace', 'buy', 'refund'], '', null::timestamptz
    )::fulfilment.complaint_rules, 3
  ) x(r, place)
  order by x.place
  limit 1
$$;

create or replace function fulfilment.note_complaint(p_tenant bigint, p_complaint bigint, p_kind text, p_by text, p_note text, p_detail jsonb)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  insert into fulfilment.complaint_log (tenant_id, complaint_id, kind, by_name, note, detail)
  values (p_tenant, p_complaint, p_kind, p_by, coalesce(p_note, ''), coalesce(p_detail, '{}'));
  -- The buyer's page hears of every step; what they wrote is not in it, nor who the supplier is.
  select events.append(
    p_tenant, jsonb_build_object('actor', p_by), array['complaint.' || p_kind], array['order:' || c.order_no],
    array[jsonb_build_object(
      'no', c.order_no, 'lineNo', c.line_no, 'complaintId', c.id, 'title', concat_ws(' ', l.goods_title, l.sku_title),
      'piece', c.piece, 'reason', c.reason, 'answer', c.answer
    )]
  )
  from fulfilment.complaints c
  join orders.lines l on l.tenant_id = p_tenant and l.order_no = c.order_no and l.line_no = c.line_no
  where c.tenant_id = p_tenant
    and c.id = p_complaint
    and p_kind <> 'asked'
$$;
revoke execute on function fulfilment.note_complaint(bigint, bigint, text, text, text, jsonb) from public;

-- p_said: {"reason", "note", "ip"}. Said twice, or by twenty taps at once, it is one complaint.
create or replace function fulfilment.complain(p_tenant bigint, p_no bigint, p_grant bigint, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
as $$
declare
  the_order orders.orders;
  the_grant entitlements.grants;
  complaint fulfilment.complaints;
  complaint_id bigint;
begin
  select * into the_order
  from orders.orders o
  where o.tenant_id = p_tenant
    and o.no = p_no
  for no key update;
  select * into the_grant
  from entitlements.grants g
  where g.tenant_id = p_tenant
    and g.id = p_grant
    and g.order_no = p_no;
  if the_grant.id is null or catalog.deliver_of(the_grant.kind) <> 'pick' then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  select * into complaint
  from fulfilment.complaints c
  where c.tenant_id = p_tenant
    and c.grant_id = p_grant
  for no key update;
  if complaint.id is not null and complaint.state <> 'withdrawn' then
    return jsonb_build_object('ok', true, 'id', complaint.id, 'isNew', false);
  end if;
  if the_grant.state = 'revoked' then
    return jsonb_build_object('code', 'complaints.piece_gone', 'params', '{}'::jsonb);
  end if;
  -- So that of complaints at the same moment each sees those before it: they stand in the order in which they had this lock.
  perform pg_advisory_xact_lock(hashtextextended('fulfilment.complain:' || p_tenant || ':' || k.key, 0))
  from (
    select distinct x.key
    from unnest(array[the_order.buyer_key, lower(the_order.contact), nullif(p_said ->> 'ip', '')]) as x(key)
    where x.key is not null
    order by 1
  ) k;
  if complaint.id is null then
    insert into fulfilment.complaints (
      tenant_id, order_no, line_no, grant_id, piece, card_id, batch_id, sku_id, amount_fen, buyer_key, contact, ip, reason, note, due_at,
      reported_at
    )
    select p_tenant, p_no, the_grant.line_no, p_grant, the_grant.piece, the_grant.card_id, c.batch_id, the_grant.sku_id,
      ceil(l.amount_fen::numeric / l.quantity), the_order.buyer_key, lower(the_order.contact), coalesce(p_said ->> 'ip', ''),
      p_said ->> 'reason', coalesce(p_said ->> 'note', ''), now(), clock_timestamp()
    from vault.cards c
    join orders.lines l on l.tenant_id = p_tenant and l.order_no = p_no and l.line_no = the_grant.line_no
    where c.tenant_id = p_tenant
      and c.id = the_grant.card_id
    returning id into complaint_id;
    update orders.orders o
    set has_complaints = true
    where o.tenant_id = p_tenant
      and o.no = p_no
      and not o.has_complaints;
  else
    complaint_id := complaint.id;
    update fulfilment.complaints c
    set state = 'reported',
        reason = p_said ->> 'reason',
        note = coalesce(p_said ->> 'note', ''),
        ip = coalesce(p_said ->> 'ip', ''),
        word = null,
        asks = 0,
        why = '{}',
        due_at = now(),
        ended_at = null,
        reported_at = clock_timestamp(),
        changed_at = now()
    where c.tenant_id = p_tenant
      and c.id = complaint_id;
  end if;
  perform fulfilment.note_complaint(p_tenant, complaint_id, 'reported', 'buyer', p_said ->> 'note', jsonb_build_object('reason', p_said ->> 'reason'));
  return jsonb_build_object('ok', true, 'id', complaint_id, 'isNew', true);
end;
$$;

-- Handing one out moves it to checking and puts it off for the lease, so that one whose worker died is taken up again. With it
-- goes what is needed to ask its supplier, or to choose a source.
create or replace function fulfilment.take_complaints(p_lease_seconds integer, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  tenant record;
  taken jsonb;
  given jsonb := '[]';
begin
  for tenant in
    select t.id
    from tenancy.tenants t
    where exists (
      select from fulfilment.complaints c
      where c.tenant_id = t.id
        and c.due_at <= now()
    )
    order by random()
  loop
    with due as (
      select c.id
      from fulfilment.complaints c
      where c.tenant_id = tenant.id
        and c.due_at <= now()
      order by c.due_at
      limit p_limit - jsonb_array_length(given)
      for no key update skip locked
    ), leased as (
      update fulfilment.complaints c
      set state = case c.state when 'reported' then 'checking' else c.state end,
          lease = c.lease + 1,
          due_at = now() + make_interval(secs => p_lease_seconds)
      from due d
      where c.tenant_id = tenant.id
        and c.id = d.id
      returning c.*
    )
    select jsonb_agg(jsonb_build_object(
      'tenantId', l.tenant_id, 'id', l.id, 'lease', l.lease, 'state', l.state, 'asks', l.asks, 'word', l.word,
      'skuId', l.sku_id, 'refused', l.refused, 'unitPriceFen', fulfilment.worth(l.tenant_id, l.order_no, l.line_no, n.unit_price_fen), 'unitPoints', n.unit_points, 'form', n.form,
      'buyingSeconds', extract(epoch from now() - l.buying_since)::integer,
      'purchase', p.state,
      'source', case when b.origin = 'bought' and b.supplier_id is not null then jsonb_build_object(
        'supplierId', b.supplier_id, 'cardId', l.card_id, 'sealed', replace(encode(k.sealed, 'base64'), E'\n', ''),
        'no', q.no, 'remoteNo', q.remote_no, 'quantity', q.quantity, 'kind', r.kind, 'sentAt', q.sent_at
      ) end
    ))
    into taken
    from leased l
    join orders.lines n on n.tenant_id = l.tenant_id and n.order_no = l.order_no and n.line_no = l.line_no
    join vault.batches b on b.tenant_id = l.tenant_id and b.id = l.batch_id
    join vault.cards k on k.tenant_id = l.tenant_id and k.id = l.card_id
    left join suppliers.purchases p on p.tenant_id = l.tenant_id and p.id = l.purchase_id
    left join suppliers.purchase_cards x on x.tenant_id = l.tenant_id and x.card_id = l.card_id and x.outcome = 'taken'
    left join suppliers.purchases q on q.tenant_id = l.tenant_id and q.id = x.purchase_id
    left join suppliers.products r on r.tenant_id = l.tenant_id and r.id = q.product_id;
    given := given || coalesce(taken, '[]');
    exit when jsonb_array_length(given) >= p_limit;
  end loop;
  return given;
end;
$$;

create or replace function fulfilment.defer_complaint(p_tenant bigint, p_complaint bigint, p_lease integer, p_seconds integer, p_note text)
returns boolean
language sql
security definer
set search_path = pg_catalog
as $$
  update fulfilment.complaints c
  set asks = c.asks + 1,
      due_at = now() + make_interval(secs => p_seconds)
  where c.tenant_id = p_tenant
    and c.id = p_complaint
    and c.lease = p_lease
    and c.state in ('checking', 'buying');
  insert into fulfilment.complaint_log (tenant_id, complaint_id, kind, by_name, note)
  select p_tenant, c.id, 'asked', 'system', p_note
  from fulfilment.complaints c
  where c.tenant_id = p_tenant
    and c.id = p_complaint
    and c.lease = p_lease
    and p_note <> '';
  select true
$$;

create or replace function fulfilment.turn_complaint(p_tenant bigint, p_complaint bigint, p_state text, p_why text[], p_by text, p_note text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update fulfilment.complaints c
  set state = p_state,
      why = case when p_state = 'person' then coalesce(p_why, '{}') else c.why end,
      due_at = case p_state when 'buying' then now() when 'checking' then now() end,
      asks = 0,
      buying_since = case p_state when 'buying' then now() else c.buying_since end,
      answer = case p_state when 'rejected' then p_note else c.answer end,
      decided_by = case when p_state in ('replaced', 'refunded', 'rejected') then p_by else c.decided_by end,
      ended_at = case when p_state in ('replaced', 'refunded', 'rejected', 'withdrawn', 'settled') then now() end,
      changed_at = now()
  where c.tenant_id = p_tenant
    and c.id = p_complaint;
  perform fulfilment.note_complaint(
    p_tenant, p_complaint, p_state, case when p_by = '' then 'system' else p_by end, p_note, jsonb_build_object('why', coalesce(p_why, '{}'))
  );
end;
$$;
revoke execute on function fulfilment.turn_complaint(bigint, bigint, text, text[], text, text) from public;

-- One remedy, done at once. Null: done; else the refusal, and nothing has happened. The caller has locked the order, its
-- accounts and the complaint. p_ask: how much may go back without a second person, and what used codes mean.
create or replace function fulfilment.remedy(p_tenant bigint, p_complaint fulfilment.complaints, p_remedy text, p_ask jsonb, p_by text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  outcome jsonb;
  after text := case p_remedy when 'replace' then 'replaced' else 'refunded' end;
begin
  -- Before the right goes, so that nothing open is found to settle.
  update fulfilment.complaints c
  set state = after,
      due_at = null,
      ended_at = now()
  where c.tenant_id = p_tenant
    and c.id = p_complaint.id;
  if p_remedy = 'replace' then
    outcome := fulfilment.replace(
      p_tenant, p_complaint.order_no, p_complaint.grant_id, 'complaint:' || p_complaint.reason, p_by
    );
  else
    begin
      outcome := fulfilment.refund(p_tenant, p_complaint.order_no, p_ask || jsonb_build_object(
        'lineNo', p_complaint.line_no, 'takes', 'pieces', 'grants', jsonb_build_array(p_complaint.grant_id), 'amountFen', null,
        'to', coalesce(p_ask ->> 'to', 'source'), 'reason', coalesce(p_ask ->> 'reason', 'complaint:' || p_complaint.reason), 'actor', p_by
      ));
      if (outcome ->> 'awaiting')::boolean and not coalesce((p_ask ->> 'mayWait')::boolean, false) then
        raise exception 'a second person is needed' using errcode = 'QS001';
      end if;
    exception when sqlstate 'QS001' then
      outcome := jsonb_build_object('code', 'complaints.needs_approval', 'params', '{}'::jsonb);
    end;
  end if;
  if outcome ? 'code' or coalesce((outcome ->> 'awaiting')::boolean, false) then
    update fulfilment.complaints c
    set state = p_complaint.state,
        due_at = p_complaint.due_at,
        refund_id = coalesce((outcome ->> 'refundId')::bigint, c.refund_id),
        ended_at = p_complaint.ended_at
    where c.tenant_id = p_tenant
      and c.id = p_complaint.id;
    return outcome;
  end if;
  update fulfilment.complaints c
  set new_grant_id = (outcome ->> 'grantId')::bigint,
      refund_id = coalesce((outcome ->> 'refundId')::bigint, c.refund_id)
  where c.tenant_id = p_tenant
    and c.id = p_complaint.id;
  perform fulfilment.turn_complaint(p_tenant, p_complaint.id, after, null, p_by, '');
  perform fulfilment.open_recovery(p_tenant, p_complaint.id, case when p_by = '' then 'system' else p_by end);
  return null;
end;
$$;
revoke execute on function fulfilment.remedy(bigint, fulfilment.complaints, text, jsonb, text) from public;

-- Whether some source sells the SKU's codes, however it stands just now.
create or replace function fulfilment.is_bought_elsewhere(p_tenant bigint, p_sku bigint)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select exists (
    select
    from suppliers.offers o
    where o.tenant_id = p_tenant
      and o.sku_id = p_sku
      and o.enabled
  )
$$;
revoke execute on function fulfilment.is_bought_elsewhere(bigint, bigint) from public;

-- Tries the remedies of the rule from `p_from` on; whoever is left over goes to a person, and why. The caller has locked.
create or replace function fulfilment.try_remedies(
  p_tenant bigint, p_complaint fulfilment.complaints, p_remedies text[], p_ask jsonb, p_why text[]
)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  remedy text;
  refusal jsonb;
  why text[] := p_why;
begin
  -- Of what is asked back already nothing is handed out beside it.
  if fulfilment.refund_awaits(p_tenant, p_complaint.order_no, p_complaint.line_no, p_complaint.grant_id) then
    perform fulfilment.turn_complaint(p_tenant, p_complaint.id, 'person', why || 'refund_awaits'::text, '', '');
    return;
  end if;
  foreach remedy in array p_remedies loop
    -- Whoever chose a number wanted that one.
    continue when remedy in ('replace', 'buy') and exists (
      select from orders.lines l
      where l.tenant_id = p_tenant
        and l.order_no = p_complaint.order_no
        and l.line_no = p_complaint.line_no
        and l.pick_card is not null
    );
    if remedy = 'buy' then
      if fulfilment.is_bought_elsewhere(p_tenant, p_complaint.sku_id) then
        perform fulfilment.turn_complaint(p_tenant, p_complaint.id, 'buying', null, '', '');
        return;
      end if;
      continue;
    end if;
    refusal := fulfilment.remedy(p_tenant, p_complaint, remedy, p_ask, '');
    if refusal is null then
      return;
    end if;
    why := why || case remedy when 'replace' then 'no_stock' else 'no_refund' end;
  end loop;
  perform fulfilment.turn_complaint(p_tenant, p_complaint.id, 'person', why || 'nothing_possible'::text, '', '');
end;
$$;
revoke execute on function fulfilment.try_remedies(bigint, fulfilment.complaints, text[], jsonb, text[]) from public;

-- Why the rule alone may not decide; empty: it may.
create or replace function fulfilment.complaint_doubts(p_tenant bigint, p_complaint fulfilment.complaints, p_word text)
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog
as $$
declare
  rule fulfilment.complaint_rules := fulfilment.complaint_rule(p_tenant, p_complaint.sku_id);
  granted timestamptz;
  before_this bigint;
begin
  select g.granted_at into granted
  from entitlements.grants g
  where g.tenant_id = p_tenant
    and g.id = p_complaint.grant_id;
  select count(*) into before_this
  from fulfilment.complaints c
  where c.tenant_id = p_tenant
    and c.id <> p_complaint.id
    and c.state <> 'withdrawn'
    and c.reported_at > now() - interval '30 days'
    and (c.reported_at, c.id) < (p_complaint.reported_at, p_complaint.id)
    and (
      c.buyer_key = p_complaint.buyer_key
      or c.contact = p_complaint.contact
      or (p_complaint.ip <> '' and c.ip = p_complaint.ip)
    );
  return array_remove(array[
    case when not rule.automatic then 'not_automatic' end,
    case when p_complaint.contested_at is not null then 'contested' end,
    case when p_complaint.reason <> all (rule.reasons) then 'reason' end,
    case when granted < p_complaint.reported_at - make_interval(hours => rule.within_hours) then 'too_late' end,
    case when p_complaint.amount_fen > rule.max_fen then 'amount' end,
    case when before_this >= rule.per_month then 'too_many' end,
    case when p_word = 'used' then 'supplier_says_used' end,
    case when p_word in ('unknown', 'nobody') and not rule.when_unsure then 'supplier_unsure' end
  ], null);
end;
$$;
revoke execute on function fulfilment.complaint_doubts(bigint, fulfilment.complaints, text) from public;

-- p_word: what the supplier says, `unknown` when it cannot, `nobody` when there is nobody to ask. Under a lease that is not
-- the last one nothing happens. Answers the state.
create or replace function fulfilment.judge_complaint(
  p_tenant bigint, p_complaint bigint, p_lease integer, p_word text, p_note text, p_ask jsonb
)
returns text
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  complaint fulfilment.complaints;
  rule fulfilment.complaint_rules;
  doubts text[];
begin
  complaint := fulfilment.lock_complaint(p_tenant, p_complaint);
  if complaint.state is distinct from 'checking' or complaint.lease <> p_lease then
    return complaint.state;
  end if;
  update fulfilment.complaints c
  set word = p_word
  where c.tenant_id = p_tenant
    and c.id = p_complaint;
  complaint.word := p_word;
  if p_word <> 'nobody' then
    insert into fulfilment.complaint_log (tenant_id, complaint_id, kind, by_name, note, detail)
    values (p_tenant, p_complaint, 'asked', 'system', p_note, jsonb_build_object('word', p_word));
  end if;
  doubts := fulfilment.complaint_doubts(p_tenant, complaint, p_word);
  if cardinality(doubts) > 0 then
    perform fulfilment.turn_complaint(p_tenant, p_complaint, 'person', doubts, '', '');
  else
    rule := fulfilment.complaint_rule(p_tenant, complaint.sku_id);
    perform fulfilment.try_remedies(p_tenant, complaint, rule.remedies, p_ask, '{}');
  end if;
  return (select c.state from fulfilment.complaints c where c.tenant_id = p_tenant and c.id = p_complaint);
end;
$$;

-- Locks what a remedy touches, in the one order, and the complaint last.
create or replace function fulfilment.lock_complaint(p_tenant bigint, p_complaint bigint)
returns fulfilment.complaints
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  complaint fulfilment.complaints;
  the_no bigint;
begin
  select c.order_no into the_no
  from fulfilment.complaints c
  where c.tenant_id = p_tenant
    and c.id = p_complaint;
  perform fulfilment.lock_for_refund(p_tenant, the_no);
  select * into complaint
  from fulfilment.complaints c
  where c.tenant_id = p_tenant
    and c.id = p_complaint
  for no key update;
  return complaint;
end;
$$;
revoke execute on function fulfilment.lock_complaint(bigint, bigint) from public;

-- p_item: {"offerId", "supplierId", "productId", "ceilingHao", "quotedHao", "fields", "choice"}. One purchase of a line lives at a
-- time; its numbers count down from 99, and those of what the line itself needs count up. {"opened"}.
create or replace function fulfilment.buy_for_complaint(p_tenant bigint, p_complaint bigint, p_lease integer, p_item jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  complaint fulfilment.complaints;
  the_turn integer;
  the_purchase bigint;
begin
  complaint := fulfilment.lock_complaint(p_tenant, p_complaint);
  if complaint.state is distinct from 'buying' or complaint.lease <> p_lease or exists (
    select from suppliers.purchases p
    where p.tenant_id = p_tenant
      and p.order_no = complaint.order_no
      and p.line_no = complaint.line_no
      and p.purpose = 'complaint'
      and p.state in ('planned', 'sending', 'accepted', 'unknown')
  ) then
    return jsonb_build_object('opened', false);
  end if;
  if fulfilment.refund_awaits(p_tenant, complaint.order_no, complaint.line_no, complaint.grant_id) then
    perform fulfilment.turn_complaint(p_tenant, p_complaint, 'person', array['refund_awaits'], '', '');
    return jsonb_build_object('opened', false);
  end if;
  select coalesce(min(p.turn) filter (where p.purpose = 'complaint'), 100) - 1 into the_turn
  from suppliers.purchases p
  where p.tenant_id = p_tenant
    and p.order_no = complaint.order_no
    and p.line_no = complaint.line_no
  having coalesce(min(p.turn) filter (where p.purpose = 'complaint'), 100) - 1
    > coalesce(max(p.turn) filter (where p.purpose = 'line'), 0);
  if the_turn is null then
    return jsonb_build_object('opened', false, 'isFull', true);
  end if;
  insert into suppliers.purchases (
    tenant_id, no, purpose, order_no, line_no, turn, supplier_id, product_id, offer_id, quantity, ceiling_hao, quoted_hao, fields, choice, due_at
  )
  values (
    p_tenant, complaint.order_no || lpad(complaint.line_no::text, 2, '0') || lpad(the_turn::text, 2, '0'), 'complaint',
    complaint.order_no, complaint.line_no, the_turn, (p_item ->> 'supplierId')::bigint, (p_item ->> 'productId')::bigint,
    (p_item ->> 'offerId')::bigint, 1, (p_item ->> 'ceilingHao')::bigint, (p_item ->> 'quotedHao')::bigint,
    coalesce(p_item -> 'fields', '{}'), coalesce(p_item -> 'choice', '{}'), now()
  )
  returning id into the_purchase;
  update fulfilment.complaints c
  set purchase_id = the_purchase,
      asks = 0
  where c.tenant_id = p_tenant
    and c.id = p_complaint;
  insert into fulfilment.complaint_log (tenant_id, complaint_id, kind, by_name, detail)
  values (p_tenant, p_complaint, 'ordered', 'system', jsonb_build_object('purchaseId', the_purchase));
  return jsonb_build_object('opened', true);
end;
$$;

-- Nobody sells it, or nobody knows whether it was bought: the remedies behind buying, or a person.
create or replace function fulfilment.nothing_bought(p_tenant bigint, p_complaint bigint, p_lease integer, p_why text, p_ask jsonb)
returns text
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  complaint fulfilment.complaints;
  rule fulfilment.complaint_rules;
begin
  complaint := fulfilment.lock_complaint(p_tenant, p_complaint);
  if complaint.state is distinct from 'buying' or complaint.lease <> p_lease then
    return complaint.state;
  end if;
  rule := fulfilment.complaint_rule(p_tenant, complaint.sku_id);
  -- A person who said "buy" decides what else; and what may still arrive is waited for by a person.
  if p_why <> 'no_source' or cardinality(fulfilment.complaint_doubts(p_tenant, complaint, complaint.word)) > 0 then
    perform fulfilment.turn_complaint(p_tenant, p_complaint, 'person', array[p_why], '', '');
  else
    perform fulfilment.try_remedies(
      p_tenant, complaint, rule.remedies[coalesce(array_position(rule.remedies, 'buy'), 99) + 1:], p_ask, array[p_why]
    );
  end if;
  return (select c.state from fulfilment.complaints c where c.tenant_id = p_tenant and c.id = p_complaint);
end;
$$;

-- What was bought for a complaint came after it had been put right (`late`: it lies on our shelf, or cannot be sold), or after the
-- supplier had refused it (`contradicted`: it is put aside). The money is spent, so somebody has to hear of it.
create or replace function fulfilment.complaint_stray(p_tenant bigint, p_purchase bigint, p_kind text, p_note text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_complaint bigint;
begin
  select c.id into the_complaint
  from suppliers.purchases p
  join fulfilment.complaints c on c.tenant_id = p_tenant and c.order_no = p.order_no and c.line_no = p.line_no
  join fulfilment.complaint_log l
    on l.tenant_id = p_tenant
    and l.complaint_id = c.id
    and l.kind = 'ordered'
    and (l.detail ->> 'purchaseId')::bigint = p_purchase
  where p.tenant_id = p_tenant
    and p.id = p_purchase
  limit 1;
  if the_complaint is not null then
    perform fulfilment.note_complaint(
      p_tenant, the_complaint, p_kind, 'system', left(coalesce(p_note, ''), 200), jsonb_build_object('purchaseId', p_purchase)
    );
  end if;
end;
$$;
revoke execute on function fulfilment.complaint_stray(bigint, bigint, text, text) from public;

-- Inside purchase_news, which has locked orders, accounts and purchases: the code that came takes the bad one's place. When the
-- complaint was put right in the meantime it stays on our shelf.
create or replace function fulfilment.complaint_bought(p_tenant bigint, p_purchase bigint, p_cards bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  complaint fulfilment.complaints;
  purchase suppliers.purchases;
  old entitlements.grants;
  new_grant bigint;
begin
  select * into complaint
  from fulfilment.complaints c
  where c.tenant_id = p_tenant
    and c.purchase_id = p_purchase
  for no key update;
  select * into purchase
  from suppliers.purchases p
  where p.tenant_id = p_tenant
    and p.id = p_purchase;
  if complaint.id is null or complaint.state not in ('buying', 'person') then
    if purchase.arrived + purchase.bad > 0 then
      perform fulfilment.complaint_stray(p_tenant, p_purchase, 'late', purchase.message);
    end if;
    return;
  end if;
  if cardinality(p_cards) = 0 then
    update fulfilment.complaints c
    set purchase_id = null,
        refused = case when purchase.code = 'not_reached' then c.refused else c.refused || purchase.offer_id end,
        due_at = case when c.state = 'buying' then now() end
    where c.tenant_id = p_tenant
      and c.id = complaint.id;
    insert into fulfilment.complaint_log (tenant_id, complaint_id, kind, by_name, note, detail)
    values (
      p_tenant, complaint.id, 'not_bought', 'system', left(coalesce(purchase.message, ''), 200),
      jsonb_build_object('purchaseId', p_purchase, 'code', purchase.code)
    );
    -- A code came that nobody can sell: buying yet another is for a person to decide.
    if purchase.bad > 0 and complaint.state = 'buying' then
      perform fulfilment.turn_complaint(p_tenant, complaint.id, 'person', array['bad_card'], '', '');
    end if;
    return;
  end if;
  select * into old
  from entitlements.grants g
  where g.tenant_id = p_tenant
    and g.id = complaint.grant_id;
  if old.state = 'revoked' then
    perform fulfilment.complaint_stray(p_tenant, p_purchase, 'late', purchase.message);
    return;
  end if;
  -- Its money was asked back meanwhile: the code stays on our shelf, and a person has the word once that is decided.
  if fulfilment.refund_awaits(p_tenant, complaint.order_no, complaint.line_no, complaint.grant_id) then
    perform fulfilment.complaint_stray(p_tenant, p_purchase, 'late', purchase.message);
    perform fulfilment.turn_complaint(p_tenant, complaint.id, 'person', array['refund_awaits'], '', '');
    return;
  end if;
  update fulfilment.complaints c
  set state = 'replaced',
      due_at = null,
      ended_at = now()
  where c.tenant_id = p_tenant
    and c.id = complaint.id;
  new_grant := fulfilment.replace_by(p_tenant, old, p_cards[1], 'complaint:' || complaint.reason, '');
  update fulfilment.complaints c
  set new_grant_id = new_grant
  where c.tenant_id = p_tenant
    and c.id = complaint.id;
  perform fulfilment.turn_complaint(p_tenant, complaint.id, 'replaced', null, '', '');
  perform fulfilment.open_recovery(p_tenant, complaint.id, 'system');
end;
$$;
revoke execute on function fulfilment.complaint_bought(bigint, bigint, bigint[]) from public;

-- Puts a card of our shelf in the place of a granted one. The caller has locked the order, and knows that it may be taken.
create or replace function fulfilment.replace_by(p_tenant bigint, p_old entitlements.grants, p_card bigint, p_reason text, p_actor text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  cause text := 'order:' || p_old.order_no;
  old_state text;
  new_grant bigint;
begin
  update entitlements.grants g
  set state = 'revoked',
      changed_at = now()
  where g.tenant_id = p_tenant
    and g.id = p_old.id;
  perform fulfilment.complaints_overtaken(p_tenant, p_old.order_no);
  select c.state into old_state
  from vault.cards c
  where c.tenant_id = p_tenant
    and c.id = p_old.card_id;
  if old_state = 'delivered' then
    perform vault.transfer(p_tenant, p_old.sku_id, array[p_old.card_id], 'delivered', 'void', cause, p_actor);
  end if;
  perform vault.move(p_tenant, array[p_card], array[cause], 'available', 'delivered', p_actor);
  perform ledger.post(
    p_tenant, array[stock.shelf(p_tenant, p_old.sku_id, (select c.warehouse_id from vault.cards c where c.tenant_id = p_tenant and c.id = p_card))],
    array[ledger.account(p_tenant, 'stock.delivered', p_old.sku_id::text, 'piece')], array[1::bigint], array['stock.replace'], array[cause]
  );
  insert into entitlements.grants (tenant_id, owner_key, member_id, order_no, line_no, piece, turn, kind, sku_id, card_id)
  values (
    p_tenant, p_old.owner_key, p_old.member_id, p_old.order_no, p_old.line_no, p_old.piece, p_old.turn + 1, p_old.kind, p_old.sku_id, p_card
  )
  returning id into new_grant;
  perform events.append(p_tenant, jsonb_build_object('actor', p_actor), jsonb_build_array(jsonb_build_object(
    'type', 'order.delivered', 'subject', cause,
    'payload', jsonb_build_object('no', p_old.order_no, 'replaced', p_old.id, 'grantId', new_grant, 'reason', p_reason)
  )));
  return new_grant;
end;
$$;
revoke execute on function fulfilment.replace_by(bigint, entitlements.grants, bigint, text, text) from public;

-- p_said: {"action": "replace" | "buy" | "refund" | "reject" | "check", "reason", "to", "actor", "staffId"} and what `remedy` needs.
create or replace function fulfilment.decide_complaint(p_tenant bigint, p_complaint bigint, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  complaint fulfilment.complaints;
  act text := p_said ->> 'action';
  refusal jsonb;
begin
  complaint := fulfilment.lock_complaint(p_tenant, p_complaint);
  if complaint.id is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if complaint.state <> 'person' then
    return jsonb_build_object('code', 'complaints.decided', 'params', jsonb_build_object('state', complaint.state));
  end if;
  if act in ('replace', 'buy')
    and fulfilment.refund_awaits(p_tenant, complaint.order_no, complaint.line_no, complaint.grant_id)
  then
    return jsonb_build_object('code', 'fulfilment.refund_awaits', 'params', '{}'::jsonb);
  end if;
  if act = 'buy' then
    if exists (
      select from suppliers.purchases p
      where p.tenant_id = p_tenant
        and p.id = complaint.purchase_id
        and p.state in ('planned', 'sending', 'accepted', 'unknown')
    ) then
      return jsonb_build_object('code', 'complaints.purchase_open', 'params', '{}'::jsonb);
    end if;
    if not fulfilment.is_bought_elsewhere(p_tenant, complaint.sku_id) then
      return jsonb_build_object('code', 'complaints.no_source', 'params', '{}'::jsonb);
    end if;
    update fulfilment.complaints c
    set purchase_id = null,
        refused = '{}'
    where c.tenant_id = p_tenant
      and c.id = p_complaint;
    perform fulfilment.turn_complaint(p_tenant, p_complaint, 'buying', null, p_said ->> 'actor', p_said ->> 'reason');
  elsif act = 'check' then
    update fulfilment.complaints c
    set word = null
    where c.tenant_id = p_tenant
      and c.id = p_complaint;
    perform fulfilment.turn_complaint(p_tenant, p_complaint, 'checking', null, p_said ->> 'actor', p_said ->> 'reason');
  elsif act = 'reject' then
    perform fulfilment.turn_complaint(p_tenant, p_complaint, 'rejected', null, p_said ->> 'actor', p_said ->> 'reason');
  else
    refusal := fulfilment.remedy(p_tenant, complaint, act, p_said || jsonb_build_object('mayWait', true), p_said ->> 'actor');
    if refusal ? 'code' then
      return refusal;
    end if;
    if refusal is not null then
      perform fulfilment.turn_complaint(
        p_tenant, p_complaint, 'person', array['refund_awaits'], p_said ->> 'actor', p_said ->> 'reason'
      );
    end if;
  end if;
  return jsonb_build_object(
    'ok', true, 'state', (select c.state from fulfilment.complaints c where c.tenant_id = p_tenant and c.id = p_complaint)
  );
end;
$$;

create or replace function fulfilment.answer_complaint(p_tenant bigint, p_no bigint, p_complaint bigint, p_act text, p_note text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  complaint fulfilment.complaints;
begin
  perform orders.lock(p_tenant, p_no);
  select * into complaint
  from fulfilment.complaints c
  where c.tenant_id = p_tenant
    and c.id = p_complaint
    and c.order_no = p_no
  for no key update;
  if complaint.id is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if p_act = 'withdraw' then
    if complaint.state not in ('reported', 'checking', 'person') then
      return jsonb_build_object('code', 'complaints.not_now', 'params', jsonb_build_object('state', complaint.state));
    end if;
    perform fulfilment.turn_complaint(p_tenant, p_complaint, 'withdrawn', null, 'buyer', '');
  else
    if complaint.state <> 'rejected' then
      return jsonb_build_object('code', 'complaints.not_now', 'params', jsonb_build_object('state', complaint.state));
    elsif complaint.contested_at is not null then
      return jsonb_build_object('code', 'complaints.contested', 'params', '{}'::jsonb);
    end if;
    update fulfilment.complaints c
    set contest = p_note,
        contested_at = now()
    where c.tenant_id = p_tenant
      and c.id = p_complaint;
    perform fulfilment.turn_complaint(p_tenant, p_complaint, 'person', array['contested'], 'buyer', p_note);
  end if;
  return '{"ok": true}';
end;
$$;

-- Inside whatever takes rights of an order back (a refund, a bank, a recall, a colleague): the complaints about them end in that
-- moment. A refund that a person asked for, and a second one has agreed to since, is the remedy; anything else was put right
-- elsewhere. The caller has locked the order.
create or replace function fulfilment.complaints_overtaken(p_tenant bigint, p_no bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  complaint record;
begin
  for complaint in
    select c.id, c.state, c.refund_id
    from fulfilment.complaints c
    cross join lateral (
      select g.state from entitlements.grants g where g.tenant_id = p_tenant and g.id = c.grant_id offset 0
    ) g
    where c.tenant_id = p_tenant
      and c.order_no = p_no
      and c.state in ('reported', 'checking', 'buying', 'person')
      and g.state = 'revoked'
    order by c.id
    for no key update of c
  loop
    if complaint.refund_id is not null and complaint.state = 'person' then
      perform fulfilment.turn_complaint(p_tenant, complaint.id, 'refunded', null, 'system', '');
      perform fulfilment.open_recovery(p_tenant, complaint.id, 'system');
    else
      perform fulfilment.turn_complaint(p_tenant, complaint.id, 'settled', null, 'system', '');
    end if;
  end loop;
end;
$$;
revoke execute on function fulfilment.complaints_overtaken(bigint, bigint) from public;

create or replace function fulfilment.complaints_view(p_tenant bigint, p_no bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_agg(jsonb_build_object(
    'id', c.id, 'lineNo', c.line_no, 'grantId', c.grant_id, 'newGrantId', c.new_grant_id, 'piece', c.piece, 'reason', c.reason,
    'state', c.state, 'answer', case when c.state in ('rejected', 'person') then c.answer else '' end,
    'mayContest', c.state = 'rejected' and c.contested_at is null,
    'mayWithdraw', c.state in ('reported', 'checking', 'person'),
    'pictures', (select count(*) from fulfilment.complaint_pictures p where p.tenant_id = p_tenant and p.complaint_id = c.id),
    'reportedAt', c.reported_at, 'endedAt', c.ended_at
  ) order by c.id)
  from fulfilment.complaints c
  where c.tenant_id = p_tenant
    and c.order_no = p_no
$$;
revoke execute on function fulfilment.complaints_view(bigint, bigint) from public;
