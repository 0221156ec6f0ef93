import { beijingTime } from '../pages.ts'
import type { Order, Refund } from './books.ts'

type View = Record<string, unknown>

export const yuan = (fen: number): string => `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
const FEE_PER_CENT = 2
const timeOf = (atMs: number | undefined): string | null => (atMs === undefined ? null : beijingTime(atMs))

/** An order as the operator tells it. v1 gives numbers as numbers, v2 as text, as PHP sites do. */
export function showOrder(order: Order): View {
  const plain = order.dialect === 'v1'
  return {
    trade_no: order.tradeNo,
    out_trade_no: order.outTradeNo,
    api_trade_no: order.status > 0 ? `4200${order.tradeNo}` : '',
    type: order.type,
    pid: plain ? Number(order.pid) : order.pid,
    addtime: timeOf(order.createdAtMs),
    endtime: timeOf(order.paidAtMs),
    name: order.name,
    money: yuan(order.money),
    getmoney: order.status > 0 ? yuan(order.money - Math.round((order.money * FEE_PER_CENT) / 100)) : '0.00',
    status: plain ? order.status : String(order.status),
    ...(order.refunded > 0 && { refundmoney: yuan(order.refunded) }),
    param: order.param,
    buyer: '',
  }
}

export function showRefund(refund: Refund, order: Order | undefined): View {
  return {
    refund_no: refund.refundNo,
    out_refund_no: refund.outRefundNo,
    trade_no: refund.tradeNo,
    out_trade_no: order?.outTradeNo ?? '',
    money: yuan(refund.money),
    reducemoney: yuan(refund.money),
    status: refund.isDone ? '1' : '0',
    addtime: timeOf(refund.createdAtMs),
    endtime: timeOf(refund.endedAtMs),
  }
}
