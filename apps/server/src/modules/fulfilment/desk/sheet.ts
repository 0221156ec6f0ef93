import { type DeskAge, type DeskProposal, type DeskRow, EXCEPTION_WORDS, passedOverNote } from '@quanshu/contract'
import type { Column } from '../../../platform/sheets/index.ts'

type Words = readonly [zh: string, en: string]

const AGES: Readonly<Record<DeskAge, Words>> = {
  fresh: ['未超时', 'on time'],
  worrying: ['需关注', 'at risk'],
  late: ['已超时', 'overdue'],
}
const PROPOSALS: Readonly<Record<DeskProposal, Words>> = {
  retry: ['重试发货', 'retry'],
  from_total: ['从总仓发货', 'deliver from the total warehouse'],
  refund: ['退款', 'refund'],
  replace: ['换一张', 'replace'],
  buy: ['补买一张', 'buy another'],
  reject: ['驳回', 'reject'],
  restock: ['补货', 'restock'],
  sources: ['检查货源', 'check the sources'],
  purchase: ['查采购结果', 'check the purchase'],
  check: ['等采购结果', 'wait for the purchase'],
}

export function deskColumns(locale: 'zh-CN' | 'en'): readonly Column<DeskRow>[] {
  const say = ([zh, en]: Words) => (locale === 'en' ? en : zh)
  const reasonOf = ({ reason, proposal }: DeskRow): string => {
    if (reason === 'no_source' && proposal.because === 'link_over') {
      return say(['兑换链接已失效', 'the link is no longer valid'])
    }
    if (reason === 'complaint') return say(['坏卡申诉', 'complaint'])
    const { zh, en } = EXCEPTION_WORDS[reason]
    return say([zh, en])
  }
  return [
    { header: say(['订单号', 'Order']), kind: 'text', width: 20, value: (row) => row.orderNo },
    { header: say(['行', 'Line']), kind: 'integer', value: (row) => row.lineNo },
    { header: say(['申诉编号', 'Complaint']), kind: 'integer', value: (row) => row.complaintId },
    {
      header: say(['商品', 'Goods']),
      kind: 'text',
      width: 30,
      value: (row) => `${row.goodsTitle} ${row.skuTitle}`.trim(),
    },
    { header: say(['数量', 'Quantity']), kind: 'integer', value: (row) => row.quantity },
    { header: say(['金额', 'Amount']), kind: 'fen', value: (row) => row.amountFen },
    { header: say(['原因', 'Reason']), kind: 'text', width: 24, value: reasonOf },
    {
      header: say(['说明', 'Note']),
      kind: 'text',
      width: 30,
      value: ({ note }) => note && passedOverNote(note, locale),
    },
    { header: say(['发生时间', 'Since']), kind: 'time', width: 20, value: (row) => row.since },
    { header: say(['等待', 'Waiting']), kind: 'text', value: (row) => say(AGES[row.age]) },
    { header: say(['建议', 'Suggestion']), kind: 'text', value: (row) => say(PROPOSALS[row.proposal.action]) },
    { header: say(['处理人', 'Handled by']), kind: 'text', value: (row) => row.worker?.name ?? null },
    { header: say(['现有库存', 'In stock']), kind: 'integer', value: (row) => row.availableNow },
    { header: say(['渠道仓', 'Channel']), kind: 'text', width: 18, value: (row) => row.warehouse?.name ?? null },
    { header: say(['供应商', 'Supplier']), kind: 'text', width: 20, value: (row) => row.supplier },
    { header: say(['联系方式（掩码）', 'Contact (masked)']), kind: 'text', value: (row) => row.contactMasked },
  ]
}
