import { createDecipheriv, createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openShop, type Shop } from '../suppliers/shop.fixture.ts'
import { type FuluStandIn, startFulu } from './index.ts'

type Row = Record<string, unknown>
let shop: Shop
let fulu: FuluStandIn

beforeAll(async () => {
  shop = await openShop('success')
  fulu = await startFulu({ host: '127.0.0.1', seed: 'test' })
  fulu.control.setPace({ topupMs: 0 })
  fulu.control.setCallbackUrl(shop.url)
})
afterAll(async () => {
  await fulu.close()
  shop.close()
})
afterEach(() => {
  shop.heard = []
  shop.answer = { status: 200, body: 'success' }
  fulu.control.clearFaults()
})

/** The test's own way to the signature: over UTF-32, where a character is a number. */
function signed(text: string, secret: string): string {
  const points = Uint32Array.from(Array.from(text, (char) => char.codePointAt(0) ?? 0)).sort()
  const sorted = Array.from(points, (point) => String.fromCodePoint(point)).join('')
  return createHash('md5').update(`${sorted}${secret}`, 'utf8').digest('hex')
}
const beijing = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')

type Options = { readonly at?: FuluStandIn; readonly secret?: string; readonly change?: Row }
async function send(method: string, biz: Row, { at = fulu, secret, change = {} }: Options = {}): Promise<Response> {
  const fields = {
    app_key: at.credentials.appKey,
    method,
    timestamp: beijing(Date.now()),
    version: '2.0',
    format: 'json',
    charset: 'utf-8',
    sign_type: 'md5',
    app_auth_token: '',
    biz_content: JSON.stringify(biz),
    ...change,
  }
  const sign = signed(JSON.stringify(fields), secret ?? at.credentials.appSecret)
  return fetch(`${at.url}/api/getway`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...fields, sign }),
  })
}
async function call(method: string, biz: Row = {}, options: Options = {}): Promise<Row & { readonly code: number }> {
  const answer = (await (await send(method, biz, options)).json()) as Row & { code: number; result: string }
  expect(answer.sign).toBe(signed(answer.result, (options.at ?? fulu).credentials.appSecret))
  const result = answer.result === '' ? {} : (JSON.parse(answer.result) as Row | Row[])
  return { code: answer.code, message: answer.message, ...(Array.isArray(result) ? { rows: result } : result) }
}

let lastNo = 0
const newNo = (): string => `Q26112200${String(++lastNo).padStart(5, '0')}`
const topup = (no: string, more: Row = {}) => ({
  product_id: 10000001,
  customer_order_no: no,
  charge_account: '13800138000',
  buy_num: 1,
  ...more,
})
const buyCards = (no: string, count: number) =>
  call('fulu.order.card.add', { product_id: 10000003, buy_num: count, customer_order_no: no })
const query = (no: string) => call('fulu.order.info.get', { customer_order_no: no })
const open = (text: string): string => {
  const decipher = createDecipheriv('aes-256-ecb', fulu.credentials.appSecret, null)
  return decipher.update(text, 'base64', 'utf8') + decipher.final('utf8')
}

test('only who signs well and in time is served', async () => {
  expect(await call('fulu.user.info.get')).toMatchObject({ code: 0, balance: 20000, is_open: 1 })
  expect(await call('fulu.user.info.get', {}, { secret: 'guessed' })).toMatchObject({ code: 1016 })
  const late = { timestamp: beijing(Date.now() - 11 * 60_000) }
  expect(await call('fulu.user.info.get', {}, { change: late })).toMatchObject({ code: 1004 })
  expect(await call('fulu.user.info.get', {}, { change: { app_key: 'x' } })).toMatchObject({ code: 1006 })
  expect(await call('fulu.no.such')).toMatchObject({ code: 1001 })
})

test('goods are told with price, stock and the template of what a buyer fills in', async () => {
  const { rows } = (await call('fulu.goods.list.get')) as unknown as { rows: Row[] }
  expect(rows.find(({ product_id }) => product_id === 10000003)).toMatchObject({
    product_type: '卡密',
    purchase_price: 28.8125,
  })
  fulu.control.setGoods('10000004', { price: '9.4801', stock: 3 })
  const goods = await call('fulu.goods.info.get', { product_id: 10000004 })
  expect(goods).toMatchObject({ purchase_price: 9.4801, stock_status: '警报', template_id: 'T10000004' })
  const template = await call('fulu.goods.template.get', { template_id: goods.template_id })
  expect(template).toMatchObject({
    ElementInfo: { Inputs: [{ Id: 'ChargeAccount', Name: '游戏账号' }] },
    GameTempaltePreviewList: [{ gameList: { ChargeRegion: [{ name: '电信区' }, { name: '网通区' }] } }],
  })
  const check = (buy_num: number) => call('fulu.goods.stock.check', { product_id: 10000004, buy_num })
  expect([(await check(3)).stock_status, (await check(4)).stock_status]).toEqual(['警报', '断货'])
  expect(await call('fulu.mobile.info.get', { phone: '13800138000' })).toMatchObject({ operator: '移动' })
})

test('a top-up goes from order to signed callback to query, and is paid from the balance', async () => {
  const no = newNo()
  const before = Number(fulu.control.balance())
  expect(await call('fulu.order.direct.add', topup(no))).toMatchObject({
    code: 0,
    customer_order_no: no,
    order_price: 21.5,
  })
  const [callback] = await shop.about(no)
  const { sign, ...fields } = JSON.parse(callback?.body ?? '{}') as Record<string, string>
  expect(sign).toBe(signed(JSON.stringify(fields), fulu.credentials.appSecret))
  expect(fields).toMatchObject({ customer_order_no: no, order_status: 'success', price: '21.5000', buy_num: '1' })
  expect(await query(no)).toMatchObject({ code: 0, order_state: 'success', order_type: 4, cards: [] })
  expect(Number(fulu.control.balance())).toBe(before - 21.5)
  expect(fulu.control.delivered(no)).toMatchObject({ orders: 1, pieces: 1 })
})

test('cards come encrypted with the query, not with the callback', async () => {
  const no = newNo()
  expect(await buyCards(no, 2)).not.toHaveProperty('cards')
  const [callback] = await shop.about(no)
  expect(callback?.body).not.toContain('card')
  const { cards } = (await query(no)) as unknown as { cards: { card_number: string; card_pwd: string }[] }
  expect(cards).toHaveLength(2)
  const [first] = cards
  const opened = open(first?.card_number ?? '')
  expect(fulu.control.card(opened)).toMatchObject({ secret: open(first?.card_pwd ?? ''), state: 'fresh' })
})

test('a phone is topped up by its number and a face value', async () => {
  const no = newNo()
  const biz = { charge_phone: '13900139000', charge_value: 50, customer_order_no: no }
  expect(await call('fulu.order.mobile.add', biz)).toMatchObject({ order_type: 1, order_price: 49.625 })
  expect(fulu.control.deliveries('13900139000')).toHaveLength(1)
  expect(await call('fulu.order.mobile.add', { ...biz, charge_value: 51 })).toMatchObject({ code: 3001 })
})

test('a number buys once: whoever sends it again is told that it exists', async () => {
  const no = newNo()
  await call('fulu.order.direct.add', topup(no))
  expect(await call('fulu.order.direct.add', topup(no))).toMatchObject({ code: 4010 })
  expect(await call('fulu.order.direct.add', topup(no, { charge_account: '13700137000' }))).toMatchObject({
    code: 4010,
  })
  expect(fulu.control.delivered(no)).toMatchObject({ orders: 1, pieces: 1 })
})

test.each([
  ['goods nobody has', { product_id: 1 }, 3001],
  ['cards as a top-up', { product_id: 10000003 }, 3008],
  ['none of it', { buy_num: 0 }, 4001],
  ['no account', { charge_account: '' }, 4002],
  ['no number', { customer_order_no: '' }, 4000],
  ['a ceiling below the price', { customer_price: '21.4999' }, 3001],
])('an order of %s is refused', async (_name, more, code) => {
  const no = newNo()
  expect(await call('fulu.order.direct.add', topup(no, more))).toMatchObject({ code })
  expect(await query(no)).toMatchObject({ code: 4011 })
})

test.each([
  ['order.delisted', 3002],
  ['order.no_stock', 3005],
  ['order.no_balance', 4008],
  ['order.reject', 3001],
] as const)('fault %s refuses once and takes nothing', async (kind, code) => {
  const no = newNo()
  const before = [fulu.control.balance(), fulu.control.goods()]
  fulu.control.addFault({ kind, goods: '10000001', times: 1 })
  expect(await call('fulu.order.direct.add', topup(no))).toMatchObject({ code })
  expect([fulu.control.balance(), fulu.control.goods()]).toEqual(before)
  expect(await call('fulu.order.direct.add', topup(no))).toMatchObject({ code: 0 })
})

test('an empty balance is told in words, and takes nothing', async () => {
  const own = await startFulu({ host: '127.0.0.1', seed: 'poor' })
  own.control.setBalance('21.4999')
  const answer = await call('fulu.order.direct.add', topup('P1'), { at: own })
  expect(answer).toMatchObject({ code: 4008, message: expect.stringContaining('余额不足') })
  expect([own.control.balance(), own.control.orders()]).toEqual(['21.4999', []])
  await own.close()
})

test('faults of answers: forged, unsure, busy', async () => {
  fulu.control.addFault({ kind: 'api.forged', endpoint: 'fulu.user.info.get', times: 1 })
  expect(await (await send('fulu.user.info.get', {})).json()).toMatchObject({ code: 0, sign: '0'.repeat(32) })
  const no = newNo()
  fulu.control.addFault({ kind: 'api.unsure', endpoint: 'fulu.order.direct.add', key: no, times: 1 })
  expect(await call('fulu.order.direct.add', topup(no))).toMatchObject({ code: 4009 })
  expect(await query(no)).toMatchObject({ code: 0, customer_order_no: no })
  fulu.control.addFault({ kind: 'api.busy', times: 1 })
  expect((await send('fulu.user.info.get', {})).status).toBe(429)
})

test('faults of cards: garbled ones do not decrypt, of a part fewer come', async () => {
  const [garbled, part] = [newNo(), newNo()]
  fulu.control.addFault({ kind: 'card.garbled', key: garbled })
  await buyCards(garbled, 1)
  const answer = (await query(garbled)) as unknown as { cards: { card_pwd: string }[] }
  expect(() => open(answer.cards[0]?.card_pwd ?? '')).toThrow()
  fulu.control.addFault({ kind: 'order.partial', key: part, count: 2 })
  await buyCards(part, 3)
  expect(((await query(part)) as unknown as { cards: unknown[] }).cards).toHaveLength(2)
  expect(fulu.control.order(part)).toMatchObject({ state: 'partial', refunded: '28.8125' })
})

test('faults of cards: none, too few or too many are told, and its book says what was handed out', async () => {
  for (const [kind, told] of [
    ['card.none', 0],
    ['card.fewer', 1],
    ['card.more', 3],
  ] as const) {
    const no = newNo()
    fulu.control.addFault({ kind, key: no })
    await buyCards(no, 2)
    expect(((await query(no)) as unknown as { cards: unknown[] }).cards).toHaveLength(told)
    expect(fulu.control.delivered(no)).toMatchObject({ orders: 1, pieces: 2 })
  }
})

test('after a kill orders under way, stock, balance and secrets are found again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-fulu-'))
  const before = await startFulu({ host: '127.0.0.1', dataDir })
  before.control.setCallbackUrl(shop.url)
  before.control.setPace({ topupMs: 60_000 })
  await call('fulu.order.direct.add', topup('K1'), { at: before })
  shop.answer = { status: 200, body: 'SUCCESS' }
  await call('fulu.order.card.add', { product_id: 10000003, buy_num: 1, customer_order_no: 'K2' }, { at: before })
  await shop.about('"K2"')
  const kept = [before.credentials, before.control.balance(), before.control.goods()]
  await before.close()
  shop.answer = { status: 200, body: 'success' }
  const after = await startFulu({ host: '127.0.0.1', dataDir })
  expect([after.credentials, after.control.balance(), after.control.goods()]).toEqual(kept)
  await after.control.advance(60_000)
  expect(after.control.order('K1')).toMatchObject({ state: 'success' })
  await shop.about('"K1"')
  await shop.about('"K2"', 2)
  await after.close()
  rmSync(dataDir, { recursive: true })
})
