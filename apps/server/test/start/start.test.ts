import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { isAlive } from '../../src/main/embedded-postgres/data-folder.ts'
import { eventually } from '../harness/index.ts'
import { copyFolder } from './shop-folder.ts'
import { type Started, startProcess } from './start-process.ts'

/** Whole programs are started here, beside whatever else the machine does. */
const START_TIMEOUT_MS = 120_000
const BACK_WITHIN_MS = 60_000
vi.setConfig({ testTimeout: START_TIMEOUT_MS, hookTimeout: START_TIMEOUT_MS })

let dataDir: string
/** A folder that one start from nothing has made and left in order: most tests begin with a copy of it. */
let madeBefore: string
const started: Started[] = []

beforeAll(async () => {
  madeBefore = await mkdtemp(join(tmpdir(), 'quanshu-start-'))
  const first = await startProcess({ QUANSHU_DATA: madeBefore, QUANSHU_STAND_INS: 'no' })
  expect(await answers(first.ready?.url, '/readyz')).toBe(true)
  expect(await first.end('SIGTERM')).toEqual({ code: 0, signal: null })
})
afterAll(() => rm(madeBefore, { recursive: true, force: true }))

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'quanshu-start-'))
})
const continueOnData = () => copyFolder(madeBefore, dataDir)
afterEach(async () => {
  for (const { child, end } of started.splice(0))
    if (child.exitCode === null && child.signalCode === null) await end('SIGTERM')
  await rm(dataDir, { recursive: true, force: true })
})

async function start(env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const one = await startProcess({ QUANSHU_DATA: dataDir, QUANSHU_STAND_INS: 'no', ...env })
  started.push(one)
  return one
}

const postmaster = (): number =>
  Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

const answers = async (url: string | undefined, path: string): Promise<boolean> => {
  try {
    return (await fetch(new URL(path, url))).ok
  } catch {
    return false
  }
}

/** A session as the server's own superuser, to look behind the curtain. */
async function asSuperuser<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
  const { superuser } = JSON.parse(readFileSync(join(dataDir, 'keys', 'postgres.json'), 'utf8')) as {
    superuser: string
  }
  const port = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3])
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: superuser, database: 'quanshu' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

/** One sentence for a person, no stack trace. */
function expectSentence(output: string, sentence: RegExp): void {
  expect(output.trim()).toMatch(sentence)
  expect(output).not.toMatch(/^\s+at /m)
  expect(output.trim().split('\n')).toHaveLength(1)
}

describe('starting and stopping', () => {
  beforeEach(continueOnData)

  test('SIGTERM ends every process, and the next start finds the data', async () => {
    const first = await start({ QUANSHU_STAND_INS: 'yes' })
    expect(await answers(first.ready?.url, '/readyz')).toBe(true)
    await asSuperuser((client) => client.query("insert into platform.marks (name) values ('kept')"))
    const server = postmaster()
    expect(await first.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(isAlive(server)).toBe(false)
    expect(existsSync(join(dataDir, 'quanshu.lock'))).toBe(false)

    await start()
    const kept = await asSuperuser((client) => client.query("select from platform.marks where name = 'kept'"))
    expect(kept.rowCount).toBe(1)
  })

  test('two Ctrl-C within a moment, as npm sends them, still end in order', async () => {
    const one = await start()
    const server = postmaster()
    one.child.kill('SIGINT')
    expect(await one.end('SIGINT')).toEqual({ code: 0, signal: null })
    expect(isAlive(server)).toBe(false)
  })

  test('a killed start leaves no server behind, and the next one finds the data', async () => {
    const first = await start()
    await asSuperuser((client) => client.query("insert into platform.marks (name) values ('kept')"))
    const orphan = postmaster()
    await first.end('SIGKILL')
    await eventually('the server is gone', () => !isAlive(orphan))

    const second = await start()
    expect(await answers(second.ready?.url, '/readyz')).toBe(true)
    const kept = await asSuperuser((client) => client.query("select from platform.marks where name = 'kept'"))
    expect(kept.rowCount).toBe(1)
  })

  test('a server that is still there is stopped by the next start, and its data kept', async () => {
    const first = await start()
    await asSuperuser((client) => client.query("insert into platform.marks (name) values ('kept')"))
    const orphan = postmaster()
    // Stopped in its tracks, it cannot follow the guard's signal before the next start looks for it.
    process.kill(orphan, 'SIGSTOP')
    await first.end('SIGKILL')
    const second = start()
    await eventually(
      'the next start is at work',
      () => readFileSync(join(dataDir, 'quanshu.lock'), 'utf8').split(' ')[0] !== String(first.child.pid),
    )
    process.kill(orphan, 'SIGCONT')
    expect(await answers((await second).ready?.url, '/readyz')).toBe(true)
    expect(isAlive(orphan)).toBe(false)
    const kept = await asSuperuser((client) => client.query("select from platform.marks where name = 'kept'"))
    expect(kept.rowCount).toBe(1)
  })

  test('a pid file whose number belongs to somebody else by now does not keep the database from starting', async () => {
    await (await start()).end('SIGTERM')
    writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${process.pid}\n${dataDir}/postgres\n1\n5432\n\n\n`)
    writeFileSync(join(dataDir, 'quanshu.lock'), `${process.pid} 1`)
    expect(await answers((await start()).ready?.url, '/readyz')).toBe(true)
  })
})

describe('the database process', () => {
  beforeEach(continueOnData)

  test('is started again after it was killed, and waiting requests go on', async () => {
    const { ready } = await start()
    const before = postmaster()
    process.kill(before, 'SIGKILL')
    await eventually(
      'the server is back',
      () => {
        const file = join(dataDir, 'postgres', 'postmaster.pid')
        return existsSync(file) && postmaster() !== before
      },
      BACK_WITHIN_MS,
    )
    await eventually('the application is ready', () => answers(ready?.url, '/readyz'), BACK_WITHIN_MS)
  })

  test('a crash of one of its sessions is survived', async () => {
    const { ready } = await start()
    await asSuperuser(async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        "select pid from pg_stat_activity where usename = 'quanshu_app' limit 1",
      )
      process.kill(rows[0]?.pid ?? 0, 'SIGKILL')
    }).catch(() => undefined)
    await eventually('the application is ready', () => answers(ready?.url, '/readyz'), BACK_WITHIN_MS)
  })
})

describe('what stands in the way is one sentence and a failure', () => {
  test('a second start on the same folder', async () => {
    await continueOnData()
    await start()
    const second = await start()
    expect(second.child.exitCode).toBe(1)
    expectSentence(second.output(), /already runs on the data folder .* \(process \d+\)/)
  })

  test('a taken port', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const one = await start({ QUANSHU_PORT: String(port) })
    expect(one.child.exitCode).toBe(1)
    expectSentence(one.output(), new RegExp(`Port ${port} on 127.0.0.1 is already in use`))
    taken.close()
  })

  test('a data folder of another version', async () => {
    mkdirSync(join(dataDir, 'postgres'))
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '16\n')
    const one = await start()
    expect(one.child.exitCode).toBe(1)
    expectSentence(one.output(), /made by PostgreSQL 16, and this version needs 18/)
  })

  test('a folder that cannot be written', async () => {
    // Root may write anywhere, except into a folder that is a file.
    const blocked = join(dataDir, 'file')
    writeFileSync(blocked, '')
    chmodSync(dataDir, 0o555)
    const one = await start({ QUANSHU_DATA: join(blocked, 'data') })
    chmodSync(dataDir, 0o755)
    expect(one.child.exitCode).toBe(1)
    expectSentence(one.output(), /The data folder .* cannot be written/)
  })

  test('a wrong setting', async () => {
    const one = await start({ QUANSHU_POOL_SIZE: 'many' })
    expect(one.child.exitCode).toBe(1)
    expectSentence(one.output(), /QUANSHU_POOL_SIZE is "many" but must be/)
  })

  test('a database that does not answer', async () => {
    const one = await start({ DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/none' })
    expect(one.child.exitCode).toBe(1)
    expectSentence(one.output(), /Cannot connect to the database: connect ECONNREFUSED/)
  })
})
