import { booksErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/db/index.ts'
import type { House } from '../model.ts'

/**
 * Writes down that open violations were dealt with, and how. They no longer count as open until a run finds other figures.
 * @throws booksErrors.notOpen when none of them is open
 */
export async function handleViolations(
  { db }: Pick<House, 'db'>,
  ctx: Ctx,
  ids: readonly number[],
  note: string,
): Promise<number> {
  const by = ctx.actor.kind === 'staff' ? ctx.actor.name : ctx.actor.kind
  return await db.write(ctx, async (tx) => {
    const { rows } = await sql<{ id: number; code: string; key: string }>`
      update books.violations v
      set state = 'handled',
          handled_at = now(),
          handled_by = ${by},
          note = ${note}
      where v.tenant_id = ${ctx.tenantId}::bigint
        and v.id = any (${ids}::bigint[])
        and v.state = 'open'
      returning v.id, v.code, v.key`.execute(tx.db)
    if (rows.length === 0) throw booksErrors.notOpen()
    for (const { id, code, key } of rows) {
      tx.audit({ action: 'books.handle', objectKind: 'violation', objectId: id, detail: { code, key, note } })
    }
    return rows.length
  })
}
