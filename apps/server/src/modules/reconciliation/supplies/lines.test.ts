import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { StatementMap } from '@quanshu/contract'
import { afterAll, expect, test } from 'vitest'
import { streamXlsx } from '../../../platform/sheets/index.ts'
import { BillUnreadable } from '../../payments/index.ts'
import { statementLines } from './lines.ts'
import { rowsOf } from './rows.ts'

/** Suppliers' own files, as their sites and spreadsheets write them. */

const folder = await mkdtemp(join(tmpdir(), 'quanshu-statement-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const NO = '26112200000000000101'
const MAP: StatementMap = {
  columns: {
    no: '单号',
    remoteNo: '平台单号',
    amount: '金额',
    refunded: '已退',
    state: '状态',
    type: '类型',
    at: '时间',
    currency: '',
  },
  currency: 'CNY',
  words: { done: ['成功'], pending: ['处理中'], failed: ['失败'], deposit: ['充值'], credit: ['退款'] },
}
const HEADING = '单号,平台单号,金额,已退,状态,类型,时间'

async function read(content: string | Buffer, map = MAP, rates?: ReadonlyMap<string, bigint>) {
  const path = join(folder, 'file')
  await writeFile(path, content)
  return await Array.fromAsync(statementLines(rowsOf(path), map, rates))
}

test('amounts in other money are kept as they were billed, beside what they are at the shop’s rate', async () => {
  const map = { ...MAP, columns: { ...MAP.columns, currency: '币种' }, currency: 'USD' }
  const rows = (...lines: readonly string[]) => [`${HEADING},币种`, ...lines].join('\n')
  const line = (amount: string, currency: string) => `${NO},F1,${amount},,成功,消费,2026-11-22 09:30:05,${currency}`
  const rates = new Map([
    ['USD', 7_251_000n],
    ['EUR', 7_900_000n],
  ])
  const told = await read(
    rows(line('$5.00', 'usd'), line('5.1234', ''), line('2', 'EUR'), line('36.26', '人民币')),
    map,
    rates,
  )
  expect(told.map(({ amountFen, currency, own }) => [amountFen, currency, own])).toEqual([
    [3_626, 'CNY', { currency: 'USD', hao: 50_000, rate: 7_251_000 }],
    [3_715, 'CNY', { currency: 'USD', hao: 51_234, rate: 7_251_000 }],
    [1_580, 'CNY', { currency: 'EUR', hao: 20_000, rate: 7_900_000 }],
    [3_626, 'CNY', undefined],
  ])
  // What was given back is off it in its own money, before it is yuan.
  const [net] = await read(rows(`${NO},F1,10.00,4.00,成功,消费,2026-11-22 09:30:05,USD`), map, rates)
  expect(net).toMatchObject({ amountFen: 4_351, own: { hao: 60_000 } })
  await expect(read(rows(line('5', 'GBP')), map, rates)).rejects.toMatchObject({
    lineNo: 2,
    why: { en: expect.stringContaining('no exchange rate for GBP') },
  })
  await expect(read(rows(line('5', '美金')), map, rates)).rejects.toBeInstanceOf(BillUnreadable)
})

test('purchases, deposits and credits are told apart, what was paid back is off the amount, sums are no lines', async () => {
  const lines = await read(
    [
      '福禄对账单',
      HEADING,
      `\t${NO},F1,"1,234.5001",,成功,消费,2026-11-22 09:30:05`,
      `${NO.replace('01', '02')},F2,30.000000000000004,12.50,成功,消费,2026/11/22 9:30`,
      ',F3,30.00,30.00,成功,消费,2026-11-22T01:30:00Z',
      'BANK-1,,5000.00,,成功,充值,2026-11-22 10:00:00',
      ',R1,-3.00,,成功,退款,2026-11-22 10:00:00',
      '合计,,,,,,'.replace('合计', ''),
    ].join('\r\n'),
  )
  expect(lines.map(({ kind, amountFen, state, paymentNo, at }) => [kind, amountFen, state, paymentNo, at])).toEqual([
    ['purchase', 123_451, 'done', NO, '2026-11-22T01:30:05.000Z'],
    ['purchase', 1_750, 'done', NO.replace('01', '02'), '2026-11-22T01:30:00.000Z'],
    ['purchase', 3_000, 'failed', '', '2026-11-22T01:30:00.000Z'],
    ['deposit', 500_000, 'done', 'BANK-1', '2026-11-22T02:00:00.000Z'],
    ['credit', 300, 'done', '', '2026-11-22T02:00:00.000Z'],
  ])
})

test('a file in GBK and a workbook say the same', async () => {
  // 成功, written by a spreadsheet of a Chinese Windows.
  const gbk = Buffer.concat([
    Buffer.from('no,amount,state,at\n'),
    Buffer.from(`${NO},18.50,`),
    Buffer.from('b3c9b9a6', 'hex'),
    Buffer.from(',2026-11-22 09:30:05\n'),
  ])
  const columns = {
    no: 'no',
    remoteNo: '',
    amount: 'amount',
    refunded: '',
    state: 'state',
    type: '',
    at: 'at',
    currency: '',
  }
  const map = { ...MAP, columns }
  const fromText = await read(gbk, map)
  expect(fromText).toMatchObject([{ paymentNo: NO, amountFen: 1_850, state: 'done' }])

  const path = join(folder, 'book')
  const row = { no: NO, amount: 1_850, state: '成功', at: '2026-11-22T01:30:05Z' }
  const book = streamXlsx<typeof row>(
    [
      { header: 'no', kind: 'text', value: (one) => one.no },
      { header: 'amount', kind: 'fen', value: (one) => one.amount },
      { header: 'state', kind: 'text', value: (one) => one.state },
      { header: 'at', kind: 'time', value: (one) => one.at },
    ],
    (async function* () {
      yield row
    })(),
  )
  await pipeline(book, createWriteStream(path))
  const fromBook = await Array.fromAsync(statementLines(rowsOf(path), map))
  expect(fromBook.map(({ raw: _, ...line }) => line)).toEqual(fromText.map(({ raw: _, ...line }) => line))
})

test.each([
  [
    'a state that nobody has explained',
    `${HEADING}\n${NO},F1,1.00,,已受理,,2026-11-22 09:30:05`,
    2,
    '不认识的状态：已受理',
  ],
  ['an amount that is none', `${HEADING}\n${NO},F1,一元,,成功,,2026-11-22 09:30:05`, 2, '金额读不懂：一元'],
  ['a time that is none', `${HEADING}\n${NO},F1,1.00,,成功,,昨天`, 2, '时间读不懂：昨天'],
  ['a file of other columns', 'a,b,c\n1,2,3', 0, '没有“单号、平台单号、金额、已退、状态、类型、时间”这一列'],
  ['an empty file', '\n\n', 0, '文件是空的'],
])('%s is refused with its line', async (_what, text, lineNo, words) => {
  const error = await read(text).catch((refused: unknown) => refused)
  expect(error).toBeInstanceOf(BillUnreadable)
  expect(error).toMatchObject({ lineNo, why: { zh: words } })
})
