import { commonErrors, vaultErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { Tx } from '../../../platform/db/index.ts'
import { actorName } from '../model.ts'
import { refuseUnknownChannels } from './name-channels.ts'

/** What is said of a batch wherever its codes come from. */
type Facts = {
  readonly skuId: number
  readonly costFen: number
  readonly purchaseRef: string
  readonly validFrom: string | null
  readonly validTo: string | null
  readonly note: string
  readonly channels?: readonly string[] | null | undefined
}
type Codes =
  | { readonly origin: 'import'; readonly fileName: string; readonly separator: string; readonly supplier: string }
  | { readonly origin: 'generated'; readonly pattern: string; readonly wanted: number }

/** @throws vaultErrors.validityReversed; stockErrors.unknownChannel */
export async function refuseFacts(tx: Tx, { validFrom, validTo, channels }: Facts): Promise<void> {
  if (validFrom && validTo && Date.parse(validTo) <= Date.parse(validFrom)) throw vaultErrors.validityReversed()
  await refuseUnknownChannels(tx, channels ?? null)
}

/**
 * A batch without codes, on the shelf of its SKU.
 * @throws commonErrors.notFound for a SKU that is not there, or has no codes
 */
export async function openBatch(tx: Tx, facts: Facts, codes: Codes): Promise<number> {
  const { tenantId, actor } = tx.ctx
  const file = codes.origin === 'import' ? codes : { fileName: '', separator: 'auto', supplier: '' }
  const { pattern, wanted } = codes.origin === 'generated' ? codes : { pattern: null, wanted: null }
  const { rows } = await sql<{ id: number }>`
    insert into vault.batches (
      tenant_id, sku_id, origin, file_name, separator, supplier, pattern, wanted, cost_fen, purchase_ref, valid_from, valid_to,
      note, channels, created_by
    )
    select
      s.tenant_id, s.id, ${codes.origin}::text, ${file.fileName}::text, ${file.separator}::text, ${file.supplier}::text,
      ${pattern}::text, ${wanted}::integer, ${facts.costFen}::bigint, ${facts.purchaseRef}::text,
      ${facts.validFrom}::timestamptz, ${facts.validTo}::timestamptz, ${facts.note}::text, ${facts.channels ?? null}::text[],
      ${actorName(actor)}::text
    from catalog.skus s
    where s.tenant_id = ${tenantId}::bigint
      and s.id = ${facts.skuId}::bigint
      and catalog.reserve_of(s.kind) = 'shelf'
      and s.removed_at is null
    returning id`.execute(tx.db)
  const [batch] = rows
  if (!batch) throw commonErrors.notFound()
  await sql`select ledger.open_stock(${tenantId}::bigint, ${facts.skuId}::bigint)`.execute(tx.db)
  return batch.id
}
