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

test('a walk that broke off under another version of the program leaves nothing of its check out', async () => {
  const shop = await house.newShop()
  const walk = async (place: unknown) => {
    const phases: string[] = []
    const scope = { since: new Date(0).toISOString(), slot: 0, graceSeconds: 0 }
    for (let at = place; at !== null; ) {
      const step = await platform.db.call<{ readonly place: { readonly phase: string } | null }>(
        shop.tenantId,
        'books.step',
        'bounds',
        at,
        1_000,
        scope,
      )
      at = step.place
      if (step.place && step.place.phase !== phases.at(-1)) phases.push(step.place.phase)
    }
    return phases
  }
  // As it stood when the orders that are open or changed were walked inside of the phase of all orders.
  expect(await walk({ phase: 'orders', next: { phase: 'open', no: 5 } })).toEqual(['open', 'changed', 'others'])
  expect(await walk({ phase: 'changed' })).toEqual(['others'])
})

test('a supplier with many purchases is added up in parts as it was at one moment, while more are booked', async () => {
  const shop = await house.newShop()
  const bought = 22_000
  const [supplier] = await house.query<{ id: number }>(
    `with s as (
       insert into suppliers.suppliers (tenant_id, name, adapter, state) values ($1, '大户', 'scripted', 'on') returning id
     ), p as (
       insert into suppliers.products (tenant_id, supplier_id, remote_id, name, kind, cost_hao, told_at)
       select $1, s.id, 'X', 'X', 'direct', 100, now() from s returning id, supplier_id
     ), b as (
       insert into suppliers.purchases (tenant_id, no, purpose, supplier_id, product_id, quantity, ceiling_hao, quoted_hao, state, sent_at, cost_fen, cost_at)
       select $1, '8' || lpad(n::text, 19, '0'), 'test', p.supplier_id, p.id, 1, 100, 100, case when n < $2 then 'done' else 'accepted' end, x.at,
         case when n < $2 then 1 end, case when n < $2 then x.at end
       from p, generate_series(1, $2::integer) n, lateral (select now() - interval '1 day' + n * interval '1 ms' as at) x
     )
     select id from s`,
    [shop.tenantId, bought],
  )
  const book = (fen: number) =>
    house.query(
      `select ledger.post($1, array[ledger.account($1, 'cash.cost', '', 'CNY')], array[ledger.account($1, 'cash.supplier', $2::text, 'CNY')],
        array[$3::bigint], array['cash.purchase'], array['x'])`,
      [shop.tenantId, supplier?.id, fen],
    )
  await book(bought - 1)
  type Step = {
    readonly place: object | null
    readonly checked: number
    readonly violations: readonly { readonly code: string; readonly params: object }[]
  }
  const walk = async (between: () => Promise<unknown> = async () => undefined) => {
    const steps: Step[] = []
    for (let place: object | null = null, isFirst = true; isFirst || place !== null; isFirst = false) {
      const scope = { since: null, slot: null, graceSeconds: 60 }
      const step: Step = await platform.db.call<Step>(shop.tenantId, 'books.step', 'suppliers', place, 50, scope)
      steps.push(step)
      place = step.place
      if (isFirst) await between()
    }
    return { most: Math.max(...steps.map(({ checked }) => checked)), found: steps.flatMap((step) => step.violations) }
  }
  // The last one arrives between two parts: what the walk began with is without it.
  const arrives = async () => {
    await house.query(
      `update suppliers.purchases set state = 'done', cost_fen = 500, cost_at = clock_timestamp() where tenant_id = $1 and no = $2`,
      [shop.tenantId, `8${String(bought).padStart(19, '0')}`],
    )
    await book(500)
  }
  const first = await walk(arrives)
  expect(first.found).toEqual([])
  expect(first.most).toBeLessThanOrEqual(20_000)
  expect((await walk()).found).toEqual([])
  await house.query(
    `update suppliers.purchases set cost_fen = 7 where tenant_id = $1 and no = '80000000000000000012'`,
    [shop.tenantId],
  )
  expect((await walk()).found).toMatchObject([
    { code: 'supplier_differs', params: { bookedFen: bought - 1 + 500, dueFen: bought - 1 + 506 } },
  ])
})
