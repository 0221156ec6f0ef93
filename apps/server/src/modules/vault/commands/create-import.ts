import type { BatchView, vaultRoutes } from '@quanshu/contract'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { getBatch } from '../queries/batches.ts'
import { openBatch, refuseFacts } from './open-batch.ts'

export type ImportFacts = z.output<(typeof vaultRoutes)['createImport']['body']>

/**
 * Opens a batch for a SKU of cards; its file is uploaded next.
 * @throws commonErrors.notFound for a SKU that is not there; vaultErrors.validityReversed
 */
export async function createImport(tx: Tx, facts: ImportFacts): Promise<BatchView> {
  await refuseFacts(tx, facts)
  const { skuId, fileName, separator, supplier, costFen } = facts
  const batchId = await openBatch(tx, facts, { origin: 'import', fileName, separator, supplier })
  tx.audit({
    action: 'batch.open',
    objectKind: 'batch',
    objectId: batchId,
    detail: { skuId, supplier, costFen },
  })
  return getBatch(tx, batchId)
}
