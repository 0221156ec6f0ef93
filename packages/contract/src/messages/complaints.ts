import type { MessageEvent } from './form.ts'
import { complaint, order, robotsAndInbox, staffChannels, usual } from './variables.ts'

/** What is heard of a code that somebody says is bad. */
export const complaintMessages = {
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
} as const satisfies Readonly<Record<string, MessageEvent>>
