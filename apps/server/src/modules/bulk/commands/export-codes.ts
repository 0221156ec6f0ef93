import { commonErrors } from '@quanshu/contract'
import type { Ctx } from '../../../platform/db/index.ts'
import type { FileReply } from '../../../platform/http/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { getBulk } from '../queries/bulks.ts'
import { resultFile } from '../queries/result.ts'

export type CodesWish = { readonly bulkId: number; readonly reason: string; readonly format: 'xlsx' | 'csv' | 'txt' }

/**
 * Every line with its codes, in one file. Who, when and why is committed before the first code is opened; as often as asked
 * for, since the orders may still be arriving, and each time logged. @throws commonErrors.notFound
 */
export async function exportCodes(
  platform: Pick<Platform, 'db' | 'crypto' | 'config'>,
  ctx: Ctx,
  { bulkId, reason, format }: CodesWish,
): Promise<FileReply> {
  if (ctx.actor.kind !== 'staff') throw commonErrors.forbidden({ permission: 'bulk.export' })
  await platform.db.write(ctx, async (tx) => {
    const { counts } = await getBulk(tx, bulkId)
    tx.audit({
      action: 'bulk.export_codes',
      objectKind: 'bulk_order',
      objectId: bulkId,
      detail: { reason, format, delivered: counts.delivered },
    })
  })
  return resultFile(platform, ctx, { bulkId, format, withCodes: true })
}
