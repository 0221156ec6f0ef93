import { Logger, run } from 'graphile-worker'
import type pg from 'pg'
import type { Bench } from '../bench.ts'
import { createDriver } from '../http.ts'
import { type MailSink, startMailSink } from '../mail-sink.ts'
import { withOwner } from '../owner.ts'
import { spent } from '../processes.ts'
import { type Figure, plainFigure } from '../report.ts'
import { settle, untilSubscribersHaveRead } from '../settle.ts'
import { noticeFor, payOrder, placeOrder, type Shop } from '../shop.ts'
import type { System } from '../system.ts'

const ORDERS = 500
/** As many as a worker of ours runs at once (QUANSHU_JOB_SLOTS). */
const CONCURRENCY = 12
const POLL_MS = 100
const GOAL_RATIO = 0.5
/** As `makeLines` makes them. */
const CODE = /[0-9a-f]{16}----[0-9a-f]{16}/
const SENDER = '权枢 Bench <no-reply@quanshu.test>'

/**
 * A backlog of deliveries to tell: the subscriber reads the events and queues mails, the product's own job sends them
 * over SMTP to a server in this process. Beside it as many jobs that do nothing, by the same library alone on the same
 * database.
 */
export async function jobs({ system, size, shop }: Bench): Promise<readonly Figure[]> {
  const { skuIds, staff } = await shop()
  const nos = await deliveredOrders(system, skuIds)
  await settle(system)
  const sink = await startMailSink()
  const sendTo = (enabled: boolean) =>
    staff.call('notify.saveEmail', {
      body: {
        enabled,
        config: { host: '127.0.0.1', port: sink.port, secure: false, user: '', from: SENDER },
        secret: '',
      },
    })
  await sendTo(true)
  const { result: perSecond, cpuMicros } = await spent(
    system,
    () => drainMails(system, nos, size.jobs),
    () => size.jobs,
  )
  await sendTo(false)
  sink.close()
  checkMails(sink, size.jobs)
  const limit = await drainEmptyJobs(system, size.jobs)
  return [
    plainFigure({
      case: `${size.jobs.toLocaleString('en')} delivery mails drained`,
      value: perSecond,
      unit: 'mails/s',
      limit,
      ratio: perSecond / limit,
      goal: 'half of empty jobs in the library alone',
      met: perSecond >= limit * GOAL_RATIO,
      cpuMicros,
    }),
  ]
}

async function deliveredOrders(system: System, skuIds: Shop['skuIds']): Promise<readonly number[]> {
  const driver = createDriver(system.url, 16)
  const nos = await Promise.all(
    Array.from({ length: ORDERS }, async (_, n) => {
      const { no } = await placeOrder(driver, skuIds[n % skuIds.length] ?? 0, n)
      await payOrder(driver, noticeFor(system, no))
      return no
    }),
  )
  driver.close()
  return nos
}

/** Announces the deliveries all at once, each as the replacement of a piece so that it is a mail of its own. */
async function drainMails(system: System, nos: readonly number[], count: number): Promise<number> {
  return await withOwner(system, async (client) => {
    const before = await mailsSent(client)
    const from = performance.now()
    await client.query(
      `select events.append(t.id, '{}', (
         select jsonb_agg(jsonb_build_object(
           'type', 'order.delivered', 'subject', 'order:' || o.no,
           'payload', jsonb_build_object('no', o.no, 'grantId', n)
         ))
         from generate_series(1, $2::integer) as n
         cross join lateral (select ($1::bigint[])[1 + n % cardinality($1::bigint[])] as no) o
       ))
       from tenancy.tenants t
       where t.slug = 'demo'`,
      [nos, count],
    )
    await untilSubscribersHaveRead(client)
    await untilDrained(client, 'notify.email')
    const seconds = (performance.now() - from) / 1_000
    const sent = (await mailsSent(client)) - before
    if (sent !== count) throw new Error(`of ${count} mails ${sent} were sent`)
    return count / seconds
  })
}

/** @throws when the server at the other end did not get each mail exactly once, with a code in it */
function checkMails(sink: MailSink, count: number): void {
  const announced = sink.messageIds.filter((id) => id.includes('.replaced-'))
  const different = new Set(announced).size
  if (announced.length !== count || different !== count) {
    throw new Error(`of ${count} mails ${announced.length} arrived, ${different} different ones`)
  }
  const withoutCode = sink.sampleTexts().find((text) => !CODE.test(text))
  if (withoutCode !== undefined) throw new Error(`a mail has no code: ${withoutCode}`)
}

async function mailsSent(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ sent: number }>(
    `select count(*)::integer as sent from notify.messages where state = 'sent' and key like 'delivery:%:replaced-%'`,
  )
  return rows[0]?.sent ?? 0
}

/** The library as it comes, with a task that does nothing. */
async function drainEmptyJobs(system: System, count: number): Promise<number> {
  return await withOwner(system, async (client) => {
    const runner = await run({
      connectionString: system.ownerUrl,
      concurrency: CONCURRENCY,
      noHandleSignals: true,
      crontab: '',
      // It says something about every job.
      logger: new Logger(() => () => undefined),
      taskList: { 'bench.empty': async () => undefined },
    })
    const from = performance.now()
    await client.query(
      `select count(*)
       from graphile_worker.add_jobs(array(
         select ('bench.empty', json_build_object('n', n), null, now(), 25, null, 0, null)::graphile_worker.job_spec
         from generate_series(1, $1::integer) as n
       ))`,
      [count],
    )
    await untilDrained(client, 'bench.empty')
    const seconds = (performance.now() - from) / 1_000
    await runner.stop()
    return count / seconds
  })
}

async function untilDrained(client: pg.Client, task: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ left: number; failing: string | null }>(
      `select count(*)::integer as left, min(j.last_error) as failing
       from graphile_worker._private_jobs j
       join graphile_worker._private_tasks t on t.id = j.task_id
       where t.identifier = $1`,
      [task],
    )
    const [waiting] = rows
    if (waiting?.failing) throw new Error(`a job failed: ${waiting.failing}`)
    if (waiting?.left === 0) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
