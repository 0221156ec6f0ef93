import { EventEmitter } from 'node:events'
import { assert, type TenantId } from '@quanshu/kernel'
import {
  type Task as GraphileTask,
  type JobHelpers,
  Logger,
  type Runner,
  run,
  type WorkerEvents,
} from 'graphile-worker'
import type { Log } from '../log/index.ts'
import type { Module, Platform } from '../module.ts'
import { gauge, seconds, span } from '../telemetry/index.ts'
import { type JobCounts, jobCounts } from './desk.ts'
import { type Guard, openGuard } from './guard.ts'
import { lookAgainSoon } from './lanes.ts'
import { platformSchedules } from './maintenance.ts'
import { openJobPool } from './pool.ts'
import { startSchedules } from './schedules.ts'

/** A kind of job. `run` may be called again after a failure or crash, so it must be safe to repeat. */
export type Task = {
  readonly name: string
  readonly run: (job: Job) => Promise<void>
}
export type Job = {
  readonly tenantId: TenantId
  readonly payload: unknown
  /** 1 for the first try. */
  readonly attempt: number
  readonly attemptsMax: number
  readonly log: Log
}

export type RunJobsOptions = {
  /** The owner's connection: the queue's own tables are not the application's to touch. */
  readonly ownerUrl: string
  /** Jobs this process runs at once. Default `config.jobSlots`. */
  readonly slots?: number
  /** How long running jobs are waited for at the end. Default 10 s. */
  readonly stopTimeoutMs?: number
}
export type JobRunner = {
  /**
   * Takes no new job or tick, waits for the running ones (10 s), then gives what is left back to the queue.
   * @param hurry the 10 s begin when it is aborted: who does not end with the runner must not let go of what still runs
   */
  readonly stop: (hurry?: AbortSignal) => Promise<void>
}

const POLL_MS = 1_000
const STOP_TIMEOUT_MS = 10_000
const DEAD_SWEEP_MS = 10_000

/**
 * Works off the jobs and schedules of all modules. Retries wait e^attempt seconds (at most six hours); a job that used
 * up its attempts stays in the list of given-up jobs. Jobs of a worker that died are taken over within ten seconds.
 */
export async function runJobs(
  platform: Platform,
  modules: readonly Module[],
  options: RunJobsOptions,
): Promise<JobRunner> {
  const { log, config } = platform
  const guard = await openGuard(options.ownerUrl, log)
  const { slots = config.jobSlots, stopTimeoutMs = STOP_TIMEOUT_MS } = options
  const runner = await keepRunning(guard, log, stopTimeoutMs, async (events) => {
    // One a job, one that listens, one to spare.
    const pgPool = openJobPool(options.ownerUrl, slots + 2, log)
    const closePool = () => void pgPool.end()
    const fresh = await run({
      pgPool,
      taskList: taskList(modules, log),
      crontab: '',
      concurrency: slots,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: new Logger(() => (level, message, meta) => forward(log, level, message, meta)),
      events,
      gracefulShutdownAbortTimeout: stopTimeoutMs,
      // In batches, if only of what ends in one turn: on its own, the library writes a job's end without waiting for it,
      // and one that the database did not take would be an error nobody caught, which ends the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    }).catch((error) => {
      closePool()
      throw error
    })
    fresh.promise.then(closePool, closePool)
    return fresh
  })
  const schedules = [...platformSchedules(platform), ...modules.flatMap((module) => module.schedules ?? [])]
  const ticking = startSchedules(platform, guard, schedules)
  const sweep = setInterval(() => void guard.releaseDead(), DEAD_SWEEP_MS)
  await guard.releaseDead()
  const counting = watchCounts(platform)

  return {
    stop: async (hurry) => {
      clearInterval(sweep)
      counting.stop()
      // Together: what a long tick is waited for takes up no job either.
      await Promise.all([ticking.stop(), runner.stop(hurry)])
      await guard.close()
    },
  }
}

const RESTART_PAUSE_MS = 500

/**
 * Runs the library's runner, and another one when it gave up: it does so when the database was gone at the wrong moment,
 * and a house without jobs is worse than one without a database. What the old one had taken goes back to the queue.
 */
async function keepRunning(
  guard: Guard,
  log: Log,
  stopTimeoutMs: number,
  launch: (events: WorkerEvents) => Promise<Runner>,
) {
  let poolId: string | undefined
  let isStopping = false
  let pause: NodeJS.Timeout | undefined
  const events: WorkerEvents = new EventEmitter()
  events.on('pool:create', ({ workerPool }) => {
    poolId = workerPool.id
    guard.present(poolId)
  })
  lookAgainSoon(events)

  const start = async (): Promise<Runner> => {
    const fresh = await launch(events)
    fresh.promise.then(again, again)
    return fresh
  }
  const again = (error: unknown): void => {
    if (isStopping) return
    log.error({ err: error }, 'job runner broke down; another one takes its place')
    pause = setTimeout(async () => {
      try {
        if (poolId !== undefined) await guard.release(poolId)
        if (!isStopping) runner = await start()
        // Stopped while it started: nobody else would end it.
        if (isStopping) await runner.stop().catch(() => undefined)
      } catch (failure) {
        again(failure)
      }
    }, RESTART_PAUSE_MS)
  }
  let runner = await start()

  return {
    async stop(hurry = AbortSignal.abort()): Promise<void> {
      isStopping = true
      clearTimeout(pause)
      const timedOut = new Promise((resolve) => {
        const begin = () => void setTimeout(resolve, stopTimeoutMs + 2_000).unref()
        if (hurry.aborted) begin()
        else hurry.addEventListener('abort', begin, { once: true })
      })
      await Promise.race([
        runner.stop().catch((error) => log.warn({ err: error }, 'job runner stopped badly')),
        timedOut,
      ])
      if (poolId !== undefined) await guard.release(poolId)
    },
  }
}

const jobSeconds = seconds('job_seconds', 'Time a job ran')

function taskList(modules: readonly Module[], log: Log): Record<string, GraphileTask> {
  const tasks = modules.flatMap((module) => module.tasks ?? [])
  const names = tasks.map((task) => task.name)
  assert(new Set(names).size === names.length, `two tasks of one name: ${names.toSorted().join(', ')}`)
  return Object.fromEntries(tasks.map((task) => [task.name, runTask(task, log)]))
}

type Stored = { readonly tenantId: TenantId; readonly payload: unknown }

function runTask(task: Task, log: Log): GraphileTask {
  return async (stored, { job }: JobHelpers) => {
    const { tenantId, payload } = stored as Stored
    const [attempt, attemptsMax] = [job.attempts, job.max_attempts]
    const jobLog = log.child({ task: task.name, job: job.id, tenantId, attempt })
    const started = performance.now()
    let outcome = 'done'
    try {
      await span('work', `job ${task.name}`, { 'quanshu.attempt': attempt }, () =>
        task.run({ tenantId, payload, attempt, attemptsMax, log: jobLog }),
      )
    } catch (error) {
      outcome = attempt >= attemptsMax ? 'given_up' : 'failed'
      if (outcome === 'given_up') jobLog.error({ err: error }, 'job has given up')
      else jobLog.warn({ err: error }, 'job failed, will be tried again')
      throw error
    } finally {
      jobSeconds.record((performance.now() - started) / 1000, { task: task.name, outcome })
    }
  }
}

/** Failures are logged by ourselves with the job's tenant and cause; of the library only trouble is of interest. */
function forward(log: Log, level: string, message: string, meta?: Readonly<Record<string, unknown>>): void {
  const error = meta?.error
  const fields = error === undefined ? {} : { err: error }
  if (level === 'error' && !message.startsWith('Failed task')) log.error(fields, message)
  else if (level === 'warning') log.warn(fields, message)
  else log.debug(fields, message)
}

const COUNT_EVERY_MS = 15_000
let counts: JobCounts = { waiting: 0, retrying: 0, running: 0, givenUp: 0, oldestSeconds: 0 }
gauge('jobs_waiting', 'Jobs that wait for their first try', () => counts.waiting)
gauge('jobs_retrying', 'Jobs that failed and will be tried again', () => counts.retrying)
gauge('jobs_given_up', 'Jobs that used up their attempts', () => counts.givenUp)
gauge('jobs_oldest_age', 'Age in seconds of the oldest job that could run now', () => counts.oldestSeconds)

function watchCounts({ db, log }: Platform) {
  const timer = setInterval(() => {
    jobCounts(db).then(
      (fresh) => {
        counts = fresh
      },
      (error) => log.debug({ err: error }, 'jobs were not counted'),
    )
  }, COUNT_EVERY_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
