import { createPrivateKey, createSign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { beijingTime } from '../pages.ts'
import { type Alipay, startAlipay } from './index.ts'

let gate: Alipay
let shop: http.Server
let notifyUrl = ''
let notices: URLSearchParams[] = []
let answer = 'success'

beforeAll(async () => {
  shop = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      notices.push(new URLSearchParams(body))
      response.end(answer)
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  notifyUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/notify`
  gate = await startAlipay({ host: '127.0.0.1', seed: 'test' })
})
afterAll(async () => {
  await gate.close()
  shop.close()
})
afterEach(() => {
  notices = []
  answer = 'success'
  gate.control.clearFaults()
})

let lastNo = 0
const newNo = (): string => `ORDER${String(++lastNo).padStart(5, '0')}`

/** Signs as the open platform's documents say, with code of its own. */
function signedQuery(method: string, biz: object, more: Readonly<Record<string, string>> = {}, at = gate): string {
  const params: Record<string, string> = {
    app_id: at.merchant.appId,
    method,
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: beijingTime(Date.now()),
    version: '1.0',
    biz_content: JSON.stringify(biz),
    ...more,
  }
  const content = Object.keys(params)
    .sort()
    .map((name) => `${name}=${params[name]}`)
    .join('&')
  const key = createPrivateKey({ key: Buffer.from(at.merchant.appPrivateKey, 'base64'), format: 'der', type: 'pkcs8' })
  const sign = createSign('RSA-SHA256').update(content).sign(key, 'base64')
  return new URLSearchParams({ ...params, sign }).toString()
}

async function call(method: string, biz: object, more: Readonly<Record<string, string>> = {}, at = gate) {
  const response = await fetch(`${at.url}?${signedQuery(method, biz, more, at)}`, { method: 'POST' })
  const value = (await response.json()) as Record<string, Record<string, string>>
  return value[`${method.replaceAll('.', '_')}_response`] ?? value.error_response
}

const precreate = (no: string, at = gate) =>
  call(
    'alipay.trade.precreate',
    { out_trade_no: no, total_amount: '19.90', subject: 'x' },
    { notify_url: notifyUrl },
    at,
  )

test('a call is refused with the gateway’s own code for what is wrong with it', async () => {
  const biz = { out_trade_no: 'A1' }
  const query = 'alipay.trade.query'
  expect(await call(query, biz, { app_id: '1' })).toMatchObject({ code: '40002', sub_code: 'isv.invalid-app-id' })
  expect(await call(query, biz, { version: '2.0' })).toMatchObject({ sub_code: 'isv.invalid-version' })
  // An hour off is a mistake of zone or clock.
  const wrongTime = { timestamp: beijingTime(Date.now() - 3_600_000) }
  expect(await call(query, biz, wrongTime)).toMatchObject({ sub_code: 'isv.invalid-timestamp' })
  expect(await call('alipay.trade.dream', biz)).toMatchObject({ sub_code: 'isv.invalid-method' })
  expect(await call(query, {})).toMatchObject({ code: '40004', sub_code: 'ACQ.INVALID_PARAMETER' })
  expect(await call(query, biz)).toMatchObject({ code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' })
  const changed = signedQuery(query, biz).replace('A1', 'A2')
  const response = await fetch(`${gate.url}?${changed}`, { method: 'POST' })
  expect(await response.json()).toMatchObject({
    alipay_trade_query_response: { sub_code: 'isv.invalid-signature' },
    sign: expect.any(String),
  })
})

test('nobody pays a trade that was closed or is over, unless it is let to', async () => {
  const no = newNo()
  await precreate(no)
  const pay = (late = false) => gate.control.pay(gate.merchant.appId, [{ outTradeNo: no, late }])
  await gate.control.advance(16 * 86_400_000)
  expect(await pay()).toMatchObject({ paid: 0, refused: [{ code: 'ACQ.TRADE_HAS_CLOSE' }] })
  expect(await pay(true)).toMatchObject({ paid: 1, acknowledged: 1 })
  expect(await pay()).toMatchObject({ refused: [{ code: 'ACQ.TRADE_HAS_SUCCESS' }] })
})

test('the cashier speaks to phones and desktops, in two languages, and shows what is asked', async () => {
  const made = await precreate(newNo())
  const page = await fetch(made?.qr_code ?? '', { headers: { 'accept-language': 'en' } })
  const html = await page.text()
  expect(html).toContain('Alipay (stand-in)')
  expect(html).toContain('width=device-width')
  expect(html).toContain('19.90')
  const paid = await fetch(`${page.url}/pay`, { method: 'POST' })
  expect(await paid.text()).toContain('付款成功')
  await expect.poll(() => notices.length).toBe(1)
  expect((await fetch(page.url.replace(/.$/, '_'))).status).toBe(404)
})

test('after a kill keys, books and unacknowledged notices are found again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-alipay-'))
  const before = await startAlipay({ host: '127.0.0.1', dataDir })
  const no = newNo()
  await precreate(no, before)
  answer = 'no'
  await before.control.pay(before.merchant.appId, [{ outTradeNo: no }])
  await before.close()
  answer = 'success'
  notices = []
  const after = await startAlipay({ host: '127.0.0.1', dataDir })
  expect(after.merchant).toEqual(before.merchant)
  await after.control.advance(4 * 60_000)
  expect(notices.map((notice) => notice.get('out_trade_no'))).toEqual([no])
  expect(after.control.trade(after.merchant.appId, no)).toMatchObject({ trade_status: 'TRADE_SUCCESS' })
  await after.close()
  rmSync(dataDir, { recursive: true })
})

test('the control port pays many orders nobody created, switches faults and shows the books', async () => {
  const orders = Array.from({ length: 200 }, () => ({ outTradeNo: newNo(), totalFen: 100, notifyUrl }))
  const post = (path: string, body: object) =>
    fetch(gate.controlUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect(await (await post('/pay', { orders })).json()).toMatchObject({ paid: 200, acknowledged: 200, refused: [] })
  expect(notices).toHaveLength(200)
  expect((await post('/faults', { kind: 'no.such' })).status).toBe(400)
  expect(await (await post('/faults', { kind: 'key.replaced' })).json()).toMatchObject({ kind: 'key.replaced' })
  const day = beijingTime(Date.now()).slice(0, 10)
  const bill = (await (await fetch(`${gate.controlUrl}/bill?day=${day}`)).json()) as { outTradeNo: string }[]
  expect(bill.map(({ outTradeNo }) => outTradeNo)).toEqual(
    expect.arrayContaining(orders.map((order) => order.outTradeNo)),
  )
})
