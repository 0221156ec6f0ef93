import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOutbound } from '../../../../platform/outbound/index.ts'
import type { OrderCall, RawCallback, SupplierAccount } from '../../supplier.ts'
import { type Asked, openSmallServer, type Told } from '../small-server.fixture.ts'
import { reloadlyGiftCards as cards } from './gift-cards.ts'
import { reloadlyTopUps as topUps } from './top-ups.ts'

type Server = Awaited<ReturnType<typeof openSmallServer>>
const outbound = createOutbound({ allowInsecure: true })
const NO = '26112200000000000001'
let server: Server
let account: SupplierAccount
/** What the test wants an address to answer, by method and path without its query. */
let routes: Record<string, (asked: Asked) => Told>
let tokens = 0
let lives = 3600
let serial = 0

beforeAll(async () => {
  server = await openSmallServer((asked) => {
    if (asked.path === '/oauth/token') {
      const body = JSON.parse(asked.body)
      if (body.client_secret !== 's3cret') return { status: 401, body: { message: 'Access denied' } }
      tokens += 1
      return { body: { access_token: `T${tokens}`, expires_in: lives, token_type: 'Bearer' } }
    }
    const route = routes[`${asked.method} ${asked.path.split('?')[0]}`]
    return route ? route(asked) : { status: 404, body: { errorCode: 'NOT_FOUND', message: 'not found' } }
  })
})
afterAll(() => {
  server.close()
  outbound.close()
})
beforeEach(() => {
  routes = {}
  tokens = 0
  lives = 3600
  serial += 1
  account = {
    baseUrl: server.url,
    identity: `client${serial}`,
    // A unit of either is a yuan here, so that the cases below need not reckon.
    settings: { authUrl: server.url, rates: 'EUR=1, USD=1' },
    secrets: { clientSecret: 's3cret', webhookSecret: 'wh' },
  }
})
afterEach(() => {
  server.asked.length = 0
})

const call = (more: Partial<OrderCall> = {}): OrderCall => ({
  no: NO,
  remoteId: '120/25.5',
  kind: 'card',
  quantity: 2,
  ceilingHao: 300_000,
  fields: {},
  callbackUrl: 'https://shop.test/back',
  buyerIp: '203.0.113.9',
  ...more,
})
const asked = (more: object = {}) => ({
  no: NO,
  remoteNo: null,
  kind: 'card' as const,
  quantity: 2,
  placedAt: new Date(),
  ...more,
})
const transaction = (status: string, more: object = {}) => ({
  transactionId: 4711,
  amount: 51.1234,
  currencyCode: 'EUR',
  customIdentifier: NO,
  status,
  product: { productId: 120, quantity: 2 },
  ...more,
})
const TWO = [
  { cardNumber: '6120', pinCode: '11' },
  { cardNumber: '6121', pinCode: null },
]

/** In the account’s first currency, where the answer names none; its rate here is one. */
const inItsOwn = (hao: number) => ({ currency: 'EUR', hao, rate: 1_000_000 })

describe('tokens', () => {
  test('one is fetched and used until it ends', async () => {
    routes['GET /accounts/balance'] = () => ({ body: { balance: 1_234.5678, currencyCode: 'EUR' } })
    for (let times = 0; times < 3; times += 1) {
      expect(await cards.balance(outbound, account)).toEqual({
        kind: 'done',
        value: { hao: 12_345_678, currency: 'CNY' },
      })
    }
    expect(tokens).toBe(1)
    expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({
      grant_type: 'client_credentials',
      audience: server.url,
    })
    expect(server.asked[1]?.headers).toMatchObject({
      authorization: 'Bearer T1',
      accept: 'application/com.reloadly.giftcards-v1+json',
    })
  })

  test('one that ends within the minute is not used again, one that is no longer taken is renewed once', async () => {
    lives = 30
    routes['GET /accounts/balance'] = () => ({ body: { balance: 1, currencyCode: 'EUR' } })
    await cards.balance(outbound, account)
    await cards.balance(outbound, account)
    expect(tokens).toBe(2)
    lives = 3600
    routes['GET /accounts/balance'] = ({ headers }) =>
      headers.authorization === 'Bearer T4' ? { body: { balance: 2, currencyCode: 'EUR' } } : { status: 401, body: {} }
    expect(await cards.balance(outbound, account)).toMatchObject({ value: { hao: 20_000 } })
    routes['GET /accounts/balance'] = () => ({ status: 401, body: {} })
    expect(await cards.balance(outbound, account)).toMatchObject({ kind: 'refused', code: 'HTTP 401' })
  })

  test('without a token nothing was bought, and the secret is not told', async () => {
    const wrong = { ...account, secrets: { clientSecret: 'wr0ng' } }
    const outcome = await cards.place(outbound, wrong, call())
    expect(outcome).toMatchObject({ kind: 'refused', code: 'no_token' })
    expect(JSON.stringify(outcome)).not.toContain('wr0ng')
    expect(server.asked.some(({ path }) => path === '/orders')).toBe(false)
  })
})

const LISTED = {
  ...{ productId: 120, productName: 'Gift card', status: 'ACTIVE' },
  ...{ senderCurrencyCode: 'EUR', recipientCurrencyCode: 'EUR' },
  ...{ fixedSenderDenominations: [25.5], fixedRecipientDenominations: [25.5] },
}

describe('gift cards', () => {
  beforeEach(() => {
    routes['GET /products/120'] = () => ({ body: LISTED })
  })

  test.each<[string, Told, object]>([
    ['above the ceiling', { body: { ...LISTED, fixedSenderDenominations: [30.01] } }, { about: 'price' }],
    ['above it by its fee', { body: { ...LISTED, senderFee: 4.51 } }, { about: 'price', code: 'above_ceiling' }],
    ['off sale', { body: { ...LISTED, status: 'INACTIVE' } }, { about: 'product' }],
    ['not sold in this amount', { body: { ...LISTED, fixedRecipientDenominations: [20] } }, { about: 'product' }],
    ['not told', { status: 502, body: '<html>' }, { about: 'supplier', code: 'not_reached' }],
    ['told in half', { body: '{"product' }, { about: 'supplier', code: 'not_reached' }],
  ])('a price that is %s is refused before anything is ordered', async (_name, told, expected) => {
    routes['GET /products/120'] = () => told
    routes['POST /orders'] = () => ({ body: transaction('SUCCESSFUL') })
    expect(await cards.place(outbound, account, call())).toMatchObject({ kind: 'refused', ...expected })
    expect(server.asked.some(({ path }) => path === '/orders')).toBe(false)
  })

  test('an order is placed under our number, and its cards are fetched when it is done', async () => {
    routes['POST /orders'] = () => ({ body: transaction('SUCCESSFUL') })
    routes['GET /orders/transactions/4711/cards'] = () => ({ body: TWO })
    expect(await cards.place(outbound, account, call())).toEqual({
      kind: 'done',
      order: {
        state: 'done',
        remoteNo: '4711',
        costHao: 511_234,
        own: inItsOwn(511_234),
        cards: [
          { number: '6120', secret: '11', validTo: null },
          { number: '', secret: '6121', validTo: null },
        ],
      },
    })
    const sent = server.asked.find(({ path }) => path === '/orders')
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      productId: 120,
      quantity: 2,
      unitPrice: 25.5,
      customIdentifier: NO,
      senderName: 'Shop',
    })
  })

  test.each<[string, Told, object]>([
    ['cut', 'cut', { kind: 'unknown' }],
    ['5xx', { status: 502, body: { message: 'bad' } }, { kind: 'unknown' }],
    ['half an answer', { body: '{"transactionId":4' }, { kind: 'unknown' }],
    ['a page of a proxy', { status: 403, body: '<html>' }, { kind: 'unknown' }],
    ['another order', { body: transaction('SUCCESSFUL', { customIdentifier: 'X' }) }, { kind: 'unknown' }],
    ['another quantity', { body: transaction('SUCCESSFUL', { product: { quantity: 1 } }) }, { kind: 'unknown' }],
    [
      'a number that was used',
      { status: 400, body: { errorCode: 'CUSTOM_IDENTIFIER_USED', message: 'This custom identifier was used' } },
      { kind: 'unknown' },
    ],
    [
      'no money',
      { status: 400, body: { errorCode: 'INSUFFICIENT_BALANCE', message: 'Insufficient balance' } },
      { kind: 'refused', about: 'balance' },
    ],
    ['no such product', { status: 404, body: { message: 'gone' } }, { kind: 'refused', about: 'product' }],
    ['too often', { status: 429, body: {} }, { kind: 'refused', about: 'limit' }],
    ['under way', { body: transaction('PENDING') }, { kind: 'done', order: { state: 'accepted' } }],
    ['failed', { body: transaction('FAILED') }, { kind: 'done', order: { state: 'failed' } }],
    ['a new state', { body: transaction('ODD') }, { kind: 'unknown' }],
  ])('placing: %s', async (_name, told, expected) => {
    routes['POST /orders'] = () => told
    expect(await cards.place(outbound, account, call())).toMatchObject(expected)
  })

  test('asking finds the transaction by our number or by theirs; what is not there is not found', async () => {
    const report = (content: object[]) => () => ({ body: { content } })
    routes['GET /reports/transactions'] = report([])
    expect(await cards.ask(outbound, account, asked())).toEqual({ kind: 'not_found' })
    routes['GET /reports/transactions'] = report([transaction('SUCCESSFUL', { customIdentifier: 'OTHER' })])
    expect(await cards.ask(outbound, account, asked())).toEqual({ kind: 'not_found' })
    routes['GET /reports/transactions'] = report([transaction('PROCESSING')])
    expect(await cards.ask(outbound, account, asked())).toMatchObject({
      order: { state: 'accepted', remoteNo: '4711' },
    })
    expect(server.asked.at(-1)?.path).toContain(`customIdentifier=${NO}`)
    routes['GET /reports/transactions'] = report([transaction('SUCCESSFUL'), transaction('SUCCESSFUL')])
    expect(await cards.ask(outbound, account, asked())).toMatchObject({ kind: 'unknown' })
    routes['GET /reports/transactions/4711'] = () => ({ body: transaction('SUCCESSFUL') })
    routes['GET /orders/transactions/4711/cards'] = () => ({ status: 500, body: {} })
    expect(await cards.ask(outbound, account, asked({ remoteNo: '4711' }))).toMatchObject({ kind: 'unknown' })
    routes['GET /orders/transactions/4711/cards'] = () => ({ body: TWO.slice(0, 1) })
    expect(await cards.ask(outbound, account, asked({ remoteNo: '4711' }))).toMatchObject({
      order: { state: 'partial', arrived: 1 },
    })
    routes['GET /reports/transactions/4711'] = () => ({ status: 400, body: { errorCode: 'X', message: 'no' } })
    expect(await cards.ask(outbound, account, asked({ remoteNo: '4711' }))).toMatchObject({ kind: 'unknown' })
  })

  test('products come in every amount they have, with what they cost in our currency', async () => {
    const item = {
      productId: 120,
      productName: 'Amazon US',
      senderCurrencyCode: 'EUR',
      recipientCurrencyCode: 'USD',
      fixedRecipientDenominations: [10, 25.5],
      fixedSenderDenominations: [9.2, 23.46],
      senderFee: 0.5,
      senderFeePercentage: 1,
      discountPercentage: 3,
    }
    routes['GET /products'] = ({ path }) => ({
      body: { content: path.includes('page=1') ? [item, { productId: 1 }] : [], last: !path.includes('page=1') },
    })
    const page = await cards.products(outbound, account, undefined)
    expect(page).toMatchObject({
      value: {
        next: '2',
        items: [
          { remoteId: '120/10', costHao: 92_000 + 5_000 - 1_840, currency: 'CNY', faceHao: null },
          { remoteId: '120/25.5', name: 'Amazon US 25.5 USD' },
        ],
      },
    })
    expect(await cards.products(outbound, account, '2')).toEqual({ kind: 'done', value: { items: [] } })
    routes['GET /products/120'] = () => ({ body: item })
    expect(await cards.product(outbound, account, '120/10')).toMatchObject({ value: { costHao: 95_160 } })
    expect(await cards.product(outbound, account, '120/11')).toMatchObject({ kind: 'refused', about: 'product' })
  })
})

describe('top-ups', () => {
  const topUp = (more: Partial<OrderCall> = {}) =>
    call({
      remoteId: '341/5/NG',
      kind: 'direct',
      quantity: 1,
      ceilingHao: 50_000,
      fields: { number: '+234 803-193' },
      ...more,
    })

  test('one is ordered once, below the ceiling only', async () => {
    routes['POST /topups'] = () => ({
      body: {
        transactionId: 9,
        customIdentifier: NO,
        status: 'SUCCESSFUL',
        operatorTransactionId: 'OP7',
        balanceInfo: { cost: 4.85 },
      },
    })
    expect(await topUps.place(outbound, account, topUp())).toEqual({
      kind: 'done',
      order: { state: 'done', remoteNo: '9', cards: [], costHao: 48_500, own: inItsOwn(48_500), serial: 'OP7' },
    })
    expect(JSON.parse(server.asked.at(-1)?.body ?? '')).toMatchObject({
      ...{ operatorId: 341, amount: 5, useLocalAmount: false },
      recipientPhone: { countryCode: 'NG', number: '234803193' },
    })
    const before = server.asked.length
    expect(await topUps.place(outbound, account, topUp({ ceilingHao: 49_999 }))).toMatchObject({
      kind: 'refused',
      about: 'price',
    })
    expect(await topUps.place(outbound, account, topUp({ quantity: 2 }))).toMatchObject({
      kind: 'refused',
      about: 'limit',
    })
    expect(server.asked).toHaveLength(before)
  })

  test('asking, by their number and by ours', async () => {
    const about = asked({ kind: 'direct', quantity: 1 })
    routes['GET /topups/9/status'] = () => ({ body: { status: 'PROCESSING', transaction: null } })
    expect(await topUps.ask(outbound, account, { ...about, remoteNo: '9' })).toMatchObject({
      order: { state: 'accepted' },
    })
    routes['GET /topups/9/status'] = () => ({
      body: { status: 'REFUNDED', transaction: { transactionId: 9, customIdentifier: NO, status: 'REFUNDED' } },
    })
    expect(await topUps.ask(outbound, account, { ...about, remoteNo: '9' })).toMatchObject({
      order: { state: 'failed' },
    })
    routes['GET /topups/reports/transactions'] = () => ({
      body: { content: [{ transactionId: 9, customIdentifier: NO, status: 'SUCCESSFUL' }] },
    })
    expect(await topUps.ask(outbound, account, about)).toMatchObject({ order: { state: 'done' } })
  })

  test('operators are products in their fixed amounts', async () => {
    const operator = {
      operatorId: 341,
      name: 'MTN',
      senderCurrencyCode: 'USD',
      country: { isoName: 'NG' },
      fixedAmounts: [5, 10.5],
    }
    routes['GET /operators'] = () => ({ body: { content: [operator], last: true } })
    expect(await topUps.products(outbound, account, undefined)).toMatchObject({
      value: {
        items: [
          { remoteId: '341/5/NG', fields: [{ key: 'number' }] },
          { remoteId: '341/10.5/NG', costHao: 105_000 },
        ],
      },
    })
  })
})

describe('notices', () => {
  const now = new Date('2026-11-22T01:30:00Z')
  const notice = (value: unknown, more: { secret?: string; stamp?: string } = {}): RawCallback => {
    const { secret = 'wh', stamp = String(now.getTime()) } = more
    const body = Buffer.from(JSON.stringify(value))
    const signature = createHmac('sha256', secret).update(`${body}:${stamp}`).digest('hex')
    const headers = { 'x-reloadly-signature': signature, 'x-reloadly-request-timestamp': stamp }
    return { method: 'POST', path: '/back', headers, body }
  }
  const verify = (one: RawCallback) => cards.verifyCallback(account, one, now)

  test('a true one names the order by either number, however deep it stands', () => {
    const data = { transactionId: 4711, customIdentifier: NO, status: 'SUCCESSFUL' }
    expect(verify(notice({ type: 'giftcard_transaction.status', data }))).toEqual({
      ok: true,
      about: 'order',
      no: NO,
      claim: 'done',
    })
    expect(verify(notice(data))).toMatchObject({ ok: true, no: NO })
    expect(verify(notice({ data: { transactionId: 4711, status: 'FAILED' } }))).toEqual({
      ok: true,
      about: 'remote_order',
      remoteNo: '4711',
      claim: 'failed',
    })
    expect(verify(notice({ type: 'ping' }))).toEqual({ ok: true, about: 'nothing' })
  })

  test('forged, changed, old, or without a secret: refused', () => {
    const data = { customIdentifier: NO, status: 'SUCCESSFUL' }
    expect(verify(notice(data, { secret: 'x' }))).toEqual({ ok: false, verdict: 'bad_signature' })
    expect(verify({ ...notice(data), body: Buffer.from('{}') })).toEqual({ ok: false, verdict: 'bad_signature' })
    expect(verify({ ...notice(data), headers: {} })).toEqual({ ok: false, verdict: 'bad_signature' })
    const old = String(now.getTime() - 90_000_000)
    expect(verify(notice(data, { stamp: old }))).toEqual({ ok: false, verdict: 'stale' })
    expect(verify(notice(data, { stamp: 'soon' }))).toEqual({ ok: false, verdict: 'stale' })
    const open = { ...account, secrets: { clientSecret: 's3cret' } }
    expect(cards.verifyCallback(open, notice(data, { secret: '' }), now)).toEqual({
      ok: false,
      verdict: 'bad_signature',
    })
  })
})
