import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { inject } from 'vitest'
import { runningEmbeddedPostgres } from '../../src/main/embedded-postgres/index.ts'
import { eventually } from '../harness/index.ts'
import { startProcess } from './start-process.ts'

const MADE_WITHIN_MS = 120_000

/**
 * A data folder of one's own with the demo shop in it, all but connected: a start finds it as one that was killed in its
 * last steps would have left it, and connects the shop to stand-ins of its own. Drawing and importing takes many seconds
 * of a core, so the first file that asks makes the shop, and everybody has a copy.
 */
export async function shopFolder(): Promise<string> {
  const made = join(inject('scratch'), 'shop')
  await eventually('the shop was made', () => existsSync(made) || makeAt(made), MADE_WITHIN_MS)
  const dataDir = await mkdtemp(join(tmpdir(), 'quanshu-browser-'))
  await copyFolder(made, dataDir)
  return dataDir
}

/** With owners and modes: PostgreSQL takes no folder that others could read. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', '--reflink=auto', `${from}/.`, to])
}

/** Made aside and moved into place; false when somebody else is at it. */
async function makeAt(folder: string): Promise<boolean> {
  const aside = `${folder}.new`
  const isMine = await mkdir(aside).then(
    () => true,
    () => false,
  )
  if (!isMine) return false
  try {
    await fill(aside)
    await rename(aside, folder)
    return true
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    throw error
  }
}

async function fill(dataDir: string): Promise<void> {
  const started = await startProcess({ QUANSHU_DATA: dataDir, QUANSHU_DEMO: 'yes', QUANSHU_STAND_INS: 'no' })
  if (!started.ready) throw new Error(`the start failed: ${started.output()}`)
  const client = new pg.Client({ connectionString: runningEmbeddedPostgres(dataDir)?.ownerUrl })
  await client.connect()
  const { rowCount } = await client.query("delete from platform.marks where name = 'demo.seeded'")
  await client.end()
  const { code } = await started.end('SIGTERM')
  if (rowCount !== 1 || code !== 0) throw new Error(`the shop was not made: ${started.output()}`)
}
