import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runningEmbeddedPostgres } from '../../apps/server/src/main/embedded-postgres/index.ts'
import type { StandInAddresses } from '../../apps/server/src/main/stand-ins.ts'

const PROGRAM = fileURLToPath(new URL('../../apps/server/src/main/start.ts', import.meta.url))

/** The system under measurement: `npm start` with production settings (fsync on) in a scratch folder of its own. */
export type System = {
  readonly url: string
  readonly pid: number
  readonly standIns: StandInAddresses
  /** The tables' owner, for limits that are taken beside the server. */
  readonly ownerUrl: string
  readonly stop: () => Promise<void>
}

export async function startSystem(): Promise<System> {
  const dataDir = mkdtempSync(join(tmpdir(), 'quanshu-bench-'))
  const child = fork(PROGRAM, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ...process.env,
      QUANSHU_DATA: dataDir,
      QUANSHU_PORT: '0',
      // Front ends are not measured, and one address plays all shoppers.
      QUANSHU_DEV: '1',
      QUANSHU_RATE_LIMIT_FACTOR: '1000000',
      QUANSHU_LOG_LEVEL: 'error',
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
    standIns: ready.standIns,
    ownerUrl: database.ownerUrl,
    stop: () => stop(child, dataDir),
  }
}

async function stop(child: ChildProcess, dataDir: string): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
  rmSync(dataDir, { recursive: true, force: true })
}

/** Resident memory of a process in MB; undefined where there is no /proc. */
export function memoryMb(pid: number): number | undefined {
  try {
    const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kb === undefined ? undefined : Number(kb) / 1024
  } catch {
    return undefined
  }
}
