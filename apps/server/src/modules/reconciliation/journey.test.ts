import { isProblem } from '@quanshu/client'
import type { OrderNo } from '@quanshu/kernel'
import { expect, test } from 'vitest'
import { isDelivered, openHouse, type Shop, until } from '../../../test/journeys/shop.ts'

const DAY_MS = 86_400_000
/** Moved on by a day, when the day's bill is there. */
let aheadMs = 0
const house = await openHouse({ clock: { now: () => new Date(Date.now() + aheadMs) } })
const { paygate } = house.standIns
/** The day of the last noon: whoever pays close to midnight may be on either day's bill. */
const noonDay = new Date(Date.now() + 8 * 3_600_000 - DAY_MS / 2).toISOString().slice(0, 10)
const paidAt = `${noonDay}T12:00:07+08:00`
const params = { gateway: 'sim-pay', day: noonDay }
// Before anything is paid: its ladder of notices must not run through the night.
await paygate.control.advance(DAY_MS)

async function reconciled(shop: Shop) {
  aheadMs = DAY_MS
  await shop.staff.call('reconciliation.run', { params, body: {} })
  return await until('the day to be gone through', async () => {
    const day = await shop.staff.call('reconciliation.getDay', { params })
    return day.phase === null ? day : undefined
  })
}

const outcomesOf = (day: Awaited<ReturnType<typeof reconciled>>) =>
  Object.fromEntries(day.outcomes.flatMap(({ outcome, count }) => (count > 0 ? [[outcome, count]] : [])))

async function openCases(shop: Shop) {
  const { items } = await shop.staff.call('reconciliation.listCases', { query: { ...params, unsettled: 'true' } })
  return items
}

test('a day with planted differences is fetched, worked to its close, and leaves the gateway owing nothing', async () => {
  const shop = await house.newShop()
  // All shops of this house share the gateway's merchant, so this shop is its only customer today.
  const goods = await shop.stock(20)
  const orders = await Promise.all(Array.from({ length: 4 }, () => shop.place(goods)))
  const [good, wrong, gone, lost] = orders.map(({ no }) => no) as [OrderNo, OrderNo, OrderNo, OrderNo]
  for (const no of [good, wrong, gone]) await shop.pay(no, { paidAt })
  paygate.control.addFault({ kind: 'notice.lose', key: String(lost) })
  await shop.pay(lost, { paidAt })
  paygate.control.addFault({ kind: 'bill.late', times: 1 })
  paygate.control.addFault({ kind: 'bill.wrong_amount', key: String(wrong), amount: 1_900 })
  paygate.control.addFault({ kind: 'bill.missing_line', key: String(gone) })

  expect(await reconciled(shop)).toMatchObject({ state: 'open', trouble: { code: 'reconciliation.not_ready' } })
  const day = await reconciled(shop)
  expect(outcomesOf(day)).toEqual({ match: 1, ours_only: 1, state_differs: 1, amount_differs: 1 })
  expect(day).toMatchObject({ state: 'differing', theirs: { payments: 3 }, ours: { payments: 3 } })

  // The bill's lines, each as it stands in the file.
  const { items, total } = await shop.staff.call('reconciliation.listLines', { params, query: {} })
  expect([items.length, total]).toEqual([3, 3])
  const line = await shop.staff.call('reconciliation.getLine', { params: { ...params, n: items[0]?.n ?? 0 } })
  expect(line).toMatchObject({ line: { n: items[0]?.n } })

  // The lost notice: the gateway is asked, the order is paid and delivered, the difference settles itself.
  const missed = (await openCases(shop)).find(({ cause }) => cause === 'notice_missed')
  expect(missed?.orderNo).toBe(lost)
  const asked = await shop.staff.call('reconciliation.ask', { params: { id: missed?.id ?? 0 }, body: {} })
  expect(asked.state).toBe('resolved')
  await shop.seen({ visitor: orders[3]?.visitor ?? shop.visitor(), no: lost }, isDelivered)

  // Both sides down to the line of the file and our row.
  const amount = (await openCases(shop)).find(({ outcome }) => outcome === 'amount_differs')
  const detail = await shop.staff.call('reconciliation.getCase', { params: { id: amount?.id ?? 0 } })
  expect(detail.text).toMatch(new RegExp(`^\\d+,PAYMENT,\\w+,${wrong},,1900,`))
  expect(detail.rows.find(({ table }) => table === 'receipt')?.row).toMatchObject({ order_no: wrong, amount_fen: 1990 })

  await expect(shop.staff.call('reconciliation.close', { body: { days: [params] } })).rejects.toMatchObject({
    code: 'reconciliation.not_explained',
  })
  for (const { id } of await openCases(shop)) {
    await shop.staff.call('reconciliation.explain', { params: { id }, body: { note: '已与通道核实', writeOff: true } })
  }
  await shop.staff.call('reconciliation.close', { body: { days: [params] } })
  expect(await shop.staff.call('reconciliation.getDay', { params })).toMatchObject({ state: 'closed', actions: [] })
  await expect(shop.staff.call('reconciliation.run', { params, body: {} })).rejects.toMatchObject({
    code: 'reconciliation.day_closed',
  })
  const trial = await shop.staff.call('ledger.trialBalance', {})
  expect(trial.units.every(({ sum }) => sum === 0)).toBe(true)
  expect(trial.rows.find(({ kind }) => kind === 'cash.gateway')?.balance).toBe(0)
  expect(trial.rows.find(({ kind }) => kind === 'cash.difference')?.balance).toBe(-1_990 - 90)
})

test('reading needs finance.read, anything else finance.reconcile, and another shop’s difference is not there', async () => {
  const shop = await house.newShop()
  const reader = await shop.hire(['finance.read'])
  const month = noonDay.slice(0, 7)
  expect((await reader.call('reconciliation.calendar', { query: { month } })).gateways).toMatchObject([
    { gateway: 'sim-pay' },
  ])
  const refused = async (work: Promise<unknown>) =>
    expect(await work.catch((error) => (isProblem(error) ? error.status : error))).toBe(403)
  await refused(reader.call('reconciliation.run', { params, body: {} }))
  await refused(reader.call('reconciliation.close', { body: { days: [params] } }))
  await refused(reader.upload('reconciliation.upload', { params }, 'x'))
  await refused((await shop.hire(['orders.read'])).call('reconciliation.calendar', { query: { month } }))
  const stranger = await house.query<{ id: number }>('select max(id) as id from reconciliation.cases')
  await expect(
    shop.staff.call('reconciliation.getCase', { params: { id: stranger[0]?.id ?? 0 } }),
  ).rejects.toMatchObject({
    status: 404,
  })
})

test('differences and lines are exported as workbooks', async () => {
  const shop = await house.newShop()
  await reconciled(shop)
  for (const route of ['reconciliation.exportCases', 'reconciliation.exportLines'] as const) {
    const response = await shop.staff.download(route, { params, query: params } as never)
    expect(new Uint8Array(await response.arrayBuffer()).slice(0, 2)).toEqual(new TextEncoder().encode('PK'))
  }
})

test('every night each shop’s day before is planned once, and again while there is no bill', async () => {
  const shop = await house.newShop()
  const plan = async () =>
    (
      await house.platform.db.callGlobal<readonly { tenantId: number; day: string }[]>(
        'reconciliation.plan_days',
        '{sim-pay}',
        1_000,
      )
    ).filter(({ tenantId }) => tenantId === shop.tenantId)
  const due = (at: string) =>
    house.query(`update reconciliation.days set next_try_at = ${at} where tenant_id = $1 and bill_id is null`, [
      shop.tenantId,
    ])
  await plan()
  await due('now()')
  const yesterday = new Date(Date.now() + 8 * 3_600_000 - DAY_MS).toISOString().slice(0, 10)
  expect((await plan()).map(({ day }) => day)).toEqual([yesterday])
  expect(await plan()).toEqual([])
  await due(`now() - interval '1 minute'`)
  expect((await plan()).map(({ day }) => day)).toEqual([yesterday])
})
