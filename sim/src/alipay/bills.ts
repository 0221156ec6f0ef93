import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { BillRow } from './bill.ts'
import type { Books, Refund, Trade } from './books.ts'
import { businessError } from './errors.ts'
import type { AlipayFault, AlipayFaultKind } from './faults.ts'
import { beijingDay, DAY_MS, dayStart } from './time.ts'

/** A bill is made at ten in the morning after its day. */
const READY_AFTER_MS = DAY_MS + 10 * 3_600_000
const LINK_LIVES_MS = 30_000

type Link = { readonly appId: string; readonly day: string; readonly expiresAtMs: number }

/** The office that makes daily bills out of the books and lends links to them. */
export type BillOffice = {
  /** @throws AlipayError isp.bill_not_exist, NO_BILL_DATA, INVAILID_ARGUMENTS (the gateway's own spelling) */
  readonly lend: (appId: string, day: string) => string
  /** Undefined when the link is unknown or older than 30 seconds. */
  readonly open: (linkId: string) => { readonly day: string; readonly appId: string } | undefined
  /** What the bill of a day says: the books and the faults that are switched on. */
  readonly rows: (appId: string, day: string) => readonly BillRow[]
}

export function openBillOffice(books: Books, clock: VirtualClock, faults: FaultSwitch<AlipayFaultKind>): BillOffice {
  const links = new Map<string, Link>()
  const rows = (appId: string, day: string): readonly BillRow[] => billRows(books, faults, appId, day)
  return {
    rows,
    lend: (appId, day) => {
      const startMs = dayStart(day)
      if (Number.isNaN(startMs)) throw businessError('INVAILID_ARGUMENTS', '入参不合法')
      const lateMs = standing(faults, 'bill.late', { value: day })
      const readyAtMs = startMs + READY_AFTER_MS + (lateMs ? (lateMs.ms ?? DAY_MS) : 0)
      if (clock.now() < readyAtMs || standing(faults, 'bill.missing', { value: day })) {
        throw businessError('isp.bill_not_exist', '账单不存在')
      }
      const empty = standing(faults, 'bill.empty')
      if (empty || rows(appId, day).length === 0) {
        throw businessError(empty?.value ?? 'NO_BILL_DATA', '该日期没有账单数据')
      }
      const id = books.nextId()
      const livesMs = faults.take('bill.expired') ? 0 : LINK_LIVES_MS
      links.set(id, { appId, day, expiresAtMs: clock.now() + livesMs })
      return id
    },
    open: (id) => {
      const link = links.get(id)
      return link && clock.now() < link.expiresAtMs ? link : undefined
    },
  }
}

/** Faults of bills are not used up: a bill says the same when it is fetched again. */
function standing(
  faults: FaultSwitch<AlipayFaultKind>,
  kind: AlipayFaultKind,
  at: { readonly key?: string; readonly value?: string } = {},
): AlipayFault | undefined {
  return faults
    .list()
    .find(
      (fault) =>
        fault.kind === kind &&
        (fault.key === undefined || fault.key === at.key) &&
        (at.value === undefined || fault.value === undefined || fault.value === at.value),
    )
}

function billRows(books: Books, faults: FaultSwitch<AlipayFaultKind>, appId: string, day: string): readonly BillRow[] {
  const dayBefore = beijingDay(dayStart(day) - DAY_MS)
  const rows: BillRow[] = []
  for (const row of trueRows(books, appId)) {
    const key = { key: row.outTradeNo }
    const rowDay = beijingDay(row.doneAtMs)
    const belongs = standing(faults, 'bill.next_day', key) ? rowDay === dayBefore : rowDay === day
    if (!belongs || standing(faults, 'bill.drop_line', key)) continue
    const wrong = row.kind === '交易' ? standing(faults, 'bill.wrong_amount', key) : undefined
    const said = wrong ? { ...row, amountFen: wrong.amount ?? row.amountFen + 1 } : row
    rows.push(said)
    if (standing(faults, 'bill.twice', key)) rows.push(said)
  }
  for (const fault of faults.list()) {
    if (fault.kind === 'bill.extra_line' && (fault.value ?? day) === day) rows.push(extraRow(day, fault))
  }
  return rows
}

function extraRow(day: string, fault: AlipayFault): BillRow {
  const noon = dayStart(day) + DAY_MS / 2
  return {
    kind: '交易',
    tradeNo: `${day.replaceAll('-', '')}22001999999999999999`,
    outTradeNo: fault.key ?? 'NOBODYMADETHIS001',
    refundNo: '',
    subject: '别处的交易',
    createdAtMs: noon,
    doneAtMs: noon,
    buyer: '*客(138****0000)',
    amountFen: fault.amount ?? 1,
    feeFen: 0,
    sharedFen: 0,
  }
}

function* trueRows(books: Books, appId: string): Generator<BillRow> {
  for (const trade of books.trades.values()) {
    if (trade.appId === appId && trade.paidAtMs !== undefined) yield paymentRow(trade, trade.paidAtMs)
  }
  for (const refund of books.refunds.values()) {
    const trade = books.trades.get(`${refund.appId}/${refund.outTradeNo}`)
    if (refund.appId === appId && trade && refund.doneAtMs !== undefined) {
      yield refundRow(trade, refund, refund.doneAtMs)
    }
  }
}

const common = (trade: Trade) => ({
  tradeNo: trade.tradeNo,
  outTradeNo: trade.outTradeNo,
  subject: trade.subject,
  createdAtMs: Math.min(trade.createdAtMs, trade.paidAtMs ?? trade.createdAtMs),
  buyer: `*友(${trade.buyerLogonId})`,
})

const paymentRow = (trade: Trade, doneAtMs: number): BillRow => ({
  ...common(trade),
  kind: '交易',
  refundNo: '',
  doneAtMs,
  amountFen: trade.totalFen,
  feeFen: -trade.feeFen,
  sharedFen: -trade.sharedFen,
})

const refundRow = (trade: Trade, refund: Refund, doneAtMs: number): BillRow => ({
  ...common(trade),
  kind: '退款',
  refundNo: refund.outRequestNo,
  doneAtMs,
  amountFen: -refund.amountFen,
  feeFen: refund.feeBackFen,
  sharedFen: 0,
})
