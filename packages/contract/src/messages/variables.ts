import type { ExceptionReason } from '../states.ts'
import type { MessageVariable, Words } from './form.ts'

/** What several messages name, and the channels that they may go by. */
export const shop: MessageVariable = {
  name: { zh: '店铺名', en: 'Shop' },
  sample: { zh: '云枢会员店', en: 'Cloud Hub' },
}
export const time: MessageVariable = { name: { zh: '时间', en: 'Time' }, sample: '2026-11-22 09:30' }
export const link: MessageVariable = {
  name: { zh: '链接', en: 'Link' },
  sample: 'https://shop.example/s/demo/orders/2611220000000001',
}
export const order: MessageVariable = { name: { zh: '订单号', en: 'Order' }, sample: '2611220000000001', from: 'no' }
export const amount: MessageVariable = {
  name: { zh: '金额', en: 'Amount' },
  sample: '19.90',
  from: 'amountFen',
  as: 'fen',
}
export const items: MessageVariable = {
  name: { zh: '商品与卡密', en: 'Goods and codes' },
  forms: ['email'],
  sample: { zh: '视频会员 月卡 × 1', en: 'Video pass, a month × 1' },
}
export const askedBy: MessageVariable = {
  name: { zh: '申请人', en: 'Asked by' },
  sample: { zh: '许南乔', en: 'Nan Xu' },
  from: 'by',
}
export const gateway: MessageVariable = { name: { zh: '支付通道', en: 'Gateway' }, sample: 'alipay', from: 'gateway' }
export const usual = { shop, time, link }
export const staffChannels = ['inbox', 'email', 'wecom', 'dingtalk', 'feishu'] as const
export const robotsAndInbox = ['inbox', 'wecom', 'dingtalk', 'feishu'] as const

/** What is bought for the shelf. */
export const restock = {
  goods: {
    name: { zh: '商品', en: 'Goods' },
    sample: { zh: '视频会员 月卡', en: 'Video pass, a month' },
    from: 'title',
  },
  quantity: { name: { zh: '件数', en: 'Pieces' }, sample: '100', from: 'quantity' },
  restock: { name: { zh: '补货编号', en: 'Restock' }, sample: '17', from: 'restockId' },
} as const

export const complaint = {
  goods: restock.goods,
  complaint: { name: { zh: '申诉编号', en: 'Complaint' }, sample: '12', from: 'complaintId' },
} as const satisfies Readonly<Record<string, MessageVariable>>

export const service = {
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
export const REJECTED_WORDS: Readonly<Record<string, Words>> = {
  unknown_order: { zh: '找不到订单', en: 'no such order' },
  wrong_amount: { zh: '金额不符', en: 'the amount differs' },
  wrong_currency: { zh: '币种不符', en: 'the currency differs' },
}
