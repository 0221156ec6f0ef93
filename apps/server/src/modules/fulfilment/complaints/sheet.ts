import type { ComplaintReason, ComplaintRow, ComplaintState } from '@quanshu/contract'
import type { Column } from '../../../platform/sheets/index.ts'

type Words = readonly [zh: string, en: string]

const STATES: Readonly<Record<ComplaintState, Words>> = {
  reported: ['已提交', 'reported'],
  checking: ['核实中', 'checking'],
  buying: ['补买中', 'buying'],
  person: ['待处理', 'to decide'],
  replaced: ['已换卡', 'replaced'],
  refunded: ['已退款', 'refunded'],
  rejected: ['已驳回', 'rejected'],
  withdrawn: ['已撤回', 'withdrawn'],
  settled: ['已另行处理', 'resolved elsewhere'],
}
const REASONS: Readonly<Record<ComplaintReason, Words>> = {
  invalid: ['卡密无效', 'invalid'],
  used: ['已被使用', 'already used'],
  wrong_amount: ['面额或内容不对', 'wrong value or content'],
  other: ['其他问题', 'other'],
}

export function complaintColumns(locale: 'zh-CN' | 'en'): readonly Column<ComplaintRow>[] {
  const say = ([zh, en]: Words) => (locale === 'en' ? en : zh)
  return [
    { header: say(['编号', 'Number']), kind: 'integer', value: (row) => row.id },
    { header: say(['订单号', 'Order']), kind: 'text', width: 20, value: (row) => row.orderNo },
    { header: say(['行', 'Line']), kind: 'integer', value: (row) => row.lineNo },
    { header: say(['第几张', 'Piece']), kind: 'integer', value: (row) => row.piece },
    {
      header: say(['商品', 'Goods']),
      kind: 'text',
      width: 30,
      value: (row) => `${row.goodsTitle} ${row.skuTitle}`.trim(),
    },
    { header: say(['批次', 'Batch']), kind: 'integer', value: (row) => row.batchId },
    { header: say(['供应商', 'Supplier']), kind: 'text', width: 20, value: (row) => row.supplier },
    { header: say(['金额', 'Amount']), kind: 'fen', value: (row) => row.amountFen },
    { header: say(['联系方式（掩码）', 'Contact (masked)']), kind: 'text', value: (row) => row.contactMasked },
    { header: say(['原因', 'Reason']), kind: 'text', value: (row) => say(REASONS[row.reason]) },
    { header: say(['状态', 'State']), kind: 'text', value: (row) => say(STATES[row.state]) },
    { header: say(['决定人', 'Decided by']), kind: 'text', value: (row) => row.decidedBy },
    { header: say(['提交时间', 'Reported at']), kind: 'time', width: 20, value: (row) => row.reportedAt },
    { header: say(['结束时间', 'Ended at']), kind: 'time', width: 20, value: (row) => row.endedAt },
  ]
}
