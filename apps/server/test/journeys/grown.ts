import type { TenantId } from '@quanshu/kernel'
import type pg from 'pg'

export type Grown = { readonly tenantId: TenantId; readonly skuId: number; readonly goodsId: number }

/** Numbers of grown rows start here, far from those of rows that the journeys make. */
const ROWS_FROM = 1_000_000
const BUYERS = 20_000
/** As SQL. */
const OWNS_MOST = `'c:grown'`
/** Of four cards one is delivered and three are free. */
const CARDS_AN_ORDER = 4
const CARDS_A_BATCH = 2_000
const NO_FROM = 2_500_000_000_000_000

/**
 * Orders `from`…`to` of a shop, delivered long ago, with everything that belongs to them, and three free cards for each.
 * Only what plans depend on is true to life. `run` must be a superuser's: foreign keys are not checked row by row.
 * @param options.from,to whole batches: `to` and `from - 1` are multiples of 500
 * @param options.bulk drops the secondary indexes meanwhile, which is three times as fast but makes sessions plan anew
 */
export async function growShop(
  session: pg.Client,
  { tenantId, skuId, goodsId }: Grown,
  { from, to, bulk = false }: { readonly from: number; readonly to: number; readonly bulk?: boolean },
): Promise<void> {
  const indexes = bulk ? await secondaryIndexes(session) : []
  await session.query('set session_replication_role = replica')
  for (const { name } of indexes) await session.query(`drop index ${name}`)
  const series = `from generate_series(${from}, ${to}) n`
  const many = `from generate_series(${(from - 1) * CARDS_AN_ORDER + 1}, ${to * CARDS_AN_ORDER}) n`
  const batch = `${ROWS_FROM} + (n - 1) / ${CARDS_A_BATCH}`
  const [account, delivered] = ['stock.available', 'stock.delivered'].map(
    (kind) =>
      `(select id from ledger.accounts where tenant_id = ${tenantId} and kind = '${kind}' and ref = '${skuId}')`,
  )
  const contact = `'b' || n % ${BUYERS} || '@example.test'`
  const [no, id] = [`${NO_FROM} + n`, `${ROWS_FROM} + n`]
  const statements = [
    `insert into vault.batches (tenant_id, id, sku_id, state) overriding system value
     select distinct ${tenantId}, ${batch}, ${skuId}, 'ready' ${many}`,
    `insert into vault.cards (tenant_id, id, sku_id, batch_id, state, sealed, fingerprint)
     select ${tenantId}, ${ROWS_FROM} + n, ${skuId}, ${batch},
       case when n % ${CARDS_AN_ORDER} = 0 then 'delivered' else 'available' end,
       '\\x00', decode(lpad(to_hex(n), 64, '0'), 'hex') ${many}`,
    `insert into vault.batch_counts (tenant_id, batch_id, imported, delivered, available)
     select ${tenantId}, ${batch}, count(*), count(*) / ${CARDS_AN_ORDER}, count(*) - count(*) / ${CARDS_AN_ORDER} ${many}
     group by ${batch}`,
    `insert into vault.movements (tenant_id, card_id, from_state, to_state, cause)
     select ${tenantId}, ${ROWS_FROM} + ${CARDS_AN_ORDER} * n, 'available', 'delivered', 'order:' || ${no} ${series}`,
    `update ledger.accounts set balance = balance + ${to - from + 1} * case kind when 'stock.source' then -${CARDS_AN_ORDER} when 'stock.delivered' then 1 else ${CARDS_AN_ORDER} - 1 end
     where tenant_id = ${tenantId} and ref = '${skuId}' and kind in ('stock.available', 'stock.delivered', 'stock.source')`,
    `insert into ledger.holds (tenant_id, id, from_account, to_account, amount, state, cause, expires_at, closed_at)
     overriding system value
     select ${tenantId}, ${id}, ${account}, ${delivered}, 1, 'captured', 'order:' || ${no}, now(), now() ${series}`,
    `insert into ledger.transfers (tenant_id, from_account, to_account, amount, kind, cause, hold_id)
     select ${tenantId}, ${account}, ${delivered}, 1, 'stock.deliver', 'order:' || ${no}, ${id} ${series}`,
    `insert into orders.orders (tenant_id, no, state, buyer_key, contact, total_fen, paid_fen, pay_with, request_key,
       device_hash, ip, placed_at, expires_at, paid_at, delivered_at)
     select ${tenantId}, ${no}, 'delivered', 'c:' || ${contact}, ${contact}, 100, 100, 'sim-pay', 'grown-' || n,
       decode(md5(n::text), 'hex'), '10.1.1.' || n % 250, now() - n * interval '1 second', now(), now(), now() ${series}`,
    `insert into orders.lines (tenant_id, order_no, line_no, sku_id, goods_id, kind, goods_title, sku_title, quantity,
       unit_price_fen, amount_fen, state, delivered_quantity, hold_id)
     select ${tenantId}, ${no}, 1, ${skuId}, ${goodsId}, 'card', 'g', 's', 1, 100, 100, 'delivered', 1, ${id} ${series}`,
    // Every other right is one company's.
    `insert into entitlements.grants (tenant_id, id, owner_key, order_no, line_no, piece, kind, sku_id, card_id)
     overriding system value
     select ${tenantId}, ${id}, case n % 2 when 0 then ${OWNS_MOST} else 'c:' || ${contact} end, ${no}, 1, 1, 'card', ${skuId},
       ${ROWS_FROM} + ${CARDS_AN_ORDER} * n ${series}`,
    `insert into payments.receipts (tenant_id, id, gateway, trade_no, order_no, amount_fen, currency, state)
     overriding system value
     select ${tenantId}, ${id}, 'sim-pay', 'grown' || n, ${no}, 100, 'CNY', 'applied' ${series}`,
    `insert into payments.attempts (tenant_id, order_no, gateway, amount_fen, state)
     select ${tenantId}, ${no}, 'sim-pay', 100, 'captured' ${series}`,
    `insert into payments.notices (tenant_id, gateway, verdict, order_no, trade_no, amount_fen, body)
     select ${tenantId}, 'sim-pay', 'applied', ${no}, 'grown' || n, 100, '{}' ${series}`,
    `insert into payments.refunds (tenant_id, id, order_no, line_no, receipt_id, gateway, amount_fen, target, state, reason)
     overriding system value
     select ${tenantId}, ${id}, ${no}, 1, ${id}, 'sim-pay', 100, 'source', 'done', 'x' ${series} where n % 20 = 0`,
  ]
  for (const text of statements) await session.query(text)
  // As many transactions as a busy hour has; their order is what subscribers read by.
  const part = Math.ceil((to - from + 1) / 40)
  for (let first = from; first <= to; first += part) {
    await session.query(
      `insert into events.log (tenant_id, type, subject, payload, cause)
       select ${tenantId}, 'order.placed', 'order:' || ${no}, '{}', '{}'
       from generate_series(${first}, ${Math.min(to, first + part - 1)}) n`,
    )
  }
  for (const { definition } of indexes) await session.query(definition)
  await session.query('reset session_replication_role')
}

const GROWING = [
  'vault.cards',
  'vault.movements',
  'ledger.holds',
  'ledger.transfers',
  'orders.orders',
  'orders.lines',
  'entitlements.grants',
  'payments.receipts',
  'payments.notices',
  'payments.attempts',
  'events.log',
]

/** Indexes of the growing tables that hold no constraint; of a partitioned table, the one over all its parts. */
async function secondaryIndexes(
  session: pg.Client,
): Promise<readonly { readonly name: string; readonly definition: string }[]> {
  const { rows } = await session.query(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i
     where i.indrelid = any ($1::regclass[])
       and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [GROWING],
  )
  // A definition of a partitioned index says `only`, which would leave the parts without.
  return rows.map(({ name, definition }) => ({ name, definition: definition.replace(' ON ONLY ', ' ON ') }))
}
