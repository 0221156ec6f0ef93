import { BOOKS_FINDINGS } from '@quanshu/contract'
import { afterAll, expect, test } from 'vitest'
import { openHouse } from '../../../test/journeys/shop.ts'
import { wholesaleSecretPlace } from '../wholesale/index.ts'
import { auditBooks, type RunReport } from './index.ts'
import { cardsOf, liveThrough } from './lived.fixture.ts'

const house = await openHouse()
const { platform } = house
const shop = await house.newShop()
const neighbour = await house.newShop()
const lived = await liveThrough(house, shop)
const { delivered, refunded, inParts, replaced, stuck, pending, byBalance, recharge, goods, other, links } = lived
const [card = 0, twin = 0] = await cardsOf(house, shop, delivered.no)
const [sold = 0] = await cardsOf(house, shop, replaced.no)
const foreign = await neighbour.stock(3)
const tenant = shop.tenantId

const one = async (text: string): Promise<number> => {
  const [row] = await house.query<{ n: number }>(text, [tenant])
  if (row === undefined) throw new Error(`nothing to plant with: ${text}`)
  return row.n
}
const account = (kind: string, ref = '') =>
  one(`select id as n from ledger.accounts where tenant_id = $1 and kind = '${kind}' and ref = '${ref}'`)
const clearing = await account('cash.clearing')
const bank = await account('cash.bank', 'sim-pay')
const purse = await account('cash.member', String(lived.member.id))
const shelf = await account('stock.available', String(goods.skuId))
const hold = await one(
  `select id as n from ledger.holds where tenant_id = $1 and state = 'held' and cause = 'order:${pending.no}'`,
)
const batch = goods.batchId
const { id: warehouse } = await shop.staff.call('stock.createWarehouse', {
  body: { channel: 'elsewhere', name: '别处', kind: 'other', fallsBack: false },
})
const free = await one(
  `select max(id) as n from vault.cards where tenant_id = $1 and state = 'available' and batch_id = ${batch}`,
)
const code = await one(
  `select id as n from vault.reused_codes where tenant_id = $1 and made = 3 and batch_id = ${lived.shared.batchId} limit 1`,
)
const refund = await one(`select id as n from payments.refunds where tenant_id = $1 and order_no = ${refunded.no}`)
const receipt = await one(`select id as n from payments.receipts where tenant_id = $1 and order_no = ${delivered.no}`)
const [soldFirst, soldSecond] = await Promise.all(
  [1, 2].map((piece) =>
    one(`select id as n from redeem.codes where tenant_id = $1 and order_no = ${links.sold} and piece = ${piece}`),
  ),
)
const gone = await one(
  `select max(id) as n from entitlements.grants where tenant_id = $1 and order_no = ${refunded.no}`,
)

const redeemCode = await one('select min(id) as n from redeem.codes where tenant_id = $1')
const partly = await one(
  `select id as n from payments.refunds where tenant_id = $1 and order_no = ${inParts.no} and takes = 'pieces'`,
)
const partlyGone = await one(
  `select max(id) as n from entitlements.grants where tenant_id = $1 and order_no = ${inParts.no} and state = 'revoked'`,
)

// What stands in the way of wrong rows goes: this database is for nothing else. The journey above ran with all of it.
for (const { drop } of await house.query<{ drop: string }>(`
  select format('alter table %s drop constraint if exists %I cascade', k.conrelid::regclass, k.conname) as drop
  from pg_constraint k
  join pg_namespace n on n.oid = k.connamespace
  where n.nspname in (
      'vault', 'ledger', 'orders', 'payments', 'entitlements', 'catalog', 'wholesale', 'bulk', 'fulfilment', 'suppliers', 'reconciliation',
      'redeem'
    )
    and k.contype in ('f', 'c', 'u')
    and k.conparentid = 0
    and k.coninhcount = 0`)) {
  await house.query(drop)
}
await house.query('drop index payments.refund_of_surplus_once')
await house.query('drop index if exists entitlements.one_living_grant_a_piece')
await house.query('alter table audit.entries disable trigger entries_append_only')

/** Everything that could be planted was; said at the end, so that a violation nobody can produce does not go unnoticed. */
const spoken = new Set<string>()

/** Tables whose rows are put back after each planting. */
const TABLES = [
  'vault.cards',
  'vault.reused_codes',
  'vault.batches',
  'vault.batch_counts',
  'vault.movements',
  'ledger.accounts',
  'ledger.transfers',
  'ledger.holds',
  'orders.orders',
  'orders.lines',
  'payments.receipts',
  'payments.refunds',
  'payments.chargebacks',
  'payments.notices',
  'entitlements.grants',
  'catalog.goods',
  'members.members',
  'audit.entries',
  'payments.gateways',
  'notify.channels',
  'reconciliation.postings',
  'reconciliation.matches',
  'suppliers.money',
  'suppliers.suppliers',
  'suppliers.purchases',
  'reconciliation.bills',
  'reconciliation.bill_lines',
  'wholesale.keys',
  'wholesale.orders',
  'wholesale.days',
  'bulk.orders',
  'bulk.lines',
  'fulfilment.recoveries',
  'fulfilment.restocks',
  'fulfilment.restock_budgets',
  'fulfilment.service_rules',
  'fulfilment.tasks',
  'redeem.codes',
  'redeem.uses',
  'redeem.made_good',
  'vault.exports',
  'fulfilment.needs',
  'fulfilment.complaints',
  'suppliers.purchase_cards',
]
await house.query('create schema kept')
for (const table of TABLES) await house.query(`create table kept.${table.replace('.', '_')} as select * from ${table}`)

/** In the catalogue again, so that the audit knows of it; `not valid`, so that what is wrong may stay. */
const FOREIGN_KEY = `alter table vault.cards add constraint planted
  foreign key (tenant_id, batch_id) references vault.batches (tenant_id, id) not valid`

/** The tables that a planting speaks of. */
async function putBack(sql: string): Promise<void> {
  await house.query('alter table vault.cards drop constraint if exists planted')
  for (const table of TABLES.filter((one) => sql.includes(one))) {
    await house.query(`delete from ${table}`)
    await house.query(`insert into ${table} overriding system value select * from kept.${table.replace('.', '_')}`)
  }
}

type Planting = {
  readonly name: string
  readonly sql: string
  /** What must be told, with the rows that must be named; nothing else may be told. */
  readonly told: Readonly<Record<string, readonly string[]>>
  readonly graceSeconds?: number
}

const t = `tenant_id = ${tenant}`
const keySecret = (await platform.crypto.encrypt(tenant, wholesaleSecretPlace(999001), 'secret')).toString('hex')
/** A key of another shop, whose purse is the member's; what it ordered is the order that the member paid by balance. */
const key = `insert into wholesale.keys (tenant_id, id, key, name, member_id, secret_sealed, scopes, per_minute, opens, price_bp, created_by)
    overriding system value values (${tenant}, 999001, 'qk_planted', '下游', ${lived.member.id}, '\\x${keySecret}', '{order}', 60, 'all', 10000, '店员')`
const peer = (no: number, ended = 'null') => `${peerOrder(no, ended)};
  insert into wholesale.days (tenant_id, key_id, day, ordered_fen, orders)
    select tenant_id, 999001, (placed_at at time zone 'Asia/Shanghai')::date, total_fen, 1 from orders.orders where ${t} and no = ${no}`
const peerOrder = (no: number, ended = 'null') => `${key};
  insert into wholesale.orders (tenant_id, key_id, outer_no, order_no, request_hash, callback_url, placed_at, ended_because)
    values (${tenant}, 999001, 'B-1', ${no}, '\\x00', '', coalesce((select placed_at from orders.orders where ${t} and no = ${no}), now()), ${ended})`
const asPeer = `update orders.orders set channel = 'wholesale' where ${t} and no = ${byBalance.no}`
const file = (state: string, facts: { total: number; waiting?: number; held?: number }) =>
  `insert into bulk.orders (tenant_id, id, name, payer, member_id, state, total_fen, waiting, held_fen, created_by, confirmed_at)
    overriding system value values (
      ${tenant}, 999001, '礼品', 'member', ${lived.member.id}, '${state}', ${facts.total}, ${facts.waiting ?? 0}, ${facts.held ?? 0}, '店员', now()
    )`
const fileLine = (state: string, no = 'null') =>
  `insert into bulk.lines (tenant_id, bulk_id, line_no, sku_id, quantity, unit_price_fen, state, order_no, ordered_at)
    values (${tenant}, 999001, 1, ${goods.skuId}, 1, 100, '${state}', ${no}, now())`
const restock = (facts: { spent: number; state: string }) =>
  `insert into fulfilment.restocks (tenant_id, id, sku_id, budget_id, quantity, spent_fen, state, due_at, ended_at)
    overriding system value values (${tenant}, 999001, ${goods.skuId}, 1, 5, ${facts.spent}, '${facts.state}', null,
      case when '${facts.state}' <> 'ordering' then now() end)`
/** For the first line of the delivered order, which is of two pieces. */
const linePurchase = (id: number, no: string, state: string, arrived: number) =>
  `insert into suppliers.purchases (tenant_id, id, no, purpose, order_no, line_no, turn, supplier_id, product_id, quantity, arrived, ceiling_hao, quoted_hao, fields, choice, state, cost_fen)
    overriding system value values (${tenant}, ${id}, '${no}', 'line', ${delivered.no}, 1, ${id % 1000}, 999001, 999001, 2, ${arrived}, 2000, 2000, '{}', '{}', '${state}', null)`
const restockPurchase = (state: string, cost: number) =>
  `insert into suppliers.purchases (tenant_id, id, no, purpose, restock_id, turn, supplier_id, product_id, quantity, ceiling_hao, quoted_hao, fields, choice, state, cost_fen)
    overriding system value values (${tenant}, 999001, '80000000000000999001', 'stock', 999001, 1, 999001, 999001, 5, 2000, 2000, '{}', '{}', '${state}', ${cost})`
/** A budget of ten yuan a month, laid for the month that runs: so much of it in its own account, the rest in next year's. */
const budget = (facts: { monthly: number; own: number }) =>
  `insert into fulfilment.restock_budgets (tenant_id, id, name, monthly_fen, updated_at)
    overriding system value values (${tenant}, 999001, '试补货', ${facts.monthly}, '2026-01-09');
  insert into ledger.transfers (tenant_id, from_account, to_account, amount, kind, cause)
    select ${tenant}, ledger.account(${tenant}, 'budget.source', x.month, 'budget'),
      ledger.account(${tenant}, 'budget.restock', case when x.fen = ${facts.own} then x.month else '999001:2099-01' end, 'budget'), x.fen, 'budget.lay', 'budget:999001'
    from (
      select '999001:' || to_char(now() at time zone 'Asia/Shanghai', 'YYYY-MM') as month, f.fen
      from unnest(array[${facts.own}, ${1000 - facts.own}]) as f(fen) where f.fen > 0
    ) x;
  update ledger.accounts a set balance = coalesce((
    select sum(case when x.to_account = a.id then x.amount else -x.amount end) from ledger.transfers x where a.id in (x.from_account, x.to_account)
  ), 0) where a.${t} and a.unit = 'budget'`
const plantings: readonly Planting[] = [
  {
    name: 'a card that two grants own',
    sql: `insert into entitlements.grants (tenant_id, owner_key, order_no, line_no, piece, kind, sku_id, card_id)
      values (${tenant}, 'g:other', ${byBalance.no}, 1, 3, 'card', ${goods.skuId}, ${card})`,
    told: {
      code_two_owners: [`card ${card}`, `order ${delivered.no}`, `order ${byBalance.no}`],
      line_grants: [`order ${byBalance.no}`],
    },
  },
  {
    name: 'a card that left the shelf twice',
    sql: `insert into vault.movements (tenant_id, card_id, from_state, to_state, cause)
      values (${tenant}, ${card}, 'available', 'delivered', 'order:${byBalance.no}')`,
    told: { code_two_owners: [`card ${card}`, `order ${delivered.no}`] },
  },
  {
    name: 'two cards of one code, both delivered',
    sql: `update vault.cards set fingerprint = (select fingerprint from vault.cards where ${t} and id = ${card}) where ${t} and id = ${twin}`,
    told: { code_twin: [`card ${card}`, `card ${twin}`], fingerprint_differs: [`card ${twin}`] },
  },
  {
    name: 'a delivered card back on the shelf',
    sql: `update vault.cards set state = 'available' where ${t} and id = ${card}`,
    told: { code_back_on_shelf: [`card ${card}`], batch_sum: [`batch ${batch}`] },
  },
  {
    name: 'a delivered card whose grant is gone',
    sql: `update entitlements.grants set state = 'revoked' where ${t} and card_id = ${card}`,
    told: { code_not_owned: [`card ${card}`], line_grants: [`order ${delivered.no}`] },
  },
  {
    name: 'a void card that somebody still has',
    sql: `update vault.cards set state = 'void' where ${t} and id = ${sold};
      update vault.batch_counts set void = void + 1, delivered = delivered - 1 where ${t} and batch_id = ${batch};
      update ledger.accounts set balance = balance + 1 where ${t} and kind = 'stock.void' and ref = '${goods.skuId}';
      update ledger.accounts set balance = balance - 1 where ${t} and kind = 'stock.delivered' and ref = '${goods.skuId}'`,
    told: { code_state_differs: [`card ${sold}`], balance_differs: [] },
  },
  {
    name: 'a card delivered to one order and owned by another',
    sql: `update vault.movements set cause = 'order:${byBalance.no}' where ${t} and card_id = ${card} and to_state = 'delivered'`,
    told: { code_other_order: [`card ${card}`, `order ${delivered.no}`] },
  },
  {
    name: 'a batch whose counts say one too many',
    sql: `update vault.batch_counts set available = available + 1, imported = imported + 1 where ${t} and batch_id = ${batch}`,
    told: { batch_sum: [`batch ${batch}`], stock_sum: [`sku ${goods.skuId}`] },
  },
  {
    name: 'a code with more uses than it may have',
    sql: `update vault.reused_codes set made = 2, uses = 2 where ${t} and id = ${code}`,
    told: { code_uses: [`card ${code}`, `batch ${lived.shared.batchId}`] },
  },
  {
    name: 'a batch with a card of other goods',
    sql: `update vault.cards set sku_id = ${other.skuId} where ${t} and id = ${free}`,
    told: { batch_strange_cards: [`batch ${batch}`] },
  },
  {
    name: 'a card that vanished',
    sql: `delete from vault.cards where ${t} and id = ${free}`,
    told: { batch_sum: [`batch ${batch}`] },
  },
  {
    name: 'a card that lies in another warehouse than the books say',
    sql: `update vault.cards set warehouse_id = ${warehouse} where ${t} and id = ${free}`,
    told: { warehouse_sum: [`sku ${goods.skuId}`] },
  },
  {
    name: 'a code for named channels that lies where everybody buys',
    sql: `update vault.batches set channels = '{elsewhere}' where ${t} and id = ${batch}`,
    told: { channel_code_astray: [`sku ${goods.skuId}`] },
  },
  {
    name: 'a piece booked on one side',
    sql: `update ledger.accounts set balance = balance + 1 where ${t} and id = ${shelf}`,
    told: {
      stock_sum: [`sku ${goods.skuId}`],
      stock_not_zero: [`sku ${goods.skuId}`],
      unit_not_zero: [],
      balance_differs: [`account ${shelf}`],
    },
  },
  {
    name: 'a paid line that waits for ever',
    sql: `update orders.lines set state = 'waiting', exception_reason = null where ${t} and order_no = ${stuck.no};
      update orders.orders set paid_at = now() - interval '1 hour' where ${t} and no = ${stuck.no}`,
    told: { paid_nothing: [`order ${stuck.no}`] },
  },
  {
    name: 'a paid line that waits, of an order that does not say since when',
    sql: `update orders.lines set state = 'waiting', exception_reason = null where ${t} and order_no = ${stuck.no};
      update orders.orders set paid_at = null where ${t} and no = ${stuck.no}`,
    told: { paid_nothing: [`order ${stuck.no}`], clearing_differs: [`account ${clearing}`] },
  },
  {
    name: 'an order that is paid without money',
    sql: `delete from payments.receipts where ${t} and order_no = ${delivered.no};`,
    told: { paid_without_money: [`order ${delivered.no}`] },
  },
  {
    name: 'money for an order that says it was never paid',
    sql: `update orders.orders set state = 'expired', paid_at = null where ${t} and no = ${stuck.no};
      update orders.lines set state = 'cancelled', exception_reason = null where ${t} and order_no = ${stuck.no}`,
    told: { money_without_order: [`order ${stuck.no}`], clearing_differs: [`account ${clearing}`] },
  },
  {
    name: 'an order whose total is not its lines’',
    sql: `update orders.orders set total_fen = total_fen + 1 where ${t} and no = ${delivered.no}`,
    told: { order_total: [`order ${delivered.no}`] },
  },
  {
    name: 'an order that costs other points than its lines',
    sql: `update orders.orders set points = points + 7 where ${t} and no = ${delivered.no}`,
    told: { order_points: [`order ${delivered.no}`], points_moved: [`order ${delivered.no}`] },
  },
  {
    name: 'an order that knows of a refund nobody made',
    sql: `update orders.orders set refunded_fen = 5 where ${t} and no = ${delivered.no}`,
    told: { order_refunds: [`order ${delivered.no}`] },
  },
  {
    name: 'a link that was sold and has no code',
    sql: `delete from redeem.codes where ${t} and order_no = ${links.sold} and piece = 2`,
    told: { sold_codes: [`order ${links.sold}`] },
  },
  {
    name: 'a line that was to be activated, and nothing knows of it',
    sql: `update orders.lines set later_days = 30 where ${t} and order_no = ${delivered.no}`,
    told: { later_right: [`order ${delivered.no}`] },
  },
  {
    name: 'a part of a redemption that was made good for points which nobody got',
    sql: `insert into redeem.made_good (tenant_id, order_no, line_no, points, worth_fen, by_name, reason)
      values (${tenant}, ${links.redeemed}, 1, 5, 500, '店员', '缺货')`,
    told: { redeem_made_good: [`order ${links.redeemed}`] },
  },
  {
    name: 'a redeem code whose uses and orders differ',
    sql: `update redeem.codes set used = 0 where ${t} and order_no = ${links.sold}`,
    told: { redeem_uses: [] },
  },
  {
    name: 'an order that a redeem code paid, without a use of one',
    sql: `delete from redeem.uses where ${t} and order_no = ${links.redeemed}`,
    told: { redeemed_without_use: [`order ${links.redeemed}`], redeem_uses: [] },
  },
  {
    name: 'a refund that was lost on its way',
    sql: `update orders.lines set state = 'refunding' where ${t} and order_no = ${stuck.no}`,
    told: { refund_lost: [`order ${stuck.no}`] },
  },
  {
    name: 'a recharge of which the balance got less than was promised',
    sql: `update orders.orders set credit_fen = credit_fen + 1 where ${t} and no = ${recharge.no}`,
    told: { recharge_credit: [`order ${recharge.no}`] },
  },
  {
    name: 'a recharge that is in the purse although a bank has had it back',
    sql: `update payments.receipts set disputed_fen = 5 where ${t} and order_no = ${recharge.no}`,
    told: { loss_beside_promise: [`order ${recharge.no}`], receipt_disputed: [`order ${recharge.no}`] },
  },
  {
    name: 'a promise beside what a bank has had, and one that was kept by a refund before it',
    sql: `insert into payments.refunds (tenant_id, order_no, line_no, receipt_id, gateway, amount_fen, target, state, reason)
        select tenant_id, order_no, 1, id, gateway, 5, 'source', 'failed', 'again' from payments.receipts
        where ${t} and order_no in (${delivered.no}, ${inParts.no}) and state = 'applied' and gateway <> 'balance';
      insert into payments.refunds (tenant_id, order_no, line_no, receipt_id, gateway, amount_fen, target, state, reason, replaced_by, done_at)
        select tenant_id, order_no, 1, receipt_id, gateway, 1, 'source', 'done', 'first', id, now() from payments.refunds
        where ${t} and order_no = ${inParts.no} and reason = 'again';
      update orders.lines set refunding_fen = 5 where ${t} and order_no in (${delivered.no}, ${inParts.no}) and line_no = 1;
      update payments.receipts set disputed_fen = 5 where ${t} and order_no = ${delivered.no}`,
    told: {
      receipt_disputed: [`order ${delivered.no}`],
      loss_beside_promise: [`order ${delivered.no}`, `order ${inParts.no}`],
      clearing_differs: [`account ${clearing}`],
    },
  },
  {
    name: 'one trade number twice',
    sql: `insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state)
      select tenant_id, gateway, trade_no, ${pending.no}, amount_fen, currency, 'surplus' from payments.receipts where ${t} and id = ${receipt}`,
    told: { reference_twice: [`receipt ${receipt}`, `order ${delivered.no}`] },
  },
  {
    name: 'one number sent to suppliers for two purchases',
    sql: `${linePurchase(999001, '80000000000000999001', 'refused', 0)};
      ${linePurchase(999002, '80000000000000999001', 'refused', 0)}`,
    told: { purchase_twice: ['purchase 999001', 'purchase 999002'] },
  },
  {
    name: 'a line that was bought twice',
    sql: `${linePurchase(999001, '80000000000000999001', 'done', 2)};
      ${linePurchase(999002, '80000000000000999002', 'done', 1)}`,
    told: { bought_twice: [`order ${delivered.no}`, 'purchase 999001', 'purchase 999002'] },
  },
  {
    name: 'a line refunded twice',
    sql: `insert into payments.refunds (tenant_id, order_no, line_no, receipt_id, gateway, amount_fen, target, state, reason, done_at)
      select tenant_id, order_no, line_no, receipt_id, gateway, amount_fen, target, 'done', 'again', now() from payments.refunds where ${t} and id = ${refund}`,
    told: {
      refund_twice: [`refund ${refund}`],
      refund_over_receipt: [`order ${refunded.no}`],
      order_refunds: [`order ${refunded.no}`],
      line_refunds: [`order ${refunded.no}`],
    },
  },
  {
    name: 'a piece refunded twice, within the line’s amount',
    sql: `insert into payments.refunds (tenant_id, order_no, line_no, receipt_id, gateway, amount_fen, target, state, reason, done_at, takes, grants)
      select tenant_id, order_no, line_no, receipt_id, gateway, 1, target, 'done', 'again', now(), takes, grants from payments.refunds where ${t} and id = ${partly}`,
    told: {
      refund_twice: [`refund ${partly}`],
      order_refunds: [`order ${inParts.no}`],
      line_refunds: [`order ${inParts.no}`],
    },
  },
  {
    name: 'a line that promises a refund nobody asked for',
    sql: `update orders.lines set refunding_fen = 7 where ${t} and order_no = ${delivered.no}`,
    told: { line_refunds: [`order ${delivered.no}`] },
  },
  {
    name: 'a piece that was refunded and lives',
    sql: `update entitlements.grants set state = 'active' where ${t} and id = ${partlyGone}`,
    told: {
      refunded_right_lives: [`refund ${partly}`, `grant ${partlyGone}`, `order ${inParts.no}`],
      line_grants: [`order ${inParts.no}`],
      code_state_differs: [],
    },
  },
  {
    name: 'a purse below its floor',
    sql: `update ledger.accounts set balance = -1 where ${t} and id = ${purse}`,
    told: { below_floor: [`account ${purse}`], unit_not_zero: [], balance_differs: [`account ${purse}`] },
  },
  {
    name: 'a floor that was lowered',
    sql: `update ledger.accounts set floor = -100000 where ${t} and id = ${purse}`,
    told: { floor_lowered: [`account ${purse}`] },
  },
  {
    name: 'a person with more than the limit, and an order above its own',
    sql: `update catalog.goods set limit_per_person = 1, limit_per_order = 1, updated_at = now() - interval '1 day' where ${t} and id = ${other.goodsId}`,
    told: { person_limit: [`goods ${other.goodsId}`, `order ${byBalance.no}`], order_limit: [`order ${byBalance.no}`] },
  },
  {
    name: 'pieces set aside for nobody',
    sql: `update ledger.accounts set held_out = held_out + 1 where ${t} and id = ${shelf}`,
    told: { held_sum: [`account ${shelf}`] },
  },
  {
    name: 'a hold past its time',
    sql: `update ledger.holds set expires_at = now() - interval '1 hour' where ${t} and id = ${hold}`,
    told: { hold_overdue: [`hold ${hold}`, `order ${pending.no}`] },
  },
  {
    name: 'a hold of an order that is over',
    sql: `update orders.orders set state = 'cancelled' where ${t} and no = ${pending.no};
      update orders.lines set state = 'cancelled' where ${t} and order_no = ${pending.no}`,
    told: { hold_orphan: [`hold ${hold}`, `order ${pending.no}`] },
  },
  {
    name: 'a transfer from pieces to money',
    sql: `insert into ledger.transfers (tenant_id, from_account, to_account, amount, kind, cause)
      values (${tenant}, ${clearing}, ${shelf}, 1, 'by.hand', 'none')`,
    told: { transfer_units: [`account ${clearing}`, `account ${shelf}`], balance_differs: [] },
  },
  {
    name: 'a transfer that was taken out',
    sql: `delete from ledger.transfers where ${t} and cause = 'order:${delivered.no}' and kind = 'cash.earn'`,
    told: { balance_differs: [`account ${clearing}`] },
  },
  {
    name: 'money that stays in clearing without an order',
    sql: `update ledger.accounts set balance = balance + 3 where ${t} and id = ${clearing};
      update ledger.accounts set balance = balance - 3 where ${t} and kind = 'cash.revenue'`,
    told: { clearing_differs: [`account ${clearing}`], balance_differs: [`account ${clearing}`] },
  },
  {
    name: 'an exception that nobody touched for a month',
    sql: `update orders.orders set paid_at = now() - interval '30 days' where ${t} and no = ${stuck.no}`,
    told: { clearing_stale: [`order ${stuck.no}`] },
  },
  {
    name: 'money that came twice and never went back',
    sql: `insert into payments.receipts (tenant_id, id, gateway, trade_no, order_no, amount_fen, currency, state, received_at)
      overriding system value values (${tenant}, 999001, 'sim-pay', 'T-surplus', ${delivered.no}, 100, 'CNY', 'surplus', now() - interval '9 days');
      insert into payments.refunds (tenant_id, order_no, receipt_id, gateway, amount_fen, target, state, reason)
      values (${tenant}, ${delivered.no}, 999001, 'sim-pay', 100, 'source', 'failed', 'double_payment')`,
    told: { surplus_stale: ['receipt 999001', `order ${delivered.no}`], clearing_differs: [] },
  },
  {
    name: 'a posting of reconciliation that the ledger does not know',
    sql: `insert into reconciliation.postings (tenant_id, gateway, day, kind, lines, paid_fen, refunded_fen, fee_fen)
      values (${tenant}, 'sim-pay', '2026-11-01', 'matched', 1, 100, 0, 0)`,
    told: { bank_differs: [`account ${bank}`] },
  },
  {
    name: 'money paid ahead to a supplier that the ledger does not know',
    sql: `insert into suppliers.suppliers (tenant_id, id, name, adapter, state) overriding system value
        values (${tenant}, 999001, '供应商', 'fulu', 'paused');
      insert into suppliers.money (tenant_id, supplier_id, kind, amount_fen, reference, at, state, requested_by, requested_by_id)
      values (${tenant}, 999001, 'deposit', 100, 'BANK-1', now(), 'booked', '店员', 1)`,
    told: { supplier_differs: ['supplier 999001', 'supplier 999001'] },
  },
  {
    name: 'a supplier that is bought from longer than its papers say',
    sql: `insert into suppliers.suppliers (tenant_id, id, name, adapter, state, papers_until) overriding system value
        values (${tenant}, 999001, '供应商', 'fulu', 'paused', date '2030-01-01')`,
    told: { papers_differ: ['supplier 999001'] },
  },
  {
    name: 'a number of another shop whose order is not there',
    sql: peer(999_000_001),
    told: { peer_order_missing: ['order 999000001'] },
  },
  {
    name: 'a number of another shop that names somebody’s order in the mall',
    sql: peer(byBalance.no),
    told: { peer_order_other: [`order ${byBalance.no}`] },
  },
  {
    name: 'a wholesale order that its purse never paid',
    sql: `${asPeer};
      ${peer(byBalance.no)};
      delete from ledger.transfers where ${t} and cause = 'order:${byBalance.no}' and from_account = ${purse}`,
    told: { peer_money: [`order ${byBalance.no}`], balance_differs: [`account ${purse}`] },
  },
  {
    name: 'a wholesale order that was answered as given back, and was not',
    sql: `${asPeer};
      ${peer(byBalance.no, `'no_source'`)}`,
    told: { peer_not_given_back: [`order ${byBalance.no}`] },
  },
  {
    name: 'a day of a key on which it ordered something else',
    sql: `${key};
      insert into wholesale.days (tenant_id, key_id, day, ordered_fen, orders) values (${tenant}, 999001, current_date, 500, 1)`,
    told: { peer_day: ['wholesale_key 999001'] },
  },
  {
    name: 'an order of a key on a day that nobody counted',
    sql: `update orders.orders set channel = 'wholesale' where ${t} and no = ${byBalance.no};
      ${peerOrder(byBalance.no)}`,
    told: { peer_day: ['wholesale_key 999001', `order ${byBalance.no}`] },
  },
  {
    name: 'an order of a file that no line of it knows',
    sql: `update orders.orders set channel = 'bulk' where ${t} and no = ${byBalance.no}`,
    told: { order_unclaimed: [`order ${byBalance.no}`] },
  },
  {
    name: 'a file whose waiting lines are set aside on paper only',
    sql: `${file('running', { total: 100, waiting: 1, held: 100 })};
      ${fileLine('waiting')}`,
    told: { bulk_held: ['bulk 999001'] },
  },
  {
    name: 'a file whose total is not its lines’',
    sql: `${file('done', { total: 101 })};
      ${fileLine('failed')}`,
    told: { bulk_total: ['bulk 999001'] },
  },
  {
    name: 'a line of a file whose order costs something else',
    sql: `${file('done', { total: 100 })};
      ${fileLine('ordered', String(byBalance.no))}`,
    told: { bulk_line: ['bulk 999001', `order ${byBalance.no}`] },
  },
  {
    name: 'a recovery that was credited and never booked',
    sql: `insert into fulfilment.recoveries (tenant_id, id, supplier_id, supplier, batch_id, cause, pieces, claimed_fen, credited_fen, state, opened_by, ended_at)
      overriding system value values (${tenant}, 999001, 999001, '供应商', ${batch}, 'recall', 1, 200, 100, 'accepted', '店员', now())`,
    told: { recovery_differs: ['recovery 999001', `batch ${batch}`], parent_missing: ['fulfilment.recoveries 999001'] },
  },
  {
    name: 'a credit for a recovery that nobody opened',
    sql: `insert into suppliers.suppliers (tenant_id, id, name, adapter, state) overriding system value
        values (${tenant}, 999001, '供应商', 'fulu', 'paused');
      insert into suppliers.money (tenant_id, supplier_id, kind, amount_fen, reference, at, state, recovery_id, requested_by, requested_by_id)
      values (${tenant}, 999001, 'credit', 100, 'KF-1', now(), 'booked', 999001, '店员', 1)`,
    told: { recovery_unknown: ['supplier 999001'], supplier_differs: ['supplier 999001'], parent_missing: [] },
  },
  {
    name: 'a restock that says it spent what it did not',
    sql: restock({ spent: 100, state: 'partial' }),
    told: { restock_spent: ['restock 999001'] },
  },
  {
    name: 'a restock that no budget paid for',
    sql: `${restock({ spent: 90, state: 'partial' })};
      ${restockPurchase('done', 90)}`,
    told: { restock_budget: ['restock 999001'] },
  },
  {
    name: 'a purchase for the shelf that no budget has promised',
    sql: `${restock({ spent: 0, state: 'ordering' })};
      ${restockPurchase('accepted', 0)}`,
    told: { restock_promise: ['restock 999001'] },
  },
  {
    name: 'a month that was given more than its budget says',
    sql: budget({ monthly: 900, own: 1000 }),
    told: { budget_month: [] },
  },
  {
    name: 'a month whose money is in another',
    sql: budget({ monthly: 1000, own: 600 }),
    told: { budget_month: [] },
  },
  {
    name: 'a day of a service on which more was taken on than can be done',
    sql: `update orders.lines set kind = 'service' where ${t} and order_no = ${byBalance.no};
      insert into fulfilment.service_rules (tenant_id, sku_id, promised_minutes, capacity_per_day, when_overdue, when_rejected, updated_at)
      values (${tenant}, ${other.skuId}, 60, 1, 'flag', 'desk', now() - interval '1 day')`,
    told: { service_day: [`sku ${other.skuId}`, `order ${byBalance.no}`] },
  },
  {
    name: 'a task that somebody works on, though it is delivered',
    sql: `update orders.lines set kind = 'service' where ${t} and order_no = ${delivered.no};
      insert into fulfilment.tasks (tenant_id, order_no, line_no, sku_id, quantity, due_at)
      values (${tenant}, ${delivered.no}, 1, ${goods.skuId}, 2, now() + interval '1 hour')`,
    told: { task_orphan: [`order ${delivered.no}`] },
  },
  {
    name: 'a line of a supplier’s statement that nobody went through',
    sql: `insert into reconciliation.bills (tenant_id, id, gateway, day, source, file_hash, state, lines, begun_at, matched_at)
        overriding system value values (${tenant}, 999001, 'supplier-999001', current_date - 1, 'uploaded', '\\x00', 'matched', 1, now(), now());
      insert into reconciliation.bill_lines (tenant_id, begun_at, bill_id, n, line_no, kind, state, trade_no, payment_no, refund_no, amount_fen, fee_fen, currency, at)
        select tenant_id, begun_at, id, 1, 2, 'purchase', 'done', 'R-1', '', '', 100, 0, 'CNY', now() from reconciliation.bills where ${t} and id = 999001`,
    told: { statement_line_lost: ['supplier 999001', 'bill 999001'] },
  },
  {
    name: 'a number that is kept for an order that holds nothing',
    sql: `update vault.cards set picked_by = ${delivered.no} where ${t} and id = ${free}`,
    told: { pick_orphan: [`card ${free}`, `order ${delivered.no}`] },
  },
  {
    name: 'a chosen number that is not kept for its order',
    sql: `update vault.cards set picked_by = null where ${t} and picked_by is not null`,
    told: { pick_missing: [] },
  },
  {
    name: 'a match that no line and no amount supports',
    sql: `insert into reconciliation.postings (tenant_id, id, gateway, day, kind, lines, paid_fen, refunded_fen, fee_fen)
      overriding system value values (${tenant}, 999001, 'sim-pay', '2026-11-01', 'matched', 1, 0, 0, 0);
      insert into reconciliation.matches (tenant_id, kind, fact_id, gateway, day, bill_id, n, amount_fen, fee_fen, posting_id)
      values (${tenant}, 'payment', ${receipt}, 'sim-pay', '2026-11-01', 999001, 1, 5, 0, 999001)`,
    told: { match_differs: [`receipt ${receipt}`, `order ${delivered.no}`], parent_missing: [] },
  },
  {
    name: 'an exchange difference that no rate makes, and no account has',
    sql: `insert into reconciliation.postings (tenant_id, id, gateway, day, kind, lines, paid_fen, refunded_fen, fee_fen)
      overriding system value values (${tenant}, 999002, 'supplier-999002', '2026-11-01', 'matched', 1, 0, 0, 0);
      insert into suppliers.money (
        tenant_id, id, supplier_id, kind, amount_fen, reference, at, state, requested_by, requested_by_id, own_currency, own_hao
      )
      overriding system value values (
        ${tenant}, 999002, 999002, 'credit', 725, 'CR-9', now(), 'booked', '店员', 1, 'USD', 10000
      );
      insert into reconciliation.bills (tenant_id, id, gateway, day, source, file_hash, state, lines, begun_at)
      overriding system value values (
        ${tenant}, 999002, 'supplier-999002', '2026-11-01', 'fetched', sha256('x'), 'matched', 1, date_trunc('month', now())
      );
      insert into reconciliation.bill_lines (
        tenant_id, begun_at, bill_id, n, line_no, kind, state, trade_no, payment_no, refund_no, amount_fen, fee_fen, currency, at,
        own_currency, own_hao, own_rate
      )
      values (
        ${tenant}, date_trunc('month', now()), 999002, 1, 1, 'credit', 'done', 'CR-9', '', '', 710, 0, 'CNY', now(), 'USD', 10000, 7100000
      );
      insert into reconciliation.matches (
        tenant_id, kind, fact_id, gateway, day, bill_id, n, amount_fen, fee_fen, exchange_fen, posting_id
      )
      values (${tenant}, 'credit', 999002, 'supplier-999002', '2026-11-01', 999002, 1, 710, 0, -16, 999002)`,
    told: { match_differs: ['credit 999002'], bank_differs: [] },
  },
  {
    name: 'a row that points to nothing',
    sql: `update vault.cards set batch_id = 987654 where ${t} and id = ${free};
      ${FOREIGN_KEY}`,
    told: { parent_missing: [`vault.cards ${free}`], batch_sum: [`batch ${batch}`] },
  },
  {
    name: 'a row of this shop under a batch of another',
    sql: `update vault.cards set batch_id = ${foreign.batchId} where ${t} and id = ${free};
      ${FOREIGN_KEY}`,
    told: { parent_of_other_shop: [`vault.cards ${free}`], batch_sum: [`batch ${batch}`] },
  },
  {
    name: 'a refunded right that lives',
    sql: `update entitlements.grants set state = 'active' where ${t} and id = ${gone}`,
    told: {
      refunded_right_lives: [`refund ${refund}`, `grant ${gone}`, `order ${refunded.no}`],
      code_state_differs: [],
    },
  },
  {
    name: 'a notice that was news twice',
    sql: `insert into payments.notices (tenant_id, gateway, verdict, order_no, trade_no, amount_fen, headers, body)
      select tenant_id, gateway, verdict, order_no, trade_no, amount_fen, headers, body from payments.notices
      where ${t} and order_no = ${delivered.no} and verdict = 'applied'`,
    told: { notice_applied_twice: [`order ${delivered.no}`] },
  },
  {
    name: 'a line of the audit log that was rewritten',
    sql: `update audit.entries set detail = '{"forged": true}' where ${t} and seq = 5`,
    told: { chain_broken: ['audit 5'] },
  },
  {
    name: 'an audit log whose end was cut off',
    sql: `delete from audit.entries where ${t} and seq = (select max(seq) from audit.entries where ${t})`,
    told: { chain_broken: [] },
  },
  {
    name: 'a cipher text moved to another card, a garbled secret of a gateway',
    sql: `update vault.cards set sealed = (select sealed from vault.cards where ${t} and id = ${card}) where ${t} and id = ${free};
      update payments.gateways set secret_sealed = '\\x00' where ${t}`,
    told: { cipher_closed: [`card ${free}`, 'gateway sim-pay'] },
  },
  {
    name: 'a garbled former secret of another shop’s key, and a garbled redeem code',
    sql: `${key};
      update wholesale.keys set previous_sealed = '\\x00', previous_until = now() where ${t} and id = 999001;
      update redeem.codes set sealed = '\\x00' where ${t} and id = ${redeemCode}`,
    told: { cipher_closed: ['wholesale_key 999001', `redeem_code ${redeemCode}`] },
  },
  {
    name: 'a redeem code whose hash is another’s',
    sql: `update redeem.codes set code_hash = '\\x01' where ${t} and id = ${redeemCode}`,
    told: { fingerprint_differs: [`redeem_code ${redeemCode}`] },
  },
  {
    name: 'the cipher text of one redeem code in the place of another, and a keyed hash that is of no code',
    sql: `update redeem.codes set sealed = (select sealed from redeem.codes where ${t} and order_no = ${links.sold} and piece = 2)
        where ${t} and order_no = ${links.sold} and piece = 1;
      update redeem.codes set code_hash = decode(repeat('ab', octet_length(code_hash)), 'hex')
        where ${t} and order_no = ${links.sold} and piece = 2`,
    told: {
      cipher_closed: [`redeem_code ${soldFirst}`],
      fingerprint_differs: [`redeem_code ${soldSecond}`],
    },
  },
  {
    name: 'a right that lives after a bank took the whole payment, and was not under way then',
    sql: `insert into payments.chargebacks (tenant_id, gateway, dispute_no, trade_no, order_no, receipt_id, amount_fen, state, ended_at, kept_lines)
      select tenant_id, gateway, 'D-planted', trade_no, order_no, id, amount_fen, 'won', now(), '{}' from payments.receipts
      where ${t} and order_no = ${delivered.no}`,
    told: { right_after_bank: [`order ${delivered.no}`] },
  },
  {
    name: 'a code of a file that was given out, sold after that',
    sql: `insert into vault.exports (tenant_id, batch_id, at, by_name, by_staff_id, reason, codes, hand_out)
      values (${tenant}, ${batch}, now() - interval '1 hour', '小王', 1, '印制实体卡', 1, true)`,
    told: { code_handed_out: [`card ${card}`, `order ${delivered.no}`] },
  },
  {
    name: 'a line that is being supplied, and of which nobody buys anything',
    sql: `update orders.lines set state = 'supplying' where ${t} and order_no = ${stuck.no}`,
    told: { line_unattended: [`order ${stuck.no}`] },
  },
  {
    name: 'a need that was bought of somebody who sold nothing',
    sql: `insert into fulfilment.needs (tenant_id, order_no, line_no, sku_id, quantity, filled, state)
      values (${tenant}, ${delivered.no}, 1, ${goods.skuId}, 2, 1, 'filled')`,
    told: { line_supplied: [`order ${delivered.no}`] },
  },
  {
    name: 'points that an order says it cost, and that never left their pot',
    sql: `update orders.orders set points = 10 where ${t} and no = ${byBalance.no};
      update orders.lines set unit_points = 5 where ${t} and order_no = ${byBalance.no}`,
    told: { points_moved: [`order ${byBalance.no}`] },
  },
  {
    name: 'points that a line brought, and that nobody has',
    sql: `update orders.lines set credit_points = 7 where ${t} and order_no = ${byBalance.no}`,
    told: { points_moved: [`order ${byBalance.no}`] },
  },
  {
    name: 'a payment of which a bank is said to have had something',
    sql: `update payments.receipts set disputed_fen = 1 where ${t} and order_no = ${delivered.no}`,
    told: { receipt_disputed: [`order ${delivered.no}`] },
  },
  {
    name: 'a transfer of a hold that stands',
    sql: `update ledger.transfers set hold_id = ${hold}
      where ${t} and id = (select min(id) from ledger.transfers where ${t} and hold_id is null)`,
    told: { hold_captured: [`hold ${hold}`] },
  },
  {
    name: 'a hold that was made good, and does not say when',
    sql: `update ledger.holds set closed_at = null where ${t} and id = (select min(hold_id) from ledger.transfers where ${t})`,
    told: { hold_captured: [] },
  },
  {
    name: 'a code that was bought, and is not in the vault',
    sql: `${linePurchase(999001, '80000000000000999001', 'done', 1)};
      insert into suppliers.purchase_cards (tenant_id, purchase_id, piece, outcome, card_id, masked) values (${tenant}, 999001, 1, 'duplicate', null, '••')`,
    told: { bought_codes: ['purchase 999001'] },
  },
  {
    name: 'a complaint that was made good, and whose code is still its owner’s',
    sql: `insert into fulfilment.complaints
      (tenant_id, order_no, line_no, grant_id, piece, card_id, batch_id, sku_id, amount_fen, buyer_key, contact, reason, state, ended_at)
      select ${tenant}, g.order_no, g.line_no, g.id, g.piece, g.card_id, ${batch}, ${goods.skuId}, 100, g.owner_key, '', 'used', 'refunded', now()
      from entitlements.grants g where ${t} and g.card_id = ${card}`,
    told: { complaint_made_good: [`order ${delivered.no}`, `card ${card}`] },
  },
]

test.each(plantings)('$name is told, with its rows, and nothing else', async ({ sql, told, graceSeconds }) => {
  try {
    for (const statement of sql.split(/;\s*\n/)) if (statement.trim()) await house.query(statement.replace(/;\s*$/, ''))
    const report = await auditBooks(platform, tenant, {
      isWhole: true,
      ...(graceSeconds === undefined ? {} : { graceSeconds }),
    })
    expect([...codesOf(report)].toSorted()).toEqual(Object.keys(told).toSorted())
    for (const [code, objects] of Object.entries(told)) {
      spoken.add(code)
      expect(objectsOf(report, code)).toEqual(expect.arrayContaining([...objects]))
    }
  } finally {
    await putBack(sql)
  }
})

test('once put right, everything is gone by itself, and the nightly walk is quick again', async () => {
  const report = await auditBooks(platform, tenant, { isWhole: false })
  expect([...codesOf(report)]).toEqual([])
  const { total } = await shop.staff.call('books.listViolations', { query: { state: 'open' } })
  expect(total).toBe(0)
  const nightly = await auditBooks(platform, tenant, { isWhole: false })
  const whole = await auditBooks(platform, tenant, { isWhole: true })
  const rows = (of: RunReport) => of.checks.reduce((sum, { checked }) => sum + checked, 0)
  expect(rows(nightly)).toBeLessThan(rows(whole))
})

test('a hold that is made good twice is told, also where the two lie on different pages: soon after, and a day later', async () => {
  const [made] = await house.query<{ id: number; at: Date }>(
    'select hold_id as id, at from ledger.transfers where tenant_id = $1 and hold_id is not null order by at limit 1',
    [tenant],
  )
  type Step = {
    checked: number
    place: unknown
    violations: readonly { code: string; objects: { id: string }[] }[] | null
  }
  /** Every page is one transfer. */
  const walk = async (): Promise<readonly string[]> => {
    const told: string[] = []
    for (let place: unknown = null; ; ) {
      const rows = await house.query<{ step: Step }>(
        "select books.look_at_transfers($1, $2::jsonb, 1, null, '{}') as step",
        [tenant, place === null ? null : JSON.stringify(place)],
      )
      const step = rows[0]?.step
      for (const { code, objects } of step?.violations ?? []) told.push(`${code} ${objects.at(-1)?.id}`)
      if (!step?.checked) return told
      place = step.place
    }
  }
  expect(await walk()).toEqual([])
  for (const later of ['5 seconds', '1 day']) {
    const again = `from ledger.transfers where tenant_id = $1 and hold_id = $2`
    await house.query(
      `insert into ledger.transfers (tenant_id, at, from_account, to_account, amount, kind, cause, hold_id)
       select tenant_id, at + $3::interval, from_account, to_account, amount, 'test.again', cause, hold_id ${again}`,
      [tenant, made?.id, later],
    )
    try {
      expect([later, await walk()]).toEqual([later, [`hold_captured ${made?.id}`]])
    } finally {
      await house.query(`delete ${again} and kind = 'test.again'`, [tenant, made?.id])
    }
  }
})

test('a hold that two lines name does not hide those after it', async () => {
  const held = await house.query<{ id: number }>(
    "select id from ledger.holds where tenant_id = $1 and state = 'held' order by from_account, id",
    [tenant],
  )
  expect(held.length).toBeGreaterThan(1)
  await house.query('update orders.lines set hold_id = $2 where tenant_id = $1 and order_no = $3', [
    tenant,
    held[0]?.id,
    pending.no,
  ])
  try {
    await house.query(
      `insert into orders.lines
       select (jsonb_populate_record(l, jsonb_build_object('line_no', 9))).* from orders.lines l where tenant_id = $1 and order_no = $2 limit 1`,
      [tenant, pending.no],
    )
    await house.query(`update ledger.holds set cause = 'order:' || $2 where tenant_id = $1 and id = $3`, [
      tenant,
      pending.no,
      held[0]?.id,
    ])
    const [first] = await house.query<{ place: unknown }>(
      `select books.step($1, 'holds', '{"phase": "holds"}', 1, '{"graceSeconds": 900}') -> 'place' as place`,
      [tenant],
    )
    expect(first?.place).toMatchObject({ phase: 'holds', id: held[0]?.id })
  } finally {
    await putBack('orders.lines ledger.holds')
  }
})

test('the neighbour is as clean as before', async () => {
  expect([...codesOf(await auditBooks(platform, neighbour.tenantId, { isWhole: true }))]).toEqual([])
})

afterAll(() => {
  expect(Object.keys(BOOKS_FINDINGS).filter((code) => !spoken.has(code))).toEqual([])
})

const codesOf = (report: RunReport) =>
  new Set(report.checks.flatMap(({ violations }) => violations.map(({ code }) => code)))

const objectsOf = (report: RunReport, code: string): readonly string[] =>
  report.checks.flatMap(({ violations }) =>
    violations
      .filter((one) => one.code === code)
      .flatMap(({ objects }) => objects.map(({ kind, id }) => `${kind} ${id}`)),
  )
