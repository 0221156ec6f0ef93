import type { Platform } from '../module.ts'
import { seconds } from '../telemetry/index.ts'
import type { Guard } from './guard.ts'

/** Something done again and again. However many workers there are, one tick runs once, and never two at a time. */
export type Schedule = {
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<void>
}

const tickSeconds = seconds('schedule_seconds', 'Time a tick of a schedule ran')

export function startSchedules(platform: Platform, guard: Guard, schedules: readonly Schedule[]) {
  const timers = new Set<NodeJS.Timeout>()
  const running = new Set<Promise<void>>()
  for (const schedule of schedules) {
    const start = () => {
      const tick = runTick(platform, guard, schedule).finally(() => running.delete(tick))
      running.add(tick)
    }
    const timer = setInterval(start, schedule.everyMs)
    timers.add(timer)
    // At once too: what fell due while nobody worked should not wait for a whole interval.
    start()
  }
  return {
    async stop(): Promise<void> {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(running)
    },
  }
}

async function runTick({ db, log }: Platform, guard: Guard, { name, everyMs, run }: Schedule): Promise<void> {
  const started = performance.now()
  const tick = async () => {
    // The lock keeps two ticks from overlapping; the row keeps one tick from running on every worker in turn.
    if (!(await db.callGlobal<boolean>('jobs.take_tick', name, everyMs))) return
    const failure = await run().then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failure !== undefined) log.error({ err: failure, schedule: name }, 'schedule failed')
    await db.callGlobal('jobs.finish_tick', name, failure === undefined ? null : String(failure))
    const outcome = failure === undefined ? 'done' : 'failed'
    tickSeconds.record((performance.now() - started) / 1000, { schedule: name, outcome })
  }
  try {
    await guard.exclusively(name, tick)
  } catch (error) {
    log.warn({ err: error, schedule: name }, 'schedule could not be looked at')
  }
}
