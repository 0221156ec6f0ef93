import { commonErrors, reconciliationErrors, type StatementMap, statementMap } from '@quanshu/contract'
import { sql } from 'kysely'
import type { ReadTx, Tx } from '../../../platform/db/index.ts'
import { BillUnreadable } from '../../payments/index.ts'
import { currenciesIn } from '../../suppliers/index.ts'
import { actorName } from '../model.ts'
import { rowsOf } from './rows.ts'
import { suppliersNamed } from './source.ts'

const SHOWN_ROWS = 20

/** How the columns of a supplier's statement are called; null before anybody said. @throws common.not_found */
export async function readMap(tx: ReadTx, supplierId: number): Promise<StatementMap | null> {
  await mustBeOurs(tx, supplierId)
  const { rows } = await sql<{ readonly columns: unknown }>`
    select columns
    from suppliers.statement_maps
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and supplier_id = ${supplierId}::bigint
  `.execute(tx.db)
  return rows[0] ? statementMap.parse(rows[0].columns) : null
}

/** Other money that the shop has a rate of for this supplier. @throws common.not_found */
export async function currenciesOf(tx: ReadTx, supplierId: number): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly rates: string | null }>`
    select settings ->> 'rates' as rates
    from suppliers.suppliers
    where tenant_id = ${tx.ctx.tenantId}::bigint
      and id = ${supplierId}::bigint
  `.execute(tx.db)
  if (!rows[0]) throw commonErrors.notFound()
  return currenciesIn(rows[0].rates)
}

/** @throws reconciliationErrors.noStatementMap */
export async function neededMap(tx: ReadTx, supplierId: number): Promise<StatementMap> {
  const map = await readMap(tx, supplierId)
  if (!map) throw reconciliationErrors.noStatementMap()
  return map
}

/** @throws common.not_found */
export async function saveMap(tx: Tx, supplierId: number, map: StatementMap): Promise<void> {
  await mustBeOurs(tx, supplierId)
  await sql`
    insert into suppliers.statement_maps (tenant_id, supplier_id, columns, updated_by)
    values (${tx.ctx.tenantId}, ${supplierId}, ${JSON.stringify(map)}::jsonb, ${actorName(tx.ctx)})
    on conflict (tenant_id, supplier_id) do update
    set columns = excluded.columns,
        updated_at = now(),
        updated_by = excluded.updated_by
  `.execute(tx.db)
  tx.audit({ action: 'supplier.statement_map', objectKind: 'supplier', objectId: supplierId, detail: { ...map } })
}

/** The first rows of a file, so that a person sees how its columns are called. @throws reconciliationErrors.notABill */
export async function firstRows(path: string): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = []
  try {
    for await (const { cells } of rowsOf(path)) {
      found.push(cells)
      if (found.length === SHOWN_ROWS) break
    }
    return found
  } catch (error) {
    if (error instanceof BillUnreadable) throw reconciliationErrors.notABill({ why: error.why.en, whyZh: error.why.zh })
    throw error
  }
}

/** @throws common.not_found */
export async function mustBeOurs(tx: ReadTx, supplierId: number): Promise<void> {
  if ((await suppliersNamed(tx, [supplierId])).length === 0) throw commonErrors.notFound()
}
