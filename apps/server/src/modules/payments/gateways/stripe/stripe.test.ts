import { Readable } from 'node:stream'
import { type StripeFaultKind, type StripeStandIn, signatureHeader, startStripe } from '@quanshu/sim/stripe'
import { Stripe } from 'stripe'
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
import { stripe } from './index.ts'
import { fromStripe, toStripe } from './money.ts'

let standIn: StripeStandIn
let desk: NoticeDesk
let account: GatewayAccount
const outbound = createOutbound({ allowInsecure: true })
const hurried = hurriedOutbound(150)

beforeAll(async () => {
  standIn = await startStripe({ host: '127.0.0.1', seed: 'test' })
  desk = await openNoticeDesk(stripe, () => account)
  const webhookSecret = standIn.control.setWebhook(desk.url)
  account = {
    baseUrl: standIn.url,
    merchantId: standIn.account.id,
    settings: {},
    secrets: { secretKey: standIn.account.secretKey, webhookSecret },
  }
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
  desk.verdicts.length = 0
  desk.isClosed = false
})

let serial = 0
const newNo = (): string => `P26112200${String(++serial).padStart(8, '0')}`
const paymentOf = (paymentNo: string, more: Partial<PaymentCall> = {}): PaymentCall => ({
  paymentNo,
  amountFen: 1990,
  currency: 'CNY',
  scene: 'page',
  subject: 'Order 1',
  expiresAt: new Date(Date.now() + 900_000),
  notifyUrl: desk.url,
  returnUrl: 'http://127.0.0.1:9/back',
  clientIp: '203.0.113.9',
  ...more,
})
async function opened(more: Partial<PaymentCall> = {}): Promise<{ no: string; reference: string; url: string }> {
  const no = newNo()
  const outcome = await stripe.create(outbound, account, paymentOf(no, more))
  if (outcome.kind !== 'done' || outcome.cashier.way !== 'redirect') throw new Error(JSON.stringify(outcome))
  return { no, reference: outcome.reference ?? '', url: outcome.cashier.url }
}
async function paid(more: Partial<PaymentCall> = {}): Promise<{ no: string; reference: string; tradeNo: string }> {
  const { no, reference } = await opened(more)
  expect(await standIn.control.pay([no])).toMatchObject({ paid: 1 })
  const state = await stripe.query(outbound, account, { paymentNo: no, reference })
  if (state.kind !== 'done') throw new Error(JSON.stringify(state))
  return { no, reference, tradeNo: state.trades[0]?.tradeNo ?? '' }
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
const madeSessions = (no: string): number =>
  standIn.control.books().sessions.filter(({ client_reference_id }) => client_reference_id === no).length
const madeRefunds = (no: string): number =>
  standIn.control.books().refunds.filter(({ metadata }) => (metadata as { payment_no?: string }).payment_no === no)
    .length

describe('paying', () => {
  test('a payment goes from the page to its event to the query, number, amount and trade the same', async () => {
    const { no, reference, url } = await opened()
    expect(await stripe.query(outbound, account, { paymentNo: no, reference })).toMatchObject({ state: 'waiting' })
    expect(await (await fetch(url)).text()).toContain('19.90')
    await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' })
    await expect.poll(() => desk.verdicts.length).toBe(1)
    const [verdict] = desk.verdicts
    expect(verdict).toMatchObject({ ok: true, about: 'payment', paymentNo: no, amountFen: 1990, currency: 'CNY' })
    const state = await stripe.query(outbound, account, { paymentNo: no, reference })
    expect(state).toMatchObject({ kind: 'done', state: 'paid', trades: [{ amountFen: 1990, currency: 'CNY' }] })
    expect(verdict).toMatchObject(state.kind === 'done' ? { tradeNo: state.trades[0]?.tradeNo } : {})
    expect(await stripe.close(outbound, account, { paymentNo: no, reference })).toEqual({ kind: 'done', state: 'paid' })
  })

  test('what may be charged is said in the currency’s own smallest unit, and what cannot is refused here', async () => {
    const { no } = await opened({ currency: 'JPY', amountFen: 199_000 })
    expect(standIn.control.books().sessions.find((each) => each.client_reference_id === no)).toMatchObject({
      currency: 'jpy',
      amount_total: 1990,
    })
    await standIn.control.pay([no])
    expect(desk.verdicts[0]).toMatchObject({ amountFen: 199_000, currency: 'JPY' })
    for (const wrong of [{ currency: 'JPY', amountFen: 199_001 }, { currency: 'XXX' }]) {
      expect(await stripe.create(outbound, account, paymentOf(newNo(), wrong))).toMatchObject({ kind: 'refused' })
    }
    expect([toStripe(1990, 'KWD'), fromStripe(19_900, 'KWD'), fromStripe(19_905, 'KWD')]).toEqual([
      19_900,
      1990,
      undefined,
    ])
  })

  test('the same number opens one page, however often and whatever happens to the answer', async () => {
    const call = paymentOf(newNo())
    const first = await stripe.create(outbound, account, call)
    expect(await stripe.create(outbound, account, call)).toEqual(first)
    for (const kind of ['api.cut', 'api.malformed', 'api.nonsense', 'api.error', 'api.busy'] as const) {
      const lost = paymentOf(newNo())
      standIn.control.addFault({ kind, endpoint: 'create', times: 1 })
      const outcome = await stripe.create(outbound, account, lost)
      // A body of something else is no transport failure, so it is not asked again at once.
      expect(outcome.kind, kind).toBe(kind === 'api.nonsense' ? 'unknown' : 'done')
      expect((await stripe.create(outbound, account, lost)).kind).toBe('done')
      expect(madeSessions(lost.paymentNo), kind).toBe(1)
    }
    expect(await stripe.create(outbound, account, { ...call, amountFen: 1 })).toMatchObject({ kind: 'unknown' })
    expect(await stripe.create(outbound, account, paymentOf(newNo(), { amountFen: 1 }))).toMatchObject({
      kind: 'refused',
      code: 'amount_too_small',
    })
  })

  test('a slow answer is unknown, and the page is found without its reference', async () => {
    const call = paymentOf(newNo())
    standIn.control.addFault({ kind: 'api.slow', endpoint: 'create', ms: 400 })
    expect(await stripe.create(hurried, account, call)).toMatchObject({ kind: 'unknown' })
    standIn.control.clearFaults()
    const bare = { paymentNo: call.paymentNo }
    expect(await stripe.query(outbound, account, bare)).toMatchObject({ kind: 'done', state: 'waiting' })
    await standIn.control.pay([call.paymentNo])
    expect(await stripe.query(outbound, account, bare)).toMatchObject({ state: 'paid', trades: [{ amountFen: 1990 }] })
    expect(await stripe.query(outbound, account, { paymentNo: newNo() })).toMatchObject({ state: 'not_found' })
    expect(await stripe.query(outbound, account, { ...bare, reference: 'cs_test_none' })).toMatchObject({
      state: 'not_found',
    })
  })

  test('another payment’s page is not taken for this one', async () => {
    const { reference } = await opened()
    expect(await stripe.query(outbound, account, { paymentNo: newNo(), reference })).toMatchObject({ kind: 'unknown' })
  })

  test('closing ends the page, and tells when the person was faster', async () => {
    const { no, reference } = await opened()
    const ref = { paymentNo: no, reference }
    expect(await stripe.close(outbound, account, ref)).toEqual({ kind: 'done', state: 'closed' })
    expect(await stripe.close(outbound, account, ref)).toEqual({ kind: 'done', state: 'closed' })
    expect(await standIn.control.pay([no])).toMatchObject({ paid: 0 })
    const faster = await opened()
    standIn.control.addFault({ kind: 'expire.paid_first', key: faster.no, times: 1 })
    expect(await stripe.close(outbound, account, { paymentNo: faster.no, reference: faster.reference })).toEqual({
      kind: 'done',
      state: 'paid',
    })
  })

  test.each<StripeFaultKind>(['api.cut', 'api.refuse', 'api.malformed', 'api.nonsense', 'api.error', 'api.busy'])(
    'asking and closing through %s is unknown, never a no',
    async (kind) => {
      const { no, reference } = await opened()
      const ref = { paymentNo: no, reference }
      standIn.control.addFault({ kind, endpoint: 'query', times: 1 })
      expect(await stripe.query(outbound, account, ref)).toMatchObject({ kind: 'unknown' })
      standIn.control.addFault({ kind, endpoint: 'expire', times: 1 })
      expect(await stripe.close(outbound, account, ref)).toMatchObject({ kind: 'unknown' })
      expect(await stripe.close(outbound, account, ref)).toEqual({ kind: 'done', state: 'closed' })
    },
  )

  test('a bank debit is no payment until its money comes', async () => {
    const { no, reference } = await opened()
    standIn.control.addFault({ kind: 'pay.async', key: no, ms: 86_400_000 })
    await standIn.control.pay([no])
    expect(desk.verdicts).toEqual([{ ok: true, about: 'nothing' }])
    const ref = { paymentNo: no, reference }
    expect(await stripe.query(outbound, account, ref)).toMatchObject({ state: 'waiting' })
    expect(await stripe.close(outbound, account, ref)).toMatchObject({ kind: 'unknown' })
    await standIn.control.advance(86_400_000)
    expect(desk.verdicts[1]).toMatchObject({ ok: true, about: 'payment', paymentNo: no })
    expect(await stripe.query(outbound, account, ref)).toMatchObject({ state: 'paid' })
  })
})

describe('events', () => {
  const verdictOf = async (kind: StripeFaultKind, more: { value?: string } = {}) => {
    const { no } = await opened()
    standIn.control.addFault({ kind, key: no, times: 1, ...more })
    await standIn.control.pay([no])
    return desk.verdicts.splice(0)[0]
  }

  test.each([
    ['notice.forge', 'bad_signature'],
    ['notice.tamper', 'bad_signature'],
    ['notice.stale', 'stale'],
    ['notice.future', 'stale'],
    ['notice.wrong_mode', 'wrong_merchant'],
    ['notice.malformed', 'malformed'],
  ] as const)('%s is refused as %s, and the true one comes later', async (kind, verdict) => {
    expect(await verdictOf(kind)).toEqual({ ok: false, verdict })
    await standIn.control.advance(300_000)
    expect(desk.verdicts.at(-1)).toMatchObject({ ok: true, about: 'payment' })
  })

  test('a wrong amount, currency or number comes out as what it says', async () => {
    expect(await verdictOf('notice.wrong_amount')).toMatchObject({ ok: true, amountFen: 1989 })
    expect(await verdictOf('notice.wrong_currency')).toMatchObject({ ok: true, currency: 'USD' })
    const value = newNo()
    expect(await verdictOf('notice.other_order', { value })).toMatchObject({ ok: true, paymentNo: value })
  })

  test('repeats, five at once, before the answer: all say the same', async () => {
    const { no } = await opened()
    standIn.control.addFault({ kind: 'notice.parallel', key: no, count: 5, times: 1 })
    standIn.control.addFault({ kind: 'notice.again', key: no, ms: 3_600_000, times: 1 })
    await standIn.control.pay([no])
    await standIn.control.advance(3_600_000)
    await standIn.control.repeatNotices(no, 3)
    expect(desk.verdicts).toHaveLength(9)
    expect(new Set(desk.verdicts.map((verdict) => JSON.stringify(verdict))).size).toBe(1)
    desk.verdicts.length = 0
    standIn.control.addFault({ kind: 'create.notice_first', times: 1 })
    const early = paymentOf(newNo())
    await stripe.create(outbound, account, early)
    expect(desk.verdicts).toMatchObject([{ about: 'payment', paymentNo: early.paymentNo }])
  })

  test('what is not taken comes again until it is', async () => {
    desk.isClosed = true
    const { no } = await opened()
    standIn.control.addFault({ kind: 'notice.lose', key: no, times: 1 })
    await standIn.control.pay([no])
    await standIn.control.advance(2 * 3_600_000)
    desk.isClosed = false
    await standIn.control.advance(3 * 86_400_000)
    expect(desk.verdicts.length).toBe(3)
  })

  test('a replaced signing secret is good with either while both sign, and with two lines afterwards', async () => {
    const before = account
    const old = account.secrets.webhookSecret ?? ''
    const fresh = standIn.control.rollWebhookSecret(3_600_000)
    const ok = async () => {
      await standIn.control.pay([(await opened()).no])
      return desk.verdicts.splice(0)[0]?.ok
    }
    const withSecret = (webhookSecret: string): void => {
      account = { ...before, secrets: { ...before.secrets, webhookSecret } }
    }
    expect(await ok()).toBe(true)
    withSecret(fresh)
    expect(await ok()).toBe(true)
    await standIn.control.advance(3_600_001)
    withSecret(old)
    expect(await ok()).toBe(false)
    withSecret(`${old}\n${fresh}`)
    expect(await ok()).toBe(true)
    withSecret(fresh)
  })

  test('Stripe’s own library agrees with both of us about signatures', async () => {
    const { no } = await opened()
    await standIn.control.pay([no])
    const body = desk.notices.at(-1)?.body.toString() ?? ''
    const secret = account.secrets.webhookSecret ?? ''
    const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret })
    const notice = { method: 'POST', path: '/', headers: { 'stripe-signature': header }, body: Buffer.from(body) }
    expect(stripe.verifyNotice(account, notice, new Date())).toMatchObject({ ok: true, paymentNo: no })
    const wrong = Stripe.webhooks.generateTestHeaderString({ payload: body, secret: 'whsec_other' })
    const forged = { ...notice, headers: { 'stripe-signature': wrong } }
    expect(stripe.verifyNotice(account, forged, new Date())).toEqual({ ok: false, verdict: 'bad_signature' })
    const late = new Date(Date.now() + 301_000)
    expect(stripe.verifyNotice(account, notice, late)).toEqual({ ok: false, verdict: 'stale' })

    const now = Math.floor(Date.now() / 1000)
    const ours = signatureHeader(['whsec_old', secret], body, now)
    expect(Stripe.webhooks.constructEvent(body, ours, secret)).toMatchObject({ type: 'checkout.session.completed' })
    expect(() => Stripe.webhooks.constructEvent(`${body} `, ours, secret)).toThrow()
  })

  test.each(['', 't=1', 'v1=00', 't=x,v1=00', 't=1,t=2,v1=00', ',,,', 't=1763000000,v1='])(
    'the header "%s" is no signature',
    (header) => {
      const notice = { method: 'POST', path: '/', headers: { 'stripe-signature': header }, body: Buffer.from('{}') }
      expect(stripe.verifyNotice(account, notice, new Date())).toEqual({ ok: false, verdict: 'bad_signature' })
    },
  )

  test('events about what is not ours are taken without meaning', () => {
    const about = (type: string, object: object, more: object = {}) => {
      const body = JSON.stringify({ type, created: 1, livemode: false, data: { object }, ...more })
      const secret = account.secrets.webhookSecret ?? ''
      const headers = { 'stripe-signature': signatureHeader([secret], body, Math.floor(Date.now() / 1000)) }
      return stripe.verifyNotice(account, { method: 'POST', path: '/', headers, body: Buffer.from(body) }, new Date())
    }
    const nothing = { ok: true, about: 'nothing' }
    const foreign = {
      client_reference_id: 'P2611220000000001',
      payment_status: 'paid',
      amount_total: 1,
      currency: 'cny',
      payment_intent: 'pi_1',
      metadata: {},
    }
    expect(about('checkout.session.completed', foreign)).toEqual(nothing)
    expect(about('checkout.session.completed', { mode: 'setup' })).toEqual(nothing)
    expect(about('invoice.paid', {})).toEqual(nothing)
    expect(about('refund.updated', { id: 're_1', status: 'succeeded', metadata: {} })).toEqual(nothing)
    expect(about('invoice.paid', {}, { account: 'acct_other' })).toEqual({ ok: false, verdict: 'wrong_merchant' })
  })
})

describe('refunds', () => {
  test('a number refunds once, whatever happens to the answers', async () => {
    for (const kind of ['api.cut', 'api.refuse', 'api.malformed', 'api.nonsense', 'api.slow'] as const) {
      const call = refundCall(await paid(), { amountFen: 990 })
      standIn.control.addFault({ kind, endpoint: 'refund', times: 1, ms: 400 })
      expect(await stripe.refund(hurried, account, call), kind).toMatchObject({ kind: 'unknown' })
      await expect.poll(() => stripe.queryRefund(outbound, account, call)).toEqual({ kind: 'done' })
      expect(await stripe.refund(outbound, account, call)).toEqual({ kind: 'done' })
      expect(madeRefunds(call.paymentNo), kind).toBe(1)
    }
  })

  test('nothing done is found as nothing, and then done', async () => {
    const call = refundCall(await paid())
    standIn.control.addFault({ kind: 'api.error', endpoint: 'refund', times: 1 })
    expect(await stripe.refund(outbound, account, call)).toMatchObject({ kind: 'unknown' })
    expect(await stripe.queryRefund(outbound, account, call)).toEqual({ kind: 'not_found' })
    expect(await stripe.refund(outbound, account, call)).toEqual({ kind: 'done' })
    expect(desk.verdicts.at(-1)).toEqual({
      ok: true,
      about: 'refund',
      refundNo: call.refundNo,
      outcome: { kind: 'done' },
    })
  })

  test('two at the same moment are one', async () => {
    const call = refundCall(await paid(), { amountFen: 500 })
    const outcomes = await Promise.all([1, 2, 3].map(() => stripe.refund(outbound, account, call)))
    expect(outcomes).toEqual([{ kind: 'done' }, { kind: 'done' }, { kind: 'done' }])
    expect(madeRefunds(call.paymentNo)).toBe(1)
  })

  test('parts add up to the whole and no further', async () => {
    const trade = await paid()
    for (const [part, amountFen] of [
      ['A', 990],
      ['B', 1000],
    ] as const) {
      const call = refundCall(trade, { refundNo: `${trade.no}${part}`, amountFen })
      expect(await stripe.refund(outbound, account, call)).toEqual({ kind: 'done' })
    }
    const more = refundCall(trade, { refundNo: `${trade.no}C`, amountFen: 1 })
    expect(await stripe.refund(outbound, account, more)).toMatchObject({
      kind: 'refused',
      code: 'charge_already_refunded',
    })
  })

  test('accepted, then done; done, then failed; refused at once', async () => {
    const slow = refundCall(await paid())
    standIn.control.addFault({ kind: 'refund.slow', key: slow.paymentNo, times: 1 })
    expect(await stripe.refund(outbound, account, slow)).toEqual({ kind: 'accepted' })
    await standIn.control.advance(60_000)
    expect(desk.verdicts.at(-1)).toMatchObject({ about: 'refund', outcome: { kind: 'done' } })
    expect(await stripe.queryRefund(outbound, account, slow)).toEqual({ kind: 'done' })

    const failing = refundCall(await paid())
    standIn.control.addFault({ kind: 'refund.fail_later', key: failing.paymentNo, times: 1 })
    expect(await stripe.refund(outbound, account, failing)).toEqual({ kind: 'done' })
    await standIn.control.advance(60_000)
    const failed = { kind: 'failed', code: 'lost_or_stolen_card' }
    expect(desk.verdicts.at(-1)).toMatchObject({ about: 'refund', refundNo: failing.refundNo, outcome: failed })
    expect(await stripe.refund(outbound, account, failing)).toMatchObject(failed)

    const refused = refundCall(await paid())
    standIn.control.addFault({ kind: 'refund.reject', key: refused.paymentNo, times: 1 })
    expect(await stripe.refund(outbound, account, refused)).toMatchObject({ kind: 'refused', code: 'charge_disputed' })
  })

  test('a key that is good no more says nothing about what was done with it', async () => {
    const call = refundCall(await paid())
    const stranger = { ...account, secrets: { ...account.secrets, secretKey: 'sk_test_old' } }
    expect(await stripe.refund(outbound, stranger, call)).toMatchObject({ kind: 'unknown' })
    expect(await stripe.query(outbound, stranger, { paymentNo: call.paymentNo })).toMatchObject({ kind: 'unknown' })
  })
})

test('a dispute is opened, then lost or won; an inquiry takes nothing', async () => {
  const trade = await paid()
  desk.verdicts.length = 0
  const dispute = await standIn.control.openDispute(trade.no)
  await standIn.control.closeDispute(String(dispute.id), false)
  const same = { ok: true, about: 'chargeback', disputeNo: dispute.id, tradeNo: trade.tradeNo, amountFen: 1990 }
  expect(desk.verdicts).toMatchObject([
    { ...same, state: 'opened' },
    { ...same, state: 'lost' },
  ])
  const won = await standIn.control.openDispute((await paid()).no)
  await standIn.control.closeDispute(String(won.id), true)
  expect(desk.verdicts.at(-1)).toMatchObject({ state: 'won' })
  const inquiry = await standIn.control.openDispute((await paid()).no, { inquiry: true })
  await standIn.control.closeDispute(String(inquiry.id), true)
  expect(desk.verdicts.slice(-2)).toEqual([
    { ok: true, about: 'nothing' },
    { ok: true, about: 'nothing' },
  ])
})

describe('bills', () => {
  let day = ''
  const bill = () => billOf(stripe.bills, outbound, account, day)

  test('a day’s movements come back whole, page by page, fees and refunds with them', async () => {
    const fresh = await startStripe({ host: '127.0.0.1', seed: 'bill' })
    const own = {
      ...account,
      baseUrl: fresh.url,
      merchantId: fresh.account.id,
      secrets: { secretKey: fresh.account.secretKey },
    }
    const back = backToYesterdayNoon()
    day = dayOf(Date.now() - back)
    expect(await stripe.bills?.fetch(outbound, own, day, new Date())).toEqual({ kind: 'empty' })
    fresh.control.dateBack(back)
    const nos = Array.from({ length: 120 }, newNo)
    for (const no of nos) await stripe.create(outbound, own, paymentOf(no))
    await fresh.control.pay(nos)
    const [first = '', second = ''] = nos
    const session = fresh.control.books().sessions.find((each) => each.client_reference_id === first)
    const trade = { no: first, tradeNo: String(session?.payment_intent) }
    const call = refundCall(trade, { amountFen: 990 })
    expect(await stripe.refund(outbound, own, call)).toEqual({ kind: 'done' })
    await fresh.control.openDispute(second)

    const lines = await billOf(stripe.bills, outbound, own, day)
    expect(lines).toHaveLength(122)
    expect(lines.map(({ lineNo }) => lineNo)).toEqual(lines.map((_, at) => at + 1))
    expect(lines.find((line) => line.kind === 'payment' && line.paymentNo === first)).toMatchObject({
      ...{ tradeNo: call.tradeNo, refundNo: '', amountFen: 1990, feeFen: 98, currency: 'CNY', state: 'done' },
    })
    expect(lines.find((line) => line.kind === 'refund')).toMatchObject({
      paymentNo: first,
      refundNo: call.refundNo,
      amountFen: 990,
      feeFen: 0,
    })
    expect(lines.find((line) => line.kind === 'chargeback')).toMatchObject({ amountFen: 1990, feeFen: 1500 })
    // A dispute carries the trade's number only.
    expect(new Set(lines.map(({ paymentNo }) => paymentNo)).size).toBe(121)

    const planted = async (kind: StripeFaultKind, more: { value?: string; amount?: number } = {}) => {
      fresh.control.clearFaults()
      fresh.control.addFault({ kind, key: second, ...more })
      return billOf(stripe.bills, outbound, own, day)
    }
    expect((await planted('bill.missing')).some(({ paymentNo }) => paymentNo === second)).toBe(false)
    expect((await planted('bill.extra', { value: 'P2611220099999999' })).at(0)).toMatchObject({
      paymentNo: 'P2611220099999999',
    })
    expect(
      (await planted('bill.amount')).find((line) => line.paymentNo === second && line.kind === 'payment')?.amountFen,
    ).toBe(1989)
    expect(
      (await planted('bill.duplicate')).filter((line) => line.paymentNo === second && line.kind === 'payment'),
    ).toHaveLength(2)
    fresh.control.clearFaults()
    fresh.control.addFault({ kind: 'bill.empty' })
    expect(await stripe.bills?.fetch(outbound, own, day, new Date())).toEqual({ kind: 'empty' })
    fresh.control.clearFaults()
    fresh.control.addFault({ kind: 'bill.late' })
    expect(await stripe.bills?.fetch(outbound, own, day, new Date())).toMatchObject({ kind: 'unknown' })
    await fresh.close()
  })

  test('a day that is not over has no bill yet', async () => {
    expect(await stripe.bills?.fetch(outbound, account, dayOf(Date.now()), new Date())).toMatchObject({
      kind: 'not_ready',
    })
  })

  test('a bill that breaks off is an error, not a shorter day', async () => {
    standIn.control.dateBack(backToYesterdayNoon() + 86_400_000)
    day = dayOf(Date.now() - backToYesterdayNoon() - 86_400_000)
    for (let at = 0; at < 101; at++) await paid()
    const fetched = await stripe.bills?.fetch(outbound, account, day, new Date())
    standIn.control.addFault({ kind: 'api.error', endpoint: 'balance' })
    if (fetched?.kind !== 'done') throw new Error('no bill')
    await expect(Array.fromAsync(stripe.bills?.read(fetched.body) ?? [])).rejects.toThrow('broke off')
    standIn.control.clearFaults()
    expect(await bill()).toHaveLength(101)
  })

  test('the balance is asked for as fast as it is read, no faster', async () => {
    const fresh = await startStripe({ host: '127.0.0.1' })
    const own = { ...account, baseUrl: fresh.url, secrets: { secretKey: fresh.account.secretKey } }
    const back = backToYesterdayNoon()
    fresh.control.dateBack(back)
    // A page is some 40 KB, and the stream holds back beyond 16 KB.
    for (let at = 0; at < 501; at++) {
      const no = newNo()
      await stripe.create(outbound, own, paymentOf(no))
      await fresh.control.pay([no])
    }
    const fetched = await stripe.bills?.fetch(outbound, own, dayOf(Date.now() - back), new Date())
    if (fetched?.kind !== 'done') throw new Error('no bill')
    const asked = () => fresh.control.received().filter(({ path }) => path.includes('balance_transactions')).length
    const reading = stripe.bills?.read(fetched.body)[Symbol.asyncIterator]()
    await reading?.next()
    expect(asked()).toBeLessThanOrEqual(3)
    for (let at = 1; at < 501; at++) expect((await reading?.next())?.done).toBe(false)
    expect(await reading?.next()).toMatchObject({ done: true })
    expect(asked()).toBe(6)
    await fresh.close()
  })

  const read = (text: string) => Array.fromAsync(stripe.bills?.read(Readable.from([Buffer.from(text)])) ?? [])

  test('exports made by hand on Stripe’s site are read by their headings', async () => {
    const report = `balance_transaction_id,created_utc,created,currency,gross,fee,net,reporting_category,source_id,description,payment_intent_id,payment_metadata[payment_no],refund_metadata[refund_no]\r
txn_1,2026-11-21 16:00:01,2026-11-22 00:00:01,usd,"1,019.90",30.20,989.70,charge,ch_1,"a ""quoted"", thing",pi_1,P2611220000000001,\r
txn_2,2026-11-21 17:00:00,2026-11-22 01:00:00,usd,-19.90,0.00,-19.90,refund,re_1,,pi_1,P2611220000000001,P2611220000000001R1\r
txn_3,2026-11-21 17:00:00,2026-11-22 01:00:00,jpy,500,0,500,charge,ch_3,,pi_3,,\r\n`
    expect(await read(report)).toMatchObject([
      {
        kind: 'payment',
        lineNo: 2,
        tradeNo: 'pi_1',
        paymentNo: 'P2611220000000001',
        amountFen: 101_990,
        feeFen: 3020,
        currency: 'USD',
        at: '2026-11-21T16:00:01Z',
      },
      { kind: 'refund', lineNo: 3, refundNo: 'P2611220000000001R1', amountFen: 1990, state: 'done' },
      { kind: 'payment', amountFen: 50_000, currency: 'JPY' },
    ])
    const balance = `\ufeffid,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Description,payment_no (metadata)
txn_1,charge,ch_1,19.90,0.98,18.92,cny,2026-11-22 01:02,"two
lines",P2611220000000001
txn_2,refund_failure,re_1,19.90,0,19.90,cny,2026-11-22 01:02,,`
    expect(await read(balance)).toMatchObject([
      { kind: 'payment', tradeNo: 'ch_1', paymentNo: 'P2611220000000001', amountFen: 1990, feeFen: 98 },
      { kind: 'refund', state: 'failed' },
    ])
  })

  test.each([
    ['', 0],
    ['<html>sign in</html>', 1],
    ['{"id":"txn_1"}\n', 1],
    ['id,Type,Amount,Fee,Currency,Created (UTC)\ntxn_1,charge,19.9x,0,cny,2026-11-22 01:02', 2],
  ])('what is no bill is refused with its line: %s', async (text, lineNo) => {
    const error = await read(text).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(BillUnreadable)
    expect((error as BillUnreadable).lineNo).toBe(lineNo)
  })
})

describe('configuration', () => {
  test('the test tells a good key from a stranger’s and another account’s', async () => {
    expect(await stripe.test(outbound, account)).toEqual({ kind: 'done' })
    expect(await stripe.test(outbound, { ...account, merchantId: 'acct_other' })).toMatchObject({
      code: 'wrong_account',
    })
    const stranger = { ...account, secrets: { secretKey: 'sk_test_none' } }
    expect(await stripe.test(outbound, stranger)).toMatchObject({ kind: 'refused', code: 'unauthorized' })
    expect(await stripe.test(outbound, { ...account, secrets: {} })).toMatchObject({ code: 'not_configured' })
    expect(await stripe.test(outbound, { ...account, baseUrl: 'http://127.0.0.1:1' })).toMatchObject({
      kind: 'unknown',
    })
  })

  test('no call leaves for a private address or without TLS', async () => {
    const guarded = createOutbound({ allowInsecure: false })
    const before = standIn.control.received().length
    for (const baseUrl of [
      standIn.url,
      'https://127.0.0.1',
      'https://169.254.169.254',
      'https://[::1]',
      'https://localhost.localdomain',
    ]) {
      const inside = { ...account, baseUrl }
      const call = refundCall({ no: newNo(), tradeNo: 'pi_1' })
      for (const outcome of [
        await stripe.test(guarded, inside),
        await stripe.create(guarded, inside, paymentOf(newNo())),
        await stripe.query(guarded, inside, { paymentNo: newNo(), reference: 'cs_test_1' }),
        await stripe.close(guarded, inside, { paymentNo: newNo() }),
        await stripe.refund(guarded, inside, call),
        await stripe.queryRefund(guarded, inside, call),
        await stripe.bills?.fetch(guarded, inside, '2026-11-20', new Date()),
      ]) {
        expect(outcome).toMatchObject({
          kind: 'unknown',
          reason: expect.stringMatching(/address not allowed|not on the public internet|ENOTFOUND|EAI_AGAIN/),
        })
      }
    }
    expect(standIn.control.received()).toHaveLength(before)
    guarded.close()
  })

  test('the shop’s key and number travel, this machine’s data does not', async () => {
    const { no } = await opened()
    const sent = standIn.control.received().findLast(({ body }) => body.includes(no))
    expect(sent?.headers).toMatchObject({ authorization: `Bearer ${account.secrets.secretKey}`, 'idempotency-key': no })
    expect(Object.keys(sent?.headers ?? {}).join()).not.toContain('x-stripe-client-user-agent')
  })
})
