import type { PassedOver } from '@quanshu/contract'
import { defineMessages, useText } from '../i18n/index.ts'

const passedText = defineMessages('passedOver', {
  off_shelf: ['供应商已下架', 'Off the supplier’s shelf'],
  offer_off: ['货源已停用', 'Switched off'],
  supplier_paused: ['供应商已暂停', 'The supplier is paused'],
  paper_ended: ['必需的文件已到期', 'A paper that buying depends on has ended'],
  breaker_open: ['线路已熔断', 'Its lane has tripped'],
  refused_before: ['这一单已被它拒绝', 'It refused this order before'],
  no_stock: ['没有库存', 'No stock'],
  quantity: ['数量超出它的每单限制', 'The quantity is outside its limits'],
  above_ceiling: ['低于保本线', 'Would leave too little'],
  other_currency: ['外币计价，没有汇率', 'Foreign currency without a rate'],
  balance_short: ['供应商余额不足', 'Our balance there is short'],
  field_missing: ['缺少充值信息', 'Something it asks for is missing'],
  wrong_kind: ['商品类型不符', 'Another kind of product'],
} satisfies Record<PassedOver, readonly [string, string]>)

/** Why a source does not deliver something. */
export function usePassedOver(): (reason: PassedOver) => string {
  return useText(passedText)
}
