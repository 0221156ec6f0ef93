import type { Bench } from '../bench.ts'
import { withOwner } from '../owner.ts'
import { countFigures, fillPast } from '../past.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { openShop, PRICE_FEN, type Shop } from '../shop.ts'
import { type System, startSystem } from '../system.ts'

const SKUS = 50
const DAYS = 365
const CALLS = 20
const GOAL_MS = 1_000
const DAY_MS = 86_400_000

/**
 * Reports on a year: the figures are counted from the ledger as the worker counts them, then asked for over HTTP. Every
 * fiftieth order was refunded, five suppliers delivered.
 */
export async function reports({ size }: Bench): Promise<readonly Figure[]> {
  const system = await startSystem()
  try {
    const shop = await openShop(system, SKUS, 10)
    await fillPast(system, shop, {
      orders: size.reportLines,
      cards: size.reportLines + 10_000,
      days: DAYS,
      counted: false,
    })
    const counted = await count(system, shop)
    const range = { from: dayAgo(DAYS), to: dayAgo(0) }
    const lines = size.reportLines.toLocaleString('en')
    const { totals, agreement } = await shop.staff.call('analytics.report', { query: { ...range, by: 'sku' } as never })
    if (!agreement.agrees) throw new Error(`the figures are not the ledger's: ${JSON.stringify(agreement.differences)}`)
    const soldFen = totals.salesFen / PRICE_FEN
    if (soldFen !== size.reportLines) throw new Error(`${soldFen} lines are in the report of ${size.reportLines}`)
    return [
      plainFigure({
        case: `reports: counting ${lines} order lines`,
        value: size.reportLines / counted.seconds,
        unit: 'lines/s',
        goal: '5,000',
        met: size.reportLines / counted.seconds >= 5_000,
        note: `${((counted.seconds * 1e6) / size.reportLines).toFixed(0)} µs a line, ${counted.megabytes.toFixed(0)} MB of figures`,
      }),
      await asked(`reports: a year of ${lines} lines by variant, with the year before`, () =>
        shop.staff.call('analytics.report', { query: { ...range, by: 'sku', compare: 'true' } as never }),
      ),
      await asked('reports: the same by supplier, month by month, one way to pay', () =>
        shop.staff.call('analytics.report', {
          query: { ...range, by: 'supplier', grain: 'month', payWay: 'sim-pay' } as never,
        }),
      ),
      await asked('reports: a page of the rows under a year’s margin', () =>
        shop.staff.call('analytics.entries', {
          query: { from: instant(range.from), to: instant(dayAgo(-1)), figure: 'margin' } as never,
        }),
      ),
      await asked('reports: the balance sheet of half a year ago', () =>
        shop.staff.call('analytics.balanceSheet', { query: { at: new Date(Date.now() - 182 * DAY_MS).toISOString() } }),
      ),
      await asked('reports: a gateway’s year, day by day', () =>
        shop.staff.call('analytics.gatewayDays', { params: { gateway: 'sim-pay' }, query: range }),
      ),
    ]
  } finally {
    await system.stop()
  }
}

const dayAgo = (days: number): string => new Date(Date.now() + DAY_MS / 3 - days * DAY_MS).toISOString().slice(0, 10)
const instant = (day: string): string => `${day}T00:00:00+08:00`

async function asked(name: string, call: () => Promise<unknown>): Promise<Figure> {
  const latenciesMs: number[] = []
  await call()
  for (let n = 0; n < CALLS; n += 1) {
    const from = performance.now()
    await call()
    latenciesMs.push(performance.now() - from)
  }
  const p99 = percentile(latenciesMs, 0.99)
  return plainFigure({
    case: name,
    value: percentile(latenciesMs, 0.5),
    unit: 'ms',
    p50: percentile(latenciesMs, 0.5),
    p99,
    goal: 'p99 under a second',
    met: p99 < GOAL_MS,
  })
}

/** What the worker does every few seconds, without a pause. */
async function count(system: System, shop: Shop): Promise<{ readonly seconds: number; readonly megabytes: number }> {
  return await withOwner(system, async (client) => {
    const { rows } = await client.query<{ id: number }>('select id from tenancy.tenants where slug = $1', [shop.slug])
    const tenantId = rows[0]?.id
    await client.query(REFUNDS, [tenantId])
    await client.query(
      `update vault.batches set supplier = 'S' || id % 5, cost_fen = 600 + id % 7 where tenant_id = $1`,
      [tenantId],
    )
    await client.query('analyze payments.refunds; analyze ledger.transfers')
    const from = performance.now()
    await countFigures(client, shop)
    const seconds = (performance.now() - from) / 1_000
    const size = await client.query<{ bytes: string }>(
      `select sum(pg_total_relation_size(c.oid)) as bytes
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'analytics' and c.relkind = 'r'`,
    )
    return { seconds, megabytes: Number(size.rows[0]?.bytes ?? 0) / 1024 ** 2 }
  })
}

/** Every fiftieth order goes back to its source, an hour after it was delivered. */
const REFUNDS = `
  with back as (
    select o.no, o.total_fen as fen, o.delivered_at + interval '1 hour' as at
    from orders.orders o
    where o.tenant_id = $1 and o.state = 'delivered' and o.no % 50 = 0 and o.pay_with = 'sim-pay'
      and o.delivered_at < now() - interval '2 hours'
  ), asked as (
    insert into payments.refunds (tenant_id, order_no, line_no, gateway, amount_fen, target, state, reason, requested_by, created_at, done_at)
    select $1, b.no, 1, 'sim-pay', b.fen, 'source', 'done', 'bench', 'Bench', b.at, b.at from back b
  ), moved as (
    insert into ledger.transfers (tenant_id, at, from_account, to_account, amount, kind, cause)
    select $1, b.at, m.from_account, m.to_account, b.fen, m.kind, 'order:' || b.no
    from back b
    cross join (values
      (ledger.account($1, 'cash.revenue', '', 'CNY'), ledger.account($1, 'cash.clearing', '', 'CNY'), 'cash.unearn'),
      (ledger.account($1, 'cash.clearing', '', 'CNY'), ledger.account($1, 'cash.gateway', 'sim-pay', 'CNY'), 'cash.refund_to_source')
    ) as m(from_account, to_account, kind)
  )
  update ledger.accounts a
  set balance = a.balance + x.delta
  from (select sum(b.fen) as fen from back b) s
  cross join lateral (values ('cash.revenue', -s.fen), ('cash.gateway', s.fen)) as x(kind, delta)
  where a.tenant_id = $1 and a.kind = x.kind and s.fen > 0`
