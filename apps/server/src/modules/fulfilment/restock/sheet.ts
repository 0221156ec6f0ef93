import type { RestockState, RestockTrouble, restockView } from '@quanshu/contract'
import type { z } from 'zod'
import type { Column } from '../../../platform/sheets/index.ts'

type Words = readonly [zh: string, en: string]

const STATES: Readonly<Record<RestockState, Words>> = {
  ordering: ['采购中', 'purchasing'],
  proposed: ['待审批', 'to approve'],
  done: ['已补足', 'complete'],
  partial: ['部分到货', 'partly arrived'],
  stopped: ['未买到', 'nothing bought'],
  rejected: ['已驳回', 'rejected'],
  cancelled: ['已取消', 'cancelled'],
}
const TROUBLES: Readonly<Record<RestockTrouble, Words>> = {
  no_source: ['没有可用的货源', 'no usable source'],
  loss_guard: ['进价高于允许的价格', 'cost above the allowed price'],
  budget_short: ['本月预算不足', 'not enough budget left this month'],
  bad_card: ['收到不能入库的卡密', 'unusable codes arrived'],
  supply_unknown: ['供应商迟迟没有结果', 'no result from the supplier'],
  contradicted: ['供应商拒绝后又发了货', 'refused, then delivered'],
}

export function restockColumns(locale: 'zh-CN' | 'en'): readonly Column<z.output<typeof restockView>>[] {
  const say = ([zh, en]: Words) => (locale === 'en' ? en : zh)
  return [
    { header: say(['编号', 'Number']), kind: 'integer', value: (row) => row.id },
    {
      header: say(['商品', 'Goods']),
      kind: 'text',
      width: 30,
      value: (row) => `${row.goodsTitle} ${row.skuTitle}`.trim(),
    },
    { header: say(['状态', 'State']), kind: 'text', value: (row) => say(STATES[row.state]) },
    { header: say(['计划件数', 'Pieces']), kind: 'integer', value: (row) => row.quantity },
    { header: say(['已到件数', 'Arrived']), kind: 'integer', value: (row) => row.filled },
    { header: say(['已花金额', 'Spent']), kind: 'fen', value: (row) => row.spentFen },
    { header: say(['待批金额', 'Asked for']), kind: 'fen', value: (row) => row.askedFen },
    { header: say(['单价上限', 'Highest unit cost']), kind: 'fen', value: (row) => row.maxUnitFen },
    { header: say(['预算', 'Budget']), kind: 'text', width: 20, value: (row) => row.budget },
    { header: say(['发起人', 'Asked by']), kind: 'text', value: (row) => row.askedBy || say(['补货规则', 'the rule']) },
    { header: say(['审批人', 'Decided by']), kind: 'text', value: (row) => row.decidedBy },
    { header: say(['说明', 'Reason']), kind: 'text', width: 30, value: (row) => row.reason },
    {
      header: say(['问题', 'Trouble']),
      kind: 'text',
      width: 24,
      value: (row) => row.trouble && say(TROUBLES[row.trouble]),
    },
    { header: say(['货源的答复', 'What sources said']), kind: 'text', width: 30, value: (row) => row.troubleNote },
    { header: say(['发起时间', 'Begun at']), kind: 'time', width: 20, value: (row) => row.createdAt },
    { header: say(['审批时间', 'Decided at']), kind: 'time', width: 20, value: (row) => row.decidedAt },
    { header: say(['结束时间', 'Ended at']), kind: 'time', width: 20, value: (row) => row.endedAt },
  ]
}
