import type { OrderNo } from '@quanshu/kernel'

/** What a gateway knows an attempt by: the order's number, and from the second attempt there its turn in two digits. */
export const paymentNo = (orderNo: number, turn: number): string =>
  turn === 1 ? String(orderNo) : `${orderNo}${String(turn).padStart(2, '0')}`

/** Undefined when the number is none of ours. */
export function readPaymentNo(text: string): { readonly orderNo: OrderNo; readonly turn: number } | undefined {
  const found = /^([1-9]\d{15})(\d{2})?$/.exec(text)
  if (!found) return undefined
  const turn = found[2] === undefined ? 1 : Number(found[2])
  return turn === 0 || (found[2] !== undefined && turn === 1)
    ? undefined
    : { orderNo: Number(found[1]) as OrderNo, turn }
}

/** The order's number with the refund's: unique at the gateway, and readable for whoever searches there. */
export const refundNo = (refund: { readonly orderNo: number; readonly id: number }): string =>
  `${refund.orderNo}R${refund.id}`

/** The refund's own id; undefined when the number is none of ours. */
export function readRefundNo(text: string): number | undefined {
  const found = /^[1-9]\d{15}R([1-9]\d{0,14})$/.exec(text)
  return found ? Number(found[1]) : undefined
}
