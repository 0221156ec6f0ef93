import { createDecipheriv, createHash, createPublicKey, privateDecrypt, X509Certificate } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Aes, Decorator, Formatter, Rsa } from 'wechatpay-axios-plugin'
import { wechatHouse } from './wechat.fixture.ts'

/**
 * The SDK's own client, with its own connections, before the stand-in: neither shares code with the other, so what both
 * believe of each other's signatures is the protocol.
 */
const at = await wechatHouse()
const { settings, secrets } = at.standIn.account
const clientFor = (certs: Record<string, string>, serial?: string) => {
  // `baseURL` is axios’s; the SDK’s types leave it out here.
  const config = {
    baseURL: at.standIn.url,
    mchid: at.mchid,
    serial: settings.merchantSerial,
    privateKey: secrets.privateKey,
    certs,
    ...(serial !== undefined && { headers: { 'Wechatpay-Serial': serial } }),
  }
  return Decorator.jsonBased(config)
}
const publicKeyOnly = { [settings.publicKeyId]: settings.publicKey }
const certificateSerial = new X509Certificate(settings.platformCertificates).serialNumber
const certificateOnly = { [certificateSerial]: settings.platformCertificates }

test.each([
  ['the public key', publicKeyOnly, settings.publicKeyId],
  ['a platform certificate', certificateOnly, certificateSerial],
] as const)('what the SDK signs the stand-in takes, and its answers verify under %s', async (_name, certs, serial) => {
  const client = clientFor(certs, serial)
  const { appId } = settings
  const { paymentNo, notifyUrl } = at.call()
  const amount = { total: 1990, currency: 'CNY' }
  const order = {
    appid: appId,
    mchid: at.mchid,
    description: '会员',
    out_trade_no: paymentNo,
    notify_url: notifyUrl,
    amount,
  }
  const created = await client.post('/v3/pay/transactions/native', order)
  expect(created.data).toEqual({ code_url: expect.any(String) })
  const path = `/v3/pay/transactions/out-trade-no/${paymentNo}`
  expect((await client.get(path, { params: { mchid: at.mchid } })).data).toMatchObject({ trade_state: 'NOTPAY' })
  expect((await client.post(`${path}/close`, { mchid: at.mchid })).status).toBe(204)
  expect((await client.post('/v3/security/echo', { echo_message: '回显' })).data).toEqual({ echo_message: '回显' })
})

test('the stand-in signs with the key that was asked for: under another the SDK refuses', async () => {
  const client = clientFor(publicKeyOnly, certificateSerial)
  await expect(client.post('/v3/security/echo', { echo_message: 'x' })).rejects.toMatchObject({
    code: 'EV3_RES_HEADER_PLATFORM_SERIAL',
  })
})

test.each([
  ['api.forged', 'EV3_RES_HEADER_SIGNATURE_DIGEST'],
  ['api.probe', 'EV3_RES_HEADER_SIGNATURE_DIGEST'],
  ['api.unsigned', 'EV3_RES_HEADERS_INCOMPLATE'],
  ['api.clock_off', 'EV3_RES_HEADER_TIMESTAMP_OFFSET'],
  ['api.unknown_serial', 'EV3_RES_HEADER_PLATFORM_SERIAL'],
] as const)('%s is what the SDK calls %s', async (kind, code) => {
  at.control.addFault({ kind, endpoint: 'echo', times: 1 })
  const client = clientFor(publicKeyOnly, settings.publicKeyId)
  await expect(client.post('/v3/security/echo', { echo_message: 'x' })).rejects.toMatchObject({ code })
})

test('a wrong private key is told as the gateway tells it, with what it would have verified', async () => {
  const other = at.call()
  const wrong = Rsa.sign('something else', Rsa.from(secrets.privateKey, 'private'))
  const [nonce, timestamp] = [Formatter.nonce(), Formatter.timestamp()]
  const path = `/v3/pay/transactions/out-trade-no/${other.paymentNo}?mchid=${at.mchid}`
  const answer = await fetch(at.standIn.url + path, {
    headers: {
      authorization: Formatter.authorization(at.mchid, nonce, wrong, timestamp, settings.merchantSerial),
      accept: 'application/json',
      'user-agent': 'test',
    },
  })
  const message = `GET\n${path}\n${timestamp}\n${nonce}\n\n`
  expect(answer.status).toBe(401)
  expect(await answer.json()).toEqual({
    code: 'SIGN_ERROR',
    message: '签名错误，请检查后再试',
    detail: {
      detail: { issue: 'sign not match' },
      field: 'signature',
      location: 'authorization',
      sign_information: {
        method: 'GET',
        sign_message_length: Buffer.byteLength(message),
        truncated_sign_message: message,
        url: path,
      },
    },
  })
})

test('a notice verifies and opens with the SDK, under both kinds of keys', async () => {
  await at.paid()
  await at.paid()
  const keys: Record<string, string> = { ...publicKeyOnly, ...certificateOnly }
  expect(new Set(at.raw.map(({ headers }) => headers['wechatpay-serial']))).toEqual(new Set(Object.keys(keys)))
  for (const { headers, body } of at.raw) {
    const text = Formatter.response(
      String(headers['wechatpay-timestamp']),
      String(headers['wechatpay-nonce']),
      body.toString(),
    )
    const key = Rsa.from(keys[String(headers['wechatpay-serial'])] ?? '', 'public')
    expect(Rsa.verify(text, String(headers['wechatpay-signature']), key)).toBe(true)
    const { resource } = JSON.parse(body.toString())
    const plain = Aes.AesGcm.decrypt(resource.ciphertext, secrets.apiV3Key, resource.nonce, resource.associated_data)
    expect(JSON.parse(plain)).toMatchObject({ mchid: at.mchid, trade_state: 'SUCCESS', amount: { total: 1990 } })
  }
})

test('the certificates that the gateway lists open with the APIv3 key and carry the serials it names', async () => {
  const client = clientFor(certificateOnly, certificateSerial)
  const { data } = await client.get('/v3/certificates')
  const [listed] = (data as { data: { serial_no: string; encrypt_certificate: Record<string, string> }[] }).data
  const { ciphertext = '', nonce = '', associated_data = '' } = listed?.encrypt_certificate ?? {}
  // By hand, for the SDK’s opening is what the adapter uses.
  const bytes = Buffer.from(ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', secrets.apiV3Key, nonce).setAAD(Buffer.from(associated_data))
  decipher.setAuthTag(bytes.subarray(-16))
  const pem = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString()
  expect([listed?.serial_no, pem]).toEqual([certificateSerial, settings.platformCertificates])
  expect(createPublicKey(pem).asymmetricKeyType).toBe('rsa')
})

test('a field encrypted by the SDK is opened as the gateway does it: OAEP with SHA-1', () => {
  const sealed = Rsa.encrypt('合作商户', createPublicKey(at.standIn.merchant.certificate))
  const opened = privateDecrypt({ key: secrets.privateKey, oaepHash: 'sha1' }, Buffer.from(sealed, 'base64'))
  expect(opened.toString()).toBe('合作商户')
})

test('the SDK reads the stand-in’s bill: link, file without a signature, digest of what is unpacked, cells', async () => {
  const { trade } = await at.paid()
  at.control.addFault({ kind: 'bill.now' })
  const client = clientFor(publicKeyOnly, settings.publicKeyId)
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const { data } = await client.get(`/v3/bill/tradebill?bill_date=${day}&bill_type=ALL&tar_type=GZIP`)
  const link = data as { hash_value: string; download_url: string }
  const url = new URL(link.download_url)
  const params = Object.fromEntries(url.searchParams)
  const file = await client.get<Buffer>(url.pathname, { params, responseType: 'arraybuffer' })
  const text = gunzipSync(file.data)
  expect(createHash('sha1').update(text).digest('hex')).toBe(link.hash_value)
  const { rows, summary } = Formatter.castCsvBill(text) as {
    rows: Record<string, string>[]
    summary: Record<string, string>
  }
  expect(rows.at(-1)).toMatchObject({ 微信订单号: trade.tradeNo, 订单金额: '19.90', 交易状态: 'SUCCESS' })
  expect(summary).toMatchObject({ 总交易单数: String(rows.length) })
})
