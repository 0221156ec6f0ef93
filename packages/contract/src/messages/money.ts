import type { MessageEvent } from './form.ts'
import { amount, askedBy, gateway, order, REJECTED_WORDS, robotsAndInbox, staffChannels, usual } from './variables.ts'

/** What is heard of refunds, payments and disputes. */
export const moneyMessages = {
  'refund.done': {
    name: { zh: '退款已到账', en: 'Refund done' },
    type: 'refund.done',
    audience: 'buyer',
    urgent: false,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order, amount },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 已退款',
        body: '订单 {order} 的退款 {amount} 元已经退出，到账时间以付款渠道为准。\n\n{link}',
        sms: '您的订单{order}已退款{amount}元，到账时间以付款渠道为准。',
      },
      en: {
        subject: '{shop}: refund for order {order}',
        body: '¥{amount} of order {order} has been refunded. When it arrives depends on how you paid.\n\n{link}',
        sms: '{amount} CNY of order {order} has been refunded.',
      },
    },
  },
  'refund.awaiting': {
    name: { zh: '退款待审批', en: 'Refund awaiting approval' },
    type: 'refund.awaiting',
    audience: 'staff',
    permission: 'refunds.approve',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/refunds?state=awaiting',
    variables: {
      ...usual,
      order,
      amount,
      by: { name: { zh: '申请人', en: 'Asked by' }, sample: { zh: '许南乔', en: 'Nan Xu' }, from: 'by' },
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '卡密无法使用', en: 'the code does not work' },
        from: 'reason',
      },
    },
    texts: {
      'zh-CN': { subject: '订单 {order} 的退款待审批', body: '{by} 申请退款 {amount} 元，原因：{reason}。\n\n{link}' },
      en: {
        subject: 'A refund of order {order} awaits approval',
        body: '{by} asks to refund ¥{amount}: {reason}.\n\n{link}',
      },
    },
  },
  'refund.awaiting.points': {
    name: { zh: '积分退还待审批', en: 'A refund of points awaiting approval' },
    type: 'refund.awaiting',
    when: { field: 'amountFen', is: 0 },
    audience: 'staff',
    permission: 'refunds.approve',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/refunds?state=awaiting',
    variables: {
      ...usual,
      order,
      points: { name: { zh: '积分', en: 'Points' }, sample: '5000', from: 'points' },
      by: askedBy,
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '卡密无法使用', en: 'the code does not work' },
        from: 'reason',
      },
    },
    texts: {
      'zh-CN': {
        subject: '订单 {order} 的积分退还待审批',
        body: '{by} 申请退还 {points} 积分，原因：{reason}。\n\n{link}',
      },
      en: {
        subject: 'A refund of points for order {order} awaits approval',
        body: '{by} asks to give back {points} points: {reason}.\n\n{link}',
      },
    },
  },
  'refund.overtaken': {
    name: { zh: '退款申请自动结束', en: 'A refund that awaited approval ended by itself' },
    type: 'refund.overtaken',
    audience: 'staff',
    permission: 'refunds.approve',
    onlyTo: 'byId',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      amount,
      by: askedBy,
      line: { name: { zh: '行', en: 'Line' }, sample: '1', from: 'lineNo' },
      why: {
        name: { zh: '经过', en: 'What happened' },
        sample: { zh: '等待审批时已交付', en: 'it was delivered while it waited' },
        from: 'why',
        words: {
          delivered: { zh: '等待审批时已交付', en: 'it was delivered while it waited' },
          arrived: {
            zh: '等待审批时，供应商改口说已到账',
            en: 'the supplier, who had refused, said that it had arrived',
          },
          given_back: {
            zh: '等待审批时，已通过其他退款或付款方的银行退回',
            en: 'another refund, or the payer’s bank, gave it back while it waited',
          },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '订单 {order} 的退款申请已结束：{why}',
        body: '{by} 为第 {line} 行申请的退款 {amount} 元没有退出，因为{why}。若仍有要退的，请重新申请。\n\n{link}',
      },
      en: {
        subject: 'A refund of order {order} ended: {why}',
        body: '¥{amount} that {by} asked for of line {line} was not refunded, because {why}. Ask again if something is to go back all the same.\n\n{link}',
      },
    },
  },
  'payment.claim_awaiting': {
    name: { zh: '补单待审批', en: 'A payment claim awaits approval' },
    type: 'payment.claim_awaiting',
    audience: 'staff',
    permission: 'payments.approve',
    notTo: 'byId',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/orders/{order}',
    variables: { ...usual, order, amount, gateway, by: askedBy },
    texts: {
      'zh-CN': {
        subject: '订单 {order} 的补单待审批：¥{amount}',
        body: '{by} 为订单 {order} 补单 ¥{amount}，支付通道已确认收到这笔钱，金额超过了一个人可以决定的上限。批准后订单即视为已付款。\n\n{link}',
      },
      en: {
        subject: 'Order {order}: a payment claim of ¥{amount} awaits approval',
        body: '{by} claims a payment of ¥{amount} for order {order}. The gateway confirms it, and it is more than one person may decide. Once approved, the order counts as paid.\n\n{link}',
      },
    },
  },
  'refund.failed': {
    name: { zh: '退款失败', en: 'Refund failed' },
    type: 'refund.failed',
    audience: 'staff',
    permission: 'orders.refund',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      amount,
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '商户余额不足', en: 'merchant balance is short' },
        from: 'error',
      },
    },
    texts: {
      'zh-CN': { subject: '订单 {order} 退款失败', body: '退款 {amount} 元被支付通道拒绝：{reason}。\n\n{link}' },
      en: {
        subject: 'The refund of order {order} failed',
        body: '¥{amount} was refused by the gateway: {reason}.\n\n{link}',
      },
    },
  },
  'payment.chargeback': {
    name: { zh: '买家拒付', en: 'Chargeback opened' },
    type: 'payment.chargeback',
    when: { field: 'state', is: 'opened' },
    audience: 'staff',
    permission: 'finance.read',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/chargebacks',
    variables: { ...usual, order, amount, gateway },
    texts: {
      'zh-CN': {
        subject: '订单 {order} 被拒付 {amount} 元',
        body: '付款人向 {gateway} 提出拒付，请在期限内提交证据。\n\n{link}',
      },
      en: {
        subject: 'Chargeback of ¥{amount} on order {order}',
        body: 'The payer disputes the payment at {gateway}; answer with evidence in time.\n\n{link}',
      },
    },
  },
  'payment.rejected': {
    name: { zh: '收到对不上的付款', en: 'Payment that does not fit' },
    type: 'payment.rejected',
    audience: 'staff',
    permission: 'finance.read',
    urgent: false,
    channels: staffChannels,
    on: ['inbox'],
    link: '/notices',
    variables: {
      ...usual,
      order,
      amount,
      gateway,
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '金额不符', en: 'the amount differs' },
        from: 'verdict',
        words: REJECTED_WORDS,
      },
    },
    texts: {
      'zh-CN': {
        subject: '{gateway} 的付款与订单 {order} 不符',
        body: '{gateway} 通知收款 {amount} 元，{reason}，没有入账。\n\n{link}',
      },
      en: {
        subject: 'A payment at {gateway} does not fit order {order}',
        body: '{gateway} tells of ¥{amount}: {reason}. It was not taken.\n\n{link}',
      },
    },
  },
} as const satisfies Readonly<Record<string, MessageEvent>>
