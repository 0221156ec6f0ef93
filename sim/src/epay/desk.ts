import type { FaultSwitch } from '../faults.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { type Books, CHANNELS, numberKey, type Order, type Refund } from './books.ts'
import type { EpayFaultKind } from './faults.ts'

/** A no of the operator, in the words that such sites use: clients of this protocol have nothing else to go by. */
export class EpayRefusal extends Error {}

export type OrderInput = Pick<
  Order,
  'dialect' | 'outTradeNo' | 'type' | 'money' | 'name' | 'notifyUrl' | 'returnUrl' | 'param'
>
export type RefundInput = {
  readonly tradeNo?: string | undefined
  readonly outTradeNo?: string | undefined
  readonly outRefundNo: string
  readonly money: number
}

/** The operator's business, without any wire. */
export type Desk = {
  readonly create: (pid: string, input: OrderInput) => Order
  readonly find: (
    pid: string,
    by: { readonly tradeNo?: string | undefined; readonly outTradeNo?: string | undefined },
  ) => Order
  readonly close: (pid: string, outTradeNo: string) => void
  /** What the page does when a person presses pay. `late` takes the money although the order is closed. */
  readonly pay: (order: Order, options?: { readonly type?: string; readonly late?: boolean }) => readonly Order[]
  readonly refund: (pid: string, input: RefundInput) => Refund
  readonly findRefund: (pid: string, outRefundNo: string) => Refund
}

export function openDesk(parts: {
  readonly books: Books
  readonly clock: VirtualClock
  readonly faults: FaultSwitch<EpayFaultKind>
  /** The date that is written into the books, in milliseconds. */
  readonly dated: () => number
}): Desk {
  const { books, clock, faults, dated } = parts

  const find: Desk['find'] = (pid, { tradeNo, outTradeNo = '' }) => {
    const order = tradeNo ? books.orders.get(tradeNo) : books.ordersByNo.get(numberKey(pid, outTradeNo))
    if (!order || order.pid !== pid || faults.take('query.not_found', { key: order.outTradeNo })) {
      throw new EpayRefusal('订单号不存在')
    }
    return order
  }

  const open = (pid: string, input: OrderInput): Order => {
    const order: Order = {
      ...input,
      pid,
      tradeNo: books.nextNo('2026'),
      token: books.nextToken(),
      createdAtMs: dated(),
      status: 0,
      isClosed: false,
      refunded: 0,
    }
    books.save('order', order)
    return order
  }
  const takeMoney = (order: Order): Order => {
    order.status = 1
    order.paidAtMs = dated()
    books.save('order', order)
    return order
  }

  return {
    find,
    create: (pid, input) => {
      if (input.type !== '' && !CHANNELS.some((channel) => channel === input.type)) {
        throw new EpayRefusal('支付方式不存在')
      }
      if (input.money <= 0) throw new EpayRefusal('金额不合法')
      const known = books.ordersByNo.get(numberKey(pid, input.outTradeNo))
      if (!known) return open(pid, input)
      if (known.status > 0) throw new EpayRefusal(`该订单(${input.outTradeNo})已完成支付，请勿重复支付`)
      if (known.money !== input.money || known.isClosed) throw new EpayRefusal('该订单号重复，请重新下单')
      // The same order once more, perhaps by another channel.
      known.type = input.type
      books.save('order', known)
      return known
    },
    close: (pid, outTradeNo) => {
      const order = find(pid, { outTradeNo })
      if (order.status > 0) throw new EpayRefusal('该订单已支付，无法关闭')
      order.isClosed = true
      books.save('order', order)
    },
    pay: (order, options = {}) => {
      if (order.isClosed && !options.late) throw new EpayRefusal('该订单已关闭')
      if (order.status > 0) throw new EpayRefusal('该订单已支付')
      const other = faults.take('pay.other_channel', { key: order.outTradeNo })
      const type = options.type ?? (order.type || 'alipay')
      order.type = other ? (CHANNELS.find((channel) => channel !== type) ?? type) : type
      const again = faults.take('pay.double', { key: order.outTradeNo })
      return again ? [takeMoney(order), takeMoney(open(order.pid, order))] : [takeMoney(order)]
    },
    refund: (pid, input) => refundOf({ books, clock, faults, dated }, find(pid, input), input),
    findRefund: (pid, outRefundNo) => {
      const refund = books.refunds.get(`${pid}/${outRefundNo}`)
      if (!refund) throw new EpayRefusal('退款记录不存在')
      return refund
    },
  }
}

function refundOf(parts: Parameters<typeof openDesk>[0], order: Order, input: RefundInput): Refund {
  const { books, clock, faults, dated } = parts
  const at = { key: order.outTradeNo }
  if (books.refunds.has(`${order.pid}/${input.outRefundNo}`)) throw new EpayRefusal('商户退款单号已存在')
  if (order.status === 0) throw new EpayRefusal('该订单未支付，无法退款')
  if (order.status === 2) throw new EpayRefusal('该订单已全额退款')
  if (input.money <= 0 || order.refunded + input.money > order.money) throw new EpayRefusal('退款金额大于可退款金额')
  if (faults.take('refund.reject', at)) throw new EpayRefusal('商户余额不足，退款失败')
  const failing = faults.take('refund.fail_later', at)
  const later = failing ?? faults.take('refund.slow', at)
  const made: Refund = {
    pid: order.pid,
    outRefundNo: input.outRefundNo,
    refundNo: books.nextNo('R'),
    tradeNo: order.tradeNo,
    money: input.money,
    createdAtMs: dated(),
    isDone: false,
  }
  order.refunded += made.money
  order.status = order.refunded === order.money ? 2 : 1
  books.save('order', order)
  books.save('refund', made)
  const end = (): void => {
    made.isDone = !failing
    made.endedAtMs = dated()
    books.save('refund', made)
    if (!failing) return
    order.refunded -= made.money
    order.status = 1
    books.save('order', order)
  }
  if (later) clock.at(clock.now() + (later.ms ?? 60_000), end)
  else end()
  if (faults.take('refund.unsure', at)) throw new EpayRefusal('退款失败 cURL error 28: Operation timed out')
  return made
}
