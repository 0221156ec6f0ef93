import { createHmac, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Paygate, startPaygate } from './index.ts'

/** A shop that keeps every notice and answers what the test wants. */
type Notice = { readonly headers: http.IncomingHttpHeaders; readonly path: string; readonly body: string }
let shop: http.Server
let notices: Notice[] = []
let answer: { status: number; body: string } = { status: 200, body: 'success' }
let notifyUrl = ''
let gate: Paygate

beforeAll(async () => {
  shop = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      notices.push({ headers: request.headers, path: request.url ?? '', body })
      response.writeHead(answer.status).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  notifyUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/s/demo/api/pay/sim-pay/notify?x=1`
  gate = await startPaygate({ host: '127.0.0.1', seed: 'test' })
})
afterAll(async () => {
  await gate.close()
  shop.close()
})
afterEach(() => {
  notices = []
  answer = { status: 200, body: 'success' }
  gate.control.clearFaults()
})

const sign = (secret: string, method: string, path: string, timestamp: string, nonce: string, body: string): string =>
  createHmac('sha256', secret).update([method, path, timestamp, nonce, body].join('\n')).digest('hex')

type CallOptions = { secret?: string; merchant?: string; timestamp?: string; nonce?: string; gate?: Paygate }
async function call(method: string, path: string, value?: unknown, options: CallOptions = {}): Promise<Response> {
  const at = options.gate ?? gate
  const body = value === undefined ? '' : JSON.stringify(value)
  const timestamp = options.timestamp ?? String(Math.floor(Date.now() / 1000))
  const nonce = options.nonce ?? randomUUID()
  const headers = {
    'x-pay-merchant': options.merchant ?? at.merchant.id,
    'x-pay-timestamp': timestamp,
    'x-pay-nonce': nonce,
    'x-pay-signature': sign(options.secret ?? at.merchant.secret, method, path, timestamp, nonce, body),
  }
  return fetch(at.url + path, { method, headers, ...(value === undefined ? {} : { body }) })
}

let lastNo = 0
const newNo = (): string => `26112200000${String(++lastNo).padStart(5, '0')}`
const order = (no: string, more: object = {}) => ({
  out_trade_no: no,
  amount: 1990,
  currency: 'CNY',
  subject: no,
  notify_url: notifyUrl,
  return_url: 'http://127.0.0.1:9/pay/return',
  expires_at: new Date(Date.now() + 900_000).toISOString(),
  ...more,
})
async function create(no: string, more: object = {}): Promise<{ cashier_url: string; status: string }> {
  const response = await call('POST', '/v1/payments', order(no, more))
  expect(response.status).toBe(200)
  return (await response.json()) as { cashier_url: string; status: string }
}
const query = async (no: string) =>
  (await (await call('GET', `/v1/payments/${no}`)).json()) as { status: string; trades: { trade_no: string }[] }
const refund = (no: string, tradeNo: string, refundNo: string, amount = 1990) =>
  call('POST', '/v1/refunds', { out_refund_no: refundNo, out_trade_no: no, trade_no: tradeNo, amount, reason: '' })
const pay = (no: string, late = false) => gate.control.pay(gate.merchant.id, [{ outTradeNo: no, late }])

describe('refuses who it does not know', () => {
  test.each([
    ['a wrong signature', { secret: 'guessed' }, 'SIGN_ERROR'],
    ['an unknown merchant', { merchant: 'M999' }, 'MERCHANT_UNKNOWN'],
    ['a clock six minutes off', { timestamp: String(Math.floor(Date.now() / 1000) - 360) }, 'TIMESTAMP_EXPIRED'],
  ])('%s', async (_name, options, code) => {
    const response = await call('GET', '/v1/ping', undefined, options)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code })
  })

  test('a nonce used twice', async () => {
    const nonce = randomUUID()
    expect((await call('GET', '/v1/ping', undefined, { nonce })).status).toBe(200)
    expect(await (await call('GET', '/v1/ping', undefined, { nonce })).json()).toMatchObject({ code: 'NONCE_REUSED' })
  })
})

test('a payment goes from cashier to notice to query, every message signed', async () => {
  const no = newNo()
  const { cashier_url } = await create(no)
  const page = await (await fetch(cashier_url)).text()
  expect(page).toContain('19.90')
  expect(await (await fetch(`${cashier_url}?lang=en`)).text()).toContain('Time left to pay')
  const pressed = await fetch(`${cashier_url}/pay`, { method: 'POST', redirect: 'follow' })
  expect(await pressed.text()).toContain('支付成功')
  await expect.poll(() => notices.length).toBe(1)
  const [notice] = notices
  const { 'x-pay-timestamp': timestamp, 'x-pay-nonce': nonce, 'x-pay-signature': signature } = notice?.headers ?? {}
  expect(signature).toBe(
    sign(gate.merchant.secret, 'POST', notice?.path ?? '', String(timestamp), String(nonce), notice?.body ?? ''),
  )
  expect(JSON.parse(notice?.body ?? '')).toMatchObject({ out_trade_no: no, amount: 1990, currency: 'CNY' })
  expect(await query(no)).toMatchObject({ status: 'PAID', trades: [{ amount: 1990 }] })
})

test('an answer is signed over its question', async () => {
  const nonce = randomUUID()
  const response = await call('GET', '/v1/ping', undefined, { nonce })
  const body = await response.text()
  const timestamp = response.headers.get('x-pay-timestamp') ?? ''
  expect(response.headers.get('x-pay-signature')).toBe(
    sign(gate.merchant.secret, 'GET', '/v1/ping', timestamp, nonce, body),
  )
})

test('the same number answers the same, with other terms it is refused', async () => {
  const no = newNo()
  const [first, second] = [await create(no), await create(no)]
  expect(second.cashier_url).toBe(first.cashier_url)
  const other = await call('POST', '/v1/payments', order(no, { amount: 1 }))
  expect(await other.json()).toMatchObject({ code: 'OUT_TRADE_NO_USED' })
})

test('a closed or expired order takes no money, unless it is paid late on purpose', async () => {
  const closed = newNo()
  await create(closed)
  expect(await (await call('POST', `/v1/payments/${closed}/close`)).json()).toMatchObject({ status: 'CLOSED' })
  expect(await pay(closed)).toMatchObject({ paid: 0, refused: [{ code: 'ORDER_CLOSED' }] })
  const expired = newNo()
  await create(expired, { expires_at: new Date(Date.now() - 1000).toISOString() })
  expect((await query(expired)).status).toBe('CLOSED')
  expect(await pay(expired, true)).toMatchObject({ paid: 1, acknowledged: 1 })
  expect((await query(expired)).status).toBe('PAID')
  expect(await (await call('POST', `/v1/payments/${expired}/close`)).json()).toMatchObject({ code: 'ALREADY_PAID' })
})

test('a notice comes again up the ladder until exactly `success` is answered', async () => {
  const no = newNo()
  await create(no)
  answer = { status: 200, body: '"success"' }
  await pay(no)
  expect(notices).toHaveLength(1)
  await gate.control.advance(15_000)
  await gate.control.advance(15_000)
  expect(notices).toHaveLength(3)
  answer = { status: 200, body: 'success' }
  await gate.control.advance(30_000)
  await gate.control.advance(24 * 3_600_000)
  expect(notices).toHaveLength(4)
  expect(new Set(notices.map((notice) => JSON.parse(notice.body).notice_id)).size).toBe(1)
})

test('faults: lost, parallel, again a day later, delayed', async () => {
  const [lost, many, again, late] = [newNo(), newNo(), newNo(), newNo()]
  for (const no of [lost, many, again, late]) await create(no)
  gate.control.addFault({ kind: 'notice.lose', key: lost, times: 1 })
  gate.control.addFault({ kind: 'notice.parallel', key: many, count: 5 })
  gate.control.addFault({ kind: 'notice.again', key: again, ms: 86_400_000 })
  gate.control.addFault({ kind: 'notice.delay', key: late, ms: 60_000 })
  const count = (no: string): number => notices.filter((notice) => notice.body.includes(no)).length
  for (const no of [lost, many, again, late]) await pay(no)
  expect([lost, many, again, late].map(count)).toEqual([0, 5, 1, 0])
  await gate.control.advance(60_000)
  expect([lost, many, again, late].map(count)).toEqual([1, 5, 1, 1])
  await gate.control.advance(86_400_000)
  expect([lost, many, again, late].map(count)).toEqual([1, 5, 2, 1])
})

test('faults: a notice that lies is followed by the true one', async () => {
  answer = { status: 400, body: 'no' }
  const secrets = [gate.merchant.secret]
  const isSigned = (notice: Notice): boolean =>
    secrets.some((secret) => {
      const { 'x-pay-timestamp': timestamp, 'x-pay-nonce': nonce, 'x-pay-signature': signature } = notice.headers
      return signature === sign(secret, 'POST', notice.path, String(timestamp), String(nonce), notice.body)
    })
  const first = async (kind: Parameters<typeof gate.control.addFault>[0]['kind'], value?: string) => {
    const no = newNo()
    await create(no)
    gate.control.addFault({ kind, key: no, times: 1, ...(value !== undefined && { value }) })
    await pay(no)
    const [sent] = notices.splice(0)
    if (!sent) throw new Error('nothing was sent')
    return sent
  }
  expect(isSigned(await first('notice.forge'))).toBe(false)
  expect(isSigned(await first('notice.tamper'))).toBe(false)
  const wrong = await first('notice.wrong_merchant')
  expect([isSigned(wrong), wrong.headers['x-pay-merchant']]).toEqual([false, 'M10000002'])
  const amount = await first('notice.wrong_amount')
  expect([isSigned(amount), JSON.parse(amount.body).amount]).toEqual([true, 1989])
  expect(JSON.parse((await first('notice.wrong_currency')).body).currency).toBe('USD')
  expect(JSON.parse((await first('notice.other_order', '2611220000099999')).body).out_trade_no).toBe('2611220000099999')
  await gate.control.advance(15_000)
  expect(notices.every(isSigned)).toBe(true)
  expect(notices).toHaveLength(6)
})

test('faults: answers slow, broken, forged, cut, refused', async () => {
  const no = newNo()
  await create(no)
  const ask = () => call('GET', `/v1/payments/${no}`)
  gate.control.addFault({ kind: 'api.error', endpoint: 'query', times: 1 })
  expect((await ask()).status).toBe(500)
  gate.control.addFault({ kind: 'api.busy', times: 1 })
  expect((await ask()).status).toBe(429)
  gate.control.addFault({ kind: 'api.malformed', times: 1 })
  await expect((await ask()).json()).rejects.toThrow()
  gate.control.addFault({ kind: 'api.forged', times: 1 })
  expect((await ask()).headers.get('x-pay-signature')).toBe('0'.repeat(64))
  const cut = newNo()
  gate.control.addFault({ kind: 'api.cut', endpoint: 'create', times: 1 })
  await expect(call('POST', '/v1/payments', order(cut))).rejects.toThrow()
  expect((await query(cut)).status).toBe('WAIT')
  gate.control.addFault({ kind: 'create.notice_first', times: 1 })
  await create(newNo())
  expect(notices).toHaveLength(1)
})

test('a double payment shows two trades and two notices', async () => {
  const no = newNo()
  await create(no)
  gate.control.addFault({ kind: 'pay.double', key: no, times: 1 })
  await pay(no)
  expect((await query(no)).trades).toHaveLength(2)
  expect(new Set(notices.map((notice) => JSON.parse(notice.body).trade_no)).size).toBe(2)
})

test('a refund number refunds once, never beyond the trade, and may fail after it was accepted', async () => {
  const no = newNo()
  await create(no)
  await pay(no)
  const tradeNo = (await query(no)).trades[0]?.trade_no ?? ''
  gate.control.addFault({ kind: 'refund.fail_later', ms: 60_000, times: 1 })
  expect(await (await refund(no, tradeNo, `${no}-1`)).json()).toMatchObject({ status: 'PROCESSING' })
  await gate.control.advance(60_000)
  expect(await (await call('GET', `/v1/refunds/${no}-1`)).json()).toMatchObject({ status: 'FAILED' })
  expect(await (await refund(no, tradeNo, `${no}-2`)).json()).toMatchObject({ status: 'SUCCESS' })
  expect(await (await refund(no, tradeNo, `${no}-2`)).json()).toMatchObject({ status: 'SUCCESS' })
  expect(await (await refund(no, tradeNo, `${no}-3`, 1)).json()).toMatchObject({ code: 'REFUND_EXCEEDS' })
})

test('after a kill the books, secrets and unacknowledged notices are found again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-paygate-'))
  const before = await startPaygate({ host: '127.0.0.1', dataDir })
  const no = newNo()
  await call('POST', '/v1/payments', order(no), { gate: before })
  answer = { status: 503, body: '' }
  await before.control.pay(before.merchant.id, [{ outTradeNo: no }])
  await before.close()
  answer = { status: 200, body: 'success' }
  notices = []
  const after = await startPaygate({ host: '127.0.0.1', dataDir })
  expect(after.merchant).toEqual(before.merchant)
  await after.control.advance(15_000)
  expect(notices).toHaveLength(1)
  expect(after.control.payment(after.merchant.id, no)).toMatchObject({ status: 'PAID' })
  await after.close()
  rmSync(dataDir, { recursive: true })
})

test('the control port pays many orders nobody created and reports how long notices took', async () => {
  const orders = Array.from({ length: 500 }, () => ({ outTradeNo: newNo(), amount: 100, notifyUrl }))
  const response = await fetch(`${gate.controlUrl}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orders }),
  })
  expect(await response.json()).toMatchObject({ paid: 500, acknowledged: 500, refused: [] })
  expect(notices).toHaveLength(500)
})

describe('a day’s bill', () => {
  const DAY_MS = 86_400_000
  const beijing = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)

  test('tells every trade and refund of the books with its fee, and bends as its faults say', async () => {
    const own = await startPaygate({ host: '127.0.0.1', seed: 'bills' })
    try {
      const day = beijing(Date.now())
      const ask = async (): Promise<{ readonly code: string; readonly download_path?: string }> =>
        (await (await call('GET', `/v1/bills/${day}`, undefined, { gate: own })).json()) as { readonly code: string }
      expect(await ask()).toMatchObject({ code: 'BILL_NOT_READY' })
      await own.control.advance(DAY_MS)
      expect(await ask()).toMatchObject({ code: 'NO_BILL' })
      const orders = ['1000000000000001', '1000000000000002'].map((outTradeNo) => ({
        outTradeNo,
        amount: 1_000,
        notifyUrl,
      }))
      await own.control.pay(own.merchant.id, orders)
      const { trades } = own.control.payment(own.merchant.id, '1000000000000001') as { trades: { trade_no: string }[] }
      const refund = {
        out_refund_no: 'R00001',
        out_trade_no: '1000000000000001',
        trade_no: trades[0]?.trade_no,
        amount: 300,
        reason: '',
      }
      await call('POST', '/v1/refunds', refund, { gate: own })
      const read = async (): Promise<readonly string[]> => {
        const link = await ask()
        const file = await fetch(own.url + link.download_path)
        return (await file.text()).split('\n').map((line) =>
          line
            .split(',')
            .slice(1, 9)
            .filter((_, at) => at !== 1)
            .join(','),
        )
      }
      expect((await read()).slice(1).toSorted()).toEqual([
        '',
        '3',
        'PAYMENT,1000000000000001,,1000,6,CNY,SUCCESS',
        'PAYMENT,1000000000000002,,1000,6,CNY,SUCCESS',
        'REFUND,1000000000000001,R00001,300,0,CNY,SUCCESS',
      ])
      own.control.addFault({ kind: 'bill.missing_line', key: 'R00001' })
      own.control.addFault({ kind: 'bill.wrong_amount', key: '1000000000000002', amount: 7 })
      own.control.addFault({ kind: 'bill.extra_line', value: 'EXTRA', amount: 5 })
      own.control.addFault({ kind: 'bill.duplicate_line', key: '1000000000000001' })
      const bent = (await read()).slice(1).toSorted()
      expect(bent.filter((line) => line.includes('000000001,'))).toHaveLength(2)
      expect(bent.some((line) => line.startsWith('PAYMENT,1000000000000002,,7,'))).toBe(true)
      expect(bent.filter((line) => line.startsWith('REFUND'))).toEqual([])
      expect(bent).toHaveLength(6)
      own.control.addFault({ kind: 'bill.empty', key: day, times: 1 })
      expect(await ask()).toMatchObject({ code: 'NO_BILL' })
      own.control.addFault({ kind: 'bill.late', times: 1 })
      expect(await ask()).toMatchObject({ code: 'BILL_NOT_READY' })
    } finally {
      await own.close()
    }
  })
})
