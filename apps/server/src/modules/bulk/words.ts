import type { BulkOrigin, BulkStanding, BulkState } from '@quanshu/contract'

type Words = readonly [zh: string, en: string]

/** As the console says them, for files. */
export const STATE_WORDS: Readonly<Record<BulkState, Words>> = {
  draft: ['待确认', 'Draft'],
  running: ['下单中', 'Running'],
  paused: ['已暂停', 'Paused'],
  cancelled: ['已取消', 'Cancelled'],
  done: ['已完成', 'Done'],
}

export const ORIGIN_WORDS: Readonly<Record<BulkOrigin, Words>> = {
  console: ['后台文件', 'File'],
  api: ['供货接口', 'Wholesale'],
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
