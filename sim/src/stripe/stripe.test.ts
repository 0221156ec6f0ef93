import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StripeStandIn, startStripe } from './index.ts'

type Event = { readonly header: string; readonly body: string }
let shop: http.Server
let events: Event[] = []
let status = 200
let webhookUrl = ''
let standIn: StripeStandIn

beforeAll(async () => {
  shop = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      events.push({ header: String(request.headers['stripe-signature']), body })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  webhookUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/hook`
  standIn = await startStripe({ host: '127.0.0.1', seed: 'test' })
})
afterAll(async () => {
  await standIn.close()
  shop.close()
})

async function open(
  at: StripeStandIn,
  no: string,
  more: Record<string, string> = {},
  key = at.account.secretKey,
): Promise<Response> {
  const body = new URLSearchParams({
    mode: 'payment',
    client_reference_id: no,
    'line_items[0][quantity]': '1',
    'line_items[0][price_data][currency]': 'usd',
    'line_items[0][price_data][unit_amount]': '1990',
    'line_items[0][price_data][product_data][name]': 'Order',
    'metadata[payment_no]': no,
    success_url: 'http://127.0.0.1:9/back',
    ...more,
  })
  const headers = { authorization: `Bearer ${key}`, 'idempotency-key': no }
  return fetch(`${at.url}/v1/checkout/sessions`, { method: 'POST', headers, body })
}

test('only a secret key is served, and a key for repeats answers the same for the same terms only', async () => {
  expect((await open(standIn, 'A1', {}, 'sk_test_none')).status).toBe(401)
  const first = await (await open(standIn, 'A1')).text()
  expect(await (await open(standIn, 'A1')).text()).toBe(first)
  const other = await open(standIn, 'A1', { 'line_items[0][price_data][unit_amount]': '1' })
  expect([other.status, await other.json()]).toMatchObject([400, { error: { type: 'idempotency_error' } }])
  expect(standIn.control.books().sessions).toHaveLength(1)
  const short = await open(standIn, 'A2', { expires_at: String(Math.floor(Date.now() / 1000) + 600) })
  expect(short.status).toBe(400)
})

test('an event is signed over its very bytes and comes again until a 2xx', async () => {
  const secret = standIn.control.setWebhook(webhookUrl)
  await open(standIn, 'B1')
  status = 500
  await standIn.control.pay(['B1'])
  status = 204
  await standIn.control.advance(300_000)
  await standIn.control.advance(86_400_000)
  expect(events).toHaveLength(2)
  const [event] = events
  const [, at = '', given = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(event?.header ?? '') ?? []
  expect(createHmac('sha256', secret).update(`${at}.${event?.body}`).digest('hex')).toBe(given)
  expect(JSON.parse(event?.body ?? '')).toMatchObject({ type: 'checkout.session.completed', livemode: false })
})

test('after a kill the books, keys and unacknowledged events are found again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-stripe-'))
  const before = await startStripe({ host: '127.0.0.1', dataDir })
  before.control.setWebhook(webhookUrl)
  await open(before, 'C1')
  status = 503
  await before.control.pay(['C1'])
  await before.close()
  status = 200
  events = []
  const after = await startStripe({ host: '127.0.0.1', dataDir })
  expect(after.account).toEqual(before.account)
  await after.control.advance(300_000)
  expect(events).toHaveLength(1)
  expect(after.control.books()).toMatchObject({
    sessions: [{ payment_status: 'paid' }],
    movements: [{ amount: 1990, fee: 98 }],
  })
  await after.close()
  rmSync(dataDir, { recursive: true })
})

test('the control port does what the object does', async () => {
  const post = (path: string, body: unknown) =>
    fetch(standIn.controlUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect(await (await post('/webhook', { url: webhookUrl })).json()).toMatchObject({
    secret: expect.stringMatching(/^whsec_/),
  })
  await open(standIn, 'D1')
  expect(await (await post('/pay', { payment_nos: ['D1', 'D2'] })).json()).toMatchObject({
    paid: 1,
    refused: [{ paymentNo: 'D2' }],
  })
  expect(await (await post('/disputes', { payment_no: 'D1' })).json()).toMatchObject({ status: 'needs_response' })
  expect((await post('/disputes', { payment_no: 'D9' })).status).toBe(404)
})
