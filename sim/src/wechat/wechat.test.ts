import { createDecipheriv, createPublicKey, createSign, createVerify, randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startWechat, type Wechat } from './index.ts'

/** A shop that keeps every notice and answers what the test wants. */
type Notice = { readonly headers: http.IncomingHttpHeaders; readonly body: string }
let shop: http.Server
let notices: Notice[] = []
let answerStatus = 204
let notifyUrl = ''
let gate: Wechat

beforeAll(async () => {
  shop = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      notices.push({ headers: request.headers, body })
      response.writeHead(answerStatus).end()
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  notifyUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/notify`
  gate = await startWechat({ host: '127.0.0.1', seed: 'test' })
})
afterAll(async () => {
  await gate.close()
  shop.close()
})
afterEach(() => {
  notices = []
  answerStatus = 204
  gate.control.clearFaults()
})

type CallOptions = {
  readonly at?: Wechat
  readonly timestamp?: number
  readonly signed?: string
  readonly headers?: object
}
async function call(method: string, path: string, value?: unknown, options: CallOptions = {}): Promise<Response> {
  const { merchant, url } = options.at ?? gate
  const body = value === undefined ? '' : JSON.stringify(value)
  const [nonce, timestamp] = [randomBytes(8).toString('hex'), options.timestamp ?? Math.floor(Date.now() / 1000)]
  const message = `${method}\n${path}\n${timestamp}\n${nonce}\n${options.signed ?? body}\n`
  const signature = createSign('RSA-SHA256').update(message).sign(merchant.privateKey, 'base64')
  const fields = { mchid: merchant.mchid, nonce_str: nonce, timestamp, serial_no: merchant.serial, signature }
  const authorization = `WECHATPAY2-SHA256-RSA2048 ${Object.entries(fields)
    .map(([name, field]) => `${name}="${field}"`)
    .join(',')}`
  const headers = { authorization, accept: 'application/json', 'user-agent': 'test', ...options.headers }
  return fetch(url + path, { method, headers, ...(body !== '' && { body }) })
}

let lastNo = 0
const newNo = (): string => `26112200000${String(++lastNo).padStart(5, '0')}`
const order = (no: string, more: object = {}) => ({
  appid: gate.merchant.appid,
  mchid: gate.merchant.mchid,
  description: '会员',
  out_trade_no: no,
  notify_url: notifyUrl,
  amount: { total: 1990, currency: 'CNY' },
  ...more,
})
const create = (no: string, more: object = {}) => call('POST', '/v3/pay/transactions/native', order(no, more))
const pay = (no: string) => gate.control.pay(gate.merchant.mchid, [{ outTradeNo: no }])

test('certificates are certificates: node and openssl read them, with serial, validity and a signature of their own', () => {
  for (const [pem, serial] of [
    [gate.merchant.certificate, gate.merchant.serial],
    [gate.account.settings.platformCertificates, undefined],
  ] as const) {
    const certificate = new X509Certificate(pem)
    expect(certificate.serialNumber).toMatch(/^[0-9A-F]{40}$/)
    if (serial !== undefined) expect(certificate.serialNumber).toBe(serial)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now())
  }
})

test.each([
  ['the body changed after signing', { signed: '{}' }, '签名错误，请检查后再试'],
  [
    'a clock ten minutes off',
    { timestamp: Math.floor(Date.now() / 1000) - 600 },
    'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟',
  ],
  [
    'no authorization',
    { headers: { authorization: 'Basic x' } },
    'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》',
  ],
] as const)('%s: 401 SIGN_ERROR, unsigned', async (_name, options, message) => {
  const answer = await call('POST', '/v3/pay/transactions/native', order(newNo()), options)
  expect([answer.status, answer.headers.get('wechatpay-signature')]).toEqual([401, null])
  expect(await answer.json()).toMatchObject({ code: 'SIGN_ERROR', message })
})

test('refusals are the real ones, and signed', async () => {
  const no = newNo()
  const bad = await create('1')
  expect(await bad.json()).toEqual({
    code: 'PARAM_ERROR',
    detail: { location: 'body', value: 1 },
    message: '输入源“/body/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 1，小于最小值 6',
  })
  expect(bad.headers.get('wechatpay-serial')).toMatch(/^[0-9A-F]{40}$/)
  expect(await (await create(no, { colour: 'red' })).json()).toMatchObject({ detail: { value: ['/body/colour'] } })
  expect(await (await create(no, { notify_url: `${notifyUrl}?x=1` })).json()).toMatchObject({ code: 'PARAM_ERROR' })
  expect((await create(no)).status).toBe(200)
  expect(await (await create(no, { description: '别的' })).json()).toMatchObject({ code: 'OUT_TRADE_NO_USED' })
  const path = `/v3/pay/transactions/out-trade-no/${no}`
  expect(await (await call('GET', `${path}?mchid=1`)).json()).toMatchObject({ code: 'NO_AUTH' })
  const closed = await call('POST', `${path}/close`, { mchid: gate.merchant.mchid })
  const [timestamp, nonce] = [closed.headers.get('wechatpay-timestamp'), closed.headers.get('wechatpay-nonce')]
  const verifier = createVerify('RSA-SHA256').update(`${timestamp}\n${nonce}\n\n`)
  const signature = closed.headers.get('wechatpay-signature') ?? ''
  expect(closed.status).toBe(204)
  expect(verifier.verify(createPublicKey(gate.account.settings.platformCertificates), signature, 'base64')).toBe(true)
  expect(await (await create(no)).json()).toMatchObject({ code: 'ORDER_CLOSED' })
})

test('a caller without Accept or User-Agent is refused', async () => {
  const { merchant, url } = gate
  const answer = await new Promise<number>((resolve) => {
    // Only the bare client sends neither.
    const path = '/v3/certificates'
    const timestamp = Math.floor(Date.now() / 1000)
    const signature = createSign('RSA-SHA256')
      .update(`GET\n${path}\n${timestamp}\nn\n\n`)
      .sign(merchant.privateKey, 'base64')
    const authorization = `WECHATPAY2-SHA256-RSA2048 mchid="${merchant.mchid}",nonce_str="n",timestamp="${timestamp}",serial_no="${merchant.serial}",signature="${signature}"`
    http.get(url + path, { headers: { authorization } }, (response) => resolve(response.statusCode ?? 0))
  })
  expect(answer).toBe(400)
})

test('a notice comes again up the ladder until 200 or 204 is answered, and opens with the APIv3 key', async () => {
  const no = newNo()
  await create(no)
  answerStatus = 500
  await pay(no)
  await gate.control.advance(15_000)
  await gate.control.advance(15_000)
  expect(notices).toHaveLength(3)
  answerStatus = 200
  await gate.control.advance(30_000)
  await gate.control.advance(24 * 3_600_000)
  expect(notices).toHaveLength(4)
  expect(new Set(notices.map(({ body }) => JSON.parse(body).id)).size).toBe(1)
  const { resource } = JSON.parse(notices[0]?.body ?? '')
  const bytes = Buffer.from(resource.ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', gate.merchant.apiV3Key, resource.nonce)
  decipher.setAAD(Buffer.from(resource.associated_data)).setAuthTag(bytes.subarray(-16))
  const plain = JSON.parse(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString())
  expect(plain).toMatchObject({ out_trade_no: no, trade_state: 'SUCCESS', amount: { total: 1990, currency: 'CNY' } })
})

test('a merchant with only a public key has no certificates to download', async () => {
  gate.control.setKeyMode('public_key')
  const answer = await call('GET', '/v3/certificates')
  expect([answer.status, answer.headers.get('wechatpay-serial')]).toEqual([404, gate.account.settings.publicKeyId])
  gate.control.setKeyMode('both')
})

test('after a kill books, keys, unacknowledged notices and refunds under way are found again', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-wechat-'))
  const before = await startWechat({ host: '127.0.0.1', dataDir })
  const no = newNo()
  await call('POST', '/v3/pay/transactions/native', order(no), { at: before })
  answerStatus = 503
  await before.control.pay(before.merchant.mchid, [{ outTradeNo: no }])
  before.control.addFault({ kind: 'refund.slow', ms: 3_600_000 })
  const refund = { out_trade_no: no, out_refund_no: `R${no}`, amount: { refund: 1, total: 1990, currency: 'CNY' } }
  expect((await call('POST', '/v3/refund/domestic/refunds', refund, { at: before })).status).toBe(200)
  await before.close()
  answerStatus = 204
  notices = []
  const after = await startWechat({ host: '127.0.0.1', dataDir })
  expect(after.account).toEqual(before.account)
  await after.control.advance(15_000)
  expect(notices).toHaveLength(1)
  expect(after.control.payment(after.merchant.mchid, no)).toMatchObject({ trade_state: 'REFUND' })
  expect(after.control.books(after.merchant.mchid).refunds).toMatchObject([{ status: 'SUCCESS' }])
  await after.close()
  rmSync(dataDir, { recursive: true })
})

test('the control port hands out the account and pays many orders nobody created', async () => {
  expect(await (await fetch(`${gate.controlUrl}/account`)).json()).toEqual(gate.account)
  const orders = Array.from({ length: 200 }, () => ({ outTradeNo: newNo(), amount: 100, notifyUrl }))
  const response = await fetch(`${gate.controlUrl}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orders }),
  })
  expect(await response.json()).toMatchObject({ paid: 200, acknowledged: 200, refused: [] })
  const fault = await fetch(`${gate.controlUrl}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'no.such_fault' }),
  })
  expect(fault.status).toBe(400)
})
