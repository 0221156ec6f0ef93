import type { EventType } from './events.ts'
import type { Permission } from './permissions.ts'

/**
 * What people are told, in one place. An event of the log that somebody is to hear of is one entry of `MESSAGE_EVENTS`:
 * who hears of it, by which channels unless the shop says otherwise, what its words may name, and its words.
 */

export const MESSAGE_CHANNELS = ['inbox', 'email', 'sms', 'wecom', 'dingtalk', 'feishu'] as const
export type MessageChannel = (typeof MESSAGE_CHANNELS)[number]
/** Robots that speak in a group of staff. */
export const ROBOTS = ['wecom', 'dingtalk', 'feishu'] as const
export type Robot = (typeof ROBOTS)[number]
/** Texts are kept per form: all robots say the same. */
export const TEMPLATE_FORMS = ['inbox', 'email', 'sms', 'robot'] as const
export type TemplateForm = (typeof TEMPLATE_FORMS)[number]
export const formOf = (channel: MessageChannel): TemplateForm =>
  channel === 'wecom' || channel === 'dingtalk' || channel === 'feishu' ? 'robot' : channel

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
  /** Where an inbox says it in another way. */
  readonly inbox?: string
  /** As it is approved at the providers, without the signature. */
  readonly sms?: string
}
export type MessageEvent = {
  readonly name: Words
  /** The event of the log that is told of; absent: another module queues it by itself. */
  readonly type?: EventType
  /** Told only when this field of the payload says so. */
  readonly when?: { readonly field: string; readonly is: string }
  readonly audience: 'staff' | 'buyer'
  /** Staff who hear of it in person (inbox, email); of buyers' events absent. */
  readonly permission?: Permission
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
const gateway: MessageVariable = { name: { zh: '支付通道', en: 'Gateway' }, sample: 'alipay', from: 'gateway' }
const usual = { shop, time, link }
const staffChannels = ['inbox', 'email', 'wecom', 'dingtalk', 'feishu'] as const
const robotsAndInbox = ['inbox', 'wecom', 'dingtalk', 'feishu'] as const

const service = {
  goods: {
    name: { zh: '服务', en: 'Service' },
    sample: { zh: '会员代充 年卡', en: 'Member upgrade, a year' },
    from: 'title',
  },
  task: { name: { zh: '任务编号', en: 'Task' }, sample: '12', from: 'taskId' },
} as const satisfies Readonly<Record<string, MessageVariable>>

const EXCEPTION_WORDS: Readonly<Record<string, Words>> = {
  out_of_stock: { zh: '库存不足', en: 'out of stock' },
  vault_short: { zh: '卡密库缺卡', en: 'the vault is short of codes' },
  late_payment: { zh: '付款过晚', en: 'paid too late' },
  manual: { zh: '人工转入', en: 'put there by hand' },
  refund_failed: { zh: '退款失败', en: 'the refund failed' },
  service_rejected: { zh: '人工服务被拒绝', en: 'the service was rejected' },
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
    channels: ['inbox', 'email', 'sms'],
    on: ['inbox', 'email', 'sms'],
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      items: {
        name: { zh: '商品与卡密', en: 'Goods and codes' },
        forms: ['email'],
        sample: { zh: '视频会员 月卡 × 1', en: 'Video pass, a month × 1' },
      },
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
    name: { zh: '订单已发货（短信含卡密）', en: 'Order delivered (codes in the text message)' },
    audience: 'buyer',
    urgent: true,
    channels: ['sms'],
    on: ['sms'],
    link: '/orders/{order}',
    variables: {
      ...usual,
      order,
      codes: { forms: ['sms'], name: { zh: '卡密', en: 'Codes' }, sample: 'AB12-CD34-EF56' },
    },
    texts: {
      'zh-CN': { subject: '', body: '', sms: '您的订单{order}已发货，卡密：{codes}，请勿转发。' },
      en: { subject: '', body: '', sms: 'Order {order} delivered. Codes: {codes}. Keep them to yourself.' },
    },
  },
  'refund.done': {
    name: { zh: '退款已到账', en: 'Refund done' },
    type: 'refund.done',
    audience: 'buyer',
    urgent: false,
    channels: ['inbox', 'email', 'sms'],
    on: ['inbox'],
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
    channels: ['inbox', 'email', 'sms'],
    on: ['inbox', 'email', 'sms'],
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
        body: '{supplier} 的进价变了，{goods} 应从 ¥{before} 调为 ¥{after}，超过了自动调价的幅度。{sale}\n\n{link}',
      },
      en: {
        subject: '{goods}: the price would jump, please confirm',
        body: 'The cost at {supplier} has moved; {goods} would go from ¥{before} to ¥{after}, which is more than may move by itself. {sale}\n\n{link}',
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
  return { subject: text.subject, body: (form === 'inbox' ? text.inbox : undefined) ?? text.body }
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
