import { defineMessages } from '../../shared/i18n/index.ts'

/** A sentence for everything that can happen to an order, by the key under which the server tells it. */
export const timelineText = defineMessages('timeline', {
  'order.placed': ['顾客下单 {amount}，选择{gateway}', 'Ordered for {amount}, to be paid by {gateway}'],
  'order.cancelled': ['订单取消', 'The order was cancelled'],
  'order.cancelled.buyer': ['顾客取消了订单', 'The buyer cancelled the order'],
  'order.cancelled.why': ['订单取消：{reason}', 'The order was cancelled: {reason}'],
  'order.expired': ['超时未付款，订单自动关闭', 'Not paid in time; the order was closed by itself'],
  'order.refunded': ['全部退款完成，订单关闭', 'Everything was refunded; the order is closed'],
  'order.paid': ['部分退款完成', 'A part was refunded'],
  'order.delivered': ['部分退款完成', 'A part was refunded'],

  'hold.held': ['占用库存 {pieces}', 'Held {pieces} of stock'],
  'hold.captured': ['占用的 {pieces}已出库', 'The {pieces} held were taken from stock'],
  'hold.released': ['释放占用的 {pieces}', 'The {pieces} held were released'],
  'hold.expired': ['占用的 {pieces}到期释放', 'The hold of {pieces} expired'],

  'payment.begun': ['打开{gateway}收银台，应付 {amount}', 'Opened the cashier of {gateway} for {amount}'],
  'payment.received': ['收到付款 {amount}（{gateway}）', 'Received {amount} ({gateway})'],
  'payment.received.surplus': [
    '收到多付的 {amount}（{gateway}），将自动退回',
    'Received {amount} too much ({gateway}); it goes back by itself',
  ],
  'payment.received.unmatched': [
    '收到付款 {amount}（{gateway}），与应付金额不符，等待处理',
    'Received {amount} ({gateway}), which is not what was due; waits for a decision',
  ],
  'payment.received.credited': [
    '收到付款 {amount}（{gateway}），之后已存入会员余额',
    'Received {amount} ({gateway}), put into the member’s balance later',
  ],
  'receipt.refund': ['决定原路退回 {amount}：{reason}', 'decided to send {amount} back: {reason}'],
  'receipt.balance': ['把 {amount} 存入会员余额：{reason}', 'put {amount} into the member’s balance: {reason}'],
  'receipt.apply': ['把收到的 {amount} 按已付款处理：{reason}', 'took the {amount} for the order: {reason}'],
  'chargeback.opened': [
    '付款人发起拒付，{gateway}扣回 {amount}',
    'The payer disputed the payment; {gateway} took back {amount}',
  ],
  'chargeback.lost': ['拒付成立，{amount} 不再返还', 'The dispute was lost; the {amount} do not come back'],
  'chargeback.won': ['拒付申诉成功，{amount} 已追回', 'The dispute was won; the {amount} came back'],

  'payment.received.refunded': [
    '收到付款 {amount}（{gateway}），之后已退回',
    'Received {amount} ({gateway}), returned later',
  ],

  'notice.applied': [
    '{gateway}通知：已付 {amount}，核对无误并入账',
    '{gateway} told of {amount}; verified and applied',
  ],
  'notice.duplicate': ['{gateway}重复通知，未重复入账', '{gateway} repeated its notice; nothing was applied twice'],
  'notice.surplus': ['{gateway}通知：又付了 {amount}，记为多付', '{gateway} told of another {amount}; kept as surplus'],
  'notice.unmatched': [
    '{gateway}通知：已付 {amount}，与应付金额不符，等待处理',
    '{gateway} told of {amount}, which is not what was due; kept for a decision',
  ],
  'notice.ignored': ['收到{gateway}通知，与付款无关', '{gateway} told something that needs nothing'],
  'notice.bad_signature': [
    '收到签名不符的{gateway}通知，已拒绝',
    'A notice in the name of {gateway} had a wrong signature; refused',
  ],
  'notice.wrong_merchant': [
    '收到其它商户的{gateway}通知，已拒绝',
    'A notice of {gateway} was for another merchant; refused',
  ],
  'notice.unknown_order': [
    '收到{gateway}通知，但订单不存在，已拒绝',
    'A notice of {gateway} named an order that does not exist; refused',
  ],
  'notice.wrong_amount': [
    '收到金额不符的{gateway}通知（{amount}），已拒绝',
    'A notice of {gateway} had a wrong amount ({amount}); refused',
  ],
  'notice.wrong_currency': [
    '收到币种不符的{gateway}通知，已拒绝',
    'A notice of {gateway} had a wrong currency; refused',
  ],
  'notice.malformed': ['收到无法读懂的{gateway}通知，已拒绝', 'A notice of {gateway} could not be read; refused'],
  'notice.stale': ['收到过时的{gateway}通知，已忽略', 'A notice of {gateway} was out of date; ignored'],
  'notice.not_paid': ['{gateway}通知：尚未付款', '{gateway} told that it is not paid'],

  'delivery.done': ['发货完成，{pieces}卡密已交给买家', 'Delivered: {pieces} handed to the buyer'],
  'delivery.credited': ['充值到账，余额增加 {amount}', 'Credited: {amount} to the balance'],
  'delivery.exception': [
    '无法发货，转入异常处理：{why}',
    'Could not be delivered and went to the exceptions desk: {why}',
  ],
  'delivery.replaced': ['换发了新卡密（第 {turn} 次发放）', 'A new code was delivered (turn {turn})'],

  'refund.requested': ['申请退款 {amount}，{target}：{reason}', 'asked for a refund of {amount}, {target}: {reason}'],
  'refund.awaiting': [
    '申请退款 {amount}，{target}，等待审批：{reason}',
    'asked for a refund of {amount}, {target}, to be approved: {reason}',
  ],
  'refund.approve': ['批准退款 {amount}', 'approved the refund of {amount}'],
  'refund.decline': ['驳回退款 {amount}：{reason}', 'declined the refund of {amount}: {reason}'],
  'refund.by_hand': [
    '人工了结退款 {amount}（{reference}）：{note}',
    'settled the refund of {amount} by hand ({reference}): {note}',
  ],
  'refund.retry': ['重试退款：{reason}', 'tried the refund again: {reason}'],
  'refund.done': ['退款 {amount} 完成', 'The refund of {amount} is done'],
  'refund.failed': ['退款 {amount} 失败：{error}', 'The refund of {amount} failed: {error}'],

  'message.queued': ['{message}等待发送', '{message} is waiting to be sent'],
  'message.sending': ['{message}正在发送', '{message} is being sent'],
  'message.sent': ['{message}已发送', '{message} was sent'],
  'message.refused': ['{message}被拒收', '{message} was refused'],
  'message.capped': ['{message}因当日条数已达上限未发送', '{message} was held back: enough of them today'],
  'message.unknown': ['{message}结果未知，可能已送达', '{message} may or may not have arrived'],

  'order.cancel': ['取消了订单：{reason}', 'cancelled the order: {reason}'],
  'payment.claim': ['申请补单 {amount}：{reason}', 'claimed a payment of {amount}: {reason}'],
  'payment.claim_approve': ['同意补单', 'agreed to the claimed payment'],
  'payment.claim_decline': ['驳回补单：{reason}', 'refused the claimed payment: {reason}'],
  'order.query_payment': ['向网关查询付款：{outcome}', 'asked the gateway: {outcome}'],
  'order.replace': ['更换了一个卡密：{reason}', 'replaced a code: {reason}'],
  'order.put_back': [
    '把退款失败的 {amount} 放回会员余额：{reason}',
    'put {amount} whose refund failed back into the balance: {reason}',
  ],
  'order.resend': ['重新发送发货邮件', 'sent the delivery mail again'],
  'order.retry.true': ['重试发货，已发出', 'tried the delivery again: delivered'],
  'order.retry.false': ['重试发货，仍未成功', 'tried the delivery again: still not possible'],

  pieces: ['{count} 件', '{count} pcs'],
  line: ['第 {line} 行', 'Line {line}'],
  outcomePaid: ['已付款', 'paid'],
  outcomeNotPaid: ['尚未付款', 'not paid'],
  outcomeUnknown: ['没有明确答复', 'no clear answer'],
  toSource: ['原路退回', 'to the source'],
  toBalance: ['退到余额', 'to the balance'],
  byHand: ['线下支付', 'paid outside'],
  toLetGo: ['冲回少收部分', 'what was missing from the start'],
  someGateway: ['支付网关', 'the gateway'],
  mail: ['发货邮件', 'The delivery mail'],
  sms: ['短信', 'The text message'],
  noDetail: ['网关没有说明原因', 'the gateway gave no reason'],
  shop: ['系统', 'System'],
})
