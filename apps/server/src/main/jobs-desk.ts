import { commonErrors, jobRoutes } from '@quanshu/contract'
import type { Ctx, Database } from '../platform/db/index.ts'
import { browseParked, type ParkedEvent, rerunParked } from '../platform/events/index.ts'
import { handle } from '../platform/http/index.ts'
import { browseJobs, type JobRow, rerunJob } from '../platform/jobs/index.ts'
import type { Module, Platform } from '../platform/module.ts'

const BROWSED_MAX = 1_000

/** Marks an event that a subscriber gave up on among the ids of jobs. */
const PARKED = 'event-'

/**
 * The desk for work that waits or has given up, to be run again by a person: every module's jobs, and the events that a
 * subscriber could not take.
 * @param modules all of them; asked when an event is run again
 */
export function jobsDesk({ db }: Platform, modules: () => readonly Module[]): Module {
  return {
    name: 'jobs',
    routes: [
      handle(jobRoutes.list, async ({ ctx, query }) => {
        const { page, pageSize, state, q = '' } = query
        const rows = await db.read(ctx, async (tx) => {
          const limit = { limit: BROWSED_MAX }
          if (state === 'waiting')
            return (await browseJobs(tx, limit)).filter((job) => job.state !== 'given_up').map(viewOf)
          const jobs = await browseJobs(tx, { state, ...limit })
          return [...(await browseParked(tx, limit)).map(parkedView), ...jobs.map(viewOf)]
        })
        const wanted = rows.filter((row) => row.task.includes(q) || row.summary.includes(q))
        return { items: wanted.slice((page - 1) * pageSize, page * pageSize), total: wanted.length, page, pageSize }
      }),
      handle(jobRoutes.rerun, async ({ ctx, body }) => {
        let count = 0
        // Each in its own transaction: an event that fails again must not undo the others.
        for (const id of body.ids) if (await rerun(db, ctx, modules(), id)) count += 1
        return { rerun: count }
      }),
    ],
  }
}

async function rerun(db: Database, ctx: Ctx, modules: readonly Module[], id: string): Promise<boolean> {
  const number = Number(id.replace(PARKED, ''))
  if (!Number.isSafeInteger(number)) throw commonErrors.notFound()
  return db.write(ctx, async (tx) => {
    const done = id.startsWith(PARKED) ? await rerunParked(tx, modules, number) : await rerunJob(tx, number)
    if (done) tx.audit({ action: 'job.rerun', objectKind: 'job', objectId: id })
    return done
  })
}

const parkedView = (event: ParkedEvent) => ({
  id: `${PARKED}${event.id}`,
  task: event.subscriber,
  attempts: 1,
  attemptsMax: 1,
  lastError: event.error,
  createdAt: event.parkedAt.toISOString(),
  runAt: event.parkedAt.toISOString(),
  givenUp: true,
  summary: `${event.type} ${event.subject}`,
})

/** What the job is about, without its payload: that may hold sealed matter. */
const viewOf = (job: JobRow) => ({
  id: String(job.id),
  task: job.task,
  attempts: job.attempts,
  attemptsMax: job.attemptsMax,
  lastError: job.lastError,
  createdAt: job.createdAt,
  runAt: job.runAt,
  givenUp: job.state === 'given_up',
  summary: summaryOf(job.payload),
})

function summaryOf(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return ''
  return Object.entries(payload)
    .filter(
      ([key, value]) =>
        /(?:Id|No|subject|subscriber)$/i.test(key) && (typeof value === 'number' || typeof value === 'string'),
    )
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')
    .slice(0, 200)
}
