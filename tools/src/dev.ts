import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../apps/server/src/main/embedded-postgres/index.ts'
import { StartRefused } from '../../apps/server/src/main/start-refused.ts'
import { ConfigError, loadConfig } from '../../apps/server/src/platform/config/index.ts'
import { createLog } from '../../apps/server/src/platform/log/index.ts'
import { child, ROOT, type Running } from './dev/child.ts'
import { watchSources } from './dev/watch.ts'

/**
 * `npm run dev`: the server restarts when its sources or the SQL change (the database stays up meanwhile), and both
 * front ends run under Vite with hot reload, their calls passed on to the server.
 */
const PORTS = { console: 5173, mall: 5174 } as const

try {
  await dev()
} catch (error) {
  if (!(error instanceof StartRefused || error instanceof ConfigError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

async function dev(): Promise<void> {
  const config = loadConfig(process.env)
  const log = createLog({ level: 'warn', destination: 2 })
  const database =
    config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : undefined
  const serverUrl = `http://127.0.0.1:${config.port}`
  const server = child('server', [join(ROOT, 'apps/server/src/main/start.ts')], {
    QUANSHU_DEV: '1',
    QUANSHU_STAND_INS: String(config.standIns),
    QUANSHU_DEMO: String(config.demo),
    QUANSHU_ALLOW_INSECURE_ENDPOINTS: String(config.allowInsecureEndpoints),
    ...(database && {
      DATABASE_URL: database.ownerUrl,
      DATABASE_APP_URL: database.appUrl,
      QUANSHU_DATABASE_APP_PASSWORD: database.appPassword,
    }),
  })
  const fronts = Object.entries(PORTS).flatMap(([name, port]): Running[] => {
    const cwd = join(ROOT, 'apps', name)
    if (!existsSync(join(cwd, 'vite.config.ts'))) return []
    const arguments_ = [
      join(ROOT, 'node_modules/vite/bin/vite.js'),
      '--port',
      String(port),
      '--strictPort',
      '--clearScreen',
      'false',
    ]
    return [child(name, arguments_, { QUANSHU_DEV_SERVER: serverUrl }, cwd)]
  })
  const stopWatching = watchSources((path) => {
    console.log(`[dev] ${path} changed, the server restarts`)
    void server.restart()
  })
  console.log(
    `[dev] mall http://localhost:${PORTS.mall}/   console http://localhost:${PORTS.console}/console/   api ${serverUrl}`,
  )

  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, async () => {
      if (stopping) return
      stopping = true
      stopWatching()
      await Promise.all([server.stop(), ...fronts.map((front) => front.stop())])
      await database?.stop()
      process.exit(0)
    })
  }
}
