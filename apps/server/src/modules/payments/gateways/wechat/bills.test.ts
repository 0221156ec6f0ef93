import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { startWechat } from '../../../../../../../sim/src/wechat/index.ts'
import { createOutbound, type Outbound } from '../../../../platform/outbound/index.ts'
import { type BillLine, type BillOutcome, BillUnreadable } from '../../gateway.ts'
import { openMerchant } from './account.ts'
import { readBill } from './bill-reader.ts'
import { fetchBill } from './bills.ts'
import { sendSigned } from './transport.ts'
import { wechatHouse } from './wechat.fixture.ts'

const at = await wechatHouse()
const { control } = at
const DAY_MS = 86_400_000
const dayOf = (atMs: number): string => new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 10)
const yesterday = dayOf(Date.now() - DAY_MS)
const NOON = `${yesterday}T12:00:00+08:00`

const fetch = (day = yesterday) => fetchBill(at.outbound, at.account, day)
async function lines(outcome: BillOutcome | Promise<BillOutcome>): Promise<readonly BillLine[]> {
  const bill = await outcome
  if (bill.kind !== 'done') throw new Error(JSON.stringify(bill))
  return collect(bill.body)
}
const collect = (body: Readable): Promise<readonly BillLine[]> => Array.fromAsync(readBill(body))
afterEach(() => control.clearFaults())

// Noon: bills of yesterday have been ready for hours, whenever this runs.
await control.advance(Date.parse(`${dayOf(Date.now())}T12:00:00+08:00`) - Date.now() + DAY_MS)

describe('a round trip', () => {
  test('every payment and refund of the day is one line, with number, amount, fee, state and time', async () => {
    const first = await at.paid({}, `${yesterday}T00:00:00+08:00`)
    const last = await at.paid({ amountFen: 29, subject: '名字里有，,逗号和"引号' }, `${yesterday}T23:59:59+08:00`)
    await at.paid({}, `${dayOf(Date.now() - 2 * DAY_MS)}T23:59:59+08:00`)
    const refund = first.refund(990)
    await at.refund(refund)
    await expect.poll(() => at.queryRefund(refund)).toEqual({ kind: 'done' })

    const payments = await lines(fetch())
    expect(payments).toMatchObject([
      {
        kind: 'payment',
        lineNo: 2,
        tradeNo: first.trade.tradeNo,
        paymentNo: first.payment.paymentNo,
        refundNo: '',
        amountFen: 1990,
        feeFen: 12,
        currency: 'CNY',
        state: 'done',
        at: `${yesterday}T00:00:00+08:00`,
      },
      { kind: 'payment', lineNo: 3, amountFen: 29, feeFen: 0, at: `${yesterday}T23:59:59+08:00` },
    ])
    expect(payments[1]?.raw).toContain(last.payment.paymentNo)
    expect(await lines(fetch(dayOf(Date.now())))).toMatchObject([
      {
        kind: 'refund',
        tradeNo: first.trade.tradeNo,
        paymentNo: first.payment.paymentNo,
        refundNo: refund.refundNo,
        amountFen: 990,
        feeFen: -6,
        state: 'done',
      },
    ])
  })

  test('refunds under way, closed and abnormal have states of their own', async () => {
    const today = dayOf(Date.now())
    const stateAfter = async (kind?: 'refund.fail_later' | 'refund.close_later' | 'refund.slow') => {
      const { payment, refund } = await at.paid({}, NOON)
      if (kind) control.addFault({ kind, key: payment.paymentNo, ms: kind === 'refund.slow' ? 999_999 : 0, times: 1 })
      const call = refund()
      await at.refund(call)
      if (kind !== 'refund.slow') await expect.poll(async () => (await at.queryRefund(call)).kind).not.toBe('accepted')
      return (await lines(fetch(today))).find(({ refundNo }) => refundNo === call.refundNo)?.state
    }
    expect(await stateAfter()).toBe('done')
    expect(await stateAfter('refund.slow')).toBe('pending')
    expect(await stateAfter('refund.fail_later')).toBe('failed')
    expect(await stateAfter('refund.close_later')).toBe('failed')
  })

  test('bills of payments only and of refunds only have other columns and are read the same', async () => {
    const all = await lines(fetch())
    const bare = await fetchAs('SUCCESS', yesterday)
    expect(await collect(Readable.from([bare]))).toEqual(all.map((line) => ({ ...line, raw: expect.any(String) })))
    const refunds = await collect(Readable.from([await fetchAs('REFUND', dayOf(Date.now()))]))
    expect(refunds.length).toBeGreaterThan(0)
    expect(refunds.every(({ kind, refundNo }) => kind === 'refund' && refundNo !== '')).toBe(true)
  })

  /** What a person would fetch by hand: not packed. */
  async function fetchAs(type: string, day: string): Promise<Buffer> {
    const merchant = openMerchant(at.account)
    if ('kind' in merchant) throw new Error(merchant.message)
    const path = `/v3/bill/tradebill?bill_date=${day}&bill_type=${type}`
    const link = await sendSigned(at.outbound, merchant, { method: 'GET', path })
    if (link.kind === 'unknown') throw new Error(link.reason)
    const file = await sendSigned(at.outbound, merchant, { method: 'GET', path: String(link.value?.download_url) })
    if (file.kind === 'unknown') throw new Error(file.reason)
    return file.body
  }
})

describe('the day', () => {
  test('a day without trade is empty; today and a bill still being made are not an empty day', async () => {
    expect(await fetch(dayOf(Date.now() - 20 * DAY_MS))).toEqual({ kind: 'empty' })
    control.addFault({ kind: 'bill.late', times: 1 })
    expect(await fetch()).toEqual({ kind: 'not_ready', message: '账单生成中' })
    expect(await fetch(dayOf(Date.now() + DAY_MS))).toMatchObject({ kind: 'refused', code: 'INVALID_REQUEST' })
    control.addFault({ kind: 'bill.empty', times: 1 })
    expect(await fetch()).toEqual({ kind: 'empty' })
  })

  test('before nine of the next morning it is not ready', async () => {
    const other = await startWechat({ host: '127.0.0.1' })
    const account = { baseUrl: other.url, ...other.account }
    const untilEight = Date.parse(`${dayOf(Date.now() + DAY_MS)}T08:00:00+08:00`) - Date.now()
    await other.control.advance(untilEight)
    expect(await fetchBill(at.outbound, account, dayOf(Date.now()))).toMatchObject({ kind: 'not_ready' })
    await other.control.advance(3_600_000)
    expect(await fetchBill(at.outbound, account, dayOf(Date.now()))).toEqual({ kind: 'empty' })
    await other.close()
  })

  test('differences can be planted: missing, double, wrong amount, invented, on the next day', async () => {
    const [missing, double, wrong, late] = [
      await at.paid({}, NOON),
      await at.paid({}, NOON),
      await at.paid({}, NOON),
      await at.paid({}, NOON),
    ]
    control.addFault({ kind: 'bill.missing_line', key: missing.payment.paymentNo })
    control.addFault({ kind: 'bill.double_line', key: double.payment.paymentNo })
    control.addFault({ kind: 'bill.wrong_amount', key: wrong.payment.paymentNo, amount: 1 })
    control.addFault({ kind: 'bill.next_day', key: late.payment.paymentNo })
    control.addFault({ kind: 'bill.extra_line', key: '2611229999999999', amount: 777, value: yesterday })
    const found = await lines(fetch())
    const of = (no: string) => found.filter(({ paymentNo }) => paymentNo === no).map(({ amountFen }) => amountFen)
    expect(of(missing.payment.paymentNo)).toEqual([])
    expect(of(double.payment.paymentNo)).toEqual([1990, 1990])
    expect(of(wrong.payment.paymentNo)).toEqual([1])
    expect(of(late.payment.paymentNo)).toEqual([])
    expect(of('2611229999999999')).toEqual([777])
    const next = await lines(fetch(dayOf(Date.now())))
    expect(next.some(({ paymentNo, kind }) => paymentNo === late.payment.paymentNo && kind === 'payment')).toBe(true)
  })
})

describe('a file that is not to be believed', () => {
  test('whose digest does not fit is read by nobody', async () => {
    control.addFault({ kind: 'bill.bad_hash' })
    expect(await fetch()).toEqual({ kind: 'unknown', reason: 'the bill’s file does not fit its digest' })
  })

  test.each(['api.cut', 'api.bad_gateway', 'api.error', 'api.busy'] as const)(
    'the file’s answer lost (%s) is unknown',
    async (kind) => {
      control.addFault({ kind, endpoint: 'bill_file', times: 1 })
      expect(await fetch()).toMatchObject({ kind: 'unknown' })
      expect(await fetch()).toMatchObject({ kind: 'done' })
    },
  )

  test.each(['api.probe', 'api.forged', 'api.unsigned', 'api.forged_refusal'] as const)(
    'a link that the gateway did not sign (%s) is not followed',
    async (kind) => {
      control.addFault({ kind, endpoint: 'bill', times: 1 })
      const before = control.received().filter(({ path }) => path.startsWith('/v3/billdownload')).length
      expect(await fetch()).toMatchObject({ kind: 'unknown' })
      expect(control.received().filter(({ path }) => path.startsWith('/v3/billdownload'))).toHaveLength(before)
    },
  )

  test('a link into our own network is not followed', async () => {
    const guarded = createOutbound({ allowInsecure: false })
    const onlyTheLink: Outbound = {
      call: (request) => (request.url.includes('/v3/bill/tradebill') ? at.outbound : guarded).call(request),
      close: guarded.close,
    }
    const before = control.received().filter(({ path }) => path.startsWith('/v3/billdownload')).length
    expect(await fetchBill(onlyTheLink, at.account, yesterday)).toEqual({
      kind: 'unknown',
      reason: 'address not allowed',
    })
    expect(control.received().filter(({ path }) => path.startsWith('/v3/billdownload'))).toHaveLength(before)
  })

  test('a bill that was cut says so, though its digest fits', async () => {
    control.addFault({ kind: 'bill.cut' })
    await expect(lines(fetch())).rejects.toThrow(BillUnreadable)
  })

  test('a file of something else names the line and what is wrong with it', async () => {
    const bill = await fetch()
    if (bill.kind !== 'done') throw new Error(bill.kind)
    const text = gunzipSync(Buffer.concat(await bill.body.toArray())).toString()
    const reading = (bytes: string | Buffer) => collect(Readable.from([Buffer.from(bytes)]))
    const packed = gzipSync(text)
    await expect(reading('')).rejects.toMatchObject({ name: 'BillUnreadable' })
    await expect(reading('a,b,c\n1,2,3\n')).rejects.toMatchObject({
      lineNo: 1,
      message: expect.stringContaining('交易时间'),
    })
    await expect(reading(packed.subarray(0, packed.length / 2))).rejects.toMatchObject({ name: 'BillUnreadable' })
    await expect(reading(text.replaceAll('`19.90', '`十九'))).rejects.toMatchObject({ lineNo: expect.any(Number) })
    await expect(reading(text.replace(/\r\n`[^\r]+/, ''))).rejects.toMatchObject({
      message: expect.stringContaining('lines'),
    })
    expect(await reading(text)).toEqual(await reading(packed))
    // Byte by byte: characters, cells and packed blocks are cut anywhere.
    const bytes = Readable.from(Array.from(packed, (byte) => Buffer.from([byte])))
    expect(await collect(bytes)).toEqual(await reading(text))
  })
})
