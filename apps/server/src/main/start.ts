import { once } from 'node:events'
import { createServer } from 'node:net'
import { join, relative } from 'node:path'
import { type Config, ConfigError, loadConfig } from '../platform/config/index.ts'
import { KeyFileError } from '../platform/crypto/index.ts'
import { MigrationRefused } from '../platform/db/index.ts'
import { createLog, type Log, silentLog } from '../platform/log/index.ts'
import { startTracing } from '../platform/telemetry/index.ts'
import { readyDatabase } from './database.ts'
import { type DemoAccount, ensureDemo } from './demo.ts'
import { prepareDataFolder } from './embedded-postgres/data-folder.ts'
import { freePort } from './embedded-postgres/server.ts'
import { builtFrontEnd } from './front-ends.ts'
import { openPlatform } from './platform.ts'
import { portRefusal, runRoles } from './server.ts'
import { handleShutdown } from './shutdown.ts'
import { type StandInAddresses, startStandInProcess } from './stand-ins.ts'
import { sentenceOf } from './standstill.ts'
import { StartRefused } from './start-refused.ts'

/** `npm start`: everything in one process, with the database and the stand-ins as its children. */
let log: Log = silentLog
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const shutdown = handleShutdown({ log: () => log, say })
const startedAt = Date.now()

try {
  await start()
} catch (error) {
  // Told to stop while starting, it finds its connections closed: that is no failure.
  if (shutdown.isRunning()) await new Promise(() => undefined)
  log.error({ err: error }, 'start failed')
  process.stderr.write(`${isSentence(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`)
  await shutdown.run('start failed', 1)
}

async function start(): Promise<void> {
  const config = await withPort(loadConfig(process.env))
  prepareDataFolder(config.dataDir)
  log = createLog({ level: config.logLevel, destination: config.logFile ?? 1 })
  const tracing = await startTracing({ endpointUrl: config.otlpUrl, serviceName: 'quanshu' })
  shutdown.add('traces', tracing.stop)

  // The builds run beside the database's start: each takes some seconds of one core.
  const serves = config.roles.includes('api') && process.env.QUANSHU_DEV === undefined
  const frontEnds = Promise.all([
    serves ? builtFrontEnd('mall', config.dataDir, log) : undefined,
    serves ? builtFrontEnd('console', config.dataDir, log) : undefined,
  ])
  const database = await readyDatabase({ config, log, onGiveUp: giveUp })
  shutdown.add('database', database.stop)
  shutdown.onForce(database.kill)
  const standIns = config.standIns
    ? await startStandInProcess({ dataDir: join(config.dataDir, 'stand-ins'), log })
    : undefined
  if (standIns) shutdown.add('stand-ins', standIns.stop)

  const platform = await openPlatform({
    config: withStandIns(config, standIns?.addresses),
    appUrl: database.appUrl,
    log,
  })
  shutdown.add('connections', platform.db.close)
  const accounts = config.demo ? await ensureDemo(platform, standIns?.addresses) : []
  const [mallDir, consoleDir] = await frontEnds
  const running = await runRoles(platform, {
    ownerUrl: database.ownerUrl,
    ...(mallDir === undefined ? {} : { mallDir }),
    ...(consoleDir === undefined ? {} : { consoleDir }),
  })
  shutdown.add('roles', running.stop)
  log.info({ url: running.url, roles: config.roles, ms: Date.now() - startedAt }, 'ready')
  greet(config, accounts, standIns?.addresses)
  const standing = running.standstill()
  if (standing) say(`It stands still ${sentenceOf(standing)}\nTo let it go on: npm run cli -- resume`)
  if (serves && !(mallDir && consoleDir)) say('A front end could not be built; the log says why.')
  // Tells a supervisor (npm run dev, the tests) that it may go on.
  process.send?.({ ready: true, url: running.url, standIns: standIns?.addresses })
}

function greet(config: Config, accounts: readonly DemoAccount[], standIns: StandInAddresses | undefined): void {
  const lines = [
    `权枢 Quanshu is ready (${((Date.now() - startedAt) / 1_000).toFixed(1)} s).`,
    ...(config.roles.includes('api')
      ? [`  mall      ${config.publicUrl}/`, `  console   ${config.publicUrl}/console/`]
      : []),
    ...accounts.map((account) => `  ${account.label.padEnd(9)} ${account.signIn}  ${account.secret}`),
    ...(standIns
      ? [
          `  payments  ${standIns.paygate.controlUrl}/  (stand-in)`,
          `  messages  ${standIns.sms.inboxUrl}  ${standIns.mail.inboxUrl}  ${standIns.wecom.inboxUrl}  (stand-ins)`,
        ]
      : []),
    `  data      ${shown(config.dataDir)}${config.logFile ? `   log ${shown(config.logFile)}` : ''}`,
    'Stop with Ctrl-C.',
  ]
  say(lines.join('\n'))
}

function giveUp(error: Error): void {
  log.error({ err: error }, 'the database does not stay up')
  process.stderr.write(`The database stops again and again, so Quanshu stops too: ${error.message}.\n`)
  void shutdown.run('database gave up', 1)
}

/** Mail goes to the stand-in when nothing else is set. */
function withStandIns(config: Config, standIns: StandInAddresses | undefined): Config {
  return standIns && config.smtpUrl === undefined ? { ...config, smtpUrl: standIns.mail.smtpUrl } : config
}

/**
 * Finds out early whether the port is free, and turns port 0 into a real one, because the public address has to be
 * known before anything is built on it.
 */
async function withPort(config: Config): Promise<Config> {
  if (!config.roles.includes('api')) return config
  if (config.port === 0) {
    const port = await freePort(config.host)
    return {
      ...config,
      port,
      publicUrl: process.env.QUANSHU_PUBLIC_URL ? config.publicUrl : `http://localhost:${port}`,
    }
  }
  const probe = createServer().listen(config.port, config.host)
  try {
    await once(probe, 'listening')
  } catch (error) {
    throw portRefusal(error, config.host, config.port)
  }
  probe.close()
  await once(probe, 'close')
  return config
}

function isSentence(error: unknown): error is Error {
  return (
    error instanceof StartRefused ||
    error instanceof ConfigError ||
    error instanceof MigrationRefused ||
    error instanceof KeyFileError
  )
}

function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : `./${near}`
}
