import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Alipay, type BillRow, billZip, startAlipay } from '@quanshu/sim/alipay'
import iconv from 'iconv-lite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import yazl from 'yazl'
import { createOutbound } from '../../../../platform/outbound/index.ts'
import type { BillLine, BillOutcome, GatewayAccount } from '../../gateway.ts'
import { accountOf, newNo, openShop, refundOf, type Shop } from './alipay.fixture.ts'
import { alipay } from './index.ts'

const scratch = mkdtempSync(join(tmpdir(), 'quanshu-test-'))
const usualTemp = process.env.TMPDIR
const DAY = '2026-11-20'
let gate: Alipay
let shop: Shop
let account: GatewayAccount
const outbound = createOutbound({ allowInsecure: true })

beforeAll(async () => {
  process.env.TMPDIR = scratch
  gate = await startAlipay({ host: '127.0.0.1', seed: 'bills' })
  account = accountOf(gate)
  shop = await openShop(() => account)
  // Refunds happen now; their day's bill is made tomorrow at ten.
  await gate.control.advance(3 * 86_400_000)
})
afterAll(async () => {
  if (usualTemp === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usualTemp
  rmSync(scratch, { recursive: true })
  await gate.close()
  shop.close()
  outbound.close()
})
afterEach(() => gate.control.clearFaults())

async function paid(totalFen: number, paidAt: string): Promise<string> {
  const outTradeNo = newNo()
  await gate.control.pay(gate.merchant.appId, [{ outTradeNo, totalFen, notifyUrl: shop.notifyUrl, paidAt }])
  return outTradeNo
}

const { bills } = alipay
if (!bills) throw new Error('no bills')
const fetchDay = (day: string): Promise<BillOutcome> => bills.fetch(outbound, account, day, new Date())
const read = async (body: Readable): Promise<BillLine[]> => Array.fromAsync(bills.read(body))
async function linesOf(day: string): Promise<BillLine[]> {
  const outcome = await fetchDay(day)
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome))
  expect(outcome.fileName).toBe(`alipay_${gate.merchant.appId}_${day}.csv.zip`)
  return read(outcome.body)
}
const amounts = async (day: string) => (await linesOf(day)).map(({ paymentNo, amountFen }) => [paymentNo, amountFen])
const beijingToday = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

describe('a day’s bill', () => {
  test('says of every payment and refund what the gateway’s books say', async () => {
    const first = await paid(1990, `${DAY}T00:00:00+08:00`)
    const last = await paid(100_000, `${DAY}T23:59:59+08:00`)
    await paid(5, '2026-11-21T00:00:00+08:00')
    expect(await linesOf(DAY)).toEqual([
      {
        kind: 'payment',
        lineNo: 6,
        tradeNo: gate.control.trade(gate.merchant.appId, first).trade_no,
        paymentNo: first,
        refundNo: '',
        amountFen: 1990,
        feeFen: 12,
        currency: 'CNY',
        state: 'done',
        at: `${DAY}T00:00:00+08:00`,
        raw: expect.stringContaining(`${first}\t,交易\t,`),
      },
      expect.objectContaining({ lineNo: 7, paymentNo: last, feeFen: 600, at: `${DAY}T23:59:59+08:00` }),
    ])
    expect(await amounts('2026-11-21')).toHaveLength(1)
  })

  test('shows a refund with its own number, its amount above zero, and the fee it gave back below', async () => {
    const today = beijingToday()
    const no = await paid(10_000, new Date().toISOString())
    const tradeNo = String(gate.control.trade(gate.merchant.appId, no).trade_no)
    const call = { paymentNo: no, amountFen: 10_000, notifyUrl: shop.notifyUrl } as Parameters<typeof refundOf>[0]
    for (const [refundNo, amountFen] of [
      ['R1', 3333],
      ['R2', 6667],
    ] as const) {
      await alipay.refund(outbound, account, refundOf(call, tradeNo, `${no}${refundNo}`, amountFen))
    }
    const own = (await linesOf(today)).filter(({ paymentNo }) => paymentNo === no)
    expect(own.map(({ kind, refundNo, amountFen, feeFen }) => [kind, refundNo, amountFen, feeFen])).toEqual([
      ['payment', '', 10_000, 60],
      ['refund', `${no}R1`, 3333, -19],
      ['refund', `${no}R2`, 6667, -41],
    ])
  })

  test('shows each difference that was planted, and only that', async () => {
    const day = '2026-10-05'
    const [a, b, c, d] = [
      await paid(100, `${day}T10:00:00+08:00`),
      await paid(200, `${day}T11:00:00+08:00`),
      await paid(300, `${day}T12:00:00+08:00`),
      await paid(400, `${day}T13:00:00+08:00`),
    ]
    gate.control.addFault({ kind: 'bill.drop_line', key: a })
    gate.control.addFault({ kind: 'bill.wrong_amount', key: b, amount: 201 })
    gate.control.addFault({ kind: 'bill.twice', key: c })
    gate.control.addFault({ kind: 'bill.next_day', key: d })
    gate.control.addFault({ kind: 'bill.extra_line', key: 'NOBODYMADETHIS777', amount: 777, value: day })
    expect(await amounts(day)).toEqual([
      [b, 201],
      [c, 300],
      [c, 300],
      ['NOBODYMADETHIS777', 777],
    ])
    expect(await amounts('2026-10-06')).toEqual([[d, 400]])
    gate.control.clearFaults()
    expect(await amounts(day)).toEqual([
      [a, 100],
      [b, 200],
      [c, 300],
      [d, 400],
    ])
  })
})

describe('no bill', () => {
  test('an empty day, a day that is not over, and a bill that is late', async () => {
    expect(await fetchDay('2025-01-01')).toEqual({ kind: 'empty' })
    // The gateway’s clock stands three days ahead; ours decides whether "does not exist" may still change.
    expect(await fetchDay(new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10))).toMatchObject({
      kind: 'not_ready',
    })
    const today = beijingToday()
    await paid(1, new Date().toISOString())
    gate.control.addFault({ kind: 'bill.late', ms: 5 * 86_400_000 })
    expect(await fetchDay(today)).toMatchObject({ kind: 'not_ready' })
    await gate.control.advance(5 * 86_400_000)
    expect(await fetchDay(today)).toMatchObject({ kind: 'done' })
    gate.control.clearFaults()
    gate.control.addFault({ kind: 'bill.missing' })
    expect(await fetchDay(today)).toMatchObject({ kind: 'not_ready' })
    expect(await fetchDay('2025-01-01')).toEqual({ kind: 'empty' })
  })

  test.each(['NO_BILL_DATA', 'isp.no_bill_data', 'NoBillData', 'BILL_NOT_EXIST', 'isp.bill_not_exist'])(
    '%s of a day long past is an empty day',
    async (value) => {
      gate.control.addFault({ kind: 'bill.empty', value })
      expect(await fetchDay('2025-01-01')).toEqual({ kind: 'empty' })
    },
  )

  test('a link that is older than 30 seconds is unknown, not empty', async () => {
    await paid(1, '2026-10-07T10:00:00+08:00')
    gate.control.addFault({ kind: 'bill.expired', times: 1 })
    expect(await fetchDay('2026-10-07')).toEqual({ kind: 'unknown', reason: 'HTTP 403 without a bill' })
    expect(await fetchDay('2026-10-07')).toMatchObject({ kind: 'done' })
  })
})

describe('a file', () => {
  const row = (index: number): BillRow => ({
    kind: index % 10 === 9 ? '退款' : '交易',
    tradeNo: `2026112022001${String(index).padStart(15, '0')}`,
    outTradeNo: `26112200000${String(index).padStart(7, '0')}`,
    refundNo: index % 10 === 9 ? `R${index}` : '',
    subject: '会员月卡 券码',
    createdAtMs: Date.parse('2026-11-20T01:00:00Z') + index,
    doneAtMs: Date.parse('2026-11-20T01:00:01Z') + index,
    buyer: `*友(138****${String(index % 10_000).padStart(4, '0')})`,
    amountFen: index % 10 === 9 ? -1990 : 1990,
    feeFen: index % 10 === 9 ? 12 : -12,
    sharedFen: 0,
  })
  function* rows(count: number): Generator<BillRow> {
    for (let index = 0; index < count; index++) yield row(index)
  }
  const text = [
    '#支付宝业务明细查询',
    '#----业务明细列表----',
    '商户订单号,业务类型,支付宝交易号,完成时间,订单金额(元),服务费（元）,退款批次号/请求号,新的一列',
    '2611220000000001\t,交易,2026112022001\t,2026-11-20 09:30:05,"1,234.50"\t,-7.41,\t,"带,逗号"',
    '2611220000000002\t,红包退回,2026112022002\t,2026-11-20 09:30:06,0.5,,\t,',
    '#----业务明细列表结束----',
  ]
  const bytes = (lines: readonly string[], encoding = 'gbk') =>
    Readable.from([iconv.encode(lines.join('\r\n'), encoding)])
  const zipped = (...files: readonly Buffer[]): Readable => {
    const zip = new yazl.ZipFile()
    for (const [index, file] of files.entries()) zip.addBuffer(file, `${index}.csv`)
    zip.end()
    return Readable.from(zip.outputStream)
  }

  test('twenty thousand lines come in order, none lost, none twice, and no temporary file stays', async () => {
    let expected = 0
    for await (const line of bills.read(billZip('2088000000000001', DAY, rows(20_000)))) {
      const { tradeNo, outTradeNo, kind } = row(expected++)
      if (line.tradeNo !== tradeNo || line.paymentNo !== outTradeNo)
        throw new Error(`line ${line.lineNo} is not ${tradeNo}`)
      expect(line.kind).toBe(kind === '交易' ? 'payment' : 'refund')
    }
    expect(expected).toBe(20_000)
    await expect.poll(() => readdirSync(scratch)).toEqual([])
  })

  test('reading may stop half-way and leaves nothing behind', async () => {
    for await (const line of bills.read(billZip('2088000000000001', DAY, rows(20_000)))) if (line.lineNo > 100) break
    await expect.poll(() => readdirSync(scratch)).toEqual([])
  })

  test.each(['gbk', 'utf-8'])('bare, in %s, columns in another order and with strange kinds', async (encoding) => {
    const changed = text.map((line) => line.replace('"1,234.50"', '1234.50'))
    const lines = await read(bytes(changed, encoding))
    expect(lines).toMatchObject([
      { kind: 'payment', lineNo: 4, paymentNo: '2611220000000001', amountFen: 123_450, feeFen: 741 },
      { kind: 'other', lineNo: 5, tradeNo: '2026112022002', amountFen: 50, feeFen: 0, at: '2026-11-20T09:30:06+08:00' },
    ])
  })

  test('in a zip with the sum first, the trades are found by content', async () => {
    const sum = iconv.encode('#支付宝业务汇总查询\r\n门店编号,交易订单总笔数\r\n合计,2\r\n', 'gbk')
    const detail = iconv.encode(text.map((line) => line.replace('"1,234.50"', '1234.50')).join('\n'), 'gbk')
    expect(await read(zipped(sum, detail))).toHaveLength(2)
    await expect(read(zipped(sum))).rejects.toThrow('no list of trades')
  })

  test('what is wrong is named with its line', async () => {
    await expect(read(bytes(text))).rejects.toMatchObject({ name: 'BillUnreadable', lineNo: 4 })
    await expect(read(bytes(text.slice(0, 3)))).rejects.toThrow('before the mark of its end')
    await expect(read(bytes(['#支付宝业务汇总查询', '门店编号,笔数']))).rejects.toMatchObject({
      lineNo: 2,
      message: 'there is no column 支付宝交易号',
    })
    await expect(read(Readable.from([]))).rejects.toThrow('no column names found')
    await expect(read(Readable.from([Buffer.from('PK\u0003\u0004 nothing')]))).rejects.toThrow(
      'the zip is broken or cut off',
    )
    await paid(1, '2026-10-08T10:00:00+08:00')
    gate.control.addFault({ kind: 'bill.cut', times: 1 })
    await expect(linesOf('2026-10-08')).rejects.toThrow('the zip is broken or cut off')
  })

  test('a zip that was changed on the way is refused', async () => {
    const whole = Buffer.concat(await billZip('2088000000000001', DAY, rows(50)).toArray())
    const changed = Buffer.from(whole)
    changed.writeUInt32LE(0x12345678, whole.indexOf(Buffer.from('504b0102', 'hex')) + 16)
    await expect(read(Readable.from([changed]))).rejects.toThrow('checksum')
  })

  test('a zip of which more comes out than it says is refused', async () => {
    const packed = Buffer.concat(await Array.fromAsync(zipped(Buffer.alloc(1_000_000, 'x')) as AsyncIterable<Buffer>))
    // The sizes of the central directory are what a reader believes.
    const central = packed.indexOf(Buffer.from('PK\x01\x02', 'latin1'))
    packed.writeUInt32LE(5_000, central + 24)
    await expect(read(Readable.from([packed]))).rejects.toThrow('the zip is broken')
  })

  test('a zip that inflates a thousandfold is refused', async () => {
    const bomb = Buffer.concat([
      Buffer.from(iconv.encode(`${text.slice(0, 3).join('\n')}\n`, 'gbk')),
      Buffer.alloc(8 * 1024 * 1024, '\n'),
    ])
    await expect(read(zipped(bomb))).rejects.toThrow('inflates too much')
  })
})
