import { runningEmbeddedPostgres } from '../../apps/server/src/main/embedded-postgres/index.ts'
import { openPlatform } from '../../apps/server/src/main/platform.ts'
import { loadConfig } from '../../apps/server/src/platform/config/index.ts'
import { createLog } from '../../apps/server/src/platform/log/index.ts'
import type { Platform } from '../../apps/server/src/platform/module.ts'
import type { System } from './system.ts'

/** The program's own means on a running system's database, as its command line opens them. */
export async function withHouse<T>(
  { dataDir }: Pick<System, 'dataDir'>,
  work: (house: Platform) => Promise<T>,
): Promise<T> {
  const database = runningEmbeddedPostgres(dataDir)
  if (!database) throw new Error(`nothing runs in ${dataDir}`)
  const config = loadConfig({ ...process.env, QUANSHU_DATA: dataDir })
  const house = await openPlatform({
    config,
    appUrl: database.appUrl,
    log: createLog({ level: 'warn', destination: 2 }),
  })
  try {
    return await work(house)
  } finally {
    await house.db.close()
  }
}

export async function tenantIdOf(house: Platform, slug: string) {
  const found = await house.db.callGlobal<{ readonly id: Parameters<Platform['crypto']['sealer']>[0] } | null>(
    'tenancy.find_tenant',
    null,
    slug,
  )
  if (!found) throw new Error(`there is no shop ${slug}`)
  return found.id
}
