import type { ReportDimension } from '@quanshu/contract'
import type { Column } from '../../platform/sheets/index.ts'
import type { BalanceSheet } from './queries/balance-sheet.ts'
import type { Entry } from './queries/entries.ts'
import type { Figures } from './queries/figures.ts'
import type { GatewayTransfer } from './queries/gateway-transfers.ts'
import type { GatewayDay } from './queries/gateways.ts'
import type { Report } from './queries/report.ts'
import { columnWord, kindWord, type Locale, words } from './words.ts'

/** What the exports' columns are: numbers as numbers, moments as dates, order numbers as text. */

const figureColumns = (locale: Locale): readonly Column<Figures>[] => {
  const t = words(locale)
  return [
    { header: t.sales, kind: 'fen', value: (row) => row.salesFen },
    { header: t.refunds, kind: 'fen', value: (row) => row.refundsFen },
    { header: t.net, kind: 'fen', value: (row) => row.netFen },
    { header: t.fees, kind: 'fen', value: (row) => row.feesFen },
    { header: t.losses, kind: 'fen', value: (row) => row.lossesFen },
    { header: t.bonuses, kind: 'fen', value: (row) => row.bonusesFen },
    { header: t.cost, kind: 'fen', value: (row) => row.costFen },
    { header: t.margin, kind: 'fen', value: (row) => row.marginFen },
    { header: t.pieces, kind: 'integer', value: (row) => row.pieces },
    { header: t.lines, kind: 'integer', value: (row) => row.lines },
  ]
}

export function dimensionColumns(locale: Locale, by: ReportDimension): readonly Column<Report['items'][number]>[] {
  const t = words(locale)
  return [
    {
      header: t[by],
      kind: 'text',
      width: 40,
      value: (row) => (row.key === null ? t.nothing : (locale === 'en' && row.titleEn) || row.title),
    },
    ...figureColumns(locale),
  ]
}

export const timeColumns = (locale: Locale): readonly Column<Report['points'][number]>[] => [
  { header: words(locale).from, kind: 'time', width: 20, value: (row) => row.at },
  ...figureColumns(locale),
]

export function entryColumns(locale: Locale): readonly Column<Entry>[] {
  const t = words(locale)
  return [
    { header: t.at, kind: 'time', width: 20, value: (row) => row.at },
    { header: t.kind, kind: 'text', value: (row) => kindWord(locale, row.kind) },
    { header: t.order, kind: 'text', width: 20, value: (row) => row.orderNo },
    { header: t.line, kind: 'integer', width: 8, value: (row) => row.lineNo },
    { header: t.goods, kind: 'text', width: 36, value: (row) => row.goodsTitle },
    { header: t.sku, kind: 'text', value: (row) => row.skuTitle },
    { header: t.batch, kind: 'integer', width: 10, value: (row) => row.batchId },
    { header: t.supplier, kind: 'text', value: (row) => row.supplier },
    { header: t.channel, kind: 'text', value: (row) => row.channel },
    { header: t.payWay, kind: 'text', value: (row) => row.payWay },
    { header: t.staff, kind: 'text', value: (row) => row.staff },
    { header: t.pieces, kind: 'integer', width: 10, value: (row) => row.pieces },
    { header: t.amount, kind: 'fen', value: (row) => row.amountFen },
    { header: t.cost, kind: 'fen', value: (row) => row.costFen },
    { header: t.transfer, kind: 'integer', value: (row) => row.transferId },
    { header: t.refund, kind: 'integer', value: (row) => row.refundId },
  ]
}

export function gatewayDayColumns(locale: Locale): readonly Column<GatewayDay>[] {
  const t = words(locale)
  return [
    { header: t.day, kind: 'text', width: 12, value: (row) => row.day },
    { header: columnWord(locale, 'received'), kind: 'fen', value: (row) => row.receivedFen },
    { header: columnWord(locale, 'refunded'), kind: 'fen', value: (row) => row.refundedFen },
    { header: columnWord(locale, 'fees'), kind: 'fen', value: (row) => row.feesFen },
    { header: columnWord(locale, 'chargebacks'), kind: 'fen', value: (row) => row.chargebacksFen },
    { header: columnWord(locale, 'settled'), kind: 'fen', value: (row) => row.settledFen },
    { header: columnWord(locale, 'others'), kind: 'fen', value: (row) => row.othersFen },
    { header: t.owed, kind: 'fen', value: (row) => row.closingFen },
  ]
}

export function transferColumns(locale: Locale): readonly Column<GatewayTransfer>[] {
  const t = words(locale)
  return [
    { header: t.at, kind: 'time', width: 20, value: (row) => row.at },
    { header: t.kind, kind: 'text', value: (row) => columnWord(locale, row.column) },
    { header: t.movement, kind: 'text', width: 24, value: (row) => row.what },
    { header: t.counterparty, kind: 'text', width: 24, value: (row) => row.counterparty },
    { header: t.cause, kind: 'text', width: 26, value: (row) => row.cause },
    { header: t.amount, kind: 'fen', value: (row) => row.amountFen },
    { header: t.transfer, kind: 'integer', value: (row) => row.id },
  ]
}

/** A line of a statement's file: the opening, a movement, the closing. */
export type StatementLine = {
  readonly at: string | null
  readonly what: string
  readonly cause: string
  readonly amount: number | null
  readonly balance: number
}

export function statementColumns(locale: Locale): readonly Column<StatementLine>[] {
  const t = words(locale)
  return [
    { header: t.at, kind: 'time', width: 20, value: (row) => row.at },
    { header: t.movement, kind: 'text', width: 24, value: (row) => row.what },
    { header: t.cause, kind: 'text', width: 26, value: (row) => row.cause },
    { header: t.amount, kind: 'fen', value: (row) => row.amount },
    { header: t.balance, kind: 'fen', value: (row) => row.balance },
  ]
}

type SheetRow = {
  readonly group: string
  readonly name: string
  readonly ref: string
  readonly balance: number
  readonly isMoney: boolean
}

export function balanceColumns(locale: Locale): readonly Column<SheetRow>[] {
  const t = words(locale)
  return [
    { header: t.unit, kind: 'text', value: (row) => row.group },
    { header: t.account, kind: 'text', width: 32, value: (row) => row.name },
    { header: t.whose, kind: 'text', value: (row) => row.ref },
    { header: t.yuan, kind: 'fen', value: (row) => (row.isMoney ? row.balance : null) },
    { header: t.count, kind: 'integer', value: (row) => (row.isMoney ? null : row.balance) },
  ]
}

export function balanceRows(locale: Locale, sheet: BalanceSheet): readonly SheetRow[] {
  const t = words(locale)
  const stock = (name: string, balance: number, isMoney: boolean) => ({
    group: t.stock,
    name,
    ref: '',
    balance,
    isMoney,
  })
  return [
    ...sheet.units.flatMap(({ unit, sum, lines }) => [
      ...lines.map(({ title, ref, balance }) => ({
        group: unit,
        name: title,
        ref,
        balance,
        isMoney: isFen(unit),
      })),
      { group: unit, name: t.sum, ref: '', balance: sum, isMoney: isFen(unit) },
    ]),
    stock(t.stockAtCost, sheet.stock.costFen, true),
    stock(t.stockPieces, sheet.stock.pieces, false),
  ]
}

/** Units of the ledger that are counted in fen. */
const isFen = (unit: string): boolean => unit === 'CNY' || unit === 'budget'
