import {
  type BatchView,
  commonErrors,
  patternErrors,
  refusalOf,
  vaultErrors,
  type vaultRoutes,
} from '@quanshu/contract'
import { codesOfPattern, parsePattern } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { actorName } from '../model.ts'
import { getBatch } from '../queries/batches.ts'
import { refuseUnknownChannels } from './name-channels.ts'

export const GENERATE_TASK = 'vault.generate'

export type GenerationFacts = z.output<(typeof vaultRoutes)['createGeneration']['body']>

/**
 * Opens a batch of codes that a job then makes.
 * @throws commonErrors.notFound for a SKU that is not there; patternErrors; vaultErrors.patternTooFew, validityReversed
 */
export async function createGeneration(tx: Tx, facts: GenerationFacts): Promise<BatchView> {
  if (facts.validFrom && facts.validTo && Date.parse(facts.validTo) <= Date.parse(facts.validFrom)) {
    throw vaultErrors.validityReversed()
  }
  await refuseUnknownChannels(tx, facts.channels ?? null)
  const { tenantId, actor } = tx.ctx
  await refuseGuessable(tx, facts)
  const opened = await sql<{ id: number }>`
    insert into vault.batches (
      tenant_id, sku_id, origin, pattern, wanted, cost_fen, purchase_ref, valid_from, valid_to, note, channels, created_by
    )
    select
      s.tenant_id, s.id, 'generated', ${facts.pattern}::text, ${facts.wanted}::integer, ${facts.costFen}::bigint,
      ${facts.purchaseRef}::text, ${facts.validFrom}::timestamptz, ${facts.validTo}::timestamptz, ${facts.note}::text,
      ${facts.channels ?? null}::text[], ${actorName(actor)}::text
    from catalog.skus s
    where s.tenant_id = ${tenantId}::bigint
      and s.id = ${facts.skuId}::bigint
      and catalog.reserve_of(s.kind) = 'shelf'
      and s.removed_at is null
    returning id`.execute(tx.db)
  const [batch] = opened.rows
  if (!batch) throw commonErrors.notFound()
  await sql`select ledger.open_stock(${tenantId}::bigint, ${facts.skuId}::bigint)`.execute(tx.db)
  tx.audit({
    action: 'batch.open_generation',
    objectKind: 'batch',
    objectId: batch.id,
    detail: { skuId: facts.skuId, pattern: facts.pattern, wanted: facts.wanted, costFen: facts.costFen },
  })
  tx.enqueue(GENERATE_TASK, { batchId: batch.id }, { key: String(batch.id) })
  return getBatch(tx, batch.id)
}

/** Codes that share their pattern share its chances: what was made of it before counts too. */
async function refuseGuessable(tx: Tx, { pattern, wanted }: GenerationFacts): Promise<void> {
  const parsed = parsePattern(pattern)
  if ('problem' in parsed) throw refusalOf(`${patternErrors.area}.${parsed.problem}`)
  const before = await sql<{ wanted: number }>`
    select coalesce(sum(b.wanted), 0)::bigint as wanted
    from vault.batches b
    where b.tenant_id = ${tx.ctx.tenantId}::bigint
      and b.pattern = ${pattern}::text
      and b.state <> 'undone'`.execute(tx.db)
  const most = Math.max(0, codesOfPattern(parsed) - (before.rows[0]?.wanted ?? 0))
  if (wanted > most) throw vaultErrors.patternTooFew({ most })
}
