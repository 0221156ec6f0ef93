import { type BulkDetail, type BulkStanding, bulkRoutes, commonErrors, type Permission } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import type { Platform } from '../../platform/module.ts'
import { xlsxReply } from '../../platform/sheets/index.ts'
import { createBulk } from './commands/create-bulk.ts'
import { exportCodes } from './commands/export-codes.ts'
import { confirmBulk, retryLines, stopBulk } from './commands/move-bulk.ts'
import { uploadFile } from './commands/upload-file.ts'
import { bulkTemplate } from './file/template.ts'
import { everyBulk, getBulk, listBulks } from './queries/bulks.ts'
import { listLines } from './queries/lines.ts'
import { resultFile } from './queries/result.ts'
import { bulkColumns } from './sheets.ts'

/** Lines that somebody may want to look at: what did not come. */
const PROBLEMS: readonly BulkStanding[] = ['invalid', 'attention', 'refunded', 'failed', 'cancelled']

export const bulkBoundRoutes = (platform: Platform): readonly BoundRoute[] => {
  const { db } = platform
  return [
    handle(bulkRoutes.list, ({ ctx, query }) => db.read(ctx, (tx) => listBulks(tx, query))),
    handle(bulkRoutes.exportList, async ({ ctx, query }) =>
      xlsxReply(
        'bulk-orders',
        bulkColumns(ctx.locale),
        everyBulk((fn) => db.read(ctx, fn), query),
      ),
    ),
    handle(bulkRoutes.exportTemplate, ({ ctx, query }) =>
      db.read(ctx, (tx) => bulkTemplate(tx, { skuId: query.skuId, format: query.format })),
    ),
    handle(bulkRoutes.create, ({ body, session, once }) => {
      // To give away is more than to order for somebody's own money.
      if (body.payer === 'shop' && !session.permissions.has('bulk.give')) {
        throw commonErrors.forbidden({ permission: 'bulk.give' })
      }
      return once(async (tx) => shown(session, await createBulk(tx, body)))
    }),
    handle(bulkRoutes.upload, async ({ ctx, params, body, session }) =>
      shown(session, await uploadFile(platform, ctx, params.bulkId, body)),
    ),
    handle(bulkRoutes.get, async ({ ctx, params, session }) =>
      shown(session, await db.read(ctx, (tx) => getBulk(tx, params.bulkId))),
    ),
    handle(bulkRoutes.lines, ({ ctx, params, query }) =>
      db.read(ctx, async (tx) => {
        await getBulk(tx, params.bulkId)
        return listLines(tx, params.bulkId, query)
      }),
    ),
    handle(bulkRoutes.confirm, async ({ ctx, params, body, session }) => {
      const { payer } = await db.read(ctx, (tx) => getBulk(tx, params.bulkId))
      if (payer === 'shop' && !session.permissions.has('bulk.give')) {
        throw commonErrors.forbidden({ permission: 'bulk.give' })
      }
      return shown(session, await confirmBulk(platform, ctx, params.bulkId, body.totalFen))
    }),
    handle(bulkRoutes.setState, async ({ ctx, params, body, session }) =>
      shown(session, await db.write(ctx, (tx) => stopBulk(tx, params.bulkId, body))),
    ),
    handle(bulkRoutes.retry, async ({ ctx, params, body, session }) =>
      shown(session, await db.write(ctx, (tx) => retryLines(tx, params.bulkId, body.lines))),
    ),
    handle(bulkRoutes.exportResult, async ({ ctx, params, query }) => {
      const { bulkId } = params
      await db.read(ctx, (tx) => getBulk(tx, bulkId))
      const standings = query.problemsOnly ? PROBLEMS : query.standing
      return resultFile(platform, ctx, { bulkId, format: query.format, standings, withCodes: false })
    }),
    handle(bulkRoutes.exportCodes, ({ ctx, params, body }) =>
      exportCodes(platform, ctx, { bulkId: params.bulkId, ...body }),
    ),
  ]
}

/** Whoever may see members sees a contact, as of an order. */
const shown = ({ permissions }: { readonly permissions: ReadonlySet<Permission> }, bulk: BulkDetail): BulkDetail =>
  permissions.has('members.read') ? bulk : { ...bulk, contact: null }
