import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runRoles } from '../../src/main/server.ts'
import { expectBooksRight } from './books.ts'
import { growShop } from './grown.ts'
import { type Bounds, faultsOf, openJudge, overreadings, type Statement } from './plans.ts'
import { openHouse } from './shop.ts'

/**
 * The plans of every statement that the hot functions run, as `auto_explain` tells them: none reads a large table from
 * end to end, none is planned on a wrong idea of how many rows there are, and what a call reads depends on the call alone.
 */

// Without a worker, so that nothing else reads the tables; one runs while people sign in by text message.
const house = await openHouse({ env: { QUANSHU_ROLES: 'api' } })
const { adminUrl } = house.platform
const worker = await runRoles(
  { ...house.platform, config: { ...house.platform.config, roles: ['worker'] } },
  { ownerUrl: house.platform.ownerUrl },
)
const [large, small] = [await house.newShop(), await house.newShop()]
const payers = [await large.member(10_000_000), await small.member(10_000_000)]
/** Whose orders are not counted where a person's are. */
const companies = [await large.member(10_000_000), await small.member(10_000_000)]
await worker.stop()
const sku = { priceFen: 100 }
const stocks = [
  await large.stock(400, { sku, goods: { limitPerPerson: 1_000 } }),
  await small.stock(400, { sku, goods: { limitPerPerson: 1_000 } }),
]
const shops = [large, small].map((shop, at) => ({
  tenantId: shop.tenantId,
  skuId: stocks[at]?.skuId ?? 0,
  goodsId: stocks[at]?.goodsId ?? 0,
  batchId: stocks[at]?.batchId ?? 0,
  memberId: payers[at]?.id ?? 0,
  companyId: companies[at]?.id ?? 0,
}))
type HotShop = (typeof shops)[number]
type Judge = Awaited<ReturnType<typeof openJudge>>
const [grownShop] = shops

/** The tables that grow with trade, the parts of partitioned ones for themselves. */
const TABLES = `select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname in ('vault', 'ledger', 'orders', 'entitlements', 'payments', 'events')`
const GROWN_FIRST = 10_000
const GROWN = 100_000
const MODES = ['force_custom_plan', 'force_generic_plan']

describe.skipIf(!adminUrl)('plans of the hot functions', () => {
  // Not so yet. Where nothing is known of a table all indexes that begin with the tenant cost the same, and the newest is
  // taken: `orders_by_time` for an order by its number. A session keeps such a plan until the table is analysed, a minute
  // later on a busy day. The keys' indexes would have to be the newest ones, and `vault.move` fenced like its neighbours.
  test.fails('planned when nothing was there, kept while the tables grow: readings are bounded', async () => {
    const admin = await superuser()
    // From here on statistics are what this file makes of them.
    await admin.query(`do $$ declare one regclass; begin
      for one in ${TABLES}
      loop execute format('alter table %s set (autovacuum_enabled = false)', one); end loop; end $$`)
    const judge = await judging('force_generic_plan')
    for (const shop of shops) await walk(judge, shop)
    if (grownShop) await growShop(admin, grownShop, { from: 1, to: GROWN_FIRST })
    for (const shop of shops) expect(overreadingsOf(await walk(judge, shop))).toEqual([])
  })

  test('planned with statistics that say “empty” of tables that have grown since: readings are bounded', async () => {
    const admin = await superuser()
    // As an analysis of the time when nothing was there has left them.
    await admin.query(`update pg_class set reltuples = 0, relpages = 0 where oid in (${TABLES})`)
    await admin.query(`delete from pg_statistic where starelid in (${TABLES})`)
    for (const mode of MODES) {
      const judge = await judging(mode)
      for (const shop of shops) {
        const calls = (await walk(judge, shop)).filter(({ name }) => !TRUSTING.has(name))
        expect(overreadingsOf(calls), `${mode}, shop ${shop.tenantId}`).toEqual([])
      }
    }
  })

  test(`with ${4 * GROWN} cards and ${GROWN} orders: nothing is read from end to end, estimates are right, readings are bounded`, async () => {
    const admin = await superuser()
    if (grownShop) await growShop(admin, grownShop, { from: GROWN_FIRST + 1, to: GROWN, bulk: true })
    await admin.query('analyze')
    const { rows } = await admin.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class where relkind = 'r' and reltuples > 10000`,
    )
    const tables = new Set(rows.map(({ name }) => name))
    expect(tables.size).toBeGreaterThan(9)

    const heard = new Set<string>()
    for (const mode of MODES) {
      const judge = await judging(mode)
      for (const shop of shops) {
        const calls = await walk(judge, shop)
        for (const { statements } of calls) for (const { by } of statements) heard.add(by)
        const faults = calls.flatMap(({ name, statements, bounds }) =>
          faultsOf(statements, tables, bounds).map((fault) => `${name}: ${fault}`),
        )
        expect(faults, `${mode}, shop ${shop.tenantId}`).toEqual([])
      }
    }
    expect(HOT.filter((name) => !heard.has(name))).toEqual([])
    // The judge does judge.
    const { statements } = await (await judging('auto')).run(
      'select count(*) from orders.orders where total_fen = 7',
      [],
    )
    expect(faultsOf(statements, tables, { rows: 1_000, pages: 100 })).toHaveLength(3)
    await expectBooksRight(house, small.tenantId)
  })
})

/** Functions whose statements must have been seen; those in plain SQL are told without their schema. */
const HOT = [
  'orders.place',
  'orders.look_at_shelf',
  'orders.close_unpaid',
  'orders.expire_due',
  'view_rows',
  'fulfilment.place_and_pay',
  'fulfilment.settle',
  'fulfilment.pay_by_balance',
  'fulfilment.deliver',
  'fulfilment.deliver_locked',
  'bulk.quote',
  'bulk.begin',
  'fill',
  'bulk.hold_waiting',
  'bulk.order_some',
  'to_give_back',
  'bulk.finish',
  'fulfilment.refund',
  'fulfilment.refund_ended',
  'fulfilment.replace',
  'fulfilment.mark_used',
  'fulfilment.list_recalled',
  'fulfilment.choose_recalled',
  'fulfilment.mark_recalled',
  'fulfilment.close_recall',
  'fulfilment.clear_recalled',
  'recalls_of',
  'entitlements.rights',
  'ledger.account',
  'ledger.post',
  'ledger.hold',
  'ledger.close',
  'ledger.admit',
  'ledger.adjust_member',
  'vault.pick',
  'move',
  'vault.transfer',
  'vault.import_chunk',
  'vault.shift_batch',
  'vault.undo_batch',
  'vault.expire_due',
  'payments.take_due',
  'payments.open_attempts',
  'events.append',
  'events.read',
  'events.tail',
]

/** Calls of which a statement still leaves its plan to statistics: seldom, or of a few rows. */
const TRUSTING = new Set(['open cashiers', 'keep addresses', 'end a refund', 'choose pieces'])

type Call = { readonly name: string; readonly statements: readonly Statement[]; readonly bounds: Bounds }

/** Everything hot once, with bounds for what each call may read: so much for itself and so much for each of its items. */
async function walk(judge: Judge, shop: HotShop): Promise<readonly Call[]> {
  const { tenantId, skuId, memberId, companyId } = shop
  const calls: Call[] = []
  const call = async (name: string, items: number, text: string, ...values: unknown[]): Promise<unknown> => {
    const { value, statements } = await judge.run(text, values)
    calls.push({ name, statements, bounds: { rows: 500 + 100 * items, pages: 400 + 250 * items } })
    return value
  }
  const json = (name: string, fn: string, items: readonly unknown[]) =>
    call(name, items.length, `select ${fn}($1, $2::jsonb)`, tenantId, JSON.stringify(items))
  const guests = Array.from({ length: 32 }, () => placing(skuId, null, 'sim-pay'))
  const nos = guests.map(({ no }) => no)
  await json('place at a gateway', 'fulfilment.place_and_pay', guests)
  await json('place again', 'fulfilment.place_and_pay', guests.slice(0, 8))
  const keys = guests.map(({ requestKey }) => requestKey)
  await call(
    'look at the shelf',
    32,
    'select orders.look_at_shelf($1, $2::jsonb, $3)',
    tenantId,
    JSON.stringify([...keys, 'another']),
    [skuId],
  )
  await json(
    'place from the purse',
    'fulfilment.place_and_pay',
    [1, 2, 3, 4].map(() => placing(skuId, memberId, 'balance')),
  )
  const later = [1, 2].map(() => placing(skuId, memberId, 'sim-pay'))
  await json('place and think', 'fulfilment.place_and_pay', later)
  await json(
    'pay from the purse',
    'fulfilment.pay_by_balance',
    later.map(({ no }) => ({ orderNo: no, memberId })),
  )
  await json(
    'open cashiers',
    'payments.open_attempts',
    nos.map((orderNo) => ({ orderNo, gateway: 'sim-pay', amountFen: 100, feeFen: 0, scene: 'page' })),
  )
  await json(
    'keep addresses',
    'payments.keep_cashiers',
    nos.map((orderNo) => ({ orderNo, gateway: 'sim-pay', turn: 1, cashier: { way: 'qr', content: 'x' } })),
  )
  const captures = nos.slice(0, 20).map(capture)
  await json('notices', 'fulfilment.settle', captures)
  await json('notices again', 'fulfilment.settle', captures)
  await call('order pages', 20, 'select orders.views($1, $2, 200)', tenantId, nos.slice(0, 20))
  await call('deliver what is', 20, `select fulfilment.deliver($1, $2, 'x')`, tenantId, nos.slice(0, 20))
  await call(
    'cancel',
    6,
    `select orders.close_unpaid($1, $2, 'cancelled', 'buyer', 'buyer', false)`,
    tenantId,
    nos.slice(20, 26),
  )
  await judge.run('update orders.orders set expires_at = now() where tenant_id = $1 and no = any ($2)', [
    tenantId,
    nos.slice(26),
  ])
  await call('expire', 6, 'select orders.expire_due(500)')
  await json('pay too late', 'fulfilment.settle', nos.slice(26).map(capture))

  const bulk = (
    await judge.run(
      `insert into bulk.orders (tenant_id, name, payer, member_id, sku_id, created_by) values ($1, 'x', 'member', $2, $3, 'x') returning id`,
      [tenantId, companyId, skuId],
    )
  ).value
  await judge.run(
    `insert into bulk.lines (tenant_id, bulk_id, line_no, sku_id, state) select $1, $2, n, $3, 'waiting' from generate_series(1, 40) n`,
    [tenantId, bulk, skuId],
  )
  const priced = (await call('price a bulk order', 40, 'select bulk.quote($1, $2)', tenantId, bulk)) as {
    readonly totalFen: number
  }
  await call('begin it', 1, `select bulk.begin($1, $2, $3, 'x')`, tenantId, bulk, priced.totalFen)
  const fresh = Array.from({ length: 20 }, () => placing(skuId, companyId, 'balance').no)
  await call('order lines of it', 20, 'select bulk.order_some($1, $2, $3, 40)', tenantId, bulk, fresh)
  await call('what can never come', 40, 'select bulk.to_give_back($1, $2, 100)', tenantId, bulk)
  await call('see whether it is over', 40, 'select bulk.finish($1, $2)', tenantId, bulk)

  const agreed = Array.from({ length: 40 }, (_, at) => ({
    lineNo: 100 + at,
    skuId,
    quantity: 1,
    form: {},
    reference: `${at}`,
  }))
  await call(
    'take lines that were agreed',
    40,
    'select bulk.fill($1, $2, $3::jsonb, $4, $5)',
    tenantId,
    bulk,
    JSON.stringify(agreed),
    [skuId],
    [1],
  )

  const refunded = (await call(
    'refund',
    1,
    `select fulfilment.refund($1, $2, null, 'source', 'x', 'x')`,
    tenantId,
    nos[0],
  )) as { readonly refundId: number }
  await call('begin a refund', 1, 'select payments.begin_refund($1, $2)', tenantId, refunded.refundId)
  await call('end a refund', 1, 'select fulfilment.refund_ended($1, $2, true, null)', tenantId, refunded.refundId)
  await call('overdue refunds', 1, 'select payments.overdue_refunds(200)')
  const grant = await judge.run('select id from entitlements.grants where tenant_id = $1 and order_no = $2', [
    tenantId,
    nos[1],
  ])
  await call('mark a code', 1, `select fulfilment.mark_used($1, $2, $3, true, 'x')`, tenantId, nos[1], grant.value)
  await call('unmark a code', 1, `select fulfilment.mark_used($1, $2, $3, false, 'x')`, tenantId, nos[1], grant.value)
  await call('replace a code', 1, `select fulfilment.replace($1, $2, $3, 'x', 'x')`, tenantId, nos[1], grant.value)
  const sieve = {
    before: null,
    limit: 20,
    list: 'usable',
    kinds: null,
    q: null,
    reads: 100,
    counted: true,
    endsSoonDays: 7,
  }
  for (const [name, owner, more] of [
    ['what a member owns', `m:${memberId}`, {}],
    ['what somebody owns who owns most', 'c:grown', {}],
    ['by its words', 'c:grown', { q: 'g' }],
    ['by its order', 'c:grown', { q: String(nos[1]) }],
  ] as const) {
    await call(
      name,
      100,
      'select entitlements.rights($1, $2, $3)',
      tenantId,
      owner,
      JSON.stringify({ ...sieve, ...more }),
    )
  }
  await call('correct a purse', 1, `select ledger.adjust_member($1, $2, 'CNY', 1, 'x')`, tenantId, memberId)

  const batch = (
    await judge.run(`insert into vault.batches (tenant_id, sku_id) values ($1, $2) returning id`, [tenantId, skuId])
  ).value
  const lines = 100
  const codes = Array.from({ length: lines }, () => randomBytes(32).toString('base64'))
  const ids = (await judge.run('select vault.reserve_card_ids($1)', [lines])).value
  const chunk = (from: number, to: number) =>
    JSON.stringify({
      fromLine: from,
      toLine: to,
      bytesRead: to,
      ids,
      lines: codes.map((_, at) => from + at + 1),
      fingerprints: codes,
      sealed: codes,
      invalidLines: [],
      invalidReasons: [],
    })
  await call('import', lines, 'select vault.import_chunk($1, $2, 0, $3::jsonb)', tenantId, batch, chunk(0, lines))
  await call(
    'import again',
    lines,
    'select vault.import_chunk($1, $2, 0, $3::jsonb)',
    tenantId,
    batch,
    chunk(lines, 2 * lines),
  )
  const turnTo = (state: string) =>
    judge.run('update vault.batches set state = $3 where tenant_id = $1 and id = $2', [tenantId, batch, state])
  await turnTo('suspended')
  await call(
    'set aside',
    lines,
    `select vault.shift_batch($1, $2, 'available', 'suspect', 'x', 'x', 0, 50)`,
    tenantId,
    batch,
  )
  await turnTo('ready')
  await call('validity', lines, `select vault.set_validity($1, $2, now() - interval '1 day')`, tenantId, batch)
  await call('who has cards past their day', 1, 'select vault.tenants_with_due_cards()')
  await call('cards past their day', lines, 'select vault.expire_due($1, 30)', tenantId)
  await call('undo, refused', 1, 'select vault.undo_batch($1, $2)', tenantId, batch)
  await call(
    'back on the shelf',
    lines,
    `select vault.shift_batch($1, $2, 'expired', 'available', 'x', 'x', 0, 50)`,
    tenantId,
    batch,
  )
  await call('undo', lines, 'select vault.undo_batch($1, $2)', tenantId, batch)
  await call('batches left half-way', 4, 'select vault.tend_batches()')

  await call('loops that run low', 4, 'select vault.loops_to_fill(1000)')
  await call('numbers that are due', 4, 'select vault.numbers_due()')

  for (const rule of ['fifo', 'fefo', 'lifo', 'random', 'loop']) {
    await call(`pick by ${rule}`, 10, `select count(*) from vault.pick($1, $2, '${rule}', 10)`, tenantId, skuId)
  }
  const { batchId } = shop
  await call('recall', 1, `select fulfilment.recall_batch($1, $2, 'x', 'x', 'x')`, tenantId, batchId)
  await call('find what was sold', 50, 'select fulfilment.list_recalled($1, $2, 50)', tenantId, batchId)
  await judge.run('update vault.recalls set listed_at = now() where tenant_id = $1 and batch_id = $2', [
    tenantId,
    batchId,
  ])
  const choice = JSON.stringify({ action: 'replace', to: 'source', reason: 'x', actor: 'x', staffId: 1, grants: null })
  await call('choose pieces', 50, 'select fulfilment.choose_recalled($1, $2, $3::jsonb, 20)', tenantId, batchId, choice)
  const queued = await judge.run(
    `select array_agg(grant_id) from (select grant_id from vault.recall_pieces where tenant_id = $1 and state = 'queued' limit 5) p`,
    [tenantId],
  )
  await call(
    'put right',
    5,
    `select fulfilment.mark_recalled($1, $2, $3, '{"state": "replaced"}')`,
    tenantId,
    batchId,
    queued.value,
  )
  await call('recalled pieces of an order', 4, 'select fulfilment.recalls_of($1, $2, null)', tenantId, nos[0])
  await call('withdraw', 50, `select fulfilment.close_recall($1, $2, 'suspended', 'x', 'x')`, tenantId, batchId)
  await call('say that they are good', 50, 'select fulfilment.clear_recalled($1, $2, 50)', tenantId, batchId)
  await judge.run(`update vault.batches set state = 'ready' where tenant_id = $1 and id = $2`, [tenantId, batchId])

  await judge.run('update payments.attempts set next_query_at = now() where tenant_id = $1 and order_no = any ($2)', [
    tenantId,
    nos.slice(20),
  ])
  await call('ask gateways', 24, 'select payments.take_due(50, 400)')
  await call(
    'news for pages',
    20,
    'select events.tail($1)',
    (await judge.run('select pg_current_snapshot()::text', [])).value,
  )
  await call('next events', 100, `select events.read('{"era":0,"xid":"0","position":0}', '["order.paid"]', 500)`)

  const pages: readonly (readonly [string, string])[] = [
    [
      'a buyer’s orders',
      `select no from orders.orders where tenant_id = $1 and buyer_key = 'c:b77@example.test' order by placed_at desc limit 20`,
    ],
    [
      'orders of a contact',
      `select o.no from orders.orders o where o.tenant_id = $1 and o.no in (
        select b.no from orders.orders b where b.tenant_id = $1 and b.buyer_key = 'c:b77@example.test'
        union all
        select c.no from orders.orders c
        where c.tenant_id = $1 and lower(c.contact) = 'b77@example.test' and c.buyer_key <> 'c:' || c.contact
      ) and o.query_password_hash = '\\x00' order by o.placed_at desc limit 20`,
    ],
    [
      'orders of a browser',
      `select no from orders.orders where tenant_id = $1 and device_hash = '\\x00' and member_id is null order by placed_at desc limit 5`,
    ],
    [
      'codes of a file',
      `select g.piece, c.sealed from entitlements.grants g join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id
      where g.tenant_id = $1 and g.order_no = ${nos[2]} and g.line_no = 1 and g.state <> 'revoked' and g.piece > 0 order by g.piece limit 1000`,
    ],
    ['a card by its value', `select id from vault.cards where tenant_id = $1 and fingerprint = '\\x00'`],
    ['newest orders', 'select no from orders.orders where tenant_id = $1 order by placed_at desc limit 20'],
    [
      'exceptions',
      `select order_no from orders.lines where tenant_id = $1 and state = 'exception' order by exception_at limit 20`,
    ],
  ]
  for (const [name, text] of pages) await call(name, 1, text, tenantId)
  return calls
}

/** An order as a busy second brings them. */
function placing(skuId: number, memberId: number | null, payWith: string) {
  const no = 2_600_000_000_000_000 + Math.trunc(Math.random() * 1e14)
  return {
    no,
    requestKey: randomUUID(),
    requestHash: randomBytes(32).toString('hex'),
    memberId,
    buyerKey: memberId === null ? `c:b${no % 20_000}@example.test` : `m:${memberId}`,
    contact: `b${no % 20_000}@example.test`,
    locale: 'zh-CN',
    queryHash: null,
    deviceHash: randomBytes(16).toString('hex'),
    ip: `10.2.2.${no % 250}`,
    holdSeconds: 900,
    capPerson: 100,
    capIp: 1_000,
    capDevice: 100,
    payWith,
    channel: 'mall',
    lines: [{ skuId, quantity: 1, unitPriceFen: 100, form: {} }],
  }
}

const capture = (orderNo: number) => ({
  orderNo,
  gateway: 'sim-pay',
  tradeNo: `T${orderNo}`,
  amountFen: 100,
  currency: 'CNY',
  paidAt: new Date().toISOString(),
  headers: {},
  body: '{}',
})

const overreadingsOf = (calls: readonly Call[]): string[] =>
  calls.flatMap(({ name, statements, bounds }) => overreadings(statements, bounds).map((fault) => `${name}: ${fault}`))

async function judging(planCacheMode: string): Promise<Judge> {
  const judge = await openJudge(adminUrl ?? '')
  onTestFinished(judge.end)
  await judge.run(`set plan_cache_mode = ${planCacheMode}`, [])
  return judge
}

async function superuser(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
