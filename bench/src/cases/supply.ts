import net, { type AddressInfo } from 'node:net'
import { createOutbound } from '../../../apps/server/src/platform/outbound/index.ts'
import type { Bench } from '../bench.ts'
import { createDriver, type Driver } from '../http.ts'
import { offer } from '../open-loop.ts'
import { withOwner } from '../owner.ts'
import { spent } from '../processes.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { noticeFor, payOrder, type Shop } from '../shop.ts'
import type { System } from '../system.ts'
import { atOnce, CONNECTIONS, found, openSupplier, placeTopUp, type Supplier, sellTopUp } from '../top-ups.ts'

const STEADY_PER_SECOND = 40
/** Ten times what a lane takes unless a shop says otherwise. */
const GOAL_PER_SECOND = 100
const GOAL_SENT_MS = 250
/** Orders that wait at the supplier that hangs, and how much longer the others' may take meanwhile. */
const HANGING = 200
const GOAL_TIMES = 2
const WAIT_MAX_MS = 120_000

/**
 * Paid top-ups on their way through one supplier: chosen, sent, called back about, asked about, delivered. First as many as
 * can, beside the same calls from the adapter alone; then at a steady rate, for what choosing adds before anything is sent;
 * then at that rate while another supplier takes connections and never answers.
 */
export async function supply({ system, size, shop }: Bench): Promise<readonly Figure[]> {
  const { orders, seconds } = size.supply
  const { staff } = await shop()
  const supplier = await openSupplier(system)
  const { skuId, supplierId } = await sellTopUp(staff, supplier)
  const driver = createDriver(system.url, CONNECTIONS)
  try {
    await routed(system, driver, skuId, supplierId, Math.ceil(orders / 10))
    const { result: perSecond, cpuMicros } = await spent(
      system,
      () => routed(system, driver, skuId, supplierId, orders),
      () => orders,
    )
    const bare = await bareCalls(supplier, orders)
    const steady = await steadily(system, driver, skuId, supplierId, seconds)
    const beside = await besideOneThatHangs(system, driver, staff, supplier, () =>
      steadily(system, driver, skuId, supplierId, seconds),
    )
    const times = beside.arrived.p99 / steady.arrived.p99
    return [
      plainFigure({
        case: `${orders.toLocaleString('en')} top-ups routed through one supplier`,
        value: perSecond,
        unit: 'top-ups/s',
        limit: bare.perSecond,
        ratio: perSecond / bare.perSecond,
        goal: `${GOAL_PER_SECOND} a second`,
        met: perSecond >= GOAL_PER_SECOND,
        cpuMicros,
      }),
      plainFigure({
        case: `paid → sent to the supplier, ${STEADY_PER_SECOND}/s`,
        value: steady.sent.p99,
        unit: 'ms p99',
        ...steady.sent,
        limit: bare.p50,
        ratio: steady.sent.p50 / bare.p50,
        goal: `p99 under ${GOAL_SENT_MS} ms`,
        met: steady.sent.p99 < GOAL_SENT_MS,
        note: `limit: the call itself, p50; paid → arrived p50 ${steady.arrived.p50.toFixed(0)} ms, p99 ${steady.arrived.p99.toFixed(0)} ms`,
      }),
      plainFigure({
        case: `paid → arrived, while ${HANGING} wait at a supplier that hangs`,
        value: beside.arrived.p99,
        unit: 'ms p99',
        ...beside.arrived,
        limit: steady.arrived.p99,
        ratio: times,
        goal: `at most ${GOAL_TIMES} times of without`,
        met: times <= GOAL_TIMES,
      }),
    ]
  } finally {
    driver.close()
  }
}

/** Runs `work` while orders wait at another supplier of the same shop, which takes every connection and says nothing. */
async function besideOneThatHangs<T>(
  system: System,
  driver: Driver,
  staff: Shop['staff'],
  supplier: Supplier,
  work: () => Promise<T>,
): Promise<T> {
  const { skuId, supplierId, moveTo } = await sellTopUp(staff, supplier)
  const sockets = new Set<net.Socket>()
  const silent = net.createServer((socket) => {
    sockets.add(socket.resume().on('error', () => socket.destroy()))
  })
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  await moveTo(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`)
  try {
    await atOnce(HANGING, async (n) => {
      await payOrder(driver, noticeFor(system, await placeTopUp(driver, skuId, n)))
    })
    await found('its lane to be full', async () => sockets.size >= CONNECTIONS || undefined)
    return await work()
  } finally {
    await staff.call('suppliers.setState', {
      params: { supplierId },
      body: { state: 'paused', reason: 'bench' },
    })
    for (const socket of sockets) socket.destroy()
    silent.close()
  }
}

/** Places them all, then has them paid as fast as notices are taken. @returns arrived a second, from the first notice */
async function routed(
  system: System,
  driver: Driver,
  skuId: number,
  supplierId: number,
  count: number,
): Promise<number> {
  const nos: number[] = []
  await atOnce(count, async (n) => void nos.push(await placeTopUp(driver, skuId, n)))
  const from = performance.now()
  await atOnce(count, (n) => payOrder(driver, noticeFor(system, nos[n] ?? 0)))
  await untilArrived(system, supplierId, nos)
  return count / ((performance.now() - from) / 1_000)
}

/** Throws unless each was bought once, by the first purchase. */
async function untilArrived(system: System, supplierId: number, nos: readonly number[]): Promise<void> {
  await withOwner(system, async (client) => {
    await found(
      'every top-up to arrive',
      async () => {
        const { rows } = await client.query<{ done: number; others: number }>(
          `select count(*) filter (where state = 'done' and turn = 1)::integer as done,
             count(*) filter (where turn > 1)::integer as others
           from suppliers.purchases
           where supplier_id = $1 and order_no = any ($2::bigint[])`,
          [supplierId, nos],
        )
        if ((rows[0]?.others ?? 0) > 0) throw new Error('a top-up was bought in more than one turn')
        return rows[0]?.done === nos.length || undefined
      },
      WAIT_MAX_MS,
    )
  })
}

/** The adapter's two calls an order, placing and asking, with nothing of ours around them. */
async function bareCalls({ adapter, account, remoteId }: Supplier, count: number) {
  const outbound = createOutbound({ allowInsecure: true })
  const prefix = `8${Date.now()}`
  const tookMs: number[] = []
  const from = performance.now()
  await atOnce(count, async (n) => {
    const no = `${prefix}${String(n).padStart(20 - prefix.length, '0')}`
    const sentMs = performance.now()
    const placed = await adapter.place(outbound, account, {
      ...{ no, remoteId, kind: 'direct', quantity: 1, ceilingHao: 100_000, callbackUrl: '', buyerIp: '' },
      fields: { recharge_account: `1${n}` },
    })
    tookMs.push(performance.now() - sentMs)
    const remoteNo = placed.kind === 'done' ? placed.order.remoteNo : null
    const asked = await adapter.ask(outbound, account, {
      no,
      remoteNo,
      kind: 'direct',
      quantity: 1,
      placedAt: new Date(),
    })
    if (asked.kind !== 'done' || asked.order.state !== 'done') throw new Error(`a bare call: ${JSON.stringify(asked)}`)
  })
  const seconds = (performance.now() - from) / 1_000
  outbound.close()
  return { perSecond: count / seconds, p50: percentile(tookMs, 0.5) }
}

async function steadily(system: System, driver: Driver, skuId: number, supplierId: number, seconds: number) {
  const nos: number[] = []
  await offer({ perSecond: STEADY_PER_SECOND, count: STEADY_PER_SECOND * seconds }, async (n) => {
    const no = await placeTopUp(driver, skuId, n)
    nos.push(no)
    await payOrder(driver, noticeFor(system, no))
    return performance.now()
  })
  await untilArrived(system, supplierId, nos)
  return await withOwner(system, async (client) => {
    const { rows } = await client.query<{ sent: number; arrived: number }>(
      `select extract(epoch from p.sent_at - n.since)::float8 * 1000 as sent,
         extract(epoch from p.ended_at - n.since)::float8 * 1000 as arrived
       from suppliers.purchases p
       join fulfilment.needs n on n.tenant_id = p.tenant_id and n.order_no = p.order_no and n.line_no = p.line_no
       where p.supplier_id = $1 and p.order_no = any ($2::bigint[])`,
      [supplierId, nos],
    )
    const of = (values: readonly number[]) => ({ p50: percentile(values, 0.5), p99: percentile(values, 0.99) })
    return { sent: of(rows.map(({ sent }) => sent)), arrived: of(rows.map(({ arrived }) => arrived)) }
  })
}
