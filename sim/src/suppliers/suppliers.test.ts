import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { faultSwitch } from '../faults.ts'
import { type KasushouStandIn, startKasushou } from '../kasushou/index.ts'
import { openSender } from '../sender.ts'
import { virtualClock } from '../virtual-clock.ts'
import { openBooks } from './books.ts'
import { type CallbackWire, openCallbackOffice } from './callbacks.ts'
import { newGoods } from './control.ts'
import { openDesk } from './desk.ts'
import { SUPPLIER_FAULTS, type SupplierFaultInput, type SupplierFaultKind } from './faults.ts'
import { openShop, type Shop } from './shop.fixture.ts'

/** What all suppliers share, seen through one wire; the other wires have tests of their own. */
type Row = Record<string, unknown>
let shop: Shop
let supplier: KasushouStandIn

beforeEach(async () => {
  shop = await openShop('ok')
  supplier = await startKasushou({ host: '127.0.0.1', seed: 'test' })
  supplier.control.setPace({ topupMs: 0 })
})
afterEach(async () => {
  await supplier.close()
  shop.close()
})

const sorted = (value: Row): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))))
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')
async function send(path: string, body: Row, signal?: AbortSignal): Promise<Response> {
  const text = sorted(body)
  const timestamp = String(Date.now())
  const { userId, apiKey } = supplier.credentials
  const headers = { Sign: sha1(timestamp + text + apiKey), Timestamp: timestamp, UserId: userId }
  const url = `${supplier.url}/api/v1/${path}`
  return fetch(url, { method: 'POST', headers, body: text, ...(signal && { signal }) })
}
const call = async (path: string, body: Row = {}): Promise<{ code: number; data: Row }> =>
  (await (await send(path, body)).json()) as { code: number; data: Row }

let lastNo = 0
const newNo = (): string => `X26112200${String(++lastNo).padStart(5, '0')}`
const terms = (no: string) => ({
  ...{ id: 1001, quantity: 1, external_orderno: no, url: shop.url },
  attach: { recharge_account: '13800138000' },
})
const buy = (no: string) => call('order/buy', terms(no))
const info = async (no: string) => ((await call('order/info', { external_orderno: no })).data as unknown as Row[])[0]
const fault = (kind: SupplierFaultKind, more: Omit<SupplierFaultInput, 'kind'> = {}) =>
  supplier.control.addFault({ kind, times: 1, ...more })
type Told = {
  external_orderno: string
  status: number
  total_price: string
  sign: string
  time: string
  card_list: unknown
}
const told = (): readonly Told[] => shop.heard.map(({ body }) => JSON.parse(body) as Told)
const heard = (count: number) => expect.poll(() => shop.heard.length).toBe(count)
const isSigned = ({ sign, card_list: _, ...fields }: Told): boolean =>
  sign === sha1(fields.time + sorted(fields) + supplier.credentials.apiKey)

/** A desk of its own, without a wire: the test decides when an answer has left. */
function openOwnDesk({ url }: Shop, file?: string) {
  const goods = [newGoods({ id: '1', name: '卡', kind: 'card', price: '1' })]
  const books = openBooks({ file, seed: 'desk', goods, balanceHao: 100_000, newCredentials: () => ({}) })
  const clock = virtualClock()
  const faults = faultSwitch(SUPPLIER_FAULTS)
  const wire: CallbackWire = {
    shape: ({ outerNo }) => ({ url, headers: {}, body: outerNo }),
    isAcknowledged: () => true,
    ladderMs: [],
  }
  const callbacks = openCallbackOffice({ books, clock, faults, sender: openSender(), wire })
  const desk = openDesk({ books, clock, faults, callbacks, pace: { topupMs: 0, cardMs: 0 } })
  const place = (outerNo: string, answered: Promise<void>) =>
    desk.place({ outerNo, goodsId: '1', quantity: 1, account: {}, notifyUrl: url, terms: outerNo }, answered)
  return { place, faults, sendings: callbacks.sendings, advance: clock.advance }
}

describe('calls that go wrong', () => {
  test('refused connections while the supplier is down, and the same port when he is up again', async () => {
    await supplier.control.down()
    await expect(buy(newNo())).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await supplier.control.up()
    expect(await buy(newNo())).toMatchObject({ code: 200 })
    await supplier.control.down(60_000)
    await expect(buy(newNo())).rejects.toThrow()
    await supplier.control.advance(60_000)
    expect(await buy(newNo())).toMatchObject({ code: 200 })
  })

  test('cut before any work, nothing is bought; cut after it, the order is in the books', async () => {
    const [before, after] = [newNo(), newNo()]
    fault('api.reset', { key: before })
    await expect(buy(before)).rejects.toThrow()
    fault('api.cut', { endpoint: 'order/buy', key: after })
    await expect(buy(after)).rejects.toThrow()
    expect([await info(before), await info(after)]).toMatchObject([undefined, { status: 3 }])
    await heard(1)
    expect(await buy(after)).toMatchObject({ code: 200 })
    expect(supplier.control.delivered(after).pieces).toBe(1)
  })

  test('slower than the caller waits: bought and called back meanwhile', async () => {
    const no = newNo()
    fault('api.slow', { key: no, ms: 5_000 })
    await expect(send('order/buy', terms(no), AbortSignal.timeout(50))).rejects.toThrow()
    await heard(1)
    expect(await info(no)).toMatchObject({ status: 3 })
  })

  test.each([
    ['api.error', 500, false],
    ['api.busy', 429, false],
    ['api.broken', 502, true],
    ['api.malformed', 200, true],
    ['api.nonsense', 200, true],
    ['api.unsure', 200, true],
  ] as const)('%s answers %d, work done: %s', async (kind, status, isDone) => {
    const no = newNo()
    fault(kind, { endpoint: 'order/buy' })
    const response = await send('order/buy', terms(no))
    expect(response.status).toBe(status)
    const text = await response.text()
    if (kind === 'api.malformed') expect(() => JSON.parse(text)).toThrow()
    if (kind === 'api.nonsense') expect(JSON.parse(text)).not.toHaveProperty('code')
    expect(supplier.control.delivered(no).pieces).toBe(isDone ? 1 : 0)
    expect(supplier.control.received().at(-1)).toMatchObject({ endpoint: 'order/buy', path: '/api/v1/order/buy' })
  })

  test('not found for its first seconds', async () => {
    const no = newNo()
    fault('order.not_found', { ms: 30_000 })
    await buy(no)
    expect(await info(no)).toBeUndefined()
    await supplier.control.advance(30_000)
    fault('query.not_found', { key: no })
    expect(await info(no)).toBeUndefined()
    expect(await info(no)).toMatchObject({ status: 3 })
  })
})

describe('callbacks', () => {
  test('come again up the ladder until exactly the acknowledgement is answered', async () => {
    for (const answer of [
      { status: 200, body: 'OK' },
      { status: 500, body: 'ok' },
    ]) {
      shop.answer = answer
      shop.heard = []
      await buy(newNo())
      await heard(1)
      await supplier.control.advance(15_000)
      expect(shop.heard).toHaveLength(2)
      shop.answer = { status: 200, body: 'ok' }
      await supplier.control.advance(30_000)
      await supplier.control.advance(86_400_000)
      expect(shop.heard).toHaveLength(3)
    }
  })

  test('are given up when nobody listens', async () => {
    shop.answer = { status: 503, body: '' }
    await buy(newNo())
    await heard(1)
    await supplier.control.advance(7 * 86_400_000)
    expect(shop.heard).toHaveLength(8)
  })

  test('wait until the answer of the order has left', async () => {
    const { place, advance } = openOwnDesk(shop)
    let leave = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      leave = resolve
    })
    await place('A-WAITS', waiting)
    await place('B-IS-ANSWERED', Promise.resolve())
    await shop.about('B-IS-ANSWERED')
    expect(shop.heard).toHaveLength(1)
    leave()
    await advance(1)
    await shop.about('A-WAITS')
  })

  test('that a killed supplier did not get to send come after the restart, and only those', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quanshu-suppliers-'))
    const file = join(folder, 'desk.jsonl')
    const { place, faults, sendings } = openOwnDesk(shop, file)
    const killed = new Promise<void>(() => {})
    await place('DONE-UNTOLD', killed)
    faults.add({ kind: 'order.unpaid', key: 'UNPAID' })
    faults.add({ kind: 'callback.never', key: 'SILENT' })
    await place('UNPAID', killed)
    await place('SILENT', Promise.resolve())
    await place('TOLD', Promise.resolve())
    await expect.poll(() => sendings().length).toBe(1)
    const { advance } = openOwnDesk(shop, file)
    await advance(1)
    expect(shop.heard.map(({ body }) => body)).toEqual(['TOLD', 'DONE-UNTOLD'])
    rmSync(folder, { recursive: true })
  })

  test('come before the answer of the order when they are early', async () => {
    const early = newNo()
    fault('callback.early', { key: early })
    const answer = await buy(early)
    expect([answer.code, shop.heard.length]).toEqual([200, 1])
    expect(told().at(-1)).toMatchObject({ external_orderno: early, status: 3 })
  })

  test('never, lost, late, twice at once, again later', async () => {
    const kinds = ['never', 'lose', 'delay', 'parallel', 'again'] as const
    const nos = kinds.map(() => newNo())
    for (const [index, kind] of kinds.entries()) {
      fault(`callback.${kind}`, { key: nos[index] ?? '', ...(kind === 'delay' && { ms: 60_000 }) })
      await buy(nos[index] ?? '')
    }
    const counts = () => nos.map((no) => told().filter(({ external_orderno }) => external_orderno === no).length)
    await expect.poll(counts).toEqual([0, 0, 0, 2, 1])
    await supplier.control.advance(15_000)
    expect(counts()).toEqual([0, 1, 0, 2, 1])
    await supplier.control.advance(45_000)
    expect(counts()).toEqual([0, 1, 1, 2, 1])
    await supplier.control.advance(86_400_000)
    expect(counts()).toEqual([0, 1, 1, 2, 2])
    expect(told().every(isSigned)).toBe(true)
  })

  test.each([
    ['callback.forge', {}, false, { status: 3 }],
    ['callback.amount', { amount: 10_000 }, true, { total_price: '1.0000' }],
    ['callback.other_order', { value: 'NOBODY' }, true, { external_orderno: 'NOBODY' }],
  ] as const)('%s is followed by the truth', async (kind, more, isTrulySigned, lie) => {
    const no = newNo()
    fault(kind, { key: no, ...more })
    await buy(no)
    await heard(1)
    const [first] = told()
    expect(first).toMatchObject(lie)
    expect(first && isSigned(first)).toBe(isTrulySigned)
    await supplier.control.advance(15_000)
    expect(told()[1]).toMatchObject({ external_orderno: no, status: 3, total_price: '15.2000' })
  })

  test('a malformed one is no JSON', async () => {
    fault('callback.malformed')
    await buy(newNo())
    await heard(1)
    expect(told).toThrow()
  })

  test('out of order: success after failure, and failure after success', async () => {
    const [good, bad] = [newNo(), newNo()]
    fault('callback.contrary', { key: good })
    await buy(good)
    await heard(2)
    fault('order.fail', { key: bad })
    fault('callback.contrary', { key: bad })
    await buy(bad)
    await heard(4)
    const late = newNo()
    fault('callback.contrary_after', { key: late })
    await buy(late)
    await heard(6)
    expect(told().map(({ status }) => status)).toEqual([5, 3, 3, 4, 3, 5])
    expect([await info(good), await info(bad)]).toMatchObject([{ status: 3 }, { status: 4 }])
  })

  test('are sent again on demand', async () => {
    const no = newNo()
    await buy(no)
    await heard(1)
    const sendings = await supplier.control.repeatCallbacks(no, 2)
    expect(sendings).toMatchObject([{ outerNo: no, isAcknowledged: true, status: 200 }, {}])
    expect(shop.heard).toHaveLength(3)
  })
})

describe('orders', () => {
  test('under way for long, then done; under way, then failed and paid back', async () => {
    const [good, bad] = [newNo(), newNo()]
    for (const no of [good, bad]) fault('order.slow', { key: no, ms: 3_600_000 })
    fault('order.fail', { key: bad })
    await buy(good)
    await buy(bad)
    await supplier.control.advance(3_599_000)
    expect(shop.heard).toHaveLength(0)
    expect(supplier.control.balance()).toBe('19969.6000')
    await supplier.control.advance(1_000)
    expect(
      told()
        .map(({ status }) => status)
        .sort(),
    ).toEqual([3, 4])
    expect(supplier.control.balance()).toBe('19984.8000')
    expect(supplier.control.deliveries('13800138000')).toMatchObject([{ outerNo: good, pieces: 1 }])
  })

  test('what is delivered twice under two numbers shows by the account', async () => {
    await buy(newNo())
    await buy(newNo())
    expect(supplier.control.deliveries('13800138000')).toHaveLength(2)
    expect(supplier.control.deliveries('13900139000')).toHaveLength(0)
  })

  test('an end by hand, and another one: a failed order succeeds late, is charged and delivered', async () => {
    const no = newNo()
    supplier.control.setPace({ topupMs: 86_400_000 })
    await buy(no)
    expect(await supplier.control.settle(no, 'failed', { reason: '账号错误' })).toMatchObject({ refunded: '15.2000' })
    expect(supplier.control.balance()).toBe('20000.0000')
    expect(await supplier.control.settle(no, 'success')).toMatchObject({ state: 'success', refunded: '0.0000' })
    expect([supplier.control.balance(), supplier.control.delivered(no).pieces]).toEqual(['19984.8000', 1])
    await supplier.control.advance(86_400_000)
    expect(told().map(({ status }) => status)).toEqual([4, 3])
    expect(supplier.control.goods().find(({ id }) => id === '1001')).toMatchObject({ stock: 999 })
  })

  test('the statement of a day tells every order, equals the balance, and bends as its faults say', async () => {
    const [good, bad] = [newNo(), newNo()]
    fault('order.fail', { key: bad })
    await buy(good)
    await buy(bad)
    const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    const statement = supplier.control.statement(day)
    expect(statement).toMatchObject({
      amount: '30.4000',
      refunded: '15.2000',
      lines: [{ outerNo: good }, { state: 'failed' }],
    })
    expect(Number(supplier.control.balance())).toBe(20_000 - Number(statement.amount) + Number(statement.refunded))
    expect(supplier.control.statement('2020-01-01').lines).toEqual([])
    fault('bill.missing_line', { key: good })
    fault('bill.wrong_amount', { key: bad, amount: 1 })
    fault('bill.extra_line', { value: 'NOBODY', amount: 20_000 })
    expect(supplier.control.statement(day).lines).toMatchObject([
      { outerNo: bad, amount: '0.0001' },
      { outerNo: 'NOBODY', amount: '2.0000' },
    ])
  })

  test('books, deliveries, stock and money agree after a hundred orders with faults among them', async () => {
    const kinds: readonly SupplierFaultKind[] = [
      'order.fail',
      'order.no_stock',
      'api.cut',
      'callback.lose',
      'api.broken',
    ]
    for (const kind of kinds) supplier.control.addFault({ kind, times: 5 })
    const nos = Array.from({ length: 100 }, newNo)
    await Promise.allSettled(nos.flatMap((no) => [buy(no), buy(no)]))
    const orders = supplier.control.orders()
    await expect.poll(() => supplier.control.sendings().length).toBeGreaterThanOrEqual(orders.length - 5)
    const ended = supplier.control.orders()
    const pieces = ended.reduce((total, order) => total + order.pieces, 0)
    expect(supplier.control.deliveries().reduce((total, delivery) => total + delivery.pieces, 0)).toBe(pieces)
    expect(new Set(ended.map(({ outerNo }) => outerNo)).size).toBe(ended.length)
    expect(supplier.control.goods().find(({ id }) => id === '1001')?.stock).toBe(1000 - pieces)
    expect(supplier.control.balance()).toBe((20_000 - pieces * 15.2).toFixed(4))
  })
})

test('the control port does what the object does', async () => {
  const at = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' }
    const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
    return (await fetch(supplier.controlUrl + path, init)).json()
  }
  const no = newNo()
  expect(await at('POST', '/faults', { kind: 'order.slow', key: no, ms: 1_000 })).toMatchObject({ id: 1 })
  await at('POST', '/goods/1001', { price: '16.0001', stock: 5 })
  await at('POST', '/balance', { balance: '100' })
  await buy(no)
  expect(await at('GET', `/orders/${no}`)).toMatchObject({ outerNo: no, state: 'processing', total: '16.0001' })
  expect(await at('GET', '/balance')).toEqual({ balance: '83.9999' })
  await at('POST', '/advance', { ms: 1_000 })
  expect(await at('GET', `/orders/${no}/delivered`)).toMatchObject({ orders: 1, pieces: 1 })
  expect(await at('POST', `/orders/${no}/callbacks`, { count: 1 })).toMatchObject([{ status: 200 }])
  expect(await at('POST', `/orders/${no}/settle`, { end: 'failed' })).toMatchObject({ state: 'failed' })
  expect(await at('GET', '/callbacks')).toHaveLength(3)
  expect(await at('GET', '/deliveries?account=13800138000')).toHaveLength(1)
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  expect(await at('GET', `/statements/${day}`)).toMatchObject({ lines: [{ outerNo: no }] })
  expect(await at('POST', '/goods', { id: '9', name: '测试', kind: 'card', price: '1' })).toMatchObject({
    face: '1.0000',
  })
  await call('order/buy', { ...terms(newNo()), id: 9, attach: {} })
  const card = supplier.control.deliveries()[1]
  expect(card).toMatchObject({ goodsId: '9' })
  await at('POST', '/pace', { topupMs: 5 })
  await at('POST', '/callback-url', { url: shop.url })
  await at('POST', '/rate-limit', { requests: 1, windowMs: 60_000 })
  expect([(await send('user/info', {})).status, (await send('user/info', {})).status]).toEqual([200, 429])
  await at('POST', '/rate-limit', {})
  await at('POST', '/down', {})
  await expect(send('user/info', {})).rejects.toThrow()
  await at('POST', '/up')
  expect(await at('GET', '/requests')).toHaveLength(4)
  expect(await at('GET', '/cards/NOBODY')).toMatchObject({ code: 'NOT_FOUND' })
  expect(await at('POST', '/faults', { kind: 'no.such' })).toMatchObject({ code: 'BAD_REQUEST' })
  expect(await at('DELETE', '/faults')).toEqual({ cleared: true })
})
