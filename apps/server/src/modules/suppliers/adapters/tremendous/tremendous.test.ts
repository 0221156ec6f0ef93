import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createOutbound } from '../../../../platform/outbound/index.ts'
import type { RawCallback, SupplierAccount } from '../../supplier.ts'
import { openSmallServer, type Told } from '../small-server.fixture.ts'
import { tremendous } from './index.ts'

/** What the stand-in does not play: states of orders that wait, other answers, webhooks about orders. */

const NO = '26112200000000000001'
const outbound = createOutbound({ allowInsecure: true })
let server: Awaited<ReturnType<typeof openSmallServer>>
let account: SupplierAccount
let told: Told

beforeAll(async () => {
  server = await openSmallServer(() => told)
  account = {
    ...{ baseUrl: server.url, identity: 'balance', settings: { rates: 'USD=7.25, EUR=8' } },
    secrets: { apiKey: 'TEST_k', webhookKey: 'wh' },
  }
})
afterAll(() => {
  server.close()
  outbound.close()
})
beforeEach(() => {
  server.asked.length = 0
})

const call = {
  ...{ no: NO, remoteId: 'ABC/12.5/EUR', kind: 'link' as const, quantity: 1, ceilingHao: 1_300_000 },
  ...{ fields: {}, callbackUrl: 'https://shop.test/back', buyerIp: '203.0.113.9' },
}
const asked = { no: NO, remoteNo: null, kind: 'link' as const, quantity: 1, placedAt: new Date() }
const order = (status: string, reward: object = {}) => ({
  order: {
    ...{ id: 'ORD1', external_id: NO, status, payment: { total: 13.0625 } },
    rewards: [
      { id: 'RW1', delivery: { link: 'https://reward.test/1' }, expires_at: '2027-01-31T00:00:00Z', ...reward },
    ],
  },
})

test('one reward is ordered under our number, and its link comes with its end', async () => {
  told = { body: order('EXECUTED') }
  expect(await tremendous.place(outbound, account, call)).toEqual({
    kind: 'done',
    order: {
      ...{ state: 'done', remoteNo: 'ORD1', costHao: 947_032 },
      own: { currency: 'USD', hao: 130_625, rate: 7_250_000 },
      cards: [{ number: '', secret: 'https://reward.test/1', validTo: '2027-01-31T00:00:00Z' }],
    },
  })
  expect(server.asked).toMatchObject([{ path: '/api/v2/orders', headers: { authorization: 'Bearer TEST_k' } }])
  expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({
    external_id: NO,
    reward: { value: { denomination: 12.5, currency_code: 'EUR' }, delivery: { method: 'LINK' }, products: ['ABC'] },
  })
  expect(await tremendous.place(outbound, account, { ...call, quantity: 2 })).toMatchObject({
    kind: 'refused',
    about: 'limit',
  })
  expect(await tremendous.place(outbound, account, { ...call, remoteId: 'ABC' })).toMatchObject({ kind: 'refused' })
  // The rate has risen since it was chosen: 12.5 EUR are 100 yuan.
  expect(await tremendous.place(outbound, account, { ...call, ceilingHao: 999_999 })).toMatchObject({
    ...{ kind: 'refused', about: 'price' },
  })
  expect(server.asked).toHaveLength(1)
})

test.each<[string, Told, object]>([
  ['approval awaited', { body: order('PENDING APPROVAL') }, { order: { state: 'accepted' } }],
  ['settlement awaited', { body: order('PENDING SETTLEMENT') }, { order: { state: 'accepted' } }],
  ['failed', { body: order('FAILED') }, { order: { state: 'failed' } }],
  ['cancelled', { body: order('CANCELED') }, { order: { state: 'failed' } }],
  ['a new state', { body: order('ODD') }, { kind: 'unknown' }],
  ['an end that cannot be read', { body: order('EXECUTED', { expires_at: 'soon' }) }, { kind: 'unknown' }],
  ['no address', { body: order('EXECUTED', { delivery: { link: 'javascript:1' } }) }, { kind: 'unknown' }],
  [
    '409: the number was used for something else',
    { status: 409, body: { errors: { message: 'conflict' } } },
    { kind: 'unknown' },
  ],
  ['400', { status: 400, body: { errors: { message: 'Product not found' } } }, { kind: 'refused', about: 'product' }],
  ['402', { status: 402, body: { errors: { message: 'insufficient funds' } } }, { kind: 'refused', about: 'balance' }],
  ['403 of a proxy', { status: 403, body: '<html>' }, { kind: 'unknown' }],
  ['a redirect', { status: 302, body: {} }, { kind: 'unknown' }],
])('placing: %s', async (_name, answer, expected) => {
  told = answer
  expect(await tremendous.place(outbound, account, call)).toMatchObject(expected)
})

test('asking about another order, or with a key that is not taken, ends nothing', async () => {
  told = { body: { order: { ...order('EXECUTED').order, external_id: 'X' } } }
  expect(await tremendous.ask(outbound, account, asked)).toMatchObject({ kind: 'unknown' })
  told = { status: 401, body: { errors: { message: 'Unauthorized' } } }
  expect(await tremendous.ask(outbound, account, asked)).toMatchObject({ kind: 'unknown' })
  told = { status: 404, body: { errors: { message: 'Order not found' } } }
  expect(await tremendous.ask(outbound, account, asked)).toEqual({ kind: 'not_found' })
  told = { status: 404, body: '<html>' }
  expect(await tremendous.ask(outbound, account, asked)).toMatchObject({ kind: 'unknown' })
})

test('a webhook about an order names it by their number', () => {
  const webhook = (event: string, type = 'orders'): RawCallback => {
    const body = Buffer.from(JSON.stringify({ event, payload: { resource: { id: 'ORD1', type } } }))
    const signature = `sha256=${createHmac('sha256', 'wh').update(body).digest('hex')}`
    return { method: 'POST', path: '/back', headers: { 'tremendous-webhook-signature': signature }, body }
  }
  const verify = (one: RawCallback, at = account) => tremendous.verifyCallback(at, one, new Date())
  expect(verify(webhook('ORDERS.APPROVED'))).toEqual({
    ok: true,
    about: 'remote_order',
    remoteNo: 'ORD1',
    claim: 'unclear',
  })
  expect(verify(webhook('ORDERS.CANCELED'))).toMatchObject({ claim: 'failed' })
  expect(verify(webhook('REWARDS.DELIVERY.SUCCEEDED', 'rewards'))).toMatchObject({
    about: 'remote_piece',
    claim: 'done',
  })
  expect(verify({ ...webhook('ORDERS.APPROVED'), headers: {} })).toEqual({ ok: false, verdict: 'bad_signature' })
  expect(verify(webhook('ORDERS.APPROVED'), { ...account, secrets: { apiKey: 'TEST_k' } })).toEqual({
    ok: false,
    verdict: 'bad_signature',
  })
})
