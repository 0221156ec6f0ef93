-- A supplier's credit above the shop's amount waits for a second person, as other money at suppliers does (docs/adr/0048).
alter table fulfilment.recoveries
  drop constraint recoveries_state_check,
  add constraint recoveries_state_check check (state in ('open', 'sent', 'awaiting', 'accepted', 'refused', 'written_off')),
  -- What the supplier is said to credit, and who said so.
  add column asked_fen bigint check (asked_fen between 1 and claimed_fen),
  add column asked_by text not null default '',
  add column asked_by_id bigint,
  -- Written off because its recall was withdrawn: opened again when the batch is recalled once more.
  add column withdrawn boolean not null default false,
  add constraint awaiting_says_what check (state <> 'awaiting' or (asked_fen is not null and asked_by_id is not null));

-- What no source will deliver goes back by itself: nobody is asked to fill in another account. Written when an order is placed.
alter table orders.orders add column gives_back boolean not null default false;
update orders.orders o
set gives_back = true
where o.channel = 'bulk'
  and o.state in ('pending', 'paid');
update orders.orders o
set gives_back = true
from wholesale.orders w
join wholesale.keys k on k.tenant_id = w.tenant_id and k.id = w.key_id and k.gives_back
where o.tenant_id = w.tenant_id
  and o.no = w.order_no
  and o.state in ('pending', 'paid');
