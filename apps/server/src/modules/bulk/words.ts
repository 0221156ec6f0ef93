import type { BulkStanding, BulkState, ExceptionReason } from '@quanshu/contract'

type Words = readonly [zh: string, en: string]

/** As the console says them, for files. */
export const STATE_WORDS: Readonly<Record<BulkState, Words>> = {
  draft: ['待确认', 'Draft'],
  running: ['下单中', 'Running'],
  paused: ['已暂停', 'Paused'],
  cancelled: ['已取消', 'Cancelled'],
  done: ['已完成', 'Done'],
}

export const STANDING_WORDS: Readonly<Record<BulkStanding, Words>> = {
  invalid: ['无效行', 'Invalid'],
  waiting: ['待下单', 'Waiting'],
  under_way: ['进行中', 'Under way'],
  delivered: ['已发货', 'Delivered'],
  attention: ['待处理', 'Needs a person'],
  refunded: ['已退款', 'Refunded'],
  failed: ['未下单', 'Not ordered'],
  cancelled: ['已取消', 'Cancelled'],
}

/** Why a paid line was not delivered. */
export const EXCEPTION_WORDS: Readonly<Partial<Record<string, Words>>> = {
  out_of_stock: ['库存不足', 'Out of stock'],
  vault_short: ['卡密库缺卡', 'The vault is short of codes'],
  late_payment: ['付款过晚', 'Paid too late'],
  manual: ['人工转入', 'Put there by hand'],
  refund_failed: ['退款失败', 'The refund failed'],
  no_source: ['没有供应商可以供货', 'No supplier could deliver'],
  loss_guard: ['供货价高于售价，未采购', 'Supply costs more than it sells for'],
  supply_unknown: ['供应商没有给出结果', 'The supplier has not said how it ended'],
  account_refused: ['充值账号有误', 'The account was refused'],
  bad_card: ['供应商给的卡密有问题', 'A code of the supplier is bad'],
  number_gone: ['自选号码已不可售', 'The chosen number is gone'],
  supply_overdue: ['供应商超时未交付', 'The supplier is late'],
  service_rejected: ['人工服务被拒绝', 'The service was rejected'],
  disputed: ['付款有争议', 'The payment is disputed'],
} satisfies Record<ExceptionReason, Words>
