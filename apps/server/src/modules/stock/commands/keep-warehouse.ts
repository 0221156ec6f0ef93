import { stockErrors, type WarehouseView, type warehouseRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { getWarehouse } from '../queries/warehouses.ts'
import { returnUnsold } from './move-pieces.ts'

type Facts = z.output<(typeof warehouseRoutes)['create']['body']>

/** A warehouse for a channel, empty and open. From then on the channel's orders are sold from there. @throws stockErrors.channelTaken */
export async function createWarehouse(tx: Tx, facts: Facts): Promise<WarehouseView> {
  const { channel, name, kind, fallsBack, note } = facts
  const { rows } = await sql<{ id: number }>`
    insert into stock.warehouses (tenant_id, channel, name, kind, falls_back, note)
    values (
      ${tx.ctx.tenantId}::bigint, ${channel}::text, ${name}::text, ${kind}::text, ${fallsBack}::boolean, ${note}::text
    )
    on conflict do nothing
    returning id`.execute(tx.db)
  const [made] = rows
  if (!made) throw stockErrors.channelTaken({ channel })
  tx.audit({ action: 'stock.create_warehouse', objectKind: 'warehouse', objectId: made.id, detail: { ...facts } })
  return getWarehouse(tx, made.id)
}

type Changes = z.output<(typeof warehouseRoutes)['edit']['body']>

/** Its code stays: orders and batches carry it. @throws commonErrors.notFound */
export async function editWarehouse(tx: Tx, warehouseId: number, changes: Changes): Promise<WarehouseView> {
  const before = await getWarehouse(tx, warehouseId)
  const { name, kind, fallsBack, note } = { ...before, ...changes }
  await sql`
    update stock.warehouses
    set name = ${name}::text, kind = ${kind}::text, falls_back = ${fallsBack}::boolean, note = ${note}::text
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${warehouseId}::bigint`.execute(tx.db)
  const shown = { name: before.name, kind: before.kind, fallsBack: before.fallsBack, note: before.note }
  tx.audit({
    action: 'stock.edit_warehouse',
    objectKind: 'warehouse',
    objectId: warehouseId,
    detail: { before: shown, changes },
  })
  return getWarehouse(tx, warehouseId)
}

/**
 * Nothing more is sold from it or comes into it, and what anybody may sell goes back to the total warehouse. What is held stays until
 * its orders end and is then returned by the schedule; codes for named channels stay until staff decide about them.
 * @throws commonErrors.notFound, stockErrors.warehouseClosed
 */
export async function closeWarehouse(tx: Tx, warehouseId: number, reason: string): Promise<WarehouseView> {
  const { name } = await getWarehouse(tx, warehouseId)
  if (!(await turn(tx, warehouseId, 'closed'))) throw stockErrors.warehouseClosed({ name })
  tx.audit({ action: 'stock.close_warehouse', objectKind: 'warehouse', objectId: warehouseId, detail: { reason } })
  await returnUnsold(tx, warehouseId, 'close', reason)
  return getWarehouse(tx, warehouseId)
}

/** @throws commonErrors.notFound, stockErrors.warehouseOpen */
export async function reopenWarehouse(tx: Tx, warehouseId: number, reason: string): Promise<WarehouseView> {
  const { name } = await getWarehouse(tx, warehouseId)
  if (!(await turn(tx, warehouseId, 'open'))) throw stockErrors.warehouseOpen({ name })
  tx.audit({ action: 'stock.reopen_warehouse', objectKind: 'warehouse', objectId: warehouseId, detail: { reason } })
  return getWarehouse(tx, warehouseId)
}

async function turn(tx: Tx, warehouseId: number, state: WarehouseView['state']): Promise<boolean> {
  const { rows } = await sql`
    update stock.warehouses
    set state = ${state}::text,
        closed_at = case when ${state}::text = 'closed' then now() end
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${warehouseId}::bigint
      and state <> ${state}::text
    returning id`.execute(tx.db)
  return rows.length > 0
}
