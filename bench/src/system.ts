import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runningEmbeddedPostgres } from '../../apps/server/src/main/embedded-postgres/index.ts'
import type { StandInAddresses } from '../../apps/server/src/main/stand-ins.ts'

const PROGRAM = fileURLToPath(new URL('system-process.ts', import.meta.url))

/** The system under measurement: `npm start` with production settings (fsync on) in a scratch folder of its own. */
export type System = {
  readonly url: string
  readonly pid: number
  readonly dataDir: string
  readonly standIns: StandInAddresses
  /** The tables' owner, for limits that are taken beside the server. */
  readonly ownerUrl: string
  readonly stop: () => Promise<void>
}

/** @param options.frontEnds also serves the built pages, building them first when they are not up to date */
export async function startSystem(options: { readonly frontEnds?: boolean } = {}): Promise<System> {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-bench-'))
  const child = fork(PROGRAM, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      QUANSHU_DATA: dataDir,
      QUANSHU_PORT: '0',
      // What production leaves out and a run needs: a shop, and somebody who plays gateway and mail server.
      QUANSHU_DEMO: '1',
      QUANSHU_STAND_INS: '1',
      QUANSHU_ALLOW_INSECURE_ENDPOINTS: '1',
      // The driver plays all shoppers, each with an address of its own, as behind a shop's proxy.
      QUANSHU_TRUST_PROXY: '1',
      QUANSHU_RATE_LIMIT_FACTOR: '1000000',
      QUANSHU_LOG_LEVEL: 'error',
      QUANSHU_LOG_FILE: join(dataDir, 'bench.log'),
      ...(options.frontEnds ? {} : { QUANSHU_DEV: '1' }),
    },
  })
  const ready = await Promise.race([
    once(child, 'message').then(
      ([message]) => message as { readonly url: string; readonly standIns: StandInAddresses },
    ),
    once(child, 'close').then(() => undefined),
  ])
  const database = runningEmbeddedPostgres(dataDir)
  if (!ready || !database || child.pid === undefined) throw new Error('the system did not start')
  return {
    url: ready.url,
    pid: child.pid,
    dataDir,
    standIns: ready.standIns,
    ownerUrl: database.ownerUrl,
    stop: () => stop(child, dataDir),
  }
}

async function stop(child: ChildProcess, dataDir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    await closed
  }
  rmSync(dataDir, { recursive: true, force: true })
}
