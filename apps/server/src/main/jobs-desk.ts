import { commonErrors, jobRoutes } from '@quanshu/contract'
import { Refusal } from '@quanshu/kernel'
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
export function jobsDesk({ db, log }: Platform, modules: () => readonly Module[]): Module {
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
        const wanted = rows.filter((row) => row.task.includes(q) || row.summary.includes(q) || row.event?.includes(q))
        return { items: wanted.slice((page - 1) * pageSize, page * pageSize), total: wanted.length, page, pageSize }
      }),
      handle(jobRoutes.rerun, async ({ ctx, body }) => {
        const ids = body.all ? await givenUp(db, ctx) : body.ids
        const count = { rerun: 0, failed: 0 }
        // Each in its own transaction: an event that fails again must not undo the others, nor keep them waiting.
        for (const id of ids) {
          try {
            if (await rerun(db, ctx, modules(), id)) count.rerun += 1
          } catch (error) {
            if (!id.startsWith(PARKED) || error instanceof Refusal) throw error
            log.warn({ err: error, id }, 'an event could not be applied again')
            count.failed += 1
          }
        }
        return count
      }),
    ],
  }
}

/** All that has given up, events in their order before jobs. */
async function givenUp(db: Database, ctx: Ctx): Promise<readonly string[]> {
  return await db.read(ctx, async (tx) => {
    const limit = { limit: BROWSED_MAX }
    const [parked, jobs] = [await browseParked(tx, limit), await browseJobs(tx, { state: 'given_up', ...limit })]
    return [...parked.map(({ id }) => `${PARKED}${id}`).toReversed(), ...jobs.map(({ id }) => String(id)).toReversed()]
  })
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
  summary: event.subject,
  event: event.type,
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
  event: null,
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
