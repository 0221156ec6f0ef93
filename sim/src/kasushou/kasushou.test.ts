import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openShop, type Shop } from '../suppliers/shop.fixture.ts'
import { KASUSHOU_RATE_LIMIT, type KasushouStandIn, startKasushou } from './index.ts'

type Row = Record<string, unknown>
let shop: Shop
let kasushou: KasushouStandIn

beforeAll(async () => {
  shop = await openShop('ok')
  kasushou = await startKasushou({ host: '127.0.0.1', seed: 'test' })
  kasushou.control.setPace({ topupMs: 0 })
})
afterAll(async () => {
  await kasushou.close()
  shop.close()
})
afterEach(() => {
  shop.heard = []
  kasushou.control.clearFaults()
})

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex')
const sorted = (value: Row): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))))

type Options = { readonly key?: string; readonly userId?: string; readonly timestamp?: string }
async function send(path: string, body: Row, options: Options = {}): Promise<Response> {
  const { userId = kasushou.credentials.userId, timestamp = String(Date.now()) } = options
  const text = sorted(body)
  const headers = {
    'content-type': 'application/json',
    Sign: sha1(`${timestamp}${text}${options.key ?? kasushou.credentials.apiKey}`),
    Timestamp: timestamp,
    UserId: userId,
  }
  return fetch(`${kasushou.url}/api/v1/${path}`, { method: 'POST', headers, body: text })
}
type Answer = { code: number; msg: string; data: Row }
const call = async (path: string, body: Row = {}, options: Options = {}): Promise<Answer> =>
  (await (await send(path, body, options)).json()) as Answer

let lastNo = 0
const newNo = (): string => `S26112200${String(++lastNo).padStart(5, '0')}`
const buy = (no: string, more: Row = {}) =>
  call('order/buy', {
    id: 1001,
    quantity: 1,
    external_orderno: no,
    url: shop.url,
    mark: '',
    attach: { recharge_account: '13800138000' },
    ...more,
  })
const buyCards = (no: string, quantity: number) => buy(no, { id: 1003, quantity, attach: {} })
const info = async (no: string) =>
  ((await call('order/info', { external_orderno: no, day: 0 })).data as unknown as Row[])[0]

test('only who signs well and in time is served', async () => {
  expect(await call('user/info')).toMatchObject({ code: 200, data: { balance: '20000.0000' } })
  expect(await call('user/info', {}, { key: 'guessed' })).toMatchObject({ code: 400, msg: '签名错误' })
  expect(await call('user/info', {}, { userId: '1' })).toMatchObject({ code: 400, msg: '用户不存在' })
  const old = String(Date.now() - 600_000)
  expect(await call('user/info', {}, { timestamp: old })).toMatchObject({ code: 400, msg: '时间戳已过期' })
})

test('goods are told by category and page, with what a buyer fills in', async () => {
  const [site] = (await call('goods/cate')).data as unknown as { children: { id: number; name: string }[] }[]
  const video = site?.children.find(({ name }) => name === '视频会员')?.id
  const { data } = await call('goods/list', { cate_id: video, keyword: '', limit: 1, page: 2 })
  expect(data).toMatchObject({ total: 2, list: [{ id: 1003, goods_type: 1, goods_price: '13.9000', stock_num: 300 }] })
  const attach = [{ key: 'recharge_account' }, { key: 'lblName1', type: 'select' }]
  expect((await call('goods/info', { id: 1002 })).data).toMatchObject({ goods_price: '5.7350', end_count: 10, attach })
  expect((await call('goods/attach', { goods_id: '1002' })).data).toMatchObject(attach)
})

test('a top-up is called back with the signature in the body, its time first', async () => {
  const no = newNo()
  const { data } = await buy(no)
  const [callback] = await shop.about(no)
  const { sign, card_list: _, ...fields } = JSON.parse(callback?.body ?? '') as Row
  expect(sign).toBe(sha1(`${fields.time}${sorted(fields)}${kasushou.credentials.apiKey}`))
  expect(fields).toMatchObject({ ordersn: data.ordersn, external_orderno: no, status: 3, total_price: '15.2000' })
  expect(await info(no)).toMatchObject({ status: 3, recharge_info: [{ k: 'recharge_account', v: '13800138000' }] })
})

test('cards are told by the query, several orders at once', async () => {
  const [one, two] = [newNo(), newNo()]
  expect((await buyCards(one, 1)).data).not.toHaveProperty('card_list')
  await buyCards(two, 2)
  const { data } = await call('order/info', { external_orderno: `${one},${two}`, day: 1 })
  expect(data).toMatchObject([{ card_list: [{ card_show_type: 1 }] }, { card_list: [{}, {}] }])
  expect(await info('NOBODY')).toBeUndefined()
})

test('the same number answers the same order, with other terms it is refused', async () => {
  const no = newNo()
  const first = await buy(no)
  expect(await buy(no)).toEqual(first)
  expect(await buy(no, { attach: { recharge_account: '13700137000' } })).toMatchObject({
    code: 400,
    msg: '外部订单号已存在',
  })
  expect(kasushou.control.delivered(no)).toMatchObject({ orders: 1, pieces: 1 })
})

test('stock and money run out', async () => {
  kasushou.control.setGoods('1004', { stock: 2 })
  const buySome = (quantity: number) => buy(newNo(), { id: 1004, quantity, attach: {} })
  expect(await buySome(3)).toMatchObject({ code: 400, msg: '商品库存不足' })
  expect(await buySome(2)).toMatchObject({ code: 200 })
  expect(await buySome(1)).toMatchObject({ code: 400, msg: '商品库存不足' })
  kasushou.control.setBalance('15.1999')
  expect(await buy(newNo())).toMatchObject({ code: 400, msg: '账户余额不足' })
  kasushou.control.setBalance('15.2')
  expect(await buy(newNo())).toMatchObject({ code: 200 })
  expect(kasushou.control.balance()).toBe('0.0000')
  kasushou.control.setBalance('20000')
})

test('an account must be whole, and a choice one of those offered', async () => {
  const zone = (lblName1: string) => buy(newNo(), { id: 1002, attach: { recharge_account: 'a1', lblName1 } })
  expect(await zone('')).toMatchObject({ code: 400, msg: '下单参数不完整' })
  expect(await zone('火星区')).toMatchObject({ code: 400, msg: '下单参数不完整' })
  expect(await zone('微信区')).toMatchObject({ code: 200 })
})

test('goods paused or off sale, or dearer than the safe price, are refused', async () => {
  kasushou.control.setGoods('1001', { state: 'off' })
  expect(await buy(newNo())).toMatchObject({ msg: '商品已禁售' })
  kasushou.control.setGoods('1001', { state: 'paused' })
  expect(await buy(newNo())).toMatchObject({ msg: '商品已暂停销售' })
  kasushou.control.setGoods('1001', { state: 'on', price: '15.3' })
  expect(await buy(newNo(), { safe_price: '15.2000' })).toMatchObject({ msg: '商品价格已高于安全价格' })
  expect((await buy(newNo())).data).toMatchObject({ total_price: '15.3000' })
  kasushou.control.setGoods('1001', { price: '15.2' })
})

test('states: not paid, waiting, under way, cancelled, a part, paid back', async () => {
  const [unpaid, slow, failed, part, reversed] = [newNo(), newNo(), newNo(), newNo(), newNo()]
  kasushou.control.addFault({ kind: 'order.unpaid', key: unpaid })
  kasushou.control.addFault({ kind: 'order.slow', key: slow, ms: 60_000 })
  kasushou.control.addFault({ kind: 'order.fail', key: failed })
  kasushou.control.addFault({ kind: 'order.partial', key: part })
  for (const no of [unpaid, slow, failed, reversed]) await buy(no)
  await buyCards(part, 2)
  for (const no of [failed, part, reversed]) await shop.about(no)
  expect(await info(unpaid)).toMatchObject({ status: -1 })
  expect(await info(slow)).toMatchObject({ status: 1 })
  await kasushou.control.advance(45_000)
  expect(await info(slow)).toMatchObject({ status: 2 })
  expect(await info(failed)).toMatchObject({ status: 4, has_back_money: '15.2000', card_list: [] })
  expect(await info(part)).toMatchObject({ status: 3, has_back_money: '13.9000', card_list: [{}] })
  await kasushou.control.settle(reversed, 'failed')
  expect(await info(reversed)).toMatchObject({ status: 5 })
  await kasushou.control.settle(unpaid, 'success')
  expect(await info(unpaid)).toMatchObject({ status: 3 })
})

test('three requests in ten seconds are taken when the limit is on', async () => {
  kasushou.control.setRateLimit(KASUSHOU_RATE_LIMIT)
  const statuses: number[] = []
  for (let count = 0; count < 4; count += 1) statuses.push((await send('user/info', {})).status)
  expect(statuses).toEqual([200, 200, 200, 429])
  await kasushou.control.advance(10_000)
  expect((await send('user/info', {})).status).toBe(200)
  kasushou.control.setRateLimit(undefined)
})

test('garbled cards and an unsure answer', async () => {
  const no = newNo()
  kasushou.control.addFault({ kind: 'card.garbled', key: no })
  kasushou.control.addFault({ kind: 'api.unsure', endpoint: 'order/buy', key: no })
  expect(await buyCards(no, 1)).toMatchObject({ code: 500 })
  expect(await info(no)).toMatchObject({ status: 3, card_list: [{ card_no: null }] })
})
