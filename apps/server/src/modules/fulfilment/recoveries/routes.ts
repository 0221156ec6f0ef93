import { recoveryRoutes as routes } from '@quanshu/contract'
import { handle } from '../../../platform/http/index.ts'
import { everyRow } from '../../../platform/lists/index.ts'
import type { Platform } from '../../../platform/module.ts'
import { xlsxReply } from '../../../platform/sheets/index.ts'
import { getBatch } from '../../vault/index.ts'
import { moveRecovery, openRecallRecovery } from './commands/move-recovery.ts'
import { recoveryEvidence } from './queries/evidence.ts'
import { listRecoveries, readRecovery, someRecoveries, sumRecoveries } from './queries/recoveries.ts'
import { recoveryColumns } from './sheet.ts'

export function recoveryRoutes(platform: Platform) {
  const { db } = platform
  return [
    handle(routes.list, ({ ctx, query }) => db.read(ctx, (tx) => listRecoveries(tx, query))),
    handle(routes.sums, ({ ctx }) => db.read(ctx, sumRecoveries)),
    handle(routes.export, async ({ ctx, query }) => {
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'recovery.export', objectKind: 'recovery', objectId: '', detail: { ...query } }),
      )
      const rows = everyRow((beforeId, count) => db.read(ctx, (tx) => someRecoveries(tx, query, beforeId, count)))
      return xlsxReply('recoveries', recoveryColumns(ctx.locale), rows)
    }),
    handle(routes.evidence, async ({ ctx, params }) => {
      const file = await recoveryEvidence(platform, ctx, params.recoveryId)
      await db.write(ctx, async (tx) =>
        tx.audit({ action: 'recovery.evidence', objectKind: 'recovery', objectId: params.recoveryId, detail: {} }),
      )
      return file
    }),
    handle(routes.move, ({ params, body, session, once }) =>
      once(async (tx) => {
        await moveRecovery(tx, params.recoveryId, body, session)
        return await readRecovery(tx, params.recoveryId)
      }),
    ),
    handle(routes.openRecall, ({ ctx, params, session }) =>
      db.write(ctx, async (tx) => {
        await getBatch(tx, params.batchId)
        return { id: await openRecallRecovery(tx, params.batchId, session.name) }
      }),
    ),
  ]
}
