import { describe, expect, test } from 'vitest'
import { wechatPay } from './index.ts'
import { wechatHouse } from './wechat.fixture.ts'

const at = await wechatHouse()
const { control } = at

describe('keys', () => {
  test('a certificate that replaced the known one is fetched by itself: answers at once, notices at the next call', async () => {
    control.setKeyMode('certificate')
    const settings = { ...at.account.settings, publicKeyId: '', publicKey: '' }
    // Another address of the same house: nothing has been learned for it yet.
    const account = { ...at.account, settings, baseUrl: `${at.standIn.url}/` }
    const payment = at.call()
    expect(await at.create(payment, account)).toMatchObject({ kind: 'done' })
    const { serial } = await control.replaceCertificate({ overlap: false })
    await at.pay(payment.paymentNo)
    const notice = at.raw.at(-1)
    if (!notice) throw new Error('nothing was sent')
    expect(notice.headers['wechatpay-serial']).toBe(serial)
    expect(wechatPay.verifyNotice(account, notice, new Date())).toEqual({ ok: false, verdict: 'bad_signature' })
    expect(await at.query(payment.paymentNo, account)).toMatchObject({ state: 'paid' })
    expect(wechatPay.verifyNotice(account, notice, new Date())).toMatchObject({ ok: true })
    control.setKeyMode('both')
  })

  test('a shop that pasted no key at all gets the certificates by itself', async () => {
    control.setKeyMode('certificate')
    const settings = { ...at.account.settings, publicKeyId: '', publicKey: '', platformCertificates: '' }
    const account = { ...at.account, settings, baseUrl: `${at.standIn.url}//` }
    expect(await at.create(at.call(), account)).toMatchObject({ kind: 'done' })
    control.setKeyMode('both')
  })

  test('invented serials do not make us ask more than once a minute', async () => {
    const account = { ...at.account, baseUrl: `${at.standIn.url}///` }
    const downloads = (): number => control.received().filter(({ path }) => path === '/v3/certificates').length
    const before = downloads()
    const headers = { 'wechatpay-timestamp': '1700000000', 'wechatpay-nonce': 'x', 'wechatpay-signature': 'eA==' }
    for (let count = 0; count < 5; count += 1) {
      const invented = { ...headers, 'wechatpay-serial': `${count}`.repeat(40) }
      wechatPay.verifyNotice(
        account,
        { method: 'POST', path: '/', headers: invented, body: Buffer.from('{}') },
        new Date(),
      )
      await at.query('2611229999999999', account)
    }
    expect(downloads() - before).toBe(1)
  })
})
