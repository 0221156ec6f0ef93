import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { type Drawn, drawCodes } from '../draw.ts'

const CODES_PER_WRITE = 2_000

/**
 * Makes the codes that a series still lacks: drawn by the machine's secure chance, stored as keyed hash and sealed text. Run
 * again after a crash it goes on where it stopped; two that run take turns at the batch's row. One that there has been
 * before is drawn again.
 */
export async function makeCodes(platform: Pick<Platform, 'db' | 'crypto'>, ctx: Ctx, batchId: number): Promise<void> {
  for (let missing = CODES_PER_WRITE; missing > 0; ) {
    const drawn = await drawCodes(platform, ctx.tenantId, Math.min(CODES_PER_WRITE, missing))
    missing = await platform.db.write(ctx, (tx) => store(tx, batchId, drawn))
  }
}

/** @returns how many are missing still; none when the series is no longer being made */
async function store(tx: Tx, batchId: number, drawn: readonly Drawn[]): Promise<number> {
  const { tenantId } = tx.ctx
  const found = await sql<{ codes: number; uses: number }>`
    select codes, uses_per_code as uses
    from redeem.batches
    where tenant_id = ${tenantId}::bigint
      and id = ${batchId}::bigint
      and state = 'making'
    for no key update`.execute(tx.db)
  const [batch] = found.rows
  if (!batch) return 0
  await sql`
    insert into redeem.codes (tenant_id, id, batch_id, code_hash, sealed, uses)
    select ${tenantId}::bigint, x.id, ${batchId}::bigint, x.hash, x.sealed, ${batch.uses}::integer
    from unnest(
      ${drawn.map(({ id }) => id)}::bigint[], ${drawn.map(({ hash }) => hash)}::bytea[],
      ${drawn.map(({ sealed }) => sealed)}::bytea[]
    ) as x(id, hash, sealed)
    limit greatest(${batch.codes}::integer - (
      select count(*) from redeem.codes c where c.tenant_id = ${tenantId}::bigint and c.batch_id = ${batchId}::bigint
    ), 0)
    on conflict (tenant_id, code_hash) do nothing`.execute(tx.db)
  const counted = await sql<{ made: number }>`
    select count(*) as made
    from redeem.codes
    where tenant_id = ${tenantId}::bigint
      and batch_id = ${batchId}::bigint`.execute(tx.db)
  const missing = batch.codes - (counted.rows[0]?.made ?? 0)
  if (missing === 0) {
    await sql`
      update redeem.batches
      set state = 'ready'
      where tenant_id = ${tenantId}::bigint
        and id = ${batchId}::bigint`.execute(tx.db)
  }
  return missing
}
