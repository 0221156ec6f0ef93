import { createHash } from 'node:crypto'
import type { OrderNo } from '@quanshu/kernel'
import { until } from '../shop.ts'
import { eachOf, type Lived, type World } from './life.ts'
import { GATEWAYS, type Gateway } from './plan.ts'

/** Differences planted in the gateways' bills and books, and what reconciling makes of them. */

/** A difference as a case names it; money of nobody we know is recognised by its amount. */
export const keyOf = (found: {
  readonly gateway: string
  readonly kind: string
  readonly outcome: string
  readonly orderNo: number | null
  readonly fen: number
}): string => `${found.gateway} ${found.kind} ${found.outcome} ${found.orderNo ?? `nobody’s ${found.fen}`}`

type Kind = 'missing' | 'amount' | 'twice' | 'next_day' | 'stranger'
/** What each stand-in calls it; not all of them can do everything. */
const FAULTS: Readonly<Record<Gateway, Partial<Record<Kind, string>>>> = {
  alipay: {
    missing: 'bill.drop_line',
    amount: 'bill.wrong_amount',
    twice: 'bill.twice',
    next_day: 'bill.next_day',
    stranger: 'bill.extra_line',
  },
  wechat: {
    missing: 'bill.missing_line',
    amount: 'bill.wrong_amount',
    twice: 'bill.double_line',
    next_day: 'bill.next_day',
    stranger: 'bill.extra_line',
  },
  epay: { missing: 'bill.missing', amount: 'bill.amount', twice: 'bill.duplicate', stranger: 'bill.extra' },
  stripe: { missing: 'bill.missing', amount: 'bill.amount', twice: 'bill.duplicate', stranger: 'bill.extra' },
  // Its stranger would be on every day's bill, or on the first that is fetched; there is one in its books.
  'sim-pay': { missing: 'bill.missing_line', amount: 'bill.wrong_amount', twice: 'bill.duplicate_line' },
}
/** How many of each kind a gateway's bill gets. */
const EACH = { missing: 2, amount: 2, twice: 2, next_day: 1 } as const
const OUTCOMES = {
  missing: 'ours_only',
  amount: 'amount_differs',
  twice: 'duplicate',
  next_day: 'cross_day',
} as const satisfies Record<keyof typeof EACH, string>

const STRANGER_FEN = 7_313
const UNASKED_FEN = 4_141
const TEN_DAYS_MS = 10 * 86_400_000
const NOBODY_THERE = 'http://127.0.0.1:9/nobody'

/**
 * Plants on every gateway: what only we know, another amount, a line twice, a line on the next day's bill, money of a
 * stranger on the bill and in the gateway's books, a payment of which no notice comes, a refund in another state.
 * @returns what is to be found, by `keyOf`
 */
export async function plantDifferences(
  world: World,
  orders: readonly Lived[],
  day: string,
  seed: number,
): Promise<readonly string[]> {
  const expected: string[] = []
  for (const gateway of GATEWAYS) {
    const standIn = world.standIns.of(gateway)
    const plant = (kind: Kind, outcome: string, orderNo: OrderNo | null, fen: number, more: object = {}) => {
      const name = FAULTS[gateway][kind]
      if (name === undefined) return
      standIn.fault(name, { key: String(orderNo), amount: fen, ...more })
      expected.push(keyOf({ gateway, kind: 'payment', outcome, orderNo, fen }))
    }
    const plain = await paidPlainly(world, gateway, seed)
    for (const kind of ['missing', 'amount', 'twice', 'next_day'] as const) {
      for (const { orderNo, fen } of plain.splice(0, EACH[kind])) {
        // This operator's copy has a number of its own: for us, money that we never heard of.
        const outcome = kind === 'twice' && gateway === 'epay' ? 'channel_only' : OUTCOMES[kind]
        plant(kind, outcome, orderNo, kind === 'amount' ? fen + 11 : fen)
      }
    }
    const at = {
      alipay: { value: day },
      wechat: { key: 'NOBODYKNOWSTHIS1', value: day },
      epay: {},
      stripe: {},
      'sim-pay': {},
    }
    plant('stranger', 'channel_only', null, STRANGER_FEN, { key: undefined, value: 'NOBODYKNOWSTHIS1', ...at[gateway] })
  }
  expected.push(
    ...(await plantInBooks(world, orders)),
    ...(await plantRefundStates(world)),
    ...(await undoneAtStripe(world)),
  )
  return expected
}

/** Paid once and left alone, in an order that the seed shuffles. */
async function paidPlainly(
  { house, shop }: World,
  gateway: Gateway,
  seed: number,
): Promise<{ orderNo: OrderNo; fen: number }[]> {
  const rows = await house.query<{ orderNo: OrderNo; fen: number }>(
    `select r.order_no as "orderNo", r.amount_fen as fen
     from payments.receipts r
     where r.tenant_id = $1 and r.gateway = $2 and r.state = 'applied'
       and not exists (select from payments.refunds f where f.tenant_id = $1 and f.order_no = r.order_no)
       and not exists (select from payments.chargebacks c where c.tenant_id = $1 and c.order_no = r.order_no)
       and not exists (select from payments.receipts x where x.tenant_id = $1 and x.order_no = r.order_no and x.id <> r.id)`,
    [shop.tenantId, gateway],
  )
  const place = ({ orderNo }: { readonly orderNo: OrderNo }) =>
    createHash('sha256')
      .update(`${seed} ${Number(orderNo) % 1_000_000}`)
      .digest('hex')
  return [...rows].toSorted((a, b) => place(a).localeCompare(place(b)))
}

/** Money that the gateway really has: of a stranger under our merchant number, and of a buyer of whom nobody told us. */
async function plantInBooks(world: World, orders: readonly Lived[]): Promise<readonly string[]> {
  const expected: string[] = []
  const closed = await world.house.query<{ orderNo: OrderNo; gateway: Gateway }>(
    `select a.order_no as "orderNo", a.gateway from payments.attempts a
     where a.tenant_id = $1 and a.state = 'closed' and a.turn = 1
       and not exists (select from payments.receipts r where r.tenant_id = $1 and r.order_no = a.order_no)`,
    [world.shop.tenantId],
  )
  for (const gateway of GATEWAYS) {
    const standIn = world.standIns.of(gateway)
    if (standIn.payUnasked) {
      await standIn.payUnasked('FOREIGN0000000001', UNASKED_FEN, NOBODY_THERE)
      expected.push(keyOf({ gateway, kind: 'payment', outcome: 'channel_only', orderNo: null, fen: UNASKED_FEN }))
    }
    const orderNo = closed.find((one) => one.gateway === gateway)?.orderNo
    if (gateway === 'stripe' || orderNo === undefined) continue
    standIn.fault('notice.delay', { key: String(orderNo), ms: TEN_DAYS_MS })
    await standIn.pay(String(orderNo), { late: true })
    const fen = orders.find(({ no }) => no === orderNo)?.totalFen ?? 0
    expected.push(keyOf({ gateway, kind: 'payment', outcome: 'state_differs', orderNo, fen }))
  }
  return expected
}

/** A refund that we have as done is still under way on the bill. */
async function plantRefundStates({ house, shop, standIns }: World): Promise<readonly string[]> {
  const rows = await house.query<{ id: number; orderNo: OrderNo; fen: number }>(
    `select f.id, f.order_no as "orderNo", f.amount_fen as fen from payments.refunds f
     where f.tenant_id = $1 and f.gateway = 'wechat' and f.state = 'done' and f.target = 'source' order by f.id limit 2`,
    [shop.tenantId],
  )
  return rows.map(({ id, orderNo, fen }) => {
    standIns.of('wechat').fault('bill.wrong_state', { key: `${orderNo}R${id}` })
    return keyOf({ gateway: 'wechat', kind: 'refund', outcome: 'state_differs', orderNo, fen })
  })
}

/** Stripe said that a refund was through, and undid it later: its books differ from ours from then on. */
export async function undoneAtStripe(world: World): Promise<readonly string[]> {
  return (await undone(world)).map(({ orderNo, fen }) =>
    keyOf({ gateway: 'stripe', kind: 'refund', outcome: 'state_differs', orderNo, fen }),
  )
}

export async function undone({ house, shop, standIns }: World): Promise<readonly { orderNo: OrderNo; fen: number }[]> {
  const failed = standIns.stripe.control.books().refunds.filter(({ status }) => status === 'failed')
  const ids = failed.map(({ metadata }) => Number(String((metadata as { refund_no?: string }).refund_no).split('R')[1]))
  return await house.query(
    `select order_no as "orderNo", amount_fen as fen from payments.refunds
     where tenant_id = $1 and id = any ($2) and state = 'done' and target = 'source'`,
    [shop.tenantId, ids],
  )
}

/** Has every gateway's days fetched and gone through, one after the other. */
export async function reconcile({ shop }: World, days: readonly string[]): Promise<void> {
  await eachOf(GATEWAYS, async (gateway) => {
    for (const day of days) {
      const params = { gateway, day }
      await shop.staff.call('reconciliation.run', { params, body: {} })
      await until(
        `${gateway} ${day} to be gone through`,
        async () => {
          const view = await shop.staff.call('reconciliation.getDay', { params })
          if (view.phase === null && view.trouble) throw new Error(JSON.stringify({ gateway, day, ...view.trouble }))
          return view.phase === null || undefined
        },
        60_000,
      )
    }
  })
}

export type Difference = { readonly id: number; readonly state: string; readonly cause: string; readonly key: string }

export async function differences({ house, shop }: World): Promise<readonly Difference[]> {
  const rows = await house.query<Parameters<typeof keyOf>[0] & Omit<Difference, 'key'>>(
    `select id, gateway, kind, outcome, cause, state, order_no as "orderNo",
       coalesce((theirs ->> 'amountFen')::bigint, (ours ->> 'amountFen')::bigint) as fen
     from reconciliation.cases where tenant_id = $1 order by id`,
    [shop.tenantId],
  )
  return rows.map((row) => ({ id: row.id, state: row.state, cause: row.cause, key: keyOf(row) }))
}

/** Finance writes every open difference off, and closes the days. */
export async function closeAll(world: World, days: readonly string[]): Promise<void> {
  const { shop } = world
  const open = (await differences(world)).filter(({ state }) => state === 'open' || state === 'waiting')
  await eachOf(open, ({ id }) =>
    shop.staff.call('reconciliation.explain', { params: { id }, body: { note: '已与通道核实', writeOff: true } }),
  )
  for (const day of days) {
    await shop.staff.call('reconciliation.close', { body: { days: GATEWAYS.map((gateway) => ({ gateway, day })) } })
  }
}
