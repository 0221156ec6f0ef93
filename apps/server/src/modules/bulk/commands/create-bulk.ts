import { type BulkDetail, bulkErrors, type bulkRoutes, commonErrors } from '@quanshu/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Tx } from '../../../platform/db/index.ts'
import { contactOf } from '../file/lines.ts'
import { actorName, isBulkKind } from '../model.ts'
import { getBulk } from '../queries/bulks.ts'

export type BulkFacts = z.output<typeof bulkRoutes.create.body>

/**
 * Opens a bulk order without lines.
 * @throws bulkErrors.payerNeeded, unknownPayer, kindNotInBulk; commonErrors.notFound for a variant that is not there;
 * bulk_line.contact
 */
export async function createBulk(tx: Tx, facts: BulkFacts): Promise<BulkDetail> {
  const { tenantId, actor, locale } = tx.ctx
  const { name, note, payer, skuId, allowRepeats } = facts
  if (payer === 'member' && facts.memberId === null) throw bulkErrors.payerNeeded()
  const memberId = payer === 'member' ? facts.memberId : null
  if (memberId !== null) await mustBeMember(tx, memberId)
  if (skuId !== null) await mustBeOfBulk(tx, skuId)
  const opened = await sql<{ id: number }>`
    insert into bulk.orders (tenant_id, name, note, payer, member_id, sku_id, contact, allow_repeats, locale, created_by)
    values (
      ${tenantId}::bigint, ${name}::text, ${note}::text, ${payer}::text, ${memberId}::bigint, ${skuId}::bigint,
      ${contactOf(facts.contact)}::text, ${allowRepeats}::boolean, ${locale}::text, ${actorName(actor)}::text
    )
    returning id`.execute(tx.db)
  const id = opened.rows[0]?.id ?? 0
  tx.audit({ action: 'bulk.create', objectKind: 'bulk_order', objectId: id, detail: { name, payer, memberId, skuId } })
  return getBulk(tx, id)
}

async function mustBeMember(tx: Tx, memberId: number): Promise<void> {
  const member = await tx.db
    .selectFrom('members.members')
    .select('id')
    .where('tenant_id', '=', tx.ctx.tenantId)
    .where('id', '=', memberId)
    .where('status', '=', 'active')
    .executeTakeFirst()
  if (!member) throw bulkErrors.unknownPayer()
}

async function mustBeOfBulk(tx: Tx, skuId: number): Promise<void> {
  const sku = await tx.db
    .selectFrom('catalog.skus')
    .select(['kind', 'title'])
    .where('tenant_id', '=', tx.ctx.tenantId)
    .where('id', '=', skuId)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  if (!sku) throw commonErrors.notFound()
  if (!isBulkKind(sku.kind)) throw bulkErrors.kindNotInBulk({ title: sku.title })
}
