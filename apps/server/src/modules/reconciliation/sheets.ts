import { OUTCOME_WORDS } from '@quanshu/contract'
import type { Column } from '../../platform/sheets/index.ts'
import { signOf } from './model.ts'
import type { CaseView } from './queries/cases.ts'
import type { LineView } from './queries/lines.ts'

type Locale = 'zh-CN' | 'en'

const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  payment: ['收款', 'Payment'],
  refund: ['退款', 'Refund'],
  chargeback: ['拒付', 'Chargeback'],
  chargeback_won: ['拒付返还', 'Chargeback won'],
  purchase: ['采购', 'Purchase'],
  deposit: ['预存', 'Deposit'],
  credit: ['退款或赔付', 'Credit'],
  other: ['其他', 'Other'],
}
const STATES: Readonly<Record<string, readonly [string, string]>> = {
  open: ['待处理', 'Open'],
  waiting: ['等待次日', 'Waiting'],
  explained: ['已说明', 'Explained'],
  resolved: ['已对上', 'Settled'],
  done: ['成功', 'Done'],
  pending: ['处理中', 'Pending'],
  failed: ['失败', 'Failed'],
}

type Own = CaseView['ours'] extends infer S ? (S extends { readonly own: infer O } ? O : never) : never

const ownText = (own: Own | undefined): string => (own ? `${own.currency} ${decimals(own.hao, 10_000)}` : '')
const rateText = (own: Own | undefined): string => (own?.rate ? decimals(own.rate, 1_000_000) : '')

/** At least two places, and as many more as there are. */
function decimals(amount: number, unit: number): string {
  const places = String(unit).length - 1
  const rest = String(amount % unit).padStart(places, '0')
  return `${Math.trunc(amount / unit)}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, '')}`
}

const wordIn =
  (locale: Locale) =>
  (words: Readonly<Record<string, readonly [string, string]>>, key: string): string =>
    words[key]?.[locale === 'en' ? 1 : 0] ?? key

export function caseColumns(locale: Locale): readonly Column<CaseView>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  const word = wordIn(locale)
  return [
    { header: header('编号', 'No.'), kind: 'integer', value: (row) => row.id },
    { header: header('通道', 'Gateway'), kind: 'text', value: (row) => row.gateway },
    { header: header('账期', 'Day'), kind: 'text', value: (row) => row.day },
    { header: header('首次发现', 'Found on'), kind: 'text', value: (row) => row.firstDay },
    {
      header: header('结论', 'Outcome'),
      kind: 'text',
      value: (row) => OUTCOME_WORDS[row.outcome][locale === 'en' ? 'en' : 'zh'],
    },
    { header: header('类型', 'Kind'), kind: 'text', value: (row) => word(KINDS, row.kind) },
    { header: header('状态', 'State'), kind: 'text', value: (row) => word(STATES, row.state) },
    { header: header('单号', 'Number'), kind: 'text', width: 34, value: (row) => row.number },
    { header: header('订单号', 'Order'), kind: 'text', width: 20, value: (row) => row.orderNo },
    { header: header('通道金额', 'Gateway’s amount'), kind: 'fen', value: (row) => row.theirs?.amountFen ?? null },
    { header: header('通道手续费', 'Fee'), kind: 'fen', value: (row) => row.theirs?.feeFen ?? null },
    { header: header('通道时间', 'At the gateway'), kind: 'time', width: 20, value: (row) => row.theirs?.at ?? null },
    { header: header('账面金额', 'Our amount'), kind: 'fen', value: (row) => row.ours?.amountFen ?? null },
    { header: header('账面时间', 'In our books'), kind: 'time', width: 20, value: (row) => row.ours?.at ?? null },
    { header: header('差额', 'Difference'), kind: 'fen', value: (row) => row.differenceFen },
    {
      header: header('账单原币', 'Billed in own money'),
      kind: 'text',
      width: 18,
      value: (row) => ownText(row.theirs?.own),
    },
    { header: header('账单汇率', 'Billed at rate'), kind: 'text', value: (row) => rateText(row.theirs?.own) },
    {
      header: header('账面原币', 'Booked in own money'),
      kind: 'text',
      width: 18,
      value: (row) => ownText(row.ours?.own),
    },
    { header: header('记账汇率', 'Booked at rate'), kind: 'text', value: (row) => rateText(row.ours?.own) },
    { header: header('汇兑差额', 'Exchange difference'), kind: 'fen', value: (row) => row.exchangeFen },
    { header: header('可能原因', 'Likely cause'), kind: 'text', width: 40, value: (row) => row.what },
    { header: header('账龄（天）', 'Age in days'), kind: 'integer', value: (row) => row.ageDays },
    { header: header('处理人', 'Handled by'), kind: 'text', value: (row) => row.handledBy },
    { header: header('说明', 'Note'), kind: 'text', width: 40, value: (row) => row.note },
    { header: header('结束时间', 'Ended'), kind: 'time', width: 20, value: (row) => row.endedAt },
  ]
}

export function lineColumns(locale: Locale): readonly Column<LineView>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  const word = wordIn(locale)
  return [
    { header: header('行号', 'Line'), kind: 'integer', value: (row) => row.lineNo },
    {
      header: header('结论', 'Outcome'),
      kind: 'text',
      value: (row) => (row.outcome ? OUTCOME_WORDS[row.outcome][locale === 'en' ? 'en' : 'zh'] : ''),
    },
    { header: header('类型', 'Kind'), kind: 'text', value: (row) => word(KINDS, row.kind) },
    { header: header('状态', 'State'), kind: 'text', value: (row) => word(STATES, row.state) },
    { header: header('通道交易号', 'Trade number'), kind: 'text', width: 34, value: (row) => row.tradeNo },
    { header: header('商户单号', 'Payment number'), kind: 'text', width: 22, value: (row) => row.paymentNo },
    { header: header('退款单号', 'Refund number'), kind: 'text', width: 26, value: (row) => row.refundNo },
    {
      header: header('金额', 'Amount'),
      kind: 'fen',
      value: (row) => (row.kind === 'chargeback' && row.state === 'failed' ? 1 : signOf(row.kind)) * row.amountFen,
    },
    { header: header('手续费', 'Fee'), kind: 'fen', value: (row) => row.feeFen },
    { header: header('币种', 'Currency'), kind: 'text', value: (row) => row.currency },
    { header: header('账单原币', 'Billed in own money'), kind: 'text', width: 18, value: (row) => ownText(row.own) },
    { header: header('账单汇率', 'Billed at rate'), kind: 'text', value: (row) => rateText(row.own) },
    { header: header('汇兑差额', 'Exchange difference'), kind: 'fen', value: (row) => row.exchangeFen },
    { header: header('时间', 'At'), kind: 'time', width: 20, value: (row) => row.at },
  ]
}
