import { createDecipheriv, createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openShop, type Shop } from '../suppliers/shop.fixture.ts'
import { type KayixinStandIn, startKayixin } from './index.ts'
import { signatureOf } from './signing.ts'

type Row = Record<string, unknown>
let shop: Shop
let kayixin: KayixinStandIn

beforeAll(async () => {
  shop = await openShop('ok')
  kayixin = await startKayixin({ host: '127.0.0.1', seed: 'test' })
  kayixin.control.setPace({ topupMs: 0 })
})
afterAll(async () => {
  await kayixin.close()
  shop.close()
})
afterEach(() => {
  shop.heard = []
  kayixin.control.clearFaults()
})

const md5 = (...parts: readonly string[]): string => createHash('md5').update(parts.join('')).digest('hex')

type Options = { readonly secret?: string; readonly timestamp?: string; readonly version?: string }
async function call(path: string, body: Row = {}, options: Options = {}): Promise<Row & { data: Row }> {
  const { appId, appSecret } = kayixin.credentials
  const { secret = appSecret, timestamp = String(Math.floor(Date.now() / 1000)), version = '3.0' } = options
  const text = JSON.stringify(body)
  const headers = {
    'content-type': 'application/json',
    'X-App-Id': appId,
    'X-Version': version,
    'X-Timestamp': timestamp,
    'X-Signature': md5(appId, secret, version, timestamp, text),
  }
  const response = await fetch(`${kayixin.url}/api/v3/${path}`, { method: 'POST', headers, body: text })
  return (await response.json()) as Row & { data: Row }
}

let lastNo = 0
const newNo = (): string => `Y26112200${String(++lastNo).padStart(5, '0')}`
const order = (outerNumber: string, more: Row = {}) => ({
  goodsId: 201068,
  count: 1,
  notifyUrl: shop.url,
  outerNumber,
  safePrice: 0,
  sku: '',
  attach: [{ name: '充值账号', value: '13800138000' }],
  ...more,
})
const cards = (outerNumber: string, count: number) =>
  call('order/create', order(outerNumber, { goodsId: 201070, count, attach: [] }))
const detail = async (outerNumber: string) => (await call('order/getDetail', { outerNumber, orderNumber: '' })).data

test('the published example of a signature comes out', () => {
  const body = '{"orderNumber":"20251016165825069","outerNumber":""}'
  const signed = { appId: '10000', version: '3.0', timestamp: '1760767397', body }
  expect(signatureOf(signed, '652fbdd2f637606a2afbb2fe0ca72419')).toBe('6a414e658265ff3ca665cee3b161c4e9')
})

test('only who signs well and in time is served', async () => {
  expect(await call('user/getAccount')).toMatchObject({ code: 1000, data: { balance: 20000 } })
  expect(await call('user/getAccount', {}, { secret: 'guessed' })).toMatchObject({ code: 1002 })
  expect(await call('user/getAccount', {}, { version: '2.0' })).toMatchObject({ code: 1002 })
  const old = String(Math.floor(Date.now() / 1000) - 600)
  expect(await call('user/getAccount', {}, { timestamp: old })).toMatchObject({ code: 1002 })
})

test('goods are told by page, by kind and by category', async () => {
  const { data } = await call('goods/getList', { page: 2 })
  expect(data).toMatchObject({ allCount: 30, allPage: 2 })
  expect(data.items).toHaveLength(10)
  expect((await call('goods/getList', { goodsType: '3' })).data).toMatchObject({ allCount: 2, allPage: 1 })
  const dirs = (await call('goods/getDirs')).data as unknown as { children: { id: number; name: string }[] }[]
  const music = dirs[0]?.children.find(({ name }) => name === '音乐会员')?.id
  expect((await call('goods/getList', { dirId: String(music) })).data).toMatchObject({ allCount: 1 })
  expect((await call('goods/getDetail', { goodsId: 201069 })).data).toMatchObject({
    salesPrice: 5.5125,
    stockCount: 1000,
    rechargeTemplates: [
      { title: '充值账号', type: 0 },
      { title: '服务器', type: 14 },
    ],
  })
})

test('a top-up is called back with the signature in the headers, and told by both numbers', async () => {
  const no = newNo()
  const { data } = await call('order/create', order(no))
  const [callback] = await shop.about(no)
  const { 'x-app-id': id, 'x-version': version, 'x-timestamp': at, 'x-signature': signature } = callback?.headers ?? {}
  expect(signature).toBe(
    md5(String(id), kayixin.credentials.appSecret, String(version), String(at), callback?.body ?? ''),
  )
  expect(JSON.parse(callback?.body ?? '')).toMatchObject({
    outerNumber: no,
    status: 3,
    money: 14.6,
    retMoney: 0,
    cards: '',
  })
  expect((await call('order/getDetail', { orderNumber: data.orderNumber })).data).toMatchObject({
    outerNumber: no,
    status: 3,
  })
})

test('cards come plain with the answer and the query, and encrypted with the callback', async () => {
  const no = newNo()
  const { data } = await cards(no, 2)
  expect(data.cards).toHaveLength(2)
  const [callback] = await shop.about(no)
  const { cards: sealed } = JSON.parse(callback?.body ?? '') as { cards: string }
  const decipher = createDecipheriv('aes-256-ecb', kayixin.credentials.appSecret, null)
  const opened = JSON.parse(decipher.update(sealed, 'base64', 'utf8') + decipher.final('utf8'))
  expect(opened).toEqual((await detail(no)).cards)
})

test('the same number answers the same order, with other terms it is refused', async () => {
  const no = newNo()
  const first = await call('order/create', order(no))
  expect(await call('order/create', order(no))).toEqual(first)
  expect(await call('order/create', order(no, { count: 2 }))).toMatchObject({ code: 1110, msg: '采购单号重复' })
  expect(kayixin.control.delivered(no)).toMatchObject({ orders: 1, pieces: 1 })
})

test('a price that went up is refused above the ceiling, and charged where none was sent', async () => {
  const [guarded, open] = [newNo(), newNo()]
  const { price } = kayixin.control.goods().find(({ id }) => id === '201068') ?? {}
  kayixin.control.addFault({ kind: 'order.price_up', key: guarded, amount: 5_000 })
  expect(await call('order/create', order(guarded, { safePrice: 14.6 }))).toMatchObject({ code: 1108 })
  await call('order/create', order(open))
  expect(await detail(open)).toMatchObject({ money: 15.1 })
  kayixin.control.setGoods('201068', { price: price ?? '' })
})

test.each([
  ['goods nobody has', { goodsId: 1 }, 1101],
  ['too many', { count: 101 }, 1106],
  ['no account', { attach: [] }, 1107],
])('an order of %s is refused', async (_name, more, code) => {
  expect(await call('order/create', order(newNo(), more))).toMatchObject({ code })
})

test('states: not paid, waiting, under way, withdrawn, a part paid back, all paid back later', async () => {
  const [unpaid, slow, failed, part, reversed] = [newNo(), newNo(), newNo(), newNo(), newNo()]
  kayixin.control.addFault({ kind: 'order.unpaid', key: unpaid })
  kayixin.control.addFault({ kind: 'order.slow', key: slow, ms: 60_000 })
  kayixin.control.addFault({ kind: 'order.fail', key: failed, value: '账号不存在' })
  kayixin.control.addFault({ kind: 'order.partial', key: part, count: 1 })
  for (const no of [unpaid, slow, failed, reversed]) await call('order/create', order(no))
  await cards(part, 3)
  for (const no of [failed, part, reversed]) await shop.about(no)
  expect(await detail(unpaid)).toMatchObject({ status: 0 })
  expect(await detail(slow)).toMatchObject({ status: 1 })
  await kayixin.control.advance(40_000)
  expect(await detail(slow)).toMatchObject({ status: 2 })
  expect(await detail(failed)).toMatchObject({ status: 4, money: 14.6, retMoney: 14.6, result: '账号不存在' })
  expect(await detail(part)).toMatchObject({ status: 5, money: 29.4, retMoney: 19.6, cards: [{ status: 0 }] })
  await kayixin.control.settle(reversed, 'failed')
  expect(await detail(reversed)).toMatchObject({ status: 5, retMoney: 14.6 })
  await kayixin.control.advance(20_000)
  expect(await detail(slow)).toMatchObject({ status: 3 })
})

test('black cards: one handed out twice, one used before, one marked later; a query says so', async () => {
  const [first, twice, black] = [newNo(), newNo(), newNo()]
  await cards(first, 1)
  kayixin.control.addFault({ kind: 'card.repeat', key: twice })
  kayixin.control.addFault({ kind: 'card.used', key: black })
  await cards(twice, 1)
  await cards(black, 1)
  const cardOf = async (no: string) => ((await detail(no)).cards as Row[])[0] ?? {}
  const [own, again, used] = [await cardOf(first), await cardOf(twice), await cardOf(black)]
  expect([again.cardNo, again.cardPwd]).toEqual([own.cardNo, own.cardPwd])
  expect(kayixin.control.card(String(own.cardNo))?.orderNos).toHaveLength(2)
  expect((await call('card/getDetail', { cardId: used.cardId })).data).toMatchObject({ status: 3, result: '已使用' })
  kayixin.control.markCard(String(own.cardNo), 'used')
  expect(await cardOf(first)).toMatchObject({ status: 3 })
  const garbled = newNo()
  kayixin.control.addFault({ kind: 'card.garbled', key: garbled })
  await cards(garbled, 1)
  expect(await cardOf(garbled)).toMatchObject({ cardNo: '' })
})

test('an account is looked up without an order, and one that is closed is told and refused', async () => {
  const ask = (name: string) =>
    call('goods/checkAccount', { goodsId: 201068, attach: [{ name: '充值账号', value: name }] })
  kayixin.control.setPerson('13900139000', { isOpen: false })
  kayixin.control.setPerson('13900139001', { nickname: '张小三' })
  expect(await ask('13900139000')).toMatchObject({ code: 1000, data: { status: 0, nickName: '' } })
  expect(await ask('13900139001')).toMatchObject({ code: 1000, data: { status: 1, nickName: '张小三' } })
  expect(await ask('13900139002')).toMatchObject({ code: 1000, data: { status: 1 } })
  expect(await ask('')).toMatchObject({ code: 1107 })
  const attach = [{ name: '充值账号', value: '13900139000' }]
  expect(await call('order/create', order(newNo(), { attach }))).toMatchObject({ code: 1111, msg: '充值账号不存在' })
  expect(kayixin.control.deliveries('13900139000')).toEqual([])
})

test.each([
  ['api.cut', 'fetch failed'],
  ['api.malformed', 'JSON'],
] as const)('a look at an account can go wrong too: %s', async (kind, words) => {
  kayixin.control.addFault({ kind, endpoint: 'goods/checkAccount', times: 1 })
  const ask = () => call('goods/checkAccount', { goodsId: 201068, attach: [{ name: '充值账号', value: 'x1' }] })
  await expect(ask()).rejects.toThrow(words)
  expect(await ask()).toMatchObject({ code: 1000 })
})
