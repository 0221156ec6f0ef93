import type { EventType } from './events.ts'
import type { Permission } from './permissions.ts'
import type { ExceptionReason } from './states.ts'

/**
 * What people are told, in one place. An event of the log that somebody is to hear of is one entry of `MESSAGE_EVENTS`:
 * who hears of it, by which channels unless the shop says otherwise, what its words may name, and its words.
 */

/** `wecom_app` writes to one person who joined it; `wecom` is a group's robot, as DingTalk's and Feishu's. */
export const MESSAGE_CHANNELS = ['inbox', 'email', 'sms', 'wecom_app', 'wecom', 'dingtalk', 'feishu'] as const
export type MessageChannel = (typeof MESSAGE_CHANNELS)[number]
/** Robots that speak in a group of staff. */
export const ROBOTS = ['wecom', 'dingtalk', 'feishu'] as const
export type Robot = (typeof ROBOTS)[number]
/** Texts are kept per form: all robots say the same. */
export const TEMPLATE_FORMS = ['inbox', 'email', 'sms', 'card', 'robot'] as const
export type TemplateForm = (typeof TEMPLATE_FORMS)[number]
export function formOf(channel: MessageChannel): TemplateForm {
  if (channel === 'wecom_app') return 'card'
  return channel === 'wecom' || channel === 'dingtalk' || channel === 'feishu' ? 'robot' : channel
}

export const MESSAGE_LOCALES = ['zh-CN', 'en'] as const
export type MessageLocale = (typeof MESSAGE_LOCALES)[number]

export type Words = { readonly zh: string; readonly en: string }
export type MessageVariable = {
  readonly name: Words
  /** For previews and tests. */
  readonly sample: string | Words
  /** Field of the event's payload; absent: the house fills it (`shop`, `time`, `link`, `items`, `codes`). */
  readonly from?: string
  /** `fen` is shown in yuan; with `words` a code is put into words, and one without words shown as it is. */
  readonly as?: 'fen'
  readonly words?: Readonly<Record<string, Words>>
  /** The forms whose texts may name it; absent: all. */
  readonly forms?: readonly TemplateForm[]
}
export type MessageText = {
  readonly subject: string
  /** Paragraphs are parted by an empty line. */
  readonly body: string
  /** Where an inbox and a card say it in another way. */
  readonly inbox?: string
  /** As it is approved at the providers, without the signature. */
  readonly sms?: string
}
export type MessageEvent = {
  readonly name: Words
  /** The event of the log that is told of; absent: another module queues it by itself. */
  readonly type?: EventType
  /** Told only when this field of the payload says so. */
  readonly when?: { readonly field: string; readonly is: string | number }
  readonly audience: 'staff' | 'buyer'
  /** Staff who hear of it in person (inbox, email); of buyers' events absent. */
  readonly permission?: Permission
  /** Field of the payload with a colleague who is not told in person: who asked for it and may not agree to it. */
  readonly notTo?: string
  /** Field of the payload with the one colleague who is told in person, whatever their rights: who asked for it. Nobody there: all. */
  readonly onlyTo?: string
  /** Passes quiet hours, unless the shop says otherwise. */
  readonly urgent: boolean
  readonly channels: readonly MessageChannel[]
  /** Those that are on until the shop chooses. */
  readonly on: readonly MessageChannel[]
  /** Below the console for staff, below the mall for buyers; may name variables. */
  readonly link: string
  readonly variables: Readonly<Record<string, MessageVariable>>
  readonly texts: Readonly<Record<MessageLocale, MessageText>>
}

const shop: MessageVariable = { name: { zh: '店铺名', en: 'Shop' }, sample: { zh: '云枢会员店', en: 'Cloud Hub' } }
const time: MessageVariable = { name: { zh: '时间', en: 'Time' }, sample: '2026-11-22 09:30' }
const link: MessageVariable = {
  name: { zh: '链接', en: 'Link' },
  sample: 'https://shop.example/s/demo/orders/2611220000000001',
}
const order: MessageVariable = { name: { zh: '订单号', en: 'Order' }, sample: '2611220000000001', from: 'no' }
const amount: MessageVariable = { name: { zh: '金额', en: 'Amount' }, sample: '19.90', from: 'amountFen', as: 'fen' }
const items: MessageVariable = {
  name: { zh: '商品与卡密', en: 'Goods and codes' },
  forms: ['email'],
  sample: { zh: '视频会员 月卡 × 1', en: 'Video pass, a month × 1' },
}
const askedBy: MessageVariable = {
  name: { zh: '申请人', en: 'Asked by' },
  sample: { zh: '许南乔', en: 'Nan Xu' },
  from: 'by',
}
const gateway: MessageVariable = { name: { zh: '支付通道', en: 'Gateway' }, sample: 'alipay', from: 'gateway' }
const usual = { shop, time, link }
const staffChannels = ['inbox', 'email', 'wecom', 'dingtalk', 'feishu'] as const
const robotsAndInbox = ['inbox', 'wecom', 'dingtalk', 'feishu'] as const

/** What is bought for the shelf. */
const restock = {
  goods: {
    name: { zh: '商品', en: 'Goods' },
    sample: { zh: '视频会员 月卡', en: 'Video pass, a month' },
    from: 'title',
  },
  quantity: { name: { zh: '件数', en: 'Pieces' }, sample: '100', from: 'quantity' },
  restock: { name: { zh: '补货编号', en: 'Restock' }, sample: '17', from: 'restockId' },
} as const

const complaint = {
  goods: restock.goods,
  complaint: { name: { zh: '申诉编号', en: 'Complaint' }, sample: '12', from: 'complaintId' },
} as const satisfies Readonly<Record<string, MessageVariable>>

const service = {
  goods: {
    name: { zh: '服务', en: 'Service' },
    sample: { zh: '会员代充 年卡', en: 'Member upgrade, a year' },
    from: 'title',
  },
  task: { name: { zh: '任务编号', en: 'Task' }, sample: '12', from: 'taskId' },
} as const satisfies Readonly<Record<string, MessageVariable>>

/** Why a paid line was not delivered, as it stands within a sentence. */
export const EXCEPTION_WORDS: Readonly<Record<ExceptionReason, Words>> = {
  out_of_stock: { zh: '库存不足', en: 'out of stock' },
  vault_short: { zh: '卡密库缺卡', en: 'the vault is short of codes' },
  number_gone: { zh: '自选号码已不可售', en: 'the chosen number is gone' },
  late_payment: { zh: '付款过晚', en: 'paid too late' },
  manual: { zh: '人工转入', en: 'put there by hand' },
  refund_failed: { zh: '退款失败', en: 'the refund failed' },
  no_source: { zh: '没有可用货源', en: 'nobody can deliver it' },
  loss_guard: { zh: '低于最低毛利', en: 'it would be sold at a loss' },
  supply_overdue: { zh: '供应商超时未交付', en: 'its supplier is late' },
  supply_contradicted: {
    zh: '供应商拒绝后又到货，等人决定',
    en: 'a supplier refused it and delivered after all; somebody has to decide',
  },
  account_refused: {
    zh: '充值账号有误，已请买家更正',
    en: 'the account was refused, and its buyer is asked to correct it',
  },
  supply_unknown: { zh: '供应商没有给出结果', en: 'the supplier does not say what became of it' },
  bad_card: { zh: '到货的卡密不能发出', en: 'codes came that cannot be handed out' },
  service_rejected: { zh: '人工服务被拒绝', en: 'the service was rejected' },
  disputed: { zh: '付款被拒付', en: 'the payment is disputed' },
  link_failed: { zh: '兑换链接没有生成', en: 'its redeem link was not made' },
}
const REJECTED_WORDS: Readonly<Record<string, Words>> = {
  unknown_order: { zh: '找不到订单', en: 'no such order' },
  wrong_amount: { zh: '金额不符', en: 'the amount differs' },
  wrong_currency: { zh: '币种不符', en: 'the currency differs' },
}

export const MESSAGE_EVENTS = {
  'order.delivered': {
    name: { zh: '订单已发货', en: 'Order delivered' },
    type: 'order.delivered',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'sms', 'wecom_app'],
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      items,
    },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 已发货',
        body: '您购买的商品已经发货：\n\n{items}\n\n{link}\n\n请妥善保管卡密，不要转发给他人。商家不会向您索要卡密。',
        inbox: '您购买的商品已经发货，打开订单就能看到卡密和使用说明。',
        sms: '您的订单{order}已发货，查看：{link}',
      },
      en: {
        subject: '{shop}: order {order} has been delivered',
        body: 'What you bought has been delivered:\n\n{items}\n\n{link}\n\nKeep your codes to yourself. The shop will never ask you for them.',
        inbox: 'What you bought has been delivered: open the order for the codes and the guide.',
        sms: 'Your order {order} has been delivered: {link}',
      },
    },
  },
  'order.delivered.codes': {
    name: { zh: '订单已发货（短信、企业微信含卡密）', en: 'Order delivered (codes in text or WeCom message)' },
    audience: 'buyer',
    urgent: true,
    channels: ['sms', 'wecom_app'],
    on: ['sms', 'wecom_app'],
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      codes: { forms: ['sms', 'card'], name: { zh: '卡密', en: 'Codes' }, sample: 'AB12-CD34-EF56' },
    },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 已发货',
        body: '卡密：\n{codes}\n\n请妥善保管，不要转发给他人。商家不会向您索要卡密。\n\n{link}',
        sms: '您的订单{order}已发货，卡密：{codes}，请勿转发。',
      },
      en: {
        subject: '{shop}: order {order} has been delivered',
        body: 'Your codes:\n{codes}\n\nKeep them to yourself. The shop will never ask you for them.\n\n{link}',
        sms: 'Order {order} delivered. Codes: {codes}. Keep them to yourself.',
      },
    },
  },
  'order.delivered.topup': {
    name: { zh: '充值已到账', en: 'Top-up arrived' },
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'wecom_app'],
    on: ['inbox', 'email', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order, items: { ...items, name: { zh: '充值商品', en: 'Top-ups' } } },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 充值已到账',
        body: '您购买的商品已经充值到您填写的账号：\n\n{items}\n\n{link}\n\n如果账号里没有看到，请打开订单联系店家。',
        inbox: '您购买的商品已经充值到账，打开订单可查看充值账号和时间。',
      },
      en: {
        subject: '{shop}: the top-up of order {order} has arrived',
        body: 'What you bought has been put on the account that you filled in:\n\n{items}\n\n{link}\n\nIf you do not see it there, open the order and ask the shop.',
        inbox: 'What you bought has arrived on your account: open the order to see which one, and when.',
      },
    },
  },
  'order.delivered.service': {
    name: { zh: '服务已完成', en: 'Service done' },
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'wecom_app'],
    on: ['inbox', 'email', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order, items: { ...items, name: { zh: '服务', en: 'Services' } } },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 已完成',
        body: '您购买的服务已经完成：\n\n{items}\n\n{link}\n\n打开订单可查看处理结果和凭证。',
        inbox: '您购买的服务已经完成，打开订单可查看处理结果和凭证。',
      },
      en: {
        subject: '{shop}: order {order} is done',
        body: 'What you ordered has been done:\n\n{items}\n\n{link}\n\nOpen the order to see what was done, and its proof.',
        inbox: 'What you ordered has been done: open the order to see its result and proof.',
      },
    },
  },
  'order.delivered.link': {
    name: { zh: '兑换链接已发货', en: 'Redeem links delivered' },
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email'],
    on: ['inbox', 'email'],
    link: '/orders/{order}',
    variables: { ...usual, order, items: { ...items, name: { zh: '商品与兑换链接', en: 'Goods and redeem links' } } },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 的兑换链接已发货',
        body: '您购买的兑换链接已经发货：\n\n{items}\n\n{link}\n\n谁打开兑换链接谁就能兑换，请只发给要使用它的人。商家不会向您索要兑换码。',
        inbox: '您购买的兑换链接已经发货，打开订单就能查看、复制或兑换。',
      },
      en: {
        subject: '{shop}: the redeem links of order {order}',
        body: 'Your redeem links are ready:\n\n{items}\n\n{link}\n\nWhoever opens a link can redeem it, so pass it on only to whoever is to use it. The shop will never ask you for it.',
        inbox: 'Your redeem links are ready: open the order to see, copy or redeem them.',
      },
    },
  },
  'order.delivered.points': {
    name: { zh: '积分已到账', en: 'Points arrived' },
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email'],
    on: ['inbox', 'email'],
    link: '/orders/{order}',
    variables: { ...usual, order, items: { ...items, name: { zh: '积分', en: 'Points' } } },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 的积分已到账',
        body: '积分已经到账：\n\n{items}\n\n{link}\n\n登录后可在“我的”里查看积分和明细。',
        inbox: '订单 {order} 的积分已经到账，可在“我的”里查看。',
      },
      en: {
        subject: '{shop}: the points of order {order} have arrived',
        body: 'Your points have arrived:\n\n{items}\n\n{link}\n\nSign in to see them in your account.',
        inbox: 'The points of order {order} have arrived: you find them in your account.',
      },
    },
  },
  'order.delivered.several': {
    name: { zh: '多种商品已交付', en: 'Several kinds of goods delivered' },
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email'],
    on: ['inbox', 'email'],
    link: '/orders/{order}',
    variables: { ...usual, order, items: { ...items, name: { zh: '商品', en: 'Goods' } } },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 已完成',
        body: '您购买的商品都已完成：\n\n{items}\n\n{link}\n\n打开订单可查看每一项的结果、充值账号和凭证。',
        inbox: '您购买的商品都已完成，打开订单可查看每一项的结果。',
      },
      en: {
        subject: '{shop}: order {order} is done',
        body: 'Everything you ordered is done:\n\n{items}\n\n{link}\n\nOpen the order to see the result of each, the account and the proof.',
        inbox: 'Everything you ordered is done: open the order to see the result of each.',
      },
    },
  },
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
  'order.exception': {
    name: { zh: '订单异常', en: 'Order exception' },
    type: 'order.exception',
    audience: 'staff',
    permission: 'orders.handle',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '库存不足', en: 'out of stock' },
        from: 'reason',
        words: EXCEPTION_WORDS,
      },
    },
    texts: {
      'zh-CN': {
        subject: '订单 {order} 发货异常',
        body: '买家已付款，但没有发出：{reason}。请到异常订单处理。\n\n{link}',
      },
      en: {
        subject: 'Order {order} could not be delivered',
        body: 'It is paid, but nothing was delivered: {reason}. Please see to it.\n\n{link}',
      },
    },
  },
  'supply.account_refused': {
    name: { zh: '充值账号有误，请买家更正', en: 'The buyer is asked for another account' },
    type: 'supply.account_refused',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'sms', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order, goods: { ...service.goods, name: { zh: '商品', en: 'Goods' } } },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 的充值账号有误',
        body: '{goods} 没有充值成功：您填写的账号不存在或不能充值。没有产生任何充值。\n\n请打开订单更正账号，更正后会立即重新充值；也可以在订单里申请退款。\n\n{link}',
        sms: '您的订单{order}充值账号有误，请打开订单更正：{link}',
      },
      en: {
        subject: '{shop}: the account of order {order} was refused',
        body: '{goods} could not be topped up: the account that you filled in does not exist or cannot be topped up. Nothing was charged to any account.\n\nOpen the order and correct it, and it goes on at once; or ask for your money back there.\n\n{link}',
        sms: 'The account of order {order} was refused; please correct it: {link}',
      },
    },
  },
  'activation.ending': {
    name: { zh: '待激活权益即将到期', en: 'A right that is not activated ends soon' },
    type: 'activation.ending',
    audience: 'buyer',
    urgent: false,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'sms', 'wecom_app'],
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      goods: { ...service.goods, name: { zh: '商品', en: 'Goods' } },
      until: { name: { zh: '到期时间', en: 'Its end' }, sample: '2026-12-22 10:00', from: 'until' },
    },
    texts: {
      'zh-CN': {
        subject: '【{shop}】{goods} 还没有激活，{until} 到期',
        body: '您购买的 {goods} 还没有激活，请在 {until} 前打开订单填写充值账号。到期后不能再激活，也不再自动退款。\n\n{link}',
        sms: '您购买的权益（订单{order}）还未激活，{until}到期，请打开订单激活：{link}',
      },
      en: {
        subject: '{shop}: {goods} is not activated yet and ends at {until}',
        body: '{goods} that you bought is not activated yet. Open the order before {until} and give the account that is to be topped up. After that it cannot be activated, nor returned from the order page.\n\n{link}',
        sms: 'Order {order} is not activated yet and ends at {until}; activate it here: {link}',
      },
    },
  },
  'complaint.person': {
    name: { zh: '坏卡申诉待处理', en: 'A complaint about a code' },
    type: 'complaint.person',
    audience: 'staff',
    permission: 'orders.handle',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/complaints/{complaint}',
    variables: { ...usual, order, ...complaint },
    texts: {
      'zh-CN': {
        subject: '坏卡申诉待处理：{goods}',
        body: '订单 {order} 的买家反映 {goods} 不能用，按规则不能自动处理，请查看。\n\n{link}',
      },
      en: {
        subject: 'To be decided: {goods}',
        body: 'The buyer of order {order} says that {goods} does not work, and the rule leaves it to a person.\n\n{link}',
      },
    },
  },
  'complaint.late': {
    name: { zh: '为申诉补买的卡密来晚了', en: 'A code bought for a complaint came too late' },
    type: 'complaint.late',
    audience: 'staff',
    permission: 'orders.handle',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/complaints/{complaint}',
    variables: { ...usual, order, ...complaint },
    texts: {
      'zh-CN': {
        subject: '补买的卡密来晚了：{goods}',
        body: '订单 {order} 的申诉已另行处理，之后补买的 {goods} 才到货，供应商已计费。能用的已上架，请核对。\n\n{link}',
      },
      en: {
        subject: 'Came too late: {goods}',
        body: 'The complaint of order {order} had been put right when {goods}, bought for it, arrived and was charged. What can be sold is on the shelf; please check.\n\n{link}',
      },
    },
  },
  'supply.contradicted': {
    name: { zh: '供应商拒绝后又发了货', en: 'A supplier refused, then delivered' },
    type: 'supply.contradicted',
    audience: 'staff',
    permission: 'orders.handle',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/purchases?orderNo={order}',
    variables: { ...usual, order },
    texts: {
      'zh-CN': {
        subject: '订单 {order}：供应商拒绝后又发了货',
        body: '供应商拒绝过订单 {order} 的采购，后来又发了货，成本已入账，买家可能收到两份。还没发出的其他采购已停下，请核对后决定。\n\n{link}',
      },
      en: {
        subject: 'Order {order}: a supplier refused it and delivered after all',
        body: 'A supplier that had refused a purchase of order {order} delivered it after all. Its cost is booked, and the buyer may have it twice. What was not sent yet is not bought; please check and decide.\n\n{link}',
      },
    },
  },
  'complaint.contradicted': {
    name: { zh: '为申诉补买：供应商拒绝后又到货', en: 'Bought for a complaint: refused, and yet delivered' },
    type: 'complaint.contradicted',
    audience: 'staff',
    permission: 'orders.handle',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/complaints/{complaint}',
    variables: { ...usual, order, ...complaint },
    texts: {
      'zh-CN': {
        subject: '供应商拒绝后又到货：{goods}',
        body: '为订单 {order} 的申诉补买 {goods}，供应商先说没有，后来又到货并计费。卡密已放入停售批次，请与供应商核对。\n\n{link}',
      },
      en: {
        subject: 'Refused, and yet delivered: {goods}',
        body: 'For the complaint of order {order} a supplier refused {goods}, and delivered and charged it after all. The code is put aside in a suspended batch; please settle it with the supplier.\n\n{link}',
      },
    },
  },
  'complaint.replaced': {
    name: { zh: '坏卡已更换', en: 'A bad code was replaced' },
    type: 'complaint.replaced',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order, goods: complaint.goods },
    texts: {
      'zh-CN': {
        subject: '【{shop}】已为您更换卡密',
        body: '您反映订单 {order} 的 {goods} 不能用，我们已换上新的卡密，请打开订单查看。旧卡密已作废。\n\n{link}',
        sms: '您的订单{order}已更换卡密，请打开订单查看：{link}',
      },
      en: {
        subject: '{shop}: your code was replaced',
        body: 'You told us that {goods} of order {order} does not work. A new code is on your order page; the old one is void.\n\n{link}',
        sms: 'A code of order {order} was replaced: {link}',
      },
    },
  },
  'redeem.made_good': {
    name: { zh: '兑换内容已用积分补偿', en: 'Points for a part that cannot be had' },
    type: 'redeem.made_good',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'wecom_app'],
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      goods: service.goods,
      points: { name: { zh: '积分', en: 'Points' }, sample: '300', from: 'points' },
    },
    texts: {
      'zh-CN': {
        subject: '【{shop}】已为您补偿 {points} 积分',
        body: '您兑换的订单 {order} 中的 {goods} 无法交付，已补偿 {points} 积分到您的账户，其余内容不受影响。\n\n{link}',
        sms: '您兑换的订单{order}有一项无法交付，已补偿{points}积分：{link}',
      },
      en: {
        subject: '{shop}: {points} points for you',
        body: '{goods} of order {order}, which you redeemed, cannot be had. You were given {points} points for it; the rest stays yours.\n\n{link}',
        sms: 'A part of order {order} cannot be had; you were given {points} points: {link}',
      },
    },
  },
  'redeem.given_back': {
    name: { zh: '兑换码可再次使用', en: 'A redeem code may be used again' },
    type: 'redeem.given_back',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order },
    texts: {
      'zh-CN': {
        subject: '【{shop}】您的兑换码可以再次使用',
        body: '您兑换的订单 {order} 无法交付，这次兑换已撤回，兑换码没有消耗，可以换个时间再兑。\n\n{link}',
        sms: '您兑换的订单{order}无法交付，兑换码没有消耗，可再次使用：{link}',
      },
      en: {
        subject: '{shop}: your code may be used again',
        body: 'Nothing of order {order}, which you redeemed, can be had. The redemption was taken back and your code is as it was.\n\n{link}',
        sms: 'Order {order} cannot be had; your code may be used again: {link}',
      },
    },
  },
  'complaint.refunded': {
    name: { zh: '坏卡已退款', en: 'A bad code was refunded' },
    type: 'complaint.refunded',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order, goods: complaint.goods },
    texts: {
      'zh-CN': {
        subject: '【{shop}】已为您退款',
        body: '您反映订单 {order} 的 {goods} 不能用，款项正退回您的付款方式。旧卡密已作废。\n\n{link}',
        sms: '您的订单{order}已退款，请打开订单查看：{link}',
      },
      en: {
        subject: '{shop}: your money is on its way back',
        body: 'You told us that {goods} of order {order} does not work. Its price goes back to where it came from; the code is void.\n\n{link}',
        sms: 'A code of order {order} was refunded: {link}',
      },
    },
  },
  'complaint.rejected': {
    name: { zh: '坏卡申诉未通过', en: 'A complaint was rejected' },
    type: 'complaint.rejected',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'wecom_app'],
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      goods: complaint.goods,
      answer: {
        name: { zh: '原因', en: 'Why' },
        sample: { zh: '供应商确认卡密在您的账号使用', en: 'the supplier says that your account has used it' },
        from: 'answer',
      },
    },
    texts: {
      'zh-CN': {
        subject: '【{shop}】您的申诉有结果了',
        body: '关于订单 {order} 的 {goods}：\n\n{answer}\n\n如有异议，可在订单页再次申诉一次。\n\n{link}',
        sms: '您的订单{order}的申诉有结果了，请打开订单查看：{link}',
      },
      en: {
        subject: '{shop}: about your complaint',
        body: 'About {goods} of order {order}:\n\n{answer}\n\nIf you disagree, you may contest this once on the order page.\n\n{link}',
        sms: 'Your complaint about order {order} is decided: {link}',
      },
    },
  },
  'batch.recalled': {
    name: { zh: '已购卡密被召回', en: 'Codes that were sold are recalled' },
    type: 'batch.recalled',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'wecom_app'],
    link: '/orders/{order}',
    variables: { ...usual, order },
    texts: {
      'zh-CN': {
        subject: '【{shop}】您购买的卡密正在召回',
        body: '订单 {order} 中有卡密所在的批次存在问题，正在召回。尚未使用的请先不要使用，我们会为您更换或退款，结果会显示在订单页。\n\n{link}',
        sms: '您的订单{order}中有卡密正在召回，请先不要使用，详情：{link}',
      },
      en: {
        subject: '{shop}: a code that you bought is being recalled',
        body: 'A batch that codes of order {order} came from has a problem and is being recalled. Please do not use them until you hear from us: each will be replaced or refunded, and your order page tells which.\n\n{link}',
        sms: 'Codes of order {order} are being recalled, please do not use them yet: {link}',
      },
    },
  },
  'recall.cleared': {
    name: { zh: '召回的卡密可以继续使用', en: 'A recalled code may be used after all' },
    type: 'recall.cleared',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms'],
    on: ['inbox', 'email'],
    link: '/orders/{order}',
    variables: { ...usual, order },
    texts: {
      'zh-CN': {
        subject: '【{shop}】您的卡密可以继续使用',
        body: '之前通知您订单 {order} 中有卡密正在召回。经核实，其中有卡密没有问题，可以继续使用；具体是哪一张，以订单页为准。给您添麻烦了。\n\n{link}',
        sms: '您的订单{order}中被召回的卡密经核实可以继续使用，具体以订单页为准：{link}',
      },
      en: {
        subject: '{shop}: your code can be used after all',
        body: 'We told you that codes of order {order} were being recalled. Of those we have looked at, some turned out to be good and can be used after all; your order page tells which. We are sorry for the trouble.\n\n{link}',
        sms: 'Recalled codes of order {order} can be used after all, your order page tells which: {link}',
      },
    },
  },
  'service.opened': {
    name: { zh: '新的人工服务', en: 'New service to do' },
    type: 'service.opened',
    audience: 'staff',
    permission: 'services.work',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/services/{task}',
    variables: { ...usual, order, ...service },
    texts: {
      'zh-CN': { subject: '待接单：{goods}', body: '订单 {order} 的 {goods} 已付款，等待人工处理。\n\n{link}' },
      en: {
        subject: 'To be taken: {goods}',
        body: '{goods} of order {order} is paid and waits for somebody.\n\n{link}',
      },
    },
  },
  'service.asked': {
    name: { zh: '人工服务需要买家补充', en: 'A service needs the buyer' },
    type: 'service.asked',
    audience: 'buyer',
    urgent: true,
    channels: ['inbox', 'email', 'sms', 'wecom_app'],
    on: ['inbox', 'email', 'sms', 'wecom_app'],
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      goods: service.goods,
      question: {
        name: { zh: '问题', en: 'Question' },
        sample: { zh: '账号不存在，请核对', en: 'there is no such account; please check it' },
        from: 'note',
      },
    },
    texts: {
      'zh-CN': {
        subject: '【{shop}】订单 {order} 需要您补充信息',
        body: '处理 {goods} 时需要您确认：\n\n{question}\n\n请打开订单更正，处理时限从您回复后继续计算。\n\n{link}',
        sms: '您的订单{order}需要补充信息，请打开订单更正：{link}',
      },
      en: {
        subject: '{shop}: order {order} needs something from you',
        body: 'To go on with {goods} we need to know:\n\n{question}\n\nPlease open the order and correct it. Our time limit stands still until you do.\n\n{link}',
        sms: 'Order {order} needs something from you: {link}',
      },
    },
  },
  'service.answered': {
    name: { zh: '买家已补充信息', en: 'The buyer has answered' },
    type: 'service.answered',
    audience: 'staff',
    permission: 'services.work',
    urgent: false,
    channels: staffChannels,
    on: ['inbox'],
    link: '/services/{task}',
    variables: { ...usual, order, ...service },
    texts: {
      'zh-CN': { subject: '订单 {order} 的买家已补充信息', body: '{goods} 可以继续处理了。\n\n{link}' },
      en: { subject: 'The buyer of order {order} has answered', body: '{goods} can go on.\n\n{link}' },
    },
  },
  'service.overdue': {
    name: { zh: '人工服务超时', en: 'Service overdue' },
    type: 'service.overdue',
    audience: 'staff',
    permission: 'services.work',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/services/{task}',
    variables: { ...usual, order, ...service },
    texts: {
      'zh-CN': {
        subject: '人工服务超时：{goods}',
        body: '订单 {order} 的 {goods} 已超过承诺时限，请立即处理。\n\n{link}',
      },
      en: { subject: 'Overdue: {goods}', body: '{goods} of order {order} is past its promised time.\n\n{link}' },
    },
  },
  'bulk.finished': {
    name: { zh: '批量订单已完成', en: 'Bulk order finished' },
    type: 'bulk.finished',
    audience: 'staff',
    permission: 'bulk.read',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/bulk/{bulkId}',
    variables: {
      ...usual,
      name: { name: { zh: '名称', en: 'Name' }, sample: { zh: '年会礼品', en: 'Annual gifts' }, from: 'name' },
      bulkId: { name: { zh: '批量订单编号', en: 'Number' }, sample: '12', from: 'bulkId' },
      delivered: { name: { zh: '已发货', en: 'Delivered' }, sample: '9980', from: 'delivered' },
      notDelivered: { name: { zh: '未发货', en: 'Not delivered' }, sample: '20', from: 'notDelivered' },
    },
    texts: {
      'zh-CN': {
        subject: '批量订单「{name}」已完成',
        body: '{delivered} 行已发货，{notDelivered} 行没有发货。结果可以下载。\n\n{link}',
      },
      en: {
        subject: 'Bulk order “{name}” is finished',
        body: '{delivered} line(s) delivered, {notDelivered} not. The result can be downloaded.\n\n{link}',
      },
    },
  },
  'stock.low': {
    name: { zh: '库存不足预警', en: 'Low stock' },
    type: 'stock.low',
    audience: 'staff',
    permission: 'stock.read',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/stock?goodsId={goodsId}',
    variables: {
      ...usual,
      goods: {
        name: { zh: '商品', en: 'Goods' },
        sample: { zh: '视频会员 月卡', en: 'Video pass, a month' },
        from: 'title',
      },
      available: { name: { zh: '剩余', en: 'Left' }, sample: '3', from: 'available' },
      threshold: { name: { zh: '预警线', en: 'Alarm at' }, sample: '10', from: 'threshold' },
      goodsId: { name: { zh: '商品编号', en: 'Goods number' }, sample: '12', from: 'goodsId' },
    },
    texts: {
      'zh-CN': {
        subject: '{goods} 只剩 {available} 件',
        body: '{goods} 可售 {available} 件，低于预警线 {threshold}，请及时补货。\n\n{link}',
      },
      en: {
        subject: '{goods}: {available} left',
        body: '{goods} has {available} pieces left, below its alarm of {threshold}.\n\n{link}',
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
    name: { zh: '退款申请因已交付而结束', en: 'A refund ended because it was delivered' },
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
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '订单 {order} 的退款申请已结束：{why}',
        body: '{by} 为第 {line} 行申请的退款 {amount} 元没有退出，因为{why}。若仍要退款，请重新申请。\n\n{link}',
      },
      en: {
        subject: 'A refund of order {order} ended: {why}',
        body: '¥{amount} that {by} asked for of line {line} was not refunded, because {why}. Ask again if it is to go back all the same.\n\n{link}',
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
  'supply.price_held': {
    name: { zh: '价格变动待确认', en: 'A price waits to be confirmed' },
    type: 'supply.price_held',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/price-rules?held=true',
    variables: {
      ...usual,
      goods: {
        name: { zh: '商品', en: 'Goods' },
        sample: { zh: '视频会员 月卡', en: 'Video pass, a month' },
        from: 'title',
      },
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      why: {
        name: { zh: '原因', en: 'Why' },
        sample: { zh: '进价变了', en: 'the cost has moved' },
        from: 'cause',
        words: {
          cost: { zh: '进价变了', en: 'the cost has moved' },
          demand: { zh: '近 24 小时销量变了', en: 'what was sold in 24 hours has moved' },
        },
      },
      before: { name: { zh: '现价', en: 'Present price' }, sample: '19.90', from: 'fromFen', as: 'fen' },
      after: { name: { zh: '应调为', en: 'New price' }, sample: '29.90', from: 'toFen', as: 'fen' },
      sale: {
        name: { zh: '销售情况', en: 'On sale?' },
        sample: { zh: '已停止销售', en: 'It is off the shelf meanwhile.' },
        from: 'stopped',
        words: {
          yes: {
            zh: '现价已低于成本底线，暂停销售。',
            en: 'It is off the shelf meanwhile: the present price is below what the cost allows.',
          },
          no: { zh: '仍按现价销售。', en: 'It is sold at the present price meanwhile.' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '{goods} 的价格变动较大，请确认',
        body: '{why}（货源：{supplier}），{goods} 应从 ¥{before} 调为 ¥{after}，超出了自动调价的范围。{sale}\n\n{link}',
      },
      en: {
        subject: '{goods}: the price would jump, please confirm',
        body: '{goods} would go from ¥{before} to ¥{after}, because {why} (source: {supplier}). That is more than may move by itself. {sale}\n\n{link}',
      },
    },
  },
  'restock.proposed': {
    name: { zh: '补货待审批', en: 'A restock waits for approval' },
    type: 'restock.proposed',
    audience: 'staff',
    permission: 'restock.approve',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/restocks/{restock}',
    variables: {
      ...usual,
      ...restock,
      amount: { name: { zh: '金额', en: 'Amount' }, sample: '1980.00', from: 'fen', as: 'fen' },
    },
    texts: {
      'zh-CN': {
        subject: '{goods} 补货 {quantity} 件待审批',
        body: '{goods} 需要补货 {quantity} 件，约 ¥{amount}，超过了自动补货的金额。\n\n{link}',
      },
      en: {
        subject: '{goods}: {quantity} pieces to approve',
        body: '{goods} wants {quantity} pieces for about ¥{amount}, more than may go by itself.\n\n{link}',
      },
    },
  },
  'restock.stopped': {
    name: { zh: '补货未完成', en: 'A restock fell short' },
    type: 'restock.stopped',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/restocks/{restock}',
    variables: {
      ...usual,
      ...restock,
      filled: { name: { zh: '已到件数', en: 'Arrived' }, sample: '20', from: 'filled' },
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '没有可用的货源', en: 'no source may be used' },
        from: 'reason',
        words: {
          no_source: { zh: '没有可用的货源', en: 'no source may be used' },
          loss_guard: { zh: '进价高于允许的价格', en: 'it costs more than is allowed' },
          budget_short: { zh: '本月预算不足', en: 'the budget of this month is used up' },
          bad_card: { zh: '收到不能入库的卡密', en: 'codes came that cannot be sold' },
          supply_unknown: { zh: '供应商迟迟没有结果', en: 'the supplier does not say what became of it' },
          contradicted: { zh: '供应商拒绝后又发了货', en: 'the supplier refused and delivered after all' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '{goods} 补货未完成：{reason}',
        body: '{goods} 计划补货 {quantity} 件，已到 {filled} 件：{reason}。\n\n{link}',
      },
      en: {
        subject: '{goods} was not filled up: {reason}',
        body: 'Of {quantity} pieces of {goods} {filled} have arrived: {reason}.\n\n{link}',
      },
    },
  },
  'supply.balance_low': {
    name: { zh: '供应商余额不足', en: 'A supplier’s balance is low' },
    type: 'supply.balance_low',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      left: { name: { zh: '余额', en: 'Left' }, sample: '120.00', from: 'leftFen', as: 'fen' },
      alarm: { name: { zh: '预警线', en: 'Alarm' }, sample: '500.00', from: 'alarmFen', as: 'fen' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 的余额只剩 ¥{left}',
        body: '{supplier} 的预存款只剩 ¥{left}，低于预警线 ¥{alarm}。用完后采购会被拒绝，请尽快充值。\n\n{link}',
      },
      en: {
        subject: '{supplier}: ¥{left} left',
        body: 'What was paid ahead at {supplier} is down to ¥{left}, below ¥{alarm}. When it is used up, purchases are refused.\n\n{link}',
      },
    },
  },
  'supply.money_awaiting': {
    name: { zh: '供应商资金待审批', en: 'Money at a supplier awaits approval' },
    type: 'supply.money_awaiting',
    audience: 'staff',
    permission: 'payments.approve',
    notTo: 'byId',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{supplierNo}?tab=money',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      supplierNo: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '3', from: 'supplierId' },
      kind: {
        name: { zh: '类型', en: 'Kind' },
        sample: { zh: '预存款', en: 'deposit' },
        from: 'kind',
        words: {
          deposit: { zh: '预存款', en: 'deposit' },
          withdrawal: { zh: '提回', en: 'withdrawal' },
          credit: { zh: '认账', en: 'credit' },
        },
      },
      amount,
      by: askedBy,
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 的{kind} ¥{amount} 待审批',
        body: '{by} 登记了 {supplier} 的{kind} ¥{amount}，超过了一个人可以记账的上限。批准之前不入账。\n\n{link}',
      },
      en: {
        subject: '{supplier}: a {kind} of ¥{amount} awaits approval',
        body: '{by} recorded a {kind} of ¥{amount} at {supplier}, more than one person may book. Nothing is booked until a second person agrees.\n\n{link}',
      },
    },
  },
  'recovery.awaiting': {
    name: { zh: '追偿认账待复核', en: 'A supplier’s credit awaits approval' },
    type: 'recovery.awaiting',
    audience: 'staff',
    permission: 'suppliers.manage',
    notTo: 'byId',
    urgent: true,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/recoveries?state=awaiting',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      recovery: { name: { zh: '追偿编号', en: 'Claim' }, sample: '8', from: 'recoveryId' },
      amount,
      by: askedBy,
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 认账 ¥{amount} 待复核',
        body: '{by} 登记 {supplier} 对追偿 R{recovery} 认账 ¥{amount}，超过了一个人可以记账的上限。请另一位同事核对后同意或退回。\n\n{link}',
      },
      en: {
        subject: '{supplier}: a credit of ¥{amount} awaits approval',
        body: '{by} says that {supplier} credits ¥{amount} for claim R{recovery}, more than one person may book. A second person agrees or sends it back.\n\n{link}',
      },
    },
  },
  'supply.cost_asked': {
    name: { zh: '供应商调价待确认', en: 'A supplier asks for another price' },
    type: 'supply.cost_asked',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/supplier-prices',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      product: {
        name: { zh: '供应商商品', en: 'Its product' },
        sample: { zh: '月卡', en: 'Pass, a month' },
        from: 'title',
      },
      before: { name: { zh: '原价', en: 'Present price' }, sample: '10.00', from: 'fromFen', as: 'fen' },
      after: { name: { zh: '新价', en: 'New price' }, sample: '12.00', from: 'toFen', as: 'fen' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 申请调价：{product}',
        body: '{supplier} 想把 {product} 从 ¥{before} 调为 ¥{after}，超过了可自行调整的幅度。确认前仍按原价采购。\n\n{link}',
      },
      en: {
        subject: '{supplier} asks for another price: {product}',
        body: '{supplier} would move {product} from ¥{before} to ¥{after}, more than it may move alone. Until somebody agrees it is bought at the old price.\n\n{link}',
      },
    },
  },
  'supply.list_late': {
    name: { zh: '供应商的表没有按时来', en: 'A supplier’s list stays away' },
    type: 'supply.list_late',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{number}/inbox',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      number: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '7', from: 'supplierId' },
      every: { name: { zh: '约定间隔（小时）', en: 'Promised every (hours)' }, sample: '24', from: 'everyHours' },
      hours: { name: { zh: '已有几小时没来', en: 'Hours without one' }, sample: '30', from: 'hours' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 的库存价格表没有按时来',
        body: '{supplier} 约定每 {every} 小时发一次库存价格表，已经 {hours} 小时没有收到。价格和库存可能已经过时，请联系对方。\n\n{link}',
      },
      en: {
        subject: 'The list of {supplier} stays away',
        body: '{supplier} promised a list of stock and price every {every} hours, and none came for {hours}. Prices and stock may be out of date; get in touch with them.\n\n{link}',
      },
    },
  },
  'supply.list_refused': {
    name: { zh: '供应商的表没有收下', en: 'A supplier’s list was refused' },
    type: 'supply.list_refused',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{number}/inbox',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      number: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '7', from: 'supplierId' },
      file: { name: { zh: '文件', en: 'File' }, sample: { zh: '库存.xlsx', en: 'stock.xlsx' }, from: 'title' },
    },
    texts: {
      'zh-CN': {
        subject: '没有收下 {supplier} 发来的 {file}',
        body: '{supplier} 发来的 {file} 不能读取，价格和库存没有更新。原因在收件记录里。\n\n{link}',
      },
      en: {
        subject: '{file} of {supplier} was refused',
        body: '{file} that {supplier} sent cannot be read; prices and stock stay as they were. Why is in the list of what came.\n\n{link}',
      },
    },
  },
  'supply.offered': {
    name: { zh: '供应商提交待处理', en: 'A supplier sent something to look at' },
    type: 'supply.offered',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{number}/{page}',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      number: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '7', from: 'supplierId' },
      page: { name: { zh: '页面', en: 'Page' }, sample: 'inbox', from: 'page' },
      what: {
        name: { zh: '内容', en: 'What' },
        sample: { zh: '库存价格表', en: 'a list of stock and price' },
        from: 'what',
        words: {
          list: { zh: '库存价格表', en: 'a list of stock and price' },
          codes: { zh: '卡密', en: 'codes' },
          paper: { zh: '合同或资质文件', en: 'a paper' },
        },
      },
      file: { name: { zh: '名称', en: 'Name' }, sample: { zh: '库存.xlsx', en: 'stock.xlsx' }, from: 'title' },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 提交了{what}，等您处理',
        body: '{supplier} 提交了{what}：{file}。处理之前不会生效。\n\n{link}',
      },
      en: {
        subject: '{supplier} sent {what} that waits for you',
        body: '{supplier} sent {what}: {file}. Nothing of it holds before somebody agrees.\n\n{link}',
      },
    },
  },
  'supply.paper_ending': {
    name: { zh: '供应商文件到期', en: 'A supplier’s paper ends' },
    type: 'supply.paper_ending',
    audience: 'staff',
    permission: 'suppliers.manage',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/suppliers/{number}/papers',
    variables: {
      ...usual,
      supplier: { name: { zh: '供应商', en: 'Supplier' }, sample: { zh: '蓝海', en: 'Blue Sea' }, from: 'supplier' },
      number: { name: { zh: '供应商编号', en: 'Supplier’s number' }, sample: '7', from: 'supplierId' },
      paper: { name: { zh: '文件', en: 'Paper' }, sample: { zh: '营业执照', en: 'Licence' }, from: 'title' },
      until: { name: { zh: '到期日', en: 'Last day' }, sample: '2026-12-22', from: 'validTo' },
      state: {
        name: { zh: '情况', en: 'How it stands' },
        sample: { zh: '即将到期', en: 'It ends soon' },
        from: 'what',
        words: {
          soon: { zh: '即将到期', en: 'It ends soon' },
          over: { zh: '已到期', en: 'It has ended' },
          stopped: { zh: '已到期，已停止向其采购', en: 'It has ended, and nothing more is bought there' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: '{supplier} 的 {paper}：{state}',
        body: '{supplier} 的 {paper} 有效期到 {until}。{state}。请让对方提交新的文件。\n\n{link}',
      },
      en: {
        subject: '{paper} of {supplier}: {state}',
        body: '{paper} of {supplier} holds until {until}. {state}. Ask them for a new one.\n\n{link}',
      },
    },
  },
  'books.alarm': {
    name: { zh: '账目核对发现问题', en: 'The books have violations' },
    type: 'books.alarm',
    audience: 'staff',
    permission: 'books.audit',
    urgent: true,
    // Owners are written to by the audit itself, whatever is chosen here.
    channels: robotsAndInbox,
    on: robotsAndInbox,
    link: '/books',
    variables: {
      ...usual,
      count: { name: { zh: '问题数', en: 'Violations' }, sample: '2', from: 'open' },
    },
    texts: {
      'zh-CN': { subject: '账目核对发现 {count} 处问题', body: '请负责人尽快查看账目核对结果。\n\n{link}' },
      en: { subject: 'The audit of the books found {count} violations', body: 'Please look at them soon.\n\n{link}' },
    },
  },
  'reconciliation.differing': {
    name: { zh: '对账有差异', en: 'Reconciliation differences' },
    type: 'reconciliation.differing',
    audience: 'staff',
    permission: 'finance.reconcile',
    urgent: false,
    channels: staffChannels,
    on: robotsAndInbox,
    link: '/reconciliation/{gateway}/{day}',
    variables: {
      ...usual,
      gateway,
      day: { name: { zh: '账期', en: 'Day' }, sample: '2026-11-21', from: 'day' },
      count: { name: { zh: '差异数', en: 'Differences' }, sample: '3', from: 'open' },
    },
    texts: {
      'zh-CN': {
        subject: '{gateway} {day} 对账有 {count} 处差异',
        body: '账单与账目不一致，请财务核实处理。\n\n{link}',
      },
      en: {
        subject: '{gateway}, {day}: {count} differences',
        body: 'The bill and the books do not agree; please work them off.\n\n{link}',
      },
    },
  },
  'webhook.disabled': {
    name: { zh: 'Webhook 已停用', en: 'Webhook switched off' },
    type: 'webhook.disabled',
    audience: 'staff',
    permission: 'settings.manage',
    urgent: false,
    channels: staffChannels,
    on: ['inbox', 'email'],
    link: '/settings?tab=messages&part=webhooks',
    variables: {
      ...usual,
      url: { name: { zh: '地址', en: 'Address' }, sample: 'https://erp.example/hook', from: 'url' },
      reason: {
        name: { zh: '原因', en: 'Reason' },
        sample: { zh: '接收方回答 410', en: 'the receiver answered 410' },
        from: 'reason',
        words: {
          gone: { zh: '接收方回答 410（不再接收）', en: 'the receiver answered 410 (gone)' },
          failing: { zh: '连续多日投递失败', en: 'every delivery has failed for days' },
        },
      },
    },
    texts: {
      'zh-CN': {
        subject: 'Webhook 已停用',
        body: '{url} 已停止推送：{reason}。修复后可在通知设置里重新启用并补发。\n\n{link}',
      },
      en: {
        subject: 'A webhook was switched off',
        body: 'Nothing is sent to {url} any more: {reason}. When it works again, switch it on and replay.\n\n{link}',
      },
    },
  },
} as const satisfies Readonly<Record<string, MessageEvent>>

export type MessageEventKey = keyof typeof MESSAGE_EVENTS

/** How a delivery is told of: each says what arrived, and codes are named only where there are any. */
export const DELIVERED_KEYS = [
  'order.delivered',
  'order.delivered.link',
  'order.delivered.topup',
  'order.delivered.service',
  'order.delivered.points',
  'order.delivered.several',
] as const
export type DeliveredKey = (typeof DELIVERED_KEYS)[number]
/** @param kinds of the lines that were delivered. Points beside other goods are told of in the list alone. */
export function deliveredAs(kinds: readonly string[]): DeliveredKey {
  const goods = new Set(kinds.filter((kind) => kind !== 'points'))
  const [only] = goods
  if (goods.has('card') || kinds.length === 0) return 'order.delivered'
  if (only === undefined) return 'order.delivered.points'
  // A link beside a top-up: there is something to keep to oneself.
  if (goods.has('link')) return goods.size === 1 ? 'order.delivered.link' : 'order.delivered'
  if (goods.size > 1) return 'order.delivered.several'
  return only === 'service' ? 'order.delivered.service' : 'order.delivered.topup'
}
export const MESSAGE_EVENT_KEYS = Object.keys(MESSAGE_EVENTS) as [MessageEventKey, ...MessageEventKey[]]
export const messageEvent = (key: MessageEventKey): MessageEvent => MESSAGE_EVENTS[key]

/** A text as the house has it for an event and a form; undefined: the event has no such form. */
export function standardText(
  key: MessageEventKey,
  form: TemplateForm,
  locale: MessageLocale,
): { readonly subject: string; readonly body: string } | undefined {
  const event = messageEvent(key)
  if (!event.channels.some((channel) => formOf(channel) === form)) return undefined
  const text = event.texts[locale]
  if (form === 'sms') return { subject: '', body: text.sms ?? '' }
  // A card has as little room as an inbox, and its link leads to the rest.
  const isShort = form === 'inbox' || form === 'card'
  return { subject: text.subject, body: (isShort ? text.inbox : undefined) ?? text.body }
}

/** What the texts of a form may name. */
export const variablesOf = (
  key: MessageEventKey,
  form: TemplateForm,
): readonly (readonly [name: string, variable: MessageVariable])[] =>
  Object.entries(messageEvent(key).variables).filter(([, { forms }]) => forms === undefined || forms.includes(form))

const HOLE = /\{([a-zA-Z][a-zA-Z0-9]*)\}/g

/** Variables that a text names, each once, in the order of their first appearance: Tencent's `{1}`, `{2}`… */
export function holesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(HOLE)].map(([, name = '']) => name))]
}

/** A text with its holes filled; a hole without a value is left empty. */
export function fillHoles(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(HOLE, (_whole, name: string) => values[name] ?? '')
}

/** Values for a preview. */
export function sampleValues(key: MessageEventKey, locale: MessageLocale): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(messageEvent(key).variables).map(([name, { sample }]) => [
      name,
      typeof sample === 'string' ? sample : sample[locale === 'en' ? 'en' : 'zh'],
    ]),
  )
}

const SMS_ONE_MAX = 70
const SMS_PART_MAX = 67

/** How a text message is counted: 70 characters in one, else parts of 67. The signature counts with its brackets. */
export function smsLength(text: string, signName: string): { readonly characters: number; readonly parts: number } {
  const characters = [...text].length + (signName === '' ? 0 : [...signName].length + 2)
  return { characters, parts: characters <= SMS_ONE_MAX ? 1 : Math.ceil(characters / SMS_PART_MAX) }
}
