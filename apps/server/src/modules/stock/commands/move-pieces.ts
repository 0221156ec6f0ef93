import {
  commonErrors,
  MOVE_PIECES_MAX,
  type MoveView,
  refusalOf,
  stockErrors,
  type warehouseRoutes,
} from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { actorName } from '../model.ts'
import { getMove, isUndoable } from '../queries/moves.ts'
import { getWarehouse } from '../queries/warehouses.ts'

type Piece = z.output<(typeof warehouseRoutes)['move']['body']>['moves'][number]
type Moved = { readonly ids: number[] }
type Why = { readonly kind: MoveView['kind']; readonly reason: string; readonly undoes?: number }

/** By hand, all or none. @throws commonErrors.notFound, stockErrors.* */
export function movePieces(tx: Tx, moves: readonly Piece[], reason: string): Promise<Moved> {
  if (moves.some(({ fromId, toId }) => fromId === toId)) throw stockErrors.sameWarehouse()
  return move(tx, moves, { kind: kindOf(moves), reason })
}

/** Shares pieces of the total warehouse among channels by weight, to the piece: by largest remainder. @throws as movePieces */
export async function sharePieces(tx: Tx, body: z.output<(typeof warehouseRoutes)['share']['body']>): Promise<Moved> {
  const { skuId, quantity, shares, reason } = body
  if (new Set(shares.map(({ warehouseId }) => warehouseId)).size < shares.length) throw stockErrors.sameWarehouse()
  const { rows } = await sql<{ pieces: number[] }>`
    select catalog.split_fen(${quantity}::bigint, ${shares.map(({ weight }) => weight)}::bigint[]) as pieces`.execute(
    tx.db,
  )
  const moves = shares.flatMap(({ warehouseId }, index) => {
    const pieces = Number(rows[0]?.pieces[index] ?? 0)
    return pieces > 0 ? [{ skuId, fromId: null, toId: warehouseId, quantity: pieces }] : []
  })
  return move(tx, moves, { kind: 'ratio', reason })
}

/** Unsold pieces go back: so many of a SKU, or all that may. @throws commonErrors.notFound, stockErrors.nothingToReturn, as movePieces */
export async function returnPieces(
  tx: Tx,
  warehouseId: number,
  { skuId, quantity, reason }: z.output<(typeof warehouseRoutes)['giveBack']['body']>,
): Promise<Moved> {
  await getWarehouse(tx, warehouseId)
  if (skuId !== null && quantity !== null) {
    return move(tx, [{ skuId, fromId: warehouseId, toId: null, quantity }], { kind: 'return', reason })
  }
  const moved = await returnUnsold(tx, warehouseId, 'return', reason, skuId)
  if (moved.ids.length === 0) throw stockErrors.nothingToReturn()
  return moved
}

/** All that is free and anybody may sell, at most `MOVE_PIECES_MAX` of a SKU at a time. */
export async function returnUnsold(
  tx: Tx,
  warehouseId: number,
  kind: 'return' | 'close',
  reason: string,
  skuId: number | null = null,
): Promise<Moved> {
  const { rows } = await sql<{ pieces: readonly { readonly skuId: number; readonly quantity: number }[] }>`
    select stock.returnable(${tx.ctx.tenantId}::bigint, ${warehouseId}::bigint, ${skuId}::bigint) as pieces`.execute(
    tx.db,
  )
  const moves = (rows[0]?.pieces ?? []).map((piece) => ({
    skuId: piece.skuId,
    fromId: warehouseId,
    toId: null,
    quantity: Math.min(piece.quantity, MOVE_PIECES_MAX),
  }))
  return move(tx, moves, { kind, reason })
}

/** The opposite move, once. @throws commonErrors.notFound, stockErrors.undoneAlready, notUndoable, as movePieces */
export async function undoMove(tx: Tx, moveId: number, reason: string): Promise<Moved> {
  const found = await getMove(tx, moveId)
  if (!found) throw commonErrors.notFound()
  if (found.undoneBy !== null) throw stockErrors.undoneAlready()
  if (!isUndoable(found)) throw stockErrors.notUndoable()
  const { skuId, fromId, toId, quantity } = found
  return move(tx, [{ skuId, fromId: toId, toId: fromId, quantity }], { kind: 'undo', reason, undoes: moveId })
}

/** What the rules of warehouses want now, as far as the total warehouse has it. */
export async function topUp(tx: Tx): Promise<Moved> {
  const { rows } = await sql<{ moves: readonly Omit<Piece, 'fromId'>[] }>`
    select stock.top_ups(${tx.ctx.tenantId}::bigint) as moves`.execute(tx.db)
  const moves = (rows[0]?.moves ?? []).map((piece) => ({
    ...piece,
    fromId: null,
    quantity: Math.min(piece.quantity, MOVE_PIECES_MAX),
  }))
  return move(tx, moves, { kind: 'top_up', reason: '' })
}

function kindOf(moves: readonly Piece[]): MoveView['kind'] {
  if (moves.every(({ fromId }) => fromId === null)) return 'allocate'
  return moves.every(({ toId }) => toId === null) ? 'return' : 'transfer'
}

async function move(tx: Tx, moves: readonly Piece[], { kind, reason, undoes }: Why): Promise<Moved> {
  if (moves.length === 0) return { ids: [] }
  const { tenantId, actor } = tx.ctx
  const { rows } = await sql<{ done: Moved | { readonly code: string; readonly params: Record<string, unknown> } }>`
    select stock.move(
      ${tenantId}::bigint, ${kind}::text, ${JSON.stringify(moves)}::jsonb, ${reason}::text, ${actorName(actor)}::text, ${undoes ?? null}::bigint
    ) as done`.execute(tx.db)
  const done = rows[0]?.done
  if (!done) throw new Error('stock.move answered nothing')
  if ('code' in done) throw refusalOf(done.code, done.params)
  tx.audit({
    action: kind === 'undo' ? 'stock.undo_move' : 'stock.move',
    objectKind: 'move',
    objectId: done.ids[0] ?? 0,
    detail: { kind, reason, moves, ids: done.ids },
  })
  for (const skuId of new Set(moves.map((piece) => piece.skuId))) {
    tx.emit({ type: 'stock.changed', subject: `sku:${skuId}`, payload: { skuId } })
  }
  return done
}
