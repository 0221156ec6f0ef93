import type { House } from './house/index.ts'
import { pause } from './house/wait.ts'
import type { Shop } from './load/shop.ts'

const HOUR_MS = 3_600_000
/** Takes some seconds; a machine that other tests share needs more. */
const CALM_WITHIN_MS = 240_000
const LOOK_EVERY_MS = 700
/** What schedules begin at one look is to have ended at another: there are too many of them to begin anew at each. */
const SCHEDULES_EVERY_TURNS = 6

/** What still moves: 0 everywhere when everything has come to its end. */
export type Unrest = Readonly<Record<string, number>>

/** Every fault is taken back and every process is up. */
export async function heal(house: House): Promise<void> {
  await house.standIns.clearFaults()
  await house.postgres.heal()
  for (const program of [...house.apis, ...house.workers]) program.heal()
  await house.ready()
}

/**
 * What an API process had read before it stood still it carries out when it goes on, long after whoever asked went away. It
 * finishes that before it ends; what is asked of its successor stays true.
 */
export async function finishWhatIsLate(house: House): Promise<void> {
  await Promise.all(house.apis.map((api) => api.restart()))
  await house.ready()
}

/**
 * Time goes by until nothing moves any more: the gateway's clock climbs through every notice's ladder, holds and retries
 * come due, workers start anew and with them every schedule. Answers what is left when the patience ends.
 */
export async function comeToRest(house: House, shops: readonly Shop[]): Promise<Unrest> {
  await house.standIns.advance(36 * HOUR_MS)
  // Before the workers start anew: each schedule looks then, and the slowest not again for a minute.
  await letTimePass(house)
  await Promise.all(house.workers.map((worker) => worker.restart()))
  const deadline = performance.now() + CALM_WITHIN_MS
  for (let turn = 0; ; turn += 1) {
    await letTimePass(house, turn % SCHEDULES_EVERY_TURNS === 0)
    if (turn % 10 === 9) await house.standIns.advance(HOUR_MS)
    await pause(LOOK_EVERY_MS)
    const unrest = await lookFor(house, shops)
    if (Object.keys(unrest).length === 0 || performance.now() > deadline) return unrest
  }
}

/**
 * A day passes at once. Only what waits for a time is moved, to where it is due; nothing is decided here. Rows somebody
 * is at are left for the next turn.
 */
async function letTimePass(house: House, withSchedules = true): Promise<void> {
  for (const { table, column, waits, due } of WAITING) {
    await house.postgres.query(
      `update ${table} set ${column} = ${due} where ctid in (
         select ctid from ${table} where ${waits} and ${column} > ${due} for no key update skip locked
       )`,
    )
  }
  if (withSchedules) await house.postgres.query(`update jobs.schedules set last_started_at = '-infinity'`)
}

const WAITING = [
  { table: 'orders.orders', column: 'expires_at', waits: `state = 'pending'`, due: 'now()' },
  { table: 'ledger.holds', column: 'expires_at', waits: `state = 'held'`, due: 'now()' },
  { table: 'payments.attempts', column: 'next_query_at', waits: `state = 'pending'`, due: 'now()' },
  {
    table: 'payments.refunds',
    column: 'next_try_at',
    waits: `state in ('requested', 'processing')`,
    // Overdue by so much, its job counts as lost with the worker that had it, and is made anew.
    due: `now() - interval '2 minutes'`,
  },
  { table: 'suppliers.suppliers', column: 'open_until', waits: `breaker <> 'closed'`, due: 'now()' },
  { table: 'suppliers.purchases', column: 'due_at', waits: 'due_at is not null', due: 'now()' },
  // A supplier that does not find an order is believed after its time; its own clock has gone on as far.
  { table: 'suppliers.purchases', column: 'sent_at', waits: `state = 'unknown'`, due: `now() - interval '36 hours'` },
  { table: 'fulfilment.needs', column: 'due_at', waits: `state = 'wanted'`, due: 'now()' },
  {
    table: 'graphile_worker._private_jobs',
    column: 'run_at',
    waits: 'locked_at is null and attempts < max_attempts',
    due: 'now()',
  },
] as const

const QUESTIONS: Readonly<Record<string, string>> = {
  'events not yet applied': `select coalesce(sum((l ->> 'events')::bigint), 0) as count from jsonb_array_elements(events.lag()) as l`,
  'jobs not yet done': `select (c ->> 'waiting')::bigint + (c ->> 'retrying')::bigint + (c ->> 'running')::bigint as count from jobs.counts() as c`,
  'orders pending': `select count(*) as count from orders.orders where state = 'pending'`,
  'lines waiting in paid orders': `
    select count(*) as count
    from orders.orders o
    join orders.lines l on l.tenant_id = o.tenant_id and l.order_no = o.no and l.state = 'waiting'
    where o.state = 'paid'`,
  'purchases under way': `select count(*) as count from suppliers.purchases where state in ('planned', 'sending', 'accepted', 'unknown')`,
  'lines waiting for a supplier': `select count(*) as count from fulfilment.needs where state in ('wanted', 'buying')`,
  'refunds under way': `select count(*) as count from payments.refunds where state in ('requested', 'processing')`,
  'cards off the shelf in a batch on sale': `
    select coalesce(sum(c.suspect), 0) as count
    from vault.batches b
    join vault.batch_counts c on c.tenant_id = b.tenant_id and c.batch_id = b.id
    where b.state = 'ready'`,
}

async function lookFor(house: House, shops: readonly Shop[]): Promise<Unrest> {
  const found: Record<string, number> = {}
  for (const [what, sql] of Object.entries(QUESTIONS)) {
    const [row] = await house.postgres.query<{ readonly count: number }>(sql)
    if (Number(row?.count) > 0) found[what] = Number(row?.count)
  }
  const books = await Promise.all(shops.map((shop) => house.standIns.books(shop.merchantId)))
  const open = books.flatMap(({ notices }) => notices.filter(({ acknowledged }) => !acknowledged))
  return open.length === 0 ? found : { ...found, 'notices without an answer': open.length }
}

/** Jobs that used up their tries and events nobody could apply: visible at the desk, and named in the report. */
export async function givenUp(house: House): Promise<Readonly<Record<string, number>>> {
  const rows = await house.postgres.query<{ readonly what: string; readonly count: number }>(`
    select 'job ' || t.identifier || ': ' || left(coalesce(j.last_error, ''), 100) as what, count(*)::integer as count
    from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id
    where j.locked_at is null
      and j.attempts >= j.max_attempts
    group by 1
    union all
    select 'event for ' || subscriber || ': ' || left(error, 100), count(*)::integer
    from events.parked
    where applied_at is null
    group by 1`)
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]))
}

/** Paid lines that could not be delivered when they were paid; most were settled by staff or by the end. */
export async function exceptionsEver(house: House): Promise<number> {
  const [row] = await house.postgres.query<{ readonly count: number }>(
    `select count(*)::integer as count from events.log where type = 'order.exception'`,
  )
  return row?.count ?? 0
}
