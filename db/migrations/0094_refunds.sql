-- A line may be refunded in parts: by piece, or by an amount that leaves the rights alone. What is back, what is promised
-- and which pieces were taken stand on the line, so that the database itself refuses to give back more than was paid.
alter table orders.lines
  -- Back with the buyer.
  add column refunded_fen bigint not null default 0,
  -- Promised by refunds that are under way or have failed: this money lies in clearing.
  add column refunding_fen bigint not null default 0,
  -- Pieces whose right was taken back by a refund.
  add column refunded_quantity integer not null default 0;

alter table payments.refunds
  -- What it takes from the buyer: every right of the line, the rights in `grants`, or nothing.
  add column takes text not null default 'nothing' check (takes in ('line', 'pieces', 'nothing')),
  add column grants bigint[] not null default '{}',
  -- A failed refund's money goes back by this one instead; the failed one may not be sent any more.
  add column replaced_by bigint,
  add column requested_by_id bigint,
  -- The second pair of eyes on a refund that began as `awaiting`.
  add column decided_by text,
  add column decided_at timestamptz,
  add column decided_note text,
  -- A refund that the gateway refused, paid another way: the number of that payment outside.
  add column hand_reference text,
  drop constraint refunds_state_check,
  add constraint refunds_state_check
    check (state in ('awaiting', 'declined', 'requested', 'processing', 'done', 'failed')),
  drop constraint refunds_target_check,
  add constraint refunds_target_check check (target in ('source', 'balance', 'hand'));

update payments.refunds f
set takes = 'line',
    replaced_by = case when f.state = 'failed' then (
      select min(n.id)
      from payments.refunds n
      where n.tenant_id = f.tenant_id
        and n.order_no = f.order_no
        and n.line_no = f.line_no
        and n.id > f.id
    ) end
where f.line_no is not null;

update orders.lines l
set refunded_fen = case when l.state = 'refunded' then l.amount_fen else 0 end,
    refunding_fen = case when l.state = 'refunded' then 0 else l.amount_fen end,
    refunded_quantity = l.quantity
where l.state in ('refunding', 'refunded')
   or (l.state = 'exception' and l.exception_reason = 'refund_failed');

alter table orders.lines
  add constraint refunds_within_line
    check (refunded_fen >= 0 and refunding_fen >= 0 and refunded_fen + refunding_fen <= amount_fen),
  add constraint pieces_within_line check (refunded_quantity between 0 and quantity);

create index refunds_awaiting on payments.refunds (tenant_id, id) where state = 'awaiting';
