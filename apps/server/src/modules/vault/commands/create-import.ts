import { type BatchView, commonErrors, vaultErrors, type vaultRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { actorName } from '../model.ts'
import { getBatch } from '../queries/batches.ts'
import { refuseUnknownChannels } from './name-channels.ts'

export type ImportFacts = z.output<(typeof vaultRoutes)['createImport']['body']>

/**
 * Opens a batch for a SKU of cards; its file is uploaded next.
 * @throws commonErrors.notFound for a SKU that is not there; vaultErrors.validityReversed
 */
export async function createImport(tx: Tx, facts: ImportFacts): Promise<BatchView> {
  if (facts.validFrom && facts.validTo && Date.parse(facts.validTo) <= Date.parse(facts.validFrom)) {
    throw vaultErrors.validityReversed()
  }
  await refuseUnknownChannels(tx, facts.channels ?? null)
  const { tenantId, actor } = tx.ctx
  const opened = await sql<{ id: number }>`
    insert into vault.batches (
      tenant_id, sku_id, file_name, separator, supplier, cost_fen, purchase_ref, valid_from, valid_to, note, channels, created_by
    )
    select
      s.tenant_id, s.id, ${facts.fileName}::text, ${facts.separator}::text, ${facts.supplier}::text, ${facts.costFen}::bigint,
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
    action: 'batch.open',
    objectKind: 'batch',
    objectId: batch.id,
    detail: { skuId: facts.skuId, supplier: facts.supplier, costFen: facts.costFen },
  })
  return getBatch(tx, batch.id)
}
