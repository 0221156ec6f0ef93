import { createCipheriv, createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOutbound } from '../../../../platform/outbound/index.ts'
import type { OrderCall, SupplierAccount } from '../../supplier.ts'
import { openSmallServer } from '../small-server.fixture.ts'
import { fuluSignature } from './gateway.ts'
import { fulu } from './index.ts'

/** What the stand-in of the open platform does not play: the recharge platform, and answers of every code. */

const SECRET = '0a091b3aa4324435aab703142518a8f7'
const NO = '26112200000000000001'
const outbound = createOutbound({ allowInsecure: true })
let server: Awaited<ReturnType<typeof openSmallServer>>
let account: SupplierAccount
let answer: { code: number | string; message?: string; result?: unknown }

/** The rule as it is written down, not as the adapter has it. */
const written = (text: string): string =>
  createHash('md5')
    .update(Array.from(text).sort().join('') + SECRET)
    .digest('hex')

beforeAll(async () => {
  server = await openSmallServer(() => {
    const result = answer.result === undefined ? '' : JSON.stringify(answer.result)
    return { body: { ...answer, result, sign: written(result) } }
  })
  account = { baseUrl: `${server.url}/api/getway`, identity: 'appkey', settings: {}, secrets: { appSecret: SECRET } }
})
afterAll(() => {
  server.close()
  outbound.close()
})

const call: OrderCall = {
  ...{ no: NO, remoteId: '10000003', kind: 'card', quantity: 1, ceilingHao: 288_125 },
  ...{ fields: {}, callbackUrl: 'https://shop.test/back', buyerIp: '203.0.113.9' },
}
const place = () => fulu.place(outbound, account, call)
const asked = { no: NO, remoteNo: null, kind: 'card' as const, quantity: 1, placedAt: new Date() }

test('a call is signed over the sorted characters of what is sent', async () => {
  answer = { code: 0, result: { order_id: '1', customer_order_no: NO, order_price: 28.8125, order_state: 'success' } }
  expect(await place()).toMatchObject({ order: { state: 'accepted', costHao: 288_125 } })
  const sent = server.asked.at(-1)
  expect(sent?.path).toBe('/api/getway')
  const { sign, ...fields } = JSON.parse(sent?.body ?? '')
  expect(sign).toBe(written(JSON.stringify(fields)))
  expect(fields).toMatchObject({ app_key: 'appkey', method: 'fulu.order.card.add', version: '2.0', app_auth_token: '' })
  expect(JSON.parse(fields.biz_content)).toMatchObject({ customer_order_no: NO, customer_price: '28.8125' })
  expect(fuluSignature('{"b":"/中"}', SECRET)).toBe(written('{"b":"/中"}'))
})

test.each([
  [3001, '商品不存在', 'refused', 'product'],
  [3001, '商品价格变动', 'refused', 'price'],
  [3005, '商品库存不足', 'refused', 'stock'],
  [4001, '购买数量必须大于0', 'refused', 'limit'],
  [4002, '必须传入充值账号', 'refused', 'account'],
  [1016, '签名错误', 'refused', 'other'],
  [4008, '添加订单失败', 'unknown', undefined],
  [4008, '添加订单失败：账户余额不足', 'refused', 'balance'],
  [4009, '执行下单超时，余额不足', 'unknown', undefined],
  [4010, '外部订单号已存在', 'unknown', undefined],
  [5000, '系统异常', 'unknown', undefined],
  [7777, '余额不足', 'refused', 'balance'],
  [7777, '系统繁忙，余额不足', 'unknown', undefined],
  [7777, '什么', 'unknown', undefined],
])('%s %s: %s', async (code, message, kind, about) => {
  answer = { code, message }
  expect(await place()).toMatchObject({ kind, ...(about && { about }) })
  expect(await fulu.ask(outbound, account, asked)).toMatchObject({ kind: 'unknown' })
})

describe('the recharge platform', () => {
  const sealed = (text: string): string => {
    const cipher = createCipheriv('aes-256-ecb', SECRET, null)
    return Buffer.concat([cipher.update(text), cipher.final()]).toString('base64')
  }
  const variant = (cards: string): SupplierAccount => ({ ...account, settings: { platform: '1.0', cards } })

  test('has another address, version and names', async () => {
    answer = { code: 200, result: { order_id: '1', order_status: 1, customer_order_no: NO } }
    expect(await fulu.place(outbound, variant('plain'), call)).toMatchObject({ order: { state: 'accepted' } })
    const sent = server.asked.at(-1)
    expect(sent?.path).toBe('/api/rechargeapi/gateway')
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({ method: 'order.notify', version: '1.0' })
    answer = { code: 200, result: { Balances: [{ AccountType: 1, Balance: 12.5 }] } }
    expect(await fulu.balance(outbound, variant('plain'))).toEqual({
      kind: 'done',
      value: { hao: 125_000, currency: 'CNY' },
    })
    expect(await fulu.products(outbound, variant('plain'), undefined)).toMatchObject({
      kind: 'refused',
      code: 'unsupported',
    })
  })

  test('cards are read the way the account says, and not at all the other way', async () => {
    const result = (card_no: string, card_pwd: string) => ({
      ...{ order_id: '1', order_status: 3, customer_order_no: NO, order_price: 1 },
      card_pwds: [{ card_no, card_pwd, expire_time: '2027-01-31' }],
    })
    answer = { code: 200, result: result('N1', 'P1') }
    const card = { number: 'N1', secret: 'P1', validTo: '2027-01-31T23:59:59+08:00' }
    expect(await fulu.ask(outbound, variant('plain'), asked)).toMatchObject({ order: { state: 'done', cards: [card] } })
    expect(await fulu.ask(outbound, variant('aes'), asked)).toMatchObject({ kind: 'unknown' })
    answer = { code: 200, result: result(sealed('N1'), sealed('P1')) }
    expect(await fulu.ask(outbound, variant('aes'), asked)).toMatchObject({ order: { state: 'done', cards: [card] } })
  })
})
