import { type Clock, systemClock } from '@quanshu/kernel'
import { createBatcher } from '../platform/batch/index.ts'
import type { Config } from '../platform/config/index.ts'
import { openCrypto } from '../platform/crypto/index.ts'
import { openDatabase } from '../platform/db/index.ts'
import { createEventHub } from '../platform/events/index.ts'
import type { Log } from '../platform/log/index.ts'
import type { Platform } from '../platform/module.ts'

/** The house on a migrated database: everything a module may use. Close `db` last. */
export async function openPlatform(options: {
  readonly config: Config
  /** Connection of the application role. */
  readonly appUrl: string
  readonly log: Log
  readonly clock?: Clock
}): Promise<Platform> {
  const { config, log } = options
  const clock = options.clock ?? systemClock
  const db = openDatabase({ appUrl: options.appUrl, poolSize: config.poolSize, log })
  try {
    return {
      config,
      log,
      clock,
      db,
      crypto: await openCrypto({ db, keyFile: config.masterKeyFile, log, clock }),
      batcher: createBatcher(),
      hub: createEventHub((error, topic) => log.error({ err: error, topic }, 'a listener of the event hub failed')),
    }
  } catch (error) {
    await db.close()
    throw error
  }
}
