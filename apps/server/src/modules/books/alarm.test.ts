import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { PERMISSIONS } from '@quanshu/contract'
import type { Clock } from '@quanshu/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { openHouse, PASSWORD, type Shop, until } from '../../../test/journeys/shop.ts'
import { metricsText } from '../../platform/telemetry/index.ts'
import { createStaff } from '../identity/index.ts'
import { startRun } from './commands/start-run.ts'
import { auditBooks } from './index.ts'
import { auditTask, nightlySchedule } from './jobs.ts'

const house = await openHouse()
const { platform } = house

/** One fen too many in the revenue: two violations, and nothing else. */
const spoil = (shop: Shop, by = 1) =>
  house.query(`update ledger.accounts set balance = balance + $2 where tenant_id = $1 and kind = 'cash.revenue'`, [
    shop.tenantId,
    by,
  ])

async function sellOne(shop: Shop): Promise<void> {
  const order = await shop.place(await shop.stock(2))
  await shop.pay(order.no)
  await shop.seen(order, ({ state }) => state === 'delivered')
}

async function ownerOf(shop: Shop, email: string): Promise<void> {
  const [role] = await house.query<{ id: number }>(
    `select id from identity.roles where tenant_id = $1 and built_in = 'owner'`,
    [shop.tenantId],
  )
  const everything = { staffId: undefined, permissions: new Set(PERMISSIONS) }
  const staff = { email, name: '店主', roleIds: [role?.id ?? 0], password: PASSWORD }
  await createStaff(platform, shop.ctx, everything, staff)
}

const ended = (shop: Shop, id: number) =>
  until(`the end of run ${id}`, async () => {
    const run = await shop.staff.call('books.getRun', { params: { id } })
    return run.state === 'running' ? undefined : run
  })

test('asked for at the desk, walked by a worker, told to the owner by mail, counted in the metrics, and kept as handled', async () => {
  const shop = await house.newShop()
  await ownerOf(shop, `owner-${shop.slug}@example.test`)
  await sellOne(shop)
  expect((await shop.staff.call('books.overview', {})).last).toBeNull()

  const clean = await ended(shop, (await shop.staff.call('books.startRun', { body: { isWhole: false } })).id)
  expect([clean.state, clean.checksDone]).toEqual(['clean', clean.checksTotal])
  // A first run walks everything, whatever was asked for.
  expect(clean.checks.every(({ isWhole }) => isWhole)).toBe(true)

  await spoil(shop)
  const run = await ended(shop, (await shop.staff.call('books.startRun', { body: { isWhole: true } })).id)
  expect([run.state, run.found]).toEqual(['violations', 2])
  const [mail, ...more] = await until('the mail', () => {
    const mails = house.standIns.mail.control.inbox(`owner-${shop.slug}@example.test`)
    return mails.length > 0 ? mails : undefined
  })
  expect(more).toEqual([])
  expect(mail?.subject).toContain('账目核对发现 2 条问题')
  expect(mail?.text).toContain(`/s/${shop.slug}/console/books`)
  await until('the gauge', async () => {
    const [line = ''] = (await metricsText()).split('\n').filter((one) => one.startsWith('quanshu_books_violations '))
    return Number(line.split(' ')[1]) >= 2 || undefined
  })

  const list = await shop.staff.call('books.listViolations', { query: {} })
  expect(list.items.map(({ code, invariant }) => [code, invariant])).toEqual([
    ['balance_differs', 6],
    ['unit_not_zero', 6],
  ])
  for (const { what, todo } of list.items) expect(`${what}${todo}`).not.toMatch(/[{}]/)
  const file = await shop.staff.download('books.exportViolations', { query: {} })
  const csv = await file.text()
  expect(csv.split('\r\n')).toHaveLength(4)
  expect(csv).toContain('余额等于流水')

  const ids = list.items.map(({ id }) => id)
  await shop.staff.call('books.handleViolations', { body: { ids, note: '已知差额，财务登记' } })
  expect((await shop.staff.call('books.overview', {})).open).toBe(0)
  await expect(shop.staff.call('books.handleViolations', { body: { ids, note: '再一次' } })).rejects.toMatchObject({
    code: 'books.not_open',
  })
  const audit = await shop.staff.call('audit.listAudit', { query: { action: 'books.handle' } })
  expect(audit.total).toBe(2)

  // The same fact stays handled; another figure is another matter.
  expect((await auditBooks(platform, shop.tenantId, { isWhole: true })).open).toBe(0)
  await spoil(shop)
  expect((await auditBooks(platform, shop.tenantId, { isWhole: true })).open).toBe(2)
})

test('one audit at a time from the desk; who may not audit is refused', async () => {
  const shop = await house.newShop()
  await startRun(platform, shop.tenantId, { source: 'console', askedBy: '', isWhole: true })
  await expect(shop.staff.call('books.startRun', { body: { isWhole: true } })).rejects.toMatchObject({
    code: 'books.already_running',
  })
  const support = await shop.hire(['orders.read', 'audit.read'])
  await expect(support.call('books.overview', {})).rejects.toMatchObject({ status: 403 })
})

test('every shop is walked in the night, once; what a dead worker left is walked by another', async () => {
  const shop = await house.newShop()
  await sellOne(shop)
  await house.query(`update tenancy.tenants set created_at = now() - interval '3 hours' where id = $1`, [shop.tenantId])
  const at = (now: string): Clock => ({ ...platform.clock, now: () => new Date(now) })
  const nightly = (now: string) => nightlySchedule({ ...platform, clock: at(now) }).run()
  const runs = () =>
    house.query<{ state: string }>(
      `select state from books.runs where tenant_id = $1 and source = 'schedule' order by id`,
      [shop.tenantId],
    )
  // 11:00 in Shanghai, then 04:00.
  await nightly('2026-11-22T03:00:00Z')
  expect(await runs()).toEqual([])
  await nightly('2026-11-22T20:00:00Z')
  await until('the nightly run', async () => ((await runs())[0]?.state === 'clean' ? true : undefined))
  await nightly('2026-11-22T20:05:00Z')
  expect(await runs()).toEqual([{ state: 'clean' }])

  const left = await startRun(platform, shop.tenantId, { source: 'schedule', askedBy: '', isWhole: false })
  await house.query(
    `update books.runs set started_at = now() - interval '1 hour', lease_until = now() - interval '1 hour' where id = $1`,
    [left],
  )
  await nightly('2026-11-22T20:10:00Z')
  expect((await ended(shop, left)).state).toBe('clean')
})

test('an audit that cannot go on says so, and is given up after its last try', async () => {
  const shop = await house.newShop()
  const runId = await startRun(platform, shop.tenantId, { source: 'schedule', askedBy: '', isWhole: true })
  // What a check reads is gone for a while.
  await house.query(
    'alter function books.look_at_holds(bigint, jsonb, integer, timestamptz, jsonb) rename to look_at_holds_gone',
  )
  onTestFinished(async () => {
    await house.query(
      'alter function books.look_at_holds_gone(bigint, jsonb, integer, timestamptz, jsonb) rename to look_at_holds',
    )
  })
  const job = { tenantId: shop.tenantId, payload: { runId }, attemptsMax: 2, log: platform.log }
  const task = auditTask(platform)
  await expect(task.run({ ...job, attempt: 1 })).rejects.toThrow('look_at_holds')
  expect((await shop.staff.call('books.getRun', { params: { id: runId } })).state).toBe('running')
  await expect(task.run({ ...job, attempt: 2 })).rejects.toThrow('look_at_holds')
  const run = await shop.staff.call('books.getRun', { params: { id: runId } })
  expect([run.state, run.error?.includes('look_at_holds')]).toEqual(['failed', true])

  const { code, stderr } = await cli('audit', shop.slug, '--json')
  expect([code, stderr.includes('look_at_holds')]).toEqual([2, true])
})

test('the command says by its exit code whether the books are clean, and with --json what is not', async () => {
  const shop = await house.newShop()
  await sellOne(shop)
  const clean = await cli('audit', shop.slug, '--full')
  expect([clean.code, clean.stdout.includes('No violations.')]).toEqual([0, true])
  await spoil(shop)
  const spoilt = await cli('audit', shop.slug, '--full', '--json')
  expect(spoilt.code).toBe(1)
  const told = JSON.parse(spoilt.stdout)
  expect(told).toMatchObject({ violations: 2, tenants: [{ slug: shop.slug }] })
  expect(told.tenants[0].checks).toContainEqual(
    expect.objectContaining({
      check: 'trial_balance',
      invariant: 6,
      violations: [expect.objectContaining({ code: 'unit_not_zero', params: { unit: 'CNY', sum: 1 } })],
    }),
  )
  // As a restore of a backup of two months ago asks.
  expect((await cli('audit', shop.slug, '--full', '--anew', '--grace', '5184000')).code).toBe(1)
  expect((await cli('audit', 'no-such-shop')).code).toBe(2)
  expect((await cli('audit', '--grace', 'soon')).code).toBe(2)
})

test('a mistyped data folder is refused, not made and called clean', async () => {
  const folder = join(tmpdir(), `mistyped-${process.pid}`)
  const { DATABASE_URL: _, DATABASE_APP_URL: __, ...env } = process.env
  const child = spawn(process.execPath, [CLI, 'audit'], { env: { ...env, QUANSHU_DATA: folder }, stdio: 'pipe' })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect([code, stderr]).toEqual([2, expect.stringContaining(`There is no database in ${folder}`)])
  expect(existsSync(folder)).toBe(false)
})

const CLI = fileURLToPath(new URL('../../main/cli.ts', import.meta.url))

async function cli(...words: readonly string[]) {
  const { databaseUrl, databaseAppUrl, masterKeyFile, dataDir } = platform.config
  const child = spawn(process.execPath, [CLI, ...words], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      DATABASE_APP_URL: databaseAppUrl,
      QUANSHU_KEY_FILE: masterKeyFile,
      QUANSHU_DATA: dataDir,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number, stdout, stderr }
}
