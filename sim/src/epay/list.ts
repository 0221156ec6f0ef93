import type { FaultSwitch } from '../faults.ts'
import type { Books, Order } from './books.ts'
import { EpayRefusal } from './desk.ts'
import type { EpayFault, EpayFaultKind } from './faults.ts'
import { showOrder } from './views.ts'

/** A merchant's orders, newest first, as the list tells them: with the mistakes that were planted. */
export function ordersOf(
  books: Books,
  faults: FaultSwitch<EpayFaultKind>,
  pid: string,
  page: { readonly offset: number; readonly limit: number },
): readonly Record<string, unknown>[] {
  const planted = faults.list().filter(({ kind }) => kind.startsWith('bill.'))
  if (planted.some(({ kind }) => kind === 'bill.late')) throw new EpayRefusal('系统繁忙，请稍后再试')
  if (planted.some(({ kind }) => kind === 'bill.empty')) return []
  const own = [...books.orders.values()].filter((order) => order.pid === pid)
  const lastPaid = own.findLast(({ status }) => status > 0)
  const hit = (kind: EpayFaultKind, order: Order): EpayFault | undefined =>
    planted.find((fault) => fault.kind === kind && (fault.key ?? lastPaid?.outTradeNo) === order.outTradeNo)

  const told = own.flatMap((order): readonly Order[] => {
    if (hit('bill.missing', order)) return []
    const wrong = hit('bill.amount', order)
    const shown = wrong ? { ...order, money: wrong.amount ?? order.money - 1 } : order
    return hit('bill.duplicate', order) ? [shown, { ...shown, tradeNo: `${shown.tradeNo}9` }] : [shown]
  })
  const extra = planted.flatMap((fault): readonly Order[] => {
    if (fault.kind !== 'bill.extra' || !lastPaid) return []
    const { amount = 1990, value = '' } = fault
    return [{ ...lastPaid, tradeNo: `${lastPaid.tradeNo}8`, outTradeNo: value, money: amount, status: 1, refunded: 0 }]
  })
  return [...told, ...extra]
    .reverse()
    .slice(page.offset, page.offset + page.limit)
    .map(showOrder)
}
