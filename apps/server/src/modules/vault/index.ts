import type { Module, Platform } from '../../platform/module.ts'
import { fillLoops } from './fill-loops.ts'
import { followTask, generateTask } from './jobs.ts'
import { numberCards } from './number-cards.ts'
import { vaultBoundRoutes } from './routes.ts'
import { expireDueCards, tendBatches } from './schedules.ts'

export { type SealedCode, sealBought } from './bought.ts'
export { cancelImport } from './commands/cancel-import.ts'
export { createGeneration } from './commands/create-generation.ts'
export { createImport } from './commands/create-import.ts'
export { editBatch } from './commands/edit-batch.ts'
export { exportCodes } from './commands/export-codes.ts'
export { generateCodes } from './commands/generate-codes.ts'
export { resumeGeneration } from './commands/resume-generation.ts'
export { markCardUsed, voidCard } from './commands/retire-card.ts'
export { revealCard } from './commands/reveal-card.ts'
export { FOLLOW_TASK, resumeBatch, shiftBatch, suspendBatch } from './commands/suspend-batch.ts'
export { undoBatch } from './commands/undo-batch.ts'
export { type ImportUpload, uploadImport } from './commands/upload-import.ts'
export { secureDraw } from './draw.ts'
export { fillLoops } from './fill-loops.ts'
export { type Row as TableRow, readCardFile, readTable } from './import-reader/index.ts'
export { readXlsxRows } from './import-reader/xlsx.ts'
export { batchStates, canonical, mask, partsOf } from './model.ts'
export { numberCards } from './number-cards.ts'
export { getBatch, listBatches } from './queries/batches.ts'
export { cardHistory, getCard, listCards, searchCard } from './queries/cards.ts'
export { expireDueCards, tendBatches } from './schedules.ts'
export { FINGERPRINT_PURPOSE, openCards, sealedAt } from './secrets.ts'

export function vaultModule(platform: Platform): Module {
  return {
    name: 'vault',
    routes: vaultBoundRoutes(platform),
    tasks: [generateTask(platform), followTask(platform)],
    schedules: [
      { name: 'vault.expire', everyMs: 60_000, run: async () => void (await expireDueCards(platform)) },
      { name: 'vault.fill_loops', everyMs: 5_000, run: async () => void (await fillLoops(platform)) },
      { name: 'vault.number_cards', everyMs: 10_000, run: async () => void (await numberCards(platform)) },
      { name: 'vault.tend', everyMs: 60_000, run: () => tendBatches(platform) },
    ],
  }
}
