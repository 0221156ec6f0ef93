import { Readable } from 'node:stream'
import { type EpayFaultKind, type EpayStandIn, startEpay } from '@quanshu/sim/epay'
import iconv from 'iconv-lite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createOutbound } from '../../../../platform/outbound/index.ts'
import { BillUnreadable, type GatewayAccount, type PaymentCall, type RefundCall } from '../../gateway.ts'
import {
  backToYesterdayNoon,
  billOf,
  dayOf,
  hurriedOutbound,
  type NoticeDesk,
  openNoticeDesk,
} from '../gateway.fixture.ts'
import { epay } from './index.ts'
import { isGenuine, signed, signedText } from './signing.ts'

let standIn: EpayStandIn
let desk: NoticeDesk
let account: GatewayAccount
const outbound = createOutbound({ allowInsecure: true })
const hurried = hurriedOutbound(150)

beforeAll(async () => {
  standIn = await startEpay({ host: '127.0.0.1', seed: 'test' })
  desk = await openNoticeDesk(epay, () => account)
})
afterAll(async () => {
  await standIn.close()
  desk.close()
  outbound.close()
  hurried.close()
})
afterEach(() => {
  standIn.control.clearFaults()
  standIn.control.dateBack(0)
  standIn.control.skewClock(0)
  desk.verdicts.length = 0
  desk.notices.length = 0
  desk.isClosed = false
})

type Signing = 'MD5' | 'RSA'
const accountOf = (signing: Signing, settings: Record<string, string> = {}): GatewayAccount => ({
  baseUrl: standIn.url,
  merchantId: standIn.merchant.pid,
  settings: { signing, channel: 'alipay', platformPublicKey: standIn.merchant.platformPublicKey, ...settings },
  secrets: { key: standIn.merchant.key, merchantPrivateKey: standIn.merchant.merchantPrivateKey },
})
let serial = 0
const newNo = (): string => `P26112200${String(++serial).padStart(8, '0')}`
const paymentOf = (paymentNo: string, more: Partial<PaymentCall> = {}): PaymentCall => ({
  paymentNo,
  amountFen: 1990,
  currency: 'CNY',
  scene: 'qr',
  subject: '订单 & 1',
  expiresAt: new Date(Date.now() + 900_000),
  notifyUrl: desk.url,
  returnUrl: 'http://127.0.0.1:9/back?x=1',
  clientIp: '203.0.113.9',
  ...more,
})
async function opened(more: Partial<PaymentCall> = {}): Promise<string> {
  const no = newNo()
  expect(await epay.create(outbound, account, paymentOf(no, more))).toMatchObject({ kind: 'done' })
  return no
}
async function paid(): Promise<{ no: string; tradeNo: string }> {
  const no = await opened()
  expect(await standIn.control.pay([no])).toMatchObject({ paid: 1 })
  const state = await epay.query(outbound, account, { paymentNo: no })
  return { no, tradeNo: state.kind === 'done' ? (state.trades[0]?.tradeNo ?? '') : '' }
}
const refundCall = (trade: { no: string; tradeNo: string }, more: Partial<RefundCall> = {}): RefundCall => ({
  refundNo: `${trade.no}R1`,
  paymentNo: trade.no,
  tradeNo: trade.tradeNo,
  amountFen: 1990,
  totalFen: 1990,
  currency: 'CNY',
  reason: 'asked for',
  notifyUrl: desk.url,
  ...more,
})
const madeOrders = (no: string): number =>
  standIn.control.books().orders.filter(({ out_trade_no }) => out_trade_no === no).length
const madeRefunds = (no: string): number =>
  standIn.control.books().refunds.filter(({ out_trade_no }) => out_trade_no === no).length

describe.each<Signing>(['MD5', 'RSA'])('signed with %s', (signing) => {
  beforeAll(() => {
    account = accountOf(signing)
  })
  afterEach(() => {
    account = accountOf(signing)
  })

  test('a payment goes from the page to its notice to the query, number, amount and trade the same', async () => {
    const no = newNo()
    const outcome = await epay.create(outbound, account, paymentOf(no))
    if (outcome.kind !== 'done' || outcome.cashier.way !== 'qr') throw new Error(JSON.stringify(outcome))
    const page = outcome.cashier.content
    expect(await (await fetch(page)).text()).toContain('19.90')
    expect(await epay.query(outbound, account, { paymentNo: no })).toEqual({
      kind: 'done',
      state: 'waiting',
      trades: [],
    })
    await fetch(`${page}/alipay`, { method: 'POST', redirect: 'manual' })
    await expect.poll(() => desk.verdicts.length).toBe(1)
    const verdict = { about: 'payment', paymentNo: no, tradeNo: outcome.reference, amountFen: 1990, currency: 'CNY' }
    expect(desk.verdicts[0]).toMatchObject({ ok: true, ...verdict })
    expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({
      state: 'paid',
      trades: [{ tradeNo: outcome.reference, amountFen: 1990, currency: 'CNY' }],
    })
    expect(await epay.close(outbound, account, { paymentNo: no })).toEqual({ kind: 'done', state: 'paid' })
    // The way back says all that the notice says; it arrives at another address and nobody there believes it.
    expect(await (await fetch(page)).text()).toContain('trade_status=TRADE_SUCCESS')
  })

  test('a page is a signed address that makes the order when somebody opens it', async () => {
    const no = newNo()
    const outcome = await epay.create(outbound, account, paymentOf(no, { scene: 'page' }))
    if (outcome.kind !== 'done' || outcome.cashier.way !== 'redirect') throw new Error(JSON.stringify(outcome))
    expect(madeOrders(no)).toBe(0)
    expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({ state: 'not_found' })
    const page = await fetch(outcome.cashier.url)
    expect(await page.text()).toContain('支付宝')
    await fetch(outcome.cashier.url)
    expect(madeOrders(no)).toBe(1)
    const other = await fetch(outcome.cashier.url.replace('money=19.90', 'money=0.01'))
    expect(await other.text()).toContain('签名校验失败')
    await standIn.control.pay([no])
    expect(desk.verdicts[0]).toMatchObject({ ok: true, paymentNo: no })
  })

  test('whatever the operator offers to pay with, the page gets something it can show, and never a script', async () => {
    const shown = async (scene: PaymentCall['scene'], value: string) => {
      const no = newNo()
      standIn.control.addFault({ kind: 'create.answer', key: no, value, times: 1 })
      const outcome = await epay.create(outbound, account, paymentOf(no, { scene }))
      return outcome.kind === 'done' ? outcome.cashier : outcome.kind
    }
    expect(await shown('h5', 'payurl')).toMatchObject({
      way: 'redirect',
      url: expect.stringContaining(`${standIn.url}/pay/`),
    })
    expect(await shown('h5', 'relative')).toMatchObject({
      way: 'redirect',
      url: expect.stringContaining(`${standIn.url}/pay/`),
    })
    expect(await shown('h5', 'urlscheme')).toMatchObject({ way: 'redirect', url: expect.stringMatching(/^weixin:/) })
    expect(await shown('h5', 'qrcode')).toMatchObject({ way: 'qr' })
    expect(await shown('qr', 'payurl')).toMatchObject({ way: 'qr', content: expect.stringContaining('/pay/') })
    expect(await shown('h5', 'script')).toBe('unknown')
    if (signing === 'RSA') {
      expect(await shown('h5', 'html')).toMatchObject({
        way: 'redirect',
        url: expect.stringContaining('/api/pay/submit?'),
      })
      const inApp = paymentOf(newNo(), { scene: 'in_app', openId: 'o1' })
      expect(await epay.create(outbound, account, inApp)).toMatchObject({
        cashier: { way: 'in_app', params: { package: 'prepay_id=1' } },
      })
    }
  })

  test('an operator without an API is used by his page everywhere', async () => {
    account = accountOf(signing, { opening: 'page' })
    for (const scene of ['h5', 'qr', 'in_app'] as const) {
      const outcome = await epay.create(outbound, account, paymentOf(newNo(), { scene }))
      expect(outcome, scene).toMatchObject({ cashier: { way: 'redirect', url: expect.stringContaining('/submit') } })
    }
  })

  test('any channel: the person chooses, and the notice of any is taken', async () => {
    account = accountOf(signing, { channel: 'any' })
    const no = newNo()
    const outcome = await epay.create(outbound, account, paymentOf(no))
    if (outcome.kind !== 'done' || outcome.cashier.way !== 'redirect') throw new Error(JSON.stringify(outcome))
    const page = await fetch(outcome.cashier.url)
    expect(await page.text()).toContain('QQ 钱包')
    await fetch(`${page.url}/qqpay`, { method: 'POST', redirect: 'manual' })
    await expect.poll(() => desk.verdicts[0]).toMatchObject({ ok: true, paymentNo: no })
  })

  test('the same number opens one order, however often and whatever happens to the answer', async () => {
    const call = paymentOf(newNo())
    const first = await epay.create(outbound, account, call)
    expect(await epay.create(outbound, account, call)).toEqual(first)
    for (const kind of ['api.cut', 'api.malformed', 'api.nonsense', 'api.error', 'api.refuse', 'api.slow'] as const) {
      const lost = paymentOf(newNo())
      standIn.control.addFault({ kind, endpoint: 'create', times: 1, ms: 400 })
      expect((await epay.create(hurried, account, lost)).kind, kind).toBe('done')
      await expect.poll(() => madeOrders(lost.paymentNo)).toBe(1)
    }
    expect(await epay.create(outbound, account, { ...call, amountFen: 1 })).toMatchObject({ kind: 'unknown' })
    standIn.control.addFault({ kind: 'api.busy', times: 1 })
    expect(await epay.create(outbound, account, paymentOf(newNo()))).toMatchObject({ kind: 'unknown' })
    await standIn.control.pay([call.paymentNo])
    expect(await epay.create(outbound, account, call)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('已完成支付'),
    })
    expect(await epay.create(outbound, account, paymentOf(newNo(), { subject: '' }))).toMatchObject({ kind: 'refused' })
    expect(await epay.create(outbound, account, paymentOf(newNo(), { currency: 'USD' }))).toMatchObject({
      kind: 'refused',
    })
  })

  test.each<EpayFaultKind>([
    'api.cut',
    'api.refuse',
    'api.malformed',
    'api.nonsense',
    'api.error',
    'api.busy',
    'query.other_order',
  ])('asking through %s is unknown, never a no', async (kind) => {
    const no = await opened()
    standIn.control.addFault({ kind, ...(kind.startsWith('api') && { endpoint: 'query' }), times: 1 })
    expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({ kind: 'unknown' })
    expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({ state: 'waiting' })
  })

  test('money that came by another channel is neither forgotten nor taken for this one', async () => {
    const no = await opened()
    standIn.control.addFault({ kind: 'pay.other_channel', key: no, times: 1 })
    await standIn.control.pay([no])
    expect(desk.verdicts).toEqual([{ ok: false, verdict: 'wrong_merchant' }])
    expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('channel'),
    })
    await standIn.control.advance(86_400_000)
  })

  describe('notices', () => {
    const first = async (kind: EpayFaultKind, more: { value?: string } = {}) => {
      const no = await opened()
      standIn.control.addFault({ kind, key: no, times: 1, ...more })
      await standIn.control.pay([no])
      return desk.verdicts.splice(0)[0]
    }

    test.each([
      ['notice.forge', 'bad_signature'],
      ['notice.tamper', 'bad_signature'],
      ['notice.wrong_merchant', 'wrong_merchant'],
      ['notice.wrong_type', 'wrong_merchant'],
      ['notice.malformed', 'malformed'],
      ['notice.unpaid', 'not_paid'],
      ...(signing === 'RSA'
        ? ([
            ['notice.stale', 'stale'],
            ['notice.future', 'stale'],
            ['notice.downgrade', 'bad_signature'],
          ] as const)
        : []),
    ] as const)('%s is refused as %s, and the true one comes later', async (kind, verdict) => {
      expect(await first(kind)).toEqual({ ok: false, verdict })
      await standIn.control.advance(60_000)
      expect(desk.verdicts.at(-1)).toMatchObject({ ok: true, about: 'payment' })
    })

    test('a wrong amount or number comes out as what it says', async () => {
      expect(await first('notice.wrong_amount')).toMatchObject({ ok: true, amountFen: 1989 })
      const value = newNo()
      expect(await first('notice.other_order', { value })).toMatchObject({ ok: true, paymentNo: value })
    })

    test('a form is as good as a query; a name twice is neither', async () => {
      expect(await first('notice.post')).toMatchObject({ ok: true, amountFen: 1990 })
      const posted = desk.notices.at(-1)
      if (!posted) throw new Error('nothing came')
      const { body } = posted
      expect(epay.verifyNotice(account, { ...posted, body: Buffer.from(`${body}&money=0.01`) }, new Date())).toEqual({
        ok: false,
        verdict: 'malformed',
      })
      expect(epay.verifyNotice(account, { ...posted, body: Buffer.from(`${body}&extra=1`) }, new Date())).toEqual({
        ok: false,
        verdict: 'bad_signature',
      })
      const asQuery = { method: 'GET', path: `/notify?${body}`, headers: {}, body: Buffer.alloc(0) }
      expect(epay.verifyNotice(account, asQuery, new Date())).toMatchObject({ ok: true })
      for (const path of ['/notify', '/notify?', '/notify?sign=', `/notify?pid=${account.merchantId}&sign=zz`]) {
        expect(epay.verifyNotice(account, { ...asQuery, path }, new Date()).ok, path).toBe(false)
      }
    })

    test('repeats, five at once, before the answer, two trades: each says the truth', async () => {
      const no = await opened()
      standIn.control.addFault({ kind: 'notice.parallel', key: no, count: 5, times: 1 })
      standIn.control.addFault({ kind: 'notice.again', key: no, ms: 86_400_000, times: 1 })
      await standIn.control.pay([no])
      await standIn.control.advance(86_400_000)
      await standIn.control.repeatNotices(no, 3)
      expect(desk.verdicts).toHaveLength(9)
      expect(new Set(desk.verdicts.map((verdict) => JSON.stringify({ ...verdict, paidAt: '' }))).size).toBe(1)
      desk.verdicts.length = 0
      standIn.control.addFault({ kind: 'create.notice_first', times: 1 })
      const early = paymentOf(newNo())
      await epay.create(outbound, account, early)
      expect(desk.verdicts).toMatchObject([{ about: 'payment', paymentNo: early.paymentNo }])
      const double = await opened()
      standIn.control.addFault({ kind: 'pay.double', key: double, times: 1 })
      await standIn.control.pay([double])
      const trades = desk.verdicts.slice(1).map((verdict) => ('tradeNo' in verdict ? verdict.tradeNo : ''))
      expect(new Set(trades).size).toBe(2)
    })

    test('what is not taken comes again until exactly `success` is answered', async () => {
      desk.isClosed = true
      const no = await opened()
      standIn.control.addFault({ kind: 'notice.lose', key: no, times: 1 })
      await standIn.control.pay([no])
      await standIn.control.advance(250_000)
      desk.isClosed = false
      await standIn.control.advance(86_400_000)
      expect(desk.verdicts.length).toBe(3)
    })
  })

  describe('refunds', () => {
    test('a whole refund is done once, whatever happens to the answers', async () => {
      for (const kind of [
        'api.cut',
        'api.refuse',
        'api.malformed',
        'api.nonsense',
        'api.slow',
        'refund.unsure',
      ] as const) {
        const call = refundCall(await paid())
        standIn.control.addFault({ kind, ...(kind.startsWith('api') && { endpoint: 'refund' }), times: 1, ms: 400 })
        expect(await epay.refund(hurried, account, call), kind).toMatchObject({ kind: 'unknown' })
        await expect.poll(() => epay.queryRefund(outbound, account, call)).toEqual({ kind: 'done' })
        expect(await epay.refund(outbound, account, call)).toEqual({ kind: 'done' })
        expect(madeRefunds(call.paymentNo), kind).toBe(1)
      }
    })

    test('nothing done is found as nothing, and then done', async () => {
      const call = refundCall(await paid())
      standIn.control.addFault({ kind: 'api.error', endpoint: 'refund', times: 1 })
      expect(await epay.refund(outbound, account, call)).toMatchObject({ kind: 'unknown' })
      expect(await epay.queryRefund(outbound, account, call)).toEqual({ kind: 'not_found' })
      expect(await epay.refund(outbound, account, call)).toEqual({ kind: 'done' })
      expect(await epay.query(outbound, account, { paymentNo: call.paymentNo })).toMatchObject({ state: 'paid' })
    })

    test('three at the same moment refund once', async () => {
      const call = refundCall(await paid())
      const outcomes = await Promise.all([1, 2, 3].map(() => epay.refund(outbound, account, call)))
      expect(outcomes.filter(({ kind }) => kind === 'refused' || kind === 'failed')).toEqual([])
      expect(await epay.queryRefund(outbound, account, call)).toEqual({ kind: 'done' })
      expect(madeRefunds(call.paymentNo)).toBe(1)
    })

    test('a definite no is a no; a wrong key or a busy operator is none', async () => {
      const call = refundCall(await paid())
      standIn.control.addFault({ kind: 'refund.reject', key: call.paymentNo, times: 1 })
      expect(await epay.refund(outbound, account, call)).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('余额不足'),
      })
      standIn.control.addFault({ kind: 'api.busy', endpoint: 'refund', times: 1 })
      expect(await epay.refund(outbound, account, call)).toMatchObject({ kind: 'unknown' })
      const other = accountOf(signing)
      const stranger = {
        ...other,
        secrets: { key: 'guessed', merchantPrivateKey: other.settings.platformPublicKey ?? '' },
      }
      expect((await epay.refund(outbound, stranger, call)).kind).not.toBe('done')
      expect(madeRefunds(call.paymentNo)).toBe(0)
    })
  })

  describe('bills', () => {
    test('a day’s payments come back whole from the pages of the list, mistakes and all', async () => {
      const fresh = await startEpay({ host: '127.0.0.1' })
      account = {
        ...account,
        baseUrl: fresh.url,
        settings: { ...account.settings, platformPublicKey: fresh.merchant.platformPublicKey },
        secrets: { key: fresh.merchant.key, merchantPrivateKey: fresh.merchant.merchantPrivateKey },
      }
      const back = backToYesterdayNoon()
      const day = dayOf(Date.now() - back)
      expect(await epay.bills?.fetch(outbound, account, day, new Date())).toEqual({ kind: 'empty' })
      const made = async (count: number, datedBackMs: number): Promise<readonly string[]> => {
        fresh.control.dateBack(datedBackMs)
        const nos = Array.from({ length: count }, newNo)
        for (const no of nos) await epay.create(outbound, account, paymentOf(no))
        await fresh.control.pay(nos)
        return nos
      }
      await made(10, back + 2 * 86_400_000)
      const own = await made(60, back)
      await opened()
      await made(51, 0)
      const [first = '', second = ''] = own
      const order = fresh.control.books().orders.find(({ out_trade_no }) => out_trade_no === first)
      const call = refundCall({ no: first, tradeNo: String(order?.trade_no) })
      expect(await epay.refund(outbound, account, call)).toEqual({ kind: 'done' })

      const bill = () => billOf(epay.bills, outbound, account, day)
      const lines = await bill()
      expect(lines.filter(({ kind }) => kind === 'payment').map(({ paymentNo }) => paymentNo)).toEqual(
        [...own].reverse(),
      )
      expect(lines.find(({ paymentNo }) => paymentNo === second)).toMatchObject({
        amountFen: 1990,
        feeFen: 40,
        currency: 'CNY',
        refundNo: '',
      })
      expect(lines.filter(({ kind }) => kind === 'refund')).toMatchObject([{ paymentNo: first, amountFen: 1990 }])

      const planted = async (kind: EpayFaultKind, more: { value?: string } = {}) => {
        fresh.control.clearFaults()
        fresh.control.addFault({ kind, key: second, ...more })
        const found = (await bill()).filter(({ kind: what }) => what === 'payment')
        return { count: found.length, second: found.filter(({ paymentNo }) => paymentNo === second) }
      }
      expect(await planted('bill.missing')).toEqual({ count: 59, second: [] })
      expect((await planted('bill.amount')).second).toMatchObject([{ amountFen: 1989 }])
      expect((await planted('bill.duplicate')).second).toHaveLength(2)
      fresh.control.clearFaults()
      fresh.control.addFault({ kind: 'bill.empty' })
      expect(await epay.bills?.fetch(outbound, account, day, new Date())).toEqual({ kind: 'empty' })
      fresh.control.clearFaults()
      fresh.control.addFault({ kind: 'bill.late' })
      expect(await epay.bills?.fetch(outbound, account, day, new Date())).toMatchObject({ kind: 'unknown' })
      fresh.control.clearFaults()
      const fetched = await epay.bills?.fetch(outbound, account, day, new Date())
      if (fetched?.kind !== 'done') throw new Error('no bill')
      fresh.control.addFault({ kind: 'api.error', endpoint: 'orders' })
      await expect(Array.fromAsync(epay.bills?.read(fetched.body) ?? [])).rejects.toThrow('broke off')
      expect(await epay.bills?.fetch(outbound, account, dayOf(Date.now()), new Date())).toMatchObject({
        kind: 'not_ready',
      })
      await fresh.close()
    })
  })

  test('the test of a configuration tells what is wrong with it', async () => {
    expect(await epay.test(outbound, account)).toEqual({ kind: 'done' })
    expect(await epay.test(outbound, { ...account, baseUrl: `${standIn.url}/submit.php` })).toEqual({ kind: 'done' })
    expect(await epay.test(outbound, { ...account, merchantId: '9' })).toMatchObject({ kind: 'refused' })
    expect(await epay.test(outbound, { ...account, secrets: {} })).toMatchObject({
      kind: 'refused',
      code: 'not_configured',
    })
    expect(await epay.test(outbound, { ...account, baseUrl: 'http://127.0.0.1:1' })).toMatchObject({ kind: 'unknown' })
    standIn.control.setActive(false)
    expect((await epay.test(outbound, account)).kind).not.toBe('unknown')
    standIn.control.setActive(true)
  })

  test('no call leaves for a private address or without TLS', async () => {
    const guarded = createOutbound({ allowInsecure: false })
    const before = standIn.control.received().length
    for (const baseUrl of [
      standIn.url,
      'https://10.0.0.8',
      'https://169.254.169.254',
      'https://localhost.localdomain',
    ]) {
      const inside = { ...account, baseUrl }
      const call = refundCall({ no: newNo(), tradeNo: '1' })
      for (const outcome of [
        await epay.test(guarded, inside),
        await epay.create(guarded, inside, paymentOf(newNo())),
        await epay.query(guarded, inside, { paymentNo: newNo() }),
        await epay.close(guarded, inside, { paymentNo: newNo() }),
        await epay.refund(guarded, inside, call),
        await epay.queryRefund(guarded, inside, call),
        await epay.bills?.fetch(guarded, inside, '2026-11-20', new Date()),
      ]) {
        expect(outcome).toMatchObject({
          kind: 'unknown',
          reason: expect.stringMatching(/not allowed|not on the public internet|ENOTFOUND|EAI_AGAIN/),
        })
      }
    }
    expect(standIn.control.received()).toHaveLength(before)
    guarded.close()
  })
})

describe('only MD5', () => {
  beforeAll(() => {
    account = accountOf('MD5')
  })

  test('a part is refused before anything is sent, as a repeat of it could pay twice', async () => {
    const call = refundCall(await paid(), { amountFen: 990 })
    expect(await epay.refund(outbound, account, call)).toMatchObject({
      kind: 'refused',
      code: 'partial_refund_unsupported',
    })
    expect(madeRefunds(call.paymentNo)).toBe(0)
  })

  test('an open order cannot be closed and says so', async () => {
    const no = await opened()
    expect(await epay.close(outbound, account, { paymentNo: no })).toMatchObject({
      kind: 'refused',
      code: 'close_unsupported',
    })
    expect(await epay.close(outbound, account, { paymentNo: newNo() })).toEqual({ kind: 'done', state: 'not_found' })
  })

  test('a replaced key makes the old notices strangers', async () => {
    const no = await opened()
    const key = standIn.control.rollKey()
    await standIn.control.pay([no])
    expect(desk.verdicts).toEqual([{ ok: false, verdict: 'bad_signature' }])
    expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({ kind: 'unknown' })
    Object.assign(standIn.merchant, { key })
    account = accountOf('MD5')
    await standIn.control.advance(60_000)
    expect(desk.verdicts.at(-1)).toMatchObject({ ok: true, paymentNo: no })
  })

  test('the text under the signature is the protocol’s', () => {
    const params = {
      pid: '1001',
      type: 'alipay',
      money: '1.00',
      name: 'VIP会员',
      param: '',
      sign: 'x',
      sign_type: 'MD5',
      a: '0',
    }
    expect(signedText(params)).toBe('a=0&money=1.00&name=VIP会员&pid=1001&type=alipay')
    // md5('a=0&money=1.00&name=VIP会员&pid=1001&type=alipay' + '89unJUB8HZ54Hj7x4nUj56HN4nUzUJ8i')
    const own = { ...account, secrets: { key: '89unJUB8HZ54Hj7x4nUj56HN4nUzUJ8i' } }
    expect(signed(own, params)?.sign).toBe('9089ce9848d0388be0ee11f9cf452c6b')
  })
})

describe('only RSA', () => {
  beforeAll(() => {
    account = accountOf('RSA')
  })

  test.each<EpayFaultKind>(['api.forged', 'api.stale'])('an answer with %s is unknown', async (kind) => {
    const no = await opened()
    standIn.control.addFault({ kind, endpoint: 'query', times: 1 })
    expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({ kind: 'unknown' })
  })

  test('a clock ten minutes off, on either side, is unknown and does nothing', async () => {
    for (const ms of [600_000, -600_000]) {
      const no = await opened()
      standIn.control.skewClock(ms)
      expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({ kind: 'unknown' })
      expect(await epay.refund(outbound, account, refundCall({ no, tradeNo: '1' }))).toMatchObject({ kind: 'unknown' })
      await standIn.control.pay([no])
      expect(desk.verdicts.splice(0)).toEqual([{ ok: false, verdict: 'stale' }])
      standIn.control.skewClock(0)
      expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({ state: 'paid' })
    }
  })

  test('closing ends the order, and money that comes late is told', async () => {
    const no = await opened()
    expect(await epay.close(outbound, account, { paymentNo: no })).toEqual({ kind: 'done', state: 'closed' })
    expect(await standIn.control.pay([no])).toMatchObject({ paid: 0 })
    await standIn.control.pay([no], { late: true })
    expect(desk.verdicts).toMatchObject([{ ok: true, paymentNo: no }])
    standIn.control.addFault({ kind: 'api.cut', endpoint: 'close', times: 1 })
    expect(await epay.close(outbound, account, { paymentNo: await opened() })).toMatchObject({ kind: 'unknown' })
  })

  test('parts add up to the whole and no further', async () => {
    const trade = await paid()
    for (const [part, amountFen] of [
      ['A', 990],
      ['B', 1000],
    ] as const) {
      const call = refundCall(trade, { refundNo: `${trade.no}${part}`, amountFen })
      expect(await epay.refund(outbound, account, call)).toEqual({ kind: 'done' })
      expect(await epay.refund(outbound, account, call)).toEqual({ kind: 'done' })
    }
    expect(
      await epay.refund(outbound, account, refundCall(trade, { refundNo: `${trade.no}C`, amountFen: 1 })),
    ).toMatchObject({ kind: 'unknown' })
  })

  test('taken, then done; taken, then failed', async () => {
    const slow = refundCall(await paid())
    standIn.control.addFault({ kind: 'refund.slow', key: slow.paymentNo, times: 1 })
    expect(await epay.refund(outbound, account, slow)).toEqual({ kind: 'accepted' })
    await standIn.control.advance(60_000)
    expect(await epay.queryRefund(outbound, account, slow)).toEqual({ kind: 'done' })
    const failing = refundCall(await paid())
    standIn.control.addFault({ kind: 'refund.fail_later', key: failing.paymentNo, times: 1 })
    expect(await epay.refund(outbound, account, failing)).toEqual({ kind: 'accepted' })
    await standIn.control.advance(60_000)
    expect(await epay.queryRefund(outbound, account, failing)).toMatchObject({ kind: 'failed', code: 'refund_failed' })
  })

  test('keys are taken as bare base64, as operators show them, and as PEM', () => {
    const pem = (kind: string, text = ''): string =>
      `-----BEGIN ${kind} KEY-----\n${text.replace(/.{64}/g, '$&\n')}\n-----END ${kind} KEY-----\n`
    const inPem: GatewayAccount = {
      ...account,
      settings: { ...account.settings, platformPublicKey: pem('PUBLIC', account.settings.platformPublicKey) },
      secrets: { merchantPrivateKey: pem('PRIVATE', account.secrets.merchantPrivateKey) },
    }
    expect(signed(inPem, { a: '1' })?.sign?.length).toBe(344)
    expect(isGenuine(inPem, { a: '1', sign: 'AAAA' })).toBe(false)
    for (const merchantPrivateKey of ['', 'no key', account.settings.platformPublicKey ?? '']) {
      expect(signed({ ...account, secrets: { merchantPrivateKey } }, { a: '1' })).toBeUndefined()
    }
  })

  test('a replaced platform key makes answers and notices strangers until it is filled in', async () => {
    const no = await opened()
    const platformPublicKey = standIn.control.rollPlatformKey()
    await standIn.control.pay([no])
    expect(desk.verdicts).toEqual([{ ok: false, verdict: 'bad_signature' }])
    expect(await epay.query(outbound, account, { paymentNo: no })).toMatchObject({ kind: 'unknown' })
    account = { ...account, settings: { ...account.settings, platformPublicKey } }
    await standIn.control.advance(60_000)
    expect(desk.verdicts.at(-1)).toMatchObject({ ok: true, paymentNo: no })
  })
})

describe('exports of the operator’s site', () => {
  const read = (bytes: Buffer) => Array.fromAsync(epay.bills?.read(Readable.from([bytes])) ?? [])
  const csv = `系统订单号,商户订单号,支付方式,商品名称,商品金额（元）,商户分成,退款金额,支付状态,创建时间,完成时间\r
="2026112200000001",="P2611220000000001",支付宝,"订单,1",￥19.90,19.50,,已支付,2026-11-22 09:00:00,2026-11-22 09:01:00\r
'2026112200000002,P2611220000000002,微信支付,订单,20.00,0.00,20.00,已退款,2026-11-22 09:00:00,2026-11-22 09:02:00\r
2026112200000003,P2611220000000003,微信支付,订单,20.00,0.00,,未支付,2026-11-22 09:00:00,\r\n`

  test('are read by their headings, in UTF-8 and in GBK', async () => {
    const lines = await read(Buffer.from(`\ufeff${csv}`))
    expect(lines).toMatchObject([
      {
        kind: 'payment',
        lineNo: 2,
        tradeNo: '2026112200000001',
        paymentNo: 'P2611220000000001',
        amountFen: 1990,
        feeFen: 40,
        at: '2026-11-22T09:01:00+08:00',
      },
      { kind: 'payment', lineNo: 3, tradeNo: '2026112200000002', amountFen: 2000 },
      { kind: 'refund', lineNo: 3, amountFen: 2000, refundNo: '' },
    ])
    expect(await read(iconv.encode(csv, 'gbk'))).toEqual(lines)
  })

  test.each([
    ['', 0],
    ['<html>登录</html>', 1],
    [csv.replace('19.90', '19.9x'), 2],
    [csv.replace('已退款', '不明'), 3],
    ['{"trade_no":"1","status":"7"}', 1],
  ])('what is no export is refused with its line (%#)', async (text, lineNo) => {
    const error = await read(Buffer.from(text)).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(BillUnreadable)
    expect((error as BillUnreadable).lineNo).toBe(lineNo)
  })
})
