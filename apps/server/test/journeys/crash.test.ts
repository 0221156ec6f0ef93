import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { startStandIns } from '@quanshu/sim'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { runningEmbeddedPostgres } from '../../src/main/embedded-postgres/index.ts'
import { freePort } from '../../src/main/embedded-postgres/server.ts'
import { openPlatform } from '../../src/main/platform.ts'
import { loadConfig } from '../../src/platform/config/index.ts'
import { valueTypes } from '../../src/platform/db/types-of-values.ts'
import { silentLog } from '../../src/platform/log/index.ts'
import { type Started, startProcess } from '../start/start-process.ts'
import { expectBooksRight } from './books.ts'
import {
  type Goods,
  isDelivered,
  openShop,
  PRICE_FEN,
  type Shop,
  someCodes,
  toCashier,
  until,
  type Visitor,
} from './shop.ts'

const GUESTS = 10
const MEMBERS = 3
const PURSE_FEN = 100 * PRICE_FEN

const dataDir = await mkdtemp(join(tmpdir(), 'quanshu-crash-'))
const port = await freePort()
// The gateway is somebody else's computer: it lives on when ours dies.
const standIns = await startStandIns()
const { control, merchant } = standIns.paygate
let running: Started | undefined
afterAll(async () => {
  if (running && running.child.exitCode === null && running.child.signalCode === null) await running.end('SIGTERM')
  await standIns.close()
  await rm(dataDir, { recursive: true, force: true })
})

/** Steps of a purchase between which something dies, and what. */
const KILLS = [
  { dies: 'house', after: 'placed', count: 4 },
  { dies: 'postgres', after: 'placed', count: 7 },
  { dies: 'house', after: 'paying', count: 3 },
  { dies: 'postgres', after: 'paying', count: 5 },
  { dies: 'house', after: 'delivered', count: 2 },
] as const
type Step = 'placed' | 'paying' | 'delivered'

test('killed between any two steps, again and again: every paid order is delivered, refunded or a named exception, nothing twice, and no acknowledged order is lost', async () => {
  await start()
  const { shop, goods } = await openForBusiness()
  const members = await Promise.all(
    Array.from({ length: MEMBERS }, async () => ({
      ...(await shop.member(PURSE_FEN)),
      orders: new Map<string, OrderNo>(),
    })),
  )
  const acknowledged: OrderNo[] = []

  for (const [round, kill] of KILLS.entries()) {
    let left: number = kill.count
    let dying: Promise<void> | undefined
    const step = (name: Step) => {
      if (name === kill.after && --left === 0) dying = die(kill.dies)
    }
    await Promise.all([
      ...Array.from({ length: GUESTS }, (_, n) => guest(shop, goods, step, acknowledged, `${round}-${n}`)),
      ...members.map(({ visitor, orders }) => balanceBuyer(goods, visitor, orders, acknowledged)),
    ])
    // A round in which the step did not come often enough still ends in a kill.
    await (dying ?? die(kill.dies))
    await standing()
  }

  const house = await query()
  // The same request again after the crash is the same order.
  for (const { visitor, orders } of members) {
    for (const [key, no] of orders) expect((await place(goods, visitor, key, 'balance')).no).toBe(no)
  }
  await settled(house, shop)

  const known = await house<{ no: OrderNo; state: string }>(
    'select no, state from orders.orders where tenant_id = $1',
    [shop.tenantId],
  )
  const stateOf = new Map(known.map(({ no, state }) => [no, state]))
  expect(acknowledged.filter((no) => !stateOf.has(no))).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(KILLS.length * 4)

  const paidAtGateway = control.books(merchant.id).payments.filter(({ status }) => status === 'PAID')
  expect(paidAtGateway.length).toBeGreaterThan(10)
  expect(
    paidAtGateway.filter((payment) => stateOf.get(Number(payment.out_trade_no) as OrderNo) !== 'delivered'),
  ).toEqual([])

  for (const { visitor, id } of members) {
    const bought = await house<{ total: number }>(
      `select coalesce(sum(total_fen), 0)::bigint as total from orders.orders
       where tenant_id = $1 and member_id = $2 and state = 'delivered'`,
      [shop.tenantId, id],
    )
    expect((await visitor.call('members.getMe', {})).balanceFen).toBe(PURSE_FEN - (bought[0]?.total ?? 0))
  }
  const seen = await house<{ state: string }>(
    `select state from orders.orders where tenant_id = $1 and state not in ('pending', 'delivered', 'expired', 'cancelled')`,
    [shop.tenantId],
  )
  expect(seen).toEqual([])
  await expectBooksRight({ query: house }, shop.tenantId)

  // Whoever is up now works: a refund goes all the way through the job queue.
  const last = await shop.place(goods)
  await shop.pay(last.no)
  await shop.seen(last, isDelivered)
  const body = { lineNo: null, to: 'source', reason: '客户要求' } as const
  await shop.staff.call('orders.refund', { params: { no: last.no }, body }, { idempotencyKey: randomUUID() })
  await shop.seen(last, ({ state }) => state === 'refunded')
  await closeQueries()
}, 600_000)

async function start(): Promise<void> {
  running = await startProcess({
    QUANSHU_DATA: dataDir,
    QUANSHU_PORT: String(port),
    QUANSHU_STAND_INS: 'no',
    QUANSHU_ALLOW_INSECURE_ENDPOINTS: 'yes',
    QUANSHU_RATE_LIMIT_FACTOR: '1000000',
    QUANSHU_PUBLIC_URL: `http://127.0.0.1:${port}`,
  })
  if (!running.ready) throw new Error(`it did not start: ${running.output()}`)
}

/** The house is up again, by itself or because somebody started it. */
async function standing(): Promise<void> {
  if (running?.child.exitCode !== null || running.child.signalCode !== null) await start()
  await until('ready', async () => {
    // Nobody asked it to end: that the database died is no reason to.
    if (running?.child.exitCode !== null) throw new Error(`it ended by itself: ${running?.output()}\n${complaints()}`)
    return (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok ? true : undefined
  })
}

const complaints = (): string =>
  readFileSync(join(dataDir, 'logs', 'quanshu.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('nobody caught'))
    .join('\n')

async function die(what: 'house' | 'postgres'): Promise<void> {
  if (what === 'postgres') {
    const [pid] = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGKILL')
  } else if (running && running.child.exitCode === null && running.child.signalCode === null) {
    await running.end('SIGKILL')
  }
}

async function openForBusiness(): Promise<{ readonly shop: Shop; readonly goods: Goods }> {
  const database = runningEmbeddedPostgres(dataDir)
  if (!database) throw new Error('no database runs')
  const config = loadConfig({ QUANSHU_DATA: dataDir, QUANSHU_ALLOW_INSECURE_ENDPOINTS: 'yes' })
  const platform = await openPlatform({ config, appUrl: database.appUrl, log: silentLog })
  try {
    const shop = await openShop(platform, standIns, `http://127.0.0.1:${port}`, {})
    return { shop, goods: await shop.stock(someCodes(500)) }
  } finally {
    await platform.db.close()
  }
}

/** Buys and pays like a guest whose network may go away at any moment; gives up when it does. */
async function guest(
  shop: Shop,
  goods: Goods,
  step: (name: Step) => void,
  acknowledged: OrderNo[],
  name: string,
): Promise<void> {
  const visitor = shop.visitor()
  try {
    const { no } = await place(goods, visitor, randomUUID(), 'sim-pay', `${name}@example.test`)
    acknowledged.push(no)
    step('placed')
    // Some notices are lost on the way, as they are.
    if (name.endsWith('3')) control.addFault({ kind: 'notice.lose', key: String(no), times: 1 })
    const paying = control.pay(merchant.id, [{ outTradeNo: String(no) }])
    step('paying')
    await paying
    step('delivered')
  } catch (error) {
    if (!isProblem(error)) throw error
  }
}

/** Buys from the balance; what was asked without an answer is remembered by its key. */
async function balanceBuyer(
  goods: Goods,
  visitor: Visitor,
  orders: Map<string, OrderNo>,
  acknowledged: OrderNo[],
): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    const key = randomUUID()
    try {
      const { no } = await place(goods, visitor, key, 'balance')
      acknowledged.push(no)
      orders.set(key, no)
    } catch (error) {
      if (!isProblem(error)) throw error
      return
    }
  }
}

async function place(goods: Goods, visitor: Visitor, key: string, payWith: string, contact = '13800138000') {
  const lines = [{ skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen }]
  const body = { lines, contact, queryPassword: 'some-password', payWith }
  const placed = await visitor.call('orders.place', { body }, { idempotencyKey: key })
  return { no: placed.no as OrderNo, view: await toCashier(visitor, placed) }
}

let pool: pg.Pool | undefined
async function query() {
  const ownerUrl = runningEmbeddedPostgres(dataDir)?.ownerUrl
  pool = new pg.Pool({ connectionString: ownerUrl, max: 2, types: valueTypes })
  pool.on('error', () => undefined)
  return async <T>(text: string, values: readonly unknown[] = []): Promise<readonly T[]> =>
    ((await pool?.query(text, [...values]))?.rows ?? []) as T[]
}
const closeQueries = async () => void (await pool?.end())

/** A day goes by at the gateway and the time of every open question comes; then nothing paid may be left undecided. */
async function settled(house: Awaited<ReturnType<typeof query>>, shop: Shop): Promise<void> {
  await control.advance(60_000)
  await house(`update payments.attempts set next_query_at = now() where tenant_id = $1 and state = 'pending'`, [
    shop.tenantId,
  ])
  await until('every payment known to the gateway is decided here', async () => {
    const paid = control
      .books(merchant.id)
      .payments.filter(({ status }) => status === 'PAID')
      .map(({ out_trade_no }) => Number(out_trade_no))
    const open = await house(
      `select from orders.orders where tenant_id = $1 and no = any ($2::bigint[]) and state in ('pending', 'paid')`,
      [shop.tenantId, paid],
    )
    return open.length === 0 || undefined
  })
}
