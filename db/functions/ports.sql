-- Ports: what a module asks of one that stands above it. Each is named in the words of the module that asks, and filled here with one
-- call, as `main/modules.ts` fills those of the program. Nothing else in this folder reaches up (docs/adr/0056-rows-of-sql.md).
--
-- One that answers is plain SQL, which PostgreSQL puts in place of the call; one that does is PL/pgSQL, which keeps its plan.

-- What stands on the shelf of goods that are no codes. Asked by `catalog` of each SKU it shows.
create or replace function catalog.service_left(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
parallel safe
as $$ select fulfilment.service_left(p_tenant, p_sku) $$;

create or replace function catalog.link_stock(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
parallel safe
as $$ select redeem.link_stock(p_tenant, p_sku) $$;

-- What goods cost us. Not `definer`: a page asks as who it is, under its shop's row security.
create or replace function catalog.last_cost(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
as $$ select vault.last_cost(p_tenant, p_sku) $$;

create or replace function catalog.least_cost(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
as $$ select suppliers.least_cost(p_tenant, p_sku) $$;

create or replace function catalog.link_cost(p_tenant bigint, p_sku bigint)
returns bigint
language sql
stable
as $$ select redeem.link_cost(p_tenant, p_sku) $$;

-- A chosen number whose order lost its piece. Who has which piece, `orders` knows.
create or replace function vault.let_go_of_numbers(p_tenant bigint, p_sku bigint)
returns void
language plpgsql
as $$ begin perform orders.let_go_of_numbers(p_tenant, p_sku); end $$;

-- Whoever decides about a payment, or about a task, has its order to himself.
create or replace function payments.lock_order(p_tenant bigint, p_no bigint)
returns void
language plpgsql
as $$ begin perform orders.lock(p_tenant, p_no); end $$;

create or replace function suppliers.lock_order(p_tenant bigint, p_no bigint)
returns void
language plpgsql
as $$ begin perform orders.lock(p_tenant, p_no); end $$;

-- What a supplier's task, or its money, means to what it was bought for.
create or replace function suppliers.line_overdue(p_tenant bigint, p_no bigint, p_line integer, p_supplier text)
returns void
language plpgsql
as $$ begin perform fulfilment.line_overdue(p_tenant, p_no, p_line, p_supplier); end $$;

create or replace function suppliers.restock_trouble(p_tenant bigint, p_id bigint, p_trouble text, p_fen bigint)
returns void
language plpgsql
as $$ begin perform fulfilment.restock_trouble(p_tenant, p_id, p_trouble, p_fen); end $$;

create or replace function suppliers.reopen_recovery(p_tenant bigint, p_recovery bigint, p_actor text, p_note text)
returns void
language plpgsql
as $$ begin perform fulfilment.reopen_recovery(p_tenant, p_recovery, p_actor, p_note); end $$;

create or replace function suppliers.is_reconciled(p_tenant bigint, p_kind text, p_fact bigint)
returns boolean
language sql
stable
as $$ select reconciliation.is_matched(p_tenant, p_kind, p_fact) $$;

-- Accounts that paying moves besides those of the lines.
create or replace function orders.accounts_of_members(p_tenant bigint, p_members bigint[])
returns bigint[]
language sql
as $$ select fulfilment.accounts_of_members(p_tenant, p_members) $$;

-- Redeem codes: those that an order sold, and one that paid for it.
create or replace function fulfilment.lock_sold(p_tenant bigint, p_nos bigint[])
returns void
language plpgsql
as $$ begin perform redeem.lock_sold(p_tenant, p_nos); end $$;

create or replace function fulfilment.void_sold(p_tenant bigint, p_no bigint, p_line integer, p_pieces integer[], p_whole boolean)
returns void
language plpgsql
as $$ begin perform redeem.void_sold(p_tenant, p_no, p_line, p_pieces, p_whole); end $$;

create or replace function fulfilment.is_code_used(p_tenant bigint, p_no bigint, p_line integer, p_piece integer)
returns boolean
language sql
stable
as $$ select redeem.is_code_used(p_tenant, p_no, p_line, p_piece) $$;

create or replace function fulfilment.worth(p_tenant bigint, p_no bigint, p_line integer, p_price_fen bigint)
returns bigint
language sql
stable
as $$ select redeem.worth(p_tenant, p_no, p_line, p_price_fen) $$;

create or replace function bulk.lock_links(p_tenant bigint, p_skus bigint[])
returns void
language plpgsql
as $$ begin perform redeem.lock_links(p_tenant, p_skus); end $$;

-- Parts that a redeem code paid for and that could not be had.
create or replace function fulfilment.failed_parts(p_tenant bigint, p_no bigint, p_policy text)
returns integer[]
language sql
stable
as $$ select redeem.failed_parts(p_tenant, p_no, p_policy) $$;

-- What is sold of a SKU, by which its price may follow.
create or replace function suppliers.sold_lately(p_tenant bigint, p_sku bigint, p_days integer)
returns bigint
language sql
stable
as $$ select fulfilment.sold_lately(p_tenant, p_sku, p_days) $$;
