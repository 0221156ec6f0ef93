-- What suppliers owe for bad codes. docs/adr/0042-complaints.md.
--
--   fulfilment.recovery_moves(state)                          where a recovery may go from there
--   fulfilment.open_recovery(tenant, complaint, by)           inside a remedy: the code's supplier is asked for its cost
--   fulfilment.open_recall_recovery(tenant, batch, by)        a recall's: what it cost, less what complaints claimed already
--   fulfilment.claim_recall(tenant, batch)                    the same by the recall itself
--   fulfilment.drop_recall_claim(tenant, batch, by, note)     inside withdrawing a recall: what was not sent is claimed no more
--   fulfilment.move_recovery(tenant, recovery, said)          sent, accepted, refused, written off; much waits for a second person
--   fulfilment.book_recovery(tenant, recovery, fen, …)         the money, and the only place that moves it
--
-- Lock order: after everything that puts right.

create or replace function fulfilment.recovery_moves(p_state text)
returns text[]
language sql
immutable
set search_path = pg_catalog
as $$
  select case p_state
    when 'open' then array['sent', 'awaiting', 'accepted', 'refused', 'written_off']
    when 'sent' then array['awaiting', 'accepted', 'refused', 'written_off']
    when 'awaiting' then array['accepted', 'sent']
    when 'refused' then array['sent', 'written_off']
    else '{}'
  end
$$;

-- A credit of the supplier's makes what is owed to it less, and what its codes cost the shop too. Of a supplier that we buy from
-- through an interface it is a credit like others (suppliers.money), so that its statement finds it: under the supplier's number,
-- or ours where it gave none or gave it for several.
create or replace function fulfilment.book_recovery(p_tenant bigint, p_recovery bigint, p_fen bigint, p_reference text, p_actor text, p_staff bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  the_supplier bigint;
  money bigint;
begin
  if p_fen <= 0 then
    return;
  end if;
  select r.supplier_id into the_supplier
  from fulfilment.recoveries r
  where r.tenant_id = p_tenant
    and r.id = p_recovery;
  if the_supplier is null then
    perform ledger.post(
      p_tenant, array[ledger.account(p_tenant, 'cash.supplier', '', 'CNY')], array[ledger.account(p_tenant, 'cash.cost', '', 'CNY')],
      array[p_fen], array['cash.recovery'], array['recovery:' || p_recovery]
    );
    return;
  end if;
  -- Of two credits under one number the first has it.
  perform pg_advisory_xact_lock(hashtextextended('suppliers.credit:' || p_tenant || ':' || the_supplier, 0));
  insert into suppliers.money (
    tenant_id, supplier_id, kind, amount_fen, reference, note, at, state, recovery_id, requested_by, requested_by_id
  )
  select p_tenant, the_supplier, 'credit', p_fen,
    case
      when p_reference = '' or exists (
        select from suppliers.money m
        where m.tenant_id = p_tenant
          and m.supplier_id = the_supplier
          and m.kind = 'credit'
          and m.reference = left(p_reference, 64)
          and m.state in ('awaiting', 'booked')
      ) then 'recovery:' || p_recovery
      else left(p_reference, 64)
    end, '', now(), 'claimed', p_recovery, left(p_actor, 100), p_staff
  returning id into money;
  perform suppliers.book_money(p_tenant, money);
end;
$$;
revoke execute on function fulfilment.book_recovery(bigint, bigint, bigint, text, text, bigint) from public;

create or replace function fulfilment.note_recovery(p_tenant bigint, p_recovery bigint, p_state text, p_by text, p_note text, p_fen bigint)
returns void
language sql
security definer
set search_path = pg_catalog
as $$
  insert into fulfilment.recovery_log (tenant_id, recovery_id, state, by_name, note, amount_fen)
  values (p_tenant, p_recovery, p_state, p_by, coalesce(p_note, ''), p_fen)
$$;
revoke execute on function fulfilment.note_recovery(bigint, bigint, text, text, text, bigint) from public;

-- The credit was taken back: it is still owed.
create or replace function fulfilment.reopen_recovery(p_tenant bigint, p_recovery bigint, p_actor text, p_note text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  update fulfilment.recoveries r
  set state = 'sent',
      credited_fen = 0,
      asked_fen = null,
      asked_by = '',
      asked_by_id = null,
      sent_at = coalesce(r.sent_at, now()),
      ended_at = null,
      changed_at = now()
  where r.tenant_id = p_tenant
    and r.id = p_recovery;
  perform fulfilment.note_recovery(p_tenant, p_recovery, 'sent', p_actor, p_note, 0);
end;
$$;
revoke execute on function fulfilment.reopen_recovery(bigint, bigint, text, text) from public;

-- Codes of our own have no supplier, and nothing is claimed for what cost nothing.
create or replace function fulfilment.open_recovery(p_tenant bigint, p_complaint bigint, p_by text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  opened fulfilment.recoveries;
begin
  insert into fulfilment.recoveries (tenant_id, supplier_id, supplier, batch_id, cause, complaint_id, pieces, claimed_fen, opened_by)
  select p_tenant, b.supplier_id, b.supplier, b.id, 'complaint', c.id, 1, b.cost_fen, p_by
  from fulfilment.complaints c
  join vault.batches b on b.tenant_id = p_tenant and b.id = c.batch_id
  where c.tenant_id = p_tenant
    and c.id = p_complaint
    and b.supplier <> ''
    and b.cost_fen > 0
    -- The recall of its batch has claimed it.
    and not exists (
      select from fulfilment.recoveries r
      where r.tenant_id = p_tenant
        and r.batch_id = b.id
        and r.cause = 'recall'
        -- Once it was sent, what is put right later is claimed by itself.
        and r.state = 'open'
    )
  on conflict do nothing
  returning * into opened;
  if opened.id is not null then
    perform fulfilment.note_recovery(p_tenant, opened.id, 'open', p_by, '', opened.claimed_fen);
  end if;
end;
$$;
revoke execute on function fulfilment.open_recovery(bigint, bigint, text) from public;

-- What a recall claims: pieces that were never delivered and those that were put right, less those that complaints claim.
create or replace function fulfilment.recall_claim(p_tenant bigint, p_batch bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'supplierId', b.supplier_id, 'supplier', r.supplier, 'costFen', r.cost_fen,
    'pieces', greatest(coalesce(r.stopped, k.available + k.suspect, 0) + (
      select count(*)
      from vault.recall_pieces p
      join entitlements.grants g on g.tenant_id = p_tenant and g.id = p.grant_id
      left join payments.refunds f on f.tenant_id = p_tenant and f.id = p.refund_id
      left join payments.refunds a on a.tenant_id = p_tenant and a.id = f.replaced_by
      where p.tenant_id = p_tenant
        and p.batch_id = p_batch
        and fulfilment.recall_state(p.state, g.state, coalesce(a.state, f.state)) in ('replaced', 'refunding', 'refunded', 'settled')
        and not exists (
          select
          from fulfilment.complaints c
          join fulfilment.recoveries x on x.tenant_id = p_tenant and x.complaint_id = c.id
          where c.tenant_id = p_tenant
            and c.grant_id = p.grant_id
        )
    ), 0)
  )
  from vault.recalls r
  join vault.batches b on b.tenant_id = p_tenant and b.id = p_batch
  left join vault.batch_counts k on k.tenant_id = p_tenant and k.batch_id = p_batch
  where r.tenant_id = p_tenant
    and r.batch_id = p_batch
$$;
revoke execute on function fulfilment.recall_claim(bigint, bigint) from public;

-- Opened again while nothing was sent, it takes the figures of today.
create or replace function fulfilment.open_recall_recovery(p_tenant bigint, p_batch bigint, p_by text)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  claim jsonb;
  opened fulfilment.recoveries;
begin
  perform 1
  from vault.batches b
  where b.tenant_id = p_tenant
    and b.id = p_batch
  for no key update;
  claim := fulfilment.recall_claim(p_tenant, p_batch);
  if claim is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  end if;
  if claim ->> 'supplier' = '' or (claim ->> 'pieces')::bigint * (claim ->> 'costFen')::bigint = 0 then
    return jsonb_build_object('code', 'complaints.nothing_to_claim', 'params', '{}'::jsonb);
  end if;
  insert into fulfilment.recoveries as x (tenant_id, supplier_id, supplier, batch_id, cause, pieces, claimed_fen, opened_by)
  values (
    p_tenant, (claim ->> 'supplierId')::bigint, claim ->> 'supplier', p_batch, 'recall', (claim ->> 'pieces')::bigint,
    (claim ->> 'pieces')::bigint * (claim ->> 'costFen')::bigint, p_by
  )
  on conflict (tenant_id, batch_id) where cause = 'recall' do update
  set pieces = excluded.pieces,
      claimed_fen = excluded.claimed_fen,
      state = 'open',
      withdrawn = false,
      ended_at = null,
      changed_at = now()
  where x.withdrawn
     or x.state = 'open' and (x.pieces, x.claimed_fen) is distinct from (excluded.pieces, excluded.claimed_fen)
  returning * into opened;
  if opened.id is not null then
    perform fulfilment.note_recovery(p_tenant, opened.id, 'open', p_by, '', opened.claimed_fen);
  end if;
  return jsonb_build_object('ok', true, 'id', (
    select x.id from fulfilment.recoveries x where x.tenant_id = p_tenant and x.batch_id = p_batch and x.cause = 'recall'
  ));
end;
$$;

-- By the recall itself, when it has listed what was sold and whenever it has put some of it right: what is there already is the same
-- claim, with the figures of today as long as it was not sent. Nothing to claim is no fault.
create or replace function fulfilment.claim_recall(p_tenant bigint, p_batch bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog
as $$
begin
  -- Behind the batch's lock a recall that is withdrawn meanwhile claims nothing.
  perform 1
  from vault.batches b
  join vault.recalls r on r.tenant_id = p_tenant and r.batch_id = b.id and r.listed_at is not null
  where b.tenant_id = p_tenant
    and b.id = p_batch
    and b.state = 'recalling'
  for no key update of b;
  return found and fulfilment.open_recall_recovery(p_tenant, p_batch, 'system') ? 'ok';
end;
$$;

-- The source proved good: what was claimed of it and not sent yet is claimed no more. What the supplier was told of is for people.
create or replace function fulfilment.drop_recall_claim(p_tenant bigint, p_batch bigint, p_actor text, p_note text)
returns void
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  dropped bigint;
begin
  update fulfilment.recoveries r
  set state = 'written_off',
      withdrawn = true,
      ended_at = now(),
      changed_at = now()
  where r.tenant_id = p_tenant
    and r.batch_id = p_batch
    and r.cause = 'recall'
    and r.state = 'open'
  returning r.id into dropped;
  if dropped is not null then
    perform fulfilment.note_recovery(p_tenant, dropped, 'written_off', p_actor, p_note, 0);
  end if;
end;
$$;
revoke execute on function fulfilment.drop_recall_claim(bigint, bigint, text, text) from public;

-- p_said: {"state", "creditedFen", "reference", "note", "actor", "staffId", "approvalAboveFen"}. What is accepted is booked once, in this
-- transaction. Above the shop's amount it waits: another person accepts what was asked for, to the fen, or sends it back.
create or replace function fulfilment.move_recovery(p_tenant bigint, p_recovery bigint, p_said jsonb)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog
as $$
declare
  recovery fulfilment.recoveries;
  after text := p_said ->> 'state';
  credited bigint := case when p_said ->> 'state' = 'accepted' then (p_said ->> 'creditedFen')::bigint else 0 end;
  above bigint := coalesce((p_said ->> 'approvalAboveFen')::bigint, 0);
  asked bigint;
begin
  select * into recovery
  from fulfilment.recoveries r
  where r.tenant_id = p_tenant
    and r.id = p_recovery
  for no key update;
  if recovery.id is null then
    return jsonb_build_object('code', 'common.not_found', 'params', '{}'::jsonb);
  elsif after <> all (fulfilment.recovery_moves(recovery.state))
    -- Another amount was asked for than the one that was looked at.
    or recovery.state = 'awaiting' and after = 'accepted' and credited <> recovery.asked_fen
  then
    return jsonb_build_object('code', 'complaints.recovery_moved', 'params', jsonb_build_object('state', recovery.state));
  -- Neither yes nor no: who asked, and could send it back, would ask for another amount until nobody looks twice.
  elsif recovery.state = 'awaiting' and recovery.asked_by_id is not distinct from (p_said ->> 'staffId')::bigint then
    return jsonb_build_object('code', 'complaints.recovery_own', 'params', '{}'::jsonb);
  elsif credited > recovery.claimed_fen then
    return jsonb_build_object('code', 'complaints.credit_over_claim', 'params', jsonb_build_object(
      'claimedYuan', trim(to_char(recovery.claimed_fen / 100.0, '999999999990.00'))
    ));
  end if;
  if after = 'accepted' and recovery.state <> 'awaiting' and above > 0 and credited > above then
    after := 'awaiting';
    asked := credited;
    credited := 0;
  end if;
  update fulfilment.recoveries r
  set state = after,
      credited_fen = credited,
      asked_fen = case after when 'awaiting' then asked when 'accepted' then r.asked_fen end,
      asked_by = case after when 'awaiting' then left(p_said ->> 'actor', 100) when 'accepted' then r.asked_by else '' end,
      asked_by_id = case after when 'awaiting' then (p_said ->> 'staffId')::bigint when 'accepted' then r.asked_by_id end,
      reference = coalesce(nullif(p_said ->> 'reference', ''), r.reference),
      note = coalesce(nullif(p_said ->> 'note', ''), r.note),
      sent_at = case when after = 'sent' and r.state <> 'awaiting' then now() else r.sent_at end,
      ended_at = case when after not in ('sent', 'awaiting') then now() end,
      changed_at = now()
  where r.tenant_id = p_tenant
    and r.id = p_recovery;
  perform fulfilment.note_recovery(p_tenant, p_recovery, after, p_said ->> 'actor', p_said ->> 'note', coalesce(asked, credited));
  if after = 'awaiting' then
    perform events.append(p_tenant, jsonb_build_object('actor', p_said ->> 'actor'), jsonb_build_array(jsonb_build_object(
      'type', 'recovery.awaiting', 'subject', 'recovery:' || p_recovery, 'payload', jsonb_build_object(
        'recoveryId', p_recovery, 'supplier', recovery.supplier, 'amountFen', asked, 'by', p_said ->> 'actor',
        'byId', (p_said ->> 'staffId')::bigint
      )
    )));
  end if;
  perform fulfilment.book_recovery(
    p_tenant, p_recovery, credited, coalesce(nullif(p_said ->> 'reference', ''), recovery.reference),
    case recovery.state when 'awaiting' then recovery.asked_by else p_said ->> 'actor' end,
    case recovery.state when 'awaiting' then recovery.asked_by_id else (p_said ->> 'staffId')::bigint end
  );
  update suppliers.money m
  set decided_by = left(p_said ->> 'actor', 100),
      decided_at = now()
  where recovery.state = 'awaiting'
    and credited > 0
    and m.tenant_id = p_tenant
    and m.recovery_id = p_recovery
    and m.state = 'booked';
  return '{"ok": true}';
end;
$$;
