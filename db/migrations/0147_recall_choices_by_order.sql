-- A choice for all delivered pieces of a recalled batch goes through them order by order: what it does in one turn, it tells in that turn.
create index recall_pieces_by_order on vault.recall_pieces (tenant_id, batch_id, order_no, grant_id);
