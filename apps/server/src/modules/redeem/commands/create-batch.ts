import { commonErrors, type RedeemBatch, redeemErrors, type redeemRoutes } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { actorName } from '../model.ts'
import { getBatch } from '../queries/batches.ts'

export const MAKE_TASK = 'redeem.make'
export type BatchFacts = z.output<(typeof redeemRoutes)['createBatch']['body']>

/**
 * Opens a series of codes that a job then makes.
 * @throws commonErrors.notFound for a SKU that is not there; redeemErrors.validityReversed, redeemErrors.kindNotRedeemable
 */
export async function createBatch(tx: Tx, facts: BatchFacts): Promise<RedeemBatch> {
  const end = facts.validTo === null ? Number.POSITIVE_INFINITY : Date.parse(facts.validTo)
  if (end <= Math.max(Date.now(), facts.validFrom === null ? 0 : Date.parse(facts.validFrom))) {
    throw redeemErrors.validityReversed()
  }
  const { tenantId, actor } = tx.ctx
  const sku = await tx.db
    .selectFrom('catalog.skus')
    .select(['kind', 'title'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', facts.skuId)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  if (!sku) throw commonErrors.notFound()
  if (sku.kind === 'link') throw redeemErrors.kindNotRedeemable({ title: sku.title })
  const opened = await sql<{ id: number }>`
    insert into redeem.batches (
      tenant_id, name, sku_id, quantity, codes, uses_per_code, per_person, valid_from, valid_to, valid_days, gives_back, when_short,
      part_points, note, created_by
    )
    select
      s.tenant_id, ${facts.name}::text, s.id, ${facts.quantity}::integer, ${facts.codes}::integer,
      ${facts.usesPerCode}::integer, ${facts.perPerson}::integer, ${facts.validFrom}::timestamptz,
      ${facts.validTo}::timestamptz, ${facts.validDays}::integer, ${facts.givesBack}::boolean, ${facts.whenShort}::text,
      ${facts.partPoints}::integer, ${facts.note}::text,
      ${actorName(actor)}::text
    from catalog.skus s
    where s.tenant_id = ${tenantId}::bigint
      and s.id = ${facts.skuId}::bigint
      and s.removed_at is null
    returning id`.execute(tx.db)
  const [batch] = opened.rows
  if (!batch) throw commonErrors.notFound()
  const { skuId, quantity, codes, usesPerCode } = facts
  tx.audit({
    action: 'redeem.create',
    objectKind: 'redeem_batch',
    objectId: batch.id,
    detail: { skuId, quantity, codes, usesPerCode },
  })
  tx.enqueue(MAKE_TASK, { batchId: batch.id }, { key: String(batch.id) })
  return getBatch(tx, batch.id)
}
