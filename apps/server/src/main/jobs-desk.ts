import { commonErrors, jobRoutes } from '@quanshu/contract'
import { handle } from '../platform/http/index.ts'
import { browseJobs, type JobRow, rerunJob } from '../platform/jobs/index.ts'
import type { Module, Platform } from '../platform/module.ts'

const BROWSED_MAX = 1_000

/** The desk for work that waits or has given up: every module's jobs in one list, to be run again by a person. */
export function jobsDesk({ db }: Platform): Module {
  return {
    name: 'jobs',
    routes: [
      handle(jobRoutes.list, async ({ ctx, query }) => {
        const { page, pageSize, state } = query
        const jobs = await db.read(ctx, (tx) => browseJobs(tx, { state, limit: BROWSED_MAX }))
        const wanted = query.q ? jobs.filter((job) => job.task.includes(query.q ?? '')) : jobs
        return {
          items: wanted.slice((page - 1) * pageSize, page * pageSize).map(viewOf),
          total: wanted.length,
          page,
          pageSize,
        }
      }),
      handle(jobRoutes.rerun, async ({ ctx, body }) => {
        const ids = body.ids.map(Number)
        if (ids.some((id) => !Number.isSafeInteger(id))) throw commonErrors.notFound()
        const rerun = await db.write(ctx, async (tx) => {
          let count = 0
          for (const id of ids) if (await rerunJob(tx, id)) count += 1
          if (count > 0)
            tx.audit({ action: 'job.rerun', objectKind: 'job', objectId: ids.join(','), detail: { count } })
          return count
        })
        return { rerun }
      }),
    ],
  }
}

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
