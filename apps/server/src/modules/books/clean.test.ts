import { expect, test } from 'vitest'
import { isDelivered, openHouse, until } from '../../../test/journeys/shop.ts'
import { startRun } from './commands/start-run.ts'
import { workOnRun } from './commands/work-on-run.ts'
import { auditBooks, type RunReport } from './index.ts'
import { liveThrough } from './lived.fixture.ts'
import { readReport } from './queries/report.ts'

const house = await openHouse()
const { platform } = house

/** What is wrong, in a form that a failing test shows whole. */
export const found = (report: RunReport) =>
  report.checks.flatMap(({ check, violations }) =>
    violations.map(({ code, key, params }) => ({ check, code, key, params })),
  )

test('a shop that has lived through everything has no violation, walked whole or only where it changed', async () => {
  const shop = await house.newShop()
  await liveThrough(house, shop)
  await until('what was marked as used is known to its owner', async () => {
    const rows = await house.query(
      `select from vault.cards c join entitlements.grants g on g.tenant_id = c.tenant_id and g.card_id = c.id
       where c.tenant_id = $1 and c.state = 'used' and g.state = 'active'`,
      [shop.tenantId],
    )
    return rows.length === 0 || undefined
  })
  const whole = await auditBooks(platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(found(whole)).toEqual([])
  expect(whole.state).toBe('clean')
  const checkedOf = (name: string) => whole.checks.find(({ check }) => check === name)?.checked ?? 0
  for (const { check } of whole.checks) expect([check, checkedOf(check) > 0]).toEqual([check, true])

  // Nine nights: every seventh was walked at least once.
  for (let night = 0; night < 9; night += 1) {
    const order = await shop.place(await shop.stock(1))
    await shop.pay(order.no)
    await shop.seen(order, isDelivered)
    const nightly = await auditBooks(platform, shop.tenantId, { isWhole: false })
    expect([night, found(nightly)]).toEqual([night, []])
  }
})

test('a run that was stopped at every single step is gone on with, and finds and counts the same', async () => {
  const shop = await house.newShop()
  const { goods } = await liveThrough(house, shop)
  await house.query(`update ledger.accounts set balance = balance + 1 where tenant_id = $1 and kind = 'cash.revenue'`, [
    shop.tenantId,
  ])
  const straight = await auditBooks(platform, shop.tenantId, { isWhole: true })
  const runId = await startRun(platform, shop.tenantId, { source: 'cli', askedBy: '', isWhole: true })
  let turns = 0
  for (; turns < 200; turns += 1) {
    // The lease of one that was killed between two steps is over by and by; here at once.
    await house.query(`update books.runs set lease_until = '-infinity' where tenant_id = $1`, [shop.tenantId])
    const stop = new AbortController()
    const progress = await workOnRun(platform, shop.tenantId, runId, {
      worker: `turn ${turns}`,
      onStep: () => stop.abort(),
      signal: stop.signal,
    })
    if (progress.kind === 'over') break
  }
  expect(turns).toBeGreaterThan(14)
  const broken = await readReport(platform, shop.tenantId, runId)
  // The second run's own rows are among those whose parents are looked at.
  const counted = (report: RunReport) =>
    report.checks.map((line) => [line.check, line.found, line.check === 'parents' ? 0 : line.checked])
  expect(counted(broken)).toEqual(counted(straight))
  expect(found(broken).map(({ code }) => code)).toEqual(['unit_not_zero', 'balance_differs'])
  expect(goods.skuId).toBeGreaterThan(0)
})

test('an audit that broke off is gone on with by one that forgives as much, and not when it is to begin anew', async () => {
  const shop = await house.newShop()
  const breakOff = async () => {
    const stop = new AbortController()
    const run = { isWhole: true, graceSeconds: 60, onStep: () => stop.abort(), signal: stop.signal }
    await expect(auditBooks(platform, shop.tenantId, run)).rejects.toThrow('run it again')
    const rows = await house.query<{ id: number }>(
      `select max(id) as id from books.runs where tenant_id = $1 and state = 'running'`,
      [shop.tenantId],
    )
    return rows[0]?.id
  }
  const broken = await breakOff()
  const other = await auditBooks(platform, shop.tenantId, { isWhole: true, graceSeconds: 0 })
  expect(other.runId).not.toBe(broken)
  const anew = await auditBooks(platform, shop.tenantId, { isWhole: true, graceSeconds: 60, isAnew: true })
  expect(anew.runId).not.toBe(broken)
  expect((await auditBooks(platform, shop.tenantId, { isWhole: true, graceSeconds: 60 })).runId).toBe(broken)
})

test('two workers on one run do each step once: who has no lease stops', async () => {
  const shop = await house.newShop()
  await liveThrough(house, shop)
  const runId = await startRun(platform, shop.tenantId, { source: 'cli', askedBy: '', isWhole: true })
  const both = await Promise.all(['one', 'two'].map((worker) => workOnRun(platform, shop.tenantId, runId, { worker })))
  expect(both.map(({ kind }) => kind).toSorted()).toEqual(['not_ours', 'over'])
})

test('while people buy, pay, are refunded and stock arrives, no audit raises a false alarm', async () => {
  const shop = await house.newShop()
  const goods = await shop.stock(400)
  const member = await shop.member(1_000_000)
  let isOpen = true
  const buyers = Array.from({ length: 6 }, async (_, n) => {
    for (let turn = 0; isOpen; turn += 1) {
      if (n === 0) await shop.place(goods, 1, { visitor: member.visitor, payWith: 'balance' })
      else if (n === 1) await shop.addCards(goods.skuId, 20)
      else {
        const order = await shop.place(goods)
        if (turn % 3 === 2) await order.visitor.call('orders.cancel', { params: { no: order.no }, body: {} })
        else await shop.pay(order.no, { late: true })
        if (turn % 3 === 1) {
          await shop.staff.call(
            'orders.refund',
            { params: { no: order.no }, body: { lineNo: null, to: 'source', reason: '不要了' } },
            { idempotencyKey: `${order.no}-refund` },
          )
        }
      }
    }
  })
  const reports: RunReport[] = []
  for (let turn = 0; turn < 6; turn += 1) {
    reports.push(await auditBooks(platform, shop.tenantId, { isWhole: turn % 2 === 0, graceSeconds: 60 }))
  }
  isOpen = false
  await Promise.all(buyers)
  expect(reports.flatMap(found)).toEqual([])
})

test('a shop sees nothing of another’s runs and violations, and is not changed by a neighbour who has a copy of all', async () => {
  const shop = await house.newShop()
  await liveThrough(house, shop)
  const stranger = await house.newShop()
  await house.query(`update ledger.accounts set balance = balance + 7 where tenant_id = $1 and kind = 'cash.revenue'`, [
    shop.tenantId,
  ])
  const report = await auditBooks(platform, shop.tenantId, { isWhole: true })
  expect(report.open).toBe(2)
  await platform.plantNeighbour(shop.tenantId)
  const again = await auditBooks(platform, shop.tenantId, { isWhole: true })
  expect(found(again)).toEqual(found(report))

  expect((await stranger.staff.call('books.listViolations', { query: {} })).total).toBe(0)
  expect((await stranger.staff.call('books.listRuns', { query: {} })).total).toBe(0)
  await expect(stranger.staff.call('books.getRun', { params: { id: report.runId } })).rejects.toMatchObject({
    status: 404,
  })
  const { items } = await shop.staff.call('books.listViolations', { query: { state: 'open' } })
  await expect(
    stranger.staff.call('books.handleViolations', { body: { ids: items.map(({ id }) => id), note: '我来' } }),
  ).rejects.toMatchObject({ code: 'books.not_open' })
})
