import { join } from 'node:path'
import type { Config } from '../platform/config/index.ts'
import { appUrlOf, migrate } from '../platform/db/index.ts'
import type { Log } from '../platform/log/index.ts'
import { startEmbeddedPostgres } from './embedded-postgres/index.ts'
import { applyRestoreMark } from './standstill.ts'
import { StartRefused } from './start-refused.ts'

export type ReadyDatabase = {
  readonly ownerUrl: string
  readonly appUrl: string
  /** Stops the embedded server; does nothing to one's own. */
  readonly stop: () => Promise<void>
  /** Ends the embedded server at once, as a power cut would; it recovers at the next start. */
  readonly kill: () => void
}

/**
 * The database of this installation, migrated: the embedded server, or the one that DATABASE_URL names.
 * @throws StartRefused or MigrationRefused with one sentence
 */
export async function readyDatabase(options: {
  readonly config: Config
  readonly log: Log
  readonly onGiveUp: (error: Error) => void
}): Promise<ReadyDatabase> {
  const { config, log } = options
  if (config.databaseUrl !== undefined) {
    if (config.archiveDir !== undefined) {
      throw new StartRefused(
        'QUANSHU_ARCHIVE is for the embedded database; archive the log of a server of your own with its archive_command or pgBackRest.',
      )
    }
    await migrate({
      ownerUrl: config.databaseUrl,
      log,
      ...(config.databaseAppPassword === undefined ? {} : { appPassword: config.databaseAppPassword }),
    })
    return {
      ownerUrl: config.databaseUrl,
      appUrl: config.databaseAppUrl ?? appUrlOf(config.databaseUrl),
      stop: async () => undefined,
      kill: () => undefined,
    }
  }
  const server = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log,
    onGiveUp: options.onGiveUp,
    ...(config.archiveDir === undefined ? {} : { archiveDir: config.archiveDir }),
  })
  try {
    await migrate({ ownerUrl: server.ownerUrl, log, appPassword: server.appPassword })
    await applyRestoreMark(join(config.dataDir, 'postgres'), server.ownerUrl)
  } catch (error) {
    await server.stop()
    throw error
  }
  return {
    ownerUrl: server.ownerUrl,
    appUrl: server.appUrl,
    stop: server.stop,
    kill: () => {
      const pid = server.pid()
      if (pid !== undefined) process.kill(pid, 'SIGQUIT')
    },
  }
}
