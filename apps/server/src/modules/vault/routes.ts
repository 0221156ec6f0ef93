import { Readable } from 'node:stream'
import { mallNumberRoutes, vaultRoutes } from '@quanshu/contract'
import { type BoundRoute, handle } from '../../platform/http/index.ts'
import { xlsxReply } from '../../platform/sheets/index.ts'
import { cancelImport } from './commands/cancel-import.ts'
import { createGeneration } from './commands/create-generation.ts'
import { createImport } from './commands/create-import.ts'
import { editBatch } from './commands/edit-batch.ts'
import { exportCodes } from './commands/export-codes.ts'
import { resumeGeneration } from './commands/resume-generation.ts'
import { markCardUsed, voidCard } from './commands/retire-card.ts'
import { revealCard } from './commands/reveal-card.ts'
import { resumeBatch, suspendBatch } from './commands/suspend-batch.ts'
import { undoBatch } from './commands/undo-batch.ts'
import { uploadImport } from './commands/upload-import.ts'
import type { VaultDeps } from './deps.ts'
import { watchBatch } from './progress.ts'
import { everyBatch, getBatch, listBatches } from './queries/batches.ts'
import { cardHistory, everyCard, listCards, searchCard } from './queries/cards.ts'
import { importReport, importReportCsv } from './queries/import-report.ts'
import { listNumbers } from './queries/numbers.ts'
import { batchColumns, cardColumns } from './sheets.ts'

export const vaultBoundRoutes = (deps: VaultDeps): readonly BoundRoute[] => [
  ...importRoutes(deps),
  ...generationRoutes(deps),
  ...batchRoutes(deps),
  ...cardRoutes(deps),
  handle(mallNumberRoutes.list, ({ ctx, params, query }) =>
    deps.db.read(ctx, (tx) => listNumbers(tx, params.skuId, query)),
  ),
]

const importRoutes = (deps: VaultDeps): readonly BoundRoute[] => [
  handle(vaultRoutes.createImport, ({ body, once }) => once((tx) => createImport(tx, body))),
  handle(vaultRoutes.uploadImport, ({ ctx, params, body }) => uploadImport(deps, ctx, params.batchId, body)),
  handle(vaultRoutes.watchImport, async ({ ctx, params, openStream }) => {
    await deps.db.read(ctx, (tx) => getBatch(tx, params.batchId))
    const stream = openStream()
    const stop = watchBatch(deps, ctx, params.batchId, {
      send: (batch) => stream.send(batch, { event: 'batch' }),
      close: stream.close,
      // The page reconnects and asks again.
      fail: stream.close,
    })
    stream.onClose(stop)
    return stream
  }),
  handle(vaultRoutes.cancelImport, ({ ctx, params }) => cancelImport(deps, ctx, params.batchId)),
  handle(vaultRoutes.importReport, ({ ctx, params, query }) =>
    deps.db.read(ctx, async (tx) => {
      await getBatch(tx, params.batchId)
      return importReport(tx, params.batchId, query)
    }),
  ),
  handle(vaultRoutes.importReportFile, async ({ ctx, params }) => {
    await deps.db.read(ctx, (tx) => getBatch(tx, params.batchId))
    return {
      content: Readable.from(importReportCsv((fn) => deps.db.read(ctx, fn), params.batchId)),
      contentType: 'text/csv; charset=utf-8',
      fileName: `import-${params.batchId}.csv`,
    }
  }),
]

const generationRoutes = (deps: VaultDeps): readonly BoundRoute[] => [
  handle(vaultRoutes.createGeneration, ({ body, once }) => once((tx) => createGeneration(tx, body))),
  handle(vaultRoutes.resumeGeneration, ({ ctx, params }) =>
    deps.db.write(ctx, (tx) => resumeGeneration(tx, params.batchId)),
  ),
  handle(vaultRoutes.cancelGeneration, ({ ctx, params }) => cancelImport(deps, ctx, params.batchId)),
  handle(vaultRoutes.exportCodes, async ({ ctx, params, body }) => ({
    content: Readable.from(await exportCodes(deps, ctx, { batchId: params.batchId, ...body })),
    contentType: 'text/plain; charset=utf-8',
    fileName: `codes-${params.batchId}.txt`,
  })),
]

const batchRoutes = (deps: VaultDeps): readonly BoundRoute[] => [
  handle(vaultRoutes.listBatches, ({ ctx, query }) => deps.db.read(ctx, (tx) => listBatches(tx, query))),
  handle(vaultRoutes.exportBatches, async ({ ctx, query }) =>
    xlsxReply(
      'batches',
      batchColumns(ctx.locale),
      everyBatch((fn) => deps.db.read(ctx, fn), query),
    ),
  ),
  handle(vaultRoutes.getBatch, ({ ctx, params }) => deps.db.read(ctx, (tx) => getBatch(tx, params.batchId))),
  handle(vaultRoutes.editBatch, ({ ctx, params, body }) => editBatch(deps, ctx, params.batchId, body)),
  handle(vaultRoutes.undoBatch, ({ ctx, params, body }) => undoBatch(deps, ctx, params.batchId, body.reason)),
  handle(vaultRoutes.suspendBatch, ({ ctx, params, body }) => suspendBatch(deps, ctx, params.batchId, body.reason)),
  handle(vaultRoutes.resumeBatch, ({ ctx, params, body }) => resumeBatch(deps, ctx, params.batchId, body.reason)),
]

const cardRoutes = (deps: VaultDeps): readonly BoundRoute[] => [
  handle(vaultRoutes.listCards, ({ ctx, query }) => listCards(deps, ctx, query)),
  handle(vaultRoutes.exportCards, async ({ ctx, query }) => {
    await deps.db.write(ctx, async (tx) =>
      tx.audit({ action: 'card.export', objectKind: 'card', objectId: '', detail: { ...query } }),
    )
    return xlsxReply('cards', cardColumns(ctx.locale), everyCard(deps, ctx, query))
  }),
  handle(vaultRoutes.searchCard, ({ ctx, body }) => searchCard(deps, ctx, body.value)),
  handle(vaultRoutes.cardHistory, ({ ctx, params }) => cardHistory(deps, ctx, params.cardId)),
  handle(vaultRoutes.revealCard, ({ ctx, params, body }) => revealCard(deps, ctx, params.cardId, body.reason)),
  handle(vaultRoutes.voidCard, ({ ctx, params, body }) => voidCard(deps, ctx, params.cardId, body.reason)),
  handle(vaultRoutes.markCardUsed, ({ ctx, params, body }) => markCardUsed(deps, ctx, params.cardId, body.reason)),
]
