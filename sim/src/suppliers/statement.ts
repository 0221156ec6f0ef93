import type { FaultSwitch } from '../faults.ts'
import { beijingTime } from '../pages.ts'
import type { Books, Order } from './books.ts'
import type { SupplierFaultKind } from './faults.ts'
import { haoText } from './money.ts'

/** An order of the day as the supplier's bill tells it. Amounts are text with four decimals, times Beijing's. */
export type StatementLine = {
  readonly outerNo: string
  readonly orderNo: string
  readonly goodsId: string
  readonly goodsName: string
  readonly quantity: number
  readonly amount: string
  readonly refunded: string
  readonly state: string
  readonly createdAt: string
  readonly endedAt: string
}
export type Statement = {
  readonly day: string
  readonly lines: readonly StatementLine[]
  /** What was paid and what came back, over all lines. */
  readonly amount: string
  readonly refunded: string
}

/** Every order placed on a day of Beijing time, oldest first, bent as the bill's faults say. */
export function statementOf(books: Books, faults: FaultSwitch<SupplierFaultKind>, day: string): Statement {
  const rows = [...books.orders.values()]
    .filter((order) => dayOf(order, faults) === day)
    .filter(({ outerNo, goodsId }) => !faults.take('bill.missing_line', { key: outerNo, goods: goodsId }))
    .flatMap((order) => {
      const at = { key: order.outerNo, goods: order.goodsId }
      const wrong = faults.take('bill.wrong_amount', at)
      const denied = faults.take('bill.other_state', at)
      const { outerNo, orderNo, goodsId, quantity, totalHao, createdAtMs, endedAtMs } = order
      const [state, refundedHao] = denied ? ['failed', totalHao] : [order.state, order.refundedHao]
      const amountHao = wrong ? (wrong.amount ?? totalHao + 1) : totalHao
      const goodsName = books.goods.get(goodsId)?.name ?? ''
      const row = {
        outerNo,
        orderNo,
        goodsId,
        goodsName,
        quantity,
        amountHao,
        refundedHao,
        state,
        createdAtMs,
        endedAtMs,
      }
      return faults.take('bill.twice', at) ? [row, row] : [row]
    })
  const extra = faults.take('bill.extra_line')
  if (extra) {
    const atMs = Date.parse(`${day}T12:00:00+08:00`)
    rows.push({
      outerNo: extra.value ?? 'NOBODY',
      orderNo: `${day.replaceAll('-', '')}000000`,
      goodsId: rows[0]?.goodsId ?? '',
      goodsName: rows[0]?.goodsName ?? '',
      quantity: 1,
      amountHao: extra.amount ?? 10_000,
      refundedHao: 0,
      state: 'success',
      createdAtMs: atMs,
      endedAtMs: atMs,
    })
  }
  const sum = (of: 'amountHao' | 'refundedHao'): string => haoText(rows.reduce((total, row) => total + row[of], 0))
  return {
    day,
    lines: rows.map(({ amountHao, refundedHao, createdAtMs, endedAtMs, ...row }) => ({
      ...row,
      amount: haoText(amountHao),
      refunded: haoText(refundedHao),
      createdAt: beijingTime(createdAtMs),
      endedAt: endedAtMs === undefined ? '' : beijingTime(endedAtMs),
    })),
    amount: sum('amountHao'),
    refunded: sum('refundedHao'),
  }
}

const DAY_MS = 86_400_000

/** The day on whose statement an order stands. */
function dayOf({ createdAtMs, outerNo, goodsId }: Order, faults: FaultSwitch<SupplierFaultKind>): string {
  const isLate = faults.take('bill.next_day', { key: outerNo, goods: goodsId }) !== undefined
  return beijingTime(createdAtMs + (isLate ? DAY_MS : 0)).slice(0, 10)
}

const STATES: Readonly<Record<string, string>> = {
  success: '成功',
  partial: '部分成功',
  failed: '失败',
  processing: '处理中',
  unpaid: '未支付',
}
const CSV_HEADING = '商户订单号,平台订单号,商品名称,数量,订单金额,退款金额,订单状态,下单时间'

/** The statement as the file that the supplier's site lets its customers download; their spreadsheets need the mark at its start. */
export function statementCsv({ lines, amount, refunded }: Statement): string {
  const rows = lines.map((line) =>
    [
      `\t${line.outerNo}`,
      `\t${line.orderNo}`,
      `"${line.goodsName.replaceAll('"', '""')}"`,
      line.quantity,
      line.amount,
      line.refunded,
      STATES[line.state] ?? line.state,
      line.createdAt,
    ].join(','),
  )
  return `\uFEFF${[CSV_HEADING, ...rows, `,,合计,,${amount},${refunded},,`].join('\r\n')}\r\n`
}
