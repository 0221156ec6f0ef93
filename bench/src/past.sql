-- A shop's past, step by step; see past.ts. Settings: bench.slug, goods, skus, price, orders, cards, days, sealed.

-- step: what every later step needs
create temporary table given as
select t.id as tenant,
  current_setting('bench.goods')::bigint as goods,
  current_setting('bench.skus')::bigint[] as skus,
  current_setting('bench.price')::bigint as price,
  current_setting('bench.orders')::bigint as orders,
  current_setting('bench.cards')::bigint as cards,
  make_interval(days => current_setting('bench.days')::integer) as days,
  (select max(c.id) from vault.cards c where c.tenant_id = t.id) as last_card,
  (select octet_length(c.sealed) from vault.cards c where c.tenant_id = t.id order by c.id desc limit 1) as sealed_bytes,
  (select coalesce(max(h.id), 0) from ledger.holds h) as last_hold,
  ledger.account(t.id, 'cash.gateway', 'sim-pay', 'CNY') as gateway,
  ledger.account(t.id, 'cash.clearing', '', 'CNY') as clearing,
  ledger.account(t.id, 'cash.revenue', '', 'CNY') as revenue
from tenancy.tenants t
where t.slug = current_setting('bench.slug');

-- step: one batch a SKU, with the stock accounts
create temporary table shelves as
select s.sku, s.n,
  ledger.account(g.tenant, 'stock.source', s.sku::text, 'piece') as source,
  ledger.account(g.tenant, 'stock.available', s.sku::text, 'piece') as available,
  ledger.account(g.tenant, 'stock.delivered', s.sku::text, 'piece') as delivered,
  null::bigint as batch
from given g
cross join unnest(g.skus) with ordinality as s(sku, n);

-- step: the batches' rows
with made as (
  insert into vault.batches (tenant_id, sku_id, state, file_name, created_at, finished_at)
  select g.tenant, s.sku, 'ready', 'past.txt', now() - g.days - interval '1 day', now() - g.days - interval '1 day'
  from given g
  cross join shelves s
  returning id, sku_id
)
update shelves s
set batch = m.id
from made m
where m.sku_id = s.sku;

-- step: texts
create temporary table texts (i bigint not null, sealed bytea not null, fingerprint bytea not null);

-- step: noise instead of cipher texts, unless real ones are there
insert into texts
select k.i, substr(sha512(int8send(k.i)) || sha512(int8send(-k.i)) || sha512(int8send(k.i << 8)), 1, g.sealed_bytes),
  sha256(int8send(g.last_card + k.i))
from given g
cross join lateral generate_series(1, g.cards) as k(i)
where not current_setting('bench.sealed')::boolean;

-- step: the cards, sold ones first; behind those for sale now, so that what is bought next opens
insert into vault.cards (tenant_id, id, sku_id, batch_id, state, sealed, fingerprint, created_at, changed_at)
select g.tenant, g.last_card + k.i, s.sku, s.batch,
  case when k.i <= g.orders then 'delivered' else 'available' end,
  k.sealed, k.fingerprint,
  now() - g.days - interval '1 day',
  now() - g.days + (k.i::double precision / g.orders) * g.days * (k.i <= g.orders)::integer
from given g
cross join texts k
join shelves s on s.n = 1 + k.i % cardinality(g.skus);

-- step: ids that were used by hand
select setval('vault.card_ids', g.last_card + g.cards) from given g;

-- step: the orders
create temporary table sold as
select k.i as n,
  ((to_char(x.at at time zone 'Asia/Shanghai', 'yymmdd'))::bigint * 10000000000 + k.i * 9973 % 10000000000) as no,
  x.at,
  '137' || lpad(k.i::text, 8, '0') as contact,
  s.sku, s.available, s.delivered,
  g.last_card + k.i as card,
  g.last_hold + k.i as hold
from given g
cross join lateral generate_series(1, g.orders) as k(i)
cross join lateral (select now() - g.days + (k.i::double precision / g.orders) * g.days as at) x
join shelves s on s.n = 1 + k.i % cardinality(g.skus);

-- step: order rows
insert into orders.orders (
  tenant_id, no, state, buyer_key, contact, query_password_hash, device_hash, ip, total_fen, paid_fen, pay_with,
  request_key, request_hash, placed_at, expires_at, paid_at, delivered_at
)
select g.tenant, o.no, 'delivered', 'c:' || o.contact, o.contact, sha256(int8send(o.n)), sha256(int8send(-o.n)),
  '10.' || o.n % 250 || '.' || o.n / 250 % 250 || '.' || o.n / 62500 % 250, g.price, g.price, 'sim-pay',
  'orders.place d:' || encode(sha256(int8send(-o.n)), 'hex') || ' ' || md5(o.n::text), sha256(int8send(o.n << 8)),
  o.at, o.at + interval '15 minutes', o.at + interval '20 seconds', o.at + interval '20 seconds'
from given g
cross join sold o;

-- step: holds, captured
insert into ledger.holds (tenant_id, id, from_account, to_account, amount, state, cause, created_at, expires_at, closed_at)
overriding system value
select g.tenant, o.hold, o.available, o.delivered, 1, 'captured', 'order:' || o.no, o.at, o.at + interval '15 minutes',
  o.at + interval '20 seconds'
from given g
cross join sold o;

-- step: ids of holds that were used by hand
select setval(pg_get_serial_sequence('ledger.holds', 'id'), g.last_hold + g.orders) from given g;

-- step: lines
insert into orders.lines (
  tenant_id, order_no, line_no, sku_id, goods_id, kind, goods_title, sku_title, quantity, unit_price_fen, amount_fen,
  hold_id, state, delivered_quantity, delivered_at
)
select g.tenant, o.no, 1, o.sku, g.goods, 'card', 'Bench', 'Past', 1, g.price, g.price, o.hold, 'delivered', 1,
  o.at + interval '20 seconds'
from given g
cross join sold o;

-- step: money and pieces
insert into ledger.transfers (tenant_id, at, from_account, to_account, amount, kind, cause, hold_id)
select g.tenant, o.at + interval '20 seconds', m.from_account, m.to_account, m.amount, m.kind, 'order:' || o.no, m.hold
from given g
cross join sold o
cross join lateral (
  values
    (g.gateway, g.clearing, g.price, 'cash.receive', null::bigint),
    (o.available, o.delivered, 1, 'stock.deliver', o.hold),
    (g.clearing, g.revenue, g.price, 'cash.earn', null)
) as m(from_account, to_account, amount, kind, hold);

-- step: what came in with the batches
with cards as (
  select s.sku, s.n, s.source, s.available, s.delivered, s.batch, count(*) as imported,
    count(*) filter (where c.state = 'delivered') as sold
  from given g
  cross join shelves s
  join vault.cards c on c.tenant_id = g.tenant and c.sku_id = s.sku and c.batch_id = s.batch
  group by s.sku, s.n, s.source, s.available, s.delivered, s.batch
), told as (
  insert into ledger.transfers (tenant_id, at, from_account, to_account, amount, kind, cause)
  select g.tenant, now() - g.days - interval '1 day', c.source, c.available, c.imported, 'stock.import', 'batch:' || c.batch
  from given g
  cross join cards c
), counted as (
  insert into vault.batch_counts (tenant_id, batch_id, imported, available, delivered)
  select g.tenant, c.batch, c.imported, c.imported - c.sold, c.sold
  from given g
  cross join cards c
), read as (
  update vault.batches b
  set lines_read = c.imported
  from given g, cards c
  where b.tenant_id = g.tenant
    and b.id = c.batch
)
update ledger.accounts a
set balance = a.balance + m.delta
from given g, (
  select c.source as account, -c.imported as delta from cards c
  union all
  select c.available, c.imported - c.sold from cards c
  union all
  select c.delivered, c.sold from cards c
) m
where a.tenant_id = g.tenant
  and a.id = m.account;

-- step: the money's balances
update ledger.accounts a
set balance = a.balance + m.delta
from given g
cross join lateral (values (g.gateway, -g.price * g.orders), (g.revenue, g.price * g.orders)) as m(account, delta)
where a.tenant_id = g.tenant
  and a.id = m.account;

-- step: attempts
insert into payments.attempts (tenant_id, order_no, gateway, amount_fen, state, cashier, created_at, captured_at)
select g.tenant, o.no, 'sim-pay', g.price, 'captured', jsonb_build_object('way', 'redirect', 'url', 'http://127.0.0.1:18080/cashier/' || md5(o.no::text)), o.at,
  o.at + interval '20 seconds'
from given g
cross join sold o;

-- step: receipts
insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state, paid_at, received_at)
select g.tenant, 'sim-pay', 'T' || o.no, o.no, g.price, 'CNY', 'applied', o.at + interval '19 seconds',
  o.at + interval '20 seconds'
from given g
cross join sold o;

-- step: notices
insert into payments.notices (tenant_id, received_at, gateway, verdict, order_no, trade_no, amount_fen, headers, body)
select g.tenant, o.at + interval '20 seconds', 'sim-pay', 'applied', o.no, 'T' || o.no, g.price,
  jsonb_build_object(
    'x-pay-merchant', 'SIM0000001', 'x-pay-timestamp', extract(epoch from o.at)::bigint::text,
    'x-pay-nonce', md5(o.n::text), 'x-pay-signature', encode(sha256(int8send(o.n)), 'hex')
  ),
  jsonb_build_object(
    'notice_id', md5(o.n::text), 'event', 'PAYMENT.SUCCESS', 'merchant_id', 'SIM0000001', 'out_trade_no', o.no::text,
    'trade_no', 'T' || o.no, 'amount', g.price, 'currency', 'CNY', 'paid_at', o.at
  )::text
from given g
cross join sold o;

-- step: grants
insert into entitlements.grants (
  tenant_id, owner_key, order_no, line_no, piece, kind, sku_id, card_id, granted_at, changed_at
)
select g.tenant, 'c:' || o.contact, o.no, 1, 1, 'card', o.sku, o.card, o.at + interval '20 seconds',
  o.at + interval '20 seconds'
from given g
cross join sold o;

-- step: movements
insert into vault.movements (tenant_id, at, card_id, from_state, to_state, cause, actor)
select g.tenant, o.at + interval '20 seconds', o.card, 'available', 'delivered', 'order:' || o.no, 'system'
from given g
cross join sold o;

-- step: events, which every subscriber has read long ago
with told as (
  insert into events.log (tenant_id, at, type, subject, payload, cause)
  select g.tenant, o.at + e.after, e.type, 'order:' || o.no, e.payload, e.cause
  from given g
  cross join sold o
  cross join lateral (
    values
      (
        interval '0', 'order.placed', '{}'::jsonb,
        jsonb_build_object('no', o.no, 'totalFen', g.price, 'memberId', null, 'channel', 'mall')
      ),
      (interval '20 seconds', 'order.delivered', '{"actor": "system"}', jsonb_build_object('no', o.no)),
      (
        interval '20 seconds', 'payment.received', '{}',
        jsonb_build_object(
          'no', o.no, 'gateway', 'sim-pay', 'tradeNo', 'T' || o.no, 'amountFen', g.price, 'verdict', 'applied'
        )
      )
  ) as e(after, type, cause, payload)
  returning position
), head as (
  select events.current_era() as era, pg_current_xact_id() as xid, max(t.position) as position
  from told t
), of_tenant as (
  update events.tenant_cursors c
  set era = h.era, xid = h.xid, position = h.position
  from head h, given g
  where c.tenant_id = g.tenant
)
update events.cursors c
set era = h.era, xid = h.xid, position = h.position
from head h;
