import net, { type AddressInfo } from 'node:net'
import { startBareServer } from '../bare-server.ts'
import type { Bench } from '../bench.ts'
import { createDriver, type Driver } from '../http.ts'
import { offer } from '../open-loop.ts'
import { withOwner } from '../owner.ts'
import { type Figure, percentile, plainFigure } from '../report.ts'
import { buyOne, noticeFor, payOrder, type Shop } from '../shop.ts'
import type { System } from '../system.ts'
import { CONNECTIONS, found, type Lane, openSupplier, placeTopUp, type Supplier, sellTopUp } from '../top-ups.ts'

/** What others buy each second: codes from the shelf, and top-ups of a supplier that is well. */
const CODES_PER_SECOND = 10
const OTHERS_PER_SECOND = 5
/** A route with nothing behind it, asked beside them: what the machine does to whoever runs on it just then. */
const BARE_PER_SECOND = 20
/** What is paid for each second of the supplier that is down. */
const WAITING_PER_SECOND = 2
/** Its lane: two calls a top-up, so half as many top-ups a second. */
const LANE: Lane = { concurrent: 8, perMinute: 600 }
const CALLS_PER_SECOND = LANE.perMinute / 60
const GOAL_TIMES = 1.5
const GOAL_DRAIN = 0.8
const WARM_SECONDS = 5
/** A lane that was down for ten minutes is asked every five whether it is well again. */
const NOTICED_MAX_MS = 330_000
const DRAIN_MAX_MS = 900_000

/**
 * A supplier that hangs for ten minutes under load: it takes what it is sent, does it, and no answer comes back. Others' delivery
 * is measured before, meanwhile, and after it has returned; then what has waited for it drains, beside its lane's own limit.
 */
export async function down({ system, size, shop }: Bench): Promise<readonly Figure[]> {
  const { beforeSeconds, downSeconds } = size.down
  const open = await shop()
  const [well, lost] = [await openSupplier(system), await openSupplier(system)]
  const gate = await openGate(lost.account.baseUrl)
  const others = await sellTopUp(open.staff, well)
  const waiting = await sellTopUp(open.staff, lost, LANE)
  await waiting.moveTo(gate.url)
  const driver = createDriver(system.url, CONNECTIONS)
  const bare = await startBareServer([{ method: 'GET', path: '/', body: 'ok', contentType: 'text/plain' }])
  const idle = createDriver(bare.url, CONNECTIONS)
  const load = (seconds: number) => othersFor(system, { driver, idle }, open, others, seconds)
  try {
    await load(WARM_SECONDS)
    const before = await load(beforeSeconds)

    gate.hang(true)
    const nos: number[] = []
    const [meanwhile] = await Promise.all([
      load(downSeconds),
      offer({ perSecond: WAITING_PER_SECOND, count: WAITING_PER_SECOND * downSeconds }, async (n) => {
        const no = await placeTopUp(driver, waiting.skuId, n)
        nos.push(no)
        await payOrder(driver, noticeFor(system, no))
        return performance.now()
      }),
    ])
    const backlog = nos.length - (await deliveredOf(system, nos))
    gate.hang(false)
    const backAt = performance.now()

    const after: Seen[] = []
    let isOver = false
    const drained = drain(system, open, waiting.supplierId, gate, nos, backAt).finally(() => {
      isOver = true
    })
    // Whoever waits for the rest of a run that has failed waits for nothing.
    drained.catch(() => undefined)
    while (!isOver) after.push(await load(beforeSeconds))
    const drop = await drained
    await mustBeBoughtOnce(lost, nos)
    const seen = { before, meanwhile, after: together(after) }
    return [
      figureOf(`codes, ${CODES_PER_SECOND}/s, while a supplier is down for ${downSeconds} s`, 'codes', seen),
      figureOf(`top-ups of others, ${OTHERS_PER_SECOND}/s, meanwhile`, 'topUps', seen),
      plainFigure({
        case: `${backlog.toLocaleString('en')} that waited, once it is back`,
        value: drop.callsPerSecond,
        unit: 'calls/s',
        limit: CALLS_PER_SECOND,
        ratio: drop.callsPerSecond / CALLS_PER_SECOND,
        goal: `${GOAL_DRAIN} of its lane`,
        met: drop.callsPerSecond >= GOAL_DRAIN * CALLS_PER_SECOND,
        note: `noticed after ${drop.noticedSeconds.toFixed(0)} s, all of it sent in ${drop.seconds.toFixed(0)} s; ${drop.asked} that it had done unheard were asked about by a person; each was bought once, and delivered`,
      }),
    ]
  } finally {
    driver.close()
    idle.close()
    await bare.stop()
    await open.staff.call('suppliers.setState', {
      params: { supplierId: waiting.supplierId },
      body: { state: 'paused', reason: 'bench' },
    })
    gate.close()
  }
}

type Kind = 'codes' | 'topUps' | 'bare'
type Seen = Readonly<Record<Kind, readonly number[]>>
const together = (parts: readonly Seen[]): Seen => ({
  codes: parts.flatMap(({ codes }) => codes),
  topUps: parts.flatMap(({ topUps }) => topUps),
  bare: parts.flatMap((one) => one.bare),
})

/** Others buy at a steady rate; milliseconds from the time each was meant to buy, or paid, to the goods in hand. */
async function othersFor(
  system: System,
  { driver, idle }: { readonly driver: Driver; readonly idle: Driver },
  shop: Shop,
  others: { readonly skuId: number },
  seconds: number,
): Promise<Seen> {
  const nos: number[] = []
  const [codes, , bare] = await Promise.all([
    offer({ perSecond: CODES_PER_SECOND, count: CODES_PER_SECOND * seconds }, async (n) => {
      await buyOne(system, driver, shop, n)
      return performance.now()
    }),
    offer({ perSecond: OTHERS_PER_SECOND, count: OTHERS_PER_SECOND * seconds }, async (n) => {
      const no = await placeTopUp(driver, others.skuId, n)
      nos.push(no)
      await payOrder(driver, noticeFor(system, no))
      return performance.now()
    }),
    offer({ perSecond: BARE_PER_SECOND, count: BARE_PER_SECOND * seconds }, async () => {
      await idle.request('GET', '/')
      return performance.now()
    }),
  ])
  const topUps = await found('the top-ups of others to arrive', async () => {
    const took = await withOwner(system, async (client) => {
      const { rows } = await client.query<{ ms: number }>(
        `select extract(epoch from p.ended_at - n.since)::float8 * 1000 as ms
         from suppliers.purchases p
         join fulfilment.needs n on n.tenant_id = p.tenant_id and n.order_no = p.order_no and n.line_no = p.line_no
         where p.order_no = any ($1::bigint[]) and p.state = 'done'`,
        [nos],
      )
      return rows.map(({ ms }) => ms)
    })
    return took.length === nos.length ? took : undefined
  })
  return { codes: codes.latenciesMs, topUps, bare: bare.latenciesMs }
}

/** Until everything that waited is delivered. What it did unheard may be asked about only minutes from now: a person asks sooner. */
async function drain(
  system: System,
  { staff }: Shop,
  supplierId: number,
  gate: Gate,
  nos: readonly number[],
  backAt: number,
) {
  const firstAt = await found(
    'the supplier to be found well',
    async () => gate.calls.find((at) => at > backAt),
    NOTICED_MAX_MS,
  )
  await found(
    'nothing to be left that was never sent',
    async () => (await unsentOf(system, supplierId, nos)) === 0 || undefined,
    DRAIN_MAX_MS,
  )
  const lastAt = performance.now()
  const unheard = await staff.call('suppliers.listPurchases', {
    query: { supplierId, state: 'unknown', pageSize: 100 },
  })
  for (const { id } of unheard.items) {
    await staff.call('suppliers.askPurchase', { params: { purchaseId: id }, body: {} })
  }
  await found(
    'everything that waited to be delivered',
    async () => (await deliveredOf(system, nos)) === nos.length || undefined,
    DRAIN_MAX_MS,
  )
  const calls = gate.calls.filter((at) => at >= firstAt && at <= lastAt).length
  const seconds = (lastAt - firstAt) / 1_000
  return {
    noticedSeconds: (firstAt - backAt) / 1_000,
    seconds,
    callsPerSecond: calls / seconds,
    asked: unheard.items.length,
  }
}

const deliveredOf = async (system: System, nos: readonly number[]): Promise<number> =>
  await counted(
    system,
    `select count(*)::integer as count from orders.orders where no = any ($1::bigint[]) and state = 'delivered'`,
    [nos],
  )

/** Paid, and in nobody's hands yet: waiting to be chosen for, or in the lane. */
const unsentOf = async (system: System, supplierId: number, nos: readonly number[]): Promise<number> =>
  await counted(
    system,
    `select count(*)::integer as count
     from fulfilment.needs n
     where n.order_no = any ($1::bigint[])
       and not exists (
         select from suppliers.purchases p
         where p.tenant_id = n.tenant_id
           and p.order_no = n.order_no
           and p.supplier_id = $2
           and p.sent_at is not null
       )`,
    [nos, supplierId],
  )

async function counted(system: System, text: string, values: readonly unknown[]): Promise<number> {
  return await withOwner(system, async (client) => {
    const { rows } = await client.query<{ count: number }>(text, [...values])
    return rows[0]?.count ?? 0
  })
}

/** By the supplier's own book, under all the numbers that an order may have had. */
async function mustBeBoughtOnce(supplier: Supplier, nos: readonly number[]): Promise<void> {
  const pieces = new Map<string, number>()
  for (const { outerNo, pieces: more } of await supplier.handedOut()) {
    const order = outerNo.slice(0, -4)
    pieces.set(order, (pieces.get(order) ?? 0) + more)
  }
  const wrong = nos.filter((no) => pieces.get(String(no)) !== 1)
  if (wrong.length > 0)
    throw new Error(`bought more or less than once: ${wrong.slice(0, 5).join(', ')} of ${wrong.length}`)
}

function figureOf(
  name: string,
  kind: Kind,
  { before, meanwhile, after }: Readonly<Record<'before' | 'meanwhile' | 'after', Seen>>,
): Figure {
  const of = (seen: Seen) => ({ p50: percentile(seen[kind], 0.5), p99: percentile(seen[kind], 0.99) })
  const [was, is, then] = [of(before), of(meanwhile), of(after)]
  const times = is.p99 / was.p99
  const words = ({ p50, p99 }: { readonly p50: number; readonly p99: number }) =>
    `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`
  return plainFigure({
    case: name,
    value: is.p99,
    unit: 'ms p99',
    ...is,
    limit: was.p99,
    ratio: times,
    goal: `at most ${GOAL_TIMES} times of before`,
    met: times <= GOAL_TIMES,
    note: `before ${words(was)}; since it is back ${words(then)} (${(then.p99 / was.p99).toFixed(2)} times); a bare route meanwhile: p99 ${[before, meanwhile, after].map(({ bare }) => percentile(bare, 0.99).toFixed(0)).join(', ')} ms before, while it is down, and after`,
  })
}

type Gate = Awaited<ReturnType<typeof openGate>>

/** A way to a supplier on which answers can get lost: what is sent arrives, and nothing comes back. */
async function openGate(to: string) {
  const target = new URL(to)
  const open = new Set<net.Socket>()
  const calls: number[] = []
  let isHanging = false
  const server = net.createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
    const onward = net.connect(Number(target.port), target.hostname)
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.on('close', () => onward.destroy())
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes('POST /api/v1/order/')) calls.push(performance.now())
      onward.write(chunk)
    })
    onward.on('data', (chunk: Buffer) => {
      if (!isHanging) socket.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cutAll = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** When each call about an order came by. */
    calls: calls as readonly number[],
    hang: (hanging: boolean): void => {
      isHanging = hanging
      cutAll()
    },
    close: (): void => {
      cutAll()
      server.close()
    },
  }
}
