import type { FaultSwitch } from '../faults.ts'
import { beijingTime } from '../pages.ts'
import type { Books } from './books.ts'
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
    .filter(({ createdAtMs }) => beijingTime(createdAtMs).startsWith(day))
    .filter(({ outerNo, goodsId }) => !faults.take('bill.missing_line', { key: outerNo, goods: goodsId }))
    .map((order) => {
      const wrong = faults.take('bill.wrong_amount', { key: order.outerNo, goods: order.goodsId })
      const { outerNo, orderNo, goodsId, quantity, totalHao, refundedHao, state, createdAtMs, endedAtMs } = order
      const amountHao = wrong ? (wrong.amount ?? totalHao + 1) : totalHao
      const goodsName = books.goods.get(goodsId)?.name ?? ''
      return { outerNo, orderNo, goodsId, goodsName, quantity, amountHao, refundedHao, state, createdAtMs, endedAtMs }
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
