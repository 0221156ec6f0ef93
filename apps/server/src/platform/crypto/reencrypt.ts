import type { TenantId } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Database } from '../db/index.ts'
import type { Crypto } from './index.ts'

/** A sealed column. Its cipher texts are bound to `table` and `column` by these very names, and to the row's id. */
export type ReencryptColumn = {
  /** With its schema, e.g. `identity.staff`. */
  readonly table: string
  readonly column: string
  /** The bigint column that, after tenant_id, is the key. */
  readonly idColumn: string
}

const ROWS_PER_TRANSACTION = 500

/**
 * Seals again, under the tenant's current data key, what an older one sealed. Works beside readers and writers:
 * a value that changed meanwhile is left alone, and stopping half-way loses nothing.
 * @returns how many values were sealed again
 */
export async function reencryptColumn(
  deps: { readonly db: Pick<Database, 'write' | 'read'>; readonly crypto: Crypto },
  ctx: Ctx,
  target: ReencryptColumn,
  signal?: AbortSignal,
): Promise<number> {
  let total = 0
  for (let after = 0; ; ) {
    signal?.throwIfAborted()
    const { keyId } = await deps.crypto.sealer(ctx.tenantId)
    const rows = await oldRows(deps.db, ctx, target, keyId, after)
    const last = rows.at(-1)
    if (!last) return total
    const renewed = await renew(deps.crypto, ctx.tenantId, target, rows)
    total += await replace(deps.db, ctx, target, renewed)
    after = last.id
  }
}

type Row = { readonly id: number; readonly sealed: Buffer }
type Renewed = Row & { readonly before: Buffer }

async function renew(
  crypto: Crypto,
  tenantId: TenantId,
  target: ReencryptColumn,
  rows: readonly Row[],
): Promise<readonly Renewed[]> {
  const whereOf = (id: number) => ({ table: target.table, column: target.column, row: id })
  const plain = await crypto.decryptMany(
    tenantId,
    rows.map((row) => ({ where: whereOf(row.id), sealed: row.sealed })),
  )
  const sealer = await crypto.sealer(tenantId)
  return rows.map((row, at) => ({
    id: row.id,
    before: row.sealed,
    sealed: sealer.seal(whereOf(row.id), plain[at] ?? ''),
  }))
}

/** Bytes 2 to 5 of a sealed value are its key id (see seal.ts). */
function oldRows(
  db: Pick<Database, 'read'>,
  ctx: Ctx,
  target: ReencryptColumn,
  keyId: number,
  after: number,
): Promise<readonly Row[]> {
  const keyBytes = Buffer.alloc(4)
  keyBytes.writeUInt32BE(keyId)
  return db.read(ctx, async (tx) => {
    const found = await sql<Row>`
      select ${sql.ref(target.idColumn)} as id, ${sql.ref(target.column)} as sealed
      from ${sql.table(target.table)}
      where tenant_id = ${ctx.tenantId}::bigint
        and ${sql.ref(target.idColumn)} > ${after}::bigint
        and substring(${sql.ref(target.column)} from 2 for 4) <> ${keyBytes}::bytea
      order by ${sql.ref(target.idColumn)}
      limit ${ROWS_PER_TRANSACTION}::integer`.execute(tx.db)
    return found.rows
  })
}

function replace(
  db: Pick<Database, 'write'>,
  ctx: Ctx,
  target: ReencryptColumn,
  rows: readonly Renewed[],
): Promise<number> {
  return db.write(ctx, async (tx) => {
    const done = await sql`
      update ${sql.table(target.table)} t
      set ${sql.ref(target.column)} = n.sealed
      from unnest(${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.before)}::bytea[], ${rows.map((row) => row.sealed)}::bytea[])
        as n(id, before, sealed)
      where t.tenant_id = ${ctx.tenantId}::bigint
        and t.${sql.ref(target.idColumn)} = n.id
        and t.${sql.ref(target.column)} = n.before`.execute(tx.db)
    return Number(done.numAffectedRows ?? 0)
  })
}
