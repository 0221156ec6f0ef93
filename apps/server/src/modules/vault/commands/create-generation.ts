import { type BatchView, patternErrors, refusalOf, vaultErrors, type vaultRoutes } from '@quanshu/contract'
import { codesOfPattern, parsePattern } from '@quanshu/kernel'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { getBatch } from '../queries/batches.ts'
import { openBatch, refuseFacts } from './open-batch.ts'

export const GENERATE_TASK = 'vault.generate'

export type GenerationFacts = z.output<(typeof vaultRoutes)['createGeneration']['body']>

/**
 * Opens a batch of codes that a job then makes.
 * @throws commonErrors.notFound for a SKU that is not there; patternErrors; vaultErrors.patternTooFew, validityReversed
 */
export async function createGeneration(tx: Tx, facts: GenerationFacts): Promise<BatchView> {
  await refuseFacts(tx, facts)
  await refuseGuessable(tx, facts)
  const { skuId, pattern, wanted, costFen } = facts
  const batchId = await openBatch(tx, facts, { origin: 'generated', pattern, wanted })
  tx.audit({
    action: 'batch.open_generation',
    objectKind: 'batch',
    objectId: batchId,
    detail: { skuId, pattern, wanted, costFen },
  })
  tx.enqueue(GENERATE_TASK, { batchId }, { key: String(batchId) })
  return getBatch(tx, batchId)
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
