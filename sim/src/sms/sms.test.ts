import { createHash, createHmac, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type SmsGateway, startSms } from './index.ts'
import { ALIYUN_CODE_LIMITS } from './limits.ts'

let sms: SmsGateway
beforeAll(async () => {
  sms = await startSms({ host: '127.0.0.1' })
})
afterAll(() => sms.close())
afterEach(() => {
  sms.control.clearFaults()
  sms.control.setLimits(undefined)
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Signs as Aliyun's document describes, written for this test alone. */
async function send(params: Record<string, string>, change: { secret?: string; date?: string; nonce?: string } = {}) {
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll('(', '%28').replaceAll(')', '%29').replaceAll('*', '%2A')
  const query = Object.keys(params)
    .sort()
    .map((name) => `${encode(name)}=${encode(params[name] ?? '')}`)
    .join('&')
  const headers: Record<string, string> = {
    host: new URL(sms.url).host,
    'x-acs-action': 'SendSms',
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': change.date ?? new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': change.nonce ?? randomUUID(),
    'x-acs-version': '2017-05-25',
  }
  const names = Object.keys(headers).sort()
  const canonical = ['POST', '/', query, names.map((n) => `${n}:${headers[n]}\n`).join(''), names.join(';'), sha256('')]
  const signature = createHmac('sha256', change.secret ?? sms.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical.join('\n'))}`)
    .digest('hex')
  const authorization = `ACS3-HMAC-SHA256 Credential=${sms.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`
  const { host: _host, ...sent } = headers
  return fetch(`${sms.url}/?${query}`, { method: 'POST', headers: { ...sent, authorization } })
}
const code = (phone: string, more: object = {}) => ({
  PhoneNumbers: phone,
  SignName: sms.signName,
  TemplateCode: 'SMS_LOGIN_CODE',
  TemplateParam: JSON.stringify({ code: '482913' }),
  ...more,
})
const answerOf = async (response: Promise<Response>) => (await (await response).json()) as { Code: string }

test('a well-signed message lands in the inbox, for machines and for people', async () => {
  const answer = await answerOf(send(code('13800000001', { OutId: 'our-key(1)*' })))
  expect(answer).toMatchObject({ Code: 'OK', BizId: expect.any(String), RequestId: expect.any(String) })
  expect(sms.control.inbox('13800000001')[0]).toMatchObject({ outId: 'our-key(1)*', params: { code: '482913' } })
  const page = await (await fetch(`${sms.url}/inbox?phone=13800000001`)).text()
  expect(page).toContain('<b class="code">482913</b>')
  expect(await (await fetch(`${sms.url}/inbox?phone=13800000002`)).text()).not.toContain('482913')
})

test('a wrong secret, an old date and a repeated nonce are refused and send nothing', async () => {
  const nonce = randomUUID()
  expect(await answerOf(send(code('13800000003'), { secret: 'x' }))).toMatchObject({ Code: 'SignatureDoesNotMatch' })
  const old = await answerOf(send(code('13800000003'), { date: '2020-01-01T00:00:00Z' }))
  expect(old).toMatchObject({ Code: 'InvalidTimeStamp.Expired' })
  expect(await answerOf(send(code('13800000004'), { nonce }))).toMatchObject({ Code: 'OK' })
  expect(await answerOf(send(code('13800000004'), { nonce }))).toMatchObject({ Code: 'SignatureNonceUsed' })
  expect(sms.control.inbox('13800000003')).toHaveLength(0)
  expect(sms.control.inbox('13800000004')).toHaveLength(1)
})

test.each([
  [{ PhoneNumbers: '12345' }, 'isv.MOBILE_NUMBER_ILLEGAL'],
  [{ SignName: '别家' }, 'isv.SMS_SIGNATURE_ILLEGAL'],
  [{ TemplateCode: 'SMS_0' }, 'isv.SMS_TEMPLATE_ILLEGAL'],
  [{ TemplateParam: '{}' }, 'isv.TEMPLATE_MISSING_PARAMETERS'],
  [{ TemplateParam: '{' }, 'isv.INVALID_JSON_PARAM'],
])('refuses %o', async (more, expected) => {
  expect(await answerOf(send(code('13800000005', more)))).toMatchObject({ Code: expected })
})

test('limits per number hold and pass with time', async () => {
  sms.control.setLimits(ALIYUN_CODE_LIMITS)
  expect(await answerOf(send(code('13800000006')))).toMatchObject({ Code: 'OK' })
  expect(await answerOf(send(code('13800000006')))).toMatchObject({ Code: 'isv.BUSINESS_LIMIT_CONTROL' })
  await sms.control.advance(60_000)
  expect(await answerOf(send(code('13800000006')))).toMatchObject({ Code: 'OK' })
})

test('faults: rejected, over the limit, broken, cut after sending', async () => {
  sms.control.addFault({ kind: 'reject', times: 1 })
  expect(await answerOf(send(code('13800000007')))).toMatchObject({ Code: 'isv.BLACK_KEY_CONTROL_LIMIT' })
  sms.control.addFault({ kind: 'limit', times: 1, key: '13800000007' })
  expect(await answerOf(send(code('13800000007')))).toMatchObject({ Code: 'isv.BUSINESS_LIMIT_CONTROL' })
  sms.control.addFault({ kind: 'error', times: 1 })
  expect((await send(code('13800000007'))).status).toBe(500)
  expect(sms.control.inbox('13800000007')).toHaveLength(0)
  sms.control.addFault({ kind: 'cut', times: 1 })
  await expect(send(code('13800000007'))).rejects.toThrow()
  expect(sms.control.inbox('13800000007')).toHaveLength(1)
})
