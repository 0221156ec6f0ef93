import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createOutbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount } from '../../gateway.ts'
import { wechatPay } from './index.ts'
import { wechatHouse } from './wechat.fixture.ts'

const at = await wechatHouse()
const { control } = at

describe('opening a payment', () => {
  test('gives the text of a QR code, a place to go to, or signed parameters for the bridge', async () => {
    const qr = await at.create(at.call())
    expect(qr).toMatchObject({ kind: 'done', cashier: { way: 'qr', content: expect.stringContaining('/qr/') } })
    const h5 = await at.create(at.call({ scene: 'h5' }))
    if (h5.kind !== 'done' || h5.cashier.way !== 'redirect') throw new Error(JSON.stringify(h5))
    expect(new URL(h5.cashier.url).searchParams.get('redirect_url')).toBe('http://127.0.0.1:9/pay/return?no=1')
    const inApp = await at.create(at.call({ scene: 'in_app', openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' }))
    if (inApp.kind !== 'done' || inApp.cashier.way !== 'in_app') throw new Error(JSON.stringify(inApp))
    const { appId, timeStamp, nonceStr, package: prepay, paySign = '', signType } = inApp.cashier.params
    expect([appId, signType]).toEqual([at.account.settings.appId, 'RSA'])
    const message = Buffer.from(`${appId}\n${timeStamp}\n${nonceStr}\n${prepay}\n`)
    const key = createPublicKey(at.standIn.merchant.certificate)
    expect(verify('RSA-SHA256', message, key, Buffer.from(paySign, 'base64'))).toBe(true)
  })

  test('the person pays on the page a QR code leads to, in the phone’s browser, and inside the app', async () => {
    const [qr, h5, inApp] = [
      at.call(),
      at.call({ scene: 'h5' }),
      at.call({ scene: 'in_app', openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' }),
    ]
    const pressPay = async (address: string): Promise<Response> => {
      const page = await (await fetch(address)).text()
      expect(page).toContain('¥19.90')
      const action = /action="([^"]+do=pay[^"]*)"/.exec(page)?.[1]?.replaceAll('&#38;', '&') ?? ''
      return fetch(new URL(action, at.standIn.url), { method: 'POST', redirect: 'manual' })
    }
    for (const payment of [qr, h5, inApp]) {
      const { cashier } = (await at.create(payment)) as { cashier: Parameters<typeof addressOf>[0] }
      const answer = await pressPay(addressOf(cashier))
      if (payment === h5) expect(answer.headers.get('location')).toBe(payment.returnUrl)
      if (payment === inApp) expect(await answer.text()).toContain('get_brand_wcpay_request:ok')
      expect(await at.query(payment.paymentNo)).toMatchObject({ state: 'paid' })
    }
    const forged = await at.create(at.call({ scene: 'in_app', openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' }))
    if (forged.kind !== 'done' || forged.cashier.way !== 'in_app') throw new Error(JSON.stringify(forged))
    const params = { ...forged.cashier.params, timeStamp: '1700000000' }
    expect((await fetch(addressOf({ way: 'in_app', params }))).status).toBe(403)
  })

  test('the same number with the same terms answers the same; with other terms it is asked, never believed unpaid', async () => {
    const payment = at.call()
    expect(await at.create(payment)).toEqual(await at.create(payment))
    expect(await at.create({ ...payment, amountFen: 1 })).toEqual({ kind: 'unknown', reason: 'OUT_TRADE_NO_USED' })
    await at.pay(payment.paymentNo)
    expect(await at.create(payment)).toEqual({ kind: 'unknown', reason: 'ORDERPAID' })
  })

  test('what WeChat Pay does not offer, or cannot be sent, is refused without a call', async () => {
    const before = control.received().length
    expect(await at.create(at.call({ scene: 'page' }))).toMatchObject({ kind: 'refused', code: 'SCENE_UNKNOWN' })
    expect(await at.create(at.call({ scene: 'in_app' }))).toMatchObject({ kind: 'refused', code: 'OPENID_MISSING' })
    const unusable: GatewayAccount = { ...at.account, secrets: { ...at.account.secrets, privateKey: 'no key' } }
    expect(await at.create(at.call(), unusable)).toMatchObject({ kind: 'refused', code: 'ACCOUNT_UNUSABLE' })
    expect(control.received()).toHaveLength(before)
  })

  test('a signed no is a refusal in the gateway’s words; one that nobody signed proves nothing', async () => {
    const wrongApp = { ...at.account, settings: { ...at.account.settings, appId: 'wx0000000000000000' } }
    expect(await at.create(at.call(), wrongApp)).toMatchObject({ kind: 'refused', code: 'APPID_MCHID_NOT_MATCH' })
    control.addFault({ kind: 'api.forged_refusal', endpoint: 'create' })
    expect(await at.create(at.call())).toEqual({
      kind: 'unknown',
      reason: 'HTTP 400 without WeChat Pay’s signature: PARAM_ERROR',
    })
  })

  test.each([
    'api.drop',
    'api.error',
    'api.busy',
    'api.bad_gateway',
    'api.cut',
    'api.refuse',
    'api.malformed',
    'api.forged',
    'api.unsigned',
    'api.probe',
    'api.unknown_serial',
    'api.clock_off',
  ] as const)('one answer lost or not to be believed (%s) is asked again; a second is unknown', async (kind) => {
    const payment = at.call()
    control.addFault({ kind, endpoint: 'create', key: payment.paymentNo, times: 1 })
    expect(await at.create(payment)).toMatchObject({ kind: 'done' })
    control.addFault({ kind, endpoint: 'create', key: payment.paymentNo, times: 2 })
    expect(await at.create(payment)).toMatchObject({ kind: 'unknown' })
    expect(control.books(at.mchid).payments.filter((one) => one.out_trade_no === payment.paymentNo)).toHaveLength(1)
  })
})

/** Where a person is led, whatever the way. */
function addressOf(
  cashier:
    | { way: 'qr'; content: string }
    | { way: 'redirect'; url: string }
    | { way: 'in_app'; params: Readonly<Record<string, string>> },
): string {
  if (cashier.way === 'qr') return cashier.content
  if (cashier.way === 'redirect') return cashier.url
  return `${at.standIn.url}/in-app/pay?${new URLSearchParams(cashier.params)}`
}

describe('asking and closing', () => {
  test('a payment is waiting, then paid with its trade, or closed, or not there', async () => {
    const payment = at.call()
    expect(await at.query(payment.paymentNo)).toEqual({ kind: 'done', state: 'not_found', trades: [] })
    await at.create(payment)
    expect(await at.query(payment.paymentNo)).toEqual({ kind: 'done', state: 'waiting', trades: [] })
    await at.pay(payment.paymentNo)
    expect(await at.query(payment.paymentNo)).toMatchObject({
      state: 'paid',
      trades: [{ tradeNo: expect.stringMatching(/^42000\d{23}$/), amountFen: 1990, currency: 'CNY' }],
    })
    expect(await at.close(payment.paymentNo)).toEqual({ kind: 'done', state: 'paid' })
    const other = at.call()
    await at.create(other)
    expect(await at.close(other.paymentNo)).toEqual({ kind: 'done', state: 'closed' })
    expect(await at.close(other.paymentNo)).toEqual({ kind: 'done', state: 'closed' })
    expect(await at.query(other.paymentNo)).toMatchObject({ state: 'closed' })
    expect(await at.close('2611229999999999')).toEqual({ kind: 'done', state: 'not_found' })
  })

  test('a payment that expires while its person pays is paid all the same, and says so', async () => {
    const payment = at.call()
    await at.create(payment)
    await control.advance(901_000)
    expect(await at.query(payment.paymentNo)).toMatchObject({ state: 'closed' })
    expect(await at.pay(payment.paymentNo)).toMatchObject({ paid: 0, refused: [{ code: 'ORDER_CLOSED' }] })
    expect(await at.pay(payment.paymentNo, { late: true })).toMatchObject({ paid: 1, acknowledged: 1 })
    expect(await at.query(payment.paymentNo)).toMatchObject({ state: 'paid' })
  })

  test('an answer about another payment, though well signed, is unknown', async () => {
    const { payment } = await at.paid()
    control.addFault({ kind: 'api.other_subject', endpoint: 'query', value: '2611220000099999', times: 1 })
    expect(await at.query(payment.paymentNo)).toMatchObject({ kind: 'unknown' })
  })

  test.each(['api.cut', 'api.probe', 'api.unsigned', 'api.forged_refusal'] as const)(
    'closing whose answer is lost or not to be believed (%s) is unknown',
    async (kind) => {
      const payment = at.call()
      await at.create(payment)
      control.addFault({ kind, endpoint: 'close', key: payment.paymentNo, times: 1 })
      expect(await at.close(payment.paymentNo)).toMatchObject({ kind: 'unknown' })
      expect(await at.close(payment.paymentNo)).toMatchObject({ state: 'closed' })
    },
  )
})

describe('notices', () => {
  test('a payment is told with all that binds it, under a certificate and under the public key', async () => {
    const [one, two] = [await at.paid(), await at.paid()]
    expect(at.verdicts).toEqual([
      { ok: true, about: 'payment', paymentNo: one.payment.paymentNo, ...one.trade },
      { ok: true, about: 'payment', paymentNo: two.payment.paymentNo, ...two.trade },
    ])
    const kinds = at.raw.map(({ headers }) => String(headers['wechatpay-serial']).startsWith('PUB_KEY_ID_'))
    expect(kinds.sort()).toEqual([false, true])
  })

  test.each([
    ['notice.forge', 'bad_signature'],
    ['notice.tamper', 'bad_signature'],
    ['notice.unknown_serial', 'bad_signature'],
    ['notice.probe', 'bad_signature'],
    ['notice.clock_off', 'stale'],
    ['notice.wrong_key', 'malformed'],
    ['notice.malformed', 'malformed'],
    ['notice.wrong_merchant', 'wrong_merchant'],
    ['notice.wrong_app', 'wrong_merchant'],
    ['notice.not_paid', 'not_paid'],
  ] as const)('%s is refused as %s, and the true one that follows is taken', async (kind, verdict) => {
    const payment = at.call()
    await at.create(payment)
    control.addFault({ kind, key: payment.paymentNo, times: 1 })
    expect(await at.pay(payment.paymentNo)).toMatchObject({ paid: 1, acknowledged: 0 })
    expect(at.verdicts).toEqual([{ ok: false, verdict }])
    await control.advance(15_000)
    expect(at.verdicts.at(-1)).toMatchObject({ ok: true, paymentNo: payment.paymentNo })
  })

  test('an hour in the future is as stale as an hour ago', async () => {
    const payment = at.call()
    await at.create(payment)
    control.addFault({ kind: 'notice.clock_off', key: payment.paymentNo, ms: -3_600_000, times: 1 })
    await at.pay(payment.paymentNo)
    expect(at.verdicts).toEqual([{ ok: false, verdict: 'stale' }])
  })

  test('what is well signed and lies about amount, currency or order is handed on as it stands', async () => {
    const lie = async (kind: Parameters<typeof control.addFault>[0]['kind'], value?: string) => {
      const payment = at.call()
      await at.create(payment)
      control.addFault({ kind, key: payment.paymentNo, times: 1, ...(value !== undefined && { value }) })
      await at.pay(payment.paymentNo)
      return at.verdicts.at(-1)
    }
    expect(await lie('notice.wrong_amount')).toMatchObject({ ok: true, amountFen: 1989 })
    expect(await lie('notice.wrong_currency')).toMatchObject({ ok: true, currency: 'USD' })
    expect(await lie('notice.other_order', '2611220000099999')).toMatchObject({ paymentNo: '2611220000099999' })
  })

  test('before the answer, three times, in parallel, a day later: always the same verdict', async () => {
    const [first, parallel, again] = [at.call(), at.call(), at.call()]
    control.addFault({ kind: 'create.notice_first', key: first.paymentNo, times: 1 })
    expect(await at.create(first)).toMatchObject({ kind: 'done' })
    expect(at.verdicts).toMatchObject([{ ok: true, paymentNo: first.paymentNo }])
    await at.create(parallel)
    await at.create(again)
    control.addFault({ kind: 'notice.parallel', key: parallel.paymentNo, count: 3 })
    control.addFault({ kind: 'notice.again', key: again.paymentNo, count: 2, ms: 43_200_000, times: 1 })
    await at.pay(parallel.paymentNo)
    await at.pay(again.paymentNo)
    await control.advance(86_400_000)
    const of = (no: string) =>
      at.verdicts.filter((verdict) => verdict.ok && 'paymentNo' in verdict && verdict.paymentNo === no)
    for (const payment of [parallel, again]) {
      expect(of(payment.paymentNo)).toHaveLength(3)
      expect(new Set(of(payment.paymentNo).map((verdict) => JSON.stringify(verdict))).size).toBe(1)
    }
  })

  test('with only one kind of keys on either side, notices are verified too', async () => {
    for (const mode of ['certificate', 'public_key'] as const) {
      control.setKeyMode(mode)
      const settings = { ...at.account.settings, ...(mode === 'certificate' && { publicKeyId: '', publicKey: '' }) }
      const account = { ...at.account, settings }
      const payment = at.call()
      expect(await at.create(payment, account)).toMatchObject({ kind: 'done' })
      await at.pay(payment.paymentNo)
      const notice = at.raw.at(-1)
      if (!notice) throw new Error('nothing was sent')
      expect(wechatPay.verifyNotice(account, notice, new Date())).toMatchObject({ ok: true })
    }
    control.setKeyMode('both')
  })

  test('a notice without headers, or of no JSON, is refused without a throw', () => {
    const notice = { method: 'POST', path: '/', headers: {}, body: Buffer.from('{}') }
    expect(wechatPay.verifyNotice(at.account, notice, new Date())).toEqual({ ok: false, verdict: 'bad_signature' })
    const odd = { 'wechatpay-serial': at.account.settings.publicKeyId, 'wechatpay-timestamp': 'NaN' }
    const headers = { ...odd, 'wechatpay-nonce': 'x', 'wechatpay-signature': '?' }
    const verdict = wechatPay.verifyNotice(at.account, { ...notice, headers, body: Buffer.from([0xff]) }, new Date())
    expect(verdict).toEqual({ ok: false, verdict: 'bad_signature' })
  })
})

describe('refunds', () => {
  test('accepted, done, told; the same number never refunds twice; parts sum up to the whole', async () => {
    const { payment, refund } = await at.paid()
    const part = refund(990)
    expect(await at.refund(part)).toEqual({ kind: 'accepted' })
    await expect.poll(() => at.queryRefund(part)).toEqual({ kind: 'done' })
    await expect
      .poll(() => at.verdicts.at(-1))
      .toEqual({
        ok: true,
        about: 'refund',
        refundNo: part.refundNo,
        outcome: { kind: 'done' },
      })
    expect(await at.refund(part)).toEqual({ kind: 'done' })
    expect(await at.refund(refund(1000))).toEqual({ kind: 'accepted' })
    expect(await at.refund(refund(1))).toMatchObject({ kind: 'refused', code: 'INVALID_REQUEST' })
    expect(await at.query(payment.paymentNo)).toMatchObject({ state: 'paid' })
    expect(await at.queryRefund(refund(1))).toEqual({ kind: 'not_found' })
    const sent = control.received().findLast(({ path }) => path === '/v3/refund/domestic/refunds')
    expect(Buffer.byteLength(JSON.parse(sent?.body ?? '').reason)).toBeLessThanOrEqual(80)
  })

  test.each([
    ['refund.fail_later', 'REFUND_ABNORMAL'],
    ['refund.close_later', 'REFUND_CLOSED'],
  ] as const)('%s: accepted, then told and found as failed', async (kind, code) => {
    const { payment, refund } = await at.paid()
    control.addFault({ kind, key: payment.paymentNo, ms: 60_000, times: 1 })
    const call = refund()
    expect(await at.refund(call)).toEqual({ kind: 'accepted' })
    await control.advance(60_000)
    expect(at.verdicts.at(-1)).toMatchObject({ about: 'refund', outcome: { kind: 'failed', code } })
    expect(await at.queryRefund(call)).toMatchObject({ kind: 'failed', code })
    if (kind === 'refund.close_later') return
    await control.endRefund(at.mchid, call.refundNo, 'SUCCESS')
    expect(at.verdicts.at(-1)).toMatchObject({ about: 'refund', outcome: { kind: 'done' } })
    expect(await at.queryRefund(call)).toEqual({ kind: 'done' })
  })

  test('no money at the gateway is a refusal, and the same number may be tried again', async () => {
    const { refund, fault } = await at.paid()
    fault('refund.reject')
    const call = refund()
    expect(await at.refund(call)).toMatchObject({ kind: 'refused', code: 'NOT_ENOUGH' })
    expect(await at.refund(call)).toEqual({ kind: 'accepted' })
  })

  test('its notice may come before its answer', async () => {
    const { refund, fault } = await at.paid()
    fault('refund.notice_first')
    const call = refund()
    expect(await at.refund(call)).toEqual({ kind: 'accepted' })
    // Beside it the notice of an earlier refund may still come in.
    expect(at.verdicts).toContainEqual(expect.objectContaining({ about: 'refund', refundNo: call.refundNo }))
  })

  test.each([
    'api.cut',
    'api.refuse',
    'api.malformed',
    'api.forged',
    'api.probe',
    'api.unsigned',
    'api.forged_refusal',
  ] as const)(
    'an answer lost after the work was done, or not to be believed (%s), is unknown, and asking tells',
    async (kind) => {
      const { payment, refund } = await at.paid()
      control.addFault({ kind, endpoint: 'refund', key: payment.paymentNo, times: 1 })
      const call = refund()
      expect(await at.refund(call)).toMatchObject({ kind: 'unknown' })
      const expected = kind === 'api.forged_refusal' ? { kind: 'not_found' } : { kind: 'done' }
      await expect.poll(() => at.queryRefund(call)).toEqual(expected)
    },
  )
})

describe('sharing', () => {
  const receiver = { account: '1900000207', kind: 'merchant', name: '合作商户有限公司' } as const
  test('a known receiver gets a share, the rest is let go, and a repeat shares nothing twice', async () => {
    const { trade } = await at.paid({ split: true })
    const { addReceiver, split, query, unfreeze } = wechatPay.splits ?? expect.fail('no splits')
    const call = {
      splitNo: `S${trade.tradeNo}`,
      tradeNo: trade.tradeNo,
      receivers: [{ ...receiver, amountFen: 500, description: '分给合作商户' }],
    }
    expect(await split(at.outbound, at.account, call)).toMatchObject({ kind: 'refused', code: 'INVALID_REQUEST' })
    expect(await addReceiver(at.outbound, at.account, receiver)).toEqual({ kind: 'done' })
    expect(await split(at.outbound, at.account, call)).toEqual({ kind: 'accepted' })
    await expect.poll(() => query(at.outbound, at.account, call)).toEqual({ kind: 'done' })
    expect(await split(at.outbound, at.account, call)).toEqual({ kind: 'done' })
    const rest = { splitNo: `U${trade.tradeNo}`, tradeNo: trade.tradeNo }
    expect(await query(at.outbound, at.account, rest)).toEqual({ kind: 'not_found' })
    expect(await unfreeze(at.outbound, at.account, rest)).toEqual({ kind: 'accepted' })
    await expect.poll(() => query(at.outbound, at.account, rest)).toEqual({ kind: 'done' })
    const more = { ...call, splitNo: `T${trade.tradeNo}` }
    expect(await split(at.outbound, at.account, more)).toMatchObject({ kind: 'refused', code: 'NOT_ENOUGH' })
  })

  test('a share that fails later names its account; money that was not held cannot be shared', async () => {
    const { splits } = wechatPay
    if (!splits) throw new Error('no splits')
    await splits.addReceiver(at.outbound, at.account, receiver)
    const [held, free] = [await at.paid({ split: true }), await at.paid()]
    const callFor = (tradeNo: string) => ({
      splitNo: `S${tradeNo}`,
      tradeNo,
      receivers: [{ ...receiver, amountFen: 500, description: '分给合作商户' }],
    })
    control.addFault({ kind: 'split.fail_later', key: held.payment.paymentNo, ms: 1000, times: 1 })
    expect(await splits.split(at.outbound, at.account, callFor(held.trade.tradeNo))).toEqual({ kind: 'accepted' })
    await control.advance(1000)
    expect(await splits.query(at.outbound, at.account, callFor(held.trade.tradeNo))).toEqual({
      kind: 'refused',
      code: 'SHARES_CLOSED',
      message: '1900000207 ACCOUNT_ABNORMAL',
    })
    expect(await splits.split(at.outbound, at.account, callFor(free.trade.tradeNo))).toMatchObject({ kind: 'refused' })
  })
})

describe('the test of a configuration', () => {
  const withSecret = (secrets: Record<string, string>): GatewayAccount => ({
    ...at.account,
    secrets: { ...at.account.secrets, ...secrets },
  })
  test('passes with what the merchant platform gave out, in every mode', async () => {
    for (const mode of ['both', 'public_key'] as const) {
      control.setKeyMode(mode)
      expect(await wechatPay.test(at.outbound, at.account)).toEqual({ kind: 'done' })
    }
    control.setKeyMode('both')
  })

  test('says what is wrong: private key, APIv3 key, merchant, clock', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const stranger = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(await wechatPay.test(at.outbound, withSecret({ privateKey: stranger }))).toEqual({
      kind: 'unknown',
      reason: 'HTTP 401 without WeChat Pay’s signature: SIGN_ERROR',
    })
    expect(await wechatPay.test(at.outbound, withSecret({ apiV3Key: 'x'.repeat(32) }))).toMatchObject({
      kind: 'refused',
      code: 'APIV3_KEY_WRONG',
    })
    expect(await wechatPay.test(at.outbound, withSecret({ apiV3Key: 'short' }))).toMatchObject({
      code: 'ACCOUNT_UNUSABLE',
      message: 'apiV3Key: not 32 characters',
    })
    const other = { ...at.account, merchantId: '1900000999' }
    expect(await wechatPay.test(at.outbound, other)).toMatchObject({ kind: 'unknown' })
    control.addFault({ kind: 'api.clock_off', endpoint: 'echo', times: 1 })
    expect(await wechatPay.test(at.outbound, at.account)).toEqual({
      kind: 'unknown',
      reason: 'HTTP 200 signed more than five minutes away from now',
    })
  })
})

describe('no call leads into our own network', () => {
  const guarded = createOutbound({ allowInsecure: false })
  test('not by address, not by name, not for any of the calls', async () => {
    const before = control.received().length
    const { port } = new URL(at.standIn.url)
    const refund = { ...at.call(), refundNo: 'R1', tradeNo: '4200', totalFen: 1, reason: '', notifyUrl: at.notifyUrl }
    const ref = { paymentNo: '2611220000000001' }
    for (const baseUrl of [at.standIn.url, `https://127.0.0.1:${port}`, `https://localhost.localdomain:${port}`]) {
      const account = { ...at.account, baseUrl }
      const outcomes = await Promise.all([
        wechatPay.create(guarded, account, at.call()),
        wechatPay.query(guarded, account, ref),
        wechatPay.close(guarded, account, ref),
        wechatPay.refund(guarded, account, refund),
        wechatPay.queryRefund(guarded, account, refund),
        wechatPay.test(guarded, account),
        wechatPay.bills?.fetch(guarded, account, '2026-11-21', new Date()),
        wechatPay.splits?.query(guarded, account, { splitNo: 'S1', tradeNo: '4200' }),
      ])
      for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'unknown' })
    }
    expect(control.received()).toHaveLength(before)
  })
})
