import { commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { queueLookUp } from './look-up.ts'

/** Has the suppliers asked again whose these orders are. @returns how many suppliers are asked */
export async function askStrays(tx: Tx, ids: readonly number[]): Promise<number> {
  const { rows } = await sql<{ suppliers: readonly number[] }>`
    select suppliers.ask_strays(${tx.ctx.tenantId}::bigint, ${ids}::bigint[]) as suppliers
  `.execute(tx.db)
  const suppliers = rows[0]?.suppliers ?? []
  for (const supplierId of suppliers) queueLookUp(tx, supplierId)
  if (suppliers.length > 0) tx.audit({ action: 'stray.ask', objectKind: 'stray', objectId: ids.join(', ') })
  return suppliers.length
}

/** A person is done with these. Those that somebody else was done with before stay his. @returns how many */
export async function handleStrays(tx: Tx, ids: readonly number[], note: string, actor: string): Promise<number> {
  const { rows } = await sql<{ handled: readonly number[] }>`
    select suppliers.handle_strays(${tx.ctx.tenantId}::bigint, ${ids}::bigint[], ${actor}, ${note}) as handled
  `.execute(tx.db)
  const handled = rows[0]?.handled ?? []
  for (const strayId of handled) {
    tx.audit({ action: 'stray.handle', objectKind: 'stray', objectId: strayId, detail: { note } })
  }
  return handled.length
}

/** A person is done with a supplier's flood; what comes after this is another. @returns whether it was open @throws common.not_found */
export async function handleFlood(tx: Tx, floodId: number, note: string, actor: string): Promise<boolean> {
  const { rows } = await sql<{ handled: { readonly supplierId: number; readonly more: number } | null }>`
    select suppliers.handle_flood(${tx.ctx.tenantId}::bigint, ${floodId}::bigint, ${actor}, ${note}) as handled
  `.execute(tx.db)
  const handled = rows[0]?.handled
  if (!handled) {
    const known = await sql`
      select from suppliers.stray_floods where tenant_id = ${tx.ctx.tenantId}::bigint and id = ${floodId}::bigint
    `.execute(tx.db)
    if (known.rows.length === 0) throw commonErrors.notFound()
    return false
  }
  const { supplierId, more } = handled
  tx.audit({ action: 'stray.handle_flood', objectKind: 'supplier', objectId: supplierId, detail: { more, note } })
  return true
}
