import {
  GATEWAY_COLUMNS,
  REPORT_DIMENSIONS,
  REPORT_FIGURES,
  type ReportDimension,
  type ReportFigure,
} from '@quanshu/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openHouse, type Shop, until } from '../../../test/journeys/shop.ts'
import { gatherAll } from './commands/gather.ts'
import { history, type Lived, live } from './history.fixture.ts'
import { addDays, dayOf, dayStart } from './model.ts'

const house = await openHouse()
const today = () => dayOf(new Date())
/** Today, and the days around it: a run may pass midnight. */
const range = () => ({ from: addDays(today(), -3), to: addDays(today(), 1) })
const span = () => ({ from: dayStart(range().from).toISOString(), to: dayStart(addDays(range().to, 1)).toISOString() })
const SUMS = [
  'salesFen',
  'refundsFen',
  'netFen',
  'feesFen',
  'lossesFen',
  'bonusesFen',
  'costFen',
  'marginFen',
  'pieces',
  'lines',
] as const

test('figures by every dimension and over time are the ledger’s, and the rows under each add up to it', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (actions) => {
      const lived = await live(house, actions)
      await counted(lived.shop)
      await expectLedgersFigures(lived.shop)
      await expectRowsUnderFigures(lived.shop)
      await expectLinesFigures(lived.shop)
      await expectSameAfterRecount(
        lived.shop,
        actions.every(({ kind }) => !ABOUT_ORDERS_FROM_ELSEWHERE.has(kind)),
      )
      await expectBalanceSheets(
        lived,
        actions.every(({ kind }) => kind !== 'recost'),
      )
      await expectStatements(lived)
    }),
    { numRuns: Number(process.env.QUANSHU_HISTORIES ?? 4), endOnFailure: true },
  )
}, 300_000)

test('a day is not judged while a part of its history is still to be read', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(4)
  for (let n = 0; n < 4; n += 1) await shop.pay((await shop.place(goods)).no)
  await until('all to be delivered', async () => {
    const [row] = await house.query<{ count: number }>(
      "select count(*) from orders.orders where tenant_id = $1 and state = 'delivered'",
      [shop.tenantId],
    )
    return row?.count === 4 || undefined
  })
  await house.query('delete from analytics.notes where tenant_id = $1', [shop.tenantId])
  const { db } = house.platform
  /** As if its days were over. */
  const isJudged = async (daysAgo: number) => {
    await house.query(
      'update analytics.days set day = day - $2::integer where tenant_id = $1 and day > current_date - 100',
      [shop.tenantId, daysAgo],
    )
    const days = await db.callGlobal<readonly { tenantId: number }[]>('analytics.unchecked_days', 1_000)
    return days.some(({ tenantId }) => tenantId === shop.tenantId)
  }
  expect(await db.call(shop.tenantId, 'analytics.gather', 1)).toMatchObject({ more: true })
  expect(await isJudged(400)).toBe(false)
  await gatherAll(db, shop.tenantId)
  expect(await isJudged(800)).toBe(true)
})

/** The subscriber has seen everything, and all of it has been counted. */
async function counted({ tenantId }: Shop): Promise<void> {
  await until('figures are counted', async () => {
    const lag = await house.platform.db.callGlobal<readonly { subscriber: string; events: number }[]>('events.lag')
    return lag.find(({ subscriber }) => subscriber === 'analytics.notes')?.events === 0 || undefined
  })
  await gatherAll(house.platform.db, tenantId)
}

const report = (
  shop: Shop,
  more: { by?: ReportDimension; grain?: 'hour' | 'day' | 'month'; [filter: string]: unknown },
) => shop.staff.call('analytics.report', { query: { ...range(), pageSize: 200, compare: 'false', ...more } as never })

const total = (rows: readonly Record<(typeof SUMS)[number], number>[]) =>
  Object.fromEntries(SUMS.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0)]))
const picked = (row: Record<(typeof SUMS)[number], number>) => Object.fromEntries(SUMS.map((name) => [name, row[name]]))

/** Straight from the ledger and the grants, without anything of ours. */
async function ledgersOf({ tenantId }: Shop) {
  const [row] = await house.query<Record<string, number>>(
    `with moved as (
       select f.kind as from_kind, o.kind as to_kind, t.amount
       from ledger.transfers t
       join ledger.accounts f on f.tenant_id = t.tenant_id and f.id = t.from_account
       join ledger.accounts o on o.tenant_id = t.tenant_id and o.id = t.to_account
       where t.tenant_id = $1
     )
     select
       coalesce(sum(amount) filter (where to_kind = 'cash.revenue'), 0)::bigint as "salesFen",
       coalesce(sum(amount) filter (where from_kind = 'cash.revenue'), 0)::bigint as "refundsFen",
       (coalesce(sum(amount) filter (where from_kind = 'cash.fee'), 0)
         - coalesce(sum(amount) filter (where to_kind = 'cash.fee'), 0))::bigint as "feesFen",
       (coalesce(sum(amount) filter (where from_kind in ('cash.chargeback', 'cash.loss')), 0)
         - coalesce(sum(amount) filter (where to_kind in ('cash.chargeback', 'cash.loss')), 0))::bigint as "lossesFen",
       (coalesce(sum(amount) filter (where from_kind = 'cash.bonus'), 0)
         - coalesce(sum(amount) filter (where to_kind = 'cash.bonus'), 0))::bigint as "bonusesFen",
       (select coalesce(sum(b.cost_fen), 0)::bigint from entitlements.grants g
        join vault.cards c on c.tenant_id = g.tenant_id and c.id = g.card_id
        join vault.batches b on b.tenant_id = c.tenant_id and b.id = c.batch_id where g.tenant_id = $1)
         + coalesce(sum(amount) filter (where from_kind = 'cash.cost'), 0)::bigint as "costFen",
       (select count(*) from entitlements.grants g where g.tenant_id = $1) as pieces,
       (select count(*) from orders.lines l where l.tenant_id = $1 and l.delivered_at is not null) as lines
     from moved`,
    [tenantId],
  )
  if (!row) throw new Error('no row')
  const {
    salesFen = 0,
    refundsFen = 0,
    feesFen = 0,
    lossesFen = 0,
    bonusesFen = 0,
    costFen = 0,
    pieces = 0,
    lines = 0,
  } = row
  const netFen = salesFen - refundsFen
  return {
    salesFen,
    refundsFen,
    netFen,
    feesFen,
    lossesFen,
    bonusesFen,
    costFen,
    marginFen: netFen - feesFen - lossesFen - bonusesFen - costFen,
    pieces,
    lines,
  }
}

async function expectLedgersFigures(shop: Shop): Promise<void> {
  const ledgers = await ledgersOf(shop)
  for (const by of REPORT_DIMENSIONS) {
    const { totals, items, points, agreement } = await report(shop, { by })
    expect([by, picked(totals)]).toEqual([by, ledgers])
    expect([by, total(items)]).toEqual([by, ledgers])
    expect([by, total(points)]).toEqual([by, ledgers])
    expect(agreement).toMatchObject({ agrees: true, differences: [] })
  }
  for (const grain of ['hour', 'month'] as const) {
    expect([grain, total((await report(shop, { grain })).points)]).toEqual([grain, ledgers])
  }
  const [revenue] = await house.query<{ balance: number }>(
    `select coalesce(sum(balance), 0)::bigint as balance from ledger.accounts where tenant_id = $1 and kind = 'cash.revenue'`,
    [shop.tenantId],
  )
  expect(ledgers.netFen).toBe(revenue?.balance)
}

const FILTERS: Readonly<Record<ReportDimension, string>> = {
  goods: 'goodsId',
  sku: 'skuId',
  category: 'categoryId',
  channel: 'channel',
  supplier: 'supplier',
  payWay: 'payWay',
  staff: 'staff',
}
const SUM_OF: Readonly<Record<ReportFigure, (typeof SUMS)[number]>> = {
  sales: 'salesFen',
  refunds: 'refundsFen',
  net: 'netFen',
  fees: 'feesFen',
  losses: 'lossesFen',
  bonuses: 'bonusesFen',
  cost: 'costFen',
  margin: 'marginFen',
  pieces: 'pieces',
  lines: 'lines',
}

async function expectRowsUnderFigures(shop: Shop): Promise<void> {
  for (const by of REPORT_DIMENSIONS) {
    const { items } = await report(shop, { by })
    for (const item of items) {
      const filter = item.key === null ? { without: by } : { [FILTERS[by]]: item.key }
      const narrowed = await report(shop, { by: 'sku', ...filter })
      expect([by, item.key, picked(narrowed.totals)]).toEqual([by, item.key, picked(item)])
      const [figure] = [REPORT_FIGURES[Math.abs(item.netFen) % REPORT_FIGURES.length] ?? 'net']
      for (const name of new Set<ReportFigure>([figure, 'margin'])) {
        const rows = await shop.staff.call('analytics.entries', {
          query: { ...span(), ...filter, figure: name, pageSize: 200 } as never,
        })
        expect([by, item.key, name, rows.sum]).toEqual([by, item.key, name, item[SUM_OF[name]]])
        expect(rows.total).toBe(rows.items.length)
        if (name === 'margin')
          expect(rows.items.reduce((sum, row) => sum + row.amountFen - row.costFen, 0)).toBe(item.marginFen)
      }
    }
  }
}

/** What a line brought stands at that line, also where an order has several. */
async function expectLinesFigures({ tenantId }: Shop): Promise<void> {
  const rows = await house.query(
    `select l.order_no, l.line_no, l.state, l.amount_fen, e.sold, e.pieces, g.pieces as given
     from orders.lines l
     left join lateral (
       select coalesce(sum(e.amount_fen) filter (where e.kind = 'sale'), 0) as sold, coalesce(sum(e.pieces), 0) as pieces
       from analytics.entries e
       where e.tenant_id = $1 and e.order_no = l.order_no and e.line_no = l.line_no
     ) e on true
     left join lateral (
       select count(*) as pieces from entitlements.grants g
       where g.tenant_id = $1 and g.order_no = l.order_no and g.line_no = l.line_no
     ) g on true
     where l.tenant_id = $1
       and (e.pieces <> g.pieces or e.sold <> case when l.delivered_at is not null then l.amount_fen else 0 end)`,
    [tenantId],
  )
  expect(rows).toEqual([])
  // A line's own refund stands at that line.
  const refunds = await house.query(
    `select f.id, f.line_no, e.line_no as ours, f.amount_fen, e.amount
     from payments.refunds f
     join lateral (
       select e.line_no, sum(e.amount_fen) as amount from analytics.entries e
       where e.tenant_id = $1 and e.refund_id = f.id group by e.line_no
     ) e on true
     where f.tenant_id = $1 and (f.line_no <> e.line_no or f.amount_fen <> e.amount)`,
    [tenantId],
  )
  expect(refunds).toEqual([])
}

const SUM_ROWS = `
  select grain, at, sku_id, batch_id, channel, pay_way, staff, sales_fen, refunds_fen, fees_fen, losses_fen, pieces, lines, entries
  from analytics.sums where tenant_id = $1 order by 1, 2, 3, 4, 5, 6, 7`
const TURNOVER_ROWS = `
  select day::text, unit, from_kind, from_ref, to_kind, to_ref, kind, transfers, amount
  from analytics.turnover where tenant_id = $1 order by 1, 2, 3, 4, 5, 6, 7`

/**
 * A fee may be posted before its order is delivered, and is then dealt out by prices; counted anew, by what was sold. The sums
 * are the same, the parts may not be.
 */
const ABOUT_ORDERS_FROM_ELSEWHERE = new Set(['fee', 'chargeback', 'partial'])

async function expectSameAfterRecount(shop: Shop, areRowsSame: boolean): Promise<void> {
  const { tenantId } = shop
  const read = async () => [
    areRowsSame ? await house.query(SUM_ROWS, [tenantId]) : [],
    await house.query(TURNOVER_ROWS, [tenantId]),
  ]
  const before = await read()
  const check = await shop.staff.call('analytics.check', { body: range() })
  expect(check).toMatchObject({ recounted: [], differences: [] })
  const days = await house.query<{ day: string }>('select day::text from analytics.days where tenant_id = $1', [
    tenantId,
  ])
  for (const { day } of days) await house.query('select analytics.recount_day($1, $2::date)', [tenantId, day])
  expect(await read()).toEqual(before)
  await expectLedgersFigures(shop)
}

async function expectBalanceSheets({ shop, moments }: Lived, isCostKept: boolean): Promise<void> {
  const sheetAt = (at?: string) => shop.staff.call('analytics.balanceSheet', { query: at === undefined ? {} : { at } })
  const trial = await shop.staff.call('ledger.trialBalance', {})
  const now = await sheetAt()
  for (const { unit, sum } of now.units) expect([unit, sum]).toEqual([unit, 0])
  for (const { unit, kind, balance } of trial.rows.filter((row) => row.unit !== 'piece')) {
    const lines = now.units.find((one) => one.unit === unit)?.lines.filter((line) => line.kind === kind) ?? []
    expect([kind, lines.reduce((sum, line) => sum + line.balance, 0)]).toEqual([kind, balance])
  }
  for (const { at, balances, stockFen } of moments) {
    const sheet = await sheetAt(at)
    const lines = sheet.units.flatMap((unit) => unit.lines)
    const ours = Object.fromEntries(
      Object.keys(balances).map((kind) => [
        kind,
        lines.filter((line) => line.kind === kind).reduce((sum, line) => sum + line.balance, 0),
      ]),
    )
    expect([at, ours]).toEqual([at, balances])
    expect(sheet.units.every(({ sum }) => sum === 0)).toBe(true)
    // A cost that is corrected later corrects the past.
    if (isCostKept) expect([at, sheet.stock.costFen]).toEqual([at, stockFen])
  }
}

async function expectStatements({ shop, member }: Lived): Promise<void> {
  const { items } = await shop.staff.call('analytics.gateways', { query: range() })
  for (const line of items) {
    const [account] = await house.query<{ balance: number }>(
      `select balance from ledger.accounts where tenant_id = $1 and kind = 'cash.gateway' and ref = $2`,
      [shop.tenantId, line.gateway],
    )
    expect(line.closingFen + (account?.balance ?? 0)).toBe(0)
    for (const column of GATEWAY_COLUMNS) {
      const rows = await shop.staff.call('analytics.gatewayTransfers', {
        params: { gateway: line.gateway },
        query: { ...range(), column, pageSize: 200 } as never,
      })
      expect([column, rows.sum]).toEqual([column, line[`${column}Fen`]])
      expect(rows.items.reduce((sum, row) => sum + row.amountFen, 0)).toBe(rows.sum)
    }
    const days = await shop.staff.call('analytics.gatewayDays', { params: { gateway: line.gateway }, query: range() })
    expect(days.days[0]?.closingFen ?? 0).toBe(line.closingFen)
  }
  const statement = await shop.staff.call('analytics.memberStatement', {
    params: { id: member.id },
    query: { ...range(), pageSize: 200 } as never,
  })
  const [purse] = await house.query<{ balance: number }>(
    `select balance from ledger.accounts where tenant_id = $1 and kind = 'cash.member' and ref = $2`,
    [shop.tenantId, String(member.id)],
  )
  expect(statement.openingFen).toBe(0)
  expect(statement.closingFen).toBe(purse?.balance)
  expect(statement.items.at(-1)?.balanceAfter).toBe(statement.closingFen)
  let running = statement.openingFen
  for (const { amount, balanceAfter } of statement.items) {
    running += amount
    expect(balanceAfter).toBe(running)
  }
}
