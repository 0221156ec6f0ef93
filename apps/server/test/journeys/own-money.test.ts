import { randomUUID } from 'node:crypto'
import { statementMap } from '@quanshu/contract'
import { beforeEach, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { toldInYuan } from '../../src/modules/suppliers/adapters/yuan.ts'
import type { StatementLine } from '../../src/modules/suppliers/index.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { isDelivered, openHouse, until } from './shop.ts'
import { topUpBy } from './top-ups.ts'

/** A supplier that is paid in dollars, and a shop that writes another rate between buying and the statement. */

const DAY_MS = 86_400_000
const DAY = new Date(Date.now() + 8 * 3_600_000 - DAY_MS).toISOString().slice(0, 10)
const NOON = `${DAY}T12:00:00+08:00`
/** 5.0101 dollars a piece. */
const PIECE = 50_101
const abroad = scriptedSupplier('abroad', { costHao: PIECE, currency: 'USD' })
let told: readonly StatementLine[] = []
const adapter = toldInYuan({ ...abroad.adapter, statement: async () => ({ kind: 'done', value: told }) })
const house = await openHouse({ supplierAdapters: new Map([[adapter.id, adapter]]) })
beforeEach(() => {
  told = []
})

/** What so many ten-thousandths of a dollar are, to the next fen. */
const fenAt = (hao: number, rate: number) => Math.ceil((hao * Math.round(rate * 1_000)) / 100_000)
const lineOf = (no: string, hao: number, more: Partial<StatementLine> = {}): StatementLine => ({
  ...{ no, remoteNo: '', remoteId: 'VIP1', quantity: 1, costHao: hao, currency: 'USD', state: 'done' },
  ...{ at: new Date(NOON).toISOString(), raw: `${no} ${hao}` },
  ...more,
})

async function openShop() {
  const shop = await house.newShop()
  const {
    goods,
    supplierIds: [supplierId = 0],
  } = await topUpBy(shop, ['abroad'], 5_000_00)
  const gateway = `supplier-${supplierId}`
  const params = { gateway, day: DAY }
  const listed = () => shop.staff.call('reconciliation.listCases', { query: { gateway, pageSize: 100 } })
  const gone = (why: string, since: string | null) =>
    until(why, async () => {
      const view = await shop.staff.call('reconciliation.getDay', { params })
      return (view.phase === null && view.matchedAt !== null && view.matchedAt !== since) || undefined
    })
  const day = () => shop.staff.call('reconciliation.getDay', { params })
  const view = {
    ...shop,
    supplierId,
    gateway,
    day,
    /** From now on. */
    async rate(usd: string) {
      await shop.staff.call('suppliers.save', {
        params: { supplierId },
        body: {
          ...{ name: '海外', baseUrl: 'http://127.0.0.1:9', identity: 'shop', concurrent: 64, perMinute: 60_000 },
          ...{ settings: { rates: `USD=${usd}` }, secrets: {}, balanceAlarmFen: null, contact: '', note: '' },
        },
      })
    },
    /** Bought at noon of the day; the number of its purchase. */
    async buy(quantity: number): Promise<string> {
      const order = await shop.place(goods, quantity, { form: { account: randomUUID() } })
      await shop.pay(order.no)
      await shop.seen(order, isDelivered)
      await house.query(
        'update suppliers.purchases set sent_at = $2::timestamptz, ended_at = $2::timestamptz where tenant_id = $1',
        [shop.tenantId, NOON],
      )
      return `${order.no}0101`
    },
    /** Its statement is fetched, and gone through. */
    async run() {
      const { matchedAt } = await day()
      await shop.staff.call('reconciliation.run', { params, body: {} })
      await gone('the statement to be gone through', matchedAt)
      return await day()
    },
    async upload(text: string) {
      const { matchedAt } = await day()
      await shop.staff.upload('reconciliation.upload', { params }, text, { fileName: 'statement.csv' })
      await gone('the file to be gone through', matchedAt)
      return await day()
    },
    cases: async () => (await listed()).items.filter(({ state }) => state === 'open'),
    balance: async (kind: string, ref: string = gateway) => {
      const [row] = await house.query<{ balance: number }>(
        'select balance from ledger.accounts where tenant_id = $1 and kind = $2 and ref = $3',
        [shop.tenantId, kind, ref],
      )
      return row?.balance ?? 0
    },
    /** What the supplier is owed by our books. */
    owed: () => view.balance('cash.supplier', String(supplierId)),
    standing: () => shop.staff.call('suppliers.standing', { params: { supplierId } }),
    async booksRight() {
      await expectBooksRight(house, shop.tenantId)
      const { checks } = await auditBooks(house.platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })
      expect(checks.flatMap(({ violations }) => violations)).toEqual([])
    },
  }
  await view.rate('7.25')
  await until('its price in yuan', async () => {
    const { items } = await shop.staff.call('suppliers.listProducts', { query: { supplierId } })
    return items[0]?.currency === 'CNY' || undefined
  })
  return view
}

test('another rate between buying and the bill is one exchange difference and no line differs; a price that rose in dollars does', async () => {
  const shop = await openShop()
  const [one, three] = [await shop.buy(1), await shop.buy(3)]
  const booked = fenAt(PIECE, 7.25) + fenAt(3 * PIECE, 7.25)
  const { items } = await shop.staff.call('suppliers.listPurchases', { query: { supplierId: shop.supplierId } })
  expect(items.map(({ costFen, own }) => [costFen, own])).toEqual([
    [fenAt(3 * PIECE, 7.25), { currency: 'USD', hao: 3 * PIECE, rate: 7_250_000 }],
    [fenAt(PIECE, 7.25), { currency: 'USD', hao: PIECE, rate: 7_250_000 }],
  ])
  expect(await shop.owed()).toBe(booked)

  await shop.rate('7.1')
  told = [lineOf(one, PIECE), lineOf(three, 3 * PIECE)]
  const billed = fenAt(PIECE, 7.1) + fenAt(3 * PIECE, 7.1)
  const first = await shop.run()
  expect(first).toMatchObject({ state: 'matched', open: 0, theirsFen: -billed, oursFen: -booked })
  expect(first.exchange).toEqual([
    {
      ...{ currency: 'USD', lines: 2, ownHao: -4 * PIECE, theirsFen: -billed, oursFen: -booked },
      ...{ exchangeFen: booked - billed, rateFrom: 7_100_000, rateTo: 7_100_000 },
    },
  ])
  expect(await shop.cases()).toEqual([])
  expect([await shop.owed(), await shop.balance('cash.exchange')]).toEqual([billed, booked - billed])
  expect(await shop.balance('cash.difference')).toBe(0)
  const standing = await shop.standing()
  expect(standing).toMatchObject({ bookFen: -billed, exchangeFen: booked - billed, writtenOffFen: 0 })
  expect(standing.bookFen).toBe(-standing.purchases.fen + standing.exchangeFen)
  await shop.booksRight()
  const lines = await shop.staff.call('reconciliation.listLines', {
    params: { gateway: shop.gateway, day: DAY },
    query: {},
  })
  expect(lines.items.map(({ outcome, own, exchangeFen }) => [outcome, own?.hao, exchangeFen])).toEqual([
    ['match', PIECE, fenAt(PIECE, 7.25) - fenAt(PIECE, 7.1)],
    ['match', 3 * PIECE, fenAt(3 * PIECE, 7.25) - fenAt(3 * PIECE, 7.1)],
  ])

  // The same statement again moves nothing: one transfer of it, for the whole.
  const moved = () =>
    house.query<{ amount: number }>(
      "select amount from ledger.transfers where tenant_id = $1 and kind = 'bill.exchange' order by id",
      [shop.tenantId],
    )
  expect((await shop.run()).exchange).toEqual(first.exchange)
  expect((await moved()).map(({ amount }) => amount)).toEqual([booked - billed])

  // Read by yet another rate, it is that which counts; dearer than the day it was bought, it is a loss.
  await shop.rate('7.4')
  const dear = fenAt(PIECE, 7.4) + fenAt(3 * PIECE, 7.4)
  expect((await shop.run()).exchange).toMatchObject([{ theirsFen: -dear, exchangeFen: booked - dear }])
  expect([await shop.owed(), await shop.balance('cash.exchange')]).toEqual([dear, booked - dear])
  await shop.booksRight()

  // Twenty cents too much on one line: that is a difference, at what it is worth by the statement, and the rate is none of it.
  told = [lineOf(one, PIECE), lineOf(three, 3 * PIECE + 2_000)]
  expect(await shop.run()).toMatchObject({ state: 'differing', open: 1 })
  const [differs] = await shop.cases()
  const short = fenAt(3 * PIECE + 2_000, 7.4) - fenAt(3 * PIECE, 7.4)
  expect(differs).toMatchObject({
    ...{
      outcome: 'amount_differs',
      differenceFen: -short,
      exchangeFen: fenAt(3 * PIECE, 7.25) - fenAt(3 * PIECE, 7.4),
    },
    theirs: { own: { currency: 'USD', hao: 3 * PIECE + 2_000, rate: 7_400_000 } },
    ours: { own: { currency: 'USD', hao: 3 * PIECE, rate: 7_250_000 } },
  })
  expect(await shop.balance('cash.exchange')).toBe(fenAt(PIECE, 7.25) - fenAt(PIECE, 7.4))
  await shop.booksRight()
  const deed = { params: { id: differs?.id ?? 0 }, body: { note: '多扣 0.20 美元' } }
  expect(await shop.staff.call('reconciliation.claimCase', deed)).toMatchObject({ isWrittenOff: true })
  expect([await shop.owed(), await shop.balance('cash.exchange'), await shop.balance('cash.difference')]).toEqual([
    dear + short,
    booked - dear,
    -short,
  ])
  expect(await shop.day()).toMatchObject({ state: 'matched', exchange: [{ lines: 2, exchangeFen: booked - dear }] })
  expect((await shop.standing()).claims).toEqual({ count: 1, fen: short })
  await shop.booksRight()
  for (const route of ['reconciliation.exportLines', 'reconciliation.exportCases'] as const) {
    const at = { gateway: shop.gateway, day: DAY }
    const sheet =
      route === 'reconciliation.exportLines'
        ? await shop.staff.download(route, { params: at, query: {} })
        : await shop.staff.download(route, { query: at })
    expect(sheet.headers.get('content-type')).toContain('spreadsheetml')
  }

  // The supplier takes the statement back: what it made is taken back with it, and the purchases wait for another.
  told = []
  expect(await shop.run()).toMatchObject({ state: 'differing', exchange: [] })
  expect(new Set((await shop.cases()).map(({ outcome, ours }) => `${outcome} ${ours?.own?.hao}`))).toEqual(
    new Set([`ours_only ${PIECE}`, `ours_only ${3 * PIECE}`]),
  )
  expect([await shop.owed(), await shop.balance('cash.exchange'), await shop.balance('cash.difference')]).toEqual([
    booked,
    0,
    0,
  ])
  await shop.booksRight()

  const neighbour = await house.newShop()
  await expect(
    neighbour.staff.call('reconciliation.getDay', { params: { gateway: shop.gateway, day: DAY } }),
  ).rejects.toMatchObject({ code: 'common.not_found' })
})

test('money paid ahead, credits and what was given back are compared in dollars; what was bought before they were kept, in yuan', async () => {
  const shop = await openShop()
  const whole = await shop.buy(1)
  const part = await shop.buy(2)
  const failed = await shop.buy(1)
  const old = await shop.buy(1)
  const stray = await shop.buy(2)
  await house.query(
    'update suppliers.purchases set own_currency = null, own_hao = null, own_rate = null where tenant_id = $1 and no = $2',
    [shop.tenantId, old],
  )
  const record = (kind: 'deposit' | 'credit', reference: string, amountFen: number, hao: number) =>
    shop.staff.call(
      'suppliers.recordMoney',
      {
        params: { supplierId: shop.supplierId },
        body: { kind, amountFen, reference, at: new Date(NOON).toISOString(), own: { currency: 'USD', hao } },
      },
      { idempotencyKey: randomUUID() },
    )
  // The bank took a fee of its own.
  expect(await record('deposit', 'WIRE-1', 73_000, 1_000_000)).toMatchObject({
    own: { currency: 'USD', hao: 1_000_000 },
  })
  await record('credit', 'CR-1', 1_450, 20_000)
  const owed = await shop.owed()

  await shop.rate('7.3')
  told = [
    lineOf(whole, PIECE),
    // Half of it was given back.
    lineOf(part, PIECE),
    lineOf(failed, PIECE, { state: 'refunded' }),
    lineOf(old, PIECE),
    lineOf('', 2 * PIECE, { remoteNo: 'STRAY' }),
    lineOf('WIRE-1', 1_000_000, { kind: 'deposit' }),
    lineOf('CR-1', 20_000, { kind: 'credit' }),
  ]
  const day = await shop.run()
  const rose = (hao: number) => fenAt(hao, 7.25) - fenAt(hao, 7.3)
  expect(day.exchange).toMatchObject([
    { lines: 3, ownHao: 1_020_000 - PIECE, exchangeFen: rose(PIECE) + (1_460 - 1_450) },
  ])
  const found = (await shop.cases()).map(({ outcome, differenceFen, exchangeFen }) => [
    outcome,
    differenceFen,
    exchangeFen,
  ])
  expect(new Set(found.map((one) => one.join()))).toEqual(
    new Set(
      [
        ['amount_differs', fenAt(2 * PIECE, 7.3) - fenAt(PIECE, 7.3), rose(2 * PIECE)],
        ['state_differs', fenAt(PIECE, 7.25), 0],
        // As before: in yuan, by the line.
        ['amount_differs', rose(PIECE), 0],
        ['channel_only', -fenAt(2 * PIECE, 7.3), 0],
        ['ours_only', fenAt(2 * PIECE, 7.25), 0],
      ].map((one) => one.join()),
    ),
  )
  await shop.booksRight()

  // Under two numbers, and the same in dollars: a person says so, and the rate is posted with it.
  const cases = await shop.cases()
  const line = cases.find(({ outcome }) => outcome === 'channel_only')
  const { pairs } = await shop.staff.call('reconciliation.getCase', { params: { id: line?.id ?? 0 } })
  expect(pairs.map(({ number }) => number)).toEqual([stray])
  const wrong = cases.find(({ outcome }) => outcome === 'state_differs')
  await expect(
    shop.staff.call('reconciliation.pair', { params: { id: line?.id ?? 0 }, body: { withId: wrong?.id ?? 0 } }),
  ).rejects.toMatchObject({ code: 'reconciliation.no_pair' })
  await shop.staff.call('reconciliation.pair', { params: { id: line?.id ?? 0 }, body: { withId: pairs[0]?.id ?? 0 } })
  const exchange = rose(PIECE) + 10 + rose(2 * PIECE)
  expect(await shop.balance('cash.exchange')).toBe(exchange)
  expect(await shop.owed()).toBe(owed - exchange)

  // The rest follows the supplier, and the day is over; its rate stays what it was.
  for (const { id } of await shop.cases())
    await shop.staff.call('reconciliation.explain', { params: { id }, body: { note: '已核实', writeOff: true } })
  await shop.booksRight()
  await shop.staff.call('reconciliation.close', { body: { days: [{ gateway: shop.gateway, day: DAY }] } })
  const standing = await shop.standing()
  expect(standing.exchangeFen).toBe(exchange + rose(2 * PIECE))
  expect(standing.bookFen).toBe(
    standing.depositsFen + standing.creditsFen - standing.purchases.fen + standing.writtenOffFen + standing.exchangeFen,
  )
  const { units } = await shop.staff.call('analytics.balanceSheet', { query: {} })
  const yuan = units.find(({ unit }) => unit === 'CNY')
  expect(yuan?.sum).toBe(0)
  expect(yuan?.lines.find(({ kind }) => kind === 'cash.exchange')).toMatchObject({
    ...{ title: '汇兑差额', ref: shop.gateway, balance: standing.exchangeFen },
  })
})

test('a file in dollars is read by the rate of now, refused without one, and is another statement by another rate', async () => {
  const shop = await openShop()
  const no = await shop.buy(2)
  const params = { supplierId: shop.supplierId }
  const columns = {
    no: 'id',
    remoteNo: '',
    amount: 'total',
    refunded: '',
    state: '',
    type: '',
    at: 'time',
    currency: 'money',
  }
  const words = { done: [], pending: [], failed: [], deposit: [], credit: [] }
  const map = statementMap.parse({ columns, words, currency: 'USD' })
  await shop.staff.call('reconciliation.saveStatementMap', { params, body: map })
  const file = (money: string) => `id,total,time,money\n${no},10.0202,${DAY} 12:00:00,${money}\n`
  await expect(shop.upload(file('EUR'))).rejects.toMatchObject({ code: 'reconciliation.unreadable' })
  await shop.rate('7.2')
  const exchange = (rate: number) => fenAt(2 * PIECE, 7.25) - fenAt(2 * PIECE, rate)
  expect(await shop.upload(file(''))).toMatchObject({ state: 'matched', exchange: [{ exchangeFen: exchange(7.2) }] })
  await expect(shop.upload(file(''))).rejects.toMatchObject({ code: 'reconciliation.same_file' })
  // The rate was typed wrong.
  await shop.rate('7.22')
  expect(await shop.upload(file(''))).toMatchObject({ state: 'matched', exchange: [{ exchangeFen: exchange(7.22) }] })
  expect(await shop.balance('cash.exchange')).toBe(exchange(7.22))
  await shop.booksRight()
})
