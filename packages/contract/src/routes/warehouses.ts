import { z } from 'zod'
import { route } from '../route.ts'
import {
  digits,
  fen,
  id,
  idParam,
  instant,
  ok,
  pageOf,
  pageQuery,
  reason,
  requiredText,
  sortBy,
  text,
} from '../schemas.ts'

export const WAREHOUSE_KINDS = ['marketplace', 'agent', 'shop', 'other'] as const
export const MOVE_KINDS = ['allocate', 'ratio', 'top_up', 'transfer', 'return', 'close', 'undo', 'import'] as const
/** A move locks the pieces of a SKU against its buyers while its codes are marked. */
export const MOVE_PIECES_MAX = 20_000
const MOVES_MAX = 50
const WAREHOUSES_MAX = 50
/** Days since the import; the last bucket is open. */
export const AGE_DAYS = [30, 90, 180] as const

/** The word that a channel's orders carry; never changed. */
export const channelCode = z.string().regex(/^[a-z0-9](-?[a-z0-9]+){0,19}$/)

const pieces = z.int().min(0)
export const warehouseView = z.object({
  id,
  channel: z.string(),
  name: z.string(),
  kind: z.enum(WAREHOUSE_KINDS),
  fallsBack: z.boolean(),
  state: z.enum(['open', 'closed']),
  note: z.string(),
  createdAt: instant,
  closedAt: instant.nullable(),
  skus: pieces,
  available: pieces,
  held: pieces,
  /** What its unsold pieces have cost, batch by batch. */
  costFen: fen,
  /** SKUs below their alarm. */
  low: pieces,
})
export type WarehouseView = z.infer<typeof warehouseView>

const facts = z.object({
  name: requiredText(40),
  kind: z.enum(WAREHOUSE_KINDS),
  fallsBack: z.boolean(),
  note: text(200),
})
const warehouseId = z.object({ warehouseId: idParam })

/** A warehouse in a list's filter; 0 is the total one. */
const warehouseFilter = digits(z.int().min(0)).optional()
export const warehouseStockQuery = pageQuery.extend({
  sort: sortBy('goodsTitle', 'warehouse', 'available', 'held', 'costFen', 'oldestAt'),
  warehouseId: warehouseFilter,
  skuId: idParam.optional(),
  low: z.enum(['true', 'false']).optional(),
})
const warehouseStock = z.object({
  /** Null is the total warehouse. */
  warehouseId: id.nullable(),
  warehouseName: z.string(),
  skuId: id,
  goodsId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  available: pieces,
  held: pieces,
  heldSince: instant.nullable(),
  /** Of batches that only named channels may sell. */
  channelOnly: pieces,
  costFen: fen,
  oldestAt: instant.nullable(),
  lastInAt: instant.nullable(),
  /** Pieces by days since their import: up to 30, 90, 180, and older. */
  ages: z.array(pieces).length(AGE_DAYS.length + 1),
  least: z.int().nullable(),
  target: z.int().nullable(),
  lowAt: z.int().nullable(),
  low: z.boolean(),
})

export const moveListQuery = pageQuery.extend({
  sort: sortBy('id', 'quantity'),
  warehouseId: warehouseFilter,
  skuId: idParam.optional(),
  kind: z.enum(MOVE_KINDS).optional(),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
})
export const moveView = z.object({
  id,
  at: instant,
  kind: z.enum(MOVE_KINDS),
  skuId: id,
  goodsTitle: z.string(),
  skuTitle: z.string(),
  fromId: id.nullable(),
  fromName: z.string(),
  toId: id.nullable(),
  toName: z.string(),
  quantity: pieces,
  reason: z.string(),
  by: z.string(),
  undoes: id.nullable(),
  undoneBy: id.nullable(),
  canUndo: z.boolean(),
})
export type MoveView = z.infer<typeof moveView>

const quantity = z.int().min(1).max(MOVE_PIECES_MAX)
const moved = z.object({ ids: z.array(id) })
export const EXPIRY_STEPS = ['week', 'month'] as const

export const warehouseRoutes = {
  list: route({
    id: 'stock.listWarehouses',
    method: 'GET',
    path: '/api/console/warehouses',
    summary: 'The total warehouse and those of channels, with what lies there and what it cost',
    access: { kind: 'staff', permission: 'stock.read' },
    response: z.object({
      total: warehouseView.pick({ skus: true, available: true, held: true, costFen: true, low: true }),
      items: z.array(warehouseView),
    }),
  }),
  create: route({
    id: 'stock.createWarehouse',
    method: 'POST',
    path: '/api/console/warehouses',
    summary: 'A warehouse for a channel: its orders are sold from there',
    access: { kind: 'staff', permission: 'cards.manage' },
    idempotency: 'optional',
    body: facts.extend({ channel: channelCode, note: text(200).default('') }),
    response: warehouseView,
  }),
  edit: route({
    id: 'stock.editWarehouse',
    method: 'PATCH',
    path: '/api/console/warehouses/:warehouseId',
    summary: 'Its name, kind, note, and whether the total warehouse may help out',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: warehouseId,
    body: facts.partial(),
    response: warehouseView,
  }),
  close: route({
    id: 'stock.closeWarehouse',
    method: 'POST',
    path: '/api/console/warehouses/:warehouseId/close',
    summary:
      'Close a channel: nothing more is sold there, and what anybody may sell returns; what is held follows when its hold ends',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: warehouseId,
    body: z.object({ reason }),
    response: warehouseView,
  }),
  reopen: route({
    id: 'stock.reopenWarehouse',
    method: 'POST',
    path: '/api/console/warehouses/:warehouseId/reopen',
    summary: 'Open a closed channel again',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: warehouseId,
    body: z.object({ reason }),
    response: warehouseView,
  }),
  stock: route({
    id: 'stock.listWarehouseStock',
    method: 'GET',
    path: '/api/console/warehouses/stock',
    summary: 'Who holds what, since when and at what cost: a row for each warehouse and SKU',
    access: { kind: 'staff', permission: 'stock.read' },
    query: warehouseStockQuery,
    response: pageOf(warehouseStock),
  }),
  flow: route({
    id: 'stock.warehouseFlow',
    method: 'GET',
    path: '/api/console/warehouses/flow',
    summary: 'Pieces on their way: from where they came, where they lie, what became of them. Of all SKUs, or of one',
    access: { kind: 'staff', permission: 'stock.read' },
    query: z.object({ skuId: idParam.optional() }),
    response: z.object({
      sources: z.array(z.object({ name: z.string(), pieces })),
      /** The total warehouse first, with null. */
      warehouses: z.array(
        z.object({ id: id.nullable(), name: z.string(), available: pieces, held: pieces, sold: pieces, gone: pieces }),
      ),
      /** Between warehouses, what went less what came back. */
      between: z.array(z.object({ fromId: id.nullable(), toId: id.nullable(), pieces })),
    }),
  }),
  expiry: route({
    id: 'stock.expiryCalendar',
    method: 'GET',
    path: '/api/console/warehouses/expiry',
    summary: 'Pieces on the shelf by the week or month in which they expire; those without a date are counted apart',
    access: { kind: 'staff', permission: 'stock.read' },
    query: z.object({
      step: z.enum(EXPIRY_STEPS).default('month'),
      warehouseId: warehouseFilter,
      skuId: idParam.optional(),
    }),
    response: z.object({
      never: pieces,
      items: z.array(z.object({ from: z.iso.date(), to: z.iso.date(), pieces, costFen: fen })),
    }),
  }),
  expiring: route({
    id: 'stock.listExpiring',
    method: 'GET',
    path: '/api/console/warehouses/expiring',
    summary: 'What expires between two days, a row for each batch, warehouse and day',
    access: { kind: 'staff', permission: 'stock.read' },
    query: pageQuery.extend({
      sort: sortBy('validTo', 'pieces', 'costFen'),
      warehouseId: warehouseFilter,
      skuId: idParam.optional(),
      from: z.iso.date(),
      to: z.iso.date(),
    }),
    response: pageOf(
      z.object({
        batchId: id,
        skuId: id,
        goodsTitle: z.string(),
        skuTitle: z.string(),
        warehouseId: id.nullable(),
        warehouseName: z.string(),
        validTo: z.iso.date(),
        pieces,
        costFen: fen,
      }),
    ),
  }),
  moves: route({
    id: 'stock.listMoves',
    method: 'GET',
    path: '/api/console/warehouses/moves',
    summary: 'Moves between warehouses, newest first',
    access: { kind: 'staff', permission: 'stock.read' },
    query: moveListQuery,
    response: pageOf(moveView),
  }),
  exportMoves: route({
    id: 'stock.exportMoves',
    method: 'GET',
    path: '/api/console/warehouses/moves/export',
    summary: 'The filtered moves as an Excel file',
    access: { kind: 'staff', permission: 'stock.read' },
    query: moveListQuery,
    response: z.string(),
    responseKind: 'file',
  }),
  move: route({
    id: 'stock.movePieces',
    method: 'POST',
    path: '/api/console/warehouses/moves',
    summary: 'Move pieces between warehouses, all or none; a null id is the total warehouse',
    access: { kind: 'staff', permission: 'cards.manage' },
    idempotency: 'required',
    body: z.object({
      moves: z
        .array(z.object({ skuId: id, fromId: id.nullable(), toId: id.nullable(), quantity }))
        .min(1)
        .max(MOVES_MAX),
      reason,
    }),
    response: moved,
  }),
  share: route({
    id: 'stock.sharePieces',
    method: 'POST',
    path: '/api/console/warehouses/shares',
    summary: 'Share a quantity of the total warehouse among channels by weight, to the piece (largest remainder)',
    access: { kind: 'staff', permission: 'cards.manage' },
    idempotency: 'required',
    body: z.object({
      skuId: id,
      quantity,
      shares: z
        .array(z.object({ warehouseId: id, weight: z.int().min(1).max(1_000_000) }))
        .min(1)
        .max(WAREHOUSES_MAX),
      reason,
    }),
    response: moved,
  }),
  giveBack: route({
    id: 'stock.returnPieces',
    method: 'POST',
    path: '/api/console/warehouses/:warehouseId/returns',
    summary: 'Return unsold pieces to the total warehouse: so many of one SKU, all of it, or all there is',
    access: { kind: 'staff', permission: 'cards.manage' },
    idempotency: 'required',
    params: warehouseId,
    body: z.object({ skuId: id.nullable(), quantity: quantity.nullable(), reason }),
    response: moved,
  }),
  undo: route({
    id: 'stock.undoMove',
    method: 'POST',
    path: '/api/console/warehouses/moves/:moveId/undo',
    summary: 'Undo a move by the opposite one, once',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: z.object({ moveId: idParam }),
    body: z.object({ reason }),
    response: moved,
  }),
  setRule: route({
    id: 'stock.setWarehouseRule',
    method: 'PUT',
    path: '/api/console/warehouses/:warehouseId/rules/:skuId',
    summary:
      'Fill up to `target` when less than `least` is free, tell when less than `lowAt` is; null switches either off',
    access: { kind: 'staff', permission: 'cards.manage' },
    params: z.object({ warehouseId: idParam, skuId: idParam }),
    body: z.object({
      least: z.int().min(1).max(1_000_000).nullable(),
      target: z.int().min(1).max(1_000_000).nullable(),
      lowAt: z.int().min(1).max(1_000_000).nullable(),
    }),
    response: ok,
  }),
} as const

export const mallChannelRoutes = {
  channel: route({
    id: 'stock.mallChannel',
    method: 'GET',
    path: '/api/mall/channels/:channel',
    summary: 'The channel through which the mall was opened, when there is such a one',
    access: { kind: 'public' },
    params: z.object({ channel: channelCode }),
    response: z.object({ channel: z.string(), name: z.string() }),
  }),
} as const
