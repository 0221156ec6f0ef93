-- Made from the database by `npm run gen`. Do not edit. When and how: docs/operations.md.
--
-- For Citus 12 or newer, run by psql on the coordinator as a superuser, once, after `npm run cli -- migrate` and with
-- every process of Quanshu stopped. Rows that are there are moved. The worker nodes have been added before
-- (citus_add_node), and the roles quanshu_owner and quanshu_app exist on them.

\set ON_ERROR_STOP on

-- The tenant of a transaction travels to the shards only by this.
select format('alter database %I set citus.propagate_set_commands = %L', current_database(), 'local') \gexec
-- The triggers of audit.entries refuse every change, whatever else is where.
set citus.enable_unsafe_triggers = on;

-- What every node reads ---------------------------------------------------------------------------------------------

select create_reference_table('tenancy.tenants');

-- Tenants’ tables, each after those that it points at ---------------------------------------------------------------

select create_distributed_table('ledger.accounts', 'tenant_id', colocate_with => 'none');
select create_distributed_table('analytics.days', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('analytics.entries', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('analytics.marks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('analytics.notes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('analytics.standings', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('analytics.sums', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('analytics.turnover', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('audit.entries', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('audit.heads', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('books.account_marks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('books.batch_marks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('books.runs', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('books.violations', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('books.findings', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('books.marks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('books.progress', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('members.members', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.categories', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.goods', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.skus', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('bulk.orders', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('orders.orders', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('bulk.lines', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('bulk.earlier', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.bundle_parts', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.pictures', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.goods_pictures', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.tags', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.goods_tags', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.picture_files', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('catalog.price_changes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('crypto.data_keys', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.batches', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.reused_codes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.cards', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('entitlements.grants', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('events.log', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('events.parked', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('events.tenant_cursors', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('orders.lines', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.activations', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.complaints', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.complaint_log', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.complaint_pictures', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.complaint_rules', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.corrections', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.desk_takes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.needs', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.recoveries', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.recovery_log', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.restock_budgets', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.restock_rules', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.restocks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.service_rules', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.tasks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.task_log', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('fulfilment.task_pictures', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('organizations.nodes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('identity.staff', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('identity.recovery_codes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('identity.roles', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('identity.sessions', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('identity.sign_in_tries', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('identity.staff_roles', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('identity.tickets', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('ledger.holds', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('ledger.transfers', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('members.sign_in_codes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('notify.channels', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('notify.endpoints', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('notify.deliveries', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('notify.inbox', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('notify.messages', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('notify.rules', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('notify.texts', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('notify.wecom_people', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('orders.bundles', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('orders.device_codes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('orders.devices', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('payments.attempts', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('payments.receipts', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('payments.chargebacks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('payments.claims', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('payments.gateways', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('payments.notices', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('payments.refunds', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('platform.requests', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('reconciliation.bill_lines', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('reconciliation.bill_texts', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('reconciliation.bills', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('reconciliation.cases', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('reconciliation.days', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('reconciliation.matches', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('reconciliation.postings', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('redeem.batches', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('redeem.codes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('redeem.exports', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('redeem.made_good', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('redeem.sales', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('redeem.uses', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('stock.low_marks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('stock.warehouses', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('stock.moves', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('stock.warehouse_rules', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.profiles', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.profile_versions', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.suppliers', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.breaker_openings', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.callbacks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.doors', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.files', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.intakes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.money', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.products', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.offered_codes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.offers', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.papers', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.price_asks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.price_moves', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.price_rules', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.product_changes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.purchases', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.purchase_cards', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.routes', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.statement_maps', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.stray_floods', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.strays', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('suppliers.tasks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('tenancy.settings', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.batch_counts', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.exports', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.import_lines', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.movements', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.recalls', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('vault.recall_pieces', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.keys', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.bulks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.callbacks', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.calls', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.days', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.nonces', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.orders', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.prices', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.rates', 'tenant_id', colocate_with => 'ledger.accounts');
select create_distributed_table('wholesale.reveals', 'tenant_id', colocate_with => 'ledger.accounts');

-- Functions that touch no table: delegated ones call them -----------------------------------------------------------

select create_distributed_function('analytics.day_start(date)');
select create_distributed_function('analytics.effects(text, text, text, text, bigint)');
select create_distributed_function('analytics.is_personal(text)');
select create_distributed_function('analytics.order_of(text)');
select create_distributed_function('analytics.shop_day(timestamp with time zone)');
select create_distributed_function('books.is_in_slot(bigint, jsonb)');
select create_distributed_function('books.looked(bigint, bigint, jsonb, jsonb)');
select create_distributed_function('books.object(text, text)');
select create_distributed_function('books.objects(text, bigint[])');
select create_distributed_function('books.supplier_differs(text, bigint, bigint, bigint, bigint)');
select create_distributed_function('books.told_max()');
select create_distributed_function('books.violation(text, text, jsonb, jsonb)');
select create_distributed_function('books.walks()');
select create_distributed_function('bulk.standing_of(text, text, text)');
select create_distributed_function('catalog.deliver_of(text)');
select create_distributed_function('catalog.is_asked(text, text)');
select create_distributed_function('catalog.refresh_of(text)');
select create_distributed_function('catalog.reserve_of(text)');
select create_distributed_function('catalog.revoke_of(text)');
select create_distributed_function('catalog.shelf_reason(text, timestamp with time zone, timestamp with time zone, timestamp with time zone)');
select create_distributed_function('catalog.split_fen(bigint, bigint[])');
select create_distributed_function('catalog.unit_price(bigint, jsonb, bigint)');
select create_distributed_function('fulfilment.credit_of(bigint, bigint, bigint, bigint)');
select create_distributed_function('fulfilment.recall_state(text, text, text)');
select create_distributed_function('fulfilment.recovery_moves(text)');
select create_distributed_function('fulfilment.task_moves(text)');
select create_distributed_function('fulfilment.task_refusal(fulfilment.tasks, text, jsonb)');
select create_distributed_function('ledger.floor_of(text)');
select create_distributed_function('orders.name_parts(jsonb[], integer[], bigint[], text[], smallint[], jsonb)');
select create_distributed_function('reconciliation.day_of(timestamp with time zone)');
select create_distributed_function('reconciliation.day_start(date)');
select create_distributed_function('reconciliation.exchange_between(text, jsonb, jsonb)');
select create_distributed_function('reconciliation.exchange_of(text, bigint, text, bigint, text, bigint)');
select create_distributed_function('reconciliation.is_same_amount(text, jsonb, jsonb)');
select create_distributed_function('reconciliation.number_of(text, text, text, text)');
select create_distributed_function('reconciliation.order_of(text)');
select create_distributed_function('reconciliation.ours_of(jsonb)');
select create_distributed_function('reconciliation.refund_of(text)');
select create_distributed_function('reconciliation.sign_of(text)');
select create_distributed_function('reconciliation.supplier_of(text)');
select create_distributed_function('reconciliation.theirs_of(jsonb)');
select create_distributed_function('redeem.is_sellable(text, timestamp with time zone)');
select create_distributed_function('redeem.standing(text, text, timestamp with time zone, timestamp with time zone, timestamp with time zone, integer, integer)');
select create_distributed_function('suppliers.ask_again_after(integer)');
select create_distributed_function('suppliers.base_price(bigint, bigint, integer, bigint)');
select create_distributed_function('suppliers.fen_at(bigint, bigint)');
select create_distributed_function('suppliers.is_covered(date)');
select create_distributed_function('suppliers.least_price(bigint, bigint, bigint)');
select create_distributed_function('suppliers.own_money(text, bigint, bigint)');
select create_distributed_function('suppliers.price_by_rule(bigint, integer, bigint, bigint, text)');
select create_distributed_function('suppliers.price_on_step(bigint, integer, bigint, bigint, text)');
select create_distributed_function('suppliers.setting_of(jsonb, text, integer)');
select create_distributed_function('suppliers.step_bp(jsonb, integer)');
select create_distributed_function('suppliers.step_from(jsonb, integer)');
select create_distributed_function('suppliers.strays_max()');
select create_distributed_function('wholesale.line_state(text, text, integer, integer)');

-- Functions that take the tenant first: they run on its shard -------------------------------------------------------

select create_distributed_function('analytics.add_up(bigint, analytics.entries[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.attribute(bigint, text[], timestamp with time zone[], bigint[], bigint[], bigint[], text[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.book(bigint, analytics.entries[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.check_day(bigint, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.differences_of_day(bigint, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.gather(bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.ledger_of_day(bigint, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.note(bigint, bigint[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.read_ledger(bigint, bigint[], timestamp with time zone[], bigint[], timestamp with time zone[], bigint[], timestamp with time zone[], bigint[], timestamp with time zone[], bigint[], integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.recount_day(bigint, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.shared_accounts(bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('analytics.turn_over(bigint, timestamp with time zone[], text[], text[], text[], text[], text[], text[], bigint[], boolean[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('audit.append(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('audit.entry_hash(bigint, bigint, timestamp with time zone, jsonb, text, text, text, jsonb, text, text, bytea)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('audit.verify(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.channel_shelves(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.fail_run(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.finish_run(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_balances(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_batch_sums(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_budget_months(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_bulk_lines(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_bulks(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_clearing(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_code_owners(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_complaints(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_credits(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_disputes(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_floors(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_held_sums(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_holds(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_limits(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_made_good(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_matches(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_paid_orders(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_parents(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_peer_days(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_peer_orders(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_picks(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_postings(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_purchases(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_recoveries(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_redeem_codes(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_references(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_refunded_rights(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_replays(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_restocks(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_statements(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_stock_sums(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_supplier_papers(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_suppliers(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_transfers(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.look_at_units(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.moved(bigint, boolean, bigint[], timestamp with time zone[], timestamp with time zone[], text[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.moved_as(bigint, boolean, bigint[], timestamp with time zone[], timestamp with time zone[], text[], text[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.next_orders(bigint, jsonb, integer, timestamp with time zone, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.note_step(bigint, bigint, text, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.release_run(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.sealed_page(bigint, text, bigint, integer, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.start_run(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.step(bigint, text, jsonb, integer, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.take_run(bigint, bigint, text, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('books.unfinished_run(bigint, text, boolean, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.begin(bigint, bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.end_by_rule(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.end_gift(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.fill(bigint, bigint, jsonb, bigint[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.finish(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.hold_waiting(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.lock_accounts(bigint, bigint[], bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.lock_links(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.locked(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.open(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.order_some(bigint, bigint, bigint[], integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.quote(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.retry(bigint, bigint, integer[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.stop(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.tally(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.to_give_back(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('bulk.worth(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.bundle_form(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.bundle_reason(bigint, bigint, timestamp with time zone)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.bundle_stock(bigint, bigint, timestamp with time zone)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.goods_skus(bigint, bigint[], timestamp with time zone)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.last_cost(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.least_cost(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.link_cost(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.link_stock(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.offers(bigint, bigint[], timestamp with time zone)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.service_left(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('catalog.usual_cost(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('crypto.add_first_key(bigint, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('crypto.load_keys(bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('crypto.lock_keys(bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('crypto.rotate_data_key(bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('entitlements.rights(bigint, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('events.append(bigint, jsonb, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('events.append(bigint, jsonb, text[], text[], jsonb[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.account_trouble(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.account_view(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.accounts_of_bought(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.accounts_of_members(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.accounts_of_restocks(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.activate(bigint, bigint, integer, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.activation_trouble(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.activation_view(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.answer_complaint(bigint, bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.answer_task(bigint, bigint, integer, jsonb, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.approve_refund(bigint, bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.arrived_after_all(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.arrived_pieces(bigint, bigint, integer, integer, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.ask_for_account(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.ask_restock(bigint, bigint, bigint, integer, bigint, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.ask_to_cancel(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.bad_cards_note(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.bank_has_it(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.begin_line_refund(bigint, bigint, bigint, bigint[], text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.book_recovery(bigint, bigint, bigint, text, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.budget_accounts(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.bundles_settled(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.buy_for_complaint(bigint, bigint, integer, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.buy_instead(bigint, bigint[], smallint[], bigint[], integer[], bigint[], boolean[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.cancel_answered(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.cancel_restock(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.cancel_task(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.change_source(bigint, bigint, integer, jsonb, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.chargeback(bigint, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.choose_recalled(bigint, bigint, jsonb, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.claim_recall(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.clear_declined(bigint, bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.clear_recalled(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.close_recall(bigint, bigint, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.close_receipt(bigint, bigint, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.close_refunded(bigint, bigint, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.complain(bigint, bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.complaint_bought(bigint, bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.complaint_doubts(bigint, fulfilment.complaints, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.complaint_rule(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.complaint_stray(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.complaints_overtaken(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.complaints_view(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.correct_account(bigint, bigint, integer, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.cover_twice(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.credit_points(bigint, bigint[], smallint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.credit_recharges(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.decide_complaint(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.decide_restock(bigint, bigint, boolean, bigint, text, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.decline_refund(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.defer_complaint(bigint, bigint, integer, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.defer_needs(bigint, jsonb, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.defer_restock(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.deliver(bigint, bigint[], text, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.deliver_from_total(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.deliver_locked(bigint, bigint[], text, boolean, text, boolean, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.deliver_own(bigint, jsonb, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.delivered_news(bigint, bigint, boolean)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.desk_refusal(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.drop_recall_claim(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.end_activation(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.end_gifts(bigint, bigint, payments.refunds, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.end_lapsed(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.end_pointless(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.end_restock(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.end_rights(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.end_tasks(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.end_wanted(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.failed_parts(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.failed_refunds(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.finish_line(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.finish_task(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.first_sold(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.full_services(bigint, bigint[], text[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.give_up_account(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.hand_over(bigint, bigint, integer, integer, bigint[], text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.handle_receipt(bigint, bigint, text, text, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.has_arrived(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.is_bought_elsewhere(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.is_called_back(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.is_code_used(bigint, bigint, integer, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.judge_complaint(bigint, bigint, integer, text, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.keep_for_later(bigint, bigint[], smallint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.keep_late(bigint, bigint, integer, bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.keep_twice(bigint, bigint, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.lay_budget(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.left_let_go(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.left_of_receipt(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.left_of_receipts(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.left_of_surplus(bigint, bigint, boolean)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.left_of_twice(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.left_with_banks(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.line_overdue(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.list_recalled(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.lock_accounts(bigint, bigint[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.lock_complaint(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.lock_for_refund(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.lock_shelves(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.lock_sold(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.mark_done(bigint, bigint, integer, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.mark_recalled(bigint, bigint, bigint[], jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.mark_used(bigint, bigint, bigint, boolean, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.may_give_up(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.may_have_arrived(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.may_return(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.missing_credit(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.missing_points(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.money_disputed(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.move_recovery(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.move_task(bigint, bigint, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.note_complaint(bigint, bigint, text, text, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.note_recovery(bigint, bigint, text, text, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.note_tasks(bigint, bigint[], text, text, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.nothing_bought(bigint, bigint, integer, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.on_hold(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.open_purchases(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.open_recall_recovery(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.open_recovery(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.open_restock_purchase(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.open_tasks(bigint, bigint[], smallint[], text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.overtake(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.overtake_refunds(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.part_from_hand(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.part_news(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.pay_by_balance(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.place_and_pay(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.plan_gift(bigint, bigint, integer, text, bigint[], text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.plan_refund(bigint, bigint, integer, text, bigint[], bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.propose_restock(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.purchase_news(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.put_back_credit(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.recall_batch(bigint, bigint, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.recall_claim(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.recalls_of(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.recalls_view(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refresh(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refund(bigint, bigint, integer, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refund(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refund_awaits(bigint, bigint, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refund_by_bank(bigint, bigint, integer, text, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refund_by_hand(bigint, bigint, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refund_ended(bigint, bigint, boolean, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refund_let_go(bigint, bigint, integer, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.refuse_over_capacity(bigint, integer[], bigint[], integer[], text[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.reject_task(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.release_bundles(bigint, bigint[], text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.remedy(bigint, fulfilment.complaints, text, jsonb, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.reopen_recovery(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.replace(bigint, bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.replace_by(bigint, entitlements.grants, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.restock_news(bigint, suppliers.purchases, text, integer, integer, bigint, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.restock_trouble(bigint, bigint, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.return_unactivated(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.send_refund(bigint, bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.sent_twice(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.service_left(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.service_takes(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.set_aside_bundles(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.settle(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.settle_bundles(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.settle_disputed(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.settle_purchase(bigint, bigint, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.settle_surplus(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.sku_of_bought(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.sku_of_purchase(bigint, suppliers.purchases)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.sold_lately(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.split_failed(bigint, bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.stock_of(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.stop_contradicted(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.stop_needs(bigint, jsonb, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.stopped_need(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.take_cards(bigint, bigint, bigint, jsonb, bigint, boolean)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.take_credit(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.take_members_part(bigint, bigint[], boolean)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.take_offered(bigint, bigint, bigint, jsonb, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.take_points(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.take_tasks(bigint, bigint[], bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.task_view(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.tell_beside(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.tell_cleared(bigint, bigint, bigint[], text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.tell_of_restock(bigint, text, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.try_remedies(bigint, fulfilment.complaints, text[], jsonb, text[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.turn_complaint(bigint, bigint, text, text[], text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.turn_line(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.undo_bank(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.void_sold(bigint, bigint, integer, integer[], boolean)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.want_supply(bigint, bigint[], smallint[], text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.withdraw_restock_purchase(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('fulfilment.worth(bigint, bigint, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('identity.begin_try(bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('identity.find_session(bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.account(bigint, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.adjust_member(bigint, bigint, text, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.admit(bigint, integer[], bigint[], bigint[], integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.close(bigint, bigint[], text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.displace(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.hold(bigint, bigint[], bigint[], bigint[], text[], timestamp with time zone[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.lock(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.open_stock(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('ledger.post(bigint, bigint[], bigint[], bigint[], text[], text[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('members.request_code(bigint, bytea, bytea, text, interval)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('members.try_code(bigint, bytea, bytea)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.accounts_of_members(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.admit_device(bigint, bigint, bytea, bytea, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.ask_device_code(bigint, bigint, bytea, bytea, interval)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.bundles_of(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.bundles_of_person(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.choose_shelf(bigint, bigint[], bigint[], bigint[], bigint[], integer[], boolean[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.claim_picks(bigint, bigint[], integer[], bigint[], bigint[], jsonb[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.close_unpaid(bigint, bigint[], text, text, text, boolean)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.drop_picks(bigint, integer[], integer[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.expand_bundles(bigint, bigint[], text[], text[], integer[], integer[], bigint[], integer[], jsonb[], bigint[], integer[], bigint[], text[], text[], text[], bigint[], bigint[], boolean[], integer[], jsonb[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.is_admitted(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.keep_later(bigint, jsonb, bigint[], integer[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.keep_picks(bigint, bigint[], integer[], integer[], bigint[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.let_go_of_numbers(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.lines_to_buy(bigint, bigint[], integer[], boolean[], text[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.lock(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.look_at_shelf(bigint, jsonb, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.of_person(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.over_person_limit(bigint, bigint, text, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.place(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.place_recharge(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.price_picks(bigint, integer[], bigint[], integer[], bigint[], integer[], bigint[], text[], integer[], bigint[], jsonb[], boolean[], text[], boolean[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.refuse_later(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.replacing_from(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.route_to_warehouses(bigint, text[], integer[], bigint[], text[], integer[], integer[], bigint[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.taken_by_person(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.view_rows(bigint, bigint[], integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.views(bigint, bigint[], integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('orders.write_bundles(bigint, bigint[], integer[], jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('payments.begin_refund(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('payments.keep_cashiers(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('payments.left_for_refund(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('payments.lock_order(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('payments.note_refund(bigint, bigint, text, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('payments.open_attempts(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('payments.retry_refund(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.awaits_bill(bigint, text, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.case_refusal(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.claim(bigint, bigint, text, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.close_day(bigint, text, date, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.explain(bigint, bigint, text, boolean, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.facts_of(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.fail_bill(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.find_after_all(bigint, bigint, text, date, bigint, integer, text, bigint, bigint, bigint, boolean, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.finish_bill(bigint, bigint, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.finish_day(bigint, text, date, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.forget_lines(bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.has_bill(bigint, text, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.holds(bigint, text, date, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.is_closed(bigint, text, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.is_matched(bigint, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.judge_case(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.judge_lines(bigint, bigint, integer[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.judge_supplies(bigint, bigint, integer[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.keep_fact(bigint, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.let_go(bigint, text, date, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.load_lines(bigint, bigint, text, integer, jsonb, bytea)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.look_again(bigint, text, date, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.match_by_hand(bigint, bigint, text, bigint, bigint, text, timestamp with time zone, bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.match_lines(bigint, bigint, text, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.match_ours(bigint, text, date, text, text, jsonb, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.note_queued(bigint, text, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.open_cases(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.pair(bigint, bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.pair_by_payment_no(bigint, bigint, text, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.post(bigint, bigint, text, text, date, bigint, bigint, integer, bigint, bigint, bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.postpone(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.refresh_day(bigint, text, date)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.release_day(bigint, text, date, text, jsonb, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.reopen_explained(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.rewind(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.settle_rest(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.start_bill(bigint, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.take_back_matches(bigint, text, date, text[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.take_back_posting(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.take_day(bigint, text, date, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.tell(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('reconciliation.verdict_on(bigint, bigint, text, date, boolean, boolean, integer, bigint, text, bigint, text, boolean, boolean, bigint, bigint, text, text, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.deliver_sold(bigint, bigint, integer, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.failed_parts(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.free(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.is_code_used(bigint, bigint, integer, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.link_cost(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.link_room(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.link_stock(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.lock_links(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.lock_sold(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.locked_use(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.make_good(bigint, bigint, integer, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.offer_at(bigint, bigint, timestamp with time zone)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.open_sales(bigint, bigint[], smallint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.part_worths(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.redeem(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.refuse_oversold(bigint, integer[], bigint[], integer[], text[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.settle_parts(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.sold_view(bigint, bigint, integer, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.take_back(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.void_sold(bigint, bigint, integer, integer[], boolean)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('redeem.worth(bigint, bigint, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.channel_stock(bigint, text, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.flow(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.free(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.lock_shelves(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.lying(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.move(bigint, text, jsonb, text, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.note_import(bigint, bigint, bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.returnable(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.shelf(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.shelf_rows(bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.shelves(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.shelves_of(bigint, bigint[], bigint[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('stock.top_ups(bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.accept_tasks(bigint, bigint, bigint[], bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.account_checks(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.ask_now(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.ask_strays(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.balance_of(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.book_money(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.candidates(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.cheapest(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.costs(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.decide_price(bigint, bigint, boolean, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.due_strays(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.end_task(bigint, bigint, text, integer, bytea, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.finish_task(bigint, bigint, bigint, integer, bytea, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.follow_prices(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.follow_shelf(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.follow_supplier(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.handle_flood(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.handle_strays(bigint, bigint[], text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.heard_of(bigint, bigint, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.is_between_plans(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.is_price_stopped(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.is_reconciled(bigint, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.keep_own(bigint, bigint, jsonb, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.keep_products(bigint, bigint, jsonb, boolean, timestamp with time zone)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.lay_papers(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.least_cost(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.line_overdue(bigint, bigint, integer, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.lock_order(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.move_own_stock(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.next_stray(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.note_flood(bigint, bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.note_health(bigint, bigint, integer, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.open_task(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.open_trial(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.place_of(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.place_task(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.post_money(bigint, bigint, boolean)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.price_in_force(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.refuse_task(bigint, bigint, bigint, text, text, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.reopen_recovery(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.restock_trouble(bigint, bigint, text, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.reverse_money(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.set_price(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.sold_before(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.sold_lately(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.stray_said(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.strays_are_full(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.take_check(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.task_of(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('suppliers.withdraw_task(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.add_uses(bigint, bigint, jsonb, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.cards_to_number(bigint, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.codes_going(bigint, bigint, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.expire_due(bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.home_of(bigint, text[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.import_chunk(bigint, bigint, integer, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.import_numbers(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.import_uses(bigint, bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.last_cost(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.let_go_of_numbers(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.move(bigint, bigint[], text[], text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.next_uses(bigint, bigint, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.pick(bigint, bigint, text, integer, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.pick_in_warehouse(bigint, bigint, text, integer, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.pick_instead(bigint, bigint, text, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.release_number(bigint, bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.release_numbers(bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.set_numbers(bigint, bigint, text, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.set_validity(bigint, bigint, timestamp with time zone)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.shift_batch(bigint, bigint, text, text, text, text, bigint, integer)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.stop_code(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.take_chosen(bigint, bigint[], bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.transfer(bigint, bigint, bigint[], text, text, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('vault.undo_batch(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.admit(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.bulk_progress(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.cancel(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.cancel_bulk(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.end_order(bigint, bigint, text, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.find_shop(bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.give_back(bigint, bigint, text)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.place(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.place_bulk(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.priced(bigint, bigint, bigint[])', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.trace_of(bigint, bigint)', '$1', colocate_with => 'ledger.accounts');
select create_distributed_function('wholesale.use_nonces(bigint, jsonb)', '$1', colocate_with => 'ledger.accounts');

-- What is left where it is ------------------------------------------------------------------------------------------

-- Tables of this installation:
--   events.cursors
--   jobs.schedules
--   platform.function_files
--   platform.marks
--   platform.migrations
--   platform.partitioned_tables
--   platform.standstills
--   graphile_worker.*
-- Functions on those, on sequences, or on nothing:
--   events.advance(jsonb)
--   events.cursor_of(text)
--   fulfilment.complaint_moves(text)
--   fulfilment.cover_target(bigint, integer, integer, integer, integer)
--   jobs.browse(text, bigint, integer)
--   jobs.counts()
--   jobs.discard(bigint)
--   jobs.enqueue(bigint, jsonb)
--   jobs.enqueue(jsonb)
--   jobs.finish_tick(text, text)
--   jobs.of_tenant(bigint)
--   jobs.rerun(bigint)
--   jobs.take_tick(text, integer)
--   payments.ask_again_after(integer)
--   platform.count_first_rows()
--   platform.ensure_partitions(regclass)
--   platform.extend_partitions()
--   platform.go_on(text)
--   platform.has_mark(text)
--   platform.partition_monthly(regclass)
--   platform.protect(regclass, text)
--   platform.set_mark(text, jsonb)
--   platform.stand_still(text, text, text, timestamp with time zone, text)
--   platform.standstill()
--   platform.works_since()
--   redeem.reserve_code_ids(integer)
--   suppliers.price_ladder(bigint, jsonb, bigint, bigint, bigint, text)
--   suppliers.step_for(jsonb, integer, bigint, boolean)
--   tenancy.find_tenant(text, text)
--   tenancy.next_tenant_id()
--   tenancy.only_tenant()
--   tenancy.tenant_ids()
--   vault.reserve_card_ids(integer)
-- Functions that take the tenant from the session, one shard a statement:
--   audit.append(jsonb)
--   events.append(jsonb)
--   events.claim(text, jsonb)
--   events.park(text, jsonb, text)
--   events.take_parked(bigint)
--   fulfilment.follow_used(bigint[])
--   jobs.given_up_count()

-- What has to be called once per tenant before this can be used -----------------------------------------------------

-- They go over all tenants in one statement, and most lock what they find, which Citus allows on one shard only:
--   analytics.tenants_behind(integer)
--   analytics.tenants_noted(integer)
--   analytics.unchecked_days(integer)
--   books.due_tenants(boolean, integer, integer, integer)
--   books.open_violations()
--   books.pointers()
--   books.stuck_runs()
--   bulk.standing_still(integer)
--   crypto.keys_to_rewrap(text, integer)
--   crypto.one_key_per_master()
--   crypto.rewrap_keys(jsonb)
--   events.current_era()
--   events.lag()
--   events.open_era()
--   events.read(jsonb, jsonb, integer)
--   events.tail(text)
--   fulfilment.count_demand(integer)
--   fulfilment.give_up_planned(integer)
--   fulfilment.give_up_restocks(integer)
--   fulfilment.look_for_restocks(integer)
--   fulfilment.next_overdue()
--   fulfilment.remind_activations(integer)
--   fulfilment.take_bundles(integer)
--   fulfilment.take_complaints(integer, integer)
--   fulfilment.take_lapsed(integer)
--   fulfilment.take_needs(integer, integer)
--   fulfilment.take_restocks(integer)
--   identity.sweep(integer)
--   members.sweep(integer)
--   orders.expire_due(integer)
--   payments.overdue_refunds(integer)
--   payments.take_due(integer, integer)
--   platform.expire_requests(integer, integer)
--   reconciliation.plan_days(text[], integer)
--   reconciliation.plan_supply_days(text[], integer)
--   reconciliation.tenants_to_forget()
--   redeem.give_up_making(integer, integer)
--   suppliers.count_demand(integer)
--   suppliers.folder_doors(integer)
--   suppliers.take_due(integer, integer)
--   suppliers.take_probes(integer)
--   suppliers.take_syncs(integer, integer)
--   suppliers.tell_late_lists(integer)
--   suppliers.tend_papers(integer)
--   suppliers.tend_task()
--   suppliers.watch_balances(integer)
--   vault.loops_to_fill(bigint)
--   vault.numbers_due()
--   vault.tenants_with_due_cards()
--   vault.tend_batches()
--   wholesale.tidy(integer)
