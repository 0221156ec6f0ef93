import { stockRoutes } from '@quanshu/contract'
import { handle } from '../../platform/http/index.ts'
import type { Module, Platform } from '../../platform/module.ts'
import { type Column, xlsxReply } from '../../platform/sheets/index.ts'
import { setThreshold } from './commands/set-threshold.ts'
import { tendSchedule, topUpTask } from './jobs.ts'
import { everyStockRow, listStock, type StockRow } from './queries/stock.ts'
import { warehouseBoundRoutes } from './routes.ts'
import { watchSchedule } from './schedules.ts'

export { createWarehouse } from './commands/keep-warehouse.ts'
export { movePieces, sharePieces } from './commands/move-pieces.ts'
export { setWarehouseRule } from './commands/set-rule.ts'
export { setThreshold } from './commands/set-threshold.ts'
export { askTopUp, tendWarehouses } from './jobs.ts'
export { findStockDifferences, type StockDifference } from './queries/differences.ts'
export { listStock, lowStock, type StockRow, stockOf } from './queries/stock.ts'
export { openChannel } from './queries/warehouses.ts'
export { announceLow } from './schedules.ts'

export function stockModule({ db }: Platform): Module {
  return {
    name: 'stock',
    tasks: [topUpTask({ db })],
    schedules: [watchSchedule({ db }), tendSchedule({ db })],
    routes: [
      ...warehouseBoundRoutes({ db }),
      handle(stockRoutes.list, ({ ctx, query }) => db.read(ctx, (tx) => listStock(tx, query))),
      handle(stockRoutes.export, async ({ ctx, query }) =>
        xlsxReply(
          'stock',
          columns(ctx.locale),
          everyStockRow((fn) => db.read(ctx, fn), query),
        ),
      ),
      handle(stockRoutes.setThreshold, async ({ params, body, once }) => {
        await once((tx) => setThreshold(tx, params.skuId, body.lowStockAt))
        return { ok: true as const }
      }),
    ],
  }
}

function columns(locale: 'zh-CN' | 'en'): readonly Column<StockRow>[] {
  const header = (zh: string, en: string) => (locale === 'en' ? en : zh)
  return [
    { header: header('商品', 'Goods'), kind: 'text', width: 30, value: (row) => row.goodsTitle },
    { header: header('规格', 'SKU'), kind: 'text', value: (row) => row.skuTitle },
    { header: header('可售', 'Available'), kind: 'integer', value: (row) => row.available },
    { header: header('占用', 'Held'), kind: 'integer', value: (row) => row.held },
    { header: header('渠道仓', 'In channels'), kind: 'integer', value: (row) => row.inChannels },
    { header: header('已发', 'Delivered'), kind: 'integer', value: (row) => row.delivered },
    { header: header('已用', 'Used'), kind: 'integer', value: (row) => row.used },
    { header: header('作废', 'Void'), kind: 'integer', value: (row) => row.void },
    { header: header('停售', 'Suspect'), kind: 'integer', value: (row) => row.suspect },
    { header: header('过期', 'Expired'), kind: 'integer', value: (row) => row.expired },
    { header: header('导入', 'Imported'), kind: 'integer', value: (row) => row.imported },
    { header: header('预警线', 'Low at'), kind: 'integer', value: (row) => row.lowStockAt },
    { header: header('在库成本', 'Cost on the shelf'), kind: 'fen', value: (row) => row.costFen },
  ]
}
