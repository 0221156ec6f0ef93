import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { startStandIns } from '@quanshu/sim'
import pg from 'pg'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { type Backup, chooseBackup } from '../../src/main/backup/collection.ts'
import { type Manifest, readManifest, writeManifest } from '../../src/main/backup/manifest.ts'
import { type RestoreOptions, restoreBackup } from '../../src/main/backup/restore-backup.ts'
import { nextSegment, parseLsn, segmentName } from '../../src/main/backup/wal.ts'
import { runningEmbeddedPostgres } from '../../src/main/embedded-postgres/index.ts'
import { freePort } from '../../src/main/embedded-postgres/server.ts'
import { openPlatform } from '../../src/main/platform.ts'
import { loadConfig } from '../../src/platform/config/index.ts'
import { valueTypes } from '../../src/platform/db/types-of-values.ts'
import { silentLog } from '../../src/platform/log/index.ts'
import { eventually } from '../harness/index.ts'
import { expectBooksRight } from '../journeys/books.ts'
import { codeOf, codesOf, openShop, PRICE_FEN, someCodes, type Visitor } from '../journeys/shop.ts'
import { type Started, startProcess } from '../start/start-process.ts'

/** Whole programs run here, beside whatever else the machine does. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const CLI = fileURLToPath(new URL('../../src/main/cli.ts', import.meta.url))
const scratch = await mkdtemp(join(tmpdir(), 'quanshu-backup-'))
const at = (...names: readonly string[]): string => join(scratch, ...names)
const [dataDir, backups, archiveDir, keyFile] = [
  at('data'),
  at('backups'),
  at('archive'),
  at('kept-apart', 'master.json'),
]
const port = await freePort()
const standIns = await startStandIns()
let house: Started | undefined
const others: ChildProcess[] = []

afterAll(async () => {
  await stopHouse()
  for (const child of others) child.kill('SIGKILL')
  await standIns.close()
  await rm(scratch, { recursive: true, force: true })
})

type Bought = {
  readonly visitor: Visitor
  readonly no: OrderNo
  readonly at: number
  readonly codes: readonly string[]
}
const bought: Bought[] = []

// The story that every test below looks at: orders before, during and after a backup, then a moment, then more orders.
await startHouse(dataDir, { QUANSHU_ARCHIVE: archiveDir })
const { shop, goods, buyers } = await openForBusiness()
let open = true
const buying = buyers.map(async (visitor) => {
  while (open) bought.push(await buy(visitor))
})
await eventually('orders before the backup', () => bought.length > 5)
const taken = await cli('backup', backups, '--keep', '3')
const during = bought.length
await eventually('orders after the backup', () => bought.length > during + 5)
open = false
await Promise.all(buying)
const beforeMoment = [...bought]
const moment = await inDatabase(async (query) => {
  const [row] = await query<{ now: Date }>('select clock_timestamp() as now')
  return row?.now ?? new Date()
})
for (let n = 0; n < 3; n++) for (const visitor of buyers) bought.push(await buy(visitor))
const afterMoment = bought.slice(beforeMoment.length)
// An orderly end archives the last segment, however empty.
await stopHouse()
mkdirSync(at('kept-apart'))
cpSync(join(dataDir, 'keys', 'master.json'), keyFile)
const backup = await chooseBackup(backups, undefined)

describe('a backup of a shop that is selling', () => {
  test('says where it is, and that the key file is not inside', () => {
    expect(taken.code).toBe(0)
    expect(taken.output).toContain(backup.folder)
    expect(taken.output).toMatch(/key file is not inside.*keep a copy of it somewhere else/)
    expect(readdirSync(backup.folder).sort()).toEqual(['backup_manifest', 'base.tar', 'quanshu-backup.json'])
    expect(readFileSync(join(backup.folder, 'base.tar')).includes('master.json')).toBe(false)
  })

  test('holds every order acknowledged before its end, their codes open, and the books are right', async () => {
    const restored = await restore('restored', {})
    const inside = bought.filter((order) => order.at < Date.parse(backup.manifest.holdsUntil))
    expect(inside.length).toBeGreaterThan(5)
    // Whatever is started on it first stands still, were it killed before the audit or never audited.
    expect(existsSync(at('restored', 'postgres', 'quanshu-standstill.json'))).toBe(true)
    await startHouse(at('restored'))
    expect(existsSync(at('restored', 'postgres', 'quanshu-standstill.json'))).toBe(false)
    expect(house?.output()).toMatch(/It stands still since .*: restored to the moment .*\n.*npm run cli -- resume/)
    expect(await codeOf(buy(buyers[0] as Visitor))).toBe('common.standstill')
    const { items } = await shop.staff.call('orders.list', { query: {} })
    expect(items.length).toBeGreaterThan(5)
    expect(await cliWith({ QUANSHU_DATA: at('restored') }, 'resume')).toMatchObject({
      code: 0,
      output: expect.stringContaining('The shop goes on'),
    })
    await eventually('it sells again', async () => (await fetch(`${shop.base}/api/mall/shop`)).ok)
    for (const order of inside) {
      expect(codesOf(await order.visitor.call('orders.get', { params: { no: order.no } }))).toEqual(order.codes)
    }
    // It sells again, from where it stood.
    const next = await buy(buyers[0] as Visitor)
    expect(inside.some(({ codes }) => codes.includes(next.codes[0] ?? ''))).toBe(false)
    await inDatabase((query) => expectBooksRight({ query }, shop.tenantId), at('restored'))
    await stopHouse()
    expect(restored.keyFile).toBe(at('restored', 'keys', 'master.json'))
  })

  test('is audited by the restore command', async () => {
    const { code, output } = await cli('restore', backups, '--data', at('audited'), '--keys', keyFile)
    expect(output).toMatch(/Every file is as it was written/)
    expect(output).toContain(`QUANSHU_DATA=${at('audited')} npm start`)
    expect(output).toContain('It stands still. Start on it with')
    expect(output).toContain('npm run cli -- resume')
    expect(code).toBe(0)
  })
})

describe('point in time', () => {
  test('orders before the moment are there and open, orders after it are not', async () => {
    const { lastCommit } = await restore('moment', { to: moment })
    expect(lastCommit?.getTime()).toBeLessThanOrEqual(moment.getTime())
    expect(beforeMoment.at(-1)?.at).toBeGreaterThan(Date.parse(backup.manifest.endedAt))
    await startHouse(at('moment'))
    await inDatabase((query) => query("select platform.go_on('test')"), at('moment'))
    await eventually('it is open', async () => (await fetch(`${shop.base}/api/mall/shop`)).ok)
    for (const order of beforeMoment) {
      expect(codesOf(await order.visitor.call('orders.get', { params: { no: order.no } }))).toEqual(order.codes)
    }
    for (const { visitor, no } of afterMoment) {
      const answer = await visitor.call('orders.get', { params: { no } }).catch((error: unknown) => error)
      expect(isProblem(answer) && answer.status).toBe(404)
    }
    await inDatabase((query) => expectBooksRight({ query }, shop.tenantId), at('moment'))
    await stopHouse()
  })

  test('“latest” holds every order that was ever acknowledged', async () => {
    await restore('latest', { to: 'latest' })
    await startHouse(at('latest'), { QUANSHU_ARCHIVE: archiveDir })
    const rows = await inDatabase(
      (query) => query<{ no: number }>('select no from orders.orders where tenant_id = $1', [shop.tenantId]),
      at('latest'),
    )
    const there = new Set(rows.map(({ no }) => no))
    expect(bought.filter(({ no }) => !there.has(no))).toEqual([])
    await stopHouse()
    // What it archives from now on lies beside the old history, never in it.
    expect(readdirSync(archiveDir)).toHaveLength(2)
  })

  test.each([
    ['missing', (file: string) => renameSync(file, `${file}.away`)],
    ['damaged', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 1000))],
  ])('a %s segment of the log is named, and nothing is restored short of it', async (how, spoil) => {
    const { wal } = backup.manifest
    const copy = at(`archive-${how}`)
    cpSync(archiveDir, copy, { recursive: true })
    const line = join(copy, wal.archive?.line ?? '')
    const name = nextSegment(segmentName(wal.timeline, parseLsn(wal.end), wal.segmentBytes), wal.segmentBytes)
    // Something comes after it, so its absence is a hole and not the end.
    const after = join(line, `${nextSegment(name, wal.segmentBytes)}.gz`)
    if (!existsSync(after)) cpSync(join(line, `${name}.gz`), after)
    spoil(join(line, `${name}.gz`))
    await expect(restore(`hole-${how}`, { to: 'latest', archiveDir: copy })).rejects.toThrow(
      new RegExp(`segment ${name} is ${how}`),
    )
    expect(existsSync(at(`hole-${how}`))).toBe(false)
  })

  test('a time before the first backup, and one after the end of the log, are refused with what there is', async () => {
    await expect(restore('early', { to: new Date(Date.parse(backup.manifest.startedAt) - 1000) })).rejects.toThrow(
      /No backup in .* ended before .*; the oldest ended at/,
    )
    await expect(restore('late', { to: new Date(Date.now() + 3_600_000) })).rejects.toThrow(
      /archived log does not reach .*: its last transaction is of .* --to latest/,
    )
    expect(existsSync(at('late'))).toBe(false)
  })
})

describe('what is refused', () => {
  test('a damaged file is named, and nothing is left behind', async () => {
    const copy = copyOf('damaged')
    const archive = join(copy, 'base.tar')
    const bytes = readFileSync(archive)
    const victim = fileAt(bytes, 'global/pg_control')
    bytes.writeUInt8((bytes[victim] ?? 0) ^ 1, victim)
    writeFileSync(archive, bytes)
    await expect(restore('from-damaged', { path: copy })).rejects.toThrow(/damaged: global\/pg_control is not as/)
    expect(existsSync(at('from-damaged'))).toBe(false)

    // A folder that waits with the key file in it is left as it was.
    mkdirSync(at('waiting', 'keys'), { recursive: true })
    cpSync(keyFile, at('waiting', 'keys', 'master.json'))
    await expect(restoreBackup({ path: copy, dataDir: at('waiting') })).rejects.toThrow(/damaged/)
    expect(readdirSync(at('waiting'), { recursive: true })).toEqual(['keys', 'keys/master.json'])
  })

  test('an archive that ends early, a missing one and an altered manifest are damage too', async () => {
    const short = copyOf('short')
    const archive = join(short, 'base.tar')
    writeFileSync(archive, readFileSync(archive).subarray(0, 10_000_000))
    await expect(restore('from-short', { path: short })).rejects.toThrow(/damaged: base.tar: it ends in the middle of/)
    rmSync(archive)
    await expect(restore('from-short', { path: short })).rejects.toThrow(/damaged: base.tar is missing/)
    const manifest = join(short, 'quanshu-backup.json')
    writeFileSync(
      manifest,
      readFileSync(manifest, 'utf8').replace('"format": 1', '"format":  1').replace('18.', '18.1'),
    )
    await expect(restore('from-short', { path: short })).rejects.toThrow(/damaged: quanshu-backup.json was altered/)
  })

  test('a backup that was never finished is not one', async () => {
    const copy = copyOf('unfinished')
    rmSync(join(copy, 'quanshu-backup.json'))
    await expect(restore('from-unfinished', { path: copy })).rejects.toThrow(/holds no finished backup/)
    const partial = at('2026-11-22T000000Z.partial')
    renameSync(copy, partial)
    await expect(restore('from-unfinished', { path: partial })).rejects.toThrow(/was never finished/)
  })

  test('a data folder that is in use is not touched', async () => {
    const before = readdirSync(dataDir)
    await expect(restore('data', {})).rejects.toThrow(/data folder .* is in use .*--data/)
    expect(readdirSync(dataDir)).toEqual(before)
  })

  test.each<[string, Partial<Manifest>, RegExp]>([
    ['PostgreSQL version', { postgres: '17.6' }, /made by PostgreSQL 17.6, and this version restores 18/],
    ['machine', { machine: 'darwin-arm64' }, /made on darwin-arm64/],
    ['newer version', { migrations: ['9999_future.sql'] }, /newer version of Quanshu \(migration 9999_future.sql\)/],
  ])('a backup of another %s', async (name, change, sentence) => {
    const copy = copyOf(name.replace(' ', '-'))
    const manifest = await readManifest(copy)
    writeFileSync(join(copy, 'quanshu-backup.json'), writeManifest({ ...manifest, ...change }))
    await expect(restore('from-other', { path: copy })).rejects.toThrow(sentence)
  })

  test('a key file that lacks a key of this database', async () => {
    const other = at('other-keys.json')
    writeFileSync(other, JSON.stringify({ current: 'mk-1', keys: [{ id: 'mk-1', key: '', createdAt: '' }] }))
    await expect(restore('from-other', { keyFile: other })).rejects.toThrow(/lacks the master key mk-/)
  })

  test('a folder with something else in it, a wrong time, and a database of one’s own', async () => {
    const refused = async (sentence: RegExp, env: NodeJS.ProcessEnv, ...words: string[]) => {
      const { code, output } = await cliWith(env, ...words)
      expect(output.trim()).toMatch(sentence)
      expect(output).not.toMatch(/^\s+at /m)
      expect(code).toBe(1)
    }
    await refused(/holds .*which is no backup; choose an empty folder/, {}, 'backup', dataDir)
    await refused(
      /--to is "yesterday" but must be a time/,
      {},
      'restore',
      backups,
      '--data',
      at('x'),
      '--to',
      'yesterday',
    )
    await refused(/pg_basebackup, pgBackRest/, { DATABASE_URL: 'postgres://u:p@127.0.0.1/x' }, 'backup', at('own'))
  })
})

describe('taking backups day by day', () => {
  test('a killed backup leaves nothing that could be taken for one; --keep removes the oldest and the log before the rest', async () => {
    const folder = at('daily')
    const killed = spawn(process.execPath, [CLI, 'backup', folder, '--rate', '1'], { env: environment({}) })
    others.push(killed)
    await eventually('the copy has begun', () => existsSync(folder) && readdirSync(folder).length > 0)
    killed.kill('SIGKILL')
    await once(killed, 'close')
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.partial$/)])
    await expect(restore('from-daily', { path: folder })).rejects.toThrow(/no finished backup \(.*partial was never/)

    const names: string[] = []
    for (let day = 0; day < 2; day++) {
      expect(
        await cliWith({ QUANSHU_ARCHIVE: archiveDir }, 'backup', folder, '--keep', '1', '--with-keys'),
      ).toMatchObject({ code: 0 })
      names.push(...readdirSync(folder).filter((name) => name.endsWith('Z') && !names.includes(name)))
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('Z'))).toEqual(names.slice(1))
    const oldest = await readManifest(join(folder, names[1] ?? ''))
    const first = segmentName(oldest.wal.timeline, parseLsn(oldest.wal.start), oldest.wal.segmentBytes)
    const line = readdirSync(join(archiveDir, oldest.wal.archive?.line ?? ''))
    expect(line.filter((name) => name.slice(0, 24) < first && !name.includes('history'))).toEqual([])
    expect(line).toContain(`${first}.gz`)

    // Keys that were put into the backup open the restored shop.
    const { keyFile: own } = await restoreBackup({ path: folder, dataDir: at('from-daily'), to: 'latest' })
    expect(readFileSync(own ?? '', 'utf8')).toBe(readFileSync(keyFile, 'utf8'))
  })
})

async function startHouse(folder: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  house = await startProcess({
    QUANSHU_DATA: folder,
    // One address for all, so that visitors come back with their cookies.
    QUANSHU_PORT: String(port),
    QUANSHU_STAND_INS: 'no',
    QUANSHU_ALLOW_INSECURE_ENDPOINTS: 'yes',
    QUANSHU_RATE_LIMIT_FACTOR: '1000000',
    ...env,
  })
  if (!house.ready) throw new Error(`it did not start: ${house.output()}`)
}

async function stopHouse(): Promise<void> {
  if (house && house.child.exitCode === null && house.child.signalCode === null) await house.end('SIGTERM')
}

async function openForBusiness() {
  const database = runningEmbeddedPostgres(dataDir)
  if (!database) throw new Error('no database runs')
  const config = loadConfig({ QUANSHU_DATA: dataDir, QUANSHU_ALLOW_INSECURE_ENDPOINTS: 'yes' })
  const platform = await openPlatform({ config, appUrl: database.appUrl, log: silentLog })
  try {
    const opened = await openShop(platform, standIns, `http://127.0.0.1:${port}`, {})
    const members = await Promise.all([opened.member(2000 * PRICE_FEN), opened.member(2000 * PRICE_FEN)])
    const visitors = members.map(({ visitor }) => visitor)
    return { shop: opened, goods: await opened.stock(someCodes(4000)), buyers: visitors }
  } finally {
    await platform.db.close()
  }
}

async function buy(visitor: Visitor): Promise<Bought> {
  const lines = [{ skuId: goods.skuId, quantity: 1, unitPriceFen: goods.priceFen }]
  const body = { lines, contact: '13800138000', queryPassword: 'some-password', payWith: 'balance' }
  const view = await visitor.call('orders.place', { body }, { idempotencyKey: randomUUID() })
  const codes = codesOf(view)
  if (codes.length !== 1) throw new Error(`order ${view.no} came without its code`)
  return { visitor, no: view.no as OrderNo, at: Date.now(), codes }
}

async function restore(name: string, options: Partial<RestoreOptions>) {
  return await restoreBackup({ path: backups, dataDir: at(name), keyFile, ...options })
}

type Query = <T>(text: string, values?: readonly unknown[]) => Promise<readonly T[]>

async function inDatabase<T>(run: (query: Query) => Promise<T>, folder = dataDir): Promise<T> {
  const pool = new pg.Pool({ connectionString: runningEmbeddedPostgres(folder)?.ownerUrl, types: valueTypes })
  try {
    return await run(async (text, values = []) => (await pool.query(text, [...values])).rows as never)
  } finally {
    await pool.end()
  }
}

function cli(...words: string[]): ReturnType<typeof cliWith> {
  return cliWith({}, ...words)
}

async function cliWith(env: NodeJS.ProcessEnv, ...words: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [CLI, ...words], { env: environment(env) })
  others.push(child)
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => (output += bytes))
  child.stderr.on('data', (bytes: Buffer) => (output += bytes))
  const [code] = await once(child, 'close')
  return { code: Number(code), output }
}

function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, QUANSHU_DATA: dataDir, QUANSHU_STAND_INS: 'no', ...env }
}

/** The backup of the story, to be spoiled. */
function copyOf(name: string): string {
  const copy = at(`copy-${name}`)
  cpSync((backup as Backup).folder, copy, { recursive: true })
  return copy
}

/** Where a file's bytes begin in a tar. */
function fileAt(archive: Buffer, path: string): number {
  for (let header = archive.indexOf(`${path}\0`); header >= 0; header = archive.indexOf(`${path}\0`, header + 1)) {
    if (header % 512 === 0) return header + 512
  }
  throw new Error(`${path} is not in the archive`)
}
