import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { applyRestoreMark, hold, markRestored, resume } from '../../src/main/standstill.ts'
import { auditBooks } from '../../src/modules/books/index.ts'
import { createSettler } from '../../src/modules/fulfilment/index.ts'
import { sendLoginCode } from '../../src/modules/notify/index.ts'
import { expireDueOrders } from '../../src/modules/orders/commands/close-order.ts'
import { contractRoutes } from '../../src/platform/http/index.ts'
import { watchStandstill } from '../../src/platform/standstill/index.ts'
import { expectBooksRight } from './books.ts'
import { scriptedSupplier } from './scripted-supplier.ts'
import { codeOf, isDelivered, openHouse, type Shop, somePhone, until } from './shop.ts'

/** The whole installation stands still until a person says go on; two workers, one of them begun in the middle of it. */

const SALE_FEN = 2_000
const source = scriptedSupplier('cheap', { costHao: 100_000 })
/** What a call to the supplier waits for before it is answered. */
let answering = Promise.resolve()
const adapter: typeof source.adapter = {
  ...source.adapter,
  place: async (...call) => {
    const answer = await source.adapter.place(...call)
    await answering
    return answer
  },
}
const house = await openHouse({ supplierAdapters: new Map([[adapter.id, adapter]]) })
const { platform } = house
const shop = await house.newShop()
const goods = await topUps(shop)
const settle = createSettler(platform)
/** Those of files that ran in this process before. */
const others = (await allWorkers()) - 1

afterEach(() => resume(platform).catch(() => undefined))

test('while it stands still nothing is bought, delivered or sent; afterwards all of it happens once', async () => {
  const settled = await order()
  const paidAtGateway = await order()
  await hold(platform, '核对数据')
  await workersAtRest()
  const other = await house.secondServer()

  // What came in at the last moment: the money is booked, the rest is a worker's.
  const { verdict } = await settle(shop.tenantId, captureOf(settled.no))
  expect(verdict).toBe('applied')
  const told = await sendCode()
  // The gateway's notice is refused, and told again by itself.
  await shop.pay(paidAtGateway.no)
  expect(await codeOf(shop.visitor({ base: other }).call('tenancy.getShop', {}))).toBe('common.standstill')
  expect(await workers()).toBe(0)
  expect(source.calls.filter(({ what }) => what === 'place')).toEqual([])
  expect(house.standIns.sms.control.inbox(told)).toEqual([])
  expect(await waiting(settled.no)).toEqual({ unread: true, delivered: false })

  await resume(platform)
  await until('both workers to begin again', async () => (await workers()) === 2)
  // Asked at once, instead of when it tells again.
  await shop.staff.call('orders.queryPayment', { params: { no: paidAtGateway.no }, body: {} })
  for (const one of [settled, paidAtGateway]) await shop.seen(one, isDelivered)
  await until('the code', () => house.standIns.sms.control.inbox(told).length > 0)
  await until('the events to be read', async () => (await waiting(settled.no))?.unread === false)
  expect(house.standIns.sms.control.inbox(told)).toHaveLength(1)
  for (const { no } of [settled, paidAtGateway]) {
    expect(source.arrivedFor(no).reduce((sum, { pieces }) => sum + pieces, 0)).toBe(1)
    expect(source.calls.filter((call) => call.what === 'place' && call.no.startsWith(String(no)))).toHaveLength(1)
  }
  await expectBooksRight(house, shop.tenantId)
})

test('what is in the middle when it begins comes to its end, and is not done again', async () => {
  const { promise, resolve: answer } = Promise.withResolvers<void>()
  answering = promise
  const one = await order()
  await shop.pay(one.no)
  const calls = () => source.calls.filter(({ no }) => no.startsWith(String(one.no)))
  await until('the supplier to be called', () => calls().length > 0)
  await hold(platform, '中途')
  // The other worker has nothing to wait for.
  await until('all but that to rest', async () => (await workers()) === 1)
  answer()
  await workersAtRest()
  const { lines } = await shop.staff.call('orders.detail', { params: { no: one.no } })
  expect(lines[0]?.state).toBe('delivered')
  await resume(platform)
  await until('both workers to begin again', async () => (await workers()) === 2)
  await shop.seen(one, isDelivered)
  expect(calls().map(({ what }) => what)).toEqual(['place'])
  await expectBooksRight(house, shop.tenantId)
})

test('everybody but staff is told to come back, in their language; staff look and mend', async () => {
  await hold(platform, '换机房')
  await until('it to be known', async () => (await fetch(`${shop.base}/api/mall/shop`)).status === 503)
  const outside = contractRoutes().filter(({ route }) => !/^\/(api\/console|files)\//.test(route.path))
  expect(outside.length).toBeGreaterThan(50)
  for (const { route } of outside) {
    const answer = await fetch(shop.base + route.path.replace(/:\w+/g, '1'), {
      method: route.method,
      headers: { 'accept-language': 'en' },
    })
    expect([route.id, answer.status, answer.headers.get('retry-after')]).toEqual([route.id, 503, '30'])
    expect(await answer.json()).toMatchObject({
      code: 'common.standstill',
      detail: 'The shop is checking its records and is closed for the moment; please come back later',
    })
  }
  const page = await fetch(`${shop.base}/api/pay/sim-pay/return`, { headers: { accept: 'text/html' } })
  expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('商店正在核对数据，暂不营业')])

  const { items } = await shop.staff.call('suppliers.list', { query: {} })
  const supplierId = items[0]?.id ?? 0
  for (const state of ['paused', 'on'] as const) {
    await shop.staff.call('suppliers.setState', { params: { supplierId }, body: { state, reason: '核对' } })
  }
  expect(await shop.staff.call('standstill.get', {})).toMatchObject({
    standstill: { kind: 'by_hand', words: '换机房', restoredTo: null, since: expect.any(String) },
  })
  expect(await (await fetch(`${house.url}/readyz`)).json()).toMatchObject({ status: 'ready', held: true })
  expect(await (await fetch(`${house.url}/metrics`)).text()).toMatch(/^quanshu_held 1$/m)

  await resume(platform)
  await until('it to be open', async () => (await fetch(`${shop.base}/api/mall/shop`)).ok)
  expect(await (await fetch(`${house.url}/readyz`)).json()).toEqual({ status: 'ready' })
  expect(await shop.staff.call('standstill.get', {})).toEqual({ standstill: null })
})

test('an order that ran out meanwhile waits for the money that was turned away, and is no fault of the books', async () => {
  const cards = await shop.stock(1)
  const [paid, unpaid] = [await shop.place(cards, 1), await order()]
  await hold(platform, '机房断电')
  await workersAtRest()
  await shop.pay(paid.no)
  for (const { no } of [paid, unpaid]) {
    await house.query('update orders.orders set expires_at = now() - $3::interval where tenant_id = $1 and no = $2', [
      shop.tenantId,
      no,
      '1 hour',
    ])
    await house.query(
      "update ledger.holds set expires_at = now() - $3::interval where tenant_id = $1 and cause = 'order:' || $2::text",
      [shop.tenantId, no, '1 hour'],
    )
  }
  const { checks } = await auditBooks(platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(checks.flatMap(({ violations }) => violations.map(({ code }) => code))).toEqual([])
  expect(await expireDueOrders(platform)).toBe(0)

  await resume(platform)
  expect(await expireDueOrders(platform)).toBe(0)
  await shop.staff.call('orders.queryPayment', { params: { no: paid.no }, body: {} })
  await shop.seen(paid, isDelivered)
  await house.query("update platform.standstills set ended_at = ended_at - interval '11 minutes'", [])
  await expireDueOrders(platform)
  expect((await shop.staff.call('orders.detail', { params: { no: unpaid.no } })).state).toBe('expired')
})

test('begun and ended in a hurry, the workers end up as was said last', async () => {
  for (let times = 0; times < 4; times += 1) {
    await hold(platform, `第 ${times} 次`)
    await resume(platform)
  }
  await until('the workers to work', async () => (await workers()) === 2)
  await hold(platform, '最后一次')
  await workersAtRest()
})

test('held twice, ended twice, and told: in sentences that say since when', async () => {
  expect(await hold(platform, '')).toEqual([
    expect.stringMatching(/^The shop does not stand still\. It did since .*最后一次/),
    expect.stringMatching(/^Ended .* on /),
  ])
  await expect(resume(platform)).rejects.toThrow('The shop does not stand still')
  await expect(hold(platform, 'x'.repeat(501))).rejects.toThrow('at most 500')
  await hold(platform, 'first')
  await expect(hold(platform, 'second')).rejects.toThrow(/stands still already: since .* \+08:00 \(.* on .*\): first/)
  expect(await hold(platform, '')).toEqual([expect.stringMatching(/stands still since .*: first$/), expect.any(String)])
})

test('a restore takes the place of what came out of the backup, and counts once wherever it was killed', async () => {
  const cluster = await mkdtemp(join(tmpdir(), 'quanshu-standstill-'))
  onTestFinished(() => rm(cluster, { recursive: true }))
  const marker = join(cluster, 'quanshu-standstill.json')
  await hold(platform, 'before the backup')
  markRestored(cluster, undefined, new Date('2026-11-22T10:30:00Z'))
  const written = await readFile(marker)
  await applyRestoreMark(cluster, platform.ownerUrl)
  expect(existsSync(marker)).toBe(false)
  expect(await shop.staff.call('standstill.get', {})).toMatchObject({
    standstill: { kind: 'restored', words: null, restoredTo: expect.stringContaining('2026-11-22T10:30:00') },
  })
  expect(await resume(platform)).toEqual([
    expect.stringContaining('restored to the moment 2026-11-22 18:30:00 +08:00'),
    expect.any(String),
  ])

  // Killed before it was removed: known by its key.
  await writeFile(marker, written)
  await applyRestoreMark(cluster, platform.ownerUrl)
  expect(await shop.staff.call('standstill.get', {})).toEqual({ standstill: null })
  // Half a file still says that somebody restored.
  await writeFile(marker, written.subarray(0, 10))
  await applyRestoreMark(cluster, platform.ownerUrl)
  expect(await shop.staff.call('standstill.get', {})).toMatchObject({
    standstill: { kind: 'restored', restoredTo: null },
  })
})

test('while the database cannot be asked, what was known last holds', async () => {
  let isAway = false
  let turns = 0
  let asked = 0
  const db = {
    ...platform.db,
    callGlobal: async <T>(name: string, ...params: readonly unknown[]): Promise<T> => {
      asked += 1
      if (isAway) throw new Error('away')
      return platform.db.callGlobal<T>(name, ...params)
    },
  }
  await hold(platform, '数据库')
  const watch = await watchStandstill({ db, log: platform.log })
  watch.onTurn(() => (turns += 1))
  isAway = true
  const before = asked
  await resume(platform)
  await until('it to be asked', () => asked > before)
  expect([watch.now()?.words, turns]).toEqual(['数据库', 0])
  isAway = false
  await until('it to be known', () => turns === 1)
  expect(watch.now()).toBeUndefined()
  await watch.stop()
})

/** How many are at work of those that this file began. */
const workers = async (): Promise<number> => (await allWorkers()) - others

async function allWorkers(): Promise<number> {
  const metrics = await (await fetch(`${house.url}/metrics`)).text()
  return Number(/^quanshu_working (\d+)$/m.exec(metrics)?.[1])
}

const workersAtRest = () => until('the workers to come to rest', async () => (await workers()) === 0)

/** Whether a subscriber has still to read what happened to an order, and whether that was delivered. */
async function waiting(no: number) {
  const [row] = await house.query<{ unread: boolean; delivered: boolean }>(
    `select
       exists (
         select from events.log l
         left join events.tenant_cursors c on c.tenant_id = l.tenant_id and c.subscriber = 'payments.close_unwanted'
         where l.tenant_id = $1 and l.subject = 'order:' || $2::text and l.type = 'payment.received'
           and (l.xid, l.position) > (coalesce(c.xid, '0'), coalesce(c.position, 0))
       ) as unread,
       exists (select from orders.lines where tenant_id = $1 and order_no = $2::bigint and state = 'delivered') as delivered`,
    [shop.tenantId, no],
  )
  return row
}

const order = () => shop.place(goods, 1, { form: { account: 'lan' } })

const captureOf = (orderNo: number) => ({
  orderNo,
  turn: 1,
  gateway: 'sim-pay',
  tradeNo: `T${orderNo}`,
  amountFen: SALE_FEN,
  currency: 'CNY',
  paidAt: null,
  headers: {},
  body: '',
})

/** A job and nothing else. */
async function sendCode(): Promise<string> {
  const phone = somePhone()
  const sealer = await platform.crypto.sealer(shop.tenantId)
  await platform.db.write(shop.ctx, (tx) => sendLoginCode(tx, sealer, { phone, code: '123456' }))
  return phone
}

async function topUps({ staff, stock }: Shop) {
  const { id } = await staff.call(
    'suppliers.create',
    {
      body: {
        name: 'cheap',
        adapter: 'cheap',
        baseUrl: 'http://127.0.0.1:9',
        identity: 'shop',
        secrets: { key: 's3cret' },
        concurrent: 64,
        perMinute: 60_000,
      },
    },
    { idempotencyKey: randomUUID() },
  )
  await staff.call('suppliers.sync', { params: { supplierId: id }, body: {} })
  const productId = await until('the product', async () => {
    const { items } = await staff.call('suppliers.listProducts', { query: { supplierId: id } })
    return items[0]?.id
  })
  const topUp = await stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text', confirmTwice: true }] },
    sku: { kind: 'topup', priceFen: SALE_FEN },
  })
  await staff.call('suppliers.saveSkuSupply', {
    params: { skuId: topUp.skuId },
    body: { policy: 'cheapest', leastMarginFen: 0, offers: [{ productId, fieldMap: { account: 'account' } }] },
  })
  return topUp
}
