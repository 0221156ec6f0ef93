import type { Payment, Refund, Split } from './books.ts'

/** A payment as queries and notices tell it. */
export function showPayment(payment: Payment): Record<string, unknown> {
  const { trade } = payment
  return {
    mchid: payment.mchid,
    appid: payment.appid,
    out_trade_no: payment.outTradeNo,
    trade_state: payment.state,
    trade_state_desc: STATE_TEXTS[payment.state],
    attach: payment.attach,
    amount: {
      total: payment.total,
      currency: payment.currency,
      ...(trade && { payer_total: payment.total, payer_currency: payment.currency }),
    },
    ...(trade && {
      transaction_id: trade.transactionId,
      trade_type: payment.tradeType,
      bank_type: 'OTHERS',
      success_time: wireTime(trade.paidAtMs),
      payer: { openid: trade.openid },
    }),
  }
}
const STATE_TEXTS = { NOTPAY: '订单未支付', SUCCESS: '支付成功', REFUND: '转入退款', CLOSED: '订单已关闭' } as const

export function showRefund(refund: Refund): Record<string, unknown> {
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: refund.transactionId,
    out_trade_no: refund.outTradeNo,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    create_time: wireTime(refund.createdAtMs),
    status: refund.status,
    funds_account: 'AVAILABLE',
    amount: amountsOf(refund, 'CNY'),
    ...(refund.successAtMs !== undefined && { success_time: wireTime(refund.successAtMs) }),
  }
}

/** What a refund's notice seals: without `appid`, and the state under another name. */
export function refundNoticeOf(refund: Refund): Record<string, unknown> {
  return {
    mchid: refund.mchid,
    out_trade_no: refund.outTradeNo,
    transaction_id: refund.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: refund.status,
    user_received_account: '支付用户零钱',
    amount: amountsOf(refund),
    ...(refund.successAtMs !== undefined && { success_time: wireTime(refund.successAtMs) }),
  }
}

const amountsOf = (refund: Refund, currency?: string): Record<string, unknown> => ({
  total: refund.total,
  refund: refund.amount,
  payer_total: refund.total,
  payer_refund: refund.amount,
  ...(currency !== undefined && { settlement_refund: refund.amount, settlement_total: refund.total, currency }),
})

export function showSplit(split: Split): Record<string, unknown> {
  return {
    transaction_id: split.transactionId,
    out_order_no: split.outOrderNo,
    order_id: split.orderId,
    state: split.state,
    receivers: split.receivers.map((share) => ({
      type: share.type,
      account: share.account,
      amount: share.amount,
      description: share.description,
      result: share.result,
      create_time: wireTime(split.createdAtMs),
      ...(share.failReason !== undefined && { fail_reason: share.failReason }),
    })),
  }
}

/** `2026-11-22T09:30:05+08:00`: to the second, in Beijing, as the gateway writes times. */
export const wireTime = (atMs: number): string => `${new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`

/** `2026-11-22`, the day in Beijing. */
export const dayOf = (atMs: number): string => wireTime(atMs).slice(0, 10)
