import type { BulkLine, BulkOrder } from '@quanshu/contract'
import type { Column } from '../../platform/sheets/index.ts'
import { ORIGIN_WORDS, STANDING_WORDS, STATE_WORDS } from './words.ts'

type Locale = 'zh-CN' | 'en'
/** A line with its codes, where those may be seen. */
export type ResultLine = BulkLine & { readonly codes?: readonly string[] }

export function bulkColumns(locale: Locale): readonly Column<BulkOrder>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  const count = (zh: string, en: string, key: keyof BulkOrder['counts']): Column<BulkOrder> => ({
    header: header(zh, en),
    kind: 'integer',
    value: ({ counts }) => counts[key],
  })
  const money = (zh: string, en: string, key: keyof BulkOrder['money']): Column<BulkOrder> => ({
    header: header(zh, en),
    kind: 'fen',
    value: (row) => row.money[key],
  })
  return [
    { header: header('编号', 'Number'), kind: 'integer', value: (row) => row.id },
    { header: header('名称', 'Name'), kind: 'text', width: 28, value: (row) => row.name },
    { header: header('状态', 'State'), kind: 'text', value: (row) => header(...STATE_WORDS[row.state]) },
    { header: header('来源', 'Origin'), kind: 'text', value: (row) => header(...ORIGIN_WORDS[row.origin]) },
    {
      header: header('付款', 'Paid by'),
      kind: 'text',
      value: (row) => row.memberName ?? header('店铺赠送', 'Gift of the shop'),
    },
    { header: header('文件', 'File'), kind: 'text', width: 24, value: (row) => row.fileName },
    { header: header('行数', 'Lines'), kind: 'integer', value: (row) => row.lines },
    { header: header('件数', 'Pieces'), kind: 'integer', value: (row) => row.pieces },
    count('待下单', 'Waiting', 'waiting'),
    count('进行中', 'Under way', 'underWay'),
    count('已发货', 'Delivered', 'delivered'),
    count('待处理', 'Needs a person', 'attention'),
    count('已退款', 'Refunded', 'refunded'),
    count('未下单', 'Not ordered', 'failed'),
    count('已取消', 'Cancelled', 'cancelled'),
    count('无效行', 'Invalid', 'invalid'),
    money('总额', 'Total', 'totalFen'),
    money('已付', 'Paid', 'paidFen'),
    money('已退', 'Given back', 'refundedFen'),
    { header: header('创建人', 'Created by'), kind: 'text', value: (row) => row.createdBy },
    { header: header('创建时间', 'Created at'), kind: 'time', width: 20, value: (row) => row.createdAt },
    { header: header('确认时间', 'Confirmed at'), kind: 'time', width: 20, value: (row) => row.confirmedAt },
    { header: header('完成时间', 'Finished at'), kind: 'time', width: 20, value: (row) => row.finishedAt },
    { header: header('备注', 'Note'), kind: 'text', width: 30, value: (row) => row.note },
  ]
}

export function lineColumns(locale: Locale, withCodes: boolean): readonly Column<ResultLine>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  return [
    { header: header('行号', 'Line'), kind: 'integer', value: (row) => row.lineNo },
    { header: header('外部单号', 'Reference'), kind: 'text', value: (row) => row.reference },
    { header: header('商品', 'Goods'), kind: 'text', width: 30, value: (row) => row.goodsTitle },
    { header: header('规格', 'Variant'), kind: 'text', value: (row) => row.skuTitle },
    { header: header('数量', 'Quantity'), kind: 'integer', value: (row) => row.quantity },
    { header: header('金额', 'Amount'), kind: 'fen', value: (row) => row.amountFen },
    {
      header: header('填写内容', 'Filled in'),
      kind: 'text',
      width: 28,
      value: (row) => row.form.map(({ label, value }) => `${label}: ${value}`).join('; '),
    },
    { header: header('联系方式（掩码）', 'Contact (masked)'), kind: 'text', value: (row) => row.contactMasked },
    { header: header('订单号', 'Order'), kind: 'text', width: 20, value: (row) => row.orderNo },
    { header: header('结果', 'Result'), kind: 'text', value: (row) => header(...STANDING_WORDS[row.standing]) },
    ...(withCodes
      ? [
          {
            header: header('卡密', 'Codes'),
            kind: 'text',
            width: 40,
            value: (row) => row.codes?.join('\n') ?? '',
          } satisfies Column<ResultLine>,
        ]
      : []),
    { header: header('到账时间', 'Delivered at'), kind: 'time', width: 20, value: (row) => row.deliveredAt },
    { header: header('原因', 'Reason'), kind: 'text', width: 40, value: (row) => row.fault?.message ?? '' },
  ]
}
