export { appUrlOf } from './app-url.ts'
export {
  CommitUnknown,
  constraintRefusals,
  DatabaseUnavailable,
  isConnectionLost,
  isGivenUp,
  isUnstorable,
} from './failures.ts'
export { migrate, migrationNames } from './migrate.ts'
export { openDatabase } from './open.ts'
export { MigrationRefused } from './sql-files.ts'
export { storableJson, storableText } from './storable.ts'
export type { DB } from './tables.gen.ts'
export type { AuditEntry, Ctx, Database, EnqueueOptions, ReadTx, Tx } from './types.ts'
