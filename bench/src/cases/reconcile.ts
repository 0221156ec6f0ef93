import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { createClient } from '@quanshu/client'
import { type BillRow, billZip } from '@quanshu/sim/alipay'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Bench } from '../bench.ts'
import { owner, withOwner } from '../owner.ts'
import { memoryMb, spent, watchPeak } from '../processes.ts'
import { type Figure, plainFigure } from '../report.ts'
import { openShop } from '../shop.ts'
import type { System } from '../system.ts'

const GATEWAY = 'alipay'
const GOAL_LINES = 1_000_000
const GOAL_SECONDS = 60
const MEMORY_MAX_MB = 300
/** Of the bill: unknown to us, missing, with another amount, twice. So that not only agreement is measured. */
const PLANTED = 100
const LOOK_EVERY_MS = 100

/**
 * A day's bill of Alipay, as it comes (a zip of GBK text), read, loaded, laid beside as many receipts and posted: from the
 * first byte of the upload until the day says what differs.
 */
export async function reconcile({ system, size }: Bench): Promise<readonly Figure[]> {
  const lines = size.billLines
  const { staff } = await openShop(system, 1, 10)
  const day = yesterday()
  await bookReceipts(system, lines, day)
  const path = join(system.dataDir, 'bench-bill.zip')
  await pipeline(billZip('2088000000000001', day, rowsOf(lines, day)), createWriteStream(path))
  const bill = await readFile(path)
  await rm(path)

  const idleMb = memoryMb(system).api
  const peak = watchPeak(() => memoryMb(system).api)
  const { result: ms, cpuMicros } = await spent(
    system,
    () => timed(() => reconcileDay(staff, day, bill)),
    () => lines,
  )
  const aboveIdleMb = peak.stop() - idleMb
  await mustBeRight(staff, day, lines)
  const limit = await copyLimit(system, lines)
  const perSecond = lines / (ms / 1_000)
  return [
    plainFigure({
      case: `reconciling ${lines.toLocaleString('en')} lines`,
      value: perSecond,
      unit: 'lines/s',
      limit,
      ratio: perSecond / limit,
      goal: `${GOAL_LINES.toLocaleString('en')} in ${GOAL_SECONDS} s`,
      met: perSecond >= GOAL_LINES / GOAL_SECONDS,
      cpuMicros,
      note: `${(ms / 1_000).toFixed(1)} s for a zip of ${Math.round(bill.length / 1024 ** 2)} MB`,
    }),
    plainFigure({
      case: 'reconciling, peak memory above idle',
      value: aboveIdleMb,
      unit: 'MB',
      goal: `under ${MEMORY_MAX_MB} MB`,
      met: aboveIdleMb < MEMORY_MAX_MB,
      note: `${Math.round(idleMb)} MB when idle`,
    }),
  ]
}

const BEIJING_MS = 8 * 3_600_000
const yesterday = (): string => new Date(Date.now() + BEIJING_MS - 86_400_000).toISOString().slice(0, 10)

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

type Staff = ReturnType<typeof createClient>

async function reconcileDay(staff: Staff, day: string, bill: Buffer): Promise<void> {
  const params = { gateway: GATEWAY, day }
  await staff.upload('reconciliation.upload', { params }, new Uint8Array(bill), { fileName: 'bill.zip' })
  for (;;) {
    const { phase, matchedAt } = await staff.call('reconciliation.getDay', { params })
    if (phase === null && matchedAt !== null) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/** Every planted difference was found, and none invented. */
async function mustBeRight(staff: Staff, day: string, lines: number): Promise<void> {
  const { outcomes } = await staff.call('reconciliation.getDay', { params: { gateway: GATEWAY, day } })
  const found = Object.fromEntries(outcomes.map(({ outcome, count }) => [outcome, count]))
  const expected = {
    match: lines - 4 * PLANTED,
    channel_only: PLANTED,
    ours_only: PLANTED,
    state_differs: 0,
    amount_differs: PLANTED,
    duplicate: PLANTED,
    cross_day: 0,
  }
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`found ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`)
  }
}

const FIRST_ORDER = 2_600_000_000_000_000
const tradeNo = (n: number): string => `20260101220014${String(n).padStart(14, '0')}`
const fenOf = (n: number): number => 100 + (n % 50_000)
/** All of one day, none of them near midnight. */
const secondOf = (n: number, lines: number): number => 6 * 3_600 + Math.floor((n / lines) * 12 * 3_600)

/** As many receipts as the bill has good lines, as settling leaves them, with the ledger's movement in one sum. */
async function bookReceipts(system: System, lines: number, day: string): Promise<void> {
  await withOwner(system, async (client) => {
    const { rows } = await client.query<{ id: number }>(`select id from tenancy.tenants order by id limit 1`)
    const tenant = rows[0]?.id
    await client.query(
      `insert into payments.receipts (tenant_id, gateway, trade_no, order_no, amount_fen, currency, state, paid_at, received_at)
       select $1, '${GATEWAY}', '20260101220014' || lpad(n::text, 14, '0'), ${FIRST_ORDER} + n, 100 + n % 50000, 'CNY', 'applied', at, at
       from generate_series(1, $2::integer) as n
       cross join lateral (
         select ($3::date::timestamp at time zone 'Asia/Shanghai') + make_interval(secs => 21600 + floor(n / $2::numeric * 43200)::integer) as at
       ) t
       where n > ${2 * PLANTED}`,
      [tenant, lines, day],
    )
    await client.query(
      `select ledger.post($1::bigint, array[ledger.account($1::bigint, 'cash.gateway', '${GATEWAY}', 'CNY')],
         array[ledger.account($1::bigint, 'cash.revenue', '', 'CNY')], array[sum(amount_fen)::bigint], array['bench'], array['bench'])
       from payments.receipts where tenant_id = $1::bigint and gateway = '${GATEWAY}'`,
      [tenant],
    )
    await client.query('analyze payments.receipts')
  })
}

/**
 * The bill of the receipts, with differences at both ends: the first hundred lines are unknown to us, the second hundred
 * are other lines again; the last hundred receipts are missing, and a hundred before them have another amount.
 */
function* rowsOf(lines: number, day: string): Generator<BillRow> {
  const dayMs = Date.parse(`${day}T00:00:00+08:00`)
  for (let n = 1; n <= lines - PLANTED; n++) {
    const isAgain = n > PLANTED && n <= 2 * PLANTED
    const of = isAgain ? n + PLANTED : n
    const atMs = dayMs + secondOf(of, lines) * 1_000
    const isWrong = n > lines - 2 * PLANTED
    yield {
      kind: '交易',
      tradeNo: tradeNo(of),
      outTradeNo: String(FIRST_ORDER + of),
      refundNo: '',
      subject: String(FIRST_ORDER + of),
      createdAtMs: atMs - 5_000,
      doneAtMs: atMs,
      buyer: `*友(138****${String(n % 10_000).padStart(4, '0')})`,
      amountFen: fenOf(of) + (isWrong ? 1 : 0),
      feeFen: -Math.round(fenOf(of) * 0.006),
      sharedFen: 0,
    }
  }
}

/** Lines a second when the very rows, lines and matches, are copied into tables with the same indexes and checks. */
async function copyLimit(system: System, lines: number): Promise<number> {
  let ms = 0
  await withOwner(system, async (client) => {
    for (const table of ['reconciliation.bill_lines', 'reconciliation.matches'])
      ms += await copied(system, client, table)
  })
  await owner(system, (client) => client.query('drop table if exists reconciliation.bench_copy'))
  return lines / (ms / 1_000)
}

async function copied(system: System, client: pg.Client, table: string): Promise<number> {
  const path = join(system.dataDir, 'bench.copy')
  try {
    await pipeline(
      client.query(copyTo(`copy (select * from ${table}) to stdout (format binary)`)),
      createWriteStream(path),
    )
    await client.query(`drop table if exists reconciliation.bench_copy`)
    await client.query(`create table reconciliation.bench_copy (like ${table} including all)`)
    return await timed(() =>
      pipeline(
        createReadStream(path),
        client.query(copyFrom('copy reconciliation.bench_copy from stdin (format binary)')),
      ),
    )
  } finally {
    await rm(path, { force: true })
  }
}
