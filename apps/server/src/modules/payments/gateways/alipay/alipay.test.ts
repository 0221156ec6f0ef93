import { type Alipay, startAlipay } from '@quanshu/sim/alipay'
import { AlipaySdk } from 'alipay-sdk'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createOutbound } from '../../../../platform/outbound/index.ts'
import type { GatewayAccount, PaymentCall, QueryOutcome } from '../../gateway.ts'
import { accountOf, newNo, openShop, paymentOf, refundOf, type Shop } from './alipay.fixture.ts'
import { beijingTimestamp } from './call.ts'
import { alipay } from './index.ts'

let gate: Alipay
let shop: Shop
let account: GatewayAccount
const outbound = createOutbound({ allowInsecure: true })

beforeAll(async () => {
  gate = await startAlipay({ host: '127.0.0.1', seed: 'test' })
  account = accountOf(gate)
  shop = await openShop(() => account)
})
afterAll(async () => {
  await gate.close()
  shop.close()
  outbound.close()
})
afterEach(() => {
  gate.control.clearFaults()
  shop.notices.splice(0)
  shop.answer = undefined
  account = accountOf(gate)
})

async function open(more: Partial<PaymentCall> = {}): Promise<PaymentCall> {
  const payment = paymentOf(shop, newNo(), more)
  const created = await alipay.create(outbound, account, payment)
  if (created.kind !== 'done') throw new Error(JSON.stringify(created))
  return payment
}

/** A paid payment, its notice delivered and taken. */
async function paid(more: Partial<PaymentCall> = {}): Promise<{ payment: PaymentCall; tradeNo: string }> {
  const payment = await open(more)
  await gate.control.pay(gate.merchant.appId, [{ outTradeNo: payment.paymentNo }])
  const found = await alipay.query(outbound, account, payment)
  return { payment, tradeNo: tradeOf(found).tradeNo }
}

function tradeOf(found: QueryOutcome) {
  const trade = found.kind === 'done' ? found.trades[0] : undefined
  if (!trade) throw new Error(`not paid: ${JSON.stringify(found)}`)
  return trade
}

const query = (payment: PaymentCall) => alipay.query(outbound, account, payment)

describe('a payment', () => {
  test('by code: scanned, paid, told, found, with the same number and amount everywhere', async () => {
    const payment = paymentOf(shop, newNo())
    const created = await alipay.create(outbound, account, payment)
    if (created.kind !== 'done' || created.cashier.way !== 'qr') throw new Error(JSON.stringify(created))
    expect(await query(payment)).toEqual({ kind: 'done', state: 'not_found', trades: [] })
    const page = await fetch(created.cashier.content)
    expect(await page.text()).toContain('19.90')
    expect(await query(payment)).toMatchObject({ state: 'waiting' })
    expect((await fetch(`${page.url}/pay`, { method: 'POST' })).status).toBe(200)
    await expect.poll(() => shop.notices.length).toBe(1)
    const trade = tradeOf(await query(payment))
    expect(trade).toMatchObject({ amountFen: 1990, currency: 'CNY' })
    expect(Math.abs(Date.parse(trade.paidAt) - Date.now())).toBeLessThan(60_000)
    expect(shop.notices[0]?.verdict).toEqual({ ok: true, about: 'payment', paymentNo: payment.paymentNo, ...trade })
    expect(gate.control.sendings().at(-1)).toMatchObject({ acknowledged: true, answer: 'success' })
  })

  test.each(['page', 'h5'] as const)(
    'by %s: the signed address opens the cashier and comes back to the shop',
    async (scene) => {
      const payment = paymentOf(shop, newNo(), { scene })
      const created = await alipay.create(outbound, account, payment)
      if (created.kind !== 'done' || created.cashier.way !== 'redirect') throw new Error(JSON.stringify(created))
      const { url } = created.cashier
      expect((await fetch(url.replace('19.90', '19.91'))).status).toBe(400)
      const page = await fetch(url)
      expect(await page.text()).toContain('权枢演示商店')
      const done = await fetch(`${page.url}/pay`, { method: 'POST' })
      expect(await done.text()).toContain('/pay/return?o=1&#38;charset=utf-8')
      expect(tradeOf(await query(payment)).amountFen).toBe(1990)
    },
  )

  test('the same number twice is one; with another amount it is refused', async () => {
    const payment = await open()
    expect(await alipay.create(outbound, account, payment)).toMatchObject({ kind: 'done' })
    expect(await alipay.create(outbound, account, { ...payment, amountFen: 1 })).toMatchObject({
      kind: 'refused',
      code: 'ACQ.CONTEXT_INCONSISTENT',
    })
  })

  test('closing tells whether it was open, paid, or never there', async () => {
    const [waiting, never] = [await open(), await open()]
    const created = await alipay.create(outbound, account, waiting)
    if (created.kind === 'done' && created.cashier.way === 'qr') await fetch(created.cashier.content)
    expect(await alipay.close(outbound, account, waiting)).toEqual({ kind: 'done', state: 'closed' })
    expect(await alipay.close(outbound, account, waiting)).toEqual({ kind: 'done', state: 'closed' })
    expect(await alipay.close(outbound, account, never)).toEqual({ kind: 'done', state: 'not_found' })
    expect(await alipay.close(outbound, account, (await paid()).payment)).toEqual({ kind: 'done', state: 'paid' })
  })

  test('it expires when we said', async () => {
    const payment = await open({ expiresAt: new Date(Date.now() - 1000) })
    expect(await query(payment)).toMatchObject({ state: 'closed' })
    const report = await gate.control.pay(gate.merchant.appId, [{ outTradeNo: payment.paymentNo, late: true }])
    expect(report).toMatchObject({ paid: 1, acknowledged: 1 })
    expect(await query(payment)).toMatchObject({ state: 'paid' })
  })
})

describe('a refund', () => {
  test('in parts: each once, each told, never beyond the payment', async () => {
    const { payment, tradeNo } = await paid()
    const [first, second] = [`${payment.paymentNo}R1`, `${payment.paymentNo}R2`]
    const refund = (no: string, amountFen: number) =>
      alipay.refund(outbound, account, refundOf(payment, tradeNo, no, amountFen))
    expect(await refund(first, 990)).toEqual({ kind: 'done' })
    expect(await refund(first, 990)).toEqual({ kind: 'accepted' })
    expect(await refund(first, 991)).toMatchObject({ kind: 'refused', code: 'ACQ.DISCORDANT_REPEAT_REQUEST' })
    expect(await refund(second, 1001)).toMatchObject({ kind: 'refused', code: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' })
    expect(await refund(second, 1000)).toEqual({ kind: 'done' })
    expect(await alipay.queryRefund(outbound, account, refundOf(payment, tradeNo, first, 990))).toEqual({
      kind: 'done',
    })
    expect(await alipay.queryRefund(outbound, account, refundOf(payment, tradeNo, 'NEVERASKED', 1))).toEqual({
      kind: 'not_found',
    })
    await expect.poll(() => shop.notices.length).toBe(3)
    expect(shop.notices.slice(1).map(({ verdict }) => verdict)).toEqual(
      [first, second].map((refundNo) => ({ ok: true, about: 'refund', refundNo, outcome: { kind: 'done' } })),
    )
    expect(await query(payment)).toEqual({ kind: 'done', state: 'closed', trades: [] })
  })

  test('accepted and then failed, accepted and later done, refused at once', async () => {
    const { payment, tradeNo } = await paid()
    const call = (no: string) => refundOf(payment, tradeNo, `${payment.paymentNo}${no}`, 100)
    gate.control.addFault({ kind: 'refund.fail_later', ms: 60_000, times: 1 })
    expect(await alipay.refund(outbound, account, call('R1'))).toEqual({ kind: 'accepted' })
    expect(await alipay.queryRefund(outbound, account, call('R1'))).toEqual({ kind: 'accepted' })
    await gate.control.advance(60_000)
    expect(await alipay.queryRefund(outbound, account, call('R1'))).toMatchObject({
      kind: 'failed',
      code: 'REFUND_ACCOUNT_ABNORMAL',
    })
    gate.control.addFault({ kind: 'refund.slow', ms: 60_000, times: 1 })
    expect(await alipay.refund(outbound, account, call('R2'))).toEqual({ kind: 'accepted' })
    await gate.control.advance(60_000)
    expect(await alipay.queryRefund(outbound, account, call('R2'))).toEqual({ kind: 'done' })
    gate.control.addFault({ kind: 'refund.reject', times: 1 })
    expect(await alipay.refund(outbound, account, call('R3'))).toMatchObject({
      kind: 'refused',
      code: 'ACQ.SELLER_BALANCE_NOT_ENOUGH',
    })
    gate.control.finish(gate.merchant.appId, payment.paymentNo)
    expect(await alipay.refund(outbound, account, call('R4'))).toMatchObject({ code: 'ACQ.TRADE_HAS_FINISHED' })
    expect(tradeOf(await query(payment)).tradeNo).toBe(tradeNo)
  })

  test('work done and the connection cut: unknown, and asking again moves nothing twice', async () => {
    const { payment, tradeNo } = await paid()
    const call = refundOf(payment, tradeNo, `${payment.paymentNo}R1`, 500)
    gate.control.addFault({ kind: 'api.cut', endpoint: 'trade.refund', times: 1 })
    expect(await alipay.refund(outbound, account, call)).toMatchObject({ kind: 'unknown' })
    expect(await alipay.refund(outbound, account, call)).toEqual({ kind: 'accepted' })
    expect(await alipay.queryRefund(outbound, account, call)).toEqual({ kind: 'done' })
    expect(
      gate.control.books(gate.merchant.appId).refunds.filter((row) => row.out_request_no === call.refundNo),
    ).toHaveLength(1)
  })

  test('a wrong clock or key refuses nothing: an earlier try may have moved the money', async () => {
    const { payment, tradeNo } = await paid()
    const call = refundOf(payment, tradeNo, `${payment.paymentNo}R1`, 500)
    gate.control.addFault({ kind: 'clock.off', ms: 601_000 })
    expect(await alipay.refund(outbound, account, call)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('isv.invalid-timestamp'),
    })
    gate.control.clearFaults()
    const wrongKey = { ...account, secrets: { privateKey: gate.stranger.appPrivateKey } }
    expect(await alipay.refund(outbound, wrongKey, call)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('isv.invalid-signature'),
    })
  })
})

describe('an answer that proves nothing is unknown, never refused', () => {
  test.each([
    'api.drop',
    'api.error',
    'api.busy',
    'api.system_error',
    'api.malformed',
    'api.forged',
    'api.unsigned',
    'api.cut',
    'api.unknown',
  ] as const)('%s', async (kind) => {
    const { payment, tradeNo } = await paid()
    const call = refundOf(payment, tradeNo, `${payment.paymentNo}R1`, 500)
    // Twice where opening a payment repeats itself once.
    gate.control.addFault({ kind })
    expect(await query(payment)).toMatchObject({ kind: 'unknown' })
    expect(await alipay.close(outbound, account, payment)).toMatchObject({ kind: 'unknown' })
    expect(await alipay.refund(outbound, account, call)).toMatchObject({ kind: 'unknown' })
    expect(await alipay.queryRefund(outbound, account, call)).toMatchObject({ kind: 'unknown' })
    expect(await alipay.create(outbound, account, paymentOf(shop, newNo()))).toMatchObject({ kind: 'unknown' })
    expect(await alipay.bills?.fetch(outbound, account, '2026-11-21', new Date())).toMatchObject({ kind: 'unknown' })
    expect(await alipay.test(outbound, account)).toMatchObject({ kind: 'unknown' })
  })

  test('one lost answer does not bother the person who wants to pay', async () => {
    gate.control.addFault({ kind: 'api.cut', endpoint: 'trade.precreate', times: 1 })
    expect(await alipay.create(outbound, account, paymentOf(shop, newNo()))).toMatchObject({ kind: 'done' })
  })

  test('slower than we wait', async () => {
    const payment = await open()
    gate.control.addFault({ kind: 'api.slow', endpoint: 'trade.query', ms: 2_000, times: 1 })
    const hasty = createOutbound({ allowInsecure: true })
    const call: typeof hasty.call = (request) => hasty.call({ ...request, timeoutMs: 100 })
    expect(await alipay.query({ ...hasty, call }, account, payment)).toMatchObject({ kind: 'unknown' })
    hasty.close()
  })

  test('nobody listens', async () => {
    expect(await alipay.test(outbound, { ...account, baseUrl: 'http://127.0.0.1:1' })).toMatchObject({
      kind: 'unknown',
    })
  })

  test('not found although it is there says only what it says', async () => {
    const { payment } = await paid()
    gate.control.addFault({ kind: 'query.not_found', key: payment.paymentNo, times: 1 })
    expect(await query(payment)).toMatchObject({ state: 'not_found' })
    expect(await query(payment)).toMatchObject({ state: 'paid' })
  })
})

describe('a notice', () => {
  const firstVerdict = async (kind: Parameters<typeof gate.control.addFault>[0]['kind'], value?: string) => {
    const payment = await open()
    gate.control.addFault({ kind, times: 1, key: payment.paymentNo, ...(value !== undefined && { value }) })
    await gate.control.pay(gate.merchant.appId, [{ outTradeNo: payment.paymentNo }])
    const [notice] = shop.notices.splice(0)
    return notice?.verdict
  }

  test.each([
    ['notice.forge', 'bad_signature'],
    ['notice.tamper', 'bad_signature'],
    ['notice.unsigned', 'bad_signature'],
    ['notice.wrong_app', 'wrong_merchant'],
    ['notice.wrong_seller', 'wrong_merchant'],
    ['notice.stale', 'stale'],
    ['notice.unpaid', 'not_paid'],
    ['notice.malformed', 'malformed'],
  ] as const)('%s is refused as %s, and the ladder brings the true one', async (kind, verdict) => {
    expect(await firstVerdict(kind)).toEqual({ ok: false, verdict })
    await gate.control.advance(4 * 60_000)
    expect(shop.notices.at(-1)?.verdict).toMatchObject({ ok: true, about: 'payment' })
  })

  test('well signed with another amount or order says so, for the order to be held against', async () => {
    expect(await firstVerdict('notice.wrong_amount')).toMatchObject({ ok: true, amountFen: 1989 })
    expect(await firstVerdict('notice.other_order', 'SOMEBODYELSES001')).toMatchObject({
      paymentNo: 'SOMEBODYELSES001',
    })
  })

  test('lost, late, in parallel, three times: always the same notice', async () => {
    const ids = () => new Set(shop.notices.map(({ body }) => new URLSearchParams(body.toString()).get('notify_id')))
    expect(await firstVerdict('notice.lose')).toBeUndefined()
    await gate.control.advance(4 * 60_000)
    expect(shop.notices.splice(0)).toHaveLength(1)
    const pay = async (fault: Parameters<typeof gate.control.addFault>[0]) => {
      const payment = await open()
      gate.control.addFault({ ...fault, key: payment.paymentNo, times: 1 })
      await gate.control.pay(gate.merchant.appId, [{ outTradeNo: payment.paymentNo }])
    }
    await pay({ kind: 'notice.parallel', count: 2 })
    expect([shop.notices.length, ids().size]).toEqual([2, 1])
    shop.notices.splice(0)
    await pay({ kind: 'notice.again', count: 2, ms: 60_000 })
    await gate.control.advance(120_000)
    expect([shop.notices.length, ids().size]).toEqual([3, 1])
    shop.notices.splice(0)
    await pay({ kind: 'notice.delay', ms: 60_000 })
    expect(shop.notices).toHaveLength(0)
    await gate.control.advance(60_000)
    expect(shop.notices).toHaveLength(1)
  })

  test('before the answer to our own call', async () => {
    gate.control.addFault({ kind: 'create.notice_first', times: 1 })
    const payment = paymentOf(shop, newNo())
    expect(await alipay.create(outbound, account, payment)).toMatchObject({ kind: 'done' })
    expect(shop.notices[0]?.verdict).toMatchObject({ ok: true, paymentNo: payment.paymentNo })
  })

  test('comes eight times in 25 hours until exactly `success` is answered', async () => {
    shop.answer = { status: 200, body: 'success\n' }
    const payment = await open()
    await gate.control.pay(gate.merchant.appId, [{ outTradeNo: payment.paymentNo }])
    await gate.control.advance(48 * 3_600_000)
    expect(shop.notices).toHaveLength(8)
    expect(shop.notices.every(({ verdict }) => verdict.ok)).toBe(true)
  })

  test('a field that stands there twice is refused', async () => {
    await paid()
    const notice = shop.notices[0]
    if (!notice) throw new Error('nothing came')
    const body = Buffer.concat([notice.body, Buffer.from('&total_amount=0.01')])
    expect(alipay.verifyNotice(account, { ...notice, body }, new Date())).toEqual({ ok: false, verdict: 'malformed' })
    const late = new Date(Date.now() + 27 * 3_600_000)
    expect(alipay.verifyNotice(account, notice, late)).toEqual({ ok: false, verdict: 'stale' })
  })
})

describe('keys and clocks', () => {
  test('a replaced key: unknown until it is entered, then both are good', async () => {
    const { payment } = await paid()
    const { nextAlipayPublicKey } = gate.merchant
    gate.control.addFault({ kind: 'key.replaced' })
    expect(await query(payment)).toMatchObject({ kind: 'unknown' })
    const later = await open({ scene: 'page' })
    await gate.control.pay(gate.merchant.appId, [
      { outTradeNo: later.paymentNo, totalFen: 1990, notifyUrl: shop.notifyUrl },
    ])
    expect(shop.notices.at(-1)?.verdict).toEqual({ ok: false, verdict: 'bad_signature' })
    const { settings } = account
    account = {
      ...account,
      settings: {
        ...settings,
        alipayPublicKey: nextAlipayPublicKey,
        previousAlipayPublicKey: settings.alipayPublicKey ?? '',
      },
    }
    expect(await query(payment)).toMatchObject({ state: 'paid' })
    await gate.control.advance(4 * 60_000)
    expect(shop.notices.at(-1)?.verdict).toMatchObject({ ok: true })
    gate.control.clearFaults()
    expect(await query(payment)).toMatchObject({ state: 'paid' })
  })

  test('the gateway’s clock ten minutes off: its notices are still good', async () => {
    const payment = await open()
    gate.control.addFault({ kind: 'clock.off' })
    await gate.control.pay(gate.merchant.appId, [{ outTradeNo: payment.paymentNo }])
    expect(shop.notices.at(-1)?.verdict).toMatchObject({ ok: true })
  })

  test('keys are taken in every form the tools give', async () => {
    const pem = (label: string, base64: string) =>
      `-----BEGIN ${label}-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`
    const { createPrivateKey } = await import('node:crypto')
    const pkcs8 = pem('PRIVATE KEY', gate.merchant.appPrivateKey)
    const pkcs1 = createPrivateKey(pkcs8).export({ type: 'pkcs1', format: 'der' }).toString('base64')
    const settings = { ...account.settings, alipayPublicKey: pem('PUBLIC KEY', gate.merchant.alipayPublicKey) }
    for (const privateKey of [pkcs8, pkcs1, pem('RSA PRIVATE KEY', pkcs1), ` ${gate.merchant.appPrivateKey}\n`]) {
      expect(await alipay.test(outbound, { ...account, settings, secrets: { privateKey } })).toEqual({ kind: 'done' })
    }
    const failed = await alipay.test(outbound, { ...account, secrets: { privateKey: 'bm90IGEga2V5' } })
    expect(failed).toEqual({ kind: 'unknown', reason: 'the app’s private key is not readable' })
  })

  test('testing the connection tells a wrong app from a wrong key', async () => {
    expect(await alipay.test(outbound, { ...account, merchantId: '2021999999999999' })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('isv.invalid-app-id'),
    })
    expect(
      await alipay.test(outbound, { ...account, secrets: { privateKey: gate.stranger.appPrivateKey } }),
    ).toMatchObject({ kind: 'refused', code: 'isv.invalid-signature' })
  })

  test('timestamps are Beijing’s in every zone this process may run in', () => {
    const zone = process.env.TZ
    try {
      for (const tz of ['UTC', 'Asia/Shanghai', 'America/New_York']) {
        process.env.TZ = tz
        expect(beijingTimestamp(Date.parse('2026-11-22T16:30:05Z')), tz).toBe('2026-11-23 00:30:05')
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})

describe('the official client as judge', () => {
  const sdk = () =>
    new AlipaySdk({
      appId: gate.merchant.appId,
      privateKey: gate.merchant.appPrivateKey,
      keyType: 'PKCS8',
      alipayPublicKey: gate.merchant.alipayPublicKey,
      gateway: gate.url,
      camelcase: false,
    })

  test('its calls pass the stand-in’s check, and the stand-in’s answers pass its own', async () => {
    const { payment, tradeNo } = await paid()
    const answer = await sdk().exec(
      'alipay.trade.query',
      { timestamp: beijingTimestamp(Date.now()), bizContent: { outTradeNo: payment.paymentNo } },
      { validateSign: true },
    )
    expect(answer).toMatchObject({ code: '10000', trade_no: tradeNo, total_amount: '19.90' })
    gate.control.addFault({ kind: 'api.forged', times: 1 })
    const asked = sdk().exec(
      'alipay.trade.query',
      { timestamp: beijingTimestamp(Date.now()), bizContent: { outTradeNo: 'A1' } },
      { validateSign: true },
    )
    await expect(asked).rejects.toThrow('验签失败')
  })

  test('the stand-in’s notices pass its check exactly when they pass ours', async () => {
    const kinds = [undefined, 'notice.forge', 'notice.tamper', 'notice.wrong_amount', 'notice.stale'] as const
    for (const kind of kinds) {
      const payment = await open()
      if (kind) gate.control.addFault({ kind, times: 1, key: payment.paymentNo })
      await gate.control.pay(gate.merchant.appId, [{ outTradeNo: payment.paymentNo }])
      const notice = shop.notices.at(-1)
      if (!notice) throw new Error('nothing came')
      const fields = Object.fromEntries(new URLSearchParams(notice.body.toString()))
      const ours = notice.verdict.ok || notice.verdict.verdict !== 'bad_signature'
      expect(sdk().checkNotifySignV2(fields), kind).toBe(ours)
    }
  })

  test('its page addresses open the stand-in’s cashier', async () => {
    const url = sdk().pageExecute('alipay.trade.page.pay', 'GET', {
      timestamp: beijingTimestamp(Date.now()),
      notifyUrl: shop.notifyUrl,
      returnUrl: 'http://127.0.0.1:9/return',
      bizContent: { outTradeNo: newNo(), totalAmount: '1.00', subject: 'x', productCode: 'FAST_INSTANT_TRADE_PAY' },
    })
    expect((await fetch(url)).status).toBe(200)
  })
})

describe('sharing', () => {
  const receiver = { account: '2088111122223333', kind: 'merchant', name: '' } as const
  const call = (splitNo: string, tradeNo: string, amountFen: number) => ({
    splitNo,
    tradeNo,
    receivers: [{ ...receiver, amountFen, description: '服务费' }],
  })

  test('bound, shared once, told, and the rest let go', async () => {
    const { splits } = alipay
    if (!splits) throw new Error('no splits')
    const { payment, tradeNo } = await paid({ split: true })
    const no = `${payment.paymentNo}S`
    expect(await splits.split(outbound, account, call(`${no}0`, tradeNo, 100))).toMatchObject({
      kind: 'refused',
      code: 'ACQ.ROYALTY_RECEIVER_INVALID',
    })
    expect(await splits.addReceiver(outbound, account, receiver)).toEqual({ kind: 'done' })
    expect(await splits.query(outbound, account, { splitNo: `${no}1`, tradeNo })).toEqual({ kind: 'not_found' })
    gate.control.addFault({ kind: 'api.cut', endpoint: 'trade.order.settle', times: 1 })
    expect(await splits.split(outbound, account, call(`${no}1`, tradeNo, 100))).toMatchObject({ kind: 'unknown' })
    expect(await splits.split(outbound, account, call(`${no}1`, tradeNo, 100))).toEqual({ kind: 'accepted' })
    expect(await splits.query(outbound, account, { splitNo: `${no}1`, tradeNo })).toEqual({ kind: 'done' })
    expect(await splits.split(outbound, account, call(`${no}2`, tradeNo, 1000))).toMatchObject({
      code: 'ACQ.ALLOC_AMOUNT_VALIDATE_ERROR',
    })
    gate.control.addFault({ kind: 'settle.fail_later', ms: 1000, times: 1 })
    expect(await splits.split(outbound, account, call(`${no}3`, tradeNo, 100))).toEqual({ kind: 'accepted' })
    expect(await splits.query(outbound, account, { splitNo: `${no}3`, tradeNo })).toEqual({ kind: 'accepted' })
    await gate.control.advance(1000)
    expect(await splits.query(outbound, account, { splitNo: `${no}3`, tradeNo })).toMatchObject({
      kind: 'refused',
      code: 'TXN_RESULT_ACCOUNT_BALANCE_NOT_ENOUGH',
    })
    expect(await splits.unfreeze(outbound, account, { splitNo: `${no}4`, tradeNo })).toEqual({ kind: 'done' })
  })
})

describe('our own network is out of reach', () => {
  test('no call leaves towards a private or plain address, whatever the settings say', async () => {
    const guarded = createOutbound({ allowInsecure: false })
    const before = gate.control.received().length
    const payment = paymentOf(shop, newNo())
    for (const baseUrl of [
      gate.url,
      'https://127.0.0.1:443',
      'https://localhost.localdomain',
      'https://169.254.169.254',
    ]) {
      const aimed = { ...account, baseUrl }
      const refund = refundOf(payment, 'T1', 'R1', 1)
      const outcomes = await Promise.all([
        alipay.create(guarded, aimed, payment),
        alipay.query(guarded, aimed, payment),
        alipay.close(guarded, aimed, payment),
        alipay.refund(guarded, aimed, refund),
        alipay.queryRefund(guarded, aimed, refund),
        alipay.bills?.fetch(guarded, aimed, '2026-11-21', new Date()),
        alipay.test(guarded, aimed),
      ])
      for (const outcome of outcomes) expect(outcome, baseUrl).toMatchObject({ kind: 'unknown' })
    }
    expect(gate.control.received()).toHaveLength(before)
    guarded.close()
  })

  test('nor does a bill’s link lead there, though the gateway itself signed it', async () => {
    await paid()
    await gate.control.advance(3 * 86_400_000)
    const guarded = createOutbound({ allowInsecure: false })
    const calls: string[] = []
    // The gateway is reached freely, its link only as production would.
    const half = {
      close: () => {},
      call: (request: Parameters<typeof outbound.call>[0]) => {
        calls.push(request.method)
        return (request.method === 'POST' ? outbound : guarded).call(request)
      },
    }
    const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
    expect(await alipay.bills?.fetch(half, account, day, new Date())).toEqual({
      kind: 'unknown',
      reason: 'address not allowed',
    })
    expect(calls).toEqual(['POST', 'GET'])
    guarded.close()
  })
})
