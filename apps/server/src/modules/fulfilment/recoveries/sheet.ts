import type { RecoveryRow } from '@quanshu/contract'
import type { Column } from '../../../platform/sheets/index.ts'

export function recoveryColumns(locale: 'zh-CN' | 'en'): readonly Column<RecoveryRow>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  return [
    { header: header('编号', 'Number'), kind: 'text', value: (row) => `R${row.id}` },
    { header: header('供应商', 'Supplier'), kind: 'text', width: 20, value: (row) => row.supplier },
    { header: header('商品', 'Goods'), kind: 'text', width: 30, value: (row) => `${row.goodsTitle} ${row.skuTitle}` },
    { header: header('批次', 'Batch'), kind: 'integer', value: (row) => row.batchId },
    { header: header('采购单号', 'Purchase'), kind: 'text', width: 22, value: (row) => row.purchaseRef },
    {
      header: header('来由', 'Cause'),
      kind: 'text',
      value: (row) => (row.cause === 'recall' ? header('召回', 'recall') : header('坏卡申诉', 'complaint')),
    },
    { header: header('订单号', 'Order'), kind: 'text', width: 20, value: (row) => row.orderNo },
    { header: header('件数', 'Pieces'), kind: 'integer', value: (row) => row.pieces },
    { header: header('追偿金额', 'Claimed'), kind: 'fen', value: (row) => row.claimedFen },
    { header: header('认账金额', 'Credited'), kind: 'fen', value: (row) => row.creditedFen },
    { header: header('状态', 'State'), kind: 'text', value: (row) => row.state },
    { header: header('供应商单号', 'Their number'), kind: 'text', value: (row) => row.reference },
    { header: header('说明', 'Note'), kind: 'text', width: 30, value: (row) => row.note },
    { header: header('发起时间', 'Opened at'), kind: 'time', width: 20, value: (row) => row.openedAt },
    { header: header('发送时间', 'Sent at'), kind: 'time', width: 20, value: (row) => row.sentAt },
    { header: header('结束时间', 'Ended at'), kind: 'time', width: 20, value: (row) => row.endedAt },
  ]
}
