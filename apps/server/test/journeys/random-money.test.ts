import { PERMISSIONS } from '@quanshu/contract'
import { afterAll, expect, test } from 'vitest'
import { auditBooks } from '../../src/modules/books/index.ts'
import { saveGateway } from '../../src/modules/payments/index.ts'
import { expectBooksRight } from './books.ts'
import { closeAll, type Difference, differences, plantDifferences, reconcile, undone } from './random-money/bills.ts'
import { accountsOf, startStandIns } from './random-money/gateways.ts'
import {
  approve,
  askAll,
  balances,
  decideReceipts,
  dispute,
  eachOf,
  expire,
  handleFailed,
  type Lived,
  pay,
  place,
  refund,
  refundsEnded,
  STAFF_AT_ONCE,
  statesOf,
  type World,
} from './random-money/life.ts'
import { type OrderPlan, POINTS_GOODS, planOf } from './random-money/plan.ts'
import { openHouse } from './shop.ts'

/**
 * Random orders over all gateways, the balance and points, mixed on one order too, with faults on: what the gateways have by their own books is
 * what our ledger says, and every difference that was planted in their bills is found, and none is invented.
 * `QUANSHU_RANDOM_MONEY_SEED` gives another history, `QUANSHU_RANDOM_MONEY_ORDERS=1000` a longer one.
 */
const seed = Number(process.env.QUANSHU_RANDOM_MONEY_SEED ?? 20_261_122)
const count = Number(process.env.QUANSHU_RANDOM_MONEY_ORDERS ?? 400)
const DAY_MS = 86_400_000
/** Above this an order's refunds in all wait for a second person. */
const APPROVAL_ABOVE_FEN = 4_000
const dayOf = (atMs: number): string => new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 10)
const STOCK = 2 * count + 100

/** The platform's idea of the day; moved on when the bills are due. */
let aheadMs = 0
const house = await openHouse({ clock: { now: () => new Date(Date.now() + aheadMs) } })
const standIns = await startStandIns(house)
afterAll(standIns.close)

async function openWorld(plans: readonly OrderPlan[]): Promise<World> {
  const shop = await house.newShop({ 'refunds.approvalAboveFen': APPROVAL_ABOVE_FEN })
  for (const { gateway, account } of accountsOf(standIns, house, shop)) {
    await saveGateway(house.platform, undefined, shop.ctx, gateway, { ...account, enabled: true })
  }
  const late = plans.filter(({ fate }) => fate === 'late').length
  const goods = await Promise.all(
    [990, 1990, 3000, 505, 51].map((priceFen, index) =>
      shop.stock(STOCK, { sku: { priceFen, pricePoints: index === POINTS_GOODS ? 120 : 0 } }),
    ),
  )
  return {
    house,
    shop,
    standIns,
    approver: await shop.hire(PERMISSIONS),
    goods,
    rare: await shop.stock(late),
    members: await Promise.all(
      Array.from({ length: 20 }, async () => (await shop.member(50_000_000, 10_000_000)).visitor),
    ),
  }
}

test(`${count} random orders, seed ${seed}`, async () => {
  const started = performance.now()
  const chapter = (name: string) => console.info(`${name} after ${Math.round(performance.now() - started)} ms`)
  console.info(`random money: QUANSHU_RANDOM_MONEY_SEED=${seed}, ${count} orders`)
  const plans = planOf(seed, count)
  const world = await openWorld(plans)
  const { tenantId } = world.shop
  // Whoever plays over midnight has his facts on two days, and shortly after it waits for the bill of the day before.
  const day = dayOf(Date.now())
  const days = [dayOf(Date.now() - DAY_MS), day, dayOf(Date.now() + DAY_MS)]
  chapter('shop open')
  const orders: Lived[] = []
  const placeAll = (which: readonly OrderPlan[]) =>
    eachOf(which, async (plan, index) => void orders.push(await place(world, plan, orders.length + index)))
  const of = (...fates: readonly OrderPlan['fate'][]) => orders.filter(({ plan }) => fates.includes(plan.fate))

  await placeAll(plans.filter(({ fate }) => fate === 'late'))
  await expire(world, orders)
  chapter('too late')
  // Somebody else has half of what they wanted.
  await place(world, { ...(plans[0] as OrderPlan), way: 'balance', asMember: true, fate: 'late' }, 0)
  await placeAll(plans.filter(({ fate }) => fate !== 'late'))
  chapter('placed')
  await eachOf(orders, (lived) => pay(world, lived))
  chapter('paid')
  await expire(world, of('unpaid'))
  await askAll(world, 'everything that was paid to be known', async () => {
    const states = await statesOf(world, of('paid', 'cut', 'double'))
    return [...states.values()].every((state) => state === 'delivered')
  })
  expect(orders).toHaveLength(count)
  await askAll(world, 'other amounts to be known', async () => {
    const known = await house.query(
      `select distinct order_no from payments.receipts where tenant_id = $1 and state = 'unmatched'`,
      [tenantId],
    )
    return known.length === of('oddly').length
  })
  await decideReceipts(world, orders)
  chapter('known')

  const refunded = orders.filter(({ plan }) => plan.refunds.length > 0)
  for (const turn of [0, 1, 2]) {
    await eachOf(refunded, (lived) => refund(world, lived, turn), STAFF_AT_ONCE)
    await approve(world, orders, turn)
    await refundsEnded(world)
  }
  await handleFailed(world, orders)
  await refundsEnded(world)
  chapter('refunded')
  const disputes = await dispute(world, orders)
  await expire(world, of('oddly'))
  await refundsEnded(world)
  chapter('disputed')

  // Each order ended as its history says, and each gateway has what our ledger says it has.
  const states = await statesOf(world, orders)
  const endings = { unpaid: ['expired'], cancelled: ['cancelled'], late: ['delivered', 'refunded', 'paid', 'expired'] }
  const odd = orders.filter(({ no, plan }) => {
    const possible =
      plan.fate === 'oddly' ? ['expired', 'delivered', 'refunded', 'paid'] : ['delivered', 'refunded', 'paid']
    return !(endings[plan.fate as keyof typeof endings] ?? possible).includes(states.get(no) ?? '')
  })
  expect(odd.map(({ no, plan }) => ({ no, state: states.get(no), plan }))).toEqual([])
  expect((await house.query('select from payments.chargebacks where tenant_id = $1', [tenantId])).length).toBe(disputes)
  const owed = await balances(world, 'cash.gateway')
  const undoneFen = (await undone(world)).reduce((sum, { fen }) => sum + fen, 0)
  for (const { gateway, heldFen } of standIns.all) {
    expect([gateway, heldFen() - (gateway === 'stripe' ? undoneFen : 0)]).toEqual([gateway, -(owed[gateway] ?? 0)])
  }
  await clearingIsNamed(world)
  await expectBooksRight(house, tenantId)
  chapter('compared')

  const planted = await plantDifferences(world, orders, day, seed)
  await Promise.all(standIns.all.map(({ advance }) => advance(3 * DAY_MS)))
  aheadMs = 2 * DAY_MS
  chapter('night fell')
  await reconcile(world, days)
  chapter('reconciled')
  const found = await differences(world)
  const settled = found.filter(({ state, cause }) => state === 'resolved' && cause !== 'by_payment_no')
  expect(openKeys(found)).toEqual(planted.filter((key) => !key.includes('cross_day')).toSorted())
  expect([...new Set(settled.map(({ key }) => key))].toSorted()).toEqual(
    planted.filter((key) => key.includes('cross_day')).toSorted(),
  )

  await reconcile(world, days)
  expect(openKeys(await differences(world)), 'gone through again').toEqual(openKeys(found))
  chapter('reconciled again')

  await closeAll(world, days)
  chapter('closed')
  const trial = await world.shop.staff.call('ledger.trialBalance', {})
  expect(trial.units.filter(({ sum }) => sum !== 0)).toEqual([])
  expect(Object.values(await balances(world, 'cash.gateway'))).toEqual(standIns.all.map(() => 0))
  await clearingIsNamed(world)
  await expectBooksRight(house, tenantId)
  const audit = await auditBooks(house.platform, tenantId, { isWhole: true, graceSeconds: 0 })
  expect(audit.checks.flatMap(({ violations }) => violations)).toEqual([])
  expect(audit.state).toBe('clean')
  chapter(`audited, with ${planted.length} differences found`)
}, 300_000)

const openKeys = (found: readonly Difference[]): readonly string[] =>
  found.flatMap(({ state, key }) => (state === 'open' || state === 'waiting' ? [key] : [])).toSorted()

/** Nothing is left in between but what refunds have promised that the gateways refused and nobody has decided about. */
async function clearingIsNamed(world: World): Promise<void> {
  const open = await house.query<{ fen: number }>(
    `select coalesce(sum(amount_fen), 0)::bigint as fen from payments.refunds
     where tenant_id = $1 and state = 'failed' and replaced_by is null and line_no is not null`,
    [world.shop.tenantId],
  )
  expect(await balances(world, 'cash.clearing')).toEqual({ '': open[0]?.fen ?? 0 })
  expect(await balances(world, 'cash.surplus')).toEqual({ '': 0 })
}
