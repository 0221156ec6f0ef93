import type { PriceAskState, priceAsk } from '@quanshu/contract'
import type { z } from 'zod'
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

type Words = readonly [zh: string, en: string]

const ASK_STATES: Readonly<Record<PriceAskState, Words>> = {
  waiting: ['待确认', 'waiting'],
  accepted: ['已同意', 'agreed'],
  declined: ['已驳回', 'declined'],
  replaced: ['已改价', 'replaced'],
}

export function priceAskColumns(locale: 'zh-CN' | 'en'): readonly Column<z.output<typeof priceAsk>>[] {
  const say = ([zh, en]: Words) => (locale === 'en' ? en : zh)
  return [
    { header: say(['编号', 'Number']), kind: 'integer', value: (row) => row.id },
    { header: say(['供应商', 'Supplier']), kind: 'text', width: 20, value: (row) => row.supplier },
    { header: say(['商品', 'Product']), kind: 'text', width: 32, value: (row) => row.product },
    { header: say(['编码', 'Code']), kind: 'text', width: 18, value: (row) => row.remoteId },
    { header: say(['原价', 'From']), kind: 'fen', value: (row) => row.fromHao / 100 },
    { header: say(['新价', 'To']), kind: 'fen', value: (row) => row.toHao / 100 },
    { header: say(['状态', 'State']), kind: 'text', value: (row) => say(ASK_STATES[row.state]) },
    { header: say(['提出人', 'Asked by']), kind: 'text', value: (row) => row.askedBy },
    { header: say(['提出时间', 'Asked at']), kind: 'time', width: 20, value: (row) => row.askedAt },
    { header: say(['处理人', 'Decided by']), kind: 'text', value: (row) => row.decidedBy },
    { header: say(['处理时间', 'Decided at']), kind: 'time', width: 20, value: (row) => row.decidedAt },
    { header: say(['说明', 'Note']), kind: 'text', width: 30, value: (row) => row.reason },
  ]
}
