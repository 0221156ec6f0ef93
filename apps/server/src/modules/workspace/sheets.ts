import type { Column } from '../../platform/sheets/index.ts'
import type { SettlementLine } from './queries/settlement.ts'

const statement = (
  titles: readonly [string, string, string, string, string, string, string],
): readonly Column<SettlementLine>[] => {
  const [at, no, code, product, ordered, arrived, amount] = titles
  return [
    { header: at, kind: 'time', width: 20, value: (row) => row.endedAt },
    { header: no, kind: 'text', width: 24, value: (row) => row.no },
    { header: code, kind: 'text', width: 18, value: (row) => row.remoteId },
    { header: product, kind: 'text', width: 32, value: (row) => row.product },
    { header: ordered, kind: 'integer', value: (row) => row.quantity },
    { header: arrived, kind: 'integer', value: (row) => row.arrived },
    { header: amount, kind: 'fen', value: (row) => row.costFen },
  ]
}

export const statementColumns = {
  'zh-CN': statement(['交付时间', '采购单号', '商品编码', '商品', '订购数量', '交付数量', '金额']),
  en: statement(['Delivered', 'Order', 'Code', 'Product', 'Ordered', 'Delivered pieces', 'Amount']),
}
