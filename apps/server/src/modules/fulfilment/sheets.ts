import type { RecalledPiece } from '@quanshu/contract'
import type { Column } from '../../platform/sheets/index.ts'

export function recalledColumns(locale: 'zh-CN' | 'en'): readonly Column<RecalledPiece>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  return [
    { header: header('订单号', 'Order'), kind: 'text', width: 20, value: (row) => row.orderNo },
    { header: header('行', 'Line'), kind: 'integer', value: (row) => row.lineNo },
    { header: header('会员', 'Member'), kind: 'integer', value: (row) => row.memberId },
    { header: header('联系方式（掩码）', 'Contact (masked)'), kind: 'text', value: (row) => row.contactMasked },
    { header: header('卡密编号', 'Code id'), kind: 'integer', value: (row) => row.cardId },
    { header: header('卡密（掩码）', 'Code (masked)'), kind: 'text', value: (row) => row.masked },
    { header: header('发出时间', 'Delivered at'), kind: 'time', width: 20, value: (row) => row.deliveredAt },
    {
      header: header('已使用', 'Used'),
      kind: 'text',
      value: (row) => (row.used ? header('是', 'yes') : header('否', 'no')),
    },
    { header: header('状态', 'State'), kind: 'text', value: (row) => row.state },
    { header: header('退款金额', 'Refund'), kind: 'fen', value: (row) => row.refundFen },
    { header: header('说明', 'Reason'), kind: 'text', width: 30, value: (row) => row.reason },
    { header: header('失败原因', 'Why not'), kind: 'text', width: 30, value: (row) => row.failure?.message ?? null },
    { header: header('处理人', 'By'), kind: 'text', value: (row) => row.chosenBy },
    { header: header('更新时间', 'Changed at'), kind: 'time', width: 20, value: (row) => row.changedAt },
  ]
}
