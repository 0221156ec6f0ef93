import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EpayStandIn, startEpay } from './index.ts'

/** A shop that keeps the addresses of its notices and answers what the test wants. */
let shop: http.Server
let notices: URL[] = []
let answer = 'success'
let notifyUrl = ''
let standIn: EpayStandIn

beforeAll(async () => {
  shop = http.createServer((request, response) => {
    notices.push(new URL(request.url ?? '', 'http://shop'))
    response.end(answer)
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  notifyUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/notify`
  standIn = await startEpay({ host: '127.0.0.1', seed: 'test' })
})
afterAll(async () => {
  await standIn.close()
  shop.close()
})

const signed = (fields: Record<string, string>, key: string): URLSearchParams => {
  const text = Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&')
  return new URLSearchParams({
    ...fields,
    sign: createHash('md5')
      .update(text + key)
      .digest('hex'),
    sign_type: 'MD5',
  })
}
async function open(at: EpayStandIn, no: string, key = at.merchant.key): Promise<Record<string, unknown>> {
  const fields = {
    pid: at.merchant.pid,
    type: 'wxpay',
    out_trade_no: no,
    notify_url: notifyUrl,
    name: 'VIP',
    money: '1.00',
  }
  const response = await fetch(`${at.url}/mapi.php`, { method: 'POST', body: signed(fields, key) })
  return (await response.json()) as Record<string, unknown>
}

test('only who knows the key is served', async () => {
  expect(await open(standIn, 'A1', 'guessed')).toMatchObject({ code: -1, msg: '签名校验失败，请返回重试' })
  expect(await open(standIn, 'A1')).toMatchObject({ code: 1, qrcode: expect.stringContaining('/pay/') })
  const ask = (key: string) => fetch(`${standIn.url}/api.php?act=order&pid=1001&key=${key}&out_trade_no=A1`)
  expect(await (await ask('guessed')).json()).toMatchObject({ code: -1 })
  expect(await (await ask(standIn.merchant.key)).json()).toMatchObject({ code: 1, status: 0, money: '1.00', pid: 1001 })
})

test('a notice is signed over all it says and comes again until exactly `success`', async () => {
  await open(standIn, 'B1')
  answer = 'SUCCESS'
  await standIn.control.pay(['B1'])
  answer = 'success'
  await standIn.control.advance(60_000)
  await standIn.control.advance(86_400_000)
  expect(notices).toHaveLength(2)
  const { sign, sign_type: _type, param: _param, ...fields } = Object.fromEntries(notices[0]?.searchParams ?? [])
  expect(fields).toMatchObject({ out_trade_no: 'B1', money: '1.00', type: 'wxpay', trade_status: 'TRADE_SUCCESS' })
  expect(signed(fields, standIn.merchant.key).get('sign')).toBe(sign)
})

test('after a kill the books, keys and unacknowledged notices are found again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-epay-'))
  const before = await startEpay({ host: '127.0.0.1', dataDir })
  await open(before, 'C1')
  answer = 'no'
  await before.control.pay(['C1'])
  await before.close()
  answer = 'success'
  notices = []
  const after = await startEpay({ host: '127.0.0.1', dataDir })
  expect(after.merchant).toEqual(before.merchant)
  await after.control.advance(60_000)
  expect(notices).toHaveLength(1)
  expect(after.control.books()).toMatchObject({
    orders: [{ out_trade_no: 'C1', status: 1 }],
    notices: [{ acknowledged: true }],
  })
  await after.close()
  rmSync(dataDir, { recursive: true })
})

test('the control port does what the object does', async () => {
  await open(standIn, 'D1')
  const post = (path: string, body: unknown) =>
    fetch(standIn.controlUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect(await (await post('/faults', { kind: 'notice.lose', times: 1 })).json()).toMatchObject({ kind: 'notice.lose' })
  expect(await (await post('/pay', { payment_nos: ['D1', 'D2'] })).json()).toMatchObject({
    paid: 1,
    acknowledged: 0,
    refused: [{ paymentNo: 'D2' }],
  })
  expect((await post('/faults', { kind: 'no.such' })).status).toBe(400)
})
