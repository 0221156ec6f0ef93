import { canonicalRedeemCode, drawCode, parsePattern, REDEEM_PATTERN } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { Ctx, Tx } from '../../../platform/db/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { secureDraw } from '../../vault/index.ts'
import { HASH_PURPOSE, sealedAt } from '../model.ts'

const CODES_PER_WRITE = 2_000

/**
 * Makes the codes that a series still lacks: drawn by the machine's secure chance, stored as keyed hash and sealed text. Run
 * again after a crash it goes on where it stopped; two that run take turns at the batch's row. One that there has been
 * before is drawn again.
 */
export async function makeCodes(platform: Pick<Platform, 'db' | 'crypto'>, ctx: Ctx, batchId: number): Promise<void> {
  const sealer = await platform.crypto.sealer(ctx.tenantId)
  const pattern = parsePattern(REDEEM_PATTERN)
  if ('problem' in pattern) throw new Error(`the pattern of redeem codes does not read: ${pattern.problem}`)
  const draw = secureDraw()
  for (let missing = CODES_PER_WRITE; missing > 0; ) {
    const count = Math.min(CODES_PER_WRITE, missing)
    const ids = await platform.db.callGlobal<readonly number[]>('redeem.reserve_code_ids', count)
    const plain = ids.map(() => canonicalRedeemCode(drawCode(pattern, draw)))
    const made = {
      ids,
      hashes: plain.map((code) => sealer.fingerprint(HASH_PURPOSE, code)),
      sealed: plain.map((code, at) => sealer.seal(sealedAt(ids[at] ?? 0), code)),
    }
    missing = await platform.db.write(ctx, (tx) => store(tx, batchId, made))
  }
}

type Made = { readonly ids: readonly number[]; readonly hashes: readonly Buffer[]; readonly sealed: readonly Buffer[] }

/** @returns how many are missing still; none when the series is no longer being made */
async function store(tx: Tx, batchId: number, { ids, hashes, sealed }: Made): Promise<number> {
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
    from unnest(${ids}::bigint[], ${hashes}::bytea[], ${sealed}::bytea[]) as x(id, hash, sealed)
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
