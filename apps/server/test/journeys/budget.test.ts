import { randomBytes, randomUUID } from 'node:crypto'
import type { TenantId } from '@quanshu/kernel'
import pg from 'pg'
import { beforeAll, describe, expect, test } from 'vitest'
import { runRoles } from '../../src/main/server.ts'
import { expectBooksRight } from './books.ts'
import { openHouse, type PlacedOrder } from './shop.ts'

// Without a worker, so that every statement seen belongs to a request; one runs while people sign in by text message.
const house = await openHouse({ env: { QUANSHU_ROLES: 'api' } })
const { platform } = house
const config = { ...platform.config, roles: ['worker'] as const }
const worker = await runRoles({ ...platform, config }, { ownerUrl: platform.ownerUrl })
const [shop, large, small] = [await house.newShop(), await house.newShop(), await house.newShop()]
const [shopper, largePayer, smallPayer] = [
  await shop.member(10_000_000),
  await large.member(10_000_000),
  await small.member(10_000_000),
]
await worker.stop()

describe('statements a hot request sends to the database, once its memories are warm', () => {
  let sent: string[] | undefined
  beforeAll(() => {
    const query = pg.Client.prototype.query as (...args: unknown[]) => unknown
    pg.Client.prototype.query = function (this: unknown, ...args: unknown[]) {
      const [first] = args
      sent?.push(typeof first === 'string' ? first : ((first as { readonly text?: string }).text ?? ''))
      return query.apply(this, args)
    } as never
    return () => {
      pg.Client.prototype.query = query as never
    }
  })
  const counted = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    sent = []
    await work()
    const seen = sent
    sent = undefined
    return seen.map((text) => text.replace(/\s+/g, ' ').slice(0, 80))
  }

  test('place at a gateway 5, place from the balance 2 and who asks, notice 1, order page 1, quote 3', async () => {
    const goods = await shop.stock(50)
    const { visitor } = shopper
    const guest = shop.visitor()
    // Warm: prices, settings, gateways, keys, who is signed in.
    const first = await shop.place(goods, 1, { visitor: guest })
    await shop.pay(first.no)
    await shop.place(goods, 1, { visitor, payWith: 'balance' })

    let order: PlacedOrder = first
    const placing = await counted(async () => {
      order = await shop.place(goods, 1, { visitor: guest })
    })
    expect(placing.length, placing.join('\n')).toBeLessThanOrEqual(5)
    const page = await counted(() => guest.call('orders.get', { params: { no: order.no } }))
    expect(page, page.join('\n')).toHaveLength(1)
    const notice = await counted(() => shop.pay(order.no))
    expect(notice, notice.join('\n')).toHaveLength(1)
    const balance = await counted(() => shop.place(goods, 1, { visitor, payWith: 'balance' }))
    expect(balance.length, balance.join('\n')).toBeLessThanOrEqual(4)
    const quote = await counted(() =>
      guest.call('orders.quote', { body: { lines: [{ skuId: goods.skuId, quantity: 1 }] } }),
    )
    expect(quote.length, quote.join('\n')).toBeLessThanOrEqual(3)
  })

  test('a hundred orders at once take fewer statements than one each', async () => {
    const goods = await shop.stock(400)
    const { visitor } = shopper
    await shop.place(goods, 1, { visitor, payWith: 'balance' })
    const statements = await counted(() =>
      Promise.all(Array.from({ length: 100 }, () => shop.place(goods, 1, { visitor, payWith: 'balance' }))),
    )
    const commits = statements.filter((text) => text.includes('place_and_pay'))
    expect(commits.length).toBeLessThan(50)
    await expectBooksRight(house, shop.tenantId)
  })
})

describe('with 100,000 cards and 60,000 orders in the tables', () => {
  const ROWS = 60_000

  test('no hot function reads a large table from end to end, for the large shop or for a small one beside it', async () => {
    const goods = await large.stock(0, { sku: { priceFen: 100 }, goods: { limitPerPerson: 1_000 } })
    const few = await small.stock(60, { sku: { priceFen: 100 } })
    await grow(large.tenantId, goods.skuId, goods.goodsId)
    const session = new pg.Client({ connectionString: house.platform.ownerUrl })
    await session.connect()
    try {
      for (const [tenantId, skuId, payer] of [
        [large.tenantId, goods.skuId, largePayer.id],
        [small.tenantId, few.skuId, smallPayer.id],
      ] as const) {
        const placed: number[] = []
        const calls: readonly (readonly [string, () => readonly [string, readonly unknown[]]])[] = [
          ['place', () => placing(tenantId, skuId, null, placed)],
          ['place and pay from the balance', () => placing(tenantId, skuId, payer, [])],
          [
            'open a cashier',
            () =>
              json('payments.open_attempts', tenantId, [
                { orderNo: placed.at(-1), gateway: 'sim-pay', amountFen: 100 },
              ]),
          ],
          ['settle', () => json('fulfilment.settle', tenantId, [capture(placed.at(-1) ?? 0)])],
          ['settle again', () => json('fulfilment.settle', tenantId, [capture(placed.at(-1) ?? 0)])],
          ['read an order', () => ['select orders.views($1, $2, 200)', [tenantId, [placed.at(-1)]]]],
          [
            'cancel',
            () => [
              `select orders.close_unpaid($1, $2, 'cancelled', 'buyer', 'buyer', false)`,
              [tenantId, [placed.at(-1)]],
            ],
          ],
          ['refund', () => [`select fulfilment.refund($1, $2, null, 'source', 'x', 'x')`, [tenantId, placed.at(-1)]]],
          ['expire what is due', () => ['select orders.expire_due(500)', []]],
          ['ask gateways', () => ['select payments.take_due(50, 400)', []]],
          ['overdue refunds', () => ['select payments.overdue_refunds(200)', []]],
          ['cards past their day', () => ['select vault.tenants_with_due_cards()', []]],
          ['news for pages', () => ['select events.tail(pg_current_snapshot()::text)', []]],
          ['next events', () => [`select events.next_batch('budget', '["order.paid"]', 500)`, []]],
        ]
        // The seventh turn runs with the plan that is kept.
        for (let turn = 1; turn <= 7; turn += 1) {
          for (const [name, make] of calls) {
            const [text, values] = make()
            const scanned = await scans(session, text, values)
            if (turn === 7) expect({ name, tenantId, scanned }).toEqual({ name, tenantId, scanned: [] })
          }
        }
      }
    } finally {
      await session.end()
    }
    await expectBooksRight(house, small.tenantId)
  }, 90_000)

  test('the pages of a busy shop answer from indexes too', async () => {
    const [busy] = await house.query<{ tenant_id: TenantId }>(
      'select tenant_id from orders.orders group by tenant_id order by count(*) desc limit 1',
    )
    const tenantId = busy?.tenant_id as TenantId
    const session = new pg.Client({ connectionString: house.platform.ownerUrl })
    await session.connect()
    try {
      // The measure itself measures something.
      const whole = await scans(session, 'select count(*) from orders.orders where tenant_id = $1 and total_fen = 7', [
        tenantId,
      ])
      expect(whole).toHaveLength(1)
      for (const [name, text] of [
        [
          'a buyer’s orders',
          `select no from orders.orders where tenant_id = $1 and buyer_key = 'c:b77@example.test' order by placed_at desc limit 20`,
        ],
        [
          'orders of a contact',
          `select no from orders.orders where tenant_id = $1 and lower(contact) = 'b77@example.test' and query_password_hash = '\\x00' order by placed_at desc limit 20`,
        ],
        [
          'orders of a browser',
          `select no from orders.orders where tenant_id = $1 and device_hash = '\\x00' and member_id is null order by placed_at desc limit 5`,
        ],
        ['a card by its value', `select id from vault.cards where tenant_id = $1 and fingerprint = '\\x00'`],
        ['newest orders', `select no from orders.orders where tenant_id = $1 order by placed_at desc limit 20`],
        [
          'exceptions',
          `select order_no from orders.lines where tenant_id = $1 and state = 'exception' order by exception_at limit 20`,
        ],
      ] as const) {
        expect({ name, scanned: await scans(session, text, [tenantId]) }).toEqual({ name, scanned: [] })
      }
    } finally {
      await session.end()
    }
  })

  /** Rows as a year of trade leaves them; only what plans depend on is true to life. */
  async function grow(tenantId: TenantId, skuId: number, goodsId: number): Promise<void> {
    const pool = new pg.Client({ connectionString: platform.ownerUrl })
    await pool.connect()
    const run = (text: string, ...values: unknown[]) => pool.query(text, [tenantId, ...values])
    try {
      await run(
        `insert into vault.batches (tenant_id, sku_id, state) overriding system value values ($1, $2, 'ready')`,
        skuId,
      )
      await run(
        `insert into vault.cards (tenant_id, sku_id, batch_id, state, sealed, fingerprint)
         select $1::bigint, $2::bigint, (select max(id) from vault.batches where tenant_id = $1::bigint),
           case when n <= ${ROWS} then 'delivered' else 'available' end, decode(md5(n::text), 'hex'), sha256(n::text::bytea)
         from generate_series(1, 100000) n`,
        skuId,
      )
      await run(
        `insert into vault.batch_counts (tenant_id, batch_id, imported, available, delivered)
         select $1::bigint, max(id), 100000, 100000 - ${ROWS}, ${ROWS} from vault.batches where tenant_id = $1::bigint`,
      )
      await run(
        `update ledger.accounts set balance = case kind when 'stock.available' then 100000 - ${ROWS} when 'stock.delivered' then ${ROWS} else -100000 end
         where tenant_id = $1 and ref = $2::text and kind in ('stock.available', 'stock.delivered', 'stock.source')`,
        skuId,
      )
      await run(
        `insert into ledger.holds (tenant_id, from_account, to_account, amount, state, cause, expires_at, closed_at)
         select $1::bigint, a.id, d.id, 1, 'captured', 'order:' || n, now(), now()
         from generate_series(1, ${ROWS}) n,
           (select id from ledger.accounts where tenant_id = $1::bigint and kind = 'stock.available' and ref = $2::text) a,
           (select id from ledger.accounts where tenant_id = $1::bigint and kind = 'stock.delivered' and ref = $2::text) d`,
        skuId,
      )
      await run(
        `insert into ledger.transfers (tenant_id, from_account, to_account, amount, kind, cause, hold_id)
         select tenant_id, from_account, to_account, amount, 'stock.deliver', cause, id from ledger.holds where tenant_id = $1`,
      )
      await run(
        `insert into orders.orders (tenant_id, no, state, buyer_key, contact, total_fen, paid_fen, pay_with, request_key, device_hash, ip, placed_at, expires_at, paid_at, delivered_at)
         select $1::bigint, 2500000000000000 + n, 'delivered', 'c:b' || n % 20000 || '@example.test', 'b' || n % 20000 || '@example.test', 100, 100, 'sim-pay',
           'grown-' || n, decode(md5(n::text), 'hex'), '10.1.1.' || n % 250, now() - n * interval '1 second', now(), now(), now()
         from generate_series(1, ${ROWS}) n`,
      )
      await run(
        `insert into orders.lines (tenant_id, order_no, line_no, sku_id, goods_id, kind, goods_title, sku_title, quantity, unit_price_fen, amount_fen, state, delivered_quantity, hold_id)
         select $1::bigint, 2500000000000000 + n, 1, $2::bigint, $3::bigint, 'card', 'g', 's', 1, 100, 100, 'delivered', 1, h.id
         from generate_series(1, ${ROWS}) n
         join ledger.holds h on h.tenant_id = $1::bigint and h.cause = 'order:' || n`,
        skuId,
        goodsId,
      )
      await run(
        `insert into entitlements.grants (tenant_id, owner_key, order_no, line_no, piece, kind, sku_id, card_id)
         select $1::bigint, 'c:b' || c.n % 20000 || '@example.test', 2500000000000000 + c.n, 1, 1, 'card', $2::bigint, c.id
         from (select id, row_number() over (order by id) as n from vault.cards where tenant_id = $1::bigint and state = 'delivered') c`,
        skuId,
      )
      await run(
        `insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state)
         select $1::bigint, 'sim-pay', 'grown' || n, 2500000000000000 + n, 100, 'CNY', 'applied' from generate_series(1, ${ROWS}) n`,
      )
      await run(
        `insert into payments.attempts (tenant_id, order_no, gateway, amount_fen, state)
         select $1::bigint, 2500000000000000 + n, 'sim-pay', 100, 'captured' from generate_series(1, ${ROWS}) n`,
      )
      await run(
        `insert into payments.refunds (tenant_id, order_no, line_no, receipt_id, gateway, amount_fen, target, state, reason)
         select $1::bigint, r.order_no, 1, r.id, 'sim-pay', 100, 'source', 'done', 'x'
         from payments.receipts r where r.tenant_id = $1::bigint and r.id % 3 = 0`,
      )
      // As many transactions as a busy hour has; their order is what subscribers read by.
      for (let part = 0; part < 60; part += 1) {
        await run(
          `insert into events.log (tenant_id, type, subject, payload, cause)
           select $1::bigint, 'order.placed', 'order:' || n, '{}', '{}' from generate_series(1, ${ROWS / 60}) n`,
        )
      }
      await pool.query('analyze')
    } finally {
      await pool.end()
    }
  }
})

const SMALL = 1_000

/** Tables of which a statement read far more rows than it was about, by whatever plan; partitions count for themselves. */
async function scans(session: pg.Client, text: string, values: readonly unknown[]): Promise<readonly string[]> {
  // What earlier transactions counted is still with the session and would be counted again.
  await session.query('select pg_stat_force_next_flush()')
  await session.query('begin')
  await session.query(text, [...values])
  const { rows } = await session.query<{ name: string; rows: string }>(
    `select schemaname || '.' || relname as name, seq_tup_read + idx_tup_fetch as rows
     from pg_stat_xact_user_tables
     where seq_tup_read + coalesce(idx_tup_fetch, 0) > ${SMALL}`,
  )
  await session.query('commit')
  return rows.map(({ name, rows: read }) => `${name}: ${read} rows`)
}

const json = (fn: string, tenantId: TenantId, items: readonly unknown[]): readonly [string, readonly unknown[]] => [
  `select ${fn}($1, $2::jsonb)`,
  [tenantId, JSON.stringify(items)],
]

/** 32 orders in one batch, as a busy second brings them. */
function placing(
  tenantId: TenantId,
  skuId: number,
  memberId: number | null,
  placed: number[],
): readonly [string, readonly unknown[]] {
  const items = Array.from({ length: memberId === null ? 4 : 2 }, () => {
    const no = 2_600_000_000_000_000 + Math.trunc(Math.random() * 1e14)
    placed.push(no)
    return {
      no,
      requestKey: randomUUID(),
      requestHash: randomBytes(32).toString('hex'),
      memberId,
      buyerKey: memberId === null ? `c:b${no % 20_000}@example.test` : `m:${memberId}`,
      contact: 'b@example.test',
      locale: 'zh-CN',
      queryHash: null,
      deviceHash: randomBytes(16).toString('hex'),
      ip: '10.2.2.2',
      holdSeconds: 900,
      capPerson: 100,
      capIp: 1_000,
      capDevice: 100,
      payWith: memberId === null ? 'sim-pay' : 'balance',
      channel: 'mall',
      lines: [{ skuId, quantity: 1, unitPriceFen: 100, form: {} }],
    }
  })
  return json('fulfilment.place_and_pay', tenantId, items)
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
