import { type MoveView, mallChannelRoutes, warehouseRoutes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { type Column, xlsxReply } from '../../platform/sheets/index.ts'
import { closeWarehouse, createWarehouse, editWarehouse, reopenWarehouse } from './commands/keep-warehouse.ts'
import { movePieces, returnPieces, sharePieces, undoMove } from './commands/move-pieces.ts'
import { setWarehouseRule } from './commands/set-rule.ts'
import { expiryCalendar, listExpiring } from './queries/expiry.ts'
import { everyMove, listMoves } from './queries/moves.ts'
import { listWarehouseStock } from './queries/warehouse-stock.ts'
import { listWarehouses, openChannel, warehouseFlow } from './queries/warehouses.ts'

export const warehouseBoundRoutes = ({ db }: Pick<Platform, 'db'>): readonly BoundRoute[] => [
  handle(warehouseRoutes.list, ({ ctx }) => db.read(ctx, listWarehouses)),
  handle(warehouseRoutes.create, ({ body, once }) => once((tx) => createWarehouse(tx, body))),
  handle(warehouseRoutes.edit, ({ params, body, once }) => once((tx) => editWarehouse(tx, params.warehouseId, body))),
  handle(warehouseRoutes.close, ({ params, body, once }) =>
    once((tx) => closeWarehouse(tx, params.warehouseId, body.reason)),
  ),
  handle(warehouseRoutes.reopen, ({ params, body, once }) =>
    once((tx) => reopenWarehouse(tx, params.warehouseId, body.reason)),
  ),
  handle(warehouseRoutes.stock, ({ ctx, query }) => db.read(ctx, (tx) => listWarehouseStock(tx, query))),
  handle(warehouseRoutes.flow, ({ ctx, query }) => db.read(ctx, (tx) => warehouseFlow(tx, query.skuId))),
  handle(warehouseRoutes.expiry, ({ ctx, query }) => db.read(ctx, (tx) => expiryCalendar(tx, query))),
  handle(warehouseRoutes.expiring, ({ ctx, query }) => db.read(ctx, (tx) => listExpiring(tx, query))),
  handle(warehouseRoutes.moves, ({ ctx, query }) => db.read(ctx, (tx) => listMoves(tx, query))),
  handle(warehouseRoutes.exportMoves, async ({ ctx, query }) => {
    await db.write(ctx, async (tx) =>
      tx.audit({ action: 'stock.export_moves', objectKind: 'move', objectId: '', detail: { ...query } }),
    )
    return xlsxReply(
      'moves',
      moveColumns(ctx.locale),
      everyMove((fn) => db.read(ctx, fn), query),
    )
  }),
  handle(warehouseRoutes.move, ({ body, once }) => once((tx) => movePieces(tx, body.moves, body.reason))),
  handle(warehouseRoutes.share, ({ body, once }) => once((tx) => sharePieces(tx, body))),
  handle(warehouseRoutes.giveBack, ({ params, body, once }) =>
    once((tx) => returnPieces(tx, params.warehouseId, body)),
  ),
  handle(warehouseRoutes.undo, ({ params, body, once }) => once((tx) => undoMove(tx, params.moveId, body.reason))),
  handle(warehouseRoutes.setRule, async ({ params, body, once }) => {
    await once((tx) => setWarehouseRule(tx, params.warehouseId, params.skuId, body))
    return { ok: true as const }
  }),
  handle(mallChannelRoutes.channel, ({ ctx, params }) => db.read(ctx, (tx) => openChannel(tx, params.channel))),
]

const KINDS: Readonly<Record<MoveView['kind'], readonly [string, string]>> = {
  allocate: ['手工调拨', 'By hand'],
  ratio: ['按比例分配', 'By ratio'],
  top_up: ['自动补货', 'Topped up'],
  transfer: ['渠道间调拨', 'Between channels'],
  return: ['退回总仓', 'Returned'],
  close: ['停用退回', 'Channel closed'],
  undo: ['撤销', 'Undone'],
  import: ['渠道专用入库', 'Imported for a channel'],
}

function moveColumns(locale: 'zh-CN' | 'en'): readonly Column<MoveView>[] {
  const said = (zh: string, en: string) => (locale === 'en' ? en : zh)
  const total = said('总仓', 'Total warehouse')
  return [
    { header: said('编号', 'Number'), kind: 'integer', value: (row) => row.id },
    { header: said('时间', 'At'), kind: 'time', value: (row) => row.at },
    { header: said('方式', 'Kind'), kind: 'text', value: (row) => said(...(KINDS[row.kind] as [string, string])) },
    { header: said('商品', 'Goods'), kind: 'text', width: 30, value: (row) => row.goodsTitle },
    { header: said('规格', 'SKU'), kind: 'text', value: (row) => row.skuTitle },
    { header: said('调出', 'From'), kind: 'text', value: (row) => (row.fromId === null ? total : row.fromName) },
    { header: said('调入', 'To'), kind: 'text', value: (row) => (row.toId === null ? total : row.toName) },
    { header: said('件数', 'Pieces'), kind: 'integer', value: (row) => row.quantity },
    { header: said('原因', 'Reason'), kind: 'text', width: 30, value: (row) => row.reason },
    { header: said('经手', 'By'), kind: 'text', value: (row) => row.by },
    { header: said('撤销编号', 'Undone by'), kind: 'integer', value: (row) => row.undoneBy },
  ]
}
