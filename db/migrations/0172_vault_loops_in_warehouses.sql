-- Codes in a loop that lie with a channel are sold by turn there too. docs/adr/0037, 0041.

-- Of a shop without loops in channels it is empty; the total warehouse's turn walks none of what lies elsewhere any more.
create index cards_in_warehouse_by_turn on vault.cards (tenant_id, warehouse_id, sku_id, use_no, id)
  where state = 'available' and warehouse_id is not null and code_id is not null;
create index cards_in_turn_here on vault.cards (tenant_id, sku_id, use_no, id)
  where state = 'available' and warehouse_id is null and code_id is not null;
drop index vault.cards_in_turn;
alter index vault.cards_in_turn_here rename to cards_in_turn;

-- They take the warehouse now, or answer several.
drop function if exists vault.codes_going(bigint, bigint, integer);
drop function if exists vault.next_uses(bigint, bigint, integer);
drop function if exists vault.add_uses(bigint, bigint, jsonb);
drop function if exists stock.replacing_from(bigint, bigint, bigint, integer);
