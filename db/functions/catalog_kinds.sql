-- The kinds of goods, and how each does the four things that every kind does (docs/adr/0053-kinds-of-goods.md):
--
--   catalog.reserve_of(kind)   what placing an order counts on, and so what is shown as stock
--   catalog.deliver_of(kind)   how a paid line becomes grants in the buyer's name
--   catalog.revoke_of(kind)    what becomes of what was delivered when its money goes back
--   catalog.refresh_of(kind)   whose word is asked for again after it was delivered
--
-- This file is the one place that knows kinds by name: every other function asks it for a way, and branches on that. A kind whose
-- ways are known is four lines here; a new way is a word here and the code of that way. `catalog/kinds.test.ts` refuses a kind's name
-- elsewhere. Null in, null out: what is no kind of goods (a recharge) has no ways.
--
-- Plain SQL without settings, so that PostgreSQL puts the `case` in place of the call: no dearer than comparing a name.

create or replace function catalog.reserve_of(p_kind text)
returns text
language sql
immutable
parallel safe
as $$
  select case p_kind
    when 'card' then 'shelf'      -- pieces of the SKU's account, held until it is paid
    when 'topup' then 'supply'    -- nothing of ours: what suppliers say they have
    when 'service' then 'day'     -- room in a day's capacity
    when 'link' then 'offer'      -- what is left of the goods behind it
    when 'points' then 'nothing'  -- given out by the shop, so never short
    when 'bundle' then 'parts'    -- what its parts reserve, the scarcest of them
  end
$$;

create or replace function catalog.deliver_of(p_kind text)
returns text
language sql
immutable
parallel safe
as $$
  select case p_kind
    when 'card' then 'pick'       -- pieces of the vault, in the transaction that takes the money
    when 'topup' then 'supply'    -- a need, bought from one supplier after the other
    when 'service' then 'task'    -- a task that a person of the shop ends with proof
    when 'link' then 'make'       -- a code of our own, made for it by a job
    when 'points' then 'credit'   -- moved into the buyer's pot
    when 'bundle' then 'parts'    -- never a line itself: each part is one
  end
$$;

create or replace function catalog.revoke_of(p_kind text)
returns text
language sql
immutable
parallel safe
as $$
  select case p_kind
    when 'card' then 'void'       -- the piece is void, unless it was used
    when 'topup' then 'keep'      -- stays with the buyer: its refund is a loss
    when 'service' then 'keep'
    when 'link' then 'unmake'     -- the code is void as far as it was not used
    when 'points' then 'take'     -- out of the pot, as far as they are still in it
    when 'bundle' then 'parts'
  end
$$;

create or replace function catalog.refresh_of(p_kind text)
returns text
language sql
immutable
parallel safe
as $$
  select case p_kind
    when 'card' then 'vault'      -- the vault; and whoever sold the code, where an adapter can ask (`cardState`)
    when 'topup' then 'arrival'   -- arrived is spent: the supplier's last word on the purchase
    when 'service' then 'arrival'
    when 'link' then 'uses'       -- how often the code was redeemed
    when 'points' then 'pot'      -- how many of them are spent
    when 'bundle' then 'parts'
  end
$$;

-- Whether suppliers are asked what there is of a SKU: of all that is not only our own pieces.
create or replace function catalog.is_asked(p_kind text, p_source text)
returns boolean
language sql
immutable
parallel safe
as $$ select catalog.reserve_of(p_kind) <> 'shelf' or p_source <> 'own' $$;
