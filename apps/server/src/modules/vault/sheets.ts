import type { BatchView, cardView } from '@quanshu/contract'
import type { z } from 'zod'
import type { Column } from '../../platform/sheets/index.ts'

type Locale = 'zh-CN' | 'en'

export function batchColumns(locale: Locale): readonly Column<BatchView>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  return [
    { header: header('批次', 'Batch'), kind: 'integer', value: (row) => row.id },
    { header: header('商品', 'Goods'), kind: 'text', width: 30, value: (row) => row.goodsTitle },
    { header: header('规格', 'SKU'), kind: 'text', value: (row) => row.skuTitle },
    { header: header('状态', 'State'), kind: 'text', value: (row) => row.state },
    { header: header('文件', 'File'), kind: 'text', width: 24, value: (row) => row.fileName },
    { header: header('供货商', 'Supplier'), kind: 'text', value: (row) => row.supplier },
    { header: header('进货单号', 'Purchase reference'), kind: 'text', value: (row) => row.purchaseRef },
    { header: header('单价成本', 'Cost each'), kind: 'fen', value: (row) => row.costFen },
    { header: header('导入', 'Imported'), kind: 'integer', value: (row) => row.imported },
    { header: header('重复', 'Duplicates'), kind: 'integer', value: (row) => row.duplicates },
    { header: header('无效', 'Invalid'), kind: 'integer', value: (row) => row.invalid },
    { header: header('可售', 'Available'), kind: 'integer', value: (row) => row.counts.available },
    { header: header('已发', 'Delivered'), kind: 'integer', value: (row) => row.counts.delivered },
    { header: header('已用', 'Used'), kind: 'integer', value: (row) => row.counts.used },
    { header: header('作废', 'Void'), kind: 'integer', value: (row) => row.counts.void },
    { header: header('停售', 'Suspect'), kind: 'integer', value: (row) => row.counts.suspect },
    { header: header('过期', 'Expired'), kind: 'integer', value: (row) => row.counts.expired },
    { header: header('生效', 'Valid from'), kind: 'time', value: (row) => row.validFrom },
    { header: header('失效', 'Valid to'), kind: 'time', value: (row) => row.validTo },
    { header: header('备注', 'Note'), kind: 'text', width: 30, value: (row) => row.note },
    { header: header('创建人', 'Created by'), kind: 'text', value: (row) => row.createdBy },
    { header: header('创建时间', 'Created at'), kind: 'time', width: 20, value: (row) => row.createdAt },
  ]
}

/** `3/5`; `3` of a code without bound. */
const useOf = (use: z.infer<typeof cardView>['use']): string =>
  use === null ? '' : use.of === null ? String(use.no) : `${use.no}/${use.of}`

export function cardColumns(locale: Locale): readonly Column<z.infer<typeof cardView>>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  return [
    { header: header('编号', 'Id'), kind: 'integer', value: (row) => row.id },
    { header: header('商品', 'Goods'), kind: 'text', width: 30, value: (row) => row.goodsTitle },
    { header: header('规格', 'SKU'), kind: 'text', value: (row) => row.skuTitle },
    { header: header('批次', 'Batch'), kind: 'integer', value: (row) => row.batchId },
    { header: header('卡密（掩码）', 'Code (masked)'), kind: 'text', value: (row) => row.masked },
    { header: header('次数', 'Use'), kind: 'text', value: (row) => useOf(row.use) },
    { header: header('公开号码', 'Public number'), kind: 'text', value: (row) => row.number ?? '' },
    { header: header('状态', 'State'), kind: 'text', value: (row) => row.state },
    { header: header('订单号', 'Order'), kind: 'text', width: 20, value: (row) => row.orderNo },
    { header: header('失效', 'Valid to'), kind: 'time', value: (row) => row.validTo },
    { header: header('导入时间', 'Imported at'), kind: 'time', width: 20, value: (row) => row.createdAt },
    { header: header('变动时间', 'Changed at'), kind: 'time', width: 20, value: (row) => row.changedAt },
  ]
}
