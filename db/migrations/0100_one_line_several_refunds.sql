-- Where a gateway tells an order's refunds in one sum, one line of its bill is several of our refunds.
drop index reconciliation.match_of_line;
create unique index match_of_line on reconciliation.matches (tenant_id, bill_id, n, fact_id);
drop function if exists reconciliation.match_by_hand(bigint, bigint, text, bigint, bigint, text, timestamptz);
