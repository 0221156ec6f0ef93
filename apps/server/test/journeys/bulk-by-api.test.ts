import { randomUUID } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WholesaleBulk, WholesaleBulkLine } from '@quanshu/contract'
import type { OrderNo } from '@quanshu/kernel'
import { afterAll, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { createBulkRunner } from '../../src/modules/bulk/commands/run-bulk.ts'
import { expectBooksRight } from './books.ts'
import { hurriedAdapters, openSupplier } from './real-suppliers.ts'
import { openHouse, type Shop, until } from './shop.ts'
import { type Credentials, openKey, signedCall } from './two-shops.ts'

/** Bulk orders by the wholesale interface: taken as a whole in one call, ordered line after line, told as they come. */

const house = await openHouse({ supplierAdapters: hurriedAdapters(10_000) })
const shop = await house.newShop()
/** As large as a call may be: `QUANSHU_BULK=10000`. */
const MANY = Number(process.env.QUANSHU_BULK ?? 2_000)
const PRICE_FEN = 100

const received: { readonly type: string; readonly data: Record<string, unknown> }[] = []
const listener = http.createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    received.push(JSON.parse(Buffer.concat(chunks).toString()))
    response.writeHead(200).end('success')
  })
})
await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
afterAll(() => void listener.close())
const callbackUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/back`

type Line = { readonly ref: string; readonly productId: string; readonly [more: string]: unknown }
const linesOf = (skuId: number, count: number, more: (at: number) => object = () => ({})): Line[] =>
  Array.from({ length: count }, (_, at) => ({ ref: `L-${at}`, productId: String(skuId), quantity: 1, ...more(at) }))
const bulk = (lines: readonly unknown[], more: object = {}) => ({
  outerNo: randomUUID(),
  totalCeilingFen: 100_000_000,
  lines,
  ...more,
})
const post = (key: Credentials, body: unknown, base = shop.base) =>
  signedCall(base, key, { method: 'POST', path: '/bulk-orders', body })
const told = (answer: { readonly json: unknown } | undefined) => {
  if (!answer) throw new Error('there was no answer')
  return answer.json as WholesaleBulk
}
const ask = async (key: Credentials, no: string) =>
  told(await signedCall(shop.base, key, { method: 'GET', path: `/bulk-orders/${no}` }))
const cancel = async (key: Credentials, no: string) =>
  (await signedCall(shop.base, key, { method: 'POST', path: `/bulk-orders/${no}/cancel`, body: {} })).json
const isOver = (key: Credentials, no: string) =>
  until(
    `${no} to be over`,
    async () => {
      const now = await ask(key, no)
      expectSums(now)
      return now.state === 'processing' ? undefined : now
    },
    120_000,
  )
/** Every page of its lines. */
async function allLines(key: Credentials, no: string, query = ''): Promise<readonly WholesaleBulkLine[]> {
  const items: WholesaleBulkLine[] = []
  for (let cursor: unknown = 0; cursor !== null; ) {
    const path = `/bulk-orders/${no}/lines?cursor=${cursor}${query}`
    const { json } = await signedCall(shop.base, key, { method: 'GET', path })
    items.push(...(json.items as WholesaleBulkLine[]))
    cursor = json.next
  }
  return items
}
const purse = async ({ memberId }: Credentials) =>
  (
    await house.query<{ balance: number; held: number }>(
      `select balance, held_out as held from ledger.accounts where tenant_id = $1 and kind = 'cash.member' and ref = $2`,
      [shop.tenantId, String(memberId)],
    )
  )[0]
const staffs = (bulkNo: string) => ({ params: { bulkId: Number(bulkNo) } })
const move = (bulkNo: string, to: 'paused' | 'running' | 'cancelled') =>
  shop.staff.call('bulk.setState', { ...staffs(bulkNo), body: { to, reason: '测试' } })

function expectSums({ lines, counts, money }: WholesaleBulk): void {
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(lines)
  expect(money.heldFen + money.spentFen + money.releasedFen).toBe(money.totalFen)
}
async function expectAuditClean({ tenantId }: Shop): Promise<void> {
  await expectBooksRight(house, tenantId)
  const report = await auditBooks(house.platform, tenantId, { isWhole: true, graceSeconds: 0 })
  expect(report.checks.flatMap(({ check, violations }) => violations.map(({ code }) => [check, code]))).toEqual([])
}

test(`${MANY} lines: many at once under one number are one, results come in parts, workers die, each line is ordered once`, {
  timeout: 180_000,
}, async () => {
  const goods = await shop.stock(MANY, { sku: { priceFen: PRICE_FEN } })
  const key = await openKey(shop, MANY * PRICE_FEN + 30, { callbackUrl })
  const body = bulk(linesOf(goods.skuId, MANY), { totalCeilingFen: MANY * PRICE_FEN })
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(key, body)))
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  expect(new Set(answers.map(({ json }) => json.bulkNo)).size).toBe(1)
  const { bulkNo } = told(answers[0])
  const bulkId = Number(bulkNo)
  await move(bulkNo, 'paused')
  const [row] = await house.query<{ n: number }>('select count(*) as n from wholesale.bulks where tenant_id = $1', [
    shop.tenantId,
  ])
  expect(row?.n).toBe(1)

  // A worker that dies with its work done and not committed, and one that gets through fifty lines.
  await house.query(`update bulk.orders set state = 'running' where tenant_id = $1 and id = $2`, [
    shop.tenantId,
    bulkId,
  ])
  const client = await house.platform.owner.connect()
  const step = (from: number) =>
    client.query(`select bulk.order_some($1, $2, array(select $3::bigint + generate_series(1, 50)), 50)`, [
      shop.tenantId,
      bulkId,
      from,
    ])
  try {
    await client.query('begin')
    await step(2_611_220_000_000_000)
    await client.query('rollback')
    await step(2_611_220_000_000_000)
  } finally {
    client.release()
  }
  await move(bulkNo, 'paused')
  const part = await ask(key, body.outerNo)
  expectSums(part)
  expect(part).toMatchObject({ state: 'processing', lines: MANY, pieces: MANY, counts: { processing: 0, failed: 0 } })
  expect(part.counts.done).toBeGreaterThanOrEqual(50)
  expect(part.counts.waiting).toBeGreaterThan(0)
  expect(part.money.heldFen).toBe(part.counts.waiting * PRICE_FEN)
  expect(await purse(key)).toMatchObject({ held: part.money.heldFen, balance: part.money.heldFen + 30 })
  const come = await allLines(key, body.outerNo, '&state=done')
  expect(come).toHaveLength(part.counts.done)
  expect(come[0]).toMatchObject({ index: 0, ref: 'L-0', productId: String(goods.skuId), state: 'done', arrived: 1 })
  expect(come[0]?.cards[0]?.secret).toMatch(/^QS/)
  const waiting = await allLines(key, body.outerNo, '&state=waiting&limit=37')
  expect(waiting).toHaveLength(part.counts.waiting)
  expect(waiting.every(({ orderNo, cards }) => orderNo === null && cards.length === 0)).toBe(true)

  await move(bulkNo, 'running')
  await Promise.all([1, 2].map(() => createBulkRunner(house.platform)(shop.tenantId, bulkId)))
  expect(await isOver(key, body.outerNo)).toMatchObject({
    state: 'done',
    counts: { done: MANY },
    money: { totalFen: MANY * PRICE_FEN, spentFen: MANY * PRICE_FEN, heldFen: 0, refundedFen: 0, releasedFen: 0 },
  })
  expect(await purse(key)).toMatchObject({ balance: 30, held: 0 })
  const all = await allLines(key, body.outerNo)
  expect(all.map(({ index }) => index)).toEqual(Array.from({ length: MANY }, (_, at) => at))
  const codes = new Set(all.flatMap(({ cards }) => cards.map(({ secret }) => secret)))
  expect(codes.size).toBe(MANY)
  expect(new Set(all.map(({ orderNo }) => orderNo)).size).toBe(MANY)
  await until('the news', () => received.find(({ data }) => data.outerNo === body.outerNo && data.state === 'done'))
  expect(received.every(({ type }) => type === 'bulk_order.changed')).toBe(true)
  expect(JSON.stringify(received)).not.toContain(all[0]?.cards[0]?.secret)

  // The same again is the same; other content under the number is refused.
  expect((await post(key, body)).json).toMatchObject({ bulkNo, state: 'done' })
  const other = await post(key, { ...body, lines: body.lines.slice(1) })
  expect(other).toMatchObject({ status: 409, json: { code: 'wholesale.number_reused' } })

  // Another key of the same shop, and a key of another shop, see nothing.
  const elsewhere = await house.newShop()
  for (const stranger of [await openKey(shop), await openKey(elsewhere)]) {
    const gets = ['', '/lines'].map((rest) =>
      signedCall(shop.base, stranger, { method: 'GET', path: `/bulk-orders/${body.outerNo}${rest}` }),
    )
    expect((await Promise.all(gets)).map(({ json }) => json.code)).toEqual(Array(2).fill('wholesale.unknown_order'))
    expect((await cancel(stranger, body.outerNo)).code).toBe('wholesale.unknown_order')
  }
  expect((await signedCall(shop.base, key, { method: 'GET', path: `/orders/${body.outerNo}` })).status).toBe(404)

  // Who was handed codes is written down, in the log of calls is none, and the purse names each line.
  const [reveals] = await house.query<{ n: number }>(
    'select count(distinct order_no) as n from wholesale.reveals where tenant_id = $1 and key_id = $2',
    [shop.tenantId, key.id],
  )
  expect(reveals?.n).toBe(MANY)
  const log = await shop.staff.call('wholesale.listCalls', {
    params: { wholesaleKeyId: key.id },
    query: { pageSize: 50 },
  })
  expect(log.items.some(({ operation }) => operation === 'bulkLines')).toBe(true)
  expect(log.items.findLast(({ operation }) => operation === 'placeBulk')?.request).toContain(`${MANY} ×`)
  expect([...codes].some((code) => JSON.stringify(log).includes(code))).toBe(false)
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const { json } = await signedCall(shop.base, key, { method: 'GET', path: `/purse?day=${day}` })
  expect((json.items as object[]).at(-1)).toMatchObject({
    kind: 'order',
    amountFen: -PRICE_FEN,
    outerNo: null,
    bulkOuterNo: body.outerNo,
    ref: expect.stringMatching(/^L-\d+$/),
  })
  await expectBooksRight(house, shop.tenantId)
})

test('a cancel beside the worker: what was ordered is delivered, the rest is free, and the answer stays the same', async () => {
  const count = 1_500
  const goods = await shop.stock(count, { sku: { priceFen: PRICE_FEN } })
  const key = await openKey(shop, count * PRICE_FEN, { callbackUrl })
  const body = bulk(linesOf(goods.skuId, count))
  await post(key, body)
  const outcomes = await Promise.all([1, 2, 3].map(() => cancel(key, body.outerNo)))
  expect(outcomes[0]).toMatchObject({ outcome: 'cancelled' })
  expect(outcomes.every((one) => JSON.stringify(one) === JSON.stringify(outcomes[0]))).toBe(true)
  const over = await isOver(key, body.outerNo)
  expect(over.counts.cancelled).toBe(outcomes[0]?.lines)
  expect(over.money.releasedFen).toBe(outcomes[0]?.releasedFen)
  expect(over.counts.done + over.counts.cancelled).toBe(count)
  expect(over.state).toBe(over.counts.done > 0 ? 'partial' : 'failed')
  expect(await purse(key)).toMatchObject({ balance: count * PRICE_FEN - over.money.spentFen, held: 0 })
  expect(await cancel(key, body.outerNo)).toEqual(outcomes[0])

  // All ordered: too late, as often as asked.
  const small = bulk(linesOf(goods.skuId, 1, () => ({ quantity: 2 })))
  await post(key, small)
  await isOver(key, small.outerNo)
  expect(await cancel(key, small.outerNo)).toEqual({ outcome: 'too_late', lines: 0, releasedFen: 0 })

  // What changes after the end is told too: a code that is taken back.
  const hears = (state: string) =>
    until(`news of ${state}`, () => received.find(({ data }) => data.outerNo === small.outerNo && data.state === state))
  await hears('done')
  const [line] = await allLines(key, small.outerNo)
  const params = { no: Number(line?.orderNo) as OrderNo }
  const { lines } = await shop.staff.call('orders.detail', { params })
  const pieces = [lines[0]?.grants[0]?.id ?? 0]
  await shop.staff.call(
    'orders.refund',
    { params, body: { lineNo: 1, pieces, to: 'balance', reason: '坏卡' } },
    { idempotencyKey: randomUUID() },
  )
  await hears('partial')
  expect(await ask(key, small.outerNo)).toMatchObject({ counts: { partial: 1 }, money: { refundedFen: PRICE_FEN } })
  const [less] = await allLines(key, small.outerNo, '&state=partial')
  expect(less).toMatchObject({ state: 'partial', arrived: 1, refundedFen: PRICE_FEN })
  expect(line?.cards).toEqual(expect.arrayContaining(less?.cards ?? []))
  await expectBooksRight(house, shop.tenantId)
})

test('all of it or nothing: purse, ceiling, cap, pause and bad lines refuse the whole, each by name', async () => {
  const goods = await shop.stock(20, { sku: { priceFen: PRICE_FEN } })
  const topUp = await shop.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'phone' }] },
    sku: { kind: 'topup', priceFen: 500 },
  })
  const key = await openKey(shop, 999, { dailyCapFen: 1_500 })
  const codeOf = async (body: unknown, of = key) => {
    const { status, json } = await post(of, body)
    return status === 200 ? 'taken' : json.code
  }
  const ten = linesOf(goods.skuId, 10)
  expect(await codeOf(bulk(ten))).toBe('orders.balance_short')
  const { status, json } = await post(key, bulk(ten, { totalCeilingFen: 999 }))
  expect([status, json.code, json.params]).toEqual([409, 'wholesale.above_total', { totalFen: 1_000 }])
  expect(await codeOf(bulk(linesOf(goods.skuId, 16)))).toBe('wholesale.over_daily_cap')
  expect(await codeOf(bulk(linesOf(goods.skuId, 10_001)))).toBe('wholesale.too_many_lines')
  expect(await codeOf(bulk(linesOf(goods.skuId, 501, () => ({ quantity: 100 }))))).toBe('wholesale.too_many_pieces')
  expect(await codeOf(bulk(ten, { trace: ['0'.repeat(15)] }))).toBe('common.invalid_input')
  expect(await codeOf(bulk([{ ref: 'x'.repeat(9_000_000), productId: '1' }]))).toBe('common.body_too_large')
  const reader = await openKey(shop, 0, { scopes: ['read', 'money'] })
  expect(await codeOf(bulk(ten), reader)).toBe('wholesale.scope')

  const account = (phone: string) => () => ({ fields: { account: phone } })
  const bad = await post(
    key,
    bulk([
      ...linesOf(goods.skuId, 1),
      { ref: 'L-0', productId: String(goods.skuId) },
      { ref: 'A', productId: '999999999' },
      { ref: 'B', productId: String(topUp.skuId), fields: {} },
      ...linesOf(topUp.skuId, 2, account('13800000001')).map((line, at) => ({ ...line, ref: `C-${at}` })),
      { ref: 'D', productId: String(goods.skuId), fields: { account: '1' } },
    ]),
  )
  expect([bad.status, bad.json.code]).toEqual([422, 'common.invalid_input'])
  const faults = bad.json.errors as { path: string; code: string; message: string }[]
  expect(faults.map(({ path, code }) => [path, code])).toEqual([
    ['lines.1.ref', 'wholesale_line.ref_twice'],
    ['lines.2.productId', 'wholesale.unknown_product'],
    ['lines.3.fields.account', 'bulk_line.field_required'],
    ['lines.5.fields', 'wholesale_line.repeated'],
    ['lines.6.fields.account', 'bulk_line.field_unknown'],
  ])
  expect(faults[3]?.message).toContain('第 4 行')
  const shape = await post(
    key,
    bulk([
      { ref: 'ok', productId: '1' },
      { ref: '', productId: 'x', quantity: 101 },
    ]),
  )
  expect((shape.json.errors as { path: string }[]).map(({ path }) => path)).toEqual(
    expect.arrayContaining(['lines.1.ref', 'lines.1.productId', 'lines.1.quantity']),
  )

  const known = bulk(linesOf(goods.skuId, 9))
  expect(await codeOf(known)).toBe('taken')
  await isOver(key, known.outerNo)
  const far = `/bulk-orders/${known.outerNo}/lines?cursor=2147483648`
  expect((await signedCall(shop.base, key, { method: 'GET', path: far })).json.code).toBe('common.invalid_input')
  expect(await codeOf(bulk(linesOf(goods.skuId, 7)))).toBe('wholesale.over_daily_cap')
  await shop.staff.call('wholesale.setState', {
    params: { wholesaleKeyId: key.id },
    body: { to: 'paused', reason: '核对' },
  })
  expect(await codeOf(bulk(linesOf(goods.skuId, 1)))).toBe('wholesale.key_paused')
  expect(await codeOf(known)).toBe('taken')
  expect(await purse(key)).toMatchObject({ balance: 99, held: 0 })
  const [row] = await house.query<{ n: number }>(
    'select count(*) as n from bulk.orders where tenant_id = $1 and origin_key = $2',
    [shop.tenantId, key.id],
  )
  expect(row?.n).toBe(1)
  await expectBooksRight(house, shop.tenantId)
})

test('what cannot be had goes back by itself and is told; staff see where it came from, may stop it, and try nothing again', async () => {
  const supplier = await openSupplier('kasushou')
  supplier.sell('830001', '10.0000')
  // A second person agrees to everything: but a machine waits for nobody.
  const strict = await house.newShop({ 'refunds.approvalAboveFen': 1 })
  const joined = await supplier.join(strict, '货源')
  const topUp = await strict.stock(0, {
    goods: { formFields: [{ key: 'account', labelZh: '账号', type: 'text' }] },
    sku: { kind: 'topup', priceFen: 2_000 },
  })
  await strict.staff.call('suppliers.saveSkuSupply', {
    params: { skuId: topUp.skuId },
    body: { policy: 'cheapest', leastMarginFen: 0, offers: [joined.offer('830001')] },
  })
  const cards = await strict.stock(1, { sku: { priceFen: PRICE_FEN } })
  supplier.control.setGoods('830001', { stock: 3 })
  const key = await openKey(strict, 100_000, { callbackUrl })
  const mark = 'a'.repeat(16)
  const body = bulk(
    [
      ...linesOf(topUp.skuId, 5, (at) => ({ fields: { account: `1380013000${at}` } })),
      { ref: 'K-0', productId: String(cards.skuId) },
      { ref: 'K-1', productId: String(cards.skuId) },
    ],
    { trace: [mark] },
  )
  await post(key, body)
  const over = await isOver(key, body.outerNo)
  expect(over).toMatchObject({
    state: 'partial',
    counts: { done: 4, failed: 3, processing: 0 },
    money: { totalFen: 10_200, spentFen: 10_100, refundedFen: 4_000, releasedFen: 100 },
  })
  const failed = await allLines(key, body.outerNo, '&state=failed,cancelled')
  expect(failed.map(({ failedBecause }) => failedBecause).toSorted()).toEqual([
    'no_source',
    'no_source',
    'out_of_stock',
  ])
  const news = await until('the news', () =>
    received.find(({ data }) => data.outerNo === body.outerNo && data.state === 'partial'),
  )
  expect(news).toMatchObject({ type: 'bulk_order.changed', data: { bulkNo: over.bulkNo } })
  const [one] = await allLines(key, body.outerNo, '&state=done&limit=1')
  expect(await house.platform.db.call(strict.tenantId, 'wholesale.trace_of', Number(one?.orderNo) as OrderNo)).toEqual([
    mark,
  ])

  const list = (query: object) => strict.staff.call('bulk.list', { query: query as never })
  expect((await list({ origin: 'api', keyId: key.id })).items).toMatchObject([
    { id: Number(over.bulkNo), name: body.outerNo, origin: 'api', originKeyId: key.id, originNo: body.outerNo },
  ])
  expect((await list({ origin: 'console' })).items).toEqual([])
  const detail = await strict.staff.call('bulk.get', staffs(over.bulkNo))
  expect(detail.actions).toEqual(['download'])
  await expect(strict.staff.call('bulk.retry', { ...staffs(over.bulkNo), body: {} })).rejects.toMatchObject({
    code: 'bulk.callers_own',
  })
  await expectAuditClean(strict)

  // Staff end what is not ordered yet; the buyer is told what it would have been told had it done so itself.
  const plenty = await shop.stock(600, { sku: { priceFen: PRICE_FEN } })
  const buyer = await openKey(shop, 60_000)
  const long = bulk(linesOf(plenty.skuId, 600))
  const { bulkNo } = told(await post(buyer, long))
  const stopped = await move(bulkNo, 'cancelled')
  expect((await isOver(buyer, long.outerNo)).counts.cancelled).toBe(stopped.counts.cancelled)
  expect(await cancel(buyer, long.outerNo)).toMatchObject({ outcome: 'cancelled', lines: stopped.counts.cancelled })
  await expectAuditClean(shop)
})
