import type { PriceMove } from '@quanshu/contract'
import type { Column } from '../../../platform/sheets/index.ts'
import type { PriceMoveRow } from './rules.ts'

type Words = readonly [zh: string, en: string]

const KINDS: Readonly<Record<PriceMove, Words>> = {
  began: ['启用规则', 'began'],
  followed: ['随进价调整', 'followed the cost'],
  held: ['变动过大，等待确认', 'held'],
  confirmed: ['确认新价', 'confirmed'],
  kept: ['保持现价', 'kept'],
  ended: ['停用规则', 'ended'],
}

export function priceMoveColumns(locale: 'zh-CN' | 'en'): readonly Column<PriceMoveRow>[] {
  const say = ([zh, en]: Words) => (locale === 'en' ? en : zh)
  return [
    { header: say(['时间', 'Time']), kind: 'time', width: 20, value: (row) => row.at },
    {
      header: say(['商品', 'Goods']),
      kind: 'text',
      width: 30,
      value: (row) => `${row.goodsTitle} ${row.skuTitle}`.trim(),
    },
    { header: say(['变动', 'What']), kind: 'text', width: 20, value: (row) => say(KINDS[row.kind]) },
    { header: say(['原价', 'From']), kind: 'fen', value: (row) => row.fromFen },
    { header: say(['新价', 'To']), kind: 'fen', value: (row) => row.toFen },
    { header: say(['进价', 'Cost']), kind: 'fen', value: (row) => (row.costHao === null ? null : row.costHao / 100) },
    { header: say(['供应商', 'Supplier']), kind: 'text', width: 20, value: (row) => row.supplier },
    { header: say(['操作人', 'By']), kind: 'text', value: (row) => row.by },
    { header: say(['说明', 'Reason']), kind: 'text', width: 30, value: (row) => row.reason },
  ]
}
