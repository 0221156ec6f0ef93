import { type PassThrough, Readable } from 'node:stream'
import iconv from 'iconv-lite'
import yazl from 'yazl'
import { beijingTime } from '../pages.ts'
import { DAY_MS, dayStart, yuan } from './time.ts'

/** One row of a bill. Amounts carry their sign: a refund and a fee that was taken are below zero. */
export type BillRow = {
  readonly kind: '交易' | '退款'
  readonly tradeNo: string
  readonly outTradeNo: string
  /** '' for a payment. */
  readonly refundNo: string
  readonly subject: string
  readonly createdAtMs: number
  readonly doneAtMs: number
  readonly buyer: string
  readonly amountFen: number
  readonly feeFen: number
  readonly sharedFen: number
}

const DETAIL_COLUMNS = [
  ...['支付宝交易号', '商户订单号', '业务类型', '商品名称', '创建时间', '完成时间', '门店编号', '门店名称', '操作员'],
  ...['终端号', '对方账户', '订单金额（元）', '商家实收（元）', '支付宝红包（元）', '集分宝（元）', '支付宝优惠（元）'],
  ...[
    '商家优惠（元）',
    '券核销金额（元）',
    '券名称',
    '商家红包消费金额（元）',
    '卡消费金额（元）',
    '退款批次号/请求号',
  ],
  ...['服务费（元）', '分润（元）', '备注'],
]
const SUMMARY_COLUMNS = [
  ...[
    '门店编号',
    '门店名称',
    '交易订单总笔数',
    '退款订单总笔数',
    '订单金额（元）',
    '商家实收（元）',
    '支付宝优惠（元）',
  ],
  ...['商家优惠（元）', '卡消费金额（元）', '服务费（元）', '分润（元）', '实收净额（元）'],
]
/** Rows that become one piece of text: few enough to stay small, enough to be quick. */
const ROWS_A_PIECE = 500

/**
 * A day's bill as the gateway hands it out: a zip of two CSV files in GBK, the trades and their sum. It is made while it
 * is read, so a bill of a million rows costs no memory.
 */
export function billZip(sellerId: string, day: string, rows: Iterable<BillRow>): Readable {
  const zip = new yazl.ZipFile()
  const out = zip.outputStream as PassThrough
  const sums = newSums()
  const name = `${sellerId}0156_${day.replaceAll('-', '')}`
  // The sum is known only when the rows have gone by, so it is made when its turn comes.
  const summary = Readable.from(
    lazily(() => summaryText(sellerId, day, sums)),
    { objectMode: false },
  )
  const detail = Readable.from(detailText(sellerId, day, rows, sums), { objectMode: false })
  for (const part of [detail, summary]) part.on('error', (error) => out.destroy(error))
  zip.addReadStream(detail, `${name}_业务明细.csv`)
  zip.addReadStream(summary, `${name}_业务明细(汇总).csv`)
  zip.end()
  return out
}

type Sums = ReturnType<typeof newSums>
const newSums = () => ({ payments: 0, refunds: 0, paidFen: 0, refundedFen: 0, feeFen: 0, sharedFen: 0 })

function* detailText(sellerId: string, day: string, rows: Iterable<BillRow>, sums: Sums): Generator<Buffer> {
  yield gbk([...head('支付宝业务明细查询', sellerId, day), rule('业务明细列表'), DETAIL_COLUMNS.join(',')])
  let lines: string[] = []
  for (const row of rows) {
    count(sums, row)
    lines.push(rowText(row))
    if (lines.length === ROWS_A_PIECE) {
      yield gbk(lines)
      lines = []
    }
  }
  yield gbk([
    ...lines,
    rule('业务明细列表结束'),
    `#交易合计：${sums.payments}笔，商家实收共${yuan(sums.paidFen)}元，商家优惠共0.00元`,
    `#退款合计：${sums.refunds}笔，商家实收退款共${yuan(sums.refundedFen)}元，商家优惠退款共0.00元`,
    exported(),
  ])
}

function summaryText(sellerId: string, day: string, sums: Sums): Buffer {
  const netFen = sums.paidFen + sums.refundedFen
  const cells = ['合计', '\t', String(sums.payments), String(sums.refunds)]
  const amounts = [netFen, netFen, 0, 0, 0, sums.feeFen, sums.sharedFen, netFen + sums.feeFen + sums.sharedFen]
  return gbk([
    ...head('支付宝业务汇总查询', sellerId, day),
    rule('业务汇总列表'),
    SUMMARY_COLUMNS.join(','),
    [...cells, ...amounts.map(yuan)].join(','),
    rule('业务汇总列表结束'),
    exported(),
  ])
}

function count(sums: Sums, row: BillRow): void {
  if (row.kind === '交易') {
    sums.payments += 1
    sums.paidFen += row.amountFen
  } else {
    sums.refunds += 1
    sums.refundedFen += row.amountFen
  }
  sums.feeFen += row.feeFen
  sums.sharedFen += row.sharedFen
}

/** Numbers and short texts are padded with tabs, so that spreadsheets keep them as text. */
function rowText(row: BillRow): string {
  const amount = yuan(row.amountFen)
  return [
    `${row.tradeNo}\t`,
    `${row.outTradeNo}\t`,
    `${row.kind}\t`,
    row.subject.replace(/[,"\r\n]/g, ' '),
    beijingTime(row.createdAtMs),
    beijingTime(row.doneAtMs),
    ...['\t', '\t', '\t', '\t'],
    `${row.buyer}\t`,
    amount,
    amount,
    ...['0.00', '0.00', '0.00', '0.00', '0.00', '', '0.00\t', '0.00'],
    `${row.refundNo}\t`,
    yuan(row.feeFen),
    yuan(row.sharedFen),
    '',
  ].join(',')
}

function head(title: string, sellerId: string, day: string): readonly string[] {
  const start = dayStart(day)
  return [
    `#${title}`,
    `#账号：[${sellerId}0156]`,
    `#起始日期：[${chineseTime(start)}]   终止日期：[${chineseTime(start + DAY_MS)}]`,
  ]
}

const rule = (title: string): string =>
  `#-----------------------------------------${title}-----------------------------`
const exported = (): string => `#导出时间：[${chineseTime(Date.now())}]`
const chineseTime = (atMs: number): string => beijingTime(atMs).replace(/^(\d{4})-(\d\d)-(\d\d)/, '$1年$2月$3日')
const gbk = (lines: readonly string[]): Buffer => iconv.encode(lines.map((line) => `${line}\r\n`).join(''), 'gbk')

function* lazily(make: () => Buffer): Generator<Buffer> {
  yield make()
}
